//! Groups of drugs for a fusion (active, void, no report), by the mutations that lie on the fusion.
//!
//! ```text
//!   active     no mutation is called, or all that are called are reported sensitive
//!   void       a clone of the fusion is reported to resist it
//!   no report  of a called mutation nothing decides: no row, hints alone, or opposite words of equal standing
//! ```
//!
//! The rule for the mutations of one clone, which lie on one molecule:
//!
//! 1. A row of the very compound decides.
//! 2. Else one mutation, or a compound of some of them, that is resistant voids the drug.
//! 3. Else a mutation of which nothing decides leaves it without a report, and so does a hint that the compound resists.
//! 4. Else each alone is sensitive, and the drug stays.
//!
//! Of several clones (mutations in trans) the worst decides, and what is said of each is shown. Mutations that are not phased are judged
//! one by one; where they would be worse in cis, they count as in cis. What lies on the other allele, and a doubtful call, is a note.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::carried::CarriedMutations;
use crate::knowledge::resistance::is_without_fusion;
use crate::knowledge::standing::{decide, Decision, DrugVerdict, Standing};
use crate::knowledge::{DrugEffect, Effect, Knowledge};

/// Where a drug stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Reported active, or no mutation is called against it.
    Active,
    /// A mutation is called of which nothing that decides is reported for it.
    #[default]
    NoReport,
    /// Reported resistant, or less sensitive.
    Void,
}

/// What a group rests on: one mutation or compound, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// `p.G2032R`, `p.L1196M+p.G1202R` for those on one molecule, `KRAS p.G12C` or `MET gain` of another gene.
    pub mutation: String,
    /// `sensitive`, `reduced`, `resistant`, `conflicting`, `unverified` (hints alone) or `no report`.
    pub effect: String,
    /// Standing of what decides (`clinical`, `in vitro, second hand`); `null` where nothing does.
    pub standing: Option<String>,
    /// Its sources, joined by `; `; `null` where nothing decides.
    pub source: Option<String>,
    /// Of an alteration of another gene the driver beside which it is reported; `null` of the kinase's own mutations.
    #[serde(default)]
    pub beside: Option<String>,
    /// Whether it is of mutations together of which it is not known that they lie on one molecule.
    #[serde(default)]
    pub unphased: bool,
}

impl Reason {
    /// What is said of a mutation, without standing and source.
    pub(super) fn new(mutation: &str, effect: &str) -> Self {
        Self { mutation: mutation.to_owned(), effect: effect.to_owned(), standing: None, source: None, beside: None, unphased: false }
    }

    /// Whether it says that the drug fails.
    fn is_failure(&self) -> bool {
        ["resistant", "reduced"].contains(&self.effect.as_str())
    }
}

/// Where a drug stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrugJudgement {
    /// The group.
    pub group: Group,
    /// What it rests on.
    pub because: Vec<Reason>,
    /// What else is said: reports of lower standing, hints, what is not phased.
    pub notes: Vec<String>,
}

impl DrugJudgement {
    fn new(group: Group) -> Self {
        Self { group, because: Vec::new(), notes: Vec::new() }
    }

    /// Adds another clone: the worse group counts, and the reasons of both are kept.
    fn join(&mut self, other: Self) {
        self.group = self.group.max(other.group);
        for reason in other.because {
            if !self.because.contains(&reason) {
                self.because.push(reason);
            }
        }
        self.note(other.notes);
    }

    /// If a drug is void, only the resistant mutations are reasons; mutations that are sensitive alone become notes.
    fn keep_failing(&mut self) {
        if self.group != Group::Void {
            return;
        }
        let (failing, rest): (Vec<Reason>, Vec<Reason>) = std::mem::take(&mut self.because).into_iter().partition(Reason::is_failure);
        self.because = failing;
        self.note(rest.iter().map(|reason| format!("{} alone: {}", reason.mutation, said(reason))));
    }

