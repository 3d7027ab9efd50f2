//! The table of events: one row a rearrangement, as a user writes it or a panel makes it.
//!
//! | column | what |
//! |---|---|
//! | `id` | name of the event; by default `e` and the number of the row |
//! | `sample` | the sample it lies in; by default the `id`. Rows of one sample make one sample |
//! | `gene5`, `site5` | the 5' partner and where it breaks (see [`super::site`]); blank genes make a sample without a fusion |
//! | `gene3`, `site3` | the 3' partner, the kinase |
//! | `structure` | `translocation`, `inversion`, `deletion` or `duplication`: checked against what the two sites give |
//! | `reciprocal` | `yes`: the other product is there as well, in the same amount |
//! | `homology_bp` | bases at the break that both sides share; `~10` takes the nearest that the reference has. Breaks are moved for it |
//! | `insertion` | inserted bases, or their number (then random ones) |
//! | `repeat` | which sides lie in a repeat: `none`, `five`, `three`, `both`; blank does not care |
//! | `fragments` | so many fragments cross the junction, exactly |
//! | `fraction` | or: this share of the molecules at the kinase is fused |
//! | `category` | free text, for `kinfuse evaluate` |
//! | `exon_junction`, `variant` | what the junction is called, where the table knows better than the gene models (`V3a`) |
//! | `mutations` | mutations and the molecules that carry them (see [`super::change`]) |
//!
//! Columns are found by name, may be left out, and are blank with nothing or `.`.

use std::path::Path;

use crate::error::{Error, Result};
use crate::genome::EventKind;
use crate::knowledge::table::{Table, TsvRow};
use crate::text::{self, MAX_TABLE_BYTES};

use super::change::WrittenHaplotype;
use super::site::WrittenSite;

/// Columns in the order in which they are written.
pub const COLUMNS: [&str; 17] = [
    "id",
    "sample",
    "gene5",
    "site5",
    "gene3",
    "site3",
    "structure",
    "reciprocal",
    "homology_bp",
    "insertion",
    "repeat",
    "fragments",
    "fraction",
    "category",
    "exon_junction",
    "variant",
    "mutations",
];

/// One partner as written: a gene (or none) and a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenEnd {
    /// Symbol; `None` for a place without a gene.
    pub gene: Option<String>,
    /// Where it breaks.
    pub site: WrittenSite,
}

/// Inserted bases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenInsertion {
    /// So many random ones.
    Random(u32),
    /// These.
    Bases(Vec<u8>),
}

/// Homology asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenHomology {
    /// Bases.
    pub bp: u32,
    /// Whether fewer or more will do where the reference has no such place.
    pub or_nearest: bool,
}

/// Which sides lie in a repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatWish {
    /// No matter.
    #[default]
    Any,
    /// The 5' partner and the kinase: whether each is in a repeat.
    Sides(bool, bool),
}

/// How much there is of an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EventAmount {
    /// Fragments that cross the junction.
    Fragments(u32),
    /// Share of the molecules.
    Fraction(f64),
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedEvent {
    /// Where it stands, for messages.
    pub line: usize,
    /// Identifier.
    pub id: String,
    /// Sample.
    pub sample: String,
    /// 5' partner and kinase; `None` for a row without a fusion.
    pub ends: Option<[WrittenEnd; 2]>,
    /// Kind that is expected.
    pub structure: Option<EventKind>,
    /// Whether the other product is there.
    pub reciprocal: bool,
    /// Homology asked for.
    pub homology: Option<WrittenHomology>,
    /// Inserted bases.
    pub insertion: Option<WrittenInsertion>,
    /// Repeats asked for.
    pub repeat: RepeatWish,
    /// How much of it.
    pub amount: Option<EventAmount>,
    /// Label.
    pub category: String,
    /// Name of the exon junction; empty for that of the gene models.
    pub exon_junction: String,
    /// Label of the variant.
    pub variant: String,
    /// Mutations.
    pub mutations: Vec<WrittenHaplotype>,
}

/// The name of a kind as tables spell it.
pub fn kind_name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Translocation => "translocation",
        EventKind::Inversion => "inversion",
        EventKind::Deletion => "deletion",
        EventKind::Duplication => "duplication",
    }
}

