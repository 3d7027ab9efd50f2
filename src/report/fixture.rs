//! Small fusions and variants for the tests of the writers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::fusion::naming::Naming;
use crate::fusion::{Agreement, Flag, Frame, Fusion, KinaseDomain, KnownTier, Material, Partner, Support, Unit};
use crate::genome::{Breakend, ContigId, Contigs, Junction, Side};
use crate::knowledge::{DrugEffect, Effect};
use crate::model::Site;
use crate::report::drawing_data::DrawnGene;
use crate::report::json::{Negative, NegativePlaces};
use crate::report::rows::Fraction;
use crate::stats::jeffreys_share;
use crate::variant::{Variant, VariantStatus};

/// Two chromosomes of `GRCh38` and a contig with a difficult name.
pub(crate) fn contigs() -> Contigs {
    Contigs::new([("chr2".to_owned(), 242_193_529), ("chr6".to_owned(), 170_805_979), ("HLA-A*01:01:01:01".to_owned(), 3_503)])
}

/// A gene of one coding exon, as pages draw it.
pub(crate) fn drawn_gene(symbol: &str, residues: u32) -> DrawnGene {
    DrawnGene {
        gene: symbol.to_owned(),
        transcript: "NM_1".to_owned(),
        chrom: "15".to_owned(),
        strand: "-".to_owned(),
        exons: vec![(1, 3 * residues)],
        coding: Some((1, 3 * residues)),
        residues: Some(residues),
        domains: Vec::new(),
        counts: Vec::new(),
    }
}

/// The H3122 junction: EML4 keeps its lower flank, ALK (reverse strand) its lower one, one base of homology.
pub(crate) fn eml4_alk() -> Fusion {
    let five = Breakend::new(ContigId(0), 42_299_750, Side::Lower);
    let three = Breakend::new(ContigId(0), 29_223_741, Side::Lower);
    joined(five, three, Junction::with_homology(three, five, 1))
}

/// A kinase whose partner could not be placed, with three bases of it known.
pub(crate) fn unplaced() -> Fusion {
    let three = Breakend::new(ContigId(0), 29_223_741, Side::Lower);
    let mut fusion = joined(three, three, Junction::new(three, three, b""));
    fusion.id = "F2".to_owned();
    fusion.five.gene = None;
    fusion.five.site = None;
    fusion.insertion = b"AAC".to_vec();
    fusion.flags = BTreeSet::from([Flag::UnplacedPartner, Flag::LowSupport]);
    fusion
}

/// An `EML4::ALK` with these breakends and this junction.
pub(crate) fn joined(five: Breakend, three: Breakend, junction: Junction) -> Fusion {
    Fusion {
        id: "F1".to_owned(),
        five: Partner {
            gene: Some("EML4".to_owned()),
            transcript: Some("NM_019063".to_owned()),
            breakend: five,
            site: Some(Site::Intron { after: 13 }),
        },
        three: Partner {
            gene: Some("ALK".to_owned()),
            transcript: Some("NM_004304".to_owned()),
            breakend: three,
            site: Some(Site::Intron { after: 19 }),
        },
        insertion: Vec::new(),
        junction,
        slack_bp: 0,
        exon_junction: Some("E13;A20".to_owned()),
        variant: Some("V1".to_owned()),
        known: KnownTier::Variant,
        frame: Frame::InFrame,
        kinase_domain: Some(KinaseDomain::Retained),
        evidence: BTreeSet::from([Material::Dna]),
        support: Support { split: 12, pair: 20, clip: 3 },
        witnesses: Arc::default(),
        unit: Unit::Fragments,
        depth5: 80,
        depth3: 65,
        crossing: 35,
        allele_fraction: jeffreys_share(35, 100),
        quality: 93.25,
        terms: None,
        flags: BTreeSet::new(),
        event: "E1".to_owned(),
        hgvs: None,
        vicc: Some("NM_019063.5(EML4):e.13::NM_004304.5(ALK):e.20".to_owned()),
        consensus: Some("ACGT|TTGA".to_owned()),
        target: "ALK".to_owned(),
        agreement: Agreement::default(),
        naming: Naming::default(),
        description: crate::fusion::Description::default(),
    }
}

/// A called resistance mutation in cis with the fusion.
pub(crate) fn ros1_g2032r() -> Variant {
    Variant {
        hgvs_c: Some("c.6094G>A".to_owned()),
        hgvs_p: "p.G2032R".to_owned(),
        reference: b"C".to_vec(),
        alternative: b"T".to_vec(),
        depth: 200,
        alt_fragments: 10,
        share: jeffreys_share(10, 200),
        quality: 61.04,
        known_resistance: vec![("crizotinib".to_owned(), "resistant".to_owned()), ("repotrectinib".to_owned(), "sensitive".to_owned())],
        codon_class: Some("solvent front".to_owned()),
        lod95: Some(0.0149),
        phase: "cis:F1:4".to_owned(),
        status: VariantStatus::Called,
        aliases: vec!["p.G2026R (NM_001378902)".to_owned()],
        error_rate: Some(2e-4 / 3.0),
        error_variance: Some(0.25),
        min_fragments: Some(5),
        ..Variant::blank("ROS1", "NM_002944", 2_032, ContigId(1), 117_317_183)
    }
}

/// What one source says of a drug.
pub(crate) fn drug_effect(drug: &str, effect: Effect) -> DrugEffect {
    DrugEffect {
        drug: drug.to_owned(),
        effect,
        evidence: "in vitro".to_owned(),
        context: String::new(),
        source: "PMID:1".to_owned(),
        confidence: "verified".to_owned(),
        verified: true,
        table: 0,
    }
}

/// What the absence of a fusion is worth, over introns with 90 to 512 molecules.
pub(crate) fn negative(gene: &str, verdict: &str, text: &str) -> Negative {
    let share = |value: f64| Fraction::new(value).filter(|_| verdict == "informative");
    let places = NegativePlaces {
        regions: "introns 31-35".to_owned(),
        verdict: verdict.to_owned(),
        molecules_low: 90,
        molecules_high: 512,
        lod95_known: share(0.012),
        lod95_novel: share(0.015),
        asked: None,
        asked_probability: None,
    };
    Negative { gene: gene.to_owned(), verdict: verdict.to_owned(), text: text.to_owned(), places: vec![places] }
}
