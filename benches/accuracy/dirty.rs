//! The dirt of real libraries in the sets: samples without a fusion must stay without a call, and what is true must still be found.
//!
//! ```text
//! made        samples of `kinfuse simulate` with all kinds of dirt, most of them truly aligned: negatives (own background, chimeras) and
//!             known fusions
//! aligned     the events of a clean set, clean and with dirty ends and hopped reads, through the aligner of the set
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::path::{Path, PathBuf};

use kinfuse::evaluate::result::Ratio;
use kinfuse::evaluate::table;
use kinfuse::evaluate::truth::Truth;
use kinfuse::simulate::event::EventAmount;
use kinfuse::simulate::panel::PanelKind;
use kinfuse::simulate::reads::UmiPlacement;
use kinfuse::simulate::recipe::{Recipe, SimulatedAssay};
use kinfuse::simulate::run::{self, EventSource, Files, Job};
use kinfuse::simulate::{Dirt, Random, SimulatedFragment};

use crate::laboratory::{Aligner, Laboratory};
use crate::sets::{library, Layout, Sample, Set};

/// Dirt of which `share` of the reads show an end of some kind, in about the proportions of libraries that are not trimmed, with the
/// other kinds at the rates at which laboratories meet them.
pub fn dirt(share: f64, paired: bool) -> Dirt {
    Dirt {
        poly_g_frac: 0.4 * share,
        poly_a_frac: 0.25 * share,
        adapter_frac: 0.15 * share,
        repeat_frac: 0.15 * share,
        n_run_frac: 0.05 * share,
        contamination_frac: 0.01,
        copy_error_frac: 0.001,
        unmarked_frac: 0.3,
        unaligned_frac: 0.1,
        out_of_step_frac: if paired { 0.0005 } else { 0.0 },
        ..Dirt::default()
    }
}

/// Mean number of fragments in a sample that show a fusion of another one, one of each: two of one would be what a weak fusion of the
/// sample's own is.
pub const HOPPED_MEAN: f64 = 1.0;
/// Share of the molecules of a duplex library of which both strands are read.
const DUPLEX_FRAC: f64 = 0.5;
/// Bases of its molecular identifiers, both halves.
const UMI_BP: usize = 8;

/// Mean number of further copies of a fragment in dirty sets.
pub const COPIES_MEAN: f64 = 0.1;

/// One layout of samples that `kinfuse simulate` makes, with its share of dirty reads.
#[derive(Clone, Copy)]
pub struct Made {
    pub name: &'static str,
    pub material: &'static str,
    pub layout: Layout,
    /// Whether molecules have identifiers and both strands of half of them are read.
    pub duplex: bool,
    pub share: f64,
    /// Mean number of fragments in a sample that show a fusion of another one.
    pub hopped_mean: f64,
    pub events: Events,
    pub aligner: Aligner,
}

