//! `kinfuse report`: the files of a sample again from its document, by the tables of the call and by others.

use crate::support::command;
use std::ffi::OsStr;
use std::path::Path;

use crate::support::command::{call, files, kinfuse, repository, same_files, table, Outcome, Row};
use serde_json::Value;

/// Calls a made-up sample as `x`.
fn call_made_up(folder: &Path, sample: &str, more: &[&OsStr]) {
    let [fasta, gtf, bam] =
        ["test-data/mini.fa".to_owned(), "test-data/mini.gtf".to_owned(), format!("test-data/{sample}.bam")].map(|path| repository(&path));
    let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
    arguments.extend(more);
    arguments.push(bam.as_ref());
    call(folder, &arguments);
}

/// Renews a document into another folder.
fn report(folder: &Path, json: &Path, more: &[&OsStr]) -> Outcome {
    let mut arguments: Vec<&OsStr> = vec!["report".as_ref(), "-o".as_ref(), folder.as_ref()];
    arguments.extend(more);
    arguments.push(json.as_ref());
    kinfuse(arguments)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn document(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the JSON can be read")).expect("the JSON is valid")
}

/// A folder of tables with these files.
fn tables(contents: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder();
    for (name, text) in contents {
        std::fs::write(dir.path().join(name), text).expect("the folder takes it");
    }
    dir
}

const OWN: [(&str, &str); 3] = [
    (
        "fusions.tsv",
        "# version: 7\ngene5\tgene3\texon5\texon3\tvariant_name\tsource\nEML4\tALK\t13\t20\tV99\tmy lab\nCD74\tROS1\t6\t34\tV98\tmy lab\n",
    ),
    (
        "domains.tsv",
        "gene\ttranscript\tdomain\tkind\tfirst\tlast\tsource\nCD74\tNM_001025159\tmy domain\toligomerisation\t10\t40\tmy lab\n",
    ),
    ("tiers.tsv", "gene5\tgene3\ttumour\ttier\tsource\n*\tALK\tNSCLC\tI-A\tour board\n"),
];

#[test]
fn with_the_tables_of_the_call_every_file_is_the_same_to_the_byte() {
    let own = tables(&OWN);
    let with_own: [&OsStr; 2] = ["--knowledge".as_ref(), own.path().as_ref()];
    for sample in ["rna", "dna", "negative"] {
        for (at_call, at_report) in [(&[][..], &[][..]), (&with_own[..], &with_own[..]), (&["--tumour".as_ref(), "NSCLC".as_ref()], &[])] {
            let (called, renewed) = (folder(), folder());
            call_made_up(called.path(), sample, at_call);
            let outcome = report(renewed.path(), &called.path().join("x.kinfuse.json"), at_report);
            assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("the tables are those of the call"), "{}", outcome.stderr);
            same_files(called.path(), renewed.path());
        }
    }
}

#[test]
fn other_tables_name_the_findings_as_a_call_with_them_would() {
    let own = tables(&OWN);
    let with_own: [&OsStr; 4] = ["--knowledge".as_ref(), own.path().as_ref(), "--tumour".as_ref(), "NSCLC".as_ref()];
    for (sample, label) in [("rna", "V99"), ("dna", "V98")] {
        let (plain, renewed, called) = (folder(), folder(), folder());
        call_made_up(plain.path(), sample, &[]);
        call_made_up(called.path(), sample, &with_own);
        let outcome = report(renewed.path(), &plain.path().join("x.kinfuse.json"), &with_own);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("fusions.tsv (user): none before, version 7 now"), "{}", outcome.stderr);
        let rows = |dir: &Path| -> Vec<Row> { table(&dir.join("x.fusions.tsv")) };
        assert_eq!(rows(renewed.path()).len(), rows(called.path()).len());
        for (x, y) in rows(renewed.path()).iter().zip(&rows(called.path())) {
            for column in ["exon_junction", "variant", "known", "frame", "domains", "structure", "exon_junction_mane", "fragments", "hgvs"]
            {
                assert_eq!(x.get(column), y.get(column), "{sample} {column}");
            }
        }
        assert_eq!(rows(renewed.path())[0].get("variant"), label);
        let (x, y) = (document(&renewed.path().join("x.kinfuse.json")), document(&called.path().join("x.kinfuse.json")));
        for part in ["fusions", "tables", "notes", "tumour"] {
            assert_eq!(x["interpretation"][part], y["interpretation"][part], "{part}");
        }
        for part in ["structure", "drugs", "off_target", "settings", "contigs"] {
            assert_eq!(x[part], y[part], "{part}");
        }
        let before = x["interpretation"]["tables_before"].as_array().expect("a list");
        assert!(!before.is_empty() && before.iter().all(|source| source["origin"] == "built-in"), "{before:?}");
        let vcf = command::table_gz(&renewed.path().join("x.vcf.gz"));
        assert!(vcf.iter().any(|line| line.contains(&format!("VARIANT={label}"))), "{vcf:?}");
    }
}

