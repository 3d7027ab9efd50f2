//! What is said of a sample: good ones are `ok`, whatever their assay does not cover, and each kind of bad one says what is wrong, with the
//! figure that shows it. Reads are made on GRCh38's places of the built-in genes, with bases that depend on the place alone.
#![allow(clippy::format_push_string, reason = "small files, made once")]

use std::path::Path;

use kinfuse::genome::{Assembly, Contigs};
use kinfuse::model::index::GeneModels;
use kinfuse::model::Gene;

use crate::support::command::{call, kinfuse, passed, repository, table};
use crate::support::sam;

const LENGTHS: [(&str, u32); 10] = [
    ("chr1", 248_956_422),
    ("chr2", 242_193_529),
    ("chr5", 181_538_259),
    ("chr6", 170_805_979),
    ("chr7", 159_345_973),
    ("chr9", 138_394_717),
    ("chr10", 133_797_422),
    ("chr12", 133_275_309),
    ("chr15", 101_991_189),
    ("chr17", 83_257_441),
];

fn models() -> (GeneModels, Contigs) {
    let contigs = Contigs::new(LENGTHS.map(|(name, length)| (name.to_owned(), length)));
    (GeneModels::builtin(Assembly::Grch38, &contigs), contigs)
}

/// The bases of a place.
fn bases(contig: &str, start: u32, length: u32) -> String {
    let base = |at: u32| char::from(b"ACGT"[(sam::name_hash(&format!("{contig}:{at}"), 1) % 4) as usize]);
    (start..start + length).map(base).collect()
}

fn reverse_complement(bases: &str) -> String {
    let complement = |c: char| match c {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        _ => 'A',
    };
    bases.chars().rev().map(complement).collect()
}

/// A number that depends on its place in a row.
fn drawn(number: u32, salt: u64, below: u32) -> u32 {
    (sam::name_hash(&number.to_string(), salt) % u64::from(below)) as u32
}

/// Records of a file, with their places.
#[derive(Default)]
struct Reads(Vec<(usize, u32, String)>);

impl Reads {
    #[allow(clippy::too_many_arguments, reason = "the fields of a line")]
    fn add(
        &mut self,
        name: &str,
        flag: u16,
        (contig, start): (&str, u32),
        cigar: &str,
        mate: Option<(&str, u32, i64)>,
        seq: &str,
        tags: &str,
    ) {
        let order = LENGTHS.iter().position(|(known, _)| *known == contig).expect("a contig of the header");
        let (mate, mate_start, insert) = mate.map_or(("*", 0, 0), |(mate, at, insert)| (mate, at + 1, insert));
        let quality = "I".repeat(seq.len());
        let line =
            format!("{name}\t{flag}\t{contig}\t{}\t60\t{cigar}\t{mate}\t{mate_start}\t{insert}\t{seq}\t{quality}{tags}\n", start + 1);
        self.0.push((order, start, line));
    }

    /// Both mates of a pair of whole reads, each at its own place.
    fn pair(&mut self, name: &str, flags: [u16; 2], places: [(&str, u32); 2], length: u32) {
        let insert = if places[0].0 == places[1].0 { i64::from(places[1].1) + i64::from(length) - i64::from(places[0].1) } else { 0 };
        for (own, other, insert) in [(0, 1, insert), (1, 0, -insert)] {
            let (contig, start) = places[own];
            let seq = bases(contig, start, length);
            self.add(name, flags[own], (contig, start), &format!("{length}M"), Some((places[other].0, places[other].1, insert)), &seq, "");
        }
    }

    fn text(&self) -> String {
        let mut lines: Vec<&(usize, u32, String)> = self.0.iter().collect();
        lines.sort_by_key(|(order, start, _)| (*order, *start));
        let mut text = "@HD\tVN:1.6\tSO:coordinate\n".to_owned();
        for (name, length) in LENGTHS {
            text += &format!("@SQ\tSN:{name}\tLN:{length}\n");
        }
        lines.iter().fold(text, |text, (_, _, line)| text + line)
    }
}

/// What a run said.
struct Said {
    folder: tempfile::TempDir,
    stderr: String,
}

impl Said {
    fn status(&self) -> (String, String) {
        let rows = table(&self.folder.path().join("x.metrics.tsv"));
        let row = rows.iter().find(|row| row.get("metric") == "status").expect("a status");
        (row.get("value").to_owned(), row.get("note").to_owned())
    }

