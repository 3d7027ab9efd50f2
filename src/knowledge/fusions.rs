//! Known fusions, one for each exon pair and variant.

use std::collections::{BTreeMap, BTreeSet};

use super::table::{Table, TsvRow};
use crate::error::Result;
use crate::genome::Assembly;
use crate::model::current_symbol;

/// Ends of EML4 exon 6b, the cryptic exon of variant 3b (33 bases of intron 6): the boundary behind its last base.
/// Source: PMID:18593892; coordinates from the fusion-annotator README.
const EML4_6B: KnownEnd5 = KnownEnd5::Cryptic { after_exon: 6, end_grch37: 42_492_091, end_grch38: 42_264_951, length_bp: 33 };

/// Where the 5' partner ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownEnd5 {
    /// At or before the end of an exon of the built-in transcript.
    Exon {
        /// Exon number on the built-in transcript.
        number: u32,
        /// Bases missing before the exon's end.
        deleted_bp: u32,
    },
    /// At the end of an exon that the literature's transcript does not have.
    Cryptic {
        /// The exon before the intron in which it lies.
        after_exon: u32,
        /// Boundary behind its last base on GRCh37, interbase.
        end_grch37: u32,
        /// Boundary behind its last base on GRCh38, interbase.
        end_grch38: u32,
        /// Its length.
        length_bp: u32,
    },
}

impl KnownEnd5 {
    /// The boundary of a cryptic end; `None` for an end on an exon of the transcript.
    pub fn cryptic_boundary(self, assembly: Assembly) -> Option<u32> {
        match (self, assembly) {
            (Self::Exon { .. }, _) => None,
            (Self::Cryptic { end_grch37, .. }, Assembly::Grch37) => Some(end_grch37),
            (Self::Cryptic { end_grch38, .. }, Assembly::Grch38) => Some(end_grch38),
        }
    }
}

/// Where the 3' partner begins: at or behind the start of an exon of the literature's transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownEnd3 {
    /// Exon number.
    pub number: u32,
    /// Bases missing after the exon's start.
    pub deleted_bp: u32,
    /// Other numbers of missing bases in print for the same variant (EML4-ALK V7: 12 and 14).
    pub also_deleted_bp: Vec<u32>,
}

/// One known fusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFusion {
    /// 5' partner, current symbol.
    pub gene5: String,
    /// 3' partner, current symbol.
    pub gene3: String,
    /// End of the 5' partner; `None` where the row stands for the pair of genes only.
    pub five: Option<KnownEnd5>,
    /// Start of the 3' partner; `None` where the row stands for the pair of genes only.
    pub three: Option<KnownEnd3>,
    /// Bases between the two ends that belong to neither, retained intron included.
    pub inserted_bp: u32,
    /// Name in the table (`V1`, `C6;R34`, `GOPC-ROS1`).
    pub name: String,
    /// Exon junction (`E13;A20`) with the exons of the built-in transcripts.
    pub shorthand: Option<String>,
    /// Exon junction as printed, on [`Self::transcript5`] and [`Self::transcript3`], where these count otherwise (`G8;R35`).
    pub printed: Option<String>,
    /// Variant label (`V1`, `V3a`), where there is one.
    pub label: Option<String>,
    /// Last base of the 5' partner on GRCh38 as printed in the table: chromosome and 1-based position.
    pub junction5: Option<(String, u32)>,
    /// First base of the 3' partner on GRCh38 as printed in the table: chromosome and 1-based position.
    pub junction3: Option<(String, u32)>,
    /// Whether the reading frame is reported to be kept; `None` where nothing is said.
    pub in_frame_reported: Option<bool>,
    /// Transcript by which the exons of the 5' partner are counted, where stated.
    pub transcript5: Option<String>,
    /// Transcript by which the exons of the 3' partner are counted.
    pub transcript3: Option<String>,
    /// Other names in print.
    pub other_names: String,
    /// Tumours in which it was found.
    pub tumour_types: String,
    /// Sources of the row.
    pub source: String,
    /// `verified`, `secondary` or `unverified`; see the table's header.
    pub confidence: String,
    /// Whether a source was read.
    pub verified: bool,
    /// What a computation on the gene models holds against the row.
    pub doubt: Option<String>,
    /// Number of the row, from 1, counted over the embedded table and then the user's.
    pub row: usize,
    /// Which of the tables it comes from, 0 being the embedded one.
    pub table: usize,
    /// Its line in that table.
    pub line: usize,
    key: [String; 5],
}

