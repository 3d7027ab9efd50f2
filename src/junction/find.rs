//! Finds all junctions of one kinase: runs the steps of [`super`] in their order.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::bytes::Distinct;
use crate::alignment::read::{FragmentId, Piece, ReadRecord};
use crate::alignment::scan::{KinaseRegion, Unaligned};
use crate::alignment::Assay;
use crate::evidence::chain::{chains, Chain};
use crate::evidence::pair::{pairs, Pair};
use crate::evidence::tail::{tails, Crowds, Genes, Tail};
use crate::evidence::Molecules;
use crate::genome::Breakend;
use crate::material::Material;

use super::candidate::{Candidate, Tolerance};
use super::cluster;
use super::edges::EdgeTable;
use super::ends;
use super::homology;
use super::inner_exon;
use super::long_read;
use super::meet;
use super::merge;
use super::nearby::{Nearby, Spellings};
use super::orphan;
use super::pairs::SpannedEdges;
use super::realign::{self, Bases};
use super::rescue::{self, Mended, BELIEVED_MAPQ};
use super::score::Beyond;
use super::support::{self, PairSpan, Spanned, OVERRUN_BP};
use super::unaligned;

/// Genomic bases within which the mate of a spliced fragment may lie: nearly all introns are shorter.
const MAX_SPLICED_REACH_BP: i64 = 100_000;

/// What the reads of one kinase show, before any junction is made of it.
pub struct Evidence {
    /// Tails that leave the kinase.
    pub kinase_tails: Vec<Tail>,
    /// Tails at the partners' side, of reads that have no piece in the kinase.
    pub partner_tails: Vec<Tail>,
    /// The same where the aligner surely placed what follows, at a third place: in RNA it may be what is inserted.
    pub placed_tails: Vec<Tail>,
    /// Pairs with one mate in the kinase.
    pub pairs: Vec<Pair>,
}

