//! Checks before the first read: opens the files and reconciles contigs, genes, tables and FASTA. What does not fit together is an error here.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::alignment::file::{AlignmentFile, AlignmentFormat, Compared};
use crate::alignment::read::end;
use crate::alignment::ReadRecord;
use crate::config::{CallConfig, GenomeChoice};
use crate::error::{Error, Result};
use crate::genome::{Assembly, ContigId, Contigs, Interval};
use crate::knowledge::{check, Knowledge};
use crate::model::index::GeneModels;
use crate::model::{builtin, gtf, is_gene, AllGenes, Gene};
use crate::normals::Background;
use crate::reference::Reference;
use crate::secrets::shown_path;
use crate::warning::{Code, Warnings};

/// Bases beside a target that are kept when a file is read in one pass.
const MARGIN_BP: u32 = 2_000;

/// Everything that a run works with.
pub struct Setup {
    /// Sample name.
    pub sample: String,
    /// The files, loaded where they are read in one pass.
    pub files: Vec<AlignmentFile>,
    /// Their contigs.
    pub contigs: Arc<Contigs>,
    /// Assembly, where recognised.
    pub assembly: Option<Assembly>,
    /// What is known.
    pub knowledge: Knowledge,
    /// Gene models.
    pub models: GeneModels,
    /// Background of normal samples, if one was given.
    pub normals: Option<Background>,
    /// The same person's normal, if one was given.
    pub matched_normal: Option<AlignmentFile>,
    /// The FASTA, if one was given.
    pub reference: Option<Reference>,
    /// Targets that can be looked at.
    pub targets: Vec<String>,
    /// Targets without a contig or a gene model here.
    pub absent: Vec<String>,
}

impl Setup {
    /// Opens and reconciles the inputs of a run.
    ///
    /// # Errors
    /// Bad input, with one line that says what to do.
    pub fn new(config: &CallConfig, warnings: &Warnings) -> Result<Self> {
        let mut files = Vec::new();
        for (index, path) in config.inputs.iter().enumerate() {
            if config.inputs[..index].iter().any(|other| is_one_file(other, path)) {
                return Err(Error::input(shown_path(path), "is given twice", "give each file once"));
            }
            let file = AlignmentFile::open(path, config.reference.as_deref(), config.stream, config.allow_remote)?;
            warn_of_remote(&file, warnings);
            files.push(file);
        }
        let sample = sample_name(config, &files, warnings)?;
        let contigs = common_contigs(&files)?;
        let mut matched_normal = config.matched_normal.as_deref().map(|path| matched_normal(path, config, &files, warnings)).transpose()?;
        let first = files.first().map(|file| file.path.clone()).unwrap_or_default();
        let assembly = assembly(config, &contigs, &first)?;
        let knowledge = match &config.knowledge {
            Some(dir) => {
                let knowledge = Knowledge::with_dir(dir, warnings)?;
                check::refuse(&knowledge, dir)?;
                knowledge
            }
            None => Knowledge::builtin(),
        };
        let normals = config.normals.as_deref().map(|path| background(path, assembly, &first)).transpose()?;
        let models = models(config, &knowledge, assembly, &contigs, &first)?;
        for symbol in &config.targets {
            if models.find(symbol).is_none() && !is_gene(symbol) {
                let remedy = "give a symbol of HGNC, or the gene's model as --gtf";
                return Err(Error::Config(format!("--targets: no gene is called {symbol:?}; {remedy}")));
            }
        }
        let usable = |symbol: &&String| models.find(symbol).is_some_and(|gene| gene.strand.is_some());
        let (targets, absent): (Vec<String>, Vec<String>) = config.targets.iter().cloned().partition(|symbol| usable(&symbol));
        if targets.is_empty() {
            return Err(Error::input(
                first,
                format!("has none of the contigs of {}, or the gene models lack them", config.targets.join(", ")),
                "give a BAM with these contigs, and a --gtf with these genes if the genome is not GRCh37 or GRCh38",
            ));
        }
        let genes: Vec<&Gene> = targets.iter().filter_map(|symbol| models.find(symbol)).collect();
        let needed: Vec<ContigId> = genes.iter().map(|gene| gene.contig()).collect();
        let reference = config.reference.as_deref().map(|path| Reference::open(path, &first, &contigs, &needed)).transpose()?;
        warn_of_missing(reference.as_ref(), &models, &contigs, warnings);
        for file in files.iter_mut().chain(&mut matched_normal) {
            if let Some(reference) = reference.as_ref().filter(|_| file.format == AlignmentFormat::Cram || file.is_stream) {
                check_checksums(file, reference, &needed)?;
            }
            load(file, &genes, &models)?;
        }
        Ok(Self { sample, files, contigs, assembly, knowledge, models, normals, matched_normal, reference, targets, absent })
    }

