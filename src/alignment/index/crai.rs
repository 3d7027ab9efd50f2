//! Reads and checks the index of a CRAM (CRAI): one line a slice, in the order of the file (CRAM specification, section 12).

use std::fs::File;
use std::ops::Range;
use std::path::Path;

use super::super::cram::{self, container, Container, DEFINITION_BYTES};
use super::parse;
use super::{Location, Refusal};
use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Interval};

/// Most containers that are compared with the file; if there are more, an even sample of them.
const MAX_CONTAINERS: usize = 1 << 14;

/// Bytes of the container that ends a CRAM of version 3.
const EOF_BYTES: u64 = 38;

/// Slices whose reads are kept at a time: an interval at the border of two needs both.
const MAX_KEPT: usize = 2;

/// The packed bytes of these at most: slices of long reads may have hundreds of megabytes when they are unpacked.
const MAX_KEPT_BYTES: i64 = 8 << 20;

/// One line.
#[derive(Debug, Clone, Copy)]
struct Slice {
    /// Number of the contig; -1 for reads without a place.
    tid: i32,
    start: i32,
    span: i32,
    /// First byte of its container.
    container: u64,
    /// Where it begins in the container, behind the header.
    landmark: i32,
    bytes: i32,
}

/// What an index says of its file.
#[derive(Debug)]
pub(super) struct CraiSummary {
    /// Bytes of the file, of one elsewhere as far as the index knows.
    pub bytes: u64,
    /// The contigs with reads, in order.
    contigs: Vec<OfContig>,
    /// Slices with placed reads, in order.
    slices: Vec<Slice>,
    /// For each of them where the furthest of its contig up to it ends.
    furthest: Vec<i32>,
}

/// Slices that hold all reads of an interval, by their places in the index, and the interval that they span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slices {
    places: Range<usize>,
    /// Where their reads lie.
    pub span: Interval,
}

/// What an index says of the reads of one contig.
#[derive(Debug)]
struct OfContig {
    tid: i32,
    /// First base of the first slice with reads of it, 0-based.
    start: u32,
    /// Whether htslib compares the FASTA with the checksum of each slice with reads of it.
    is_compared: bool,
}

/// How the FASTA is held against the reads of a contig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// There are no reads.
    Unread,
    /// htslib does it, slice by slice; the first one has a read at this base or behind it (0-based).
    BySlice(u32),
    /// Nobody does.
    Not,
}

impl Slices {
    /// For tests of what keeps their reads.
    #[cfg(test)]
    pub fn new(places: Range<usize>, span: Interval) -> Self {
        Self { places, span }
    }
}

impl CraiSummary {
    /// How the FASTA is held against the reads of a contig.
    pub(super) fn compared(&self, contig: ContigId) -> Compared {
        match self.contigs.binary_search_by_key(&(contig.0 as i32), |own| own.tid) {
            Err(_) => Compared::Unread,
            Ok(at) if self.contigs[at].is_compared => Compared::BySlice(self.contigs[at].start),
            Ok(_) => Compared::Not,
        }
    }

    /// The slices that an interval needs, if they are few.
    pub(super) fn slices(&self, interval: Interval) -> Option<Slices> {
        let tid = interval.contig.0 as i32;
        let own = self.slices.partition_point(|slice| slice.tid < tid)..self.slices.partition_point(|slice| slice.tid <= tid);
        let (first, slices) = (own.start, &self.slices[own.clone()]);
        // 1-based places of first bases, and 0-based ends.
        let end = slices.partition_point(|slice| i64::from(slice.start) <= i64::from(interval.end));
        let begin = self.furthest[own].partition_point(|end| i64::from(*end) <= i64::from(interval.start));
        let few = slices.get(begin..end).filter(|few| (1..=MAX_KEPT).contains(&few.len()))?;
        let bytes: i64 = few.iter().map(|slice| i64::from(slice.bytes)).sum();
        if bytes > MAX_KEPT_BYTES {
            return None;
        }
        let span = Interval {
            contig: interval.contig,
            start: few[0].start.saturating_sub(1).max(0) as u32,
            end: few.iter().map(Slice::end).max().unwrap_or(0).max(0) as u32,
        };
        // What needs these slices alone ends before the next one begins; one read over a long intron may reach far beyond.
        let next = slices.get(end).map_or(u32::MAX, |next| next.start.saturating_sub(1).max(0) as u32);
        let span = Interval { end: span.end.min(next), ..span };
        Some(Slices { places: first + begin..first + end, span })
    }

