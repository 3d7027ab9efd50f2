use super::*;
use crate::knowledge::standing::is_class;
use crate::report::fixture;
use crate::report::rows::{Companion, VariantRow};

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
    type RowChange = fn(&mut FusionRow);
    let whole = said(|row| row.evidence = Some("rna".to_owned()));
    assert_eq!((whole.evidence_level, whole.no_level), (Some(Level::AJapan), None));
    let cases: [(&str, RowChange); 3] = [
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
fn no_drug_rests_on_a_doubtful_call() {
    let meaning = said(|row| row.filter = "low_support".to_owned());
    assert!(meaning.drugs.is_empty() && meaning.evidence_level.is_none() && meaning.tier.is_none());
    assert_eq!(meaning.no_level.as_deref(), Some("doubtful call (low_support)"));
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

/// What is said of a fusion of a kinase with mutations on all its molecules, in a tumour type.
fn mutated(partner: &str, kinase: &str, changes: &[&str], tumour: Option<&str>) -> FusionMeaning {
    let mut fusion = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
    (fusion.gene5, fusion.gene3, fusion.evidence) = (Some(partner.to_owned()), Some(kinase.to_owned()), Some("rna".to_owned()));
    let row = |change: &&str| VariantRow {
        gene: kinase.to_owned(),
        hgvs_p: format!("p.{change}"),
        compound_with: changes
            .iter()
            .filter(|other| *other != change)
            .filter_map(|other| Companion::read(&format!("p.{other}:cis:20")))
            .collect(),
        ..VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs())
    };
    let document = Document { fusions: vec![fusion], variants: changes.iter().map(row).collect(), ..Document::new("S1") };
    interpret(&document, &Knowledge::builtin(), tumour).fusions.remove(0)
}

#[test]
fn the_level_is_that_of_the_drugs_that_are_left() {
    let level = |partner: &str, kinase: &str, changes: &[&str]| mutated(partner, kinase, changes, Some("NSCLC")).evidence_level;
    assert_eq!(level("CD74", "ROS1", &["G2032R"]), Some(Level::AJapan));
    assert_eq!(level("CD74", "ROS1", &["L2086F"]), Some(Level::D), "a case of cabozantinib is left");
    assert_eq!(level("CD74", "ROS1", &["G2032R", "L2086F"]), Some(Level::E), "of the compound that case says nothing");
    assert_eq!(level("CD74", "ROS1", &["G2101A"]), Some(Level::E), "foretinib in vitro, of which no approval is listed");
    assert_eq!(level("EML4", "ALK", &["L1196M", "G1202R"]), None);
    assert_eq!(level("ETV6", "NTRK3", &["G696A"]), None);
    let untold = mutated("CD74", "ROS1", &["G2032R"], None);
    assert_eq!((untold.evidence_level, untold.drugs[0].level, untold.drugs[0].group), (None, None, Group::Active));
    let other = mutated("EML4", "ALK", &[], Some("a tumour of no table"));
    assert_eq!(other.evidence_level, Some(Level::AJapan), "alectinib, whatever the solid tumour");
}

#[test]
fn a_class_is_no_drug_and_gives_no_comfort_beside_a_resistance_mutation() {
    let favourable = |meaning: &FusionMeaning| meaning.notes.iter().any(|note| note.important && note.text.contains("work better"));
    let (plain, resistant) = (mutated("ETV6", "NTRK3", &[], Some("NSCLC")), mutated("ETV6", "NTRK3", &["G623R"], Some("NSCLC")));
    assert!(favourable(&plain) && !favourable(&resistant));
    assert!(resistant.notes.iter().any(|note| note.text.contains("work better")), "it stays in the document");
    assert!([plain, resistant].iter().flat_map(|meaning| &meaning.drugs).all(|drug| !is_class(&drug.drug)));
}

#[test]
fn conditions_tests_lines_and_figures_stand_with_the_drug() {
    let find = |meaning: FusionMeaning, name: &str| meaning.drugs.into_iter().find(|drug| drug.drug == name).expect("it is in the table");
    let crizotinib = find(mutated("CD74", "ROS1", &[], Some("NSCLC")), "crizotinib");
    assert!(crizotinib.line.is_some_and(|text| text.starts_with("JP: first line recommended")));
    assert!(crizotinib.companion_diagnostic.is_some_and(|text| text.contains("AmoyDx ROS1 fusion kit") && text.contains("Oncomine Dx")));
    assert!(crizotinib
        .efficacy
        .is_some_and(|text| text.contains("ORR 72%") && text.ends_with("[doc:ROS1 testing guide (Japan Lung Cancer Society)]")));
    let larotrectinib = find(mutated("TPM3", "NTRK1", &["G595R"], Some("NSCLC")), "larotrectinib");
    assert_eq!(larotrectinib.condition.as_deref(), Some("US: without a known acquired resistance mutation"));
    assert_eq!(larotrectinib.group, Group::Void);
    let neladalkib = find(mutated("EML4", "ALK", &[], Some("NSCLC")), "neladalkib");
    let us = &neladalkib.approvals[0];
    assert_eq!(
        (us.status.as_str(), us.date.as_deref(), neladalkib.level),
        ("under review", Some("decision due 2026-11-27"), Some(Level::C))
    );
    assert!(!neladalkib.is_approved());
}

#[test]
fn a_fusion_that_makes_no_kinase_leaves_no_drug_active() {
    let broken = said(|row| row.frame = "out-of-frame".to_owned());
    assert!(!broken.drugs.is_empty() && broken.drugs.iter().all(|drug| drug.group == Group::NoReport));
}

#[test]
fn notes_on_a_mutation_stand_with_it_alone() {
    let topics = |meaning: FusionMeaning| meaning.notes.into_iter().map(|note| note.text).collect::<Vec<_>>().join("\n");
    assert!(topics(mutated("CD74", "ROS1", &["G2032R"], None)).contains("10 of 17 with G2032R"));
    assert!(!topics(mutated("CD74", "ROS1", &["D2033N"], None)).contains("10 of 17 with G2032R"));
    assert!(topics(mutated("KIF5B", "ALK", &["I1171N"], None)).contains("GSK3 inhibitor"));
    assert!(!topics(mutated("KIF5B", "ALK", &[], None)).contains("GSK3 inhibitor"));
    let variant =
        |label: &str| said(|row| row.variant = Some(label.to_owned())).notes.iter().any(|note| note.text.contains("G1202R in 32 %"));
    assert!(variant("V3a") && variant("V3a/b") && !variant("V1"));
}

#[test]
fn a_kit_confirms_its_own_junctions_however_they_are_counted() {
    let outside = |junction: &str, evidence: &str, places: Option<[&str; 2]>| {
        let mut row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        (row.gene5, row.gene3) = (Some("GOPC".to_owned()), Some("ROS1".to_owned()));
        (row.exon_junction, row.variant, row.evidence) = (Some(junction.to_owned()), None, Some(evidence.to_owned()));
        if let Some([five, three]) = places {
            (row.breakpoint5, row.breakpoint3) = (Some(five.to_owned()), Some(three.to_owned()));
        }
        let document = Document { fusions: vec![row], assembly: Some("GRCh38".to_owned()), ..Document::new("S1") };
        let meaning = interpret(&document, &Knowledge::builtin(), None).fusions.remove(0);
        meaning.notes.iter().any(|note| note.text.contains("none of the 14"))
    };
    assert!(!outside("G8;R35", "rna", None), "as printed");
    assert!(!outside("G99;R35", "rna", Some(["6:117566854:-", "6:117321394:-"])), "as a user's transcript counts");
    assert!(outside("G6;R35", "rna", None));
    assert!(!outside("G6;R35", "dna", None), "a break in DNA implies a junction, and shows none");
}

/// A document with a fusion and what was called of other genes: copies and mutations.
fn beside(partner: &str, kinase: &str, gains: &[&str], changes: &[(&str, &str)]) -> Document {
    let mut fusion = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
    (fusion.gene5, fusion.gene3) = (Some(partner.to_owned()), Some(kinase.to_owned()));
    let gain = |gene: &&str| crate::report::bypass::CopyRatio { gene: (*gene).to_owned(), ratio: 6.1, low: 5.1, high: 7.1 };
    let spot = |(gene, change): &(&str, &str)| {
        let variant = VariantRow {
            gene: (*gene).to_owned(),
            hgvs_p: format!("p.{change}"),
            ..VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs())
        };
        crate::report::rows::OffTargetRow {
            site: format!("{gene} {change}"),
            status: variant.status,
            variants: vec![variant],
            drugs: Vec::new(),
            seen: Vec::new(),
        }
    };
    Document {
        fusions: vec![fusion],
        copy_ratios: gains.iter().map(gain).collect(),
        off_target: changes.iter().map(spot).collect(),
        ..Document::new("S1")
    }
}