/// Gathers the evidence of the records of one kinase and of its partners' windows.
///
/// With a table of exon edges, ends that the aligner left out or misplaced are looked up in it, and `unaligned` reads too.
pub fn gather(
    records: &[ReadRecord],
    region: &KinaseRegion,
    assay: &Assay,
    at_edge: &dyn Fn(Breakend) -> bool,
    edges: Option<(&EdgeTable, &[Unaligned])>,
) -> Evidence {
    let all = chains(records);
    let by_read: FxHashMap<(FragmentId, u8), &Chain> = all.iter().map(|chain| ((chain.fragment, chain.number), chain)).collect();
    let scanned = region.scanned();
    let inside = |piece: &Piece| piece.contig == scanned.contig && piece.start < scanned.end && scanned.start < piece.end;
    let in_gene = |end: Breakend| region.holds(end.contig, end.boundary);
    let kinase = Genes { holds: &in_gene, at_edge };
    let partner = Genes { holds: &|_| true, at_edge };
    let mut kinase_tails: Vec<Tail> = Vec::new();
    let mut partner_tails: Vec<Tail> = Vec::new();
    // Thousands of reads of one amplicon have the same tail.
    let mut distinct = Distinct::default();
    let mut shared = |tail: &mut Tail| distinct.share([&mut tail.bases, &mut tail.qualities, &mut tail.anchor]);
    for chain in &all {
        let mate = by_read.get(&(chain.fragment, 1 - chain.number)).copied();
        if chain.pieces.iter().any(inside) {
            let found = tails(chain, mate, &inside, &kinase);
            let from = kinase_tails.len();
            kinase_tails.extend(found.into_iter().map(|tail| with_mates_word(tail, mate, assay)));
            kinase_tails[from..].iter_mut().for_each(&mut shared);
        } else {
            let alignments = if edges.is_some() { chain.alignments() } else { vec![chain.pieces.as_slice()] };
            let from = partner_tails.len();
            partner_tails.extend(alignments.into_iter().flat_map(|own| tails(chain, mate, &|piece| own.contains(piece), &partner)));
            partner_tails[from..].iter_mut().for_each(&mut shared);
        }
    }
    let pairs = pairs(&all, &|contig, position| region.holds(contig, position), assay);
    let mended = edges.map(|(table, unaligned)| {
        let mut mended = Mended::default();
        let crowds = Crowds::of_unlike(kinase_tails.iter().chain(&partner_tails).filter(|tail| !is_sure(tail)));
        for chain in &all {
            let (kinase, partner) = (mended.kinase.len(), mended.partner.len());
            rescue::from_chain(chain, (table, &crowds), &in_gene, at_edge, &mut mended);
            mended.kinase[kinase..].iter_mut().chain(&mut mended.partner[partner..]).for_each(&mut shared);
        }
        for read in unaligned {
            rescue::from_unaligned(read, unaligned.len(), table, &mut mended);
        }
        mended
    });
    // From here on only the evidence is needed; freeing the reads keeps memory low.
    drop(by_read);
    drop(all);
    if let Some(mut mended) = mended {
        // A tail that the aligner placed with confidence is kept as it is. Of all others the mended tail is better.
        let (guessed, sure): (Vec<&Tail>, Vec<&Tail>) =
            kinase_tails.iter().filter(|tail| is_sure(tail)).partition(|tail| is_guess(tail, at_edge));
        let fragments = |tails: Vec<&Tail>| tails.into_iter().map(|tail| tail.fragment).collect::<FxHashSet<FragmentId>>();
        let (guessed, sure) = (fragments(guessed), fragments(sure));
        // A tail whose place is a guess is replaced only by a mended tail that has a place.
        mended.kinase.retain(|tail| !sure.contains(&tail.fragment) && (tail.placement.is_some() || !guessed.contains(&tail.fragment)));
        let placed: FxHashSet<FragmentId> =
            mended.kinase.iter().filter(|tail| tail.placement.is_some()).map(|tail| tail.fragment).collect();
        mended.kinase.retain(|tail| tail.placement.is_some() || !placed.contains(&tail.fragment));
        mended.partner.retain(|tail| !sure.contains(&tail.fragment) && !placed.contains(&tail.fragment));
        let at_kinase: FxHashSet<FragmentId> = mended.kinase.iter().map(|tail| tail.fragment).collect();
        let at_partner: FxHashSet<FragmentId> = mended.partner.iter().map(|tail| tail.fragment).collect();
        kinase_tails.retain(|tail| !at_kinase.contains(&tail.fragment));
        partner_tails.retain(|tail| !placed.contains(&tail.fragment) && !at_partner.contains(&tail.fragment));
        kinase_tails.extend(mended.kinase);
        partner_tails.extend(mended.partner);
    }
    if let Some((table, _)) = edges {
        for (tails, of_kinase) in [(&mut kinase_tails, true), (&mut partner_tails, false)] {
            for tail in tails {
                tail.unbroken_nats = table.unbroken_nats(Beyond::of_tail(tail), tail.at, of_kinase);
            }
        }
    }
    // Sorted by every field that is used later, so that the result does not depend on read names.
    let order = |x: &Tail, y: &Tail| {
        let place = |tail: &Tail| {
            tail.placement.map(|there| (there.breakend, there.overlap_bp, there.aligned_bp, there.score, there.mapq, there.gap))
        };
        let key = |tail: &Tail| (tail.at, tail.length_bp, tail.anchor_bp, tail.mapq);
        key(x).cmp(&key(y)).then_with(|| (place(x), &x.bases, &x.qualities, &x.anchor).cmp(&(place(y), &y.bases, &y.qualities, &y.anchor)))
    };
    kinase_tails.sort_by(order);
    partner_tails.sort_by(order);
    for tails in [&mut kinase_tails, &mut partner_tails] {
        let crowds = Crowds::of(tails.iter().filter(|tail| !is_sure(tail)));
        for tail in tails {
            tail.crowd = crowds.at(tail.at);
        }
    }
    let mut placed_tails: Vec<Tail> = partner_tails.extract_if(.., |tail| is_sure(tail)).collect();
    // The evidence is kept until the end of the run, so spare capacity is given back.
    [&mut kinase_tails, &mut partner_tails, &mut placed_tails].into_iter().for_each(Vec::shrink_to_fit);
    Evidence { kinase_tails, partner_tails, placed_tails, pairs }
}

/// Whether the aligner placed a tail with some confidence.
pub(super) fn is_sure(tail: &Tail) -> bool {
    tail.placement.is_some_and(|placement| placement.mapq >= BELIEVED_MAPQ)
}

/// Whether an aligner of RNA spliced what leaves an exon's edge to what is none: whatever lay within reach.
pub(super) fn is_guess(tail: &Tail, at_edge: &dyn Fn(Breakend) -> bool) -> bool {
    tail.placement.is_some_and(|placement| placement.gap && at_edge(tail.at) && !at_edge(placement.breakend))
}

