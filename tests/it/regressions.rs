//! Bugs that were found once, each with the smallest file that showed it.
#![allow(clippy::format_push_string, reason = "small files, made once")]

use crate::support::command;
use crate::support::sam;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::support::command::{kinfuse, passed, repository, table, Outcome};

/// GRCh38's chromosomes with the kinases, and one more.
const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr2\tLN:242193529\n@SQ\tSN:chr3\tLN:198295559\n\
    @SQ\tSN:chr6\tLN:170805979\n@SQ\tSN:chr9\tLN:138394717\n@SQ\tSN:chr15\tLN:101991189\n";

/// Calls SAM text as sample `x`.
fn call_sam(folder: &Path, text: &str, more: &[&str]) -> Outcome {
    let input = folder.join("input.sam");
    std::fs::write(&input, text).expect("the SAM is written");
    let mut arguments: Vec<&OsStr> = vec!["call".as_ref(), "-s".as_ref(), "x".as_ref(), "-o".as_ref(), folder.as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(input.as_ref());
    kinfuse(arguments)
}

/// The rows of the calls of SAM text, which must end well.
fn rows(text: &str, more: &[&str]) -> (tempfile::TempDir, Vec<command::Row>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = call_sam(folder.path(), text, more);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let rows = table(&folder.path().join("x.fusions.tsv"));
    (folder, rows)
}

fn metric(folder: &Path, name: &str) -> Option<String> {
    let rows = table(&folder.join("x.metrics.tsv"));
    rows.iter().find(|row| row.get("metric") == name).map(|row| row.get("value").to_owned())
}

/// Two records of an ordinary pair.
fn pair(name: &str, contig: &str, start: u32, insert: u32) -> String {
    let mate = start + insert - 100;
    format!(
        "{name}\t99\t{contig}\t{start}\t60\t100M\t=\t{mate}\t{insert}\t*\t*\n{name}\t147\t{contig}\t{mate}\t60\t100M\t=\t{start}\t-{insert}\t*\t*\n"
    )
}

/// A single read of `left` bases before ALK's intron 19 break (29,223,741) that goes on in EML4, as one record with SA.
fn alk_split(name: &str, left: u32, right: u32, tags: &str) -> String {
    let start = 29_223_741 - left + 1;
    let there = 42_299_750 - right + 1;
    format!("{name}\t0\tchr2\t{start}\t60\t{left}M{right}S\t*\t0\t0\t*\t*\tSA:Z:chr2,{there},-,{right}M{left}S,60,0;{tags}\n")
}

#[test]
fn ordinary_pairs_over_a_genes_edge_are_no_fusion() {
    let mut text = HEADER.to_owned();
    for i in 0..60 {
        text += &pair(&format!("low{i}"), "chr2", 29_191_400 + i * 10, 350);
    }
    for i in 0..60 {
        text += &pair(&format!("high{i}"), "chr2", 29_922_300 + i * 10, 350);
    }
    let (folder, rows) = rows(&text, &[]);
    assert!(rows.is_empty(), "{rows:?}");
    assert_eq!(metric(folder.path(), "ALK_chimeras").as_deref(), Some("0"));
}

#[test]
fn molecules_numbered_by_mi_are_not_taken_for_errors_of_each_other() {
    let mut text = HEADER.to_owned();
    for i in 0..20 {
        text += &alk_split(&format!("r{i}"), 60, 40, &format!("\tMI:Z:{}", 100 + i));
    }
    let (_folder, rows) = rows(&text, &["--umi-tag", "MI"]);
    assert_eq!((rows[0].get("fragments"), rows[0].get("units")), ("20", "molecules"));
    assert_eq!(rows[0].get("filter"), "PASS", "molecules at equal ends are independent when UMIs say so");
}

#[test]
fn fragments_without_the_umi_that_was_asked_for_are_told_by_their_ends() {
    let mut text = HEADER.to_owned();
    for i in 0..12 {
        text += &alk_split(&format!("r{i}"), 60 - i / 2, 40 + i / 2, "");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = call_sam(folder.path(), &text, &["--umi-tag", "ZZ"]);
    assert!(outcome.stderr.contains("ZZ"), "{}", outcome.stderr);
    assert_eq!(table(&folder.path().join("x.fusions.tsv"))[0].get("fragments"), "6", "two of each place");
}

#[test]
fn an_sa_entry_of_another_reads_length_is_counted_and_not_used() {
    let mut text = HEADER.to_owned();
    for (i, entry) in
        ["chr3,1000,+,300S50M,60,0", "chr3,1000,+,4294967290S50M,60,0", "chr3,198295550,+,60S40M,60,0", "chr3,1,+,2000000000N60S40M,60,0"]
            .iter()
            .enumerate()
    {
        text += &format!("r{i}\t0\tchr2\t29223682\t60\t60M40S\t*\t0\t0\t*\t*\tSA:Z:{entry};\n");
    }
    let (folder, rows) = rows(&text, &[]);
    assert!(rows.is_empty(), "{rows:?}");
    assert_eq!(metric(folder.path(), "skipped_unreadable_sa").as_deref(), Some("4"));
}

#[test]
fn a_long_read_that_runs_past_the_genes_end_is_seen() {
    let mut text = HEADER.to_owned();
    for i in 0..4 {
        text += &alk_split(&format!("r{i}"), 60_000 + i, 1_000 + i, "");
    }
    let (_folder, rows) = rows(&text, &["--assay", "dna"]);
    assert_eq!(rows[0].get("fusion"), "EML4::ALK");
    assert_eq!(rows[0].get("split_fragments"), "4");
}

#[test]
fn a_junction_of_two_kinases_is_one_finding() {
    let mut text = HEADER.to_owned();
    let mut there = String::new();
    for i in 0..6u32 {
        let (left, right) = (60 + i, 60 - i);
        let (start, ros1) = (29_223_741 - left + 1, 117_322_000);
        text += &format!("r{i}\t0\tchr2\t{start}\t60\t{left}M{right}S\t*\t0\t0\t*\t*\tSA:Z:chr6,{ros1},+,{left}S{right}M,60,0;\n");
        there += &format!("r{i}\t2048\tchr6\t{ros1}\t60\t{left}H{right}M\t*\t0\t0\t*\t*\tSA:Z:chr2,{start},+,{left}M{right}S,60,0;\n");
    }
    let (_folder, rows) = rows(&(text + &there), &["--assay", "dna"]);
    assert_eq!(rows.len(), 1, "{rows:?}");
}

#[test]
fn support_and_depth_follow_one_rule_on_mapping_quality() {
    let mut text = HEADER.to_owned();
    for i in 0..10u32 {
        text += &alk_split(&format!("r{i}"), 60 + i, 40 - i, "");
    }
    for i in 0..40u32 {
        text += &format!("w{i}\t0\tchr2\t{}\t0\t100M\t*\t0\t0\t*\t*\n", 29_223_660 + i);
    }
    let (_folder, rows) = rows(&text, &["--assay", "dna"]);
    assert_eq!((rows[0].get("fragments"), rows[0].get("depth3")), ("10", "40"));
}

#[test]
fn a_genome_that_contradicts_the_header_stops_the_run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = call_sam(folder.path(), &(HEADER.to_owned() + &alk_split("r", 60, 40, "")), &["--genome", "grch37"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("GRCh38") && outcome.stderr.contains("GRCh37"), "{}", outcome.stderr);
}

#[test]
fn a_kinase_whose_contig_is_missing_is_named_and_limits_the_sample() {
    let text = (HEADER.to_owned() + &pair("p", "chr6", 117_322_000, 300)).replace("@SQ\tSN:chr2\tLN:242193529\n", "");
    let (folder, _) = rows(&text, &[]);
    let rows = table(&folder.path().join("x.metrics.tsv"));
    let status = rows.iter().find(|row| row.get("metric") == "status").expect("a status");
    assert_ne!(status.get("value"), "ok");
    assert!(status.get("note").contains("ALK: its contig or its gene model is missing"), "{}", status.get("note"));
}

/// Halves of a BAM of the repository, by read name.
fn halves(folder: &Path, name: &str) -> [PathBuf; 2] {
    let text = sam::text(&repository(&format!("test-data/{name}.bam")));
    [0u64, 1].map(|half| {
        let path = folder.join(format!("lane{half}.bam"));
        sam::write(&sam::records(&text, |fields| (sam::name_hash(&fields[0], 1) % 2 == half).then_some(fields)), &path, None, true);
        path
    })
}

fn made_up<'a>(folder: &'a Path, gtf: &'a Path, fasta: &'a Path, files: &'a [&'a Path]) -> Vec<&'a OsStr> {
    let mut arguments: Vec<&OsStr> = vec!["call".as_ref(), "-s".as_ref(), "x".as_ref(), "-o".as_ref(), folder.as_ref()];
    arguments.extend([OsStr::new("-g"), gtf.as_ref(), OsStr::new("-r"), fasta.as_ref()]);
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    arguments
}

