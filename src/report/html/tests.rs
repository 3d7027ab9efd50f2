use super::*;
use crate::report::drawing_data::{DrawnEnd, DrawnFusion, DrawnGene, DrawnMolecules, ReadRow, ReadsAtJunction, SupportKind};
use crate::report::fixture;
use crate::report::json::Status;
use crate::warning::{Code, Warning};

const HOSTILE: &str = "</code><script>x</script>\u{202e}\u{1b}[2J";

fn gene(symbol: &str, strand: &str) -> DrawnGene {
    let mut exons: Vec<(u32, u32)> = (0..30).map(|at| (at * 1_000 + 1, at * 1_000 + 150)).collect();
    if strand == "-" {
        exons.reverse();
    }
    DrawnGene {
        gene: symbol.to_owned(),
        transcript: "NM_1".to_owned(),
        chrom: "chr2".to_owned(),
        strand: strand.to_owned(),
        exons,
        coding: Some((50, 29_100)),
        residues: Some(1_450),
        domains: Vec::new(),
        counts: Vec::new(),
    }
}

fn end(symbol: &str, exon: u32) -> DrawnEnd {
    DrawnEnd {
        gene: Some(symbol.to_owned()),
        exon: Some(exon),
        missing_bp: 5,
        coding_bp: Some(i64::from(exon) * 150 - 55),
        in_intron: false,
        coverage: (0..100).collect(),
    }
}

fn drawn(id: &str) -> DrawnFusion {
    let row = |left: &str| ReadRow {
        name: format!("read{HOSTILE}"),
        mate: 1,
        strand: "+".to_owned(),
        split: true,
        left: left.to_owned(),
        inserted: String::new(),
        right: "ACGT".to_owned(),
    };
    DrawnFusion {
        id: id.to_owned(),
        five: Some(end("EML4", 13)),
        three: Some(end("ALK", 20)),
        molecules: vec![DrawnMolecules { kind: SupportKind::Pair, five_bp: 90, three_bp: 80, count: 3 }],
        molecules_left_out: 2,
        reads: ReadsAtJunction {
            left: "ACGTACGT".to_owned(),
            inserted: String::new(),
            right: "ACGT".to_owned(),
            rows: vec![row("ACGTACGT"), row("TCGT")],
            left_out: 0,
        },
    }
}

/// A document of `count` fusions, the second of which is a reciprocal; what a file can bring is hostile.
fn document(count: usize) -> Document {
    let (contigs, mut document) = (fixture::contigs(), Document::new(&format!("S1{HOSTILE}")));
    document.targets = vec!["ALK".to_owned(), "ROS1".to_owned()];
    document.drawings.genes = vec![gene("ALK", "-"), gene("EML4", "+"), gene("ROS1", "-")];
    for number in 1..=count {
        let mut row = FusionRow::new("S1", &fixture::eml4_alk(), &contigs);
        row.id = format!("F{number}");
        row.breakpoint5 = Some(format!("chr{HOSTILE}:7:+"));
        if number == 2 {
            row.event = Some("E1r".to_owned());
            row.insertion = Some("ACGTTT".to_owned());
            row.frame = "out-of-frame".to_owned();
            row.filter = "low_support".to_owned();
        }
        document.drawings.fusions.push(drawn(&row.id));
        document.fusions.push(row);
    }
    document.variants = vec![VariantRow::new("S1", &fixture::ros1_g2032r(), &contigs)];
    document.warnings = vec![Warning::new(Code::NotInVcf, HOSTILE)];
    document
}

fn html(document: &Document, lang: Lang) -> String {
    render(document, lang).map(|page| page.html).unwrap_or_default()
}

#[test]
fn every_fusion_is_drawn_and_a_noisy_sample_has_a_page_that_opens() {
    let document = document(30);
    for lang in [Lang::English, Lang::Japanese] {
        let html = html(&document, lang);
        for number in 1..=30 {
            assert!(html.contains(&format!("id=\"F{number}-genes-t\"")), "F{number}");
        }
        assert!(html.contains("id=\"F8-product-t\"") && !html.contains("id=\"F9-product-t\""));
        assert!(html.len() < 900_000, "{}", html.len());
    }
    assert!(render(&document, Lang::English).is_ok_and(|page| page.drawings.len() > 90), "files have all drawings");
}

