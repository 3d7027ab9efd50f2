//! Random chimeras, one fragment each, as every library has them: template switches between transcripts, off exon edges, and ends
//! of DNA ligated to each other.

use crate::genome::{Interval, Strand};

use super::mixture::{MixturePart, PartAmount};
use super::molecule::{MoleculePiece, SimulatedMolecule};
use super::random::Random;
use super::rearrangement::Ground;

/// Bases on either side: longer than any fragment.
const ARM_BP: usize = 450;
/// Shortest arm at a molecule's end.
const SHORTEST_ARM_BP: usize = 60;
/// Share of the other ends of ligation artefacts that come from anywhere in the genome; the rest come from what was captured.
const OFF_TARGET_FRAC: f64 = 0.5;

/// One chimera: the bases that meet, as `chrom:pos:strand`, and the molecule.
pub struct Chimera {
    /// The two names joined by `::`.
    pub name: String,
    /// Last base of the first part.
    pub five: String,
    /// First base of the second part.
    pub three: String,
    /// One fragment of it.
    pub part: MixturePart,
}

/// Draws `count` chimeras of the molecules of a sample; `weights` are their shares in the library.
pub fn draw(count: u32, molecules: &[(&SimulatedMolecule, f64)], in_dna: bool, ground: &Ground, random: &mut Random) -> Vec<Chimera> {
    let total: f64 = molecules.iter().map(|(_, weight)| weight).sum();
    let mut list = Vec::new();
    let mut tries = 0;
    while (list.len() as u32) < count && tries < count * 100 && total > 0.0 {
        tries += 1;
        let x = pick(molecules, total, random);
        let first = arm(x, in_dna, true, random);
        let second = if in_dna && random.happens(OFF_TARGET_FRAC) {
            anywhere(ground, random)
        } else {
            let y = pick(molecules, total, random);
            if !in_dna && y.name() == x.name() {
                continue;
            }
            arm(y, in_dna, false, random)
        };
        let (Some((first_name, first)), Some((second_name, second))) = (first, second) else { continue };
        list.extend(joined(list.len(), (&first_name, &first), (&second_name, &second), ground));
    }
    list
}

fn joined(number: usize, first: (&str, &[MoleculePiece]), second: (&str, &[MoleculePiece]), ground: &Ground) -> Option<Chimera> {
    let pieces = [first.1, second.1].concat();
    let molecule = SimulatedMolecule::new(format!("chimera{}", number + 1), &pieces, ground.reference).ok()?;
    let at = *molecule.piece_starts().get(first.1.len())?;
    let place = |offset: usize| {
        let place = molecule.place(offset)?;
        Some(format!("{}:{}:{}", ground.reference.contigs().name(place.contig), place.position + 1, place.strand.symbol()))
    };
    let (five, three) = (place(at.checked_sub(1)?)?, place(at)?);
    let part = MixturePart { molecules: vec![(molecule, 1.0)], amount: PartAmount::OnlyCrossing(1), junction: Some((at, at)) };
    Some(Chimera { name: format!("{}::{}", first.0, second.0), five, three, part })
}

fn pick<'m>(molecules: &[(&'m SimulatedMolecule, f64)], total: f64, random: &mut Random) -> &'m SimulatedMolecule {
    let mut left = random.unit() * total;
    for (molecule, weight) in molecules {
        left -= weight;
        if left < 0.0 {
            return molecule;
        }
    }
    molecules[molecules.len() - 1].0
}

/// Bases of a molecule up to (`before`) or from a random place off the exon edges; in DNA read from either strand.
fn arm(molecule: &SimulatedMolecule, in_dna: bool, before: bool, random: &mut Random) -> Option<(String, Vec<MoleculePiece>)> {
    let room = molecule.length_bp().checked_sub(2 * SHORTEST_ARM_BP)?;
    let at = SHORTEST_ARM_BP + random.below(room + 1);
    if molecule.piece_starts().contains(&at) {
        return None;
    }
    let turned = in_dna && random.happens(0.5);
    let span = if before == turned { at..molecule.length_bp().min(at + ARM_BP) } else { at.saturating_sub(ARM_BP)..at };
    let mut pieces = stretch_pieces(molecule, span.start, span.end);
    if turned {
        pieces.reverse();
        for piece in &mut pieces {
            if let MoleculePiece::Genomic(_, strand) = piece {
                *strand = strand.flipped();
            }
        }
    }
    Some((molecule.name().to_owned(), pieces))
}

/// Bases from anywhere in the genome.
fn anywhere(ground: &Ground, random: &mut Random) -> Option<(String, Vec<MoleculePiece>)> {
    let total: usize = ground.reference.stretches().map(|(stretch, _)| stretch.length_bp() as usize).sum();
    let mut at = random.below(total);
    let (stretch, bases) = ground.reference.stretches().find(|(stretch, _)| {
        let length = stretch.length_bp() as usize;
        let here = at < length;
        at -= if here { 0 } else { length };
        here
    })?;
    let span = at..bases.len().min(at + ARM_BP);
    if span.len() < ARM_BP || bases[span.clone()].contains(&b'N') {
        return None;
    }
    let interval = Interval { contig: stretch.contig, start: stretch.start + span.start as u32, end: stretch.start + span.end as u32 };
    let strand = if random.happens(0.5) { Strand::Forward } else { Strand::Reverse };
    let genes = ground.models.at(interval.contig, interval.start);
    Some((genes.first().map_or_else(|| "?".to_owned(), |gene| gene.symbol.clone()), vec![MoleculePiece::Genomic(interval, strand)]))
}

/// The pieces of the genome behind a stretch of a molecule.
fn stretch_pieces(molecule: &SimulatedMolecule, start: usize, end: usize) -> Vec<MoleculePiece> {
    let mut pieces: Vec<MoleculePiece> = Vec::new();
    for place in (start..end).filter_map(|offset| molecule.place(offset)) {
        match pieces.last_mut() {
            Some(MoleculePiece::Genomic(interval, strand))
                if *strand == place.strand
                    && interval.contig == place.contig
                    && interval.end == place.position
                    && *strand == Strand::Forward =>
            {
                interval.end += 1;
            }
            Some(MoleculePiece::Genomic(interval, strand))
                if *strand == place.strand
                    && interval.contig == place.contig
                    && interval.start == place.position + 1
                    && *strand == Strand::Reverse =>
            {
                interval.start -= 1;
            }
            _ => {
                let interval = Interval { contig: place.contig, start: place.position, end: place.position + 1 };
                pieces.push(MoleculePiece::Genomic(interval, place.strand));
            }
        }
    }
    pieces
}
