//! The evidence file: every molecule that a row counts is in it with all of its records, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rust_htslib::bam::record::{Aux, Record};
use rust_htslib::bam::{self, Read as _};

use crate::copies::{set, unaligned, with_copies, with_umis};
use crate::support::bench::Bench;
use crate::support::command::{call, repository, table, table_gz, Row};
use crate::support::sam;
use kinfuse::genome::{Interval, Junction};
use kinfuse::model::Role;
use kinfuse::progress::Progress;
use kinfuse::simulate::{AlignerStyle, Sampler, SequencingErrors, SimulatedFragment, SimulatedLibrary, SimulatedMolecule};
use kinfuse::{pipeline, publish};

/// All records of a BAM.
fn records(path: &Path) -> Vec<Record> {
    let mut reader = bam::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    reader.records().map(|record| record.expect("a record")).collect()
}

fn tag(record: &Record, tag: &[u8]) -> String {
    match record.aux(tag) {
        Ok(Aux::String(text)) => text.to_owned(),
        other => panic!("{}: {other:?}", String::from_utf8_lossy(tag)),
    }
}

fn is_copy(record: &Record) -> bool {
    record.aux(b"kc").is_ok()
}

fn name(record: &Record) -> String {
    String::from_utf8_lossy(record.qname()).into_owned()
}

/// The kinds of the molecules of each call.
fn molecules(records: &[Record]) -> BTreeMap<String, BTreeMap<u32, String>> {
    let mut found: BTreeMap<String, BTreeMap<u32, String>> = BTreeMap::new();
    for record in records {
        let [calls, kinds, numbers] = [b"kf", b"ke", b"km"].map(|key| tag(record, key).split(',').map(str::to_owned).collect::<Vec<_>>());
        assert!(calls.len() == kinds.len() && calls.len() == numbers.len(), "{}", name(record));
        for ((call, kind), number) in calls.into_iter().zip(kinds).zip(numbers) {
            let known = found.entry(call).or_default().entry(number.parse().expect("a number")).or_insert(kind.clone());
            assert_eq!(*known, kind, "one molecule has one kind");
        }
    }
    found
}

/// Records of a name that a fragment has: all but other places where it might lie.
fn records_of(input: &[Record]) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for record in input.iter().filter(|record| !record.is_secondary() || record.aux(b"SA").is_ok()) {
        *counts.entry(name(record)).or_default() += 1;
    }
    counts
}

/// Checks an evidence file against the rows that it is for and the file that was called; gives its records.
fn checked(rows: &[Row], counts: &dyn Fn(&Row) -> [u32; 4], evidence: &Path, input: &Path) -> Vec<Record> {
    let all = records(evidence);
    let place = |record: &Record| (record.tid() as u32, record.pos());
    assert!(all.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])), "sorted by place");
    let mut indexed = bam::IndexedReader::from_path(evidence).expect("it opens with its index");
    let mut by_index = 0;
    for tid in 0..indexed.header().target_count() {
        indexed.fetch(tid).expect("the index has each contig");
        by_index += indexed.records().count();
    }
    assert_eq!(by_index, all.iter().filter(|record| record.tid() >= 0).count());
    let bytes = std::fs::read(evidence).expect("it is there");
    assert!(bytes.ends_with(&kinfuse::bgzf::END_OF_FILE));
    let found = molecules(&all);
    let expected: BTreeSet<String> = rows.iter().filter(|row| counts(row)[0] > 0).map(|row| row.get("id").to_owned()).collect();
    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), expected, "the calls of the table and no others");
    for row in rows {
        let molecules = found.get(row.get("id")).cloned().unwrap_or_default();
        let of = |kind: &str| molecules.values().filter(|own| *own == kind).count() as u32;
        let kinds = [molecules.len() as u32, of("split"), of("pair"), of("clip")];
        assert_eq!(kinds, counts(row), "{} {}", row.get("id"), row.get("fusion"));
        assert_eq!(molecules.keys().copied().collect::<Vec<_>>(), (1..=kinds[0]).collect::<Vec<_>>());
    }
    // One fragment of each molecule is none of its copies.
    for (call, molecules) in &found {
        for number in molecules.keys() {
            let own = all.iter().filter(|record| {
                let at = tag(record, b"kf").split(',').position(|other| other == call);
                at.is_some_and(|at| tag(record, b"km").split(',').nth(at) == Some(&number.to_string())) && !is_copy(record)
            });
            assert_eq!(own.map(name).collect::<BTreeSet<_>>().len(), 1, "{call} molecule {number}");
        }
    }
    let given = records_of(&records(input));
    for (name, count) in records_of(&all) {
        assert_eq!(Some(&count), given.get(&name), "{name}: all of its records, each once");
    }
    all
}

