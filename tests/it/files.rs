//! Any file: damaged or foreign indexes and references end in the right result or in one line that says what to do, never in a crash
//! or in a silent loss of reads; what stops a run leaves the results as they were.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kinfuse::alignment::AlignmentFile;
use kinfuse::genome::{ContigId, Interval};
use rust_htslib::bam::index::{build, Type};

use crate::support::command::{self, files, kinfuse, passed, repository, Outcome};
use crate::support::sam;

/// Contigs of the made files, in bases.
const LENGTH_BP: u32 = 100_000;

/// A sorted file of short reads on three contigs and some unplaced ones; `step` tells two files apart.
fn sam_text(step: u32, with_unplaced: bool) -> String {
    let mut text = "@HD\tVN:1.6\tSO:coordinate\n".to_owned();
    for contig in ["a", "b", "c"] {
        let _ = writeln!(text, "@SQ\tSN:{contig}\tLN:{LENGTH_BP}");
    }
    let bases = |seed: u32| -> String {
        (0..40u32).map(|i| ['A', 'C', 'G', 'T'][(seed.wrapping_mul(2_654_435_761) >> (i % 13)) as usize & 3]).collect()
    };
    // One contig has no read.
    for contig in ["a", "c"] {
        for place in (1..LENGTH_BP - 20_000).step_by(step as usize) {
            // Some reads reach over a border of bins, and some lie in the second half only.
            let cigar = if place % 7 == 0 { "20M18000N20M" } else { "40M" };
            let _ = writeln!(text, "{contig}{place}\t0\t{contig}\t{place}\t60\t{cigar}\t*\t0\t0\t{}\t{}", bases(place), "I".repeat(40));
        }
    }
    for number in 0..if with_unplaced { 50 } else { 0 } {
        let _ = writeln!(text, "u{number}\t4\t*\t0\t0\t*\t*\t0\t0\t{}\t{}", bases(number), "I".repeat(40));
    }
    text
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("the file is written");
        self.path(name)
    }

    /// The contigs of the made files, with their index.
    fn fasta(&self) -> PathBuf {
        let contig = |name: &str| format!(">{name}\n{}\n", "ACGTTGCATT".repeat(LENGTH_BP as usize / 10));
        let path = self.write("r.fa", ["a", "b", "c"].map(contig).concat());
        rust_htslib::faidx::build(&path).expect("the FASTA can be indexed");
        path
    }

    /// A made BAM with its index.
    fn bam(&self, name: &str, text: &str, kind: Type) -> PathBuf {
        let path = self.path(name);
        sam::write(text, &path, None, false);
        build(&path, None, kind, 1).expect("the BAM is sorted");
        path
    }
}

/// The names of all reads that lie on some intervals, and how many are unplaced; or the error.
fn reads(path: &Path, reference: Option<&Path>) -> Result<Vec<String>, String> {
    let read = || {
        let file = AlignmentFile::open(path, reference, false, false)?;
        let mut reader = file.reader()?;
        let mut names = Vec::new();
        for contig in 0..3 {
            for (start, end) in [(0, 9_000), (30_000, 33_000), (33_000, 50_000), (70_000, LENGTH_BP)] {
                let interval = Interval { contig: ContigId(contig), start, end };
                reader.visit(interval, |record| names.push(String::from_utf8_lossy(record.qname()).into_owned()))?;
            }
        }
        let mut unplaced = 0;
        reader.visit_unplaced(1_000, |_| {
            unplaced += 1;
            true
        })?;
        names.push(format!("{unplaced} unplaced"));
        Ok(names)
    };
    read().map_err(|error: kinfuse::Error| error.to_string())
}