    /// Where molecules with both mutations void a drug, what is reported of molecules with one of them is no reason for it.
    fn leave_out_parts(&mut self) {
        let compounds = self.because.iter().filter(|reason| reason.is_failure() && reason.mutation.contains('+'));
        let together: Vec<String> = compounds.flat_map(|reason| reason.mutation.split('+')).map(str::to_owned).collect();
        self.because.retain(|reason| reason.is_failure() || !together.contains(&reason.mutation));
    }

    fn note(&mut self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }
}

/// Judges one drug for a fusion of a kinase.
pub fn judge(knowledge: &Knowledge, kinase: &str, drug: &str, carried: &CarriedMutations) -> DrugJudgement {
    let asked = DrugForKinase { knowledge, kinase, drug };
    let mut judgement = DrugJudgement::new(Group::Active);
    for clone in &carried.clones {
        judgement.join(asked.clone(clone));
    }
    judgement.leave_out_parts();
    for set in &carried.perhaps {
        let together = asked.clone(set);
        let new: Vec<&Reason> =
            together.because.iter().filter(|reason| reason.mutation.contains('+') && !judgement.because.contains(reason)).collect();
        let unknown =
            |reason: &&Reason| format!("whether {} lie on one molecule is not known; together reported {}", reason.mutation, said(reason));
        judgement.note(new.iter().map(unknown));
        if together.group > judgement.group {
            judgement.group = together.group;
            judgement.because.extend(new.into_iter().map(|reason| Reason { unphased: true, ..reason.clone() }));
        }
    }
    for change in &carried.elsewhere {
        let text = asked.single(change).map_or_else(|| "no report".to_owned(), |decision| decision.verdict.name().to_owned());
        judgement.note([format!("p.{change} lies on the other allele, not on the fusion: {text}")]);
    }
    for change in &carried.doubtful {
        if let Some(decision) = asked.single(change).filter(|decision| decision.verdict != DrugVerdict::Unverified) {
            judgement.note([format!("p.{change} is a doubtful call: {}", decision.verdict.name())]);
        }
    }
    judgement
}

/// A reason's word with its standing and source: `resistant (in vitro) [PMID:1]`.
pub fn said(reason: &Reason) -> String {
    let standing = reason.standing.as_deref().map_or(String::new(), |standing| format!(" ({standing})"));
    let source = reason.source.as_deref().map_or(String::new(), |source| format!(" [{source}]"));
    format!("{}{standing}{source}", reason.effect)
}

/// `p.L1196M+p.G1202R`.
fn name(changes: &[String]) -> String {
    changes.iter().map(|change| format!("p.{change}")).collect::<Vec<_>>().join("+")
}

/// One drug for fusions of one kinase.
struct DrugForKinase<'k> {
    knowledge: &'k Knowledge,
    kinase: &'k str,
    drug: &'k str,
}

