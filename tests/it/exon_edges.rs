//! Reads that an aligner left clipped, misled or unaligned, in the smallest files that show each kind. Bases are made up; without a
//! FASTA, wild-type reads of the same file say what lies at the exon edges.
#![allow(clippy::format_push_string, reason = "small files, made once")]

use crate::support::command::{call, table, Row};
use crate::support::sam::{self, bases, turned};

const HEADER: &str = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:248956422\n@SQ\tSN:chr2\tLN:242193529\n@SQ\tSN:chr5\tLN:181538259\n@SQ\tSN:chr6\tLN:170805979\n\
    @SQ\tSN:chr9\tLN:138394717\n@SQ\tSN:chr15\tLN:101991189\n";

/// Boundaries of ALK exon 20's start and exon 19's end, and of EML4 exon 13's end, on GRCh38.
const ALK_20_START: u32 = 29_223_528;
const ALK_19_END: u32 = 29_225_460;
const EML4_13_END: u32 = 42_295_516;
/// The end of CD74's exon 6, which lies on the reverse strand: its first base on the forward strand.
const CD74_6_END: u32 = 150_404_680;

/// The genome at the edges, as the forward strand reads it: 90 bases on the exon's side of each boundary.
struct Edges {
    alk_20: String,
    alk_19: String,
    eml4_13: String,
}

fn edges() -> Edges {
    Edges { alk_20: bases(1, 90), alk_19: bases(2, 90), eml4_13: bases(3, 90) }
}

fn read(name: &str, flag: u16, contig: &str, start: u32, cigar: &str, bases: &str, tags: &str) -> (u32, String) {
    let quality = "I".repeat(bases.len());
    let mapq = if flag & 4 == 0 { 60 } else { 0 };
    (start, format!("{name}\t{flag}\t{contig}\t{start}\t{mapq}\t{cigar}\t*\t0\t0\t{bases}\t{quality}{tags}\n"))
}

/// Wild-type reads that show the three edges.
fn wild_type(edges: &Edges) -> Vec<(u32, String)> {
    let mut list = Vec::new();
    for i in 0..3 {
        list.push(read(&format!("a{i}"), 0, "chr2", ALK_20_START - 89, "90M", &edges.alk_20, ""));
        list.push(read(&format!("b{i}"), 0, "chr2", ALK_19_END + 1, "90M", &edges.alk_19, ""));
        list.push(read(&format!("c{i}"), 0, "chr2", EML4_13_END - 89, "90M", &edges.eml4_13, ""));
    }
    list
}

/// A read that ends with ALK exon 20's first `kept` bases, aligned, and goes on with `tail` (as the forward strand reads it).
fn at_kinase(name: &str, edges: &Edges, kept: usize, tail: &str) -> (u32, String) {
    let bases = format!("{}{tail}", &edges.alk_20[90 - kept..]);
    read(name, 0, "chr2", ALK_20_START - kept as u32 + 1, &format!("{kept}M{}S", tail.len()), &bases, "")
}

/// A read that ends with EML4 exon 13's last `kept` bases, aligned, and goes on with `tail`.
fn at_partner(name: &str, edges: &Edges, kept: usize, tail: &str) -> (u32, String) {
    let bases = format!("{}{tail}", &edges.eml4_13[90 - kept..]);
    read(name, 0, "chr2", EML4_13_END - kept as u32 + 1, &format!("{kept}M{}S", tail.len()), &bases, "")
}

/// The same as long reads, which go on into what lies around.
fn long_wild_type(edges: &Edges) -> Vec<(u32, String)> {
    let mut list = Vec::new();
    for i in 0..3 {
        let around = bases(80 + i, 610);
        list.push(read(&format!("a{i}"), 0, "chr2", ALK_20_START - 699, "700M", &format!("{around}{}", edges.alk_20), ""));
        list.push(read(&format!("b{i}"), 0, "chr2", ALK_19_END + 1, "700M", &format!("{}{around}", edges.alk_19), ""));
        list.push(read(&format!("c{i}"), 0, "chr2", EML4_13_END - 699, "700M", &format!("{around}{}", edges.eml4_13), ""));
    }
    list
}

