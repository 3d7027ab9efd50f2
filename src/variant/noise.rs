//! How often this library shows a wrong base, learnt from the library itself: the kinase domains are hundreds of positions at which
//! nearly every molecule is normal.
//!
//! Errors are counted by class. A class is the change as the *first read* of the fragment shows it (`G>T` and `C>A` are two classes):
//! deamination in fixed tissue (`C>T`) and oxidation (`G>T`) damage one strand before it is copied, so they are seen on one read
//! orientation only, and a class counted this way holds them pure. The strata are base qualities after mates and copies were merged
//! ([`super::molecule::STRATA`]). With `k` wrong among `n` bases of a class and stratum, and `e0` the error that the quality promises
//! for one given change (never below [`FLOOR`]), worth four pseudo-errors:
//!
//! ```text
//!   rate(class, stratum) = (k + 4) / (n + 4 / e0)
//!   context              = (k_c + 4) / (E_c + 4)       k_c seen, E_c expected by class, at all other places with the same neighbours
//!   error of a position  = rate * context, averaged over the molecules there by orientation and stratum
//! ```
//!
//! What a position shows itself never counts towards its own rate. Positions that are known sites, or plainly vary, are left out.
//! How far positions differ in their rate beyond class and context is the dispersion, by moments:
//!
//! ```text
//!   dispersion = (sum((k - E)^2 - E - E^2 u) + 0.1 * 10) / (sum(E^2) + 10)      within 0.02 .. 3
//!   u          = 1 / (k + 4) + 1 / (k_c + 4)            how little is known of class and context
//!   relative variance of a position's error rate = dispersion + u
//! ```
//!
//! [`super::call`] compares what a position shows with the beta-binomial of this mean and variance.

use crate::stats::from_phred;

use super::domain::Domain;
use super::molecule::{stratum, Molecule, STRATA};

/// Lowest error of one given change that is believed without data: damage and errors of the first copies, 1e-4 to 1e-3 a base
/// (Chen et al., Science 2017; 355:752-756), a third of it for one given change.
pub const FLOOR: f64 = 1e-4;
/// What the quality's promise is worth against the counts of a class, and the class against those of a context, in errors: contexts of
/// one class differ about twofold.
const WEIGHT: f64 = 4.0;
/// Dispersion expected before data, and its weight in squared expected errors.
const DISPERSION: (f64, f64) = (0.1, 10.0);
/// Bounds of the dispersion.
const DISPERSION_RANGE: (f64, f64) = (0.02, 3.0);
/// A position of which more than this share differs is no place to learn errors from: it varies.
const MAX_NOISE_FRAC: f64 = 0.02;
/// Given one wrong base, another given one beside it is wrong at least this often: errors come in clusters.
pub const CLUSTER: f64 = 0.01;

const LEVELS: usize = STRATA.len();

/// Bases of each kind at each position of a row: `[index][sense][letter][stratum]`.
#[derive(Debug, Clone, Default)]
pub struct Counts(Vec<[[[u32; LEVELS]; 4]; 2]>);

impl Counts {
    /// Counts molecules over a row of `length` bases.
    pub fn of(molecules: &[Molecule], length: usize) -> Self {
        let mut counts = vec![[[[0; LEVELS]; 4]; 2]; length];
        for molecule in molecules {
            let start = usize::from(molecule.start);
            for (offset, &byte) in molecule.bases.iter().enumerate() {
                if let (Some((code, quality)), Some(slot)) = (super::molecule::unpacked(byte), counts.get_mut(start + offset)) {
                    slot[usize::from(molecule.sense)][code][stratum(quality)] += 1;
                }
            }
        }
        Self(counts)
    }

    /// Molecules that show this letter with at least this stratum.
    pub fn letter(&self, index: usize, code: usize, cut: usize) -> u32 {
        (0..2).map(|sense| self.0[index][sense][code][cut..].iter().sum::<u32>()).sum()
    }

    /// Molecules that show any letter with at least this stratum.
    pub fn depth(&self, index: usize, cut: usize) -> u32 {
        (0..4).map(|code| self.letter(index, code, cut)).sum()
    }

