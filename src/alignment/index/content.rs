//! Checks a BAI or CSI index against the file: at the places it names, the records must be those that it promises.

use super::parse::{Bin, BinTree, Binning, IndexWindow, ReferenceBins, Start};
use super::Refusal;
use crate::bgzf::{Blocks, Fault, VirtualOffset, MAX_BLOCK_BYTES};
use crate::genome::{ContigId, Contigs};

/// Most contigs whose begin and end are compared with the file; if there are more, an even sample of them.
const MAX_CONTIGS: usize = 256;

/// Bytes of a record before its name, with the length that stands before them (SAM specification, section 4.2).
const FIXED_BYTES: usize = 36;

/// Longest name of a read with its end.
const MAX_NAME_BYTES: usize = 255;

/// Flag of a read that is not aligned.
const UNALIGNED: u16 = 4;

/// The first bytes of a record.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Number of the contig; -1 for a read without a place.
    tid: i32,
    /// 0-based first base.
    position: i32,
    flags: u16,
}

/// Where no record starts.
enum NoRecord {
    /// The file ends.
    End,
    /// Other bytes are there.
    Other,
    /// The bytes cannot be had.
    Unreadable(String),
}

/// Reads the first bytes of the record at an offset and tells whether they can be those of one.
fn head(offset: VirtualOffset, blocks: &mut Blocks) -> Result<Head, NoRecord> {
    let mut bytes = [0; FIXED_BYTES + MAX_NAME_BYTES];
    let count = blocks.read_at(offset, &mut bytes).map_err(|fault| match fault {
        Fault::NoBlock => NoRecord::Other,
        Fault::Damaged => NoRecord::Unreadable(format!("the block at byte {} is damaged", offset.block())),
        Fault::Io(error) => NoRecord::Unreadable(error.to_string()),
    })?;
    if count == 0 {
        return Err(NoRecord::End);
    }
    let number = |at: usize| i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let short = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let (size, tid, position, name_bytes) = (number(0), number(4), number(8), usize::from(bytes[12]));
    let (operations, bases) = (i64::from(short(16)), i64::from(number(20)));
    let needed = 32 + name_bytes as i64 + 4 * operations + (bases + 1) / 2 + bases;
    let name_ends = count >= FIXED_BYTES + name_bytes && name_bytes > 0 && bytes[FIXED_BYTES + name_bytes - 1] == 0;
    if count < FIXED_BYTES || !name_ends || bases < 0 || i64::from(size) < needed || tid < -1 || position < -1 {
        return Err(NoRecord::Other);
    }
    Ok(Head { tid, position, flags: short(18) })
}

/// Compares begin and end of contigs with the file: there the records of one end and those of the next begin, and behind the last come
/// only reads without a place. No index but the file's own fits so.
pub(super) fn check(binning: &Binning, contigs: &Contigs, first_record: VirtualOffset, blocks: &mut Blocks) -> Result<(), Refusal> {
    let spans: Vec<(usize, super::parse::Chunk)> =
        binning.references.iter().enumerate().filter_map(|(tid, reference)| Some((tid, reference.span?))).collect();
    let next = |place: usize| spans.get(place).map(|(tid, _)| *tid);
    follows(first_record, next(0), contigs, blocks)?;
    let step = spans.len().div_ceil(MAX_CONTIGS).max(1);
    for (place, (tid, span)) in spans.iter().enumerate() {
        if place % step == 0 || place + 1 == spans.len() {
            follows(span.begin, Some(*tid), contigs, blocks)?;
            follows(span.end, next(place + 1), contigs, blocks)?;
        }
    }
    let end = spans.last().map_or(first_record, |(_, span)| span.end);
    let has_unplaced = head(end, blocks).is_ok();
    if binning.unplaced.is_some_and(|count| (count > 0) != has_unplaced) {
        let there = if has_unplaced { "there are some" } else { "there is none" };
        return Err(Refusal::Foreign(format!("it counts {} reads without a place, and {there}", binning.unplaced.unwrap_or(0))));
    }
    Ok(())
}

