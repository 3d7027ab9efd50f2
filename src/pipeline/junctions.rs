//! From the evidence at one kinase to its fusions: finds junctions, reads the missing records of their fragments, counts depths, scores and
//! flags.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::alignment::assay::DuplicateRule;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::scan::{self, Scan, Unaligned};
use crate::alignment::{mates, Library};
use crate::coverage::depth;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::fusion::build::{self, SampleContext};
use crate::fusion::witness::Records;
use crate::fusion::{judge, own_splice, Fusion, Witnesses};
use crate::genome::{Breakend, Interval};
use crate::junction::candidate::Candidate;
use crate::junction::edges::{self, EdgeTable};
use crate::junction::find::{self, Evidence};
use crate::junction::inner_exon;
use crate::junction::local::LocalBases;
use crate::junction::long_read::SIDE_BP;
use crate::junction::lost_mate;
use crate::junction::partners;
use crate::junction::realign::Bases;
use crate::junction::support::PairSpan;
use crate::material::Material;
use crate::model::Gene;
use crate::variant::analysis::JunctionFragments;

use super::{KinaseNoise, Run};

/// One kinase in one library.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// The library with its number.
    pub library: (usize, &'a Library),
    /// Number of the kinase among the targets.
    pub target: usize,
    /// Its records.
    pub scan: &'a Scan,
    /// In RNA the exon edges, with the unaligned reads that have bases of one.
    pub edges: Option<(&'a EdgeTable, &'a [Unaligned])>,
}

/// What it shows.
pub(super) struct KinaseFusions {
    pub fusions: Vec<Fusion>,
    pub noise: KinaseNoise,
    /// The fragments of each junction, by which mutations are phased.
    pub shown: Vec<JunctionFragments>,
}

