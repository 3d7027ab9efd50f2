//! Decides which reads at a partner are kept for which kinase. A partner may have tens of thousands of clipped reads; only the kinases to
//! which some read there points look at them.

use rustc_hash::FxHashSet;

use crate::alignment::read::{FragmentId, Piece, ReadRecord};
use crate::alignment::scan::{KinaseRegion, Scan};
use crate::genome::{Breakend, ContigId, Interval};
use crate::sequence::reverse_complement;

use super::edges::EdgeTable;
use super::rescue;

/// What tells a record from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordKey {
    fragment: FragmentId,
    number: u8,
    contig: ContigId,
    start: u32,
}

/// The key of a record; `None` if it is not aligned.
pub fn key(view: &ReadRecord) -> Option<RecordKey> {
    let of = |piece: &Piece| RecordKey { fragment: view.fragment, number: view.number, contig: piece.contig, start: piece.start };
    view.pieces.first().map(of)
}

/// Gives the records of other places to the kinases on which a record of their fragments bears, those that a kinase has already left out.
pub fn share_out(more: Vec<ReadRecord>, scans: &mut [Scan], concerns: &[Concern<'_>]) {
    let bearing = |concern: &Concern<'_>| -> FxHashSet<FragmentId> {
        more.iter().filter(|view| concern.has(view)).map(|view| view.fragment).collect()
    };
    let bearing: Vec<FxHashSet<FragmentId>> = concerns.iter().map(bearing).collect();
    let mut known: Vec<FxHashSet<RecordKey>> = scans.iter().map(|scan| scan.records.iter().filter_map(key).collect()).collect();
    let mut news = |view: &ReadRecord| -> Vec<usize> {
        let Some(key) = key(view) else { return Vec::new() };
        (0..concerns.len()).filter(|&index| bearing[index].contains(&view.fragment) && known[index].insert(key)).collect()
    };
    let news: Vec<Vec<usize>> = more.iter().map(&mut news).collect();
    // The records are kept until the end of the run: they get exactly the memory that they need.
    for (index, scan) in scans.iter_mut().enumerate() {
        scan.records.reserve_exact(news.iter().flatten().filter(|&&new| new == index).count());
    }
    for (view, new) in more.into_iter().zip(news) {
        if let Some((last, others)) = new.split_last() {
            for &index in others {
                scans[index].records.push(view.clone());
            }
            scans[*last].records.push(view);
        }
    }
}

/// Gives a kinase all of the records that it does not have.
pub fn add(more: &[ReadRecord], scan: &mut Scan) {
    let mut known: FxHashSet<RecordKey> = scan.records.iter().filter_map(key).collect();
    scan.records.extend(more.iter().filter(|view| key(view).is_some_and(|key| known.insert(key))).cloned());
}

/// What makes a read of another place bear on a kinase.
pub struct Concern<'a> {
    /// The kinase.
    pub region: &'a KinaseRegion,
    /// Windows to which its reads point, sorted, none overlapping.
    pub windows: &'a [Interval],
    /// Fragments of which it has a read that leaves it.
    pub fragments: &'a FxHashSet<FragmentId>,
    /// In RNA its exon edges and its partners'.
    pub edges: Option<&'a EdgeTable>,
}

impl Concern<'_> {
    /// Whether a record bears on the kinase: by its fragment, by where it lies or points to, or by its bases.
    pub fn has(&self, view: &ReadRecord) -> bool {
        let pieces = || view.pieces.iter().chain(view.elsewhere.iter().flatten());
        self.fragments.contains(&view.fragment)
            || pieces().any(|piece| self.region.holds(piece.contig, piece.start) || self.region.holds(piece.contig, piece.end))
            || view.mate.is_some_and(|mate| self.region.holds(mate.contig, mate.start))
            || view.pieces.iter().any(|piece| self.is_in_window(Interval { contig: piece.contig, start: piece.start, end: piece.end }))
            || self.edges.is_some_and(|table| {
                let ends = view.pieces.iter().flat_map(|piece| [piece.breakend(false), piece.breakend(true)]);
                ends.into_iter().any(|end| is_at_edge(table, end)) || view.bases.as_deref().is_some_and(|bases| may_enter(table, bases))
            })
    }

    fn is_in_window(&self, piece: Interval) -> bool {
        let behind = self.windows.partition_point(|window| (window.contig, window.start) < (piece.contig, piece.end));
        behind.checked_sub(1).is_some_and(|last| self.windows[last].overlaps(&piece))
    }
}

fn is_at_edge(table: &EdgeTable, end: Breakend) -> bool {
    let reach_bp = rescue::reach_bp(table.in_step());
    table.partners_near(end, reach_bp).next().is_some() || table.kinase_near(end, reach_bp).next().is_some()
}

/// Whether a read holds, on either strand, bases with which the kinase begins at one of its edges.
fn may_enter(table: &EdgeTable, bases: &[u8]) -> bool {
    table.holds_kinase_seed(bases) || table.holds_kinase_seed(&reverse_complement(bases))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_of_another_place_bears_on_the_kinase_that_points_there_and_on_no_other() {
        let interval = |contig: u32, start: u32, end: u32| Interval { contig: ContigId(contig), start, end };
        let region = KinaseRegion { target: 0, gene: interval(0, 10_000, 20_000), usual: Vec::new() };
        let windows = [interval(1, 500, 900), interval(1, 2_000, 3_000)];
        let fragments = FxHashSet::from_iter([FragmentId(7)]);
        let concern = Concern { region: &region, windows: &windows, fragments: &fragments, edges: None };
        let has = |view: &ReadRecord| concern.has(view);
        assert!(has(&ReadRecord::fixture(1, 1, 460)) && has(&ReadRecord::fixture(1, 1, 2_990)), "it reaches into a window");
        assert!(
            !has(&ReadRecord::fixture(1, 1, 450)) && !has(&ReadRecord::fixture(1, 1, 3_000)) && !has(&ReadRecord::fixture(1, 2, 2_100))
        );
        assert!(has(&ReadRecord::fixture(7, 2, 2_100)), "another read of its fragment leaves the kinase");
        let pointing = ReadRecord { elsewhere: vec![ReadRecord::fixture(1, 0, 12_000).pieces], ..ReadRecord::fixture(1, 2, 2_100) };
        assert!(has(&pointing));
    }
}
