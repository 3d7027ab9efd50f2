//! Reads whose truth is known: molecules cut from a genome, fragments and reads drawn from them, their true alignment, and the
//! table of what is in them.
//!
//! ```text
//! MemoryGenome --pieces--> SimulatedMolecule    exon 6 of CD74 ====|==== exon 34 of ROS1       (genome.rs, molecule.rs)
//! SimulatedMolecule --Sampler--> SimulatedFragment     ---->      <----                        (reads.rs)
//! SimulatedFragment --align----> records        primary at CD74, supplementary at ROS1, SA     (align.rs, bam.rs)
//!                   --fastq----> FASTQ          to be aligned by a real aligner                (fastq.rs)
//! SimulatedMolecule + fragments -> truth        fragments that cross, expected names           (truth.rs)
//! ```
//!
//! `kinfuse simulate` makes whole samples from a table of events:
//!
//! ```text
//! table or panel --event, site, change--> SimulatedEvent --rearrangement--> breakends with homology, insertion, repeats
//!   --compose--> molecules in amounts --mixture, place--> fragments --sample--> truth   (run.rs: files, threads)
//! ```
//!
//! Dirt (dirt.rs) is laid over the fragments before truth and files are written.
//!
//! Every draw comes from one seeded generator, that of dirt from another, so the same seed gives the same bytes.

pub mod align;
#[cfg(test)]
mod align_tests;
pub mod bam;
pub mod change;
pub mod chimera;
pub mod compose;
pub mod dirt;
pub mod event;
pub mod fastq;
pub mod genome;
pub mod mixture;
pub mod molecule;
pub mod panel;
pub mod pieces;
pub mod place;
mod project;
pub mod random;
pub mod reads;
pub mod rearrangement;
pub mod recipe;
pub mod repeats;
pub mod run;
pub mod sample;
pub mod site;
pub mod transcript;
pub mod truth;
pub mod truth_vcf;

pub use align::{Aligner, AlignerStyle};
pub use dirt::Dirt;
pub use genome::MemoryGenome;
pub use molecule::{MoleculePiece, SimulatedMolecule, Substitution};
pub use random::Random;
pub use reads::{
    Damage, Protocol, Sampler, SequencingErrors, SimulatedFragment, SimulatedLibrary, SimulatedRead, Strandedness, UmiPlacement,
};
