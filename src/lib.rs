//! kinfuse finds fusions and resistance mutations of NTRK1, NTRK2, NTRK3, ROS1 and ALK in aligned RNA and DNA reads.
//!
//! The method is the folder. Reads become evidence, evidence becomes junctions, junctions become fusions, and these, with the
//! variants of the kinase domains and the depth behind both, become a report:
//!
//! ```text
//! BAM/CRAM --tiles, in parallel--> alignment::ReadRecord --> evidence::{Tail, Pair} --> junction::Candidate
//!          --resistance codons---> variant::Variant                                         |
//!          --depth---------------> coverage                          model + knowledge --> fusion::Fusion --> report
//! ```
//!
//! A fusion of EML4 (forward strand) with ALK (reverse strand), an inversion, seen in DNA:
//!
//! ```text
//!   chr2   ....[ ALK exons 29 <- 20 ]....intron 19|        kept: the lower flank of ALK's break
//!   chr2   ....[ EML4 exons 1 -> 13 ]....intron 13|        kept: the lower flank of EML4's break
//!   read            =====ALK=====|=====EML4=====           Junction { a: ALK Lower, b: EML4 Lower }
//!   RNA             EML4 exon 13 | ALK exon 20             implied: E13;A20, variant 1
//! ```
//!
//! Rules that hold everywhere: positions are interbase inside and 1-based in reports; a fragment counts once; a filter flags and
//! never deletes; the same input gives the same bytes whatever the number of threads; errors are one line with a remedy.

pub mod alignment;
pub mod bgzf;
pub mod cli;
pub mod cohort;
pub mod config;
pub mod coverage;
pub mod drawing;
pub mod error;
pub mod evaluate;
pub mod evidence;
pub mod fusion;
pub mod genome;
pub mod identity;
pub mod interrupt;
pub mod junction;
pub mod knowledge;
pub mod material;
pub mod model;
pub mod normals;
pub mod picture;
pub mod pipeline;
pub mod progress;
pub mod publish;
pub mod reference;
pub mod report;
pub mod scratch;
pub mod secrets;
pub mod sequence;
pub mod setup;
pub mod simulate;
pub mod stats;
pub mod terminal;
pub mod text;
pub mod validate;
pub mod variant;
pub mod warning;

pub use error::{Error, Result};
