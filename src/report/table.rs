//! The findings on the terminal: at most 30 lines of 100 columns for a sample with one finding, six more for each further one.
//!
//! A heading (sample, assay, reads, quality), FUSIONS with what they mean, MUTATIONS, and NOT FOUND: what the absence of a fusion is worth.
//! Each section is a file; what has no room is left to `kinfuse.json`.

use super::json::Document;
use crate::terminal::one_line;

use super::rows::Cell;

mod fusions;
mod lines;
mod meaning;
mod mutations;
mod negative;
mod paint;
mod rates;
mod resistance;

use lines::{Lines, Rank};
pub use paint::painted;

/// The widest table, however wide the terminal: longer lines are hard to read.
const WIDEST: usize = 100;
/// The narrowest table that is tried; below that lines are left to the terminal to wrap.
const NARROWEST: usize = 40;

/// Lines of a sample with one finding, and for each further one, with the warnings that follow.
const MOST_LINES: (usize, usize) = (30, 6);

/// Lines that the findings have however many warnings follow.
const LEAST_LINES: usize = 20;
/// Most lines of what is said of drugs: as many as the longest list of a table takes on a narrow terminal, so that no drug is cut off.
const DRUG_LINES: usize = 8;

/// The findings for a terminal of `width` columns, each line with its end; so many lines of warnings will follow.
///
/// ```text
/// S1: ok, 1 fusion (1 PASS), 1 variant called
///   S1.bam: dna (DNA: 0 of 7706 sampled reads are spliced)
///
/// FUSIONS       junction          variant  frame     fragments  AF vs unbroken  qual  filter
///   CD74::ROS1  C6;R34 (implied)  .        in-frame  35         35.0%           93.3  PASS
///     CD74::ROS1: evidence level A (JP approved) in NSCLC
///     reported active: ...
///
/// MUTATIONS        with/all  AF    qual  filter  on
///   ROS1 p.G2032R  10/200    5.0%  61.0  PASS    cis:F1:4
///
/// NOT FOUND  a fusion              where          molecules  seen from a share of
///   NTRK1    would have been seen  introns 7-11   512        1.2 % (novel 1.5 %)
/// ```
pub fn render(document: &Document, width: usize, warning_lines: usize) -> String {
    let width = width.clamp(NARROWEST, WIDEST);
    let mut lines = Lines::new(width);
    heading(document, &mut lines);
    fusions::add(document, &mut lines, width);
    mutations::add(document, &mut lines);
    negative::add(document, &mut lines);
    let state = document.interpretation.short_state();
    if !state.is_empty() {
        lines.add_wrapped(Rank::Finding, &format!("  state of the tables: {}", one_line(&state)), 2);
    }
    let findings = document.fusions.len() + document.called_variants().len();
    let most = MOST_LINES.0 + MOST_LINES.1 * findings.saturating_sub(1);
    lines.text(
        most.saturating_sub(warning_lines).max(LEAST_LINES),
        &format!("{}.kinfuse.json", super::output::file_prefix(&document.sample)),
    )
}

/// The sample, its libraries, and how good they are.
fn heading(document: &Document, lines: &mut Lines) {
    lines.add(Rank::Finding, verdict(document));
    for assay in &document.assay {
        let why = assay.reasons.first().map_or(String::new(), |reason| format!(" ({})", one_line(reason)));
        lines.add_wrapped(Rank::Finding, &format!("  {}: {}{why}", one_line(&assay.file), one_line(&assay.kind)), 2);
    }
    for text in reads(document).into_iter().chain(rna_quality(document)) {
        lines.add_wrapped(Rank::Detail, &text, 2);
    }
    // A reason that concerns one gene stands with that gene below.
    let concerns = |reason: &str| document.targets.iter().any(|gene| negative::concerns(reason, gene).is_some());
    for reason in document.status.reasons.iter().filter(|reason| !concerns(reason)) {
        lines.add_wrapped(Rank::Finding, &format!("  {}", one_line(reason)), 2);
    }
}

