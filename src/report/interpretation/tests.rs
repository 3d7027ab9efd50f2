use super::*;
use crate::report::fixture;

/// What is said of a fusion that is changed so.
fn said(change: impl Fn(&mut FusionRow)) -> FusionMeaning {
    let mut row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
    change(&mut row);
    let mut document = Document::new("S1");
    document.fusions = vec![row];
    interpret(&document, &Knowledge::builtin(), Some("NSCLC")).fusions.remove(0)
}

#[test]
fn a_fusion_that_makes_no_kinase_has_no_level_and_says_why() {
    type Change = fn(&mut FusionRow);
    let whole = said(|row| row.evidence = Some("rna".to_owned()));
    assert_eq!((whole.evidence_level, whole.no_level), (Some(Level::AJapan), None));
    let cases: [(&str, Change); 3] = [
        ("out of frame", |row| {
            row.evidence = Some("rna".to_owned());
            row.frame = "out-of-frame".to_owned();
        }),
        ("out of frame, implied by the break; RNA may show another frame", |row| row.frame = "out-of-frame".to_owned()),
        ("kinase domain lost, stop before the kinase", |row| {
            row.evidence = Some("rna".to_owned());
            row.kinase_domain = Some(KinaseDomain::Lost);
            row.structure = Some("promoter swap; stop before the kinase domain".to_owned());
        }),
    ];
    for (reason, change) in cases {
        let meaning = said(change);
        assert_eq!(meaning.no_level.as_deref(), Some(reason));
        assert!(meaning.evidence_level.is_none() && meaning.drugs.iter().all(|drug| drug.level.is_none()), "{reason}");
    }
}

#[test]
fn an_unknown_tumour_type_is_said() {
    let note = |tumour: &str| interpret(&Document::new("S1"), &Knowledge::builtin(), Some(tumour)).tumour_note;
    assert!(note("NSLC").is_some_and(|text| text.contains("NSLC is not in the tables") && text.contains("NSCLC")));
    assert_eq!(note("NSCLC"), None);
}

#[test]
fn a_drug_that_needs_a_mutation_is_said_where_that_one_is_called() {
    let mut fusion = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
    let mut condition = |drug: &str, partner: &str, kinase: &str, change: &str| {
        (fusion.gene5, fusion.gene3) = (Some(partner.to_owned()), Some(kinase.to_owned()));
        let mut variant = VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs());
        (variant.gene, variant.hgvs_p) = (kinase.to_owned(), format!("p.{change}"));
        let document = Document { fusions: vec![fusion.clone()], variants: vec![variant], ..Document::new("S1") };
        let meaning = interpret(&document, &Knowledge::builtin(), Some("NSCLC")).fusions.remove(0);
        meaning.drugs.into_iter().find(|row| row.drug == drug).map(|row| (row.condition, row.level))
    };
    for change in ["G667C", "V573M"] {
        for drug in ["altiratinib", "cabozantinib", "foretinib"] {
            assert_eq!(condition(drug, "TPM3", "NTRK1", change), Some((Some(format!("NTRK1 {change}")), Some(Level::E))), "{drug}");
        }
    }
    assert_eq!(condition("altiratinib", "TPM3", "NTRK1", "F589L"), Some((Some("NTRK1 F589L".to_owned()), Some(Level::E))));
    assert_eq!(condition("cabozantinib", "TPM3", "NTRK1", "F589L"), None, "no source says so");
    assert_eq!(condition("altiratinib", "TPM3", "NTRK1", "G667S"), None, "another residue than the source's");
    assert_eq!(condition("altiratinib", "ETV6", "NTRK3", "G696A"), None, "another kinase than the source's");
    assert_eq!(condition("altiratinib", "TPM3", "NTRK1", "G595R"), None, "solvent front");
}
