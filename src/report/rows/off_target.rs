//! One hot spot of another gene, for `kinfuse.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::drug::DrugRow;
use super::variant::VariantRow;
use crate::variant::{Variant, VariantStatus};

/// A hot spot by which tumours evade a drug without its target, and what was seen there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OffTargetRow {
    /// Gene and residue (`KRAS G12`), or gene and change beside a hot spot.
    pub site: String,
    /// What is known of the place.
    pub status: VariantStatus,
    /// The called changes; without one, or before uncertain ones, the line that says what would have been seen.
    pub variants: Vec<VariantRow>,
    /// What sources say of the called changes.
    pub drugs: Vec<DrugRow>,
    /// Molecules of each listed change that is not called, for the background of normal samples.
    #[serde(default)]
    pub seen: Vec<SeenChange>,
}

impl OffTargetRow {
    /// The line of the site in the table of variants, where nothing is called: of several listed changes it has the one that is hardest to
    /// see, which must not be read as the only one that was looked for.
    pub fn line(&self, row: &VariantRow) -> VariantRow {
        if self.seen.len() < 2 {
            return row.clone();
        }
        let told = format!("for all {} listed changes of {}: the one that is hardest to see", self.seen.len(), self.site);
        let note = row.note.as_ref().map_or_else(|| told.clone(), |note| format!("{note}; {told}"));
        VariantRow { note: Some(note), ..row.clone() }
    }
}

/// What was seen of a change that is not called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenChange {
    /// HGNC symbol.
    pub gene: String,
    /// The change (`p.G12D`).
    pub hgvs_p: String,
    /// Molecules over it.
    pub depth: u32,
    /// Molecules that show it.
    pub alt_fragments: u32,
}

impl SeenChange {
    /// What a line that is not called shows.
    pub fn of(variant: &Variant) -> Self {
        let Variant { gene, hgvs_p, depth, alt_fragments, .. } = variant;
        Self { gene: gene.clone(), hgvs_p: hgvs_p.clone(), depth: *depth, alt_fragments: *alt_fragments }
    }
}
