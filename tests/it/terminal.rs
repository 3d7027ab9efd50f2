//! What people read on the terminal: short, within 100 columns, coloured for people only.

use std::ffi::OsStr;
use std::path::Path;

use crate::support::command::{call, repository};
use crate::support::sam;
use crate::support::shared::shared;

/// Calls a sample as `x` and gives what it says, held to its size.
fn said(folder: &Path, findings: usize, more: &[&OsStr]) -> String {
    let text = call(
        folder,
        &[&["-s".as_ref(), "x".as_ref(), "--tumour".as_ref(), "NSCLC".as_ref(), "--progress".as_ref(), "never".as_ref()], more].concat(),
    )
    .stderr;
    let most = 30 + 6 * findings.saturating_sub(1);
    assert!(text.lines().count() <= most, "{} lines of {most}:\n{text}", text.lines().count());
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{} columns: {line}", line.chars().count());
    }
    assert!(!text.contains('\u{1b}'), "no colours where nobody looks on: {text}");
    text
}

fn made_up(sample: &str, findings: usize) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [fasta, gtf, bam] =
        ["test-data/mini.fa".to_owned(), "test-data/mini.gtf".to_owned(), format!("test-data/{sample}.bam")].map(|path| repository(&path));
    said(folder.path(), findings, &["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()])
}

#[test]
fn a_fusion_in_rna_reads_like_this() {
    insta::assert_snapshot!(made_up("rna", 1));
}

#[test]
fn a_fusion_with_a_mutation_in_dna_reads_like_this() {
    insta::assert_snapshot!(made_up("dna", 2));
}

#[test]
fn a_negative_reads_like_this() {
    insta::assert_snapshot!(made_up("negative", 0));
}

#[test]
fn a_failed_sample_reads_like_this() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = sam::records(&sam::text(&repository("test-data/rna.bam")), |_| None);
    let bam = folder.path().join("header.bam");
    sam::write(&text, &bam, None, true);
    let [fasta, gtf] = ["test-data/mini.fa", "test-data/mini.gtf"].map(repository);
    let text = said(&folder.path().join("out"), 0, &["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()]);
    insta::assert_snapshot!(text);
}

#[test]
fn real_samples_keep_to_the_size() {
    let Some(shared) = shared("size of the terminal's text") else { return };
    for (name, findings) in [("Lib001.consolidated.bam", 2), ("H3122_EML4.bam", 1)] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = said(folder.path(), findings, &[shared.join("real").join(name).as_os_str()]);
        for section in ["FUSIONS", "EML4::ALK", "MUTATIONS", "NOT FOUND"] {
            assert!(text.contains(section), "{section}: {text}");
        }
    }
}
