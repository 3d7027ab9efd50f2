//! Reads of which the aligner left out an end, or all: their bases are looked up among the exon edges of the kinase and its partners.
//!
//! Five kinds of reads are mended:
//!
//! 1. clipped at (or a few bases around) the kinase's edge, the tail without a place of its own: the tail is a partner's exon end;
//! 2. clipped at a partner's exon end, with nothing that points to the kinase: the tail is an exon start of the kinase;
//! 3. run on past an edge into bases that happen to match, with errors, or put the end behind a long gap: cut at the edge, as 1 and 2;
//! 4. clipped at either side with inserted bases before the other one's edge, which aligners do not join;
//! 5. not aligned at all: as 1, 2 and 4 once an edge is found within the read.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use crate::alignment::bytes::Bytes;
use crate::alignment::read::FragmentId;
use crate::alignment::scan::Unaligned;
use crate::evidence::chain::Chain;
use crate::evidence::tail::{chance_mapq, spliced_bp, Crowds, Placement, Tail};
use crate::genome::Breakend;
use crate::sequence::reverse_complement;

use super::edges::{EdgeFit, EdgeTable, MIN_FIT_BEHIND_INSERTION_BP, MIN_FIT_BP};
use super::inner_exon;

/// Farthest that an alignment runs past an edge, or stops short of it, by chance.
pub const MAX_OVERRUN_BP: u32 = 12;
/// Farthest that an alignment of a long read stops short of an edge: one error in ten bases ends it, and errors come in bursts.
const MAX_SHORT_OF_EDGE_BP: u32 = 30;
/// Length and mapping quality from which a piece's place is trusted.
const BELIEVED_PIECE_BP: u32 = 25;
/// Mapping quality from which a tail's own placement is trusted (one error in ten).
pub const BELIEVED_MAPQ: u8 = 10;
/// Clipped bases from which an alignment is taken to have met something else.
const MIN_CLIP_BP: usize = 3;
/// Bases of a tail and of an anchor that are kept.
const MAX_KEPT_BP: usize = 150;
/// Fewest bases by which two mates overlap to be read as one.
const MIN_OVERLAP_BP: usize = 15;

/// A read turned so that it leaves a piece, with the piece's place on it.
struct Leaving<'a> {
    chain: &'a Chain,
    bases: &'a [u8],
    qualities: &'a [u8],
    start: usize,
    end: usize,
    at: Breakend,
    mapq: u8,
    /// Open tails that end there.
    crowd: u32,
}

/// The mended tails.
#[derive(Debug, Default)]
pub struct Mended {
    /// Tails that leave the kinase, cut at an edge; without a place where no partner's edge fits.
    pub kinase: Vec<Tail>,
    /// Tails that leave a partner at an edge, where no edge of the kinase fits.
    pub partner: Vec<Tail>,
}

/// What follows a piece of a read, by its alignment.
struct Next {
    /// Bases there, with those of further splices.
    aligned_bp: u32,
    /// The read certainly continues there.
    goes_on: bool,
    /// It would, but the gap joins an exon edge to a place that is none: RNA aligners splice a partner's bases to similar bases within reach.
    is_guess: bool,
}

impl Next {
    fn of(chain: &Chain, index: usize, at_query_end: bool, at_edge: &dyn Fn(Breakend) -> bool) -> Self {
        let (beside, joint) = if at_query_end { (index + 1, index) } else { (index.wrapping_sub(1), index.wrapping_sub(1)) };
        let Some(next) = chain.pieces.get(beside).filter(|_| !chain.leaps(index, beside)) else {
            return Self { aligned_bp: 0, goes_on: false, is_guess: false };
        };
        let aligned_bp = spliced_bp(chain, beside, at_query_end, at_edge).0;
        let gapped = chain.gapped.get(joint) == Some(&true);
        let leaves_edge = gapped && at_edge(chain.pieces[index].breakend(at_query_end));
        let meets_edge = leaves_edge && at_edge(next.breakend(!at_query_end));
        // A few bases over an ordinary splice, and then a clip, are a chance match.
        let left = if at_query_end { chain.length.saturating_sub(next.query_end) } else { next.query_start };
        let spliced = meets_edge && (aligned_bp >= MAX_OVERRUN_BP || left < MIN_CLIP_BP as u32);
        let placed = aligned_bp >= BELIEVED_PIECE_BP && next.mapq >= BELIEVED_MAPQ;
        let is_guess = placed && leaves_edge && !meets_edge;
        Self { aligned_bp, goes_on: (spliced || placed) && !is_guess, is_guess }
    }
}

