//! The FASTA behind a reference, read by its `.fai` (and `.gzi`) index.
//!
//! htslib's own reader ends the program when a look-up fails, and reads on wherever a wrong index leads it. This one checks what the
//! index says before anything is read, and what was read: bases where it expects bases, line ends where it expects these.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use crate::bgzf::{self, Blocks, Fault, VirtualOffset};
use crate::error::{Error, Result};
use crate::text;

/// Largest index that is read: a million contigs have less.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// Longest description of a contig whose name is compared, in bytes.
const MAX_HEADER_BYTES: u64 = 1 << 12;

/// Bytes that are read at a time.
const PIECE_BYTES: u64 = 1 << 20;

/// A contig by its line of the `.fai`.
#[derive(Debug)]
pub(crate) struct FaiEntry {
    pub name: String,
    pub length_bp: u32,
    /// First base, in bytes of the unpacked file.
    offset: u64,
    bases_a_line: u64,
    bytes_a_line: u64,
    /// Whether its name stands in the FASTA before its first base.
    is_checked: AtomicBool,
}

/// Where blocks of a packed FASTA begin.
#[derive(Debug, Clone, Copy)]
struct BlockStart {
    packed: u64,
    unpacked: u64,
}

/// A FASTA that passed the checks, ready to be opened by any number of workers.
#[derive(Debug, Clone)]
pub(crate) struct Fasta {
    path: PathBuf,
    pub entries: Arc<Vec<FaiEntry>>,
    /// Blocks of a packed file.
    blocks: Option<Arc<Vec<BlockStart>>>,
}

/// A worker's own access to the file.
pub(crate) struct FastaReader {
    fasta: Fasta,
    source: FastaBytes,
}

enum FastaBytes {
    Plain(File),
    Packed(Blocks),
}

