//! Controls: whether each shows what it must. They are judged before the samples, whose results rest on them.
//!
//! | role | passes where | not judged where |
//! |---|---|---|
//! | positive | everything expected is called and passes; without an expectation, anything is | it has no document |
//! | negative | nothing passes | the sample failed, a fusion of each kinase could have been missed, or it has no document |
//! | ntc | the sample failed, as one without template should, and lists no fusion, not even a flagged one | it has no document |

use super::leak::Leak;
use super::sample::CohortSample;
use super::sheet::{SampleRole, SheetLine};
use crate::report::absence::Absence;
use crate::report::finding::{Finding, OfKinase};
use crate::report::json::SampleVerdict;

/// The verdict on a control, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlOutcome {
    /// It does not show what it must.
    Fail,
    /// It cannot be told.
    NotJudged,
    /// It shows what it must.
    Pass,
}

impl ControlOutcome {
    /// The word in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotJudged => "not judged",
        }
    }
}

/// A control and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The line of the sheet.
    pub entry: SheetLine,
    /// The verdict.
    pub outcome: ControlOutcome,
    /// Why, in words.
    pub text: String,
}

/// Judges a control. Of a sample that was named in the sheet and not given there is none.
pub fn judge(entry: &SheetLine, sample: Option<(usize, &CohortSample)>, leaks: &[Leak], samples: &[CohortSample]) -> Control {
    let (outcome, text) = match (sample, entry.role) {
        (None, _) => (ControlOutcome::NotJudged, "its kinfuse.json was not given".to_owned()),
        (Some((_, sample)), SampleRole::Positive) => positive(entry, sample),
        (Some((index, sample)), SampleRole::Negative) => negative(index, sample, leaks, samples),
        (Some((index, sample)), SampleRole::NoTemplate | SampleRole::Sample) => no_template(index, sample, leaks, samples),
    };
    Control { entry: entry.clone(), outcome, text }
}

fn labels<'f>(findings: impl Iterator<Item = &'f Finding>) -> String {
    findings.map(|finding| format!("{} ({})", finding.with_variant(), finding.fragments)).collect::<Vec<_>>().join(", ")
}

fn positive(entry: &SheetLine, sample: &CohortSample) -> (ControlOutcome, String) {
    let passing = || sample.findings.iter().filter(|finding| finding.passes);
    let missing: Vec<String> = entry
        .expected
        .iter()
        .filter(|expected| !passing().any(|finding| expected.is(finding)))
        .map(super::sheet::ExpectedFinding::text)
        .collect();
    if !missing.is_empty() {
        let flagged =
            sample.findings.iter().filter(|finding| !finding.passes && entry.expected.iter().any(|expected| expected.is(finding)));
        let flagged: Vec<String> = flagged.map(|finding| format!("{} is {}", finding.with_variant(), finding.filter)).collect();
        let but = if flagged.is_empty() { String::new() } else { format!("; {}", flagged.join(", ")) };
        return (ControlOutcome::Fail, format!("missing: {}{but}", missing.join(", ")));
    }
    if passing().next().is_none() {
        return (ControlOutcome::Fail, "shows nothing".to_owned());
    }
    let shown = passing().filter(|finding| entry.expected.iter().any(|expected| expected.is(finding)) || entry.expected.is_empty());
    let more =
        labels(passing().filter(|finding| !entry.expected.is_empty() && !entry.expected.iter().any(|expected| expected.is(finding))));
    let more = if more.is_empty() { String::new() } else { format!("; also shows {more}") };
    (ControlOutcome::Pass, format!("shows {}{more}", labels(shown)))
}

/// ` as P1 does with 500`, for findings that may have leaked.
fn sources(index: usize, leaks: &[Leak], samples: &[CohortSample]) -> String {
    let own = leaks.iter().filter(|leak| leak.member.sample == index);
    let mut names: Vec<String> = own.map(|leak| format!("{} ({})", samples[leak.source].name, leak.source_fragments)).collect();
    names.dedup();
    if names.is_empty() {
        String::new()
    } else {
        format!("; may have leaked from {}", names.join(", "))
    }
}

fn negative(index: usize, sample: &CohortSample, leaks: &[Leak], samples: &[CohortSample]) -> (ControlOutcome, String) {
    let shown = labels(sample.findings.iter().filter(|finding| finding.passes));
    match (shown.is_empty(), sample.verdict) {
        (false, _) => (ControlOutcome::Fail, format!("shows {shown}{}", sources(index, leaks, samples))),
        (true, SampleVerdict::Failed) => (ControlOutcome::NotJudged, format!("the sample failed: {}", sample.reasons.join("; "))),
        // If no fusion could have been seen, a negative control does not prove a clean run.
        (true, _) if !sample.kinases.iter().any(|(_, result)| says_something(result)) => {
            (ControlOutcome::NotJudged, "nothing passes, and a fusion of any kinase could have been missed".to_owned())
        }
        (true, _) => (ControlOutcome::Pass, format!("nothing passes; the sample is {}", sample.verdict.name())),
    }
}

