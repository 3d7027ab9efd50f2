//! Bad input: exit code 1, one line that names the file, nothing half-written. What is only unusual ends well.

use crate::support::command;
use crate::support::sam;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::command::{files, kinfuse, repository, status, table};
use rust_htslib::bam::{self, Read as _};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of a file of the test data.
    fn copy(&self, name: &str, as_name: &str) -> PathBuf {
        let to = self.path(as_name);
        std::fs::copy(repository("test-data").join(name), &to).expect("the test data are there");
        to
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the file is written");
        path
    }

    /// Runs `call` on `bam` and expects it to be refused with a line that names `culprit` and every word of `words`.
    fn refused(&self, bam: &Path, more: &[&OsStr], culprit: &str, words: &[&str]) {
        let out = self.path("out");
        let arguments = ["call".as_ref(), "-o".as_ref(), out.as_os_str()];
        let outcome = kinfuse(arguments.into_iter().chain(more.iter().copied()).chain([bam.as_os_str()]));
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        one_line(&outcome.stderr, culprit, words);
        assert_eq!(files(&out), Vec::<String>::new(), "something was left behind");
    }
}

/// Runs `call` with another FASTA, as [`Bench::refused`] does.
fn refused_fasta(bench: &Bench, fasta: &Path, bam: &str, culprit: &str, words: &[&str]) {
    let gtf = repository("test-data/mini.gtf");
    let options: [&OsStr; 4] = ["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
    bench.refused(&repository("test-data").join(bam), &options, culprit, words);
}

fn one_line(stderr: &str, culprit: &str, words: &[&str]) {
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 1, "not one line: {stderr}");
    assert!(lines[0].starts_with("kinfuse: "), "{stderr}");
    for word in words.iter().chain([&culprit]) {
        assert!(lines[0].contains(word), "{word:?} is not in: {stderr}");
    }
}

fn mini() -> [std::ffi::OsString; 4] {
    ["-r".into(), repository("test-data/mini.fa").into(), "-g".into(), repository("test-data/mini.gtf").into()]
}

/// The usual options, borrowed.
macro_rules! mini {
    () => {
        mini().each_ref().map(|option| option.as_os_str())
    };
}

#[test]
fn a_file_that_is_not_there() {
    let bench = Bench::new();
    bench.refused(&bench.path("nothing.bam"), &mini!(), "nothing.bam", &[]);
}

#[test]
fn a_bam_without_index() {
    let bench = Bench::new();
    let bam = bench.copy("rna.bam", "bare.bam");
    bench.refused(&bam, &mini!(), "bare.bam", &["index"]);
}

#[test]
fn a_bam_that_was_cut_off() {
    let bytes = std::fs::read(repository("test-data/rna.bam")).expect("the test data are there");
    // In the middle of a block; and behind a whole block, where only the end marker of 28 bytes is missing.
    for length in [bytes.len() * 6 / 10, bytes.len() - 28] {
        let bench = Bench::new();
        let bam = bench.write("cut.bam", &bytes[..length]);
        bench.copy("rna.bam.bai", "cut.bam.bai");
        bench.refused(&bam, &mini!(), "cut.bam", &[]);
    }
}

#[test]
fn a_matched_normal_that_is_not_there_has_other_contigs_or_is_the_sample() {
    let bench = Bench::new();
    let bam = repository("test-data/dna.bam");
    let with = |normal: &Path, culprit: &str, words: &[&str]| {
        let option: [&OsStr; 2] = ["--matched-normal".as_ref(), normal.as_ref()];
        bench.refused(&bam, &[&mini!()[..], &option].concat(), culprit, words);
    };
    with(&bench.path("nothing.bam"), "nothing.bam", &[]);
    let other = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:195471971\nr1\t0\tchr1\t1000\t60\t10M\t*\t0\t0\tACGTACGTAC\tFFFFFFFFFF\n";
    let mouse = bench.path("mouse.bam");
    sam::write(other, &mouse, None, true);
    with(&mouse, "mouse.bam", &["chr1", "--matched-normal"]);
    with(&bam, "dna.bam", &["--matched-normal"]);
}

