use proptest::prelude::*;

use super::*;
use crate::simulate::Random;
use crate::variant::call::PRIOR_OTHER;

const LEVELS: usize = STRATA.len();
/// Strata of single reads and of a consensus of copies.
const READ: usize = 3;
const CONSENSUS: usize = 5;

/// Depths and rates of parts: orientation, stratum, molecules, rate, what is not known of the class. Of the context 1/8 is not known.
fn parts(list: &[(usize, usize, u32, f64, f64)]) -> (Strata, Rates) {
    let (mut depths, mut rates) = (Strata::default(), Rates::default());
    for &(sense, level, depth, rate, of_class) in list {
        depths.0[sense][level] = depth;
        rates[sense][level] = Rate { rate, of_class, of_context: 0.125 };
    }
    (depths, rates)
}

fn errors(list: &[(usize, usize, u32, f64, f64)]) -> Errors {
    let (depths, rates) = parts(list);
    Errors::of(&depths, &rates, 0.1)
}

fn shown(list: &[(usize, usize, u32)]) -> Strata {
    let mut strata = Strata::default();
    for &(sense, level, count) in list {
        strata.0[sense][level] = count;
    }
    strata
}

/// The example of `docs/src/mutations.md`: 600 single reads, 1,400 molecules of several copies.
fn example() -> Errors {
    errors(&[(0, READ, 600, 1e-4, 1.0 / 40.5), (0, CONSENSUS, 1_400, 3e-6, 1.0 / 4.5)])
}

#[test]
fn the_example_of_the_manual_holds() {
    let errors = example();
    let quality = |reads: u32, consensus: u32| errors.quality(&shown(&[(0, READ, reads), (0, CONSENSUS, consensus)]), PRIOR_KNOWN);
    assert_eq!(errors.weighted.as_ref().map(|weighted| (weighted.steps[0][READ], weighted.steps[0][CONSENSUS])), Some((7, 16)));
    for ((reads, consensus), expected) in [((2, 2), 27.8), ((0, 3), 31.5), ((1, 2), 16.7), ((3, 1), 15.3), ((6, 0), 27.2), ((5, 0), 15.2)] {
        assert!((quality(reads, consensus) - expected).abs() < 0.05, "{reads} {consensus}: {}", quality(reads, consensus));
    }
    assert_eq!(errors.needed(PRIOR_KNOWN), 4);
}

#[test]
fn the_chance_is_that_of_all_outcomes_of_two_parts_added_up() {
    // Without anything unknown of the classes: a negative binomial number of errors, split between the parts by their share.
    let (depths, rates) = parts(&[(0, READ, 2_000, 1e-4, 0.0), (1, CONSENSUS, 3_000, 5e-6, 0.0)]);
    let errors = Errors::of(&depths, &rates, 0.1);
    let (means, shared) = ([0.2, 0.015], 0.225);
    let ln_gamma = statrs::function::gamma::ln_gamma;
    let outcome = |counts: [u32; 2]| {
        let (all, mean) = (f64::from(counts[0] + counts[1]), means[0] + means[1]);
        let (shape, scaled): (f64, f64) = (1.0 / shared, shared * mean);
        let number =
            ln_gamma(all + shape) - ln_gamma(shape) - ln_gamma(all + 1.0) + all * (scaled / (1.0 + scaled)).ln() - shape * scaled.ln_1p();
        let split = ln_gamma(all + 1.0)
            + (0..2).map(|part| f64::from(counts[part]) * (means[part] / mean).ln() - ln_gamma(f64::from(counts[part]) + 1.0)).sum::<f64>();
        (number + split).exp()
    };
    let weighted = errors.weighted.as_ref().expect("two weights");
    let of = |counts: [u32; 2]| weighted.steps_of(&shown(&[(0, READ, counts[0]), (1, CONSENSUS, counts[1])]));
    for counts in [[2, 1], [5, 0], [0, 3], [3, 3]] {
        let all = (0..60).flat_map(|one| (0..60).map(move |two| [one, two]));
        let exact: f64 = all.filter(|other| of(*other) >= of(counts)).map(outcome).sum();
        let chance = weighted.chance(of(counts));
        assert!((chance / exact - 1.0).abs() < 1e-6, "{counts:?}: {chance} {exact}");
    }
}

