//! The main job on the test data that the project made itself.

use crate::support::command;
use std::ffi::OsStr;
use std::path::Path;

use crate::support::command::{call, called_variants, files, passed, repository, status, table};

/// Files of one sample that must be there after any successful run.
const SUFFIXES: [&str; 8] =
    ["fusions.tsv", "candidates.tsv.gz", "variants.tsv", "metrics.tsv", "vcf.gz", "vcf.gz.tbi", "html", "kinfuse.json"];

fn call_on_test_data(folder: &Path, sample: &str, more: &[&str]) {
    let [fasta, gtf] = ["test-data/mini.fa", "test-data/mini.gtf"].map(repository);
    let bam = repository(&format!("test-data/{sample}.bam"));
    let mut arguments: Vec<&OsStr> = vec!["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(bam.as_ref());
    call(folder, &arguments);
    let written = files(folder);
    for suffix in SUFFIXES {
        assert!(written.contains(&format!("{sample}.{suffix}")), "{sample}.{suffix} is missing from {written:?}");
    }
    command::other_tools_read(&folder.join(format!("{sample}.vcf.gz")), Some(&fasta));
    let json = std::fs::read_to_string(folder.join(format!("{sample}.kinfuse.json"))).expect("the JSON can be read");
    serde_json::from_str::<serde_json::Value>(&json).expect("the JSON is valid");
}

fn truth(sample: &str, name: &str) -> command::Row {
    let rows = table(&repository("test-data/truth.tsv"));
    rows.into_iter().find(|row| row.get("sample") == sample && row.get("name") == name).expect("the truth has it")
}

#[test]
fn the_rna_sample_shows_eml4_alk_variant_1() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    call_on_test_data(folder.path(), "rna", &[]);
    let rows = passed(folder.path(), "rna");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let (row, truth) = (&rows[0], truth("rna", "EML4::ALK"));
    for (column, expected) in [("sample", "rna"), ("gene5", "EML4"), ("gene3", "ALK"), ("exon_junction", "E13;A20"), ("variant", "V1")] {
        assert_eq!(row.get(column), expected, "{column}");
    }
    for (column, expected) in [("frame", "in-frame"), ("kinase_domain", "retained"), ("evidence", "rna"), ("known", "variant")] {
        assert_eq!(row.get(column), expected, "{column}");
    }
    for column in ["fusion", "breakpoint5", "breakpoint3"] {
        assert_eq!(row.get(column), truth.get(if column == "fusion" { "name" } else { column }), "{column}");
    }
    // What a read shows by fewer than ten bases may or may not be counted.
    let (found, true_count) = (row.number("fragments"), truth.number("fragments"));
    assert!((0.8 * true_count..=1.5 * true_count).contains(&found), "{found} fragments, the truth is {true_count}");
    assert!(called_variants(folder.path(), "rna").is_empty());
}

#[test]
fn the_dna_sample_shows_cd74_ros1_and_g2032r() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    call_on_test_data(folder.path(), "dna", &[]);
    let rows = passed(folder.path(), "dna");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let (row, truth_row) = (&rows[0], truth("dna", "CD74::ROS1"));
    for (column, expected) in [("fusion", "CD74::ROS1"), ("exon_junction", "C6;R34"), ("evidence", "dna"), ("frame", "in-frame")] {
        assert_eq!(row.get(column), expected, "{column}");
    }
    // Where bases at the break could belong to either side, both ends may move by them, together.
    let homology = row.number("homology_bp") as i64;
    for column in ["breakpoint5", "breakpoint3"] {
        let moved = (row.position(column) - truth_row.position(column)).abs();
        assert!(moved <= homology, "{column}: {} against {}", row.get(column), truth_row.get(column));
        assert_eq!(row.contig(column), truth_row.contig(column));
    }
    let (low, high) = (row.number("allele_fraction_low"), row.number("allele_fraction_high"));
    assert!((low..=high).contains(&truth_row.number("fraction")), "{low}-{high}");

    let variants = called_variants(folder.path(), "dna");
    assert_eq!(variants.len(), 1, "{variants:?}");
    let (row, truth_row) = (&variants[0], truth("dna", "ROS1 p.G2032R"));
    assert_eq!((row.get("gene"), row.get("hgvs_p")), ("ROS1", "p.G2032R"));
    assert_eq!(row.number("pos") as i64 - truth_row.position("breakpoint5"), i64::from(row.get("ref").len() == 1) * 2);
    let (low, high) = (row.number("allele_fraction_low"), row.number("allele_fraction_high"));
    assert!((low..=high).contains(&truth_row.number("fraction")), "{low}-{high}");
}

#[test]
fn the_negative_sample_ends_well_with_empty_tables() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    call_on_test_data(folder.path(), "negative", &[]);
    assert!(passed(folder.path(), "negative").is_empty());
    assert!(table(&folder.path().join("negative.fusions.tsv")).is_empty(), "random chimeras stay among the candidates");
    assert!(called_variants(folder.path(), "negative").is_empty());
    // The made-up genome has no NTRK2, and a sample is not called ok for what could not be looked at.
    assert_eq!(status(folder.path(), "negative"), "limited");
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    for sample in ["rna", "dna"] {
        let [one, two] = [(); 2].map(|()| tempfile::tempdir().expect("a temporary folder"));
        call_on_test_data(one.path(), sample, &["-t", "1"]);
        call_on_test_data(two.path(), sample, &["-t", "2"]);
        assert_eq!(files(one.path()), files(two.path()));
        for name in files(one.path()) {
            let read = |folder: &Path| std::fs::read(folder.join(&name)).expect("the file can be read");
            assert!(read(one.path()) == read(two.path()), "{name} differs");
        }
    }
}

#[test]
fn the_fasta_reads_back_as_it_was_written() {
    let fasta = std::fs::read_to_string(repository("test-data/mini.fa")).expect("the FASTA can be read");
    let index = std::fs::read_to_string(repository("test-data/mini.fa.fai")).expect("the index can be read");
    let reference = kinfuse::simulate::MemoryGenome::from_fasta(&repository("test-data/mini.fa")).expect("the FASTA opens");
    assert_eq!(reference.to_fasta(), (fasta, index));
}
