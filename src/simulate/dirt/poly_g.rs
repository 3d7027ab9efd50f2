//! Poly-G: instruments of two colours read G where there is no signal.
//!
//! Source: Chen et al. 2018 (fastp, Bioinformatics 34:i884), which trims it.

use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedRead;

/// Share of the tails that the instrument is sure of: darkness is as clear a signal as light.
const SURE_FRAC: f64 = 0.6;
/// Share of the bases that differ from the run.
const ERROR_FRAC: f64 = 0.02;

/// The last `length_bp` cycles of a read are G.
pub(super) fn add(read: &mut SimulatedRead, length_bp: usize, random: &mut Random) {
    let is_sure = random.happens(SURE_FRAC);
    let bases: Vec<u8> = (0..length_bp).map(|_| if random.happens(ERROR_FRAC) { random.other_base(b'G') } else { b'G' }).collect();
    let qualities: Vec<u8> =
        (0..length_bp).map(|_| if is_sure && !random.happens(0.1) { 37 } else { [2, 12, 23][random.below(3)] }).collect();
    read.end_with(&bases, &qualities);
}
