//! The share at which 95 % are called, from calls at several shares: a probit model over the logarithm of the share (CLSI EP17-A2).
//!
//! ```text
//!   P(called | share) = Phi(a + b ln share)        limit = exp((1.645 - a) / b)
//! ```
//!
//! Where all or none are called on either side of one share, no curve is determined, and none is stated.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// The chance at which the limit lies.
const CHANCE: f64 = 0.95;
/// Half the width of a 95 % interval in standard errors.
const STANDARD_ERRORS: f64 = 1.96;
/// Scoring converges within a few steps, or not at all.
const MAX_STEPS: usize = 50;
/// A step below this changes no digit that is shown.
const CONVERGED: f64 = 1e-9;

/// Calls at one share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareCalls {
    /// Share of the molecules, above 0.
    pub share: f64,
    /// Samples in which the fusion was called.
    pub called: u64,
    /// Samples.
    pub of: u64,
}

/// A limit with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The share at which 95 % are called.
    pub share: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The limit of detection by these calls; `None` where they determine no curve that rises.
pub fn limit(levels: &[ShareCalls]) -> Option<Limit> {
    let normal = Normal::standard();
    let (mut a, mut b) = (0.0, 0.0);
    let mut inverse = None;
    for _ in 0..MAX_STEPS {
        // Score and expected information of (a, b).
        let (mut score, mut information) = ([0.0; 2], [0.0; 3]);
        for level in levels.iter().filter(|level| level.of > 0 && level.share > 0.0) {
            let x = level.share.ln();
            let eta: f64 = a + b * x;
            let chance = normal.cdf(eta).clamp(1e-12, 1.0 - 1e-12);
            let density = normal.pdf(eta);
            let weight = density / (chance * (1.0 - chance));
            let residual = (level.called as f64 - level.of as f64 * chance) * weight;
            score[0] += residual;
            score[1] += residual * x;
            let information_here = level.of as f64 * density * weight;
            information[0] += information_here;
            information[1] += information_here * x;
            information[2] += information_here * x * x;
        }
        let determinant = information[0] * information[2] - information[1] * information[1];
        if !(determinant.is_finite() && determinant > CONVERGED) {
            return None;
        }
        let covariance = [information[2] / determinant, -information[1] / determinant, information[0] / determinant];
        let step = [covariance[0] * score[0] + covariance[1] * score[1], covariance[1] * score[0] + covariance[2] * score[1]];
        a += step[0];
        b += step[1];
        if step[0].abs() < CONVERGED && step[1].abs() < CONVERGED {
            inverse = Some(covariance);
            break;
        }
    }
    let [var_a, cov, var_b] = inverse?;
    if b <= 0.0 {
        return None;
    }
    let ln_share = (normal.inverse_cdf(CHANCE) - a) / b;
    // Delta method: d ln_share = -(da + ln_share db) / b.
    let error = ((var_a + 2.0 * ln_share * cov + ln_share * ln_share * var_b) / (b * b)).sqrt();
    let spread = STANDARD_ERRORS * error;
    let limit = Limit { share: ln_share.exp(), low: (ln_share - spread).exp(), high: (ln_share + spread).exp() };
    (limit.share.is_finite() && limit.high.is_finite()).then_some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(calls: &[(f64, u64, u64)]) -> Vec<ShareCalls> {
        calls.iter().map(|&(share, called, of)| ShareCalls { share, called, of }).collect()
    }

    #[test]
    fn calls_that_follow_a_curve_give_its_limit() {
        // Half are called at a share of 0.02; one standard deviation is a factor of e^0.5.
        let normal = Normal::standard();
        let curve: Vec<ShareCalls> = [0.005f64, 0.01, 0.02, 0.04, 0.08]
            .iter()
            .map(|&share| {
                let chance = normal.cdf((share / 0.02).ln() / 0.5);
                ShareCalls { share, called: (chance * 1e6).round() as u64, of: 1_000_000 }
            })
            .collect();
        let limit = limit(&curve).expect("the curve rises");
        let expected = 0.02 * (0.5f64 * normal.inverse_cdf(0.95)).exp();
        assert!((limit.share / expected - 1.0).abs() < 0.001, "{limit:?} for {expected}");
        assert!(limit.low < limit.share && limit.share < limit.high && limit.high / limit.low < 1.01);
    }

    #[test]
    fn fewer_replicates_give_a_wider_interval_around_the_same_limit() {
        let few = limit(&levels(&[(0.01, 2, 10), (0.02, 5, 10), (0.04, 9, 10), (0.08, 10, 10)])).expect("it rises");
        let many = limit(&levels(&[(0.01, 20, 100), (0.02, 50, 100), (0.04, 90, 100), (0.08, 100, 100)])).expect("it rises");
        assert!((few.share - many.share).abs() < 1e-6, "{few:?} {many:?}");
        assert!(few.high / few.low > 2.0 * many.high / many.low);
    }

    #[test]
    fn no_limit_is_stated_where_nothing_determines_it() {
        assert_eq!(limit(&[]), None);
        assert_eq!(limit(&levels(&[(0.01, 5, 5), (0.1, 5, 5)])), None, "all are called");
        assert_eq!(limit(&levels(&[(0.01, 0, 5), (0.1, 5, 5)])), None, "the curve lies anywhere between");
        assert_eq!(limit(&levels(&[(0.01, 4, 5), (0.1, 1, 5)])), None, "it falls");
    }
}
