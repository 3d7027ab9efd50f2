//! Molecules of simulated libraries over the kinase domains, made in memory as the pileup would read them: fragments with two reads,
//! binned qualities and the errors they promise, damage of one strand, copies with errors of their own.

use kinfuse::alignment::read::FragmentId;
use kinfuse::genome::{Assembly, Contigs, Strand};
use kinfuse::knowledge::Knowledge;
use kinfuse::model::builtin;
use kinfuse::simulate::Random;
use kinfuse::variant::domain::{domains, BaseSource, Domain};
use kinfuse::variant::molecule::{molecules, packed, Indel, Molecule, Shown, Span};
use kinfuse::variant::normal::shifted;
use kinfuse::variant::pileup::Pileup;

/// How a library is made.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    /// Mean molecules over a base.
    pub depth: usize,
    /// Bases of a read.
    pub read_bp: usize,
    /// Mean and spread of fragments.
    pub fragment_bp: (f64, f64),
    /// Mean copies of a molecule (geometric), told apart by UMIs; `None` without.
    pub copies: Option<f64>,
    /// Errors a base in a copy before it is sequenced (polymerase).
    pub polymerase: f64,
    /// Deamination: C read as T on the strand that is read first, a base; three times as often before G.
    pub deamination: f64,
    /// Oxidation: G read as T there.
    pub oxidation: f64,
    /// Insertions and deletions that are not there, a base of a read; twice as often with each base of a run of one base.
    pub indels: f64,
}

/// A panel of tumour DNA without UMIs.
pub const PANEL: Made = Made {
    depth: 2_000,
    read_bp: 150,
    fragment_bp: (240.0, 40.0),
    copies: None,
    polymerase: 5e-6,
    deamination: 2e-6,
    oxidation: 2e-6,
    indels: 0.0,
};
/// Plasma DNA with UMIs.
pub const PLASMA: Made = Made {
    depth: 10_000,
    read_bp: 150,
    fragment_bp: (170.0, 20.0),
    copies: Some(3.0),
    polymerase: 5e-6,
    deamination: 2e-6,
    oxidation: 2e-6,
    indels: 0.0,
};
/// Fixed tissue, badly damaged: deamination and oxidation as in blocks of many years.
pub const DAMAGED: Made = Made { deamination: 4e-4, oxidation: 2e-4, ..PANEL };

/// A mutation on a share of the molecules, as substitutions of one codon (indices of the row, new base in transcription).
#[derive(Debug, Clone)]
pub struct Mutation {
    /// The kinase.
    pub gene: String,
    /// The codon.
    pub codon: u32,
    /// `p.G2032R`.
    pub name: String,
    /// Index and new base.
    pub bases: Vec<(usize, u8)>,
    /// Share of the molecules.
    pub fraction: f64,
}

/// The five domains of an assembly: known codons as the table has them, all other bases made up (no stop codons).
pub fn rows(knowledge: &Knowledge, assembly: Assembly, seed: u64) -> Vec<Domain<'_>> {
    let contigs = Contigs::new((1..=22).map(|n| (format!("chr{n}"), 250_000_000)));
    let genes = builtin::genes(assembly, &contigs).genes;
    let kinases: Vec<_> = genes.iter().filter(|gene| builtin::KINASES.contains(&gene.symbol.as_str())).collect();
    let mut rows = domains(&kinases, knowledge, Some(assembly), None).expect("no file is read");
    let mut random = Random::new(seed);
    for row in &mut rows {
        for codon in row.codons() {
            if row.codon(codon).is_some() {
                continue;
            }
            let residue = row.site(codon).map(|site| site.ref_aa);
            let bases = loop {
                let bases = [random.base(), random.base(), random.base()];
                let amino_acid = kinfuse::sequence::translate_codon(&bases);
                if amino_acid != Some(b'*') && residue.is_none_or(|residue| amino_acid == Some(residue)) {
                    break bases;
                }
            };
            let first = row.first_of(codon);
            for (slot, base) in bases.into_iter().enumerate() {
                row.set(first + slot, base, BaseSource::Fasta);
            }
        }
    }
    rows
}

