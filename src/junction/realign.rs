//! Breaks that only pairs point to. If clipped reads on both sides continue each other, they give the exact junction. Otherwise the tails are
//! looked up on the partner's side, in the FASTA or in the reads there. What stays inexact is reported with its uncertainty (`slack_bp`).

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::alignment::read::FragmentId;
use crate::evidence::{Pair, Tail};
use crate::genome::{Breakend, Interval, Side};
use crate::sequence::dirt::telling_bp;
use crate::sequence::{common_prefix, reverse_complement};

use super::candidate::{Candidate, Tolerance};
use super::cluster::{majority, majority_backwards};
use super::nearby::Nearby;
use super::pairs::{self, outwards, SpannedEdges};
use super::support::{clip_member, PairSpan, Spanned};

/// Longest homology that is looked for between two clipped ends.
const MAX_HOMOLOGY_BP: usize = 30;
/// A tail is looked up by its first bases of this number: in a window of some thousand bases they lie by chance once in five thousand
/// times.
const SEED_BP: usize = 12;
/// Longest insertion behind which a tail is looked up, and the bases by which it is: there are as many tries as inserted bases.
const MAX_INSERTION_BP: usize = 40;
const SEED_BEHIND_INSERTION_BP: usize = 16;

/// Fragments whose tails must agree for a clipped end to be taken as the break that pairs point to.
const MIN_AGREEING_CLIPS: usize = 2;
/// Clipped ends that are tried, those whose tails tell most first: ends in dirt are many and tell little.
const MAX_ENDS: usize = 8;
/// Tails of one end of which it is asked what they tell.
const MAX_TELLING_TAILS: usize = 50;
/// Mapping quality from which a tail's own placement is trusted (one error in ten).
const MIN_PLACED_MAPQ: u8 = 10;
/// Bases by which an alignment may stop short of a break, or run past it.
const SHORT_BP: i64 = 15;
/// Bases that their tails must have: shorter ones agree by chance.
const MIN_AGREEING_BP: usize = 15;

/// Reads bases of the reference; empty without a FASTA.
pub type Bases<'a> = dyn Fn(Interval) -> Vec<u8> + 'a;

/// Candidates from pairs that no exact junction explains. Pairs join one candidate when they could span one break.
pub fn from_pairs(
    target: usize,
    pairs: &[Pair],
    (at_kinase, at_partner): (&Nearby<&Tail>, &Nearby<&Tail>),
    tolerance: Tolerance,
    span: &PairSpan<'_>,
    (reference, edges): (&Bases<'_>, Option<&SpannedEdges<'_>>),
) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut spanned = Spanned::default();
    let mut by_ends: FxHashMap<(Breakend, Breakend, u32), usize> = FxHashMap::default();
    let sides = BreakSides { kinase: ClippedEnds::new(at_kinase), partner: ClippedEnds::new(at_partner), tolerance, span };
    let mut groups = pairs::groups(pairs, span);
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    for group in groups {
        // Pairs that an exact junction of an earlier group explains make no junction of their own.
        let group = spanned.add_pairs(&mut candidates, &group, span);
        if group.is_empty() {
            continue;
        }
        let rough = pairs::rough(target, &group, span);
        let exact = sides.meeting(&rough).or_else(|| sides.in_reference(&rough, reference));
        let mut candidate = match exact {
            Some(exact) => Candidate { members: rough.members, ..exact },
            None => sides.with_agreeing_clips(&rough).or_else(|| edges?.explaining(&rough, &group, span)).unwrap_or(rough),
        };
        if candidate.slack_bp == 0 {
            for tail in at_kinase.within(candidate.kinase, tolerance.shift_bp) {
                if let Some(agreeing_bp) = candidate.repeats(tail, tolerance) {
                    candidate.add(tail.fragment, clip_member(&candidate, tail, true, agreeing_bp));
                }
            }
            for tail in at_partner.within(candidate.partner, tolerance.shift_bp) {
                if let Some(agreeing_bp) = candidate.continues(tail, tolerance) {
                    candidate.add(tail.fragment, clip_member(&candidate, tail, false, agreeing_bp));
                }
            }
        }
        // Pairs too far apart for one group may point to the same exon edges.
        let ends = (candidate.kinase, candidate.partner, candidate.slack_bp);
        if let Some(&known) = by_ends.get(&ends) {
            let known: &mut Candidate = &mut candidates[known];
            candidate.members.into_iter().for_each(|(fragment, member)| known.add(fragment, member));
            continue;
        }
        by_ends.insert(ends, candidates.len());
        spanned.insert(candidates.len(), std::slice::from_ref(&candidate));
        candidates.push(candidate);
    }
    candidates
}

