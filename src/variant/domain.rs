//! A stretch of coding sequence as one row of bases: the kinase domain of a gene, or a hot spot of another one.
//!
//! ```text
//!   genome (ALK, reverse strand)   [exon 25]....[exon 24]....[exon 23]....[exon 22]
//!   index, in transcription         830 ........ 500 ......... 300 ........ 100 .. 0
//! ```
//!
//! Everything that is called here is counted by this index, so that a codon that an intron cuts is three neighbours all the same.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::fusion::frame::kinase_domain_codons;
use crate::genome::{Assembly, ContigId, Interval, Strand};
use crate::knowledge::resistance::ResistanceSite;
use crate::knowledge::Knowledge;
use crate::model::index::GeneModels;
use crate::model::{Gene, Transcript};
use crate::reference::Window;
use crate::sequence::{complement, translate_codon};

/// Longest row of bases; the five kinase domains have 822 to 864.
pub const MAX_BASES: usize = 6_000;

/// Bases of the introns beside each part of the row whose reference is read with it: by these a deletion over an exon's edge is placed. Of
/// one that goes further the FASTA is read where it lies.
pub const FLANK_BP: u32 = 150;

/// Where a reference base was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BaseSource {
    /// Nowhere: not known.
    Unknown,
    /// From what nearly all reads show at a codon whose amino acid the table knows.
    Reads,
    /// From the MD tags of the reads.
    Md,
    /// From the built-in codons.
    Table,
    /// From the FASTA.
    Fasta,
}

/// A part of the row that lies in one exon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Genomic start, interbase.
    pub start: u32,
    /// Genomic end, interbase.
    pub end: u32,
    /// Index of its first base in the order of transcription.
    pub first: usize,
}

impl Segment {
    /// Number of bases.
    pub fn length(&self) -> usize {
        (self.end - self.start) as usize
    }
}

/// An exon whose splice sites are judged, within a row that goes on into the introns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExonWithin {
    /// Index of its first base.
    pub first: usize,
    /// Index behind its last base.
    pub end: usize,
    /// 1-based offset of its first base in the coding sequence.
    pub coding: usize,
}

/// A row of coding bases.
#[derive(Debug, Clone)]
pub struct Domain<'a> {
    /// HGNC symbol.
    pub gene: String,
    /// The transcript by which codons are counted.
    pub transcript: String,
    /// The contig.
    pub contig: ContigId,
    /// Strand of the gene.
    pub strand: Strand,
    /// Number of the first codon.
    pub first_codon: u32,
    /// Known resistance sites within, by codon.
    pub known: Vec<&'a ResistanceSite>,
    /// For a row around an exon, that exon; such a row has no codons.
    pub exon: Option<ExonWithin>,
    /// Genomic position (0-based) of each base, in the order of transcription.
    positions: Vec<u32>,
    /// Reference base in the direction of transcription, `N` where not known.
    reference: Vec<u8>,
    sources: Vec<BaseSource>,
    segments: Vec<Segment>,
    /// Reference bases of the forward strand beside the segments, where known.
    beside: BTreeMap<u32, u8>,
    model: Option<Transcript>,
    /// Codons at which the reference contradicts the table, and how.
    problems: Vec<(u32, String)>,
}

impl<'a> Domain<'a> {
    /// The codons `first..=last` of a gene; `None` where it has no coding model for them.
    pub fn of_gene(gene: &Gene, first: u32, last: u32) -> Option<Self> {
        let (strand, transcript) = (gene.strand?, gene.transcript.as_ref()?);
        let mut positions = Vec::new();
        for codon in first..=last {
            positions.extend(transcript.codon_bases(codon, strand)?);
            if positions.len() > MAX_BASES {
                return None;
            }
        }
        Some(Self::of_positions(gene, positions, first, None))
    }

    /// An exon with so many bases of the introns on either side; `None` where the gene has no such exon, or it does not code.
    pub fn around_exon(gene: &Gene, number: u32, flank_bp: u32) -> Option<Self> {
        let (strand, transcript) = (gene.strand?, gene.transcript.as_ref()?);
        let exon = transcript.exon(number)?;
        let mut positions: Vec<u32> = (exon.start.checked_sub(flank_bp)?..exon.end + flank_bp).collect();
        if positions.len() > MAX_BASES {
            return None;
        }
        if strand == Strand::Reverse {
            positions.reverse();
        }
        let first = flank_bp as usize;
        let coding = transcript.hgvs_position(*positions.get(first)?, strand)?.parse().ok()?;
        let within = ExonWithin { first, end: first + exon.length_bp() as usize, coding };
        Some(Self::of_positions(gene, positions, 1, Some(within)))
    }

