//! `candidates.tsv.gz`: all candidates, called or rejected, as rows of `fusions.tsv`, with what `kinfuse report` needs to renew them.
//!
//! ```text
//!   Fusion -> CandidateEntry (row, naming, breakends) --write--> candidates.tsv.gz --read--> CandidateEntry
//! ```
//!
//! The document of results (`kinfuse.json`) holds their number and checksum only, so that it stays small however noisy a sample is.

use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::rows::{Cell, FusionRow, ParseRow, TableRow};
use super::tsv;
use super::vcf::BreakendEntry;
use crate::error::{Error, Result};
use crate::fusion::naming::Naming;
use crate::fusion::score::Terms;
use crate::terminal::{is_invisible, one_line};
use crate::text;

/// End of the file's name.
pub const SUFFIX: &str = "candidates.tsv.gz";

/// Largest table that is read, unpacked; of 17,000 candidates one has 30 MB.
const MAX_BYTES: u64 = 1 << 28;

/// What to do where the table is missing or another one.
const REMEDY: &str = "put the candidates.tsv.gz that was written with it into the same folder, or run `kinfuse call` again";

/// A possible fusion with what is asked again when tables change.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateEntry {
    /// Its row.
    pub row: FusionRow,
    /// Names of reads that show it, at most 100, sorted, as [`read_name`] writes them.
    pub read_names: Vec<String>,
    /// What its quality is made of; none where nothing can tell, or in a table of version 2.0.
    pub quality_terms: Option<Terms>,
    /// What the tables are asked about it.
    pub naming: Naming,
    /// Its records in the VCF; none where it is not listed.
    pub breakends: Vec<BreakendEntry>,
}

const WITH: usize = FusionRow::COLUMNS.len();

const COLUMNS: [&str; WITH + 4] = {
    let mut columns = ["read_names"; WITH + 4];
    let mut at = 0;
    while at < WITH {
        columns[at] = FusionRow::COLUMNS[at];
        at += 1;
    }
    columns[WITH + 1] = "quality_terms";
    columns[WITH + 2] = "naming";
    columns[WITH + 3] = "breakends";
    columns
};

impl TableRow for CandidateEntry {
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(&self) -> Vec<String> {
        let mut cells = self.row.cells();
        cells.extend([
            self.read_names.join(",").cell(),
            self.quality_terms.map_or_else(|| ".".to_owned(), |terms| json_cell(&terms)),
            json_cell(&self.naming),
            if self.breakends.is_empty() { ".".to_owned() } else { json_cell(&self.breakends) },
        ]);
        cells
    }
}

/// A read's name as a list can hold it: what cannot be seen is written out, `%` and `,` are `%25` and `%2C`.
pub fn read_name(name: &[u8]) -> String {
    one_line(&String::from_utf8_lossy(name).replace('%', "%25").replace(',', "%2C"))
}

/// Compact JSON in which no character can break a cell or a terminal.
fn json_cell(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut cell = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            let mut units = [0; 2];
            cell.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            cell.push(c);
        }
    }
    cell
}

/// What the document says of the table beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CandidateTable {
    /// Number of candidates.
    pub count: u64,
    /// MD5 sum of the unpacked table.
    pub md5: String,
}

impl CandidateTable {
    /// That of these candidates.
    pub fn of(candidates: &[CandidateEntry]) -> Self {
        let mut text = Vec::new();
        // Writing to memory cannot fail; a table that could not be made has a sum that no file has.
        let written = tsv::write(&mut text, candidates).is_ok();
        Self { count: candidates.len() as u64, md5: if written { sum(&text) } else { String::new() } }
    }
}

fn sum(text: &[u8]) -> String {
    format!("{:x}", Md5::digest(text))
}

/// Where the table of a document lies: in the same folder, under the same name up to its suffix.
pub fn beside(document: &Path, prefix: &str) -> PathBuf {
    let name = document.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bare = name.strip_suffix(".gz").unwrap_or(&name);
    document.with_file_name(format!("{}.{SUFFIX}", bare.strip_suffix(".kinfuse.json").unwrap_or(prefix)))
}

