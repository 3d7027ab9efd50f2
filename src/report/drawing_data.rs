//! The data of the page's drawings as `kinfuse.json` keeps them: gene models, coverage round the breaks, supporting molecules and reads.
//!
//! They are a part of the document, so that `kinfuse report` draws what `kinfuse call` drew. They are kept small: each gene stands once,
//! coverage comes in bins, and of molecules and reads there are at most [`MOST_MOLECULES`] and [`MOST_READS`] a fusion.
//!
//! Distances along a fusion are counted in bases of the genome from its break, in the direction in which the fusion is read:
//!
//! ```text
//!   5' partner   -1000 ======kept======= 0 .......lost....... 1000
//!   3' partner   -1000 .......lost...... 0 ======kept======= 1000
//! ```

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::knowledge::Knowledge;

/// Molecules of one fusion whose places are kept; what is left out is counted.
pub const MOST_MOLECULES: usize = 60;

/// Molecules of one fusion whose bases over the junction are kept, by one read each; what is left out is counted.
pub const MOST_READS: usize = 40;

/// What the page draws beside the rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Drawings {
    /// The targets and the genes of the called fusions, each once.
    pub genes: Vec<DrawnGene>,
    /// One entry a fusion of `fusions`, in its order.
    pub fusions: Vec<DrawnFusion>,
    /// 5'/3' balance of each kinase whose RNA tells it.
    pub balances: Vec<DrawnBalance>,
}

/// A gene on its named transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnGene {
    /// HGNC symbol.
    pub gene: String,
    /// Transcript by which exons and residues are counted.
    pub transcript: String,
    /// Contig as the BAM spells it.
    pub chrom: String,
    /// `+` or `-`.
    pub strand: String,
    /// First and last base of each exon, 1-based, by exon number.
    pub exons: Vec<(u32, u32)>,
    /// Lowest and highest coding base, 1-based; `null` where the coding sequence is not known.
    pub coding: Option<(u32, u32)>,
    /// Residues of the protein.
    pub residues: Option<u32>,
    /// Domains with a known place, by residues of this transcript; what the tables of today say.
    pub domains: Vec<DrawnDomain>,
    /// How residues of other transcripts, on which a domain may be listed, count on this one.
    pub counts: Vec<OtherResidues>,
}

/// A domain on the named transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnDomain {
    /// Name (`kinase`).
    pub domain: String,
    /// `kinase`, `transmembrane`, `oligomerisation` or a user's word.
    pub kind: String,
    /// First residue, 1-based.
    pub first: u32,
    /// Last residue, inclusive.
    pub last: u32,
}

/// How the coding bases of another transcript of a gene count on the named one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherResidues {
    /// The other transcript.
    pub transcript: String,
    /// Stretches that both share: coding offset on the other one (0-based), on the named one, and bases.
    pub shared: Vec<(u32, u32, u32)>,
}

/// What is drawn of one fusion.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnFusion {
    /// Identifier of the fusion.
    pub id: String,
    /// The 5' partner's end; `null` where it could not be placed.
    pub five: Option<DrawnEnd>,
    /// The 3' partner's end.
    pub three: Option<DrawnEnd>,
    /// Where supporting molecules lie, by kind and place.
    pub molecules: Vec<DrawnMolecules>,
    /// Molecules that are not among these, of which an even choice is shown.
    pub molecules_left_out: u32,
    /// The reads over the junction.
    pub reads: ReadsAtJunction,
}

/// One end of a fusion on its gene.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnEnd {
    /// HGNC symbol, where a gene lies there.
    pub gene: Option<String>,
    /// Exon that is the last (5') or the first (3') one kept, on the named transcript.
    pub exon: Option<u32>,
    /// Bases that are missing of this exon.
    pub missing_bp: u32,
    /// Coding bases of the named transcript before the end: kept of the 5' partner, lost of the 3' partner.
    pub coding_bp: Option<i64>,
    /// Whether the break lies beside the exons (intron or beyond), so that the transcript joins the next exon.
    pub in_intron: bool,
    /// Mean number of aligned reads in each bin of [`BIN_BP`] bases from -1000 to 1000 bases of the break.
    pub coverage: Vec<u32>,
}

/// Bases on either side of a break whose coverage is kept.
pub const REACH_BP: u32 = 1_000;

/// Width of a bin of coverage in bases.
pub const BIN_BP: u32 = 20;

/// Supporting molecules of one kind that lie alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DrawnMolecules {
    /// How they show the junction.
    pub kind: SupportKind,
    /// Bases by which they reach into the 5' partner.
    pub five_bp: u32,
    /// Bases by which they reach into the 3' partner.
    pub three_bp: u32,
    /// How many there are.
    pub count: u32,
}

/// How a molecule shows a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SupportKind {
    /// A read aligned on both sides.
    Split,
    /// A clipped read whose tail fits the other side.
    Clip,
    /// Mates on either side.
    Pair,
}

/// The reads over a junction, base by base, in the direction of the fusion: of each molecule the one that shows most of both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadsAtJunction {
    /// Bases before the junction by majority of the reads; ends at the junction.
    pub left: String,
    /// Inserted bases.
    pub inserted: String,
    /// Bases behind the junction by majority of the reads.
    pub right: String,
    /// One read a molecule, those that begin farthest to the left first.
    pub rows: Vec<ReadRow>,
    /// Molecules with a read over the junction that are not among them.
    pub left_out: u32,
}

