//! What a run found, in one library and in all of a sample.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::alignment::{Assay, Library};
use crate::coverage::detectability::SupportRule;
use crate::coverage::survey::Survey;
use crate::coverage::verdict::{KinaseCoverage, LibraryJudgement};
use crate::fusion::Fusion;
use crate::genome::{Assembly, Contigs};
use crate::identity::{Contamination, LibraryComparison};
use crate::knowledge::Knowledge;
use crate::reference::Reference;
use crate::report::drawing_data::Drawings;
use crate::report::identity::InputFile;
use crate::variant::analysis::{Findings, JunctionFragments};
use crate::variant::Variant;
use crate::warning::Warnings;

/// What joins a kinase to other places beside its junctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KinaseNoise {
    /// Chimeric molecules, all junctions together.
    pub chimeras: u32,
    /// Junctions of which all fragments turned out to show a better one.
    pub explained_elsewhere: u32,
    /// Fragments that a junction needs beside them.
    pub needed: SupportRule,
}

/// All that a run found in one library.
#[derive(Debug)]
pub struct LibraryResult {
    /// Names of the files, without folders.
    pub files: Vec<String>,
    /// The library.
    pub assay: Assay,
    /// Coverage of each kinase.
    pub kinases: Vec<KinaseCoverage>,
    /// What else joins each kinase to other places, in the same order.
    pub noise: Vec<KinaseNoise>,
    /// Verdict on the library with its reasons.
    pub judgement: LibraryJudgement,
    /// What it could have shown.
    pub survey: Survey,
    /// Records looked at, primary ones, and duplicates among these.
    pub records: (u64, u64, u64),
    /// Skipped records by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Its variants, those of the kinase domains taken out.
    pub findings: Findings,
    pub(super) fusions: Vec<Fusion>,
    pub(super) shown: Vec<JunctionFragments>,
}

/// All that a run found.
#[derive(Debug)]
pub struct SampleResult {
    /// Sample name.
    pub sample: String,
    /// Contigs of the files.
    pub contigs: Arc<Contigs>,
    /// Assembly, where recognised.
    pub assembly: Option<Assembly>,
    /// Targets that were asked for.
    pub targets: Vec<String>,
    /// Those of them that could not be looked at: no contig or no gene model.
    pub absent: Vec<String>,
    /// The files, with what tells them from others.
    pub input_files: Vec<InputFile>,
    /// One entry a library.
    pub libraries: Vec<LibraryResult>,
    /// All junctions, best first.
    pub fusions: Vec<Fusion>,
    /// All variants and sites, called ones first.
    pub variants: Vec<Variant>,
    /// The FASTA, if one was given.
    pub reference: Option<Reference>,
    /// What is known, with the user's tables.
    pub knowledge: Knowledge,
    /// The files themselves, by library.
    pub sources: Vec<Library>,
    /// Name and library of the matched normal, if one was given.
    pub matched_normal: Option<(String, Assay)>,
    /// Whether the libraries, and behind them the matched normal, are of one person: each compared with each later one.
    pub identity: Vec<LibraryComparison>,
    /// How much of each library is another person's.
    pub contamination: Vec<Contamination>,
    /// What the page draws beside the rows.
    pub drawings: Drawings,
    /// What the user should know beside the findings.
    pub warnings: Warnings,
}
