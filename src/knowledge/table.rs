//! A tab-separated table with comment lines and named columns.

use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use crate::error::{Error, Result};

/// The table as text; rows keep their line for messages.
#[derive(Debug)]
pub(crate) struct Table {
    path: PathBuf,
    version: String,
    checksum: String,
    columns: Vec<String>,
    rows: Vec<(usize, Vec<String>)>,
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TsvRow<'t> {
    table: &'t Table,
    line: usize,
    fields: &'t [String],
}

impl Table {
    /// Splits the text; `path` is for messages. Lines that begin with `#` and empty lines are left out.
    pub(crate) fn parse(path: &Path, text: &str) -> Self {
        let split = |line: &str| line.split('\t').map(|field| field.trim().to_owned()).collect::<Vec<_>>();
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.starts_with('#') && !line.trim().is_empty());
        let columns = lines.next().map(|(line, _)| split(line)).unwrap_or_default();
        let rows = lines.map(|(line, number)| (number, split(line))).collect();
        Self { path: path.to_owned(), version: version(text), checksum: checksum(text), columns, rows }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = TsvRow<'_>> {
        self.rows.iter().map(|(line, fields)| TsvRow { table: self, line: *line, fields })
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The version that the table states, else the first digits of its MD5 sum.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// The first digits of its MD5 sum.
    pub(super) fn checksum(&self) -> &str {
        &self.checksum
    }

    /// Checks that the columns without which no row means anything are there.
    pub(crate) fn require(&self, columns: &[&str]) -> Result<()> {
        match columns.iter().find(|name| !self.columns.iter().any(|column| column == *name)) {
            None => Ok(()),
            Some(name) => {
                Err(Error::input(&self.path, format!("no column {name}"), "name the columns in the first line, separated by tabs"))
            }
        }
    }
}

/// The version that a table's text states, else the first digits of its MD5 sum.
pub(super) fn version(text: &str) -> String {
    let stated = text.lines().take_while(|line| line.starts_with('#')).find_map(|line| line.strip_prefix("# version:"));
    stated.map_or_else(|| checksum(text), |version| version.trim().to_owned())
}

/// The first twelve hexadecimal digits of the MD5 sum of a text.
pub(super) fn checksum(text: &str) -> String {
    Md5::digest(text.as_bytes()).iter().take(6).fold(String::new(), |sum, byte| sum + &format!("{byte:02x}"))
}

impl<'t> TsvRow<'t> {
    /// The field of a column; blank where the table has no such column.
    pub(crate) fn get(&self, column: &str) -> &'t str {
        let index = self.table.columns.iter().position(|name| name == column);
        index.and_then(|index| self.fields.get(index)).map_or("", String::as_str)
    }

    /// The field, or `None` where it is blank.
    pub(crate) fn some(&self, column: &str) -> Option<String> {
        Some(self.get(column)).filter(|field| !field.is_empty()).map(str::to_owned)
    }

    /// The field, which must not be blank.
    pub(crate) fn required(&self, column: &str) -> Result<&'t str> {
        let field = self.get(column);
        if field.is_empty() {
            return Err(self.error(format!("column {column} is blank"), "fill it in"));
        }
        Ok(field)
    }

    /// The 1-based line.
    pub(crate) fn line(&self) -> usize {
        self.line
    }

    /// An error that names the file and the line.
    pub(crate) fn error(&self, problem: impl Into<String>, remedy: &str) -> Error {
        Error::Line { path: self.table.path.clone(), line: self.line, problem: problem.into(), remedy: remedy.to_owned() }
    }
}
