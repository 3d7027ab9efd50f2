//! Groups tails that the aligner placed: those with the same two ends become one seed, and seeds that describe the same junction are merged.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::bytes::Bytes;
use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::{Breakend, ContigId, Side};
use crate::sequence::{code, match_prefixes};

use super::candidate::{Candidate, EvidenceKind, Member, Tolerance};
use super::nearby::Spellings;

/// Seeds whose two ends both lie this close are compared by place alone when no bases can be.
const SAME_PLACE_BP: u32 = 5;
/// Reads that are compared with each other to find the one in the middle.
const MAX_COMPARED: usize = 20;
/// A seed may correct a better one if it has at least this part (one in ...) of its fragments.
const FAIR_SHARE: usize = 3;
/// Bases by which two places are told to be copies of one sequence, on either side.
const MIN_COPY_BP: usize = 14;
/// Longest insertion that is written out.
const MAX_INSERTION_BP: usize = 500;
/// Bases that a tail's majority needs to be compared with another's.
const MAX_CONSENSUS_BP: usize = 120;

/// Candidates from the placed tails of one target, best placed first. A seed that repeats a better one's bases has joined it.
///
/// `on_edge` knows the exon edges of all genes, in RNA.
pub fn candidates(target: usize, tails: &[Tail], tolerance: Tolerance, on_edge: &dyn Fn(Breakend) -> bool) -> Vec<Candidate> {
    let mut seeds = seeds(target, tails, tolerance);
    for seed in &mut seeds {
        seed.joins_exons = seed.lies_on_edges(on_edge);
    }
    rank(&mut seeds);
    let at_ends = AtEnds::new(tails);
    let mut filed = Filed::new(tolerance);
    let mut kept: Vec<Candidate> = Vec::new();
    // Fragments cut at the end of each one kept, counted when first asked for.
    let mut ending: Vec<Option<usize>> = Vec::new();
    for seed in seeds {
        let same = filed.like(&seed).into_iter().find(|&index| says_the_same(&kept[index], &seed, tolerance));
        let copy = || filed.with_kinase_like(&seed).into_iter().find(|&index| is_copy_at_kinase(&kept[index], &seed, tolerance));
        let better = same.or_else(copy);
        let index = better.unwrap_or(kept.len());
        filed.insert(index, &seed);
        if better.is_some() {
            join(&mut kept[index], seed, (&at_ends, &mut ending[index]), tolerance);
        } else {
            kept.push(seed);
            ending.push(None);
        }
    }
    rank(&mut kept);
    kept
}

/// Seeds by what they may have in common with another: the bases beyond the kinase's end, those beyond the partner's, or the partner's place.
/// What has joined another stands for that one.
struct Filed {
    by_bases: Spellings,
    /// None of reads that do not keep step: their errors make copies of all.
    from_partner: Option<Spellings>,
    by_place: FxHashMap<PartnerPlace, Vec<usize>>,
}

/// A part of the genome at the partner's side, with the flank that is kept.
type PartnerPlace = (ContigId, Side, u32);

/// Width of such a part.
const PLACE_BP: u32 = 64;

impl Filed {
    fn new(tolerance: Tolerance) -> Self {
        Self {
            by_bases: Spellings::new(tolerance),
            from_partner: tolerance.in_step.then(|| Spellings::new(tolerance)),
            by_place: FxHashMap::default(),
        }
    }

    fn insert(&mut self, index: usize, seed: &Candidate) {
        self.by_bases.insert(index, seed.kinase, &seed.tail);
        if let Some(spellings) = &mut self.from_partner {
            spellings.insert(index, seed.partner, &seed.inwards());
        }
        let partner = seed.partner;
        let there = self.by_place.entry((partner.contig, partner.side, partner.boundary / PLACE_BP)).or_default();
        if there.last() != Some(&index) {
            there.push(index);
        }
    }

    /// Those that may go on alike from one place of the partner into the kinase, the best first.
    fn with_kinase_like(&self, seed: &Candidate) -> Vec<usize> {
        self.from_partner.as_ref().map_or_else(Vec::new, |spellings| spellings.like(seed.partner, &seed.inwards()))
    }

    /// Those that may say the same, the best first.
    fn like(&self, seed: &Candidate) -> Vec<usize> {
        let partner = seed.partner;
        let place = partner.boundary / PLACE_BP;
        let beside = (place.saturating_sub(1)..=place + 1).filter_map(|place| self.by_place.get(&(partner.contig, partner.side, place)));
        let mut list: Vec<usize> = beside.flatten().copied().chain(self.by_bases.like(seed.kinase, &seed.tail)).collect();
        list.sort_unstable();
        list.dedup();
        list
    }
}

