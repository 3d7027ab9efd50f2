//! Short tandem repeats: units of one to six bases, in which polymerases slip.

use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedRead;

/// Longest unit. Source: the usual definition of microsatellites (Ellegren 2004, Nat Rev Genet 5:435).
const LONGEST_UNIT_BP: usize = 6;
/// Share of the units in which a base is lost, and of those in which one comes twice.
const SLIP_FRAC: f64 = 0.03;

/// The last `length_bp` bases of a read are a repeat.
pub(super) fn add(read: &mut SimulatedRead, length_bp: usize, random: &mut Random) {
    let unit: Vec<u8> = (0..=random.below(LONGEST_UNIT_BP)).map(|_| random.base()).collect();
    let mut bases = Vec::with_capacity(length_bp + LONGEST_UNIT_BP + 1);
    while bases.len() < length_bp {
        let slips = [random.happens(SLIP_FRAC), random.happens(SLIP_FRAC)];
        let at = random.below(unit.len());
        for (index, &base) in unit.iter().enumerate() {
            let times = 1 + usize::from(slips[0] && index == at) - usize::from(slips[1] && index == at);
            bases.extend(std::iter::repeat_n(base, times));
        }
    }
    bases.truncate(length_bp);
    let qualities: Vec<u8> = (0..length_bp).map(|_| if random.happens(0.9) { 37 } else { 23 }).collect();
    read.end_with(&bases, &qualities);
}
