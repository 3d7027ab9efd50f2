//! Groups junctions into rearrangements (a junction and its reciprocal are one event), sorts them, and gives the identifiers `F1`, `E1`,
//! `E1r`.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::genome::Junction;

use super::{Fusion, KinaseDomain, Material};

/// Greatest distance in bases of the breakpoints of one junction that was found from either of its two kinases.
const SAME_PLACE_BP: u32 = 30;

/// Orders fusions best first, names them `F1`, `F2`, ..., and gives those of one pair of genes one event (`E1`); junctions at which
/// the kinase is the 5' gene are its reciprocal (`E1r`).
pub fn arrange(fusions: &mut Vec<Fusion>) {
    let lost = |fusion: &Fusion| fusion.kinase_domain == Some(KinaseDomain::Lost);
    fusions.sort_by_cached_key(|fusion| {
        let support = (fusion.support.split, fusion.support.pair, fusion.support.clip, fusion.depth5, fusion.depth3);
        let ends = (fusion.five.breakend, fusion.three.breakend);
        (
            // A break that a junction of RNA already reports is listed behind all others.
            fusion.agreement.told_by_rna,
            !fusion.passes(),
            lost(fusion),
            Reverse((fusion.quality * 10.0).round() as i64),
            Reverse(fusion.support.fragments()),
            fusion.junction.clone(),
            ends,
            fusion.name(),
            support,
            fusion.consensus.clone(),
        )
    });
    one_view_each(fusions);
    let mut events: Vec<(Vec<String>, String)> = Vec::new();
    for (index, fusion) in fusions.iter_mut().enumerate() {
        fusion.id = format!("F{}", index + 1);
        let kinase_first = fusion.five.gene.as_deref() == Some(fusion.target.as_str()) && fusion.kinase_domain == Some(KinaseDomain::Lost);
        let partner = if kinase_first { &fusion.three } else { &fusion.five };
        // Without a gene the place itself, by the million bases, stands for the partner.
        let place =
            partner.gene.clone().unwrap_or_else(|| format!("{}:{}", partner.breakend.contig.0, partner.breakend.boundary / 1_000_000));
        let key = vec![fusion.target.clone(), place];
        let event = if let Some((_, event)) = events.iter().find(|(known, _)| *known == key) {
            event.clone()
        } else {
            let event = format!("E{}", events.len() + 1);
            events.push((key, event.clone()));
            event
        };
        fusion.event = if kinase_first { format!("{event}r") } else { event };
    }
}

/// A junction between two kinases is found from either; the view that stands first, which keeps a kinase domain if one is kept, stays.
fn one_view_each(fusions: &mut Vec<Fusion>) {
    let mut seen: Vec<(Junction, BTreeSet<Material>, String, u32)> = Vec::new();
    fusions.retain(|fusion| {
        let other_view = seen.iter().any(|(junction, evidence, target, slack)| {
            *target != fusion.target
                && *evidence == fusion.evidence
                && junction.is_near(&fusion.junction, SAME_PLACE_BP + *slack + fusion.slack_bp)
        });
        if !other_view {
            seen.push((fusion.junction.clone(), fusion.evidence.clone(), fusion.target.clone(), fusion.slack_bp));
        }
        !other_view
    });
}
