//! What is kept of one sample's document. The only file here that knows its form.

use std::path::Path;

use crate::error::Result;
use crate::genome::canonical_contig_name;
use crate::report::absence::Absence;
use crate::report::finding::{findings, of_kinase, Finding, OfKinase};
use crate::report::json::{Document, Verdict};
use crate::report::rows::{DetectabilityRow, Fraction, FusionRow, MetricRow, MetricValue, VariantRow};
use crate::variant::VariantStatus;

/// One sample in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// Whether it can be judged.
    pub verdict: Verdict,
    /// Why it is not `ok`.
    pub reasons: Vec<String>,
    /// Kinds of its libraries.
    pub assays: Vec<String>,
    /// Fusions and mutations.
    pub findings: Vec<Finding>,
    /// Where each fusion joins, as far as both places are known.
    pub junctions: Vec<SeenJunction>,
    /// What it is worth that no fusion of a kinase passes, of each without one.
    pub absent: Vec<(String, Absence)>,
    /// Known mutations of which nothing could be seen (`ROS1 p.G2032R`).
    pub uncovered: Vec<String>,
    /// What could have been seen where.
    pub regions: Vec<Region>,
    /// Figures of its quality.
    pub figures: Vec<Figure>,
}

/// Both places of a junction: two that compare equal are the same to the base.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Places {
    /// Genome assembly, empty where it was not recognised.
    pub assembly: String,
    /// Canonical contigs and strands, 5' partner first.
    pub sides: [(String, String); 2],
    /// 1-based positions of the kept bases.
    pub positions: [u32; 2],
    /// Inserted bases.
    pub insertion: String,
}

/// A fusion's junction in one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenJunction {
    /// Its places.
    pub places: Places,
    /// How far they may be off, in bases.
    pub slack_bp: u32,
    /// The row of `fusions.tsv`: its index among the findings.
    pub finding: usize,
    /// The two places as the row gives them.
    pub breakpoints: [String; 2],
    /// `rna`, `dna` or `rna+dna`.
    pub evidence: String,
}

/// What could have been seen in one region of a kinase.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The kinase.
    pub gene: String,
    /// `intron 19` or `junction 19|20`.
    pub name: String,
    /// Kind of library.
    pub assay: String,
    /// Fraction of a known fusion that is seen with 95 % probability.
    pub lod95: Option<f64>,
    /// `informative`, `limited` or `not informative`.
    pub verdict: String,
}

/// One figure of a library.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Stable key, without the number of the library.
    pub metric: String,
    /// Kind of the library.
    pub assay: String,
    /// The value.
    pub value: f64,
    /// Unit.
    pub unit: String,
    /// Whether it counts things, which spread over powers of ten.
    pub is_count: bool,
}

impl Sample {
    /// Reads a document and keeps what is needed of it.
    ///
    /// # Errors
    /// When the file cannot be read or is no document.
    pub fn read(path: &Path) -> Result<Self> {
        Document::read(path).map(|document| Self::of(&document))
    }

    /// What is needed of a document.
    pub fn of(document: &Document) -> Self {
        let assembly = document.assembly.as_deref().unwrap_or("");
        let uncovered = |row: &&VariantRow| row.status == VariantStatus::NotCovered;
        Self {
            name: document.sample.clone(),
            verdict: document.status.verdict,
            reasons: document.status.reasons.clone(),
            assays: document.assay.iter().map(|assay| assay.kind.clone()).collect(),
            // The fusions are the first of the findings, in the order of the rows.
            junctions: document.fusions.iter().enumerate().filter_map(|(index, row)| SeenJunction::of(row, index, assembly)).collect(),
            findings: findings(document),
            absent: document.targets.iter().filter_map(|gene| absent(document, gene)).collect(),
            uncovered: document.variants.iter().filter(uncovered).map(|row| format!("{} {}", row.gene, row.hgvs_p)).collect(),
            regions: document.detectability.iter().map(Region::of).collect(),
            figures: document.metrics.iter().filter_map(|row| Figure::of(row, document)).collect(),
        }
    }

    /// What it is worth that no fusion of a gene passes.
    pub fn absence(&self, gene: &str) -> Option<Absence> {
        self.absent.iter().find(|(own, _)| own == gene).map(|(_, absence)| *absence)
    }
}

