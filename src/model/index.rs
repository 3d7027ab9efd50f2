//! All genes in one place: by symbol, by position.

mod splice;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rust_lapper::{Interval as Lap, Lapper};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::genome::{Assembly, ContigId, Contigs};
use crate::model::all_genes::AllGenes;
use crate::model::builtin::{self, current_symbol, BuiltinGenes, KINASES};
use crate::model::gene::{Exon, Gene, Transcript};

/// The genes of a run, found by symbol and by position.
#[derive(Debug, Clone, Default)]
pub struct GeneModels {
    /// By contig, start, end and symbol.
    genes: Vec<Gene>,
    /// 0 for a target kinase, 1 for a known partner, 2 for any other gene; parallel to `genes`.
    ranks: Vec<u8>,
    by_symbol: FxHashMap<String, usize>,
    by_place: BTreeMap<ContigId, Lapper<u32, usize>>,
    absent: Vec<String>,
    has_gtf: bool,
    /// Genes that only name what no gene above explains.
    all: AllGenes,
}

impl GeneModels {
    /// The built-in genes alone, for a BAM without a GTF.
    pub fn builtin(assembly: Assembly, contigs: &Contigs) -> Self {
        Self::merge(Some(builtin::genes(assembly, contigs)), Vec::new())
    }

    /// Joins the built-in genes with those of a GTF; without built-in genes (a genome that is neither GRCh37 nor GRCh38) the GTF
    /// stands alone.
    ///
    /// A gene that is not built in is the GTF's. A built-in gene keeps the transcript on which the tables count its exons, so that
    /// `E13;A20` means the same with any annotation; where the GTF has that transcript, spliced in the same places, its ends and its
    /// coding sequence are the user's. The GTF's MANE Select transcript becomes another way to count.
    pub fn merge(builtin: Option<BuiltinGenes>, gtf: Vec<Gene>) -> Self {
        let BuiltinGenes { genes: built, absent } = builtin.unwrap_or_default();
        let has_gtf = !gtf.is_empty();
        let mut models: BTreeMap<(ContigId, String), Gene> = BTreeMap::new();
        for gene in built {
            models.insert((gene.contig(), gene.symbol.clone()), gene);
        }
        let mut genes = Vec::with_capacity(models.len() + gtf.len());
        for mut gene in gtf {
            let key = (gene.contig(), current_symbol(&gene.symbol).to_owned());
            gene.symbol.clone_from(&key.1);
            if let Some(built) = models.get_mut(&key) {
                take_own_version(built, &gene);
                take_mane_select(built, gene);
                continue;
            }
            genes.push(gene);
        }
        genes.extend(models.into_values());
        genes.sort_by(|a, b| (a.span, &a.symbol).cmp(&(b.span, &b.symbol)));
        Self { has_gtf, ..Self::index(genes, absent) }
    }

    fn index(genes: Vec<Gene>, absent: Vec<String>) -> Self {
        let partners: FxHashSet<&str> = builtin::symbols().into_iter().collect();
        let mut by_symbol: FxHashMap<String, usize> = FxHashMap::default();
        let mut laps: BTreeMap<ContigId, Vec<Lap<u32, usize>>> = BTreeMap::new();
        let mut ranks = Vec::with_capacity(genes.len());
        for (index, gene) in genes.iter().enumerate() {
            by_symbol.entry(gene.symbol.clone()).or_insert(index);
            // Both ends of a gene count as within it, so the half-open interval is one longer.
            laps.entry(gene.contig()).or_default().push(Lap { start: gene.span.start, stop: gene.span.end.saturating_add(1), val: index });
            ranks.push(match gene.symbol.as_str() {
                symbol if KINASES.contains(&symbol) => 0,
                symbol if partners.contains(symbol) => 1,
                _ => 2,
            });
        }
        let by_place = laps.into_iter().map(|(contig, laps)| (contig, Lapper::new(laps))).collect();
        Self { genes, ranks, by_symbol, by_place, absent, has_gtf: false, all: AllGenes::default() }
    }

    /// The same models, which name any protein-coding gene besides.
    #[must_use]
    pub fn naming_all(mut self, assembly: Assembly, contigs: &Contigs) -> Self {
        self.all = AllGenes::new(assembly, contigs);
        self
    }

    /// The same models, in which these genes come before all others at a place.
    #[must_use]
    pub fn putting_first(mut self, symbols: &[String]) -> Self {
        for (rank, gene) in self.ranks.iter_mut().zip(&self.genes) {
            if symbols.contains(&gene.symbol) {
                *rank = 0;
            }
        }
        self
    }

    /// The gene of this symbol or former symbol; of several genes of one name the first by contig and start.
    pub fn find(&self, symbol: &str) -> Option<&Gene> {
        let index = self.by_symbol.get(symbol).or_else(|| self.by_symbol.get(current_symbol(symbol)))?;
        self.genes.get(*index)
    }

    /// The genes whose span touches a boundary: kinases first, then known partners, then the shorter, then by symbol.
    pub fn at(&self, contig: ContigId, boundary: u32) -> Vec<&Gene> {
        let mut found = self.overlapping(contig, boundary, boundary.saturating_add(1));
        found.sort_by(|&a, &b| self.order(a, b));
        found.into_iter().map(|index| &self.genes[index]).collect()
    }

    /// The protein-coding genes whose span touches a boundary and which these models do not have. They name a partner, and say its
    /// exon and frame; what is looked for, read or flagged never depends on them.
    pub fn unlisted_at(&self, contig: ContigId, boundary: u32) -> Vec<&Gene> {
        let mut found: Vec<&Gene> = self.unlisted(contig, boundary, boundary.saturating_add(1)).collect();
        found.sort_by_key(|gene| (gene.span.length_bp(), &gene.symbol));
        found
    }