/// Flips a bit of each byte of an index, and cuts it behind each: the reads stay the same, or an error names the index.
fn stands_damage(path: &Path, index: &Path, reference: Option<&Path>) {
    let whole = reads(path, reference).expect("the good index is accepted");
    assert!(whole.len() > 300, "the file has reads");
    let good = std::fs::read(index).expect("the index is there");
    let mut refused = 0;
    let mut judge = |bytes: &[u8], what: String| {
        std::fs::write(index, bytes).expect("the index is written");
        match reads(path, reference) {
            Ok(found) => assert!(found == whole, "{what}: other reads, and no error"),
            Err(error) => {
                refused += 1;
                assert!(error.contains("samtools index"), "{what}: {error}");
                assert_eq!(error.lines().count(), 1, "{what}: {error}");
            }
        }
    };
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at * 5 % 8);
        judge(&bytes, format!("a bit of byte {at}"));
        judge(&good[..at], format!("the first {at} bytes"));
    }
    assert!(refused > good.len(), "only {refused} were refused");
    std::fs::write(index, good).expect("the index is written");
}

#[test]
fn a_damaged_bai_gives_the_same_reads_or_an_error() {
    let folder = Folder::new();
    let bam = folder.bam("x.bam", &sam_text(211, true), Type::Bai);
    stands_damage(&bam, &folder.path("x.bam.bai"), None);
}

#[test]
fn a_damaged_csi_gives_the_same_reads_or_an_error() {
    let folder = Folder::new();
    let bam = folder.bam("x.bam", &sam_text(211, false), Type::Csi(14));
    let index = folder.path("x.bam.csi");
    stands_damage(&bam, &index, None);
    // htslib packs a CSI, so damage shows by the checksums. One that is not packed may lead elsewhere, but does not end the program.
    let unpacked = command::unpacked(&index);
    for at in 0..unpacked.len() {
        let mut bytes = unpacked.clone();
        bytes[at] ^= 1 << (at * 5 % 8);
        for bytes in [&bytes[..], &unpacked[..at]] {
            std::fs::write(&index, bytes).expect("the index is written");
            let _ = reads(&bam, None);
        }
    }
}

#[test]
fn a_damaged_crai_gives_the_same_reads_or_an_error() {
    let folder = Folder::new();
    let fasta = folder.fasta();
    let cram = folder.path("x.cram");
    sam::write(&sam_text(211, true), &cram, Some(&fasta), true);
    let index = folder.path("x.cram.crai");
    stands_damage(&cram, &index, Some(&fasta));
    let text = command::unpacked_text(&index);
    let whole = reads(&cram, Some(&fasta)).expect("the index is good");
    // A line that is gone, and numbers that are others.
    let without_last = text.lines().take(text.lines().count() - 1).fold(String::new(), |text, line| text + line + "\n");
    for (what, other) in [
        ("cut", without_last),
        ("offset", text.replacen("\t0\t", "\t64\t", 1)),
        ("huge", text.replace('\n', "0000000000\n")),
        ("contig", text.replacen('0', "9", 1)),
        ("start", format!("0\t2147483647\t2147483647\t{}", &text[text.find('\t').unwrap_or(0) + 1..])),
    ] {
        folder.write("x.cram.crai", other);
        match reads(&cram, Some(&fasta)) {
            Ok(found) => assert!(found == whole, "{what}: other reads, and no error"),
            Err(error) => assert!(error.contains("samtools index"), "{what}: {error}"),
        }
    }
}

#[test]
fn a_cram_gives_the_reads_of_a_bam_however_often_it_is_asked() {
    let folder = Folder::new();
    let fasta = folder.fasta();
    let (text, cram) = (sam_text(211, true), folder.path("x.cram"));
    sam::write(&text, &cram, Some(&fasta), true);
    let bam = folder.bam("x.bam", &text, Type::Bai);
    let looks = |path: &Path, reference: Option<&Path>| {
        let file = AlignmentFile::open(path, reference, false, false).expect("it opens");
        let mut reader = file.reader().expect("it opens");
        let mut seen = Vec::new();
        for (contig, start, end) in
            [(0, 0, 500), (0, 400, 500), (0, 0, LENGTH_BP), (0, 18_000, 18_001), (1, 0, 9), (2, 70, 700), (2, 70, 700)]
        {
            for most in [2, usize::MAX, usize::MAX] {
                let mut names = Vec::new();
                let interval = Interval { contig: ContigId(contig), start, end };
                let visited = reader.visit_while(interval, |record| {
                    names.push(String::from_utf8_lossy(record.qname()).into_owned());
                    names.len() < most
                });
                visited.expect("it can be read");
                seen.push(names);
            }
        }
        seen
    };
    let of_bam = looks(&bam, None);
    assert!(of_bam.iter().map(Vec::len).sum::<usize>() > 300);
    assert_eq!(looks(&cram, Some(&fasta)), of_bam);
}

