//! 5'/3' balance in RNA: a fusion expresses the kinase behind its break and not before it, so the part behind shows more molecules.
//! That is evidence without a partner, as a break-apart FISH gives it; it is never a call.
//!
//! ```text
//!   exon      1 ......... 18  19 | 20  21 ......... 29          molecules across each splice (`splices`)
//!   balanced  3  2  3  ..  2   3 |  3   2 ..  3  3  2
//!   fused     0  1  0  ..  0   0 | 31  28 .. 30 33 27           fold 40, were there no bias
//! ```
//!
//! Two biases are taken from the sample's own other genes (partners and genes that every tissue expresses; [`Evenness`]): poly-A
//! libraries lose molecules with the distance from the 3' end, which a common slope describes (log molecules per thousand bases,
//! least squares within genes); and probes and exons are uneven, which shows in how far the halves of those genes differ beyond the
//! slope. The interval of the fold has both that spread and the counting error:
//!
//! ```text
//!   ln fold  = ln((m3 + 0.5) / (m5 + 0.5)) - slope * (d3 - d5)         m: mean molecules per splice, d: mean distance from the end
//!   reach^2  = (t spread)^2 + 1.96^2 (1/(n3 + 0.5) + 1/(n5 + 0.5))     n: their sums; t: Student's quantile for so many genes
//! ```
//!
//! Between primers there is no balance: what is amplified decides. Where the 5' part is expressed natively (ROS1 in lung, NTRK2 and
//! NTRK3 in brain) a fusion can hide in it. The balance does not enter the quality of a junction: where the 3' part has enough
//! molecules to stand out, the junction itself, which each of these transcripts has, shows about as many and passes on its own.

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::region::BreakRegion;
use super::splices::Splices;
use crate::model::Gene;

/// Molecules per splice that a gene must have to tell of the library.
const MIN_MOLECULES: u32 = 10;
/// Splices that it must have.
const MIN_SPLICES: usize = 4;
/// Genes from which a spread can be taken; Student's quantile makes up for few of them.
const MIN_GENES: usize = 4;
/// Splices on either side of a break.
const MIN_SIDE: usize = 2;
/// Fold that the interval must exceed to be told: more than the two copies of a gene can differ by.
const MIN_FOLD: f64 = 2.0;

/// What the sample's other genes show of the library.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evenness {
    /// Change of log molecules for each thousand bases of distance from the 3' end.
    pub slope: f64,
    /// Standard deviation of the log ratio of two halves of a gene.
    pub spread: f64,
    /// Genes behind both.
    pub genes: usize,
}

/// The balance of a kinase at the break at which it is most uneven.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The kinase.
    pub gene: String,
    /// `junction 19|20`.
    pub region: String,
    /// Mean molecules across a splice before and behind the break.
    pub molecules: [f64; 2],
    /// How many times more molecules the part behind has, biases taken out.
    pub fold: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
}

impl Balance {
    /// Whether the part behind the break surely has more.
    pub fn is_uneven(&self) -> bool {
        self.interval[0] > MIN_FOLD
    }
}

/// Splices of one gene: distance from the 3' end in thousands of bases, and molecules.
fn points(gene: &Gene, splices: &Splices) -> Vec<(f64, u32)> {
    let (Some(transcript), Some(counts)) = (gene.transcript.as_ref(), splices.genes.get(&gene.symbol)) else { return Vec::new() };
    let mut distance_bp = transcript.exons.iter().map(|exon| u64::from(exon.length_bp())).sum::<u64>();
    transcript
        .exons
        .iter()
        .zip(counts)
        .map(|(exon, &count)| {
            distance_bp -= u64::from(exon.length_bp());
            (distance_bp as f64 / 1000.0, count)
        })
        .collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 {
        sum / count
    } else {
        0.0
    }
}

/// The log ratio of molecules behind and before a break, the slope taken out, and its counting error squared.
fn log_ratio(before: &[(f64, u32)], behind: &[(f64, u32)], slope: f64) -> (f64, f64) {
    let level = |side: &[(f64, u32)]| mean(side.iter().map(|&(_, count)| f64::from(count)));
    let place = |side: &[(f64, u32)]| mean(side.iter().map(|&(distance, _)| distance));
    let error = |side: &[(f64, u32)]| 1.0 / (side.iter().map(|&(_, count)| f64::from(count)).sum::<f64>() + 0.5);
    let ratio = ((level(behind) + 0.5) / (level(before) + 0.5)).ln() - slope * (place(behind) - place(before));
    (ratio, error(before) + error(behind))
}

impl Evenness {
    /// What these genes show; `None` where too few are expressed.
    pub fn of(genes: &[&Gene], splices: &Splices) -> Option<Self> {
        let expressed: Vec<Vec<(f64, u32)>> = genes
            .iter()
            .filter(|gene| splices.median(&gene.symbol).is_some_and(|molecules| molecules >= MIN_MOLECULES))
            .map(|gene| points(gene, splices))
            .filter(|points| points.len() >= MIN_SPLICES)
            .collect();
        if expressed.len() < MIN_GENES {
            return None;
        }
        let (mut products, mut squares) = (0.0, 0.0);
        for points in &expressed {
            let logs: Vec<f64> = points.iter().map(|&(_, count)| (f64::from(count) + 0.5).ln()).collect();
            let (centre, level) = (mean(points.iter().map(|point| point.0)), mean(logs.iter().copied()));
            products += points.iter().zip(&logs).map(|(point, log)| (point.0 - centre) * (log - level)).sum::<f64>();
            squares += points.iter().map(|point| (point.0 - centre).powi(2)).sum::<f64>();
        }
        let slope = if squares > 0.0 { products / squares } else { 0.0 };
        let of_halves = |points: &Vec<(f64, u32)>| {
            let (before, behind) = points.split_at(points.len() / 2);
            log_ratio(before, behind, slope).0.powi(2)
        };
        Some(Self { slope, spread: mean(expressed.iter().map(of_halves)).sqrt(), genes: expressed.len() })
    }

