//! The quality of a call: the chance that it is an artefact, on the phred scale, from a model that can be recomputed by hand.
//!
//! The noise is the sample's own. `C` fragments of this kinase (plus one) join it to some other place and do not belong to the
//! junction in question; a random chimera looks like this kind of junction with the chance `p` ([`Class::chance_like`]). `L` is how
//! many weak junctions (one or two fragments) of other genes the sample shows that look just as good: panels enrich the very genes
//! between which chimeras then form. Each further independent fragment whose read shows the very same junction is `rho` times less
//! likely for an artefact; one whose mates only span it is `sigma` times less likely, since any other chimera of the same two places
//! does that. Against that stands the number of such junctions that a tested sample really has, `PRIOR` ([`Class::prior`]):
//!
//! ```text
//!   odds that it is an artefact = (C * p + L) * rho^(k-1) * sigma^s / PRIOR  +  misplacement
//!                                 (k fragments whose reads show the junction, s whose mates span it; without the former sigma^(s-1))
//!   misplacement                = 10^(-best mapping quality of the partner / 10), times UNKNOWN_PLACE for an unknown partner,
//!                                 times KNOWN_PLACE for a known one (to be misplaced right into a known partner is rare)
//!   quality                     = -10 log10( odds / (1 + odds) ), at most 99
//!
//!   rho, sigma                    RNA, listed junction   0.001    0.001       KNOWN_PLACE   0.01 (listed junction or pair)
//!                                 RNA, others            0.001    0.03        UNKNOWN_PLACE 1
//!                                 DNA                    0.0003   0.005
//! ```
//!
//! Example: `EML4::ALK` E13;A20 in RNA, 2 fragments, 4 other chimeric fragments, none of them alike, partner placed with quality 60:
//! `(5 * 1e-6 + 0) * 0.001 / 0.02 + 1e-6 * 0.01 = 2.6e-7`, quality 66. A gene that no table has, joined to ALK in DNA by one read that
//! shows the break and mates of two fragments that span it, 9 other chimeras, one of them alike:
//! `(10 * 0.125 + 1) * 0.005^2 / 0.002 + 1e-6 = 0.028`, quality 15.6.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stats::{from_phred, phred};

use super::{KnownTier, Material};

/// How much rarer each further fragment that shows the same junction of RNA is for an artefact. Random chimeras practically never meet;
/// what is left is copies of one molecule that kept different ends, and places where reverse transcriptase likes to switch: in simulated
/// samples of 200 chimeras each 3 to 10 in ten thousand met another.
const RNA_SHOWING: f64 = 0.001;
/// The same for mates that span a junction of RNA, which only have to lie in the same two genes within an insert of it: among abundant genes
/// one chimera in thirty (samples of eight made-up genes).
const RNA_SPANNING: f64 = 0.03;
/// The same for reads that show a junction of DNA, where both breaks agree to the base: of 3,900 chimeras of kinases in simulated panels
/// none did.
const DNA_SHOWING: f64 = 0.0003;
/// The same for mates that span a junction of DNA: 3 in a thousand of those joined two captured genes within an insert of another.
const DNA_SPANNING: f64 = 0.005;
/// Highest quality that is reported: the model knows nothing of swapped samples.
pub const MAX_QUALITY: f64 = 99.0;
/// Quality from which a call can pass: one in twenty would be an artefact.
pub const MIN_PASS_QUALITY: f64 = 13.0;
/// Weight of a misplaced partner where the partner is known.
const KNOWN_PLACE: f64 = 0.01;
/// Weight of a misplaced partner where it is not.
const UNKNOWN_PLACE: f64 = 1.0;

/// The kind of a junction; the probability by chance and the prior depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// How well known.
    pub tier: KnownTier,
    /// RNA or DNA.
    pub material: Material,
    /// Number of ends on exon edges (RNA only); none where more than three inserted bases lie between them.
    pub edges: u8,
    /// Whether these edges are the likeliest that mates may span, and no read shows them.
    pub by_mates: bool,
    /// What the kinase is joined to.
    pub partner: PartnerKind,
    /// Whether an aligner made it of runs, repeats or adapter.
    pub is_simple: bool,
}

/// What a kinase is joined to, the least likely to work first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartnerKind {
    /// No whole kinase is kept, the gene points the wrong way, or nothing is known there.
    Other,
    /// The kinase is kept, in DNA, beside sequence outside of all genes.
    BesideGenes,
    /// The kinase is kept, behind a gene that points as it does.
    Gene,
}

/// The noise of a sample that counts against one junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JunctionNoise {
    /// Molecules that join the kinase to some other place, without those of the junction.
    pub chimeras: u32,
    /// Weak junctions of other genes that look just as good.
    pub like: u32,
}

/// Fragments that are independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Independent {
    /// A read shows the junction.
    pub showing: u32,
    /// Only the mates span it.
    pub spanning: u32,
}

