//! Copies of a molecule change no count, whatever tells that they are copies.
#![allow(clippy::format_push_string, reason = "small files, made once")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use crate::support::command::{call, repository, table, unpacked};
use crate::support::sam;

/// What a run counts: in `fusions.tsv` and `variants.tsv`.
const FUSION: [&str; 10] = [
    "fusion",
    "breakpoint5",
    "breakpoint3",
    "split_fragments",
    "pair_fragments",
    "clip_fragments",
    "fragments",
    "depth5",
    "depth3",
    "filter",
];
/// Copies make a molecule's bases surer, which may change which bases are good enough to count for the depth.
const VARIANT: [&str; 4] = ["gene", "hgvs_p", "status", "alt_fragments"];

pub type Fields = Vec<String>;

/// The records of one fragment.
pub type Fragment = Vec<Fields>;

fn counts(text: &str, rule: &[&str], variants: bool) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let bam = folder.path().join("x.bam");
    sam::write(text, &bam, None, true);
    let (gtf, fasta) = (repository("test-data/mini.gtf"), repository("test-data/mini.fa"));
    let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "-g".as_ref(), gtf.as_ref(), "-r".as_ref(), fasta.as_ref()];
    arguments.extend(rule.iter().map(OsStr::new));
    arguments.push(bam.as_ref());
    call(folder.path(), &arguments);
    let of = |file: &str, columns: &[&str]| -> Vec<Vec<String>> {
        let rows = table(&folder.path().join(file));
        rows.iter().map(|row| columns.iter().map(|column| row.get(column).to_owned()).collect()).collect()
    };
    let fusions = of("x.fusions.tsv", &FUSION);
    assert!(!fusions.is_empty(), "the sample has a fusion");
    [fusions, if variants { of("x.variants.tsv", &VARIANT) } else { Vec::new() }].concat()
}

/// The sample with copies of every third fragment, sorted again.
pub fn with_copies(text: &str, copies: &dyn Fn(u64, &Fragment) -> Vec<Fragment>) -> String {
    let mut fragments: BTreeMap<&str, Fragment> = BTreeMap::new();
    let mut header = String::new();
    let mut order: BTreeMap<&str, usize> = BTreeMap::new();
    for line in text.lines() {
        if line.starts_with('@') {
            header.push_str(line);
            header.push('\n');
            if let Some(name) = line.strip_prefix("@SQ\tSN:").and_then(|rest| rest.split('\t').next()) {
                order.insert(name, order.len());
            }
        } else {
            let fields: Fields = line.split('\t').map(str::to_owned).collect();
            fragments.entry(line.split('\t').next().expect("a name")).or_default().push(fields);
        }
    }
    let mut records: Vec<Fields> = Vec::new();
    for (name, fragment) in &fragments {
        let number = sam::name_hash(name, 7);
        let copied = if number.is_multiple_of(3) { copies(number, fragment) } else { Vec::new() };
        records.extend(fragment.clone());
        for (copy, mut of_copy) in copied.into_iter().enumerate() {
            // Names before and behind the original's decide nothing.
            for fields in &mut of_copy {
                fields[0] = format!("{}{name}{copy}", if number.is_multiple_of(2) { "a" } else { "z" });
            }
            records.extend(of_copy);
        }
    }
    let place = |fields: &Fields| {
        let contig = order.get(fields[2].as_str()).copied().unwrap_or(usize::MAX);
        (contig, fields[3].parse::<u32>().expect("a position"))
    };
    // Copies come in any order among the records of one place.
    records.sort_by_cached_key(|fields| (place(fields), sam::name_hash(&fields[0], 3), sam::flag(fields)));
    header + &records.iter().map(|fields| fields.join("\t") + "\n").collect::<String>()
}

pub fn set(fields: &mut Fields, flags: u16) {
    fields[1] = (sam::flag(fields) | flags).to_string();
}

fn is_further(fields: &Fields) -> bool {
    sam::flag(fields) & 0x900 != 0
}

/// Changes two bases of a record, at places that follow from the number.
fn with_errors(mut fields: Fields, number: u64) -> Fields {
    let mut bases = fields[9].clone().into_bytes();
    for at in [number as usize % bases.len(), number as usize / 7 % bases.len()] {
        bases[at] = if bases[at] == b'C' { b'T' } else { b'C' };
    }
    fields[9] = String::from_utf8(bases).expect("bases");
    fields
}

fn turned(fields: &mut Fields) {
    if sam::flag(fields) & 16 != 0 {
        let complement = |base: char| match base {
            'A' => 'T',
            'C' => 'G',
            'G' => 'C',
            'T' => 'A',
            other => other,
        };
        fields[9] = fields[9].chars().rev().map(complement).collect();
        fields[10] = fields[10].chars().rev().collect();
    }
}

