//! All numbers of one library that a negative result rests on, collected: depths, RNA quality, and detectability of each place at which a
//! kinase breaks.

use std::collections::{BTreeMap, BTreeSet};

use rayon::ThreadPool;

use super::balance::{Balance, Evenness};
use super::detectability::{judge, Basis, Detectability, JudgedPlace, SupportRule};
use super::profile::{profiles, Histogram};
use super::recognition::Recognition;
use super::region::{break_regions, partner_exons};
use super::rna::{self, RnaQuality, EXPRESSED_EVERYWHERE};
use super::splices::Splices;
use crate::alignment::assay::AssayKind;
use crate::alignment::library::Library;
use crate::error::Result;
use crate::knowledge::Knowledge;
use crate::material::Material;
use crate::model::index::GeneModels;
use crate::model::Gene;
use crate::stats::lower_median;

/// Partners with exon models that a kinase needs to be judged by its own partners; with fewer, the partners of all kinases are used.
const MIN_PARTNERS: usize = 3;

/// What one library could have shown.
#[derive(Debug)]
pub struct Survey {
    /// Each place at which a kinase breaks, kinase by kinase.
    pub places: Vec<Detectability>,
    /// How molecules across a break show it.
    pub recognition: Recognition,
    /// Molecules across the splices of the kinases and of the genes by which RNA is judged; empty for DNA.
    pub splices: Splices,
    /// The RNA's quality; `None` for DNA.
    pub rna: Option<RnaQuality>,
    /// The kinases' 5'/3' balances; none for DNA, between primers, and without other genes to judge by.
    pub balances: Vec<Balance>,
}

/// Surveys a library. `needed` has the support rule of each target.
///
/// # Errors
/// When a file cannot be read.
pub fn survey(
    pool: &ThreadPool,
    library: &Library,
    targets: &[&Gene],
    needed: &[SupportRule],
    knowledge: &Knowledge,
    models: &GeneModels,
) -> Result<Survey> {
    match library.assay.material() {
        Material::Dna => dna(pool, library, targets, needed, knowledge),
        Material::Rna => spliced(pool, library, targets, needed, knowledge, models),
    }
}

fn dna(pool: &ThreadPool, library: &Library, targets: &[&Gene], needed: &[SupportRule], knowledge: &Knowledge) -> Result<Survey> {
    let recognition = Recognition::of(&library.assay, None);
    let regions: Vec<_> = targets
        .iter()
        .zip(needed)
        .flat_map(|(gene, needed)| break_regions(gene, knowledge).into_iter().map(|region| (*gene, *needed, region)))
        .collect();
    let introns: Vec<_> = regions.iter().map(|(_, _, region)| region.intron).collect();
    let depths = profiles(pool, library, &introns)?;
    let places = regions
        .iter()
        .zip(&depths)
        .map(|((gene, needed, region), depths)| {
            let place =
                JudgedPlace { gene: &gene.symbol, region, depths, covered_frac: depths.covered_frac(), basis: Basis::Gene, own: None };
            judge(&place, &library.assay, recognition, *needed)
        })
        .collect();
    Ok(Survey { places, recognition, splices: Splices::default(), rna: None, balances: Vec::new() })
}

fn spliced(
    pool: &ThreadPool,
    library: &Library,
    targets: &[&Gene],
    needed: &[SupportRule],
    knowledge: &Knowledge,
    models: &GeneModels,
) -> Result<Survey> {
    // In an amplicon assay, genes without primers have no reads and are not counted.
    let amplicon = library.assay.kind == AssayKind::RnaAmplicon;
    let exons: Vec<BTreeMap<String, BTreeSet<u32>>> = targets.iter().map(|gene| partner_exons(&gene.symbol, knowledge)).collect();
    let mut all: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (gene, numbers) in exons.iter().flatten() {
        all.entry(gene.clone()).or_default().extend(numbers);
    }
    let mut symbols: BTreeSet<&str> = targets.iter().map(|gene| gene.symbol.as_str()).collect();
    if !amplicon {
        symbols.extend(all.keys().map(String::as_str).chain(EXPRESSED_EVERYWHERE));
    }
    let genes: Vec<&Gene> = symbols.into_iter().filter_map(|symbol| models.find(symbol)).collect();
    let splices = Splices::count(pool, library, &genes)?;
    let rna = rna::quality(library, models, &splices, targets)?;
    let recognition = Recognition::of(&library.assay, rna.fragment_bp);
    let everyones = splices.partners(&all);
    let mut places = Vec::new();
    for ((gene, needed), exons) in targets.iter().zip(needed).zip(&exons) {
        let own = splices.partners(exons);
        let partners = if own.len() < MIN_PARTNERS { &everyones } else { &own };
        let of_partners = lower_median(partners.iter().copied()).unwrap_or(0);
        for region in break_regions(gene, knowledge) {
            let of_kinase = splices.behind(&gene.symbol, region.exon - 1).unwrap_or(0);
            let by_partners = !amplicon && (of_partners > 0 || of_kinase == 0);
            let (molecules, basis) = if by_partners { (of_partners, Basis::Partners(partners.len())) } else { (of_kinase, Basis::Kinase) };
            let covered = if by_partners {
                (!partners.is_empty()).then(|| partners.iter().filter(|&&molecules| molecules > 0).count() as f64 / partners.len() as f64)
            } else {
                Some(f64::from(u8::from(of_kinase > 0)))
            };
            let depths = Histogram { boundaries: BTreeMap::from([(molecules, 1)]) };
            let place =
                JudgedPlace { gene: &gene.symbol, region: &region, depths: &depths, covered_frac: covered, basis, own: Some(of_kinase) };
            places.push(judge(&place, &library.assay, recognition, *needed));
        }
    }
    let others: Vec<&Gene> = genes.iter().copied().filter(|gene| !targets.iter().any(|target| target.symbol == gene.symbol)).collect();
    let evenness = Evenness::of(&others, &splices);
    let balances = match evenness {
        Some(evenness) => targets.iter().filter_map(|gene| evenness.balance(gene, &break_regions(gene, knowledge), &splices)).collect(),
        None => Vec::new(),
    };
    Ok(Survey { places, recognition, splices, rna: Some(rna), balances })
}
