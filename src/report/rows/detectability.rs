//! One line of `detectability.tsv`.

use super::{table_row, Fraction};

table_row! {
    /// What could have been seen in one kinase region.
    pub struct DetectabilityRow {
        /// Sample name.
        pub sample: String,
        /// HGNC symbol of the kinase.
        pub gene: String,
        /// `intron 19` for DNA, `junction 19|20` for RNA.
        pub region: String,
        /// Contig as the BAM spells it.
        pub chrom: String,
        /// 1-based first base.
        pub start: u32,
        /// 1-based last base.
        pub end: u32,
        /// Kind of library.
        pub assay: String,
        /// Fraction of the region with any fragment.
        pub covered_frac: Option<Fraction>,
        /// Median number of fragments over the region.
        pub median_fragments: Option<Fraction>,
        /// Fragments that a call needs here.
        pub min_support: Option<String>,
        /// Fusion fraction seen with 95 % probability at the median depth: for a known and, behind `/`, a novel fusion.
        pub lod95: Option<String>,
        /// `informative`, `limited` or `not informative`.
        pub verdict: String,
        /// A remark.
        pub note: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::rows::Row;

    #[test]
    fn the_columns_are_those_of_the_contract() {
        let promised = "sample gene region chrom start end assay covered_frac median_fragments min_support lod95 verdict note";
        assert_eq!(DetectabilityRow::COLUMNS.join(" "), promised);
    }
}