/// The fragment as one that the aligner dropped.
pub fn unaligned(fragment: &Fragment) -> Fragment {
    let primary = fragment.iter().filter(|fields| !is_further(fields));
    let lost = |fields: &Fields| {
        let mut lost = fields.clone();
        turned(&mut lost);
        lost[1] = (sam::flag(fields) & (1 | 64 | 128 | 512 | 1024) | 4 | 8).to_string();
        for (at, text) in [(2, "*"), (3, "0"), (4, "0"), (5, "*"), (6, "*"), (7, "0"), (8, "0")] {
            text.clone_into(&mut lost[at]);
        }
        let kept = |field: &String| ["RX:", "RG:"].iter().any(|tag| field.starts_with(tag));
        let tags: Vec<String> = lost.drain(11..).filter(kept).collect();
        lost.extend(tags);
        lost
    };
    primary.map(lost).collect()
}

/// All fragments with a duplex UMI in RX that follows from the name.
pub fn with_umis(text: &str) -> String {
    sam::records(text, |mut fields| {
        let bases = |salt: u64| -> String {
            let number = sam::name_hash(&fields[0], salt);
            (0..8).map(|at| "ACGT".as_bytes()[(number >> (2 * at)) as usize & 3] as char).collect()
        };
        let umi = format!("RX:Z:{}-{}", bases(11), bases(12));
        fields.push(umi);
        Some(fields)
    })
}

/// The fragment as the other strand of its molecule shows it: reads swapped, and the halves of the UMI.
fn other_strand(fragment: &Fragment) -> Fragment {
    let swapped = |fields: &Fields| {
        let mut fields = fields.clone();
        fields[1] = (sam::flag(&fields) ^ 0xc0).to_string();
        for field in fields.iter_mut().skip(11) {
            if let Some((first, second)) = field.strip_prefix("RX:Z:").and_then(|umi| umi.split_once('-')) {
                *field = format!("RX:Z:{second}-{first}");
            }
        }
        fields
    };
    fragment.iter().map(swapped).collect()
}

fn made_up(name: &str) -> String {
    sam::text(&repository(&format!("test-data/{name}.bam")))
}

#[test]
fn copies_that_are_flagged_count_for_nothing_though_the_flag_stands_on_one_record_alone() {
    for name in ["rna", "dna"] {
        let text = made_up(name);
        let plain = counts(&text, &["--duplicates", "flag"], true);
        let fusions = counts(&text, &["--duplicates", "flag"], false);
        for (flagged, mutations) in [
            (&(|_: &Fields| true) as &dyn Fn(&Fields) -> bool, true),
            // Of a mutation in RNA the flag of a mate that lies some exons off is not read.
            (&|fields| sam::flag(fields) & 64 != 0, name == "dna"),
            (&|fields| !is_further(fields), true),
        ] {
            let copied = with_copies(&text, &|_, fragment| {
                let mut copy = fragment.clone();
                copy.iter_mut().filter(|fields| flagged(fields)).for_each(|fields| set(fields, 0x400));
                vec![copy.clone(), copy]
            });
            let expected = if mutations { &plain } else { &fusions };
            assert_eq!(counts(&copied, &["--duplicates", "flag"], mutations), *expected, "{name}");
        }
        let lost = with_copies(&text, &|_, fragment| {
            let mut copy = unaligned(fragment);
            for fields in &mut copy {
                set(fields, 0x400);
            }
            vec![copy]
        });
        assert_eq!(counts(&lost, &["--duplicates", "flag"], true), plain, "{name}, not aligned");
    }
}

#[test]
fn copies_at_the_same_place_count_for_nothing_aligned_or_not() {
    for name in ["rna", "dna"] {
        let text = made_up(name);
        let rule = ["--duplicates", "position"];
        // Of mutations copies count once too, but what they agree on is surer than what one read says, so more bases are good enough.
        let without = counts(&text, &rule, false);
        let exact = with_copies(&text, &|_, fragment| vec![fragment.clone(), fragment.clone()]);
        assert_eq!(counts(&exact, &rule, false), without, "{name}");
        let erring = with_copies(&text, &|number, fragment| {
            let copy = |salt: u64| unaligned(fragment).into_iter().map(|fields| with_errors(fields, number >> salt)).collect();
            vec![copy(3), copy(9)]
        });
        assert_eq!(counts(&erring, &rule, false), without, "{name}, not aligned and with errors");
    }
}