    fn of(mut slices: Vec<Slice>, bytes: u64, file: Option<&File>) -> Self {
        let place = |slice: &Slice| (slice.container, slice.landmark);
        // A slice with reads of several contigs has a line for each, and no checksum.
        let is_shared = |at: usize| {
            let same = |other: Option<&Slice>| other.is_some_and(|other| place(other) == place(&slices[at]));
            same(at.checked_sub(1).and_then(|before| slices.get(before))) || same(slices.get(at + 1))
        };
        let mut contigs: Vec<OfContig> = Vec::new();
        for (at, slice) in slices.iter().enumerate().filter(|(_, slice)| slice.tid >= 0) {
            if let Some(last) = contigs.last_mut().filter(|last| last.tid == slice.tid) {
                last.is_compared &= !is_shared(at);
            } else {
                let is_compared = !is_shared(at) && file.is_some_and(|file| has_checksum(file, bytes, slice));
                contigs.push(OfContig { tid: slice.tid, start: slice.start.saturating_sub(1).max(0) as u32, is_compared });
            }
        }
        slices.retain(|slice| slice.tid >= 0);
        let mut furthest: Vec<i32> = Vec::with_capacity(slices.len());
        for (at, slice) in slices.iter().enumerate() {
            let before = at.checked_sub(1).filter(|before| slices[*before].tid == slice.tid).map_or(0, |before| furthest[before]);
            furthest.push(slice.end().max(before));
        }
        Self { bytes, contigs, slices, furthest }
    }
}

impl Slice {
    /// 0-based, exclusive.
    fn end(&self) -> i32 {
        self.start.saturating_sub(1).saturating_add(self.span)
    }
}

/// Whether the slices have a checksum of their reference. One slice is looked at: a program writes it into all or none.
fn has_checksum(file: &File, size: u64, slice: &Slice) -> bool {
    let body = container(file, slice.container, size).filter(|_| cram::is_known(file)).map(|container| container.body);
    // A slice with bases of its own is held against these, never against the FASTA.
    let is_held = |header: cram::SliceHeader| header.tid == slice.tid && header.has_checksum && !header.embeds;
    body.and_then(|body| cram::slice(file, body, slice.landmark)).is_some_and(is_held)
}

/// Checks an index against itself and, where the file is here, against its containers.
///
/// # Errors
/// When a file cannot be read; a refusal is inside.
pub(super) fn check(index: &Location, of: &Path, contigs: &Contigs, is_here: bool) -> Result<std::result::Result<CraiSummary, Refusal>> {
    let bytes = parse::bytes(index, of)?;
    if !is_here {
        let end = |slices: &[Slice]| slices.iter().map(|slice| slice.container + slice.bytes as u64).max().unwrap_or(0);
        return Ok(slices(&bytes, contigs, u64::MAX).map(|slices| {
            let end = end(&slices);
            CraiSummary::of(slices, end, None)
        }));
    }
    let file = File::open(of).map_err(Error::opening(of, "give a CRAM"))?;
    let size = file.metadata().map_err(Error::io(of, "look at it"))?.len();
    let slices = slices(&bytes, contigs, size);
    Ok(slices.and_then(|slices| compare(&slices, &file, size).map(|()| CraiSummary::of(slices, size, Some(&file)))))
}

fn slices(bytes: &[u8], contigs: &Contigs, size: u64) -> std::result::Result<Vec<Slice>, Refusal> {
    let damaged = |line: usize, what: &str| Refusal::Damaged(format!("line {line} {what}"));
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Damaged("it is no text".to_owned()))?;
    let mut slices: Vec<Slice> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let slice = slice(line).ok_or_else(|| damaged(number, "is not six numbers"))?;
        if slice.tid < -1 || slice.tid >= contigs.len() as i32 {
            return Err(Refusal::Foreign(format!("line {number} names contig {}, the file has {}", slice.tid, contigs.len())));
        }
        let is_place = slice.start >= 0 && slice.span >= 0 && slice.start.checked_add(slice.span).is_some();
        if !is_place || slice.bytes < 0 || slice.landmark < 0 {
            return Err(damaged(number, "has numbers out of range"));
        }
        if slice.container + slice.bytes as u64 > size {
            let place = slice.container + slice.bytes as u64;
            return Err(Refusal::Foreign(format!("it goes on to byte {place} of the file, which has {size}: it may be truncated")));
        }
        // Reads without a place come last.
        let key = |slice: &Slice| (slice.tid as u32, slice.start);
        if slices.last().is_some_and(|last| slice.container < last.container || slice.tid >= 0 && key(&slice) < key(last)) {
            return Err(damaged(number, "is not in the order of the file"));
        }
        slices.push(slice);
    }
    Ok(slices)
}

