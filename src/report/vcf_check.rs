//! A critical reader of VCF 4.4 with breakends. It shares no code with the writer, so that a misunderstanding shows.
//!
//! General tools accept nearly anything: an undeclared key, a mate that does not exist, a bracket the wrong way round. This one
//! checks what a consumer relies on:
//!
//! - everything used is declared, reserved keys as the specification has them (reserved.rs); values have their Number and Type;
//! - alleles are bases, symbolic with their `SVLEN` and `SVCLAIM`, or breakends (allele.rs); genotypes name alleles that are there;
//! - mates exist, point at each other and agree on place, orientation and inserted bases (breakend.rs);
//! - REF and HOMSEQ are the reference's bases, where a reference is given;
//! - a contig's records stand together, by position; nothing is empty or `nan`; a `%` begins a code.

mod allele;
mod breakend;
mod header;
mod record;
mod reserved;
mod value;

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::bgzf;
use crate::drawing;
use crate::error::{Error, Result};
use header::Declarations;
use record::CheckedRecord;

/// Gives the reference base of a contig at a 0-based position, or `None` where it is not known.
pub type BaseAt<'a> = dyn Fn(&str, u32) -> Option<u8> + 'a;

/// The most that is read of a file, packed and unpacked.
const MAX_BYTES: u64 = 1 << 30;

/// Most problems that are reported for one file; a file with more is wrong throughout.
pub const MAX_PROBLEMS: usize = 1_000;

/// The longest text of a problem in characters; a name in a VCF may have any length.
const LONGEST_PROBLEM: usize = 500;

/// Something wrong in a VCF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VcfProblem {
    /// 1-based line.
    pub line: usize,
    /// What is wrong.
    pub text: String,
}

impl fmt::Display for VcfProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.text)
    }
}

/// The problems found so far.
#[derive(Debug, Default)]
struct Problems(Vec<VcfProblem>);

impl Problems {
    fn add(&mut self, line: usize, text: impl Into<String>) {
        if !self.is_full() {
            self.0.push(VcfProblem { line, text: drawing::shortened(&text.into(), LONGEST_PROBLEM) });
        }
    }

    /// The problems by line; where there are too many, the last of the list says so.
    fn in_order(mut self) -> Vec<VcfProblem> {
        let is_full = self.is_full();
        self.0.truncate(MAX_PROBLEMS);
        self.0.sort_by_key(|problem| problem.line);
        if let Some(last) = self.0.last().filter(|_| is_full) {
            let text = format!("{MAX_PROBLEMS} faults so far, the rest is not told");
            self.0.push(VcfProblem { line: last.line, text });
        }
        self.0
    }

    fn is_full(&self) -> bool {
        self.0.len() > MAX_PROBLEMS
    }
}

/// What to give instead of a file that cannot be checked.
const REMEDY: &str = "give a VCF, plain or gzip";

/// Checks a VCF, plain or (b)gzipped, `-` for standard input; an empty list means that it is sound. With more than [`MAX_PROBLEMS`] the
/// check stops, and the last of the list says so.
///
/// # Errors
/// When the file cannot be read, is cut, or is no VCF at all.
pub fn check(path: impl AsRef<Path>, reference: Option<&BaseAt>) -> Result<Vec<VcfProblem>> {
    let path = path.as_ref();
    let text = unpacked(path, MAX_BYTES)?;
    if text.starts_with(b"BCF\x02") {
        let remedy = format!("run bcftools view {} | kinfuse check-vcf -", path.display());
        return Err(Error::input(path, "is BCF, the packed form of VCF", remedy));
    }
    let no_vcf = |why: &str| Error::input(path, format!("is no VCF: {why}"), REMEDY);
    if text.is_empty() {
        return Err(no_vcf("it is empty"));
    }
    let text = String::from_utf8(text).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        no_vcf(&format!("line {line} is not UTF-8 text"))
    })?;
    if !text.starts_with("##fileformat=") && !text.lines().any(|line| line.starts_with("#CHROM")) {
        return Err(no_vcf("it has neither ##fileformat nor a line #CHROM"));
    }
    Ok(check_text(&text, reference))
}

/// The bytes of a file, without their packing, of which there are at most `most` either way.
fn unpacked(path: &Path, most: u64) -> Result<Vec<u8>> {
    let is_over = |bytes: &[u8]| bytes.len() as u64 > most;
    let over = || {
        let remedy = "check a part of it: bcftools view -r REGION FILE | kinfuse check-vcf -";
        Error::input(path, format!("has more than {} MiB", most >> 20), remedy)
    };
    let mut bytes = Vec::new();
    let file = |path: &Path| -> std::io::Result<Box<dyn Read>> {
        Ok(if path == Path::new("-") { Box::new(std::io::stdin().lock()) } else { Box::new(File::open(path)?) })
    };
    file(path).and_then(|input| input.take(most + 1).read_to_end(&mut bytes)).map_err(Error::opening(path, REMEDY))?;
    if is_over(&bytes) {
        return Err(over());
    }
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let cut = || Error::input(path, "is cut: the end of its gzip is missing", "copy or make it again");
    // A file that was cut between two blocks shows it by this alone.
    if bgzf::block_length(&bytes).is_some() && !bytes.ends_with(&bgzf::END_OF_FILE) {
        return Err(cut());
    }
    let mut text = Vec::new();
    match MultiGzDecoder::new(&bytes[..]).take(most + 1).read_to_end(&mut text) {
        Ok(_) if is_over(&text) => Err(over()),
        Ok(_) => Ok(text),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(cut()),
        Err(error) => Err(Error::input(path, format!("has damaged gzip ({error})"), "copy or make it again")),
    }
}

/// Checks the text of a VCF; the problems come by line.
pub fn check_text(text: &str, reference: Option<&BaseAt>) -> Vec<VcfProblem> {
    let mut problems = Problems::default();
    let header = Declarations::read(text, &mut problems);
    if !text.ends_with('\n') {
        problems.add(text.lines().count(), "the last line has no end");
    }
    let mut records = Vec::new();
    for (index, line) in text.lines().enumerate().skip(header.lines) {
        if problems.is_full() {
            break;
        }
        if let Some(record) = CheckedRecord::read(index + 1, line, &header, &mut problems) {
            record.check(&header, reference, &mut problems);
            records.push(record);
        }
    }
    let mut contigs: FxHashSet<&str> = FxHashSet::default();
    for (at, record) in records.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &records[before]).filter(|before| before.contig == record.contig);
        let is_new = before.is_none() && !contigs.insert(record.contig);
        if is_new || before.is_some_and(|before| before.position > record.position) {
            problems.add(record.line, "is not sorted by contig and position");
        }
    }
    let mut by_id: FxHashMap<&str, &CheckedRecord> = FxHashMap::default();
    for record in &records {
        for id in record.id.split(';').filter(|id| *id != ".") {
            if by_id.insert(id, record).is_some_and(|other| other.line != record.line) {
                problems.add(record.line, format!("ID {id} is used twice"));
            }
        }
    }
    let mut haplotypes: FxHashMap<&str, (&str, Option<&str>, Option<&str>)> = FxHashMap::default();
    for record in &records {
        let Some(haplotype) = record.info("HAPLOTYPE") else { continue };
        let own = (record.contig, record.format("PS"), record.format("GT"));
        if *haplotypes.entry(haplotype).or_insert(own) != own {
            problems.add(record.line, format!("HAPLOTYPE {haplotype} has another phase set or genotype elsewhere"));
        }
    }
    for record in &records {
        breakend::check(record, &by_id, reference, &mut problems);
    }
    problems.in_order()
}

#[cfg(test)]
mod tests;
