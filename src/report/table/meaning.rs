//! What the tables say of passing fusions, in short: the level of evidence, the drugs behind the word of their group, and one line each on
//! conditions, approvals, lines of treatment, tests and figures. The rest is in `kinfuse.json`.
//!
//! What warns is never cut where there is no room: groups, decisions that were due, other genes, important notes. Lines of treatment, tests,
//! figures and years of approvals go first.
//!
//! ```text
//!     CD74::ROS1: evidence level A (JP approved) in NSCLC
//!     reported active: A (JP approved): repotrectinib, taletrectinib
//!     preclinical only (level E): foretinib
//!     void: crizotinib, entrectinib, ceritinib, lorlatinib (p.G2032R resistant)
//!     no report: zidesamtinib (p.G2032R unverified)
//!     condition, zidesamtinib: pretreated; US: after at least one other ROS1 inhibitor
//!     efficacy: repotrectinib TRIDENT-1: naive n=71 ORR 79%, pretreated n=56 ORR 38% [PMID:1]
//! ```

use std::collections::BTreeMap;

use super::super::group::{Group, Reason};
use super::super::interpretation::{Approval, DrugMeaning, FusionMeaning};
use super::super::json::Document;
use crate::terminal::one_line;

use super::super::rows::{Cell, FusionRow};
use super::lines::Rank;
use super::rates::responses;

/// The lines of one fusion.
pub(super) fn of_fusion(document: &Document, meaning: &FusionMeaning, fusion: &FusionRow) -> Vec<(Rank, String)> {
    let name = one_line(&meaning.fusion);
    let mut lines: Vec<(Rank, String)> = Vec::new();
    if let Some(reason) = &meaning.no_level {
        if document.interpretation.tumour.is_some() || !meaning.drugs.is_empty() {
            let text = format!("    {name} {}: no level: {}", fusion.exon_junction.cell(), one_line(reason));
            lines.push((Rank::Finding, text));
        }
    } else if !meaning.drugs.is_empty() {
        lines.push((Rank::Finding, format!("    {name}: {}", level(document, meaning))));
    }
    // A fusion that makes no kinase has no drugs to list.
    if meaning.no_level.is_none() {
        let said = |group: Group| [of_group(meaning, group), preclinical(meaning).filter(|_| group == Group::Active)];
        let groups = [Group::Active, Group::Void, Group::NoReport].into_iter().flat_map(said).flatten();
        lines.extend(groups.map(|text| (Rank::Finding, text)));
        lines.extend(due(meaning).map(|text| (Rank::Finding, text)));
    }
    lines.extend(bypass(meaning).into_iter().map(|text| (Rank::Finding, text)));
    if meaning.no_level.is_none() {
        lines.extend(conditions(meaning));
        let told = [
            of_drugs(meaning, "line", |drug| drug.line.as_deref().map(without_places)),
            of_drugs(meaning, "companion test", |drug| drug.companion_diagnostic.as_deref().map(without_places)),
            of_drugs(meaning, "efficacy", |drug| drug.efficacy.as_deref().and_then(responses)),
            approvals(meaning),
        ];
        lines.extend(told.into_iter().flatten().map(|text| (Rank::Label, text)));
    }
    if let Some(tier) = &meaning.tier {
        lines.push((Rank::Finding, format!("    {name}: tier {} ({})", one_line(&tier.tier), one_line(&tier.source))));
    }
    for note in meaning.notes.iter().filter(|note| note.important) {
        lines.push((Rank::Finding, format!("    {name}: {}", one_line(&note.text))));
    }
    lines
}

fn level(document: &Document, meaning: &FusionMeaning) -> String {
    let Some(tumour) = document.interpretation.tumour.as_deref() else {
        return "no evidence level without a tumour type (--tumour)".to_owned();
    };
    let unknown = if document.interpretation.tumour_note.is_some() { ", a type that is not in the tables" } else { "" };
    if let Some(level) = meaning.evidence_level {
        return format!("evidence level {} in {}{unknown}", level.name(), one_line(tumour));
    }
    let why = match meaning.unreported() {
        Some(names) => format!("nothing that decides is reported of {} for any of its drugs", one_line(&names)),
        None if meaning.drugs.iter().any(|drug| drug.group == Group::Active) => "none of what is reported active has one".to_owned(),
        None => "none of its drugs is left".to_owned(),
    };
    format!("no evidence level in {}{unknown}: {why}", one_line(tumour))
}

