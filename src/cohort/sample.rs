//! What a cohort keeps of one sample's `kinfuse.json`. The only file of the cohort that knows that form.

use std::path::Path;

use super::figure::LibraryFigure;
use super::word::{Word, Words};
use crate::error::Result;
use crate::genome::canonical_contig_name;
use crate::model::DEFAULT_TARGETS;
use crate::report::absence::Absence;
use crate::report::finding::{findings, of_kinase, Finding, OfKinase};
use crate::report::json::{Document, SampleVerdict};
use crate::report::rows::{DetectabilityRow, Fraction, FusionRow, VariantRow};
use crate::variant::VariantStatus;

/// One sample in short.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortSample {
    /// Its name.
    pub name: String,
    /// Whether it can be judged.
    pub verdict: SampleVerdict,
    /// Why it is not `ok`.
    pub reasons: Vec<String>,
    /// Kinds of its libraries.
    pub assays: Vec<String>,
    /// Fusions and mutations.
    pub findings: Vec<Finding>,
    /// Where each fusion joins, as far as both places are known.
    pub junctions: Vec<SeenJunction>,
    /// What each kinase's result is.
    pub kinases: Vec<(Word, OfKinase)>,
    /// Known mutations of which nothing could be seen (`ROS1 p.G2032R`).
    pub uncovered: Vec<Word>,
    /// Hot spots of other genes of which nothing could be seen, up to their number (`KRAS p.G12`).
    pub uncovered_spots: Vec<Word>,
    /// What could have been seen where.
    pub regions: Vec<SampleRegion>,
    /// Figures of its quality.
    pub figures: Vec<LibraryFigure>,
}

/// Both places of a junction: two that compare equal are the same to the base.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JunctionPlaces {
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
    pub places: JunctionPlaces,
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
pub struct SampleRegion {
    /// The kinase.
    pub gene: Word,
    /// `intron 19` or `junction 19|20`.
    pub name: Word,
    /// Kind of library.
    pub assay: Word,
    /// Fraction of a known fusion that is seen with 95 % probability.
    pub lod95: Option<f64>,
    /// `informative`, `limited` or `not informative`.
    pub verdict: Word,
}

impl CohortSample {
    /// Reads a document and keeps what is needed of it.
    ///
    /// # Errors
    /// When the file cannot be read or is no document.
    pub fn read(path: &Path, words: &Words) -> Result<Self> {
        Document::read(path).map(|document| Self::of(&document, words))
    }

    /// What is needed of a document.
    pub fn of(document: &Document, words: &Words) -> Self {
        let kinase = |gene: &String| (words.word(gene), of_kinase(document, gene));
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
            kinases: document.targets.iter().map(kinase).collect(),
            uncovered: document.variants.iter().filter(uncovered).map(|row| words.word(&format!("{} {}", row.gene, row.hgvs_p))).collect(),
            uncovered_spots: uncovered_spots(document, words),
            regions: document.detectability.iter().map(|row| SampleRegion::of(row, words)).collect(),
            figures: document.metrics.iter().filter_map(|row| LibraryFigure::of(row, document, words)).collect(),
        }
    }

    /// Whether nothing could be seen of a mutation (`KRAS p.G12D`).
    pub fn is_uncovered(&self, mutation: &str) -> bool {
        let is_of = |spot: &Word| mutation.strip_prefix(&**spot).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
        self.uncovered.iter().any(|name| **name == *mutation) || self.uncovered_spots.iter().any(is_of)
    }

    /// What the sample says of a kinase; not judged where the gene was not looked at.
    pub fn of_kinase(&self, gene: &str) -> &OfKinase {
        self.looked_at(gene).unwrap_or(&OfKinase::Absent(Absence::NotJudged))
    }

    /// The same; `None` where the gene was not looked at.
    pub fn looked_at(&self, gene: &str) -> Option<&OfKinase> {
        self.kinases.iter().find(|(own, _)| **own == *gene).map(|(_, result)| result)
    }

    /// The kinases of which it is no negative, each with the word for it: nothing was found, and that says little or nothing.
    pub fn no_negatives(&self) -> impl Iterator<Item = (&'static str, Absence)> + '_ {
        DEFAULT_TARGETS.into_iter().filter_map(|gene| match self.of_kinase(gene) {
            OfKinase::Absent(absence) if *absence != Absence::Informative => Some((gene, *absence)),
            _ => None,
        })
    }
}

/// The hot spots that no library covers. One that is not called has one line, whatever changes are listed for it.
fn uncovered_spots(document: &Document, words: &Words) -> Vec<Word> {
    let (bare, seen): (Vec<_>, Vec<_>) = document.off_target.iter().partition(|spot| spot.status == VariantStatus::NotCovered);
    let bare = bare.into_iter().filter(|spot| !seen.iter().any(|other| other.site == spot.site));
    bare.filter_map(|spot| spot.site.split_once(' ')).map(|(gene, residue)| words.word(&format!("{gene} p.{residue}"))).collect()
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
            places: JunctionPlaces {
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

impl SampleRegion {
    fn of(row: &DetectabilityRow, words: &Words) -> Self {
        Self {
            gene: words.word(&row.gene),
            name: words.word(&row.region),
            assay: words.word(&row.assay),
            lod95: row.lod95_known.map(Fraction::value),
            verdict: words.word(&row.verdict),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::OffTargetRow;

    #[test]
    fn a_hot_spot_that_was_not_covered_is_so_for_all_its_changes() {
        let mut document = Document::new("S1");
        let spot =
            |site: &str, status| OffTargetRow { site: site.to_owned(), status, variants: Vec::new(), drugs: Vec::new(), seen: Vec::new() };
        document.off_target = vec![
            spot("KRAS G12", VariantStatus::NotCovered),
            spot("EGFR T790", VariantStatus::NotCovered),
            spot("EGFR T790", VariantStatus::NotSeen),
        ];
        let sample = CohortSample::of(&document, &Words::default());
        assert!(sample.is_uncovered("KRAS p.G12D"));
        for other in ["KRAS p.G120D", "KRAS p.G13D", "EGFR p.T790M"] {
            assert!(!sample.is_uncovered(other), "{other}");
        }
    }

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
}
