//! All fragments share both their ends, as copies of one molecule do that the duplicate rule did not recognise. Primers fix one end
//! in amplicon assays, so there the rule cannot be used.

use std::collections::BTreeSet;

use super::Doubt;
use crate::alignment::assay::AssayKind;

/// Fewest fragments from which equal ends are suspicious.
const MIN_FRAGMENTS: usize = 3;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    if matches!(doubt.assay.kind, AssayKind::RnaAmplicon | AssayKind::DnaAmplicon) || doubt.candidate.members.len() < MIN_FRAGMENTS {
        return false;
    }
    let ends: BTreeSet<(u32, u32)> = doubt.candidate.members.values().map(|member| member.ends).collect();
    ends.len() == 1
}
