//! Variants of the kinase domains: what was called, and what was seen at every known resistance site.

pub mod call;
pub mod pileup;
pub mod site;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::genome::ContigId;
use crate::stats::Share;

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
    /// No reference sequence was given, so that the change was judged by the built-in codon alone.
    NoReference,
}

impl VariantFlag {
    /// All flags with name and description, in the order of the enum.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::LowQuality, "low_quality", "The quality is below the threshold of a call"),
        (Self::LowDepth, "low_depth", "Too few fragments over the codon"),
        (Self::StrandBias, "strand_bias", "The fragments that show it come from one strand only"),
        (Self::NoReference, "no_reference", "No reference sequence was given, judged by the built-in codon alone"),
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
    /// 1-based codon on that transcript.
    pub codon: u32,
    /// Change of the coding sequence (`c.6094G>A`).
    pub hgvs_c: Option<String>,
    /// Change of the protein (`p.G2032R`).
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
    /// Drugs and what the variant does to them.
    pub known_resistance: Vec<(String, String)>,
    /// Place in the kinase (`solvent front`, `gatekeeper`, ...).
    pub codon_class: Option<String>,
    /// Fraction that would have been seen with 95 % probability at this depth and error rate.
    pub lod95: Option<f64>,
    /// Relation to a fusion: `cis:<fusion id>:n`, `trans:...` or `unphased:<why>`.
    pub phase: String,
    /// Other variants on the same molecules.
    pub compound_with: Option<String>,
    /// What is known about the site.
    pub status: VariantStatus,
    /// A remark for the reader; empty for none.
    pub note: String,
}
