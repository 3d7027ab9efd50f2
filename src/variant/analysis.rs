//! Runs the variant calling of one library: reads and calls first; phases later, when the fusions have their identifiers.

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::library::Library;
use crate::alignment::read::FragmentId;
use crate::coverage::amplification::{self, Gain};
use crate::error::Result;
use crate::fusion::{Fusion, KinaseDomain};
use crate::genome::{Assembly, Junction};
use crate::knowledge::Knowledge;
use crate::material::Material;
use crate::model::index::GeneModels;
use crate::model::Gene;
use crate::reference::Reference;

use super::call::{self, Change, Reading, Recurrent, Says};
use super::domain::{self, Domain};
use super::fasta;
use super::hotspot::{self, Hotspot};
use super::indel;
use super::origin::{origin, Counted, Origin};
use super::phase::{self, FusionFragments};
use super::pileup;
use super::{skipping, splice};
use super::{Variant, VariantStatus};

/// What a run gives to the analysis.
pub struct VariantInputs<'a> {
    /// Workers.
    pub pool: &'a ThreadPool,
    /// The kinases.
    pub kinases: &'a [&'a Gene],
    /// Gene models.
    pub models: &'a GeneModels,
    /// What is known.
    pub knowledge: &'a Knowledge,
    /// The assembly, where recognised.
    pub assembly: Option<Assembly>,
    /// The FASTA, if one was given.
    pub reference: Option<&'a Reference>,
    /// What normal samples show.
    pub recurrent: &'a Recurrent<'a>,
}

/// The fragments that show a junction of a kinase.
#[derive(Debug)]
pub struct JunctionFragments {
    /// The kinase.
    pub target: String,
    /// The junction.
    pub junction: Junction,
    /// The fragments.
    pub fragments: FxHashSet<FragmentId>,
}

/// A library's variants before they are phased.
pub struct Analysis<'a> {
    readings: Vec<Reading<'a>>,
    /// How many of the readings are kinase domains; hot spots follow.
    kinases: usize,
    findings: Findings,
}

/// What is reported of a library's variants.
#[derive(Debug, Default)]
pub struct Findings {
    /// Variants and known sites of the kinase domains.
    pub variants: Vec<Variant>,
    /// Hot spots of other genes.
    pub hotspots: Vec<Hotspot>,
    /// Copy gain of genes.
    pub gains: Vec<Gain>,
    /// Errors by class as the first read shows them: class, wrong, all.
    pub errors: Vec<(String, u64, u64)>,
    /// How much positions differ in their error beyond class and context.
    pub dispersion: f64,
    /// Codons of the kinase domains whose reference is known, of all.
    pub judged: (u32, u32),
}

