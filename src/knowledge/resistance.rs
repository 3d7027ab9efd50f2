//! Known resistance mutations of the kinase domains, by genomic codon.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::standing::{is_class, Standing};
use super::table::{Table, TsvRow};
use crate::error::Result;
use crate::genome::{Assembly, Strand};
use crate::model::current_symbol;

/// What a change does to a drug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// The drug does not work.
    Resistant,
    /// The drug works less.
    Reduced,
    /// The drug works.
    Sensitive,
}

impl std::fmt::Display for Effect {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Resistant => "resistant",
            Self::Reduced => "reduced",
            Self::Sensitive => "sensitive",
        })
    }
}

/// One statement of one source. Sources contradict each other; all are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrugEffect {
    /// Name of the drug, lower case.
    pub drug: String,
    /// What was seen.
    pub effect: Effect,
    /// Kind of evidence (`clinical (case)`, `in vitro (cell line)`).
    pub evidence: String,
    /// Fusion, tumour, line of treatment.
    pub context: String,
    /// Source, blank where none was read.
    pub source: String,
    /// `verified`, `secondary` or `unverified`; see the table's header.
    pub confidence: String,
    /// Whether a source was read.
    pub verified: bool,
    /// Which of the tables it comes from, 0 being the embedded one.
    pub table: usize,
}

/// Whether a context is one without a fusion: said so, or neuroblastoma, whose ALK is whole. What was seen there says nothing of a fusion.
pub fn is_without_fusion(context: &str) -> bool {
    context.starts_with("neuroblastoma") || context.contains("without a fusion")
}

/// One change of a codon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownChange {
    /// As the literature prints it (`G2032R`, `G1202del`, `1151Tins`).
    pub protein_change: String,
    /// The new amino acid, one letter; `None` for insertions and deletions.
    pub alt_aa: Option<u8>,
    /// The changes of one nucleotide that cause it, on the transcript of the numbering; empty where it takes two or where the
    /// reference codon is not known.
    pub single_nt_hgvs: Vec<String>,
    /// Effects on drugs, in the order of the table.
    pub effects: Vec<DrugEffect>,
}

impl KnownChange {
    /// The name by HGVS: an insertion of the residue that is already there (`1151Tins`) is a duplication.
    pub fn hgvs_p(&self) -> String {
        let digits: String = self.protein_change.chars().take_while(char::is_ascii_digit).collect();
        match self.protein_change.strip_suffix("ins").and_then(|stem| stem.strip_prefix(digits.as_str())) {
            Some(residue) if residue.len() == 1 && !digits.is_empty() => format!("p.{residue}{digits}dup"),
            _ => format!("p.{}", self.protein_change),
        }
    }
}

/// A codon of a kinase at which resistance is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResistanceSite {
    /// Kinase.
    pub gene: String,
    /// Codon number in the literature's numbering.
    pub codon: u32,
    /// Exon in the literature's numbering; the first one where the codon is split.
    pub exon: Option<u32>,
    /// Place in the kinase domain (`solvent front`, `gatekeeper`).
    pub codon_class: String,
    /// Protein to which the number refers.
    pub numbering: String,
    /// Reference amino acid, one letter.
    pub ref_aa: u8,
    /// Reference codon in the direction of the transcript, where it was read from the genome.
    pub ref_codon: Option<[u8; 3]>,
    /// Chromosome with `chr`.
    pub chromosome: String,
    /// Positions (0-based) of the codon's bases on GRCh37 in the order of transcription.
    pub bases_grch37: Option<[u32; 3]>,
    /// Positions (0-based) of the codon's bases on GRCh38 in the order of transcription.
    pub bases_grch38: Option<[u32; 3]>,
    /// The changes, by name.
    pub changes: Vec<KnownChange>,
    /// Line of the table in which it stands first; of a hot spot that a user names anew, the line that does.
    pub line: usize,
}

impl ResistanceSite {
    /// Positions (0-based) of the codon's bases in the order of transcription.
    pub fn bases(&self, assembly: Assembly) -> Option<[u32; 3]> {
        match assembly {
            Assembly::Grch37 => self.bases_grch37,
            Assembly::Grch38 => self.bases_grch38,
        }
    }
}

/// Changes that act together, in cis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompoundChange {
    /// Kinase.
    pub gene: String,
    /// As the literature prints it (`G1202R+L1196M`).
    pub protein_change: String,
    /// The single changes; [`ANY`] for any other one.
    pub members: Vec<String>,
    /// Effects on drugs, in the order of the table.
    pub effects: Vec<DrugEffect>,
}

/// How a compound row writes "any other change": `G1202R+*`.
pub const ANY: &str = "*";

impl CompoundChange {
    /// Whether it speaks of a class of compounds.
    pub fn is_class(&self) -> bool {
        self.members.iter().any(|member| member == ANY)
    }