/// Whether the aligner placed a tail with some confidence: then it supports that place and no other.
fn is_placed(tail: &Tail) -> bool {
    tail.placement.is_some_and(|placement| placement.mapq >= MIN_PLACED_MAPQ)
}

/// A clipped end with the tails that begin there and were placed nowhere.
struct ClippedEnd<'t> {
    at: Breakend,
    tails: Vec<&'t Tail>,
    /// What the tails tell together, in hundredths of a base, found when first asked for.
    told: OnceCell<u64>,
    /// The majority of the tails and of the anchors, read when first asked for.
    agreed: OnceCell<(Vec<u8>, Vec<u8>)>,
}

impl ClippedEnd<'_> {
    fn told(&self) -> u64 {
        let of_tail = |tail: &&Tail| (telling_bp(&tail.bases) * 100.0).round() as u64;
        *self.told.get_or_init(|| self.tails.iter().take(MAX_TELLING_TAILS).map(of_tail).sum())
    }

    fn agreed(&self) -> &(Vec<u8>, Vec<u8>) {
        self.agreed.get_or_init(|| {
            let tails = majority(self.tails.iter().map(|tail| (&*tail.bases, &*tail.qualities)));
            (tails, majority_backwards(&self.tails))
        })
    }
}

/// All clipped ends of one side.
struct ClippedEnds<'t>(Nearby<ClippedEnd<'t>>);

impl<'t> ClippedEnds<'t> {
    fn new(tails: &Nearby<&'t Tail>) -> Self {
        let mut by_end: BTreeMap<Breakend, Vec<&Tail>> = BTreeMap::new();
        for tail in tails.iter().filter(|tail| !tail.bases.is_empty() && !is_placed(tail)) {
            by_end.entry(tail.at).or_default().push(tail);
        }
        let mut ends = Nearby::default();
        for (at, tails) in by_end {
            ends.insert(at, ClippedEnd { at, tails, told: OnceCell::new(), agreed: OnceCell::new() });
        }
        Self(ends)
    }

    /// Those where the rough candidate's break may be, those that tell most first.
    ///
    /// Fragments that span a break are longer than the average, so it may lie farther out than the ordinary insert says.
    fn within_reach(&self, rough_end: Breakend, slack_bp: u32, span: &PairSpan<'_>) -> Vec<&ClippedEnd<'t>> {
        let slack_bp = i64::from(slack_bp.saturating_add(span.insert_max_bp));
        let farthest = (span.reach)(rough_end, slack_bp as u32 + SHORT_BP as u32);
        let may_be = |end: &&ClippedEnd<'t>| (-SHORT_BP..=slack_bp + SHORT_BP).contains(&(span.distance)(end.at, rough_end.boundary));
        let mut list: Vec<&ClippedEnd<'_>> = self.0.within(rough_end, farthest).filter(may_be).collect();
        list.sort_by_key(|end| (std::cmp::Reverse(end.told()), outwards(end.at)));
        list.truncate(MAX_ENDS);
        list
    }
}

/// The clipped ends of both sides, with what decides which may be one break.
struct BreakSides<'a> {
    kinase: ClippedEnds<'a>,
    partner: ClippedEnds<'a>,
    tolerance: Tolerance,
    span: &'a PairSpan<'a>,
}

