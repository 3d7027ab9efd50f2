//! Warnings of a run beside its findings: reads that were not looked at, calls that were held back, a background of another material.

use crate::alignment::Library;
use crate::fusion::frame::kinase_domain_codons;
use crate::junction::edge_reads::ExonEdges;
use crate::junction::outside;
use crate::material::Material;
use crate::model::Gene;
use crate::normals::Background;
use crate::warning::{Code, Warnings};

use super::LibraryResult;

/// Says what was not looked at.
pub(super) fn unread(library: &Library, edges: &ExonEdges, elsewhere: u64, warnings: &Warnings) {
    let files = library.names().join(", ");
    if elsewhere > 0 {
        let text = format!(
            "{files}: {elsewhere} aligned reads that lie away from the kinases and their listed partners were not looked at, \
             as the file has more than {}: a partner to which no read at a kinase points may be missed; --sensitive reads them",
            outside::MAX_READS
        );
        warnings.add(Code::NotReadWhole, text);
    }
    if edges.unaligned_left > 0 {
        let text = format!(
            "{files}: {} unaligned reads were not looked at, beyond the first {}; --sensitive reads them",
            edges.unaligned_left, edges.unaligned_seen
        );
        warnings.add(Code::NotReadWhole, text);
    }
}

/// Says of which kinases no mutation can be named: those whose model has no coding sequence, as in a GTF without CDS lines.
pub(super) fn without_coding_sequence(kinases: &[&Gene], warnings: &Warnings) {
    // A stop codon alone is no coding sequence: the domain must lie in it.
    let is_coding = |gene: &Gene| {
        let (_, last) = kinase_domain_codons(&gene.symbol).unwrap_or_default();
        gene.transcript.as_ref().and_then(|transcript| transcript.cds_length_bp).is_some_and(|bp| bp >= 3 * last)
    };
    let without: Vec<&str> = kinases.iter().filter(|gene| !is_coding(gene)).map(|gene| gene.symbol.as_str()).collect();
    if !without.is_empty() {
        let text = format!(
            "{}: no coding sequence is known (the GTF has no CDS lines for it, and the genome is not GRCh37 or GRCh38): mutations were not \
             looked for, and frames are not known; give a GTF with CDS lines",
            without.join(", ")
        );
        warnings.add(Code::NoCodingSequence, text);
    }
}

/// Names each change that would be called, but for the background of normal samples.
pub(super) fn held_back(result: &LibraryResult, warnings: &Warnings) {
    let elsewhere = result.findings.hotspots.iter().flat_map(|spot| &spot.variants);
    for variant in result.findings.variants.iter().chain(elsewhere).filter(|variant| variant.held_back) {
        warnings.add(Code::HeldBackByNormals, format!("{} {} {}", variant.gene, variant.hgvs_p, variant.note));
    }
}

/// Warns of libraries for which the background has no normal sample of their material.
pub(super) fn other_material(normals: &Background, libraries: &[Library], warnings: &Warnings) {
    for library in libraries {
        let own = if library.assay.material() == Material::Rna { "rna" } else { "dna" };
        if !normals.materials.contains_key(own) {
            let of: Vec<&str> = normals.materials.keys().map(String::as_str).collect();
            let of = if of.is_empty() { "no sample".to_owned() } else { format!("samples of {} only", of.join(", ")) };
            let names = library.names().join(", ");
            let text = format!("{names} is {own}, the background of --normals has {of}: nothing of it is used here");
            warnings.add(Code::NormalsOfOtherMaterial, text);
        }
    }
}
