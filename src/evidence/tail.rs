//! Tails: the part of a read beyond a breakend (a soft clip or the further pieces of a split read), with the anchor before it.

use crate::alignment::bytes::Bytes;
use crate::alignment::read::{FragmentId, Piece};
use crate::alignment::scan::MIN_TAIL_BP;
use crate::genome::{Breakend, ContigId};
use crate::sequence::dirt::{is_simple, telling_bp};
use crate::sequence::reverse_complement;

use super::chain::{Chain, EDIT_COST};

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
    /// How well they match, as aligners score it: an edit takes what five bases give.
    pub score: i64,
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
    pub bases: Bytes,
    /// Their qualities.
    pub qualities: Bytes,
    /// Length of the tail in bases, known also without `bases`.
    pub length_bp: u32,
    /// The last aligned bases before the breakend, in the same direction.
    pub anchor: Bytes,
    /// Where the tail is placed, if anywhere.
    pub placement: Option<Placement>,
    /// Where the read begins (its 5' end, clipped bases included), and where its mate does; copies of one molecule share both.
    pub ends: (i64, i64),
    /// Where the read's primary alignment begins: its record has the bases that hard clips took here.
    pub primary: Option<(ContigId, u32)>,
    /// How many tails without a sure place end within [`CROWD_BP`] of this one, itself among them: any of them may agree with a junction
    /// by chance.
    pub crowd: u32,
    /// Log-odds (natural logarithm, 0 or more) that the tail is what the molecule has there without a break, and then dirt: a junction must
    /// explain it better.
    pub unbroken_nats: f64,
}

/// Tails that end so near each other are one crowd, in bases.
pub const CROWD_BP: u32 = 2;
/// Tails of one end that have so many first bases in common are of one origin: that many tell any two of a crowd apart.
const ALIKE_BP: usize = 16;
/// Fewer bases beyond an end are no tail that could agree with anything.
const MIN_CROWD_TAIL_BP: u32 = 5;

/// Where the tails end whose place is open: as many as end beside a tail could agree with something by chance.
pub struct Crowds(Vec<Breakend>);

impl Crowds {
    /// Of these tails.
    pub fn of<'t>(open: impl Iterator<Item = &'t Tail>) -> Self {
        Self::at_ends(open.filter(|tail| tail.length_bp >= MIN_CROWD_TAIL_BP).map(|tail| tail.at).collect())
    }

    /// Of these tails, those that begin alike once: copies, and the molecules of one junction, are one try.
    pub fn of_unlike<'t>(open: impl Iterator<Item = &'t Tail>) -> Self {
        let begin = |tail: &'t Tail| (tail.at, &tail.bases[..tail.bases.len().min(ALIKE_BP)]);
        let mut unlike: Vec<(Breakend, &[u8])> = open.filter(|tail| tail.length_bp >= MIN_CROWD_TAIL_BP).map(begin).collect();
        unlike.sort_unstable();
        unlike.dedup();
        Self::at_ends(unlike.into_iter().map(|(at, _)| at).collect())
    }

    fn at_ends(mut ends: Vec<Breakend>) -> Self {
        ends.sort_unstable_by_key(|end| (end.contig, end.side, end.boundary));
        Self(ends)
    }

    /// How many end within [`CROWD_BP`].
    pub fn at(&self, place: Breakend) -> u32 {
        let at = |boundary: u32| (place.contig, place.side, boundary);
        let key = |end: &Breakend| (end.contig, end.side, end.boundary);
        let first = self.0.partition_point(|end| key(end) < at(place.boundary.saturating_sub(CROWD_BP)));
        let last = self.0.partition_point(|end| key(end) <= at(place.boundary.saturating_add(CROWD_BP)));
        (last - first) as u32
    }
}

impl Tail {
    /// Whether the bases on either side are runs, a repeat or adapter, which have no place wherever an aligner put them.
    pub fn is_simple(&self) -> bool {
        let inserted_bp = self.placement.map_or(0, |placement| (-placement.overlap_bp).max(0) as usize);
        let behind_insertion = self.bases.get(inserted_bp..).filter(|_| inserted_bp > 0);
        is_simple(&self.bases) || is_simple(&self.anchor) || behind_insertion.is_some_and(is_simple)
    }