/// The calls of a BAM with the wild type and these reads.
fn rows(more: Vec<(u32, String)>) -> Vec<Row> {
    rows_beside(wild_type(&edges()), more)
}

fn rows_beside(mut reads: Vec<(u32, String)>, more: Vec<(u32, String)>) -> Vec<Row> {
    reads.extend(more);
    reads.sort_by_key(|(start, _)| if *start == 0 { u32::MAX } else { *start });
    let text: String = std::iter::once(HEADER.to_owned()).chain(reads.into_iter().map(|(_, line)| line)).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bam = folder.path().join("x.bam");
    sam::write(&text, &bam, None, true);
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "--assay".as_ref(), "rna".as_ref(), bam.as_ref()]);
    table(&folder.path().join("x.fusions.tsv"))
}

fn seen(rows: &[Row]) -> Vec<(&str, &str, &str, &str)> {
    rows.iter().map(|row| (row.get("exon_junction"), row.get("variant"), row.get("fragments"), row.get("filter"))).collect()
}

#[test]
fn short_tails_at_the_kinases_edge_are_known_by_the_partners_exon_ends() {
    let edges = edges();
    let partner = turned(&edges.eml4_13);
    let rows = rows(vec![at_kinase("r1", &edges, 70, &partner[..12]), at_kinase("r2", &edges, 60, &partner[..15])]);
    assert_eq!(seen(&rows), [("E13;A20", "V1", "2", "PASS")]);
}

#[test]
fn short_tails_at_a_partners_edge_are_known_by_the_kinases_exon_starts() {
    let edges = edges();
    let kinase = turned(&edges.alk_20);
    let rows = rows(vec![at_partner("r1", &edges, 70, &kinase[..12]), at_partner("r2", &edges, 60, &kinase[..15])]);
    assert_eq!(seen(&rows), [("E13;A20", "V1", "2", "PASS")]);
}

#[test]
fn reads_that_run_past_the_edge_into_chance_matches_are_cut_there() {
    let edges = edges();
    let partner = turned(&edges.eml4_13);
    // Three bases of the partner happen to fit the intron; the next read has a wrong base there and no clip at all.
    let bases = |kept: usize, tail: usize| format!("{}{}", &edges.alk_20[90 - kept..], &partner[..tail]);
    let clipped = read("r1", 0, "chr2", ALK_20_START - 59, "63M12S", &bases(60, 15), "");
    let extended = read("r2", 0, "chr2", ALK_20_START - 69, "82M", &bases(70, 12), "\tNM:i:6");
    assert_eq!(seen(&rows(vec![clipped, extended])), [("E13;A20", "V1", "2", "PASS")]);
}

#[test]
fn a_tail_that_is_the_kinases_own_previous_exon_is_a_splice() {
    let edges = edges();
    // ALK lies on the reverse strand: what follows upwards of exon 20 is exon 19's end, read upwards.
    let rows = rows(vec![at_kinase("r1", &edges, 70, &edges.alk_19[..14]), at_kinase("r2", &edges, 60, &edges.alk_19[..20])]);
    assert!(rows.is_empty(), "{:?}", seen(&rows));
}

#[test]
fn inserted_bases_between_the_edges_of_one_read_give_the_variant_its_name() {
    let edges = edges();
    let inserted = bases(4, 69);
    let whole = |five: usize, three: usize| format!("{}{inserted}{}", &edges.eml4_13[90 - five..], &turned(&edges.alk_20)[..three]);
    let unaligned = |name: &str, bases: &str| read(name, 4, "*", 0, "*", bases, "");
    let rows = rows(vec![unaligned("r1", &whole(40, 40)), unaligned("r2", &turned(&whole(30, 50)))]);
    assert_eq!(seen(&rows), [("E13;ins69A20", "V6", "2", "PASS")]);
    assert_eq!(rows[0].get("insertion"), inserted);
}

