//! NOT FOUND: what it is worth that no fusion of a kinase was seen, one row a kinase and verdict.
//!
//! ```text
//! NOT FOUND  a fusion               where            molecules  seen from a share of
//!   ROS1     would have been seen    introns 31-35    90-512     1.2 % (novel 1.5 %)
//!   NTRK1    seen only if frequent   intron 12        5          50 % with 63 % probability
//!                                    introns 7-8      480        1.3 %
//!   NTRK2    could have been missed introns 14-16    0          hardly covered
//! ```
//!
//! The first row of a kinase names the places by which its verdict was given. The words are those of [`Absence`].

use crate::coverage::sentence::percent;
use crate::terminal::one_line;

use super::super::absence::Absence;
use super::super::finding::has_sure_fusion;
use super::super::html::Lang;
use super::super::json::{Document, NegativePlaces, SampleVerdict};
use super::super::rows::Fraction;
use super::lines::{columns, Lines, Rank};

/// The text of a reason that concerns this gene alone.
pub(super) fn concerns<'r>(reason: &'r str, gene: &str) -> Option<&'r str> {
    reason.strip_prefix(gene)?.strip_prefix(": ")
}

/// Adds the table of the targets of which no fusion passes.
pub(super) fn add(document: &Document, lines: &mut Lines) {
    let absent: Vec<&String> = document.targets.iter().filter(|gene| !has_sure_fusion(document, gene)).collect();
    if absent.is_empty() {
        return;
    }
    lines.blank();
    let heading = ["NOT FOUND", "a fusion", "where", "molecules", "seen from a share of"].map(str::to_owned).to_vec();
    let mut ranks = vec![Rank::Finding];
    let mut rows = vec![heading];
    for gene in absent {
        let own = rows_of(document, gene);
        // The places that decide the verdict are the kinase's line; what the others showed can be read in the table.
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
        vec![format!("  {}", one_line(gene)), verdict.to_owned(), places, molecules, seen]
    };
    let absence = Absence::of_kinase(document, gene);
    let verdict = absence.said(Lang::English);
    let without = |why: &str| vec![vec![format!("  {}", one_line(gene)), verdict.to_owned(), one_line(why)]];
    if document.status.verdict == SampleVerdict::Failed {
        return without("the sample failed");
    }
    // A reason may be more specific than the places: no primers, no contig.
    let poor = document.status.reasons.iter().chain(&document.status.limits).find_map(|reason| concerns(reason, gene));
    let Some(worth) = document.negatives.iter().find(|negative| negative.gene == gene) else {
        return without(poor.unwrap_or("nobody asked what could have been seen"));
    };
    if worth.places.is_empty() {
        return without(poor.unwrap_or(&worth.text));
    }
    let cells = |places: &NegativePlaces| {
        let (low, high) = (places.molecules_low, places.molecules_high);
        let molecules = if low == high { low.to_string() } else { format!("{low}-{high}") };
        [one_line(&places.regions), molecules, seen_from(places)]
    };
    let is_bare = worth.places.iter().all(|places| Absence::of_word(&places.verdict) == Absence::NotInformative);
    let mut rows: Vec<Vec<String>> = worth.places.iter().map(|places| row(verdict, cells(places))).collect();
    if let (Some(poor), Some(seen)) = (poor, rows[0].get_mut(4).filter(|_| is_bare)) {
        // Region and verdict have columns of their own, so they are removed from the text.
        let said = poor.strip_prefix(worth.places[0].regions.as_str()).unwrap_or(poor);
        *seen = one_line(said.trim_start_matches([',', ' ']).trim_end_matches(": not informative"));
    }
    for row in rows.iter_mut().skip(1) {
        row[0].clear();
        row[1].clear();
    }
    rows
}

/// The share from which a fusion would have been seen.
fn seen_from(places: &NegativePlaces) -> String {
    let share = |fraction: Fraction| percent(fraction.value());
    match (places.lod95_known, places.lod95_novel) {
        (Some(known), Some(novel)) if share(known) == share(novel) => share(known),
        (Some(known), Some(novel)) => format!("{} (novel {})", share(known), share(novel)),
        (Some(known), None) => format!("{} (novel never)", share(known)),
        (None, _) if Absence::of_word(&places.verdict) == Absence::NotInformative => "hardly covered".to_owned(),
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

    #[test]
    fn each_verdict_of_the_document_is_said_in_its_own_words() {
        let mut document = Document::new("S1");
        let mut said = |verdict: &str| {
            document.negatives = vec![fixture::negative("ROS1", verdict, "why")];
            rows_of(&document, "ROS1")[0].join(" | ")
        };
        assert_eq!(said("informative"), "  ROS1 | would have been seen | introns 31-35 | 90-512 | 1.2 % (novel 1.5 %)");
        assert_eq!(said("limited"), "  ROS1 | seen only if frequent | introns 31-35 | 90-512 | .");
        assert_eq!(said("not informative"), "  ROS1 | could have been missed | introns 31-35 | 90-512 | hardly covered");
    }

    #[test]
    fn a_reason_that_begins_with_the_place_is_said_without_it() {
        let mut document = Document::new("S1");
        document.negatives = vec![fixture::negative("ROS1", "not informative", "why")];
        for (reason, said) in [
            ("ROS1: introns 31-35 covered 4 %: not informative", "covered 4 %"),
            ("ROS1: introns 31-35, its own RNA at 2 molecules: not informative", "its own RNA at 2 molecules"),
            ("ROS1: no primer", "no primer"),
        ] {
            document.status.reasons = vec![reason.to_owned()];
            assert_eq!(rows_of(&document, "ROS1")[0][4], said);
        }
    }
}
