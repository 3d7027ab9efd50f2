//! The order of the stages of `kinfuse call`, and nothing else.
//!
//! ```text
//! set up -> recognise the assay -> scan the kinases -> read the windows of partners -> junctions -> depth -> fusions -> variants -> report
//!      in RNA also: exon edges -> reads at other genes -> all exons -> all reads ----------^
//! ```
//!
//! If a sample has several libraries, or a matched normal, they are also compared: do they come from one person ([`crate::identity`])?

mod elsewhere;
mod junctions;
mod notices;
mod persons;
mod reading;
mod result;

use std::sync::Arc;

use rayon::ThreadPool;

use crate::alignment::assay::AssayRequest;
use crate::alignment::file::AlignmentFile;
use crate::alignment::scan::{self, KinaseRegion, Scan};
use crate::alignment::{recognise, tile, Assay, Library};
use crate::config::CallConfig;
use crate::coverage::detectability::SupportRule;
use crate::coverage::survey;
use crate::coverage::verdict::{self, KinaseCoverage};
use crate::error::Result;
use crate::fusion::{agreement, describe, event, germline, Fusion};
use crate::genome::{Breakend, Interval};
use crate::material::Material;
use crate::model::Gene;
use crate::normals;
use crate::picture;
use crate::progress::Progress;
use crate::reference::Lookup;
use crate::report::drawing_data::Drawings;
use crate::report::identity::InputFile;
use crate::report::output;
use crate::report::rows::FusionRow;
use crate::setup::Setup;
use crate::variant::analysis::{Analysis, Findings, VariantInputs};
use crate::variant::call::Recurrent;
use crate::variant::VariantStatus;
use crate::warning::{Code, Warnings};

use junctions::At;
use reading::KinaseRecords;
pub use result::{KinaseNoise, LibraryResult, SampleResult};

/// Runs `kinfuse call` up to the report.
///
/// # Errors
/// Bad input, with one line that says what to do.
pub fn call(config: &CallConfig, progress: &Progress) -> Result<SampleResult> {
    let pool = tile::pool(config.threads)?;
    let warnings = Warnings::default();
    let mut setup = Setup::new(config, &warnings)?;
    output::refuse_another(&config.out_dir, &setup.sample)?;
    let files = std::mem::take(&mut setup.files);
    let matched_normal = setup.matched_normal.take();
    let recurrent = |material: Material, gene: &str, change: &str| {
        let name = if material == Material::Rna { "rna" } else { "dna" };
        setup.normals.as_ref().and_then(|normals| normals.recurring(name, gene, change))
    };
    let run = Run { pool: &pool, config, targets: setup.genes(), setup: &setup, progress, recurrent: &recurrent, warnings: &warnings };
    let mut recognised = Vec::new();
    for file in files {
        let assay = run.recognise(&file, &config.assay)?;
        log::info!("{}: {}", file.path.display(), assay.reasons.join("; "));
        if let Some(share) = assay.faults.adapters_left_in().filter(|_| assay.faults.heavy_adapters().is_none()) {
            warnings.add(Code::AdaptersLeftIn, verdict::adapters(share));
        }
        recognised.push((file, assay));
    }
    let libraries = Library::group(recognised);
    let normal = matched_normal.map(|file| run.matched_normal(file)).transpose()?;
    if let Some(normals) = &setup.normals {
        notices::other_material(normals, &libraries, &warnings);
    }
    notices::without_coding_sequence(&run.targets, &warnings);
    let mut results = Vec::new();
    let mut analyses = Vec::new();
    for (index, library) in libraries.iter().enumerate() {
        results.push(run.library(index, library)?);
        analyses.push(run.variants(library, normal.as_ref())?);
    }
    let of_normal = normal.as_ref().map(|normal| run.library(libraries.len(), normal)).transpose()?;
    let mut fusions: Vec<Fusion> = results.iter_mut().flat_map(|result| std::mem::take(&mut result.fusions)).collect();
    let rows: Vec<FusionRow> = fusions.iter().map(|fusion| FusionRow::new(&setup.sample, fusion, &setup.contigs)).collect();
    normals::flag::flag(fusions.iter_mut().zip(rows), setup.normals.as_ref(), setup.assembly);
    let places: Vec<_> = results.iter().flat_map(|result| &result.survey.places).collect();
    agreement::settle(&mut fusions, &places);
    if let Some(of_normal) = &of_normal {
        germline::flag(&mut fusions, &of_normal.fusions);
    }
    event::arrange(&mut fusions);
    let fasta = Lookup::new(setup.reference.as_ref())?;
    describe::describe(
        &mut fusions,
        &describe::RunContext {
            models: &setup.models,
            knowledge: &setup.knowledge,
            assembly: setup.assembly,
            contigs: &setup.contigs,
            bases: &|interval| fasta.bases(interval),
        },
    );
    fasta.finish()?;
    let mut variants = Vec::new();
    for ((result, library), analysis) in results.iter_mut().zip(&libraries).zip(analyses) {
        result.findings = analysis.phased(library, &fusions, &result.shown, &run.inputs())?;
        notices::held_back(result, &warnings);
        for mut variant in std::mem::take(&mut result.findings.variants) {
            if libraries.len() > 1 {
                let note = [library.assay.kind.name(), variant.note.as_str()].join(" ");
                note.trim_end().clone_into(&mut variant.note);
            }
            variants.push(variant);
        }
    }
    variants.sort_by_key(|variant| variant.status != VariantStatus::Called);
    let mut input_files = Vec::new();
    for file in libraries.iter().flat_map(|library| &library.files) {
        let (bytes, header_md5, index_md5) = file.identity()?;
        input_files.push(InputFile { file: file.name(), bytes, header_md5, index_md5 });
    }
    let (identity, contamination) = run.identity(&libraries, normal.as_ref())?;
    let drawings = run.drawings(&libraries, &results, &fusions)?;
    Ok(SampleResult {
        sample: setup.sample.clone(),
        contigs: Arc::clone(&setup.contigs),
        assembly: setup.assembly,
        targets: config.targets.clone(),
        absent: setup.absent.clone(),
        input_files,
        libraries: results,
        fusions,
        variants,
        reference: setup.reference.clone(),
        knowledge: setup.knowledge.clone(),
        sources: libraries,
        matched_normal: of_normal.map(|normal| (normal.files.join(", "), normal.assay)),
        identity,
        contamination,
        drawings,
        warnings,
    })
}

