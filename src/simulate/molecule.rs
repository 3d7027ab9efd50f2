//! Molecules: transcripts, fused transcripts and rearranged stretches of chromosomes, each a chain of pieces of the genome.
//!
//! ```text
//! pieces      [chr5 150404680-150404767 -][+ACG][chr6 117324332-117324415 -] ...
//! molecule     0........................88 88.91 91........................175
//! ```

use std::ops::RangeInclusive;

use crate::error::{Error, Result};
use crate::genome::{Breakend, ContigId, Interval, Junction, Side, Strand};
use crate::model::Gene;
use crate::sequence::{complement, reverse_complement};

use super::genome::MemoryGenome;

/// One piece of a molecule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MoleculePiece {
    /// A stretch of the genome, read along a strand.
    Genomic(Interval, Strand),
    /// Bases that the genome does not have there.
    Inserted(Vec<u8>),
}

/// A base of the genome replaced by another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Substitution {
    /// The contig.
    pub contig: ContigId,
    /// 0-based position.
    pub position: u32,
    /// The new base, on the forward strand.
    pub base: u8,
}

/// A base of a molecule as it lies on the genome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasePlace {
    /// The contig.
    pub contig: ContigId,
    /// 0-based position.
    pub position: u32,
    /// The strand along which the molecule reads it.
    pub strand: Strand,
}

/// A molecule: its bases, and where each of them comes from.
#[derive(Debug, Clone)]
pub struct SimulatedMolecule {
    name: String,
    bases: Vec<u8>,
    places: Vec<Option<BasePlace>>,
    starts: Vec<usize>,
}

impl Substitution {
    /// The substitutions that turn codon `codon` (1-based) of the gene's transcript into `bases` (in the gene's direction).
    ///
    /// # Errors
    /// When the gene has no such codon.
    pub fn of_codon(gene: &Gene, codon: u32, bases: [u8; 3]) -> Result<Vec<Self>> {
        let (strand, transcript) = model(gene)?;
        let positions = transcript
            .codon_bases(codon, strand)
            .ok_or_else(|| Error::Config(format!("{} has no codon {codon} on {}", gene.symbol, transcript.id)))?;
        let on_forward = |base: u8| if strand == Strand::Forward { base } else { complement(base) };
        Ok(positions.iter().zip(bases).map(|(&position, base)| Self { contig: gene.contig(), position, base: on_forward(base) }).collect())
    }
}

impl SimulatedMolecule {
    /// A molecule of these pieces.
    ///
    /// # Errors
    /// When a piece leaves its contig.
    pub fn new(name: impl Into<String>, pieces: &[MoleculePiece], reference: &MemoryGenome) -> Result<Self> {
        let mut molecule = Self { name: name.into(), bases: Vec::new(), places: Vec::new(), starts: Vec::new() };
        for piece in pieces {
            molecule.starts.push(molecule.bases.len());
            match piece {
                MoleculePiece::Inserted(bases) => {
                    molecule.bases.extend_from_slice(bases);
                    molecule.places.extend(bases.iter().map(|_| None));
                }
                MoleculePiece::Genomic(interval, strand) => {
                    let bases = reference.read(*interval, *strand).ok_or_else(|| {
                        let contig = reference.contigs().name(interval.contig);
                        Error::Config(format!("{}: {contig}:{}-{} lies outside of the genome", molecule.name, interval.start, interval.end))
                    })?;
                    molecule.bases.extend(bases);
                    let place = |position| Some(BasePlace { contig: interval.contig, position, strand: *strand });
                    match strand {
                        Strand::Forward => molecule.places.extend((interval.start..interval.end).map(place)),
                        Strand::Reverse => molecule.places.extend((interval.start..interval.end).rev().map(place)),
                    }
                }
            }
        }
        Ok(molecule)
    }

    /// The spliced transcript of a gene.
    ///
    /// # Errors
    /// When the gene has no exons or leaves the genome.
    pub fn transcript(gene: &Gene, reference: &MemoryGenome) -> Result<Self> {
        let last = model(gene)?.1.exons.len() as u32;
        Self::new(gene.symbol.clone(), &exon_pieces(gene, 1..=last)?, reference)
    }

    /// A fused transcript: `five` up to the end of its exon `last`, `insertion`, `three` from the start of its exon `first`.
    ///
    /// # Errors
    /// When an exon does not exist or leaves the genome.
    pub fn fusion_transcript(five: (&Gene, u32), insertion: &[u8], three: (&Gene, u32), reference: &MemoryGenome) -> Result<Self> {
        let (five, last) = five;
        let (three, first) = three;
        let mut pieces = exon_pieces(five, 1..=last)?;
        if !insertion.is_empty() {
            pieces.push(MoleculePiece::Inserted(insertion.to_vec()));
        }
        pieces.extend(exon_pieces(three, first..=model(three)?.1.exons.len() as u32)?);
        Self::new(format!("{}::{}", five.symbol, three.symbol), &pieces, reference)
    }

    /// The stretch of an unchanged chromosome.
    ///
    /// # Errors
    /// When it leaves the genome.
    pub fn stretch(name: impl Into<String>, interval: Interval, reference: &MemoryGenome) -> Result<Self> {
        Self::new(name, &[MoleculePiece::Genomic(interval, Strand::Forward)], reference)
    }

