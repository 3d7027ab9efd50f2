//! The cohort as one section of MultiQC's page: a line a sample, controls first.

use serde_json::Value;

use super::sheet::SampleRole;
use super::Cohort;
use crate::report::finding::Finding;
use crate::report::html::Lang;
use crate::report::multiqc::{text, ColumnHeader, Section, STATUS};

/// The section.
pub fn section(cohort: &Cohort) -> Section {
    const CONTROL: [(&str, &str); 3] = [("pass", "pass"), ("fail", "fail"), ("warn", "not judged")];
    let headers = [
        ("control", ColumnHeader::new("Control", "Whether a control shows what it must").coloured(&CONTROL)),
        ("shows", ColumnHeader::new("Control shows", "What the control shows")),
        ("run", ColumnHeader::new("Run", "Run, as the sheet names it")),
        ("status", ColumnHeader::new("Status", "Whether the sample can be judged").coloured(&STATUS)),
        ("findings", ColumnHeader::new("Findings", "Fusions and mutations that pass")),
        ("no_negative", ColumnHeader::new("No negative", "Kinases of which nothing was found and that is no negative")),
        ("leaks", ColumnHeader::new("May have leaked", "Fusions that a stronger sample of the run can explain; needs a known run")),
        ("outliers", ColumnHeader::new("Outliers", "Figures far from those of the other samples")),
    ];
    let headers = headers.map(|(key, header)| (key.to_owned(), header)).to_vec();
    let description = "Samples side by side, controls first. A mark of a leak is a doubt, nothing was deleted.";
    let mut section = Section::table("kinfuse_cohort", "Cohort", description, "Sample", headers);
    for control in cohort.controls.iter().filter(|control| !cohort.samples.iter().any(|sample| sample.name == control.entry.sample)) {
        section.add(&control.entry.sample, vec![("control", control.outcome.name().into()), ("shows", text(&control.text))]);
    }
    for (index, (sample, entry)) in cohort.samples.iter().zip(&cohort.entries).enumerate() {
        let control = cohort.controls.iter().find(|control| entry.role != SampleRole::Sample && control.entry.sample == sample.name);
        let findings: Vec<String> = sample.findings.iter().filter(|finding| finding.passes).map(Finding::with_variant).collect();
        let leaks: Vec<String> = cohort
            .leaks_of(index)
            .iter()
            .map(|leak| {
                format!(
                    "{} from {}",
                    sample.findings[leak.member.of(&cohort.samples).finding].with_variant(),
                    cohort.samples[leak.source].name
                )
            })
            .collect();
        let outliers: Vec<&str> = cohort.spreads.outliers(sample).map(|figure| &*figure.metric).collect();
        let no_negatives: Vec<String> =
            sample.no_negatives().map(|(gene, absence)| format!("{gene} {}", absence.said(Lang::English))).collect();
        let cells = vec![
            ("control", control.map_or(Value::Null, |control| control.outcome.name().into())),
            ("shows", control.map_or(Value::Null, |control| text(&control.text))),
            ("run", text(entry.run.as_deref().unwrap_or(""))),
            ("status", sample.verdict.name().into()),
            ("findings", text(&findings.join(", "))),
            ("no_negative", text(&no_negatives.join(", "))),
            ("leaks", text(&leaks.join(", "))),
            ("outliers", text(&outliers.join(", "))),
        ];
        section.add(&sample.name, cells);
    }
    section
}
