//! `kinfuse simulate`: reads whose truth is known.

use crate::support::command;
use std::path::Path;

use crate::support::command::{called_variants, files, kinfuse, passed, repository, table, unpacked_text, Row};
use kinfuse::genome::ContigId;
use kinfuse::model::{Gene, GeneModels};
use kinfuse::simulate::event::{EventAmount, RepeatWish, SimulatedEvent, WrittenEnd, WrittenHomology, WrittenInsertion};
use kinfuse::simulate::rearrangement::{Ground, Rearrangement};
use kinfuse::simulate::site::WrittenSite;
use kinfuse::simulate::{MemoryGenome, MoleculePiece, Random, SimulatedMolecule};
use proptest::prelude::*;

const HEADER: &str = "id\tgene5\tsite5\tgene3\tsite3\tfragments\tfraction\tinsertion\treciprocal\tmutations\tcategory\n";

/// Simulates a table of events on the made-up genome, which must end well, and returns the truth.
fn simulate(folder: &Path, events: &str, more: &[&str]) -> Vec<Row> {
    let outcome = attempt(folder, events, more);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    table(&folder.join("truth.tsv"))
}

fn attempt(folder: &Path, events: &str, more: &[&str]) -> command::Outcome {
    let path = folder.join("asked.tsv");
    std::fs::write(&path, format!("{HEADER}{events}")).expect("the table is written");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let mut arguments = vec!["simulate".to_owned(), "-r".to_owned(), text(&repository("test-data/mini.fa"))];
    arguments.extend(["-g".to_owned(), text(&repository("test-data/mini.gtf")), "-o".to_owned(), text(folder)]);
    arguments.extend(["--events".to_owned(), text(&path)]);
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    kinfuse(arguments)
}

