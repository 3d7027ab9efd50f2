//! Unaligned mates of aligned reads, which are filed beside their mates: reads of which sequencing artefacts left too few bases to align.

use rust_htslib::bam::record::Record;
use rustc_hash::FxHashMap;

use super::library::{Library, LibraryReader};
use super::read::FragmentId;
use super::scan::{leaves_out_flagged, Unaligned};
use super::tile;
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

/// The unaligned mates, filed within a window, of reads that overlap one of the `stretches`, which are sorted and do not overlap.
///
/// # Errors
/// When the file cannot be read.
pub fn within(reader: &mut LibraryReader, library: &Library, window: Interval, stretches: &[Interval]) -> Result<Vec<Lost>> {
    let mut mates = Vec::new();
    let mut reads: FxHashMap<FragmentId, Unaligned> = FxHashMap::default();
    reader.visit(window, |record, lane| {
        if record.is_unmapped() && Unaligned::is_used(record, library) {
            let read = Unaligned::new(record, lane, library);
            reads.insert(read.fragment, read);
        } else if has_lost_mate(record, library) {
            let read = Interval { contig: window.contig, start: record.pos().max(0) as u32, end: record.cigar().end_pos().max(0) as u32 };
            if tile::overlaps(stretches, &read) {
                mates.push((lane.fragment(FragmentId::of(record.qname())), read, record.is_reverse(), record.mapq()));
            }
        }
    })?;
    let lost = mates.into_iter().filter_map(|(fragment, mate, is_reverse, mapq)| {
        let read = reads.remove(&fragment)?;
        let (side, at, begin) = if is_reverse { (Side::Higher, mate.start, mate.end) } else { (Side::Lower, mate.end, mate.start) };
        Some(Lost { read, at: Breakend::new(window.contig, at, side), begin, mapq })
    });
    Ok(lost.collect())
}

/// Whether a record is an aligned read that counts, and its mate is not aligned.
fn has_lost_mate(record: &Record, library: &Library) -> bool {
    let left_out = record.is_duplicate() && leaves_out_flagged(library.assay.duplicates);
    let other = record.is_unmapped() || record.is_secondary() || record.is_supplementary() || record.is_quality_check_failed();
    record.is_paired() && record.is_mate_unmapped() && !left_out && !other
}
