use super::*;
use crate::model::Site;

fn query<'q>(gene5: &'q str, exon5: (u32, u32), inserted_bp: u32, gene3: &'q str, exon3: (u32, u32)) -> JunctionQuery<'q> {
    JunctionQuery {
        gene5,
        gene3,
        site5: Site::Exon { number: exon5.0, offset_bp: exon5.1 },
        site3: Site::Exon { number: exon3.0, offset_bp: exon3.1 },
        boundary5: 0,
        assembly: Some(Assembly::Grch38),
        inserted_bp,
        retained5_bp: 0,
        tolerance_bp: 3,
    }
}

fn name(knowledge: &Knowledge, query: &JunctionQuery) -> Option<String> {
    knowledge.junction(query).map(|known| known.name.clone())
}

#[test]
fn every_row_with_exons_finds_itself() {
    let knowledge = Knowledge::builtin();
    for row in knowledge.fusions() {
        let (Some(KnownEnd5::Exon { number, deleted_bp }), Some(three)) = (row.five, &row.three) else { continue };
        let exact = query(&row.gene5, (number, deleted_bp), row.inserted_bp, &row.gene3, (three.number, three.deleted_bp));
        assert_eq!(knowledge.junction(&exact).map(|known| known.row), Some(row.row), "{} {}", row.gene5, row.name);
    }
}

#[test]
fn variants_that_share_their_exons_are_told_apart_by_the_bases_between() {
    let knowledge = Knowledge::builtin();
    for (exon5, inserted_bp, exon3, expected) in [
        ((13, 0), 0, (20, 0), Some("V1")),
        ((13, 0), 69, (20, 0), Some("V6")),
        ((13, 0), 90, (20, 0), Some("E13ins90")),
        ((13, 0), 30, (20, 0), None),
        ((2, 0), 0, (20, 0), Some("V5a")),
        ((2, 0), 117, (20, 0), Some("V5b")),
        ((17, 0), 30, (20, 0), Some("V8a")),
        ((17, 0), 65, (20, 0), Some("E17ins65")),
        ((17, 0), 68, (20, 0), Some("E17ins68")),
        ((17, 0), 95, (20, 0), Some("V8b")),
        ((17, 0), 66, (20, 0), None),
        ((17, 0), 0, (20, 0), None),
        ((14, 0), 0, (20, 12), Some("V7")),
        ((14, 0), 0, (20, 14), Some("V7")),
        ((14, 0), 11, (20, 49), Some("V4")),
        ((14, 0), 2, (20, 52), Some("E14ins2del52")),
        ((15, 60), 0, (20, 71), Some("V4-prime")),
        ((20, 0), 0, (20, 0), Some("V2")),
        ((6, 0), 0, (20, 0), Some("V3a")),
    ] {
        let asked = query("EML4", exon5, inserted_bp, "ALK", exon3);
        assert_eq!(name(&knowledge, &asked).as_deref(), expected, "{exon5:?} {inserted_bp} {exon3:?}");
    }
}

#[test]
fn homology_shifts_a_junction_but_a_lost_base_is_another_molecule() {
    let knowledge = Knowledge::builtin();
    assert_eq!(name(&knowledge, &query("EML4", (13, 0), 2, "ALK", (20, 2))).as_deref(), Some("V1"));
    assert_eq!(name(&knowledge, &query("EML4", (13, 1), 1, "ALK", (20, 0))).as_deref(), Some("V1"));
    assert_eq!(name(&knowledge, &query("EML4", (13, 0), 70, "ALK", (20, 1))).as_deref(), Some("V6"));
    assert_eq!(name(&knowledge, &query("EML4", (13, 1), 0, "ALK", (20, 0))), None);
    assert_eq!(name(&knowledge, &query("EML4", (13, 0), 9, "ALK", (20, 9))), None);
}

#[test]
fn variant_3b_is_known_by_the_end_of_its_cryptic_exon() {
    let knowledge = Knowledge::builtin();
    let asked = |boundary5: u32, assembly: Option<Assembly>| JunctionQuery {
        site5: Site::Intron { after: 6 },
        boundary5,
        assembly,
        ..query("EML4", (0, 0), 0, "ALK", (20, 0))
    };
    assert_eq!(name(&knowledge, &asked(42_264_951, Some(Assembly::Grch38))).as_deref(), Some("V3b"));
    assert_eq!(name(&knowledge, &asked(42_492_091, Some(Assembly::Grch37))).as_deref(), Some("V3b"));
    assert_eq!(name(&knowledge, &asked(42_492_091, Some(Assembly::Grch38))), None);
    assert_eq!(name(&knowledge, &asked(42_264_951, None)), None);
    // The two ends lie equally far behind exon 6 on either assembly.
    for (assembly, end) in [(Assembly::Grch37, 42_492_091), (Assembly::Grch38, 42_264_951)] {
        let models = models(assembly);
        assert_eq!(models.find("EML4").and_then(|gene| edge(gene, 6, 0, Role::Five)), Some(end - 220));
    }
}

