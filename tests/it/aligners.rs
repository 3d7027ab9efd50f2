//! End to end: simulated reads through real aligners on the laboratory genome, moved to `GRCh38`, called without FASTA.
//!
//! Needs `KINFUSE_SHARED` and STAR, bwa, minimap2, samtools and python3.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::command::{call, called_variants, has_program, passed, Row};
use crate::support::laboratory::Laboratory;
use crate::support::shared::shared;
use kinfuse::genome::{Interval, Junction};
use kinfuse::model::{Gene, Role};
use kinfuse::simulate::{Protocol, Sampler, SequencingErrors, SimulatedFragment, SimulatedLibrary, SimulatedMolecule, Substitution};

/// 5' gene and its last exon, 3' gene and its first exon (as `gene_models.tsv` numbers them), the names expected for the exons,
/// and the RNA junction in `GRCh38` (`fusions.tsv`, `junction5_hg38` and `junction3_hg38`).
struct Expected {
    five: (&'static str, u32),
    three: (&'static str, u32),
    exon_junctions: &'static [&'static str],
    rna: [&'static str; 2],
}

const CD74_ROS1: Expected =
    Expected { five: ("CD74", 6), three: ("ROS1", 34), exon_junctions: &["C6;R34"], rna: ["chr5:150404680:-", "chr6:117324415:-"] };
const TPM3_NTRK1: Expected =
    Expected { five: ("TPM3", 8), three: ("NTRK1", 10), exon_junctions: &["T8;N10"], rna: ["chr1:154170400:-", "chr1:156874571:+"] };
const ETV6_NTRK3: Expected =
    Expected { five: ("ETV6", 5), three: ("NTRK3", 15), exon_junctions: &["E5;N15"], rna: ["chr12:11869969:+", "chr15:87940753:-"] };
/// Exon 8 of `NM_020399` is exon 7 of ENST00000052569, the transcript that the gene models have.
const GOPC_ROS1: Expected =
    Expected { five: ("GOPC", 7), three: ("ROS1", 35), exon_junctions: &["G8;R35"], rna: ["chr6:117566854:-", "chr6:117321394:-"] };
const LMNA_NTRK1: Expected =
    Expected { five: ("LMNA", 2), three: ("NTRK1", 11), exon_junctions: &["L2;N11"], rna: ["chr1:156130773:+", "chr1:156874906:+"] };

/// How far into the introns the DNA breaks lie: behind the 5' partner's exon, before the kinase's.
const INTO_INTRON_BP: [i64; 2] = [150, 70];

/// The laboratory, made once a run, in the target folder; `None` where the check is skipped.
fn laboratory(check: &str) -> Option<&'static (Laboratory, PathBuf)> {
    static MADE: OnceLock<(Laboratory, PathBuf)> = OnceLock::new();
    let shared = shared(check)?;
    for program in ["STAR", "bwa", "minimap2", "samtools", "python3"] {
        if !has_program(program) {
            let in_ci = std::env::var_os("CI").is_some();
            assert!(!in_ci, "{check}: {program} is not installed, and a CI run must not skip the aligners");
            println!("skipped: {check} ({program} is not installed)");
            return None;
        }
    }
    Some(MADE.get_or_init(|| {
        let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aligners");
        let _ = std::fs::remove_dir_all(&work);
        std::fs::create_dir_all(&work).expect("the target folder can be written");
        (Laboratory::new(&shared, &work), work)
    }))
}

/// Calls one BAM and gives the rows that passed.
fn call_bam(work: &Path, name: &str, bam: &Path) -> PathBuf {
    let out = work.join(format!("{name}.out"));
    call(&out, &["-s".as_ref(), name.as_ref(), bam.as_ref()]);
    out
}

fn row_of<'a>(rows: &'a [Row], expected: &Expected) -> &'a Row {
    let fusion = format!("{}::{}", expected.five.0, expected.three.0);
    rows.iter().find(|row| row.get("fusion") == fusion).unwrap_or_else(|| panic!("no {fusion} among {rows:?}"))
}

fn no_others(rows: &[Row], expected: &[&Expected]) {
    assert_eq!(rows.len(), expected.len(), "another fusion passed: {rows:?}");
}

fn is_rna_junction(rows: &[Row], expected: &Expected) {
    let row = row_of(rows, expected);
    assert_eq!([row.get("breakpoint5"), row.get("breakpoint3")], expected.rna, "{row:?}");
    assert!(expected.exon_junctions.contains(&row.get("exon_junction")), "{row:?}");
    println!("{}: {} {} fragments, quality {}", row.get("sample"), row.get("fusion"), row.get("fragments"), row.get("qual"));
}

