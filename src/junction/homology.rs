//! How far a junction can slide: the homology at its two ends, by the reference.

use crate::genome::{Breakend, Interval, Side};
use crate::sequence::complement;

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
    candidate.kinase = candidate.kinase.extended(i64::from(gained));
    candidate.partner = candidate.partner.extended(-i64::from(gained));
    candidate.homology_bp = gained + lost;
    let taken = (gained as usize).min(candidate.tail.len());
    candidate.anchor.extend(candidate.tail.drain(..taken));
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
    let (start, stop) = match end.side {
        Side::Lower => (end.boundary, end.boundary.saturating_add(MAX_SLIDE_BP)),
        Side::Higher => (end.boundary.saturating_sub(MAX_SLIDE_BP), end.boundary),
    };
    read(end, start, stop, end.side == Side::Higher, reference)
}

/// Bases that a breakend keeps, read from its boundary inwards.
fn inwards(end: Breakend, reference: &Bases<'_>) -> Option<Vec<u8>> {
    let (start, stop) = match end.side {
        Side::Lower => (end.boundary.saturating_sub(MAX_SLIDE_BP), end.boundary),
        Side::Higher => (end.boundary, end.boundary.saturating_add(MAX_SLIDE_BP)),
    };
    read(end, start, stop, end.side == Side::Lower, reference)
}

fn read(end: Breakend, start: u32, stop: u32, turned: bool, reference: &Bases<'_>) -> Option<Vec<u8>> {
    let mut bases = reference(Interval { contig: end.contig, start, end: stop });
    if bases.is_empty() {
        return None;
    }
    if turned {
        bases.reverse();
        for base in &mut bases {
            *base = complement(*base);
        }
    }
    Some(bases)
}
