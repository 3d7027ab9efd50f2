//! Assigns further fragments to a junction: tails without a place, on either side, and pairs that span it.

use rustc_hash::FxHashMap;

use crate::alignment::bytes::Bytes;
use crate::alignment::read::FragmentId;
use crate::evidence::{Pair, Tail};
use crate::genome::{Breakend, ContigId, Side};

use super::candidate::{Candidate, EvidenceKind, Member, Tolerance};
use super::nearby::{Nearby, Spellings};

/// Bases by which a read may run over a break before it is clipped (an aligner extends into a few chance matches).
pub const OVERRUN_BP: i64 = 12;

/// Fragments from which a junction is taken for granted when a pair with an unusual insert points to it.
const ESTABLISHED_FRAGMENTS: usize = 3;

/// What tails have in common that fit the same candidate: their place and their bases.
type Alike<'t> = (Breakend, [&'t Bytes; 3]);

/// What a pair may span.
#[derive(Clone, Copy)]
pub struct PairSpan<'a> {
    /// Insert size of the ordinary pair, in bases.
    pub insert_median_bp: u32,
    /// Insert size that nearly all ordinary pairs stay below, in bases.
    pub insert_max_bp: u32,
    /// Number of bases of the molecule between a position and a breakend that it lies inside of; spliced where the material is RNA.
    pub distance: &'a dyn Fn(Breakend, u32) -> i64,
    /// Genomic bases around a breakend beyond which no position is within so many bases of the molecule.
    pub reach: &'a dyn Fn(Breakend, u32) -> u32,
}

impl PairSpan<'_> {
    /// The same for fragments that are known to span a break: these are longer than the average.
    #[must_use]
    pub fn longer(&self) -> Self {
        Self { insert_max_bp: self.insert_max_bp.saturating_mul(3) / 2, ..*self }
    }
}

/// Adds the tails that leave the kinase without a place, or with another place, to the first candidate whose bases they repeat.
pub fn add_kinase_tails(candidates: &mut [Candidate], tails: &[Tail], tolerance: Tolerance) {
    let mut filed = Spellings::new(tolerance);
    for (index, candidate) in candidates.iter().enumerate() {
        filed.insert(index, candidate.kinase, &candidate.tail);
    }
    add_tails(candidates, tails, &filed, true, &|candidate, tail| candidate.repeats(tail, tolerance));
}

/// Adds the tails that leave the partner's side and read on into the kinase.
pub fn add_partner_tails(candidates: &mut [Candidate], tails: &[Tail], tolerance: Tolerance) {
    let mut filed = Spellings::new(tolerance);
    for (index, candidate) in candidates.iter().enumerate() {
        filed.insert(index, candidate.partner, &candidate.inwards());
    }
    add_tails(candidates, tails, &filed, false, &|candidate, tail| candidate.continues(tail, tolerance));
}

/// Adds tails to the first candidate that they fit; `fits` gives the number of bases that agree. A fragment belongs to one candidate on each
/// side of the kinase, and each of its reads may add support for it.
fn add_tails(
    candidates: &mut [Candidate],
    tails: &[Tail],
    filed: &Spellings,
    at_kinase: bool,
    fits: &dyn Fn(&Candidate, &Tail) -> Option<usize>,
) {
    let mut home: FxHashMap<(FragmentId, Side), usize> = FxHashMap::default();
    for (index, candidate) in candidates.iter().enumerate() {
        for fragment in candidate.members.keys() {
            home.entry((*fragment, candidate.kinase.side)).or_insert(index);
        }
    }
    let leaves = |candidate: &Candidate, tail: &Tail| {
        let end = if at_kinase { candidate.kinase } else { candidate.partner };
        (end.contig, end.side) == (tail.at.contig, tail.at.side)
    };
    // Equal tails fit the same candidate, so each kind is compared once.
    let mut fitting: FxHashMap<Alike<'_>, Option<(usize, usize)>> = FxHashMap::default();
    for tail in tails {
        let homes = [Side::Lower, Side::Higher].map(|side| home.get(&(tail.fragment, side)).copied());
        let known = homes.into_iter().flatten().find(|&index| leaves(&candidates[index], tail));
        let fit = |index: usize| Some((index, fits(&candidates[index], tail)?));
        let found = match known {
            // A tail that the aligner placed was already counted at its place.
            Some(index) => Some(index).filter(|_| tail.placement.is_none()).and_then(fit),
            None => *fitting
                .entry((tail.at, [&tail.bases, &tail.qualities, &tail.anchor]))
                .or_insert_with(|| filed.like(tail.at, &tail.bases).into_iter().find_map(fit)),
        };
        let Some((index, agreeing_bp)) = found else { continue };
        let candidate = &mut candidates[index];
        if *home.entry((tail.fragment, candidate.kinase.side)).or_insert(index) != index {
            continue;
        }
        candidate.other_places += u32::from(known.is_none() && at_kinase && tail.placement.is_some());
        let mut member = clip_member(candidate, tail, at_kinase, agreeing_bp);
        // Bases between the break and where the read is clipped are the other side's, though they fit this one too.
        let overrun = |end: Breakend| tail.at.kept_distance(end.boundary).clamp(0, OVERRUN_BP) as u32;
        if at_kinase {
            let overrun = overrun(candidate.kinase);
            member.kinase_bp = member.kinase_bp.saturating_sub(overrun);
            member.partner_bp = (member.partner_bp + overrun).min(candidate.tail.len() as u32);
            member.crossing_bp = member.shown_bp();
        } else if candidate.insertion_bp == 0 {
            let overrun = overrun(candidate.partner);
            member.partner_bp = member.partner_bp.saturating_sub(overrun);
            member.kinase_bp = (member.kinase_bp + overrun).min(candidate.anchor.len() as u32);
        }
        candidate.add(tail.fragment, member);
    }
}

