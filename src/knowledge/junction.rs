//! Looking a junction up among the known fusions.
//!
//! ```text
//!   EML4 exon 13 |                 | ALK exon 20        V1          inserted 0
//!   EML4 exon 13 |  69 bases       | ALK exon 20        V6          inserted 69
//!   EML4 exon 14 |  11 bases  49 <-| ALK exon 20        V4          inserted 11, 49 deleted on the 3' side
//! ```

use std::cmp::Reverse;

use super::fusions::{KnownEnd5, KnownFusion, KnownFusions};
use crate::genome::Assembly;
use crate::model::{Gene, Role, Site};

/// A stretch of intron this short beside an exon of the junction counts as retained bases of the transcript. The longest
/// insertion of the table is 117 bases (EML4-ALK V5b).
const MAX_RETAINED_BP: u32 = 200;

/// Bases by which homology may shift a junction against the table.
const DEFAULT_TOLERANCE_BP: u32 = 3;

/// A junction seen in RNA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JunctionQuery<'q> {
    /// 5' partner.
    pub gene5: &'q str,
    /// 3' partner.
    pub gene3: &'q str,
    /// Site on the literature's transcript of the 5' partner.
    pub site5: Site,
    /// Site on the literature's transcript of the 3' partner.
    pub site3: Site,
    /// Boundary of the 5' partner, interbase, in the coordinates of `assembly`.
    pub boundary5: u32,
    /// Assembly, where the BAM is on one that the tables know; without it a cryptic exon (EML4 6b) is not recognised.
    pub assembly: Option<Assembly>,
    /// Bases between the two sites that belong to neither exon: inserted bases and retained intron.
    pub inserted_bp: u32,
    /// How many of `inserted_bp` are intron retained behind the 5' partner's exon.
    pub retained5_bp: u32,
    /// Bases by which homology may have moved the junction against the table; the number of bases in the molecule must agree.
    pub tolerance_bp: u32,
}

impl<'q> JunctionQuery<'q> {
    /// The query for two breakends on genes with exons; `None` where one of the genes has none.
    ///
    /// A boundary in an intron up to 200 bases behind the 5' exon or before the 3' exon is taken as that exon with retained
    /// intron, which is how insertions such as those of EML4-ALK V5b and V6 align.
    pub fn new(
        five: &'q Gene,
        boundary5: u32,
        three: &'q Gene,
        boundary3: u32,
        inserted_bp: u32,
        assembly: Option<Assembly>,
    ) -> Option<Self> {
        let (site5, retained5_bp) = site_with_retained(five, boundary5, Role::Five)?;
        let (site3, retained3_bp) = site_with_retained(three, boundary3, Role::Three)?;
        let between_bp = (inserted_bp + retained5_bp + retained3_bp, retained5_bp);
        Some(Self::at(&five.symbol, &three.symbol, (site5, site3), boundary5, assembly, between_bp))
    }

    /// The query for two sites with so many bases between them, of which so many are intron kept behind the 5' partner's exon.
    pub fn at(
        gene5: &'q str,
        gene3: &'q str,
        (site5, site3): (Site, Site),
        boundary5: u32,
        assembly: Option<Assembly>,
        (inserted_bp, retained5_bp): (u32, u32),
    ) -> Self {
        Self { gene5, gene3, site5, site3, boundary5, assembly, inserted_bp, retained5_bp, tolerance_bp: DEFAULT_TOLERANCE_BP }
    }
}

/// The site of a boundary, an intron close to the exon counted as that exon and so many retained bases.
fn site_with_retained(gene: &Gene, boundary: u32, role: Role) -> Option<(Site, u32)> {
    let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let site = transcript.site(boundary, strand, role);
    let Site::Intron { after } = site else { return Some((site, 0)) };
    let number = match role {
        Role::Five => after,
        Role::Three => after + 1,
    };
    let retained_bp = transcript.splice_edge(number, strand, role)?.abs_diff(boundary);
    if retained_bp > MAX_RETAINED_BP {
        return Some((site, 0));
    }
    Some((Site::Exon { number, offset_bp: 0 }, retained_bp))
}

