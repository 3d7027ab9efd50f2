//! One line of `detectability.tsv`.

use super::{not_empty, table_row, Amount, Cell, Fraction};
use crate::coverage::detectability::Detectability;
use crate::genome::Contigs;

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
        /// Fraction of the region with any fragment; in RNA of the known partners with any molecule.
        pub covered_frac: Option<Fraction>,
        /// Median number of fragments (molecules) that could have shown a fusion.
        pub median_fragments: Option<Amount>,
        /// Fragments that a call needs here: of a known and, behind `/`, a novel fusion.
        pub min_support: Option<String>,
        /// Fusion fraction seen with 95 % probability if it breaks at a place drawn from the region (in RNA: behind the median partner):
        /// for a known and, behind `/`, a novel fusion; `.` where more than 5 % of the region cannot show one.
        pub lod95: Option<String>,
        /// `informative`, `limited` or `not informative`.
        pub verdict: String,
        /// A remark.
        pub note: Option<String>,
    }
}

impl DetectabilityRow {
    /// The row of a place of `sample` on `contigs`.
    pub fn new(sample: &str, place: &Detectability, contigs: &Contigs) -> Self {
        let lod = |fraction: Option<f64>| fraction.and_then(Fraction::new).cell();
        let [known, novel] = place.lod95.map(lod);
        Self {
            sample: sample.to_owned(),
            gene: place.gene.clone(),
            region: place.region.clone(),
            chrom: contigs.name(place.interval.contig).to_owned(),
            start: place.interval.start + 1,
            end: place.interval.end,
            assay: place.assay.name().to_owned(),
            covered_frac: place.covered_frac.and_then(Fraction::new),
            median_fragments: Some(place.molecules.into()),
            min_support: Some(format!("{}/{}", place.needed.known.any, place.needed.novel.any)),
            lod95: place.lod95.iter().any(Option::is_some).then(|| format!("{known}/{novel}")),
            verdict: place.worth.name().to_owned(),
            note: not_empty(&place.note),
        }
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
