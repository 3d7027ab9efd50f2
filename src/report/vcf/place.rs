//! Where the records of a VCF lie and what they need beside the rows of the tables: reference bases, brackets, homology.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::breakend::{self, End};
use super::Calls;
use crate::fusion::Fusion;
use crate::genome::Contigs;
use crate::model::Role;
use crate::report::rows::is_unplaced;
use crate::variant::{Variant, VariantStatus};

/// What the VCF has beside the rows of the other tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VcfEntry {
    /// Names of all contigs of the alignments, in their order.
    pub contigs: Vec<String>,
    /// Their lengths.
    pub contig_lengths_bp: Vec<u32>,
    /// Ends of the listed fusions.
    pub breakends: Vec<BreakendEntry>,
    /// Called variants.
    pub changes: Vec<ChangeEntry>,
}

/// One end of a fusion, as its record shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BreakendEntry {
    /// The fusion's place in the list of candidates, from 0.
    pub fusion: usize,
    /// 5 or 3: which end of the fusion transcript this partner forms.
    pub role: u8,
    /// Number of the contig, from 0.
    pub contig: u32,
    /// 1-based; 0 before the first base of a contig.
    pub pos: u32,
    /// Reference base, `N` where it is not known.
    pub r#ref: String,
    /// Breakend with its bracket and inserted bases.
    pub alt: String,
    /// Whether the other end has a record too.
    pub has_mate: bool,
    /// How far the position can move.
    pub interval: Option<(i64, i64)>,
    /// Whether that is because the position is not exact, and not by homology.
    pub imprecise: bool,
    /// Number of homologous bases.
    pub homology_bp: Option<u32>,
    /// These bases on the forward strand, where they are known.
    pub homology: Option<String>,
}

/// A called variant, as its record shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeEntry {
    /// Its place in the list of variants, from 0.
    pub variant: usize,
    /// Reference bases; `N` for one that is not known.
    pub r#ref: String,
    /// Phase set (1-based position of its first variant) and whether it lies on the second of the two haplotypes.
    pub phase_set: Option<(u32, bool)>,
}

/// Places all records and counts the calls that VCF cannot express.
pub fn place(calls: &Calls<'_>) -> (VcfEntry, usize) {
    let mut entry = VcfEntry {
        contigs: calls.contigs.iter().map(|(_, contig)| contig.name.clone()).collect(),
        contig_lengths_bp: calls.contigs.iter().map(|(_, contig)| contig.length_bp).collect(),
        ..VcfEntry::default()
    };
    let mut left_out = 0;
    for (index, fusion) in calls.fusions.iter().enumerate().filter(|(_, fusion)| fusion.is_listed()) {
        let ends = of_fusion(calls, index, fusion);
        left_out += usize::from(ends.is_empty());
        entry.breakends.extend(ends);
    }
    for (index, variant) in calls.variants.iter().enumerate().filter(|(_, variant)| variant.status == VariantStatus::Called) {
        let change = of_variant(calls, index, variant);
        left_out += usize::from(change.is_none());
        entry.changes.extend(change);
    }
    (entry, left_out)
}

/// The ends of a fusion: two with mates, one when a partner could not be placed, none when VCF forbids a contig's name.
fn of_fusion(calls: &Calls<'_>, index: usize, fusion: &Fusion) -> Vec<BreakendEntry> {
    let placed: Vec<Role> = [Role::Five, Role::Three].into_iter().filter(|role| !is_unplaced(fusion, *role)).collect();
    let ends = match placed[..] {
        [] => Vec::new(),
        [role] => vec![breakend::single(fusion, role)],
        _ => breakend::ends(fusion).to_vec(),
    };
    if ends.iter().any(|end| !is_named(calls.contigs, end)) {
        return Vec::new();
    }
    ends.iter().map(|end| BreakendEntry { fusion: index, ..of_end(calls, fusion, end, ends.len() == 2) }).collect()
}

fn is_named(contigs: &Contigs, end: &End) -> bool {
    is_contig_name(contigs.name(end.own.contig))
}

fn of_end(calls: &Calls<'_>, fusion: &Fusion, end: &End, has_mate: bool) -> BreakendEntry {
    let position = end.own.kept_base();
    let base = position.checked_sub(1).and_then(|below| (calls.reference_base)(end.own.contig, below)).map_or('N', plain_base);
    let alt = if has_mate { end.paired_alt(base, calls.contigs.name(end.mate.contig)) } else { end.single_alt(base) };
    let imprecise = end.interval.is_some() && fusion.slack_bp > 0;
    let homologous = end.homologous_bases().filter(|_| !imprecise);
    let bases = homologous.and_then(|(start, length)| {
        (start..start + length).map(|at| (calls.reference_base)(end.own.contig, at).map(plain_base)).collect::<Option<String>>()
    });
    BreakendEntry {
        fusion: 0,
        role: if end.role == Role::Five { 5 } else { 3 },
        contig: end.own.contig.0,
        pos: position,
        r#ref: base.to_string(),
        alt,
        has_mate,
        interval: end.interval,
        imprecise,
        homology_bp: homologous.map(|(_, length)| length),
        homology: bases,
    }
}

/// The entry of a called variant; `None` when its bases cannot be written.
///
/// A substitution of one base can stand on an unknown reference base (`N`); anything longer cannot.
fn of_variant(calls: &Calls<'_>, index: usize, variant: &Variant) -> Option<ChangeEntry> {
    let (mut reference, alternative) = (plain(&variant.reference), plain(&variant.alternative));
    if reference.is_empty() && alternative.len() == 1 {
        reference = (calls.reference_base)(variant.contig, variant.position).map_or('N', plain_base).to_string();
    }
    let unknown = reference.is_empty() || (reference.len() > 1 && reference.contains('N'));
    let nothing = alternative.is_empty() || alternative == reference || alternative.contains('N');
    if unknown || nothing || !is_contig_name(calls.contigs.name(variant.contig)) {
        return None;
    }
    Some(ChangeEntry { variant: index, r#ref: reference, phase_set: variant.phase_set })
}

/// The bases as REF and ALT spell them.
pub(super) fn plain(bases: &[u8]) -> String {
    bases.iter().copied().map(plain_base).collect()
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
