//! Names of files: whose they are, what they name, and that a run which fails leaves none behind.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::support::command::{call, files, kinfuse, repository, table, Outcome};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Calls the made-up RNA, or another sample, under a name.
fn called(out: &Path, name: &str, sample: &str) -> Outcome {
    let [fasta, gtf] = ["test-data/mini.fa", "test-data/mini.gtf"].map(repository);
    let bam = repository("test-data").join(sample);
    let options: [&OsStr; 8] =
        ["call".as_ref(), "-o".as_ref(), out.as_ref(), "-s".as_ref(), name.as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref()];
    kinfuse(options.into_iter().chain([gtf.as_os_str(), bam.as_os_str()]))
}

/// The one line of a run that was refused.
fn refusal(outcome: &Outcome) -> &str {
    assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(1), 1), "{}", outcome.stderr);
    outcome.stderr.trim_end()
}

#[test]
fn results_of_another_sample_are_not_overwritten() {
    let out = folder();
    assert_eq!(called(out.path(), "a/b", "rna.bam").code, Some(0));
    let before = std::fs::read(out.path().join("a_b.fusions.tsv")).expect("it was written");
    let second = called(out.path(), "a_b", "negative.bam");
    let told = refusal(&second);
    assert!(told.contains("a_b.kinfuse.json: holds the sample a/b") && told.contains("--sample"), "{told}");
    assert_eq!(std::fs::read(out.path().join("a_b.fusions.tsv")).ok(), Some(before));
    assert_eq!(called(out.path(), "a/b", "negative.bam").code, Some(0), "the same sample again");
    // The same for `report`, also within one run.
    let (other, new) = (folder(), folder());
    assert_eq!(called(other.path(), "a_b", "negative.bam").code, Some(0));
    let [first, second] = [out.path(), other.path()].map(|dir| dir.join("a_b.kinfuse.json"));
    let report = |out: &Path, inputs: &[&Path]| {
        let options: [&OsStr; 3] = ["report".as_ref(), "-o".as_ref(), out.as_ref()];
        kinfuse(options.into_iter().chain(inputs.iter().map(|path| path.as_os_str())))
    };
    assert!(refusal(&report(out.path(), &[&second])).contains("holds the sample a/b"));
    assert!(refusal(&report(new.path(), &[&first, &second])).contains("have the same names as those of a/b"));
}

#[test]
fn a_long_name_is_cut_with_a_word_and_characters_that_trip_shells_are_replaced() {
    let out = folder();
    let long = called(out.path(), &"x".repeat(300), "negative.bam");
    assert_eq!(long.code, Some(0));
    let told = long.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("the sample name is too long for file names: files begin with its first 180 bytes"), "{}", long.stderr);
    let odd = folder();
    assert_eq!(called(odd.path(), "a*<>?|\"'b", "negative.bam").code, Some(0));
    assert!(files(odd.path()).iter().all(|name| name.starts_with("a_______b.")), "{:?}", files(odd.path()));
}

#[test]
fn a_run_that_fails_leaves_no_new_folder() {
    let dir = folder();
    let out = dir.path().join("new/results");
    let failed = kinfuse(["call".as_ref(), "-o".as_ref(), out.as_os_str(), dir.path().join("nope.bam").as_os_str()]);
    refusal(&failed);
    assert_eq!(files(dir.path()), Vec::<String>::new());
    let kept = dir.path().join("kept");
    std::fs::create_dir(&kept).expect("the folder is made");
    let failed = kinfuse(["call".as_ref(), "-o".as_ref(), kept.as_os_str(), dir.path().join("nope.bam").as_os_str()]);
    refusal(&failed);
    assert!(kept.is_dir(), "a folder of the user stays");
}

#[test]
fn a_report_elsewhere_names_the_evidence_that_is_there() {
    let [fasta, gtf, bam] = ["test-data/mini.fa", "test-data/mini.gtf", "test-data/rna.bam"].map(repository);
    let (first, second, third) = (folder(), folder(), folder());
    call(first.path(), &["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()]);
    let report = |out: &Path, json: &Path| {
        let outcome = kinfuse(["report".as_ref(), "-o".as_ref(), out.as_os_str(), json.as_os_str()]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome
    };
    report(second.path(), &first.path().join("x.kinfuse.json"));
    assert_eq!(files(second.path()), files(first.path()));
    for name in files(first.path()) {
        let bytes = |dir: &Path| std::fs::read(dir.join(&name)).expect("it is there");
        assert!(bytes(first.path()) == bytes(second.path()), "{name} differs");
    }
    for name in ["x.evidence.bam", "x.evidence.bam.bai", "x.igv.xml"] {
        std::fs::remove_file(second.path().join(name)).expect("it was there");
    }
    let outcome = report(third.path(), &second.path().join("x.kinfuse.json"));
    assert!(outcome.stderr.contains("x.evidence.bam: not beside the kinfuse.json"), "{}", outcome.stderr);
    assert!(table(&third.path().join("x.fusions.tsv")).iter().all(|row| row.get("evidence_file") == "."));
    assert!(!files(third.path()).contains(&"x.igv.xml".to_owned()));
}

#[test]
fn what_is_no_document_or_no_vcf_is_named_in_one_line_of_plain_words() {
    let dir = folder();
    assert_eq!(called(&dir.path().join("o"), "s", "negative.bam").code, Some(0));
    let result = |suffix: &str| dir.path().join("o").join(format!("s.{suffix}"));
    let write = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("the folder takes it");
        path
    };
    let vcf = std::fs::read(result("vcf.gz")).expect("it was written");
    let out = dir.path().join("out");
    let document = [
        (dir.path().join("nope.json"), "nope.json: no such file; give the <sample>.kinfuse.json"),
        (dir.path().join("o"), "is a folder, not a file; give the documents in it"),
        (write("e.json", b"{}"), "is no kinfuse.json: it has no schema_version"),
        (result("kinfuse_mqc.json"), "is no kinfuse.json: it has no schema_version"),
        (write("l.json", b"[]"), "is no kinfuse.json: it has another form"),
        (write("z.json", b""), "is empty or cut"),
    ];
    for (path, expected) in document {
        for command in ["report", "cohort"] {
            let outcome = kinfuse([command.as_ref(), "-o".as_ref(), out.as_os_str(), path.as_os_str()]);
            let told = refusal(&outcome);
            assert!(told.contains(expected) && !told.contains("struct"), "{command}: {told}");
        }
    }
    assert!(!out.exists());
    let calls = [
        (dir.path().join("nope.vcf"), "nope.vcf: no such file; give a VCF"),
        (dir.path().join("o"), "is a folder, not a file"),
        (write("cut.vcf.gz", &vcf[..vcf.len() / 2]), "is cut: the end of its gzip is missing"),
        (write("end.vcf.gz", &vcf[..vcf.len() - 28]), "is cut: the end of its gzip is missing"),
        (result("kinfuse.json"), "is no VCF"),
        (write("z.vcf", b""), "is no VCF: it is empty"),
    ];
    for (path, expected) in calls {
        let outcome = kinfuse(["check-vcf".as_ref(), path.as_os_str()]);
        assert!(refusal(&outcome).contains(expected) && outcome.stdout.is_empty(), "{}", outcome.stderr);
    }
    let file = write("afile", b"");
    let outcome = kinfuse(["cohort".as_ref(), "-o".as_ref(), file.as_os_str(), result("kinfuse.json").as_os_str()]);
    assert!(refusal(&outcome).contains("is a file, not a folder; name a folder with --out-dir"), "{}", outcome.stderr);
}
