//! One read put together: all of its records and SA entries become one chain of aligned pieces, in the order of the read.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::alignment::bytes::Bytes;
use crate::alignment::read::{FragmentId, MatePlace, Piece, ReadRecord, RecordKind};
use crate::genome::Strand;

/// A read with all of its pieces.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The fragment.
    pub fragment: FragmentId,
    /// 0 for the first read, 1 for the second.
    pub number: u8,
    /// Pieces in the order of the read, none covered by another.
    pub pieces: Vec<Piece>,
    /// For each piece but the last: whether the next one belongs to the same alignment (joined by a gap, not by a split).
    pub gapped: Vec<bool>,
    /// The primary alignment's pieces.
    pub primary: Vec<Piece>,
    /// Where the mate lies by the record, if it is mapped.
    pub mate: Option<MatePlace>,
    /// Length of the read in bases.
    pub length: u32,
    /// The read as sequenced, where a record has all of it.
    pub bases: Option<Bytes>,
    /// Base qualities, with `bases`.
    pub qualities: Bytes,
}

impl Chain {
    /// Whether one alignment goes from a piece to the next over a long insertion, which may be another gene.
    pub fn leaps(&self, one: usize, other: usize) -> bool {
        let (first, second) = (one.min(other), one.max(other));
        let (Some(before), Some(behind)) = (self.pieces.get(first), self.pieces.get(second)) else { return false };
        second == first + 1 && self.gapped.get(first) == Some(&true) && before.leaps_to(behind)
    }

    /// The pieces of each alignment that follow each other on the read.
    pub fn alignments(&self) -> Vec<&[Piece]> {
        let ends = self.gapped.iter().enumerate().filter(|(_, &gapped)| !gapped).map(|(index, _)| index + 1).chain([self.pieces.len()]);
        let mut begin = 0;
        ends.filter_map(|end| self.pieces.get(std::mem::replace(&mut begin, end)..end)).collect()
    }

    /// Where the read begins (its 5' end as if it were aligned whole) and where its mate does; for a single read its own other end.
    pub fn ends(&self) -> (i64, i64) {
        let first = self.primary.first();
        let own = first.map_or(0, |piece| match piece.strand {
            Strand::Forward => i64::from(piece.start) - i64::from(piece.query_start),
            Strand::Reverse => i64::from(piece.end) + i64::from(piece.query_start),
        });
        (own, self.mate.map_or(-i64::from(self.length), |mate| i64::from(mate.start)))
    }
}

/// The chains of all reads among the records, ordered by fragment and number.
pub fn chains(records: &[ReadRecord]) -> Vec<Chain> {
    let mut by_read: BTreeMap<(FragmentId, u8), Vec<&ReadRecord>> = BTreeMap::new();
    for record in records {
        by_read.entry((record.fragment, record.number)).or_default().push(record);
    }
    by_read.into_values().filter_map(|records| chain(&records[..records.len().min(MAX_RECORDS_OF_READ)])).collect()
}

/// Records of one read that are put together. A read has a few alignments; a name that hundreds of records share names no single read
/// (names cut off, or all the same), and counts for one fragment whatever its records show.
const MAX_RECORDS_OF_READ: usize = 256;

/// Records that share the name of more others than a read has alignments.
pub fn records_beyond_bound(records: &[ReadRecord]) -> u64 {
    let mut of_read: FxHashMap<(FragmentId, u8), usize> = FxHashMap::default();
    for record in records {
        *of_read.entry((record.fragment, record.number)).or_default() += 1;
    }
    of_read.values().map(|records| records.saturating_sub(MAX_RECORDS_OF_READ) as u64).sum()
}

fn chain(records: &[&ReadRecord]) -> Option<Chain> {
    let first = records.first()?;
    let mut alignments: Vec<&[Piece]> = Vec::new();
    let own = records.iter().map(|record| record.pieces.as_slice());
    let elsewhere = records.iter().flat_map(|record| record.elsewhere.iter().map(Vec::as_slice));
    for alignment in own.chain(elsewhere) {
        if !alignments.iter().any(|other| share_a_place(other, alignment)) {
            alignments.push(alignment);
        }
    }
    let mut pieces: Vec<(Piece, usize)> =
        alignments.iter().enumerate().flat_map(|(source, alignment)| alignment.iter().map(move |piece| (*piece, source))).collect();
    drop_covered(&mut pieces);
    pieces.sort_by_key(|(piece, _)| (piece.query_start, piece.query_end, piece.contig, piece.start));
    let gapped = pieces.windows(2).map(|pair| pair[0].1 == pair[1].1).collect();
    let primary_record = records.iter().find(|record| record.kind == RecordKind::Primary);
    let primary = match primary_record {
        Some(record) => record.pieces.clone(),
        // The first SA entry of a further piece is the primary alignment (SAM optional fields specification).
        None => first.elsewhere.first().cloned().unwrap_or_else(|| first.pieces.clone()),
    };
    let whole = records.iter().find(|record| record.bases.is_some());
    Some(Chain {
        fragment: first.fragment,
        number: first.number,
        pieces: pieces.into_iter().map(|(piece, _)| piece).collect(),
        gapped,
        primary,
        mate: primary_record.unwrap_or(first).mate,
        length: first.length,
        bases: whole.and_then(|record| record.bases.clone()),
        qualities: whole.map(|record| record.qualities.clone()).unwrap_or_default(),
    })
}

