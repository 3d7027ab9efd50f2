//! Quality figures of a library, each with the sampling error that chance alone would give it.

use super::word::{Word, Words};
use crate::report::json::Document;
use crate::report::rows::{MetricRow, MetricValue};

/// One figure of a library.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryFigure {
    /// Stable key, without the number of the library.
    pub metric: Word,
    /// Kind of the library.
    pub assay: Word,
    /// The value.
    pub value: f64,
    /// Unit.
    pub unit: Word,
    /// What it was measured on.
    pub sampling: Sampling,
}

/// What a figure was measured on, from which its sampling error follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// It counts things, which spread over powers of ten.
    Count,
    /// A proportion: successes of trials.
    Share {
        /// Number of successes.
        part: f64,
        /// Number of trials.
        whole: f64,
    },
    /// A length, in whole bases.
    Bases,
    /// A ratio with its 95 % interval, whose logarithm has this standard error.
    Ratio {
        /// The standard error.
        log_error: f64,
    },
    /// That is not known.
    Unknown,
}

/// Half the width of a 95 % interval in standard errors of a normal distribution.
const HALF_WIDTH: f64 = 1.96;

impl LibraryFigure {
    /// A metric that is a number. Metrics of single fusions, and counts of skipped reads, are not figures of the library.
    pub fn of(row: &MetricRow, document: &Document, words: &Words) -> Option<Self> {
        const OF_FINDINGS: [&str; 2] = ["fusion_transcript_share_", "skipped_"];
        let value = match row.value.as_ref()? {
            MetricValue::Count(count) => *count as f64,
            MetricValue::Number(number) => *number,
            MetricValue::Text(_) => return None,
        };
        if OF_FINDINGS.iter().any(|prefix| row.metric.starts_with(prefix)) {
            return None;
        }
        let numbered = row.metric.rsplit_once('.').and_then(|(metric, number)| Some((metric, number.parse::<usize>().ok()?)));
        let (metric, library) = numbered.unwrap_or((&row.metric, 1));
        let assay = document.assay.get(library.checked_sub(1)?).map_or("", |assay| assay.kind.as_str());
        let unit = row.unit.as_deref().unwrap_or("");
        let sampling = match row.value.as_ref()? {
            _ if unit == "bp" => Sampling::Bases,
            MetricValue::Count(_) => Sampling::Count,
            // Depth is a count divided by a length.
            _ if unit == "reads" => Sampling::Count,
            _ => share(row, document, value).or_else(|| ratio(row)).unwrap_or(Sampling::Unknown),
        };
        Some(Self { metric: words.word(metric), assay: words.word(assay), value, unit: words.word(unit), sampling })
    }

    /// How far the figure lies from `median` in standard errors of its own; `None` where these are not known.
    ///
    /// Counts and shares are compared on the scales on which their error does not depend on their size (Anscombe 1948, Biometrika
    /// 35:246): the square root and the angle whose sine it is.
    pub fn beyond_chance(&self, median: f64) -> Option<f64> {
        let z = match self.sampling {
            Sampling::Count => 2.0 * ((self.value.max(0.0) + 0.375).sqrt() - (median.max(0.0) + 0.375).sqrt()),
            Sampling::Share { part, whole } => {
                let angle = |part: f64| ((part + 0.375) / (whole + 0.75)).clamp(0.0, 1.0).sqrt().asin();
                2.0 * (whole + 0.5).sqrt() * (angle(part) - angle(median * whole))
            }
            // Two medians of reads that are one base apart may be the same.
            Sampling::Bases => self.value - median,
            Sampling::Ratio { log_error } => (self.value / median).ln() / log_error,
            Sampling::Unknown => return None,
        };
        z.is_finite().then_some(z)
    }
}

