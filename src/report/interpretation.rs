//! What the tables say of the findings: drugs with levels of evidence, notes, tiers, and which row of which table spoke.
//!
//! It reads the rows of a document and nothing else, so it can be renewed from `kinfuse.json` after the tables changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bypass::{beside, BypassMeaning};
use super::carried::CarriedMutations;
use super::group::Group;
use super::json::Document;
use super::rows::{Cell, FusionRow};
use crate::fusion::{Frame, KinaseDomain};
use crate::knowledge::drugs::Level;
use crate::knowledge::notes::When;
use crate::knowledge::tumour_names::Unknown;
use crate::knowledge::{tumour_names, Knowledge, KnownFusion, Note, TableSource};

mod drug;
mod kit;

use drug::FusionCase;
pub use drug::{Approval, DrugMeaning};
use kit::is_target_of_kit;

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

impl Interpretation {
    /// The state of the tables that speak of drugs, mutations and fusions: `drugs 2026-11-29, resistance 2026-11-29 (user: 7)`.
    pub fn state(&self) -> String {
        const SPEAKING: [&str; 6] = ["drugs", "resistance", "bypass", "hotspots", "notes", "fusions"];
        let version = |name: &str, origin: &str| {
            let table = self.tables.iter().find(|source| source.table.strip_suffix(".tsv") == Some(name) && source.origin == origin);
            table.map(|source| source.version.as_str())
        };
        let state = |name: &&str| {
            let own = version(name, "user").map_or(String::new(), |own| format!(" (user: {own})"));
            Some(format!("{name} {}{own}", version(name, "built-in")?))
        };
        SPEAKING.iter().filter_map(state).collect::<Vec<_>>().join(", ")
    }

    /// The same in short: the state that most of them have, then the others: `2026-11-29 (hotspots 2026-11-20)`.
    pub fn short_state(&self) -> String {
        let all = self.state();
        let states: Vec<(&str, &str)> = all.split(", ").filter_map(|state| state.split_once(' ')).collect();
        let count = |state: &str| states.iter().filter(|(_, other)| *other == state).count();
        // Of states that are as frequent the first one counts, which is that of the drugs.
        let Some((_, main)) = states.iter().rev().max_by_key(|(_, state)| count(state)) else { return String::new() };
        let others: Vec<String> = states.iter().filter(|(_, state)| state != main).map(|(name, state)| format!("{name} {state}")).collect();
        if others.is_empty() {
            (*main).to_owned()
        } else {
            format!("{main} ({})", others.join(", "))
        }
    }
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
    /// Best level of evidence over the drugs of the group `active`; needs a tumour type. `null` where none is left.
    pub evidence_level: Option<Level>,
    /// Why there is none, where the fusion makes no kinase (`out of frame`).
    #[serde(default)]
    pub no_level: Option<String>,
    /// Tier by the user's table.
    pub tier: Option<UserTier>,
    /// Drugs, those of the group `active` first, then by level.
    pub drugs: Vec<DrugMeaning>,
    /// Alterations of other genes that were called, and what they are reported to do to drugs of this fusion.
    #[serde(default)]
    pub bypass: Vec<BypassMeaning>,
    /// Notes on this fusion.
    pub notes: Vec<Remark>,
}

