//! Alterations of other genes that were called beside a fusion (bypass resistance): what the tables report them to do to its drugs, and which
//! drugs they call for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::group::{Group, Reason};
use super::json::Document;
use super::rows::VariantRow;
use crate::knowledge::bypass::names_drug;
use crate::knowledge::standing::DrugVerdict;
use crate::knowledge::{Bypass, Knowledge};

/// The lower end of a copy ratio's interval from which a gene counts as gained: tests by FISH call a gene amplified from twice the copies
/// of its control on.
const MIN_GAIN: f64 = 2.0;

/// One statement on an alteration that was called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BypassMeaning {
    /// What was called: `KRAS p.G12D`, `MET gain (6.1 times the copies)`.
    pub seen: String,
    /// The drug, or the class of drugs, of which it is reported.
    pub drug: String,
    /// What is reported (`resistant`, `reduced`).
    pub effect: String,
    /// The fusion beside which it was seen.
    pub driver: String,
    /// What the source suggests.
    pub calls_for: Option<String>,
    /// What else is said of a fusion that came to a tumour with another driver.
    #[serde(default)]
    pub note: Option<String>,
    /// Kind of evidence.
    pub evidence: String,
    /// Source; `null` where none was read.
    pub source: Option<String>,
    /// `verified`, `secondary` or `unverified`.
    pub confidence: String,
}

impl BypassMeaning {
    fn new(seen: String, row: &Bypass) -> Self {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self {
            seen,
            drug: row.drug.clone(),
            effect: row.effect.clone(),
            driver: row.driver.clone(),
            calls_for: some(&row.follow_up),
            note: None,
            evidence: row.evidence.clone(),
            source: some(&row.source).filter(|_| row.has_source()),
            confidence: row.confidence.clone(),
        }
    }

    /// What it says against a drug, if it speaks of it: the group to which it takes the drug at least, and why. What was not read, and what
    /// its source only supposes, warns.
    pub(super) fn against(&self, drug: &str, class: &str, kinase: &str) -> Option<(Group, Reason)> {
        let fails = ["resistant", "reduced"].iter().any(|word| self.effect.starts_with(word));
        if !fails || !names_drug(&self.drug, drug, class, kinase) {
            return None;
        }
        let (group, effect) = match self.source {
            Some(_) if ["resistant", "reduced"].contains(&self.effect.as_str()) => (Group::Void, self.effect.as_str()),
            Some(_) => (Group::NoReport, self.effect.as_str()),
            None => (Group::NoReport, DrugVerdict::Unverified.name()),
        };
        let reason = Reason {
            standing: Some(self.evidence.clone()).filter(|evidence| !evidence.is_empty() && self.source.is_some()),
            source: self.source.clone(),
            beside: Some(self.driver.clone()),
            // How many copies there are stands with the alteration itself.
            ..Reason::new(self.seen.split(" (").next().unwrap_or_default(), effect)
        };
        Some((group, reason))
    }
}

/// A gene's copies against those of control genes, for `kinfuse.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CopyRatio {
    /// HGNC symbol.
    pub gene: String,
    /// Depth of the gene by that of the controls.
    pub ratio: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
}

/// What is reported of the alterations that were called, beside a fusion of this kinase: what has a source first.
pub(super) fn beside(gene5: &str, kinase: &str, document: &Document, knowledge: &Knowledge) -> Vec<BypassMeaning> {
    let rows = || knowledge.bypass().iter().filter(|row| row.is_beside(kinase));
    let mut list: Vec<BypassMeaning> = Vec::new();
    for gained in document.copy_ratios.iter().filter(|copies| copies.low > MIN_GAIN) {
        let seen = format!("{} gain ({:.1} times the copies)", gained.gene, gained.ratio);
        list.extend(rows().filter(|row| row.gene == gained.gene && row.is_gain()).map(|row| BypassMeaning::new(seen.clone(), row)));
    }
    let called = document.off_target.iter().flat_map(|spot| &spot.variants).filter(|variant| variant.is_sure());
    for VariantRow { gene, hgvs_p, .. } in called {
        let (seen, change) = (format!("{gene} {hgvs_p}"), hgvs_p.trim_start_matches("p."));
        // What is said of any mutation does not hold for one that resists what it calls for.
        let holds = |row: &&Bypass| {
            row.gene == *gene
                && row.is_of_change(change)
                && !(row.named_changes().is_empty() && knowledge.resists(gene, change, &row.follow_up))
        };
        list.extend(rows().filter(holds).map(|row| BypassMeaning::new(seen.clone(), row)));
        let acquired = knowledge.bypass().iter().filter(|row| row.is_of_acquired(gene5, kinase, gene, change));
        list.extend(acquired.map(|row| BypassMeaning {
            note: Some(row.note.clone()).filter(|note| !note.is_empty()),
            ..BypassMeaning::new(format!("{kinase} fusion with {seen}"), row)
        }));
    }
    let mut once: Vec<BypassMeaning> = Vec::new();
    for meaning in list {
        if !once.contains(&meaning) {
            once.push(meaning);
        }
    }
    once.sort_by_key(|meaning| meaning.source.is_none());
    once
}
