//! Quality figures of the sample for the first screen of the page.

use super::numbers::{grouped, percent, shown};
use super::phrases::Phrases;
use crate::report::json::Document;
use crate::report::rows::{Cell as _, MetricValue};

/// Figures of the sample's quality, by word; of several libraries one behind the other.
pub fn of_sample(document: &Document, phrases: &Phrases) -> Vec<(&'static str, String)> {
    let values = |key: &str| -> Vec<String> {
        let is_own = |metric: &str| metric.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let rows = document.metrics.iter().filter(|row| is_own(&row.metric));
        let shown = rows.map(|row| match (&row.value, row.unit.as_deref()) {
            (None, _) => "\u{2013}".to_owned(),
            (Some(MetricValue::Count(count)), unit) => {
                let unit = unit.filter(|unit| *unit == "bp").map_or(String::new(), |unit| format!(" {unit}"));
                format!("{}{unit}", grouped(*count))
            }
            (Some(MetricValue::Number(share)), Some("fraction")) => percent(*share),
            (Some(value), _) => shown(&value.cell()),
        });
        shown.collect()
    };
    [
        ("primary_reads", phrases.quality_reads),
        ("duplicate_frac", phrases.quality_duplicates),
        ("read_length", phrases.quality_length),
        ("insert_size", phrases.quality_insert),
        ("expressed_molecules", phrases.quality_rna),
    ]
    .into_iter()
    .filter_map(|(key, word)| {
        let values = values(key);
        (!values.is_empty()).then(|| (word, values.join(" / ")))
    })
    .collect()
}