impl Run<'_> {
    /// The fusions of one kinase.
    pub(super) fn fusions(&self, at: At<'_>, evidence: &Evidence) -> Result<KinaseFusions> {
        let (candidates, explained_elsewhere) = self.junctions(at, evidence)?;
        self.judged(at, candidates, explained_elsewhere, evidence)
    }

    /// The junctions, and how many of them turned out to be another one's or none.
    fn junctions(&self, at: At<'_>, evidence: &Evidence) -> Result<(Vec<Candidate>, u32)> {
        let library = at.library.1;
        let assay = &library.assay;
        let kinase = self.targets[at.target];
        let models = &self.setup.models;
        let spliced = assay.material() == Material::Rna;
        let distance =
            |end: Breakend, position: u32| if spliced { models.spliced_distance(end, position) } else { end.kept_distance(position) };
        let reach = |end: Breakend, bases: u32| if spliced { models.spliced_reach(end, bases) } else { bases };
        let insert_max_bp = assay.insert_max_bp.max(assay.read_length_bp);
        let span = PairSpan { insert_median_bp: assay.insert_median_bp, insert_max_bp, distance: &distance, reach: &reach };
        let local = LocalBases::new(self.setup.reference.as_ref(), library)?;
        let sequences: (&Bases<'_>, &Bases<'_>) = (&|interval| local.reference(interval), &|interval| local.bases(interval));
        let on_edge = |end: Breakend| models.splices_near(end, 0);
        let keeping = |at_kinase: bool, end: Breakend, outward: &[u8]| {
            let genes = if at_kinase { vec![kinase] } else { models.kept_at(end) };
            genes.into_iter().find_map(|gene| inner_exon::keeping(gene, end, outward, &|interval| local.bases(interval), !assay.long_reads))
        };
        let inwards = |at_kinase: bool, end: Breakend| {
            let genes = if at_kinase { vec![kinase] } else { models.kept_at(end) };
            edges::inwards(&edges::molecule(&genes, end, SIDE_BP), end.side, if assay.long_reads { sequences.0 } else { sequences.1 })
        };
        let beyond = |at_kinase: bool, end: Breakend| {
            let genes = if at_kinase { vec![kinase] } else { models.kept_at(end) };
            edges::beyond(&genes, end)
        };
        let exons = at.edges.map(|(edges, unaligned)| find::Spliced {
            edges,
            unaligned,
            on_edge: &on_edge,
            keeping: &keeping,
            beyond: &beyond,
            inwards: &inwards,
        });
        let found = evidence.junctions(at.target, assay, &span, sequences, exons.as_ref());
        let mut candidates = found.candidates;
        let before = candidates.len();
        if spliced {
            let bases = |interval: Interval| local.bases(interval);
            candidates.retain(|candidate| {
                !own_splice::is_own_splice(candidate, kinase, &bases)
                    && !models.kept_at(candidate.partner).into_iter().any(|gene| own_splice::is_partners_splice(candidate, gene, &bases))
            });
        }
        let explained_elsewhere = found.explained_elsewhere + (before - candidates.len()) as u32;
        if !spliced && assay.paired && !assay.long_reads {
            lost_mate::add(self.pool, library, &mut candidates, span.longer().insert_max_bp, sequences.1)?;
        }
        local.finish()?;
        Ok((candidates, explained_elsewhere))
    }

    /// Builds fusions from the junctions and gives them quality and flags.
    fn judged(&self, at: At<'_>, mut candidates: Vec<Candidate>, explained_elsewhere: u32, evidence: &Evidence) -> Result<KinaseFusions> {
        let (number, library) = at.library;
        let (assay, kinase, scan) = (&library.assay, self.targets[at.target], at.scan);
        let unread = self.unread(library, scan, &candidates)?;
        let flagged: FxHashSet<FragmentId> =
            unread.iter().filter(|view| view.duplicate && scan::leaves_out_flagged(assay.duplicates)).map(|view| view.fragment).collect();
        for candidate in &mut candidates {
            candidate.members.retain(|fragment, _| !flagged.contains(fragment));
        }
        candidates.retain(|candidate| !candidate.members.is_empty());
        let unaligned = at.edges.map(|(_, unaligned)| unaligned).unwrap_or_default();
        // Most unaligned reads belong to another kinase, or to none.
        let telling = if unaligned.is_empty() {
            Vec::new()
        } else {
            let mut told = partners::fragments(evidence);
            told.extend(candidates.iter().flat_map(|candidate| candidate.members.keys()));
            told.extend(scan.records.iter().chain(&unread).map(|view| view.fragment));
            unaligned.iter().filter(|read| told.contains(&read.fragment)).collect::<Vec<&Unaligned>>()
        };
        let molecules = Molecules::with_unaligned(scan.records.iter().chain(&unread), &telling, assay.duplicates);
        let [joined, by_dirt] = evidence.chimeras(&molecules).map(|all| all.into_iter().filter(|one| !flagged.contains(one)).collect());
        let chimeras = judge::Chimeras { joined, by_dirt, molecules: &molecules };
        let context = SampleContext {
            models: &self.setup.models,
            knowledge: &self.setup.knowledge,
            assembly: self.setup.assembly,
            assay,
            molecules: &molecules,
            exact_homology: self.setup.reference.is_some(),
            all_genes: self.config.gtf.is_some(),
        };
        self.progress.stage("junctions", candidates.len());
        let mut drafts: Vec<build::FusionDraft<'_>> =
            candidates.iter().map(|candidate| build::draft(candidate, kinase, &context)).collect();
        let records = Records::of(&candidates, scan.records.iter().chain(&unread), unaligned);
        for draft in &mut drafts {
            let witnesses = records.witnesses(draft.candidate, draft.oriented.kinase_role, &molecules);
            draft.fusion.witnesses = Arc::new(Witnesses { library: number, ..witnesses });
        }
        drop(records);
        let depths = self.depths(library, kinase, &drafts)?;
        for (draft, depths) in drafts.iter_mut().zip(depths) {
            draft.set_depths(depths);
            self.progress.step();
        }
        let needed = judge::support_rule(&drafts, assay.material(), chimeras.count());
        let shown = |draft: &build::FusionDraft<'_>| JunctionFragments {
            target: kinase.symbol.clone(),
            junction: draft.fusion.junction.clone(),
            fragments: draft.candidate.members.keys().copied().collect(),
        };
        let shown = drafts.iter().map(shown).collect();
        let noise = KinaseNoise { chimeras: chimeras.count(), explained_elsewhere, needed };
        Ok(KinaseFusions { fusions: judge::judge(drafts, kinase, assay, &chimeras), noise, shown })
    }

    /// The records that were not read yet of fragments that a candidate may have too many of.
    fn unread(&self, library: &Library, scan: &Scan, candidates: &[Candidate]) -> Result<Vec<ReadRecord>> {
        let rule = library.assay.duplicates;
        if rule == DuplicateRule::Keep {
            return Ok(Vec::new());
        }
        let several = candidates.iter().filter(|candidate| candidate.members.len() > 1);
        let fragments: FxHashSet<FragmentId> = several.flat_map(|candidate| candidate.members.keys().copied()).collect();
        mates::read(self.pool, library, &mates::unread(&scan.records, &fragments, scan::leaves_out_flagged(rule)))
    }

    /// Unbroken molecules at the kinase's and at the partner's end of each candidate.
    fn depths(&self, library: &Library, kinase: &Gene, drafts: &[build::FusionDraft<'_>]) -> Result<Vec<(u32, u32)>> {
        let broken: Vec<FxHashSet<FragmentId>> = drafts.iter().map(|draft| draft.candidate.members.keys().copied().collect()).collect();
        // Aligners of RNA write mates over a splice and leave out most of those over a fusion: only reads measure both alike.
        let by_mates = library.assay.material() == Material::Dna;
        let span_at = |end: Breakend| self.setup.models.at(end.contig, end.boundary).first().map(|gene| gene.span);
        let queries: Vec<depth::Query<'_>> = drafts
            .iter()
            .zip(&broken)
            .flat_map(|(draft, broken)| {
                let (at_kinase, at_partner) = draft.ends(library.assay.material());
                let kinase_end = depth::Query { at: at_kinase.0, gene: Some(kinase.span), at_splice: at_kinase.1, by_mates, broken };
                let partner_end = depth::Query { at: at_partner.0, gene: span_at(at_partner.0), at_splice: at_partner.1, by_mates, broken };
                [kinase_end, partner_end]
            })
            .collect();
        let depths = depth::unbroken(self.pool, library, &queries)?;
        Ok(depths.chunks_exact(2).zip(drafts).map(|(pair, draft)| (pair[0], if draft.candidate.unplaced { 0 } else { pair[1] })).collect())
    }
}
