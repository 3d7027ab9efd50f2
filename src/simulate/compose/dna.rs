//! The chromosomes of a sample: stretches round breaks and mutations, unchanged and rearranged.

use crate::genome::{Breakend, Interval, Side, Strand};
use crate::model::{Role, KINASES};
use crate::simulate::event::{EventAmount, SimulatedEvent};
use crate::simulate::mixture::{expected_crossing, MixturePart, PartAmount};
use crate::simulate::molecule::{MoleculePiece, SimulatedMolecule};
use crate::simulate::place::FragmentPlacement;
use crate::simulate::rearrangement::{Ground, Rearrangement};
use crate::simulate::recipe::{Recipe, SimulatedAssay};
use crate::simulate::transcript::kept;

use super::{alternatives, made, mutations, tiled, Composition, EventProblem, PlacedEvent, PlacedJunction, PlacedMutation};

pub(super) fn compose<'a>(
    events: &[&SimulatedEvent],
    placed: &[PlacedEvent<'a>],
    ground: &Ground<'a>,
    recipe: &Recipe,
) -> Result<Composition<'a>, EventProblem> {
    let targets = targets(placed, ground, recipe);
    let placement = match recipe.assay {
        SimulatedAssay::DnaAmplicon => {
            FragmentPlacement::Primed(targets.iter().flat_map(|target| tiled(target.contig, target.start, target.end)).collect())
        }
        _ => FragmentPlacement::Sheared { fall_bp: None },
    };
    let mut parts: Vec<MixturePart> = Vec::new();
    let mut wild_type = Vec::new();
    let mut junctions: Vec<PlacedJunction<'a>> = Vec::new();
    let mut listed: Vec<PlacedMutation> = Vec::new();
    // What share of the molecules of each target is rearranged.
    let mut taken = vec![0.0; targets.len()];

    for (index, (event, (broken, haplotypes))) in events.iter().zip(placed).enumerate() {
        let fraction = match event.amount {
            Some(EventAmount::Fraction(fraction)) if broken.is_some() => Some(fraction),
            _ => None,
        };
        listed.extend(mutations(index, haplotypes, fraction, broken.is_some()));
        let Some(broken) = broken else { continue };
        let cis = || haplotypes.iter().filter(|h| h.in_cis == Some(true)).map(|h| (h.changes.as_slice(), h.share));
        let mut products = vec![(broken.clone(), false)];
        if event.reciprocal {
            products.push((broken.reciprocal(ground.reference), true));
        }
        let mut depth = fraction.unwrap_or(1.0) * recipe.depth;
        for (broken, is_reciprocal) in products {
            let (molecule, at) = derivative(&broken, &targets, ground, event.line)?;
            let amount = match event.amount {
                Some(EventAmount::Fragments(count)) if recipe.other_fragments => PartAmount::Crossing(count),
                Some(EventAmount::Fragments(count)) => PartAmount::OnlyCrossing(count),
                _ => PartAmount::Depth(depth),
            };
            let part = MixturePart { molecules: alternatives(molecule, cis()), amount, junction: Some(at) };
            if let (Some(EventAmount::Fragments(count)), false) = (event.amount, is_reciprocal) {
                let of_one = expected_crossing(1.0, at, &part, &placement, recipe.rule(), &recipe.library);
                depth = if of_one > 0.0 { f64::from(count) / of_one } else { 0.0 };
            }
            junctions.push(PlacedJunction { part: parts.len(), event: index, is_reciprocal, broken, fraction });
            parts.push(part);
            wild_type.push(false);
        }
        // The kinase goes on behind the break: further targets there are on the rearranged chromosome as well.
        for (slot, target) in targets.iter().enumerate() {
            let touches = broken.ends.iter().any(|end| target.touches(end.contig, end.boundary));
            let three = broken.ends[1];
            let behind = target.contig == three.contig
                && broken.genes[1].is_some_and(|gene| gene.span.overlaps(target))
                && three.kept_distance(if three.side == Side::Lower { target.end } else { target.start }) >= 0;
            if touches || behind {
                taken[slot] += fraction.unwrap_or(0.0);
            }
            if behind && !touches {
                let molecule = made(SimulatedMolecule::stretch(name(ground, target), *target, ground.reference), event.line)?;
                parts.push(MixturePart { molecules: alternatives(molecule, cis()), amount: PartAmount::Depth(depth), junction: None });
                wild_type.push(true);
            }
        }
    }
    let line = events.first().map_or(0, |event| event.line);
    for (target, taken) in targets.iter().zip(&taken) {
        let others = placed.iter().flat_map(|(_, haplotypes)| haplotypes).filter(|h| h.in_cis != Some(true));
        let others = others.filter(|h| h.changes.iter().any(|change| target.touches(change.contig, change.position)));
        let molecule = made(SimulatedMolecule::stretch(name(ground, target), *target, ground.reference), line)?;
        let molecules = alternatives(molecule, others.map(|h| (h.changes.as_slice(), h.share)));
        parts.push(MixturePart { molecules, amount: PartAmount::Depth((1.0 - taken).max(0.0) * recipe.depth), junction: None });
        wild_type.push(true);
    }
    for target in background(&targets, ground) {
        let Ok(molecule) = SimulatedMolecule::stretch(name(ground, &target), target, ground.reference) else { continue };
        parts.push(MixturePart { molecules: vec![(molecule, 1.0)], amount: PartAmount::Depth(recipe.background_depth), junction: None });
        wild_type.push(true);
    }
    Ok(Composition { parts, wild_type, placement, junctions, mutations: listed })
}

