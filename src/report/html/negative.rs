//! What it is worth that no fusion of a kinase, and no mutation of its known codons, was seen.

use super::lang::fill;
use super::lollipop;
use super::numbers::{name, percent};
use super::phrases::Phrases;
use super::strip::{is_usual, lod95};
use crate::report::json::{Document, Verdict};

/// A kinase of which no fusion was found.
pub struct Negative {
    /// The kinase.
    pub gene: String,
    /// Class of its colour.
    pub class: &'static str,
    /// The verdict.
    pub verdict: &'static str,
    /// Places with the share that would have been seen.
    pub places: Vec<String>,
    /// What is known of its resistance codons.
    pub resistance: String,
}

/// What the absence of a fusion of a kinase is worth.
pub fn negative(gene: &str, document: &Document, phrases: &Phrases) -> Negative {
    let own = || document.detectability.iter().filter(|place| place.gene == gene);
    let worth = document.negatives.iter().find(|negative| negative.gene == gene).map(|negative| negative.verdict.as_str());
    let some_seen = own().any(|place| place.verdict != "not informative");
    let (class, verdict) = match worth {
        _ if document.status.verdict == Verdict::Failed => ("bad", phrases.negative_failed),
        Some("informative") => ("good", phrases.negative_informative),
        Some("limited") => ("warn", phrases.negative_limited),
        _ if some_seen => ("warn", phrases.negative_limited),
        _ => ("bad", phrases.negative_none),
    };
    // Neighbouring places of which the same is said stand together.
    let mut places: Vec<(Vec<String>, String)> = Vec::new();
    let failed = document.status.verdict == Verdict::Failed;
    for place in own().filter(|place| is_usual(place) && !failed) {
        let text = match lod95(place) {
            [Some(known), Some(novel)] if (known - novel).abs() > 1e-9 => fill(phrases.place_novel, &[&percent(known), &percent(novel)]),
            [Some(known), _] => fill(phrases.place_known, &[&percent(known)]),
            _ if place.verdict == "not informative" => phrases.not_informative.to_owned(),
            _ => phrases.place_no_share.to_owned(),
        };
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
    }
    Negative { gene: name(gene), class, verdict, places, resistance: resistance(gene, document, phrases).unwrap_or_default() }
}

/// `19` or `19|20` of a place's name.
fn number(region: &str) -> &str {
    region.rsplit(' ').next().unwrap_or(region)
}

/// How many of the known resistance codons of a kinase would have been seen.
pub fn resistance(gene: &str, document: &Document, phrases: &Phrases) -> Option<String> {
    let codons = lollipop::codons(gene, &document.variants);
    if codons.is_empty() || document.status.verdict == Verdict::Failed {
        return None;
    }
    let mut lods: Vec<f64> = codons.values().flatten().copied().collect();
    lods.sort_by(f64::total_cmp);
    let all = codons.len().to_string();
    Some(match (lods.get(lods.len() / 2), lods.last()) {
        (Some(median), Some(worst)) => fill(phrases.resistance_line, &[&lods.len().to_string(), &all, &percent(*median), &percent(*worst)]),
        _ => fill(phrases.resistance_none, &[&all]),
    })
}
