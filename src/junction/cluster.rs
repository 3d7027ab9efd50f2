//! Placed tails with the same two ends, and which of them say the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::Tail;
use crate::genome::Breakend;
use crate::sequence::match_prefixes;

use super::candidate::{Candidate, Kind, Member, Tolerance};

/// Seeds whose two ends both lie this close are compared by place alone when no bases can be.
const SAME_PLACE_BP: u32 = 5;
/// Reads that are compared with each other to find the one in the middle.
const MAX_COMPARED: usize = 20;
/// A seed with one in so many fragments of the better one's may correct it.
const FAIR_SHARE: usize = 3;
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
    let mut kept: Vec<Candidate> = Vec::new();
    for seed in seeds {
        match kept.iter_mut().find(|better| says_the_same(better, &seed, tolerance)) {
            Some(better) => join(better, seed, tails, tolerance),
            None => kept.push(seed),
        }
    }
    rank(&mut kept);
    kept
}

/// Best placed first; then most fragments; then by place, so that the order never depends on names.
pub fn rank(candidates: &mut [Candidate]) {
    candidates.sort_by_cached_key(|candidate| {
        let mut shown: Vec<_> =
            candidate.members.values().map(|member| (member.kind, member.ends, member.kinase_mapq, member.partner_mapq)).collect();
        shown.sort_unstable();
        let sure = Reverse((candidate.weight() * 1000.0).round() as i64);
        // Of equals the one without inserted bases: an error at the break looks like an insertion. Then what splices make, of a repeat's copies,
        // and the one that matches best: the less of a repeat is aligned, the more places it fits.
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
        kind: Kind::Split,
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
        return (majority(tails.iter().map(|tail| (tail.bases.as_slice(), tail.qualities.as_slice()))), majority_backwards(tails));
    }
    let some = &tails[..tails.len().min(MAX_COMPARED)];
    let unlike = |tail: &Tail| some.iter().map(|other| match_prefixes(&tail.bases, &other.bases).edits).sum::<usize>();
    let middle = some.iter().filter(|tail| !tail.bases.is_empty()).min_by_key(|tail| (unlike(tail), &tail.bases));
    middle.map(|tail| (tail.bases[..tail.bases.len().min(MAX_CONSENSUS_BP)].to_vec(), tail.anchor.clone())).unwrap_or_default()
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
            if let Some(slot) = b"ACGT".iter().position(|letter| letter == base) {
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
    let d = further.unsigned_abs() as usize;
    let (own, other) =
        if further >= 0 { (better.tail.get(d..), Some(seed.tail.as_slice())) } else { (Some(better.tail.as_slice()), seed.tail.get(d..)) };
    let same_side = better.partner.contig == seed.partner.contig && better.partner.side == seed.partner.side;
    let apart = better.partner.boundary.abs_diff(seed.partner.boundary);
    if same_side && tolerance.same_place_bp > 0 && apart.max(further.unsigned_abs() as u32) <= tolerance.same_place_bp {
        return true;
    }
    let near = same_side && apart <= SAME_PLACE_BP;
    let by_bases = own.zip(other).and_then(|(own, other)| {
        // Two different partners may begin alike by chance (or by the homology itself); more bases must agree for them.
        let stricter = Tolerance { min_bp: tolerance.min_bp.max(if same_side { 12 } else { 14 }), ..tolerance };
        stricter.tells_same(own, other, 1)
    });
    by_bases.unwrap_or(near && further.unsigned_abs() <= u64::from(SAME_PLACE_BP) && better.insertion_bp.abs_diff(seed.insertion_bp) <= 3)
}

/// Fragments clipped or split at the very end that a candidate gives the kinase, and which read as it does.
fn ending_there(candidate: &Candidate, tails: &[Tail], tolerance: Tolerance) -> usize {
    let agreeing = tails.iter().filter(|tail| tail.at == candidate.kinase && candidate.repeats(tail, tolerance) == Some(true));
    agreeing.map(|tail| tail.fragment).collect::<BTreeSet<_>>().len()
}

fn join(better: &mut Candidate, seed: Candidate, tails: &[Tail], tolerance: Tolerance) {
    let near = better.partner.contig == seed.partner.contig
        && better.partner.side == seed.partner.side
        && better.partner.boundary.abs_diff(seed.partner.boundary) <= 60;
    // Inserted bases that another alignment of the same molecule does not need are none: errors at the break, a run that slipped.
    // One read in many that was aligned so may be wrong itself.
    let fair_share = seed.members.len() * FAIR_SHARE >= better.members.len();
    let simpler = fair_share && seed.insertion_bp < better.insertion_bp;
    // An error beside the break moves where a read is cut; most reads are cut at the break.
    let moved = || {
        (seed.kinase, seed.partner) != (better.kinase, better.partner)
            && seed.insertion_bp <= better.insertion_bp
            && ending_there(&seed, tails, tolerance) > ending_there(better, tails, tolerance)
    };
    if near && tolerance.in_step && (simpler || moved()) {
        better.kinase = seed.kinase;
        better.partner = seed.partner;
        better.homology_bp = seed.homology_bp;
        better.partner_score = seed.partner_score;
        better.insertion_bp = seed.insertion_bp;
        better.insertion.clone_from(&seed.insertion);
        better.tail.clone_from(&seed.tail);
        better.anchor.clone_from(&seed.anchor);
    }
    for (fragment, member) in seed.members {
        let new = !better.members.contains_key(&fragment);
        // Placed elsewhere by the aligner: the bases agree, the place does not speak for this junction.
        let member = if near { member } else { Member { kind: Kind::Clip, partner_mapq: None, ..member } };
        better.other_places += u32::from(new && !near);
        better.add(fragment, member);
    }
    if better.tail.is_empty() {
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
    use crate::alignment::read::FragmentId;
    use crate::evidence::tail::Placement;
    use crate::genome::{ContigId, Side};

    #[test]
    fn the_end_at_which_most_reads_are_cut_is_the_break() {
        let beyond = b"GATTACACCGTATGCATTGCAAGTCCTGAACG";
        // One read has an error beside the break and is cut two bases early; another split read and a clipped one agree.
        let tail = |fragment: u64, early: usize, placed: bool, bases: Vec<u8>| Tail {
            fragment: FragmentId(fragment),
            at: Breakend::new(ContigId(0), 1_000 - early as u32, Side::Lower),
            anchor_bp: 70,
            mapq: 60,
            length_bp: bases.len() as u32,
            qualities: vec![30; bases.len()],
            bases,
            anchor: b"CCATTGACCATTGGCATT".to_vec(),
            placement: placed.then(|| Placement {
                breakend: Breakend::new(ContigId(1), 500 - early as u32, Side::Higher),
                overlap_bp: 0,
                aligned_bp: 30,
                score: 0,
                mapq: 60,
                gap: false,
            }),
            ends: (fragment as i64, 0),
            primary: None,
            crowd: 0,
        };
        let early = [b"TA".as_slice(), beyond].concat();
        let tails = [tail(1, 2, true, early), tail(2, 0, false, beyond.to_vec()), tail(3, 0, true, beyond.to_vec())];
        let found = candidates(0, &tails, Tolerance::of(false), &|_| false);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kinase.boundary, found[0].partner.boundary), (1_000, 500));
    }

    #[test]
    fn of_places_in_a_repeat_the_one_where_most_bases_are_aligned_is_the_partners() {
        let beyond = b"GATTACACCGTATGCATTGCAAGTCCTGAACGTTAGCATCGGATTCAGTACCGGCATACGAGTTCACC";
        let tail = |fragment: u64, contig: u32, length: usize| Tail {
            fragment: FragmentId(fragment),
            at: Breakend::new(ContigId(0), 1_000, Side::Lower),
            anchor_bp: 70,
            mapq: 60,
            length_bp: length as u32,
            qualities: vec![30; length],
            bases: beyond[..length].to_vec(),
            anchor: b"CCATTGACCATTGGCATT".to_vec(),
            placement: Some(Placement {
                breakend: Breakend::new(ContigId(contig), 500, Side::Higher),
                overlap_bp: 0,
                aligned_bp: length as u32,
                score: length as i64,
                mapq: 60,
                gap: false,
            }),
            ends: (fragment as i64, 0),
            primary: None,
            crowd: 0,
        };
        let found = candidates(0, &[tail(1, 1, 30), tail(2, 3, 60), tail(3, 2, 40)], Tolerance::of(false), &|_| false);
        assert_eq!(found.iter().map(|candidate| (candidate.partner.contig.0, candidate.members.len())).collect::<Vec<_>>(), [(3, 3)]);
        let spliced = |end: Breakend| end.contig.0 < 2;
        let found = candidates(0, &[tail(1, 1, 30), tail(2, 3, 60), tail(3, 2, 40)], Tolerance::of(false), &spliced);
        assert_eq!(found[0].partner.contig.0, 1, "what splices make goes before");
    }
}