/// The tails of each end, equal ones together: of the copies of one amplicon thousands are.
struct AtEnds<'t>(FxHashMap<Breakend, FxHashMap<[&'t Bytes; 3], Equal<'t>>>);

/// Fragments with equal tails, and one of these.
struct Equal<'t> {
    tail: &'t Tail,
    fragments: Vec<FragmentId>,
}

impl<'t> AtEnds<'t> {
    fn new(tails: &'t [Tail]) -> Self {
        let mut at_ends = Self(FxHashMap::default());
        for tail in tails {
            let there = at_ends.0.entry(tail.at).or_default();
            there
                .entry([&tail.bases, &tail.qualities, &tail.anchor])
                .or_insert_with(|| Equal { tail, fragments: Vec::new() })
                .fragments
                .push(tail.fragment);
        }
        at_ends
    }

    /// Fragments clipped or split at the very end that a candidate gives the kinase, and which read as it does.
    fn ending_there(&self, candidate: &Candidate, tolerance: Tolerance) -> usize {
        let tails = self.0.get(&candidate.kinase).into_iter().flat_map(|tails| tails.values());
        let agreeing = tails.filter(|equal| candidate.repeats(equal.tail, tolerance).is_some());
        agreeing.flat_map(|equal| &equal.fragments).collect::<FxHashSet<_>>().len()
    }
}

/// Best placed first; then most fragments; then by place, so that the order never depends on names.
pub fn rank(candidates: &mut [Candidate]) {
    candidates.sort_by_cached_key(|candidate| {
        let mut shown: Vec<_> =
            candidate.members.values().map(|member| (member.kind, member.ends, member.kinase_mapq, member.partner_mapq)).collect();
        shown.sort_unstable();
        let sure = Reverse((candidate.weight() * 1000.0).round() as i64);
        // Of equals the one without inserted bases: an error at the break looks like an insertion. Then what splices make, of a repeat's
        // copies, and the one that matches best: the less of a repeat is aligned, the more places it fits.
        let likely = (candidate.insertion_bp, !candidate.joins_exons, Reverse(candidate.partner_score));
        let place = (likely, candidate.kinase, candidate.partner, candidate.homology_bp);
        (sure, Reverse(candidate.members.len()), place, candidate.tail.clone(), shown)
    });
}

/// Tails with the same ends to the base, homologous bases given to the kinase.
fn seeds(target: usize, tails: &[Tail], tolerance: Tolerance) -> Vec<Candidate> {
    let mut groups: BTreeMap<(Breakend, Breakend, u32), Vec<&Tail>> = BTreeMap::new();
    for tail in tails {
        let Some(placement) = tail.placement else { continue };
        let partner = placement.breakend.extended(-i64::from(placement.overlap_bp.max(0)));
        let inserted = (-placement.overlap_bp).max(0) as u32;
        groups.entry((tail.at, partner, inserted)).or_default().push(tail);
    }
    groups
        .into_iter()
        .map(|((kinase, partner, insertion_bp), tails)| seed(target, kinase, partner, insertion_bp, &tails, tolerance))
        .collect()
}

fn seed(target: usize, kinase: Breakend, partner: Breakend, insertion_bp: u32, tails: &[&Tail], tolerance: Tolerance) -> Candidate {
    let (consensus, anchor) = consensus(tails, tolerance);
    // Bases that both alignments claim are homologous; where reads are full of errors they are chance.
    let claimed = |tail: &&Tail| tail.placement.map(|placement| placement.overlap_bp.max(0) as u32);
    let homology_bp = if tolerance.in_step { tails.iter().filter_map(claimed).max().unwrap_or(0) } else { 0 };
    let partner_score = tails.iter().filter_map(|tail| tail.placement).map(|placement| placement.score).max().unwrap_or(0);
    let mut candidate = Candidate {
        partner_score,
        homology_bp,
        insertion: inserted(&consensus, insertion_bp),
        insertion_bp,
        tail: consensus,
        anchor,
        ..Candidate::new(target, kinase, partner)
    };
    for tail in tails {
        candidate.add(tail.fragment, split_member(tail));
    }
    candidate
}

/// The inserted bases as far as the tails show them, `N` where hard clips took them.
fn inserted(consensus: &[u8], insertion_bp: u32) -> Vec<u8> {
    let length = (insertion_bp as usize).min(MAX_INSERTION_BP);
    (0..length).map(|at| consensus.get(at).copied().unwrap_or(b'N')).collect()
}

