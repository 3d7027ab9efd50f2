//! Describes finished fusions: exon numbers on other transcripts, HGVS, karyotype, peptide, domains, transcript and protein.
//!
//! It changes no call, no quality and no flag.

use crate::genome::{Assembly, Breakend, Contigs, Interval};
use crate::knowledge::{Knowledge, KnownEnd5};
use crate::model::band;
use crate::model::index::GeneModels;
use crate::model::{Gene, Role, Site};

use super::frame::{coding_offset, kinase_domain_codons, CodingOffset, UNTRANSLATED_5};
use super::name::{self, Named, PartnerEnd};
use super::naming::{Naming, Skip};
use super::product::{self, Product};
use super::{domains, vicc, Description, Flag, Frame, Fusion, KinaseDomain, Material};

/// What describing a fusion needs of the run as a whole.
pub struct RunContext<'a> {
    /// Gene models.
    pub models: &'a GeneModels,
    /// What is known.
    pub knowledge: &'a Knowledge,
    /// The assembly, where recognised.
    pub assembly: Option<Assembly>,
    /// Contigs of the alignments.
    pub contigs: &'a Contigs,
    /// Bases of the FASTA; none where there is none.
    pub bases: &'a dyn Fn(Interval) -> Vec<u8>,
}

/// Describes each fusion.
pub fn describe(fusions: &mut [Fusion], context: &RunContext<'_>) {
    let breaks: Vec<(String, Option<Site>, Option<Site>)> = fusions
        .iter()
        .filter(|fusion| fusion.passes() && material(fusion) == Material::Dna)
        .map(|fusion| (fusion.event.clone(), fusion.five.site, fusion.three.site))
        .collect();
    for fusion in fusions {
        let described = described(fusion, context, &breaks);
        fusion.hgvs = described.hgvs;
        fusion.vicc = described.vicc.or_else(|| fusion.vicc.take());
        fusion.naming = described.naming;
        fusion.description = described.description;
    }
}

/// RNA where the transcript itself was seen.
fn material(fusion: &Fusion) -> Material {
    if fusion.evidence.contains(&Material::Rna) {
        Material::Rna
    } else {
        Material::Dna
    }
}

/// What [`describe`] finds out about one fusion.
struct Described {
    hgvs: Option<String>,
    /// Where it differs from the names that the two ends alone give.
    vicc: Option<String>,
    description: Description,
    naming: Naming,
}

