//! Flag `low_support`: too few independent fragments. A single fragment never passes; more must reach the quality that the scoring model
//! asks for.

use super::Doubt;
use crate::fusion::score::MIN_PASS_QUALITY;

/// Fewest fragments that pass: a single one may be any artefact.
pub const MIN_FRAGMENTS: u32 = 2;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let independent = doubt.fusion.terms.map_or(0, |terms| terms.showing + terms.spanning);
    independent < MIN_FRAGMENTS || (doubt.fusion.quality < MIN_PASS_QUALITY && !super::random_chimera::applies(doubt))
}
