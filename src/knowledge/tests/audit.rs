//! What the audit of 2026-11-29 found wrong in the tables stays right.

use super::*;
use crate::knowledge::standing::{decide, is_class, DrugVerdict};

fn rows<'k>(knowledge: &'k Knowledge, drug: &str, gene: &str, tumour: &str, place: &str) -> Vec<&'k Drug> {
    let fits = |row: &&Drug| row.drug == drug && row.fusion_gene == gene && row.tumour.contains(tumour) && row.jurisdiction == place;
    knowledge.drugs().iter().filter(fits).collect()
}

#[test]
fn approvals_have_the_dates_and_conditions_of_their_sources() {
    const ALL: &str = "NTRK1/2/3";
    let knowledge = Knowledge::builtin();
    let dates = |drug: &str, gene: &str, tumour: &str, place: &str| -> Vec<String> {
        rows(&knowledge, drug, gene, tumour, place).iter().map(|row| row.date.clone()).collect()
    };
    for (drug, gene, tumour, place, expected) in [
        ("alectinib", "ALK", "tumour-agnostic", "JP", &["2026-05-18"][..]),
        ("crizotinib", "ALK", "NSCLC", "JP", &["2012-03-30"]),
        ("lorlatinib", "ALK", "NSCLC", "JP", &["2018-09-21", "2021-11-25"]),
        ("lorlatinib", "ALK", "NSCLC", "CN", &["2022-05"]),
        ("larotrectinib", ALL, "agnostic", "JP", &["2021-03-23"]),
        ("larotrectinib", ALL, "agnostic", "US", &["2018-11-26 accelerated; 2025-04-09 regular"]),
        ("entrectinib", ALL, "agnostic", "EU", &["2020-07-31 (12 years and older); 2024-06-27 (older than 1 month)"]),
        ("repotrectinib", ALL, "agnostic", "JP", &["2025-11-20"]),
        ("zurletrectinib", ALL, "agnostic", "CN", &["2025-12-11"]),
        ("ensartinib", "ALK", "NSCLC", "US", &["2024-12-18"]),
        ("ensartinib", "ALK", "NSCLC", "CN", &["2020-11 second line; 2022-03 first line"]),
        ("alectinib", "ALK", "NSCLC", "US", &["2015-12-11 accelerated; 2017-11-06 first line", "2024-04-18"]),
        ("taletrectinib", "ROS1", "NSCLC", "CN", &["2024-12 / 2025-01"]),
        ("neladalkib", "ALK", "NSCLC", "US", &["decision due 2026-11-27"]),
        ("zidesamtinib", "ROS1", "NSCLC", "US", &["2026-07-22"]),
    ] {
        assert_eq!(dates(drug, gene, tumour, place), expected, "{drug} {gene} {place}");
    }
    let only = |drug: &str, gene: &str, tumour: &str, place: &str| rows(&knowledge, drug, gene, tumour, place)[0].clone();
    for (drug, gene, place, label) in [
        ("larotrectinib", ALL, "US", "without a known acquired resistance mutation"),
        ("entrectinib", ALL, "US", "without a known acquired resistance mutation"),
        ("entrectinib", ALL, "EU", "no earlier NTRK inhibitor"),
        ("entrectinib", "ROS1", "EU", "not treated with a ROS1 inhibitor before"),
        ("ensartinib", "ALK", "US", "only without an earlier ALK inhibitor"),
        ("zidesamtinib", "ROS1", "US", "after at least one other ROS1 inhibitor"),
    ] {
        assert_eq!(only(drug, gene, "", place).label, label, "{drug} {gene} {place}");
    }
    for (drug, gene, tumour, test) in [
        ("alectinib", "ALK", "tumour-agnostic", "FoundationOne CDx (2026-03-09)"),
        ("larotrectinib", ALL, "", "FoundationOne CDx (2021-01-22)"),
        ("repotrectinib", ALL, "", "FoundationOne CDx (2025-10-03)"),
        ("entrectinib", "ROS1", "NSCLC", "FoundationOne CDx (2019-12-25)"),
        ("crizotinib", "ROS1", "NSCLC", "Oncomine Dx Target Test (2019-02)"),
        ("crizotinib", "ALK", "NSCLC", "Oncomine Dx Target Test (2019-02)"),
        ("alectinib", "ALK", "NSCLC", "Oncomine Dx Target Test (2019-02)"),
    ] {
        assert!(only(drug, gene, tumour, "JP").companion_diagnostic.contains(test), "{drug} {gene}");
    }
    let lorlatinib = rows(&knowledge, "lorlatinib", "ALK", "NSCLC", "JP");
    assert!(lorlatinib[1].companion_diagnostic.contains("VENTANA OptiView ALK (D5F3)") && lorlatinib[1].setting == "first line");
    for (drug, gene, tumour, figures) in [
        ("alectinib", "ALK", "tumour-agnostic", "ORR 76.5% (13/17)"),
        ("taletrectinib", "ROS1", "NSCLC", "TRUST-II n=54 ORR 85%"),
        ("repotrectinib", ALL, "", "pretreated n=48 ORR 50%, DoR 9.9 mo"),
    ] {
        assert!(only(drug, gene, tumour, "JP").efficacy.contains(figures), "{drug} {gene}");
    }
    for (drug, level) in [("ceritinib", "A (not JP approved)"), ("lorlatinib", "A (not JP approved)")] {
        assert_eq!(only(drug, "ROS1", "NSCLC", "JP").level.map(drugs::Level::name), Some(level));
    }
    for place in ["ALK", "ROS1"] {
        let us = only("crizotinib", place, "NSCLC", "US");
        assert!(us.source.contains("day: FDA") && !us.source.contains("MOAlmanac"), "{}", us.source);
    }
    assert!(!only("taletrectinib", "ROS1", "NSCLC", "EU").is_approval());
}

