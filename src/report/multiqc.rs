//! Sections for MultiQC: its custom content as JSON (<https://docs.seqera.io/multiqc/custom_content>).
//!
//! MultiQC takes one section from a file, so a sample has three; the files of many samples meet by the section's `id`:
//!
//! ```text
//! <sample>.kinfuse_mqc.json            columns of the general statistics
//! <sample>.kinases.kinfuse_mqc.json    a line a sample: what each kinase's result is
//! <sample>.calls.kinfuse_mqc.json      a line a call; no such file where nothing was called, since MultiQC warns of empty ones
//! ```
//!
//! MultiQC puts texts into its page as they are, so they are escaped here.

use serde::ser::Serializer;
use serde::Serialize;
use serde_json::Value;

use super::absence::Absence;
use super::finding::{findings, of_kinase, Finding, OfKinase};
use super::html::Lang;
use super::json::{pretty, Document, SampleVerdict};
use super::output::Outputs;
use super::rows::MetricValue;
use crate::drawing;
use crate::error::Result;

/// Suffix of the general statistics.
const GENERAL: &str = "kinfuse_mqc.json";
/// Suffix of the line on the kinases.
const KINASES: &str = "kinases.kinfuse_mqc.json";
/// Suffix of the table of calls.
const CALLS: &str = "calls.kinfuse_mqc.json";

/// A JSON object whose keys keep their order, which is that of the columns.
#[derive(Debug, Clone, Default)]
pub struct Ordered<V>(pub Vec<(String, V)>);

impl<V: Serialize> Serialize for Ordered<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// A column: its title, what it means, and how it is shown.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ColumnHeader {
    title: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    /// `false`: no colour scale.
    scale: bool,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "rules")]
    cond_formatting_rules: Vec<(&'static str, &'static str)>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
}

/// Words of the same colour belong to one rule.
fn rules<S: Serializer>(words: &[(&'static str, &'static str)], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    let of = |colour| words.iter().filter(|word| word.0 == colour).map(|word| Ordered(vec![("s_eq".to_owned(), word.1)])).collect();
    let colours = ["pass", "warn", "fail"];
    let rules: Vec<(String, Vec<Ordered<&str>>)> = colours.into_iter().map(|colour| (colour.to_owned(), of(colour))).collect();
    Ordered(rules).serialize(serializer)
}

impl ColumnHeader {
    /// A column of words or whole numbers.
    pub fn new(title: &str, description: &str) -> Self {
        Self { title: drawing::escaped(title), description: drawing::escaped(description), ..Self::default() }
    }

    /// Colours words: (`pass`, `warn` or `fail`; the word).
    #[must_use]
    pub fn coloured(self, words: &[(&'static str, &'static str)]) -> Self {
        Self { cond_formatting_rules: words.to_vec(), ..self }
    }

    /// A number with this many decimals and a unit behind it.
    #[must_use]
    pub fn number(self, format: &'static str, suffix: &'static str) -> Self {
        Self { format: Some(format), suffix: Some(suffix).filter(|suffix| !suffix.is_empty()), ..self }
    }

    /// A column that is there but not shown at first.
    #[must_use]
    pub fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }
}

/// Settings of a table.
#[derive(Debug, Clone, Serialize)]
struct TableSettings {
    id: String,
    title: String,
    col1_header: &'static str,
    sort_rows: bool,
}

/// A section of MultiQC's page, or columns of its general statistics.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_description: Option<&'static str>,
    #[serde(rename = "section_name")]
    name: String,
    description: String,
    plot_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pconfig: Option<TableSettings>,
    headers: Ordered<ColumnHeader>,
    /// Lines by name, cells by column.
    pub data: Ordered<Ordered<Value>>,
}

impl Section {
    /// A table under the heading of kinfuse. `rows` is what a line is about.
    pub fn table(id: &str, name: &str, description: &str, rows: &'static str, headers: Vec<(String, ColumnHeader)>) -> Self {
        Self {
            id: id.to_owned(),
            parent_id: Some("kinfuse"),
            parent_name: Some("kinfuse"),
            parent_description: Some("Fusions and resistance mutations of ALK, ROS1 and NTRK1-3. Research use only."),
            name: name.to_owned(),
            description: description.to_owned(),
            plot_type: "table",
            pconfig: Some(TableSettings {
                id: format!("{id}_table"),
                title: format!("kinfuse: {name}"),
                col1_header: rows,
                sort_rows: false,
            }),
            headers: Ordered(headers),
            data: Ordered::default(),
        }
    }

