//! What the tables say of one fusion, for the first screen: level, drugs in three groups, conditions and tests, other genes, notes.

use std::collections::BTreeMap;

use super::lang::fill;
use super::numbers::{name, shown};
use super::phrases::Phrases;
use crate::report::group::{Group, Reason};
use crate::report::interpretation::{Approval, DrugMeaning, FusionMeaning, Interpretation};

/// The drugs of one group.
#[derive(Clone)]
pub struct Drugs {
    /// Word for the group.
    pub word: &'static str,
    /// What the group means.
    pub note: &'static str,
    /// Class of its colour.
    pub class: &'static str,
    /// Drugs that stand alike, with what they have in common.
    pub parts: Vec<(String, String)>,
}

/// A line on one drug.
pub struct DrugLine {
    /// What it is (`Condition`).
    pub what: &'static str,
    /// The drug.
    pub drug: String,
    /// The table's words.
    pub text: String,
}

/// The meaning of one fusion.
pub struct Meaning {
    /// Level of evidence, or why there is none.
    pub level: String,
    /// The three groups; none where the fusion makes no kinase or has no drug.
    pub groups: Vec<Drugs>,
    /// Conditions and tests of drugs that are left.
    pub asked: Vec<DrugLine>,
    /// Tier by the user's table.
    pub tier: Option<String>,
    /// Alterations of other genes.
    pub bypass: Vec<String>,
    /// Notes with their sources.
    pub notes: Vec<(String, String)>,
}

/// What is said of a fusion.
pub fn of(meaning: &FusionMeaning, interpretation: &Interpretation, phrases: &Phrases) -> Meaning {
    let has_kinase = meaning.no_level.is_none();
    let listed = |group: Group| drugs(meaning, group, phrases);
    let mut groups = if has_kinase && !meaning.drugs.is_empty() {
        [Group::Active, Group::Void, Group::NoReport].map(listed).to_vec()
    } else {
        Vec::new()
    };
    if !groups.is_empty() {
        groups.splice(1..1, preclinical(meaning, phrases));
    }
    let mut asked = Vec::new();
    for drug in meaning.drugs.iter().filter(|drug| has_kinase && drug.group == Group::Active) {
        let test = drug.companion_diagnostic.as_ref().filter(|_| drug.is_approved());
        for (what, text) in [(phrases.condition, drug.condition.as_ref()), (phrases.companion_test, test)] {
            asked.extend(text.map(|text| DrugLine { what, drug: name(&drug.drug), text: shown(text) }));
        }
    }
    for drug in meaning.drugs.iter().filter(|drug| has_kinase && drug.group != Group::Void) {
        let due = |state: &Approval| {
            let date = state.date.as_deref().unwrap_or("");
            let text = format!("{} {}, {}; {}", name(&state.jurisdiction), shown(&state.status), shown(date), phrases.outcome_unknown);
            DrugLine { what: phrases.approvals, drug: name(&drug.drug), text }
        };
        asked.extend(drug.under_review().map(due));
    }
    Meaning {
        level: level(meaning, interpretation, phrases),
        groups,
        asked,
        tier: meaning.tier.as_ref().map(|tier| fill(phrases.tier, &[&shown(&tier.tier), &shown(&tier.source)])),
        bypass: bypass(meaning, phrases),
        notes: meaning.notes.iter().filter(|note| note.important).map(|note| (shown(&note.text), shown(&note.source))).collect(),
    }
}

fn level(meaning: &FusionMeaning, interpretation: &Interpretation, phrases: &Phrases) -> String {
    if let Some(reason) = &meaning.no_level {
        return fill(phrases.level_no_kinase, &[&shown(reason)]);
    }
    if meaning.drugs.is_empty() {
        return String::new();
    }
    let Some(tumour) = interpretation.tumour.as_deref() else { return phrases.level_no_tumour.to_owned() };
    let mut text = match meaning.evidence_level {
        Some(level) => fill(phrases.level, &[level.name(), &name(tumour)]),
        None => match meaning.unreported() {
            Some(names) => fill(phrases.level_unreported, &[&name(tumour), &name(&names)]),
            None => fill(phrases.level_none, &[&name(tumour)]),
        },
    };
    if interpretation.tumour_note.is_some() {
        text = format!("{text} {}", phrases.tumour_unknown);
    }
    text
}

