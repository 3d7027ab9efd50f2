//! What the tables say of the findings: drugs with levels of evidence, notes, tiers, and which row of which table spoke.
//!
//! It reads the rows of a document and nothing else, so it can be renewed from `kinfuse.json` after the tables changed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compound::Compound;
use super::json::Document;
use super::rows::{Cell, FusionRow, VariantRow};
use crate::fusion::{Frame, KinaseDomain};
use crate::knowledge::drugs::{level, Condition, Level};
use crate::knowledge::notes::When;
use crate::knowledge::tumour::Tumour;
use crate::knowledge::{tumour_names, Knowledge, KnownFusion, TableSource};

/// What the tables say of one sample.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interpretation {
    /// What this may be used for.
    pub use_restriction: String,
    /// Tumour type, as given.
    pub tumour: Option<String>,
    /// That the tumour type is not in the tables, and which of theirs are near.
    #[serde(default)]
    pub tumour_note: Option<String>,
    /// The tables that spoke.
    pub tables: Vec<TableSource>,
    /// Those that spoke before them, where `kinfuse report` found others in the document; empty otherwise.
    #[serde(default)]
    pub tables_before: Vec<TableSource>,
    /// What holds for the sample, whatever was found.
    pub notes: Vec<Remark>,
    /// One entry a fusion of `fusions`, in its order.
    pub fusions: Vec<FusionMeaning>,
}

/// What the tables say of one fusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FusionMeaning {
    /// Identifier of the fusion.
    pub id: String,
    /// Its genes.
    pub fusion: String,
    /// The row that named it.
    pub known_from: Option<KnownFrom>,
    /// Best level of evidence over all drugs; needs a tumour type.
    pub evidence_level: Option<Level>,
    /// Why there is none, where the fusion makes no kinase (`out of frame`).
    #[serde(default)]
    pub no_level: Option<String>,
    /// Tier by the user's table.
    pub tier: Option<UserTier>,
    /// Drugs, best level first.
    pub drugs: Vec<DrugMeaning>,
    /// Notes on this fusion.
    pub notes: Vec<Remark>,
}

/// The row of the table of known fusions that named a fusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFrom {
    /// `built-in` or `user`.
    pub origin: String,
    /// Version of the table.
    pub version: String,
    /// Name of the row.
    pub name: String,
    /// Other names in print.
    pub other_names: Option<String>,
    /// Tumours in which it was found.
    pub tumour_types: Option<String>,
    /// Sources of the row.
    pub source: Option<String>,
    /// `verified`, `secondary` or `unverified`.
    pub confidence: String,
}

/// A tier by a user's table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UserTier {
    /// The tier.
    pub tier: String,
    /// Its source.
    pub source: String,
}

/// One drug for one fusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrugMeaning {
    /// Name.
    pub drug: String,
    /// Level of evidence in the tumour type given; `null` without one.
    pub level: Option<Level>,
    /// What must be true for the level, where it is not plain.
    pub condition: Option<String>,
    /// Approvals and other states, one a tumour and place.
    pub approvals: Vec<Approval>,
    /// Called mutations of the kinase that change its effect (`p.G2032R:resistant`), which can void the level; before them those that act
    /// together on one molecule (`p.L1196M+p.G1202R:resistant`), which void what is said of each alone.
    pub mutations: Vec<String>,
}

impl DrugMeaning {
    /// Whether called mutations make the kinase resistant and no source says otherwise. What acts together decides.
    pub fn is_resisted(&self) -> bool {
        let together = self.mutations.iter().any(|item| item.contains('+'));
        let says = |effect: &str| self.mutations.iter().any(|item| item.ends_with(effect) && item.contains('+') == together);
        says(":resistant") && !says(":sensitive")
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
    /// Source.
    pub source: String,
    /// `verified` or `secondary`.
    pub confidence: String,
}

/// A note with its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    /// Topic.
    pub topic: String,
    /// The note.
    pub text: String,
    /// Source.
    pub source: String,
    /// Whether the short table shows it.
    pub important: bool,
}

/// How the table of known fusions marks the junctions that the `AmoyDx` ROS1 kit has primers for.
const IN_AMOYDX: &str = "AmoyDx ROS1 kit target";

