use super::*;
use crate::alignment::read::{MatePlace, Piece, RecordKind};
use crate::alignment::umi::{Umi, UmiKind};
use crate::genome::{ContigId, Strand};
use crate::sequence::{random_bases, reverse_complement};

fn piece(start: u32, strand: Strand, (query_start, query_end): (u32, u32)) -> Piece {
    Piece { contig: ContigId(0), start, end: start + query_end - query_start, strand, query_start, query_end, mapq: 60, edits: 0 }
}

/// The first read of a pair, forward at `start`, its mate reverse with its leftmost base at `mate`.
fn record(name: &str, start: u32, mate: u32, umi: &str) -> ReadRecord {
    let kind = if umi.starts_with(|letter: char| letter.is_ascii_digit()) { UmiKind::Group } else { UmiKind::Sequenced };
    ReadRecord {
        fragment: FragmentId::of(name.as_bytes()),
        mate: Some(MatePlace { contig: ContigId(0), start: mate, strand: Strand::Reverse, begin: None }),
        umi: (!umi.is_empty()).then(|| Umi { text: umi.as_bytes().into(), kind }),
        ..ReadRecord::fixture(0, 0, start)
    }
}

/// The mate of [`record`].
fn mate_of(record: &ReadRecord, clipped: u32) -> ReadRecord {
    let mate = record.mate.expect("it has a mate");
    let first = record.pieces[0];
    ReadRecord {
        number: 1 - record.number,
        // Its last bases, those on the left, are clipped.
        pieces: vec![piece(mate.start + clipped, Strand::Reverse, (0, 50 - clipped))],
        mate: Some(MatePlace { contig: first.contig, start: first.start, strand: first.strand, begin: None }),
        ..record.clone()
    }
}

fn unaligned(name: &str, bases: &[u8], umi: &str) -> Unaligned {
    Unaligned {
        fragment: FragmentId::of(name.as_bytes()),
        number: 0,
        bases: bases.to_vec(),
        qualities: vec![30; bases.len()],
        paired: false,
        mate_bases: None,
        filed: None,
        name: Box::default(),
        umi: (!umi.is_empty()).then(|| Umi { text: umi.as_bytes().into(), kind: UmiKind::Sequenced }),
    }
}

fn single(name: &str, bases: &[u8], umi: &str) -> ReadRecord {
    ReadRecord { paired: false, mate: None, bases: Some(bases.to_vec().into()), ..record(name, 10, 0, umi) }
}

fn with_errors(bases: &[u8], at: &[usize]) -> Vec<u8> {
    let mut changed = bases.to_vec();
    for &at in at {
        changed[at] = if changed[at] == b'A' { b'C' } else { b'A' };
    }
    changed
}

fn count_all(records: &[ReadRecord], unaligned: &[Unaligned], rule: DuplicateRule) -> usize {
    let molecules = Molecules::with_unaligned(records, &unaligned.iter().collect::<Vec<_>>(), rule);
    let fragments = records.iter().map(|record| record.fragment).chain(unaligned.iter().map(|read| read.fragment));
    fragments.map(|fragment| molecules.of(fragment)).collect::<std::collections::BTreeSet<_>>().len()
}

fn count(records: &[ReadRecord], rule: DuplicateRule) -> usize {
    count_all(records, &[], rule)
}

#[test]
fn copies_with_the_same_ends_are_one_molecule_unless_their_umis_differ() {
    let records = [record("a", 10, 90, "ACGT"), record("b", 10, 90, "ACGT"), record("c", 10, 90, "TTTT"), record("d", 11, 90, "ACGT")];
    assert_eq!(count(&records, DuplicateRule::Position), 2);
    assert_eq!(count(&records, DuplicateRule::Flag), 4);
    assert_eq!(count(&records[..3], DuplicateRule::Umi), 2);
    let elsewhere = [record("a", 10, 90, "ACGT"), record("d", 100, 90, "ACGT"), record("e", 10, 290, "ACGT")];
    assert_eq!(count(&elsewhere, DuplicateRule::Umi), 3);
}

