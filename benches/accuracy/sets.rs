//! Sets of samples: one layout of reads through one aligner each.

use std::collections::BTreeSet;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use kinfuse::evaluate::truth::TrueJunction;
use kinfuse::simulate::dirt::Soiler;
use kinfuse::simulate::reads::{CrossingKind, Protocol};
use kinfuse::simulate::{self, AlignerStyle, Random, Sampler, SequencingErrors, SimulatedFragment, SimulatedLibrary, SimulatedMolecule};

use crate::dirty;
use crate::events::Event;
use crate::goals::fewest_asked;
use crate::laboratory::{Aligner, Laboratory};
use crate::quality::Weights;

/// One sample: the reads whose names begin with one of its parts and a colon.
pub struct Sample {
    pub name: String,
    pub parts: Vec<String>,
    pub truths: Vec<TrueJunction>,
    /// How often the mix has it; none where the set is no mix.
    pub weights: Option<Weights>,
    /// Whether it holds chimeras and nothing else.
    pub is_negative: bool,
}

/// Samples whose reads were written together.
pub struct Set {
    pub name: &'static str,
    pub material: &'static str,
    pub aligner: Aligner,
    pub reads: Vec<PathBuf>,
    pub samples: Vec<Sample>,
    /// What `--targets` names; the default where it is empty.
    pub targets: &'static [&'static str],
}

/// Paired or not, read length, mean and spread of the fragments.
pub type Layout = (bool, u32, f64, f64);

pub fn library(layout: Layout) -> SimulatedLibrary {
    let (paired, read_bp, fragment_mean_bp, fragment_sd_bp) = layout;
    let errors = if read_bp > 1000 { SequencingErrors::LongRead { rate_frac: 0.02 } } else { SequencingErrors::ShortRead };
    SimulatedLibrary {
        paired,
        read_bp,
        fragment_mean_bp,
        fragment_sd_bp,
        errors,
        umi: None,
        duplicate_frac: 0.0,
        protocol: Protocol::default(),
    }
}

/// Fewest bases on either side of a junction in a fragment that crosses.
pub fn anchor_bp(material: &str) -> usize {
    if material == "rna" {
        10
    } else {
        15
    }
}

/// Writes FASTQ files whose read names begin with a sample's name, or one SAM where the reads are to lie where they truly do.
pub struct Reads<'l> {
    files: Vec<BufWriter<std::fs::File>>,
    paths: Vec<PathBuf>,
    written: u64,
    truly: Option<simulate::Aligner<'l>>,
    soiler: Option<Soiler>,
}

impl<'l> Reads<'l> {
    pub fn new(laboratory: &'l Laboratory, spec: &Spec, seed: u64) -> Self {
        let truly = matches!(spec.aligner, Aligner::Truth).then(|| {
            let style = if spec.material == "rna" { AlignerStyle::rna() } else { AlignerStyle::dna() };
            simulate::Aligner::new(&laboratory.reference, style)
        });
        let mates = if spec.layout.0 { 2 } else { 1 };
        let names = if truly.is_some() { vec!["sam".to_owned()] } else { (1..=mates).map(|mate| format!("{mate}.fq")).collect() };
        let paths: Vec<PathBuf> = names.iter().map(|name| laboratory.work.join(format!("{}_{name}", spec.name))).collect();
        let mut files: Vec<_> =
            paths.iter().map(|path| BufWriter::new(std::fs::File::create(path).expect("the file can be made"))).collect();
        if truly.is_some() {
            for (_, contig) in laboratory.reference.contigs().iter() {
                writeln!(files[0], "@SQ\tSN:{}\tLN:{}", contig.name, contig.length_bp).expect("the SAM can be written");
            }
            writeln!(files[0], "@RG\tID:1\tSM:s").expect("the SAM can be written");
        }
        let soiler = spec.dirt.map(|share| Soiler::new(dirty::dirt(share, spec.layout.0), &library(spec.layout), seed));
        Self { files, paths, written: 0, truly, soiler }
    }

