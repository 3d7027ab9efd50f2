//! The partner's place, or the kinase's, is not unique: no fragment was placed there with confidence.

use super::Doubt;

/// Mapping quality that at least one fragment must reach on each side (one misplacement in ten).
const MIN_BEST_MAPQ: u8 = 10;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    doubt.candidate.partner_mapq() < MIN_BEST_MAPQ || doubt.candidate.kinase_mapq() < MIN_BEST_MAPQ
}