#[test]
fn a_fragment_without_a_umi_is_a_copy_of_one_that_lies_alike_and_makes_no_two_molecules_one() {
    let with = |umis: &[&str]| {
        let records: Vec<ReadRecord> = umis.iter().zip(["a", "b", "c", "d"]).map(|(umi, name)| record(name, 10, 90, umi)).collect();
        count(&records, DuplicateRule::Umi)
    };
    assert_eq!((with(&["ACGT", ""]), with(&["", ""]), with(&["", "ACGT", "TTTT", ""])), (1, 1, 2));
    let elsewhere = [record("a", 10, 90, "ACGT"), record("b", 200, 290, "")];
    assert_eq!(count(&elsewhere, DuplicateRule::Umi), 2);
}

#[test]
fn a_further_piece_without_the_tag_does_not_take_the_umi_away() {
    let further = |name: &str| ReadRecord {
        umi: None,
        kind: RecordKind::Piece,
        elsewhere: vec![vec![piece(10, Strand::Forward, (0, 50))]],
        ..record(name, 10, 90, "")
    };
    let records = [record("a", 10, 90, "ACGT"), further("a"), record("b", 10, 90, "ACGT"), further("b")];
    assert_eq!(count(&records, DuplicateRule::Umi), 1);
}

#[test]
fn numbered_molecules_are_never_joined() {
    let records = [record("a", 10, 90, "100"), record("b", 10, 90, "100"), record("c", 10, 90, "101")];
    assert_eq!(count(&records, DuplicateRule::Umi), 2);
}

#[test]
fn a_umi_with_one_error_joins_its_larger_family() {
    let records = [record("a", 10, 90, "ACGT"), record("b", 10, 90, "ACGT"), record("c", 10, 90, "ACGA")];
    assert_eq!(count(&records, DuplicateRule::Umi), 1);
    let alone = [record("a", 10, 90, "ACGT"), record("c", 10, 90, "ACGA")];
    assert_eq!(count(&alone, DuplicateRule::Umi), 2, "four bases are too few to tell an error from another molecule");
    let longer = [record("a", 10, 90, "ACGTACGTAC"), record("c", 10, 90, "ACGAACGTAC")];
    assert_eq!(count(&longer, DuplicateRule::Umi), 1);
}

#[test]
fn a_umi_between_two_families_joins_one_of_them_and_does_not_make_them_one() {
    let of =
        |umi: &str, copies: usize| -> Vec<ReadRecord> { (0..copies).map(|copy| record(&format!("{umi}{copy}"), 10, 90, umi)).collect() };
    let two = [of("AAAAAAAA", 5), of("AAAAAATT", 5)].concat();
    let between = |copies: usize| count(&[two.clone(), of("AAAAAAAT", copies)].concat(), DuplicateRule::Umi);
    assert_eq!((between(0), between(1), between(3), between(5)), (2, 2, 2, 3));
    let errors = [of("AAAAAAAA", 5), of("AAAAAAAT", 2), of("AAAAAACT", 1), of("CAAAAAAA", 1)].concat();
    assert_eq!(count(&errors, DuplicateRule::Umi), 1, "an error of an error is a copy too");
    let twice = [of("AAAAAAAA", 5), of("AAAAAAAT", 1), of("AAAAAACT", 1)].concat();
    assert_eq!(count(&twice, DuplicateRule::Umi), 1);
}

