//! Strand bias and read-position bias: whether the molecules with a change differ from those without it.

use crate::stats::fisher_exact;

use super::molecule::Molecule;

/// A difference that chance gives less often than this counts; so rare that a true change is seldom flagged.
const MAX_CHANCE: f64 = 1e-3;
/// A change is one-sided when its rarer side has no more than this share.
const MAX_RARER_FRAC: f64 = 0.1;
/// Bases from a read's end within which ends are ragged: end repair and misaligned tails.
const END_BP: usize = 5;

/// Molecules by two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct TwoSides([u64; 2]);

impl TwoSides {
    fn of(molecules: &[&Molecule], side: impl Fn(&Molecule) -> Option<bool>) -> Self {
        let mut sides = Self::default();
        for second in molecules.iter().filter_map(|molecule| side(molecule)) {
            sides.0[usize::from(second)] += 1;
        }
        sides
    }

    fn differs(self, other: Self) -> bool {
        fisher_exact(self.0[0], self.0[1], other.0[0], other.0[1]) < MAX_CHANCE
    }
}

/// Whether the change comes from one strand while the others come from both. A molecule with mates on both strands is not counted.
pub fn one_strand(with: &[&Molecule], without: &[&Molecule], index: usize) -> bool {
    let strand = |molecule: &Molecule| {
        let covered = [0, 1].map(|side: usize| molecule.spans[side].is_some_and(|span| span.covers(index)));
        (covered[0] != covered[1]).then_some(covered[1])
    };
    let (own, others) = (TwoSides::of(with, strand), TwoSides::of(without, strand));
    let total = own.0[0] + own.0[1];
    let rarer = own.0[0].min(own.0[1]) as f64;
    total > 0 && rarer <= MAX_RARER_FRAC * total as f64 && own.differs(others)
}

/// Whether the change lies at ends of reads while the others lie anywhere.
pub fn at_read_ends(with: &[&Molecule], without: &[&Molecule], index: usize) -> bool {
    let place = |molecule: &Molecule| molecule.from_end(index).map(|bases| bases >= END_BP);
    let (own, others) = (TwoSides::of(with, place), TwoSides::of(without, place));
    let total = own.0[0] + own.0[1];
    own.0[0] as f64 >= (1.0 - MAX_RARER_FRAC) * total as f64 && own.0[0] > 0 && own.differs(others)
}
