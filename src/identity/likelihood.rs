//! How likely molecules are under a genotype, and those of two libraries if both are of one person or of two. Pure.
//!
//! Genotypes are RR (both copies as the reference), RA and AA. The frequency of A among people is not known; it is taken to be uniform
//! over 0..1 and is integrated out. A place counts only if one library shows A, so that all chances are given that not both are RR:
//!
//! ```text
//!   one person     RA 1/2, AA 1/2
//!   two persons    RA,RA 1/6   AA,AA 1/4   RR,RA 1/8   RR,AA 1/24   RA,AA 1/8      (each order of an unlike pair)
//! ```
//!
//! Of RA a library may show one allele alone: RNA where one copy is silent, as with a gene that only its fusion expresses, and the DNA
//! of a tumour that lost the other copy. Both concern all of a gene, so that a gene pays once for it, however many places it has.

use bio::stats::LogProb;

use crate::material::Material;
use crate::stats::beta_binomial_ln;

/// Molecules that show a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiteMolecules {
    /// Molecules with the reference base.
    pub reference: u32,
    /// Molecules with the substitution.
    pub alternative: u32,
    /// Molecules with another base.
    pub other: u32,
}

impl SiteMolecules {
    /// Molecules that tell the two bases apart.
    pub fn depth(self) -> u32 {
        self.reference + self.alternative
    }
}

/// Copies of a substitution that a person has at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genotype {
    /// None.
    Reference,
    /// One.
    Both,
    /// Two.
    Alternative,
}

const GENOTYPES: [Genotype; 3] = [Genotype::Reference, Genotype::Both, Genotype::Alternative];

/// Share of molecules with the other base at a place of two equal copies: its mean (sequencing errors, misplaced reads and a trace of
/// another sample together), and its relative variance, by which it is a beta distribution (1, 99).
const ERROR: (f64, f64) = (0.01, 0.98);

/// The same for unequal copies: a beta distribution (2, 2), wide as uneven expression and a tumour's loss beside normal cells make it.
const BOTH: (f64, f64) = (0.5, 0.2);

/// Chance that a gene's RNA is of one copy alone. Of a fused kinase that no normal cell of the tissue expresses it is the rule.
const ONE_COPY_OF_RNA: f64 = 0.3;

/// Chance that nearly all DNA of a sample lacks one copy of a gene: half of the tumours lose an arm, few samples are nearly pure.
const ONE_COPY_OF_DNA: f64 = 0.1;

/// Chance that a place misleads in a library (a copy of the gene elsewhere, a somatic change); then any count is as likely.
const MISLEADING: f64 = 0.02;

/// Chance of each genotype of one person, given that it is not RR.
const OF_ONE: [f64; 3] = [0.0, 1.0 / 2.0, 1.0 / 2.0];

/// Chance of each pair of genotypes of two unrelated persons, given that not both are RR.
const OF_TWO: [[f64; 3]; 3] = [[0.0, 1.0 / 8.0, 1.0 / 24.0], [1.0 / 8.0, 1.0 / 6.0, 1.0 / 8.0], [1.0 / 24.0, 1.0 / 8.0, 1.0 / 4.0]];

/// The chance of the molecules of a place under a genotype, where both copies of the gene are seen or one alone.
fn chance(seen: SiteMolecules, genotype: Genotype, one_copy: bool) -> f64 {
    let depth = u64::from(seen.depth());
    let of = |successes: u32, (mean, variance): (f64, f64)| beta_binomial_ln(u64::from(successes), depth, mean, variance).exp();
    let (reference, alternative) = (of(seen.alternative, ERROR), of(seen.reference, ERROR));
    let told = match genotype {
        Genotype::Reference => reference,
        Genotype::Alternative => alternative,
        Genotype::Both if one_copy => f64::midpoint(reference, alternative),
        Genotype::Both => of(seen.alternative, BOTH),
    };
    (1.0 - MISLEADING) * told + MISLEADING / (depth + 1) as f64
}

/// The likeliest genotype of what a library shows, both copies being seen.
pub fn genotype(seen: SiteMolecules) -> Genotype {
    let better = |best: Genotype, next: Genotype| if chance(seen, next, false) > chance(seen, best, false) { next } else { best };
    GENOTYPES.into_iter().reduce(better).unwrap_or(Genotype::Reference)
}

/// How much likelier the molecules of two libraries are of one person than of two unrelated ones, in log10. `genes` has what both show at
/// each place of each gene.
pub fn log10_same<'g>(genes: impl Iterator<Item = &'g [[SiteMolecules; 2]]>, materials: [Material; 2]) -> f64 {
    let one_copy = materials.map(|material| if material == Material::Rna { ONE_COPY_OF_RNA } else { ONE_COPY_OF_DNA });
    genes.map(|places| of_gene(places, one_copy)).sum()
}

