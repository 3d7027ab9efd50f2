//! Isoforms: the share of each fusion transcript of one rearrangement among all transcripts of the kinase.
//!
//! ```text
//!   V3b  29 molecules --.                               29 / (29 + 7 + 2)   the share shown here
//!   V3a   7 molecules ---> ALK exon 20                   7 / (29 + 7 + 2)
//!   wild type         2 --'          29 / (29 + 2)       `allele_fraction`: against the unbroken ones alone
//! ```

use super::json::Document;
use super::rows::{FusionRow, MetricValue};

/// What the metric of a fusion's share is called, before its identifier.
const METRIC: &str = "fusion_transcript_share_";

/// The share of a fusion, where another isoform of the same event that begins at the same place of the kinase passes and RNA tells it.
pub fn share(document: &Document, row: &FusionRow) -> Option<f64> {
    // Those that begin at another exon of the kinase are counted against other transcripts of it.
    let is_isoform =
        |other: &&FusionRow| other.id != row.id && other.passes() && other.event == row.event && other.breakpoint3 == row.breakpoint3;
    if row.event.is_none() || !document.fusions.iter().any(|other| is_isoform(&other)) {
        return None;
    }
    let is_own = |metric: &str| metric.strip_prefix(METRIC).is_some_and(|rest| rest.split('.').next() == Some(row.id.as_str()));
    document.metrics.iter().filter(|metric| is_own(&metric.metric)).find_map(|metric| match metric.value {
        Some(MetricValue::Number(share)) => Some(share),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::MetricRow;

    #[test]
    fn only_isoforms_of_one_event_have_a_share_among_each_other() {
        let (contigs, mut document) = (fixture::contigs(), Document::new("S1"));
        let row = |id: &str, event: &str| FusionRow {
            id: id.to_owned(),
            event: Some(event.to_owned()),
            ..FusionRow::new("S1", &fixture::eml4_alk(), &contigs)
        };
        let elsewhere = FusionRow { breakpoint3: Some("2:1:-".to_owned()), ..row("F4", "E1") };
        document.fusions = vec![row("F1", "E1"), row("F2", "E1"), row("F3", "E2"), elsewhere];
        document.metrics = ["F1", "F2", "F3", "F4"]
            .map(|id| MetricRow {
                sample: "S1".to_owned(),
                metric: format!("{METRIC}{id}"),
                value: Some(MetricValue::Number(0.25)),
                unit: None,
                note: None,
            })
            .to_vec();
        let shares: Vec<Option<f64>> = document.fusions.iter().map(|row| share(&document, row)).collect();
        assert_eq!(shares, [Some(0.25), Some(0.25), None, None]);
    }
}