#[test]
fn reads_of_either_side_meet_in_inserted_bases_that_none_crosses() {
    let edges = edges();
    let inserted = bases(5, 90);
    let from_kinase = turned(&inserted);
    let rows = rows(vec![
        at_kinase("r1", &edges, 45, &from_kinase[..58]),
        at_kinase("r2", &edges, 60, &from_kinase[..40]),
        at_partner("r3", &edges, 45, &inserted[..57]),
        at_partner("r4", &edges, 55, &inserted[..45]),
    ]);
    assert_eq!(seen(&rows), [("E13;ins90A20", "E13ins90", "4", "PASS")]);
    // Two of them end within the inserted bases: the kinase's end, at which unbroken RNA is counted, they do not show.
    assert_eq!(rows[0].get("crossing_fragments"), "2");
    assert_eq!(rows[0].get("insertion"), inserted);
}

#[test]
fn ends_of_both_genes_in_one_foreign_rna_are_no_fusion_however_many_they_are() {
    // Ribosomal RNA, a vector, a spike-in: reads of either gene end in it, each where it happens to.
    let edges = edges();
    let foreign = bases(21, 1_869);
    let mut passed = Vec::new();
    for (count, salt) in [(4u64, 1u64), (10, 2), (10, 3), (20, 4), (40, 5), (40, 6)] {
        let end = |number: u64, bp: usize| {
            let at = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt * 7_919) >> 17;
            let at = at as usize % (foreign.len() - bp);
            let stretch = &foreign[at..at + bp];
            if number % 4 < 2 {
                stretch.to_owned()
            } else {
                turned(stretch)
            }
        };
        let ends = (0..count).map(|number| {
            let (name, kept) = (format!("d{number}"), 30 + (number as usize * 7 + salt as usize) % 36);
            let tail = end(number, 100 - kept);
            if number % 2 == 0 {
                at_kinase(&name, &edges, kept, &tail)
            } else {
                at_partner(&name, &edges, kept, &tail)
            }
        });
        let rows = rows(ends.collect());
        passed.extend(rows.iter().filter(|row| row.get("filter") == "PASS").map(|row| format!("{count}: {}", row.get("fusion"))));
    }
    assert!(passed.is_empty(), "{passed:?}");
}

