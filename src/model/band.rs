//! Cytogenetic bands: the band of a position on its chromosome (`2p21`).

use crate::genome::{Assembly, Contigs};
use crate::text::built_in_rows;

pub(super) const BANDS: &str = include_str!("tables/cytobands.tsv");

/// A place on a chromosome by its band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Chromosome without `chr` (`2`, `X`).
    pub chromosome: &'static str,
    /// Band with its sub-band (`p23.2`).
    pub name: &'static str,
}

impl Band {
    /// The band without its sub-band, as translocations are usually written (`p23`).
    pub fn major(&self) -> &'static str {
        self.name.split('.').next().unwrap_or(self.name)
    }

    /// Place of the chromosome in a karyotype: sex chromosomes first, then by number.
    pub fn order(&self) -> u8 {
        self.chromosome.parse().unwrap_or(0)
    }

    /// Order within a chromosome as karyotypes list breaks: the short arm first, on each arm from the centromere outwards.
    pub fn on_arm(&self) -> (bool, u32) {
        let digits: String = self.name.chars().filter(char::is_ascii_digit).take(2).collect();
        (self.name.starts_with('q'), digits.parse().unwrap_or(0))
    }
}

impl std::fmt::Display for Band {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}{}", self.chromosome, self.name)
    }
}

/// The band of a 1-based position; `None` on contigs that are no chromosome.
pub fn band(assembly: Assembly, contigs: &Contigs, contig: crate::genome::ContigId, position: u32) -> Option<Band> {
    let first = match assembly {
        Assembly::Grch37 => 2,
        Assembly::Grch38 => 4,
    };
    let base = position.checked_sub(1)?;
    let mut chromosome = ("", false);
    for fields in built_in_rows(BANDS) {
        let [name, band, ..] = fields[..] else { continue };
        if chromosome.0 != name {
            chromosome = (name, contigs.find(name) == Some(contig));
        }
        let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u32>().ok());
        if chromosome.1 && number(first)? <= base && base < number(first + 1)? {
            return Some(Band { chromosome: name, name: band });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::builtin::tests::chromosomes;

    #[test]
    fn kinases_lie_in_the_bands_that_are_in_print() {
        let models = crate::model::builtin::genes(Assembly::Grch38, &chromosomes()).genes;
        for (symbol, expected) in [("ALK", "2p23"), ("NTRK1", "1q23"), ("NTRK2", "9q21"), ("NTRK3", "15q25"), ("ROS1", "6q22")] {
            let gene = models.iter().find(|gene| gene.symbol == symbol).expect("the table of models has the five kinases");
            let found = band(Assembly::Grch38, &chromosomes(), gene.contig(), gene.span.start + 1).expect("it lies on a chromosome");
            assert_eq!(format!("{}{}", found.chromosome, found.major()), expected);
        }
    }

    #[test]
    fn bands_follow_each_other_without_gaps() {
        let rows: Vec<Vec<&str>> = built_in_rows(BANDS).collect();
        assert_eq!(rows.len(), 862);
        for pair in rows.windows(2) {
            let follows = |end: usize, start: usize| pair[0][end] == pair[1][start];
            assert!(pair[0][0] != pair[1][0] || (follows(3, 2) && follows(5, 4)), "{pair:?}");
        }
    }
}