    /// The letter that most molecules show, with its share; `None` below ten molecules.
    pub fn majority(&self, index: usize) -> Option<(usize, f64)> {
        let depth = self.depth(index, 0);
        let best = (0..4).max_by_key(|&code| (self.letter(index, code, 0), std::cmp::Reverse(code)))?;
        (depth >= 10).then(|| (best, f64::from(self.letter(index, best, 0)) / f64::from(depth)))
    }
}

/// Wrong and all bases.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Tally {
    wrong: [f64; LEVELS],
    all: [f64; LEVELS],
}

impl Tally {
    fn add(&mut self, wrong: u32, all: u32, level: usize, sign: f64) {
        self.wrong[level] += sign * f64::from(wrong);
        self.all[level] += sign * f64::from(all);
    }

    fn seen(&self) -> f64 {
        self.wrong.iter().sum()
    }
}

/// What errors alone are expected to show at a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Molecules that vote.
    pub depth: u32,
    /// Mean error of this change a molecule.
    pub rate: f64,
    /// Relative variance of that rate.
    pub variance: f64,
}

/// The error rates of one library.
#[derive(Debug, Clone)]
pub struct Noise {
    classes: [Tally; 16],
    contexts: Vec<Tally>,
    /// How much positions differ beyond class and context.
    pub dispersion: f64,
}

/// A row with its counts, and the code of each base that counts as normal.
pub struct Row<'a> {
    /// The row.
    pub domain: &'a Domain<'a>,
    /// Its counts.
    pub counts: &'a Counts,
    normal: Vec<Option<usize>>,
    learnt: Vec<bool>,
}

impl<'a> Row<'a> {
    /// A row as far as errors can be told: by the reference, else by what nearly all molecules show.
    pub fn new(domain: &'a Domain<'a>, counts: &'a Counts) -> Self {
        let normal: Vec<Option<usize>> = (0..domain.len())
            .map(|index| {
                let by_reference = b"ACGT".iter().position(|&letter| letter == domain.base(index));
                by_reference.or_else(|| counts.majority(index).filter(|(_, share)| *share >= 0.9).map(|(code, _)| code))
            })
            .collect();
        let learnt = (0..domain.len())
            .map(|index| {
                let depth = f64::from(counts.depth(index, 0));
                let wrong = normal[index].map_or(0.0, |code| depth - f64::from(counts.letter(index, code, 0)));
                normal[index].is_some() && !domain.is_known(index) && (wrong <= 2.0 || wrong <= MAX_NOISE_FRAC * depth)
            })
            .collect();
        Self { domain, counts, normal, learnt }
    }

    /// The code of the normal base.
    pub fn normal(&self, index: usize) -> Option<usize> {
        self.normal.get(index).copied().flatten()
    }

    /// Class and context of a change as the first read shows it.
    fn class(&self, index: usize, to: usize, sense: bool) -> Option<(usize, usize)> {
        let from = self.normal(index)?;
        let before = index.checked_sub(1).and_then(|index| self.normal(index)).unwrap_or(from);
        let after = self.normal(index + 1).unwrap_or(from);
        let (before, from, after, to) = if sense { (before, from, after, to) } else { (3 - after, 3 - from, 3 - before, 3 - to) };
        let class = from * 4 + to;
        Some((class, class * 16 + before * 4 + after))
    }
}

/// The error that a stratum's quality promises for one given change.
fn promised(level: usize) -> f64 {
    // The lowest stratum holds 7 to 19, used for long reads only.
    let quality = if level == 0 { 10.0 } else { f64::from(STRATA[level]) };
    (from_phred(quality) / 3.0).max(FLOOR)
}

