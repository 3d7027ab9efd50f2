//! How a library places its fragments on a molecule: by chance, with fewer towards the 5' end, or from primers.

use crate::genome::{ContigId, Strand};

use super::molecule::SimulatedMolecule;
use super::random::Random;

/// Where fragments begin.
#[derive(Debug, Clone, PartialEq)]
pub enum FragmentPlacement {
    /// Anywhere. Of the fragments that end this far (in bases) from the molecule's 3' end, 1 in e is kept; `None` keeps all.
    Sheared {
        /// The distance.
        fall_bp: Option<f64>,
    },
    /// At a primer; the other end is ligated anywhere (anchored multiplex PCR).
    Primed(Vec<Primer>),
}

/// A primer's 5' base and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Primer {
    /// Contig.
    pub contig: ContigId,
    /// 0-based position of its 5' base.
    pub position: u32,
    /// The strand along which it is extended.
    pub strand: Strand,
}

/// A fragment on its molecule: start, length, and strand of the first read.
pub type PlacedFragment = (usize, usize, Strand);

/// Placement on one molecule, with what has to be looked up once.
pub enum Placer {
    /// See [`FragmentPlacement::Sheared`].
    Sheared(Option<f64>),
    /// Offsets of the primers and whether they point to the molecule's 3' end.
    Primed(Vec<(usize, bool)>),
}

/// Shortest stretch between a primer and a molecule's end that gives a fragment.
const SHORTEST_BP: usize = 40;

impl FragmentPlacement {
    /// The placer for a molecule.
    pub fn on(&self, molecule: &SimulatedMolecule) -> Placer {
        match self {
            Self::Sheared { fall_bp } => Placer::Sheared(*fall_bp),
            Self::Primed(primers) => {
                let mut sites: Vec<(usize, bool)> = primers
                    .iter()
                    .filter_map(|primer| {
                        let offset = molecule.offset_of(primer.contig, primer.position)?;
                        let forward = molecule.place(offset)?.strand == primer.strand;
                        let room = if forward { molecule.length_bp() - offset } else { offset + 1 };
                        (room >= SHORTEST_BP).then_some((offset, forward))
                    })
                    .collect();
                sites.sort_unstable();
                Placer::Primed(sites)
            }
        }
    }
}

impl Placer {
    /// Mean number of draws that give this depth: fragments over a base, or fragments from a primer.
    pub fn draws(&self, depth: f64, molecule: &SimulatedMolecule, fragment_mean_bp: f64) -> f64 {
        match self {
            Self::Sheared(_) => depth * ((molecule.length_bp() as f64 - fragment_mean_bp).max(0.0) + 1.0) / fragment_mean_bp,
            Self::Primed(sites) => depth * sites.len() as f64,
        }
    }

    /// Places a fragment of this length, read first from `strand` unless a primer decides it; `None` where it is lost.
    pub fn place(&self, molecule: &SimulatedMolecule, length: usize, strand: Strand, random: &mut Random) -> Option<PlacedFragment> {
        match self {
            Self::Sheared(fall_bp) => {
                let start = random.below(molecule.length_bp() - length + 1);
                let kept = fall_bp.is_none_or(|fall_bp| random.happens(kept_frac(molecule, start + length, fall_bp)));
                kept.then_some((start, length, strand))
            }
            Self::Primed(sites) => sites.get(random.below(sites.len())).map(|&site| primed(molecule, site, length)),
        }
    }

    /// The share of the draws of this length that `wanted` accepts; those of sheared fragments lie around `near`.
    pub fn share(
        &self,
        molecule: &SimulatedMolecule,
        length: usize,
        strand: Strand,
        near: usize,
        wanted: impl Fn(PlacedFragment) -> bool,
    ) -> f64 {
        match self {
            Self::Sheared(fall_bp) => {
                let last = molecule.length_bp() - length;
                let starts = (near.saturating_sub(length)..=near.min(last)).filter(|&start| wanted((start, length, strand)));
                let weight = |start: usize| fall_bp.map_or(1.0, |fall_bp| kept_frac(molecule, start + length, fall_bp));
                starts.map(weight).sum::<f64>() / (last + 1) as f64
            }
            Self::Primed(sites) => {
                let accepted = sites.iter().filter(|&&site| wanted(primed(molecule, site, length))).count();
                accepted as f64 / sites.len().max(1) as f64
            }
        }
    }
}

/// The share of fragments with this end that is kept.
fn kept_frac(molecule: &SimulatedMolecule, end: usize, fall_bp: f64) -> f64 {
    (-((molecule.length_bp() - end) as f64) / fall_bp).exp()
}

/// The first read begins at the ligated end, the second one at the primer.
fn primed(molecule: &SimulatedMolecule, (offset, forward): (usize, bool), length: usize) -> PlacedFragment {
    if forward {
        (offset, length.min(molecule.length_bp() - offset), Strand::Reverse)
    } else {
        let length = length.min(offset + 1);
        (offset + 1 - length, length, Strand::Forward)
    }
}
