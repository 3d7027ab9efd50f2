//! The sequence around a break as the reads themselves give it: a stand-in for the reference where no FASTA is at hand.

use std::cell::RefCell;

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::ReadRecord;
use crate::error::{Error, Result};
use crate::genome::Interval;

use super::votes::Votes;

/// Widest interval that is read.
const MAX_WIDTH_BP: u32 = 10_000;

/// Bases on demand from a library's reads. Like [`crate::reference::Lookup`] it keeps the first error for the end.
pub struct LocalBases<'a> {
    library: &'a Library,
    reader: RefCell<Option<LibraryReader>>,
    failure: RefCell<Option<Error>>,
}

impl<'a> LocalBases<'a> {
    /// A look-up in a library, opened when it is first asked.
    pub fn new(library: &'a Library) -> Self {
        Self { library, reader: RefCell::new(None), failure: RefCell::new(None) }
    }

    /// The bases of an interval by majority, `N` where no read lies; empty where none lies at all.
    pub fn bases(&self, interval: Interval) -> Vec<u8> {
        if interval.length_bp() > MAX_WIDTH_BP {
            return Vec::new();
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
        self.failure.into_inner().map_or(Ok(()), Err)
    }
}