    /// Reads of molecules without the event of their sample.
    pub fn add<'m>(&mut self, sample: &str, fragments: impl IntoIterator<Item = SimulatedFragment<'m>>) {
        let mut fragments: Vec<SimulatedFragment<'m>> = fragments.into_iter().collect();
        if let Some(soiler) = &mut self.soiler {
            fragments = soiler.soil(fragments, true);
            soiler.put_out_of_step(fragments.iter_mut());
        }
        self.write(sample, fragments);
    }

    /// Reads that show an event. Those that no longer do so when they have become dirty are made dirty anew: a set asks for a number of
    /// fragments that show it.
    pub fn add_crossing(&mut self, sample: &str, fragments: Vec<SimulatedFragment<'_>>, at: (usize, usize), material: &str) {
        let Some(soiler) = &mut self.soiler else { return self.write(sample, fragments) };
        let mut soiled = Vec::new();
        for fragment in fragments {
            let mut shown = (0..1_000).map(|_| soiler.soil(vec![fragment.clone()], false));
            let crosses = |fragment: &SimulatedFragment| dirty::still_crosses(fragment, at, anchor_bp(material), material == "dna");
            let dirty = shown.find(|list| list.first().is_some_and(crosses));
            soiled.extend(dirty.unwrap_or_else(|| vec![fragment]));
        }
        self.write(sample, soiled);
    }

    fn write(&mut self, sample: &str, fragments: Vec<SimulatedFragment<'_>>) {
        for mut fragment in fragments {
            self.written += 1;
            if let Some(aligner) = &self.truly {
                fragment.name = format!("{sample}:{}", self.written);
                for record in aligner.align(&fragment) {
                    writeln!(self.files[0], "{}", record.sam).expect("the SAM can be written");
                }
                continue;
            }
            for (file, read) in self.files.iter_mut().zip(&fragment.reads) {
                let qualities: String = read.qualities.iter().map(|quality| char::from(quality + 33)).collect();
                let bases = String::from_utf8_lossy(&read.bases);
                writeln!(file, "@{sample}:{}\n{bases}\n+\n{qualities}", self.written).expect("the FASTQ can be written");
            }
        }
    }

    pub fn finish(mut self) -> Vec<PathBuf> {
        for file in &mut self.files {
            file.flush().expect("the FASTQ can be written");
        }
        self.paths
    }
}

/// Exactly `count` fragments that cross by the rule of the material.
pub fn crossing<'m>(
    sampler: &mut Sampler,
    molecule: &'m SimulatedMolecule,
    at: (usize, usize),
    material: &str,
    count: u32,
) -> Vec<SimulatedFragment<'m>> {
    let anchor = anchor_bp(material);
    // More inserted bases than a read spans with both anchors: either end of them shows the junction.
    let apart = at.1 - at.0 > 20;
    let mut found = Vec::new();
    for turn in 0..100_000u32 {
        if found.len() as u32 >= count {
            break;
        }
        let (left, right) = match (apart, turn % 2) {
            (false, _) => at,
            (true, 0) => (at.0, at.0),
            (true, _) => (at.1, at.1),
        };
        let drawn = sampler.crossing(molecule, left, right, anchor, 1);
        let counts = |fragment: &SimulatedFragment<'_>| match fragment.crosses(left, right, anchor) {
            Some(CrossingKind::Split) => true,
            Some(CrossingKind::Pair) => material == "dna",
            None => false,
        };
        found.extend(drawn.into_iter().filter(counts).take(1));
    }
    assert_eq!(found.len() as u32, count, "the molecule is long enough to be crossed");
    found
}

/// Every event with every number of fragments that a goal asks for; those of one event share the unbroken molecules.
pub fn events(laboratory: &Laboratory, spec: &Spec, events: &[Event], counts: &[u32], seed: u64) -> Set {
    let mut reads = Reads::new(laboratory, spec, seed);
    let mut sampler = Sampler::new(library(spec.layout), "r", seed);
    let mut samples = Vec::new();
    // The clean reads of a seed stay as they are.
    let mut hopping = spec.dirt.map(|_| (Sampler::new(library(spec.layout), "h", seed), Random::for_purpose(seed, "hopped reads")));
    if spec.material == "rna" {
        transcriptome(laboratory, &mut reads, &mut sampler, (150, 25));
    }
    for (index, event) in events.iter().enumerate() {
        let background = if spec.material == "rna" { "bg".to_owned() } else { format!("B{index}") };
        for molecule in &event.wild_type {
            // The ends of a molecule are rarer than its middle, where the break lies.
            let depth = spec.depth() * (1.0 - library(spec.layout).fragment_mean_bp / molecule.length_bp() as f64);
            reads.add(&background, sampler.to_depth(molecule, depth));
        }
        for &count in counts.iter().filter(|&&count| count >= fewest_asked(event.category)) {
            let name = format!("E{index}n{count}");
            let shown = crossing(&mut sampler, &event.molecule, event.at, spec.material, count);
            reads.add_crossing(&name, shown, event.at, spec.material);
            if let Some((molecule, left, _)) = &event.reciprocal {
                let shown = crossing(&mut sampler, molecule, (*left, *left), spec.material, count);
                reads.add_crossing(&name, shown, (*left, *left), spec.material);
            }
            if let Some((sampler, random)) = &mut hopping {
                // One fragment of each: two of one event are what a weak event of the sample's own would be.
                let mut used = BTreeSet::from([event.label.as_str()]);
                for _ in 0..random.poisson(dirty::HOPPED_MEAN) {
                    let other = &events[random.below(events.len())];
                    if used.insert(&other.label) {
                        let shown = crossing(sampler, &other.molecule, other.at, spec.material, 1);
                        reads.add_crossing(&name, shown, other.at, spec.material);
                    }
                }
            }
            let truths = event.truths(laboratory, &name, spec.material, Some(count));
            samples.push(Sample { parts: vec![background.clone(), name.clone()], name, truths, weights: None, is_negative: false });
        }
    }
    Set { name: spec.name, material: spec.material, aligner: spec.aligner, reads: reads.finish(), samples, targets: spec.targets }
}