#[test]
fn lanes_of_one_library_are_read_as_one() {
    let (gtf, fasta, whole) = (repository("test-data/mini.gtf"), repository("test-data/mini.fa"), repository("test-data/dna.bam"));
    let [one, two, twice] = [(); 3].map(|()| tempfile::tempdir().expect("a temporary folder"));
    let [first, second] = halves(one.path(), "dna");
    assert_eq!(kinfuse(made_up(one.path(), &gtf, &fasta, &[&whole])).code, Some(0));
    assert_eq!(kinfuse(made_up(two.path(), &gtf, &fasta, &[&first, &second])).code, Some(0));
    assert_eq!(kinfuse(made_up(twice.path(), &gtf, &fasta, &[&whole, &whole])).code, Some(1), "a file given twice is a mistake");
    let bytes = |folder: &Path, file: &str| std::fs::read_to_string(folder.join(file)).expect("the file can be read");
    for file in ["x.fusions.tsv", "x.variants.tsv"] {
        assert_eq!(bytes(one.path(), file), bytes(two.path(), file));
    }
}

#[test]
fn files_of_two_samples_are_not_mixed_unless_one_name_is_given() {
    let (gtf, fasta) = (repository("test-data/mini.gtf"), repository("test-data/mini.fa"));
    let (rna, dna) = (repository("test-data/rna.bam"), repository("test-data/dna.bam"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files: [&Path; 2] = [&rna, &dna];
    let mut arguments = made_up(folder.path(), &gtf, &fasta, &files);
    assert_eq!(kinfuse(arguments.clone()).code, Some(0), "with -s the files belong together");
    assert_eq!(passed(folder.path(), "x").len(), 2);
    arguments.drain(1..3);
    let outcome = kinfuse(arguments);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("--sample"), "{}", outcome.stderr);
}

/// Bases that look random and are the same each time.
fn bases(length: usize, mut seed: u64) -> String {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ACGT"[(seed >> 60) as usize & 3])
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn one_pair_and_clips_that_nothing_ties_to_it_are_no_call() {
    let (anchor, tail) = (bases(70, 1), bases(40, 2));
    let mut reads: Vec<(u32, String)> = (0..8u32)
        .map(|i| {
            let left = 60 + i;
            let start = 29_223_741 - left + 1;
            let sequence = format!("{}{tail}", &anchor[anchor.len() - left as usize..]);
            (start, format!("c{i}\t0\tchr2\t{start}\t60\t{left}M40S\t*\t0\t0\t{sequence}\t*\n"))
        })
        .collect();
    reads.push((29_223_522, "p\t65\tchr2\t29223522\t60\t100M\t=\t42299501\t0\t*\t*\n".to_owned()));
    reads.push((42_299_501, "p\t129\tchr2\t42299501\t60\t100M\t=\t29223522\t0\t*\t*\n".to_owned()));
    reads.sort();
    let text = HEADER.to_owned() + &reads.into_iter().map(|(_, line)| line).collect::<String>();
    let (folder, _) = rows(&text, &["--assay", "dna"]);
    assert!(passed(folder.path(), "x").is_empty(), "{:?}", passed(folder.path(), "x"));
}

#[test]
fn equal_read_names_in_two_files_are_two_fragments() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lanes = [0u32, 10].map(|shift| {
        let path = folder.path().join(format!("lane{shift}.sam"));
        let reads: String = (0..5).map(|i| alk_split(&i.to_string(), 50 + shift + i, 40, "")).collect();
        std::fs::write(&path, HEADER.to_owned() + &reads).expect("the SAM is written");
        path
    });
    let mut arguments: Vec<&OsStr> = ["call", "-s", "x", "--assay", "dna", "-o"].map(OsStr::new).to_vec();
    arguments.push(folder.path().as_ref());
    arguments.extend(lanes.iter().map(|lane| lane.as_os_str()));
    let outcome = kinfuse(arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(table(&folder.path().join("x.fusions.tsv"))[0].get("fragments"), "10");
}

#[test]
fn one_read_does_not_move_the_break_that_many_show() {
    let mut text = HEADER.to_owned();
    for i in 0..30u32 {
        let start = 29_223_741 - (60 + i % 5) + 1;
        let left = 60 + i % 5;
        let right = 40 - i % 5 - 4;
        text += &format!(
            "r{i}\t0\tchr2\t{start}\t60\t{left}M{}S\t*\t0\t0\t*\t*\tSA:Z:chr3,100000002,+,{}S{right}M,60,0;\n",
            right + 4,
            left + 4
        );
    }
    text += "odd\t0\tchr2\t29223682\t60\t60M40S\t*\t0\t0\t*\t*\tSA:Z:chr3,99999998,+,60S40M,60,4;\n";
    let (_folder, rows) = rows(&text, &["--assay", "dna"]);
    assert_eq!(rows[0].position("breakpoint5"), 100_000_002, "{:?}", rows[0]);
}

#[test]
fn mates_that_were_placed_anywhere_do_not_vouch_for_a_known_partner() {
    let call = |mapq: u32| {
        let (mut here, mut there) = (String::new(), String::new());
        for i in 0..4u32 {
            let (kinase, partner) = (29_223_482 + i * 20, 42_299_501 + i * 20);
            here += &format!("p{i}\t65\tchr2\t{kinase}\t60\t100M\t=\t{partner}\t0\t*\t*\n");
            there += &format!("p{i}\t129\tchr2\t{partner}\t{mapq}\t100M\t=\t{kinase}\t0\t*\t*\n");
        }
        let (_folder, rows) = rows(&(HEADER.to_owned() + &here + &there), &["--assay", "dna"]);
        rows[0].get("filter").to_owned()
    };
    assert_eq!(call(60), "PASS");
    assert!(call(0).contains("low_mapq"));
}

#[test]
fn a_fragment_that_shows_the_break_by_a_clip_and_by_its_mates_is_no_chimera_against_it() {
    let (anchor, tail) = (bases(70, 1), bases(40, 2));
    let here = |name: &str, flag: u16, left: usize, right: usize, mate: &str, tags: &str| {
        let (start, sequence) = (29_223_741 - left + 1, format!("{}{}", &anchor[70 - left..], &tail[..right]));
        format!("{name}\t{flag}\tchr2\t{start}\t60\t{left}M{right}S\t{mate}\t{sequence}\t*{tags}\n")
    };
    let split = |name: &str, left: usize| {
        let right = 100 - left;
        here(name, 0, left, right, "*\t0\t0", &format!("\tSA:Z:chr2,{},-,{right}M{left}S,60,0;", 42_299_750 - right + 1))
    };
    let call = |other: &str| {
        let (_folder, rows) = rows(&(HEADER.to_owned() + &split("one", 60) + other), &["--assay", "dna"]);
        (rows[0].get("fragments").to_owned(), rows[0].get("qual").to_owned())
    };
    let mate = "other\t129\tchr2\t42299600\t60\t100M\t=\t29223677\t0\t*\t*\n".to_owned();
    let clipped = here("other", 65, 65, 35, "=\t42299600\t0", "") + &mate;
    assert_eq!(call(&clipped), call(&split("other", 65)));
}
