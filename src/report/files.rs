//! All files that follow from a document of results alone: those of `kinfuse call`, and again those of `kinfuse report`.
//!
//! A page for people (`html`) belongs here too: what it shows must be in the document.

use super::json::Document;
use super::output::Outputs;
use super::rows::CandidateRow;
use super::{tsv, vcf};
use crate::error::Result;

/// Writes the tables, the VCF with its index, and the document itself.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(document: &Document, outputs: &mut Outputs) -> Result<()> {
    outputs.write("fusions.tsv", |out| tsv::write(out, &document.fusions))?;
    outputs.write("candidates.tsv.gz", |out| tsv::write_gzip(out, &candidates(document)))?;
    outputs.write("variants.tsv", |out| tsv::write(out, &document.variants))?;
    outputs.write("detectability.tsv", |out| tsv::write(out, &document.detectability))?;
    outputs.write("metrics.tsv", |out| tsv::write(out, &document.metrics))?;
    let state = document.interpretation.state();
    let source = vcf::Source {
        tables: &state,
        sample: &document.sample,
        version: &document.tool.version,
        assembly: document.assembly.as_deref(),
        fusions: &document.candidates,
        variants: &document.variants,
        entry: &document.vcf,
    };
    vcf::write(outputs, &source)?;
    outputs.write("kinfuse.json", |out| document.write(out))
}

/// The candidates with the names of their reads, as far as the document has them.
fn candidates(document: &Document) -> Vec<CandidateRow<'_>> {
    let names = document.read_names.iter().map(Vec::as_slice).chain(std::iter::repeat(&[][..]));
    document.candidates.iter().zip(names).map(|(fusion, read_names)| CandidateRow { fusion, read_names }).collect()
}
