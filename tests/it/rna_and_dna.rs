//! RNA and DNA of one sample in one run: one finding is one row.

use std::path::PathBuf;

use crate::support::bench::Bench;
use kinfuse::genome::{Interval, Junction};
use kinfuse::model::Role;
use kinfuse::pipeline;
use kinfuse::progress::Progress;
use kinfuse::publish;
use kinfuse::report::json::Document;
use kinfuse::simulate::{AlignerStyle, Sampler, SimulatedFragment, SimulatedLibrary, SimulatedMolecule};

const FLANK_BP: u32 = 2_000;

/// RNA with this many molecules of EML4 exon `five` joined to ALK exon `three`, over a background of whole transcripts.
fn rna(bench: &Bench, five: u32, three: u32, molecules: usize) -> PathBuf {
    let whole: Vec<SimulatedMolecule> =
        bench.genes.iter().map(|gene| SimulatedMolecule::transcript(gene, &bench.reference).expect("within the genome")).collect();
    let fused = SimulatedMolecule::fusion_transcript((bench.gene("EML4"), five), b"", (bench.gene("ALK"), three), &bench.reference);
    let fused = fused.expect("the exons are there");
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 220.0, 40.0), "r", 5);
    let mut fragments: Vec<SimulatedFragment> = whole.iter().flat_map(|molecule| sampler.to_depth(molecule, 120.0)).collect();
    let at = fused.piece_starts()[five as usize];
    fragments.extend(sampler.crossing(&fused, at, at, 25, molecules));
    bench.write("rna", AlignerStyle::rna(), &fragments)
}

/// DNA at 100 fragments, a share of it with EML4 intron 13 joined to ALK intron 19.
fn dna(bench: &Bench, share: f64) -> PathBuf {
    let (five, three) = (bench.end("EML4", Role::Five, 13, 60), bench.end("ALK", Role::Three, 20, 80));
    let around = Interval { contig: three.contig, start: three.boundary - FLANK_BP, end: three.boundary + FLANK_BP };
    let whole = SimulatedMolecule::stretch("ALK", around, &bench.reference).expect("within the genome");
    let broken =
        SimulatedMolecule::derivative("fusion", &Junction::new(five, three, b""), FLANK_BP, &bench.reference).expect("within the genome");
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(150, 280.0, 50.0), "d", 6);
    let mut fragments = sampler.to_depth(&whole, 100.0 * (1.0 - share));
    fragments.extend(sampler.to_depth(&broken, 100.0 * share));
    bench.write("dna", AlignerStyle::dna(), &fragments)
}

fn document(bench: &Bench, inputs: Vec<PathBuf>) -> Document {
    let config = bench.config(inputs);
    let result = pipeline::call(&config, &Progress::new(false)).expect("the sample can be called");
    publish::document(&result, &config).expect("the FASTA can be read")
}

#[test]
fn a_junction_and_the_break_that_gives_it_are_one_row() {
    let bench = Bench::new();
    let both = document(&bench, vec![rna(&bench, 13, 20, 12), dna(&bench, 0.2)]);
    assert_eq!(both.fusions.len(), 1, "{:?}", both.fusions);
    let row = &both.fusions[0];
    assert_eq!((row.evidence.as_deref(), row.exon_junction.as_deref(), row.filter.as_str()), (Some("rna+dna"), Some("E13;A20"), "PASS"));
    assert_eq!(row.site3.as_deref(), Some("exon 20 start"));
    let three = bench.end("ALK", Role::Three, 20, 80);
    assert_eq!(row.dna_breakpoint3, Some(format!("chr2:{}:-", three.kept_base())));
    assert!(row.dna_fragments.is_some_and(|fragments| fragments > 8) && row.dna_allele_fraction.is_some(), "{row:?}");
    assert_eq!(row.contradiction, None);
    // The break keeps its own row among the candidates, under the same event.
    let breaks: Vec<_> = both.candidate_rows().filter(|row| row.site3.as_deref() == Some("intron 19")).collect();
    assert_eq!(breaks.len(), 1);
    assert_eq!((breaks[0].event.as_ref(), breaks[0].evidence.as_deref()), (row.event.as_ref(), Some("rna+dna")));
}

#[test]
fn a_single_molecule_of_rna_stands_when_dna_shows_the_break() {
    let bench = Bench::new();
    let alone = document(&bench, vec![rna(&bench, 13, 20, 1)]);
    assert!(alone.fusions.iter().all(|row| row.filter != "PASS"), "{:?}", alone.fusions);
    let both = document(&bench, vec![rna(&bench, 13, 20, 1), dna(&bench, 0.2)]);
    assert_eq!(both.fusions.iter().filter(|row| row.filter == "PASS").count(), 1);
    let row = &both.fusions[0];
    assert_eq!((row.fragments, row.filter.as_str(), row.evidence.as_deref()), (1, "PASS", Some("rna+dna")));
    let terms = both.structure[0].quality_terms.expect("a placed junction has a quality");
    assert!(terms.dna_quality > 13.0, "{terms:?}");
    assert!((row.qual.value() - terms.quality()).abs() < 0.051, "{}: {terms:?}", row.qual.value());
}

#[test]
fn what_does_not_fit_together_is_said() {
    let bench = Bench::new();
    // Exon 14 lies behind the break in intron 13: no splicing joins it to ALK.
    let unlike = document(&bench, vec![rna(&bench, 14, 20, 12), dna(&bench, 0.2)]);
    assert_eq!(unlike.fusions.len(), 2, "{:?}", unlike.fusions);
    for row in &unlike.fusions {
        let expected = if row.evidence.as_deref() == Some("rna") { "the break in DNA implies E13;A20" } else { "RNA joins E14;A20" };
        assert_eq!(row.contradiction.as_deref(), Some(expected));
    }
    let without = document(&bench, vec![rna(&bench, 13, 20, 12), dna(&bench, 0.0)]);
    assert_eq!(without.fusions.len(), 1);
    assert_eq!(without.fusions[0].contradiction.as_deref(), Some("DNA shows no such break, though intron 19 is informative"));
    // Exon 12 before the break with exon 13 skipped is what splicing may do.
    let skipped = document(&bench, vec![rna(&bench, 12, 20, 12), dna(&bench, 0.2)]);
    assert_eq!((skipped.fusions.len(), skipped.fusions[0].contradiction.as_ref()), (1, None), "{:?}", skipped.fusions);
}
