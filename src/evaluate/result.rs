//! What an evaluation gives: flat rows, for JSON and for tab-separated files alike.

use schemars::JsonSchema;
use serde::Serialize;

use super::columns::WithCaller;
use super::truth::Truth;
use crate::stats::jeffreys_share;

/// Version of the JSON document: the first number changes when a reader of the old form would misread the new one.
pub const SCHEMA_VERSION: &str = "1.0.0";

/// All callers against one truth.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Evaluation {
    /// Version of this form.
    pub schema_version: String,
    /// Samples, true junctions with a fragment, mutations and chimeras in the truth.
    pub truth: TruthSize,
    /// One entry a caller, in the order given.
    pub callers: Vec<CallerResult>,
}

/// How much the truth holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TruthSize {
    /// Samples.
    pub samples: u64,
    /// Fusion junctions.
    pub fusions: u64,
    /// Mutations.
    pub mutations: u64,
    /// Chimeras of the library.
    pub chimeras: u64,
}

/// The figures of one caller.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CallerResult {
    /// The caller.
    pub caller: String,
    /// Samples of the truth for which there is no file of calls; their events count as missed.
    pub samples_without_calls: u64,
    /// Samples with calls that the truth does not have; all of their calls count as false.
    pub samples_without_truth: u64,
    /// Recall of fusions by group.
    pub recall: Vec<RecallRow>,
    /// Precision of fusions, PASS and all listed rows.
    pub precision: Vec<PrecisionRow>,
    /// Allele fractions by group.
    pub fraction: Vec<FractionRow>,
    /// Stated and observed error by quality.
    pub quality: Vec<QualityRow>,
    /// Recall of mutations by group.
    pub mutations: Vec<MutationRow>,
    /// What became of each true junction.
    pub events: Vec<EventRow>,
    /// Calls that are not true.
    pub false_calls: Vec<FalseRow>,
}

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, JsonSchema)]
pub struct Ratio {
    /// Successes.
    pub yes: u64,
    /// Trials.
    pub of: u64,
    /// `yes / of`; `null` without trials.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// Recall within one group of true junctions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RecallRow {
    /// By what the junctions were grouped (`all`, `fragments`, `category`, `category,fragments`, ...).
    pub group: String,
    /// The group.
    pub level: String,
    /// Matched by a call that passed.
    pub pass: Ratio,
    /// Matched by a call that passed or is flagged.
    pub listed: Ratio,
    /// Matched by any row.
    pub candidates: Ratio,
    /// Exact to the base among the listed.
    pub exact: Ratio,
    /// Within ten bases.
    pub near: Ratio,
    /// The 5' partner first.
    pub gene_order: Ratio,
    /// The right exons.
    pub exon_junction: Ratio,
    /// The right variant label.
    pub variant: Ratio,
    /// The right gene symbols in the right order.
    pub name: Ratio,
}

/// What the calls of one tier are.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PrecisionRow {
    /// `PASS` or `listed`.
    pub tier: String,
    /// Rows.
    pub calls: u64,
    /// True ones among the true and the false.
    pub precision: Ratio,
    /// Rows that are not true, chimeras included.
    pub false_calls: u64,
    /// Those of them that are chimeras of the library.
    pub chimeras: u64,
    /// Further rows of an event that has a better one.
    pub duplicates: u64,
    /// Rows whose one end is right and whose other end was not placed.
    pub halves: u64,
    /// Samples with at least one false row.
    pub samples_with_false: Ratio,
    /// False rows a sample.
    pub false_per_sample: f64,
}

/// How well the allele fraction is estimated.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FractionRow {
    /// `all`, or by what the events were grouped.
    pub group: String,
    /// The group.
    pub level: String,
    /// True junctions with a known fraction and at least ten expected fragments.
    pub events: u64,
    /// Those whose true fraction lies in the 95 % interval, among those with an interval.
    pub covered: Ratio,
    /// Mean of estimate minus truth.
    pub mean_error: Option<f64>,
    /// Root of the mean square of estimate minus truth.
    pub root_mean_square_error: Option<f64>,
    /// Mean of estimate / truth.
    pub mean_ratio: Option<f64>,
}

