//! The truth of one sample as VCF, by the writer of `kinfuse call`, so that the two can be compared record by record.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::error::Result;
use crate::fusion::{Agreement, Frame, Fusion, KnownTier, Material, Partner, Support, Unit};
use crate::model::{Gene, Role};
use crate::report::output::Outputs;
use crate::report::vcf::{self, VcfCalls};
use crate::stats::jeffreys_share;
use crate::variant::{Variant, VariantStatus};

use super::compose::{Composition, PlacedJunction, PlacedMutation};
use super::rearrangement::Ground;
use super::truth::{TruthEvent, TruthRow};

/// The truth is no guess: the largest quality that is written.
const CERTAIN: f64 = 9_999.0;

/// Writes `vcf.gz` and its index. `rows` are those of the junctions of the composition, then those of its mutations.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    outputs: &mut Outputs,
    sample: &str,
    composition: &Composition,
    rows: &[(TruthRow, TruthEvent)],
    ground: &Ground,
) -> Result<()> {
    let of_junctions = composition.junctions.iter().zip(rows);
    let fusions: Vec<Fusion> = of_junctions.map(|(junction, (row, event))| fusion(junction, row, event, ground)).collect();
    let of_mutations = composition.mutations.iter().zip(rows.iter().skip(composition.junctions.len()));
    let mut variants: Vec<Variant> = Vec::new();
    for (mutation, (row, event)) in of_mutations {
        let variant = variant(mutation, row, event, ground);
        // One change in cis and in trans is one record.
        let known = variants
            .iter_mut()
            .find(|known| (known.contig, known.position, &known.alternative) == (variant.contig, variant.position, &variant.alternative));
        match known {
            Some(known) => known.phase = format!("{},{}", known.phase, variant.phase),
            None => variants.push(variant),
        }
    }
    let contigs = ground.reference.contigs();
    let calls = VcfCalls {
        sample,
        contigs,
        assembly: contigs.assembly(),
        fusions: &fusions,
        variants: &variants,
        reference_base: &|contig, position| Some(ground.reference.base(contig, position)).filter(|base| *base != b'N'),
    };
    calls.with_source(|source, _| vcf::write(outputs, source))
}

fn fusion(placed: &PlacedJunction, row: &TruthRow, event: &TruthEvent, ground: &Ground) -> Fusion {
    let broken = &placed.broken;
    let partner = |index: usize, role: Role| {
        let end = broken.ends[index];
        let gene: Option<&Gene> = broken.genes[index];
        let strand = gene.and_then(|gene| gene.strand).unwrap_or_else(|| role.strand(end.side));
        let transcript = gene.and_then(|gene| gene.transcript.as_ref());
        Partner {
            gene: gene.map(|gene| gene.symbol.clone()),
            transcript: transcript.map(|transcript| transcript.literature_id().to_owned()),
            breakend: end,
            site: transcript.map(|transcript| transcript.site(end.boundary, strand, role)),
        }
    };
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (five, three) = (partner(0, Role::Five), partner(1, Role::Three));
    let kinase = if broken.five_is_kinase { &five } else { &three };
    let material = if ground.in_dna { Material::Dna } else { Material::Rna };
    // No molecule of the sample has the place unbroken where none was counted.
    let (against, at_partner) = (row.against.unwrap_or(0), row.against_at_partner.unwrap_or(0));
    let fragments = row.seen.fragments();
    Fusion {
        id: event.event.clone(),
        target: kinase.gene.clone().unwrap_or_default(),
        agreement: Agreement::default(),
        naming: crate::fusion::naming::Naming::default(),
        description: crate::fusion::Description::default(),
        five,
        three,
        junction: broken.junction(),
        slack_bp: 0,
        exon_junction: text(&row.exon_junction),
        variant: text(&row.variant),
        known: if row.variant.is_empty() { KnownTier::Kinase } else { KnownTier::Variant },
        frame: Frame::Unknown("simulated"),
        kinase_domain: None,
        evidence: BTreeSet::from([material]),
        support: Support { split: row.seen.split, pair: row.seen.pair, clip: 0 },
        witnesses: Arc::default(),
        unit: Unit::Fragments,
        depth5: if broken.five_is_kinase { against } else { at_partner },
        depth3: if broken.five_is_kinase { at_partner } else { against },
        crossing: fragments,
        allele_fraction: jeffreys_share(u64::from(fragments), u64::from(fragments) + u64::from(against)),
        quality: CERTAIN,
        terms: None,
        flags: BTreeSet::new(),
        event: format!("E{}{}", placed.event + 1, if placed.is_reciprocal { "r" } else { "" }),
        insertion: broken.insertion.clone(),
        hgvs: None,
        vicc: None,
        consensus: None,
    }
}

fn variant(placed: &PlacedMutation, row: &TruthRow, event: &TruthEvent, ground: &Ground) -> Variant {
    let change = &placed.change;
    let gene = ground.models.at(change.contig, change.position).first().copied();
    let against = row.against.unwrap_or(0);
    let shown = row.seen.fragments();
    let symbol = gene.map(|gene| gene.symbol.as_str()).unwrap_or_default();
    let transcript = gene.and_then(|gene| gene.transcript.as_ref()).map(crate::model::Transcript::literature_id).unwrap_or_default();
    Variant {
        hgvs_p: change.name.split_once(" p.").map(|(_, change)| format!("p.{change}")).unwrap_or_default(),
        reference: change.reference.clone(),
        alternative: change.alternative.clone(),
        depth: shown + against,
        alt_fragments: shown,
        share: jeffreys_share(u64::from(shown), u64::from(shown) + u64::from(against)),
        quality: CERTAIN,
        phase: event.phase.clone(),
        status: VariantStatus::Called,
        ..Variant::blank(symbol, transcript, 0, change.contig, change.position)
    }
}
