//! Reads BAI and CSI indexes; every length is checked before it is used.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::read::MultiGzDecoder;

use super::Location;
use crate::bgzf::VirtualOffset;
use crate::error::{Error, Result};
use crate::genome::Interval;

/// Largest index that is read, in bytes after unpacking: fifty times that of a whole genome at 30-fold depth.
pub const MAX_BYTES: u64 = 512 << 20;

/// Bases of a leaf of BAI as a power of two, and the levels below its root (SAM specification, section 5.1.1).
const BAI_MIN_SHIFT: u32 = 14;
const BAI_DEPTH: u32 = 5;

/// Deepest tree whose bin numbers fit into 31 bits, as htslib needs them.
const MAX_DEPTH: u32 = 9;

/// Largest place that a tree may reach, as a power of two.
const MAX_SHIFT: u32 = 60;

/// A binning index.
#[derive(Debug)]
pub(super) struct Binning {
    /// One a contig, in the order of the header.
    pub references: Vec<ReferenceBins>,
    /// Reads without a place, where the index counts them.
    pub unplaced: Option<u64>,
    /// The tree that its bins form.
    pub tree: BinTree,
}

/// The tree of bins: each has eight children, the root covers all.
#[derive(Debug, Clone, Copy)]
pub(super) struct BinTree {
    min_shift: u32,
    depth: u32,
}

/// What the index knows of one contig.
#[derive(Debug, Default)]
pub(super) struct ReferenceBins {
    /// Bins by number.
    pub bins: Vec<Bin>,
    /// For each window of the width of a leaf its first record; 0 where not known. CSI has none.
    pub linear: Vec<LinearEntry>,
    /// Where the contig's records begin and end.
    pub span: Option<Chunk>,
}

/// One entry of the linear index.
#[derive(Debug)]
pub(super) struct LinearEntry {
    pub offset: VirtualOffset,
    checked: AtomicBool,
}

/// A bin with its chunks.
#[derive(Debug)]
pub(super) struct Bin {
    pub number: u32,
    /// First record that overlaps the bin's first leaf, in CSI.
    pub first: Option<VirtualOffset>,
    pub chunks: Vec<Chunk>,
    checked: AtomicBool,
}

/// Records that follow each other in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chunk {
    pub begin: VirtualOffset,
    pub end: VirtualOffset,
}

/// A stretch of a contig, interbase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexWindow {
    pub start: u64,
    pub end: u64,
}

/// A place in the file at which the index says that a record of a window starts.
#[derive(Debug)]
pub(super) struct Start<'a> {
    pub contig: usize,
    pub offset: VirtualOffset,
    /// Where the record must start; anywhere on the contig for the linear index.
    pub window: Option<IndexWindow>,
    checked: &'a AtomicBool,
}

impl Start<'_> {
    /// Notes that the file bears it out.
    pub(super) fn is_right(&self) {
        self.checked.store(true, Ordering::Relaxed);
    }
}

impl BinTree {
    /// Number of the first bin of a level; the root is level 0.
    fn first(level: u32) -> u64 {
        ((1u64 << (3 * level)) - 1) / 7
    }

    /// One more than the largest number of a bin; the one after this holds counts.
    pub(super) fn bins(self) -> u64 {
        Self::first(self.depth + 1)
    }

    /// The stretch of a bin.
    pub(super) fn window(self, number: u32) -> IndexWindow {
        let level = (0..=self.depth).rev().find(|level| u64::from(number) >= Self::first(*level)).unwrap_or(0);
        let shift = self.min_shift + 3 * (self.depth - level);
        let start = (u64::from(number) - Self::first(level)) << shift;
        IndexWindow { start, end: start + (1 << shift) }
    }

    /// The stretch of a window of the linear index.
    pub(super) fn leaf(self, index: usize) -> IndexWindow {
        let start = (index as u64) << self.min_shift;
        IndexWindow { start, end: start + (1 << self.min_shift) }
    }

    fn parent(number: u64) -> u64 {
        (number - 1) >> 3
    }
}

