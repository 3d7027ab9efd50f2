use super::*;
use crate::error::Result;

fn folder(files: &[(&str, &str)]) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir().map_err(Error::io("temporary folder", "create"))?;
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).map_err(Error::io(*name, "write"))?;
    }
    Ok(folder)
}

#[test]
fn a_users_rows_extend_and_override() -> Result<()> {
    let fusions = "# mine\ngene5\tgene3\texon5\texon3\tvariant_name\tsource\nMINE\tALK\t4\t20\tM4;A20\tlab\nEML4\tALK\t13\t20\tV1\tlab\n";
    let resistance = "gene\tprotein_change\tcodon_hg38\tref_codon\tdrug\teffect\tsource\n\
        ALK\tG1202R\t\t\tnewdrug\tsensitive\tlab\nALK\tR1275Q\tchr2:29209797-29209799\tCGA\tnewdrug\tresistant\tlab\n";
    let folder = folder(&[("fusions.tsv", fusions), ("resistance.tsv", resistance)])?;
    let knowledge = Knowledge::with_dir(folder.path(), &Warnings::default())?;
    assert_eq!(knowledge.fusions().len(), Knowledge::builtin().fusions().len() + 1);
    assert_eq!(knowledge.fusions()[0].source, "lab");
    assert!(knowledge.pair("MINE", "ALK") && knowledge.implied("MINE", 4, "ALK", 20).is_some());
    assert_eq!(knowledge.resistance_sites().len(), Knowledge::builtin().resistance_sites().len() + 1);
    let added = knowledge.resistance_sites().iter().find(|site| site.codon == 1275 && site.gene == "ALK");
    assert_eq!(added.and_then(|site| site.bases(Assembly::Grch38)), Some([29_209_798, 29_209_797, 29_209_796]));
    assert_eq!(added.and_then(|site| site.bases(Assembly::Grch37)), None);
    Ok(())
}

#[test]
fn errors_name_the_file_and_the_line() -> Result<()> {
    let message = |name: &str, text: &str| -> Result<String> {
        let folder = folder(&[(name, text)])?;
        Ok(Knowledge::with_dir(folder.path(), &Warnings::default()).map_or_else(|error| error.to_string(), |_| String::new()))
    };
    assert!(message("fusions.tsv", "# x\ngene5\tgene3\nEML4\t\n")?.contains("fusions.tsv, line 3: column gene3 is blank"));
    assert!(message("fusions.tsv", "gene5\texon5\n")?.contains("no column gene3"));
    let header = "gene\tprotein_change\tcodon_hg38\tdrug\teffect\n";
    assert!(message("resistance.tsv", &format!("{header}ALK\tG1202R\t\tx\tbad\n"))?.contains("line 2: effect bad is not known"));
    assert!(message("resistance.tsv", &format!("{header}KIT\tD816V\tchr4:1-3\tx\tresistant\n"))?.contains("KIT is not one of the five"));
    assert!(message("resistance.tsv", &format!("{header}ALK\tA1202R\tchr2:1-3\tx\tresistant\n"))?.contains("codon 1202 is G"));
    assert!(message("other.tsv", "")?.contains("holds none of"));
    Ok(())
}