    /// Whether it speaks of just these changes together, or of a class to which they belong.
    pub fn is_of(&self, gene: &str, changes: &[String]) -> bool {
        let named = || self.members.iter().filter(|member| *member != ANY);
        let enough = if self.is_class() { named().count() < changes.len() } else { self.members.len() == changes.len() };
        self.gene == gene && enough && named().all(|member| changes.contains(member))
    }
}

/// Sites and compounds.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownResistance {
    pub(super) sites: Vec<ResistanceSite>,
    pub(super) compounds: Vec<CompoundChange>,
}

impl KnownResistance {
    /// The statements on changes on one molecule: of a single one its rows; of several the rows of the very compound, or of the classes
    /// of compounds to which they belong.
    fn statements(&self, gene: &str, changes: &[String], of_class: bool) -> Vec<&DrugEffect> {
        if let [change] = changes {
            let sites = self.sites.iter().filter(|site| site.gene == gene && !of_class).flat_map(|site| &site.changes);
            let known = sites.filter(|known| known.protein_change == *change || known.hgvs_p().strip_prefix("p.") == Some(change));
            return known.flat_map(|known| &known.effects).collect();
        }
        let fitting = self.compounds.iter().filter(|compound| compound.is_class() == of_class && compound.is_of(gene, changes));
        fitting.flat_map(|compound| &compound.effects).collect()
    }

    /// What is said of changes on one molecule and of a drug. A row of the very compound that decides goes before those of a class of
    /// compounds.
    pub(super) fn said(&self, gene: &str, changes: &[String], drug: &str) -> Vec<&DrugEffect> {
        let own = |of_class: bool| self.statements(gene, changes, of_class).into_iter().filter(|effect| effect.drug == drug);
        let exact: Vec<&DrugEffect> = own(false).collect();
        if exact.iter().any(|effect| Standing::of(effect).decides()) {
            return exact;
        }
        exact.into_iter().chain(own(true)).collect()
    }

    /// What is said of changes on one molecule and of drugs whose names were not read.
    pub(super) fn said_of_classes(&self, gene: &str, changes: &[String]) -> Vec<&DrugEffect> {
        self.statements(gene, changes, false).into_iter().filter(|effect| is_class(&effect.drug)).collect()
    }

    /// The drugs of which anything is said, sorted; classes are none.
    pub(super) fn drugs(&self, gene: &str, changes: &[String]) -> Vec<&str> {
        let all = [false, true].into_iter().flat_map(|of_class| self.statements(gene, changes, of_class));
        let mut drugs: Vec<&str> = all.map(|effect| effect.drug.as_str()).filter(|drug| !is_class(drug)).collect();
        drugs.sort_unstable();
        drugs.dedup();
        drugs
    }

    /// Reads the tables. Rows whose printed reference amino acid is not that of the protein (`MISMATCH`) are left out: their
    /// number belongs to something else.
    pub(super) fn read(tables: &[Table]) -> Result<Self> {
        let mut sites: BTreeMap<(String, u32), ResistanceSite> = BTreeMap::new();
        let mut compounds: Vec<CompoundChange> = Vec::new();
        for (origin, table) in tables.iter().enumerate() {
            table.require(&["gene", "protein_change", "drug", "effect"])?;
            for row in table.rows().filter(|row| !row.get("ref_aa_check").contains("MISMATCH")) {
                let gene = current_symbol(row.required("gene")?);
                let change = row.required("protein_change")?;
                let effect = effect(&row, origin)?;
                if change.contains('+') {
                    let members: Vec<String> = change.split('+').map(str::to_owned).collect();
                    let same = |known: &[String]| known.len() == members.len() && members.iter().all(|member| known.contains(member));
                    match compounds.iter_mut().find(|known| known.gene == gene && same(&known.members)) {
                        Some(known) => put(&mut known.effects, effect),
                        None => compounds.push(CompoundChange {
                            gene: gene.to_owned(),
                            protein_change: change.to_owned(),
                            members,
                            effects: vec![effect],
                        }),
                    }
                    continue;
                }
                let (ref_aa, codon, alt_aa) = parse_change(change)
                    .ok_or_else(|| row.error(format!("{change} is no change"), "write it as G2032R, G1202del or 1151Tins"))?;
                let key = (gene.to_owned(), codon);
                if !sites.contains_key(&key) {
                    sites.insert(key.clone(), site(&row, gene, codon, ref_aa)?);
                }
                let Some(site) = sites.get_mut(&key) else { continue };
                if site.ref_aa != ref_aa {
                    return Err(row.error(format!("{change}: codon {codon} is {}", char::from(site.ref_aa)), "check the numbering"));
                }
                match site.changes.iter_mut().find(|known| known.protein_change == change) {
                    Some(known) => put(&mut known.effects, effect),
                    None => site.changes.push(KnownChange {
                        protein_change: change.to_owned(),
                        alt_aa,
                        single_nt_hgvs: row
                            .get("possible_single_nt_hgvs_c")
                            .split('/')
                            .filter(|name| name.starts_with("c."))
                            .map(str::to_owned)
                            .collect(),
                        effects: vec![effect],
                    }),
                }
            }
        }
        let mut sites: Vec<ResistanceSite> = sites.into_values().collect();
        for site in &mut sites {
            site.changes.sort_by(|a, b| a.protein_change.cmp(&b.protein_change));
        }
        Ok(Self { sites, compounds })
    }
}

