//! Where the records of a fusion lie and what they need beside its row: reference bases, brackets, homology.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::breakend::{self, RecordEnd};
use super::ReferenceBase;
use crate::fusion::Fusion;
use crate::genome::Contigs;
use crate::model::Role;
use crate::report::rows::is_unplaced;

/// One end of a fusion, as its record shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BreakendEntry {
    /// 5 or 3: which end of the fusion transcript this partner forms.
    pub role: u8,
    /// Contig as the BAM spells it.
    pub chrom: String,
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

impl BreakendEntry {
    /// Whether REF is one base and ALT a breakend, as VCF spells them.
    pub fn is_sound(&self) -> bool {
        let is_bases = |text: &str| !text.is_empty() && text.bytes().all(|base| base.is_ascii_alphabetic());
        let is_place = |text: &str| {
            let parts = text.rsplit_once(':');
            parts.is_some_and(|(contig, position)| is_contig_name(contig) && position.parse::<u32>().is_ok())
        };
        let parts: Vec<&str> = self.alt.split(['[', ']']).collect();
        let is_alt = match parts[..] {
            [single] => single.strip_suffix('.').or_else(|| single.strip_prefix('.')).is_some_and(is_bases),
            [before, place, after] => {
                let brackets = self.alt.matches('[').count();
                brackets != 1 && is_place(place) && (is_bases(before) && after.is_empty() || before.is_empty() && is_bases(after))
            }
            _ => false,
        };
        self.r#ref.len() == 1 && is_bases(&self.r#ref) && is_contig_name(&self.chrom) && is_alt
    }
}

/// Places the ends of fusions on contigs with these bases.
pub struct BreakendPlacer<'a> {
    /// Contigs of the BAM.
    pub contigs: &'a Contigs,
    /// Reference bases; `N` is written where it knows none.
    pub reference_base: &'a ReferenceBase<'a>,
}

impl BreakendPlacer<'_> {
    /// The ends of a fusion: two with mates, one when a partner could not be placed, none when VCF forbids a contig's name.
    pub fn breakends(&self, fusion: &Fusion) -> Vec<BreakendEntry> {
        let placed: Vec<Role> = [Role::Five, Role::Three].into_iter().filter(|role| !is_unplaced(fusion, *role)).collect();
        let ends = match placed[..] {
            [] => Vec::new(),
            [role] => vec![breakend::single(fusion, role)],
            _ => breakend::ends(fusion).to_vec(),
        };
        if ends.iter().any(|end| !is_named(self.contigs, end)) {
            return Vec::new();
        }
        ends.iter().map(|end| of_end(self, fusion, end, ends.len() == 2)).collect()
    }
}

fn is_named(contigs: &Contigs, end: &RecordEnd) -> bool {
    is_contig_name(contigs.name(end.own.contig))
}

fn of_end(calls: &BreakendPlacer<'_>, fusion: &Fusion, end: &RecordEnd, has_mate: bool) -> BreakendEntry {
    let position = end.own.kept_base();
    let base = position.checked_sub(1).and_then(|below| (calls.reference_base)(end.own.contig, below)).map_or('N', plain_base);
    let alt = if has_mate { end.paired_alt(base, calls.contigs.name(end.mate.contig)) } else { end.single_alt(base) };
    let imprecise = end.interval.is_some() && fusion.slack_bp > 0;
    let homologous = end.homologous_bases().filter(|_| !imprecise);
    let bases = homologous.and_then(|(start, length)| {
        (start..start + length).map(|at| (calls.reference_base)(end.own.contig, at).map(plain_base)).collect::<Option<String>>()
    });
    BreakendEntry {
        role: if end.role == Role::Five { 5 } else { 3 },
        chrom: calls.contigs.name(end.own.contig).to_owned(),
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