/// The evidence of a placed tail.
pub fn split_member(tail: &Tail) -> Member {
    let placement = tail.placement;
    let overlap = placement.map_or(0, |placement| placement.overlap_bp.max(0) as u32);
    Member {
        kind: EvidenceKind::Split,
        kinase_bp: tail.anchor_bp,
        partner_bp: placement.map_or(0, |placement| placement.aligned_bp.saturating_sub(overlap)),
        crossing_bp: tail.anchor_bp.min(tail.length_bp),
        kinase_mapq: tail.mapq,
        partner_mapq: placement.map(|placement| placement.mapq),
        ends: tail.ends,
    }
}

/// The bases beyond the end and those before it that the tails agree on: by majority where reads keep step, otherwise those of the
/// read that is most like the others.
pub(super) fn consensus(tails: &[&Tail], tolerance: Tolerance) -> (Vec<u8>, Vec<u8>) {
    if tolerance.in_step {
        return (majority(tails.iter().map(|tail| (&*tail.bases, &*tail.qualities))), majority_backwards(tails));
    }
    let some = &tails[..tails.len().min(MAX_COMPARED)];
    let unlike = |tail: &Tail| some.iter().map(|other| match_prefixes(&tail.bases, &other.bases).edits).sum::<usize>();
    let middle = some.iter().filter(|tail| !tail.bases.is_empty()).min_by_key(|tail| (unlike(tail), &tail.bases));
    middle.map(|tail| (tail.bases[..tail.bases.len().min(MAX_CONSENSUS_BP)].to_vec(), tail.anchor.to_vec())).unwrap_or_default()
}

/// Columns that are looked at together to see whether reads have come out of step, and how many of them must lack an agreed base.
const STEP_WINDOW_BP: usize = 8;
const OUT_OF_STEP_COLUMNS: usize = 4;
/// The share of the votes of a column from which its base is agreed.
const AGREED_FRAC: f64 = 2.0 / 3.0;

/// The base that most reads show in each column, weighted by quality; ties go to the first letter. It ends where the reads come out of
/// step, as those do that miscount runs of one base: behind that the columns mix what does not belong together.
pub fn majority<'a>(reads: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Vec<u8> {
    let mut columns: Vec<[u64; 4]> = Vec::new();
    for (bases, qualities) in reads {
        for (column, base) in bases.iter().take(MAX_CONSENSUS_BP).enumerate() {
            if column >= columns.len() {
                columns.push([0; 4]);
            }
            if let Some(slot) = code(*base) {
                columns[column][slot] += u64::from(qualities.get(column).copied().unwrap_or(20).max(1));
            }
        }
    }
    let agreed = |votes: &[u64; 4]| votes.iter().copied().max().unwrap_or(0) as f64 >= AGREED_FRAC * votes.iter().sum::<u64>() as f64;
    let apart = |window: &[[u64; 4]]| !agreed(&window[0]) && window.iter().filter(|votes| !agreed(votes)).count() >= OUT_OF_STEP_COLUMNS;
    let in_step = columns.windows(STEP_WINDOW_BP).position(apart).unwrap_or(columns.len());
    columns[..in_step]
        .iter()
        .map(|votes| {
            let best = votes.iter().copied().max().unwrap_or(0);
            if best == 0 {
                b'N'
            } else {
                votes.iter().position(|&vote| vote == best).map_or(b'N', |slot| b"ACGT"[slot])
            }
        })
        .collect()
}

/// The majority of the anchors, which end together.
pub fn majority_backwards(tails: &[&Tail]) -> Vec<u8> {
    let turned: Vec<Vec<u8>> = tails.iter().map(|tail| tail.anchor.iter().rev().copied().collect()).collect();
    let mut consensus = majority(turned.iter().map(|bases| (bases.as_slice(), [].as_slice())));
    consensus.reverse();
    consensus
}

/// Whether a seed shows the same molecule as a better one: its bases agree, or, where bases are lacking, its two ends.
fn says_the_same(better: &Candidate, seed: &Candidate, tolerance: Tolerance) -> bool {
    if better.kinase.contig != seed.kinase.contig || better.kinase.side != seed.kinase.side {
        return false;
    }
    let further = seed.kinase.kept_distance(better.kinase.boundary);
    if further.unsigned_abs() > u64::from(tolerance.shift_bp) {
        return false;
    }
    let same_side = better.partner.contig == seed.partner.contig && better.partner.side == seed.partner.side;
    let apart = better.partner.boundary.abs_diff(seed.partner.boundary);
    if same_side && tolerance.same_place_bp > 0 && apart.max(further.unsigned_abs() as u32) <= tolerance.same_place_bp {
        return true;
    }
    let near = same_side && apart <= SAME_PLACE_BP;
    let by_bases = side_by_side(&better.tail, &seed.tail, further).and_then(|(own, other)| {
        // Two different partners may begin alike by chance (or by the homology itself); more bases must agree for them.
        let stricter = Tolerance { min_bp: tolerance.min_bp.max(if same_side { 12 } else { MIN_COPY_BP }), ..tolerance };
        stricter.tells_same(own, other, 1)
    });
    by_bases.unwrap_or(near && further.unsigned_abs() <= u64::from(SAME_PLACE_BP) && better.insertion_bp.abs_diff(seed.insertion_bp) <= 3)
}

