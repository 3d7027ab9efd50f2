//! One line of `metrics.tsv`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terminal::one_line;

use super::cell::decimal;
use super::{table_row, Cell};

/// The value of a metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MetricValue {
    /// A count.
    Count(u64),
    /// A number, finite, rounded to six decimals.
    Number(f64),
    /// A word, such as `ok`.
    Text(String),
}

impl MetricValue {
    /// A number rounded to six decimals; `None` when it is not finite.
    pub fn number(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::Number((value * 1e6).round() / 1e6 + 0.0))
    }

    /// A word.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }
}

impl Cell for MetricValue {
    fn cell(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Number(number) => decimal(*number),
            Self::Text(text) if text.is_empty() => ".".to_owned(),
            Self::Text(text) => one_line(text),
        }
    }
}

table_row! {
    /// One figure about the sample.
    pub struct MetricRow {
        /// Sample name.
        pub sample: String,
        /// Stable key of the metric (`chimera_rate`, `status`, ...).
        pub metric: String,
        /// Its value.
        pub value: Option<MetricValue>,
        /// Unit (`reads`, `bp`, `fraction`, ...).
        pub unit: Option<String>,
        /// Interval, reason or source.
        pub note: Option<String>,
    }
}

impl MetricRow {
    /// A row; `unit` and `note` may be empty.
    pub fn new(sample: &str, metric: &str, value: Option<MetricValue>, unit: &str, note: &str) -> Self {
        let (unit, note) = (super::not_empty(unit), super::not_empty(note));
        Self { sample: sample.to_owned(), metric: metric.to_owned(), value, unit, note }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::rows::TableRow;

    #[test]
    fn counts_numbers_and_words_come_back_from_json_as_they_went() {
        for value in [MetricValue::Count(3), MetricValue::Number(3.0), MetricValue::Number(0.1), MetricValue::text("ok")] {
            let text = serde_json::to_string(&value).unwrap_or_default();
            assert_eq!(serde_json::from_str::<MetricValue>(&text).ok(), Some(value));
        }
        assert_eq!(MetricValue::number(f64::NAN), None);
    }

    #[test]
    fn a_metric_without_value_is_a_dot() {
        assert_eq!(MetricRow::new("S", "reads", None, "", "").cells(), ["S", "reads", ".", ".", "."]);
        assert_eq!(MetricRow::COLUMNS, ["sample", "metric", "value", "unit", "note"]);
    }
}