    fn of_positions(gene: &Gene, positions: Vec<u32>, first_codon: u32, exon: Option<ExonWithin>) -> Self {
        let strand = gene.strand.unwrap_or(Strand::Forward);
        let transcript = gene.transcript.as_ref().map_or("", |transcript| transcript.literature_id());
        let mut segments: Vec<Segment> = Vec::new();
        for (index, &position) in positions.iter().enumerate() {
            match segments.last_mut() {
                Some(last) if strand == Strand::Forward && last.end == position => last.end += 1,
                Some(last) if strand == Strand::Reverse && last.start == position + 1 => last.start = position,
                _ => segments.push(Segment { start: position, end: position + 1, first: index }),
            }
        }
        Self {
            gene: gene.symbol.clone(),
            transcript: transcript.to_owned(),
            contig: gene.contig(),
            strand,
            first_codon,
            known: Vec::new(),
            exon,
            reference: vec![b'N'; positions.len()],
            sources: vec![BaseSource::Unknown; positions.len()],
            positions,
            segments,
            beside: BTreeMap::new(),
            model: gene.transcript.clone(),
            problems: Vec::new(),
        }
    }

    /// Number of bases.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Whether the row has no base.
    pub fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// The parts by exon.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The stretch of the contig that a segment covers.
    pub fn interval(&self, segment: &Segment) -> Interval {
        Interval { contig: self.contig, start: segment.start, end: segment.end }
    }

    /// Index of a genomic position within a segment.
    pub fn index_in(&self, segment: &Segment, position: u32) -> usize {
        segment.first
            + match self.strand {
                Strand::Forward => position - segment.start,
                Strand::Reverse => segment.end - 1 - position,
            } as usize
    }

    /// Index of the first base of a stretch of the genome within a segment, and its number of bases. A stretch without any has the index
    /// before which bases can be inserted there.
    pub fn indices_in(&self, segment: &Segment, start: u32, end: u32) -> (usize, usize) {
        let before = match self.strand {
            Strand::Forward => start - segment.start,
            Strand::Reverse => segment.end - end,
        };
        (segment.first + before as usize, (end - start) as usize)
    }

    /// The way back: the stretch of the genome that so many bases from an index on have; `None` where they go beyond the segment.
    pub fn stretch_in(&self, segment: &Segment, at: usize, count: usize) -> Option<(u32, u32)> {
        let before = at.checked_sub(segment.first).filter(|before| before + count <= segment.length())? as u32;
        let count = count as u32;
        Some(match self.strand {
            Strand::Forward => (segment.start + before, segment.start + before + count),
            Strand::Reverse => (segment.end - before - count, segment.end - before),
        })
    }

