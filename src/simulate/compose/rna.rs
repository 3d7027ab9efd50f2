//! The transcripts of a sample.

use std::collections::{BTreeMap, BTreeSet};

use crate::genome::Strand;
use crate::model::{Gene, Role, Site, KINASES};
use crate::simulate::event::{EventAmount, SimulatedEvent};
use crate::simulate::mixture::{MixturePart, PartAmount};
use crate::simulate::molecule::SimulatedMolecule;
use crate::simulate::place::{FragmentPlacement, Primer};
use crate::simulate::random::Random;
use crate::simulate::rearrangement::{Ground, Rearrangement};
use crate::simulate::recipe::{Recipe, SimulatedAssay};
use crate::simulate::site::WrittenSite;
use crate::simulate::transcript;

use super::{alternatives, made, mutations, Composition, EventProblem, Haplotype, PlacedEvent, PlacedJunction};

/// A primer begins so many bases within its exon.
const PRIMER_DEPTH_BP: u32 = 45;
/// Shorter background transcripts are not taken.
const SHORTEST_TRANSCRIPT_BP: u32 = 400;

pub(super) fn compose<'a>(
    events: &[&SimulatedEvent],
    placed: &[PlacedEvent<'a>],
    ground: &Ground<'a>,
    recipe: &Recipe,
    random: &mut Random,
) -> Result<Composition<'a>, EventProblem> {
    let mut parts: Vec<MixturePart> = Vec::new();
    let mut junctions: Vec<PlacedJunction<'a>> = Vec::new();
    let mut listed = Vec::new();
    // Depth of each wild-type gene, and what share of its molecules each event takes.
    let mut depths: BTreeMap<&str, (&Gene, f64)> = BTreeMap::new();
    let mut fused: BTreeMap<&str, f64> = BTreeMap::new();
    let mut on_wild_type: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();

    for (index, (event, (broken, haplotypes))) in events.iter().zip(placed).enumerate() {
        let fraction = match event.amount {
            Some(EventAmount::Fraction(fraction)) if broken.is_some() => Some(fraction),
            _ => None,
        };
        listed.extend(mutations(index, haplotypes, fraction, broken.is_some()));
        for (number, haplotype) in haplotypes.iter().enumerate().filter(|(_, haplotype)| haplotype.in_cis != Some(true)) {
            for change in &haplotype.changes {
                if let Some(gene) = ground.models.at(change.contig, change.position).into_iter().find(|gene| gene.transcript.is_some()) {
                    depths.entry(&gene.symbol).or_insert((gene, recipe.depth));
                    let list = on_wild_type.entry(gene.symbol.clone()).or_default();
                    if !list.contains(&(index, number)) {
                        list.push((index, number));
                    }
                }
            }
        }
        let Some(broken) = broken else { continue };
        for (role, gene) in broken.genes.iter().enumerate() {
            let Some(gene) = gene.filter(|gene| gene.transcript.is_some()) else { continue };
            let depth = if role == 1 && fraction.is_none() { recipe.kinase_depth } else { recipe.depth };
            depths.entry(&gene.symbol).or_insert((gene, depth));
            if role == 1 {
                *fused.entry(&gene.symbol).or_default() += fraction.unwrap_or(0.0);
            }
        }
        let mut products = vec![(broken.clone(), false)];
        if event.reciprocal {
            products.push((reciprocal(broken).map_err(|problem| (event.line, problem, "leave reciprocal blank".to_owned()))?, true));
        }
        for (broken, is_reciprocal) in products {
            let (pieces, five) = transcript::fused(&broken).map_err(|problem| (event.line, problem, "give other sites".to_owned()))?;
            let name = broken.name().replace('?', "intergenic");
            let molecule = made(SimulatedMolecule::new(name, &pieces, ground.reference), event.line)?;
            let starts = molecule.piece_starts();
            let at = (starts[five], starts[five] + broken.insertion.len());
            let amount = match event.amount {
                Some(EventAmount::Fragments(count)) if recipe.other_fragments => PartAmount::Crossing(count),
                Some(EventAmount::Fragments(count)) => PartAmount::OnlyCrossing(count),
                Some(EventAmount::Fraction(fraction)) => PartAmount::Depth(fraction * recipe.depth),
                None => PartAmount::Depth(recipe.depth),
            };
            let cis = haplotypes.iter().filter(|haplotype| haplotype.in_cis == Some(true));
            let molecules = alternatives(molecule, cis.map(|haplotype| (haplotype.changes.as_slice(), haplotype.share)));
            junctions.push(PlacedJunction { part: parts.len(), event: index, is_reciprocal, broken, fraction });
            parts.push(MixturePart { molecules, amount, junction: Some(at) });
        }
    }
    let first_wild_type = parts.len();
    add_background(&mut depths, ground, recipe, random);
    for (symbol, (gene, depth)) in depths {
        let left = (1.0 - fused.get(symbol).copied().unwrap_or(0.0)).max(0.0);
        let Ok(molecule) = SimulatedMolecule::transcript(gene, ground.reference) else { continue };
        let here: Vec<&Haplotype> =
            on_wild_type.get(symbol).into_iter().flatten().map(|&(event, number)| &placed[event].1[number]).collect();
        let molecules = alternatives(molecule, here.iter().map(|haplotype| (haplotype.changes.as_slice(), haplotype.share)));
        parts.push(MixturePart { molecules, amount: PartAmount::Depth(left * depth), junction: None });
    }
    let wild_type = (0..parts.len()).map(|part| part >= first_wild_type).collect();
    let placement = match recipe.assay {
        SimulatedAssay::RnaAmplicon => FragmentPlacement::Primed(primers(ground)),
        _ => FragmentPlacement::Sheared { fall_bp: recipe.fall_bp },
    };
    Ok(Composition { parts, wild_type, placement, junctions, mutations: listed })
}

