//! Samples whose figures lie far from those of the others.
//!
//! Each figure is compared among libraries of one kind: its distance from the median in units of the median absolute deviation,
//! scaled so that for a normal distribution it is that of standard deviations. Beyond [`CUT`] it is an outlier (Iglewicz and Hoaglin
//! 1993, "How to Detect and Handle Outliers": modified z-score of 3.5). Counts are compared by their logarithm, as they spread over
//! powers of ten.
//!
//! That alone takes chance for a difference where most values are equal or nearly so: of 40 libraries with no error in 5000 bases the
//! one with a single error would be an outlier. So the distance is never larger than that in standard errors of the figure itself
//! ([`LibraryFigure::beyond_chance`]). Where more than half of the values are equal, the mean absolute deviation stands in for the median one,
//! as there, if the figure's error is known; else nothing can be told.

use crate::stats;
use std::collections::BTreeMap;

use super::figure::{LibraryFigure, Sampling};
use super::sample::CohortSample;
use super::word::Word;

/// Distance beyond which a value is an outlier.
pub const CUT: f64 = 3.5;

/// Fewest values among which one can be an outlier.
pub const MIN_VALUES: usize = 8;

/// Scale of the median absolute deviation: the standard normal distribution has 0.6745 of it.
const OF_MEDIAN_DEVIATION: f64 = 0.6745;

/// Scale of the mean absolute deviation of the standard normal distribution.
const OF_MEAN_DEVIATION: f64 = 1.253_314;

/// How a figure of all libraries of one kind is spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Number of values.
    pub values: usize,
    /// Their median, on the scale of comparison.
    median: f64,
    /// What one unit of distance is, on that scale; none where all values are equal or there are too few.
    unit: Option<f64>,
    /// Whether more than half of the values are equal, so that the unit follows from the few others.
    is_of_few: bool,
    is_count: bool,
}

impl Spread {
    fn of(values: &[f64], is_count: bool) -> Self {
        let mut scaled: Vec<f64> = values.iter().map(|value| on_scale(*value, is_count)).collect();
        // In order, so that the mean of the deviations is one sum, whatever the order of the samples.
        scaled.sort_by(f64::total_cmp);
        let median = stats::median(scaled.clone()).unwrap_or(0.0);
        let deviations: Vec<f64> = scaled.iter().map(|value| (value - median).abs()).collect();
        let mean = deviations.iter().sum::<f64>() / deviations.len() as f64;
        let usual = stats::median(deviations).unwrap_or(0.0) / OF_MEDIAN_DEVIATION;
        let is_of_few = usual <= 0.0;
        let unit = if is_of_few { mean * OF_MEAN_DEVIATION } else { usual };
        Self { values: values.len(), median, unit: (unit > 0.0 && values.len() >= MIN_VALUES).then_some(unit), is_of_few, is_count }
    }

    /// The median as a value.
    pub fn median(&self) -> f64 {
        if self.is_count {
            10f64.powf(self.median) - 1.0
        } else {
            self.median
        }
    }

    /// Distance of a figure from the median: in units of the spread, or in standard errors of its own where that is less.
    pub fn distance(&self, figure: &LibraryFigure) -> Option<f64> {
        let among = self.unit.map(|unit| (on_scale(figure.value, self.is_count) - self.median) / unit)?;
        match figure.beyond_chance(self.median()) {
            Some(own) => Some(if own.abs() < among.abs() { own } else { among }),
            None => (!self.is_of_few).then_some(among),
        }
    }

    /// Whether a figure is an outlier; not known where there are too few values.
    pub fn is_outlier(&self, figure: &LibraryFigure) -> Option<bool> {
        (self.values >= MIN_VALUES).then(|| self.distance(figure).is_some_and(|distance| distance.abs() > CUT))
    }
}

fn on_scale(value: f64, is_count: bool) -> f64 {
    if is_count {
        (value.max(0.0) + 1.0).log10()
    } else {
        value
    }
}

/// The spread of each figure, by kind of library and key.
#[derive(Debug, Default)]
pub struct Spreads(BTreeMap<(Word, Word), Spread>);

