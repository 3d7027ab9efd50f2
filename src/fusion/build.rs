//! Builds a fusion from a junction: adds genes, names, frame and the counts of molecules. Quality and flags follow in [`super::judge`].

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::alignment::assay::{AssayKind, DuplicateRule};
use crate::alignment::read::FragmentId;
use crate::alignment::Assay;
use crate::coverage::depth::MIN_ANCHOR_BP;
use crate::evidence::Molecules;
use crate::genome::{Assembly, Breakend, Junction};
use crate::junction::{Candidate, EvidenceKind};
use crate::knowledge::{JunctionQuery, Knowledge};
use crate::model::index::GeneModels;
use crate::model::{Gene, Role, Site};
use crate::sequence::reverse_complement;
use crate::stats::jeffreys_share;

use super::frame::{coding_offset, frame, kinase_domain, CodingOffset};
use super::name;
use super::naming::{Naming, RnaEnds, TableKey};
use super::orient::{orient, Oriented};
use super::score::{Class, Independent, PartnerKind};
use super::witness::molecules_of;
use super::{Agreement, Frame, Fusion, KinaseDomain, KnownTier, Material, Partner, Support, Unit};

/// Most inserted bases with which two exon edges count as spliced to each other: a sequencing error at the edge can make an aligner leave out
/// as many.
const MAX_SPLICED_INSERTION_BP: u32 = 3;

/// What building a fusion needs of the sample as a whole.
pub struct SampleContext<'a> {
    /// Gene models.
    pub models: &'a GeneModels,
    /// What is known.
    pub knowledge: &'a Knowledge,
    /// The assembly, where recognised.
    pub assembly: Option<Assembly>,
    /// The library.
    pub assay: &'a Assay,
    /// Which fragments are copies.
    pub molecules: &'a Molecules,
    /// Whether a FASTA gave the homology.
    pub exact_homology: bool,
    /// Whether a GTF names the genes of the whole genome: the built-in models are those of known partners.
    pub all_genes: bool,
}

/// Distinct molecules by their strongest kind of evidence.
pub fn support(candidate: &Candidate, molecules: &Molecules) -> Support {
    let strongest = molecules_of(candidate, molecules);
    let count = |kind: EvidenceKind| strongest.values().filter(|&&other| other == kind).count() as u32;
    Support { split: count(EvidenceKind::Split), pair: count(EvidenceKind::Pair), clip: count(EvidenceKind::Clip) }
}

/// Distinct molecules that the allele fraction counts: in RNA those with a read across the kinase's end, which is how
/// [`crate::coverage::depth`] counts the unbroken ones there; in DNA all.
fn crossing(candidate: &Candidate, support: Support, context: &SampleContext<'_>) -> u32 {
    match context.assay.material() {
        Material::Dna => support.fragments(),
        Material::Rna => {
            let across = candidate.crossing_kinase_end(MIN_ANCHOR_BP).map(|fragment| context.molecules.of(fragment));
            across.collect::<BTreeSet<FragmentId>>().len() as u32
        }
    }
}

/// A fusion whose quality and flags are still to come: both depend on what else the sample shows.
pub struct FusionDraft<'a> {
    /// The fusion so far.
    pub fusion: Fusion,
    /// The junction behind it.
    pub candidate: &'a Candidate,
    /// Its genes.
    pub oriented: Oriented<'a>,
    /// What kind of junction it is.
    pub class: Class,
    /// Fragments that are independent of each other.
    pub independent: Independent,
    /// Whether the kinase is the partner that it is in fusions that keep it.
    pub as_kept: bool,
}

impl FusionDraft<'_> {
    /// The kinase's end and the partner's, each with whether it is an exon's edge at which RNA is spliced.
    pub fn ends(&self, material: Material) -> ((Breakend, bool), (Breakend, bool)) {
        let (kinase_edge, partner_edge) = self.oriented.edges();
        let spliced = material == Material::Rna;
        ((self.oriented.kinase, spliced && kinase_edge), (self.oriented.partner, spliced && partner_edge))
    }

    /// Takes the unbroken molecules at the kinase's and at the partner's end, which give the allele fraction.
    pub fn set_depths(&mut self, (at_kinase, at_partner): (u32, u32)) {
        let fusion = &mut self.fusion;
        (fusion.depth5, fusion.depth3) = match self.oriented.kinase_role {
            Role::Three => (at_partner, at_kinase),
            Role::Five => (at_kinase, at_partner),
        };
        let fused = u64::from(fusion.crossing);
        // In RNA, pairs alone show that there is a fusion but not its fraction.
        fusion.allele_fraction = (fused > 0).then(|| jeffreys_share(fused, fused + u64::from(fusion.depth3))).flatten();
    }
}