/// A line on the reads of each library.
fn reads(document: &Document) -> Vec<String> {
    let value = |metric: &str| document.metrics.iter().find(|row| row.metric == metric).and_then(|row| row.value.as_ref()).map(Cell::cell);
    let line = |row: &super::rows::MetricRow| {
        let library = row.metric.strip_prefix("primary_reads")?;
        let length = value(&format!("read_length{library}")).map_or(String::new(), |length| format!(" of {length} bases"));
        let insert = value(&format!("insert_size{library}")).map_or(String::new(), |size| format!(", inserts of {size}"));
        Some(format!("  {} primary reads{length} at the kinases{insert}", row.value.as_ref()?.cell()))
    };
    document.metrics.iter().filter_map(line).collect()
}

/// A line for each RNA library: whether a kinase without RNA is a finding or a sign of poor RNA.
fn rna_quality(document: &Document) -> Vec<String> {
    let rows = || document.metrics.iter();
    rows()
        .filter_map(|row| {
            let library = row.metric.strip_prefix("expressed_molecules")?;
            let value = |metric: &str| rows().find(|row| row.metric == format!("{metric}{library}")).and_then(|row| row.value.as_ref());
            let molecules = match (row.value.as_ref()?.cell(), value("expressed_fragments").map(Cell::cell)) {
                // A median of 0 over six genes would hide that a few of them are seen.
                (none, Some(all)) if none == "0" && all != "0" => format!("{all} molecules in all, without any across most splices"),
                (molecules, _) => format!("{molecules} molecules a splice"),
            };
            let length = value("spliced_insert_size").map_or(String::new(), |length| format!(", fragments of {} bases", length.cell()));
            Some(format!("  RNA: genes that nearly every tissue expresses at {molecules}{length}"))
        })
        .collect()
}

fn verdict(document: &Document) -> String {
    let passing = document.fusions.iter().filter(|fusion| fusion.passes()).count();
    let called = document.called_variants().len();
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let fusions = match document.fusions.len() {
        0 => "no fusion called".to_owned(),
        n => format!("{n} fusion{} ({passing} PASS)", plural(n)),
    };
    let verdict = document.status.verdict.name();
    format!("{}: {verdict}, {fusions}, {called} variant{} called", one_line(&document.sample), plural(called))
}

