//! The dirt of `kinfuse simulate`: each kind is what it says, as often as it says, and nothing else changes.

use std::io::Read as _;
use std::path::Path;

use md5::{Digest, Md5};

use crate::support::command::{kinfuse, repository};

/// One read of a FASTQ.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Read {
    name: String,
    bases: String,
    qualities: Vec<u8>,
}

const EVENTS: &str = "id\tgene5\tsite5\tgene3\tsite3\tfraction\na\tEML4\texon 13\tALK\texon 20\t0.3\n";

/// Simulates one sample with a fusion and returns its folder.
fn simulate(more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let events = folder.path().join("asked.tsv");
    std::fs::write(&events, EVENTS).expect("the table is written");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut arguments = vec!["simulate".to_owned(), "--events".to_owned(), text(&events), "-o".to_owned(), text(folder.path())];
    arguments.extend(["-r".to_owned(), text(&repository("test-data/mini.fa")), "-g".to_owned(), text(&repository("test-data/mini.gtf"))]);
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    let outcome = kinfuse(arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    folder
}

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).expect("the FASTQ is there");
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).expect("it unpacks");
    text
}

fn reads(folder: &Path, mate: u8) -> Vec<Read> {
    let text = unpacked(&folder.join(format!("reads_{mate}.fastq.gz")));
    let lines: Vec<&str> = text.lines().collect();
    let read = |four: &[&str]| Read { name: four[0].to_owned(), bases: four[1].to_owned(), qualities: four[3].as_bytes().to_vec() };
    lines.chunks(4).map(read).collect()
}

/// Clean and dirty reads of one seed, side by side, where the dirt adds no fragments.
fn side_by_side(dirt: &[&str]) -> Vec<(Read, Read)> {
    let library = ["--depth", "400", "--background-depth", "100", "--assay", "dna"];
    let (clean, dirty) = (simulate(&library), simulate(&[&library[..], dirt].concat()));
    let both = |mate| reads(clean.path(), mate).into_iter().zip(reads(dirty.path(), mate));
    both(1).chain(both(2)).collect()
}

/// The pairs that differ, which must be about this share of all.
fn changed(pairs: Vec<(Read, Read)>, share: f64) -> Vec<(Read, Read)> {
    let all = pairs.len() as f64;
    let changed: Vec<_> = pairs.into_iter().filter(|(clean, dirty)| clean != dirty).collect();
    let expected = all * share;
    assert!(all > 3_000.0, "{all} reads are too few");
    let off = (changed.len() as f64 - expected).abs();
    assert!(off < 4.0 * expected.sqrt() + 1.0, "{} of {all} changed, not {expected}", changed.len());
    changed
}

#[test]
fn without_dirt_the_reads_of_a_seed_are_the_same_as_always() {
    let folder = simulate(&["--assay", "dna", "--depth", "60", "--chimeras", "3", "--umi", "rx", "--bam"]);
    let digest = |text: &str| format!("{:x}", Md5::digest(text));
    let found = [1, 2].map(|mate| digest(&unpacked(&folder.path().join(format!("reads_{mate}.fastq.gz")))));
    // Made before there was any dirt.
    assert_eq!(found, ["8d8f555241677bdeadfa795c2639998d", "6300aeea4ac25846c8a72ad3fc48c29c"]);
}

#[test]
fn poly_g_ends_a_share_of_the_reads_and_leaves_the_others_alone() {
    let mut lengths = Vec::new();
    let mut sure = 0;
    let changed = changed(side_by_side(&["--poly-g", "0.1"]), 0.1);
    for (clean, dirty) in &changed {
        assert_eq!((&clean.name, clean.bases.len()), (&dirty.name, dirty.bases.len()));
        let first = clean.bases.bytes().zip(dirty.bases.bytes()).position(|(clean, dirty)| clean != dirty).unwrap_or(clean.bases.len());
        let tail = &dirty.bases[first..];
        let others = tail.bytes().filter(|base| *base != b'G').count();
        assert!(tail.len() <= 60 && others * 5 <= tail.len().max(10), "{tail}");
        lengths.push(tail.len());
        sure += usize::from(dirty.qualities.iter().rev().take(10).filter(|quality| **quality == 37 + b'!').count() >= 7);
    }
    assert!(lengths.iter().any(|length| *length < 14) && lengths.iter().any(|length| *length > 54), "{lengths:?}");
    let share = sure as f64 / changed.len() as f64;
    assert!((0.4..0.8).contains(&share), "{share} of the tails have high qualities");
}
