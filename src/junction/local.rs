//! The sequence around a break: of the FASTA, or, where none is at hand, as the reads themselves give it.

use std::cell::RefCell;

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::ReadRecord;
use crate::error::{Error, Result};
use crate::genome::Interval;
use crate::reference::{Lookup, Reference};

use super::votes::Votes;

/// Widest interval that is read.
const MAX_WIDTH_BP: u32 = 10_000;

/// Bases on demand from the FASTA or a library's reads. Like [`Lookup`] it keeps the first error for the end.
pub struct LocalBases<'a> {
    fasta: Lookup,
    library: &'a Library,
    reader: RefCell<Option<LibraryReader>>,
    failure: RefCell<Option<Error>>,
}

impl<'a> LocalBases<'a> {
    /// A look-up in the FASTA, if there is one, and in a library, opened when it is first asked.
    ///
    /// # Errors
    /// When the FASTA cannot be opened.
    pub fn new(reference: Option<&Reference>, library: &'a Library) -> Result<Self> {
        Ok(Self { fasta: Lookup::new(reference)?, library, reader: RefCell::new(None), failure: RefCell::new(None) })
    }

    /// The bases of an interval as the FASTA has them; empty without one.
    pub fn reference(&self, interval: Interval) -> Vec<u8> {
        self.fasta.bases(interval)
    }

    /// The bases of an interval as the FASTA has them; without one those of the reads by majority, `N` where no read lies; empty where
    /// none lies at all.
    pub fn bases(&self, interval: Interval) -> Vec<u8> {
        if interval.length_bp() == 0 {
            return Vec::new();
        }
        let known = self.fasta.bases(interval);
        if !known.is_empty() || interval.length_bp() > MAX_WIDTH_BP {
            return known;
        }
        self.read(interval).unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            Vec::new()
        })
    }

    fn read(&self, interval: Interval) -> Result<Vec<u8>> {
        let mut slot = self.reader.borrow_mut();
        let reader = match slot.as_mut() {
            Some(reader) => reader,
            None => slot.insert(self.library.reader()?),
        };
        let mut votes = Votes::default();
        reader.visit(interval, |record, _| {
            if let Ok(view) = ReadRecord::from_record(record, &self.library.contigs, None) {
                votes.add(&view, interval);
            }
        })?;
        Ok(votes.bases(interval))
    }

    /// Ends the look-up.
    ///
    /// # Errors
    /// The first error that a look-up met.
    pub fn finish(self) -> Result<()> {
        self.fasta.finish()?;
        self.failure.into_inner().map_or(Ok(()), Err)
    }
}
