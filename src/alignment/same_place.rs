//! Reads whose several alignments agree on their own place.
//!
//! An aligner that joins chimeras into the file (STAR) writes each combination of a read's pieces as an alignment of its own, all with the
//! low mapping quality of the whole: a short piece that fits in three places makes the long one look as if it did. Where every alignment
//! that the tag `NH` counts has the read at the same place, that place is sure.

use rust_htslib::bam::record::{Aux, Record};
use rustc_hash::FxHashMap;

use super::library::Lane;
use super::read::{end, FragmentId, ReadRecord};
use crate::genome::{Side, Strand};

/// Mapping quality of a place that all alignments share, as of a unique one.
const SHARED_MAPQ: u8 = 60;

/// A read's flank on the genome. Alignments of one read differ by a base or two at the break, never at the other end.
type Flank = (FragmentId, u8, Strand, Side, u32);

/// Counts, over the records of one stretch, the alignments of each read that share its place.
#[derive(Debug, Default)]
pub struct SamePlace {
    seen: FxHashMap<Flank, u32>,
    expected: FxHashMap<(FragmentId, u8), u32>,
}

impl SamePlace {
    /// Takes note of a record, whatever its flags.
    pub fn note(&mut self, record: &Record, lane: Lane) {
        let count = match record.aux(b"NH") {
            Ok(Aux::U8(count)) => u32::from(count),
            Ok(Aux::U16(count)) => u32::from(count),
            Ok(Aux::U32(count)) => count,
            Ok(Aux::I8(count)) => count.max(0) as u32,
            Ok(Aux::I16(count)) => count.max(0) as u32,
            Ok(Aux::I32(count)) => count.max(0) as u32,
            _ => return,
        };
        if count < 2 || record.is_unmapped() || record.is_supplementary() {
            return;
        }
        let fragment = lane.fragment(FragmentId::of(record.qname()));
        let number = u8::from(record.is_last_in_template() && record.is_paired());
        let strand = super::read::strand(record);
        self.expected.insert((fragment, number), count);
        for (side, position) in [(Side::Higher, record.pos().max(0) as u32), (Side::Lower, end(record))] {
            *self.seen.entry((fragment, number, strand, side, position)).or_default() += 1;
        }
    }

    /// Raises the mapping quality of the records whose place all alignments share.
    pub fn settle(&self, records: &mut [ReadRecord]) {
        for view in records.iter_mut() {
            let Some(&count) = self.expected.get(&(view.fragment, view.number)) else { continue };
            for piece in &mut view.pieces {
                let flank =
                    |side, position| self.seen.get(&(view.fragment, view.number, piece.strand, side, position)).copied().unwrap_or(0);
                // A flank shows the place of its own piece only, not of a piece beyond a gap.
                if flank(Side::Higher, piece.start).max(flank(Side::Lower, piece.end)) >= count {
                    piece.mapq = piece.mapq.max(SHARED_MAPQ);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Contigs;
    use rust_htslib::bam::{header::HeaderRecord, Header, HeaderView};

    fn records(lines: &[&str]) -> Vec<u8> {
        let mut header = Header::new();
        for name in ["chr1", "chr2"] {
            header.push_record(HeaderRecord::new(b"SQ").push_tag(b"SN", name).push_tag(b"LN", 100_000));
        }
        let header = HeaderView::from_header(&header);
        let contigs = Contigs::new([("chr1".to_owned(), 100_000), ("chr2".to_owned(), 100_000)]);
        let mut same = SamePlace::default();
        let mut views = Vec::new();
        for line in lines {
            let record = Record::from_sam(&header, line.replace(' ', "\t").as_bytes()).expect("the line is SAM");
            same.note(&record, Lane::default());
            views.extend(ReadRecord::from_record(&record, &contigs, None));
        }
        same.settle(&mut views);
        views.iter().map(|view| view.pieces[0].mapq).collect()
    }

    #[test]
    fn a_place_that_all_alignments_share_is_sure() {
        let bases = "ACGTTGCAAGGCTTACCGATGCAT";
        let at = |flag: u32, start: u32, cigar: &str| {
            format!("r {flag} chr1 {start} 1 {cigar} * 0 0 {bases} * NH:i:3 SA:Z:chr2,50,+,8M16S,1,0;")
        };
        let same = [at(0, 101, "8S16M"), at(256, 101, "8S16M"), at(256, 100, "7S17M")];
        let lines: Vec<&str> = same.iter().map(String::as_str).collect();
        assert_eq!(records(&lines), [60, 60, 60], "one base more or less is the same place");
        let elsewhere = [at(0, 101, "8S16M"), at(256, 101, "8S16M"), at(256, 9_000, "8S16M")];
        let lines: Vec<&str> = elsewhere.iter().map(String::as_str).collect();
        assert_eq!(records(&lines), [1, 1, 1]);
    }
}
