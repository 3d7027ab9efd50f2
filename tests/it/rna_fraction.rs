//! The allele fraction of RNA counts the fused and the unbroken molecules by one rule: a read across the kinase's end.
#![allow(clippy::format_push_string, reason = "small files, made once")]

use crate::support::command::{call, table, Row};

const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr2\tLN:242193529\n@SQ\tSN:chr6\tLN:170805979\n\
    @SQ\tSN:chr9\tLN:138394717\n@SQ\tSN:chr15\tLN:101991189\n";

/// Boundaries of ALK exon 20's start and exon 19's end, and of EML4 exon 13's end, on GRCh38. ALK lies on the reverse strand.
const ALK_20_START: u32 = 29_223_528;
const ALK_19_END: u32 = 29_225_460;
const EML4_13_END: u32 = 42_295_516;

/// A read that leaves ALK at `end` after `left` bases and goes on upwards from EML4 exon 13's end.
fn fused(name: &str, end: u32, left: u32) -> String {
    let (right, start) = (100 - left, end - left + 1);
    let there = EML4_13_END - right + 1;
    format!("{name}\t0\tchr2\t{start}\t60\t{left}M{right}S\t*\t0\t0\t*\t*\tSA:Z:chr2,{there},-,{right}M{left}S,60,0;\n")
}

/// A read over the splice of ALK's exons 19 and 20, with `left` bases of the latter.
fn spliced(name: &str, left: u32) -> String {
    let (start, intron) = (ALK_20_START - left + 1, ALK_19_END - ALK_20_START);
    format!("{name}\t0\tchr2\t{start}\t60\t{left}M{intron}N{}M\t*\t0\t0\t*\t*\n", 100 - left)
}

/// Mates of 60 bases, each with its strand.
fn mates(name: &str, (first, first_reverse): (u32, bool), (second, second_reverse): (u32, bool)) -> String {
    let flag = |own: bool, other: bool, number: u16| 1 + number + if own { 16 } else { 0 } + if other { 32 } else { 0 };
    let line = |flag: u16, start: u32, mate: u32| format!("{name}\t{flag}\tchr2\t{start}\t60\t60M\t=\t{mate}\t0\t*\t*\n");
    line(flag(first_reverse, second_reverse, 64), first, second) + &line(flag(second_reverse, first_reverse, 128), second, first)
}

/// The one call of these reads.
fn only_row(reads: &str) -> Row {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let input = folder.path().join("input.sam");
    std::fs::write(&input, HEADER.to_owned() + reads).expect("the SAM is written");
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "--assay".as_ref(), "rna".as_ref(), input.as_ref()]);
    let mut rows = table(&folder.path().join("x.fusions.tsv"));
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0)
}

fn counts(row: &Row) -> [&str; 4] {
    ["fragments", "crossing_fragments", "depth3", "allele_fraction"].map(|column| row.get(column))
}

#[test]
fn mates_on_either_side_count_neither_for_the_fusion_nor_against_it() {
    let mut reads = String::new();
    for i in 0..10 {
        reads += &fused(&format!("f{i}"), ALK_20_START, 40 + i);
        reads += &spliced(&format!("w{i}"), 40 + i);
        reads += &mates(&format!("m{i}"), (ALK_20_START - 100 + i, false), (ALK_19_END + 40 + i, true));
    }
    reads += &mates("p", (ALK_20_START - 120, false), (EML4_13_END - 120, false));
    assert_eq!(counts(&only_row(&reads)), ["11", "10", "10", "0.5"]);
}

#[test]
fn mates_alone_give_no_fraction() {
    let pairs = (0..6).map(|i| mates(&format!("p{i}"), (ALK_20_START - 120 + i, false), (EML4_13_END - 120 + 2 * i, false)));
    let wild_type = (0..6).map(|i| spliced(&format!("w{i}"), 40 + i));
    let row = only_row(&pairs.chain(wild_type).collect::<String>());
    assert_eq!([row.get("fragments"), row.get("crossing_fragments"), row.get("allele_fraction")], ["6", "0", "."]);
}

#[test]
fn where_the_break_lies_beside_the_exons_edge_the_ordinary_splice_counts_against_it() {
    // 5 bases within exon 20, and 60 within the intron before it: unbroken RNA shows neither place as one piece.
    for end in [ALK_20_START - 5, ALK_20_START + 60] {
        let fused = (0..8).map(|i| fused(&format!("f{i}"), end, 40 + i));
        let wild_type = (0..8).map(|i| spliced(&format!("w{i}"), 40 + i));
        assert_eq!(counts(&only_row(&fused.chain(wild_type).collect::<String>())), ["8", "8", "8", "0.5"], "{end}");
    }
}
