//! The files of one library: lanes or runs of the same material, read as one.

use std::sync::Arc;

use rust_htslib::bam::record::Record;

use super::assay::Assay;
use super::file::{AlignmentFile, Reader};
use super::read::FragmentId;
use crate::error::Result;
use crate::genome::{Contigs, Interval};

/// Files that are read together. Equal read names in two files are two fragments: names are often plain numbers.
#[derive(Debug)]
pub struct Library {
    /// The files, in the order of the command line.
    pub files: Vec<AlignmentFile>,
    /// What made them.
    pub assay: Assay,
    /// Their contigs, which are the same.
    pub contigs: Arc<Contigs>,
}

/// Which file of a library a record comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lane(u64);

impl Lane {
    /// Index of the file among those of the library.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// A fragment of this file, told from those of the same name in other files.
    pub fn fragment(self, fragment: FragmentId) -> FragmentId {
        // An odd constant spreads the few file numbers over all bits; the first file's fragments keep their own.
        FragmentId(fragment.0 ^ self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
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

    /// How many reads its files have aligned, more or less; none where one of them is read in one pass.
    ///
    /// # Errors
    /// When a file or its index cannot be opened.
    pub fn aligned_reads(&self) -> Result<Option<u64>> {
        self.files.iter().map(AlignmentFile::aligned_reads).sum()
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
    /// Calls `visit` with each record of all files that overlaps the interval, file by file, and with the file it comes from.
    ///
    /// # Errors
    /// When a file cannot be read there.
    pub fn visit(&mut self, interval: Interval, mut visit: impl FnMut(&Record, Lane)) -> Result<()> {
        (0u64..).zip(&mut self.0).try_for_each(|(lane, reader)| reader.visit(interval, |record| visit(record, Lane(lane))))
    }

    /// Calls `visit` with the records without a place, at most `limit` of each file for which it returns `true`, and gives how many are
    /// left.
    ///
    /// # Errors
    /// When a file cannot be read there.
    pub fn visit_unplaced(&mut self, limit: u64, mut visit: impl FnMut(&Record, Lane) -> bool) -> Result<u64> {
        let left = (0u64..).zip(&mut self.0).map(|(lane, reader)| reader.visit_unplaced(limit, |record| visit(record, Lane(lane))));
        left.sum()
    }

    /// As [`Self::visit`], until `visit` returns `false`.
    ///
    /// # Errors
    /// When a file cannot be read there.
    pub fn visit_while(&mut self, interval: Interval, mut visit: impl FnMut(&Record, Lane) -> bool) -> Result<()> {
        let mut more = true;
        for (lane, reader) in (0u64..).zip(&mut self.0) {
            if more {
                reader.visit_while(interval, |record| {
                    more = visit(record, Lane(lane));
                    more
                })?;
            }
        }
        Ok(())
    }
}