    /// Columns of the general statistics.
    fn general(headers: Vec<(String, ColumnHeader)>) -> Self {
        Self {
            parent_id: None,
            parent_name: None,
            parent_description: None,
            plot_type: "generalstats",
            pconfig: None,
            ..Self::table("kinfuse_general", "kinfuse", "", "Sample", headers)
        }
    }

    /// Adds a line.
    pub fn add(&mut self, name: &str, cells: Vec<(&str, Value)>) {
        let cells = cells.into_iter().filter(|(_, value)| !value.is_null()).map(|(column, value)| (column.to_owned(), value));
        self.data.0.push((drawing::escaped(name), Ordered(cells.collect())));
    }
}

/// A cell with a text; none where there is no text.
pub fn text(text: &str) -> Value {
    if text.is_empty() {
        Value::Null
    } else {
        drawing::escaped(text).into()
    }
}

/// Colours of the verdict on a sample.
pub const STATUS: [(&str, &str); 3] = [("pass", "ok"), ("warn", "limited"), ("fail", "failed")];

/// Writes the sections of one sample.
///
/// # Errors
/// When a file cannot be written.
pub fn write(document: &Document, outputs: &mut Outputs) -> Result<()> {
    outputs.write(GENERAL, |out| pretty(&general(document), out))?;
    outputs.write(KINASES, |out| pretty(&kinases(document), out))?;
    let calls = calls(document);
    if calls.data.0.is_empty() {
        outputs.supersede(CALLS);
        return Ok(());
    }
    outputs.write(CALLS, |out| pretty(&calls, out))
}

fn general(document: &Document) -> Section {
    let mut section = Section::general(vec![
        ("status".to_owned(), ColumnHeader::new("Status", "Whether the sample can be judged").coloured(&STATUS)),
        ("fusions".to_owned(), ColumnHeader::new("Fusions", "Fusions that pass all filters")),
        ("mutations".to_owned(), ColumnHeader::new("Mutations", "Called mutations that pass all filters, kinases first")),
        ("reads".to_owned(), ColumnHeader::new("Kinase reads", "Primary reads in the kinase genes").number("{:,.0f}", "").hidden()),
    ]);
    let all = findings(document);
    let names = |fusions: bool| {
        let mut names: Vec<String> =
            all.iter().filter(|finding| finding.passes && finding.is_fusion() == fusions).map(Finding::label).collect();
        names.dedup();
        match (names.is_empty(), document.status.verdict) {
            (true, SampleVerdict::Failed) => Absence::NotJudged.said(Lang::English).into(),
            (true, _) => "none seen".into(),
            (false, _) => text(&names.join(", ")),
        }
    };
    let cells = vec![
        ("status", document.status.verdict.name().into()),
        ("fusions", names(true)),
        ("mutations", names(false)),
        ("reads", reads(document).map_or(Value::Null, Value::from)),
    ];
    section.add(&document.sample, cells);
    section
}

/// What is known of a kinase, as a cell.
fn said(kinase: &OfKinase) -> Value {
    match kinase {
        OfKinase::Absent(_) => kinase.said(Lang::English).into(),
        _ => text(&kinase.said(Lang::English)),
    }
}

/// Primary reads of all libraries.
fn reads(document: &Document) -> Option<u64> {
    let own = document.metrics.iter().filter(|row| row.metric.split('.').next() == Some("primary_reads"));
    own.filter_map(|row| if let Some(MetricValue::Count(count)) = row.value { Some(count) } else { None }).reduce(|x, y| x + y)
}

fn kinases(document: &Document) -> Section {
    let colours = [("pass", Absence::Informative), ("warn", Absence::Limited), ("fail", Absence::NotInformative)];
    let colours = colours.map(|(colour, absence)| (colour, absence.said(Lang::English)));
    let mut headers = vec![("status".to_owned(), ColumnHeader::new("Status", "Whether the sample can be judged").coloured(&STATUS))];
    let meaning = "Fusions that pass, or what it is worth that none was found";
    headers.extend(document.targets.iter().map(|gene| (drawing::escaped(gene), ColumnHeader::new(gene, meaning).coloured(&colours))));
    headers.push(("reasons".to_owned(), ColumnHeader::new("Reasons", "Why the sample is not ok")));
    let description = "What each kinase's result is: its fusions, or what a negative is worth by the coverage of its usual breaks.";
    let mut section = Section::table("kinfuse_kinases", "Kinases", description, "Sample", headers);
    let mut cells = vec![("status", document.status.verdict.name().into())];
    let keys: Vec<String> = document.targets.iter().map(|gene| drawing::escaped(gene)).collect();
    cells.extend(keys.iter().zip(&document.targets).map(|(key, gene)| (key.as_str(), said(&of_kinase(document, gene)))));
    cells.push(("reasons", text(&document.status.reasons.join("; "))));
    section.add(&document.sample, cells);
    section
}

