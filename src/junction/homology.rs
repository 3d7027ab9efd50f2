//! How far a junction can slide: the homology at its two ends, by the reference or by what the reads around show.

use crate::genome::{Breakend, Side};
use crate::sequence::reverse_complement;

use super::candidate::Candidate;
use super::realign::Bases;

/// Farthest slide that is looked for.
const MAX_SLIDE_BP: u32 = 60;

/// Gives all homologous bases to the kinase and counts them, by the reference. Without a FASTA, or with inserted bases, nothing
/// changes.
pub fn settle(candidate: &mut Candidate, reference: &Bases<'_>) {
    if candidate.insertion_bp > 0 || candidate.slack_bp > 0 {
        return;
    }
    let gained = shared(candidate.kinase, candidate.partner, reference);
    let lost = shared(candidate.partner, candidate.kinase, reference);
    let (Some(gained), Some(lost)) = (gained, lost) else { return };
    candidate.slide(i64::from(gained));
    candidate.homology_bp = gained + lost;
}

/// Brings the bases that both alignments claim to the end where they belong: aligners run on through a mismatch where a few more bases
/// match behind it. The junction is put where the reads differ least from the two sides; what is equal everywhere is homology.
pub fn split_overlap(candidate: &mut Candidate, reference: &Bases<'_>) {
    let claimed = candidate.homology_bp as usize;
    if claimed == 0 || candidate.insertion_bp > 0 || candidate.slack_bp > 0 || claimed > candidate.anchor.len() {
        return;
    }
    let (Some(at_kinase), Some(at_partner)) = (inwards(candidate.kinase, reference), outwards(candidate.partner, reference)) else {
        return;
    };
    let (Some(at_kinase), Some(at_partner)) = (at_kinase.get(..claimed), at_partner.get(..claimed)) else { return };
    if at_kinase.contains(&b'N') || at_partner.contains(&b'N') {
        return;
    }
    let (at_kinase, at_partner) = (reverse_complement(at_kinase), reverse_complement(at_partner));
    let read = &candidate.anchor[candidate.anchor.len() - claimed..];
    let unlike = |x: &[u8], y: &[u8]| x.iter().zip(y).filter(|(x, y)| x != y).count();
    // The last `given` of the bases belong to the partner.
    let edits: Vec<usize> = (0..=claimed)
        .map(|given| {
            let at = claimed - given;
            unlike(&read[..at], &at_kinase[..at]) + unlike(&read[at..], &at_partner[at..])
        })
        .collect();
    let least = edits.iter().copied().min().unwrap_or(0);
    let given = edits.iter().position(|&edits| edits == least).unwrap_or(0);
    let equal = edits[given..].iter().take_while(|&&edits| edits == least).count() - 1;
    candidate.slide(-(given as i64));
    candidate.homology_bp = equal as u32;
}

/// How many bases beyond `x` repeat the bases that `y` keeps at its end; `None` without reference.
fn shared(x: Breakend, y: Breakend, reference: &Bases<'_>) -> Option<u32> {
    let beyond = outwards(x, reference)?;
    let kept = inwards(y, reference)?;
    // Reading away from x's kept side one would see x's own continuation, or, across the junction, what y keeps.
    Some(beyond.iter().zip(&kept).take_while(|(a, b)| a == b && **a != b'N').count() as u32)
}

/// Bases of the reference beyond a breakend, read away from its kept side.
fn outwards(end: Breakend, reference: &Bases<'_>) -> Option<Vec<u8>> {
    inwards(Breakend { side: end.side.flipped(), ..end }, reference)
}

/// Bases that a breakend keeps, read from its boundary inwards.
fn inwards(end: Breakend, reference: &Bases<'_>) -> Option<Vec<u8>> {
    let bases = reference(end.kept(MAX_SLIDE_BP));
    if bases.is_empty() {
        return None;
    }
    Some(if end.side == Side::Lower { reverse_complement(&bases) } else { bases })
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::genome::{ContigId, Interval};

    #[test]
    fn an_overlap_with_a_mismatch_is_split_where_the_reads_differ_least() {
        // Both alignments claim 8 bases: two are equal on both sides, the third differs at the kinase, and five match there by chance.
        //          kinase ...ACGTAG|GT|A|CCATG   the molecule ACGTAG GT CCCATG TTT...
        //          partner      ...|GT|C|CCATG TTT
        let kinase = b"ACGTAGGTACCATG".to_vec();
        let partner = b"GGGGGGGTCCCATGTTTACG".to_vec();
        let bases = move |interval: Interval| {
            let text = if interval.contig == ContigId(0) { &kinase } else { &partner };
            (interval.start..interval.end).map(|place| text.get(place as usize).copied().unwrap_or(b'N')).collect::<Vec<u8>>()
        };
        let mut candidate = Candidate {
            homology_bp: 8,
            tail: b"TTTACG".to_vec(),
            anchor: b"ACGTAGGTCCCATG".to_vec(),
            ..Candidate::new(0, Breakend::new(ContigId(0), 14, Side::Lower), Breakend::new(ContigId(1), 14, Side::Higher))
        };
        split_overlap(&mut candidate, &bases);
        assert_eq!((candidate.kinase.boundary, candidate.partner.boundary, candidate.homology_bp), (8, 8, 2));
        assert_eq!((candidate.anchor.as_slice(), candidate.tail.as_slice()), (&b"ACGTAGGT"[..], &b"CCCATGTTTACG"[..]));
    }
}