impl FusionMeaning {
    /// The mutations of which nothing that decides is reported, where that is why no drug is active: none is void.
    pub fn unreported(&self) -> Option<String> {
        let is_open = !self.drugs.is_empty() && self.drugs.iter().all(|drug| drug.group == Group::NoReport);
        let mut names: Vec<&str> = self.drugs.iter().flat_map(|drug| &drug.because).map(|reason| reason.mutation.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        (is_open && !names.is_empty()).then(|| names.join(", "))
    }
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

/// What the tables say of a document's findings in a tumour type.
pub fn interpret(document: &Document, knowledge: &Knowledge, tumour: Option<&str>) -> Interpretation {
    let kinds: Vec<&str> = document.assay.iter().map(|assay| assay.kind.as_str()).collect();
    let of_sample = |when: When| match when {
        When::Plasma => kinds.contains(&"cfdna"),
        When::AmpliconRna => kinds.contains(&"rna-amplicon"),
        When::Dna => kinds.iter().any(|kind| kind.contains("dna")),
        When::Sample => true,
        When::Call | When::OutsideAmoydx | When::DnaCall | When::RnaCall | When::Mutation => false,
    };
    let looked_at = |note: &Note| document.targets.iter().any(|kinase| note.concerns(kinase));
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

fn remark(note: &Note) -> Remark {
    Remark { topic: note.topic.clone(), text: note.text.clone(), source: note.source.clone(), important: note.important }
}

/// What is said of a tumour type that the tables do not have.
fn tumour_note(knowledge: &Knowledge, tumour: &str) -> Option<String> {
    let unknown = tumour_names::unknown(knowledge, tumour)?;
    let (word, names) = match &unknown {
        Unknown::Near(names) => ("near it they have", names.join(", ")),
        Unknown::LikeNone(names) => ("it is like none of theirs, such as", names.join(", ")),
    };
    Some(format!("tumour type {tumour} is not in the tables and counts as another solid tumour; {word} {names}"))
}

/// How `structure` begins what ends the protein too early.
const EARLY_STOP: &str = "stop before the kinase";

/// Why a fusion has no level of evidence: it makes no kinase.
fn no_level(fusion: &FusionRow) -> Option<String> {
    let domain = fusion.kinase_domain.filter(|domain| *domain != KinaseDomain::Retained);
    let doubt = (!fusion.passes()).then(|| format!("doubtful call ({})", fusion.filter));
    let mut reasons: Vec<String> = doubt.into_iter().chain(domain.map(|domain| format!("kinase domain {}", domain.cell()))).collect();
    let mut by_frame = Vec::new();
    if fusion.frame == Frame::OutOfFrame.text() {
        by_frame.push("out of frame".to_owned());
    }
    if fusion.structure.as_deref().is_some_and(|text| text.split(';').any(|part| part.trim_start().starts_with(EARLY_STOP))) {
        by_frame.push(EARLY_STOP.to_owned());
    }
    // Splicing may restore a frame that a DNA break seems to lose.
    if fusion.evidence.as_deref() == Some("dna") && !by_frame.is_empty() {
        by_frame.push("implied by the break; RNA may show another frame".to_owned());
    }
    reasons.extend(by_frame);
    (!reasons.is_empty()).then(|| reasons.join(", "))
}

fn meaning(fusion: &FusionRow, document: &Document, knowledge: &Knowledge, tumour: Option<&str>) -> FusionMeaning {
    let (gene5, kinase) = (fusion.gene5.as_deref().unwrap_or(""), fusion.gene3.as_deref().unwrap_or(""));
    let row = knowledge.named(gene5, kinase, fusion.exon_junction.as_deref(), fusion.variant.as_deref());
    // A fusion without the kinase domain, or with the kinase in antisense, is no drug target.
    let is_kinase = fusion.kinase_domain == Some(KinaseDomain::Retained) && fusion.exon_junction.is_some();
    // A flagged call is no finding, so no drug is suggested for it.
    let is_target = is_kinase && fusion.passes();
    let no_level = no_level(fusion);
    let carried = CarriedMutations::by(&fusion.id, kinase, &document.variants);
    let bypass = if is_target { beside(gene5, kinase, document, knowledge) } else { Vec::new() };
    let mut drugs = if is_target {
        FusionCase { gene5, kinase, knowledge, carried: &carried, bypass: &bypass }.drugs(tumour.filter(|_| no_level.is_none()))
    } else {
        Vec::new()
    };
    if let Some(reason) = &no_level {
        // What makes no kinase gives a drug nothing to act on, whatever is reported of mutations.
        for drug in drugs.iter_mut().filter(|drug| drug.group == Group::Active) {
            drug.group = Group::NoReport;
            drug.notes.push(format!("the fusion may make no kinase: {reason}"));
        }
    }
    let resisted = drugs.iter().any(|drug| drug.group == Group::Void);
    let by_own_mutation = |drug: &DrugMeaning| drug.group == Group::Void && drug.because.iter().any(|reason| reason.beside.is_none());
    let resisted_by_own = drugs.iter().any(by_own_mutation);
    let (from_dna, from_rna) =
        (fusion.evidence.as_deref() == Some("dna"), fusion.evidence.as_deref().is_some_and(|text| text.contains("rna")));
    let said = |note: &Note| {
        is_target
            && match note.when {
                When::Call => true,
                // A break in DNA implies a junction and shows none, so that it says nothing of a kit's list.
                When::OutsideAmoydx => !from_dna && !is_target_of_kit(fusion, row, document, knowledge),
                When::DnaCall => from_dna,
                When::RnaCall => from_rna,
                When::Mutation if note.mutations.is_empty() => resisted_by_own,
                When::Mutation => carried.mutations().iter().any(|mutation| note.mutations.contains(mutation)),
                _ => false,
            }
    };
    let notes = knowledge.notes().iter().filter(|note| said(note) && note.concerns(kinase) && (note.gene5 == "*" || note.gene5 == gene5));
    let notes = notes.filter(|note| note.is_of_variant(fusion.variant.as_deref()));
    // Beside a resistance mutation a favourable note could mislead, and so could one on drugs of which none is left: it stays in the
    // document but is not shown as important.
    let is_left = |name: &String| drugs.iter().any(|drug| drug.group == Group::Active && drug.drug == *name);
    let misleads = |note: &Note| note.favourable && resisted || !note.drugs.is_empty() && !note.drugs.iter().any(is_left);
    let notes: Vec<Remark> = notes.map(|note| Remark { important: note.important && !misleads(note), ..remark(note) }).collect();
    FusionMeaning {
        id: fusion.id.clone(),
        fusion: fusion.fusion.clone(),
        known_from: row.map(|row| known_from(row, knowledge)),
        evidence_level: drugs.iter().filter(|drug| drug.group == Group::Active).filter_map(|drug| drug.level).min(),
        tier: tier(gene5, kinase, knowledge, tumour).filter(|_| is_target && no_level.is_none()),
        no_level,
        drugs,
        bypass,
        notes,
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

#[cfg(test)]
mod tests;
