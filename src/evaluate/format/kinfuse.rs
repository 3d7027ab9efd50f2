//! What `kinfuse call` writes: `fusions.tsv`, `candidates.tsv.gz`, `variants.tsv`, `kinfuse.json`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Result;
use crate::evaluate::call::{CallTier, CalledJunction, FractionInterval, MutationCall, SampleCalls};
use crate::evaluate::place::CalledEnd;
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
        calls.mutations.extend(mutations(&line)?);
    }
    Ok(samples.into_iter().collect())
}

/// All of `kinfuse.json`.
pub(super) fn json(path: &Path) -> Result<Vec<(String, SampleCalls)>> {
    let mut document = Document::read(path)?;
    // If the table of candidates is missing, the called rows are used alone.
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
        calls.mutations.extend(mutations(&line)?);
    }
    Ok(calls)
}

fn call(line: &Line<'_>) -> Result<CalledJunction> {
    let end = |column: &str, role: Role| {
        let place =
            |text| CalledEnd::of_gene(text, role).ok_or_else(|| line.error(format!("{column} is {text:?}, not chrom:position:strand")));
        line.get(column).map(place).transpose()
    };
    let (filter, qual) = (line.required("filter")?, line.number::<f64>("qual")?.unwrap_or(0.0));
    let tier = match filter {
        "PASS" => CallTier::Pass,
        _ if qual >= MIN_LISTED_QUALITY => CallTier::Flagged,
        _ => CallTier::Candidate,
    };
    let mut call = CalledJunction::new(tier, [end("breakpoint5", Role::Five)?, end("breakpoint3", Role::Three)?]);
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
        call.fraction = Some(FractionInterval { value, low, high });
    }
    call.id = line.text("id").unwrap_or_default();
    call.filter = Some(filter.to_owned());
    Ok(call)
}

/// The called change of a line; one call a part where an intron cuts it, as the VCF has it.
fn mutations(line: &Line<'_>) -> Result<Vec<MutationCall>> {
    if line.get("status") != Some("called") {
        return Ok(Vec::new());
    }
    let phase = line.get("phase").and_then(|phase| phase.split(':').next()).filter(|word| matches!(*word, "cis" | "trans"));
    let whole = MutationCall {
        passes: line.get("filter") == Some("PASS"),
        name: format!("{} {}", line.get("gene").unwrap_or("."), line.get("hgvs_p").unwrap_or(".")),
        place: (canonical_contig_name(line.required("chrom")?), line.number("pos")?.unwrap_or(0)),
        alleles: (line.text("ref").unwrap_or_default(), line.text("alt").unwrap_or_default()),
        phase: phase.map(str::to_owned),
    };
    let Some(text) = line.get("genomic_parts") else { return Ok(vec![whole]) };
    let part = |text: &str| {
        let (position, (reference, alternative)) = text.split_once(':').and_then(|(at, rest)| Some((at, rest.split_once('>')?)))?;
        let alleles = (reference.to_owned(), alternative.to_owned());
        Some(MutationCall { place: (whole.place.0.clone(), position.parse().ok()?), alleles, ..whole.clone() })
    };
    let parts: Option<Vec<MutationCall>> = text.split(',').map(part).collect();
    parts.ok_or_else(|| line.error(format!("genomic_parts is {text:?}, not position:ref>alt")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_that_an_intron_cuts_is_a_call_a_part_and_what_is_not_called_is_none() {
        let table = |parts: &str| {
            format!(
                "sample\tgene\thgvs_p\tchrom\tpos\tref\talt\tfilter\tphase\tstatus\tgenomic_parts\n\
                 s\tALK\tp.G1202R\tchr2\t29\t.\t.\tPASS\t.\tcalled\t{parts}\ns\tKRAS\tp.G12A\tchr12\t9\t.\t.\t.\t.\tnot-seen\t.\n"
            )
        };
        let read = |parts: &str| variants(Path::new("s.variants.tsv"), &table(parts));
        let samples = read("29:C>T,900:GA>AC").expect("a table");
        let calls: Vec<(u32, &str, &str)> =
            (samples[0].1.mutations.iter()).map(|call| (call.place.1, call.alleles.0.as_str(), call.alleles.1.as_str())).collect();
        assert_eq!(calls, [(29, "C", "T"), (900, "GA", "AC")]);
        assert_eq!(read(".").expect("a table")[0].1.mutations.len(), 1);
        assert!(read("29:C").is_err_and(|error| error.to_string().contains("genomic_parts")));
    }
}