/// The tails in a read with clipped or misled ends.
pub fn from_chain(
    chain: &Chain,
    (table, crowds): (&EdgeTable, &Crowds),
    in_kinase: &dyn Fn(Breakend) -> bool,
    at_edge: &dyn Fn(Breakend) -> bool,
    mended: &mut Mended,
) {
    let Some(bases) = chain.bases.as_deref() else { return };
    let length = bases.len();
    // A long read may have hundreds of pieces, so it is reverse-complemented once for all of them.
    let backward = OnceCell::new();
    for (index, piece) in chain.pieces.iter().enumerate() {
        for at_query_end in [false, true] {
            let at = piece.breakend(at_query_end);
            let next = Next::of(chain, index, at_query_end, at_edge);
            let (start, end) = (piece.query_start as usize, piece.query_end as usize);
            let clipped = if at_query_end { length.saturating_sub(end) } else { start };
            if next.goes_on || (clipped < MIN_CLIP_BP && piece.edits == 0) || end > length {
                continue;
            }
            // Aligners place short pieces more confidently than their length allows.
            let mapq = piece.mapq.min(chance_mapq(spliced_bp(chain, index, !at_query_end, at_edge), at_edge(at)));
            let leaving = if at_query_end {
                Leaving { chain, bases, qualities: &chain.qualities, start, end, at, mapq, crowd: crowds.at(at) }
            } else {
                let (bases, qualities) = backward.get_or_init(|| turned(bases, &chain.qualities));
                Leaving { chain, bases, qualities, start: length - end, end: length - start, at, mapq, crowd: crowds.at(at) }
            };
            // A few aligned bases behind a gap do not show where the read really lies.
            let inner = if at_query_end { index.wrapping_sub(1) } else { index };
            if piece.query_bp() < MAX_OVERRUN_BP && chain.gapped.get(inner) == Some(&true) {
                continue;
            }
            // Where the aligner has a place for all of the tail, inserted bases are the less likely.
            let has_place = next.is_guess || (next.aligned_bp > 0 && next.aligned_bp as usize >= clipped);
            let fit = leaving.at_an_edge(table).or_else(|| if next.is_guess { None } else { leaving.anywhere(table, in_kinase) });
            match fit.filter(|tail| !(has_place && tail.is_behind_insertion())) {
                Some(tail) => mended.kinase.push(tail),
                None if next.is_guess => {}
                None => leaving.unplaced(table, mended),
            }
        }
    }
}

/// How far beside an edge an alignment may end: that of a long read is cut where its errors begin.
pub(super) fn reach_bp(in_step: bool) -> u32 {
    if in_step {
        MAX_OVERRUN_BP
    } else {
        MAX_SHORT_OF_EDGE_BP
    }
}

