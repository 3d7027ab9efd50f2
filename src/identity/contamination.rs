//! The share of another person's molecules in a library, by the places at which the first person has two copies of a substitution. Pure.
//!
//! ```text
//!   first person   AA                AA                AA
//!   other person   RR (1/10)         RA (3/10)         AA (6/10)        chances where all frequencies are equally likely
//!   reference      e + c             e + c/2           e                share of the molecules; c: the other's share, e: errors
//! ```
//!
//! At a heterozygous place a few per cent drown in uneven expression and in a tumour's losses, and where nobody is known to differ from
//! the reference there is nothing to count. How often errors show one given base is learnt from the third bases at the same places.

use crate::stats::{beta_binomial_ln, jeffreys_share, Share};

use super::likelihood::SiteMolecules;

/// Largest share that is looked for: with more the first person's own places are no longer told.
const MAX_SHARE: f64 = 0.2;

/// Step by which shares are tried.
const STEP: f64 = 0.001;

/// Fraction from which a place may have two copies of the substitution, up to [`MAX_SHARE`] of another person and some chance.
const MIN_FRAC: f64 = 0.75;

/// Chance that such a site is heterozygous nevertheless, because of uneven expression or a loss in the tumour.
const ONE_COPY: f64 = 0.2;

/// Fewest places: the other person has two copies as well at six of ten, at eight places by chance once in sixty samples.
const MIN_PLACES: usize = 8;

/// Fewest genes: what one of them does alone (a pseudogene, a lost copy) is no other person.
const MIN_GENES: usize = 3;

/// How many times likelier the best share must be than none.
const DECISIVE: f64 = 100.0;

/// Shares whose likelihood is no further from the best one, in natural logarithms, are in the interval: half of the 95 % quantile of
/// chi-squared with one degree of freedom (Wilks, Annals of Mathematical Statistics 1938; 9:60-62).
const INTERVAL_LN: f64 = 1.92;

/// Relative variance of the share of reference bases between places: reads with the reference are aligned a little better.
const VARIANCE: f64 = 0.05;

/// Lowest error rate that is assumed: one misplaced read in ten thousand.
const MIN_ERROR: f64 = 1e-4;

/// Chance of each genotype (RR, RA, AA) of another person where the first one is AA: all frequencies equally likely.
const OF_OTHER: [f64; 3] = [0.1, 0.3, 0.6];

/// What a library says of another person's molecules in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contamination {
    /// Places at which the first person seems to have two copies.
    pub places: usize,
    /// The other person's share of the molecules with its 95 % interval; `None` where too few places tell.
    pub share: Option<Share>,
    /// Highest share of molecules (95 %) that errors put on one given base.
    pub errors: f64,
    /// Whether the share is beyond what errors explain.
    pub is_sure: bool,
}

impl Contamination {
    /// What is said of the figure.
    pub fn told(&self) -> String {
        match self.share {
            None => format!("too few homozygous places ({}) to tell", self.places),
            Some(_) => format!("{} homozygous places, errors explain up to {:.4}", self.places, self.errors),
        }
    }

    /// What the user is warned of; `None` unless the share is beyond what errors explain.
    pub fn warning(&self, name: &str) -> Option<String> {
        let share = self.share.filter(|_| self.is_sure)?;
        Some(format!(
            "{name} has molecules of another person: {:.1} % (95 % interval {:.1}-{:.1} %) by {} homozygous places, of which errors \
             explain {:.2} %; a tumour sample with hardly any normal cells that lost copies looks alike",
            share.value * 100.0,
            share.low * 100.0,
            share.high * 100.0,
            self.places,
            self.errors * 100.0
        ))
    }
}

