//! Flag `random_chimera`: the quality is low, and the junction looks like the sample's own random chimeras.

use super::Doubt;
use crate::fusion::score::MIN_PASS_QUALITY;
use crate::fusion::{KnownTier, Material};

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let (kinase_edge, partner_edge) = doubt.oriented.judged.edges;
    let spliced = doubt.assay.material() == Material::Rna && kinase_edge && partner_edge;
    let known = matches!(doubt.fusion.known, KnownTier::Variant | KnownTier::Pair);
    doubt.fusion.quality < MIN_PASS_QUALITY && !spliced && !known
}
