//! `kinfuse targets`: the regions that are looked at, as BED.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::alignment::{remote, AlignmentFile};
use crate::error::Result;
use crate::genome::{Assembly, Contigs};
use crate::model::builtin;

/// Arguments of `kinfuse targets`.
#[derive(Debug, Args)]
pub struct TargetsArguments {
    /// Genome of the coordinates.
    #[arg(long, value_enum, default_value = "grch38")]
    genome: Genome,
    /// Take contig names from this alignment file instead of chr1, chr2, ...
    #[arg(long, value_name = "BAM")]
    names_of: Option<PathBuf>,
    /// Open that file at an address too; only a build with the feature `remote` can.
    #[arg(long, requires = "names_of")]
    allow_remote: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Genome {
    Grch37,
    Grch38,
}

impl TargetsArguments {
    /// Prints the genes of the kinases and their known partners, BED6, sorted.
    ///
    /// # Errors
    /// When the alignment file cannot be opened.
    pub fn run(&self) -> Result<()> {
        remote::check_option(self.allow_remote)?;
        let assembly = match self.genome {
            Genome::Grch37 => Assembly::Grch37,
            Genome::Grch38 => Assembly::Grch38,
        };
        let contigs = match &self.names_of {
            Some(path) => AlignmentFile::open(path, None, true, self.allow_remote)?.contigs.as_ref().clone(),
            None => Contigs::chromosomes(),
        };
        let mut genes = builtin::genes(assembly, &contigs).genes;
        genes.sort_by(|x, y| (x.span, &x.symbol).cmp(&(y.span, &y.symbol)));
        super::print(|out| {
            for gene in &genes {
                let strand = gene.strand.map_or('.', crate::genome::Strand::symbol);
                writeln!(out, "{}\t{}\t{}\t{}\t0\t{strand}", contigs.name(gene.contig()), gene.span.start, gene.span.end, gene.symbol)?;
            }
            Ok(())
        })
    }
}
