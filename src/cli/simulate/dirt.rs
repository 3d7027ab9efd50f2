//! The dirt of `kinfuse simulate`: rates, all 0 unless asked for.

use std::ops::RangeInclusive;

use clap::Args;

use crate::error::{Error, Result};
use crate::simulate::Dirt;

use super::library::{amount, share, ParsedArgument};

/// Options of the heading Dirt.
#[derive(Debug, Args)]
#[command(next_help_heading = "Dirt")]
pub struct DirtArguments {
    /// Share of the reads that end in G (two-colour instruments, where there is no more signal).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    poly_g: f64,
    /// Share of the reads that end in A, or begin with T on the other strand.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    poly_a: f64,
    /// Share of the fragments that are shorter than their reads and go on into the adapter (of one of two Illumina kits a sample).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    adapter_ends: f64,
    /// Share of the reads that end in a short tandem repeat (units of 1 to 6 bases, with slips).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    repeat_ends: f64,
    /// Share of the reads with a run of N, at their end or (up to 10 bases) within.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    n_runs: f64,
    /// Bases of all these ends: shortest,longest.
    #[arg(long, value_name = "BP,BP", default_value = "8,60", value_parser = lengths)]
    end_bp: RangeInclusive<usize>,
    /// Mean number of fragments a sample over the fusion of another sample of the run, or over a known one where no sample has any.
    #[arg(long, value_name = "N", default_value_t = 0.0, value_parser = amount, hide_default_value = true)]
    hopped: f64,
    /// Share of the fragments that are of another person (5 in 1000 to 2 in 100 in practice).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    contamination: f64,
    /// Variants a base by which that person differs.
    #[arg(long, value_name = "SHARE", default_value_t = 0.001, value_parser = share)]
    snv_density: f64,
    /// Errors a base that the copies of --copies have from their making.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    copy_errors: f64,
    /// Share of the copies without the flag of duplicates.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    unmarked_copies: f64,
    /// Share of the copies that are left unaligned (BAM).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    unaligned_copies: f64,
    /// Share of the molecules that are also read from their other strand, with the halves of the UMI swapped; wants --umi and pairs.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    duplex: f64,
    /// Share of the pairs whose second read is of another fragment; wants pairs.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share, hide_default_value = true)]
    out_of_step: f64,
}

fn lengths(text: &str) -> ParsedArgument<RangeInclusive<usize>> {
    let parsed = text.split_once(',').and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
    let fits = |(least, most): &(usize, usize)| (1..=*most).contains(least) && *most <= 1_000;
    parsed.filter(fits).map(|(least, most)| least..=most).ok_or("write shortest,longest, such as 8,60".into())
}

impl DirtArguments {
    /// The dirt that was asked for, of a library with or without pairs and UMIs.
    ///
    /// # Errors
    /// Rates that cannot be had together.
    pub fn dirt(&self, paired: bool, has_umi: bool) -> Result<Dirt> {
        let dirt = Dirt {
            poly_g_frac: self.poly_g,
            poly_a_frac: self.poly_a,
            adapter_frac: self.adapter_ends,
            repeat_frac: self.repeat_ends,
            n_run_frac: self.n_runs,
            end_bp: self.end_bp.clone(),
            hopped_mean: self.hopped,
            contamination_frac: self.contamination,
            snv_frac: self.snv_density,
            copy_error_frac: self.copy_errors,
            unmarked_frac: self.unmarked_copies,
            unaligned_frac: self.unaligned_copies,
            duplex_frac: self.duplex,
            out_of_step_frac: self.out_of_step,
        };
        let refused = |problem: &str| Err(Error::Config(problem.to_owned()));
        if dirt.end_frac() > 1.0 {
            return refused("the shares of reads with dirt at an end add up to more than 1; give smaller ones");
        }
        if !paired && (dirt.duplex_frac > 0.0 || dirt.out_of_step_frac > 0.0) {
            return refused("--duplex and --out-of-step are of pairs; give --reads 2x100 or leave them out");
        }
        if !has_umi && dirt.duplex_frac > 0.0 {
            return refused("--duplex swaps the halves of a UMI, and there is none; add --umi rx or --umi name");
        }
        Ok(dirt)
    }
}
