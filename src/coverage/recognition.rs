//! With what chance a fusion of a given share of the molecules is called, and the share that is called with 95 %.
//!
//! Of `n` molecules that lie across a place with at least `A` bases ([`MIN_ANCHOR_BP`]) on either side, each shows the break with
//! chance `f`, the fusion's share. How it shows it depends on where in the molecule the break lies. Let the shorter side of the
//! molecule have `m` bases, anything from `A` to half of the length `L` with equal chance:
//!
//! ```text
//!   m >= S    the read that begins at the shorter end has S bases or more of it: split where the rest of that read is as long,
//!             otherwise that read lies on the shorter side and its mate on the other, a pair.           it PLACES the break
//!   m <  S    the aligner clips these bases: they tell nothing of the place, but repeat what a split read shows.       a CLIP
//!
//!   places = (L - 2S) / (L - 2A)       split = 2 (R - 2S) / (L - 2A), at most places       clip = 1 - places
//! ```
//!
//! `S` is the shortest piece that aligners place (30 bases by `bwa mem -T`; 20 for splicing aligners, whose chimeric segments are asked
//! to have 10 to 20, and less than 19 are not unique in a genome), `R` the length of a read, `L` the usual length of a fragment. The
//! fusion is called when as many molecules as the support rule asks for place it, or when at least one is split and clips make up
//! the number; or when as few as the rule asks of reads alone show it, none of them a pair. All is multinomial and computed exactly;
//! nothing is fitted.
//!
//! What is assumed: the partner's side is unique (of a partner in a repeat only the molecules that reach out of it speak, and a
//! partner in a long repeat is missed at any share), the fused molecule gets into the library and is captured as the unbroken one. A break
//! may lie anywhere in a region: the chance to see it is the mean over the region's places, each with its own depth.

use statrs::distribution::{Binomial, Discrete, DiscreteCDF};

use super::depth::MIN_ANCHOR_BP;
use super::profile::Histogram;
use crate::alignment::assay::Assay;
use crate::material::Material;
use crate::stats::binomial_at_least;

/// The chance with which a fusion of the stated share is called.
pub const CHANCE: f64 = 0.95;

/// Shares of the molecules across a break by how they show it; `split` is a part of `places`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recognition {
    /// By a split read or by mates on either side.
    pub places: f64,
    /// By a read with enough bases of both sides.
    pub split: f64,
}

/// Molecules that a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// Whatever they show.
    pub any: u32,
    /// If a read of each shows the break; as many or fewer.
    pub shown: u32,
}

impl From<u32> for Needed {
    fn from(any: u32) -> Self {
        Self { any, shown: any }
    }
}

impl Recognition {
    /// The shares for fragments and reads of a library; `fragment_bp` is the median length where it is known better than from the
    /// distance of mates on the genome, as in RNA.
    pub fn of(assay: &Assay, fragment_bp: Option<u32>) -> Self {
        let shortest = match assay.material() {
            Material::Dna => 30.0,
            Material::Rna => 20.0,
        };
        let paired = fragment_bp.unwrap_or(assay.insert_median_bp);
        let fragment = f64::from(if assay.paired { paired } else { assay.read_length_bp });
        Self::shares(fragment, f64::from(assay.read_length_bp), shortest)
    }

    fn shares(fragment_bp: f64, read_bp: f64, shortest_bp: f64) -> Self {
        let shown = (fragment_bp - 2.0 * f64::from(MIN_ANCHOR_BP)).max(1.0);
        let placed = (fragment_bp - 2.0 * shortest_bp).max(0.0);
        let split = if read_bp >= fragment_bp { placed } else { (2.0 * (read_bp - 2.0 * shortest_bp)).clamp(0.0, placed) };
        Self { places: placed / shown, split: split / shown }
    }

    /// The chance that a fusion with share `fraction` of the `molecules` across its break is called, if `needed` must show it.
    pub fn chance(self, molecules: u32, needed: impl Into<Needed>, fraction: f64) -> f64 {
        let needed = needed.into();
        (self.chance_of_any(molecules, needed.any, fraction) + self.chance_of_reads(molecules, needed, fraction)).min(1.0)
    }

    /// The chance that reads alone show it, in fewer molecules than are needed of any kind.
    fn chance_of_reads(self, molecules: u32, needed: Needed, fraction: f64) -> f64 {
        let Ok(carriers) = Binomial::new(fraction, u64::from(molecules)) else { return 0.0 };
        // Each molecule with the fusion is a split or a clip, and not all of them are clips.
        let clip = 1.0 - self.places;
        let shown = |count: u32| (self.split + clip).powi(count as i32) - clip.powi(count as i32);
        let fewer = needed.shown.max(1)..needed.any.min(molecules.saturating_add(1));
        fewer.map(|count| carriers.pmf(u64::from(count)) * shown(count)).sum()
    }