/// Reads the table at `path`, which the document describes as `expected`.
///
/// # Errors
/// When there is none, it cannot be read, or it is not the one that was written with the document.
pub fn read(path: &Path, expected: &CandidateTable) -> Result<Vec<CandidateEntry>> {
    if !path.is_file() {
        return Err(Error::input(path, "is not there, the table that belongs to the kinfuse.json", REMEDY));
    }
    let text = text::read(path, MAX_BYTES, REMEDY)?;
    if sum(text.as_bytes()) != expected.md5 {
        return Err(Error::input(path, "is not the table that was written with the kinfuse.json", REMEDY));
    }
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let wrong = |number: usize, column: &str| Error::Line {
        path: path.to_owned(),
        line: number,
        problem: format!("column {column} is missing or wrong"),
        remedy: REMEDY.to_owned(),
    };
    let line = |(line, number): (&str, usize)| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |name: &str| columns.iter().position(|column| *column == name).and_then(|at| cells.get(at).copied());
        let row = FusionRow::read(cell).map_err(|column| wrong(number, column))?;
        let naming = cell("naming").and_then(of_json).ok_or_else(|| wrong(number, "naming"))?;
        let quality_terms = match cell("quality_terms") {
            None | Some(".") => None,
            Some(terms) => Some(of_json(terms).ok_or_else(|| wrong(number, "quality_terms"))?),
        };
        let breakends: Option<Vec<BreakendEntry>> = match cell("breakends") {
            Some(".") => Some(Vec::new()),
            other => other.and_then(of_json),
        };
        let breakends = breakends.filter(|ends| ends.iter().all(BreakendEntry::is_sound));
        let read_names = match cell("read_names") {
            Some(".") => Vec::new(),
            other => other.ok_or_else(|| wrong(number, "read_names"))?.split(',').map(str::to_owned).collect(),
        };
        Ok(CandidateEntry { row, read_names, quality_terms, naming, breakends: breakends.ok_or_else(|| wrong(number, "breakends"))? })
    };
    lines.zip(2..).map(line).collect()
}

fn of_json<T: DeserializeOwned>(cell: &str) -> Option<T> {
    serde_json::from_str(cell).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn candidates() -> Vec<CandidateEntry> {
        let (chrom, alt) = ("HLA-A*01:01".to_owned(), "]x:1]T".to_owned());
        let breakend = BreakendEntry { chrom, r#ref: "T".to_owned(), alt, ..BreakendEntry::default() };
        let mut strange = fixture::eml4_alk();
        strange.five.gene = Some("E\u{1b}[2J\u{202e}".to_owned());
        let naming = Naming { partner: strange.five.gene.clone(), ..Naming::default() };
        let row = |fusion| FusionRow::new("S\t1", fusion, &fixture::contigs());
        vec![
            CandidateEntry {
                row: row(&strange),
                read_names: vec![read_name(b"A00:1:2"), read_name(b"a,b%\x1b[2J")],
                quality_terms: None,
                naming,
                breakends: vec![breakend],
            },
            CandidateEntry {
                row: row(&fixture::unplaced()),
                read_names: Vec::new(),
                quality_terms: None,
                naming: Naming::default(),
                breakends: Vec::new(),
            },
        ]
    }

    fn written(candidates: &[CandidateEntry], name: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("tests can write to the temporary folder");
        let path = dir.path().join(name);
        let file = std::fs::File::create(&path).expect("the folder takes it");
        tsv::write_gzip(file, candidates).expect("the file takes the table");
        (dir, path)
    }

    #[test]
    fn a_breakend_that_no_vcf_can_hold_is_refused() {
        for alt in ["T\tx", "]x:1]T\n", "]x:1[T", "]x]T", "T", ".", "<DEL>"] {
            let mut list = candidates();
            list[0].breakends[0].alt = alt.to_owned();
            let (_dir, path) = written(&list, "S.candidates.tsv.gz");
            let told = read(&path, &CandidateTable::of(&list)).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(told.contains("line 2: column breakends"), "{alt:?}: {told}");
        }
    }

    #[test]
    fn candidates_come_back_and_give_the_same_table() {
        let (_dir, path) = written(&candidates(), "S.candidates.tsv.gz");
        let table = CandidateTable::of(&candidates());
        let back = read(&path, &table).expect("it was just written");
        assert_eq!(CandidateTable::of(&back), table);
        let asked = |list: &[CandidateEntry]| {
            list.iter().map(|one| (one.read_names.clone(), one.naming.clone(), one.breakends.clone())).collect::<Vec<_>>()
        };
        assert_eq!(asked(&back), asked(&candidates()));
        assert!(back[0].read_names[1].contains(r"a%2Cb%25\u{1b}[2J"), "{:?}", back[0].read_names);
        let cells = back[0].cells().join("\t");
        assert!(!cells.contains(|c: char| is_invisible(c) && c != '\t'), "{cells:?}");
    }

    #[test]
    fn another_table_is_refused_and_a_missing_one_is_named() {
        let (dir, path) = written(&candidates()[..1], "S.candidates.tsv.gz");
        let told = |path: &Path| read(path, &CandidateTable::of(&candidates())).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told(&path).contains("is not the table that was written with"), "{}", told(&path));
        let missing = dir.path().join("T.candidates.tsv.gz");
        assert!(told(&missing).contains("is not there") && told(&missing).contains("same folder"), "{}", told(&missing));
    }

    #[test]
    fn the_table_has_the_documents_name() {
        let at = |name: &str| beside(Path::new(name), "S").to_string_lossy().into_owned();
        assert_eq!(at("x/P1.kinfuse.json"), "x/P1.candidates.tsv.gz");
        assert_eq!(at("x/P1.kinfuse.json.gz"), "x/P1.candidates.tsv.gz");
        assert_eq!(at("x/renamed.json"), "x/S.candidates.tsv.gz");
    }
}
