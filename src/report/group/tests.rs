use super::*;
use crate::report::fixture;
use crate::report::rows::{Companion, Phase, VariantRow};

/// The group of a drug beside mutations that all lie on one molecule, with what it rests on.
fn on_one(kinase: &str, drug: &str, changes: &[&str]) -> (Group, String) {
    let changes = changes.iter().map(|change| (*change).to_owned()).collect();
    told(&judge(&Knowledge::builtin(), kinase, drug, &CarriedMutations { clones: vec![changes], ..CarriedMutations::default() }))
}

fn told(judgement: &DrugJudgement) -> (Group, String) {
    let because = judgement.because.iter().map(|reason| format!("{} {}", reason.mutation, reason.effect));
    (judgement.group, because.collect::<Vec<_>>().join(", "))
}

fn group(kinase: &str, drug: &str, changes: &[&str]) -> Group {
    on_one(kinase, drug, changes).0
}

use Group::{Active, NoReport, Void};

#[test]
fn without_a_mutation_a_drug_stays() {
    assert_eq!(judge(&Knowledge::builtin(), "ALK", "alectinib", &CarriedMutations::default()), DrugJudgement::new(Active));
}

#[test]
fn one_resistant_mutation_voids_a_drug_unless_a_row_of_the_very_compound_says_otherwise() {
    assert_eq!(on_one("ALK", "alectinib", &["L1196M", "G1202R"]), (Void, "p.G1202R resistant".to_owned()));
    assert_eq!(on_one("ALK", "lorlatinib", &["L1196M", "G1202R"]), (Void, "p.L1196M+p.G1202R resistant".to_owned()));
    assert_eq!(on_one("ALK", "crizotinib", &["C1156Y", "L1198F"]), (Active, "p.C1156Y+p.L1198F sensitive".to_owned()));
    // A third mutation makes another compound, and the row of two of them says nothing of it.
    assert_eq!(group("ALK", "crizotinib", &["C1156Y", "L1198F", "G1269A"]), Void);
    assert_eq!(on_one("ALK", "lorlatinib", &["I1171N", "L1256F"]).0, Void);
    assert_eq!(group("ALK", "gilteritinib", &["I1171N", "L1256F"]), Active);
    assert_eq!(group("ALK", "crizotinib", &["L1198F", "G1202R"]), Void, "that the compound is sensitive was not read");
    for drug in ["crizotinib", "alectinib", "ceritinib", "brigatinib", "lorlatinib"] {
        for second in ["F1174I", "L1198H"] {
            assert_eq!(group("ALK", drug, &["I1171N", second]), Void, "{drug} I1171N+{second}");
        }
    }
}

#[test]
fn compounds_of_three_fail_where_one_or_two_of_them_do() {
    assert_eq!(group("ROS1", "lorlatinib", &["S1986F", "G2032R", "L2086F"]), Void);
    assert_eq!(on_one("ROS1", "cabozantinib", &["S1986F", "G2032R", "L2086F"]).0, Active);
    assert_eq!(group("ROS1", "repotrectinib", &["S1986F", "G2032R", "L2086F"]), Void, "L2086F alone");
    assert_eq!(on_one("ALK", "brigatinib", &["I1171T", "D1203N", "E1210K"]), (Void, "p.E1210K+p.D1203N resistant".to_owned()));
}

#[test]
fn compounds_of_a_class_that_resists_fail_without_a_row_of_their_own() {
    assert_eq!(on_one("ALK", "lorlatinib", &["I1171S", "L1196M"]), (Void, "p.I1171S+p.L1196M resistant".to_owned()));
    assert_eq!(group("ALK", "lorlatinib", &["F1174V", "G1202R", "G1269S"]), Void);
    assert_eq!(group("ALK", "lorlatinib", &["I1171S"]), Active, "alone it is none");
    // Each alone is sensitive, and no row speaks of both.
    let judged = judge(
        &Knowledge::builtin(),
        "ALK",
        "lorlatinib",
        &CarriedMutations { clones: vec![vec!["L1196M".to_owned(), "G1269A".to_owned()]], ..CarriedMutations::default() },
    );
    assert_eq!(judged.group, Active);
    assert!(judged.notes.iter().any(|note| note.contains("nothing decides of p.L1196M+p.G1269A together")), "{:?}", judged.notes);
}

