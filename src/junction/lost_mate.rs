//! Mates that were not aligned because most of their bases are artefacts (poly-G, adapter), but whose first bases lie at a junction's other
//! side.
//!
//! ```text
//!   kinase  ====>--------|-------<===GGGGGGGG  partner      twenty bases of the partner, then no signal
//! ```
//!
//! Aligners need thirty bases or more. Near a known junction fewer are enough: sixteen bases match a stretch of some hundred bases by chance
//! once in ten million times. Most such reads belong to no junction: a read that fits as well where the aligned mate's own, unbroken molecule
//! continues is left alone. The reads add fragments to junctions that few other fragments show; they never make a new junction.

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::library::Library;
use crate::alignment::read::FragmentId;
use crate::alignment::tile;
use crate::alignment::unaligned_mates::{self, Lost};
use crate::error::Result;
use crate::genome::{Breakend, Interval, Side};
use crate::sequence::{common_prefix, reverse_complement};

use super::candidate::{Candidate, EvidenceKind, Member};
use super::realign::Bases;
use super::rescue::BELIEVED_MAPQ;
use super::score::{is_witness, log_odds, Beyond, ErrorRates};
use super::support::OVERRUN_BP;

/// Fragments from which one more or less decides nothing.
const ENOUGH_FRAGMENTS: usize = 3;
/// First bases of a read that must agree, but for one, for a place to be looked at.
const SEED_BP: usize = 12;
/// Bases of a read beyond its end that what is expected may have, where the read leaves some out.
const SLIP_BP: usize = 6;

/// One side of a junction: where the aligned mates lie, and where the lost ones may.
struct MateSides {
    near: Breakend,
    far: Breakend,
    near_is_kinase: bool,
    /// How far the true break may lie beyond these ends.
    slack_bp: u32,
}

impl MateSides {
    fn both(candidate: &Candidate) -> [Self; 2] {
        let (kinase, partner, slack_bp) = (candidate.kinase, candidate.partner, candidate.slack_bp);
        [
            Self { near: kinase, far: partner, near_is_kinase: true, slack_bp },
            Self { near: partner, far: kinase, near_is_kinase: false, slack_bp },
        ]
    }

    /// Where aligned mates of fragments that are no longer than this may begin or end.
    fn stretch(&self, longest_bp: u32) -> Interval {
        let beyond = OVERRUN_BP as u32 + self.slack_bp;
        self.near.extended(i64::from(beyond)).kept(longest_bp.saturating_add(beyond))
    }

    /// The lost mates of reads that may cross, of a list sorted by contig and begin.
    fn pointing<'l>(&self, lost: &'l [Lost], longest_bp: u32) -> Vec<&'l Lost> {
        let reach = longest_bp.saturating_add(OVERRUN_BP as u32 + self.slack_bp);
        let (from, to) = (self.near.boundary.saturating_sub(reach), self.near.boundary.saturating_add(reach));
        let first = lost.partition_point(|lost| (lost.at.contig, lost.begin) < (self.near.contig, from));
        let near = lost[first..].iter().take_while(|lost| (lost.at.contig, lost.begin) <= (self.near.contig, to));
        near.filter(|lost| lost.at.side == self.near.side && self.may_cross(lost, longest_bp)).collect()
    }

    /// Whether an aligned mate lies on the kept side of the break and near enough to it.
    fn may_cross(&self, lost: &Lost, longest_bp: u32) -> bool {
        let beyond = OVERRUN_BP + i64::from(self.slack_bp);
        lost.mapq >= BELIEVED_MAPQ
            && self.near.kept_distance(lost.at.boundary) >= -beyond
            && (1 - beyond..=i64::from(longest_bp)).contains(&self.near.kept_distance(lost.begin))
    }
}

/// A kept stretch of so many bases, read towards the break.
fn towards(end: Breakend, bases_bp: u32, bases: &Bases<'_>) -> Vec<u8> {
    let kept = bases(end.kept(bases_bp));
    match end.side {
        Side::Lower => kept,
        Side::Higher => reverse_complement(&kept),
    }
}

