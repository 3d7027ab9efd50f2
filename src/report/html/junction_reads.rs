//! The reads over a junction, base by base, as lines of fixed-width text.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::genes::title;
use super::lang::fill;
use super::numbers::name;
use super::phrases::Phrases;
use super::summary::unit;
use crate::drawing::{escaped, Anchor, Drawing};
use crate::report::candidates::read_name;
use crate::report::drawing_data::{ReadRow, ReadsAtJunction};
use crate::report::rows::FusionRow;

/// The panel of one fusion; empty where the page shows the fusion in part.
#[derive(Default)]
pub struct ReadsPanel {
    /// The lines as HTML, escaped here; empty where no read is drawn.
    pub lines: String,
    /// Letters before the middle of the junction.
    pub middle: usize,
    /// How many molecules are drawn and how many are not.
    pub told: String,
    /// Names of the reads that are drawn, in the order of the lines, then of those that are not, as far as the table of candidates has them.
    pub names: Vec<String>,
}

/// Lays the reads out.
pub fn panel(reads: &ReadsAtJunction, row: &FusionRow, listed: &[String], phrases: &Phrases) -> ReadsPanel {
    let told = told(reads, row, phrases);
    let drawn: BTreeSet<String> = reads.rows.iter().map(|row| read_name(row.name.as_bytes())).collect();
    let others = listed.iter().filter(|listed| !drawn.contains(*listed)).map(|listed| name(listed));
    let names = reads.rows.iter().map(|row| name(&row.name)).chain(others).collect();
    if reads.rows.is_empty() {
        return ReadsPanel { lines: String::new(), middle: 0, told, names };
    }
    let widths = Widths::of(reads);
    let mut lines = String::new();
    let _ = writeln!(lines, "<span class=\"most\">{}</span>", line(NO_HEAD, &most(reads), reads, &widths));
    for row in &reads.rows {
        let _ = writeln!(lines, "{}", line(&head(row), row, reads, &widths));
    }
    ReadsPanel { lines, middle: HEAD + widths.left + widths.inserted / 2, told, names }
}

/// The same as a drawing; `None` where no read is drawn.
pub fn draw(id: &str, reads: &ReadsAtJunction, row: &FusionRow, phrases: &Phrases) -> Option<Drawing> {
    if reads.rows.is_empty() {
        return None;
    }
    let widths = Widths::of(reads);
    let right = reads.rows.iter().map(|row| row.right.len()).max().unwrap_or(0).max(reads.right.len());
    let letters = (HEAD + widths.left + widths.inserted + right + 2) as f64;
    let title = fill(phrases.figure_junction, &[&title(row)]);
    let description = fill(phrases.figure_junction_text, &[&told(reads, row, phrases)]);
    let mut drawing = Drawing::new(id, &title, &description, letters * LETTER + 2.0 * EDGE, 100.0);
    drawing.text("head", (EDGE, 18.0), Anchor::Start, &title);
    let mut y = 40.0;
    let lines = std::iter::once(("mono most", most(reads), NO_HEAD.to_owned()))
        .chain(reads.rows.iter().map(|row| ("mono", row.clone(), head(row))));
    for (class, own, head) in lines {
        let is_most = class != "mono";
        let parts = laid_out(&head, &own, reads, &widths);
        let parts: Vec<(&str, &str)> = parts.iter().map(|stretch| (stretch.class_in_drawing(is_most), stretch.text.as_str())).collect();
        drawing.bases(class, (EDGE, y), &parts);
        y += LINE;
    }
    drawing.set_height(y);
    Some(drawing)
}

/// Width of a letter and height of a line in a drawing, at the size of its style.
const LETTER: f64 = 6.65;
const LINE: f64 = 14.0;
/// Blank space beside the lines of a drawing.
const EDGE: f64 = 8.0;
/// Letters before the bases of a line: strand and mate.
const HEAD: usize = 4;

