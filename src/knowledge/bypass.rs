//! Bypass resistance: alterations of other genes by which a tumour with a fusion evades its drug, and the drugs that they are reported to
//! call for.

use super::standing::is_class;
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
    /// What else a reader should know.
    pub note: String,
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
            note: row.get("notes").to_owned(),
            line: row.line(),
        })
    }

    /// Whether a source was read.
    pub fn has_source(&self) -> bool {
        self.confidence != "unverified" && !self.source.is_empty()
    }

    /// Whether it speaks of tumours with a fusion of this kinase; a driver of another gene, beside which the fusion came, is none.
    pub fn is_beside(&self, kinase: &str) -> bool {
        is_of_fusion(&self.driver, kinase)
    }

    /// Whether it speaks of a fusion of this kinase that came to a tumour with a mutation of another gene, and this is the mutation:
    /// `EGFR-mutant NSCLC` beside EGFR L858R.
    pub fn is_of_acquired(&self, gene5: &str, kinase: &str, gene: &str, change: &str) -> bool {
        let is_driver = self.driver.split_once(MUTANT).is_some_and(|(driver, _)| driver == gene);
        if !is_driver || self.gene == gene {
            return is_driver && self.driver.contains(&format!("acquired {kinase} fusion")) && self.is_of_change(change);
        }
        // `EML4-ALK with EGFR L858R`: of this partner and this mutation alone.
        let is_partner =
            self.alteration.split(' ').next().and_then(|first| first.split_once('-')).is_none_or(|(partner, _)| partner == gene5);
        let named = self.named_changes();
        self.kind == "fusion" && is_family(&self.gene, kinase) && is_partner && (named.is_empty() || named.contains(&change))
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
        let named = self.named_changes();
        if !named.is_empty() {
            let is = |name: &&str| *name == change || name.strip_suffix('x').is_some_and(|stem| residue(change) == Some(stem));
            return named.iter().any(is);
        }
        let deletion = self.alteration.contains("deletion");
        self.alteration.contains("mutation") && !deletion || deletion && change.contains("del")
    }

    /// The changes that it names; empty where it speaks of any mutation.
    pub fn named_changes(&self) -> Vec<&str> {
        self.alteration.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_change(word)).collect()
    }
}

/// How a driver that is a mutation ends: `EGFR-mutant`.
const MUTANT: &str = "-mutant";

/// Whether a context (`ALK fusion; KRAS mutation`, `EML4-ALK`) is that of a fusion of this kinase, the driver of the tumour.
pub fn is_of_fusion(context: &str, kinase: &str) -> bool {
    let mut words = context.split(|c: char| c != '-' && !c.is_ascii_alphanumeric());
    let (first, second) = (words.next().unwrap_or(""), words.next());
    let is_fusion = first.contains('-') || second == Some("fusion");
    is_fusion && !first.ends_with(MUTANT) && is_family(first.rsplit('-').next().unwrap_or(""), kinase)
}

/// Whether a name is that of this kinase, or of the three of which it is one (`NTRK`, `NTRK1/2/3`, `TRK`).
fn is_family(name: &str, kinase: &str) -> bool {
    name == kinase || kinase.starts_with("NTRK") && ["NTRK", "NTRK1/2/3", "TRK"].contains(&name)
}

/// Whether a text names a drug: itself or a part of a combination, or a class of drugs of the kinase (`ALK TKIs`, `TRK inhibitors`), to which
/// all drugs that are listed for its fusions belong; to that of a generation those of which the table's `class` says it.
pub fn names_drug(text: &str, drug: &str, class: &str, kinase: &str) -> bool {
    const GENERATION: &str = "-generation";
    let is_one = |name: &str| {
        if !is_class(name) {
            return drug.split(" + ").any(|part| part == name);
        }
        let words: Vec<&str> = name.split(' ').collect();
        let of_kinase = words.iter().any(|word| is_family(word, kinase));
        of_kinase && words.iter().find(|word| word.ends_with(GENERATION)).is_none_or(|generation| class.starts_with(*generation))
    };
    text.split('/').flat_map(|part| part.split(" and ")).any(|name| is_one(name.trim()))
}

/// Whether two names are those of one class of drugs: `EGFR TKI`, `EGFR TKIs`.
pub(super) fn is_same_class(x: &str, y: &str) -> bool {
    let bare = |name: &str| name.trim_end_matches('s').to_lowercase();
    bare(x) == bare(y)
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
    fn a_fusion_that_came_to_a_mutation_is_said_beside_that_mutation() {
        let knowledge = Knowledge::builtin();
        let said = |gene5: &str, kinase: &str, change: &str| -> Vec<String> {
            let rows = knowledge.bypass().iter().filter(|row| row.is_of_acquired(gene5, kinase, "EGFR", change));
            rows.map(|row| format!("{} {}", row.effect, row.drug)).collect()
        };
        assert_eq!(said("TPM3", "NTRK1", "L858R"), ["resistant EGFR TKIs"]);
        assert_eq!(said("EML4", "ALK", "L858R"), ["resistant EGFR TKIs", "resistant erlotinib"]);
        assert_eq!(said("STRN", "ALK", "L858R"), ["resistant EGFR TKIs"], "the case of erlotinib is one of EML4");
        assert_eq!(said("STRN", "ALK", "T790M"), ["resistant EGFR TKIs", "resistant EGFR TKIs"]);
        assert_eq!(said("CD74", "ROS1", "L858R"), [""; 0]);
    }

    #[test]
    fn a_class_is_that_of_all_drugs_of_its_kinase() {
        let names = |text: &str, drug: &str, kinase: &str| names_drug(text, drug, "multikinase TKI", kinase);
        assert!(names("TRK inhibitors", "selitrectinib", "NTRK3") && names("ALK TKIs", "LY2090314 + lorlatinib", "ALK"));
        assert!(!names("TRK inhibitors", "entrectinib", "ALK") && !names("EGFR TKIs", "entrectinib", "NTRK1"));
        assert!(names("entrectinib/larotrectinib", "larotrectinib", "NTRK1") && names("alectinib and others", "alectinib", "ALK"));
        assert!(!names("first-generation TRK inhibitors", "selitrectinib", "NTRK1"));
        assert!(names_drug("first-generation TRK inhibitors", "larotrectinib", "first-generation selective TRK TKI", "NTRK1"));
    }

    #[test]
    fn every_row_has_a_source_or_says_that_none_was_read() {
        for row in Knowledge::builtin().bypass() {
            assert_eq!(row.has_source(), row.confidence != "unverified", "{} {}", row.gene, row.alteration);
        }
    }
}
