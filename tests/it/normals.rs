//! The background of normal samples on simulated DNA: artefacts that recur are flagged, real fusions are not.

use crate::support::bench::Bench;
use kinfuse::config::CallConfig;
use kinfuse::genome::{Interval, Junction};
use kinfuse::model::Role;
use kinfuse::normals::Background;
use kinfuse::pipeline;
use kinfuse::progress::Progress;
use kinfuse::publish;
use kinfuse::report::json::Document;
use kinfuse::report::rows::FusionRow;
use kinfuse::simulate::{AlignerStyle, Random, Sampler, SimulatedLibrary, SimulatedMolecule};
use std::path::{Path, PathBuf};

/// Depth of the unbroken gene.
const DEPTH: f64 = 80.0;
/// Depth of an artefact: a few fragments.
const ARTEFACT_DEPTH: f64 = 4.0;
/// Chance with which a normal sample shows an artefact, two places each.
const RECURRENCE: [f64; 4] = [0.05, 0.1, 0.25, 0.5];
const PLACES_EACH: usize = 2;
const NORMALS: u64 = 20;
const PATIENTS: u64 = 20;

/// The artefact of a place: ALK before exon 20 joined to `CD74`, which is none of its partners.
fn artefact(bench: &Bench, place: usize) -> Junction {
    let three = bench.end("ALK", Role::Three, 20, 25 + 25 * place as i64);
    let five = bench.end("CD74", Role::Five, 3, 20 + 15 * place as i64);
    Junction::new(five, three, b"")
}

fn real_fusion(bench: &Bench) -> Junction {
    Junction::new(bench.end("EML4", Role::Five, 13, 40), bench.end("ALK", Role::Three, 20, 90), b"")
}

/// A sample with these junctions, each with its depth.
fn sample(bench: &Bench, name: &str, seed: u64, junctions: &[(Junction, f64)]) -> PathBuf {
    let edge = bench.end("ALK", Role::Three, 20, 0);
    let around = Interval { contig: edge.contig, start: edge.boundary - 3_000, end: edge.boundary + 3_000 };
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(150, 280.0, 50.0), "n", seed);
    let whole = SimulatedMolecule::stretch("ALK", around, &bench.reference).expect("within the genome");
    let broken = |junction: &Junction| SimulatedMolecule::derivative("broken", junction, 600, &bench.reference).expect("within the genome");
    let broken: Vec<SimulatedMolecule> = junctions.iter().map(|(junction, _)| broken(junction)).collect();
    let mut fragments = sampler.to_depth(&whole, DEPTH);
    for (molecule, (_, depth)) in broken.iter().zip(junctions) {
        fragments.extend(sampler.to_depth(molecule, *depth));
    }
    bench.write(name, AlignerStyle { shortest_anchor_bp: 30, ..AlignerStyle::dna() }, &fragments)
}

fn called(bench: &Bench, path: PathBuf, normals: Option<&Path>) -> Document {
    let config = CallConfig { normals: normals.map(Path::to_owned), ..bench.config(vec![path]) };
    publish::document(&pipeline::call(&config, &Progress::new(false)).expect("the sample can be called"), &config)
        .expect("the FASTA can be read")
}

/// The candidates at an artefact's place.
fn at<'d>(document: &'d Document, junction: &Junction) -> impl Iterator<Item = &'d FusionRow> {
    let ends = [junction.a(), junction.b()];
    document.candidate_rows().filter(move |row| {
        let position = row.breakpoint3.as_deref().and_then(|place| place.split(':').nth(1)?.parse::<u32>().ok());
        row.gene5.as_deref() == Some("CD74") && position.is_some_and(|at| ends.iter().any(|end| end.kept_base().abs_diff(at) <= 5))
    })
}

#[test]
fn artefacts_that_recur_are_flagged_and_real_fusions_are_not() {
    let bench = Bench::new();
    let places = RECURRENCE.len() * PLACES_EACH;
    let artefacts: Vec<Junction> = (0..places).map(|place| artefact(&bench, place)).collect();
    let mut random = Random::new(11);
    let mut background = Background::new(None);
    let mut shown = vec![0_u32; places];
    for seed in 0..NORMALS {
        let mut own: Vec<(Junction, f64)> = Vec::new();
        for (place, artefact) in artefacts.iter().enumerate() {
            if random.happens(RECURRENCE[place / PLACES_EACH]) {
                own.push((artefact.clone(), ARTEFACT_DEPTH));
            }
        }
        // Two normal samples carry a little of the known fusion: what a sample beside them leaked.
        if seed < 2 {
            own.push((real_fusion(&bench), 1.0));
        }
        let document = called(&bench, sample(&bench, "normal", seed, &own), None);
        for (place, artefact) in artefacts.iter().enumerate() {
            shown[place] += u32::from(at(&document, artefact).next().is_some());
        }
        background.add(&document, Path::new("normal")).expect("one genome");
    }
    let path = bench.folder.path().join("normals.json.gz");
    background.write(std::fs::File::create(&path).expect("the folder can be written")).expect("the background is written");

    let (mut flagged, mut seen) = (vec![0_u32; places], vec![0_u32; places]);
    for seed in 0..PATIENTS {
        let mut own: Vec<(Junction, f64)> = artefacts.iter().map(|artefact| (artefact.clone(), ARTEFACT_DEPTH)).collect();
        own.push((real_fusion(&bench), 5.0));
        let document = called(&bench, sample(&bench, "patient", 1_000 + seed, &own), Some(&path));
        for (place, artefact) in artefacts.iter().enumerate() {
            for row in at(&document, artefact) {
                seen[place] += 1;
                flagged[place] += u32::from(row.filter.contains("recurrent"));
            }
        }
        let real: Vec<&FusionRow> = document.candidate_rows().filter(|row| row.gene5.as_deref() == Some("EML4")).collect();
        assert!(!real.is_empty(), "the fusion is found");
        assert!(real.iter().all(|row| !row.filter.contains("recurrent")), "{real:?}");
    }
    for place in 0..places {
        let recurrence = RECURRENCE[place / PLACES_EACH];
        println!("in {recurrence} of normals (shown by {} of {NORMALS}): {} of {} flagged", shown[place], flagged[place], seen[place]);
        let share = f64::from(flagged[place]) / f64::from(seen[place].max(1));
        assert!(seen[place] >= 15, "an artefact of four fragments is among the candidates");
        // What two and a twentieth of the normals show is background, unless it is three times as strong as in any of them.
        assert!(if shown[place] >= 2 { share >= 0.9 } else { flagged[place] == 0 }, "place {place}: {share}");
    }
    assert!(shown.iter().filter(|count| **count >= 2).count() >= 4 && shown.iter().any(|count| *count < 2), "{shown:?}");
}
