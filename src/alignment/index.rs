//! Checks the index of an alignment file before htslib uses it.
//!
//! htslib takes an index at its word: a damaged one ends the program, and one that belongs to another file, or to an earlier state of
//! this one, finds no reads, which looks like a clean negative. What must hold (SAM specification, sections 5.1 and 5.2; records are
//! sorted, and each lies in one bin):
//!
//! ```text
//!   header | contig 1: chunks without a gap | contig 2 ... | unplaced reads | end        spans meet, and end where placed reads end
//!            bin 4681 [a,b)  4682 [b,c)  ...                                           bins of later places lie later in the file
//!            linear   a      b      c                                                   ascending, each within a chunk of its place
//! ```
//!
//! The whole index is checked against itself when the file is opened, and where contigs begin and end against the file. Bins are
//! checked against the file when they are used: at each chunk's begin a record of this contig starts that belongs there.
//!
//! That of a file elsewhere is checked against itself only: each place would be a request.

mod bins;
mod content;
mod crai;
mod parse;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::bgzf::{Blocks, VirtualOffset};
use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Interval};
use crate::scratch::Scratch;

use content::Explained;
pub use crai::{Compared, Slices};
use parse::Binning;
#[cfg(feature = "remote")]
pub(super) use parse::MAX_BYTES;

/// The index of one file.
#[derive(Debug)]
pub struct FileIndex {
    location: Location,
    /// The file that it should belong to.
    of: PathBuf,
    /// Bins of a BAM; a CRAM has none.
    binning: Option<Binning>,
    /// The file's data, if it is a BAM that is here.
    blocks: Option<Mutex<Blocks>>,
    /// What that of a CRAM says.
    cram: Option<crai::CraiSummary>,
    /// Places that were compared with the file so far.
    compared: AtomicUsize,
}

/// Where an index lies.
#[derive(Debug)]
pub(super) struct Location {
    /// The file that is read.
    pub path: PathBuf,
    /// What it is called in messages.
    pub name: PathBuf,
    /// The folder of one that was fetched, which is there as long as this.
    _folder: Option<Scratch>,
}

impl Location {
    /// A file of the user.
    pub(super) fn here(path: PathBuf) -> Self {
        Self { name: path.clone(), path, _folder: None }
    }

    /// One that was fetched.
    #[cfg(feature = "remote")]
    pub(super) fn fetched(path: PathBuf, name: PathBuf, folder: Scratch) -> Self {
        Self { path, name, _folder: Some(folder) }
    }
}

/// Places that are all compared with the file: each costs a tenth of a millisecond. The kinases, which are read first, have some
/// hundreds. After so many, two of each look-up are compared.
const COMPARED_AT_FIRST: usize = 4_096;

/// Why an index cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It contradicts itself.
    Damaged(String),
    /// It contradicts the file.
    Foreign(String),
}

impl FileIndex {
    /// Reads and checks the index of a BAM whose first record lies at `first_record`; `None` for a file that is elsewhere.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or belongs to another file.
    pub fn of_bam(location: Location, of: &Path, contigs: &Contigs, first_record: Option<VirtualOffset>) -> Result<Self> {
        let binning = parse::read(&location, of)?;
        let blocks = || {
            let file = File::open(of).map_err(Error::opening(of, "give a BAM"))?;
            Blocks::new(file).map_err(Error::io(of, "look at it"))
        };
        let mut blocks = first_record.map(|_| blocks()).transpose()?;
        bins::check(&binning, contigs, &mut Explained(blocks.as_mut()))
            .and_then(|()| match (first_record, &mut blocks) {
                (Some(first_record), Some(blocks)) => content::check(&binning, contigs, first_record, blocks),
                _ => Ok(()),
            })
            .map_err(|refusal| refused(&location.name, of, refusal))?;
        let compared = AtomicUsize::new(0);
        Ok(Self { location, of: of.to_owned(), binning: Some(binning), blocks: blocks.map(Mutex::new), cram: None, compared })
    }

    /// Reads and checks the index of a CRAM, which is here or elsewhere.
    ///
    /// # Errors
    /// When it cannot be read, is damaged, or belongs to another file.
    pub fn of_cram(location: Location, of: &Path, contigs: &Contigs, is_here: bool) -> Result<Self> {
        let cram = crai::check(&location, of, contigs, is_here)?.map_err(|refusal| refused(&location.name, of, refusal))?;
        Ok(Self { location, of: of.to_owned(), binning: None, blocks: None, cram: Some(cram), compared: AtomicUsize::new(0) })
    }

    /// The file that it is read from.
    pub fn path(&self) -> &Path {
        &self.location.path
    }

    /// Bytes of a CRAM, of one elsewhere as far as the index knows.
    pub fn bytes(&self) -> u64 {
        self.cram.as_ref().map_or(0, |cram| cram.bytes)
    }

    /// The slices of a CRAM that hold all reads of an interval, if they are few; none of a BAM.
    pub fn slices(&self, interval: Interval) -> Option<Slices> {
        self.cram.as_ref()?.slices(interval)
    }

    /// How the FASTA is held against the reads of a contig of a CRAM.
    pub fn compared_with_fasta(&self, contig: ContigId) -> Compared {
        self.cram.as_ref().map_or(Compared::Not, |cram| cram.compared(contig))
    }

    /// Whether it knows that the file has no read at all; htslib fails to look up unplaced ones there.
    pub fn is_empty(&self) -> bool {
        self.binning
            .as_ref()
            .is_some_and(|binning| binning.unplaced == Some(0) && binning.references.iter().all(|reference| reference.span.is_none()))
    }

    /// Checks against the file what htslib will use to look up an interval; each bin is looked at once.
    ///
    /// # Errors
    /// When something else lies where the index sees reads of this interval.
    pub fn check(&self, interval: Interval, contigs: &Contigs) -> Result<()> {
        let (Some(binning), Some(blocks)) = (&self.binning, &self.blocks) else { return Ok(()) };
        let mut unchecked = binning.unchecked(interval);
        if unchecked.is_empty() {
            return Ok(());
        }
        if self.compared.fetch_add(unchecked.len(), Ordering::Relaxed) > COMPARED_AT_FIRST && unchecked.len() > 2 {
            unchecked.drain(1..unchecked.len() - 1);
        }
        let mut blocks = blocks.lock().unwrap_or_else(PoisonError::into_inner);
        content::check_starts(&unchecked, contigs, &mut blocks).map_err(|refusal| refused(&self.location.name, &self.of, refusal))
    }
}

fn refused(path: &Path, of: &Path, refusal: Refusal) -> Error {
    let problem = match refusal {
        Refusal::Damaged(why) => format!("its index {} is damaged ({why})", path.display()),
        Refusal::Foreign(why) => format!("its index {} does not belong to it, or one of the two is damaged ({why})", path.display()),
    };
    Error::input(of, problem, format!("if samtools quickcheck accepts the file, make the index anew with: samtools index {}", of.display()))
}
