//! The dirt of `kinfuse simulate`: rates, all 0 unless asked for.

use std::ops::RangeInclusive;

use clap::Args;

use crate::simulate::Dirt;

use super::{share, Parsed};

/// Options of the heading Dirt.
#[derive(Debug, Args)]
#[command(next_help_heading = "Dirt")]
pub struct DirtArguments {
    /// Share of the reads that end in G (two-colour instruments, where there is no more signal).
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    poly_g: f64,
    /// Share of the reads that end in A, or begin with T on the other strand.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    poly_a: f64,
    /// Bases of such tails: shortest,longest.
    #[arg(long, value_name = "BP,BP", default_value = "8,60", value_parser = lengths)]
    tail_bp: RangeInclusive<usize>,
}

fn lengths(text: &str) -> Parsed<RangeInclusive<usize>> {
    let parsed = text.split_once(',').and_then(|(least, most)| Some((least.parse().ok()?, most.parse().ok()?)));
    parsed
        .filter(|(least, most)| (1..=*most).contains(least) && *most <= 1_000)
        .map(|(least, most)| least..=most)
        .ok_or("write shortest,longest, such as 8,60".into())
}

impl DirtArguments {
    /// The dirt that was asked for.
    pub fn dirt(&self) -> Dirt {
        Dirt { poly_g_frac: self.poly_g, poly_a_frac: self.poly_a, tail_bp: self.tail_bp.clone() }
    }
}
