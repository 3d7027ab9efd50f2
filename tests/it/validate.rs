//! `kinfuse validate`: dilution, repeatability and limit of detection in one command.

use crate::support::command::{kinfuse, repository, table};

#[test]
fn one_command_dilutes_calls_and_states_the_limit() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let [fasta, gtf] = ["test-data/mini.fa", "test-data/mini.gtf"].map(|path| repository(path).display().to_string());
    let out = dir.path().display().to_string();
    let arguments = [
        "validate",
        "-r",
        &fasta,
        "-g",
        &gtf,
        "--assay",
        "dna",
        "--depth",
        "120",
        "--fusions",
        "CD74::ROS1",
        "--shares",
        "0.2,0.02,0.005",
        "--replicates",
        "4",
        "--negatives",
        "2",
        "-o",
        &out,
    ];
    let outcome = kinfuse(arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let file = |name: &str| table(&dir.path().join(name));
    let dilution = file("validation.dilution.tsv");
    let passed = |share: &str| dilution.iter().filter(|row| row.get("share") == share).map(|row| row.number("passed")).sum::<f64>();
    assert_eq!(dilution.len(), 6, "two variants at three shares");
    assert!(dilution.iter().all(|row| row.get("replicates") == "4" && row.get("fusion") == "CD74::ROS1"));
    assert!((passed("0.2") - 8.0).abs() < 1e-9, "all are called where a fifth of the molecules has it");
    assert!(passed("0.005") < passed("0.2"), "not all with half a molecule");
    let limits = file("validation.lod.tsv");
    assert_eq!(limits.iter().map(|row| row.get("group")).collect::<Vec<_>>(), ["all", "kinase", "fusion", "fusion"]);
    assert_eq!(limits[1].get("level"), "ROS1");
    let repeatability = file("validation.repeatability.tsv");
    assert!(repeatability.iter().filter(|row| row.get("share") == "0.2").all(|row| row.get("agree") == "4" && row.get("exact") == "4"));
    let negatives = file("negatives.precision.tsv");
    assert!(negatives.iter().any(|row| row.get("tier") == "PASS" && row.get("samples_with_false") == "0" && row.get("samples") == "2"));
    assert!(outcome.stderr.contains("negatives: 0 of 2 with a PASS call"), "{}", outcome.stderr);
}

#[test]
fn a_fusion_that_no_table_has_is_named_and_nothing_is_made() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let [fasta, gtf] = ["test-data/mini.fa", "test-data/mini.gtf"].map(|path| repository(path).display().to_string());
    let out = dir.path().display().to_string();
    let outcome = kinfuse(["validate", "-r", &fasta, "-g", &gtf, "--fusions", "ALK::EML4", "-o", &out]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("ALK::EML4") && outcome.stderr.lines().count() == 1, "{}", outcome.stderr);
    assert!(std::fs::read_dir(dir.path()).map_or(0, Iterator::count) <= 1, "no results");
}
