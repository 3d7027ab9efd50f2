//! Breakpoints of long reads. Their sequencing errors shift the place at which an aligner cuts them and change the length of what lies between
//! the two sides, so all reads of a junction are compared together.
//!
//! Each way to join the two sides gives a molecule. The molecule under which the reads are likeliest is taken. Each error of a read costs 5.0
//! (one base in fifty is wrong, in one of three ways: ln 150); the other costs are those of [`super::costs`]. What lies between the sides is
//! taken from each read and, from three on, from their consensus, and then corrected base by base.

use std::cell::RefCell;
use std::collections::BTreeSet;

use bio::alignment::pairwise::Scoring;
use bio::alignment::poa;
use bio::pattern_matching::myers::long::Myers;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::evidence::Tail;
use crate::genome::Breakend;
use crate::sequence::{collapse_runs, fewest_edits_to_end, reverse_complement};

use super::candidate::Candidate;
use super::costs::{price, Cost};
use super::ends::SideBases;
use super::nearby::Nearby;

/// What each error of a read costs.
const ERROR: Cost = 5_000;
/// Farthest that an end is moved, in bases: one more error within some ten bases ends an alignment early.
const REACH_BP: i64 = 30;
/// Bases of a read before its end that are compared: as many as an end may be moved back by.
const BEFORE_BP: usize = REACH_BP as usize;
/// Bases of a read beyond the inserted ones that are compared: twice what an end may be moved on by.
const BEYOND_BP: usize = 2 * REACH_BP as usize;
/// Bases of either side that are needed for that, wherever an end is moved.
pub const SIDE_BP: u32 = 3 * REACH_BP as u32;
/// Bases of the partner that a read must have behind inserted ones: without them anything could be inserted.
const MIN_PARTNER_BP: usize = 12;
/// Reads that are compared, those first that were cut nearest to where the junction was put: more say the same.
const MAX_READS: usize = 8;
/// Bases by which an end is moved at once: errors make equals of neighbours.
const MOVE_BP: i64 = 3;
/// Reads that have a consensus and correct each other's inserted bases; of two none is right.
const MIN_CORRECTING: usize = 3;

/// A way to join the two sides; `insertion` is read from the kinase to the partner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LongMolecule {
    kinase: Breakend,
    partner: Breakend,
    insertion: Vec<u8>,
}

/// A read across the junction: bases before the end at which it was cut, those beyond, and where it was cut.
struct JunctionRead<'t> {
    tail: &'t Tail,
    bases: Vec<u8>,
    /// The bases, made ready to be looked for.
    pattern: Myers,
}

impl JunctionRead<'_> {
    /// Fewest edits between the read and a stretch of `text`.
    fn edits(&self, text: &[u8]) -> usize {
        self.pattern.distance(text)
    }
}

/// Puts a junction of several long reads where these need the fewest errors. Says no, and changes nothing, where one read is all there is,
/// where the bases of a side are not known, or where no read reaches over the inserted bases.
pub fn settle(candidate: &mut Candidate, tails: &Nearby<&Tail>, sides: &SideBases<'_>) -> bool {
    if candidate.unplaced || candidate.slack_bp > 0 || candidate.members.len() < 2 {
        return false;
    }
    let reads = reads(candidate, tails);
    let shown = consensus(&reads).into_iter().chain(reads.iter().map(|read| read.bases.clone())).collect();
    let search = Search { reads: &reads, shown, sides, from: (candidate.kinase, candidate.partner), known: RefCell::default() };
    if reads.len() < 2 || !search.knows(true, candidate.kinase) || !search.knows(false, candidate.partner) {
        return false;
    }
    let Some(best) = search.best_of_ends() else { return false };
    let best = search.corrected(search.climbed(best));
    search.write(best, candidate);
    true
}

