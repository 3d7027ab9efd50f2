//! The short table for the terminal: what was found, and for each kinase without finding what its absence is worth.

use super::compound::{Compound, Relation};
use super::json::{Document, Imbalance};
use super::rows::{escaped, Cell, FusionRow, Phred, VariantRow};
use crate::variant::VariantStatus;

mod meaning;
mod negative;
mod resistance;

use negative::{absence, concerns};

/// The narrowest table that is tried; below that lines are left to the terminal to wrap.
const NARROWEST: usize = 40;

/// The allele fraction's column: of two isoforms of one break each is counted against the unbroken molecules alone, so that the shares can
/// add up to more than all.
const FRACTION: &str = "AF vs unbroken";

/// Columns that are left out first when the terminal is too narrow.
const DISPENSABLE: [&str; 4] = ["qual", "frame", "junction", "variant"];

/// The table for a terminal of `width` columns, each line with its end.
///
/// ```text
/// S1: ok, 1 fusion (1 PASS), 1 variant called
///
///   fusion     junction  variant  frame     fragments  AF vs unbroken  qual  filter
///   EML4::ALK  E13;A20   V1       in-frame  35         35.0%           93.3  PASS
///
///   ROS1 p.G2032R  10/200  5.0%  qual 61.0  PASS  cis:F1:4
///     reported resistant: crizotinib
///
///   NTRK1: no fusion; introns 7-11 at 512 fragments: a known fusion in 1.2 % (with a novel partner in 1.5 %) of molecules would have been ...
///
///   ROS1 resistance: p.G2032R called; 24 of 24 known codons at lod95 0.40% (median) to 3.0% (worst)
/// ```
pub fn render(document: &Document, width: usize) -> String {
    let mut lines = vec![verdict(document)];
    lines.extend(document.assay.iter().map(|assay| {
        let why = assay.reasons.first().map_or(String::new(), |reason| format!(" ({})", escaped(reason)));
        format!("  {}: {}{why}", escaped(&assay.file), escaped(&assay.kind))
    }));
    lines.extend(rna_quality(document));
    // A reason that concerns one gene stands with that gene below.
    let general = document.status.reasons.iter().filter(|reason| !document.targets.iter().any(|gene| concerns(reason, gene).is_some()));
    lines.extend(general.map(|reason| format!("  {}", escaped(reason))));
    if !document.fusions.is_empty() {
        lines.push(String::new());
        lines.extend(aligned(&document.fusions, width.max(NARROWEST)));
        lines.extend(document.fusions.iter().filter_map(contradiction));
    }
    let called: Vec<&VariantRow> = document.variants.iter().filter(|variant| variant.status == VariantStatus::Called).collect();
    let compounds = Compound::all(&document.drugs, &document.variants);
    if !called.is_empty() {
        lines.push(String::new());
        lines.extend(compounds.iter().map(compound_line));
        lines.extend(called.into_iter().flat_map(|variant| variant_lines(variant, &compounds)));
    }
    let remarks = meaning::lines(document);
    if !remarks.is_empty() {
        lines.push(String::new());
        lines.extend(remarks);
    }
    let loose: Vec<String> = document.candidates.iter().filter_map(loose_end).chain(document.imbalances.iter().map(imbalance)).collect();
    if !loose.is_empty() {
        lines.push(String::new());
        lines.extend(loose);
    }
    let absent: Vec<String> =
        document.targets.iter().filter(|gene| !has_fusion(document, gene)).map(|gene| absence(document, gene)).collect();
    if !absent.is_empty() {
        lines.push(String::new());
        lines.extend(absent);
    }
    let resistance: Vec<String> = document.targets.iter().filter_map(|gene| resistance::sentence(document, gene)).collect();
    if !resistance.is_empty() {
        lines.push(String::new());
        lines.extend(resistance);
    }
    let state = document.interpretation.state();
    if !state.is_empty() {
        lines.extend([String::new(), format!("  state of the tables: {}", escaped(&state))]);
    }
    lines.join("\n") + "\n"
}

/// A line on each library of RNA that genes speak for: whether silence of a kinase is a finding or poor RNA.
fn rna_quality(document: &Document) -> Vec<String> {
    let rows = || document.metrics.iter();
    rows()
        .filter_map(|row| {
            let library = row.metric.strip_prefix("expressed_molecules")?;
            let value = |metric: &str| rows().find(|row| row.metric == format!("{metric}{library}")).and_then(|row| row.value.as_ref());
            let molecules = match (row.value.as_ref()?.cell(), value("expressed_fragments").map(Cell::cell)) {
                // The median of six genes says nothing of the few that are seen.
                (none, Some(all)) if none == "0" && all != "0" => format!("{all} molecules in all, without any across most splices"),
                (molecules, _) => format!("{molecules} molecules a splice"),
            };
            let length = value("spliced_insert_size").map_or(String::new(), |length| format!(", fragments of {} bases", length.cell()));
            Some(format!("  RNA: genes that nearly every tissue expresses at {molecules}{length}"))
        })
        .collect()
}

