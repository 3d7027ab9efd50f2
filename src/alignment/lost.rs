//! Mates that were not aligned, as dirt left too few of their bases: they are filed beside the read that was.

use rust_htslib::bam::record::Record;

use super::library::{Library, LibraryReader};
use super::read::FragmentId;
use super::scan::{leaves_out_flagged, Unaligned};
use crate::error::Result;
use crate::genome::{Breakend, Interval, Side};

/// A read without an alignment, beside its mate that has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The read itself, as sequenced.
    pub read: Unaligned,
    /// Where the mate's alignment ends towards the rest of the fragment, with the side that the fragment keeps.
    pub at: Breakend,
    /// Where that alignment begins, which is the fragment's end: its outermost base (interbase).
    pub begin: u32,
    /// The mate's mapping quality.
    pub mapq: u8,
}

/// The lost mates of reads that end within a stretch and point to the `side` that does not keep them.
///
/// # Errors
/// When the file cannot be read.
pub fn pointing(reader: &mut LibraryReader, library: &Library, stretch: Interval, side: Side) -> Result<Vec<Lost>> {
    let mut mates = Vec::new();
    let mut reads = Vec::new();
    reader.visit(stretch, |record, lane| {
        if record.is_unmapped() && Unaligned::is_used(record, library) {
            reads.push(Unaligned::new(record, lane, library));
        } else if has_lost_mate(record, library) && (side == Side::Higher) == record.is_reverse() {
            mates.push((
                lane.fragment(FragmentId::of(record.qname())),
                record.pos() as u32,
                record.cigar().end_pos() as u32,
                record.mapq(),
            ));
        }
    })?;
    let lost = mates.into_iter().filter_map(|(fragment, start, end, mapq)| {
        let read = reads.iter().find(|read| read.fragment == fragment)?.clone();
        let (at, begin) = if side == Side::Lower { (end, start) } else { (start, end) };
        Some(Lost { read, at: Breakend::new(stretch.contig, at, side), begin, mapq })
    });
    Ok(lost.collect())
}

/// Whether a record is an aligned read that counts, and its mate is not aligned.
fn has_lost_mate(record: &Record, library: &Library) -> bool {
    let left_out = record.is_duplicate() && leaves_out_flagged(library.assay.duplicates);
    let other = record.is_unmapped() || record.is_secondary() || record.is_supplementary() || record.is_quality_check_failed();
    record.is_paired() && record.is_mate_unmapped() && !left_out && !other
}
