//! Where each kinase breaks: the intron in DNA, the exon junction in RNA.
//!
//! ```text
//!   DNA    exon 19 |------ intron 19 ------| exon 20      a break anywhere in the intron gives the same transcript
//!   RNA    partner ............. junction 19|20 ......    the partner's exon takes the place of exon 19
//! ```

use std::collections::{BTreeMap, BTreeSet};

use crate::genome::{Breakend, Interval};
use crate::knowledge::{Knowledge, KnownEnd5};
use crate::material::Material;
use crate::model::{Gene, Role};

/// Exons (on the literature's transcript) with which the kinase's part of a fusion transcript usually begins; DNA breaks in the
/// introns before them. A negative is judged by them: rather one too many. They are those of the verified junctions of
/// `knowledge/tables/fusions.tsv`, without those of which one or two cases are listed beside many others (ALK 17-19, NTRK1 5 and 14), as
/// a test holds; ROS1 33: no junction, but DNA breaks lie between exons 32 and 34 (DOI:10.3389/fcell.2022.1035033); NTRK1 13 and
/// NTRK2 17: no source that was read names one, but a fusion there keeps the kinase whole.
const USUAL_FIRST_EXONS: [(&str, &[u32]); 5] =
    [("ALK", &[20]), ("ROS1", &[32, 33, 34, 35, 36]), ("NTRK1", &[8, 9, 10, 11, 12, 13]), ("NTRK2", &[15, 16, 17]), ("NTRK3", &[14, 15])];

/// The exons with which the kinase's part of a fusion usually begins.
fn usual_first_exons(kinase: &str) -> Option<&'static [u32]> {
    USUAL_FIRST_EXONS.iter().find(|(symbol, _)| *symbol == kinase).map(|(_, exons)| *exons)
}

/// One place at which a kinase breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakRegion {
    /// First exon of the kinase's part.
    pub exon: u32,
    /// The intron before it.
    pub intron: Interval,
    /// The exon's start, as a junction in RNA keeps it.
    pub edge: Breakend,
    /// Whether fusions usually break here; the others are listed in the tables but seldom.
    pub usual: bool,
}

impl BreakRegion {
    /// `intron 19` or `junction 19|20`.
    pub fn name(&self, material: Material) -> String {
        let before = self.exon - 1;
        match material {
            Material::Dna => format!("intron {before}"),
            Material::Rna => format!("junction {before}|{}", self.exon),
        }
    }
}

/// The places at which a kinase breaks, in the order of its transcript: the usual ones and those that the tables list.
pub fn break_regions(gene: &Gene, knowledge: &Knowledge) -> Vec<BreakRegion> {
    let (Some(transcript), Some(strand)) = (gene.transcript.as_ref(), gene.strand) else { return Vec::new() };
    let usual = usual_first_exons(&gene.symbol).unwrap_or_default();
    let listed = knowledge.fusions().iter().filter(|known| known.gene3 == gene.symbol && known.verified);
    let exons: BTreeSet<u32> =
        listed.filter_map(|known| known.three.as_ref()).map(|three| three.number).chain(usual.iter().copied()).collect();
    exons
        .into_iter()
        .filter_map(|exon| {
            let (before, first) = (transcript.exon(exon.checked_sub(1)?)?, transcript.exon(exon)?);
            let intron = Interval { contig: gene.contig(), start: before.end.min(first.end), end: before.start.max(first.start) };
            let edge = Breakend::new(gene.contig(), transcript.splice_edge(exon, strand, Role::Three)?, Role::Three.side(strand));
            (intron.start < intron.end).then_some(BreakRegion { exon, intron, edge, usual: usual.contains(&exon) })
        })
        .collect()
}

/// The stretches in which a kinase usually breaks, on DNA; in RNA the exons of the kinase's part.
pub fn usual_regions(gene: &Gene, material: Material) -> Vec<Interval> {
    let Some(transcript) = gene.transcript.as_ref() else { return vec![gene.span] };
    let Some(usual @ [first, ..]) = usual_first_exons(&gene.symbol) else { return vec![gene.span] };
    let interval = |start: u32, end: u32| Interval { contig: gene.contig(), start, end };
    match material {
        Material::Rna => transcript.exons.iter().filter(|exon| exon.number >= *first).map(|exon| interval(exon.start, exon.end)).collect(),
        Material::Dna => usual
            .iter()
            .filter_map(|&number| Some((transcript.exon(number.checked_sub(1)?)?, transcript.exon(number)?)))
            .map(|(before, after)| interval(before.end.min(after.end), before.start.max(after.start)))
            .collect(),
    }
}

/// The exons of the known 5' partners of a kinase after which their part of the fusion ends, by gene.
pub fn partner_exons(kinase: &str, knowledge: &Knowledge) -> BTreeMap<String, BTreeSet<u32>> {
    let mut exons: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for known in knowledge.fusions().iter().filter(|known| known.gene3 == kinase && known.verified) {
        if let Some(KnownEnd5::Exon { number, .. }) = known.five {
            exons.entry(known.gene5.clone()).or_default().insert(number);
        }
    }
    exons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Assembly, Contigs};
    use crate::model::index::GeneModels;

    #[test]
    fn fusions_usually_begin_at_least_where_verified_junctions_do() {
        let knowledge = Knowledge::builtin();
        for known in knowledge.fusions().iter().filter(|known| known.confidence == "verified") {
            let Some(exon) = known.three.as_ref().map(|three| three.number) else { continue };
            let usual = usual_first_exons(&known.gene3).unwrap_or_default();
            assert!(usual.contains(&exon) || (known.gene3 == "NTRK1" && [5, 14].contains(&exon)), "{} {exon}", known.gene3);
        }
    }

    #[test]
    fn a_negative_asks_for_every_intron_before_the_whole_kinase() {
        let models = GeneModels::builtin(Assembly::Grch38, &Contigs::chromosomes());
        for (kinase, expected) in [("NTRK1", 8..=13), ("NTRK2", 15..=17)] {
            let regions = break_regions(models.find(kinase).expect("a built-in gene"), &Knowledge::builtin());
            let usual: Vec<u32> = regions.iter().filter(|region| region.usual).map(|region| region.exon).collect();
            assert_eq!(usual, expected.collect::<Vec<u32>>(), "{kinase}");
        }
    }

    #[test]
    fn intron_19_of_alk_is_where_the_facts_put_it() {
        let contigs = Contigs::new([("chr2".to_owned(), 242_193_529), ("chr6".to_owned(), 170_805_979)]);
        let models = GeneModels::builtin(Assembly::Grch38, &contigs);
        let knowledge = Knowledge::builtin();
        let alk = break_regions(models.find("ALK").expect("a built-in gene"), &knowledge);
        let usual: Vec<&BreakRegion> = alk.iter().filter(|region| region.usual).collect();
        assert_eq!(usual.len(), 1);
        // 1-based 29223529-29225460, 1,932 bases.
        assert_eq!((usual[0].intron.start + 1, usual[0].intron.end), (29_223_529, 29_225_460));
        assert_eq!(usual[0].name(Material::Rna), "junction 19|20");
        assert!(alk.iter().any(|region| region.exon == 18 && !region.usual));
        let ros1 = break_regions(models.find("ROS1").expect("a built-in gene"), &knowledge);
        assert_eq!(ros1.iter().filter(|region| region.usual).map(|region| region.intron.length_bp()).sum::<u32>(), 16_612);
        assert!(partner_exons("ALK", &knowledge)["EML4"].contains(&13));
    }
}