/// The stretches round all breaks and mutations, merged, cut to the bases that are known.
fn targets(placed: &[PlacedEvent], ground: &Ground, recipe: &Recipe) -> Vec<Interval> {
    let breaks = placed.iter().filter_map(|(broken, _)| broken.as_ref()).flat_map(|broken| broken.ends);
    let changes = placed.iter().flat_map(|(_, haplotypes)| haplotypes).flat_map(|haplotype| &haplotype.changes);
    let places = breaks.map(|end| (end.contig, end.boundary)).chain(changes.map(|change| (change.contig, change.position)));
    let mut around: Vec<Interval> = places
        .map(|(contig, at)| {
            let wanted = Interval { contig, start: at.saturating_sub(recipe.flank_bp), end: at.saturating_add(recipe.flank_bp) };
            known(ground, wanted, at)
        })
        .collect();
    around.sort_unstable();
    let mut merged: Vec<Interval> = Vec::new();
    for next in around {
        match merged.last_mut() {
            Some(last) if last.contig == next.contig && next.start <= last.end => last.end = last.end.max(next.end),
            _ => merged.push(next),
        }
    }
    merged
}

/// The part of an interval that lies on the same known stretch as `at`.
fn known(ground: &Ground, wanted: Interval, at: u32) -> Interval {
    let stretch = ground.reference.stretches().map(|(stretch, _)| stretch).find(|stretch| stretch.touches(wanted.contig, at));
    stretch.map_or(wanted, |stretch| Interval { start: wanted.start.max(stretch.start), end: wanted.end.min(stretch.end), ..wanted })
}

/// The rearranged chromosome, read from the 5' partner, as far as the targets reach, and where its junction lies.
fn derivative(
    broken: &Rearrangement,
    targets: &[Interval],
    ground: &Ground,
    line: usize,
) -> Result<(SimulatedMolecule, (usize, usize)), EventProblem> {
    let flank = |end: Breakend| {
        let target = targets.iter().find(|target| target.touches(end.contig, end.boundary));
        target.map_or(0, |target| match end.side {
            Side::Lower => end.boundary.saturating_sub(target.start),
            Side::Higher => target.end.saturating_sub(end.boundary),
        })
    };
    let piece = |end: Breakend, towards: bool| {
        let strand = if end.side == Side::Lower { Strand::Forward } else { Strand::Reverse };
        MoleculePiece::Genomic(kept(end, flank(end)), if towards { strand } else { strand.flipped() })
    };
    let [five, three] = broken.ends;
    let mut pieces = vec![piece(five, true)];
    if !broken.insertion.is_empty() {
        pieces.push(MoleculePiece::Inserted(broken.insertion.clone()));
    }
    pieces.push(piece(three, false));
    let molecule = made(SimulatedMolecule::new(broken.name().replace('?', "intergenic"), &pieces, ground.reference), line)?;
    let left = molecule.piece_starts()[1];
    Ok((molecule, (left, left + broken.insertion.len())))
}

/// The kinases without an event: round the start of the kinase's usual exons.
fn background(targets: &[Interval], ground: &Ground) -> Vec<Interval> {
    /// Exon before which each kinase usually breaks. Source: the embedded table of known fusions.
    const USUAL: [(&str, u32); 5] = [("ALK", 20), ("NTRK1", 10), ("NTRK2", 15), ("NTRK3", 15), ("ROS1", 34)];
    /// Bases on either side.
    const AROUND_BP: u32 = 1_000;
    let mut list = Vec::new();
    for (symbol, exon) in USUAL.iter().filter(|(symbol, _)| KINASES.contains(symbol)) {
        let Some(gene) = ground.models.find(symbol) else { continue };
        let Some((strand, transcript)) = gene.strand.zip(gene.transcript.as_ref()) else { continue };
        let Some(edge) = transcript.splice_edge(*exon, strand, Role::Three) else { continue };
        let around = Interval { contig: gene.contig(), start: edge.saturating_sub(AROUND_BP), end: edge + AROUND_BP };
        let around = known(ground, around, edge);
        if !targets.iter().any(|target| target.overlaps(&around)) {
            list.push(around);
        }
    }
    list
}

/// What a stretch is called: the gene there, or the place.
fn name(ground: &Ground, target: &Interval) -> String {
    let middle = target.start + target.length_bp() / 2;
    let contig = ground.reference.contigs().name(target.contig);
    ground.models.at(target.contig, middle).first().map_or_else(|| format!("{contig}.{middle}"), |gene| gene.symbol.clone())
}