/// The reads over a junction, one of each fragment, those cut nearest to its end first.
fn reads<'t>(candidate: &Candidate, tails: &Nearby<&'t Tail>) -> Vec<JunctionRead<'t>> {
    let inserted = candidate.insertion_bp as usize;
    let away = |tail: &Tail| tail.at.kept_distance(candidate.kinase.boundary).abs();
    let reaches_over = |tail: &&Tail| tail.bases.len() >= inserted + MIN_PARTNER_BP && candidate.members.contains_key(&tail.fragment);
    let mut near: Vec<&Tail> = tails.within(candidate.kinase, REACH_BP as u32).copied().filter(reaches_over).collect();
    near.sort_by_key(|tail| (away(tail), std::cmp::Reverse(tail.bases.len()), &tail.bases, &tail.anchor));
    let mut seen = FxHashSet::default();
    near.retain(|tail| seen.insert(tail.fragment));
    let read = |tail: &'t Tail| {
        let before = &tail.anchor[tail.anchor.len().saturating_sub(BEFORE_BP)..];
        // Behind the aligned piece lies an exon that is not known here, or no sequence of the gene.
        let aligned = tail.placement.map_or(BEYOND_BP, |placement| (placement.aligned_bp as usize).max(MIN_PARTNER_BP));
        let beyond = tail.bases.len().min(inserted + aligned.min(BEYOND_BP));
        let bases = [before, &tail.bases[..beyond]].concat();
        JunctionRead { tail, pattern: Myers::new(&bases), bases }
    };
    near.into_iter().take(MAX_READS).map(read).collect()
}

/// What most of the reads have, by partial-order alignment: a match counts 1, a base that differs, is missing or too many -1.
fn consensus(reads: &[JunctionRead<'_>]) -> Option<Vec<u8>> {
    let (first, others) = reads.split_first().filter(|_| reads.len() >= MIN_CORRECTING)?;
    let mut graph = poa::Aligner::new(Scoring::from_scores(-1, -1, 1, -1), &first.bases);
    for read in others {
        // They begin and end where each was cut.
        graph.semiglobal(&read.bases).add_to_graph();
    }
    Some(graph.consensus())
}

struct Search<'a> {
    reads: &'a [JunctionRead<'a>],
    /// What may lie between the sides is taken from these: the reads' consensus, if there is one, and each read.
    shown: Vec<Vec<u8>>,
    sides: &'a SideBases<'a>,
    /// The ends that were found first.
    from: (Breakend, Breakend),
    known: RefCell<FxHashMap<(bool, Breakend), Vec<u8>>>,
}

/// What a molecule costs; of equals the first by place.
type Priced = (Cost, LongMolecule);