/// Whether two alignments of a read put bases of it on the same place; the pieces of each follow each other on the read.
fn share_a_place(one: &[Piece], other: &[Piece]) -> bool {
    let (mut x, mut y) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (x.peek(), y.peek()) {
        if a.same_place(b) {
            return true;
        }
        if a.query_end <= b.query_end {
            x.next();
        } else {
            y.next();
        }
    }
    false
}

/// What an edit takes from a piece, in bases that match: the base itself and the penalty of `bwa mem`.
pub const EDIT_COST: i64 = 5;

/// Leaves out pieces whose part of the read others explain as well: those that match better stay, then those with the higher mapping
/// quality, then the first on the genome.
fn drop_covered(pieces: &mut Vec<(Piece, usize)>) {
    // The pieces of one alignment cover none of each other.
    if pieces.windows(2).all(|pair| pair[0].1 == pair[1].1) {
        return;
    }
    pieces.sort_by(|(x, _), (y, _)| {
        let score = |piece: &Piece| i64::from(piece.query_bp()) - EDIT_COST * i64::from(piece.edits);
        (score(y), y.mapq)
            .cmp(&(score(x), x.mapq))
            .then_with(|| (x.contig, x.start, x.end, x.strand).cmp(&(y.contig, y.start, y.end, y.strand)))
    });
    let mut kept: Vec<(Piece, usize)> = Vec::with_capacity(pieces.len());
    // The stretches of the read that each alignment's pieces take; those of one do not overlap.
    let mut taken: BTreeMap<usize, BTreeMap<u32, u32>> = BTreeMap::new();
    for (piece, source) in pieces.drain(..) {
        let mut shared: Vec<(u32, u32)> = Vec::new();
        for (_, stretches) in taken.iter().filter(|(other_source, _)| **other_source != source) {
            let before = stretches.range(..=piece.query_start).next_back();
            let overlapping = before.into_iter().chain(stretches.range(piece.query_start + 1..piece.query_end.max(piece.query_start + 1)));
            let part = |(&from, &to): (&u32, &u32)| (piece.query_start.max(from), piece.query_end.min(to));
            shared.extend(overlapping.map(part).filter(|(from, to)| from < to));
        }
        shared.sort_unstable();
        let (mut covered, mut behind) = (0u32, 0u32);
        for (from, to) in shared {
            covered += to.saturating_sub(from.max(behind));
            behind = behind.max(to);
        }
        if covered.saturating_mul(5) < piece.query_bp().saturating_mul(4) {
            taken.entry(source).or_default().insert(piece.query_start, piece.query_end);
            kept.push((piece, source));
        }
    }
    *pieces = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;

    #[test]
    fn the_alignments_of_a_chain_end_where_no_gap_joins_its_pieces() {
        let piece = |at: u32| Piece {
            contig: ContigId(0),
            start: at,
            end: at + 10,
            strand: Strand::Forward,
            query_start: at,
            query_end: at + 10,
            mapq: 60,
            edits: 0,
        };
        let chain = |gapped: &[bool]| {
            let pieces: Vec<Piece> = (0..=gapped.len() as u32).map(|index| piece(index * 10)).collect();
            Chain {
                fragment: FragmentId(1),
                number: 0,
                primary: pieces.clone(),
                pieces,
                gapped: gapped.to_vec(),
                mate: None,
                length: 100,
                bases: None,
                qualities: Bytes::default(),
            }
        };
        let lengths = |gapped: &[bool]| chain(gapped).alignments().iter().map(|pieces| pieces.len()).collect::<Vec<_>>();
        assert_eq!(lengths(&[]), [1]);
        assert_eq!(lengths(&[true, false, true]), [2, 2]);
        assert_eq!(lengths(&[false, true, false]), [1, 2, 1]);
    }

    /// What stays of pieces given as part of the read and edits, each of its own alignment.
    fn kept(parts: &[(u32, u32, u32)]) -> Vec<(u32, u32)> {
        let piece = |(index, &(from, to, edits)): (usize, &(u32, u32, u32))| {
            let start = 10_000 * index as u32;
            let (contig, strand) = (ContigId(0), Strand::Forward);
            (Piece { contig, start, end: start + to - from, strand, query_start: from, query_end: to, mapq: 60, edits }, index)
        };
        let mut pieces: Vec<(Piece, usize)> = parts.iter().enumerate().map(piece).collect();
        drop_covered(&mut pieces);
        let mut places: Vec<(u32, u32)> = pieces.iter().map(|(piece, _)| (piece.query_start, piece.query_end)).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn of_pieces_over_the_same_bases_the_better_match_stays() {
        assert_eq!(kept(&[(0, 100, 0), (10, 90, 0)]), [(0, 100)]);
        assert_eq!(kept(&[(0, 230, 30), (30, 220, 4)]), [(30, 220)], "longer, and full of errors");
        assert_eq!(kept(&[(0, 100, 0), (50, 150, 0)]), [(0, 100), (50, 150)]);
    }

    #[test]
    fn a_piece_is_covered_by_several_and_bases_count_once() {
        assert_eq!(kept(&[(0, 50, 0), (50, 100, 0), (10, 95, 8)]), [(0, 50), (50, 100)]);
        assert_eq!(kept(&[(0, 70, 0), (20, 85, 0), (40, 104, 0)]).len(), 3, "the last bases are its own");
    }
}
