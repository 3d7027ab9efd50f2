//! Reads the calls of a caller: files and folders of any number of samples become calls by sample.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::call::SampleCalls;
use super::format::{self, CallFormat};
use crate::error::{Error, Result};
use crate::report::json::Document;

/// Calls by sample.
pub type CallsBySample = BTreeMap<String, SampleCalls>;

/// One caller: its name in the tables, and where its calls lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerFiles {
    /// The name.
    pub name: String,
    /// Files and folders.
    pub paths: Vec<PathBuf>,
}

/// The calls of a result that is at hand; `path` is for messages.
///
/// # Errors
/// When a row of it cannot be understood.
pub fn of_document(path: &Path, document: &Document) -> Result<SampleCalls> {
    let mut calls = format::kinfuse::of_document(path, document)?;
    calls.arrange();
    Ok(calls)
}

/// Endings of files that can hold calls; others in a folder are not opened.
const ENDINGS: [&str; 8] = [".tsv", ".tsv.gz", ".txt", ".json", ".vcf", ".vcf.gz", ".bedpe", ".bedpe.gz"];

/// Tables of kinfuse, beside which its calls in other layouts say nothing new.
const OWN: [&str; 2] = [".candidates.tsv.gz", ".fusions.tsv"];

/// The name of the sample that a file's name gives: up to the first dot, or the folder's where the file has its program's own name.
fn stem(path: &Path) -> String {
    let part = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = part(path);
    let stem = name.split('.').next().unwrap_or_default();
    match stem {
        "fusions" | "star-fusion" | "kinfuse" => path.parent().map(part).filter(|folder| !folder.is_empty()).unwrap_or(stem.to_owned()),
        _ => stem.to_owned(),
    }
}

/// The sample of a file: as given, else as a VCF of ours names it, else as the file's name does.
pub(super) fn sample_of(given: Option<&str>, path: &Path, text: &str) -> String {
    given.map(str::to_owned).or_else(|| own_sample(text)).unwrap_or_else(|| stem(path))
}

/// The sample of a VCF that kinfuse wrote, calls or truth: its name may hold dots. Other programs name theirs after the reads.
fn own_sample(text: &str) -> Option<String> {
    let header: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
    let is_own = header.iter().any(|line| line.starts_with("##source=kinfuse"));
    let columns = header.iter().find(|line| line.starts_with("#CHROM")).filter(|_| is_own)?;
    columns.split('\t').nth(9).map(str::to_owned)
}

impl CallerFiles {
    /// Reads `NAME=PATH`, or a path alone, which is then named after its last part.
    pub fn parse(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, path)) if !name.is_empty() && !name.contains('/') => Self { name: name.to_owned(), paths: vec![path.into()] },
            _ => {
                let path = PathBuf::from(text);
                let name = path.file_name().map_or_else(|| "calls".to_owned(), |name| name.to_string_lossy().into_owned());
                Self { name, paths: vec![path] }
            }
        }
    }

    /// Reads all calls. `sample` names the rows of formats that do not name their sample; without it the file's name does.
    ///
    /// # Errors
    /// When a file that was named is no table of calls, or a folder holds none.
    pub fn read(&self, sample: Option<&str>) -> Result<CallsBySample> {
        let mut calls = CallsBySample::new();
        for path in &self.paths {
            let files = if path.is_dir() { files(path)? } else { vec![path.clone()] };
            let read = |file: &PathBuf| read_file(file, sample, !path.is_dir());
            let found = files.par_iter().map(read).collect::<Result<Vec<_>>>()?;
            let found: Vec<FileCalls> = found.into_iter().flatten().collect();
            if found.is_empty() {
                return Err(Error::input(path, "holds no calls in a format that is known", format::KNOWN));
            }
            for (name, found) in of_samples(found) {
                calls.entry(name).or_default().absorb(found);
            }
        }
        for found in calls.values_mut() {
            found.arrange();
        }
        Ok(calls)
    }
}

/// The calls of one file.
struct FileCalls {
    folder: PathBuf,
    format: CallFormat,
    calls: Vec<(String, SampleCalls)>,
}

/// Of several kinds of file of one sample in one folder the first kind counts; mutations come from wherever they stand alone.
fn of_samples(found: Vec<FileCalls>) -> Vec<(String, SampleCalls)> {
    let mut best: BTreeMap<(PathBuf, String), CallFormat> = BTreeMap::new();
    for file in found.iter().filter(|file| file.format != CallFormat::Variants) {
        for (sample, _) in &file.calls {
            let entry = best.entry((file.folder.clone(), sample.clone())).or_insert(file.format);
            *entry = (*entry).min(file.format);
        }
    }
    let mut kept = Vec::new();
    for file in found {
        let FileCalls { folder, format, calls } = file;
        kept.extend(
            calls
                .into_iter()
                .filter(|(sample, _)| format == CallFormat::Variants || best.get(&(folder.clone(), sample.clone())) == Some(&format)),
        );
    }
    kept
}

fn read_file(path: &Path, sample: Option<&str>, must: bool) -> Result<Option<FileCalls>> {
    let text = format::text(path)?;
    let by_name = path.to_string_lossy().contains(".bedpe") && text.trim().is_empty();
    let format = if by_name { Some(CallFormat::Bedpe) } else { CallFormat::of(&text) };
    let Some(format) = format else {
        return if must { Err(Error::input(path, "is no table of calls that is known", format::KNOWN)) } else { Ok(None) };
    };
    let sample = sample_of(sample, path, &text);
    // JSON of another kind (a MultiQC section, say) in a folder is passed over.
    let calls = match format::read(path, format, &text, &sample) {
        Err(_) if !must && format == CallFormat::Json => return Ok(None),
        other => other?,
    };
    Ok(Some(FileCalls { folder: path.parent().map(Path::to_owned).unwrap_or_default(), format, calls }))
}

/// The files of a folder and of the folders in it that can hold calls, sorted, without those whose content is in another one.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut list = Vec::new();
    let entries = |folder: &Path| -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(Error::io(folder, "list"))?;
        let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    };
    for path in entries(folder)? {
        if path.is_dir() {
            list.extend(entries(&path)?.into_iter().filter(|path| path.is_file()));
        } else {
            list.push(path);
        }
    }
    let there: BTreeSet<PathBuf> = list.iter().cloned().collect();
    list.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = |ending: &str, other: &[&str]| {
            name.strip_suffix(ending)
                .is_some_and(|stem| other.iter().any(|other| there.contains(&path.with_file_name(format!("{stem}{other}")))))
        };
        ENDINGS.iter().any(|ending| name.ends_with(ending))
            && !name.starts_with('.')
            && !name.contains("discarded")
            && !beside(".fusions.tsv", &[".candidates.tsv.gz"])
            && !beside(".kinfuse.json", &OWN)
            && !beside(".vcf.gz", &[".candidates.tsv.gz", ".fusions.tsv", ".kinfuse.json"])
            && !beside(".arriba.tsv", &OWN)
            && !beside(".star-fusion.tsv", &OWN)
            && !beside(".bedpe", &OWN)
            && !beside(".abridged.tsv", &[".tsv"])
            && !beside(".abridged.coding_effect.tsv", &[".tsv", ".abridged.tsv"])
    });
    Ok(list)
}
