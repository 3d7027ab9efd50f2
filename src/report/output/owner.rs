//! Whose results lie under a name. Names of files are made from names of samples, and two samples can give the same.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;

use super::file_prefix;
use crate::error::{Error, Result};
use crate::terminal::one_line;

/// What a document says of its sample.
#[derive(Deserialize)]
struct Owned {
    sample: String,
}

/// Refuses to write the files of a sample where those of another one have the same names.
///
/// # Errors
/// When the `kinfuse.json` of that name in the folder is of another sample.
pub fn refuse_another(dir: &Path, sample: &str) -> Result<()> {
    let prefix = file_prefix(sample);
    let path = dir.join(format!("{prefix}.kinfuse.json"));
    let Ok(file) = File::open(&path) else { return Ok(()) };
    match serde_json::from_reader::<_, Owned>(BufReader::new(file)) {
        Ok(other) if other.sample != sample => {
            let problem =
                format!("holds the sample {}, and the files of {} have the same names", one_line(&other.sample), one_line(sample));
            Err(Error::input(path, problem, "choose another folder with --out-dir, or give another name with --sample"))
        }
        // A file that is no document of kinfuse belongs to no sample.
        _ => Ok(()),
    }
}
