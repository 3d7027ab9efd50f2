//! The index of a CRAM: one line a slice, in the order of the file (CRAM specification, section 12).

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::parse;
use super::{Location, Refusal};
use crate::error::{Error, Result};
use crate::genome::Contigs;

/// Containers that are compared with the file; of more, every so many.
const MAX_CONTAINERS: usize = 1 << 14;

/// Bytes of the file before its first container, which holds the header (CRAM specification, section 6).
const DEFINITION_BYTES: u64 = 26;

/// Bytes of the container that ends a CRAM of version 3.
const EOF_BYTES: u64 = 38;

/// More than the header of a container takes, with places of thousand slices.
const MAX_HEADER_BYTES: usize = 1 << 13;

/// The version of CRAM whose containers are looked at.
const VERSION: u8 = 3;

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

/// The header of a container.
#[derive(Debug)]
struct Container {
    /// Contig of its reads; -2 where it has reads of several.
    tid: i32,
    landmarks: Vec<i32>,
    /// First byte behind it.
    next: u64,
}

/// Checks an index against itself and, where the file is here, against its containers; gives the bytes of the file, of one elsewhere as
/// far as the index knows.
///
/// # Errors
/// When a file cannot be read; a refusal is inside.
pub(super) fn check(index: &Location, of: &Path, contigs: &Contigs, is_here: bool) -> Result<std::result::Result<u64, Refusal>> {
    let bytes = parse::bytes(index, of)?;
    if !is_here {
        let end = |slices: Vec<Slice>| slices.iter().map(|slice| slice.container + slice.bytes as u64).max().unwrap_or(0);
        return Ok(slices(&bytes, contigs, u64::MAX).map(end));
    }
    let file = File::open(of).map_err(Error::opening(of, "give a CRAM"))?;
    let size = file.metadata().map_err(Error::io(of, "look at it"))?.len();
    Ok(slices(&bytes, contigs, size).and_then(|slices| compare(&slices, &file, size).map(|()| size)))
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
    let mut version = [0; 5];
    let is_known = file.read_exact_at(&mut version, 0).is_ok() && version[4] == VERSION;
    let Some(header) = container(file, DEFINITION_BYTES, size).filter(|_| is_known) else { return Ok(()) };
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
            let fits = |slice: &Slice| container.landmarks.contains(&slice.landmark) && (container.tid == -2 || container.tid == slice.tid);
            group.iter().all(fits) && container.next == begin(place + 1)
        };
        if !container(file, at, size).is_some_and(|container| holds(&container)) {
            return Err(Refusal::Foreign(format!("at byte {at} of the file it sees reads that are not there, or not all of them")));
        }
    }
    Ok(())
}

/// Reads the header of the container at an offset; `None` where none begins (CRAM specification, section 7).
fn container(file: &File, offset: u64, size: u64) -> Option<Container> {
    let mut bytes = vec![0; size.checked_sub(offset)?.min(MAX_HEADER_BYTES as u64) as usize];
    file.read_exact_at(&mut bytes, offset).ok()?;
    let mut rest = bytes.as_slice();
    let length = i32::from_le_bytes(*rest.split_off(..4)?.first_chunk()?);
    let tid = itf8(&mut rest)?;
    // Start, span and number of records.
    for _ in 0..3 {
        itf8(&mut rest)?;
    }
    // Counter of records and number of bases.
    for _ in 0..2 {
        ltf8(&mut rest)?;
    }
    itf8(&mut rest)?;
    let count = itf8(&mut rest)?;
    let landmarks = (0..usize::try_from(count).ok()?.min(rest.len())).map(|_| itf8(&mut rest)).collect::<Option<Vec<_>>>()?;
    let checksum_bytes = 4;
    let header_bytes = (bytes.len() - rest.len() + checksum_bytes) as u64;
    let next = offset + header_bytes + u64::try_from(length).ok()?;
    (landmarks.len() == count as usize && next <= size).then_some(Container { tid, landmarks, next })
}

/// A number of 32 bits whose first byte tells by its highest bits how many follow (CRAM specification, section 2.3).
fn itf8(rest: &mut &[u8]) -> Option<i32> {
    let first = *rest.split_off_first()?;
    let more = (first.leading_ones() as usize).min(4);
    let bytes = rest.split_off(..more)?;
    let value = bytes.iter().fold(u64::from(first) & (0x7f >> more), |value, byte| value << 8 | u64::from(*byte));
    // Of the fifth byte only the lower half counts.
    let value = if more == 4 { (u64::from(first) & 0xf) << 28 | (value & 0xffff_ff00) >> 4 & 0x0fff_fff0 | value & 0xf } else { value };
    Some(value as u32 as i32)
}

/// The same for 64 bits; its value is not needed.
fn ltf8(rest: &mut &[u8]) -> Option<()> {
    let first = *rest.split_off_first()?;
    rest.split_off(..first.leading_ones() as usize).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_their_first_byte_says() {
        let value = |bytes: &[u8]| itf8(&mut { bytes });
        assert_eq!(value(&[0x7f]), Some(127));
        assert_eq!(value(&[0x81, 0x77]), Some(0x177));
        assert_eq!(value(&[0xe0, 0x45, 0x4f, 0x46]), Some(0x45_4f46));
        assert_eq!(value(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(-1));
        assert_eq!(value(&[0xff, 0xff, 0xff, 0xff, 0x0e]), Some(-2));
        assert_eq!(value(&[0x81]), None);
    }
}