/// Adds to the junctions of DNA that few fragments show the pairs whose lost mate lies beyond them. Pairs are no longer than `longest_bp`.
///
/// # Errors
/// When a file cannot be read.
pub fn add(pool: &ThreadPool, library: &Library, candidates: &mut [Candidate], longest_bp: u32, bases: &Bases<'_>) -> Result<()> {
    let few = |candidate: &Candidate| !candidate.unplaced && (1..ENOUGH_FRAGMENTS).contains(&candidate.members.len());
    let wanted: Vec<usize> = (0..candidates.len()).filter(|&index| few(&candidates[index])).collect();
    let stretches: Vec<Interval> =
        wanted.iter().flat_map(|&index| MateSides::both(&candidates[index])).map(|sides| sides.stretch(longest_bp)).collect();
    let windows = tile::merged(stretches.clone(), tile::INDEXED_BP);
    let stretches = tile::merged(stretches, 0);
    let found = tile::run(
        pool,
        windows.len(),
        || library.reader(),
        |reader, index| unaligned_mates::within(reader, library, windows[index], &stretches),
    )?;
    let mut lost: Vec<Lost> = found.into_iter().flatten().collect();
    lost.sort_by_key(|lost| (lost.at.contig, lost.begin));
    let mut taken: FxHashSet<FragmentId> = candidates.iter().flat_map(|candidate| candidate.members.keys().copied()).collect();
    for index in wanted {
        let candidate = &mut candidates[index];
        for sides in MateSides::both(candidate) {
            let pointing = sides.pointing(&lost, longest_bp);
            if pointing.is_empty() {
                continue;
            }
            let across = Across::new(candidate, &sides, longest_bp, bases);
            for lost in pointing.iter().copied() {
                let fragment = lost.read.fragment;
                let Some(member) = across.member(lost, &sides, pointing.len() as u32, bases) else { continue };
                if !is_copy(candidate, lost) && taken.insert(fragment) {
                    candidate.add(fragment, member);
                    move_outwards(candidate, lost, sides.near_is_kinase);
                }
            }
        }
    }
    Ok(())
}

/// Puts the end of a junction that only pairs show where the outermost of their reads ends.
fn move_outwards(candidate: &mut Candidate, lost: &Lost, at_kinase: bool) {
    let end = if at_kinase { &mut candidate.kinase } else { &mut candidate.partner };
    let moved = (-end.kept_distance(lost.at.boundary)).clamp(0, i64::from(candidate.slack_bp));
    *end = end.extended(moved);
    candidate.slack_bp -= moved as u32;
}

/// Whether the aligned mate begins where a fragment of the junction does: copies of a molecule share that end, and of the other one
/// nothing is known.
fn is_copy(candidate: &Candidate, lost: &Lost) -> bool {
    let own = [i64::from(lost.begin), i64::from(lost.at.boundary)];
    candidate.members.values().any(|member| own.contains(&member.ends.0) || own.contains(&member.ends.1))
}

/// What a lost mate reads if it lies beyond a junction.
struct Across {
    /// The far side, read towards the break, then what follows it.
    expected: Vec<u8>,
    /// Bases of it that are the far side's own.
    far_bp: usize,
    /// Bases between the two sides.
    between_bp: i64,
    longest_bp: u32,
}

impl Across {
    fn new(candidate: &Candidate, sides: &MateSides, longest_bp: u32, bases: &Bases<'_>) -> Self {
        let outermost = sides.far.extended(i64::from(sides.slack_bp));
        let mut expected = towards(outermost, longest_bp.saturating_add(sides.slack_bp), bases);
        let far_bp = expected.len();
        if candidate.slack_bp == 0 && candidate.insertion.len() == candidate.insertion_bp as usize {
            // The insertion is read from the kinase to the partner.
            let turned = reverse_complement(&candidate.insertion);
            expected.extend(if sides.near_is_kinase { turned } else { candidate.insertion.clone() });
            expected.extend(reverse_complement(&towards(sides.near, longest_bp, bases)));
        }
        Self { expected, far_bp, between_bp: i64::from(candidate.insertion_bp), longest_bp }
    }

