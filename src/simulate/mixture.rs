//! What a sample is made of: molecules in amounts, and the fragments drawn from them.

use crate::genome::Strand;

use super::molecule::SimulatedMolecule;
use super::place::{FragmentPlacement, PlacedFragment, Placer};
use super::reads::{CrossingKind, Sampler, SimulatedFragment, SimulatedLibrary};

/// How much is drawn from a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PartAmount {
    /// Mean fragments over a base (or from a primer); the number drawn is Poisson.
    Depth(f64),
    /// As many as it takes until this many cross the junction.
    Crossing(u32),
    /// Exactly this many that cross, and no others.
    OnlyCrossing(u32),
}

/// Molecules that differ in mutations only, with their shares.
#[derive(Debug, Clone)]
pub struct MixturePart {
    /// The molecules, of one length, and their shares, which sum to 1.
    pub molecules: Vec<(SimulatedMolecule, f64)>,
    /// How much of them.
    pub amount: PartAmount,
    /// Where the junction lies: before and behind the inserted bases.
    pub junction: Option<(usize, usize)>,
}

/// When a fragment counts as crossing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrossingRule {
    /// Bases on both sides.
    pub anchor_bp: usize,
    /// Whether an insert that spans counts, or only a read.
    pub pairs: bool,
}

/// RNA: a read with at least 10 bases on each side.
pub const RNA_RULE: CrossingRule = CrossingRule { anchor_bp: 10, pairs: false };
/// DNA: a read with at least 15 bases on each side, or an insert that spans the break with them.
pub const DNA_RULE: CrossingRule = CrossingRule { anchor_bp: 15, pairs: true };

impl CrossingRule {
    /// Whether a fragment crosses.
    pub fn counts(self, crossing: Option<CrossingKind>) -> bool {
        match crossing {
            Some(CrossingKind::Split) => true,
            Some(CrossingKind::Pair) => self.pairs,
            None => false,
        }
    }

    /// Most inserted bases over which a read of this library crosses; none where mates on either side are enough.
    pub fn most_inserted_bp(self, library: &SimulatedLibrary) -> Option<u32> {
        let by_mates = self.pairs && library.paired;
        (!by_mates).then(|| library.read_bp.saturating_sub(2 * self.anchor_bp as u32))
    }

    /// Whether the fragment at this place will cross `left..right`, before it is read.
    fn crosses(self, (start, length, strand): PlacedFragment, (left, right): (usize, usize), library: &SimulatedLibrary) -> bool {
        let end = start + length;
        let spans = |start: usize, end: usize| start + self.anchor_bp <= left && right + self.anchor_bp <= end;
        if self.pairs && library.paired {
            return spans(start, end);
        }
        let read_bp = length.min(library.read_bp as usize);
        let read = |strand: Strand| match strand {
            Strand::Forward => spans(start, start + read_bp),
            Strand::Reverse => spans(end - read_bp, end),
        };
        read(strand) || (library.paired && read(strand.flipped()))
    }
}

/// A fragment that is drawn in vain this often is not there.
const TRIES: usize = 2_000_000;

/// Draws the fragments of a part, each with the index of its molecule in the part.
///
/// # Errors
/// When no fragment of this library can cross the junction.
pub fn draw<'m>(
    part: &'m MixturePart,
    placement: &FragmentPlacement,
    rule: CrossingRule,
    sampler: &mut Sampler,
) -> Result<Vec<(usize, SimulatedFragment<'m>)>, String> {
    let Some((first, _)) = part.molecules.first() else { return Ok(Vec::new()) };
    let placer = placement.on(first);
    let mut drawn = Vec::new();
    match (part.amount, part.junction) {
        (PartAmount::Depth(depth), _) => {
            let mean = placer.draws(depth, first, sampler.library().fragment_mean_bp);
            for _ in 0..sampler.random().poisson(mean) {
                if let Some(placed) = placed(&placer, first, sampler) {
                    take(part, placed, sampler, &mut drawn);
                }
            }
        }
        (PartAmount::Crossing(_) | PartAmount::OnlyCrossing(_), None) => return Err("has no junction to cross".to_owned()),
        (PartAmount::Crossing(count), Some(at)) => until_crossing(part, &placer, (count, at, true), rule, sampler, &mut drawn)?,
        (PartAmount::OnlyCrossing(count), Some(at)) => until_crossing(part, &placer, (count, at, false), rule, sampler, &mut drawn)?,
    }
    Ok(drawn)
}

fn until_crossing<'m>(
    part: &'m MixturePart,
    placer: &Placer,
    (count, at, others): (u32, (usize, usize), bool),
    rule: CrossingRule,
    sampler: &mut Sampler,
    drawn: &mut Vec<(usize, SimulatedFragment<'m>)>,
) -> Result<(), String> {
    let (mut missing, mut tries) = (count, 0);
    while missing > 0 {
        tries += 1;
        if tries > TRIES {
            return Err(format!(
                "no fragment of this library crosses the junction with {} bases on each side of {} inserted ones",
                rule.anchor_bp,
                at.1 - at.0
            ));
        }
        let Some(placed) = placed(placer, &part.molecules[0].0, sampler) else { continue };
        let crosses = rule.crosses(placed, at, sampler.library());
        if crosses {
            (missing, tries) = (missing - 1, 0);
        }
        if crosses || others {
            take(part, placed, sampler, drawn);
        }
    }
    Ok(())
}

fn placed(placer: &Placer, molecule: &SimulatedMolecule, sampler: &mut Sampler) -> Option<PlacedFragment> {
    let length = sampler.length(molecule);
    let strand = sampler.strand();
    placer.place(molecule, length, strand, sampler.random())
}

fn take<'m>(
    part: &'m MixturePart,
    (start, length, strand): PlacedFragment,
    sampler: &mut Sampler,
    drawn: &mut Vec<(usize, SimulatedFragment<'m>)>,
) {
    let mut index = 0;
    if part.molecules.len() > 1 {
        let mut left = sampler.random().unit();
        while index + 1 < part.molecules.len() && left >= part.molecules[index].1 {
            left -= part.molecules[index].1;
            index += 1;
        }
    }
    drawn.extend(sampler.sequence(&part.molecules[index].0, start, length, strand).into_iter().map(|fragment| (index, fragment)));
}

/// Mean number of fragments that would cross at this depth.
pub fn expected_crossing(
    depth: f64,
    at: (usize, usize),
    part: &MixturePart,
    placement: &FragmentPlacement,
    rule: CrossingRule,
    library: &SimulatedLibrary,
) -> f64 {
    /// Lengths over which the mean is taken; its error is about a hundredth.
    const LENGTHS: u32 = 400;
    let Some((molecule, _)) = part.molecules.first() else { return 0.0 };
    let placer = placement.on(molecule);
    let mut sampler = Sampler::new(library.clone(), "", 1);
    let share: f64 = (0..LENGTHS)
        .map(|_| {
            let (length, strand) = (sampler.length(molecule), sampler.strand());
            placer.share(molecule, length, strand, at.0, |placed| rule.crosses(placed, at, library))
        })
        .sum();
    placer.draws(depth, molecule, library.fragment_mean_bp) * share / f64::from(LENGTHS)
}
