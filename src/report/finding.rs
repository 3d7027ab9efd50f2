//! One short line for each fusion or mutation of a sample; tables over many samples are made of these lines.
//!
//! This file and its tests are the only place where the rows of a document become such lines.

use super::absence::Absence;
use super::html::Lang;
use super::json::Document;
use super::rows::{Fraction, FusionRow, Phred, VariantRow};
use crate::variant::VariantStatus;

/// A fusion or mutation in few words.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Identifier of a fusion within its sample; empty for a mutation.
    pub id: String,
    /// Genes that it concerns, the kinase or mutated gene last.
    pub genes: Vec<String>,
    /// `EML4::ALK` or `ROS1 p.G2032R`.
    pub name: String,
    /// Exon junction of a fusion (`E13;A20`).
    pub exon_junction: Option<String>,
    /// Variant label of a fusion (`V1`).
    pub variant: Option<String>,
    /// Reading frame of a fusion.
    pub frame: Option<String>,
    /// Molecules or fragments that show it.
    pub fragments: u32,
    /// Its fraction of the molecules at its place.
    pub fraction: Option<f64>,
    /// Phred-scaled chance that it is an artefact.
    pub quality: Option<f64>,
    /// `PASS`, or flags joined by `;`.
    pub filter: String,
    /// Whether it is called without a doubt.
    pub passes: bool,
    /// Level of evidence of a fusion's drugs.
    pub level: Option<String>,
}

impl Finding {
    /// Whether it is a fusion.
    pub fn is_fusion(&self) -> bool {
        !self.id.is_empty()
    }

    /// `EML4::ALK E13;A20 V1`: the label with the name that the tables give the variant.
    pub fn with_variant(&self) -> String {
        self.variant.as_ref().map_or_else(|| self.label(), |variant| format!("{} {variant}", self.label()))
    }

    /// `EML4::ALK E13;A20`: what the same finding is called in every sample.
    pub fn label(&self) -> String {
        self.exon_junction.as_ref().map_or_else(|| self.name.clone(), |junction| format!("{} {junction}", self.name))
    }
}

/// The findings of a sample: fusions as they are listed, then called mutations of the kinases, then those of other genes.
pub fn findings(document: &Document) -> Vec<Finding> {
    let level = |id: &str| {
        let meaning = document.interpretation.fusions.iter().find(|meaning| meaning.id == id)?;
        meaning.evidence_level.map(|level| level.name().to_owned())
    };
    let fusions = document.fusions.iter().map(|row| Finding {
        id: row.id.clone(),
        genes: [&row.gene5, &row.gene3].into_iter().flatten().cloned().collect(),
        name: row.fusion.clone(),
        exon_junction: row.exon_junction.clone(),
        variant: row.variant.clone(),
        frame: Some(row.frame.clone()),
        fragments: row.fragments,
        fraction: row.allele_fraction.map(Fraction::value),
        quality: Some(row.qual.value()),
        filter: row.filter.clone(),
        passes: row.passes(),
        level: level(&row.id),
    });
    let others = document.off_target.iter().flat_map(|site| &site.variants);
    fusions.chain(document.variants.iter().chain(others).filter_map(mutation)).collect()
}

fn mutation(row: &VariantRow) -> Option<Finding> {
    (row.status == VariantStatus::Called).then(|| Finding {
        id: String::new(),
        genes: vec![row.gene.clone()],
        name: format!("{} {}", row.gene, row.hgvs_p),
        exon_junction: None,
        variant: None,
        frame: None,
        fragments: row.alt_fragments,
        fraction: row.allele_fraction.map(Fraction::value),
        quality: row.qual.map(Phred::value),
        filter: row.filter.clone().unwrap_or_else(|| "PASS".to_owned()),
        passes: row.is_sure(),
        level: None,
    })
}

/// What is known of a kinase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfKinase {
    /// Its fusions that pass.
    Fusions(String),
    /// Flagged fusions, if none passes: neither a finding nor a negative result.
    Doubtful(String),
    /// What it is worth that none was found.
    Absent(Absence),
}

