//! A fusion as JSON of the VICC gene fusion specification (`AssayedFusion`), for programs that read that form.

use serde_json::{json, Value};

use crate::genome::{Assembly, ContigId, Contigs, Side, Strand};
use crate::model::builtin::{cited_id, is_mane_select};
use crate::model::Role;

use super::name::{exon_and_offset, PartnerEnd};
use super::Material;

/// Versions of the RefSeq sequences of chromosomes 1-22, X and Y. Source: NCBI assembly reports of GRCh37 and GRCh38.
const VERSIONS: [(Assembly, [u8; 24]); 2] = [
    (Assembly::Grch37, [10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9]),
    (Assembly::Grch38, [11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10]),
];

/// The RefSeq accession of a chromosome.
fn accession(assembly: Assembly, contigs: &Contigs, contig: ContigId) -> Option<String> {
    let (_, versions) = VERSIONS.iter().find(|(known, _)| *known == assembly)?;
    (1..=24u8).zip(versions).find_map(|(number, version)| {
        let name = match number {
            23 => "X".to_owned(),
            24 => "Y".to_owned(),
            autosome => autosome.to_string(),
        };
        (contigs.find(&name) == Some(contig)).then(|| format!("NC_{number:06}.{version}"))
    })
}

/// The fusion as an `AssayedFusion`. `None` where a partner has no RefSeq or Ensembl transcript, the genome is not known, or bases between
/// the partners cannot be read: the form has no place for what is not known.
///
/// Places are interbase, as GA4GH VRS has them.
pub fn element(
    five: PartnerEnd<'_>,
    three: PartnerEnd<'_>,
    linker: Option<&[u8]>,
    material: Material,
    assembly: Option<Assembly>,
    contigs: &Contigs,
) -> Option<Value> {
    let segment = |end: PartnerEnd<'_>, role: Role| -> Option<Value> {
        let (gene, partner) = end;
        let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
        let id = cited_id(transcript);
        let source = match id.get(..3)? {
            "NM_" | "NR_" | "XM_" => "refseq",
            "ENS" => "ensembl",
            _ => return None,
        };
        let (number, offset) = exon_and_offset(end, role, material)?;
        let boundary = match material {
            Material::Rna => partner.breakend.boundary,
            Material::Dna => transcript.splice_edge(number, strand, role)?,
        };
        let side = match role.side(strand) {
            Side::Lower => "end",
            Side::Higher => "start",
        };
        let (exon, exon_offset, place) = match role {
            Role::Five => ("exonEnd", "exonEndOffset", "elementGenomicEnd"),
            Role::Three => ("exonStart", "exonStartOffset", "elementGenomicStart"),
        };
        let sequence = format!("refseq:{}", accession(assembly?, contigs, partner.breakend.contig)?);
        Some(json!({
            "type": "TranscriptSegmentElement",
            "transcript": format!("{source}:{id}"),
            "transcriptStatus": if is_mane_select(transcript) { "mane_select" } else { "longest_compatible_remaining" },
            "strand": if strand == Strand::Forward { 1 } else { -1 },
            exon: number,
            exon_offset: offset,
            "gene": { "conceptType": "Gene", "name": gene.symbol },
            place: { "type": "SequenceLocation", "sequenceReference": sequence, side: boundary },
        }))
    };
    let mut structure = vec![segment(five, Role::Five)?];
    let insertion = linker?;
    if !insertion.is_empty() {
        let sequence = String::from_utf8_lossy(insertion).into_owned();
        structure.push(
            json!({ "type": "LinkerSequenceElement", "linkerSequence": { "type": "LiteralSequenceExpression", "sequence": sequence } }),
        );
    }
    structure.push(segment(three, Role::Three)?);
    let (event, seen) = match material {
        Material::Rna => (Value::Null, "observed"),
        Material::Dna => (json!({ "type": "CausativeEvent", "eventType": "rearrangement" }), "inferred"),
    };
    let mut fusion = json!({
        "type": "AssayedFusion",
        "structure": structure,
        "assay": { "type": "Assay", "assayName": format!("{} sequencing", if material == Material::Rna { "RNA" } else { "DNA" }), "fusionDetection": seen },
    });
    if !event.is_null() {
        fusion["causativeEvent"] = event;
    }
    Some(fusion)
}
