//! What it is worth that no fusion of a kinase was seen, in one line.

use super::super::json::{Document, Verdict};
use super::super::rows::escaped;

/// The text of a reason that concerns this gene alone.
pub fn concerns<'r>(reason: &'r str, gene: &str) -> Option<&'r str> {
    reason.strip_prefix(gene)?.strip_prefix(": ")
}

/// What the absence of a fusion of `gene` is worth: a failed or uncovered sample is no negative.
///
/// ```text
///   no fusion; ...                        a fusion would have been seen wherever the kinase usually breaks
///   no fusion seen, not excluded; ...     somewhere it might not have been
///   not judged; ...                       nowhere would it have been
/// ```
pub fn absence(document: &Document, gene: &str) -> String {
    let worth = document.negatives.iter().find(|negative| negative.gene == gene);
    // A reason may know more than the places do: no primers, no contig.
    let poor = document.status.reasons.iter().chain(&document.status.limits).find_map(|reason| concerns(reason, gene));
    let places = || document.detectability.iter().filter(|place| place.gene == gene);
    let some_seen = places().any(|place| place.verdict != "not informative");
    let gene = escaped(gene);
    let Some(worth) = worth.filter(|_| document.status.verdict != Verdict::Failed) else {
        let why = if document.status.verdict == Verdict::Failed {
            return format!("  {gene}: cannot be judged, the sample failed");
        } else {
            poor.unwrap_or("nobody asked what could have been seen")
        };
        return format!("  {gene}: not judged; {}", escaped(why));
    };
    match worth.verdict.as_str() {
        "informative" => format!("  {gene}: no fusion; {}", escaped(&worth.text)),
        "not informative" if !some_seen => format!("  {gene}: not judged; {}", escaped(poor.unwrap_or(&worth.text))),
        _ => format!("  {gene}: no fusion seen, not excluded; {}", escaped(&worth.text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::json::Negative;
    use crate::report::rows::DetectabilityRow;

    fn place(region: &str, verdict: &str) -> DetectabilityRow {
        DetectabilityRow {
            sample: "S1".to_owned(),
            gene: "ROS1".to_owned(),
            region: region.to_owned(),
            chrom: "chr6".to_owned(),
            start: 1,
            end: 2,
            assay: "dna".to_owned(),
            covered_frac: None,
            median_fragments: None,
            min_support: None,
            lod95: None,
            verdict: verdict.to_owned(),
            note: None,
        }
    }

    #[test]
    fn only_what_would_have_been_seen_is_absent() {
        let mut document = Document::new("S1");
        let mut said = |verdict: &str, places: &[&str]| {
            document.negatives = vec![Negative { gene: "ROS1".to_owned(), verdict: verdict.to_owned(), text: "why".to_owned() }];
            document.detectability = places.iter().map(|verdict| place("intron 31", verdict)).collect();
            absence(&document, "ROS1")
        };
        let (good, half, bare) = ("informative", "limited", "not informative");
        assert_eq!(said(good, &[good]), "  ROS1: no fusion; why");
        assert_eq!(said(half, &[good, half]), "  ROS1: no fusion seen, not excluded; why");
        assert_eq!(said(bare, &[good, bare]), "  ROS1: no fusion seen, not excluded; why");
        assert_eq!(said(bare, &[bare, bare]), "  ROS1: not judged; why");
    }
}
