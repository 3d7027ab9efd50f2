//! The library of simulated reads: arguments become the recipe of a sample.

use clap::{Args, ValueEnum};

use super::dirt::DirtArguments;
use crate::error::Result;
use crate::simulate::recipe::{Recipe, SimulatedAssay};
use crate::simulate::{Damage, Protocol, SequencingErrors, SimulatedLibrary, Strandedness, UmiPlacement};

/// Arguments about the library, its noise and its dirt.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct LibraryArguments {
    /// Kind of library.
    #[arg(long, value_enum, default_value = "rna")]
    assay: SimulatedAssayArgument,

    /// Reads: 2x100 for pairs, 1x75 for single ones [default: 2x100 for RNA, else 2x150].
    #[arg(long, value_name = "NxBASES", value_parser = layout, help_heading = "Library")]
    reads: Option<(bool, u32)>,
    /// Length of fragments: mean,sd [default: rna 220,50; rna-amplicon 130,40; dna 300,60; dna-amplicon 180,50; cfdna 167,15].
    #[arg(long, value_name = "MEAN,SD", value_parser = two_numbers, help_heading = "Library")]
    insert: Option<(f64, f64)>,
    /// Fragments over a base of a target (DNA), of a wild-type partner (RNA), or from a primer [default: rna 50, dna 500, cfdna 2000].
    #[arg(long, value_name = "N", value_parser = amount, help_heading = "Library")]
    depth: Option<f64>,
    /// RNA: the same of the unfused kinase, where the event has a number of fragments.
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = amount, help_heading = "Library")]
    kinase_depth: f64,
    /// The same of kinases and genes without an event [default: 10; DNA with --panel negative: --depth].
    #[arg(long, value_name = "N", value_parser = amount, help_heading = "Library")]
    background_depth: Option<f64>,
    /// RNA: genes in the background, drawn from the models.
    #[arg(long, value_name = "N", default_value_t = 20, help_heading = "Library")]
    background_genes: usize,
    /// DNA: bases on either side of breaks and mutations that are sequenced.
    #[arg(long, value_name = "BP", default_value_t = 800, value_parser = clap::value_parser!(u32).range(100..=100_000), help_heading = "Library")]
    flank: u32,
    /// RNA: which strand the first read shows.
    #[arg(long, value_enum, default_value = "unstranded", help_heading = "Library")]
    strandedness: StrandednessArgument,
    /// RNA: fragments become rarer by a factor of e over so many bases from the 3' end.
    #[arg(long, value_name = "BP", value_parser = amount, help_heading = "Library")]
    three_prime_bias: Option<f64>,
    /// Fixed tissue: fragments of 110,35 bases (unless --insert says otherwise) and 0.2 % of the C read as T.
    #[arg(long, help_heading = "Library")]
    ffpe: bool,
    /// Unique molecular identifiers of 8 bases: in the read name behind `_`, or in the tag RX (a comment in FASTQ).
    #[arg(long, value_enum, default_value = "none", help_heading = "Library")]
    umi: UmiArgument,
    /// Mean number of further copies of each fragment.
    #[arg(long, value_name = "N", default_value_t = 0.1, value_parser = amount, help_heading = "Library")]
    copies: f64,

    /// Random chimeras a sample, one fragment each [default: 0, with --panel negative 200].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100_000), help_heading = "Noise")]
    chimeras: Option<u32>,
    /// No sequencing errors.
    #[arg(long, help_heading = "Noise")]
    no_errors: bool,
    /// Reads longer than their fragment go on into the adapter (otherwise they are trimmed).
    #[arg(long, help_heading = "Noise")]
    adapters: bool,
    /// Share of G read as T in first reads (oxidation).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, help_heading = "Noise")]
    oxidation: f64,
    /// Share of C read as T in first reads (deamination) [default: 0, with --ffpe 0.002].
    #[arg(long, value_name = "SHARE", value_parser = share, help_heading = "Noise")]
    deamination: Option<f64>,
    /// Of fused molecules with a number of crossing fragments, write no others.
    #[arg(long, help_heading = "Noise")]
    only_crossing: bool,

    #[command(flatten)]
    dirt: DirtArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SimulatedAssayArgument {
    Rna,
    RnaAmplicon,
    Dna,
    DnaAmplicon,
    Cfdna,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StrandednessArgument {
    Unstranded,
    /// The first read shows the RNA.
    Fr,
    /// The second read shows the RNA (dUTP).
    Rf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UmiArgument {
    None,
    Name,
    Rx,
}

pub(super) type ParsedArgument<T> = std::result::Result<T, String>;

fn layout(text: &str) -> ParsedArgument<(bool, u32)> {
    let wrong = || "write 2x100 for pairs or 1x75 for single reads".to_owned();
    let (number, bases) = text.split_once('x').ok_or_else(wrong)?;
    let bases = bases.parse().ok().filter(|bases| (30..=1_000).contains(bases)).ok_or("a read has 30 to 1000 bases")?;
    match number {
        "1" => Ok((false, bases)),
        "2" => Ok((true, bases)),
        _ => Err(wrong()),
    }
}

fn two_numbers(text: &str) -> ParsedArgument<(f64, f64)> {
    let parsed = text.split_once(',').and_then(|(mean, sd)| Some((mean.parse().ok()?, sd.parse().ok()?)));
    parsed.filter(|(mean, sd)| (40.0..=20_000.0).contains(mean) && (0.0..=*mean).contains(sd)).ok_or("write mean,sd, such as 220,50".into())
}

pub(super) fn amount(text: &str) -> ParsedArgument<f64> {
    text.parse().ok().filter(|number| (0.0..=1e6).contains(number)).ok_or_else(|| "write a number from 0 to 1000000".to_owned())
}

/// A share of the molecules.
///
/// # Errors
/// What it should be, where it is none.
pub fn share(text: &str) -> ParsedArgument<f64> {
    text.parse().ok().filter(|number| (0.0..=1.0).contains(number)).ok_or_else(|| "write a number from 0 to 1".to_owned())
}

impl LibraryArguments {
    /// How each sample is made. Samples without a fusion have chimeras, and in DNA the same depth everywhere, unless said otherwise.
    ///
    /// # Errors
    /// Rates of dirt that cannot be had together.
    pub fn recipe(&self, negative: bool, seed: u64) -> Result<Recipe> {
        /// Bases of a UMI.
        const UMI_BP: usize = 8;
        // Depths and lengths are those of common kits; the lengths of plasma are those of one nucleosome with its linker.
        let (assay, insert, depth) = match self.assay {
            SimulatedAssayArgument::Rna => (SimulatedAssay::Rna, (220.0, 50.0), 50.0),
            SimulatedAssayArgument::RnaAmplicon => (SimulatedAssay::RnaAmplicon, (130.0, 40.0), 50.0),
            SimulatedAssayArgument::Dna => (SimulatedAssay::Dna, (300.0, 60.0), 500.0),
            SimulatedAssayArgument::DnaAmplicon => (SimulatedAssay::DnaAmplicon, (180.0, 50.0), 200.0),
            SimulatedAssayArgument::Cfdna => (SimulatedAssay::Cfdna, (167.0, 15.0), 2_000.0),
        };
        let depth = self.depth.unwrap_or(depth);
        let insert = self.insert.unwrap_or(if self.ffpe { (110.0, 35.0) } else { insert });
        let (paired, read_bp) = self.reads.unwrap_or((true, if assay.is_rna() { 100 } else { 150 }));
        let umi = match self.umi {
            UmiArgument::None => None,
            UmiArgument::Name => Some(UmiPlacement::Name { separator: "_".to_owned(), length_bp: UMI_BP }),
            UmiArgument::Rx => Some(UmiPlacement::Tag { length_bp: UMI_BP }),
        };
        let protocol = Protocol {
            strandedness: match self.strandedness {
                StrandednessArgument::Unstranded => Strandedness::Unstranded,
                StrandednessArgument::Fr => Strandedness::Forward,
                StrandednessArgument::Rf => Strandedness::Reverse,
            },
            adapters: self.adapters,
            copies_mean: self.copies,
            // About one fragment in ten of plasma spans two nucleosomes.
            double_frac: if assay == SimulatedAssay::Cfdna { 0.1 } else { 0.0 },
            damage: Damage {
                oxidation_frac: self.oxidation,
                deamination_frac: self.deamination.unwrap_or(if self.ffpe { 0.002 } else { 0.0 }),
            },
        };
        Ok(Recipe {
            assay,
            library: SimulatedLibrary {
                paired,
                read_bp,
                fragment_mean_bp: insert.0,
                fragment_sd_bp: insert.1,
                errors: if self.no_errors { SequencingErrors::None } else { SequencingErrors::ShortRead },
                umi,
                duplicate_frac: 0.0,
                protocol,
            },
            depth,
            kinase_depth: self.kinase_depth,
            background_depth: self.background_depth.unwrap_or(if negative && !assay.is_rna() { depth } else { 10.0 }),
            background_genes: self.background_genes,
            flank_bp: self.flank,
            fall_bp: self.three_prime_bias.filter(|bases| *bases > 0.0),
            chimeras: self.chimeras.unwrap_or(if negative { 200 } else { 0 }),
            other_fragments: !self.only_crossing,
            dirt: self.dirt.dirt(paired, self.umi != UmiArgument::None)?,
            seed,
        })
    }
}