/// Junctions by the flanks that they join and where the kinase's lies, to find those that a pair may span.
#[derive(Default)]
pub struct Spanned {
    by_partner: FxHashMap<(ContigId, Side), Nearby<usize>>,
    most_slack_bp: u32,
}

impl Spanned {
    /// Files candidates by their indices from `first` on.
    pub fn insert(&mut self, first: usize, candidates: &[Candidate]) {
        for (index, candidate) in (first..).zip(candidates) {
            self.by_partner.entry((candidate.partner.contig, candidate.partner.side)).or_default().insert(candidate.kinase, index);
            self.most_slack_bp = self.most_slack_bp.max(candidate.slack_bp);
        }
    }

    /// Adds the pairs that span a junction to the first that they do; returns those that span none.
    pub fn add_pairs(&self, candidates: &mut [Candidate], pairs: &[Pair], span: &PairSpan<'_>) -> Vec<Pair> {
        // A junction that reads show explains also pairs with long inserts, which would not make one of their own: fragments that span a
        // break are longer than the average, and the more reads show it, the surer. Where several pairs alone show it, a second break of
        // the same two places is less likely than a fragment of several times the usual length, as a second library may have.
        let longer = span.longer();
        let generous = PairSpan { insert_max_bp: span.insert_max_bp.saturating_mul(2), ..*span };
        let farthest = PairSpan { insert_max_bp: span.insert_max_bp.saturating_mul(4), ..*span };
        let reach = |candidate: &Candidate| match (candidate.slack_bp, candidate.members.len()) {
            (0, ESTABLISHED_FRAGMENTS..) => &generous,
            (0, _) => &longer,
            (_, ESTABLISHED_FRAGMENTS..) => &farthest,
            _ => span,
        };
        let over_bp = OVERRUN_BP as u32 + self.most_slack_bp;
        let mut left = Vec::new();
        for pair in pairs {
            let (kinase, partner) = (pair.kinase, pair.partner);
            let beside = self
                .by_partner
                .get(&(partner.contig, partner.side))
                .into_iter()
                .flat_map(|ends| ends.within(kinase, (span.reach)(kinase, farthest.insert_max_bp.saturating_add(over_bp))).copied());
            let spanned = |&index: &usize| {
                let candidate = &candidates[index];
                spans(candidate.kinase, candidate.partner, candidate.slack_bp, pair, reach(candidate))
            };
            match beside.filter(spanned).min() {
                Some(index) => candidates[index].add(pair.fragment, pair_member(pair)),
                None => left.push(*pair),
            }
        }
        left
    }
}

/// Whether a pair's reads lie on the kept sides of both ends, point to the break and are near enough to it.
pub fn spans(kinase: Breakend, partner: Breakend, slack_bp: u32, pair: &Pair, span: &PairSpan<'_>) -> bool {
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
        kind: EvidenceKind::Pair,
        kinase_bp: pair.kinase.boundary.abs_diff(pair.kinase_begin),
        partner_bp: pair.partner.boundary.abs_diff(pair.partner_begin),
        crossing_bp: 0,
        kinase_mapq: pair.kinase_mapq,
        partner_mapq: pair.partner_mapq,
        ends: (i64::from(pair.kinase_begin), i64::from(pair.partner_begin)),
    }
}