impl Leaving<'_> {
    /// Where the read passes an edge, as an offset on it; the bases between clip and edge must be the exon's.
    fn cut_at(&self, edge: Breakend, enter: &[u8], in_step: bool) -> Option<usize> {
        let past = -edge.kept_distance(self.at.boundary);
        let cut = usize::try_from(self.end as i64 - past).ok()?;
        if past > i64::from(MAX_OVERRUN_BP) || cut < self.start + MIN_FIT_BP || cut + MIN_FIT_BP > self.bases.len() {
            return None;
        }
        let missing = reverse_complement(enter.get(..cut.saturating_sub(self.end))?);
        if past < 0 && !in_step {
            let read = inner_exon::alike(self.bases.get(self.end..)?, &missing, in_step);
            if read.is_some() || past < -i64::from(MAX_OVERRUN_BP) {
                return read.map(|read| self.end + read).filter(|cut| cut + MIN_FIT_BP <= self.bases.len());
            }
        }
        let wrong = self.bases.get(self.end.min(cut)..cut)?.iter().zip(&missing).filter(|(x, y)| x != y).count();
        (wrong <= 1).then_some(cut)
    }

    fn at_an_edge(&self, table: &EdgeTable) -> Option<Tail> {
        let from_kinase = table.kinase_near(self.at, reach_bp(table.in_step())).filter_map(|edge| {
            let cut = self.cut_at(edge.end, &edge.enter, table.in_step())?;
            let fit = table.into_partner(&self.bases[cut..], edge.end, self.crowd)?;
            Some((fit, self.out_of_kinase(cut, edge.end, fit, fit.inserted_bp as i64)))
        });
        let from_partner = table.partners_near(self.at, reach_bp(table.in_step())).filter_map(|edge| {
            let cut = self.cut_at(edge.end, &edge.enter, table.in_step())?;
            let fit = table.into_kinase(&self.bases[cut..], edge.end, self.crowd)?;
            Some((fit, self.out_of_partner(cut, edge.end, fit, fit.inserted_bp as i64)))
        });
        from_kinase.chain(from_partner).max_by_key(|(fit, _)| (fit.compared_bp, fit.mapq)).map(|(_, tail)| tail)
    }

    /// The tail at an edge when nothing is known to follow: with inserted bases only reads of both sides together show the break.
    fn unplaced(&self, table: &EdgeTable, mended: &mut Mended) {
        for (of_kinase, edge) in table
            .kinase_near(self.at, reach_bp(table.in_step()))
            .map(|edge| (true, edge))
            .chain(table.partners_near(self.at, reach_bp(table.in_step())).map(|edge| (false, edge)))
        {
            let Some(cut) = self.cut_at(edge.end, &edge.enter, table.in_step()) else { continue };
            let clipped = &self.bases[cut..];
            if clipped.len() < MIN_FIT_BEHIND_INSERTION_BP
                || self.end > cut + MAX_OVERRUN_BP as usize
                || table.is_ordinary(clipped, of_kinase)
            {
                continue;
            }
            let anchor_bp = cut.saturating_sub(self.start) as u32;
            let found = Tail { anchor_bp, mapq: self.mapq, ..tail(self.chain, self.bases, self.qualities, cut, edge.end, None) };
            if of_kinase {
                mended.kinase.push(found);
            } else {
                mended.partner.push(found);
            }
            return;
        }
    }

    /// The break lies off the edges on this side: more bases must fit on the other.
    fn anywhere(&self, table: &EdgeTable, in_kinase: &dyn Fn(Breakend) -> bool) -> Option<Tail> {
        // The aligner may have gone on into bases that belong to the other side.
        let spare = (MAX_OVERRUN_BP as usize).min(self.end - self.start);
        let tail = self.bases.get(self.end - spare..)?;
        if tail.len() < spare + MIN_FIT_BP {
            return None;
        }
        let begins = self.at.extended(-(spare as i64));
        let enough = |fit: &EdgeFit| fit.compared_bp >= MIN_FIT_BEHIND_INSERTION_BP;
        if in_kinase(self.at) {
            let fit = table.into_partner(tail, begins, self.crowd).filter(enough)?;
            Some(self.out_of_kinase(self.end, self.at, fit, fit.inserted_bp as i64 - spare as i64))
        } else {
            let fit = table.into_kinase(tail, begins, self.crowd).filter(enough)?;
            Some(self.out_of_partner(self.end, self.at, fit, fit.inserted_bp as i64 - spare as i64))
        }
    }

    fn out_of_kinase(&self, cut: usize, at: Breakend, fit: EdgeFit, inserted_bp: i64) -> Tail {
        let (read, qualities) = (self.bases, self.qualities);
        let aligned_bp = (read.len() as i64 - cut as i64 - inserted_bp - fit.dirt_bp as i64).max(0) as u32;
        let placement =
            Placement { breakend: fit.end, overlap_bp: (-inserted_bp) as i32, aligned_bp, score: fit.score, mapq: fit.mapq, gap: false };
        let anchor_bp = cut.saturating_sub(self.start) as u32;
        Tail { anchor_bp, mapq: self.mapq, ..tail(self.chain, read, qualities, cut, at, Some(placement)) }
    }

    fn out_of_partner(&self, cut: usize, at: Breakend, fit: EdgeFit, inserted_bp: i64) -> Tail {
        let clean = self.bases.len() - fit.dirt_bp;
        let (read, qualities) = turned(&self.bases[..clean], self.qualities.get(..clean).unwrap_or(self.qualities));
        // The kinase's end on the turned read: what lies before it is the kinase.
        let kinase_cut = (read.len() as i64 - cut as i64 - inserted_bp).clamp(0, read.len() as i64) as usize;
        let aligned_bp = cut.saturating_sub(self.start) as u32;
        let placement = Placement {
            breakend: at,
            overlap_bp: (-inserted_bp) as i32,
            aligned_bp,
            score: i64::from(aligned_bp),
            mapq: self.mapq,
            gap: false,
        };
        let whole = tail(self.chain, &read, &qualities, kinase_cut, fit.end, Some(placement));
        Tail { anchor_bp: kinase_cut as u32, mapq: fit.mapq, ..whole }
    }
}

