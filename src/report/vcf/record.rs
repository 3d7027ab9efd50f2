//! One line of the VCF.

use super::breakend::{self, End};
use super::info::{encoded, Info};
use super::Calls;
use crate::fusion::Fusion;
use crate::genome::{ContigId, Contigs};
use crate::model::Role;
use crate::report::rows::{evidence_text, filter_text, frame_text, is_unplaced, resistance_items, Cell, Fraction, Phred};
use crate::variant::Variant;

/// A record, ordered by contig, position and identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    contig: ContigId,
    /// 1-based; 0 before the first base of a contig.
    position: u32,
    id: String,
    /// The columns from REF to the end.
    rest: [String; 7],
}

impl Record {
    /// The line with its end.
    pub(super) fn line(&self, contigs: &Contigs) -> String {
        format!("{}\t{}\t{}\t{}\n", contigs.name(self.contig), self.position, self.id, self.rest.join("\t"))
    }
}

/// The records of a fusion: two with mates, one when a partner could not be placed, none when VCF forbids a contig's name.
pub(super) fn of_fusion(calls: &Calls, fusion: &Fusion) -> Vec<Record> {
    let placed: Vec<Role> = [Role::Five, Role::Three].into_iter().filter(|role| !is_unplaced(fusion, *role)).collect();
    let ends = match placed[..] {
        [] => Vec::new(),
        [role] => vec![breakend::single(fusion, role)],
        _ => breakend::ends(fusion).to_vec(),
    };
    let is_pair = ends.len() == 2;
    if ends.iter().any(|end| !is_contig_name(calls.contigs.name(end.own.contig))) {
        return Vec::new();
    }
    ends.iter().map(|end| of_end(calls, fusion, end, is_pair)).collect()
}

fn of_end(calls: &Calls, fusion: &Fusion, end: &End, is_pair: bool) -> Record {
    let position = end.own.kept_base();
    let base = position.checked_sub(1).and_then(|below| (calls.reference_base)(end.own.contig, below)).map_or('N', plain_base);
    let alt = if is_pair { end.paired_alt(base, calls.contigs.name(end.mate.contig)) } else { end.single_alt(base) };
    let mut info = Info::default();
    info.add("SVTYPE", "BND");
    if is_pair {
        info.add("MATEID", &identifier(fusion, if end.role == Role::Five { Role::Three } else { Role::Five }));
    }
    // The reciprocal is named after its event with an `r`; in a VCF both belong to one event.
    let event = fusion.event.strip_suffix('r');
    info.add("EVENT", event.unwrap_or(&fusion.event));
    if event.is_some() {
        info.flag("RECIPROCAL");
    }
    place(calls, fusion, end, &mut info);
    info.add("ROLE", if end.role == Role::Five { "5" } else { "3" });
    info.add("FUSION", &fusion.name());
    info.add_some("GENE5", fusion.five.gene.as_deref());
    info.add_some("GENE3", fusion.three.gene.as_deref());
    info.add_some("EXONJ", fusion.exon_junction.as_deref());
    info.add_some("VARIANT", fusion.variant.as_deref());
    info.add("FRAME", &frame_text(&fusion.frame));
    info.add("KNOWN", &fusion.known.cell());
    info.add_some("KDOM", fusion.kinase_domain.map(|domain| domain.cell()).as_deref());
    info.add_some("EVIDENCE", evidence_text(fusion).as_deref());
    info.add("UNITS", &fusion.unit.cell());
    let depth = if end.role == Role::Five { fusion.depth5 } else { fusion.depth3 };
    let support = fusion.support;
    // One event has one fraction: that of the kinase's end, where both alleles are read. AD and DP are those of this end.
    let counts = counts(depth, support.fragments(), fusion.allele_fraction.map(|share| share.value));
    let genotype = format!("{}:{}:{}:{counts}", support.split, support.pair, support.clip);
    let filter = filter_text(fusion.flags.iter().map(|flag| flag.name()));
    let rest = [base.to_string(), alt, Phred::new(fusion.quality).cell(), filter, info.text(), "SR:PR:CR:AD:DP:AF".to_owned(), genotype];
    Record { contig: end.own.contig, position, id: identifier(fusion, end.role), rest }
}

