//! What the tables say of passing fusions: the level of evidence, each drug behind the word of its group, conditions and tests on lines of
//! their own, alterations of other genes, and the notes that matter most. The rest is in `kinfuse.json`.
//!
//! ```text
//!   CD74::ROS1: evidence level A (JP approved) in NSCLC
//!     reported active: A (JP approved): repotrectinib, taletrectinib
//!     void: crizotinib, entrectinib (p.G2032R resistant)
//!     no report: zidesamtinib (p.G2032R unverified)
//!     condition, zidesamtinib: pretreated; US: after at least one other ROS1 inhibitor
//! ```

use std::collections::BTreeMap;

use super::super::group::{Group, Reason};
use super::super::interpretation::{Approval, DrugMeaning, FusionMeaning};
use super::super::json::Document;
use super::super::rows::{escaped, Cell, FusionRow};

/// The lines, each once.
pub(super) fn lines(document: &Document) -> Vec<String> {
    let passing = |id: &str| document.fusions.iter().find(|fusion| fusion.id == id && fusion.filter == "PASS");
    let meant = document.interpretation.fusions.iter().filter_map(|meaning| Some((meaning, passing(&meaning.id)?)));
    let mut lines: Vec<String> = Vec::new();
    let mut shown: Vec<Vec<String>> = Vec::new();
    for (meaning, fusion) in meant {
        let own = of_fusion(document, meaning, fusion);
        // Two junctions of one pair of genes mean the same.
        if !shown.contains(&own) {
            lines.extend(own.iter().cloned());
            shown.push(own);
        }
    }
    for note in document.interpretation.notes.iter().filter(|note| note.important) {
        lines.push(format!("  {} [{}]", escaped(&note.text), escaped(&note.source)));
    }
    lines
}

fn of_fusion(document: &Document, meaning: &FusionMeaning, fusion: &FusionRow) -> Vec<String> {
    let name = escaped(&meaning.fusion);
    let mut lines: Vec<String> = Vec::new();
    if let Some(reason) = &meaning.no_level {
        if document.interpretation.tumour.is_some() || !meaning.drugs.is_empty() {
            lines.push(format!("  {name} {}: no level: {}", fusion.exon_junction.cell(), escaped(reason)));
        }
    } else if !meaning.drugs.is_empty() {
        lines.push(format!("  {name}: {}", level(document, meaning)));
    }
    // What makes no kinase gives no drug anything to act on.
    if meaning.no_level.is_none() {
        lines.extend([Group::Active, Group::Void, Group::NoReport].into_iter().filter_map(|group| of_group(meaning, group)));
        lines.extend(meaning.drugs.iter().flat_map(of_drug));
    }
    lines.extend(bypass(meaning));
    if let Some(tier) = &meaning.tier {
        lines.push(format!("  {name}: tier {} ({})", escaped(&tier.tier), escaped(&tier.source)));
    }
    for note in meaning.notes.iter().filter(|note| note.important) {
        lines.push(format!("  {name}: {} [{}]", escaped(&note.text), escaped(&note.source)));
    }
    lines
}

fn level(document: &Document, meaning: &FusionMeaning) -> String {
    let Some(tumour) = document.interpretation.tumour.as_deref() else {
        return "no evidence level without a tumour type (--tumour)".to_owned();
    };
    let unknown = if document.interpretation.tumour_note.is_some() { ", a type that is not in the tables" } else { "" };
    match meaning.evidence_level {
        Some(level) => format!("evidence level {} in {}{unknown}", level.name(), escaped(tumour)),
        None => format!("no evidence level in {}{unknown}: none of its drugs is left", escaped(tumour)),
    }
}

/// The drugs of one group, in as many parts as they differ: active ones by level, the others by what they rest on.
fn of_group(meaning: &FusionMeaning, group: Group) -> Option<String> {
    let drugs = || meaning.drugs.iter().filter(|drug| drug.group == group);
    let mutated = meaning.drugs.iter().any(|drug| !drug.because.is_empty());
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
    (!text.is_empty()).then(|| format!("    {word}: {}", escaped(&text)))
}

