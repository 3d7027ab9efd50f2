//! Where a junction with inserted bases really ends: an error beside the break looks like an insertion in one read, and the clipped ends
//! of others tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::Breakend;

use super::candidate::{Candidate, Tolerance};

/// Chance matches by which an aligner may run on into the other side.
const MAX_CHANCE_BP: u32 = 3;

/// Moves the ends of a junction outwards to where at least as many of its clipped reads end, and takes the bases from the insertion.
pub fn settle(candidate: &mut Candidate, kinase_tails: &[Tail], partner_tails: &[Tail], tolerance: Tolerance) {
    if candidate.insertion_bp == 0
        || candidate.slack_bp > 0
        || !tolerance.in_step
        || candidate.insertion.len() != candidate.insertion_bp as usize
    {
        return;
    }
    let at_kinase =
        further_out(candidate, candidate.kinase.boundary, kinase_tails, &|tail| candidate.repeats(tail, tolerance) == Some(true));
    if at_kinase > 0 {
        let bases = at_kinase as usize;
        candidate.kinase = candidate.kinase.extended(i64::from(at_kinase));
        let moved: Vec<u8> = candidate.tail.drain(..bases.min(candidate.tail.len())).collect();
        candidate.anchor.extend(moved);
        let spent = bases.min(candidate.insertion.len());
        candidate.insertion.drain(..spent);
        // Bases beyond the insertion match on both sides.
        candidate.homology_bp = (bases - spent) as u32;
        candidate.partner = candidate.partner.extended(-i64::from(candidate.homology_bp));
    }
    if candidate.homology_bp == 0 {
        let at_partner =
            further_out(candidate, candidate.partner.boundary, partner_tails, &|tail| candidate.continues(tail, tolerance) == Some(true));
        let spent = (at_partner as usize).min(candidate.insertion.len());
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
    let beside = |end: Breakend| (0..=LONG_READ_REACH_BP).flat_map(|bases| [bases, -bases]).find(|&bases| on_edge(end.extended(bases)));
    let (Some(at_kinase), Some(at_partner)) = (beside(candidate.kinase), beside(candidate.partner)) else { return };
    // Bases that are really inserted, or missing from an exon, are no error.
    if (i64::from(candidate.insertion_bp) - at_kinase - at_partner).abs() > LONG_READ_INDEL_BP {
        return;
    }
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
fn further_out(candidate: &Candidate, boundary: u32, tails: &[Tail], agrees: &dyn Fn(&Tail) -> bool) -> u32 {
    let mut cut: BTreeMap<i64, BTreeSet<FragmentId>> = BTreeMap::new();
    for tail in tails.iter().filter(|tail| agrees(tail)) {
        cut.entry(tail.at.kept_distance(boundary)).or_default().insert(tail.fragment);
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
            target: 0,
            kinase: Breakend::new(ContigId(0), 997, Side::Lower),
            partner: Breakend::new(ContigId(1), 500, Side::Higher),
            homology_bp: 0,
            insertion: b"ACT".to_vec(),
            insertion_bp: 3,
            slack_bp: 0,
            tail: [b"ACT".as_slice(), beyond].concat(),
            anchor: b"CCATTGACCATTGGCATT".to_vec(),
            members: BTreeMap::new(),
            other_places: 0,
            unplaced: false,
        };
        let clipped = Tail {
            fragment: FragmentId(2),
            at: Breakend::new(ContigId(0), 1_000, Side::Lower),
            anchor_bp: 80,
            mapq: 60,
            bases: beyond.to_vec(),
            qualities: vec![30; beyond.len()],
            length_bp: beyond.len() as u32,
            anchor: b"TGACCATTGGCATTAGT".to_vec(),
            placement: None,
            ends: (0, 0),
            primary: None,
        };
        settle(&mut candidate, &[clipped], &[], Tolerance::of(false));
        assert_eq!((candidate.kinase.boundary, candidate.partner.boundary, candidate.insertion_bp), (1_000, 500, 0));
        assert_eq!(candidate.tail, beyond);
    }
}
