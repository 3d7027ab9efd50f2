//! Writes the files of `kinfuse call`: from the results of all libraries to the report's rows, files and terminal table.

use std::collections::BTreeMap;

use crate::alignment::assay::AssayKind;
use crate::config::CallConfig;
use crate::coverage::detectability::{self, Detectability, Worth};
use crate::coverage::sentence::{sentence, summaries};
use crate::error::Result;
use crate::fusion::Fusion;
use crate::genome::{ContigId, Interval};
use crate::identity::LibraryComparison;
use crate::knowledge::TableSource;
use crate::model;
use crate::normals::flag;
use crate::pipeline::{LibraryResult, SampleResult};
use crate::reference::Lookup;
use crate::report::absence::Absence;
use crate::report::candidates::{read_name, CandidateEntry};
use crate::report::evidence::session;
use crate::report::json::{AssayEntry, Document, FusionStructure, Imbalance, Negative, NegativePlaces, SampleVerdict, Status};
use crate::report::output::{check, file_prefix, is_cut, refuse_another, Outputs};
use crate::report::renew::renew;
use crate::report::rows::{DetectabilityRow, FusionRow, MetricRow, MetricValue, VariantRow};
use crate::report::vcf::ContigList;
use crate::report::{fasta, files, table, vcf};
use crate::stats::Share;
use crate::terminal;
use crate::terminal::one_line;
use crate::warning::{Code, Warning};

mod evidence;
mod off_target;

/// Checks that the output folder can be written before any work is done.
///
/// # Errors
/// When it cannot.
pub fn begin(config: &CallConfig) -> Result<()> {
    if let Some(sample) = &config.sample {
        refuse_another(&config.out_dir, sample)?;
    }
    check(&config.out_dir)
}

/// The text that the terminal shows after a run.
#[derive(Debug)]
pub struct RunMessage {
    /// The table of findings.
    pub table: String,
    /// The reason, if the sample cannot be judged.
    pub failure: Option<String>,
}

/// Writes all files of a run and returns what is to be shown of it.
///
/// # Errors
/// When a file cannot be written; then none is.
pub fn publish(result: &SampleResult, config: &CallConfig, width: usize) -> Result<RunMessage> {
    let mut outputs = Outputs::new(&config.out_dir, &file_prefix(&result.sample))?;
    let mut document = document(result, config)?;
    document.sign();
    if !config.fusion_fasta {
        // A file of an earlier run would not fit the fusions of this one.
        outputs.supersede("fusions.fa");
    }
    if config.fusion_fasta {
        let listed: Vec<Fusion> = result.fusions.iter().filter(|fusion| fusion.is_listed()).cloned().collect();
        outputs.write("fusions.fa", |out| fasta::write(out, &listed))?;
    }
    files::write(&document, config.page, &config.also, &mut outputs)?;
    evidence::write(&mut outputs, result)?;
    session::write(&document, &mut outputs)?;
    outputs.commit()?;
    if let Some(told) = &document.interpretation.tumour_note {
        log::warn!("{}", one_line(told));
    }
    warn_of_cut(&result.sample);
    let failure = (document.status.verdict == SampleVerdict::Failed)
        .then(|| format!("{}: the sample cannot be judged ({})", one_line(&result.sample), one_line(&document.status.reasons.join("; "))));
    Ok(RunMessage { table: table::render(&document, width, terminal::waiting_lines()), failure })
}

/// Says that the names of a sample's files have a part of its name only.
pub fn warn_of_cut(sample: &str) {
    if is_cut(sample) {
        log::warn!("the sample name is too long for file names: files begin with its first {} bytes", file_prefix(sample).len());
    }
}

/// The candidates, each listed one with its records in the VCF.
fn candidates(result: &SampleResult, row: impl Fn(&Fusion) -> FusionRow) -> Result<Vec<CandidateEntry>> {
    let lookup = Lookup::new(result.reference.as_ref())?;
    let reference_base =
        |contig: ContigId, position: u32| lookup.bases(Interval { contig, start: position, end: position + 1 }).first().copied();
    let places = vcf::BreakendPlacer { contigs: &result.contigs, reference_base: &reference_base };
    let candidate = |fusion: &Fusion| CandidateEntry {
        row: row(fusion),
        read_names: fusion.witnesses.names.iter().map(|name| read_name(name)).collect(),
        quality_terms: fusion.terms,
        naming: fusion.naming.clone(),
        breakends: if fusion.is_listed() { places.breakends(fusion) } else { Vec::new() },
    };
    let candidates = result.fusions.iter().map(candidate).collect();
    lookup.finish()?;
    Ok(candidates)
}