#[test]
fn wrong_rows_of_a_user_are_found_and_told_apart_from_right_ones() -> Result<()> {
    let fusions = "gene5\tgene3\texon5\texon3\tvariant_name\tjunction3_hg38\tin_frame_reported\tsource\n\
        EML4\tALK\t13\t40\tX1\t\t\tlab\nEML4\tALK\t13\t20\tX2\tchr2:29223529:-\t\tlab\nEML4\tALK\t14\t20\tX3\t\tyes\tlab\n\
        EML4\tALK\t21\t20\tX4\tchr2:29223528:-\tyes\tlab\nEML4\tKIT\t1\t2\tX5\t\t\tlab\n";
    let resistance = "gene\tprotein_change\tcodon_hg38\tref_codon\tdrug\teffect\tsource\n\
        ALK\tR1275Q\tchr2:29209798-29209800\tCCA\tx\tresistant\tlab\n";
    let domains = "gene\tdomain\tfirst\tlast\tsource\nALK\ttoo long\t1\t1621\tlab\n";
    let folder = folder(&[("fusions.tsv", fusions), ("resistance.tsv", resistance), ("domains.tsv", domains)])?;
    let findings =
        check::check(&Knowledge::with_dir(folder.path(), &Warnings::default())?, &models(Assembly::Grch37), &models(Assembly::Grch38));
    let errors = findings.iter().filter(|finding| finding.severity == check::Severity::Error);
    let told: Vec<String> = errors.map(|finding| format!("{}: {}", finding.row, finding.problem)).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    ALK too long: ends at residue 1621, the protein has 1620
    EML4::ALK X1 E13;A40: ALK (NM_004304) has no exon 40, it has 29
    EML4::ALK X2 E13;A20: chr2:29223529 is not the edge of that exon of ALK, which is 29223528
    EML4::ALK X3 E14;A20: is said to be in frame; 1641 + 0 bases before the kinase's 3172 do not close it
    EML4::KIT X5 E1;K2: KIT is none of the kinases ALK, NTRK1, NTRK2, NTRK3, ROS1
    ALK R1275Q: codon 1275 of NM_004304 lies at 29209799,29209798,29209797 on GRCh38, not at 29209800,29209799,29209798
    ALK R1275Q: ref_codon CCA is P, not R
    ");
    Ok(())
}

#[test]
fn tables_say_where_they_come_from_and_which_version_they_are() -> Result<()> {
    let folder = folder(&[("tiers.tsv", "# version: 7\ngene5\tgene3\ttumour\ttier\tsource\n*\tALK\tNSCLC\tI-A\tlab\n")])?;
    let knowledge = Knowledge::with_dir(folder.path(), &Warnings::default())?;
    let user: Vec<_> = knowledge.sources().iter().filter(|source| source.origin == "user").collect();
    assert_eq!(user.len(), 1);
    assert_eq!((user[0].table.as_str(), user[0].version.as_str(), user[0].rows), ("tiers.tsv", "7", 1));
    assert!(knowledge.sources().iter().any(|source| source.table == "drugs.tsv" && source.version == "2026-11-29"));
    Ok(())
}

#[test]
fn a_users_rows_win_in_every_table() -> Result<()> {
    let hotspots = "gene\tcodon\tref_aa\tchanges\tdrug\teffect\tsource\n\
        KRAS\t12\tG\tC\tlorlatinib\treduced\tDOI:10.1158/1078-0432.CCR-21-0032\nBRAF\t594\tD\tN\tlorlatinib\tresistant\tlab\n";
    let notes = "gene5\tkinase\twhen\ttopic\ttext\tsource\nEML4\tALK\tcall\tresponse\tours\tlab\nEML4\tALK\tcall\tnew\talso ours\tlab\n";
    let fusions = "gene5\tgene3\texon5\texon3\tvariant_name\tsource\nEML4\tALK\t6\t20\tshort; ours\tlab\n";
    let resistance = "gene\tprotein_change\tdrug\teffect\tsource\nALK\tL1196M+G1202R\tnewdrug\tsensitive\tlab\n";
    let (builtin, none) = (Knowledge::builtin(), None);
    let folder = folder(&[("hotspots.tsv", hotspots), ("notes.tsv", notes), ("fusions.tsv", fusions), ("resistance.tsv", resistance)])?;
    let knowledge = Knowledge::with_dir(folder.path(), &Warnings::default())?;
    let said = |knowledge: &Knowledge, topic: &str| -> Vec<String> {
        let own = knowledge.notes().iter().filter(|note| note.gene5 == "EML4" && note.kinase == "ALK" && note.topic == topic);
        own.map(|note| note.text.clone()).collect()
    };
    assert_ne!(said(&builtin, "response"), ["ours"]);
    assert_eq!(said(&knowledge, "response"), ["ours"]);
    assert_eq!(knowledge.notes().len(), builtin.notes().len() + 1);
    let effects = |knowledge: &Knowledge, codon: u32, change: &str| {
        let site = knowledge.hotspots().iter().find(|site| site.codon == codon);
        let change = site.and_then(|site| site.changes.iter().find(|known| known.protein_change == change).cloned());
        change.map(|change| change.effects.into_iter().filter(|effect| effect.drug == "lorlatinib").map(|effect| effect.effect).collect())
    };
    assert_eq!(effects(&builtin, 12, "G12C"), Some(vec![Effect::Resistant]));
    assert_eq!(effects(&knowledge, 12, "G12C"), Some(vec![Effect::Reduced]));
    assert_eq!(effects(&builtin, 594, "D594N"), none);
    assert_eq!(effects(&knowledge, 594, "D594N"), Some(vec![Effect::Resistant]));
    assert!(knowledge.sources().iter().any(|source| source.table == "hotspots.tsv" && source.origin == "user"));
    assert!(builtin.sources().iter().any(|source| source.table == "hotspots.tsv"));
    let implied = knowledge.implied("EML4", 6, "ALK", 20).and_then(|implied| implied.label);
    assert_eq!(implied.as_deref(), Some("short; ours"), "a user's own name is shown as it is");
    let compounds = |knowledge: &Knowledge| knowledge.compound_changes().iter().filter(|known| known.gene == "ALK").count();
    assert_eq!(compounds(&knowledge), compounds(&builtin), "either order of its members is the same compound");
    Ok(())
}