/// Reads a table of events.
///
/// # Errors
/// When the file cannot be read, or a row cannot be understood: the line, what is wrong and how to mend it.
pub fn read(path: &Path) -> Result<Vec<SimulatedEvent>> {
    let text = text::read(path, MAX_TABLE_BYTES, "give the table of events, as kinfuse simulate --help shows it")?;
    let table = Table::parse(path, &text);
    if let Some(unknown) = table.columns().iter().find(|column| !COLUMNS.contains(&column.as_str())) {
        return Err(Error::input(
            path,
            format!("has a column {unknown:?} that means nothing"),
            format!("name the columns in the first line, separated by tabs: {}", COLUMNS.join(", ")),
        ));
    }
    let events: Vec<SimulatedEvent> =
        table.rows().zip(1..).map(|(row, number)| SimulatedEvent::read(&row, number)).collect::<Result<_>>()?;
    if events.is_empty() {
        return Err(Error::input(path, "has no event", "write one row an event below the line of column names"));
    }
    for (index, event) in events.iter().enumerate() {
        if let Some(earlier) = events[..index].iter().find(|earlier| earlier.id == event.id) {
            return Err(Error::Line {
                path: path.to_owned(),
                line: event.line,
                problem: format!("the id {} stands in line {} as well", event.id, earlier.line),
                remedy: "give each event its own id".to_owned(),
            });
        }
    }
    Ok(events)
}

impl SimulatedEvent {
    fn read(row: &TsvRow, number: usize) -> Result<Self> {
        let get = |column: &str| Some(row.get(column)).filter(|text| !text.is_empty() && *text != ".");
        let id = get("id").map_or_else(|| format!("e{number}"), str::to_owned);
        let sample = get("sample").unwrap_or(&id).to_owned();
        for (what, name) in [("id", &id), ("sample", &sample)] {
            // Read names begin with the sample, and file names are made of it.
            if !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_+.=".contains(c)) || name.starts_with(['.', '-']) {
                return Err(row.error(format!("{what} {name:?} cannot be part of read and file names"), "use letters, digits, - _ + . ="));
            }
        }
        let ends = match (get("gene5"), get("site5"), get("gene3"), get("site3")) {
            (None, None, None, None) => None,
            (gene5, site5, gene3, site3) => Some([end(row, gene5, site5, "5")?, end(row, gene3, site3, "3")?]),
        };
        let structure = match get("structure") {
            None | Some("transcript" | "auto") => None,
            Some("translocation") => Some(EventKind::Translocation),
            Some("inversion") => Some(EventKind::Inversion),
            Some("deletion") => Some(EventKind::Deletion),
            Some("duplication") => Some(EventKind::Duplication),
            Some(other) => {
                return Err(row.error(
                    format!("structure {other:?} is not known"),
                    "write translocation, inversion, deletion or duplication, or leave it blank",
                ))
            }
        };
        let reciprocal = match get("reciprocal") {
            None | Some("no") => false,
            Some("yes") => true,
            Some(other) => return Err(row.error(format!("reciprocal is {other:?}"), "write yes or no")),
        };
        let insertion = get("insertion").map(|text| insertion(row, text)).transpose()?;
        let homology = get("homology_bp").map(|text| homology(row, text)).transpose()?;
        if insertion.is_some() && homology.is_some_and(|homology| homology.bp > 0) {
            return Err(row.error("has inserted bases and homology, which exclude each other", "leave one of the two blank"));
        }
        let repeat = match get("repeat") {
            None | Some("any") => RepeatWish::Any,
            Some("none") => RepeatWish::Sides(false, false),
            Some("five") => RepeatWish::Sides(true, false),
            Some("three") => RepeatWish::Sides(false, true),
            Some("both") => RepeatWish::Sides(true, true),
            Some(other) => return Err(row.error(format!("repeat is {other:?}"), "write none, five, three, both or nothing")),
        };
        let amount = match (get("fragments"), get("fraction")) {
            (Some(_), Some(_)) => return Err(row.error("has fragments and fraction", "give one of the two")),
            (Some(text), None) => Some(EventAmount::Fragments(
                text.parse()
                    .ok()
                    .filter(|&count| count <= MOST_FRAGMENTS)
                    .ok_or_else(|| row.error(format!("fragments is {text:?}"), "write a whole number up to 1000000"))?,
            )),
            (None, Some(text)) => Some(EventAmount::Fraction(
                text.parse()
                    .ok()
                    .filter(|fraction| (0.0..=1.0).contains(fraction))
                    .ok_or_else(|| row.error(format!("fraction is {text:?}"), "write a number from 0 to 1"))?,
            )),
            (None, None) => None,
        };
        let mutations = WrittenHaplotype::parse_list(get("mutations").unwrap_or_default())
            .map_err(|problem| row.error(problem, "write ALK:G1202R@cis, or chr2:29220829:C>T@trans=0.2; join with & or ,"))?;
        if ends.is_none() && mutations.iter().any(|haplotype| haplotype.in_cis == Some(true)) {
            return Err(row.error("has a mutation in cis without a fusion", "give the genes and sites, or leave @cis out"));
        }
        let category = get("category").unwrap_or_default().to_owned();
        let [exon_junction, variant] = ["exon_junction", "variant"].map(|column| get(column).unwrap_or_default().to_owned());
        Ok(Self {
            line: row.line(),
            id,
            sample,
            ends,
            structure,
            reciprocal,
            homology,
            insertion,
            repeat,
            amount,
            category,
            exon_junction,
            variant,
            mutations,
        })
    }

    /// The cells of its row.
    pub fn cells(&self) -> Vec<String> {
        let dot = || ".".to_owned();
        let mut cells = vec![self.id.clone(), self.sample.clone()];
        match &self.ends {
            Some(ends) => {
                for end in ends {
                    cells.extend([end.gene.clone().unwrap_or_else(dot), end.site.to_string()]);
                }
            }
            None => cells.extend([dot(), dot(), dot(), dot()]),
        }
        cells.push(self.structure.map_or_else(dot, |kind| kind_name(kind).to_owned()));
        cells.push(if self.reciprocal { "yes" } else { "no" }.to_owned());
        cells.push(self.homology.map_or_else(dot, |homology| format!("{}{}", if homology.or_nearest { "~" } else { "" }, homology.bp)));
        cells.push(match &self.insertion {
            None => dot(),
            Some(WrittenInsertion::Random(bp)) => bp.to_string(),
            Some(WrittenInsertion::Bases(bases)) => String::from_utf8_lossy(bases).into_owned(),
        });
        cells.push(
            match self.repeat {
                RepeatWish::Any => ".",
                RepeatWish::Sides(false, false) => "none",
                RepeatWish::Sides(true, false) => "five",
                RepeatWish::Sides(false, true) => "three",
                RepeatWish::Sides(true, true) => "both",
            }
            .to_owned(),
        );
        let (fragments, fraction) = match self.amount {
            Some(EventAmount::Fragments(count)) => (count.to_string(), dot()),
            Some(EventAmount::Fraction(fraction)) => (dot(), fraction.to_string()),
            None => (dot(), dot()),
        };
        cells.extend([fragments, fraction]);
        let texts = [&self.category, &self.exon_junction, &self.variant];
        cells.extend(texts.map(|text| if text.is_empty() { dot() } else { text.clone() }));
        let mutations: Vec<String> = self.mutations.iter().map(ToString::to_string).collect();
        cells.push(if mutations.is_empty() { dot() } else { mutations.join(",") });
        cells
    }
}