#[test]
fn the_index_of_another_file_or_of_an_earlier_state_is_refused() {
    let folder = Folder::new();
    let bam = folder.bam("x.bam", &sam_text(211, true), Type::Bai);
    for (name, text) in [
        ("more.bam", sam_text(101, true)),
        ("fewer.bam", sam_text(411, true)),
        ("near.bam", sam_text(210, true)),
        ("none.bam", sam_text(211, false)),
    ] {
        folder.bam(name, &text, Type::Bai);
        std::fs::copy(folder.path(&format!("{name}.bai")), folder.path("x.bam.bai")).expect("the index can be copied");
        let error = reads(&bam, None).expect_err("the index is of another file");
        assert!(error.contains("x.bam.bai") && error.contains("samtools index"), "{name}: {error}");
    }
    // The file itself was cut at a block and got an end marker.
    build(&bam, None, Type::Bai, 1).expect("the BAM is sorted");
    let bytes = std::fs::read(&bam).expect("the BAM is there");
    let last_block = bytes.windows(4).rposition(|four| four == [0x1f, 0x8b, 8, 4]).expect("it has blocks");
    let cut = bytes[..last_block].windows(4).rposition(|four| four == [0x1f, 0x8b, 8, 4]).expect("it has blocks");
    std::fs::write(&bam, [&bytes[..cut], &bytes[last_block..]].concat()).expect("the BAM is written");
    let error = reads(&bam, None).expect_err("the file is shorter than its index says");
    assert!(error.contains("truncated") || error.contains("does not belong"), "{error}");
}

#[test]
fn good_indexes_are_accepted_under_all_their_names() {
    let text = sam_text(97, true);
    let folder = Folder::new();
    let bam = folder.bam("x.bam", &text, Type::Bai);
    let whole = reads(&bam, None).expect("x.bam.bai is found");
    std::fs::rename(folder.path("x.bam.bai"), folder.path("x.bai")).expect("it can be renamed");
    assert_eq!(reads(&bam, None).as_ref(), Ok(&whole));
    let other = Folder::new();
    std::os::unix::fs::symlink(&bam, other.path("link.bam")).expect("a link can be made");
    assert_eq!(reads(&other.path("link.bam"), None).as_ref(), Ok(&whole));
    // Bins of other widths and depths, as large genomes have them.
    for min_shift in [10, 12, 14, 17] {
        let folder = Folder::new();
        let bam = folder.bam("x.bam", &text, Type::Csi(min_shift));
        assert_eq!(reads(&bam, None).as_ref(), Ok(&whole), "{min_shift}");
    }
    // No reads at all, and none with a place.
    for text in [sam::records(&text, |_| None), sam::records(&text, |fields| (fields[2] == "*").then_some(fields))] {
        let folder = Folder::new();
        let bam = folder.bam("x.bam", &text, Type::Bai);
        reads(&bam, None).expect("the index is good");
    }
}

/// `kinfuse call` into a folder of its own, which must refuse with one line that has these words; nothing is left behind.
fn refused(arguments: &[&OsStr], stdin: Stdio, words: &[&str]) -> String {
    let folder = Folder::new();
    let outcome = run(&folder.path("out"), arguments, stdin);
    assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(1), 1), "{arguments:?}: {outcome:?}");
    for word in words {
        assert!(outcome.stderr.contains(word), "{word:?} is not in: {}", outcome.stderr);
    }
    assert_eq!(files(&folder.path("out")), Vec::<String>::new());
    outcome.stderr
}

