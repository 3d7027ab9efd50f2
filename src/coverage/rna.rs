//! Quality of the RNA, measured on genes that nearly every tissue expresses. It tells "the kinase is not expressed" from "the RNA failed".

use rust_htslib::bam::record::Record;
use rustc_hash::FxHashSet;

use super::splices::Splices;
use crate::alignment::cigar;
use crate::alignment::library::Library;
use crate::alignment::read::{operations, FragmentId, ReadRecord, RecordKind};
use crate::alignment::scan::leaves_out_flagged;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::model::index::GeneModels;
use crate::model::Gene;
use crate::stats::lower_median;

/// Genes that nearly every tissue expresses strongly, among those with a built-in model: RNA without them is bad RNA.
pub const EXPRESSED_EVERYWHERE: [&str; 6] = ["NPM1", "CLTC", "TPM3", "SQSTM1", "HNRNPA2B1", "KIF5B"];

/// Reads of each such gene that are looked at: enough to know that the RNA is there, be nine of ten of them copies.
const READS_OF_GENE: u64 = 1_000;

/// Molecules across one splice from which another gene counts as expressed.
const MIN_OF_GENE: u32 = 5;

/// What the genes that every tissue expresses show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RnaQuality {
    /// Their primary reads, up to a thousand of each gene, without those that are left out as duplicates; `None` where no such gene has a
    /// model here.
    pub reads: Option<u64>,
    /// The molecules that these reads are of.
    pub expressed: Option<u64>,
    /// Median length of their fragments in spliced bases, where reads come in pairs.
    pub fragment_bp: Option<u32>,
    /// Median over them of the molecules across one splice.
    pub molecules: Option<u32>,
    /// Other genes, the targets left out, with at least five molecules across one splice.
    pub other_genes: usize,
}

impl RnaQuality {
    /// Molecules of genes that are no target; only those that were counted.
    pub fn molecules_seen(&self) -> u64 {
        self.expressed.unwrap_or(0) + self.other_genes as u64
    }
}

/// Measures the quality of RNA; `targets` are the kinases that are looked at.
///
/// # Errors
/// When the file cannot be read.
pub fn quality(library: &Library, models: &GeneModels, splices: &Splices, targets: &[&Gene]) -> Result<RnaQuality> {
    let assay = &library.assay;
    let mut reader = library.reader()?;
    let mut counted: Option<(u64, u64)> = None;
    let mut lengths = Vec::new();
    for gene in EXPRESSED_EVERYWHERE.iter().filter_map(|symbol| models.find(symbol)) {
        let mut views: Vec<ReadRecord> = Vec::new();
        reader.visit_while(gene.span, |record: &Record, lane| {
            if let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, assay.umi.as_ref()) {
                let left_out = view.duplicate && leaves_out_flagged(assay.duplicates);
                if view.kind == RecordKind::Primary && !left_out {
                    view.fragment = lane.fragment(view.fragment);
                    lengths.extend(fragment_bp(record, gene).filter(|_| !record.is_duplicate()));
                    views.push(view);
                }
            }
            (views.len() as u64) < READS_OF_GENE
        })?;
        let molecules = Molecules::group(&views, assay.duplicates);
        let distinct: FxHashSet<FragmentId> = views.iter().map(|view| molecules.of(view.fragment)).collect();
        let (reads, all) = counted.get_or_insert((0, 0));
        *reads += views.len() as u64;
        *all += distinct.len() as u64;
    }
    let is_other =
        |symbol: &String| !EXPRESSED_EVERYWHERE.contains(&symbol.as_str()) && !targets.iter().any(|target| target.symbol == *symbol);
    let has_rna = |counts: &Vec<u32>| counts.iter().any(|&count| count >= MIN_OF_GENE);
    let others = splices.genes.iter().filter(|(symbol, counts)| is_other(symbol) && has_rna(counts));
    Ok(RnaQuality {
        reads: counted.map(|(reads, _)| reads),
        expressed: counted.map(|(_, molecules)| molecules),
        fragment_bp: lower_median(lengths),
        molecules: lower_median(EXPRESSED_EVERYWHERE.iter().filter_map(|symbol| splices.median(symbol))),
        other_genes: others.count(),
    })
}

/// The length of a fragment of which this is the reverse read, in bases of the transcript.
fn fragment_bp(record: &Record, gene: &Gene) -> Option<u32> {
    if !record.is_paired() || record.is_mate_unmapped() || !record.is_reverse() || record.is_mate_reverse() || record.mtid() != record.tid()
    {
        return None;
    }
    let start = u32::try_from(record.mpos()).ok()?;
    let end = u32::try_from(record.pos()).ok()? + cigar::reference_length(&operations(record));
    if start >= end || !gene.span.touches(gene.contig(), start) {
        return None;
    }
    gene.transcript.as_ref()?.spliced_distance(start, end)
}