#[test]
fn a_read_over_inserted_bases_stands_for_one_more_end_of_either_side() {
    let edges = edges();
    let inserted = bases(5, 33);
    let from_kinase = turned(&inserted);
    let over = format!("{from_kinase}{}", turned(&edges.eml4_13[60..]));
    let crosses = || at_kinase("r1", &edges, 45, &over[..55]);
    let ends = |name: &str, kept: usize| at_kinase(name, &edges, kept, &from_kinase[..30]);
    let of_partner = || at_partner("r4", &edges, 62, &inserted[..31]);
    let passing = |reads: Vec<(u32, String)>| {
        let rows = rows(reads);
        rows.iter().filter(|row| row.get("filter") == "PASS").map(|row| row.get("fragments").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(passing(vec![crosses(), ends("r2", 60), of_partner()]), ["3"]);
    // Of the kinase's own molecules any number may end in an exon that nobody knows: one molecule alone shows the partner.
    assert!(passing(vec![crosses(), ends("r2", 60), ends("r3", 50)]).is_empty());
    assert!(passing(vec![ends("r2", 60), ends("r3", 50)]).is_empty() && passing(vec![crosses()]).is_empty());
}

#[test]
fn inserted_bases_that_were_aligned_at_a_third_place_or_not_at_all_still_join_the_two_sides() {
    let edges = edges();
    let inserted = bases(7, 70);
    let from_partner = format!("{inserted}{}", turned(&edges.alk_20));
    let from_kinase = format!("{}{}", turned(&inserted), turned(&edges.eml4_13));
    let kinase = |name: &str, tail: usize| at_kinase(name, &edges, 50, &from_kinase[..tail]);
    // The first 40 inserted bases are those of a place on chr9, and aligned there.
    let elsewhere = |name: &str, kept: usize| {
        let (start, mut line) = at_partner(name, &edges, kept, &from_partner[..40]);
        line.insert_str(line.len() - 1, &format!("\tSA:Z:chr9,1000001,+,{kept}S40M,60,0;"));
        (start, line)
    };
    let joined = |reads: Vec<(u32, String)>| {
        let rows = rows(reads);
        let row = |row: &Row| (row.get("fusion").to_owned(), row.get("insertion").to_owned(), row.get("fragments").to_owned());
        rows.iter().map(row).collect::<Vec<_>>()
    };
    let expected = |fragments: &str| vec![("EML4::ALK".to_owned(), inserted.clone(), fragments.to_owned())];
    assert_eq!(joined(vec![kinase("k1", 55), elsewhere("p1", 50)]), [], "one read of either gene: no molecule shows both");
    assert_eq!(joined(vec![kinase("k1", 55), kinase("k2", 52), elsewhere("p1", 50), elsewhere("p2", 46)]), expected("4"));
    // Neither side reaches the other; a read of the inserted bases alone lies between.
    let partner = |name: &str, kept: usize| at_partner(name, &edges, kept, &from_partner[..22]);
    let short = vec![kinase("k1", 30), kinase("k2", 24), partner("p1", 50), partner("p2", 44)];
    assert!(joined(short.clone()).iter().all(|(fusion, _, _)| fusion != "EML4::ALK"));
    let between = read("u1", 4, "*", 0, "*", &inserted[..66], "");
    assert_eq!(joined([short, vec![between]].concat()), expected("4"));
}

#[test]
fn reads_of_either_side_meet_where_the_kinase_is_left_within_its_exon() {
    let edges = edges();
    let inserted = bases(7, 11);
    // As EML4-ALK V4: neither side's reads have sixteen bases of the other, and no edge tells where the kinase begins.
    let at_kinase = |name: &str, kept: usize, tail: usize| {
        let beyond = format!("{}{}", turned(&inserted), turned(&edges.eml4_13));
        let bases = format!("{}{}", &edges.alk_20[90 - 49 - kept..90 - 49], &beyond[..tail]);
        read(name, 0, "chr2", ALK_20_START - 49 - kept as u32 + 1, &format!("{kept}M{tail}S"), &bases, "")
    };
    let beyond = format!("{inserted}{}", &turned(&edges.alk_20)[49..]);
    let reads = vec![at_kinase("k1", 38, 25), at_kinase("k2", 36, 22), at_partner("p1", &edges, 60, &beyond[..22])];
    let rows = rows(reads);
    assert_eq!(rows.len(), 1, "{:?}", seen(&rows));
    assert_eq!((rows[0].get("fusion"), rows[0].get("fragments"), rows[0].get("filter")), ("EML4::ALK", "3", "PASS"));
    assert_eq!(
        (rows[0].get("insertion"), rows[0].get("breakpoint3")),
        (inserted.as_str(), format!("chr2:{}:-", ALK_20_START - 49).as_str())
    );
}

#[test]
fn a_new_partner_behind_inserted_bases_is_found_where_other_reads_show_its_bases() {
    let edges = edges();
    let (inserted, partner) = (bases(7, 12), bases(6, 90));
    let tail = format!("{inserted}{partner}");
    // CD74 is no known partner of ALK, and nothing in the reads at ALK points to it.
    let wild_type = |i: u32| read(&format!("d{i}"), 0, "chr5", CD74_6_END, "90M", &partner, "");
    let at_kinase = |i: u32| at_kinase(&format!("r{i}"), &edges, 40 + i as usize, &tail[..50 - 2 * i as usize]);
    let mut reads: Vec<(u32, String)> = (0..4).map(at_kinase).collect();
    // Sorted by place within a contig; chr5 comes behind chr2.
    reads.sort_by_key(|(start, _)| *start);
    let rows = rows(reads.into_iter().chain((0..3).map(wild_type)).collect());
    assert_eq!(rows.len(), 1, "{:?}", seen(&rows));
    assert_eq!((rows[0].get("fusion"), rows[0].get("fragments"), rows[0].get("filter")), ("CD74::ALK", "4", "PASS"));
    assert_eq!(rows[0].get("insertion"), turned(&inserted));
    assert_eq!(rows[0].get("breakpoint5"), format!("chr5:{CD74_6_END}:-"));
}

#[test]
fn a_new_partner_of_which_alone_the_reads_were_aligned_is_found_by_their_ends() {
    let edges = edges();
    let partner = bases(6, 90);
    // CD74 is no known partner of ALK, and no read of ALK points to it. It lies on the reverse strand: its reads begin with ALK.
    let at_partner = |name: &str, tail: usize, overrun: usize| {
        let bases = format!("{}{}", &edges.alk_20[90 - tail..], &partner[..60]);
        let cigar = format!("{}S{}M", tail - overrun, 60 + overrun);
        read(name, 0, "chr5", CD74_6_END - overrun as u32, &cigar, &bases, "\tNM:i:1")
    };
    let found = rows(vec![at_partner("r1", 20, 2), at_partner("r2", 13, 0)]);
    assert_eq!(seen(&found), [("C6;A20", ".", "2", "PASS")]);
    assert_eq!(found[0].get("breakpoint5"), format!("chr5:{CD74_6_END}:-"));
    let kinases_own = format!("{}{}", edges.alk_19, bases(5, 10));
    let spliced = |name: &str, kept: usize| {
        let tail = &edges.alk_20[90 - (75 - kept)..];
        read(name, 0, "chr2", ALK_19_END + 1, &format!("{}S{kept}M", 75 - kept), &format!("{tail}{}", &kinases_own[..kept]), "")
    };
    assert!(rows(vec![spliced("r1", 55), spliced("r2", 60)]).is_empty(), "the kinase's own exons follow each other");
}

#[test]
fn a_new_partner_needs_two_fragments_or_fourteen_bases_and_no_copy_of_the_kinase_is_one() {
    let edges = edges();
    let partner = bases(6, 90);
    let at = |name: &str, tail: usize, exon: &str| {
        let bases = format!("{}{}", &edges.alk_20[90 - tail..], &exon[..60]);
        read(name, 0, "chr5", CD74_6_END, &format!("{tail}S60M"), &bases, "")
    };
    let named = |reads: Vec<(u32, String)>| -> Vec<String> { rows(reads).iter().map(|row| row.get("fusion").to_owned()).collect() };
    assert!(named(vec![at("r1", 13, &partner)]).is_empty());
    assert_eq!(named(vec![at("r1", 13, &partner), at("r2", 12, &partner)]), ["CD74::ALK"]);
    // Reads of a copy of ALK: they leave its exon 19.
    assert!(named(vec![at("r1", 20, &edges.alk_19), at("r2", 18, &edges.alk_19)]).is_empty());
}

#[test]
fn clips_at_an_exons_edge_count_for_a_break_that_lies_in_the_exon_before() {
    let edges = edges();
    // The break keeps twelve bases of ALK's exon 19; an aligner that places EML4 leaves them between.
    let beyond = format!("{}{}", &edges.alk_19[..12], turned(&edges.eml4_13));
    let split = |name: &str, kept: usize| {
        let (start, mut line) = at_kinase(name, &edges, kept, &beyond[..52]);
        let supplement = format!("\tSA:Z:chr2,{},-,40M{}S,60,0;", EML4_13_END - 39, kept + 12);
        line.insert_str(line.len() - 1, &supplement);
        (start, line)
    };
    let clipped = |name: &str, kept: usize, tail: usize| at_kinase(name, &edges, kept, &beyond[..tail]);
    let rows = rows(vec![split("s1", 45), split("s2", 40), clipped("k1", 55, 30), clipped("k2", 52, 26)]);
    assert_eq!(rows.len(), 1, "{:?}", seen(&rows));
    assert_eq!((rows[0].get("breakpoint3"), rows[0].get("insertion")), (format!("chr2:{}:-", ALK_19_END + 12).as_str(), "."));
    assert_eq!(rows[0].get("fragments"), "4");
}

#[test]
fn a_long_read_that_stops_short_of_the_edge_is_known_by_the_partners_exon_end() {
    let edges = edges();
    let partner = turned(&edges.eml4_13);
    let kinase = format!("{}{}", bases(90, 210), edges.alk_20);
    // The alignment ends 25 bases before the exon does, behind a base that is left out, or with the exon.
    let stopped = format!("{}{}{partner}{}", &kinase[..280], &kinase[281..], bases(91, 500));
    let one = read("r1", 0, "chr2", ALK_20_START - 299, &format!("275M{}S", stopped.len() - 275), &stopped, "");
    let whole = format!("{}{partner}{}", &kinase[1..], bases(92, 500));
    let other = read("r2", 0, "chr2", ALK_20_START - 298, &format!("299M{}S", whole.len() - 299), &whole, "");
    assert_eq!(seen(&rows_beside(long_wild_type(&edges), vec![one, other])), [("E13;A20", "V1", "2", "PASS")]);
}

#[test]
fn bases_that_no_read_of_the_file_explains_are_a_flagged_break_without_a_partner() {
    let edges = edges();
    let tail = bases(8, 60);
    let reads = (0..4u32).map(|i| at_kinase(&format!("r{i}"), &edges, 40 + i as usize, &tail[..50 - 2 * i as usize])).collect();
    let rows = rows(reads);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].get("fusion"), rows[0].get("fragments"), rows[0].get("filter")), ("?::ALK", "4", "unplaced_partner"));
    assert_eq!((rows[0].get("breakpoint5"), rows[0].get("insertion")), (".", turned(&tail[..50]).as_str()));
}

