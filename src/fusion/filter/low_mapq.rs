//! The partner's place, or the kinase's, is not unique: no fragment was placed there with confidence.

use super::Doubt;
use crate::fusion::KnownTier;
use crate::junction::Kind;

/// Mapping quality that at least one fragment must reach on each side (one misplacement in ten).
const MIN_BEST_MAPQ: u8 = 10;

/// In a BAM that was cut to the kinase the mates' records are elsewhere. So many that point to one known partner are not all misplaced.
const MIN_UNREAD_MATES: usize = 3;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let candidate = doubt.candidate;
    let known = matches!(doubt.fusion.known, KnownTier::Variant | KnownTier::Pair);
    let unread = candidate.members.values().filter(|member| member.kind == Kind::Pair && member.partner_mapq.is_none()).count();
    let partner_is_sure = candidate.partner_mapq() >= MIN_BEST_MAPQ || (known && unread >= MIN_UNREAD_MATES && !candidate.is_simple());
    !partner_is_sure || candidate.kinase_mapq() < MIN_BEST_MAPQ
}
