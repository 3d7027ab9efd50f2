//! Recognises the format of a file (BAM, CRAM, SAM and others) by its first and last bytes.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileExt as _, FileTypeExt as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::bgzf::{self, Blocks, VirtualOffset};
use crate::error::{Error, Result};

/// The EOF container that ends a complete CRAM of version 3 (CRAM specification, section 9).
const CRAM_EOF: [u8; 38] = [
    0x0f, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0xe0, 0x45, 0x4f, 0x46, 0, 0, 0, 0, 0x01, 0, 0x05, 0xbd, 0xd9, 0x4f, 0, 0x01, 0, 0x06,
    0x06, 0x01, 0, 0x01, 0, 0x01, 0, 0xee, 0x63, 0x01, 0x4b,
];

/// Longest line of SAM text, in bytes: a nanopore read of ten million bases with qualities and modified bases has less.
const MAX_SAM_LINE_BYTES: u64 = 64 << 20;

/// Bytes of SAM text whose lines are measured before it is read.
const MEASURED_BYTES: u64 = 256 << 20;

/// First bytes that are looked at.
pub(super) const HEAD_BYTES: usize = 1 << 12;

/// What kind of file holds the alignments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlignmentFormat {
    /// BAM.
    Bam,
    /// CRAM.
    Cram,
    /// SAM text.
    Sam,
}

/// Where the alignments come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AlignmentSource {
    /// What they are; BAM is assumed of a stream.
    pub format: AlignmentFormat,
    /// Whether they come through a pipe or standard input and can be read once only.
    pub is_stream: bool,
}

/// Recognises a file; a pipe is not looked into, as what is read from it is gone.
///
/// # Errors
/// When it cannot be opened, is empty, cut off, or of another kind.
pub(super) fn recognise(path: &Path) -> Result<AlignmentSource> {
    let is_stdin = path == Path::new("-");
    let file = if is_stdin {
        File::from(io::stdin().as_fd().try_clone_to_owned().map_err(Error::io(path, "look at it"))?)
    } else {
        let kind = std::fs::metadata(path).map_err(|error| not_opened(path, &error))?.file_type();
        if kind.is_fifo() || kind.is_socket() {
            return Ok(AlignmentSource { format: AlignmentFormat::Bam, is_stream: true });
        }
        File::open(path).map_err(|error| not_opened(path, &error))?
    };
    let about = file.metadata().map_err(Error::io(path, "look at it"))?;
    if about.is_dir() {
        return Err(Error::input(path, "is a folder, not a file", "give an aligned BAM, CRAM or SAM file"));
    }
    if is_stdin && io::IsTerminal::is_terminal(&file) {
        return Err(Error::input(path, "standard input is a terminal", "pipe a BAM into it, or name a file"));
    }
    if is_stdin && !about.is_file() {
        return Ok(AlignmentSource { format: AlignmentFormat::Bam, is_stream: true });
    }
    Ok(AlignmentSource { format: of_file(path, &file, about.len())?, is_stream: is_stdin })
}

/// Recognises a file elsewhere by its first bytes, unpacked.
///
/// # Errors
/// When it is neither BAM nor CRAM: lines of SAM cannot be measured before htslib holds them in memory.
#[cfg(feature = "remote")]
pub(super) fn of_head(path: &Path, head: &[u8]) -> Result<AlignmentFormat> {
    match Content::of(head) {
        Content::Bam => Ok(AlignmentFormat::Bam),
        Content::Cram => Ok(AlignmentFormat::Cram),
        Content::Sam => Err(Error::input(path, "is SAM text, which is not read from elsewhere", "make a BAM or CRAM of it: samtools view")),
        other => Err(other.refused(path)),
    }
}

fn of_file(path: &Path, file: &File, length: u64) -> Result<AlignmentFormat> {
    let mut head = [0; HEAD_BYTES];
    let count = file.read_at(&mut head, 0).map_err(Error::opening(path, "give an aligned BAM, CRAM or SAM file"))?;
    let head = &head[..count];
    if head.is_empty() {
        return Err(Error::input(path, "is empty (0 bytes), not even a header", "check the step that should have written it"));
    }
    let ends_with = |marker: &[u8]| -> Result<bool> {
        let Some(from) = length.checked_sub(marker.len() as u64) else { return Ok(false) };
        let mut end = vec![0; marker.len()];
        file.read_exact_at(&mut end, from).map_err(Error::io(path, "read its end"))?;
        Ok(end == marker)
    };
    let truncated = || {
        Error::input(
            path,
            format!("has no end-of-file block after byte {length}: it is truncated or still being written, so reads may be missing"),
            "copy or make it again; samtools quickcheck must accept it",
        )
    };
    if head.starts_with(&[0x1f, 0x8b]) {
        let unpacked = unpacked_head(path, file, head)?;
        let is_in_blocks = bgzf::block_length(head).is_some();
        return match (is_in_blocks, Content::of(&unpacked)) {
            (true, Content::Bam) if !ends_with(&bgzf::END_OF_FILE)? => Err(truncated()),
            (true, Content::Bam) => Ok(AlignmentFormat::Bam),
            (true, Content::Sam) => Ok(AlignmentFormat::Sam),
            (_, Content::Bam | Content::Sam) => {
                let problem = "is packed by plain gzip, which cannot be read in parts";
                Err(Error::input(path, problem, "unpack it, or make a BAM of it: samtools view -b"))
            }
            // The bytes of a damaged first block may be anything.
            (true, Content::Unknown) if unpacked.is_empty() => Err(truncated()),
            (_, other) => Err(other.refused(path)),
        };
    }
    match Content::of(head) {
        Content::Cram => {
            let version = head.get(4).copied().unwrap_or(0);
            if version == 3 && !ends_with(&CRAM_EOF)? {
                return Err(truncated());
            }
            Ok(AlignmentFormat::Cram)
        }
        Content::Sam => measure_lines(path, file).map(|()| AlignmentFormat::Sam),
        Content::Bam => Err(Content::Unknown.refused(path)),
        other => Err(other.refused(path)),
    }
}