fn own_counts(row: &Row) -> [u32; 4] {
    ["fragments", "split_fragments", "pair_fragments", "clip_fragments"].map(|column| row.number(column) as u32)
}

/// Calls SAM text of the made-up genome as `x` and checks its evidence.
fn checked_call(text: &str, more: &[&str]) -> (tempfile::TempDir, Vec<Record>) {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("input.bam");
    sam::write(text, &input, None, true);
    let (gtf, fasta) = (repository("test-data/mini.gtf"), repository("test-data/mini.fa"));
    let mut arguments: Vec<&OsStr> = vec!["-s".as_ref(), "x".as_ref(), "-g".as_ref(), gtf.as_ref(), "-r".as_ref(), fasta.as_ref()];
    arguments.extend(more.iter().map(OsStr::new));
    arguments.push(input.as_ref());
    call(folder.path(), &arguments);
    let rows = table(&folder.path().join("x.fusions.tsv"));
    assert!(!rows.is_empty() && rows.iter().all(|row| row.get("evidence_file") == "x.evidence.bam"));
    let all = checked(&rows, &own_counts, &folder.path().join("x.evidence.bam"), &input);
    (folder, all)
}

fn made_up(name: &str) -> String {
    sam::text(&repository(&format!("test-data/{name}.bam")))
}

/// A record as text, without the tags that number molecules.
fn plain(record: &Record) -> (String, u16, i32, i64, String) {
    (name(record), record.flags(), record.tid(), record.pos(), record.cigar().to_string())
}

#[test]
fn the_molecules_of_each_row_are_there_with_all_of_their_records_and_no_others() {
    for sample in ["rna", "dna"] {
        let (folder, all) = checked_call(&made_up(sample), &[]);
        assert!(all.iter().all(|record| is_copy(record) == record.is_duplicate()), "{sample}: the file flags what is a copy");
        let text = sam::text(&folder.path().join("x.evidence.bam"));
        let (given, input) = (text.lines(), made_up(sample));
        let header: Vec<&str> = given.take_while(|line| line.starts_with('@')).collect();
        for line in input.lines().filter(|line| line.starts_with("@SQ") || line.starts_with("@RG") || line.starts_with("@PG")) {
            assert!(header.contains(&line), "{line}");
        }
        assert!(header[0].contains("SO:coordinate") && header.iter().any(|line| line.starts_with("@PG\tID:kinfuse\tPN:kinfuse\tVN:")));
        let session = std::fs::read_to_string(folder.path().join("x.igv.xml")).expect("the session");
        assert!(session.contains("<Resource path=\"x.evidence.bam\"/>") && session.matches("<Frame ").count() >= 2, "{session}");
        let document: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(folder.path().join("x.kinfuse.json")).expect("the JSON")).expect("valid");
        assert_eq!(document["evidence_files"], serde_json::json!(["x.evidence.bam"]));
        // The names of a candidate's reads are those of its fragments here.
        let candidates = table_gz(&folder.path().join("x.candidates.tsv.gz"));
        let column = candidates[0].split('\t').position(|column| column == "read_names").expect("the column is there");
        let first: Vec<&str> = candidates[1].split('\t').nth(column).expect("the cell").split(',').collect();
        let own = all.iter().filter(|record| !is_copy(record) && tag(record, b"kf").split(',').any(|id| id == "F1"));
        let own: BTreeSet<String> = own.map(name).collect();
        assert!(first.len() == own.len().min(100) && first.iter().all(|name| own.contains(*name)) && first.is_sorted(), "{first:?}");
    }
}

#[test]
fn pairs_alone_bring_both_mates() {
    let dna = sam::records(&made_up("dna"), |fields| {
        let is_split = fields[5].contains('S') || fields[5].contains('H') || fields.iter().any(|field| field.starts_with("SA:"));
        (!is_split).then_some(fields)
    });
    let (_folder, all) = checked_call(&dna, &[]);
    assert!(all.iter().all(|record| tag(record, b"ke") == "pair" && record.is_paired()));
}