fn described(fusion: &Fusion, context: &RunContext<'_>, breaks: &[(String, Option<Site>, Option<Site>)]) -> Described {
    let mut description = Description::default();
    let material = material(fusion);
    let place = |end: Breakend| band::band(context.assembly?, context.contigs, end.contig, end.kept_base());
    // A partner that could not be placed has neither a position nor exons.
    let (Some(five), Some(three)) = (gene(fusion, Role::Five, context), gene(fusion, Role::Three, context)) else {
        let known =
            |role: Role| gene(fusion, role, context).and_then(|_| place(partner(fusion, role).breakend)).map(|band| band.to_string());
        description.bands = (known(Role::Five), known(Role::Three));
        description.notes.extend(surroundings(fusion, context));
        return Described { hgvs: None, vicc: None, description, naming: fusion.naming.clone() };
    };
    let band = |end: Breakend| place(end).map(|band| band.to_string());
    description.bands = (band(fusion.five.breakend), band(fusion.three.breakend));
    description.iscn = super::karyotype::iscn(&fusion.junction, place);
    let ends: (PartnerEnd<'_>, PartnerEnd<'_>) = ((five, &fusion.five), (three, &fusion.three));
    if fusion.exon_junction.is_none() {
        return Described { hgvs: None, vicc: None, description, naming: fusion.naming.clone() };
    }
    let mut naming = Naming { counts: name::counts(ends.0, ends.1), ..fusion.naming.clone() };
    description.other_counts = naming.other_counts(fusion.exon_junction.as_deref(), &naming.known(context.knowledge));
    let linker = linker(fusion, ends, context, material);
    let hgvs = name::hgvs(&Named { five: ends.0, three: ends.1, linker: linker.as_deref(), material });
    // A cryptic exon lies apart from the exon before it: its bases are a linker behind that exon, not an offset from it.
    let cryptic = cryptic_exon(fusion, ends.0, context).zip(at_exon_edge(ends.0));
    let five_partner = cryptic.as_ref().map_or(&fusion.five, |(_, partner)| partner);
    let offset = |end: PartnerEnd<'_>, role: Role| coding_offset(end.0, end.1.breakend, end.1.site, role, material);
    let (before, after) = (offset((five, five_partner), Role::Five), offset(ends.1, Role::Three));
    naming.coding_bp = (domains::coding_bp((five, five_partner), before), domains::coding_bp(ends.1, after));
    naming.coding_bp_on_others = [domains::coding_bp_on_others(ends.0), domains::coding_bp_on_others(ends.1)].concat();
    let (of_five, of_three) = ((five.symbol.as_str(), naming.coding_bp.0), (three.symbol.as_str(), naming.coding_bp.1));
    description.domains = domains::fates(context.knowledge, of_five, of_three, &naming.coding_bp_on_others);
    description.product = linker
        .as_deref()
        // The whole sequence is read for what is listed alone: candidates are many.
        .filter(|_| fusion.is_listed())
        .and_then(|linker| Product::join(ends.0, ends.1, linker, material == Material::Rna, context.bases));
    description.peptide = match &description.product {
        Some(product) => product.peptide(),
        None if material == Material::Rna => {
            peptide_of_reads(fusion, before, cryptic.as_ref().map_or(0, |(exon, _)| exon.length_bp() as usize))
        }
        None => None,
    };
    description.notes = notes(fusion, ends, (before, after), description.product.as_ref());
    if description.product.is_none() && stops_between(fusion, before, linker.as_deref()) {
        description.notes.push(STOP_BEFORE_KINASE.to_owned());
    }
    if fusion.kinase_domain == Some(KinaseDomain::Retained) && material == Material::Dna && fusion.frame == Frame::OutOfFrame {
        naming.skip = in_frame_by_skipping(ends, after);
        description.notes.extend(naming.skip.as_ref().map(|skip| skip.text(context.knowledge)));
    }
    if material == Material::Rna {
        let of_event = breaks.iter().filter(|(event, _, _)| *event == fusion.event);
        description.notes.extend(of_event.filter_map(|(_, site5, _)| skipped(fusion, *site5)).take(1));
    }
    let between = match &cryptic {
        Some(_) => linker.as_deref(),
        None => linker.as_ref().map(|_| if material == Material::Rna { fusion.insertion.as_slice() } else { &[] }),
    };
    let vicc = cryptic.as_ref().zip(linker.as_deref()).and_then(|(_, linker)| name::vicc((five, five_partner), ends.1, linker, material));
    description.vicc = vicc::element((five, five_partner), ends.1, between, material, context.assembly, context.contigs);
    Described { hgvs, vicc, description, naming }
}

/// The 5' partner as if it ended at the edge of the exon before its break.
fn at_exon_edge((gene, partner): PartnerEnd<'_>) -> Option<super::Partner> {
    let number = name::exon_at(partner.site, Role::Five)?;
    let boundary = gene.transcript.as_ref()?.splice_edge(number, gene.strand?, Role::Five)?;
    let breakend = Breakend::new(partner.breakend.contig, boundary, partner.breakend.side);
    Some(super::Partner { breakend, site: Some(Site::Exon { number, offset_bp: 0 }), ..partner.clone() })
}

fn partner(fusion: &Fusion, role: Role) -> &super::Partner {
    match role {
        Role::Five => &fusion.five,
        Role::Three => &fusion.three,
    }
}

/// The model of a partner: of several genes of its name the one at its breakend.
fn gene<'a>(fusion: &Fusion, role: Role, context: &RunContext<'a>) -> Option<&'a Gene> {
    let partner = partner(fusion, role);
    let symbol = partner.gene.as_deref()?;
    let (contig, boundary) = (partner.breakend.contig, partner.breakend.boundary);
    let mut here = context.models.at(contig, boundary).into_iter().chain(context.models.unlisted_at(contig, boundary));
    here.find(|gene| gene.symbol == symbol).or_else(|| context.models.find(symbol))
}