/// In the place of strand and mate, before the bases of most reads.
const NO_HEAD: &str = "    ";

/// How many of the molecules are drawn, in the unit in which they are counted.
fn told(reads: &ReadsAtJunction, row: &FusionRow, phrases: &Phrases) -> String {
    let (drawn, left_out) = (reads.rows.len() as u32, reads.left_out);
    let mut said = fill(phrases.reads_shown, &[&row.fragments.to_string(), unit(row.units, phrases), &drawn.to_string()]);
    let beside = row.fragments.saturating_sub(drawn + left_out);
    for (count, phrase) in [(left_out, phrases.reads_left_out), (beside, phrases.reads_beside)] {
        if count > 0 {
            said = format!("{said} {}", fill(phrase, &[&count.to_string()]));
        }
    }
    said
}

/// The bases that most reads have, as a line.
fn most(reads: &ReadsAtJunction) -> ReadRow {
    ReadRow {
        name: String::new(),
        mate: 0,
        strand: String::new(),
        split: true,
        left: reads.left.clone(),
        inserted: reads.inserted.clone(),
        right: reads.right.clone(),
    }
}

/// Strand and mate of a read.
fn head(row: &ReadRow) -> String {
    let arrow = if row.strand == "-" { '\u{2190}' } else { '\u{2192}' };
    let mate = if row.mate == 0 { ' ' } else { char::from(b'0' + row.mate.min(9)) };
    format!(" {arrow}{mate} ")
}

struct Widths {
    left: usize,
    inserted: usize,
}

impl Widths {
    fn of(reads: &ReadsAtJunction) -> Self {
        Self {
            left: reads.rows.iter().map(|row| row.left.len()).max().unwrap_or(0).max(reads.left.len()),
            inserted: reads.rows.iter().map(|row| row.inserted.len()).max().unwrap_or(0).max(reads.inserted.len()),
        }
    }
}

/// Where a stretch of a line lies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LinePart {
    Head,
    Left,
    Joint,
    Inserted,
    Right,
}

/// Letters of a line of which the same is shown.
struct LineStretch {
    part: LinePart,
    /// Whether they are other bases than most reads have.
    differs: bool,
    text: String,
}

impl LineStretch {
    fn class_in_drawing(&self, is_most: bool) -> &'static str {
        match self.part {
            LinePart::Joint => "b-joint",
            _ if self.differs => "b-other",
            LinePart::Left if is_most => "b-five",
            LinePart::Inserted if is_most => "b-insert",
            LinePart::Right if is_most => "b-three",
            _ => "",
        }
    }

    fn class_on_page(&self) -> &'static str {
        match self.part {
            LinePart::Head => "",
            LinePart::Left => "l",
            LinePart::Joint => "j",
            LinePart::Inserted => "n",
            LinePart::Right => "r",
        }
    }
}

/// One line: the bases before the junction end at it, inserted ones stand between two marks.
fn laid_out(head: &str, row: &ReadRow, reads: &ReadsAtJunction, widths: &Widths) -> Vec<LineStretch> {
    let plain = |part: LinePart, text: String| LineStretch { part, differs: false, text };
    let joint = || plain(LinePart::Joint, "\u{2502}".to_owned());
    // Bases beyond the consensus have nothing to be compared with.
    let (skipped, beyond) = (reads.left.len().saturating_sub(row.left.len()), row.left.len().saturating_sub(reads.left.len()));
    let expected = [&vec![0; beyond], reads.left.as_bytes().get(skipped..).unwrap_or_default()].concat();
    let mut line = vec![plain(LinePart::Head, head.to_owned() + &" ".repeat(widths.left - row.left.len()))];
    line.extend(compared(LinePart::Left, &row.left, &expected));
    line.push(joint());
    if widths.inserted > 0 {
        line.extend(compared(LinePart::Inserted, &row.inserted, reads.inserted.as_bytes()));
        line.push(plain(LinePart::Inserted, " ".repeat(widths.inserted - row.inserted.len())));
        line.push(joint());
    }
    line.extend(compared(LinePart::Right, &row.right, reads.right.as_bytes()));
    line
}