impl Class {
    /// How much rarer each further fragment that shows the junction, or spans it, is for an artefact.
    fn rarities(self) -> (f64, f64) {
        match (self.material, self.tier) {
            // Two genes of a listed junction, within an insert of it.
            (Material::Rna, KnownTier::Variant) => (RNA_SHOWING, RNA_SHOWING),
            (Material::Rna, _) => (RNA_SHOWING, RNA_SPANNING),
            (Material::Dna, _) => (DNA_SHOWING, DNA_SPANNING),
        }
    }

    /// Whether a junction of this class is as good as one of the `other`, but for its fragments.
    pub fn looks_like(self, other: Self) -> bool {
        self.tier <= other.tier
            && self.edges >= other.edges
            && self.by_mates <= other.by_mates
            && self.partner >= other.partner
            && self.is_simple <= other.is_simple
    }

    /// The chance that a random chimera of the kinase looks like this.
    ///
    /// RNA: a switch at random hits an exon edge about once in 150 bases; splicing errors prefer edges, so both edges together are
    /// taken as 1 in 500, one as 1 in 20. A listed partner is one gene in about 500 by number, a listed junction one in a million
    /// of all pairs of edges. Mates have edges within an insert anywhere, so these say nothing; but one chimera in four is in sense with the
    /// kinase kept, and of those one in two lies before the domain: 1/8. DNA: listed partners fill about 1/1000 of the genome, one in four
    /// chimeras is in sense with the kinase kept: 2.5e-4. Genes fill half of the genome: 1/2 * 1/4 = 0.125. In the other half either strand
    /// will do, as only RNA tells what a partner there becomes, and one chimera in two keeps the kinase: 1/2 * 1/2 = 0.25.
    pub fn chance_like(self) -> f64 {
        let partner = match self.tier {
            KnownTier::Variant | KnownTier::Pair => 1.0 / 500.0,
            _ => 1.0,
        };
        match self.material {
            Material::Rna => match (self.tier, self.edges) {
                (KnownTier::Variant, _) => 1e-6,
                (_, 2) if self.by_mates && self.partner == PartnerKind::Gene => partner / 8.0,
                (_, 2) if !self.by_mates => partner / 500.0,
                (_, 1) => partner / 20.0,
                _ => partner,
            },
            Material::Dna => match self.tier {
                KnownTier::Variant | KnownTier::Pair => 2.5e-4,
                _ => match self.partner {
                    PartnerKind::Gene => 0.125,
                    PartnerKind::BesideGenes => 0.25,
                    PartnerKind::Other => 1.0,
                },
            },
        }
    }

    /// How many junctions of this kind a tested sample has. Sources: 1-5 % of lung cancers carry a fusion of these kinases, nearly
    /// all of a listed pair, most of a listed variant; of 152 listed junctions about one in ten lies inside an exon or an intron.
    pub fn prior(self) -> f64 {
        let regular = match self.material {
            Material::Rna => self.partner == PartnerKind::Gene && self.edges == 2,
            Material::Dna => self.partner > PartnerKind::Other,
        };
        match (self.tier, regular) {
            (KnownTier::Variant, _) => 0.02,
            (KnownTier::Pair, true) => 0.005,
            (_, true) => 0.002,
            _ => 0.0005,
        }
    }
}

/// What a quality is made of; the names of the module page are in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// Molecules that join the kinase to other places, plus one (`C`).
    pub chimeras: u32,
    /// The chance that a random chimera looks like this (`p`).
    pub chance_like: f64,
    /// Weak junctions of other genes that look just as good (`L`).
    pub like: u32,
    /// Independent fragments whose reads show the junction (`k`).
    pub showing: u32,
    /// Independent fragments whose mates span it (`s`).
    pub spanning: u32,
    /// How much rarer each further one that shows it is for an artefact (`rho`).
    pub showing_rarity: f64,
    /// The same for one that spans it (`sigma`).
    pub spanning_rarity: f64,
    /// How many junctions of this kind a tested sample has (`PRIOR`).
    pub prior: f64,
    /// Best mapping quality of the partner's place, at most the kinase's; the kinase's where no partner is found.
    pub mapq: u8,
    /// Weight of a misplaced partner (`KNOWN_PLACE` or `UNKNOWN_PLACE`).
    pub place_weight: f64,
    /// Quality of the same fusion in the sample's DNA, which is added to that of the RNA; 0 where there is none.
    pub dna_quality: f64,
}

impl Terms {
    /// The terms of a junction that these fragments show, with the partner placed with `mapq` at best.
    pub fn new(class: Class, fragments: Independent, noise: JunctionNoise, mapq: u8) -> Self {
        let (showing_rarity, spanning_rarity) = class.rarities();
        Self {
            chimeras: noise.chimeras.saturating_add(1),
            chance_like: class.chance_like(),
            like: noise.like,
            showing: fragments.showing,
            spanning: fragments.spanning,
            showing_rarity,
            spanning_rarity,
            prior: class.prior(),
            mapq,
            place_weight: if matches!(class.tier, KnownTier::Variant | KnownTier::Pair) { KNOWN_PLACE } else { UNKNOWN_PLACE },
            dna_quality: 0.0,
        }
    }

