//! Negative results on the page: kinases without a fusion, and known codons without a mutation, with what could have been seen.

use super::lang::fill;
use super::numbers::{name, percent, shown};
use super::phrases::Phrases;
use super::strip::{is_usual, lod95};
use crate::coverage::detectability::decided;
use crate::report::absence::Absence;
use crate::report::json::{Document, SampleVerdict};
use crate::report::known_codons::KnownCodons;
use crate::report::rows::{Cell as _, DetectabilityRow, Fraction};

/// Residues that are named where their codons could not be judged.
const MOST_NAMED: usize = 8;

/// A kinase of which no fusion was found.
pub struct NegativeKinase {
    /// The kinase.
    pub gene: String,
    /// Class of its colour.
    pub class: &'static str,
    /// What it is worth.
    pub absence: &'static str,
    /// Places with the share that would have been seen.
    pub places: Vec<String>,
    /// What is known of its resistance codons.
    pub resistance: String,
}

/// What the absence of a fusion of a kinase is worth.
pub fn negative(gene: &str, document: &Document, phrases: &Phrases) -> NegativeKinase {
    let absence = Absence::of_kinase(document, gene);
    let failed = document.status.verdict == SampleVerdict::Failed;
    let own = || document.detectability.iter().filter(|place| place.gene == gene);
    // Neighbouring places of which the same is said stand together.
    let mut places: Vec<(Vec<String>, String)> = Vec::new();
    for place in deciding_first(own().filter(|place| is_usual(place) && !failed).collect()) {
        let text = seen_from(place, phrases);
        match places.last_mut() {
            Some((regions, said)) if *said == text => regions.push(number(&place.region).to_owned()),
            _ => places.push((vec![number(&place.region).to_owned()], text)),
        }
    }
    let of_introns = own().any(|place| place.region.starts_with("intron "));
    let word = if of_introns { phrases.introns } else { phrases.junctions };
    let mut places: Vec<String> = places.into_iter().map(|(regions, text)| format!("{}: {text}", regions.join(", "))).collect();
    if let Some(first) = places.first_mut() {
        *first = fill(word, &[first]);
    } else if !failed {
        let known = document.negatives.iter().find(|negative| negative.gene == gene);
        places.extend(known.map(|known| shown(&known.text)));
    }
    let resistance = resistance(gene, document, phrases).unwrap_or_default();
    NegativeKinase { gene: name(gene), class: absence.class(), absence: absence.said(phrases.lang), places, resistance }
}

/// The places that decide the verdict before the others.
fn deciding_first(places: Vec<&DetectabilityRow>) -> Vec<&DetectabilityRow> {
    let told = |place: &&DetectabilityRow| (exon(&place.region), Absence::of_word(&place.verdict));
    let deciding = decided(&places, told).map_or_else(Vec::new, |(_, deciding)| deciding);
    let (first, rest): (Vec<_>, Vec<_>) = places.into_iter().enumerate().partition(|(at, _)| deciding.contains(at));
    first.into_iter().chain(rest).map(|(_, place)| place).collect()
}

/// The share from which a fusion at a place would have been seen, or how much of it is covered.
fn seen_from(place: &DetectabilityRow, phrases: &Phrases) -> String {
    match lod95(place) {
        [Some(known), Some(novel)] if (known - novel).abs() > 1e-9 => fill(phrases.place_novel, &[&percent(known), &percent(novel)]),
        [Some(known), _] => fill(phrases.place_known, &[&percent(known)]),
        _ => match (place.covered_frac.map(Fraction::value), place.median_fragments) {
            (Some(covered), _) if covered <= 0.0 => phrases.place_bare.to_owned(),
            (Some(covered), Some(molecules)) => fill(phrases.place_covered, &[&percent(covered), &molecules.cell()]),
            _ => phrases.place_no_share.to_owned(),
        },
    }
}

/// `19` or `19|20` of a place's name.
fn number(region: &str) -> &str {
    region.rsplit(' ').next().unwrap_or(region)
}

/// The exon behind a place: of `intron 19` and of `junction 19|20` it is exon 20.
fn exon(region: &str) -> u32 {
    let number = number(region);
    let before = number.split('|').next().and_then(|exon| exon.parse::<u32>().ok());
    before.map_or(0, |exon| exon + 1)
}

/// How many of the known resistance codons of a kinase could be judged, and from which share of the molecules.
pub fn resistance(gene: &str, document: &Document, phrases: &Phrases) -> Option<String> {
    Some(fill(phrases.resistance, &[&of_codons(gene, document, phrases)?]))
}

/// The same of all targets in one sentence, for the place where no mutation is called.
pub fn all_codons(document: &Document, phrases: &Phrases) -> Option<String> {
    let of = |gene: &String| Some(format!("{} {}", name(gene), of_codons(gene, document, phrases)?));
    let said: Vec<String> = document.targets.iter().filter_map(of).collect();
    (!said.is_empty()).then(|| fill(phrases.codons_judged, &[&said.join("; ")]))
}

fn of_codons(gene: &str, document: &Document, phrases: &Phrases) -> Option<String> {
    let codons = KnownCodons::of(gene, &document.variants);
    if codons.count() == 0 || document.status.verdict == SampleVerdict::Failed {
        return None;
    }
    let [own, all] = [codons.judged().len(), codons.count()].map(|count| count.to_string());
    let Some((half, (worst, at))) = codons.spread() else { return Some(fill(phrases.codons_none, &[&all])) };
    let (median, worst) = (percent(half), percent(worst));
    let mut text = if median == worst {
        fill(phrases.codons_alike, &[&own, &all, &worst])
    } else {
        fill(phrases.codons_spread, &[&own, &all, &median, &name(at), &worst])
    };
    let bare = codons.bare();
    if !bare.is_empty() {
        let more = bare.len().saturating_sub(MOST_NAMED);
        let named: Vec<String> = bare.iter().take(MOST_NAMED).map(|residue| name(residue)).collect();
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        text = format!("{text}, {}", fill(phrases.codons_bare, &[&(named.join(", ") + &more)]));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::html::phrases;

    fn place(region: &str, verdict: &str, lod95: Option<f64>) -> DetectabilityRow {
        DetectabilityRow {
            sample: "S1".to_owned(),
            gene: "NTRK1".to_owned(),
            region: region.to_owned(),
            chrom: "chr1".to_owned(),
            start: 1,
            end: 100,
            assay: "rna".to_owned(),
            covered_frac: Fraction::new(1.0),
            median_fragments: Some(2.into()),
            min_support: None,
            lod95_known: lod95.and_then(Fraction::new),
            lod95_novel: None,
            verdict: verdict.to_owned(),
            note: None,
        }
    }

    #[test]
    fn the_places_that_decide_the_verdict_stand_first() {
        let mut document = Document::new("S1");
        document.negatives = vec![fixture::negative("NTRK1", "not informative", "why")];
        document.detectability = vec![
            place("junction 10|11", "limited", Some(0.5)),
            place("junction 11|12", "not informative", None),
            place("junction 12|13", "not informative", None),
        ];
        let places = negative("NTRK1", &document, &phrases::ENGLISH).places;
        assert!(places.len() == 2 && places[0].contains("11|12, 12|13: ") && places[1].contains("10|11: "), "{places:?}");
    }
}