#[test]
fn copies_of_one_unaligned_molecule_are_one_fragment() {
    let edges = edges();
    let whole = format!("{}{}", &edges.eml4_13[40..], &turned(&edges.alk_20)[..50]);
    let copies = (0..8).map(|i| read(&format!("r{i}"), 4, "*", 0, "*", &whole, "")).collect();
    assert_eq!(seen(&rows(copies)), [("E13;A20", "V1", "1", "low_support")]);
    let others = (0..4usize).map(|i| read(&format!("r{i}"), 4, "*", 0, "*", &whole[2 * i..], "")).collect();
    assert_eq!(seen(&rows(others)), [("E13;A20", "V1", "4", "PASS")]);
}

#[test]
fn unmapped_reads_that_are_filed_with_their_mates_are_looked_up_too() {
    let edges = edges();
    let whole = format!("{}{}", &edges.eml4_13[30..], &turned(&edges.alk_20)[..60]);
    let pair = |i: usize| {
        let (name, start) = (format!("r{i}"), ALK_20_START - 80 + i as u32);
        let mate = read(&name, 73, "chr2", start, "60M", &edges.alk_20[9 + i..69 + i], "");
        let (_, line) = read(&name, 133, "chr2", start, "*", &whole[2 * i..100 + i], "");
        [mate, (start, line)]
    };
    assert_eq!(seen(&rows((0..3).flat_map(pair).collect())), [("E13;A20", "V1", "3", "PASS")]);
}

