//! Whether the files of one sample are of one person, and what the same person's normal tells: made-up persons, whose RNA and DNA are
//! simulated.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use kinfuse::genome::{Assembly, Interval};
use kinfuse::simulate::{AlignerStyle, Sampler, SimulatedFragment, SimulatedLibrary, SimulatedMolecule, Substitution};
use serde_json::Value;

use crate::support::command::{call, kinfuse, repository, table, table_gz, Row};
use crate::support::sam::name_hash;
use crate::support::slices::Slices;

/// Genes whose exons carry substitutions, each on a chromosome of its own.
const GENES: [&str; 6] = ["ALK", "MET", "NTRK1", "NTRK2", "NTRK3", "ROS1"];

/// Bases between the substitutions of a gene: so far apart they are inherited independently.
const APART_BP: u32 = 12_000;

/// Depth of a whole genome's molecules.
const DEPTH: f64 = 40.0;

/// A substitution that people may have.
struct Common {
    gene: String,
    substitution: Substitution,
}

/// One in the middle of an exon, and the next one so far away that it is inherited independently.
fn common(slices: &Slices, genes: &[&str]) -> Vec<Common> {
    let mut list: Vec<Common> = Vec::new();
    for symbol in genes {
        let gene = slices.gene(symbol);
        let mut last: Option<u32> = None;
        let mut exons = gene.transcript.as_ref().expect("a transcript").exons.clone();
        exons.sort_by_key(|exon| exon.start);
        for exon in exons.iter().filter(|exon| exon.length_bp() > 60) {
            let position = u32::midpoint(exon.start, exon.end);
            if last.is_some_and(|last| position - last < APART_BP) {
                continue;
            }
            last = Some(position);
            let whole = Interval { contig: gene.contig(), start: position, end: position + 1 };
            let reference = SimulatedMolecule::stretch("base", whole, &slices.reference).expect("within the slice").bases()[0];
            // None that editing of RNA makes.
            let base = match reference {
                b'A' => b'C',
                b'C' => b'A',
                b'G' => b'T',
                _ => b'G',
            };
            list.push(Common { gene: (*symbol).to_owned(), substitution: Substitution { contig: gene.contig(), position, base } });
        }
    }
    list
}

/// The substitutions on the two copies of a person's genome: each is there with a chance of 55 %.
fn person(all: &[Common], number: u64) -> [Vec<Substitution>; 2] {
    [1, 2].map(|copy| {
        let carried = |common: &&Common| {
            let name = format!("{}:{}:{copy}", common.gene, common.substitution.position);
            name_hash(&name, number) % 100 < 55
        };
        all.iter().filter(carried).map(|common| common.substitution).collect()
    })
}

fn sampler(name: &str) -> Sampler {
    let library = SimulatedLibrary::short_reads(100, 220.0, 30.0);
    Sampler::new(library, name, 11)
}

fn fragments<'m>(name: &str, molecules: &'m [(SimulatedMolecule, f64)]) -> Vec<SimulatedFragment<'m>> {
    let mut sampler = sampler(name);
    molecules.iter().flat_map(|(molecule, depth)| sampler.to_depth(molecule, *depth)).collect()
}

/// A folder, the genome, and the common substitutions of all genes.
fn setting(seed: u64) -> (tempfile::TempDir, Slices, Vec<Common>) {
    let slices = Slices::new(Assembly::Grch38, &GENES, seed);
    let all = common(&slices, &GENES);
    (tempfile::tempdir().expect("a temporary folder"), slices, all)
}

/// DNA around all places, of persons with their shares.
fn dna(slices: &Slices, all: &[Common], persons: &[(u64, f64)], path: &Path) -> PathBuf {
    let mut molecules: Vec<(SimulatedMolecule, f64)> = Vec::new();
    for (number, share) in persons {
        for copy in person(all, *number) {
            for common in all {
                let Substitution { contig, position, .. } = common.substitution;
                let around = Interval { contig, start: position - 500, end: position + 500 };
                let molecule = SimulatedMolecule::stretch(common.gene.clone(), around, &slices.reference).expect("within the slice");
                molecules.push((molecule.with_substitutions(&copy), DEPTH * share / 2.0));
            }
        }
    }
    slices.write(path, "s", AlignerStyle::dna(), &fragments("d", &molecules), true);
    path.to_owned()
}

