//! How unlikely it is that errors alone show a change as often as the molecules do. A molecule of high quality says more than one of low
//! quality, so each counts by how unlikely its own letter is as an error.
//!
//! Molecules of one stratum ([`super::molecule::STRATA`]) and one orientation of the first read are a part: `n` of them show the place, `k` the
//! change, and errors alone show it with the rate `e` ([`super::noise`]). Then
//!
//! ```text
//!   weight of a molecule  w = ln(1 + f / e)          how much likelier it is with a variant of the fraction f than by error
//!   statistic             T = sum over parts of w k
//!   chance                P(T >= t | errors alone)
//!   f                     where   sum of n [(f + e) ln(1 + f/e) - f]  =  ln(100 / prior)
//! ```
//!
//! `f` is the smallest fraction worth looking for: there the expected log-likelihood ratio is as large as a call needs (and three molecules are
//! expected). It follows from depths and rates alone, before any change is looked at. The sum of log-likelihood ratios is the most powerful
//! statistic (Neyman and Pearson, Phil Trans R Soc A 1933; 231:289-337).
//!
//! Errors alone: the rates of all parts share a factor `theta` (mean 1, gamma-distributed, relative variance `s`: how far positions differ, and how
//! little is known of the context), and given that, each part has a negative binomial number of errors with the relative variance `u` (how little
//! is known of its class). Such counts are clusters whose sizes have a logarithmic distribution, so that `T` is a compound negative binomial:
//!
//! ```text
//!   clusters          L = sum of ln(1 + n e u) / u                    one of j molecules adds j w
//!   share of a size   g(j w) = (r^j / j) / (u L),  r = n e u / (1 + n e u)
//!   P(T = 0)          = (1 + s L)^(-1/s)
//!   P(T = x)          = sum over y of (a + b y / x) g(y) P(T = x - y),   a = s L / (1 + s L),  b = (1/s - 1) a
//! ```
//!
//! (Panjer, ASTIN Bulletin 1981; 12:22-26.) All terms are positive, so that small chances are exact. Weights are rounded to a sixteenth of the
//! largest: the chance is that of the rounded statistic. Where all molecules have one weight, `T` is their count, and the chance is that of the
//! beta-binomial distribution with the mean rate and its relative variance.

use std::collections::BTreeMap;

use crate::stats::{detectable_fraction, from_phred, phred};

use super::call::{at_least, needed, quality, Recurring, MAX_QUALITY, MIN_FRAGMENTS, MIN_QUALITY, PRIOR_KNOWN};
use super::molecule::STRATA;
use super::noise::Expected;

/// Steps of the largest weight: a finer grid finds no more.
const STEPS: f64 = 16.0;
/// Steps of the largest weight where many errors are expected and their number is nearly continuous.
const FEWEST_STEPS: f64 = 4.0;
/// Expected errors up to which the grid is fine.
const FEW_ERRORS: f64 = 4.0;
/// Expected errors from which molecules are counted without weights. Where errors are as many, nearly all molecules are alike.
const MANY_ERRORS: f64 = 20.0;
/// What lies behind so small a chance is not added up: a ten-thousandth of that of the highest quality that is reported.
const NEGLIGIBLE: f64 = 1e-18;
/// A letter that weighs less than this share of the heaviest has no vote, as those of poor bases among good ones: it would add next to nothing to the
/// sum, and its errors would be counted as molecules of the variant.
const LEAST_WEIGHT_FRAC: f64 = 0.25;
/// A fraction counts as detectable where so small a share of the samples that have it is missed.
const MISSED: f64 = 0.05;
/// Relative variances below this are none.
const FIXED: f64 = 1e-6;

/// Molecules by the orientation of their first read (in the direction of transcription or not) and by stratum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Strata(pub [[u32; STRATA.len()]; 2]);

impl Strata {
    /// Molecules of which only the number matters.
    pub fn whole(count: u32) -> Self {
        let mut strata = Self::default();
        strata.add(false, 0, count);
        strata
    }

    /// Adds molecules.
    pub fn add(&mut self, sense: bool, level: usize, count: u32) {
        self.0[usize::from(sense)][level] += count;
    }

    /// All molecules.
    pub fn total(&self) -> u32 {
        self.0.iter().flatten().sum()
    }
}