/// Builds the fusion of a candidate at `kinase`, but for its depths.
pub fn draft<'a>(candidate: &'a Candidate, kinase: &Gene, context: &SampleContext<'a>) -> FusionDraft<'a> {
    let material = context.assay.material();
    let oriented = orient(candidate, kinase, context.models, context.knowledge, material, context.exact_homology);
    let support = support(candidate, context.molecules);
    // In RNA any exons may lie between two mates, so no exon junction is named.
    let is_guessed = material == Material::Rna && candidate.slack_bp > 0;
    let (mut five, mut three) = sides(kinase, &oriented);
    if is_guessed {
        (five.site, three.site) = (None, None);
    }
    let kinase_is_three = oriented.kinase_role == Role::Three;
    let insertion = if kinase_is_three { reverse_complement(&candidate.insertion) } else { candidate.insertion.clone() };

    let offset = |gene: Option<&Gene>, end, site, role| {
        gene.map_or(CodingOffset::Unknown("no gene known"), |gene| coding_offset(gene, end, site, role, material))
    };
    let partner_role = oriented.kinase_role.other();
    let kinase_offset = offset(Some(kinase), oriented.kinase, oriented.kinase_site, oriented.kinase_role);
    let partner_offset = offset(oriented.gene, oriented.partner, oriented.partner_site, partner_role);
    let (five_offset, three_offset) = if kinase_is_three { (partner_offset, kinase_offset) } else { (kinase_offset, partner_offset) };
    let placed = oriented.gene.filter(|_| !candidate.unplaced);
    let asked = placed.filter(|_| !is_guessed).and_then(|gene| asked(candidate, kinase, gene, &oriented, context));
    let mut naming = Naming { partner: placed.map(|gene| gene.symbol.clone()), kinase: kinase.symbol.clone(), asked, ..Naming::default() };
    let known = naming.known(context.knowledge);
    let frame_if = |reported: bool| {
        if candidate.unplaced {
            Frame::Unknown("partner not placed")
        } else if !oriented.sense {
            Frame::Unknown("genes point against each other")
        } else if is_guessed {
            Frame::Unknown("no read shows the junction")
        } else {
            frame(five_offset, candidate.insertion_bp, three_offset, reported)
        }
    };
    naming.frame = frame_if(false).text();
    let domain = kinase_domain(kinase, oriented.kinase, oriented.kinase_role, context.knowledge.kinase_domain(&kinase.symbol));
    // Outside of genes nothing says which way a partner is read; RNA would show it. Without a GTF most genes are not known.
    let beside_genes = material == Material::Dna && !candidate.unplaced && context.all_genes;
    let partner = match oriented.judged.gene {
        _ if domain.is_some_and(|domain| domain != KinaseDomain::Retained) => PartnerKind::Other,
        Some(_) if oriented.judged.sense => PartnerKind::Gene,
        None if beside_genes => PartnerKind::BesideGenes,
        _ => PartnerKind::Other,
    };
    let (kinase_edge, partner_edge) = oriented.judged.edges;
    // With bases between, an edge is only the nearest one that a read shows: a splice joins edges and nothing else.
    let spliced = candidate.insertion_bp <= MAX_SPLICED_INSERTION_BP;
    let edges = if spliced { u8::from(kinase_edge) + u8::from(partner_edge) } else { 0 };
    let by_mates = is_guessed && support.split + support.clip == 0;
    let class = Class { tier: known.tier, material, edges, by_mates, partner, is_simple: candidate.is_simple() };

    let gene_pair = oriented.gene.map(|gene| if kinase_is_three { (gene, kinase) } else { (kinase, gene) });
    let (five_site, three_site) = (five.site, three.site);
    let exon = |site, role| name::exon_at(site, role);
    naming.counted = gene_pair.filter(|_| oriented.sense && !candidate.unplaced && !is_guessed).and_then(|(five_gene, three_gene)| {
        let plain =
            || name::exon_junction((&five_gene.symbol, exon(five_site, Role::Five)), (&three_gene.symbol, exon(three_site, Role::Three)));
        let spelled = || name::with_bases_between((five_gene, &five), (three_gene, &three), candidate.insertion_bp);
        if material == Material::Rna {
            spelled().or_else(plain)
        } else {
            plain()
        }
    });
    // Names spell the inserted bases out; where hard clips took them there is nothing to spell.
    let readable = !insertion.contains(&b'N');
    let fusion = Fusion {
        id: String::new(),
        junction: canonical(candidate),
        slack_bp: candidate.slack_bp,
        exon_junction: naming.exon_junction(&known),
        variant: known.label.clone(),
        known: known.tier,
        frame: frame_if(known.reported_in_frame),
        kinase_domain: domain,
        evidence: BTreeSet::from([material]),
        support,
        witnesses: Arc::default(),
        crossing: crossing(candidate, support, context),
        unit: if context.assay.duplicates == DuplicateRule::Umi { Unit::Molecules } else { Unit::Fragments },
        depth5: 0,
        depth3: 0,
        allele_fraction: None,
        quality: 0.0,
        terms: None,
        flags: BTreeSet::new(),
        event: String::new(),
        hgvs: None,
        description: super::Description::default(),
        vicc: gene_pair
            .filter(|_| oriented.sense && !candidate.unplaced && !is_guessed && readable)
            .and_then(|(x, y)| name::vicc((x, &five), (y, &three), &insertion, material)),
        consensus: consensus(candidate, &oriented),
        insertion,
        target: kinase.symbol.clone(),
        agreement: Agreement::default(),
        naming,
        five,
        three,
    };
    let as_kept = oriented.kinase_role == context.knowledge.kept_as(&kinase.symbol);
    FusionDraft { independent: independent(candidate, support, (known.tier, context.assay)), fusion, candidate, oriented, class, as_kept }
}

