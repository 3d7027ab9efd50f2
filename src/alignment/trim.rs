//! Cuts back aligned ends that run past a break over mismatches: RNA aligners count a mismatch as a match's equal, so that seven
//! chance matches among ten bases lengthen an alignment into an intron. Scored as DNA aligners do, such an end is cut back.
//!
//! ```text
//!   read       ACGTACGTACGTTTCAGGATT|GATTACA...      clipped at |
//!   gene       ACGTACGTACGTgTCcGGcTT                 MD:Z:12T2A2A2
//!   kept       ACGTACGTACGT                          +12; the rest would be +6 - 12
//! ```
//!
//! Aligners of long reads run on over gaps in the same way: where nothing is alike, a gap every few bases lets half of them match.

use rust_htslib::bam::record::{Aux, Record};

use super::cigar::{self, Operation};
use super::read::Piece;
use crate::genome::Strand;

/// What a mismatch costs in matches (the scores of `bwa mem` and of BLAST for near identity).
const MISMATCH: i64 = 4;
/// Fewest mismatches for which an end is cut back: a single one is an error of sequencing more often than not.
const MIN_MISMATCHES: u32 = 2;
/// Bases of an aligned stretch that always stay.
const MIN_LEFT_BP: u32 = 8;
/// What a gap costs in matches: one in 40 bases of a long read, one in 5 where nothing is alike; the ratio of the logarithms of the odds.
const GAP: i64 = 10;
/// Fewest gaps for which an end is cut back.
const MIN_GAPS: u32 = 3;

/// An alignment without ends over which gap follows gap.
pub struct Trimmed {
    /// Its operations, with the ends as clips.
    pub operations: Vec<Operation>,
    /// Its leftmost base, 0-based.
    pub start: u32,
    /// Inserted and deleted bases that went with the ends.
    pub gap_bases: u32,
}

/// Clips the ends of an alignment over which gap follows gap; `None` where there are none.
pub fn trim_gaps(operations: &[Operation], start: u32) -> Option<Trimmed> {
    let left = gapped_end(operations.iter());
    let right = gapped_end(operations.iter().rev());
    let count = operations.len();
    if left + right == 0 || left + right >= count || cigar::bases(&operations[left..count - right], b"M=") < MIN_LEFT_BP {
        return None;
    }
    let (first, kept, last) = (&operations[..left], &operations[left..count - right], &operations[count - right..]);
    let clip = |ops: &[Operation]| (!ops.is_empty()).then(|| Operation { letter: b'S', length: cigar::read_length(ops) });
    Some(Trimmed {
        operations: clip(first).into_iter().chain(kept.iter().copied()).chain(clip(last)).collect(),
        start: start.saturating_add(cigar::reference_length(first)),
        gap_bases: cigar::bases(first, b"ID").saturating_add(cigar::bases(last, b"ID")),
    })
}

/// Operations from an end over which the score is lowest, if below none.
fn gapped_end<'a>(operations: impl Iterator<Item = &'a Operation>) -> usize {
    let (mut score, mut lowest, mut gaps, mut best) = (0i64, 0i64, 0u32, 0usize);
    for (index, op) in operations.enumerate() {
        match op.letter {
            b'M' | b'=' => score += i64::from(op.length),
            b'X' => score -= MISMATCH * i64::from(op.length),
            b'I' | b'D' => {
                score -= GAP;
                gaps += 1;
            }
            // A splice is no error, but one before an end of gaps is of the aligner's making.
            b'N' if gaps >= MIN_GAPS => score -= GAP,
            _ => continue,
        }
        if score < lowest && gaps >= MIN_GAPS {
            (lowest, best) = (score, index + 1);
        }
    }
    best
}

/// Cuts the clipped ends of an alignment back to where its score is best, by the tag `MD`; without one they stay.
pub fn trim(pieces: &mut [Piece], record: &Record, operations: &[Operation]) {
    let clipped = |op: Option<&Operation>| op.is_some_and(|op| matches!(op.letter, b'S' | b'H'));
    let (left, right) = (clipped(operations.first()), clipped(operations.last()));
    if !(left || right) || pieces.iter().all(|piece| piece.edits == 0) {
        return;
    }
    let Ok(Aux::String(md)) = record.aux(b"MD") else { return };
    let Some((mismatches, aligned)) = mismatches(md) else { return };
    let stretches: Vec<u32> = operations.iter().filter(|op| matches!(op.letter, b'M' | b'=' | b'X')).map(|op| op.length).collect();
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return };
    let mut taken = 0;
    if left {
        let (cut, wrong) = worst_end(mismatches.iter().copied(), *first);
        if stretches.len() == 1 {
            taken = cut;
        }
        if let Some(piece) = pieces.iter_mut().min_by_key(|piece| piece.start) {
            piece.start += cut;
            shorten(piece, piece.strand == Strand::Forward, cut, wrong);
        }
    }
    if right {
        let from_end = mismatches.iter().rev().filter_map(|&at| aligned.checked_sub(at + 1));
        let (cut, wrong) = worst_end(from_end, last - taken);
        if let Some(piece) = pieces.iter_mut().max_by_key(|piece| piece.end) {
            piece.end -= cut;
            shorten(piece, piece.strand == Strand::Reverse, cut, wrong);
        }
    }
}

