//! Writes all files that follow from `kinfuse.json` alone: those that both `kinfuse call` and `kinfuse report` write.
//!
//! The page for people (`html`) is one of them: everything it shows must be in the document.

use super::also::{self, OtherLayout};
use super::html::{self, Lang, ReportPage};
use super::json::Document;
use super::output::Outputs;
use super::{candidates, multiqc, tsv, vcf};
use crate::drawing::{DrawingFormat, Formats};
use crate::error::{Error, Result};
use crate::model::DEFAULT_TARGETS;

/// How the page is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageOptions {
    /// Its language.
    pub lang: Lang,
    /// Formats in which each drawing is a file of its own as well.
    pub figures: Formats,
}

/// Writes the tables, the VCF with its index, the sections for MultiQC, the calls in other `layouts`, the page, and the document itself.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(document: &Document, page: PageOptions, layouts: &[OtherLayout], outputs: &mut Outputs) -> Result<()> {
    outputs.write("fusions.tsv", |out| tsv::write(out, &document.fusions))?;
    outputs.write(candidates::SUFFIX, |out| tsv::write_gzip(out, &document.candidates))?;
    outputs.write("variants.tsv", |out| tsv::write(out, &document.variant_rows()))?;
    outputs.write("detectability.tsv", |out| tsv::write(out, &document.detectability))?;
    outputs.write("metrics.tsv", |out| tsv::write(out, &document.metrics))?;
    let state = document.interpretation.state();
    let source = vcf::VcfContent {
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
    let made = rendered(document, page.lang, outputs)?;
    outputs.write("html", |out| out.write_all(made.html.as_bytes()))?;
    let written = figures(document, page, &made, outputs)?;
    // Drawings of an earlier run would stand beside fusions that they do not show.
    for suffix in outputs.present()?.into_iter().filter(|suffix| is_drawing(suffix) && !written.contains(suffix)) {
        outputs.supersede(&suffix);
    }
    outputs.write("kinfuse.json", |out| document.write(out))
}

/// Writes each drawing in the formats that are asked for; gives the suffixes.
fn figures(document: &Document, page: PageOptions, made: &ReportPage, outputs: &mut Outputs) -> Result<Vec<String>> {
    // Letters that the program brings along are Latin.
    let is_latin = page.lang == Lang::English || !page.figures.iter().any(DrawingFormat::has_own_letters);
    let english = if is_latin { None } else { Some(rendered(document, Lang::English, outputs)?) };
    let mut written = Vec::new();
    for format in page.figures.iter() {
        let drawings = english.as_ref().filter(|_| format.has_own_letters()).unwrap_or(made);
        for (name, drawing) in &drawings.drawings {
            let suffix = format!("{name}.{}", format.suffix());
            let bytes = drawing.file(format).map_err(Error::io(outputs.final_path(&suffix), "draw"))?;
            outputs.write(&suffix, |out| out.write_all(&bytes))?;
            written.push(suffix);
        }
    }
    Ok(written)
}

fn rendered(document: &Document, lang: Lang, outputs: &Outputs) -> Result<ReportPage> {
    html::render(document, lang).map_err(|error| Error::io(outputs.final_path("html"), "fill")(std::io::Error::other(error)))
}

/// Whether a suffix is that of a drawing (`F1.genes.svg`), and no other file of the user.
fn is_drawing(suffix: &str) -> bool {
    let parts: Vec<&str> = suffix.split('.').collect();
    let Some((end, parts)) = parts.split_last() else { return false };
    if !DrawingFormat::ALL.iter().any(|format| format.suffix() == *end) {
        return false;
    }
    match parts {
        [id, "genes" | "reads" | "junction" | "product"] => {
            id.strip_prefix('F').is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
        }
        [gene, "mutations"] => DEFAULT_TARGETS.contains(gene),
        ["detectability" | "balance"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_told_from_files_of_the_user_and_of_other_samples() {
        for suffix in ["F1.genes.svg", "F12.product.pdf", "F1.junction.png", "ALK.mutations.svg", "balance.svg"] {
            assert!(is_drawing(suffix), "{suffix}");
        }
        for suffix in ["svg", "b.F1.genes.svg", "figure.svg", "F.genes.svg", "TP53.mutations.svg", "F1.genes.gif"] {
            assert!(!is_drawing(suffix), "{suffix}");
        }
    }
}
