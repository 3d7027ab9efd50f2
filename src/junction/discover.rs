//! Finds partners that no table lists, in RNA, among the exons of all genes with a model (exon sequences from the FASTA).
//!
//! A partner is looked up only where two or more fragments agree on the bases that follow an exon edge of the kinase, and nothing else
//! explains these bases. The gene that is found is then treated as one of the kinase's known partners: its exon edges are read too.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::genome::{Breakend, Interval};
use crate::model::{Gene, Role};
use crate::stats::phred;

use super::edges::{edges, words, Edge, EdgeIndex, MIN_FIT_BEHIND_INSERTION_BP, MIN_FIT_MAPQ};

/// For each tail the gene whose exon's edge it enters as the `role` partner, and how many edges were looked at; `bases` are those of the
/// FASTA.
///
/// A tail that fits two places alike names none; of genes that share the place the first.
pub fn partners<'g>(
    tails: &[&[u8]],
    genes: impl Iterator<Item = &'g Gene>,
    bases: &dyn Fn(Interval) -> Vec<u8>,
    (role, in_step): (Role, bool),
) -> (Vec<Option<&'g Gene>>, usize) {
    let wanted: FxHashSet<u32> = tails.iter().flat_map(|tail| words(tail)).collect();
    let mut looked_at = 0;
    let mut owners: BTreeMap<Breakend, &Gene> = BTreeMap::new();
    let mut sharing: Vec<Edge> = Vec::new();
    for gene in genes {
        for edge in edges(gene, role, (bases, &|_| Vec::new())) {
            looked_at += 1;
            if words(&edge.enter).any(|word| wanted.contains(&word)) {
                owners.entry(edge.end).or_insert(gene);
                sharing.push(edge);
            }
        }
    }
    let ends = EdgeIndex::new(sharing, in_step);
    let named = |tail: &&[u8]| {
        let fits = ends.fits(tail, usize::MAX);
        let best = fits.iter().filter(|fit| fit.2.compared >= MIN_FIT_BEHIND_INSERTION_BP).max_by_key(|fit| fit.2.score())?;
        let sure = phred(best.2.expected(&tail[best.1..], (looked_at * tail.len()) as f64).min(1.0)) >= MIN_FIT_MAPQ;
        let alike: BTreeSet<Breakend> = fits.iter().filter(|fit| fit.2.score() == best.2.score()).map(|fit| ends.end(fit.0)).collect();
        owners.get(alike.first()?).copied().filter(|_| sure && alike.len() == 1)
    };
    (tails.iter().map(named).collect(), looked_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{ContigId, Strand};
    use crate::sequence::random_bases;

    fn gene(symbol: &str, contig: u32, strand: Strand) -> Gene {
        Gene::made_up(symbol, contig, strand, &[(100, 250), (400, 460), (700, 900)])
    }

    #[test]
    fn a_tail_behind_inserted_bases_finds_its_gene_on_either_strand_and_twins_none() {
        let genome = [random_bases(1, 1000), random_bases(2, 1000)];
        let bases = |interval: Interval| {
            genome[usize::from(interval.contig != ContigId(0))][interval.start as usize..interval.end as usize].to_vec()
        };
        let genes = [gene("FORWARD", 0, Strand::Forward), gene("REVERSE", 1, Strand::Reverse)];
        // A tail that leaves the kinase reads the partner's exon backwards.
        let forward = [b"GATTA".to_vec(), crate::sequence::reverse_complement(&genome[0][200..250])].concat();
        let reverse = genome[1][400..460].to_vec();
        let nothing = random_bases(3, 60);
        let named = |tail: &[u8]| -> Vec<String> {
            partners(&[tail], genes.iter(), &bases, (Role::Five, true)).0.iter().flatten().map(|gene| gene.symbol.clone()).collect()
        };
        assert_eq!(
            (named(&forward), named(&reverse), named(&nothing)),
            (vec!["FORWARD".to_owned()], vec!["REVERSE".to_owned()], Vec::new())
        );
        let twins = [gene("ONE", 0, Strand::Forward), gene("OTHER", 1, Strand::Forward)];
        let same = |interval: Interval| genome[0][interval.start as usize..interval.end as usize].to_vec();
        assert_eq!(partners(&[&forward], twins.iter(), &same, (Role::Five, true)), (vec![None], 4));
        let nested = [gene("ONE", 0, Strand::Forward), gene("ONE-OTHER", 0, Strand::Forward)];
        assert_eq!(partners(&[&forward], nested.iter(), &bases, (Role::Five, true)).0[0].map(|gene| gene.symbol.as_str()), Some("ONE"));
    }
}
