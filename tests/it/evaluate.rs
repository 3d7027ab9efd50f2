//! `kinfuse evaluate` through the binary: the made-up samples against their truth.

use std::ffi::OsStr;

use crate::support::command::{call, files, kinfuse, repository, table};

#[test]
fn the_made_up_samples_are_found_and_the_files_are_the_same_each_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["rna", "dna", "negative"] {
        let [bam, gtf, fasta] = [format!("test-data/{name}.bam"), "test-data/mini.gtf".to_owned(), "test-data/mini.fa".to_owned()];
        let [bam, gtf, fasta] = [bam, gtf, fasta].map(|path| repository(&path));
        let arguments: [&OsStr; 8] =
            ["-q".as_ref(), "-s".as_ref(), name.as_ref(), "-g".as_ref(), gtf.as_ref(), "-r".as_ref(), fasta.as_ref(), bam.as_ref()];
        call(&folder.path().join("calls"), &arguments);
    }
    let truth = repository("test-data/truth.tsv");
    let mut bytes = Vec::new();
    for out in ["first", "second"] {
        let calls = format!("kinfuse={}", folder.path().join("calls").display());
        let out = folder.path().join(out);
        let arguments: [&OsStr; 7] =
            ["evaluate".as_ref(), "--truth".as_ref(), truth.as_ref(), "--calls".as_ref(), calls.as_ref(), "-o".as_ref(), out.as_ref()];
        let outcome = kinfuse(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        assert!(outcome.stdout.contains("\nkinfuse\n") && outcome.stdout.contains("0 false"), "{}", outcome.stdout);
        bytes.push(files(&out).iter().map(|file| std::fs::read(out.join(file)).expect("the file can be read")).collect::<Vec<_>>());
    }
    assert_eq!(bytes[0], bytes[1]);
    let recall = table(&folder.path().join("first/evaluation.recall.tsv"));
    assert_eq!((recall[0].get("level"), recall[0].get("pass"), recall[0].get("exact_frac")), ("all", recall[0].get("events"), "1"));
    let mutations = table(&folder.path().join("first/evaluation.mutations.tsv"));
    assert_eq!((mutations[0].get("pass"), mutations[0].get("called")), (mutations[0].get("events"), mutations[0].get("true")));
}

#[test]
fn a_file_that_is_no_calls_ends_with_one_line_that_names_it() {
    let truth = repository("test-data/truth.tsv");
    let other = repository("Cargo.toml");
    let arguments: [&OsStr; 5] = ["evaluate".as_ref(), "--truth".as_ref(), truth.as_ref(), "--calls".as_ref(), other.as_ref()];
    let outcome = kinfuse(arguments);
    assert_eq!((outcome.code, outcome.stderr.lines().count(), outcome.stdout.as_str()), (Some(1), 1, ""));
    assert!(outcome.stderr.contains("Cargo.toml: is no table of calls"), "{}", outcome.stderr);
}