fn call(folder: &Path, sample: &str) -> tempfile::TempDir {
    let out = tempfile::tempdir().expect("a folder");
    let bam = folder.join(format!("{sample}.bam"));
    let (fasta, gtf) = (repository("test-data/mini.fa"), repository("test-data/mini.gtf"));
    command::call(out.path(), &["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), bam.as_ref()]);
    out
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_threads() {
    let events = "a\tEML4\texon 13\tALK\texon 20\t3\t\t\t\t\tx\nb\tCD74\texon 6\tROS1\texon 34\t\t0.2\tACGT\tyes\tROS1:G2032R@cis\ty\n";
    let folders = [("1", "7"), ("2", "7"), ("2", "8")].map(|(threads, seed)| {
        let folder = tempfile::tempdir().expect("a folder");
        let more = ["--assay", "dna", "--depth", "60", "--bam", "--umi", "rx", "--chimeras", "3", "-t", threads, "--seed", seed];
        simulate(folder.path(), events, &more);
        folder
    });
    let bytes = |folder: &Path, name: &str| std::fs::read(folder.join(name)).expect("the file can be read");
    let names = files(folders[0].path());
    assert!(names.contains(&"reads_2.fastq.gz".to_owned()) && names.contains(&"b.bam.bai".to_owned()), "{names:?}");
    for name in &names {
        assert!(bytes(folders[0].path(), name) == bytes(folders[1].path(), name), "{name} differs");
    }
    assert!(bytes(folders[0].path(), "truth.tsv") != bytes(folders[2].path(), "truth.tsv"), "the seed changes nothing");
}

#[test]
fn as_many_fragments_cross_as_were_asked_for_and_call_finds_the_event() {
    for (assay, more) in [("rna", ["--kinase-depth", "20"]), ("dna", ["--depth", "150"]), ("cfdna", ["--depth", "150"])] {
        let folder = tempfile::tempdir().expect("a folder");
        let events: String = [2, 5, 12].map(|n| format!("n{n}\tEML4\texon 13\tALK\texon 20\t{n}\t\t\t\t\tx\n")).concat();
        let rows = simulate(folder.path(), &events, &[&["--assay", assay, "--bam"], &more[..]].concat());
        for (row, asked) in rows.iter().zip(["2", "5", "12"]) {
            assert_eq!((row.get("fragments"), row.get("name"), row.get("category")), (asked, "EML4::ALK", "x"), "{assay}");
            assert_eq!(row.get("exon_junction"), "E13;A20");
        }
        let called = call(folder.path(), "n12");
        let calls = passed(called.path(), "n12");
        assert_eq!(calls.len(), 1, "{assay}");
        for column in ["breakpoint5", "breakpoint3", "exon_junction", "homology_bp"] {
            assert_eq!(calls[0].get(column), rows[2].get(column), "{assay} {column}");
        }
        // Pairs round the junction, and tails shorter than the truth's anchor, may add to the fragments, never to the split ones.
        assert!((1.0..=12.0).contains(&calls[0].number("split_fragments")), "{assay}: {}", calls[0].get("split_fragments"));
    }
}

#[test]
fn the_truth_as_vcf_passes_our_checker() {
    let folder = tempfile::tempdir().expect("a folder");
    let events =
        "a\tCD74\texon 6\tROS1\texon 34\t\t0.2\t\tyes\tROS1:G2032R@cis=0.5\tx\nb\tEML4\tintron 6\tALK\tintron 19\t9\t\tGATTACA\t\t\ty\n";
    simulate(folder.path(), events, &["--assay", "dna", "--depth", "60", "--bam"]);
    let reader = rust_htslib::faidx::Reader::from_path(repository("test-data/mini.fa")).expect("the FASTA opens");
    let base = |contig: &str, position: u32| {
        reader.fetch_seq(contig, position as usize, position as usize).ok().and_then(|bases| bases.first().map(u8::to_ascii_uppercase))
    };
    for (sample, junctions) in [("a", 2), ("b", 1)] {
        let path = folder.path().join(format!("{sample}.truth.vcf.gz"));
        let problems = kinfuse::report::vcf_check::check(&path, Some(&base)).expect("the VCF can be read");
        assert!(problems.is_empty(), "{sample}: {problems:?}");
        let text = unpacked_text(&path);
        assert_eq!(text.matches("SVTYPE=BND").count(), 2 * junctions, "{sample}");
    }
}

#[test]
fn mutations_lie_in_cis_or_in_trans_as_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |id: &str, mutations: &str| format!("{id}\tCD74\texon 6\tROS1\texon 34\t\t0.4\t\t\t{mutations}\tx\n");
    let events = row("cis", "ROS1:G2032R@cis") + &row("trans", "ROS1:G2032R@trans=0.5") + &row("both", "ROS1:G2032R&ROS1:L2026M@cis");
    // Fragments as long as the distance from the junction to the codon, so that single ones show both.
    let more = ["--depth", "100", "--insert", "1500,100", "--reads", "2x700", "--bam", "--no-errors", "--no-fastq"];
    let rows = simulate(folder.path(), &events, &more);
    let mutations: Vec<(&str, &str)> =
        rows.iter().filter(|row| row.get("kind") == "mutation").map(|row| (row.get("event"), row.get("phase"))).collect();
    assert_eq!(mutations, [("cis", "cis:cis"), ("trans", "trans:trans"), ("both", "cis:both"), ("both", "cis:both")]);
    for (sample, on_fused, on_others) in [("cis", true, false), ("trans", false, true)] {
        let site = rows.iter().find(|row| row.get("kind") == "mutation" && row.get("event") == sample).expect("listed");
        let (mutated, plain) = alleles(&folder.path().join(format!("{sample}.bam")), site);
        assert_eq!((mutated[0] > 0, mutated[1] > 0), (on_fused, on_others), "{sample}: {mutated:?} {plain:?}");
        assert_eq!(plain[0] == 0, on_fused, "{sample}: {plain:?}");
    }
    let cis = called_variants(call(folder.path(), "cis").path(), "cis");
    assert_eq!(cis.first().map(|row| row.get("hgvs_p").to_owned()).as_deref(), Some("p.G2032R"));
}

/// Reads with and without a mutation, those of fused molecules (by their name) first.
fn alleles(bam: &Path, site: &Row) -> ([u32; 2], [u32; 2]) {
    use rust_htslib::bam::{ext::BamRecordExtensions, Read, Reader};
    let mut reader = Reader::from_path(bam).expect("the BAM opens");
    let position = site.position("breakpoint5") - 1;
    let tid = reader.header().tid(site.contig("breakpoint5").as_bytes()).map(|tid| tid as i32);
    let (mut mutated, mut plain) = ([0; 2], [0; 2]);
    for record in reader.records().map(|record| record.expect("a record")) {
        if Some(record.tid()) != tid {
            continue;
        }
        let at = record.aligned_pairs().find(|pair| pair[1] == position).map(|pair| pair[0] as usize);
        let Some(at) = at else { continue };
        let slot = usize::from(!String::from_utf8_lossy(record.qname()).contains("CD74::ROS1"));
        let shows = record.seq()[at] == site.get("alt").as_bytes()[0];
        *(if shows { &mut mutated[slot] } else { &mut plain[slot] }) += 1;
    }
    (mutated, plain)
}

#[test]
fn a_bad_table_is_one_line_with_its_place_and_the_remedy() {
    for (events, expected) in [
        ("a\tEML4\texon 99\tALK\texon 20\t3\n", "line 2: EML4 has no exon 99"),
        ("a\tEML4\texon 13\tALK\texon 20\t3\nb\tEML5\texon 13\tALK\texon 20\t3\n", "line 3: no gene EML5"),
        ("a\tEML4\tthirteen\tALK\texon 20\t3\n", "line 2: site5 \"thirteen\" is no site"),
        ("a\tEML4\texon 13\tALK\texon 20\tmany\n", "line 2: fragments is \"many\""),
        ("a\tEML4\texon 13\tALK\texon 20\t3\t0.5\n", "line 2: has fragments and fraction"),
        ("a\tEML4\texon 13\tALK\texon 20\t3\t\t\t\tALK:A1202R@cis\n", "line 2: mutation ALK:A1202R"),
        ("a/b\tEML4\texon 13\tALK\texon 20\t3\n", "line 2: id \"a/b\" cannot"),
        ("a\tEML4\texon 13\tALK\texon 20\t3\na\tEML4\texon 13\tALK\texon 20\t3\n", "line 3: the id a stands in line 2"),
        ("", "has no event"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let outcome = attempt(folder.path(), events, &[]);
        assert_eq!(outcome.code, Some(1), "{events:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("asked.tsv") && outcome.stderr.contains(expected), "{}", outcome.stderr);
        assert_eq!(files(folder.path()), ["asked.tsv"], "a failed run leaves nothing");
    }
}

/// Two random contigs, and the ground on them.
fn with_ground<T>(seed: u64, test: impl FnOnce(&Ground) -> T) -> T {
    let mut random = Random::new(seed);
    let reference = MemoryGenome::new(["a", "b"].map(|name| (name.to_owned(), (0..6_000).map(|_| random.base()).collect())));
    let models = GeneModels::merge(None, Vec::<Gene>::new());
    test(&Ground { reference: &reference, models: &models, repeats: None, flank_bp: 50, in_dna: true })
}

fn event(five: &str, three: &str) -> SimulatedEvent {
    let end = |place: &str| WrittenEnd { gene: None, site: WrittenSite::parse(place).expect("a place") };
    SimulatedEvent {
        line: 2,
        id: "e".to_owned(),
        sample: "s".to_owned(),
        ends: Some([end(five), end(three)]),
        structure: None,
        reciprocal: false,
        homology: None,
        insertion: None,
        repeat: RepeatWish::Any,
        amount: Some(EventAmount::Fragments(1)),
        category: String::new(),
        exon_junction: String::new(),
        variant: String::new(),
        mutations: Vec::new(),
    }
}

/// The bases round the junction when the kinase gives `bases` of its own to the 5' partner.
fn around(broken: &Rearrangement, bases: i64, reference: &MemoryGenome) -> Vec<u8> {
    let [five, three] = [broken.ends[0].extended(bases), broken.ends[1].extended(-bases)];
    let mut pieces = Vec::new();
    for (end, first) in [(five, true), (three, false)] {
        let strand =
            if end.side == kinfuse::genome::Side::Lower { kinfuse::genome::Strand::Forward } else { kinfuse::genome::Strand::Reverse };
        let length = if first { 40 + bases } else { 40 - bases };
        let interval = kinfuse::simulate::transcript::kept(end, length as u32);
        pieces.push(MoleculePiece::Genomic(interval, if first { strand } else { strand.flipped() }));
    }
    pieces.insert(1, MoleculePiece::Inserted(broken.insertion.clone()));
    SimulatedMolecule::new("m", &pieces, reference).expect("within the contigs").bases().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn homology_is_what_was_asked_for(seed in 0u64..1_000, asked in 0u32..7, strands in 0usize..4) {
        let (x, y) = [("+", "+"), ("+", "-"), ("-", "+"), ("-", "-")][strands];
        with_ground(seed, |ground| {
            let wish = SimulatedEvent { homology: Some(WrittenHomology { bp: asked, or_nearest: false }), ..event(&format!("a:3000:{x}"), &format!("b:3000:{y}")) };
            let broken = ground.place(&wish, &mut Random::new(seed)).expect("such a place is near");
            assert_eq!(broken.homology_bp, asked);
            let here = around(&broken, 0, ground.reference);
            for moved in 0..=i64::from(asked) {
                assert_eq!(&around(&broken, moved, ground.reference), &here, "moved by {moved}");
            }
            assert_ne!(&around(&broken, -1, ground.reference), &here);
            assert_ne!(&around(&broken, i64::from(asked) + 1, ground.reference), &here);
        });
    }

    #[test]
    fn inserted_bases_are_as_many_as_asked_for_and_none_is_the_genomes(seed in 0u64..1_000, asked in 1u32..41) {
        with_ground(seed, |ground| {
            let wish = SimulatedEvent { insertion: Some(WrittenInsertion::Random(asked)), ..event("a:3000:+", "b:3000:-") };
            let broken = ground.place(&wish, &mut Random::new(seed)).expect("any place will do");
            assert_eq!((broken.insertion.len(), broken.homology_bp), (asked as usize, 0));
            let next = ground.reference.base(ContigId(0), 3_000);
            assert_ne!(broken.insertion[0], next);
        });
    }
}

#[test]
fn panels_make_their_events_and_name_what_they_cannot_make() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (fasta, gtf_path) = (repository("test-data/mini.fa"), repository("test-data/mini.gtf"));
    let out = text(folder.path());
    let run = |panel: &str, more: &[&str]| {
        let mut arguments = vec!["simulate".to_owned(), "-r".to_owned(), text(&fasta), "-g".to_owned(), text(&gtf_path)];
        arguments.extend(["-o", &out, "--panel", panel, "--background-genes", "0"].map(str::to_owned));
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        let outcome = kinfuse(arguments);
        assert_eq!(outcome.code, Some(0), "{panel}: {}", outcome.stderr);
        (table(&folder.path().join("truth.tsv")), outcome.stderr)
    };
    let (known, said) = run("known", &["--counts", "1,3"]);
    let v1 = known.iter().filter(|row| row.get("variant") == "V1" && row.get("name") == "EML4::ALK");
    assert_eq!(v1.map(|row| row.get("fragments")).collect::<Vec<_>>(), ["1", "3"]);
    let left = table(&folder.path().join("not_made.tsv"));
    assert!(left.iter().any(|row| row.get("reason").contains("no gene")), "{said}");
    assert!(said.contains("not_made.tsv"), "{said}");

    let (negative, _) = run("negative", &["--replicates", "2", "--chimeras", "5"]);
    assert_eq!(negative.iter().filter(|row| row.get("kind") == "chimera").count(), 10);
    let others: Vec<(&str, &str)> =
        negative.iter().filter(|row| row.get("kind") != "chimera").map(|row| (row.get("sample"), row.get("kind"))).collect();
    assert_eq!(others, [("negative1", "negative"), ("negative2", "negative")], "a sample without a finding says so");

    let (novel, _) = run("novel", &["--replicates", "2", "--counts", "4"]);
    for category in ["novel_edge", "inside", "inserted"] {
        let rows: Vec<&Row> = novel.iter().filter(|row| row.get("category") == category).collect();
        assert_eq!(rows.iter().map(|row| row.get("fragments")).collect::<Vec<_>>(), ["4", "4"], "{category}");
    }
}

#[test]
fn an_event_that_no_read_can_cross_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let events = folder.path().join("events.tsv");
    let header = "id\tgene5\tsite5\tgene3\tsite3\tfragments\tinsertion\n";
    let rows = "e1\tEML4\texon 13\tALK\texon 20\t3\t20\ne2\tEML4\texon 13\tALK\texon 20\t3\t90\n";
    std::fs::write(&events, format!("{header}{rows}")).expect("a table");
    let out = folder.path().join("out");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (fasta, gtf_path) = (text(&repository("test-data/mini.fa")), text(&repository("test-data/mini.gtf")));
    let (events, folder) = (text(&events), text(&out));
    let outcome = kinfuse(["simulate", "-r", &fasta, "-g", &gtf_path, "--events", &events, "--assay", "rna", "--bam", "-o", &folder]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("line 3: a read of this library crosses at most 80 inserted bases, not 90"), "{}", outcome.stderr);
    let left = std::fs::read_dir(&out).map_or(0, Iterator::count);
    assert_eq!(left, 0, "nothing is left in the folder");
}

#[test]
fn a_dna_break_within_an_exon_has_no_name_of_whole_exons() {
    let folder = tempfile::tempdir().expect("a folder");
    let events = folder.path().join("events.tsv");
    let rows = "id\tgene5\tsite5\tgene3\tsite3\tfragments\nz1\tEML4\tintron 13 +100\tALK\texon 20 +60\t8\n";
    std::fs::write(&events, rows).expect("a table");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (fasta, gtf_path) = (text(&repository("test-data/mini.fa")), text(&repository("test-data/mini.gtf")));
    let (events, out) = (text(&events), text(folder.path()));
    let made =
        kinfuse(["simulate", "-r", &fasta, "-g", &gtf_path, "--events", &events, "--assay", "dna", "--bam", "--no-fastq", "-o", &out]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let bam = text(&folder.path().join("z1.bam"));
    let called = kinfuse(["call", "-r", &fasta, "-g", &gtf_path, "-o", &out, &bam]);
    assert_eq!(called.code, Some(0), "{}", called.stderr);
    let rows = table(&folder.path().join("z1.fusions.tsv"));
    let seen: Vec<_> = rows.iter().map(|row| (row.get("fusion"), row.get("variant"), row.get("frame"))).collect();
    assert_eq!(seen, [("EML4::ALK", ".", "unknown:break within an exon")]);
}
