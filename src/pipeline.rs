//! The order of the stages, and nothing else.
//!
//! ```text
//! open -> recognise -> scan the kinases -> read the partners' windows -> junctions -> depth -> fusions -> variants -> report
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::assay::{self, Assay};
use crate::alignment::file::{AlignmentFile, Format};
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::scan::{self, Region, Scan};
use crate::alignment::tile;
use crate::config::{CallConfig, GenomeChoice};
use crate::coverage::depth;
use crate::coverage::verdict::{self, Judgement, KinaseCoverage};
use crate::error::{Error, Result};
use crate::evidence::Molecules;
use crate::fusion::build::{self, Context};
use crate::fusion::{event, judge, Fusion, Material};
use crate::genome::{Assembly, Breakend, Contigs, Interval};
use crate::junction::find::{self, Evidence};
use crate::junction::support::Span;
use crate::junction::{partners, Candidate};
use crate::knowledge::Knowledge;
use crate::model::index::GeneModels;
use crate::model::{builtin, gtf, Gene};
use crate::progress::Progress;
use crate::reference::Reference;
use crate::variant::{call as variant_call, pileup, site, Variant};

/// All that a run found in one file.
#[derive(Debug)]
pub struct FileResult {
    /// Name of the file, without folders.
    pub name: String,
    /// The library.
    pub assay: Assay,
    /// Coverage of each kinase.
    pub kinases: Vec<KinaseCoverage>,
    /// Chimeric molecules at each kinase, in the same order.
    pub chimeras: Vec<u32>,
    /// Judgement on the file with its reasons.
    pub judgement: (Judgement, Vec<String>),
    /// Reads at genes that every tissue expresses, where the library is RNA.
    pub expressed_reads: Option<u64>,
    /// Records looked at, primary ones, and duplicates among these.
    pub records: (u64, u64, u64),
    /// Skipped records by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Junctions, called or not.
    pub fusions: Vec<Fusion>,
    /// Variants and sites.
    pub variants: Vec<Variant>,
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
    /// Targets that were looked at.
    pub targets: Vec<String>,
    /// One entry a file.
    pub files: Vec<FileResult>,
    /// All junctions, best first.
    pub fusions: Vec<Fusion>,
    /// All variants and sites.
    pub variants: Vec<Variant>,
    /// The FASTA, if one was given.
    pub reference: Option<Reference>,
}

/// Runs `kinfuse call` up to the report.
///
/// # Errors
/// Bad input, with one line that says what to do.
pub fn call(config: &CallConfig, progress: &Progress) -> Result<SampleResult> {
    let pool = tile::pool(config.threads)?;
    let mut files = Vec::new();
    for path in &config.inputs {
        files.push(AlignmentFile::open(path, config.reference.as_deref(), config.stream)?);
    }
    let contigs = common_contigs(&files)?;
    let first = files.first().map(|file| file.path.clone()).unwrap_or_default();
    let assembly = match config.genome {
        GenomeChoice::Given(assembly) => Some(assembly),
        GenomeChoice::Auto => contigs.assembly(),
    };
    let knowledge = match &config.knowledge {
        Some(dir) => Knowledge::with_dir(dir)?,
        None => Knowledge::builtin(),
    };
    let models = models(config, assembly, &contigs, &first)?;
    let targets = targets(config, &models, &first)?;
    let needed: Vec<_> = targets.iter().map(|gene| gene.contig()).collect();
    let reference = config.reference.as_deref().map(|path| Reference::open(path, &first, &contigs, &needed)).transpose()?;
    for file in &mut files {
        if let (Format::Cram, Some(reference)) = (file.format, &reference) {
            check_cram(file, reference, &needed)?;
        }
        load(file, &targets, &models)?;
    }
    let sample = sample_name(config, &files);
    let run = Run {
        pool: &pool,
        config,
        contigs: &contigs,
        assembly,
        knowledge: &knowledge,
        models: &models,
        targets: &targets,
        reference: reference.as_ref(),
        progress,
    };
    let mut results = Vec::new();
    for file in &files {
        results.push(run.file(file)?);
    }
    let mut fusions: Vec<Fusion> = results.iter_mut().flat_map(|result| std::mem::take(&mut result.fusions)).collect();
    event::arrange(&mut fusions);
    let variants = results.iter_mut().flat_map(|result| std::mem::take(&mut result.variants)).collect();
    let targets = targets.iter().map(|gene| gene.symbol.clone()).collect();
    Ok(SampleResult { sample, contigs, assembly, targets, files: results, fusions, variants, reference })
}

