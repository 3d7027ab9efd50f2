//! The FASTA: windows of the reference through its index, one reader a worker.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use md5::{Digest, Md5};
use rust_htslib::faidx;

use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Interval};

/// An indexed FASTA whose contigs were matched to those of the alignments.
#[derive(Debug, Clone)]
pub struct Reference {
    path: PathBuf,
    /// For each contig of the alignments the name the FASTA uses, where it has the contig.
    names: Arc<Vec<Option<String>>>,
    lengths: Arc<Vec<u32>>,
}

/// A worker's own reader.
pub struct Window {
    reader: faidx::Reader,
    reference: Reference,
}

impl Reference {
    /// Opens the FASTA's index and matches its contigs to those of `alignments`, which `contigs` describes.
    ///
    /// `needed` are the contigs that will be read: they must be there. Contigs that both have must be of one length.
    ///
    /// # Errors
    /// When the FASTA or its index is not there, or a contig is missing or of another length; both files are named.
    pub fn open(path: &Path, alignments: &Path, contigs: &Contigs, needed: &[ContigId]) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::input(path, "no such file", "give an existing FASTA as --reference"));
        }
        let index = PathBuf::from(format!("{}.fai", path.display()));
        let text = std::fs::read_to_string(&index).map_err(|error| {
            Error::input(
                path,
                format!("has no readable index {} ({error})", index.display()),
                format!("make it with: samtools faidx {}", path.display()),
            )
        })?;
        // A compressed FASTA has its own index of blocks.
        let is_plain = path.extension().is_none_or(|extension| extension != "gz" && extension != "bgz");
        let size = std::fs::metadata(path).map_err(Error::io(path, "read"))?.len();
        let mut list = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let mut fields = line.split('\t');
            let parsed = fields.next().zip(fields.next().and_then(|length| length.parse::<u32>().ok()));
            let (name, length) = parsed.ok_or_else(|| Error::Line {
                path: index.clone(),
                line: number + 1,
                problem: "is not name, length, offset, ...".to_owned(),
                remedy: format!("make the index anew with: samtools faidx {}", path.display()),
            })?;
            // The C library reads where the index says, whether the file goes so far or not.
            if is_plain && end_of(line, length).is_some_and(|end| end > size) {
                return Err(Error::input(
                    path,
                    format!("ends before contig {name} does by its index {}", index.display()),
                    "give the whole FASTA and make its index anew with samtools faidx",
                ));
            }
            list.push((name.to_owned(), length));
        }
        let fasta = Contigs::new(list);
        let mut names = Vec::with_capacity(contigs.len());
        for (id, contig) in contigs.iter() {
            let found = fasta.find(&contig.name).and_then(|id| fasta.get(id));
            let Some(found) = found else {
                if needed.contains(&id) {
                    return Err(Error::Mismatch {
                        path: path.to_path_buf(),
                        other: alignments.to_path_buf(),
                        problem: format!("the FASTA lacks contig {} of the alignments", contig.name),
                        remedy: "give the FASTA that the reads were aligned to".to_owned(),
                    });
                }
                names.push(None);
                continue;
            };
            if found.length_bp != contig.length_bp {
                if needed.contains(&id) {
                    return Err(Error::Mismatch {
                        path: path.to_path_buf(),
                        other: alignments.to_path_buf(),
                        problem: format!(
                            "contig {} has {} bases in the FASTA and {} in the alignments",
                            contig.name, found.length_bp, contig.length_bp
                        ),
                        remedy: "give the FASTA that the reads were aligned to".to_owned(),
                    });
                }
                names.push(None);
                continue;
            }
            names.push(Some(found.name.clone()));
        }
        let lengths = contigs.iter().map(|(_, contig)| contig.length_bp).collect();
        let reference = Self { path: path.to_path_buf(), names: Arc::new(names), lengths: Arc::new(lengths) };
        reference.reader()?;
        Ok(reference)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the FASTA has this contig, at the length that the alignments give it.
    pub fn has(&self, contig: ContigId) -> bool {
        self.names.get(contig.0 as usize).is_some_and(Option::is_some)
    }

    /// A reader for one worker.
    ///
    /// # Errors
    /// When the FASTA cannot be opened.
    pub fn reader(&self) -> Result<Window> {
        let reader = faidx::Reader::from_path(&self.path).map_err(|error| self.damaged(&error.to_string()))?;
        Ok(Window { reader, reference: self.clone() })
    }

    /// Compares the checksum (`M5`) that a CRAM's header gives for a contig with that of the FASTA.
    ///
    /// # Errors
    /// When they differ.
    pub fn check_md5(&self, contig: ContigId, name: &str, expected: &str, alignments: &Path) -> Result<()> {
        let mut window = self.reader()?;
        let length = self.lengths.get(contig.0 as usize).copied().unwrap_or(0);
        let mut digest = Md5::new();
        let mut start = 0;
        while start < length {
            let end = length.min(start.saturating_add(1 << 22));
            let bases = window.bases(Interval { contig, start, end })?;
            digest.update(&bases);
            start = end;
        }
        let found = format!("{:x}", digest.finalize());
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        Err(Error::Mismatch {
            path: self.path.clone(),
            other: alignments.to_path_buf(),
            problem: format!("contig {name} has checksum {found} in the FASTA and {expected} in the CRAM"),
            remedy: "give the FASTA that the CRAM was made with".to_owned(),
        })
    }

    fn damaged(&self, why: &str) -> Error {
        Error::input(&self.path, format!("cannot be read ({why})"), "check the file and make its index anew with samtools faidx")
    }
}

