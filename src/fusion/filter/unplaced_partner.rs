//! The tail of the clipped reads agrees, but its place was not found.

use super::Doubt;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    doubt.candidate.unplaced
}