fn no_template(index: usize, sample: &CohortSample, leaks: &[Leak], samples: &[CohortSample]) -> (ControlOutcome, String) {
    let shown = labels(sample.findings.iter().filter(|finding| finding.is_fusion() || finding.passes));
    match (shown.is_empty(), sample.verdict) {
        (false, _) => (ControlOutcome::Fail, format!("shows {shown}{}", sources(index, leaks, samples))),
        (true, SampleVerdict::Failed) => (ControlOutcome::Pass, "no library, no finding".to_owned()),
        (true, verdict) => {
            (ControlOutcome::Fail, format!("holds a library: the sample is {}, although it has no template", verdict.name()))
        }
    }
}

/// Whether a fusion of the kinase, at least a frequent one, would have been seen.
fn says_something(result: &OfKinase) -> bool {
    matches!(result, OfKinase::Absent(Absence::Informative | Absence::Limited))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{control, sample, with_junction};
    use super::*;

    fn outcome(role: SampleRole, expected: &str, sample: &CohortSample) -> (ControlOutcome, String) {
        let judged = judge(&control(role, expected), Some((0, sample)), &[], std::slice::from_ref(sample));
        (judged.outcome, judged.text)
    }

    #[test]
    fn a_positive_control_must_show_all_that_is_expected() {
        let shows = with_junction(sample("P"), 1000, 20, 0);
        assert_eq!(
            outcome(SampleRole::Positive, "EML4::ALK E13;A20", &shows),
            (ControlOutcome::Pass, "shows EML4::ALK E13;A20 V1 (20)".to_owned())
        );
        assert_eq!(outcome(SampleRole::Positive, "EML4::ALK V3a", &shows), (ControlOutcome::Fail, "missing: EML4::ALK V3a".to_owned()));
        assert_eq!(outcome(SampleRole::Positive, "", &sample("P")).0, ControlOutcome::Fail);
        let mut flagged = shows;
        flagged.findings[0].passes = false;
        flagged.findings[0].filter = "low_support".to_owned();
        let told = "missing: EML4::ALK; EML4::ALK E13;A20 V1 is low_support".to_owned();
        assert_eq!(outcome(SampleRole::Positive, "EML4::ALK", &flagged), (ControlOutcome::Fail, told));
    }

    #[test]
    fn a_negative_control_that_failed_says_nothing() {
        let mut clean = sample("N");
        let with = |absence| vec![("ALK".into(), OfKinase::Absent(absence)), ("ROS1".into(), OfKinase::Absent(Absence::NotInformative))];
        clean.kinases = with(Absence::NotInformative);
        assert_eq!(outcome(SampleRole::Negative, "", &clean).0, ControlOutcome::NotJudged, "anything could have been missed");
        clean.kinases = with(Absence::Limited);
        assert_eq!(outcome(SampleRole::Negative, "", &clean).0, ControlOutcome::Pass, "a frequent one would have been seen");
        clean.kinases = with(Absence::Informative);
        assert_eq!(outcome(SampleRole::Negative, "", &clean).0, ControlOutcome::Pass);
        clean.verdict = SampleVerdict::Failed;
        assert_eq!(outcome(SampleRole::Negative, "", &clean).0, ControlOutcome::NotJudged);
        assert_eq!(outcome(SampleRole::Negative, "", &with_junction(clean, 1000, 20, 0)).0, ControlOutcome::Fail);
    }

    #[test]
    fn a_control_without_template_must_not_be_a_library() {
        let mut empty = sample("NTC");
        assert_eq!(outcome(SampleRole::NoTemplate, "", &empty).0, ControlOutcome::Fail);
        empty.verdict = SampleVerdict::Failed;
        assert_eq!(outcome(SampleRole::NoTemplate, "", &empty).0, ControlOutcome::Pass);
        let mut trace = with_junction(empty, 1000, 1, 0);
        trace.findings[0].passes = false;
        assert_eq!(outcome(SampleRole::NoTemplate, "", &trace).0, ControlOutcome::Fail, "a flagged fusion is contamination all the same");
        let missing = judge(&control(SampleRole::NoTemplate, ""), None, &[], &[]);
        assert_eq!(missing.outcome, ControlOutcome::NotJudged);
    }
}
