//! A line of Arriba's `fusions.tsv`.
//!
//! Columns and their values by its documentation (arriba.readthedocs.io, "Output files", state of version 2). What differs in
//! kind: kinfuse does not tell which partner holds the longer part of a split read, so that all of them stand in `split_reads2`, the
//! kinase being where it looks; `coverage` is what crosses the breakpoint, fused and unbroken; `gene_id` is the symbol;
//! `read_identifiers` has up to 100 names, in which a comma is `%2C`.

use std::borrow::Cow;

use super::{Passed, StrandedPosition};
use crate::genome::Side;
use crate::report::rows::{Cell, FusionRow, TableRow};
use crate::terminal::one_line;

/// Below this distance Arriba calls a deletion a possible read-through.
const READ_THROUGH_BP: u32 = 400_000;

/// Quality from which the confidence is `high`: one artefact in a thousand.
const HIGH_QUALITY: f64 = 30.0;
/// Quality from which it is `medium`: one in a hundred.
const MEDIUM_QUALITY: f64 = 20.0;

pub(super) struct ArribaRow<'p>(pub &'p Passed<'p>);

impl TableRow for ArribaRow<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "#gene1",
        "gene2",
        "strand1(gene/fusion)",
        "strand2(gene/fusion)",
        "breakpoint1",
        "breakpoint2",
        "site1",
        "site2",
        "type",
        "split_reads1",
        "split_reads2",
        "discordant_mates",
        "coverage1",
        "coverage2",
        "confidence",
        "reading_frame",
        "tags",
        "retained_protein_domains",
        "closest_genomic_breakpoint1",
        "closest_genomic_breakpoint2",
        "gene_id1",
        "gene_id2",
        "transcript_id1",
        "transcript_id2",
        "direction1",
        "direction2",
        "filters",
        "fusion_transcript",
        "peptide_sequence",
        "read_identifiers",
    ];

    fn cells(&self) -> Vec<String> {
        let Passed { row, read_names, five, three } = self.0;
        let places = [five, three];
        let gene = |place: &StrandedPosition<'_>| place.gene.unwrap_or(".").to_owned();
        // The gene of a fusion that passes is read along its own strand.
        let strands = |place: &StrandedPosition<'_>| format!("{}/{}", if place.gene.is_some() { place.strand } else { "." }, place.strand);
        let breakpoint = |place: &StrandedPosition<'_>| format!("{}:{}", place.chrom, place.position);
        let direction = |place: &StrandedPosition<'_>| if place.side == Side::Lower { "downstream" } else { "upstream" }.to_owned();
        let coverage = |depth: Option<u32>| depth.map(|depth| depth.saturating_add(row.crossing_fragments.unwrap_or(row.fragments)));
        let number = |number: Option<u32>| number.map_or(".".to_owned(), |number| number.to_string());
        let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| ".".to_owned());
        let genomic = |place: &Option<String>| place.as_deref().and_then(|place| Some(place.rsplit_once(':')?.0.to_owned()));
        let mut cells: Vec<String> = Vec::with_capacity(Self::COLUMNS.len());
        cells.extend(places.map(gene));
        cells.extend(places.map(strands));
        cells.extend(places.map(breakpoint));
        cells.extend(places.map(site));
        cells.push(kind(five, three, row.evidence.as_deref() == Some("rna")));
        cells.extend(["0".to_owned(), row.split_fragments.saturating_add(row.clip_fragments).to_string(), row.pair_fragments.to_string()]);
        cells.extend([row.depth5, row.depth3].map(coverage).map(number));
        cells.push(confidence(row.qual.value()).to_owned());
        cells.push(frame(&row.frame).to_owned());
        cells.extend([".", "."].map(str::to_owned));
        cells.extend([&row.dna_breakpoint5, &row.dna_breakpoint3].map(genomic).map(|place| optional(&place)));
        cells.extend(places.map(gene));
        cells.extend([&row.transcript5, &row.transcript3].map(optional));
        cells.extend(places.map(direction));
        cells.push(".".to_owned());
        cells.push(transcript(row).map_or(".".to_owned(), Cow::into_owned));
        cells.push(optional(&row.peptide));
        let mut cells: Vec<String> = cells.iter().map(|cell| one_line(cell)).collect();
        cells.push(read_names.join(",").cell());
        cells
    }
}