impl Search<'_> {
    /// The bases of a side in the direction away from the kinase.
    fn side(&self, at_kinase: bool, end: Breakend) -> Vec<u8> {
        let mut known = self.known.borrow_mut();
        let bases = known.entry((at_kinase, end)).or_insert_with(|| {
            let inwards = (self.sides.inwards)(at_kinase, end);
            if at_kinase {
                reverse_complement(&inwards)
            } else {
                inwards
            }
        });
        bases.clone()
    }

    fn knows(&self, at_kinase: bool, end: Breakend) -> bool {
        let bases = self.side(at_kinase, end);
        bases.len() >= BEFORE_BP && !bases.contains(&b'N')
    }

    /// None where the inserted bases only lengthen a run, as errors do.
    fn priced(&self, molecule: LongMolecule) -> Option<Priced> {
        let (left, right) = (self.side(true, molecule.kinase), self.side(false, molecule.partner));
        let text = [left.as_slice(), &molecule.insertion, &right].concat();
        if !molecule.insertion.is_empty() && collapse_runs(&text) == collapse_runs(&[left, right].concat()) {
            return None;
        }
        let errors: usize = self.reads.iter().map(|read| read.edits(&text)).sum();
        let off_edge = [molecule.kinase, molecule.partner].into_iter().filter(|&end| !(self.sides.on_edge)(end)).count();
        Some((ERROR * errors as Cost + price(molecule.insertion.len(), off_edge), molecule))
    }

    /// Where on the bases of a read the two sides end, so that least lies between: offsets.
    fn between(&self, read: &[u8], kinase: Breakend, partner: Breakend) -> (usize, usize) {
        let turned = |bases: &[u8]| bases.iter().rev().copied().collect::<Vec<u8>>();
        let length = read.len();
        let before = fewest_edits_to_end(read, &self.side(true, kinase));
        let behind = fewest_edits_to_end(&turned(read), &turned(&self.side(false, partner)));
        let cost = |&(from, to): &(usize, usize)| ERROR * (before[from] + behind[length - to]) as Cost + price(to - from, 0);
        let last = length.saturating_sub(MIN_PARTNER_BP);
        (0..=last).flat_map(|from| (from..=last).map(move |to| (from, to))).min_by_key(cost).unwrap_or((0, 0))
    }

    /// The best molecule with these ends: nothing between, or what one of those that are `shown` has there.
    fn joined(&self, kinase: Breakend, partner: Breakend, shown: &[Vec<u8>]) -> Option<Priced> {
        let far = |end: Breakend, from: Breakend| {
            end.contig != from.contig || end.side != from.side || end.kept_distance(from.boundary).abs() > REACH_BP
        };
        if far(kinase, self.from.0) || far(partner, self.from.1) || !self.knows(true, kinase) || !self.knows(false, partner) {
            return None;
        }
        let shown = shown.iter().map(|read| {
            let (from, to) = self.between(read, kinase, partner);
            read[from..to].to_vec()
        });
        let insertions: BTreeSet<Vec<u8>> = std::iter::once(Vec::new()).chain(shown).collect();
        insertions.into_iter().filter_map(|insertion| self.priced(LongMolecule { kinase, partner, insertion })).min()
    }

    /// The best molecule whose ends are those of a read, those found first, or exon edges beside them.
    fn best_of_ends(&self) -> Option<Priced> {
        let with_edges = |end: Breakend| {
            let edges = (-REACH_BP..=REACH_BP).map(|bases| end.extended(bases)).filter(|&end| (self.sides.on_edge)(end));
            edges.chain([end]).collect::<BTreeSet<Breakend>>()
        };
        let (kinases, partners) = (with_edges(self.from.0), with_edges(self.from.1));
        let mut pairs: BTreeSet<(Breakend, Breakend)> =
            kinases.into_iter().flat_map(|kinase| partners.iter().map(move |&partner| (kinase, partner))).collect();
        pairs.extend(self.reads.iter().filter_map(|read| {
            let placement = read.tail.placement?;
            Some((read.tail.at, placement.breakend.extended(-i64::from(placement.overlap_bp.max(0)))))
        }));
        pairs.into_iter().filter_map(|(kinase, partner)| self.joined(kinase, partner, &self.shown)).min()
    }

    /// Moves the ends by a few bases as long as that makes the molecule likelier. Exons that are simply joined are what splices make.
    fn climbed(&self, mut best: Priced) -> Priced {
        let joins_exons = best.1.insertion.is_empty() && [best.1.kinase, best.1.partner].into_iter().all(self.sides.on_edge);
        if joins_exons {
            return best;
        }
        // Each round improves the sum, and no end leaves its range, so this ends.
        loop {
            let (kinase, partner) = (best.1.kinase, best.1.partner);
            let moves = (-MOVE_BP..=MOVE_BP).flat_map(|x| (-MOVE_BP..=MOVE_BP).map(move |y| (x, y)));
            let moved = moves.filter_map(|(x, y)| self.joined(kinase.extended(x), partner.extended(y), &self.shown[..1])).min();
            match moved.filter(|moved| moved.0 < best.0) {
                Some(better) => best = better,
                None => return best,
            }
        }
    }

    /// Changes single inserted bases where most reads have others.
    fn corrected(&self, mut best: Priced) -> Priced {
        if self.reads.len() < MIN_CORRECTING {
            return best;
        }
        let mut at = 0;
        while at < best.1.insertion.len() {
            let variants = std::iter::once(Vec::new()).chain(b"ACGT".iter().flat_map(|&base| {
                let there = best.1.insertion[at];
                [vec![base], vec![base, there]]
            }));
            let changed = |bases: Vec<u8>| {
                let mut insertion = best.1.insertion.clone();
                insertion.splice(at..=at, bases);
                self.priced(LongMolecule { insertion, ..best.1.clone() })
            };
            match variants.filter_map(changed).min().filter(|changed| changed.0 < best.0) {
                Some(better) => best = better,
                None => at += 1,
            }
        }
        best
    }

    /// Gives the candidate the molecule's ends, and the bases of the read that is most like it.
    fn write(&self, (_, molecule): Priced, candidate: &mut Candidate) {
        let text = [self.side(true, molecule.kinase), molecule.insertion.clone(), self.side(false, molecule.partner)].concat();
        if let Some(read) = self.reads.iter().min_by_key(|read| (read.edits(&text), &read.tail.bases)) {
            let (from, _) = self.between(&read.bases, molecule.kinase, molecule.partner);
            let whole = [&*read.tail.anchor, &*read.tail.bases].concat();
            let cut = (read.tail.anchor.len().saturating_sub(BEFORE_BP) + from).min(whole.len());
            let (anchor, tail) = whole.split_at(cut);
            (candidate.anchor, candidate.tail) = (anchor.to_vec(), tail.to_vec());
        }
        candidate.put(molecule.kinase, molecule.partner);
        candidate.insertion_bp = molecule.insertion.len() as u32;
        candidate.insertion = molecule.insertion;
        candidate.homology_bp = 0;
    }
}