#[test]
fn copies_with_the_same_umi_count_for_nothing_on_either_strand_aligned_or_not() {
    for name in ["rna", "dna"] {
        let text = with_umis(&made_up(name));
        let rule = ["--duplicates", "umi", "--umi-tag", "RX"];
        let without = counts(&text, &rule, false);
        let strands = with_copies(&text, &|_, fragment| vec![fragment.clone(), other_strand(fragment), other_strand(fragment)]);
        assert_eq!(counts(&strands, &rule, false), without, "{name}");
        let lost = with_copies(&text, &|number, fragment| {
            let lost: Fragment = unaligned(fragment).into_iter().map(|fields| with_errors(fields, number)).collect();
            vec![other_strand(&lost), lost]
        });
        assert_eq!(counts(&lost, &rule, false), without, "{name}, not aligned and with errors");
        let erring = with_copies(&text, &|number, fragment| {
            let mut copy = fragment.clone();
            for field in copy.iter_mut().flat_map(|fields| fields.iter_mut().skip(11)).filter(|field| field.starts_with("RX:Z:")) {
                let at = 5 + number as usize % 8;
                let other = if &field[at..=at] == "A" { "C" } else { "A" };
                field.replace_range(at..=at, other);
            }
            vec![fragment.clone(), copy]
        });
        assert_eq!(counts(&erring, &rule, false), without, "{name}, a UMI read with an error");
    }
}

const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr2\tLN:242193529\n";

/// Fragments of the first candidate that SAM text shows.
fn fragments(text: &str, more: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("x.sam");
    std::fs::write(&input, text).expect("the SAM is written");
    let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "--assay".as_ref(), "dna".as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(input.as_ref());
    call(folder.path(), &arguments);
    first_fragments(folder.path())
}

fn first_fragments(folder: &Path) -> String {
    let plain = folder.join("candidates.tsv");
    std::fs::write(&plain, unpacked(&folder.join("x.candidates.tsv.gz"))).expect("the table is written");
    table(&plain).first().map_or_else(String::new, |row| row.get("fragments").to_owned())
}

/// A read over the break of ALK, and its mate within ALK with this CIGAR and place.
fn pair(name: &str, mate: &str, start: u32, tags: &str) -> String {
    format!(
        "{name}\t161\tchr2\t{start}\t60\t{mate}\tchr2\t29223682\t0\t*\t*{tags}\n\
         {name}\t81\tchr2\t29223682\t60\t60M40S\tchr2\t{start}\t0\t*\t*\tSA:Z:chr2,42299711,+,40M60S,60,0;{tags}\n"
    )
}

#[test]
fn a_mate_of_which_the_first_bases_are_clipped_begins_where_that_of_the_copy_does() {
    let umi = "\tRX:Z:ACGTACGT";
    let copies = |clipped: &str, start: u32| [HEADER, &pair("a", "100M", 29_223_542, umi), &pair("b", clipped, start, umi)].concat();
    for rule in [["--duplicates", "position"].as_slice(), &["--duplicates", "umi", "--umi-tag", "RX"]] {
        assert_eq!(fragments(&copies("5S95M", 29_223_547), rule), "1");
        assert_eq!(fragments(&copies("20S80M", 29_223_562), rule), "1");
        assert_eq!(fragments(&copies("100M", 29_223_447), rule), "2");
    }
}

#[test]
fn droplets_are_recognised_and_counted_by_their_corrected_umi_within_the_cell_wherever_the_molecule_was_broken() {
    let mut text = HEADER.to_owned();
    let base = |number: u32, at: u32| "ACGT".as_bytes()[(number >> (2 * at)) as usize & 3] as char;
    let umi = |number: u32| -> String { (0..10).map(|at| base(number.wrapping_mul(2_654_435_761), at)).collect() };
    for number in 0..40 {
        text += &format!("w{number}\t0\tchr2\t{}\t60\t100M\t*\t0\t0\t*\t*\tCB:Z:AACC-1\tUB:Z:{}\n", 29_223_600 + number, umi(number));
    }
    for number in 0..12 {
        let left = 70 - number;
        let (start, right) = (29_223_741 - left + 1, 100 - left);
        let there = 42_299_750 - right + 1;
        let cell = if number % 4 == 3 { "GGTT-1" } else { "AACC-1" };
        text += &format!(
            "t{number}\t0\tchr2\t{start}\t60\t{left}M{right}S\t*\t0\t0\t*\t*\tSA:Z:chr2,{there},-,{right}M{left}S,60,0;\tCB:Z:{cell}\tUB:Z:{}\n",
            umi(100 + number % 2)
        );
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_by_key(|line| if line.starts_with('@') { 0 } else { line.split('\t').nth(3).and_then(|at| at.parse().ok()).unwrap_or(0) });
    let sorted = lines.join("\n") + "\n";
    assert_eq!(fragments(&sorted, &[]), "3");
    assert_eq!(fragments(&sorted, &["--umi-tag", "UB"]), "3");
}
