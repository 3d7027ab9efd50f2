//! What follows from the knowledge tables alone, by the tables of today: names, structure, drugs, levels and notes.
//!
//! `kinfuse call` fills these in through this module, and `kinfuse report` renews them from the document. What rests on reads stays as it was:
//! which junctions and mutations were called, their quality and filter, and what could have been seen.

use std::collections::{BTreeMap, BTreeSet};

use super::candidates::{CandidateEntry, CandidateTable};
use super::carried::CarriedMutations;
use super::interpretation::interpret;
use super::json::{Document, ExonAlias};
use super::rows::{Cell, DrugRow, FusionRow, MetricRow, MetricValue, VariantRow};
use crate::fusion::domains;
use crate::fusion::naming::Naming;
use crate::knowledge::bypass::is_of_fusion;
use crate::knowledge::resistance::is_without_fusion;
use crate::knowledge::standing::{is_class, verdicts, DrugVerdict};
use crate::knowledge::{DrugEffect, Knowledge, KnownChange, ResistanceSite, TableSource};
use crate::terminal::one_line;
use crate::variant::indel::UNKNOWN_PROTEIN;
use crate::variant::VariantStatus;
use crate::warning::{Code, Warning};

/// Renews what the tables say of a document's findings in a tumour type.
pub fn renew(document: &mut Document, knowledge: &Knowledge, tumour: Option<&str>) {
    fusions(document, knowledge);
    document.candidate_table = CandidateTable::of(&document.candidates);
    let passing = document.fusions.iter().filter(|fusion| fusion.passes());
    let fused: Vec<String> = passing.filter_map(|fusion| fusion.gene3.clone()).collect();
    let sites = beside_fusions(knowledge.resistance_sites(), &fused);
    for variant in &mut document.variants {
        describe(variant, &sites);
    }
    let hotspots = of_fusions(knowledge.hotspots(), &fused);
    for spot in &mut document.off_target {
        spot.variants.iter_mut().for_each(|variant| describe(variant, &hotspots));
        spot.drugs = of_called(&spot.variants, &hotspots);
    }
    document.drawings.place_domains(knowledge);
    document.drugs = drugs(document, knowledge);
    note_compounds(document);
    document.interpretation = interpret(document, knowledge, tumour);
    document.warnings.retain(|warning| warning.code != Code::TumourNotInTables);
    document.warnings.extend(document.interpretation.tumour_note.as_ref().map(|told| Warning::new(Code::TumourNotInTables, told)));
    document.warnings.sort();
    state_of_tables(document);
}

/// Renews a document that was read, and returns lines that name the tables before and now, the fusions that are known otherwise than
/// when they were judged, and what of the tables was not looked at.
pub fn again(document: &mut Document, knowledge: &Knowledge, with_own_tables: bool, tumour: Option<&str>) -> Vec<String> {
    let tumour = tumour.map(str::to_owned).or_else(|| document.interpretation.tumour.clone());
    let (before, earlier) = (document.interpretation.tables.clone(), document.interpretation.tables_before.clone());
    let tiers: Vec<_> = document.fusions.iter().map(|fusion| fusion.known).collect();
    renew(document, knowledge, tumour.as_deref());
    document.interpretation.tables.extend(before.iter().filter(|source| source.is_of_call()).cloned());
    document.settings.insert("knowledge".to_owned(), with_own_tables.into());
    document.settings.insert("tumour".to_owned(), tumour.into());
    let now = &document.interpretation.tables;
    let mut told = changes(&before, now);
    document.interpretation.tables_before = if before == *now { earlier } else { before };
    for (fusion, tier) in document.fusions.iter().zip(tiers).filter(|(fusion, tier)| fusion.known != *tier) {
        let (name, was, is) = (one_line(&fusion.fusion), tier.cell(), fusion.known.cell());
        told.push(format!(
            "{} {name}: known as {is}, judged as {was} when it was called: quality and filter are those of the call",
            fusion.id
        ));
    }
    document.sign_again();
    let unseen = not_looked_at(document, knowledge);
    if !unseen.is_empty() {
        told.push(format!("not looked at when the sample was called, run `kinfuse call` again: {}", one_line(&unseen.join(", "))));
    }
    told
}