/// RNA of the genes; of those in `silent` the second copy is not expressed.
fn rna(slices: &Slices, all: &[Common], number: u64, silent: &[&str], path: &Path) -> PathBuf {
    let mut molecules: Vec<(SimulatedMolecule, f64)> = Vec::new();
    let [first, second] = person(all, number);
    for symbol in GENES {
        let whole = SimulatedMolecule::transcript(slices.gene(symbol), &slices.reference).expect("the exons are there");
        let is_silent = silent.contains(&symbol);
        molecules.push((whole.clone().with_substitutions(&first), if is_silent { DEPTH } else { DEPTH / 2.0 }));
        if !is_silent {
            molecules.push((whole.with_substitutions(&second), DEPTH / 2.0));
        }
    }
    slices.write(path, "s", AlignerStyle::rna(), &fragments("r", &molecules), true);
    path.to_owned()
}

/// Calls files as one sample: what was told on the terminal, the metrics, and the warnings of the document.
fn called(folder: &Path, files: &[&Path]) -> (String, Vec<Row>, Vec<Value>) {
    let out = folder.join("out");
    let mut arguments = vec!["-s".as_ref(), "s".as_ref()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    let told = call(&out, &arguments).stderr;
    let json = std::fs::read_to_string(out.join("s.kinfuse.json")).expect("the JSON can be read");
    let json: Value = serde_json::from_str(&json).expect("the JSON is valid");
    let warnings = json["warnings"].as_array().expect("a list").clone();
    (told, table(&out.join("s.metrics.tsv")), warnings)
}

fn metric<'r>(rows: &'r [Row], name: &str) -> &'r Row {
    rows.iter().find(|row| row.get("metric") == name).unwrap_or_else(|| panic!("no metric {name}"))
}

#[test]
fn rna_and_dna_of_one_person_agree_without_a_word_even_where_rna_is_of_one_copy() {
    let (folder, slices, all) = setting(21);
    let dna = dna(&slices, &all, &[(1, 1.0)], &folder.path().join("dna.bam"));
    for silent in [&[][..], &["ALK", "ROS1"]] {
        let rna = rna(&slices, &all, 1, silent, &folder.path().join("rna.bam"));
        let (told, rows, warnings) = called(folder.path(), &[&rna, &dna]);
        let (places, log10) = (metric(&rows, "identity_places"), metric(&rows, "identity_log10"));
        println!("{} places, log10 {}: {}", places.get("value"), log10.get("value"), log10.get("note"));
        assert!(places.number("value") >= 20.0, "{places:?}");
        assert!(log10.number("value") > 3.0, "{log10:?}");
        assert_eq!(log10.get("note"), "one person");
        assert!(warnings.iter().all(|warning| warning["code"] != "not_one_person"), "{warnings:?}");
        assert!(!told.contains("one person"), "{told}");
    }
}

#[test]
fn rna_of_another_person_is_warned_of_with_the_figure() {
    let (folder, slices, all) = setting(22);
    let dna = dna(&slices, &all, &[(1, 1.0)], &folder.path().join("dna.bam"));
    let rna = rna(&slices, &all, 2, &[], &folder.path().join("rna.bam"));
    let (told, rows, warnings) = called(folder.path(), &[&rna, &dna]);
    let log10 = metric(&rows, "identity_log10");
    assert!(log10.number("value") < -4.0, "{log10:?}");
    assert!(log10.get("note").starts_with("two persons: "), "{log10:?}");
    let warning = warnings.iter().find(|warning| warning["code"] == "not_one_person").expect("a warning");
    let text = warning["text"].as_str().expect("a text");
    println!("{text}");
    assert!(text.starts_with("rna.bam and dna.bam do not look like one person: "), "{text}");
    assert!(text.contains(&format!("10^{:.1} times", -log10.number("value"))), "{text} {log10:?}");
    assert!(told.contains("do not look like one person"), "{told}");
    // The order of the files turns the names and nothing else.
    let (_, turned, _) = called(folder.path(), &[&dna, &rna]);
    assert!((metric(&turned, "identity_log10").number("value") - log10.number("value")).abs() < 1e-5);
}

#[test]
fn with_too_few_places_that_is_said_and_nothing_is_warned_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &GENES, 23);
    let all: Vec<Common> = common(&slices, &["NTRK1", "MET"]).into_iter().take(3).collect();
    let dna = dna(&slices, &all, &[(1, 1.0)], &folder.path().join("dna.bam"));
    let rna = rna(&slices, &all, 2, &[], &folder.path().join("rna.bam"));
    let (_, rows, warnings) = called(folder.path(), &[&rna, &dna]);
    let (places, log10) = (metric(&rows, "identity_places"), metric(&rows, "identity_log10"));
    assert!(places.number("value") <= 3.0, "{places:?}");
    assert_eq!(log10.get("note"), format!("too few places ({}) to tell", places.get("value")));
    assert!(warnings.iter().all(|warning| warning["code"] != "not_one_person"), "{warnings:?}");
    // A single file is compared with nothing.
    let (_, alone, _) = called(folder.path(), &[&dna]);
    assert!(alone.iter().all(|row| !row.get("metric").starts_with("identity")));
}

