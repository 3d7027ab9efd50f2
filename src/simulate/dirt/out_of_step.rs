//! Reads out of step: a line was lost in one of two files, or clusters were mixed up, and mates are of different fragments.

use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedFragment;

/// Each of the chosen pairs gets the second read of the next one.
pub(super) fn exchange<'s, 'm: 's>(fragments: impl Iterator<Item = &'s mut SimulatedFragment<'m>>, share: f64, random: &mut Random) {
    let mut chosen: Vec<&mut SimulatedFragment> =
        fragments.filter(|fragment| fragment.reads.len() == 2 && fragment.mate_molecule.is_none() && random.happens(share)).collect();
    for index in 1..chosen.len() {
        let (before, here) = chosen.split_at_mut(index);
        let (before, here) = (&mut *before[index - 1], &mut *here[0]);
        std::mem::swap(&mut before.reads[1], &mut here.reads[1]);
        // The second read that `before` hands on may itself have come from an earlier fragment.
        let carried = before.mate_molecule.unwrap_or(before.molecule);
        before.mate_molecule = Some(here.molecule);
        here.mate_molecule = Some(carried);
    }
}
