//! `--also`: layouts of other programs.

use clap::{Args, ValueEnum};

use crate::report::also::OtherLayout;

/// The option, for the commands that write the files of a sample.
#[derive(Debug, Args)]
pub struct AlsoArguments {
    /// Write the fusions that pass in the columns of other programs too: <sample>.arriba.tsv, .star-fusion.tsv, .bedpe.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LAYOUT,...")]
    also: Vec<LayoutArgument>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LayoutArgument {
    Arriba,
    Starfusion,
    Bedpe,
}

impl AlsoArguments {
    /// The layouts.
    pub fn layouts(&self) -> Vec<OtherLayout> {
        let layout = |argument: &LayoutArgument| match argument {
            LayoutArgument::Arriba => OtherLayout::Arriba,
            LayoutArgument::Starfusion => OtherLayout::StarFusion,
            LayoutArgument::Bedpe => OtherLayout::Bedpe,
        };
        self.also.iter().map(layout).collect()
    }
}