#[test]
fn reads_that_end_in_adapter_are_no_break() {
    let edges = edges();
    let adapter = "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGTAGATCTCGGTGG";
    let reads = (0..5).map(|i| at_kinase(&format!("r{i}"), &edges, 40 + i, &adapter[..44 - i])).collect();
    assert!(rows(reads).is_empty());
}

#[test]
fn long_reads_that_leave_the_kinase_over_errors_and_gaps_are_known_by_the_partners_exon_end() {
    let edges = edges();
    let partner = turned(&edges.eml4_13);
    let kinase = format!("{}{}", bases(90, 210), edges.alk_20);
    let start = ALK_20_START - 299;
    // A base of the partner is left out near the edge.
    let clipped = format!("{kinase}{}{}{}", &partner[..6], &partner[7..], bases(91, 500));
    let one = read("r1", 0, "chr2", start, &format!("300M{}S", clipped.len() - 300), &clipped, "");
    // The aligner goes on behind a splice of its own making, with a gap every few bases.
    let misled = format!("{kinase}{partner}{}", bases(92, 520));
    let junk = "4000N3I3M3I2M1I7M5D7M4D9M2I6M";
    let other = read("r2", 0, "chr2", start + 1, &format!("299M{junk}{}S", misled.len() - 343), &misled[1..], "");
    // The aligner takes the partner for an insertion before bases that match by chance.
    let leapt = format!("{kinase}{partner}{}", bases(93, 340));
    let third = read("r3", 0, "chr2", start + 2, "298M390I9000N40M", &leapt[2..], "");
    let rows = rows_beside(long_wild_type(&edges), vec![one, other, third]);
    assert_eq!(seen(&rows), [("E13;A20", "V1", "3", "PASS")]);
}

