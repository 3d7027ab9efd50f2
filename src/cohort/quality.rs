//! Samples whose figures lie far from those of the others.
//!
//! Each figure is compared among libraries of one kind: its distance from the median in units of the median absolute deviation,
//! scaled so that for a normal distribution it is that of standard deviations. Beyond [`CUT`] it is an outlier (Iglewicz and Hoaglin
//! 1993, "How to Detect and Handle Outliers": modified z-score of 3.5). Where more than half of the values are equal the mean
//! absolute deviation stands in, as there. Counts are compared by their logarithm, as they spread over powers of ten.

use std::collections::BTreeMap;

use super::sample::{Figure, Sample};

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
    is_count: bool,
}

impl Spread {
    fn of(values: &[f64], is_count: bool) -> Self {
        let mut scaled: Vec<f64> = values.iter().map(|value| on_scale(*value, is_count)).collect();
        let median_of = |values: &mut Vec<f64>| {
            values.sort_by(f64::total_cmp);
            let middle = values.len() / 2;
            if values.len() % 2 == 1 {
                values[middle]
            } else {
                f64::midpoint(values[middle - 1], values[middle])
            }
        };
        let median = median_of(&mut scaled);
        let mut deviations: Vec<f64> = scaled.iter().map(|value| (value - median).abs()).collect();
        let mean = deviations.iter().sum::<f64>() / deviations.len() as f64;
        let unit = match median_of(&mut deviations) / OF_MEDIAN_DEVIATION {
            unit if unit > 0.0 => unit,
            _ => mean * OF_MEAN_DEVIATION,
        };
        Self { values: values.len(), median, unit: (unit > 0.0 && values.len() >= MIN_VALUES).then_some(unit), is_count }
    }

    /// The median as a value.
    pub fn median(&self) -> f64 {
        if self.is_count {
            10f64.powf(self.median) - 1.0
        } else {
            self.median
        }
    }

    /// Distance of a value from the median.
    pub fn distance(&self, value: f64) -> Option<f64> {
        self.unit.map(|unit| (on_scale(value, self.is_count) - self.median) / unit)
    }

    /// Whether a value is an outlier; not known where there are too few values.
    pub fn is_outlier(&self, value: f64) -> Option<bool> {
        (self.values >= MIN_VALUES).then(|| self.distance(value).is_some_and(|distance| distance.abs() > CUT))
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
pub struct Spreads(BTreeMap<(String, String), Spread>);

impl Spreads {
    /// Over these samples. Controls are left out: they are made to be different.
    pub fn of<'s>(samples: impl Iterator<Item = &'s Sample>) -> Self {
        let mut values: BTreeMap<(String, String), (Vec<f64>, bool)> = BTreeMap::new();
        for figure in samples.flat_map(|sample| &sample.figures) {
            let entry = values.entry((figure.assay.clone(), figure.metric.clone())).or_default();
            entry.0.push(figure.value);
            entry.1 |= figure.is_count;
        }
        Self(values.into_iter().map(|(key, (values, is_count))| (key, Spread::of(&values, is_count))).collect())
    }

    /// Among which values a figure is judged.
    pub fn get(&self, figure: &Figure) -> Option<&Spread> {
        self.0.get(&(figure.assay.clone(), figure.metric.clone()))
    }

    /// The figures of a sample that are outliers.
    pub fn outliers<'s>(&'s self, sample: &'s Sample) -> impl Iterator<Item = &'s Figure> {
        sample.figures.iter().filter(|figure| self.get(figure).and_then(|spread| spread.is_outlier(figure.value)) == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_far_from_the_others_is_an_outlier_and_moves_nothing() {
        let values = [10.0, 11.0, 9.0, 10.5, 9.5, 10.2, 9.8, 10.1, 60.0];
        let spread = Spread::of(&values, false);
        assert!((spread.median() - 10.1).abs() < 1e-9);
        let outliers: Vec<bool> = values.iter().filter_map(|value| spread.is_outlier(*value)).collect();
        assert_eq!(outliers, [false, false, false, false, false, false, false, false, true]);
    }

    #[test]
    fn counts_are_compared_by_their_logarithm() {
        let counts = [800.0, 1000.0, 1200.0, 2000.0, 3000.0, 900.0, 1500.0, 2500.0, 6000.0, 1.0];
        let spread = Spread::of(&counts, true);
        assert_eq!(spread.is_outlier(6000.0), Some(false));
        assert_eq!(spread.is_outlier(1.0), Some(true));
    }

    #[test]
    fn few_or_equal_values_have_no_outlier() {
        assert_eq!(Spread::of(&[1.0, 1.0, 1.0, 90.0], false).is_outlier(90.0), None);
        assert_eq!(Spread::of(&[1.0; 9], false).is_outlier(1.0), Some(false));
        let mostly = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5];
        assert_eq!(Spread::of(&mostly, false).is_outlier(0.5), Some(true), "the mean deviation stands in");
    }
}
