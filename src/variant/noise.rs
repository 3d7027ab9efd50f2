//! How often this library shows a wrong base, learnt from the library itself: the kinase domains are hundreds of positions at which
//! nearly every molecule is normal.
//!
//! Errors are counted by class. A class is the change as the *first read* of the fragment shows it (`G>T` and `C>A` are two classes):
//! deamination in fixed tissue (`C>T`) and oxidation (`G>T`) damage one strand before it is copied, so they are seen on one read
//! orientation only, and a class counted this way holds them pure. The strata are base qualities after mates and copies were merged
//! ([`super::molecule::STRATA`]): one read, two mates that agree, a consensus of copies, a consensus of both strands. With `k` wrong among
//! `n` chances, each rate is drawn towards the one above it, the less data it has of its own:
//!
//! ```text
//!   stratum              = (k_s + 1) / (n_s + 1 / e0)              all classes together; e0 is what the stratum is known for
//!   rate(class, stratum) = (k + 0.5) / (n + 0.5 / stratum)
//!   context              = (k_c + 4) / (E_c + 4)       k_c seen, E_c expected by class, at all other places with the same neighbours
//!   context of a stratum = (k_s + 4 c) / (E_s + 4)     the same within the stratum; c is the context in the other strata
//!   error of a molecule  = rate * context of its stratum, by the orientation of its first read
//! ```
//!
//! What a position shows itself never counts towards its own rate. Positions that are known sites are left out. How far positions differ
//! in their rate beyond class and context is the dispersion `d`. Little is known of class and context where few errors were seen:
//!
//! ```text
//!   relative variance    d + 1 / (k_c + 4) common to all molecules at a position,  1 / (k + 0.5) to those of one stratum and orientation
//! ```
//!
//! A true variant is no error. What a place shows of a change is an error with beta-binomial chances, or, with a small chance, a
//! variant of any fraction. The dispersion is the likeliest one of this mixture, and each place counts towards the rates with the chance
//! that what it shows is an error. Rates and these chances are found in turn.
//!
//! [`super::likelihood`] compares what a position shows with these rates and variances.

use crate::sequence::code;
use crate::stats::beta_binomial_ln;

use super::domain::Domain;
use super::likelihood::{Rate, Rates, Strata};
use super::molecule::{stratum, Molecule, STRATA};

/// What the strata are known for, before data: the error of one given change, a third of all errors of a base. Reads: what the quality
/// promises. Mates that agree: their damage is common, about 1e-4 a base (Chen et al., Science 2017; 355:752-756). Consensus of copies, and
/// of both strands: 3.4e-5 and 2.5e-6 a base (Schmitt et al., PNAS 2012; 109:14508-14513).
const KNOWN_FOR: [f64; LEVELS] = [3.3e-2, 3.3e-3, 3.3e-4, 1e-4, 3.3e-5, 1.1e-5, 8e-7];
/// What that is worth against the counts of a stratum, in errors.
const STRATUM_WEIGHT: f64 = 1.0;
/// What the stratum is worth against the counts of a class, in errors: as little as Jeffreys' prior of a rate, for classes differ tenfold.
const CLASS_WEIGHT: f64 = 0.5;
/// What the class is worth against the counts of a context, in errors: contexts of one class differ about twofold.
const CONTEXT_WEIGHT: f64 = 4.0;
/// Dispersion expected before data, and the spread of its logarithm.
const DISPERSION: (f64, f64) = (0.1, 1.0);
/// Dispersions that are tried, from the lowest on by the same factor.
const DISPERSIONS: (f64, f64, i32) = (0.02, 1.6, 11);
/// Chance that a place shows a given change that is there: two people differ at about one base in 1,000, in one of three changes.
const VARIES: f64 = 1e-3 / 3.0;
/// Rates and the chances that places show errors are found in turn, so often at most; the chances stand still after two or three.
const ROUNDS: usize = 6;
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

    /// Molecules that show this letter.
    pub fn letter(&self, index: usize, code: usize) -> u32 {
        self.showing(index, code).total()
    }

    /// Molecules that show any letter.
    pub fn depth(&self, index: usize) -> u32 {
        self.strata(index).total()
    }

    /// Molecules that show this letter, by orientation and stratum.
    pub fn showing(&self, index: usize, code: usize) -> Strata {
        Strata([0, 1].map(|sense| self.0[index][sense][code]))
    }

    /// Molecules that show any letter, by orientation and stratum.
    pub fn strata(&self, index: usize) -> Strata {
        let all = |sense: usize| std::array::from_fn(|level| (0..4).map(|code| self.0[index][sense][code][level]).sum());
        Strata([all(0), all(1)])
    }

    /// The letter that most molecules show, with its share; `None` below ten molecules.
    pub fn majority(&self, index: usize) -> Option<(usize, f64)> {
        let depth = self.depth(index);
        let best = (0..4).max_by_key(|&code| (self.letter(index, code), std::cmp::Reverse(code)))?;
        (depth >= 10).then(|| (best, f64::from(self.letter(index, best)) / f64::from(depth)))
    }
}

