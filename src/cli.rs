//! The command line: clap arguments become validated settings. The only module that knows clap.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::error::Result;

mod also;
pub mod call;
pub mod check_vcf;
pub mod cohort;
pub mod evaluate;
pub mod knowledge;
pub mod normals;
mod page;
pub mod report;
pub mod simulate;
pub mod targets;
mod threads;
pub mod validate;
mod version;

/// Columns of the widest help.
const WIDEST_HELP: usize = 100;

/// Fusions and resistance mutations of ALK, ROS1, NTRK1, NTRK2 and NTRK3 from aligned RNA or DNA reads. Research use only.
#[derive(Debug, Parser)]
#[command(name = "kinfuse", version, arg_required_else_help = true, max_term_width = WIDEST_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// More messages on standard error (twice: debugging).
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
    /// No table and no progress, errors only.
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Call fusions and resistance mutations of one sample.
    Call(call::CallArguments),
    /// Compare calls with a truth: recall, precision, exactness, by support and by event.
    Evaluate(evaluate::EvaluateArguments),
    /// Make reads whose truth is known, and the truth table.
    Simulate(Box<simulate::SimulateArguments>),
    /// Simulate, call and evaluate at once: tables of dilution, repeatability and limit of detection.
    Validate(Box<validate::ValidateArguments>),
    /// Write the files of a sample again from its kinfuse.json, with the tables of today; no BAM is needed.
    Report(report::ReportArguments),
    /// Lay many samples side by side: findings, controls, recurrent junctions, leaks between samples of a run, quality.
    Cohort(cohort::CohortArguments),
    /// Print the regions that are looked at, as BED.
    Targets(targets::TargetsArguments),
    /// Show or check the tables of what is known.
    Knowledge(knowledge::KnowledgeArguments),
    /// Check a VCF 4.4 with breakends against the specification.
    CheckVcf(check_vcf::CheckVcfArguments),
    /// Build, merge or show a background of normal samples.
    Normals(normals::NormalsArguments),
    /// Print the JSON schema of kinfuse.json.
    Schema,
    /// Print shell completions.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write man pages into a folder.
    Man {
        /// The folder.
        dir: PathBuf,
    },
}

/// Parses the command line. A wrong usage prints its message and exits with 2, `--help` and `--version` with 0.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Arguments {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut command = Arguments::command();
    if let Some(version) = version::with_parts(&arguments) {
        // A command wants its texts for as long as the program runs.
        command = command.version(&*version.leak());
    }
    let mut matches = command.get_matches_from(arguments);
    Arguments::from_arg_matches_mut(&mut matches).unwrap_or_else(|error| error.exit())
}

impl Arguments {
    /// Verbosity for the logger: warnings by default.
    pub fn log_level(&self) -> log::LevelFilter {
        match (self.quiet, self.verbose) {
            (true, _) => log::LevelFilter::Error,
            (false, 0) => log::LevelFilter::Warn,
            (false, 1) => log::LevelFilter::Info,
            (false, _) => log::LevelFilter::Debug,
        }
    }

    /// Does what was asked for.
    ///
    /// # Errors
    /// One line that says what went wrong and what to do.
    pub fn run(&self) -> Result<()> {
        match &self.command {
            Command::Call(arguments) => arguments.run(self.quiet),
            Command::Evaluate(arguments) => arguments.run(),
            Command::Simulate(arguments) => arguments.run(self.quiet),
            Command::Validate(arguments) => arguments.run(self.quiet),
            Command::Report(arguments) => arguments.run(self.quiet),
            Command::Cohort(arguments) => arguments.run(self.quiet),
            Command::Targets(arguments) => arguments.run(),
            Command::Knowledge(arguments) => arguments.run(),
            Command::CheckVcf(arguments) => arguments.run(),
            Command::Normals(arguments) => arguments.run(),
            Command::Schema => print(|out| crate::report::json::pretty(&crate::report::json::schema(), out)),
            Command::Completions { shell } => {
                let mut text = Vec::new();
                clap_complete::generate(*shell, &mut Self::command(), "kinfuse", &mut text);
                print(|out| out.write_all(&text))
            }
            Command::Man { dir } => {
                let mut command = Self::command().disable_help_subcommand(true);
                command.build();
                let mut outputs = crate::report::output::Outputs::of_files(dir, "the argument DIR")?;
                manual(command, &mut outputs)?;
                outputs.commit().map(|_| ())
            }
        }
    }
}

/// Writes the manual page of a command and those of its commands.
fn manual(command: clap::Command, outputs: &mut crate::report::output::Outputs) -> Result<()> {
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()).cloned() {
        manual(inner, outputs)?;
    }
    let page = clap_mangen::Man::new(command);
    outputs.write(&page.get_filename(), |mut out| page.render(&mut out))
}

/// Writes data to standard output. A reader that goes away early (a broken pipe) is no error.
///
/// # Errors
/// When the output cannot be written for another reason.
pub fn print(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        // Where that goes is known to the shell alone.
        other => other.map_err(crate::Error::io("standard output", "write")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_help_is_broken_again() {
        for command in Arguments::command().get_subcommands() {
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in text.lines() {
                assert!(line.chars().count() <= WIDEST_HELP, "{}: {line}", command.get_name());
            }
        }
    }
}
