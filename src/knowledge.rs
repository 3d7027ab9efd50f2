//! What is known of fusions and resistance mutations, with its sources: tables embedded in the program, which the user's own
//! tables extend or override.
//!
//! ```text
//!   fusions.tsv     one row a fusion and exon pair      --> pair(), junction() for RNA, implied() for DNA
//!   resistance.tsv  one row a change, drug and source   --> resistance_sites(), by genomic codon
//!   hotspots.tsv    one row a codon of another gene     --> hotspots(): how tumours evade a drug without its target
//!   bypass.tsv      one row an alteration elsewhere     --> bypass(): what it is reported to void or to call for
//!   domains.tsv     one row a domain                    --> domains()
//!   drugs.tsv       one row a drug, gene, tumour, place --> drugs(), evidence levels
//!   notes.tsv       one row a fact beside a call        --> notes()
//! ```
//!
//! Variants that share exon ends differ by inserted or deleted bases (EML4-ALK V1, V6 and E13ins90), so a junction is matched by
//! both ends and by the bases between them. Resistance is matched by genomic codon, never by the printed number, which depends
//! on the transcript (ROS1 G2032R is G2026R on MANE Select).

pub mod bypass;
pub mod check;
pub mod domains;
pub mod drugs;
pub mod fusions;
mod hotspots;
pub mod junction;
pub mod notes;
pub mod resistance;
pub mod standing;
pub(crate) mod table;
pub mod tumour;
pub mod tumour_names;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::model::Role;
use crate::text::{self, MAX_TABLE_BYTES};
use crate::warning::{Code, Warnings};

pub use bypass::Bypass;
pub use domains::ProteinDomain;
pub use drugs::Drug;
pub use fusions::{KnownEnd3, KnownEnd5, KnownFusion};
pub use junction::{Implied, JunctionQuery};
pub use notes::{Note, TableTier};
pub use resistance::{CompoundChange, DrugEffect, Effect, KnownChange, ResistanceSite};

use fusions::KnownFusions;
use resistance::KnownResistance;
use table::Table;

const FUSIONS: &str = "fusions.tsv";
const RESISTANCE: &str = "resistance.tsv";
const DOMAINS: &str = "domains.tsv";
const DRUGS: &str = "drugs.tsv";
const NOTES: &str = "notes.tsv";
const TIERS: &str = "tiers.tsv";
const HOTSPOTS: &str = "hotspots.tsv";
const BYPASS: &str = "bypass.tsv";

/// The tables, read and indexed.
#[derive(Debug, Clone)]
pub struct Knowledge {
    fusions: KnownFusions,
    resistance: KnownResistance,
    hotspots: Vec<ResistanceSite>,
    bypass: Vec<Bypass>,
    domains: Vec<ProteinDomain>,
    drugs: Vec<Drug>,
    notes: Vec<Note>,
    tiers: Vec<TableTier>,
    sources: Vec<TableSource>,
}

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableSource {
    /// Its name (`fusions.tsv`).
    pub table: String,
    /// `built-in`, or `user` for one given with `--knowledge`.
    pub origin: String,
    /// The line `# version: ...` of the table, else the first digits of its MD5 sum.
    pub version: String,
    /// Number of its rows.
    pub rows: usize,
    /// First twelve hexadecimal digits of its MD5 sum; blank in documents of versions that did not say it.
    #[serde(default)]
    pub checksum: String,
}

impl TableSource {
    fn new(name: &str, origin: &str, table: &Table) -> Self {
        Self {
            table: name.to_owned(),
            origin: origin.to_owned(),
            version: table.version().to_owned(),
            rows: table.rows().count(),
            checksum: table.checksum().to_owned(),
        }
    }