impl Noise {
    /// Learns the rates from all rows of a library.
    pub fn learn(rows: &[Row<'_>]) -> Self {
        let mut noise = Self { classes: [Tally::default(); 16], contexts: vec![Tally::default(); 256], dispersion: DISPERSION.0 };
        for row in rows {
            for index in (0..row.domain.len()).filter(|&index| row.learnt[index]) {
                for to in (0..4).filter(|&to| row.normal(index) != Some(to)) {
                    noise.tally(row, index, to, 1.0);
                }
            }
        }
        let (mut excess, mut weight) = (0.0, 0.0);
        for row in rows {
            for index in (0..row.domain.len()).filter(|&index| row.learnt[index]) {
                for to in (0..4).filter(|&to| row.normal(index) != Some(to)) {
                    let expected = noise.expected(row, index, to, 0);
                    let mean = expected.rate * f64::from(expected.depth);
                    let unknown = expected.variance - noise.dispersion;
                    let seen = f64::from(row.counts.letter(index, to, 0));
                    excess += (seen - mean).powi(2) - mean - mean * mean * unknown;
                    weight += mean * mean;
                }
            }
        }
        noise.dispersion = ((excess + DISPERSION.0 * DISPERSION.1) / (weight + DISPERSION.1)).clamp(DISPERSION_RANGE.0, DISPERSION_RANGE.1);
        noise
    }

    fn tally(&mut self, row: &Row<'_>, index: usize, to: usize, sign: f64) {
        for sense in [false, true] {
            let Some((class, context)) = row.class(index, to, sense) else { continue };
            for level in 0..LEVELS {
                let cell = &row.counts.0[index][usize::from(sense)];
                let wrong = cell[to][level];
                let all = row.normal(index).map_or(0, |code| cell[code][level]) + wrong;
                self.classes[class].add(wrong, all, level, sign);
                self.contexts[context].add(wrong, all, level, sign);
            }
        }
    }

    /// What errors alone would show at a position for one letter, among bases of at least stratum `cut`.
    pub fn expected(&self, row: &Row<'_>, index: usize, to: usize, cut: usize) -> Expected {
        let depth = row.counts.depth(index, cut);
        let (mut errors, mut unknown, mut bases) = (0.0, 0.0, 0.0);
        for sense in [false, true] {
            let Some((class, context)) = row.class(index, to, sense) else { continue };
            let cell = &row.counts.0[index][usize::from(sense)];
            // Without what this position shows itself.
            let (mut of_class, mut of_context) = (self.classes[class], self.contexts[context]);
            if row.learnt[index] {
                for (level, &wrong) in cell[to].iter().enumerate() {
                    let all = row.normal(index).map_or(0, |code| cell[code][level]) + wrong;
                    of_class.add(wrong, all, level, -1.0);
                    of_context.add(wrong, all, level, -1.0);
                }
            }
            let rates: [f64; LEVELS] =
                std::array::from_fn(|level| (of_class.wrong[level] + WEIGHT) / (of_class.all[level] + WEIGHT / promised(level)));
            let foreseen: f64 = rates.iter().zip(&of_context.all).map(|(rate, all)| rate * all).sum();
            let factor = (of_context.seen() + WEIGHT) / (foreseen + WEIGHT);
            let here: f64 = (0..4).map(|code| cell[code][cut..].iter().sum::<u32>()).map(f64::from).sum();
            for (level, rate) in rates.iter().enumerate().skip(cut) {
                errors += rate * factor * (0..4).map(|code| f64::from(cell[code][level])).sum::<f64>();
            }
            unknown += here * (1.0 / (of_class.seen() + WEIGHT) + 1.0 / (of_context.seen() + WEIGHT));
            bases += here;
        }
        if bases == 0.0 {
            return Expected { depth, rate: FLOOR, variance: self.dispersion + 1.0 };
        }
        Expected { depth, rate: (errors / bases).min(0.5), variance: self.dispersion + unknown / bases }
    }

    /// The rates by class as the first read shows them, all strata from the first voting one together: (`C>T`, wrong, all).
    pub fn by_class(&self) -> Vec<(String, u64, u64)> {
        let letter = |code: usize| char::from(b"ACGT"[code]);
        let classes = (0..16).filter(|class| class / 4 != class % 4);
        classes
            .map(|class| {
                let tally = &self.classes[class];
                let sum = |values: &[f64; LEVELS]| values.iter().sum::<f64>().round().max(0.0) as u64;
                (format!("{}>{}", letter(class / 4), letter(class % 4)), sum(&tally.wrong), sum(&tally.all))
            })
            .collect()
    }
}