fn turned(bases: &[u8], qualities: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (reverse_complement(bases), qualities.iter().rev().copied().collect())
}

/// The tail of a read that leaves the kinase behind its first `cut` bases.
fn tail(chain: &Chain, read: &[u8], qualities: &[u8], cut: usize, at: Breakend, placement: Option<Placement>) -> Tail {
    Tail {
        fragment: chain.fragment,
        at,
        anchor_bp: cut as u32,
        mapq: 0,
        bases: read[cut..read.len().min(cut + MAX_KEPT_BP)].into(),
        qualities: qualities.get(cut..read.len().min(cut + MAX_KEPT_BP)).map(Bytes::from).unwrap_or_default(),
        length_bp: (read.len() - cut) as u32,
        anchor: read[cut.saturating_sub(MAX_KEPT_BP)..cut].into(),
        placement,
        ends: chain.ends(),
        primary: chain.primary.first().map(|piece| (piece.contig, piece.start)),
        crowd: 0,
        unbroken_nats: 0.0,
    }
}

/// The tails in one of `reads` unaligned reads: the more there are, the more of them fit some edge by chance.
pub fn from_unaligned(read: &Unaligned, reads: usize, table: &EdgeTable, mended: &mut Mended) {
    let forward = (read.bases.clone(), read.qualities.clone());
    let backward = turned(&read.bases, &read.qualities);
    let mut unplaced = Mended::default();
    for (bases, qualities) in [&forward, &backward] {
        let (out, out_qualities) = turned(bases, qualities);
        // Read into the kinase: turned round, the read leaves it.
        if let Some((offset, end, mapq)) = table.kinase_within(bases, reads) {
            let cut = bases.len() - offset;
            let fit = table.into_partner(&out[cut..], end, 1);
            let placement = fit.map(|fit| Placement {
                breakend: fit.end,
                overlap_bp: -(fit.inserted_bp as i32),
                aligned_bp: (out.len() - cut - fit.inserted_bp - fit.dirt_bp) as u32,
                score: fit.score,
                mapq: fit.mapq,
                gap: false,
            });
            let found = of_unaligned(read, &out, &out_qualities, cut, end, mapq, placement);
            if placement.is_some() {
                mended.kinase.push(found);
                return;
            }
            if !table.is_ordinary(&out[cut..], true) {
                unplaced.kinase.push(found);
            }
        }
        // Read into a partner: turned round, the read leaves the partner and may enter the kinase.
        if let Some((offset, end, mapq)) = table.partner_within(bases, reads) {
            let cut = bases.len() - offset;
            if let Some(fit) = table.into_kinase(&out[cut..], end, 1) {
                let kinase_cut = offset - fit.inserted_bp;
                let placement = Placement {
                    breakend: end,
                    overlap_bp: -(fit.inserted_bp as i32),
                    aligned_bp: cut as u32,
                    score: cut as i64,
                    mapq,
                    gap: false,
                };
                mended.kinase.push(of_unaligned(read, bases, qualities, kinase_cut, fit.end, fit.mapq, Some(placement)));
                return;
            }
            if !table.is_ordinary(&out[cut..], false) {
                unplaced.partner.push(of_unaligned(read, &out, &out_qualities, cut, end, mapq, None));
            }
        }
    }
    mended.kinase.extend(unplaced.kinase.into_iter().filter(|tail| tail.length_bp as usize >= MIN_FIT_BEHIND_INSERTION_BP));
    mended.partner.extend(unplaced.partner.into_iter().filter(|tail| tail.length_bp as usize >= MIN_FIT_BEHIND_INSERTION_BP));
}

