//! The dirt of `kinfuse simulate`: each kind is what it says, as often as it says, and nothing else changes.

use std::collections::BTreeSet;
use std::path::Path;

use md5::{Digest, Md5};
use rust_htslib::bam::{self, Read as _};

use crate::support::command::{files, kinfuse, repository, table, unpacked_text, Outcome};
use kinfuse::genome::{ContigId, Interval};
use kinfuse::sequence::reverse_complement;
use kinfuse::simulate::dirt::Soiler;
use kinfuse::simulate::{Dirt, MemoryGenome, Protocol, Sampler, SimulatedLibrary, SimulatedMolecule, UmiPlacement};

/// One read of a FASTQ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Read {
    /// With the comment.
    name: String,
    bases: Vec<u8>,
    qualities: Vec<u8>,
}

type Pair = [Read; 2];

const EVENTS: &str = "id\tgene5\tsite5\tgene3\tsite3\tfraction\na\tEML4\texon 13\tALK\texon 20\t0.3\n";
const LIBRARY: [&str; 8] = ["--assay", "dna", "--depth", "500", "--background-depth", "200", "--threads", "1"];

fn attempt(folder: &Path, more: &[&str]) -> Outcome {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (fasta, gtf, out) = (text(&repository("test-data/mini.fa")), text(&repository("test-data/mini.gtf")), text(folder));
    let mut arguments = vec!["simulate", "-r", &fasta, "-g", &gtf, "-o", &out];
    let events = text(&folder.join("asked.tsv"));
    if !more.contains(&"--panel") {
        std::fs::write(&events, EVENTS).expect("the table is written");
        arguments.extend(["--events", &events]);
    }
    arguments.extend(more);
    kinfuse(arguments)
}

/// Simulates one sample with a fusion (unless a panel is asked for) and returns its folder.
fn simulate(more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = attempt(folder.path(), more);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    folder
}

fn reads(folder: &Path, mate: u8) -> Vec<Read> {
    let text = unpacked_text(&folder.join(format!("reads_{mate}.fastq.gz")));
    let lines: Vec<&str> = text.lines().collect();
    let quality = |text: &str| text.bytes().map(|byte| byte - b'!').collect();
    let read = |four: &[&str]| Read { name: four[0].to_owned(), bases: four[1].as_bytes().to_vec(), qualities: quality(four[3]) };
    lines.chunks(4).map(read).collect()
}

fn pairs(folder: &Path) -> Vec<Pair> {
    reads(folder, 1).into_iter().zip(reads(folder, 2)).map(<[Read; 2]>::from).collect()
}

/// Clean and dirty pairs of one seed, side by side, where the dirt adds none.
fn side_by_side(library: &[&str], dirt: &[&str]) -> Vec<(Pair, Pair)> {
    let clean = simulate(&[&LIBRARY[..], library].concat());
    let dirty = simulate(&[&LIBRARY[..], library, dirt].concat());
    let (clean, dirty) = (pairs(clean.path()), pairs(dirty.path()));
    assert_eq!(clean.len(), dirty.len());
    clean.into_iter().zip(dirty).collect()
}

/// The clean and dirty reads that differ.
fn changed_reads(dirt: &[&str], share: f64) -> Vec<(Read, Read)> {
    let all = side_by_side(&[], dirt);
    let count = all.len() * 2;
    let reads = all.into_iter().flat_map(|(clean, dirty)| clean.into_iter().zip(dirty));
    let changed: Vec<_> = reads.filter(|(clean, dirty)| clean != dirty).collect();
    assert!(changed.iter().all(|(clean, dirty)| clean.name == dirty.name && clean.bases.len() == dirty.bases.len()));
    about(changed.len(), count, share);
    changed
}

/// A count must be that share of all within four standard deviations.
fn about(found: usize, of: usize, share: f64) {
    let expected = of as f64 * share;
    assert!(expected >= 20.0, "{of} are too few to tell");
    let off = (found as f64 - expected).abs();
    assert!(off <= 4.0 * expected.sqrt(), "{found} of {of}, not {expected:.0}");
}

/// Where a dirty read begins to differ, and where it ends to.
fn difference((clean, dirty): &(Read, Read)) -> std::ops::Range<usize> {
    let mut places = (0..clean.bases.len()).filter(|&at| (clean.bases[at], clean.qualities[at]) != (dirty.bases[at], dirty.qualities[at]));
    let first = places.next().unwrap_or_default();
    first..places.next_back().unwrap_or(first) + 1
}