/// One line a table that is not what it was.
fn changes(before: &[TableSource], now: &[TableSource]) -> Vec<String> {
    let key = |source: &TableSource| (source.table.clone(), source.origin.clone());
    let keys: BTreeSet<(String, String)> = before.iter().chain(now).map(key).collect();
    let mut lines: Vec<String> = Vec::new();
    for wanted in keys {
        let of = |list: &'_ [TableSource]| list.iter().find(|source| key(source) == wanted).cloned();
        let (old, new) = (of(before), of(now));
        let version =
            |source: Option<&TableSource>| source.map_or_else(|| "none".to_owned(), |source| format!("version {}", source.version));
        let (mut was, mut is) = (version(old.as_ref()), version(new.as_ref()));
        if let (true, Some((old, new))) = (was == is, old.as_ref().zip(new.as_ref()).filter(|(old, new)| differ(old, new))) {
            was = format!("{was} ({})", contents(old));
            is = format!("{is} ({})", contents(new));
        }
        if was != is {
            lines.push(format!("{} ({}): {} before, {} now", one_line(&wanted.0), one_line(&wanted.1), one_line(&was), one_line(&is)));
        }
    }
    if lines.is_empty() {
        lines.push("the tables are those of the call".to_owned());
    }
    lines
}

/// Whether two tables of one version have other rows. Older documents do not have the sum.
fn differ(old: &TableSource, new: &TableSource) -> bool {
    let has_sums = !old.checksum.is_empty() && !new.checksum.is_empty();
    old.rows != new.rows || has_sums && old.checksum != new.checksum
}

fn contents(source: &TableSource) -> String {
    let sum = if source.checksum.is_empty() { "not known" } else { &source.checksum };
    format!("{} rows, MD5 {sum}", source.rows)
}

/// Listed changes of the targets of which the document has no line.
fn not_looked_at(document: &Document, knowledge: &Knowledge) -> Vec<String> {
    let is_target = |site: &&ResistanceSite| document.targets.contains(&site.gene);
    let has = |site: &ResistanceSite, change: &KnownChange| {
        document.variants.iter().any(|variant| variant.gene == site.gene && variant.hgvs_p == change.hgvs_p())
    };
    let sites = knowledge.resistance_sites().iter().filter(is_target);
    sites
        .flat_map(|site| site.changes.iter().map(move |change| (site, change)))
        // Where none of a kinase's sites has a line, its place is not known here at all.
        .filter(|(site, change)| document.variants.iter().any(|variant| variant.gene == site.gene) && !has(site, change))
        .map(|(site, change)| format!("{} {}", site.gene, change.protein_change))
        .collect()
}

fn fusions(document: &mut Document, knowledge: &Knowledge) {
    for candidate in &mut document.candidates {
        candidate.row = named(&candidate.row, &candidate.naming, knowledge);
    }
    let all: BTreeMap<&str, &CandidateEntry> = document.candidates.iter().map(|candidate| (candidate.row.id.as_str(), candidate)).collect();
    for row in &mut document.fusions {
        if let Some(candidate) = all.get(row.id.as_str()) {
            row.clone_from(&candidate.row);
        }
    }
    for structure in &mut document.structure {
        let Some(CandidateEntry { row, naming, .. }) = all.get(structure.id.as_str()) else { continue };
        structure.exon_aliases =
            naming.other_counts(row.exon_junction.as_deref(), &naming.known(knowledge)).iter().map(ExonAlias::from).collect();
        if let Some(skip) = &naming.skip {
            structure.notes.iter_mut().for_each(|note| *note = skip.renewed(note, knowledge));
        }
    }
}

/// A row with the names that the tables give it.
fn named(row: &FusionRow, naming: &Naming, knowledge: &Knowledge) -> FusionRow {
    let known = naming.known(knowledge);
    let exon_junction = naming.exon_junction(&known);
    let counts = naming.other_counts(exon_junction.as_deref(), &known);
    let skip = naming.skip.as_ref();
    let row = FusionRow {
        exon_junction,
        frame: naming.frame(&known),
        variant: known.label,
        known: known.tier,
        domains: fates(row, naming, knowledge),
        structure: row.structure.as_ref().map(|text| skip.map_or_else(|| text.clone(), |skip| skip.renewed(text, knowledge))),
        ..row.clone()
    };
    row.with_counts(&counts)
}

