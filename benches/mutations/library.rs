//! A library as a laboratory would give it: molecules over the five kinases, with errors whose rates are known.
//!
//! ```text
//!   error of a change at a position = rate of the stratum * class * context * theta
//! ```
//!
//! Class and context are those of the change as the first read shows it, each with a mean of 1. `theta` belongs to a position and a change, is
//! common to all molecules, and has the mean 1 and the variance [`DISPERSION`].

use kinfuse::sequence::{code, translate_codon};
use kinfuse::simulate::Random;
use kinfuse::variant::domain::Domain;
use kinfuse::variant::molecule::{Molecule, Span};

/// Variance of a position's error beyond class and context; a gamma distribution with this shape is the sum of so many exponential ones.
const SHAPE: usize = 10;
pub const DISPERSION: f64 = 1.0 / SHAPE as f64;
/// Spread of the logarithm of the classes' and contexts' factors: classes differ about tenfold, contexts about twofold.
const SPREADS: [f64; 2] = [0.6, 0.35];
/// Bases that reads go on for beside the row.
const BESIDE_BP: usize = 60;

/// A stratum of molecules: their base quality, their share, and how often a base of them shows one given other letter.
#[derive(Debug, Clone, Copy)]
pub struct Stratum {
    pub quality: u8,
    pub share: f64,
    pub rate: f64,
}

/// A change of one base: row, index, and the codes of the two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Single {
    pub row: usize,
    pub index: usize,
    pub from: usize,
    pub to: usize,
}

/// Molecules of one stratum and orientation that show a place, those of them with the change, and their true error rate (`theta` left out).
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub depth: usize,
    pub with: usize,
    pub rate: f64,
}

/// The true factors of the errors of one sample.
struct Truth {
    classes: [f64; 16],
    contexts: Vec<f64>,
}

impl Truth {
    fn draw(random: &mut Random) -> Self {
        let mut factors = |count: usize, spread: f64| {
            let drawn: Vec<f64> = (0..count).map(|_| random.normal(0.0, spread).exp()).collect();
            let mean = drawn.iter().sum::<f64>() / count as f64;
            drawn.into_iter().map(|factor| factor / mean).collect::<Vec<f64>>()
        };
        let classes = factors(16, SPREADS[0]);
        Self { classes: std::array::from_fn(|class| classes[class]), contexts: factors(256, SPREADS[1]) }
    }

    /// The factor of a change for one orientation of the first read.
    fn factor(&self, codes: &[usize], index: usize, to: usize, sense: bool) -> f64 {
        let from = codes[index];
        let before = index.checked_sub(1).map_or(from, |index| codes[index]);
        let after = codes.get(index + 1).copied().unwrap_or(from);
        let (before, from, after, to) = if sense { (before, from, after, to) } else { (3 - after, 3 - from, 3 - before, 3 - to) };
        let class = from * 4 + to;
        self.classes[class] * self.contexts[class * 16 + before * 4 + after]
    }
}

/// One sample.
pub struct Sample {
    truth: Truth,
    /// The codes of each row's bases.
    codes: Vec<Vec<usize>>,
    strata: Vec<Stratum>,
    pub molecules: Vec<Vec<Molecule>>,
}