fn run(out: &Path, arguments: &[&OsStr], stdin: Stdio) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_kinfuse"))
        .args(["call", "--progress", "never", "-s", "s", "-o"])
        .arg(out)
        .args(arguments)
        .stdin(stdin)
        .output()
        .expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Outcome { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

fn input(path: &Path) -> Stdio {
    Stdio::from(std::fs::File::open(path).expect("the file is there"))
}

/// The reads and the genome of the test data.
fn mini() -> [PathBuf; 3] {
    ["mini.fa", "mini.gtf", "rna.bam"].map(|name| repository("test-data").join(name))
}

#[test]
fn references_that_are_damaged_are_refused_with_one_line() {
    let folder = Folder::new();
    let [fasta, gtf, bam] = mini();
    let (text, index) =
        (std::fs::read(&fasta).expect("the FASTA"), std::fs::read_to_string(repository("test-data/mini.fa.fai")).expect("the index"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, &text).expect("it can be packed");
    let packed = packed.finish().expect("it can be packed");
    let swapped: String = index.lines().rev().fold(String::new(), |text, line| text + line + "\n");
    let first_offset = index.split('\t').nth(2).expect("the third column is the offset").to_owned();
    let cases: [(&str, &[u8], String); 6] = [
        ("plain.fa.gz", &packed, index.clone()),
        ("column.fa", &text, index.replacen("\t60\t", "\t60\t ", 1).replacen("\t70\t", "\t70\t ", 1)),
        ("offset.fa", &text, index.replacen(&format!("\t{first_offset}\t"), &format!("\t{}\t", 7 + first_offset.len()), 1)),
        ("width.fa", &text, index.lines().map(|line| line.rsplit_once('\t').map_or("", |(rest, _)| rest).to_owned() + "\t999\n").collect()),
        ("fields.fa", &text, index.lines().map(|line| line.rsplit_once('\t').map_or("", |(rest, _)| rest).to_owned() + "\n").collect()),
        ("binary.fa", &text, String::from_utf8_lossy(&[0xff, 0xfe, 0, 1]).into_owned()),
    ];
    for (name, bytes, index) in &cases {
        let fasta = folder.write(name, bytes);
        folder.write(&format!("{name}.fai"), index);
        refused(&["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()], Stdio::null(), &[name, "samtools faidx"]);
    }
    let zeros = folder.write("zeros.fa", vec![0; text.len()]);
    folder.write("zeros.fa.fai", &index);
    refused(&["-r".as_ref(), zeros.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()], Stdio::null(), &["zeros.fa", "is no FASTA"]);
    // The order of an index's lines says nothing.
    let fasta = folder.write("order.fa", &text);
    folder.write("order.fa.fai", swapped);
    let out = run(&folder.path("out"), &["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()], Stdio::null());
    assert_eq!(out.code, Some(0), "{out:?}");
}

#[test]
fn a_packed_reference_gives_the_same_bytes_and_its_damaged_indexes_are_refused() {
    let folder = Folder::new();
    let [fasta, gtf, bam] = mini();
    let packed = folder.path("r.fa.gz");
    let mut out = rust_htslib::bgzf::Writer::from_path(&packed).expect("it can be written");
    std::io::Write::write_all(&mut out, &std::fs::read(&fasta).expect("the FASTA")).expect("it can be written");
    drop(out);
    rust_htslib::faidx::build(&packed).expect("it can be indexed");
    let call = |out: &str, fasta: &Path| {
        let out = folder.path(out);
        command::call(
            &out,
            &["-s", "s"]
                .map(OsStr::new)
                .into_iter()
                .chain(["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()])
                .collect::<Vec<_>>(),
        );
        out
    };
    command::same_files(&call("plain", &fasta), &call("packed", &packed));
    let reference = kinfuse::simulate::MemoryGenome::from_fasta(&packed).expect("the packed FASTA is read");
    let whole: Vec<Vec<u8>> = reference.stretches().map(|(_, bases)| bases.to_vec()).collect();
    for suffix in ["gzi", "fai"] {
        let index = folder.path(&format!("r.fa.gz.{suffix}"));
        let good = std::fs::read(&index).expect("the index is there");
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at * 3 % 7);
            for bytes in [&bytes[..], &good[..at]] {
                std::fs::write(&index, bytes).expect("it can be written");
                match kinfuse::simulate::MemoryGenome::from_fasta(&packed) {
                    // A name, or a length within its line, may be another; bases are then missing at the end and never others.
                    Ok(read) => assert!(
                        read.stretches().all(|(_, bases)| whole.iter().any(|known| known.starts_with(bases))),
                        "byte {at} of {suffix}"
                    ),
                    Err(error) => assert!(error.to_string().contains("samtools faidx"), "byte {at} of {suffix}: {error}"),
                }
            }
        }
        std::fs::write(&index, good).expect("it can be written");
    }
}

#[test]
fn what_is_no_alignment_is_named_for_what_it_is() {
    let folder = Folder::new();
    let [fasta, _, bam] = mini();
    let gzip = |text: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text).expect("it can be packed");
        packed.finish().expect("it can be packed")
    };
    let noise: Vec<u8> = (0..50_000u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u8).collect();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("noise", noise, "neither BAM"),
        ("bam-magic", [&b"BAM\x01"[..], &[0; 100]].concat(), "neither BAM"),
        ("reads.fastq", b"@r1\nACGT\n+\nIIII\n".to_vec(), "FASTQ"),
        ("reads.fastq.gz", gzip(b"@r1\nACGT\n+\nIIII\n"), "FASTQ"),
        ("calls.vcf", b"##fileformat=VCFv4.4\n#CHROM\n".to_vec(), "variants"),
        ("text.gz", gzip(b"some words\n"), "neither BAM"),
        ("sam.gz", gzip(b"@SQ\tSN:a\tLN:9\n"), "plain gzip"),
        ("empty", Vec::new(), "empty"),
    ];
    for (name, bytes, word) in &cases {
        let path = folder.write(name, bytes);
        refused(&[path.as_ref()], Stdio::null(), &[name, word]);
        let line = refused(&["-".as_ref()], input(&path), &[word]);
        assert!(!line.contains("samtools index"), "{line}");
    }
    refused(&[fasta.as_ref()], Stdio::null(), &["FASTA", "--reference"]);
    refused(&[folder.0.path().as_ref()], Stdio::null(), &["is a folder"]);
    refused(&["-".as_ref()], input(folder.0.path()), &["is a folder"]);
    refused(&[repository("test-data/rna.bam.bai").as_ref()], Stdio::null(), &["is an index"]);
    // Through a pipe nothing can be looked at before htslib does.
    for bytes in [&b""[..], b"words\n", b"@r1\nACGT\n+\nIIII\n"] {
        let mut feed = Command::new("cat").arg(folder.write("piped", bytes)).stdout(Stdio::piped()).spawn().expect("cat starts");
        let line = refused(&["-".as_ref()], Stdio::from(feed.stdout.take().expect("it is piped")), &[]);
        let _ = feed.wait();
        assert!(!line.contains("samtools index"), "{line}");
    }
    assert!(bam.exists());
}

#[test]
fn a_named_pipe_and_standard_input_are_read_as_streams() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let pipe = folder.path("pipe.bam");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        println!("skipped: no mkfifo");
        return;
    }
    let mut feed = Command::new("sh").args(["-c", "exec cat \"$0\" > \"$1\""]).arg(&bam).arg(&pipe).spawn().expect("sh starts");
    let through = run(&folder.path("pipe"), &["-g".as_ref(), gtf.as_ref(), pipe.as_ref()], Stdio::null());
    let _ = feed.wait();
    assert_eq!(through.code, Some(0), "{through:?}");
    let from = run(&folder.path("stdin"), &["-g".as_ref(), gtf.as_ref(), "-".as_ref()], input(&bam));
    assert_eq!(from.code, Some(0), "{from:?}");
    let names = |out: &str| passed(&folder.path(out), "s").iter().map(|row| row.get("fusion").to_owned()).collect::<Vec<_>>();
    assert!(!names("pipe").is_empty());
    assert_eq!(names("pipe"), names("stdin"));
}

#[test]
fn texts_with_a_byte_order_mark_are_read_and_those_without_line_ends_refused() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let text = std::fs::read(&gtf).expect("the GTF");
    let marked = folder.write("marked.gtf", [b"\xef\xbb\xbf", &text[..]].concat());
    let outcome = run(&folder.path("out"), &["-g".as_ref(), marked.as_ref(), bam.as_ref()], Stdio::null());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let wide: Vec<u8> = [&[0xff, 0xfe][..], &text[..2000].iter().flat_map(|byte| [*byte, 0]).collect::<Vec<_>>()].concat();
    refused(&["-g".as_ref(), folder.write("wide.gtf", wide).as_ref(), bam.as_ref()], Stdio::null(), &["wide.gtf", "UTF-16"]);
    let tables = folder.path("tables");
    std::fs::create_dir(&tables).expect("the folder is made");
    for (name, byte) in [("genes.gtf", b'#'), ("words.gtf", b'a'), ("image.gtf", 0)] {
        let long = folder.write(name, vec![byte; 3 << 20]);
        refused(&["-g".as_ref(), long.as_ref(), bam.as_ref()], Stdio::null(), &[name, "1 MiB"]);
    }
    std::fs::write(tables.join("fusions.tsv"), vec![b'a'; 3 << 20]).expect("the table is written");
    refused(&["--knowledge".as_ref(), tables.as_ref(), bam.as_ref()], Stdio::null(), &["fusions.tsv", "1 MiB"]);
    let outcome =
        kinfuse(["evaluate".as_ref(), "--truth".as_ref(), folder.path("genes.gtf").as_os_str(), "--calls".as_ref(), bam.as_os_str()]);
    assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(1), 1), "{outcome:?}");
}