/// What is in the samples.
#[derive(Clone, Copy)]
pub enum Events {
    /// So many samples without a fusion.
    None(u32),
    /// Every known fusion, one sample for each number of fragments.
    Known(&'static [u32]),
}

/// Makes the samples in `folder`, each with a BAM or, for an aligner, the reads of all, and gives what is true of them. Without dirt the samples have no copies either.
pub fn made(laboratory: &Laboratory, wanted: &Made, folder: &Path, seed: u64) -> (Set, Truth) {
    let mut library = library(wanted.layout);
    let is_dirty = wanted.share > 0.0;
    library.protocol.copies_mean = if is_dirty { COPIES_MEAN } else { 0.0 };
    library.umi = wanted.duplex.then_some(UmiPlacement::Tag { length_bp: UMI_BP });
    let mut dirt = if is_dirty { dirt(wanted.share, library.paired) } else { Dirt::default() };
    dirt.hopped_mean = if is_dirty { wanted.hopped_mean } else { 0.0 };
    dirt.duplex_frac = if wanted.duplex { DUPLEX_FRAC } else { 0.0 };
    let assay = if wanted.material == "rna" { SimulatedAssay::Rna } else { SimulatedAssay::Dna };
    let depth = if assay.is_rna() { 50.0 } else { crate::sets::DNA_DEPTH };
    let (kind, amounts, replicates) = match wanted.events {
        Events::None(count) => (PanelKind::Negative, Vec::new(), count),
        Events::Known(counts) => (PanelKind::Known, counts.iter().map(|&count| EventAmount::Fragments(count)).collect(), 1),
    };
    let is_negative = kind == PanelKind::Negative;
    let is_true = matches!(wanted.aligner, Aligner::Truth);
    let recipe = Recipe {
        assay,
        library,
        depth,
        kinase_depth: if is_negative { depth } else { 5.0 },
        background_depth: if is_negative { depth } else { 10.0 },
        background_genes: if is_negative { 40 } else { 20 },
        flank_bp: 800,
        fall_bp: None,
        chimeras: if is_negative { crate::negatives::CHIMERAS as u32 } else { 0 },
        dirt,
        other_fragments: true,
        seed: Random::for_purpose(seed, wanted.name).next_u64(),
    };
    let job = Job {
        fasta: laboratory.work.join("mini.fa"),
        pieces: Some(laboratory.shared.join("genome/regions.tsv")),
        gtf: Some(laboratory.shared.join("genome/grch38.gtf")),
        events: EventSource::Panel { kind, amounts, replicates, fusions: Vec::new() },
        knowledge: None,
        recipe,
        out_dir: folder.to_owned(),
        files: Files { fastq: !is_true, split_samples: false, bam: is_true },
        threads: 2,
    };
    run::run(&job).expect("samples can be made");
    // A chimera is no fusion: a call of it is false.
    let Truth { samples, fusions, .. } = Truth::read(&folder.join("truth.tsv"), None).expect("the truth can be read");
    let named =
        samples.iter().map(|name| Sample { parts: vec![name.clone()], name: name.clone(), truths: Vec::new(), weights: None, is_negative });
    let mates = if wanted.layout.0 { 2 } else { 1 };
    let reads =
        if is_true { Vec::new() } else { (1..=mates).map(|mate| unpacked(&folder.join(format!("reads_{mate}.fastq.gz")))).collect() };
    let set = Set { name: wanted.name, material: wanted.material, aligner: wanted.aligner, reads, samples: named.collect(), targets: &[] };
    (set, Truth { samples, fusions, ..Truth::default() })
}

/// The reads as text beside the packed ones, which go.
fn unpacked(packed: &Path) -> PathBuf {
    let path = packed.with_extension("");
    let mut reads = flate2::read::MultiGzDecoder::new(File::open(packed).expect("the reads were made"));
    std::io::copy(&mut reads, &mut File::create(&path).expect("the reads can be written")).expect("the reads unpack");
    std::fs::remove_file(packed).expect("a file of the work folder can be removed");
    path
}

/// Whether a fragment still shows one of the junctions of its event after it became dirty.
pub fn still_crosses(fragment: &SimulatedFragment, at: (usize, usize), anchor_bp: usize, pairs: bool) -> bool {
    use kinfuse::simulate::reads::CrossingKind;
    let counts = |left, right| match fragment.crosses(left, right, anchor_bp) {
        Some(CrossingKind::Split) => true,
        Some(CrossingKind::Pair) => pairs,
        None => false,
    };
    counts(at.0, at.1) || counts(at.0, at.0) || counts(at.1, at.1)
}

/// One line of the table of dirt.
pub struct Line {
    pub set: String,
    pub share: f64,
    pub samples: usize,
    /// Negatives with a call, and calls in all samples that are not true.
    pub with_pass: usize,
    pub false_pass: usize,
    /// Calls of which two fragments or more hopped from one fusion of another sample: what a weak fusion of the sample's own looks like.
    /// Only the run's other samples tell (`kinfuse cohort`), so that they are no fault of the caller.
    pub hopped_twice: usize,
    pub flagged: usize,
    /// Events found and asked for, dirty and clean, of those that are not thinned.
    pub found: Option<[(u64, u64); 2]>,
    /// Events of which the dirt left fewer fragments than were asked for: an N in the break, a mate without its bases.
    pub thinned: u64,
    /// Whether not one event may be lost.
    pub keeps_all: bool,
}

impl Line {
    /// No dirt is called, and of what is true at most one in a hundred is lost, or none.
    pub fn is_met(&self) -> bool {
        let recall = |(yes, of): (u64, u64)| yes as f64 / of.max(1) as f64;
        let spared = if self.keeps_all { 0.0 } else { 0.01 };
        self.false_pass == 0 && self.found.is_none_or(|[dirty, clean]| recall(dirty) + spared >= recall(clean))
    }

    /// As [`Self::is_met`], where the events are too few for a hundredth to be one of them.
    pub fn is_met_by_few(&self) -> bool {
        self.false_pass == 0 && (!self.keeps_all || self.is_met())
    }
}

/// Pairs of genes of which chance put two fragments or more of other samples into one, by the truth of a set: sample and name. They need not
/// have one junction: mates of one may span that of the other.
pub fn hopped_twice(folder: &Path) -> BTreeSet<[String; 2]> {
    let Ok(mut table) = csv::ReaderBuilder::new().delimiter(b'\t').from_path(folder.join("truth.tsv")) else { return BTreeSet::new() };
    let mut fragments: BTreeMap<[String; 2], usize> = BTreeMap::new();
    for row in table.records().map(|row| row.expect("the truth can be read")).filter(|row| &row[1] == "hopped") {
        *fragments.entry([row[0].to_owned(), row[2].to_owned()]).or_default() += 1;
    }
    fragments.into_iter().filter(|(_, count)| *count > 1).map(|(event, _)| event).collect()
}

/// The table: layout and share of dirty reads; samples; false rows; recall.
pub fn shown(lines: &[Line]) -> String {
    let mut text = format!(
        "{:<28}{:>5}{:>9}{:>11}{:>12}{:>14}{:>9}{:>9}  {:<7} recall dirty / clean\n",
        "set", "dirt", "samples", "with PASS", "PASS false", "hopped twice", "flagged", "thinned", ""
    );
    for line in lines {
        let ratio = |(yes, of): (u64, u64)| {
            let ratio = Ratio::new(yes, of);
            format!("{yes} of {of} ({})", table::percent(&ratio))
        };
        let found = line.found.map_or_else(|| "-".to_owned(), |[dirty, clean]| format!("{} / {}", ratio(dirty), ratio(clean)));
        let share = format!("{:.0} %", line.share * 100.0);
        let verdict = if line.is_met() { "met" } else { "MISSED" };
        let Line { set, samples, with_pass, false_pass, hopped_twice, flagged, thinned, .. } = line;
        let _ = writeln!(
            text,
            "{set:<28}{share:>5}{samples:>9}{with_pass:>11}{false_pass:>12}{hopped_twice:>14}{flagged:>9}{thinned:>9}  {verdict:<7} {found}"
        );
    }
    text
}