#[test]
fn records_doubled_as_duplicates_add_copies_and_nothing_else() {
    for sample in ["rna", "dna"] {
        let (_, mut before) = checked_call(&made_up(sample), &["--duplicates", "flag"]);
        before.retain(|record| !is_copy(record));
        let doubled = with_copies(&made_up(sample), &|_, fragment| {
            let mut copy = fragment.clone();
            for fields in &mut copy {
                set(fields, 0x400);
            }
            vec![copy]
        });
        let (_, after) = checked_call(&doubled, &["--duplicates", "flag"]);
        let (copies, own): (Vec<Record>, Vec<Record>) = after.into_iter().partition(is_copy);
        let sorted = |records: &[Record]| records.iter().map(plain).collect::<BTreeSet<_>>();
        assert_eq!(sorted(&own), sorted(&before), "{sample}");
        assert!(!copies.is_empty() && copies.iter().all(Record::is_duplicate), "{sample}");
        // Each copy that was made of a fragment here is here too, with as many records.
        let of = |records: &[Record], name: &str| records.iter().filter(|record| record.qname() == name.as_bytes()).count();
        for name in before.iter().map(name).filter(|name| sam::name_hash(name, 7).is_multiple_of(3)) {
            let copied = of(&copies, &format!("a{name}0")) + of(&copies, &format!("z{name}0"));
            assert_eq!(copied, of(&before, &name), "{sample}: {name}");
        }
    }
}

#[test]
fn copies_by_place_or_umi_belong_to_their_molecule_aligned_or_not() {
    for sample in ["rna", "dna"] {
        let by_place = with_copies(&made_up(sample), &|_, fragment| vec![fragment.clone(), fragment.clone()]);
        let (_, all) = checked_call(&by_place, &["--duplicates", "position"]);
        assert!(all.iter().any(is_copy), "{sample}");
        let lost = with_copies(&with_umis(&made_up(sample)), &|_, fragment| vec![fragment.clone(), unaligned(fragment)]);
        let (_, all) = checked_call(&lost, &["--duplicates", "umi", "--umi-tag", "RX"]);
        assert!(all.iter().any(is_copy), "{sample}");
        if sample == "rna" {
            assert!(all.iter().any(Record::is_unmapped), "unaligned copies that read over an edge count for a molecule too");
        }
    }
}

#[test]
fn a_stream_brings_the_same_records() {
    for sample in ["rna", "dna"] {
        let (_, indexed) = checked_call(&made_up(sample), &[]);
        let (_, streamed) = checked_call(&made_up(sample), &["--mode", "stream"]);
        assert_eq!(indexed.iter().map(plain).collect::<Vec<_>>(), streamed.iter().map(plain).collect::<Vec<_>>(), "{sample}");
    }
}

#[test]
fn a_cram_brings_the_same_records_as_a_bam() {
    let folder = tempfile::tempdir().expect("a folder");
    let (gtf, fasta) = (repository("test-data/mini.gtf"), repository("test-data/mini.fa"));
    let cram = folder.path().join("input.cram");
    sam::write(&made_up("dna"), &cram, Some(&fasta), true);
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "-g".as_ref(), gtf.as_ref(), "-r".as_ref(), fasta.as_ref(), cram.as_ref()]);
    let (_other, from_bam) = checked_call(&made_up("dna"), &[]);
    let from_cram = records(&folder.path().join("x.evidence.bam"));
    assert_eq!(from_cram.iter().map(plain).collect::<Vec<_>>(), from_bam.iter().map(plain).collect::<Vec<_>>());
}

/// DNA with EML4 intron 13 joined to ALK intron 19.
fn dna(bench: &Bench, library: SimulatedLibrary, style: AlignerStyle) -> PathBuf {
    const FLANK_BP: u32 = 2_000;
    let (five, three) = (bench.end("EML4", Role::Five, 13, 60), bench.end("ALK", Role::Three, 20, 80));
    let around = Interval { contig: three.contig, start: three.boundary - FLANK_BP, end: three.boundary + FLANK_BP };
    let whole = SimulatedMolecule::stretch("ALK", around, &bench.reference).expect("within the genome");
    let broken =
        SimulatedMolecule::derivative("fusion", &Junction::new(five, three, b""), FLANK_BP, &bench.reference).expect("within the genome");
    let mut sampler = Sampler::new(library, "d", 6);
    let mut fragments = sampler.to_depth(&whole, 40.0);
    fragments.extend(sampler.to_depth(&broken, 15.0));
    bench.write("dna", style, &fragments)
}

