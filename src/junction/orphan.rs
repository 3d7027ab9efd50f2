//! Junctions with an unknown partner: clipped reads that agree with each other but whose clipped bases could be placed nowhere.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::Breakend;

use super::candidate::{Candidate, Tolerance};
use super::cluster::{majority, majority_backwards};
use super::support::clip_member;

/// Fewest fragments whose tails must agree.
const MIN_FRAGMENTS: usize = 3;
/// Fewest bases that their majority must have.
const MIN_TAIL_BP: usize = 20;

/// Breaks that only unplaced tails show and no other candidate explains.
pub fn orphans(target: usize, tails: &[Tail], known: &[Candidate], tolerance: Tolerance) -> Vec<Candidate> {
    let taken: FxHashSet<FragmentId> = known.iter().flat_map(|candidate| candidate.members.keys().copied()).collect();
    let mut by_end: BTreeMap<Breakend, Vec<&Tail>> = BTreeMap::new();
    for tail in tails.iter().filter(|tail| tail.placement.is_none() && !tail.bases.is_empty() && !taken.contains(&tail.fragment)) {
        by_end.entry(tail.at).or_default().push(tail);
    }
    let mut list = Vec::new();
    for (end, all) in by_end {
        if all.len() < MIN_FRAGMENTS {
            continue;
        }
        // Tails of low complexity are left out: their consensus would look more specific than each of them is.
        let tails: Vec<&Tail> = all.iter().copied().filter(|tail| !tail.is_simple()).collect();
        if tails.len() < MIN_FRAGMENTS {
            continue;
        }
        let consensus = majority(tails.iter().map(|tail| (&*tail.bases, &*tail.qualities)));
        if consensus.len() < MIN_TAIL_BP {
            continue;
        }
        let mut candidate = Candidate {
            // The partner is unknown, so its bases are reported as the inserted bases of a single breakend.
            insertion_bp: consensus.len() as u32,
            insertion: consensus.clone(),
            anchor: majority_backwards(&tails),
            tail: consensus,
            unplaced: true,
            ..Candidate::new(target, end, end)
        };
        let agreeing: Vec<(&Tail, usize)> = tails.iter().filter_map(|&tail| Some((tail, candidate.repeats(tail, tolerance)?))).collect();
        for &(tail, agreeing_bp) in &agreeing {
            candidate.add(tail.fragment, clip_member(&candidate, tail, true, agreeing_bp));
        }
        // Recurrent artefacts are clipped at one place with tails that differ; a break's tails agree.
        if candidate.members.len() >= MIN_FRAGMENTS && !candidate.is_simple() && agreeing.len() * 4 >= all.len() * 3 {
            list.push(candidate);
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{ContigId, Side};

    #[test]
    fn ends_in_adapter_at_one_place_are_no_break() {
        let end = Breakend::new(ContigId(0), 1_000, Side::Lower);
        let found = |rests: &[&str]| {
            let tails: Vec<Tail> = rests.iter().zip(1..).map(|(rest, fragment)| Tail::made_up(fragment, end, rest.as_bytes())).collect();
            orphans(0, &tails, &[], Tolerance::of(false)).len()
        };
        // The consensus has an error in each part, but no single read has both.
        let dirt = ["AGATCGGAAGAGCACACGGGGGGGGGGGGGGGGG", "AGATCGGAAGAGCACACGTCGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG", "AGATCGGAGGGGGGGGGGG"];
        assert_eq!(found(&dirt), 0);
        assert_eq!(found(&["CGTTAGCATCGGATTCAGTACCGGC", "CGTTAGCATCGGATTCAGTAC", "CGTTAGCATCGGATTCAGTACCGGCATTGCA"]), 1);
    }
}
