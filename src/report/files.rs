//! All files that follow from a document of results alone: those of `kinfuse call`, and again those of `kinfuse report`.
//!
//! A page for people (`html`) belongs here too: what it shows must be in the document.

use super::json::Document;
use super::output::Outputs;
use super::{candidates, tsv, vcf};
use crate::error::Result;

/// Writes the tables, the VCF with its index, and the document itself.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(document: &Document, outputs: &mut Outputs) -> Result<()> {
    outputs.write("fusions.tsv", |out| tsv::write(out, &document.fusions))?;
    outputs.write(candidates::SUFFIX, |out| tsv::write_gzip(out, &document.candidates))?;
    outputs.write("variants.tsv", |out| tsv::write(out, &document.variant_rows()))?;
    outputs.write("detectability.tsv", |out| tsv::write(out, &document.detectability))?;
    outputs.write("metrics.tsv", |out| tsv::write(out, &document.metrics))?;
    let state = document.interpretation.state();
    let source = vcf::Source {
        tables: &state,
        sample: &document.sample,
        version: &document.tool.version,
        assembly: document.assembly.as_deref(),
        contigs: &document.contigs,
        fusions: &document.candidates,
        variants: &document.called_variants(),
    };
    vcf::write(outputs, &source)?;
    outputs.write("kinfuse.json", |out| document.write(out))
}
