//! Drugs, where they are approved, and the level of evidence for a tumour type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::table::{Table, TsvRow};
use super::tumour::Tumour;
use crate::error::Result;
use crate::model::current_symbol;

/// Level of evidence as C-CAT (Japan) defines it, best first.
///
/// Source: press release of the National Cancer Center Japan, 2026-01-08 (C-CAT), paraphrased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Level {
    /// A drug is approved in Japan for this tumour type.
    #[serde(rename = "A (JP approved)")]
    AJapan,
    /// None is in Japan, but one is in the US, or a guideline for this tumour type names it.
    #[serde(rename = "A (not JP approved)")]
    AElsewhere,
    /// A statistically credible trial in this tumour type, and consensus of experts.
    B,
    /// Approved in Japan or the US for another tumour type, or a credible trial in another, or a small trial in any.
    C,
    /// A case report.
    D,
    /// Preclinical work only.
    E,
}

impl Level {
    const NAMES: [(&'static str, Self); 6] = [
        ("A (JP approved)", Self::AJapan),
        ("A (not JP approved)", Self::AElsewhere),
        ("B", Self::B),
        ("C", Self::C),
        ("D", Self::D),
        ("E", Self::E),
    ];

    /// As tables and reports write it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, level)| *level == self).map_or("", |(name, _)| name)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(name, _)| *name == text).map(|(_, level)| *level)
    }
}

/// What must be true beside gene and tumour; alternatives are joined by ` or `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `pretreated`: the report cannot know it, and says it.
    Pretreated,
    /// `ETV6::NTRK3`: this fusion.
    Fusion {
        /// 5' partner, current symbol.
        gene5: String,
        /// Kinase.
        kinase: String,
    },
    /// `ROS1 L2086F`: this mutation is called; `NTRK1 G667`: any that replaces this residue; `ALK I1171N+F1174I`: both on one molecule.
    Mutation {
        /// Kinase.
        gene: String,
        /// The residues with their numbers, and the new ones where they matter (`L2086F`, `G667`); several lie on one molecule.
        changes: Vec<String>,
    },
}

impl Condition {
    /// How a condition is written, for messages.
    pub const FORMS: &'static str =
        "pretreated, ETV6::NTRK3, ROS1 L2086F, NTRK1 G667 (any new residue) or ALK I1171N+F1174I (on one molecule), \
         alternatives joined by \" or \"";

    /// The alternatives of a text; empty for blank, `None` where nothing can tell whether one of them holds.
    pub fn alternatives(text: &str) -> Option<Vec<Self>> {
        if text.is_empty() {
            return Some(Vec::new());
        }
        text.split(" or ").map(|part| Self::parse(part.trim())).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        if text == "pretreated" {
            return Some(Self::Pretreated);
        }
        if let Some((gene5, kinase)) = text.split_once("::") {
            let symbol = |name: &str| Some(current_symbol(name).to_owned()).filter(|name| !name.is_empty() && !name.contains(' '));
            return Some(Self::Fusion { gene5: symbol(gene5)?, kinase: symbol(kinase)? });
        }
        let (gene, changes) = text.split_once(' ')?;
        let is_change = |change: &str| {
            let Some(residue) = change.strip_prefix(|c: char| c.is_ascii_uppercase()) else { return false };
            let rest = residue.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.len() < residue.len() && rest.chars().all(|c| c.is_ascii_uppercase()) && rest.len() <= 1
        };
        let changes: Vec<String> = changes.split('+').map(str::to_owned).collect();
        changes.iter().all(|change| is_change(change)).then(|| Self::Mutation { gene: current_symbol(gene).to_owned(), changes })
    }

    /// Whether mutations (`G667C`) of a gene that lie on one molecule are what is asked for.
    pub fn is_mutation(&self, of_gene: &str, called: &[String]) -> bool {
        let Self::Mutation { gene, changes } = self else { return false };
        let replaces = |rest: &str| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_uppercase());
        let is = |change: &String, called: &String| {
            let whole = change.ends_with(|c: char| c.is_ascii_uppercase());
            called == change || !whole && called.strip_prefix(change.as_str()).is_some_and(replaces)
        };
        gene == of_gene && changes.iter().all(|change| called.iter().any(|called| is(change, called)))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pretreated => out.write_str("pretreated"),
            Self::Fusion { gene5, kinase } => write!(out, "{gene5}::{kinase}"),
            Self::Mutation { gene, changes } => write!(out, "{gene} {}", changes.join("+")),
        }
    }
}