impl Fasta {
    /// Reads the index of a FASTA and checks it against the file's size.
    ///
    /// # Errors
    /// When the FASTA or an index is not there, or the index cannot be one of this file.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        const REMEDY: &str = "give an existing FASTA as --reference";
        let about = std::fs::metadata(path).map_err(Error::opening(path, REMEDY))?;
        if !about.is_file() {
            let problem = if about.is_dir() { "is a folder, not a file" } else { "is a pipe or a device, which cannot be read in parts" };
            return Err(Error::input(path, problem, "give a FASTA that is a file as --reference"));
        }
        let mut file = File::open(path).map_err(Error::opening(path, REMEDY))?;
        let packed_bytes = about.len();
        let mut head = Vec::new();
        file.by_ref().take(1 << 16).read_to_end(&mut head).map_err(Error::io(path, "read"))?;
        if !is_fasta(&head) {
            let problem = if head.is_empty() { "is empty (0 bytes)" } else { "is no FASTA, which begins with > and a contig's name" };
            return Err(Error::input(path, problem, "give the FASTA that the reads were aligned to as --reference"));
        }
        let is_packed = head.starts_with(&[0x1f, 0x8b]);
        if is_packed && bgzf::block_length(&head).is_none() {
            return Err(Error::input(
                path,
                "is packed by plain gzip, which cannot be read in parts",
                format!("unpack it with gunzip and index it with samtools faidx, or pack it with bgzip instead: {}", path.display()),
            ));
        }
        let index = beside(path, "fai");
        let entries = entries(path, &index)?;
        let (blocks, size) = if is_packed {
            let (blocks, size) = block_starts(path, packed_bytes)?;
            (Some(Arc::new(blocks)), size)
        } else {
            (None, packed_bytes)
        };
        if let Some(entry) = entries.iter().find(|entry| entry.end().is_none_or(|end| end > size)) {
            return Err(Error::input(
                path,
                format!("ends before contig {} does by its index {}", entry.name, index.display()),
                format!("give the whole FASTA and make its index anew with: samtools faidx {}", path.display()),
            ));
        }
        Ok(Self { path: path.to_owned(), entries: Arc::new(entries), blocks })
    }

    /// Checks that the index has all contigs of the file, at their lengths: before a FASTA is said to lack a contig, since it may be the
    /// index, of an earlier state of the file, that does.
    ///
    /// # Errors
    /// When it has not.
    pub(crate) fn check_index(&self) -> Result<()> {
        let mut reader = self.reader()?;
        let mut ordered: Vec<&FaiEntry> = self.entries.iter().collect();
        ordered.sort_by_key(|entry| entry.offset);
        let other = |problem: String| {
            let index = beside(&self.path, "fai");
            let remedy = format!("make the index anew with: samtools faidx {}", self.path.display());
            Err(Error::input(&self.path, format!("{problem}: {} is of another state of the file", index.display()), remedy))
        };
        let mut before: Option<&FaiEntry> = None;
        for entry in ordered.into_iter().map(Some).chain([None]) {
            let begin = before.and_then(FaiEntry::end).unwrap_or(0);
            let bytes = entry.map_or(MAX_HEADER_BYTES, |entry| entry.offset.saturating_sub(begin).min(MAX_HEADER_BYTES));
            let mut between = vec![0; bytes as usize];
            // A part that cannot be read is reported when its bases are needed.
            let count = reader.read_at(begin, &mut between).unwrap_or(0);
            let between = between[..count].trim_ascii_start();
            let name = between.strip_prefix(b">").map(|rest| rest.split(u8::is_ascii_whitespace).next().unwrap_or_default());
            match (name, before) {
                (Some(name), _) if entry.is_none_or(|entry| entry.name.as_bytes() != name) => {
                    return other(format!("has contig {}, which its index lacks there", String::from_utf8_lossy(name)));
                }
                (None, Some(before)) if !between.is_empty() => {
                    return other(format!("has more bases of contig {} than its index", before.name))
                }
                _ => {}
            }
            before = entry;
        }
        Ok(())
    }

    /// A reader for one worker.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn reader(&self) -> Result<FastaReader> {
        let file = File::open(&self.path).map_err(Error::opening(&self.path, "give an existing FASTA as --reference"))?;
        let source = match &self.blocks {
            Some(_) => FastaBytes::Packed(Blocks::new(file).map_err(Error::io(&self.path, "look at it"))?),
            None => FastaBytes::Plain(file),
        };
        Ok(FastaReader { fasta: self.clone(), source })
    }

    fn damaged(&self, what: &str) -> Error {
        Error::input(
            &self.path,
            format!("{what}: it is damaged, or its index {} is of another file", beside(&self.path, "fai").display()),
            format!("check the file and make its index anew with: samtools faidx {}", self.path.display()),
        )
    }
}

impl FastaReader {
    /// The bases `start..end` of a contig (0-based) in capitals.
    ///
    /// # Errors
    /// When they cannot be read, or other bytes than bases are there.
    pub(crate) fn bases(&mut self, contig: usize, start: u32, end: u32) -> Result<Vec<u8>> {
        let fasta = self.fasta.clone();
        let Some(entry) = fasta.entries.get(contig).filter(|entry| start < end && end <= entry.length_bp) else { return Ok(Vec::new()) };
        let place = || format!("{}:{}-{end}", entry.name, start + 1);
        self.check_name(entry)?;
        let mut bases = Vec::with_capacity((end - start) as usize);
        let (mut at, last) = (entry.place_of(start), entry.place_of(end - 1) + 1);
        let mut piece = Vec::new();
        while at < last {
            piece.resize((last - at).min(PIECE_BYTES) as usize, 0);
            let count = self.read_at(at, &mut piece).map_err(|why| fasta.damaged(&format!("{} cannot be read ({why})", place())))?;
            if count < piece.len() {
                return Err(fasta.damaged(&format!("ends before {}", place())));
            }
            let mut within = (at - entry.offset) % entry.bytes_a_line;
            let mut rest = piece.as_slice();
            // Line by line: bases, then the line's end.
            while !rest.is_empty() {
                let in_line = entry.bases_a_line.saturating_sub(within).min(rest.len() as u64) as usize;
                let gap = if in_line > 0 { 0 } else { (entry.bytes_a_line - within).min(rest.len() as u64) as usize };
                let (line, more) = rest.split_at(in_line.max(gap));
                let fits = if gap > 0 { line.iter().all(u8::is_ascii_whitespace) } else { line.iter().all(|byte| is_base(*byte)) };
                if !fits {
                    return Err(fasta.damaged(&format!("{} holds bytes that are no bases", place())));
                }
                if gap == 0 {
                    bases.extend(line.iter().map(u8::to_ascii_uppercase));
                }
                within = (within + line.len() as u64) % entry.bytes_a_line;
                rest = more;
            }
            at += count as u64;
        }
        Ok(bases)
    }