    /// A table of this program that no user's table extends, and that speaks when a sample is called.
    pub fn embedded(name: &str, text: &str) -> Self {
        // One of them has a line for every gene: the lines are counted, not read.
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).count();
        Self {
            table: name.to_owned(),
            origin: "built-in".to_owned(),
            version: table::version(text),
            rows: lines.saturating_sub(1),
            checksum: table::checksum(text),
        }
    }

    /// Whether it speaks when a sample is called and not again when a report is renewed.
    pub fn is_of_call(&self) -> bool {
        !BUILTIN.iter().any(|(name, _)| *name == self.table)
    }
}

/// The embedded tables by name; `tiers.tsv` is the user's alone.
const BUILTIN: [(&str, &str); 8] = [
    (FUSIONS, include_str!("knowledge/tables/fusions.tsv")),
    (RESISTANCE, include_str!("knowledge/tables/resistance.tsv")),
    (HOTSPOTS, include_str!("knowledge/tables/hotspots.tsv")),
    (BYPASS, include_str!("knowledge/tables/bypass.tsv")),
    (DOMAINS, include_str!("knowledge/tables/domains.tsv")),
    (DRUGS, include_str!("knowledge/tables/drugs.tsv")),
    (NOTES, include_str!("knowledge/tables/notes.tsv")),
    (TIERS, "gene5\tgene3\ttumour\ttier\tsource\n"),
];

impl Knowledge {
    /// The embedded tables.
    #[expect(clippy::missing_panics_doc, reason = "the tables are part of the program and a test reads them")]
    pub fn builtin() -> Self {
        Self::from_tables(&builtin_tables()).expect("the embedded tables are well-formed: a test reads them")
    }

    /// The embedded tables as text, by name, for a user who wants to start from them.
    pub fn builtin_texts() -> [(&'static str, &'static str); 8] {
        BUILTIN
    }

    /// The embedded tables extended by those of the same names in a folder (`fusions.tsv`, `resistance.tsv`, `hotspots.tsv`,
    /// `bypass.tsv`, `domains.tsv`, `drugs.tsv`, `notes.tsv`, `tiers.tsv`), of which at least one must be there.
    ///
    /// The columns are those of the embedded tables, found by name; columns that are left out are blank. A user's row replaces the
    /// embedded one that says the same thing: of fusions that with the genes, exons and variant name; of drug effects that with the
    /// gene, change, drug and source; of bypass that with the gene, alteration, driver, drug and source; of drugs that with the drug,
    /// gene, tumour, jurisdiction and condition; of domains that with gene and name; of notes those with the genes, occasion and topic.
    ///
    /// # Errors
    /// [`Error::Input`] when no table is there, [`Error::Io`] when one cannot be read, [`Error::Line`] for a row that cannot be
    /// understood.
    pub fn with_dir(folder: &Path, warnings: &Warnings) -> Result<Self> {
        if !folder.is_dir() {
            let problem = if folder.exists() { "is a file, not a folder" } else { "no such folder" };
            return Err(Error::input(folder, problem, "give the folder with your tables"));
        }
        let mut tables = builtin_tables();
        let mut found = false;
        for (name, tables) in &mut tables {
            let path = folder.join(*name);
            if path.exists() {
                found = true;
                let text = text::read(&path, MAX_TABLE_BYTES, "give a table as `kinfuse knowledge export` writes it")?;
                let table = Table::parse(&path, &text);
                warn_of_columns(&path, &table, tables, warnings);
                tables.push(table);
            }
        }
        if !found {
            let names = BUILTIN.map(|(name, _)| name).join(", ");
            return Err(Error::input(folder, format!("holds none of {names}"), "give the folder with your tables"));
        }
        warn_of_files(folder, warnings)?;
        Self::from_tables(&tables)
    }

