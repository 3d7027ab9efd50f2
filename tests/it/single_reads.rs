//! Single reads over a break of DNA: without a mate all that a molecule shows is one read, which may end in adapter, be trimmed, or have lost
//! one of its records. The bases are made up; there is no FASTA.

use crate::support::command::{call, table, Row};
use crate::support::sam::{self, bases, turned};

const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr2\tLN:242193529\n@SQ\tSN:chr6\tLN:170805979\n@SQ\tSN:chr7\tLN:159345973\n";
/// Where EML4 (intron 13) and ALK (intron 19) are joined on GRCh38: the last base that is kept of each, 1-based.
const EML4: u32 = 42_299_750;
const ALK: u32 = 29_224_500;
const TRUSEQ: &str = "AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC";
const P7: &str = "ATCTCGTATGCCGTCTTCTGCTTG";

/// The last bases of ALK before the break, on the forward strand, and those of the partner behind it, in the same direction.
fn alk(count: usize) -> String {
    bases(1, 200)[200 - count..].to_owned()
}

fn eml4(count: usize) -> String {
    turned(&bases(2, 200)[200 - count..])
}

type Placed = (u32, String);

fn record(name: &str, flag: u16, start: u32, cigar: &str, bases: &str, tags: &str) -> Placed {
    (start, format!("{name}\t{flag}\tchr2\t{start}\t60\t{cigar}\t*\t0\t0\t{bases}\t{}{tags}\n", "I".repeat(bases.len())))
}

/// A read that the aligner clipped at the break.
fn clipped(name: &str, kinase_bp: usize, beyond: &str) -> Placed {
    let cigar = format!("{kinase_bp}M{}S", beyond.len());
    record(name, 0, ALK + 1 - kinase_bp as u32, &cigar, &(alk(kinase_bp) + beyond), "")
}

/// The records of a read that the aligner split, at ALK and at the partner; the primary one lies at ALK or at the partner.
fn split(name: &str, (kinase_bp, partner_bp): (usize, usize), end: &str, at: u32, primary_at_kinase: bool) -> [Placed; 2] {
    let whole = alk(kinase_bp) + &eml4(partner_bp) + end;
    let (at_kinase, at_partner) = (ALK + 1 - kinase_bp as u32, at + 1 - partner_bp as u32);
    let kinase_cigar = format!("{kinase_bp}M{}S", partner_bp + end.len());
    let clip = if end.is_empty() { String::new() } else { format!("{}S", end.len()) };
    let partner_cigar = format!("{clip}{partner_bp}M{kinase_bp}S");
    let (of_kinase, of_partner) = if primary_at_kinase { (0, 2064) } else { (2048, 16) };
    let to_partner = format!("\tSA:Z:chr2,{at_partner},-,{partner_cigar},60,0;");
    let to_kinase = format!("\tSA:Z:chr2,{at_kinase},+,{kinase_cigar},60,0;");
    [
        record(name, of_kinase, at_kinase, &kinase_cigar, &whole, &to_partner),
        record(name, of_partner, at_partner, &partner_cigar, &turned(&whole), &to_kinase),
    ]
}

/// What is called of these reads among unbroken ones.
fn rows(reads: impl IntoIterator<Item = Placed>) -> Vec<Row> {
    let unbroken = alk(200) + &bases(3, 100);
    let wild_type =
        (0..60).map(|shift| record(&format!("w{shift}"), 0, ALK - 129 + shift, "100M", &unbroken[70 + shift as usize..][..100], ""));
    let mut records: Vec<Placed> = wild_type.chain(reads).collect();
    records.sort();
    let folder = tempfile::tempdir().expect("a folder");
    let bam = folder.path().join("x.bam");
    let text = HEADER.to_owned() + &records.into_iter().map(|(_, line)| line).collect::<String>();
    sam::write(&text, &bam, None, true);
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "--assay".as_ref(), "dna".as_ref(), bam.as_ref()]);
    table(&folder.path().join("x.fusions.tsv"))
}

fn called(rows: &[Row]) -> Vec<(String, String, String)> {
    let column = |row: &Row, name: &str| row.get(name).to_owned();
    rows.iter().map(|row| (column(row, "fusion"), column(row, "fragments"), column(row, "filter"))).collect()
}

fn eml4_alk(fragments: u32) -> Vec<(String, String, String)> {
    vec![("EML4::ALK".to_owned(), fragments.to_string(), "PASS".to_owned())]
}

#[test]
fn bases_of_the_partner_count_whatever_dirt_follows_them() {
    let dirt = [
        String::new(),
        TRUSEQ.to_owned(),
        format!("{TRUSEQ}TTAGGC{P7}"),
        "CTGTCTCTTATACACATCTCCGAGCCCACGAGAC".to_owned(),
        "TGGAATTCTCGGGTGCCAAGG".to_owned(),
        "G".repeat(30),
        "CA".repeat(15),
    ];
    for end in dirt {
        let reads = (0..5u32).map(|read| clipped(&format!("c{read}"), 50 + 3 * read as usize, &(eml4(14 + 3 * read as usize) + &end)));
        let found = rows(reads.chain(split("s", (40, 60), "", EML4, true)));
        assert_eq!(called(&found), eml4_alk(6), "{end}");
    }
}

#[test]
fn a_piece_at_the_partner_is_placed_as_surely_before_dirt() {
    for partner_bp in [26, 28, 30] {
        for end in ["", &TRUSEQ[..20], &"G".repeat(20), &"N".repeat(20)] {
            let reads = (0..5u32).flat_map(|read| split(&format!("s{read}"), (45 + 2 * read as usize, partner_bp), end, EML4, true));
            assert_eq!(called(&rows(reads)), eml4_alk(5), "{partner_bp} {end}");
        }
    }
}

#[test]
fn split_reads_count_where_only_the_record_at_the_partner_is_left() {
    let reads = |at_kinase: bool| {
        (0..4u32).map(move |read| {
            let [kinase, partner] = split(&format!("s{read}"), (40 + 2 * read as usize, 50), "", EML4, at_kinase);
            if at_kinase {
                kinase
            } else {
                partner
            }
        })
    };
    assert_eq!(called(&rows(reads(true))), eml4_alk(4));
    assert_eq!(called(&rows(reads(false))), eml4_alk(4), "tools drop supplementary records");
}

#[test]
fn copies_of_one_chimera_trimmed_to_different_lengths_are_no_fusion() {
    // A chimera with a place that no table lists.
    let copies = (0..8u32).flat_map(|copy| split(&format!("s{copy}"), (50, 30 + 2 * copy as usize), "", 60_000_000, true));
    let found = rows(copies);
    assert_eq!(found.len(), 1);
    assert!(found[0].get("filter").contains("one_sided_duplicates"), "{}", found[0].get("filter"));
}

#[test]
fn a_whole_adapter_is_no_broken_kinase() {
    for end in [format!("{TRUSEQ}TTAGGC{P7}"), format!("{TRUSEQ}TTAGGCAT{P7}AAAAAAAA"), format!("{TRUSEQ}TTAGGC{}", &P7[..10])] {
        let reads = (0..5u32).map(|read| clipped(&format!("c{read}"), 60 + 2 * read as usize, &end));
        assert!(rows(reads).is_empty(), "{end}");
    }
}