    /// How much rarer the fragments are for an artefact than a first one of their kind.
    fn rarity(&self) -> f64 {
        match (self.showing, self.spanning) {
            (0, pairs) => self.spanning_rarity.powi(pairs.saturating_sub(1) as i32),
            (shown, pairs) => self.showing_rarity.powi(shown as i32 - 1) * self.spanning_rarity.powi(pairs as i32),
        }
    }

    /// The quality, phred-scaled.
    pub fn quality(&self) -> f64 {
        if self.showing + self.spanning == 0 {
            return 0.0;
        }
        let artefacts = f64::from(self.chimeras) * self.chance_like + f64::from(self.like);
        let odds = artefacts * self.rarity() / self.prior + self.place_weight * from_phred(f64::from(self.mapq));
        (phred(odds / (1.0 + odds)).clamp(0.0, MAX_QUALITY) + self.dna_quality).min(MAX_QUALITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(tier: KnownTier, edges: u8) -> Class {
        Class { tier, material: Material::Rna, edges, by_mates: false, partner: PartnerKind::Gene, is_simple: false }
    }

    fn quality(class: Class, fragments: Independent, noise: JunctionNoise, mapq: u8) -> f64 {
        Terms::new(class, fragments, noise, mapq).quality()
    }

    fn shown(showing: u32) -> Independent {
        Independent { showing, spanning: 0 }
    }

    fn noise(chimeras: u32) -> JunctionNoise {
        JunctionNoise { chimeras, like: 0 }
    }

    #[test]
    fn the_example_of_the_module_page_holds() {
        let quality = quality(class(KnownTier::Variant, 2), shown(2), noise(4), 60);
        assert!((quality - 65.85).abs() < 0.2, "{quality}");
    }

    #[test]
    fn two_reads_that_show_a_break_of_dna_say_more_than_mates_that_span_it() {
        for partner in [PartnerKind::Gene, PartnerKind::BesideGenes] {
            let class = Class { tier: KnownTier::Kinase, material: Material::Dna, edges: 0, by_mates: false, partner, is_simple: false };
            let of = |showing, spanning, chimeras| quality(class, Independent { showing, spanning }, noise(chimeras), 60);
            assert!(of(2, 0, 0) > MIN_PASS_QUALITY && of(1, 1, 0) < MIN_PASS_QUALITY);
            assert!(of(2, 0, 5) < MIN_PASS_QUALITY, "chimeras of the kinase speak against two fragments");
            assert!(of(1, 2, 9) > MIN_PASS_QUALITY && of(0, 3, 9) > MIN_PASS_QUALITY);
        }
        let gene = Class {
            tier: KnownTier::Kinase,
            material: Material::Dna,
            edges: 0,
            by_mates: false,
            partner: PartnerKind::Gene,
            is_simple: false,
        };
        let beside = Class { partner: PartnerKind::BesideGenes, ..gene };
        assert!(!beside.looks_like(gene), "stray junctions beside genes are no rivals of one with a gene");
        let simple = Class { is_simple: true, ..gene };
        assert!(!simple.looks_like(gene) && gene.looks_like(simple) && simple.looks_like(simple), "runs are rivals of runs alone");
        let example = quality(gene, Independent { showing: 1, spanning: 2 }, JunctionNoise { chimeras: 9, like: 1 }, 60);
        assert!((example - 15.6).abs() < 0.1, "{example}");
    }

    #[test]
    fn more_fragments_never_lower_and_more_noise_never_raises_the_quality() {
        for tier in [KnownTier::Variant, KnownTier::Pair, KnownTier::Kinase, KnownTier::Novel] {
            for edges in 0..3 {
                for k in 1..6 {
                    assert!(
                        quality(class(tier, edges), shown(k + 1), noise(50), 60) >= quality(class(tier, edges), shown(k), noise(50), 60)
                    );
                    assert!(quality(class(tier, edges), shown(k), noise(500), 60) <= quality(class(tier, edges), shown(k), noise(50), 60));
                }
            }
        }
    }

    #[test]
    fn a_single_chimera_off_exon_edges_is_no_call() {
        assert!(quality(class(KnownTier::Kinase, 0), shown(1), noise(30), 60) < 1.0);
        assert!(quality(class(KnownTier::Kinase, 0), shown(1), noise(0), 60) < 1.0);
    }

    #[test]
    fn mates_that_span_a_new_junction_of_rna_say_less_than_reads_that_show_it() {
        let (pair, variant) = (class(KnownTier::Pair, 1), class(KnownTier::Variant, 2));
        let both = Independent { showing: 1, spanning: 1 };
        assert!(quality(pair, both, noise(20), 60) < MIN_PASS_QUALITY && quality(pair, shown(2), noise(20), 60) > MIN_PASS_QUALITY);
        assert!(quality(pair, Independent { showing: 1, spanning: 3 }, noise(20), 60) > MIN_PASS_QUALITY);
        assert!((quality(variant, both, noise(20), 60) - quality(variant, shown(2), noise(20), 60)).abs() < f64::EPSILON);
    }
}
