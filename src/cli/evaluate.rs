//! `kinfuse evaluate`.

use std::path::PathBuf;

use clap::Args;

use crate::error::Result;
use crate::evaluate::{self, table, CallerFiles, Scope, Truth};

const EXAMPLES: &str = "\
Examples:
  kinfuse evaluate --truth truth.tsv --calls results
  kinfuse evaluate --truth truth.tsv --calls kinfuse=results --calls arriba=arriba -o evaluation
  kinfuse evaluate --truth known.bedpe --calls star-fusion.fusion_predictions.tsv

Calls are recognised by their content: tables and JSON of kinfuse, Arriba, STAR-Fusion, VCF (Delly
and others), BEDPE. A folder may hold those of any number of samples, also one folder a sample.";

/// Arguments of `kinfuse evaluate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EvaluateArguments {
    /// What is true: truth.tsv of `kinfuse simulate`, VCF or BEDPE.
    #[arg(long, value_name = "FILE")]
    truth: PathBuf,
    /// Calls: a file or folder, with the name of the caller if wanted; may be given several times.
    #[arg(long, required = true, value_name = "[NAME=]PATH")]
    calls: Vec<String>,
    /// Sample of files that do not name one [default: the file's name up to its first dot].
    #[arg(long, value_name = "NAME")]
    sample: Option<String>,
    /// Where a mutation that is not true counts as false (BED) [default: the genes of the truth].
    #[arg(long, value_name = "BED")]
    regions: Option<PathBuf>,
    /// Folder for the tables, the JSON and the page; without it only the table on standard output.
    #[arg(short, long, value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// How the files begin.
    #[arg(long, default_value = "evaluation", value_name = "NAME")]
    prefix: String,
}

impl EvaluateArguments {
    /// Prints the table, and writes the files where a folder was given.
    ///
    /// # Errors
    /// When a file cannot be read, is none of the formats, or no sample is in the truth.
    pub fn run(&self) -> Result<()> {
        let truth = Truth::read(&self.truth, self.sample.as_deref())?;
        let mut sources: Vec<CallerFiles> = Vec::new();
        for text in &self.calls {
            let source = CallerFiles::parse(text);
            // The same name again adds to its calls.
            match sources.iter_mut().find(|other| other.name == source.name && text.contains('=')) {
                Some(other) => other.paths.extend(source.paths),
                None => sources.push(source),
            }
        }
        let mut callers = Vec::new();
        for source in sources {
            let calls = source.read(self.sample.as_deref())?;
            callers.push((source.name, calls));
        }
        let scope = match &self.regions {
            Some(path) => Scope::read(path)?,
            None => Scope::of(&truth),
        };
        let evaluation = evaluate::evaluate_within(&scope, &truth, callers, &self.truth)?;
        if let Some(folder) = &self.out_dir {
            table::write(&evaluation, folder, &self.prefix)?;
        }
        super::print(|out| out.write_all(table::render(&evaluation).as_bytes()))
    }
}
