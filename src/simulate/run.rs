//! A whole run: genome, genes and events become the files of all samples.
//!
//! ```text
//! truth.tsv  reads_1.fastq.gz  reads_2.fastq.gz      of all samples
//! events.tsv  not_made.tsv                          of a panel: its events, and what cannot be made
//! <sample>.bam  <sample>.bam.bai  <sample>.truth.vcf.gz  <sample>.truth.vcf.gz.tbi
//! ```
//!
//! Samples are made in parallel, each from a seed of its own, and written in their order, so that the bytes depend neither on the
//! number of threads nor on the other samples.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, GzBuilder};
use rayon::prelude::*;

use crate::alignment::tile;
use crate::error::{Error, Result};
use crate::knowledge::Knowledge;
use crate::model::{builtin, gtf, GeneModels};
use crate::report::output::{Outputs, OUT_DIR};
use crate::warning::Warnings;

use super::align::{Aligner, AlignerStyle};
use super::compose::{Composition, EventProblem};
use super::event::{self, EventAmount, RepeatWish, SimulatedEvent, WrittenInsertion};
use super::genome::MemoryGenome;
use super::panel::{self, Left, PanelKind, PanelRequest};
use super::reads::SimulatedFragment;
use super::rearrangement::Ground;
use super::recipe::Recipe;
use super::repeats::Repeats;
use super::truth::{self, TruthEvent, TruthRow};
use super::{bam, fastq, pieces, sample, truth_vcf};

/// What a run was asked to do.
#[derive(Debug, Clone)]
pub struct Job {
    /// The genome.
    pub fasta: PathBuf,
    /// Table that says of which stretches of GRCh38 the contigs of the FASTA are.
    pub pieces: Option<PathBuf>,
    /// Gene models beside the built-in ones.
    pub gtf: Option<PathBuf>,
    /// Where the events come from.
    pub events: EventSource,
    /// Folder with knowledge tables that extend the built-in ones.
    pub knowledge: Option<PathBuf>,
    /// How each sample is made.
    pub recipe: Recipe,
    /// Folder for the results.
    pub out_dir: PathBuf,
    /// What is written.
    pub files: Files,
    /// Worker threads.
    pub threads: usize,
}

/// Where the events come from.
#[derive(Debug, Clone, PartialEq)]
pub enum EventSource {
    /// A table: what cannot be made stops the run.
    Table(PathBuf),
    /// A panel: what cannot be made is left out and listed.
    Panel {
        /// Which one.
        kind: PanelKind,
        /// How much of each event there is, one sample for each.
        amounts: Vec<EventAmount>,
        /// See [`PanelRequest::replicates`].
        replicates: u32,
        /// Only these fusions (`EML4::ALK`) of the known ones; all where it is empty.
        fusions: Vec<String>,
    },
}

/// What is written beside the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Files {
    /// Reads as FASTQ.
    pub fastq: bool,
    /// One pair of FASTQ files for each sample.
    pub split_samples: bool,
    /// A truth-aligned BAM for each sample, and its truth as VCF.
    pub bam: bool,
}

/// Counts of a finished run.
#[derive(Debug, Clone, Default)]
pub struct RunSummary {
    /// Samples that were made.
    pub samples: usize,
    /// Rows of the truth.
    pub rows: usize,
    /// Events of a panel that could not be made.
    pub left_out: usize,
}

/// The bytes of one sample.
struct Made {
    fastq: [Vec<u8>; 2],
    rows: Vec<(TruthRow, TruthEvent)>,
}