/// The contigs of the files, which must be the same.
fn common_contigs(files: &[AlignmentFile]) -> Result<Arc<Contigs>> {
    let first = files.first().ok_or_else(|| Error::Config("no input file was given".to_owned()))?;
    for file in &files[1..] {
        let differs = first.contigs.iter().zip(file.contigs.iter()).find(|((_, x), (_, y))| x != y).map(|((_, x), _)| x.name.clone());
        let differs = differs.or_else(|| (first.contigs.len() != file.contigs.len()).then(|| "the number of contigs".to_owned()));
        if let Some(name) = differs {
            return Err(Error::Mismatch {
                path: first.path.clone(),
                other: file.path.clone(),
                problem: format!("their headers differ at {name}"),
                remedy: "align both files to one reference, or call them one by one".to_owned(),
            });
        }
    }
    Ok(Arc::clone(&first.contigs))
}

fn models(config: &CallConfig, assembly: Option<Assembly>, contigs: &Contigs, first: &Path) -> Result<GeneModels> {
    let builtin = assembly.map(|assembly| builtin::genes(assembly, contigs));
    let from_gtf = match &config.gtf {
        Some(path) => gtf::read(path, contigs, first)?.genes,
        None => Vec::new(),
    };
    if builtin.is_none() && from_gtf.is_empty() {
        let lengths: Vec<String> = ["chr2", "chr6", "chr1"]
            .iter()
            .filter_map(|name| contigs.find(name))
            .filter_map(|id| contigs.get(id))
            .map(|contig| format!("{} has {} bases", contig.name, contig.length_bp))
            .collect();
        let seen = if lengths.is_empty() { "it has none of chr1, chr2, chr6, chr9, chr15".to_owned() } else { lengths.join(", ") };
        return Err(Error::input(
            first,
            format!("is aligned to a genome that is neither GRCh37 nor GRCh38 ({seen})"),
            "align to one of these, or give gene models of this genome as --gtf",
        ));
    }
    Ok(GeneModels::merge(builtin, from_gtf))
}

fn targets<'a>(config: &CallConfig, models: &'a GeneModels, first: &Path) -> Result<Vec<&'a Gene>> {
    let mut list = Vec::new();
    for symbol in &config.targets {
        if let Some(gene) = models.find(symbol).filter(|gene| gene.strand.is_some()) {
            list.push(gene);
        }
    }
    if list.is_empty() {
        return Err(Error::input(
            first,
            format!("has none of the contigs of {}, or the gene models lack them", config.targets.join(", ")),
            "give a BAM with these contigs, and a --gtf with these genes if the genome is not GRCh37 or GRCh38",
        ));
    }
    Ok(list)
}

/// Compares the checksums of the needed contigs where the CRAM's header has them.
fn check_cram(file: &AlignmentFile, reference: &Reference, needed: &[crate::genome::ContigId]) -> Result<()> {
    let mut done = FxHashSet::default();
    for &contig in needed {
        if let Some(expected) = file.checksums.get(&contig) {
            if done.insert(contig) {
                reference.check_md5(contig, file.contigs.name(contig), expected, &file.path)?;
            }
        }
    }
    Ok(())
}

/// Reads a file that is taken in one pass: the reads at genes with a model, and all fragments that touch a target.
fn load(file: &mut AlignmentFile, targets: &[&Gene], models: &GeneModels) -> Result<()> {
    if !file.needs_loading() {
        return Ok(());
    }
    let spans: Vec<Interval> = targets.iter().map(|gene| gene.span).collect();
    let near = |interval: Interval| {
        spans.iter().any(|span| {
            Interval { start: span.start.saturating_sub(2_000), end: span.end.saturating_add(2_000), ..*span }.overlaps(&interval)
        })
    };
    let contigs = Arc::clone(&file.contigs);
    file.load(|record| {
        let at = |contig: i32, start: i64, end: i64| Interval {
            contig: crate::genome::ContigId(contig.max(0) as u32),
            start: start.max(0) as u32,
            end: end.max(0) as u32,
        };
        let here = at(record.tid(), record.pos(), record.cigar().end_pos());
        let mate = record.mtid() >= 0 && near(at(record.mtid(), record.mpos(), record.mpos() + 1));
        let elsewhere = || {
            ReadRecord::from_record(record, &contigs, None).is_ok_and(|view| {
                view.elsewhere.iter().flatten().any(|piece| near(Interval { contig: piece.contig, start: piece.start, end: piece.end }))
            })
        };
        near(here) || mate || !models.at(here.contig, here.start).is_empty() || elsewhere()
    })
}

