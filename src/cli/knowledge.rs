//! `kinfuse knowledge`: what is known of fusions and of resistance.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::error::{Error, Result};
use crate::knowledge::check::{self, Severity};
use crate::knowledge::Knowledge;
use crate::warning::Warnings;

/// Arguments of `kinfuse knowledge`.
#[derive(Debug, Args)]
pub struct KnowledgeArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print the known fusions as a table.
    Show,
    /// Write the embedded tables into a folder.
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
            Action::Show => {
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
            Action::Check { dir } => check(dir),
            Action::Export { dir } => {
                std::fs::create_dir_all(dir).map_err(Error::io(dir, "make the folder"))?;
                Knowledge::builtin_texts().into_iter().try_for_each(|(name, text)| {
                    let path = dir.join(name);
                    std::fs::write(&path, text).map_err(Error::io(&path, "write"))
                })
            }
        }
    }
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
            writeln!(out, "{severity}\t{}, line {}\t{}\t{}", path.display(), finding.line, finding.row, finding.problem)?;
        }
        for source in knowledge.sources() {
            writeln!(out, "{}\t{}\t{} rows\tversion {}", source.origin, source.table, source.rows, source.version)?;
        }
        Ok(())
    })?;
    match errors {
        0 => Ok(()),
        1 => Err(Error::input(dir, "1 row is wrong", "see the list above")),
        n => Err(Error::input(dir, format!("{n} rows are wrong"), "see the list above")),
    }
}
