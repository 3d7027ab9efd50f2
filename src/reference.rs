//! The FASTA: windows of the reference through its index, one reader a worker.

mod fasta;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use md5::{Digest, Md5};

use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Interval};

pub(crate) use fasta::Fasta;
use fasta::FastaReader;

/// An indexed FASTA whose contigs were matched to those of the alignments.
#[derive(Debug, Clone)]
pub struct Reference {
    path: PathBuf,
    fasta: Fasta,
    /// For each contig of the alignments its number in the FASTA, where it has the contig.
    matched: Arc<Vec<Option<usize>>>,
    lengths: Arc<Vec<u32>>,
}

/// A worker's own reader.
pub struct Window {
    reader: FastaReader,
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
        let fasta = Fasta::open(path)?;
        let own = Contigs::new(fasta.entries.iter().map(|entry| (entry.name.clone(), entry.length_bp)));
        let mut matched = Vec::with_capacity(contigs.len());
        for (id, contig) in contigs.iter() {
            let found = own.find(&contig.name).and_then(|id| Some((id, own.get(id)?)));
            let Some((in_fasta, found)) = found else {
                if needed.contains(&id) {
                    fasta.check_index()?;
                    return Err(Error::Mismatch {
                        path: path.to_path_buf(),
                        other: alignments.to_path_buf(),
                        problem: format!("the FASTA lacks contig {} of the alignments", contig.name),
                        remedy: "give the FASTA that the reads were aligned to".to_owned(),
                    });
                }
                matched.push(None);
                continue;
            };
            if found.length_bp != contig.length_bp {
                if needed.contains(&id) {
                    fasta.check_index()?;
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
                matched.push(None);
                continue;
            }
            matched.push(Some(in_fasta.0 as usize));
        }
        let lengths = contigs.iter().map(|(_, contig)| contig.length_bp).collect();
        Ok(Self { path: path.to_path_buf(), fasta, matched: Arc::new(matched), lengths: Arc::new(lengths) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the FASTA has this contig, at the length that the alignments give it.
    pub fn has(&self, contig: ContigId) -> bool {
        self.matched.get(contig.0 as usize).is_some_and(Option::is_some)
    }

    /// A reader for one worker.
    ///
    /// # Errors
    /// When the FASTA cannot be opened.
    pub fn reader(&self) -> Result<Window> {
        Ok(Window { reader: self.fasta.reader()?, reference: self.clone() })
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
}

impl Window {
    /// The bases of an interval in capitals, cut at the contig's ends; empty where the FASTA lacks the contig.
    ///
    /// # Errors
    /// When the FASTA cannot be read.
    pub fn bases(&mut self, interval: Interval) -> Result<Vec<u8>> {
        let slot = interval.contig.0 as usize;
        let Some(in_fasta) = self.reference.matched.get(slot).copied().flatten() else { return Ok(Vec::new()) };
        let length = self.reference.lengths.get(slot).copied().unwrap_or(0);
        self.reader.bases(in_fasta, interval.start, interval.end.min(length))
    }
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
