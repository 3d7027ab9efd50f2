//! RNA and DNA of one sample: a junction in RNA and the break in DNA that gives it are one finding.
//!
//! ```text
//!   DNA    EML4 exon 13 |--- intron 13 ---X        X--- intron 19 ---| ALK exon 20        a break, implied E13;A20
//!   RNA    EML4 exon 13 ------------------------------------------- ALK exon 20           the junction E13;A20
//! ```
//!
//! A break in DNA gives a junction in RNA when both join the same genes in the same order and the exons of the junction lie on the
//! rearranged molecule: the 5' exon at or before the one in front of the break, the 3' exon at or behind the one that follows it
//! (the nearest ones, or others where splicing skips up to three; a cryptic exon lies in the intron). The finding is then **one row**,
//! the junction's, with evidence `rna+dna`: its counts and positions are those of the RNA, those of the break stand in columns of
//! their own, and the qualities, which rest on different molecules of different libraries, add up. What was flagged only for too
//! little support, or because RNA cannot tell it from transcription that reads through, is no longer doubtful when the sum is
//! enough. The break keeps a row of its own among the candidates, and its breakends in the VCF, under the same event.
//!
//! What contradicts is said and changes nothing: a junction that no break of these genes can give, a junction without a break although
//! the DNA of its intron is informative, a break without a junction although the RNA is.

use std::collections::BTreeSet;

use super::filter::low_support::MIN_FRAGMENTS;
use super::name::exon_at;
use super::score::{MAX_QUALITY, MIN_PASS_QUALITY};
use super::{Flag, Fusion, Material};
use crate::coverage::detectability::{Detectability, Worth};
use crate::model::Role;

/// Agreement or contradiction of the sample's other material (RNA or DNA) with a fusion.
#[derive(Debug, Clone, Default)]
pub struct Agreement {
    /// The break in DNA that gives this junction in RNA.
    pub dna: Option<Box<Fusion>>,
    /// Whether a junction in RNA reports this break in DNA.
    pub told_by_rna: bool,
    /// A contradiction between the two materials, in words.
    pub contradiction: Option<String>,
}

/// Flags that only mean that the support of one material is too little.
const SETTLED: [Flag; 3] = [Flag::LowSupport, Flag::RandomChimera, Flag::ReadThrough];
/// Exons beside a break that splicing may skip, both genes together.
const MAX_SKIPPED: u32 = 3;
/// Flags with which a junction does not count as support for the other material.
const DISQUALIFYING: [Flag; 3] = [Flag::Antisense, Flag::UnplacedPartner, Flag::Homology];

/// Exons next to the junction, 5' first, of one that can be compared.
fn exons(fusion: &Fusion) -> Option<(u32, u32)> {
    let fit = !fusion.flags.iter().any(|flag| DISQUALIFYING.contains(flag)) && fusion.five.gene.is_some() && fusion.three.gene.is_some();
    exon_at(fusion.five.site, Role::Five).zip(exon_at(fusion.three.site, Role::Three)).filter(|_| fit)
}

fn is_of(fusion: &Fusion, material: Material) -> bool {
    fusion.evidence.iter().eq([&material])
}

fn same_genes(x: &Fusion, y: &Fusion) -> bool {
    x.target == y.target && x.five.gene == y.five.gene && x.three.gene == y.three.gene
}

/// Whether a break in DNA can give a junction in RNA.
pub(super) fn gives(dna: &Fusion, rna: &Fusion) -> bool {
    same_genes(dna, rna) && exons(rna).zip(exons(dna)).and_then(|(junction, implied)| skipped(junction, implied)).is_some()
}

/// How many exons splicing skips for a junction of a break that implies another; `None` where that cannot be.
fn skipped((five, three): (u32, u32), (last, first): (u32, u32)) -> Option<u32> {
    let skipped = last.checked_sub(five)?.saturating_add(three.checked_sub(first)?);
    (skipped <= MAX_SKIPPED).then_some(skipped)
}

/// Matches the junctions of RNA with the breaks of DNA; `places` says what either could have shown. Nothing happens where there is
/// only one material.
pub fn settle(fusions: &mut [Fusion], places: &[&Detectability]) {
    let (mut rna, mut dna): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (index, fusion) in fusions.iter().enumerate() {
        if is_of(fusion, Material::Rna) {
            rna.push(index);
        } else if is_of(fusion, Material::Dna) {
            dna.push(index);
        }
    }
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for &junction in &rna {
        let nearest = |index: &usize| {
            let skipped = exons(&fusions[junction]).zip(exons(&fusions[*index])).and_then(|(x, y)| skipped(x, y));
            (std::cmp::Reverse(skipped), (fusions[*index].quality * 10.0).round() as i64, fusions[*index].support.fragments())
        };
        let found = dna.iter().copied().filter(|&index| gives(&fusions[index], &fusions[junction])).max_by_key(nearest);
        let Some(index) = found else { continue };
        let given = fusions[index].clone();
        let fusion = &mut fusions[junction];
        let quality = (fusion.quality + given.quality).min(MAX_QUALITY);
        let enough = quality >= MIN_PASS_QUALITY && fusion.support.fragments() + given.support.fragments() >= MIN_FRAGMENTS;
        let settled = |flag: &Flag| enough && SETTLED.contains(flag);
        // A break that passes keeps its own row if the junction stays flagged.
        if given.passes() && !fusion.flags.iter().all(settled) {
            continue;
        }
        fusion.quality = quality;
        if let Some(terms) = &mut fusion.terms {
            terms.dna_quality = given.quality;
        }
        fusion.flags.retain(|flag| !settled(flag));
        fusion.evidence = BTreeSet::from([Material::Rna, Material::Dna]);
        fusion.agreement.dna = Some(Box::new(given));
        told.insert(index);
    }
    for &index in &told {
        let break_ = &mut fusions[index];
        break_.evidence = BTreeSet::from([Material::Rna, Material::Dna]);
        break_.agreement.told_by_rna = true;
    }
    let contradictions: Vec<(usize, String)> = rna
        .iter()
        .chain(&dna)
        .filter(|&&index| fusions[index].passes() && fusions[index].evidence.len() == 1)
        .filter_map(|&index| Some((index, contradiction(&fusions[index], fusions, places)?)))
        .collect();
    for (index, text) in contradictions {
        fusions[index].agreement.contradiction = Some(text);
    }
}

/// Evidence against a fusion that only one material shows.
fn contradiction(fusion: &Fusion, all: &[Fusion], places: &[&Detectability]) -> Option<String> {
    let (_, first) = exons(fusion)?;
    let (other, name) = match fusion.evidence.first()? {
        Material::Rna => (Material::Dna, "DNA"),
        Material::Dna => (Material::Rna, "RNA"),
    };
    let unlike = all.iter().find(|candidate| is_of(candidate, other) && candidate.passes() && same_genes(candidate, fusion));
    if let Some(unlike) = unlike {
        let junction = unlike.exon_junction.as_deref().unwrap_or("another junction");
        return Some(match other {
            Material::Dna => format!("the break in DNA implies {junction}"),
            Material::Rna => format!("RNA joins {junction}"),
        });
    }
    if fusion.three.gene.as_deref() != Some(fusion.target.as_str()) {
        return None;
    }
    let place = places.iter().find(|place| {
        place.gene == fusion.target && place.exon == first && place.assay.material() == other && place.worth == Worth::Informative
    })?;
    let what = if other == Material::Dna { "break" } else { "junction" };
    Some(format!("{name} shows no such {what}, though {} is informative", place.region))
}
