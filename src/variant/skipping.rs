//! Loss of exon 14 of MET from its transcripts, in RNA: molecules spliced from exon 13 to exon 15 against those that keep exon 14.
//!
//! Splicing errs: of one intron in about 0.7 % of transcripts (Pickrell et al., PLOS Genetics 2010; 6:e1001236). How far MET differs from
//! that mean was found nowhere; a relative variance of 1 is assumed. With a prior of 1 % (about 3 % of adenocarcinomas of the lung have
//! it; of tumours with a fusion, fewer) the same quality and the same three molecules are asked as of every call: 3 of 3, 11 of 100, or 70
//! of 1,000 are called, 1 of 3, 5 of 100 or 30 of 1,000 are not. Where `--normals` show more skipping, theirs is taken.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::assay::DuplicateRule;
use crate::alignment::library::Library;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::scan::leaves_out_flagged;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::genome::Interval;
use crate::model::index::GeneModels;
use crate::stats::{detectable_fraction, jeffreys_share};

use super::call::{at_least, needed, quality, Recurring, MIN_FRAGMENTS, MIN_QUALITY};
use super::noise::Expected;
use super::pileup::MIN_MAPQ;
use super::splice::EXON;
use super::{Variant, VariantFlag, VariantStatus};

/// The event as it is named in files.
pub const NAME: &str = "exon 14 skipping";
/// How a VCF writes a deletion whose bases it does not list.
const LEFT_OUT: &[u8] = b"<DEL>";
/// Chance that a transcript lacks an exon by error, and the relative variance of that.
const ERROR: (f64, f64) = (0.007, 1.0);
/// Chance that a tested sample has lost the exon.
const PRIOR: f64 = 0.01;
/// Precision, in bases, with which an aligner places the end of a piece.
const NEAR_BP: u32 = 4;
/// Molecules below which a share says little.
const MIN_DEPTH: u32 = 20;

/// Which splices of exons 13, 14 and 15 a fragment shows.
#[derive(Debug, Clone, Copy, Default)]
struct Exon14Splices {
    into: bool,
    out: bool,
    past: bool,
}

/// What the transcripts show; `None` where the gene has no model with these exons.
///
/// # Errors
/// When the file cannot be read.
pub fn read(library: &Library, models: &GeneModels, recurring: Option<Recurring>) -> Result<Option<Variant>> {
    let Some(gene) = models.find(EXON.0) else { return Ok(None) };
    let Some((transcript, strand)) = gene.transcript.as_ref().zip(gene.strand) else { return Ok(None) };
    let exon = |number: u32| transcript.exon(number).map(|exon| (exon.start, exon.end));
    let (Some(before), Some(within), Some(after)) = (exon(EXON.1 - 1), exon(EXON.1), exon(EXON.1 + 1)) else { return Ok(None) };
    // In the order of the genome.
    let [low, middle, high] = if before.0 < after.0 { [before, within, after] } else { [after, within, before] };
    let mut found: FxHashMap<FragmentId, Exon14Splices> = FxHashMap::default();
    let mut slim: Vec<ReadRecord> = Vec::new();
    let mut flagged: FxHashSet<FragmentId> = FxHashSet::default();
    let near = |x: u32, y: u32| x.abs_diff(y) <= NEAR_BP;
    let around = Interval { contig: gene.contig(), start: low.1.saturating_sub(1), end: high.0 + 1 };
    library.reader()?.visit(around, |record, lane| {
        let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, library.assay.umi.as_ref()) else { return };
        if view.duplicate && leaves_out_flagged(library.assay.duplicates) {
            flagged.insert(lane.fragment(view.fragment));
            return;
        }
        let Some(&first) = view.pieces.first() else { return };
        // An aligner that does not splice writes the other exon as a further alignment.
        let all = view.pieces.iter().chain(view.elsewhere.iter().flatten());
        let mut pieces: Vec<(u32, u32)> = all
            .filter(|piece| piece.contig == first.contig && piece.strand == first.strand && piece.mapq >= MIN_MAPQ)
            .map(|piece| (piece.start, piece.end))
            .collect();
        pieces.sort_unstable();
        let mut shown = Exon14Splices::default();
        for pair in pieces.windows(2) {
            let joins = |x: (u32, u32), y: (u32, u32)| near(pair[0].1, x.1) && near(pair[1].0, y.0);
            shown.past |= joins(low, high);
            shown.into |= joins(low, middle);
            shown.out |= joins(middle, high);
        }
        if shown.past || shown.into || shown.out {
            view.fragment = lane.fragment(view.fragment);
            let sum = found.entry(view.fragment).or_default();
            *sum = Exon14Splices { into: sum.into | shown.into, out: sum.out | shown.out, past: sum.past | shown.past };
            slim.push(view);
        }
    })?;
    found.retain(|fragment, _| !flagged.contains(fragment));
    let copies = Molecules::group(&slim, if counts_copies(library) { library.assay.duplicates } else { DuplicateRule::Keep });
    let count = |which: fn(&Exon14Splices) -> bool| {
        let shown = found.iter().filter(|(_, splices)| which(splices)).map(|(fragment, _)| copies.of(*fragment));
        shown.collect::<FxHashSet<FragmentId>>().len() as u32
    };
    // A transcript that keeps the exon can be seen at either end of it, one that lacks it at one place only.
    let kept = count(|splices| splices.into && !splices.past).max(count(|splices| splices.out && !splices.past));
    // Placed as a deletion in a VCF: at the base before the exon.
    let place = Variant {
        left_out_bp: Some(middle.1 - middle.0),
        ..Variant::blank(&gene.symbol, transcript.literature_id(), 0, gene.contig(), middle.0.saturating_sub(1))
    };
    let range = |end: u32| transcript.hgvs_position(end, strand);
    let (first, last) = if before.0 < after.0 { (middle.0, middle.1 - 1) } else { (middle.1 - 1, middle.0) };
    let hgvs = range(first).zip(range(last)).map(|(first, last)| format!("r.{first}_{last}del"));
    Ok(Some(judged(place, hgvs, count(|splices| splices.past), kept, recurring)))
}

