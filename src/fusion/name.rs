//! Names of a junction: exon junction (`E13;A20`), HGVS for adjoined transcripts, and the VICC nomenclature.

use crate::genome::{Interval, Side};
use crate::model::builtin::{cited_id, is_mane_select};
use crate::model::{Gene, Role, Site, Transcript};
use crate::sequence::reverse_complement;

use super::naming::{ExonNumbers, TranscriptExons};
use super::{Material, Partner};

/// Intron that is kept beside an exon is spelled out up to this length; the longest known is 117 bases (EML4-ALK V5b).
pub const MAX_RETAINED_BP: u32 = 200;

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

/// The shorthand of a transcript with bases between its exons that belong to neither, intron that is kept included: `E13;ins60A20`, and
/// where the exons lack bases besides, `E14;ins11del49A20`. `None` where nothing lies between, or an end is too far from its exon.
pub fn with_bases_between(five: PartnerEnd<'_>, three: PartnerEnd<'_>, inserted_bp: u32) -> Option<String> {
    let (last, beyond) = exon_and_offset(five, Role::Five, Material::Rna)?;
    let (first, behind) = exon_and_offset(three, Role::Three, Material::Rna)?;
    let bases = |bases: i64| u32::try_from(bases).unwrap_or(0);
    let (kept5_bp, missing5_bp, kept3_bp, missing3_bp) = (bases(beyond), bases(-beyond), bases(-behind), bases(behind));
    let between_bp = inserted_bp + kept5_bp + kept3_bp;
    if between_bp == 0 || kept5_bp.max(kept3_bp) > MAX_RETAINED_BP {
        return None;
    }
    let deleted = |bases: u32| if bases == 0 { String::new() } else { format!("del{bases}") };
    let (left, right) = (five.0.symbol.chars().next()?, three.0.symbol.chars().next()?);
    Some(format!("{left}{last}{};ins{between_bp}{}{right}{first}", deleted(missing5_bp), deleted(missing3_bp)))
}

/// A gene with the part of it that a fusion keeps.
pub type PartnerEnd<'a> = (&'a Gene, &'a Partner);

/// The two ends of a fusion and the bases between them that belong to neither transcript.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// 5' partner.
    pub five: PartnerEnd<'a>,
    /// 3' partner.
    pub three: PartnerEnd<'a>,
    /// Bases between the ends on the fusion transcript, intron that is kept included; `None` where they cannot be read.
    pub linker: Option<&'a [u8]>,
    /// What the fusion was seen in.
    pub material: Material,
}

/// HGVS for adjoined transcripts, on RNA only: `NM_019063.5:r.?_1489::NM_004304.5:r.3173_?`, bases of neither in lower case between.
///
/// Source: HGVS recommendations, RNA, adjoined transcripts.
pub fn hgvs(named: &Named<'_>) -> Option<String> {
    let linker = named.linker.filter(|_| named.material == Material::Rna)?;
    let between = match linker {
        [] => String::new(),
        bases => format!("{}::", String::from_utf8_lossy(bases).to_lowercase().replace('t', "u")),
    };
    let (five, last) = hgvs_end(named.five, Role::Five)?;
    let (three, first) = hgvs_end(named.three, Role::Three)?;
    Some(format!("{five}:r.?_{last}::{between}{three}:r.{first}_?"))
}

/// Transcript and position of the last base of the 5' partner's exons, or of the first of the 3' partner's.
fn hgvs_end((gene, partner): PartnerEnd<'_>, role: Role) -> Option<(String, String)> {
    let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let boundary = match partner.site? {
        Site::Exon { .. } => partner.breakend.boundary,
        Site::Intron { .. } => transcript.splice_edge(exon_at(partner.site, role)?, strand, role)?,
        Site::Outside => return None,
    };
    let base = match role.side(strand) {
        Side::Lower => boundary.checked_sub(1)?,
        Side::Higher => boundary,
    };
    Some((cited_id(transcript), transcript.hgvs_position(base, strand)?))
}

/// The stretch of intron that a transcript keeps beside the exon of its end; empty where it ends on an exon, `None` where the end lies
/// too far from any.
pub fn retained((gene, partner): PartnerEnd<'_>, role: Role) -> Option<Interval> {
    let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let boundary = partner.breakend.boundary;
    let edge = match partner.site? {
        Site::Exon { .. } => boundary,
        Site::Intron { .. } => transcript.splice_edge(exon_at(partner.site, role)?, strand, role)?,
        Site::Outside => return None,
    };
    let stretch = Interval { contig: partner.breakend.contig, start: edge.min(boundary), end: edge.max(boundary) };
    (stretch.length_bp() <= MAX_RETAINED_BP).then_some(stretch)
}

/// Bases of an interval in the direction of a gene; `None` where they are not all known.
pub fn in_direction(gene: &Gene, interval: Interval, bases: &dyn Fn(Interval) -> Vec<u8>) -> Option<Vec<u8>> {
    if interval.length_bp() == 0 {
        return Some(Vec::new());
    }
    let known = bases(interval);
    let complete = known.len() == interval.length_bp() as usize && !known.contains(&b'N');
    complete.then(|| if gene.strand == Some(crate::genome::Strand::Reverse) { reverse_complement(&known) } else { known })
}