#[test]
fn bases_that_an_aligner_spliced_to_what_is_no_exon_are_looked_up_among_the_partners() {
    let edges = edges();
    let partner = turned(&edges.eml4_13);
    let spliced = |name: &str, kept: usize, tail: usize| {
        let bases = format!("{}{}", &edges.alk_20[90 - kept..], &partner[..tail]);
        read(name, 0, "chr2", ALK_20_START - kept as u32 + 1, &format!("{kept}M900000N{tail}M"), &bases, "")
    };
    assert_eq!(seen(&rows(vec![spliced("r1", 60, 30), spliced("r2", 50, 40)])), [("E13;A20", "V1", "2", "PASS")]);
}

#[test]
fn both_mates_of_an_unaligned_pair_are_looked_at_where_one_has_an_edges_bases() {
    let edges = edges();
    // A break within an intron of EML4, which no edge tells; the mate that reads over it has eleven bases of ALK.
    let (intron, boundary) = (bases(70, 60), 42_290_000u32);
    let split = |name: &str, kept: usize, tail: usize| {
        let bases = format!("{}{}", &edges.alk_20[90 - kept..], &turned(&intron)[..tail]);
        let supplement = format!("\tSA:Z:chr2,{},-,{tail}M{kept}S,60,0;", boundary - tail as u32 + 1);
        read(name, 0, "chr2", ALK_20_START - kept as u32 + 1, &format!("{kept}M{tail}S"), &bases, &supplement)
    };
    let beside = read("u1", 77, "*", 0, "*", &edges.alk_20[5..65], "");
    let over = read("u1", 141, "*", 0, "*", &format!("{intron}{}", &turned(&edges.alk_20)[..11]), "");
    for pair in [[beside.clone(), over.clone()], [over, beside]] {
        let reads = [vec![split("r1", 60, 40), split("r2", 50, 45)], pair.to_vec()].concat();
        let rows = rows(reads);
        assert_eq!(rows.iter().map(|row| (row.get("fusion"), row.get("fragments"))).collect::<Vec<_>>(), [("EML4::ALK", "3")]);
    }
}