/// What the tables say of a document's findings in a tumour type.
pub fn interpret(document: &Document, knowledge: &Knowledge, tumour: Option<&str>) -> Interpretation {
    let kinds: Vec<&str> = document.assay.iter().map(|assay| assay.kind.as_str()).collect();
    let of_sample = |when: When| match when {
        When::Plasma => kinds.contains(&"cfdna"),
        When::AmpliconRna => kinds.contains(&"rna-amplicon"),
        When::Dna => kinds.iter().any(|kind| kind.contains("dna")),
        When::Sample => true,
        When::Call | When::OutsideAmoydx | When::DnaCall => false,
    };
    let looked_at = |note: &crate::knowledge::Note| document.targets.iter().any(|kinase| note.concerns(kinase));
    let notes = knowledge.notes().iter().filter(|note| of_sample(note.when) && looked_at(note)).map(remark).collect();
    Interpretation {
        use_restriction: "research use only; not a medical device; no treatment may rest on this output alone".to_owned(),
        tumour: tumour.map(str::to_owned),
        tumour_note: tumour.and_then(|tumour| tumour_note(knowledge, tumour)),
        tables: knowledge.sources().to_vec(),
        tables_before: Vec::new(),
        notes,
        fusions: document.fusions.iter().map(|fusion| meaning(fusion, document, knowledge, tumour)).collect(),
    }
}

fn remark(note: &crate::knowledge::Note) -> Remark {
    Remark { topic: note.topic.clone(), text: note.text.clone(), source: note.source.clone(), important: note.important }
}

/// What is said of a tumour type that the tables do not have.
fn tumour_note(knowledge: &Knowledge, tumour: &str) -> Option<String> {
    let near = tumour_names::unknown(knowledge, tumour)?.join(", ");
    Some(format!("tumour type {tumour} is not in the tables and counts as another solid tumour; near it they have {near}"))
}

/// How `structure` begins what ends the protein too early.
const EARLY_STOP: &str = "stop before the kinase";

/// Why a fusion has no level of evidence: it makes no kinase.
fn no_level(fusion: &FusionRow) -> Option<String> {
    let domain = fusion.kinase_domain.filter(|domain| *domain != KinaseDomain::Retained);
    let mut reasons: Vec<String> = domain.map(|domain| format!("kinase domain {}", domain.cell())).into_iter().collect();
    let mut by_frame = Vec::new();
    if fusion.frame == Frame::OutOfFrame.text() {
        by_frame.push("out of frame".to_owned());
    }
    if fusion.structure.as_deref().is_some_and(|text| text.split(';').any(|part| part.trim_start().starts_with(EARLY_STOP))) {
        by_frame.push(EARLY_STOP.to_owned());
    }
    // Splicing can mend what a break in DNA implies.
    if fusion.evidence.as_deref() == Some("dna") && !by_frame.is_empty() {
        by_frame.push("implied by the break; RNA may show another frame".to_owned());
    }
    reasons.extend(by_frame);
    (!reasons.is_empty()).then(|| reasons.join(", "))
}

fn meaning(fusion: &FusionRow, document: &Document, knowledge: &Knowledge, tumour: Option<&str>) -> FusionMeaning {
    let (gene5, kinase) = (fusion.gene5.as_deref().unwrap_or(""), fusion.gene3.as_deref().unwrap_or(""));
    let row = knowledge.named(gene5, kinase, fusion.exon_junction.as_deref(), fusion.variant.as_deref());
    // A kinase that is lost, or that points away, is no target.
    let is_target = fusion.kinase_domain == Some(KinaseDomain::Retained) && fusion.exon_junction.is_some();
    let no_level = no_level(fusion);
    let tumour_of_level = tumour.filter(|_| no_level.is_none());
    let drugs = if is_target { drugs(gene5, kinase, document, knowledge, tumour_of_level) } else { Vec::new() };
    let from_dna = fusion.evidence.as_deref() == Some("dna");
    let said = |when: When| match when {
        When::Call => is_target,
        When::OutsideAmoydx => is_target && !row.is_some_and(|row| row.other_names.contains(IN_AMOYDX)),
        When::DnaCall => is_target && from_dna,
        _ => false,
    };
    let notes = knowledge.notes().iter();
    let notes = notes.filter(|note| said(note.when) && note.concerns(kinase) && (note.gene5 == "*" || note.gene5 == gene5));
    FusionMeaning {
        id: fusion.id.clone(),
        fusion: fusion.fusion.clone(),
        known_from: row.map(|row| known_from(row, knowledge)),
        evidence_level: drugs.iter().filter_map(|drug| drug.level).min(),
        tier: tier(gene5, kinase, knowledge, tumour).filter(|_| is_target && no_level.is_none()),
        no_level,
        drugs,
        notes: notes.map(remark).collect(),
    }
}