fn rna(bench: &Bench) -> PathBuf {
    let whole: Vec<SimulatedMolecule> =
        bench.genes.iter().map(|gene| SimulatedMolecule::transcript(gene, &bench.reference).expect("within the genome")).collect();
    let fused = SimulatedMolecule::fusion_transcript((bench.gene("EML4"), 13), b"", (bench.gene("ALK"), 20), &bench.reference);
    let fused = fused.expect("the exons are there");
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 220.0, 40.0), "d", 5);
    let mut fragments: Vec<SimulatedFragment> = whole.iter().flat_map(|molecule| sampler.to_depth(molecule, 60.0)).collect();
    let at = fused.piece_starts()[13];
    fragments.extend(sampler.crossing(&fused, at, at, 25, 12));
    bench.write("rna", AlignerStyle::rna(), &fragments)
}

fn published(bench: &Bench, inputs: Vec<PathBuf>) -> Vec<Row> {
    let config = bench.config(inputs);
    let result = pipeline::call(&config, &Progress::new(false)).expect("the sample can be called");
    publish::publish(&result, &config, 100).expect("the folder can be written");
    table(&bench.folder.path().join("sample.fusions.tsv"))
}

#[test]
fn rna_and_dna_have_a_file_each_and_a_row_of_both_names_both() {
    let bench = Bench::new();
    let (rna, dna) = (rna(&bench), dna(&bench, SimulatedLibrary::short_reads(150, 280.0, 50.0), AlignerStyle::dna()));
    let alone = published(&bench, vec![rna.clone()]);
    assert_eq!(alone[0].get("evidence_file"), "sample.evidence.bam");
    let rows = published(&bench, vec![rna.clone(), dna.clone()]);
    assert_eq!((rows.len(), rows[0].get("evidence_file")), (1, "sample.rna.evidence.bam,sample.dna.evidence.bam"));
    let file = |suffix: &str| bench.folder.path().join(format!("sample.{suffix}"));
    checked(&rows, &own_counts, &file("rna.evidence.bam"), &rna);
    let all = records(&file("dna.evidence.bam"));
    assert_eq!(molecules(&all)["F1"].len().to_string(), rows[0].get("dna_fragments"));
    assert!(!file("evidence.bam").exists() && !file("evidence.bam.bai").exists(), "that of the run before is gone");
}

#[test]
fn long_reads_bring_all_of_their_pieces() {
    let bench = Bench::new();
    let library = SimulatedLibrary {
        paired: false,
        read_bp: u32::MAX,
        errors: SequencingErrors::LongRead { rate_frac: 0.03 },
        ..SimulatedLibrary::short_reads(1_500, 1_500.0, 200.0)
    };
    let input = dna(&bench, library, AlignerStyle::dna());
    let rows = published(&bench, vec![input.clone()]);
    assert!(!rows.is_empty());
    let all = checked(&rows, &own_counts, &bench.folder.path().join("sample.evidence.bam"), &input);
    assert!(all.iter().any(Record::is_supplementary));
}

#[test]
fn files_of_one_library_keep_their_read_groups_and_equal_names_stay_two_fragments() {
    let lane = |number: u32| {
        sam::rewrite(
            &made_up("dna"),
            |line| if line.starts_with("@RG") { format!("{line}\tPU:lane{number}") } else { line.to_owned() },
            Some,
        )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let paths = [1, 2].map(|number| {
        let path = folder.path().join(format!("lane{number}.bam"));
        sam::write(&lane(number), &path, None, true);
        path
    });
    let gtf = repository("test-data/mini.gtf");
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "-g".as_ref(), gtf.as_ref(), paths[0].as_ref(), paths[1].as_ref()]);
    let rows = table(&folder.path().join("x.fusions.tsv"));
    let all = records(&folder.path().join("x.evidence.bam"));
    let found = molecules(&all);
    for row in &rows {
        assert_eq!(found[row.get("id")].len().to_string(), row.get("fragments"));
    }
    let place = |record: &Record| (record.tid() as u32, record.pos());
    assert!(all.windows(2).all(|pair| place(&pair[0]) <= place(&pair[1])));
    let groups: BTreeSet<String> = all.iter().filter(|record| record.aux(b"RG").is_ok()).map(|record| tag(record, b"RG")).collect();
    let header = sam::text(&folder.path().join("x.evidence.bam"));
    let declared = header.lines().filter(|line| line.starts_with("@RG")).count();
    assert!(groups.len() <= declared && declared <= 2, "{groups:?}");
}

#[test]
fn no_call_gives_an_empty_file_that_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    let (gtf, bam) = (repository("test-data/mini.gtf"), repository("test-data/negative.bam"));
    call(folder.path(), &["-s".as_ref(), "x".as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()]);
    assert!(table(&folder.path().join("x.fusions.tsv")).is_empty());
    assert!(records(&folder.path().join("x.evidence.bam")).is_empty());
    assert!(folder.path().join("x.evidence.bam.bai").exists());
}