fn verdict(document: &Document) -> String {
    let passing = document.fusions.iter().filter(|fusion| fusion.filter == "PASS").count();
    let called = document.variants.iter().filter(|variant| variant.status == VariantStatus::Called).count();
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    let fusions = match document.fusions.len() {
        0 => "no fusion called".to_owned(),
        n => format!("{n} fusion{} ({passing} PASS)", plural(n)),
    };
    let verdict = document.status.verdict.name();
    format!("{}: {verdict}, {fusions}, {called} variant{} called", escaped(&document.sample), plural(called))
}

/// The fusions in columns; those that matter least go first when the line would be too long.
fn aligned(fusions: &[FusionRow], width: usize) -> Vec<String> {
    let mut names = vec!["fusion", "junction", "variant", "frame", "evidence", "fragments", FRACTION, "qual", "filter"];
    // What all rows share needs no column.
    if !fusions.iter().any(|fusion| fusion.evidence.as_deref().is_some_and(|evidence| evidence.contains('+'))) {
        names.retain(|name| *name != "evidence");
    }
    for dispensable in DISPENSABLE.iter().map(Some).chain([None]) {
        let table = columns(fusions, &names);
        match dispensable {
            Some(dispensable) if table.iter().any(|line| line.chars().count() > width) => names.retain(|name| name != dispensable),
            _ => return table,
        }
    }
    columns(fusions, &names)
}

fn columns(fusions: &[FusionRow], names: &[&str]) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = vec![names.iter().map(|&name| name.to_owned()).collect()];
    rows.extend(fusions.iter().map(|fusion| names.iter().map(|name| value(fusion, name)).collect()));
    let widest = |column: usize| rows.iter().map(|row: &Vec<String>| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..names.len()).map(widest).collect();
    let padded = |row: &Vec<String>| row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect::<Vec<_>>().join("  ");
    rows.iter().map(|row| format!("  {}", padded(row)).trim_end().to_owned()).collect()
}

fn value(fusion: &FusionRow, column: &str) -> String {
    match column {
        "fusion" => fusion.fusion.cell(),
        // Which exons the transcript joins, a break in DNA only implies.
        "junction" if fusion.exon_junction.is_some() && is_implied(fusion) => format!("{} (implied)", fusion.exon_junction.cell()),
        "junction" => fusion.exon_junction.cell(),
        "variant" => fusion.variant.cell(),
        "frame" => fusion.frame.cell(),
        "evidence" => fusion.evidence.cell(),
        "fragments" => fusion.fragments.cell(),
        FRACTION => percent(fusion.allele_fraction.map(super::rows::Fraction::value)),
        "qual" => fusion.qual.cell(),
        _ => fusion.filter.cell(),
    }
}

/// Whether no RNA shows the junction.
fn is_implied(fusion: &FusionRow) -> bool {
    fusion.evidence.as_deref() == Some("dna")
}

/// Fewest fragments of a break without a partner that the table mentions.
const MIN_LOOSE_FRAGMENTS: u32 = 5;

/// A line on clipped reads that agree with each other at a kinase but whose partner was not placed: no call, and no negative either.
fn loose_end(candidate: &FusionRow) -> Option<String> {
    let unplaced = candidate.filter.split(';').any(|flag| flag == "unplaced_partner");
    let (gene, place) = (candidate.gene3.as_ref()?, candidate.breakpoint3.as_ref()?);
    (unplaced && candidate.fragments >= MIN_LOOSE_FRAGMENTS).then(|| {
        let (gene, place) = (escaped(gene), escaped(place));
        format!(
            "  {gene}: {} fragments end alike at {place} in bases without a place; not a call, see candidates.tsv.gz",
            candidate.fragments
        )
    })
}

/// A line on RNA that shows more of a kinase's 3' part: what a break-apart test would show, without a partner.
fn imbalance(found: &Imbalance) -> String {
    format!(
        "  {}: {} times as much RNA behind {} as before it (95 % {}-{}); a partner was not found; not a call",
        escaped(&found.gene),
        found.fold,
        escaped(&found.region),
        found.fold_low,
        found.fold_high
    )
}

/// A line on what the sample's other material holds against a fusion.
fn contradiction(fusion: &FusionRow) -> Option<String> {
    let text = fusion.contradiction.as_deref()?;
    let junction = fusion.exon_junction.as_deref().map_or(String::new(), |junction| format!(" {}", escaped(junction)));
    Some(format!("  {}{junction}: contradicted, {}", escaped(&fusion.fusion), escaped(text)))
}