#[test]
fn what_htslib_says_is_one_line_of_ours_and_none_with_quiet() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let text = sam::text(&bam);
    let doubled = folder.write("head.sam", text.replacen("SO:coordinate", "SO:coordinate\t\t", 1));
    refused(&["-g".as_ref(), gtf.as_ref(), doubled.as_ref()], Stdio::null(), &["head.sam", "htslib: "]);
    let mut lines: Vec<&str> = text.lines().collect();
    let other =
        lines[lines.len() - 1].split('\t').enumerate().map(|(at, field)| if at == 5 { "7M" } else { field }).collect::<Vec<_>>().join("\t");
    let last = lines.len() - 1;
    lines[last] = &other;
    let cigar = folder.write("cigar.sam", lines.join("\n") + "\n");
    refused(&["-g".as_ref(), gtf.as_ref(), cigar.as_ref()], Stdio::null(), &["cigar.sam", "CIGAR"]);
}

#[test]
fn names_with_terminal_escapes_and_marks_of_direction_do_not_reach_the_terminal() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let is_bad = |text: &str| text.chars().any(|c| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)));
    for name in ["evil\x1b[2J\u{202e}.bam", "evil\u{9b}31m.bam"] {
        let path = folder.write(name, "no alignment");
        assert!(!is_bad(refused(&[path.as_ref()], Stdio::null(), &["evil"]).as_str()));
    }
    let text = sam::rewrite(&sam::text(&bam), |line| line.replace("\tSM:", "\tSM:\u{202e}x\u{202e}"), Some);
    let text = if text.contains("\tSM:") { text } else { text.replacen("@SQ", "@RG\tID:a\tSM:\u{202e}x\n@SQ", 1) };
    let path = folder.path("named.bam");
    sam::write(&text, &path, None, true);
    let outcome =
        kinfuse(["call".as_ref(), "-o".as_ref(), folder.path("out").as_os_str(), "-g".as_ref(), gtf.as_os_str(), path.as_os_str()]);
    assert!(outcome.code == Some(0) && !is_bad(&outcome.stderr), "{outcome:?}");
}