impl<'a> Analysis<'a> {
    /// Reads and calls.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(library: &Library, inputs: &VariantInputs<'a>, step: &(dyn Fn() + Sync)) -> Result<Self> {
        let mut window = inputs.reference.map(Reference::reader).transpose()?;
        let mut rows = domain::domains(inputs.kinases, inputs.knowledge, inputs.assembly, window.as_mut())?;
        let kinases = rows.len();
        rows.extend(hotspot::rows(inputs.knowledge, inputs.models, window.as_mut())?);
        let material = library.assay.material();
        let mut exon_14 = None;
        match material {
            Material::Dna => rows.extend(splice::row(inputs.models, window.as_mut())?),
            Material::Rna => {
                let recurring = (inputs.recurrent)(material, splice::EXON.0, skipping::NAME);
                exon_14 = skipping::read(library, inputs.models, recurring)?;
            }
        }
        let piles = pileup::read(inputs.pool, library, &mut rows, window.as_mut(), step)?;
        if let Some(reference) = inputs.reference {
            fasta::check(reference, &rows[..kinases], &piles)?;
        }
        let (readings, noise) = call::call(rows.into_iter().zip(piles).collect(), (material, inputs.recurrent));
        let codons = || readings[..kinases].iter().flat_map(|reading| reading.domain.codons().map(move |codon| (reading, codon)));
        let known = codons().filter(|(reading, codon)| reading.domain.codon(*codon).is_some()).count() as u32;
        let findings = Findings {
            gains: amplification::measure(inputs.pool, library, inputs.models)?,
            errors: noise.by_class(),
            dispersion: noise.dispersion,
            judged: (known, codons().count() as u32),
            hotspots: exon_14.into_iter().map(|variant| hotspot::exon_14(vec![variant])).collect(),
            ..Findings::default()
        };
        Ok(Self { readings, kinases, findings })
    }

    /// Counts the molecules of the matched normal that show each called change, and says where the change comes from.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn compare(&mut self, normal: &Library, inputs: &VariantInputs<'_>, step: &(dyn Fn() + Sync)) -> Result<()> {
        let mut window = inputs.reference.map(Reference::reader).transpose()?;
        // The same rows, so that a change has the same indices in both.
        let mut rows: Vec<Domain<'_>> = self.readings.iter().map(|reading| reading.domain.clone()).collect();
        let piles = pileup::read(inputs.pool, normal, &mut rows, window.as_mut(), step)?;
        for (reading, mut pile) in self.readings.iter_mut().zip(piles) {
            indel::join(&reading.domain, &mut pile.molecules);
            for call in reading.calls.iter_mut().filter(|call| call.variant.status == VariantStatus::Called) {
                let variant = &mut call.variant;
                let Some(change) = &call.change else {
                    variant.origin = Some(Origin::Undecided);
                    continue;
                };
                if let Change::Indel(event) = change {
                    event.hide_ambiguous(&mut pile.molecules);
                }
                let says = |wanted: Says| pile.molecules.iter().filter(|molecule| change.said_by(molecule) == wanted).count() as u32;
                let with = says(Says::With);
                let seen = Counted { with, depth: with + says(Says::Without) };
                let class = origin(Counted { with: variant.alt_fragments, depth: variant.depth }, seen);
                let told = format!("{}: {} of {} molecules of the matched normal show it", class.name(), seen.with, seen.depth);
                variant.note = if variant.note.is_empty() { told } else { [variant.note.as_str(), told.as_str()].join(" ") };
                (variant.origin, variant.in_normal) = (Some(class), Some(seen));
            }
        }
        Ok(())
    }

    /// Phases the variants with each other and with the fusions, and gives what is reported.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn phased(
        mut self,
        library: &Library,
        fusions: &[Fusion],
        shown: &[JunctionFragments],
        inputs: &VariantInputs<'_>,
    ) -> Result<Findings> {
        let mut reader = library.reader()?;
        let hotspots = self.readings.split_off(self.kinases);
        for reading in &mut self.readings {
            let carried = carried(&reading.domain.gene, fusions, shown, inputs.models);
            phase::assign(reading, &carried, library, &mut reader)?;
        }
        for reading in hotspots {
            let variants: Vec<Variant> = reading.calls.into_iter().map(|call| call.variant).collect();
            self.findings.hotspots.extend(hotspot::summed(&reading.domain, &variants));
        }
        // The same order for RNA and DNA: exon 14 of MET last.
        self.findings.hotspots.sort_by_key(|spot| spot.name == hotspot::exon_14(Vec::new()).name);
        self.findings.variants = self.readings.into_iter().flat_map(|reading| reading.calls).map(|call| call.variant).collect();
        Ok(self.findings)
    }
}

/// The fusions that keep the kinase, those that pass or else all with a quality that is listed, best first.
fn carried<'f>(gene: &str, fusions: &'f [Fusion], shown: &'f [JunctionFragments], models: &'f GeneModels) -> Vec<FusionFragments<'f>> {
    /// As many fusions of one kinase as may stand in a cell.
    const MOST: usize = 3;
    let usable = |fusion: &&Fusion| {
        fusion.target == gene && fusion.three.gene.as_deref() == Some(gene) && fusion.kinase_domain != Some(KinaseDomain::Lost)
    };
    let passing: Vec<&Fusion> = fusions.iter().filter(usable).filter(|fusion| fusion.passes()).collect();
    let chosen = if passing.is_empty() { fusions.iter().filter(usable).filter(|fusion| fusion.quality >= 10.0).collect() } else { passing };
    chosen
        .into_iter()
        .filter_map(|fusion| {
            let own = shown.iter().find(|shown| shown.target == gene && shown.junction == fusion.junction)?;
            // A DNA break that is reported in the row of an RNA junction uses the identifier of that row.
            let reports =
                |other: &&Fusion| other.agreement.dna.as_ref().is_some_and(|dna| dna.target == gene && dna.junction == fusion.junction);
            let row = fusions.iter().find(reports).unwrap_or(fusion);
            Some(FusionFragments { id: &row.id, end: fusion.three.breakend, gene: models.find(gene)?, members: &own.fragments })
        })
        .take(MOST)
        .collect()
}