/// One line on mutations that lie on the same molecules, or never do.
fn compound_line(compound: &Compound) -> String {
    let molecules = compound.molecules.map_or(String::new(), |count| format!(" ({count} molecule{})", if count == 1 { "" } else { "s" }));
    let (how, otherwise) = match compound.relation {
        Relation::Cis => ("in cis", "no report of them together; those of each alone may not hold"),
        Relation::Mixed => ("partly in cis", "those of each alone may not hold"),
        Relation::Trans => ("in trans", "never on one molecule, each counts alone"),
    };
    let mut said: Vec<String> = Vec::new();
    for verdict in ["resistant", "reduced", "conflicting", "sensitive"] {
        let own: Vec<_> = compound.effects.iter().filter(|(_, what, _)| what == verdict).collect();
        if own.is_empty() {
            continue;
        }
        let drugs: Vec<&str> = own.iter().map(|(drug, _, _)| drug.as_str()).collect();
        let mut sources: Vec<&str> = own.iter().flat_map(|(_, _, sources)| sources.iter().map(String::as_str)).collect();
        sources.sort_unstable();
        sources.dedup();
        let what = if verdict == "conflicting" { "conflicting reports".to_owned() } else { format!("reported {verdict}") };
        said.push(format!("{what}: {} [{}]", escaped(&drugs.join(", ")), escaped(&sources.join("; "))));
    }
    let said = if said.is_empty() { otherwise.to_owned() } else { said.join("; ") };
    format!("  {} {} {how}{molecules}: {said}", escaped(&compound.gene), escaped(&compound.name()))
}

/// One line on the variant and one for each effect with the drugs that it is known for.
fn variant_lines(variant: &VariantRow, compounds: &[Compound]) -> Vec<String> {
    let fraction = percent(variant.allele_fraction.map(super::rows::Fraction::value));
    let (quality, filter) = (variant.qual.as_ref().map(Phred::cell).cell(), variant.filter.cell());
    let (gene, change) = (variant.gene.cell(), variant.hgvs_p.cell());
    let mut lines = vec![format!("  {gene} {change}  {}/{}  {fraction}  qual {quality}  {filter}", variant.alt_fragments, variant.depth)];
    if let Some(phase) = variant.phase.as_deref().filter(|phase| !phase.starts_with("unphased")) {
        lines[0].push_str("  ");
        lines[0].push_str(&escaped(phase));
    }
    let known = variant.known_resistance.as_deref().unwrap_or("");
    let entries: Vec<(&str, &str)> = known.split(',').filter_map(|entry| entry.rsplit_once(':')).collect();
    let mut report = |what: &str, drugs: Vec<&str>| {
        if !drugs.is_empty() {
            lines.push(format!("    {what}: {}", escaped(&drugs.join(", "))));
        }
    };
    let overruled = |drug: &str| compounds.iter().any(|compound| compound.overrules(&variant.gene, &variant.hgvs_p, drug));
    for effect in ["resistant", "reduced", "sensitive", "conflicting"] {
        let drugs = entries.iter().filter(|(_, what)| *what == effect).map(|(drug, _)| *drug);
        let (but, drugs): (Vec<&str>, Vec<&str>) = drugs.partition(|drug| effect == "sensitive" && overruled(drug));
        let what = if effect == "conflicting" { "conflicting reports".to_owned() } else { format!("reported {effect}") };
        report(&what, drugs);
        report("alone reported otherwise, but see the compound", but);
    }
    lines
}

fn percent(fraction: Option<f64>) -> String {
    match fraction {
        None => ".".to_owned(),
        // Below 1 % a plasma sample's fractions would all look alike with one decimal.
        Some(fraction) if fraction > 0.0 && fraction < 0.01 => format!("{:.2}%", fraction * 100.0),
        Some(fraction) => format!("{:.1}%", fraction * 100.0),
    }
}

