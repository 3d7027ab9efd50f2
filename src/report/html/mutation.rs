//! Called mutations in sentences: how many molecules, on which fusion, beside which other mutation, and what is reported.

use super::lang::{fill, Lang};
use super::meaning;
use super::numbers::{name, shown};
use super::phrases::Phrases;
use super::summary::{quality, share, SummaryFinding};
use crate::report::compound::Compound;
use crate::report::rows::{seen_without_fusion, Companion, DrugRow, Relation, ToFusion, VariantRow};
use crate::variant::origin::Origin;

/// One mutation.
pub fn mutation(row: &VariantRow, told: &[DrugRow], lang: Lang) -> SummaryFinding {
    let phrases = lang.phrases();
    let title = format!("{} {}", name(&row.gene), name(&row.hgvs_p));
    let [value, low, high] = [row.allele_fraction, row.allele_fraction_low, row.allele_fraction_high].map(share);
    let values =
        [&title, &row.alt_fragments.to_string(), &row.depth.to_string(), &value, &low, &high, &row.qual.map_or(".".to_owned(), quality)];
    let mut sentences = vec![fill(phrases.mutation_sentence, &values.map(String::as_str))];
    sentences.extend(origin(row, phrases));
    sentences.extend(phase(row, phrases));
    sentences.extend(others(row, phrases));
    for (effect, phrase) in [
        ("resistant", phrases.reported_resistant),
        ("reduced", phrases.reported_reduced),
        ("sensitive", phrases.reported_sensitive),
        ("conflicting", phrases.reported_conflicting),
    ] {
        let drugs = drugs(row, effect);
        if !drugs.is_empty() {
            sentences.push(fill(phrase, &[&drugs]));
        }
    }
    let elsewhere = seen_without_fusion(told, row).into_iter();
    let elsewhere = elsewhere.map(|(row, seen)| {
        format!("{} {} ({})", name(&row.drug), meaning::effect(&seen.effect.to_string(), phrases), shown(&seen.context))
    });
    let elsewhere: Vec<String> = elsewhere.collect();
    if !elsewhere.is_empty() {
        sentences.push(fill(phrases.seen_without_fusion, &[&elsewhere.join("; ")]));
    }
    let filter = row.filter.clone().unwrap_or_default();
    SummaryFinding {
        id: String::new(),
        name: title,
        passes: row.is_sure(),
        filter: name(&filter),
        sentences,
        doubts: Vec::new(),
        meaning: None,
    }
}

/// Drugs of which a row's tables report this effect.
pub fn drugs(row: &VariantRow, effect: &str) -> String {
    let entries = row.known_resistance.as_deref().unwrap_or("").split(',').filter_map(|entry| entry.rsplit_once(':'));
    entries.filter(|(_, what)| *what == effect).map(|(drug, _)| name(drug)).collect::<Vec<_>>().join(", ")
}

/// Where a mutation comes from, by the matched normal.
fn origin(row: &VariantRow, phrases: &Phrases) -> Option<String> {
    let phrase = match row.origin? {
        Origin::Germline => phrases.inherited,
        Origin::Somatic => phrases.acquired,
        Origin::Undecided => phrases.origin_open,
    };
    let [with, depth] = [row.normal_alt_fragments, row.normal_depth].map(|count| count.unwrap_or(0).to_string());
    Some(fill(phrase, &[&with, &depth]))
}

/// How a mutation lies to the fusions, a sentence each.
pub fn phase(row: &VariantRow, phrases: &Phrases) -> Vec<String> {
    let Some(phase) = &row.phase else { return Vec::new() };
    if let Some(why) = &phase.unphased {
        return vec![fill(phrases.not_phased, &[&shown(why)])];
    }
    let one = |to: &ToFusion| {
        let phrase = match to.told.relation {
            Relation::Cis => phrases.on_fusion,
            Relation::Trans => phrases.not_on_fusion,
            Relation::Mixed => phrases.mixed_fusion,
        };
        let count = to.told.fragments.map_or_else(|| "\u{2013}".to_owned(), |count| count.to_string());
        fill(phrase, &[&name(&to.fusion), &count])
    };
    phase.fusions.iter().map(one).collect()
}

/// How a mutation lies to the other called ones, a sentence each.
pub fn others(row: &VariantRow, phrases: &Phrases) -> Vec<String> {
    let one = |other: &Companion| {
        let phrase = match other.told?.relation {
            Relation::Cis => phrases.cis_with,
            Relation::Trans => phrases.trans_with,
            Relation::Mixed => phrases.mixed_with,
        };
        Some(fill(phrase, &[&name(&other.mutation)]))
    };
    row.compound_with.iter().filter_map(one).collect()
}

/// Mutations that lie on one molecule, or never do, and what is said of them together.
pub fn compound(found: &Compound, phrases: &Phrases) -> String {
    let mut said: Vec<String> = Vec::new();
    for verdict in ["resistant", "reduced", "conflicting", "sensitive"] {
        let own = found.effects.iter().filter(|(_, what, _)| what == verdict);
        let drugs: Vec<String> = own.map(|(drug, _, _)| name(drug)).collect();
        if !drugs.is_empty() {
            said.push(format!("{}: {}", meaning::effect(verdict, phrases), drugs.join(", ")));
        }
    }
    let (phrase, otherwise) = match found.relation {
        None => (phrases.compound_unphased, ""),
        Some(Relation::Cis) => (phrases.compound_cis, phrases.compound_no_report),
        Some(Relation::Mixed) => (phrases.compound_mixed, phrases.compound_no_report),
        Some(Relation::Trans) => (phrases.compound_trans, ""),
    };
    let said = if said.is_empty() { otherwise.to_owned() } else { said.join("; ") };
    fill(phrase, &[&name(&found.gene), &name(&found.members.join(" + ")), &said])
}