/// A tail whose piece the mate vouches for: a mate that lies beside it on the partner's side is placed as surely as itself, so a piece in a
/// repeat is too.
fn with_mates_word(mut tail: Tail, mate: Option<&Chain>, assay: &Assay) -> Tail {
    let (Some(placement), Some(mate)) = (tail.placement.as_mut(), mate.and_then(|mate| mate.primary.first())) else { return tail };
    let reach = match assay.material() {
        Material::Rna => MAX_SPLICED_REACH_BP,
        Material::Dna => i64::from(assay.insert_max_bp.saturating_mul(2)),
    };
    let inwards = placement.breakend.kept_distance(mate.start).min(placement.breakend.kept_distance(mate.end));
    if mate.contig == placement.breakend.contig && (-OVERRUN_BP..=reach).contains(&inwards) {
        placement.mapq = placement.mapq.max(mate.mapq);
    }
    tail
}

/// What the exons of genes say in RNA.
pub struct Spliced<'a> {
    /// The edges of the kinase and its partners.
    pub edges: &'a EdgeTable,
    /// Reads without an alignment that have bases of one of them, or of a break, with their mates.
    pub unaligned: &'a [Unaligned],
    /// Knows the edges of all genes.
    pub on_edge: &'a dyn Fn(Breakend) -> bool,
    /// Knows which end keeps the next exons.
    pub keeping: &'a inner_exon::Keeping<'a>,
    /// The exon edges of the kinase (`true`) or of the partner that lie at a read's end or beyond.
    pub beyond: &'a dyn Fn(bool, Breakend) -> Vec<Breakend>,
    /// The bases that a molecule has from an end inwards, of the kinase (`true`) or of the partner.
    pub inwards: &'a dyn Fn(bool, Breakend) -> Vec<u8>,
}

impl Evidence {
    /// Molecules that join the kinase to some other place: all junctions and all random chimeras together. Apart from them those that only a
    /// run, a repeat or adapter joins, which an aligner put somewhere.
    pub fn chimeras(&self, molecules: &Molecules) -> [FxHashSet<FragmentId>; 2] {
        let split = self.kinase_tails.iter().filter(|tail| tail.placement.is_some());
        let (simple, telling): (Vec<&Tail>, Vec<&Tail>) = split.partition(|tail| tail.is_simple());
        let fragments = telling.into_iter().map(|tail| tail.fragment).chain(self.pairs.iter().map(|pair| pair.fragment));
        let joined: FxHashSet<FragmentId> = fragments.map(|fragment| molecules.of(fragment)).collect();
        let by_dirt = simple.into_iter().map(|tail| molecules.of(tail.fragment)).filter(|molecule| !joined.contains(molecule)).collect();
        [joined, by_dirt]
    }

