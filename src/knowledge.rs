//! What is known of fusions and resistance mutations, with its sources: tables embedded in the program, which the user's own
//! tables extend or override.
//!
//! ```text
//!   fusions.tsv     one row a fusion and exon pair      --> pair(), junction() for RNA, implied() for DNA
//!   resistance.tsv  one row a change, drug and source   --> resistance_sites(), by genomic codon
//!   hotspots.tsv    one row a codon of another gene     --> hotspots(): how tumours evade a drug without its target
//! ```
//!
//! Variants that share exon ends differ by inserted or deleted bases (EML4-ALK V1, V6 and E13ins90), so a junction is matched by
//! both ends and by the bases between them. Resistance is matched by genomic codon, never by the printed number, which depends
//! on the transcript (ROS1 G2032R is G2026R on MANE Select).

pub mod fusions;
mod hotspots;
pub mod junction;
pub mod resistance;
pub(crate) mod table;

use std::path::Path;

use crate::error::{Error, Result};

pub use fusions::{KnownEnd3, KnownEnd5, KnownFusion};
pub use junction::{Implied, JunctionQuery};
pub use resistance::{CompoundChange, DrugEffect, Effect, KnownChange, ResistanceSite};

use fusions::KnownFusions;
use resistance::KnownResistance;
use table::Table;

const FUSIONS: &str = "fusions.tsv";
const RESISTANCE: &str = "resistance.tsv";

/// The tables, read and indexed.
#[derive(Debug, Clone)]
pub struct Knowledge {
    fusions: KnownFusions,
    resistance: KnownResistance,
    hotspots: Vec<ResistanceSite>,
}

impl Knowledge {
    /// The embedded tables.
    #[expect(clippy::missing_panics_doc, reason = "the tables are part of the program and a test reads them")]
    pub fn builtin() -> Self {
        let fusions = Table::parse(Path::new("built-in fusions.tsv"), include_str!("knowledge/tables/fusions.tsv"));
        let resistance = Table::parse(Path::new("built-in resistance.tsv"), include_str!("knowledge/tables/resistance.tsv"));
        Self::from_tables(&[fusions], &[resistance]).expect("the embedded tables are well-formed: a test reads them")
    }

    /// The embedded tables extended by `fusions.tsv` and `resistance.tsv` of a folder, of which one may be missing.
    ///
    /// The columns are those of the embedded tables, found by name; columns that are left out are blank. A fusion with the genes,
    /// exons and variant name of an embedded row replaces that row; so does a drug effect with the gene, change, drug and source
    /// of an embedded one.
    ///
    /// # Errors
    /// [`Error::Input`] when neither file is there, [`Error::Io`] when one cannot be read, [`Error::Line`] for a row that cannot be
    /// understood.
    pub fn with_dir(folder: &Path) -> Result<Self> {
        let mut fusions = vec![Table::parse(Path::new("built-in fusions.tsv"), include_str!("knowledge/tables/fusions.tsv"))];
        let mut resistance = vec![Table::parse(Path::new("built-in resistance.tsv"), include_str!("knowledge/tables/resistance.tsv"))];
        let mut found = false;
        for (name, tables) in [(FUSIONS, &mut fusions), (RESISTANCE, &mut resistance)] {
            let path = folder.join(name);
            if path.exists() {
                found = true;
                let text = std::fs::read_to_string(&path).map_err(Error::io(&path, "read"))?;
                tables.push(Table::parse(&path, &text));
            }
        }
        if !found {
            return Err(Error::input(folder, "holds neither fusions.tsv nor resistance.tsv", "give the folder with your tables"));
        }
        Self::from_tables(&fusions, &resistance)
    }

    fn from_tables(fusions: &[Table], resistance: &[Table]) -> Result<Self> {
        let hotspots = Table::parse(Path::new("built-in hotspots.tsv"), include_str!("knowledge/tables/hotspots.tsv"));
        Ok(Self {
            fusions: KnownFusions::read(fusions)?,
            resistance: KnownResistance::read(resistance)?,
            hotspots: hotspots::read(&hotspots)?,
        })
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

    /// Changes that act only together (in cis), in the order of the table.
    pub fn compound_changes(&self) -> &[CompoundChange] {
        &self.resistance.compounds
    }
}

#[cfg(test)]
mod tests;