/// That some calls are missing in the VCF; `None` where it has all.
fn not_in_vcf(result: &SampleResult, document: &Document) -> Option<Warning> {
    let listed = result.fusions.iter().zip(&document.candidates).filter(|(fusion, _)| fusion.is_listed());
    let fusions = listed.filter(|(_, candidate)| candidate.breakends.is_empty()).count();
    let left_out = fusions + document.called_variants().into_iter().filter(|variant| !vcf::can_hold(variant)).count();
    let text =
        format!("{left_out} calls cannot be written to the VCF (no reference bases, or a contig name that VCF forbids); see the tables");
    (left_out > 0).then(|| Warning::new(Code::NotInVcf, text))
}

/// Everything of a run as one document.
///
/// # Errors
/// When the FASTA cannot be read.
pub fn document(result: &SampleResult, config: &CallConfig) -> Result<Document> {
    let prefix = file_prefix(&result.sample);
    let evidence_files = evidence::files(result);
    let named = |suffixes: Vec<&str>| -> Vec<String> { suffixes.iter().map(|suffix| format!("{prefix}.{suffix}")).collect() };
    let row = |fusion: &Fusion| {
        let evidence_file = fusion.is_reported().then(|| named(evidence::files_of(fusion, &evidence_files)).join(","));
        FusionRow { evidence_file, ..FusionRow::new(&result.sample, fusion, &result.contigs) }
    };
    let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
    for library in &result.libraries {
        for (key, count) in &library.skipped {
            *skipped.entry(key.clone()).or_default() += count;
        }
    }
    let status = status(result);
    let places = places(result);
    let mut document = Document {
        input_files: result.input_files.clone(),
        inputs: result.libraries.iter().flat_map(|library| library.files.clone()).collect(),
        assembly: result.assembly.map(|assembly| assembly.to_string()),
        targets: result.targets.clone(),
        assay: result
            .libraries
            .iter()
            .map(|library| AssayEntry {
                file: library.files.join(", "),
                kind: library.assay.kind.name().to_owned(),
                reasons: library.assay.reasons.clone(),
            })
            .collect(),
        settings: settings(config),
        metrics: metrics(result, &status),
        status,
        // A break that a junction of RNA reports is no second finding; it stays among the candidates and in the VCF.
        fusions: result.fusions.iter().filter(|fusion| fusion.is_reported()).map(row).collect(),
        candidates: candidates(result, row)?,
        contigs: ContigList::from(&*result.contigs),
        evidence_files: named(evidence_files.iter().map(String::as_str).collect()),
        detectability: places.iter().map(|place| DetectabilityRow::new(&result.sample, place, &result.contigs)).collect(),
        negatives: negatives(result),
        imbalances: imbalances(result),
        variants: result.variants.iter().map(|variant| VariantRow::new(&result.sample, variant, &result.contigs)).collect(),
        off_target: off_target::rows(result),
        copy_ratios: off_target::copy_ratios(result),
        skipped_reads: skipped,
        structure: result.fusions.iter().filter(|fusion| fusion.is_reported()).map(FusionStructure::new).collect(),
        drawings: result.drawings.clone(),
        ..Document::new(&result.sample)
    };
    if let Some(Warning { code, text }) = not_in_vcf(result, &document) {
        result.warnings.add(code, text);
    }
    document.warnings = warnings(result);
    if document.status.verdict == SampleVerdict::Failed {
        // A failed sample is never reported as a negative one, whatever its depth at a kinase.
        let verdicts = document.negatives.iter_mut().map(|negative| &mut negative.verdict);
        let verdicts = verdicts.chain(document.detectability.iter_mut().map(|row| &mut row.verdict));
        verdicts.for_each(|verdict| Absence::NotJudged.name().clone_into(verdict));
    }
    renew(&mut document, &result.knowledge, config.tumour.as_deref());
    let of_call = model::TABLES.into_iter().chain([("recurrent.tsv", flag::LISTED)]);
    document.interpretation.tables.extend(of_call.map(|(name, text)| TableSource::embedded(name, text)));
    Ok(document)
}

