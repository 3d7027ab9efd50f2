//! Whether the stated quality holds: true junctions and chimeras of all kinds that can be mistaken for each other, in a stated mix.
//!
//! A chimera that joins two exon edges looks to the base like a weak fusion: only how often either comes tells them apart, and no
//! simulation of this size has enough of the rare ones. So each kind is simulated once, beside the 200 chimeras of a negative sample,
//! and what is called counts twice: as a fusion, as often as tested samples have one of this kind, and as a chimera, as often as this
//! many chimeras give one. Chimeras that were simulated as such count as often as they came. The mix, for one kinase of one sample and
//! each number of fragments:
//!
//! ```text
//!                                                        fusions   of the kinase's chimeras
//! RNA  listed junction                                   20 in a thousand    1 in a million (a pair of edges among all)
//!      listed gene, other exon edges                      5                  1 in 500 (genes) of 1 in 500 (edges)
//!      listed gene, one exon edge                         0.5                1 in 500 of 1 in 20
//!      other gene, exon edges                             2                  1 in 500
//!      other gene, one exon edge                          0.5                1 in 20
//!      other gene, off the edges                          0.5                all
//! DNA  introns of a listed pair                          20                  1 in 4000 (a thousandth of the genome, one chimera in four)
//!      intron of another gene                             2                  1 in 8 (half of the genome, one in four)
//!      no gene                                            2                  1 in 4
//! each further fragment: RNA 1 in 1000 where a read shows the junction, 3 in 100 where mates span it; DNA 3 in 10,000 and 5 in 1000
//! ```
//!
//! These frequencies are those that the quality's model takes as true (`fusion/score.rs` has their sources): the curve says whether the
//! reads of each kind come out as that kind, with all their fragments and the noise beside them, not whether the frequencies are right. Of
//! chimeras that come as they may, the negative samples tell.

use std::collections::BTreeMap;

use kinfuse::evaluate::result::{EventRow, QualityRow};
use kinfuse::simulate::reads::CrossingKind;
use kinfuse::simulate::{Random, Sampler, SimulatedFragment};
use kinfuse::stats::from_phred;

use crate::events::{unlisted, Event, Spliced, KINASE_EXONS};
use crate::laboratory::{table, Laboratory, Model};
use crate::negatives;
use crate::rearranged;
use crate::sets::{anchor_bp, crossing, library, transcriptome, Reads, Sample, Set, Spec};

/// Negative samples whose chimeras are shared out.
const BATCHES: usize = 10;
/// Depth of the unbroken chromosomes beside a break: it decides nothing here.
const DEPTH: f64 = 50.0;

/// What junctions and chimeras both can look like.
struct Kind {
    text: &'static str,
    /// Fusions of one kinase in one tested sample.
    fusions: f64,
    /// Share of the kinase's chimeras.
    chimeras: f64,
    /// Numbers of fragments, each with how many samples.
    samples: &'static [(u32, usize)],
}

#[rustfmt::skip]
const RNA: [Kind; 6] = [
    Kind { text: "listed junction", fusions: 0.02, chimeras: 1e-6, samples: &[(1, 50), (2, 10)] },
    Kind { text: "listed gene, other exon edges", fusions: 0.005, chimeras: 1.0 / 500.0 / 500.0, samples: &[(1, 80), (2, 10)] },
    Kind { text: "listed gene, one exon edge", fusions: 0.0005, chimeras: 1.0 / 500.0 / 20.0, samples: &[(1, 10), (2, 90)] },
    Kind { text: "other gene, exon edges", fusions: 0.002, chimeras: 1.0 / 500.0, samples: &[(1, 10), (2, 80), (3, 10)] },
    Kind { text: "other gene, one exon edge", fusions: 0.0005, chimeras: 1.0 / 20.0, samples: &[(2, 10), (3, 90)] },
    Kind { text: "other gene, off the edges", fusions: 0.0005, chimeras: 1.0, samples: &[(2, 10), (3, 70), (4, 10)] },
];