/// Adds a statement, or replaces the one on the same drug from the same source and evidence; those of an earlier table on the same drug
/// from the same source go, whatever their evidence.
pub(super) fn put(effects: &mut Vec<DrugEffect>, effect: DrugEffect) {
    effects.retain(|known| known.table == effect.table || (&known.drug, &known.source) != (&effect.drug, &effect.source));
    let same = |known: &&mut DrugEffect| {
        (&known.drug, &known.source, &known.evidence, &known.context) == (&effect.drug, &effect.source, &effect.evidence, &effect.context)
    };
    match effects.iter_mut().find(same) {
        Some(known) => *known = effect,
        None => effects.push(effect),
    }
}

pub(super) fn effect(row: &TsvRow, table: usize) -> Result<DrugEffect> {
    let effect = match row.get("effect") {
        "resistant" => Effect::Resistant,
        "reduced" => Effect::Reduced,
        "sensitive" => Effect::Sensitive,
        other => return Err(row.error(format!("effect {other} is not known"), "write resistant, reduced or sensitive")),
    };
    let (source, confidence) = (row.get("source"), row.get("confidence"));
    Ok(DrugEffect {
        drug: row.required("drug")?.to_owned(),
        effect,
        evidence: row.get("evidence").to_owned(),
        table,
        context: row.get("context").to_owned(),
        source: source.to_owned(),
        confidence: confidence.to_owned(),
        verified: confidence != "unverified" && !source.is_empty(),
    })
}

/// Reference amino acid, codon and new amino acid: `G2032R`, `G1202del`, or `1151Tins` (a residue inserted beside T1151).
fn parse_change(change: &str) -> Option<(u8, u32, Option<u8>)> {
    let digits_at = change.find(|c: char| c.is_ascii_digit())?;
    let rest = &change[digits_at..];
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    let codon = rest[..digits].parse().ok()?;
    let tail = &rest[digits..];
    let ref_aa = if digits_at == 1 { change.as_bytes().first() } else { tail.as_bytes().first() };
    let ref_aa = *ref_aa.filter(|letter| letter.is_ascii_uppercase())?;
    let alt_aa = match tail.as_bytes() {
        [letter] if digits_at == 1 && (letter.is_ascii_uppercase() || *letter == b'*') => Some(*letter),
        _ => None,
    };
    (digits_at <= 1).then_some((ref_aa, codon, alt_aa))
}

fn site(row: &TsvRow, gene: &str, codon: u32, ref_aa: u8) -> Result<ResistanceSite> {
    let strand = match gene {
        "NTRK1" | "NTRK2" => Strand::Forward,
        "ALK" | "ROS1" | "NTRK3" => Strand::Reverse,
        other => return Err(row.error(format!("{other} is not one of the five kinases"), "give ALK, ROS1, NTRK1, NTRK2 or NTRK3")),
    };
    let bases = |column: &str| match row.get(column) {
        "" => Ok(None),
        field => codon_bases(field, strand).map(Some).ok_or_else(|| {
            row.error(format!("{column} is no codon: {field}"), "write three bases as chr2:29222598-29222600, split ones with a comma")
        }),
    };
    let place = if row.get("codon_hg38").is_empty() { row.required("codon_hg19")? } else { row.get("codon_hg38") };
    Ok(ResistanceSite {
        gene: gene.to_owned(),
        codon,
        exon: row.get("exon").parse().ok(),
        codon_class: row.get("codon_class").to_owned(),
        numbering: row.get("numbering").to_owned(),
        ref_aa,
        ref_codon: row.get("ref_codon").as_bytes().try_into().ok(),
        chromosome: place.split(':').next().unwrap_or_default().to_owned(),
        bases_grch37: bases("codon_hg19")?,
        bases_grch38: bases("codon_hg38")?,
        changes: Vec::new(),
        line: row.line(),
    })
}

/// The bases of `chr2:11-13` or, split by an intron, `chr2:11-12,20-20` (1-based, inclusive): 0-based, in the order of transcription.
fn codon_bases(field: &str, strand: Strand) -> Option<[u32; 3]> {
    let (_, ranges) = field.split_once(':')?;
    let mut bases = Vec::with_capacity(3);
    for range in ranges.split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        bases.extend((first.checked_sub(1)?..last).take(4));
    }
    bases.sort_unstable();
    if strand == Strand::Reverse {
        bases.reverse();
    }
    bases.try_into().ok()
}