/// Depth of fragments over the capture of DNA samples.
pub const DNA_DEPTH: f64 = 500.0;
/// Depth of long reads of DNA.
pub const LONG_DNA_DEPTH: f64 = 50.0;

/// What is the same for all samples of a set.
pub struct Spec {
    pub name: &'static str,
    pub material: &'static str,
    pub aligner: Aligner,
    pub layout: Layout,
    /// Share of the reads with dirt at an end, where the set is dirty.
    pub dirt: Option<f64>,
    /// What `--targets` names; the default where it is empty.
    pub targets: &'static [&'static str],
}

impl Spec {
    /// Depth of the unbroken chromosomes beside an event of DNA.
    fn depth(&self) -> f64 {
        if matches!(self.aligner, Aligner::Minimap2Dna) {
            LONG_DNA_DEPTH
        } else {
            DNA_DEPTH
        }
    }
}

/// Wild-type transcripts of all genes: so many fragments of each kinase, and of each other gene.
pub fn transcriptome(laboratory: &Laboratory, reads: &mut Reads, sampler: &mut Sampler, (kinase, other): (usize, usize)) {
    let genes: Vec<String> = laboratory.genes().map(str::to_owned).collect();
    for gene in genes {
        let model = &laboratory.models(&gene)[0];
        let Ok(molecule) = SimulatedMolecule::new(gene.clone(), &model.pieces(), &laboratory.reference) else { continue };
        let count = match gene.as_str() {
            "ALK" | "ROS1" | "NTRK1" | "NTRK2" | "NTRK3" => kinase,
            "ACTB" => other * 20,
            _ => other,
        };
        let fragments = sampler.fragments(&molecule, count);
        reads.add("bg", fragments);
    }
}

/// Events of a known fraction, each with its own unbroken molecules: in RNA the kinase's transcript, in DNA the stretches around the breaks.
pub fn fractions(laboratory: &Laboratory, spec: &Spec, events: &[Event], count: usize, seed: u64) -> Set {
    let mut reads = Reads::new(laboratory, spec, seed);
    let layout = library(spec.layout);
    let mut sampler = Sampler::new(layout.clone(), "r", seed);
    let mut random = Random::for_purpose(seed, "fractions");
    let mut samples = Vec::new();
    // Reads of whole transcripts cost the aligner of RNA more than those of a capture.
    let depth = if spec.material == "rna" { 200.0 } else { DNA_DEPTH };
    let anchors = 2.0 * anchor_bp(spec.material) as f64;
    let crossing = depth * (layout.fragment_mean_bp - anchors) / layout.fragment_mean_bp;
    for index in 0..count {
        let event = &events[random.below(events.len())];
        // From where 10 fragments are expected (3 % if that is more) to 60 %, evenly on a scale of logarithms.
        let least = (10.0 / crossing).max(0.03);
        let fraction = least * (0.6 / least).powf(random.unit());
        let expected = fraction * crossing;
        let name = format!("F{index}");
        let draws = |molecule: &SimulatedMolecule, share: f64, random: &mut Random| {
            random.poisson(share * depth * (molecule.length_bp() as f64 - layout.fragment_mean_bp) / layout.fragment_mean_bp)
        };
        let transcript = (spec.material == "rna").then(|| {
            let model = &laboratory.models(&event.partners[1].gene)[0];
            SimulatedMolecule::new("kinase", &model.pieces(), &laboratory.reference).expect("the laboratory has the kinases")
        });
        let broken = std::iter::once(&event.molecule).chain(event.reciprocal.iter().map(|(molecule, ..)| molecule));
        // Partner, then kinase; what is exchanged is broken on both chromosomes.
        let is_broken = |place: usize| place == 1 || event.reciprocal.is_some();
        let unbroken =
            event.wild_type.iter().enumerate().map(|(place, molecule)| (molecule, if is_broken(place) { 1.0 - fraction } else { 1.0 }));
        let shares =
            broken.map(|molecule| (molecule, fraction)).chain(unbroken).chain(transcript.iter().map(|molecule| (molecule, 1.0 - fraction)));
        for (molecule, share) in shares {
            let count = draws(molecule, share, &mut random);
            reads.add(&name, sampler.fragments(molecule, count));
        }
        let mut truths = event.truths(laboratory, &name, spec.material, None);
        for truth in &mut truths {
            truth.expected_fraction = Some(fraction);
            truth.expected_fragments = Some(expected);
            truth.category = Some("fraction".to_owned());
        }
        samples.push(Sample { parts: vec![name.clone()], name, truths, weights: None, is_negative: false });
    }
    Set { name: spec.name, material: spec.material, aligner: spec.aligner, reads: reads.finish(), samples, targets: spec.targets }
}
