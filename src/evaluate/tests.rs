//! Small tables with known figures, every format, and that order changes nothing.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::call::{CallTier, CalledJunction};
use super::matching::{fit, matching, CallRole};
use super::place::CalledEnd;
use super::result::Evaluation;
use super::truth::Truth;
use super::*;
use crate::genome::Side;
use crate::report::rows::{FusionRow, TableRow as _};

const TRUTH: &str = "sample\tkind\tname\tbreakpoint5\tbreakpoint3\texon_junction\tvariant\tsplit_fragments\tpair_fragments\tfragments\t\
depth\tfraction\tevent\tstructure\tcategory\tmaterial\thomology_bp\tinsertion\texpected_fragments\texpected_fraction\tphase\tref\talt
s1\tfusion\tEML4::ALK\tchr2:42295516:+\tchr2:29223528:-\tE13;A20\tV1\t3\t0\t3\t.\t.\te1\ttranscript\tknown\trna\t0\t.\t.\t.\t.\t.\t.
s2\tfusion\tCD74::ROS1\tchr5:150404680:-\tchr6:117324415:-\tC6;R34\t.\t1\t0\t1\t.\t.\te2\ttranscript\tknown\trna\t2\t.\t12\t0.1\t.\t.\t.
s3\tfusion\tA::ALK\tchr7:1000:+\tchr2:29223600:-\t.\t.\t5\t0\t5\t.\t.\te3\ttranscript\tinserted\trna\t0\tACGT\t.\t.\t.\t.\t.
s3\tchimera\tB::ALK\tchr9:5000:+\tchr2:29223700:-\t.\t.\t1\t0\t1\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.\t.
s2\tmutation\tROS1 p.G2032R\tchr6:117317184:-\t.\t.\t.\t9\t0\t9\t100\t0.09\tm1\t.\tknown\trna\t.\t.\t.\t.\tcis:e2\tC\tT
";

/// Rows of fusions.tsv: sample, fusion, both breakpoints, exon junction, variant, interval of the fraction, qual, filter, insertion.
const CALLS: [[&str; 10]; 5] = [
    ["s1", "EML4::ALK", "chr2:42295516:+", "chr2:29223528:-", "E13;A20", "V1", ".", "40", "PASS", "."],
    ["s2", "CD74::ROS1", "chr5:150404678:-", "chr6:117324413:-", "C6;R34", ".", "0.05 0.2", "15", "low_support", "."],
    ["s3", "ALK::A", "chr2:29223601:-", "chr7:1001:+", ".", ".", ".", "3", "low_support", "."],
    ["s3", "A::ALK", "chr7:1001:+", "chr2:29223600:-", ".", ".", ".", "35", "PASS", "CGT"],
    ["s3", "B::ALK", "chr9:5001:+", "chr2:29223700:-", ".", ".", ".", "12", "PASS", "."],
];

fn kinfuse_table(rows: &[[&str; 10]]) -> String {
    let mut lines = vec![FusionRow::COLUMNS.join("\t")];
    for [sample, fusion, five, three, exons, variant, interval, qual, filter, insertion] in rows {
        let genes: Vec<&str> = fusion.split("::").collect();
        let share: Vec<&str> = if *interval == "." { vec![".", "."] } else { interval.split(' ').collect() };
        let cells = FusionRow::COLUMNS.iter().map(|&column| match column {
            "sample" => *sample,
            "id" => "F1",
            "fusion" => *fusion,
            "gene5" => genes[0],
            "gene3" => genes[1],
            "breakpoint5" => *five,
            "breakpoint3" => *three,
            "exon_junction" => *exons,
            "variant" => *variant,
            "allele_fraction" | "allele_fraction_low" => share[0],
            "allele_fraction_high" => share[1],
            "qual" => *qual,
            "filter" => *filter,
            "insertion" => *insertion,
            "homology_bp" | "slack_bp" => "0",
            _ => ".",
        });
        lines.push(cells.collect::<Vec<_>>().join("\t"));
    }
    lines.join("\n") + "\n"
}

