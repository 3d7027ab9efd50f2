//! Many samples together: one table and one page, controls, leaks between samples of a run, and outliers.
//!
//! ```text
//! *.kinfuse.json --sample--> what is kept of each          sheet --> runs, controls
//!    samples --junction--> the same junction in several --leak----> which may come from another sample of the run
//!            --control---> whether the controls show what they must, judged before all else
//!            --quality---> figures far from those of the others
//!            --matrix----> samples x findings
//!    all --tables, multiqc, page--> cohort.tsv, cohort.*.tsv, cohort_mqc.json, cohort.html
//! ```
//!
//! Documents are read one after the other and only what the tables need is kept. Controls come first, then samples by run and name,
//! whatever the order in which they were given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::coverage::sentence::counted;
use crate::error::{Error, Result};
use crate::terminal::one_line;

mod control;
mod figure;
mod heatmap;
mod junction;
mod kinases;
mod leak;
mod matrix;
mod multiqc;
mod page;
mod quality;
mod sample;
mod sheet;
mod tables;
mod word;

#[cfg(test)]
mod fixture;

pub use leak::DEFAULT_RATE;
pub use tables::write;

use control::{Control, ControlOutcome};
use junction::SharedJunction;
use leak::Leak;
use quality::Spreads;
use sample::CohortSample;
use sheet::{SampleRole, SheetLine};
use word::Words;

/// Documents that are in memory at the same time: each takes some megabytes.
const READERS: usize = 8;

/// Controls that the terminal shows.
const MAX_CONTROLS: usize = 12;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct CohortConfig {
    /// The documents.
    pub inputs: Vec<PathBuf>,
    /// Sheet of runs and controls.
    pub sheet: Option<PathBuf>,
    /// Run of the samples of which the sheet names none.
    pub run: Option<String>,
    /// Share of a library's fragments that are read as those of one other sample of its run.
    pub hopping_rate: f64,
}

/// All samples and what they say together.
#[derive(Debug)]
pub struct Cohort {
    samples: Vec<CohortSample>,
    /// One entry a sample.
    entries: Vec<SheetLine>,
    groups: Vec<SharedJunction>,
    leaks: Vec<Leak>,
    controls: Vec<Control>,
    spreads: Spreads,
    hopping_rate: f64,
    has_sheet: bool,
}

/// Reads the documents and judges them together.
///
/// # Errors
/// A document or sheet that cannot be read, or two documents of one sample; with the file's name.
pub fn cohort(config: &CohortConfig) -> Result<Cohort> {
    let listed = config.sheet.as_deref().map(sheet::read).transpose()?.unwrap_or_default();
    let samples = read(&config.inputs)?;
    let mut cohort = arranged(samples, listed, config);
    cohort.groups = junction::group(&cohort.samples);
    cohort.leaks = leak::leaks(&cohort.samples, &cohort.entries, &cohort.groups, config.hopping_rate);
    let judged = |control: &mut Control| {
        let own = cohort.samples.iter().enumerate().find(|(_, sample)| sample.name == control.entry.sample);
        *control = control::judge(&control.entry, own, &cohort.leaks, &cohort.samples);
    };
    cohort.controls.iter_mut().for_each(judged);
    let patients = cohort.samples.iter().zip(&cohort.entries).filter(|(_, entry)| entry.role == SampleRole::Sample);
    cohort.spreads = Spreads::of(patients.map(|(sample, _)| sample));
    Ok(cohort)
}

/// All samples, in the order of the files.
fn read(paths: &[PathBuf]) -> Result<Vec<CohortSample>> {
    let words = Words::default();
    let all = || paths.par_iter().map(|path| CohortSample::read(path, &words)).collect::<Vec<_>>();
    let threads = rayon::current_num_threads().min(READERS);
    let read = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_or_else(|_| all(), |pool| pool.install(all));
    // The first file that is wrong is named, whichever was read first.
    let samples = read.into_iter().collect::<Result<Vec<CohortSample>>>()?;
    let mut first: BTreeMap<&str, &Path> = BTreeMap::new();
    for (sample, path) in samples.iter().zip(paths) {
        if let Some(other) = first.insert(&sample.name, path) {
            let problem =
                format!("is the second file of a sample {}, as {} is", one_line(&sample.name), one_line(&other.to_string_lossy()));
            return Err(Error::input(path, problem, "give one file a sample"));
        }
    }
    Ok(samples)
}

