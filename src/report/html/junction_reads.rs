//! The reads over a junction, base by base, as lines of fixed-width text.

use std::fmt::Write as _;

use super::lang::fill;
use super::numbers::name;
use super::phrases::Phrases;
use crate::drawing::escaped;
use crate::report::drawn::{ReadRow, ReadsAtJunction};

/// The panel of one fusion.
pub struct Panel {
    /// The lines as HTML, escaped here; empty where no read is drawn.
    pub lines: String,
    /// How many are drawn and how many are not.
    pub told: String,
    /// Read names in the order of the lines.
    pub names: Vec<String>,
}

/// Lays the reads out.
pub fn panel(reads: &ReadsAtJunction, pairs: u32, phrases: &Phrases) -> Panel {
    let pairs_said = if pairs > 0 { format!(" {}", fill(phrases.reads_pairs, &[&pairs.to_string()])) } else { String::new() };
    if reads.rows.is_empty() {
        return Panel { lines: String::new(), told: format!("{}{pairs_said}", phrases.reads_none), names: Vec::new() };
    }
    let widths = Widths {
        left: reads.rows.iter().map(|row| row.left.len()).max().unwrap_or(0).max(reads.left.len()),
        inserted: reads.rows.iter().map(|row| row.inserted.len()).max().unwrap_or(0).max(reads.inserted.len()),
    };
    let mut lines = String::new();
    let most = ReadRow {
        name: String::new(),
        mate: 0,
        strand: String::new(),
        split: true,
        left: reads.left.clone(),
        inserted: reads.inserted.clone(),
        right: reads.right.clone(),
    };
    let _ = writeln!(lines, "<span class=\"most\">{}</span>", line("    ", &most, reads, &widths));
    for row in &reads.rows {
        let arrow = if row.strand == "-" { '\u{2190}' } else { '\u{2192}' };
        let mate = if row.mate == 0 { ' ' } else { char::from(b'0' + row.mate.min(9)) };
        let _ = writeln!(lines, "{}", line(&format!(" {arrow}{mate} "), row, reads, &widths));
    }
    let told = fill(phrases.reads_shown, &[&reads.rows.len().to_string(), &reads.left_out.to_string()]);
    Panel { lines, told: told + &pairs_said, names: reads.rows.iter().map(|row| name(&row.name)).collect() }
}

struct Widths {
    left: usize,
    inserted: usize,
}

/// One line: the bases before the junction end at it, inserted ones stand between two marks.
fn line(head: &str, row: &ReadRow, reads: &ReadsAtJunction, widths: &Widths) -> String {
    let mut text = head.to_owned();
    text.push_str(&" ".repeat(widths.left - row.left.len()));
    let skipped = reads.left.len().saturating_sub(row.left.len());
    let expected = reads.left.as_bytes().get(skipped..).unwrap_or_default();
    // Bases beyond those that most reads have are compared with nothing.
    let beyond = row.left.len().saturating_sub(reads.left.len());
    text.push_str("<i class=\"l\">");
    bases(&mut text, row.left.as_bytes(), &[&vec![0; beyond], expected].concat());
    text.push_str("</i><i class=\"j\">\u{2502}</i>");
    if widths.inserted > 0 {
        text.push_str("<i class=\"n\">");
        bases(&mut text, row.inserted.as_bytes(), reads.inserted.as_bytes());
        text.push_str(&" ".repeat(widths.inserted - row.inserted.len()));
        text.push_str("</i><i class=\"j\">\u{2502}</i>");
    }
    text.push_str("<i class=\"r\">");
    bases(&mut text, row.right.as_bytes(), reads.right.as_bytes());
    text.push_str("</i>");
    text
}

/// Bases, those in a box that differ from what is expected.
fn bases(text: &mut String, own: &[u8], expected: &[u8]) {
    for (at, base) in own.iter().enumerate() {
        let letter = escaped(&char::from(*base).to_string());
        match expected.get(at) {
            Some(other) if *other != 0 && other != base => {
                let _ = write!(text, "<b>{letter}</b>");
            }
            _ => text.push_str(&letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lang::Lang;
    use super::*;

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
        let panel = panel(&reads, 5, Lang::English.phrases());
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
        assert!(panel.told.contains("2 reads") && panel.told.contains("3 more") && panel.told.contains("(5)"), "{}", panel.told);
        assert!(panel.names[0].contains("\\u{202e}"));
    }
}