#[test]
fn breakends_on_genes_become_a_query_with_retained_intron() -> std::result::Result<(), String> {
    let (knowledge, models) = (Knowledge::builtin(), models(Assembly::Grch38));
    let (eml4, alk) = (models.find("EML4").ok_or("EML4")?, models.find("ALK").ok_or("ALK")?);
    let ask = |boundary5: u32, boundary3: u32, inserted_bp: u32| {
        let query = JunctionQuery::new(eml4, boundary5, alk, boundary3, inserted_bp, Some(Assembly::Grch38))?;
        knowledge.junction(&query).and_then(|known| known.label.clone().or_else(|| known.shorthand.clone()))
    };
    let (exon13, exon17, exon20) = (
        edge(eml4, 13, 0, Role::Five).ok_or("13")?,
        edge(eml4, 17, 0, Role::Five).ok_or("17")?,
        edge(alk, 20, 0, Role::Three).ok_or("20")?,
    );
    assert_eq!(ask(exon13, exon20, 0).as_deref(), Some("V1"));
    assert_eq!(ask(exon13, exon20 + 69, 0).as_deref(), Some("V6"), "69 bases of ALK intron 19 are kept");
    assert_eq!(ask(exon13 + 1, exon20 - 1, 0).as_deref(), Some("V1"), "one base could belong to either");
    assert_eq!(ask(exon17 + 61, exon20 + 34, 0).as_deref(), Some("V8b"));
    assert_eq!(ask(exon17 + 61, exon20, 34).as_deref(), Some("V8b"));
    assert_eq!(ask(42_264_951, exon20, 0).as_deref(), Some("V3b"));
    assert_eq!(ask(42_264_952, exon20 - 1, 0).as_deref(), Some("V3b"));
    assert_eq!(ask(exon13, exon20 + 800, 0), None);
    Ok(())
}

#[test]
fn a_break_in_introns_implies_the_plain_variant() {
    let knowledge = Knowledge::builtin();
    let implied = |exon5: u32, exon3: u32| knowledge.implied("EML4", exon5, "ALK", exon3).map(|implied| (implied.shorthand, implied.label));
    let text = |shorthand: &str, label: Option<&str>| Some((Some(shorthand.to_owned()), label.map(str::to_owned)));
    assert_eq!(implied(13, 20), text("E13;A20", Some("V1")));
    assert_eq!(implied(6, 20), text("E6;A20", Some("V3a/b")));
    assert_eq!(implied(21, 20), text("E21;A20", None));
    assert_eq!(implied(14, 20), None);
    assert_eq!(implied(17, 20), None);
}

#[test]
fn pairs_are_known_under_former_symbols_and_have_a_direction() {
    let knowledge = Knowledge::builtin();
    assert!(knowledge.pair("EML4", "ALK") && knowledge.pair("FIG", "ROS1") && knowledge.pair("RFWD2", "NTRK1"));
    assert!(!knowledge.pair("ALK", "EML4") && !knowledge.pair("EML4", "NTRK1"));
    let partners = knowledge.partner_of("NTRK2");
    assert!(partners.contains(&"TRIM24") && partners.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn labels_are_labels_and_shorthands_are_computed() {
    let knowledge = Knowledge::builtin();
    let labels: Vec<_> = knowledge.fusions().iter().filter_map(|known| known.label.as_deref()).collect();
    assert_eq!(
        labels,
        [
            "V1",
            "V2",
            "V3a",
            "V3b",
            "V4",
            "V4-prime",
            "V5a",
            "V5b",
            "V5-prime",
            "V6",
            "V7",
            "V8a",
            "V8b",
            "E17ins68",
            "E17ins65",
            "E14ins2del52",
            "E13ins90"
        ]
    );
    let shorthand = |name: &str| knowledge.fusions().iter().find(|known| known.name == name).and_then(|known| known.shorthand.as_deref());
    assert_eq!(shorthand("V1"), Some("E13;A20"));
    assert_eq!(shorthand("V3b"), Some("E6b;A20"));
    assert_eq!(shorthand("V4"), Some("E14;ins11del49A20"));
    assert_eq!(shorthand("V4-prime"), Some("E15del60;del71A20"));
    assert_eq!(shorthand("V8b"), Some("E17ins61;ins34A20"));
    assert_eq!(shorthand("V6"), Some("E13;ins69A20"));
    assert_eq!(shorthand("GOPC-ROS1"), None);
}

#[test]
fn an_exon_counted_on_another_transcript_is_found_on_the_built_in_one() {
    let printed = "gene5\tgene3\texon5\texon3\tvariant_name\ttranscript5\ttranscript3\texon5_on_model\n\
                   GOPC\tROS1\t7\t35\tG7;R35\tNM_001017408\tNM_002944\t8\n";
    let known = KnownFusions::read(&[Table::parse(Path::new("fusions.tsv"), printed)]).expect("the table can be read");
    let row = junction::find(&known, &query("GOPC", (8, 0), 0, "ROS1", (35, 0)));
    let names = row.map(|known| (known.shorthand.as_deref(), known.printed.as_deref()));
    assert_eq!(names, Some((Some("G8;R35"), Some("G7;R35"))), "one numbering, the other as an alias");
    assert!(junction::find(&known, &query("GOPC", (7, 0), 0, "ROS1", (35, 0))).is_none());
    // The built-in model counts as the rows of the kit do.
    let knowledge = Knowledge::builtin();
    assert_eq!(name(&knowledge, &query("GOPC", (8, 0), 0, "ROS1", (35, 0))).as_deref(), Some("G8;R35"));
    assert_eq!(name(&knowledge, &query("GOPC", (4, 0), 0, "ROS1", (36, 0))).as_deref(), Some("G4;R36"));
    assert!(knowledge.fusions().iter().all(|known| known.printed.is_none()));
}
