//! Calls in the layouts of other programs, for what reads those: `--also arriba,starfusion,bedpe`.
//!
//! ```text
//! <sample>.arriba.tsv         columns of Arriba's fusions.tsv
//! <sample>.star-fusion.tsv    columns of STAR-Fusion's star-fusion.fusion_predictions.abridged.tsv
//! <sample>.bedpe              BEDPE, the 5' partner first
//! ```
//!
//! These programs list what they predict, so only fusions that pass are written: a flagged one has no word for its doubt there.
//! What kinfuse does not know is missing in the way of the format, not made up.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::json::Document;
use super::output::Outputs;
use super::rows::{FusionRow, TableRow};
use super::tsv;
use crate::error::Result;
use crate::genome::Side;
use crate::model::Role;
use crate::terminal::one_line;
use crate::text;

mod arriba;
mod bedpe;
mod star_fusion;

use arriba::ArribaRow;
use bedpe::BedpeRow;
use star_fusion::StarFusionRow;

/// Another program's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherLayout {
    /// Arriba's `fusions.tsv`.
    Arriba,
    /// STAR-Fusion's abridged predictions.
    StarFusion,
    /// Pairs of intervals.
    Bedpe,
}

impl OtherLayout {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Arriba, Self::StarFusion, Self::Bedpe];

    /// How the file's name ends.
    fn suffix(self) -> &'static str {
        match self {
            Self::Arriba => "arriba.tsv",
            Self::StarFusion => "star-fusion.tsv",
            Self::Bedpe => "bedpe",
        }
    }
}

/// Writes the calls in each of `layouts`. A file in another layout goes where its lines are those of kinfuse: it is an earlier run's, and
/// would stand beside calls that it does not have. A file that the other program itself may have written is kept, with a warning.
///
/// # Errors
/// When a file cannot be written.
pub fn write(document: &Document, layouts: &[OtherLayout], outputs: &mut Outputs) -> Result<()> {
    let names_of: BTreeMap<&str, &[String]> =
        document.candidates.iter().map(|candidate| (candidate.row.id.as_str(), candidate.read_names.as_slice())).collect();
    let names = |row: &FusionRow| names_of.get(row.id.as_str()).copied().unwrap_or_default();
    let calls: Vec<Passed<'_>> = document.fusions.iter().filter_map(|row| Passed::of(row, names(row))).collect();
    for layout in OtherLayout::ALL {
        if !layouts.contains(&layout) {
            let path = outputs.final_path(layout.suffix());
            if is_own(&path, layout) {
                outputs.supersede(layout.suffix());
            } else if path.exists() {
                log::warn!("{}: was not written by this run; remove it, or write it with --also", one_line(&path.to_string_lossy()));
            }
            continue;
        }
        match layout {
            OtherLayout::Arriba => table(outputs, layout, calls.iter().map(ArribaRow)),
            OtherLayout::StarFusion => table(outputs, layout, calls.iter().map(StarFusionRow)),
            OtherLayout::Bedpe => table(outputs, layout, calls.iter().map(BedpeRow)),
        }?;
    }
    Ok(())
}

/// Most lines of a file that are looked at.
const MOST_LINES: usize = 1_000;

/// Whether a file has calls in the way in which kinfuse writes this layout, line by line. One without a call could be anybody's.
fn is_own(path: &Path, layout: OtherLayout) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut lines = BufReader::new(file.take(text::MAX_LINE_BYTES as u64)).lines().map_while(std::io::Result::ok).take(MOST_LINES);
    let columns: &[&str] = match layout {
        OtherLayout::Arriba => ArribaRow::COLUMNS,
        OtherLayout::StarFusion => StarFusionRow::COLUMNS,
        OtherLayout::Bedpe => BedpeRow::COLUMNS,
    };
    if lines.next().is_none_or(|header| header != columns.join("\t")) {
        return false;
    }
    let mut count = 0;
    let is_own = lines.inspect(|_| count += 1).all(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |name: &str| columns.iter().position(|column| *column == name).and_then(|at| cells.get(at).copied()).unwrap_or("");
        match layout {
            // The other programs name the gene by symbol and by identifier.
            OtherLayout::Arriba => cell("#gene1") == cell("gene_id1") && cell("gene2") == cell("gene_id2") && cell("split_reads1") == "0",
            OtherLayout::StarFusion => cell("FFPM") == "NaN" && cell("LeftGene").split_once('^').is_some_and(|(symbol, id)| symbol == id),
            OtherLayout::Bedpe => cell("name").contains("::"),
        }
    });
    is_own && count > 0
}

fn table<R: TableRow>(outputs: &mut Outputs, layout: OtherLayout, rows: impl Iterator<Item = R>) -> Result<()> {
    let rows: Vec<R> = rows.collect();
    outputs.write(layout.suffix(), |out| tsv::write(out, &rows))
}

/// A fusion that passes, with both of its places.
#[derive(Debug)]
struct Passed<'d> {
    row: &'d FusionRow,
    /// Names of reads that show it, as `candidates.tsv.gz` has them.
    read_names: &'d [String],
    five: StrandedPosition<'d>,
    three: StrandedPosition<'d>,
}

/// Where a partner breaks: `chrom:pos:strand` in its parts.
#[derive(Debug)]
struct StrandedPosition<'d> {
    chrom: &'d str,
    /// 1-based kept base that touches the junction.
    position: u32,
    /// The strand along which the fusion is read.
    strand: &'d str,
    /// The flank that is kept.
    side: Side,
    /// Symbol of the gene.
    gene: Option<&'d str>,
    /// Where on its transcript, in words.
    site: &'d str,
}

impl<'d> Passed<'d> {
    fn of(row: &'d FusionRow, read_names: &'d [String]) -> Option<Self> {
        let five = StrandedPosition::of(row.breakpoint5.as_deref()?, row.gene5.as_deref(), row.site5.as_deref(), Role::Five)?;
        let three = StrandedPosition::of(row.breakpoint3.as_deref()?, row.gene3.as_deref(), row.site3.as_deref(), Role::Three)?;
        row.passes().then_some(Self { row, read_names, five, three })
    }
}

impl<'d> StrandedPosition<'d> {
    fn of(breakpoint: &'d str, gene: Option<&'d str>, site: Option<&'d str>, role: Role) -> Option<Self> {
        let mut parts = breakpoint.rsplitn(3, ':');
        let (strand, position, chrom) = (parts.next()?, parts.next()?, parts.next()?);
        let side = if (strand == "+") == (role == Role::Five) { Side::Lower } else { Side::Higher };
        Some(Self { chrom, position: position.parse().ok()?, strand, side, gene, site: site.unwrap_or("") })
    }

    /// Whether it breaks at an exon's edge.
    fn is_at_splice_site(&self) -> bool {
        self.site.starts_with("exon") && (self.site.ends_with(" end") || self.site.ends_with(" start"))
    }
}