/// Whether a seed leaves the partner where a better one does and goes on alike: its place at the kinase is another copy of a repeat.
fn is_copy_at_kinase(better: &Candidate, seed: &Candidate, tolerance: Tolerance) -> bool {
    let same = |x: Breakend, y: Breakend| x.contig == y.contig && x.side == y.side;
    let further = seed.partner.kept_distance(better.partner.boundary);
    let is_near = further.unsigned_abs() <= u64::from(tolerance.shift_bp);
    if !same(better.kinase, seed.kinase) || !same(better.partner, seed.partner) || !is_near {
        return false;
    }
    let stricter = Tolerance { min_bp: MIN_COPY_BP, ..tolerance };
    let tells_same = |(own, other): (&[u8], &[u8])| stricter.tells_same(own, other, 1);
    side_by_side(&better.inwards(), &seed.inwards(), further).and_then(tells_same) == Some(true)
}

/// Two stretches from where both have begun, the second so many bases further out than the first.
fn side_by_side<'b>(own: &'b [u8], other: &'b [u8], further: i64) -> Option<(&'b [u8], &'b [u8])> {
    let bases = further.unsigned_abs() as usize;
    if further >= 0 {
        Some((own.get(bases..)?, other))
    } else {
        Some((own, other.get(bases..)?))
    }
}