/// The first bytes of packed data; none where they are damaged.
fn unpacked_head(path: &Path, file: &File, head: &[u8]) -> Result<Vec<u8>> {
    let mut unpacked = vec![0; HEAD_BYTES];
    let count = if bgzf::block_length(head).is_some() {
        let file = file.try_clone().map_err(Error::io(path, "look at it"))?;
        let mut blocks = Blocks::new(file).map_err(Error::io(path, "look at it"))?;
        blocks.read_at(VirtualOffset(0), &mut unpacked).unwrap_or(0)
    } else {
        // As far as the first bytes go.
        MultiGzDecoder::new(head).read(&mut unpacked).unwrap_or(0)
    };
    unpacked.truncate(count);
    Ok(unpacked)
}

/// What the first bytes of a file, unpacked, are those of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Bam,
    Cram,
    Sam,
    Fastq,
    Fasta,
    Vcf,
    Index,
    Unknown,
}

impl Content {
    fn of(head: &[u8]) -> Self {
        let starts = |words: &[&[u8]]| words.iter().any(|word| head.starts_with(word));
        match head.first() {
            Some(b'B') if starts(&[b"BAM\x01"]) => Self::Bam,
            Some(b'C') if starts(&[b"CRAM"]) => Self::Cram,
            Some(b'@') if starts(&[b"@HD\t", b"@SQ\t", b"@RG\t", b"@PG\t", b"@CO\t"]) => Self::Sam,
            Some(b'@') => Self::Fastq,
            Some(b'>') => Self::Fasta,
            _ if starts(&[b"##fileformat=VCF", b"BCF"]) => Self::Vcf,
            _ if starts(&[b"BAI\x01", b"CSI\x01", b"TBI\x01"]) => Self::Index,
            _ => Self::Unknown,
        }
    }

    fn refused(self, path: &Path) -> Error {
        let is = |what: &str| format!("is {what}, neither BAM, CRAM nor SAM with a header");
        let (problem, remedy) = match self {
            Self::Fastq => (is("FASTQ, reads without alignments"), "align the reads first, and give the BAM"),
            Self::Fasta => (is("FASTA"), "give the aligned reads here, and the FASTA as --reference"),
            Self::Vcf => (is("a file of variants (VCF or BCF)"), "give the aligned reads that the variants were called from"),
            Self::Index => (is("an index"), "give the BAM that it belongs to"),
            _ => ("is neither BAM, CRAM nor SAM with a header".to_owned(), "give an aligned BAM, CRAM or SAM file"),
        };
        Error::input(path, problem, remedy)
    }
}

/// htslib holds whole lines in memory: one that does not end is refused before.
fn measure_lines(path: &Path, file: &File) -> Result<()> {
    let mut bytes = vec![0; 1 << 18];
    let (mut at, mut line_begin) = (0, 0);
    while at < MEASURED_BYTES {
        let count = file.read_at(&mut bytes, at).map_err(Error::io(path, "read"))?;
        if count == 0 {
            break;
        }
        if let Some(end) = bytes[..count].iter().rposition(|byte| *byte == b'\n') {
            line_begin = at + end as u64 + 1;
        }
        at += count as u64;
        if at - line_begin > MAX_SAM_LINE_BYTES {
            let problem = format!("has a line of more than {} MiB at byte {line_begin}, so it is no SAM", MAX_SAM_LINE_BYTES >> 20);
            return Err(Error::input(path, problem, "give an aligned BAM, CRAM or SAM file"));
        }
    }
    Ok(())
}

fn not_opened(path: &Path, error: &io::Error) -> Error {
    let remedy = match error.kind() {
        _ if Error::is_out_of_files(error) => return Error::out_of_files(path),
        io::ErrorKind::NotFound => "check the path",
        _ => "check the path and its permissions",
    };
    Error::input(path, format!("cannot be opened ({error})"), remedy)
}
