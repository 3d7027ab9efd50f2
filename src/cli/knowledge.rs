//! `kinfuse knowledge`: what is known of fusions and of resistance.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::error::Result;
use crate::knowledge::Knowledge;

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
    /// Read a folder with fusions.tsv and resistance.tsv and say how many rows it adds.
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
            Action::Check { dir } => {
                let knowledge = Knowledge::with_dir(dir)?;
                super::print(|out| {
                    writeln!(out, "{} fusions, {} resistance codons", knowledge.fusions().len(), knowledge.resistance_sites().len())
                })
            }
        }
    }
}
