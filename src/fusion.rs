//! From junctions to named fusions.
//!
//! ```text
//! Junction + Support --orient--> which gene is 5', which is 3'
//!                    --frame---> does the kinase follow in frame, is its domain kept
//!                    --name----> E13;A20, V1, HGVS, VICC
//!                    --score---> chance that it is an artefact (phred)
//!                    --filter--> flags; nothing is deleted
//! Fusion (RNA) + Fusion (DNA) --agreement--> one finding
//! ```

pub mod agreement;
pub mod build;
pub mod describe;
pub mod domains;
pub mod event;
pub mod filter;
pub mod frame;
pub mod germline;
pub mod judge;
pub mod karyotype;
pub mod name;
pub mod naming;
pub mod orient;
pub mod own_splice;
pub mod product;
pub mod score;
pub mod vicc;
pub mod witness;

use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::genome::{Breakend, Junction};
pub use crate::material::{Material, Unit};
use crate::model::Site;
use crate::stats::Share;
pub use agreement::Agreement;
pub use witness::Witnesses;

/// How many distinct fragments (or molecules) show a junction. Each counts once, under its strongest kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Support {
    /// A read aligned on both sides (split alignment, or a long gap).
    pub split: u32,
    /// Mates on either side, no read across.
    pub pair: u32,
    /// A read clipped at the junction whose tail agrees with the partner's sequence.
    pub clip: u32,
}

impl Support {
    /// All kinds together.
    pub fn fragments(&self) -> u32 {
        self.split + self.pair + self.clip
    }
}

/// Lowest quality with which a flagged junction is listed in `fusions.tsv`; all others are in `candidates.tsv.gz`.
pub const MIN_LISTED_QUALITY: f64 = 10.0;

/// One gene of a fusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// HGNC symbol; `None` where no gene is known at the breakend.
    pub gene: Option<String>,
    /// Transcript by which exons are counted.
    pub transcript: Option<String>,
    /// The breakend as reported (homologous bases on the kinase's side, or at exon edges where both ends allow it).
    pub breakend: Breakend,
    /// Where on the transcript it lies; `None` without an exon model.
    pub site: Option<Site>,
}

/// How well the junction is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KnownTier {
    /// This exon junction is in the table.
    Variant,
    /// The pair of genes is in the table.
    Pair,
    /// The kinase is a target, the partner is not in the table.
    Kinase,
    /// Neither.
    Novel,
}

/// Reading frame across the junction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The kinase follows in frame, by exon phases.
    InFrame,
    /// It does not.
    OutOfFrame,
    /// No coding sequence for the partner here; the table of known fusions says in frame.
    InFrameReported,
    /// Cannot be said, and why.
    Unknown(&'static str),
}

impl Frame {
    /// What the text begins with where the frame cannot be said.
    pub const UNKNOWN: &'static str = "unknown:";

    /// The frame as files spell it.
    pub fn text(&self) -> String {
        match self {
            Self::InFrame => "in-frame".to_owned(),
            Self::OutOfFrame => "out-of-frame".to_owned(),
            Self::InFrameReported => "in-frame:reported".to_owned(),
            Self::Unknown(why) => format!("{}{why}", Self::UNKNOWN),
        }
    }
}

/// What becomes of the kinase domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KinaseDomain {
    /// Kept whole, but for a few residues before the loop that holds ATP, where the ends of domains are uncertain.
    Retained,
    /// Cut within or behind that loop.
    Partial,
    /// Lost.
    Lost,
}

/// Why a candidate is doubtful. A flag never deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Fewer fragments than the model needs for this kind of junction.
    LowSupport,
    /// No better explained than the sample's own random chimeras.
    RandomChimera,
    /// Neighbouring genes on one strand: transcription that read through.
    ReadThrough,
    /// The two ends resemble each other.
    Homology,
    /// No read reaches far enough into both ends.
    ShortAnchor,
    /// The partner's place is not unique.
    LowMapq,
    /// All fragments share one end: copies of one molecule.
    OneSidedDuplicates,
    /// Seen in normal samples.
    Recurrent,
    /// The genes point against each other.
    Antisense,
    /// The partner could not be placed.
    UnplacedPartner,
    /// The kinase domain is not kept.
    KinaseLost,
    /// The file pairs mates of different fragments.
    MatesOutOfStep,
    /// The same person's normal tissue shows it.
    Germline,
}

impl Flag {
    /// All flags with a description, in the order of the enum.
    pub const ALL: [(Self, &'static str, &'static str); 13] = [
        (Self::LowSupport, "low_support", "Fewer fragments than the model needs for this kind of junction"),
        (Self::RandomChimera, "random_chimera", "No better explained than the random chimeras of this sample"),
        (Self::ReadThrough, "read_through", "Neighbouring genes on one strand, transcription that read through"),
        (Self::Homology, "homology", "The two ends resemble each other"),
        (Self::ShortAnchor, "short_anchor", "The reads do not reach far enough into both ends"),
        (Self::LowMapq, "low_mapq", "The place of the partner is not unique"),
        (Self::OneSidedDuplicates, "one_sided_duplicates", "All fragments share one end, as copies of one molecule do"),
        (Self::Recurrent, "recurrent", "Seen in normal samples, or clipped ends at a place that is listed for them"),
        (Self::Antisense, "antisense", "The two genes point against each other"),
        (Self::UnplacedPartner, "unplaced_partner", "The partner could not be placed"),
        (Self::KinaseLost, "kinase_lost", "The kinase domain is not kept"),
        (
            Self::MatesOutOfStep,
            "mates_out_of_step",
            "The file pairs mates of different fragments, so that nothing in it joins two genes for sure",
        ),
        (Self::Germline, "germline", "The matched normal shows it, too"),
    ];