/// One statement on a drug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drug {
    /// Name, lower case.
    pub drug: String,
    /// Its class and generation, as the table has it (`first-generation selective TRK TKI`).
    pub class: String,
    /// The kinases of which fusions are meant (`ALK`, `NTRK1/2/3`).
    pub fusion_gene: String,
    /// Tumour, as the source has it.
    pub tumour: String,
    /// Where (`JP`, `US`, `EU`).
    pub jurisdiction: String,
    /// `approved`, `off label`, `preclinical`, ...
    pub status: String,
    /// Date of the status, as the source has it.
    pub date: String,
    /// Level of evidence for this tumour.
    pub level: Option<Level>,
    /// Line of treatment or setting, as the source has it.
    pub setting: String,
    /// What the label asks for beside it and a report cannot know.
    pub label: String,
    /// Companion diagnostic.
    pub companion_diagnostic: String,
    /// What was seen in trials.
    pub efficacy: String,
    /// Source of [`Self::efficacy`].
    pub efficacy_source: String,
    /// What must be true beside gene and tumour, as [`Condition`] reads it; blank for none.
    pub condition: String,
    /// Source.
    pub source: String,
    /// `verified`, `secondary` or `unverified`.
    pub confidence: String,
    /// Line of its table.
    pub line: usize,
}

impl Drug {
    fn read(row: &TsvRow) -> Result<Self> {
        let level = match row.get("ccat_level") {
            "" => None,
            text => Some(Level::parse(text).ok_or_else(|| {
                let names = Level::NAMES.map(|(name, _)| name).join(", ");
                row.error(format!("ccat_level {text} is not known"), &format!("write one of {names}"))
            })?),
        };
        Ok(Self {
            drug: row.required("drug")?.to_owned(),
            class: row.get("class").to_owned(),
            fusion_gene: row.required("fusion_gene")?.to_owned(),
            tumour: row.required("tumour")?.to_owned(),
            jurisdiction: row.get("jurisdiction").to_owned(),
            status: row.get("status").to_owned(),
            date: row.get("date").to_owned(),
            level,
            setting: row.get("line_or_setting").to_owned(),
            label: row.get("label").to_owned(),
            companion_diagnostic: row.get("companion_diagnostic").to_owned(),
            efficacy: row.get("efficacy").to_owned(),
            efficacy_source: [row.get("efficacy_source"), row.get("source")]
                .into_iter()
                .find(|text| !text.is_empty())
                .unwrap_or("")
                .to_owned(),
            condition: row.get("condition").to_owned(),
            source: row.get("source").to_owned(),
            confidence: row.get("confidence").to_owned(),
            line: row.line(),
        })
    }

    /// Whether the row is about fusions of this kinase.
    pub fn concerns(&self, kinase: &str) -> bool {
        self.fusion_gene == kinase || (self.fusion_gene == "NTRK1/2/3" && kinase.starts_with("NTRK"))
    }

    /// Whether it says that the drug is approved.
    pub fn is_approval(&self) -> bool {
        self.status.starts_with("approved")
    }

    /// Whether it rests on a source that was read.
    pub fn has_source(&self) -> bool {
        self.confidence != "unverified" && !self.source.is_empty()
    }

    /// Whether it speaks of solid tumours, whatever their type.
    pub fn is_agnostic(&self) -> bool {
        let text = self.tumour.to_lowercase();
        text.contains("tumour-agnostic") || text.starts_with("solid tumours") || text.ends_with("positive solid tumours")
    }

    /// Whether the row is about this tumour type.
    pub fn covers(&self, tumour: Tumour) -> bool {
        let text = self.tumour.to_lowercase();
        if self.is_agnostic() {
            return !matches!(tumour, Tumour::Alcl | Tumour::OtherBlood);
        }
        if text.starts_with("other solid") {
            // What is approved for one tumour is listed here for all others.
            return tumour == Tumour::OtherSolid;
        }
        let both = text.contains("alcl") && text.contains("imt");
        Tumour::of(&self.tumour) == tumour || (both && matches!(tumour, Tumour::Alcl | Tumour::Imt))
    }
}

/// The best level of a drug for fusions of a kinase in a tumour type, over the statements whose condition `holds` and that have a
/// source. A drug that is approved for another tumour, or on trial in another, is C; cases and preclinical work count anywhere.
pub fn level(drugs: &[Drug], drug: &str, kinase: &str, tumour: Tumour, holds: impl Fn(&str) -> bool) -> Option<Level> {
    let rows = drugs.iter().filter(|row| row.drug == drug && row.concerns(kinase) && row.has_source() && holds(&row.condition));
    rows.filter_map(|row| {
        let level = row.level?;
        Some(if row.covers(tumour) { level } else { level.max(Level::C) })
    })
    .min()
}

