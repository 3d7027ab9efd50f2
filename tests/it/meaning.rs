//! What the findings are called and mean: names, tables, levels of evidence, and the background of normal samples.

use crate::support::command;
use std::ffi::OsStr;
use std::path::Path;

use crate::support::command::{call, kinfuse, passed, repository};
use serde_json::Value;

/// Calls a made-up sample with its genome.
fn call_made_up(folder: &Path, sample: &str, more: &[&OsStr]) -> command::Outcome {
    let [fasta, gtf, bam] =
        ["test-data/mini.fa".to_owned(), "test-data/mini.gtf".to_owned(), format!("test-data/{sample}.bam")].map(|path| repository(&path));
    let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
    arguments.extend(more);
    arguments.push(bam.as_ref());
    call(folder, &arguments)
}

fn document(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("x.kinfuse.json")).expect("the JSON can be read");
    serde_json::from_str(&text).expect("the JSON is valid")
}

#[test]
fn a_call_comes_with_transcript_protein_drugs_and_notes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = call_made_up(folder.path(), "rna", &["--tumour".as_ref(), "lung adenocarcinoma".as_ref(), "--fusion-fasta".as_ref()]);
    let row = passed(folder.path(), "x").remove(0);
    let hgvs = row.get("hgvs");
    assert!(hgvs.contains(":r.?_1489::") && hgvs.contains(":r.3173_?"), "{hgvs}");
    assert!(row.get("domains").contains("ALK kinase kept"), "{}", row.get("domains"));
    let fasta = std::fs::read_to_string(folder.path().join("x.fusions.fa")).expect("the FASTA was asked for");
    let record = |kind: &str| fasta.split('>').find(|record| record.contains(kind)).expect("all bases are known");
    let sequence = |kind: &str| record(kind).lines().skip(1).collect::<String>();
    // The peptide is what the transcript says from the codon that the 1489 coding bases of EML4 leave open.
    let transcript = sequence("|transcript ");
    let five_bp: usize =
        record("|transcript ").split("five_bp=").nth(1).and_then(|text| text.split(' ').next()?.parse().ok()).expect("a number");
    let (left, right) = row.get("peptide").split_once('|').expect("a junction in the peptide");
    let codon = &transcript[five_bp - 1..five_bp + 2];
    let residue = kinfuse::sequence::translate_codon(codon.as_bytes()).map(char::from).expect("a codon");
    assert_eq!(right.chars().next(), Some(residue.to_ascii_lowercase()), "{left}|{right} {codon}");
    assert!(record("|protein ").contains("junction=497"), "{fasta}");

    let document = document(folder.path());
    let meaning = &document["interpretation"]["fusions"][0];
    assert_eq!(meaning["evidence_level"], "A (JP approved)");
    assert_eq!(meaning["known_from"]["origin"], "built-in");
    assert!(meaning["drugs"].as_array().expect("a list").iter().any(|drug| drug["drug"] == "alectinib"));
    assert!(meaning["notes"]
        .as_array()
        .expect("a list")
        .iter()
        .all(|note| note["source"].as_str().is_some_and(|source| !source.is_empty())));
    assert!(document["interpretation"]["use_restriction"].as_str().expect("a text").contains("research use only"));
    assert!(outcome.stderr.contains("evidence level A (JP approved) in lung adenocarcinoma"), "{}", outcome.stderr);
}

#[test]
fn a_misspelt_tumour_type_is_warned_of_and_an_older_fasta_does_not_stay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    call_made_up(folder.path(), "rna", &["--fusion-fasta".as_ref()]);
    assert!(folder.path().join("x.fusions.fa").exists());
    let outcome = call_made_up(folder.path(), "rna", &["--tumour".as_ref(), "NSLC".as_ref()]);
    // A long warning has a second line.
    let said = outcome.stderr.replace("\n  ", " ");
    let warnings: Vec<&str> = said.lines().filter(|line| line.contains("NSLC is not in the tables")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("NSCLC"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("in NSLC, a type that is not in the tables"), "{}", outcome.stderr);
    assert!(!folder.path().join("x.fusions.fa").exists(), "it was not asked for again");
}

