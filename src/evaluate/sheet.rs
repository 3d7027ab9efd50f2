//! A tab-separated table with named columns, as other programs write them: the header may begin with `#`, and `##` lines are
//! comments.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::report::rows::TableRow;

/// The table; cells stay text.
#[derive(Debug)]
pub struct Sheet {
    path: PathBuf,
    columns: FxHashMap<String, usize>,
    rows: Vec<(usize, Vec<String>)>,
}

/// One line of it.
#[derive(Debug, Clone, Copy)]
pub struct Line<'s> {
    sheet: &'s Sheet,
    number: usize,
    cells: &'s [String],
}

impl Sheet {
    /// Splits the text; `path` is for messages.
    pub fn parse(path: &Path, text: &str) -> Self {
        let split = |line: &str| line.trim_end_matches('\r').split('\t').map(str::to_owned).collect::<Vec<_>>();
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with("##") && !line.trim().is_empty());
        let header = lines.next().map(|(line, _)| split(line.trim_start_matches('#'))).unwrap_or_default();
        let rows = lines.map(|(line, number)| (number, split(line))).collect();
        Self { path: path.to_owned(), columns: header.into_iter().zip(0..).collect(), rows }
    }

    /// The table of rows that are at hand already.
    pub fn of_rows<R: TableRow>(path: &Path, rows: &[R]) -> Self {
        Self {
            path: path.to_owned(),
            columns: R::COLUMNS.iter().map(|&column| column.to_owned()).zip(0..).collect(),
            rows: rows.iter().map(TableRow::cells).enumerate().map(|(index, cells)| (index + 1, cells)).collect(),
        }
    }

    /// The lines behind the header.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.rows.iter().map(|(number, cells)| Line { sheet: self, number: *number, cells })
    }

    /// Checks that these columns are there.
    ///
    /// # Errors
    /// Names the first column that is not.
    pub fn require(&self, columns: &[&str]) -> Result<()> {
        match columns.iter().find(|&&column| !self.columns.contains_key(column)) {
            None => Ok(()),
            Some(column) => Err(Error::input(&self.path, format!("has no column {column}"), "give the table as its program wrote it")),
        }
    }
}

impl<'s> Line<'s> {
    /// The cell, or `None` where it is missing (`.`, `NA`, blank) or the table has no such column.
    pub fn get(&self, column: &str) -> Option<&'s str> {
        let cell = self.cells.get(*self.sheet.columns.get(column)?)?.trim();
        (!matches!(cell, "" | "." | "NA")).then_some(cell)
    }

    /// The cell as text of its own.
    pub fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// The cell as a number; `None` where it is missing.
    ///
    /// # Errors
    /// When there is something else than a number.
    pub fn number<N: std::str::FromStr>(&self, column: &str) -> Result<Option<N>> {
        self.get(column)
            .map(|cell| cell.parse().map_err(|_| self.error(format!("{column} is {cell:?}, not a number of the right kind"))))
            .transpose()
    }

    /// The cell, which must be there.
    ///
    /// # Errors
    /// When it is missing.
    pub fn required(&self, column: &str) -> Result<&'s str> {
        self.get(column).ok_or_else(|| self.error(format!("column {column} is missing or blank")))
    }

    /// An error that names the file and the line.
    pub fn error(&self, problem: impl Into<String>) -> Error {
        Error::Line {
            path: self.sheet.path.clone(),
            line: self.number,
            problem: problem.into(),
            remedy: "give the table as its program wrote it".to_owned(),
        }
    }
}