/// Fragments that are independent of each other: those that share both ends speak once, unless UMIs tell them apart, primers fix their
/// ends, or the user says that all count.
fn independent(candidate: &Candidate, support: Support, (tier, assay): (KnownTier, &Assay)) -> Independent {
    let amplicon = matches!(assay.kind, AssayKind::RnaAmplicon | AssayKind::DnaAmplicon);
    let showing = (support.split + support.clip).saturating_sub(unmatched(candidate, tier));
    if amplicon || matches!(assay.duplicates, DuplicateRule::Umi | DuplicateRule::Keep) {
        return Independent { showing, spanning: support.pair };
    }
    let ends = |shows: bool| -> BTreeSet<(i64, i64)> {
        candidate
            .counted(MIN_ANCHOR_BP)
            .filter(|(_, member)| (member.kind != EvidenceKind::Pair) == shows)
            .map(|(_, member)| member.ends)
            .collect()
    };
    let (shown, spanned) = (ends(true), ends(false));
    let more = spanned.difference(&shown).count() as u32;
    Independent { showing: showing.min(shown.len() as u32), spanning: support.pair.min(more) }
}

/// Reads that end within inserted bases show one gene: of a junction only together with another from the other side, where one read that
/// shows both, or a report of the listed variant, stands for one more. Number of those that have no such other: ends in one foreign
/// sequence, of whatever origin, are chimeras of either gene, and ends in an exon of the kinase that nobody knows are its own.
fn unmatched(candidate: &Candidate, tier: KnownTier) -> u32 {
    let inserted_bp = candidate.insertion_bp;
    if inserted_bp == 0 || candidate.unplaced {
        return 0;
    }
    let (mut of_kinase, mut of_partner, mut of_both) = (0u32, 0u32, 0u32);
    for (_, member) in candidate.counted(MIN_ANCHOR_BP).filter(|(_, member)| member.kind != EvidenceKind::Pair) {
        // A clipped read that leaves the partner is placed at the partner; one that leaves the kinase is not.
        let leaves_partner = member.partner_mapq.is_some();
        let leaves_kinase = member.kinase_mapq > 0 || !leaves_partner;
        let is_surely_split = member.kind == EvidenceKind::Split && member.partner_mapq > Some(0);
        if leaves_kinase && !leaves_partner && member.partner_bp < inserted_bp + MIN_ANCHOR_BP {
            of_kinase += 1;
        } else if leaves_partner && !leaves_kinase && member.kind == EvidenceKind::Clip && member.crossing_bp < MIN_ANCHOR_BP {
            of_partner += 1;
        } else if member.kind == EvidenceKind::Clip || is_surely_split {
            of_both += 1;
        }
    }
    let (more, fewer) = (of_kinase.max(of_partner), of_kinase.min(of_partner));
    let is_listed = tier == KnownTier::Variant;
    let stand_in = if fewer > 0 || is_listed { of_both + u32::from(is_listed) } else { 0 };
    more - stand_in.min(more - fewer)
}

/// The junction in canonical form, with its homology or its insertion.
fn canonical(candidate: &Candidate) -> Junction {
    if candidate.insertion_bp > 0 {
        Junction::new(candidate.kinase, candidate.partner, &candidate.insertion)
    } else {
        Junction::with_homology(candidate.kinase, candidate.partner, candidate.homology_bp)
    }
}

fn sides(kinase: &Gene, oriented: &Oriented<'_>) -> (Partner, Partner) {
    let id = |gene: &Gene| gene.transcript.as_ref().map(|transcript| transcript.literature_id().to_owned());
    let at_kinase =
        Partner { gene: Some(kinase.symbol.clone()), transcript: id(kinase), breakend: oriented.kinase, site: oriented.kinase_site };
    let at_partner = Partner {
        gene: oriented.gene.map(|gene| gene.symbol.clone()),
        transcript: oriented.gene.and_then(id),
        breakend: oriented.partner,
        site: oriented.partner_site,
    };
    match oriented.kinase_role {
        Role::Three => (at_partner, at_kinase),
        Role::Five => (at_kinase, at_partner),
    }
}

