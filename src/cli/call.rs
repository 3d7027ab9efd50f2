//! `kinfuse call`.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::also::AlsoArguments;
use super::page::PageArguments;
use super::threads;
use crate::alignment::assay::{AssayKind, AssayRequest, DuplicateRule};
use crate::alignment::remote;
use crate::config::{CallConfig, GenomeChoice};
use crate::error::Result;
use crate::genome::Assembly;
use crate::model::{current_symbol, is_gene, DEFAULT_TARGETS};
use crate::progress::Progress;
use crate::report::table::painted;
use crate::{pipeline, publish, terminal};

const EXAMPLES: &str = "\
Examples:
  kinfuse call tumour.bam                         results in this folder, named after the sample
  kinfuse call -o results -s P17 tumour.bam       results/P17.fusions.tsv, results/P17.vcf.gz, ...
  kinfuse call -r GRCh38.fa -g gencode.gtf.gz tumour.cram
  kinfuse call --assay rna --targets ALK,ROS1 tumour.bam
  kinfuse call -r GRCh38.fa --matched-normal blood.bam tumour.bam

Exit codes: 0 done (also when nothing was found), 1 the input or the run failed, 2 wrong usage.
Research use only; not a medical device.";

/// Arguments of `kinfuse call`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CallArguments {
    /// BAM, CRAM or SAM of one sample; "-" is standard input. With --allow-remote also an address.
    #[arg(required = true, value_name = "BAM")]
    inputs: Vec<PathBuf>,
    /// Folder for the results.
    #[arg(short, long, default_value = ".", value_name = "DIR")]
    out_dir: PathBuf,
    /// Sample name [default: SM of @RG, else the file's stem].
    #[arg(short, long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    sample: Option<String>,
    /// Indexed FASTA; needed for CRAM, for exact homology and REF bases, and in RNA to find short ends of partners that few other reads show.
    #[arg(short, long, value_name = "FASTA")]
    reference: Option<PathBuf>,
    /// Gene models of the whole genome (GTF, plain or gzip); without it the built-in kinases and known partners.
    #[arg(short, long, value_name = "GTF")]
    gtf: Option<PathBuf>,
    /// Genome of the coordinates.
    #[arg(long, value_enum, default_value = "auto")]
    genome: GenomeArgument,
    /// Kind of library.
    #[arg(long, value_enum, default_value = "auto")]
    assay: AssayArgument,
    /// Kinases to look at, by symbol or a former name (TRKA, CD246, MCF3); any gene can be one, of others than the default ones fusions only.
    #[arg(long, value_delimiter = ',', default_values = DEFAULT_TARGETS, value_name = "GENE,...", value_parser = target)]
    targets: Vec<String>,
    /// Folder with tables (fusions, resistance, hotspots, domains, drugs, notes, tiers; each .tsv) that extend the built-in ones.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
    /// Background of normal samples, made by `kinfuse normals build`; junctions that it explains are flagged `recurrent`, mutations are not called.
    #[arg(long, value_name = "FILE")]
    normals: Option<PathBuf>,
    /// BAM, CRAM or SAM of the same person's normal tissue or blood: fusions that it shows are flagged `germline`, mutations are classed germline, somatic or undecided.
    #[arg(long, value_name = "BAM")]
    matched_normal: Option<PathBuf>,
    /// Tumour type, for levels of evidence (NSCLC, "thyroid carcinoma", ...).
    #[arg(long, value_name = "TYPE", value_parser = NonEmptyStringValueParser::new())]
    tumour: Option<String>,
    /// Write transcripts and proteins of the fusions (fusions.fa); needs --reference.
    #[arg(long, requires = "reference")]
    fusion_fasta: bool,
    #[command(flatten)]
    also: AlsoArguments,
    #[command(flatten)]
    page: PageArguments,
    /// Read the whole of a large RNA file for partners that nothing at the kinase points to.
    #[arg(long)]
    sensitive: bool,
    /// How to read: by index (auto and indexed), or in one pass over an unsorted or unindexed file (stream; SAM and standard input
    /// are always read so).
    #[arg(long, value_enum, default_value = "auto")]
    mode: ModeArgument,
    /// Open BAM and CRAM files at http://, https://, s3:// and gs:// addresses; only a build with the feature `remote` can.
    #[arg(long)]
    allow_remote: bool,
    /// How copies of one molecule are told.
    #[arg(long, value_enum, default_value = "auto")]
    duplicates: DuplicatesArgument,
    /// Tag that holds the UMI.
    #[arg(long, value_name = "TAG", value_parser = two_letters)]
    umi_tag: Option<[u8; 2]>,
    /// Worker threads [default: all].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Progress bar on a terminal.
    #[arg(long, value_enum, default_value = "auto")]
    progress: ProgressArgument,
    /// Width of a tile in bases; the results do not depend on it.
    #[arg(long, hide = true, default_value_t = crate::alignment::scan::TILE_BP, value_parser = clap::value_parser!(u32).range(100..))]
    tile_width: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum GenomeArgument {
    Auto,
    Grch37,
    Grch38,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AssayArgument {
    Auto,
    Rna,
    RnaAmplicon,
    Dna,
    DnaAmplicon,
    Cfdna,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModeArgument {
    Auto,
    Indexed,
    Stream,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DuplicatesArgument {
    Auto,
    Flag,
    Umi,
    Position,
    Keep,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProgressArgument {
    Auto,
    Never,
}

/// The kinase of this symbol or former symbol, in any case.
fn target(text: &str) -> std::result::Result<String, String> {
    let text = text.trim();
    if text.is_empty() || !text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter)) {
        return Err("it is no symbol of a gene".to_owned());
    }
    let current = current_symbol(text);
    // A few symbols have small letters (`C1orf112`).
    Ok(if is_gene(current) { current.to_owned() } else { current.to_uppercase() })
}

fn two_letters(text: &str) -> std::result::Result<[u8; 2], String> {
    <[u8; 2]>::try_from(text.as_bytes()).map_err(|_| "a tag has two letters, such as RX".to_owned())
}

impl CallArguments {
    /// Runs the command: results into the output folder, the table of findings to standard error.
    ///
    /// # Errors
    /// Bad input or a failed write.
    pub fn run(&self, quiet: bool) -> Result<()> {
        remote::check_option(self.allow_remote)?;
        let config = self.config();
        publish::begin(&config)?;
        let progress = Progress::new(matches!(self.progress, ProgressArgument::Auto) && !quiet);
        let result = pipeline::call(&config, &progress);
        progress.finish();
        let told = publish::publish(&result?, &config, terminal::width())?;
        if !quiet {
            terminal::show_findings(&told.table, told.failure.as_deref(), painted);
        } else if let Some(failure) = told.failure {
            log::error!("{failure}");
        }
        Ok(())
    }

    /// The validated settings.
    fn config(&self) -> CallConfig {
        let mut targets: Vec<String> = Vec::new();
        for symbol in &self.targets {
            if !targets.contains(symbol) {
                targets.push(symbol.clone());
            }
        }
        let kind = match self.assay {
            AssayArgument::Auto => None,
            AssayArgument::Rna => Some(AssayKind::Rna),
            AssayArgument::RnaAmplicon => Some(AssayKind::RnaAmplicon),
            AssayArgument::Dna => Some(AssayKind::Dna),
            AssayArgument::DnaAmplicon => Some(AssayKind::DnaAmplicon),
            AssayArgument::Cfdna => Some(AssayKind::Cfdna),
        };
        let duplicates = match self.duplicates {
            DuplicatesArgument::Auto => None,
            DuplicatesArgument::Flag => Some(DuplicateRule::Flag),
            DuplicatesArgument::Umi => Some(DuplicateRule::Umi),
            DuplicatesArgument::Position => Some(DuplicateRule::Position),
            DuplicatesArgument::Keep => Some(DuplicateRule::Keep),
        };
        let threads = threads::workers(self.threads);
        CallConfig {
            inputs: self.inputs.clone(),
            out_dir: self.out_dir.clone(),
            sample: self.sample.clone(),
            reference: self.reference.clone(),
            gtf: self.gtf.clone(),
            genome: match self.genome {
                GenomeArgument::Auto => GenomeChoice::Auto,
                GenomeArgument::Grch37 => GenomeChoice::Given(Assembly::Grch37),
                GenomeArgument::Grch38 => GenomeChoice::Given(Assembly::Grch38),
            },
            assay: AssayRequest { kind, duplicates, umi_tag: self.umi_tag },
            targets,
            knowledge: self.knowledge.clone(),
            normals: self.normals.clone(),
            matched_normal: self.matched_normal.clone(),
            tumour: self.tumour.clone(),
            fusion_fasta: self.fusion_fasta,
            also: self.also.layouts(),
            page: self.page.options(),
            sensitive: self.sensitive,
            stream: matches!(self.mode, ModeArgument::Stream),
            allow_remote: self.allow_remote,
            threads,
            tile_bp: self.tile_width,
        }
    }
}