/// Bases by which errors move an end from its edge, and by which they lengthen or shorten what lies between the edges.
const EDGE_REACH_BP: i64 = 6;
const EDGE_INDEL_BP: i64 = 1;

/// Moves both ends of a junction of long reads onto the exon edges beside them, where both have one: errors move what splices join.
pub fn onto_edges(candidate: &mut Candidate, on_edge: &dyn Fn(Breakend) -> bool) {
    if candidate.unplaced || candidate.slack_bp > 0 || i64::from(candidate.insertion_bp) > EDGE_REACH_BP {
        return;
    }
    let beside = |end: Breakend| -> Vec<i64> { (-EDGE_REACH_BP..=EDGE_REACH_BP).filter(|&bases| on_edge(end.extended(bases))).collect() };
    let at_partners = beside(candidate.partner);
    let pairs = beside(candidate.kinase).into_iter().flat_map(|x| at_partners.iter().map(move |&y| (x, y)));
    // Bases that are really inserted, or missing from an exon, are no error.
    let left_over = |(x, y): (i64, i64)| (i64::from(candidate.insertion_bp) - x - y).abs();
    let best = pairs.min_by_key(|&pair| (left_over(pair), pair.0.abs() + pair.1.abs(), pair));
    let Some((at_kinase, at_partner)) = best.filter(|&pair| left_over(pair) <= EDGE_INDEL_BP) else { return };
    candidate.kinase = candidate.kinase.extended(at_kinase);
    candidate.partner = candidate.partner.extended(at_partner);
    candidate.homology_bp = 0;
    candidate.insertion.clear();
    candidate.insertion_bp = 0;
    candidate.cut_later(at_kinase);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::tail::Placement;
    use crate::genome::{ContigId, Interval, Side};
    use crate::junction::candidate::{EvidenceKind, Member};
    use crate::sequence::random_bases;
    use proptest::prelude::*;

    /// A read of a molecule that joins 500 of contig 0 to 500 of contig 1: bases between, bases too many that each side was given, overlap.
    type Cut = (u64, Vec<u8>, i64, i64, i32);

    /// The same where both places are exon edges.
    fn settled(reads: &[Cut]) -> (u32, u32, Vec<u8>) {
        joined(reads, &|end| end.boundary == 500)
    }

    fn joined(reads: &[Cut], on_edge: &dyn Fn(Breakend) -> bool) -> (u32, u32, Vec<u8>) {
        cut_after(reads, on_edge, None)
    }

    /// The same where the partner's piece ends behind so many bases and others follow.
    fn cut_after(reads: &[Cut], on_edge: &dyn Fn(Breakend) -> bool, then: Option<(usize, &[u8])>) -> (u32, u32, Vec<u8>) {
        let (kinase, partner) = (random_bases(1, 1000), random_bases(2, 1000));
        let end = |contig: u32, side: Side, bases: i64| Breakend::new(ContigId(contig), 500, side).extended(bases);
        let tails: Vec<Tail> = reads
            .iter()
            .map(|(fragment, between, at_kinase, at_partner, overlap_bp)| {
                let exon = then.map_or(500, |(exon, _)| exon);
                let rest = then.map_or(&[][..], |(_, rest)| rest);
                let molecule = [&kinase[..500], between, &partner[500..500 + exon], rest].concat();
                let cut = (500 + at_kinase) as usize;
                let tail = Tail::made_up(*fragment, end(0, Side::Lower, *at_kinase), &molecule[cut..cut + 150]).placed_at(end(
                    1,
                    Side::Higher,
                    *at_partner,
                ));
                let aligned_bp = exon.min(300) as u32;
                let placement = tail.placement.map(|place| Placement { overlap_bp: *overlap_bp, aligned_bp, score: 300, ..place });
                let (anchor, qualities) = (molecule[cut - 60..cut].into(), vec![20; 150].into());
                Tail { anchor_bp: 300, length_bp: 400, anchor, qualities, placement, ends: (0, 0), ..tail }
            })
            .collect();
        let inwards = |at_kinase: bool, end: Breakend| {
            let Interval { start, end: stop, .. } = end.kept(SIDE_BP);
            if at_kinase {
                reverse_complement(&kinase[start as usize..stop as usize])
            } else {
                partner[start as usize..stop as usize].to_vec()
            }
        };
        let member = Member {
            kind: EvidenceKind::Split,
            kinase_bp: 300,
            partner_bp: 300,
            crossing_bp: 300,
            kinase_mapq: 60,
            partner_mapq: Some(60),
            ends: (0, 0),
        };
        let first = &tails[0];
        let inserted = (-reads[0].4).max(0) as u32;
        let mut candidate = Candidate {
            insertion_bp: inserted,
            insertion: vec![b'N'; inserted as usize],
            members: tails.iter().map(|tail| (tail.fragment, member)).collect(),
            ..Candidate::new(0, first.at, first.placement.expect("it is placed").breakend)
        };
        assert!(settle(&mut candidate, &Nearby::tails(&tails), &SideBases { inwards: &inwards, bases: &|_| Vec::new(), on_edge }));
        (candidate.kinase.boundary, candidate.partner.boundary, candidate.insertion)
    }

    /// Two reads that were cut alike.
    fn twice(between: &[u8], at_kinase: i64, at_partner: i64, overlap_bp: i32) -> [Cut; 2] {
        [1, 2].map(|fragment| (fragment, between.to_vec(), at_kinase, at_partner, overlap_bp))
    }

    #[test]
    fn reads_that_are_cut_early_or_late_are_put_onto_the_edges() {
        assert_eq!(settled(&twice(b"", 0, 0, 0)), (500, 500, Vec::new()));
        assert_eq!(settled(&twice(b"", 7, -7, 0)), (500, 500, Vec::new()), "what one side takes the other lacks");
        assert_eq!(settled(&twice(b"", 0, -21, -21)), (500, 500, Vec::new()), "an error stopped the alignment early");
        let one_error = [(1, b"A".to_vec(), 0, 0, -1), (2, Vec::new(), 0, 0, 0)];
        assert_eq!(settled(&one_error), (500, 500, Vec::new()), "one read's inserted base is an error");
    }

    #[test]
    fn inserted_bases_that_reads_agree_on_stay_and_the_majority_corrects_them() {
        let insertion = b"GATTACACCGTATGCATTGC".to_vec();
        let with = |fragment: u64, change: &dyn Fn(&mut Vec<u8>)| {
            let mut bases = insertion.clone();
            change(&mut bases);
            let length = bases.len() as i32;
            (fragment, bases, 0, 0, -length)
        };
        let reads = [
            with(1, &|bases| bases[4] = b'C'),
            with(2, &|bases| {
                bases.remove(9);
            }),
            with(3, &|bases| bases.insert(15, b'A')),
        ];
        assert_eq!(settled(&reads), (500, 500, insertion));
        assert_eq!(settled(&twice(b"GA", 0, 0, -2)).2, b"GA");
        let long = random_bases(5, 100);
        assert_eq!(settled(&twice(&long, 0, 0, -100)).2, long);
    }

    proptest! {
        #[test]
        fn a_read_is_found_in_a_text_whatever_lies_around(
            before in "[ACGT]{0,30}", read in "[ACGT]{2,30}", after in "[ACGT]{0,30}", wrong in 0usize..30,
        ) {
            let text = [before.as_str(), &read, &after].concat();
            let tail = Tail::made_up(1, Breakend::new(ContigId(0), 500, Side::Lower), b"");
            let edits = |bases: &[u8]| JunctionRead { tail: &tail, bases: bases.to_vec(), pattern: Myers::new(bases) }.edits(text.as_bytes());
            prop_assert_eq!(edits(read.as_bytes()), 0);
            let mut other = read.clone().into_bytes();
            other.remove(wrong % read.len());
            prop_assert!(edits(&other) <= 1);
        }

        #[test]
        fn eight_reads_with_errors_make_the_likeliest_molecule(seed in 1u64..1_000, length in 4usize..60) {
            let insertion = random_bases(seed + 5_000, length);
            // One base in twelve is wrong, in turn by another base, one too few, one too many.
            let erroneous = |read: u64| {
                let mut bases = insertion.clone();
                for at in (0..length).rev().filter(|at| (*at as u64 * 7 + read * 5 + seed).is_multiple_of(12)) {
                    match (at as u64 + read) % 3 {
                        0 => bases[at] = if bases[at] == b'A' { b'C' } else { b'A' },
                        1 => drop(bases.remove(at)),
                        _ => bases.insert(at, b'G'),
                    }
                }
                let left = bases.len() as i32;
                (read, bases, 0, 0, -left)
            };
            let reads: Vec<Cut> = (1..=8).map(erroneous).collect();
            let found = joined(&reads, &|_| false);
            // Errors may make another molecule likelier than the true one; no likelier one is passed over.
            let needed = |(kinase, partner, insertion): &(u32, u32, Vec<u8>)| -> usize {
                let before = &random_bases(1, 1_000)[400..*kinase as usize];
                let text = [before, insertion, &random_bases(2, 1_000)[*partner as usize..700]].concat();
                let read = |cut: &Cut| [&random_bases(1, 1_000)[470..500], &cut.1, &random_bases(2, 1_000)[500..560]].concat();
                reads.iter().map(|cut| Myers::<u64>::new(read(cut)).distance(&text)).sum()
            };
            prop_assert!(needed(&found) <= needed(&(500, 500, insertion)), "{found:?}");
        }
    }

    #[test]
    fn what_follows_behind_the_partners_piece_makes_no_insertion() {
        // The partner's exon has 25 bases; the next one is not known.
        let mut reads = twice(b"", 0, 0, 0).to_vec();
        for read in &mut reads {
            read.1 = Vec::new();
        }
        let foreign = random_bases(9, 200);
        assert_eq!(cut_after(&reads, &|end| end.boundary == 500, Some((25, &foreign))), (500, 500, Vec::new()));
    }

    #[test]
    fn a_break_off_the_edges_is_found_where_no_read_was_cut() {
        let reads = [(1, Vec::new(), 3, -2, 0), (2, Vec::new(), -4, 0, 0)];
        assert_eq!(joined(&reads, &|_| false), (500, 500, Vec::new()));
    }

    fn of_long_reads(kinase: u32, partner: u32, insertion: &[u8]) -> (u32, u32, Vec<u8>, Vec<u8>, Vec<u8>) {
        let mut candidate = Candidate {
            insertion: insertion.to_vec(),
            insertion_bp: insertion.len() as u32,
            tail: b"GATTACA".to_vec(),
            anchor: b"CCATTG".to_vec(),
            ..Candidate::new(0, Breakend::new(ContigId(0), kinase, Side::Lower), Breakend::new(ContigId(1), partner, Side::Higher))
        };
        // Two acceptors three bases apart, as many exons have.
        onto_edges(&mut candidate, &|end| matches!((end.contig.0, end.boundary), (0, 1_000) | (1, 500 | 503)));
        (candidate.kinase.boundary, candidate.partner.boundary, candidate.insertion, candidate.anchor, candidate.tail)
    }

    #[test]
    fn ends_of_long_reads_move_onto_the_edges_that_leave_least_between_them() {
        let moved = |kinase, partner, insertion: &[u8]| {
            let (kinase, partner, insertion, ..) = of_long_reads(kinase, partner, insertion);
            (kinase, partner, insertion.len())
        };
        assert_eq!(moved(1_000, 500, b""), (1_000, 500, 0));
        assert_eq!(moved(998, 500, b"A"), (1_000, 500, 0), "a base off");
        assert_eq!(moved(1_002, 502, b""), (1_000, 500, 0), "what one side gives the other takes");
        assert_eq!(moved(1_000, 502, b""), (1_000, 503, 0));
        assert_eq!(moved(1_000, 500, b"ACGT"), (1_000, 500, 4), "bases that are really inserted stay");
        assert_eq!(moved(995, 500, b""), (995, 500, 0), "and what is missing from an exon too");
        assert_eq!(moved(1_000, 480, b""), (1_000, 480, 0));
        let (.., anchor, tail) = of_long_reads(998, 502, b"");
        assert_eq!((anchor.as_slice(), tail.as_slice()), (b"CCATTGGA".as_slice(), b"TTACA".as_slice()));
        let (.., anchor, tail) = of_long_reads(1_002, 502, b"");
        assert_eq!((anchor.as_slice(), tail.as_slice()), (b"CCAT".as_slice(), b"TGGATTACA".as_slice()));
    }
}