/// The kinases, and genes drawn from the models.
fn add_background<'a>(depths: &mut BTreeMap<&'a str, (&'a Gene, f64)>, ground: &Ground<'a>, recipe: &Recipe, random: &mut Random) {
    let usable = |gene: &&Gene| {
        let length_bp: u32 = gene.transcript.iter().flat_map(|transcript| &transcript.exons).map(crate::model::Exon::length_bp).sum();
        length_bp >= SHORTEST_TRANSCRIPT_BP
            && SimulatedMolecule::transcript(gene, ground.reference).is_ok_and(|molecule| !molecule.bases().contains(&b'N'))
    };
    for gene in KINASES.iter().filter_map(|symbol| ground.models.find(symbol)).filter(usable) {
        depths.entry(&gene.symbol).or_insert((gene, recipe.kinase_depth.min(recipe.background_depth)));
    }
    let mut chosen: BTreeSet<usize> = BTreeSet::new();
    let genes: Vec<&Gene> = ground.models.iter().filter(|gene| gene.transcript.is_some()).collect();
    for _ in 0..recipe.background_genes * 3 {
        let index = random.below(genes.len());
        if chosen.len() < recipe.background_genes && chosen.insert(index) && usable(&genes[index]) {
            // Expression spans orders of magnitude: up to four times more or less.
            let factor = 4f64.powf(2.0 * random.unit() - 1.0);
            depths.entry(&genes[index].symbol).or_insert((genes[index], recipe.background_depth * factor));
        }
    }
}

/// One primer in each exon of the kinases, pointing to the 5' partner.
fn primers(ground: &Ground) -> Vec<Primer> {
    let mut primers = Vec::new();
    for gene in KINASES.iter().filter_map(|symbol| ground.models.find(symbol)) {
        let Some((strand, transcript)) = gene.strand.zip(gene.transcript.as_ref()) else { continue };
        for exon in &transcript.exons {
            let within = PRIMER_DEPTH_BP.min(exon.length_bp() - 1);
            let position = if strand == Strand::Forward { exon.start + within } else { exon.end - 1 - within };
            primers.push(Primer { contig: gene.contig(), position, strand: strand.flipped() });
        }
    }
    primers.sort_unstable();
    primers
}

/// The other product: the kinase up to the exon before, then the partner from the exon behind.
fn reciprocal<'a>(broken: &Rearrangement<'a>) -> Result<Rearrangement<'a>, String> {
    let exon = |index: usize, role: Role| -> Option<u32> {
        let gene = broken.genes[index]?;
        match gene.transcript.as_ref()?.site(broken.ends[index].boundary, gene.strand?, role) {
            Site::Exon { number, .. } => Some(number),
            Site::Intron { after } => Some(if role == Role::Five { after } else { after + 1 }),
            Site::Outside => None,
        }
    };
    let end = |index: usize, number: u32, role: Role| {
        let gene = broken.genes[index]?;
        let strand = gene.strand?;
        let edge = gene.transcript.as_ref()?.splice_edge(number, strand, role)?;
        Some(crate::genome::Breakend::new(gene.contig(), edge, role.side(strand)))
    };
    let made = || {
        let (last, first) = (exon(0, Role::Five)?, exon(1, Role::Three)?);
        let (five, three) = (end(1, first.checked_sub(1)?, Role::Five)?, end(0, last + 1, Role::Three)?);
        let site = |number| WrittenSite::Exon { number, missing_bp: 0 };
        Some(Rearrangement {
            genes: [broken.genes[1], broken.genes[0]],
            sites: [site(first - 1), site(last + 1)],
            ends: [five, three],
            insertion: Vec::new(),
            homology_bp: 0,
            five_is_kinase: true,
        })
    };
    made().ok_or_else(|| "has no reciprocal transcript: exons are missing on the other side".to_owned())
}