fn absent(document: &Document, gene: &str) -> Option<(String, Absence)> {
    match of_kinase(document, gene) {
        OfKinase::Fusions(_) => None,
        OfKinase::Absent(absence) => Some((gene.to_owned(), absence)),
    }
}

impl SeenJunction {
    fn of(row: &FusionRow, finding: usize, assembly: &str) -> Option<Self> {
        let breakpoints = [row.breakpoint5.clone()?, row.breakpoint3.clone()?];
        let place = |text: &str| {
            let mut parts = text.rsplitn(3, ':');
            let (strand, position, contig) = (parts.next()?, parts.next()?, parts.next()?);
            Some(((canonical_contig_name(contig), strand.to_owned()), position.parse().ok()?))
        };
        let ((side5, position5), (side3, position3)) = (place(&breakpoints[0])?, place(&breakpoints[1])?);
        Some(Self {
            places: Places {
                assembly: assembly.to_owned(),
                sides: [side5, side3],
                positions: [position5, position3],
                insertion: row.insertion.clone().unwrap_or_default(),
            },
            slack_bp: row.slack_bp,
            finding,
            breakpoints,
            evidence: row.evidence.clone().unwrap_or_default(),
        })
    }
}

impl Region {
    fn of(row: &DetectabilityRow) -> Self {
        Self {
            gene: row.gene.clone(),
            name: row.region.clone(),
            assay: row.assay.clone(),
            lod95: row.lod95_known.map(Fraction::value),
            verdict: row.verdict.clone(),
        }
    }
}

impl Figure {
    /// A figure that is a number. What belongs to one fusion, or counts what was skipped, is none of the library.
    fn of(row: &MetricRow, document: &Document) -> Option<Self> {
        const OF_FINDINGS: [&str; 2] = ["fusion_transcript_share_", "skipped_"];
        let (value, is_count) = match row.value.as_ref()? {
            MetricValue::Count(count) => (*count as f64, true),
            // Depth is a count divided by a length.
            MetricValue::Number(number) => (*number, row.unit.as_deref() == Some("reads")),
            MetricValue::Text(_) => return None,
        };
        if OF_FINDINGS.iter().any(|prefix| row.metric.starts_with(prefix)) {
            return None;
        }
        let numbered = row.metric.rsplit_once('.').and_then(|(metric, number)| Some((metric, number.parse::<usize>().ok()?)));
        let (metric, library) = numbered.unwrap_or((&row.metric, 1));
        let assay = document.assay.get(library.checked_sub(1)?).map(|assay| assay.kind.clone()).unwrap_or_default();
        Some(Self { metric: metric.to_owned(), assay, value, unit: row.unit.clone().unwrap_or_default(), is_count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::json::AssayEntry;

    #[test]
    fn the_places_of_a_junction_do_not_depend_on_the_spelling_of_contigs() {
        let mut row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        let places = |row: &FusionRow| SeenJunction::of(row, 0, "GRCh38").map(|junction| junction.places);
        let with_chr = places(&row);
        row.breakpoint5 = Some("2:42299750:+".to_owned());
        assert!(with_chr.is_some() && with_chr == places(&row));
        row.breakpoint5 = None;
        assert_eq!(places(&row), None);
    }

    #[test]
    fn a_figure_belongs_to_its_own_library() {
        let mut document = Document::new("S1");
        let assay = |kind: &str| AssayEntry { file: "a.bam".to_owned(), kind: kind.to_owned(), reasons: Vec::new() };
        document.assay = vec![assay("rna"), assay("dna")];
        let figure = |metric: &str, value| Figure::of(&MetricRow::new("S1", metric, Some(value), "reads", ""), &document);
        let assay_of = |metric: &str| figure(metric, MetricValue::Count(5)).map(|figure| (figure.metric, figure.assay));
        assert_eq!(assay_of("ALK_reads.2"), Some(("ALK_reads".to_owned(), "dna".to_owned())));
        assert_eq!(assay_of("ALK_reads"), Some(("ALK_reads".to_owned(), "rna".to_owned())));
        assert_eq!(assay_of("skipped_unmapped"), None);
        assert_eq!(figure("status", MetricValue::text("ok")), None);
    }
}
