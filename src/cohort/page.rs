//! The cohort as one HTML page: one file, nothing loaded from elsewhere, printable. Controls come first.

use std::io::{self, Write};

use askama::Template;

use super::control::ControlOutcome;
use super::heatmap::{self, HeatMap};
use super::kinases::Kinases;
use super::matrix::FindingColumn;
use super::quality::{CUT, MIN_VALUES};
use super::sheet::ExpectedFinding;
use super::{counted, leak, Cohort};
use crate::drawing::{page_colours, SHAPES};
use crate::report::finding::Finding;
use crate::report::json::SampleVerdict;
use crate::terminal::one_line;

/// Most lines of a table; the files beside the page have all.
pub(super) const MAX_LINES: usize = 500;

/// The style of all pages, and what this one has beside it.
const STYLE: &str = concat!(include_str!("../../templates/page.css"), include_str!("../../templates/cohort.css"));

#[derive(Template)]
#[template(path = "cohort.html")]
struct CohortPage {
    version: &'static str,
    style: String,
    samples: String,
    runs: String,
    verdicts: String,
    has_sheet: bool,
    controls_in_doubt: String,
    controls: Vec<ControlLine>,
    columns: Vec<ColumnLine>,
    kinases: Kinases,
    lines: Vec<SampleLine>,
    lines_left: usize,
    leaks: Vec<LeakLine>,
    leaks_left: usize,
    rate: String,
    min_probability: f64,
    junctions: Vec<JunctionLine>,
    junctions_left: usize,
    outliers: Vec<OutlierLine>,
    outliers_left: usize,
    cut: f64,
    min_values: usize,
    heatmaps: Vec<HeatMap>,
    legend: Vec<(&'static str, &'static str)>,
}

struct ControlLine {
    sample: String,
    run: String,
    role: &'static str,
    expected: String,
    outcome: &'static str,
    class: &'static str,
    text: String,
}

struct ColumnLine {
    label: String,
    passing: usize,
    showing: usize,
    leaks: String,
}

struct SampleLine {
    sample: String,
    run: String,
    role: &'static str,
    status: &'static str,
    passing: String,
    flagged: String,
    leaks: String,
    outliers: String,
}

struct LeakLine {
    sample: String,
    run: String,
    label: String,
    filter: String,
    fragments: u32,
    source: String,
    source_fragments: u32,
    expected: String,
    probability: String,
    note: &'static str,
}

struct JunctionLine {
    label: String,
    places: String,
    samples: usize,
    names: String,
}

struct OutlierLine {
    sample: String,
    assay: String,
    metric: String,
    value: String,
    median: String,
    distance: String,
}

/// What must be known of a mark, by the material that shows the row.
pub(super) fn leak_note(evidence: &str) -> &'static str {
    if evidence.contains("dna") {
        "the same break in DNA: two tumours seldom share one"
    } else {
        "in RNA two patients can have the same junction: compare their other results"
    }
}