    fn json(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.folder.path().join("x.kinfuse.json")).expect("the JSON is there");
        serde_json::from_str(&text).expect("it is JSON")
    }

    fn codes(&self) -> Vec<String> {
        let json = self.json();
        let warnings = json["warnings"].as_array().expect("a list").clone();
        warnings.iter().map(|warning| warning["code"].as_str().expect("a word").to_owned()).collect()
    }

    fn passing(&self) -> usize {
        passed(self.folder.path(), "x").len()
    }
}

fn called(reads: &Reads, more: &[&str]) -> Said {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bam = folder.path().join("input.bam");
    sam::write(&reads.text(), &bam, None, true);
    run(folder, &bam, more)
}

fn run(folder: tempfile::TempDir, input: &Path, more: &[&str]) -> Said {
    let out = folder.path().to_string_lossy().into_owned();
    let input = input.to_string_lossy();
    let arguments = [&["call", "-s", "x", "-o", &out], more, &[input.as_ref()]].concat();
    let outcome = kinfuse(arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    Said { folder, stderr: outcome.stderr }
}

/// Pairs over intron 19 of ALK, from one in `of` of the fragments.
fn panel(of: u32) -> Reads {
    let mut reads = Reads::default();
    for number in (0..3_000).filter(|number| number % of == 0) {
        let start = 29_223_000 + drawn(number, 2, 2_700);
        let insert = 220 + drawn(number, 3, 160);
        reads.pair(&format!("d{number}"), [99, 147], [("chr2", start), ("chr2", start + insert - 100)], 100);
    }
    reads
}

/// Whole reads on the exons of genes, so many of each.
fn transcripts(reads: &mut Reads, symbols: &[&str], count: u32) {
    let (models, contigs) = models();
    for symbol in symbols {
        let gene: &Gene = models.find(symbol).expect("a built-in gene");
        let exons: Vec<_> = gene.transcript.as_ref().expect("with exons").exons.iter().filter(|exon| exon.length_bp() > 60).collect();
        let contig = contigs.name(gene.contig()).to_owned();
        for number in 0..count {
            let exon = exons[number as usize % exons.len()];
            let start = exon.start + drawn(number, 5, exon.length_bp() - 59);
            let seq = bases(&contig, start, 60);
            reads.add(&format!("{symbol}{number}"), 16 * (number % 2) as u16, (&contig, start), "60M", None, &seq, "");
        }
    }
}

const EVERYWHERE: [&str; 6] = ["NPM1", "CLTC", "TPM3", "SQSTM1", "HNRNPA2B1", "KIF5B"];
const KINASES: [&str; 5] = ["ALK", "ROS1", "NTRK1", "NTRK2", "NTRK3"];

#[test]
fn a_panel_is_no_bad_sample_for_what_it_does_not_cover() {
    let good = called(&panel(1), &[]);
    assert_eq!(good.status(), ("ok".to_owned(), ".".to_owned()));
    let json = good.json();
    let limits: Vec<&str> = json["status"]["limits"].as_array().expect("a list").iter().filter_map(|limit| limit.as_str()).collect();
    assert!(
        limits.iter().any(|limit| limit.starts_with("NTRK2: ")) && !limits.iter().any(|limit| limit.starts_with("ALK: ")),
        "{limits:?}"
    );
    let line = good.stderr.lines().find(|line| line.starts_with("  NTRK2 ")).unwrap_or("");
    assert!(line.contains("could have been missed") && line.contains("introns 14-16"), "{}", good.stderr);
    assert_eq!(good.codes(), Vec::<String>::new());
}

#[test]
fn single_reads_are_no_short_fragments() {
    let mut reads = Reads::default();
    for number in 0..6_000 {
        let start = 29_223_000 + drawn(number, 2, 2_700);
        let seq = bases("chr2", start, 75);
        reads.add(&format!("s{number}"), 16 * (number % 2) as u16, ("chr2", start), "75M", None, &seq, "");
    }
    let single = called(&reads, &[]);
    assert_eq!(single.status(), ("ok".to_owned(), ".".to_owned()), "what the assay's reads cannot show is no fault of the sample");
}

#[test]
fn too_few_molecules_are_no_good_sample() {
    let thin = called(&panel(10), &[]);
    let (verdict, note) = thin.status();
    assert_eq!(verdict, "limited");
    assert!(note.contains("fragments over a base where the assay covers the kinases' breaks"), "{note}");
    assert_eq!(thin.codes(), ["too_few_molecules"]);
    let mut copies = panel(1);
    for (_, _, line) in &mut copies.0 {
        *line = line.replacen("\t99\t", "\t1123\t", 1).replacen("\t147\t", "\t1171\t", 1);
    }
    let copies = called(&copies, &[]);
    assert_eq!(copies.status(), ("failed".to_owned(), "6000 of 6000 reads at the kinases are flagged as duplicates".to_owned()));
    assert_eq!(called(&Reads::default(), &[]).codes(), ["no_reads"]);
}

#[test]
fn rna_is_judged_by_genes_that_every_tissue_expresses() {
    let mut good = Reads::default();
    transcripts(&mut good, &EVERYWHERE, 40);
    let good = called(&good, &["--assay", "rna"]);
    assert_eq!(good.status().0, "ok", "silent kinases are no bad RNA: {}", good.stderr);
    let mut poor = Reads::default();
    transcripts(&mut poor, &KINASES, 60);
    let poor = called(&poor, &["--assay", "rna"]);
    assert_eq!((poor.status().0.as_str(), poor.codes()), ("limited", vec!["too_little_rna".to_owned()]));
}

#[test]
fn a_wrong_assay_is_not_believed_without_a_word() {
    let unlike = |reads: &Reads, assay: &str| {
        let said = called(reads, &["--assay", assay]);
        assert_eq!(said.codes().contains(&"assay_unlike".to_owned()), said.status().1.contains("do not look like"));
        (said.status().0, said.codes().contains(&"assay_unlike".to_owned()))
    };
    assert_eq!(unlike(&panel(1), "rna"), ("limited".to_owned(), true), "reads in introns are of a genome");
    assert_eq!(unlike(&panel(1), "dna"), ("ok".to_owned(), false));
    // Both ends of exon 20 of ALK: a panel of exons, whose reads all touch one.
    let mut exons = Reads::default();
    for number in 0..600 {
        let start = 29_223_260 + drawn(number, 2, 250);
        exons.pair(&format!("e{number}"), [99, 147], [("chr2", start), ("chr2", start + 20)], 100);
    }
    assert!(unlike(&exons, "rna").1, "reads over the edges of exons run on into the introns");
    assert!(!unlike(&exons, "dna").1);
    let mut rna = Reads::default();
    transcripts(&mut rna, &EVERYWHERE, 40);
    assert!(!unlike(&rna, "rna").1);
    // The same through an aligner that does not splice: it clips at the edge, and says of no read where the rest lies.
    let mut clipped = Reads::default();
    for number in 0..600 {
        let within = 40 + drawn(number, 2, 30);
        let seq = bases("chr2", 29_223_528 - within, within) + &bases("chr2", 29_225_460, 100 - within);
        clipped.add(&format!("c{number}"), 0, ("chr2", 29_223_528 - within), &format!("{within}M{}S", 100 - within), None, &seq, "");
    }
    assert!(!unlike(&clipped, "rna").1, "RNA that an aligner did not splice is RNA");
    assert!(!unlike(&rna, "dna").1, "reads on exons alone may be of either");
    for number in 0..40 {
        let (left, right) = (bases("chr2", 29_223_478, 50), bases("chr2", 29_225_460, 50));
        rna.add(&format!("s{number}"), 0, ("chr2", 29_223_478), "50M1932N50M", None, &(left + &right), "");
    }
    assert!(unlike(&rna, "dna").1 && !unlike(&rna, "rna").1);
}

#[test]
fn mates_out_of_step_are_told_and_no_fusion_passes() {
    let (models, contigs) = models();
    let mut exons: Vec<(String, u32, u32)> = Vec::new();
    for symbol in KINASES.iter().chain(&["EML4", "CD74", "ETV6", "KIF5B", "TPM3"]) {
        let gene = models.find(symbol).expect("a built-in gene");
        let all = &gene.transcript.as_ref().expect("with exons").exons;
        let exon = all.iter().filter(|exon| exon.length_bp() > 90).nth(4).unwrap_or(&all[0]);
        exons.push((contigs.name(gene.contig()).to_owned(), exon.start, exon.end));
    }
    let sample = |shift: usize| {
        let mut reads = Reads::default();
        for number in 0..1_200usize {
            let place = |number: usize| {
                let (contig, start, end) = &exons[drawn(number as u32, 7, exons.len() as u32) as usize];
                (contig.as_str(), start + drawn(number as u32, 8, (end - start).saturating_sub(60).max(1)))
            };
            reads.pair(&format!("m{number}"), [97, 145], [place(number), place((number + shift) % 1_200)], 60);
        }
        reads
    };
    let wrong = called(&sample(17), &["--assay", "rna", "-q"]);
    let (verdict, note) = wrong.status();
    assert_eq!((verdict.as_str(), wrong.passing()), ("failed", 0));
    assert!(note.contains("mates out of step: ") && note.contains("% of the pairs do not fit together"), "{note}");
    assert!(wrong.codes().contains(&"mates_out_of_step".to_owned()), "{:?}", wrong.codes());
    let json = wrong.json();
    let verdicts = |key: &str| json[key].as_array().expect("a list").iter().map(|row| row["verdict"].clone()).collect::<Vec<_>>();
    let all = [verdicts("negatives"), verdicts("detectability")].concat();
    assert!(all.len() > 5 && all.iter().all(|verdict| verdict == "not judged"), "a failed sample is no negative: {all:?}");
    let listed = table(&wrong.folder.path().join("x.fusions.tsv"));
    assert!(listed.iter().all(|row| row.get("filter").contains("mates_out_of_step")));
    let right = called(&sample(0), &["--assay", "rna"]);
    assert!(!right.status().1.contains("mates") && !right.codes().contains(&"mates_out_of_step".to_owned()));
}

#[test]
fn read_one_given_twice_and_adapters_left_in_are_told() {
    let mut twice = Reads::default();
    let mut adapters = Reads::default();
    for number in 0..3_000 {
        let start = 29_223_000 + drawn(number, 2, 2_700);
        twice.pair(&format!("t{number}"), [65, 129], [("chr2", start); 2], 100);
        // Fragments of 70 bases, read with 100.
        let seq = bases("chr2", start, 70);
        let mate = |insert: i64| Some(("chr2", start, insert));
        let name = format!("a{number}");
        let (ahead, back) = ("TCCAGTACTGGTTACCAGTGCAATTCGACT", "GGATTACAGGCATGAGCCACCGCGCCCGGC");
        adapters.add(&name, 99, ("chr2", start), "70M30S", mate(70), &(seq.clone() + ahead), "");
        adapters.add(&name, 147, ("chr2", start), "30S70M", mate(-70), &(back.to_owned() + &seq), "");
    }
    let twice = called(&twice, &[]);
    assert!(twice.status().1.contains("one read given twice: in 100 % of the pairs"), "{}", twice.status().1);
    assert!(twice.status().0 != "ok" && twice.codes().contains(&"read_given_twice".to_owned()));
    let adapters = called(&adapters, &[]);
    assert!(adapters.status().1.contains("adapters left in: 100 % of the reads"), "{}", adapters.status().1);
    assert!(adapters.status().0 != "ok" && adapters.codes().contains(&"adapters_left_in".to_owned()));
}

/// EML4 exon 13 joined to ALK exon 20, one read of 100 bases with `first` bases of EML4; the record at ALK is the further one.
fn fused(reads: &mut Reads, number: u32, first: u32) {
    let (eml4, alk) = (42_295_516, 29_223_528);
    let last = 100 - first;
    let (left, right) = (bases("chr2", eml4 - first, first), bases("chr2", alk - last, last));
    let name = format!("f{number}");
    let at_eml4 = format!("\tSA:Z:chr2,{},-,{last}M{first}S,60,0;", alk - last + 1);
    reads.add(&name, 0, ("chr2", eml4 - first), &format!("{first}M{last}S"), None, &(left.clone() + &reverse_complement(&right)), &at_eml4);
    let at_alk = format!("\tSA:Z:chr2,{},+,{first}M{last}S,60,0;", eml4 - first + 1);
    reads.add(&name, 2064, ("chr2", alk - last), &format!("{last}M{first}S"), None, &(right + &reverse_complement(&left)), &at_alk);
}

#[test]
fn a_call_stands_beside_no_sentence_that_there_are_no_reads() {
    let mut reads = Reads::default();
    (0..4).for_each(|number| fused(&mut reads, number, 40 + 5 * number));
    let said = called(&reads, &["--assay", "dna"]);
    assert_eq!(said.passing(), 1);
    let (verdict, note) = said.status();
    assert!(verdict == "limited" && note.contains("4 records") && !note.contains("no reads"), "{note}");
}

#[test]
fn spliced_reads_that_a_tool_has_cut_are_whole_molecules() {
    // Exon 19 of ALK lies above exon 20.
    let (exon_20, exon_19) = (29_223_528, 29_225_460);
    for clip in ["H", "S"] {
        let sample = |cut: bool| {
            let mut reads = Reads::default();
            (0..8).for_each(|number| fused(&mut reads, number, 40 + 3 * number));
            for number in 0..7 {
                let below = 45 + 3 * number;
                let (start, above) = (exon_20 - below, 100 - below);
                let (left, right) = (bases("chr2", start, below), bases("chr2", exon_19, above));
                let name = format!("w{number}");
                if !cut {
                    let cigar = format!("{below}M{}N{above}M", exon_19 - exon_20);
                    reads.add(&name, 0, ("chr2", start), &cigar, None, &(left + &right), "");
                    continue;
                }
                let held = if clip == "S" { [left.clone() + &right, left.clone() + &right] } else { [left, right] };
                reads.add(&name, 0, ("chr2", start), &format!("{below}M{above}{clip}"), None, &held[0], "");
                reads.add(&name, 0, ("chr2", exon_19), &format!("{below}{clip}{above}M"), None, &held[1], "");
            }
            reads
        };
        let counts = |cut: bool, more: &[&str]| {
            let said = called(&sample(cut), more);
            let row = passed(said.folder.path(), "x").into_iter().next().expect("the fusion passes");
            ["fragments", "depth3", "allele_fraction"].map(|column| row.get(column).to_owned())
        };
        assert_eq!(counts(true, &["--assay", "rna"]), counts(false, &["--assay", "rna"]));
        assert_eq!(counts(true, &[])[1], "7", "and the cut is known to be one of RNA");
    }
}

#[test]
fn spliced_reads_make_rna_wherever_they_lie() {
    let sample = |gap: u32| {
        let mut reads = Reads::default();
        for number in 0..60 {
            let start = 31_000_000 + drawn(number, 9, 20_000);
            let seq = bases("chr12", start, 50) + &bases("chr12", start + 50 + gap, 50);
            let cigar = if gap > 0 { format!("50M{gap}N50M") } else { "100M".to_owned() };
            reads.add(&format!("r{number}"), 0, ("chr12", start), &cigar, None, &seq, "");
        }
        reads
    };
    let assay = |said: &Said| said.json()["assay"][0].clone();
    for (gap, kind) in [(4_000, "rna"), (0, "dna")] {
        let indexed = called(&sample(gap), &[]);
        assert_eq!(assay(&indexed)["kind"], kind, "{}", indexed.stderr);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("input.sam");
        std::fs::write(&path, sample(gap).text()).expect("the SAM is written");
        let streamed = run(folder, &path, &[]);
        assert_eq!(assay(&streamed)["kind"], kind, "{}", streamed.stderr);
    }
    let nothing = called(&Reads::default(), &[]);
    let reasons = assay(&nothing)["reasons"].to_string();
    assert!(reasons.contains("DNA is assumed: there are no reads to tell by") && !reasons.contains("bases"), "{reasons}");
}

#[test]
fn where_no_coding_sequence_is_known_mutations_are_said_to_be_unlooked_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let whole = std::fs::read_to_string(repository("test-data/mini.gtf")).expect("the GTF is read");
    let codes = |gtf: &str| -> Vec<String> {
        let path = folder.path().join("genes.gtf");
        std::fs::write(&path, gtf).expect("the GTF is written");
        let (fasta, bam) = (repository("test-data/mini.fa"), repository("test-data/dna.bam"));
        call(folder.path(), &["-s".as_ref(), "x".as_ref(), "-r".as_ref(), fasta.as_ref(), "-g".as_ref(), path.as_ref(), bam.as_ref()]);
        let text = std::fs::read_to_string(folder.path().join("x.kinfuse.json")).expect("the document is read");
        let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        let warnings = document["warnings"].as_array().cloned().unwrap_or_default();
        warnings.iter().filter_map(|warning| warning["code"].as_str().map(str::to_owned)).collect()
    };
    let code = "no_coding_sequence".to_owned();
    assert!(!codes(&whole).contains(&code));
    let exons: Vec<&str> = whole.lines().filter(|line| !line.contains("\tCDS\t")).collect();
    assert!(codes(&exons.join("\n")).contains(&code));
}
