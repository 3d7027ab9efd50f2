//! Weighs statements: of all that sources say of one mutation (or compound) and one drug, which one decides.
//!
//! ```text
//!   clinical        seen in patients, or a review of what was seen
//!   in vitro        cells, animals
//!   stated          a class of mutations, what a drug was made for, a citation
//!   hint            a guess, or no source that was read: warns, never decides
//! ```
//!
//! Of each kind, what was read itself stands before what is known second hand. The highest standing decides, and what stands lower
//! is a note. Where equals say opposite things, the verdict is `conflicting`, and the drug is never active.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resistance::{DrugEffect, Effect};

/// Kind of evidence, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StudyKind {
    /// A guess, or a statement without a source that was read.
    Hint,
    /// Said of a class, as an aim, or cited.
    Stated,
    /// Cells or animals.
    InVitro,
    /// Patients.
    Clinical,
}

impl StudyKind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "unverified",
            Self::Stated => "stated",
            Self::InVitro => "in vitro",
            Self::Clinical => "clinical",
        }
    }
}

/// How far a statement carries; the larger one decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    kind: StudyKind,
    was_read: bool,
}

/// Words in the evidence of a guess: inferred from another kinase, a model, an opinion.
const GUESSES: [&str; 6] = ["inferred", "opinion", "structural model", "unknown", "pipeline note", "ai-written"];

impl Standing {
    /// The standing of a statement.
    pub fn of(statement: &DrugEffect) -> Self {
        let evidence = statement.evidence.to_lowercase();
        let kind = if !statement.verified || GUESSES.iter().any(|word| evidence.contains(word)) {
            StudyKind::Hint
        } else if evidence.contains("clinical") {
            StudyKind::Clinical
        } else if ["vitro", "xenograft", "ba/f3", "preclinical", "models"].iter().any(|word| evidence.contains(word)) {
            StudyKind::InVitro
        } else {
            StudyKind::Stated
        };
        Self { kind, was_read: statement.verified && statement.confidence != "secondary" }
    }

    /// Whether it may decide.
    pub fn decides(self) -> bool {
        self.kind > StudyKind::Hint
    }

    /// In words: `clinical, read`.
    pub fn text(self) -> &'static str {
        match (self.kind, self.was_read) {
            (StudyKind::Clinical, true) => "clinical",
            (StudyKind::Clinical, false) => "clinical, second hand",
            (StudyKind::InVitro, true) => "in vitro",
            (StudyKind::InVitro, false) => "in vitro, second hand",
            (StudyKind::Stated, true) => "stated",
            (StudyKind::Stated, false) => "stated, second hand",
            (StudyKind::Hint, _) => "unverified",
        }
    }
}

/// Whether a name is that of a class of drugs (`TRK inhibitors`, `ROS1 TKIs (names not read)`), which nobody can prescribe.
pub fn is_class(drug: &str) -> bool {
    let lower = drug.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).any(|word| ["tki", "tkis", "inhibitor", "inhibitors", "class"].contains(&word))
}

/// What the statements come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Verdict")]
pub enum DrugVerdict {
    /// The drug works.
    Sensitive,
    /// Only hints: nothing that may decide.
    Unverified,
    /// Equal standing, opposite words.
    Conflicting,
    /// The drug works less.
    Reduced,
    /// The drug does not work.
    Resistant,
}

impl DrugVerdict {
    /// As files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sensitive => "sensitive",
            Self::Unverified => "unverified",
            Self::Conflicting => "conflicting",
            Self::Reduced => "reduced",
            Self::Resistant => "resistant",
        }
    }

    /// Whether it voids the drug.
    pub fn voids(self) -> bool {
        matches!(self, Self::Resistant | Self::Reduced)
    }
}

/// A verdict with the statements behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'k> {
    /// The verdict.
    pub verdict: DrugVerdict,
    /// Those that decide: all of the highest standing.
    pub deciding: Vec<&'k DrugEffect>,
    /// Those that stand lower and say something else, and all hints.
    pub others: Vec<&'k DrugEffect>,
}

