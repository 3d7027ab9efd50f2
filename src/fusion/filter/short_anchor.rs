//! Flag `short_anchor`: the fragments do not reach far enough into both sides of the junction.

use std::collections::BTreeMap;

use super::Doubt;
use crate::coverage::depth::MIN_ANCHOR_BP;
use crate::fusion::{KnownTier, Material};
use crate::junction::Member;

/// Bases that at least one fragment must have on each side: 18 are unique in the human genome more often than not. Two fragments that
/// have them on either side are as good: a chance match of both short ends is unlikely.
const MIN_BEST_ANCHOR_BP: u32 = 18;
/// Mapping quality from which shorter ends are sure, as they are on exon edges or beside a mate: of molecules that are independent of each
/// other those of the shorter ends add up (one misplacement of all in ten thousand).
const SURE_MAPQ: u32 = 40;

/// Whether the flag applies. At a listed junction of RNA, one of a few dozen places, the ten bases that each fragment must have are as
/// telling, and two fragments need no more.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    let listed = doubt.fusion.known == KnownTier::Variant && doubt.assay.material() == Material::Rna;
    if listed && doubt.fusion.support.fragments() >= 2 {
        return false;
    }
    let counted: Vec<&Member> = doubt.candidate.counted(MIN_ANCHOR_BP).map(|(_, member)| member).collect();
    are_short(&counted)
}

fn are_short(counted: &[&Member]) -> bool {
    let longest = |side: fn(&Member) -> u32| counted.iter().map(|member| side(member)).max().unwrap_or(0);
    let short = longest(|member| member.kinase_bp).min(longest(|member| member.partner_bp)) < MIN_BEST_ANCHOR_BP;
    let mut sure: BTreeMap<(i64, i64), u8> = BTreeMap::new();
    for member in counted {
        let mapq = sure.entry(member.ends).or_default();
        *mapq = (*mapq).max(member.kinase_mapq.min(member.partner_mapq.unwrap_or(0)));
    }
    short && sure.values().map(|&mapq| u32::from(mapq)).sum::<u32>() < SURE_MAPQ
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::junction::EvidenceKind;

    #[test]
    fn long_ends_of_two_fragments_on_either_side_or_a_sure_place_make_up_for_short_ones() {
        let member = |kinase_bp: u32, partner_bp, partner_mapq| Member {
            kind: EvidenceKind::Split,
            kinase_bp,
            partner_bp,
            crossing_bp: 0,
            kinase_mapq: 60,
            partner_mapq,
            ends: (i64::from(kinase_bp), 0),
        };
        let (at_kinase, at_partner) = (member(60, 12, Some(3)), member(13, 60, Some(3)));
        assert!(are_short(&[]) && are_short(&[&at_kinase]) && are_short(&[&at_kinase, &at_kinase]));
        assert!(!are_short(&[&at_kinase, &at_partner]));
        assert!(!are_short(&[&member(60, 12, Some(40))]) && are_short(&[&member(60, 12, None)]));
        let (one, other) = (member(60, 13, Some(22)), member(50, 13, Some(22)));
        assert!(are_short(&[&one, &one]) && !are_short(&[&one, &other]), "copies of one molecule say it once");
        assert!(!are_short(&[&member(30, 20, None)]));
    }
}