/// More would not fit into memory.
const MOST_FRAGMENTS: u32 = 1_000_000;
/// Longer insertions are not made.
const LONGEST_INSERTION_BP: usize = 1_000;

/// The events as a table that [`read`] takes.
pub fn to_tsv(events: &[SimulatedEvent]) -> String {
    let mut text = COLUMNS.join("\t") + "\n";
    for event in events {
        text.push_str(&event.cells().join("\t"));
        text.push('\n');
    }
    text
}

fn end(row: &TsvRow, gene: Option<&str>, site: Option<&str>, which: &str) -> Result<WrittenEnd> {
    let site = site.ok_or_else(|| row.error(format!("site{which} is blank"), "write exon 13, intron 19 or chr2:29223528:-"))?;
    let parsed = WrittenSite::parse(site).ok_or_else(|| {
        row.error(
            format!("site{which} {site:?} is no site"),
            "write exon 13, exon 20 +12, intron 19, intron 19 +300, intron 19 -117, intron 6 +187..+220 or chr2:29223528:-",
        )
    })?;
    if gene.is_none() && !matches!(parsed, WrittenSite::Place { strand: Some(_), .. }) {
        return Err(row.error(format!("gene{which} is blank"), "give the gene, or a place with its strand such as chr2:29223528:-"));
    }
    Ok(WrittenEnd { gene: gene.map(str::to_owned), site: parsed })
}

fn insertion(row: &TsvRow, text: &str) -> Result<WrittenInsertion> {
    let bases = text.to_ascii_uppercase().into_bytes();
    let wrong = || row.error(format!("insertion is {text:?}"), "write its bases (ACGT), or how many random ones, up to 1000");
    if let Ok(number) = text.parse::<u32>() {
        return if number as usize <= LONGEST_INSERTION_BP { Ok(WrittenInsertion::Random(number)) } else { Err(wrong()) };
    }
    if bases.len() <= LONGEST_INSERTION_BP && bases.iter().all(|base| b"ACGT".contains(base)) {
        Ok(WrittenInsertion::Bases(bases))
    } else {
        Err(wrong())
    }
}

fn homology(row: &TsvRow, text: &str) -> Result<WrittenHomology> {
    let bp = text.trim_start_matches('~').parse().ok().filter(|&bp| bp <= 50);
    let bp = bp.ok_or_else(|| row.error(format!("homology_bp is {text:?}"), "write a number up to 50, or ~10 for the nearest there is"))?;
    Ok(WrittenHomology { bp, or_nearest: text.starts_with('~') })
}
