//! Poly-A: cDNA goes on into the tail of the messenger RNA, or was primed at a stretch of A.

use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedRead;

use crate::genome::Strand;

/// Share of the bases that differ from the run: those of sequencing, and those of the RNA's own tail.
const ERROR_FRAC: f64 = 0.01;

/// A read along the molecule ends in A; one of the other strand begins with T.
pub(super) fn add(read: &mut SimulatedRead, length_bp: usize, random: &mut Random) {
    let letter = if read.strand == Strand::Forward { b'A' } else { b'T' };
    let bases: Vec<u8> = (0..length_bp).map(|_| if random.happens(ERROR_FRAC) { random.other_base(letter) } else { letter }).collect();
    let qualities: Vec<u8> = (0..length_bp).map(|_| if random.happens(0.9) { 37 } else { 23 }).collect();
    match read.strand {
        Strand::Forward => read.end_with(&bases, &qualities),
        Strand::Reverse => read.begin_with(&bases, &qualities),
    }
}
