//! Records of a fragment that a scan did not read: its mates, and the primary record of a supplementary one.
//!
//! They are needed for two reasons. Where they begin tells copies of one molecule from other molecules. And tools that mark duplicates in a
//! sorted file flag neither supplementary records nor unaligned mates, so that the flag of one record must speak for all.

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use super::library::Library;
use super::read::{FragmentId, ReadRecord, RecordKind};
use super::scan::Wanted;
use super::tile;
use crate::error::Result;
use crate::genome::{ContigId, Interval};

/// Records this close are read at once: a look-up costs more than the reads between.
const JOIN_BP: u32 = 1_000;

/// A primary record that was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// The fragment.
    pub fragment: FragmentId,
    /// Its contig.
    pub contig: ContigId,
    /// Its leftmost aligned base, 0-based.
    pub start: u32,
}

/// The unread primary records of these `fragments`: all of them if duplicates go by the flag, otherwise mates of which it is not known where
/// they begin (the tag MC does).
pub fn unread(records: &[ReadRecord], fragments: &Wanted, flag_counts: bool) -> Vec<Unread> {
    let of_them = || records.iter().filter(|view| fragments.contains(&view.fragment));
    let primary = of_them().filter(|view| view.kind == RecordKind::Primary);
    let read: FxHashSet<(FragmentId, u8)> = primary.map(|view| (view.fragment, view.number)).collect();
    let mut list = Vec::new();
    for view in of_them() {
        let unread = |number: u8| !read.contains(&(view.fragment, number));
        let mate = view.mate.filter(|mate| unread(1 - view.number.min(1)) && (flag_counts || mate.begin.is_none()));
        list.extend(mate.map(|mate| Unread { fragment: view.fragment, contig: mate.contig, start: mate.start }));
        if flag_counts && unread(view.number) {
            let first = view.elsewhere.first().and_then(|pieces| pieces.iter().min_by_key(|piece| piece.start));
            list.extend(first.map(|piece| Unread { fragment: view.fragment, contig: piece.contig, start: piece.start }));
        }
    }
    list
}

/// Reads them, without bases.
///
/// # Errors
/// When the file cannot be read.
pub fn read(pool: &ThreadPool, library: &Library, wanted: &[Unread]) -> Result<Vec<ReadRecord>> {
    let place = |unread: &Unread| Interval { contig: unread.contig, start: unread.start, end: unread.start.saturating_add(1) };
    let windows = tile::merged(wanted.iter().map(place).collect(), JOIN_BP);
    let fragments: Wanted = wanted.iter().map(|unread| unread.fragment).collect();
    let found = tile::run(
        pool,
        windows.len(),
        || library.reader(),
        |reader, index| {
            let mut records = Vec::new();
            reader.visit(windows[index], |record, lane| {
                let fragment = lane.fragment(FragmentId::of(record.qname()));
                if record.is_secondary() || record.is_supplementary() || !fragments.contains(&fragment) {
                    return;
                }
                if let Ok(view) = ReadRecord::without_bases(record, &library.contigs, library.assay.umi.as_ref()) {
                    records.push(ReadRecord { fragment, ..view });
                }
            })?;
            Ok(records)
        },
    )?;
    Ok(found.into_iter().flatten().collect())
}
