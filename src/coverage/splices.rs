//! Expression of a transcript: how many molecules cross each of its splices.
//!
//! A molecule counts where a read is spliced there, or where its mates lie on exons on either side (the rule of [`super::depth`]). Reads that
//! run on into the intron (unspliced RNA, or DNA in the library) do not count.

use std::collections::{BTreeMap, BTreeSet};

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use super::depth::{self, Query};
use crate::alignment::library::Library;
use crate::error::Result;
use crate::genome::Breakend;
use crate::model::{Gene, Role};
use crate::stats::lower_median;

/// Molecules across the splices of genes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splices {
    /// By symbol: molecules from exon `i + 1` on to the next.
    pub genes: BTreeMap<String, Vec<u32>>,
}

impl Splices {
    /// Counts the splices of genes with exons.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn count(pool: &ThreadPool, library: &Library, genes: &[&Gene]) -> Result<Self> {
        let none = FxHashSet::default();
        let mut owners = Vec::new();
        let mut queries = Vec::new();
        for gene in genes {
            let (Some(transcript), Some(strand)) = (gene.transcript.as_ref(), gene.strand) else { continue };
            for exon in transcript.exons.iter().take(transcript.exons.len().saturating_sub(1)) {
                let Some(edge) = transcript.splice_edge(exon.number, strand, Role::Five) else { continue };
                let at = Breakend::new(gene.contig(), edge, Role::Five.side(strand));
                owners.push(gene.symbol.clone());
                queries.push(Query { at, gene: Some(gene.span), at_splice: true, by_mates: true, broken: &none });
            }
        }
        let counts = depth::unbroken(pool, library, &queries)?;
        let mut splices = Self::default();
        for (owner, count) in owners.into_iter().zip(counts) {
            splices.genes.entry(owner).or_default().push(count);
        }
        Ok(splices)
    }

    /// Molecules from the exon of this number on to the next.
    pub fn behind(&self, gene: &str, exon: u32) -> Option<u32> {
        self.genes.get(gene)?.get(exon.checked_sub(1)? as usize).copied()
    }

    /// For each partner of which splices are known: the median of the molecules across the ends of these exons.
    pub fn partners(&self, exons: &BTreeMap<String, BTreeSet<u32>>) -> Vec<u32> {
        let of_gene = |(gene, exons): (&String, &BTreeSet<u32>)| lower_median(exons.iter().filter_map(|&exon| self.behind(gene, exon)));
        exons.iter().filter_map(of_gene).collect()
    }

    /// The median over the splices of one gene.
    pub fn median(&self, gene: &str) -> Option<u32> {
        lower_median(self.genes.get(gene)?.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partner_counts_by_the_median_of_the_exons_behind_which_it_breaks() {
        let splices = Splices { genes: BTreeMap::from([("A".to_owned(), vec![9, 1, 5]), ("B".to_owned(), vec![7])]) };
        let exons = |list: &[(&str, &[u32])]| -> BTreeMap<String, BTreeSet<u32>> {
            list.iter().map(|(gene, exons)| ((*gene).to_owned(), exons.iter().copied().collect())).collect()
        };
        assert_eq!(splices.partners(&exons(&[("A", &[1, 2, 3]), ("B", &[1, 9]), ("C", &[1])])), [5, 7]);
        assert_eq!(splices.behind("A", 4), None);
        assert_eq!(lower_median([]), None);
    }
}