#[test]
fn a_user_names_a_hot_spot_anew_where_a_label_is_given() -> Result<()> {
    let hotspots = "gene\tcodon\tref_aa\tlabel\tchanges\tdrug\teffect\tsource\n\
        KRAS\t12\tG\tG12 (our name)\tC\tlorlatinib\tresistant\tlab\nKRAS\t13\tG\t\tD\tlorlatinib\tresistant\tlab\n";
    let folder = folder(&[("hotspots.tsv", hotspots)])?;
    let (builtin, knowledge) = (Knowledge::builtin(), Knowledge::with_dir(folder.path(), &Warnings::default())?);
    let site = |knowledge: &Knowledge, codon: u32| {
        let site = knowledge.hotspots().iter().find(|site| site.gene == "KRAS" && site.codon == codon);
        site.map(|site| (site.codon_class.clone(), site.line))
    };
    assert_eq!(site(&knowledge, 12), Some(("G12 (our name)".to_owned(), 2)));
    assert_eq!(site(&knowledge, 13), site(&builtin, 13), "a blank label names nothing");
    Ok(())
}

#[test]
fn a_hot_spot_that_is_never_looked_at_is_refused() -> Result<()> {
    let folder = folder(&[(
        "hotspots.tsv",
        "gene\tcodon\tref_aa\tchanges\tdrug\teffect\tsource\nPTEN\t130\tR\tQ\tx\tresistant\tlab\nKRAS\t900\tG\tC\tx\tresistant\tlab\n",
    )])?;
    let told: Vec<String> =
        check::of_user(&Knowledge::with_dir(folder.path(), &Warnings::default())?).into_iter().map(|finding| finding.problem).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("PTEN has no built-in model") && told[1].ends_with("has no codon 900"), "{told:?}");
    Ok(())
}

#[test]
fn a_condition_that_nothing_can_evaluate_is_refused() -> Result<()> {
    let rows =
        [("TRK xDFG or gatekeeper mutation", "NTRK1/2/3"), ("ROS1 L2086F", "ALK"), ("ROS1 G2086F", "ROS1"), ("NTRK1 G667", "NTRK1/2/3")];
    let rows = rows.map(|(condition, gene)| format!("x\t{gene}\tNSCLC\t{condition}\tlab\n")).concat();
    let folder = folder(&[("drugs.tsv", &format!("drug\tfusion_gene\ttumour\tcondition\tsource\n{rows}"))])?;
    let told: Vec<String> =
        check::of_user(&Knowledge::with_dir(folder.path(), &Warnings::default())?).into_iter().map(|finding| finding.problem).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].starts_with("nothing can tell whether the condition \"TRK xDFG or gatekeeper mutation\" holds: write pretreated"),
        "{told:?}"
    );
    assert_eq!(told[1..], ["ROS1 L2086F is never called with a fusion of ALK", "ROS1 G2086F: residue 2086 of ROS1 is L"]);
    Ok(())
}
