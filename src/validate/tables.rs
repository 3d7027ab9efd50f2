//! The tables of a validation, from what became of each true junction.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::evaluate::result::{EventRow, Ratio};
use crate::report::rows::{Amount, Fraction};

use super::probit::{self, ShareCalls};

/// A fusion counts as detected at a share where so many of its samples have it.
const HIT_RATE: f64 = 0.95;

/// One true junction of one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicate {
    /// The fusion, as the panel names it.
    pub event: String,
    /// Its genes.
    pub name: String,
    /// The share of the molecules that was asked for.
    pub share: f64,
    /// Called with `PASS`.
    pub passed: bool,
    /// Called or flagged.
    pub listed: bool,
    /// To the base; `None` where it is not listed.
    pub exact: Option<bool>,
    /// The estimated share.
    pub fraction: Option<f64>,
    /// The true share among the molecules of this sample.
    pub true_fraction: Option<f64>,
}

impl Replicate {
    /// The replicate behind an event of a panel, whose name says which share it has: `known12-V3a.f0.05.r1`.
    pub fn of(row: &EventRow) -> Option<Self> {
        let sample = row.sample.as_str();
        let whole = sample.rsplit_once(".r").filter(|(_, number)| number.parse::<u32>().is_ok()).map_or(sample, |(whole, _)| whole);
        let (event, share) = whole.rsplit_once(".f")?;
        Some(Self {
            event: event.to_owned(),
            name: row.name.clone(),
            share: share.parse().ok()?,
            passed: row.status == "pass",
            listed: matches!(row.status.as_str(), "pass" | "flagged"),
            exact: row.exact,
            fraction: row.called_fraction,
            true_fraction: row.fraction,
        })
    }
}

/// A number that orders as its value does; shares are neither negative nor undefined.
fn order(share: f64) -> u64 {
    share.to_bits()
}

/// By fusion, the largest share first.
type Groups<'a> = BTreeMap<(&'a str, Reverse<u64>), Vec<&'a Replicate>>;

fn by_event_and_share(replicates: &[Replicate]) -> Groups<'_> {
    let mut groups = Groups::new();
    for replicate in replicates {
        groups.entry((&replicate.event, Reverse(order(replicate.share)))).or_default().push(replicate);
    }
    groups
}

fn count(replicates: &[&Replicate], is: impl Fn(&Replicate) -> bool) -> u64 {
    replicates.iter().filter(|replicate| is(replicate)).count() as u64
}

crate::report::rows::table_row! {
    /// What was called of a fusion at a share.
    pub struct DilutionRow {
        /// The fusion, as the panel names it.
        pub event: String,
        /// Its genes.
        pub fusion: String,
        /// Share of the molecules that was asked for.
        pub share: Option<Fraction>,
        /// Samples.
        pub replicates: u32,
        /// Samples in which it passed.
        pub passed: u32,
        /// Share of the samples.
        pub hit_rate: Option<Fraction>,
        /// Lower end of its 95 % interval.
        pub hit_rate_low: Option<Fraction>,
        /// Upper end.
        pub hit_rate_high: Option<Fraction>,
        /// Samples in which it is listed, flagged or not.
        pub listed: u32,
        /// Mean of the estimated shares, where there is one.
        pub fraction_mean: Option<Fraction>,
        /// Mean of the true shares of these samples.
        pub true_fraction_mean: Option<Fraction>,
    }
}

/// By fusion and share, the largest share first.
pub fn dilution(replicates: &[Replicate]) -> Vec<DilutionRow> {
    by_event_and_share(replicates)
        .into_values()
        .map(|group| {
            let passed = Ratio::new(count(&group, |replicate| replicate.passed), group.len() as u64);
            let fraction = |value: Option<f64>| value.and_then(Fraction::new);
            DilutionRow {
                event: group[0].event.clone(),
                fusion: group[0].name.clone(),
                share: Fraction::new(group[0].share),
                replicates: group.len() as u32,
                passed: passed.yes as u32,
                hit_rate: fraction(passed.value),
                hit_rate_low: fraction(passed.low),
                hit_rate_high: fraction(passed.high),
                listed: count(&group, |replicate| replicate.listed) as u32,
                fraction_mean: fraction(Moments::of(group.iter().filter_map(|replicate| replicate.fraction)).mean),
                true_fraction_mean: fraction(Moments::of(group.iter().filter_map(|replicate| replicate.true_fraction)).mean),
            }
        })
        .collect()
}