    /// The genes of the targets.
    pub fn genes(&self) -> Vec<&Gene> {
        self.targets.iter().filter_map(|symbol| self.models.find(symbol)).collect()
    }
}

/// Says what could not be checked of a file elsewhere: each look would be a request.
fn warn_of_remote(file: &AlignmentFile, warnings: &Warnings) {
    if file.is_remote() {
        let name = file.path.display();
        let text = format!("{name} is a remote file: its index was checked against itself and at one place of the file, and its end-of-file block was not looked at");
        warnings.add(Code::RemoteFile, text);
    }
}

/// The background of normal samples, which must be of the genome of the alignments.
fn background(path: &Path, assembly: Option<Assembly>, first: &Path) -> Result<Background> {
    let background = Background::read(path)?;
    let own = assembly.map(|assembly| assembly.to_string());
    if background.assembly == own {
        return Ok(background);
    }
    let name = |assembly: Option<String>| assembly.unwrap_or_else(|| "another genome".to_owned());
    Err(Error::Mismatch {
        path: path.to_path_buf(),
        other: first.to_path_buf(),
        problem: format!("the normal samples are on {}, the reads on {}", name(background.assembly), name(own)),
        remedy: "give a background of normal samples on the genome of the reads".to_owned(),
    })
}

/// The sample's name: as given, else the one name of `@RG`, else the first file's stem.
fn sample_name(config: &CallConfig, files: &[AlignmentFile], warnings: &Warnings) -> Result<String> {
    let mut names: Vec<&String> = files.iter().flat_map(|file| &file.samples).filter(|name| !name.is_empty()).collect();
    names.dedup();
    if let Some(name) = &config.sample {
        if let Some(other) = names.iter().find(|name| **name != names[0]) {
            let (first, sample) = (names[0], name);
            let text = format!("the read groups name more than one sample ({first:?}, {other:?}): do all files belong to {sample:?}?");
            warnings.add(Code::SampleNamesDiffer, text);
        }
        return Ok(name.clone());
    }
    if let Some(other) = names.iter().find(|name| **name != names[0]) {
        return Err(Error::Config(format!(
            "the read groups name more than one sample ({}, {other}); give one name with --sample if they belong together",
            names[0]
        )));
    }
    let stem = |path: &Path| path.file_stem().map_or_else(|| "sample".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let from_file =
        || files.first().filter(|file| file.path != Path::new("-")).map_or_else(|| "sample".to_owned(), |file| stem(&file.path));
    Ok(names.first().map_or_else(from_file, |name| (*name).clone()))
}

/// Whether two paths lead to one file.
fn is_one_file(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|target| other.canonicalize().is_ok_and(|same| same == target))
}

/// The same person's normal, which is no file of the sample and has the same contigs.
fn matched_normal(path: &Path, config: &CallConfig, files: &[AlignmentFile], warnings: &Warnings) -> Result<AlignmentFile> {
    if config.inputs.iter().any(|input| is_one_file(input, path)) {
        let problem = "is given as the sample and as --matched-normal";
        return Err(Error::input(shown_path(path), problem, "give the normal's own file, or leave --matched-normal out"));
    }
    let normal = AlignmentFile::open(path, config.reference.as_deref(), config.stream, config.allow_remote)?;
    warn_of_remote(&normal, warnings);
    if let Some((first, name)) = files.iter().find_map(|file| Some((file, unlike(file, &normal)?))) {
        return Err(Error::Mismatch {
            path: first.path.clone(),
            other: normal.path.clone(),
            problem: format!("their headers differ at {name}"),
            remedy: "give a --matched-normal that is aligned to the same reference".to_owned(),
        });
    }
    Ok(normal)
}