    /// The junctions that the evidence shows, best placed first.
    ///
    /// `reference` gives bases of the FASTA, `local` those that the reads themselves show where there is none.
    pub fn junctions(
        &self,
        target: usize,
        assay: &Assay,
        span: &PairSpan<'_>,
        (reference, local): (&Bases<'_>, &Bases<'_>),
        spliced: Option<&Spliced<'_>>,
    ) -> KinaseJunctions {
        let tolerance = Tolerance::of(assay.long_reads);
        let mut candidates = spliced.map_or_else(Vec::new, |spliced| {
            let partner_tails: Vec<&Tail> = self.partner_tails.iter().chain(&self.placed_tails).collect();
            let tails = (self.kinase_tails.as_slice(), partner_tails.as_slice());
            meet::across_insertions(target, (spliced.edges, spliced.unaligned), tails, tolerance, spliced.on_edge)
        });
        support::add_partner_tails(&mut candidates, &self.placed_tails, tolerance);
        // What meets from both sides comes first: it explains its tails better than a doubtful place does.
        let kinase_tails = &*without_doubtful_places(&self.kinase_tails, &candidates, tolerance);
        candidates.extend(cluster::candidates(target, kinase_tails, tolerance, spliced.map_or(&|_| false, |spliced| spliced.on_edge)));
        let add_tails = |candidates: &mut [Candidate]| {
            support::add_kinase_tails(candidates, kinase_tails, tolerance);
            support::add_partner_tails(candidates, &self.partner_tails, tolerance);
        };
        add_tails(&mut candidates);
        if let Some(spliced) = spliced {
            // Where an aligner passed over a piece of exon, other reads end at the exon's edge.
            for candidate in &mut candidates {
                inner_exon::settle(candidate, spliced.keeping);
            }
            add_tails(&mut candidates);
        }
        candidates.retain(|candidate| !candidate.members.is_empty());
        let mut spanned = Spanned::default();
        spanned.insert(0, &candidates);
        let unexplained = spanned.add_pairs(&mut candidates, &self.pairs, span);
        let tails = (&Nearby::tails(kinase_tails), &Nearby::tails(&self.partner_tails));
        let is_listed = |kinase: Breakend, partner: Breakend| spliced.is_some_and(|spliced| spliced.edges.is_listed(kinase, partner));
        let spanned_edges = spliced.map(|spliced| SpannedEdges { beyond: spliced.beyond, is_listed: &is_listed });
        let mut from_pairs = realign::from_pairs(target, &unexplained, tails, tolerance, span, (local, spanned_edges.as_ref()));
        let reads = tolerance.in_step.then(|| ends::Reads::new(kinase_tails, &self.partner_tails));
        let genomic = |_: bool, end: Breakend| homology::inwards(end, ends::SIDE_BP, local);
        let sides = ends::SideBases {
            inwards: spliced.map_or(&genomic, |spliced| spliced.inwards),
            bases: local,
            on_edge: spliced.map_or(&|_| true, |spliced| spliced.on_edge),
        };
        for candidate in candidates.iter_mut().chain(&mut from_pairs) {
            if let Some(reads) = &reads {
                ends::settle(candidate, reads, &sides, tolerance);
            } else if spliced.is_some() && !long_read::settle(candidate, tails.0, &sides) {
                long_read::onto_edges(candidate, sides.on_edge);
            }
            if let Some(spliced) = spliced {
                inner_exon::settle(candidate, spliced.keeping);
            }
            homology::settle(candidate, reference);
        }
        candidates.extend(from_pairs);
        candidates = merge::united(candidates);
        if let Some(spliced) = spliced {
            for candidate in &mut candidates {
                candidate.joins_exons = candidate.lies_on_edges(spliced.on_edge);
            }
        }
        let before = candidates.len();
        candidates = claimed_once(candidates);
        let explained_elsewhere = (before - candidates.len()) as u32;
        if let Some(spliced) = spliced.filter(|_| tolerance.in_step) {
            unaligned::add(&mut candidates, spliced.unaligned);
        }
        candidates.extend(orphan::orphans(target, kinase_tails, &candidates, tolerance));
        KinaseJunctions { candidates, explained_elsewhere }
    }
}

/// The junctions of a kinase.
pub struct KinaseJunctions {
    /// Best placed first.
    pub candidates: Vec<Candidate>,
    /// Number of candidates of which all fragments turned out to show a better one.
    pub explained_elsewhere: u32,
}

/// The tails, where a place that the aligner chose for lack of a better one is removed if one of the junctions explains the tail.
fn without_doubtful_places<'t>(tails: &'t [Tail], met: &[Candidate], tolerance: Tolerance) -> Cow<'t, [Tail]> {
    if met.is_empty() {
        return Cow::Borrowed(tails);
    }
    let mut filed = Spellings::new(tolerance);
    met.iter().enumerate().for_each(|(index, candidate)| filed.insert(index, candidate.kinase, &candidate.tail));
    let repeated = |tail: &Tail| filed.like(tail.at, &tail.bases).into_iter().any(|index| met[index].repeats(tail, tolerance).is_some());
    let explained = |tail: &Tail| tail.placement.is_some() && !is_sure(tail) && repeated(tail);
    let settled = |tail: &Tail| Tail { placement: tail.placement.filter(|_| !explained(tail)), ..tail.clone() };
    Cow::Owned(tails.iter().map(settled).collect())
}

/// Each fragment stays with the best junction that it shows on each side of the kinase; junctions that keep none are explained by
/// others. A repeat's other copies lose their fragments to the one place that pairs or unique reads point to.
fn claimed_once(mut all: Vec<Candidate>) -> Vec<Candidate> {
    cluster::rank(&mut all);
    let mut claimed: FxHashSet<(FragmentId, crate::genome::Side)> = FxHashSet::default();
    let mut kept = Vec::new();
    for mut candidate in all {
        let side = candidate.kinase.side;
        candidate.members.retain(|fragment, _| claimed.insert((*fragment, side)));
        if !candidate.members.is_empty() {
            kept.push(candidate);
        }
    }
    kept
}