/// The word of a group.
pub fn word(group: Group, phrases: &Phrases) -> &'static str {
    match group {
        Group::Active => phrases.drugs_active,
        Group::Void => phrases.drugs_void,
        Group::NoReport => phrases.drugs_no_report,
    }
}

fn drugs(meaning: &FusionMeaning, group: Group, phrases: &Phrases) -> Drugs {
    let (note, class) = match group {
        Group::Active => (phrases.drugs_active_note, "good"),
        Group::Void => (phrases.drugs_void_note, "bad"),
        Group::NoReport => (phrases.drugs_no_report_note, "warn"),
    };
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    for drug in meaning.drugs.iter().filter(|drug| drug.group == group && !(group == Group::Active && drug.preclinical)) {
        let why = if group == Group::Active { standing(drug, phrases) } else { reasons(&drug.because, phrases) };
        match parts.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) => names.push(name(&drug.drug)),
            None => parts.push((why, vec![name(&drug.drug)])),
        }
    }
    let parts = parts.into_iter().map(|(why, names)| (names.join(", "), why)).collect();
    Drugs { word: word(group, phrases), note, class, parts }
}

/// The drugs for which nothing but preclinical work speaks, where there are any.
fn preclinical(meaning: &FusionMeaning, phrases: &Phrases) -> Option<Drugs> {
    let drugs = meaning.drugs.iter().filter(|drug| drug.group == Group::Active && drug.preclinical);
    let names: Vec<String> = drugs.map(|drug| name(&drug.drug)).collect();
    let parts = vec![(names.join(", "), String::new())];
    (!names.is_empty()).then_some(Drugs { word: phrases.drugs_preclinical, note: phrases.drugs_preclinical_note, class: "warn", parts })
}

/// The level of an active drug, else whether it is approved at all.
fn standing(drug: &DrugMeaning, phrases: &Phrases) -> String {
    match drug.level {
        Some(level) => level.name().to_owned(),
        None if drug.is_approved() => phrases.approved.to_owned(),
        None if drug.under_review().is_some() => phrases.under_review.to_owned(),
        None if drug.approvals.is_empty() => phrases.not_listed.to_owned(),
        None => phrases.not_approved.to_owned(),
    }
}

/// The word for what is reported.
pub fn effect(effect: &str, phrases: &Phrases) -> String {
    let word = match effect {
        "sensitive" => phrases.effect_sensitive,
        "reduced" => phrases.effect_reduced,
        "resistant" => phrases.effect_resistant,
        "conflicting" => phrases.effect_conflicting,
        "unverified" => phrases.effect_unverified,
        "no report" => phrases.drugs_no_report,
        other => return name(other),
    };
    word.to_owned()
}

/// What a group rests on, by mutation: `p.G2032R resistant`.
pub fn reasons(because: &[Reason], phrases: &Phrases) -> String {
    let mut by_mutation: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for reason in because {
        let effects = by_mutation.entry(&reason.mutation).or_default();
        let mut word = effect(&reason.effect, phrases);
        if reason.unphased {
            word = format!("{word} ({})", phrases.if_together);
        }
        if !effects.contains(&word) {
            effects.push(word);
        }
    }
    by_mutation.into_iter().map(|(mutation, effects)| format!("{} {}", name(mutation), effects.join(", "))).collect::<Vec<_>>().join("; ")
}

fn bypass(meaning: &FusionMeaning, phrases: &Phrases) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in &meaning.bypass {
        let said = fill(phrases.bypass, &[&name(&item.seen), &effect(&item.effect, phrases), &name(&item.drug), &name(&item.driver)]);
        let source =
            item.source.as_deref().map_or_else(|| format!(" [{}]", phrases.effect_unverified), |source| format!(" [{}]", shown(source)));
        let calls_for = item.calls_for.as_deref().filter(|_| item.source.is_some());
        let calls_for = calls_for.map_or(String::new(), |text| format!(" {}", fill(phrases.calls_for, &[&shown(text)])));
        let note = item.note.as_deref().map_or(String::new(), |note| format!(" {}", shown(note)));
        let line = said + &calls_for + &note + &source;
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}
