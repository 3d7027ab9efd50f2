use super::*;
use crate::fusion::naming::Naming;
use crate::genome::{Assembly, Breakend, ContigId, Contigs, Junction, Side};
use crate::report::candidates::CandidateEntry;
use crate::report::fixture;
use crate::report::json::AssayEntry;
use crate::report::rows::{OffTargetRow, SeenChange, VariantRow};

fn contigs() -> Contigs {
    fixture::contigs()
}

/// A row of an unknown pair with so many fragments that breaks so many bases off the fixture's place.
fn row(known: KnownTier, fragments: u32, off: u32) -> FusionRow {
    let five = Breakend::new(ContigId(0), 42_299_750 + off, Side::Lower);
    let three = Breakend::new(ContigId(0), 29_223_741, Side::Lower);
    let mut fusion = fixture::joined(five, three, Junction::with_homology(three, five, 0));
    fusion.known = known;
    fusion.support = crate::fusion::Support { split: fragments, pair: 0, clip: 0 };
    fusion.allele_fraction = None;
    fusion.flags.insert(crate::fusion::Flag::LowSupport);
    FusionRow::new("S", &fusion, &contigs())
}

fn normal(rows: Vec<FusionRow>) -> Document {
    let mut document = Document::new("N");
    document.assembly = Some("GRCh38".to_owned());
    document.assay = vec![AssayEntry { file: "N.bam".to_owned(), kind: "dna".to_owned(), reasons: Vec::new() }];
    document.candidates = rows
        .into_iter()
        .map(|row| CandidateEntry { row, read_names: Vec::new(), quality_terms: None, naming: Naming::default(), breakends: Vec::new() })
        .collect();
    document
}

fn background(documents: &[Document]) -> Background {
    let mut background = Background::new(None);
    for document in documents {
        assert!(background.add(document, Path::new("N.json")).expect("one genome").is_empty());
    }
    background
}

#[test]
fn what_two_normals_show_is_background_unless_it_is_much_stronger() {
    let pair = KnownTier::Kinase;
    let normals = background(&[normal(vec![row(pair, 2, 0)]), normal(vec![row(pair, 3, 7)]), normal(vec![])]);
    assert!(flag::is_background(&row(pair, 4, 3), &normals));
    assert!(!flag::is_background(&row(pair, 10, 3), &normals), "three times as strong as any");
    assert!(!flag::is_background(&row(pair, 4, 40), &normals), "elsewhere");
    let one = background(&[normal(vec![row(pair, 2, 0)]), normal(vec![])]);
    assert!(!flag::is_background(&row(pair, 2, 0), &one), "one normal alone");
}

#[test]
fn a_known_junction_needs_a_fifth_of_the_normals() {
    let known = KnownTier::Variant;
    let normals = |with: usize, without: usize| {
        let mut list = vec![normal(vec![row(known, 2, 0)]); with];
        list.extend(vec![normal(vec![]); without]);
        background(&list)
    };
    assert!(!flag::is_background(&row(known, 2, 0), &normals(2, 0)));
    assert!(!flag::is_background(&row(known, 2, 0), &normals(3, 17)));
    assert!(flag::is_background(&row(known, 2, 0), &normals(4, 12)));
}

#[test]
fn a_sample_with_a_known_fusion_is_no_normal() {
    let mut positive = row(KnownTier::Variant, 30, 0);
    positive.filter = "PASS".to_owned();
    let mut background = Background::new(None);
    let told = background.add(&normal(vec![positive]), Path::new("P.json")).expect("one genome");
    assert_eq!(told, ["EML4::ALK passes and is left out: is this a normal sample?"]);
    assert!(background.materials["dna"].junctions.is_empty());
}

#[test]
fn backgrounds_add_up_in_any_order_and_come_back_as_they_went() {
    let documents: Vec<Document> =
        (0..6).map(|n| normal(vec![row(KnownTier::Kinase, n + 1, n * 4), row(KnownTier::Kinase, 1, 900)])).collect();
    let whole = background(&documents);
    let (mut first, second) = (background(&documents[3..]), background(&documents[..3]));
    first.merge(second, Path::new("x")).expect("one genome");
    assert_eq!(first, whole);
    let file = tempfile::NamedTempFile::new().expect("tests can write to the temporary folder");
    whole.write(&file).expect("the file takes it");
    assert_eq!(Background::read(file.path()).expect("it was just written"), whole);
}

#[test]
fn clipped_ends_at_a_place_that_is_known_to_recur_are_flagged_without_normals() {
    let flags = |position: u32, split: u32, assembly: Option<Assembly>| {
        let five = Breakend::new(ContigId(0), 42_299_750, Side::Lower);
        let three = Breakend::new(ContigId(0), position, Side::Lower);
        let mut fusion = fixture::joined(five, three, Junction::with_homology(three, five, 0));
        fusion.known = KnownTier::Kinase;
        fusion.support = crate::fusion::Support { split, pair: 0, clip: 9 };
        let row = FusionRow::new("S", &fusion, &contigs());
        flag::flag(std::iter::once((&mut fusion, row)), None, assembly);
        fusion.flags.contains(&crate::fusion::Flag::Recurrent)
    };
    assert!(flags(29_228_918, 0, Some(Assembly::Grch38)));
    assert!(!flags(29_228_918, 1, Some(Assembly::Grch38)), "a split read names a partner");
    assert!(!flags(29_228_950, 0, Some(Assembly::Grch38)) && !flags(29_228_918, 0, Some(Assembly::Grch37)));
}

