//! Mutations: those that are called in the kinase domains, and what the reads show at every known resistance site.
//!
//! ```text
//! records --pileup--> molecules over a row of coding bases      (molecule.rs, pileup.rs; the row: domain.rs; reads that hide an event:
//!                                                               realign.rs; the one form of an indel: normal.rs)
//!         --noise---> how often this library shows a wrong base (noise.rs), and what a molecule says beside that (likelihood.rs)
//!         --call----> codons that differ, insertions, deletions (call.rs, indel.rs, slippage.rs), their doubts (bias.rs), names (name.rs)
//!         --phase---> on one molecule with each other, with a fusion (phase.rs, chain.rs)
//!         --hotspot-> the same at KRAS G12 and its like         (hotspot.rs); exon 14 of MET: splice.rs in DNA,
//!                                                               skipping.rs in RNA; all of it in order: analysis.rs
//!         --origin--> inherited or not, by the matched normal    (origin.rs)
//! ```
//!
//! Molecules are counted, not reads: overlapping mates are one, copies are one (by the rule for duplicates), and a molecule shows a change
//! once. Known sites have a line even without a mutation: depth, molecules without the change, and the fraction that would have been seen.

pub mod analysis;
pub mod bias;
pub mod call;
pub mod chain;
pub mod domain;
mod fasta;
pub mod hotspot;
pub mod indel;
pub mod likelihood;
pub mod molecule;
pub mod name;
pub mod noise;
pub mod normal;
pub mod origin;
pub mod phase;
pub mod pileup;
mod realign;
pub mod skipping;
pub mod slippage;
pub mod splice;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::genome::ContigId;
use crate::knowledge::DrugEffect;
use crate::stats::Share;

use origin::{Counted, Origin};

/// Why a variant is doubtful. A flag never deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariantFlag {
    /// The quality is below the threshold of a call.
    LowQuality,
    /// Too few fragments over the codon.
    LowDepth,
    /// The fragments that show it come from one strand only.
    StrandBias,
    /// The reference is not known there, so that the change was judged by what nearly all reads show.
    NoReference,
    /// The fragments show it at the ends of their reads only.
    ReadPosition,
    /// Whether it changes the transcript is not certain.
    Uncertain,
}

impl VariantFlag {
    /// All flags with name and description, in the order of the enum.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::LowQuality, "low_quality", "The quality is below the threshold of a call"),
        (Self::LowDepth, "low_depth", "Too few fragments over the codon"),
        (Self::StrandBias, "strand_bias", "The fragments that show it come from one strand only"),
        (
            Self::NoReference,
            "no_reference",
            "The reference is not known there (no FASTA, or a deletion of more than 10000 bases), what nearly all reads show stood in",
        ),
        (Self::ReadPosition, "read_position", "The fragments show it at the ends of their reads only"),
        (Self::Uncertain, "uncertain", "Whether it changes the transcript is not certain: RNA shows it"),
    ];

    /// The name used in files.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(flag, _, _)| *flag == self).map_or("", |(_, name, _)| name)
    }
}

/// What is known about a site after reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VariantStatus {
    /// The variant is there.
    Called,
    /// The site is covered and the variant was not seen.
    NotSeen,
    /// The site is not covered: nothing can be said.
    NotCovered,
}

/// One variant of a kinase domain, or a known resistance site without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// HGNC symbol.
    pub gene: String,
    /// Transcript by which codons are counted.
    pub transcript: String,
    /// 1-based codon on that transcript, the first one that changes; 0 for what has none (a splice site, a lost exon).
    pub codon: u32,
    /// Change of the coding sequence (`c.6094G>A`).
    pub hgvs_c: Option<String>,
    /// Change of the protein (`p.G2032R`), or what happens in words (`exon 14 skipping`).
    pub hgvs_p: String,
    /// Contig of the BAM.
    pub contig: ContigId,
    /// 0-based first reference base.
    pub position: u32,
    /// Reference bases on the forward strand; empty where they are not known.
    pub reference: Vec<u8>,
    /// Alternative bases on the forward strand; empty where none was seen.
    pub alternative: Vec<u8>,
    /// Fragments over the site.
    pub depth: u32,
    /// Fragments that show the alternative.
    pub alt_fragments: u32,
    /// `alt_fragments / depth` with its 95 % interval.
    pub share: Option<Share>,
    /// Phred-scaled chance that it is an error.
    pub quality: f64,
    /// Reasons for doubt; empty means PASS.
    pub flags: BTreeSet<VariantFlag>,
    /// Drugs and what the statements of the highest standing say that the variant does to them.
    pub known_resistance: Vec<(String, String)>,
    /// Place in the kinase (`solvent front`, `gatekeeper`, ...).
    pub codon_class: Option<String>,
    /// Fraction that would have been seen with 95 % probability at this depth and error rate.
    pub lod95: Option<f64>,
    /// Relation to a fusion: `cis:<fusion id>:n`, `trans:...` or `unphased:<why>`.
    pub phase: String,
    /// Other variants on the same molecules, and those that are on others: `p.L1196M:cis:12`.
    pub compound_with: Option<String>,
    /// What is known about the site.
    pub status: VariantStatus,
    /// A remark for the reader; empty for none.
    pub note: String,
    /// The same change as other transcripts count it (`p.G2026R (NM_001378902)`).
    pub aliases: Vec<String>,
    /// Mean error of this change a molecule, as this library shows it, over all molecules at the codon.
    pub error_rate: Option<f64>,
    /// Relative variance of that rate: how far positions differ, and how little is known of it.
    pub error_variance: Option<f64>,
    /// Fewest molecules that are called here if their qualities are those of all molecules at the codon.
    pub min_fragments: Option<u32>,
    /// What is said of it, with a source that was read or without.
    pub statements: Vec<DrugEffect>,
    /// Whether it would be called, but for the background of normal samples.
    pub held_back: bool,
    /// Phase set (1-based position of its first variant) and whether it lies on the second of the two haplotypes.
    pub phase_set: Option<(u32, bool)>,
    /// The parts of a change that an intron cuts: position, reference and alternative bases as above, lowest first; none for others.
    pub parts: Vec<(u32, Vec<u8>, Vec<u8>)>,
    /// Bases behind `position` that transcripts leave out, where that is the change; they are not among `reference`.
    pub left_out_bp: Option<u32>,
    /// Where a called change comes from, by the matched normal; `None` without one.
    pub origin: Option<Origin>,
    /// What the matched normal shows of it; `None` where it was not compared.
    pub in_normal: Option<Counted>,
}

impl Variant {
    /// A site of which nothing is known yet.
    pub fn blank(gene: &str, transcript: &str, codon: u32, contig: ContigId, position: u32) -> Self {
        Self {
            gene: gene.to_owned(),
            transcript: transcript.to_owned(),
            codon,
            hgvs_c: None,
            hgvs_p: String::new(),
            contig,
            position,
            reference: Vec::new(),
            alternative: Vec::new(),
            depth: 0,
            alt_fragments: 0,
            share: None,
            quality: 0.0,
            flags: BTreeSet::new(),
            known_resistance: Vec::new(),
            codon_class: None,
            lod95: None,
            phase: "unphased:not called".to_owned(),
            compound_with: None,
            status: VariantStatus::NotCovered,
            note: String::new(),
            aliases: Vec::new(),
            error_rate: None,
            error_variance: None,
            min_fragments: None,
            statements: Vec::new(),
            held_back: false,
            phase_set: None,
            parts: Vec::new(),
            left_out_bp: None,
            origin: None,
            in_normal: None,
        }
    }
}
