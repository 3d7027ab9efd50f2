//! Flag `antisense`: the partner's gene points the wrong way.

use super::Doubt;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    !doubt.oriented.judged.sense
}
