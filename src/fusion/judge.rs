//! Quality and flags: what a junction is worth against the noise that the other junctions of the same kinase show.

use crate::alignment::Assay;
use crate::model::Gene;

use super::build::Draft;
use super::filter::{self, Doubt};
use super::score::{quality, Noise};
use super::Fusion;

/// A junction with at most this many fragments may be a random chimera and counts as noise for the others.
const WEAK_FRAGMENTS: u32 = 2;

/// Finishes the drafts of one kinase, at which `chimeras` molecules join it to some other place.
pub fn judge(drafts: Vec<Draft<'_>>, kinase: &Gene, assay: &Assay, chimeras: u32) -> Vec<Fusion> {
    let noises: Vec<Noise> = drafts.iter().map(|draft| noise(draft, &drafts, chimeras)).collect();
    drafts.into_iter().zip(noises).map(|(draft, noise)| finish(draft, kinase, assay, noise)).collect()
}

/// What speaks against a draft: the chimeras of the kinase that do not join it to the same gene, and how many weak junctions of other genes look
/// just as good.
fn noise(draft: &Draft<'_>, all: &[Draft<'_>], chimeras: u32) -> Noise {
    let pair = |draft: &Draft<'_>| (draft.fusion.five.gene.clone(), draft.fusion.three.gene.clone());
    let own = pair(draft);
    let like = all
        .iter()
        .filter(|other| (1..=WEAK_FRAGMENTS).contains(&other.fusion.support.fragments()) && other.class.looks_like(draft.class))
        // Variants of one fusion are no noise for each other; junctions without a gene are told apart by their place.
        .filter(|other| pair(other) != own || (own.0.is_none() && other.fusion.junction != draft.fusion.junction))
        .count() as u32;
    // What the aligner itself joined to this gene is no noise for it; clipped reads were never counted among the chimeras.
    let kin = all.iter().filter(|other| std::ptr::eq(*other, draft) || (own.0.is_some() && own.1.is_some() && pair(other) == own));
    let joined: u32 = kin.map(|other| other.fusion.support.split + other.fusion.support.pair).sum();
    Noise { chimeras: chimeras.saturating_sub(joined), like }
}

fn finish(draft: Draft<'_>, kinase: &Gene, assay: &Assay, noise: Noise) -> Fusion {
    let Draft { mut fusion, candidate, oriented, class, independent } = draft;
    if !candidate.unplaced {
        fusion.quality = quality(class, independent, noise, candidate.partner_mapq().min(candidate.kinase_mapq()));
    }
    fusion.flags = filter::flags(&Doubt { fusion: &fusion, candidate, oriented: &oriented, kinase, assay });
    fusion
}
