//! Drawings of detectability: the places at which each kinase can break, and the 5'/3' balance.

use super::lang::fill;
use super::numbers::{name, percent};
use super::phrases::Phrases;
use crate::drawing::{text_width, Anchor, Drawing, Scale};
use crate::report::absence::Absence;
use crate::report::drawing_data::DrawnBalance;
use crate::report::rows::{DetectabilityRow, Fraction};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 62.0;
/// Boxes in a line, and their size.
const IN_LINE: usize = 8;
const BOX: (f64, f64) = (78.0, 34.0);
const GAP: f64 = 4.0;

/// The note of a place, if it is not one of the usual ones.
const SELDOM: &str = "fusions seldom break here";

/// Whether fusions usually break at a place.
pub fn is_usual(place: &DetectabilityRow) -> bool {
    !place.note.as_deref().is_some_and(|note| note.contains(SELDOM))
}

/// Shares of a known and of a novel fusion that would have been seen.
pub fn lod95(place: &DetectabilityRow) -> [Option<f64>; 2] {
    [place.lod95_known, place.lod95_novel].map(|share| share.map(Fraction::value))
}

/// All places, a row (or more) a kinase; of several libraries one below the other. `None` without any place.
pub fn draw(id: &str, targets: &[String], places: &[DetectabilityRow], phrases: &Phrases) -> Option<Drawing> {
    if places.is_empty() {
        return None;
    }
    let count = |absence: Absence| places.iter().filter(|place| Absence::of_word(&place.verdict) == absence).count();
    let counts = Absence::ALL.map(|absence| (absence, count(absence)));
    let counts: Vec<String> = counts.iter().map(|(absence, count)| format!("{} {count}", absence.said(phrases.lang))).collect();
    let description = fill(phrases.figure_strip_text, &[&counts[..3].join(", ")]);
    let mut drawing = Drawing::new(id, phrases.figure_strip, &description, WIDTH, 100.0);
    let mut y = 8.0;
    let assays: Vec<&str> = places.iter().fold(Vec::new(), |mut list, place| {
        if !list.contains(&place.assay.as_str()) {
            list.push(&place.assay);
        }
        list
    });
    for gene in targets {
        for assay in &assays {
            let own: Vec<&DetectabilityRow> = places.iter().filter(|place| place.gene == *gene && place.assay == **assay).collect();
            if own.is_empty() {
                continue;
            }
            drawing.text("head", (4.0, y + 15.0), Anchor::Start, &name(gene));
            if assays.len() > 1 {
                drawing.text("small", (4.0, y + 28.0), Anchor::Start, &name(assay));
            }
            for line in own.chunks(IN_LINE) {
                for (at, place) in line.iter().enumerate() {
                    one(&mut drawing, place, LEFT + at as f64 * (BOX.0 + GAP), y, phrases);
                }
                y += BOX.1 + GAP;
            }
            y += 4.0;
        }
    }
    let mut x = LEFT;
    for absence in &Absence::ALL[..3] {
        let (class, word) = (look(*absence).0, absence.said(phrases.lang));
        drawing.rect(class, x, y + 4.0, 14.0, 12.0);
        drawing.text("note", (x + 20.0, y + 14.0), Anchor::Start, word);
        x += 34.0 + text_width(word, 11.5);
    }
    let seldom = format!("( ) {}", phrases.seldom);
    if x + text_width(&seldom, 11.5) > WIDTH {
        (x, y) = (LEFT, y + 18.0);
    }
    drawing.text("note", (x, y + 14.0), Anchor::Start, &seldom);
    drawing.set_height(y + 24.0);
    Some(drawing)
}

fn one(drawing: &mut Drawing, place: &DetectabilityRow, x: f64, y: f64, phrases: &Phrases) {
    let absence = Absence::of_word(&place.verdict);
    let (class, mark) = look(absence);
    let share = lod95(place)[0].map_or_else(|| "\u{2013}".to_owned(), percent);
    let region = short(&place.region);
    let region = if is_usual(place) { region } else { format!("({region})") };
    let word = absence.said(phrases.lang);
    drawing.titled(&format!("{} {}: {word}, {share}", name(&place.gene), name(&place.region)), |drawing| {
        drawing.rect(class, x, y, BOX.0, BOX.1);
        drawing.text("small", (x + 5.0, y + 13.0), Anchor::Start, &region);
        drawing.text("small", (x + BOX.0 - 5.0, y + 13.0), Anchor::End, mark);
        drawing.text("", (x + 5.0, y + 28.0), Anchor::Start, &share);
    });
}

/// Class and mark of a box.
fn look(absence: Absence) -> (&'static str, &'static str) {
    match absence {
        Absence::Informative => ("good-box", "\u{2713}"),
        Absence::Limited => ("warn-box", "~"),
        Absence::NotInformative | Absence::NotJudged => ("bad-box", "\u{2715}"),
    }
}

/// `i19` and `j19|20` in the place of `intron 19` and `junction 19|20`, which a box has no room for.
fn short(region: &str) -> String {
    name(region).replace("intron ", "intron\u{a0}").replace("junction ", "")
}

/// The balances on a logarithmic axis; `None` without any.
pub fn balance(id: &str, balances: &[DrawnBalance], phrases: &Phrases) -> Option<Drawing> {
    if balances.is_empty() {
        return None;
    }
    let figures = |balance: &DrawnBalance| {
        let numbers = [balance.fold, balance.fold_low, balance.fold_high].map(|fold| format!("{fold}"));
        fill(phrases.balance_item, &[&name(&balance.gene), &numbers[0], &numbers[1], &numbers[2], &name(&balance.region)])
    };
    let list: Vec<String> = balances.iter().map(figures).collect();
    let floor = 26.0 + 26.0 * balances.len() as f64;
    let description = fill(phrases.figure_balance_text, &[&list.join(" ")]);
    let mut drawing = Drawing::new(id, phrases.figure_balance, &description, WIDTH, floor + 44.0);
    let across = Scale::log((0.02, 200.0), (LEFT + 130.0, WIDTH - 16.0));
    for (fold, label) in [(0.1, "0.1"), (1.0, "1"), (10.0, "10"), (100.0, "100")] {
        drawing.line("grid", (across.at(fold), 20.0), (across.at(fold), floor));
        drawing.text("small", (across.at(fold), floor + 14.0), Anchor::Middle, label);
    }
    // More than the two copies of a gene can differ by: the lower end of an interval above it is told.
    drawing.line("limit", (across.at(2.0), 20.0), (across.at(2.0), floor));
    drawing.text("small", (across.at(2.0) + 4.0, 14.0), Anchor::Start, &format!("{} 2", phrases.balance_limit));
    drawing.text("note", (f64::midpoint(LEFT + 130.0, WIDTH - 16.0), floor + 32.0), Anchor::Middle, phrases.axis_fold);
    for (at, balance) in balances.iter().enumerate() {
        let y = 34.0 + 26.0 * at as f64;
        drawing.text("head", (4.0, y + 4.0), Anchor::Start, &name(&balance.gene));
        drawing.text("note", (LEFT, y + 4.0), Anchor::Start, &name(&balance.region));
        let (low, high) = (across.at(balance.fold_low), across.at(balance.fold_high));
        drawing.path("interval", &format!("M{low:.1} {:.1}v10m0 -5H{high:.1}m0 -5v10", y - 5.0));
        let class = if balance.fold_low > 2.0 { "dot-bad" } else { "dot" };
        drawing.circle(class, (across.at(balance.fold), y), 5.0);
    }
    Some(drawing)
}