fn fates(row: &FusionRow, naming: &Naming, knowledge: &Knowledge) -> Vec<crate::fusion::DomainFate> {
    let (gene5, gene3) = (row.gene5.as_deref().unwrap_or(""), row.gene3.as_deref().unwrap_or(""));
    domains::fates(knowledge, (gene5, naming.coding_bp.0), (gene3, naming.coding_bp.1), &naming.coding_bp_on_others)
}

/// The sites of kinases; what was seen without a fusion is left out of those that have one.
fn beside_fusions(sites: &[ResistanceSite], fused: &[String]) -> Vec<ResistanceSite> {
    let mut sites = sites.to_vec();
    for site in sites.iter_mut().filter(|site| fused.contains(&site.gene)) {
        for change in &mut site.changes {
            change.effects.retain(|effect| !is_without_fusion(&effect.context));
        }
    }
    sites
}

/// The hot spots of other genes with what is said of them beside fusions of these kinases; a class of drugs has the name of its context.
fn of_fusions(hotspots: &[ResistanceSite], fused: &[String]) -> Vec<ResistanceSite> {
    let mut hotspots = hotspots.to_vec();
    let concerns = |effect: &DrugEffect| {
        fused.iter().any(|kinase| is_of_fusion(&effect.context, kinase) || effect.context.contains(&format!("acquired {kinase} fusion")))
    };
    for effects in hotspots.iter_mut().flat_map(|site| &mut site.changes).map(|change| &mut change.effects) {
        effects.retain(concerns);
        for effect in effects.iter_mut().filter(|effect| is_class(&effect.drug)) {
            let context = effect.context.split(';').next().unwrap_or_default();
            effect.drug = format!("{} beside {context}", effect.drug);
        }
    }
    hotspots
}

/// The site of a variant, and the listed change if it is one.
fn listed<'k>(variant: &VariantRow, sites: &'k [ResistanceSite]) -> Option<(&'k ResistanceSite, Option<&'k KnownChange>)> {
    let own = || sites.iter().filter(|site| site.gene == variant.gene);
    let is_named = |change: &&KnownChange| change.hgvs_p() == variant.hgvs_p;
    let exact = own().find_map(|site| Some((site, Some(site.changes.iter().find(is_named)?))));
    // A substitution that is not listed itself may still lie at a listed codon.
    let beside =
        || own().find(|site| variant.hgvs_p.starts_with(&format!("p.{}{}", char::from(site.ref_aa), site.codon))).map(|site| (site, None));
    exact.or_else(|| beside().filter(|(site, _)| is_substitution(variant, site)))
}

/// Whether a name is that of one residue for another at the site.
fn is_substitution(variant: &VariantRow, site: &ResistanceSite) -> bool {
    let stem = format!("p.{}{}", char::from(site.ref_aa), site.codon);
    variant.hgvs_p.strip_prefix(&stem).is_some_and(|rest| rest.len() == 1)
}

/// Puts what the tables say of a change into its row.
fn describe(variant: &mut VariantRow, sites: &[ResistanceSite]) {
    let found = listed(variant, sites);
    // Outside of the coding sequence the class does not come from the tables.
    if variant.hgvs_p != UNKNOWN_PROTEIN {
        variant.codon_class = found.map(|(site, _)| site.codon_class.clone()).filter(|class| !class.is_empty());
    }
    let said = found.and_then(|(_, change)| change).map(|change| verdicts(&change.effects)).unwrap_or_default();
    let text = said.into_iter().map(|(drug, verdict)| format!("{drug}:{}", verdict.name())).collect::<Vec<_>>().join(",");
    variant.known_resistance = Some(text).filter(|text| !text.is_empty());
}

fn of_called(variants: &[VariantRow], sites: &[ResistanceSite]) -> Vec<DrugRow> {
    let called = variants.iter().filter(|variant| variant.status == VariantStatus::Called);
    called
        .flat_map(|variant| {
            let effects = listed(variant, sites).and_then(|(_, change)| change).map_or(&[][..], |change| change.effects.as_slice());
            let rows = DrugRow::list(&variant.gene, variant.hgvs_p.trim_start_matches("p."), false, effects);
            rows.into_iter().map(|row| row.of_call(variant.filter.as_deref()))
        })
        .collect()
}