/// What is said of it in lung cancer.
fn meant(document: &Document) -> FusionMeaning {
    interpret(document, &Knowledge::builtin(), Some("NSCLC")).fusions.remove(0)
}

#[test]
fn alterations_of_other_genes_say_what_they_void_and_call_for() {
    let mut document = beside("EML4", "ALK", &["MET"], &[("KRAS", "G12C")]);
    document.copy_ratios.push(crate::report::bypass::CopyRatio { gene: "KIT".to_owned(), ratio: 2.2, low: 1.2, high: 3.2 });
    let meaning = meant(&document);
    let told: Vec<String> = meaning.bypass.iter().map(|item| format!("{}: {} {}", item.seen, item.effect, item.drug)).collect();
    assert_eq!(told, ["MET gain (6.1 times the copies): resistant alectinib", "KRAS p.G12C: resistant ALK TKIs"]);
    assert!(meaning.bypass[0].calls_for.as_deref().is_some_and(|text| text.starts_with("crizotinib") && text.contains("level D")));
}

#[test]
fn a_bypass_that_was_called_takes_its_drugs_from_the_active_ones() {
    let group = |meaning: &FusionMeaning, name: &str| {
        let drug = meaning.drugs.iter().find(|drug| drug.drug == name).expect("it is listed");
        let because = drug.because.iter().map(|reason| format!("{} {}", reason.mutation, reason.effect)).collect::<Vec<_>>();
        (drug.group, because.join(", "))
    };
    let one = meant(&beside("CD74", "ROS1", &[], &[("KRAS", "G12C")]));
    assert_eq!(group(&one, "lorlatinib"), (Group::Void, "KRAS p.G12C resistant".to_owned()));
    assert_eq!(group(&one, "crizotinib"), (Group::Active, String::new()));
    assert_eq!(one.evidence_level, Some(Level::AJapan));
    let gain = meant(&beside("EML4", "ALK", &["MET"], &[]));
    assert_eq!(group(&gain, "alectinib"), (Group::Void, "MET gain resistant".to_owned()));
    assert_eq!(group(&gain, "crizotinib").0, Group::Active);
    // A class is that of all drugs of the kinase.
    for (partner, kinase, gene, change) in [("TPM3", "NTRK1", "BRAF", "V600E"), ("EML4", "ALK", "EGFR", "L858R")] {
        let class = meant(&beside(partner, kinase, &[], &[(gene, change)]));
        assert!(class.drugs.iter().all(|drug| drug.group == Group::Void), "{kinase} {gene} {change}");
        assert_eq!((class.evidence_level, class.unreported()), (None, None));
    }
    // What was not read, and what its source only supposes, warns.
    let hint = meant(&beside("CD74", "ROS1", &[], &[("KRAS", "G12D")]));
    assert_eq!(group(&hint, "crizotinib"), (Group::NoReport, "KRAS p.G12D unverified".to_owned()));
    let supposed = meant(&beside("EML4", "ALK", &[], &[("MAP2K1", "F129L")]));
    assert_eq!(group(&supposed, "alectinib"), (Group::NoReport, "MAP2K1 p.F129L resistant (putative)".to_owned()));
    assert_eq!(supposed.unreported().as_deref(), Some("MAP2K1 p.F129L"));
}