/// `exon` stands for coding sequence and untranslated regions alike, which the rows do not tell apart.
fn site(place: &StrandedPosition<'_>) -> String {
    let kind = place.site.split(' ').next().filter(|kind| !kind.is_empty()).unwrap_or("intergenic");
    if place.is_at_splice_site() {
        format!("{kind}/splice-site")
    } else {
        kind.to_owned()
    }
}

fn kind(five: &StrandedPosition<'_>, three: &StrandedPosition<'_>, is_rna: bool) -> String {
    if five.chrom != three.chrom {
        return "translocation".to_owned();
    }
    if five.side == three.side {
        return "inversion".to_owned();
    }
    let (lower, higher) = if five.position <= three.position { (five, three) } else { (three, five) };
    match lower.side {
        Side::Higher => "duplication".to_owned(),
        Side::Lower if is_rna && higher.position - lower.position < READ_THROUGH_BP => "deletion/read-through".to_owned(),
        Side::Lower => "deletion".to_owned(),
    }
}

fn confidence(quality: f64) -> &'static str {
    match quality {
        HIGH_QUALITY.. => "high",
        MEDIUM_QUALITY.. => "medium",
        _ => "low",
    }
}

fn frame(frame: &str) -> &'static str {
    match frame.split(':').next() {
        Some("in-frame") => "in-frame",
        Some("out-of-frame") => "out-of-frame",
        _ => ".",
    }
}

/// The bases over the junction; inserted ones are small, between two marks.
fn transcript(row: &FusionRow) -> Option<Cow<'_, str>> {
    let bases = row.consensus.as_deref()?;
    let Some(insertion) = row.insertion.as_deref() else { return Some(Cow::Borrowed(bases)) };
    let (left, right) = bases.split_once('|')?;
    // The insertion is the end of what stands before the mark.
    let left = left.get(..left.len().checked_sub(insertion.len())?)?;
    Some(Cow::Owned(format!("{left}|{}|{right}", insertion.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_fusion_becomes_a_line_of_arriba() {
        let mut row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        let names = ["r1".to_owned(), "r2".to_owned()];
        let cells = |row: &FusionRow| Passed::of(row, &names).map(|passed| ArribaRow(&passed).cells()).unwrap_or_default();
        let named: Vec<String> = ArribaRow::COLUMNS.iter().zip(cells(&row)).map(|(name, cell)| format!("{name}: {cell}")).collect();
        insta::assert_snapshot!(named.join("\n"));
        row.insertion = Some("GT".to_owned());
        assert_eq!(cells(&row)[27], "AC|gt|TTGA");
        row.filter = "low_support".to_owned();
        assert!(cells(&row).is_empty(), "a flagged fusion is no prediction");
    }

    #[test]
    fn the_kind_of_event_follows_from_the_flanks() {
        let kind_of = |five: &str, three: &str, is_rna| {
            let place = |text| StrandedPosition::of(text, None, None, crate::model::Role::Five);
            let other = |text| StrandedPosition::of(text, None, None, crate::model::Role::Three);
            place(five).zip(other(three)).map(|(five, three)| kind(&five, &three, is_rna)).unwrap_or_default()
        };
        assert_eq!(kind_of("1:100:+", "2:200:+", true), "translocation");
        assert_eq!(kind_of("1:100:+", "1:200:+", true), "deletion/read-through");
        assert_eq!(kind_of("1:100:+", "1:200:+", false), "deletion");
        assert_eq!(kind_of("1:100:+", "1:900200:+", true), "deletion");
        assert_eq!(kind_of("1:200:+", "1:100:+", true), "duplication");
        assert_eq!(kind_of("1:100:+", "1:200:-", true), "inversion");
    }
}
