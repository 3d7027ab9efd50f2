//! All records of chosen fragments, read again: mates, further pieces of split reads, and copies of the same molecules.
//!
//! ```text
//! places of the fragments --rounds--> where each of their records begins    (a record tells of its mate and its other pieces)
//!                          --copies-> other fragments of the same molecules  (flagged, or recognised by place and UMI)
//!                          --visit--> the records, in the order of place
//! ```
//!
//! Only small windows are read, and no record is kept beyond its window, so that a deep file costs time and little memory. Secondary
//! alignments are passed over, but for the further pieces of split reads that `bwa mem -M` writes so.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::assay::DuplicateRule;
use crate::alignment::library::{Lane, Library, LibraryReader};
use crate::alignment::read::{usable, FragmentId, Piece, ReadRecord, Skipped};
use crate::alignment::{tile, Record};
use crate::error::Result;
use crate::genome::{ContigId, Interval};

use super::molecule::{begins, Begin};
use super::Molecules;

/// Copies of a record that is clipped elsewhere begin so many bases off, more or less.
const BESIDE_BP: u32 = 50;
/// Rounds in which records tell of further ones: mates, their pieces, and those of the copies.
const MAX_ROUNDS: usize = 4;
/// Records of possible copies that are compared, so that a place with millions of them costs no more memory.
const MAX_COMPARED: usize = 200_000;

/// Where a record begins.
type RecordStart = (ContigId, u32);

/// Whether further fragments of the same molecules are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Further {
    /// Copies of the chosen fragments belong to them.
    Copies,
    /// Only the chosen fragments are read.
    None,
}

/// Chosen fragments of a library with all that belongs to them.
pub struct Supporting<'a> {
    library: &'a Library,
    /// The chosen fragments and their copies; of a copy the chosen one.
    fragments: FxHashMap<FragmentId, FragmentId>,
    /// Where their records begin.
    begins: BTreeSet<RecordStart>,
    /// Fragments with reads at the file's end.
    unplaced: FxHashSet<FragmentId>,
}

/// A record that belongs to a chosen fragment.
pub struct SupportingRecord<'r> {
    /// The record as the file has it.
    pub record: &'r Record,
    /// The file.
    pub lane: Lane,
    /// Its fragment.
    pub fragment: FragmentId,
    /// The chosen fragment: its own, or the one of which it is a copy.
    pub chosen: FragmentId,
}

