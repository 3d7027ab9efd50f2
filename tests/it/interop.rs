//! Calls in the layouts of other programs: what reads those must find the same calls.

use std::ffi::OsStr;
use std::path::Path;

use kinfuse::evaluate::CallerFiles;

use crate::support::command::{call, files, kinfuse, repository, table};

/// Calls a made-up sample as `x`.
fn call_made_up(folder: &Path, sample: &str, more: &[&str]) {
    let [fasta, gtf, bam] =
        ["test-data/mini.fa".to_owned(), "test-data/mini.gtf".to_owned(), format!("test-data/{sample}.bam")].map(|path| repository(&path));
    let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(bam.as_ref());
    call(folder, &arguments);
}

/// What a file or folder says of `x`: genes, ends and inserted bases of each fusion that passes, by name.
fn fusions(path: &Path) -> Vec<String> {
    let calls = CallerFiles::parse(&path.to_string_lossy()).read(Some("x")).expect("the file is known");
    let mut lines: Vec<String> = Vec::new();
    for call in calls.get("x").map(|calls| &calls.fusions).into_iter().flatten() {
        if matches!(call.filter.as_deref(), None | Some("PASS")) {
            lines.push(format!("{:?} {:?}", call.genes, call.ends));
        }
    }
    lines.sort();
    lines
}

const ALL: [&str; 2] = ["--also", "arriba,starfusion,bedpe"];

#[test]
fn every_layout_gives_the_calls_of_the_table() {
    for sample in ["rna", "dna", "negative"] {
        let dir = tempfile::tempdir().expect("a temporary folder");
        call_made_up(dir.path(), sample, &ALL);
        let own = fusions(&dir.path().join("x.fusions.tsv"));
        assert_eq!(own.is_empty(), sample == "negative");
        for suffix in ["arriba.tsv", "star-fusion.tsv", "bedpe"] {
            assert_eq!(fusions(&dir.path().join(format!("x.{suffix}"))), own, "{sample} {suffix}");
        }
        // In a folder the other layouts add nothing.
        let all = CallerFiles::parse(&dir.path().to_string_lossy()).read(None).expect("a folder of calls");
        assert_eq!(all.keys().collect::<Vec<_>>(), ["x"]);
    }
}

#[test]
fn report_writes_the_layouts_and_tells_of_one_that_it_did_not_write() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    call_made_up(dir.path(), "rna", &[]);
    let json = dir.path().join("x.kinfuse.json");
    let report = |more: &[&str]| {
        let mut arguments: Vec<&OsStr> = vec!["report".as_ref(), "-o".as_ref(), dir.path().as_ref()];
        arguments.extend(more.iter().map(OsStr::new));
        arguments.push(json.as_ref());
        let outcome = kinfuse(arguments);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let names: Vec<String> = files(dir.path());
        let there = ["x.arriba.tsv", "x.star-fusion.tsv", "x.bedpe"].map(|name| names.iter().any(|own| own == name));
        (there, outcome.stderr.matches("was not written by this run").count())
    };
    assert_eq!(report(&[]), ([false, false, false], 0));
    assert_eq!(report(&ALL), ([true, true, true], 0));
    // Those of an earlier run would stand beside calls that they do not have.
    assert_eq!(report(&["--also", "bedpe"]), ([false, false, true], 0));
    // The other program's own are not ours to remove.
    assert_eq!(report(&ALL), ([true, true, true], 0));
    let path = dir.path().join("x.arriba.tsv");
    let text = std::fs::read_to_string(&path).expect("it was just written");
    let header = text.lines().next().expect("a header").to_owned();
    std::fs::write(&path, format!("{header}\nEML4\tALK{}\n", "\t1".repeat(header.matches('\t').count() - 1))).expect("it can be written");
    assert_eq!(report(&["--also", "bedpe"]), ([true, false, true], 1));
}

#[test]
fn a_line_of_each_layout_has_the_documented_columns() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    call_made_up(dir.path(), "rna", &ALL);
    let arriba = table(&dir.path().join("x.arriba.tsv"));
    let row = arriba.first().expect("a call");
    assert_eq!(
        [row.get("gene1"), row.get("gene2"), row.get("strand1(gene/fusion)"), row.get("strand2(gene/fusion)")],
        ["EML4", "ALK", "+/+", "-/-"]
    );
    assert_eq!([row.get("site1"), row.get("site2"), row.get("reading_frame")], ["exon/splice-site", "exon/splice-site", "in-frame"]);
    let star = table(&dir.path().join("x.star-fusion.tsv"));
    let row = star.first().expect("a call");
    assert_eq!([row.get("FusionName"), row.get("SpliceType")], ["EML4--ALK", "ONLY_REF_SPLICE"]);
    assert!(row.get("FFPM").parse::<f64>().is_ok_and(f64::is_nan), "readable as a number, and none");
}