    /// The segment that begins with an index.
    pub fn segment_from(&self, first: usize) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.first == first)
    }

    /// The segment nearest to a stretch of the genome.
    pub fn segment_near(&self, start: u32, end: u32) -> Option<&Segment> {
        self.segments.iter().min_by_key(|segment| segment.start.saturating_sub(end).max(start.saturating_sub(segment.end)))
    }

    /// Bases by which a stretch of the genome goes beyond the segment that begins with an index, before and behind it in transcription.
    pub fn beside(&self, first: usize, (start, end): (u32, u32)) -> [u32; 2] {
        let Some(segment) = self.segment_from(first) else { return [0, 0] };
        let (below, above) = (segment.start.saturating_sub(start), end.saturating_sub(segment.end));
        if self.strand == Strand::Forward {
            [below, above]
        } else {
            [above, below]
        }
    }

    /// Where a transcript goes on, up or down the genome, from an interbase place: at the end of a segment with the next one.
    pub fn over_the_intron(&self, place: u32, up: bool) -> u32 {
        let ends = |segment: &&Segment| if up { segment.end == place } else { segment.start == place };
        let (others, edge): (Vec<&Segment>, fn(&Segment) -> u32) = if up {
            (self.segments.iter().filter(|segment| segment.start > place).collect(), |segment| segment.start)
        } else {
            (self.segments.iter().filter(|segment| segment.end < place).collect(), |segment| segment.end)
        };
        let next = others.into_iter().map(edge).min_by_key(|other| other.abs_diff(place));
        self.segments.iter().find(ends).and(next).unwrap_or(place)
    }

    /// The segment that holds a stretch of the genome whole.
    pub fn segment_around(&self, start: u32, end: u32) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.start <= start && end <= segment.end)
    }

    /// What a stretch of the genome has on the row: index of its first base and number of bases. A stretch without any lies at the
    /// nearest edge of a segment.
    pub fn bases_in(&self, start: u32, end: u32) -> (usize, usize) {
        let within = |segment: &Segment| (segment.start.max(start), segment.end.min(end));
        let parts: Vec<(usize, usize)> = (self.segments.iter())
            .filter_map(|segment| {
                let (low, high) = within(segment);
                let count = high.checked_sub(low).filter(|count| *count > 0)? as usize;
                Some((self.index_in(segment, low).min(self.index_in(segment, high - 1)), count))
            })
            .collect();
        if let Some(first) = parts.iter().map(|part| part.0).min() {
            return (first, parts.iter().map(|part| part.1).sum());
        }
        let Some(nearest) = self.segment_near(start, end) else { return (0, 0) };
        let is_behind = (start >= nearest.end) == (self.strand == Strand::Forward);
        let behind = nearest.first + (nearest.end - nearest.start) as usize;
        (if is_behind { behind } else { nearest.first }.min(self.len() - 1), 0)
    }

    /// The splice sites that a stretch of the genome takes away, in words.
    pub fn splice_sites_in(&self, start: u32, end: u32) -> Vec<String> {
        self.model.as_ref().map_or_else(Vec::new, |model| model.splice_sites_in(start, end, self.strand))
    }

    /// Whether a stretch of the genome is an intron, to the base.
    pub fn is_intron(&self, start: u32, end: u32) -> bool {
        self.model
            .as_ref()
            .is_some_and(|model| model.exons.iter().any(|exon| exon.end == start) && model.exons.iter().any(|exon| exon.start == end))
    }

    /// A stretch of the genome as HGVS names it in the coding sequence: `3604-5_3610`.
    pub fn stretch_name(&self, start: u32, end: u32) -> Option<String> {
        let name = |base: u32| self.model.as_ref()?.hgvs_genomic_position(base, self.strand);
        let (low, high) = (name(start)?, name(end.checked_sub(1)?)?);
        Some(match self.strand {
            _ if low == high => low,
            Strand::Forward => format!("{low}_{high}"),
            Strand::Reverse => format!("{high}_{low}"),
        })
    }

    /// The reference base of the forward strand at a genomic position, on the row or beside it; `N` where it is not known.
    pub fn forward_base(&self, position: u32) -> u8 {
        match self.segment_around(position, position + 1) {
            Some(segment) => self.turned(self.base(self.index_in(segment, position))),
            None => self.beside.get(&position).copied().unwrap_or(b'N'),
        }
    }

    /// Sets a reference base of the forward strand beside the row.
    pub fn set_beside(&mut self, position: u32, base: u8) {
        self.beside.insert(position, base);
    }

    /// The stretch of the contig that a segment covers, with what of the introns is read with it.
    pub fn with_flanks(&self, segment: &Segment) -> Interval {
        let Interval { contig, start, end } = self.interval(segment);
        Interval { contig, start: start.saturating_sub(FLANK_BP), end: end.saturating_add(FLANK_BP) }
    }

    /// The indices of the segment that holds a base: first and behind the last.
    pub fn segment_of(&self, index: usize) -> (usize, usize) {
        let at = self.segments.partition_point(|segment| segment.first <= index).saturating_sub(1);
        let first = self.segments.get(at).map_or(0, |segment| segment.first);
        (first, self.segments.get(at + 1).map_or(self.len(), |next| next.first))
    }

    /// Genomic position (0-based) of a base.
    pub fn position(&self, index: usize) -> u32 {
        self.positions[index]
    }

    /// Reference base in the direction of transcription; `N` outside and where it is not known.
    pub fn base(&self, index: usize) -> u8 {
        self.reference.get(index).copied().unwrap_or(b'N')
    }

    /// Where that base was read.
    pub fn source(&self, index: usize) -> BaseSource {
        self.sources.get(index).copied().unwrap_or(BaseSource::Unknown)
    }

    /// Sets a reference base (in the direction of transcription).
    pub fn set(&mut self, index: usize, base: u8, source: BaseSource) {
        self.reference[index] = base.to_ascii_uppercase();
        self.sources[index] = source;
    }

    /// The codons by number; none in a row around an exon.
    pub fn codons(&self) -> std::ops::Range<u32> {
        let codons = if self.exon.is_some() { 0 } else { (self.len() / 3) as u32 };
        self.first_codon..self.first_codon + codons
    }

    /// Index of a codon's first base.
    pub fn first_of(&self, codon: u32) -> usize {
        (codon - self.first_codon) as usize * 3
    }

    /// The reference codon in the direction of transcription, where all three bases are known.
    pub fn codon(&self, codon: u32) -> Option<[u8; 3]> {
        let first = self.first_of(codon);
        let bases = [self.base(first), self.base(first + 1), self.base(first + 2)];
        bases.iter().all(|base| b"ACGT".contains(base)).then_some(bases)
    }

    /// The poorest source of a codon's bases.
    pub fn codon_source(&self, codon: u32) -> BaseSource {
        let first = self.first_of(codon);
        (first..first + 3).map(|index| self.source(index)).min().unwrap_or(BaseSource::Unknown)
    }

    /// Offset of a base in the coding sequence, 1-based as in HGVS.
    pub fn coding(&self, index: usize) -> usize {
        (self.first_codon as usize - 1) * 3 + index + 1
    }

    /// A base as HGVS names it in the coding sequence: `3604`, and in introns `2942-2` or `3082+1`.
    pub fn coding_name(&self, index: usize) -> String {
        match self.exon {
            None => self.coding(index).to_string(),
            Some(exon) if index < exon.first => format!("{}-{}", exon.coding, exon.first - index),
            Some(exon) if index >= exon.end => format!("{}+{}", exon.coding + exon.end - exon.first - 1, index - exon.end + 1),
            Some(exon) => (exon.coding + index - exon.first).to_string(),
        }
    }

    /// The known site of a codon.
    pub fn site(&self, codon: u32) -> Option<&'a ResistanceSite> {
        self.known.iter().find(|site| site.codon == codon).copied()
    }

    /// Whether a base belongs to a known site.
    pub fn is_known(&self, index: usize) -> bool {
        self.site(self.first_codon + (index / 3) as u32).is_some()
    }

    /// Why a codon cannot be judged, if so.
    pub fn problem(&self, codon: u32) -> Option<&str> {
        self.problems.iter().find(|(at, _)| *at == codon).map(|(_, problem)| problem.as_str())
    }

    /// Turns a base of the forward strand into one of the gene's strand, and back.
    pub fn turned(&self, base: u8) -> u8 {
        match self.strand {
            Strand::Forward => base,
            Strand::Reverse => complement(base),
        }
    }

    /// Reads the reference of a stretch of the contig, on the row and beside it, from the FASTA.
    ///
    /// # Errors
    /// When the FASTA cannot be read.
    pub fn read(&mut self, window: &mut Window, stretch: Interval) -> Result<()> {
        let bases = window.bases(stretch)?;
        for (position, base) in (stretch.start..stretch.end).zip(bases).filter(|(_, base)| b"ACGT".contains(base)) {
            match self.segment_around(position, position + 1).copied() {
                Some(segment) => self.set(self.index_in(&segment, position), self.turned(base), BaseSource::Fasta),
                None => self.set_beside(position, base),
            }
        }
        Ok(())
    }

    /// Fills the reference: from the FASTA, else from the built-in codons of the known sites.
    ///
    /// # Errors
    /// When the FASTA cannot be read.
    pub fn fill(&mut self, window: Option<&mut Window>, with_table: bool) -> Result<()> {
        if let Some(window) = window {
            for segment in self.segments.clone() {
                self.read(window, self.with_flanks(&segment))?;
            }
        }
        if with_table {
            for site in self.known.clone() {
                let first = self.first_of(site.codon);
                if let Some(codon) = site.ref_codon.filter(|_| self.codon_source(site.codon) == BaseSource::Unknown) {
                    for (slot, base) in codon.into_iter().enumerate() {
                        self.set(first + slot, base, BaseSource::Table);
                    }
                }
            }
        }
        self.check();
        Ok(())
    }

    /// Notes the known codons whose reference does not code for the amino acid that the table names.
    pub fn check(&mut self) {
        self.problems.clear();
        for site in &self.known {
            let Some(codon) = self.codon(site.codon) else { continue };
            let found = translate_codon(&codon);
            if found != Some(site.ref_aa) {
                let source = match self.codon_source(site.codon) {
                    BaseSource::Fasta => "the FASTA has",
                    BaseSource::Md => "the MD tags have",
                    _ => "the reference has",
                };
                let text = format!(
                    "{source} codon {} ({}) where {} is expected",
                    String::from_utf8_lossy(&codon),
                    found.map_or('?', char::from),
                    char::from(site.ref_aa)
                );
                self.problems.push((site.codon, text));
            }
        }
    }
}