fn share_of(bases: &[u8], letter: u8) -> f64 {
    bases.iter().map(|base| f64::from(u8::from(*base == letter))).sum::<f64>() / bases.len().max(1) as f64
}

#[test]
fn without_dirt_the_reads_of_a_seed_are_the_same_as_always() {
    let folder = simulate(&["--assay", "dna", "--depth", "60", "--chimeras", "3", "--umi", "rx", "--bam"]);
    let digest = |text: &str| format!("{:x}", Md5::digest(text));
    let found = [1, 2].map(|mate| digest(&unpacked_text(&folder.path().join(format!("reads_{mate}.fastq.gz")))));
    // Made before there was any dirt.
    assert_eq!(found, ["8d8f555241677bdeadfa795c2639998d", "6300aeea4ac25846c8a72ad3fc48c29c"]);
}

#[test]
fn poly_g_ends_a_share_of_the_reads_with_high_or_low_quality() {
    let changed = changed_reads(&["--poly-g", "0.1"], 0.1);
    let (mut lengths, mut sure) = (BTreeSet::new(), 0);
    for both in &changed {
        let end = difference(both);
        assert!(both.1.bases.len() - end.start <= 60);
        assert!(share_of(&both.1.bases[end.clone()], b'G') >= 0.7, "{both:?}");
        let qualities = &both.1.qualities[end.clone()];
        sure += usize::from(share_of(qualities, 37) > 0.5);
        lengths.insert(end.len());
    }
    assert!(lengths.first().is_some_and(|shortest| *shortest < 12) && lengths.last().is_some_and(|longest| *longest > 56));
    let share = sure as f64 / changed.len() as f64;
    assert!((0.5..0.8).contains(&share), "{share} of the ends have high qualities");
}

#[test]
fn poly_a_ends_reads_along_the_molecule_and_poly_t_begins_those_of_the_other_strand() {
    let (mut ends, mut begins) = (0usize, 0usize);
    for both in &changed_reads(&["--poly-a", "0.1", "--end-bp", "20,20"], 0.1) {
        let [first, last] = [&both.1.bases[..20], &both.1.bases[both.1.bases.len() - 20..]];
        ends += usize::from(share_of(last, b'A') >= 0.8);
        begins += usize::from(share_of(first, b'T') >= 0.8);
        assert!(share_of(last, b'A') >= 0.8 || share_of(first, b'T') >= 0.8, "{both:?}");
    }
    assert!(ends.abs_diff(begins) < ends / 2, "{ends} ends, {begins} beginnings");
}

#[test]
fn adapter_ends_are_of_both_mates_of_a_fragment_that_is_as_short_as_they_say() {
    let all = side_by_side(&["--no-errors"], &["--adapter-ends", "0.1", "--end-bp", "30,60"]);
    let changed: Vec<&Pair> = all.iter().filter(|(clean, dirty)| clean != dirty).map(|(_, dirty)| dirty).collect();
    about(changed.len(), all.len(), 0.1);
    let kits = [["AGATCGGAAGAGC", "AGATCGGAAGAGC"], ["CTGTCTCTTATACACATCT", "CTGTCTCTTATACACATCT"]];
    let (mut right, mut used) = (0, BTreeSet::new());
    for pair in &changed {
        let at = |read: &Read, adapter: &str| read.bases.windows(adapter.len()).position(|window| window == adapter.as_bytes());
        let found = kits.iter().enumerate().find_map(|(kit, [first, second])| Some((kit, at(&pair[0], first)?, at(&pair[1], second)?)));
        let Some((kit, first, second)) = found else { continue };
        used.insert(kit);
        right += usize::from(first == second && pair[0].bases[..first] == reverse_complement(&pair[1].bases[..second]));
    }
    // The adapter's own bases are misread as all others are.
    assert!(right * 100 > changed.len() * 95, "{right} of {}", changed.len());
    assert_eq!(used.len(), 1, "a sample has one kit");
}