#[test]
fn a_bam_of_another_genome() {
    let bench = Bench::new();
    let mouse = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:195471971\n@SQ\tSN:chr2\tLN:182113224\n\
                 r1\t0\tchr2\t1000\t60\t10M\t*\t0\t0\tACGTACGTAC\tFFFFFFFFFF\n";
    let bam = bench.path("mouse.bam");
    sam::write(mouse, &bam, None, true);
    bench.refused(&bam, &[], "mouse.bam", &[]);
    // With a FASTA whose contigs have other lengths.
    bench.refused(&bam, &mini!(), "mouse.bam", &["chr1"]);
}

#[test]
fn a_cram_made_with_another_reference() {
    let bench = Bench::new();
    let text = sam::text(&repository("test-data/rna.bam"));
    let cram = bench.path("a.cram");
    let fasta = bench.copy("mini.fa", "own.fa");
    bench.copy("mini.fa.fai", "own.fa.fai");
    sam::write(&text, &cram, Some(&fasta), true);
    let fasta = std::fs::read_to_string(&fasta).expect("the FASTA can be read");
    let changed: Vec<String> =
        fasta.lines().map(|line| if line.starts_with('>') { line.to_owned() } else { line.replace("ACG", "AGG") }).collect();
    let other = bench.write("other.fa", changed.join("\n") + "\n");
    bench.copy("mini.fa.fai", "other.fa.fai");
    std::fs::remove_file(bench.path("own.fa")).expect("the file is there");
    let gtf = repository("test-data/mini.gtf");
    bench.refused(&cram, &["-r".as_ref(), other.as_ref(), "-g".as_ref(), gtf.as_ref()], "a.cram", &["other.fa"]);
    // And without any reference.
    bench.refused(&cram, &["-g".as_ref(), gtf.as_ref()], "a.cram", &["--reference"]);
}

#[test]
fn a_cram_is_held_against_the_fasta_where_its_reads_lie() {
    let bench = Bench::new();
    let text = sam::text(&repository("test-data/rna.bam"));
    let of_chr2 = sam::records(&text, |fields| (fields[2] == "chr2" && matches!(&*fields[6], "=" | "chr2")).then_some(fields));
    let cram = bench.path("a.cram");
    sam::write(&of_chr2, &cram, Some(&repository("test-data/mini.fa")), true);
    let fasta = std::fs::read_to_string(repository("test-data/mini.fa")).expect("the FASTA can be read");
    let with_other = |contig: &str, name: &str| {
        let changed: Vec<String> = fasta
            .split('>')
            .map(|part| if part.split_whitespace().next() == Some(contig) { part.replace("ACG", "AGG") } else { part.to_owned() })
            .collect();
        bench.copy("mini.fa.fai", &format!("{name}.fai"));
        bench.write(name, changed.join(">"))
    };
    let gtf = repository("test-data/mini.gtf");
    let options = |fasta: &Path| ["-r".into(), fasta.as_os_str().to_owned(), "-g".into(), gtf.as_os_str().to_owned()];
    // No read lies on chr6.
    let unread = options(&with_other("chr6", "unread.fa"));
    let out = bench.path("out");
    command::call(&out, &unread.iter().map(AsRef::as_ref).chain([cram.as_os_str()]).collect::<Vec<_>>());
    std::fs::remove_dir_all(&out).expect("it was made");
    let read = options(&with_other("chr2", "read.fa"));
    bench.refused(&cram, &read.iter().map(AsRef::as_ref).collect::<Vec<_>>(), "a.cram", &["read.fa", "contig chr2 has checksum"]);
}

#[test]
fn a_cram_with_its_reference_is_read() {
    let bench = Bench::new();
    let cram = bench.path("rna.cram");
    sam::write(&sam::text(&repository("test-data/rna.bam")), &cram, Some(&repository("test-data/mini.fa")), true);
    let out = bench.path("out");
    command::call(&out, &[&mini!()[..], &[cram.as_os_str()]].concat());
    assert_eq!(command::passed(&out, "rna").len(), 1);
}

