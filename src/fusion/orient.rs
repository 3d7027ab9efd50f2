//! Which gene lies at the partner's end, which way it points, and which of the two is 5'.

use crate::genome::{Breakend, Strand};
use crate::junction::Candidate;
use crate::knowledge::Knowledge;
use crate::model::index::GeneModels;
use crate::model::{Gene, Role, Site};

use super::Material;

/// Largest slide by which a junction is brought to exon edges where nothing says how long the homology is: aligners extend into
/// chance matches, of which six in a row are one in four thousand.
const MAX_UNKNOWN_SLIDE_BP: i64 = 6;

/// A candidate with its genes.
#[derive(Debug, Clone)]
pub struct Oriented<'a> {
    /// The role of the kinase.
    pub kinase_role: Role,
    /// The kinase's end as reported.
    pub kinase: Breakend,
    /// The partner's end as reported.
    pub partner: Breakend,
    /// The partner's gene, if one is known there.
    pub gene: Option<&'a Gene>,
    /// Whether the partner's gene points as the fusion needs; `true` where its strand is not known.
    pub sense: bool,
    /// Where on its transcript the kinase breaks.
    pub kinase_site: Option<Site>,
    /// Where on its transcript the partner breaks.
    pub partner_site: Option<Site>,
}

impl Oriented<'_> {
    /// Whether both ends lie on exon edges that a splice uses.
    pub fn edges(&self) -> (bool, bool) {
        let edge = |site: Option<Site>| site.is_some_and(Site::is_splice_edge);
        (edge(self.kinase_site), edge(self.partner_site))
    }
}

/// Gives a candidate its genes.
pub fn orient<'a>(
    candidate: &Candidate,
    kinase: &Gene,
    models: &'a GeneModels,
    knowledge: &Knowledge,
    material: Material,
    exact_homology: bool,
) -> Oriented<'a> {
    let strand = kinase.strand.unwrap_or(Strand::Forward);
    let kinase_role = Role::of(strand, candidate.kinase.side);
    let partner_role = kinase_role.other();
    let mut genes: Vec<&Gene> = models.at(candidate.partner.contig, candidate.partner.boundary);
    if material == Material::Rna && genes.is_empty() {
        genes = models.at(candidate.partner.contig, candidate.partner.kept_base().saturating_sub(1));
    }
    let placed = |gene: Option<&Gene>| place(candidate, kinase, gene, kinase_role, partner_role, material, exact_homology);
    let rank = |gene: &Gene, partner_site: Option<Site>| {
        let sense = gene.strand.is_none_or(|strand| Role::of(strand, candidate.partner.side) == partner_role);
        let known = knowledge.pair(&gene.symbol, &kinase.symbol) || knowledge.pair(&kinase.symbol, &gene.symbol);
        let edge = partner_site.is_some_and(Site::is_splice_edge);
        // Best first: points the right way, known partner, breaks at an exon edge, has a model.
        (!sense, !known, material == Material::Rna && !edge, gene.transcript.is_none())
    };
    let others = genes.into_iter().filter(|gene| gene.symbol != kinase.symbol && !candidate.unplaced);
    let best = others.map(|gene| (gene, placed(Some(gene)))).min_by_key(|(gene, ends)| rank(gene, ends.3));
    let (gene, (kinase_end, partner_end, kinase_site, partner_site)) = match best {
        Some((gene, ends)) => (Some(gene), ends),
        None => (None, placed(None)),
    };
    let sense = gene.and_then(|gene| gene.strand).is_none_or(|strand| Role::of(strand, candidate.partner.side) == partner_role);
    Oriented { kinase_role, kinase: kinase_end, partner: partner_end, gene, sense, kinase_site, partner_site }
}

/// The two ends as reported and where they lie. Spliced RNA breaks at exon edges wherever the homology lets it; otherwise the
/// homologous bases stay with the kinase.
fn place(
    candidate: &Candidate,
    kinase: &Gene,
    partner: Option<&Gene>,
    kinase_role: Role,
    partner_role: Role,
    material: Material,
    exact_homology: bool,
) -> (Breakend, Breakend, Option<Site>, Option<Site>) {
    let site = |gene: Option<&Gene>, end: Breakend, role: Role| {
        let gene = gene?;
        Some(gene.transcript.as_ref()?.site(end.boundary, gene.strand?, role))
    };
    // A partner that points the wrong way plays the role that its strand and the kept side give it.
    let role_of_partner = partner.and_then(|gene| gene.strand).map_or(partner_role, |strand| Role::of(strand, candidate.partner.side));
    let at = |given_away: i64| {
        let (x, y) = (candidate.kinase.extended(-given_away), candidate.partner.extended(given_away));
        (x, y, site(Some(kinase), x, kinase_role), site(partner, y, role_of_partner))
    };
    let is_edge = |site: Option<Site>| site.is_some_and(Site::is_splice_edge);
    if material == Material::Rna && candidate.slack_bp == 0 && candidate.insertion_bp == 0 {
        let homology = i64::from(candidate.homology_bp);
        let (low, high) = if exact_homology { (0, homology) } else { (-MAX_UNKNOWN_SLIDE_BP, homology.max(MAX_UNKNOWN_SLIDE_BP)) };
        let mut slides: Vec<i64> = (low..=high).collect();
        slides.sort_by_key(|slide| (slide.abs(), *slide));
        let best = slides.iter().map(|&slide| at(slide)).find(|(_, _, x, y)| is_edge(*x) && is_edge(*y));
        if let Some(placed) = best {
            return placed;
        }
        if let Some(placed) = (0..=homology).map(at).find(|(_, _, x, y)| is_edge(*x) || is_edge(*y)) {
            return placed;
        }
    }
    at(0)
}