#[test]
fn what_was_not_looked_at_is_named_and_not_made_up() {
    let own = tables(&[("resistance.tsv", "gene\tprotein_change\tdrug\teffect\tsource\nROS1\tG2032W\tcrizotinib\tresistant\tmy lab\n")]);
    let (called, renewed) = (folder(), folder());
    call_made_up(called.path(), "dna", &[]);
    let outcome = report(renewed.path(), &called.path().join("x.kinfuse.json"), &["--knowledge".as_ref(), own.path().as_ref()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("run `kinfuse call` again: ROS1 G2032W"), "{}", outcome.stderr);
    assert!(table(&renewed.path().join("x.variants.tsv")).iter().all(|row| row.get("hgvs_p") != "p.G2032W"));
}

#[test]
fn a_file_that_is_no_document_ends_with_1_and_one_line() {
    let (dir, called) = (folder(), folder());
    call_made_up(called.path(), "negative", &[]);
    let json = called.path().join("x.kinfuse.json");
    let good = document(&json);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        value.to_string()
    };
    let cases = [
        ("not.json", "sample\tid\n".to_owned(), "is not JSON"),
        ("other.json", "{\"a\": 1}".to_owned(), "is no kinfuse.json: it has no schema_version"),
        ("later.json", changed(&|value| value["schema_version"] = "3.0.0".into()), "schema version 3.0.0"),
        (
            "older.json",
            changed(&|value| value["schema_version"] = "1.3.0".into()),
            "run `kinfuse call` of this version again on the alignments",
        ),
        ("broken.json", changed(&|value| value["fusions"] = 3.into()), "is no kinfuse.json"),
        ("alone.json", good.to_string(), "is not there, the table that belongs to the kinfuse.json"),
    ];
    for (name, text, expected) in cases {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("the folder takes it");
        let outcome = report(&dir.path().join("out"), &path, &[]);
        assert_eq!(outcome.code, Some(1), "{name}");
        assert!(
            outcome.stderr.contains(expected)
                && (outcome.stderr.contains(name) || name == "alone.json")
                && outcome.stderr.lines().count() == 1,
            "{}",
            outcome.stderr
        );
        assert!(files(&dir.path().join("out")).is_empty());
    }
    // A table that was not written with the document.
    let other = folder();
    call_made_up(other.path(), "dna", &[]);
    std::fs::copy(other.path().join("x.candidates.tsv.gz"), dir.path().join("x.candidates.tsv.gz")).expect("the folder takes it");
    std::fs::copy(&json, dir.path().join("x.kinfuse.json")).expect("the folder takes it");
    let outcome = report(&dir.path().join("out"), &dir.path().join("x.kinfuse.json"), &[]);
    assert!(outcome.code == Some(1) && outcome.stderr.contains("is not the table that was written with"), "{}", outcome.stderr);
    let twice = kinfuse(["report".as_ref(), "-o".as_ref(), dir.path().as_os_str(), json.as_os_str(), json.as_os_str()]);
    assert_eq!(twice.code, Some(1));
    assert!(twice.stderr.contains("second file of a sample x"), "{}", twice.stderr);
}

#[test]
fn samples_are_shown_in_the_order_in_which_they_are_given() {
    let (first, second, out) = (folder(), folder(), folder());
    let call_as = |folder: &Path, sample: &str| {
        let [gtf, bam] = ["test-data/mini.gtf", "test-data/negative.bam"].map(repository);
        call(folder, &["-s".as_ref(), sample.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()]);
        folder.join(format!("{sample}.kinfuse.json"))
    };
    let (z, a) = (call_as(first.path(), "z"), call_as(second.path(), "a"));
    let outcome = report(out.path(), &z, &[a.as_ref()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.starts_with("a: ") && outcome.stderr.contains("\nz: "), "as given, a before z: {}", outcome.stderr);
    let outcome = report(out.path(), &a, &[z.as_ref()]);
    assert!(outcome.stderr.starts_with("z: ") && outcome.stderr.contains("\na: "), "as given, z before a: {}", outcome.stderr);
}
