//! What sources say of a called mutation or compound and one drug, for `kinfuse.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VariantRow;
use crate::knowledge::resistance::is_without_fusion;
use crate::knowledge::standing::decide;
use crate::knowledge::{DrugEffect, Effect};

/// One drug for one mutation or compound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrugRow {
    /// HGNC symbol.
    pub gene: String,
    /// The mutation as the literature prints it (`G2032R`), or the compound (`G1202R+L1196M`).
    pub change: String,
    /// Whether it is a compound of mutations on the same molecules.
    pub compound: bool,
    /// Whether it is not known that the mutations of the compound lie on one molecule.
    #[serde(default)]
    pub unphased: bool,
    /// The drug.
    pub drug: String,
    /// `resistant`, `reduced`, `sensitive`, as the statements of the highest standing say; `conflicting` where these disagree; `unverified`
    /// where nothing but hints is there.
    pub verdict: String,
    /// What each source says.
    pub statements: Vec<Statement>,
    /// `PASS`, or the flags of the call, joined by `;`: what is said of a doubtful call is doubtful.
    #[serde(default = "passing")]
    pub filter: String,
}

fn passing() -> String {
    "PASS".to_owned()
}

/// What one source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    /// The effect.
    pub effect: Effect,
    /// Kind of evidence.
    pub evidence: String,
    /// Fusion, tumour, line of treatment.
    pub context: String,
    /// Source.
    pub source: String,
    /// `verified`, `secondary` or `unverified`.
    pub confidence: String,
}

impl DrugRow {
    /// The row for a call with this filter.
    #[must_use]
    pub fn of_call(mut self, filter: Option<&str>) -> Self {
        filter.unwrap_or("PASS").clone_into(&mut self.filter);
        self
    }

    /// One row a drug, by its name; nothing for a change of which no source speaks.
    pub fn list(gene: &str, change: &str, compound: bool, effects: &[DrugEffect]) -> Vec<Self> {
        let mut drugs: Vec<&str> = effects.iter().map(|effect| effect.drug.as_str()).collect();
        drugs.sort_unstable();
        drugs.dedup();
        let row = |drug: &str| {
            let own = || effects.iter().filter(|effect| effect.drug == drug);
            Some(Self {
                gene: gene.to_owned(),
                change: change.to_owned(),
                compound,
                unphased: false,
                drug: drug.to_owned(),
                verdict: decide(own())?.verdict.name().to_owned(),
                statements: own().map(Statement::of).collect(),
                filter: passing(),
            })
        };
        drugs.into_iter().filter_map(row).collect()
    }
}

/// What is reported of a mutation without a fusion, and is left out of what is said of it beside one.
pub fn seen_without_fusion<'d>(drugs: &'d [DrugRow], variant: &VariantRow) -> Vec<(&'d DrugRow, &'d Statement)> {
    let said: Vec<&str> =
        variant.known_resistance.iter().flat_map(|text| text.split(',')).filter_map(|entry| Some(entry.rsplit_once(':')?.0)).collect();
    let own = drugs.iter().filter(|row| row.gene == variant.gene && variant.hgvs_p.strip_prefix("p.") == Some(row.change.as_str()));
    let left_out = own.filter(|row| !said.contains(&row.drug.as_str()));
    left_out.filter_map(|row| Some((row, row.statements.iter().find(|statement| is_without_fusion(&statement.context))?))).collect()
}

impl Statement {
    fn of(effect: &DrugEffect) -> Self {
        Self {
            effect: effect.effect,
            evidence: effect.evidence.clone(),
            context: effect.context.clone(),
            source: effect.source.clone(),
            confidence: effect.confidence.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::drug_effect as effect;

    #[test]
    fn sources_that_disagree_are_conflicting_and_all_are_kept() {
        let effects = [effect("b", Effect::Resistant), effect("a", Effect::Sensitive), effect("b", Effect::Sensitive)];
        let rows = DrugRow::list("ALK", "G1269A", false, &effects);
        let verdicts: Vec<(&str, &str, usize)> =
            rows.iter().map(|row| (row.drug.as_str(), row.verdict.as_str(), row.statements.len())).collect();
        assert_eq!(verdicts, [("a", "sensitive", 1), ("b", "conflicting", 2)]);
    }
}