/// Reads the tables. Of one drug, gene, tumour, place and condition the later table has the last word.
pub(super) fn read(tables: &[Table]) -> Result<Vec<Drug>> {
    let key = |drug: &Drug| [&drug.drug, &drug.fusion_gene, &drug.tumour, &drug.jurisdiction, &drug.condition].map(String::clone);
    let mut drugs: Vec<Drug> = Vec::new();
    for table in tables {
        table.require(&["drug", "fusion_gene", "tumour"])?;
        let own = table.rows().map(|row| Drug::read(&row)).collect::<Result<Vec<_>>>()?;
        drugs.retain(|earlier| own.iter().all(|drug| key(drug) != key(earlier)));
        drugs.extend(own);
    }
    Ok(drugs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Effect, Knowledge};

    fn level_of(drug: &str, kinase: &str, tumour: &str) -> Option<&'static str> {
        level(Knowledge::builtin().drugs(), drug, kinase, Tumour::of(tumour), str::is_empty).map(Level::name)
    }

    #[test]
    fn levels_depend_on_the_tumour_as_the_definitions_say() {
        assert_eq!(level_of("alectinib", "ALK", "NSCLC"), Some("A (JP approved)"));
        assert_eq!(level_of("alectinib", "ALK", "colorectal carcinoma"), Some("A (JP approved)"), "for solid tumours since 2026-05-18");
        assert_eq!(level_of("alectinib", "ALK", "acute leukaemia"), Some("C"));
        assert_eq!(level_of("crizotinib", "ALK", "colorectal carcinoma"), Some("C"));
        assert_eq!(level_of("alectinib", "ALK", "ALCL"), Some("A (JP approved)"));
        assert_eq!(level_of("ensartinib", "ALK", "lung adenocarcinoma"), Some("A (not JP approved)"));
        assert_eq!(level_of("crizotinib", "ALK", "inflammatory myofibroblastic tumour"), Some("A (not JP approved)"));
        assert_eq!(level_of("lorlatinib", "ROS1", "NSCLC"), Some("A (not JP approved)"));
        assert_eq!(level_of("zurletrectinib", "NTRK2", "glioma"), Some("C"), "approved in neither Japan nor the US");
        assert_eq!(level_of("iruplinalkib", "ALK", "NSCLC"), None, "no source was read");
        assert_eq!(level_of("larotrectinib", "NTRK3", "secretory carcinoma"), Some("A (JP approved)"));
        assert_eq!(level_of("larotrectinib", "NTRK3", "acute leukaemia"), Some("C"));
        assert_eq!(level_of("larotrectinib", "ALK", "NSCLC"), None);
        assert_eq!(level_of("cabozantinib", "ROS1", "NSCLC"), None, "only with a mutation");
    }

    #[test]
    fn a_condition_is_one_that_can_be_told_to_hold_or_not() {
        let read = |text: &str| Condition::alternatives(text).map(|list| list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read(""), Some(Vec::new()));
        assert_eq!(read("NTRK1 G667 or ROS1 L2086F").as_deref(), Some(&["NTRK1 G667".to_owned(), "ROS1 L2086F".to_owned()][..]));
        assert_eq!(read("FIG::ROS1").as_deref(), Some(&["GOPC::ROS1".to_owned()][..]));
        for bad in ["TRK xDFG or gatekeeper mutation", "after chemotherapy", "ROS1", "ROS1 L2086FF", "ROS1 2086", "ALK I1171N+", "::ROS1"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        let any = &Condition::alternatives("NTRK1 G66").unwrap_or_default()[0];
        let holds = |condition: &Condition, gene: &str, called: &[&str]| {
            condition.is_mutation(gene, &called.iter().map(|change| (*change).to_owned()).collect::<Vec<_>>())
        };
        assert!(holds(any, "NTRK1", &["G66C"]) && !holds(any, "NTRK1", &["G667C"]) && !holds(any, "NTRK2", &["G66C"]));
        assert!(!holds(any, "NTRK1", &["G66del"]));
        let both = &Condition::alternatives("ALK I1171N+F1174I").unwrap_or_default()[0];
        assert!(holds(both, "ALK", &["F1174I", "I1171N"]) && !holds(both, "ALK", &["I1171N"]));
        assert!(Knowledge::builtin().drugs().iter().all(|drug| Condition::alternatives(&drug.condition).is_some()));
    }

    #[test]
    fn a_drug_for_a_mutation_stands_where_its_source_says_that_the_mutation_is_sensitive() {
        let knowledge = Knowledge::builtin();
        for drug in knowledge.drugs() {
            for condition in Condition::alternatives(&drug.condition).unwrap_or_default() {
                let Condition::Mutation { gene, changes } = &condition else { continue };
                let effects = knowledge.said(gene, changes, &drug.drug);
                let told = effects.iter().any(|effect| effect.effect == Effect::Sensitive && effect.source.contains(&drug.source));
                assert!(told, "{} {condition}", drug.drug);
            }
        }
    }
}
