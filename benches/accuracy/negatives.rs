//! Samples without a fusion, with random chimeras: ligation artefacts of DNA, and of RNA template switches at short repeats and
//! molecules that joined anywhere on either strand.

use std::collections::BTreeMap;

use kinfuse::genome::{Breakend, Interval, Side, Strand};
use kinfuse::simulate::{MoleculePiece, Random, Sampler, SimulatedMolecule};

use crate::events::KINASE_EXONS;
use crate::laboratory::{Laboratory, Model};
use crate::sets::{crossing, library, transcriptome, Reads, Sample, Set, Spec, DNA_DEPTH};

/// Chimeras of one sample.
pub const CHIMERAS: usize = 200;

/// `count` samples of one layout with one background.
pub fn negatives(laboratory: &Laboratory, spec: &Spec, count: usize, seed: u64) -> Set {
    let mut reads = Reads::new(laboratory, spec, seed);
    let mut sampler = Sampler::new(library(spec.layout), "r", seed);
    let mut random = Random::for_purpose(seed, spec.name);
    let mut samples = Vec::new();
    if spec.material == "rna" {
        transcriptome(laboratory, &mut reads, &mut sampler, (400, 60));
    } else {
        for interval in &captured(laboratory) {
            let Ok(molecule) = SimulatedMolecule::stretch("capture", *interval, &laboratory.reference) else { continue };
            let fragments = sampler.to_depth(&molecule, DNA_DEPTH);
            reads.add("bg", fragments);
        }
    }
    for index in 0..count {
        let name = format!("N{index}");
        chimeras(laboratory, spec, &name, &mut reads, &mut sampler, &mut random);
        samples.push(Sample { parts: vec!["bg".to_owned(), name.clone()], name, truths: Vec::new(), weights: None, is_negative: true });
    }
    Set { name: spec.name, material: spec.material, aligner: spec.aligner, reads: reads.finish(), samples, targets: spec.targets }
}

/// One fragment of each of the [`CHIMERAS`] of a sample; how many of them each kinase is part of.
pub fn chimeras(
    laboratory: &Laboratory,
    spec: &Spec,
    name: &str,
    reads: &mut Reads,
    sampler: &mut Sampler,
    random: &mut Random,
) -> BTreeMap<&'static str, usize> {
    let captured = captured(laboratory);
    let genes: Vec<&Model> = laboratory.genes().map(|gene| &laboratory.models(gene)[0]).collect();
    let mut of_kinase = BTreeMap::new();
    let mut made = 0;
    while made < CHIMERAS {
        let molecule = if spec.material == "rna" {
            switched(laboratory, &genes, made % 2 == 0, random)
        } else {
            ligated(laboratory, &captured, random)
        };
        let Some((molecule, left)) = molecule else { continue };
        reads.add(name, crossing(sampler, &molecule, (left, left), spec.material, 1));
        for (kinase, _) in KINASE_EXONS {
            let is_in = |offset: usize| molecule.place(offset).is_some_and(|place| laboratory.models(kinase)[0].holds(place));
            *of_kinase.entry(kinase).or_default() += usize::from(is_in(left - 1) || is_in(left));
        }
        made += 1;
    }
    of_kinase
}

/// The introns that a panel catches.
fn captured(laboratory: &Laboratory) -> Vec<Interval> {
    let mut list = Vec::new();
    let kinases = [("ALK", vec![20]), ("ROS1", vec![32, 33, 34, 35, 36]), ("NTRK1", vec![9, 10, 11, 12, 13])];
    for (gene, exons) in kinases {
        let model = laboratory.models(gene).first();
        list.extend(exons.iter().filter_map(|&exon| model?.intron(exon, false)));
    }
    for (gene, exon) in [("EML4", 6), ("CD74", 6), ("ETV6", 5)] {
        list.extend(laboratory.models(gene).first().and_then(|model| model.intron(exon, true)));
    }
    // Long introns are caught in part.
    list.iter().map(|interval| Interval { end: interval.end.min(interval.start + 3000), ..*interval }).collect()
}