/// The drugs of one group, in as many parts as they differ: active ones by level, the others by what they rest on.
fn of_group(meaning: &FusionMeaning, group: Group) -> Option<String> {
    let drugs = || meaning.drugs.iter().filter(|drug| drug.group == group && !(group == Group::Active && drug.preclinical));
    // Beside an alteration of another gene alone nothing is reported of the drugs that it leaves.
    let mutated = meaning.drugs.iter().flat_map(|drug| &drug.because).any(|reason| reason.beside.is_none());
    let word = match group {
        Group::Active if mutated => "reported active",
        Group::Active => "active",
        Group::Void => "void",
        Group::NoReport => "no report",
    };
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for drug in drugs() {
        let why = if group == Group::Active { standing(drug) } else { reasons(drug) };
        match parts.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(&drug.drug),
            None => parts.push((why, vec![&drug.drug])),
        }
    }
    let part = |(why, names): &(String, Vec<&str>)| {
        let names = names.join(", ");
        match (group, why.as_str()) {
            (_, "") => names,
            (Group::Active, why) => format!("{why}: {names}"),
            (_, why) => format!("{names} ({why})"),
        }
    };
    let text = parts.iter().map(part).collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then(|| format!("    {word}: {}", one_line(&text)))
}

/// The drugs for which nothing but preclinical work speaks: they are no recommendation.
fn preclinical(meaning: &FusionMeaning) -> Option<String> {
    let drugs = meaning.drugs.iter().filter(|drug| drug.group == Group::Active && drug.preclinical);
    let names: Vec<&str> = drugs.map(|drug| drug.drug.as_str()).collect();
    (!names.is_empty()).then(|| format!("    preclinical only (level E): {}", one_line(&names.join(", "))))
}

/// The level of an active drug, else whether it is approved at all.
fn standing(drug: &DrugMeaning) -> String {
    match drug.level {
        Some(level) => level.name().to_owned(),
        None if drug.is_approved() => "approved".to_owned(),
        None if drug.under_review().is_some() => "decision was due".to_owned(),
        None if drug.approvals.is_empty() => "approval not in the tables".to_owned(),
        None => "not approved".to_owned(),
    }
}

/// What a group rests on, by mutation: `p.G2032R resistant`.
fn reasons(drug: &DrugMeaning) -> String {
    let mut by_mutation: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut unphased: Vec<&str> = Vec::new();
    for reason @ Reason { mutation, effect, .. } in &drug.because {
        let effects = by_mutation.entry(mutation).or_default();
        if !effects.contains(&effect.as_str()) {
            effects.push(effect);
        }
        unphased.extend(reason.unphased.then_some(mutation.as_str()));
    }
    let one = |(mutation, effects): (&str, Vec<&str>)| {
        let if_together = if unphased.contains(&mutation) { " if on one molecule" } else { "" };
        format!("{mutation} {}{if_together}", effects.join(" and "))
    };
    let said: Vec<String> = by_mutation.into_iter().map(one).collect();
    said.join(", ")
}

/// One line a condition, with all drugs that have it.
fn conditions(meaning: &FusionMeaning) -> impl Iterator<Item = (Rank, String)> + '_ {
    let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
    for drug in meaning.drugs.iter().filter(|drug| drug.is_approved() || drug.group == Group::Active) {
        let Some(condition) = drug.condition.as_deref() else { continue };
        match said.iter_mut().find(|(known, _)| *known == condition) {
            Some((_, drugs)) => drugs.push(&drug.drug),
            None => said.push((condition, vec![&drug.drug])),
        }
    }
    said.into_iter()
        .map(|(condition, drugs)| (Rank::Detail, format!("    condition, {}: {}", one_line(&drugs.join(", ")), one_line(condition))))
}

/// Decisions on approvals that were due when the tables were made.
fn due(meaning: &FusionMeaning) -> Option<String> {
    let of = |drug: &DrugMeaning| {
        let text = |approval: &Approval| {
            format!("{} {} {}, {}", drug.drug, approval.jurisdiction, approval.status, approval.date.as_deref().unwrap_or(""))
        };
        drug.under_review().map(text)
    };
    let all: Vec<String> = meaning.drugs.iter().filter(|drug| drug.group != Group::Void).filter_map(of).collect();
    (!all.is_empty()).then(|| format!("    approval: {}; outcome not in the tables", one_line(&all.join("; "))))
}

