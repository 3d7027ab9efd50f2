//! Depth at every position of a stretch: how many molecules would have shown a break there. The rule is that of [`super::depth`], for all
//! positions at once.
//!
//! ```text
//!   fragment     --------->.............<---------
//!   shows        ..[=============================]..      a break at any position except in the outermost anchors
//! ```

use std::collections::BTreeMap;

use rayon::ThreadPool;
use rustc_hash::{FxHashMap, FxHashSet};

use super::depth::MIN_ANCHOR_BP;
use crate::alignment::assay::Assay;
use crate::alignment::library::Library;
use crate::alignment::read::{FragmentId, ReadRecord, RecordKind};
use crate::alignment::scan::leaves_out_flagged;
use crate::alignment::tile;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::genome::{Interval, Strand};

/// Bases that are looked at at once; deep panels hold many reads over few bases.
const TILE_BP: u32 = 2_000;

/// Mapping quality of a read below which it cannot place a break (one misplacement in ten, as the filter `low_mapq` has it).
const MIN_MAPQ: u8 = 10;

/// How many boundaries of a stretch have which depth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Boundaries by depth.
    pub boundaries: BTreeMap<u32, u64>,
}

impl Histogram {
    /// All boundaries.
    pub fn total(&self) -> u64 {
        self.boundaries.values().sum()
    }

    /// The share of boundaries with any molecule; `None` for an empty stretch.
    pub fn covered_frac(&self) -> Option<f64> {
        let total = self.total();
        let bare = self.boundaries.get(&0).copied().unwrap_or(0);
        (total > 0).then(|| (total - bare) as f64 / total as f64)
    }

    /// The median depth, the lower one of two; `None` for an empty stretch.
    pub fn median(&self) -> Option<u32> {
        self.median_from(0)
    }

    /// The same over the boundaries with any molecule; `None` where there is none.
    pub fn covered_median(&self) -> Option<u32> {
        self.median_from(1)
    }

    fn median_from(&self, least: u32) -> Option<u32> {
        let counted = || self.boundaries.range(least..);
        let middle = counted().map(|(_, count)| count).sum::<u64>().checked_sub(1)? / 2;
        let mut passed = 0;
        counted().find_map(|(&depth, &count)| {
            passed += count;
            (passed > middle).then_some(depth)
        })
    }

    /// The mean of a value that depends on the depth.
    pub fn mean(&self, value: impl Fn(u32) -> f64) -> f64 {
        let sum: f64 = self.boundaries.iter().map(|(&depth, &count)| value(depth) * count as f64).sum();
        sum / self.total().max(1) as f64
    }

    /// The same with depths that differ by less than a hundredth put to the lower one: deep stretches have thousands of depths.
    #[must_use]
    pub fn coarse(&self) -> Self {
        let mut coarse = Self::default();
        let mut lowest = 0;
        for (&depth, &count) in &self.boundaries {
            if depth - lowest > depth / 100 {
                lowest = depth;
            }
            *coarse.boundaries.entry(lowest).or_default() += count;
        }
        coarse
    }

    /// Adds the boundaries of another stretch.
    pub fn absorb(&mut self, other: Self) {
        for (depth, count) in other.boundaries {
            *self.boundaries.entry(depth).or_default() += count;
        }
    }
}

/// The depth of molecules over each interval, in order.
///
/// # Errors
/// When the file cannot be read.
pub fn profiles(pool: &ThreadPool, library: &Library, intervals: &[Interval]) -> Result<Vec<Histogram>> {
    let jobs: Vec<(usize, Interval)> = intervals
        .iter()
        .enumerate()
        .flat_map(|(index, interval)| tile::tiles(&[*interval], TILE_BP).into_iter().map(move |tile| (index, tile)))
        .collect();
    let assay = &library.assay;
    let reach = if assay.long_reads { 0 } else { assay.insert_max_bp.max(assay.read_length_bp).saturating_mul(2) };
    let parts = tile::run(
        pool,
        jobs.len(),
        || library.reader(),
        |reader, job| {
            let tile = jobs[job].1;
            let window = Interval { start: tile.start.saturating_sub(reach), end: tile.end.saturating_add(reach), ..tile };
            let mut views: Vec<ReadRecord> = Vec::new();
            let mut flagged: FxHashSet<FragmentId> = FxHashSet::default();
            reader.visit(window, |record, lane| {
                if let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, assay.umi.as_ref()) {
                    view.fragment = lane.fragment(view.fragment);
                    if view.duplicate && leaves_out_flagged(assay.duplicates) {
                        flagged.insert(view.fragment);
                    } else if view.pieces.iter().any(|piece| piece.mapq >= MIN_MAPQ) {
                        views.push(view);
                    }
                }
            })?;
            views.retain(|view| !flagged.contains(&view.fragment));
            Ok(histogram(&views, tile, assay))
        },
    )?;
    let mut histograms = vec![Histogram::default(); intervals.len()];
    for ((index, _), part) in jobs.iter().zip(parts) {
        histograms[*index].absorb(part);
    }
    Ok(histograms)
}

/// The depths of the boundaries `tile.start + 1 ..= tile.end`: each boundary belongs to the base before it.
fn histogram(views: &[ReadRecord], tile: Interval, assay: &Assay) -> Histogram {
    let molecules = Molecules::group(views, assay.duplicates);
    let mut shown: FxHashMap<FragmentId, Vec<(u32, u32)>> = FxHashMap::default();
    for view in views {
        let stretches = shown.entry(molecules.of(view.fragment)).or_default();
        stretches.extend(
            across(view, tile, assay).into_iter().filter(|(first, last)| first <= last && *first <= tile.end && *last > tile.start),
        );
    }
    let mut steps = vec![0i64; tile.length_bp() as usize + 1];
    for stretches in shown.values_mut() {
        stretches.sort_unstable();
        let mut done = tile.start;
        for &(first, last) in stretches.iter() {
            let (first, last) = (first.max(done + 1), last.min(tile.end));
            if first <= last {
                steps[(first - tile.start - 1) as usize] += 1;
                steps[(last - tile.start) as usize] -= 1;
                done = last;
            }
        }
    }
    let mut histogram = Histogram::default();
    let mut depth = 0;
    for step in &steps[..steps.len() - 1] {
        depth += step;
        *histogram.boundaries.entry(depth.max(0) as u32).or_default() += 1;
    }
    histogram
}

/// The boundaries that a record's fragment lies across, as first and last ones.
fn across(view: &ReadRecord, tile: Interval, assay: &Assay) -> Vec<(u32, u32)> {
    let here = || view.pieces.iter().filter(|piece| piece.contig == tile.contig);
    let mut list: Vec<(u32, u32)> = here().map(|piece| (piece.start + MIN_ANCHOR_BP, piece.end.saturating_sub(MIN_ANCHOR_BP))).collect();
    let Some(mate) = view.mate.filter(|mate| mate.contig == tile.contig && view.kind == RecordKind::Primary) else { return list };
    let (Some(low), Some(high)) = (here().map(|piece| piece.start).min(), here().map(|piece| piece.end).max()) else { return list };
    let strand = view.pieces[0].strand;
    let near = low.abs_diff(mate.start) <= assay.insert_max_bp.max(assay.read_length_bp).saturating_mul(2);
    if strand != mate.strand && near {
        list.push(match strand {
            Strand::Forward => (low + MIN_ANCHOR_BP, mate.start),
            Strand::Reverse => (mate.start + MIN_ANCHOR_BP, high.saturating_sub(MIN_ANCHOR_BP)),
        });
    }
    list
}
