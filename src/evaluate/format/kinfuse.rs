//! What `kinfuse call` writes: `fusions.tsv`, `candidates.tsv.gz`, `variants.tsv`, `kinfuse.json`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Result;
use crate::evaluate::call::{Call, Interval, MutationCall, SampleCalls, Tier};
use crate::evaluate::place::End;
use crate::evaluate::sheet::{Line, Sheet};
use crate::fusion::MIN_LISTED_QUALITY;
use crate::genome::canonical_contig_name;
use crate::model::Role;
use crate::report::json::Document;
use crate::report::rows::FusionRow;

/// The rows of `fusions.tsv` or `candidates.tsv.gz`, by their `sample` column; a table without rows is `sample`'s.
///
/// Whether a row of the candidates is also listed in `fusions.tsv` follows from its filter and quality.
pub(super) fn fusions(path: &Path, text: &str, sample: &str) -> Result<Vec<(String, SampleCalls)>> {
    let mut samples = of_sheet(&Sheet::parse(path, text))?;
    if samples.is_empty() {
        samples.insert(sample.to_owned(), SampleCalls::default());
    }
    Ok(samples.into_iter().collect())
}

fn of_sheet(sheet: &Sheet) -> Result<BTreeMap<String, SampleCalls>> {
    let mut samples: BTreeMap<String, SampleCalls> = BTreeMap::new();
    for line in sheet.lines() {
        let call = call(&line)?;
        samples.entry(line.required("sample")?.to_owned()).or_default().fusions.push(call);
    }
    Ok(samples)
}

/// The called mutations of `variants.tsv`.
pub(super) fn variants(path: &Path, text: &str) -> Result<Vec<(String, SampleCalls)>> {
    let mut samples: BTreeMap<String, SampleCalls> = BTreeMap::new();
    for line in Sheet::parse(path, text).lines() {
        let calls = samples.entry(line.required("sample")?.to_owned()).or_default();
        calls.mutations.extend(mutation(&line)?);
    }
    Ok(samples.into_iter().collect())
}

/// All of `kinfuse.json`.
pub(super) fn json(path: &Path) -> Result<Vec<(String, SampleCalls)>> {
    let mut document = Document::read(path)?;
    // Without the table of candidates those that were called tell enough.
    if let Ok(whole) = Document::read_whole(path) {
        document = whole;
    }
    let calls = of_document(path, &document)?;
    Ok(vec![(document.sample, calls)])
}

/// The calls of a document.
pub(in crate::evaluate) fn of_document(path: &Path, document: &Document) -> Result<SampleCalls> {
    let mut calls = SampleCalls::default();
    let rows: Vec<&FusionRow> =
        if document.candidates.is_empty() { document.fusions.iter().collect() } else { document.candidate_rows().collect() };
    for (_, found) in of_sheet(&Sheet::of_rows(path, &rows))? {
        calls.absorb(found);
    }
    for line in Sheet::of_rows(path, &document.variant_rows()).lines() {
        calls.mutations.extend(mutation(&line)?);
    }
    Ok(calls)
}

fn call(line: &Line<'_>) -> Result<Call> {
    let end = |column: &str, role: Role| {
        let place = |text| End::of_gene(text, role).ok_or_else(|| line.error(format!("{column} is {text:?}, not chrom:position:strand")));
        line.get(column).map(place).transpose()
    };
    let (filter, qual) = (line.required("filter")?, line.number::<f64>("qual")?.unwrap_or(0.0));
    let tier = match filter {
        "PASS" => Tier::Pass,
        _ if qual >= MIN_LISTED_QUALITY => Tier::Flagged,
        _ => Tier::Candidate,
    };
    let mut call = Call::new(tier, [end("breakpoint5", Role::Five)?, end("breakpoint3", Role::Three)?]);
    call.ordered = true;
    call.genes = ["gene5", "gene3"].map(|column| line.text(column));
    call.exon_junction = line.text("exon_junction");
    call.variant = line.text("variant");
    call.insertion = Some(line.text("insertion").unwrap_or_default().to_ascii_uppercase());
    call.homology_bp = line.number("homology_bp")?.unwrap_or(0);
    call.slack_bp = line.number("slack_bp")?.unwrap_or(0);
    call.qual = Some(qual);
    let fraction = ["allele_fraction", "allele_fraction_low", "allele_fraction_high"].map(|column| line.number::<f64>(column));
    if let [Some(value), Some(low), Some(high)] = {
        let [a, b, c] = fraction;
        [a?, b?, c?]
    } {
        call.fraction = Some(Interval { value, low, high });
    }
    call.id = line.text("id").unwrap_or_default();
    call.filter = Some(filter.to_owned());
    Ok(call)
}

fn mutation(line: &Line<'_>) -> Result<Option<MutationCall>> {
    if line.get("status") != Some("called") {
        return Ok(None);
    }
    let phase = line.get("phase").and_then(|phase| phase.split(':').next()).filter(|word| matches!(*word, "cis" | "trans"));
    Ok(Some(MutationCall {
        passes: line.get("filter") == Some("PASS"),
        name: format!("{} {}", line.get("gene").unwrap_or("."), line.get("hgvs_p").unwrap_or(".")),
        place: (canonical_contig_name(line.required("chrom")?), line.number("pos")?.unwrap_or(0)),
        alleles: (line.text("ref").unwrap_or_default(), line.text("alt").unwrap_or_default()),
        phase: phase.map(str::to_owned),
    }))
}