    /// Student's two-sided 95 % quantile for the genes behind the spread.
    fn quantile(self) -> f64 {
        StudentsT::new(0.0, 1.0, (self.genes - 1).max(1) as f64).map_or(f64::INFINITY, |law| law.inverse_cdf(0.975))
    }

    /// The balance of a kinase at that of its usual breaks where the part behind stands out most surely.
    pub fn balance(self, kinase: &Gene, regions: &[BreakRegion], splices: &Splices) -> Option<Balance> {
        let points = points(kinase, splices);
        let balance = |region: &BreakRegion| {
            // Splice i lies between exons i + 1 and i + 2; the one that the break replaces belongs to neither side.
            let replaced = (region.exon as usize).checked_sub(2)?;
            let (before, behind) = (points.get(..replaced)?, points.get(replaced + 1..)?);
            if before.len() < MIN_SIDE || behind.len() < MIN_SIDE {
                return None;
            }
            let (ratio, counting) = log_ratio(before, behind, self.slope);
            let reach = ((self.quantile() * self.spread).powi(2) + 1.96f64.powi(2) * counting).sqrt();
            Some(Balance {
                gene: kinase.symbol.clone(),
                region: region.name(crate::material::Material::Rna),
                molecules: [before, behind].map(|side| mean(side.iter().map(|&(_, count)| f64::from(count)))),
                fold: ratio.exp(),
                interval: [(ratio - reach).exp(), (ratio + reach).exp()],
            })
        };
        regions.iter().filter(|region| region.usual).filter_map(balance).max_by(|x, y| x.interval[0].total_cmp(&y.interval[0]))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::genome::{Breakend, ContigId, Interval, Side, Strand};
    use crate::model::{Exon, Transcript};

    fn gene(symbol: &str, exons: u32) -> Gene {
        let exons: Vec<Exon> = (0..exons).map(|index| Exon::new(index + 1, index * 1_000, index * 1_000 + 200, None)).collect();
        let span = Interval { contig: ContigId(0), start: 0, end: 100_000 };
        let transcript = Transcript { id: symbol.to_owned(), refseq: None, exons, cds_length_bp: None };
        Gene {
            symbol: symbol.to_owned(),
            span,
            strand: Some(Strand::Forward),
            transcript: Some(transcript),
            alternatives: Vec::new(),
            mane_select: None,
        }
    }

    fn region(exon: u32) -> BreakRegion {
        let intron = Interval { contig: ContigId(0), start: 0, end: 1 };
        BreakRegion { exon, intron, edge: Breakend::new(ContigId(0), 0, Side::Higher), usual: true }
    }

    /// Six other genes whose molecules fall by `decay` a splice towards the 5' end, and a kinase with these counts.
    fn sample(decay: f64, kinase: &[u32]) -> (Vec<Gene>, Splices) {
        let genes: Vec<Gene> = (0..6).map(|index| gene(&format!("G{index}"), 12)).collect();
        let counts = |level: f64| (0..11).map(|splice| (level * decay.powi(10 - splice)).round() as u32).collect();
        let mut splices: BTreeMap<String, Vec<u32>> =
            genes.iter().enumerate().map(|(index, gene)| (gene.symbol.clone(), counts(200.0 + 100.0 * index as f64))).collect();
        splices.insert("K".to_owned(), kinase.to_vec());
        (genes, Splices { genes: splices })
    }

    fn balance(decay: f64, kinase: &[u32]) -> Balance {
        let (genes, splices) = sample(decay, kinase);
        let evenness = Evenness::of(&genes.iter().collect::<Vec<_>>(), &splices).expect("six genes are expressed");
        evenness.balance(&gene("K", 12), &[region(7)], &splices).expect("there are splices on both sides")
    }

    #[test]
    fn a_kinase_of_which_only_the_3_part_is_expressed_is_uneven() {
        let fused = balance(1.0, &[1, 0, 1, 0, 0, 3, 30, 28, 33, 29, 31]);
        assert!(fused.is_uneven() && fused.fold > 20.0, "{fused:?}");
        let even = balance(1.0, &[30, 28, 33, 29, 31, 30, 30, 28, 33, 29, 31]);
        assert!(!even.is_uneven() && even.interval[0] < 1.0 && even.interval[1] > 1.0, "{even:?}");
    }

    #[test]
    fn the_bias_of_poly_a_libraries_is_no_imbalance() {
        let counts: Vec<u32> = (0..11).map(|splice| (100.0 * 0.8f64.powi(10 - splice)).round() as u32).collect();
        let biased = balance(0.8, &counts);
        assert!(biased.molecules[1] > 2.0 * biased.molecules[0] && !biased.is_uneven(), "{biased:?}");
    }

    #[test]
    fn few_molecules_tell_nothing() {
        assert!(!balance(1.0, &[0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]).is_uneven());
        let (genes, splices) = sample(1.0, &[0; 11]);
        assert_eq!(Evenness::of(&genes.iter().take(3).collect::<Vec<_>>(), &splices), None);
    }
}
