//! Domains of the kinases and of their partners.

use super::table::{Table, TsvRow};
use crate::error::Result;
use crate::model::{current_symbol, Role};

/// A domain of a protein.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProteinDomain {
    /// Gene, current symbol.
    pub gene: String,
    /// Transcript on which the residues are counted.
    pub transcript: String,
    /// Name (`kinase`, `coiled coil (trimer)`).
    pub name: String,
    /// `kinase`, `transmembrane` or `oligomerisation`; a user's table may have others.
    pub kind: String,
    /// First residue, 1-based.
    pub first: u32,
    /// Last residue, inclusive.
    pub last: u32,
    /// Of a kinase which part of a fusion it usually is: its gene is the 3' partner of most, as a receptor loses what is outside of the
    /// cell; the 5' one of FGFR2 and FGFR3, which lose their tails.
    pub keeps: Role,
    /// Source.
    pub source: String,
    /// Line of its table.
    pub line: usize,
}

/// Reads the tables; a row with the gene and the name of an earlier one replaces it.
pub(super) fn read(tables: &[Table]) -> Result<Vec<ProteinDomain>> {
    let mut domains: Vec<ProteinDomain> = Vec::new();
    for table in tables {
        table.require(&["gene", "domain", "first", "last"])?;
        for row in table.rows() {
            let domain = domain(&row)?;
            match domains.iter_mut().find(|known| known.gene == domain.gene && known.name == domain.name) {
                Some(known) => *known = domain,
                None => domains.push(domain),
            }
        }
    }
    Ok(domains)
}

fn domain(row: &TsvRow) -> Result<ProteinDomain> {
    let residue = |column: &str| {
        row.get(column)
            .parse::<u32>()
            .ok()
            .filter(|&number| number > 0)
            .ok_or_else(|| row.error(format!("{column} is no residue: {}", row.get(column)), "write its number, counted from 1"))
    };
    let (first, last) = (residue("first")?, residue("last")?);
    if last < first {
        return Err(row.error(format!("the domain ends ({last}) before it begins ({first})"), "give first and last residue in order"));
    }
    Ok(ProteinDomain {
        gene: current_symbol(row.required("gene")?).to_owned(),
        transcript: row.get("transcript").to_owned(),
        name: row.required("domain")?.to_owned(),
        kind: row.get("kind").to_owned(),
        first,
        last,
        keeps: match row.get("partner") {
            "" | "." | "3" => Role::Three,
            "5" => Role::Five,
            other => return Err(row.error(format!("partner is neither 5 nor 3: {other}"), "say which partner of a fusion the kinase is")),
        },
        source: row.get("source").to_owned(),
        line: row.line(),
    })
}
