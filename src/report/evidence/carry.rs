//! The evidence files of a document that is written again: they come along into another folder.
//!
//! ```text
//!   report -o new old/S.kinfuse.json      old/S.evidence.bam, .bai --copied--> new/S.evidence.bam, .bai; new/S.igv.xml
//!   they are not beside the document:     the rows do not name them, and a warning says so
//! ```

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::session;
use crate::error::{Error, Result};
use crate::report::json::Document;
use crate::report::output::{file_prefix, Outputs};
use crate::terminal::one_line;

/// Ends of the names of indexes.
const INDEXES: [&str; 2] = ["bai", "csi"];

/// Evidence files of a document.
#[derive(Debug, Default)]
pub struct CarriedFiles {
    /// Files that are beside the document, by suffix, with their indexes.
    files: Vec<(String, PathBuf)>,
}

impl CarriedFiles {
    /// Looks for the evidence files beside the document, and takes the names of those that are not there out of its rows.
    pub fn find(path: &Path, document: &mut Document) -> Self {
        let start = format!("{}.", file_prefix(&document.sample));
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut carried = Self::default();
        let mut lost = Vec::new();
        for name in std::mem::take(&mut document.evidence_files) {
            // A document is anyone's: what it names must be a file of its sample, in its folder.
            let suffix = name.strip_prefix(&start).filter(|suffix| suffix.ends_with("evidence.bam") && !suffix.contains('/'));
            let file = folder.join(&name);
            let Some(suffix) = suffix.filter(|_| file.is_file()) else {
                lost.push(name);
                continue;
            };
            carried.files.push((suffix.to_owned(), file));
            let index = |end: &str| (format!("{suffix}.{end}"), folder.join(format!("{name}.{end}")));
            carried.files.extend(INDEXES.map(index).into_iter().filter(|(_, index)| index.is_file()));
            document.evidence_files.push(name);
        }
        if !lost.is_empty() {
            log::warn!("{}: not beside the kinfuse.json, so that the tables do not name it", one_line(&lost.join(", ")));
        }
        let rows = document.fusions.iter_mut().chain(document.candidates.iter_mut().map(|candidate| &mut candidate.row));
        for row in rows {
            let there = |names: String| -> Option<String> {
                let left: Vec<&str> = names.split(',').filter(|name| document.evidence_files.iter().any(|there| there == name)).collect();
                (!left.is_empty()).then(|| left.join(","))
            };
            row.evidence_file = row.evidence_file.take().and_then(there);
        }
        carried
    }

    /// Copies the files to where the document goes, with the session that opens them; where they are there already, nothing is to do.
    ///
    /// # Errors
    /// When one cannot be read or written.
    pub fn write(&self, document: &Document, outputs: &mut Outputs) -> Result<()> {
        let is_there = |(suffix, file): &(String, PathBuf)| {
            let place = outputs.final_path(suffix).canonicalize().ok();
            place.is_some() && place == file.canonicalize().ok()
        };
        if self.files.iter().all(is_there) {
            return Ok(());
        }
        for (suffix, file) in &self.files {
            let mut from = File::open(file).map_err(Error::opening(file, "give a folder whose files can be read"))?;
            outputs.write(suffix, |out| io::copy(&mut from, out).map(|_| ()))?;
        }
        session::write(document, outputs)
    }
}