impl KnownFusion {
    fn read(row: &TsvRow, number: usize, table: usize) -> Result<Self> {
        let gene5 = current_symbol(row.required("gene5")?);
        let gene3 = current_symbol(row.required("gene3")?);
        let (printed5, printed3) = (row.get("exon5"), row.get("exon3"));
        let pair_only = row.get("doubt") == "exons";
        let five = if pair_only { None } else { end5(row, gene5, printed5)? };
        let three = if pair_only { None } else { end3(printed3, row.get("other_names")) };
        let name = row.get("variant_name");
        let inserted_bp = if matches!(five, Some(KnownEnd5::Cryptic { .. })) { 0 } else { inserted_bp(row) };
        let as_printed = shorthand(gene5, printed5, gene3, printed3, inserted_bp);
        let on_model = row.get("exon5_on_model");
        let counted_otherwise = leading_number(on_model).is_some();
        let confidence = row.get("confidence");
        let source = row.get("source");
        Ok(Self {
            gene5: gene5.to_owned(),
            gene3: gene3.to_owned(),
            inserted_bp,
            name: name.to_owned(),
            shorthand: if counted_otherwise {
                shorthand(gene5, &on_model_exon(printed5, on_model), gene3, printed3, inserted_bp)
            } else {
                as_printed.clone()
            },
            printed: as_printed.filter(|_| counted_otherwise),
            label: Some(name).filter(|name| is_label(name, row.get("gene5"), row.get("gene3"))).map(str::to_owned),
            junction5: coordinate(row, "junction5_hg38")?,
            junction3: coordinate(row, "junction3_hg38")?,
            in_frame_reported: match row.get("in_frame_reported") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            transcript5: row.some("transcript5"),
            transcript3: row.some("transcript3"),
            other_names: row.get("other_names").to_owned(),
            tumour_types: row.get("tumour_types").to_owned(),
            source: source.to_owned(),
            confidence: confidence.to_owned(),
            verified: confidence != "unverified" && !source.is_empty(),
            doubt: row.some("doubt_reason"),
            row: number,
            table,
            line: row.line(),
            key: [gene5, gene3, printed5, printed3, name].map(str::to_owned),
            five,
            three,
        })
    }
}

/// A label (`V3a`, `V5-prime`, `E17ins65`, whatever a user calls his own) is a name, not an exon pair (`V16;A20`) or a pair of genes
/// (`EML4-ROS1`).
fn is_label(name: &str, gene5: &str, gene3: &str) -> bool {
    let is_exon = |text: &str| leading_number(text.trim_start_matches(|c: char| c.is_ascii_uppercase())).is_some();
    let is_exons = name.split_once(';').is_some_and(|(five, three)| is_exon(five) && is_exon(three));
    !name.is_empty() && !is_exons && name != format!("{gene5}-{gene3}")
}

/// The digits at the start of a text, and what follows.
pub(super) fn leading_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// The number after a keyword (`del` in `20del49`); 0 where it is absent.
fn number_after(text: &str, keyword: &str) -> u32 {
    text.split_once(keyword).and_then(|(_, rest)| leading_number(rest)).map_or(0, |(number, _)| number)
}

/// A 5' exon as printed (`8del12`) with its number on the built-in transcript.
fn on_model_exon(printed5: &str, on_model: &str) -> String {
    format!("{on_model}{}", printed5.trim_start_matches(|c: char| c.is_ascii_digit()))
}

fn end5(row: &TsvRow, gene5: &str, printed: &str) -> Result<Option<KnownEnd5>> {
    if gene5 == "EML4" && printed == "6b" {
        return Ok(Some(EML4_6B));
    }
    let deleted_bp = number_after(printed, "del");
    let on_model = row.get("exon5_on_model");
    if on_model == "." {
        return Ok(None);
    }
    if !on_model.is_empty() {
        let number = on_model.parse().map_err(|_| row.error("exon5_on_model is no number", "write a number, or . for none"))?;
        return Ok(Some(KnownEnd5::Exon { number, deleted_bp }));
    }
    Ok(leading_number(printed).map(|(number, _)| KnownEnd5::Exon { number, deleted_bp }))
}

