//! The rules that every change must keep, on the made-up samples.

use crate::support::mirror;
use crate::support::sam;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::support::command::{call, files, repository, table, table_gz};

/// Calls a BAM of the made-up genome; the results are named `x`.
fn call_made_up(folder: &Path, bam: &Path, gtf: &Path, fasta: Option<&Path>, more: &[&str]) {
    let mut arguments: Vec<&OsStr> = ["-s", "x", "-g"].map(OsStr::new).to_vec();
    arguments.push(gtf.as_ref());
    if let Some(fasta) = fasta {
        arguments.extend([OsStr::new("-r"), fasta.as_ref()]);
    }
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(bam.as_ref());
    call(folder, &arguments);
}

fn sample(name: &str) -> (PathBuf, PathBuf, PathBuf) {
    (repository(&format!("test-data/{name}.bam")), repository("test-data/mini.gtf"), repository("test-data/mini.fa"))
}

/// What a row says, without identifiers.
fn essence(folder: &Path, columns: &[&str]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> =
        table(&folder.join("x.fusions.tsv")).iter().map(|row| columns.iter().map(|column| row.get(column).to_owned()).collect()).collect();
    rows.sort();
    rows
}

const COUNTS: [&str; 14] = [
    "fusion",
    "exon_junction",
    "variant",
    "frame",
    "kinase_domain",
    "split_fragments",
    "pair_fragments",
    "clip_fragments",
    "fragments",
    "depth5",
    "depth3",
    "qual",
    "filter",
    "homology_bp",
];

#[test]
fn threads_and_tiles_change_no_byte() {
    for name in ["rna", "dna", "negative"] {
        let (bam, gtf, fasta) = sample(name);
        let first = tempfile::tempdir().expect("a temporary folder");
        call_made_up(first.path(), &bam, &gtf, Some(&fasta), &["-t", "1"]);
        for more in [["-t", "2", "--tile-width", "40000"], ["-t", "3", "--tile-width", "777"], ["-t", "1", "--tile-width", "100"]] {
            let other = tempfile::tempdir().expect("a temporary folder");
            call_made_up(other.path(), &bam, &gtf, Some(&fasta), &more);
            assert_eq!(files(first.path()), files(other.path()));
            for file in files(first.path()) {
                let bytes = |folder: &Path| std::fs::read(folder.join(&file)).expect("the file can be read");
                assert!(bytes(first.path()) == bytes(other.path()), "{name}: {file} differs with {more:?}");
            }
        }
    }
}

#[test]
fn records_doubled_as_duplicates_change_no_call() {
    for name in ["rna", "dna"] {
        let (bam, gtf, fasta) = sample(name);
        let text = sam::text(&bam);
        let mut doubled = String::new();
        for line in text.lines() {
            doubled.push_str(line);
            doubled.push('\n');
            if !line.starts_with('@') {
                let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
                fields[0].push_str("copy");
                fields[1] = (sam::flag(&fields) | 0x400).to_string();
                doubled.push_str(&(fields.join("\t") + "\n"));
            }
        }
        let (plain, twice) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let copy = twice.path().join("copy.bam");
        sam::write(&doubled, &copy, None, true);
        call_made_up(plain.path(), &bam, &gtf, Some(&fasta), &[]);
        call_made_up(twice.path(), &copy, &gtf, Some(&fasta), &[]);
        assert_eq!(essence(plain.path(), &COUNTS), essence(twice.path(), &COUNTS), "{name}");
    }
}

