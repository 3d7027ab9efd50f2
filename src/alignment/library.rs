//! The files of one library: lanes or runs of the same material, read as one.

use std::sync::Arc;

use rust_htslib::bam::record::Record;

use super::assay::Assay;
use super::file::{AlignmentFile, Reader};
use crate::error::Result;
use crate::genome::{Contigs, Interval};

/// Files that are read together. A read name stands for one fragment in all of them, so a file given twice changes nothing.
#[derive(Debug)]
pub struct Library {
    /// The files, in the order of the command line.
    pub files: Vec<AlignmentFile>,
    /// What made them.
    pub assay: Assay,
    /// Their contigs, which are the same.
    pub contigs: Arc<Contigs>,
}

/// A worker's own readers.
pub struct LibraryReader(Vec<Reader>);

impl Library {
    /// Puts files together whose material, UMIs and rule for duplicates are the same. The order of first files stays.
    pub fn group(files: Vec<(AlignmentFile, Assay)>) -> Vec<Self> {
        let mut libraries: Vec<Self> = Vec::new();
        for (file, assay) in files {
            match libraries.iter_mut().find(|library| library.assay.goes_with(&assay)) {
                Some(library) => {
                    library.assay.absorb(assay);
                    library.files.push(file);
                }
                None => libraries.push(Self { contigs: Arc::clone(&file.contigs), assay, files: vec![file] }),
            }
        }
        libraries
    }

    /// The names of the files, without folders.
    pub fn names(&self) -> Vec<String> {
        self.files.iter().map(AlignmentFile::name).collect()
    }

    /// Readers for one worker.
    ///
    /// # Errors
    /// When a file or its index cannot be opened.
    pub fn reader(&self) -> Result<LibraryReader> {
        self.files.iter().map(AlignmentFile::reader).collect::<Result<_>>().map(LibraryReader)
    }
}

impl LibraryReader {
    /// Calls `visit` with each record of all files that overlaps the interval, file by file.
    ///
    /// # Errors
    /// When a file cannot be read there.
    pub fn visit(&mut self, interval: Interval, mut visit: impl FnMut(&Record)) -> Result<()> {
        self.0.iter_mut().try_for_each(|reader| reader.visit(interval, &mut visit))
    }

    /// As [`Self::visit`], until `visit` returns `false`.
    ///
    /// # Errors
    /// When a file cannot be read there.
    pub fn visit_while(&mut self, interval: Interval, mut visit: impl FnMut(&Record) -> bool) -> Result<()> {
        let mut more = true;
        for reader in &mut self.0 {
            if more {
                reader.visit_while(interval, |record| {
                    more = visit(record);
                    more
                })?;
            }
        }
        Ok(())
    }
}
