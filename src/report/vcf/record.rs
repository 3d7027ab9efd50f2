//! One line of the VCF, from the rows of the tables and the places of the records.

use super::info::{encoded, Info};
use super::place::{plain, BreakendEntry, ChangeEntry};
use crate::report::rows::{Cell, Fraction, FusionRow, VariantRow};

/// A record, ordered by contig, position and identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    contig: usize,
    /// 1-based; 0 before the first base of a contig.
    position: u32,
    id: String,
    /// The columns from REF to the end.
    rest: [String; 7],
}

impl Record {
    /// The line with its end; `None` where the contig is none of these.
    pub(super) fn line(&self, contigs: &[String]) -> Option<String> {
        Some(format!("{}\t{}\t{}\t{}\n", contigs.get(self.contig)?, self.position, self.id, self.rest.join("\t")))
    }
}

/// The record of one end of a fusion.
pub(super) fn of_end(fusion: &FusionRow, end: &BreakendEntry) -> Record {
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
    let rest = [reference, alt, fusion.qual.cell(), fusion.filter.clone(), info.text(), "SR:PR:CR:AD:DP:AF".to_owned(), genotype];
    Record { contig: end.contig as usize, position: end.pos, id: identifier(fusion, end.role), rest }
}

/// The record of a called variant.
pub(super) fn of_variant(variant: &VariantRow, change: &ChangeEntry, contigs: &[String]) -> Option<Record> {
    let contig = contigs.iter().position(|name| *name == variant.chrom)?;
    let mut info = Info::default();
    info.add("GENE", &variant.gene);
    info.add("TRANSCRIPT", &variant.transcript);
    info.add_some("HGVSC", variant.hgvs_c.as_deref());
    info.add("HGVSP", &variant.hgvs_p);
    let effects: Vec<String> = variant.known_resistance.as_deref().unwrap_or("").split(',').map(str::to_owned).collect();
    info.add_list("RESISTANCE", &effects);
    info.add_some("CODON_CLASS", variant.codon_class.as_deref());
    info.add_some("LOD95", variant.lod95.map(|fraction| fraction.cell()).as_deref());
    info.add_some("PHASE", variant.phase.as_deref());
    info.add_some("COMPOUND", variant.compound_with.as_deref());
    let haplotype = change.phase_set.map(|(set, second)| format!("{}:{set}:{}", variant.gene, if second { 2 } else { 1 }));
    info.add_some("HAPLOTYPE", haplotype.as_deref());
    let counts = counts(variant.depth.saturating_sub(variant.alt_fragments), variant.alt_fragments, variant.allele_fraction);
    let (format, sample) = match change.phase_set {
        Some((set, second)) => ("GT:AD:DP:AF:PS".to_owned(), format!("{}:{counts}:{set}", if second { "1|0" } else { "0|1" })),
        None => ("AD:DP:AF".to_owned(), counts),
    };
    let alternative = plain(variant.alt.as_deref().unwrap_or("").as_bytes());
    let (quality, filter) = (variant.qual.cell(), variant.filter.clone().unwrap_or_else(|| "PASS".to_owned()));
    let rest = [change.r#ref.clone(), alternative, quality, filter, info.text(), format, sample];
    Some(Record { contig, position: variant.pos, id: ".".to_owned(), rest })
}

/// `AD:DP:AF` for fragments without and with the change.
fn counts(without: u32, with: u32, fraction: Option<Fraction>) -> String {
    let depth = u64::from(without) + u64::from(with);
    format!("{without},{with}:{depth}:{}", fraction.cell())
}

fn identifier(fusion: &FusionRow, role: u8) -> String {
    format!("{}_{role}", encoded(&fusion.id))
}