/// The places at which the kinases break, kinase by kinase, each library's in turn.
fn places(result: &SampleResult) -> Vec<&Detectability> {
    let all = || result.libraries.iter().flat_map(|library| &library.survey.places);
    result.targets.iter().flat_map(|gene| all().filter(move |place| place.gene == *gene)).collect()
}

/// What the absence of a fusion of each target is worth.
fn negatives(result: &SampleResult) -> Vec<Negative> {
    let places = places(result);
    let of = |gene: &String| {
        let own: Vec<&Detectability> = places.iter().copied().filter(|place| place.gene == *gene).collect();
        let worth = detectability::overall(own.iter().copied()).unwrap_or(Worth::NotInformative);
        let text = if result.absent.contains(gene) { "its contig or its gene model is missing".to_owned() } else { sentence(&own) };
        let places = summaries(&own).iter().map(NegativePlaces::from).collect();
        Negative { gene: gene.clone(), verdict: worth.name().to_owned(), text, places }
    };
    result.targets.iter().map(of).collect()
}

/// Kinases of which the 3' part has more molecules than the 5' part although no fusion passes.
fn imbalances(result: &SampleResult) -> Vec<Imbalance> {
    let fused = |gene: &str| result.fusions.iter().any(|fusion| fusion.passes() && fusion.target == gene);
    let uneven = result.libraries.iter().flat_map(|library| &library.survey.balances).filter(|balance| balance.is_uneven());
    uneven
        .filter(|balance| !fused(&balance.gene))
        .map(|balance| Imbalance {
            gene: balance.gene.clone(),
            region: balance.region.clone(),
            fold: round(balance.fold),
            fold_low: round(balance.interval[0]),
            fold_high: round(balance.interval[1]),
        })
        .collect()
}

/// A fold with two decimals, which is as precise as it can be.
fn round(fold: f64) -> f64 {
    (fold * 100.0).round() / 100.0
}

/// The settings that can change a result; paths are left out.
fn settings(config: &CallConfig) -> BTreeMap<String, serde_json::Value> {
    let request = &config.assay;
    BTreeMap::from([
        ("genome".to_owned(), config.genome.name().into()),
        ("assay".to_owned(), request.kind.map_or("auto", AssayKind::name).into()),
        ("duplicates".to_owned(), serde_json::to_value(request.duplicates).ok().filter(|rule| !rule.is_null()).unwrap_or("auto".into())),
        ("umi_tag".to_owned(), request.umi_tag.map(|tag| String::from_utf8_lossy(&tag).into_owned()).into()),
        ("reference".to_owned(), config.reference.is_some().into()),
        ("gtf".to_owned(), config.gtf.is_some().into()),
        ("knowledge".to_owned(), config.knowledge.is_some().into()),
        ("normals".to_owned(), config.normals.is_some().into()),
        ("matched_normal".to_owned(), config.matched_normal.is_some().into()),
        ("tumour".to_owned(), config.tumour.clone().into()),
        ("sensitive".to_owned(), config.sensitive.into()),
        ("stream".to_owned(), config.stream.into()),
    ])
}

/// The sample is as good as its best library: one that can be judged makes up for one that cannot. A target that could not be
/// looked at at all limits every sample.
fn status(result: &SampleResult) -> Status {
    let best = result.libraries.iter().map(|library| library.judgement.verdict).min().unwrap_or(SampleVerdict::Failed);
    let best = if result.absent.is_empty() { best } else { best.max(SampleVerdict::Limited) };
    let limits = result.targets.iter().filter_map(|gene| Some(format!("{gene}: {}", limit(result, gene)?)));
    Status { verdict: best, limits: limits.collect(), reasons: reasons(result).into_iter().map(|reason| reason.text).collect() }
}

