//! What made a file: RNA or DNA, paired or single, amplicon or capture, with UMIs or without. [`super::recognise`] tells it from the
//! header and the reads; every conclusion carries its reason.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::umi::UmiSource;
use crate::material::Material;

/// What `--assay` and `--duplicates` ask for, and what the file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AssayKind {
    /// Whole transcriptome or capture RNA.
    Rna,
    /// RNA between primers.
    RnaAmplicon,
    /// Whole genome or capture DNA.
    Dna,
    /// DNA between primers.
    DnaAmplicon,
    /// Plasma DNA.
    Cfdna,
}

impl AssayKind {
    /// RNA or DNA.
    pub fn material(self) -> Material {
        match self {
            Self::Rna | Self::RnaAmplicon => Material::Rna,
            _ => Material::Dna,
        }
    }

    /// The name used on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rna => "rna",
            Self::RnaAmplicon => "rna-amplicon",
            Self::Dna => "dna",
            Self::DnaAmplicon => "dna-amplicon",
            Self::Cfdna => "cfdna",
        }
    }
}

/// How copies of one molecule are told from independent fragments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateRule {
    /// Records flagged 0x400 are left out.
    Flag,
    /// One molecule for each UMI and place; the flag is not looked at.
    Umi,
    /// Flagged records are left out, and fragments with the same two ends are one.
    Position,
    /// Every fragment counts, flagged or not.
    Keep,
}

/// What is known of a file's library.
#[derive(Debug, Clone)]
pub struct Assay {
    /// The kind.
    pub kind: AssayKind,
    /// Whether reads come in pairs.
    pub paired: bool,
    /// Median read length in bases.
    pub read_length_bp: u32,
    /// Median insert size of ordinary pairs in bases; the read length where reads are single.
    pub insert_median_bp: u32,
    /// Insert size that 99 % of ordinary pairs stay below.
    pub insert_max_bp: u32,
    /// Whether reads are long (then they have no mates and many errors).
    pub long_reads: bool,
    /// Where UMIs are, if there are any.
    pub umi: Option<UmiSource>,
    /// How duplicates are told.
    pub duplicates: DuplicateRule,
    /// Reads flagged as duplicates among the sample.
    pub duplicate_frac: f64,
    /// Reads sampled; without any the lengths are those of usual libraries.
    pub sampled: u64,
    /// Ordinary pairs sampled; without any the insert sizes are those of usual libraries.
    pub inserts: u64,
    /// What went wrong when the file was made.
    pub faults: Faults,
    /// Evidence against the kind that `--assay` gave.
    pub unlike: Option<String>,
    /// Why, one sentence a conclusion, in a fixed order.
    pub reasons: Vec<String>,
}

impl Assay {
    /// Whether files of the two can be read as one library.
    pub fn goes_with(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.paired == other.paired
            && self.long_reads == other.long_reads
            && self.umi == other.umi
            && self.duplicates == other.duplicates
    }

    /// Adds another file of the library; sizes are those of the file with more sampled reads.
    pub fn absorb(&mut self, other: Self) {
        if other.sampled > self.sampled {
            self.read_length_bp = other.read_length_bp;
            self.insert_median_bp = other.insert_median_bp;
            self.reasons = other.reasons;
        }
        self.insert_max_bp = self.insert_max_bp.max(other.insert_max_bp);
        let total = self.sampled + other.sampled;
        if total > 0 {
            self.duplicate_frac = (self.duplicate_frac * self.sampled as f64 + other.duplicate_frac * other.sampled as f64) / total as f64;
        }
        self.sampled = total;
        self.inserts += other.inserts;
        self.faults.absorb(other.faults);
        self.unlike = self.unlike.take().or(other.unlike);
    }

    /// RNA or DNA.
    pub fn material(&self) -> Material {
        self.kind.material()
    }
}

/// What the user fixed on the command line.
#[derive(Debug, Clone, Default)]
pub struct AssayRequest {
    /// `--assay`.
    pub kind: Option<AssayKind>,
    /// `--duplicates`.
    pub duplicates: Option<DuplicateRule>,
    /// `--umi-tag`.
    pub umi_tag: Option<[u8; 2]>,
}
