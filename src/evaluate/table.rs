//! The figures as a table for people, and all of them as files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::quality::MIN_EXPECTED_FRAGMENTS;
use super::result::{CallerResult, Evaluation, Ratio, RecallRow};
use crate::error::Result;
use crate::report::json::pretty;
use crate::report::output::Outputs;
use crate::report::tsv;
use crate::terminal::one_line;

/// Groups that the table for people shows; the files have all of them.
const SHOWN: [&str; 4] = ["all", "fragments", "category", "category,fragments"];

/// The table for people, each line with its end.
pub fn render(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    let truth = &evaluation.truth;
    let _ = writeln!(
        text,
        "{} samples, {} fusion junctions, {} mutations, {} chimeras in the truth; in brackets 95 % intervals",
        truth.samples, truth.fusions, truth.mutations, truth.chimeras
    );
    for caller in &evaluation.callers {
        let _ = writeln!(text, "\n{}", one_line(&caller.caller));
        if caller.samples_without_calls > 0 {
            let _ = writeln!(text, "  {} samples have no file of calls; their events count as missed", caller.samples_without_calls);
        }
        if caller.samples_without_truth > 0 {
            let _ =
                writeln!(text, "  {} samples have calls and no row in the truth; their calls count as false", caller.samples_without_truth);
        }
        fusions(&mut text, caller);
        mutations(&mut text, caller);
    }
    text
}

fn fusions(text: &mut String, caller: &CallerResult) {
    let header = ["group", "n", "recall PASS", "recall listed", "exact", "order", "exons", "variant"].map(str::to_owned).to_vec();
    let mut rows = vec![header];
    rows.extend(caller.recall.iter().filter(|row| SHOWN.contains(&row.group.as_str())).map(recall_cells));
    if rows.len() > 1 {
        aligned(text, &rows);
    }
    for row in &caller.precision {
        let _ = writeln!(
            text,
            "  {}: {} calls, precision {}; {} false ({} chimeras), {:.3} a sample; {} duplicates, {} with one end unplaced",
            row.tier,
            row.calls,
            percent(&row.precision),
            row.false_calls,
            row.chimeras,
            row.false_per_sample,
            row.duplicates,
            row.halves
        );
    }
    let judged = caller.fraction.iter().find(|row| row.group == "all");
    let left_out = caller.events.iter().filter(|event| event.fraction.is_some()).count() as u64;
    let left_out = left_out.saturating_sub(judged.map_or(0, |row| row.events));
    if left_out > 0 {
        let _ =
            writeln!(text, "  allele fraction: {left_out} events left out, with fewer than {MIN_EXPECTED_FRAGMENTS} expected fragments");
    }
    if let Some(row) = judged {
        let number = |value: Option<f64>| value.map_or(".".to_owned(), |value| format!("{value:+.4}"));
        let _ = writeln!(
            text,
            "  allele fraction: 95 % intervals hold the truth in {} of {} with one ({} events); mean error {}",
            percent(&row.covered),
            row.covered.of,
            row.events,
            number(row.mean_error)
        );
    }
    for row in caller.quality.iter().filter(|row| row.observed.of > 0) {
        let range = row.to.map_or_else(|| format!(">= {}", row.from), |to| format!("{}-{to}", row.from));
        let stated = row.stated.map_or(".".to_owned(), |stated| format!("{:.2}%", stated * 100.0));
        let _ = writeln!(text, "  qual {range}: {} rows, stated error {stated}, observed {}", row.observed.of, percent(&row.observed));
    }
}

fn mutations(text: &mut String, caller: &CallerResult) {
    for row in caller.mutations.iter().filter(|row| matches!(row.group.as_str(), "all" | "fragments")) {
        let level = if row.group == "all" { "all".to_owned() } else { format!("n={}", one_line(&row.level)) };
        let _ = write!(text, "  mutations, {level}: {} of {} PASS, {}", row.pass.yes, row.pass.of, percent(&row.pass));
        if row.phase.of > 0 {
            let _ = write!(text, "; phase {}", percent(&row.phase));
        }
        if row.precision.of > 0 {
            let _ = write!(text, "; precision {}", percent(&row.precision));
        }
        if row.elsewhere > 0 {
            let _ = write!(text, "; {} where the truth says nothing", row.elsewhere);
        }
        text.push('\n');
    }
}

fn recall_cells(row: &RecallRow) -> Vec<String> {
    let level = match row.group.as_str() {
        "fragments" => format!("n={}", row.level),
        "category,fragments" => row.level.replacen(',', " n=", 1),
        _ => row.level.clone(),
    };
    let mut cells = vec![one_line(&level), row.pass.of.to_string()];
    cells.extend([&row.pass, &row.listed, &row.exact, &row.gene_order, &row.exon_junction, &row.variant].map(percent));
    cells
}

/// `97.5% (91.0-99.6)`; `.` without trials.
pub fn percent(ratio: &Ratio) -> String {
    match (ratio.value, ratio.low, ratio.high) {
        (Some(value), Some(low), Some(high)) => format!("{:.1}% ({:.1}-{:.1})", value * 100.0, low * 100.0, high * 100.0),
        _ => ".".to_owned(),
    }
}

fn aligned(text: &mut String, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    for row in rows {
        let line = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect::<Vec<_>>().join("  ");
        let _ = writeln!(text, "  {}", line.trim_end());
    }
}

/// Writes all figures into a folder as `<prefix>.<what>.tsv`, `<prefix>.json` and `<prefix>.html`; returns the files.
///
/// # Errors
/// When a file cannot be written; then none is.
pub fn write(evaluation: &Evaluation, folder: &Path, prefix: &str) -> Result<Vec<PathBuf>> {
    let mut outputs = Outputs::new(folder, prefix)?;
    outputs.write("recall.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.recall)))?;
    outputs.write("precision.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.precision)))?;
    outputs.write("fraction.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.fraction)))?;
    outputs.write("quality.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.quality)))?;
    outputs.write("mutations.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.mutations)))?;
    outputs.write("events.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.events)))?;
    outputs.write("false.tsv", |out| tsv::write(out, &evaluation.rows(|caller| &caller.false_calls)))?;
    outputs.write("json", |out| pretty(evaluation, out))?;
    outputs.write("html", |out| out.write_all(super::page::render(evaluation).as_bytes()))?;
    outputs.commit()
}
