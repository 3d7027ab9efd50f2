//! Homology at a junction: how far the breakpoint can move without changing the molecule, by the reference or by the reads around it.

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

/// How many bases beyond `x` repeat the bases that `y` keeps at its end; `None` without reference.
fn shared(x: Breakend, y: Breakend, reference: &Bases<'_>) -> Option<u32> {
    let (beyond, kept) = (outwards(x, MAX_SLIDE_BP, reference), inwards(y, MAX_SLIDE_BP, reference));
    if beyond.is_empty() || kept.is_empty() {
        return None;
    }
    // Reading away from x's kept side one would see x's own continuation, or, across the junction, what y keeps.
    Some(beyond.iter().zip(&kept).take_while(|(a, b)| a == b && **a != b'N').count() as u32)
}

/// Bases of the reference beyond a breakend, read away from its kept side; empty without one.
pub fn outwards(end: Breakend, count: u32, reference: &Bases<'_>) -> Vec<u8> {
    inwards(Breakend { side: end.side.flipped(), ..end }, count, reference)
}

/// Bases that a breakend keeps, read from its boundary inwards; empty without a reference.
pub fn inwards(end: Breakend, count: u32, reference: &Bases<'_>) -> Vec<u8> {
    let bases = reference(end.kept(count));
    if end.side == Side::Lower {
        reverse_complement(&bases)
    } else {
        bases
    }
}
