//! Windows at possible partners: the places outside of the kinase to which its reads point, merged into intervals to be read.

use rustc_hash::FxHashSet;

use crate::alignment::read::FragmentId;
use crate::alignment::tile::merged;
use crate::alignment::Assay;
use crate::genome::{ContigId, Interval};
use crate::material::Material;
use crate::model::index::GeneModels;

use super::find::Evidence;

/// Places this close belong to one window.
const JOIN_BP: u32 = 1_000;
/// Places that follow each other closely are begun anew at this width, so that no chain of them grows without end.
const MAX_WINDOW_BP: u32 = 20_000;

/// The windows around the places that tails and pairs point to. In RNA, where any expressed gene may be one chimera's partner and deep,
/// only those to which at least two fragments point or where a gene with a model lies; away from a DNA panel's targets there is little to
/// read.
pub fn windows(evidence: &Evidence, assay: &Assay, models: &GeneModels) -> Vec<Interval> {
    let mut places: Vec<(ContigId, u32, FragmentId)> = Vec::new();
    for tail in &evidence.kinase_tails {
        if let Some(placement) = tail.placement {
            places.push((placement.breakend.contig, placement.breakend.boundary, tail.fragment));
        }
    }
    for pair in &evidence.pairs {
        places.push((pair.partner.contig, pair.partner.boundary, pair.fragment));
    }
    places.sort_unstable();
    let reach = assay.insert_max_bp.max(assay.read_length_bp) + 50;
    let mut clusters: Vec<(Interval, FxHashSet<FragmentId>)> = Vec::new();
    for (contig, position, fragment) in places {
        match clusters.last_mut() {
            Some((interval, fragments))
                if interval.contig == contig && position <= interval.end + JOIN_BP && position - interval.start < MAX_WINDOW_BP =>
            {
                interval.end = interval.end.max(position);
                fragments.insert(fragment);
            }
            _ => clusters.push((Interval { contig, start: position, end: position }, FxHashSet::from_iter([fragment]))),
        }
    }
    // Bases that hard clips took stand in the primary record, wherever that lies.
    let cut = evidence.kinase_tails.iter().filter(|tail| tail.bases.is_empty()).filter_map(|tail| tail.primary);
    let primaries: Vec<Interval> = cut.map(|(contig, start)| Interval { contig, start, end: start.saturating_add(1) }).collect();
    let worth = clusters.into_iter().filter(|(interval, fragments)| {
        assay.material() == Material::Dna || fragments.len() >= 2 || !models.at(interval.contig, interval.start).is_empty()
    });
    let padded = worth.map(|(interval, _)| Interval {
        start: interval.start.saturating_sub(reach),
        end: interval.end.saturating_add(reach),
        ..interval
    });
    merged(padded.chain(primaries).collect(), 0)
}

/// The fragments of all tails and pairs: their other records are wanted.
pub fn fragments(evidence: &Evidence) -> FxHashSet<FragmentId> {
    let tails = evidence.kinase_tails.iter().map(|tail| tail.fragment);
    tails.chain(evidence.pairs.iter().map(|pair| pair.fragment)).collect()
}