/// What sources say of the called mutations and of those that act together on one molecule, each change once.
fn drugs(document: &Document, knowledge: &Knowledge) -> Vec<DrugRow> {
    let mut list = of_called(&document.variants, knowledge.resistance_sites());
    for gene in &document.targets {
        let carried = CarriedMutations::any(gene, &document.variants);
        let known = || knowledge.compound_changes().iter().filter(|compound| compound.gene == *gene && !compound.is_class());
        let of = |changes: &[String], name: &str| {
            let unphased = carried.may_have_together(changes);
            let rows = of_compound(gene, name, changes, knowledge).into_iter();
            rows.map(move |row| DrugRow { unphased, ..row })
        };
        for compound in known() {
            if carried.has_together(&compound.members) || carried.may_have_together(&compound.members) {
                list.extend(of(&compound.members, &compound.protein_change));
            }
        }
        // What belongs to a class of compounds alone has the names of its own mutations.
        for set in carried.clones.iter().chain(&carried.perhaps).filter(|set| set.len() > 1) {
            if !known().any(|compound| compound.is_of(gene, set)) {
                list.extend(of(set, &set.join("+")));
            }
        }
    }
    // Rows about a class of drugs are left out: what sources say of a class stands with the notes.
    list.retain(|row| !is_class(&row.drug));
    let mut seen = BTreeSet::new();
    list.retain(|row| seen.insert((row.gene.clone(), row.change.clone(), row.drug.clone())));
    list
}

fn of_compound(gene: &str, name: &str, members: &[String], knowledge: &Knowledge) -> Vec<DrugRow> {
    let drugs = knowledge.drugs_with(gene, members);
    let effects: Vec<DrugEffect> = drugs.into_iter().flat_map(|drug| knowledge.said(gene, members, drug)).cloned().collect();
    DrugRow::list(gene, name, true, &effects)
}

/// How a note on compounds begins.
const COMPOUND: &str = "compound ";

/// Puts what is said of a mutation together with others into its note, in the place of what stood there: of each alone it may be the opposite.
fn note_compounds(document: &mut Document) {
    for variant in document.variants.iter_mut().filter(|variant| variant.status == VariantStatus::Called) {
        let before = variant.note.take().unwrap_or_default();
        let kept = before.split("; ").filter(|part| !part.is_empty() && !part.starts_with(COMPOUND)).map(str::to_owned);
        let is_member = |row: &&DrugRow| {
            // A hint alone stands in the document.
            row.compound
                && row.verdict != DrugVerdict::Unverified.name()
                && row.gene == variant.gene
                && row.change.split('+').any(|change| Some(change) == variant.hgvs_p.strip_prefix("p."))
        };
        let text = |row: &DrugRow| {
            let if_together = if row.unphased { " if on one molecule" } else { "" };
            format!("{COMPOUND}{}{if_together} {}:{}", row.change, row.drug, row.verdict)
        };
        let parts: Vec<String> = kept.chain(document.drugs.iter().filter(is_member).map(text)).collect();
        variant.note = Some(parts.join("; ")).filter(|note| !note.is_empty());
    }
}

/// The metric that says how old the tables are that spoke.
const STATE: &str = "tables_state";

/// Puts the state of the tables among the metrics, in the place of what stood there.
fn state_of_tables(document: &mut Document) {
    let text = document.interpretation.state();
    let row =
        MetricRow::new(&document.sample, STATE, Some(MetricValue::text(&text)), "", "of what is said of fusions, mutations and drugs");
    match document.metrics.iter_mut().find(|metric| metric.metric == STATE) {
        Some(old) => *old = row,
        None => document.metrics.push(row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_was_edited_under_its_version_is_another() {
        let source = |rows: usize, checksum: &str| TableSource {
            table: "fusions.tsv".to_owned(),
            origin: "user".to_owned(),
            version: "7".to_owned(),
            rows,
            checksum: checksum.to_owned(),
        };
        let same = ["the tables are those of the call"];
        assert_eq!(changes(&[source(2, "aa")], &[source(2, "aa")]), same);
        assert_eq!(changes(&[source(2, "")], &[source(2, "aa")]), same, "an older document does not say the sum");
        let told = "fusions.tsv (user): version 7 (2 rows, MD5 aa) before, version 7 (2 rows, MD5 bb) now";
        assert_eq!(changes(&[source(2, "aa")], &[source(2, "bb")]), [told]);
        assert_eq!(changes(&[], &[source(2, "bb")]), ["fusions.tsv (user): none before, version 7 now"]);
    }
}
