//! The known resistance codons of a kinase: at which of them a change would have been seen, and from which fraction on.

use std::collections::BTreeMap;

use super::carried::codon;
use super::rows::{Fraction, VariantRow};
use crate::variant::VariantStatus;

/// One codon.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownCodon {
    /// Its residue (`F1245`).
    pub residue: String,
    /// Share of the molecules from which each of its known changes would have been seen with 95 % probability; 0 of a called one of which
    /// that is not known; `None` where one of them could not be judged.
    pub seen_from: Option<f64>,
}

/// The known codons of a kinase by number. Of several libraries the best counts for each change, of a codon's changes the worst.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct KnownCodons(pub BTreeMap<u32, KnownCodon>);

impl KnownCodons {
    /// Those of a kinase.
    pub fn of(gene: &str, variants: &[VariantRow]) -> Self {
        let mut changes: BTreeMap<(u32, &str), Option<f64>> = BTreeMap::new();
        for row in variants.iter().filter(|row| row.gene == gene) {
            let is_called = row.status == VariantStatus::Called;
            let is_listed = row.known_resistance.is_some() || row.codon_class.is_some() || !is_called;
            let Some(codon) = codon(&row.hgvs_p).filter(|_| is_listed) else { continue };
            // A codon with a called mutation counts as seen, whatever its depth.
            let seen = row.lod95.map(Fraction::value).or(is_called.then_some(0.0));
            let best = changes.entry((codon, &row.hgvs_p)).or_insert(seen);
            *best = match (*best, seen) {
                (Some(x), Some(y)) => Some(x.min(y)),
                (x, y) => x.or(y),
            };
        }
        let mut codons: BTreeMap<u32, KnownCodon> = BTreeMap::new();
        for ((codon, change), seen_from) in changes {
            let worst = codons.entry(codon).or_insert_with(|| KnownCodon { residue: residue(change, codon), seen_from });
            worst.seen_from = worst.seen_from.zip(seen_from).map(|(x, y)| x.max(y));
        }
        Self(codons)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The codons that could be judged with their shares, the smallest first.
    pub fn judged(&self) -> Vec<(f64, &str)> {
        let mut list: Vec<(f64, &str)> = self.0.values().filter_map(|codon| Some((codon.seen_from?, codon.residue.as_str()))).collect();
        list.sort_by(|x, y| x.0.total_cmp(&y.0));
        list
    }

    /// The share from which half of those that could be judged would have been seen, and the worst with its residue.
    pub fn spread(&self) -> Option<(f64, (f64, &str))> {
        let judged = self.judged();
        judged.get(judged.len() / 2).map(|(half, _)| *half).zip(judged.last().copied())
    }

    /// The residues of the codons that could not.
    pub fn bare(&self) -> Vec<&str> {
        self.0.values().filter(|codon| codon.seen_from.is_none()).map(|codon| codon.residue.as_str()).collect()
    }
}

/// `F1245` of `p.F1245C`.
fn residue(change: &str, codon: u32) -> String {
    let first: String = change.trim_start_matches("p.").chars().take_while(char::is_ascii_alphabetic).collect();
    format!("{first}{codon}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn the_worst_change_of_a_codon_and_the_best_library_count() {
        let row = |change: &str, lod95: Option<f64>| VariantRow {
            hgvs_p: change.to_owned(),
            lod95: lod95.and_then(Fraction::new),
            status: VariantStatus::NotSeen,
            ..VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs())
        };
        let rows = [
            row("p.G2032R", Some(0.3)),
            row("p.G2032R", Some(0.01)),
            row("p.G2032K", Some(0.02)),
            row("p.L2026M", Some(0.5)),
            row("p.L2026P", None),
        ];
        let codons = KnownCodons::of("ROS1", &rows);
        assert_eq!((codons.count(), codons.judged(), codons.bare()), (2, vec![(0.02, "G2032")], vec!["L2026"]));
    }
}
