//! Drugs for one fusion: the rows of the table whose conditions hold, and where each drug stands by the mutations that lie on it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::bypass::BypassMeaning;
use super::super::carried::CarriedMutations;
use super::super::group::{judge, DrugJudgement, Group, Reason};
use crate::knowledge::drugs::{level, Condition, Level};
use crate::knowledge::standing::{is_class, StudyKind};
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
    /// Whether nothing but preclinical work speaks for it.
    #[serde(default)]
    pub preclinical: bool,
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

    /// The state of which the tables do not have the outcome: a decision was due.
    pub fn under_review(&self) -> Option<&Approval> {
        self.approvals.iter().find(|approval| approval.date.as_deref().is_some_and(|date| date.contains("due")))
    }

    /// Adds a row of the table of drugs, of whose condition these alternatives hold; line, test and figures only where it speaks of the
    /// indication in question.
    fn add(&mut self, Listed { row, held }: &Listed<'_>, is_indication: bool, tumour: Option<Tumour>) {
        let said = held.iter().filter(|condition| !matches!(condition, Condition::Fusion { .. })).map(ToString::to_string);
        put(&mut self.condition, &said.collect::<Vec<_>>().join(" or "));
        let here = |text: &str| if text.is_empty() { String::new() } else { format!("{}: {text}", row.jurisdiction) };
        put(&mut self.condition, &here(&row.label));
        if is_indication {
            put(&mut self.line, &here(&row.setting));
            put(&mut self.companion_diagnostic, &here(&row.companion_diagnostic));
            if !row.efficacy.is_empty() {
                put(&mut self.efficacy, &format!("{} [{}]", row.efficacy, row.efficacy_source));
            }
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
    /// What is reported of called alterations of other genes.
    pub bypass: &'a [BypassMeaning],
}

/// A row of the table of drugs, with the alternatives of its condition that hold.
struct Listed<'a> {
    row: &'a Drug,
    held: Vec<Condition>,
}

impl Listed<'_> {
    /// Whether it is listed for a called mutation alone.
    fn is_of_mutation(&self) -> bool {
        self.held.iter().any(|condition| matches!(condition, Condition::Mutation { .. }))
    }
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
        let DrugJudgement { mut group, mut because, notes } = judge(self.knowledge, self.kinase, drug, self.carried);
        let class = self.knowledge.drugs().iter().find(|row| row.drug == drug && row.concerns(self.kinase)).map_or("", |row| &row.class);
        for (least, reason) in self.bypass.iter().filter_map(|item| item.against(drug, class, self.kinase)) {
            group = group.max(least);
            // Several sources may say the same.
            if !because.iter().any(|known| (&known.mutation, &known.effect) == (&reason.mutation, &reason.effect)) {
                because.push(reason);
            }
        }
        DrugMeaning {
            drug: drug.to_owned(),
            group,
            level: None,
            condition: None,
            line: None,
            companion_diagnostic: None,
            efficacy: None,
            preclinical: false,
            approvals: Vec::new(),
            because,
            notes,
        }
    }

    /// The drugs, those of the group `active` first, then by level.
    pub fn drugs(&self, tumour: Option<&str>) -> Vec<DrugMeaning> {
        let tumour = tumour.map(Tumour::of);
        let mut listed: BTreeMap<&str, Vec<Listed<'_>>> = BTreeMap::new();
        let rows = self.knowledge.drugs().iter().filter(|row| row.concerns(self.kinase) && row.has_source() && !is_class(&row.drug));
        for row in rows {
            if let Some(held) = self.met(&row.condition) {
                listed.entry(&row.drug).or_default().push(Listed { row, held });
            }
        }
        let mut by_drug: BTreeMap<&str, DrugMeaning> = BTreeMap::new();
        for (drug, rows) in &listed {
            let mut meaning = self.judged(drug);
            // What is approved for the very tumour goes before what is approved for all solid ones.
            let has_own = rows
                .iter()
                .any(|Listed { row, .. }| row.is_approval() && !row.is_agnostic() && tumour.is_some_and(|tumour| row.covers(tumour)));
            for item in rows {
                let is_indication = tumour.is_none_or(|tumour| item.row.covers(tumour) && !(has_own && item.row.is_agnostic()));
                meaning.add(item, is_indication, tumour);
            }
            by_drug.insert(drug, meaning);
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
        for drug in &mut drugs {
            let rows = listed.get(drug.drug.as_str()).map_or(&[][..], Vec::as_slice);
            // What is listed for a mutation, or not at all, is worth what is reported of the called ones: not what is of one of them alone.
            let reported = rows.iter().all(Listed::is_of_mutation).then(|| level_of_reports(&drug.because)).flatten();
            drug.preclinical = reported == Some(Level::E) || !rows.is_empty() && rows.iter().all(|item| item.row.level == Some(Level::E));
            if let Some(tumour) = tumour {
                let by_table = level(self.knowledge.drugs(), &drug.drug, self.kinase, tumour, |condition| self.met(condition).is_some());
                drug.level = by_table.max(reported);
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

/// The level of what is reported of the kinase's called mutations: seen in patients it is a case report at least (D), in cells and animals
/// alone preclinical (E). Of several clones the worst counts. Source of the levels: [`Level`].
fn level_of_reports(because: &[Reason]) -> Option<Level> {
    let of = |reason: &Reason| match reason.standing.as_deref()? {
        standing if standing.starts_with(StudyKind::Clinical.name()) => Some(Level::D),
        standing if standing.starts_with(StudyKind::InVitro.name()) => Some(Level::E),
        _ => None,
    };
    because.iter().filter(|reason| reason.beside.is_none()).filter_map(of).max()
}

/// Adds a text to others, each once.
fn put(place: &mut Option<String>, text: &str) {
    if text.is_empty() || place.as_deref().is_some_and(|there| there.contains(text)) {
        return;
    }
    *place = Some(place.take().map_or_else(|| text.to_owned(), |there| format!("{there}; {text}")));
}