/// The level of an active drug, else whether it is approved at all.
fn standing(drug: &DrugMeaning) -> String {
    match drug.level {
        Some(level) => level.name().to_owned(),
        None if drug.is_approved() => "approved".to_owned(),
        None if drug.approvals.is_empty() => "in no row of drugs.tsv".to_owned(),
        None => "not approved".to_owned(),
    }
}

/// What a group rests on, by mutation: `p.G2032R resistant`.
fn reasons(drug: &DrugMeaning) -> String {
    let mut by_mutation: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Reason { mutation, effect, .. } in &drug.because {
        let effects = by_mutation.entry(mutation).or_default();
        if !effects.contains(&effect.as_str()) {
            effects.push(effect);
        }
    }
    let said: Vec<String> = by_mutation.into_iter().map(|(mutation, effects)| format!("{mutation} {}", effects.join(" and "))).collect();
    said.join(", ")
}

/// What a person asks of a drug that is left: conditions, line, test, figures; of the others the conditions, and what the notes warn of.
fn of_drug(drug: &DrugMeaning) -> Vec<String> {
    let name = escaped(&drug.drug);
    let mut lines: Vec<String> = Vec::new();
    let mut add = |what: &str, text: Option<&str>| {
        if let Some(text) = text {
            lines.push(format!("    {what}, {name}: {}", escaped(text)));
        }
    };
    let approved = drug.is_approved();
    add("condition", drug.condition.as_deref().filter(|_| approved || drug.group == Group::Active));
    for due in
        drug.approvals.iter().filter_map(|approval| Some((approval, approval.date.as_deref()?))).filter(|(_, date)| date.contains("due"))
    {
        let (approval, date) = due;
        add(
            "approval",
            Some(&format!("{} {}, {date}: look at the source, the tables do not know the outcome", approval.jurisdiction, approval.status)),
        );
    }
    if drug.group != Group::Void {
        add("approved", approvals(drug).as_deref());
    }
    if drug.group == Group::Active && approved {
        add("line", drug.line.as_deref());
        add("companion test", drug.companion_diagnostic.as_deref());
        add("efficacy", drug.efficacy.as_deref());
    }
    add("note", Some(drug.notes.join("; ")).filter(|notes| !notes.is_empty()).as_deref());
    lines
}

/// Where and since when it is approved, for the tumour type given where one is: `JP 2017-05-18, US 2016-03-11`.
fn approvals(drug: &DrugMeaning) -> Option<String> {
    let listed = || drug.approvals.iter().filter(|approval| approval.status.starts_with("approved"));
    let of_type = |approval: &&Approval| approval.applies != Some(false);
    let place = |approval: &Approval| {
        let date = approval.date.as_deref().unwrap_or("without a date");
        match approval.applies {
            Some(_) => format!("{} {date}", approval.jurisdiction),
            None => format!("{} {date} ({})", approval.jurisdiction, approval.tumour),
        }
    };
    let places: Vec<String> = listed().filter(of_type).map(place).collect();
    (!places.is_empty()).then(|| places.join(", "))
}

/// What alterations of other genes are reported to void or to call for, one line an alteration.
fn bypass(meaning: &FusionMeaning) -> Vec<String> {
    let mut seen: Vec<&str> = meaning.bypass.iter().map(|item| item.seen.as_str()).collect();
    seen.dedup();
    let line = |seen: &str| {
        let own = || meaning.bypass.iter().filter(|item| item.seen == seen);
        let mut said: Vec<String> = own()
            .map(|item| match &item.source {
                Some(source) => format!("{} to {} beside {} [{source}]", item.effect, item.drug, item.driver),
                None => format!("{} to {} beside {} (unverified)", item.effect, item.drug, item.driver),
            })
            .collect();
        said.dedup();
        let mut calls: Vec<&str> = own().filter(|item| item.source.is_some()).filter_map(|item| item.calls_for.as_deref()).collect();
        calls.dedup();
        let calls = if calls.is_empty() { String::new() } else { format!("; calls for: {}", calls.join(" / ")) };
        format!("    bypass, {}: reported {}{}", escaped(seen), escaped(&said.join("; ")), escaped(&calls))
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
