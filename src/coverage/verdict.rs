//! Whether a sample can be judged: a failed sample must never be read as a negative one.
//!
//! Two questions are kept apart. The **verdict** is on the sample: whether its molecules show what this assay can show.
//! What the assay itself does not cover (a panel without NTRK2, an intron of which half is captured) is the same for every sample
//! of it and makes none of them bad: those are **limits**, one a kinase, with what was seen there.
//!
//! ```text
//!   DNA    introns   ALK 19   ROS1 31 .. 35   NTRK1 7 .. 12   NTRK2 14 .. 16
//!          molecules    480   510 .. 455      12 .. 30        0 .. 2            over the bases that are covered
//!                       ----------------      -------------------------
//!                       aimed at: judged      not aimed at: limits
//! ```
//!
//! RNA is judged by genes that nearly every tissue expresses, or by many other genes where a panel leaves these out. Nobody knows
//! whether a kinase would be expressed: its silence says nothing of the sample.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alignment::assay::{Assay, AssayKind};
use crate::material::Material;
use crate::stats::lower_median;
use crate::warning::{Code, Warning};

use super::detectability::{overall, Detectability, Worth, INFORMATIVE, MUST_SEE};
use super::recognition::CHANCE;
use super::sentence::sentence;
use super::survey::Survey;

/// Mean depth below which not even a fusion in all molecules would be seen; DNA that has no more at any kinase has failed.
const MIN_ANY_DEPTH: f64 = 1.0;
/// Molecules of the everywhere-expressed genes below which there is too little RNA: a usual library has tens of thousands.
const MIN_EXPRESSED: u64 = 100;
/// Number of other expressed genes that show good RNA where a panel does not capture the genes that every tissue expresses.
const MIN_OTHER_GENES: usize = 5;
/// Reads of all kinases from which the amplicons, or the mutations in DNA whose introns are not covered, can be judged.
const MIN_KINASE_READS: u64 = 200;
/// Median read length below which alignments are hardly unique.
const MIN_READ_LENGTH_BP: u32 = 40;
/// Share of the fragments across a break that must be able to place it: where most cannot, fusions are named by luck.
const MIN_PLACES: f64 = 0.5;
/// Share of the deepest place's molecules from which an assay aims at a place; capture of neighbours differs less, and what is pulled
/// along reaches a hundredth.
const AIMED_AT_FRAC: f64 = 0.2;
/// Share of copies among the reads that is worth a word where too few molecules are left.
const MANY_COPIES_FRAC: f64 = 0.5;

/// Whether a sample can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Verdict")]
pub enum SampleVerdict {
    /// Every kinase was judged as well as this assay can: no finding means negative, within the limits of the detectability table.
    Ok,
    /// No finding means little.
    Limited,
    /// The sample cannot be judged.
    Failed,
}

impl SampleVerdict {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Limited => "limited",
            Self::Failed => "failed",
        }
    }
}

/// What one kinase's regions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct KinaseCoverage {
    /// HGNC symbol.
    pub symbol: String,
    /// Records in the gene, of whatever kind.
    pub records: u64,
    /// Primary reads in the gene.
    pub reads: u64,
    /// Of these the ones flagged as duplicates.
    pub duplicates: u64,
    /// Whether those are left out.
    pub leaves_out: bool,
    /// Mean depth of primary reads over the usual break regions.
    pub mean_depth: f64,
}

impl KinaseCoverage {
    /// Primary reads that count.
    fn counted(&self) -> u64 {
        self.reads - if self.leaves_out { self.duplicates } else { 0 }
    }
}

/// The judgement on one library.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryJudgement {
    /// The verdict.
    pub verdict: SampleVerdict,
    /// Why it is not `ok`.
    pub reasons: Vec<Warning>,
    /// What this assay does not show, be the sample as good as it may: `GENE: ...`.
    pub limits: Vec<String>,
}

impl LibraryJudgement {
    fn note(&mut self, verdict: SampleVerdict, code: Code, text: String) {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(Warning::new(code, text));
    }
}