#[rustfmt::skip]
const DNA: [Kind; 3] = [
    Kind { text: "introns of a listed pair", fusions: 0.02, chimeras: 1.0 / 4000.0, samples: &[(1, 30), (2, 120)] },
    Kind { text: "intron of another gene", fusions: 0.002, chimeras: 1.0 / 8.0, samples: &[(2, 50), (3, 100), (4, 20)] },
    Kind { text: "no gene", fusions: 0.002, chimeras: 1.0 / 4.0, samples: &[(2, 30), (3, 110), (4, 20)] },
];

/// How often a sample of the mix is what was simulated, and how often a chimera that looks the same.
#[derive(Clone, Copy)]
pub struct Weights {
    pub fusion: f64,
    pub chimera: f64,
}

/// How much rarer a further fragment is for a chimera.
fn rarity(material: &str, further: CrossingKind) -> f64 {
    match (material, further) {
        ("rna", CrossingKind::Split) => 1e-3,
        ("rna", CrossingKind::Pair) => 0.03,
        (_, CrossingKind::Split) => 3e-4,
        (_, CrossingKind::Pair) => 5e-3,
    }
}

/// The set of one material, with the weight of each sample.
pub fn mix(laboratory: &Laboratory, spec: &Spec, seed: u64) -> Set {
    let mut reads = Reads::new(laboratory, spec, seed);
    let mut sampler = Sampler::new(library(spec.layout), "r", seed);
    let mut random = Random::for_purpose(seed, spec.name);
    let is_rna = spec.material == "rna";
    let kinds: &[Kind] = if is_rna { &RNA } else { &DNA };
    if is_rna {
        transcriptome(laboratory, &mut reads, &mut sampler, (150, 25));
    }
    let chimeras: Vec<BTreeMap<&str, usize>> = (0..BATCHES)
        .map(|batch| negatives::chimeras(laboratory, spec, &format!("N{batch}"), &mut reads, &mut sampler, &mut random))
        .collect();
    let facts = table(&laboratory.shared.join("facts/fusions.tsv"));
    let mut samples = Vec::new();
    for kind in kinds {
        for &(fragments, count) in kind.samples {
            for _ in 0..count {
                let event = draw(laboratory, &facts, kind.text, &mut random);
                let name = format!("Q{}", samples.len());
                let background = if is_rna { "bg".to_owned() } else { format!("B{}", samples.len()) };
                for molecule in &event.wild_type {
                    reads.add(&background, sampler.to_depth(molecule, DEPTH));
                }
                let shown = crossing(&mut sampler, &event.molecule, event.at, spec.material, fragments);
                let batch = samples.len() % BATCHES;
                let of_kinase = chimeras[batch].get(event.partners[1].gene.as_str()).copied().unwrap_or(0) as f64;
                let weights = Weights {
                    fusion: kind.fusions / count as f64,
                    chimera: of_kinase * kind.chimeras * further(&shown, &event, spec.material) / count as f64,
                };
                reads.add(&name, shown);
                let truths = event.truths(laboratory, &name, spec.material, Some(fragments));
                let parts = vec![background, name.clone(), format!("N{batch}")];
                samples.push(Sample { name, parts, truths, is_negative: false, weights: Some(weights) });
            }
        }
    }
    Set { name: spec.name, material: spec.material, aligner: spec.aligner, reads: reads.finish(), samples, targets: spec.targets }
}

