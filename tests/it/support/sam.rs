//! BAMs as text and back, so that a test can change them like a figure.

use std::path::Path;

use kinfuse::sequence::reverse_complement;
use md5::Digest as _;
use rust_htslib::bam::{self, Read as _};

/// A BAM as SAM text, header included.
pub fn text(path: &Path) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sam = folder.path().join("a.sam");
    let mut reader = bam::Reader::from_path(path).expect("the BAM opens");
    let header = bam::Header::from_template(reader.header());
    let mut writer = bam::Writer::from_path(&sam, &header, bam::Format::Sam).expect("the SAM opens");
    for record in reader.records() {
        writer.write(&record.expect("a record")).expect("the SAM takes a record");
    }
    drop(writer);
    std::fs::read_to_string(&sam).expect("the SAM can be read")
}

/// Writes SAM text as BAM (or CRAM, given its FASTA), with an index where the text is sorted.
pub fn write(sam: &str, path: &Path, fasta: Option<&Path>, with_index: bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = folder.path().join("a.sam");
    let sam = fasta.map_or_else(|| sam.to_owned(), |fasta| with_checksums(sam, fasta));
    std::fs::write(&text, sam).expect("the SAM is written");
    let mut reader = bam::Reader::from_path(&text).expect("the SAM opens");
    let header = bam::Header::from_template(reader.header());
    let format = if fasta.is_some() { bam::Format::Cram } else { bam::Format::Bam };
    let mut writer = bam::Writer::from_path(path, &header, format).expect("the BAM opens");
    if let Some(fasta) = fasta {
        writer.set_reference(fasta).expect("the FASTA opens");
    }
    for record in reader.records() {
        writer.write(&record.expect("a record")).expect("the BAM takes a record");
    }
    drop(writer);
    if with_index {
        bam::index::build(path, None, bam::index::Type::Bai, 1).expect("the BAM is sorted");
    }
}

/// The header with the checksums of its contigs; without them htslib puts the reference itself into a CRAM.
fn with_checksums(sam: &str, fasta: &Path) -> String {
    let reader = rust_htslib::faidx::Reader::from_path(fasta).expect("the FASTA opens");
    let header = |line: &str| {
        let Some(name) = line.strip_prefix("@SQ\tSN:").and_then(|rest| rest.split('\t').next()) else { return line.to_owned() };
        let length = reader.fetch_seq_len(name) as usize;
        let bases = reader.fetch_seq(name, 0, length - 1).expect("the FASTA has the contig");
        let digest = md5::Md5::digest(bases.to_ascii_uppercase());
        let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{line}\tM5:{}", hex.concat())
    };
    rewrite(sam, header, Some)
}

/// Applies `change` to the fields of every record; `None` drops it. The header passes `header` line by line.
pub fn rewrite(sam: &str, mut header: impl FnMut(&str) -> String, mut change: impl FnMut(Vec<String>) -> Option<Vec<String>>) -> String {
    let mut changed = String::with_capacity(sam.len());
    for line in sam.lines() {
        let line = if line.starts_with('@') {
            header(line)
        } else {
            let Some(fields) = change(line.split('\t').map(str::to_owned).collect()) else { continue };
            fields.join("\t")
        };
        changed.push_str(&line);
        changed.push('\n');
    }
    changed
}

/// As [`rewrite`], with the header left alone.
pub fn records(sam: &str, change: impl FnMut(Vec<String>) -> Option<Vec<String>>) -> String {
    rewrite(sam, str::to_owned, change)
}

/// The flag of a record.
pub fn flag(fields: &[String]) -> u16 {
    fields[1].parse().expect("the second field is the flag")
}

/// The entries of the tag SA or XA, without the last semicolon.
pub fn entries(fields: &[String], tag: &str) -> Vec<String> {
    let prefix = format!("{tag}:Z:");
    let value = fields.iter().skip(11).find_map(|field| field.strip_prefix(&prefix));
    value.map_or_else(Vec::new, |value| value.split(';').filter(|entry| !entry.is_empty()).map(str::to_owned).collect())
}

/// Sets the entries of such a tag; without any, the tag goes.
pub fn set_entries(fields: &mut Vec<String>, tag: &str, entries: &[String]) {
    let prefix = format!("{tag}:Z:");
    let at = fields.iter().skip(11).position(|field| field.starts_with(&prefix)).map(|at| at + 11);
    match at {
        Some(at) if entries.is_empty() => {
            fields.remove(at);
        }
        Some(at) => fields[at] = format!("{prefix}{};", entries.join(";")),
        None => {}
    }
}

/// A number that follows from a read name and a salt (FNV-1a).
pub fn name_hash(name: &str, salt: u64) -> u64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64 ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // FNV's low bits mix badly; take high ones.
    (hash ^ (hash >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 20
}

/// Bases that look like no other: a different stretch for each seed.
pub fn bases(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ACGT"[(state >> 60) as usize & 3])
    };
    (0..length).map(|_| next()).collect()
}

/// The other strand of bases.
pub fn turned(text: &str) -> String {
    String::from_utf8(reverse_complement(text.as_bytes())).expect("bases are ASCII")
}
