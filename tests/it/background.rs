//! Errors that recur in normal samples, through the binary: `kinfuse normals build`, then `kinfuse call --normals`.

use std::path::{Path, PathBuf};

use kinfuse::genome::{Assembly, Interval};
use kinfuse::simulate::{AlignerStyle, Sampler, SimulatedLibrary, SimulatedMolecule, Substitution};

use crate::support::command::{call, kinfuse, table, Row};
use crate::support::slices::Slices;

/// A BAM of a thousand molecules over codon 1202 of ALK, of which so many show G1202R.
fn sample(slices: &Slices, folder: &Path, name: &str, with: usize, seed: u64) -> PathBuf {
    let alk = slices.gene("ALK");
    let new = Substitution::of_codon(alk, 1_202, *b"AGA").expect("the gene has the codon");
    let position = new[0].position;
    let interval = Interval { contig: alk.contig(), start: position - 300, end: position + 300 };
    let plain = SimulatedMolecule::stretch("ALK", interval, &slices.reference).expect("within the slice");
    let library = SimulatedLibrary::short_reads(100, 200.0, 25.0);
    let mut sampler = Sampler::new(library, name, seed);
    let mutant = plain.clone().with_substitutions(&new);
    let mut fragments = sampler.crossing(&mutant, 298, 302, 5, with);
    fragments.extend(sampler.crossing(&plain, 298, 302, 5, 1_000 - with));
    // The intron in which ALK breaks is covered too, or the sample says nothing.
    let exon = |number: u32| alk.transcript.as_ref().and_then(|transcript| transcript.exon(number)).expect("the exon is there");
    let intron = Interval { contig: alk.contig(), start: exon(20).start, end: exon(19).end };
    let intron = SimulatedMolecule::stretch("intron", intron, &slices.reference).expect("within the slice");
    fragments.extend(sampler.to_depth(&intron, 20.0));
    let path = folder.join(format!("{name}.bam"));
    slices.write(&path, name, AlignerStyle::dna(), &fragments, true);
    path
}

fn g1202r(bam: &Path, normals: Option<&Path>) -> Row {
    let out = bam.with_extension(if normals.is_some() { "with" } else { "without" });
    let mut arguments = vec!["-s".as_ref(), "t".as_ref()];
    arguments.extend(normals.iter().flat_map(|path| ["--normals".as_ref(), path.as_os_str()]));
    arguments.push(bam.as_os_str());
    let outcome = call(&out, &arguments);
    let rows = table(&out.join("t.variants.tsv"));
    let row = rows.into_iter().find(|row| row.get("hgvs_p") == "p.G1202R").expect("each listed change has a line");
    // Nothing is held back in silence.
    let told = format!("ALK p.G1202R {}", row.get("note"));
    assert_eq!(row.get("note").contains("not called"), outcome.stderr.contains(&told), "{row:?} {}", outcome.stderr);
    row
}

#[test]
fn an_error_that_recurs_in_normal_samples_is_no_call_unless_the_tumour_shows_far_more() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &["ALK"], 15);
    let normals: Vec<PathBuf> = (0..4).map(|n| sample(&slices, folder.path(), &format!("n{n}"), 3, 20 + n)).collect();
    // One as a document, the others as BAMs; a sample that carries the mutation is left out with a warning.
    let carrier = sample(&slices, folder.path(), "carrier", 400, 30);
    g1202r(&normals[0], None);
    let document = normals[0].with_extension("without").join("t.kinfuse.json");
    let background = folder.path().join("normals.json.gz");
    let mut arguments = vec!["normals".as_ref(), "build".as_ref(), "-o".as_ref(), background.as_os_str(), document.as_os_str()];
    arguments.extend(normals[1..].iter().chain([&carrier]).map(|path| path.as_os_str()));
    let outcome = kinfuse(arguments);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let left_out: Vec<&str> = outcome.stderr.lines().filter(|line| line.contains("is called and left out")).collect();
    assert!(left_out.len() == 1 && left_out[0].contains("carrier.bam: ALK p.G1202R "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("normals.json.gz: 5 samples of dna, "), "{}", outcome.stderr);

    let weak = sample(&slices, folder.path(), "weak", 10, 40);
    let strong = sample(&slices, folder.path(), "strong", 100, 41);
    assert_eq!(g1202r(&weak, None).get("status"), "called");
    let row = g1202r(&weak, Some(&background));
    // Two of the ten begin and end alike, read from either strand: copies by place.
    assert_eq!((row.get("status"), row.get("alt_fragments")), ("not-seen", "9"), "{row:?}");
    assert!(
        row.get("note").contains(" not called: ") && row.get("note").contains("of 4 normal samples show it, on 0.0"),
        "{}",
        row.get("note")
    );
    let row = g1202r(&strong, Some(&background));
    assert_eq!((row.get("status"), row.get("filter")), ("called", "PASS"), "{row:?}");
}
