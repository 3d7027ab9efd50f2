//! From the events of a sample to its molecules.
//!
//! ```text
//!   SimulatedEvent --rearrangement--> breakends --rna--> fused transcript + wild-type transcripts + background
//!                                               --dna--> rearranged chromosomes + the unchanged ones beside them
//!   mutations in cis go onto the fused molecules, those in trans onto the wild type
//! ```

mod dna;
mod rna;

use crate::error::Result;
use crate::genome::{ContigId, Strand};

use super::change::SimulatedChange;
use super::event::SimulatedEvent;
use super::mixture::MixturePart;
use super::molecule::{SimulatedMolecule, Substitution};
use super::place::{FragmentPlacement, Primer};
use super::random::Random;
use super::rearrangement::{Ground, Rearrangement};
use super::recipe::Recipe;

/// What a sample is made of.
pub struct Composition<'a> {
    /// Its molecules.
    pub parts: Vec<MixturePart>,
    /// Which of them are unchanged but for mutations.
    pub wild_type: Vec<bool>,
    /// Where fragments begin.
    pub placement: FragmentPlacement,
    /// The junctions.
    pub junctions: Vec<PlacedJunction<'a>>,
    /// The mutations.
    pub mutations: Vec<PlacedMutation>,
}

/// A junction and the part that has it.
pub struct PlacedJunction<'a> {
    /// Index into [`Composition::parts`].
    pub part: usize,
    /// Index of the event in the sample.
    pub event: usize,
    /// Whether it is the event's other product.
    pub is_reciprocal: bool,
    /// Where it lies.
    pub broken: Rearrangement<'a>,
    /// Share of the molecules that was asked for.
    pub fraction: Option<f64>,
}

/// A mutation.
pub struct PlacedMutation {
    /// Index of the event in the sample.
    pub event: usize,
    /// The change.
    pub change: SimulatedChange,
    /// On fused molecules, on the others, or on those of a sample without a fusion.
    pub in_cis: Option<bool>,
    /// Share of all molecules there, where that was asked for.
    pub fraction: Option<f64>,
}

/// A problem with one event: its line, what is wrong, and the remedy.
pub type EventProblem = (usize, String, String);

/// Changes that lie together on a share of the molecules.
#[derive(Debug, Clone)]
struct Haplotype {
    changes: Vec<SimulatedChange>,
    in_cis: Option<bool>,
    share: f64,
}

/// Composes a sample.
///
/// # Errors
/// The first event that cannot be made.
pub fn compose<'a>(
    events: &[&SimulatedEvent],
    ground: &Ground<'a>,
    recipe: &Recipe,
    random: &mut Random,
) -> std::result::Result<Composition<'a>, EventProblem> {
    let mut placed = Vec::new();
    for event in events {
        let broken = match &event.ends {
            Some(_) => Some(ground.place(event, random).map_err(|(problem, remedy)| (event.line, problem, remedy.to_owned()))?),
            None => None,
        };
        let haplotypes = haplotypes(event, ground).map_err(|problem| {
            (event.line, problem, "check gene, codon and bases; kinfuse counts codons as the literature does".to_owned())
        })?;
        placed.push((broken, haplotypes));
    }
    if recipe.assay.is_rna() {
        rna::compose(events, &placed, ground, recipe, random)
    } else {
        dna::compose(events, &placed, ground, recipe)
    }
}

type PlacedEvent<'a> = (Option<Rearrangement<'a>>, Vec<Haplotype>);

fn haplotypes(event: &SimulatedEvent, ground: &Ground) -> std::result::Result<Vec<Haplotype>, String> {
    let mut used = [0.0; 2];
    let mut list = Vec::new();
    for written in &event.mutations {
        let in_cis = written.in_cis.or(event.ends.is_some().then_some(true));
        let default = match (in_cis, event.amount) {
            (Some(true), _) => 1.0,
            (None, Some(super::event::EventAmount::Fraction(fraction))) => fraction,
            _ => 0.5,
        };
        let share = written.share.unwrap_or(default);
        let slot = usize::from(in_cis == Some(true));
        used[slot] += share;
        if used[slot] > 1.0 + 1e-9 {
            return Err("the shares of mutations on the same molecules add up to more than 1".to_owned());
        }
        let changes = written.changes.iter().map(|text| SimulatedChange::resolve(text, ground.models, ground.reference));
        list.push(Haplotype { changes: changes.collect::<std::result::Result<_, _>>()?, in_cis, share });
    }
    Ok(list)
}

/// The molecule without and with each haplotype's changes, in their shares.
fn alternatives<'h>(
    molecule: SimulatedMolecule,
    haplotypes: impl Iterator<Item = (&'h [SimulatedChange], f64)>,
) -> Vec<(SimulatedMolecule, f64)> {
    let mut left = 1.0;
    let mut list = Vec::new();
    for (changes, share) in haplotypes {
        let here: Vec<Substitution> = changes.iter().flat_map(|change| change.substitutions.iter().copied()).collect();
        list.push((molecule.clone().with_substitutions(&here), share));
        left -= share;
    }
    list.insert(0, (molecule, left.max(0.0)));
    list.retain(|(_, share)| *share > 0.0);
    list
}

/// The mutations of an event as the truth lists them, each once; `fused_frac` of the molecules are fused.
fn mutations(index: usize, haplotypes: &[Haplotype], fused_frac: Option<f64>, has_fusion: bool) -> Vec<PlacedMutation> {
    let mut list: Vec<PlacedMutation> = Vec::new();
    for haplotype in haplotypes {
        let fraction = match (haplotype.in_cis, fused_frac) {
            (Some(true), Some(fused)) => Some(fused * haplotype.share),
            (_, Some(fused)) => Some((1.0 - fused) * haplotype.share),
            (_, None) if !has_fusion => Some(haplotype.share),
            (_, None) => None,
        };
        for change in &haplotype.changes {
            match list.iter_mut().find(|known| known.change == *change && known.in_cis == haplotype.in_cis) {
                Some(known) => known.fraction = known.fraction.zip(fraction).map(|(x, y)| x + y),
                None => list.push(PlacedMutation { event: index, change: change.clone(), in_cis: haplotype.in_cis, fraction }),
            }
        }
    }
    list
}

/// Primers every so many bases of an interval, in both directions.
fn tiled(contig: ContigId, start: u32, end: u32) -> Vec<Primer> {
    /// As far as fragments of degraded DNA reach.
    const EVERY_BP: usize = 100;
    let both = |position: u32| [Strand::Forward, Strand::Reverse].map(|strand| Primer { contig, position, strand });
    (start..end).step_by(EVERY_BP).flat_map(both).collect()
}

/// A molecule, or what is wrong with it.
fn made(molecule: Result<SimulatedMolecule>, line: usize) -> std::result::Result<SimulatedMolecule, EventProblem> {
    molecule.map_err(|error| (line, error.to_string(), "give a FASTA that has these bases, or a smaller --flank".to_owned()))
}