/// The evidence of a tail whose first bases agree with a candidate's; `at_kinase` says on which side its aligned part lies.
///
/// Of the tail only the bases that agree count, and only so many as could be compared; those of a read that is clipped before the break are
/// the aligned side's up to there.
pub fn clip_member(candidate: &Candidate, tail: &Tail, at_kinase: bool, agreeing_bp: usize) -> Member {
    let compared_bp = if at_kinase { candidate.tail.len() } else { candidate.anchor.len() } as u32;
    // Only the first bases of long tails are kept.
    let length_bp = if agreeing_bp < tail.bases.len() { agreeing_bp as u32 } else { tail.length_bp };
    let end = if at_kinase { candidate.kinase } else { candidate.partner };
    let early = (-tail.at.kept_distance(end.boundary)).max(0) as u32;
    let (own, shown) = (tail.anchor_bp + early, length_bp.saturating_sub(early).min(compared_bp));
    let (kinase_bp, partner_bp) = if at_kinase { (own, shown) } else { (shown, own) };
    let crossing_bp = if at_kinase {
        kinase_bp.min(partner_bp)
    } else {
        // Inserted bases come before the kinase, and an aligner may have gone on into a few of either.
        let run_on = tail.at.kept_distance(candidate.partner.boundary);
        let of_kinase = i64::from(length_bp) + run_on - i64::from(candidate.insertion_bp);
        let before = i64::from(tail.anchor_bp) - run_on + i64::from(candidate.insertion_bp);
        of_kinase.min(before).clamp(0, i64::from(compared_bp)) as u32
    };
    Member {
        kind: EvidenceKind::Clip,
        kinase_bp,
        partner_bp,
        crossing_bp,
        kinase_mapq: if at_kinase { tail.mapq } else { 0 },
        partner_mapq: (!at_kinase).then_some(tail.mapq),
        ends: tail.ends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(at: Breakend, anchor_bp: u32, bases: &[u8]) -> Tail {
        Tail { anchor_bp, anchor: Bytes::default(), ends: (0, 0), ..Tail::made_up(1, at, bases) }
    }

    #[test]
    fn of_two_reads_of_a_fragment_the_one_that_shows_more_counts() {
        let kinase = Breakend::new(ContigId(0), 1_000, Side::Lower);
        let beyond = b"GATTACACCGTATGCATTGCAAGTC";
        let mut candidates =
            [Candidate { tail: beyond.to_vec(), ..Candidate::new(0, kinase, Breakend::new(ContigId(1), 500, Side::Higher)) }];
        let tails = [tail(kinase, 90, &beyond[..9]), tail(kinase, 75, beyond)];
        add_kinase_tails(&mut candidates, &tails, Tolerance::of(false));
        let shown: Vec<(u32, u32)> = candidates[0].members.values().map(|member| (member.kinase_bp, member.partner_bp)).collect();
        assert_eq!(shown, [(75, 25)], "nine bases alone would not count");
    }

    #[test]
    fn a_fragment_that_ends_in_dirt_on_one_side_of_the_kinase_shows_a_break_on_the_other() {
        let (lower, higher) = (Breakend::new(ContigId(0), 1_000, Side::Lower), Breakend::new(ContigId(0), 900, Side::Higher));
        let (beyond, dirt) = (b"GATTACACCGTATGCATTGCAAGTC", [b'T'; 40]);
        let placed_dirt = Candidate { tail: dirt.to_vec(), ..Candidate::new(0, higher, Breakend::new(ContigId(2), 70, Side::Lower)) };
        let broken = Candidate { tail: beyond.to_vec(), ..Candidate::new(0, lower, Breakend::new(ContigId(1), 500, Side::Higher)) };
        let mut candidates = [placed_dirt, broken];
        candidates[0].add(FragmentId(1), clip_member(&candidates[0], &tail(higher, 60, &dirt), true, 40));
        add_kinase_tails(&mut candidates, &[tail(lower, 75, beyond)], Tolerance::of(false));
        assert!(candidates[1].members.contains_key(&FragmentId(1)), "where an aligner put its dirt says nothing of its break");
        let again = Candidate { tail: beyond.to_vec(), ..Candidate::new(0, lower, Breakend::new(ContigId(3), 9, Side::Higher)) };
        let mut candidates = [candidates[1].clone(), again];
        add_kinase_tails(&mut candidates, &[tail(lower, 75, beyond)], Tolerance::of(false));
        assert!(candidates[1].members.is_empty(), "and one break a side is all it shows");
    }

    #[test]
    fn bases_by_which_a_read_of_the_partner_runs_on_are_the_kinases() {
        let partner = Breakend::new(ContigId(1), 500, Side::Higher);
        let anchor = b"CCATTGACCATTGGCATTAG";
        let mut candidates =
            [Candidate { anchor: anchor.to_vec(), ..Candidate::new(0, Breakend::new(ContigId(0), 1_000, Side::Lower), partner) }];
        let beyond = crate::sequence::reverse_complement(anchor);
        // The kinase's last two bases are those before the partner's break too.
        let tails = [tail(partner.extended(2), 60, &beyond[2..10])];
        add_partner_tails(&mut candidates, &tails, Tolerance::of(false));
        let shown: Vec<(u32, u32)> = candidates[0].members.values().map(|member| (member.kinase_bp, member.partner_bp)).collect();
        assert_eq!(shown, [(10, 58)]);
    }
}
