//! All files that follow from a document of results alone: those of `kinfuse call`, and again those of `kinfuse report`.
//!
//! The page for people (`html`) is one of them: what it shows must be in the document.

use super::html::{self, Lang};
use super::json::Document;
use super::output::Outputs;
use super::{tsv, vcf};
use crate::error::{Error, Result};

/// How the page is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageOptions {
    /// Its language.
    pub lang: Lang,
    /// Whether each drawing is a file of its own as well.
    pub figures: bool,
}

/// Writes the tables, the VCF with its index, the page, and the document itself.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(document: &Document, page: PageOptions, outputs: &mut Outputs) -> Result<()> {
    outputs.write("fusions.tsv", |out| tsv::write(out, &document.fusions))?;
    outputs.write("candidates.tsv.gz", |out| tsv::write_gzip(out, &document.candidates))?;
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
    let made = html::render(document, page.lang);
    let made = made.map_err(|error| Error::io(outputs.final_path("html"), "fill")(std::io::Error::other(error)))?;
    outputs.write("html", |out| out.write_all(made.html.as_bytes()))?;
    if page.figures {
        for (name, drawing) in &made.drawings {
            outputs.write(&format!("{name}.svg"), |out| out.write_all(drawing.standalone().as_bytes()))?;
        }
    }
    outputs.write("kinfuse.json", |out| document.write(out))
}