impl BreakSides<'_> {
    /// The rough candidate with the clipped reads of the kinase's side that agree with each other where the break may be: they show the
    /// break at the kinase to the base, and that there are more fragments than pairs; the partner's end stays rough.
    ///
    /// One of the pairs must be clipped there itself: only that ties the clipped bases to this partner.
    fn with_agreeing_clips(&self, rough: &Candidate) -> Option<Candidate> {
        for end in self.kinase.within_reach(rough.kinase, rough.slack_bp, self.span) {
            let (tail, anchor) = end.agreed().clone();
            let mut exact = Candidate { kinase: end.at, tail, anchor, ..rough.clone() };
            let agreeing = end.tails.iter().filter_map(|&tail| Some((tail, exact.repeats(tail, self.tolerance)?)));
            let agreeing: Vec<(&Tail, usize)> = agreeing.collect();
            let fragments: BTreeSet<FragmentId> = agreeing.iter().map(|(tail, _)| tail.fragment).collect();
            let tied = fragments.iter().any(|fragment| rough.members.contains_key(fragment));
            if fragments.len() >= MIN_AGREEING_CLIPS && tied && exact.tail.len() >= MIN_AGREEING_BP && !exact.is_simple() {
                for (tail, agreeing_bp) in agreeing {
                    exact.add(tail.fragment, clip_member(&exact, tail, true, agreeing_bp));
                }
                return Some(exact);
            }
        }
        None
    }

    /// The junction at which clipped reads of both sides continue each other, with the most reads.
    fn meeting(&self, rough: &Candidate) -> Option<Candidate> {
        let partner_ends = self.partner.within_reach(rough.partner, rough.slack_bp, self.span);
        let strict = Tolerance { min_bp: 12, ..self.tolerance };
        for kinase in self.kinase.within_reach(rough.kinase, rough.slack_bp, self.span) {
            let (kinase_tail, kinase_anchor) = kinase.agreed();
            let kinase_inwards = reverse_complement(kinase_anchor);
            for partner in &partner_ends {
                let (partner_tail, partner_anchor) = partner.agreed();
                let inwards = reverse_complement(partner_anchor);
                // Both aligners extend as far as bases allow, so homologous bases are claimed twice.
                let longest = MAX_HOMOLOGY_BP.min(inwards.len()).min(kinase_inwards.len());
                let meets = |homology: &usize| {
                    let there = strict.tells_same(kinase_tail, &inwards[*homology..], 1) == Some(true);
                    there && strict.tells_same(partner_tail, &kinase_inwards[*homology..], 1) == Some(true)
                };
                // Of shifts that agree but for runs of one base, the one that agrees to the letter for longest.
                let letters = |homology: &usize| {
                    common_prefix(kinase_tail, &inwards[*homology..]) + common_prefix(partner_tail, &kinase_inwards[*homology..])
                };
                let best = (0..=longest).filter(meets).max_by_key(|homology| (letters(homology), std::cmp::Reverse(*homology)));
                if let Some(homology) = best {
                    return Some(Candidate {
                        kinase: kinase.at,
                        partner: partner.at.extended(-(homology as i64)),
                        homology_bp: homology as u32,
                        slack_bp: 0,
                        tail: kinase_tail.clone(),
                        anchor: kinase_anchor.clone(),
                        members: BTreeMap::new(),
                        ..rough.clone()
                    });
                }
            }
        }
        None
    }

    /// The junction at which the tail of a clipped end lies in the reference around the other side's rough end: a kinase's tail in the
    /// partner, or, where no read is clipped at the kinase, a partner's tail in the kinase.
    fn in_reference(&self, rough: &Candidate, reference: &Bases<'_>) -> Option<Candidate> {
        let reach = rough.slack_bp + self.span.insert_max_bp;
        let around = |end: Breakend| Interval {
            contig: end.contig,
            start: end.boundary.saturating_sub(reach),
            end: end.boundary.saturating_add(reach),
        };
        let exact = |kinase, partner, insertion: Vec<u8>, tail, anchor| Candidate {
            kinase,
            partner,
            insertion_bp: insertion.len() as u32,
            insertion,
            homology_bp: 0,
            slack_bp: 0,
            tail,
            anchor,
            members: BTreeMap::new(),
            ..rough.clone()
        };
        let at_kinase = self.kinase.within_reach(rough.kinase, rough.slack_bp, self.span);
        let window = around(rough.partner);
        let forward = if at_kinase.is_empty() { Vec::new() } else { reference(window) };
        for end in at_kinase {
            let (tail, anchor) = end.agreed();
            if let Some((partner, inserted)) = place(tail, window, &forward, rough.partner.side, self.tolerance) {
                return Some(exact(end.at, partner, tail[..inserted].to_vec(), tail.clone(), anchor.clone()));
            }
        }
        let at_partner = self.partner.within_reach(rough.partner, rough.slack_bp, self.span);
        let window = around(rough.kinase);
        let forward = if at_partner.is_empty() { Vec::new() } else { reference(window) };
        for end in at_partner {
            let (tail, anchor) = end.agreed();
            if let Some((kinase, inserted)) = place(tail, window, &forward, rough.kinase.side, self.tolerance) {
                let insertion = reverse_complement(&tail[..inserted]);
                let beyond = [insertion.as_slice(), &reverse_complement(anchor)].concat();
                return Some(exact(kinase, end.at, insertion, beyond, reverse_complement(&tail[inserted..])));
            }
        }
        None
    }
}

