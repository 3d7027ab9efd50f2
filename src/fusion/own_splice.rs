//! Recognises false fusions that are a gene's own splicing: reads that continue into the gene's next exon, which an aligner without splicing
//! left clipped at the exon's edge, or placed at another copy of a repeat.

use crate::genome::{Breakend, Interval, Side};
use crate::junction::Candidate;
use crate::model::{Gene, Role};
use crate::sequence::reverse_complement;

/// Bases by which an aligner may end a piece beside the exon's edge by chance.
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
    candidate.unplaced && goes_on(kinase, candidate.kinase, &candidate.tail, bases)
}

/// Whether what leaves the partner is the partner's own next exon, which happens to be like a place in the kinase (both hold a copy of a
/// repeat): the aligner took the wrong one.
pub fn is_partners_splice(candidate: &Candidate, partner: &Gene, bases: &dyn Fn(Interval) -> Vec<u8>) -> bool {
    !candidate.unplaced && goes_on(partner, candidate.partner, &reverse_complement(&candidate.anchor), bases)
}

/// Whether a gene that is left at an exon's edge goes on with one of its next exons.
fn goes_on(gene: &Gene, end: Breakend, beyond: &[u8], bases: &dyn Fn(Interval) -> Vec<u8>) -> bool {
    let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { return false };
    if beyond.len() < MIN_TAIL_BP {
        return false;
    }
    let role = Role::of(strand, end.side);
    let is_near =
        |number: u32| transcript.splice_edge(number, strand, role).is_some_and(|edge| edge.abs_diff(end.boundary) <= NEAR_EDGE_BP);
    let here = transcript.exons.iter().map(|exon| exon.number).find(|&number| is_near(number));
    let Some(here) = here else { return false };
    let next = |step: u32| if role == Role::Three { here.checked_sub(step) } else { Some(here + step) };
    (1..=MOST_SKIPPED + 1).filter_map(next).any(|number| {
        let edge = transcript.splice_edge(number, strand, role.other());
        edge.is_some_and(|edge| {
            let there = Breakend::new(end.contig, edge, role.other().side(strand));
            is_alike(beyond, &away(there, MOST_TAIL_BP as u32 + NEAR_EDGE_BP, bases))
        })
    })
}

/// Bases from an end into what it keeps, read away from the end.
fn away(end: Breakend, length_bp: u32, bases: &dyn Fn(Interval) -> Vec<u8>) -> Vec<u8> {
    let kept = bases(end.kept(length_bp));
    if end.side == Side::Higher {
        kept
    } else {
        reverse_complement(&kept)
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
    use crate::genome::{ContigId, Strand};

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

    #[test]
    fn a_read_that_goes_on_in_the_partners_next_exon_shows_no_fusion_wherever_the_aligner_put_its_end() {
        let genome = [b"ACGTTGCAACCTTGGAACTG".as_slice(), b"GTAAGTCCTTTTCCTTTCAG", EXON].concat();
        let bases = |interval: Interval| {
            genome.get(interval.start as usize..(interval.end as usize).min(genome.len())).unwrap_or_default().to_vec()
        };
        let partner = Gene::made_up("PARTNER", 0, Strand::Forward, &[(0, 20), (40, 80)]);
        let read = |kinase_bases: &[u8], at: u32| Candidate {
            tail: b"CAGTTCCAAGGTTGCAACGT".to_vec(),
            anchor: reverse_complement(kinase_bases),
            ..Candidate::new(0, Breakend::new(ContigId(1), 500, Side::Higher), Breakend::new(ContigId(0), at, Side::Lower))
        };
        assert!(is_partners_splice(&read(&EXON[..30], 20), &partner, &bases));
        assert!(!is_partners_splice(&read(b"CCATTGACCATTGGCATTAGTCCGATACGG", 20), &partner, &bases), "the kinase's own bases");
        assert!(!is_partners_splice(&read(&EXON[..30], 12), &partner, &bases), "within an exon nothing is spliced");
    }
}