fn shorten(piece: &mut Piece, at_query_start: bool, cut: u32, wrong: u32) {
    if at_query_start {
        piece.query_start += cut;
    } else {
        piece.query_end -= cut;
    }
    piece.edits = piece.edits.saturating_sub(wrong);
}

/// How many bases to cut from an end, those with the lowest score if it is below 0, and the mismatches among them; `mismatches` are distances
/// from the end.
fn worst_end(mismatches: impl Iterator<Item = u32>, stretch: u32) -> (u32, u32) {
    let longest = stretch.saturating_sub(MIN_LEFT_BP);
    let (mut lowest, mut best) = (0, (0, 0));
    for (before, at) in (0u32..).zip(mismatches) {
        let bases = at.saturating_add(1);
        if bases > longest {
            break;
        }
        let score = i64::from(at - before.min(at)) - MISMATCH * i64::from(before + 1);
        if score < lowest && before + 1 >= MIN_MISMATCHES {
            (lowest, best) = (score, (bases, before + 1));
        }
    }
    best
}

/// The mismatches of an MD tag, counted in aligned bases from the left, and the number of these; `None` for no MD tag.
fn mismatches(md: &str) -> Option<(Vec<u32>, u32)> {
    let mut list = Vec::new();
    let mut at = 0u32;
    let mut bytes = md.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                let mut run = u32::from(byte - b'0');
                while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
                    run = run.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
                }
                at = at.checked_add(run)?;
            }
            b'^' => while bytes.next_if(u8::is_ascii_alphabetic).is_some() {},
            letter if letter.is_ascii_alphabetic() => {
                list.push(at);
                at = at.checked_add(1)?;
            }
            _ => return None,
        }
    }
    Some((list, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;

    fn trimmed(cigar: &str, md: &str, strand: Strand) -> (u32, u32, u32, u32, u32) {
        let operations = cigar::parse(cigar).expect("a CIGAR");
        let mut pieces = cigar::pieces(&operations, ContigId(0), 1_000, strand, 60, 50);
        for piece in &mut pieces {
            piece.edits = 3;
        }
        let mut record = Record::new();
        record.push_aux(b"MD", Aux::String(md)).expect("a tag");
        trim(&mut pieces, &record, &operations);
        let piece = pieces.last().expect("a piece");
        (piece.start, piece.end, piece.query_start, piece.query_end, piece.edits)
    }

    #[test]
    fn a_clipped_end_that_ran_on_over_mismatches_is_cut_back() {
        assert_eq!(trimmed("49M51S", "40G2A2C2", Strand::Forward), (1_000, 1_040, 0, 40, 0));
        assert_eq!(trimmed("49M51S", "40G2A2C2", Strand::Reverse), (1_000, 1_040, 60, 100, 0));
        assert_eq!(trimmed("51S49M", "2G2A2C40", Strand::Forward), (1_009, 1_049, 60, 100, 0));
        assert_eq!(trimmed("57M43S", "30A17T0G0T0G3A1", Strand::Forward).1, 1_048);
        let (start, end, ..) = trimmed("30S20M30S", "0A0A0A0A0A0A12A0A", Strand::Forward);
        assert_eq!((start, end), (1_006, 1_018), "some bases stay between both ends");
    }

    #[test]
    fn an_end_of_gap_after_gap_is_clipped_and_the_splice_before_it_with_it() {
        let cut = |text: &str| {
            let operations = cigar::parse(text).expect("a CIGAR");
            let trimmed = trim_gaps(&operations, 1_000)?;
            let texts: Vec<String> = trimmed.operations.iter().map(|op| format!("{}{}", op.length, char::from(op.letter))).collect();
            Some((texts.concat(), trimmed.start, trimmed.gap_bases))
        };
        // What aligners make of a long read that leaves an exon's end for another gene.
        assert_eq!(cut("27M1D60M187M13018N3I3M3I2M1I7M5D7M4D9M"), Some(("27M1D60M187M35S".to_owned(), 1_000, 16)));
        assert_eq!(cut("20H9M4D5M3I6M2D4M9000N80M1D70M"), Some(("47S80M1D70M".to_owned(), 10_030, 9)));
        for text in ["100M1D8M", "50M1I30M2D40M1I25M", "300M1800N12M1I9M1D7M", "3M1I4M1D5M1I2M", "40M500N9M", "150M"] {
            assert_eq!(cut(text), None, "{text}: honest errors, or gaps and nothing else");
        }
    }

    #[test]
    fn what_is_not_clipped_and_what_matches_stays() {
        assert_eq!(trimmed("49S47M4S", "47", Strand::Forward), (1_000, 1_047, 49, 96, 3));
        assert_eq!(trimmed("100M", "91G2A2C2", Strand::Forward), (1_000, 1_100, 0, 100, 3));
        assert_eq!(trimmed("60M40S", "57G2", Strand::Forward).1, 1_060, "one error beside a break");
        assert_eq!(trimmed("60M40S", "30G29", Strand::Forward).1, 1_060, "matches beyond outweigh an error");
        assert_eq!(trimmed("60M40S", "nonsense!", Strand::Forward).1, 1_060);
    }
}
