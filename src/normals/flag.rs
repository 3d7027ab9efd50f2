//! Flag `recurrent`: which junctions of a sample are also seen in normal samples.

use crate::fusion::{Flag, Fusion, KnownTier};
use crate::genome::{canonical_contig_name, Assembly};
use crate::report::rows::FusionRow;
use crate::text::built_in_rows;

use super::{key, Background, BinnedEnd, MaterialBackground, Recurrence, RecurrentKey, BIN_BP};

/// A junction is background when at least two normal samples show it: one alone may be a random chimera, or carry what a sample beside
/// it on the same run leaked.
const MIN_SAMPLES: u32 = 2;

/// Share of the normal samples that must show a junction: an artefact of the assay recurs, and one in twenty of samples is far above what
/// chance gives one place.
const MIN_SHARE: f64 = 0.05;

/// For a junction in the table of known fusions, which normal samples can show by contamination: a fifth of them, and three at least.
const MIN_SHARE_KNOWN: f64 = 0.2;

/// Samples for a known junction.
const MIN_SAMPLES_KNOWN: u32 = 3;

/// A junction this many times stronger than in any normal sample is not explained by them.
const STRONGER: f64 = 3.0;

/// Places that are known to recur, used without a background too.
pub const LISTED: &str = include_str!("recurrent.tsv");

/// Flags what the background or the list of known places explains. Nothing is deleted, and the quality stays.
pub fn flag<'a>(fusions: impl Iterator<Item = (&'a mut Fusion, FusionRow)>, background: Option<&Background>, assembly: Option<Assembly>) {
    for (fusion, row) in fusions {
        if background.is_some_and(|background| is_background(&row, background)) || is_listed(&row, assembly) {
            fusion.flags.insert(Flag::Recurrent);
        }
    }
}

/// Whether a candidate rests on clipped ends alone, at a place where these recur. Known junctions are never meant.
fn is_listed(row: &FusionRow, assembly: Option<Assembly>) -> bool {
    if assembly != Some(Assembly::Grch38) || row.split_fragments + row.pair_fragments > 0 || row.known == KnownTier::Variant {
        return false;
    }
    let Some(at) = key(row).map(|key| (key.gene, key.at_kinase)) else { return false };
    built_in_rows(LISTED).any(|fields| match fields[..] {
        [gene, chromosome, start, end, ..] => {
            let bin = |text: &str| text.parse::<u32>().map_or(u32::MAX, |position| position / BIN_BP);
            gene == at.0 && canonical_contig_name(chromosome) == at.1.contig && (bin(start)..=bin(end)).contains(&at.1.bin)
        }
        _ => false,
    })
}

/// Whether the normal samples explain a candidate: enough of them show it, and none of them much less.
pub fn is_background(row: &FusionRow, background: &Background) -> bool {
    let Some(key) = key(row) else { return false };
    let evidence = row.evidence.as_deref().unwrap_or("");
    let mut materials = evidence.split('+').filter_map(|name| background.materials.get(name)).peekable();
    // A fusion seen in RNA and DNA is background only if it is in the background of both.
    materials.peek().is_some() && materials.all(|material| explains(material, &key, row))
}

fn explains(material: &MaterialBackground, key: &RecurrentKey, row: &FusionRow) -> bool {
    let mut seen = near(material, key);
    // A fusion with clipped reads only is background where unplaced clipped ends recur.
    if row.split_fragments == 0 && row.pair_fragments == 0 && key.at_partner.is_some() {
        let clips = near(material, &RecurrentKey { at_partner: None, ..key.clone() });
        if clips.samples > seen.samples {
            seen = clips;
        }
    }
    let share = f64::from(seen.samples) / f64::from(material.samples.max(1));
    let (min_samples, min_share) =
        if row.known == KnownTier::Variant { (MIN_SAMPLES_KNOWN, MIN_SHARE_KNOWN) } else { (MIN_SAMPLES, MIN_SHARE) };
    seen.samples >= min_samples && share >= min_share && !is_stronger(row, seen)
}

/// Whether a candidate stands out from the strongest normal sample, by its fraction where both have one, else by its fragments.
fn is_stronger(row: &FusionRow, seen: Recurrence) -> bool {
    let fraction = row.allele_fraction.map_or(0.0, crate::report::rows::Fraction::value);
    let by_fragments = f64::from(row.fragments) > STRONGER * f64::from(seen.max_fragments);
    if fraction > 0.0 && seen.max_allele_fraction > 0.0 {
        // A deeper sample has more fragments of the same artefact, a shallow one a fraction by chance: both must stand out.
        return by_fragments && fraction > STRONGER * seen.max_allele_fraction;
    }
    by_fragments
}

/// What was seen in a bin or the bins beside it: the strongest, not the sum, which would count a sample twice.
fn near(material: &MaterialBackground, key: &RecurrentKey) -> Recurrence {
    let around = |place: &BinnedEnd| -> Vec<BinnedEnd> {
        (place.bin.saturating_sub(1)..=place.bin + 1).map(|bin| BinnedEnd { bin, ..place.clone() }).collect()
    };
    let partners: Vec<Option<BinnedEnd>> = match &key.at_partner {
        Some(place) => around(place).into_iter().map(Some).collect(),
        None => vec![None],
    };
    let mut best = Recurrence::default();
    for at_kinase in around(&key.at_kinase) {
        for at_partner in &partners {
            let near = RecurrentKey { gene: key.gene.clone(), at_kinase: at_kinase.clone(), at_partner: at_partner.clone() };
            if let Some(seen) = material.junctions.get(&near) {
                best = Recurrence {
                    samples: best.samples.max(seen.samples),
                    max_fragments: best.max_fragments.max(seen.max_fragments),
                    max_allele_fraction: best.max_allele_fraction.max(seen.max_allele_fraction),
                };
            }
        }
    }
    best
}
