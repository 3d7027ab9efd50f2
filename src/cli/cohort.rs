//! `kinfuse cohort`: many samples side by side.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::Args;

use crate::cohort::{self, CohortConfig};
use crate::error::Result;
use crate::report::output;
use crate::terminal;

const EXAMPLES: &str = "\
Writes cohort.html, cohort_mqc.json and tables, all or none:
  cohort.tsv                samples x kinases and findings
  cohort.controls.tsv       whether each control shows what it must
  cohort.junctions.tsv      the same junction in several samples
  cohort.leaks.tsv          fusions that reads of a stronger sample of the run can explain;
                            they are marked, not deleted
  cohort.quality.tsv        figures of each library, and those far from the others
  cohort.detectability.tsv  what could have been seen where

The sheet has the columns sample, run, role (sample, positive, negative, ntc) and expected, by tabs:
  sample   run   role      expected
  HD-mix   R12   positive  EML4::ALK E13;A20,ROS1 p.G2032R
  water    R12   ntc
  P17      R12   sample

Examples:
  kinfuse cohort -o cohort results/*.kinfuse.json
  kinfuse cohort -o cohort --sheet runs.tsv results/*.kinfuse.json
  kinfuse cohort -o cohort --run R12 --hopping-rate 0.001 R12/*.kinfuse.json   unique dual indexes

Research use only; not a medical device.";

/// Arguments of `kinfuse cohort`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CohortArguments {
    /// kinfuse.json of each sample, plain or gzip.
    #[arg(required = true, value_name = "JSON")]
    inputs: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    out_dir: PathBuf,
    /// Table of runs and controls.
    #[arg(long, value_name = "TSV")]
    sheet: Option<PathBuf>,
    /// Run of the samples for which the sheet names none. Leaks are looked for among samples of one run alone.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    run: Option<String>,
    /// Share of a library's fragments that are read as those of one other sample of its run.
    #[arg(long, value_name = "FRACTION", default_value_t = cohort::DEFAULT_RATE, value_parser = rate)]
    hopping_rate: f64,
}

fn rate(text: &str) -> std::result::Result<f64, String> {
    text.parse().ok().filter(|rate| (0.0..=0.5).contains(rate)).ok_or_else(|| "it is no fraction between 0 and 0.5".to_owned())
}

impl CohortArguments {
    /// Reads all documents, then writes the files; a summary goes to standard error, controls first.
    ///
    /// # Errors
    /// A document or sheet that cannot be read, two documents of one sample, or a failed write: then nothing is written.
    pub fn run(&self, quiet: bool) -> Result<()> {
        let config =
            CohortConfig { inputs: self.inputs.clone(), sheet: self.sheet.clone(), run: self.run.clone(), hopping_rate: self.hopping_rate };
        output::check(&self.out_dir)?;
        let found = cohort::cohort(&config)?;
        cohort::write(&found, &self.out_dir)?;
        if !quiet {
            terminal::show(&format!("{}\n", found.summary()));
        }
        Ok(())
    }
}