#[test]
fn another_persons_molecules_in_a_library_are_measured_and_warned_of() {
    let (folder, slices, all) = setting(24);
    let file = |name: &str| folder.path().join(name);
    let mixed = dna(&slices, &all, &[(3, 3.0 * 0.92), (4, 3.0 * 0.08)], &file("mixed.bam"));
    let (_, rows, warnings) = called(folder.path(), &[&mixed]);
    let [value, low, high] =
        ["contamination_frac", "contamination_frac_low", "contamination_frac_high"].map(|name| metric(&rows, name).number("value"));
    let warning = warnings.iter().find(|warning| warning["code"] == "contaminated").expect("a warning");
    println!("{value} ({low}-{high}): {}", warning["text"]);
    assert!(low <= 0.08 && 0.08 <= high && low > 0.02 && high < 0.16, "{value} {low}-{high}");
    assert!(warning["text"].as_str().expect("a text").starts_with("mixed.bam has molecules of another person: "), "{warning}");

    let clean = dna(&slices, &all, &[(3, 3.0)], &file("clean.bam"));
    let (_, rows, warnings) = called(folder.path(), &[&clean]);
    let row = metric(&rows, "contamination_frac");
    println!("{} {}", row.get("value"), row.get("note"));
    assert!(row.number("value") < 0.01 && metric(&rows, "contamination_frac_low").number("value") < 0.001, "{row:?}");
    assert!(warnings.iter().all(|warning| warning["code"] != "contaminated"), "{warnings:?}");

    let few: Vec<Common> = all.into_iter().take(5).collect();
    let thin = dna(&slices, &few, &[(3, 1.0)], &file("thin.bam"));
    let (_, rows, _) = called(folder.path(), &[&thin]);
    let row = metric(&rows, "contamination_frac");
    assert_eq!(row.get("value"), ".");
    assert!(row.get("note").starts_with("too few homozygous places ("), "{row:?}");
}

/// DNA around codons: for each the molecules without and with its change.
fn with_mutations(slices: &Slices, changes: &[(&str, u32, [u8; 3], [f64; 2])], path: &Path) -> PathBuf {
    let mut molecules: Vec<(SimulatedMolecule, f64)> = Vec::new();
    for (symbol, codon, bases, [without, with]) in changes {
        let gene = slices.gene(symbol);
        let new = Substitution::of_codon(gene, *codon, *bases).expect("the gene has the codon");
        let around = Interval { contig: gene.contig(), start: new[1].position - 500, end: new[1].position + 500 };
        let molecule = SimulatedMolecule::stretch((*symbol).to_owned(), around, &slices.reference).expect("within the slice");
        molecules.push((molecule.clone(), *without));
        molecules.push((molecule.with_substitutions(&new), *with));
    }
    slices.write(path, "s", AlignerStyle::dna(), &fragments("m", &molecules), true);
    path.to_owned()
}

