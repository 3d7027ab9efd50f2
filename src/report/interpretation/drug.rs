//! Drugs for one fusion: the rows of the table whose conditions hold, and where each drug stands by the mutations that lie on it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::carried::CarriedMutations;
use super::super::group::{judge, DrugJudgement, Group, Reason};
use crate::knowledge::drugs::{level, Condition, Level};
use crate::knowledge::standing::is_class;
use crate::knowledge::tumour::Tumour;
use crate::knowledge::{Drug, Knowledge};

/// One drug for one fusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrugMeaning {
    /// Name.
    pub drug: String,
    /// Where it stands by the called mutations; `no_report` in documents of versions that did not say it.
    #[serde(default)]
    pub group: Group,
    /// Level of evidence in the tumour type given, whatever mutation is called; `null` without one.
    pub level: Option<Level>,
    /// What must be true for the level, and what the labels ask for (`US: without a known acquired resistance mutation`).
    pub condition: Option<String>,
    /// Line of treatment or setting, by place.
    #[serde(default)]
    pub line: Option<String>,
    /// Companion diagnostic, by place.
    #[serde(default)]
    pub companion_diagnostic: Option<String>,
    /// Figures of trials with their source.
    #[serde(default)]
    pub efficacy: Option<String>,
    /// Approvals and other states, one a tumour and place.
    pub approvals: Vec<Approval>,
    /// What the group rests on; empty without a called mutation.
    #[serde(default)]
    pub because: Vec<Reason>,
    /// What else is said of the called mutations: of lower standing, not phased, on the other allele.
    #[serde(default)]
    pub notes: Vec<String>,
}

impl DrugMeaning {
    /// Whether it is approved for any tumour.
    pub fn is_approved(&self) -> bool {
        self.approvals.iter().any(|approval| approval.status.starts_with("approved"))
    }

    /// Adds a row of the table of drugs, of whose condition these alternatives hold.
    fn add(&mut self, row: &Drug, held: &[Condition], tumour: Option<Tumour>) {
        let said = held.iter().filter(|condition| !matches!(condition, Condition::Fusion { .. })).map(ToString::to_string);
        put(&mut self.condition, &said.collect::<Vec<_>>().join(" or "));
        let here = |text: &str| if text.is_empty() { String::new() } else { format!("{}: {text}", row.jurisdiction) };
        put(&mut self.condition, &here(&row.label));
        put(&mut self.line, &here(&row.setting));
        put(&mut self.companion_diagnostic, &here(&row.companion_diagnostic));
        if !row.efficacy.is_empty() {
            put(&mut self.efficacy, &format!("{} [{}]", row.efficacy, row.efficacy_source));
        }
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        self.approvals.push(Approval {
            jurisdiction: row.jurisdiction.clone(),
            tumour: row.tumour.clone(),
            status: row.status.clone(),
            date: some(&row.date),
            line: some(&row.setting),
            label: some(&row.label),
            applies: tumour.map(|tumour| row.covers(tumour)),
            source: row.source.clone(),
            confidence: row.confidence.clone(),
        });
    }
}

/// Where a drug stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    /// Where.
    pub jurisdiction: String,
    /// For which tumour.
    pub tumour: String,
    /// `approved`, `off label`, ...
    pub status: String,
    /// When.
    pub date: Option<String>,
    /// Line of treatment or setting.
    #[serde(default)]
    pub line: Option<String>,
    /// What the label asks for.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it speaks of the tumour type given; `null` without one.
    #[serde(default)]
    pub applies: Option<bool>,
    /// Source.
    pub source: String,
    /// `verified` or `secondary`.
    pub confidence: String,
}

/// What the tables are asked of one fusion.
pub(super) struct FusionCase<'a> {
    /// 5' partner.
    pub gene5: &'a str,
    /// Kinase.
    pub kinase: &'a str,
    /// The tables.
    pub knowledge: &'a Knowledge,
    /// The called mutations as they lie to the fusion.
    pub carried: &'a CarriedMutations,
}

impl FusionCase<'_> {
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            // What needs treatment before is listed, with the condition.
            Condition::Pretreated => true,
            Condition::Fusion { gene5, kinase } => gene5 == self.gene5 && kinase == self.kinase,
            Condition::Mutation { .. } => self.carried.clones.iter().any(|clone| condition.is_mutation(self.kinase, clone)),
        }
    }

    /// The alternatives that hold; `None` where what is needed is a mutation that was not called, or another partner.
    fn met(&self, text: &str) -> Option<Vec<Condition>> {
        let all = Condition::alternatives(text)?;
        let is_plain = all.is_empty();
        let held: Vec<Condition> = all.into_iter().filter(|condition| self.holds(condition)).collect();
        (is_plain || !held.is_empty()).then_some(held)
    }

    fn judged(&self, drug: &str) -> DrugMeaning {
        let DrugJudgement { group, because, notes } = judge(self.knowledge, self.kinase, drug, self.carried);
        DrugMeaning {
            drug: drug.to_owned(),
            group,
            level: None,
            condition: None,
            line: None,
            companion_diagnostic: None,
            efficacy: None,
            approvals: Vec::new(),
            because,
            notes,
        }
    }

    /// The drugs, those of the group `active` first, then by level.
    pub fn drugs(&self, tumour: Option<&str>) -> Vec<DrugMeaning> {
        let tumour = tumour.map(Tumour::of);
        let mut by_drug: BTreeMap<&str, DrugMeaning> = BTreeMap::new();
        let rows = self.knowledge.drugs().iter().filter(|row| row.concerns(self.kinase) && row.has_source() && !is_class(&row.drug));
        for row in rows {
            let Some(held) = self.met(&row.condition) else { continue };
            by_drug.entry(&row.drug).or_insert_with(|| self.judged(&row.drug)).add(row, &held, tumour);
        }
        // What no approval, trial or study names is worth a line where a source says that it works in spite of the mutation.
        let reported = self.carried.clones.iter().flat_map(|clone| self.knowledge.drugs_with(self.kinase, clone));
        for drug in reported {
            if !by_drug.contains_key(drug) {
                let meaning = self.judged(drug);
                if meaning.group == Group::Active {
                    by_drug.insert(drug, meaning);
                }
            }
        }
        let mut drugs: Vec<DrugMeaning> = by_drug.into_values().collect();
        if let Some(tumour) = tumour {
            for drug in &mut drugs {
                drug.level = level(self.knowledge.drugs(), &drug.drug, self.kinase, tumour, |condition| self.met(condition).is_some());
            }
        }
        drugs.sort_by(|x, y| {
            (x.group, x.level.is_none(), x.level, !x.is_approved(), &x.drug).cmp(&(
                y.group,
                y.level.is_none(),
                y.level,
                !y.is_approved(),
                &y.drug,
            ))
        });
        drugs
    }
}

/// Adds a text to others, each once.
fn put(place: &mut Option<String>, text: &str) {
    if text.is_empty() || place.as_deref().is_some_and(|there| there.contains(text)) {
        return;
    }
    *place = Some(place.take().map_or_else(|| text.to_owned(), |there| format!("{there}; {text}")));
}
