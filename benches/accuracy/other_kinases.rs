//! Fusions of kinases that are no target by default: RET keeps its kinase as 3' partner, FGFR3 as 5' partner.

use kinfuse::simulate::Random;

use crate::events::{unlisted, Event, Spliced};
use crate::laboratory::{Laboratory, Model};
use crate::rearranged;

/// What `--targets` names.
pub const TARGETS: &[&str] = &["RET", "FGFR3"];
/// The category of all events.
pub const CATEGORY: &str = "other kinase";
/// Exons of RET before which fusions break: the kinase domain begins in exon 12 (PMID 28447912).
const RET_EXONS: [u32; 3] = [12, 11, 8];
/// Exons of TACC3 with which FGFR3 goes on (PMID 23558953).
const TACC3_EXONS: [u32; 3] = [8, 10, 11];
/// Partners of RET that the laboratory genome has.
const RET_PARTNERS: [&str; 3] = ["CCDC6", "KIF5B", "TRIM24"];
const EVENTS: usize = 40;

/// Exons that become neighbours, by turns: a partner of RET that is known or not, and FGFR3 before TACC3 or another gene.
fn exons<'l>(laboratory: &'l Laboratory, random: &mut Random) -> Vec<[(&'l Model, u32); 2]> {
    let model = |gene: &str| laboratory.models(gene).first().expect("the laboratory has this gene");
    let (ret, fgfr3, tacc3) = (model("RET"), model("FGFR3"), model("TACC3"));
    let others: Vec<&Model> = unlisted(laboratory).into_iter().filter(|other| !TARGETS.contains(&other.gene.as_str())).collect();
    let draw = |index: usize| {
        let other = others[random.below(others.len())];
        let partner = match index % 4 {
            0 => model(RET_PARTNERS[random.below(RET_PARTNERS.len())]),
            2 => tacc3,
            _ => other,
        };
        let inner = partner.exons.len() as u32 - 2;
        if index % 4 < 2 {
            [(partner, 1 + random.below(inner as usize) as u32), (ret, RET_EXONS[random.below(RET_EXONS.len())])]
        } else {
            // The last exon but one ends the kinase domain.
            let exon = if partner.gene == "TACC3" { TACC3_EXONS[random.below(3)] } else { 2 + random.below(inner as usize) as u32 };
            [(fgfr3, fgfr3.exons.len() as u32 - 1), (partner, exon)]
        }
    };
    (0..EVENTS).map(draw).collect()
}

/// Transcripts that join exon edges.
pub fn rna(laboratory: &Laboratory, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "other kinases, rna");
    let spliced = exons(laboratory, &mut random).into_iter().filter_map(|[(five, exon5), (three, exon3)]| {
        Spliced { five, exon5, three, exon3, missing: (0, 0) }.event(laboratory, CATEGORY, "")
    });
    spliced.collect()
}

/// Breaks in the introns between.
pub fn dna(laboratory: &Laboratory, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "other kinases, dna");
    let exons = exons(laboratory, &mut random);
    exons.into_iter().filter_map(|exons| rearranged::between(laboratory, CATEGORY, exons, &mut random)).collect()
}