#[test]
fn the_strands_of_a_duplex_are_one_molecule() {
    // The second strand has read 2 where the first has read 1, and swapped halves.
    let other_strand = |name: &str, umi: &str| {
        let one = record(name, 10, 90, umi);
        let mate = ReadRecord { number: 1, ..one.clone() };
        [mate.clone(), mate_of(&mate, 0)]
    };
    let first = |umi: &str| [record("a", 10, 90, umi), mate_of(&record("a", 10, 90, umi), 0)];
    let both = |one: &str, two: &str| count(&[first(one), other_strand("b", two)].concat(), DuplicateRule::Umi);
    assert_eq!((both("ACG-TTA", "TTA-ACG"), both("ACG+TTA", "TTA+ACG"), both("7", "7")), (1, 1, 1));
    assert_eq!((both("ACG-TTA", "ACG-TTA"), both("ACG-TTA", "CCC-ACG"), both("7", "8")), (2, 2, 2));
    // One record of each is enough.
    let seen = [first("ACG-TTA")[0].clone(), other_strand("b", "TTA-ACG")[1].clone()];
    assert_eq!(count(&seen, DuplicateRule::Umi), 1);
    assert_eq!(count(&[first(""), other_strand("b", "")].concat(), DuplicateRule::Position), 1);
}

#[test]
fn a_clipped_mate_of_the_same_umi_is_the_same_whether_its_record_was_read_or_not() {
    let whole = record("a", 10, 90, "ACGTACGT");
    let clipped = ReadRecord { mate: whole.mate.map(|mate| MatePlace { start: 100, ..mate }), ..record("b", 10, 90, "ACGTACGT") };
    let mate = mate_of(&record("b", 10, 90, "ACGTACGT"), 10);
    let rules = |records: &[ReadRecord]| (count(records, DuplicateRule::Umi), count(records, DuplicateRule::Position));
    assert_eq!(rules(&[whole.clone(), clipped.clone()]), (1, 2), "by position nothing says that it is clipped");
    assert_eq!(rules(&[whole.clone(), mate_of(&whole, 0), clipped.clone(), mate.clone()]), (1, 1));
    // The mate's CIGAR says it.
    let by_cigar = |record: &ReadRecord, begin| ReadRecord {
        mate: record.mate.map(|mate| MatePlace { begin: Some(begin), ..mate }),
        ..record.clone()
    };
    assert_eq!(rules(&[by_cigar(&whole, 140), by_cigar(&clipped, 140)]), (1, 1));
    assert_eq!(rules(&[by_cigar(&whole, 140), mate]), (1, 1), "the mate of another copy alone, which shares its end");
    let other = ReadRecord { umi: record("c", 10, 90, "GGTTAACC").umi, ..clipped };
    assert_eq!(count(&[whole, other], DuplicateRule::Umi), 2);
}

#[test]
fn copies_of_a_split_read_are_one_whichever_part_the_aligner_found_or_made_the_primary_one() {
    let first = piece(10, Strand::Forward, (0, 25));
    let second = piece(5_000, Strand::Reverse, (25, 50));
    let with = |name: &str, pieces: Vec<Piece>, elsewhere: Vec<Vec<Piece>>| ReadRecord { pieces, elsewhere, ..record(name, 10, 90, "") };
    let records =
        [with("a", vec![first], vec![vec![second]]), with("b", vec![second], vec![vec![first]]), with("c", vec![first], Vec::new())];
    assert_eq!(count(&records, DuplicateRule::Position), 1);
}

#[test]
fn a_copy_whose_mate_is_not_aligned_belongs_to_one_molecule() {
    let lost = ReadRecord { mate: None, ..record("b", 10, 90, "") };
    let records = [record("a", 10, 90, ""), lost.clone(), record("c", 10, 190, "")];
    assert_eq!(count(&records, DuplicateRule::Position), 2, "it does not make the other two one");
    assert_eq!(count(&[record("a", 20, 90, ""), lost], DuplicateRule::Position), 2);
}

#[test]
fn a_droplets_umi_needs_no_place() {
    let cell = |name: &str, start: u32, text: &str| {
        let umi = Some(Umi { text: text.as_bytes().into(), kind: UmiKind::Cell });
        ReadRecord { umi, ..record(name, start, 90, "") }
    };
    let records = [cell("a", 10, "AA-1:ACGT"), cell("b", 300, "AA-1:ACGT"), cell("c", 10, "AC-1:ACGT"), cell("d", 10, "AA-1:ACGA")];
    assert_eq!(count(&records, DuplicateRule::Umi), 3);
}

