//! Copy gain of genes by which tumours evade a drug, against the other genes of the same sample.
//!
//! The depth of a gene is the median over its coding exons of the reads a base. Controls are all other genes with a model that the
//! assay covers. How far these differ among each other (capture, GC) says how far any gene may differ without a gain:
//!
//! ```text
//!   ratio     = depth of the gene / median depth of the controls
//!   interval  = ratio * 2^(+-1.96 s sqrt(1 + 1.57 / n))      s: spread of the controls' log2 depths (1.4826 MAD), n controls
//! ```
//!
//! Without a panel of normals nothing finer can be said. Only for DNA that was not amplified by primers, with enough controls; else the
//! reason is given. The ratio is that of the sample, tumour and normal cells together.

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::assay::AssayKind;
use crate::alignment::library::Library;
use crate::alignment::read::{end, usable, RecordKind};
use crate::alignment::tile;
use crate::error::Result;
use crate::genome::Interval;
use crate::model::index::GeneModels;
use crate::model::Gene;
use crate::stats::median;

/// Genes whose gain the clinical guides name.
pub const GENES: [&str; 5] = ["MET", "KIT", "ALK", "EGFR", "KRAS"];
/// Depth from which an exon is covered.
const MIN_DEPTH: f64 = 20.0;
/// Share of a gene's exons that must be covered.
const MIN_COVERED_FRAC: f64 = 0.5;
/// Fewest control genes.
const MIN_CONTROLS: usize = 8;
/// Spread that is assumed at least: a fifth of a doubling.
const MIN_SPREAD: f64 = 0.1;
/// Mapping quality from which a read counts.
const MIN_MAPQ: u8 = 10;

/// What a gene's depth says.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// HGNC symbol.
    pub symbol: String,
    /// Ratio to the controls with its 95 % interval, or why there is none.
    pub ratio: std::result::Result<(f64, f64, f64), String>,
    /// Number of control genes.
    pub controls: usize,
}

/// Measures the genes of [`GENES`].
///
/// # Errors
/// When the file cannot be read.
pub fn measure(pool: &ThreadPool, library: &Library, models: &GeneModels) -> Result<Vec<Gain>> {
    let refused = match library.assay.kind {
        AssayKind::Dna | AssayKind::Cfdna => None,
        AssayKind::DnaAmplicon => Some("depth between primers says nothing of copies"),
        AssayKind::Rna | AssayKind::RnaAmplicon => Some("RNA: depth is expression"),
    };
    let absent = |symbol: &&str, why: &str| Gain { symbol: (*symbol).to_owned(), ratio: Err(why.to_owned()), controls: 0 };
    if let Some(why) = refused {
        return Ok(GENES.iter().map(|symbol| absent(symbol, why)).collect());
    }
    // A GTF may bring thousands of genes, the built-in ones are enough.
    let builtin: FxHashSet<&str> = crate::model::builtin::symbols().into_iter().collect();
    let genes: Vec<(&Gene, Vec<Interval>)> =
        models.iter().filter(|gene| builtin.contains(gene.symbol.as_str())).filter_map(|gene| Some((gene, exons(gene)?))).collect();
    let jobs: Vec<(usize, Interval)> =
        genes.iter().enumerate().flat_map(|(at, (_, exons))| exons.iter().map(move |exon| (at, *exon))).collect();
    let depths = tile::run(
        pool,
        jobs.len(),
        || library.reader(),
        |reader, index| {
            let exon = jobs[index].1;
            let mut bases = 0u64;
            reader.visit(exon, |record, _| {
                let counts =
                    usable(record).is_ok_and(|kind| kind == RecordKind::Primary) && !record.is_duplicate() && record.mapq() >= MIN_MAPQ;
                if counts {
                    let (start, end) = (record.pos().max(0) as u32, end(record));
                    bases += u64::from(end.min(exon.end).saturating_sub(start.max(exon.start)));
                }
            })?;
            Ok(bases as f64 / f64::from(exon.length_bp().max(1)))
        },
    )?;
    let mut by_gene: Vec<Vec<f64>> = genes.iter().map(|_| Vec::new()).collect();
    for ((gene, _), depth) in jobs.iter().zip(depths) {
        by_gene[*gene].push(depth);
    }
    let covered: Vec<(&str, f64)> = genes
        .iter()
        .zip(by_gene)
        .filter_map(|((gene, _), depths)| {
            let enough = depths.iter().filter(|&&depth| depth >= MIN_DEPTH).count() as f64 >= MIN_COVERED_FRAC * depths.len() as f64;
            let depth = median(depths)?;
            (enough && depth >= MIN_DEPTH).then_some((gene.symbol.as_str(), depth))
        })
        .collect();
    Ok(GENES.iter().map(|symbol| gain(symbol, &covered)).collect())
}

/// The coding exons of a gene with a model.
fn exons(gene: &Gene) -> Option<Vec<Interval>> {
    let transcript = gene.transcript.as_ref()?;
    let list: Vec<Interval> = transcript
        .exons
        .iter()
        .filter(|exon| exon.cds.is_some())
        .map(|exon| Interval { contig: gene.contig(), start: exon.start, end: exon.end })
        .collect();
    (list.len() >= 2).then_some(list)
}

fn gain(symbol: &str, covered: &[(&str, f64)]) -> Gain {
    let controls: Vec<f64> = covered.iter().filter(|(other, _)| !GENES.contains(other)).map(|(_, depth)| depth.log2()).collect();
    let own = covered.iter().find(|(other, _)| *other == symbol).map(|(_, depth)| *depth);
    let count = controls.len();
    let ratio = match (own, count) {
        (None, _) => Err("the gene's exons are not covered".to_owned()),
        (_, n) if n < MIN_CONTROLS => Err(format!("{n} control genes are covered, {MIN_CONTROLS} are needed")),
        (Some(own), n) => {
            let center = median(controls.clone()).unwrap_or(0.0);
            let spread = 1.4826 * median(controls.iter().map(|depth| (depth - center).abs()).collect()).unwrap_or(0.0);
            let reach = 1.96 * spread.max(MIN_SPREAD) * (1.0 + 1.57 / n as f64).sqrt();
            let log_ratio = own.log2() - center;
            Ok((log_ratio.exp2(), (log_ratio - reach).exp2(), (log_ratio + reach).exp2()))
        }
    };
    Gain { symbol: symbol.to_owned(), ratio, controls: count }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gene_of_six_times_the_depth_is_a_gain_and_one_within_the_spread_is_not() {
        let names = ["A", "B", "C", "D", "E", "F", "G", "H", "I"];
        let mut covered: Vec<(&str, f64)> =
            names.iter().zip([90.0, 100.0, 110.0, 95.0, 105.0, 100.0, 120.0, 80.0, 100.0]).map(|(n, d)| (*n, d)).collect();
        covered.extend([("MET", 600.0), ("EGFR", 115.0)]);
        let low = |symbol: &str| gain(symbol, &covered).ratio.map(|(_, low, _)| low);
        assert!(low("MET").is_ok_and(|low| low > 4.0));
        assert!(low("EGFR").is_ok_and(|low| low < 1.0));
        assert!(low("KRAS").is_err());
        assert!(gain("MET", &covered[7..]).ratio.is_err_and(|why| why.contains("2 control genes")));
    }
}
