//! Places at which a library shows a substitution that looks inherited.

use crate::alignment::aligned_bases::{self, Laid};
use crate::alignment::read::{usable, RecordKind};
use crate::alignment::scan::leaves_out_flagged;
use crate::alignment::{tile, Library, Record};
use crate::coverage::region;
use crate::error::Result;
use crate::genome::{ContigId, Interval, Strand};
use crate::material::Material;
use crate::model::{builtin, Gene};
use crate::reference::Reference;
use crate::sequence::code;

use super::{looks_inherited, IdentityInputs, MIN_MOLECULES};

/// Bases that are looked at at once.
const TILE_BP: u32 = 500;

/// Records of such a tile that are looked at: 2,000 reads of 100 bases lie 400 deep over it. A heterozygous place shows in far fewer, and
/// genes that are read a million times would take longer than the rest of the run.
const MAX_OF_TILE: u32 = 2_000;

/// Introns that are longer are seldom on a panel, and the time to read them would go for nothing.
const MAX_INTRON_BP: u32 = 20_000;

/// Mapping quality from which a read counts: one in a hundred misplaced.
pub(super) const MIN_MAPQ: u8 = 20;

/// Quality from which a base counts; of long reads, whose bases seldom have more than 20, from 10 on.
pub(super) fn min_quality(library: &Library) -> u8 {
    if library.assay.long_reads {
        10
    } else {
        20
    }
}

/// Aligned bases at either end of a read that do not count: by chance an aligner extends reads past an exon's edge or an indel by a few bases.
pub(super) const END_BP: usize = 5;

/// A place at which a library shows a substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubstitutionSite {
    /// The contig.
    pub contig: ContigId,
    /// 0-based position.
    pub position: u32,
    /// Reference base of the forward strand.
    pub reference: u8,
    /// The other base.
    pub alternative: u8,
    /// The gene in which it lies.
    pub gene: String,
    /// Whether editing of RNA (A to I, read as G, along the gene) makes the same change.
    pub may_be_edited: bool,
}

/// A stretch that is looked at, and its gene.
struct GeneStretch<'a> {
    interval: Interval,
    gene: &'a Gene,
}

/// Places of a library, in the order of the genome.
///
/// # Errors
/// When the files or the FASTA cannot be read.
pub(super) fn find(library: &Library, inputs: &IdentityInputs<'_>) -> Result<Vec<SubstitutionSite>> {
    let builtin = builtin::symbols();
    // A GTF may bring thousands of genes, which would take as long as the rest of the run.
    let is_target = |gene: &Gene| inputs.targets.iter().any(|target| target.symbol == gene.symbol);
    let is_read = |gene: &&Gene| is_target(gene) || builtin.contains(&gene.symbol.as_str());
    let mut stretches: Vec<GeneStretch<'_>> = Vec::new();
    for gene in inputs.models.iter().filter(is_read) {
        for interval in tile::tiles(&tile::merged(intervals(gene, is_target(gene), library.assay.material()), 0), TILE_BP) {
            stretches.push(GeneStretch { interval, gene });
        }
    }
    let found = tile::run(
        inputs.pool,
        stretches.len(),
        || Ok((library.reader()?, inputs.reference.map(Reference::reader).transpose()?)),
        |(reader, window), index| {
            let stretch = &stretches[index];
            let known = window.as_mut().map(|window| window.bases(stretch.interval)).transpose()?.unwrap_or_default();
            let mut counts = BaseCounts::new(stretch.interval, known);
            let mut seen = 0;
            reader.visit_while(stretch.interval, |record, _| {
                if counts_for(record, library) {
                    counts.add(record, min_quality(library));
                }
                seen += 1;
                seen < MAX_OF_TILE
            })?;
            Ok(counts.places(stretch.gene))
        },
    )?;
    let mut places: Vec<SubstitutionSite> = found.into_iter().flatten().collect();
    places.sort_by_key(|place| (place.contig, place.position));
    places.dedup_by_key(|place| (place.contig, place.position));
    Ok(places)
}

/// The exons of a gene, and of a target in DNA the introns in which it breaks.
fn intervals(gene: &Gene, is_target: bool, material: Material) -> Vec<Interval> {
    let exons = gene.transcript.iter().flat_map(|transcript| &transcript.exons);
    let mut list: Vec<Interval> = exons.map(|exon| Interval { contig: gene.contig(), start: exon.start, end: exon.end }).collect();
    if material == Material::Dna && is_target {
        let introns = region::usual_regions(gene, material);
        list.extend(introns.into_iter().filter(|intron| intron.length_bp() <= MAX_INTRON_BP));
    }
    list
}

