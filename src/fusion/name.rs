//! Names: exon junction, HGVS for adjoined transcripts, and the VICC form.

use crate::model::{Gene, Role, Site};

use super::frame::CodingOffset;
use super::{Material, Partner};

/// The exon that a fusion transcript ends with (5') or begins with (3') at this site; for DNA the one that a splice will use.
pub fn exon_at(site: Option<Site>, role: Role) -> Option<u32> {
    match (site?, role) {
        (Site::Exon { number, .. }, _) | (Site::Intron { after: number }, Role::Five) => Some(number),
        (Site::Intron { after }, Role::Three) => Some(after + 1),
        (Site::Outside, _) => None,
    }
}

/// The field's shorthand, `E13;A20`: the genes' first letters and their exons.
pub fn exon_junction(five: (&str, Option<u32>), three: (&str, Option<u32>)) -> Option<String> {
    let part = |(symbol, exon): (&str, Option<u32>)| Some(format!("{}{}", symbol.chars().next()?, exon?));
    Some(format!("{};{}", part(five)?, part(three)?))
}

/// HGVS for adjoined transcripts, on RNA only: `NM_019063:r.?_1489::NM_004304:r.3173_?`, inserted bases in lower case between.
pub fn hgvs(five: (&Gene, CodingOffset), three: (&Gene, CodingOffset), insertion: &[u8], material: Material) -> Option<String> {
    let (CodingOffset::At(last), CodingOffset::At(before_first)) = (five.1, three.1) else { return None };
    if material != Material::Rna || before_first < 0 || last < 1 {
        return None;
    }
    let id = |gene: &Gene| Some(gene.transcript.as_ref()?.literature_id().to_owned());
    let inserted = if insertion.is_empty() {
        String::new()
    } else {
        format!("{}::", String::from_utf8_lossy(insertion).to_lowercase().replace('t', "u"))
    };
    Some(format!("{}:r.?_{last}::{inserted}{}:r.{}_?", id(five.0)?, id(three.0)?, before_first + 1))
}

/// The VICC form, `NM_019063(EML4):e.13::NM_004304(ALK):e.20`, with the distance from the exon's edge where RNA shows one: bases
/// missing from the exon, or bases of the intron beside it that are kept. For DNA the exons that a splice will join.
pub fn vicc(five: (&Gene, &Partner), three: (&Gene, &Partner), insertion: &[u8], material: Material) -> Option<String> {
    let part = |(gene, partner): (&Gene, &Partner), role: Role| {
        let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
        let number = exon_at(partner.site, role)?;
        let apart = transcript.splice_edge(number, strand, role)?.abs_diff(partner.breakend.boundary);
        let kept_intron = matches!(partner.site, Some(Site::Intron { .. }));
        let offset = match (material, apart) {
            (Material::Dna, _) | (_, 0) => String::new(),
            // A 5' exon that goes on into its intron is longer (+), one that is cut is shorter (-); at a 3' exon's start it is the reverse.
            (Material::Rna, _) if (role == Role::Five) == kept_intron => format!("+{apart}"),
            (Material::Rna, _) => format!("-{apart}"),
        };
        Some(format!("{}({}):e.{number}{offset}", transcript.literature_id(), gene.symbol))
    };
    let inserted = if insertion.is_empty() { String::new() } else { format!("{}::", String::from_utf8_lossy(insertion)) };
    Some(format!("{}::{inserted}{}", part(five, Role::Five)?, part(three, Role::Three)?))
}