    /// A clipped end of a read of good quality, with an anchor that tells little and no place.
    #[cfg(test)]
    pub fn made_up(fragment: u64, at: Breakend, bases: &[u8]) -> Self {
        Self {
            fragment: FragmentId(fragment),
            at,
            anchor_bp: 70,
            mapq: 60,
            bases: bases.into(),
            qualities: vec![30; bases.len()].into(),
            length_bp: bases.len() as u32,
            anchor: b"CCATTGACCATTGGCATT".as_slice().into(),
            placement: None,
            ends: (fragment as i64, 0),
            primary: None,
            crowd: 0,
            unbroken_nats: 0.0,
        }
    }

    /// The same, surely placed as a whole.
    #[cfg(test)]
    #[must_use]
    pub fn placed_at(self, breakend: Breakend) -> Self {
        let (aligned_bp, score) = (self.length_bp, i64::from(self.length_bp));
        Self { placement: Some(Placement { breakend, overlap_bp: 0, aligned_bp, score, mapq: 60, gap: false }), ..self }
    }

    /// Whether its place lies behind inserted bases.
    pub fn is_behind_insertion(&self) -> bool {
        self.placement.is_some_and(|placement| placement.overlap_bp < 0)
    }
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

/// What is known of the genes around a read.
pub struct Genes<'a> {
    /// Whether a breakend lies where tails are looked for.
    pub holds: &'a dyn Fn(Breakend) -> bool,
    /// Whether a breakend lies on an exon's edge that a splice uses; never for DNA.
    pub at_edge: &'a dyn Fn(Breakend) -> bool,
}

impl Genes<'_> {
    /// Whether the gap between two pieces of one alignment joins exon edges.
    fn is_intron(&self, one: &Piece, other: &Piece) -> bool {
        let (before, after) = if one.query_start <= other.query_start { (one, other) } else { (other, one) };
        (self.at_edge)(before.breakend(true)) && (self.at_edge)(after.breakend(false))
    }
}

/// A piece beyond a gap must have so many bases to be believed where the gap is no known intron.
const MIN_BEYOND_GAP_BP: u32 = 25;
/// A piece of fewer bases that leaves half as many of the tail unexplained is a chance match.
const MIN_LONE_PIECE_BP: u32 = 30;

/// Bases that two pieces of RNA may both claim at an exon's edge; where they claim more, one of them runs on with errors into what is not
/// there, as aligners of long reads do.
const MAX_OVERLAP_BP: i32 = 60;

/// The mapping quality that a piece of this length can have at most: aligners give short pieces more than chance allows, because they
/// look near the other piece or do not look everywhere. `e` errors in `n` bases match by chance at `N C(n, e) 3^e / 4^n` of `N` places:
/// both strands of the genome, or the few hundred thousand exon edges where the piece ends on one.
pub(crate) fn chance_mapq((bases, edits): (u32, u32), at_edge: bool) -> u8 {
    let (bases, edits) = (f64::from(bases), f64::from(edits.min(bases / 2)));
    let places: f64 = if at_edge { 4e5 } else { 6e9 };
    let choices: f64 = (0..edits as u32).map(|k| ((bases - f64::from(k)) / (f64::from(k) + 1.0)).log10() + 3f64.log10()).sum();
    let hits = places.log10() + choices - bases * 4f64.log10();
    (-10.0 * hits).clamp(0.0, 60.0) as u8
}

/// Bases and edits of a piece with those that ordinary splices join to it towards the read's end or its beginning.
pub fn spliced_bp(chain: &Chain, index: usize, towards_end: bool, at_edge: &dyn Fn(Breakend) -> bool) -> (u32, u32) {
    let mut at = index;
    let mut sum = (chain.pieces[at].query_bp(), chain.pieces[at].edits);
    loop {
        let next = if towards_end { Some(at + 1) } else { at.checked_sub(1) };
        let Some((next, piece)) = next.and_then(|next| Some((next, chain.pieces.get(next)?))) else { return sum };
        let one_alignment = chain.gapped.get(at.min(next)).copied().unwrap_or(false);
        if !one_alignment || !at_edge(chain.pieces[at].breakend(towards_end)) || !at_edge(piece.breakend(!towards_end)) {
            return sum;
        }
        sum = (sum.0 + piece.query_bp(), sum.1 + piece.edits);
        at = next;
    }
}

/// The next piece towards the read's end or its beginning.
fn further(chain: &Chain, index: usize, towards_end: bool) -> Option<usize> {
    let next = if towards_end { Some(index + 1) } else { index.checked_sub(1) };
    next.filter(|&next| next < chain.pieces.len())
}

