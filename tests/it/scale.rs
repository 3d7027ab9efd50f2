//! Large inputs: exact counts however many reads say the same, nothing pushed out by a crowd, and time that grows as the input does.
//! Limits on time are wide: what grew with a square took minutes.
#![allow(clippy::format_push_string, reason = "files made once")]

use std::ffi::OsStr;
use std::time::Instant;

use crate::support::command::{call, table};
use crate::support::sam;
use kinfuse::sequence::reverse_complement;

const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr2\tLN:242193529\n@SQ\tSN:chr6\tLN:170805979\n\
    @SQ\tSN:chr9\tLN:138394717\n@SQ\tSN:chr15\tLN:101991189\n";

/// Boundaries of ALK exon 20's start and of EML4 exon 13's end on GRCh38.
const ALK_20_START: u32 = 29_223_528;
const EML4_13_END: u32 = 42_295_516;

/// Made-up bases.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn bases(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b"ACGT"[self.next(4) as usize])).collect()
    }
}

fn turned(text: &str) -> String {
    String::from_utf8(reverse_complement(text.as_bytes())).expect("bases are ASCII")
}

/// A line of SAM; an unaligned read has the flag 4 and lies at its mate's place.
fn line(name: &str, flag: u16, start: u32, cigar: &str, bases: &str, tags: &str) -> (u32, String) {
    let (mapq, quality) = (if flag & 4 == 0 { 60 } else { 0 }, "I".repeat(bases.len()));
    let mate = if flag & 4 == 0 { "*\t0".to_owned() } else { format!("=\t{start}") };
    (start, format!("{name}\t{flag}\tchr2\t{start}\t{mapq}\t{cigar}\t{mate}\t0\t{bases}\t{quality}{tags}\n"))
}

/// Runs the program on these reads; what it wrote goes with the folder.
fn run(mut reads: Vec<(u32, String)>, more: &[&str]) -> tempfile::TempDir {
    reads.sort_by_key(|(start, _)| *start);
    let text: String = std::iter::once(HEADER.to_owned()).chain(reads.into_iter().map(|(_, line)| line)).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bam = folder.path().join("x.bam");
    sam::write(&text, &bam, None, true);
    let mut arguments: Vec<&OsStr> = ["-s", "x"].iter().chain(more).map(OsStr::new).collect();
    arguments.push(bam.as_ref());
    call(folder.path(), &arguments);
    folder
}

/// Fragments of each call that passes.
fn passing(folder: &tempfile::TempDir) -> Vec<String> {
    let rows = table(&folder.path().join("x.fusions.tsv"));
    rows.iter().filter(|row| row.get("filter") == "PASS").map(|row| row.get("fragments").to_owned()).collect()
}

#[test]
fn alignments_of_tens_of_thousands_of_operations_take_seconds() {
    let mut random = Random(3);
    let operations = 60_000;
    let cigar = "1M1I".repeat(operations / 2);
    let long = (0..4).map(|i| {
        let bases = random.bases(operations);
        line(&format!("l{i}"), 0, 29_223_300 - operations as u32 / 4, &cigar, &bases, "")
    });
    let mut reads: Vec<(u32, String)> = long.collect();
    reads.extend((0..50).map(|i| line(&format!("w{i}"), 0, 29_223_000 + 3 * i, "100M", &random.bases(100), "")));
    let begun = Instant::now();
    run(reads, &["--assay", "dna", "-t", "1"]);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

/// The last bases of EML4 exon 13, and the first of ALK exon 20, as the molecule of the fusion has them.
fn sides() -> (String, String) {
    let mut random = Random(11);
    (random.bases(90), random.bases(90))
}

/// Reads that show what lies at the two edges.
fn wild_type() -> Vec<(u32, String)> {
    let (eml4, alk) = sides();
    let reads = (0..6).flat_map(|i| {
        let at_alk = line(&format!("a{i}"), 0, ALK_20_START - 89, "90M", &turned(&alk), "");
        [at_alk, line(&format!("e{i}"), 0, EML4_13_END - 89, "90M", &eml4, "")]
    });
    reads.collect()
}

#[test]
fn a_crowd_of_unaligned_mates_pushes_out_none_however_the_work_is_cut() {
    let (eml4, alk) = sides();
    for crowd in [100, 21_000] {
        let mut random = Random(5);
        let mut reads = wild_type();
        reads.extend((0..crowd).map(|i| line(&format!("j{i}"), 69, 29_223_000, "*", &random.bases(60), "")));
        reads.extend((0..4).map(|i| {
            let bases = [&eml4[90 - 46 - i..], &alk[..54 - i]].concat();
            line(&format!("u{i}"), 69, 29_223_000 + 400, "*", &bases, "")
        }));
        for width in ["40000", "100"] {
            let folder = run(reads.clone(), &["--assay", "rna", "--tile-width", width]);
            assert_eq!(passing(&folder), ["4"], "{crowd} others, tiles of {width} bases");
        }
    }
}

#[test]
fn equal_fragments_of_one_fusion_are_all_counted() {
    let (eml4, alk) = sides();
    let bases = [&eml4[40..], &alk[..50]].concat();
    let (at_eml4, at_alk) = (EML4_13_END - 49, ALK_20_START - 49);
    let mut reads = wild_type();
    for i in 0..3_000 {
        let name = format!("f{i}");
        reads.push(line(&name, 0, at_eml4, "50M50S", &bases, &format!("\tSA:Z:chr2,{at_alk},-,50M50S,60,0;")));
        reads.push(line(&name, 2064, at_alk, "50M50S", &turned(&bases), &format!("\tSA:Z:chr2,{at_eml4},+,50M50S,60,0;")));
    }
    let folder = run(reads, &["--assay", "rna", "--duplicates", "keep"]);
    let rows = table(&folder.path().join("x.fusions.tsv"));
    let fragments: Vec<&str> = rows.iter().map(|row| row.get("fragments")).collect();
    assert_eq!(fragments, ["3000"]);
}

#[test]
fn a_name_that_thousands_of_records_share_is_one_fragment_and_takes_seconds() {
    let mut random = Random(9);
    let mut reads = wild_type();
    for _ in 0..6_000 {
        let at = 29_200_000 + random.next(60_000) as u32;
        reads.push(line("same", 0, at, "60M40S", &random.bases(100), ""));
    }
    let begun = Instant::now();
    let folder = run(reads, &["--assay", "dna", "-t", "1"]);
    assert!(passing(&folder).is_empty());
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    let metrics = table(&folder.path().join("x.metrics.tsv"));
    let left = metrics.iter().find(|row| row.get("metric") == "skipped_same_name_beyond_bound").map(|row| row.get("value").to_owned());
    assert_eq!(left, Some((6_000 - 256).to_string()));
}
