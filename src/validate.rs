//! A validation on made samples: known fusions at falling shares of the molecules, and samples without any, are simulated, called and
//! held against their truth. It gives the tables that an accreditation asks for.
//!
//! ```text
//! share of the molecules   0.2     0.1     0.05    0.02    0.01
//! replicates called        5/5     5/5     5/5     3/5     0/5      dilution.tsv
//! fraction, mean +- sd     .20+-.02 ...                             repeatability.tsv
//!                                      |--- 95 % are called ---|    lod.tsv: 0.03, by a probit model
//! ```
//!
//! What it tells of a laboratory's assay is as good as the library that was asked for: depth, length of fragments, errors. It does not
//! replace samples of reference material.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::alignment::tile;
use crate::config::CallConfig;
use crate::error::{Error, Result};
use crate::evaluate::{self, CallerFiles, Evaluation, Truth};
use crate::progress::Progress;
use crate::report::output::Outputs;
use crate::report::tsv;
use crate::simulate::run::{self, Job};
use crate::{pipeline, publish};

pub mod probit;
mod tables;

pub use tables::{DilutionRow, LimitRow, RepeatabilityRow, Replicate};

/// The name under which the calls stand in the evaluation.
const CALLER: &str = "kinfuse";

/// What is made and how it is called.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Samples with fusions: a panel with shares and replicates.
    pub fusions: Job,
    /// Samples without.
    pub negatives: Job,
    /// How each sample is called; inputs, sample and folder are set for each.
    pub call: CallConfig,
    /// Folder for all of it.
    pub out_dir: PathBuf,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// By fusion and share.
    pub dilution: Vec<DilutionRow>,
    /// How far replicates agree.
    pub repeatability: Vec<RepeatabilityRow>,
    /// Limits of detection: of all, by kinase, by fusion.
    pub limits: Vec<LimitRow>,
    /// All calls against the truth.
    pub fusions: Evaluation,
    /// The calls in samples without a fusion.
    pub negatives: Evaluation,
}

/// Makes the samples, calls them, and writes the tables.
///
/// # Errors
/// Bad input or a failed write.
pub fn run(plan: &Plan) -> Result<Validation> {
    run::run(&plan.fusions)?;
    run::run(&plan.negatives)?;
    let fusions = evaluated(&plan.fusions, plan, "fusions")?;
    let negatives = evaluated(&plan.negatives, plan, "negatives")?;
    let replicates: Vec<Replicate> = fusions.callers.iter().flat_map(|caller| &caller.events).filter_map(Replicate::of).collect();
    let validation = Validation {
        dilution: tables::dilution(&replicates),
        repeatability: tables::repeatability(&replicates),
        limits: tables::limits(&replicates),
        fusions,
        negatives,
    };
    let mut outputs = Outputs::new(&plan.out_dir, "validation")?;
    outputs.write("dilution.tsv", |out| tsv::write(out, &validation.dilution))?;
    outputs.write("repeatability.tsv", |out| tsv::write(out, &validation.repeatability))?;
    outputs.write("lod.tsv", |out| tsv::write(out, &validation.limits))?;
    outputs.commit()?;
    Ok(validation)
}

/// Calls the samples of a simulation and holds them against its truth.
fn evaluated(job: &Job, plan: &Plan, name: &str) -> Result<Evaluation> {
    let truth_path = job.out_dir.join("truth.tsv");
    let truth = Truth::read(&truth_path, None)?;
    let calls = plan.out_dir.join(format!("calls_{name}"));
    fs::create_dir_all(&calls).map_err(Error::io(&calls, "make the folder"))?;
    let pool = tile::pool(job.threads)?;
    let samples: Vec<&String> = truth.samples.iter().collect();
    pool.install(|| samples.par_iter().try_for_each(|sample| called(sample, &job.out_dir, &calls, plan)))?;
    let source = CallerFiles { name: CALLER.to_owned(), paths: vec![calls] };
    let found = source.read(None)?;
    let evaluation = evaluate::evaluate(&truth, vec![(source.name, found)], &truth_path)?;
    evaluate::table::write(&evaluation, &plan.out_dir, name)?;
    Ok(evaluation)
}

fn called(sample: &str, bams: &Path, calls: &Path, plan: &Plan) -> Result<()> {
    let config = CallConfig {
        inputs: vec![bams.join(format!("{sample}.bam"))],
        sample: Some(sample.to_owned()),
        out_dir: calls.to_owned(),
        threads: 1,
        ..plan.call.clone()
    };
    let result = pipeline::call(&config, &Progress::new(false))?;
    let told = publish::publish(&result, &config, 0)?;
    told.failure.iter().for_each(|failure| log::error!("{failure}"));
    Ok(())
}