    /// The line before a contig's first base must be its name, once a contig.
    fn check_name(&mut self, entry: &FaiEntry) -> Result<()> {
        if entry.is_checked.load(Ordering::Relaxed) {
            return Ok(());
        }
        let begin = entry.offset.saturating_sub(MAX_HEADER_BYTES);
        let mut before = vec![0; (entry.offset - begin) as usize];
        let count = self.read_at(begin, &mut before).map_err(|why| self.fasta.damaged(&format!("cannot be read ({why})")))?;
        let line = before[..count].strip_suffix(b"\n").unwrap_or_default();
        let line_begin = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let header = &line[line_begin..];
        // Of a header line longer than the buffer only the end was read.
        let is_whole = line_begin > 0 || begin == 0;
        let name = header.strip_prefix(b">").map(|rest| rest.split(u8::is_ascii_whitespace).next().unwrap_or_default());
        if count < before.len() || line.is_empty() || is_whole && name != Some(entry.name.as_bytes()) {
            return Err(self.fasta.damaged(&format!("has no contig {} where its index says", entry.name)));
        }
        entry.is_checked.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Reads bytes of the unpacked file; gives how many there were.
    fn read_at(&mut self, offset: u64, out: &mut [u8]) -> std::result::Result<usize, String> {
        match &mut self.source {
            FastaBytes::Plain(file) => {
                let mut filled = 0;
                while filled < out.len() {
                    match file.read_at(&mut out[filled..], offset + filled as u64) {
                        Ok(0) => break,
                        Ok(count) => filled += count,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error.to_string()),
                    }
                }
                Ok(filled)
            }
            FastaBytes::Packed(blocks) => {
                let starts = self.fasta.blocks.as_deref().map_or(&[][..], Vec::as_slice);
                let after = starts.partition_point(|start| start.unpacked <= offset);
                let start = after.checked_sub(1).and_then(|at| starts.get(at)).ok_or("no block")?;
                let within = offset - start.unpacked;
                if within >> 16 > 0 {
                    return Err("its .gzi lacks a block".to_owned());
                }
                blocks.read_at(VirtualOffset(start.packed << 16 | within), out).map_err(|fault| match fault {
                    Fault::NoBlock => "no block begins where its .gzi says".to_owned(),
                    Fault::Damaged => format!("the block at byte {} is damaged", start.packed),
                    Fault::Io(error) => error.to_string(),
                })
            }
        }
    }
}

impl FaiEntry {
    /// Where a base lies in the unpacked file.
    fn place_of(&self, base: u32) -> u64 {
        self.offset + u64::from(base) / self.bases_a_line * self.bytes_a_line + u64::from(base) % self.bases_a_line
    }

    /// First byte behind the last base; `None` where it is beyond all files.
    fn end(&self) -> Option<u64> {
        let Some(last) = self.length_bp.checked_sub(1).map(u64::from) else { return Some(self.offset) };
        let lines = (last / self.bases_a_line).checked_mul(self.bytes_a_line)?;
        self.offset.checked_add(lines)?.checked_add(last % self.bases_a_line + 1)
    }
}

/// Whether the first bytes of a file, unpacked, are those of a FASTA. What cannot be unpacked is left to those who read it.
fn is_fasta(head: &[u8]) -> bool {
    let mut unpacked = vec![0; head.len().max(1)];
    let text = if head.starts_with(&[0x1f, 0x8b]) {
        match MultiGzDecoder::new(head).read(&mut unpacked) {
            Ok(count) if count > 0 => &unpacked[..count],
            _ => return true,
        }
    } else {
        head
    };
    text.trim_ascii_start().starts_with(b">")
}

