//! The dirt of real libraries in the sets: samples without a fusion must stay without a call, and what is true must still be found.
//!
//! ```text
//! negatives   own background, chimeras and dirt for each sample, truly aligned: no aligner, one to two seconds a sample
//! positives   the events of a clean set, clean and dirty, through the aligner of the set or truly aligned
//! ```

use std::fmt::Write as _;
use std::path::Path;

use kinfuse::simulate::panel::PanelKind;
use kinfuse::simulate::recipe::{Assay, Recipe};
use kinfuse::simulate::run::{self, Files, Job, Source};
use kinfuse::simulate::{Dirt, Fragment, Random};

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

/// Mean number of further copies of a fragment in dirty sets.
pub const COPIES_MEAN: f64 = 0.1;

/// One layout of negatives with its share of dirty reads.
pub struct Negatives {
    pub name: &'static str,
    pub material: &'static str,
    pub layout: Layout,
    pub share: f64,
    pub count: u32,
}

/// Makes the samples, each with a BAM in `folder`.
pub fn negatives(laboratory: &Laboratory, wanted: &Negatives, folder: &Path, seed: u64) -> Set {
    let mut library = library(wanted.layout);
    library.protocol.copies_mean = COPIES_MEAN;
    let paired = library.paired;
    let assay = if wanted.material == "rna" { Assay::Rna } else { Assay::Dna };
    let recipe = Recipe {
        assay,
        library,
        depth: if wanted.material == "rna" { 50.0 } else { crate::sets::DNA_DEPTH },
        kinase_depth: if wanted.material == "rna" { 50.0 } else { crate::sets::DNA_DEPTH },
        background_depth: if wanted.material == "rna" { 50.0 } else { crate::sets::DNA_DEPTH },
        background_genes: 40,
        flank_bp: 800,
        fall_bp: None,
        chimeras: crate::negatives::CHIMERAS as u32,
        dirt: dirt(wanted.share, paired),
        other_fragments: true,
        seed: Random::for_purpose(seed, wanted.name).next_u64(),
    };
    let job = Job {
        fasta: laboratory.work.join("mini.fa"),
        pieces: Some(laboratory.shared.join("genome/regions.tsv")),
        gtf: Some(laboratory.shared.join("genome/grch38.gtf")),
        events: Source::Panel { kind: PanelKind::Negative, amounts: Vec::new(), replicates: wanted.count, fusions: Vec::new() },
        knowledge: None,
        recipe,
        out_dir: folder.to_owned(),
        files: Files { fastq: false, split_samples: false, bam: true },
        threads: 2,
    };
    run::run(&job).expect("negative samples can be made");
    let samples = (1..=wanted.count).map(|number| format!("negative{number}"));
    let samples = samples.map(|name| Sample { parts: Vec::new(), name, truths: Vec::new(), weights: None, is_negative: true }).collect();
    Set { name: wanted.name, material: wanted.material, aligner: Aligner::Truth, reads: Vec::new(), samples }
}

/// Whether a fragment still shows one of the junctions of its event after it became dirty.
pub fn still_crosses(fragment: &Fragment, at: (usize, usize), anchor_bp: usize, pairs: bool) -> bool {
    use kinfuse::simulate::reads::Crossing;
    let counts = |left, right| match fragment.crosses(left, right, anchor_bp) {
        Some(Crossing::Split) => true,
        Some(Crossing::Pair) => pairs,
        None => false,
    };
    counts(at.0, at.1) || counts(at.0, at.0) || counts(at.1, at.1)
}

/// One line of the table of dirt.
pub struct Line {
    pub set: String,
    pub share: f64,
    pub samples: usize,
    pub false_pass: usize,
    pub flagged: usize,
    /// Events found and asked for, dirty and clean.
    pub found: Option<[(u64, u64); 2]>,
}

impl Line {
    /// No dirt is called, and of what is true at most one in a hundred is lost.
    pub fn is_met(&self) -> bool {
        let recall = |(yes, of): (u64, u64)| yes as f64 / of.max(1) as f64;
        self.false_pass == 0 && self.found.is_none_or(|[dirty, clean]| recall(dirty) + 0.01 >= recall(clean))
    }
}

/// The table: layout and share of dirty reads; samples; false rows; recall.
pub fn table(lines: &[Line]) -> String {
    let mut text = format!("{:<28}{:>7}{:>9}{:>12}{:>14}  recall dirty / clean\n", "set", "dirt", "samples", "PASS false", "flagged rows");
    for line in lines {
        let percent = |(yes, of): (u64, u64)| format!("{yes} of {of} ({:.1} %)", 100.0 * yes as f64 / of.max(1) as f64);
        let found = line.found.map_or_else(|| "-".to_owned(), |[dirty, clean]| format!("{} / {}", percent(dirty), percent(clean)));
        let share = format!("{:.0} %", line.share * 100.0);
        let _ = writeln!(text, "{:<28}{share:>7}{:>9}{:>12}{:>14}  {found}", line.set, line.samples, line.false_pass, line.flagged);
    }
    text
}
