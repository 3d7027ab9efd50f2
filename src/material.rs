//! What was sequenced, RNA or DNA, and whether support is counted in fragments or in molecules (UMIs).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was counted: distinct fragments, or molecules where UMIs tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Fragments (read names), duplicates removed.
    #[default]
    Fragments,
    /// Molecules (UMI families).
    Molecules,
}

/// The kind of library behind the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Material {
    /// RNA (cDNA).
    Rna,
    /// DNA.
    Dna,
}
