//! MUTATIONS: one line a called mutation, one for mutations on one molecule, and what of the known sites was seen.

use super::super::compound::{Compound, Relation};
use super::super::json::Document;
use super::super::rows::{seen_without_fusion, Cell, DrugRow, Fraction, Phred, VariantRow};
use super::lines::{columns, Lines, Rank};
use super::{percent, resistance};
use crate::terminal::one_line;
use crate::variant::origin::Origin;
use crate::variant::VariantStatus;

/// Most letters of a name in the table.
const NAME: usize = 40;

/// Adds the section.
pub(super) fn add(document: &Document, lines: &mut Lines) {
    let called = document.called_variants();
    if !called.is_empty() {
        lines.blank();
        let compounds = Compound::all(&document.drugs, &document.variants);
        let mut rows = vec![["MUTATIONS", "with/all", "AF", "qual", "filter", "on"].map(str::to_owned).to_vec()];
        rows.extend(called.iter().map(|variant| row(variant)));
        if rows.iter().skip(1).all(|row| row.last().is_none_or(String::is_empty)) {
            // Nothing is phased.
            for row in &mut rows {
                row.truncate(row.len() - 1);
            }
        }
        let mut table = columns(&rows).into_iter();
        lines.add(Rank::Finding, table.next().unwrap_or_default());
        for compound in &compounds {
            lines.add_wrapped(Rank::Finding, &compound_line(compound), super::DRUG_LINES);
        }
        for (variant, line) in called.iter().zip(table) {
            lines.add(Rank::Finding, line);
            if let Some(effects) = effects(variant, &compounds, &document.drugs) {
                lines.add_wrapped(Rank::Finding, &effects, super::DRUG_LINES);
            }
        }
    }
    let sites: Vec<(Rank, String)> = document.targets.iter().filter_map(|gene| resistance::sentence(document, gene)).collect();
    if !sites.is_empty() {
        if called.is_empty() {
            lines.blank();
            lines.add(Rank::Finding, "MUTATIONS  none called");
        }
        for (rank, line) in sites {
            lines.add_wrapped(rank, &line, 2);
        }
    }
}

fn row(variant: &VariantRow) -> Vec<String> {
    let on = variant.phase.as_ref().filter(|phase| !phase.fusions.is_empty()).map(Cell::cell).unwrap_or_default();
    // A change without a protein name is named by the coding sequence.
    let name = variant.hgvs_c.as_deref().filter(|_| variant.hgvs_p == "p.?").unwrap_or(&variant.hgvs_p);
    vec![
        super::lines::cut(&format!("  {} {}", one_line(&variant.gene), one_line(name)), NAME),
        format!("{}/{}", variant.alt_fragments, variant.depth),
        percent(variant.allele_fraction.map(Fraction::value)),
        variant.qual.as_ref().map(Phred::cell).cell(),
        variant.filter.cell(),
        on,
    ]
}

/// One line on mutations that lie on the same molecules, or never do.
fn compound_line(compound: &Compound) -> String {
    let molecules = compound.molecules.map_or(String::new(), |count| format!(" ({count} molecule{})", if count == 1 { "" } else { "s" }));
    let (how, otherwise) = match compound.relation {
        None => ("unphased", "not known whether they lie on one molecule"),
        Some(Relation::Cis) => ("in cis", "no report of them together; those of each alone may not hold"),
        Some(Relation::Mixed) => ("partly in cis", "those of each alone may not hold"),
        Some(Relation::Trans) => ("in trans", "never on one molecule, each counts alone"),
    };
    let said: Vec<String> = ["resistant", "reduced", "conflicting", "sensitive"]
        .into_iter()
        .filter_map(|verdict| {
            let drugs: Vec<&str> =
                compound.effects.iter().filter(|(_, what, _)| what == verdict).map(|(drug, _, _)| drug.as_str()).collect();
            let what = if verdict == "conflicting" { "conflicting reports".to_owned() } else { format!("reported {verdict}") };
            (!drugs.is_empty()).then(|| format!("{what}: {}", one_line(&drugs.join(", "))))
        })
        .collect();
    let said = if said.is_empty() { otherwise.to_owned() } else { said.join("; ") };
    let how = if compound.relation.is_none() { format!("{how}, if on one molecule") } else { how.to_owned() };
    format!("  {} {} {how}{molecules}: {said}", one_line(&compound.gene), one_line(&compound.name()))
}

/// Where a mutation comes from, if that is known, and what is reported of it, by effect.
fn effects(variant: &VariantRow, compounds: &[Compound], drugs: &[DrugRow]) -> Option<String> {
    let known = variant.known_resistance.as_deref().unwrap_or("");
    let entries: Vec<(&str, &str)> = known.split(',').filter_map(|entry| entry.rsplit_once(':')).collect();
    let overruled = |drug: &str| compounds.iter().any(|compound| compound.overrules(&variant.gene, &variant.hgvs_p, drug));
    let counts = variant.normal_alt_fragments.zip(variant.normal_depth).map(|(with, depth)| format!(" {with}/{depth}"));
    let told = |origin: Origin| format!("{} by the matched normal{}", origin.name(), counts.unwrap_or_default());
    let mut parts: Vec<String> = variant.origin.map(told).into_iter().collect();
    let mut report = |what: &str, drugs: Vec<&str>| {
        if !drugs.is_empty() {
            parts.push(format!("{what}: {}", drugs.join(", ")));
        }
    };
    for effect in ["resistant", "reduced", "sensitive", "conflicting"] {
        let drugs = entries.iter().filter(|(_, what)| *what == effect).map(|(drug, _)| *drug);
        let (but, drugs): (Vec<&str>, Vec<&str>) = drugs.partition(|drug| effect == "sensitive" && overruled(drug));
        let what = if effect == "conflicting" { "conflicting reports".to_owned() } else { format!("reported {effect}") };
        report(&what, drugs);
        report("alone reported otherwise, but see the compound", but);
    }
    let elsewhere = seen_without_fusion(drugs, variant).into_iter();
    parts.extend(elsewhere.map(|(row, seen)| format!("not of a fusion: {} {} ({})", row.drug, seen.effect, seen.context)));
    (!parts.is_empty() && variant.status == VariantStatus::Called).then(|| format!("    {}", one_line(&parts.join("; "))))
}