/// Writes a CRAM of the test data in which the reference of the reads is, as htslib does where no header names one.
fn with_embedded_reference(cram: &Path) {
    let mut reader = bam::Reader::from_path(repository("test-data/rna.bam")).expect("the BAM opens");
    let header = bam::Header::from_template(reader.header());
    let mut writer = bam::Writer::from_path(cram, &header, bam::Format::Cram).expect("the CRAM opens");
    for record in reader.records() {
        writer.write(&record.expect("a record")).expect("the CRAM takes a record");
    }
    drop(writer);
    bam::index::build(cram, None, bam::index::Type::Bai, 1).expect("the CRAM is sorted");
}

#[test]
fn a_cram_that_holds_all_bases_needs_no_fasta() {
    let bench = Bench::new();
    let (bam, gtf, fasta) = (repository("test-data/rna.bam"), repository("test-data/mini.gtf"), repository("test-data/mini.fa"));
    let call = |file: &Path, more: &[&str]| {
        let out = bench.path("out");
        let options = ["-s".as_ref(), "s".as_ref(), "-g".as_ref(), gtf.as_os_str(), file.as_os_str()];
        command::call(&out, &more.iter().map(OsStr::new).chain(options).collect::<Vec<_>>());
        let table = |name: &str| std::fs::read_to_string(out.join(name)).expect("it is written");
        let tables = ["s.fusions.tsv", "s.variants.tsv", "s.detectability.tsv"].map(table);
        std::fs::remove_dir_all(&out).expect("it was made");
        tables
    };
    let expected = call(&bam, &[]);
    let embedded = bench.path("embedded.cram");
    with_embedded_reference(&embedded);
    assert_eq!(call(&embedded, &[]), expected);
    let streamed = [&bam, &embedded].map(|file| call(file, &["--mode", "stream"]));
    assert_eq!(streamed[0], streamed[1]);
    for option in ["embed_ref=1", "no_ref=1"] {
        let cram = bench.path("made.cram");
        let arguments = ["view", "-C", "--write-index", "--output-fmt-option", option, "-T"];
        let made = Command::new("samtools").args(arguments).arg(&fasta).arg("-o").arg(&cram).arg(&bam).output();
        if !made.is_ok_and(|output| output.status.success()) {
            println!("skipped: samtools cannot write a CRAM with {option} here");
            continue;
        }
        assert_eq!(call(&cram, &[]), expected, "{option}");
    }
}

#[test]
fn a_cram_in_a_pipe_without_its_fasta_is_told_what_it_may_need() {
    let bench = Bench::new();
    let cram = bench.path("rna.cram");
    let fasta = bench.copy("mini.fa", "own.fa");
    bench.copy("mini.fa.fai", "own.fa.fai");
    sam::write(&sam::text(&repository("test-data/rna.bam")), &cram, Some(&fasta), true);
    std::fs::remove_file(&fasta).expect("it is there");
    let mut child = Command::new(env!("CARGO_BIN_EXE_kinfuse"))
        .args(["call", "-s", "s", "-o"])
        .arg(bench.path("out"))
        .arg("-g")
        .arg(repository("test-data/mini.gtf"))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let bytes = std::fs::read(&cram).expect("it was written");
    std::io::Write::write_all(&mut child.stdin.take().expect("it is a pipe"), &bytes).ok();
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    one_line(&String::from_utf8_lossy(&output.stderr), "-: record 1", &["if it is a CRAM, give the FASTA", "--reference"]);
}

