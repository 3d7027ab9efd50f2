//! Flag `homology`: the two ends share so many bases that the aligner, or the polymerase, may have switched between them.

use super::Doubt;

/// Homology from which the two ends are taken for copies of each other. Breaks repaired by homology share 1-6 bases, seldom more
/// than 20 (`McVey` and Lee, Trends in Genetics 2008; 24:529-538).
const MAX_HOMOLOGY_BP: u32 = 20;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    doubt.candidate.homology_bp > MAX_HOMOLOGY_BP || doubt.candidate.is_simple()
}
