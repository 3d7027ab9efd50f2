//! Which other fragments show a junction: unplaced tails on either side, and pairs that span it.

use rustc_hash::FxHashSet;

use crate::alignment::read::FragmentId;
use crate::evidence::{Pair, Tail};
use crate::genome::Breakend;

use super::candidate::{Candidate, Kind, Member, Tolerance};

/// Bases by which a read may run over a break before it is clipped (an aligner extends into a few chance matches).
pub const OVERRUN_BP: i64 = 12;

/// Fragments from which a junction is taken for granted when a pair with an unusual insert points to it.
const ESTABLISHED_FRAGMENTS: usize = 3;

/// What a pair may span.
pub struct Span<'a> {
    /// Insert size that nearly all ordinary pairs stay below, in bases.
    pub insert_max_bp: u32,
    /// Number of bases of the molecule between a position and a breakend that it lies inside of; spliced where the material is RNA.
    pub distance: &'a dyn Fn(Breakend, u32) -> i64,
}

/// Adds the tails that leave the kinase without a place, or with another place, to the first candidate whose bases they repeat.
pub fn add_kinase_tails(candidates: &mut [Candidate], tails: &[Tail], tolerance: Tolerance) {
    let mut added = taken(candidates);
    for tail in tails {
        if added.contains(&tail.fragment) {
            continue;
        }
        let Some(candidate) = candidates.iter_mut().find(|candidate| candidate.repeats(tail, tolerance) == Some(true)) else { continue };
        candidate.other_places += u32::from(tail.placement.is_some());
        let compared = candidate.tail.len();
        candidate.add(tail.fragment, clip_member(tail, true, compared));
        added.insert(tail.fragment);
    }
}

/// Adds the tails that leave the partner's side and read on into the kinase.
pub fn add_partner_tails(candidates: &mut [Candidate], tails: &[Tail], tolerance: Tolerance) {
    let mut added = taken(candidates);
    for tail in tails {
        if added.contains(&tail.fragment) {
            continue;
        }
        if let Some(candidate) = candidates.iter_mut().find(|candidate| candidate.continues(tail, tolerance) == Some(true)) {
            let compared = candidate.anchor.len();
            candidate.add(tail.fragment, clip_member(tail, false, compared));
            added.insert(tail.fragment);
        }
    }
}

/// Adds the pairs that span a junction; returns those that span none.
pub fn add_pairs(candidates: &mut [Candidate], pairs: &[Pair], span: &Span<'_>) -> Vec<Pair> {
    let mut left = Vec::new();
    for pair in pairs {
        // A junction that reads show explains also pairs with long inserts, which would not make one of their own: fragments that span
        // a break are longer than the average, and the more reads show it, the surer.
        let longer = Span { insert_max_bp: span.insert_max_bp.saturating_mul(3) / 2, distance: span.distance };
        let generous = Span { insert_max_bp: span.insert_max_bp.saturating_mul(2), distance: span.distance };
        let reach = |candidate: &Candidate| match (candidate.slack_bp, candidate.members.len()) {
            (0, ESTABLISHED_FRAGMENTS..) => &generous,
            (0, _) => &longer,
            _ => span,
        };
        match candidates.iter_mut().find(|candidate| spans(candidate.kinase, candidate.partner, candidate.slack_bp, pair, reach(candidate)))
        {
            Some(candidate) => candidate.add(pair.fragment, pair_member(pair)),
            None => left.push(*pair),
        }
    }
    left
}

/// Whether a pair's reads lie on the kept sides of both ends, point to the break and are near enough to it.
pub fn spans(kinase: Breakend, partner: Breakend, slack_bp: u32, pair: &Pair, span: &Span<'_>) -> bool {
    let same = |x: Breakend, y: Breakend| x.contig == y.contig && x.side == y.side;
    if !same(kinase, pair.kinase) || !same(partner, pair.partner) {
        return false;
    }
    let over = OVERRUN_BP + i64::from(slack_bp);
    if kinase.kept_distance(pair.kinase.boundary) < -over || partner.kept_distance(pair.partner.boundary) < -over {
        return false;
    }
    let length = (span.distance)(kinase, pair.kinase_begin) + (span.distance)(partner, pair.partner_begin);
    length <= i64::from(span.insert_max_bp) + over
}

/// The evidence of a pair.
pub fn pair_member(pair: &Pair) -> Member {
    Member {
        kind: Kind::Pair,
        kinase_bp: pair.kinase.boundary.abs_diff(pair.kinase_begin),
        partner_bp: pair.partner.boundary.abs_diff(pair.partner_begin),
        kinase_mapq: pair.kinase_mapq,
        partner_mapq: pair.partner_mapq,
        ends: (i64::from(pair.kinase_begin), i64::from(pair.partner_begin)),
    }
}

/// The evidence of a tail whose bases agree; `at_kinase` says on which side its aligned part lies.
///
/// Of the tail only so many bases count as could be compared.
pub fn clip_member(tail: &Tail, at_kinase: bool, compared_bp: usize) -> Member {
    let shown = tail.length_bp.min(compared_bp as u32);
    let (kinase_bp, partner_bp) = if at_kinase { (tail.anchor_bp, shown) } else { (shown, tail.anchor_bp) };
    Member {
        kind: Kind::Clip,
        kinase_bp,
        partner_bp,
        kinase_mapq: if at_kinase { tail.mapq } else { 0 },
        partner_mapq: (!at_kinase).then_some(tail.mapq),
        ends: tail.ends,
    }
}

fn taken(candidates: &[Candidate]) -> FxHashSet<FragmentId> {
    candidates.iter().flat_map(|candidate| candidate.members.keys().copied()).collect()
}