fn of_gene(places: &[[SiteMolecules; 2]], one_copy: [f64; 2]) -> f64 {
    let states = [[false, false], [false, true], [true, false], [true, true]];
    let of_state = |state: [bool; 2]| -> [f64; 2] {
        let weight = |library: usize| if state[library] { one_copy[library] } else { 1.0 - one_copy[library] };
        let start = (weight(0) * weight(1)).ln();
        places.iter().fold([start, start], |[one, two], seen| {
            let chances = [0, 1].map(|library| GENOTYPES.map(|genotype| chance(seen[library], genotype, state[library])));
            let pair = |first: usize, second: usize| chances[0][first] * chances[1][second];
            let same: f64 = (0..3).map(|index| OF_ONE[index] * pair(index, index)).sum();
            let unrelated: f64 = (0..9).map(|index| OF_TWO[index / 3][index % 3] * pair(index / 3, index % 3)).sum();
            [one + same.ln(), two + unrelated.ln()]
        })
    };
    let sums = states.map(of_state);
    let total = |which: usize| *LogProb::ln_sum_exp(&sums.map(|sum| LogProb(sum[which])));
    (total(0) - total(1)) / std::f64::consts::LN_10
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seen(reference: u32, alternative: u32) -> SiteMolecules {
        SiteMolecules { reference, alternative, other: 0 }
    }

    const RR: SiteMolecules = seen(40, 0);
    const RA: SiteMolecules = seen(21, 19);
    const AA: SiteMolecules = seen(0, 40);

    fn one_gene(places: &[[SiteMolecules; 2]], materials: [Material; 2]) -> f64 {
        log10_same([places].into_iter(), materials)
    }

    const RNA_AND_DNA: [Material; 2] = [Material::Rna, Material::Dna];

    #[test]
    fn genotypes_follow_from_molecules() {
        assert_eq!([RR, RA, AA, seen(38, 2), seen(30, 10)].map(genotype), {
            use Genotype::{Alternative, Both, Reference};
            [Reference, Both, Alternative, Reference, Both]
        });
    }

    #[test]
    fn chances_of_pairs_sum_to_one() {
        assert!((OF_TWO.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((OF_ONE.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn agreement_speaks_for_one_person_by_the_frequencies_that_are_not_known() {
        // RA in both: 1/2 of one person, 1/6 of two. What misleads and shows one copy takes little of it.
        let both = one_gene(&[[RA, RA]], RNA_AND_DNA);
        assert!((both - 3f64.log10()).abs() < 0.05, "{both}");
        let two_copies = one_gene(&[[AA, AA]], RNA_AND_DNA);
        assert!((0.1..0.35).contains(&two_copies), "{two_copies}");
    }

    #[test]
    fn a_gene_of_which_rna_shows_one_copy_is_weak_evidence_however_many_places_it_has() {
        let one = one_gene(&[[RR, RA]], RNA_AND_DNA);
        let many = one_gene(&[[RR, RA], [AA, RA], [RR, RA], [RR, RA]], RNA_AND_DNA);
        assert!((-0.6..0.0).contains(&one), "{one}");
        assert!((-1.0..0.3).contains(&many), "{many}");
    }

    #[test]
    fn genes_that_no_loss_explains_speak_for_two_persons() {
        // RNA shows both copies of this gene at one place, so that the others are no silence of a copy.
        let gene: &[[SiteMolecules; 2]] = &[[RA, RA], [RR, RA], [RA, RR]];
        assert!(one_gene(gene, RNA_AND_DNA) < -1.5, "{}", one_gene(gene, RNA_AND_DNA));
        let genes = [gene, &[[AA, RR]], &[[RA, RR], [AA, RA]]];
        let all = log10_same(genes.into_iter(), RNA_AND_DNA);
        assert!(all < -4.0, "{all}");
    }

    #[test]
    fn a_place_that_misleads_costs_no_more_than_its_chance() {
        let agreeing = [[RA, RA]; 8];
        let with_one_unlike = [&agreeing[..], &[[RA, RR]]].concat();
        assert!(one_gene(&with_one_unlike, [Material::Dna; 2]) > 2.0);
    }

    #[test]
    fn order_of_the_libraries_does_not_matter() {
        let turned: Vec<[SiteMolecules; 2]> = vec![[RA, RR], [AA, RA]];
        let back: Vec<[SiteMolecules; 2]> = turned.iter().map(|[one, other]| [*other, *one]).collect();
        let (one, other) = (one_gene(&turned, RNA_AND_DNA), one_gene(&back, [Material::Dna, Material::Rna]));
        assert!((one - other).abs() < 1e-9);
    }
}
