//! Every command of the README and of the pages under `docs/` is run, and every link of theirs leads somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{symlink, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::write::GzEncoder;
use flate2::Compression;

use crate::support::command::{call, repository};

/// The README and the pages of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![repository("README.md")];
    let book = fs::read_dir(repository("docs/src")).expect("the book is there");
    pages.extend(book.map(|entry| entry.expect("an entry").path()).filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    pages.sort();
    pages
}

/// The blocks of a page that are fenced as this language, in order.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(fence)) => open = Some((fence.trim() == language, String::new())),
            (Some(_), Some(_)) => {
                if let Some((true, block)) = open.take() {
                    blocks.push(block);
                }
                open = None;
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// A folder as the pages have it in mind: a tumour, its lanes, its RNA, normal samples, a genome, and results.
fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let data = |name: &str| repository(&format!("test-data/{name}"));
    for (name, source) in [
        ("tumour", "dna"),
        ("tumour_dna", "dna"),
        ("tumour_rna", "rna"),
        ("lane1", "dna"),
        ("blood", "negative"),
        ("negative1", "negative"),
        ("negative2", "negative"),
    ] {
        for ending in ["bam", "bam.bai"] {
            fs::copy(data(&format!("{source}.{ending}")), dir.path().join(format!("{name}.{ending}"))).expect("a copy");
        }
    }
    // The second lane holds no read of the first.
    let header = rust_htslib::bam::Header::from_template(rust_htslib::bam::Read::header(
        &rust_htslib::bam::Reader::from_path(data("dna.bam")).expect("the BAM opens"),
    ));
    drop(rust_htslib::bam::Writer::from_path(dir.path().join("lane2.bam"), &header, rust_htslib::bam::Format::Bam).expect("a BAM"));
    rust_htslib::bam::index::build(dir.path().join("lane2.bam"), None, rust_htslib::bam::index::Type::Bai, 1).expect("an index");
    for (name, source) in [("genome.fa", "mini.fa"), ("genome.fa.fai", "mini.fa.fai")] {
        fs::copy(data(source), dir.path().join(name)).expect("a copy");
    }
    let mut packed = GzEncoder::new(fs::File::create(dir.path().join("genes.gtf.gz")).expect("a file"), Compression::fast());
    packed.write_all(&fs::read(data("mini.gtf")).expect("the GTF")).expect("it is packed");
    packed.finish().expect("it is packed");
    let genome = dir.path().join("genome.fa");
    let genes = dir.path().join("genes.gtf.gz");
    let bam = dir.path().join("tumour.bam");
    call(
        &dir.path().join("results"),
        &["-s".as_ref(), "tumour".as_ref(), "-r".as_ref(), genome.as_ref(), "-g".as_ref(), genes.as_ref(), bam.as_ref()],
    );
    fs::write(dir.path().join("runs.tsv"), "sample\trun\trole\texpected\ntumour\trun1\tsample\t.\n").expect("a sheet");
    let programs = dir.path().join("programs");
    fs::create_dir(&programs).expect("a folder");
    symlink(assert_cmd::cargo::cargo_bin("kinfuse"), programs.join("kinfuse-itself")).expect("a link");
    // The genome of the tests is made up: its genes must be given where the pages rely on those that are built in.
    let shim = "#!/bin/bash\ncase \"$1 $2\" in call*|'normals build'*) [[ \"$*\" == *' -g '* ]] || set -- \"$@\" -g genes.gtf.gz;; esac\nexec kinfuse-itself \"$@\"\n";
    fs::write(programs.join("kinfuse"), shim).expect("a script");
    fs::set_permissions(programs.join("kinfuse"), fs::Permissions::from_mode(0o755)).expect("a script that runs");
    dir
}

/// A block may name programs of others; these need not be on every machine.
fn missing(block: &str) -> Option<&'static str> {
    let there =
        |program: &str| Command::new("sh").args(["-c", &format!("command -v {program}")]).output().is_ok_and(|run| run.status.success());
    ["samtools", "bcftools"].into_iter().find(|program| block.contains(program) && !there(program))
}

#[test]
fn every_command_runs() {
    let (mut run, mut skipped) = (0, Vec::new());
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        let blocks = blocks(&text, "sh");
        if blocks.is_empty() {
            continue;
        }
        let dir = workplace();
        let path = format!("{}:{}", dir.path().join("programs").display(), std::env::var("PATH").unwrap_or_default());
        for block in blocks {
            if let Some(program) = missing(&block) {
                skipped.push(format!("{}: no {program}", page.display()));
                continue;
            }
            // The targets of the Makefile build or test the program: here it is enough that they exist.
            let script = format!("make() {{ command make -n -C '{}' \"$@\"; }}\nset -euo pipefail\n{block}", repository("").display());
            let output = Command::new("bash")
                .args(["-c", &script])
                .current_dir(dir.path())
                .env("PATH", &path)
                .env_remove("KINFUSE_SHARED")
                .output()
                .expect("bash runs");
            assert!(output.status.success(), "{}\n{block}\n{}", page.display(), String::from_utf8_lossy(&output.stderr));
            run += block.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).count();
        }
    }
    println!("{run} commands of the README and of docs/ were run");
    for reason in &skipped {
        println!("skipped: {reason}");
    }
    assert!(run > 20, "{run} commands");
    assert!(std::env::var("CI").map_or(true, |ci| ci != "true") || skipped.is_empty(), "{skipped:?}");
}

#[test]
fn every_link_leads_somewhere_and_the_summary_names_every_page() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for part in text.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if file.starts_with("http") {
                continue;
            }
            let path = if file.is_empty() { page.clone() } else { page.parent().expect("a folder").join(file) };
            assert!(path.exists(), "{}: {target}", page.display());
            if !anchor.is_empty() {
                let headings: BTreeSet<String> =
                    fs::read_to_string(&path).expect("a page").lines().filter_map(|line| line.strip_prefix('#')).map(slug).collect();
                assert!(headings.contains(anchor), "{}: no heading for {target} among {headings:?}", page.display());
            }
            links += 1;
        }
    }
    assert!(links > 15, "{links} links");
    let summary = fs::read_to_string(repository("docs/src/SUMMARY.md")).expect("the summary");
    for page in pages().iter().filter(|page| page.parent().is_some_and(|folder| folder.ends_with("docs/src"))) {
        let name = page.file_name().expect("a name").to_string_lossy();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name} is not in the summary");
    }
}

/// The anchor of a heading: lower case, words joined by hyphens.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The files that a path leads to may have moved; the pages name some of them.
#[test]
fn every_file_of_the_project_that_a_page_names_is_there() {
    let mut named = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for name in text
            .split('`')
            .filter(|name| ["src/", "tests/", "benches/", "docs/", "test-data/", "workflow/"].iter().any(|root| name.starts_with(root)))
        {
            if name.contains(['<', '*', ' ', '\n']) {
                continue;
            }
            assert!(Path::new(&repository(name)).exists(), "{}: {name}", page.display());
            named += 1;
        }
    }
    assert!(named > 3, "{named} files");
}