/// Samples with their entries, controls first, then by run and name.
fn arranged(samples: Vec<CohortSample>, listed: Vec<SheetLine>, config: &CohortConfig) -> Cohort {
    let has_sheet = config.sheet.is_some();
    let mut by_name: BTreeMap<String, SheetLine> = listed.into_iter().map(|entry| (entry.sample.clone(), entry)).collect();
    for entry in by_name.values_mut().filter(|entry| entry.run.is_none()) {
        entry.run.clone_from(&config.run);
    }
    let mut pairs: Vec<(SheetLine, CohortSample)> = samples
        .into_iter()
        .map(|sample| {
            let unlisted = || SheetLine { sample: sample.name.clone(), run: config.run.clone(), ..SheetLine::default() };
            (by_name.get(&sample.name).cloned().unwrap_or_else(unlisted), sample)
        })
        .collect();
    let order = |entry: &SheetLine| (entry.role == SampleRole::Sample, entry.run.clone(), entry.role, entry.sample.clone());
    pairs.sort_by_cached_key(|(entry, _)| order(entry));
    let (entries, samples) = pairs.into_iter().unzip();
    let mut controls: Vec<Control> = by_name
        .into_values()
        .filter(|entry| entry.role != SampleRole::Sample)
        .map(|entry| Control { entry, outcome: ControlOutcome::NotJudged, text: String::new() })
        .collect();
    controls.sort_by_cached_key(|control| order(&control.entry));
    Cohort {
        samples,
        entries,
        groups: Vec::new(),
        leaks: Vec::new(),
        controls,
        spreads: Spreads::default(),
        hopping_rate: config.hopping_rate,
        has_sheet,
    }
}

fn are(samples: usize) -> String {
    format!("{} {}", counted(samples, "sample"), if samples == 1 { "is" } else { "are" })
}

impl Cohort {
    /// How many leaks a sample has; `None` where its run is not known, so that none were looked for.
    fn count_of_leaks(&self, sample: usize) -> Option<usize> {
        self.entries[sample].run.as_ref().map(|_| self.leaks_of(sample).len())
    }

    /// The leaks of a sample.
    fn leaks_of(&self, sample: usize) -> &[Leak] {
        let first = self.leaks.partition_point(|leak| leak.member.sample < sample);
        let end = self.leaks.partition_point(|leak| leak.member.sample <= sample);
        &self.leaks[first..end]
    }

    /// Whether this finding of the sample may have come from another one.
    fn is_leak(&self, sample: usize, finding: usize) -> bool {
        self.leaks_of(sample).iter().any(|leak| leak.member.of(&self.samples).finding == finding)
    }

    /// Junctions that several samples show.
    fn recurrent(&self) -> impl Iterator<Item = &SharedJunction> {
        self.groups.iter().filter(|group| group.members.iter().any(|member| member.sample != group.members[0].sample))
    }

    /// How many controls do not pass, in words.
    fn controls_in_doubt(&self) -> Option<String> {
        let failing = self.controls.iter().filter(|control| control.outcome != ControlOutcome::Pass).count();
        let all = counted(self.controls.len(), "control");
        match failing {
            0 => None,
            1 => Some(format!("1 of {all} does not pass: the results of its run are in doubt")),
            _ => Some(format!("{failing} of {all} do not pass: the results of their runs are in doubt")),
        }
    }

    /// A few lines for the terminal, the controls first.
    pub fn summary(&self) -> String {
        let mut controls: Vec<&Control> = self.controls.iter().collect();
        // Where there are many, those that fail are told.
        controls.sort_by_key(|control| control.outcome);
        let line = |control: &&Control| {
            let Control { entry, outcome, text } = control;
            format!("{}: {} control {}: {}", outcome.name(), entry.role.name(), one_line(&entry.sample), one_line(text))
        };
        let mut lines: Vec<String> = controls.iter().take(MAX_CONTROLS).map(line).collect();
        if controls.len() > MAX_CONTROLS {
            lines.push(format!("{}: see cohort.controls.tsv", counted(controls.len() - MAX_CONTROLS, "further control")));
        }
        lines.extend(self.controls_in_doubt());
        let shows = |sample: &&CohortSample| sample.findings.iter().any(|finding| finding.passes);
        let outlying = self.samples.iter().filter(|sample| self.spreads.outliers(sample).next().is_some()).count();
        lines.push(format!(
            "{}: {} with findings, {}, {} that may have leaked, {outlying} with outlying quality",
            counted(self.samples.len(), "sample"),
            self.samples.iter().filter(shows).count(),
            counted(self.recurrent().count(), "recurrent junction"),
            counted(self.leaks.len(), "row"),
        ));
        let open = self.samples.iter().filter(|sample| sample.no_negatives().next().is_some()).count();
        if open > 0 {
            lines.push(format!("{} no negative for at least one kinase: see the columns of the kinases in cohort.tsv", are(open)));
        }
        if self.entries.iter().all(|entry| entry.run.is_none()) {
            lines.push("no run is known, so no leaks were looked for: name runs with --sheet, or one with --run".to_owned());
        }
        lines.join("\n")
    }
}
