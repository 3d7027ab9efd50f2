//! Checks the tables against the gene models: exons, codons and residues that a row names must exist on its transcript.

use std::path::Path;

use super::drugs::{Condition, Drug};
use super::fusions::leading_number;
use super::{Knowledge, KnownEnd5, KnownFusion, ProteinDomain, ResistanceSite};
use crate::error::Error;
use crate::genome::{Assembly, Contigs};
use crate::model::{all_genes, Gene, GeneModels, Role, Transcript, KINASES};
use crate::sequence::translate_codon;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The row is wrong.
    Error,
    /// The row cannot be checked, or cannot be used without more.
    Warning,
}

/// A fault in a row of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableFault {
    /// How bad it is.
    pub severity: Severity,
    /// Table.
    pub table: &'static str,
    /// Its line, from 1.
    pub line: usize,
    /// The row by its content (`EML4::ALK V1`).
    pub row: String,
    /// What is wrong.
    pub problem: String,
}

impl TableFault {
    /// Whether it says the same of a row with the same content, wherever that stands.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.table, &self.row, &self.problem) == (other.table, &other.row, &other.problem)
    }
}

/// Checks all rows, the user's and those they extend, against the built-in models of both assemblies, worst first.
pub fn check(knowledge: &Knowledge, grch37: &GeneModels, grch38: &GeneModels) -> Vec<TableFault> {
    let mut findings: Vec<TableFault> = knowledge.fusions().iter().flat_map(|row| fusion(row, grch38)).collect();
    for site in knowledge.resistance_sites() {
        findings.extend(resistance(site, [(Assembly::Grch37, grch37), (Assembly::Grch38, grch38)]));
    }
    findings.extend(knowledge.hotspots().iter().filter_map(|site| hotspot(site, grch38)));
    findings.extend(knowledge.domains().iter().filter_map(|row| domain(row, grch38)));
    findings.extend(knowledge.drugs().iter().flat_map(|drug| conditions(drug, knowledge)));
    findings.extend(kinases_named(knowledge));
    findings.sort();
    findings
}

/// What is wrong with the user's rows: what the embedded tables leave open is no finding on them.
pub fn of_user(knowledge: &Knowledge) -> Vec<TableFault> {
    let contigs = Contigs::chromosomes();
    let models = [Assembly::Grch37, Assembly::Grch38].map(|assembly| GeneModels::builtin(assembly, &contigs));
    let builtin = check(&Knowledge::builtin(), &models[0], &models[1]);
    let mut findings = check(knowledge, &models[0], &models[1]);
    findings.retain(|finding| !builtin.iter().any(|known| known.is_same(finding)));
    findings
}

/// Refuses the user's tables of a folder where a row is wrong.
///
/// # Errors
/// The first wrong row, with its line.
pub fn refuse(knowledge: &Knowledge, folder: &Path) -> Result<(), Error> {
    match of_user(knowledge).into_iter().find(|finding| finding.severity == Severity::Error) {
        None => Ok(()),
        Some(finding) => Err(Error::Line {
            path: folder.join(finding.table),
            line: finding.line,
            problem: format!("{}: {}", finding.row, finding.problem),
            remedy: "correct the row; `kinfuse knowledge check` lists all that are wrong".to_owned(),
        }),
    }
}

/// A condition must be one of which it can be told whether it holds.
fn conditions(drug: &Drug, knowledge: &Knowledge) -> Vec<TableFault> {
    let finding = |problem: String| {
        let row = format!("{} {} {}", drug.drug, drug.fusion_gene, drug.tumour);
        TableFault { severity: Severity::Error, table: "drugs.tsv", line: drug.line, row, problem }
    };
    let Some(conditions) = Condition::alternatives(&drug.condition) else {
        let problem = format!("nothing can tell whether the condition {:?} holds: write {}", drug.condition, Condition::FORMS);
        return vec![finding(problem)];
    };
    conditions
        .iter()
        .filter_map(|condition| match condition {
            Condition::Fusion { kinase: gene, .. } | Condition::Mutation { gene, .. } if !drug.concerns(gene) => {
                Some(finding(format!("{condition} is never called with a fusion of {}", drug.fusion_gene)))
            }
            Condition::Mutation { gene, changes } => changes.iter().find_map(|change| {
                let (number, _) = leading_number(&change[1..])?;
                let site = knowledge.resistance_sites().iter().find(|site| site.gene == *gene && site.codon == number)?;
                let residue = char::from(site.ref_aa);
                (!change.starts_with(residue)).then(|| finding(format!("{condition}: residue {number} of {gene} is {residue}")))
            }),
            _ => None,
        })
        .collect()
}

