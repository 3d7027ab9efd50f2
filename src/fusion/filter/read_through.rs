//! Flag `read_through`: RNA that may be transcription running on from the gene before the kinase (same strand, in order, near, no known pair).
//! Known pairs (`GOPC::ROS1`, `LMNA::NTRK1`, `IRF2BP2::NTRK1`) come from deletions and look the same, so they are exempt.

use super::Doubt;
use crate::fusion::{KnownTier, Material};
use crate::genome::Side;

/// Farthest neighbour that transcription reaches; read-through RNAs join genes within some hundred kilobases
/// (Greger et al., `PLoS` One 2014; 9:e104567).
const MAX_DISTANCE_BP: u32 = 400_000;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let (kinase, partner) = (doubt.oriented.kinase, doubt.oriented.partner);
    let joins_in_order = match kinase.side {
        Side::Lower => partner.side == Side::Higher && kinase.boundary < partner.boundary,
        Side::Higher => partner.side == Side::Lower && partner.boundary < kinase.boundary,
    };
    let known = matches!(doubt.fusion.known, KnownTier::Variant | KnownTier::Pair);
    doubt.assay.material() == Material::Rna
        && !known
        && kinase.contig == partner.contig
        && joins_in_order
        && kinase.boundary.abs_diff(partner.boundary) <= MAX_DISTANCE_BP
        && doubt.oriented.judged.sense
}