/// Bases in stretches that are as expected, and stretches that are not.
fn compared(part: LinePart, own: &str, expected: &[u8]) -> Vec<LineStretch> {
    let mut stretches: Vec<LineStretch> = Vec::new();
    for (at, letter) in own.chars().enumerate() {
        let differs = expected.get(at).is_some_and(|other| *other != 0 && char::from(*other) != letter);
        match stretches.last_mut() {
            Some(last) if last.differs == differs => last.text.push(letter),
            _ => stretches.push(LineStretch { part, differs, text: letter.to_string() }),
        }
    }
    stretches
}

/// A line as HTML; each base that differs stands in a box.
fn line(head: &str, row: &ReadRow, reads: &ReadsAtJunction, widths: &Widths) -> String {
    let mut html = String::new();
    for part in laid_out(head, row, reads, widths).chunk_by(|x, y| x.part == y.part) {
        let mut inner = String::new();
        for stretch in part {
            if !stretch.differs {
                inner.push_str(&escaped(&stretch.text));
                continue;
            }
            for letter in stretch.text.chars() {
                let _ = write!(inner, "<b>{}</b>", escaped(&letter.to_string()));
            }
        }
        let _ = match part[0].class_on_page() {
            "" => write!(html, "{inner}"),
            class => write!(html, "<i class=\"{class}\">{inner}</i>"),
        };
    }
    html
}

#[cfg(test)]
mod tests {
    use super::super::lang::Lang;
    use super::*;
    use crate::report::fixture;

    #[test]
    fn bases_meet_at_the_junction_and_differences_are_boxed() {
        let row = |left: &str, inserted: &str, right: &str| ReadRow {
            name: "<b>r\u{202e}".to_owned(),
            mate: 2,
            strand: "-".to_owned(),
            split: true,
            left: left.to_owned(),
            inserted: inserted.to_owned(),
            right: right.to_owned(),
        };
        let reads = ReadsAtJunction {
            left: "ACGT".to_owned(),
            inserted: "A".to_owned(),
            right: "GGG".to_owned(),
            rows: vec![row("ACGT", "A", "GGG"), row("TT", "A", "GCG")],
            left_out: 3,
        };
        let counted = FusionRow { fragments: 10, ..FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs()) };
        let panel = panel(&reads, &counted, &["other".to_owned()], Lang::English.phrases());
        let plain: Vec<String> = panel
            .lines
            .lines()
            .map(|line| {
                let mut text = String::new();
                let mut inside = false;
                for c in line.chars() {
                    match c {
                        '<' => inside = true,
                        '>' => inside = false,
                        c if !inside => text.push(c),
                        _ => {}
                    }
                }
                text
            })
            .collect();
        assert_eq!(plain, ["    ACGT\u{2502}A\u{2502}GGG", " \u{2190}2 ACGT\u{2502}A\u{2502}GGG", " \u{2190}2   TT\u{2502}A\u{2502}GCG"]);
        assert_eq!(panel.lines.matches("<b>").count(), 2, "{}", panel.lines);
        assert_eq!(panel.middle, 8);
        for expected in ["Of the 10 fragments behind this fusion 2 are drawn", "3 more have a read", "5 have no read that shows both sides"]
        {
            assert!(panel.told.contains(expected), "{}", panel.told);
        }
        let svg = draw("x", &reads, &counted, Lang::English.phrases()).map(|drawing| drawing.inline()).unwrap_or_default();
        assert_eq!(svg.matches("b-other").count(), 2, "{svg}");
        assert!(!svg.contains("<b>") && svg.matches("class=\"mono").count() == 3, "{svg}");
        assert!(panel.names[0].contains("\\u{202e}") && panel.names.last().is_some_and(|name| name == "other"), "{:?}", panel.names);
    }
}