impl ReferenceBins {
    /// The bins that overlap a stretch.
    pub(super) fn overlapping(&self, tree: BinTree, window: IndexWindow) -> impl Iterator<Item = &Bin> {
        (0..=tree.depth).flat_map(move |level| {
            let shift = tree.min_shift + 3 * (tree.depth - level);
            let (low, high) =
                (BinTree::first(level) + (window.start >> shift), BinTree::first(level) + (window.end.saturating_sub(1) >> shift));
            let from = self.bins.partition_point(|bin| u64::from(bin.number) < low);
            self.bins[from..].iter().take_while(move |bin| u64::from(bin.number) <= high.min(BinTree::first(level + 1) - 1))
        })
    }

    /// The bin from which htslib knows where the reads of a stretch are over: the next one behind it.
    fn behind(&self, tree: BinTree, window: IndexWindow) -> Option<&Bin> {
        let mut number = BinTree::first(tree.depth) + (window.end.saturating_sub(1) >> tree.min_shift) + 1;
        if number >= tree.bins() {
            return None;
        }
        loop {
            while number % 8 == 1 {
                number = BinTree::parent(number);
            }
            if number == 0 {
                return None;
            }
            if let Ok(found) = self.bins.binary_search_by_key(&number, |bin| u64::from(bin.number)) {
                return self.bins.get(found);
            }
            number += 1;
        }
    }
}

impl Binning {
    /// What htslib uses to look up an interval and was not yet compared with the file.
    pub(super) fn unchecked(&self, interval: Interval) -> Vec<Start<'_>> {
        let contig = interval.contig.0 as usize;
        let Some(reference) = self.references.get(contig) else { return Vec::new() };
        let window = IndexWindow { start: u64::from(interval.start), end: u64::from(interval.end).max(u64::from(interval.start) + 1) };
        let bins = reference.overlapping(self.tree, window).chain(reference.behind(self.tree, window));
        let mut starts: Vec<Start<'_>> = bins
            .filter(|bin| !bin.checked.load(Ordering::Relaxed))
            .flat_map(|bin| {
                let start = |offset, window| Start { contig, offset, window, checked: &bin.checked };
                let first = bin.first.filter(|first| first.0 > 0).map(|first| start(first, None));
                first.into_iter().chain(bin.chunks.iter().map(move |chunk| start(chunk.begin, Some(self.tree.window(bin.number)))))
            })
            .collect();
        let at = ((window.start >> self.tree.min_shift) as usize).min(reference.linear.len().saturating_sub(1));
        let linear = reference.linear.get(at).filter(|entry| entry.offset.0 > 0 && !entry.checked.load(Ordering::Relaxed));
        starts.extend(linear.map(|entry| Start { contig, offset: entry.offset, window: None, checked: &entry.checked }));
        starts
    }
}

fn remedy(of: &Path) -> String {
    format!("make it anew with: samtools index {}", of.display())
}

/// Reads a BAI or CSI file, whichever its first bytes say.
pub(super) fn read(index: &Location, of: &Path) -> Result<Binning> {
    let bytes = bytes(index, of)?;
    parse(&bytes).map_err(|why| Error::input(&index.name, format!("is no whole index ({why})"), remedy(of)))
}

/// The bytes of the index of a file, unpacked.
pub(super) fn bytes(index: &Location, of: &Path) -> Result<Vec<u8>> {
    let path = &index.name;
    let mut file = BufReader::new(File::open(&index.path).map_err(Error::opening(path, remedy(of)))?);
    let mut bytes = Vec::new();
    let packed = io::BufRead::fill_buf(&mut file).map_err(Error::io(path, "read"))?.starts_with(&[0x1f, 0x8b]);
    let mut source: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let count = source.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes);
    let count = count.map_err(|error| Error::input(path, format!("cannot be unpacked ({error})"), remedy(of)))?;
    if count as u64 > MAX_BYTES {
        return Err(Error::input(path, format!("is larger than {} MiB, which no index is", MAX_BYTES >> 20), remedy(of)));
    }
    Ok(bytes)
}

/// The part of the bytes that was not read yet.
struct Rest<'a>(&'a [u8]);

type Parsed<T> = std::result::Result<T, String>;

