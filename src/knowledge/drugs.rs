//! Drugs, where they are approved, and the level of evidence for a tumour type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::table::{Row, Table};
use crate::error::Result;

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

/// The tumour types that approvals tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tumour {
    /// Non-small-cell lung cancer.
    Nsclc,
    /// Anaplastic large-cell lymphoma.
    Alcl,
    /// Inflammatory myofibroblastic tumour.
    Imt,
    /// Any other solid tumour.
    OtherSolid,
    /// Any other blood cancer.
    OtherBlood,
}

/// Words by which a tumour type is recognised; the first line that fits counts. What fits none is a solid tumour.
const WORDS: [(Tumour, &[&str]); 4] = [
    (Tumour::Alcl, &["alcl", "anaplastic large"]),
    (Tumour::Imt, &["imt", "inflammatory myofibroblastic"]),
    (Tumour::OtherBlood, &["leuk", "lymphoma", "myeloma", "histiocyt", "myelodys", "aml", "lbcl"]),
    (Tumour::Nsclc, &["nsclc", "non-small", "non small", "luad", "lusc", "lung"]),
];

impl Tumour {
    /// Whether a name has a word by which a type is recognised.
    pub fn is_named(name: &str) -> bool {
        let name = name.to_lowercase();
        WORDS.iter().any(|(_, words)| words.iter().any(|word| name.contains(word)))
    }

    /// The type that a name means.
    pub fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let small_cell = name.contains("small") && !name.contains("non") || name.contains("sclc") && !name.contains("nsclc");
        let fits = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let found = WORDS.iter().find(|(_, words)| fits(words)).map_or(Self::OtherSolid, |(tumour, _)| *tumour);
        if found == Self::Nsclc && small_cell {
            Self::OtherSolid
        } else {
            found
        }
    }
}

/// One statement on a drug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drug {
    /// Name, lower case.
    pub drug: String,
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
    /// Companion diagnostic.
    pub companion_diagnostic: String,
    /// What must be true beside gene and tumour; blank for none.
    pub condition: String,
    /// Source.
    pub source: String,
    /// `verified`, `secondary` or `unverified`.
    pub confidence: String,
    /// Line of its table.
    pub line: usize,
}

impl Drug {
    fn read(row: &Row) -> Result<Self> {
        let level = match row.get("ccat_level") {
            "" => None,
            text => Some(Level::parse(text).ok_or_else(|| {
                let names = Level::NAMES.map(|(name, _)| name).join(", ");
                row.error(format!("ccat_level {text} is not known"), &format!("write one of {names}"))
            })?),
        };
        Ok(Self {
            drug: row.required("drug")?.to_owned(),
            fusion_gene: row.required("fusion_gene")?.to_owned(),
            tumour: row.required("tumour")?.to_owned(),
            jurisdiction: row.get("jurisdiction").to_owned(),
            status: row.get("status").to_owned(),
            date: row.get("date").to_owned(),
            level,
            companion_diagnostic: row.get("companion_diagnostic").to_owned(),
            condition: row.get("condition").to_owned(),
            source: row.get("source").to_owned(),
            confidence: row.get("confidence").to_owned(),
            line: row.line(),
        })
    }

    /// Whether it speaks of fusions of this kinase.
    pub fn concerns(&self, kinase: &str) -> bool {
        self.fusion_gene == kinase || (self.fusion_gene == "NTRK1/2/3" && kinase.starts_with("NTRK"))
    }

    /// Whether it rests on a source that was read.
    pub fn has_source(&self) -> bool {
        self.confidence != "unverified" && !self.source.is_empty()
    }

    /// Whether it speaks of this tumour type.
    fn covers(&self, tumour: Tumour) -> bool {
        let text = self.tumour.to_lowercase();
        if text.contains("tumour-agnostic") || text.starts_with("solid tumours") || text.ends_with("positive solid tumours") {
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
    use crate::knowledge::Knowledge;

    fn level_of(drug: &str, kinase: &str, tumour: &str) -> Option<&'static str> {
        level(Knowledge::builtin().drugs(), drug, kinase, Tumour::of(tumour), str::is_empty).map(Level::name)
    }

    #[test]
    fn levels_depend_on_the_tumour_as_the_definitions_say() {
        assert_eq!(level_of("alectinib", "ALK", "NSCLC"), Some("A (JP approved)"));
        assert_eq!(level_of("alectinib", "ALK", "colorectal carcinoma"), Some("C"));
        assert_eq!(level_of("alectinib", "ALK", "ALCL"), Some("A (JP approved)"));
        assert_eq!(level_of("ensartinib", "ALK", "lung adenocarcinoma"), Some("A (not JP approved)"));
        assert_eq!(level_of("crizotinib", "ALK", "inflammatory myofibroblastic tumour"), Some("A (not JP approved)"));
        assert_eq!(level_of("lorlatinib", "ROS1", "NSCLC"), Some("B"));
        assert_eq!(level_of("larotrectinib", "NTRK3", "secretory carcinoma"), Some("A (JP approved)"));
        assert_eq!(level_of("larotrectinib", "NTRK3", "acute leukaemia"), Some("C"));
        assert_eq!(level_of("larotrectinib", "ALK", "NSCLC"), None);
        assert_eq!(level_of("cabozantinib", "ROS1", "NSCLC"), None, "only with a mutation");
    }

    #[test]
    fn tumours_are_known_by_their_usual_names() {
        for (name, expected) in [
            ("NSCLC", Tumour::Nsclc),
            ("Lung adenocarcinoma", Tumour::Nsclc),
            ("small cell lung cancer", Tumour::OtherSolid),
            ("non-small cell lung cancer", Tumour::Nsclc),
            ("anaplastic large-cell lymphoma", Tumour::Alcl),
            ("B-cell lymphoma", Tumour::OtherBlood),
            ("thyroid", Tumour::OtherSolid),
        ] {
            assert_eq!(Tumour::of(name), expected, "{name}");
        }
    }
}
