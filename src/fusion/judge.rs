//! Quality and flags: what a junction is worth against the noise that the other junctions of the same kinase show.

use rustc_hash::FxHashSet;

use crate::alignment::assay::AssayKind;
use crate::alignment::read::FragmentId;
use crate::alignment::Assay;
use crate::coverage::detectability::SupportRule;
use crate::coverage::recognition::Needed;
use crate::evidence::Molecules;
use crate::model::{Gene, Role};

use super::build::Draft;
use super::filter::low_support::MIN_FRAGMENTS;
use super::filter::{self, Doubt};
use super::score::{quality, Class, Independent, Noise, PartnerKind, MIN_PASS_QUALITY};
use super::{Fusion, KnownTier, Material};

/// A junction with at most this many fragments may be a random chimera and counts as noise for the others.
const WEAK_FRAGMENTS: u32 = 2;

/// Mapping quality of a partner whose place is unique.
const UNIQUE_MAPQ: u8 = 60;
/// No junction needs more fragments than this, however noisy the sample.
const MOST_FRAGMENTS: u32 = 1_000;

/// How many fragments a junction of one kinase needs to pass beside the noise of this sample: one of the tables, and one that joins
/// the kinase to any other gene, both with a partner that is placed surely. It is the scoring model asked backwards; in DNA, where mates
/// that span a break say less, for one read that shows it and mates for the rest, and for reads alone.
pub fn support_rule(drafts: &[Draft<'_>], material: Material, chimeras: u32) -> SupportRule {
    let edges = if material == Material::Rna { 2 } else { 0 };
    let needed = |tier: KnownTier| {
        let class = Class { tier, material, edges, partner: PartnerKind::Gene };
        let noise = Noise { chimeras, like: like(class, drafts).count() as u32 };
        let fewest = |of: &dyn Fn(u32) -> Independent| {
            let passes = |&fragments: &u32| quality(class, of(fragments), noise, UNIQUE_MAPQ) >= MIN_PASS_QUALITY;
            (MIN_FRAGMENTS..MOST_FRAGMENTS).find(passes).unwrap_or(MOST_FRAGMENTS)
        };
        let shown = fewest(&|fragments| Independent { showing: fragments, spanning: 0 });
        let any = match material {
            Material::Rna => shown,
            Material::Dna => fewest(&|fragments| Independent { showing: 1, spanning: fragments - 1 }),
        };
        Needed { any, shown }
    };
    SupportRule { known: needed(KnownTier::Variant), novel: needed(KnownTier::Kinase) }
}

/// Weak junctions that look as good as one of this class.
fn like<'d, 'a>(class: Class, drafts: &'d [Draft<'a>]) -> impl Iterator<Item = &'d Draft<'a>> {
    let weak = |other: &Draft<'_>| (1..=WEAK_FRAGMENTS).contains(&other.fusion.support.fragments());
    drafts.iter().filter(move |other| weak(other) && other.class.looks_like(class))
}

/// Molecules that join one kinase to some other place.
pub struct Chimeras<'a> {
    /// The molecules, each by the fragment that stands for it.
    pub joined: FxHashSet<FragmentId>,
    /// Which fragments are copies.
    pub molecules: &'a Molecules,
}

impl Chimeras<'_> {
    /// Number of molecules.
    pub fn count(&self) -> u32 {
        self.joined.len() as u32
    }

    /// Number of molecules that show none of these junctions.
    fn beside<'d>(&self, drafts: impl Iterator<Item = &'d Draft<'d>>) -> u32 {
        let fragments = drafts.flat_map(|draft| draft.candidate.members.keys());
        let shown: FxHashSet<FragmentId> = fragments.map(|&fragment| self.molecules.of(fragment)).collect();
        self.joined.difference(&shown).count() as u32
    }
}

/// Finishes the drafts of one kinase.
pub fn judge(drafts: Vec<Draft<'_>>, kinase: &Gene, assay: &Assay, chimeras: &Chimeras<'_>) -> Vec<Fusion> {
    let noises: Vec<Noise> = drafts.iter().map(|draft| noise(draft, &drafts, chimeras)).collect();
    drafts.into_iter().zip(noises).map(|(draft, noise)| finish(draft, kinase, assay, noise)).collect()
}

/// What speaks against a draft: the chimeras of the kinase that do not join it to the same gene, and how many weak junctions of other genes look
/// just as good.
fn noise(draft: &Draft<'_>, all: &[Draft<'_>], chimeras: &Chimeras<'_>) -> Noise {
    let partner = |draft: &Draft<'_>| draft.oriented.judged.gene.map(|gene| gene.symbol.clone());
    let pair = |draft: &Draft<'_>| (draft.oriented.kinase_role, partner(draft));
    let own = pair(draft);
    let like = like(draft.class, all)
        // Variants of one fusion are no noise for each other; junctions without a gene are told apart by their place.
        .filter(|other| pair(other) != own || (own.1.is_none() && other.fusion.junction != draft.fusion.junction))
        .count() as u32;
    // What shows this gene is no noise for it. Molecules are told apart by name, not by how they count for a junction: one of which a
    // clipped read shows the break counts there as clipped, and is a chimera too where its mates lie on either side.
    let kin = all.iter().filter(|other| std::ptr::eq(*other, draft) || (own.1.is_some() && pair(other) == own));
    Noise { chimeras: chimeras.beside(kin), like }
}

fn finish(draft: Draft<'_>, kinase: &Gene, assay: &Assay, noise: Noise) -> Fusion {
    let Draft { mut fusion, candidate, oriented, class, independent } = draft;
    // Of a break without a partner only the kinase's side is placed. Reads end alike without any break between primers, at an exon that
    // the aligner does not know, and, where they are long, before any exon that it missed.
    let ends_alike = matches!(assay.kind, AssayKind::RnaAmplicon | AssayKind::DnaAmplicon)
        || assay.long_reads
        || (assay.material() == Material::Rna && !oriented.judged.edges.0);
    if !candidate.unplaced {
        fusion.quality = quality(class, independent, noise, candidate.partner_mapq().min(candidate.kinase_mapq()));
    } else if oriented.kinase_role == Role::Three && !ends_alike {
        fusion.quality = quality(class, independent, noise, candidate.kinase_mapq());
    }
    fusion.flags = filter::flags(&Doubt { fusion: &fusion, candidate, oriented: &oriented, kinase, assay });
    fusion
}