/// Where the contigs of two files differ first.
fn unlike(first: &AlignmentFile, file: &AlignmentFile) -> Option<String> {
    let differs = first.contigs.iter().zip(file.contigs.iter()).find(|((_, x), (_, y))| x != y).map(|((_, x), _)| x.name.clone());
    differs.or_else(|| (first.contigs.len() != file.contigs.len()).then(|| "the number of contigs".to_owned()))
}

/// The contigs of the files, which must be the same.
fn common_contigs(files: &[AlignmentFile]) -> Result<Arc<Contigs>> {
    let first = files.first().ok_or_else(|| Error::Config("no input file was given".to_owned()))?;
    for file in &files[1..] {
        if let Some(name) = unlike(first, file) {
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

/// The assembly by contig lengths; what the user gave must not contradict them.
fn assembly(config: &CallConfig, contigs: &Contigs, first: &Path) -> Result<Option<Assembly>> {
    let recognised = contigs.assembly();
    let GenomeChoice::Given(given) = config.genome else { return Ok(recognised) };
    if recognised == Some(given) {
        return Ok(recognised);
    }
    let what = recognised.map_or_else(|| "neither GRCh37 nor GRCh38".to_owned(), |assembly| assembly.to_string());
    Err(Error::input(
        first,
        format!("has the contig lengths of {what}, but --genome says {given}"),
        "leave --genome out, or give the BAM of that genome",
    ))
}

fn models(config: &CallConfig, knowledge: &Knowledge, assembly: Option<Assembly>, contigs: &Contigs, first: &Path) -> Result<GeneModels> {
    let builtin = assembly.map(|assembly| builtin::genes(assembly, contigs));
    let mut genes = match &config.gtf {
        Some(path) => {
            let genes = gtf::read(path, contigs, first)?.genes;
            if let (Some(builtin), Some(assembly)) = (&builtin, assembly) {
                check_build(path, &genes, &builtin.genes, assembly, first)?;
            }
            genes
        }
        None => Vec::new(),
    };
    if builtin.is_none() && genes.is_empty() {
        let known = ["chr2", "chr6", "chr1"].iter().filter_map(|name| contigs.find(name)).filter_map(|id| contigs.get(id));
        let lengths: Vec<String> = known.map(|contig| format!("{} has {} bases", contig.name, contig.length_bp)).collect();
        let seen = if lengths.is_empty() { "it has none of chr1, chr2, chr6, chr9, chr15".to_owned() } else { lengths.join(", ") };
        return Err(Error::input(
            first,
            format!("is aligned to a genome that is neither GRCh37 nor GRCh38 ({seen})"),
            "align to one of these, or give gene models of this genome as --gtf",
        ));
    }
    let Some(assembly) = assembly else { return Ok(GeneModels::merge(builtin, genes).putting_first(&config.targets)) };
    // A partner of the user's tables is looked for as those of the built-in ones are, and so is any gene that is asked for.
    let known: FxHashSet<&str> = builtin::symbols().into_iter().chain(genes.iter().map(|gene| gene.symbol.as_str())).collect();
    let wanted = knowledge.fusions().iter().map(|row| &row.gene5).chain(&config.targets).map(String::as_str);
    let new: FxHashSet<&str> = wanted.filter(|symbol| !known.contains(symbol)).collect();
    if !new.is_empty() {
        let all = AllGenes::new(assembly, contigs);
        let listed: Vec<Gene> = all.iter().filter(|gene| new.contains(gene.symbol.as_str())).cloned().collect();
        genes.extend(listed);
    }
    Ok(GeneModels::merge(builtin, genes).naming_all(assembly, contigs).putting_first(&config.targets))
}

/// A GTF of another build has the same genes elsewhere: none of their exons begins where the built-in model's does.
fn check_build(path: &Path, genes: &[Gene], builtin: &[Gene], assembly: Assembly, first: &Path) -> Result<()> {
    let starts = |gene: &Gene| -> Vec<u32> {
        gene.transcript.iter().flat_map(|transcript| transcript.exons.iter().map(|exon| exon.start)).collect()
    };
    let mut compared = None;
    for gene in genes {
        let Some(own) = builtin.iter().find(|own| own.symbol == gene.symbol && own.contig() == gene.contig() && own.transcript.is_some())
        else {
            continue;
        };
        let own = starts(own);
        if starts(gene).iter().any(|start| own.contains(start)) {
            return Ok(());
        }
        compared = Some(&gene.symbol);
    }
    match compared {
        None => Ok(()),
        Some(symbol) => Err(Error::Mismatch {
            path: path.to_path_buf(),
            other: first.to_path_buf(),
            problem: format!("no exon of {symbol} (nor of any other shared gene) lies in the GTF where it lies on {assembly}, to which the reads are aligned"),
            remedy: format!("give a GTF of {assembly}"),
        }),
    }
}

/// Says which contigs with known partners the FASTA lacks, or has at another length: there homology and bases are unknown.
fn warn_of_missing(reference: Option<&Reference>, models: &GeneModels, contigs: &Contigs, warnings: &Warnings) {
    let Some(reference) = reference else { return };
    let of_genes: BTreeSet<ContigId> = models.iter().map(Gene::contig).filter(|contig| !reference.has(*contig)).collect();
    if !of_genes.is_empty() {
        let names: Vec<&str> = of_genes.iter().map(|contig| contigs.name(*contig)).collect();
        let names = names.join(", ");
        let text = format!("the FASTA lacks {names} or has them at another length: homology and REF bases of partners there are not known");
        warnings.add(Code::ReferenceLacksContigs, text);
    }
}

/// Compares the checksums of the needed contigs with those of the FASTA, where the header has them and where it matters: reading a
/// whole genome takes long. Where htslib compares slice by slice, one read tells what it says, and only then which contig it is.
fn check_checksums(file: &AlignmentFile, reference: &Reference, needed: &[ContigId]) -> Result<()> {
    let mut done = FxHashSet::default();
    for &contig in needed.iter().filter(|contig| done.insert(**contig)) {
        let Some(expected) = file.checksums.get(&contig) else { continue };
        let is_same = match file.compared_with_fasta(contig) {
            Compared::Unread => true,
            Compared::BySlice(start) => {
                let first = Interval { contig, start, end: start.saturating_add(1) };
                file.reader()?.visit_while(first, |_| false).is_ok()
            }
            Compared::Not => false,
        };
        if !is_same {
            reference.check_md5(contig, file.contigs.name(contig), expected, &file.path)?;
        }
    }
    Ok(())
}

/// Reads a file that is taken in one pass: the reads at genes with a model, and all that touch a target or point to one.
fn load(file: &mut AlignmentFile, targets: &[&Gene], models: &GeneModels) -> Result<()> {
    if !file.needs_loading() {
        return Ok(());
    }
    let spans: Vec<Interval> = targets
        .iter()
        .map(|gene| Interval {
            start: gene.span.start.saturating_sub(MARGIN_BP),
            end: gene.span.end.saturating_add(MARGIN_BP),
            ..gene.span
        })
        .collect();
    let near = |interval: Interval| spans.iter().any(|span| span.overlaps(&interval));
    let contigs = Arc::clone(&file.contigs);
    file.load(|record| {
        let at = |contig: i32, start: i64, end: i64| Interval {
            contig: ContigId(contig.max(0) as u32),
            start: start.max(0) as u32,
            end: end.max(0) as u32,
        };
        let here = at(record.tid(), record.pos(), i64::from(end(record)));
        let mate = record.mtid() >= 0 && near(at(record.mtid(), record.mpos(), record.mpos() + 1));
        let points_there = || {
            ReadRecord::without_bases(record, &contigs, None).is_ok_and(|view| {
                view.elsewhere.iter().flatten().any(|piece| near(Interval { contig: piece.contig, start: piece.start, end: piece.end }))
            })
        };
        near(here) || mate || !models.at(here.contig, here.start).is_empty() || points_there()
    })
}
