//! Substitutions at the known resistance codons: which are there, how surely, and what would have been seen.
//!
//! A codon that differs from the reference in `d` bases is an error with the chance `e^d`, where `e` is the mean error of the bases
//! that voted, for one given wrong base, but never below [`ERROR_FLOOR`] (damage and errors before sequencing that qualities do
//! not know). The chance that errors alone give at least the number of fragments seen is the binomial tail; against it stands the
//! prior that the mutation is there: `quality = -10 log10(tail / prior)`.

use std::collections::{BTreeMap, BTreeSet};

use crate::genome::Strand;
use crate::knowledge::resistance::KnownChange;
use crate::sequence::{reverse_complement, translate_codon};
use crate::stats::{binomial_at_least, detectable_fraction, from_phred, jeffreys_share, phred};

use super::pileup::{Pileup, Vote};
use super::site::CodonSite;
use super::{Variant, VariantFlag, VariantStatus};

/// Error of one given base change that base qualities do not show: deamination and oxidation in fixed tissue and errors of the
/// first PCR cycles, 1e-4 to 1e-3 a base (Chen et al., Science 2017; 355:752-756), a third of it for one given change.
pub const ERROR_FLOOR: f64 = 2e-4;
/// Fewest fragments of a call.
pub const MIN_FRAGMENTS: u32 = 3;
/// Quality from which a variant is called.
pub const MIN_QUALITY: f64 = 20.0;
/// Fragments below which a negative says little.
const MIN_DEPTH: u32 = 20;
/// Highest quality that is reported.
const MAX_QUALITY: f64 = 99.0;
/// Chance that a listed mutation is there in a tested sample, and that an unlisted change of the same codon is.
const PRIOR_KNOWN: f64 = 1e-2;
const PRIOR_OTHER: f64 = 1e-4;

/// The variants of a site: one line for each listed change, and one for each other change that is called.
pub fn call(site: &CodonSite<'_>, pileup: &Pileup) -> Vec<Variant> {
    let mut site = site.clone();
    if site.codon.is_none() && site.problem.is_none() {
        if let Some(codon) = pileup.md_codon {
            site.accept(codon, "the MD tags");
        }
    }
    let votes = &pileup.votes;
    let mut by_codon: BTreeMap<[u8; 3], Vec<&Vote>> = BTreeMap::new();
    for vote in votes {
        by_codon.entry(vote.codon).or_default().push(vote);
    }
    let mut list = Vec::new();
    let mut reported: BTreeSet<[u8; 3]> = BTreeSet::new();
    for change in &site.known.changes {
        let mut found = false;
        for (codon, shown) in &by_codon {
            // Where the reference contradicts the table nothing can be called.
            if site.problem.is_none() && change.alt_aa.is_some() && translate_codon(codon) == change.alt_aa {
                let variant = judged(&site, Some(change), *codon, shown, votes);
                if variant.status == VariantStatus::Called {
                    found = true;
                    reported.insert(*codon);
                    list.push(variant);
                }
            }
        }
        if !found {
            list.push(unseen(&site, change, &by_codon, votes));
        }
    }
    for (codon, shown) in &by_codon {
        let changes = translate_codon(codon).is_some_and(|amino_acid| amino_acid != site.known.ref_aa);
        if site.problem.is_none() && changes && !reported.contains(codon) && site.codon.is_some_and(|reference| reference != *codon) {
            let variant = judged(&site, None, *codon, shown, votes);
            if variant.status == VariantStatus::Called {
                list.push(variant);
            }
        }
    }
    list
}

/// The error rate of one given base change among the votes.
fn error_rate(votes: &[Vote]) -> f64 {
    if votes.is_empty() {
        return ERROR_FLOOR;
    }
    let mean = votes.iter().map(|vote| from_phred(f64::from(vote.quality))).sum::<f64>() / votes.len() as f64;
    (mean / 3.0).max(ERROR_FLOOR)
}

fn score(fragments: u32, depth: u32, error: f64, prior: f64) -> f64 {
    phred(binomial_at_least(u64::from(fragments), u64::from(depth), error) / prior).clamp(0.0, MAX_QUALITY)
}

