//! Mutations of a simulated sample: which molecules carry which changes.
//!
//! ```text
//!   ALK:G1202R@cis                       on all fused molecules
//!   ALK:G1202R@cis=0.4                   on 40 % of them
//!   ALK:G1202R&ALK:L1196M@cis=0.3        both on the same molecules
//!   ALK:G1202R@cis=0.5,ALK:L1196M@cis=0.5   both on fused molecules, never on the same
//!   ROS1:G2032R@trans=0.2                on 20 % of the molecules that are not fused
//!   chr2:29220829:C>T@cis                by its place: 1-based, bases of the forward strand
//! ```

use std::fmt;

use crate::genome::ContigId;
use crate::model::GeneModels;
use crate::sequence::{complement, reverse_complement, translate_codon};

use super::genome::MemoryGenome;
use super::molecule::Substitution;
use super::site::model;

/// Changes that lie on the same molecules, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenHaplotype {
    /// The changes (`ALK:G1202R`, `chr2:29220829:C>T`).
    pub changes: Vec<String>,
    /// Whether they lie on fused molecules or on the others; `None` where the sample has no fusion.
    pub in_cis: Option<bool>,
    /// The share of these molecules.
    pub share: Option<f64>,
}

/// One change, on the genome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedChange {
    /// `ROS1 p.G2032R`, or the place.
    pub name: String,
    /// Contig.
    pub contig: ContigId,
    /// 0-based first changed base.
    pub position: u32,
    /// Bases of the reference, forward strand.
    pub reference: Vec<u8>,
    /// The new bases, forward strand, as many.
    pub alternative: Vec<u8>,
    /// The substitutions of single bases.
    pub substitutions: Vec<Substitution>,
}

impl WrittenHaplotype {
    /// Reads the `mutations` column.
    ///
    /// # Errors
    /// What cannot be understood.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(Self::parse).collect()
    }

    fn parse(item: &str) -> Result<Self, String> {
        let (item, share) = match item.split_once('=') {
            Some((item, share)) => {
                let share = share.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
                (item, Some(share.ok_or_else(|| format!("{item}: the share behind = is not between 0 and 1"))?))
            }
            None => (item, None),
        };
        let (changes, in_cis) = match item.split_once('@') {
            Some((changes, "cis")) => (changes, Some(true)),
            Some((changes, "trans")) => (changes, Some(false)),
            Some((_, other)) => return Err(format!("@{other} is neither @cis nor @trans")),
            None => (item, None),
        };
        let changes: Vec<String> = changes.split('&').map(|change| change.trim().to_owned()).collect();
        match changes.iter().find(|change| !change.contains(':')) {
            Some(change) => Err(format!("mutation {change:?} is neither GENE:G1202R nor chr2:29220829:C>T")),
            None => Ok(Self { changes, in_cis, share }),
        }
    }
}

impl fmt::Display for WrittenHaplotype {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.changes.join("&"))?;
        if let Some(in_cis) = self.in_cis {
            write!(out, "@{}", if in_cis { "cis" } else { "trans" })?;
        }
        self.share.map_or(Ok(()), |share| write!(out, "={share}"))
    }
}

impl SimulatedChange {
    /// The change that the text means.
    ///
    /// # Errors
    /// What is wrong: no such gene or codon, or another base or amino acid there.
    pub fn resolve(text: &str, models: &GeneModels, reference: &MemoryGenome) -> Result<Self, String> {
        if text.contains('>') {
            Self::of_place(text, reference)
        } else {
            Self::of_protein(text, models, reference)
        }
    }

    fn of_place(text: &str, reference: &MemoryGenome) -> Result<Self, String> {
        let wrong = || format!("mutation {text} is not written as chr2:29220829:C>T (as many bases before > as behind)");
        let (place, bases) = text.rsplit_once(':').ok_or_else(wrong)?;
        let (contig, position) = place.rsplit_once(':').ok_or_else(wrong)?;
        let (old, new) = bases.split_once('>').ok_or_else(wrong)?;
        let position: u32 = position.replace(',', "").parse().ok().filter(|&position| position > 0).ok_or_else(wrong)?;
        let plain = |bases: &str| !bases.is_empty() && bases.bytes().all(|base| b"ACGT".contains(&base));
        if !plain(old) || !plain(new) || old.len() != new.len() || old == new {
            return Err(wrong());
        }
        let id = reference.contigs().find(contig).ok_or_else(|| format!("the FASTA has no contig {contig}"))?;
        Self::new(text.to_owned(), id, position - 1, new.as_bytes(), reference).and_then(|change| {
            if change.reference == old.as_bytes() {
                Ok(change)
            } else {
                Err(format!("mutation {text}: the FASTA has {} there", String::from_utf8_lossy(&change.reference)))
            }
        })
    }

