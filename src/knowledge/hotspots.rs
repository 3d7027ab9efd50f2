//! Hot spots of other genes by which a tumour evades the drug, as codons with listed changes.

use super::resistance::{effect, put, KnownChange, ResistanceSite};
use super::table::{Table, TsvRow};
use crate::error::Result;
use crate::model::current_symbol;

/// Reads the tables; sites come by gene, in the order in which the genes are first named, and codon.
pub(super) fn read(tables: &[Table]) -> Result<Vec<ResistanceSite>> {
    let mut sites: Vec<ResistanceSite> = Vec::new();
    for (origin, table) in tables.iter().enumerate() {
        table.require(&["gene", "codon", "ref_aa", "changes", "drug", "effect"])?;
        for row in table.rows() {
            let site = site(&mut sites, &row, origin)?;
            for change in row.required("changes")?.split(',') {
                let (protein_change, alt_aa) = if change.len() == 1 {
                    (format!("{}{}{change}", char::from(site.ref_aa), site.codon), Some(change.as_bytes()[0]))
                } else {
                    (change.to_owned(), None)
                };
                let effect = effect(&row, origin)?;
                match site.changes.iter_mut().find(|known| known.protein_change == protein_change) {
                    Some(known) => put(&mut known.effects, effect),
                    None => site.changes.push(KnownChange { protein_change, alt_aa, single_nt_hgvs: Vec::new(), effects: vec![effect] }),
                }
            }
        }
    }
    let genes: Vec<String> = sites.iter().map(|site| site.gene.clone()).collect();
    sites.sort_by_key(|site| (genes.iter().position(|gene| *gene == site.gene), site.codon));
    Ok(sites)
}

/// The site of a row, a new one where it is the first; a label of a user's table names it anew.
fn site<'s>(sites: &'s mut Vec<ResistanceSite>, row: &TsvRow, origin: usize) -> Result<&'s mut ResistanceSite> {
    let (gene, codon) = (current_symbol(row.required("gene")?), row.required("codon")?);
    let codon: u32 = codon.parse().map_err(|_| row.error(format!("{codon} is no codon"), "write a number"))?;
    let ref_aa = row.required("ref_aa")?.as_bytes()[0];
    let index = sites.iter().position(|site| site.gene == gene && site.codon == codon).unwrap_or(sites.len());
    if index == sites.len() {
        sites.push(ResistanceSite {
            gene: gene.to_owned(),
            codon,
            exon: None,
            codon_class: row.get("label").to_owned(),
            numbering: String::new(),
            ref_aa,
            ref_codon: None,
            chromosome: String::new(),
            bases_grch37: None,
            bases_grch38: None,
            changes: Vec::new(),
            line: row.line(),
        });
    }
    let site = &mut sites[index];
    if site.ref_aa != ref_aa {
        return Err(row.error(format!("{gene} codon {codon} is {}", char::from(site.ref_aa)), "check the numbering"));
    }
    if origin > 0 && !row.get("label").is_empty() {
        (site.codon_class, site.line) = (row.get("label").to_owned(), row.line());
    }
    Ok(site)
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    #[test]
    fn hot_spots_have_listed_changes_and_only_statements_with_a_source_count() {
        let knowledge = Knowledge::builtin();
        let site = |gene: &str, codon: u32| knowledge.hotspots().iter().find(|site| site.gene == gene && site.codon == codon);
        let kras = site("KRAS", 12).expect("it is in the table");
        assert_eq!(kras.changes.len(), 6);
        let g12c = kras.changes.iter().find(|change| change.protein_change == "G12C").expect("it is listed");
        assert!(g12c.effects.iter().any(|effect| effect.drug == "lorlatinib" && effect.verified));
        assert!(site("KIT", 816).is_some_and(|site| site.changes.iter().all(|change| change.effects.iter().all(|effect| !effect.verified))));
        assert!(knowledge.hotspots().is_sorted_by_key(|site| (order(&site.gene), site.codon)));
    }

    fn order(gene: &str) -> usize {
        ["KRAS", "NRAS", "BRAF", "EGFR", "MAP2K1", "KIT"].iter().position(|other| *other == gene).unwrap_or(9)
    }
}