fn known_from(row: &KnownFusion, knowledge: &Knowledge) -> KnownFrom {
    let origin = if row.table == 0 { "built-in" } else { "user" };
    let table = knowledge.sources().iter().find(|source| source.table == "fusions.tsv" && source.origin == origin);
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    KnownFrom {
        origin: origin.to_owned(),
        version: table.map(|table| table.version.clone()).unwrap_or_default(),
        name: row.name.clone(),
        other_names: some(&row.other_names),
        tumour_types: some(&row.tumour_types),
        source: some(&row.source),
        confidence: row.confidence.clone(),
    }
}

fn tier(gene5: &str, kinase: &str, knowledge: &Knowledge, tumour: Option<&str>) -> Option<UserTier> {
    let fits = |given: &str, value: &str| given == "*" || given.eq_ignore_ascii_case(value);
    let rows = knowledge.tiers().iter().filter(|row| fits(&row.gene5, gene5) && row.gene3 == kinase);
    let row = rows.filter(|row| fits(&row.tumour, tumour.unwrap_or(""))).max_by_key(|row| (row.gene5 != "*", row.tumour != "*"))?;
    Some(UserTier { tier: row.tier.clone(), source: row.source.clone() })
}

fn drugs(gene5: &str, kinase: &str, document: &Document, knowledge: &Knowledge, tumour: Option<&str>) -> Vec<DrugMeaning> {
    let compounds = Compound::all(&document.drugs, &document.variants);
    let called: Vec<&VariantRow> = document.variants.iter().filter(|variant| variant.is_sure() && variant.gene == kinase).collect();
    let holds = |condition: &Condition| match condition {
        // What needs treatment before is listed, with the condition.
        Condition::Pretreated => true,
        Condition::Fusion { gene5: five, kinase: three } => five == gene5 && three == kinase,
        Condition::Mutation { .. } => {
            called.iter().any(|variant| condition.is_mutation(&variant.gene, variant.hgvs_p.trim_start_matches("p.")))
        }
    };
    // The alternatives that hold; `None` where what is needed is a mutation that was not called, or another partner.
    let met = |text: &str| {
        let all = Condition::alternatives(text)?;
        let is_plain = all.is_empty();
        let held: Vec<Condition> = all.into_iter().filter(|condition| holds(condition)).collect();
        (is_plain || !held.is_empty()).then_some(held)
    };
    let mut by_drug: BTreeMap<&str, DrugMeaning> = BTreeMap::new();
    for row in knowledge.drugs().iter().filter(|row| row.concerns(kinase) && row.has_source()) {
        let Some(held) = met(&row.condition) else { continue };
        let entry = by_drug.entry(&row.drug).or_insert_with(|| DrugMeaning {
            drug: row.drug.clone(),
            level: None,
            condition: None,
            approvals: Vec::new(),
            mutations: mutations(&called, &compounds, &row.drug),
        });
        let said = held.iter().filter(|condition| !matches!(condition, Condition::Fusion { .. })).map(ToString::to_string);
        let said = said.collect::<Vec<_>>().join(" or ");
        if !said.is_empty() {
            entry.condition = Some(said);
        }
        entry.approvals.push(Approval {
            jurisdiction: row.jurisdiction.clone(),
            tumour: row.tumour.clone(),
            status: row.status.clone(),
            date: Some(row.date.clone()).filter(|date| !date.is_empty()),
            source: row.source.clone(),
            confidence: row.confidence.clone(),
        });
    }
    let mut drugs: Vec<DrugMeaning> = by_drug.into_values().collect();
    if let Some(tumour) = tumour.map(Tumour::of) {
        for drug in &mut drugs {
            drug.level = level(knowledge.drugs(), &drug.drug, kinase, tumour, |condition| met(condition).is_some());
        }
    }
    drugs.sort_by(|x, y| (x.level.is_none(), x.level, &x.drug).cmp(&(y.level.is_none(), y.level, &y.drug)));
    drugs
}

/// The called mutations that a source says change a drug's effect, those that act together first.
fn mutations(called: &[&VariantRow], compounds: &[Compound], drug: &str) -> Vec<String> {
    let is_called = |compound: &&Compound| called.iter().any(|variant| variant.gene == compound.gene);
    let together = compounds.iter().filter(is_called);
    let mut list: Vec<String> = together.filter_map(|compound| Some(format!("{}:{}", compound.name(), compound.verdict(drug)?))).collect();
    for variant in called {
        let overruled = compounds.iter().any(|compound| compound.overrules(&variant.gene, &variant.hgvs_p, drug));
        let items = variant.known_resistance.as_deref().unwrap_or("").split(',').filter_map(|item| item.rsplit_once(':'));
        for (_, effect) in items.filter(|(name, effect)| *name == drug && !(overruled && *effect == "sensitive")) {
            list.push(format!("{}:{effect}", variant.hgvs_p));
        }
    }
    list
}

#[cfg(test)]
mod tests;
