//! Copies of a molecule: with errors of their making, without the flag of duplicates, or not aligned.

use crate::genome::Strand;
use crate::sequence::complement;
use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedFragment;

use super::Dirt;

/// Spoils a copy.
pub(super) fn spoil(copy: &mut SimulatedFragment, dirt: &Dirt, random: &mut Random) {
    if dirt.copy_error_frac > 0.0 {
        err(copy, dirt.copy_error_frac, random);
    }
    if dirt.unmarked_frac > 0.0 && random.happens(dirt.unmarked_frac) {
        copy.is_marked = false;
    }
    if dirt.unaligned_frac > 0.0 && random.happens(dirt.unaligned_frac) {
        copy.is_unaligned = true;
    }
}

/// Changes bases of a copy; both mates show an error where both have the place.
pub(super) fn err(copy: &mut SimulatedFragment, rate_frac: f64, random: &mut Random) {
    let length = copy.end - copy.start;
    for _ in 0..random.poisson(rate_frac * length as f64) {
        let origin = copy.start + random.below(length);
        let new = random.other_base(copy.molecule.bases()[origin]);
        for read in &mut copy.reads {
            let base = if read.strand == Strand::Forward { new } else { complement(new) };
            for cycle in (0..read.bases.len()).filter(|&cycle| read.origins[cycle] == Some(origin as u32)) {
                read.bases[cycle] = base;
            }
        }
    }
}