/// Mean and standard deviation of a sample.
struct Moments {
    mean: Option<f64>,
    deviation: Option<f64>,
}

impl Moments {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.collect();
        let number = values.len() as f64;
        let mean = values.iter().sum::<f64>() / number;
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        Self { mean: (!values.is_empty()).then_some(mean), deviation: (values.len() > 1).then(|| (square / (number - 1.0)).sqrt()) }
    }
}

crate::report::rows::table_row! {
    /// How far the replicates of a fusion at a share agree.
    pub struct RepeatabilityRow {
        /// The fusion, as the panel names it.
        pub event: String,
        /// Its genes.
        pub fusion: String,
        /// Share of the molecules that was asked for.
        pub share: Option<Fraction>,
        /// Samples.
        pub replicates: u32,
        /// Samples with the result that most of them have: passed, or not.
        pub agree: u32,
        /// Samples in which it is listed at the true base.
        pub exact: u32,
        /// Mean of the estimated shares.
        pub fraction_mean: Option<Fraction>,
        /// Their standard deviation.
        pub fraction_sd: Option<Fraction>,
        /// Standard deviation / mean.
        pub fraction_cv: Option<Amount>,
    }
}

/// By fusion and share, the largest share first.
pub fn repeatability(replicates: &[Replicate]) -> Vec<RepeatabilityRow> {
    by_event_and_share(replicates)
        .into_values()
        .map(|group| {
            let passed = count(&group, |replicate| replicate.passed);
            let moments = Moments::of(group.iter().filter_map(|replicate| replicate.fraction));
            let variation = moments.mean.zip(moments.deviation).filter(|(mean, _)| *mean > 0.0).map(|(mean, deviation)| deviation / mean);
            RepeatabilityRow {
                event: group[0].event.clone(),
                fusion: group[0].name.clone(),
                share: Fraction::new(group[0].share),
                replicates: group.len() as u32,
                agree: passed.max(group.len() as u64 - passed) as u32,
                exact: count(&group, |replicate| replicate.exact == Some(true)) as u32,
                fraction_mean: moments.mean.and_then(Fraction::new),
                fraction_sd: moments.deviation.and_then(Fraction::new),
                fraction_cv: variation.map(Amount::rounded),
            }
        })
        .collect()
}

crate::report::rows::table_row! {
    /// The limit of detection of a group of fusions.
    pub struct LimitRow {
        /// `all`, `kinase` or `fusion`.
        pub group: String,
        /// The kinase, or the fusion as the panel names it.
        pub level: String,
        /// Samples over all shares.
        pub samples: u32,
        /// The lowest share from which on, upwards, at least 95 % of the samples were called.
        pub lowest_share_with_95: Option<Fraction>,
        /// The share at which 95 % are called, by a probit model.
        pub lod95: Option<Fraction>,
        /// Lower end of its 95 % interval.
        pub lod95_low: Option<Fraction>,
        /// Upper end.
        pub lod95_high: Option<Fraction>,
    }
}

/// The limits of all fusions together, of each kinase and of each fusion.
pub fn limits(replicates: &[Replicate]) -> Vec<LimitRow> {
    let mut groups: BTreeMap<(u8, &str), Vec<&Replicate>> = BTreeMap::new();
    for replicate in replicates {
        let kinase = replicate.name.split("::").nth(1).unwrap_or(&replicate.name);
        for group in [(0, "all"), (1, kinase), (2, replicate.event.as_str())] {
            groups.entry(group).or_default().push(replicate);
        }
    }
    groups.into_iter().map(|((kind, level), group)| limit(["all", "kinase", "fusion"][usize::from(kind)], level, &group)).collect()
}

