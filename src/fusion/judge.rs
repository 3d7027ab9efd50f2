//! Quality and flags of all junctions of one kinase, scored against the noise that the kinase's other junctions show. The score itself is
//! [`super::score`]; the flags are [`super::filter`].

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::assay::AssayKind;
use crate::alignment::read::FragmentId;
use crate::alignment::Assay;
use crate::coverage::detectability::SupportRule;
use crate::coverage::recognition::Needed;
use crate::evidence::Molecules;
use crate::genome::Junction;
use crate::junction::candidate::Candidate;
use crate::model::{Gene, Role};

use super::build::FusionDraft;
use super::filter::low_support::MIN_FRAGMENTS;
use super::filter::{self, Doubt};
use super::score::{Class, Independent, JunctionNoise, PartnerKind, Terms, MIN_PASS_QUALITY};
use super::{Fusion, KnownTier, Material};

/// A junction with at most this many fragments may be a random chimera and counts as noise for the others.
const WEAK_FRAGMENTS: u32 = 2;

/// Mapping quality of a partner whose place is unique.
const UNIQUE_MAPQ: u8 = 60;
/// No junction needs more fragments than this, however noisy the sample.
const MOST_FRAGMENTS: u32 = 1_000;

/// How many fragments a junction of one kinase needs to pass beside the noise of this sample: one of the tables, and one that joins
/// the kinase to any other gene, both with a partner that is placed surely. It is the scoring model, solved for the number of
/// fragments. In DNA, where spanning pairs count less, it is solved twice: for one read with pairs for the rest, and for reads alone.
pub fn support_rule(drafts: &[FusionDraft<'_>], material: Material, chimeras: u32) -> SupportRule {
    let edges = if material == Material::Rna { 2 } else { 0 };
    let mut weak = Weak::new();
    for draft in drafts {
        add_weak(&mut weak, draft);
    }
    let needed = |tier: KnownTier| {
        let class = Class { tier, material, edges, by_mates: false, partner: PartnerKind::Gene, is_simple: false };
        let noise = JunctionNoise { chimeras, like: like(class, &weak) };
        let fewest = |of: &dyn Fn(u32) -> Independent| {
            let passes = |&fragments: &u32| Terms::new(class, of(fragments), noise, UNIQUE_MAPQ).quality() >= MIN_PASS_QUALITY;
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

/// Number of weak junctions of each class.
type Weak = Vec<(Class, u32)>;

fn add_weak(weak: &mut Weak, draft: &FusionDraft<'_>) {
    if !(1..=WEAK_FRAGMENTS).contains(&draft.fusion.support.fragments()) {
        return;
    }
    match weak.iter_mut().find(|(class, _)| *class == draft.class) {
        Some((_, count)) => *count += 1,
        None => weak.push((draft.class, 1)),
    }
}

/// Weak junctions that look as good as one of this class.
fn like(class: Class, weak: &Weak) -> u32 {
    weak.iter().filter(|(other, _)| other.looks_like(class)).map(|(_, count)| count).sum()
}

/// Molecules that join one kinase to some other place.
pub struct Chimeras<'a> {
    /// The molecules, each by the fragment that stands for it.
    pub joined: FxHashSet<FragmentId>,
    /// Molecules that an aligner joined by homopolymers or adapter: noise for junctions of the same kind only.
    pub by_dirt: FxHashSet<FragmentId>,
    /// Which fragments are copies.
    pub molecules: &'a Molecules,
}

impl Chimeras<'_> {
    /// Number of molecules.
    pub fn count(&self) -> u32 {
        self.joined.len() as u32
    }

    /// Number of molecules that show none of these junctions.
    fn beside<'d>(&self, candidates: impl Iterator<Item = &'d Candidate>) -> u32 {
        let fragments = candidates.flat_map(|candidate| candidate.members.keys());
        let shown: FxHashSet<FragmentId> = fragments.map(|&fragment| self.molecules.of(fragment)).collect();
        self.count() - shown.iter().filter(|molecule| self.joined.contains(molecule)).count() as u32
    }
}

/// Finishes the drafts of one kinase.
pub fn judge(drafts: Vec<FusionDraft<'_>>, kinase: &Gene, assay: &Assay, chimeras: &Chimeras<'_>) -> Vec<Fusion> {
    let noises = noises(&drafts, chimeras);
    drafts.into_iter().zip(noises).map(|(draft, noise)| finish(draft, kinase, assay, noise)).collect()
}

/// Groups junctions that are not noise for each other: all variants of one pair of genes or, without a gene, junctions at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Kin<'d> {
    /// Which side the kinase is.
    kinase: Role,
    partner: Option<&'d str>,
    /// The place, where the partner's gene is not known.
    place: Option<&'d Junction>,
}