const VARIANTS: &str = "sample\tgene\thgvs_p\tchrom\tpos\tref\talt\tfilter\tknown_resistance\tphase\tstatus
s2\tROS1\tp.G2032R\tchr6\t117317184\tC\tT\tPASS\t.\tcis:F1:4\tcalled
s1\tALK\tp.G1202R\tchr2\t29220830\tC\tT\tPASS\t.\t.\tnot-seen
s3\tALK\tp.L1196M\tchr2\t29220850\tG\tT\tPASS\t.\t.\tcalled
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("tests can write to the temporary folder"))
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        std::fs::write(&path, text).expect("the file can be written");
        path
    }

    fn read(&self, name: &str, text: &str) -> Result<CallsBySample> {
        CallerFiles { name: "x".to_owned(), paths: vec![self.file(name, text)] }.read(None)
    }
}

fn evaluated(truth: &str, fusions: &str) -> Evaluation {
    let folder = Folder::new();
    let truth_path = folder.file("truth.tsv", truth);
    folder.file("calls/all.fusions.tsv", fusions);
    folder.file("calls/all.variants.tsv", VARIANTS);
    let source = CallerFiles::parse(&format!("kinfuse={}", folder.0.path().join("calls").display()));
    let truth = Truth::read(&truth_path, None).expect("a truth");
    let calls = source.read(None).expect("calls");
    evaluate(&truth, vec![(source.name, calls)], Path::new("truth.tsv")).expect("the samples agree")
}

#[test]
fn the_table_has_the_figures_that_one_counts_by_hand() {
    insta::assert_snapshot!(table::render(&evaluated(TRUTH, &kinfuse_table(&CALLS))));
}

#[test]
fn what_is_exact_named_false_and_a_chimera_is_told_apart() {
    let evaluation = evaluated(TRUTH, &kinfuse_table(&CALLS));
    let caller = &evaluation.callers[0];
    let status: Vec<(&str, &str, Option<bool>)> =
        caller.events.iter().map(|event| (event.sample.as_str(), event.status.as_str(), event.exact)).collect();
    // Two bases of homology given to the other partner, and one inserted base given to A, are the same molecules.
    assert_eq!(status, [("s1", "pass", Some(true)), ("s2", "flagged", Some(true)), ("s3", "pass", Some(true))]);
    let precision = &caller.precision[0];
    assert_eq!((precision.calls, precision.false_calls, precision.chimeras, precision.duplicates), (3, 1, 1, 0));
    assert_eq!((precision.precision.yes, precision.precision.of), (2, 3));
    let quality: Vec<(u64, u64)> = caller.quality.iter().map(|bin| (bin.observed.yes, bin.observed.of)).collect();
    // The reciprocal was not simulated, so its row is false; read from its other end it would be the event itself.
    assert_eq!(quality, [(1, 1), (1, 2), (0, 0), (0, 2)]);
    let fraction = &caller.fraction[0];
    assert_eq!((fraction.events, fraction.covered.yes, fraction.covered.of), (1, 1, 1));
    assert!(fraction.mean_error.is_some_and(|error| (error + 0.05).abs() < 1e-9));
    let mutation = &caller.mutations[0];
    assert_eq!((mutation.pass.yes, mutation.pass.of, mutation.phase.yes, mutation.precision.of), (1, 1, 1, 2));
}

#[test]
fn an_exon_that_is_used_whole_has_two_names_and_a_variant_one() {
    let truth = TRUTH.replace("E13;A20\tV1", "E6;A20\tV3a");
    let named = |exons: &'static str, variant: &'static str| {
        let mut calls = CALLS;
        (calls[0][4], calls[0][5]) = (exons, variant);
        let evaluation = evaluated(&truth, &kinfuse_table(&calls));
        let event = &evaluation.callers[0].events[0];
        (event.wrong_exon_junction.clone(), event.wrong_variant.clone())
    };
    assert_eq!(named("E6a;A20", "V3a"), (None, None));
    assert_eq!(named("E6b;A20", "V3b"), (Some("E6b;A20".to_owned()), Some("V3b".to_owned())));
    assert_eq!(named("E6;A20", "V3"), (None, Some("V3".to_owned())));
}