/// Writes the page.
///
/// # Errors
/// When it cannot be written.
pub fn write(out: &mut dyn Write, cohort: &Cohort, columns: &[FindingColumn]) -> io::Result<()> {
    let text = page(cohort, columns).render().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn page(cohort: &Cohort, columns: &[FindingColumn]) -> CohortPage {
    let mut runs: Vec<&str> = cohort.entries.iter().filter_map(|entry| entry.run.as_deref()).collect();
    runs.sort_unstable();
    runs.dedup();
    let count = |verdict| cohort.samples.iter().filter(|sample| sample.verdict == verdict).count();
    let verdicts =
        [SampleVerdict::Ok, SampleVerdict::Limited, SampleVerdict::Failed].map(|verdict| format!("{} {}", count(verdict), verdict.name()));
    let lines: Vec<SampleLine> = (0..cohort.samples.len()).filter_map(|index| sample_line(cohort, index)).collect();
    let outliers = outliers(cohort);
    let junctions: Vec<JunctionLine> = junctions(cohort);
    CohortPage {
        version: env!("CARGO_PKG_VERSION"),
        style: [&page_colours(), SHAPES, STYLE].concat(),
        samples: counted(cohort.samples.len(), "sample"),
        runs: if runs.is_empty() { String::new() } else { counted(runs.len(), "run") },
        verdicts: verdicts.join(", "),
        has_sheet: cohort.has_sheet,
        controls_in_doubt: cohort.controls_in_doubt().unwrap_or_default(),
        controls: controls(cohort),
        columns: columns
            .iter()
            .map(|column| ColumnLine {
                label: one_line(&column.heading),
                passing: column.passing,
                showing: column.showing,
                leaks: count_of_leaks(column.leaks),
            })
            .collect(),
        kinases: Kinases::of(cohort),
        lines_left: lines.len().saturating_sub(MAX_LINES),
        lines: lines.into_iter().take(MAX_LINES).collect(),
        leaks: cohort.leaks.iter().take(MAX_LINES).map(|leak| leak_line(cohort, leak)).collect(),
        leaks_left: cohort.leaks.len().saturating_sub(MAX_LINES),
        rate: super::tables::number(cohort.hopping_rate * 100.0),
        min_probability: leak::MIN_PROBABILITY,
        junctions_left: junctions.len().saturating_sub(MAX_LINES),
        junctions: junctions.into_iter().take(MAX_LINES).collect(),
        outliers_left: outliers.len().saturating_sub(MAX_LINES),
        outliers: outliers.into_iter().take(MAX_LINES).collect(),
        cut: CUT,
        min_values: MIN_VALUES,
        heatmaps: heatmap::drawings(cohort),
        legend: heatmap::legend(),
    }
}

pub(super) fn run_of(cohort: &Cohort, index: usize) -> String {
    cohort.entries[index].run.as_deref().map(one_line).unwrap_or_default()
}

fn controls(cohort: &Cohort) -> Vec<ControlLine> {
    let line = |control: &super::Control| ControlLine {
        sample: one_line(&control.entry.sample),
        run: control.entry.run.as_deref().map(one_line).unwrap_or_default(),
        role: control.entry.role.name(),
        expected: one_line(&control.entry.expected.iter().map(ExpectedFinding::text).collect::<Vec<_>>().join(", ")),
        outcome: control.outcome.name(),
        class: match control.outcome {
            ControlOutcome::Pass => "good",
            ControlOutcome::Fail => "bad",
            ControlOutcome::NotJudged => "warn",
        },
        text: one_line(&control.text),
    };
    cohort.controls.iter().map(line).collect()
}

/// A sample of which there is something to say.
fn sample_line(cohort: &Cohort, index: usize) -> Option<SampleLine> {
    let (sample, entry) = (&cohort.samples[index], &cohort.entries[index]);
    let listed = |passes: bool| {
        let own = sample.findings.iter().filter(|finding| finding.passes == passes);
        let text = |finding: &Finding| {
            let doubt = if passes { String::new() } else { format!(", {}", finding.filter) };
            format!("{} ({}{doubt})", finding.with_variant(), finding.fragments)
        };
        one_line(&own.map(text).collect::<Vec<_>>().join(", "))
    };
    let outliers: Vec<&str> = cohort.spreads.outliers(sample).map(|figure| &*figure.metric).collect();
    let line = SampleLine {
        sample: one_line(&sample.name),
        run: run_of(cohort, index),
        role: entry.role.name(),
        status: sample.verdict.name(),
        passing: listed(true),
        flagged: listed(false),
        leaks: count_of_leaks(cohort.count_of_leaks(index)),
        outliers: one_line(&outliers.join(", ")),
    };
    let is_plain = sample.findings.is_empty() && line.outliers.is_empty() && sample.verdict == SampleVerdict::Ok;
    (!is_plain).then_some(line)
}

/// A count, or that there is none: a 0 would be taken for a result.
fn count_of_leaks(count: Option<usize>) -> String {
    count.map_or_else(|| "not looked for".to_owned(), |count| count.to_string())
}

fn leak_line(cohort: &Cohort, leak: &super::Leak) -> LeakLine {
    let row = leak.member.of(&cohort.samples);
    let finding = &cohort.samples[leak.member.sample].findings[row.finding];
    LeakLine {
        sample: one_line(&cohort.samples[leak.member.sample].name),
        run: run_of(cohort, leak.member.sample),
        label: one_line(&finding.with_variant()),
        filter: one_line(&finding.filter),
        fragments: leak.fragments,
        source: one_line(&cohort.samples[leak.source].name),
        source_fragments: leak.source_fragments,
        expected: format!("{:.2}", leak.expected),
        probability: format!("{:.2}", leak.probability),
        note: leak_note(&row.evidence),
    }
}

fn junctions(cohort: &Cohort) -> Vec<JunctionLine> {
    /// Names beside a junction.
    const MAX_NAMES: usize = 12;
    let line = |group: &super::SharedJunction| {
        let mut samples: Vec<usize> = group.members.iter().map(|member| member.sample).collect();
        samples.dedup();
        let row = group.members[0].of(&cohort.samples);
        let finding = &cohort.samples[group.members[0].sample].findings[row.finding];
        let mut names: Vec<&str> = samples.iter().take(MAX_NAMES).map(|sample| cohort.samples[*sample].name.as_str()).collect();
        if samples.len() > MAX_NAMES {
            names.push("...");
        }
        JunctionLine {
            label: one_line(&finding.with_variant()),
            places: one_line(&row.breakpoints.join(" ")),
            samples: samples.len(),
            names: one_line(&names.join(", ")),
        }
    };
    let mut lines: Vec<JunctionLine> = cohort.recurrent().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.samples));
    lines
}

/// The outliers, the farthest first.
fn outliers(cohort: &Cohort) -> Vec<OutlierLine> {
    let mut lines: Vec<(f64, OutlierLine)> = Vec::new();
    for sample in &cohort.samples {
        for figure in cohort.spreads.outliers(sample) {
            let Some((spread, distance)) = cohort.spreads.get(figure).and_then(|spread| Some((spread, spread.distance(figure)?))) else {
                continue;
            };
            let line = OutlierLine {
                sample: one_line(&sample.name),
                assay: one_line(&figure.assay),
                metric: one_line(&figure.metric),
                value: super::tables::number(figure.value),
                median: super::tables::number(spread.median()),
                distance: format!("{distance:+.1}"),
            };
            lines.push((distance.abs(), line));
        }
    }
    lines.sort_by(|x, y| y.0.total_cmp(&x.0));
    lines.into_iter().map(|(_, line)| line).collect()
}