fn limit(group: &str, level: &str, replicates: &[&Replicate]) -> LimitRow {
    let mut levels: BTreeMap<u64, ShareCalls> = BTreeMap::new();
    for replicate in replicates {
        let entry = levels.entry(order(replicate.share)).or_insert(ShareCalls { share: replicate.share, called: 0, of: 0 });
        entry.of += 1;
        entry.called += u64::from(replicate.passed);
    }
    let levels: Vec<ShareCalls> = levels.into_values().collect();
    let reached = levels.iter().rev().take_while(|level| level.called as f64 >= HIT_RATE * level.of as f64).last();
    let model = probit::limit(&levels);
    LimitRow {
        group: group.to_owned(),
        level: level.to_owned(),
        samples: replicates.len() as u32,
        lowest_share_with_95: reached.and_then(|level| Fraction::new(level.share)),
        lod95: model.and_then(|limit| Fraction::new(limit.share)),
        lod95_low: model.and_then(|limit| Fraction::new(limit.low)),
        lod95_high: model.and_then(|limit| Fraction::new(limit.high)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replicate(event: &str, share: f64, passed: bool, fraction: Option<f64>) -> Replicate {
        Replicate {
            event: event.to_owned(),
            name: "EML4::ALK".to_owned(),
            share,
            passed,
            listed: passed,
            exact: passed.then_some(true),
            fraction,
            true_fraction: Some(share),
        }
    }

    fn series() -> Vec<Replicate> {
        let called = [(0.1, 5), (0.05, 5), (0.02, 3), (0.01, 1)];
        called
            .iter()
            .flat_map(|&(share, called)| {
                (0..5).map(move |number| {
                    replicate("V1", share, number < called, (number < called).then_some(share + 0.001 * f64::from(number)))
                })
            })
            .collect()
    }

    #[test]
    fn a_dilution_series_counts_its_samples_from_the_largest_share_down() {
        let rows = dilution(&series());
        let seen: Vec<(String, u32, u32)> =
            rows.iter().map(|row| (crate::report::rows::Cell::cell(&row.share), row.passed, row.replicates)).collect();
        assert_eq!(seen, [("0.1".to_owned(), 5, 5), ("0.05".to_owned(), 5, 5), ("0.02".to_owned(), 3, 5), ("0.01".to_owned(), 1, 5)]);
    }

    #[test]
    fn the_limit_lies_between_the_shares_that_are_always_and_sometimes_called() {
        let rows = limits(&series());
        assert_eq!(
            rows.iter().map(|row| (row.group.as_str(), row.level.as_str())).collect::<Vec<_>>(),
            [("all", "all"), ("kinase", "ALK"), ("fusion", "V1")]
        );
        let lod = rows[0].lod95.expect("the curve rises").value();
        assert!((0.02..0.06).contains(&lod), "{lod}");
        assert_eq!(rows[0].lowest_share_with_95.map(Fraction::value), Some(0.05));
    }

    #[test]
    fn replicates_that_differ_show_in_agreement_and_variation() {
        let rows = repeatability(&series());
        assert_eq!(rows.iter().map(|row| row.agree).collect::<Vec<_>>(), [5, 5, 3, 4]);
        let sd = rows[0].fraction_sd.expect("five estimates").value();
        assert!((sd - 0.001_581).abs() < 1e-5, "{sd}");
    }

    #[test]
    fn the_panel_names_say_which_share_a_sample_has() {
        let row = |sample: &str| EventRow {
            sample: sample.to_owned(),
            event: None,
            name: "EML4::ALK".to_owned(),
            category: None,
            material: None,
            fragments: None,
            status: "flagged".to_owned(),
            call: None,
            qual: None,
            filter: None,
            exact: None,
            off_bp: None,
            gene_order: None,
            wrong_exon_junction: None,
            wrong_variant: None,
            fraction: None,
            called_fraction: None,
            fraction_low: None,
            fraction_high: None,
        };
        let read = Replicate::of(&row("known12-V3a.f0.05.r1")).expect("a name of the panel");
        assert_eq!((read.event.as_str(), read.share, read.passed, read.listed), ("known12-V3a", 0.05, false, true));
        assert!(Replicate::of(&row("tumour7")).is_none());
    }
}
