//! The sequence around a break as the reads themselves give it: a stand-in for the reference where no FASTA is at hand.

use std::cell::RefCell;

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::ReadRecord;
use crate::error::{Error, Result};
use crate::genome::{Interval, Strand};
use crate::sequence::complement;

/// Reads that vote at one place; more add time and no certainty.
const MAX_VOTES: u32 = 60;
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
        let mut votes = Votes::over(interval);
        reader.visit(interval, |record, _| {
            if let Ok(view) = ReadRecord::from_record(record, &self.library.contigs, None) {
                votes.add(&view);
            }
        })?;
        Ok(votes.bases())
    }

    /// Ends the look-up.
    ///
    /// # Errors
    /// The first error that a look-up met.
    pub fn finish(self) -> Result<()> {
        self.failure.into_inner().map_or(Ok(()), Err)
    }
}

/// Votes for the base at each place of an interval by the pieces that cover it without small insertions or deletions.
struct Votes {
    interval: Interval,
    columns: Vec<[u32; 4]>,
}

impl Votes {
    fn over(interval: Interval) -> Self {
        Self { interval, columns: vec![[0; 4]; interval.length_bp() as usize] }
    }

    fn add(&mut self, record: &ReadRecord) {
        let Some(bases) = record.bases.as_deref() else { return };
        // A piece whose lengths on read and genome differ has an indel somewhere: its bases may be out of step.
        for piece in record.pieces.iter().filter(|piece| piece.query_bp() == piece.end - piece.start) {
            let (from, to) = (piece.start.max(self.interval.start), piece.end.min(self.interval.end));
            if piece.contig != self.interval.contig || from >= to {
                continue;
            }
            let Some(read) = bases.get(piece.query_start as usize..piece.query_end as usize) else { continue };
            let sum = |place: u32| self.columns[(place - self.interval.start) as usize].iter().sum::<u32>();
            if sum(from) >= MAX_VOTES && sum(to - 1) >= MAX_VOTES {
                continue;
            }
            for place in from..to {
                let base = match piece.strand {
                    Strand::Forward => read[(place - piece.start) as usize],
                    Strand::Reverse => complement(read[(piece.end - 1 - place) as usize]),
                };
                if let Some(letter) = b"ACGT".iter().position(|letter| *letter == base) {
                    self.columns[(place - self.interval.start) as usize][letter] += 1;
                }
            }
        }
    }

    fn bases(&self) -> Vec<u8> {
        let base = |votes: &[u32; 4]| {
            let best = votes.iter().copied().max().filter(|&best| best > 0)?;
            // A tie says nothing, on either strand.
            let only = votes.iter().filter(|&&vote| vote == best).count() == 1;
            votes.iter().position(|&vote| vote == best && only).map(|letter| b"ACGT"[letter])
        };
        let bases: Vec<Option<u8>> = self.columns.iter().map(base).collect();
        if bases.iter().all(Option::is_none) {
            return Vec::new();
        }
        bases.into_iter().map(|base| base.unwrap_or(b'N')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::read::{FragmentId, Piece, RecordKind};
    use crate::genome::ContigId;

    #[test]
    fn reads_of_both_strands_vote_on_one_sequence() {
        let record = |strand, bases: &[u8]| ReadRecord {
            fragment: FragmentId(1),
            number: 0,
            kind: RecordKind::Primary,
            duplicate: false,
            pieces: vec![Piece { contig: ContigId(0), start: 10, end: 14, strand, query_start: 0, query_end: 4, mapq: 60, edits: 0 }],
            elsewhere: Vec::new(),
            length: 4,
            bases: Some(bases.to_vec()),
            qualities: vec![30; 4],
            mate: None,
            umi: None,
            unreadable_sa: 0,
        };
        let bases = |start, end| {
            let mut votes = Votes::over(Interval { contig: ContigId(0), start, end });
            votes.add(&record(Strand::Forward, b"ACCT"));
            votes.add(&record(Strand::Reverse, b"AGGT"));
            votes.bases()
        };
        assert_eq!(bases(9, 15), b"NACCTN");
        assert_eq!(bases(11, 13), b"CC");
        assert_eq!(bases(90, 95), b"");
    }
}