#[test]
fn a_mutation_without_a_row_leaves_a_drug_without_a_report() {
    assert_eq!(on_one("ROS1", "repotrectinib", &["D2033N"]), (NoReport, "p.D2033N no report".to_owned()));
    assert_eq!(on_one("ALK", "brigatinib", &["I1171N"]), (NoReport, "p.I1171N no report".to_owned()));
    assert_eq!(group("NTRK2", "larotrectinib", &["K600T"]), NoReport, "a codon of no table");
    assert_eq!(on_one("ROS1", "repotrectinib", &["S1986F", "G2032R"]).0, NoReport, "one of two without a row");
    assert_eq!(group("NTRK1", "entrectinib", &["L686M"]), NoReport, "a row whose reference is wrong says nothing");
}

#[test]
fn a_hint_warns_and_never_recommends() {
    assert_eq!(on_one("ALK", "alectinib", &["D1203N"]), (NoReport, "p.D1203N unverified".to_owned()));
    assert_eq!(group("ROS1", "zidesamtinib", &["G2032R"]), NoReport);
    assert_eq!(group("ROS1", "ceritinib", &["L2086F"]), NoReport, "an opinion");
    // Of one mutation a source that was read says sensitive, of the other a hint says resistant.
    assert_eq!(group("ROS1", "foretinib", &["L1951R", "L2026M"]), NoReport);
    assert_eq!(group("ALK", "lorlatinib", &["L1198F", "G1269A"]), NoReport);
    // A hint on the compound warns, a class of drugs without names too.
    let classes = judge(
        &Knowledge::builtin(),
        "ROS1",
        "foretinib",
        &CarriedMutations { clones: vec![vec!["L2026M".to_owned(), "G2032R".to_owned()]], ..CarriedMutations::default() },
    );
    assert_eq!(classes.group, NoReport);
    assert!(classes.notes.iter().any(|note| note.contains("names not read")), "{:?}", classes.notes);
}

#[test]
fn lower_standing_is_a_note_and_equal_standing_is_never_active() {
    let single = |kinase: &str, drug: &str, change: &str| {
        judge(
            &Knowledge::builtin(),
            kinase,
            drug,
            &CarriedMutations { clones: vec![vec![change.to_owned()]], ..CarriedMutations::default() },
        )
    };
    let lorlatinib = single("ROS1", "lorlatinib", "G2032R");
    assert_eq!(lorlatinib.group, Void);
    assert_eq!(lorlatinib.because[0].standing.as_deref(), Some("clinical"));
    assert!(lorlatinib.notes[0].contains("sensitive (in vitro), of lower standing [PMID:25733882]"), "{:?}", lorlatinib.notes);
    assert_eq!(single("NTRK1", "repotrectinib", "G667C").group, Void);
    assert_eq!(single("ALK", "alectinib", "G1269A").group, Active);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows = "ROS1\tG2032R\trepotrectinib\tresistant\tclinical (case)\tour lab\tverified\n\
                ROS1\tG2032R\ttaletrectinib\tresistant\tclinical\t\tunverified\n\
                ROS1\tD2033N\trepotrectinib\tsensitive\tin vitro\tour lab\tverified\n";
    let table = format!("gene\tprotein_change\tdrug\teffect\tevidence\tsource\tconfidence\n{rows}");
    std::fs::write(folder.path().join("resistance.tsv"), table).expect("the folder takes it");
    let own = Knowledge::with_dir(folder.path(), &crate::warning::Warnings::default()).expect("the table is well-formed");
    let by_own = |drug: &str, change: &str| {
        judge(&own, "ROS1", drug, &CarriedMutations { clones: vec![vec![change.to_owned()]], ..CarriedMutations::default() })
    };
    assert_eq!(told(&by_own("repotrectinib", "G2032R")), (NoReport, "p.G2032R conflicting".to_owned()));
    let hinted = by_own("taletrectinib", "G2032R");
    assert_eq!(hinted.group, Active);
    assert!(hinted.notes[0].contains("resistant: unverified"), "{:?}", hinted.notes);
    assert_eq!(by_own("repotrectinib", "D2033N").group, Active, "the user's row");
}

