//! Flag `unplaced_partner`: the clipped bases of several reads agree, but their place in the genome was not found.

use super::Doubt;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    doubt.candidate.unplaced
}