/// A hot spot must lie on a built-in transcript: nothing else is looked at.
fn hotspot(site: &ResistanceSite, models: &GeneModels) -> Option<TableFault> {
    let problem = match with_exons(models, &site.gene).and_then(|gene| gene.transcript.as_ref().zip(gene.strand)) {
        None => format!("{} has no built-in model, and the row is never used", site.gene),
        Some((transcript, strand)) if transcript.codon_bases(site.codon, strand).is_none() => {
            format!("{} has no codon {}", transcript.literature_id(), site.codon)
        }
        Some(_) => return None,
    };
    let row = format!("{} {}{}", site.gene, char::from(site.ref_aa), site.codon);
    Some(TableFault { severity: Severity::Error, table: "hotspots.tsv", line: site.line, row, problem })
}

fn domain(domain: &ProteinDomain, models: &GeneModels) -> Option<TableFault> {
    let finding = |severity: Severity, problem: String| {
        let row = format!("{} {}", domain.gene, domain.name);
        Some(TableFault { severity, table: "domains.tsv", line: domain.line, row, problem })
    };
    let Some(gene) = with_exons(models, &domain.gene) else {
        return finding(Severity::Warning, format!("{} has no built-in model, and the residues are not checked", domain.gene));
    };
    let bare = |id: &str| id.split('.').next().unwrap_or(id).to_owned();
    let is_named = |own: &&Transcript| [own.literature_id(), own.id.as_str()].into_iter().any(|id| bare(id) == bare(&domain.transcript));
    let transcripts = || gene.transcript.iter().chain(&gene.alternatives);
    let residues = transcripts().find(is_named).or(gene.transcript.as_ref())?.cds_length_bp? / 3 - 1;
    if domain.last > residues {
        return finding(Severity::Error, format!("ends at residue {}, the protein has {residues}", domain.last));
    }
    None
}

/// Rows of drugs, notes and tiers that name none of the kinases, so that they are never said.
fn kinases_named(knowledge: &Knowledge) -> Vec<TableFault> {
    let finding = |table: &'static str, line: usize, row: String, named: &str| TableFault {
        severity: Severity::Error,
        table,
        line,
        row,
        problem: format!("{named} is none of the kinases {}, and the row is never used", KINASES.join(", ")),
    };
    let drugs = knowledge.drugs().iter().filter(|drug| !KINASES.iter().any(|kinase| drug.concerns(kinase)));
    let drugs = drugs.map(|drug| finding("drugs.tsv", drug.line, format!("{} {}", drug.drug, drug.tumour), &drug.fusion_gene));
    let notes = knowledge.notes().iter().filter(|note| !KINASES.iter().any(|kinase| note.concerns(kinase)));
    let notes = notes.map(|note| finding("notes.tsv", note.line, format!("{}::{} {}", note.gene5, note.kinase, note.topic), &note.kinase));
    let tiers = knowledge.tiers().iter().filter(|tier| !KINASES.contains(&tier.gene3.as_str()));
    let tiers = tiers.map(|tier| finding("tiers.tsv", tier.line, format!("{}::{} {}", tier.gene5, tier.gene3, tier.tumour), &tier.gene3));
    drugs.chain(notes).chain(tiers).collect()
}

/// The gene, if its exons are known.
fn with_exons<'m>(models: &'m GeneModels, symbol: &str) -> Option<&'m Gene> {
    models.find(symbol).filter(|gene| gene.transcript.is_some())
}

/// Boundary of an exon's end (5' partner) or start (3' partner) after taking bases off; the error says what the model lacks.
fn edge(gene: &Gene, number: u32, missing_bp: u32, role: Role) -> Result<u32, String> {
    let (Some(transcript), Some(strand)) = (gene.transcript.as_ref(), gene.strand) else { return Err("no exon model".to_owned()) };
    let name = || format!("{} ({})", gene.symbol, transcript.literature_id());
    let Some(exon) = transcript.exon(number) else {
        return Err(format!("{} has no exon {number}, it has {}", name(), transcript.exons.len()));
    };
    if missing_bp >= exon.length_bp() {
        return Err(format!("exon {number} of {} has {} bases, {missing_bp} are said to be missing", name(), exon.length_bp()));
    }
    Ok(if role.side(strand) == crate::genome::Side::Lower { exon.end - missing_bp } else { exon.start + missing_bp })
}

