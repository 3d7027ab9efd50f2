//! No fragment reaches far enough into both ends to be sure of them.

use super::Doubt;
use crate::fusion::{KnownTier, Material};
use crate::junction::Member;

/// Bases of one read, on the shorter side, that at least one fragment must have: 18 bases are unique in the human genome more often
/// than not.
const MIN_BEST_ANCHOR_BP: u32 = 18;

/// Whether the flag applies. At a listed junction of RNA, one of a few dozen places, the ten bases that each fragment must have are as
/// telling, and two fragments need no more.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let listed = doubt.fusion.known == KnownTier::Variant && doubt.assay.material() == Material::Rna;
    if listed && doubt.fusion.support.fragments() >= 2 {
        return false;
    }
    let best = doubt.candidate.members.values().map(Member::shown_bp).max().unwrap_or(0);
    best < MIN_BEST_ANCHOR_BP
}