#[test]
fn events_with_too_few_expected_fragments_are_said_to_be_left_out() {
    let text = |truth: &str| table::render(&evaluated(truth, &kinfuse_table(&CALLS)));
    assert!(!text(TRUTH).contains("left out"));
    let few = text(&TRUTH.replace("\t12\t0.1\t", "\t7\t0.1\t"));
    assert!(few.contains("allele fraction: 1 events left out, with fewer than 10 expected fragments"), "{few}");
}

#[test]
fn samples_without_a_row_in_the_truth_are_said() {
    let text = |rows: &[[&str; 10]]| table::render(&evaluated(TRUTH, &kinfuse_table(rows)));
    assert!(!text(&CALLS[..1]).contains("no row in the truth"));
    let mut rows = CALLS[..1].to_vec();
    rows.push(["elsewhere", "EML4::ALK", "chr2:42295516:+", "chr2:29223528:-", "E13;A20", "V1", ".", "50", "PASS", "."]);
    assert!(text(&rows).contains("  1 samples have calls and no row in the truth; their calls count as false"), "{}", text(&rows));
}

#[test]
fn an_event_has_one_call_and_the_others_are_duplicates() {
    let mut rows = CALLS[..1].to_vec();
    rows.push(["s1", "EML4::ALK", "chr2:42295500:+", "chr2:29223528:-", "E13;A20", "V1", ".", "50", "PASS", "."]);
    rows.push(["s1", "EML4::ALK", "chr2:42299516:+", "chr2:29223528:-", "E14;A20", ".", ".", "50", "PASS", "."]);
    let evaluation = evaluated(TRUTH, &kinfuse_table(&rows));
    let precision = &evaluation.callers[0].precision[0];
    assert_eq!((precision.precision.yes, precision.duplicates, precision.false_calls), (1, 1, 1));
    assert_eq!(evaluation.callers[0].samples_without_calls, 0, "a table of variants shows that a sample was called, too");
}

#[test]
fn arriba_and_star_fusion_are_read_as_their_programs_write_them() {
    let folder = Folder::new();
    let arriba = "#gene1\tgene2\tstrand1(gene/fusion)\tstrand2(gene/fusion)\tbreakpoint1\tbreakpoint2\tsite1\tsite2\ttype\tsplit_reads1\t\
                  split_reads2\tdiscordant_mates\tcoverage1\tcoverage2\tconfidence\treading_frame\tdirection1\tdirection2\tfusion_transcript\n\
                  EML4\tALK\t+/+\t-/-\t2:42295516\t2:29223528\tCDS/splice-site\tCDS/splice-site\tinversion\t3\t4\t2\t9\t9\thigh\tin-frame\t\
                  downstream\tdownstream\tACG|tt|GCA\n";
    let calls = folder.read("s1/fusions.tsv", arriba).expect("Arriba's table");
    let star = "#FusionName\tJunctionReadCount\tSpanningFragCount\test_J\test_S\tSpliceType\tLeftGene\tLeftBreakpoint\tRightGene\t\
                RightBreakpoint\tLargeAnchorSupport\tFFPM\nEML4--ALK\t3\t2\t3\t2\tONLY_REF_SPLICE\tEML4^ENSG1\tchr2:42295516:+\t\
                ALK^ENSG2\tchr2:29223528:-\tYES_LDAS\t0.1\n";
    let other = folder.read("s2.star-fusion.fusion_predictions.abridged.tsv", star).expect("STAR-Fusion's table");
    let (arriba, star) = (&calls["s1"].fusions[0], &other["s2"].fusions[0]);
    assert_eq!(arriba.ends, star.ends);
    assert_eq!(arriba.ends[1], Some(CalledEnd::new("2", 29_223_528, Some(Side::Lower))));
    assert_eq!((arriba.insertion.as_deref(), star.insertion.as_deref()), (Some("TT"), None));
    assert_eq!(star.name().as_deref(), Some("EML4::ALK"));
}

