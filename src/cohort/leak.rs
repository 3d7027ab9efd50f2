//! Fusions that may have leaked from a strong sample of a run into weak ones, by reads that were given to the wrong sample.
//!
//! Of the fragments of a library a small share is read under the index of another sample of the same run. So many fragments of a
//! fusion are expected in a sample without it, at most:
//!
//! ```text
//!   expected = rate x fragments of the same junction in stronger samples of the run
//! ```
//!
//! A row is marked where a Poisson number
//! with that mean reaches what was seen with a probability of at least [`MIN_PROBABILITY`]: then no patient's tumour is needed to
//! explain it. Only junctions that are the same to the base are compared. A mark is a doubt and deletes nothing: in RNA, where breaks
//! lie at exon edges, two patients can have the same junction.
//!
//! The rate: 0.2 % to 6 % of the reads of runs on patterned flow cells stand under a wrong index (Costello et al. 2018, BMC Genomics 19:332,
//! PMID:29739332). What leaves a library spreads over the others of its run; [`DEFAULT_RATE`] lets a third of the highest share arrive
//! in one of them. With unique dual indexes it is far lower, and should be given so.

use std::collections::BTreeMap;

use statrs::distribution::{DiscreteCDF, Poisson};

use super::junction::{SampleRow, SharedJunction};
use super::sample::CohortSample;
use super::sheet::SheetLine;

/// Share of a library's fragments that are read as those of one other sample.
pub const DEFAULT_RATE: f64 = 0.02;

/// Probability from which what was seen needs no other explanation.
pub const MIN_PROBABILITY: f64 = 0.01;

/// A row that may have come from another sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Leak {
    /// The row.
    pub member: SampleRow,
    /// The sample of the run that has most of it.
    pub source: usize,
    /// Fragments of the row.
    pub fragments: u32,
    /// Fragments of the source.
    pub source_fragments: u32,
    /// Fragments that are expected to leak at most.
    pub expected: f64,
    /// Probability that at least as many as were seen leak.
    pub probability: f64,
}

/// All rows that may be leaks. Samples without a run are compared with none.
pub fn leaks(samples: &[CohortSample], entries: &[SheetLine], groups: &[SharedJunction], rate: f64) -> Vec<Leak> {
    let mut leaks = Vec::new();
    let exact = groups.iter().filter(|group| group.slack_bp == 0 && group.members.len() > 1);
    for group in exact {
        let mut by_run: BTreeMap<&str, Vec<(u32, SampleRow)>> = BTreeMap::new();
        for &member in &group.members {
            let row = member.of(samples);
            if let (0, Some(run)) = (row.slack_bp, &entries[member.sample].run) {
                by_run.entry(run).or_default().push((samples[member.sample].findings[row.finding].fragments, member));
            }
        }
        for rows in by_run.into_values() {
            leaks.extend(rows.iter().filter_map(|&(fragments, member)| leak(fragments, member, &rows, rate)));
        }
    }
    leaks.sort_by_key(|leak| leak.member);
    leaks
}

/// Whether a row can be explained by the stronger ones of other samples in its run.
fn leak(fragments: u32, member: SampleRow, rows: &[(u32, SampleRow)], rate: f64) -> Option<Leak> {
    let stronger = || rows.iter().filter(|(count, other)| *count > fragments && other.sample != member.sample);
    let (source_fragments, source) = stronger().max_by_key(|(count, other)| (*count, std::cmp::Reverse(other.sample)))?;
    let expected = rate * stronger().map(|(count, _)| f64::from(*count)).sum::<f64>();
    let probability = at_least(fragments, expected);
    (fragments > 0 && probability >= MIN_PROBABILITY).then_some(Leak {
        member,
        source: source.sample,
        fragments,
        source_fragments: *source_fragments,
        expected,
        probability,
    })
}

/// Probability of at least `count` where `mean` are expected.
fn at_least(count: u32, mean: f64) -> f64 {
    match (count, Poisson::new(mean)) {
        (0, _) => 1.0,
        (_, Ok(poisson)) => poisson.sf(u64::from(count) - 1),
        (_, Err(_)) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{of_run, sample, with_junction};
    use super::super::junction::group;
    use super::*;

    /// Indexes of the samples that are marked, each with this place and number of fragments.
    fn marked(rows: &[(u32, u32)], runs: &[&str], rate: f64) -> Vec<usize> {
        let samples: Vec<CohortSample> = rows
            .iter()
            .enumerate()
            .map(|(index, (position, count))| with_junction(sample(&format!("S{index}")), *position, *count, 0))
            .collect();
        let entries: Vec<SheetLine> = runs.iter().map(|run| of_run(run)).collect();
        leaks(&samples, &entries, &group(&samples), rate).iter().map(|leak| leak.member.sample).collect()
    }

    #[test]
    fn a_trace_of_a_strong_samples_junction_is_marked_and_the_strong_sample_is_not() {
        assert_eq!(marked(&[(1000, 500), (1000, 3), (1000, 200)], &["R", "R", "R"], DEFAULT_RATE), [1]);
    }

    #[test]
    fn another_run_another_place_or_a_lower_rate_explain_nothing() {
        assert_eq!(marked(&[(1000, 500), (1000, 3)], &["R", "Q"], DEFAULT_RATE), Vec::<usize>::new());
        assert_eq!(marked(&[(1000, 500), (1001, 3)], &["R", "R"], DEFAULT_RATE), Vec::<usize>::new());
        assert_eq!(marked(&[(1000, 500), (1000, 3)], &["R", "R"], 0.0001), Vec::<usize>::new());
        assert_eq!(marked(&[(1000, 500), (1000, 3)], &["", ""], DEFAULT_RATE), Vec::<usize>::new());
    }

    #[test]
    fn the_tail_of_the_model_is_that_of_poisson() {
        // 1 - exp(-0.7), by hand.
        assert!((at_least(1, 0.7) - 0.503_415).abs() < 1e-6);
        assert!((at_least(0, 0.7) - 1.0).abs() < 1e-12);
        assert!(at_least(3, 0.0).abs() < 1e-12);
    }
}
