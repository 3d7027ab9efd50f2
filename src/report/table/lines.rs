//! Lines of a bounded width and number: what matters least goes first.

use crate::terminal::one_line;

/// How much a line matters; the last ones go first when there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Stays in any case.
    Finding,
    /// Details of a finding.
    Detail,
    /// Text that the files also have.
    More,
    /// What labels and trials say of a drug: it must not take the room of what warns.
    Label,
}

/// Lines that are collected for a terminal of some width.
#[derive(Debug)]
pub(super) struct Lines {
    width: usize,
    /// Texts of one line or more, which stay or go together.
    all: Vec<(Rank, Vec<String>)>,
}

/// What a line that is cut ends with.
const CUT: &str = "…";

impl Lines {
    pub(super) fn new(width: usize) -> Self {
        Self { width, all: Vec::new() }
    }

    /// Adds a line, cut at the width.
    pub(super) fn add(&mut self, rank: Rank, line: impl AsRef<str>) {
        self.all.push((rank, vec![cut(line.as_ref(), self.width)]));
    }

    /// Adds a text in at most so many lines; those behind the first are set in by six more blanks than it.
    pub(super) fn add_wrapped(&mut self, rank: Rank, text: &str, most: usize) {
        self.all.push((rank, wrapped(text, self.width, most)));
    }

    /// Adds a blank line before what follows.
    pub(super) fn blank(&mut self) {
        self.add(Rank::Finding, "");
    }

    fn count(&self) -> usize {
        self.all.iter().map(|(_, lines)| lines.len()).sum()
    }

    /// The text, cut to a number of lines: the least important go first, the last ones before others, and a line says where they can be read.
    pub(super) fn text(mut self, most: usize, elsewhere: &str) -> String {
        let before = self.count();
        while self.count() + usize::from(self.count() < before) > most {
            let least = self.all.iter().map(|(rank, _)| *rank).max().filter(|rank| *rank != Rank::Finding);
            let Some(at) = least.and_then(|least| self.all.iter().rposition(|(rank, _)| *rank == least)) else { break };
            self.all.remove(at);
        }
        let left_out = before - self.count();
        if left_out > 0 {
            let line = format!("  {left_out} more line{}: {}", if left_out == 1 { "" } else { "s" }, one_line(elsewhere));
            self.add(Rank::Finding, line);
        }
        let lines: Vec<String> = self.all.into_iter().flat_map(|(_, lines)| lines).map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n") + "\n"
    }
}

/// The line, or as much of it as has room.
pub(super) fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width.saturating_sub(1)).chain(CUT.chars()).collect()
}

/// The text in lines of at most this width, broken at blanks; the last one is cut where there are more than `most`.
pub(super) fn wrapped(text: &str, width: usize, most: usize) -> Vec<String> {
    const HANGING: usize = 6;
    let margin: String = text.chars().take_while(|c| *c == ' ').collect();
    let inner = format!("{margin}{}", " ".repeat(HANGING));
    let mut lines: Vec<String> = vec![margin];
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let fits = is_empty || lines[last].chars().count() + 1 + word.chars().count() <= width;
        if fits || lines.len() == most {
            let blank = if is_empty { "" } else { " " };
            lines[last] = format!("{}{blank}{word}", lines[last]);
        } else {
            lines.push(format!("{inner}{word}"));
        }
        is_empty = false;
    }
    let last = lines.len() - 1;
    lines[last] = cut(&lines[last], width);
    lines
}

/// Rows in columns, each as wide as its widest cell; the first row is the heading. The last cell of a shorter row runs over those that it
/// does not have.
pub(super) fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let counts = |row: &&Vec<String>, column: usize| row.len() == count || row.len() != column + 1;
    let width =
        |column: usize| rows.iter().filter(|row| counts(row, column)).map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = widths.iter().enumerate().map(|(column, width)| format!("{:<width$}", cell(row, column))).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_broken_at_blanks_and_cut_at_its_last_line() {
        let text = "    void: one two three four five six";
        assert_eq!(wrapped(text, 20, 9), ["    void: one two", "          three four", "          five six"]);
        assert_eq!(wrapped(text, 20, 2), ["    void: one two", "          three fou…"]);
        assert_eq!(wrapped("  short", 20, 2), ["  short"]);
    }

    #[test]
    fn the_end_of_a_shorter_row_widens_no_column() {
        let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
        assert_eq!(columns(&[row(&["a", "b", "c"]), row(&["x", "a long reason"])]), ["a  b  c", "x  a long reason"]);
    }

    #[test]
    fn what_matters_least_goes_first_and_it_is_said() {
        let mut lines = Lines::new(40);
        for (rank, text) in [(Rank::Finding, "a"), (Rank::More, "b"), (Rank::Detail, "c"), (Rank::More, "d"), (Rank::Finding, "e")] {
            lines.add(rank, text);
        }
        assert_eq!(lines.text(4, "S.kinfuse.json"), "a\nc\ne\n  2 more lines: S.kinfuse.json\n");
    }
}