/// How often molecules of a part show one change by error.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rate {
    /// Mean error a molecule.
    pub rate: f64,
    /// Relative variance by how little is known of the class.
    pub of_class: f64,
    /// Relative variance by how little is known of the context.
    pub of_context: f64,
}

/// The rates of one change, by orientation and stratum.
pub type Rates = [[Rate; STRATA.len()]; 2];

/// What errors alone show of one change, with the weight of every molecule.
#[derive(Debug, Clone)]
pub struct Errors {
    /// All molecules that vote together: their number, mean error and its relative variance.
    pub whole: Expected,
    /// `None` where molecules are counted without weights.
    weighted: Option<Weighted>,
    /// Whether molecules vote, by orientation and stratum.
    votes: [[bool; STRATA.len()]; 2],
}

#[derive(Debug, Clone)]
struct Weighted {
    /// Weight of a molecule in steps, by orientation and stratum.
    steps: [[usize; STRATA.len()]; 2],
    /// Chance that errors reach so many steps or more.
    reached: Vec<f64>,
    /// Molecules by their steps.
    depths: BTreeMap<usize, f64>,
}

/// A part that has molecules.
#[derive(Debug, Clone, Copy)]
struct Part {
    place: (usize, usize),
    depth: f64,
    rate: Rate,
}

impl Part {
    fn errors(&self) -> f64 {
        self.depth * self.rate.rate
    }
}

impl Errors {
    /// Errors of which only the sum over all molecules is known.
    pub fn one(whole: Expected) -> Self {
        Self { whole, weighted: None, votes: [[true; STRATA.len()]; 2] }
    }

    /// Errors of molecules of several strata; `dispersion` is how far positions differ.
    pub fn of(depths: &Strata, rates: &Rates, dispersion: f64) -> Self {
        let places = (0..2).flat_map(|sense| (0..STRATA.len()).map(move |level| (sense, level)));
        let parts: Vec<Part> = places
            .filter(|&(sense, level)| depths.0[sense][level] > 0)
            .map(|(sense, level)| Part { place: (sense, level), depth: f64::from(depths.0[sense][level]), rate: rates[sense][level] })
            .collect();
        if parts.iter().map(Part::errors).sum::<f64>() <= 0.0 {
            let rate = rates[0][1];
            return Self::one(Expected { depth: 0, rate: rate.rate, variance: dispersion + rate.of_class });
        }
        let weights = weights(&parts);
        let least = LEAST_WEIGHT_FRAC * weights.iter().copied().fold(0.0, f64::max);
        // Of both orientations or of neither, so that damage of one of them halves no depth.
        let of_level = |level: usize| {
            parts.iter().zip(&weights).filter(move |(part, _)| part.place.1 == level).map(|(_, weight)| *weight).fold(0.0, f64::max)
        };
        let voting: [bool; STRATA.len()] = std::array::from_fn(|level| of_level(level) >= least);
        let (parts, weights): (Vec<Part>, Vec<f64>) = parts.into_iter().zip(weights).filter(|(part, _)| voting[part.place.1]).unzip();
        let mut votes = [[false; STRATA.len()]; 2];
        for part in &parts {
            votes[part.place.0][part.place.1] = true;
        }
        let depth: f64 = parts.iter().map(|part| part.depth).sum();
        let errors: f64 = parts.iter().map(Part::errors).sum();
        // What is not known of a context matters as much as its molecules do.
        let heaviness = |(part, weight): (&Part, &f64)| part.depth * weight;
        let all: f64 = parts.iter().zip(&weights).map(heaviness).sum();
        let of_context = parts.iter().zip(&weights).map(|both| heaviness(both) * both.0.rate.of_context).sum::<f64>() / all;
        let of_class = parts.iter().map(|part| part.errors().powi(2) * part.rate.of_class).sum::<f64>() / errors.powi(2);
        let shared = dispersion + of_context;
        let whole = Expected { depth: depth as u32, rate: (errors / depth).min(1.0), variance: shared + of_class };
        Self { whole, weighted: Weighted::of(&parts, &weights, shared), votes }
    }

    /// Errors, never fewer nor surer than normal samples show. What these show is no matter of base quality: all molecules count alike then.
    pub(super) fn at_least(self, recurring: Option<Recurring>) -> Self {
        match recurring.filter(|recurring| recurring.rate > self.whole.rate) {
            Some(_) => Self { whole: at_least(self.whole, recurring), weighted: None, ..self },
            None => self,
        }
    }