#[test]
fn a_mutation_calls_for_nothing_that_it_resists() {
    let meaning = meant(&beside("EML4", "ALK", &[], &[("EGFR", "T790M")]));
    assert!(meaning.bypass.iter().all(|item| item.calls_for.as_deref() != Some("EGFR TKI")), "{:?}", meaning.bypass);
    assert!(meaning.bypass.iter().any(|item| item.drug == "EGFR TKIs" && item.effect == "resistant"), "{:?}", meaning.bypass);
    let other = meant(&beside("EML4", "ALK", &[], &[("EGFR", "L858R")]));
    assert!(other.bypass.iter().any(|item| item.calls_for.as_deref() == Some("EGFR TKI")));
}

#[test]
fn a_fusion_beside_a_mutation_of_egfr_is_said_to_be_one_of_two_drivers() {
    let meaning = meant(&beside("TPM3", "NTRK1", &[], &[("EGFR", "L858R")]));
    let item = meaning.bypass.iter().find(|item| item.driver == "EGFR-mutant NSCLC").expect("it is said");
    assert_eq!(item.seen, "NTRK1 fusion with EGFR p.L858R");
    assert_eq!(item.calls_for.as_deref(), Some("combine with TRK inhibitor"));
    assert!(item.note.as_deref().is_some_and(|note| note.contains("report both drivers")));
    assert!(meaning.drugs.iter().all(|drug| drug.because.is_empty()), "it speaks against no drug of the fusion");
}