/// Letters of bases, gaps and stops.
fn is_base(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'*' | b'-' | b'.')
}

/// The file of this suffix beside a FASTA.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{suffix}"));
    PathBuf::from(name)
}

/// The lines of a `.fai`: name, length, offset, bases a line, bytes a line.
fn entries(path: &Path, index: &Path) -> Result<Vec<FaiEntry>> {
    if !index.exists() {
        let remedy = format!("make it with: samtools faidx {}", path.display());
        return Err(Error::input(path, format!("has no index {}", index.display()), remedy));
    }
    let remedy = format!("make the index anew with: samtools faidx {}", path.display());
    let text = text::read(index, MAX_INDEX_BYTES, &remedy)?;
    let bad = |line: usize, problem: String| Error::Line { path: index.to_owned(), line, problem, remedy: remedy.clone() };
    if text.trim().is_empty() {
        return Err(Error::input(path, format!("its index {} is empty", index.display()), remedy));
    }
    let mut list = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, length, offset, bases, bytes] = fields[..] else {
            return Err(bad(number, format!("has {} columns and not the five of a FASTA's index", fields.len())));
        };
        let number_of = |text: &str| text.parse::<u64>().ok();
        let length_bp = length.parse::<u32>().ok();
        let (Some(length_bp), Some(offset), Some(bases_a_line), Some(bytes_a_line)) =
            (length_bp, number_of(offset), number_of(bases), number_of(bytes))
        else {
            return Err(bad(number, "is not a name and four numbers".to_owned()));
        };
        let has_lines = length_bp == 0 || bases_a_line > 0 && u32::try_from(bytes_a_line).is_ok();
        // One line may have no end: that of a contig at the end of the file.
        let has_ends = bytes_a_line > bases_a_line || bytes_a_line == bases_a_line && bases_a_line >= u64::from(length_bp);
        if name.is_empty() || !has_lines || !has_ends {
            return Err(bad(number, format!("gives lines of {bases_a_line} bases in {bytes_a_line} bytes")));
        }
        let is_checked = AtomicBool::new(length_bp == 0);
        list.push(FaiEntry { name: name.to_owned(), length_bp, offset, bases_a_line, bytes_a_line, is_checked });
    }
    Ok(list)
}

/// The blocks of a packed FASTA by its `.gzi`, and the bytes that it has unpacked, as far as the index knows.
fn block_starts(path: &Path, packed_bytes: u64) -> Result<(Vec<BlockStart>, u64)> {
    let index = beside(path, "gzi");
    let remedy = format!("make both indexes anew with: samtools faidx {}", path.display());
    let bad = |problem: &str| Error::input(path, format!("its index {} {problem}", index.display()), remedy.clone());
    let mut bytes = Vec::new();
    let opened = File::open(&index).map_err(|_| bad("is not there"))?;
    opened.take(MAX_INDEX_BYTES + 1).read_to_end(&mut bytes).map_err(Error::io(&index, "read"))?;
    let numbers: Vec<u64> = bytes.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes).collect();
    let expected = numbers.first().and_then(|count| count.checked_mul(16)?.checked_add(8));
    if expected != Some(bytes.len() as u64) {
        return Err(bad("is not as long as it says"));
    }
    let mut starts = vec![BlockStart { packed: 0, unpacked: 0 }];
    for pair in numbers[1..].chunks_exact(2) {
        let start = BlockStart { packed: pair[0], unpacked: pair[1] };
        let last = starts[starts.len() - 1];
        let unpacked = start.unpacked.checked_sub(last.unpacked);
        // An empty block in between is unusual and allowed.
        if start.packed <= last.packed || start.packed >= packed_bytes || unpacked.is_none_or(|count| count > 1 << 16) {
            return Err(bad("has blocks that do not ascend within the file"));
        }
        starts.push(start);
    }
    // The last block holds 64 KiB at most.
    let size = starts[starts.len() - 1].unpacked + (1 << 16);
    Ok((starts, size))
}
