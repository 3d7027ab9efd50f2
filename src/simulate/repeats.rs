//! Which places of a genome lie in a repeat: whether the short stretches beside them have copies elsewhere.

use crate::genome::{Breakend, Interval, Side};
use crate::sequence::complement;

use super::genome::MemoryGenome;

/// Length of the stretches. A random one of this length has no copy in three billion bases (4^20 is 1e12), and copies of Alu, which
/// differ in 10-15 % of their bases, still share 2-10 % of theirs with each other, which makes hundreds of copies.
const STRETCH_BP: usize = 20;
/// The kept bases beside a break that are looked at: about what a read shows of one side.
const BESIDE_BP: u32 = 120;
/// Largest table in entries (one byte each).
const LARGEST_TABLE: usize = 1 << 30;

/// How often each stretch occurs, on either strand, in a table that its hash points into: a count may be too high where two
/// stretches share an entry, never too low.
pub struct Repeats {
    counts: Vec<u8>,
}

impl Repeats {
    /// Counts a genome.
    pub fn new(reference: &MemoryGenome) -> Self {
        let total: usize = reference.stretches().map(|(_, bases)| bases.len()).sum();
        let size = (total.saturating_mul(4)).next_power_of_two().clamp(1 << 16, LARGEST_TABLE);
        let mut counts = vec![0u8; size];
        for (_, bases) in reference.stretches() {
            for slot in slots(bases, size) {
                counts[slot] = counts[slot].saturating_add(1);
            }
        }
        Self { counts }
    }

    /// Whether the kept bases beside a break are a repeat (half of the stretches occur at least 5 times) or unique (at most one in
    /// five occurs more than twice); `None` in between.
    pub fn at(&self, reference: &MemoryGenome, end: Breakend) -> Option<bool> {
        let (start, stop) = match end.side {
            Side::Lower => (end.boundary.saturating_sub(BESIDE_BP), end.boundary),
            Side::Higher => (end.boundary, end.boundary + BESIDE_BP),
        };
        let bases = reference.bases(Interval { contig: end.contig, start, end: stop })?;
        let counts: Vec<u8> = slots(bases, self.counts.len()).map(|slot| self.counts[slot]).collect();
        let share = |least: u8| counts.iter().filter(|&&count| count >= least).count() as f64 / counts.len().max(1) as f64;
        if share(5) >= 0.5 {
            Some(true)
        } else if share(3) <= 0.2 {
            Some(false)
        } else {
            None
        }
    }
}

/// The table's entry of each stretch; a stretch and its reverse complement share one. Stretches with `N` are left out.
fn slots(bases: &[u8], size: usize) -> impl Iterator<Item = usize> + '_ {
    const MASK: u64 = (1 << (2 * STRETCH_BP)) - 1;
    let code = |base: u8| b"ACGT".iter().position(|known| *known == base).map(|code| code as u64);
    let (mut forward, mut reverse, mut length) = (0u64, 0u64, 0usize);
    bases.iter().filter_map(move |&base| {
        let (Some(new), Some(turned)) = (code(base), code(complement(base))) else {
            length = 0;
            return None;
        };
        forward = ((forward << 2) | new) & MASK;
        reverse = (reverse >> 2) | (turned << (2 * (STRETCH_BP - 1)));
        length += 1;
        // Fibonacci hashing: the high bits of a product with 2^64 / golden ratio.
        (length >= STRETCH_BP).then(|| (forward.min(reverse).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) as usize & (size - 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;
    use crate::simulate::Random;

    #[test]
    fn a_stretch_with_copies_is_a_repeat_on_either_strand() {
        let mut random = Random::new(4);
        let mut draw = |length: usize| (0..length).map(|_| random.base()).collect::<Vec<u8>>();
        let element = draw(300);
        let mut bases = draw(1_000);
        for turned in [false, true, false, true, false, true] {
            bases.extend(if turned { crate::sequence::reverse_complement(&element) } else { element.clone() });
            bases.extend(draw(1_000));
        }
        let reference = MemoryGenome::new([("a".to_owned(), bases)]);
        let repeats = Repeats::new(&reference);
        let at = |boundary, side| repeats.at(&reference, Breakend::new(ContigId(0), boundary, side));
        assert_eq!(at(1_300, Side::Lower), Some(true));
        assert_eq!(at(1_000, Side::Higher), Some(true));
        assert_eq!(at(1_000, Side::Lower), Some(false));
        assert_eq!(at(1_000 + 1_300, Side::Higher), Some(true));
    }
}
