//! The settings of a simulated sample: assay, depth, library, noise.

use super::dirt::Dirt;
use super::mixture::{CrossingRule, DNA_RULE, RNA_RULE};
use super::reads::SimulatedLibrary;

/// Kind of library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedAssay {
    /// cDNA of the whole transcriptome, or of a panel.
    Rna,
    /// cDNA from primers in the kinases (anchored multiplex PCR).
    RnaAmplicon,
    /// DNA caught by baits.
    Dna,
    /// DNA from primers along the targets (anchored multiplex PCR).
    DnaAmplicon,
    /// Plasma: fragments as long as a nucleosome holds.
    Cfdna,
}

impl SimulatedAssay {
    /// Whether it is made of RNA.
    pub fn is_rna(self) -> bool {
        matches!(self, Self::Rna | Self::RnaAmplicon)
    }

    /// Whether fragments begin at primers.
    pub fn is_primed(self) -> bool {
        matches!(self, Self::RnaAmplicon | Self::DnaAmplicon)
    }
}

/// The settings of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipe {
    /// Kind of library.
    pub assay: SimulatedAssay,
    /// Reads.
    pub library: SimulatedLibrary,
    /// DNA: fragments over a base of a target. RNA: of a wild-type partner, and of the kinase where a fraction was asked for.
    pub depth: f64,
    /// RNA: fragments over a base of the unfused kinase beside a fusion with a number of fragments.
    pub kinase_depth: f64,
    /// Fragments over a base of what has no event: DNA the other kinases, RNA those and the background genes.
    pub background_depth: f64,
    /// RNA: genes beside the kinases and partners.
    pub background_genes: usize,
    /// DNA: bases on either side of a break or mutation that are sequenced.
    pub flank_bp: u32,
    /// RNA: distance from the 3' end over which fragments become rarer by a factor of e.
    pub fall_bp: Option<f64>,
    /// Random chimeras, one fragment each.
    pub chimeras: u32,
    /// Whether fused molecules also give fragments that do not cross, where a number of crossing ones was asked for.
    pub other_fragments: bool,
    /// What is wrong with the reads.
    pub dirt: Dirt,
    /// Where all draws begin.
    pub seed: u64,
}

impl Recipe {
    /// When a fragment crosses.
    pub fn rule(&self) -> CrossingRule {
        if self.assay.is_rna() {
            RNA_RULE
        } else {
            // Single reads show no insert size.
            CrossingRule { pairs: self.library.paired, ..DNA_RULE }
        }
    }
}