fn join(better: &mut Candidate, seed: Candidate, (at_ends, ending): (&AtEnds<'_>, &mut Option<usize>), tolerance: Tolerance) {
    let near = better.partner.contig == seed.partner.contig
        && better.partner.side == seed.partner.side
        && better.partner.boundary.abs_diff(seed.partner.boundary) <= 60;
    let in_place = seed.kinase.kept_distance(better.kinase.boundary).unsigned_abs() <= u64::from(tolerance.shift_bp);
    // Inserted bases that another alignment of the same molecule does not need are none: errors at the break, a run that slipped.
    // A single read among many may itself be misaligned.
    let fair_share = seed.members.len() * FAIR_SHARE >= better.members.len();
    let simpler = fair_share && seed.insertion_bp < better.insertion_bp;
    // An error beside the break moves where a read is cut; most reads are cut at the break.
    let mut moved = || {
        (seed.kinase, seed.partner) != (better.kinase, better.partner)
            && seed.insertion_bp <= better.insertion_bp
            && at_ends.ending_there(&seed, tolerance) > *ending.get_or_insert_with(|| at_ends.ending_there(better, tolerance))
    };
    if near && in_place && tolerance.in_step && (simpler || moved()) {
        better.kinase = seed.kinase;
        better.partner = seed.partner;
        better.homology_bp = seed.homology_bp;
        better.partner_score = seed.partner_score;
        better.insertion_bp = seed.insertion_bp;
        better.insertion.clone_from(&seed.insertion);
        better.tail.clone_from(&seed.tail);
        better.anchor.clone_from(&seed.anchor);
        *ending = None;
    }
    for (fragment, member) in seed.members {
        let new = !better.members.contains_key(&fragment);
        // Placed elsewhere by the aligner: the bases agree, the place does not speak for this junction.
        let member = match (near, in_place) {
            (false, _) => Member { kind: EvidenceKind::Clip, partner_mapq: None, ..member },
            (true, false) => Member { kinase_mapq: 0, ..member },
            (true, true) => member,
        };
        better.other_places += u32::from(new && !near);
        better.add(fragment, member);
    }
    if better.tail.is_empty() {
        *ending = None;
        better.tail = seed.tail;
    }
    if better.anchor.is_empty() {
        better.anchor = seed.anchor;
    }
    if better.insertion.contains(&b'N') && better.insertion_bp == seed.insertion_bp {
        better.insertion = seed.insertion;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_at_which_most_reads_are_cut_is_the_break() {
        let beyond = b"GATTACACCGTATGCATTGCAAGTCCTGAACG";
        // One read has an error beside the break and is cut two bases early; another split read and a clipped one agree.
        let tail = |fragment: u64, early: u32, placed: bool, bases: Vec<u8>| {
            let tail = Tail::made_up(fragment, Breakend::new(ContigId(0), 1_000 - early, Side::Lower), &bases);
            let partner = Breakend::new(ContigId(1), 500 - early, Side::Higher);
            if placed {
                tail.placed_at(partner)
            } else {
                tail
            }
        };
        let early = [b"TA".as_slice(), beyond].concat();
        let tails = [tail(1, 2, true, early), tail(2, 0, false, beyond.to_vec()), tail(3, 0, true, beyond.to_vec())];
        let found = candidates(0, &tails, Tolerance::of(false), &|_| false);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kinase.boundary, found[0].partner.boundary), (1_000, 500));
    }

    #[test]
    fn copies_of_a_repeat_at_the_kinase_are_one_break() {
        let (beyond, kinase) = (crate::sequence::random_bases(3, 60), crate::sequence::random_bases(4, 80));
        let tail = |fragment: u64, at: u32, anchor: &[u8], mapq: u8| {
            let tail = Tail::made_up(fragment, Breakend::new(ContigId(0), at, Side::Lower), &beyond);
            Tail { anchor: anchor.into(), mapq, ..tail.placed_at(Breakend::new(ContigId(1), 500, Side::Higher)) }
        };
        let at = |tails: &[Tail]| -> Vec<(u32, usize, u8)> {
            let found = candidates(0, tails, Tolerance::of(false), &|_| false);
            found.iter().map(|found| (found.kinase.boundary, found.members.len(), found.kinase_mapq())).collect()
        };
        // An aligner chose another copy, 122 bases on, for one read of three.
        let copied = [tail(1, 1_000, &kinase[..60], 60), tail(2, 1_000, &kinase[..60], 60), tail(3, 1_122, &kinase[..60], 3)];
        assert_eq!(at(&copied), [(1_000, 3, 60)]);
        let other = [copied[0].clone(), copied[1].clone(), tail(3, 1_122, &kinase[20..], 60)];
        assert_eq!(at(&other), [(1_000, 2, 60), (1_122, 1, 60)], "other bases of the kinase are another break");
    }

    #[test]
    fn of_places_in_a_repeat_the_one_where_most_bases_are_aligned_is_the_partners() {
        let beyond = b"GATTACACCGTATGCATTGCAAGTCCTGAACGTTAGCATCGGATTCAGTACCGGCATACGAGTTCACC";
        let tail = |fragment: u64, contig: u32, length: usize| {
            let tail = Tail::made_up(fragment, Breakend::new(ContigId(0), 1_000, Side::Lower), &beyond[..length]);
            tail.placed_at(Breakend::new(ContigId(contig), 500, Side::Higher))
        };
        let found = candidates(0, &[tail(1, 1, 30), tail(2, 3, 60), tail(3, 2, 40)], Tolerance::of(false), &|_| false);
        assert_eq!(found.iter().map(|candidate| (candidate.partner.contig.0, candidate.members.len())).collect::<Vec<_>>(), [(3, 3)]);
        let spliced = |end: Breakend| end.contig.0 < 2;
        let found = candidates(0, &[tail(1, 1, 30), tail(2, 3, 60), tail(3, 2, 40)], Tolerance::of(false), &spliced);
        assert_eq!(found[0].partner.contig.0, 1, "what splices make goes before");
    }

    #[test]
    fn thousands_of_chimeras_at_one_exons_edge_are_not_compared_with_each_other() {
        const CHIMERAS: u32 = 12_000;
        let kinase = Breakend::new(ContigId(0), 1_000, Side::Lower);
        let tail = |index: u32, copy: u64| {
            let bases = crate::sequence::random_bases(u64::from(index) * 7_919 + 3, 60);
            let partner = Breakend::new(ContigId(1 + index % 5), 1_000 * index + 400 * copy as u32 / 100_000, Side::Higher);
            Tail { ends: (i64::from(index), 0), ..Tail::made_up(u64::from(index) + copy, kinase, &bases).placed_at(partner) }
        };
        // One of them in two copies of a repeat.
        let tails: Vec<Tail> = (0..CHIMERAS).map(|index| tail(index, 0)).chain([tail(77, 100_000)]).collect();
        let begun = std::time::Instant::now();
        let found = candidates(0, &tails, Tolerance::of(false), &|_| false);
        assert_eq!(found.len(), CHIMERAS as usize);
        assert!(found.iter().any(|candidate| candidate.members.len() == 2), "the same bases at another place are found");
        // All pairs would take minutes.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
