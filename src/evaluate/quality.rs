//! Calibration: whether stated allele fractions and qualities hold.

use std::collections::BTreeMap;

use super::call::CalledJunction;
use super::matching::CallRole;
use super::measure::JunctionOutcome;
use super::result::{FractionRow, QualityRow, Ratio};
use crate::stats::from_phred;

/// Fewest expected fragments of an event whose fraction is judged.
pub const MIN_EXPECTED_FRAGMENTS: f64 = 10.0;

/// Ends of the bins of quality.
const BINS: [(f64, Option<f64>); 4] = [(0.0, Some(10.0)), (10.0, Some(20.0)), (20.0, Some(30.0)), (30.0, None)];

/// Error and coverage of the allele fraction, over all events and by category.
pub(super) fn fraction(outcomes: &[JunctionOutcome<'_>]) -> Vec<FractionRow> {
    let mut groups: BTreeMap<(&str, &str), Vec<(f64, &JunctionOutcome<'_>)>> = BTreeMap::new();
    for outcome in outcomes {
        let truth = outcome.truth;
        let Some(fraction) = truth.expected_fraction else { continue };
        if truth.expected_fragments.is_none_or(|expected| expected < MIN_EXPECTED_FRAGMENTS) {
            continue;
        }
        groups.entry(("all", "all")).or_default().push((fraction, outcome));
        groups.entry(("category", truth.category.as_deref().unwrap_or("."))).or_default().push((fraction, outcome));
    }
    groups.into_iter().map(|((group, level), events)| fraction_row(group, level, &events)).collect()
}

fn fraction_row(group: &str, level: &str, events: &[(f64, &JunctionOutcome<'_>)]) -> FractionRow {
    let found: Vec<(f64, super::call::FractionInterval)> =
        events.iter().filter_map(|(truth, outcome)| Some((*truth, outcome.found?.0.fraction?))).collect();
    let covered = found.iter().filter(|(truth, share)| share.low <= *truth && *truth <= share.high).count();
    let mean = |of: &dyn Fn(f64, f64) -> f64| {
        (!found.is_empty()).then(|| found.iter().map(|(truth, share)| of(*truth, share.value)).sum::<f64>() / found.len() as f64)
    };
    FractionRow {
        group: group.to_owned(),
        level: level.to_owned(),
        events: events.len() as u64,
        covered: Ratio::new(covered as u64, found.len() as u64),
        mean_error: mean(&|truth, called| called - truth),
        root_mean_square_error: mean(&|truth, called| (called - truth).powi(2)).map(f64::sqrt),
        mean_ratio: if events.iter().all(|(truth, _)| *truth > 0.0) { mean(&|truth, called| called / truth) } else { None },
    }
}

/// Stated and observed error of the rows that have a quality. Without any such row the list is empty.
pub(super) fn reliability(roles: &[(&str, &CalledJunction, CallRole)]) -> Vec<QualityRow> {
    let rows: Vec<(f64, bool)> = roles
        .iter()
        .filter_map(|(_, call, role)| match role {
            CallRole::Match(_) => Some((call.qual?, false)),
            CallRole::Chimera | CallRole::False => Some((call.qual?, true)),
            CallRole::Duplicate(_) | CallRole::Half(_) => None,
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    BINS.iter()
        .map(|&(from, to)| {
            let bin: Vec<&(f64, bool)> = rows.iter().filter(|(qual, _)| *qual >= from && to.is_none_or(|to| *qual < to)).collect();
            let observed = Ratio::new(bin.iter().filter(|(_, wrong)| *wrong).count() as u64, bin.len() as u64);
            // Sorted, so that the sum does not depend on the order of rows.
            let mut errors: Vec<f64> = bin.iter().map(|(qual, _)| from_phred(*qual)).collect();
            errors.sort_by(f64::total_cmp);
            let stated = (!bin.is_empty()).then(|| errors.iter().sum::<f64>() / bin.len() as f64);
            let ratio = observed.value.zip(stated).filter(|(_, stated)| *stated > 0.0).map(|(observed, stated)| observed / stated);
            QualityRow { from, to, observed, stated, ratio }
        })
        .collect()
}