/// Checks that the record at an offset is of a contig, or for `None` that only reads without a place, or none, are left.
fn follows(offset: VirtualOffset, tid: Option<usize>, contigs: &Contigs, blocks: &mut Blocks) -> Result<(), Refusal> {
    let found = match head(offset, blocks) {
        Ok(head) if head.tid < 0 => "reads without a place".to_owned(),
        Ok(head) => name(contigs, head.tid as usize),
        Err(NoRecord::End) => "the end of the file".to_owned(),
        Err(NoRecord::Other) => "no begin of a read".to_owned(),
        Err(NoRecord::Unreadable(why)) => return Err(Refusal::Foreign(why)),
    };
    let expected = tid.map_or_else(|| "no aligned read any more".to_owned(), |tid| name(contigs, tid));
    let is_right = match tid {
        Some(_) => found == expected,
        None => matches!(head(offset, blocks), Ok(Head { tid: -1, .. }) | Err(NoRecord::End)),
    };
    if is_right {
        return Ok(());
    }
    Err(Refusal::Foreign(format!("at byte {} it sees {expected}, where the file has {found}", offset.block())))
}

/// Checks that records of the right contig and window start where the index says, and notes that they do.
pub(super) fn check_starts(starts: &[Start<'_>], contigs: &Contigs, blocks: &mut Blocks) -> Result<(), Refusal> {
    let fits = |start: &Start<'_>, head: Head| {
        let position = u64::try_from(head.position).unwrap_or(0);
        head.tid == start.contig as i32 && start.window.is_none_or(|window| (window.start..window.end).contains(&position))
    };
    for start in starts {
        match head(start.offset, blocks) {
            Ok(head) if fits(start, head) => {}
            Err(NoRecord::Unreadable(why)) => return Err(Refusal::Foreign(why)),
            _ => {
                let (byte, contig) = (start.offset.block(), name(contigs, start.contig));
                let place = start.window.map_or(contig.clone(), |window| format!("{contig}:{}-{}", window.start + 1, window.end));
                return Err(Refusal::Foreign(format!("at byte {byte} of the file it sees reads of {place}, which are not there")));
            }
        }
    }
    // A bin has several starts: it counts as checked when all of them are right.
    starts.iter().for_each(Start::is_right);
    Ok(())
}

/// Explains, by the file, what looks wrong in an index. Without the file nothing can be explained beyond the index itself.
pub(super) struct Explained<'a>(pub Option<&'a mut Blocks>);

impl Explained<'_> {
    /// Bytes of the file.
    pub(super) fn size(&self) -> Option<u64> {
        self.0.as_ref().map(|blocks| blocks.size())
    }

    /// Whether two offsets name the same place: see [`Blocks::is_same`]. Without the file, whether they may.
    pub(super) fn is_same(&mut self, x: VirtualOffset, y: VirtualOffset) -> bool {
        if let Some(blocks) = &mut self.0 {
            return blocks.is_same(x, y);
        }
        let (low, high) = (x.min(y), x.max(y));
        low == high || high.within() == 0 && (1..=MAX_BLOCK_BYTES as u64).contains(&(high.block() - low.block()))
    }

    /// Whether the record at an offset is not aligned.
    pub(super) fn is_unaligned(&mut self, offset: VirtualOffset) -> bool {
        self.head(offset).is_some_and(|head| head.flags & UNALIGNED != 0)
    }

    /// Whether the record at an offset is of a contig and lies in a bin of its place; without the file, whether it lies in any bin.
    pub(super) fn is_in_bins(&mut self, offset: VirtualOffset, reference: &ReferenceBins, tree: BinTree, tid: usize) -> bool {
        let holds = |bin: &Bin| bin.chunks.iter().any(|chunk| (chunk.begin..chunk.end).contains(&offset));
        if self.0.is_none() {
            return reference.bins.iter().any(holds);
        }
        let Some(head) = self.head(offset) else { return false };
        let position = u64::try_from(head.position).unwrap_or(0);
        let window = IndexWindow { start: position, end: position + 1 };
        head.tid == tid as i32 && reference.overlapping(tree, window).any(holds)
    }

    fn head(&mut self, offset: VirtualOffset) -> Option<Head> {
        self.0.as_mut().and_then(|blocks| head(offset, blocks).ok())
    }
}

/// A contig's name, for messages.
pub(super) fn name(contigs: &Contigs, tid: usize) -> String {
    contigs.get(ContigId(tid as u32)).map_or_else(|| format!("contig {}", tid + 1), |contig| contig.name.clone())
}