#[test]
fn a_matched_normal_tells_germline_from_somatic_mutations_and_leaves_open_what_it_hardly_covers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &GENES, 25);
    let file = |name: &str| folder.path().join(name);
    // ALK L1196M, ROS1 G2032R, NTRK1 G595R.
    let change = |at: usize, depths: [f64; 2]| {
        let (symbol, codon, bases) = [("ALK", 1196, *b"ATG"), ("ROS1", 2032, *b"CGT"), ("NTRK1", 595, *b"CGC")][at];
        (symbol, codon, bases, depths)
    };
    let tumour = with_mutations(&slices, &[change(0, [60.0, 60.0]), change(1, [90.0, 30.0]), change(2, [80.0, 40.0])], &file("tumour.bam"));
    let normal = with_mutations(&slices, &[change(0, [30.0, 30.0]), change(1, [60.0, 0.0]), change(2, [2.0, 0.0])], &file("blood.bam"));
    let (_, rows, _) = called(folder.path(), &[Path::new("--matched-normal"), &normal, &tumour]);
    let out = folder.path().join("out");
    let variants = table(&out.join("s.variants.tsv"));
    let found = |name: &str| {
        let row = variants.iter().find(|row| row.get("hgvs_p") == name).expect("each listed change has a line");
        println!("{name} {} {} {}: {}", row.get("origin"), row.get("normal_alt_fragments"), row.get("normal_depth"), row.get("note"));
        assert_eq!(row.get("status"), "called", "{row:?}");
        row
    };
    assert_eq!(found("p.L1196M").get("origin"), "germline");
    assert!(found("p.L1196M").number("normal_alt_fragments") > 15.0);
    assert_eq!(found("p.G2032R").get("origin"), "somatic");
    assert_eq!(found("p.G2032R").get("normal_alt_fragments"), "0");
    assert!(found("p.G2032R").get("note").contains(" molecules of the matched normal show it"));
    assert_eq!(found("p.G595R").get("origin"), "undecided");
    assert!(variants.iter().filter(|row| row.get("status") != "called").all(|row| row.get("origin") == "."));
    let records = table_gz(&out.join("s.vcf.gz"));
    assert!(
        records.iter().any(|record| record.contains("HGVSP=p.L1196M;") && record.contains(";ORIGIN=germline;NORMAL_ALT=")),
        "{records:?}"
    );
    let checked = kinfuse(["check-vcf".as_ref(), out.join("s.vcf.gz").as_os_str()]);
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(0), ""));
    assert_eq!(metric(&rows, "matched_normal").get("value"), "blood.bam");
    assert!(metric(&rows, "identity_log10.normal").get("note").starts_with("too few places ("), "{rows:?}");
    // Without the normal no class is given.
    let (_, rows, _) = called(folder.path(), &[&tumour]);
    assert!(table(&out.join("s.variants.tsv")).iter().all(|row| row.get("origin") == "." && row.get("normal_depth") == "."));
    assert!(rows.iter().all(|row| row.get("metric") != "matched_normal"));
}

#[test]
fn a_normal_of_another_person_is_warned_of() {
    let (folder, slices, all) = setting(26);
    let file = |name: &str| folder.path().join(name);
    let tumour = dna(&slices, &all, &[(1, 1.0)], &file("tumour.bam"));
    for (number, expected) in [(1, None), (2, Some("tumour.bam and blood.bam do not look like one person: "))] {
        let normal = dna(&slices, &all, &[(number, 1.0)], &file("blood.bam"));
        let (_, rows, warnings) = called(folder.path(), &[Path::new("--matched-normal"), &normal, &tumour]);
        println!("{:?}", metric(&rows, "identity_log10.normal"));
        let warning = warnings.iter().find(|warning| warning["code"] == "not_one_person");
        match expected {
            Some(start) => assert!(warning.and_then(|warning| warning["text"].as_str()).is_some_and(|text| text.starts_with(start))),
            None => assert_eq!((warning, metric(&rows, "identity_log10.normal").get("note")), (None, "one person")),
        }
    }
}

#[test]
fn a_fusion_that_the_normal_shows_is_flagged_and_stays() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = |name: &str| repository(&format!("test-data/{name}"));
    let normal = folder.path().join("blood.bam");
    let passed_with = |source: &str| {
        for ending in ["bam", "bam.bai"] {
            std::fs::copy(data(&format!("{source}.{ending}")), normal.with_extension(ending)).expect("a copy");
        }
        let out = folder.path().join(source);
        let (fasta, gtf, tumour) = (data("mini.fa"), data("mini.gtf"), data("dna.bam"));
        let arguments: [&OsStr; 9] = [
            "-s".as_ref(),
            "s".as_ref(),
            "-r".as_ref(),
            fasta.as_ref(),
            "-g".as_ref(),
            gtf.as_ref(),
            "--matched-normal".as_ref(),
            normal.as_ref(),
            tumour.as_ref(),
        ];
        call(&out, &arguments);
        table(&out.join("s.fusions.tsv")).iter().map(|row| (row.get("fusion").to_owned(), row.get("filter").to_owned())).collect::<Vec<_>>()
    };
    let (inherited, acquired) = (passed_with("dna"), passed_with("negative"));
    println!("{inherited:?}\n{acquired:?}");
    assert!(!acquired.is_empty() && acquired.iter().any(|(_, filter)| filter == "PASS"));
    assert!(acquired.iter().all(|(_, filter)| !filter.contains("germline")));
    assert_eq!(inherited.len(), acquired.len(), "a flag deletes nothing");
    assert!(inherited.iter().all(|(_, filter)| filter.contains("germline")));
}
