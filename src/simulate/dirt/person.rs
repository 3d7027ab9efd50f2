//! Another person: a genome that differs from the reference in common single-base variants.

use crate::genome::Strand;
use crate::sequence::complement;
use crate::simulate::molecule::BasePlace;
use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedFragment;

/// Share of the variants that only one of the two chromosomes has. Source: about 2 in 3 of a genome's variants are heterozygous
/// (Levy et al. 2007, `PLoS` Biol 5:e254, and the 1000 Genomes Project since).
const HETEROZYGOUS_FRAC: f64 = 0.6;

/// A person's variants, of which each place tells its own.
#[derive(Debug, Clone)]
pub(super) struct Person {
    seed: u64,
    snv_frac: f64,
}

impl Person {
    pub(super) fn new(seed: u64, snv_frac: f64) -> Self {
        Self { seed, snv_frac }
    }

    /// The base of one of the person's two chromosomes (0 or 1) where it differs from `base`, both on the forward strand.
    fn variant(&self, place: BasePlace, base: u8, chromosome: usize) -> Option<u8> {
        let key = (u64::from(place.contig.0) << 32) | u64::from(place.position);
        // Odd multipliers spread neighbouring places over all seeds (2^64 / golden ratio).
        let mut random = Random::new(self.seed ^ key.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        if !random.happens(self.snv_frac) {
            return None;
        }
        let only = random.happens(HETEROZYGOUS_FRAC).then(|| random.below(2));
        let new = random.other_base(base);
        only.is_none_or(|only| only == chromosome).then_some(new)
    }

    /// Makes a fragment the person's.
    pub(super) fn take(&self, fragment: &mut SimulatedFragment) {
        let molecule = fragment.molecule;
        // Copies of a fragment must be of one chromosome: its place decides.
        let chromosome = (fragment.start ^ fragment.end) & 1;
        for read in &mut fragment.reads {
            for (base, origin) in read.bases.iter_mut().zip(&read.origins) {
                let Some(origin) = origin.map(|origin| origin as usize) else { continue };
                let Some(place) = molecule.place(origin) else { continue };
                let turned = place.strand == Strand::Reverse;
                let own = molecule.bases()[origin];
                let forward = if turned { complement(own) } else { own };
                let Some(new) = self.variant(place, forward, chromosome) else { continue };
                let on_molecule = if turned { complement(new) } else { new };
                let (shown, wanted) = match read.strand {
                    Strand::Forward => (own, on_molecule),
                    Strand::Reverse => (complement(own), complement(on_molecule)),
                };
                // A base that was misread stays so.
                if *base == shown {
                    *base = wanted;
                }
            }
        }
    }
}
