//! What the tables say of the findings: drugs with levels of evidence, notes, tiers, and which row of which table spoke.
//!
//! It reads the rows of a document and nothing else, so it can be renewed from `kinfuse.json` after the tables changed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::Document;
use super::rows::{FusionRow, VariantRow};
use crate::knowledge::drugs::{level, Level, Tumour};
use crate::knowledge::notes::When;
use crate::knowledge::{Knowledge, KnownFusion, TableSource};
use crate::variant::VariantStatus;

/// What the tables say of one sample.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interpretation {
    /// What this may be used for.
    pub use_restriction: String,
    /// Tumour type, as given.
    pub tumour: Option<String>,
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
    /// Called mutations of the kinase that change its effect (`p.G2032R:resistant`), which can void the level.
    pub mutations: Vec<String>,
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
        tables: knowledge.sources().to_vec(),
        tables_before: Vec::new(),
        notes,
        fusions: document.fusions.iter().map(|fusion| meaning(fusion, &document.variants, knowledge, tumour)).collect(),
    }
}

fn remark(note: &crate::knowledge::Note) -> Remark {
    Remark { topic: note.topic.clone(), text: note.text.clone(), source: note.source.clone(), important: note.important }
}

fn meaning(fusion: &FusionRow, variants: &[VariantRow], knowledge: &Knowledge, tumour: Option<&str>) -> FusionMeaning {
    let (gene5, kinase) = (fusion.gene5.as_deref().unwrap_or(""), fusion.gene3.as_deref().unwrap_or(""));
    let row = knowledge.named(gene5, kinase, fusion.exon_junction.as_deref(), fusion.variant.as_deref());
    // A kinase that is lost, or that points away, is no target.
    let is_target = fusion.kinase_domain == Some(crate::fusion::KinaseDomain::Retained) && fusion.exon_junction.is_some();
    let drugs = if is_target { drugs(gene5, kinase, variants, knowledge, tumour) } else { Vec::new() };
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
        tier: tier(gene5, kinase, knowledge, tumour).filter(|_| is_target),
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

fn drugs(gene5: &str, kinase: &str, variants: &[VariantRow], knowledge: &Knowledge, tumour: Option<&str>) -> Vec<DrugMeaning> {
    let called: Vec<&VariantRow> =
        variants.iter().filter(|variant| variant.status == VariantStatus::Called && variant.gene == kinase).collect();
    let holds = |condition: &str| {
        condition.is_empty()
            || condition == format!("{gene5}::{kinase}")
            || called.iter().any(|variant| condition == format!("{} {}", variant.gene, variant.hgvs_p.trim_start_matches("p.")))
    };
    let mut by_drug: BTreeMap<&str, DrugMeaning> = BTreeMap::new();
    for row in knowledge.drugs().iter().filter(|row| row.concerns(kinase) && row.has_source()) {
        // What needs a mutation that was not called, or another partner, is not listed; what needs treatment before is, with the condition.
        if !holds(&row.condition) && row.condition != "pretreated" {
            continue;
        }
        let entry = by_drug.entry(&row.drug).or_insert_with(|| DrugMeaning {
            drug: row.drug.clone(),
            level: None,
            condition: None,
            approvals: Vec::new(),
            mutations: mutations(&called, &row.drug),
        });
        if !row.condition.is_empty() && row.condition != format!("{gene5}::{kinase}") {
            entry.condition = Some(row.condition.clone());
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
            drug.level = level(knowledge.drugs(), &drug.drug, kinase, tumour, |condition| holds(condition) || condition == "pretreated");
        }
    }
    drugs.sort_by(|x, y| (x.level.is_none(), x.level, &x.drug).cmp(&(y.level.is_none(), y.level, &y.drug)));
    drugs
}

/// The called mutations that a source says change a drug's effect.
fn mutations(called: &[&VariantRow], drug: &str) -> Vec<String> {
    let effects = called.iter().flat_map(|variant| {
        let items = variant.known_resistance.as_deref().unwrap_or("").split(',').filter_map(|item| item.rsplit_once(':'));
        items.filter(|(name, _)| *name == drug).map(|(_, effect)| format!("{}:{effect}", variant.hgvs_p)).collect::<Vec<_>>()
    });
    effects.collect()
}
