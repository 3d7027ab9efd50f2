//! One hot spot of another gene, for `kinfuse.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drug::DrugRow;
use super::variant::VariantRow;
use crate::variant::VariantStatus;

/// A hot spot by which tumours evade a drug without its target, and what was seen there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OffTargetRow {
    /// Gene and residue (`KRAS G12`), or gene and change beside a hot spot.
    pub site: String,
    /// What is known of the place.
    pub status: VariantStatus,
    /// The called changes; without one the line that says what would have been seen.
    pub variants: Vec<VariantRow>,
    /// What sources say of the called changes.
    pub drugs: Vec<DrugRow>,
}