/// What a DNA break implies for the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implied<'k> {
    /// The row of the table.
    pub fusion: &'k KnownFusion,
    /// Exon junction (`E13;A20`); `E6;A20` where splicing decides between 6a and 6b.
    pub shorthand: Option<String>,
    /// Variant label; `V3a/b` where splicing decides between the two.
    pub label: Option<String>,
}

pub(super) fn find<'k>(known: &'k KnownFusions, query: &JunctionQuery) -> Option<&'k KnownFusion> {
    let rows = known.of_pair(query.gene5, query.gene3);
    let moved = rows.filter_map(|fusion| moved_bp(fusion, query).map(|bases| (bases, fusion)));
    // Of equals the user's row wins, then the first, so that the order of the table decides.
    let near = moved.filter(|&(bases, _)| bases <= query.tolerance_bp);
    near.min_by_key(|&(bases, fusion)| (bases, Reverse(fusion.table), fusion.row)).map(|(_, fusion)| fusion)
}

/// By how many bases the junction would have to slide to be the one of the row; `None` where it is another molecule.
fn moved_bp(fusion: &KnownFusion, query: &JunctionQuery) -> Option<u32> {
    let three = fusion.three.as_ref()?;
    let Site::Exon { number: exon3, offset_bp: offset3 } = query.site3 else { return None };
    if exon3 != three.number {
        return None;
    }
    let (missing5, inserted_bp) = match fusion.five? {
        KnownEnd5::Exon { number, deleted_bp } => {
            let Site::Exon { number: exon5, offset_bp } = query.site5 else { return None };
            if exon5 != number {
                return None;
            }
            (i64::from(offset_bp) - i64::from(deleted_bp), query.inserted_bp)
        }
        cryptic @ KnownEnd5::Cryptic { .. } => {
            let end = cryptic.cryptic_boundary(query.assembly?)?;
            // Cryptic exons are known of EML4 alone, which lies on the forward strand: a lower boundary misses bases.
            (i64::from(end) - i64::from(query.boundary5), query.inserted_bp.saturating_sub(query.retained5_bp))
        }
    };
    let extra = i64::from(inserted_bp) - i64::from(fusion.inserted_bp);
    std::iter::once(three.deleted_bp)
        .chain(three.also_deleted_bp.iter().copied())
        .filter_map(|deleted_bp| {
            let missing3 = i64::from(offset3) - i64::from(deleted_bp);
            // Homology moves bases from one end to the other but adds and removes none.
            let same_molecule = extra == missing5 + missing3;
            let moved = (missing5.abs() + missing3.abs() + extra.abs()) / 2;
            same_molecule.then(|| u32::try_from(moved).ok()).flatten()
        })
        .min()
}

pub(super) fn implied<'k>(known: &'k KnownFusions, gene5: &str, exon5: u32, gene3: &str, exon3: u32) -> Option<Implied<'k>> {
    let rows =
        || known.of_pair(gene5, gene3).filter(move |fusion| fusion.three.as_ref().is_some_and(|t| t.number == exon3 && t.deleted_bp == 0));
    let plain = Some(KnownEnd5::Exon { number: exon5, deleted_bp: 0 });
    let fusion =
        rows().filter(|fusion| fusion.five == plain && fusion.inserted_bp == 0).min_by_key(|fusion| (Reverse(fusion.table), fusion.row))?;
    let spliced_either_way = rows().any(|other| matches!(other.five, Some(KnownEnd5::Cryptic { after_exon, .. }) if after_exon == exon5));
    if spliced_either_way {
        let shorthand = fusion.shorthand.as_ref().map(|text| text.replacen(&format!("{exon5}a;"), &format!("{exon5};"), 1));
        // `V3a` is a or b; a user's name for the exons holds for both.
        let label = fusion.label.as_ref().map(|label| if label.ends_with('a') { format!("{label}/b") } else { label.clone() });
        return Some(Implied { fusion, shorthand, label });
    }
    Some(Implied { fusion, shorthand: fusion.shorthand.clone(), label: fusion.label.clone() })
}
