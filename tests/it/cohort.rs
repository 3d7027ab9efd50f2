//! `kinfuse cohort`: tables over many samples, controls, leaks between samples of a run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::command::{call, files, kinfuse, repository, table, Outcome};

/// The document of a made-up sample, as JSON.
fn document(sample: &str) -> Value {
    let dir = folder();
    let [fasta, gtf, bam] =
        ["test-data/mini.fa".to_owned(), "test-data/mini.gtf".to_owned(), format!("test-data/{sample}.bam")].map(|path| repository(&path));
    call(dir.path(), &["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()]);
    serde_json::from_str(&std::fs::read_to_string(dir.path().join("x.kinfuse.json")).expect("it was written")).expect("it is JSON")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes the document under another sample's name into `dir`.
fn put(dir: &Path, index: usize, name: &str, document: &Value) -> PathBuf {
    let mut own = document.clone();
    own["sample"] = name.into();
    let path = dir.join(format!("{index}.kinfuse.json"));
    std::fs::write(&path, own.to_string()).expect("the folder takes it");
    path
}

/// The document with so many fragments of its fusion, and this filter.
fn with_fragments(document: &Value, fragments: u32, filter: &str) -> Value {
    let mut own = document.clone();
    own["fusions"][0]["fragments"] = fragments.into();
    own["fusions"][0]["filter"] = filter.into();
    own
}

fn cohort(out: &Path, inputs: &[PathBuf], more: &[&OsStr]) -> Outcome {
    let mut arguments: Vec<&OsStr> = vec!["cohort".as_ref(), "-o".as_ref(), out.as_ref()];
    arguments.extend(more);
    arguments.extend(inputs.iter().map(|path| path.as_os_str()));
    kinfuse(arguments)
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

const SHEET: &str = "sample\trun\trole\texpected\n\
                     P\tR1\tpositive\tEML4::ALK E13;A20\n\
                     N\tR1\tnegative\t\n\
                     W\tR1\tntc\t\n\
                     gone\tR1\tpositive\tCD74::ROS1\n\
                     strong\tR1\tsample\t\n\
                     weak\tR1\t\t\n\
                     other\tR2\t\t\n";

/// The documents of a run: a positive, a negative and an empty control; a strong sample, a weak one with a trace of the same junction,
/// a weak one of another run, and one with a mutation.
fn run(dir: &Path) -> (Vec<PathBuf>, PathBuf) {
    let (rna, dna, negative) = (document("rna"), document("dna"), document("negative"));
    let mut water = negative.clone();
    water["status"]["verdict"] = "failed".into();
    // Silence is worth something only where a fusion would have been seen.
    let mut clean = negative;
    clean["negatives"][0]["verdict"] = "informative".into();
    let inputs = vec![
        put(dir, 0, "weak", &with_fragments(&rna, 3, "low_support")),
        put(dir, 1, "strong", &with_fragments(&rna, 400, "PASS")),
        put(dir, 2, "other", &with_fragments(&rna, 3, "low_support")),
        put(dir, 3, "P", &with_fragments(&rna, 50, "PASS")),
        put(dir, 4, "N", &clean),
        put(dir, 5, "W", &water),
        put(dir, 6, "mutated", &dna),
    ];
    let sheet = dir.join("sheet.tsv");
    std::fs::write(&sheet, SHEET).expect("the folder takes it");
    (inputs, sheet)
}

#[test]
fn controls_come_first_and_traces_of_a_strong_sample_are_marked() {
    let (dir, out) = (folder(), folder());
    let (inputs, sheet) = run(dir.path());
    let outcome = cohort(out.path(), &inputs, &["--sheet".as_ref(), sheet.as_ref()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stderr.starts_with(
            "not judged: positive control gone: its kinfuse.json was not given\npass: positive control P: shows EML4::ALK E13;A20 V1 (50)\n"
        ),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("1 of 4 controls does not pass: the results of its run are in doubt"), "{}", outcome.stderr);
    let expected = [
        "cohort.controls.tsv",
        "cohort.detectability.tsv",
        "cohort.html",
        "cohort.junctions.tsv",
        "cohort.leaks.tsv",
        "cohort.quality.tsv",
        "cohort.tsv",
        "cohort_mqc.json",
    ];
    assert_eq!(files(out.path()), expected);
    let tables = ["cohort.tsv", "cohort.controls.tsv", "cohort.leaks.tsv", "cohort.junctions.tsv"];
    insta::assert_snapshot!(tables.map(|name| format!("{name}\n{}", read(out.path(), name))).join("\n"));
    let page = read(out.path(), "cohort.html");
    assert!(page.find("<h2>Controls").zip(page.find("<h2>Findings")).is_some_and(|(controls, findings)| controls < findings));
    assert!(!page.contains("://"), "nothing from elsewhere");
    let section: Value = serde_json::from_str(&read(out.path(), "cohort_mqc.json")).expect("it is JSON");
    assert_eq!(section["data"]["weak"]["leaks"], "EML4::ALK E13;A20 V1 from strong");
    assert_eq!(section["data"]["gone"]["control"], "not judged");
}

#[test]
fn leaks_that_were_not_looked_for_are_no_zero() {
    let (dir, out) = (folder(), folder());
    let rna = document("rna");
    let inputs = [put(dir.path(), 0, "a", &rna), put(dir.path(), 1, "b", &rna), put(dir.path(), 2, "c", &rna)];
    let sheet = dir.path().join("sheet.tsv");
    std::fs::write(&sheet, "sample\trun\na\tR1\nb\tR1\n").expect("the folder takes it");
    let cells = |name: &str| -> Vec<String> { table(&out.path().join(name)).iter().map(|row| row.get("leaks").to_owned()).collect() };
    let all: [&OsStr; 2] = ["--run".as_ref(), "R1".as_ref()];
    let two: [&OsStr; 2] = ["--sheet".as_ref(), sheet.as_ref()];
    let none: [&OsStr; 0] = [];
    for (options, samples, junction) in
        [(&all[..], ["0", "0", "0"], "0"), (&two[..], [".", "0", "0"], "0"), (&none[..], [".", ".", "."], ".")]
    {
        let outcome = cohort(out.path(), &inputs, options);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert_eq!(cells("cohort.tsv"), samples, "{}", read(out.path(), "cohort.tsv"));
        assert_eq!(cells("cohort.junctions.tsv"), [junction]);
    }
    assert!(read(out.path(), "cohort.html").contains("<td class=\"n\">not looked for</td>"));
}

#[test]
fn each_kinase_has_a_column_and_what_is_not_informative_is_no_negative() {
    let (dir, out) = (folder(), folder());
    let mut open = document("negative");
    open["status"]["verdict"] = "ok".into();
    let words = ["informative", "limited", "not informative", "informative", "informative"];
    for (negative, word) in open["negatives"].as_array_mut().expect("a list").iter_mut().zip(words) {
        negative["verdict"] = word.into();
    }
    let outcome = cohort(out.path(), &[put(dir.path(), 0, "open", &open)], &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 sample: 0 with findings, 0 recurrent junctions"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("1 sample is no negative for at least one kinase"), "{}", outcome.stderr);
    let row = &table(&out.path().join("cohort.tsv"))[0];
    assert_eq!(["ALK", "ROS1", "NTRK1", "NTRK2", "NTRK3"].map(|gene| row.get(gene)), words);
    let page = read(out.path(), "cohort.html");
    assert!(page.contains("<h1>Cohort of 1 sample</h1>"));
    assert!(
        page.contains("<td class=\"bad\">could have been missed</td>") && page.contains("<td class=\"warn\">seen only if frequent</td>"),
        "{page}"
    );
    let section: Value = serde_json::from_str(&read(out.path(), "cohort_mqc.json")).expect("it is JSON");
    assert_eq!(section["data"]["open"]["no_negative"], "ROS1 seen only if frequent, NTRK1 could have been missed");
}

#[test]
fn the_page_has_the_style_of_all_pages() {
    let (dir, out) = (folder(), folder());
    let inputs = [put(dir.path(), 0, "a", &document("rna"))];
    assert_eq!(cohort(out.path(), &inputs, &[]).code, Some(0));
    let page = read(out.path(), "cohort.html");
    assert!(page.contains(&std::fs::read_to_string(repository("templates/page.css")).expect("it is there")));
    assert!(page.contains("EML4::ALK E13;A20 V1"), "the variant stands beside the exons");
}

#[test]
fn the_order_of_the_files_changes_no_byte() {
    let (dir, out, turned) = (folder(), folder(), folder());
    let (mut inputs, sheet) = run(dir.path());
    assert_eq!(cohort(out.path(), &inputs, &["--sheet".as_ref(), sheet.as_ref()]).code, Some(0));
    inputs.reverse();
    assert_eq!(cohort(turned.path(), &inputs, &["--sheet".as_ref(), sheet.as_ref()]).code, Some(0));
    for name in files(out.path()) {
        assert!(read(out.path(), &name) == read(turned.path(), &name), "{name}");
    }
}

#[test]
fn a_bad_file_is_named_and_nothing_is_written() {
    let (dir, out) = (folder(), folder());
    let negative = document("negative");
    let good = put(dir.path(), 0, "A", &negative);
    assert_eq!(cohort(out.path(), std::slice::from_ref(&good), &[]).code, Some(0));
    let before = read(out.path(), "cohort.tsv");
    let broken = dir.path().join("broken.kinfuse.json");
    std::fs::write(&broken, &negative.to_string()[..5000]).expect("the folder takes it");
    let twice = put(dir.path(), 2, "A", &negative);
    let missing = dir.path().join("missing.json");
    for (bad, problem) in [
        (broken, "is empty or cut"),
        (twice, "is the second file of a sample A"),
        (missing, "no such file; give the <sample>.kinfuse.json"),
    ] {
        for target in [out.path().to_owned(), dir.path().join("new")] {
            let outcome = cohort(&target, &[good.clone(), bad.clone()], &[]);
            assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
            assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
            assert!(outcome.stderr.contains(problem) && outcome.stderr.contains(&*bad.to_string_lossy()), "{}", outcome.stderr);
        }
    }
    assert_eq!(read(out.path(), "cohort.tsv"), before);
    assert!(files(&dir.path().join("new")).is_empty());
    let sheet = dir.path().join("sheet.tsv");
    std::fs::write(&sheet, "sample\trole\nA\tboss\n").expect("the folder takes it");
    let outcome = cohort(out.path(), &[good], &["--sheet".as_ref(), sheet.as_ref()]);
    assert!(outcome.code == Some(1) && outcome.stderr.contains("line 2: has the role \"boss\""), "{}", outcome.stderr);
}

#[test]
fn hostile_names_stay_text_everywhere() {
    let (dir, out) = (folder(), folder());
    let mut rna = document("rna");
    rna["fusions"][0]["fusion"] = "<img src=x onerror=alert(1)>::ALK\u{202e}".into();
    let name = "<script>alert('a')</script>\u{1b}[31m\tb";
    let inputs = [put(dir.path(), 0, name, &rna), put(dir.path(), 1, "plain", &rna)];
    let outcome = cohort(out.path(), &inputs, &["--run".as_ref(), "<b>R</b>".as_ref()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains('\u{1b}'), "{}", outcome.stderr);
    for name in files(out.path()) {
        let text = read(out.path(), &name);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{name}");
        if ["cohort.html", "cohort_mqc.json"].contains(&name.as_str()) {
            assert!(!text.contains("<script>") && !text.contains("<img") && !text.contains("<b>"), "{name}: {text}");
        } else {
            let columns = text.lines().next().map(|line| line.split('\t').count());
            assert!(text.lines().all(|line| Some(line.split('\t').count()) == columns), "{name}: {text}");
        }
    }
}
