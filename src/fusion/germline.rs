//! Flag `germline`: fusions that the same person's normal tissue also shows, so that they are not of the tumour.
//!
//! The normal is called like the sample, and its candidates are compared. One read of a fusion in the normal may be an index hop from the
//! tumour on the same run, so a match needs several fragments and a fraction of its own.

use super::{agreement, Flag, Fusion};
use crate::material::Material;

/// Fewest fragments of the normal: a single one may be an index hop or a random chimera.
const MIN_FRAGMENTS: u32 = 2;

/// Least fraction in the normal, as a part of that in the sample. Inherited, it is on half of the normal's molecules; hopped reads and
/// tumour cells among normal ones stay far below.
const MIN_PART: f64 = 0.25;

/// Bases by which the places of one junction may differ between two files that were aligned apart.
const SAME_PLACE_BP: u32 = 10;

/// Flags the fusions that the normal shows. Nothing is deleted, and the quality stays.
pub fn flag(fusions: &mut [Fusion], normal: &[Fusion]) {
    for fusion in fusions {
        let of_dna = fusion.agreement.dna.as_deref();
        if normal.iter().any(|other| shows(fusion, other) || of_dna.is_some_and(|dna| shows(dna, other))) {
            fusion.flags.insert(Flag::Germline);
        }
    }
}

/// Whether a candidate of the normal is a fusion of the sample.
fn shows(fusion: &Fusion, normal: &Fusion) -> bool {
    let same = fusion.target == normal.target && (same_junction(fusion, normal) || gives(fusion, normal));
    same && normal.support.fragments() >= MIN_FRAGMENTS && !is_trace(fusion, normal)
}

/// Whether both junctions lie at one place, as far as either is exact.
fn same_junction(fusion: &Fusion, normal: &Fusion) -> bool {
    let reach_bp = SAME_PLACE_BP.saturating_add(fusion.slack_bp).saturating_add(normal.slack_bp);
    fusion.junction.is_near(&normal.junction, reach_bp)
}

/// Whether one is a break in DNA and the other a junction of RNA that the break gives.
fn gives(fusion: &Fusion, normal: &Fusion) -> bool {
    let is_rna = |one: &Fusion| one.evidence.contains(&Material::Rna);
    match (is_rna(fusion), is_rna(normal)) {
        (true, false) => normal.passes() && agreement::gives(normal, fusion),
        (false, true) => normal.passes() && agreement::gives(fusion, normal),
        _ => false,
    }
}

/// Whether the normal has so much less of it that tumour reads among its own explain it.
fn is_trace(fusion: &Fusion, normal: &Fusion) -> bool {
    let fractions = fusion.allele_fraction.zip(normal.allele_fraction);
    fractions.is_some_and(|(sample, normal)| normal.value < MIN_PART * sample.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Breakend, Junction};
    use crate::report::fixture::{eml4_alk, joined};
    use crate::stats::jeffreys_share;

    /// The same fusion some bases away, with so many fragments of all.
    fn seen(away_bp: u32, with: u64, depth: u64) -> Fusion {
        let [five, three] = [eml4_alk().five.breakend, eml4_alk().three.breakend];
        let five = Breakend { boundary: five.boundary + away_bp, ..five };
        let mut fusion = joined(five, three, Junction::new(three, five, b""));
        fusion.support.split = with as u32;
        (fusion.support.pair, fusion.support.clip) = (0, 0);
        fusion.allele_fraction = jeffreys_share(with, depth);
        fusion.flags.clear();
        fusion
    }

    fn flagged(normal: &Fusion) -> bool {
        let mut fusions = [seen(0, 40, 100)];
        flag(&mut fusions, std::slice::from_ref(normal));
        fusions[0].flags.contains(&Flag::Germline)
    }

    #[test]
    fn a_normal_with_the_junction_on_half_of_its_molecules_makes_it_germline() {
        assert!(flagged(&seen(0, 25, 50)) && flagged(&seen(8, 5, 10)));
    }

    #[test]
    fn a_hopped_read_a_trace_and_another_place_do_not() {
        assert!(!flagged(&seen(0, 1, 2)), "one fragment");
        assert!(!flagged(&seen(0, 3, 100)), "tumour cells among normal ones");
        assert!(!flagged(&seen(900, 25, 50)), "another break of the same genes");
    }
}