/// The kinase domains of these genes with their known sites and what of their reference is known before reading. A site of the
/// user's own tables may lie beside the domain; the row then reaches as far as that.
///
/// # Errors
/// When the FASTA cannot be read.
pub fn domains<'a>(
    genes: &[&Gene],
    knowledge: &'a Knowledge,
    assembly: Option<Assembly>,
    mut reference: Option<&mut Window>,
) -> Result<Vec<Domain<'a>>> {
    let mut list = Vec::new();
    for gene in genes {
        let Some((first, last)) = kinase_domain_codons(&gene.symbol) else { continue };
        let sites: Vec<&ResistanceSite> = knowledge.resistance_sites().iter().filter(|site| site.gene == gene.symbol).collect();
        let first = sites.iter().map(|site| site.codon).min().map_or(first, |codon| first.min(codon).max(1));
        let furthest = sites.iter().map(|site| site.codon).max().map_or(last, |codon| last.max(codon));
        let Some(mut domain) = Domain::of_gene(gene, first, furthest).or_else(|| Domain::of_gene(gene, first, last)) else { continue };
        domain.known = sites.into_iter().filter(|site| domain.codons().contains(&site.codon)).collect();
        domain.fill(reference.as_deref_mut(), assembly.is_some())?;
        list.push(domain);
    }
    Ok(list)
}

