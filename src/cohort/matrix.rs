//! Samples x findings.
//!
//! Before them, for each kinase: the fusions of it that pass, else what it is worth that none was found, in the words of kinfuse.json.
//!
//! A column is a finding that passes in at least one sample, by the name that it has in all of them (`EML4::ALK E13;A20`,
//! `ROS1 p.G2032R`). A cell says what the sample shows of it; where it shows nothing, what that is worth:
//!
//! | cell | meaning |
//! |---|---|
//! | `PASS:35:0.35` | filter, fragments, fraction (`.` where there is none) |
//! | `low_support:1:0.01:leak` | the same, flagged; it may have leaked from another sample of the run |
//! | `informative`, `limited`, `not informative` | no fusion of this kinase, and what that is worth |
//! | `not judged` | the sample failed, or the kinase was not looked at |
//! | `not-covered` | nothing was seen of the place of the mutation |
//! | `.` | not found |

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::sample::CohortSample;
use super::Cohort;
use crate::report::absence::Absence;
use crate::report::finding::{Finding, OfKinase};
use crate::report::json::SampleVerdict;
use crate::report::rows::{Cell, Fraction};
use crate::terminal::one_line;

/// A finding in how many samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingColumn {
    /// Its name.
    pub label: String,
    /// The same with the name that the tables give the variant (`EML4::ALK E13;A20 V1`).
    pub heading: String,
    /// The genes that it concerns.
    pub genes: Vec<String>,
    /// Whether it is a fusion.
    pub is_fusion: bool,
    /// Samples in which it passes.
    pub passing: usize,
    /// Samples that show it, flagged ones too.
    pub showing: usize,
    /// Samples into which it may have leaked; `None` where the run of no sample that shows it is known.
    pub leaks: Option<usize>,
}

/// The columns: fusions before mutations, the most frequent first.
pub fn columns(cohort: &Cohort) -> Vec<FindingColumn> {
    let mut by_label: BTreeMap<String, FindingColumn> = BTreeMap::new();
    for (index, sample) in cohort.samples.iter().enumerate() {
        let mut own: BTreeMap<String, (&Finding, bool, bool)> = BTreeMap::new();
        for (at, finding) in sample.findings.iter().enumerate() {
            let entry = own.entry(finding.label()).or_insert((finding, false, false));
            entry.1 |= finding.passes;
            entry.2 |= finding.is_fusion() && cohort.is_leak(index, at);
        }
        for (label, (finding, passes, leaked)) in own {
            let column = by_label.entry(label.clone()).or_insert_with(|| FindingColumn {
                label,
                heading: finding.with_variant(),
                genes: finding.genes.clone(),
                is_fusion: finding.is_fusion(),
                passing: 0,
                showing: 0,
                leaks: None,
            });
            column.showing += 1;
            column.passing += usize::from(passes);
            if cohort.entries[index].run.is_some() {
                *column.leaks.get_or_insert(0) += usize::from(leaked);
            }
        }
    }
    let mut columns: Vec<FindingColumn> = by_label.into_values().filter(|column| column.passing > 0).collect();
    columns.sort_by_key(|column| (!column.is_fusion, Reverse(column.passing)));
    columns
}

/// The cells of a sample.
pub fn cells(cohort: &Cohort, index: usize, columns: &[FindingColumn]) -> Vec<String> {
    let sample = &cohort.samples[index];
    let mut best: BTreeMap<String, (usize, &Finding)> = BTreeMap::new();
    for (at, finding) in sample.findings.iter().enumerate() {
        let entry = best.entry(finding.label()).or_insert((at, finding));
        if (finding.passes, finding.fragments) > (entry.1.passes, entry.1.fragments) {
            *entry = (at, finding);
        }
    }
    let cell = |column: &FindingColumn| match best.get(&column.label) {
        Some((at, finding)) => {
            let leak = if finding.is_fusion() && cohort.is_leak(index, *at) { ":leak" } else { "" };
            let fraction = finding.fraction.and_then(Fraction::new).cell();
            format!("{}:{}:{fraction}{leak}", one_line(&finding.filter), finding.fragments)
        }
        None => absent(sample, column).to_owned(),
    };
    columns.iter().map(cell).collect()
}

/// What it is worth that a finding is not there.
fn absent(sample: &CohortSample, column: &FindingColumn) -> &'static str {
    if sample.verdict == SampleVerdict::Failed {
        return Absence::NotJudged.name();
    }
    if !column.is_fusion {
        return if sample.is_uncovered(&column.label) { "not-covered" } else { "." };
    }
    match column.genes.iter().find_map(|gene| sample.looked_at(gene)) {
        Some(OfKinase::Absent(absence)) => absence.name(),
        _ => ".",
    }
}