/// Whether a record has a say: a primary alignment that is no copy and surely lies there.
pub(super) fn counts_for(record: &Record, library: &Library) -> bool {
    let left_out = record.is_duplicate() && leaves_out_flagged(library.assay.duplicates);
    record.mapq() >= MIN_MAPQ && !left_out && usable(record).is_ok_and(|kind| kind == RecordKind::Primary)
}

/// How many reads show which base at each position of a stretch.
struct BaseCounts {
    interval: Interval,
    bases: Vec<[u32; 4]>,
    /// Bases of the FASTA; empty without one.
    known: Vec<u8>,
    /// Votes of MD tags where there is no FASTA.
    tags: Vec<[u32; 4]>,
}

impl BaseCounts {
    fn new(interval: Interval, known: Vec<u8>) -> Self {
        let length = interval.length_bp() as usize;
        let tags = if known.is_empty() { vec![[0; 4]; length] } else { Vec::new() };
        Self { interval, bases: vec![[0; 4]; length], known, tags }
    }

    /// Where a position lies within the stretch.
    fn index(&self, position: u32) -> Option<usize> {
        (self.interval.start..self.interval.end).contains(&position).then(|| (position - self.interval.start) as usize)
    }

    fn add(&mut self, record: &Record, min_quality: u8) {
        for Laid { position, base, .. } in aligned_bases::bases(record, END_BP).into_iter().filter(|laid| laid.quality >= min_quality) {
            if let (Some(index), Some(code)) = (self.index(position), code(base)) {
                self.bases[index][code] += 1;
            }
        }
        if self.tags.is_empty() {
            return;
        }
        for (position, base) in aligned_bases::reference(record).into_iter().flatten() {
            if let (Some(index), Some(code)) = (self.index(position), code(base)) {
                self.tags[index][code] += 1;
            }
        }
    }

    fn reference(&self, index: usize) -> Option<usize> {
        if let Some(base) = self.known.get(index) {
            return code(*base);
        }
        let votes = self.tags.get(index)?;
        (0..4).max_by_key(|&code| (votes[code], std::cmp::Reverse(code))).filter(|&code| votes[code] > 0)
    }

    fn places(&self, gene: &Gene) -> Vec<SubstitutionSite> {
        let mut list = Vec::new();
        for (index, counts) in self.bases.iter().enumerate() {
            let Some(reference) = self.reference(index) else { continue };
            let others = (0..4).filter(|&code| code != reference);
            let Some(alternative) = others.max_by_key(|&code| (counts[code], std::cmp::Reverse(code))) else { continue };
            let depth = counts[reference] + counts[alternative];
            if depth >= MIN_MOLECULES && looks_inherited(counts[alternative], depth) {
                let (reference, alternative) = (b"ACGT"[reference], b"ACGT"[alternative]);
                list.push(SubstitutionSite {
                    contig: self.interval.contig,
                    position: self.interval.start + index as u32,
                    reference,
                    alternative,
                    gene: gene.symbol.clone(),
                    may_be_edited: is_editing(gene.strand, (reference, alternative)),
                });
            }
        }
        list
    }
}

/// Whether a change of the forward strand is A to G along the gene, as RNA is edited (Nishikura, Annual Review of Biochemistry 2010;
/// 79:321-349).
fn is_editing(strand: Option<Strand>, change: (u8, u8)) -> bool {
    match strand {
        Some(Strand::Forward) => change == (b'A', b'G'),
        Some(Strand::Reverse) => change == (b'T', b'C'),
        None => matches!(change, (b'A', b'G') | (b'T', b'C')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editing_is_told_along_the_gene() {
        assert!(is_editing(Some(Strand::Forward), (b'A', b'G')) && !is_editing(Some(Strand::Forward), (b'T', b'C')));
        assert!(is_editing(Some(Strand::Reverse), (b'T', b'C')) && !is_editing(Some(Strand::Reverse), (b'A', b'G')));
    }

    #[test]
    fn a_place_needs_a_reference_base_and_an_inherited_look() {
        let gene = Gene::made_up("ALK", 0, Strand::Forward, &[(100, 104)]);
        let interval = Interval { contig: ContigId(0), start: 100, end: 104 };
        let mut counts = BaseCounts::new(interval, Vec::new());
        counts.bases = vec![[20, 0, 20, 0], [0, 30, 0, 0], [0, 0, 38, 2], [20, 20, 0, 0]];
        counts.tags = vec![[40, 0, 0, 0], [0, 0, 0, 30], [0, 0, 40, 0], [0; 4]];
        let found: Vec<(u32, u8, u8)> =
            counts.places(&gene).iter().map(|place| (place.position, place.reference, place.alternative)).collect();
        assert_eq!(found, [(100, b'A', b'G'), (101, b'T', b'C')]);
    }
}
