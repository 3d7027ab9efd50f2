//! `kinfuse.json` through the binary: it fits the schema that `kinfuse schema` prints, stays small, and has a page that explains each key.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::support::command::{call, kinfuse, repository, table_gz};
use crate::support::shared::shared;

/// The largest document of a usual sample.
const MOST_BYTES: u64 = 150_000;

fn schema() -> Value {
    let outcome = kinfuse(["schema"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).expect("a schema is JSON")
}

/// Calls a sample as `x` and gives its document.
fn document(folder: &Path, more: &[&OsStr]) -> Value {
    call(folder, &[&["-s".as_ref(), "x".as_ref(), "--tumour".as_ref(), "NSCLC".as_ref()], more].concat());
    let path = folder.join("x.kinfuse.json");
    let bytes = std::fs::metadata(&path).expect("the JSON is there").len();
    println!("{bytes} bytes: {more:?}");
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
    serde_json::from_str(&std::fs::read_to_string(&path).expect("the JSON can be read")).expect("the JSON is valid")
}

fn made_up(sample: &str) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [fasta, gtf, bam] =
        ["test-data/mini.fa".to_owned(), "test-data/mini.gtf".to_owned(), format!("test-data/{sample}.bam")].map(|path| repository(&path));
    document(folder.path(), &["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()])
}

/// Places of strings below a value, by path.
fn strings(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(path.to_owned()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, path, found)),
        Value::Object(map) => map.iter().for_each(|(key, below)| strings(below, &format!("{path}.{key}"), found)),
        _ => {}
    }
}

#[test]
fn documents_fit_their_schema_and_numbers_are_numbers() {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("kinfuse.json", schema()).expect("a schema");
    let compiled = compiler.compile("kinfuse.json", &mut schemas).expect("it is sound");
    let valid = |document: &Value| schemas.validate(document, compiled).map_err(|error| format!("{error:#}"));
    for sample in ["rna", "dna", "negative"] {
        let document = made_up(sample);
        assert_eq!(valid(&document), Ok(()), "{sample}");
        let mut broken = document.clone();
        broken["fusions"] = 3.into();
        assert!(valid(&broken).is_err(), "the schema says what a list is");
        assert_eq!(document["schema_version"], "2.2.0");
        for key in ["candidates", "naming", "vcf"] {
            assert!(document.get(key).is_none(), "{key} lies outside");
        }
        for row in document["detectability"].as_array().expect("a list") {
            let mut found = Vec::new();
            for key in ["lod95_known", "lod95_novel", "min_support", "median_fragments", "covered_frac"] {
                assert!(row.get(key).is_some(), "{key} in {row}");
                strings(&row[key], key, &mut found);
            }
            assert_eq!(found, Vec::<String>::new(), "{row}");
        }
        let variants = document["variants"].as_array().expect("a list");
        assert!(variants.iter().all(|row| row["phase"].is_object() && row["compound_with"].is_array()), "{sample}");
        assert!(document["fusions"].as_array().expect("a list").iter().all(|row| row["domains"].is_array()), "{sample}");
    }
}

/// The quality by the formula of docs/src/method.md.
fn recomputed(terms: &Value) -> f64 {
    let of = |key: &str| terms[key].as_f64().unwrap_or_else(|| panic!("{key} in {terms}"));
    let (shown, spanned) = (of("showing"), of("spanning"));
    if shown + spanned == 0.0 {
        return 0.0;
    }
    let rarity = match shown {
        0.0 => of("spanning_rarity").powf(spanned - 1.0),
        _ => of("showing_rarity").powf(shown - 1.0) * of("spanning_rarity").powf(spanned),
    };
    let noise = (of("chimeras") * of("chance_like") + of("like")) * rarity / of("prior");
    let odds = noise + of("place_weight") * 10f64.powf(-of("mapq") / 10.0);
    ((-10.0 * (odds / (1.0 + odds)).log10()).clamp(0.0, 99.0) + of("dna_quality")).min(99.0)
}

#[test]
fn each_quality_is_recomputed_from_what_the_table_says_it_is_made_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [fasta, gtf, rna, dna] = ["test-data/mini.fa", "test-data/mini.gtf", "test-data/rna.bam", "test-data/dna.bam"].map(repository);
    let inputs: [&[&Path]; 2] = [&[&rna], &[&dna]];
    let mut fewest = usize::MAX;
    for bams in inputs {
        let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
        arguments.extend(bams.iter().map(|bam| bam.as_os_str()));
        call(folder.path(), &arguments);
        let table = table_gz(&folder.path().join("x.candidates.tsv.gz"));
        let columns: Vec<&str> = table[0].split('\t').collect();
        let mut told = BTreeMap::new();
        for line in &table[1..] {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |name: &str| cells[columns.iter().position(|column| *column == name).expect("the column")];
            let terms: Value = serde_json::from_str(cell("quality_terms")).expect("terms are JSON");
            let (stated, again) = (cell("qual").parse::<f64>().expect("a number"), recomputed(&terms));
            assert!((stated - again).abs() < 0.051, "{}: {stated}, not {again}: {terms}", cell("fusion"));
            told.insert(cell("id").to_owned(), terms);
        }
        fewest = fewest.min(told.len());
        let text = std::fs::read_to_string(folder.path().join("x.kinfuse.json")).expect("the JSON can be read");
        let document: Value = serde_json::from_str(&text).expect("the JSON is valid");
        for structure in document["structure"].as_array().expect("a list") {
            assert_eq!(Some(&structure["quality_terms"]), told.get(structure["id"].as_str().expect("an id")));
        }
    }
    assert!(fewest > 0, "each has candidates");
}

#[test]
fn real_samples_have_small_documents() {
    let Some(shared) = shared("size of documents") else { return };
    for name in ["Lib001.consolidated.bam", "H3122_EML4.bam"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        document(folder.path(), &[shared.join("real").join(name).as_os_str()]);
    }
}

/// The keys of each object of the schema, by the object's name; the whole document is `Document`.
fn keys(schema: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let of = |object: &Value| -> BTreeSet<String> {
        let variants = object["oneOf"].as_array().into_iter().flatten();
        let all = std::iter::once(object).chain(variants);
        all.filter_map(|object| object["properties"].as_object()).flat_map(|properties| properties.keys().cloned()).collect()
    };
    let definitions = schema["$defs"].as_object().expect("definitions").iter();
    let mut all: BTreeMap<String, BTreeSet<String>> = definitions.map(|(name, object)| (name.clone(), of(object))).collect();
    all.insert("Document".to_owned(), of(schema));
    all.retain(|_, keys| !keys.is_empty());
    all
}

#[test]
fn the_page_explains_each_key_of_the_schema_and_no_other() {
    let page = std::fs::read_to_string(repository("docs/src/json.md")).expect("the page is there");
    let mut explained: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut section = String::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            section = name.trim_matches('`').to_owned();
        } else if let Some((key, meaning)) = line.strip_prefix("| `").and_then(|rest| rest.split_once("` |")) {
            assert!(meaning.trim_matches(['|', ' ']).len() > 3, "{section}.{key} is explained");
            explained.entry(section.clone()).or_default().insert(key.to_owned());
        }
    }
    assert_eq!(explained, keys(&schema()), "docs/src/json.md has the keys of `kinfuse schema`");
}