/// Says before anything is written which event of a table no read of the library can cross.
fn check_insertions(events: &[SimulatedEvent], job: &Job) -> Result<()> {
    let (EventSource::Table(path), Some(most)) = (&job.events, job.recipe.rule().most_inserted_bp(&job.recipe.library)) else {
        return Ok(());
    };
    for event in events.iter().filter(|event| matches!(event.amount, Some(EventAmount::Fragments(1..)))) {
        let inserted_bp = match &event.insertion {
            Some(WrittenInsertion::Random(count)) => *count,
            Some(WrittenInsertion::Bases(bases)) => bases.len() as u32,
            None => 0,
        };
        if inserted_bp > most {
            return Err(Error::Line {
                path: path.clone(),
                line: event.line,
                problem: format!("a read of this library crosses at most {most} inserted bases, not {inserted_bp}"),
                remedy: "ask for longer reads, or for fewer inserted bases".to_owned(),
            });
        }
    }
    Ok(())
}

/// Runs a job.
///
/// # Errors
/// Bad input, with the line of the event, or a failed write.
pub fn run(job: &Job) -> Result<RunSummary> {
    let reference = match &job.pieces {
        Some(table) => pieces::read(&job.fasta, table)?,
        None => MemoryGenome::from_fasta(&job.fasta)?,
    };
    let models = models(job, &reference)?;
    let in_dna = !job.recipe.assay.is_rna();
    let mut repeats = (in_dna && matches!(job.events, EventSource::Panel { kind: PanelKind::Novel, .. })).then(|| Repeats::new(&reference));
    let (events, mut left) = events(&job.events, job, &reference, &models, repeats.as_ref())?;
    check_insertions(&events, job)?;
    let neighbours = neighbours(job, &events, &reference, &models)?;
    let samples = by_sample(&events);
    if repeats.is_none() && events.iter().any(|event| event.repeat != RepeatWish::Any) {
        repeats = Some(Repeats::new(&reference));
    }
    let ground = Ground {
        reference: &reference,
        models: &models,
        repeats: repeats.as_ref(),
        flank_bp: if in_dna { job.recipe.flank_bp.min(200) } else { 1 },
        in_dna,
    };
    let pool = tile::pool(job.threads)?;

    let mut tables = Outputs::new(&job.out_dir, "truth")?;
    let mut reads = [Outputs::new(&job.out_dir, "reads_1")?, Outputs::new(&job.out_dir, "reads_2")?];
    let together = job.files.fastq && !job.files.split_samples;
    let mates = if job.recipe.library.paired { 2 } else { 1 };
    let mut summary = RunSummary::default();
    let mut text = truth::event_header();
    let mut files = Vec::new();
    for reads in reads.iter_mut().take(if together { mates } else { 0 }) {
        let path = reads.path(FASTQ)?;
        files.push(std::fs::File::create(&path).map_err(Error::writing(reads.final_path(FASTQ), "write", OUT_DIR))?);
    }
    // A few samples a worker at a time: enough to keep all busy, few enough to hold in memory.
    for chunk in samples.chunks(job.threads * 4) {
        let made: Vec<Result<std::result::Result<Made, EventProblem>>> =
            pool.install(|| chunk.par_iter().map(|(name, events)| one(name, events, &neighbours, job, &ground)).collect());
        for ((name, _), made) in chunk.iter().zip(made) {
            let made = match made? {
                Ok(made) => made,
                Err(problem) => {
                    left.push(not_made(&job.events, name, problem)?);
                    continue;
                }
            };
            summary.samples += 1;
            summary.rows += made.rows.len();
            text.push_str(&truth::event_lines(&made.rows));
            for ((file, bytes), outputs) in files.iter_mut().zip(&made.fastq).zip(&reads) {
                file.write_all(bytes).map_err(Error::writing(outputs.final_path(FASTQ), "write", OUT_DIR))?;
            }
        }
    }
    tables.write("tsv", |out| out.write_all(text.as_bytes()))?;
    summary.left_out = left.len();
    if matches!(job.events, EventSource::Panel { .. }) {
        write_panel(job, &events, &left)?;
    }
    drop(files);
    for mut reads in reads.into_iter().take(if together { mates } else { 0 }) {
        reads.finished(FASTQ)?;
        reads.commit()?;
    }
    tables.commit()?;
    Ok(summary)
}