/// Stated and observed error of rows within a range of quality.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct QualityRow {
    /// Lowest quality of the bin.
    pub from: f64,
    /// Its end (not in it); `null` for the last one.
    pub to: Option<f64>,
    /// False rows among all.
    pub observed: Ratio,
    /// Mean of `10^(-qual/10)`.
    pub stated: Option<f64>,
    /// Observed / stated.
    pub ratio: Option<f64>,
}

/// Recall within one group of mutations.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct MutationRow {
    /// By what they were grouped.
    pub group: String,
    /// The group.
    pub level: String,
    /// Called and passed.
    pub pass: Ratio,
    /// Called, flagged or not.
    pub listed: Ratio,
    /// Cis or trans told rightly, among the listed for which both say.
    pub phase: Ratio,
    /// True ones among those that passed and lie where the truth speaks (`all` only).
    pub precision: Ratio,
    /// Those that passed and lie elsewhere, which are not judged (`all` only).
    pub elsewhere: u64,
}

/// What became of one true junction.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EventRow {
    /// The sample.
    pub sample: String,
    /// The row of the events' table.
    pub event: Option<String>,
    /// Its genes.
    pub name: String,
    /// Free label.
    pub category: Option<String>,
    /// `rna` or `dna`.
    pub material: Option<String>,
    /// Fragments that really cross.
    pub fragments: Option<u32>,
    /// `pass`, `flagged`, `candidate` or `missed`.
    pub status: String,
    /// The caller's name of the row.
    pub call: Option<String>,
    /// Its quality.
    pub qual: Option<f64>,
    /// `PASS` or its flags.
    pub filter: Option<String>,
    /// To the base.
    pub exact: Option<bool>,
    /// Bases by which both ends together are off.
    pub off_bp: Option<i64>,
    /// Gene order right.
    pub gene_order: Option<bool>,
    /// Exon junction as called, where it is wrong.
    pub wrong_exon_junction: Option<String>,
    /// Variant label as called, where it is wrong.
    pub wrong_variant: Option<String>,
    /// True fraction, where the truth gives one.
    pub fraction: Option<f64>,
    /// Estimated fraction.
    pub called_fraction: Option<f64>,
    /// Lower end of its interval.
    pub fraction_low: Option<f64>,
    /// Upper end of its interval.
    pub fraction_high: Option<f64>,
}

/// A listed call that is not true.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct FalseRow {
    /// The sample.
    pub sample: String,
    /// The caller's name of the row.
    pub call: String,
    /// Its genes.
    pub name: Option<String>,
    /// First end, `chrom:position`.
    pub first: Option<String>,
    /// Second end.
    pub second: Option<String>,
    /// `pass` or `flagged`.
    pub tier: String,
    /// Its quality.
    pub qual: Option<f64>,
    /// `PASS` or its flags.
    pub filter: Option<String>,
    /// Whether it is a chimera of the library.
    pub chimera: bool,
}

impl Ratio {
    /// `yes` of `of`, with Jeffreys' interval.
    pub fn new(yes: u64, of: u64) -> Self {
        let share = jeffreys_share(yes, of);
        Self { yes, of, value: share.map(|share| share.value), low: share.map(|share| share.low), high: share.map(|share| share.high) }
    }
}

impl Evaluation {
    /// The results of all callers.
    pub fn new(truth: &Truth, callers: Vec<CallerResult>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            truth: TruthSize {
                samples: truth.samples.len() as u64,
                fusions: truth.fusions.len() as u64,
                mutations: truth.mutations.len() as u64,
                chimeras: truth.chimeras.len() as u64,
            },
            callers,
        }
    }

    /// The rows of one kind, each with its caller.
    pub fn rows<'e, R>(&'e self, of: impl Fn(&'e CallerResult) -> &'e [R]) -> Vec<WithCaller<'e, R>> {
        self.callers.iter().flat_map(|caller| of(caller).iter().map(|row| WithCaller { caller: &caller.caller, row })).collect()
    }
}
