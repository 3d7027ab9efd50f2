//! The order of the stages, and nothing else.
//!
//! ```text
//! set up -> recognise -> scan the kinases -> read the partners' windows -> junctions -> depth -> fusions -> variants -> report
//!                                RNA alone: exon edges -> reads outside -> partners among all exons -> breaks in all reads -^
//! ```
//!
//! Beside these, libraries of one sample are compared: are they of one person?

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::assay::{Assay, AssayRequest, DuplicateRule};
use crate::alignment::file::AlignmentFile;
use crate::alignment::mates;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::recognise;
use crate::alignment::scan::{self, Beside, Region, Scan, Unaligned};
use crate::alignment::tile;
use crate::alignment::Library;
use crate::config::CallConfig;
use crate::coverage::depth;
use crate::coverage::detectability::SupportRule;
use crate::coverage::region;
use crate::coverage::survey::{self, Survey};
use crate::coverage::verdict::{self, Judgement, KinaseCoverage};
use crate::error::Result;
use crate::evidence::{chain, Molecules};
use crate::fusion::build::{self, Context};
use crate::fusion::witness::Records;
use crate::fusion::{agreement, describe, event, germline, judge, own_splice, Fusion, Witnesses};
use crate::genome::{Assembly, Breakend, Contigs, Interval};
use crate::identity::{self, Comparison, Contamination};
use crate::junction::candidate::{Candidate, Tolerance};
use crate::junction::concern::{self, Concern, RecordKey};
use crate::junction::discover;
use crate::junction::edges::{self, EdgeTable};
use crate::junction::find::{self, Evidence};
use crate::junction::inner_exon;
use crate::junction::local::LocalBases;
use crate::junction::long_read::SIDE_BP;
use crate::junction::lost_mate;
use crate::junction::outside::{self, Outside};
use crate::junction::partners;
use crate::junction::realign::Bases;
use crate::junction::search::{self, Break};
use crate::junction::shown::{self, Shown as ExonEdges, Unplaced};
use crate::junction::support::Span;
use crate::knowledge::Knowledge;
use crate::material::Material;
use crate::model::{Gene, Role};
use crate::normals::{self, Background};
use crate::picture;
use crate::progress::Progress;
use crate::reference::{Lookup, Reference};
use crate::report::drawn::Drawings;
use crate::report::identity::InputFile;
use crate::report::output;
use crate::report::rows::FusionRow;
use crate::setup::Setup;
use crate::variant::analysis::{Analysis, Findings, Inputs, Shown};
use crate::variant::call::Recurrent;
use crate::variant::{Variant, VariantStatus};
use crate::warning::{Code, Warnings};