#[test]
fn paths_that_are_not_utf_8_and_too_many_open_files_have_their_own_remedies() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let named = folder.0.path().join(OsStr::from_bytes(b"t\xfcmor.bam"));
    std::fs::copy(&bam, &named).expect("the file system takes any name");
    refused(&[named.as_ref()], Stdio::null(), &["UTF-8", "ln -s"]);
    let out = folder.0.path().join(OsStr::from_bytes(b"\xfc"));
    let outcome = run(&out, &[bam.as_ref()], Stdio::null());
    assert!(outcome.code == Some(1) && outcome.stderr.contains("--out-dir") && outcome.stderr.lines().count() == 1, "{outcome:?}");
    let mut seen = 0;
    for limit in 6..20 {
        let script = format!("ulimit -n {limit}; exec \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_kinfuse"), "call", "-t", "8", "--progress", "never", "-s", "s", "-o"])
            .arg(folder.path("limited"))
            .arg("-g")
            .args([&gtf, &bam])
            .output()
            .expect("sh starts");
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{limit}: {output:?}");
        if output.status.code() == Some(1) {
            assert_eq!(line.lines().count(), 1, "{limit}: {line}");
            assert!(line.contains("ulimit -n") || line.contains("Too many open files"), "{limit}: {line}");
            seen += 1;
        }
    }
    assert!(seen > 0, "no limit was too low");
}