#[test]
fn what_is_no_fasta_and_an_index_that_is_not_of_its_fasta_have_remedies_that_help() {
    let bench = Bench::new();
    let whole = std::fs::read_to_string(repository("test-data/mini.fa.fai")).expect("the index");
    let lines: Vec<&str> = whole.lines().collect();
    let with_index = |name: &str, index: &str| {
        bench.write(&format!("{name}.fai"), index);
        bench.copy("mini.fa", name)
    };
    let refused = |fasta: &Path, words: &[&str]| {
        let name = fasta.file_name().expect("it has a name").to_string_lossy().into_owned();
        refused_fasta(&bench, fasta, "rna.bam", &name, words);
    };
    refused(&with_index("empty.fa", ""), &["empty.fa.fai is empty", "samtools faidx"]);
    // Indexes of the file before a contig was added: at its end, at its begin.
    refused(&with_index("shorter.fa", &(lines[..1].join("\n") + "\n")), &["which its index lacks", "samtools faidx"]);
    refused(&with_index("later.fa", &(lines[1..].join("\n") + "\n")), &["which its index lacks", "samtools faidx"]);
    // And before a contig grew.
    let fields: Vec<&str> = lines[0].split('\t').collect();
    let half = format!("{}\t{}\t{}\n{}\n", fields[0], 120, fields[2..].join("\t"), lines[1..].join("\n"));
    refused(&with_index("grown.fa", &half), &["has more bases of contig", "samtools faidx"]);
    refused(Path::new("/dev/null"), &["is a pipe or a device", "--reference"]);
    refused(bench.folder.path(), &["is a folder", "--reference"]);
    refused(&bench.write("nothing.fa", ""), &["is empty (0 bytes)", "--reference"]);
    refused(&repository("test-data/rna.bam"), &["is no FASTA", "--reference"]);
}

#[test]
fn a_fasta_that_lacks_a_contig() {
    let bench = Bench::new();
    let fasta = std::fs::read_to_string(repository("test-data/mini.fa")).expect("the FASTA can be read");
    let kept: Vec<&str> = fasta.split('>').filter(|part| !part.starts_with("chr6")).collect();
    let short = bench.write("short.fa", kept.join(">"));
    index_fasta(&short);
    refused_fasta(&bench, &short, "dna.bam", "dna.bam", &["short.fa", "chr6"]);
}

fn index_fasta(path: &Path) {
    // Opening builds the index where there is none.
    rust_htslib::faidx::Reader::from_path(path).expect("the FASTA can be indexed");
}

#[test]
fn a_bam_that_is_not_sorted() {
    let bench = Bench::new();
    let text = sam::text(&repository("test-data/rna.bam"));
    let (header, records): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('@'));
    let header: Vec<String> = header.iter().map(|line| line.replace("SO:coordinate", "SO:unsorted")).collect();
    let shuffled: Vec<&str> = records.iter().rev().copied().collect();
    let bam = bench.path("shuffled.bam");
    sam::write(&format!("{}\n{}\n", header.join("\n"), shuffled.join("\n")), &bam, None, false);
    bench.refused(&bam, &mini!(), "shuffled.bam", &["sort"]);
}

#[test]
fn a_gtf_with_other_contig_names() {
    let bench = Bench::new();
    let gtf = std::fs::read_to_string(repository("test-data/mini.gtf")).expect("the GTF can be read");
    let other = bench.write("other.gtf", gtf.replace("chr", "scaffold_"));
    let bam = repository("test-data/rna.bam");
    bench.refused(&bam, &["-g".as_ref(), other.as_ref()], "other.gtf", &["scaffold_"]);
}

#[test]
fn a_gtf_that_is_none() {
    let bench = Bench::new();
    let other = bench.write("words.gtf", "these are\nnot genes\n");
    bench.refused(&repository("test-data/rna.bam"), &["-g".as_ref(), other.as_ref()], "words.gtf", &[]);
}

#[test]
fn an_empty_bam() {
    let bench = Bench::new();
    let bam = bench.write("empty.bam", "");
    bench.copy("rna.bam.bai", "empty.bam.bai");
    bench.refused(&bam, &mini!(), "empty.bam", &[]);
}

