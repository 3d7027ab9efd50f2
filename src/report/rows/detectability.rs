//! One line of `detectability.tsv`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{not_empty, table_row, Amount, Cell, Fraction};
use crate::coverage::detectability::Detectability;
use crate::genome::Contigs;

/// Fragments that a call needs; `4/6` in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Support")]
pub struct NeededSupport {
    /// Of a known fusion.
    pub known: u32,
    /// Of a novel one.
    pub novel: u32,
}

impl Cell for NeededSupport {
    fn cell(&self) -> String {
        format!("{}/{}", self.known, self.novel)
    }
}

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
        pub min_support: Option<NeededSupport>,
        /// Fraction of 0-1 of the molecules that a known fusion needs to be seen with 95 % probability, if it breaks at a place drawn from
        /// the region (in RNA: behind the median partner); `.` where more than 5 % of the region cannot show one.
        pub lod95_known: Option<Fraction>,
        /// The same of a fusion with a novel partner.
        pub lod95_novel: Option<Fraction>,
        /// `informative`, `limited` or `not informative`; `not judged` of a sample that failed.
        pub verdict: String,
        /// A remark.
        pub note: Option<String>,
    }
}

impl DetectabilityRow {
    /// The row of a place of `sample` on `contigs`.
    pub fn new(sample: &str, place: &Detectability, contigs: &Contigs) -> Self {
        let [lod95_known, lod95_novel] = place.lod95.map(|fraction| fraction.and_then(Fraction::new));
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
            min_support: Some(NeededSupport { known: place.needed.known.any, novel: place.needed.novel.any }),
            lod95_known,
            lod95_novel,
            verdict: place.worth.name().to_owned(),
            note: not_empty(&place.note),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::rows::TableRow;

    #[test]
    fn the_columns_are_those_of_the_contract() {
        let promised =
            "sample gene region chrom start end assay covered_frac median_fragments min_support lod95_known lod95_novel verdict note";
        assert_eq!(DetectabilityRow::COLUMNS.join(" "), promised);
    }
}