#[test]
fn more_threads_than_serve_are_not_started_and_that_is_said() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let call = |threads: &str, quiet: &str| {
        let outcome = run(
            &folder.path(threads),
            &["-t".as_ref(), threads.as_ref(), quiet.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()],
            Stdio::null(),
        );
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        outcome.stderr
    };
    assert!(call("1000", "--verbose").contains("--threads 1000 is more than serve"));
    assert_eq!(call("1000", "--quiet"), "");
    assert!(!call("2", "--verbose").contains("more than serve"));
    command::same_files(&folder.path("1000"), &folder.path("2"));
}

#[test]
fn a_run_that_cannot_replace_one_file_replaces_none() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let (out, dna) = (folder.path("out"), repository("test-data/dna.bam"));
    assert_eq!(run(&out, &["-g".as_ref(), gtf.as_ref(), bam.as_ref()], Stdio::null()).code, Some(0));
    // As root even a file without permissions can be replaced; a folder in its place cannot.
    std::fs::remove_file(out.join("s.vcf.gz.tbi")).expect("it is there");
    std::fs::create_dir(out.join("s.vcf.gz.tbi")).expect("its name is free");
    let read = || files(&out).into_iter().filter_map(|name| Some((std::fs::read(out.join(&name)).ok()?, name))).collect::<Vec<_>>();
    let before = read();
    let outcome = run(&out, &["-g".as_ref(), gtf.as_ref(), dna.as_ref()], Stdio::null());
    assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(1), 1), "{outcome:?}");
    assert!(before == read(), "files changed");
}

#[test]
fn a_signal_while_results_are_written_leaves_no_temporary_file_and_ends_the_run_by_itself() {
    use std::os::unix::process::ExitStatusExt as _;
    let [_, gtf, bam] = mini();
    // What whoever runs the tests ignores, a run ignores too, as nohup asks.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok()).unwrap_or(0);
    let by_hand = [(15, "TERM"), (2, "INT"), (1, "HUP"), (3, "QUIT")];
    // What runs jobs sends these before the time is up; timers and limits of the shell, too.
    let by_limits = [(10, "USR1"), (12, "USR2"), (14, "ALRM"), (24, "XCPU"), (26, "VTALRM"), (27, "PROF")];
    for (number, signal) in by_hand.into_iter().chain(by_limits) {
        if ignored >> (number - 1) & 1 == 1 {
            println!("skipped: SIG{signal} is ignored here");
            continue;
        }
        let mut caught = 0;
        for _ in 0..40 {
            let folder = Folder::new();
            let out = folder.path("out");
            std::fs::create_dir(&out).expect("the folder is made");
            // Some of the signals would leave an image of the memory behind.
            let mut child = Command::new("sh")
                .args(["-c", "ulimit -c 0; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_kinfuse"), "call", "-t", "1", "-s", "s", "-o"])
                .arg(&out)
                .arg("-g")
                .args([&gtf, &bam])
                .stderr(Stdio::piped())
                .spawn()
                .expect("sh starts");
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_mins(1)
                && child.try_wait().expect("it is ours").is_none()
                && !files(&out).iter().any(|name| name.starts_with('.'))
            {}
            // The shell has a kill of its own; a bare machine has no other.
            let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
            let output = child.wait_with_output().expect("it ends");
            assert!(files(&out).iter().all(|name| !name.starts_with('.')), "{:?}", files(&out));
            if sent.is_ok_and(|status| status.success()) && output.status.signal() == Some(number) {
                let line = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(line.lines().last().is_some_and(|last| last.contains(&format!("SIG{signal}"))), "{line}");
                caught += 1;
                break;
            }
        }
        assert!(caught > 0, "no run was stopped by {signal} while it wrote");
    }
}

