//! Hot spots of other genes by which a tumour evades the drug, as codons with listed changes.

use super::resistance::{effect, put, KnownChange, ResistanceSite};
use super::table::Table;
use crate::error::Result;

/// Reads the table; sites come in its order, by gene and codon.
pub(super) fn read(table: &Table) -> Result<Vec<ResistanceSite>> {
    let mut sites: Vec<ResistanceSite> = Vec::new();
    for row in table.rows() {
        let (gene, codon) = (row.required("gene")?, row.required("codon")?);
        let codon: u32 = codon.parse().map_err(|_| row.error(format!("{codon} is no codon"), "write a number"))?;
        let ref_aa = row.required("ref_aa")?;
        if sites.last().is_none_or(|site| site.gene != gene || site.codon != codon) {
            sites.push(ResistanceSite {
                gene: gene.to_owned(),
                codon,
                exon: None,
                codon_class: row.get("label").to_owned(),
                numbering: String::new(),
                ref_aa: ref_aa.as_bytes()[0],
                ref_codon: None,
                chromosome: String::new(),
                bases_grch37: None,
                bases_grch38: None,
                changes: Vec::new(),
                line: row.line(),
            });
        }
        let Some(site) = sites.last_mut() else { continue };
        for change in row.required("changes")?.split(',') {
            let (protein_change, alt_aa) = if change.len() == 1 {
                (format!("{ref_aa}{codon}{change}"), Some(change.as_bytes()[0]))
            } else {
                (change.to_owned(), None)
            };
            let effect = effect(&row)?;
            match site.changes.iter_mut().find(|known| known.protein_change == protein_change) {
                Some(known) => put(&mut known.effects, effect),
                None => site.changes.push(KnownChange { protein_change, alt_aa, single_nt_hgvs: Vec::new(), effects: vec![effect] }),
            }
        }
    }
    Ok(sites)
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
