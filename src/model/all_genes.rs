//! One transcript of every protein-coding gene, which names the partners that neither the user's GTF nor the curated models have.
//!
//! The table is embedded as text, sorted by chromosome. Nothing of it is read at the start of a run: the lines of a chromosome become
//! genes when the first place on it is asked for. Sources and limits: `docs/src/gene_models.md`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rust_lapper::{Interval as Lap, Lapper};

use crate::genome::{Assembly, ContigId, Contigs, Interval, Strand};
use crate::model::gene::{Exon, Gene, Transcript};

/// The embedded table.
pub(super) const ALL_GENES: &str = include_str!("tables/all_genes.tsv");

/// Chromosomes of the table.
const CHROMOSOMES: [&str; 24] = [
    "chr1", "chr2", "chr3", "chr4", "chr5", "chr6", "chr7", "chr8", "chr9", "chr10", "chr11", "chr12", "chr13", "chr14", "chr15", "chr16",
    "chr17", "chr18", "chr19", "chr20", "chr21", "chr22", "chrX", "chrY",
];

/// Why the coding sequence of a row cannot be counted through, in the table's word and in a reader's.
const NO_FRAME: [(&str, &str); 2] =
    [("cds_not_3n", "the gene model's coding sequence is not whole codons"), ("short_intron", "the gene model has a gap within an exon")];

/// The pseudoautosomal regions, whose genes the table lists on X alone: first and last base on X (1-based), and what to take off a place
/// on X to get the one on Y. Source: Genome Reference Consortium, human assembly regions PAR#1 and PAR#2.
fn pseudoautosomal(assembly: Assembly) -> [(u32, u32, u32); 2] {
    match assembly {
        Assembly::Grch37 => [(60_001, 2_699_520, 50_000), (154_931_044, 155_260_560, 95_896_994)],
        Assembly::Grch38 => [(10_001, 2_781_479, 0), (155_701_383, 156_030_895, 98_813_480)],
    }
}

/// Every protein-coding gene in the coordinates of one assembly, on the contigs of a BAM.
#[derive(Debug, Clone, Default)]
pub struct AllGenes {
    chromosomes: BTreeMap<ContigId, Arc<Chromosome>>,
}

/// One chromosome, read when it is first asked for.
#[derive(Debug)]
struct Chromosome {
    name: &'static str,
    contig: ContigId,
    assembly: Assembly,
    genes: OnceLock<GenesByPosition>,
}

/// Genes by position.
#[derive(Debug)]
struct GenesByPosition {
    genes: Vec<Gene>,
    by_place: Lapper<u32, usize>,
}

impl AllGenes {
    /// The genes on the chromosomes that the BAM has.
    pub fn new(assembly: Assembly, contigs: &Contigs) -> Self {
        let chromosome = |name: &'static str| {
            let contig = contigs.find(name)?;
            Some((contig, Arc::new(Chromosome { name, contig, assembly, genes: OnceLock::new() })))
        };
        Self { chromosomes: CHROMOSOMES.into_iter().filter_map(chromosome).collect() }
    }

    /// The genes whose span meets a half-open stretch, by start, end and symbol.
    pub fn overlapping(&self, contig: ContigId, start: u32, stop: u32) -> impl Iterator<Item = &Gene> {
        let placed = self.chromosomes.get(&contig).map(|chromosome| chromosome.placed());
        placed.into_iter().flat_map(move |placed| placed.by_place.find(start, stop).map(|lap| &placed.genes[lap.val]))
    }

    /// All genes, chromosome by chromosome in the order of the BAM's contigs.
    pub fn iter(&self) -> impl Iterator<Item = &Gene> {
        self.chromosomes.values().flat_map(|chromosome| &chromosome.placed().genes)
    }
}

impl Chromosome {
    fn placed(&self) -> &GenesByPosition {
        self.genes.get_or_init(|| {
            let of = |name: &str| section(name).lines().filter_map(|line| gene(line, self.assembly, self.contig));
            let mut genes: Vec<Gene> = of(self.name).collect();
            if self.name == "chrY" {
                genes.extend(of("chrX").filter_map(|gene| on_y(gene, self.assembly)));
            }
            genes.sort_by(|a, b| (a.span, &a.symbol).cmp(&(b.span, &b.symbol)));
            // Both ends of a gene count as within it, so the half-open interval is one longer.
            let lap = |(val, gene): (usize, &Gene)| Lap { start: gene.span.start, stop: gene.span.end + 1, val };
            let by_place = Lapper::new(genes.iter().enumerate().map(lap).collect());
            GenesByPosition { genes, by_place }
        })
    }
}

