//! The limit: the best test that somebody could make who knows the true error rates.
//!
//! Each molecule that shows the change counts with `ln(1 + f / e)`, `f` the fraction that is there and `e` the error of its stratum, class and
//! context: the most powerful statistic there is (Neyman and Pearson, Phil Trans R Soc A 1933; 231:289-337). The chance that errors alone reach
//! as much is a compound negative binomial, by Panjer's recursion (ASTIN Bulletin 1981; 12:22-26).

use super::library::Part;

/// Steps of the largest weight.
const STEPS: f64 = 100.0;
/// What lies behind so small a chance is not added up.
const NEGLIGIBLE: f64 = 1e-14;

/// The chance that errors alone show as much as these parts do, when a variant of this fraction is looked for; the errors of a position vary
/// with the relative variance `dispersion`.
pub fn chance(parts: &[Part], fraction: f64, dispersion: f64) -> f64 {
    let weights: Vec<f64> = parts.iter().map(|part| (fraction / part.rate).ln_1p()).collect();
    let step = weights.iter().copied().fold(0.0, f64::max) / STEPS;
    let steps: Vec<usize> = weights.iter().map(|weight| (weight / step).round().max(1.0) as usize).collect();
    let shown: usize = parts.iter().zip(&steps).map(|(part, steps)| part.with * steps).sum();
    let errors: Vec<f64> = parts.iter().map(|part| part.depth as f64 * part.rate).collect();
    let mean: f64 = errors.iter().sum();
    let largest = steps.iter().copied().max().unwrap_or(1);
    let scaled = dispersion * mean;
    let (a, b) = (scaled / (1.0 + scaled), (1.0 / dispersion - 1.0) * scaled / (1.0 + scaled));
    let mut law = vec![(1.0 + scaled).powf(-1.0 / dispersion)];
    let mut above = if shown == 0 { law[0] } else { 0.0 };
    loop {
        let at = law.len();
        let next: f64 = (steps.iter().zip(&errors))
            .filter(|(&steps, _)| steps <= at)
            .map(|(&steps, errors)| (a + b * steps as f64 / at as f64) * errors / mean * law[at - steps])
            .sum();
        law.push(next);
        if at >= shown {
            above += next;
        }
        let recent: f64 = law.iter().rev().take(largest).sum();
        if at > shown + largest && recent < NEGLIGIBLE.min(above * 1e-6) {
            return above.min(1.0);
        }
    }
}