fn end3(printed: &str, other_names: &str) -> Option<KnownEnd3> {
    let (number, rest) = leading_number(printed)?;
    let deleted_bp = number_after(rest, "del");
    // Names such as `E14;del14A20` give another length for the same variant; what stands before their semicolon is the 5' end.
    let mut also_deleted_bp: Vec<u32> = other_names
        .split(&[' ', ','][..])
        .filter_map(|name| name.split_once(';'))
        .map(|(_, right)| number_after(right, "del"))
        .filter(|&other_bp| other_bp != 0 && other_bp != deleted_bp)
        .collect();
    also_deleted_bp.sort_unstable();
    also_deleted_bp.dedup();
    Some(KnownEnd3 { number, deleted_bp, also_deleted_bp })
}

/// The inserted bases, which the frame's arithmetic (`5p end phase 1+ins69`) or, in a user's table, the name states.
fn inserted_bp(row: &TsvRow) -> u32 {
    match number_after(row.get("frame_arithmetic"), "ins") {
        0 => row.get("other_names").split("; ").find(|name| name.contains("ins")).map_or(0, insertions_of_name),
        stated_bp => stated_bp,
    }
}

/// Sum of the insertions in a name: `E17ins61;ins34A20` has 95.
pub(super) fn insertions_of_name(name: &str) -> u32 {
    name.split("ins").skip(1).filter_map(leading_number).map(|(number, _)| number).sum()
}

fn shorthand(gene5: &str, printed5: &str, gene3: &str, printed3: &str, inserted_bp: u32) -> Option<String> {
    leading_number(printed5)?;
    let (number, rest) = leading_number(printed3)?;
    let deletion = if rest.starts_with("del") { rest } else { "" };
    let at_end5 = insertions_of_name(printed5);
    let insertion = match inserted_bp.saturating_sub(at_end5) {
        0 => String::new(),
        bases => format!("ins{bases}"),
    };
    Some(format!("{}{printed5};{insertion}{deletion}{}{number}", gene5.chars().next()?, gene3.chars().next()?))
}

fn coordinate(row: &TsvRow, column: &str) -> Result<Option<(String, u32)>> {
    let field = row.get(column);
    if field.is_empty() {
        return Ok(None);
    }
    let mut parts = field.split(':');
    match (parts.next(), parts.next().and_then(|position| position.parse().ok())) {
        (Some(chromosome), Some(position)) => Ok(Some((chromosome.to_owned(), position))),
        _ => Err(row.error(format!("{column} is no place: {field}"), "write it as chr2:29223528:-")),
    }
}

/// The rows with an index by pair of genes.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownFusions {
    rows: Vec<KnownFusion>,
    by_pair: BTreeMap<(String, String), Vec<usize>>,
}

impl KnownFusions {
    pub(super) fn read(tables: &[Table]) -> Result<Self> {
        let mut known = Self::default();
        let mut number = 0;
        for (origin, table) in tables.iter().enumerate() {
            table.require(&["gene5", "gene3"])?;
            for row in table.rows() {
                number += 1;
                let fusion = KnownFusion::read(&row, number, origin)?;
                match known.rows.iter_mut().find(|earlier| earlier.key == fusion.key) {
                    Some(earlier) => *earlier = fusion,
                    None => known.rows.push(fusion),
                }
            }
        }
        for (index, fusion) in known.rows.iter().enumerate() {
            known.by_pair.entry((fusion.gene5.clone(), fusion.gene3.clone())).or_default().push(index);
        }
        Ok(known)
    }

    pub(super) fn rows(&self) -> &[KnownFusion] {
        &self.rows
    }

    /// The rows of a pair of genes, in order.
    pub(super) fn of_pair(&self, gene5: &str, gene3: &str) -> impl Iterator<Item = &KnownFusion> {
        let key = (current_symbol(gene5).to_owned(), current_symbol(gene3).to_owned());
        self.by_pair.get(&key).into_iter().flatten().map(|&index| &self.rows[index])
    }

    pub(super) fn partners(&self, kinase: &str) -> Vec<&str> {
        let kinase = current_symbol(kinase);
        let partners: BTreeSet<&str> = self.by_pair.keys().filter(|(_, gene3)| gene3 == kinase).map(|(gene5, _)| gene5.as_str()).collect();
        partners.into_iter().collect()
    }
}