/// `line: crizotinib first line; entrectinib first line`, over the approved active drugs of which something is said.
fn of_drugs(meaning: &FusionMeaning, what: &str, said: impl Fn(&DrugMeaning) -> Option<String>) -> Option<String> {
    let drugs = meaning.drugs.iter().filter(|drug| drug.group == Group::Active && drug.is_approved());
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for drug in drugs {
        let Some(text) = said(drug) else { continue };
        match parts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, names)) => names.push(&drug.drug),
            None => parts.push((text, vec![&drug.drug])),
        }
    }
    let parts: Vec<String> = parts.into_iter().map(|(text, names)| format!("{} {text}", names.join(", "))).collect();
    (!parts.is_empty()).then(|| format!("    {what}: {}", one_line(&parts.join("; "))))
}

/// `JP: first line; US: first line` as `first line`: each text once, without the places.
fn without_places(text: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in text.split("; ") {
        let bare = match part.split_once(": ") {
            Some((place, rest)) if place.len() == 2 && place.chars().all(|c| c.is_ascii_uppercase()) => rest,
            _ => part,
        };
        if !parts.contains(&bare) {
            parts.push(bare);
        }
    }
    parts.join(", ")
}

/// What a date of the table is the date of, with its year: `2014`, `label revision 2019`, `first line 2020`.
fn dated(date: &str) -> String {
    let first = date.split(';').next().unwrap_or("");
    let Some(at) = first.find(|c: char| c.is_ascii_digit()) else { return String::new() };
    let year: String = first[at..].chars().take_while(char::is_ascii_digit).collect();
    format!("{}{year}", &first[..at])
}

/// Where each drug that is not void is approved, for the tumour type given where one is: `repotrectinib JP 2024, US 2023`.
fn approvals(meaning: &FusionMeaning) -> Option<String> {
    let of = |drug: &DrugMeaning| {
        let mut places: Vec<String> = Vec::new();
        let listed = drug.approvals.iter().filter(|approval| approval.status.starts_with("approved"));
        for approval in listed.filter(|approval| approval.applies != Some(false)) {
            let date = dated(approval.date.as_deref().unwrap_or(""));
            let place = format!("{} {date}", approval.jurisdiction).trim_end().to_owned();
            // Only the first approval of each region is shown here.
            if !places.iter().any(|known| known.starts_with(&approval.jurisdiction)) {
                places.push(place);
            }
        }
        (!places.is_empty()).then(|| format!("{} {}", drug.drug, places.join(", ")))
    };
    let all: Vec<String> = meaning.drugs.iter().filter(|drug| drug.group == Group::Active).filter_map(of).collect();
    (!all.is_empty()).then(|| format!("    approved: {}", one_line(&all.join("; "))))
}

/// What alterations of other genes are reported to void or to call for, one line an alteration.
fn bypass(meaning: &FusionMeaning) -> Vec<String> {
    let mut seen: Vec<&str> = meaning.bypass.iter().map(|item| item.seen.as_str()).collect();
    seen.dedup();
    let line = |seen: &str| {
        let own = || meaning.bypass.iter().filter(|item| item.seen == seen);
        let mut said: Vec<String> = own()
            .map(|item| {
                let unverified = if item.source.is_some() { "" } else { " (unverified)" };
                format!("{} to {} beside {}{unverified}", item.effect, item.drug, item.driver)
            })
            .collect();
        said.dedup();
        let mut calls: Vec<&str> = own().filter(|item| item.source.is_some()).filter_map(|item| item.calls_for.as_deref()).collect();
        calls.dedup();
        let calls = if calls.is_empty() { String::new() } else { format!("; calls for: {}", calls.join(" / ")) };
        let mut notes: Vec<&str> = own().filter_map(|item| item.note.as_deref()).collect();
        notes.dedup();
        let notes = if notes.is_empty() { String::new() } else { format!("; {}", notes.join(" / ")) };
        format!("    bypass, {}: reported {}{}{}", one_line(seen), one_line(&said.join("; ")), one_line(&calls), one_line(&notes))
    };
    let mut lines: Vec<String> = Vec::new();
    for seen in seen {
        let line = line(seen);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_tables_are_shortened_to_what_they_say_once() {
        assert_eq!(without_places("JP: first line; US: first line; EU: adjuvant, resected"), "first line, adjuvant, resected");
        assert_eq!(without_places("OncoGuide: kit; JP: x"), "OncoGuide: kit, x");
        assert_eq!(dated("label revision 2019-03-18"), "label revision 2019");
        assert_eq!(
            ["2015-12-11 accelerated; 2017-11-06 first line", "first line 2020-05-22", ""].map(dated),
            ["2015", "first line 2020", ""]
        );
    }
}
