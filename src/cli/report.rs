//! `kinfuse report`: the files of a sample again, from its `kinfuse.json`, with the tables of today.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::Args;

use super::also::AlsoArguments;
use super::page::PageArguments;
use crate::error::{Error, Result};
use crate::knowledge::Knowledge;
use crate::publish::warn_of_cut;
use crate::report::evidence::carry::CarriedFiles;
use crate::report::json::Document;
use crate::report::output::{file_prefix, refuse_another, Outputs};
use crate::report::{files, renew, table};
use crate::terminal;
use crate::terminal::one_line;
use crate::warning::Warnings;

const EXAMPLES: &str = "\
Names, known junctions, domains, drugs, levels and notes are renewed. What rests on reads stays:
which junctions and mutations were called, their quality and filter, and what could have been seen;
`kinfuse call` looks at the reads again. With the tables of the call, all files are the same to the
byte (fusions.fa, which needs the reference, is not written). The candidates.tsv.gz that was written
with kinfuse.json must lie beside it. Evidence files there are copied into another --out-dir.

Examples:
  kinfuse report -o results results/P17.kinfuse.json                       this program's tables
  kinfuse report -o results --tumour NSCLC --knowledge my/ P17.kinfuse.json

Research use only; not a medical device.";

/// Samples whose files get their names together: each keeps up to twenty-two open until then, and systems allow 1024.
const TOGETHER: usize = 40;

/// The same where each drawing is a file: a page has up to two hundred.
const TOGETHER_WITH_FIGURES: usize = 4;

/// Arguments of `kinfuse report`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReportArguments {
    /// kinfuse.json of a sample, plain or gzip.
    #[arg(required = true, value_name = "JSON")]
    inputs: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    out_dir: PathBuf,
    /// Folder with tables that extend the built-in ones, as for `kinfuse call`.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Tumour type, for levels of evidence [default: that of the call].
    #[arg(long, value_name = "TYPE", value_parser = NonEmptyStringValueParser::new())]
    tumour: Option<String>,
    #[command(flatten)]
    also: AlsoArguments,
    #[command(flatten)]
    page: PageArguments,
}

impl ReportArguments {
    /// Reads all documents, then writes the files of each; the tables of findings go to standard error.
    ///
    /// # Errors
    /// A file that is no document of this version, two of one sample, a table that cannot be read, or a failed write.
    pub fn run(&self, quiet: bool) -> Result<()> {
        let knowledge = match &self.knowledge {
            Some(dir) => Knowledge::with_dir(dir, &Warnings::default())?,
            None => Knowledge::builtin(),
        };
        let layouts = self.also.layouts();
        let mut by_prefix: BTreeMap<String, String> = BTreeMap::new();
        let mut documents = Vec::new();
        for path in &self.inputs {
            let mut document = Document::read_whole(path)?;
            let prefix = file_prefix(&document.sample);
            refuse_another(&self.out_dir, &document.sample)?;
            if let Some(other) = by_prefix.insert(prefix.clone(), document.sample.clone()) {
                let sample = one_line(&document.sample);
                let problem = if other == document.sample {
                    format!("is the second file of a sample {sample}")
                } else {
                    format!("is of a sample {sample}, whose files have the same names as those of {}", one_line(&other))
                };
                return Err(Error::input(path, problem, "give one file a sample, or run once for each with another --out-dir"));
            }
            let evidence = CarriedFiles::find(path, &mut document);
            documents.push((prefix, document, evidence));
        }
        let page = self.page.options();
        let together = if page.figures.is_empty() { TOGETHER } else { TOGETHER_WITH_FIGURES };
        while !documents.is_empty() {
            let group: Vec<_> = documents.drain(..documents.len().min(together)).collect();
            let mut sets = Vec::new();
            let mut tables = String::new();
            for (prefix, mut document, evidence) in group {
                let told = renew::again(&mut document, &knowledge, self.knowledge.is_some(), self.tumour.as_deref());
                if let Some(told) = &document.interpretation.tumour_note {
                    log::warn!("{}", one_line(told));
                }
                let mut outputs = Outputs::new(&self.out_dir, &prefix)?;
                files::write(&document, page, &layouts, &mut outputs)?;
                evidence.write(&document, &mut outputs)?;
                warn_of_cut(&document.sample);
                sets.push(outputs);
                let _ = writeln!(tables, "{}\n  {}", table::render(&document, terminal::width(), 0), told.join("\n  "));
            }
            Outputs::commit_all(sets)?;
            if !quiet {
                terminal::show_findings(&tables, None, table::painted);
            }
        }
        Ok(())
    }
}
