//! The quality of RNA, by genes that nearly every tissue expresses: so that "no RNA of this kinase" differs from "no RNA".

use rust_htslib::bam::record::Record;

use super::splices::{median, Splices};
use crate::alignment::cigar;
use crate::alignment::library::LibraryReader;
use crate::alignment::read::{operations, usable, RecordKind};
use crate::error::Result;
use crate::model::index::GeneModels;
use crate::model::Gene;

/// Genes that nearly every tissue expresses strongly, among those with a built-in model: RNA without them is bad RNA.
pub const EXPRESSED_EVERYWHERE: [&str; 6] = ["NPM1", "CLTC", "TPM3", "SQSTM1", "HNRNPA2B1", "KIF5B"];

/// Counting stops here: enough to know that the RNA is there.
const ENOUGH_READS: u64 = 2_000;

/// What the genes that every tissue expresses show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RnaQuality {
    /// Their reads, counted up to 2,000; `None` where no such gene has a model here.
    pub reads: Option<u64>,
    /// Median length of their fragments in spliced bases, where reads come in pairs.
    pub fragment_bp: Option<u32>,
    /// Median over them of the molecules across one splice.
    pub molecules: Option<u32>,
}

/// Measures the quality of RNA.
///
/// # Errors
/// When the file cannot be read.
pub fn quality(reader: &mut LibraryReader, models: &GeneModels, splices: &Splices) -> Result<RnaQuality> {
    let mut reads: Option<u64> = None;
    let mut lengths = Vec::new();
    for gene in EXPRESSED_EVERYWHERE.iter().filter_map(|symbol| models.find(symbol)) {
        let count: &mut u64 = reads.get_or_insert(0);
        let enough = *count + ENOUGH_READS / EXPRESSED_EVERYWHERE.len() as u64;
        reader.visit_while(gene.span, |record: &Record| {
            if let Ok(kind) = usable(record) {
                *count += 1;
                lengths.extend(fragment_bp(record, gene).filter(|_| kind == RecordKind::Primary && !record.is_duplicate()));
            }
            *count < enough
        })?;
    }
    let molecules = median(EXPRESSED_EVERYWHERE.iter().filter_map(|symbol| splices.median(symbol)));
    Ok(RnaQuality { reads: reads.map(|reads| reads.min(ENOUGH_READS)), fragment_bp: median(lengths), molecules })
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
