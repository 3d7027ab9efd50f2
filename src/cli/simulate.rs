//! `kinfuse simulate`.

mod dirt;
pub mod library;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::threads;
use crate::error::{Error, Result};
use crate::simulate::event::EventAmount;
use crate::simulate::panel::PanelKind;
use crate::simulate::run::{self, EventSource, Files, Job};
use crate::terminal;

use library::LibraryArguments;

const EXAMPLES: &str = "\
The table of events has one row a fusion, columns by name, separated by tabs; most may be left out:
  id  sample  gene5  site5    gene3  site3      fragments  fraction  insertion  mutations
  e1  s1      EML4   exon 13  ALK    exon 20    3
  e2  s2      CD74   exon 6   ROS1   intron 33             0.05      ACGT       ROS1:G2032R@cis
Further columns: homology_bp, repeat, reciprocal (yes).
A site is `exon 13` (DNA: the intron beside it), `exon 20 +12`, `intron 19`, `intron 19 +300`,
`intron 19 -117`, `intron 6 +187..+220` (a cryptic exon) or `chr2:29223528:-`. Rows of one sample
make one sample; a row without genes makes a negative one. Mutations: ALK:G1202R@cis, @trans=0.2,
A&B@cis on one molecule, A@cis=0.5,B@cis=0.5 on different ones.

Examples:
  kinfuse simulate -r GRCh38.fa --events events.tsv --assay rna -o simulated
  kinfuse simulate -r GRCh38.fa --panel known --counts 1,2,3 -o simulated
  kinfuse simulate -r GRCh38.fa --events events.tsv --assay cfdna --umi rx --bam -o simulated

Files: truth.tsv (a sample without fusion and mutation has a row of kind negative);
reads_1.fastq.gz, reads_2.fastq.gz (read names begin with `<sample>:`); with --bam <sample>.bam,
truly aligned. The same seed gives the same bytes, whatever the number of threads.";

/// Arguments of `kinfuse simulate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct SimulateArguments {
    /// The genome: an indexed FASTA.
    #[arg(short, long, value_name = "FASTA")]
    reference: PathBuf,
    /// Gene models (GTF, plain or gzip) beside the built-in kinases and partners of GRCh37 and GRCh38.
    #[arg(short, long, value_name = "GTF")]
    gtf: Option<PathBuf>,
    /// The contigs of the FASTA are pieces of GRCh38: contig, chromosome, 0-based start, by tabs. Positions are then those of GRCh38.
    #[arg(long, value_name = "TABLE")]
    pieces: Option<PathBuf>,
    /// Table of events, see below.
    #[arg(long, value_name = "TABLE", required_unless_present = "panel")]
    events: Option<PathBuf>,
    /// Instead of a table: every known variant, samples without a fusion, or new fusions of many kinds.
    #[arg(long, value_enum, conflicts_with = "events")]
    panel: Option<PanelArgument>,
    /// Panel: fragments that cross, one sample for each number.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "5", conflicts_with_all = ["events", "fractions"], value_parser = clap::value_parser!(u32).range(1..=100_000))]
    counts: Vec<u32>,
    /// Panel: instead of numbers, shares of the molecules.
    #[arg(long, value_name = "SHARE,...", value_delimiter = ',', value_parser = library::share, conflicts_with = "events")]
    fractions: Vec<f64>,
    /// Panel: copies of each variant (known), events a category (novel), samples (negative).
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "events", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    replicates: u32,
    /// Panel of known variants: these fusions alone.
    #[arg(long, value_name = "GENE::GENE,...", value_delimiter = ',', conflicts_with = "events")]
    fusions: Vec<String>,
    /// Folder with tables (fusions.tsv) that extend the built-in ones.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Folder for the results.
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    out_dir: PathBuf,
    /// Where all random draws begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Also write a truth-aligned, indexed BAM for each sample, and its truth as VCF.
    #[arg(long, help_heading = "Files")]
    bam: bool,
    /// Do not write FASTQ.
    #[arg(long, help_heading = "Files")]
    no_fastq: bool,
    /// FASTQ files for each sample instead of one pair for all.
    #[arg(long, help_heading = "Files")]
    split_samples: bool,

    #[command(flatten)]
    library: LibraryArguments,

    /// Worker threads [default: all].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PanelArgument {
    Known,
    Negative,
    Novel,
}

impl SimulateArguments {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input or a failed write.
    pub fn run(&self, quiet: bool) -> Result<()> {
        let summary = run::run(&self.job()?)?;
        if !quiet {
            let truth = self.out_dir.join("truth.tsv");
            terminal::show(&format!("{} samples, {} rows of truth in {}\n", summary.samples, summary.rows, truth.display()));
            if summary.left_out > 0 {
                let list = self.out_dir.join("not_made.tsv");
                terminal::show(&format!("{} events could not be made; {} says why\n", summary.left_out, list.display()));
            }
        }
        Ok(())
    }

    fn job(&self) -> Result<Job> {
        let files = Files { fastq: !self.no_fastq, split_samples: self.split_samples, bam: self.bam };
        if !files.fastq && !files.bam {
            return Err(Error::Config("no reads would be written; leave --no-fastq out or add --bam".to_owned()));
        }
        let threads = threads::workers(self.threads);
        Ok(Job {
            fasta: self.reference.clone(),
            pieces: self.pieces.clone(),
            gtf: self.gtf.clone(),
            events: self.source()?,
            knowledge: self.knowledge.clone(),
            recipe: self.library.recipe(self.panel == Some(PanelArgument::Negative), self.seed)?,
            out_dir: self.out_dir.clone(),
            files,
            threads,
        })
    }

    fn source(&self) -> Result<EventSource> {
        if let Some(path) = &self.events {
            return Ok(EventSource::Table(path.clone()));
        }
        let kind = match self.panel {
            Some(PanelArgument::Known) => PanelKind::Known,
            Some(PanelArgument::Negative) => PanelKind::Negative,
            Some(PanelArgument::Novel) => PanelKind::Novel,
            None => return Err(Error::Config("no events; give --events or --panel".to_owned())),
        };
        let amounts = if self.fractions.is_empty() {
            self.counts.iter().map(|&count| EventAmount::Fragments(count)).collect()
        } else {
            self.fractions.iter().map(|&fraction| EventAmount::Fraction(fraction)).collect()
        };
        Ok(EventSource::Panel { kind, amounts, replicates: self.replicates, fusions: self.fusions.clone() })
    }
}