    fn from_tables(tables: &[(&str, Vec<Table>)]) -> Result<Self> {
        let of = |name: &str| tables.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, tables)| tables.as_slice());
        let sources = tables.iter().flat_map(|(name, tables)| {
            let own = tables.iter().enumerate().filter(|(_, table)| table.rows().next().is_some());
            own.map(|(index, table)| TableSource::new(name, if index == 0 { "built-in" } else { "user" }, table))
        });
        Ok(Self {
            fusions: KnownFusions::read(of(FUSIONS))?,
            resistance: KnownResistance::read(of(RESISTANCE))?,
            hotspots: hotspots::read(of(HOTSPOTS))?,
            bypass: bypass::read(of(BYPASS))?,
            domains: domains::read(of(DOMAINS))?,
            drugs: drugs::read(of(DRUGS))?,
            notes: notes::read(of(NOTES))?,
            tiers: notes::read_tiers(of(TIERS))?,
            sources: sources.collect(),
        })
    }

    /// Which tables these are.
    pub fn sources(&self) -> &[TableSource] {
        &self.sources
    }

    /// Domains with a known place.
    pub fn domains(&self) -> &[ProteinDomain] {
        &self.domains
    }

    /// The kinase domain of a gene, where one is listed.
    pub fn kinase_domain(&self, gene: &str) -> Option<&ProteinDomain> {
        self.domains.iter().find(|domain| domain.kind == "kinase" && domain.gene == gene)
    }

    /// Which partner of a fusion a gene is when the fusion keeps its kinase; the 3' one where nothing is listed.
    pub fn kept_as(&self, gene: &str) -> Role {
        self.kinase_domain(gene).map_or(Role::Three, |domain| domain.keeps)
    }

    /// Drugs with their approvals.
    pub fn drugs(&self) -> &[Drug] {
        &self.drugs
    }

    /// What a report should say beside a call.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The user's tiers.
    pub fn tiers(&self) -> &[TableTier] {
        &self.tiers
    }

    /// The row by which a fusion got its exon junction and its variant label; `V3a/b` gives the row of the first.
    pub fn named(&self, gene5: &str, gene3: &str, junction: Option<&str>, label: Option<&str>) -> Option<&KnownFusion> {
        let rows = || self.fusions.of_pair(gene5, gene3);
        let label_of = |row: &KnownFusion| row.label.clone();
        // A junction is printed on the literature's transcripts and counted on the built-in ones: either names the row.
        let names = |row: &&KnownFusion| [&row.shorthand, &row.printed].into_iter().any(|name| name.as_deref() == junction);
        let exact = rows().find(|row| junction.is_some() && names(row) && label_of(row).as_deref() == label);
        exact.or_else(|| rows().find(|row| label.is_some_and(|label| Some(label) == label_of(row).map(|own| own + "/b").as_deref())))
    }

    /// All rows of known fusions: the embedded ones in the order of the table, then the user's.
    pub fn fusions(&self) -> &[KnownFusion] {
        self.fusions.rows()
    }

    /// Whether this pair of genes is known, 5' partner first; former symbols count.
    pub fn pair(&self, gene5: &str, gene3: &str) -> bool {
        self.fusions.of_pair(gene5, gene3).next().is_some()
    }

    /// The known 5' partners of a kinase, sorted.
    pub fn partner_of(&self, kinase: &str) -> Vec<&str> {
        self.fusions.partners(kinase)
    }

    /// The known fusion with this junction, seen in RNA; see [`JunctionQuery`]. `None` where the pair may be known but not with
    /// these ends and this number of inserted bases.
    pub fn junction(&self, query: &JunctionQuery) -> Option<&KnownFusion> {
        junction::find(&self.fusions, query)
    }

    /// The known fusion that a DNA break implies: the intron after `exon5` joined to the intron before `exon3`.
    pub fn implied(&self, gene5: &str, exon5: u32, gene3: &str, exon3: u32) -> Option<Implied<'_>> {
        junction::implied(&self.fusions, gene5, exon5, gene3, exon3)
    }

    /// The codons at which resistance is known, by gene and codon.
    pub fn resistance_sites(&self) -> &[ResistanceSite] {
        &self.resistance.sites
    }

    /// Hot spots of other genes, by gene and codon.
    pub fn hotspots(&self) -> &[ResistanceSite] {
        &self.hotspots
    }

    /// Alterations of other genes and what they are reported to do to a drug, in the order of the table.
    pub fn bypass(&self) -> &[Bypass] {
        &self.bypass
    }

    /// Whether a row says that a change (`T790M`) of another gene resists a class of drugs (`EGFR TKI`).
    pub fn resists(&self, gene: &str, change: &str, class: &str) -> bool {
        let bypass = self.bypass.iter().filter(|row| row.gene == gene && row.named_changes().contains(&change));
        let sites = self.hotspots.iter().filter(|site| site.gene == gene).flat_map(|site| &site.changes);
        let effects = sites.filter(|known| known.protein_change == change).flat_map(|known| &known.effects);
        bypass.into_iter().any(|row| row.has_source() && row.effect.starts_with("resistant") && bypass::is_same_class(&row.drug, class))
            || effects.into_iter().any(|row| row.verified && row.effect == Effect::Resistant && bypass::is_same_class(&row.drug, class))
    }

    /// What is said of changes (`G2032R`) of a kinase on one molecule and of a drug.
    pub fn said(&self, gene: &str, changes: &[String], drug: &str) -> Vec<&DrugEffect> {
        self.resistance.said(gene, changes, drug)
    }

    /// What is said of changes of a kinase on one molecule and of drugs whose names were not read (`ROS1 TKIs`).
    pub fn said_of_classes(&self, gene: &str, changes: &[String]) -> Vec<&DrugEffect> {
        self.resistance.said_of_classes(gene, changes)
    }

    /// The drugs of which anything is said with changes of a kinase on one molecule, sorted.
    pub fn drugs_with(&self, gene: &str, changes: &[String]) -> Vec<&str> {
        self.resistance.drugs(gene, changes)
    }

    /// Changes that act only together (in cis), in the order of the table.
    pub fn compound_changes(&self) -> &[CompoundChange] {
        &self.resistance.compounds
    }
}

