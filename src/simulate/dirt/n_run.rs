//! Runs of N: cycles in which the instrument called no base.

use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedRead;

/// Longest run within a read; a longer one splits or ends its alignment.
const LONGEST_WITHIN_BP: usize = 10;
/// The quality that Illumina gives to an N.
const QUALITY: u8 = 2;

/// Half of the runs end the read, the others lie within it.
pub(super) fn add(read: &mut SimulatedRead, length_bp: usize, random: &mut Random) {
    if random.happens(0.5) {
        return read.end_with(&vec![b'N'; length_bp], &vec![QUALITY; length_bp]);
    }
    let within_bp = length_bp.min(LONGEST_WITHIN_BP);
    let from = random.below(read.bases.len() + 1 - within_bp);
    // The aligner lays these cycles where they belong: they keep their places.
    read.bases[from..from + within_bp].fill(b'N');
    read.qualities[from..from + within_bp].fill(QUALITY);
}