    /// Those of these molecules that vote.
    pub fn count(&self, shown: &Strata) -> u32 {
        shown.0.iter().flatten().zip(self.votes.iter().flatten()).filter(|(_, votes)| **votes).map(|(count, _)| count).sum()
    }

    /// Quality of a change that these molecules show.
    pub fn quality(&self, shown: &Strata, prior: f64) -> f64 {
        match &self.weighted {
            None => quality(self.count(shown), self.whole, prior),
            Some(weighted) => phred(weighted.chance(weighted.steps_of(shown)) / prior).clamp(0.0, MAX_QUALITY),
        }
    }

    /// Fewest molecules that would be called, if they are of the strata and orientations of all that show the place; one more than there are where not
    /// even all of them would.
    pub fn needed(&self, prior: f64) -> u32 {
        let Some(weighted) = &self.weighted else { return needed(self.whole, prior) };
        let depth = self.whole.depth;
        let a_molecule = weighted.depths.iter().map(|(&steps, count)| steps as f64 * count).sum::<f64>() / f64::from(depth);
        // Rounding must not ask for one molecule more.
        let least = (weighted.enough(prior) as f64 / a_molecule - 1e-9).ceil().max(f64::from(MIN_FRAGMENTS));
        (least as u32).min(depth + 1)
    }

    /// The smallest fraction that would be called with a chance of 95 %; `None` where none would.
    pub fn detectable(&self, prior: f64) -> Option<f64> {
        let depth = u64::from(self.whole.depth);
        let Some(weighted) = &self.weighted else { return detectable_fraction(u64::from(needed(self.whole, prior)), depth) };
        let (least, enough) = (detectable_fraction(u64::from(MIN_FRAGMENTS), depth)?, weighted.enough(prior));
        let is_called = |fraction: f64| weighted.missed(enough, fraction) <= MISSED;
        if is_called(least) {
            return Some(least);
        }
        Some(smallest((least.ln(), -1e-9), is_called)).filter(|fraction| is_called(*fraction))
    }
}

impl Weighted {
    /// `None` where all molecules have the same weight, or where errors are too many for weights to matter.
    fn of(parts: &[Part], weights: &[f64], shared: f64) -> Option<Self> {
        let largest = weights.iter().copied().fold(0.0, f64::max);
        let in_steps = |finest: f64| weights.iter().map(|weight| (weight / largest * finest).round() as usize).collect::<Vec<usize>>();
        let that_count =
            |list: &[usize]| parts.iter().zip(list).filter(|(_, &steps)| steps > 0).map(|(part, _)| part.errors()).sum::<f64>();
        let mut list = in_steps(STEPS);
        if list.iter().all(|steps| *steps == list[0]) || that_count(&list) > MANY_ERRORS {
            return None;
        }
        if that_count(&list) > FEW_ERRORS {
            list = in_steps((STEPS * FEW_ERRORS / that_count(&list)).max(FEWEST_STEPS).round());
            if list.iter().all(|steps| *steps == list[0]) {
                return None;
            }
        }
        let mut steps = [[0; STRATA.len()]; 2];
        for (part, own) in parts.iter().zip(&list) {
            steps[part.place.0][part.place.1] = *own;
        }
        let mut depths: BTreeMap<usize, f64> = BTreeMap::new();
        for (part, own) in parts.iter().zip(&list) {
            *depths.entry(*own).or_default() += part.depth;
        }
        Some(Self { steps, reached: reached(parts, &list, shared), depths })
    }

    /// Chance that a variant of this fraction shows fewer steps.
    fn missed(&self, steps: usize, fraction: f64) -> f64 {
        let mut law = vec![0.0; steps];
        law[0] = 1.0;
        for (&own, &depth) in self.depths.iter().filter(|(own, _)| **own > 0) {
            let mut next = vec![0.0; steps];
            // Binomial, each chance from the one before.
            let mut chance = (depth * (-fraction).ln_1p()).exp();
            for count in 0..steps.div_ceil(own) {
                let shift = count * own;
                for (to, from) in next[shift..].iter_mut().zip(&law) {
                    *to += from * chance;
                }
                chance *= (depth - count as f64).max(0.0) / (count as f64 + 1.0) * fraction / (1.0 - fraction);
            }
            law = next;
        }
        law.iter().sum()
    }

