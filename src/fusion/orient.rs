//! Orientation: which gene lies at the partner's end, on which strand, and which of the two genes is 5'.
//!
//! A partner that neither the user's GTF nor the curated models have is named by a table of all protein-coding genes. That table gives a name,
//! an exon and a frame only; quality and flags use the other models alone ([`Judged`]).

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
    /// The partner's gene, if one is known there, by whichever models.
    pub gene: Option<&'a Gene>,
    /// Whether the partner's gene points as the fusion needs; `true` where its strand is not known.
    pub sense: bool,
    /// Where on its transcript the kinase breaks.
    pub kinase_site: Option<Site>,
    /// Where on its transcript the partner breaks.
    pub partner_site: Option<Site>,
    /// The partner by which quality and flags are decided.
    pub judged: Judged<'a>,
}

/// The partner by the user's GTF and the curated models, without the genes that only name.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The partner's gene.
    pub gene: Option<&'a Gene>,
    /// Whether it points as the fusion needs; `true` where its strand is not known.
    pub sense: bool,
    /// Whether the kinase's end and the partner's lie on exon edges that a splice uses.
    pub edges: (bool, bool),
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
    let (at, inside) = (candidate.partner.boundary, candidate.partner.kept_base().saturating_sub(1));
    let here = |find: &dyn Fn(u32) -> Vec<&'a Gene>| {
        let genes = find(at);
        if material == Material::Rna && genes.is_empty() {
            find(inside)
        } else {
            genes
        }
    };
    let placed = |gene: Option<&Gene>| place(candidate, kinase, gene, kinase_role, partner_role, material, exact_homology);
    let points_right = |gene: &Gene| gene.strand.is_none_or(|strand| Role::of(strand, candidate.partner.side) == partner_role);
    let rank = |(gene, ends): &(&Gene, OrientedEnds)| {
        let known = knowledge.pair(&gene.symbol, &kinase.symbol) || knowledge.pair(&kinase.symbol, &gene.symbol);
        // Best first: points the right way, known partner, breaks at an exon edge, has a model.
        (!points_right(gene), !known, material == Material::Rna && !ends.on_edges().1, gene.transcript.is_none())
    };
    let best = |genes: Vec<&'a Gene>| {
        let others = genes.into_iter().filter(|gene| gene.symbol != kinase.symbol && !candidate.unplaced);
        others.map(|gene| (gene, placed(Some(gene)))).min_by_key(rank)
    };
    let listed = best(here(&|boundary| models.at(candidate.partner.contig, boundary)));
    // Where these genes explain the end, no other is asked for; nor where the user's GTF has one that points the right way.
    let is_explained = listed
        .as_ref()
        .map(rank)
        .is_some_and(|(wrong_way, unknown, off_edge, _)| !wrong_way && (models.has_gtf() || !(unknown && off_edge)));
    let unlisted = if is_explained {
        None
    } else {
        // A gene on the wrong strand does not explain the junction.
        let all = here(&|boundary| models.unlisted_at(candidate.partner.contig, boundary));
        best(all.into_iter().filter(|gene| points_right(gene)).collect())
    };
    let unlisted = unlisted.filter(|found| listed.as_ref().is_none_or(|listed| rank(found) < rank(listed)));
    let nothing = || placed(None);
    let judged = match &listed {
        Some((gene, ends)) if points_right(gene) || unlisted.is_none() => {
            Judged { gene: Some(*gene), sense: points_right(gene), edges: ends.on_edges() }
        }
        _ => Judged { gene: None, sense: true, edges: nothing().on_edges() },
    };
    let (gene, ends) = match unlisted.or(listed) {
        Some((gene, ends)) => (Some(gene), ends),
        None => (None, nothing()),
    };
    Oriented {
        kinase_role,
        kinase: ends.kinase,
        partner: ends.partner,
        gene,
        sense: gene.is_none_or(points_right),
        kinase_site: ends.kinase_site,
        partner_site: ends.partner_site,
        judged,
    }
}

/// The two ends as reported, and where they lie.
struct OrientedEnds {
    kinase: Breakend,
    partner: Breakend,
    kinase_site: Option<Site>,
    partner_site: Option<Site>,
}

impl OrientedEnds {
    /// Whether the kinase's end and the partner's lie on exon edges that a splice uses.
    fn on_edges(&self) -> (bool, bool) {
        let edge = |site: Option<Site>| site.is_some_and(Site::is_splice_edge);
        (edge(self.kinase_site), edge(self.partner_site))
    }
}

/// Places the two ends. Spliced RNA breaks at exon edges wherever the homology lets it; otherwise the
/// homologous bases stay with the kinase.
fn place(
    candidate: &Candidate,
    kinase: &Gene,
    partner: Option<&Gene>,
    kinase_role: Role,
    partner_role: Role,
    material: Material,
    exact_homology: bool,
) -> OrientedEnds {
    let site = |gene: Option<&Gene>, end: Breakend, role: Role| {
        let gene = gene?;
        Some(gene.transcript.as_ref()?.site(end.boundary, gene.strand?, role))
    };
    // A partner that points the wrong way plays the role that its strand and the kept side give it.
    let role_of_partner = partner.and_then(|gene| gene.strand).map_or(partner_role, |strand| Role::of(strand, candidate.partner.side));
    let at = |given_away: i64| {
        let (at_kinase, at_partner) = (candidate.kinase.extended(-given_away), candidate.partner.extended(given_away));
        OrientedEnds {
            kinase: at_kinase,
            partner: at_partner,
            kinase_site: site(Some(kinase), at_kinase, kinase_role),
            partner_site: site(partner, at_partner, role_of_partner),
        }
    };
    if material == Material::Rna && candidate.slack_bp == 0 && candidate.insertion_bp == 0 {
        let homology = i64::from(candidate.homology_bp);
        let (low, high) = if exact_homology { (0, homology) } else { (-MAX_UNKNOWN_SLIDE_BP, homology.max(MAX_UNKNOWN_SLIDE_BP)) };
        let mut slides: Vec<i64> = (low..=high).collect();
        slides.sort_by_key(|slide| (slide.abs(), *slide));
        let best = slides.iter().map(|&slide| at(slide)).find(|ends| ends.on_edges() == (true, true));
        if let Some(placed) = best {
            return placed;
        }
        if let Some(placed) = (0..=homology).map(at).find(|ends| ends.on_edges() != (false, false)) {
            return placed;
        }
    }
    at(0)
}
