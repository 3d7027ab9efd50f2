//! BGZF: gzip in blocks of at most 64 KiB that can be entered at any of them (SAM specification, section 4.1).
//!
//! htslib reads BAM files. What an index says of a file is looked at with this reader first, as htslib believes its indexes.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::read::DeflateDecoder;
use flate2::Crc;

/// The empty BGZF block that ends a complete BAM (SAM specification, section 4.1.2).
pub const END_OF_FILE: [u8; 28] =
    [0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x06, 0, 0x42, 0x43, 0x02, 0, 0x1b, 0, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Largest number of bytes in a block, packed or unpacked.
pub const MAX_BLOCK_BYTES: usize = 1 << 16;

/// Bytes of a block's header before its extra fields, and of the checksum and length behind its data.
const HEADER_BYTES: usize = 12;
const TRAILER_BYTES: usize = 8;

/// Where a byte of the unpacked data lies: the block's first byte in the file, and the place in the unpacked block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct VirtualOffset(pub u64);

impl VirtualOffset {
    /// First byte of the block in the file.
    pub fn block(self) -> u64 {
        self.0 >> 16
    }

    /// Place in the unpacked block.
    pub fn within(self) -> usize {
        (self.0 & 0xffff) as usize
    }
}

/// Why there are no data at an offset.
#[derive(Debug)]
pub enum Fault {
    /// No block begins there: whoever gave the offset is wrong.
    NoBlock,
    /// A block begins there, and its data are damaged.
    Damaged,
    /// The file cannot be read.
    Io(io::Error),
}

/// The blocks of a file.
#[derive(Debug)]
pub struct Blocks {
    file: File,
    size: u64,
    /// The block that was read last: neighbours in an index often lie in one.
    last: Option<Block>,
}

#[derive(Debug)]
struct Block {
    offset: u64,
    next: u64,
    data: Vec<u8>,
}

impl Blocks {
    /// The blocks of an open file.
    ///
    /// # Errors
    /// When the file's size is not known.
    pub fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size, last: None })
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads unpacked bytes from an offset until `out` is full or the file ends; gives how many there were.
    ///
    /// # Errors
    /// When there is no such offset, or the data are damaged.
    pub fn read_at(&mut self, offset: VirtualOffset, out: &mut [u8]) -> Result<usize, Fault> {
        let (mut block, mut within, mut filled) = (offset.block(), offset.within(), 0);
        while filled < out.len() && (block < self.size || within > 0) {
            let current = self.block(block)?;
            let rest = current.data.get(within..).ok_or(Fault::NoBlock)?;
            let count = rest.len().min(out.len() - filled);
            out[filled..filled + count].copy_from_slice(&rest[..count]);
            filled += count;
            (block, within) = (current.next, 0);
        }
        Ok(filled)
    }

    /// Whether two offsets name the same place: the end of a block is the begin of the next.
    pub fn is_same(&mut self, x: VirtualOffset, y: VirtualOffset) -> bool {
        let (low, high) = (x.min(y), x.max(y));
        low == high
            || high.within() == 0
                && self.block(low.block()).is_ok_and(|block| block.next == high.block() && block.data.len() == low.within())
    }

    fn block(&mut self, offset: u64) -> Result<&Block, Fault> {
        if self.last.as_ref().is_none_or(|last| last.offset != offset) {
            let read = self.read_block(offset)?;
            self.last = Some(read);
        }
        self.last.as_ref().ok_or(Fault::NoBlock)
    }

    fn read_block(&self, offset: u64) -> Result<Block, Fault> {
        let left = self.size.saturating_sub(offset).min(MAX_BLOCK_BYTES as u64) as usize;
        let mut packed = vec![0; left];
        self.file.read_exact_at(&mut packed, offset).map_err(Fault::Io)?;
        let length = block_length(&packed).ok_or(Fault::NoBlock)?;
        let data_begin = HEADER_BYTES + usize::from(u16::from_le_bytes([packed[10], packed[11]]));
        let packed = packed.get(..length).ok_or(Fault::Damaged)?;
        let data_end = length.checked_sub(TRAILER_BYTES).filter(|end| *end >= data_begin).ok_or(Fault::Damaged)?;
        let number = |at: usize| packed.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
        let (sum, count) = (number(data_end), number(data_end + 4) as usize);
        if count > MAX_BLOCK_BYTES {
            return Err(Fault::Damaged);
        }
        let mut data = Vec::with_capacity(count);
        let unpacked = DeflateDecoder::new(&packed[data_begin..data_end]).take(count as u64 + 1).read_to_end(&mut data);
        let mut crc = Crc::new();
        crc.update(&data);
        if unpacked.is_err() || data.len() != count || crc.sum() != sum {
            return Err(Fault::Damaged);
        }
        Ok(Block { offset, next: offset + length as u64, data })
    }
}

/// Makes sure that a BGZF file that was written arrived whole: htslib closes its files in silence, so the last block is read back.
///
/// # Errors
/// When its end is not that of a whole file.
pub fn check_end(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut tail = [0; END_OF_FILE.len()];
    file.seek(SeekFrom::End(-(END_OF_FILE.len() as i64)))?;
    file.read_exact(&mut tail)?;
    if tail == END_OF_FILE {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::StorageFull, "the end of the file did not reach the disk"))
    }
}

/// Bytes of the block that begins here, by the `BC` field of its header; `None` where none begins.
pub fn block_length(bytes: &[u8]) -> Option<usize> {
    let fields = match bytes {
        [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, low, high, fields @ ..] if flags & 4 != 0 => {
            fields.get(..usize::from(u16::from_le_bytes([*low, *high])))?
        }
        _ => return None,
    };
    let mut rest = fields;
    while let [first, second, low, high, more @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let value = more.get(..length)?;
        if let ([b'B', b'C'], [low, high]) = ([*first, *second], value) {
            return Some(usize::from(u16::from_le_bytes([*low, *high])) + 1);
        }
        rest = &more[length..];
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn data_are_read_across_blocks_and_only_from_their_begins() {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        let mut out = rust_htslib::bgzf::Writer::from_path(file.path()).expect("it can be written");
        let text: Vec<u8> = (0..100_000u32).map(|i| (i % 251) as u8).collect();
        out.write_all(&text).expect("it can be written");
        drop(out);
        file.flush().expect("it can be written");
        let mut blocks = Blocks::new(File::open(file.path()).expect("it is there")).expect("it has a size");
        let mut bytes = vec![0; 200_000];
        assert_eq!(blocks.read_at(VirtualOffset(100), &mut bytes).ok(), Some(99_900));
        assert_eq!(&bytes[..99_900], &text[100..]);
        assert!(matches!(blocks.read_at(VirtualOffset(1 << 16), &mut bytes), Err(Fault::NoBlock)));
        let first = block_length(&std::fs::read(file.path()).expect("it is there")).expect("a block") as u64;
        assert!(blocks.is_same(VirtualOffset(0xff00), VirtualOffset(first << 16)));
        assert!(!blocks.is_same(VirtualOffset(0xfe00), VirtualOffset(first << 16)));
    }
}