impl Rest<'_> {
    fn bytes<const N: usize>(&mut self) -> Parsed<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or("it ends too early")?;
        self.0 = rest;
        Ok(*first)
    }

    fn number(&mut self) -> Parsed<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    fn long(&mut self) -> Parsed<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    fn offset(&mut self) -> Parsed<VirtualOffset> {
        self.long().map(VirtualOffset)
    }

    /// A count of things of so many bytes each, at least, that are still to come.
    fn count(&mut self, of: &str, bytes_each: usize) -> Parsed<usize> {
        let count = self.number()? as usize;
        if count > self.0.len() / bytes_each {
            return Err(format!("it counts {count} {of} and has no room for them"));
        }
        Ok(count)
    }

    fn chunk(&mut self) -> Parsed<Chunk> {
        Ok(Chunk { begin: self.offset()?, end: self.offset()? })
    }
}

fn parse(bytes: &[u8]) -> Parsed<Binning> {
    let mut rest = Rest(bytes);
    let is_csi = match &rest.bytes::<4>()? {
        b"BAI\x01" => false,
        b"CSI\x01" => true,
        b"TBI\x01" => return Err("it is one of tabix".to_owned()),
        _ => return Err("it does not begin as one".to_owned()),
    };
    let mut tree = BinTree { min_shift: BAI_MIN_SHIFT, depth: BAI_DEPTH };
    if is_csi {
        tree = BinTree { min_shift: rest.number()?, depth: rest.number()? };
        if tree.depth > MAX_DEPTH || tree.min_shift > MAX_SHIFT || tree.min_shift + 3 * tree.depth > MAX_SHIFT {
            return Err(format!("its bins begin at 2^{} bases on {} levels", tree.min_shift, tree.depth));
        }
        let more = rest.count("bytes of notes", 1)?;
        rest.0 = &rest.0[more..];
    }
    let count = rest.count("contigs", 4)?;
    let mut references = Vec::with_capacity(count);
    for _ in 0..count {
        references.push(reference(&mut rest, tree, is_csi)?);
    }
    let unplaced = if rest.0.is_empty() { None } else { Some(rest.long()?) };
    if !rest.0.is_empty() {
        return Err(format!("{} bytes follow its end", rest.0.len()));
    }
    Ok(Binning { references, unplaced, tree })
}

fn reference(rest: &mut Rest<'_>, tree: BinTree, is_csi: bool) -> Parsed<ReferenceBins> {
    let mut reference = ReferenceBins::default();
    let count = rest.count("bins", if is_csi { 16 } else { 8 })?;
    reference.bins.reserve(count);
    for _ in 0..count {
        let number = rest.number()?;
        let first = if is_csi { Some(rest.offset()?) } else { None };
        let chunks = rest.count("chunks", 16)?;
        if u64::from(number) == tree.bins() + 1 {
            if chunks != 2 || reference.span.is_some() {
                return Err("the counts of a contig are not two pairs".to_owned());
            }
            reference.span = Some(rest.chunk()?);
            // How many reads are aligned and how many not: htslib knows them too.
            rest.chunk()?;
            continue;
        }
        if u64::from(number) >= tree.bins() || chunks == 0 {
            return Err(format!("bin {number} is none, or has nothing in it"));
        }
        let chunks = (0..chunks).map(|_| rest.chunk()).collect::<Parsed<Vec<_>>>()?;
        if chunks.iter().any(|chunk| chunk.begin > chunk.end) {
            return Err(format!("a chunk of bin {number} ends before it begins"));
        }
        reference.bins.push(Bin { number, first, chunks, checked: AtomicBool::new(false) });
    }
    reference.bins.sort_by_key(|bin| bin.number);
    if let Some(pair) = reference.bins.windows(2).find(|pair| pair[0].number == pair[1].number) {
        return Err(format!("it has bin {} twice", pair[0].number));
    }
    if !is_csi {
        let windows = rest.count("windows", 8)?;
        let entry = |offset| LinearEntry { offset, checked: AtomicBool::new(false) };
        reference.linear = (0..windows).map(|_| rest.offset().map(entry)).collect::<Parsed<_>>()?;
    }
    let begin = reference.bins.iter().flat_map(|bin| &bin.chunks).map(|chunk| chunk.begin).min();
    let end = reference.bins.iter().flat_map(|bin| &bin.chunks).map(|chunk| chunk.end).max();
    let own = begin.zip(end).map(|(begin, end)| Chunk { begin, end });
    reference.span = reference.span.filter(|_| own.is_some()).or(own);
    Ok(reference)
}
