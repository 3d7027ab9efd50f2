//! Bypass resistance: alterations of other genes by which a tumour with a fusion evades its drug, and the drugs that they are reported to
//! call for.

use super::table::{Table, TsvRow};
use crate::error::Result;
use crate::model::current_symbol;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bypass {
    /// Gene.
    pub gene: String,
    /// What is altered, as the source has it (`G12D`, `amplification`, `activating mutation`).
    pub alteration: String,
    /// `SNV`, `CNV`, `fusion`, ... or several; what no BAM shows is information only.
    pub kind: String,
    /// The fusion beside which it was seen (`ALK fusion`, `EML4-ALK`).
    pub driver: String,
    /// The drug or the class of drugs.
    pub drug: String,
    /// What it does (`resistant`, `reduced`).
    pub effect: String,
    /// What the source suggests; blank for nothing.
    pub follow_up: String,
    /// Kind of evidence.
    pub evidence: String,
    /// Source; blank where none was read.
    pub source: String,
    /// `verified`, `secondary` or `unverified`.
    pub confidence: String,
    /// Line of its table.
    pub line: usize,
}

impl Bypass {
    fn read(row: &TsvRow) -> Result<Self> {
        Ok(Self {
            gene: current_symbol(row.required("gene")?).to_owned(),
            alteration: row.required("alteration")?.to_owned(),
            kind: row.required("alteration_type")?.to_owned(),
            driver: row.required("driver_context")?.to_owned(),
            drug: row.required("drug_context")?.to_owned(),
            effect: row.required("effect")?.to_owned(),
            follow_up: row.get("suggested_follow_up").to_owned(),
            evidence: row.get("evidence").to_owned(),
            source: row.get("source").to_owned(),
            confidence: row.get("confidence").to_owned(),
            line: row.line(),
        })
    }

    /// Whether a source was read.
    pub fn has_source(&self) -> bool {
        self.confidence != "unverified" && !self.source.is_empty()
    }

    /// Whether it speaks of tumours with a fusion of this kinase; a driver of another gene, beside which the fusion came, is none.
    pub fn is_beside(&self, kinase: &str) -> bool {
        let first = self.driver.split(' ').next().unwrap_or("");
        let gene = first.rsplit('-').next().unwrap_or("");
        let is_fusion = first.contains('-') || self.driver.split(' ').nth(1) == Some("fusion");
        is_fusion && !first.ends_with("-mutant") && (gene == kinase || gene == "NTRK" && kinase.starts_with("NTRK"))
    }

    /// Whether it speaks of more copies of the gene.
    pub fn is_gain(&self) -> bool {
        self.kind.contains("CNV") && ["amplification", "gain"].iter().any(|word| self.alteration.contains(word))
    }

    /// Whether it speaks of this change (`G12D`) of the gene: of just this one, of its residue (`G12x`), or of any mutation.
    pub fn is_of_change(&self, change: &str) -> bool {
        if !self.kind.contains("SNV") && !self.kind.contains("indel") {
            return false;
        }
        let words = self.alteration.split(|c: char| !c.is_ascii_alphanumeric());
        let named: Vec<&str> = words.filter(|word| is_change(word)).collect();
        if !named.is_empty() {
            let is = |name: &&str| *name == change || name.strip_suffix('x').is_some_and(|stem| residue(change) == Some(stem));
            return named.iter().any(is);
        }
        let deletion = self.alteration.contains("deletion");
        self.alteration.contains("mutation") && !deletion || deletion && change.contains("del")
    }
}

/// The residue with its number: `G12` of `G12D`.
fn residue(change: &str) -> Option<&str> {
    let digits = change.get(1..)?.trim_start_matches(|c: char| c.is_ascii_digit());
    change.get(..change.len() - digits.len())
}

/// Whether a word is a change: `G12D`, `G12x`.
fn is_change(word: &str) -> bool {
    let Some(rest) = word.strip_prefix(|c: char| c.is_ascii_uppercase()) else { return false };
    let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    tail.len() == 1 && tail.len() < rest.len()
}

/// Reads the tables. Of one gene, alteration, driver, drug and source the later table has the last word.
pub(super) fn read(tables: &[Table]) -> Result<Vec<Bypass>> {
    let key = |row: &Bypass| [&row.gene, &row.alteration, &row.driver, &row.drug, &row.source].map(String::clone);
    let mut list: Vec<Bypass> = Vec::new();
    for table in tables {
        table.require(&["gene", "alteration", "alteration_type", "driver_context", "drug_context", "effect"])?;
        let own = table.rows().map(|row| Bypass::read(&row)).collect::<Result<Vec<_>>>()?;
        list.retain(|earlier| own.iter().all(|row| key(row) != key(earlier)));
        list.extend(own);
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    #[test]
    fn a_row_is_said_of_its_own_alteration_beside_its_own_driver() {
        let knowledge = Knowledge::builtin();
        let said = |gene: &str, kinase: &str, fits: &dyn Fn(&Bypass) -> bool| -> Vec<String> {
            let rows = knowledge.bypass().iter().filter(|row| row.gene == gene && row.is_beside(kinase) && fits(row));
            rows.map(|row| format!("{} {}", row.effect, row.drug)).collect()
        };
        let gain = |row: &Bypass| row.is_gain();
        assert_eq!(said("MET", "ALK", &gain), ["resistant alectinib"]);
        assert_eq!(said("KIT", "ALK", &gain), ["resistant crizotinib", "resistant ALK TKIs"]);
        assert!(said("MET", "NTRK2", &gain).contains(&"resistant TRK inhibitors".to_owned()));
        assert_eq!(said("NTRK1", "NTRK1", &gain), [""; 0], "without a fusion is another thing");
        let change = |change: &'static str| move |row: &Bypass| row.is_of_change(change);
        assert_eq!(said("KRAS", "NTRK1", &change("G12D")), ["resistant first-generation TRK inhibitors", "resistant TRK inhibitors"]);
        assert_eq!(said("KRAS", "NTRK1", &change("G12C")), ["resistant TRK inhibitors"], "the row of the residue");
        assert_eq!(said("KRAS", "NTRK1", &change("G13D")), [""; 0]);
        assert_eq!(said("KRAS", "ALK", &change("G13D")), ["resistant ALK TKIs"], "any mutation");
        assert_eq!(said("EGFR", "ALK", &change("E746_A750del")), ["resistant ALK TKIs", "resistant (putative) ALK TKIs"]);
        assert_eq!(
            said("EGFR", "ALK", &change("T790M")),
            ["resistant ALK TKIs"],
            "the EGFR-mutant tumour with an acquired fusion has another driver"
        );
    }

    #[test]
    fn every_row_has_a_source_or_says_that_none_was_read() {
        for row in Knowledge::builtin().bypass() {
            assert_eq!(row.has_source(), row.confidence != "unverified", "{} {}", row.gene, row.alteration);
        }
    }
}
