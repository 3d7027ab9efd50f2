//! `<sample>.html`: what is on the page, in which languages, and that nothing of a file leaves its place.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rust_htslib::bam::{self, index, Read as _};

use crate::support::command::{call, files, kinfuse, repository, table};

/// The largest page of a usual sample in bytes.
const MOST_BYTES: usize = 600_000;

/// Calls a BAM on the made-up genome.
fn call_bam(folder: &Path, bam: &Path, more: &[&str]) {
    let [fasta, gtf] = ["test-data/mini.fa", "test-data/mini.gtf"].map(repository);
    let mut arguments: Vec<&OsStr> = vec!["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(bam.as_ref());
    call(folder, &arguments);
}

/// The page of a made-up sample.
fn page(sample: &str, more: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    call_bam(folder.path(), &repository(&format!("test-data/{sample}.bam")), more);
    let html = std::fs::read_to_string(folder.path().join(format!("{sample}.html"))).expect("the page was written");
    (folder, html)
}

/// The values of an attribute.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap_or("")).collect()
}

#[test]
fn each_fusion_has_its_drawings_and_its_reads() {
    for sample in ["rna", "dna"] {
        let (folder, html) = page(sample, &["--tumour", "NSCLC"]);
        let rows = table(&folder.path().join(format!("{sample}.fusions.tsv")));
        assert!(!rows.is_empty());
        for row in &rows {
            let id = row.get("id");
            assert_eq!(values(&html, "id").iter().filter(|value| **value == id).count(), 1, "{id} has one place");
            for drawing in ["genes", "reads", "product"] {
                assert!(html.contains(&format!("aria-labelledby=\"{id}-{drawing}-t {id}-{drawing}-d\"")), "{sample} {id} {drawing}");
            }
            assert!(html.contains(&format!("download=\"{sample}.{id}.genes.svg\"")), "{sample} {id}");
        }
        assert!(html.contains("<div class=\"reads\"") && html.contains("<ol class=\"names\">"), "{sample}: reads base by base");
    }
}

#[test]
fn the_first_screen_says_what_was_found_and_what_it_means() {
    let (_folder, html) = page("dna", &["--tumour", "NSCLC"]);
    let first = html.split("id=\"fusions\"").next().expect("a text has a first part");
    for expected in [
        "Research use only",
        "CD74::ROS1",
        "C6;R34",
        "Evidence level A (JP approved) in NSCLC.",
        "ROS1 p.G2032R",
        "Void",
        "seen only if frequent",
    ] {
        assert!(first.contains(expected), "{expected}");
    }
    let void = first.split("<dt>Void<small>").nth(1).and_then(|rest| rest.split("</dd>").next()).expect("the group is there");
    assert!(void.contains("crizotinib") && void.contains("p.G2032R resistant"), "{void}");
    let (_folder, negative) = page("negative", &[]);
    assert!(negative.contains("No fusion passes.") && negative.contains("class=\"negatives\""));
}

#[test]
fn a_page_is_one_file_of_its_own_and_not_too_large() {
    for sample in ["rna", "dna", "negative"] {
        let (_folder, html) = page(sample, &[]);
        assert!(html.len() < MOST_BYTES, "{sample}: {} bytes", html.len());
        assert!(!html.contains("<script") && !html.contains("@import") && !html.contains("url("), "{sample}");
        for attribute in ["href", "src", "action"] {
            for value in values(&html, attribute) {
                assert!(value.starts_with('#') || value.starts_with("data:"), "{sample}: {attribute}={value:.60}");
            }
        }
        // Every place that is linked is there, and each once.
        let mut ids = values(&html, "id");
        for target in values(&html, "href").iter().filter_map(|value| value.strip_prefix('#')) {
            assert!(ids.contains(&target), "{sample}: #{target}");
        }
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{sample}: an id stands twice");
    }
}

#[test]
fn the_page_can_be_had_in_japanese() {
    let (_folder, html) = page("dna", &["--lang", "ja", "--tumour", "NSCLC"]);
    assert!(html.contains("<html lang=\"ja\">") && html.contains("研究用です") && html.contains("所見"));
    let headings: Vec<&str> = html.split("<h2").skip(1).filter_map(|rest| rest.split('>').nth(1)?.split('<').next()).collect();
    assert!(headings.len() >= 5 && headings.iter().all(|text| text.chars().any(|c| c > '\u{2e7f}')), "{headings:?}");
}

