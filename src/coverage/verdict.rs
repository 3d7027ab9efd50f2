//! Whether a sample can be judged: a failed sample must never be read as a negative one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alignment::assay::{Assay, AssayKind};
use crate::material::Material;

use super::detectability::{overall, Detectability, Worth};
use super::recognition::Recognition;
use super::rna::RnaQuality;
use super::sentence::sentence;

/// Mean depth below which not even a fusion in all molecules would be seen; DNA that has no more at any kinase has failed.
const MIN_ANY_DEPTH: f64 = 1.0;
/// Reads at the everywhere-expressed genes below which RNA has failed.
const MIN_EXPRESSED_READS: u64 = 200;
/// Reads of a kinase in an amplicon assay below which its amplicons may not be there.
const MIN_AMPLICON_READS: u64 = 20;
/// Median read length below which alignments are hardly unique.
const MIN_READ_LENGTH_BP: u32 = 40;

/// Share of the fragments across a break that must be able to place it: where most cannot, fusions are named by luck.
const MIN_PLACES: f64 = 0.5;

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

/// The judgement on one library, with its reasons. `rna` is its RNA's quality where it is RNA, `places` what could have been seen
/// where; a kinase at which little could is a reason of its own, `GENE: ...`.
pub fn judge(
    assay: &Assay,
    kinases: &[KinaseCoverage],
    rna: Option<&RnaQuality>,
    recognition: Recognition,
    places: &[Detectability],
) -> (Verdict, Vec<String>) {
    let mut reasons = Vec::new();
    let mut worst = Verdict::Ok;
    let mut note = |judgement: Verdict, reason: String| {
        worst = worst.max(judgement);
        reasons.push(reason);
    };
    let total: u64 = kinases.iter().map(|kinase| kinase.reads).sum();
    let expressed = rna.and_then(|rna| rna.reads);
    if total == 0 && (assay.material() == Material::Dna || expressed.unwrap_or(0) < MIN_EXPRESSED_READS) {
        note(Verdict::Failed, "no reads at the kinases".to_owned());
    } else if assay.material() == Material::Dna {
        if kinases.iter().all(|kinase| kinase.mean_depth < MIN_ANY_DEPTH) {
            note(Verdict::Failed, format!("mean depth below {MIN_ANY_DEPTH} wherever a kinase usually breaks"));
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
    if assay.sampled > 0 && recognition.places < MIN_PLACES {
        note(Verdict::Limited, format!("short fragments: {:.0} % of those across a break can place it", recognition.places * 100.0));
    }
    for kinase in kinases {
        let own: Vec<&Detectability> = places.iter().filter(|place| place.gene == kinase.symbol).collect();
        let said = format!("{}: ", kinase.symbol);
        let worth = overall(own.iter().copied());
        if worth.is_some_and(|worth| worth != Worth::Informative) && !reasons.iter().any(|reason| reason.starts_with(&said)) {
            let poor: Vec<&Detectability> = own.into_iter().filter(|place| place.worth != Worth::Informative).collect();
            worst = worst.max(Verdict::Limited);
            reasons.push(said + &sentence(&poor));
        }
    }
    (worst, reasons)
}
