//! Reads text files of the user, plain or gzip, with or without a byte order mark, and the rows of tables that are built in.
//!
//! Lines have a maximum length: a disk image, or a genome on one line, that is given in the place of a table is refused before it fills the
//! memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};

/// Longest line, in bytes: the longest of GENCODE, and of a VCF of ten thousand samples, are shorter.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// Largest table of the user: the built-in ones have not a hundredth of it.
pub const MAX_TABLE_BYTES: u64 = 64 << 20;

/// Largest JSON: that of `kinfuse call` has a hundredth of it.
const MAX_JSON_BYTES: u64 = 256 << 20;

/// Size of the read buffers in bytes.
const BUFFER_BYTES: usize = 1 << 18;

/// What editors on Windows put before a text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines of a bounded length.
struct BoundedLines<R> {
    inner: R,
    /// Bytes of the current line that were passed on.
    passed: usize,
}

impl<R: BufRead> Read for BoundedLines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for BoundedLines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.passed > MAX_LINE_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, LINE_TOO_LONG));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // The buffer is not empty when something of it is consumed, so nothing is read here.
        let line_end = self.inner.fill_buf().ok().and_then(|bytes| bytes[..count.min(bytes.len())].iter().rposition(|byte| *byte == b'\n'));
        self.passed = line_end.map_or(self.passed + count, |end| count - end - 1);
        self.inner.consume(count);
    }
}

/// The data rows of a table that is built in: comments and the line of column names are left out.
pub fn built_in_rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect())
}

const LINE_TOO_LONG: &str = "a line has more than 1 MiB";

/// Opens a file for reading line by line, unpacked where its first bytes are those of gzip, and without a byte order mark.
///
/// # Errors
/// When it cannot be opened, or is text of another kind; `remedy` says which file to give.
pub fn open(path: &Path, remedy: &str) -> Result<Box<dyn BufRead>> {
    unpacked(path, remedy).map(|inner| -> Box<dyn BufRead> { Box::new(BoundedLines { inner, passed: 0 }) })
}

fn unpacked(path: &Path, remedy: &str) -> Result<Box<dyn BufRead>> {
    let mut file = BufReader::with_capacity(BUFFER_BYTES, File::open(path).map_err(Error::opening(path, remedy))?);
    let packed = file.fill_buf().map_err(failed(path, remedy))?.starts_with(&[0x1f, 0x8b]);
    let mut text: Box<dyn BufRead> =
        if packed { Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file))) } else { Box::new(file) };
    let start = text.fill_buf().map_err(failed(path, remedy))?;
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(Error::input(path, "is text in UTF-16", "save it as UTF-8"));
    }
    let mark = if start.starts_with(MARK) { MARK.len() } else { 0 };
    text.consume(mark);
    Ok(text)
}

/// Reads a whole text of at most `max_bytes`. JSON, which may lie on one line, has 256 MiB at most.
///
/// # Errors
/// As [`open`]; and when it is larger, or not UTF-8.
pub fn read(path: &Path, max_bytes: u64, remedy: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let mut inner = unpacked(path, remedy)?;
    let is_json = inner.fill_buf().map_err(failed(path, remedy))?.trim_ascii_start().starts_with(b"{");
    let max_bytes = if is_json { max_bytes.min(MAX_JSON_BYTES) } else { max_bytes };
    let read = if is_json {
        inner.take(max_bytes + 1).read_to_end(&mut bytes)
    } else {
        BoundedLines { inner, passed: 0 }.take(max_bytes + 1).read_to_end(&mut bytes)
    };
    let count = read.map_err(failed(path, remedy))?;
    if count as u64 > max_bytes {
        return Err(Error::input(path, format!("has more than {} MiB", max_bytes >> 20), remedy));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        Error::Line { path: path.to_owned(), line, problem: "is not UTF-8".to_owned(), remedy: format!("save it as UTF-8, or {remedy}") }
    })
}

/// A function that wraps an error of reading a text.
pub fn failed<'a>(path: &'a Path, remedy: &'a str) -> impl FnOnce(io::Error) -> Error + 'a {
    move |error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::input(path, format!("is no text of this kind ({error})"), remedy)
        }
        io::ErrorKind::UnexpectedEof => Error::input(path, "ends in the middle of its packed data", "copy or download it again"),
        _ => Error::opening(path, remedy)(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
        file.write_all(bytes).expect("it can be written");
        file
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let text = |bytes: &[u8]| read(file(bytes).path(), 100, "give a table").map_err(|error| error.to_string());
        assert_eq!(text(b"\xef\xbb\xbfgene\n").as_deref(), Ok("gene\n"));
        assert!(text(b"\xff\xfeg\0").is_err_and(|error| error.contains("UTF-16")));
        assert!(text(b"a\nb\xe4\n").is_err_and(|error| error.contains("line 2: is not UTF-8")));
        assert!(text(&[b'a'; 200]).is_err_and(|error| error.contains("more than")));
    }

    #[test]
    fn a_line_without_end_is_refused_and_many_lines_are_not() {
        let long = file(&vec![b'#'; MAX_LINE_BYTES * 3]);
        assert!(read(long.path(), 1 << 30, "give a table").is_err_and(|error| error.to_string().contains("1 MiB")));
        let many = file(&b"0123456789abcde\n".repeat(MAX_LINE_BYTES / 8));
        assert!(read(many.path(), 1 << 30, "give a table").is_ok_and(|text| text.len() == MAX_LINE_BYTES * 2));
    }
}
