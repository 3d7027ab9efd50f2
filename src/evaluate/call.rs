//! What a caller says of one sample, whatever format it was read from.

use super::place::CalledEnd;

/// Where a row stands in the caller's own judgement, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallTier {
    /// Passed all filters.
    Pass,
    /// Reported with a flag.
    Flagged,
    /// Listed among the rejected candidates only.
    Candidate,
}

/// One fusion junction of one sample.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub struct CalledJunction {
    /// Best row first in the order of calls.
    pub tier: CallTier,
    /// The two ends; the 5' partner first where `ordered`. An end is `None` where the partner could not be placed.
    pub ends: [Option<CalledEnd>; 2],
    /// Whether the format tells which end is the 5' partner.
    pub ordered: bool,
    /// Gene symbols of the ends, where the format gives them.
    pub genes: [Option<String>; 2],
    /// Exons joined (`E13;A20`).
    pub exon_junction: Option<String>,
    /// Variant label (`V1`).
    pub variant: Option<String>,
    /// Inserted bases; `None` where the format does not give them.
    pub insertion: Option<String>,
    /// Bases that could belong to either end.
    pub homology_bp: u32,
    /// How far the break may lie beyond the positions.
    pub slack_bp: u32,
    /// Phred-scaled chance of an artefact, where the caller gives one.
    pub qual: Option<f64>,
    /// Allele fraction with its 95 % interval.
    pub fraction: Option<FractionInterval>,
    /// What the caller calls the row.
    pub id: String,
    /// `PASS`, or what the caller finds doubtful about it, where it says so.
    pub filter: Option<String>,
}

/// A fraction with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct FractionInterval {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One called mutation of one sample.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MutationCall {
    /// Whether it passed all filters.
    pub passes: bool,
    /// `ROS1 p.G2032R`; empty where the format gives no name.
    pub name: String,
    /// Canonical contig and 1-based position of the first reference base.
    pub place: (String, u32),
    /// Reference and alternative bases.
    pub alleles: (String, String),
    /// `cis` or `trans` with the fusion, where the caller phased it.
    pub phase: Option<String>,
}

/// All calls of one sample.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SampleCalls {
    /// Junctions.
    pub fusions: Vec<CalledJunction>,
    /// Mutations.
    pub mutations: Vec<MutationCall>,
}

impl CalledJunction {
    /// A call at two ends of which nothing else is known.
    pub fn new(tier: CallTier, ends: [Option<CalledEnd>; 2]) -> Self {
        Self {
            tier,
            ends,
            ordered: false,
            genes: [None, None],
            exon_junction: None,
            variant: None,
            insertion: None,
            homology_bp: 0,
            slack_bp: 0,
            qual: None,
            fraction: None,
            id: String::new(),
            filter: None,
        }
    }

    /// `EML4::ALK`, where both symbols are known.
    pub fn name(&self) -> Option<String> {
        match &self.genes {
            [Some(five), Some(three)] => Some(format!("{five}::{three}")),
            _ => None,
        }
    }
}

impl SampleCalls {
    /// Adds the calls of another file of the same sample.
    pub fn absorb(&mut self, other: Self) {
        self.fusions.extend(other.fusions);
        self.mutations.extend(other.mutations);
    }

    /// Puts the rows in an order that depends on what they say alone, not on where they stood.
    pub fn arrange(&mut self) {
        self.fusions.sort_by(|x, y| x.partial_cmp(y).unwrap_or(std::cmp::Ordering::Equal).then_with(|| x.id.cmp(&y.id)));
        self.mutations.sort();
    }
}