    fn chance_of_any(self, molecules: u32, needed: u32, fraction: f64) -> f64 {
        if molecules < needed || needed == 0 {
            return 0.0;
        }
        let n = u64::from(molecules);
        let (split, pair) = (fraction * self.split, fraction * (self.places - self.split));
        let clip = fraction * (1.0 - self.places);
        let enough = binomial_at_least(u64::from(needed), n, fraction);
        // Enough molecules, but none split and fewer than needed that place it.
        let none_split = (1.0 - split).powf(n as f64);
        let unsplit = 1.0 - split;
        if none_split <= 0.0 || unsplit <= 0.0 {
            return enough;
        }
        let Ok(pairs) = Binomial::new((pair / unsplit).clamp(0.0, 1.0), n) else { return enough };
        let rest = (unsplit - pair).max(f64::MIN_POSITIVE);
        let missed: f64 = (0..u64::from(needed))
            .map(|count| {
                let more_clips = Binomial::new((clip / rest).clamp(0.0, 1.0), n - count);
                pairs.pmf(count) * more_clips.map_or(0.0, |law| law.sf(u64::from(needed) - count - 1))
            })
            .sum();
        (enough - none_split * missed).clamp(0.0, 1.0)
    }

    /// The chance that a fusion with share `fraction` is called whose break lies at a place drawn from these.
    pub fn mean_chance(self, depths: &Histogram, needed: impl Into<Needed>, fraction: f64) -> f64 {
        let needed = needed.into();
        depths.mean(|molecules| self.chance(molecules, needed, fraction))
    }

    /// The smallest share that is called with a chance of 95 % at a place drawn from these; `None` where not even a fusion in all
    /// molecules would be, as where more than 5 % of the places are bare.
    pub fn lod95(self, depths: &Histogram, needed: impl Into<Needed>) -> Option<f64> {
        let needed = needed.into();
        let depths = depths.coarse();
        if self.mean_chance(&depths, needed, 1.0) < CHANCE {
            return None;
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..30 {
            let middle = 0.5 * (low + high);
            if self.mean_chance(&depths, needed, middle) < CHANCE {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Random;

    #[test]
    fn whole_recognition_is_the_binomial() {
        let all = Recognition { places: 1.0, split: 1.0 };
        let lod95 = |depths: &[(u32, u64)]| all.lod95(&Histogram { boundaries: depths.iter().copied().collect() }, 2);
        let lod = lod95(&[(512, 1)]).unwrap_or(0.0);
        assert!((lod - crate::stats::detectable_fraction(2, 512).unwrap_or(0.0)).abs() < 1e-9);
        assert!((lod - 0.00923).abs() < 1e-4, "{lod}");
        assert_eq!(lod95(&[(1, 1)]), None);
        assert_eq!(lod95(&[(2, 1)]).map(|lod| lod > 0.97), Some(true));
        assert_eq!(lod95(&[]), None);
    }

    #[test]
    fn bare_and_thin_places_are_part_of_the_promise() {
        let all = Recognition { places: 1.0, split: 1.0 };
        let lod95 = |depths: &[(u32, u64)]| all.lod95(&Histogram { boundaries: depths.iter().copied().collect() }, 2);
        let (even, thin) = (lod95(&[(500, 100)]).unwrap_or(1.0), lod95(&[(50, 25), (500, 75)]).unwrap_or(0.0));
        // Where a fourth is thin, four of five fusions there must be seen: 1 - (1 - f)^50 - 50 f (1 - f)^49 = 0.8.
        assert!(thin > 5.0 * even && (thin - 0.0585).abs() < 1e-3, "{even} {thin}");
        assert!(lod95(&[(0, 4), (500, 96)]).is_some_and(|lod| lod > 1.3 * even && lod < 0.02));
        assert_eq!(lod95(&[(0, 6), (500, 94)]), None);
        assert_eq!(lod95(&[(1, 25), (500, 75)]), None, "one molecule is covered, and not enough");
    }

    #[test]
    fn shares_follow_from_the_lengths() {
        let shares = Recognition::shares(200.0, 100.0, 30.0);
        assert!((shares.places - 140.0 / 180.0).abs() < 1e-12 && (shares.split - 80.0 / 180.0).abs() < 1e-12);
        assert!(Recognition::shares(50.0, 100.0, 30.0).places <= 0.0);
    }

    #[test]
    fn the_chance_agrees_with_drawing_molecules() {
        let (shares, mut random) = (Recognition { places: 0.6, split: 0.2 }, Random::new(7));
        for (molecules, any, shown, fraction) in [(60, 3, 3, 0.08), (200, 2, 2, 0.02), (12, 2, 2, 0.4), (200, 3, 2, 0.02), (60, 5, 3, 0.08)]
        {
            let needed = Needed { any, shown };
            let draws = 20_000;
            let called = (0..draws)
                .filter(|_| {
                    let (mut split, mut pair, mut clip) = (0, 0, 0);
                    for _ in 0..molecules {
                        if random.happens(fraction) {
                            match random.unit() {
                                x if x < 0.2 => split += 1,
                                x if x < 0.6 => pair += 1,
                                _ => clip += 1,
                            }
                        }
                    }
                    split + pair >= any || (split > 0 && split + pair + clip >= any) || (pair == 0 && split > 0 && split + clip >= shown)
                })
                .count();
            let (drawn, computed) = (called as f64 / f64::from(draws), shares.chance(molecules, needed, fraction));
            assert!((drawn - computed).abs() < 0.01, "{molecules} {needed:?} {fraction}: drawn {drawn}, computed {computed}");
        }
    }
}
