//! Notes that a report shows beside a call, each with its source, and a user's own tiers.

use super::table::{Table, TsvRow};
use crate::error::{Error, Result};
use crate::model::current_symbol;

/// When a note is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Beside each call of its genes.
    Call,
    /// Beside a ROS1 call that is none of the 14 junctions of the `AmoyDx` kit.
    OutsideAmoydx,
    /// Beside a call of DNA.
    DnaCall,
    /// Beside a call of RNA.
    RnaCall,
    /// Beside a call on whose molecules one of [`Note::mutations`] is called.
    Mutation,
    /// On samples of plasma.
    Plasma,
    /// On samples of amplicon RNA.
    AmpliconRna,
    /// On samples of DNA.
    Dna,
    /// On each sample.
    Sample,
}

impl When {
    const NAMES: [(&'static str, Self); 9] = [
        ("call", Self::Call),
        ("outside_amoydx", Self::OutsideAmoydx),
        ("dna_call", Self::DnaCall),
        ("rna_call", Self::RnaCall),
        ("mutation", Self::Mutation),
        ("plasma", Self::Plasma),
        ("amplicon_rna", Self::AmpliconRna),
        ("dna", Self::Dna),
        ("sample", Self::Sample),
    ];
}

/// One note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// 5' partner; `*` for any.
    pub gene5: String,
    /// Kinase; `*` for any, `NTRK*` for the three.
    pub kinase: String,
    /// When it is said.
    pub when: When,
    /// The changes beside which it is said (`G2032R`); empty for any that voids a drug.
    pub mutations: Vec<String>,
    /// The variant label of the fusion with which it is said, and its forms (`V3`: V3a, V3b); blank for all.
    pub variant: String,
    /// Whether it speaks well of a treatment: then a resistance mutation silences it.
    pub favourable: bool,
    /// The drugs of which it speaks: without one of them among the active ones it is not shown as important. Empty for none.
    pub drugs: Vec<String>,
    /// Topic (`prognosis`, `assay limit`).
    pub topic: String,
    /// Whether the short table for the terminal shows it too.
    pub important: bool,
    /// The note.
    pub text: String,
    /// Source.
    pub source: String,
    /// `verified` or `secondary`.
    pub confidence: String,
    /// Line of its table.
    pub line: usize,
}

impl Note {
    /// Whether it speaks of a kinase.
    pub fn concerns(&self, kinase: &str) -> bool {
        self.kinase == "*" || self.kinase == kinase || self.kinase.strip_suffix('*').is_some_and(|stem| kinase.starts_with(stem))
    }

    /// Whether it speaks of a fusion with this variant label.
    pub fn is_of_variant(&self, label: Option<&str>) -> bool {
        self.variant.is_empty()
            || label
                .and_then(|label| label.strip_prefix(self.variant.as_str()))
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    fn read(row: &TsvRow) -> Result<Self> {
        let when = row.get("when");
        let found = When::NAMES.iter().find(|(name, _)| *name == when).map(|(_, found)| *found);
        let names = When::NAMES.map(|(name, _)| name).join(", ");
        let list = |column: &str| row.get(column).split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect();
        Ok(Self {
            gene5: current_symbol(row.required("gene5")?).to_owned(),
            kinase: current_symbol(row.required("kinase")?).to_owned(),
            when: found.ok_or_else(|| row.error(format!("when {when} is not known"), &format!("write one of {names}")))?,
            mutations: list("mutations"),
            drugs: list("drugs"),
            variant: row.get("variant").to_owned(),
            favourable: row.get("favourable") == "yes",
            topic: row.get("topic").to_owned(),
            important: row.get("important") == "yes",
            text: row.required("text")?.to_owned(),
            source: row.required("source")?.to_owned(),
            confidence: row.get("confidence").to_owned(),
            line: row.line(),
        })
    }
}

/// Reads the tables. What a later table says of genes, occasion and topic stands in place of what an earlier one says of them.
pub(super) fn read(tables: &[Table]) -> Result<Vec<Note>> {
    let same = |x: &Note, y: &Note| (&x.gene5, &x.kinase, x.when, &x.topic) == (&y.gene5, &y.kinase, y.when, &y.topic);
    let mut notes: Vec<Note> = Vec::new();
    for table in tables {
        table.require(&["gene5", "kinase", "when", "text", "source"])?;
        let own = table.rows().map(|row| Note::read(&row)).collect::<Result<Vec<_>>>()?;
        notes.retain(|earlier| !own.iter().any(|note| same(note, earlier)));
        notes.extend(own);
    }
    Ok(notes)
}

/// A tier that a user's table gives (AMP/ASCO/CAP or the user's own).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableTier {
    /// 5' partner; `*` for any.
    pub gene5: String,
    /// Kinase.
    pub gene3: String,
    /// Tumour; `*` for any.
    pub tumour: String,
    /// The tier as it is to be shown (`I-A`).
    pub tier: String,
    /// Source.
    pub source: String,
    /// Line of its table.
    pub line: usize,
}

pub(super) fn read_tiers(tables: &[Table]) -> Result<Vec<TableTier>> {
    let mut tiers = Vec::new();
    for table in tables {
        table.require(&["gene5", "gene3", "tumour", "tier"])?;
        for row in table.rows() {
            let field = |column: &str| -> std::result::Result<String, Error> { Ok(row.required(column)?.to_owned()) };
            tiers.push(TableTier {
                gene5: current_symbol(&field("gene5")?).to_owned(),
                gene3: current_symbol(&field("gene3")?).to_owned(),
                tumour: field("tumour")?,
                tier: field("tier")?,
                source: row.get("source").to_owned(),
                line: row.line(),
            });
        }
    }
    Ok(tiers)
}