fn percent(fraction: Option<f64>) -> String {
    match fraction {
        None => ".".to_owned(),
        // Below 1 % a plasma sample's fractions would all look alike with one decimal.
        Some(fraction) if fraction > 0.0 && fraction < 0.01 => format!("{:.2}%", fraction * 100.0),
        Some(fraction) => format!("{:.1}%", fraction * 100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Effect, Knowledge};
    use crate::report::fixture;
    use crate::report::interpretation::interpret;
    use crate::report::json::SampleVerdict;
    use crate::report::rows::{Companion, DrugRow};
    use crate::report::rows::{FusionRow, VariantRow};

    fn document() -> Document {
        let (contigs, mut document) = (fixture::contigs(), Document::new("S1"));
        document.targets = ["ALK", "ROS1", "NTRK1"].map(str::to_owned).to_vec();
        document.fusions = vec![FusionRow::new("S1", &fixture::eml4_alk(), &contigs), FusionRow::new("S1", &fixture::unplaced(), &contigs)];
        document.variants = vec![VariantRow::new("S1", &fixture::ros1_g2032r(), &contigs)];
        document.negatives =
            [("ROS1", "informative"), ("NTRK1", "not informative")].map(|(gene, verdict)| fixture::negative(gene, verdict, "why")).to_vec();
        document
    }

    #[test]
    fn findings_come_first_and_kinases_without_one_are_named() {
        insta::assert_snapshot!(render(&document(), 120, 0));
    }

    /// Two mutations of ALK, of which each alone leaves lorlatinib, lying to each other like this.
    fn two_mutations(relation: &str) -> Document {
        let mut document = document();
        document.variants = [("p.G1202R", "p.L1196M"), ("p.L1196M", "p.G1202R")]
            .map(|(change, other)| VariantRow {
                gene: "ALK".to_owned(),
                hgvs_p: change.to_owned(),
                known_resistance: Some("alectinib:sensitive,lorlatinib:sensitive".to_owned()),
                compound_with: Companion::list(&format!("{other}:{relation}:53")),
                ..document.variants[0].clone()
            })
            .to_vec();
        if relation == "cis" {
            document.drugs = DrugRow::list("ALK", "G1202R+L1196M", true, &[fixture::drug_effect("lorlatinib", Effect::Resistant)]);
        }
        document.interpretation = interpret(&document, &Knowledge::builtin(), Some("NSCLC"));
        document
    }

    #[test]
    fn mutations_on_one_molecule_go_before_what_is_said_of_each() {
        let cis = render(&two_mutations("cis"), 110, 0);
        let compound = "  ALK p.L1196M+p.G1202R in cis (53 molecules): reported resistant: lorlatinib\n  ALK p.G1202R  ";
        assert!(cis.contains(compound), "{cis}");
        let alone = "    reported sensitive: alectinib; alone reported otherwise, but see the compound: lorlatinib\n";
        assert_eq!(cis.matches(alone).count(), 2, "{cis}");
        assert!(cis.contains("lorlatinib (p.L1196M+p.G1202R resistant)"), "{cis}");
        let trans = render(&two_mutations("trans"), 110, 0);
        assert!(trans.contains("  ALK p.L1196M+p.G1202R in trans (53 molecules): never on one molecule"), "{trans}");
        assert!(trans.contains("    reported active: A (JP approved): lorlatinib\n"), "{trans}");
        assert!(trans.contains("crizotinib (p.G1202R resistant, p.L1196M resistant)"), "{trans}");
        assert!(!trans.contains("see the compound"), "{trans}");
        // Two codons for one residue, as older files name them.
        let mut same = two_mutations("trans");
        for row in &mut same.variants {
            row.compound_with = Companion::list(&format!("{}:trans:60", row.hgvs_p));
        }
        assert!(!render(&same, 110, 0).contains(" in trans (60 molecules)"), "{}", render(&same, 110, 0));
    }

    /// A fusion of one kinase with mutations on one molecule, in lung cancer.
    fn page(partner: &str, kinase: &str, junction: &str, changes: &[&str]) -> String {
        let (contigs, mut document) = (fixture::contigs(), Document::new("S1"));
        document.targets = vec![kinase.to_owned()];
        let mut fusion = FusionRow::new("S1", &fixture::eml4_alk(), &contigs);
        (fusion.fusion, fusion.gene5, fusion.gene3) = (format!("{partner}::{kinase}"), Some(partner.to_owned()), Some(kinase.to_owned()));
        (fusion.exon_junction, fusion.variant, fusion.evidence) = (Some(junction.to_owned()), None, Some("rna".to_owned()));
        document.fusions = vec![fusion];
        let others =
            |change: &&str| changes.iter().filter(|other| other != &change).map(|other| format!("p.{other}:cis:20")).collect::<Vec<_>>();
        let row = |change: &&str| VariantRow {
            gene: kinase.to_owned(),
            hgvs_p: format!("p.{change}"),
            compound_with: Companion::list(&others(change).join(",")),
            ..VariantRow::new("S1", &fixture::ros1_g2032r(), &contigs)
        };
        document.variants = changes.iter().map(row).collect();
        crate::report::renew::renew(&mut document, &Knowledge::builtin(), Some("NSCLC"));
        render(&document, 110, 0)
    }

    #[test]
    fn two_mutations_of_alk_in_cis_void_all_its_drugs() {
        insta::assert_snapshot!(page("EML4", "ALK", "E13;A20", &["L1196M", "G1202R"]));
    }

    #[test]
    fn a_mutation_of_alk_leaves_some_drugs() {
        insta::assert_snapshot!(page("EML4", "ALK", "E6a;A20", &["I1171N"]));
    }

    #[test]
    fn a_solvent_front_mutation_of_ros1_leaves_two_drugs() {
        insta::assert_snapshot!(page("CD74", "ROS1", "C6;R34", &["G2032R"]));
    }

    #[test]
    fn a_solvent_front_mutation_of_ntrk3_leaves_the_later_drugs_and_no_comfort() {
        insta::assert_snapshot!(page("ETV6", "NTRK3", "E5;N15", &["G623R"]));
    }

    #[test]
    fn two_mutations_of_unknown_phase_count_as_on_one_molecule() {
        // Without a fragment count, as a call says what is not phased.
        let mut document = two_mutations("unphased");
        crate::report::renew::renew(&mut document, &Knowledge::builtin(), Some("NSCLC"));
        let text = render(&document, 110, 0);
        assert!(text.contains("  ALK p.L1196M+p.G1202R unphased, if on one molecule: reported resistant: lorlatinib\n"), "{text}");
        assert!(text.contains("p.L1196M sensitive, p.L1196M+p.G1202R resistant if on one"), "{text}");
        crate::report::renew::renew(&mut document, &Knowledge::builtin(), Some("NSCLC"));
        let note = document.variants[0].note.as_deref();
        assert_eq!(note, Some("compound G1202R+L1196M if on one molecule lorlatinib:resistant"), "once, however often it is renewed");
    }

    #[test]
    fn what_warns_is_never_cut_and_lines_of_labels_go_first() {
        let mut document = document();
        document.fusions.truncate(1);
        document.copy_ratios = vec![crate::report::bypass::CopyRatio { gene: "MET".to_owned(), ratio: 6.1, low: 5.1, high: 7.1 }];
        document.variants.clear();
        document.interpretation = interpret(&document, &Knowledge::builtin(), Some("NSCLC"));
        let (all, cut) = (render(&document, 100, 0), render(&document, 100, 100));
        for label in ["    line: ", "    companion test: ", "    approved: "] {
            assert!(all.contains(label) && !cut.contains(label), "{label}: {cut}");
        }
        for warning in
            ["    void: alectinib (MET gain resistant)", "    bypass, MET gain", "calls for: crizotinib", "  state of the tables: 2026-"]
        {
            assert!(cut.contains(warning), "{warning}: {cut}");
        }
        assert!(cut.contains("approval: neladalkib US under review, decision due 2026-11-27; outcome not in the tables"), "{cut}");
        assert!(cut.contains("    preclinical only (level E): LY2090314 + lorlatinib"), "{cut}");
    }

    #[test]
    fn a_mutation_of_which_nothing_is_reported_for_a_fusion_voids_nothing() {
        let said = |partner: &str, kinase: &str, junction: &str, change: &str| {
            page(partner, kinase, junction, &[change]).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let unread = said("EML4", "ALK", "E13;A20", "L1196Q");
        assert!(
            unread.contains("no evidence level in NSCLC: nothing that decides is reported of p.L1196Q for any of its drugs"),
            "{unread}"
        );
        let elsewhere = said("EML4", "ALK", "E13;A20", "F1245V");
        assert!(elsewhere.contains(" not of a fusion: entrectinib sensitive (neuroblastoma, ALK without a fusion)"), "{elsewhere}");
        assert!(!elsewhere.contains("reported active:") && elsewhere.contains("reported of p.F1245V"), "{elsewhere}");
        let preclinical = said("CD74", "ROS1", "C6;R34", "G2101A");
        assert!(preclinical.contains("evidence level E in NSCLC preclinical only (level E): foretinib void:"), "{preclinical}");
    }

    #[test]
    fn a_narrow_terminal_loses_columns_but_never_the_filter() {
        let narrow = render(&document(), 70, 0);
        assert!(narrow.contains("filter") && !narrow.contains("frame "), "{narrow}");
    }

    #[test]
    fn a_failed_sample_is_never_a_negative() {
        let mut document = Document::new("S\u{1b}[2J");
        document.targets = vec!["ALK".to_owned()];
        document.status.verdict = SampleVerdict::Failed;
        document.status.reasons = vec!["12 reads".to_owned()];
        let text = render(&document, 80, 0);
        assert!(text.starts_with("S\\u{1b}[2J: failed, no fusion called, 0 variants called\n  12 reads\n"), "{text}");
        let line = text.lines().find(|line| line.starts_with("  ALK ")).unwrap_or("");
        assert!(line.contains("not judged") && line.ends_with("the sample failed") && text.is_ascii(), "{text}");
    }

    #[test]
    fn small_fractions_keep_two_decimals() {
        assert_eq!([Some(0.00123), Some(0.35), Some(0.0), None].map(percent), ["0.12%", "35.0%", "0.0%", "."]);
    }
}
