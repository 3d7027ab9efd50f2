//! Joins spliced reads that a tool has cut at their introns into several primary records of one name, as GATK's `SplitNCigarReads` did before
//! version 4. Each record is clipped at the splice, and nothing in it says where the read goes on:
//!
//! ```text
//!   read            0 ............ 65|65 ..... 100
//!   as aligned      [ exon 20       ]N[ exon 19 ]         one record
//!   as cut          [ exon 20       ]HHHHHHHHHHHH         65M35H
//!                   HHHHHHHHHHHHHHHHH[ exon 19 ]          65H35M, the same name, neither secondary nor supplementary
//! ```

use rayon::ThreadPool;
use rustc_hash::{FxHashMap, FxHashSet};

use super::library::Library;
use super::read::{FragmentId, Piece, ReadRecord, RecordKind};
use super::tile;
use crate::error::Result;
use crate::genome::Interval;

/// A read: its fragment, and 0 for the first of a pair or a single one, 1 for the second.
type ReadId = (FragmentId, u8);

/// The parts of cut reads.
#[derive(Debug, Default)]
pub struct Parts(FxHashMap<ReadId, Vec<Piece>>);

impl Parts {
    /// Collects the parts that lie in these places. A library whose reads were not cut is not read for them.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(pool: &ThreadPool, library: &Library, places: Vec<Interval>) -> Result<Self> {
        if !library.assay.faults.has_cut_reads() {
            return Ok(Self::default());
        }
        let tiles = tile::tiles(&tile::merged(places, 0), super::scan::TILE_BP);
        let found = tile::run(
            pool,
            tiles.len(),
            || library.reader(),
            |reader, index| {
                let mut parts: Vec<(ReadId, Vec<Piece>)> = Vec::new();
                reader.visit(tiles[index], |record, lane| {
                    let begins_here = (i64::from(tiles[index].start)..i64::from(tiles[index].end)).contains(&record.pos());
                    let Ok(view) = ReadRecord::without_bases(record, &library.contigs, None) else { return };
                    if begins_here && view.kind == RecordKind::Primary && is_part(&view) {
                        parts.push(((lane.fragment(view.fragment), view.number), view.pieces));
                    }
                })?;
                Ok(parts)
            },
        )?;
        let mut parts = Self::default();
        for (read, pieces) in found.into_iter().flatten() {
            parts.0.entry(read).or_default().extend(pieces);
        }
        parts.0.values_mut().for_each(|pieces| pieces.sort_by_key(|piece| (piece.query_start, piece.query_end, piece.start)));
        Ok(parts)
    }

    /// Joins the parts of each cut read: its first record gets all pieces, the other records are removed.
    pub fn join(&self, views: &mut Vec<ReadRecord>) {
        if self.0.is_empty() {
            return;
        }
        let mut joined: FxHashSet<ReadId> = FxHashSet::default();
        views.retain_mut(|view| {
            let read = (view.fragment, view.number);
            let Some(pieces) = self.0.get(&read).filter(|_| view.kind == RecordKind::Primary && is_part(view)) else { return true };
            view.pieces.clone_from(pieces);
            joined.insert(read)
        });
    }
}

/// Whether a record leaves bases of its read out, without saying where they lie.
fn is_part(view: &ReadRecord) -> bool {
    let first = view.pieces.first().map_or(0, |piece| piece.query_start);
    let last = view.pieces.last().map_or(view.length, |piece| piece.query_end);
    view.elsewhere.is_empty() && (first > 0 || last < view.length)
}