/// Where a tail lies in a window: the breakend from which the bases, keeping `side`, read as the tail does, and how many bases before that
/// are inserted.
///
/// The place must be the only one at which the tail's first bases lie.
pub fn place(tail: &[u8], window: Interval, forward: &[u8], side: Side, tolerance: Tolerance) -> Option<(Breakend, usize)> {
    // A side that keeps its higher flank is read upwards, one that keeps its lower flank downwards on the other strand.
    let (text, turned) = match side {
        Side::Higher => (forward.to_vec(), false),
        Side::Lower => (reverse_complement(forward), true),
    };
    for inserted in 0..=MAX_INSERTION_BP.min(tail.len()) {
        let rest = &tail[inserted..];
        let seed_bp = if inserted == 0 { SEED_BP } else { SEED_BEHIND_INSERTION_BP };
        let Some(seed) = rest.get(..seed_bp) else { break };
        let mut hits = text.windows(seed_bp).enumerate().filter(|(_, bases)| *bases == seed).map(|(start, _)| start);
        let Some(start) = hits.next() else { continue };
        if hits.next().is_some() || tolerance.tells_same(rest, &text[start..], text.len() as u32) != Some(true) {
            return None;
        }
        // A single letter that differs among the first bases is an error or a variant and no insertion.
        let (start, inserted) = match start.checked_sub(inserted) {
            Some(before) if inserted > 0 && differing(&tail[..inserted], &text[before..]) <= 1 => (before, 0),
            _ => (start, inserted),
        };
        let start = start as u32;
        let boundary = if turned { window.start + text.len() as u32 - start } else { window.start + start };
        return Some((Breakend::new(window.contig, boundary, side), inserted));
    }
    None
}