    fn of_protein(text: &str, models: &GeneModels, reference: &MemoryGenome) -> Result<Self, String> {
        let wrong = || format!("mutation {text} is not written as ALK:G1202R");
        let (symbol, change) = text.split_once(':').ok_or_else(wrong)?;
        let change = change.trim_start_matches("p.");
        let gene = models.find(symbol).ok_or_else(|| format!("mutation {text}: no gene {symbol} here"))?;
        let (strand, transcript) = model(gene)?;
        let (&[old], rest) = change.as_bytes().split_first_chunk::<1>().ok_or_else(wrong)?;
        let (&new, digits) = rest.split_last().ok_or_else(wrong)?;
        let codon: u32 = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or_else(wrong)?;
        let places = transcript
            .codon_bases(codon, strand)
            .ok_or_else(|| format!("mutation {text}: {} has no codon {codon} here (a GTF needs CDS lines)", transcript.id))?;
        let forward: Vec<u8> = places.iter().map(|&place| reference.base(gene.contig(), place)).collect();
        let read = |base: u8| if strand == crate::genome::Strand::Forward { base } else { complement(base) };
        let now: Vec<u8> = forward.iter().map(|&base| read(base)).collect();
        if translate_codon(&now) != Some(old) {
            let is = translate_codon(&now).map_or('?', char::from);
            return Err(format!("mutation {text}: codon {codon} of {} is {is} ({})", transcript.id, String::from_utf8_lossy(&now)));
        }
        // The codon with the fewest changed bases, by alphabet among equals.
        let all = b"ACGT".iter().flat_map(|&x| b"ACGT".iter().flat_map(move |&y| b"ACGT".iter().map(move |&z| [x, y, z])));
        let next = all
            .filter(|codon| translate_codon(codon) == Some(new))
            .min_by_key(|codon| (codon.iter().zip(&now).filter(|(x, y)| x != y).count(), *codon))
            .ok_or_else(wrong)?;
        if next[..] == now[..] || new == old {
            return Err(format!("mutation {text} changes nothing"));
        }
        let changed: Vec<(u32, u8)> =
            places.iter().zip(next).zip(&now).filter(|((_, new), old)| new != *old).map(|((&place, new), _)| (place, read(new))).collect();
        let (first, last) = (changed.iter().map(|(place, _)| *place).min(), changed.iter().map(|(place, _)| *place).max());
        let (Some(first), Some(last)) = (first, last) else { return Err(wrong()) };
        let mut bases: Vec<u8> = (first..=last).map(|place| reference.base(gene.contig(), place)).collect();
        for (place, base) in changed {
            bases[(place - first) as usize] = base;
        }
        Self::new(format!("{} p.{change}", gene.symbol), gene.contig(), first, &bases, reference)
    }

    fn new(name: String, contig: ContigId, position: u32, alternative: &[u8], reference: &MemoryGenome) -> Result<Self, String> {
        let old: Vec<u8> = (position..).take(alternative.len()).map(|at| reference.base(contig, at)).collect();
        if old.contains(&b'N') {
            return Err(format!("mutation {name}: the FASTA does not know the bases there"));
        }
        let substitutions = (position..)
            .zip(alternative)
            .zip(&old)
            .filter(|((_, new), old)| new != old)
            .map(|((position, &base), _)| Substitution { contig, position, base })
            .collect();
        Ok(Self { name, contig, position, reference: old, alternative: alternative.to_vec(), substitutions })
    }

    /// The new bases as a molecule on `strand` reads them.
    pub fn alternative_on(&self, strand: crate::genome::Strand) -> Vec<u8> {
        match strand {
            crate::genome::Strand::Forward => self.alternative.clone(),
            crate::genome::Strand::Reverse => reverse_complement(&self.alternative),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn haplotypes_are_read_as_they_are_written() {
        let text = "ALK:G1202R&ALK:L1196M@cis=0.3,chr2:5:C>T@trans,ROS1:G2032R";
        let list = WrittenHaplotype::parse_list(text).expect("all three are well-formed");
        assert_eq!(list.iter().map(ToString::to_string).collect::<Vec<_>>().join(","), text);
        assert_eq!((list[0].changes.len(), list[0].in_cis, list[0].share), (2, Some(true), Some(0.3)));
        for wrong in ["G1202R@cis", "ALK:G1202R@both", "ALK:G1202R@cis=2"] {
            assert!(WrittenHaplotype::parse_list(wrong).is_err(), "{wrong}");
        }
    }
}
