//! `kinfuse check-vcf`.

use std::path::PathBuf;

use clap::Args;

use crate::error::{Error, Result};
use crate::report::vcf_check::{self, MAX_PROBLEMS};
use crate::terminal::one_line;

const EXAMPLES: &str = "\
Examples:
  kinfuse check-vcf results/P17.vcf.gz
  bcftools view calls.bcf | kinfuse check-vcf -

Each fault is a line on standard output. Exit codes: 0 no fault, 1 a fault or a file that cannot be
read, 2 wrong usage.";

/// Arguments of `kinfuse check-vcf`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CheckVcfArguments {
    /// VCF 4.4, plain or gzip; "-" is standard input.
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
}

impl CheckVcfArguments {
    /// Prints a line for each fault.
    ///
    /// # Errors
    /// When a file cannot be read, or has a fault.
    pub fn run(&self) -> Result<()> {
        let mut faulty = None;
        for path in &self.inputs {
            let problems = vcf_check::check(path, None)?;
            let name = one_line(&path.to_string_lossy());
            super::print(|out| problems.iter().try_for_each(|problem| writeln!(out, "{name}: {}", one_line(&problem.to_string()))))?;
            if !problems.is_empty() && faulty.is_none() {
                let problem = match problems.len() {
                    1 => "has 1 fault against VCF 4.4".to_owned(),
                    count if count > MAX_PROBLEMS => format!("has more than {MAX_PROBLEMS} faults against VCF 4.4"),
                    count => format!("has {count} faults against VCF 4.4"),
                };
                faulty = Some(Error::input(path, problem, "each has a line on standard output"));
            }
        }
        faulty.map_or(Ok(()), Err)
    }
}