/// Letters in which two stretches that begin together differ.
fn differing(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).filter(|(left, right)| left != right).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;
    use crate::sequence::random_bases;

    #[test]
    fn a_tail_is_placed_on_either_strand() {
        let forward = b"GATTACACCGTATGCATTGCAAGTCCTGAACGTTAGCATCGGATTCAGTACC";
        let window = Interval { contig: ContigId(0), start: 1000, end: 1000 + forward.len() as u32 };
        let tolerance = Tolerance::of(false);
        let up = place(&forward[10..40], window, forward, Side::Higher, tolerance);
        assert_eq!(up, Some((Breakend::new(ContigId(0), 1010, Side::Higher), 0)));
        let down = place(&reverse_complement(&forward[10..40]), window, forward, Side::Lower, tolerance);
        assert_eq!(down, Some((Breakend::new(ContigId(0), 1040, Side::Lower), 0)));
        let behind = [b"TTA", &forward[10..40]].concat();
        assert_eq!(place(&behind, window, forward, Side::Higher, tolerance), Some((Breakend::new(ContigId(0), 1010, Side::Higher), 3)));
        let mut erroneous = forward[10..40].to_vec();
        erroneous[2] = b'A';
        assert_eq!(place(&erroneous, window, forward, Side::Higher, tolerance), up, "an error is no insertion");
        assert_eq!(place(b"TTTTTTTTTTTTTTTTTTTT", window, forward, Side::Lower, tolerance), None);
    }

    #[test]
    fn a_tail_at_the_partner_is_looked_up_in_the_kinase() {
        // The kinase keeps what lies below 1,030; no read of it is clipped, but one of the partner's is.
        let kinase = b"GATTACACCGTATGCATTGCAAGTCCTGAACGTTAGCATCGGATTCAGTACC";
        let bases = |interval: Interval| -> Vec<u8> {
            let base = |place: u32| place.checked_sub(1_000).and_then(|at| kinase.get(at as usize)).copied().unwrap_or(b'N');
            if interval.contig == ContigId(0) {
                (interval.start..interval.end).map(base).collect()
            } else {
                Vec::new()
            }
        };
        let pair = Pair {
            fragment: FragmentId(1),
            kinase: Breakend::new(ContigId(0), 1_010, Side::Lower),
            kinase_begin: 910,
            kinase_mapq: 60,
            partner: Breakend::new(ContigId(1), 520, Side::Higher),
            partner_begin: 620,
            partner_mapq: Some(60),
        };
        let clipped = Tail::made_up(2, Breakend::new(ContigId(1), 500, Side::Higher), &reverse_complement(&kinase[10..30]));
        let distance = |end: Breakend, position: u32| end.kept_distance(position);
        let span = PairSpan { insert_median_bp: 250, insert_max_bp: 400, distance: &distance, reach: &|_, bases| bases };
        let mut at_partner = Nearby::default();
        at_partner.insert(clipped.at, &clipped);
        let found = from_pairs(0, &[pair], (&Nearby::default(), &at_partner), Tolerance::of(false), &span, (&bases, None));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kinase.boundary, found[0].partner.boundary, found[0].slack_bp), (1_030, 500, 0));
        assert_eq!(found[0].members.len(), 2, "the clipped read shows it too");
    }

    #[test]
    fn a_pair_of_a_long_fragment_joins_the_break_that_several_pairs_show() {
        let pair = |fragment: u64, farther: u32| Pair {
            fragment: FragmentId(fragment),
            kinase: Breakend::new(ContigId(0), 10_100 - farther, Side::Lower),
            kinase_begin: 10_000 - farther,
            kinase_mapq: 60,
            partner: Breakend::new(ContigId(1), 520, Side::Higher),
            partner_begin: 620,
            partner_mapq: Some(60),
        };
        let distance = |end: Breakend, position: u32| end.kept_distance(position);
        let span = PairSpan { insert_median_bp: 250, insert_max_bp: 400, distance: &distance, reach: &|_, bases| bases };
        let sides = (&Nearby::default(), &Nearby::default());
        let members = |farthest: u32| -> Vec<usize> {
            let pairs = [pair(1, 0), pair(2, 20), pair(3, 40), pair(4, farthest)];
            let found = from_pairs(0, &pairs, sides, Tolerance::of(false), &span, (&|_| Vec::new(), None));
            found.iter().map(|candidate| candidate.members.len()).collect()
        };
        assert_eq!(members(600), [4], "a fragment of twice the longest usual one");
        assert_eq!(members(4_000), [3, 1], "another break");
    }

    #[test]
    fn ends_in_dirt_never_hide_the_one_where_the_break_is() {
        let (kinase, partner) = (random_bases(1, 60), random_bases(2, 60));
        let tail = |fragment: u64, at: Breakend, bases: &[u8], anchor: &[u8]| Tail {
            anchor: anchor.into(),
            crowd: 1,
            ..Tail::made_up(fragment, at, bases)
        };
        let (at_kinase, at_partner) = (Breakend::new(ContigId(0), 1_030, Side::Lower), Breakend::new(ContigId(1), 500, Side::Higher));
        // Three reads end in A at each of twenty places beside, two at the break.
        let mut tails: Vec<Tail> = (0..60)
            .map(|read| tail(10 + read, Breakend { boundary: 1_040 + read as u32 / 3, ..at_kinase }, &[b'A'; 30], &kinase))
            .collect();
        tails.extend((2..4).map(|read| tail(read, at_kinase, &partner[..20], &kinase)));
        let beyond = [tail(5, at_partner, &reverse_complement(&kinase)[..30], &reverse_complement(&partner))];
        let pair = Pair {
            fragment: FragmentId(1),
            kinase: Breakend { boundary: 1_010, ..at_kinase },
            kinase_begin: 910,
            kinase_mapq: 60,
            partner: Breakend { boundary: 520, ..at_partner },
            partner_begin: 620,
            partner_mapq: Some(60),
        };
        let distance = |end: Breakend, position: u32| end.kept_distance(position);
        let span = PairSpan { insert_median_bp: 250, insert_max_bp: 400, distance: &distance, reach: &|_, bases| bases };
        let sides = (&Nearby::tails(&tails), &Nearby::tails(&beyond));
        let found = from_pairs(0, &[pair], sides, Tolerance::of(false), &span, (&|_| Vec::new(), None));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kinase.boundary, found[0].partner.boundary, found[0].slack_bp), (1_030, 500, 0));
        assert_eq!(found[0].members.keys().map(|fragment| fragment.0).collect::<Vec<_>>(), [1, 2, 3, 5]);
    }
}