/// Of a note such as `12 of 4115 sampled pairs`, or of the reads that another row counts.
fn share(row: &MetricRow, document: &Document, value: f64) -> Option<Sampling> {
    if row.metric.starts_with("duplicate_frac") {
        let reads = row.metric.replacen("duplicate_frac", "primary_reads", 1);
        let whole = document.metrics.iter().find(|other| other.metric == reads)?.value.as_ref().and_then(|value| match value {
            MetricValue::Count(count) => Some(*count as f64),
            _ => None,
        })?;
        return Some(Sampling::Share { part: value * whole, whole });
    }
    let mut words = row.note.as_deref()?.split(' ');
    let (part, of, whole) = (words.next()?.parse().ok()?, words.next()?, words.next()?.parse().ok()?);
    (of == "of" && whole > 0.0).then_some(Sampling::Share { part, whole })
}

/// Of a note that gives `95 % interval 0.80-1.25`.
fn ratio(row: &MetricRow) -> Option<Sampling> {
    let (_, rest) = row.note.as_deref()?.split_once("95 % interval ")?;
    let (low, high) = rest.split([';', ',']).next()?.split_once('-')?;
    let (low, high): (f64, f64) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    let log_error = (high / low).ln() / (2.0 * HALF_WIDTH);
    (log_error.is_finite() && log_error > 0.0).then_some(Sampling::Ratio { log_error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::AssayEntry;

    fn document() -> Document {
        let mut document = Document::new("S1");
        let assay = |kind: &str| AssayEntry { file: "a.bam".to_owned(), kind: kind.to_owned(), reasons: Vec::new() };
        document.assay = vec![assay("rna"), assay("dna")];
        document
    }

    fn figure(metric: &str, value: Option<MetricValue>, unit: &str, note: &str) -> Option<LibraryFigure> {
        LibraryFigure::of(&MetricRow::new("S1", metric, value, unit, note), &document(), &Words::default())
    }

    #[test]
    fn a_figure_belongs_to_its_own_library() {
        let of = |metric: &str| {
            let figure = figure(metric, Some(MetricValue::Count(5)), "reads", "")?;
            Some((figure.metric.to_string(), figure.assay.to_string()))
        };
        assert_eq!(of("ALK_reads.2"), Some(("ALK_reads".to_owned(), "dna".to_owned())));
        assert_eq!(of("ALK_reads"), Some(("ALK_reads".to_owned(), "rna".to_owned())));
        assert_eq!(of("skipped_unmapped"), None);
        assert_eq!(figure("status", Some(MetricValue::text("ok")), "", ""), None);
    }

    #[test]
    fn what_a_figure_was_measured_on_stands_in_its_note() {
        let sampling =
            |metric: &str, unit: &str, note: &str| figure(metric, MetricValue::number(0.5), unit, note).map(|found| found.sampling);
        let share = Some(Sampling::Share { part: 4.0, whole: 93_634.0 });
        assert_eq!(sampling("error_A>C", "errors a base", "4 of 93634 bases, as the first read shows them"), share);
        assert_eq!(sampling("error_dispersion", "relative variance", "between positions"), Some(Sampling::Unknown));
        let Some(Sampling::Ratio { log_error }) = sampling("copy_ratio_MET", "ratio", "95 % interval 0.50-2.00, depth against 8 genes")
        else {
            panic!("a ratio with an interval");
        };
        // ln 4 / 3.92, by hand.
        assert!((log_error - 0.353_647).abs() < 1e-5, "{log_error}");
    }

    #[test]
    fn chance_is_told_from_a_difference() {
        let share = |part, whole| LibraryFigure {
            metric: "m".into(),
            assay: "dna".into(),
            value: part / whole,
            unit: "fraction".into(),
            sampling: Sampling::Share { part, whole },
        };
        // One error where none is usual is chance; thirty are not.
        assert!(share(1.0, 5000.0).beyond_chance(0.0).is_some_and(|z| z > 0.0 && z < 2.0));
        assert!(share(30.0, 5000.0).beyond_chance(0.0).is_some_and(|z| z > 3.5));
        // 0.5 to 0.55 of 400: 2 x 20 x (asin(sqrt(0.55)) - asin(sqrt(0.5))) = 2.0, by hand.
        assert!(share(220.0, 400.0).beyond_chance(0.5).is_some_and(|z| (z - 2.0).abs() < 0.02));
    }
}
