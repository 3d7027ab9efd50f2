//! `kinfuse validate`.

use std::path::PathBuf;

use clap::Args;

use super::simulate::library::{self, LibraryArguments};
use super::threads;
use crate::alignment::assay::{AssayKind, AssayRequest};
use crate::config::CallConfig;
use crate::error::{Error, Result};
use crate::evaluate::result::Ratio;
use crate::report::rows::{Cell, Fraction};
use crate::simulate::event::EventAmount;
use crate::simulate::panel::PanelKind;
use crate::simulate::recipe::SimulatedAssay;
use crate::simulate::run::{EventSource, Files, Job};
use crate::terminal;
use crate::validate::{self, Plan, Validation};

const EXAMPLES: &str = "\
Examples:
  kinfuse validate -r GRCh38.fa --fusions EML4::ALK,CD74::ROS1 --assay dna --depth 800 -o validation
  kinfuse validate -r GRCh38.fa --assay rna --shares 0.2,0.1,0.05 --replicates 20 -o validation

Files: validation.dilution.tsv, validation.repeatability.tsv, validation.lod.tsv; fusions.* and
negatives.*, all calls against the truth as `kinfuse evaluate` writes them; simulated_* (reads and
truth), calls_* (results of every sample).

It tells what the method finds in a library like the one described; it does not replace reference
material.";

/// Arguments of `kinfuse validate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ValidateArguments {
    /// The genome: an indexed FASTA.
    #[arg(short, long, value_name = "FASTA")]
    reference: PathBuf,
    /// Gene models (GTF, plain or gzip) beside the built-in ones.
    #[arg(short, long, value_name = "GTF")]
    gtf: Option<PathBuf>,
    /// The contigs of the FASTA are pieces of GRCh38: contig, chromosome, 0-based start, by tabs.
    #[arg(long, value_name = "TABLE")]
    pieces: Option<PathBuf>,
    /// Known fusions that are diluted [default: all whose genes are in the FASTA].
    #[arg(long, value_name = "GENE::GENE,...", value_delimiter = ',')]
    fusions: Vec<String>,
    /// Shares of the molecules.
    #[arg(long, value_name = "SHARE,...", value_delimiter = ',', value_parser = library::share, default_value = "0.2,0.1,0.05,0.02,0.01")]
    shares: Vec<f64>,
    /// Samples for each fusion and share.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    replicates: u32,
    /// Samples without a fusion.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    negatives: u32,
    /// Background of normal samples, as for `kinfuse call`.
    #[arg(long, value_name = "FILE")]
    normals: Option<PathBuf>,
    /// Folder for the results.
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    out_dir: PathBuf,
    /// Where all random draws begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    #[command(flatten)]
    library: LibraryArguments,

    /// Worker threads [default: all].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl ValidateArguments {
    /// Runs the command: files into the output folder, the limits to standard error.
    ///
    /// # Errors
    /// Bad input or a failed write.
    pub fn run(&self, quiet: bool) -> Result<()> {
        let plan = self.plan()?;
        // Messages of hundreds of samples would flood the terminal; they are in the files of each sample.
        let level = log::max_level();
        log::set_max_level(level.min(log::LevelFilter::Error));
        let validation = validate::run(&plan);
        log::set_max_level(level);
        let validation = validation?;
        if !quiet {
            terminal::show(&self.summary(&validation));
        }
        Ok(())
    }

    fn plan(&self) -> Result<Plan> {
        if self.shares.iter().any(|share| *share <= 0.0) {
            return Err(Error::Config("a share of 0 is no dilution; --negatives gives samples without a fusion".to_owned()));
        }
        let threads = threads::workers(self.threads);
        let job = |kind: PanelKind, name: &str| -> Result<Job> {
            let negative = kind == PanelKind::Negative;
            Ok(Job {
                fasta: self.reference.clone(),
                pieces: self.pieces.clone(),
                gtf: self.gtf.clone(),
                events: EventSource::Panel {
                    kind,
                    amounts: self.shares.iter().map(|&share| EventAmount::Fraction(share)).collect(),
                    replicates: if negative { self.negatives } else { self.replicates },
                    fusions: if negative { Vec::new() } else { self.fusions.clone() },
                },
                knowledge: None,
                recipe: self.library.recipe(negative, self.seed)?,
                out_dir: self.out_dir.join(format!("simulated_{name}")),
                files: Files { fastq: false, split_samples: false, bam: true },
                threads,
            })
        };
        let fusions = job(PanelKind::Known, "fusions")?;
        let kind = match fusions.recipe.assay {
            SimulatedAssay::Rna => AssayKind::Rna,
            SimulatedAssay::RnaAmplicon => AssayKind::RnaAmplicon,
            SimulatedAssay::Dna => AssayKind::Dna,
            SimulatedAssay::DnaAmplicon => AssayKind::DnaAmplicon,
            SimulatedAssay::Cfdna => AssayKind::Cfdna,
        };
        let call = CallConfig {
            // Reads of pieces lie on GRCh38, of which the FASTA has no contig.
            reference: self.pieces.is_none().then(|| self.reference.clone()),
            gtf: self.gtf.clone(),
            assay: AssayRequest { kind: Some(kind), duplicates: None, umi_tag: None },
            normals: self.normals.clone(),
            ..CallConfig::default()
        };
        Ok(Plan { fusions, negatives: job(PanelKind::Negative, "negatives")?, call, out_dir: self.out_dir.clone() })
    }

    /// The limits of all fusions and of each kinase, and what was false.
    fn summary(&self, validation: &Validation) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        let cell = |share: Option<Fraction>| share.cell();
        for row in validation.limits.iter().filter(|row| row.group != "fusion") {
            let _ = write!(text, "{}: {} samples; ", row.level, row.samples);
            let _ = match row.lowest_share_with_95 {
                Some(_) => write!(text, "at least 95 % called from a share of {} on", cell(row.lowest_share_with_95)),
                None => write!(text, "fewer than 95 % called at the largest share"),
            };
            let _ = match row.lod95 {
                Some(_) => writeln!(
                    text,
                    "; 95 % called at {} ({} to {}) by a probit model",
                    cell(row.lod95),
                    cell(row.lod95_low),
                    cell(row.lod95_high)
                ),
                None => writeln!(text, "; a probit model needs two shares at which some are called and some are not"),
            };
        }
        let false_samples = validation
            .negatives
            .callers
            .iter()
            .flat_map(|caller| &caller.precision)
            .find(|row| row.tier == "PASS")
            .map_or(Ratio::default(), |row| row.samples_with_false);
        let _ = writeln!(
            text,
            "negatives: {} of {} with a PASS call (95 % interval up to {})",
            false_samples.yes,
            false_samples.of,
            cell(false_samples.high.and_then(Fraction::new))
        );
        let _ = writeln!(text, "tables in {}", self.out_dir.join("validation.*.tsv").display());
        text
    }
}