/// The judgement on one library. `has_calls` says whether a fusion of it passes: then the sample says at least that.
pub fn judge(assay: &Assay, kinases: &[KinaseCoverage], survey: &Survey, has_calls: bool) -> LibraryJudgement {
    let mut judgement =
        LibraryJudgement { verdict: SampleVerdict::Ok, reasons: Vec::new(), limits: limits(assay, kinases, &survey.places) };
    making(assay, &mut judgement);
    match (assay.material(), assay.kind) {
        _ if kinases.iter().all(|kinase| kinase.records == 0) && survey.rna.as_ref().is_none_or(|rna| rna.molecules_seen() == 0) => {
            judgement.note(SampleVerdict::Failed, Code::NoReads, "no reads at the kinases".to_owned());
        }
        (Material::Dna, _) => dna(assay, kinases, survey, &mut judgement),
        (Material::Rna, AssayKind::Rna) => rna(kinases, survey, &mut judgement),
        (Material::Rna, _) => {
            let reads: u64 = kinases.iter().map(KinaseCoverage::counted).sum();
            if reads < MIN_KINASE_READS {
                let text = format!("{reads} reads at the kinases{}: too few to judge the amplicons", copies(kinases));
                judgement.note(SampleVerdict::Limited, Code::TooFewReads, text);
            }
        }
    }
    if assay.sampled > 0 && assay.read_length_bp < MIN_READ_LENGTH_BP {
        judgement.note(SampleVerdict::Limited, Code::ShortReads, format!("median read length {} bases", assay.read_length_bp));
    }
    if has_short_fragments(assay, survey) {
        let text = format!("short fragments: {:.0} % of those across a break can place it", survey.recognition.places * 100.0);
        judgement.note(SampleVerdict::Limited, Code::ShortFragments, text);
    }
    if has_calls {
        judgement.verdict = judgement.verdict.min(SampleVerdict::Limited);
    }
    judgement
}

/// Whether most fragments are too short to place a break. Of single reads the fragments are not known: short reads are the assay's, and
/// what they miss is in the limits of detection.
fn has_short_fragments(assay: &Assay, survey: &Survey) -> bool {
    assay.sampled > 0 && assay.paired && survey.recognition.places < MIN_PLACES
}

/// What went wrong when the file was made.
fn making(assay: &Assay, judgement: &mut LibraryJudgement) {
    if let Some(text) = &assay.unlike {
        judgement.note(SampleVerdict::Limited, Code::AssayUnlike, text.clone());
    }
    let faults = &assay.faults;
    if let Some(share) = faults.out_of_step() {
        let text = format!(
            "mates out of step: {:.0} % of the pairs do not fit together (other chromosomes, over a million bases apart, not facing each \
             other), so no fusion passes; pair the FASTQ files again by read name (repair.sh, fastq_pair, seqkit pair) and align them anew",
            share * 100.0
        );
        judgement.note(SampleVerdict::Failed, Code::MatesOutOfStep, text);
    }
    if let Some(share) = faults.same_read_twice() {
        let text = format!(
            "one read given twice: in {:.0} % of the pairs both mates are the same bases at the same place; align read 1 with read 2",
            share * 100.0
        );
        judgement.note(SampleVerdict::Limited, Code::ReadGivenTwice, text);
    }
    if let Some(share) = faults.heavy_adapters() {
        judgement.note(SampleVerdict::Limited, Code::AdaptersLeftIn, adapters(share));
    }
}

/// The sentence on reads with adapter.
pub fn adapters(share: f64) -> String {
    format!(
        "adapters left in: {:.0} % of the reads go on into the adapter, their fragments are shorter than the read; trim them (cutadapt, \
         fastp) and align again",
        share * 100.0
    )
}

