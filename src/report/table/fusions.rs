//! FUSIONS: one line each in columns, the second and those behind it for what it means.

use super::super::isoforms;
use super::super::json::{Document, Imbalance};
use crate::terminal::one_line;

use super::super::rows::{Cell, Fraction, FusionRow};
use super::lines::{columns, cut, Lines, Rank};
use super::{meaning, percent};

/// The share among the isoforms of one event and the wild type, where there are several.
const AMONG: &str = "of RNA";

/// Columns that are left out first when the terminal is too narrow.
const DISPENSABLE: [&str; 4] = ["qual", "frame", "junction", "variant"];

/// The allele fraction's column: of two isoforms of one break each is counted against the unbroken molecules alone, so that the shares can
/// add up to more than all.
const FRACTION: &str = "AF vs unbroken";

/// Most letters of one cell.
const CELL: usize = 40;

/// Fewest fragments of a break without a partner that is mentioned.
const MIN_LOOSE_FRAGMENTS: u32 = 5;

/// Adds the section.
pub(super) fn add(document: &Document, lines: &mut Lines, width: usize) {
    lines.blank();
    if document.fusions.is_empty() {
        lines.add(Rank::Finding, "FUSIONS  none called");
    } else {
        let mut table = table(document, width).into_iter();
        lines.add(Rank::Finding, table.next().unwrap_or_default());
        let mut shown: Vec<Vec<(Rank, String)>> = Vec::new();
        for (fusion, line) in document.fusions.iter().zip(table) {
            lines.add(Rank::Finding, line);
            if let Some(text) = interval(fusion) {
                lines.add(Rank::Detail, text);
            }
            if let Some(text) = contradiction(fusion) {
                lines.add_wrapped(Rank::Finding, &text, 2);
            }
            let meant = document.interpretation.fusions.iter().find(|meaning| meaning.id == fusion.id && fusion.passes());
            let own = meant.map(|meant| meaning::of_fusion(document, meant, fusion)).unwrap_or_default();
            // Junctions of the same genes have the same meaning; it is shown below the first.
            if !shown.contains(&own) {
                for (rank, text) in &own {
                    lines.add_wrapped(*rank, text, super::DRUG_LINES);
                }
                shown.push(own);
            }
        }
    }
    for note in document.interpretation.notes.iter().filter(|note| note.important) {
        lines.add_wrapped(Rank::Finding, &format!("  {}", one_line(&note.text)), super::DRUG_LINES);
    }
    for text in document.candidate_rows().filter_map(loose_end).chain(document.imbalances.iter().map(imbalance)) {
        lines.add_wrapped(Rank::Detail, &text, 2);
    }
}

/// The fusions in columns; those that matter least go first when the line would be too long.
fn table(document: &Document, width: usize) -> Vec<String> {
    let fusions = &document.fusions;
    let mut names = vec!["FUSIONS", "junction", "variant", "frame", "evidence", "fragments", FRACTION, AMONG, "qual", "filter"];
    if !fusions.iter().any(|fusion| isoforms::share(document, fusion).is_some()) {
        names.retain(|name| *name != AMONG);
    }
    // A column in which all rows are equal is left out.
    if !fusions.iter().any(|fusion| fusion.evidence.as_deref().is_some_and(|evidence| evidence.contains('+'))) {
        names.retain(|name| *name != "evidence");
    }
    for dispensable in DISPENSABLE.iter().map(Some).chain([None]) {
        let table = rows(document, &names);
        match dispensable {
            Some(dispensable) if table.iter().any(|line| line.chars().count() > width) => names.retain(|name| name != dispensable),
            _ => return table,
        }
    }
    rows(document, &names)
}

fn rows(document: &Document, names: &[&str]) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = vec![names.iter().map(|&name| name.to_owned()).collect()];
    let cell = |fusion: &FusionRow, name: &str| match name {
        AMONG => percent(isoforms::share(document, fusion)),
        name => value(fusion, name),
    };
    rows.extend(document.fusions.iter().map(|fusion| names.iter().map(|name| cut(&cell(fusion, name), CELL)).collect()));
    columns(&rows)
}

fn value(fusion: &FusionRow, column: &str) -> String {
    match column {
        "FUSIONS" => format!("  {}", fusion.fusion.cell()),
        // A DNA break only implies which exons the transcript joins.
        "junction" if fusion.exon_junction.is_some() && is_implied(fusion) => format!("{} (implied)", fusion.exon_junction.cell()),
        "junction" => fusion.exon_junction.cell(),
        "variant" => fusion.variant.cell(),
        "frame" => fusion.frame.cell(),
        "evidence" => fusion.evidence.cell(),
        "fragments" => fusion.fragments.cell(),
        FRACTION => percent(fusion.allele_fraction.map(Fraction::value)),
        "qual" => fusion.qual.cell(),
        _ => fusion.filter.cell(),
    }
}

/// Whether no RNA shows the junction.
fn is_implied(fusion: &FusionRow) -> bool {
    fusion.evidence.as_deref() == Some("dna")
}

/// A line on a break that no read shows to the base.
fn interval(fusion: &FusionRow) -> Option<String> {
    let places = [&fusion.breakpoint5, &fusion.breakpoint3].map(|place| place.as_deref().map_or(".".to_owned(), one_line));
    (fusion.slack_bp > 0).then(|| format!("    breaks within {} bases of {} and {}", fusion.slack_bp, places[0], places[1]))
}

/// A line on what the sample's other material holds against a fusion.
fn contradiction(fusion: &FusionRow) -> Option<String> {
    let text = fusion.contradiction.as_deref()?;
    let junction = fusion.exon_junction.as_deref().map_or(String::new(), |junction| format!(" {}", one_line(junction)));
    Some(format!("    {}{junction}: contradicted, {}", one_line(&fusion.fusion), one_line(text)))
}

/// A line on clipped reads that agree with each other at a kinase but whose partner was not placed: no call, and no negative either.
fn loose_end(candidate: &FusionRow) -> Option<String> {
    let unplaced = candidate.filter.split(';').any(|flag| flag == "unplaced_partner");
    let (gene, place) = (candidate.gene3.as_ref()?, candidate.breakpoint3.as_ref()?);
    (unplaced && candidate.fragments >= MIN_LOOSE_FRAGMENTS).then(|| {
        let (gene, place) = (one_line(gene), one_line(place));
        format!(
            "  {gene}: {} fragments end alike at {place} in bases without a place; not a call, see candidates.tsv.gz",
            candidate.fragments
        )
    })
}

/// A line on RNA that shows more of a kinase's 3' part: what a break-apart test would show, without a partner.
fn imbalance(found: &Imbalance) -> String {
    format!(
        "  {}: {} times as much RNA behind {} as before it (95 % {}-{}); a partner was not found; not a call",
        one_line(&found.gene),
        found.fold,
        one_line(&found.region),
        found.fold_low,
        found.fold_high
    )
}
