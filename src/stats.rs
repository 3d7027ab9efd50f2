//! Small statistics: medians, tails and intervals of the binomial, the beta and the beta-binomial distribution, Fisher's test, the phred
//! scale. Pure.

use bio::stats::{PHREDProb, Prob};
use statrs::distribution::{Beta, Binomial, ContinuousCDF, Discrete, DiscreteCDF, Hypergeometric};
use statrs::function::beta::ln_beta;
use statrs::function::factorial::ln_binomial;

/// The median, the mean of the two middle values of an even number; `None` of nothing.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// The median of counts, the lower one of the two middle values of an even number; `None` of nothing.
pub fn lower_median(values: impl IntoIterator<Item = u32>) -> Option<u32> {
    let mut values: Vec<u32> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len().checked_sub(1)? / 2).copied()
}

/// A probability on the phred scale, `-10 log10(p)`.
pub fn phred(probability: f64) -> f64 {
    *PHREDProb::from(Prob(probability.max(1e-300)))
}

/// The probability behind a phred value.
pub fn from_phred(phred: f64) -> f64 {
    *Prob::from(PHREDProb(phred))
}

/// Chance of at least `successes` in `trials` when each succeeds with `rate`.
pub fn binomial_at_least(successes: u64, trials: u64, rate: f64) -> f64 {
    if successes == 0 {
        return 1.0;
    }
    Binomial::new(rate.clamp(0.0, 1.0), trials).map_or(1.0, |law| law.sf(successes - 1))
}

/// Chance of at least `successes` in `trials` when the rate itself varies: beta-distributed with mean `rate` and the variance
/// `relative_variance * rate^2` (0 gives the binomial).
///
/// Sums the probabilities from `successes` on, each from the one before: `P(k+1)/P(k) = (n-k)/(k+1) * (k+a)/(n-k-1+b)` for a beta
/// distribution with the parameters `a` and `b`.
pub fn beta_binomial_at_least(successes: u64, trials: u64, rate: f64, relative_variance: f64) -> f64 {
    if successes == 0 || rate >= 1.0 {
        return 1.0;
    }
    if successes > trials || rate <= 0.0 {
        return 0.0;
    }
    let Some((a, b)) = beta_of(rate, relative_variance) else { return binomial_at_least(successes, trials, rate) };
    let n = trials as f64;
    let mut term = beta_binomial_ln(successes, trials, rate, relative_variance).exp();
    let mut sum = 0.0;
    for at in successes..=trials {
        sum += term;
        let k = at as f64;
        let next = term * (n - k) / (k + 1.0) * (k + a) / (n - k - 1.0 + b);
        if next < sum * 1e-12 && next < term {
            break;
        }
        term = next;
    }
    sum.min(1.0)
}

/// Natural logarithm of the chance of exactly `successes` in `trials`, the rate varying as in [`beta_binomial_at_least`].
pub fn beta_binomial_ln(successes: u64, trials: u64, rate: f64, relative_variance: f64) -> f64 {
    match beta_of(rate, relative_variance) {
        Some((a, b)) => {
            let (k, n) = (successes as f64, trials as f64);
            ln_binomial(trials, successes) + ln_beta(k + a, n - k + b) - ln_beta(a, b)
        }
        None => Binomial::new(rate.clamp(0.0, 1.0), trials).map_or(0.0, |law| law.ln_pmf(successes)),
    }
}

/// The beta distribution of a rate, `var = mean (1 - mean) / (a + b + 1)` and `mean = a / (a + b)`; `None` where it is as good as fixed.
fn beta_of(mean: f64, relative_variance: f64) -> Option<(f64, f64)> {
    let a = (1.0 - mean) / relative_variance.max(1e-9) - mean;
    (relative_variance >= 1e-6 && a > 0.0).then(|| (a, a * (1.0 - mean) / mean))
}

/// Fisher's exact test, two-sided: how likely a table with these margins is no more likely than this one. Rows `a b` and `c d`.
pub fn fisher_exact(a: u64, b: u64, c: u64, d: u64) -> f64 {
    let total = a + b + c + d;
    let Ok(law) = Hypergeometric::new(total, a + c, a + b) else { return 1.0 };
    let observed = law.pmf(a);
    let (low, high) = ((a + b + a + c).saturating_sub(total), (a + b).min(a + c));
    (low..=high).map(|x| law.pmf(x)).filter(|&p| p <= observed * (1.0 + 1e-7)).sum::<f64>().min(1.0)
}