#[test]
fn a_header_without_reads_is_a_failed_sample_and_not_an_error() {
    let bench = Bench::new();
    let text = sam::records(&sam::text(&repository("test-data/rna.bam")), |_| None);
    let bam = bench.path("header.bam");
    sam::write(&text, &bam, None, true);
    let out = bench.path("out");
    let outcome = command::call(&out, &[&["-s".as_ref(), "header".as_ref()], &mini!()[..], &[bam.as_os_str()]].concat());
    assert!(table(&out.join("header.fusions.tsv")).is_empty());
    assert_eq!(status(&out, "header"), "failed");
    assert!(outcome.stderr.contains("failed"), "the terminal does not say that the sample failed: {}", outcome.stderr);
}

#[test]
fn an_output_folder_that_cannot_be_made() {
    // A file in the place of a folder: the modes of folders mean nothing to root.
    let bench = Bench::new();
    let file = bench.write("file", "in the way");
    let out = file.join("out");
    let bam = repository("test-data/rna.bam");
    let arguments = ["call".as_ref(), "-o".as_ref(), out.as_os_str()];
    let outcome = kinfuse(arguments.into_iter().chain(mini!()).chain([bam.as_os_str()]));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    one_line(&outcome.stderr, "file", &[]);
    assert_eq!(std::fs::read_to_string(&file).expect("the file is still there"), "in the way");
}