/// Two cDNAs joined off the exons' edges.
fn switched(laboratory: &Laboratory, genes: &[&Model], at_repeat: bool, random: &mut Random) -> Option<(SimulatedMolecule, usize)> {
    let mut pair = [genes[random.below(genes.len())], genes[random.below(genes.len())]];
    if random.happens(0.5) {
        pair[1] = laboratory.models(KINASE_EXONS[random.below(KINASE_EXONS.len())].0).first()?;
    }
    if pair[0].gene == pair[1].gene {
        return None;
    }
    if random.happens(0.5) {
        pair.swap(0, 1);
    }
    let [a, b] = pair.map(|model| SimulatedMolecule::new(model.gene.clone(), &model.pieces(), &laboratory.reference));
    let (a, b) = (a.ok()?, b.ok()?);
    if a.length_bp() < 200 || b.length_bp() < 200 {
        return None;
    }
    let i = 60 + random.below(a.length_bp() - 70);
    let mut j = 10 + random.below(b.length_bp() - 70);
    let (mut turn_a, mut turn_b) = (random.happens(0.5), random.happens(0.5));
    if at_repeat {
        // Reverse transcriptase goes on where another template has the same few bases.
        (turn_a, turn_b) = (false, false);
        let shared = 3 + random.below(4);
        let word = &a.bases()[i - shared..i];
        let ends = 10..b.length_bp() - 60;
        let hits: Vec<usize> = ends.filter(|&end| end >= shared && &b.bases()[end - shared..end] == word).collect();
        if hits.is_empty() {
            return None;
        }
        j = hits[random.below(hits.len())];
    }
    let near_edge = |molecule: &SimulatedMolecule, at: usize| molecule.piece_starts().iter().any(|start| start.abs_diff(at) < 4);
    if near_edge(&a, i) && near_edge(&b, j) {
        return None;
    }
    let first = part(&a, if turn_a { (i, (i + 400).min(a.length_bp())) } else { (i.saturating_sub(400), i) }, turn_a);
    let second = part(&b, if turn_b { (j.saturating_sub(400), j) } else { (j, (j + 400).min(b.length_bp())) }, turn_b);
    let left: usize = first.iter().map(length).sum();
    if left < 60 || second.iter().map(length).sum::<usize>() < 60 {
        return None;
    }
    let molecule = SimulatedMolecule::new("chimera", &[first, second].concat(), &laboratory.reference).ok()?;
    Some((molecule, left))
}

fn length(piece: &MoleculePiece) -> usize {
    match piece {
        MoleculePiece::Genomic(interval, _) => interval.length_bp() as usize,
        MoleculePiece::Inserted(bases) => bases.len(),
    }
}

/// A stretch of a molecule as pieces, in its own direction or turned round.
fn part(molecule: &SimulatedMolecule, (from, to): (usize, usize), turned: bool) -> Vec<MoleculePiece> {
    let mut pieces: Vec<MoleculePiece> = Vec::new();
    let mut offset = from;
    while offset < to {
        let Some(place) = molecule.place(offset) else { break };
        let mut end = offset + 1;
        let next = |end: usize| {
            molecule
                .place(end)
                .filter(|next| next.contig == place.contig && next.position.abs_diff(place.position) == (end - offset) as u32)
        };
        while end < to && next(end).is_some() {
            end += 1;
        }
        let bases = (end - offset) as u32;
        let start = if place.strand == Strand::Forward { place.position } else { place.position + 1 - bases };
        let strand = if turned { place.strand.flipped() } else { place.strand };
        pieces.push(MoleculePiece::Genomic(Interval { contig: place.contig, start, end: start + bases }, strand));
        offset = end;
    }
    if turned {
        pieces.reverse();
    }
    pieces
}

/// A captured stretch of DNA joined to anything.
fn ligated(laboratory: &Laboratory, captured: &[Interval], random: &mut Random) -> Option<(SimulatedMolecule, usize)> {
    const REACH_BP: u32 = 400;
    let within = |interval: Interval, random: &mut Random| interval.start + random.below(interval.length_bp() as usize) as u32;
    // The last three intervals are those of partners.
    let kinase = captured[random.below(captured.len() - 3)];
    let other = if random.happens(0.4) {
        captured[random.below(captured.len())]
    } else {
        let total: u64 = laboratory.regions.iter().map(|region| u64::from(region.end - region.start)).sum();
        let mut at = random.below(total as usize) as u64;
        let region = laboratory.regions.iter().find(|region| {
            let length = u64::from(region.end - region.start);
            let here = at < length;
            at = at.saturating_sub(if here { 0 } else { length });
            here
        })?;
        Interval { contig: region.id, start: 1000, end: (region.end - region.start).checked_sub(1000)? }
    };
    let sides = [random.happens(0.5), random.happens(0.5)].map(|lower| if lower { Side::Lower } else { Side::Higher });
    let ends =
        [Breakend::new(kinase.contig, within(kinase, random), sides[0]), Breakend::new(other.contig, within(other, random), sides[1])];
    if ends[0].contig == ends[1].contig && ends[0].boundary.abs_diff(ends[1].boundary) < 3000 {
        return None;
    }
    let strand = |end: Breakend, first: bool| if (end.side == Side::Lower) == first { Strand::Forward } else { Strand::Reverse };
    let pieces = [
        MoleculePiece::Genomic(laboratory.kept(ends[0], REACH_BP)?, strand(ends[0], true)),
        MoleculePiece::Genomic(laboratory.kept(ends[1], REACH_BP)?, strand(ends[1], false)),
    ];
    let molecule = SimulatedMolecule::new("chimera", &pieces, &laboratory.reference).ok()?;
    Some((molecule, REACH_BP as usize))
}
