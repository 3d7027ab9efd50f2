//! Flag `low_mapq`: no fragment is placed with confidence at the partner, or none at the kinase.

use super::Doubt;
use crate::coverage::depth::MIN_ANCHOR_BP;
use crate::fusion::KnownTier;
use crate::junction::{EvidenceKind, Member};

/// Mapping quality that at least one fragment must reach on each side (one misplacement in ten).
const MIN_BEST_MAPQ: u8 = 10;

/// So many fragments that are placed in one known partner are not all misplaced, be it that a repeat of the same gene lowers their
/// quality or that the mates' records were cut away.
const MIN_PLACED: usize = 3;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let candidate = doubt.candidate;
    let known = matches!(doubt.fusion.known, KnownTier::Variant | KnownTier::Pair);
    // The mapping quality of a mate that was not read is unknown and may be high; quality 0 is known to be low.
    let says_so = |member: &Member| member.kind != EvidenceKind::Clip && member.partner_mapq.is_none_or(|mapq| mapq > 0);
    let placed =
        candidate.counted(MIN_ANCHOR_BP).filter(|(_, member)| says_so(member)).count().min(doubt.fusion.support.fragments() as usize);
    let agreed = known && placed >= MIN_PLACED && !candidate.is_simple() && !candidate.is_contested();
    // A partner without a place is flagged as `unplaced_partner` instead.
    let partner_is_sure = candidate.unplaced || candidate.partner_mapq() >= MIN_BEST_MAPQ || agreed;
    !partner_is_sure || candidate.kinase_mapq() < MIN_BEST_MAPQ
}
