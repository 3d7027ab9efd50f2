//! The part of a read beyond a breakend.

use crate::alignment::read::{FragmentId, Piece};
use crate::alignment::scan::MIN_TAIL_BP;
use crate::genome::Breakend;
use crate::sequence::reverse_complement;

use super::chain::Chain;

/// Bases of a tail that are kept; enough to tell any two places of the genome apart.
const MAX_TAIL_BP: usize = 150;
/// Bases of the aligned side that are kept for comparison.
const MAX_ANCHOR_BP: usize = 60;

/// Where the aligner placed the tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placement {
    /// The breakend of the piece that follows, as far as it aligns.
    pub breakend: Breakend,
    /// Bases of the read that both pieces claim (positive), or that neither does (negative).
    pub overlap_bp: i32,
    /// Aligned bases of the piece.
    pub aligned_bp: u32,
    /// Mapping quality of its alignment.
    pub mapq: u8,
    /// Whether a gap of one alignment joins the two pieces (not a split).
    pub gap: bool,
}

/// A read that ends at a breakend and goes on with other bases. Bases read away from the aligned side.
#[derive(Debug, Clone)]
pub struct Tail {
    /// The fragment.
    pub fragment: FragmentId,
    /// The end of the aligned side, as far as it aligns.
    pub at: Breakend,
    /// Aligned bases on this side.
    pub anchor_bp: u32,
    /// Mapping quality of this side.
    pub mapq: u8,
    /// Bases beyond the breakend; empty where hard clips took them.
    pub bases: Vec<u8>,
    /// Their qualities.
    pub qualities: Vec<u8>,
    /// Length of the tail in bases, known also without `bases`.
    pub length_bp: u32,
    /// The last aligned bases before the breakend, in the same direction.
    pub anchor: Vec<u8>,
    /// Where the tail is placed, if anywhere.
    pub placement: Option<Placement>,
}

/// Whether the end of a read is adapter: its mate begins where the read's aligned part ends, so the fragment ends there too.
pub fn ends_in_adapter(chain: &Chain, mate: &Chain) -> bool {
    let (Some(last), Some(first)) = (chain.pieces.last(), mate.pieces.first()) else { return false };
    let fragment_end = first.breakend(false);
    let read_end = last.breakend(true);
    // The mate reads towards the read: its first base lies on the kept flank, at the very boundary at which the read ends.
    last.contig == first.contig
        && last.strand != first.strand
        && first.query_start <= 2
        && fragment_end.boundary.abs_diff(read_end.boundary) <= 2
}

/// The tails of a chain at its pieces that touch a gene (`inside`), at the ends that lie in it (`holds`).
///
/// A chain that goes on within the gene (a splice) has no tail there.
pub fn tails(chain: &Chain, mate: Option<&Chain>, inside: &dyn Fn(&Piece) -> bool, holds: &dyn Fn(Breakend) -> bool) -> Vec<Tail> {
    let mut list = Vec::new();
    let adapter = mate.is_some_and(|mate| ends_in_adapter(chain, mate));
    for (index, piece) in chain.pieces.iter().enumerate().filter(|(_, piece)| inside(piece)) {
        for at_query_end in [false, true] {
            let neighbour =
                if at_query_end { chain.pieces.get(index + 1) } else { index.checked_sub(1).and_then(|before| chain.pieces.get(before)) };
            if neighbour.is_some_and(inside) || !holds(piece.breakend(at_query_end)) {
                continue;
            }
            let joint = if at_query_end { index } else { index.wrapping_sub(1) };
            let placement = neighbour.map(|next| Placement {
                breakend: next.breakend(!at_query_end),
                overlap_bp: if at_query_end {
                    piece.query_end as i32 - next.query_start as i32
                } else {
                    next.query_end as i32 - piece.query_start as i32
                },
                aligned_bp: next.query_bp(),
                mapq: next.mapq,
                gap: chain.gapped.get(joint).copied().unwrap_or(false),
            });
            let length_bp = if at_query_end { chain.length.saturating_sub(piece.query_end) } else { piece.query_start };
            if placement.is_none() && (length_bp < MIN_TAIL_BP || (at_query_end && adapter)) {
                continue;
            }
            let (bases, qualities, anchor) = cut(chain, piece, at_query_end);
            list.push(Tail {
                fragment: chain.fragment,
                at: piece.breakend(at_query_end),
                anchor_bp: piece.query_bp(),
                mapq: piece.mapq,
                bases,
                qualities,
                length_bp,
                anchor,
                placement,
            });
        }
    }
    list
}

/// Tail, its qualities and the anchor, all read away from the piece.
fn cut(chain: &Chain, piece: &Piece, at_query_end: bool) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let Some(bases) = chain.bases.as_deref() else { return Default::default() };
    let (start, end) = ((piece.query_start as usize).min(bases.len()), (piece.query_end as usize).min(bases.len()));
    let qualities = |from: usize, to: usize| chain.qualities.get(from..to).map(<[u8]>::to_vec).unwrap_or_default();
    if at_query_end {
        let stop = bases.len().min(end + MAX_TAIL_BP);
        (bases[end..stop].to_vec(), qualities(end, stop), bases[start.max(end.saturating_sub(MAX_ANCHOR_BP)).min(end)..end].to_vec())
    } else {
        let from = start.saturating_sub(MAX_TAIL_BP);
        let mut turned = qualities(from, start);
        turned.reverse();
        (reverse_complement(&bases[from..start]), turned, reverse_complement(&bases[start..end.min(start + MAX_ANCHOR_BP).max(start)]))
    }
}