/// A share and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share {
    /// `successes / trials`.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// The share of `successes` among `trials` with the equal-tailed 95 % interval of Jeffreys' prior (Brown, Cai and `DasGupta`,
/// Statistical Science 2001; 16:101-133): the ends reach 0 and 1 when no or all trials succeeded. `None` without trials.
pub fn jeffreys_share(successes: u64, trials: u64) -> Option<Share> {
    if trials == 0 || successes > trials {
        return None;
    }
    let (x, n) = (successes as f64, trials as f64);
    let beta = Beta::new(x + 0.5, n - x + 0.5).ok()?;
    let low = if successes == 0 { 0.0 } else { beta.inverse_cdf(0.025) };
    let high = if successes == trials { 1.0 } else { beta.inverse_cdf(0.975) };
    Some(Share { value: x / n, low, high })
}

/// The smallest fraction that shows at least `needed` successes among `trials` with a chance of 95 %; `None` where even a
/// fraction of 1 would not.
pub fn detectable_fraction(needed: u64, trials: u64) -> Option<f64> {
    if trials < needed || needed == 0 {
        return None;
    }
    // P(X >= k | p) is the cumulative beta(k, n - k + 1) at p.
    let beta = Beta::new(needed as f64, (trials - needed + 1) as f64).ok()?;
    Some(beta.inverse_cdf(0.95))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phred_scale_goes_both_ways() {
        assert!((phred(0.001) - 30.0).abs() < 1e-9);
        assert!((from_phred(20.0) - 0.01).abs() < 1e-12);
    }

    #[test]
    fn jeffreys_interval_agrees_with_the_published_example() {
        // Brown, Cai and DasGupta 2001, table 5: n = 20, x = 4 gives 0.071 to 0.410 (Jeffreys).
        let share = jeffreys_share(4, 20).unwrap_or(Share { value: 0.0, low: 0.0, high: 0.0 });
        assert!((share.value - 0.2).abs() < 1e-12);
        assert!((share.low - 0.0715).abs() < 2e-3, "{share:?}");
        assert!((share.high - 0.4090).abs() < 5e-3, "{share:?}");
        assert_eq!(jeffreys_share(0, 0), None);
    }

    #[test]
    fn one_success_in_many_trials_needs_three_over_n() {
        let fraction = detectable_fraction(1, 1000).unwrap_or(0.0);
        assert!((fraction - 0.00299).abs() < 1e-4, "{fraction}");
        assert_eq!(detectable_fraction(3, 2), None);
    }

    #[test]
    fn a_rate_that_hardly_varies_gives_the_binomial_and_one_that_varies_a_heavier_tail() {
        let binomial = binomial_at_least(5, 2_000, 5e-4);
        assert!((beta_binomial_at_least(5, 2_000, 5e-4, 1e-5) / binomial - 1.0).abs() < 1e-3);
        assert!(beta_binomial_at_least(5, 2_000, 5e-4, 0.5) > 3.0 * binomial);
        // A beta-binomial with a = b = 1 is uniform over 0..=n.
        assert!((beta_binomial_at_least(6, 10, 0.5, 1.0 / 3.0) - 5.0 / 11.0).abs() < 1e-9);
        assert!((beta_binomial_at_least(1, 10, 0.5, 1.0 / 3.0) - 10.0 / 11.0).abs() < 1e-9);
    }

    #[test]
    fn fishers_test_agrees_with_the_lady_who_tasted_tea() {
        // Fisher 1935: 3 of 4 right, two-sided 0.4857; 4 of 4 right, 0.0286.
        assert!((fisher_exact(3, 1, 1, 3) - 0.485_714).abs() < 1e-5);
        assert!((fisher_exact(4, 0, 0, 4) - 0.028_571).abs() < 1e-5);
        assert!((fisher_exact(0, 0, 5, 5) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn binomial_tail_is_one_for_zero() {
        assert!((binomial_at_least(0, 10, 0.1) - 1.0).abs() < 1e-12);
        assert!((binomial_at_least(1, 10, 0.1) - (1.0 - 0.9f64.powi(10))).abs() < 1e-9);
    }
}
