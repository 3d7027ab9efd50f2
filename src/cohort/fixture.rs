//! Small samples for the tests.

use super::sample::{CohortSample, JunctionPlaces, SeenJunction};
use super::sheet::{SampleRole, SheetLine};
use crate::report::finding::Finding;
use crate::report::json::SampleVerdict;

/// A sample that can be judged and shows nothing.
pub(super) fn sample(name: &str) -> CohortSample {
    CohortSample {
        name: name.to_owned(),
        verdict: SampleVerdict::Ok,
        reasons: Vec::new(),
        assays: vec!["dna".to_owned()],
        findings: Vec::new(),
        junctions: Vec::new(),
        kinases: Vec::new(),
        uncovered: Vec::new(),
        uncovered_spots: Vec::new(),
        regions: Vec::new(),
        figures: Vec::new(),
    }
}

/// The sample with an `EML4::ALK` whose 5' place is at `position`.
pub(super) fn with_junction(mut sample: CohortSample, position: u32, fragments: u32, slack_bp: u32) -> CohortSample {
    sample.junctions.push(SeenJunction {
        places: JunctionPlaces {
            assembly: "GRCh38".to_owned(),
            sides: [("2".to_owned(), "+".to_owned()), ("2".to_owned(), "-".to_owned())],
            positions: [position, 9000],
            insertion: String::new(),
        },
        slack_bp,
        finding: sample.findings.len(),
        breakpoints: [format!("chr2:{position}:+"), "chr2:9000:-".to_owned()],
        evidence: "dna".to_owned(),
    });
    sample.findings.push(Finding {
        id: format!("F{}", sample.findings.len() + 1),
        genes: vec!["EML4".to_owned(), "ALK".to_owned()],
        name: "EML4::ALK".to_owned(),
        exon_junction: Some("E13;A20".to_owned()),
        variant: Some("V1".to_owned()),
        frame: Some("in-frame".to_owned()),
        fragments,
        fraction: Some(0.25),
        quality: Some(80.0),
        filter: "PASS".to_owned(),
        passes: true,
        level: None,
    });
    sample
}

/// A sample's line of the sheet with this run; none where it is empty.
pub(super) fn of_run(run: &str) -> SheetLine {
    SheetLine { run: Some(run.to_owned()).filter(|run| !run.is_empty()), ..SheetLine::default() }
}

/// A control's line of the sheet.
pub(super) fn control(role: SampleRole, expected: &str) -> SheetLine {
    let expected = expected.split(',').filter(|item| !item.is_empty()).filter_map(super::sheet::ExpectedFinding::parse).collect();
    SheetLine { role, expected, ..SheetLine::default() }
}