impl OfKinase {
    /// The fusions, or the word in files that programs read.
    pub fn name(&self) -> String {
        match self {
            Self::Fusions(names) => names.clone(),
            Self::Doubtful(names) => format!("doubtful:{names}"),
            Self::Absent(absence) => absence.name().to_owned(),
        }
    }

    /// The fusions, or the words for people.
    pub fn said(&self, lang: Lang) -> String {
        match self {
            Self::Fusions(names) => names.clone(),
            Self::Doubtful(names) if lang == Lang::Japanese => format!("疑わしい: {names}"),
            Self::Doubtful(names) => format!("doubtful: {names}"),
            Self::Absent(absence) => absence.said(lang).to_owned(),
        }
    }
}

/// What is known of a kinase: its fusions that pass, else what it is worth that none was found.
pub fn of_kinase(document: &Document, gene: &str) -> OfKinase {
    let named = |sure: bool| {
        let own = document.fusions.iter().filter(|row| row.passes() == sure && concerns(row, gene));
        let mut names: Vec<&str> = own.map(|row| row.fusion.as_str()).collect();
        names.dedup();
        Some(names.join(", ")).filter(|names| !names.is_empty())
    };
    let sure = named(true).map(OfKinase::Fusions);
    sure.or_else(|| named(false).map(OfKinase::Doubtful)).unwrap_or_else(|| OfKinase::Absent(Absence::of_kinase(document, gene)))
}

/// Whether a fusion of a gene passes. A doubtful one does not take the kinase from what was not found.
pub fn has_sure_fusion(document: &Document, gene: &str) -> bool {
    document.fusions.iter().any(|row| row.passes() && concerns(row, gene))
}

fn concerns(row: &FusionRow, gene: &str) -> bool {
    [&row.gene5, &row.gene3].into_iter().flatten().any(|partner| partner == gene)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::json::{Negative, SampleVerdict};

    fn document() -> Document {
        let (contigs, mut document) = (fixture::contigs(), Document::new("S1"));
        document.targets = vec!["ALK".to_owned(), "ROS1".to_owned(), "NTRK1".to_owned()];
        document.fusions = vec![FusionRow::new("S1", &fixture::eml4_alk(), &contigs), FusionRow::new("S1", &fixture::unplaced(), &contigs)];
        document.variants = vec![VariantRow::new("S1", &fixture::ros1_g2032r(), &contigs)];
        document.negatives =
            vec![Negative { gene: "ROS1".to_owned(), verdict: "limited".to_owned(), text: String::new(), places: Vec::new() }];
        document
    }

    #[test]
    fn fusions_come_before_mutations_and_keep_their_filter() {
        let mut document = document();
        let lines = |document: &Document| -> Vec<(String, bool)> {
            findings(document).iter().map(|finding| (finding.label(), finding.passes)).collect()
        };
        let expected = [("EML4::ALK E13;A20", true), ("?::ALK E13;A20", false), ("ROS1 p.G2032R", true)];
        assert_eq!(lines(&document), expected.map(|(label, passes)| (label.to_owned(), passes)));
        document.variants[0].status = VariantStatus::NotSeen;
        assert_eq!(lines(&document).len(), 2);
    }

    #[test]
    fn a_kinase_without_a_fusion_is_negative_only_where_the_sample_can_be_judged() {
        let mut document = document();
        let words = |document: &Document| ["ALK", "ROS1", "NTRK1"].map(|gene| of_kinase(document, gene));
        let fused = OfKinase::Fusions("EML4::ALK".to_owned());
        let [limited, unknown] = [Absence::Limited, Absence::NotJudged].map(OfKinase::Absent);
        assert_eq!(words(&document), [fused.clone(), limited, unknown.clone()]);
        document.status.verdict = SampleVerdict::Failed;
        assert_eq!(words(&document), [fused, unknown.clone(), unknown]);
        // Now both of ALK are flagged.
        document.fusions.iter_mut().for_each(|row| row.filter = "low_support".to_owned());
        assert_eq!(words(&document)[0], OfKinase::Doubtful("EML4::ALK, ?::ALK".to_owned()));
        assert!(!has_sure_fusion(&document, "ALK"), "what is doubtful leaves the kinase in what was not found");
    }
}
