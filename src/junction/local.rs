//! The sequence around a break: from the FASTA, or, without one, from the reads that lie there.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::{tile, ReadRecord};
use crate::error::{Error, Result};
use crate::genome::{ContigId, Interval};
use crate::reference::{Lookup, Reference};

use super::consensus::Votes;

/// Widest interval that is read.
const MAX_WIDTH_BP: u32 = 10_000;
/// Width of the blocks that are read once and kept, in bases: junctions beside each other ask for the same ones.
const BLOCK_BP: u32 = 1_024;

/// Bases on demand from the FASTA or a library's reads. Like [`Lookup`] it keeps the first error for the end.
pub struct LocalBases<'a> {
    fasta: Lookup,
    library: &'a Library,
    reader: RefCell<Option<LibraryReader>>,
    /// Bases of the blocks that were read, `N` where no read lies.
    blocks: RefCell<FxHashMap<(ContigId, u32), Vec<u8>>>,
    failure: RefCell<Option<Error>>,
}

impl<'a> LocalBases<'a> {
    /// A look-up in the FASTA, if there is one, and in a library, opened when it is first asked.
    ///
    /// # Errors
    /// When the FASTA cannot be opened.
    pub fn new(reference: Option<&Reference>, library: &'a Library) -> Result<Self> {
        Ok(Self {
            fasta: Lookup::new(reference)?,
            library,
            reader: RefCell::new(None),
            blocks: RefCell::default(),
            failure: RefCell::new(None),
        })
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
        let blocks = interval.start / BLOCK_BP..=(interval.end - 1) / BLOCK_BP;
        let unknown: Vec<Interval> = {
            let known = self.blocks.borrow();
            let missing = blocks.clone().filter(|&block| !known.contains_key(&(interval.contig, block)));
            missing.map(|block| Interval { contig: interval.contig, start: block * BLOCK_BP, end: (block + 1) * BLOCK_BP }).collect()
        };
        // Blocks that follow each other are read at once.
        for stretch in tile::merged(unknown, 0) {
            self.read_blocks(stretch)?;
        }
        let known = self.blocks.borrow();
        let mut bases = Vec::with_capacity(interval.length_bp() as usize);
        for block in blocks {
            let Some(whole) = known.get(&(interval.contig, block)) else { continue };
            let (from, to) = (interval.start.max(block * BLOCK_BP), interval.end.min((block + 1) * BLOCK_BP));
            bases.extend(&whole[(from % BLOCK_BP) as usize..][..(to - from) as usize]);
        }
        Ok(if bases.iter().all(|&base| base == b'N') { Vec::new() } else { bases })
    }

    fn read_blocks(&self, stretch: Interval) -> Result<()> {
        let mut slot = self.reader.borrow_mut();
        let reader = match slot.as_mut() {
            Some(reader) => reader,
            None => slot.insert(self.library.reader()?),
        };
        let blocks = tile::tiles(&[stretch], BLOCK_BP);
        let mut votes = Votes::default();
        reader.visit(stretch, |record, _| {
            // At high depth most reads add nothing, so they are skipped before they are unpacked.
            let start = record.pos().max(0) as u32;
            let whole =
                (record.cigar_len() == 1).then(|| Interval { start, end: start.saturating_add(record.seq_len() as u32), ..stretch });
            if whole.is_some_and(|whole| {
                blocks.iter().all(|block| {
                    !block.overlaps(&whole) || votes.are_enough(block.start.max(start), block.end.min(whole.end), whole.contig)
                })
            }) {
                return;
            }
            if let Ok(view) = ReadRecord::from_record(record, &self.library.contigs, None) {
                for block in &blocks {
                    votes.add(&view, *block);
                }
            }
        })?;
        let mut known = self.blocks.borrow_mut();
        for block in blocks {
            let mut bases = votes.bases(block);
            bases.resize(BLOCK_BP as usize, b'N');
            known.insert((block.contig, block.start / BLOCK_BP), bases);
        }
        Ok(())
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