/// Every listed substitution of one base, once a known codon.
pub fn listed(rows: &[Domain<'_>], one_a_codon: bool) -> Vec<Mutation> {
    let mut list = Vec::new();
    for row in rows {
        for site in &row.known {
            let Some(codon) = row.codon(site.codon) else { continue };
            let first = row.first_of(site.codon);
            let mut found = Vec::new();
            for change in site.changes.iter().filter(|change| change.alt_aa.is_some()) {
                let single =
                    (0..3).flat_map(|slot| b"ACGT".iter().map(move |&base| (slot, base))).filter(|&(slot, base)| base != codon[slot]);
                let hits = single.filter(|&(slot, base)| {
                    let mut changed = codon;
                    changed[slot] = base;
                    kinfuse::sequence::translate_codon(&changed) == change.alt_aa
                });
                found.extend(hits.map(|(slot, base)| Mutation {
                    gene: row.gene.clone(),
                    codon: site.codon,
                    name: format!("p.{}", change.protein_change),
                    bases: vec![(first + slot, base)],
                    fraction: 0.0,
                }));
            }
            if one_a_codon {
                found.truncate(1);
            }
            list.extend(found);
        }
    }
    list
}

/// A pileup with, for each mutation, how many molecules cover it and how many carry it.
pub struct Sample {
    pub pileup: Pileup,
    pub truth: Vec<(u32, u32)>,
}

/// Draws one library over one row.
pub fn sample(row: &Domain<'_>, made: Made, mutations: &[&Mutation], random: &mut Random) -> Sample {
    let mut shown = Vec::new();
    let mut family_of = Vec::new();
    let mut truth = vec![(0, 0); mutations.len()];
    for segment in row.segments() {
        let length = (segment.end - segment.start) as usize;
        let reach = length as f64 + made.fragment_bp.0;
        let count = (made.depth as f64 * reach / made.fragment_bp.0).round() as usize;
        for _ in 0..count {
            let size = random.normal(made.fragment_bp.0, made.fragment_bp.1).max(50.0) as usize;
            // Start relative to the segment's first base in transcription.
            let start = random.below(length + size) as i64 - size as i64 + 1;
            let sense = random.happens(0.5);
            let molecule = template(row, segment.first, length, start, size, sense, made, mutations, &mut truth, random);
            let copies = made.copies.map_or(1, |mean| {
                let mut copies = 1;
                while random.happens(1.0 - 1.0 / mean) && copies < 50 {
                    copies += 1;
                }
                copies
            });
            let family = FragmentId(family_of.len() as u64);
            for _ in 0..copies {
                let fragment = FragmentId(family_of.len() as u64);
                family_of.push(family);
                reads(row, segment.first, length, start, size, sense, &molecule, fragment, made, random, &mut shown);
            }
        }
    }
    let forward = row.strand == Strand::Forward;
    let mut list: Vec<Molecule> = molecules(shown, forward, 20, |fragment| family_of[fragment.0 as usize]);
    for indel in list.iter_mut().flat_map(|molecule| &mut molecule.indels) {
        *indel = shifted(indel.clone(), row);
    }
    Sample { pileup: Pileup::of(list), truth }
}

/// Bases of one molecule on the segment, with its mutations and its damage: index of the first base, bases in transcription.
#[allow(clippy::too_many_arguments, reason = "one draw has many givens")]
fn template(
    row: &Domain<'_>,
    first: usize,
    length: usize,
    start: i64,
    size: usize,
    sense: bool,
    made: Made,
    mutations: &[&Mutation],
    truth: &mut [(u32, u32)],
    random: &mut Random,
) -> (usize, Vec<u8>) {
    let low = start.max(0) as usize;
    let high = ((start + size as i64) as usize).min(length);
    let mut bases: Vec<u8> = (low..high).map(|offset| row.base(first + offset)).collect();
    for (mutation, truth) in mutations.iter().zip(truth.iter_mut()) {
        let here = |index: usize| index.checked_sub(first + low).filter(|&offset| offset < bases.len());
        if here(mutation.bases[0].0).is_none() {
            continue;
        }
        let places: Vec<Option<usize>> = mutation.bases.iter().map(|(index, _)| here(*index)).collect();
        // Between the mates nothing is read.
        let read = |offset: usize| {
            let from_start = (low + offset) as i64 - start;
            from_start < made.read_bp as i64 || from_start >= size as i64 - made.read_bp as i64
        };
        if !places.iter().all(|place| place.is_some_and(read)) {
            continue;
        }
        truth.0 += 1;
        if random.happens(mutation.fraction) {
            truth.1 += 1;
            for (place, (_, base)) in places.iter().zip(&mutation.bases) {
                bases[place.expect("all are there")] = *base;
            }
        }
    }
    // Damage of the strand that is read first: in transcription if the first read goes along it, of the other strand if not.
    let (deaminated, oxidised) = if sense { ((b'C', b'T'), (b'G', b'T')) } else { ((b'G', b'A'), (b'C', b'A')) };
    for (is_oxidation, (from, to), rate) in [(false, deaminated, made.deamination * 3.0), (true, oxidised, made.oxidation)] {
        for offset in hits(bases.len(), rate, random) {
            if bases[offset] == from {
                let neighbour = if sense { bases.get(offset + 1) } else { offset.checked_sub(1).and_then(|before| bases.get(before)) };
                let before_g = neighbour == Some(if sense { &b'G' } else { &b'C' });
                let kept = is_oxidation || before_g || random.happens(1.0 / 3.0);
                if kept {
                    bases[offset] = to;
                }
            }
        }
    }
    (low, bases)
}

/// Offsets below `length` that are hit at a rate.
fn hits(length: usize, rate: f64, random: &mut Random) -> Vec<usize> {
    let mut list = Vec::new();
    if rate <= 0.0 {
        return list;
    }
    let scale = (1.0 - rate).ln();
    let mut at = (random.unit().max(1e-300).ln() / scale) as usize;
    while at < length {
        list.push(at);
        at += 1 + (random.unit().max(1e-300).ln() / scale) as usize;
    }
    list
}

#[allow(clippy::too_many_arguments, reason = "one draw has many givens")]
fn reads(
    row: &Domain<'_>,
    first: usize,
    length: usize,
    start: i64,
    size: usize,
    sense: bool,
    (low, bases): &(usize, Vec<u8>),
    fragment: FragmentId,
    made: Made,
    random: &mut Random,
    shown: &mut Vec<Shown>,
) {
    let mut copy = bases.clone();
    for offset in hits(copy.len(), made.polymerase, random) {
        copy[offset] = random.other_base(copy[offset]);
    }
    let read_bp = made.read_bp.min(size) as i64;
    // The read at the fragment's beginning goes along the transcript.
    for (at_start, from) in [(true, start), (false, start + size as i64 - read_bp)] {
        let to = from + read_bp;
        let (from_in, to_in) = (from.max(0), to.min(length as i64));
        if from_in >= to_in {
            continue;
        }
        let mut letters: Vec<(u8, u8)> = (from_in..to_in).map(|offset| (copy[offset as usize - low], 37)).collect();
        for offset in hits(letters.len(), 2.0e-4, random) {
            letters[offset].0 = random.other_base(letters[offset].0);
        }
        for offset in hits(letters.len(), 0.06, random) {
            let (quality, promised) = [(23, 5e-3), (23, 5e-3), (12, 6.3e-2)][random.below(3)];
            letters[offset].1 = quality;
            if random.happens(promised) {
                letters[offset].0 = random.other_base(letters[offset].0);
            }
        }
        let forward = at_start == (row.strand == Strand::Forward);
        shown.push(Shown {
            fragment,
            number: u8::from(at_start != sense),
            forward,
            span: Span {
                first: (first as i64 + from_in) as u16,
                last: (first as i64 + to_in - 1) as u16,
                before: (from_in - from) as u16,
                after: (to - to_in) as u16,
                ..Span::default()
            },
            bases: letters.iter().map(|&(base, quality)| if quality < 10 { 0 } else { packed(base, quality) }).collect(),
            indels: wrong_indels(&letters, (first as i64 + from_in) as usize, made.indels, random),
        });
    }
}

/// Insertions and deletions that a read shows by error: mostly one base of a run, one in twenty of three bases.
fn wrong_indels(letters: &[(u8, u8)], first: usize, rate: f64, random: &mut Random) -> Vec<Indel> {
    const MOST: f64 = 16.0;
    let mut list = Vec::new();
    for offset in hits(letters.len(), rate * MOST, random) {
        let base = letters[offset].0;
        let run = letters[offset..].iter().take_while(|letter| letter.0 == base).count();
        let run = run + letters[..offset].iter().rev().take_while(|letter| letter.0 == base).count();
        // Not at the very end of a read, where an aligner clips.
        let inside = (5..letters.len().saturating_sub(8)).contains(&offset);
        if !random.happens(2f64.powi(run.min(5) as i32 - 1) / MOST) || !inside {
            continue;
        }
        let bases = if random.happens(0.05) { 3 } else { 1 };
        list.push(if random.happens(0.5) {
            Indel { at: first + offset, deleted: bases, ..Indel::default() }
        } else {
            Indel { at: first + offset, inserted: vec![base; bases], ..Indel::default() }
        });
    }
    list
}