impl Sample {
    /// Draws a sample of this depth over rows whose bases are all known.
    pub fn draw(domains: &[Domain<'_>], depth: usize, strata: &[Stratum], random: &mut Random) -> Self {
        let truth = Truth::draw(random);
        let codes: Vec<Vec<usize>> =
            domains.iter().map(|domain| (0..domain.len()).map(|index| code(domain.base(index)).unwrap_or(0)).collect()).collect();
        let mut sample = Self { truth, codes, strata: strata.to_vec(), molecules: Vec::new() };
        for row in 0..sample.codes.len() {
            let mut molecules = sample.without_errors(row, depth, random);
            sample.add_errors(row, &mut molecules, random);
            sample.molecules.push(molecules);
        }
        sample
    }

    /// Molecules that all show the reference, by stratum and orientation.
    fn without_errors(&self, row: usize, depth: usize, random: &mut Random) -> Vec<Molecule> {
        let length = self.codes[row].len();
        let mut list = Vec::with_capacity(depth);
        for stratum in &self.strata {
            let bases: Box<[u8]> = self.codes[row].iter().map(|&code| packed(code, stratum.quality)).collect();
            let count = (stratum.share * depth as f64).round() as usize;
            for number in 0..count {
                let (before, after) = (random.below(BESIDE_BP) as u16, random.below(BESIDE_BP) as u16);
                let span = Span { first: 0, last: length as u16 - 1, before, after, ..Span::default() };
                let spans = if random.happens(0.5) { [Some(span), None] } else { [None, Some(span)] };
                list.push(Molecule {
                    start: 0,
                    bases: bases.clone(),
                    sense: number % 2 == 0,
                    spans,
                    indels: Vec::new(),
                    fragments: Vec::new(),
                });
            }
        }
        list
    }

    fn add_errors(&self, row: usize, molecules: &mut [Molecule], random: &mut Random) {
        let groups = self.groups(molecules);
        for index in 0..self.codes[row].len() {
            for to in (0..4).filter(|&to| to != self.codes[row][index]) {
                let theta = (0..SHAPE).map(|_| -(1.0 - random.unit()).ln()).sum::<f64>() / SHAPE as f64;
                for (stratum, sense, members) in &groups {
                    let factor = self.truth.factor(&self.codes[row], index, to, *sense);
                    let mean = members.len() as f64 * stratum.rate * factor * theta;
                    for _ in 0..random.poisson(mean) {
                        let molecule = &mut molecules[members[random.below(members.len())]];
                        molecule.bases[index] = packed(to, stratum.quality);
                    }
                }
            }
        }
    }

    fn groups(&self, molecules: &[Molecule]) -> Vec<(Stratum, bool, Vec<usize>)> {
        let of = |stratum: Stratum, sense: bool| {
            let is_one = |molecule: &Molecule| molecule.sense == sense && molecule.bases[0] & 63 == stratum.quality;
            let members: Vec<usize> = (0..molecules.len()).filter(|&number| is_one(&molecules[number])).collect();
            (stratum, sense, members)
        };
        self.strata.iter().flat_map(|&stratum| [of(stratum, false), of(stratum, true)]).filter(|group| !group.2.is_empty()).collect()
    }

    /// Plants a change on this fraction of the molecules.
    pub fn plant(&mut self, change: Single, fraction: f64, random: &mut Random) {
        for molecule in &mut self.molecules[change.row] {
            if random.happens(fraction) {
                molecule.bases[change.index] = packed(change.to, molecule.bases[change.index] & 63);
            }
        }
    }

    /// What the molecules show of a change, with the true error rates.
    pub fn parts(&self, change: Single) -> Vec<Part> {
        let shown = packed(change.to, 0);
        let molecules = &self.molecules[change.row];
        let part = |(stratum, sense, members): (Stratum, bool, Vec<usize>)| Part {
            depth: members.len(),
            with: members.iter().filter(|&&number| molecules[number].bases[change.index] & 0b1100_0000 == shown).count(),
            rate: stratum.rate * self.truth.factor(&self.codes[change.row], change.index, change.to, sense),
        };
        self.groups(molecules).into_iter().map(part).collect()
    }
}

/// A base in one byte, as molecules hold it.
fn packed(code: usize, quality: u8) -> u8 {
    (code as u8) << 6 | quality
}

/// The changes of one base that change a residue: those that are listed, and all others.
pub fn changes(domains: &[Domain<'_>]) -> (Vec<Vec<Single>>, usize) {
    let (mut listed, mut others) = (vec![Vec::new(); domains.len()], 0);
    for (row, domain) in domains.iter().enumerate() {
        for codon in domain.codons() {
            let (first, Some(bases)) = (domain.first_of(codon), domain.codon(codon)) else { continue };
            let residue = translate_codon(&bases);
            for (slot, to) in (0..3).flat_map(|slot| (0..4).map(move |to| (slot, to))) {
                let mut changed = bases;
                changed[slot] = b"ACGT"[to];
                let new = translate_codon(&changed);
                if new == residue {
                    continue;
                }
                let is_listed = domain.site(codon).is_some_and(|site| site.changes.iter().any(|change| change.alt_aa == new));
                if is_listed {
                    listed[row].push(Single { row, index: first + slot, from: code(bases[slot]).unwrap_or(0), to });
                } else {
                    others += 1;
                }
            }
        }
    }
    (listed, others)
}
