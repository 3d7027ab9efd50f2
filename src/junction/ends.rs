//! Where a junction with inserted bases really ends: an error beside the break looks like an insertion in one read, and the clipped ends
//! of others tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::Breakend;

use super::candidate::{Candidate, Tolerance};
use super::nearby::Nearby;

/// Chance matches by which an aligner may run on into the other side.
const MAX_CHANCE_BP: u32 = 3;

/// Moves the ends of a junction outwards to where at least as many of its clipped reads end, and takes the bases from the insertion.
pub fn settle(candidate: &mut Candidate, (at_kinase, at_partner): (&Nearby<&Tail>, &Nearby<&Tail>), tolerance: Tolerance) {
    if candidate.insertion_bp == 0
        || candidate.slack_bp > 0
        || !tolerance.in_step
        || candidate.insertion.len() != candidate.insertion_bp as usize
    {
        return;
    }
    let near = at_kinase.within(candidate.kinase, tolerance.shift_bp);
    let beyond = further_out(candidate, candidate.kinase, near.filter(|tail| candidate.repeats(tail, tolerance) == Some(true)));
    if beyond > 0 {
        let bases = beyond as usize;
        candidate.kinase = candidate.kinase.extended(i64::from(beyond));
        let moved: Vec<u8> = candidate.tail.drain(..bases.min(candidate.tail.len())).collect();
        candidate.anchor.extend(moved);
        let spent = bases.min(candidate.insertion.len());
        candidate.insertion.drain(..spent);
        // Bases beyond the insertion match on both sides.
        candidate.homology_bp = (bases - spent) as u32;
        candidate.partner = candidate.partner.extended(-i64::from(candidate.homology_bp));
    }
    if candidate.homology_bp == 0 {
        let near = at_partner.within(candidate.partner, tolerance.shift_bp);
        let beyond = further_out(candidate, candidate.partner, near.filter(|tail| candidate.continues(tail, tolerance) == Some(true)));
        let spent = (beyond as usize).min(candidate.insertion.len());
        candidate.insertion.truncate(candidate.insertion.len() - spent);
        candidate.partner = candidate.partner.extended(spent as i64);
    }
    candidate.insertion_bp = candidate.insertion.len() as u32;
}

/// Bases by which errors of long reads move an end, and by which they lengthen or shorten what lies between the edges.
const LONG_READ_REACH_BP: i64 = 6;
const LONG_READ_INDEL_BP: i64 = 1;

/// Moves both ends of a junction of long reads onto the exon edges beside them, where both have one: errors move what splices join.
pub fn onto_edges(candidate: &mut Candidate, on_edge: &dyn Fn(Breakend) -> bool) {
    if candidate.unplaced || candidate.slack_bp > 0 || i64::from(candidate.insertion_bp) > LONG_READ_REACH_BP {
        return;
    }
    let beside =
        |end: Breakend| -> Vec<i64> { (-LONG_READ_REACH_BP..=LONG_READ_REACH_BP).filter(|&bases| on_edge(end.extended(bases))).collect() };
    let at_partners = beside(candidate.partner);
    let pairs = beside(candidate.kinase).into_iter().flat_map(|x| at_partners.iter().map(move |&y| (x, y)));
    // Bases that are really inserted, or missing from an exon, are no error.
    let left_over = |(x, y): (i64, i64)| (i64::from(candidate.insertion_bp) - x - y).abs();
    let best = pairs.min_by_key(|&pair| (left_over(pair), pair.0.abs() + pair.1.abs(), pair));
    let Some((at_kinase, at_partner)) = best.filter(|&pair| left_over(pair) <= LONG_READ_INDEL_BP) else { return };
    candidate.kinase = candidate.kinase.extended(at_kinase);
    candidate.partner = candidate.partner.extended(at_partner);
    candidate.homology_bp = 0;
    candidate.insertion.clear();
    candidate.insertion_bp = 0;
    let moved = at_kinase.unsigned_abs() as usize;
    if at_kinase > 0 {
        candidate.anchor.extend(candidate.tail.drain(..moved.min(candidate.tail.len())).collect::<Vec<u8>>());
    } else {
        let back = candidate.anchor.split_off(candidate.anchor.len().saturating_sub(moved));
        candidate.tail.splice(..0, back);
    }
}

/// How far beyond an end, within the insertion and a few chance matches, at least as many fragments are cut as at the end itself.
fn further_out<'t>(candidate: &Candidate, end: Breakend, agreeing: impl Iterator<Item = &'t &'t Tail>) -> u32 {
    let mut cut: BTreeMap<i64, BTreeSet<FragmentId>> = BTreeMap::new();
    for tail in agreeing {
        cut.entry(tail.at.kept_distance(end.boundary)).or_default().insert(tail.fragment);
    }
    let here = cut.get(&0).map_or(0, BTreeSet::len).max(1);
    let reach = i64::from(candidate.insertion_bp + MAX_CHANCE_BP);
    // Where `kept_distance` is positive the boundary lies inside of what the tail's read keeps.
    let best = cut.iter().filter(|(out, _)| (1..=reach).contains(*out)).max_by_key(|(out, fragments)| (fragments.len(), **out));
    best.filter(|(_, fragments)| fragments.len() >= here).map_or(0, |(out, _)| *out as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Breakend, ContigId, Side};

    #[test]
    fn clipped_reads_tell_an_error_beside_the_break_from_an_insertion() {
        let beyond = b"GATTACACCGTATGCATTGCAAGTCCTGAACG";
        let mut candidate = Candidate {
            insertion: b"ACT".to_vec(),
            insertion_bp: 3,
            tail: [b"ACT".as_slice(), beyond].concat(),
            anchor: b"CCATTGACCATTGGCATT".to_vec(),
            ..Candidate::new(0, Breakend::new(ContigId(0), 997, Side::Lower), Breakend::new(ContigId(1), 500, Side::Higher))
        };
        let clipped = Tail {
            fragment: FragmentId(2),
            at: Breakend::new(ContigId(0), 1_000, Side::Lower),
            anchor_bp: 80,
            mapq: 60,
            bases: beyond.as_slice().into(),
            qualities: vec![30; beyond.len()].into(),
            length_bp: beyond.len() as u32,
            anchor: b"TGACCATTGGCATTAGT".as_slice().into(),
            placement: None,
            ends: (0, 0),
            primary: None,
            crowd: 0,
            unbroken_nats: 0.0,
        };
        settle(&mut candidate, (&Nearby::tails(&[clipped]), &Nearby::default()), Tolerance::of(false));
        assert_eq!((candidate.kinase.boundary, candidate.partner.boundary, candidate.insertion_bp), (1_000, 500, 0));
        assert_eq!(candidate.tail, beyond);
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
