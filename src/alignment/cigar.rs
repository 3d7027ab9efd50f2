//! CIGAR operations and the pieces of the genome that they lay a read on.

use super::read::Piece;
use crate::genome::{ContigId, Strand};

/// Longest read that is accepted; the longest known ones have a few million bases.
const MAX_READ_BP: u32 = 1 << 28;

/// One CIGAR operation with its length in bases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The letter of the SAM specification (`M`, `I`, `D`, `N`, `S`, `H`, `P`, `=`, `X`).
    pub letter: u8,
    /// Length in bases.
    pub length: u32,
}

/// Parses a CIGAR string; `None` when it is not one.
pub fn parse(text: &str) -> Option<Vec<Operation>> {
    let mut operations = Vec::new();
    let mut length: u32 = 0;
    let mut digits = 0;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            length = length.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?;
            digits += 1;
        } else {
            if digits == 0 || !b"MIDNSHP=X".contains(&byte) {
                return None;
            }
            operations.push(Operation { letter: byte, length });
            length = 0;
            digits = 0;
        }
    }
    (digits == 0 && !operations.is_empty()).then_some(operations)
}

/// The read's length in bases, hard clips included.
pub fn read_length(operations: &[Operation]) -> u32 {
    bases(operations, b"MISH=X")
}

/// The number of reference bases an alignment covers, gaps included.
pub fn reference_length(operations: &[Operation]) -> u32 {
    bases(operations, b"MDN=X")
}

/// Bases of the operations with these letters.
pub fn bases(operations: &[Operation], letters: &[u8]) -> u32 {
    operations.iter().filter(|op| letters.contains(&op.letter)).map(|op| op.length).fold(0, u32::saturating_add)
}

/// Cuts an alignment at its gaps (`N`, and deletions and insertions of at least `min_gap_bp`) into pieces.
///
/// Aligners of long reads put the whole of another gene into an insertion to reach a few bases that match beyond. The pieces are in the
/// order of the read as it was sequenced, with query coordinates on it (hard clips counted).
pub fn pieces(operations: &[Operation], contig: ContigId, start: u32, strand: Strand, mapq: u8, min_gap_bp: u32) -> Vec<Piece> {
    let length = read_length(operations);
    // Beyond these no genome and no read goes; a CIGAR that does is damaged, and sums below stay within their type.
    if length > MAX_READ_BP || start.checked_add(reference_length(operations)).is_none() {
        return Vec::new();
    }
    // Taken at size: of an amplicon hundreds of thousands of reads are kept, most of them of one piece.
    let gaps = operations.iter().filter(|op| op.letter == b'N' || (op.length >= min_gap_bp && matches!(op.letter, b'D' | b'I')));
    let mut list = Vec::with_capacity(gaps.count() + 1);
    let mut query = 0u32;
    let mut reference = start;
    let mut open: Option<(u32, u32)> = None;
    let mut close = |open: &mut Option<(u32, u32)>, query: u32, reference: u32| {
        if let Some((from_query, from_reference)) = open.take() {
            if query > from_query && reference > from_reference {
                let (query_start, query_end) = match strand {
                    Strand::Forward => (from_query, query),
                    Strand::Reverse => (length - query, length - from_query),
                };
                list.push(Piece { contig, start: from_reference, end: reference, strand, query_start, query_end, mapq, edits: 0 });
            }
        }
    };
    for op in operations {
        match op.letter {
            b'M' | b'=' | b'X' => {
                open.get_or_insert((query, reference));
                query += op.length;
                reference = reference.saturating_add(op.length);
            }
            b'I' if op.length < min_gap_bp => query += op.length,
            b'D' if op.length < min_gap_bp => reference = reference.saturating_add(op.length),
            b'D' | b'N' => {
                close(&mut open, query, reference);
                reference = reference.saturating_add(op.length);
            }
            b'I' | b'S' | b'H' => {
                close(&mut open, query, reference);
                query += op.length;
            }
            _ => {}
        }
    }
    close(&mut open, query, reference);
    if strand == Strand::Reverse {
        list.reverse();
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, strand: Strand) -> Vec<(u32, u32, u32, u32)> {
        let operations = parse(text).expect("the CIGAR of the test is well formed");
        pieces(&operations, ContigId(0), 1000, strand, 60, 50).iter().map(|p| (p.start, p.end, p.query_start, p.query_end)).collect()
    }

    #[test]
    fn a_gap_cuts_an_alignment_in_two() {
        assert_eq!(cut("10S40M500N50M", Strand::Forward), [(1000, 1040, 10, 50), (1540, 1590, 50, 100)]);
    }

    #[test]
    fn pieces_of_a_reverse_read_come_in_the_order_of_sequencing() {
        assert_eq!(cut("10S40M500N50M", Strand::Reverse), [(1540, 1590, 0, 50), (1000, 1040, 50, 90)]);
    }

    #[test]
    fn small_indels_do_not_cut() {
        assert_eq!(cut("20M3D10M2I18M", Strand::Forward), [(1000, 1051, 0, 50)]);
    }

    #[test]
    fn a_long_insertion_belongs_to_neither_side() {
        assert_eq!(cut("15M400I9000N40M", Strand::Forward), [(1000, 1015, 0, 15), (10_015, 10_055, 415, 455)]);
        assert_eq!(cut("30M60I30M", Strand::Reverse), [(1030, 1060, 0, 30), (1000, 1030, 90, 120)]);
    }

    #[test]
    fn nonsense_is_not_a_cigar() {
        for text in ["", "*", "M", "10", "10Q", "99999999999M"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