fn slice(line: &str) -> Option<Slice> {
    let mut fields = line.split('\t');
    let mut number = || fields.next()?.parse::<i32>().ok();
    let (tid, start, span) = (number()?, number()?, number()?);
    let container = fields.next()?.parse::<u64>().ok().filter(|offset| *offset < 1 << 62)?;
    let mut number = || fields.next()?.parse::<i32>().ok();
    let slice = Slice { tid, start, span, container, landmark: number()?, bytes: number()? };
    fields.next().is_none().then_some(slice)
}

/// The containers of the index are those of the file: each begins where it says, holds these slices, and is followed by the next.
fn compare(slices: &[Slice], file: &File, size: u64) -> std::result::Result<(), Refusal> {
    let Some(header) = container(file, DEFINITION_BYTES, size).filter(|_| cram::is_known(file)) else { return Ok(()) };
    let groups: Vec<&[Slice]> = slices.chunk_by(|x, y| x.container == y.container).collect();
    let begin = |place: usize| groups.get(place).map_or(size - EOF_BYTES.min(size), |group| group[0].container);
    if begin(0) != header.next {
        return Err(Refusal::Foreign(format!("its first reads lie at byte {}, those of the file at {}", begin(0), header.next)));
    }
    let step = groups.len().div_ceil(MAX_CONTAINERS).max(1);
    for (place, group) in groups.iter().enumerate() {
        if place % step != 0 && place + 1 != groups.len() {
            continue;
        }
        let at = begin(place);
        let holds = |container: &Container| {
            let fits = |slice: &Slice| {
                container.landmarks.contains(&slice.landmark) && (container.tid == cram::SEVERAL || container.tid == slice.tid)
            };
            group.iter().all(fits) && container.next == begin(place + 1)
        };
        if !container(file, at, size).is_some_and(|container| holds(&container)) {
            return Err(Refusal::Foreign(format!("at byte {at} of the file it sees reads that are not there, or not all of them")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(tid: i32, start: i32, span: i32, container: u64) -> Slice {
        Slice { tid, start, span, container, landmark: 0, bytes: 100 }
    }

    fn at(contig: u32, start: u32, end: u32) -> Interval {
        Interval { contig: ContigId(contig), start, end }
    }

    #[test]
    fn an_interval_needs_the_slices_whose_reads_reach_it() {
        let lines = vec![slice(0, 101, 1_000, 0), slice(0, 151, 50, 1), slice(0, 301, 100, 2), slice(1, 101, 100, 3), slice(-1, 0, 1, 4)];
        let summary = CraiSummary::of(lines, 1_000, None);
        let needed = |interval| summary.slices(interval).map(|slices| (slices.places, slices.span.start, slices.span.end));
        assert_eq!(needed(at(0, 100, 101)), Some((0..1, 100, 150)), "who needs the first alone ends before the second begins");
        assert_eq!(needed(at(0, 0, 151)), Some((0..2, 100, 300)));
        assert_eq!(needed(at(0, 1_000, 1_010)), None, "three may reach there");
        assert_eq!(needed(at(0, 0, 100)), None);
        assert_eq!(needed(at(0, 1_100, 1_200)), None);
        assert_eq!(needed(at(1, 150, 160)), Some((3..4, 100, 200)));
        assert_eq!(needed(at(2, 0, 1_000)), None);
    }

    #[test]
    fn htslib_compares_nothing_where_a_slice_has_reads_of_several_contigs() {
        let summary = CraiSummary::of(vec![slice(0, 101, 50, 0), slice(1, 1, 50, 1), slice(2, 1, 50, 1)], 1_000, None);
        assert_eq!([1, 2, 3].map(|contig| summary.compared(ContigId(contig))), [Compared::Not, Compared::Not, Compared::Unread]);
    }
}