#[test]
fn a_vcf_of_ours_names_its_sample_itself() {
    let folder = Folder::new();
    let text = |source: &str| {
        format!(
            "##fileformat=VCFv4.4\n##source={source}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tknown1-V1.n10\n\
             chr6\t117317184\t.\tC\tT\t60\tPASS\t.\tGT\t0/1\n"
        )
    };
    let name = |calls: &CallsBySample| calls.keys().next().cloned();
    let of = |source: &str| name(&folder.read("known1-V1.n10.vcf", &text(source)).expect("a VCF"));
    assert_eq!(of("kinfuse 0.1.0").as_deref(), Some("known1-V1.n10"));
    assert_eq!(of("other").as_deref(), Some("known1-V1"));
}

#[test]
fn breakends_and_delly_alleles_of_one_junction_are_one() {
    let folder = Folder::new();
    let head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    let breakends = format!(
        "{head}chr2\t29223741\ta\tC\tCTT]chr2:42299750]\t60\tPASS\tSVTYPE=BND;MATEID=b;HOMLEN=1\n\
         chr2\t42299750\tb\tG\tGAA]chr2:29223741]\t60\tPASS\tSVTYPE=BND;MATEID=a;HOMLEN=1\n\
         chr6\t117317184\t.\tC\tT\t60\tPASS\t.\n"
    );
    let calls = folder.read("s1.vcf", &breakends).expect("a VCF");
    assert_eq!((calls["s1"].fusions.len(), calls["s1"].mutations.len()), (1, 1));
    let junction = &calls["s1"].fusions[0];
    let lower = |position| Some(CalledEnd::new("chr2", position, Some(Side::Lower)));
    assert_eq!((junction.ends.clone(), junction.insertion.as_deref()), ([lower(29_223_741), lower(42_299_750)], Some("TT")));
    let delly = format!(
        "{head}chr2\t29223741\tINV1\tC\t<INV>\t60\tPASS\tPRECISE;SVTYPE=INV;END=42299750;CT=3to3;HOMLEN=1\n\
         chr6\t100\tDEL1\tC\t<DEL>\t60\tLowQual\tIMPRECISE;SVTYPE=DEL;END=200;CT=3to5;CIPOS=-40,40\n\
         chr6\t100\tBND1\tC\t<TRA>\t60\tPASS\tSVTYPE=BND;CHR2=chr9;POS2=500;END=102;CT=5to3\n"
    );
    let calls = folder.read("s2.delly.vcf", &delly).expect("Delly's VCF");
    let calls = &calls["s2"].fusions;
    let found = |id: &str| calls.iter().find(|call| call.id == id).expect("the record was read");
    assert_eq!(found("INV1").ends, junction.ends);
    assert_eq!(found("DEL1").ends[1], Some(CalledEnd::new("6", 201, Some(Side::Higher))));
    assert_eq!((found("DEL1").tier, found("DEL1").slack_bp), (CallTier::Flagged, 40));
    assert_eq!(found("BND1").ends, [Some(CalledEnd::new("6", 100, Some(Side::Higher))), Some(CalledEnd::new("9", 500, Some(Side::Lower)))]);
}

#[test]
fn bedpe_is_read_by_its_two_conventions() {
    let folder = Folder::new();
    let text = "#chrom1\tstart1\tend1\tchrom2\tstart2\tend2\tname\tscore\tstrand1\tstrand2\n\
                chr2\t42295515\t42295516\tchr2\t29223527\t29223528\tEML4::ALK\t9\t+\t-\n\
                chr2\t99\t100\tchr2\t299\t320\tsv1\t9\t+\t-\n";
    let calls = folder.read("s1.bedpe", text).expect("a BEDPE");
    let calls = &calls["s1"].fusions;
    let found = |id: &str| calls.iter().find(|call| call.id == id).expect("the record was read");
    assert_eq!(found("EML4::ALK").ends[1], Some(CalledEnd::new("2", 29_223_528, Some(Side::Lower))));
    assert_eq!(found("sv1").ends, [Some(CalledEnd::new("2", 100, Some(Side::Lower))), Some(CalledEnd::new("2", 310, Some(Side::Higher)))]);
    assert_eq!((found("sv1").ordered, found("sv1").slack_bp), (false, 10));
    assert!(folder.read("s2.bedpe", "").is_ok_and(|calls| calls["s2"].fusions.is_empty()), "no findings are a result");
}