fn counts_copies(library: &Library) -> bool {
    matches!(library.assay.duplicates, DuplicateRule::Umi | DuplicateRule::Position)
}

/// The line for so many molecules without and with the exon.
fn judged(place: Variant, hgvs: Option<String>, without: u32, kept: u32, recurring: Option<Recurring>) -> Variant {
    let depth = without + kept;
    let expected = at_least(Expected { depth, rate: ERROR.0, variance: ERROR.1 }, recurring);
    let quality = quality(without, expected, PRIOR);
    let least = needed(expected, PRIOR);
    let named = Variant {
        hgvs_p: NAME.to_owned(),
        depth,
        alt_fragments: without,
        error_rate: Some(expected.rate),
        error_variance: Some(expected.variance),
        min_fragments: Some(least),
        ..place
    };
    if depth < MIN_FRAGMENTS {
        return Variant { note: "fewer than three molecules are spliced at exon 14".to_owned(), ..named };
    }
    let called = without >= MIN_FRAGMENTS && quality >= MIN_QUALITY;
    Variant {
        hgvs_c: hgvs.filter(|_| called),
        alternative: if called { LEFT_OUT.to_vec() } else { Vec::new() },
        share: jeffreys_share(u64::from(without), u64::from(depth)),
        quality: if called { quality } else { 0.0 },
        flags: (called && depth < MIN_DEPTH).then_some(VariantFlag::LowDepth).into_iter().collect(),
        status: if called { VariantStatus::Called } else { VariantStatus::NotSeen },
        lod95: detectable_fraction(u64::from(least), u64::from(depth)),
        note: format!(
            "{without} molecules without exon 14, {kept} with it; errors of splicing alone leave it out of {:.1} %",
            expected.rate * 100.0
        ),
        ..named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;

    fn line(without: u32, kept: u32, recurring: Option<Recurring>) -> Variant {
        judged(Variant::blank("MET", "T", 0, ContigId(0), 0), Some("r.1_9del".to_owned()), without, kept, recurring)
    }

    #[test]
    fn what_errors_of_splicing_explain_is_not_called() {
        let called = |without: u32, kept: u32| line(without, kept, None).status;
        for (without, kept) in [(3, 0), (11, 89), (70, 930), (40, 10)] {
            assert_eq!(called(without, kept), VariantStatus::Called, "{without} of {}", without + kept);
        }
        for (without, kept) in [(1, 2), (5, 95), (30, 970), (0, 50)] {
            assert_eq!(called(without, kept), VariantStatus::NotSeen, "{without} of {}", without + kept);
        }
        assert_eq!(called(2, 0), VariantStatus::NotCovered);
        let few = line(3, 2, None);
        assert!(few.flags.contains(&VariantFlag::LowDepth) && few.hgvs_c.as_deref() == Some("r.1_9del"));
    }

    #[test]
    fn more_skipping_in_normal_samples_raises_what_is_asked() {
        let normals = Recurring { rate: 0.05, variance: 0.2, samples: (10, 10) };
        assert_eq!(line(11, 89, Some(normals)).status, VariantStatus::NotSeen);
        assert_eq!(line(60, 40, Some(normals)).status, VariantStatus::Called);
    }
}