/// Two mutations of ALK as they lie to each other and to the fusion.
fn two(changes: [&str; 2], relation: &str, phase: &str) -> CarriedMutations {
    let row = |change: &str, other: &str| VariantRow {
        gene: "ALK".to_owned(),
        hgvs_p: format!("p.{change}"),
        phase: Phase::read(phase),
        compound_with: Companion::list(&format!("p.{other}:{relation}")),
        ..VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs())
    };
    CarriedMutations::by("F1", "ALK", &[row(changes[0], changes[1]), row(changes[1], changes[0])])
}

#[test]
fn in_trans_each_counts_alone_and_both_are_shown() {
    let judged = |drug: &str, relation: &str| {
        let judged = judge(&Knowledge::builtin(), "ALK", drug, &two(["C1156Y", "L1198F"], relation, "cis:F1:9"));
        told(&judged)
    };
    assert_eq!(judged("crizotinib", "cis:20"), (Active, "p.C1156Y+p.L1198F sensitive".to_owned()));
    assert_eq!(judged("crizotinib", "trans:20"), (Void, "p.C1156Y resistant, p.L1198F sensitive".to_owned()));
    let both = |relation: &str| judge(&Knowledge::builtin(), "ALK", "lorlatinib", &two(["L1196M", "G1202R"], relation, "cis:F1:9"));
    assert_eq!(told(&both("trans:20")), (Active, "p.L1196M sensitive, p.G1202R sensitive".to_owned()));
    assert_eq!(told(&both("mixed:20/20")), (Void, "p.L1196M+p.G1202R resistant".to_owned()), "a clone has both");
    let unphased = both("unphased:too far");
    let all = "p.L1196M sensitive, p.G1202R sensitive, p.L1196M+p.G1202R resistant";
    assert_eq!(told(&unphased), (Void, all.to_owned()), "an unknown phase counts as one on the same molecules");
    assert_eq!(unphased.because.iter().map(|reason| reason.unphased).collect::<Vec<_>>(), [false, false, true]);
    assert!(unphased.notes[0].starts_with("whether p.L1196M+p.G1202R lie on one molecule is not known; together reported resistant"));
}

#[test]
fn an_unknown_phase_recommends_nothing_that_fails_in_trans() {
    let judged = judge(&Knowledge::builtin(), "ALK", "crizotinib", &two(["C1156Y", "L1198F"], "unphased:too far", "cis:F1:9"));
    assert_eq!(judged.group, Void);
    assert!(judged.notes.iter().any(|note| note.contains("together reported sensitive")), "{:?}", judged.notes);
}

#[test]
fn what_was_seen_without_a_fusion_is_a_note() {
    for (change, drug, seen) in
        [("F1245V", "entrectinib", "neuroblastoma, ALK without a fusion"), ("F1245C", "lorlatinib", "neuroblastoma")]
    {
        let carried = CarriedMutations { clones: vec![vec![change.to_owned()]], ..CarriedMutations::default() };
        let judged = judge(&Knowledge::builtin(), "ALK", drug, &carried);
        assert_eq!(told(&judged), (NoReport, format!("p.{change} no report")));
        assert!(
            judged.notes.iter().any(|note| note.contains(&format!("seen in {seen}, not beside a fusion [PMID:"))),
            "{:?}",
            judged.notes
        );
    }
    assert_eq!(group("ALK", "lorlatinib", &["F1174L"]), Active, "reported beside a fusion, too");
}

#[test]
fn what_lies_on_the_other_allele_is_a_note() {
    let judged = judge(&Knowledge::builtin(), "ALK", "alectinib", &two(["L1196M", "G1202R"], "cis:30", "trans:F1:30"));
    assert_eq!(judged.group, Active);
    assert_eq!(judged.notes[1], "p.G1202R lies on the other allele, not on the fusion: resistant");
}
