//! Clipped ends at which an aligner ran on past a break over mismatches: RNA aligners count a mismatch as a match's equal, so that seven
//! chance matches among ten bases lengthen an alignment into an intron. Scored as DNA aligners do, such an end is cut back.
//!
//! ```text
//!   read       ACGTACGTACGTTTCAGGATT|GATTACA...      clipped at |
//!   gene       ACGTACGTACGTgTCcGGcTT                 MD:Z:12T2A2A2
//!   kept       ACGTACGTACGT                          +12; the rest would be +6 - 12
//! ```

use rust_htslib::bam::record::{Aux, Record};

use super::cigar::Operation;
use super::read::Piece;
use crate::genome::Strand;

/// What a mismatch costs in matches (the scores of `bwa mem` and of BLAST for near identity).
const MISMATCH: i64 = 4;
/// Fewest mismatches for which an end is cut back: a single one is an error of sequencing more often than not.
const MIN_MISMATCHES: u32 = 2;
/// Bases of an aligned stretch that always stay.
const MIN_LEFT_BP: u32 = 8;

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

/// Bases from an end whose score is lowest, if below none, with the mismatches among them; `mismatches` are distances from the end.
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
    use crate::alignment::cigar;
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
    fn what_is_not_clipped_and_what_matches_stays() {
        assert_eq!(trimmed("49S47M4S", "47", Strand::Forward), (1_000, 1_047, 49, 96, 3));
        assert_eq!(trimmed("100M", "91G2A2C2", Strand::Forward), (1_000, 1_100, 0, 100, 3));
        assert_eq!(trimmed("60M40S", "57G2", Strand::Forward).1, 1_060, "one error beside a break");
        assert_eq!(trimmed("60M40S", "30G29", Strand::Forward).1, 1_060, "matches beyond outweigh an error");
        assert_eq!(trimmed("60M40S", "nonsense!", Strand::Forward).1, 1_060);
    }
}