/// What the assay does not show of a kinase, where no library shows all of it.
fn limit(result: &SampleResult, gene: &str) -> Option<String> {
    let own = |library: &LibraryResult| {
        let text = library.judgement.limits.iter().find_map(|limit| limit.strip_prefix(gene)?.strip_prefix(": "))?;
        Some(of_library(result, library, text))
    };
    let texts = result.libraries.iter().map(own).collect::<Option<Vec<String>>>()?;
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// Why the sample, or one of its libraries, is not `ok`.
fn reasons(result: &SampleResult) -> Vec<Warning> {
    let absent = |symbol: &String| Warning::new(Code::TargetAbsent, format!("{symbol}: its contig or its gene model is missing"));
    let own = |library: &LibraryResult| -> Vec<Warning> {
        let named = |reason: &Warning| Warning::new(reason.code, of_library(result, library, &reason.text));
        library.judgement.reasons.iter().map(named).collect()
    };
    result.absent.iter().map(absent).chain(result.libraries.iter().flat_map(own)).collect()
}

/// A sentence with the library that it is about, where there are several.
fn of_library(result: &SampleResult, library: &LibraryResult, text: &str) -> String {
    if result.libraries.len() > 1 {
        format!("{}: {text}", library.files.join(", "))
    } else {
        text.to_owned()
    }
}

/// All that the user should know: the run's warnings and the reasons of the status, each once.
fn warnings(result: &SampleResult) -> Vec<Warning> {
    let mut list: Vec<Warning> = reasons(result).into_iter().chain(result.warnings.list()).collect();
    list.sort();
    list.dedup();
    list
}

/// The figures of two libraries that were compared; of more than two each pair has figures of its own.
fn compared(result: &SampleResult, comparison: &LibraryComparison) -> [MetricRow; 2] {
    let [one, other] = comparison.libraries;
    let of_sample = result.libraries.len();
    // The matched normal stands behind the libraries.
    let suffix = match (of_sample, other == of_sample) {
        (1, true) => ".normal".to_owned(),
        (_, true) => format!(".{}-normal", one + 1),
        (2, false) => String::new(),
        (_, false) => format!(".{}-{}", one + 1, other + 1),
    };
    let normal = result.matched_normal.as_ref().map_or("", |(name, _)| name.as_str());
    let names = [one, other].map(|index| result.libraries.get(index).map_or_else(|| normal.to_owned(), |library| library.files.join(", ")));
    let row = |metric: &str, value: Option<MetricValue>, unit: &str, note: &str| {
        MetricRow::new(&result.sample, &format!("{metric}{suffix}"), value, unit, note)
    };
    let places = format!("inherited substitutions that {} and {} both cover", names[0], names[1]);
    // Without a site there is no likelihood, not even a value of 0.
    let log10 = if comparison.places > 0 { MetricValue::number(comparison.log10_same) } else { None };
    [
        row("identity_places", Some(MetricValue::Count(comparison.places as u64)), "places", &places),
        row("identity_log10", log10, "log10", &comparison.told()),
    ]
}

fn metrics(result: &SampleResult, status: &Status) -> Vec<MetricRow> {
    let sample = result.sample.as_str();
    let mut rows = vec![MetricRow::new(sample, "status", Some(MetricValue::text(status.verdict.name())), "", &status.reasons.join("; "))];
    if !status.limits.is_empty() {
        let genes: Vec<&str> = result.targets.iter().map(String::as_str).filter(|gene| limit(result, gene).is_some()).collect();
        rows.push(MetricRow::new(sample, "limits", Some(MetricValue::text(genes.join(","))), "", &status.limits.join("; ")));
    }
    if let Some((name, assay)) = &result.matched_normal {
        rows.push(MetricRow::new(sample, "matched_normal", Some(MetricValue::text(name)), "", assay.kind.name()));
    }
    for comparison in &result.identity {
        rows.extend(compared(result, comparison));
    }
    for (index, library) in result.libraries.iter().enumerate() {
        let several = result.libraries.len() > 1;
        let mut add = |metric: &str, value: Option<MetricValue>, unit: &str, note: &str| {
            let metric = if several { format!("{metric}.{}", index + 1) } else { metric.to_owned() };
            rows.push(MetricRow::new(sample, &metric, value, unit, note));
        };
        let count = |count: u64| Some(MetricValue::Count(count));
        let (records, primary, duplicates) = library.records;
        add("file", Some(MetricValue::text(library.files.join(","))), "", "");
        add("assay", Some(MetricValue::text(library.assay.kind.name())), "", &library.assay.reasons.join("; "));
        add("records", count(records), "records", "in the kinase genes");
        add("primary_reads", count(primary), "reads", "in the kinase genes");
        add(
            "duplicate_frac",
            (primary > 0).then(|| MetricValue::number(duplicates as f64 / primary as f64)).flatten(),
            "fraction",
            "flagged among the primary reads",
        );
        if let Some(contamination) = result.contamination.get(index) {
            let part = |part: fn(Share) -> f64| contamination.share.and_then(|share| MetricValue::number(part(share)));
            add("contamination_frac", part(|share| share.value), "fraction", &contamination.told());
            add("contamination_frac_low", part(|share| share.low), "fraction", "lower end of the 95 % interval");
            add("contamination_frac_high", part(|share| share.high), "fraction", "upper end of the 95 % interval");
        }
        let faults = &library.assay.faults;
        let share = |part: u64, whole: u64| (whole > 0).then(|| MetricValue::number(part as f64 / whole as f64)).flatten();
        if library.assay.paired {
            let note = format!("{} of {} sampled pairs", faults.misfits, faults.pairs);
            add("mates_that_do_not_fit_frac", share(faults.misfits, faults.pairs), "fraction", &note);
        }
        let note = format!("{} of {} sampled reads go on into an adapter", faults.adapters, faults.reads);
        add("adapter_frac", share(faults.adapters, faults.reads), "fraction", &note);
        let sampled = library.assay.sampled > 0;
        add("read_length", if sampled { count(u64::from(library.assay.read_length_bp)) } else { None }, "bp", "median");
        add(
            "insert_size",
            if library.assay.inserts > 0 { count(u64::from(library.assay.insert_median_bp)) } else { None },
            "bp",
            "median of ordinary pairs",
        );
        if let Some(rna) = &library.survey.rna {
            let molecules = |molecules: Option<u32>| molecules.and_then(|molecules| count(u64::from(molecules)));
            let note = "primary, at genes that nearly every tissue expresses, up to 1000 of each gene";
            add("expressed_reads", rna.reads.and_then(count), "reads", note);
            add("expressed_fragments", rna.expressed.and_then(count), "molecules", "that these reads are of, copies counted once");
            add("other_genes_with_rna", count(rna.other_genes as u64), "genes", "kinases left out, with 5 molecules across one splice");
            add("expressed_molecules", molecules(rna.molecules), "molecules", "across one splice of such a gene, median over the genes");
            add("spliced_insert_size", molecules(rna.fragment_bp), "bp", "median at such genes, introns left out");
        }
        for balance in &library.survey.balances {
            let [low, high] = balance.interval;
            let note = format!(
                "times the molecules behind {} as before it, 95 % interval {low:.2}-{high:.2}; {:.1} and {:.1} molecules a splice",
                balance.region, balance.molecules[1], balance.molecules[0]
            );
            add(&format!("{}_balance", balance.gene), MetricValue::number(balance.fold), "fold", &note);
        }
        for (kinase, noise) in library.kinases.iter().zip(&library.noise) {
            add(&format!("{}_reads", kinase.symbol), count(kinase.reads), "reads", "primary, in the gene");
            add(
                &format!("{}_depth", kinase.symbol),
                MetricValue::number(kinase.mean_depth),
                "reads",
                "mean over the regions where it usually breaks",
            );
            if let Some(molecules) = library.survey.splices.median(&kinase.symbol) {
                let note = "across one splice of the kinase's own transcript, median over its splices";
                add(&format!("{}_molecules", kinase.symbol), count(u64::from(molecules)), "molecules", note);
            }
            add(
                &format!("{}_chimeras", kinase.symbol),
                count(u64::from(noise.chimeras)),
                "fragments",
                "that join the gene to another place",
            );
            add(
                &format!("{}_explained_elsewhere", kinase.symbol),
                count(u64::from(noise.explained_elsewhere)),
                "candidates",
                "of which all fragments show a better junction",
            );
        }
        off_target::metrics(library, &result.fusions, &mut add);
        for (key, skipped) in &library.skipped {
            add(&format!("skipped_{key}"), count(*skipped), "records", "");
        }
    }
    rows
}