/// The bases between the exons of both partners on the fusion transcript: kept intron and inserted bases, from the FASTA or from the
/// reads. A splice that a DNA break implies leaves none.
fn linker(fusion: &Fusion, ends: (PartnerEnd<'_>, PartnerEnd<'_>), context: &RunContext<'_>, material: Material) -> Option<Vec<u8>> {
    if material == Material::Dna {
        return Some(Vec::new());
    }
    let kept5 = cryptic_exon(fusion, ends.0, context).or_else(|| name::retained(ends.0, Role::Five))?;
    let kept3 = name::retained(ends.1, Role::Three)?;
    if fusion.insertion.contains(&b'N') {
        return None;
    }
    let from_fasta = || {
        let mut bases = name::in_direction(ends.0 .0, kept5, context.bases)?;
        bases.extend_from_slice(&fusion.insertion);
        bases.extend(name::in_direction(ends.1 .0, kept3, context.bases)?);
        Some(bases)
    };
    let from_reads = || {
        let (left, right) = fusion.consensus.as_deref()?.split_once('|')?;
        let left_bp = kept5.length_bp() as usize + fusion.insertion.len();
        let bases = [&left.as_bytes()[left.len().checked_sub(left_bp)?..], right.as_bytes().get(..kept3.length_bp() as usize)?].concat();
        (!bases.contains(&b'N')).then_some(bases)
    };
    from_fasta().or_else(from_reads)
}

/// The exon that the literature's transcript lacks (EML4 exon 6b), where the fusion ends on one.
fn cryptic_exon(fusion: &Fusion, five: PartnerEnd<'_>, context: &RunContext<'_>) -> Option<Interval> {
    let three = fusion.three.gene.as_deref()?;
    let row = context.knowledge.named(&five.0.symbol, three, fusion.exon_junction.as_deref(), fusion.variant.as_deref())?;
    let Some(KnownEnd5::Cryptic { length_bp, .. }) = row.five else { return None };
    let end = five.1.breakend;
    // Cryptic exons are known of EML4 alone, which lies on the forward strand.
    Some(Interval { contig: end.contig, start: end.boundary.checked_sub(length_bp)?, end: end.boundary })
}

/// The peptide by the reads, of which the 5' partner's end shows `cryptic_bp` bases behind those that its transcript counts.
fn peptide_of_reads(fusion: &Fusion, before: CodingOffset, cryptic_bp: usize) -> Option<String> {
    let CodingOffset::At(before) = before else { return None };
    let (left, right) = fusion.consensus.as_deref()?.split_once('|')?;
    let before_bp = usize::try_from(before).ok()? + cryptic_bp + fusion.insertion.len();
    product::peptide_over(left.as_bytes(), right.as_bytes(), before_bp)
}

/// What is noted where translation ends too early for the kinase to be made.
const STOP_BEFORE_KINASE: &str = "stop before the kinase domain";

/// Farthest gene beside a break in no gene that is worth a word: half of the human genome lies nearer to one.
const MAX_BESIDE_BP: u32 = 1_000_000;

/// What lies round a partner's break in no gene that a fusion could begin with: the gene that is read the other way, or the nearest ones.
fn surroundings(fusion: &Fusion, context: &RunContext<'_>) -> Option<String> {
    let role = if fusion.five.gene.is_none() { Role::Five } else { Role::Three };
    let end = partner(fusion, role).breakend;
    if partner(fusion, role).gene.is_some() || fusion.flags.contains(&Flag::UnplacedPartner) || context.assembly.is_none() {
        return None;
    }
    let (contig, boundary) = (end.contig, end.boundary);
    if !context.models.at(contig, boundary).is_empty() {
        // The kinase's own gene.
        return None;
    }
    if let Some(gene) = context.models.unlisted_at(contig, boundary).first() {
        return Some(format!("the partner's break lies in {}, which is read the other way", gene.symbol));
    }
    let beside = context.models.beside(contig, boundary, MAX_BESIDE_BP).into_iter().flatten();
    let text: Vec<String> = beside.map(|(gene, bp)| format!("{} at {:.0} kb", gene.symbol, (f64::from(bp) / 1e3).ceil())).collect();
    (!text.is_empty()).then(|| format!("the partner's break lies between genes ({})", text.join(" and ")))
}

