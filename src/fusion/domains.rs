//! What becomes of the domains of both partners.

use crate::knowledge::Knowledge;
use crate::model::Role;

use super::frame::{first_needed_codon, kinase_domain_codons, CodingOffset, UNTRANSLATED_5};
use super::DomainFate;

/// What stands where the table has no domain of a partner: it may have some all the same.
const NOT_LISTED: &str = "not in the table";

/// Coding bases before an end, as far as they say which domains are kept; `None` where they say nothing.
pub fn coding_bp(offset: CodingOffset) -> Option<i64> {
    match offset {
        CodingOffset::At(offset) => Some(offset.max(0)),
        CodingOffset::Unknown(UNTRANSLATED_5) => Some(0),
        CodingOffset::Unknown(_) => None,
    }
}

/// What becomes of the domains in the table of partners with so many coding bases before their ends, 5' partner first.
pub fn fates(knowledge: &Knowledge, five: (&str, Option<i64>), three: (&str, Option<i64>)) -> Vec<DomainFate> {
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
            // What of a kinase may be missing is said in one way everywhere.
            let needed = first_needed_codon(symbol)
                .filter(|_| role == Role::Three && kinase_domain_codons(symbol) == Some((domain.first, domain.last)));
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