/// What statements on one mutation and one drug come to; `None` where there is none.
pub fn decide<'k>(statements: impl IntoIterator<Item = &'k DrugEffect>) -> Option<Decision<'k>> {
    let statements: Vec<&DrugEffect> = statements.into_iter().collect();
    let highest = statements.iter().map(|statement| Standing::of(statement)).max()?;
    if !highest.decides() {
        return Some(Decision { verdict: DrugVerdict::Unverified, deciding: Vec::new(), others: statements });
    }
    let (deciding, lower): (Vec<&DrugEffect>, Vec<&DrugEffect>) =
        statements.into_iter().partition(|statement| Standing::of(statement) == highest);
    let says = |effect: Effect| deciding.iter().any(|statement| statement.effect == effect);
    let fails = says(Effect::Resistant) || says(Effect::Reduced);
    let verdict = match (fails, says(Effect::Sensitive)) {
        (true, true) => DrugVerdict::Conflicting,
        (true, false) if says(Effect::Resistant) => DrugVerdict::Resistant,
        (true, false) => DrugVerdict::Reduced,
        (false, _) => DrugVerdict::Sensitive,
    };
    let agrees = |statement: &DrugEffect| statement.effect.to_string() == verdict.name();
    let others = lower.into_iter().filter(|statement| !agrees(statement)).collect();
    Some(Decision { verdict, deciding, others })
}

/// One verdict a drug, by name; drugs of which nothing but hints is there are left out.
pub fn verdicts(statements: &[DrugEffect]) -> Vec<(String, DrugVerdict)> {
    let mut drugs: Vec<&str> = statements.iter().map(|statement| statement.drug.as_str()).collect();
    drugs.sort_unstable();
    drugs.dedup();
    let decided = drugs.into_iter().filter_map(|drug| {
        let decision = decide(statements.iter().filter(|statement| statement.drug == drug))?;
        (decision.verdict != DrugVerdict::Unverified).then(|| (drug.to_owned(), decision.verdict))
    });
    decided.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(effect: Effect, evidence: &str, confidence: &str) -> DrugEffect {
        let source = if confidence == "unverified" { "" } else { "PMID:1" };
        DrugEffect {
            drug: "x".to_owned(),
            effect,
            evidence: evidence.to_owned(),
            context: String::new(),
            source: source.to_owned(),
            confidence: confidence.to_owned(),
            verified: !source.is_empty(),
            table: 0,
        }
    }

    fn verdict(statements: &[DrugEffect]) -> Option<(DrugVerdict, usize, usize)> {
        decide(statements).map(|decision| (decision.verdict, decision.deciding.len(), decision.others.len()))
    }

    use Effect::{Reduced, Resistant, Sensitive};

    #[test]
    fn what_was_seen_in_patients_goes_before_cells_and_aims() {
        let patient = statement(Resistant, "clinical (biopsy series)", "verified");
        let second_hand = statement(Resistant, "clinical (case)", "secondary");
        let cells = statement(Sensitive, "in vitro Ba/F3", "verified");
        let aim = statement(Sensitive, "review (development aim)", "secondary");
        assert_eq!(verdict(&[patient.clone(), cells.clone(), aim]), Some((DrugVerdict::Resistant, 1, 2)));
        assert_eq!(verdict(&[second_hand.clone(), cells.clone()]), Some((DrugVerdict::Resistant, 1, 1)));
        let better = statement(Sensitive, "clinical (phase 2)", "verified");
        assert_eq!(verdict(&[second_hand, better.clone()]), Some((DrugVerdict::Sensitive, 1, 1)), "read before second hand");
        assert_eq!(verdict(&[patient, better]), Some((DrugVerdict::Conflicting, 2, 0)));
        assert_eq!(verdict(&[cells, statement(Reduced, "in vitro", "verified")]), Some((DrugVerdict::Conflicting, 2, 0)));
        let two = [statement(Reduced, "in vitro", "verified"), statement(Resistant, "xenograft", "verified")];
        assert_eq!(verdict(&two), Some((DrugVerdict::Resistant, 2, 0)), "both say that it fails");
    }

    #[test]
    fn a_hint_warns_and_decides_nothing() {
        for hint in [
            statement(Sensitive, "clinical (case)", "unverified"),
            statement(Sensitive, "review opinion", "secondary"),
            statement(Sensitive, "structural model", "verified"),
        ] {
            assert_eq!(verdict(std::slice::from_ref(&hint)), Some((DrugVerdict::Unverified, 0, 1)), "{}", hint.evidence);
            let cited = statement(Resistant, "cited", "secondary");
            assert_eq!(verdict(&[cited, hint]).map(|found| found.0), Some(DrugVerdict::Resistant));
        }
        assert_eq!(verdict(&[]), None);
    }

    #[test]
    fn a_class_is_no_drug() {
        for class in ["TRK inhibitor (class)", "first-generation TRK inhibitors", "ALK TKIs", "ROS1 TKIs (names not read)"] {
            assert!(is_class(class), "{class}");
        }
        assert!(!is_class("larotrectinib") && !is_class("LY2090314 + lorlatinib"));
    }
}