    /// The evidence of a fragment whose lost mate begins on the far side, and more likely there than on the mate's own chromosome.
    fn member(&self, lost: &Lost, sides: &MateSides, crowd: u32, bases: &Bases<'_>) -> Option<Member> {
        let read = Beyond { qualities: &lost.read.qualities, ..Beyond::of(&lost.read.bases) };
        let (odds, at) = best(read, &self.expected)?;
        let left = self.far_bp.checked_sub(at).filter(|&left| left >= SEED_BP)? as i64 - i64::from(sides.slack_bp);
        let surplus = odds - (self.expected.len() as f64).ln();
        let mate_bp = lost.begin.abs_diff(lost.at.boundary);
        let shown_bp = common_prefix(read.bases, &self.expected[at..]).max(SEED_BP) as u32;
        // Where the break lies farther out than is known, no nearer than these reads end.
        let near_bp = sides.near.kept_distance(lost.begin).max(i64::from(mate_bp));
        let far_bp = if sides.slack_bp == 0 { left } else { left.max(i64::from(shown_bp)) };
        if !is_witness(surplus, crowd) || near_bp + self.between_bp + far_bp > i64::from(self.longest_bp) {
            return None;
        }
        let unbroken = unbroken(lost, self.longest_bp);
        let own = bases(unbroken);
        let own = if lost.at.side == Side::Lower { reverse_complement(&own) } else { own };
        if best(read, &own).is_some_and(|(own, _)| !is_witness(odds - own, 1)) {
            return None;
        }
        // The probability of a chance match, as a mapping quality.
        let mapq = (surplus * 10.0 / std::f64::consts::LN_10).clamp(0.0, 60.0) as u8;
        let far_begin = sides.far.extended(-left).boundary;
        let member = |kinase: (u32, u8, u32), partner: (u32, u8, u32)| Member {
            kind: EvidenceKind::Pair,
            kinase_bp: kinase.0,
            partner_bp: partner.0,
            crossing_bp: 0,
            kinase_mapq: kinase.1,
            partner_mapq: Some(partner.1),
            ends: (i64::from(kinase.2), i64::from(partner.2)),
        };
        let (near, far) = ((mate_bp, lost.mapq, lost.begin), (shown_bp, mapq, far_begin));
        Some(if sides.near_is_kinase { member(near, far) } else { member(far, near) })
    }
}

/// Where the rest of a fragment lies if nothing is broken.
fn unbroken(lost: &Lost, longest_bp: u32) -> Interval {
    let (start, end) = match lost.at.side {
        Side::Lower => (lost.begin, lost.begin.saturating_add(longest_bp)),
        Side::Higher => (lost.begin.saturating_sub(longest_bp), lost.begin),
    };
    Interval { contig: lost.at.contig, start, end }
}

