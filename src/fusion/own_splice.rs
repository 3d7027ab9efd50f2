//! Clipped reads that show no other gene but the kinase's own next exon: an aligner without splicing, or one that does not split short
//! ends, leaves them clipped at the exon's edge, as a fusion would.

use crate::genome::{Breakend, Interval, Side};
use crate::junction::Candidate;
use crate::model::{Gene, Role};
use crate::sequence::reverse_complement;

/// An aligner ends a piece so many bases beside the exon's edge by chance.
const NEAR_EDGE_BP: u32 = 4;
/// Exons that a splice may skip.
const MOST_SKIPPED: u32 = 3;
/// Fewest bases of a tail by which an exon is known: by chance one in 10^8 places is as alike.
const MIN_TAIL_BP: usize = 15;
/// Bases of a tail that are compared: behind them the next splice may lie.
const MOST_TAIL_BP: usize = 40;
/// Share of its bases that may differ: reads end badly, and few of them make the majority.
const MAX_MISMATCH_FRAC: f64 = 0.12;

/// Whether the tail of a candidate without a partner is the kinase's own next exon, up to three skipped ones; `bases` are those of the
/// forward strand, fewer where they are not known.
pub fn is_own_splice(candidate: &Candidate, kinase: &Gene, bases: &dyn Fn(Interval) -> Vec<u8>) -> bool {
    let (Some(strand), Some(transcript)) = (kinase.strand, kinase.transcript.as_ref()) else { return false };
    if !candidate.unplaced || candidate.tail.len() < MIN_TAIL_BP {
        return false;
    }
    let role = Role::of(strand, candidate.kinase.side);
    let is_near = |number: u32| {
        transcript.splice_edge(number, strand, role).is_some_and(|edge| edge.abs_diff(candidate.kinase.boundary) <= NEAR_EDGE_BP)
    };
    let here = transcript.exons.iter().map(|exon| exon.number).find(|&number| is_near(number));
    let Some(here) = here else { return false };
    let next = |step: u32| if role == Role::Three { here.checked_sub(step) } else { Some(here + step) };
    (1..=MOST_SKIPPED + 1).filter_map(next).any(|number| {
        let edge = transcript.splice_edge(number, strand, role.other());
        edge.is_some_and(|edge| {
            let end = Breakend::new(candidate.kinase.contig, edge, role.other().side(strand));
            is_alike(&candidate.tail, &away(end, MOST_TAIL_BP as u32 + NEAR_EDGE_BP, bases))
        })
    })
}

/// Bases from an end into what it keeps, read away from the end.
fn away(end: Breakend, length_bp: u32, bases: &dyn Fn(Interval) -> Vec<u8>) -> Vec<u8> {
    let interval = |start: u32, end_at: u32| Interval { contig: end.contig, start, end: end_at };
    match end.side {
        Side::Higher => bases(interval(end.boundary, end.boundary + length_bp)),
        Side::Lower => reverse_complement(&bases(interval(end.boundary.saturating_sub(length_bp), end.boundary))),
    }
}

/// Whether a tail begins as the exon does, a few bases earlier or later.
fn is_alike(tail: &[u8], exon: &[u8]) -> bool {
    let alike = |tail: &[u8], exon: &[u8]| {
        let compared = tail.len().min(exon.len()).min(MOST_TAIL_BP);
        let differing = tail.iter().zip(exon).take(compared).filter(|(x, y)| x != y).count();
        compared >= MIN_TAIL_BP && differing as f64 <= MAX_MISMATCH_FRAC * compared as f64
    };
    (0..=NEAR_EDGE_BP as usize)
        .any(|shift| exon.get(shift..).is_some_and(|exon| alike(tail, exon)) || tail.get(shift..).is_some_and(|tail| alike(tail, exon)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXON: &[u8] = b"GATTACAGATCCTGAACGTTAGCCATTGCAAGTCCTAGGT";

    #[test]
    fn a_tail_is_known_a_few_bases_off_and_with_an_error_and_not_by_a_few_bases() {
        assert!(is_alike(&EXON[..20], EXON));
        assert!(is_alike(&EXON[3..30], EXON), "the kinase's side took three bases");
        assert!(is_alike(&[b"CC".as_slice(), &EXON[..25]].concat(), EXON), "two bases of the kinase's exon come first");
        let mut wrong = EXON[..25].to_vec();
        (wrong[4], wrong[11]) = (b'C', b'A');
        assert!(is_alike(&wrong, EXON));
        assert!(!is_alike(&EXON[..14], EXON));
        assert!(!is_alike(&EXON[8..30], EXON));
        assert!(!is_alike(&EXON[..20], &[]), "bases that are not known prove nothing");
    }
}