/// Fused transcripts in a background of whole ones, through STAR.
fn rna(name: &str, seed: u64, fusions: &[&Expected]) {
    let Some((laboratory, work)) = laboratory(name) else { return };
    let genes: Vec<(Gene, Gene)> = fusions.iter().map(|f| (laboratory.gene(f.five.0), laboratory.gene(f.three.0))).collect();
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 230.0, 40.0), name, seed);
    let mut molecules = Vec::new();
    for (expected, (five, three)) in fusions.iter().zip(&genes) {
        let fused = SimulatedMolecule::fusion_transcript((five, expected.five.1), b"", (three, expected.three.1), &laboratory.reference);
        molecules.push((fused.expect("the exons are there"), true));
        for gene in [five, three] {
            molecules.push((SimulatedMolecule::transcript(gene, &laboratory.reference).expect("the exons are there"), false));
        }
    }
    let mut fragments: Vec<SimulatedFragment> = Vec::new();
    for (molecule, is_fused) in &molecules {
        fragments.extend(sampler.fragments(molecule, 400));
        if *is_fused {
            let at = junction_offset(molecule, fusions, &genes);
            fragments.extend(sampler.crossing(molecule, at, at, 15, 30));
        }
    }
    let bam = laboratory.star(name, &fragments);
    let rows = passed(&call_bam(work, name, &bam), name);
    for expected in fusions {
        is_rna_junction(&rows, expected);
    }
    no_others(&rows, fusions);
}

/// Where a fused transcript changes genes.
fn junction_offset(molecule: &SimulatedMolecule, fusions: &[&Expected], genes: &[(Gene, Gene)]) -> usize {
    let is_this = |pair: &&(&&Expected, &(Gene, Gene))| molecule.name() == format!("{}::{}", pair.1 .0.symbol, pair.1 .1.symbol);
    let pairs: Vec<_> = fusions.iter().zip(genes).collect();
    let (expected, _) = pairs.iter().find(is_this).expect("the molecule is one of the fusions");
    molecule.piece_starts()[expected.five.1 as usize]
}

/// Rearranged chromosomes at a tenth of 500 fragments a base, through bwa mem.
fn dna(name: &str, seed: u64, fusions: &[&Expected]) {
    const REACH_BP: u32 = 500;
    let Some((laboratory, work)) = laboratory(name) else { return };
    let mut molecules = Vec::new();
    let mut breaks = Vec::new();
    for expected in fusions {
        let (five, three) = (laboratory.gene(expected.five.0), laboratory.gene(expected.three.0));
        let ends = [
            Laboratory::in_intron(&five, Role::Five, expected.five.1, INTO_INTRON_BP[0]),
            Laboratory::in_intron(&three, Role::Three, expected.three.1, INTO_INTRON_BP[1]),
        ];
        let junction = Junction::new(ends[0], ends[1], b"");
        let label = format!("{}::{}", five.symbol, three.symbol);
        molecules
            .push((SimulatedMolecule::derivative(label, &junction, REACH_BP, &laboratory.reference).expect("within the genome"), 50.0));
        for (end, gene) in ends.iter().zip([&five, &three]) {
            let interval = Interval { contig: end.contig, start: end.boundary - REACH_BP, end: end.boundary + REACH_BP };
            let stretch = SimulatedMolecule::stretch(gene.symbol.clone(), interval, &laboratory.reference).expect("within the genome");
            molecules.push((stretch, 450.0));
        }
        breaks.push((laboratory.reference.homology_bp(&junction), laboratory.grch38(ends[0], &five), laboratory.grch38(ends[1], &three)));
    }
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(150, 280.0, 45.0), name, seed);
    let mut fragments: Vec<SimulatedFragment> = Vec::new();
    for (molecule, depth) in &molecules {
        fragments.extend(sampler.to_depth(molecule, *depth));
    }
    let bam = laboratory.bwa(name, &fragments);
    let rows = passed(&call_bam(work, name, &bam), name);
    for (expected, (homology_bp, five, three)) in fusions.iter().zip(&breaks) {
        let row = row_of(&rows, expected);
        assert!(expected.exon_junctions.contains(&row.get("exon_junction")), "{row:?}");
        for (column, truth) in [("breakpoint5", five), ("breakpoint3", three)] {
            let position: i64 = truth.split(':').nth(1).and_then(|text| text.parse().ok()).expect("chrom:pos:strand");
            assert!((row.position(column) - position).abs() <= i64::from(*homology_bp), "{column} should be {truth}: {row:?}");
            assert_eq!(truth.split(':').next(), Some(row.contig(column)));
        }
        println!("{name}: {} {} fragments, quality {}", row.get("fusion"), row.get("fragments"), row.get("qual"));
    }
    no_others(&rows, fusions);
}