impl<'k> DrugForKinase<'k> {
    /// What the statements come to; those on tumours without a fusion say nothing of one.
    fn decision(&self, changes: &[String]) -> Option<Decision<'k>> {
        let statements = self.knowledge.said(self.kinase, changes, self.drug).into_iter();
        decide(statements.filter(|statement| !is_without_fusion(&statement.context)))
    }

    /// What was seen without a fusion, as notes.
    fn without_fusion(&self, changes: &[String]) -> Vec<String> {
        let statements = self.knowledge.said(self.kinase, changes, self.drug).into_iter();
        let statements = statements.filter(|statement| is_without_fusion(&statement.context));
        let note = |statement: &DrugEffect| {
            let DrugEffect { effect, evidence, context, source, .. } = statement;
            format!("{} {effect} ({evidence}), seen in {context}, not beside a fusion [{source}]", name(changes))
        };
        statements.map(note).collect()
    }

    fn single(&self, change: &String) -> Option<Decision<'k>> {
        self.decision(std::slice::from_ref(change))
    }

    /// Judges the mutations of one molecule by the rule of this module.
    fn clone(&self, changes: &[String]) -> DrugJudgement {
        let whole = self.decision(changes);
        let is_decided = whole.as_ref().is_some_and(|decision| decision.verdict != DrugVerdict::Unverified);
        let mut parts: Vec<Vec<String>> = vec![changes.to_vec()];
        if !is_decided && changes.len() > 1 {
            parts = changes.iter().map(|change| vec![change.clone()]).collect();
            let compounds = self.knowledge.compound_changes().iter().filter(|known| known.gene == self.kinase && !known.is_class());
            let within = compounds.filter(|known| known.members.len() < changes.len());
            parts.extend(within.map(|known| known.members.clone()).filter(|part| part.iter().all(|member| changes.contains(member))));
        }
        let mut judgement = DrugJudgement::new(Group::Active);
        for part in &parts {
            judgement.join(self.part(part, part.len() > 1 && parts.len() > 1));
        }
        judgement.keep_failing();
        if parts.len() > 1 {
            let hints = whole.map(|decision| decision.others).unwrap_or_default();
            if judgement.group == Group::Active {
                judgement.note([format!("reported of each mutation alone; nothing decides of {} together", name(changes))]);
            }
            if hints.iter().any(|hint| fails(hint)) {
                judgement.group = judgement.group.max(Group::NoReport);
            }
            judgement.note(hints.into_iter().map(|hint| lower(changes, hint)));
        }
        let classes = self.knowledge.said_of_classes(self.kinase, changes);
        if classes.iter().any(|class| fails(class)) && judgement.group == Group::Active && !is_decided {
            judgement.group = Group::NoReport;
        }
        let of_class =
            |class: &DrugEffect| format!("{}: {} {} ({}) [{}]", class.drug, name(changes), class.effect, class.evidence, class.source);
        judgement.note(classes.into_iter().map(of_class));
        judgement
    }

    /// The verdict on one mutation, or on several that lie on the same molecules, for which there may be none.
    fn part(&self, changes: &[String], is_extra: bool) -> DrugJudgement {
        let decision = self.decision(changes);
        let verdict = decision.as_ref().map(|decision| decision.verdict);
        let group = match verdict {
            Some(verdict) if verdict.voids() => Group::Void,
            Some(DrugVerdict::Sensitive) => Group::Active,
            None if is_extra => Group::Active,
            // Of some that lie together a hint that they work adds nothing, and one that they fail warns.
            Some(DrugVerdict::Unverified) if is_extra && !decision.as_ref().is_some_and(warns) => Group::Active,
            _ => Group::NoReport,
        };
        let mut judgement = DrugJudgement::new(group);
        let deciding = decision.as_ref().map(|decision| decision.deciding.as_slice()).unwrap_or_default();
        if !is_extra || !deciding.is_empty() {
            let mut sources: Vec<&str> = deciding.iter().map(|statement| statement.source.as_str()).collect();
            sources.sort_unstable();
            sources.dedup();
            judgement.because.push(Reason {
                mutation: name(changes),
                effect: verdict.map_or("no report", DrugVerdict::name).to_owned(),
                standing: deciding.first().map(|statement| Standing::of(statement).text().to_owned()),
                source: Some(sources.join("; ")).filter(|sources| !sources.is_empty()),
                beside: None,
                unphased: false,
            });
        }
        judgement.note(self.without_fusion(changes));
        judgement.note(decision.into_iter().flat_map(|decision| decision.others).map(|other| lower(changes, other)));
        judgement
    }
}

/// Whether a statement says that the drug fails, at least in part.
fn fails(statement: &DrugEffect) -> bool {
    statement.effect != Effect::Sensitive
}

/// Whether a hint says that the drug fails.
fn warns(decision: &Decision<'_>) -> bool {
    decision.others.iter().any(|hint| fails(hint))
}

/// A statement that does not decide, as a note.
fn lower(changes: &[String], statement: &DrugEffect) -> String {
    let (standing, said) = (Standing::of(statement), format!("{} {}", name(changes), statement.effect));
    match statement.source.as_str() {
        "" => format!("{said}: unverified, no source was read"),
        source if standing.decides() => format!("{said} ({}), of lower standing [{source}]", standing.text()),
        source => format!("{said} ({}): a guess or unverified [{source}]", statement.evidence),
    }
}

#[cfg(test)]
mod tests;