const FASTQ: &str = "fastq.gz";

fn models(job: &Job, reference: &MemoryGenome) -> Result<GeneModels> {
    let contigs = reference.contigs();
    let builtin = contigs.assembly().map(|assembly| builtin::genes(assembly, contigs));
    let from_gtf = match &job.gtf {
        Some(path) => gtf::read(path, contigs, &job.fasta)?.genes,
        None => Vec::new(),
    };
    if builtin.is_none() && from_gtf.is_empty() {
        return Err(Error::input(
            &job.fasta,
            "is neither GRCh37 nor GRCh38 by the lengths of its contigs",
            "give gene models of this genome as --gtf, or say with --pieces which stretches of GRCh38 its contigs are",
        ));
    }
    Ok(GeneModels::merge(builtin, from_gtf))
}

/// The events of each sample, samples in the order of their first event.
fn by_sample(events: &[SimulatedEvent]) -> Vec<(&str, Vec<&SimulatedEvent>)> {
    let mut samples: Vec<(&str, Vec<&SimulatedEvent>)> = Vec::new();
    let mut index = rustc_hash::FxHashMap::default();
    for event in events {
        let slot = *index.entry(event.sample.as_str()).or_insert_with(|| {
            samples.push((&event.sample, Vec::new()));
            samples.len() - 1
        });
        samples[slot].1.push(event);
    }
    samples
}

/// Events of which some may leak into other samples: those of the run, or the known variants where it has none.
fn neighbours(job: &Job, events: &[SimulatedEvent], reference: &MemoryGenome, models: &GeneModels) -> Result<Vec<SimulatedEvent>> {
    if job.recipe.dirt.hopped_mean <= 0.0 {
        return Ok(Vec::new());
    }
    let of_run: Vec<SimulatedEvent> = events.iter().filter(|event| event.ends.is_some()).cloned().collect();
    if !of_run.is_empty() {
        return Ok(of_run);
    }
    let known = EventSource::Panel { kind: PanelKind::Known, amounts: vec![EventAmount::Fragments(1)], replicates: 1, fusions: Vec::new() };
    Ok(self::events(&known, job, reference, models, None)?.0)
}

/// The events of a source, and those of a panel that are known not to be possible.
fn events(
    source: &EventSource,
    job: &Job,
    reference: &MemoryGenome,
    models: &GeneModels,
    repeats: Option<&Repeats>,
) -> Result<(Vec<SimulatedEvent>, Vec<Left>)> {
    let (kind, amounts, replicates, fusions) = match source {
        EventSource::Table(path) => return Ok((event::read(path)?, Vec::new())),
        EventSource::Panel { kind, amounts, replicates, fusions } => (*kind, amounts.clone(), *replicates, fusions),
    };
    let knowledge = match &job.knowledge {
        Some(folder) => Knowledge::with_dir(folder, &Warnings::default())?,
        None => Knowledge::builtin(),
    };
    let listed = |fusion: &String| knowledge.fusions().iter().any(|known| format!("{}::{}", known.gene5, known.gene3) == *fusion);
    if let Some(unknown) = fusions.iter().find(|fusion| !listed(fusion)) {
        return Err(Error::Config(format!("no known fusion is {unknown:?}; write it as EML4::ALK, and see `kinfuse knowledge show`")));
    }
    let request = PanelRequest {
        kind,
        amounts,
        replicates,
        fusions,
        in_dna: !job.recipe.assay.is_rna(),
        seed: job.recipe.seed,
        knowledge: &knowledge,
        models,
        reference,
        assembly: reference.contigs().assembly(),
        repeats,
    };
    Ok(panel::events(&request))
}

