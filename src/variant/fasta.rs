//! Checks that the FASTA is the reference of the alignments: the kinase domains must have the same bases in both.

use crate::error::{Error, Result};
use crate::reference::Reference;

use super::domain::{BaseSource, Domain};
use super::noise::Counts;
use super::pileup::Pileup;

/// Codons that must be covered before anything is said: an amplicon over one hot spot has about as many.
const MIN_CODONS: usize = 20;
/// Share of the covered codons that may differ: a tumour and its carrier differ from any reference in a few of 1,400.
const MAX_DIFFERING_FRAC: f64 = 0.1;
/// Share of molecules by which the reads have a base of their own.
const MAJORITY_FRAC: f64 = 0.8;

/// Compares the reads' majority with the FASTA, codon by codon.
///
/// # Errors
/// When they differ at too many codons.
pub(super) fn check(reference: &Reference, rows: &[Domain<'_>], piles: &[Pileup]) -> Result<()> {
    let (mut covered, mut differing) = (0, 0);
    for (domain, pileup) in rows.iter().zip(piles) {
        let counts = Counts::of(&pileup.molecules, domain.len());
        let agrees = |index: usize| {
            let (code, _) = counts.majority(index).filter(|(_, share)| *share >= MAJORITY_FRAC)?;
            Some(domain.source(index) == BaseSource::Fasta && domain.base(index) == b"ACGT"[code])
        };
        for first in domain.codons().map(|codon| domain.first_of(codon)) {
            let Some(agree) = (first..first + 3).map(agrees).collect::<Option<Vec<bool>>>() else { continue };
            covered += 1;
            differing += usize::from(agree.contains(&false));
        }
    }
    let share = differing as f64 / covered.max(1) as f64;
    if covered < MIN_CODONS || share <= MAX_DIFFERING_FRAC {
        return Ok(());
    }
    let problem = format!("its bases differ from those of the reads at {:.0} % of {covered} kinase codons", 100.0 * share);
    Err(Error::input(reference.path(), problem, "give the FASTA that the reads were aligned to"))
}