#[test]
fn drawings_are_written_as_files_where_asked_for() {
    let (folder, _html) = page("dna", &["--figures", "svg"]);
    let written = files(folder.path());
    for name in ["dna.F1.genes.svg", "dna.F1.reads.svg", "dna.F1.product.svg", "dna.ROS1.mutations.svg", "dna.detectability.svg"] {
        assert!(written.contains(&name.to_owned()), "{name} is missing from {written:?}");
        let svg = std::fs::read_to_string(folder.path().join(name)).expect("the drawing can be read");
        assert!(svg.starts_with("<svg xmlns=") && svg.contains("<title") && !svg.contains("var("), "{name}");
    }
    assert!(written.contains(&"dna.F1.junction.svg".to_owned()), "the reads are a drawing as well: {written:?}");
    std::fs::write(folder.path().join("dna.note.svg"), "mine").expect("the folder takes it");
    call_bam(folder.path(), &repository("test-data/dna.bam"), &[]);
    let left: Vec<String> = files(folder.path()).into_iter().filter(|name| name.contains(".svg")).collect();
    assert_eq!(left, ["dna.note.svg"], "drawings of an earlier run go, other files stay");
}

#[test]
fn drawings_can_be_png_and_pdf_which_have_english_text_in_any_language() {
    let written = |lang: &str| {
        let (folder, _html) = page("dna", &["--figures", "png,pdf", "--lang", lang]);
        let names: Vec<String> =
            files(folder.path()).into_iter().filter(|name| matches!(name.rsplit('.').next(), Some("png" | "pdf"))).collect();
        let bytes = |name: &String| (name.clone(), std::fs::read(folder.path().join(name)).expect("the drawing can be read"));
        names.iter().map(bytes).collect::<Vec<_>>()
    };
    let english = written("en");
    for name in ["dna.F1.genes", "dna.F1.reads", "dna.F1.junction", "dna.F1.product", "dna.ROS1.mutations", "dna.detectability"] {
        for (end, start) in [("png", b"\x89PNG".as_slice()), ("pdf", b"%PDF")] {
            let found = english.iter().find(|(own, _)| *own == format!("{name}.{end}"));
            assert!(found.is_some_and(|(_, bytes)| bytes.starts_with(start) && bytes.len() > 2_000), "{name}.{end}");
        }
    }
    assert!(written("ja") == english, "the same in Japanese, whose letters are not brought along");
}

#[test]
fn a_renewed_page_says_which_one_it_replaces() {
    let (called, html) = page("dna", &[]);
    let id = html.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("the id is on the page").to_owned();
    let out = tempfile::tempdir().expect("a temporary folder");
    let renew = |more: &[&str]| {
        let json = called.path().join("dna.kinfuse.json");
        let mut arguments: Vec<&OsStr> = vec!["report".as_ref(), "-o".as_ref(), out.path().as_ref()];
        arguments.extend(more.iter().map(OsStr::new));
        arguments.push(json.as_ref());
        assert_eq!(kinfuse(arguments).code, Some(0));
        std::fs::read_to_string(out.path().join("dna.html")).expect("the page was written")
    };
    assert_eq!(renew(&[]), html);
    let renewed = renew(&["--tumour", "NSCLC"]);
    assert!(renewed.contains(&format!("replaces {id}")) && !renewed.contains(&format!("<code>{id}</code>")), "{id}");
}

/// A copy of a BAM, with its index, whose reads have such names.
fn renamed(folder: &Path, bam: &Path, name: impl Fn(&str) -> String) -> PathBuf {
    let path = folder.join("hostile.bam");
    let mut reader = bam::Reader::from_path(bam).expect("the test data can be read");
    let header = bam::Header::from_template(reader.header());
    let mut writer = bam::Writer::from_path(&path, &header, bam::Format::Bam).expect("the folder can be written");
    for record in reader.records() {
        let mut record = record.expect("a record of the test data");
        let new = name(&String::from_utf8_lossy(record.qname()));
        record.set_qname(new.as_bytes());
        writer.write(&record).expect("the record is written");
    }
    drop(writer);
    index::build(&path, None, index::Type::Bai, 1).expect("it can be indexed");
    path
}

#[test]
fn hostile_names_show_as_text() {
    let (folder, out) = (tempfile::tempdir().expect("a temporary folder"), tempfile::tempdir().expect("a temporary folder"));
    let hostile = "</code><script>alert('x')</script>\u{1b}[2J\u{202e}&quot;";
    let bam = renamed(folder.path(), &repository("test-data/dna.bam"), |name| format!("{name}{hostile}"));
    let sample = format!("<img src=x onerror=alert(1)>\u{1b}]0;\u{202e}{}", "x".repeat(10_000));
    call_bam(out.path(), &bam, &["-s", &sample]);
    let name = files(out.path()).into_iter().find(|name| name.contains(".html")).expect("the page was written");
    let html = std::fs::read_to_string(out.path().join(name)).expect("the page can be read");
    assert!(!html.contains("<script") && !html.contains("<img"), "markup of a name is markup of the page");
    assert!(!html.contains(['\u{1b}', '\u{202e}']), "what cannot be seen is written out");
    assert!(!html.contains(&"x".repeat(300)), "a long name is cut");
    assert!(html.contains("alert(") && html.contains("\\u{202e}"), "the names are shown as text");
}
