//! A line of STAR-Fusion's `star-fusion.fusion_predictions.abridged.tsv`.
//!
//! Columns as its wiki lists them (github.com/STAR-Fusion/STAR-Fusion/wiki, "Output from STAR-Fusion", with `est_J` and `est_S` as since
//! version 1.9). `LeftGene` is symbol and gene identifier joined by `^`; kinfuse knows genes by symbol, which stands for both. The
//! reads of the whole library are not counted, so `FFPM` is `NaN`: no number, but readable as one.

use super::{Passed, StrandedPosition};
use crate::report::rows::TableRow;
use crate::terminal::one_line;

pub(super) struct StarFusionRow<'p>(pub &'p Passed<'p>);

impl TableRow for StarFusionRow<'_> {
    const COLUMNS: &'static [&'static str] = &[
        "#FusionName",
        "JunctionReadCount",
        "SpanningFragCount",
        "est_J",
        "est_S",
        "SpliceType",
        "LeftGene",
        "LeftBreakpoint",
        "RightGene",
        "RightBreakpoint",
        "LargeAnchorSupport",
        "FFPM",
        "LeftBreakDinuc",
        "LeftBreakEntropy",
        "RightBreakDinuc",
        "RightBreakEntropy",
        "annots",
    ];

    fn cells(&self) -> Vec<String> {
        const NO_NUMBER: &str = "NaN";
        let Passed { row, five, three, .. } = self.0;
        let symbol = |place: &StrandedPosition<'_>| place.gene.unwrap_or("intergenic").to_owned();
        let gene = |place: &StrandedPosition<'_>| format!("{0}^{0}", symbol(place));
        let breakpoint = |place: &StrandedPosition<'_>| format!("{}:{}:{}", place.chrom, place.position, place.strand);
        let (junction, spanning) = (row.split_fragments.saturating_add(row.clip_fragments), row.pair_fragments);
        let known = five.is_at_splice_site() && three.is_at_splice_site();
        let cells = [
            format!("{}--{}", symbol(five), symbol(three)),
            junction.to_string(),
            spanning.to_string(),
            format!("{junction}.00"),
            format!("{spanning}.00"),
            if known { "ONLY_REF_SPLICE" } else { "INCL_NON_REF_SPLICE" }.to_owned(),
            gene(five),
            breakpoint(five),
            gene(three),
            breakpoint(three),
            ".".to_owned(),
            NO_NUMBER.to_owned(),
            ".".to_owned(),
            NO_NUMBER.to_owned(),
            ".".to_owned(),
            NO_NUMBER.to_owned(),
            ".".to_owned(),
        ];
        cells.iter().map(|cell| one_line(cell)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::FusionRow;

    #[test]
    fn a_fusion_becomes_a_line_of_star_fusion() {
        let row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        let cells = Passed::of(&row, &[]).map(|passed| StarFusionRow(&passed).cells()).unwrap_or_default();
        assert_eq!(cells.len(), StarFusionRow::COLUMNS.len());
        insta::assert_snapshot!(cells.join(" | "), @"EML4--ALK | 15 | 20 | 15.00 | 20.00 | INCL_NON_REF_SPLICE | EML4^EML4 | chr2:42299750:+ | ALK^ALK | chr2:29223741:- | . | NaN | . | NaN | . | NaN | .");
    }
}
