//! Reads from the containers of a CRAM which reference it needs. htslib has no function for this.
//!
//! ```text
//!   definition | header | container                                   | container ... | end
//!                         compression header | slice | slice ...                          (CRAM specification, sections 6 to 8)
//!                         RR: whether bases    embedded reference? checksum of the
//!                         need a reference     reference where its reads lie
//! ```

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};

/// Bytes of the file before its first container, which holds the header (CRAM specification, section 6).
pub(super) const DEFINITION_BYTES: u64 = 26;

/// More than the header of a container takes, with places of thousand slices.
const MAX_HEADER_BYTES: usize = 1 << 13;

/// Largest block that is looked into: a compression header has some kilobytes, and the tags of its reads.
const MAX_BLOCK_BYTES: usize = 1 << 24;

/// The version of CRAM whose containers are looked at.
pub(super) const VERSION: u8 = 3;

/// Contig of a slice or container that has reads of several.
pub(super) const SEVERAL: i32 = -2;

/// Contig of reads without a place.
const UNPLACED: i32 = -1;

/// How a block is packed.
const RAW: u8 = 0;
const GZIP: u8 = 1;

/// What a block holds.
const COMPRESSION_HEADER: u8 = 1;
const SLICE_HEADER: u8 = 2;

/// Whether the bases of a file's reads can be told without a FASTA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// They are in the file, or their reference is.
    Nothing,
    /// They are told as differences from a reference that is not in the file.
    Reference,
    /// The file cannot be looked into this way.
    Unknown,
}

/// The header of a container.
#[derive(Debug)]
pub(super) struct Container {
    /// Contig of its reads; [`SEVERAL`] where it has reads of several.
    pub tid: i32,
    /// Where its slices begin, behind the header.
    pub landmarks: Vec<i32>,
    /// First byte behind the header.
    pub body: u64,
    /// First byte behind it.
    pub next: u64,
}

/// The header of a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct SliceHeader {
    /// Contig of its reads; [`SEVERAL`] where it has reads of several.
    pub tid: i32,
    /// Whether the reference of its reads is in it.
    pub embeds: bool,
    /// Whether it has the checksum of the reference where its reads lie, by which htslib refuses another one.
    pub has_checksum: bool,
}

/// Whether the reads of a file that is here need a FASTA, by the first container that has placed ones; `-` is standard input.
///
/// # Errors
/// When the file cannot be opened.
pub(super) fn needs(path: &Path) -> Result<Needs> {
    let file = if path == Path::new("-") {
        File::from(io::stdin().as_fd().try_clone_to_owned().map_err(Error::io(path, "look at it"))?)
    } else {
        File::open(path).map_err(Error::opening(path, "give a CRAM"))?
    };
    let size = file.metadata().map_err(Error::io(path, "look at it"))?.len();
    Ok(of_file(&file, size).unwrap_or(Needs::Unknown))
}

/// `None` where something else lies than was expected.
fn of_file(file: &File, size: u64) -> Option<Needs> {
    if !is_known(file) {
        return None;
    }
    let mut at = container(file, DEFINITION_BYTES, size)?.next;
    while at < size {
        let own = container(file, at, size)?;
        // The container at the end has no slice.
        if own.tid != UNPLACED && !own.landmarks.is_empty() {
            let (kind, map) = block(file, own.body)?;
            if kind != COMPRESSION_HEADER {
                return None;
            }
            if !needs_bases(&map)? {
                return Some(Needs::Nothing);
            }
            let slices = own.landmarks.iter().map(|landmark| slice(file, own.body, *landmark)).collect::<Option<Vec<_>>>()?;
            let is_bare = slices.iter().any(|slice| slice.tid != UNPLACED && !slice.embeds);
            return Some(if is_bare { Needs::Reference } else { Needs::Nothing });
        }
        at = own.next;
    }
    Some(Needs::Nothing)
}

/// Whether the file is of the version whose containers are looked at.
pub(super) fn is_known(file: &File) -> bool {
    let mut version = [0; 5];
    file.read_exact_at(&mut version, 0).is_ok() && version[4] == VERSION
}

