//! Flag `one_sided_duplicates`: all fragments share one end, as copies of one molecule do that the duplicate rule did not recognise. Of a
//! single read the other end is where sequencing or trimming stopped, which tells no copies apart. Not used in amplicon assays, where primers
//! fix one end, nor with UMIs, which tell copies apart.

use std::collections::BTreeSet;

use super::Doubt;
use crate::alignment::assay::{AssayKind, DuplicateRule};
use crate::coverage::depth::MIN_ANCHOR_BP;

/// Fewest molecules from which equal ends are suspicious.
const MIN_MOLECULES: u32 = 3;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let told_apart =
        doubt.assay.duplicates == DuplicateRule::Umi || matches!(doubt.assay.kind, AssayKind::RnaAmplicon | AssayKind::DnaAmplicon);
    // The second end of a single read is its length, below 0.
    let told = |(begin, end): (i64, i64)| (begin, end.max(-1));
    let ends: BTreeSet<(i64, i64)> = doubt.candidate.counted(MIN_ANCHOR_BP).map(|(_, member)| told(member.ends)).collect();
    !told_apart && doubt.fusion.support.fragments() >= MIN_MOLECULES && ends.len() == 1
}