#[test]
fn a_file_that_reaches_the_limit_on_its_size_is_a_failed_write_and_the_old_results_stay() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let (out, dna) = (folder.path("out"), repository("test-data/dna.bam"));
    assert_eq!(run(&out, &["-g".as_ref(), gtf.as_ref(), bam.as_ref()], Stdio::null()).code, Some(0));
    let read = || files(&out).into_iter().filter_map(|name| Some((std::fs::read(out.join(&name)).ok()?, name))).collect::<Vec<_>>();
    let before = read();
    let mut named = Vec::new();
    // In blocks of 512 or 1024 bytes: the smaller, the earlier a file is too large.
    for limit in [1, 2, 4, 8, 16, 32, 64] {
        let script = format!("ulimit -f {limit}; exec \"$@\"");
        let output = Command::new("sh")
            .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_kinfuse"), "call", "-q", "-t", "1", "-s", "s", "-o"])
            .arg(&out)
            .arg("-g")
            .args([&gtf, &dna])
            .output()
            .expect("sh starts");
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{limit}: {output:?}");
        assert!(line.lines().count() == 1 && line.contains("ulimit -f") && !line.contains("--out-dir"), "{limit}: {line}");
        assert!(before == read(), "{limit}: files changed");
        named.push(line);
    }
    // Some of the files are written before they reach the limit.
    named.dedup();
    assert!(named.len() > 1, "{named:?}");
}

#[test]
fn what_cannot_be_printed_is_not_sent_to_a_folder() {
    // /dev/full answers every write with ENOSPC; where it is missing there is nothing to test.
    if !Path::new("/dev/full").exists() {
        return;
    }
    let printing: [&[&OsStr]; 4] =
        [&["schema".as_ref()], &["completions".as_ref(), "bash".as_ref()], &["targets".as_ref()], &["knowledge".as_ref(), "show".as_ref()]];
    for arguments in printing {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it can be written");
        let output = Command::new(env!("CARGO_BIN_EXE_kinfuse")).args(arguments).stdout(full).output().expect("the binary starts");
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        assert!(line.starts_with("kinfuse: standard output: cannot write") && line.ends_with("; free space there\n"), "{line}");
    }
}

#[test]
fn what_a_killed_run_left_goes_with_the_next_and_nothing_else() {
    let folder = Folder::new();
    let [_, gtf, bam] = mini();
    let out = folder.path("out");
    std::fs::create_dir(&out).expect("the folder is made");
    for name in [".kinfuse-99-1.s.fusions.tsv", ".kinfuse-99-2.other.vcf.gz", ".nextflow.log", "notes.txt"] {
        std::fs::write(out.join(name), "x").expect("it can be written");
    }
    assert_eq!(run(&out, &["-g".as_ref(), gtf.as_ref(), bam.as_ref()], Stdio::null()).code, Some(0));
    let hidden: Vec<String> = files(&out).into_iter().filter(|name| name.starts_with('.')).collect();
    assert_eq!(hidden, [".nextflow.log"]);
    assert!(out.join("notes.txt").exists() && out.join("s.fusions.tsv").exists());
}