/// Bases by which an aligner may extend a read past an exon's edge by chance.
const NEAR_EDGE_BP: u32 = 4;

/// What all stages of one run share.
struct Run<'a> {
    pool: &'a ThreadPool,
    config: &'a CallConfig,
    setup: &'a Setup,
    targets: Vec<&'a Gene>,
    progress: &'a Progress,
    recurrent: &'a Recurrent<'a>,
    warnings: &'a Warnings,
}

impl Run<'_> {
    fn library(&self, number: usize, library: &Library) -> Result<LibraryResult> {
        let mut reading = self.read(library)?;
        let evidence = self.evidence(library, &mut reading)?;
        let (mut fusions, mut noise, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for (target, (scan, evidence)) in reading.scans.iter().zip(&evidence).enumerate() {
            let at = At { library: (number, library), target, scan, edges: reading.edges.of(target) };
            let found = self.fusions(at, evidence)?;
            fusions.extend(found.fusions);
            noise.push(found.noise);
            shown.extend(found.shown);
        }
        let assay = library.assay.clone();
        let kinases = self.coverage(&reading, &assay);
        let needed: Vec<SupportRule> = noise.iter().map(|noise| noise.needed).collect();
        let survey = survey::survey(self.pool, library, &self.targets, &needed, &self.setup.knowledge, &self.setup.models)?;
        let counts = reading.into_counts(library);
        Ok(LibraryResult {
            files: library.names(),
            judgement: verdict::judge(&assay, &kinases, &survey, fusions.iter().any(Fusion::passes)),
            assay,
            kinases,
            noise,
            survey,
            records: (counts.seen, counts.primary, counts.duplicates),
            skipped: counts.skipped,
            findings: Findings::default(),
            fusions,
            shown,
        })
    }

    /// How well each kinase is covered.
    fn coverage(&self, reading: &KinaseRecords<'_>, assay: &Assay) -> Vec<KinaseCoverage> {
        let of = |((scan, region), gene): ((&Scan, &KinaseRegion), &&Gene)| {
            let bases: u64 = region.usual.iter().map(|interval| u64::from(interval.length_bp())).sum();
            KinaseCoverage {
                symbol: gene.symbol.clone(),
                records: scan.seen,
                reads: scan.primary,
                duplicates: scan.duplicates,
                leaves_out: scan::leaves_out_flagged(assay.duplicates),
                mean_depth: scan.usual_bases as f64 / bases.max(1) as f64,
            }
        };
        reading.scans.iter().zip(&reading.regions).zip(&self.targets).map(of).collect()
    }

    /// What the page draws of the fusions that are reported.
    fn drawings(&self, libraries: &[Library], results: &[LibraryResult], fusions: &[Fusion]) -> Result<Drawings> {
        let reported: Vec<&Fusion> = fusions.iter().filter(|fusion| fusion.is_reported()).collect();
        let balances = results.iter().flat_map(|result| &result.survey.balances);
        let genes = (&self.setup.models, self.setup.contigs.as_ref(), self.setup.targets.as_slice());
        picture::draw(self.pool, libraries, &reported, genes, balances)
    }

    /// Recognises the assay from the kinases and, where these are silent, from their partners.
    fn recognise(&self, file: &AlignmentFile, request: &AssayRequest) -> Result<Assay> {
        let mut regions: Vec<Interval> = self.targets.iter().map(|gene| gene.span).collect();
        let partners = self
            .setup
            .models
            .iter()
            .filter(|gene| self.targets.iter().any(|kinase| self.setup.knowledge.pair(&gene.symbol, &kinase.symbol)));
        regions.extend(partners.map(|gene| gene.span).take(80));
        let genes: Vec<&Gene> = self.setup.models.iter().filter(|gene| regions.contains(&gene.span)).collect();
        recognise::recognise(file, (&regions, &genes), request, self.warnings)
    }

    /// Whether a breakend lies within a few bases of an exon's edge that a splice uses, where the material is RNA.
    fn at_splice(&self, end: Breakend, assay: &Assay) -> bool {
        assay.material() == Material::Rna && self.setup.models.splices_near(end, NEAR_EDGE_BP)
    }

    fn inputs(&self) -> VariantInputs<'_> {
        VariantInputs {
            pool: self.pool,
            kinases: &self.targets,
            models: &self.setup.models,
            knowledge: &self.setup.knowledge,
            assembly: self.setup.assembly,
            reference: self.setup.reference.as_ref(),
            recurrent: self.recurrent,
        }
    }

    fn variants(&self, library: &Library, normal: Option<&Library>) -> Result<Analysis<'_>> {
        self.progress.stage("kinase domains", 0);
        let mut analysis = Analysis::read(library, &self.inputs(), &|| self.progress.step())?;
        if let Some(normal) = normal {
            analysis.compare(normal, &self.inputs(), &|| self.progress.step())?;
        }
        Ok(analysis)
    }
}