fn has_fusion(document: &Document, gene: &str) -> bool {
    document.fusions.iter().any(|fusion| [&fusion.gene5, &fusion.gene3].into_iter().flatten().any(|partner| partner == gene))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::{Effect, Knowledge};
    use crate::report::fixture;
    use crate::report::interpretation::interpret;
    use crate::report::json::{Negative, Verdict};
    use crate::report::rows::DrugRow;

    fn document() -> Document {
        let (contigs, mut document) = (fixture::contigs(), Document::new("S1"));
        document.targets = ["ALK", "ROS1", "NTRK1"].map(str::to_owned).to_vec();
        document.fusions = vec![FusionRow::new("S1", &fixture::eml4_alk(), &contigs), FusionRow::new("S1", &fixture::unplaced(), &contigs)];
        document.variants = vec![VariantRow::new("S1", &fixture::ros1_g2032r(), &contigs)];
        document.negatives = [
            ("ROS1", "informative", "introns 31-35 at 90-512 fragments, a fusion in 5.2 % of molecules would have been seen"),
            ("NTRK1", "not informative", "introns 7-11 covered 4.0 %: not informative"),
        ]
        .map(|(gene, verdict, text)| Negative { gene: gene.to_owned(), verdict: verdict.to_owned(), text: text.to_owned() })
        .to_vec();
        document
    }

    #[test]
    fn findings_come_first_and_kinases_without_one_are_named() {
        insta::assert_snapshot!(render(&document(), 120), @r"
        S1: ok, 2 fusions (1 PASS), 1 variant called

          fusion     junction           variant  frame     fragments  AF vs unbroken  qual  filter
          EML4::ALK  E13;A20 (implied)  V1       in-frame  35         35.0%           93.3  PASS
          ?::ALK     E13;A20 (implied)  V1       in-frame  35         35.0%           93.3  low_support;unplaced_partner

          ROS1 p.G2032R  10/200  5.0%  qual 61.0  PASS  cis:F1:4
            reported resistant: crizotinib
            reported sensitive: repotrectinib

          ROS1: no fusion; introns 31-35 at 90-512 fragments, a fusion in 5.2 % of molecules would have been seen
          NTRK1: not judged; introns 7-11 covered 4.0 %: not informative

          ROS1 resistance: p.G2032R called; 1 of 1 known codons at lod95 1.5%
        ");
    }

    /// Two mutations of ALK, of which each alone leaves lorlatinib, lying to each other like this.
    fn two_mutations(relation: &str) -> Document {
        let mut document = document();
        document.variants = [("p.G1202R", "p.L1196M"), ("p.L1196M", "p.G1202R")]
            .map(|(change, other)| VariantRow {
                gene: "ALK".to_owned(),
                hgvs_p: change.to_owned(),
                known_resistance: Some("alectinib:sensitive,lorlatinib:sensitive".to_owned()),
                compound_with: Some(format!("{other}:{relation}:53")),
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
        let cis = render(&two_mutations("cis"), 110);
        let compound = "  ALK p.L1196M+p.G1202R in cis (53 molecules): reported resistant: lorlatinib [PMID:1]\n  ALK p.G1202R  ";
        assert!(cis.contains(compound), "{cis}");
        let alone = "    reported sensitive: alectinib\n    alone reported otherwise, but see the compound: lorlatinib\n";
        assert_eq!(cis.matches(alone).count(), 2, "{cis}");
        assert!(cis.contains("lorlatinib (p.L1196M+p.G1202R resistant)"), "{cis}");
        let trans = render(&two_mutations("trans"), 110);
        assert!(trans.contains("  ALK p.L1196M+p.G1202R in trans (53 molecules): never on one molecule"), "{trans}");
        assert!(trans.contains("    reported active: A (JP approved): lorlatinib\n"), "{trans}");
        assert!(trans.contains("crizotinib (p.G1202R resistant, p.L1196M resistant)"), "{trans}");
        assert!(!trans.contains("see the compound"), "{trans}");
        // Two codons for one residue, as older files name them.
        let mut same = two_mutations("trans");
        for row in &mut same.variants {
            row.compound_with = Some(format!("{}:trans:60", row.hgvs_p));
        }
        assert!(!render(&same, 110).contains(" in trans (60 molecules)"), "{}", render(&same, 110));
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
            compound_with: Some(others(change).join(",")).filter(|text| !text.is_empty()),
            ..VariantRow::new("S1", &fixture::ros1_g2032r(), &contigs)
        };
        document.variants = changes.iter().map(row).collect();
        crate::report::renew::renew(&mut document, &Knowledge::builtin(), Some("NSCLC"));
        render(&document, 110)
    }

    #[test]
    fn two_mutations_of_alk_in_cis_void_all_its_drugs() {
        insta::assert_snapshot!(page("EML4", "ALK", "E13;A20", &["L1196M", "G1202R"]));
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
    fn a_narrow_terminal_loses_columns_but_never_the_filter() {
        let narrow = render(&document(), 70);
        assert!(narrow.contains("filter") && !narrow.contains("frame "), "{narrow}");
    }

    #[test]
    fn a_failed_sample_is_never_a_negative() {
        let mut document = Document::new("S\u{1b}[2J");
        document.targets = vec!["ALK".to_owned()];
        document.status.verdict = Verdict::Failed;
        document.status.reasons = vec!["12 reads".to_owned()];
        let text = render(&document, 80);
        assert_eq!(
            text,
            "S\\u{1b}[2J: failed, no fusion called, 0 variants called\n  12 reads\n\n  ALK: cannot be judged, the sample failed\n"
        );
    }

    #[test]
    fn small_fractions_keep_two_decimals() {
        assert_eq!([Some(0.00123), Some(0.35), Some(0.0), None].map(percent), ["0.12%", "35.0%", "0.0%", "."]);
    }
}