/// Whether the bases between two genes that follow in frame hold a stop codon, by the bases that the reads show.
fn stops_between(fusion: &Fusion, before: CodingOffset, linker: Option<&[u8]>) -> bool {
    let (CodingOffset::At(before), Some(linker)) = (before, linker.filter(|linker| !linker.is_empty())) else { return false };
    let Some((left, right)) = fusion.consensus.as_deref().and_then(|bases| bases.split_once('|')) else { return false };
    let before_bp = usize::try_from(before).unwrap_or(0) + fusion.insertion.len();
    fusion.frame == Frame::InFrame && product::stops_at_end(left.as_bytes(), right.as_bytes(), before_bp, linker.len())
}

/// What the structure says beside frame and domains.
fn notes(
    fusion: &Fusion,
    ends: (PartnerEnd<'_>, PartnerEnd<'_>),
    offsets: (CodingOffset, CodingOffset),
    product: Option<&Product>,
) -> Vec<String> {
    let mut notes = Vec::new();
    let kinase = &ends.1 .0.symbol;
    let keeps_kinase = fusion.kinase_domain == Some(KinaseDomain::Retained);
    if keeps_kinase && offsets.0 == CodingOffset::Unknown(UNTRANSLATED_5) {
        let own = match offsets.1 {
            CodingOffset::Unknown(UNTRANSLATED_5) | CodingOffset::At(i64::MIN..=0) => format!("the start codon of {kinase} is kept"),
            _ => format!("the start codon of {kinase} is lost"),
        };
        notes.push(format!("promoter swap: {} breaks before its start codon, {own}", ends.0 .0.symbol));
    }
    let first = kinase_domain_codons(kinase).map(|(first, _)| first);
    if keeps_kinase && first.and_then(|first| product?.stops_before(first)) == Some(true) {
        notes.push(STOP_BEFORE_KINASE.to_owned());
    }
    notes
}

/// Exons whose skipping brings an implied transcript into frame: of the 5' partner up to two before the break.
fn in_frame_by_skipping(ends: (PartnerEnd<'_>, PartnerEnd<'_>), after: CodingOffset) -> Option<Skip> {
    let CodingOffset::At(after) = after else { return None };
    let ((gene, partner), (kinase, at_kinase)) = ends;
    let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let (last, first) = (name::exon_at(partner.site, Role::Five)?, name::exon_at(at_kinase.site, Role::Three)?);
    (last.saturating_sub(2).max(1)..last).rev().find_map(|number| {
        let before = transcript.cds_offset(transcript.splice_edge(number, strand, Role::Five)?, strand)?;
        let junction = name::exon_junction((&gene.symbol, Some(number)), (&kinase.symbol, Some(first)))?;
        let fits = before > 0 && (i64::from(before) - after).rem_euclid(3) == 0;
        let (gene5, gene3) = (gene.symbol.clone(), kinase.symbol.clone());
        fits.then(|| Skip { skipped: exons(number + 1, last), junction, gene5, gene3, exons: (number, first) })
    })
}

/// Exons of the 5' partner between the end of the transcript and the break in DNA of the same event.
fn skipped(fusion: &Fusion, break5: Option<Site>) -> Option<String> {
    let (Some(Site::Exon { number, offset_bp: 0 }), Some(Site::Intron { after })) = (fusion.five.site, break5) else { return None };
    (after > number).then(|| format!("the transcript skips {} before the break in DNA", exons(number + 1, after)))
}

fn exons(first: u32, last: u32) -> String {
    if first == last {
        format!("exon {first}")
    } else {
        format!("exons {first}-{last}")
    }
}

#[cfg(test)]
mod tests;
