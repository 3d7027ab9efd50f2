//! One line of `candidates.tsv.gz`: that of a fusion, and the names of the reads that show it.

use super::{escaped, Cell, FusionRow, Row};

/// Columns of a fusion, and this one.
const COUNT: usize = FusionRow::COLUMNS.len() + 1;
const COLUMNS: [&str; COUNT] = {
    let mut all = ["read_names"; COUNT];
    let mut at = 0;
    while at < FusionRow::COLUMNS.len() {
        all[at] = FusionRow::COLUMNS[at];
        at += 1;
    }
    all
};

/// A candidate as the table has it.
#[derive(Debug, Clone, Copy)]
pub struct CandidateRow<'a> {
    /// The fusion.
    pub fusion: &'a FusionRow,
    /// Names of reads that show it, as [`read_name`] writes them.
    pub read_names: &'a [String],
}

impl Row for CandidateRow<'_> {
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(&self) -> Vec<String> {
        let mut cells = self.fusion.cells();
        cells.push(self.read_names.join(",").cell());
        cells
    }
}

/// A read's name as a list can hold it: what cannot be seen is written out, `%` and `,` are `%25` and `%2C`.
pub fn read_name(name: &[u8]) -> String {
    escaped(&String::from_utf8_lossy(name).replace('%', "%25").replace(',', "%2C"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn names_stand_behind_the_columns_of_a_fusion_and_break_no_list() {
        let fusion = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        let names = [read_name(b"A00:1:2"), read_name(b"a,b%\x1b[2J")];
        let row = CandidateRow { fusion: &fusion, read_names: &names };
        assert_eq!(CandidateRow::COLUMNS.len(), row.cells().len());
        assert_eq!(CandidateRow::COLUMNS.last(), Some(&"read_names"));
        assert_eq!(row.cells().last().map(String::as_str), Some(r"A00:1:2,a%2Cb%25\u{1b}[2J"));
        assert_eq!(CandidateRow { fusion: &fusion, read_names: &[] }.cells().last().map(String::as_str), Some("."));
    }
}