fn fusion(row: &KnownFusion, models: &GeneModels) -> Vec<TableFault> {
    let (mut found, line) = (Vec::new(), row.line);
    let mut say = |severity: Severity, problem: String| {
        let name = row.shorthand.as_ref().filter(|shorthand| **shorthand != row.name);
        let row = format!("{}::{} {} {}", row.gene5, row.gene3, row.name, name.map_or("", String::as_str));
        found.push(TableFault { severity, table: "fusions.tsv", line, row: row.trim_end().to_owned(), problem });
    };
    if !KINASES.contains(&row.gene3.as_str()) {
        say(Severity::Error, format!("{} is none of the kinases {}", row.gene3, KINASES.join(", ")));
        return found;
    }
    if models.find(&row.gene5).is_none() && !all_genes::has(&row.gene5) {
        say(Severity::Warning, format!("{} has no built-in model: it is found only with --gtf", row.gene5));
    }
    let place = |symbol: &str, number: u32, missing_bp: u32, role: Role| {
        with_exons(models, symbol).map(|gene| (gene, edge(gene, number, missing_bp, role)))
    };
    let five = match row.five {
        Some(KnownEnd5::Exon { number, deleted_bp }) => place(&row.gene5, number, deleted_bp, Role::Five),
        _ => None,
    };
    let three = row.three.as_ref().and_then(|three| place(&row.gene3, three.number, three.deleted_bp, Role::Three));
    let mut offsets = [None, None];
    let printed = [(five, &row.junction5, Role::Five), (three, &row.junction3, Role::Three)];
    for (slot, (place, printed, role)) in offsets.iter_mut().zip(printed) {
        let Some((gene, place)) = place else { continue };
        let boundary = match place {
            Ok(boundary) => boundary,
            Err(problem) => {
                say(Severity::Error, problem);
                continue;
            }
        };
        let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { continue };
        let kept = if role.side(strand) == crate::genome::Side::Lower { boundary } else { boundary + 1 };
        if let Some((chromosome, position)) = printed.as_ref().filter(|(_, position)| *position != kept) {
            say(Severity::Error, format!("{chromosome}:{position} is not the edge of that exon of {}, which is {kept}", gene.symbol));
        }
        *slot = transcript.cds_offset(boundary, strand);
    }
    if let [Some(before), Some(after)] = offsets {
        let closes = (before + row.inserted_bp) % 3 == after % 3;
        if !closes && row.in_frame_reported == Some(true) && row.doubt.is_none() {
            let problem =
                format!("is said to be in frame; {before} + {} bases before the kinase's {after} do not close it", row.inserted_bp);
            say(Severity::Error, problem);
        }
    }
    if row.five.is_some() && row.three.is_some() && !row.verified {
        say(Severity::Warning, "names no source, or says that none was read".to_owned());
    }
    found
}

fn resistance(site: &ResistanceSite, models: [(Assembly, &GeneModels); 2]) -> Vec<TableFault> {
    let mut found = Vec::new();
    let mut say = |severity: Severity, problem: String| {
        let changes: Vec<&str> = site.changes.iter().map(|change| change.protein_change.as_str()).collect();
        let row = format!("{} {}", site.gene, changes.join(","));
        found.push(TableFault { severity, table: "resistance.tsv", line: site.line, row, problem });
    };
    for (assembly, models) in models {
        let Some(gene) = with_exons(models, &site.gene) else { continue };
        let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { continue };
        let Some(own) = transcript.codon_bases(site.codon, strand) else {
            say(Severity::Error, format!("{} has no codon {}", transcript.literature_id(), site.codon));
            continue;
        };
        if let Some(stated) = site.bases(assembly).filter(|stated| *stated != own) {
            let text = |bases: [u32; 3]| bases.map(|base| (base + 1).to_string()).join(",");
            let problem = format!(
                "codon {} of {} lies at {} on {assembly}, not at {}",
                site.codon,
                transcript.literature_id(),
                text(own),
                text(stated)
            );
            say(Severity::Error, problem);
        }
    }
    match site.ref_codon.map(|codon| (codon, translate_codon(&codon))) {
        Some((codon, residue)) if residue != Some(site.ref_aa) => {
            let residue = residue.map_or('X', char::from);
            let problem = format!("ref_codon {} is {residue}, not {}", String::from_utf8_lossy(&codon), char::from(site.ref_aa));
            say(Severity::Error, problem);
        }
        Some(_) => {}
        None => say(Severity::Warning, "the reference codon is not stated, and is not checked".to_owned()),
    }
    found
}
