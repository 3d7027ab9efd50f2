//! No fragment reaches far enough into both ends to be sure of them.

use super::Doubt;
use crate::junction::Member;

/// Bases of one read, on the shorter side, that at least one fragment must have: 18 bases are unique in the human genome more often
/// than not.
const MIN_BEST_ANCHOR_BP: u32 = 18;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let best = doubt.candidate.members.values().map(Member::shown_bp).max().unwrap_or(0);
    best < MIN_BEST_ANCHOR_BP
}