impl Spreads {
    /// Over these samples. Controls are left out: they are made to be different.
    pub fn of<'s>(samples: impl Iterator<Item = &'s CohortSample>) -> Self {
        let mut values: BTreeMap<(Word, Word), (Vec<f64>, bool)> = BTreeMap::new();
        for figure in samples.flat_map(|sample| &sample.figures) {
            let entry = values.entry((figure.assay.clone(), figure.metric.clone())).or_default();
            entry.0.push(figure.value);
            entry.1 |= figure.sampling == Sampling::Count;
        }
        Self(values.into_iter().map(|(key, (values, is_count))| (key, Spread::of(&values, is_count))).collect())
    }

    /// Among which values a figure is judged.
    pub fn get(&self, figure: &LibraryFigure) -> Option<&Spread> {
        self.0.get(&(figure.assay.clone(), figure.metric.clone()))
    }

    /// The figures of a sample that are outliers.
    pub fn outliers<'s>(&'s self, sample: &'s CohortSample) -> impl Iterator<Item = &'s LibraryFigure> {
        sample.figures.iter().filter(|figure| self.get(figure).and_then(|spread| spread.is_outlier(figure)) == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(value: f64, sampling: Sampling) -> LibraryFigure {
        LibraryFigure { metric: "m".into(), assay: "dna".into(), value, unit: "".into(), sampling }
    }

    /// Which of these values are outliers among them.
    fn outliers(figures: &[LibraryFigure]) -> Vec<Option<bool>> {
        let values: Vec<f64> = figures.iter().map(|figure| figure.value).collect();
        let spread = Spread::of(&values, figures[0].sampling == Sampling::Count);
        figures.iter().map(|figure| spread.is_outlier(figure)).collect()
    }

    fn of(values: &[f64], sampling: Sampling) -> Vec<Option<bool>> {
        outliers(&values.iter().map(|value| figure(*value, sampling)).collect::<Vec<_>>())
    }

    #[test]
    fn one_value_far_from_the_others_is_an_outlier_and_moves_nothing() {
        let values = [10.0, 11.0, 9.0, 10.5, 9.5, 10.2, 9.8, 10.1, 60.0];
        assert!((Spread::of(&values, false).median() - 10.1).abs() < 1e-9);
        let found = of(&values, Sampling::Unknown);
        assert!(found[..8].iter().all(|outlier| *outlier == Some(false)) && found[8] == Some(true), "{found:?}");
    }

    #[test]
    fn counts_are_compared_by_their_logarithm() {
        let found = of(&[800.0, 1000.0, 1200.0, 2000.0, 3000.0, 900.0, 1500.0, 2500.0, 6000.0, 1.0], Sampling::Count);
        assert_eq!((found[8], found[9]), (Some(false), Some(true)));
    }

    #[test]
    fn few_or_equal_values_have_no_outlier() {
        assert_eq!(of(&[1.0, 1.0, 1.0, 90.0], Sampling::Count)[3], None);
        assert_eq!(of(&[1.0; 9], Sampling::Count), [Some(false); 9]);
        let mut mostly = [0.0; 15];
        mostly[14] = 0.5;
        assert_eq!(of(&mostly, Sampling::Unknown)[14], Some(false), "nothing says how far chance reaches");
        mostly[14] = 40.0;
        assert_eq!(of(&mostly, Sampling::Count)[14], Some(true), "the mean deviation stands in, and chance does not reach so far");
    }

    #[test]
    fn what_chance_explains_is_no_outlier() {
        let share = |part: f64, whole: f64| figure(part / whole, Sampling::Share { part, whole });
        // Most libraries have no error of this kind in 5000 bases; one error, or three, is no other library. Forty are.
        let mut rates: Vec<LibraryFigure> = (0..30).map(|_| share(0.0, 5000.0)).collect();
        rates.extend([share(1.0, 5000.0), share(3.0, 5000.0), share(40.0, 5000.0)]);
        assert_eq!(outliers(&rates)[30..], [Some(false), Some(false), Some(true)]);
        // The same where the values are spread a little.
        let mut close: Vec<LibraryFigure> = (0..30).map(|index| share(500.0 + f64::from(index % 3), 50_000.0)).collect();
        close.extend([share(540.0, 50_000.0), share(900.0, 50_000.0)]);
        assert_eq!(outliers(&close)[30..], [Some(false), Some(true)]);
        // Reads of 100 bases but for one library of 99, and one of 75.
        let mut lengths = [100.0; 20];
        (lengths[18], lengths[19]) = (99.0, 75.0);
        assert_eq!(of(&lengths, Sampling::Bases)[18..], [Some(false), Some(true)]);
    }
}