#[test]
fn a_read_in_three_pieces_is_among_those_that_are_drawn() {
    // Aligners without splicing write the partner's last two exons as pieces of their own: the primary alignment, which alone has all of
    // the bases, lies more than a thousand bases from either break.
    let edges = edges();
    let (before, partner, kinase) = (bases(7, 46), edges.eml4_13[64..].to_owned(), turned(&edges.alk_20[54..]));
    let far = EML4_13_END - 2_500;
    let (near, alk) = (EML4_13_END - 25, ALK_20_START - 35);
    let mut reads = wild_type(&edges);
    for at in 0..4 {
        let name = format!("three{at}");
        let whole = format!("{before}{partner}{kinase}");
        let sa = format!("\tSA:Z:chr2,{near},+,46S26M36S,60,0;chr2,{alk},-,36M72S,60,0;");
        reads.push(read(&name, 0, "chr2", far, "46M62S", &whole, &sa));
        let sa = format!("\tSA:Z:chr2,{far},+,46M62S,60,0;chr2,{alk},-,36M72S,60,0;");
        reads.push(read(&name, 2048, "chr2", near, "46H26M36H", &partner, &sa));
        let sa = format!("\tSA:Z:chr2,{far},+,46M62S,60,0;chr2,{near},+,46S26M36S,60,0;");
        reads.push(read(&name, 2064, "chr2", alk, "36M72H", &turned(&kinase), &sa));
    }
    reads.sort_by_key(|(start, _)| *start);
    let text: String = std::iter::once(HEADER.to_owned()).chain(reads.into_iter().map(|(_, line)| line)).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bam = folder.path().join("x.bam");
    sam::write(&text, &bam, None, true);
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "--assay".as_ref(), "rna".as_ref(), bam.as_ref()]);
    let rows = table(&folder.path().join("x.fusions.tsv"));
    assert_eq!((rows.len(), rows[0].get("exon_junction"), rows[0].get("fragments")), (1, "E13;A20", "4"));
    let json = std::fs::read(folder.path().join("x.kinfuse.json")).expect("the document is there");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("it is JSON");
    let drawn = &json["drawings"]["fusions"][0]["reads"];
    assert_eq!((drawn["rows"].as_array().map(Vec::len), drawn["left_out"].as_u64()), (Some(4), Some(0)), "{drawn}");
    assert!(drawn["left"].as_str().is_some_and(|left| left.ends_with(&partner)), "{drawn}");
    assert!(drawn["right"].as_str().is_some_and(|right| right.starts_with(&kinase)), "{drawn}");
}

#[test]
fn a_read_without_a_break_that_ends_in_dirt_shows_no_partner_that_begins_as_its_own_next_exon() {
    let mut edges = edges();
    // Seven bases of ALK's exon 19 are those with which EML4's exon 13 ends, as a read that leaves exon 20 meets them.
    let partner = turned(&edges.eml4_13);
    let other = if partner.as_bytes()[7] == b'T' { "C" } else { "T" };
    edges.alk_19 = format!("{}{other}{}", &partner[..7], &edges.alk_19[8..]);
    let fusion = || at_kinase("f", &edges, 60, &partner[..30]);
    let unbroken = at_kinase("w", &edges, 60, &format!("{}{}", &edges.alk_19[..8], "G".repeat(22)));
    let other = at_kinase("g", &edges, 52, &partner[..38]);
    let fragments = |more: Vec<(u32, String)>| -> Vec<String> {
        rows_beside(wild_type(&edges), more).iter().map(|row| row.get("fragments").to_owned()).collect()
    };
    assert_eq!(fragments(vec![fusion(), unbroken.clone()]), fragments(vec![fusion()]), "one molecule shows the fusion");
    assert_eq!(fragments(vec![fusion(), other, unbroken]), ["2"]);
}

#[test]
fn the_partners_bases_count_at_an_edge_whatever_dirt_follows_them() {
    let edges = edges();
    let partner = turned(&edges.eml4_13);
    for dirt in ["AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC", "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGG", "CACACACACACACACACACACACACACA"] {
        let tail = |i: usize| format!("{}{dirt}", &partner[..16 + 3 * i]);
        let reads = (0..4usize).map(|i| at_kinase(&format!("r{i}"), &edges, 40 + i, &tail(i))).collect();
        assert_eq!(seen(&rows(reads)), [("E13;A20", "V1", "4", "PASS")], "{dirt}");
    }
}
