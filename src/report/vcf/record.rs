//! One line of the VCF, from the rows of the tables and the places of the records.

use super::info::{encoded, filters, Info};
use super::place::{is_contig_name, plain, BreakendEntry};
use crate::report::rows::{Cell, Companion, Fraction, FusionRow, Phase, PhaseSet, VariantRow};

/// A record, ordered by contig, position and identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VcfRecord {
    contig: usize,
    /// 1-based; 0 before the first base of a contig.
    position: u32,
    id: String,
    /// The columns from REF to the end.
    rest: [String; 7],
}

impl VcfRecord {
    /// The line with its end; `None` where the contig is none of these.
    pub(super) fn line(&self, contigs: &[String]) -> Option<String> {
        Some(format!("{}\t{}\t{}\t{}\n", contigs.get(self.contig)?, self.position, self.id, self.rest.join("\t")))
    }
}

/// The record of one end of a fusion; `None` where its contig is none of these, or VCF cannot hold its alleles.
pub(super) fn of_end(fusion: &FusionRow, end: &BreakendEntry, contigs: &[String]) -> Option<VcfRecord> {
    let contig = contigs.iter().position(|name| *name == end.chrom).filter(|_| end.is_sound())?;
    let mut info = Info::default();
    info.add("SVTYPE", "BND");
    if end.has_mate {
        info.add("MATEID", &identifier(fusion, if end.role == 5 { 3 } else { 5 }));
    }
    // The reciprocal is named after its event with an `r`; in a VCF both belong to one event.
    let named = fusion.event.as_deref().unwrap_or("");
    let event = named.strip_suffix('r');
    info.add("EVENT", event.unwrap_or(named));
    if event.is_some() {
        info.flag("RECIPROCAL");
    }
    if end.imprecise {
        info.flag("IMPRECISE");
    }
    if let Some(interval) = end.interval {
        info.add_interval("CIPOS", interval);
    }
    info.add_some("HOMLEN", end.homology_bp.map(|length| length.to_string()).as_deref());
    info.add_some("HOMSEQ", end.homology.as_deref());
    info.add("ROLE", &end.role.to_string());
    info.add("FUSION", &fusion.fusion);
    info.add_some("GENE5", fusion.gene5.as_deref());
    info.add_some("GENE3", fusion.gene3.as_deref());
    info.add_some("EXONJ", fusion.exon_junction.as_deref());
    info.add_some("VARIANT", fusion.variant.as_deref());
    info.add("FRAME", &fusion.frame);
    info.add("KNOWN", &fusion.known.cell());
    info.add_some("KDOM", fusion.kinase_domain.map(|domain| domain.cell()).as_deref());
    info.add_some("EVIDENCE", fusion.evidence.as_deref());
    info.add("UNITS", &fusion.units.cell());
    let depth = if end.role == 5 { fusion.depth5 } else { fusion.depth3 };
    // One event has one fraction: that of the kinase's end, where both alleles are read. AD and DP are those of this end,
    // of the fragments that the fraction counts. Documents of older versions do not have them apart.
    let crossing = fusion.crossing_fragments.unwrap_or(fusion.fragments);
    let counts = counts(depth.unwrap_or(0), crossing, fusion.allele_fraction);
    let genotype = format!("{}:{}:{}:{counts}", fusion.split_fragments, fusion.pair_fragments, fusion.clip_fragments);
    let (reference, alt) = (end.r#ref.clone(), end.alt.clone());
    let rest = [reference, alt, fusion.qual.cell(), filters(&fusion.filter), info.text(), "SR:PR:CR:AD:DP:AF".to_owned(), genotype];
    Some(VcfRecord { contig, position: end.pos, id: identifier(fusion, end.role), rest })
}

/// ALT of an exon that transcripts leave out.
const LEFT_OUT: &str = "<DEL>";

/// POS, REF and ALT of a called variant; none where VCF cannot hold them, several where an intron cuts the change.
fn alleles(variant: &VariantRow) -> Vec<(u32, String, String)> {
    if variant.genomic_parts.is_empty() {
        return whole(variant).into_iter().map(|(reference, alternative)| (variant.pos, reference, alternative)).collect();
    }
    let parts = variant.genomic_parts.iter().map(|part| (part.pos, plain(part.r#ref.as_bytes()), plain(part.alt.as_bytes())));
    let parts: Vec<(u32, String, String)> = parts.collect();
    let is_sound = |bases: &str| !bases.is_empty() && !bases.contains('N');
    // A change in several parts is written whole or not at all.
    let all = parts.iter().all(|(_, reference, alternative)| is_sound(reference) && is_sound(alternative) && reference != alternative);
    if all {
        parts
    } else {
        Vec::new()
    }
}

/// REF and ALT of a variant that one stretch holds; `None` where VCF cannot hold them.
///
/// A substitution of one base can stand on an unknown reference base (`N`); anything longer cannot.
fn whole(variant: &VariantRow) -> Option<(String, String)> {
    let bases = |bases: &Option<String>| plain(bases.as_deref().unwrap_or("").as_bytes());
    let mut reference = bases(&variant.r#ref);
    if variant.alt.as_deref() == Some(LEFT_OUT) {
        let base = if reference.is_empty() { "N".to_owned() } else { reference };
        return variant.end.map(|_| (base, LEFT_OUT.to_owned()));
    }
    let alternative = bases(&variant.alt);
    if reference.is_empty() && alternative.len() == 1 {
        "N".clone_into(&mut reference);
    }
    let unknown = reference.is_empty() || (reference.len() > 1 && reference.contains('N'));
    let nothing = alternative.is_empty() || alternative == reference || alternative.contains('N');
    (!unknown && !nothing).then_some((reference, alternative))
}

/// Whether a VCF can hold a called variant: its bases are known, and its contig has a name that VCF allows.
pub fn can_hold(variant: &VariantRow) -> bool {
    is_contig_name(&variant.chrom) && !alleles(variant).is_empty()
}

/// The records of a called variant: none where VCF cannot hold it, one a part where an intron cuts it, with the name and the counts of the
/// whole change each.
pub(super) fn of_variant(variant: &VariantRow, contigs: &[String]) -> Vec<VcfRecord> {
    let contig = contigs.iter().position(|name| *name == variant.chrom).filter(|_| is_contig_name(&variant.chrom));
    let Some(contig) = contig else { return Vec::new() };
    alleles(variant).into_iter().map(|alleles| of_alleles(variant, contig, alleles)).collect()
}

fn of_alleles(variant: &VariantRow, contig: usize, (position, reference, alternative): (u32, String, String)) -> VcfRecord {
    let mut info = Info::default();
    if let (LEFT_OUT, Some(end)) = (alternative.as_str(), variant.end) {
        info.add("SVTYPE", "DEL");
        info.add("END", &end.to_string());
        info.add("SVLEN", &end.saturating_sub(variant.pos).to_string());
        info.add("SVCLAIM", "J");
        info.add("EVIDENCE", "rna");
    }
    info.add("GENE", &variant.gene);
    info.add("TRANSCRIPT", &variant.transcript);
    info.add_some("HGVSC", variant.hgvs_c.as_deref());
    info.add("HGVSP", &variant.hgvs_p);
    let effects: Vec<String> = variant.known_resistance.as_deref().unwrap_or("").split(',').map(str::to_owned).collect();
    info.add_list("RESISTANCE", &effects);
    info.add_some("CODON_CLASS", variant.codon_class.as_deref());
    info.add_some("LOD95", variant.lod95.map(|fraction| fraction.cell()).as_deref());
    info.add_list("PHASE", &variant.phase.as_ref().map(Phase::items).unwrap_or_default());
    info.add_list("COMPOUND", &variant.compound_with.iter().map(Companion::item).collect::<Vec<_>>());
    let haplotype = variant.phase_set.map(|set| format!("{}:{}", variant.gene, set.cell()));
    info.add_some("HAPLOTYPE", haplotype.as_deref());
    info.add_some("ORIGIN", variant.origin.map(|origin| origin.cell()).as_deref());
    info.add_some("NORMAL_ALT", variant.normal_alt_fragments.map(|count| count.to_string()).as_deref());
    info.add_some("NORMAL_DP", variant.normal_depth.map(|count| count.to_string()).as_deref());
    let counts = counts(variant.depth.saturating_sub(variant.alt_fragments), variant.alt_fragments, variant.allele_fraction);
    let (format, sample) = match variant.phase_set {
        Some(PhaseSet { position: set, haplotype }) => {
            ("GT:AD:DP:AF:PS".to_owned(), format!("{}:{counts}:{set}", if haplotype == 2 { "1|0" } else { "0|1" }))
        }
        None => ("AD:DP:AF".to_owned(), counts),
    };
    let (quality, filter) = (variant.qual.cell(), variant.filter.as_deref().map_or_else(|| "PASS".to_owned(), filters));
    let rest = [reference, alternative, quality, filter, info.text(), format, sample];
    VcfRecord { contig, position, id: ".".to_owned(), rest }
}

/// `AD:DP:AF` for fragments without and with the change.
fn counts(without: u32, with: u32, fraction: Option<Fraction>) -> String {
    let depth = u64::from(without) + u64::from(with);
    format!("{without},{with}:{depth}:{}", fraction.cell())
}

fn identifier(fusion: &FusionRow, role: u8) -> String {
    format!("{}_{role}", encoded(&fusion.id))
}