fn kin<'d>(draft: &'d FusionDraft<'_>) -> Kin<'d> {
    let partner = draft.oriented.judged.gene.map(|gene| gene.symbol.as_str());
    Kin { kinase: draft.oriented.kinase_role, partner, place: partner.is_none().then_some(&draft.fusion.junction) }
}

/// The noise beside each draft: the chimeras of the kinase that do not join it to the same gene, and how many weak junctions of other genes
/// look just as good.
fn noises(drafts: &[FusionDraft<'_>], chimeras: &Chimeras<'_>) -> Vec<JunctionNoise> {
    let mut weak = Weak::new();
    let mut of_kin: FxHashMap<Kin<'_>, (Weak, Vec<&Candidate>)> = FxHashMap::default();
    for draft in drafts {
        let (own, candidates) = of_kin.entry(kin(draft)).or_default();
        candidates.push(draft.candidate);
        add_weak(own, draft);
        add_weak(&mut weak, draft);
    }
    // Molecules that join the kinase to this same gene are no noise for it. They are compared by name and not by the kind of evidence: a
    // molecule that supports the junction with a clipped read is also a chimera if its mates lie on either side.
    let mut beside: FxHashMap<Kin<'_>, u32> = FxHashMap::default();
    let by_dirt = chimeras.by_dirt.len() as u32;
    let noise = |draft| {
        let key = kin(draft);
        let (own, candidates) = &of_kin[&key];
        let chimeras = match key.place {
            Some(_) => chimeras.beside([draft.candidate].into_iter()),
            None => *beside.entry(key).or_insert_with(|| chimeras.beside(candidates.iter().copied())),
        };
        let by_dirt = if draft.class.is_simple { by_dirt } else { 0 };
        JunctionNoise { chimeras: chimeras + by_dirt, like: like(draft.class, &weak) - like(draft.class, own) }
    };
    drafts.iter().map(noise).collect()
}

fn finish(draft: FusionDraft<'_>, kinase: &Gene, assay: &Assay, noise: JunctionNoise) -> Fusion {
    let FusionDraft { mut fusion, candidate, oriented, class, independent, as_kept } = draft;
    // Of a break without a partner only the kinase's side is placed. Reads end alike without any break between primers, at an exon that
    // the aligner does not know, and, where they are long, before any exon that it missed.
    let ends_alike = matches!(assay.kind, AssayKind::RnaAmplicon | AssayKind::DnaAmplicon)
        || assay.long_reads
        || (assay.material() == Material::Rna && !oriented.judged.edges.0);
    let mapq = if candidate.unplaced {
        (as_kept && !ends_alike).then(|| candidate.kinase_mapq())
    } else {
        Some(candidate.partner_mapq().min(candidate.kinase_mapq()))
    };
    fusion.terms = mapq.map(|mapq| Terms::new(class, independent, noise, mapq));
    fusion.quality = fusion.terms.map_or(0.0, |terms| terms.quality());
    fusion.flags = filter::flags(&Doubt { fusion: &fusion, candidate, oriented: &oriented, kinase, assay });
    fusion
}