/// What joins a kinase to other places beside its junctions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
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
    pub noise: Vec<Noise>,
    /// Verdict on the library with its reasons.
    pub judgement: Judgement,
    /// What it could have shown.
    pub survey: Survey,
    /// Records looked at, primary ones, and duplicates among these.
    pub records: (u64, u64, u64),
    /// Skipped records by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Its variants, those of the kinase domains taken out.
    pub findings: Findings,
    fusions: Vec<Fusion>,
    shown: Vec<Shown>,
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
    pub identity: Vec<Comparison>,
    /// How much of each library is another person's.
    pub contamination: Vec<Contamination>,
    /// What the page draws beside the rows.
    pub drawings: Drawings,
    /// What the user should know beside the findings.
    pub warnings: Warnings,
}

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
        warn_of_other_material(normals, &libraries, &warnings);
    }
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
        &describe::Context {
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
        warn_of_held_back(result, &warnings);
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

/// Names each change that would be called, but for the background of normal samples.
fn warn_of_held_back(result: &LibraryResult, warnings: &Warnings) {
    let elsewhere = result.findings.hotspots.iter().flat_map(|spot| &spot.variants);
    for variant in result.findings.variants.iter().chain(elsewhere).filter(|variant| variant.held_back) {
        warnings.add(Code::HeldBackByNormals, format!("{} {} {}", variant.gene, variant.hgvs_p, variant.note));
    }
}

/// Says which libraries the background of normal samples says nothing of, as it has no sample of their material.
fn warn_of_other_material(normals: &Background, libraries: &[Library], warnings: &Warnings) {
    for library in libraries {
        let own = if library.assay.material() == Material::Rna { "rna" } else { "dna" };
        if !normals.materials.contains_key(own) {
            let of: Vec<&str> = normals.materials.keys().map(String::as_str).collect();
            let of = if of.is_empty() { "no sample".to_owned() } else { format!("samples of {} only", of.join(", ")) };
            let names = library.names().join(", ");
            let text = format!("{names} is {own}, the background of --normals has {of}: nothing of it is used here");
            warnings.add(Code::NormalsOfOtherMaterial, text);
        }
    }
}

/// An aligner extends so many bases past an exon's edge by chance.
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
        let assay = &library.assay;
        let regions: Vec<Region> = self
            .targets
            .iter()
            .enumerate()
            .map(|(target, gene)| Region { target, gene: gene.span, usual: region::usual_regions(gene, assay.material()) })
            .collect();

        let tiles: usize = regions.iter().map(|region| tile::tiles(&[region.scanned()], self.config.tile_bp).len()).sum();
        self.progress.stage("reading kinase regions", tiles);
        let mut scans = scan::kinases(self.pool, library, &regions, self.config.tile_bp, &|| self.progress.step())?;
        let evidence: Vec<Evidence> = scans
            .iter()
            .zip(&regions)
            .map(|(scan, region)| find::gather(&scan.records, region, assay, &|end| self.at_splice(end, assay), None))
            .collect();

        // No place is read twice, whichever kinases point to it.
        let windows_of: Vec<Vec<Interval>> =
            evidence.iter().map(|evidence| partners::windows(evidence, assay, &self.setup.models)).collect();
        let windows = tile::merged(windows_of.concat(), 0);
        let fragments_of: Vec<FxHashSet<FragmentId>> = evidence.iter().map(partners::fragments).collect();
        let wanted: FxHashSet<FragmentId> = fragments_of.iter().flatten().copied().collect();
        drop(evidence);
        let share_out = |more: Vec<ReadRecord>, scans: &mut [Scan], edges: &ExonEdges| {
            let concerns: Vec<Concern<'_>> = (0..regions.len())
                .map(|index| Concern {
                    region: &regions[index],
                    windows: &windows_of[index],
                    fragments: &fragments_of[index],
                    edges: edges.tables.get(index),
                })
                .collect();
            concern::share_out(more, scans, &concerns);
        };
        self.progress.stage("reading partners", windows.len());
        let mut beyond = scan::partners(self.pool, library, &windows, &regions, &wanted, &|| self.progress.step())?;
        let flagged: FxHashSet<FragmentId> = scans.iter().chain(&beyond).flat_map(|scan| scan.flagged.iter().copied()).collect();
        for scan in scans.iter_mut().chain(&mut beyond) {
            scan.leave_out(&flagged);
        }
        let mut whole = Scan::default();
        for scan in &beyond {
            for (key, count) in &scan.skipped {
                *whole.skipped.entry(format!("at_partners_{key}")).or_default() += count;
            }
        }
        let mut beside_mates: Vec<Beside> = scans.iter_mut().flat_map(|scan| std::mem::take(&mut scan.unaligned)).collect();
        let seen: u64 = scans.iter().chain(&beyond).map(|scan| scan.seen).sum();
        let mut beyond: Vec<ReadRecord> = beyond
            .into_iter()
            .flat_map(|scan| {
                beside_mates.extend(scan.unaligned);
                scan.records
            })
            .collect();
        let spliced = assay.material() == Material::Rna;
        let none = (vec![Vec::new(); self.targets.len()], 0);
        let most = if self.config.sensitive { u64::MAX } else { scan::MAX_UNALIGNED };
        let unplaced = Unplaced { most, beside_mates: &beside_mates, flagged: &flagged };
        let held: FxHashSet<RecordKey> = beyond.iter().filter_map(concern::key).collect();
        let mut edges = if spliced { self.exon_edges(library, &none, (&unplaced, &held))? } else { ExonEdges::default() };
        drop(held);
        beyond.extend(std::mem::take(&mut edges.records));
        beyond.retain(|view| !flagged.contains(&view.fragment));
        let elsewhere = if spliced { outside::left(library.aligned_reads()?, seen, self.config.sensitive) } else { 0 };
        let outside = if elsewhere == 0 { self.outside(library, &edges)? } else { Outside::default() };
        beyond.extend(outside.records);
        let same_name = scans.iter().map(|scan| chain::records_beyond_bound(&scan.records)).sum();
        let counts = [
            ("unaligned_looked_up", edges.unaligned_seen),
            ("unaligned_duplicate", edges.unaligned_duplicates),
            ("unaligned_beyond_bound", edges.unaligned_left),
            ("elsewhere_beyond_bound", elsewhere),
            ("same_name_beyond_bound", same_name),
        ];
        for (key, count) in counts {
            if count > 0 {
                *whole.skipped.entry(key.to_owned()).or_default() += count;
            }
        }
        self.warn_of_unread(library, &edges, elsewhere);

        share_out(beyond, &mut scans, &edges);
        let shown_by = |(index, scan): (usize, &Scan), edges: &ExonEdges| self.evidence(assay, &regions[index], scan, edges.of(index));
        let mut evidence: Vec<Evidence> = scans.iter().enumerate().map(|scan| shown_by(scan, &edges)).collect();
        let mut found = self.unlisted_partners(library, &evidence, &edges)?;
        for (genes, left) in found.0.iter_mut().zip(outside.genes) {
            let new: Vec<&Gene> = left.into_iter().filter(|gene| !genes.contains(gene)).collect();
            genes.extend(new);
        }
        if found.0.iter().any(|genes| !genes.is_empty()) {
            edges = self.exon_edges(library, &found, (&unplaced, &FxHashSet::default()))?;
            share_out(std::mem::take(&mut edges.records), &mut scans, &edges);
            drop(evidence);
            evidence = scans.iter().enumerate().map(|scan| shown_by(scan, &edges)).collect();
        }
        self.search(library, &regions, (&mut scans, &mut evidence), &mut edges, &unplaced)?;

        let mut fusions = Vec::new();
        let mut noise = Vec::new();
        let mut shown = Vec::new();
        for (index, (scan, evidence)) in scans.iter().zip(&evidence).enumerate() {
            let (found, other) = self.junctions((number, library), index, scan, evidence, edges.of(index), &mut shown)?;
            fusions.extend(found);
            noise.push(other);
        }

        let kinases: Vec<KinaseCoverage> = scans
            .iter()
            .zip(&regions)
            .zip(&self.targets)
            .map(|((scan, region), gene)| {
                let bases: u64 = region.usual.iter().map(|interval| u64::from(interval.length_bp())).sum();
                KinaseCoverage {
                    symbol: gene.symbol.clone(),
                    records: scan.seen,
                    reads: scan.primary,
                    duplicates: scan.duplicates,
                    leaves_out: scan::leaves_out_flagged(assay.duplicates),
                    mean_depth: scan.usual_bases as f64 / bases.max(1) as f64,
                }
            })
            .collect();
        let needed: Vec<SupportRule> = noise.iter().map(|noise| noise.needed).collect();
        let survey = survey::survey(self.pool, library, &self.targets, &needed, &self.setup.knowledge, &self.setup.models)?;
        for mut scan in scans {
            // Only the counts are wanted by now.
            scan.records = Vec::new();
            whole.absorb(scan);
        }
        for file in &library.files {
            for (key, count) in [("unmapped_in_stream", file.passed_over.0), ("elsewhere_in_stream", file.passed_over.1)] {
                if count > 0 {
                    *whole.skipped.entry(key.to_owned()).or_default() += count;
                }
            }
        }
        Ok(LibraryResult {
            files: library.names(),
            judgement: verdict::judge(assay, &kinases, &survey, fusions.iter().any(Fusion::passes)),
            assay: assay.clone(),
            kinases,
            noise,
            survey,
            records: (whole.seen, whole.primary, whole.duplicates),
            skipped: whole.skipped,
            findings: Findings::default(),
            fusions,
            shown,
        })
    }

    /// The same person's normal as a library. What the user says of the sample's assay is not said of it.
    fn matched_normal(&self, file: AlignmentFile) -> Result<Library> {
        let assay = self.recognise(&file, &AssayRequest::default())?;
        log::info!("{} (normal): {}", file.path.display(), assay.reasons.join("; "));
        Ok(Library { contigs: Arc::clone(&file.contigs), assay, files: vec![file] })
    }

    /// Whether the libraries are of one person, and of each how much is another's; the user is warned of both.
    fn identity(&self, libraries: &[Library], normal: Option<&Library>) -> Result<(Vec<Comparison>, Vec<Contamination>)> {
        self.progress.stage("inherited substitutions", 0);
        let inputs = identity::Inputs {
            pool: self.pool,
            targets: &self.targets,
            models: &self.setup.models,
            reference: self.setup.reference.as_ref(),
        };
        let all: Vec<&Library> = libraries.iter().chain(normal).collect();
        let names: Vec<String> = all.iter().map(|library| library.names().join(", ")).collect();
        let shown = identity::Shown::read(&all, &inputs)?;
        let (compared, contamination) = (shown.compared(), shown.contamination());
        for comparison in &compared {
            if let Some(text) = comparison.warning(comparison.libraries.map(|index| names[index].as_str())) {
                self.warnings.add(Code::NotOnePerson, text);
            }
        }
        for (name, contamination) in names.iter().zip(&contamination) {
            if let Some(text) = contamination.warning(name) {
                self.warnings.add(Code::Contaminated, text);
            }
        }
        Ok((compared, contamination))
    }

    /// What the page draws of the fusions that are reported.
    fn drawings(&self, libraries: &[Library], results: &[LibraryResult], fusions: &[Fusion]) -> Result<Drawings> {
        let reported: Vec<&Fusion> = fusions.iter().filter(|fusion| fusion.is_reported()).collect();
        let balances = results.iter().flat_map(|result| &result.survey.balances);
        let genes = (&self.setup.models, self.setup.contigs.as_ref(), self.setup.targets.as_slice());
        picture::draw(self.pool, libraries, &reported, genes, balances)
    }

    /// What the reads show at the exon edges of the targets, their partners and those `found` for each.
    fn exon_edges(
        &self,
        library: &Library,
        found: &(Vec<Vec<&Gene>>, usize),
        unplaced: (&Unplaced<'_>, &FxHashSet<RecordKey>),
    ) -> Result<ExonEdges> {
        let known = (&self.setup.models, &self.setup.knowledge);
        shown::read(self.pool, library, (&self.targets, &found.0, found.1), known, self.setup.reference.as_ref(), unplaced)
    }

    /// Says what was not looked at.
    fn warn_of_unread(&self, library: &Library, edges: &ExonEdges, elsewhere: u64) {
        let files = library.names().join(", ");
        if elsewhere > 0 {
            let text = format!(
                "{files}: {elsewhere} aligned reads that lie away from the kinases and their listed partners were not looked at, \
                 as the file has more than {}: a partner to which no read at a kinase points may be missed; --sensitive reads them",
                outside::MAX_READS
            );
            self.warnings.add(Code::NotReadWhole, text);
        }
        if edges.unaligned_left > 0 {
            let text = format!(
                "{files}: {} unaligned reads were not looked at, beyond the first {}; --sensitive reads them",
                edges.unaligned_left, edges.unaligned_seen
            );
            self.warnings.add(Code::NotReadWhole, text);
        }
    }

    /// What lies elsewhere and enters a kinase.
    fn outside(&self, library: &Library, edges: &ExonEdges) -> Result<Outside<'_>> {
        // A library that is read in one pass keeps nothing of other places.
        if edges.tables.is_empty() || library.aligned_reads()?.is_none() {
            return Ok(Outside::default());
        }
        self.progress.stage("clipped ends in all reads of the RNA", search::tiles(library).len());
        outside::read(self.pool, library, (&self.targets, &edges.tables), &self.setup.models, &|| self.progress.step())
    }

    /// For each target the genes in which reads of it go on though no table lists them, by the exons of the FASTA; and how many exon edges
    /// were looked through for them.
    fn unlisted_partners(&self, library: &Library, evidence: &[Evidence], edges: &ExonEdges) -> Result<(Vec<Vec<&Gene>>, usize)> {
        let mut found = vec![Vec::new(); self.targets.len()];
        if self.setup.reference.is_none() {
            return Ok((found, 0));
        }
        let tolerance = Tolerance::of(library.assay.long_reads);
        let on_edge = |end: Breakend| self.splice_within(end, 0);
        let of_target = |(index, (evidence, table))| {
            Break::all(evidence, table, tolerance, &on_edge).into_iter().map(move |unexplained| (index, unexplained))
        };
        let breaks: Vec<(usize, Break)> = evidence.iter().zip(&edges.tables).enumerate().flat_map(of_target).collect();
        if breaks.is_empty() {
            return Ok((found, 0));
        }
        self.progress.stage("unexplained breaks: looking through all exons", 0);
        let fasta = Lookup::new(self.setup.reference.as_ref())?;
        let mut looked_at = 0;
        for role in [Role::Five, Role::Three] {
            let of_role: Vec<_> = breaks.iter().filter(|(index, _)| edges.tables[*index].partner_role() == role).collect();
            let tails: Vec<&[u8]> = of_role.iter().map(|(_, unexplained)| unexplained.tail()).collect();
            if tails.is_empty() {
                continue;
            }
            let bases = |interval| fasta.bases(interval);
            let (genes, edges) = discover::partners(&tails, self.setup.models.iter(), &bases, (role, !library.assay.long_reads));
            looked_at += edges;
            for ((index, _), gene) in of_role.into_iter().zip(genes) {
                let new = gene.filter(|gene| gene.symbol != self.targets[*index].symbol && !found[*index].contains(gene));
                found[*index].extend(new);
            }
        }
        fasta.finish()?;
        Ok((found, looked_at))
    }

    /// The genes at the last base that an end keeps.
    fn genes_kept(&self, end: Breakend) -> Vec<&Gene> {
        self.setup.models.at(end.contig, end.kept_base().saturating_sub(1))
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

    /// What the records of a kinase and of its partners show.
    fn evidence(&self, assay: &Assay, region: &Region, scan: &Scan, edges: Option<(&EdgeTable, &[Unaligned])>) -> Evidence {
        find::gather(&scan.records, region, assay, &|end| self.at_splice(end, assay), edges)
    }

    /// Looks in the whole file, and in reads without an alignment, for what follows the breaks of RNA that nothing explains.
    fn search(
        &self,
        library: &Library,
        regions: &[Region],
        (scans, evidence): (&mut [Scan], &mut [Evidence]),
        edges: &mut ExonEdges,
        unplaced: &Unplaced<'_>,
    ) -> Result<()> {
        let assay = &library.assay;
        let tolerance = Tolerance::of(assay.long_reads);
        let breaks: Vec<Vec<Break>> = evidence
            .iter()
            .zip(&edges.tables)
            // What an aligner spliced somewhere has been looked up among the exons by now; other reads would only show that place again.
            .map(|(evidence, table)| Break::all(evidence, table, tolerance, &|_| true))
            .collect();
        if breaks.iter().all(Vec::is_empty) {
            return Ok(());
        }
        self.progress.stage("unexplained breaks in all reads of the RNA", search::tiles(library).len());
        let all = breaks.concat();
        let found = search::reads(self.pool, library, &all, &|| self.progress.step())?;
        edges.look_up(self.pool, library, &search::has_word(&all), unplaced)?;
        let local = LocalBases::new(self.setup.reference.as_ref(), library)?;
        for (index, breaks) in breaks.iter().enumerate().filter(|(_, breaks)| !breaks.is_empty()) {
            let region = &regions[index];
            concern::add(&found, &mut scans[index]);
            evidence[index] = self.evidence(assay, region, &scans[index], edges.of(index));
            let in_kinase = |end: Breakend| region.holds(end.contig, end.boundary);
            let on_edge = |end: Breakend| self.splice_within(end, 0);
            evidence[index].place_by_reads(breaks, &found, tolerance, &|interval| local.bases(interval), (&in_kinase, &on_edge));
        }
        local.finish()
    }

    fn junctions(
        &self,
        (number, library): (usize, &Library),
        target: usize,
        scan: &Scan,
        evidence: &Evidence,
        edges: Option<(&EdgeTable, &[Unaligned])>,
        shown_by: &mut Vec<Shown>,
    ) -> Result<(Vec<Fusion>, Noise)> {
        let assay = &library.assay;
        let kinase = self.targets[target];
        let spliced = assay.material() == Material::Rna;
        let distance =
            |end: Breakend, position: u32| if spliced { self.spliced_distance(end, position) } else { end.kept_distance(position) };
        // An exon within so many bases of a transcript lies anywhere in its gene.
        let reach = |end: Breakend, bases: u32| {
            let at = |boundary: u32| if spliced { self.setup.models.at(end.contig, boundary) } else { Vec::new() };
            let genes = at(end.boundary).into_iter().chain(at(end.boundary.saturating_sub(1)));
            genes.map(|gene| gene.span.length_bp()).fold(bases, u32::max)
        };
        let insert_max_bp = assay.insert_max_bp.max(assay.read_length_bp);
        let span = Span { insert_median_bp: assay.insert_median_bp, insert_max_bp, distance: &distance, reach: &reach };
        let local = LocalBases::new(self.setup.reference.as_ref(), library)?;
        let sequences: (&Bases<'_>, &Bases<'_>) = (&|interval| local.reference(interval), &|interval| local.bases(interval));
        let on_edge = |end: Breakend| self.splice_within(end, 0);
        let keeping = |at_kinase: bool, end: Breakend, outward: &[u8]| {
            let genes = if at_kinase { vec![kinase] } else { self.genes_kept(end) };
            genes.into_iter().find_map(|gene| inner_exon::keeping(gene, end, outward, &|interval| local.bases(interval), !assay.long_reads))
        };
        let inwards = |at_kinase: bool, end: Breakend| {
            let genes = if at_kinase { vec![kinase] } else { self.genes_kept(end) };
            edges::inwards(&edges::molecule(&genes, end, SIDE_BP), end.side, if assay.long_reads { sequences.0 } else { sequences.1 })
        };
        let beyond = |at_kinase: bool, end: Breakend| {
            let genes = if at_kinase { vec![kinase] } else { self.genes_kept(end) };
            edges::beyond(&genes, end)
        };
        let exons = edges.map(|(edges, unaligned)| find::Spliced {
            edges,
            unaligned,
            on_edge: &on_edge,
            keeping: &keeping,
            beyond: &beyond,
            inwards: &inwards,
        });
        let found = evidence.junctions(target, assay, &span, sequences, exons.as_ref());
        let mut candidates = found.candidates;
        let before = candidates.len();
        if spliced {
            let bases = |interval: Interval| local.bases(interval);
            candidates.retain(|candidate| {
                !own_splice::is_own_splice(candidate, kinase, &bases)
                    && !self.genes_kept(candidate.partner).into_iter().any(|gene| own_splice::is_partners_splice(candidate, gene, &bases))
            });
        }
        let explained_elsewhere = found.explained_elsewhere + (before - candidates.len()) as u32;
        if !spliced && assay.paired && !assay.long_reads {
            lost_mate::add(self.pool, library, &mut candidates, span.longer().insert_max_bp, sequences.1)?;
        }
        local.finish()?;
        let unread = self.unread(library, scan, &candidates)?;
        let flagged: FxHashSet<FragmentId> =
            unread.iter().filter(|view| view.duplicate && scan::leaves_out_flagged(assay.duplicates)).map(|view| view.fragment).collect();
        for candidate in &mut candidates {
            candidate.members.retain(|fragment, _| !flagged.contains(fragment));
        }
        candidates.retain(|candidate| !candidate.members.is_empty());
        let unaligned = edges.map(|(_, unaligned)| unaligned).unwrap_or_default();
        let molecules = Molecules::with_unaligned(scan.records.iter().chain(&unread), unaligned, assay.duplicates);
        let [joined, by_dirt] = evidence.chimeras(&molecules).map(|all| all.into_iter().filter(|one| !flagged.contains(one)).collect());
        let chimeras = judge::Chimeras { joined, by_dirt, molecules: &molecules };
        let context = Context {
            models: &self.setup.models,
            knowledge: &self.setup.knowledge,
            assembly: self.setup.assembly,
            assay,
            molecules: &molecules,
            exact_homology: self.setup.reference.is_some(),
            all_genes: self.config.gtf.is_some(),
        };
        self.progress.stage("junctions", candidates.len());
        let mut drafts: Vec<build::Draft<'_>> = candidates.iter().map(|candidate| build::draft(candidate, kinase, &context)).collect();
        let records = Records::of(&candidates, scan.records.iter().chain(&unread), unaligned);
        for draft in &mut drafts {
            let witnesses = records.witnesses(draft.candidate, draft.oriented.kinase_role, &molecules);
            draft.fusion.witnesses = Arc::new(Witnesses { library: number, ..witnesses });
        }
        drop(records);
        let depths = self.depths(library, kinase, &drafts)?;
        for (draft, depths) in drafts.iter_mut().zip(depths) {
            draft.set_depths(depths);
            self.progress.step();
        }
        let needed = judge::support_rule(&drafts, assay.material(), chimeras.count());
        shown_by.extend(drafts.iter().map(|draft| Shown {
            target: kinase.symbol.clone(),
            junction: draft.fusion.junction.clone(),
            fragments: draft.candidate.members.keys().copied().collect(),
        }));
        let fusions = judge::judge(drafts, kinase, assay, &chimeras);
        Ok((fusions, Noise { chimeras: chimeras.count(), explained_elsewhere, needed }))
    }

    /// The records that were not read yet of fragments that a candidate may have too many of.
    fn unread(&self, library: &Library, scan: &Scan, candidates: &[Candidate]) -> Result<Vec<ReadRecord>> {
        let rule = library.assay.duplicates;
        if rule == DuplicateRule::Keep {
            return Ok(Vec::new());
        }
        let several = candidates.iter().filter(|candidate| candidate.members.len() > 1);
        let fragments: FxHashSet<FragmentId> = several.flat_map(|candidate| candidate.members.keys().copied()).collect();
        mates::read(self.pool, library, &mates::unread(&scan.records, &fragments, scan::leaves_out_flagged(rule)))
    }

    /// Unbroken molecules at the kinase's and at the partner's end of each candidate.
    fn depths(&self, library: &Library, kinase: &Gene, drafts: &[build::Draft<'_>]) -> Result<Vec<(u32, u32)>> {
        let broken: Vec<FxHashSet<FragmentId>> = drafts.iter().map(|draft| draft.candidate.members.keys().copied().collect()).collect();
        // Aligners of RNA write mates over a splice and leave out most of those over a fusion: only reads measure both alike.
        let by_mates = library.assay.material() == Material::Dna;
        let span_at = |end: Breakend| self.setup.models.at(end.contig, end.boundary).first().map(|gene| gene.span);
        let queries: Vec<depth::Query<'_>> = drafts
            .iter()
            .zip(&broken)
            .flat_map(|(draft, broken)| {
                let (at_kinase, at_partner) = draft.ends(library.assay.material());
                let kinase_end = depth::Query { at: at_kinase.0, gene: Some(kinase.span), at_splice: at_kinase.1, by_mates, broken };
                let partner_end = depth::Query { at: at_partner.0, gene: span_at(at_partner.0), at_splice: at_partner.1, by_mates, broken };
                [kinase_end, partner_end]
            })
            .collect();
        let depths = depth::unbroken(self.pool, library, &queries)?;
        Ok(depths.chunks_exact(2).zip(drafts).map(|(pair, draft)| (pair[0], if draft.candidate.unplaced { 0 } else { pair[1] })).collect())
    }

    /// Whether a breakend lies within a few bases of an exon's edge that a splice uses, where the material is RNA.
    fn at_splice(&self, end: Breakend, assay: &Assay) -> bool {
        assay.material() == Material::Rna && self.splice_within(end, NEAR_EDGE_BP)
    }

    /// Whether an exon's edge that a splice uses lies so near.
    fn splice_within(&self, end: Breakend, reach_bp: u32) -> bool {
        let near = |gene: &&Gene| {
            let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { return false };
            let role = Role::of(strand, end.side);
            transcript
                .exons
                .iter()
                .any(|exon| transcript.splice_edge(exon.number, strand, role).is_some_and(|edge| edge.abs_diff(end.boundary) <= reach_bp))
        };
        self.setup.models.at(end.contig, end.boundary).iter().any(near)
    }

    /// Bases of a transcript between a position and a breakend, where one gene has both on its exons; genomic bases otherwise.
    fn spliced_distance(&self, end: Breakend, position: u32) -> i64 {
        let direct = end.kept_distance(position);
        let genes = self.setup.models.at(end.contig, end.boundary.min(position));
        let spliced = genes
            .iter()
            .filter_map(|gene| gene.transcript.as_ref())
            .filter_map(|transcript| transcript.spliced_distance(end.boundary, position))
            .min();
        match spliced {
            Some(bases) => i64::from(bases) * direct.signum(),
            None => direct,
        }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs {
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