#[test]
fn a_json_gives_the_same_calls_as_the_tables() {
    use crate::report::{fixture, json::Document};
    let (contigs, mut document) = (fixture::contigs(), Document::new("s1"));
    document.fusions = vec![FusionRow::new("s1", &fixture::eml4_alk(), &contigs), FusionRow::new("s1", &fixture::unplaced(), &contigs)];
    let mut text = Vec::new();
    document.write(&mut text).expect("a vector takes any number of bytes");
    let mut rows = Vec::new();
    crate::report::tsv::write(&mut rows, &document.fusions).expect("a vector takes any number of bytes");
    let folder = Folder::new();
    let json = folder.read("s1.kinfuse.json", &String::from_utf8_lossy(&text)).expect("a document");
    let table = folder.read("s1.fusions.tsv", &String::from_utf8_lossy(&rows)).expect("a table");
    assert_eq!(json, table);
    assert_eq!(json["s1"].fusions.len(), 2);
}

#[test]
fn what_is_no_table_of_calls_is_refused_with_a_remedy() {
    let folder = Folder::new();
    for (name, text) in
        [("a.tsv", "x\ty\n1\t2\n"), ("b.json", "{\"x\": 1}"), ("c.tsv", "gene1 gene2\n"), ("d.vcf", "##fileformat=VCFv4.2\nchr1\tx\n")]
    {
        let refused = folder.read(name, text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains(name) && refused.contains("; "), "{name}: {refused}");
    }
    let bcf = folder.read("e.bcf", "BCF\u{2}\u{2}").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(bcf.contains("bcftools view"), "{bcf}");
    let truth = folder.file("truth.txt", "a\tb\n");
    assert!(Truth::read(&truth, None).is_err_and(|error| error.to_string().contains("is no truth")));
}

#[test]
fn calls_of_other_samples_are_an_error_and_one_sample_is_taken_for_one() {
    let folder = Folder::new();
    let other = kinfuse_table(&[["other", "EML4::ALK", "chr2:42295516:+", "chr2:29223528:-", "E13;A20", "V1", ".", "40", "PASS", "."]]);
    let calls = folder.read("x.fusions.tsv", &other).expect("calls");
    let many = Truth::read(&folder.file("many.tsv", TRUTH), None).expect("a truth");
    let refused = evaluate(&many, vec![("kinfuse".to_owned(), calls.clone())], Path::new("many.tsv"));
    assert!(refused.is_err_and(|error| error.to_string().contains("no sample of kinfuse is in the truth")));
    let one = TRUTH.lines().take(2).collect::<Vec<_>>().join("\n");
    let one = Truth::read(&folder.file("one.tsv", &one), None).expect("a truth");
    let evaluation = evaluate(&one, vec![("kinfuse".to_owned(), calls)], Path::new("one.tsv")).expect("one sample each");
    assert_eq!(evaluation.callers[0].events[0].status, "pass");
}

#[test]
fn the_page_is_one_file_without_script_and_names_cannot_break_it() {
    let truth = TRUTH.replace("\tknown\t", "\t<script>&\"\t");
    let page = page::render(&evaluated(&truth, &kinfuse_table(&CALLS)));
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;&amp;&quot;"));
    assert!(page.contains("<svg role=\"img\"") && page.contains("<desc") && page.contains("lang=\"en\""));
    assert!(!page.contains("http"), "nothing is fetched");
    for tag in ["section", "table", "svg", "tbody", "tr", "thead"] {
        let count = |text: &str| page.matches(text).count();
        assert_eq!(count(&format!("<{tag}>")) + count(&format!("<{tag} ")), count(&format!("</{tag}>")), "{tag}");
    }
}

