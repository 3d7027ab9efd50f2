//! NOT FOUND: what it is worth that no fusion of a kinase was seen, one row a kinase and verdict.
//!
//! ```text
//! NOT FOUND  verdict       where            molecules  would have been seen from
//!   ROS1     no fusion     introns 31-35    90-512     1.2 % (novel partner 1.5 %)
//!   NTRK1    not excluded  intron 12        5          50 % with 63 % probability
//!   NTRK2    not judged    introns 14-16    0          .
//! ```

use crate::coverage::sentence::percent;

use super::super::json::{Document, Negative, NegativePlaces, Verdict};
use super::super::rows::{escaped, Fraction};
use super::has_fusion;
use super::lines::{columns, Lines, Rank};

/// The text of a reason that concerns this gene alone.
pub(super) fn concerns<'r>(reason: &'r str, gene: &str) -> Option<&'r str> {
    reason.strip_prefix(gene)?.strip_prefix(": ")
}

/// Adds the table of the targets without a fusion.
pub(super) fn add(document: &Document, lines: &mut Lines) {
    let absent: Vec<&String> = document.targets.iter().filter(|gene| !has_fusion(document, gene)).collect();
    if absent.is_empty() {
        return;
    }
    lines.blank();
    let heading = ["NOT FOUND", "verdict", "where", "molecules", "would have been seen from"].map(str::to_owned).to_vec();
    let mut ranks = vec![Rank::Finding];
    let mut rows = vec![heading];
    for gene in absent {
        let own = rows_of(document, gene);
        // The best places of a kinase are its line; what the others showed can be read in the table.
        ranks.extend((0..own.len()).map(|at| if at == 0 { Rank::Finding } else { Rank::More }));
        rows.extend(own);
    }
    for (rank, line) in ranks.into_iter().zip(columns(&rows)) {
        lines.add(rank, line);
    }
}

/// The rows of one kinase; a failed or uncovered sample is no negative.
fn rows_of(document: &Document, gene: &str) -> Vec<Vec<String>> {
    let row = |verdict: &str, cells: [String; 3]| {
        let [places, molecules, seen] = cells;
        vec![format!("  {}", escaped(gene)), verdict.to_owned(), places, molecules, seen]
    };
    let without = |why: &str| vec![row("not judged", [String::new(), String::new(), escaped(why)])];
    if document.status.verdict == Verdict::Failed {
        return without("the sample failed");
    }
    // A reason may know more than the places do: no primers, no contig.
    let poor = document.status.reasons.iter().chain(&document.status.limits).find_map(|reason| concerns(reason, gene));
    let Some(worth) = document.negatives.iter().find(|negative| negative.gene == gene) else {
        return without(poor.unwrap_or("nobody asked what could have been seen"));
    };
    let verdict = verdict(document, worth);
    if worth.places.is_empty() {
        return without(poor.unwrap_or(&worth.text));
    }
    let cells = |places: &NegativePlaces| {
        let (low, high) = (places.molecules_low, places.molecules_high);
        let molecules = if low == high { low.to_string() } else { format!("{low}-{high}") };
        [escaped(&places.regions), molecules, seen_from(places)]
    };
    let mut rows: Vec<Vec<String>> = worth.places.iter().map(|places| row(verdict, cells(places))).collect();
    if let (Some(poor), Some(seen)) = (poor, rows[0].get_mut(4).filter(|_| verdict == "not judged")) {
        *seen = escaped(poor);
    }
    for row in rows.iter_mut().skip(1) {
        row[0].clear();
        row[1].clear();
    }
    rows
}

/// `no fusion`: one would have been seen wherever the kinase usually breaks; `not excluded`: somewhere it might not have been; `not judged`:
/// nowhere would it have been.
fn verdict(document: &Document, worth: &Negative) -> &'static str {
    let mut places = document.detectability.iter().filter(|place| place.gene == worth.gene);
    match worth.verdict.as_str() {
        "informative" => "no fusion",
        "not informative" if !places.any(|place| place.verdict != "not informative") => "not judged",
        _ => "not excluded",
    }
}

/// The share from which a fusion would have been seen.
fn seen_from(places: &NegativePlaces) -> String {
    let share = |fraction: Fraction| percent(fraction.value());
    match (places.lod95_known, places.lod95_novel) {
        (Some(known), Some(novel)) if share(known) == share(novel) => share(known),
        (Some(known), Some(novel)) => format!("{} (novel partner {})", share(known), share(novel)),
        (Some(known), None) => format!("{} (novel partner never)", share(known)),
        (None, _) if places.verdict == "not informative" => "no share: hardly covered".to_owned(),
        (None, _) => match (places.asked, places.asked_probability) {
            (Some(asked), Some(probability)) => format!("{} with {:.0} % probability", share(asked), (probability.value() * 100.0).floor()),
            _ => ".".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
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
            lod95_known: None,
            lod95_novel: None,
            verdict: verdict.to_owned(),
            note: None,
        }
    }

    #[test]
    fn only_what_would_have_been_seen_is_absent() {
        let mut document = Document::new("S1");
        let mut said = |verdict: &str, places: &[&str]| {
            document.negatives = vec![fixture::negative("ROS1", verdict, "why")];
            document.detectability = places.iter().map(|verdict| place("intron 31", verdict)).collect();
            rows_of(&document, "ROS1")[0].join(" | ")
        };
        let (good, half, bare) = ("informative", "limited", "not informative");
        assert_eq!(said(good, &[good]), "  ROS1 | no fusion | introns 31-35 | 90-512 | 1.2 % (novel partner 1.5 %)");
        assert_eq!(said(half, &[good, half]), "  ROS1 | not excluded | introns 31-35 | 90-512 | .");
        assert_eq!(said(bare, &[good, bare]), "  ROS1 | not excluded | introns 31-35 | 90-512 | no share: hardly covered");
        assert_eq!(said(bare, &[bare, bare]), "  ROS1 | not judged | introns 31-35 | 90-512 | no share: hardly covered");
    }
}