#[test]
fn hot_spots_say_what_concerns_the_fusion_and_name_the_context_of_a_class() {
    let known = |partner: &str, kinase: &str, change: (&str, &str)| {
        let mut document = beside(partner, kinase, &[], &[change]);
        crate::report::renew::renew(&mut document, &Knowledge::builtin(), None);
        let row = document.off_target[0].variants[0].known_resistance.clone();
        row.unwrap_or_default()
    };
    assert_eq!(known("CD74", "ROS1", ("KRAS", "G12C")), "lorlatinib:resistant");
    assert_eq!(known("EML4", "ALK", ("KRAS", "G12C")), "ALK TKIs beside ALK fusion:resistant");
    assert_eq!(known("EML4", "ALK", ("BRAF", "V600E")), "");
    let all = "TRK inhibitors beside NTRK fusion:resistant,first-generation TRK inhibitors beside NTRK fusion:resistant";
    assert_eq!(known("TPM3", "NTRK1", ("BRAF", "V600E")), all);
}

#[test]
fn lines_tests_and_figures_are_those_of_the_tumour() {
    let of = |tumour: &str, name: &str| {
        let meaning = mutated("EML4", "ALK", &[], Some(tumour));
        let drug = meaning.drugs.into_iter().find(|drug| drug.drug == name).expect("it is listed");
        (drug.line, drug.companion_diagnostic, drug.efficacy)
    };
    let (line, test, figures) = of("NSCLC", "alectinib");
    assert!(line.is_some_and(|line| line.contains("first line")));
    assert_eq!(test.as_deref(), Some("JP: Oncomine Dx Target Test (2019-02)"), "not the test of the other solid tumours");
    assert_eq!(figures, None, "nor their response rate");
    let (line, test, figures) = of("colorectal cancer", "alectinib");
    assert_eq!((line, test.as_deref()), (None, Some("JP: FoundationOne CDx (2026-03-09)")));
    assert!(figures.is_some_and(|figures| figures.contains("TACKLE: ORR 76.5%")));
    assert_eq!(of("glioma", "lorlatinib"), (None, None, None));
    assert_eq!(of("NSCLC", "crizotinib").1.as_deref().map(|test| test.contains("JP: Oncomine Dx Target Test (2019-02)")), Some(true));
}

#[test]
fn a_note_on_drugs_is_silent_where_none_of_them_is_left() {
    let important = |meaning: &FusionMeaning, words: &str| meaning.notes.iter().any(|note| note.important && note.text.contains(words));
    let tests = "genome profiling test before a drug is used";
    assert!(important(&mutated("ETV6", "NTRK3", &[], Some("NSCLC")), tests));
    assert!(important(&mutated("ETV6", "NTRK3", &["G623R"], Some("NSCLC")), tests), "repotrectinib is left");
    for change in ["G623E", "G696A"] {
        assert!(!important(&mutated("ETV6", "NTRK3", &[change], Some("NSCLC")), tests), "{change}");
    }
    let g2032r = mutated("CD74", "ROS1", &["G2032R"], Some("NSCLC"));
    assert!(!important(&g2032r, "approved tests differ") && important(&g2032r, "10 of 17"));
    assert!(!important(&mutated("CD74", "ROS1", &["G2032R", "L2086F"], Some("NSCLC")), "10 of 17"), "both drugs are void");
    assert!(important(&mutated("EML4", "ALK", &["I1171S"], Some("NSCLC")), "3 of 18 patients"));
}

#[test]
fn what_is_preclinical_only_is_marked() {
    let marked = |partner: &str, kinase: &str, changes: &[&str]| -> Vec<String> {
        let drugs = mutated(partner, kinase, changes, Some("NSCLC")).drugs;
        drugs.into_iter().filter(|drug| drug.group == Group::Active && drug.preclinical).map(|drug| drug.drug).collect()
    };
    assert_eq!(marked("EML4", "ALK", &[]), ["LY2090314 + lorlatinib"]);
    assert_eq!(marked("CD74", "ROS1", &["G2032R"]), ["cabozantinib", "foretinib"]);
    assert_eq!(marked("CD74", "ROS1", &["L2086F"]), ["gilteritinib", "merestinib"], "of cabozantinib there is a case");
    assert_eq!(mutated("EML4", "ALK", &["L1196Q"], Some("NSCLC")).unreported().as_deref(), Some("p.L1196Q"));
}