#[test]
fn a_reciprocal_and_inserted_bases_are_shown_as_such() {
    let html = html(&document(2), Lang::English);
    assert!(html.contains("This is the reciprocal of event E1") && html.contains("6 bases inserted"));
    assert!(html.contains("Doubtful, not a finding (1)") && html.contains("Fewer fragments than the model needs"));
    assert!(html.contains("not translated in this frame"));
}

#[test]
fn a_break_that_no_read_shows_is_said_to_lie_within_an_interval() {
    let page = |slack_bp: u32| {
        let mut document = document(1);
        (document.fusions[0].slack_bp, document.fusions[0].exon_junction) = (slack_bp, None);
        html(&document, Lang::English)
    };
    let (known, unknown) = (page(0), page(120));
    assert!(!known.contains("within 120 bases"));
    assert!(unknown.contains("it lies within 120 bases of the places given"));
    assert!(unknown.contains("no read shows which exons are joined"), "the models are known, the exons are not");
    assert!(known.contains("no exon model of both genes"));
}

#[test]
fn text_of_a_file_never_becomes_markup() {
    for lang in [Lang::English, Lang::Japanese] {
        let html = html(&document(2), lang);
        assert!(!html.contains("<script") && !html.contains(['\u{1b}', '\u{202e}']));
        assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"));
    }
}

#[test]
fn a_failed_sample_has_no_negative() {
    let mut document = document(0);
    document.status = Status { verdict: SampleVerdict::Failed, reasons: vec!["no reads".to_owned()], limits: Vec::new() };
    let html = html(&document, Lang::English);
    assert!(html.contains("The sample failed") && html.contains("no reads") && !html.contains("No fusion passes."));
    assert!(html.contains("<span class=\"badge bad\">not judged</span>"));
}

#[test]
fn a_bypass_says_what_it_calls_for_and_its_drug_is_not_among_the_active_ones() {
    let mut document = document(1);
    document.fusions[0].filter = "PASS".to_owned();
    document.copy_ratios = vec![crate::report::bypass::CopyRatio { gene: "MET".to_owned(), ratio: 6.1, low: 5.1, high: 7.1 }];
    document.variants.clear();
    let knowledge = crate::knowledge::Knowledge::builtin();
    document.interpretation = crate::report::interpretation::interpret(&document, &knowledge, Some("NSCLC"));
    let page = html(&document, Lang::English);
    assert!(page.contains("Calls for: crizotinib (marked response in one patient"), "the follow-up");
    let group =
        |word: &str| page.split(&format!("<dt>{word}<small>")).nth(1).and_then(|rest| rest.split("</dd>").next()).unwrap_or("").to_owned();
    assert!(group("Void").contains("alectinib") && group("Void").contains("MET gain resistant"), "{}", group("Void"));
    assert!(!group("Active").contains("alectinib") && !group("Active").contains("LY2090314"), "{}", group("Active"));
    assert!(group("Preclinical only").contains("LY2090314 + lorlatinib"), "{}", group("Preclinical only"));
    assert!(page.contains("decision due 2026-11-27; outcome not in the tables"));
}

#[test]
fn a_negative_says_what_other_tests_see() {
    let (mut negative, mut positive) = (document(0), document(1));
    positive.fusions[0].filter = "PASS".to_owned();
    let knowledge = crate::knowledge::Knowledge::builtin();
    for document in [&mut negative, &mut positive] {
        document.interpretation = crate::report::interpretation::interpret(document, &knowledge, None);
    }
    let words = "names no partner";
    assert!(html(&negative, Lang::English).contains(words) && !html(&positive, Lang::English).contains(words));
}

#[test]
fn a_junction_with_a_name_wider_than_the_page_is_drawn() {
    let mut document = document(1);
    document.fusions[0].exon_junction = Some("\u{6f22}".repeat(200));
    assert!(html(&document, Lang::English).contains("F1-product"));
}

#[test]
fn no_link_leads_to_a_fusion_that_is_not_drawn() {
    let document = document(MOST_DRAWN + 5);
    let html = html(&document, Lang::English);
    let is_there = |target: &str| html.contains(&format!("id=\"{target}\""));
    let targets: Vec<&str> = html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(targets.contains(&"F1"));
    assert_eq!(targets.into_iter().filter(|target| !is_there(target)).collect::<Vec<_>>(), Vec::<&str>::new());
}