/// Adds how far the position can move and why.
fn place(calls: &Calls, fusion: &Fusion, end: &End, info: &mut Info) {
    let Some(interval) = end.interval else { return };
    if fusion.slack_bp > 0 {
        info.flag("IMPRECISE");
    }
    info.add_interval("CIPOS", interval);
    if fusion.slack_bp > 0 {
        return;
    }
    if let Some((start, length)) = end.homologous_bases() {
        info.add("HOMLEN", &length.to_string());
        let bases: Option<String> = (start..start + length).map(|at| (calls.reference_base)(end.own.contig, at).map(plain_base)).collect();
        info.add_some("HOMSEQ", bases.as_deref());
    }
}

/// The record of a called variant; `None` when its bases cannot be written.
///
/// A substitution of one base can stand on an unknown reference base (`N`); anything longer cannot.
pub(super) fn of_variant(calls: &Calls, variant: &Variant) -> Option<Record> {
    let bases = |bases: &[u8]| bases.iter().copied().map(plain_base).collect::<String>();
    let (mut reference, alternative) = (bases(&variant.reference), bases(&variant.alternative));
    if reference.is_empty() && alternative.len() == 1 {
        reference = (calls.reference_base)(variant.contig, variant.position).map_or('N', plain_base).to_string();
    }
    let unknown = reference.is_empty() || (reference.len() > 1 && reference.contains('N'));
    let nothing = alternative.is_empty() || alternative == reference || alternative.contains('N');
    if unknown || nothing || !is_contig_name(calls.contigs.name(variant.contig)) {
        return None;
    }
    let mut info = Info::default();
    info.add("GENE", &variant.gene);
    info.add("TRANSCRIPT", &variant.transcript);
    info.add_some("HGVSC", variant.hgvs_c.as_deref());
    info.add("HGVSP", &variant.hgvs_p);
    info.add_list("RESISTANCE", &resistance_items(variant));
    info.add_some("CODON_CLASS", variant.codon_class.as_deref());
    info.add_some("LOD95", variant.lod95.and_then(Fraction::new).map(|fraction| fraction.cell()).as_deref());
    info.add("PHASE", &variant.phase);
    info.add_some("COMPOUND", variant.compound_with.as_deref());
    let haplotype = variant.phase_set.map(|(set, second)| format!("{}:{set}:{}", variant.gene, if second { 2 } else { 1 }));
    info.add_some("HAPLOTYPE", haplotype.as_deref());
    let counts = counts(variant.depth.saturating_sub(variant.alt_fragments), variant.alt_fragments, variant.share.map(|share| share.value));
    let filter = filter_text(variant.flags.iter().map(|flag| flag.name()));
    let quality = Phred::new(variant.quality).cell();
    let (format, sample) = match variant.phase_set {
        Some((set, second)) => ("GT:AD:DP:AF:PS".to_owned(), format!("{}:{counts}:{set}", if second { "1|0" } else { "0|1" })),
        None => ("AD:DP:AF".to_owned(), counts),
    };
    let rest = [reference, alternative, quality, filter, info.text(), format, sample];
    Some(Record { contig: variant.contig, position: variant.position + 1, id: ".".to_owned(), rest })
}

/// `AD:DP:AF` for fragments without and with the change.
fn counts(without: u32, with: u32, fraction: Option<f64>) -> String {
    let depth = u64::from(without) + u64::from(with);
    format!("{without},{with}:{depth}:{}", fraction.and_then(Fraction::new).cell())
}

fn identifier(fusion: &Fusion, role: Role) -> String {
    format!("{}_{}", encoded(&fusion.id), if role == Role::Five { 5 } else { 3 })
}

/// The base as REF and ALT spell it: upper case, `N` for anything but `ACGT` (reference sequences may hold other IUPAC codes).
fn plain_base(base: u8) -> char {
    match base.to_ascii_uppercase() {
        base @ (b'A' | b'C' | b'G' | b'T') => char::from(base),
        _ => 'N',
    }
}

/// Whether VCF allows the name for a contig (specification, section 1.4.7).
pub(super) fn is_contig_name(name: &str) -> bool {
    let anywhere = |c: char| c.is_ascii_alphanumeric() || "!#$%&+./:;?@^_|~-*=".contains(c);
    !name.is_empty() && !name.starts_with(['*', '=']) && name.chars().all(anywhere)
}