/// The embedded tables, each a list to which the user's can be added.
fn builtin_tables() -> Vec<(&'static str, Vec<Table>)> {
    BUILTIN.iter().map(|(name, text)| (*name, vec![Table::parse(&PathBuf::from(format!("built-in {name}")), text)])).collect()
}

/// Names the columns of a user's table that the embedded one of its name does not have: nothing reads them.
fn warn_of_columns(path: &Path, table: &Table, builtin: &[Table], warnings: &Warnings) {
    let known = |column: &&String| builtin.iter().any(|table| table.columns().contains(*column));
    for column in table.columns().iter().filter(|column| !column.is_empty() && !known(column)) {
        // Without the folder: what is written must not depend on where the user keeps the tables.
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = format!("{name}: no column is named {column:?}: it is not read; `kinfuse knowledge export` writes the names");
        warnings.add(Code::ColumnNotRead, text);
    }
}

/// Names the tables of a user's folder that have no name that is read.
fn warn_of_files(folder: &Path, warnings: &Warnings) -> Result<()> {
    /// So many letters in common make a name one that may have been meant.
    const ALIKE: usize = 3;
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(Error::io(folder, "list"))?;
    let mut names: Vec<String> = entries.iter().map(|entry| entry.file_name().to_string_lossy().to_lowercase()).collect();
    names.sort();
    let is_other = |name: &&String| name.strip_suffix(".tsv").is_some() && !BUILTIN.iter().any(|(known, _)| known == *name);
    for name in names.iter().filter(is_other) {
        let meant = BUILTIN.iter().find(|(known, _)| name.get(..ALIKE) == known.get(..ALIKE));
        let meant = meant.map_or_else(String::new, |(known, _)| format!("; did you mean {known}?"));
        warnings.add(Code::TableNotRead, format!("--knowledge: {name:?} is no table of kinfuse and is not read{meant}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