/// Whether an aligner put a few bases beyond a gap that is no known intron, for want of a better place.
fn is_guessed(chain: &Chain, index: usize, place: &Genes<'_>) -> bool {
    let piece = &chain.pieces[index];
    let across = |at: usize| {
        let joined = chain.gapped.get(at.min(index)) == Some(&true);
        joined && !place.is_intron(piece, &chain.pieces[at])
    };
    piece.query_bp() < MIN_BEYOND_GAP_BP && [false, true].into_iter().filter_map(|end| further(chain, index, end)).any(across)
}

/// The next piece on either side of each that is not guessed: a long read may have hundreds that are.
struct Sure {
    before: Vec<Option<usize>>,
    behind: Vec<Option<usize>>,
}

impl Sure {
    fn of(chain: &Chain, place: &Genes<'_>) -> Self {
        let sure: Vec<bool> = (0..chain.pieces.len()).map(|at| !is_guessed(chain, at, place)).collect();
        let next = |last: &mut Option<usize>, at: usize| {
            let known = *last;
            *last = if sure[at] { Some(at) } else { known };
            Some(known)
        };
        let before = (0..sure.len()).scan(None, next).collect();
        let mut behind: Vec<Option<usize>> = (0..sure.len()).rev().scan(None, next).collect();
        behind.reverse();
        Self { before, behind }
    }

    fn beyond(&self, index: usize, at_query_end: bool) -> Option<usize> {
        if at_query_end {
            self.behind[index]
        } else {
            self.before[index]
        }
    }
}

/// Of the bases beyond a piece those that are no runs, repeat or adapter, in which any read may end: as many as tell as much.
fn beyond_dirt(chain: &Chain, piece: &Piece, at_query_end: bool, beyond_bp: u32) -> u32 {
    let Some(bases) = chain.bases.as_deref() else { return beyond_bp };
    let beyond = if at_query_end { bases.get(piece.query_end as usize..) } else { bases.get(..piece.query_start as usize) };
    let outwards = |bases: &[u8]| if at_query_end { bases.to_vec() } else { reverse_complement(bases) };
    beyond.map_or(beyond_bp, |bases| beyond_bp.min(telling_bp(&outwards(&bases[..bases.len().min(MAX_TAIL_BP)])) as u32))
}