/// Measures by what a library shows at the places of each gene.
pub(super) fn measure<'g>(genes: impl Iterator<Item = &'g [[SiteMolecules; 1]]>) -> Contamination {
    let (mut kept, mut of_genes): (Vec<SiteMolecules>, usize) = (Vec::new(), 0);
    let (mut others, mut all) = (0u64, 0u64);
    for gene in genes {
        others += gene.iter().map(|[seen]| u64::from(seen.other)).sum::<u64>();
        all += gene.iter().map(|[seen]| u64::from(seen.depth() + seen.other)).sum::<u64>();
        let own = gene.iter().map(|[seen]| *seen).filter(|seen| f64::from(seen.alternative) >= MIN_FRAC * f64::from(seen.depth()));
        let before = kept.len();
        kept.extend(own);
        of_genes += usize::from(kept.len() > before);
    }
    // Third bases are two of the three that an error may show.
    let error = jeffreys_share(others, all)
        .map_or((MIN_ERROR, MIN_ERROR), |share| ((share.value / 2.0).max(MIN_ERROR), (share.high / 2.0).max(MIN_ERROR)));
    let places = kept.len();
    if places < MIN_PLACES || of_genes < MIN_GENES {
        return Contamination { places, share: None, errors: error.1, is_sure: false };
    }
    let steps = (MAX_SHARE / STEP).round() as usize;
    let logs: Vec<f64> = (0..=steps).map(|step| kept.iter().map(|seen| ln_chance(*seen, step as f64 * STEP, error.0)).sum()).collect();
    let (best, most) =
        logs.iter().enumerate().fold((0, f64::NEG_INFINITY), |best, (step, log)| if *log > best.1 { (step, *log) } else { best });
    let within: Vec<usize> = (0..=steps).filter(|&step| logs[step] >= most - INTERVAL_LN).collect();
    let end = |step: Option<&usize>| *step.unwrap_or(&best) as f64 * STEP;
    let share = Share { value: best as f64 * STEP, low: end(within.first()), high: end(within.last()) };
    let is_sure = share.low > error.1 && most - logs[0] >= DECISIVE.ln();
    Contamination { places, share: Some(share), errors: error.1, is_sure }
}

/// The natural logarithm of the chance of a place, if another person has this share.
fn ln_chance(seen: SiteMolecules, share: f64, error: f64) -> f64 {
    let depth = u64::from(seen.depth());
    let of_genotype = |part: f64| beta_binomial_ln(u64::from(seen.reference), depth, error + share * part, VARIANCE).exp();
    let two_copies: f64 = OF_OTHER.iter().zip([1.0, 0.5, 0.0]).map(|(chance, part)| chance * of_genotype(part)).sum();
    // Of a heterozygous place that looks so any fraction from the lowest on is as likely.
    let one_copy = 1.0 / ((1.0 - MIN_FRAC) * depth as f64 + 1.0);
    ((1.0 - ONE_COPY) * two_copies + ONE_COPY * one_copy).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seen(reference: u32, alternative: u32) -> [SiteMolecules; 1] {
        [SiteMolecules { reference, alternative, other: 0 }]
    }

    fn measured(genes: &[Vec<[SiteMolecules; 1]>]) -> Contamination {
        measure(genes.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_clean_library_has_none_with_an_interval_from_nothing() {
        let gene = vec![seen(0, 300), seen(0, 250), seen(150, 150), seen(0, 400)];
        let with_an_error = vec![seen(0, 300), seen(1, 250), seen(0, 400)];
        let told = measured(&[gene.clone(), gene, with_an_error]);
        let share = told.share.expect("enough places");
        assert!(share.value < 0.01 && share.low < 0.001 && share.high < 0.03, "{share:?}");
        assert!(!told.is_sure && told.warning("x").is_none());
        assert_eq!(told.places, 9);
    }

    #[test]
    fn six_per_cent_of_another_person_are_measured_and_warned_of() {
        // The other one is RR at one place, RA at three, AA at five.
        let first = vec![seen(24, 376), seen(12, 388), seen(0, 400)];
        let second = vec![seen(13, 387), seen(0, 400), seen(0, 400)];
        let third = vec![seen(11, 389), seen(1, 399), seen(0, 400)];
        let told = measured(&[first, second, third]);
        let share = told.share.expect("enough places");
        assert!(share.low < 0.06 && 0.06 < share.high && share.low > 0.02, "{share:?}");
        let text = told.warning("dna.bam").expect("it is sure");
        assert!(text.starts_with("dna.bam has molecules of another person: ") && text.contains("by 9 homozygous places"), "{text}");
    }

    #[test]
    fn few_places_or_one_gene_tell_nothing() {
        let gene = vec![seen(24, 376), seen(12, 388)];
        let told = measured(&[gene.clone(), gene.clone(), gene.clone()]);
        assert_eq!((told.share, told.told().as_str()), (None, "too few homozygous places (6) to tell"));
        assert_eq!(measured(&[[gene.as_slice(); 5].concat()]).share, None);
    }

    #[test]
    fn a_gene_that_lost_a_copy_in_a_tumour_with_normal_cells_is_no_other_person() {
        // Heterozygous places of one gene, of which a tumour of 80 % lost one copy: 17 % of the reference are left.
        let lost = vec![seen(68, 332), seen(70, 330), seen(66, 334)];
        let own = vec![seen(0, 400), seen(1, 399), seen(0, 400), seen(0, 400)];
        let told = measured(&[lost, own.clone(), own]);
        assert!(!told.is_sure, "{told:?}");
    }
}