    /// A rearranged chromosome, read from the junction's end `a` to its end `b`, with `flank_bp` on either side.
    ///
    /// # Errors
    /// When a flank leaves the genome.
    pub fn derivative(name: impl Into<String>, junction: &Junction, flank_bp: u32, reference: &MemoryGenome) -> Result<Self> {
        let (to_break, strand_to) = kept_flank(junction.a(), flank_bp);
        let (from_break, strand_from) = kept_flank(junction.b(), flank_bp);
        let mut pieces = vec![MoleculePiece::Genomic(to_break, strand_to)];
        if !junction.insertion().is_empty() {
            pieces.push(MoleculePiece::Inserted(junction.insertion().to_vec()));
        }
        pieces.push(MoleculePiece::Genomic(from_break, strand_from.flipped()));
        Self::new(name, &pieces, reference)
    }

    /// The molecule with bases replaced; substitutions elsewhere do nothing.
    #[must_use]
    pub fn with_substitutions(mut self, substitutions: &[Substitution]) -> Self {
        for (base, place) in self.bases.iter_mut().zip(&self.places) {
            let Some(place) = place else { continue };
            let hit = substitutions.iter().find(|new| new.contig == place.contig && new.position == place.position);
            if let Some(new) = hit {
                *base = if place.strand == Strand::Forward { new.base } else { complement(new.base) };
            }
        }
        self
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bases, 5' to 3'.
    pub fn bases(&self) -> &[u8] {
        &self.bases
    }

    /// Length in bases.
    pub fn length_bp(&self) -> usize {
        self.bases.len()
    }

    /// Where on the genome a base comes from; `None` for inserted ones and beyond the end.
    pub fn place(&self, offset: usize) -> Option<BasePlace> {
        self.places.get(offset).copied().flatten()
    }

    /// The offset at which each piece starts.
    pub fn piece_starts(&self) -> &[usize] {
        &self.starts
    }

    /// The offset of a base of the genome, if the molecule has it.
    pub fn offset_of(&self, contig: ContigId, position: u32) -> Option<usize> {
        self.places.iter().position(|place| place.is_some_and(|place| place.contig == contig && place.position == position))
    }

    /// The bases of `start..end` in the molecule's direction, or of the other strand.
    pub fn read(&self, start: usize, end: usize, strand: Strand) -> Vec<u8> {
        let bases = &self.bases[start..end];
        match strand {
            Strand::Forward => bases.to_vec(),
            Strand::Reverse => reverse_complement(bases),
        }
    }
}

/// The pieces that a range of exons makes, in the order of transcription.
///
/// # Errors
/// When the gene has no such exons.
pub fn exon_pieces(gene: &Gene, numbers: RangeInclusive<u32>) -> Result<Vec<MoleculePiece>> {
    let (strand, transcript) = model(gene)?;
    numbers
        .map(|number| {
            let exon = transcript
                .exon(number)
                .ok_or_else(|| Error::Config(format!("{} has no exon {number} on {}", gene.symbol, transcript.id)))?;
            Ok(MoleculePiece::Genomic(Interval { contig: gene.contig(), start: exon.start, end: exon.end }, strand))
        })
        .collect()
}

fn model(gene: &Gene) -> Result<(Strand, &crate::model::Transcript)> {
    gene.strand.zip(gene.transcript.as_ref()).ok_or_else(|| Error::Config(format!("{} has no transcript", gene.symbol)))
}

/// The kept flank of a breakend and the strand on which one reads towards the break.
fn kept_flank(end: Breakend, flank_bp: u32) -> (Interval, Strand) {
    let Breakend { contig, boundary, side } = end;
    match side {
        Side::Lower => (Interval { contig, start: boundary.saturating_sub(flank_bp), end: boundary }, Strand::Forward),
        Side::Higher => (Interval { contig, start: boundary, end: boundary + flank_bp }, Strand::Reverse),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genome() -> MemoryGenome {
        MemoryGenome::new([("a".to_owned(), b"AACCGGTTAC".to_vec()), ("b".to_owned(), b"TTTTGCATCC".to_vec())])
    }

    #[test]
    fn a_derivative_reads_through_all_four_kinds_of_junction() {
        let end = |contig, boundary, side| Breakend::new(ContigId(contig), boundary, side);
        for (a, b, insertion, bases) in [
            (end(0, 4, Side::Lower), end(1, 4, Side::Higher), &b""[..], "ACCGCA"),
            (end(0, 4, Side::Lower), end(1, 7, Side::Lower), b"TT", "ACCTTTGC"),
            (end(0, 4, Side::Higher), end(1, 4, Side::Higher), b"", "ACCGCA"),
            (end(0, 4, Side::Higher), end(1, 7, Side::Lower), b"", "ACCTGC"),
        ] {
            let junction = Junction::new(a, b, insertion);
            let molecule = SimulatedMolecule::derivative("d", &junction, 3, &genome()).expect("the flanks lie within the genome");
            assert_eq!(String::from_utf8_lossy(molecule.bases()), bases);
        }
    }

    #[test]
    fn a_substitution_is_seen_on_either_strand() {
        let new = Substitution { contig: ContigId(0), position: 2, base: b'T' };
        let piece = |strand| [MoleculePiece::Genomic(Interval { contig: ContigId(0), start: 0, end: 4 }, strand)];
        let forward = SimulatedMolecule::new("f", &piece(Strand::Forward), &genome()).expect("within").with_substitutions(&[new]);
        let reverse = SimulatedMolecule::new("r", &piece(Strand::Reverse), &genome()).expect("within").with_substitutions(&[new]);
        assert_eq!(forward.bases(), b"AATC");
        assert_eq!(reverse.bases(), b"GATT");
        assert_eq!(reverse.offset_of(ContigId(0), 2), Some(1));
    }

    #[test]
    fn a_piece_outside_of_the_genome_is_an_error() {
        let outside = Interval { contig: ContigId(0), start: 5, end: 50 };
        assert!(SimulatedMolecule::stretch("x", outside, &genome()).is_err());
    }
}