/// Where on a stretch a read begins best, with its log-odds there; none where its first bases lie nowhere.
fn best(read: Beyond<'_>, stretch: &[u8]) -> Option<(f64, usize)> {
    let first = read.bases.get(..SEED_BP)?;
    let alike = |(_, window): &(usize, &[u8])| window.iter().zip(first).filter(|(x, y)| x != y).count() <= 1;
    let places = stretch.windows(SEED_BP).enumerate().filter(alike);
    let odds = |(at, _): (usize, &[u8])| {
        let expected = &stretch[at..stretch.len().min(at + read.bases.len() + SLIP_BP)];
        (log_odds(read, expected, ErrorRates::SHORT), at)
    };
    places.map(odds).max_by(|x, y| x.0.total_cmp(&y.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::scan::Unaligned;
    use crate::genome::ContigId;
    use crate::sequence::random_bases;
    use std::collections::BTreeMap;

    const BREAKS: [u32; 2] = [1_000, 500];

    fn genome(interval: Interval) -> Vec<u8> {
        let all = random_bases(u64::from(interval.contig.0) + 1, 2_000);
        all[interval.start as usize..(interval.end as usize).min(all.len())].to_vec()
    }

    fn junction() -> Candidate {
        let shown = Member {
            kind: EvidenceKind::Split,
            kinase_bp: 40,
            partner_bp: 35,
            crossing_bp: 35,
            kinase_mapq: 60,
            partner_mapq: Some(60),
            ends: (960, 620),
        };
        let ends = [Breakend::new(ContigId(0), BREAKS[0], Side::Lower), Breakend::new(ContigId(1), BREAKS[1], Side::Higher)];
        Candidate { members: BTreeMap::from([(FragmentId(1), shown)]), ..Candidate::new(0, ends[0], ends[1]) }
    }

    /// A mate that lies 45 bases before the kinase's break, and a lost read of these bases and then poly-G.
    fn found_in(genome: &Bases<'_>, bases: &[u8]) -> Option<Member> {
        let candidate = junction();
        let [sides, _] = MateSides::both(&candidate);
        let bases = [bases, &[b'G'; 50]].concat();
        let read = Unaligned {
            fragment: FragmentId(2),
            number: 1,
            qualities: vec![37; bases.len()],
            bases,
            paired: true,
            mate_bases: None,
            umi: None,
            filed: None,
            name: Box::default(),
        };
        let lost = Lost { read, at: Breakend::new(ContigId(0), 955, Side::Lower), begin: 885, mapq: 60 };
        assert!(sides.may_cross(&lost, 400) && !is_copy(&candidate, &lost));
        Across::new(&candidate, &sides, 400, genome).member(&lost, &sides, 20, genome)
    }

    fn found(bases: &[u8]) -> Option<Member> {
        found_in(&genome, bases)
    }

    /// The first bases of a read that begins at a place of the partner and points to the break.
    fn partner(at: u32, bases_bp: u32) -> Vec<u8> {
        reverse_complement(&genome(Interval { contig: ContigId(1), start: at - bases_bp, end: at }))
    }

    #[test]
    fn eighteen_bases_of_the_partner_before_poly_g_show_the_junction_and_eight_do_not() {
        let member = found(&partner(600, 18)).expect("it lies there");
        assert_eq!((member.kind, member.ends, member.kinase_mapq, member.kinase_bp), (EvidenceKind::Pair, (885, 600), 60, 70));
        assert!(member.partner_bp >= 18 && member.partner_mapq >= Some(20));
        assert_eq!(found(&partner(600, 8)), None);
        assert_eq!(found(&[]), None, "poly-G lies nowhere");
    }

    #[test]
    fn a_fragment_longer_than_others_or_one_that_may_lie_on_the_unbroken_chromosome_is_none() {
        assert_eq!(found(&partner(880, 18)), None, "495 bases");
        let own = Interval { contig: ContigId(0), start: 1_050, end: 1_070 };
        let read = reverse_complement(&genome(own));
        // The partner has a copy of what follows the kinase's break; then it is the kinase's, unless that is another.
        let with_copy = |kinase_is_other: bool| {
            move |interval: Interval| {
                let mut bases = genome(interval);
                let at = |start: u32| start.checked_sub(interval.start).map(|from| from as usize);
                if interval.contig == ContigId(1) {
                    let from = at(580).expect("the stretch holds it");
                    bases[from..from + 20].copy_from_slice(&genome(own));
                } else if let Some(from) = at(1_050).filter(|from| kinase_is_other && from + 20 <= bases.len()) {
                    bases[from..from + 20].fill(b'A');
                }
                bases
            }
        };
        assert_eq!(found_in(&with_copy(false), &read), None);
        assert!(found_in(&with_copy(true), &read).is_some());
    }

    #[test]
    fn a_copy_of_a_fragment_that_is_known_adds_none() {
        let lost = |begin: u32| Lost {
            read: Unaligned {
                fragment: FragmentId(2),
                number: 1,
                bases: Vec::new(),
                qualities: Vec::new(),
                paired: true,
                mate_bases: None,
                umi: None,
                filed: None,
                name: Box::default(),
            },
            at: Breakend::new(ContigId(0), 990, Side::Lower),
            begin,
            mapq: 60,
        };
        assert!(is_copy(&junction(), &lost(960)) && !is_copy(&junction(), &lost(961)));
    }
}