#[test]
fn translocations_and_an_inversion_in_rna_through_star() {
    rna("star_between", 11, &[&CD74_ROS1, &TPM3_NTRK1, &ETV6_NTRK3]);
}

#[test]
fn deletions_in_rna_through_star() {
    rna("star_deletions", 12, &[&GOPC_ROS1, &LMNA_NTRK1]);
}

#[test]
fn translocations_and_an_inversion_in_dna_through_bwa() {
    dna("bwa_between", 13, &[&CD74_ROS1, &TPM3_NTRK1, &ETV6_NTRK3]);
}

#[test]
fn deletions_in_dna_through_bwa() {
    dna("bwa_deletions", 14, &[&GOPC_ROS1, &LMNA_NTRK1]);
}

#[test]
fn a_fusion_in_long_reads_through_minimap2() {
    let name = "minimap2_long";
    let Some((laboratory, work)) = laboratory(name) else { return };
    let (five, three) = (laboratory.gene("CD74"), laboratory.gene("ROS1"));
    let fused = SimulatedMolecule::fusion_transcript((&five, 6), b"", (&three, 34), &laboratory.reference).expect("the exons are there");
    let wild_type = [&five, &three].map(|gene| SimulatedMolecule::transcript(gene, &laboratory.reference).expect("the exons are there"));
    let library = SimulatedLibrary {
        paired: false,
        read_bp: u32::MAX,
        fragment_mean_bp: 3_000.0,
        fragment_sd_bp: 600.0,
        errors: SequencingErrors::LongRead { rate_frac: 0.05 },
        umi: None,
        duplicate_frac: 0.0,
        protocol: Protocol::default(),
    };
    let mut sampler = Sampler::new(library, name, 15);
    let mut fragments = sampler.fragments(&fused, 20);
    for molecule in &wild_type {
        fragments.extend(sampler.fragments(molecule, 50));
    }
    let bam = laboratory.minimap2(name, &fragments);
    let rows = passed(&call_bam(work, name, &bam), name);
    is_rna_junction(&rows, &CD74_ROS1);
    no_others(&rows, &[&CD74_ROS1]);
}

#[test]
fn resistance_mutations_at_two_percent_of_a_thousand_fragments_are_called_and_none_in_a_clean_sample() {
    const DEPTH: usize = 1_000;
    let Some((laboratory, work)) = laboratory("mutations") else { return };
    let sites = [("ROS1", 2_032, *b"AGA", "p.G2032R"), ("ALK", 1_171, *b"AAC", "p.I1171N")];
    for (name, mutated) in [("mutated", DEPTH / 50), ("clean", 0)] {
        let mut molecules = Vec::new();
        for (symbol, codon, bases, _) in sites {
            let gene = laboratory.gene(symbol);
            let new = Substitution::of_codon(&gene, codon, bases).expect("the gene has the codon");
            let (contig, position) = (new[0].contig, new[0].position);
            let interval = Interval { contig, start: position - 600, end: position + 600 };
            let wild_type = SimulatedMolecule::stretch(symbol, interval, &laboratory.reference).expect("within the genome");
            molecules.push((wild_type.clone().with_substitutions(&new), mutated));
            molecules.push((wild_type, DEPTH - mutated));
        }
        // Fragments of at most two reads' length, so that each that spans the codon shows it.
        let mut sampler = Sampler::new(SimulatedLibrary::short_reads(150, 240.0, 20.0), name, 16);
        let mut fragments: Vec<SimulatedFragment> = Vec::new();
        for (molecule, count) in &molecules {
            fragments.extend(sampler.crossing(molecule, 595, 605, 15, *count));
        }
        let bam = laboratory.bwa(name, &fragments);
        let out = call_bam(work, name, &bam);
        let called = called_variants(&out, name);
        let mut found: Vec<(&str, &str)> = called.iter().map(|row| (row.get("gene"), row.get("hgvs_p"))).collect();
        found.sort_unstable();
        let expected: &[(&str, &str)] = if mutated > 0 { &[("ALK", "p.I1171N"), ("ROS1", "p.G2032R")] } else { &[] };
        assert_eq!(found, expected, "{name}");
        for row in &called {
            let fraction = row.number("allele_fraction");
            assert!((0.012..0.03).contains(&fraction), "{name}: {fraction}");
            println!("{name}: {} {} {fraction} of {}", row.get("gene"), row.get("hgvs_p"), row.get("depth"));
        }
        assert!(passed(&out, name).is_empty(), "a fusion passed in {name}");
    }
}