#[test]
fn copies_are_as_short_as_their_molecule() {
    let reference = MemoryGenome::from_fasta(&repository("test-data/mini.fa")).expect("the FASTA opens");
    let whole = Interval { contig: ContigId(0), start: 1_000, end: 9_000 };
    let molecule = SimulatedMolecule::stretch("whole", whole, &reference).expect("within the genome");
    let protocol = Protocol { copies_mean: 2.0, ..Protocol::default() };
    let library =
        SimulatedLibrary { protocol, umi: Some(UmiPlacement::Tag { length_bp: 8 }), ..SimulatedLibrary::short_reads(100, 200.0, 40.0) };
    let dirt = Dirt { adapter_frac: 0.5, duplex_frac: 0.5, ..Dirt::default() };
    let mut soiler = Soiler::new(dirt, &library, 3);
    let soiled = soiler.soil(Sampler::new(library, "r", 3).fragments(&molecule, 300), true);
    let (mut ends, mut short) = ((0, 0), 0);
    for fragment in &soiled {
        if fragment.duplicate {
            assert_eq!((fragment.start, fragment.end), ends, "{}: one molecule has two ends", fragment.name);
        } else {
            ends = (fragment.start, fragment.end);
            short += usize::from(ends.1 - ends.0 < 95);
        }
    }
    assert!(short > 100 && soiled.len() > 900, "{short} short molecules, {} fragments", soiled.len());
}