#[test]
fn the_stated_fraction_is_called_in_95_of_100_samples() {
    let mut random = Random::new(3);
    for list in [
        vec![(0, READ, 600, 1e-4, 0.02), (0, CONSENSUS, 1_400, 3e-6, 0.2)],
        vec![(0, READ, 900, 2e-4, 0.02), (1, READ, 900, 2e-5, 0.1), (0, 4, 600, 3e-5, 0.1), (1, 4, 600, 3e-5, 0.1)],
        vec![(0, 1, 3_000, 2e-3, 0.01), (0, CONSENSUS, 10_000, 2e-6, 0.2), (1, CONSENSUS, 10_000, 8e-6, 0.1)],
    ] {
        let errors = errors(&list);
        let fraction = errors.detectable(PRIOR_KNOWN).expect("it is detectable");
        let tries = 4_000;
        let called = (0..tries).filter(|_| {
            let mut strata = Strata::default();
            for &(sense, level, depth, rate, _) in &list {
                strata.0[sense][level] = random.poisson(f64::from(depth) * (fraction + rate)) as u32;
            }
            strata.total() >= MIN_FRAGMENTS && errors.quality(&strata, PRIOR_KNOWN) >= MIN_QUALITY
        });
        let share = called.count() as f64 / f64::from(tries);
        assert!((0.935..0.985).contains(&share), "{list:?}: {share} at {fraction}");
    }
}

#[test]
fn an_orientation_that_is_damaged_says_less_than_the_other() {
    // Oxidation: one orientation shows a hundred times as many errors.
    let errors = errors(&[(0, READ, 1_000, 1e-3, 0.01), (1, READ, 1_000, 1e-5, 0.1)]);
    let quality = |damaged: u32, other: u32| errors.quality(&shown(&[(0, READ, damaged), (1, READ, other)]), PRIOR_KNOWN);
    assert!(quality(6, 0) < MIN_QUALITY && quality(2, 4) >= MIN_QUALITY, "{} {}", quality(6, 0), quality(2, 4));
    // Counted alike, six are too few.
    assert!(crate::variant::call::quality(6, errors.whole, PRIOR_KNOWN) < MIN_QUALITY);
}

proptest! {
    #[test]
    fn molecules_of_one_stratum_have_the_quality_of_the_beta_binomial(
        depth in 10u32..30_000, rate in -7.0..-1.5f64, of_class in 0.0..2.0f64, level in 0..LEVELS, count in 0u32..60, both in any::<bool>(),
    ) {
        let rate = 10f64.powf(rate);
        let halves = if both { vec![(0, level, depth / 2, rate, of_class), (1, level, depth - depth / 2, rate, of_class)] } else { vec![(0, level, depth, rate, of_class)] };
        let errors = errors(&halves);
        let count = count.min(depth / 2);
        let shown = shown(&[(0, level, count)]);
        // What is unknown of two classes is independent.
        let of_class = if both { of_class * (f64::from(depth / 2).powi(2) + f64::from(depth - depth / 2).powi(2)) / f64::from(depth).powi(2) } else { of_class };
        let whole = Expected { depth, rate, variance: 0.225 + of_class };
        let expected = crate::variant::call::quality(count, whole, PRIOR_OTHER);
        prop_assert!((errors.quality(&shown, PRIOR_OTHER) - expected).abs() < 1e-6);
        prop_assert_eq!(errors.needed(PRIOR_OTHER), needed(whole, PRIOR_OTHER));
    }

    #[test]
    fn one_molecule_more_never_makes_a_change_less_likely(
        depths in prop::array::uniform7(0u32..3_000), rates in prop::array::uniform7(-6.5..-2.0f64),
        counts in prop::array::uniform7(0u32..6), more in 0..LEVELS,
    ) {
        let list: Vec<(usize, usize, u32, f64, f64)> = (0..LEVELS).map(|level| (level % 2, level, depths[level], 10f64.powf(rates[level]), 0.2)).collect();
        let errors = errors(&list);
        let mut strata = Strata::default();
        for (level, count) in counts.into_iter().enumerate() {
            strata.0[level % 2][level] = count;
        }
        let before = errors.quality(&strata, PRIOR_KNOWN);
        strata.0[more % 2][more] += 1;
        prop_assert!(errors.quality(&strata, PRIOR_KNOWN) >= before - 1e-9);
        prop_assert!(errors.needed(PRIOR_KNOWN) >= MIN_FRAGMENTS);
    }
}

#[test]
fn poor_bases_among_good_ones_have_no_vote() {
    let good = (0, READ, 1_000, 1e-4, 1.0 / 40.5);
    let (alone, beside) = (errors(&[good]), errors(&[good, (0, 1, 9_000, 1e-2, 1.0 / 400.0), (1, 1, 9_000, 1e-2, 1.0 / 400.0)]));
    assert_eq!((beside.whole.depth, beside.needed(PRIOR_KNOWN)), (1_000, alone.needed(PRIOR_KNOWN)));
    let both = shown(&[(0, READ, 7), (0, 1, 90)]);
    assert_eq!(beside.count(&both), 7);
    assert!((beside.quality(&both, PRIOR_KNOWN) - alone.quality(&shown(&[(0, READ, 7)]), PRIOR_KNOWN)).abs() < 1e-9);
}