    /// The genes nearest to a boundary that lies in none, on its lower and on its higher side, each with its distance in bases, if
    /// they lie within `max_bp`.
    pub fn beside(&self, contig: ContigId, boundary: u32, max_bp: u32) -> [Option<(&Gene, u32)>; 2] {
        let (start, stop) = (boundary.saturating_sub(max_bp), boundary.saturating_add(max_bp).saturating_add(1));
        let mut near: Vec<&Gene> = self.overlapping(contig, start, stop).into_iter().map(|index| &self.genes[index]).collect();
        near.extend(self.unlisted(contig, start, stop));
        let nearest = |distance_bp: &dyn Fn(&Gene) -> Option<u32>| {
            let far = near.iter().filter_map(|&gene| Some((distance_bp(gene)?, gene)));
            far.min_by(|a, b| (a.0, &a.1.symbol).cmp(&(b.0, &b.1.symbol))).map(|(bp, gene)| (gene, bp))
        };
        [nearest(&|gene| boundary.checked_sub(gene.span.end)), nearest(&|gene| gene.span.start.checked_sub(boundary))]
    }

    /// All genes, by contig, start, end and symbol.
    pub fn iter(&self) -> impl Iterator<Item = &Gene> {
        self.genes.iter()
    }

    /// Whether genes of a user's GTF are among them: of two genes at a place these are the user's choice.
    pub fn has_gtf(&self) -> bool {
        self.has_gtf
    }

    /// Symbols of built-in genes whose contig the BAM does not have, sorted.
    pub fn absent(&self) -> &[String] {
        &self.absent
    }

    fn unlisted(&self, contig: ContigId, start: u32, stop: u32) -> impl Iterator<Item = &Gene> {
        let is_listed = move |gene: &Gene| self.find(&gene.symbol).is_some_and(|own| own.contig() == contig);
        self.all.overlapping(contig, start, stop).filter(move |gene| !is_listed(gene))
    }

    fn overlapping(&self, contig: ContigId, start: u32, stop: u32) -> Vec<usize> {
        self.by_place.get(&contig).map(|lapper| lapper.find(start, stop).map(|lap| lap.val).collect()).unwrap_or_default()
    }

    fn order(&self, a: usize, b: usize) -> Ordering {
        let key = |index: usize| (self.ranks[index], self.genes[index].span.length_bp(), self.genes[index].symbol.as_str(), index);
        key(a).cmp(&key(b))
    }
}

/// Gives a built-in partner the user's version of its transcript, if the GTF has it with the same splice sites: its ends, and its coding
/// sequence where it has a complete one. The kinases stay as they are, because the codons of the tables are counted on them.
fn take_own_version(built: &mut Gene, gene: &Gene) {
    let (Some(transcript), Some(other)) = (&mut built.transcript, &gene.transcript) else { return };
    let bare = |id: &str| id.split('.').next().unwrap_or(id).to_owned();
    let same_id = bare(&other.id) == transcript.id || Some(bare(&other.id)) == transcript.refseq;
    if !same_id || other.exons.len() != transcript.exons.len() || KINASES.contains(&built.symbol.as_str()) {
        return;
    }
    let Some(curated) = with_other_ends(&other.exons, &transcript.exons) else { return };
    if other.cds_length_bp.is_some() {
        transcript.exons.clone_from(&other.exons);
        transcript.cds_length_bp = other.cds_length_bp;
    } else {
        transcript.exons = curated;
    }
    built.span.start = built.span.start.min(gene.span.start);
    built.span.end = built.span.end.max(gene.span.end);
}

/// Takes the transcript that a GTF tags as MANE Select as another way to count exons, where no source names one.
fn take_mane_select(built: &mut Gene, gene: Gene) {
    let Some(id) = gene.mane_select else { return };
    let bare = |id: &str| id.split('.').next().unwrap_or(id).to_owned();
    let mut own = built.transcript.iter().chain(&built.alternatives);
    if own.any(builtin::is_mane_select) {
        return;
    }
    let same = |own: &&Transcript| bare(&own.id) == bare(&id) || own.refseq.as_deref() == Some(bare(&id).as_str());
    if let Some(own) = built.transcript.iter().chain(&built.alternatives).find(same) {
        built.mane_select = Some(own.id.clone());
    } else if let Some(other) = gene.transcript.into_iter().chain(gene.alternatives).find(|transcript| transcript.id == id) {
        built.alternatives.push(other);
        built.mane_select = Some(id);
    }
}

/// The exons of a transcript with another version's coding sequence, if the two differ only in where the first exon begins and
/// the last ends and neither change touches the coding part.
fn with_other_ends(exons: &[Exon], other: &[Exon]) -> Option<Vec<Exon>> {
    let last = exons.len().checked_sub(1).filter(|&last| last > 0)?;
    let forward = exons[0].start < exons[last].start;
    let same = |index: usize, a: &Exon, b: &Exon| {
        let (free_start, free_end) = if forward { (index == 0, index == last) } else { (index == last, index == 0) };
        (free_start || a.start == b.start) && (free_end || a.end == b.end)
    };
    if !exons.iter().zip(other).enumerate().all(|(index, (a, b))| same(index, a, b)) {
        return None;
    }
    exons
        .iter()
        .zip(other)
        .enumerate()
        .map(|(index, (exon, source))| {
            let Some((start, end)) = source.cds else { return Some(*exon) };
            let lead_bp = if index == 0 { (exon.length_bp() + source.lead_bp).checked_sub(source.length_bp())? } else { source.lead_bp };
            (lead_bp + (end - start) <= exon.length_bp()).then_some(Exon { cds: source.cds, lead_bp, ..*exon })
        })
        .collect()
}

#[cfg(test)]
mod tests;