impl Window {
    /// The bases of an interval in capitals, cut at the contig's ends; empty where the FASTA lacks the contig.
    ///
    /// # Errors
    /// When the FASTA cannot be read.
    pub fn bases(&mut self, interval: Interval) -> Result<Vec<u8>> {
        let slot = interval.contig.0 as usize;
        let Some(name) = self.reference.names.get(slot).cloned().flatten() else { return Ok(Vec::new()) };
        let length = self.reference.lengths.get(slot).copied().unwrap_or(0);
        let end = interval.end.min(length);
        if interval.start >= end {
            return Ok(Vec::new());
        }
        let mut bases = self
            .reader
            .fetch_seq(&name, interval.start as usize, end as usize - 1)
            .map_err(|error| self.reference.damaged(&format!("{name}:{}-{end}: {error}", interval.start + 1)))?;
        bases.make_ascii_uppercase();
        if bases.len() != (end - interval.start) as usize {
            return Err(self.reference.damaged(&format!("{name}:{}-{end} gave {} bases", interval.start + 1, bases.len())));
        }
        Ok(bases)
    }
}

/// The offset behind the last base of a contig, by its line of the index: name, length, offset, bases a line, bytes a line.
fn end_of(line: &str, length: u32) -> Option<u64> {
    let numbers: Vec<u64> = line.split('\t').skip(2).take(3).map(str::parse).collect::<std::result::Result<_, _>>().ok()?;
    let [offset, bases, bytes] = numbers[..] else { return None };
    let last = u64::from(length.checked_sub(1)?);
    offset.checked_add((last.checked_div(bases)?).checked_mul(bytes)?)?.checked_add(last % bases + 1)
}

/// Bases on demand for code that cannot fail half-way: without a FASTA there are none, and the first error is kept for the end.
pub struct Lookup {
    window: RefCell<Option<Window>>,
    failure: RefCell<Option<Error>>,
}

impl Lookup {
    /// A look-up in the FASTA, if there is one.
    ///
    /// # Errors
    /// When the FASTA cannot be opened.
    pub fn new(reference: Option<&Reference>) -> Result<Self> {
        let window = reference.map(Reference::reader).transpose()?;
        Ok(Self { window: RefCell::new(window), failure: RefCell::new(None) })
    }

    /// The bases of an interval as [`Window::bases`] gives them; none without a FASTA or after an error.
    pub fn bases(&self, interval: Interval) -> Vec<u8> {
        let mut window = self.window.borrow_mut();
        let Some(window) = window.as_mut() else { return Vec::new() };
        window.bases(interval).unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            Vec::new()
        })
    }

    /// Ends the look-up.
    ///
    /// # Errors
    /// The first error that a look-up met.
    pub fn finish(self) -> Result<()> {
        self.failure.into_inner().map_or(Ok(()), Err)
    }
}
