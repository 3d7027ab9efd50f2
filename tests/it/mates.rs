//! Mates of RNA on either side of a fusion that no read crosses: where the break may lie, what it is called and what it is not.

use kinfuse::simulate::Random;

use crate::support::command::{call, table, table_gz, Row};
use crate::support::sam;

const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr2\tLN:242193529\n@RG\tID:a\tSM:s\n";

/// Interbase, GRCh38: where EML4's exon 13 (136 bases, forward) ends, and where ALK's exon 20 (187 bases, reverse) begins.
const EML4_13_END: u32 = 42_295_516;
const ALK_20_START: u32 = 29_223_528;
/// Within the last exon of ALK, where ordinary pairs tell the library's inserts.
const ORDINARY: u32 = 29_193_000;
const READ_BP: u32 = 70;

fn record(name: &str, flag: u16, start: u32, mate: u32, insert: i64, seed: u64) -> (u32, String) {
    let mut random = Random::new(seed);
    let bases: String = (0..READ_BP).map(|_| char::from(random.base())).collect();
    let (quality, start, mate) = ("I".repeat(READ_BP as usize), start + 1, mate + 1);
    (start, format!("{name}\t{flag}\tchr2\t{start}\t60\t{READ_BP}M\tchr2\t{mate}\t{insert}\t{bases}\t{quality}\n"))
}

/// A fragment with so many bases of EML4 before the end of its exon 13 and of ALK behind the begin of its exon 20.
fn spanning(name: &str, (of_eml4, of_alk): (u32, u32), seed: u64) -> [(u32, String); 2] {
    let (five, three) = (EML4_13_END - of_eml4, ALK_20_START - of_alk);
    [record(name, 65, five, three, 0, seed), record(name, 129, three, five, 0, seed + 1)]
}

/// The same with the mate at ALK turned: sense joined to antisense.
fn against_each_other(name: &str, of_eml4: u32, from: u32, seed: u64) -> [(u32, String); 2] {
    let (five, three) = (EML4_13_END - of_eml4, ALK_20_START - from);
    [record(name, 97, five, three, 0, seed), record(name, 145, three, five, 0, seed + 1)]
}

/// Rows of `fusions.tsv` and lines of the candidates of a sample with these fragments beside 60 ordinary ones with inserts of 120 to 280.
fn called(fragments: impl IntoIterator<Item = [(u32, String); 2]>) -> (Vec<Row>, Vec<String>) {
    let mut reads: Vec<(u32, String)> = fragments.into_iter().flatten().collect();
    for number in 0..60 {
        let (start, insert) = (ORDINARY + 9 * number, 120 + (number * 37) % 160);
        let (mate, name) = (start + insert - READ_BP, format!("n{number}"));
        reads.push(record(&name, 99, start, mate, i64::from(insert), 1_000 + u64::from(number)));
        reads.push(record(&name, 147, mate, start, -i64::from(insert), 2_000 + u64::from(number)));
    }
    reads.sort();
    let text: String = std::iter::once(HEADER.to_owned()).chain(reads.into_iter().map(|(_, line)| line)).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bam = folder.path().join("s.bam");
    sam::write(&text, &bam, None, true);
    call(folder.path(), &["-s".as_ref(), "s".as_ref(), "--assay".as_ref(), "rna".as_ref(), bam.as_ref()]);
    (table(&folder.path().join("s.fusions.tsv")), table_gz(&folder.path().join("s.candidates.tsv.gz")))
}

#[test]
fn mates_alone_call_a_known_pair_and_name_no_exons() {
    let (one, _) = called([spanning("p", (100, 110), 1)]);
    let listed: Vec<(&str, &str)> = one.iter().map(|row| (row.get("fusion"), row.get("filter"))).collect();
    assert_eq!(listed, [("EML4::ALK", "low_support")], "one is listed and may be anything");
    let (two, _) = called([spanning("p", (100, 110), 1), spanning("q", (85, 92), 11)]);
    assert_eq!(two.len(), 1, "one break explains both");
    let row = &two[0];
    assert_eq!((row.get("filter"), row.get("pair_fragments"), row.get("fragments")), ("PASS", "2", "2"));
    // Where the tables have a junction that explains the mates the break is taken to lie, with its interval.
    assert_eq!((row.get("breakpoint5"), row.get("breakpoint3")), ("chr2:42295516:+", "chr2:29223528:-"));
    assert_ne!(row.get("slack_bp"), "0");
    assert_eq!((row.get("exon_junction"), row.get("variant"), row.get("hgvs")), (".", ".", "."));
    assert_eq!(row.get("frame"), "unknown:no read shows the junction");
    assert_eq!(row.get("kinase_domain"), "retained");
}

#[test]
fn mates_that_no_pair_of_edges_explains_or_that_point_against_each_other_are_no_call() {
    // The ends lie 600 bases of transcript from the edges before the kinase domain.
    let far = [("p", 1_u64), ("q", 11)].map(|(name, seed)| {
        let (five, three) = (EML4_13_END - 100, ALK_20_START - 40_000 + 10 * seed as u32);
        [record(name, 65, five, three, 0, seed), record(name, 129, three, five, 0, seed + 1)]
    });
    let turned = [against_each_other("p", 100, 80, 1), against_each_other("q", 85, 95, 11)];
    for fragments in [far, turned] {
        let (rows, candidates) = called(fragments);
        assert!(rows.iter().all(|row| row.get("filter") != "PASS"), "{rows:?}");
        assert!(!candidates.is_empty(), "what is no call is a candidate");
    }
}