/// What the tables are asked about a junction.
fn asked(candidate: &Candidate, kinase: &Gene, gene: &Gene, oriented: &Oriented<'_>, context: &SampleContext<'_>) -> Option<TableKey> {
    if oriented.kinase_role == Role::Five || !oriented.sense {
        return None;
    }
    let (site5, site3) = (oriented.partner_site?, oriented.kinase_site?);
    match context.assay.material() {
        Material::Rna => {
            let (at_partner, at_kinase) = (oriented.partner.boundary, oriented.kinase.boundary);
            let query = JunctionQuery::new(gene, at_partner, kinase, at_kinase, candidate.insertion_bp, context.assembly)?;
            Some(TableKey::Rna(RnaEnds::from(&query)))
        }
        Material::Dna => {
            // The tables have no transcripts that lack a part of an exon.
            let is_within = |site: Site| matches!(site, Site::Exon { offset_bp: 1.., .. });
            if is_within(site5) || is_within(site3) {
                return None;
            }
            let (exon5, exon3) = name::exon_at(Some(site5), Role::Five).zip(name::exon_at(Some(site3), Role::Three))?;
            Some(TableKey::Dna { exon5, exon3 })
        }
    }
}

/// Bases over the junction in the direction of the fusion transcript, `|` at the reported junction.
fn consensus(candidate: &Candidate, oriented: &Oriented<'_>) -> Option<String> {
    if candidate.tail.is_empty() || candidate.anchor.is_empty() {
        return None;
    }
    let given_away = -oriented.kinase.kept_distance(candidate.kinase.boundary);
    let mut bases = candidate.anchor.clone();
    bases.extend(&candidate.tail);
    // `kept_distance` counts what the reported end keeps beyond the candidate's; the mark moves back by what was given away.
    let at = (candidate.anchor.len() as i64 - given_away).clamp(0, bases.len() as i64) as usize;
    let (kinase, rest) = bases.split_at(at);
    let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
    Some(match oriented.kinase_role {
        Role::Three => format!("{}|{}", text(&reverse_complement(rest)), text(&reverse_complement(kinase))),
        Role::Five => format!("{}|{}", text(kinase), text(rest)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::read::FragmentId;
    use crate::genome::{Breakend, ContigId, Side};
    use crate::junction::Member;

    #[test]
    fn reads_that_end_within_inserted_bases_count_in_pairs_of_both_sides() {
        let ends = [0, 1].map(|contig| Breakend::new(ContigId(contig), 1_000, Side::Lower));
        let clip = |of_kinase: bool, shown_bp: u32| Member {
            kind: EvidenceKind::Clip,
            kinase_bp: if of_kinase { 60 } else { shown_bp },
            partner_bp: if of_kinase { shown_bp } else { 60 },
            crossing_bp: 0,
            kinase_mapq: if of_kinase { 60 } else { 0 },
            partner_mapq: (!of_kinase).then_some(60),
            ends: (0, 0),
        };
        let of_tier = |tier: KnownTier, inserted_bp: u32, members: &[Member]| {
            let members = (0..).map(FragmentId).zip(members.iter().copied()).collect();
            unmatched(&Candidate { members, insertion_bp: inserted_bp, ..Candidate::new(0, ends[0], ends[1]) }, tier)
        };
        let left = |inserted_bp: u32, members: &[Member]| of_tier(KnownTier::Pair, inserted_bp, members);
        let (kinase, partner, through) = (clip(true, 40), clip(false, 40), clip(true, 90));
        assert_eq!(left(64, &[kinase, partner]), 1, "two halves are one witness at most");
        assert_eq!(left(64, &[kinase, kinase, kinase, partner]), 3);
        assert_eq!(left(64, &[Member { kinase_mapq: 0, ..kinase }, kinase, kinase, partner]), 3, "its place is in a repeat");
        assert_eq!(left(64, &[through, kinase, kinase, partner]), 1, "one that reads on to the other gene shows both");
        assert_eq!(left(64, &[through, kinase, kinase]), 2, "the partner is shown by one molecule alone");
        assert_eq!(left(20, &[kinase, Member { crossing_bp: 30, ..partner }]), 0);
        assert_eq!(of_tier(KnownTier::Variant, 64, &[kinase, partner]), 1, "two ends may meet at a listed length by chance");
        assert_eq!(of_tier(KnownTier::Variant, 64, &[kinase, kinase, kinase, partner]), 2);
    }
}