#[test]
fn drugs_that_a_called_mutation_voids_are_not_headlined() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let outcome = call_made_up(folder.path(), "dna", &["--tumour".as_ref(), "NSCLC".as_ref()]);
    assert!(outcome.stderr.contains("CD74::ROS1: evidence level A"), "{}", outcome.stderr);
    let line = |word: &str| outcome.stderr.lines().find(|line| line.trim_start().starts_with(word)).unwrap_or("").to_owned();
    let (left, void) = (line("reported active:"), line("void:"));
    assert!(void.contains("crizotinib") && !left.contains("crizotinib") && left.contains("repotrectinib"), "{left} {void}");
}

#[test]
fn a_users_row_and_tier_win_and_the_document_says_so() {
    let (folder, tables) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let write = |name: &str, text: &str| std::fs::write(tables.path().join(name), text).expect("the folder takes it");
    write("fusions.tsv", "# version: 3\ngene5\tgene3\texon5\texon3\tvariant_name\tsource\nEML4\tALK\t13\t20\tV1\tmy lab\n");
    write("tiers.tsv", "gene5\tgene3\ttumour\ttier\tsource\n*\tALK\tNSCLC\tI-A\tour board\n");
    let outcome =
        call_made_up(folder.path(), "rna", &["--tumour".as_ref(), "NSCLC".as_ref(), "--knowledge".as_ref(), tables.path().as_ref()]);
    let tables_said = document(folder.path())["interpretation"]["tables"].clone();
    let said: Vec<&str> = tables_said.as_array().into_iter().flatten().filter_map(|table| table["table"].as_str()).collect();
    for table in [
        "fusions.tsv",
        "resistance.tsv",
        "hotspots.tsv",
        "bypass.tsv",
        "domains.tsv",
        "drugs.tsv",
        "notes.tsv",
        "tiers.tsv",
        "gene_models.tsv",
    ] {
        assert!(said.contains(&table), "{table} spoke: {said:?}");
    }
    let meaning = document(folder.path())["interpretation"]["fusions"][0].clone();
    assert_eq!((&meaning["known_from"]["origin"], &meaning["known_from"]["version"]), (&Value::from("user"), &Value::from("3")));
    assert_eq!(meaning["known_from"]["source"], "my lab");
    assert_eq!(meaning["tier"]["tier"], "I-A");
    assert!(outcome.stderr.contains("tier I-A (our board)"), "{}", outcome.stderr);
}

