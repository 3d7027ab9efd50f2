//! Calls against a truth: what was found, how exactly, under which name, what was called that is not there, and whether the stated
//! fractions and qualities hold.
//!
//! ```text
//! truth.tsv | VCF | BEDPE -------------------------> Truth          (truth.rs)
//! kinfuse | Arriba | STAR-Fusion | VCF | BEDPE ----> CallsBySample  (source.rs, format/)
//!    Truth + CallsBySample --which call is which---> matched calls  (matching.rs: the rule)
//!    matched calls --counts, 95 % intervals--------> CallerResult   (measure.rs, quality.rs, mutation.rs)
//!    CallerResult ---------------------------------> table, TSV, JSON, page (result.rs, table.rs, page.rs)
//! ```
//!
//! What is counted:
//!
//! - **Recall** is over true junctions with at least one fragment that really crosses (or of which the truth gives no count): `pass`
//!   where the matched call passed, `listed` where it passed or is flagged, `candidates` where it is anywhere.
//! - **Exact, near, gene order, exon junction, variant, name** are over the listed ones for which both sides say something.
//! - **Precision** is matched calls / (matched + false); duplicates and halves are neither (see [`matching`]). A mutation counts as false
//!   only where the truth speaks of the place (see [`scope`]).
//! - **Fraction**: over true junctions with a molecular fraction and at least 10 expected fragments, called or not, wherever a row of
//!   any tier gives an interval.
//! - **Quality**: over all rows with a quality; a row is true when it is matched, and false when nothing true fits it (chimeras are
//!   false). Duplicates and halves are left out. Stated error is the mean of `10^(-qual/10)`.
//!
//! All intervals are [Jeffreys' 95 %](crate::stats::jeffreys_share). The order of rows in any file changes nothing.

use std::path::Path;

use crate::error::{Error, Result};

pub mod call;
pub mod columns;
mod format;
pub mod matching;
mod measure;
mod mutation;
pub mod page;
pub mod place;
mod quality;
pub mod result;
pub mod scope;
mod sheet;
pub mod source;
pub mod table;
#[cfg(test)]
mod tests;
pub mod truth;

pub use format::CallFormat;
pub use result::Evaluation;
pub use scope::Scope;
pub use source::{CallerFiles, CallsBySample};
pub use truth::Truth;

/// Evaluates the calls of one caller after another against one truth.
///
/// Where the truth and the calls have one sample each, these are taken for one, whatever their names.
///
/// # Errors
/// When no sample of a caller is in the truth.
pub fn evaluate(truth: &Truth, callers: Vec<(String, CallsBySample)>, truth_path: &Path) -> Result<Evaluation> {
    evaluate_within(&Scope::of(truth), truth, callers, truth_path)
}

/// As [`evaluate`], with the regions in which a mutation that is not true counts as false.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_within(scope: &Scope, truth: &Truth, callers: Vec<(String, CallsBySample)>, truth_path: &Path) -> Result<Evaluation> {
    let mut results = Vec::new();
    for (name, mut calls) in callers {
        if truth.samples.len() == 1 && calls.len() == 1 {
            let of_one = calls.pop_first().into_iter().zip(truth.samples.first());
            calls = of_one.map(|((_, calls), sample)| (sample.clone(), calls)).collect();
        }
        if !truth.samples.is_empty() && !calls.keys().any(|sample| truth.samples.contains(sample)) {
            let example = |mut names: Box<dyn Iterator<Item = &String> + '_>| names.next().cloned().unwrap_or_default();
            let problem = format!(
                "no sample of {name} is in the truth (calls: {:?}, truth: {:?})",
                example(Box::new(calls.keys())),
                example(Box::new(truth.samples.iter()))
            );
            return Err(Error::input(truth_path, problem, "name the sample with --sample, or the files after the samples of the truth"));
        }
        results.push(measure::measure(&name, truth, &calls, scope));
    }
    Ok(Evaluation::new(truth, results))
}