#[test]
fn read_names_change_no_byte() {
    for name in ["rna", "dna", "negative"] {
        let (bam, gtf, fasta) = sample(name);
        let text = sam::text(&bam);
        let (plain, renamed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        for salt in 1..4 {
            let other = sam::records(&text, |mut fields| {
                fields[0] = format!("r{:016x}", sam::name_hash(&fields[0], salt));
                Some(fields)
            });
            let copy = renamed.path().join(format!("{name}.bam"));
            sam::write(&other, &copy, None, true);
            call_made_up(plain.path(), &bam, &gtf, Some(&fasta), &[]);
            call_made_up(renamed.path(), &copy, &gtf, Some(&fasta), &[]);
            // One column of the candidates is the names.
            let candidates = |folder: &Path| -> Vec<Vec<String>> {
                let rows = table_gz(&folder.join("x.candidates.tsv.gz"));
                let names = rows[0].split('\t').position(|column| column == "read_names").expect("the column is there");
                let without =
                    |row: &String| row.split('\t').enumerate().filter(|(at, _)| *at != names).map(|(_, cell)| cell.to_owned()).collect();
                rows.iter().map(without).collect()
            };
            assert_eq!(candidates(plain.path()), candidates(renamed.path()), "{name}: candidates differ with salt {salt}");
            for file in ["x.fusions.tsv", "x.variants.tsv", "x.vcf.gz"] {
                let bytes = |folder: &Path| std::fs::read(folder.join(file)).expect("the file can be read");
                assert!(bytes(plain.path()) == bytes(renamed.path()), "{name}: {file} differs with salt {salt}");
            }
        }
    }
}

#[test]
fn a_mirrored_sample_gives_mirrored_calls() {
    for name in ["rna", "dna"] {
        for with_fasta in [true, false] {
            let (bam, gtf, fasta) = sample(name);
            let text = sam::text(&bam);
            let (plain, mirrored) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
            let lengths = mirror::lengths(&text);
            let [copy, mirrored_gtf, mirrored_fasta] = ["copy.bam", "mirror.gtf", "mirror.fa"].map(|file| mirrored.path().join(file));
            sam::write(&mirror::sam(&text), &copy, None, true);
            std::fs::write(&mirrored_gtf, mirror::gtf(&std::fs::read_to_string(&gtf).expect("the GTF"), &lengths)).expect("written");
            let (bases, index) = mirror::fasta(&std::fs::read_to_string(&fasta).expect("the FASTA"));
            std::fs::write(&mirrored_fasta, bases).expect("written");
            std::fs::write(mirrored.path().join("mirror.fa.fai"), index).expect("written");
            call_made_up(plain.path(), &bam, &gtf, with_fasta.then_some(fasta.as_path()), &[]);
            call_made_up(mirrored.path(), &copy, &mirrored_gtf, with_fasta.then_some(mirrored_fasta.as_path()), &[]);
            assert_eq!(essence(plain.path(), &COUNTS), essence(mirrored.path(), &COUNTS), "{name}, FASTA {with_fasta}");
            assert!(!essence(plain.path(), &COUNTS).is_empty());
            let rows = |folder: &Path| table(&folder.join("x.fusions.tsv"));
            for (here, there) in rows(plain.path()).iter().zip(rows(mirrored.path())) {
                for column in ["breakpoint5", "breakpoint3"] {
                    assert_eq!(there.position(column), lengths[here.contig(column)] - here.position(column) + 1, "{name}: {column}");
                }
            }
        }
    }
}

#[test]
fn the_breakend_checker_accepts_what_is_written() {
    for name in ["rna", "dna", "negative"] {
        let (bam, gtf, fasta) = sample(name);
        let folder = tempfile::tempdir().expect("a temporary folder");
        call_made_up(folder.path(), &bam, &gtf, Some(&fasta), &[]);
        let reader = rust_htslib::faidx::Reader::from_path(&fasta).expect("the FASTA opens");
        let base = |contig: &str, position: u32| {
            reader.fetch_seq(contig, position as usize, position as usize).ok().and_then(|bases| bases.first().map(u8::to_ascii_uppercase))
        };
        let problems = kinfuse::report::vcf_check::check(folder.path().join("x.vcf.gz"), Some(&base)).expect("the VCF can be read");
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
}

#[test]
fn imports_point_down() {
    let forbidden: [(&str, &[&str]); 8] = [
        ("genome.rs", &["alignment", "model", "report", "fusion", "junction", "evidence", "knowledge", "error"]),
        ("sequence.rs", &["genome", "alignment", "model", "report", "fusion", "error"]),
        ("stats.rs", &["genome", "sequence", "alignment", "model", "report", "fusion", "error"]),
        ("report", &["alignment", "cli", "pipeline", "junction", "evidence"]),
        ("alignment", &["cli", "pipeline", "report", "junction", "publish", "fusion", "evidence", "variant", "coverage", "knowledge"]),
        ("evidence", &["cli", "pipeline", "report", "junction", "publish", "fusion", "variant", "knowledge"]),
        ("junction", &["cli", "pipeline", "report", "publish"]),
        ("evaluate", &["alignment", "cli", "pipeline", "junction", "evidence"]),
    ];
    let mut looked_at = 0;
    for (place, modules) in forbidden {
        for file in sources(&repository("src").join(place)) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            looked_at += 1;
            for line in
                text.lines().filter(|line| line.trim_start().starts_with("use crate::") || line.trim_start().starts_with("pub use crate::"))
            {
                for module in modules {
                    assert!(!line.contains(&format!("crate::{module}")), "{}: {line}", file.display());
                }
            }
        }
    }
    assert!(looked_at > 15, "{looked_at} files");
}

#[test]
fn only_their_own_modules_know_clap_indicatif_and_htslib() {
    for (library, may) in [
        ("clap::", ["cli"].as_slice()),
        ("indicatif::", &["progress.rs"]),
        (
            "rust_htslib::",
            &["alignment", "reference.rs", "report/vcf.rs", "report/evidence.rs", "simulate", "variant/pileup.rs", "coverage/rna.rs"],
        ),
    ] {
        for file in sources(&repository("src")) {
            let inside = file.strip_prefix(repository("src")).expect("a file below src").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).expect("a source file");
            let uses = text.lines().any(|line| line.trim_start().starts_with(&format!("use {library}")));
            assert!(!uses || may.iter().any(|place| inside.starts_with(place)), "{inside} uses {library}");
        }
    }
}

fn sources(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let mut list: Vec<PathBuf> = Vec::new();
    let beside = place.with_extension("rs");
    if beside.is_file() {
        list.push(beside);
    }
    for entry in std::fs::read_dir(place).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list.extend(sources(&path).into_iter().filter(|file| file.starts_with(&path)));
        } else if path.extension() == Some("rs".as_ref()) {
            list.push(path);
        }
    }
    list
}
