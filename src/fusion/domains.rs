//! Protein domains of both partners: which of them the fusion keeps, cuts or loses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::knowledge::Knowledge;
use crate::model::{Role, Transcript};

use super::frame::{first_needed_codon, kinase_domain_codons, CodingOffset, UNTRANSLATED_5};
use super::name::PartnerEnd;
use super::DomainFate;

/// What stands where the table has no domain of a partner: it may have some all the same.
const NOT_LISTED: &str = "not in the table";

/// All words for what becomes of a domain.
pub const FATES: [&str; 4] = ["kept", "cut", "lost", NOT_LISTED];

/// Coding bases before an end on the named transcript, as far as they say which domains are kept; `None` where they say nothing. Intron
/// that a transcript keeps is not among them.
pub fn coding_bp((gene, partner): PartnerEnd<'_>, offset: CodingOffset) -> Option<i64> {
    if !matches!(offset, CodingOffset::At(_) | CodingOffset::Unknown(UNTRANSLATED_5)) {
        return None;
    }
    gene.transcript.as_ref()?.coding_before(partner.breakend.boundary, gene.strand?).map(i64::from)
}

/// The same on each other transcript of the gene that has a coding sequence. A domain is listed by the residues of one transcript; where
/// the end lies in its coding sequence is told by the place on the genome, which all transcripts share.
pub fn coding_bp_on_others((gene, partner): PartnerEnd<'_>) -> Vec<CodingBp> {
    let on = |other: &Transcript| {
        let bases = other.coding_before(partner.breakend.boundary, gene.strand?)?;
        Some(CodingBp { gene: gene.symbol.clone(), transcript: other.literature_id().to_owned(), bases: i64::from(bases) })
    };
    gene.alternatives.iter().filter_map(on).collect()
}

/// Coding bases before the end of a partner, on one of its transcripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CodingBp {
    /// Gene.
    pub gene: String,
    /// Transcript.
    pub transcript: String,
    /// Number of bases.
    pub bases: i64,
}

/// What becomes of the domains in the table of partners with so many coding bases before their ends, 5' partner first; `others` has the
/// bases on other transcripts than the named ones.
pub fn fates(knowledge: &Knowledge, five: (&str, Option<i64>), three: (&str, Option<i64>), others: &[CodingBp]) -> Vec<DomainFate> {
    let bare = |id: &str| id.split('.').next().unwrap_or(id).to_owned();
    let mut fates = Vec::new();
    for ((symbol, offset), role) in [(five, Role::Five), (three, Role::Three)] {
        let Some(offset) = offset else { continue };
        let mut own = knowledge.domains().iter().filter(|domain| domain.gene == symbol).peekable();
        let fate = |domain: &str, fate: &str, source: &str| DomainFate {
            gene: symbol.to_owned(),
            domain: domain.to_owned(),
            fate: fate.to_owned(),
            source: source.to_owned(),
        };
        if own.peek().is_none() {
            fates.push(fate("domains", NOT_LISTED, ""));
        }
        for domain in own {
            // A kinase's own domain is judged by the one rule for kinase domains, so that all columns agree.
            let needed = first_needed_codon(symbol)
                .filter(|_| role == Role::Three && kinase_domain_codons(symbol) == Some((domain.first, domain.last)));
            let is_own = |other: &&CodingBp| other.gene == symbol && bare(&other.transcript) == bare(&domain.transcript);
            let offset = others.iter().find(is_own).map_or(offset, |other| other.bases);
            let (start, end) = (i64::from(needed.unwrap_or(domain.first) - 1) * 3, i64::from(domain.last) * 3);
            let (kept, lost) = match role {
                Role::Five => (end <= offset, start >= offset),
                Role::Three => (start >= offset, end <= offset),
            };
            let becomes = match (kept, lost) {
                (true, _) => "kept",
                (_, true) => "lost",
                _ => "cut",
            };
            fates.push(fate(&domain.name, becomes, &domain.source));
        }
    }
    fates
}

/// The cell of a table: `EML4 coiled coil (trimer) kept,ALK kinase kept`.
pub fn cell(fates: &[DomainFate]) -> String {
    fates.iter().map(|fate| format!("{} {} {}", fate.gene, fate.domain, fate.fate)).collect::<Vec<_>>().join(",")
}
