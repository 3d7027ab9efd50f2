//! All files that follow from a document of results alone: those of `kinfuse call`, and again those of `kinfuse report`.
//!
//! The page for people (`html`) is one of them: what it shows must be in the document.

use super::also::{self, Layout};
use super::html::{self, Lang};
use super::json::Document;
use super::output::Outputs;
use super::{candidates, multiqc, tsv, vcf};
use crate::config::DEFAULT_TARGETS;
use crate::error::{Error, Result};

/// How the page is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageOptions {
    /// Its language.
    pub lang: Lang,
    /// Whether each drawing is a file of its own as well.
    pub figures: bool,
}

/// Writes the tables, the VCF with its index, the sections for MultiQC, the calls in other `layouts`, the page, and the document itself.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(document: &Document, page: PageOptions, layouts: &[Layout], outputs: &mut Outputs) -> Result<()> {
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
    multiqc::write(document, outputs)?;
    also::write(document, layouts, outputs)?;
    let made = html::render(document, page.lang);
    let made = made.map_err(|error| Error::io(outputs.final_path("html"), "fill")(std::io::Error::other(error)))?;
    outputs.write("html", |out| out.write_all(made.html.as_bytes()))?;
    let mut written = Vec::new();
    for (name, drawing) in made.drawings.iter().filter(|_| page.figures) {
        let suffix = format!("{name}.svg");
        outputs.write(&suffix, |out| out.write_all(drawing.standalone().as_bytes()))?;
        written.push(suffix);
    }
    // Drawings of an earlier run would stand beside fusions that they do not show.
    for suffix in outputs.present()?.into_iter().filter(|suffix| is_drawing(suffix) && !written.contains(suffix)) {
        outputs.supersede(&suffix);
    }
    outputs.write("kinfuse.json", |out| document.write(out))
}

/// Whether a suffix is that of a drawing (`F1.genes.svg`), and no other file of the user.
fn is_drawing(suffix: &str) -> bool {
    let parts: Vec<&str> = suffix.split('.').collect();
    match parts.as_slice() {
        [id, "genes" | "reads" | "product", "svg"] => {
            id.strip_prefix('F').is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
        }
        [gene, "mutations", "svg"] => DEFAULT_TARGETS.contains(gene),
        ["detectability" | "balance", "svg"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_told_from_files_of_the_user_and_of_other_samples() {
        for suffix in ["F1.genes.svg", "F12.product.svg", "ALK.mutations.svg", "balance.svg"] {
            assert!(is_drawing(suffix), "{suffix}");
        }
        for suffix in ["svg", "b.F1.genes.svg", "figure.svg", "F.genes.svg", "TP53.mutations.svg", "F1.genes.png"] {
            assert!(!is_drawing(suffix), "{suffix}");
        }
    }
}