fn sample_name(config: &CallConfig, files: &[AlignmentFile]) -> String {
    let stem = |path: &Path| path.file_stem().map_or_else(|| "sample".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let from_header = files.iter().find_map(|file| file.samples.first().cloned());
    let from_file =
        || files.first().filter(|file| file.path != Path::new("-")).map_or_else(|| "sample".to_owned(), |file| stem(&file.path));
    config.sample.clone().or(from_header).unwrap_or_else(from_file)
}

/// What all stages of one run share.
struct Run<'a> {
    pool: &'a ThreadPool,
    config: &'a CallConfig,
    contigs: &'a Contigs,
    assembly: Option<Assembly>,
    knowledge: &'a Knowledge,
    models: &'a GeneModels,
    targets: &'a [&'a Gene],
    reference: Option<&'a Reference>,
    progress: &'a Progress,
}

impl Run<'_> {
    fn file(&self, file: &AlignmentFile) -> Result<FileResult> {
        let assay = self.recognise(file)?;
        log::info!("{}: {}", file.path.display(), assay.reasons.join("; "));
        let regions: Vec<Region> = self
            .targets
            .iter()
            .enumerate()
            .map(|(target, gene)| Region { target, gene: gene.span, usual: verdict::usual_regions(gene, assay.material()) })
            .collect();

        let tiles: usize = regions.iter().map(|region| tile::tiles(&[region.scanned()], self.config.tile_bp).len()).sum();
        self.progress.stage("reading kinase regions", tiles);
        let mut scans = scan::kinases(self.pool, file, &assay, &regions, self.config.tile_bp, &|| self.progress.step())?;
        let evidence: Vec<Evidence> =
            scans.iter().zip(&regions).map(|(scan, region)| find::gather(&scan.records, region, &assay)).collect();

        let windows = partners::together(evidence.iter().map(|evidence| partners::windows(evidence, &assay, self.models)).collect());
        let wanted: FxHashSet<FragmentId> = evidence.iter().flat_map(partners::fragments).collect();
        self.progress.stage("reading partners", windows.len());
        let beyond = scan::partners(self.pool, file, &assay, &windows, &regions, &wanted, &|| self.progress.step())?;
        let beyond: Vec<_> = beyond.into_iter().flat_map(|scan| scan.records).collect();

        let mut fusions = Vec::new();
        let mut chimeras = Vec::new();
        for (index, (scan, region)) in scans.iter_mut().zip(&regions).enumerate() {
            let (found, noise) = self.junctions(file, &assay, index, region, scan, &beyond)?;
            fusions.extend(found);
            chimeras.push(noise);
        }
        let variants = self.variants(file, &assay)?;

        let kinases: Vec<KinaseCoverage> = scans
            .iter()
            .zip(&regions)
            .zip(self.targets)
            .map(|((scan, region), gene)| {
                let bases: u64 = region.usual.iter().map(|interval| u64::from(interval.length_bp())).sum();
                KinaseCoverage {
                    symbol: gene.symbol.clone(),
                    reads: scan.primary,
                    mean_depth: scan.usual_bases as f64 / bases.max(1) as f64,
                }
            })
            .collect();
        let expressed_reads =
            if assay.material() == Material::Rna { verdict::expressed_reads(&mut file.reader()?, self.models)? } else { None };
        let mut whole = Scan::default();
        for scan in scans {
            whole.absorb(scan);
        }
        Ok(FileResult {
            name: file.path.file_name().map_or_else(|| "-".to_owned(), |name| name.to_string_lossy().into_owned()),
            judgement: verdict::judge(&assay, &kinases, expressed_reads),
            assay,
            kinases,
            chimeras,
            expressed_reads,
            records: (whole.seen, whole.primary, whole.duplicates),
            skipped: whole.skipped,
            fusions,
            variants,
        })
    }

    /// Recognises the assay from the kinases and, where these are silent, from their partners.
    fn recognise(&self, file: &AlignmentFile) -> Result<Assay> {
        let mut regions: Vec<Interval> = self.targets.iter().map(|gene| gene.span).collect();
        let partners =
            self.models.iter().filter(|gene| self.targets.iter().any(|kinase| self.knowledge.pair(&gene.symbol, &kinase.symbol)));
        regions.extend(partners.map(|gene| gene.span).take(80));
        let genes: Vec<&Gene> = self.models.iter().filter(|gene| regions.contains(&gene.span)).collect();
        assay::recognise(&mut file.reader()?, self.contigs, &file.programs, &regions, &genes, &self.config.assay)
    }

    fn junctions(
        &self,
        file: &AlignmentFile,
        assay: &Assay,
        target: usize,
        region: &Region,
        scan: &mut Scan,
        beyond: &[ReadRecord],
    ) -> Result<(Vec<Fusion>, u32)> {
        let kinase = self.targets[target];
        // Records of this kinase's fragments, and whatever else lies at the partners with a tail.
        let mut seen: FxHashSet<(FragmentId, u8, crate::genome::ContigId, u32)> = scan
            .records
            .iter()
            .filter_map(|view| view.pieces.first().map(|piece| (view.fragment, view.number, piece.contig, piece.start)))
            .collect();
        for view in beyond {
            let Some(piece) = view.pieces.first() else { continue };
            if seen.insert((view.fragment, view.number, piece.contig, piece.start)) {
                scan.records.push(view.clone());
            }
        }
        let evidence = find::gather(&scan.records, region, assay);
        let molecules = Molecules::group(&scan.records, assay.duplicates);
        let chimeras = evidence.chimeras(&molecules);
        let window = RefCell::new(self.reference.map(Reference::reader).transpose()?);
        let failure: RefCell<Option<Error>> = RefCell::new(None);
        let bases = |interval: Interval| -> Vec<u8> {
            let mut window = window.borrow_mut();
            let Some(window) = window.as_mut() else { return Vec::new() };
            window.bases(interval).unwrap_or_else(|error| {
                failure.borrow_mut().get_or_insert(error);
                Vec::new()
            })
        };
        let spliced = assay.material() == Material::Rna;
        let distance =
            |end: Breakend, position: u32| if spliced { self.spliced_distance(end, position) } else { end.kept_distance(position) };
        let span = Span { insert_max_bp: assay.insert_max_bp.max(assay.read_length_bp), distance: &distance };
        let candidates = evidence.junctions(target, assay, &span, &bases);
        if let Some(error) = failure.into_inner() {
            return Err(error);
        }
        let context = Context {
            models: self.models,
            knowledge: self.knowledge,
            assembly: self.assembly,
            assay,
            molecules: &molecules,
            exact_homology: self.reference.is_some(),
        };
        self.progress.stage("depth at the junctions", candidates.len());
        let depths = self.depths(file, assay, kinase, &candidates)?;
        let drafts = candidates.iter().zip(depths).map(|(candidate, depths)| build::draft(candidate, kinase, &context, depths)).collect();
        let fusions = judge::judge(drafts, kinase, assay, chimeras);
        Ok((fusions, chimeras))
    }

    /// Unbroken molecules at the kinase's and at the partner's end of each candidate.
    fn depths(&self, file: &AlignmentFile, assay: &Assay, kinase: &Gene, candidates: &[Candidate]) -> Result<Vec<(u32, u32)>> {
        let broken: Vec<FxHashSet<FragmentId>> = candidates.iter().map(|candidate| candidate.members.keys().copied().collect()).collect();
        let span_at = |end: Breakend| self.models.at(end.contig, end.boundary).first().map(|gene| gene.span);
        let queries: Vec<depth::Query<'_>> = candidates
            .iter()
            .zip(&broken)
            .flat_map(|(candidate, broken)| {
                let kinase_end = depth::Query { at: candidate.kinase, gene: Some(kinase.span), broken };
                let partner_end = depth::Query { at: candidate.partner, gene: span_at(candidate.partner), broken };
                [kinase_end, partner_end]
            })
            .collect();
        let depths = depth::unbroken(self.pool, file, assay, &queries)?;
        Ok(depths
            .chunks_exact(2)
            .zip(candidates)
            .map(|(pair, candidate)| (pair[0], if candidate.unplaced { 0 } else { pair[1] }))
            .collect())
    }

    /// Bases of a transcript between a position and a breakend, where one gene has both on its exons; genomic bases otherwise.
    fn spliced_distance(&self, end: Breakend, position: u32) -> i64 {
        let direct = end.kept_distance(position);
        let genes = self.models.at(end.contig, end.boundary.min(position));
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

    fn variants(&self, file: &AlignmentFile, assay: &Assay) -> Result<Vec<Variant>> {
        let mut window = self.reference.map(Reference::reader).transpose()?;
        let sites = site::sites(self.knowledge, self.models, self.assembly, window.as_mut())?;
        let sites: Vec<_> = sites.into_iter().filter(|site| self.targets.iter().any(|gene| gene.symbol == site.known.gene)).collect();
        self.progress.stage("resistance codons", sites.len());
        let lists = tile::run(
            self.pool,
            sites.len(),
            || file.reader(),
            |reader, index| {
                let seen = pileup::pileup(reader, file, assay, &sites[index])?;
                self.progress.step();
                Ok(variant_call::call(&sites[index], &seen))
            },
        )?;
        Ok(lists.into_iter().flatten().collect())
    }
}