/// A gene of X where Y has it too, moved there.
fn on_y(mut gene: Gene, assembly: Assembly) -> Option<Gene> {
    let regions = pseudoautosomal(assembly);
    let (.., shift_bp) = regions.into_iter().find(|(first, last, _)| *first <= gene.span.start + 1 && gene.span.end <= *last)?;
    gene.span.start -= shift_bp;
    gene.span.end -= shift_bp;
    for exon in gene.transcript.iter_mut().flat_map(|transcript| &mut transcript.exons) {
        exon.start -= shift_bp;
        exon.end -= shift_bp;
    }
    Some(gene)
}

/// Whether the table has a gene of this symbol.
pub fn has(symbol: &str) -> bool {
    data().lines().any(|line| line.split('\t').next() == Some(symbol))
}

/// Why a transcript of the table has no frame, if it is one of the few that are flagged.
pub fn no_frame(transcript: &str) -> Option<&'static str> {
    let mut row = data().lines().map(|line| line.split('\t')).find(|fields| fields.clone().nth(1) == Some(transcript))?;
    let flag = row.next_back()?;
    NO_FRAME.iter().find(|(word, _)| *word == flag).map(|(_, why)| *why)
}

/// The table without comments and the line of column names.
fn data() -> &'static str {
    ALL_GENES.split_once("\tno_frame\n").map_or("", |(_, rows)| rows)
}

/// The lines of a chromosome, which stand together.
fn section(chromosome: &str) -> &'static str {
    static SECTIONS: OnceLock<BTreeMap<&'static str, (usize, usize)>> = OnceLock::new();
    let sections = SECTIONS.get_or_init(|| {
        let mut sections = BTreeMap::new();
        let mut at = 0;
        for line in data().split_inclusive('\n') {
            let chromosome = line.split('\t').nth(4).unwrap_or_default();
            sections.entry(chromosome).or_insert((at, at)).1 = at + line.len();
            at += line.len();
        }
        sections
    });
    sections.get(chromosome).map_or("", |&(from, to)| &data()[from..to])
}

/// The gene of a line; `None` where its place on the assembly is not known.
fn gene(line: &str, assembly: Assembly, contig: ContigId) -> Option<Gene> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [symbol, transcript, _, mane, _, strand, start, blocks, cds_from, cds_to, grch37, flag] = fields[..] else { return None };
    let strand = if strand == "-" { Strand::Reverse } else { Strand::Forward };
    let first = start.parse::<u32>().ok()?.checked_sub(1)?;
    let on_grch38 = exons(first, blocks)?;
    let here = match (assembly, grch37.split_once(':')) {
        (Assembly::Grch38, _) => on_grch38.clone(),
        (Assembly::Grch37, Some((start, blocks))) => exons(start.parse::<u32>().ok()?.checked_sub(1)?, blocks)?,
        (Assembly::Grch37, None) => {
            let shift: i64 = grch37.parse().ok()?;
            let moved = |position: u32| u32::try_from(i64::from(position) + shift).ok();
            on_grch38.iter().map(|&(start, end)| Some((moved(start)?, moved(end)?))).collect::<Option<_>>()?
        }
    };
    let coding = if flag == "." { (first + cds_from.parse::<u32>().ok()? - 1, first + cds_to.parse::<u32>().ok()?) } else { (0, 0) };
    let mut places: Vec<((u32, u32), (u32, u32))> = on_grch38.into_iter().zip(here.iter().copied()).collect();
    if strand == Strand::Reverse {
        places.reverse();
    }
    let mut before = 0;
    let exon = |(number, ((low, high), (start, end)))| {
        let (from, to) = (coding.0.clamp(low, high), coding.1.clamp(low, high));
        let cds = (from < to).then_some((before, before + (to - from)));
        before += to - from;
        let lead_bp = if strand == Strand::Forward { from - low } else { high - to };
        Exon { number, start, end, cds, lead_bp: if cds.is_some() { lead_bp } else { 0 } }
    };
    let exons: Vec<Exon> = (1..).zip(places).map(exon).collect();
    let id = transcript.to_owned();
    Some(Gene {
        symbol: symbol.to_owned(),
        span: Interval { contig, start: here.first()?.0, end: here.last()?.1 },
        strand: Some(strand),
        mane_select: (mane == "yes").then(|| id.clone()),
        transcript: Some(Transcript { id, refseq: None, exons, cds_length_bp: (before > 0).then_some(before) }),
        alternatives: Vec::new(),
    })
}

/// The exons, interbase and ascending, of blocks that give the lengths of exons and introns in turn.
fn exons(first: u32, blocks: &str) -> Option<Vec<(u32, u32)>> {
    let mut at = first;
    let mut exons = Vec::new();
    for (index, length) in blocks.split(',').enumerate() {
        let end = at + length.parse::<u32>().ok()?;
        if index % 2 == 0 {
            exons.push((at, end));
        }
        at = end;
    }
    Some(exons)
}

#[cfg(test)]
mod tests;