#[test]
fn the_table_files_have_one_cell_a_column() {
    let folder = Folder::new();
    let files = table::write(&evaluated(TRUTH, &kinfuse_table(&CALLS)), folder.0.path(), "evaluation").expect("they can be written");
    let tables: Vec<_> = files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "tsv")).collect();
    assert_eq!((files.len(), tables.len()), (9, 7));
    for file in tables {
        let text = std::fs::read_to_string(file).expect("it was just written");
        let columns: Vec<usize> = text.lines().map(|line| line.split('\t').count()).collect();
        assert!(columns.len() > 1 && columns.iter().all(|&count| count == columns[0]), "{}: {columns:?}", file.display());
    }
}

fn shuffled(text: &str, order: &[usize]) -> String {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    let rows: Vec<&str> = lines.collect();
    let mut keyed: Vec<(usize, usize, &str)> =
        rows.iter().enumerate().map(|(index, &row)| (order[index % order.len()], index, row)).collect();
    keyed.sort_unstable();
    keyed.iter().fold(format!("{header}\n"), |text, (_, _, row)| text + row + "\n")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_rows_changes_nothing(truth in prop::collection::vec(0usize..99, 5), calls in prop::collection::vec(0usize..99, 7)) {
        let mut rows = CALLS.to_vec();
        rows.push(["s1", "EML4::ALK", "chr2:42295500:+", "chr2:29223528:-", "E13;A20", "V1", "0.1 0.2", "40", "PASS", "."]);
        rows.push(["s1", "EML4::ALK", "chr2:42295532:+", "chr2:29223528:-", "E13;A20", "V1", "0.3 0.4", "40", "PASS", "."]);
        let table = kinfuse_table(&rows);
        prop_assert_eq!(evaluated(TRUTH, &table), evaluated(&shuffled(TRUTH, &truth), &shuffled(&table, &calls)));
    }

    #[test]
    fn sliding_within_homology_stays_exact_and_beyond_does_not(homology in 0u32..12, slide in -20i64..20) {
        let folder = Folder::new();
        let mut truth = Truth::read(&folder.file("t.tsv", TRUTH), None).expect("a truth").fusions.swap_remove(0);
        truth.homology_bp = homology;
        let moved = |end: &CalledEnd, bases: i64| Some(CalledEnd { position: (i64::from(end.position) + bases) as u32, ..end.clone() });
        // Both ends keep their lower flank: what one gains the other loses.
        let mut call = CalledJunction::new(CallTier::Pass, [moved(&truth.ends[0], slide), moved(&truth.ends[1], -slide)]);
        call.insertion = Some(String::new());
        let exact = fit(&call, &truth).map(|fit| !fit.inexact);
        prop_assert_eq!(exact, Some(slide.unsigned_abs() <= u64::from(homology)));
    }

    #[test]
    fn every_call_has_one_role_and_every_truth_at_most_one_call(places in prop::collection::vec((0u32..4000, 0u32..4000, 0u8..3), 0..8)) {
        let folder = Folder::new();
        let truth = Truth::read(&folder.file("t.tsv", TRUTH), None).expect("a truth");
        let truths: Vec<_> = truth.fusions.iter().collect();
        let calls: Vec<CalledJunction> = places
            .iter()
            .map(|&(five, three, tier)| {
                let tier = [CallTier::Pass, CallTier::Flagged, CallTier::Candidate][usize::from(tier)];
                let end = |at: u32, offset: u32| Some(CalledEnd::new("chr2", at - 2000 + offset, Some(Side::Lower)));
                CalledJunction::new(tier, [end(42_295_516, five), end(29_223_528, three)])
            })
            .collect();
        let result = matching(&calls, &truths, &[]);
        let matched = result.of_call.iter().filter(|role| matches!(role, CallRole::Match(_))).count();
        prop_assert_eq!(matched, result.of_truth.iter().flatten().count());
        for (call, role) in calls.iter().zip(&result.of_call) {
            let fits = truths.iter().any(|truth| fit(call, truth).is_some());
            prop_assert_eq!(fits, matches!(role, CallRole::Match(_) | CallRole::Duplicate(_)));
        }
        let best = calls.iter().filter(|call| fit(call, truths[0]).is_some()).map(|call| call.tier).min();
        prop_assert_eq!(best, result.of_truth[0].map(|(call, _)| calls[call].tier));
    }
}