    /// The name used in files.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(flag, _, _)| *flag == self).map_or("", |(_, name, _)| name)
    }
}

/// A called or rejected fusion with everything the reports need.
#[derive(Debug, Clone)]
pub struct Fusion {
    /// Identifier within the sample (`F1`, `F2`, ... best first).
    pub id: String,
    /// The 5' partner.
    pub five: Partner,
    /// The 3' partner.
    pub three: Partner,
    /// The junction in canonical form.
    pub junction: Junction,
    /// Uncertainty of both breakpoints in bases (0 = exact to the base).
    pub slack_bp: u32,
    /// Exon junction on the named transcripts (`E13;A20`), observed for RNA, implied for DNA.
    pub exon_junction: Option<String>,
    /// Variant label (`V1`), where the junction has one.
    pub variant: Option<String>,
    /// How well known it is.
    pub known: KnownTier,
    /// Reading frame.
    pub frame: Frame,
    /// Kinase domain.
    pub kinase_domain: Option<KinaseDomain>,
    /// Material that shows it.
    pub evidence: BTreeSet<Material>,
    /// Distinct fragments by kind.
    pub support: Support,
    /// The fragments themselves.
    pub witnesses: Arc<Witnesses>,
    /// What was counted.
    pub unit: Unit,
    /// Unbroken fragments across the 5' partner's breakpoint.
    pub depth5: u32,
    /// Unbroken fragments across the kinase's breakpoint.
    pub depth3: u32,
    /// Of the fragments those with a read across the kinase's breakpoint; in DNA all of them.
    pub crossing: u32,
    /// `crossing / (crossing + depth3)` with its 95 % interval; none where only mates show it in RNA.
    pub allele_fraction: Option<Share>,
    /// Phred-scaled chance that it is an artefact.
    pub quality: f64,
    /// What the quality is made of; none where nothing can tell.
    pub terms: Option<score::Terms>,
    /// Reasons for doubt; empty means PASS.
    pub flags: BTreeSet<Flag>,
    /// Rearrangement to which the breakpoints belong (`E1`; the reciprocal is `E1r`).
    pub event: String,
    /// Inserted bases, read from the 5' partner to the 3' partner.
    pub insertion: Vec<u8>,
    /// HGVS for adjoined transcripts.
    pub hgvs: Option<String>,
    /// VICC form with exons.
    pub vicc: Option<String>,
    /// Bases over the junction in the direction of the transcript, `|` at it.
    pub consensus: Option<String>,
    /// The kinase.
    pub target: String,
    /// What the sample's other material says of it.
    pub agreement: Agreement,
    /// What the tables are asked about it.
    pub naming: naming::Naming,
    /// What it is called elsewhere and what it makes.
    pub description: Description,
}

/// What becomes of a domain in a fusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DomainFate {
    /// Gene.
    pub gene: String,
    /// Name of the domain.
    pub domain: String,
    /// `kept`, `cut` or `lost`.
    pub fate: String,
    /// Source of its residues.
    pub source: String,
}

/// Other names of a fusion, and the transcript and protein it makes; filled in by [`describe`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description {
    /// Its exons as other transcripts count them.
    pub other_counts: Vec<name::OtherCount>,
    /// Cytogenetic bands of the 5' and of the 3' breakpoint.
    pub bands: (Option<String>, Option<String>),
    /// The rearrangement in the words of a karyotype.
    pub iscn: Option<String>,
    /// Residues round the junction, `|` behind the 5' partner.
    pub peptide: Option<String>,
    /// Domains with a known place, 5' partner first.
    pub domains: Vec<DomainFate>,
    /// What else its structure says (`stop before the kinase`).
    pub notes: Vec<String>,
    /// Transcript and protein, where all bases are known.
    pub product: Option<product::Product>,
    /// The fusion in the form of the VICC specification.
    pub vicc: Option<serde_json::Value>,
}

impl Fusion {
    /// `EML4::ALK`; a partner without a gene is `?`.
    pub fn name(&self) -> String {
        let symbol = |partner: &Partner| partner.gene.clone().unwrap_or_else(|| "?".to_owned());
        format!("{}::{}", symbol(&self.five), symbol(&self.three))
    }

    /// Whether it stands among the called fusions, with or without a flag.
    pub fn is_listed(&self) -> bool {
        self.passes() || self.quality >= MIN_LISTED_QUALITY
    }

    /// Whether it is a line of `fusions.tsv`. A break that a junction of RNA reports is no second finding.
    pub fn is_reported(&self) -> bool {
        self.is_listed() && !self.agreement.told_by_rna
    }

    /// Whether no flag is set.
    pub fn passes(&self) -> bool {
        self.flags.is_empty()
    }
}
