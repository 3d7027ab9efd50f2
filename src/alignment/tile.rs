//! Parallel reading: tiles of the genome and the worker threads that take them. Each worker opens one reader; results come in the order of the
//! tiles, whichever worker made them.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::error::{Error, Result};
use crate::genome::Interval;

/// The index of a BAM knows places to so many bases (SAM specification 5.1.3): stretches closer than that are read at once, since a
/// second look-up would unpack the same blocks again.
pub const INDEXED_BP: u32 = 1 << 14;

/// A thread pool of this many workers.
///
/// # Errors
/// When the system gives no threads.
pub fn pool(threads: usize) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Config(format!("cannot start {threads} threads ({error}); give a smaller --threads")))
}

/// Cuts intervals into tiles of at most `width_bp`, in order.
pub fn tiles(intervals: &[Interval], width_bp: u32) -> Vec<Interval> {
    let mut list = Vec::new();
    for interval in intervals {
        let mut start = interval.start;
        while start < interval.end {
            let end = interval.end.min(start.saturating_add(width_bp.max(1)));
            list.push(Interval { start, end, ..*interval });
            start = end;
        }
    }
    list
}

/// Intervals sorted, with those merged that overlap or lie within `gap_bp` of each other.
pub fn merged(mut intervals: Vec<Interval>, gap_bp: u32) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut list: Vec<Interval> = Vec::new();
    for interval in intervals {
        match list.last_mut() {
            Some(last) if last.contig == interval.contig && interval.start <= last.end.saturating_add(gap_bp) => {
                last.end = last.end.max(interval.end);
            }
            _ => list.push(interval),
        }
    }
    list
}

/// Whether one of the intervals, which are sorted and merged, has a base in common with another one.
pub fn overlaps(merged: &[Interval], other: &Interval) -> bool {
    let first = merged.partition_point(|interval| (interval.contig, interval.end) <= (other.contig, other.start));
    merged.get(first).is_some_and(|interval| interval.contig == other.contig && interval.start < other.end)
}

/// Does `count` pieces of work, each worker with its own state from `open`, and returns the results in order.
///
/// # Errors
/// The error of the first piece (in order) that failed.
pub fn run<S, T: Send>(
    pool: &ThreadPool,
    count: usize,
    open: impl Fn() -> Result<S> + Sync,
    work: impl Fn(&mut S, usize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let per_worker: Vec<Vec<(usize, Result<T>)>> = pool.broadcast(|_| {
        let mut done = Vec::new();
        let mut state: Option<S> = None;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return done;
            }
            let result = match state.as_mut() {
                Some(state) => work(state, index),
                None => open().and_then(|opened| work(state.insert(opened), index)),
            };
            done.push((index, result));
        }
    });
    let mut all: Vec<(usize, Result<T>)> = per_worker.into_iter().flatten().collect();
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;

    fn interval(start: u32, end: u32) -> Interval {
        Interval { contig: ContigId(0), start, end }
    }

    #[test]
    fn tiles_cover_each_base_once() {
        let cut = tiles(&[interval(5, 30), interval(40, 41)], 10);
        assert_eq!(cut, [interval(5, 15), interval(15, 25), interval(25, 30), interval(40, 41)]);
    }

    #[test]
    fn results_come_in_order_whatever_the_threads() {
        for threads in 1..4 {
            let pool = pool(threads).expect("a few threads can be started");
            let squares = run(&pool, 50, || Ok(()), |(), index| Ok(index * index)).expect("nothing fails here");
            assert_eq!(squares, (0..50).map(|i| i * i).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_first_error_in_order_wins() {
        let pool = pool(2).expect("two threads can be started");
        let result = run(&pool, 9, || Ok(()), |(), index| if index > 3 { Err(Error::Config(index.to_string())) } else { Ok(()) });
        assert_eq!(result.err().map(|error| error.to_string()), Some("4".to_owned()));
    }

    #[test]
    fn near_intervals_merge() {
        assert_eq!(merged(vec![interval(50, 60), interval(0, 10), interval(12, 20)], 2), [interval(0, 20), interval(50, 60)]);
    }
}
