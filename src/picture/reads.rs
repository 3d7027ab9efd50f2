//! The reads of the molecules behind each fusion: where they lie, and their bases over the junction.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::coverage::StretchAround;
use super::line::{row, DrawnEnds};
use super::majority::at_junction;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::Library;
use crate::error::Result;
use crate::evidence::supporting::Further;
use crate::fusion::witness::Behind;
use crate::fusion::Fusion;
use crate::junction::EvidenceKind;
use crate::report::drawing_data::{chosen, DrawnMolecules, ReadRow, ReadsAtJunction, SupportKind, MOST_READS};

/// Longest read name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Molecules whose reads are kept of all fusions together, where there are many of them.
const MOST_OF_ALL: usize = 200;
/// Fewest of one fusion.
const FEWEST: usize = 5;

/// What the reads of one fusion show.
#[derive(Debug, Default)]
pub struct FusionReads {
    /// Places of its molecules.
    pub molecules: Vec<DrawnMolecules>,
    /// Molecules that are not among them.
    pub molecules_left_out: u32,
    /// Bases over the junction.
    pub reads: ReadsAtJunction,
}

/// What is known of one molecule.
struct DrawnMolecule {
    kind: EvidenceKind,
    /// Bases by which it reaches into the 5' and the 3' partner.
    far: [u32; 2],
    /// The read that shows most of both sides.
    row: Option<ReadRow>,
}

/// Reads the molecules of each fusion, in the order of `fusions`, which share the room that reads may take.
///
/// # Errors
/// When a file cannot be read.
pub fn read(libraries: &[Library], fusions: &[&Fusion]) -> Result<Vec<FusionReads>> {
    let most = (MOST_OF_ALL / fusions.len().max(1)).clamp(FEWEST, MOST_READS);
    let mut shown: Vec<FusionReads> = fusions.iter().map(|_| FusionReads::default()).collect();
    for (number, library) in libraries.iter().enumerate() {
        let own: Vec<usize> = (0..fusions.len()).filter(|&at| fusions[at].witnesses.library == number).collect();
        let members: Vec<&Fusion> = own.iter().map(|&at| fusions[at]).collect();
        for (at, molecules) in own.into_iter().zip(molecules(library, &members)?) {
            let rows: Vec<ReadRow> = molecules.values().filter_map(|molecule| molecule.row.clone()).collect();
            let places = molecules.into_values().map(|molecule| (drawn(molecule.kind), molecule.far[0], molecule.far[1]));
            let (kept, molecules_left_out) = chosen(places);
            shown[at] = FusionReads { molecules: kept, molecules_left_out, reads: at_junction(rows, most) };
        }
    }
    Ok(shown)
}

/// The molecules of each of some fusions of one library.
fn molecules(library: &Library, fusions: &[&Fusion]) -> Result<Vec<BTreeMap<FragmentId, DrawnMolecule>>> {
    let ends: Vec<(DrawnEnds, [StretchAround; 2])> =
        fusions.iter().map(|fusion| (DrawnEnds::of(fusion), StretchAround::both(fusion))).collect();
    let mut found: Vec<BTreeMap<FragmentId, DrawnMolecule>> = Vec::new();
    for fusion in fusions {
        let mut own: BTreeMap<FragmentId, DrawnMolecule> = BTreeMap::new();
        for witness in &fusion.witnesses.fragments {
            let molecule = own.entry(witness.molecule).or_insert(DrawnMolecule { kind: witness.kind, far: [0; 2], row: None });
            molecule.far = [0, 1].map(|side| molecule.far[side].max(witness.shown_bp[side]));
        }
        found.push(own);
    }
    let behind = Behind::find(library, fusions.iter().map(|fusion| &*fusion.witnesses), Further::None)?;
    behind.visit(&mut |record, shows| {
        let Ok(view) = ReadRecord::from_record(record.record, &library.contigs, library.assay.umi.as_ref()) else { return Ok(()) };
        for show in shows {
            let Some(molecule) = found[show.of].get_mut(&show.witness.molecule) else { continue };
            let (ends, around) = &ends[show.of];
            molecule.far = [0, 1].map(|side| molecule.far[side].max(around[side].reach(&view.pieces)));
            let name: String = String::from_utf8_lossy(record.record.qname()).chars().take(LONGEST_NAME).collect();
            if let Some(own) = row(&view, ends, name).filter(|own| molecule.row.as_ref().is_none_or(|known| order(own) < order(known))) {
                molecule.row = Some(own);
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// Orders rows, those that show most of both sides first.
pub fn order(row: &ReadRow) -> (bool, Reverse<usize>, &ReadRow) {
    (!row.split, Reverse(row.left.len().min(row.right.len())), row)
}

fn drawn(kind: EvidenceKind) -> SupportKind {
    match kind {
        EvidenceKind::Split => SupportKind::Split,
        EvidenceKind::Clip => SupportKind::Clip,
        EvidenceKind::Pair => SupportKind::Pair,
    }
}