/// Fewest fragments that would be called at this depth.
fn needed(depth: u32, error: f64, prior: f64) -> u32 {
    (MIN_FRAGMENTS..=depth).find(|&fragments| score(fragments, depth, error, prior) >= MIN_QUALITY).unwrap_or(depth + 1)
}

fn judged(site: &CodonSite<'_>, change: Option<&KnownChange>, codon: [u8; 3], shown: &[&Vote], votes: &[Vote]) -> Variant {
    let depth = votes.len() as u32;
    let fragments = shown.len() as u32;
    let distance = site.codon.map_or(1, |reference| reference.iter().zip(&codon).filter(|(a, b)| a != b).count().max(1));
    let error = error_rate(votes).powi(distance as i32);
    let prior = if change.is_some() { PRIOR_KNOWN } else { PRIOR_OTHER };
    let quality = score(fragments, depth, error, prior);
    let mut flags = BTreeSet::new();
    if depth < MIN_DEPTH {
        flags.insert(VariantFlag::LowDepth);
    }
    if one_strand(shown, votes) {
        flags.insert(VariantFlag::StrandBias);
    }
    if site.codon.is_none() {
        flags.insert(VariantFlag::NoReference);
    }
    let called = fragments >= MIN_FRAGMENTS && quality >= MIN_QUALITY;
    let (position, reference, alternative) = genomic(site, codon);
    let amino_acid = translate_codon(&codon).map_or('?', char::from);
    Variant {
        hgvs_c: site.codon.map(|reference| coding_change(site.known.codon, reference, codon)),
        hgvs_p: protein_change(site, amino_acid),
        position,
        reference,
        alternative,
        alt_fragments: fragments,
        share: jeffreys_share(u64::from(fragments), u64::from(depth)),
        quality,
        flags,
        known_resistance: change.map(effects).unwrap_or_default(),
        status: if called { VariantStatus::Called } else { VariantStatus::NotSeen },
        ..blank(site, votes)
    }
}

/// The line of a listed change that is not called: what was seen, and what would have been.
fn unseen(site: &CodonSite<'_>, change: &KnownChange, by_codon: &BTreeMap<[u8; 3], Vec<&Vote>>, votes: &[Vote]) -> Variant {
    let depth = votes.len() as u32;
    let shown: usize = by_codon
        .iter()
        .filter(|(codon, _)| change.alt_aa.is_some() && translate_codon(*codon) == change.alt_aa)
        .map(|(_, shown)| shown.len())
        .sum();
    let mut note = site.problem.clone().unwrap_or_default();
    let mut status = if depth < MIN_FRAGMENTS { VariantStatus::NotCovered } else { VariantStatus::NotSeen };
    if change.alt_aa.is_none() {
        status = VariantStatus::NotCovered;
        "insertions and deletions are not called yet".clone_into(&mut note);
    } else if site.problem.is_some() {
        status = VariantStatus::NotCovered;
    }
    let judged = status == VariantStatus::NotSeen;
    Variant {
        hgvs_p: format!("p.{}", change.protein_change),
        alt_fragments: shown as u32,
        share: judged.then(|| jeffreys_share(shown as u64, u64::from(depth))).flatten(),
        known_resistance: effects(change),
        lod95: judged.then(|| detectable_fraction(u64::from(needed(depth, error_rate(votes), PRIOR_KNOWN)), u64::from(depth))).flatten(),
        status,
        note,
        ..blank(site, votes)
    }
}

fn blank(site: &CodonSite<'_>, votes: &[Vote]) -> Variant {
    let depth = votes.len() as u32;
    Variant {
        gene: site.known.gene.clone(),
        transcript: site.transcript.clone(),
        codon: site.known.codon,
        hgvs_c: None,
        hgvs_p: String::new(),
        contig: site.contig,
        position: site.interval().start,
        reference: Vec::new(),
        alternative: Vec::new(),
        depth,
        alt_fragments: 0,
        share: None,
        quality: 0.0,
        flags: BTreeSet::new(),
        known_resistance: Vec::new(),
        codon_class: Some(site.known.codon_class.clone()).filter(|class| !class.is_empty()),
        lod95: detectable_fraction(u64::from(needed(depth, error_rate(votes), PRIOR_KNOWN)), u64::from(depth)),
        phase: "unphased:not assessed".to_owned(),
        compound_with: None,
        status: VariantStatus::NotSeen,
        note: site.problem.clone().unwrap_or_default(),
    }
}