#[test]
fn wrong_tables_end_with_1_and_one_line_a_row() {
    let tables = tempfile::tempdir().expect("a folder");
    let path = tables.path().join("fusions.tsv");
    std::fs::write(&path, "gene5\tgene3\texon5\texon3\tsource\nEML4\tALK\t99\t20\tlab\n").expect("the folder takes it");
    let outcome = kinfuse(["knowledge".as_ref(), "check".as_ref(), tables.path().as_os_str()]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.contains("EML4 (NM_019063) has no exon 99, it has 23"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains(&format!("{}, line 2\tEML4::ALK", path.display())), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("1 row is wrong") && outcome.stderr.lines().count() == 1, "{}", outcome.stderr);
    // A table that cannot be read at all ends with one line that names file and line, in `check` and in `call`.
    std::fs::write(&path, "gene5\tgene3\nEML4\tALK\n\nEML4\t\n").expect("the folder takes it");
    let bam = repository("test-data/rna.bam");
    for arguments in [
        vec!["knowledge".as_ref(), "check".as_ref(), tables.path().as_os_str()],
        vec!["call".as_ref(), "--knowledge".as_ref(), tables.path().as_os_str(), "-o".as_ref(), tables.path().as_os_str(), bam.as_os_str()],
    ] {
        let outcome = kinfuse(arguments);
        assert_eq!(outcome.code, Some(1));
        assert!(
            outcome.stderr.contains("fusions.tsv, line 4: column gene3 is blank") && outcome.stderr.lines().count() == 1,
            "{}",
            outcome.stderr
        );
    }
    let tiers = tables.path().join("tiers.tsv");
    std::fs::write(&path, "gene5\tgene3\n").expect("the folder takes it");
    std::fs::write(&tiers, "gene5\tgene3\ttumour\ttier\n*\tALK\tNSCLC\tI-A\n*\tALX\tNSCLC\tI-A\n").expect("the folder takes it");
    let outcome = kinfuse(["knowledge".as_ref(), "check".as_ref(), tables.path().as_os_str()]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stdout.contains("tiers.tsv, line 3\t*::ALX NSCLC\tALX is none of the kinases"), "{}", outcome.stdout);
    std::fs::remove_file(&tiers).expect("it was just written");
    // What is embedded passes, and is understood when it is given back.
    let export = || kinfuse(["knowledge".as_ref(), "export".as_ref(), tables.path().as_os_str()]);
    let refused = export();
    assert_eq!(refused.code, Some(1), "a table of the user is not overwritten");
    assert!(refused.stderr.contains("is not the embedded table"), "{}", refused.stderr);
    assert_eq!(std::fs::read_dir(tables.path()).expect("the folder is there").count(), 1, "nothing is written");
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(export().code, Some(0));
    let exported = export();
    assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    let outcome = kinfuse(["knowledge".as_ref(), "check".as_ref(), tables.path().as_os_str()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stdout);
}

#[test]
fn former_names_of_targets_are_understood() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    call_made_up(folder.path(), "negative", &["--targets".as_ref(), "cd246,TrkA".as_ref()]);
    assert_eq!(document(folder.path())["targets"], serde_json::json!(["ALK", "NTRK1"]));
    let refused = kinfuse(["call", "--targets", "ALK;ROS1", "x.bam"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("it is no symbol of a gene"), "{}", refused.stderr);
    let (gtf, bam) = (repository("test-data/mini.gtf"), repository("test-data/rna.bam"));
    let given: [&OsStr; 6] = ["call".as_ref(), "--targets".as_ref(), "ALKK".as_ref(), "--gtf".as_ref(), gtf.as_ref(), bam.as_ref()];
    let unknown = kinfuse(given);
    assert_eq!((unknown.code, unknown.stderr.lines().count()), (Some(1), 1), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("no gene is called \"ALKK\""), "{}", unknown.stderr);
}

#[test]
fn normals_are_built_from_bams_and_documents_merged_and_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).into_os_string();
    let run = |arguments: &[&OsStr]| {
        let outcome = kinfuse([&["normals".as_ref()], arguments].concat());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome
    };
    let [bam, fasta, gtf] =
        ["test-data/negative.bam", "test-data/mini.fa", "test-data/mini.gtf"].map(|path| repository(path).into_os_string());
    run(&["build".as_ref(), "-r".as_ref(), &fasta, "-g".as_ref(), &gtf, "-o".as_ref(), &at("bam.json.gz"), &bam]);
    call_made_up(folder.path(), "negative", &[]);
    let json = at("x.kinfuse.json");
    run(&["build".as_ref(), "-o".as_ref(), &at("json.json.gz"), &json]);
    let bytes = |name: &str| std::fs::read(at(name)).expect("it was just written");
    assert!(bytes("bam.json.gz") == bytes("json.json.gz"), "a BAM gives what its document gives");
    let twice = ["normals".as_ref(), "merge".as_ref(), "-o".as_ref(), &*at("two.json.gz"), &*at("bam.json.gz"), &*at("json.json.gz")]
        .map(OsStr::to_owned);
    let refused = kinfuse(twice);
    assert!(refused.code == Some(1) && refused.stderr.contains("in a background before"), "one sample counts once: {}", refused.stderr);
    let other = repository("test-data/rna.bam").into_os_string();
    run(&["build".as_ref(), "-r".as_ref(), &fasta, "-g".as_ref(), &gtf, "-o".as_ref(), &at("other.json.gz"), &other]);
    run(&["merge".as_ref(), "-o".as_ref(), &at("two.json.gz"), &at("bam.json.gz"), &at("other.json.gz")]);
    let shown = run(&["show".as_ref(), &at("two.json.gz")]).stdout;
    assert!(shown.lines().skip(1).any(|line| line.split('\t').nth(6) == Some("2")), "{shown}");
    let built_in = run(&["show".as_ref()]).stdout;
    assert!(built_in.starts_with("# Places at which clipped ends recur") && built_in.contains("ALK\tchr2\t29228913"), "{built_in}");
    // A sample that is no normal is named; its own fusion is not lost against the background.
    let (sample, normals) = (tempfile::tempdir().expect("a folder"), at("two.json.gz"));
    call_made_up(sample.path(), "rna", &["--normals".as_ref(), &normals]);
    assert_eq!(passed(sample.path(), "x").len(), 1);
    let told = run(&["build".as_ref(), "-o".as_ref(), &at("not.json.gz"), &sample.path().join("x.kinfuse.json").into_os_string()]).stderr;
    assert!(told.contains("EML4::ALK passes and is left out"), "{told}");
}