#[test]
fn a_read_without_an_alignment_is_a_copy_where_its_bases_are_anothers_from_first_to_last() {
    let bases = random_bases(3, 60);
    let [one, other] = [&bases[..50], &bases[4..54]];
    let aligned = [single("a", one, "")];
    for rule in [DuplicateRule::Flag, DuplicateRule::Position] {
        let with = |reads: &[&[u8]]| {
            let reads: Vec<Unaligned> =
                reads.iter().enumerate().map(|(number, bases)| unaligned(&format!("u{number}"), bases, "")).collect();
            (count_all(&aligned, &reads, rule), count_all(&[], &reads, rule))
        };
        assert_eq!(with(&[one, &with_errors(one, &[2, 30]), &with_errors(one, &[14])]), (1, 1));
        assert_eq!(with(&[&reverse_complement(one)]), (1, 1), "the other strand");
        assert_eq!(with(&[other, &with_errors(other, &[2])]), (2, 1));
        assert_eq!(with(&[&with_errors(one, &[2, 7, 16, 30, 41])]), (2, 1), "five errors in fifty bases");
    }
    let twice = [single("a", one, ""), single("b", one, "")];
    assert_eq!(count_all(&twice, &[unaligned("u", one, "")], DuplicateRule::Flag), 2, "what is aligned was judged by the flag");
    assert_eq!(count_all(&aligned, &[unaligned("u", one, "")], DuplicateRule::Keep), 2);
}

#[test]
fn a_read_without_an_alignment_is_a_copy_where_its_umi_is_the_same_too() {
    let bases = random_bases(4, 50);
    let aligned = [single("a", &bases, "ACGTACGT"), single("b", &bases, "ACGTACGT")];
    let with = |umi: &str| count_all(&aligned, &[unaligned("u", &with_errors(&bases, &[3, 20]), umi)], DuplicateRule::Umi);
    assert_eq!((with("ACGTACGT"), with("ACGTACGA"), with("GGTTCCAA")), (1, 1, 2));
}

#[test]
fn a_mate_without_an_alignment_belongs_to_its_fragment_and_is_compared_with_others() {
    let (near, far) = (random_bases(5, 50), random_bases(6, 50));
    let aligned = |name: &str| ReadRecord { mate: None, bases: Some(near.clone().into()), ..record(name, 10, 90, "") };
    let mate = |name: &str, bases: &[u8]| Unaligned { number: 1, paired: true, ..unaligned(name, bases, "") };
    let both = |other: &[u8]| count_all(&[aligned("a"), aligned("b")], &[mate("a", &far), mate("b", other)], DuplicateRule::Position);
    assert_eq!((both(&far), both(&random_bases(7, 50))), (1, 2));
    // A copy of which neither read is aligned, its reads read as one.
    let whole = Unaligned { mate_bases: Some(far.clone()), paired: true, ..unaligned("c", &near, "") };
    assert_eq!(count_all(&[aligned("a")], &[mate("a", &far), whole], DuplicateRule::Position), 1);
}

#[test]
fn no_order_of_records_and_no_name_changes_a_count() {
    let umis = ["AAAAAAAA", "AAAAAAAT", "AAAAAATT", "CAAAAAAA", "CAAAAAAC"];
    let copies = [4, 2, 3, 1, 1];
    let named = |prefix: &str| -> Vec<ReadRecord> {
        let fragments = umis.iter().zip(copies).flat_map(|(umi, count)| (0..count).map(move |copy| (umi, copy)));
        fragments.map(|(umi, copy)| record(&format!("{prefix}{umi}{copy}"), 10, 90 + copy % 2, umi)).collect()
    };
    let expected = count(&named(""), DuplicateRule::Umi);
    for prefix in ["x", "y", "z", "read"] {
        let mut records = named(prefix);
        records.reverse();
        records.rotate_left(prefix.len());
        assert_eq!(count(&records, DuplicateRule::Umi), expected);
    }
}