fn dna(assay: &Assay, kinases: &[KinaseCoverage], survey: &Survey, judgement: &mut LibraryJudgement) {
    let reads: u64 = kinases.iter().map(|kinase| kinase.reads).sum();
    let counted: u64 = kinases.iter().map(KinaseCoverage::counted).sum();
    if kinases.iter().all(|kinase| kinase.mean_depth < MIN_ANY_DEPTH) {
        if reads >= MIN_KINASE_READS && counted < MIN_KINASE_READS {
            let text = format!("{} of {reads} reads at the kinases are flagged as duplicates", reads - counted);
            judgement.note(SampleVerdict::Failed, Code::MostlyDuplicates, text);
        } else if counted >= MIN_KINASE_READS {
            let text = format!("mean depth below {MIN_ANY_DEPTH} wherever a kinase usually breaks: fusions are not judged, mutations are");
            judgement.note(SampleVerdict::Limited, Code::BreaksNotCovered, text);
        } else {
            let records: u64 = kinases.iter().map(|kinase| kinase.records).sum();
            let text = format!("{counted} primary reads ({records} records) at the kinases: too few to judge the sample");
            judgement.note(SampleVerdict::Failed, Code::TooFewReads, text);
        }
        return;
    }
    let usual = || survey.places.iter().filter(|place| place.usual);
    let deepest = usual().map(|place| place.covered_molecules).max().unwrap_or(0);
    let aimed_at = || usual().filter(|place| f64::from(place.covered_molecules) >= AIMED_AT_FRAC * f64::from(deepest));
    let molecules = lower_median(aimed_at().map(|place| place.covered_molecules)).unwrap_or(0);
    let Some(needed) = aimed_at().map(|place| place.needed.known).min_by_key(|needed| needed.any) else { return };
    // If most fragments are too short to place a break, that reason is given instead.
    let chance = survey.recognition.chance(molecules, needed, MUST_SEE);
    if chance < INFORMATIVE * CHANCE && !has_short_fragments(assay, survey) {
        let unit = if assay.umi.is_some() { "molecules" } else { "fragments" };
        let text = format!(
            "{molecules} {unit} over a base where the assay covers the kinases' breaks{}: a fusion in {} % of them is seen with {:.0} % probability",
            copies(kinases),
            MUST_SEE * 100.0,
            (chance * 100.0).floor()
        );
        judgement.note(SampleVerdict::Limited, Code::TooFewMolecules, text);
    }
}

/// What is said of duplicates where few molecules are left.
fn copies(kinases: &[KinaseCoverage]) -> String {
    let reads: u64 = kinases.iter().map(|kinase| kinase.reads).sum();
    let duplicates: u64 = kinases.iter().map(|kinase| kinase.duplicates).sum();
    let share = duplicates as f64 / reads.max(1) as f64;
    if share < MANY_COPIES_FRAC {
        return String::new();
    }
    format!(" ({:.0} % of the reads at the kinases are flagged as duplicates)", share * 100.0)
}

fn rna(kinases: &[KinaseCoverage], survey: &Survey, judgement: &mut LibraryJudgement) {
    let Some(rna) = survey.rna.as_ref() else { return };
    let reads: u64 = kinases.iter().map(KinaseCoverage::counted).sum();
    match rna.expressed {
        Some(molecules) if molecules < MIN_EXPRESSED && rna.other_genes < MIN_OTHER_GENES => {
            let verdict = if reads < MIN_KINASE_READS { SampleVerdict::Failed } else { SampleVerdict::Limited };
            let text = format!(
                "{molecules} molecules at genes that nearly every tissue expresses and {} other genes with RNA{}: too little or degraded RNA, \
                 or a panel by whose genes it cannot be judged",
                rna.other_genes,
                copies(kinases)
            );
            judgement.note(verdict, Code::TooLittleRna, text);
        }
        None if reads < MIN_KINASE_READS && rna.other_genes < MIN_OTHER_GENES => {
            let text = format!("{reads} reads at the kinases{} and no other gene to judge the RNA by", copies(kinases));
            judgement.note(SampleVerdict::Limited, Code::TooLittleRna, text);
        }
        _ => {}
    }
}

/// What this assay does not show of each kinase, in the order of the kinases.
fn limits(assay: &Assay, kinases: &[KinaseCoverage], places: &[Detectability]) -> Vec<String> {
    /// Reads of a kinase below which its amplicons may not be there.
    const MIN_AMPLICON_READS: u64 = 20;
    let of = |kinase: &KinaseCoverage| {
        // Without reads it is not known whether the assay has an amplicon there.
        if assay.kind == AssayKind::RnaAmplicon && kinase.counted() < MIN_AMPLICON_READS {
            return Some(format!("{}: {} reads in an amplicon assay, no primers there or no RNA", kinase.symbol, kinase.counted()));
        }
        let own: Vec<&Detectability> = places.iter().filter(|place| place.gene == kinase.symbol).collect();
        let is_poor = overall(own.iter().copied()).is_some_and(|worth| worth != Worth::Informative);
        let poor: Vec<&Detectability> = own.into_iter().filter(|place| place.worth != Worth::Informative).collect();
        is_poor.then(|| format!("{}: {}", kinase.symbol, sentence(&poor)))
    };
    kinases.iter().filter_map(of).collect()
}
