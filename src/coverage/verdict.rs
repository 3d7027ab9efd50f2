//! Whether a sample can be judged: a failed sample must never be read as a negative one.

use rust_htslib::bam::record::Record;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alignment::assay::{Assay, AssayKind};
use crate::alignment::library::LibraryReader;
use crate::alignment::read::usable;
use crate::error::Result;
use crate::genome::Interval;
use crate::material::Material;
use crate::model::index::GeneModels;
use crate::model::Gene;

/// Exons (on the literature's transcript) with which the kinase's part of a fusion transcript usually begins; DNA breaks in the
/// introns before them. Source: the junctions listed in `knowledge/tables/fusions.tsv`, each with its own source.
const USUAL_FIRST_EXONS: [(&str, u32, u32); 5] =
    [("ALK", 20, 20), ("ROS1", 32, 36), ("NTRK1", 8, 13), ("NTRK2", 15, 17), ("NTRK3", 14, 15)];

/// Genes that nearly every tissue expresses strongly, among those with a built-in model: RNA without them is bad RNA.
const EXPRESSED_EVERYWHERE: [&str; 6] = ["NPM1", "CLTC", "TPM3", "SQSTM1", "HNRNPA2B1", "KIF5B"];

/// Mean depth of a usual break region below which a negative of DNA says nothing.
const MIN_MEAN_DEPTH: f64 = 20.0;
/// Mean depth below which not even a fusion in all molecules would be seen; DNA that has no more at any kinase has failed.
const MIN_ANY_DEPTH: f64 = 1.0;
/// Reads at the everywhere-expressed genes below which RNA has failed.
const MIN_EXPRESSED_READS: u64 = 200;
/// Reads of a kinase in an amplicon assay below which its amplicons may not be there.
const MIN_AMPLICON_READS: u64 = 20;
/// Counting stops here: enough to know that the RNA is there.
const ENOUGH_READS: u64 = 2_000;
/// Median read length below which alignments are hardly unique.
const MIN_READ_LENGTH_BP: u32 = 40;

/// Whether a sample can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No finding means negative, within the limits of the detectability table.
    Ok,
    /// No finding means little.
    Limited,
    /// The sample says nothing.
    Failed,
}

impl Verdict {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Limited => "limited",
            Self::Failed => "failed",
        }
    }
}

/// The stretches in which a kinase usually breaks, on DNA; in RNA the exons of the kinase's part.
pub fn usual_regions(gene: &Gene, material: Material) -> Vec<Interval> {
    let Some(transcript) = gene.transcript.as_ref() else { return vec![gene.span] };
    let Some((_, first, last)) = USUAL_FIRST_EXONS.iter().find(|(symbol, _, _)| *symbol == gene.symbol) else { return vec![gene.span] };
    let interval = |start: u32, end: u32| Interval { contig: gene.contig(), start, end };
    match material {
        Material::Rna => transcript.exons.iter().filter(|exon| exon.number >= *first).map(|exon| interval(exon.start, exon.end)).collect(),
        Material::Dna => (*first..=*last)
            .filter_map(|number| Some((transcript.exon(number.checked_sub(1)?)?, transcript.exon(number)?)))
            .map(|(before, after)| interval(before.end.min(after.end), before.start.max(after.start)))
            .collect(),
    }
}

/// Reads at genes that every tissue expresses, counted up to `ENOUGH_READS`; `None` where no such gene has a model here.
///
/// # Errors
/// When the file cannot be read.
pub fn expressed_reads(reader: &mut LibraryReader, models: &GeneModels) -> Result<Option<u64>> {
    let mut total = None;
    for symbol in EXPRESSED_EVERYWHERE {
        let Some(gene) = models.find(symbol) else { continue };
        let count: &mut u64 = total.get_or_insert(0);
        reader.visit_while(gene.span, |record: &Record| {
            *count += u64::from(usable(record).is_ok());
            *count < ENOUGH_READS
        })?;
    }
    Ok(total)
}

/// What one kinase's regions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct KinaseCoverage {
    /// HGNC symbol.
    pub symbol: String,
    /// Primary reads in the gene.
    pub reads: u64,
    /// Mean depth of primary reads over the usual break regions.
    pub mean_depth: f64,
}

/// The judgement on one file, with its reasons.
pub fn judge(assay: &Assay, kinases: &[KinaseCoverage], expressed: Option<u64>) -> (Verdict, Vec<String>) {
    let mut reasons = Vec::new();
    let mut worst = Verdict::Ok;
    let mut note = |judgement: Verdict, reason: String| {
        worst = worst.max(judgement);
        reasons.push(reason);
    };
    let total: u64 = kinases.iter().map(|kinase| kinase.reads).sum();
    if total == 0 && (assay.material() == Material::Dna || expressed.unwrap_or(0) < MIN_EXPRESSED_READS) {
        note(Verdict::Failed, "no reads at the kinases".to_owned());
    } else if assay.material() == Material::Dna {
        let poor: Vec<&KinaseCoverage> = kinases.iter().filter(|kinase| kinase.mean_depth < MIN_MEAN_DEPTH).collect();
        let nowhere = kinases.iter().all(|kinase| kinase.mean_depth < MIN_ANY_DEPTH);
        for kinase in poor {
            let judgement = if nowhere { Verdict::Failed } else { Verdict::Limited };
            note(judgement, format!("{}: mean depth {:.1} where it usually breaks", kinase.symbol, kinase.mean_depth));
        }
    } else if assay.kind == AssayKind::Rna {
        match expressed {
            Some(reads) if reads < MIN_EXPRESSED_READS => {
                let judgement = if total < MIN_EXPRESSED_READS { Verdict::Failed } else { Verdict::Limited };
                note(judgement, format!("{reads} reads at genes that every tissue expresses: too little or degraded RNA"));
            }
            None if total < MIN_EXPRESSED_READS => {
                note(Verdict::Limited, format!("{total} reads at the kinases and no other gene to judge the RNA by"));
            }
            _ => {}
        }
    } else {
        // Without reads nobody knows whether an amplicon lies there at all.
        for kinase in kinases.iter().filter(|kinase| kinase.reads < MIN_AMPLICON_READS) {
            note(Verdict::Limited, format!("{}: {} reads in an amplicon assay, no primers there or no RNA", kinase.symbol, kinase.reads));
        }
        if total < MIN_EXPRESSED_READS {
            note(Verdict::Limited, format!("{total} reads at the kinases: too few to judge the amplicons"));
        }
    }
    if assay.sampled > 0 && assay.read_length_bp < MIN_READ_LENGTH_BP {
        note(Verdict::Limited, format!("median read length {} bases", assay.read_length_bp));
    }
    (worst, reasons)
}