impl<'a> Supporting<'a> {
    /// Looks for the records of `chosen` fragments, of which some lie at `known` bases and `unplaced` ones have no place.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn find(
        library: &'a Library,
        chosen: impl IntoIterator<Item = FragmentId>,
        known: Vec<Interval>,
        unplaced: FxHashSet<FragmentId>,
        further: Further,
    ) -> Result<Self> {
        let fragments = chosen.into_iter().map(|fragment| (fragment, fragment)).collect();
        let mut found = Self { library, fragments, begins: BTreeSet::new(), unplaced };
        if found.fragments.is_empty() {
            return Ok(found);
        }
        let mut reader = library.reader()?;
        let chosen: FxHashSet<FragmentId> = found.fragments.keys().copied().collect();
        let views = found.rounds(&mut reader, &chosen, known)?;
        if further == Further::Copies && library.assay.duplicates != DuplicateRule::Keep {
            let copies = found.copies(&mut reader, views)?;
            let known = copies.views.iter().flat_map(places).collect();
            let of_copies: FxHashSet<FragmentId> = copies.of.keys().copied().collect();
            found.fragments.extend(copies.of);
            // Those places are new to the copies, though records of others were read there.
            found.rounds(&mut reader, &of_copies, known)?;
        }
        Ok(found)
    }

    /// Reads what begins at the places and what the records there tell of; gives the typed views, without bases.
    fn rounds(&mut self, reader: &mut LibraryReader, wanted: &FxHashSet<FragmentId>, known: Vec<Interval>) -> Result<Vec<ReadRecord>> {
        let mut views: Vec<ReadRecord> = Vec::new();
        let mut seen: FxHashSet<(FragmentId, u16, ContigId, u32)> = FxHashSet::default();
        let mut read: Vec<Interval> = Vec::new();
        let mut next = known;
        for _ in 0..MAX_ROUNDS {
            let windows = tile::merged(std::mem::take(&mut next), tile::INDEXED_BP);
            for &window in &windows {
                reader.visit(window, |record, lane| {
                    let fragment = lane.fragment(FragmentId::of(record.qname()));
                    let Some(place) = place(record).filter(|_| wanted.contains(&fragment) && belongs(record)) else { return };
                    if !seen.insert((fragment, record.flags(), place.0, place.1)) {
                        return;
                    }
                    self.begins.insert(place);
                    let view = ReadRecord::without_bases(record, &self.library.contigs, self.library.assay.umi.as_ref());
                    next.extend(view.iter().flat_map(places));
                    views.extend(view.map(|view| ReadRecord { fragment, ..view }));
                })?;
            }
            read = tile::merged([read, windows].concat(), 0);
            next.retain(|place| !tile::overlaps(&read, place));
            if next.is_empty() {
                break;
            }
        }
        Ok(views)
    }

    /// The copies of the chosen fragments, whose records are `views`.
    fn copies(&self, reader: &mut LibraryReader, mut views: Vec<ReadRecord>) -> Result<Copies> {
        let assay = &self.library.assay;
        let ends: FxHashSet<Begin> = views.iter().flat_map(begins).collect();
        let beside = |&(contig, start): &RecordStart| Interval {
            contig,
            start: start.saturating_sub(BESIDE_BP),
            end: start.saturating_add(1 + BESIDE_BP),
        };
        let windows = tile::merged(self.begins.iter().map(beside).collect(), tile::INDEXED_BP);
        let own = views.len();
        let mut seen: FxHashSet<(FragmentId, u16, u32)> = FxHashSet::default();
        for window in windows {
            reader.visit(window, |record, lane| {
                let counts_itself = assay.duplicates == DuplicateRule::Flag && !record.is_duplicate();
                if counts_itself || record.is_secondary() || record.is_supplementary() || views.len() >= own + MAX_COMPARED {
                    return;
                }
                let fragment = lane.fragment(FragmentId::of(record.qname()));
                if self.fragments.contains_key(&fragment) || !seen.insert((fragment, record.flags(), record.pos().max(0) as u32)) {
                    return;
                }
                let view = ReadRecord::without_bases(record, &self.library.contigs, assay.umi.as_ref());
                let alike = view.ok().filter(|view| begins(view).any(|begin| ends.contains(&begin)));
                views.extend(alike.map(|view| ReadRecord { fragment, ..view }));
            })?;
        }
        let rule = if assay.duplicates == DuplicateRule::Umi { DuplicateRule::Umi } else { DuplicateRule::Position };
        let molecules = Molecules::group(&views, rule);
        let mut chosen: FxHashMap<FragmentId, FragmentId> = FxHashMap::default();
        for view in &views[..own] {
            let first = chosen.entry(molecules.of(view.fragment)).or_insert(view.fragment);
            *first = view.fragment.min(*first);
        }
        let mut copies = Copies { of: FxHashMap::default(), views: views.split_off(own) };
        copies.views.retain(|view| chosen.contains_key(&molecules.of(view.fragment)));
        copies.of.extend(copies.views.iter().filter_map(|view| Some((view.fragment, *chosen.get(&molecules.of(view.fragment))?))));
        Ok(copies)
    }

    /// Hands each record to `each`, in the order of place, those without a place last.
    ///
    /// # Errors
    /// When a file cannot be read, or the error of `each`.
    pub fn visit(&self, each: &mut dyn FnMut(SupportingRecord<'_>) -> Result<()>) -> Result<()> {
        if self.fragments.is_empty() {
            return Ok(());
        }
        let mut reader = self.library.reader()?;
        let windows = self.begins.iter().copied().map(at);
        let several = self.library.files.len() > 1;
        for window in tile::merged(windows.collect(), tile::INDEXED_BP) {
            let mut ended = Ok(());
            let mut waiting: Vec<(u32, Lane, Record)> = Vec::new();
            reader.visit(window, |record, lane| {
                let Some((_, start)) = place(record).filter(|(_, start)| (window.start..window.end).contains(start)) else { return };
                if ended.is_err() || !belongs(record) {
                    return;
                }
                let fragment = lane.fragment(FragmentId::of(record.qname()));
                let Some(&chosen) = self.fragments.get(&fragment) else { return };
                if several {
                    waiting.push((start, lane, record.clone()));
                } else {
                    ended = each(SupportingRecord { record, lane, fragment, chosen });
                }
            })?;
            ended?;
            // Records of several files that begin at one place stand in the order of the files.
            waiting.sort_by_key(|(start, ..)| *start);
            for (_, lane, record) in &waiting {
                let fragment = lane.fragment(FragmentId::of(record.qname()));
                let chosen = self.fragments.get(&fragment).copied().unwrap_or(fragment);
                each(SupportingRecord { record, lane: *lane, fragment, chosen })?;
            }
        }
        if self.unplaced.is_empty() {
            return Ok(());
        }
        let mut left = self.unplaced.clone();
        let mut ended = Ok(());
        reader.visit_unplaced(1, |record, lane| {
            let fragment = lane.fragment(FragmentId::of(record.qname()));
            if !self.unplaced.contains(&fragment) {
                // Mates follow each other: the first other read behind the last that is wanted ends the search.
                return left.is_empty() || ended.is_err();
            }
            left.remove(&fragment);
            if ended.is_ok() {
                let chosen = self.fragments.get(&fragment).copied().unwrap_or(fragment);
                ended = each(SupportingRecord { record, lane, fragment, chosen });
            }
            false
        })?;
        ended
    }
}

/// Other fragments of the same molecules.
struct Copies {
    /// The chosen fragment of each.
    of: FxHashMap<FragmentId, FragmentId>,
    /// Those of their records that told.
    views: Vec<ReadRecord>,
}

/// Where the records of a fragment lie, as far as one of them says: its own place, its further pieces', its mate's.
pub fn places(record: &ReadRecord) -> impl Iterator<Item = Interval> + '_ {
    let own = std::iter::once(&record.pieces).chain(&record.elsewhere);
    let first = |pieces: &Vec<Piece>| pieces.iter().map(|piece| (piece.contig, piece.start)).min();
    own.filter_map(first).chain(record.mate.map(|mate| (mate.contig, mate.start))).map(at)
}

/// The base at a place.
pub fn at((contig, start): RecordStart) -> Interval {
    Interval { contig, start, end: start.saturating_add(1) }
}

/// Where a record is filed.
fn place(record: &Record) -> Option<RecordStart> {
    (record.tid() >= 0 && record.pos() >= 0).then(|| (ContigId(record.tid() as u32), record.pos() as u32))
}

/// Whether a record is part of its fragment: another place where an aligner might have put it is none.
fn belongs(record: &Record) -> bool {
    usable(record) != Err(Skipped::Secondary)
}