/// Whether the fragments that show a change lie on one strand only while the others do not.
fn one_strand(shown: &[&Vote], votes: &[Vote]) -> bool {
    let forward = shown.iter().filter(|vote| vote.forward).count();
    let all_forward = votes.iter().filter(|vote| vote.forward).count() as f64 / votes.len().max(1) as f64;
    let one_sided = forward == 0 || forward == shown.len();
    shown.len() >= 10 && one_sided && (0.25..=0.75).contains(&all_forward)
}

fn effects(change: &KnownChange) -> Vec<(String, String)> {
    let mut list: Vec<(String, String)> =
        change.effects.iter().filter(|effect| effect.verified).map(|effect| (effect.drug.clone(), effect.effect.to_string())).collect();
    list.sort();
    list.dedup();
    list
}

fn protein_change(site: &CodonSite<'_>, amino_acid: char) -> String {
    format!("p.{}{}{amino_acid}", char::from(site.known.ref_aa), site.known.codon)
}

/// `c.6094G>A`, or `c.6094_6095delinsAA` where more than one base changes.
fn coding_change(codon: u32, reference: [u8; 3], alternative: [u8; 3]) -> String {
    let first = (codon - 1) * 3 + 1;
    let differs: Vec<usize> = (0..3).filter(|&slot| reference[slot] != alternative[slot]).collect();
    match (differs.first(), differs.last()) {
        (Some(&from), Some(&to)) if from == to => {
            format!("c.{}{}>{}", first + from as u32, char::from(reference[from]), char::from(alternative[from]))
        }
        (Some(&from), Some(&to)) => {
            format!("c.{}_{}delins{}", first + from as u32, first + to as u32, String::from_utf8_lossy(&alternative[from..=to]))
        }
        _ => format!("c.{first}="),
    }
}

/// Position, reference and alternative on the forward strand, trimmed to what changes; without a reference codon, or where an
/// intron cuts the codon, the bases are left out.
fn genomic(site: &CodonSite<'_>, codon: [u8; 3]) -> (u32, Vec<u8>, Vec<u8>) {
    let interval = site.interval();
    let Some(reference) = site.codon.filter(|_| interval.length_bp() == 3) else { return (interval.start, Vec::new(), Vec::new()) };
    let turned = |codon: [u8; 3]| match site.strand {
        Strand::Forward => codon.to_vec(),
        Strand::Reverse => reverse_complement(&codon),
    };
    let (reference, alternative) = (turned(reference), turned(codon));
    let differs: Vec<usize> = (0..3).filter(|&slot| reference[slot] != alternative[slot]).collect();
    match (differs.first(), differs.last()) {
        (Some(&from), Some(&to)) => (interval.start + from as u32, reference[from..=to].to_vec(), alternative[from..=to].to_vec()),
        _ => (interval.start, Vec::new(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coding_changes_follow_hgvs() {
        assert_eq!(coding_change(2032, *b"GGA", *b"AGA"), "c.6094G>A");
        assert_eq!(coding_change(2032, *b"GGA", *b"AAA"), "c.6094_6095delinsAA");
    }

    #[test]
    fn a_clean_site_needs_more_fragments_the_deeper_it_is() {
        assert_eq!(needed(100, ERROR_FLOOR, PRIOR_KNOWN), 3);
        assert!(needed(10_000, ERROR_FLOOR, PRIOR_KNOWN) > needed(1_000, ERROR_FLOOR, PRIOR_KNOWN));
        assert!(needed(1_000, ERROR_FLOOR, PRIOR_KNOWN) < 10);
    }
}