/// Reads the header of the container at an offset; `None` where none begins (CRAM specification, section 7).
pub(super) fn container(file: &File, offset: u64, size: u64) -> Option<Container> {
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
    let body = offset + (bytes.len() - rest.len() + checksum_bytes) as u64;
    let next = body + u64::try_from(length).ok()?;
    (landmarks.len() == count as usize && next <= size).then_some(Container { tid, landmarks, body, next })
}

/// The header of a slice that begins at a landmark of the container whose header ends at `body` (CRAM specification, section 8.5).
pub(super) fn slice(file: &File, body: u64, landmark: i32) -> Option<SliceHeader> {
    let (kind, bytes) = block(file, body.checked_add(u64::try_from(landmark).ok()?)?)?;
    let mut rest = bytes.as_slice();
    let tid = itf8(&mut rest).filter(|_| kind == SLICE_HEADER)?;
    // Start, span and number of records.
    for _ in 0..3 {
        itf8(&mut rest)?;
    }
    // Counter of records.
    ltf8(&mut rest)?;
    // Number of blocks, and which they are.
    itf8(&mut rest)?;
    for _ in 0..itf8(&mut rest)? {
        itf8(&mut rest)?;
    }
    let embeds = itf8(&mut rest)? >= 0;
    let has_checksum = rest.split_off(..16)?.iter().any(|byte| *byte != 0);
    Some(SliceHeader { tid, embeds, has_checksum })
}

/// What a block holds, unpacked; `None` where none begins, or of one that is packed in another way than headers are.
fn block(file: &File, offset: u64) -> Option<(u8, Vec<u8>)> {
    /// Two bytes, and three numbers of five at most.
    const MOST: usize = 17;
    let mut head = [0; MOST];
    file.read_exact_at(&mut head, offset).ok()?;
    let mut rest = head.as_slice();
    let (method, kind) = (*rest.split_off_first()?, *rest.split_off_first()?);
    itf8(&mut rest)?;
    let packed = usize::try_from(itf8(&mut rest)?).ok().filter(|bytes| *bytes <= MAX_BLOCK_BYTES)?;
    itf8(&mut rest)?;
    let mut bytes = vec![0; packed];
    file.read_exact_at(&mut bytes, offset + (MOST - rest.len()) as u64).ok()?;
    match method {
        RAW => Some((kind, bytes)),
        GZIP => {
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(bytes.as_slice()).take(MAX_BLOCK_BYTES as u64).read_to_end(&mut unpacked).ok()?;
            Some((kind, unpacked))
        }
        _ => None,
    }
}

/// Whether a compression header says that bases need a reference (`RR`), which is so where it says nothing (CRAM specification,
/// section 8.4).
fn needs_bases(map: &[u8]) -> Option<bool> {
    let mut rest = map;
    let mut needs = true;
    itf8(&mut rest)?;
    for _ in 0..itf8(&mut rest)? {
        let key = rest.split_off(..2)?;
        match key {
            b"RR" => needs = *rest.split_off_first()? != 0,
            b"RN" | b"AP" | b"QO" => drop(rest.split_off_first()?),
            b"SM" => drop(rest.split_off(..5)?),
            b"TD" => {
                let bytes = usize::try_from(itf8(&mut rest)?).ok()?;
                rest.split_off(..bytes)?;
            }
            _ => return None,
        }
    }
    Some(needs)
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

    #[test]
    fn bases_need_a_reference_unless_it_is_said_that_they_do_not() {
        assert_eq!(needs_bases(b"\x00\x00"), Some(true));
        assert_eq!(needs_bases(b"\x00\x03RN\x01TD\x02xyRR\x00"), Some(false));
        assert_eq!(needs_bases(b"\x00\x02SM12345RR\x01"), Some(true));
        assert_eq!(needs_bases(b"\x00\x01??\x00"), None, "of an unknown entry the length is not known");
        assert_eq!(needs_bases(b"\x00\x01RR"), None);
    }
}