/// Wrong and all bases.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Tally {
    wrong: [f64; LEVELS],
    all: [f64; LEVELS],
}

impl Tally {
    fn add(&mut self, other: &Self, weight: f64) {
        for level in 0..LEVELS {
            self.wrong[level] += weight * other.wrong[level];
            self.all[level] += weight * other.all[level];
        }
    }

    /// Wrong ones of all strata.
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

impl Expected {
    /// Logarithm of the likelihood that so many molecules show the change, be they errors or, with the chance `varies`, a variant of any
    /// fraction; and the chance that they are errors.
    pub fn mixture(&self, count: u32, varies: f64) -> (f64, f64) {
        let by_errors = (1.0 - varies) * beta_binomial_ln(u64::from(count), u64::from(self.depth), self.rate, self.variance).exp();
        let whole = by_errors + varies / (f64::from(self.depth) + 1.0);
        (whole.ln(), by_errors / whole)
    }
}

/// The error rates of one library.
#[derive(Debug, Clone)]
pub struct Noise {
    all: Tally,
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
    /// The chance that what a position shows of a letter is an error; 0 where nothing is learnt from it.
    errors: Vec<[f64; 4]>,
}

impl<'a> Row<'a> {
    /// A row as far as errors can be told: by the reference, else by what nearly all molecules show.
    pub fn new(domain: &'a Domain<'a>, counts: &'a Counts) -> Self {
        let normal: Vec<Option<usize>> = (0..domain.len())
            .map(|index| {
                let by_reference = code(domain.base(index));
                by_reference.or_else(|| counts.majority(index).filter(|(_, share)| *share >= 0.9).map(|(code, _)| code))
            })
            .collect();
        let mut row = Self { domain, counts, normal, errors: vec![[0.0; 4]; domain.len()] };
        for (index, to) in row.changes().collect::<Vec<_>>() {
            row.errors[index][to] = 1.0;
        }
        row
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

    /// What a position shows of a letter among the molecules of one orientation.
    fn tally(&self, index: usize, to: usize, sense: bool) -> Tally {
        let cell = &self.counts.0[index][usize::from(sense)];
        let wrong = cell[to].map(f64::from);
        let normal = self.normal(index).map_or([0; LEVELS], |code| cell[code]);
        Tally { wrong, all: std::array::from_fn(|level| wrong[level] + f64::from(normal[level])) }
    }

    /// The changes from which errors are learnt.
    fn changes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let learnt = |index: &usize| self.normal(*index).is_some() && !self.domain.is_known(*index) && self.counts.depth(*index) > 0;
        let others = move |index: usize| (0..4).filter(move |&to| self.normal(index) != Some(to)).map(move |to| (index, to));
        (0..self.normal.len()).filter(learnt).flat_map(others)
    }
}

impl Noise {
    /// Learns the rates from all rows of a library.
    pub fn learn(rows: &mut [Row<'_>]) -> Self {
        let mut noise = Self::tallied(rows);
        for _ in 0..ROUNDS {
            noise.dispersion = noise.likeliest_dispersion(rows);
            let mut moved = 0.0f64;
            for row in rows.iter_mut() {
                let changes: Vec<(usize, usize)> = row.changes().collect();
                let chances: Vec<f64> = changes
                    .iter()
                    .map(|&(index, to)| {
                        let (count, expected) = noise.shown(row, index, to);
                        expected.mixture(count, VARIES).1
                    })
                    .collect();
                for ((index, to), chance) in changes.into_iter().zip(chances) {
                    moved = moved.max((row.errors[index][to] - chance).abs());
                    row.errors[index][to] = chance;
                }
            }
            noise = Self { dispersion: noise.dispersion, ..Self::tallied(rows) };
            if moved < 0.01 {
                break;
            }
        }
        noise
    }

    fn tallied(rows: &[Row<'_>]) -> Self {
        let mut noise = Self {
            all: Tally::default(),
            classes: [Tally::default(); 16],
            contexts: vec![Tally::default(); 256],
            dispersion: DISPERSION.0,
        };
        for row in rows {
            for (index, to) in row.changes() {
                for sense in [false, true] {
                    let Some((class, context)) = row.class(index, to, sense) else { continue };
                    let (own, weight) = (row.tally(index, to, sense), row.errors[index][to]);
                    noise.all.add(&own, weight);
                    noise.classes[class].add(&own, weight);
                    noise.contexts[context].add(&own, weight);
                }
            }
        }
        noise
    }

    /// What a position shows of a letter, beside what errors would.
    fn shown(&self, row: &Row<'_>, index: usize, to: usize) -> (u32, Expected) {
        (row.counts.letter(index, to), self.expected(row, index, to))
    }

    fn likeliest_dispersion(&self, rows: &[Row<'_>]) -> f64 {
        let seen: Vec<(u32, Expected)> = rows.iter().flat_map(|row| row.changes().map(|(index, to)| self.shown(row, index, to))).collect();
        let (lowest, factor, steps) = DISPERSIONS;
        let likelihood = |dispersion: f64| {
            let far = (dispersion / DISPERSION.0).ln() / DISPERSION.1;
            let with = |expected: &Expected| Expected { variance: expected.variance - self.dispersion + dispersion, ..*expected };
            seen.iter().map(|(count, expected)| with(expected).mixture(*count, VARIES).0).sum::<f64>() - far * far / 2.0
        };
        let tried = (0..steps).map(|step| lowest * factor.powi(step)).map(|dispersion| (likelihood(dispersion), dispersion));
        tried.max_by(|x, y| x.0.total_cmp(&y.0)).map_or(DISPERSION.0, |best| best.1)
    }

    /// What errors alone would show at a position for one letter, all molecules together.
    fn expected(&self, row: &Row<'_>, index: usize, to: usize) -> Expected {
        let depth = row.counts.depth(index);
        let (mut errors, mut unknown, mut bases) = (0.0, 0.0, 0.0);
        for sense in [false, true] {
            let Some((of_class, of_context, rates)) = self.elsewhere(row, index, to, sense) else { continue };
            let foreseen: f64 = rates.iter().zip(&of_context.all).map(|(rate, all)| rate * all).sum();
            let factor = (of_context.seen() + CONTEXT_WEIGHT) / (foreseen + CONTEXT_WEIGHT);
            let here = row.counts.strata(index).0[usize::from(sense)].map(f64::from);
            let count: f64 = here.iter().sum();
            errors += factor * rates.iter().zip(here).map(|(rate, count)| rate * count).sum::<f64>();
            unknown += count * (1.0 / (of_class.seen() + CLASS_WEIGHT) + 1.0 / (of_context.seen() + CONTEXT_WEIGHT));
            bases += count;
        }
        if bases == 0.0 {
            return Expected { depth, rate: KNOWN_FOR[0], variance: self.dispersion + 1.0 / CLASS_WEIGHT };
        }
        Expected { depth, rate: (errors / bases).min(0.5), variance: self.dispersion + unknown / bases }
    }

    /// What all other positions show of the class and of the context of a change, and the rates of the class by stratum.
    fn elsewhere(&self, row: &Row<'_>, index: usize, to: usize, sense: bool) -> Option<(Tally, Tally, [f64; LEVELS])> {
        let (class, context) = row.class(index, to, sense)?;
        let (own, weight) = (row.tally(index, to, sense), row.errors[index][to]);
        let without = |tally: &Tally| {
            let mut rest = *tally;
            rest.add(&own, -weight);
            rest
        };
        let (all, of_class, of_context) = (without(&self.all), without(&self.classes[class]), without(&self.contexts[context]));
        let rates = std::array::from_fn(|level| {
            let stratum = (all.wrong[level] + STRATUM_WEIGHT) / (all.all[level] + STRATUM_WEIGHT / KNOWN_FOR[level]);
            (of_class.wrong[level] + CLASS_WEIGHT) / (of_class.all[level] + CLASS_WEIGHT / stratum)
        });
        Some((of_class, of_context, rates))
    }

    /// How often molecules of each orientation and stratum show a letter at a position by error.
    pub fn rates(&self, row: &Row<'_>, index: usize, to: usize) -> Rates {
        [false, true].map(|sense| match self.elsewhere(row, index, to, sense) {
            Some((of_class, of_context, rates)) => {
                let foreseen: [f64; LEVELS] = std::array::from_fn(|level| rates[level] * of_context.all[level]);
                let (seen, sum) = (of_context.seen(), foreseen.iter().sum::<f64>());
                std::array::from_fn(|level| {
                    let (own, expected) = (of_context.wrong[level], foreseen[level]);
                    let others = (seen - own + CONTEXT_WEIGHT) / (sum - expected + CONTEXT_WEIGHT);
                    Rate {
                        rate: (rates[level] * (own + CONTEXT_WEIGHT * others) / (expected + CONTEXT_WEIGHT)).min(0.5),
                        of_class: 1.0 / (of_class.wrong[level].max(0.0) + CLASS_WEIGHT),
                        of_context: 1.0 / (seen.max(0.0) + CONTEXT_WEIGHT),
                    }
                })
            }
            None => KNOWN_FOR.map(|rate| Rate { rate, of_class: 1.0 / CLASS_WEIGHT, of_context: 1.0 / CONTEXT_WEIGHT }),
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Assembly;
    use crate::knowledge::Knowledge;
    use crate::simulate::Random;
    use crate::variant::call::PRIOR_KNOWN;
    use crate::variant::domain::tests::builtin_domains;
    use crate::variant::domain::BaseSource;
    use crate::variant::likelihood::Errors;
    use crate::variant::molecule::packed;

    /// Bases of the row that molecules show.
    const SHOWN: usize = 600;

    /// What a library of molecules of a quality, with errors at this rate and variants (index, share), asks for at each base of the row: the
    /// fewest molecules, in the mean over bases without a variant.
    fn asked(depth: usize, quality: u8, error: f64, variants: &[(usize, f64)]) -> f64 {
        let knowledge = Knowledge::builtin();
        let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        let mut random = Random::new(5);
        for index in 0..domain.len() {
            domain.set(index, b"ACGT"[random.below(4)], BaseSource::Fasta);
        }
        let molecules: Vec<Molecule> = (0..depth)
            .map(|number| {
                let mut bases: Vec<u8> = (0..SHOWN).map(|index| domain.base(index)).collect();
                for base in &mut bases {
                    if random.happens(error) {
                        *base = random.other_base(*base);
                    }
                }
                for &(index, share) in variants {
                    if random.happens(share) {
                        bases[index] = if domain.base(index) == b'A' { b'G' } else { b'A' };
                    }
                }
                Molecule {
                    start: 0,
                    bases: bases.iter().map(|&base| packed(base, quality)).collect(),
                    sense: number % 2 == 0,
                    spans: [None, None],
                    indels: Vec::new(),
                    fragments: Vec::new(),
                }
            })
            .collect();
        let counts = Counts::of(&molecules, domain.len());
        let mut rows = [Row::new(&domain, &counts)];
        let noise = Noise::learn(&mut rows);
        let row = &rows[0];
        let others = (0..SHOWN).filter(|index| variants.iter().all(|variant| variant.0 != *index));
        let asked: Vec<f64> = others
            .flat_map(|index| (0..4).filter(move |&to| row.normal(index) != Some(to)).map(move |to| (index, to)))
            .map(|(index, to)| {
                let errors = Errors::of(&counts.strata(index), &noise.rates(row, index, to), noise.dispersion);
                f64::from(errors.needed(PRIOR_KNOWN))
            })
            .collect();
        asked.iter().sum::<f64>() / asked.len() as f64
    }

    #[test]
    fn variants_are_no_errors_and_raise_no_threshold_elsewhere() {
        let without = asked(3_000, 37, 1e-4, &[]);
        let one = asked(3_000, 37, 1e-4, &[(301, 0.015)]);
        // A second genome of 2 %, half of whose variants are heterozygous, and a germline variant.
        let second = [(7, 0.01), (133, 0.02), (205, 0.01), (318, 0.02), (402, 0.01), (477, 0.02), (590, 0.5)];
        let many = asked(3_000, 37, 1e-4, &second);
        assert!((3.5..8.0).contains(&without), "{without}");
        assert!(one <= without + 0.2 && many <= without + 0.4, "{without} {one} {many}");
    }

    #[test]
    fn a_consensus_that_shows_no_errors_lets_three_molecules_count() {
        let consensus = asked(2_000, 60, 2e-6, &[]);
        let both_strands = asked(2_000, 63, 1e-7, &[]);
        let reads = asked(2_000, 37, 1e-4, &[]);
        assert!(consensus <= 3.05 && both_strands <= 3.0, "{consensus} {both_strands}");
        assert!(reads > consensus + 0.5, "{reads}");
    }

    #[test]
    fn errors_that_the_data_show_are_believed_in_any_stratum() {
        assert!(asked(2_000, 63, 1e-3, &[]) > 6.0);
    }
}