/// What cannot be made: an error for a table, something to list for a panel.
fn not_made(source: &EventSource, sample: &str, (line, problem, remedy): EventProblem) -> Result<Left> {
    match source {
        EventSource::Table(path) => Err(Error::Line { path: path.clone(), line, problem, remedy }),
        EventSource::Panel { .. } => Ok((sample.to_owned(), problem)),
    }
}

/// The events of a panel as a table that can be given as `--events`, and what was left out.
fn write_panel(job: &Job, events: &[SimulatedEvent], left: &[Left]) -> Result<()> {
    let made: Vec<SimulatedEvent> = events.iter().filter(|event| !left.iter().any(|(name, _)| *name == event.sample)).cloned().collect();
    let mut reasons = "event\treason\n".to_owned();
    for (name, reason) in left {
        let _ = writeln!(reasons, "{name}\t{reason}");
    }
    for (prefix, text) in [("events", event::to_tsv(&made)), ("not_made", reasons)] {
        let mut outputs = Outputs::new(&job.out_dir, prefix)?;
        outputs.write("tsv", |out| out.write_all(text.as_bytes()))?;
        outputs.commit()?;
    }
    Ok(())
}

/// One sample; what cannot be made is inside, what went wrong with files is outside.
fn one(
    name: &str,
    events: &[&SimulatedEvent],
    neighbours: &[SimulatedEvent],
    job: &Job,
    ground: &Ground,
) -> Result<std::result::Result<Made, EventProblem>> {
    let done = sample::make(name, events, ground, &job.recipe, neighbours, |fragments, composition, rows| {
        written(name, fragments, composition, rows, job, ground)
    });
    match done {
        Ok(made) => made.map(Ok),
        Err(problem) => Ok(Err(problem)),
    }
}

fn written(
    name: &str,
    fragments: &[&SimulatedFragment],
    composition: &Composition,
    rows: Vec<(TruthRow, TruthEvent)>,
    job: &Job,
    ground: &Ground,
) -> Result<Made> {
    let mut fastq = [Vec::new(), Vec::new()];
    if job.files.fastq {
        let mates = if job.recipe.library.paired { 2 } else { 1 };
        for (mate, bytes) in fastq.iter_mut().enumerate().take(mates) {
            *bytes = packed(fragments, mate).map_err(Error::writing(&job.out_dir, "write", OUT_DIR))?;
            if job.files.split_samples {
                let mut outputs = Outputs::new(&job.out_dir, &format!("{name}_{}", mate + 1))?;
                outputs.write(FASTQ, |out| out.write_all(bytes))?;
                outputs.commit()?;
                bytes.clear();
            }
        }
    }
    if job.files.bam {
        let style = if job.recipe.assay.is_rna() { AlignerStyle::rna() } else { AlignerStyle::dna() };
        let aligner = Aligner::new(ground.reference, style);
        let records = fragments.iter().flat_map(|fragment| aligner.align(fragment)).collect();
        let mut outputs = Outputs::new(&job.out_dir, name)?;
        let (path, index) = (outputs.path("bam")?, outputs.path("bam.bai")?);
        bam::write_with_index(&path, Some(&index), ground.reference, name, "kinfuse-simulate", records)?;
        outputs.finished("bam")?;
        outputs.finished("bam.bai")?;
        outputs.commit()?;
        let mut outputs = Outputs::new(&job.out_dir, &format!("{name}.truth"))?;
        truth_vcf::write(&mut outputs, name, composition, &rows, ground)?;
        outputs.commit()?;
    }
    Ok(Made { fastq, rows })
}

/// One mate of all fragments as one gzip member; members follow each other in a file. No time is written.
fn packed(fragments: &[&SimulatedFragment], mate: usize) -> std::io::Result<Vec<u8>> {
    let mut out = GzBuilder::new().mtime(0).write(Vec::new(), Compression::fast());
    for fragment in fragments {
        if let Some(read) = fragment.reads.get(mate) {
            fastq::write_record(&mut out, fragment, read)?;
        }
    }
    out.finish()
}