#[test]
fn another_genome_or_another_file_is_refused_with_a_remedy() {
    let mut other = normal(vec![]);
    other.assembly = Some("GRCh37".to_owned());
    let mut background = background(&[normal(vec![])]);
    let refused = background.add(&other, Path::new("o.json")).expect_err("another genome").to_string();
    assert_eq!(refused, "o.json: is on GRCh37, the others are on GRCh38; make one background for each genome");
    let file = tempfile::NamedTempFile::new().expect("tests can write to the temporary folder");
    std::fs::write(file.path(), "{\"normals_version\":7,\"assembly\":null,\"materials\":{}}").expect("tests can write there");
    assert!(Background::read(file.path()).expect_err("another version").to_string().contains("has version 7, this program reads 4"));
}

#[test]
fn a_change_recurs_from_two_samples_on_and_their_difference_is_told_from_chance() {
    let noise = |samples: &[(u32, u32)]| {
        let mut noise = BaseNoise::default();
        for &(depth, alt) in samples {
            noise.add(BaseNoise::of(depth, alt));
        }
        noise.recurring()
    };
    assert_eq!(noise(&[(1_000, 10), (1_000, 0)]), None);
    let even = noise(&[(1_000, 10), (1_000, 11), (1_000, 9), (1_000, 10)]).expect("four samples show it");
    assert!((even.rate - 0.01).abs() < 1e-12 && even.samples == (4, 4));
    assert!((even.variance - (MIN_VARIANCE + 1.0 / 40.0)).abs() < 1e-12, "{even:?}");
    let uneven = noise(&[(1_000, 30), (1_000, 1), (1_000, 8), (1_000, 1)]).expect("four samples show it");
    // 30 * 29 + 8 * 7 = 926 of 400, less 1.
    assert!((uneven.variance - (926.0 / 400.0 - 1.0 + 1.0 / 40.0)).abs() < 1e-9, "{uneven:?}");
}

/// A site with so many of so many molecules, as `call` reports it.
fn site(status: VariantStatus, depth: u32, with: u32) -> VariantRow {
    let mut variant = fixture::ros1_g2032r();
    (variant.status, variant.depth, variant.alt_fragments) = (status, depth, with);
    VariantRow::new("S", &variant, &contigs())
}

fn with_site(row: VariantRow) -> Document {
    Document { variants: vec![row], ..normal(vec![]) }
}

#[test]
fn a_called_change_is_left_out_at_whatever_fraction_and_said() {
    let mut background = Background::new(None);
    let low = with_site(site(VariantStatus::Called, 429, 6));
    let told = background.add(&low, Path::new("l.json")).expect("one genome");
    assert_eq!(told, ["ROS1 p.G2032R 6/429 is called and left out: is this a normal sample?"]);
    background.add(&with_site(site(VariantStatus::Called, 500, 32)), Path::new("m.json")).expect("one genome");
    assert_eq!(background.recurring("dna", "ROS1", "G2032R"), None);
    assert!(background.materials["dna"].bases.is_empty());
    assert_eq!(background.summary(), "2 samples of dna, 0 places");
}

#[test]
fn a_sample_that_is_given_twice_counts_once() {
    let document = with_site(site(VariantStatus::NotSeen, 500, 2));
    let mut background = background(std::slice::from_ref(&document));
    let renamed = Document { sample: "other".to_owned(), ..document };
    let told = background.add(&renamed, Path::new("again.json")).expect("one genome");
    assert!(told[0].contains("counted once"), "{told:?}");
    assert_eq!(background.summary(), "1 sample of dna, 1 place");
    let refused = background.clone().merge(background.clone(), Path::new("b.json.gz")).expect_err("the same samples").to_string();
    assert!(refused.starts_with("b.json.gz: 1 of its 1 samples are in a background before it"), "{refused}");
}

#[test]
fn every_listed_change_of_a_hot_spot_is_counted_and_an_older_document_is_named() {
    let line = |change: &str, with: u32| {
        let row = site(VariantStatus::NotSeen, 1_000, with);
        VariantRow { gene: "KRAS".to_owned(), hgvs_p: change.to_owned(), ..row }
    };
    let seen =
        |change: &str, with: u32| SeenChange { gene: "KRAS".to_owned(), hgvs_p: change.to_owned(), depth: 1_000, alt_fragments: with };
    let sample = |n: u32, seen: Vec<SeenChange>| {
        let spot = OffTargetRow {
            site: "KRAS G12".to_owned(),
            status: VariantStatus::NotSeen,
            variants: vec![line("p.G12C", 0)],
            drugs: Vec::new(),
            seen,
        };
        Document { off_target: vec![spot], variants: vec![site(VariantStatus::NotSeen, 500 + n, 0)], ..normal(vec![]) }
    };
    let mut background = Background::new(None);
    for n in 0..3 {
        let told = background.add(&sample(n, vec![seen("p.G12C", 0), seen("p.G12D", 4 + n)]), Path::new("n.json")).expect("one genome");
        assert!(told.is_empty(), "{told:?}");
    }
    let recurring = background.recurring("dna", "KRAS", "G12D").expect("three samples show it");
    assert!((recurring.rate - 15.0 / 3_000.0).abs() < 1e-12 && recurring.samples == (3, 3), "{recurring:?}");
    assert_eq!(background.recurring("dna", "KRAS", "G12C"), None);
    assert_eq!(background.materials["dna"].bases["KRAS G12C"].samples, 3);
    let told = background.add(&sample(3, Vec::new()), Path::new("old.json")).expect("one genome");
    assert_eq!(told, ["was called by an older version: one change only of each hot spot is counted, call it again"]);
}