    fn steps_of(&self, shown: &Strata) -> usize {
        self.steps.iter().flatten().zip(shown.0.iter().flatten()).map(|(steps, count)| steps * *count as usize).sum()
    }

    fn chance(&self, steps: usize) -> f64 {
        self.reached.get(steps).copied().unwrap_or(NEGLIGIBLE).min(1.0)
    }

    /// Fewest steps that are called.
    fn enough(&self, prior: f64) -> usize {
        let most = prior * from_phred(MIN_QUALITY);
        self.reached.partition_point(|chance| *chance > most)
    }
}

/// The weight of a molecule of each part: how much likelier its letter is with a variant of the smallest fraction that is worth looking for.
fn weights(parts: &[Part]) -> Vec<f64> {
    let wanted = -(PRIOR_KNOWN * from_phred(MIN_QUALITY)).ln();
    let gained = |fraction: f64| {
        let of_part = |part: &Part| part.depth * ((fraction + part.rate.rate) * (fraction / part.rate.rate).ln_1p() - fraction);
        parts.iter().map(of_part).sum::<f64>()
    };
    let depth: f64 = parts.iter().map(|part| part.depth).sum();
    let fraction = smallest((-20.0, 0.0), |fraction| gained(fraction) >= wanted).max(f64::from(MIN_FRAGMENTS) / depth).min(1.0);
    parts.iter().map(|part| (fraction / part.rate.rate).ln_1p()).collect()
}

/// The smallest fraction for which something holds, to a thousandth, by halves of its logarithm; it holds for all larger ones between the
/// logarithms `low` and `high`.
fn smallest((mut low, mut high): (f64, f64), holds: impl Fn(f64) -> bool) -> f64 {
    while high - low > 1e-3 {
        let middle = f64::midpoint(low, high);
        if holds(middle.exp()) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high.exp()
}

/// The chance that errors alone reach `0, 1, 2, ...` steps, as far as it matters; each part's molecules count with so many steps.
fn reached(parts: &[Part], steps: &[usize], shared: f64) -> Vec<f64> {
    // How many clusters of errors there are, by their steps.
    let mut clusters: BTreeMap<usize, f64> = BTreeMap::new();
    for (part, &steps) in parts.iter().zip(steps).filter(|(_, &steps)| steps > 0) {
        let (errors, unknown) = (part.errors(), part.rate.of_class);
        if unknown < FIXED {
            *clusters.entry(steps).or_default() += errors;
            continue;
        }
        let ratio = errors * unknown / (1.0 + errors * unknown);
        let of_size = |size: i32| ratio.powi(size) / f64::from(size) / unknown;
        let sizes = (1..).take_while(|&size| size == 1 || of_size(size) > NEGLIGIBLE);
        for size in sizes {
            *clusters.entry(size as usize * steps).or_default() += of_size(size);
        }
    }
    let all: f64 = clusters.values().sum();
    let mean: f64 = parts.iter().zip(steps).map(|(part, &steps)| part.errors() * steps as f64).sum();
    let scaled = shared * all;
    let (a, b, none) = if shared < FIXED {
        (0.0, all, (-all).exp())
    } else {
        let a = scaled / (1.0 + scaled);
        (a, (1.0 / shared - 1.0) * a, (-scaled.ln_1p() / shared).exp())
    };
    let clusters: Vec<(usize, f64)> = clusters.into_iter().map(|(steps, number)| (steps, number / all)).collect();
    let largest = steps.iter().copied().max().unwrap_or(1);
    let mut law = vec![none];
    let recent = |law: &[f64]| law.iter().rev().take(largest).sum::<f64>();
    while recent(&law) > NEGLIGIBLE || (law.len() as f64) < mean + largest as f64 {
        let at = law.len();
        let term = |&(steps, share): &(usize, f64)| (a + b * steps as f64 / at as f64) * share * law[at - steps];
        let next: f64 = clusters.iter().take_while(|(steps, _)| *steps <= at).map(term).sum();
        law.push(next);
    }
    let mut sum = 0.0;
    for chance in law.iter_mut().rev() {
        sum += *chance;
        *chance = sum;
    }
    law
}

#[cfg(test)]
#[path = "likelihood_tests.rs"]
mod tests;