/// A stretch of codons of any gene with a coding model, such as a hot spot.
///
/// # Errors
/// When the FASTA cannot be read.
pub fn stretch<'a>(models: &GeneModels, symbol: &str, first: u32, last: u32, reference: Option<&mut Window>) -> Result<Option<Domain<'a>>> {
    let Some(mut domain) = models.find(symbol).and_then(|gene| Domain::of_gene(gene, first, last)) else { return Ok(None) };
    domain.fill(reference, false)?;
    Ok(Some(domain))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::builtin;

    /// The five domains of an assembly with the built-in codons.
    pub(crate) fn builtin_domains(assembly: Assembly, knowledge: &Knowledge) -> Vec<Domain<'_>> {
        let genes = builtin::genes(assembly, &builtin::tests::chromosomes()).genes;
        let kinases: Vec<&Gene> = genes.iter().filter(|gene| builtin::KINASES.contains(&gene.symbol.as_str())).collect();
        domains(&kinases, knowledge, Some(assembly), None).expect("no FASTA, no error")
    }

    #[test]
    fn the_table_and_the_gene_models_agree_on_every_known_codon_of_both_genomes() {
        let knowledge = Knowledge::builtin();
        for assembly in [Assembly::Grch37, Assembly::Grch38] {
            let domains = builtin_domains(assembly, &knowledge);
            assert_eq!(domains.len(), 5);
            let mut seen = 0;
            for domain in &domains {
                for site in &domain.known {
                    let first = domain.first_of(site.codon);
                    let places = [first, first + 1, first + 2].map(|index| domain.position(index));
                    assert_eq!(Some(places), site.bases(assembly), "{} {} {assembly}", domain.gene, site.codon);
                    assert_eq!(domain.problem(site.codon), None);
                    seen += 1;
                }
            }
            assert_eq!(seen, knowledge.resistance_sites().len());
        }
    }

    #[test]
    fn an_index_and_its_position_go_both_ways() {
        let knowledge = Knowledge::builtin();
        for domain in builtin_domains(Assembly::Grch38, &knowledge) {
            for segment in domain.segments() {
                for position in segment.start..segment.end {
                    assert_eq!(domain.position(domain.index_in(segment, position)), position, "{}", domain.gene);
                }
            }
            assert_eq!(domain.len() % 3, 0);
        }
    }
}
