//! The files of a cohort. All get their names together, or none does.

use std::io::{self, Write};
use std::path::Path;

use super::{matrix, multiqc, page, Cohort};
use crate::error::Result;
use crate::model::DEFAULT_TARGETS;
use crate::report::json::pretty;
use crate::report::output::Outputs;
use crate::report::rows::{Cell, Fraction};
use crate::report::tsv::cause;
use crate::terminal::one_line;

/// Writes tables, page and MultiQC section into a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write(cohort: &Cohort, folder: &Path) -> Result<()> {
    let mut outputs = Outputs::new(folder, "cohort")?;
    let columns = matrix::columns(cohort);
    outputs.write("tsv", |out| matrix_table(out, cohort, &columns))?;
    outputs.write("controls.tsv", |out| controls(out, cohort))?;
    outputs.write("junctions.tsv", |out| junctions(out, cohort))?;
    outputs.write("leaks.tsv", |out| leaks(out, cohort))?;
    outputs.write("quality.tsv", |out| quality(out, cohort))?;
    outputs.write("detectability.tsv", |out| detectability(out, cohort))?;
    outputs.write("html", |out| page::write(out, cohort, &columns))?;
    // MultiQC looks for names that end in _mqc.json.
    let mut section = Outputs::new(folder, "cohort_mqc")?;
    section.write("json", |out| pretty(&multiqc::section(cohort), out))?;
    Outputs::commit_all(vec![outputs, section]).map(|_| ())
}

/// A tab-separated table.
struct TableFile<'w> {
    writer: csv::Writer<&'w mut dyn Write>,
}

impl<'w> TableFile<'w> {
    fn new<S: AsRef<str>>(out: &'w mut dyn Write, header: impl IntoIterator<Item = S>) -> io::Result<Self> {
        let writer = csv::WriterBuilder::new().delimiter(b'\t').quote_style(csv::QuoteStyle::Never).from_writer(out);
        let mut table = Self { writer };
        table.add(header)?;
        Ok(table)
    }

    /// Adds a line; an empty cell is missing.
    fn add<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> io::Result<()> {
        let cell = |text: S| if text.as_ref().is_empty() { ".".to_owned() } else { one_line(text.as_ref()) };
        self.writer.write_record(cells.into_iter().map(cell)).map_err(cause)
    }

    fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A number of up to six decimals.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn matrix_table(out: &mut dyn Write, cohort: &Cohort, columns: &[matrix::FindingColumn]) -> io::Result<()> {
    let own = ["sample", "run", "role", "control", "status", "assay", "passing", "leaks", "outliers"];
    let headings = columns.iter().map(|column| column.heading.clone());
    let mut table = TableFile::new(out, own.into_iter().chain(DEFAULT_TARGETS).map(str::to_owned).chain(headings))?;
    for (index, (sample, entry)) in cohort.samples.iter().zip(&cohort.entries).enumerate() {
        let control = cohort.controls.iter().find(|control| control.entry.sample == sample.name);
        let outliers: Vec<&str> = cohort.spreads.outliers(sample).map(|figure| &*figure.metric).collect();
        let mut cells = vec![
            sample.name.clone(),
            entry.run.clone().unwrap_or_default(),
            entry.role.name().to_owned(),
            control.map_or(String::new(), |control| control.outcome.name().to_owned()),
            sample.verdict.name().to_owned(),
            sample.assays.join(","),
            sample.findings.iter().filter(|finding| finding.passes).count().to_string(),
            cohort.count_of_leaks(index).map_or(String::new(), |leaks| leaks.to_string()),
            outliers.join(","),
        ];
        cells.extend(DEFAULT_TARGETS.map(|gene| sample.of_kinase(gene).name()));
        cells.extend(matrix::cells(cohort, index, columns));
        table.add(cells)?;
    }
    table.finish()
}

fn controls(out: &mut dyn Write, cohort: &Cohort) -> io::Result<()> {
    let mut table = TableFile::new(out, ["sample", "run", "role", "expected", "outcome", "text"])?;
    for control in &cohort.controls {
        let entry = &control.entry;
        let expected: Vec<String> = entry.expected.iter().map(super::sheet::ExpectedFinding::text).collect();
        let run = entry.run.as_deref().unwrap_or("");
        table.add([&entry.sample, run, entry.role.name(), &expected.join(","), control.outcome.name(), &control.text])?;
    }
    table.finish()
}

fn junctions(out: &mut dyn Write, cohort: &Cohort) -> io::Result<()> {
    let header = [
        "fusion",
        "exon_junction",
        "variant",
        "assembly",
        "breakpoint5",
        "breakpoint3",
        "insertion",
        "slack_bp",
        "evidence",
        "samples",
        "passing",
        "leaks",
        "runs",
        "fragments_min",
        "fragments_median",
        "fragments_max",
        "sample_names",
    ];
    let mut table = TableFile::new(out, header)?;
    for group in cohort.recurrent() {
        let rows = || group.members.iter().map(|member| (member.sample, member.of(&cohort.samples)));
        let findings: Vec<_> = rows().map(|(sample, row)| (sample, &cohort.samples[sample].findings[row.finding])).collect();
        // The row that shows it to the base names it.
        let Some((sample, row)) = rows().min_by_key(|(sample, row)| (row.slack_bp, *sample)) else { continue };
        let named = &cohort.samples[sample].findings[row.finding];
        let distinct = |mut of: Vec<String>| {
            of.sort();
            of.dedup();
            of
        };
        let mut samples: Vec<usize> = findings.iter().map(|(sample, _)| *sample).collect();
        samples.dedup();
        let mut passing: Vec<usize> = findings.iter().filter(|(_, finding)| finding.passes).map(|(sample, _)| *sample).collect();
        passing.dedup();
        let mut counts: Vec<u32> = findings.iter().map(|(_, finding)| finding.fragments).collect();
        counts.sort_unstable();
        let runs = distinct(samples.iter().filter_map(|sample| cohort.entries[*sample].run.clone()).collect());
        let leaks = group.members.iter().filter(|member| cohort.leaks.binary_search_by_key(member, |leak| &leak.member).is_ok()).count();
        table.add([
            named.name.clone(),
            named.exon_junction.clone().unwrap_or_default(),
            named.variant.clone().unwrap_or_default(),
            group.places.assembly.clone(),
            row.breakpoints[0].clone(),
            row.breakpoints[1].clone(),
            group.places.insertion.clone(),
            group.slack_bp.to_string(),
            distinct(rows().map(|(_, row)| row.evidence.clone()).collect()).join(","),
            samples.len().to_string(),
            passing.len().to_string(),
            // For samples without a run no leaks were looked for.
            if runs.is_empty() { String::new() } else { leaks.to_string() },
            runs.join(","),
            counts.first().copied().unwrap_or(0).to_string(),
            counts[counts.len() / 2].to_string(),
            counts.last().copied().unwrap_or(0).to_string(),
            samples.iter().map(|sample| cohort.samples[*sample].name.as_str()).collect::<Vec<_>>().join(","),
        ])?;
    }
    table.finish()
}

fn leaks(out: &mut dyn Write, cohort: &Cohort) -> io::Result<()> {
    let header = [
        "sample",
        "run",
        "id",
        "fusion",
        "filter",
        "fragments",
        "source",
        "source_fragments",
        "ratio",
        "rate",
        "expected",
        "probability",
        "note",
    ];
    let mut table = TableFile::new(out, header)?;
    for leak in &cohort.leaks {
        let row = leak.member.of(&cohort.samples);
        let finding = &cohort.samples[leak.member.sample].findings[row.finding];
        let fraction = |value: f64| Fraction::new(value).cell();
        table.add([
            cohort.samples[leak.member.sample].name.clone(),
            cohort.entries[leak.member.sample].run.clone().unwrap_or_default(),
            finding.id.clone(),
            finding.with_variant(),
            finding.filter.clone(),
            leak.fragments.to_string(),
            cohort.samples[leak.source].name.clone(),
            leak.source_fragments.to_string(),
            fraction(f64::from(leak.fragments) / f64::from(leak.source_fragments)),
            fraction(cohort.hopping_rate),
            fraction(leak.expected),
            fraction(leak.probability),
            page::leak_note(&row.evidence).to_owned(),
        ])?;
    }
    table.finish()
}

fn quality(out: &mut dyn Write, cohort: &Cohort) -> io::Result<()> {
    let header = ["sample", "run", "assay", "metric", "value", "unit", "samples", "median", "distance", "outlier"];
    let mut table = TableFile::new(out, header)?;
    for (sample, entry) in cohort.samples.iter().zip(&cohort.entries) {
        for figure in &sample.figures {
            let spread = cohort.spreads.get(figure);
            let outlier = spread.and_then(|spread| spread.is_outlier(figure));
            table.add([
                sample.name.clone(),
                entry.run.clone().unwrap_or_default(),
                figure.assay.to_string(),
                figure.metric.to_string(),
                number(figure.value),
                figure.unit.to_string(),
                spread.map_or(String::new(), |spread| spread.values.to_string()),
                spread.map_or(String::new(), |spread| number(spread.median())),
                spread.and_then(|spread| spread.distance(figure)).map_or(String::new(), |distance| format!("{distance:.2}")),
                outlier.map_or("", |outlier| if outlier { "yes" } else { "no" }).to_owned(),
            ])?;
        }
    }
    table.finish()
}

fn detectability(out: &mut dyn Write, cohort: &Cohort) -> io::Result<()> {
    let mut table = TableFile::new(out, ["sample", "run", "assay", "gene", "region", "lod95_known", "verdict"])?;
    for (sample, entry) in cohort.samples.iter().zip(&cohort.entries) {
        let run = entry.run.as_deref().unwrap_or("");
        for region in &sample.regions {
            let lod95 = region.lod95.and_then(Fraction::new).map_or(String::new(), |fraction| fraction.cell());
            table.add([&*sample.name, run, &*region.assay, &*region.gene, &*region.name, &*lod95, &*region.verdict])?;
        }
    }
    table.finish()
}
