//! `kinfuse knowledge`: what is known of fusions and of resistance.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::error::{Error, Result};
use crate::knowledge::check::{self, Severity};
use crate::knowledge::Knowledge;
use crate::report::output::Outputs;
use crate::terminal::one_line;
use crate::warning::Warnings;

/// Arguments of `kinfuse knowledge`.
#[derive(Debug, Args)]
pub struct KnowledgeArguments {
    #[command(subcommand)]
    action: KnowledgeAction,
}

#[derive(Debug, Subcommand)]
enum KnowledgeAction {
    /// Print the known fusions as a table.
    Show,
    /// Write the embedded tables into a folder; tables with another text that are there stay, and nothing is written.
    Export {
        /// The folder.
        dir: PathBuf,
    },
    /// Hold a folder of tables against the gene models: exons, junctions, frames, codons. Ends with 1 where a row is wrong.
    Check {
        /// The folder.
        dir: PathBuf,
    },
}

impl KnowledgeArguments {
    /// Shows or checks the tables.
    ///
    /// # Errors
    /// A row that cannot be read, with its file and line.
    pub fn run(&self) -> Result<()> {
        match &self.action {
            KnowledgeAction::Show => {
                let knowledge = Knowledge::builtin();
                super::print(|out| {
                    writeln!(out, "gene5\tgene3\texon_junction\tvariant\tsource")?;
                    for row in knowledge.fusions() {
                        writeln!(
                            out,
                            "{}\t{}\t{}\t{}\t{}",
                            row.gene5,
                            row.gene3,
                            row.shorthand.as_deref().unwrap_or("."),
                            row.label.as_deref().unwrap_or("."),
                            row.source
                        )?;
                    }
                    Ok(())
                })
            }
            KnowledgeAction::Check { dir } => check(dir),
            KnowledgeAction::Export { dir } => export(dir),
        }
    }
}

/// Writes the embedded tables, all or none. One that is there and has another text is somebody's own.
fn export(dir: &Path) -> Result<()> {
    let mut outputs = Outputs::of_files(dir, "the argument DIR")?;
    for (name, text) in Knowledge::builtin_texts() {
        let path = dir.join(name);
        match std::fs::read(&path) {
            Ok(own) if own != text.as_bytes() => {
                return Err(Error::input(&path, "is there and is not the embedded table", "name another folder, or move it away"));
            }
            _ => outputs.write(name, |out| out.write_all(text.as_bytes()))?,
        }
    }
    outputs.commit().map(|_| ())
}

/// Prints what is wrong with the tables of a folder, one line a finding.
fn check(dir: &Path) -> Result<()> {
    let knowledge = Knowledge::with_dir(dir, &Warnings::default())?;
    let findings = check::of_user(&knowledge);
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    super::print(|out| {
        for finding in &findings {
            let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
            let path = dir.join(finding.table);
            let [path, row, problem] = [&path.to_string_lossy(), finding.row.as_str(), finding.problem.as_str()].map(one_line);
            writeln!(out, "{severity}\t{path}, line {}\t{row}\t{problem}", finding.line)?;
        }
        for source in knowledge.sources() {
            let [origin, table, version] = [&source.origin, &source.table, &source.version].map(|text| one_line(text));
            writeln!(out, "{origin}\t{table}\t{} rows\tversion {version}", source.rows)?;
        }
        Ok(())
    })?;
    match errors {
        0 => Ok(()),
        1 => Err(Error::input(dir, "1 row is wrong", "see the list above")),
        n => Err(Error::input(dir, format!("{n} rows are wrong"), "see the list above")),
    }
}