#[test]
fn repeat_ends_have_units_of_one_to_six_bases_that_slip() {
    let mut units = BTreeSet::new();
    let mut slipped = 0;
    let changed = changed_reads(&["--repeat-ends", "0.1", "--end-bp", "40,60"], 0.1);
    for both in &changed {
        let end = &both.1.bases[both.1.bases.len() - 40..];
        let agrees = |unit: usize| (unit..end.len()).filter(|&at| end[at] == end[at - unit]).count() as f64 / (end.len() - unit) as f64;
        let unit = (1..=6).max_by(|x, y| agrees(*x).total_cmp(&agrees(*y)).then(y.cmp(x))).expect("six units");
        assert!(agrees(unit) > 0.4, "{}", String::from_utf8_lossy(end));
        units.insert(unit);
        slipped += usize::from(agrees(unit) < 1.0);
    }
    assert_eq!(units.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(slipped > changed.len() / 10);
}

#[test]
fn runs_of_n_end_reads_or_lie_within_them() {
    let (mut ends, mut within) = (0usize, 0usize);
    for both in &changed_reads(&["--n-runs", "0.1"], 0.1) {
        let run = difference(both);
        assert!(both.1.bases[run.clone()].iter().all(|base| *base == b'N') && both.1.qualities[run.clone()].iter().all(|q| *q == 2));
        if run.end == both.1.bases.len() && run.len() > 10 {
            ends += 1;
        } else if run.end < both.1.bases.len() {
            assert!(run.len() <= 10, "{run:?}");
            within += 1;
        }
    }
    assert!(ends > 0 && within > 0 && ends.abs_diff(within) < within / 2, "{ends} ends, {within} within");
}

#[test]
fn contamination_gives_a_share_of_the_fragments_the_bases_of_another_person_and_spares_the_fusion() {
    let all = side_by_side(&["--no-errors"], &["--contamination", "0.05", "--snv-density", "0.03"]);
    let is_fused = |pair: &Pair| pair[0].name.contains("EML4::ALK");
    let (fused, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(clean, _)| is_fused(clean));
    assert!(!fused.is_empty() && fused.iter().all(|(clean, dirty)| clean == dirty));
    let changed: Vec<_> = others.iter().filter(|(clean, dirty)| clean != dirty).collect();
    about(changed.len(), others.len(), 0.05);
    let differing: usize = changed
        .iter()
        .flat_map(|(clean, dirty)| clean.iter().zip(dirty))
        .map(|(clean, dirty)| clean.bases.iter().zip(&dirty.bases).filter(|(x, y)| x != y).count())
        .sum();
    let bases: usize = changed.iter().flat_map(|(clean, _)| clean).map(|read| read.bases.len()).sum();
    let density = differing as f64 / bases as f64;
    // Of the 3 in 100, six in ten lie on one chromosome.
    assert!((0.015..0.030).contains(&density), "{density}");
}

/// Flags of the primary records of the one sample's BAM.
fn flags(folder: &Path) -> Vec<u16> {
    let mut reader = bam::Reader::from_path(folder.join("a.bam")).expect("the BAM opens");
    reader.records().map(|record| record.expect("a record").flags()).filter(|flags| flags & 0x900 == 0).collect()
}

#[test]
fn copies_have_errors_and_may_lack_the_flag_or_be_unaligned() {
    let library = ["--copies", "1", "--no-errors"];
    let all = side_by_side(&library, &["--copy-errors", "0.01"]);
    // Copies stand behind their molecule.
    let is_copy = |index: usize| index > 0 && all[index].0.iter().zip(&all[index - 1].0).all(|(read, last)| read.bases == last.bases);
    let (mut errors, mut bases) = (0, 0);
    for (index, (clean, dirty)) in all.iter().enumerate() {
        let differing = clean.iter().zip(dirty).flat_map(|(x, y)| x.bases.iter().zip(&y.bases)).filter(|(x, y)| x != y).count();
        assert!(differing == 0 || is_copy(index), "an original is changed: {clean:?}");
        if is_copy(index) {
            errors += differing;
            bases += clean.iter().map(|read| read.bases.len()).sum::<usize>();
        }
    }
    let rate = errors as f64 / bases as f64;
    assert!((0.008..0.012).contains(&rate), "{rate}");

    let more = [&LIBRARY[..], &library, &["--bam", "--no-fastq"]].concat();
    let clean = simulate(&more);
    let dirty = simulate(&[&more[..], &["--unmarked-copies", "0.3", "--unaligned-copies", "0.2"]].concat());
    let [before, after] = [&clean, &dirty].map(|folder| flags(folder.path()));
    let count = |flags: &[u16], bit: u16| flags.iter().filter(|flag| **flag & bit != 0).count();
    let copies = count(&before, 0x400);
    assert_eq!((before.len(), count(&before, 0x4)), (after.len(), 0));
    about(copies - count(&after, 0x400), copies, 0.3);
    about(count(&after, 0x4), copies, 0.2);
    let [before, after] = [&clean, &dirty].map(|folder| std::fs::read(folder.path().join("truth.tsv")).expect("the truth"));
    assert!(before == after, "copies add no molecule to the truth");
}

#[test]
fn duplex_families_swap_the_halves_of_the_umi_and_the_mates() {
    for (place, joiner) in [("rx", '-'), ("name", '+')] {
        let library = ["--umi", place, "--copies", "0", "--no-errors"];
        let clean = simulate(&[&LIBRARY[..], &library].concat());
        let dirty = simulate(&[&LIBRARY[..], &library, &["--duplex", "0.2"]].concat());
        let (clean_pairs, dirty_pairs) = (pairs(clean.path()), pairs(dirty.path()));
        let added = dirty_pairs.len() - clean_pairs.len();
        about(added, clean_pairs.len(), 0.2);
        let umi = |read: &Read| {
            let text = if joiner == '-' { read.name.split("RX:Z:").nth(1) } else { read.name.rsplit('_').next() };
            let (first, second) = text.and_then(|text| text.split_once(joiner)).expect("a UMI of two halves");
            (first.to_owned(), second.to_owned())
        };
        let mut seen = 0;
        for two in dirty_pairs.windows(2).filter(|two| two[1][0].name.contains(":duplex.")) {
            let ((a, b), swapped) = (umi(&two[0][0]), umi(&two[1][0]));
            assert_eq!(swapped, (b, a));
            let same = |x: &Read, y: &Read| x.bases.iter().zip(&y.bases).filter(|(x, y)| x != y).count() <= 4;
            assert!(same(&two[0][0], &two[1][1]) && same(&two[0][1], &two[1][0]));
            seen += 1;
        }
        assert_eq!(seen, added);
        let [before, after] = [&clean, &dirty].map(|folder| std::fs::read(folder.path().join("truth.tsv")).expect("the truth"));
        assert!(before == after, "{place}: the other strand is no further molecule");
    }
}

#[test]
fn out_of_step_pairs_have_the_second_read_of_another_fragment() {
    let all = side_by_side(&[], &["--out-of-step", "0.1"]);
    let moved: Vec<_> = all.iter().filter(|(clean, dirty)| clean != dirty).collect();
    about(moved.len(), all.len(), 0.1);
    assert!(moved.iter().all(|(clean, dirty)| clean[0] == dirty[0]));
    let bases = |pairs: Vec<&Pair>| -> Vec<Vec<u8>> {
        let mut bases: Vec<_> = pairs.into_iter().map(|pair| pair[1].bases.clone()).collect();
        bases.sort();
        bases
    };
    let [before, after] = [bases(moved.iter().map(|(clean, _)| clean).collect()), bases(moved.iter().map(|(_, dirty)| dirty).collect())];
    assert!(before == after, "the second reads are those of before");
}

#[test]
fn hopped_fragments_are_of_a_fusion_of_another_sample_and_no_finding_of_this_one() {
    let folder = simulate(&["--panel", "negative", "--replicates", "30", "--hopped", "2", "--chimeras", "0", "--background-genes", "0"]);
    let rows = table(&folder.path().join("truth.tsv"));
    let hopped: Vec<_> = rows.iter().filter(|row| row.get("kind") == "hopped").collect();
    about(hopped.len(), 30, 2.0);
    assert!(hopped.iter().all(|row| row.get("fragments") == "1" && row.get("name").contains("::")));
    assert_eq!(rows.iter().filter(|row| row.get("kind") == "negative").count(), 30);
    let reads = reads(folder.path(), 1);
    assert!(reads.iter().filter(|read| read.name.contains(":hopped:")).count() >= hopped.len());
    let truth = kinfuse::evaluate::truth::Truth::read(&folder.path().join("truth.tsv"), None).expect("a truth");
    assert!(truth.fusions.is_empty() && truth.samples.len() == 30);
}

#[test]
fn an_aligner_clips_dirt_and_leaves_a_read_aside_of_which_too_little_is_left() {
    let more = [&LIBRARY[..], &["--bam", "--no-fastq", "--no-errors", "--copies", "0", "--reads", "2x75"]].concat();
    let dirty = simulate(&[&more[..], &["--poly-g", "0.2"]].concat());
    let mut reader = bam::Reader::from_path(dirty.path().join("a.bam")).expect("the BAM opens");
    let (mut clipped, mut aside) = (0, 0);
    for record in reader.records().map(|record| record.expect("a record")) {
        let bases = record.seq().as_bytes();
        let end: Vec<u8> = if record.is_reverse() {
            reverse_complement(&bases[..bases.len().min(40)])
        } else {
            bases[bases.len().saturating_sub(40)..].to_vec()
        };
        if record.flags() & 0x900 != 0 || share_of(&end, b'G') < 0.9 {
            continue;
        }
        if record.is_unmapped() {
            aside += 1;
        } else {
            let cigar = record.cigar();
            let clip = if record.is_reverse() { cigar.leading_softclips() } else { cigar.trailing_softclips() };
            assert!((26..=46).contains(&clip), "{cigar} {}", String::from_utf8_lossy(&bases));
            clipped += 1;
        }
    }
    assert!(clipped > 20 && aside > 20, "{clipped} clipped, {aside} left aside");
}

#[test]
fn all_kinds_together_give_the_same_bytes_whatever_the_threads() {
    let rates = [
        "--poly-g 0.05 --poly-a 0.05 --adapter-ends 0.05 --repeat-ends 0.05 --n-runs 0.05 --hopped 1 --contamination 0.02",
        "--copies 0.5 --copy-errors 0.001 --unmarked-copies 0.5 --unaligned-copies 0.2 --duplex 0.2 --out-of-step 0.01 --umi rx",
    ];
    let dirt: Vec<&str> = rates.iter().flat_map(|text| text.split(' ')).collect();
    let panel = ["--panel", "negative", "--replicates", "3", "--assay", "dna", "--depth", "30", "--bam"];
    let folders = ["1", "2"].map(|threads| simulate(&[&panel[..], &dirt, &["-t", threads]].concat()));
    let names = files(folders[0].path());
    assert!(names.contains(&"negative3.bam".to_owned()), "{names:?}");
    for name in &names {
        let [one, two] = [0, 1].map(|index: usize| std::fs::read(folders[index].path().join(name)).expect("the file can be read"));
        assert!(one == two, "{name} differs");
    }
}

#[test]
fn rates_that_cannot_be_had_together_are_refused_in_one_line() {
    for (dirt, expected) in [
        (&["--poly-g", "0.7", "--poly-a", "0.7"][..], "add up to more than 1"),
        (&["--duplex", "0.1"][..], "add --umi rx or --umi name"),
        (&["--out-of-step", "0.1", "--reads", "1x75"][..], "are of pairs"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let outcome = attempt(folder.path(), dirt);
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(1), 1), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
    }
}