#[test]
fn what_was_not_read_is_in_the_table_and_counts_for_nothing() {
    let knowledge = Knowledge::builtin();
    for drug in ["iruplinalkib", "envonalkib", "unecritinib", "foritinib"] {
        let row = knowledge.drugs().iter().find(|row| row.drug == drug).expect("it is listed");
        assert!(!row.has_source() && row.date.is_empty() && row.jurisdiction == "CN", "{drug}");
    }
    assert!(knowledge.drugs().iter().all(|row| !is_class(&row.drug)), "a class is no drug");
    let figures = knowledge.drugs().iter().filter(|row| !row.efficacy.is_empty());
    assert!(figures.into_iter().all(|row| !row.efficacy_source.is_empty()));
}

#[test]
fn statements_on_mutations_come_to_what_their_sources_say() {
    let knowledge = Knowledge::builtin();
    let verdict = |gene: &str, change: &str, drug: &str| {
        let changes: Vec<String> = change.split('+').map(str::to_owned).collect();
        decide(knowledge.said(gene, &changes, drug)).map(|decision| decision.verdict)
    };
    let (resistant, sensitive) = (Some(DrugVerdict::Resistant), Some(DrugVerdict::Sensitive));
    for (gene, changes, drugs, expected) in [
        ("NTRK1", &["G667C"][..], &["repotrectinib", "selitrectinib", "entrectinib", "larotrectinib"][..], resistant),
        ("NTRK1", &["G667C"], &["taletrectinib"], None),
        ("NTRK1", &["G667S", "G667A"], &["entrectinib", "larotrectinib"], resistant),
        ("NTRK3", &["G696C", "G696S", "F617L", "G623E"], &["entrectinib", "larotrectinib"], resistant),
        ("NTRK2", &["G709A", "G709C", "G709S", "F633L"], &["entrectinib", "larotrectinib"], resistant),
        ("ALK", &["I1171S", "I1171T", "E1210K"], &["brigatinib"], sensitive),
        ("ALK", &["I1171N"], &["brigatinib"], None),
        ("ALK", &["E1210K+S1206C", "E1210K+D1203N"], &["brigatinib"], resistant),
        ("ALK", &["I1171N+F1174I", "I1171N+L1198H"], &["crizotinib", "alectinib", "ceritinib", "brigatinib", "lorlatinib"], resistant),
        ("ALK", &["I1171N+F1174I", "I1171N+L1198H", "I1171N+F1174L", "I1171N+L1198F", "I1171N+L1256F"], &["gilteritinib"], sensitive),
        (
            "ALK",
            &["G1202R+C1156Y", "G1202R+F1174C", "G1202R+G1269A", "G1202R+L1198F", "G1202R+S1206Y", "I1171S+G1269A", "G1202R+F1174V"],
            &["lorlatinib"],
            resistant,
        ),
        ("ALK", &["G1202del"], &["alectinib", "ceritinib", "brigatinib"], resistant),
        ("ROS1", &["G2032R"], &["lorlatinib"], resistant),
        ("ROS1", &["G2032R"], &["zidesamtinib"], Some(DrugVerdict::Unverified)),
        ("ALK", &["F1245V"], &["entrectinib"], sensitive),
    ] {
        for (change, drug) in changes.iter().flat_map(|change| drugs.iter().map(move |drug| (change, drug))) {
            assert_eq!(verdict(gene, change, drug), expected, "{gene} {change} {drug}");
        }
    }
    assert_eq!(verdict("ALK", "F1174L+G1202R", "lorlatinib"), Some(DrugVerdict::Reduced), "its own row goes before that of the class");
}

#[test]
fn notes_say_what_the_source_documents_say() {
    let knowledge = Knowledge::builtin();
    for words in [
        "350.7 kb",
        "GenMineTOP",
        "EPR17341",
        "three probe sets",
        "see known partners only",
        "PROFILE 1001",
        "D4D6",
        "10 of 17 with G2032R",
        "LY2090314",
        "found after crizotinib",
        "found after alectinib",
        "found after ceritinib",
        "G1202R in 32 %",
        "drivers exclude one another",
        "companion test was negative",
        "3 of 18 patients",
    ] {
        assert!(knowledge.notes().iter().any(|note| note.text.contains(words) && !note.source.is_empty()), "{words}");
    }
    assert!(knowledge.bypass().iter().any(|row| row.gene == "MET" && row.drug == "alectinib" && row.follow_up.starts_with("crizotinib")));
    assert!(knowledge.bypass().iter().any(|row| row.gene == "MET" && row.follow_up.contains("case report, level D")));
}
