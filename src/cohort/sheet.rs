//! The sheet of a run: tab-separated, with a header; which sample was sequenced with which others, and which samples are controls.
//!
//! | column | what |
//! |---|---|
//! | `sample` | name as in kinfuse.json; each once |
//! | `run` | name of the run or flow cell; blank where it is not known |
//! | `role` | `sample` (also where blank), `positive`, `negative`, or `ntc`: no template |
//! | `expected` | what a positive control must show, separated by `,`: `EML4::ALK`, `EML4::ALK E13;A20`, `EML4::ALK V1`, `ROS1 p.G2032R` |

use std::collections::BTreeSet;
use std::path::Path;

use crate::error::{Error, Result};
use crate::report::finding::Finding;
use crate::text;

/// What a sample is in its run. The order is that in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum SampleRole {
    /// Must show what is expected.
    Positive,
    /// Must show nothing.
    Negative,
    /// Has no template: must not even be a library.
    NoTemplate,
    /// A sample of a patient.
    #[default]
    Sample,
}

impl SampleRole {
    const NAMES: [(&'static str, Self); 4] =
        [("positive", Self::Positive), ("negative", Self::Negative), ("ntc", Self::NoTemplate), ("sample", Self::Sample)];

    /// The word in files.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, role)| *role == self).map_or("sample", |(name, _)| name)
    }
}

/// One line of the sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetLine {
    /// Name of the sample.
    pub sample: String,
    /// Its run, where it is known.
    pub run: Option<String>,
    /// What it is there.
    pub role: SampleRole,
    /// What it must show.
    pub expected: Vec<ExpectedFinding>,
}

/// A fusion or mutation that a control must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedFinding {
    /// `EML4::ALK` or `ROS1 p.G2032R`.
    name: String,
    /// Exon junction or variant label of a fusion.
    kind: Option<String>,
}

impl ExpectedFinding {
    /// Reads one; `None` where it is neither a fusion nor a mutation.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, second) = text.split_once(' ').map_or((text, None), |(first, second)| (first, Some(second.trim())));
        match second {
            kind if first.contains("::") => Some(Self { name: first.to_owned(), kind: kind.map(str::to_owned) }),
            Some(change) => Some(Self { name: format!("{first} p.{}", change.trim_start_matches("p.")), kind: None }),
            None => None,
        }
    }

    /// As it is written in messages.
    pub fn text(&self) -> String {
        self.kind.as_ref().map_or_else(|| self.name.clone(), |kind| format!("{} {kind}", self.name))
    }

    /// Whether a finding is this one.
    pub fn is(&self, finding: &Finding) -> bool {
        let kinds = [&finding.exon_junction, &finding.variant];
        finding.name == self.name && self.kind.as_ref().is_none_or(|kind| kinds.into_iter().flatten().any(|own| own == kind))
    }
}

const REMEDY: &str = "give a tab-separated table with the columns sample, run, role (sample, positive, negative, ntc) and expected";

/// Reads a sheet.
///
/// # Errors
/// Names the line that cannot be understood: an unknown role, a sample twice, or something expected that is no fusion or mutation.
pub fn read(path: &Path) -> Result<Vec<SheetLine>> {
    let text = text::read(path, text::MAX_TABLE_BYTES, REMEDY)?;
    let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty() && !line.starts_with("##"));
    let header = lines.next().map(|(line, _)| line.trim_start_matches('#')).unwrap_or_default();
    let columns: Vec<&str> = header.split('\t').map(str::trim).collect();
    if !columns.contains(&"sample") {
        return Err(Error::input(path, "has no column sample", REMEDY));
    }
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (line, number) in lines {
        let fault = |problem: String, remedy: &str| Error::Line { path: path.to_owned(), line: number, problem, remedy: remedy.to_owned() };
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let cell = |column: &str| {
            let text = cells.get(columns.iter().position(|name| *name == column)?)?;
            (!matches!(*text, "" | ".")).then_some(*text)
        };
        let Some(sample) = cell("sample") else { return Err(fault("names no sample".to_owned(), REMEDY)) };
        if !seen.insert(sample) {
            return Err(fault(format!("names the sample {sample:?} a second time"), "keep one line a sample"));
        }
        let role = match cell("role") {
            None => SampleRole::Sample,
            Some(word) => SampleRole::NAMES
                .iter()
                .find(|(name, _)| *name == word.to_ascii_lowercase())
                .map(|(_, role)| *role)
                .ok_or_else(|| fault(format!("has the role {word:?}"), "write sample, positive, negative or ntc"))?,
        };
        let mut expected = Vec::new();
        for item in cell("expected").into_iter().flat_map(|text| text.split(',')).map(str::trim) {
            let remedy = "write EML4::ALK, EML4::ALK E13;A20 or ROS1 p.G2032R, separated by commas";
            expected.push(ExpectedFinding::parse(item).ok_or_else(|| fault(format!("expects {item:?}"), remedy))?);
        }
        if role != SampleRole::Positive && !expected.is_empty() {
            return Err(fault(
                format!("expects something of the role {}", role.name()),
                "leave expected blank, or make it a positive control",
            ));
        }
        entries.push(SheetLine { sample: sample.to_owned(), run: cell("run").map(str::to_owned), role, expected });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn sheet(text: &str) -> std::result::Result<Vec<SheetLine>, String> {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(text.as_bytes()).expect("it can be written");
        read(file.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_sheet_names_runs_and_controls() {
        let entries = sheet("sample\trun\trole\texpected\nP1\tR1\tpositive\tEML4::ALK V1, ROS1 G2032R\r\nN\tR1\tNTC\t\nS\t\t\t\n");
        let entries = entries.expect("the sheet is right");
        assert_eq!(
            entries.iter().map(|entry| entry.role).collect::<Vec<_>>(),
            [SampleRole::Positive, SampleRole::NoTemplate, SampleRole::Sample]
        );
        assert_eq!(entries[0].expected.iter().map(ExpectedFinding::text).collect::<Vec<_>>(), ["EML4::ALK V1", "ROS1 p.G2032R"]);
        assert_eq!((entries[1].run.as_deref(), entries[2].run.as_deref()), (Some("R1"), None));
    }

    #[test]
    fn a_fault_names_its_line() {
        let fault = |text: &str| sheet(text).err().unwrap_or_default();
        assert!(fault("sample\trole\nA\tpositiv\n").contains("line 2: has the role \"positiv\""));
        assert!(fault("sample\nA\nA\n").contains("line 3: names the sample \"A\" a second time"));
        assert!(fault("sample\trole\texpected\nA\tpositive\tALK\n").contains("line 2: expects \"ALK\""));
        assert!(fault("sample\trole\texpected\nA\tntc\tEML4::ALK\n").contains("of the role ntc"));
        assert!(fault("name\nA\n").contains("has no column sample"));
    }
}