/// The rarity of all fragments but the first; a read that shows the break comes first.
fn further(fragments: &[SimulatedFragment<'_>], event: &Event, material: &str) -> f64 {
    let crossings = fragments.iter().filter_map(|fragment| fragment.crosses(event.at.0, event.at.1, anchor_bp(material)));
    let (shown, spanned): (Vec<CrossingKind>, Vec<CrossingKind>) = crossings.partition(|crossing| *crossing == CrossingKind::Split);
    shown.into_iter().chain(spanned).skip(1).map(|crossing| rarity(material, crossing)).product()
}

/// A junction of a kind.
fn draw(laboratory: &Laboratory, facts: &[BTreeMap<String, String>], kind: &'static str, random: &mut Random) -> Event {
    loop {
        let event = match kind {
            "introns of a listed pair" => rearranged::listed(laboratory, kind, random),
            "intron of another gene" => rearranged::in_another_gene(laboratory, kind, random),
            "no gene" => rearranged::without_gene(laboratory, kind, random),
            _ => spliced(laboratory, facts, kind, random),
        };
        if let Some(event) = event {
            return event;
        }
    }
}

/// A junction of two transcripts.
fn spliced(laboratory: &Laboratory, facts: &[BTreeMap<String, String>], kind: &'static str, random: &mut Random) -> Option<Event> {
    let row = &facts[random.below(facts.len())];
    let (five, kinase): (&Model, &str) = if kind.starts_with("listed") {
        (laboratory.models(&row["gene5"]).first()?, &row["gene3"])
    } else {
        let genes = unlisted(laboratory);
        (genes[random.below(genes.len())], KINASE_EXONS[random.below(KINASE_EXONS.len())].0)
    };
    let (_, exons) = KINASE_EXONS.iter().find(|(gene, _)| *gene == kinase)?;
    let (mut exon5, mut exon3) = (five.exons[random.below(five.exons.len() - 1)].0, exons[random.below(exons.len())]);
    let is_listed = |row: &BTreeMap<String, String>| {
        row["gene5"] == five.gene && row["gene3"] == *kinase && row["exon5"] == exon5.to_string() && row["exon3"] == exon3.to_string()
    };
    let beside = |random: &mut Random| 4 + random.below(36) as i64;
    let missing = match kind {
        "listed junction" => {
            let plain =
                row["breakpoint_class"] == "exon-exon" && row["junction5_hg38"].contains(':') && row["junction3_hg38"].contains(':');
            (exon5, exon3) = (row["exon5"].parse().ok().filter(|_| plain)?, row["exon3"].parse().ok()?);
            (0, 0)
        }
        _ if facts.iter().any(is_listed) => return None,
        _ if kind.ends_with("one exon edge") => [(beside(random), 0), (0, beside(random))][random.below(2)],
        _ if kind.ends_with("off the edges") => (beside(random), beside(random)),
        _ => (0, 0),
    };
    let three = laboratory.models(kinase).first()?;
    Spliced { five, exon5, three, exon3, missing }.event(laboratory, kind, "")
}

/// Sums over the candidates of one bin of quality.
#[derive(Clone, Copy, Default)]
pub struct Bin {
    /// Rows that are fusion or chimera, as one weighs them.
    pub simulated: u64,
    /// Rows that are chimeras simulated as such.
    pub chimeras: u64,
    /// Weight of all.
    pub weight: f64,
    /// Of that, what is false.
    pub false_weight: f64,
    /// Weight times stated error.
    pub stated: f64,
}

impl Bin {
    /// The candidates of a set in the bin of the evaluation that `row` is.
    pub fn new(row: &QualityRow, events: &[EventRow], weights: &BTreeMap<String, Weights>) -> Self {
        let mut bin = Self { chimeras: row.observed.yes, ..Self::default() };
        let mut stated_of_chimeras = row.stated.unwrap_or(0.0) * row.observed.of as f64;
        let within = |qual: f64| qual >= row.from && row.to.is_none_or(|to| qual < to);
        for event in events {
            let (Some(qual), Some(weights)) = (event.qual.filter(|&qual| within(qual)), weights.get(&event.sample)) else { continue };
            let weight = weights.fusion + weights.chimera;
            bin.simulated += 1;
            bin.weight += weight;
            bin.false_weight += weights.chimera;
            bin.stated += weight * from_phred(qual);
            stated_of_chimeras -= from_phred(qual);
        }
        let of_each = 1.0 / (weights.len() * KINASE_EXONS.len()) as f64;
        bin.weight += of_each * bin.chimeras as f64;
        bin.false_weight += of_each * bin.chimeras as f64;
        bin.stated += of_each * stated_of_chimeras.max(0.0);
        bin
    }

    /// Both bins as one.
    pub fn plus(self, other: Self) -> Self {
        Self {
            simulated: self.simulated + other.simulated,
            chimeras: self.chimeras + other.chimeras,
            weight: self.weight + other.weight,
            false_weight: self.false_weight + other.false_weight,
            stated: self.stated + other.stated,
        }
    }
}