fn of_unaligned(
    read: &Unaligned,
    bases: &[u8],
    qualities: &[u8],
    cut: usize,
    at: Breakend,
    mapq: u8,
    placement: Option<Placement>,
) -> Tail {
    // Where the read would begin if it were aligned, in the kinase or beyond; copies of one molecule share this position.
    let into_kinase_bp = if *bases == *read.bases { cut as i64 } else { cut as i64 - bases.len() as i64 };
    let begin = i64::from(at.boundary) + into_kinase_bp;
    Tail {
        fragment: read.fragment,
        at,
        anchor_bp: cut as u32,
        mapq,
        bases: bases[cut..bases.len().min(cut + MAX_KEPT_BP)].into(),
        qualities: qualities.get(cut..bases.len().min(cut + MAX_KEPT_BP)).map(Bytes::from).unwrap_or_default(),
        length_bp: (bases.len() - cut) as u32,
        anchor: bases[cut.saturating_sub(MAX_KEPT_BP)..cut].into(),
        placement,
        ends: (begin, -(bases.len() as i64)),
        primary: None,
        crowd: 0,
        unbroken_nats: 0.0,
    }
}

/// Mates that overlap as one read; others as they are.
pub fn merged_mates(reads: Vec<Unaligned>) -> Vec<Unaligned> {
    let mut by_fragment: FxHashMap<FragmentId, usize> = FxHashMap::default();
    let mut list: Vec<Unaligned> = Vec::with_capacity(reads.len());
    for read in reads {
        let other = by_fragment.get(&read.fragment).copied().filter(|&slot| list[slot].number != read.number);
        if let Some((slot, one)) = other.and_then(|slot| merge(&list[slot], &read).map(|one| (slot, one))) {
            list[slot] = one;
        } else {
            by_fragment.insert(read.fragment, list.len());
            list.push(read);
        }
    }
    list
}

fn merge(first: &Unaligned, second: &Unaligned) -> Option<Unaligned> {
    let (bases, qualities) = turned(&second.bases, &second.qualities);
    let overlap = (0..(first.bases.len() + 1).saturating_sub(MIN_OVERLAP_BP)).find(|&from| {
        let shared = first.bases[from..].iter().zip(&bases);
        let compared = shared.len();
        compared >= MIN_OVERLAP_BP && shared.filter(|(x, y)| x != y).count() * MIN_OVERLAP_BP <= compared
    })?;
    let known = (first.bases.len() - overlap).min(bases.len());
    let mut one = first.clone();
    one.mate_bases = Some(second.bases.clone());
    one.bases.extend_from_slice(&bases[known..]);
    one.qualities.extend_from_slice(qualities.get(known..).unwrap_or_default());
    Some(one)
}