/// The VICC form, `NM_019063.5(EML4):e.13::NM_004304.5(ALK):e.20`, with the distance from the exon's edge where RNA shows one. For DNA
/// the exons that a splice will join, with `(::)` because their joint is inferred.
///
/// Source: VICC gene fusion specification, nomenclature.
pub fn vicc(five: PartnerEnd<'_>, three: PartnerEnd<'_>, insertion: &[u8], material: Material) -> Option<String> {
    let part = |end: PartnerEnd<'_>, role: Role| {
        let (number, offset_bp) = exon_and_offset(end, role, material)?;
        let offset = if offset_bp == 0 { String::new() } else { format!("{offset_bp:+}") };
        Some(format!("{}({}):e.{number}{offset}", cited_id(end.0.transcript.as_ref()?), end.0.symbol))
    };
    let joint = match material {
        Material::Rna => "::",
        Material::Dna => "(::)",
    };
    let inserted = if insertion.is_empty() || material == Material::Dna {
        String::new()
    } else {
        format!("{}{joint}", String::from_utf8_lossy(insertion))
    };
    Some(format!("{}{joint}{inserted}{}", part(five, Role::Five)?, part(three, Role::Three)?))
}

/// The exon of an end and how many bases behind (+) or before (-) its edge, along the transcript, the end lies.
pub fn exon_and_offset((gene, partner): PartnerEnd<'_>, role: Role, material: Material) -> Option<(u32, i64)> {
    let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let number = exon_at(partner.site, role)?;
    let apart = i64::from(transcript.splice_edge(number, strand, role)?.abs_diff(partner.breakend.boundary));
    let kept_intron = matches!(partner.site, Some(Site::Intron { .. }));
    // A 5' exon that goes on into its intron is longer (+), one that is cut is shorter (-); at a 3' exon's start it is the reverse.
    let signed = if (role == Role::Five) == kept_intron { apart } else { -apart };
    Some((number, if material == Material::Dna { 0 } else { signed }))
}

/// The number that another transcript of the gene gives to the exon of an end.
fn renumbered((gene, partner): PartnerEnd<'_>, role: Role, other: &Transcript) -> Option<u32> {
    let (main, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let edge = main.splice_edge(exon_at(partner.site, role)?, strand, role)?;
    other.exons.iter().map(|exon| exon.number).find(|&number| other.splice_edge(number, strand, role) == Some(edge))
}

/// An exon junction as counted on other transcripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCount {
    /// Exon junction (`E5;N14`).
    pub junction: String,
    /// Transcript of the 5' partner.
    pub transcript5: String,
    /// Transcript of the 3' partner.
    pub transcript3: String,
    /// Whether both are MANE Select.
    pub mane: bool,
    /// Where this is how the literature prints the junction, and so its name: the count on the named transcripts.
    pub counted: Option<String>,
}

/// The exons of a junction on the named transcripts, and on each other pair of transcripts in use on which both exons exist. The pair that
/// is MANE Select on both sides is always among them, where it is known.
pub fn counts(five: PartnerEnd<'_>, three: PartnerEnd<'_>) -> Option<ExonNumbers> {
    let counts = |end: PartnerEnd<'_>, role: Role| -> Vec<(u32, String, bool, bool)> {
        let Some(main) = end.0.transcript.as_ref() else { return Vec::new() };
        let all = std::iter::once((main, true)).chain(end.0.alternatives.iter().map(|other| (other, false)));
        all.filter_map(|(transcript, is_main)| {
            let mane = is_mane_select(transcript) || end.0.mane_select.as_ref() == Some(&transcript.id);
            Some((renumbered(end, role, transcript)?, cited_id(transcript), mane, is_main))
        })
        .collect()
    };
    let (fives, threes) = (counts(five, Role::Five), counts(three, Role::Three));
    let main = |list: &[(u32, String, bool, bool)]| list.iter().find(|count| count.3).map(|count| count.0);
    let main = (main(&fives)?, main(&threes)?);
    let mut others = Vec::new();
    for (number5, id5, mane5, is_main5) in &fives {
        for (number3, id3, mane3, is_main3) in &threes {
            let (same, mane_select) = ((*number5, *number3) == main, *mane5 && *mane3);
            if mane_select || !(same || *is_main5 && *is_main3) {
                let (transcript5, transcript3) = (id5.clone(), id3.clone());
                others.push(TranscriptExons { exons: (*number5, *number3), transcript5, transcript3, mane_select });
            }
        }
    }
    Some(ExonNumbers { main, others })
}

/// A shorthand with other exon numbers; what says more than a number (`E14;ins11del49A20`) stays.
pub(super) fn with_exons(shorthand: &str, five: (u32, u32), three: (u32, u32)) -> String {
    let Some((left, right)) = shorthand.split_once(';') else { return shorthand.to_owned() };
    let left = left.replacen(&five.0.to_string(), &five.1.to_string(), 1);
    let right = match right.strip_suffix(&three.0.to_string()) {
        Some(rest) => format!("{rest}{}", three.1),
        None => right.to_owned(),
    };
    format!("{left};{right}")
}