/// The tails of a chain at its pieces that touch a gene (`inside`).
///
/// A chain that goes on within the gene (a splice) has no tail there.
pub fn tails(chain: &Chain, mate: Option<&Chain>, inside: &dyn Fn(&Piece) -> bool, place: &Genes<'_>) -> Vec<Tail> {
    let mut list = Vec::new();
    let adapter = mate.is_some_and(|mate| ends_in_adapter(chain, mate));
    let sure = Sure::of(chain, place);
    for (index, piece) in chain.pieces.iter().enumerate().filter(|(_, piece)| inside(piece)) {
        for at_query_end in [false, true] {
            // A short end beyond a gap that is no known intron was put somewhere for want of a better place.
            let beside = further(chain, index, at_query_end).filter(|&at| !chain.leaps(index, at));
            let believed = beside.and_then(|_| sure.beyond(index, at_query_end));
            let neighbour = believed.map(|at| &chain.pieces[at]);
            if neighbour.is_some_and(inside) || !(place.holds)(piece.breakend(at_query_end)) {
                continue;
            }
            let gap = believed == beside && chain.gapped.get(if at_query_end { index } else { index.wrapping_sub(1) }) == Some(&true);
            let outer = believed.is_some_and(|at| further(chain, at, at_query_end).is_some());
            // A piece is as sure, and shows as much, as all that is spliced to it.
            let there = believed.map_or((0, 0), |at| spliced_bp(chain, at, at_query_end, place.at_edge));
            let here = spliced_bp(chain, index, !at_query_end, place.at_edge);
            let overlap_bp = |next: &Piece| {
                if at_query_end {
                    piece.query_end as i32 - next.query_start as i32
                } else {
                    next.query_end as i32 - piece.query_start as i32
                }
            };
            let placement = neighbour.map(|next| Placement {
                breakend: next.breakend(!at_query_end),
                overlap_bp: overlap_bp(next),
                aligned_bp: there.0,
                score: i64::from(there.0) - EDIT_COST * i64::from(there.1),
                mapq: {
                    // Bases of the tail that neither this piece nor one further out explains.
                    let beyond = if at_query_end { chain.length.saturating_sub(next.query_end) } else { next.query_start };
                    let between = if at_query_end {
                        next.query_start.saturating_sub(piece.query_end)
                    } else {
                        piece.query_start.saturating_sub(next.query_end)
                    };
                    let unexplained = between + if outer { 0 } else { beyond_dirt(chain, next, at_query_end, beyond) };
                    let far = next.breakend(!at_query_end);
                    let beyond_splices = there.0 > next.query_bp();
                    let by_chance = !beyond_splices && next.query_bp() < MIN_LONE_PIECE_BP && unexplained * 2 >= next.query_bp();
                    let runs_on = || overlap_bp(next) > MAX_OVERLAP_BP && (place.at_edge)(piece.breakend(at_query_end));
                    if by_chance || runs_on() {
                        0
                    } else {
                        next.mapq.min(chance_mapq(there, (place.at_edge)(far)))
                    }
                },
                gap,
            });
            let length_bp = if at_query_end { chain.length.saturating_sub(piece.query_end) } else { piece.query_start };
            if placement.is_none() && (length_bp < MIN_TAIL_BP || (at_query_end && adapter)) {
                continue;
            }
            let (bases, qualities, anchor) = cut(chain, piece, at_query_end);
            list.push(Tail {
                fragment: chain.fragment,
                at: piece.breakend(at_query_end),
                anchor_bp: here.0,
                mapq: piece.mapq.min(chance_mapq(here, (place.at_edge)(piece.breakend(at_query_end)))),
                bases: bases.into(),
                qualities: qualities.into(),
                length_bp,
                anchor: anchor.into(),
                placement,
                ends: chain.ends(),
                primary: chain.primary.first().map(|piece| (piece.contig, piece.start)),
                crowd: 0,
                unbroken_nats: 0.0,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Strand;

    #[test]
    fn what_an_aligner_makes_of_runs_is_simple_and_a_partner_behind_inserted_bases_is_not() {
        let end = |contig: u32, boundary: u32| Breakend::new(ContigId(contig), boundary, crate::genome::Side::Lower);
        let tail = |bases: &[u8], overlap_bp: i32| {
            let tail = Tail::made_up(1, end(0, 1_000), bases).placed_at(end(1, 500));
            let placement = tail.placement.map(|placement| Placement { overlap_bp, ..placement });
            Tail { anchor: b"CCATTGACGATTGGCATTAGTCAC".as_slice().into(), placement, ..tail }
        };
        let gene = crate::sequence::random_bases(5, 40);
        assert!(tail(&[b'A'; 40], 0).is_simple() && !tail(&gene, 0).is_simple());
        let inserted = |rest: &[u8]| [&gene[..10], rest].concat();
        assert!(tail(&inserted(&[b'G'; 40]), -10).is_simple() && !tail(&inserted(&gene), -10).is_simple());
        assert!(!tail(b"", 0).is_simple(), "of what hard clips took nothing is known");
    }

    #[test]
    fn a_piece_that_claims_much_of_what_the_other_has_is_no_sure_place() {
        let piece = |contig: u32, query_start: u32, query_end: u32| Piece {
            contig: ContigId(contig),
            start: 1_000,
            end: 1_000 + query_end - query_start,
            strand: Strand::Forward,
            query_start,
            query_end,
            mapq: 60,
            edits: 0,
        };
        let mapq = |overlap: u32, rna: bool| {
            let pieces = vec![piece(0, 0, 500), piece(1, 500 - overlap, 900)];
            let chain = Chain {
                fragment: FragmentId(1),
                number: 0,
                primary: pieces[..1].to_vec(),
                pieces,
                gapped: vec![false],
                mate: None,
                length: 900,
                bases: Some(vec![b'A'; 900].into()),
                qualities: Bytes::default(),
            };
            let kinase = Genes { holds: &|end| end.contig == ContigId(0), at_edge: &|_| rna };
            let found = tails(&chain, None, &|piece| piece.contig == ContigId(0), &kinase);
            found.iter().filter_map(|tail| tail.placement).map(|placement| placement.mapq).collect::<Vec<u8>>()
        };
        assert_eq!((mapq(10, true), mapq(200, true)), (vec![60], vec![0]));
        assert_eq!(mapq(200, false), [60], "homology of DNA may be long");
    }
}
