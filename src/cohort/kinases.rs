//! The page's table of samples by kinases: the result of each kinase, or what it is worth that nothing was found.

use super::page::{run_of, MAX_LINES};
use super::Cohort;
use crate::model::DEFAULT_TARGETS;
use crate::report::finding::OfKinase;
use crate::report::html::Lang;
use crate::terminal::one_line;

/// The table.
pub struct Kinases {
    /// Symbols of the kinases.
    pub genes: [&'static str; 5],
    /// For each the samples in which a fusion passes, and those in which silence is a negative.
    pub counts: Vec<KinaseCount>,
    /// One line a sample.
    pub lines: Vec<KinaseLine>,
    /// Samples beyond the longest table.
    pub left: usize,
}

/// Samples that tell something of a kinase.
pub struct KinaseCount {
    /// Those in which a fusion passes.
    pub found: usize,
    /// Those without one, where that is a negative.
    pub negative: usize,
    /// The rest.
    pub open: usize,
}

/// A sample.
pub struct KinaseLine {
    /// Its name.
    pub sample: String,
    /// Its run.
    pub run: String,
    /// Its status.
    pub status: &'static str,
    /// Class and words for each kinase.
    pub cells: Vec<(&'static str, String)>,
}

/// The style of a result.
fn class(result: &OfKinase) -> &'static str {
    match result {
        OfKinase::Fusions(_) => "found",
        OfKinase::Doubtful(_) => "warn",
        OfKinase::Absent(absence) => absence.class(),
    }
}

impl Kinases {
    /// The table of a cohort.
    pub fn of(cohort: &Cohort) -> Self {
        let count = |gene: &str| {
            let with = |wanted: &[&str]| cohort.samples.iter().filter(|sample| wanted.contains(&class(sample.of_kinase(gene)))).count();
            KinaseCount { found: with(&["found"]), negative: with(&["good"]), open: with(&["warn", "bad"]) }
        };
        let line = |index: usize| {
            let sample = &cohort.samples[index];
            let cell = |gene: &str| (class(sample.of_kinase(gene)), one_line(&sample.of_kinase(gene).said(Lang::English)));
            KinaseLine {
                sample: one_line(&sample.name),
                run: run_of(cohort, index),
                status: sample.verdict.name(),
                cells: DEFAULT_TARGETS.iter().map(|gene| cell(gene)).collect(),
            }
        };
        Self {
            genes: DEFAULT_TARGETS,
            counts: DEFAULT_TARGETS.iter().map(|gene| count(gene)).collect(),
            lines: (0..cohort.samples.len()).take(MAX_LINES).map(line).collect(),
            left: cohort.samples.len().saturating_sub(MAX_LINES),
        }
    }
}