/// One read over a junction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ReadRow {
    /// Its name, shortened where it is very long; escaped where it is shown.
    pub name: String,
    /// 1 or 2 of a pair; 0 for a single read.
    pub mate: u8,
    /// `+` where the read was sequenced in the direction of the fusion.
    pub strand: String,
    /// Whether its aligner placed it on both sides.
    pub split: bool,
    /// Bases before the junction; the last one touches it.
    pub left: String,
    /// Bases between the partners.
    pub inserted: String,
    /// Bases behind the junction.
    pub right: String,
}

/// How many more molecules of RNA a kinase has behind a usual break than before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DrawnBalance {
    /// The kinase.
    pub gene: String,
    /// `junction 19|20`.
    pub region: String,
    /// How many times more.
    pub fold: f64,
    /// Lower end of its 95 % interval.
    pub fold_low: f64,
    /// Upper end of its 95 % interval.
    pub fold_high: f64,
    /// Mean molecules across a splice before and behind it.
    pub molecules: (f64, f64),
}

impl Drawings {
    /// The gene of this symbol.
    pub fn gene(&self, symbol: &str) -> Option<&DrawnGene> {
        self.genes.iter().find(|gene| gene.gene == symbol)
    }

    /// What is drawn of a fusion.
    pub fn fusion(&self, id: &str) -> Option<&DrawnFusion> {
        self.fusions.iter().find(|fusion| fusion.id == id)
    }

    /// Puts the domains of the tables on the named transcripts.
    pub fn place_domains(&mut self, knowledge: &Knowledge) {
        for gene in &mut self.genes {
            let own = knowledge.domains().iter().filter(|domain| domain.gene == gene.gene);
            let placed = own.filter_map(|domain| {
                let (first, last) = gene.own_residues(&domain.transcript, (domain.first, domain.last))?;
                Some(DrawnDomain { domain: domain.name.clone(), kind: domain.kind.clone(), first, last })
            });
            gene.domains = placed.collect();
        }
    }
}

impl DrawnGene {
    /// The residues of a domain that is counted on `transcript`, as the named one counts them; `None` where it has none of them.
    fn own_residues(&self, transcript: &str, (first, last): (u32, u32)) -> Option<(u32, u32)> {
        let bare = |id: &str| id.split('.').next().unwrap_or(id).to_owned();
        let whole = self.residues.unwrap_or(u32::MAX);
        if transcript.is_empty() || bare(transcript) == bare(&self.transcript) {
            return (first <= whole).then_some((first, last.min(whole)));
        }
        let other = self.counts.iter().find(|other| bare(&other.transcript) == bare(transcript))?;
        let (from, to) = ((first - 1) * 3, last * 3);
        let mut found: Option<(u32, u32)> = None;
        for &(there, here, length) in &other.shared {
            let (start, end) = (from.max(there), to.min(there + length));
            if start < end {
                let own = (here + (start - there), here + (end - there));
                found = Some(found.map_or(own, |known| (known.0.min(own.0), known.1.max(own.1))));
            }
        }
        found.map(|(start, end)| (start / 3 + 1, end.div_ceil(3)))
    }
}

/// Molecules as the document keeps them: those that lie alike together, and an even choice of too many. Gives how many are left out.
pub fn chosen(molecules: impl IntoIterator<Item = (SupportKind, u32, u32)>) -> (Vec<DrawnMolecules>, u32) {
    let mut alike: BTreeMap<(SupportKind, u32, u32), u32> = BTreeMap::new();
    for molecule in molecules {
        *alike.entry(molecule).or_default() += 1;
    }
    let all: Vec<DrawnMolecules> =
        alike.into_iter().map(|((kind, five_bp, three_bp), count)| DrawnMolecules { kind, five_bp, three_bp, count }).collect();
    if all.len() <= MOST_MOLECULES {
        return (all, 0);
    }
    let total: u32 = all.iter().map(|item| item.count).sum();
    let kept: Vec<DrawnMolecules> = (0..MOST_MOLECULES).map(|at| all[at * all.len() / MOST_MOLECULES].clone()).collect();
    let left_out = total - kept.iter().map(|item| item.count).sum::<u32>();
    (kept, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn gene() -> DrawnGene {
        let counts = vec![OtherResidues { transcript: "NM_B.1".to_owned(), shared: vec![(0, 0, 300), (342, 300, 600)] }];
        DrawnGene { transcript: "NM_A.3".to_owned(), counts, ..fixture::drawn_gene("NTRK3", 300) }
    }

    #[test]
    fn a_domain_on_another_transcript_is_found_by_the_bases_that_both_share() {
        assert_eq!(gene().own_residues("NM_A", (10, 20)), Some((10, 20)));
        assert_eq!(gene().own_residues("NM_B.2", (10, 20)), Some((10, 20)));
        assert_eq!(gene().own_residues("NM_B", (115, 214)), Some((101, 200)), "14 residues of the other are missing here");
        assert_eq!(gene().own_residues("NM_B", (102, 112)), None, "these are the missing ones");
        assert_eq!(gene().own_residues("NM_C", (10, 20)), None);
    }

    #[test]
    fn of_many_molecules_an_even_choice_is_kept_and_the_rest_counted() {
        let (kept, left_out) = chosen((0..300).map(|at| (SupportKind::Pair, at, 7)));
        assert_eq!((kept.len(), left_out), (MOST_MOLECULES, 240));
        let (alike, none) = chosen([(SupportKind::Split, 5, 5); 200]);
        assert_eq!((alike.len(), alike[0].count, none), (1, 200, 0));
    }
}