/// A file system that is unmounted when the test ends, however it ends.
struct Mounted(PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk() {
    let bench = Bench::new();
    let disk = bench.path("disk");
    std::fs::create_dir(&disk).expect("the folder is made");
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"]).arg(&disk).output();
    if !mount.is_ok_and(|output| output.status.success()) {
        println!("skipped: a tmpfs cannot be mounted here");
        return;
    }
    let _mounted = Mounted(disk.clone());
    // One page is left.
    std::fs::write(disk.join("filler"), vec![b'x'; 12 * 1024]).expect("the filler fits");
    let bam = repository("test-data/rna.bam");
    let arguments = ["call".as_ref(), "-o".as_ref(), disk.as_os_str()];
    let outcome = kinfuse(arguments.into_iter().chain(mini!()).chain([bam.as_os_str()]));
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    one_line(&outcome.stderr, "disk", &[]);
    assert_eq!(files(&disk), ["filler"], "something was left behind");
}

#[test]
fn a_fasta_with_other_bases() {
    let bench = Bench::new();
    let text = std::fs::read_to_string(repository("test-data/mini.fa")).expect("the FASTA can be read");
    // All bases masked, the lengths kept.
    let masked: Vec<String> =
        text.lines().map(|line| if line.starts_with('>') { line.to_owned() } else { "A".repeat(line.len()) }).collect();
    let other = bench.write("masked.fa", masked.join("\n") + "\n");
    bench.copy("mini.fa.fai", "masked.fa.fai");
    refused_fasta(&bench, &other, "dna.bam", "masked.fa", &["differ from those of the reads", "kinase codons"]);
}

#[test]
fn a_fasta_that_was_cut_off() {
    let bench = Bench::new();
    let fasta = std::fs::read(repository("test-data/mini.fa")).expect("the FASTA can be read");
    for left in [100_000, fasta.len() - 8] {
        let other = bench.write("cut.fa", &fasta[..left]);
        bench.copy("mini.fa.fai", "cut.fa.fai");
        refused_fasta(&bench, &other, "rna.bam", "cut.fa", &["ends before contig", "samtools faidx"]);
    }
}

#[test]
fn a_gtf_that_was_cut_off() {
    let bench = Bench::new();
    let gtf = std::fs::read(repository("test-data/mini.gtf")).expect("the GTF can be read");
    let other = bench.write("cut.gtf", &gtf[..gtf.len() - 8]);
    let last = String::from_utf8_lossy(&gtf).lines().count();
    let line = format!("line {last}: the file ends in the middle");
    bench.refused(&repository("test-data/rna.bam"), &["-g".as_ref(), other.as_ref()], "cut.gtf", &[&line]);
}

#[test]
fn files_and_folders_that_are_not_there_are_said_so_with_a_remedy() {
    let bench = Bench::new();
    let bam = repository("test-data/rna.bam");
    bench.refused(
        &bam,
        &["--normals".as_ref(), "nofile".as_ref()],
        "nofile",
        &["no such file; give the file that kinfuse normals build wrote"],
    );
    let gtf = repository("test-data/mini.gtf");
    bench.refused(&bam, &["-g".as_ref(), gtf.as_ref(), "-r".as_ref(), "nope.fa".as_ref()], "nope.fa", &["no such file", "--reference"]);
    bench.refused(&bam, &["--knowledge".as_ref(), "nodir".as_ref()], "nodir", &["no such folder"]);
    let afile = bench.write("afile", "");
    let outcome = kinfuse(["call".as_ref(), "-o".as_ref(), afile.as_os_str(), bam.as_os_str()]);
    one_line(&outcome.stderr, "afile", &["is a file, not a folder"]);
    let outcome = kinfuse(["evaluate".as_ref(), "--truth".as_ref(), "nofile".as_ref(), "--calls".as_ref(), afile.as_os_str()]);
    one_line(&outcome.stderr, "nofile", &["no such file; give"]);
}

#[test]
fn a_table_of_the_user_that_the_check_refuses_and_names_that_nothing_reads() {
    let bench = Bench::new();
    let (bam, tables) = (repository("test-data/rna.bam"), bench.path("tables"));
    std::fs::create_dir(&tables).expect("the folder is made");
    let write = |name: &str, text: &str| std::fs::write(tables.join(name), text).expect("the table is written");
    write("fusions.tsv", "gene5\tgene3\texon5\texon3\tsource\tmood\nEML4\tALK\t13\t40\tlab\tgood\n");
    write("drug.tsv", "");
    let out = bench.path("out");
    let run = || {
        let options = ["call".as_ref(), "-o".as_ref(), out.as_os_str(), "--knowledge".as_ref(), tables.as_os_str()];
        kinfuse(options.into_iter().chain(mini!()).chain([bam.as_os_str()]))
    };
    let outcome = run();
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    one_line(&outcome.stderr, "fusions.tsv, line 2: EML4::ALK", &["has no exon 40"]);
    // A run that ends well says as well what it did not read.
    write("fusions.tsv", "gene5\tgene3\texon5\texon3\tsource\tmood\nEML4\tALK\t13\t20\tlab\tgood\n");
    let outcome = run();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for words in ["no column is named \"mood\"", "did you mean drugs.tsv?"] {
        assert!(outcome.stderr.contains(words), "{words} is not in {}", outcome.stderr);
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    for arguments in [&["call"][..], &["call", "--no-such-option"], &["no-such-command"], &["call", "-t", "none", "x.bam"]] {
        let outcome = kinfuse(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn the_version_is_one_line_on_stdout() {
    let outcome = kinfuse(["--version"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), concat!("kinfuse ", env!("CARGO_PKG_VERSION"), "\n")));
}

#[test]
fn the_version_tells_its_parts_when_asked_twice() {
    for arguments in [&["-vV"][..], &["-V", "-v"], &["--version", "--verbose"]] {
        let outcome = kinfuse(arguments);
        let lines: Vec<&str> = outcome.stdout.lines().collect();
        assert_eq!((outcome.code, lines[0]), (Some(0), concat!("kinfuse ", env!("CARGO_PKG_VERSION"))));
        let htslib = lines.iter().find_map(|line| line.strip_prefix("htslib ")).expect("a line on htslib");
        assert!(htslib.split('.').count() >= 2 && htslib.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'), "{htslib}");
        assert!(lines.iter().any(|line| line.starts_with("fusions.tsv ")), "{lines:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    assert!(!kinfuse(["schema"]).stdout.is_empty(), "there is nothing to read");
    let mut child = Command::new(env!("CARGO_BIN_EXE_kinfuse"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