fn calls(document: &Document) -> Section {
    let state = Some(document.interpretation.short_state()).filter(|state| !state.is_empty());
    let tables = state.map_or(String::new(), |state| format!(", by tables of {state}"));
    let level = format!("Level of evidence of the drugs that are left{tables}");
    let headers = [
        ("sample", ColumnHeader::new("Sample", "Sample name")),
        ("junction", ColumnHeader::new("Exons", "Exon junction")),
        ("variant", ColumnHeader::new("Variant", "Variant label")),
        ("frame", ColumnHeader::new("Frame", "Reading frame of the fusion")),
        ("fragments", ColumnHeader::new("Molecules", "Molecules or fragments that show it").number("{:,.0f}", "")),
        ("fraction", ColumnHeader::new("Fraction", "Of the molecules at its place").number("{:,.2f}", " %")),
        ("quality", ColumnHeader::new("Quality", "Phred-scaled chance that it is an artefact").number("{:,.1f}", "")),
        ("filter", ColumnHeader::new("Filter", "PASS, or what is doubtful about it").coloured(&[("pass", "PASS")])),
        ("level", ColumnHeader::new("Level", &level)),
    ];
    let headers = headers.map(|(key, header)| (key.to_owned(), header)).to_vec();
    let description = "Fusions as fusions.tsv lists them, flagged ones too, and called mutations.";
    let mut section = Section::table("kinfuse_calls", "Calls", description, "Call", headers);
    for finding in findings(document) {
        let optional = |value: &Option<String>| value.as_deref().map_or(Value::Null, text);
        let cells = vec![
            ("sample", text(&document.sample)),
            ("junction", optional(&finding.exon_junction)),
            ("variant", optional(&finding.variant)),
            ("frame", optional(&finding.frame)),
            ("fragments", finding.fragments.into()),
            ("fraction", finding.fraction.map_or(Value::Null, |fraction| ((fraction * 1e4).round() / 100.0).into())),
            ("quality", finding.quality.map_or(Value::Null, Value::from)),
            ("filter", text(&finding.filter)),
            ("level", optional(&finding.level)),
        ];
        // MultiQC cuts a name at ".bam" and the like: what tells the lines apart comes before the sample.
        let name = [finding.name.as_str(), &finding.id, &document.sample].into_iter().filter(|part| !part.is_empty());
        section.add(&name.collect::<Vec<_>>().join(" "), cells);
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::json::Negative;
    use crate::report::rows::{FusionRow, VariantRow};

    fn document(sample: &str) -> Document {
        let (contigs, mut document) = (fixture::contigs(), Document::new(sample));
        document.targets = vec!["ALK".to_owned(), "ROS1".to_owned()];
        document.fusions = vec![FusionRow::new(sample, &fixture::eml4_alk(), &contigs)];
        document.variants = vec![VariantRow::new(sample, &fixture::ros1_g2032r(), &contigs)];
        document.negatives =
            vec![Negative { gene: "ROS1".to_owned(), verdict: "limited".to_owned(), text: String::new(), places: Vec::new() }];
        document
    }

    #[test]
    fn columns_keep_their_order_and_cells_their_kind() {
        let sections = [general(&document("S1")), kinases(&document("S1")), calls(&document("S1"))];
        let lines = sections.map(|section| serde_json::to_string_pretty(&section.data).unwrap_or_default());
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_level_comes_with_the_state_of_its_tables() {
        let mut document = document("S1");
        let knowledge = crate::knowledge::Knowledge::builtin();
        document.interpretation = crate::report::interpretation::interpret(&document, &knowledge, Some("NSCLC"));
        let text = serde_json::to_string(&calls(&document)).unwrap_or_default();
        assert!(text.contains("the drugs that are left, by tables of 2026-"), "{text}");
    }

    #[test]
    fn a_hostile_name_stays_text() {
        let hostile = document("<script>alert(1)</script>\u{1b}[31m\"x\"");
        for section in [general(&hostile), kinases(&hostile), calls(&hostile)] {
            let text = serde_json::to_string(&section).unwrap_or_default();
            assert!(text.contains("&lt;script&gt;") && !text.contains("<script>") && !text.contains("\\u001b"), "{text}");
        }
    }

    #[test]
    fn a_failed_sample_without_findings_is_not_negative() {
        let mut failed = Document::new("S1");
        failed.status.verdict = SampleVerdict::Failed;
        let text = serde_json::to_string(&general(&failed)).unwrap_or_default();
        assert!(text.contains(r#""fusions":"not judged""#) && !text.contains("none"), "{text}");
    }
}
