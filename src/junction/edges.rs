//! The exon edges of a kinase and of its known partners, with what a molecule reads when it enters the gene there.
//!
//! Aligners leave short ends of reads clipped, or put them anywhere. In RNA nearly all fusions join exon edges, and those of a kinase and
//! its listed partners are a few hundred: so few that ten bases tell them apart, where the genome would ask for twenty.
//!
//! ```text
//!   partner  ====exon====|                      |====exon====  kinase
//!            <- enter ---|  (a tail that left   |--- enter ->
//!                            the kinase reads this)
//! ```
//!
//! The bases come from the FASTA, or, without one, from what the reads of the same file show there. An end of `L` bases with `e`
//! mismatches fits one of `n` edges by chance in `n C(L, e) 3^e P` of cases, where `P` is how likely its bases are as dirt, at least
//! `1 / 4^L`. Each place where inserted bases let the match begin is one more try, and so is each other open end there. Where the gene's own
//! next exon or intron, and then dirt, explains the end, the chance is as many times higher. It is the match's mapping quality. `n` is the
//! number of listed junctions of the edge where the match makes a listed junction, and that of all edges looked at otherwise.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::genome::{Breakend, Interval, Side};
use crate::model::{Gene, Role};
use crate::sequence::dirt::{clean_bp, information_nats, is_simple, NATS_PER_BASE};
use crate::sequence::{self, edits_within, reverse_complement};
use crate::stats::phred;

use super::candidate::Tolerance;
use super::homology::outwards;
use super::realign::Bases;
use super::score::{before_and_beyond, BasesAround, Beyond, ErrorRates, ENDS_IN_DIRT};
use super::support::OVERRUN_BP;

/// Bases that are kept of each edge.
pub const ENTER_BP: usize = 80;
/// Fewest bases that must fit an edge when nothing lies between.
pub const MIN_FIT_BP: usize = 10;
/// Fewest bases of a long read that must fit, since only its best ones are compared.
const MIN_FIT_LONG_BP: usize = 20;
/// Fewest bases that must fit when inserted bases come before.
pub const MIN_FIT_BEHIND_INSERTION_BP: usize = 16;
/// One mismatch is allowed for this many bases. Whether a short fit is accepted depends on its probability by chance.
const BP_PER_MISMATCH: usize = 10;
/// Bases of a seed.
const SEED_BP: usize = 12;
/// Most inserted bases behind which a long read is looked up: further on lie other exons of the same gene, which a read with an error at
/// the edge fits better.
const MAX_LONG_INSERTION_BP: usize = 40;
/// Fewest bases by which inserted ones are known as those of an exon.
const MIN_BEGIN_BP: usize = 8;
/// Bases of the words by which unaligned reads are picked.
pub const WORD_BP: usize = 16;
/// First bases that a tail must share with an exon to be taken for that exon's.
const MIN_ALIKE_BP: usize = 4;
/// The same of long reads, of which one in four may differ: unlike exons have about half of so few bases in common, with gaps.
const MIN_ALIKE_LONG_BP: usize = 12;
/// Reads over an exon's edge that are not spliced there, as a share: RNA of nuclei, and DNA left in the library. A judgement.
const UNSPLICED_FRAC: f64 = 0.03;
/// Quality from which a fit is accepted (one chance match in a hundred).
pub(super) const MIN_FIT_MAPQ: f64 = 20.0;
/// Highest quality that is given, as aligners do.
const MAX_FIT_MAPQ: f64 = 60.0;

/// One exon edge.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The breakend of a molecule that uses the edge.
    pub end: Breakend,
    /// Bases read from the edge into the gene, `N` where unknown.
    pub enter: Vec<u8>,
    /// Bases read from the edge into the intron, as RNA that is not spliced has them; none where unknown.
    pub intron: Vec<u8>,
    /// HGNC symbol of the gene.
    pub gene: Arc<str>,
}

/// How a tail enters a gene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EdgeFit {
    /// Where.
    pub end: Breakend,
    /// Inserted bases before.
    pub inserted_bp: usize,
    /// Bases that were compared.
    pub compared_bp: usize,
    /// Last bases of the tail that are a run, a repeat or adapter.
    pub dirt_bp: usize,
    /// How well these match: a mismatch takes what five bases give.
    pub score: i64,
    /// Quality of the placement.
    pub mapq: u8,
}

/// Edges of one role with an index of their first bases.
#[derive(Debug, Default)]
pub(super) struct EdgeIndex {
    edges: Vec<Edge>,
    /// For each seed the edges that have it, and how far behind the edge.
    seeds: FxHashMap<u32, Vec<(usize, usize)>>,
    /// The first bases of each edge.
    begins: Vec<Packed>,
    /// Whether reads keep step with the gene; inserted and deleted bases of long reads break it.
    in_step: bool,
}

/// The first 32 bases of a stretch, two bits each, to be compared at once.
#[derive(Debug, Clone, Copy)]
struct Packed {
    bases: u64,
    /// The lower bit of each base that is known.
    known: u64,
    /// Bases of the whole stretch.
    length_bp: usize,
    /// Those that are known.
    known_bp: usize,
}

impl Packed {
    fn of(stretch: &[u8]) -> Self {
        let known_bp = stretch.iter().filter(|base| **base != b'N').count();
        let mut packed = Self { bases: 0, known: 0, length_bp: stretch.len(), known_bp };
        for (at, base) in stretch.iter().take(32).enumerate() {
            if let Some(digit) = sequence::code(*base) {
                packed.bases |= (digit as u64) << (2 * at);
                packed.known |= 1 << (2 * at);
            }
        }
        packed
    }

    /// Bases, known on both sides, in which the two differ.
    fn mismatches(self, other: Self) -> usize {
        let differ = self.bases ^ other.bases;
        ((differ | differ >> 1) & self.known & other.known).count_ones() as usize
    }
}

/// The edges of one kinase and its partners.
#[derive(Debug)]
pub struct EdgeTable {
    kinase: EdgeIndex,
    partners: EdgeIndex,
    /// Where ordinary splices go on: exon ends of the kinase for tails that leave it, exon starts of the partners.
    kinase_own: EdgeIndex,
    partners_own: EdgeIndex,
    /// Exon starts of the other kinases: a tail that also fits one of them does not show which kinase it enters.
    other_kinases: EdgeIndex,
    /// Junctions of the table, by the places of their edges.
    listed: FxHashSet<(Breakend, Breakend)>,
    listed_at: FxHashMap<Breakend, usize>,
    /// Edges among which the partners were looked for, where they were found and not listed.
    looked_at: usize,
    /// Which partner of a fusion the kinase is.
    kinase_role: Role,
}

/// The places of all edges of a gene in one role, and their exons.
pub fn ends(gene: &Gene, role: Role) -> Vec<(u32, Breakend)> {
    let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { return Vec::new() };
    let side = role.side(strand);
    let count = transcript.exons.len() as u32;
    // A 5' partner ends with an exon that another follows; a 3' partner begins with one that another precedes.
    let used = transcript.exons.iter().filter(|exon| if role == Role::Five { exon.number < count } else { exon.number > 1 });
    used.filter_map(|exon| Some((exon.number, Breakend::new(gene.contig(), transcript.splice_edge(exon.number, strand, role)?, side))))
        .collect()
}

/// The edges of genes that keep the same side as a read's end and lie there or beyond, but for what an alignment runs on by chance.
pub fn beyond(genes: &[&Gene], end: Breakend) -> Vec<Breakend> {
    let edges = genes.iter().filter_map(|gene| Some(ends(gene, Role::of(gene.strand?, end.side)))).flatten();
    let mut list: Vec<Breakend> = edges.map(|(_, edge)| edge).filter(|edge| edge.kept_distance(end.boundary) >= -OVERRUN_BP).collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// The stretches that a molecule of one of these genes has from an end inwards: of the one that is left there at its exon's edge, else of the
/// first with an exon there, else the genome's.
pub fn molecule(genes: &[&Gene], end: Breakend, bases: u32) -> Vec<Interval> {
    let exons = |gene: &&&Gene| !stretches(gene, end, 1).is_empty();
    let gene = genes.iter().find(|gene| leaves(gene, end)).or_else(|| genes.iter().find(exons));
    gene.map_or_else(|| vec![end.kept(bases)], |gene| stretches(gene, end, bases))
}

/// Whether an end lies at an exon's edge that a splice of the gene uses.
fn leaves(gene: &Gene, end: Breakend) -> bool {
    gene.strand.is_some_and(|strand| ends(gene, Role::of(strand, end.side)).iter().any(|(_, edge)| *edge == end))
}

/// The stretches that a molecule of the gene has from an end inwards, in that order: over splices where the end lies on an exon. None
/// where it lies on no exon.
pub fn stretches(gene: &Gene, end: Breakend, bases: u32) -> Vec<Interval> {
    let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { return Vec::new() };
    let kept = end.kept_base().saturating_sub(1);
    let Some(mut exon) = transcript.exons.iter().find(|exon| exon.start <= kept && kept < exon.end) else { return Vec::new() };
    let mut from = end.boundary;
    let mut left = bases;
    let mut list = Vec::new();
    loop {
        let (start, stop) = match end.side {
            Side::Higher => (from, exon.end.min(from.saturating_add(left))),
            Side::Lower => (exon.start.max(from.saturating_sub(left)), from),
        };
        list.push(Interval { contig: gene.contig(), start, end: stop });
        left -= stop - start;
        let number = if Role::of(strand, end.side) == Role::Five { exon.number - 1 } else { exon.number + 1 };
        let Some(next) = transcript.exon(number).filter(|_| left > 0) else { return list };
        exon = next;
        from = if end.side == Side::Higher { exon.start } else { exon.end };
    }
}

/// The bases of these stretches as a molecule has them that keeps `side`, `N` where unknown.
pub fn inwards(stretches: &[Interval], side: Side, bases: &Bases<'_>) -> Vec<u8> {
    let read = |stretch: &Interval| {
        let mut read = bases(*stretch);
        read.resize(stretch.length_bp() as usize, b'N');
        if side == Side::Higher {
            read
        } else {
            reverse_complement(&read)
        }
    };
    stretches.iter().flat_map(read).collect()
}

/// The edges of a gene in one role with their bases. Those of introns are the reference's alone: what reads show behind an edge may be a
/// partner's.
pub(super) fn edges(gene: &Gene, role: Role, (bases, reference): (&Bases<'_>, &Bases<'_>)) -> Vec<Edge> {
    let symbol: Arc<str> = gene.symbol.as_str().into();
    let edge = |end: Breakend| Edge {
        end,
        enter: inwards(&stretches(gene, end, ENTER_BP as u32), end.side, bases),
        intron: outwards(end, ENTER_BP as u32, reference),
        gene: symbol.clone(),
    };
    ends(gene, role).into_iter().map(|(_, end)| edge(end)).collect()
}

impl EdgeIndex {
    pub(super) fn new(mut edges: Vec<Edge>, in_step: bool) -> Self {
        edges.sort_by_key(|edge| edge.end);
        edges.dedup_by(|one, other| one.end == other.end);
        let mut seeds: FxHashMap<u32, Vec<(usize, usize)>> = FxHashMap::default();
        for (index, edge) in edges.iter().enumerate() {
            let first = &edge.enter[..edge.enter.len().min(2 * SEED_BP)];
            for (behind, seed) in sequence::words(first, SEED_BP).filter(|(behind, _)| behind % SEED_BP == 0) {
                seeds.entry(seed).or_default().push((index, behind));
            }
        }
        let begins = edges.iter().map(|edge| Packed::of(&edge.enter)).collect();
        Self { edges, seeds, begins, in_step }
    }

    /// The edges that a tail fits, with the bases before, at most `farthest_bp`.
    pub(super) fn fits(&self, tail: &[u8], farthest_bp: usize) -> Vec<(usize, usize, StretchComparison)> {
        let (least, least_behind) =
            if self.in_step { (MIN_FIT_BP, MIN_FIT_BEHIND_INSERTION_BP) } else { (MIN_FIT_LONG_BP, MIN_FIT_LONG_BP) };
        let begin = Packed::of(tail);
        let at_once = self.begins.iter().enumerate().filter(|(_, packed)| {
            // Most edges are ruled out here: their bases are not known, or the first ones do not match.
            packed.known_bp >= least && (!self.in_step || packed.mismatches(begin) <= tail.len().min(packed.length_bp) / BP_PER_MISMATCH)
        });
        let mut list: Vec<_> =
            at_once.filter_map(|(index, _)| Some((index, 0, agreeing(tail, &self.edges[index].enter, self.in_step, least)?))).collect();
        if !list.is_empty() {
            return list;
        }
        for (at, seed) in sequence::words(tail, SEED_BP).filter(|(at, _)| *at > 0) {
            for &(index, behind) in self.seeds.get(&seed).into_iter().flatten() {
                // If the read lacks bases of the exon, the seed lies earlier on the read than on the exon.
                let (from, missing) = (at.saturating_sub(behind), behind.saturating_sub(at));
                if (from == 0 && missing == 0) || (missing > 0 && self.in_step) || from > farthest_bp {
                    continue;
                }
                let Some(fit) = agreeing(&tail[from..], &self.edges[index].enter[missing..], self.in_step, least_behind) else { continue };
                if !list.iter().any(|(other, gap, _)| (*other, *gap) == (index, from)) {
                    list.push((index, from, fit));
                }
            }
        }
        list
    }

    /// The breakend of an edge.
    pub(super) fn end(&self, index: usize) -> Breakend {
        self.edges[index].end
    }

    /// Whether bases begin as one of the edges does.
    fn begins(&self, bases: &[u8]) -> bool {
        let some = &bases[..bases.len().min(SEED_BP)];
        self.edges
            .iter()
            .map(|edge| compare(some, &edge.enter, self.in_step))
            .any(|fit| fit.compared >= MIN_BEGIN_BP && fit.mismatches <= 1)
    }

    fn near(&self, end: Breakend, reach_bp: u32) -> impl Iterator<Item = &Edge> {
        let from = Breakend::new(end.contig, end.boundary.saturating_sub(reach_bp), Side::Lower);
        let first = self.edges.partition_point(|edge| edge.end < from);
        self.edges[first..]
            .iter()
            .take_while(move |edge| edge.end.contig == end.contig && edge.end.boundary <= end.boundary.saturating_add(reach_bp))
            .filter(move |edge| edge.end.side == end.side)
    }
}

/// Two stretches compared base by base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StretchComparison {
    /// Bases known on both sides.
    pub(super) compared: usize,
    mismatches: usize,
}

impl StretchComparison {
    fn agrees(self, least: usize) -> bool {
        self.compared >= least && self.mismatches * BP_PER_MISMATCH <= self.compared
    }

    pub(super) fn score(self) -> i64 {
        self.compared as i64 - 5 * self.mismatches as i64
    }

    /// Chance matches expected in so many places for a tail that begins with these bases. Runs, repeats and adapter are more likely than
    /// other bases, wherever they come from.
    pub(super) fn expected(self, tail: &[u8], places: f64) -> f64 {
        let (bases, mismatches) = (self.compared as f64, self.mismatches as f64);
        let choices: f64 = (0..self.mismatches).map(|k| (bases - k as f64) / (k as f64 + 1.0)).product();
        let told = information_nats(&tail[..self.compared.min(tail.len())]).min(bases * NATS_PER_BASE);
        places * choices * 3f64.powf(mismatches) * (-told).exp()
    }
}

/// The bases by which a tail is recognised as the begin of an exon; none if there are too few, or if they are a homopolymer or a repeat.
fn begin(tail: &[u8], in_step: bool) -> Option<&[u8]> {
    let begin = tail.get(..if in_step { MIN_ALIKE_BP } else { MIN_ALIKE_LONG_BP })?;
    (in_step || !is_simple(begin)).then_some(begin)
}

/// Whether an exon may begin with these bases.
fn begins_alike(begin: &[u8], enter: &[u8], in_step: bool) -> bool {
    if in_step {
        return enter.starts_with(begin);
    }
    // An unknown base matches every base.
    let known = enter.get(..begin.len()).filter(|enter| !enter.contains(&b'N'));
    known.is_some_and(|enter| edits_within(begin, enter, begin.len() / 4).is_some())
}

/// Compares all bases or, where reads do not keep step, the first ones up to where they agree best: behind a base that is inserted or
/// left out nothing agrees.
fn compare(tail: &[u8], enter: &[u8], in_step: bool) -> StretchComparison {
    let mut sum = StretchComparison { compared: 0, mismatches: 0 };
    let mut best = sum;
    for (x, y) in tail.iter().zip(enter).filter(|(x, y)| **x != b'N' && **y != b'N') {
        sum.compared += 1;
        sum.mismatches += usize::from(x != y);
        if in_step || sum.score() > best.score() {
            best = sum;
        }
    }
    best
}

/// As [`compare`], where enough bases agree; most stretches do not, which the first bases tell.
fn agreeing(tail: &[u8], enter: &[u8], in_step: bool, least: usize) -> Option<StretchComparison> {
    let most = tail.len().min(enter.len()) / BP_PER_MISMATCH;
    let wrong = tail.iter().zip(enter).filter(|(x, y)| x != y && **x != b'N' && **y != b'N').take(most + 1).count();
    if in_step && wrong > most {
        return None;
    }
    Some(compare(tail, enter, in_step)).filter(|fit| fit.agrees(least))
}

impl EdgeTable {
    /// The edges of a kinase, of the `others` of one run and of its partners, whose bases reads or the
    /// reference show, and the reference alone (`bases`); `listed` are the junctions of the tables, kinase first, and `looked_at`
    /// is the number of edges among which partners were found. Long reads do not keep step with a gene (`in_step`). The kinase is the
    /// `kinase_role` partner of fusions that keep it.
    pub fn new(
        (kinase, kinase_role, others): (&Gene, Role, Vec<Edge>),
        partners: &[&Gene],
        bases: (&Bases<'_>, &Bases<'_>),
        (listed, looked_at): (FxHashSet<(Breakend, Breakend)>, usize),
        in_step: bool,
    ) -> Self {
        let of_partners = |role: Role| -> Vec<Edge> { partners.iter().flat_map(|gene| edges(gene, role, bases)).collect() };
        let mut listed_at: FxHashMap<Breakend, usize> = FxHashMap::default();
        for &(three, five) in &listed {
            *listed_at.entry(three).or_default() += 1;
            *listed_at.entry(five).or_default() += 1;
        }
        Self {
            kinase: EdgeIndex::new(edges(kinase, kinase_role, bases), in_step),
            partners: EdgeIndex::new(of_partners(kinase_role.other()), in_step),
            kinase_own: EdgeIndex::new(edges(kinase, kinase_role.other(), bases), in_step),
            partners_own: EdgeIndex::new(of_partners(kinase_role), in_step),
            other_kinases: EdgeIndex::new(others, in_step),
            listed,
            listed_at,
            looked_at,
            kinase_role,
        }
    }

    /// Which partner of a fusion the genes are that are joined to the kinase.
    pub fn partner_role(&self) -> Role {
        self.kinase_role.other()
    }

    /// Whether reads keep step with a gene.
    pub fn in_step(&self) -> bool {
        self.kinase.in_step
    }

    /// Whether the tables list the junction of two edges, kinase first.
    pub fn is_listed(&self, kinase: Breakend, partner: Breakend) -> bool {
        self.listed.contains(&(kinase, partner))
    }

    /// All edges at which the kinase may begin.
    pub fn kinase_edges(&self) -> &[Edge] {
        &self.kinase.edges
    }

    /// Whether bases hold those with which the kinase begins at an edge.
    pub fn holds_kinase_seed(&self, bases: &[u8]) -> bool {
        sequence::words(bases, SEED_BP).any(|(_, seed)| self.kinase.seeds.contains_key(&seed))
    }

    /// Edges at which the kinase may begin, within reach of a breakend.
    pub fn kinase_near(&self, end: Breakend, reach_bp: u32) -> impl Iterator<Item = &Edge> {
        self.kinase.near(end, reach_bp)
    }

    /// Edges at which a partner may end, within reach of a breakend.
    pub fn partners_near(&self, end: Breakend, reach_bp: u32) -> impl Iterator<Item = &Edge> {
        self.partners.near(end, reach_bp)
    }

    /// Where a tail that leaves the kinase at `from` enters a partner; `crowd` is the number of tails that end there, each of which may fit by
    /// chance.
    pub fn into_partner(&self, tail: &[u8], from: Breakend, crowd: u32) -> Option<EdgeFit> {
        self.enter(true, tail, from, crowd)
    }

    /// Where a tail that leaves a partner at `from` enters the kinase; `crowd` as above.
    pub fn into_kinase(&self, tail: &[u8], from: Breakend, crowd: u32) -> Option<EdgeFit> {
        self.enter(false, tail, from, crowd)
    }

    /// As a whole or, where it ends in dirt, up to there.
    fn enter(&self, of_kinase: bool, tail: &[u8], from: Breakend, crowd: u32) -> Option<EdgeFit> {
        self.enter_whole(of_kinase, tail, from, crowd).or_else(|| {
            let clean = clean_bp(tail);
            let fit = (MIN_FIT_BP..tail.len()).contains(&clean).then(|| self.enter_whole(of_kinase, &tail[..clean], from, crowd))??;
            Some(EdgeFit { dirt_bp: tail.len() - clean, ..fit })
        })
    }

    fn enter_whole(&self, of_kinase: bool, tail: &[u8], from: Breakend, crowd: u32) -> Option<EdgeFit> {
        let (side, beside, own, other) = if of_kinase {
            (&self.partners, None, &self.kinase_own, &self.partners_own)
        } else {
            (&self.kinase, Some(&self.other_kinases), &self.partners_own, &self.kinase_own)
        };
        let is_listed = |end: Breakend| self.listed.contains(&(from, end)) || self.listed.contains(&(end, from));
        let farthest_bp = if side.in_step { usize::MAX } else { MAX_LONG_INSERTION_BP };
        let fits = side.fits(tail, farthest_bp);
        let ranked = |side: &EdgeIndex, (index, gap, fit): &(usize, usize, StretchComparison)| {
            (fit.score(), *gap == 0 && is_listed(side.edges[*index].end))
        };
        let rank = |fit: &(usize, usize, StretchComparison)| ranked(side, fit);
        let best = fits.iter().max_by_key(|fit| rank(fit))?;
        // If two edges fit equally well neither is taken. An ordinary splice of the gene itself is no fusion.
        let inserted = &tail[..best.1];
        // A chimera within two exons has their bases between the next edges: not an insertion.
        if own.begins(inserted) || other.begins(&reverse_complement(inserted)) {
            return None;
        }
        let rivals = fits.iter().filter(|fit| rank(fit) == rank(best) && fit.0 != best.0).count()
            + beside.map_or(0, |beside| beside.fits(tail, farthest_bp).iter().filter(|fit| ranked(beside, fit) >= rank(best)).count());
        let ordinary = own.fits(tail, farthest_bp).iter().any(|fit| fit.2.score() >= best.2.score());
        if rivals > 0 || ordinary {
            return None;
        }
        let (index, inserted_bp, comparison) = *best;
        let end = side.edges[index].end;
        let edges = if rank(best).1 {
            self.listed_at.get(&from).copied().unwrap_or(1)
        } else {
            (side.edges.len() + beside.map_or(0, |beside| beside.edges.len())).max(self.looked_at)
        };
        let places = edges as f64 * if inserted_bp == 0 { 1.0 } else { tail.len() as f64 } * f64::from(crowd.max(1));
        let unbroken = self.unbroken_nats(Beyond::of(tail), from, of_kinase).exp();
        let mapq = phred((comparison.expected(&tail[inserted_bp..], places) * unbroken).min(1.0));
        (mapq >= MIN_FIT_MAPQ).then_some(EdgeFit {
            end,
            inserted_bp,
            compared_bp: comparison.compared,
            dirt_bp: 0,
            score: comparison.score(),
            mapq: mapq.min(MAX_FIT_MAPQ) as u8,
        })
    }

    /// Where an unaligned read enters the kinase; the more such reads there are, the more fit by chance: offset on the read, breakend,
    /// quality.
    pub fn kinase_within(&self, read: &[u8], reads: usize) -> Option<(usize, Breakend, u8)> {
        Self::within(&self.kinase, read, reads)
    }

    /// Where a read that was not aligned enters a partner.
    pub fn partner_within(&self, read: &[u8], reads: usize) -> Option<(usize, Breakend, u8)> {
        Self::within(&self.partners, read, reads)
    }

    fn within(side: &EdgeIndex, read: &[u8], reads: usize) -> Option<(usize, Breakend, u8)> {
        let fits = side.fits(read, usize::MAX);
        let best = fits.iter().filter(|fit| fit.2.compared >= MIN_FIT_BEHIND_INSERTION_BP).max_by_key(|fit| fit.2.score())?;
        let mapq = phred(best.2.expected(&read[best.1..], (side.edges.len() * read.len() * reads.max(1)) as f64).min(1.0));
        (mapq >= MIN_FIT_MAPQ).then_some((best.1, side.edges[best.0].end, mapq.min(MAX_FIT_MAPQ) as u8))
    }

    /// Whether a tail is an ordinary splice of the kinase (or of a partner) at one of its edges.
    pub fn is_ordinary(&self, tail: &[u8], of_kinase: bool) -> bool {
        let own = if of_kinase { &self.kinase_own } else { &self.partners_own };
        !own.fits(tail, usize::MAX).is_empty()
    }

    /// Log-odds that what leaves the kinase (or a partner) beside an exon's edge is what the gene has there without a break, and then dirt,
    /// against dirt that begins at once; none below 0. Two exons may begin alike, so that a molecule without a break shows the first bases
    /// of a partner; a short exon over which no read is aligned looks like bases inserted at a break; and RNA that is not spliced goes on
    /// in the intron.
    pub fn unbroken_nats(&self, read: Beyond<'_>, at: Breakend, of_kinase: bool) -> f64 {
        let (edges, own) = if of_kinase { (&self.kinase, &self.kinase_own) } else { (&self.partners, &self.partners_own) };
        let errors = ErrorRates::of(own.in_step);
        let mut most = 0f64;
        for edge in edges.near(at, Tolerance::of(!own.in_step).shift_bp) {
            let further = at.kept_distance(edge.end.boundary);
            let (early, late) = before_and_beyond(further);
            let Some(begin) = begin(read.bases.get(early..).unwrap_or_default(), own.in_step) else { continue };
            let before = reverse_complement(&edge.enter[..edge.enter.len().min(early)]);
            let next = own.edges.iter().filter(|next| next.gene == edge.gene).map(|next| (&next.enter, 0.0));
            for (beyond, ln_share) in next.chain([(&edge.intron, UNSPLICED_FRAC.ln())]) {
                if beyond.get(late..).is_some_and(|beyond| begins_alike(begin, beyond, own.in_step)) {
                    let molecule = BasesAround { before: &before, beyond };
                    let agreement = molecule.agreement_of(read, further, errors).filter(|agreement| agreement.agreeing_bp > 0);
                    most = most.max(agreement.map_or(0.0, |agreement| agreement.log_odds + ln_share - ENDS_IN_DIRT.ln()));
                }
            }
        }
        most
    }

    /// The words of all edges, on both strands.
    pub fn words(&self, words: &mut FxHashSet<u32>) {
        for edge in self.kinase.edges.iter().chain(&self.partners.edges) {
            words.extend(self::words(&edge.enter));
            words.extend(self::words(&reverse_complement(&edge.enter)));
        }
    }
}

/// The words of a stretch as numbers; none that holds an unknown base.
pub fn words(bases: &[u8]) -> impl Iterator<Item = u32> + '_ {
    sequence::words(bases, WORD_BP).map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Tail;
    use crate::genome::{ContigId, Strand};

    const GENOME: &[u8] = b"GATTACACCGTATGCATTGCAAGTCCTGAACGTTAGCATCGGATTCAGTACCGGCATACGAGTTCACCAGGTCCTTAGCAAGTCCA";

    fn gene(symbol: &str, contig: u32, exons: &[(u32, u32)]) -> Gene {
        Gene::made_up(symbol, contig, Strand::Forward, exons)
    }

    #[test]
    fn words_are_those_of_each_place_and_pass_over_unknown_bases() {
        let bases = b"ACGTACGTTGCAACGTAGGCNACGTACGTTGCAACGTC";
        let found: Vec<u32> = words(bases).collect();
        assert_eq!(found.len(), 5 + 2);
        assert_eq!((found[0], found[4]), (found[5], words(&bases[4..20]).next().expect("one word")));
        assert!(words(&bases[..15]).next().is_none());
    }

    #[test]
    fn a_tail_that_enters_two_kinases_alike_enters_none() {
        // The last six bases of the second kinase's first twelve differ.
        let bases = |interval: Interval| {
            let mut bases = GENOME[interval.start as usize..interval.end as usize].to_vec();
            if interval.contig == ContigId(1) && interval.start == 40 {
                bases[11] = b'A';
            }
            bases
        };
        let (kinase, other) = (gene("ALK", 0, &[(0, 20), (40, 80)]), gene("ROS1", 1, &[(0, 20), (40, 80)]));
        let partner = gene("EML4", 2, &[(0, 30), (50, 80)]);
        let from = Breakend::new(ContigId(2), 30, Side::Lower);
        let enters = |others: &[&Gene], bp: usize| {
            let others = others.iter().flat_map(|gene| edges(gene, Role::Three, (&bases, &|_| Vec::new()))).collect();
            let table =
                EdgeTable::new((&kinase, Role::Three, others), &[&partner], (&bases, &|_| Vec::new()), (FxHashSet::default(), 0), true);
            table.into_kinase(&GENOME[40..40 + bp], from, 1).map(|fit| (fit.end.contig.0, fit.end.boundary))
        };
        assert_eq!((enters(&[], 11), enters(&[&other], 11)), (Some((0, 40)), None));
        assert_eq!(enters(&[&other], 14), Some((0, 40)), "one base more tells them apart");
    }

    #[test]
    fn the_genes_own_next_exon_is_known_where_a_read_is_clipped_beside_the_edge() {
        let bases = |interval: Interval| GENOME[interval.start as usize..interval.end as usize].to_vec();
        let (kinase, partner) = (gene("NTRK1", 0, &[(0, 24), (40, 80)]), gene("TFG", 1, &[(0, 30), (50, 80)]));
        // Leaves exon 2 for exon 1, whose bases it has up to 14, and ends in dirt.
        let own = [reverse_complement(&GENOME[10..24]), vec![b'G'; 28]].concat();
        let edge = Breakend::new(ContigId(0), 40, Side::Higher);
        for in_step in [true, false] {
            let table = EdgeTable::new(
                (&kinase, Role::Three, Vec::new()),
                &[&partner],
                (&bases, &|_| Vec::new()),
                (FxHashSet::default(), 0),
                in_step,
            );
            let nats = |at: Breakend, tail: &[u8]| table.unbroken_nats(Beyond::of_tail(&Tail::made_up(1, at, tail)), at, true);
            let clipped_early = [&reverse_complement(&GENOME[40..42]), own.as_slice()].concat();
            assert!(nats(edge, &own) > 10.0 && nats(edge.extended(-2), &clipped_early) > 10.0, "{in_step}");
            let late = Tail { anchor: own[..1].into(), ..Tail::made_up(1, edge.extended(1), &own[1..]) };
            assert!(table.unbroken_nats(Beyond::of_tail(&late), late.at, true) > 10.0, "{in_step}");
            assert!(nats(edge, &reverse_complement(&GENOME[52..80])) < 1.0 && nats(edge.extended(-200), &own) < 1.0, "{in_step}");
        }
    }

    #[test]
    fn a_read_that_may_be_unspliced_and_end_in_a_run_enters_an_exon_that_begins_so_less_surely() {
        // The kinase's intron begins with GTAAG, the partner's exon with the same and a run.
        let (intron, partner_enters) = (b"GTAAGTCCTAGG", reverse_complement(b"GTAAGAAAAAAACTTGCA"));
        let bases = |interval: Interval| {
            let mut genome = GENOME.to_vec();
            if interval.contig == ContigId(0) {
                genome[24..36].copy_from_slice(intron);
            } else {
                genome[30 - partner_enters.len()..30].copy_from_slice(&partner_enters);
            }
            genome[interval.start as usize..(interval.end as usize).min(GENOME.len())].to_vec()
        };
        let kinase = Gene::made_up("NTRK1", 0, Strand::Reverse, &[(0, 24), (40, 80)]);
        let partner = gene("TFG", 1, &[(0, 30), (50, 80)]);
        let edge = Breakend::new(ContigId(0), 24, Side::Lower);
        let enters = |tail: &[u8], reference: &Bases<'_>| {
            let listed = FxHashSet::from_iter([(edge, Breakend::new(ContigId(1), 30, Side::Lower))]);
            let table = EdgeTable::new((&kinase, Role::Three, Vec::new()), &[&partner], (&bases, reference), (listed, 0), true);
            table.into_partner(tail, edge, 1).map_or(0, |fit| fit.mapq)
        };
        let unknown = |_: Interval| Vec::new();
        let lost = |tail: &[u8]| enters(tail, &unknown) - enters(tail, &bases);
        assert!(lost(b"GTAAGAAAAA") >= 15, "{} of {}", lost(b"GTAAGAAAAA"), enters(b"GTAAGAAAAA", &unknown));
        assert_eq!((lost(b"GTAAGAAAAAAACTTGC"), enters(b"GTAAGAAAAAAACTTGC", &bases)), (0, 60), "what follows the run is the partner's");
    }

    #[test]
    fn what_a_molecule_has_inwards_goes_over_splices_on_either_side() {
        let gene = gene("ALK", 0, &[(5, 20), (30, 38), (60, 80)]);
        let read = |end: Breakend, bp: u32| {
            let stretches: Vec<(u32, u32)> = stretches(&gene, end, bp).iter().map(|stretch| (stretch.start, stretch.end)).collect();
            stretches
        };
        let end = |boundary, side| Breakend::new(ContigId(0), boundary, side);
        assert_eq!(read(end(60, Side::Higher), 30), [(60, 80)], "no exon follows");
        assert_eq!(read(end(33, Side::Higher), 10), [(33, 38), (60, 65)]);
        assert_eq!(read(end(36, Side::Lower), 10), [(30, 36), (16, 20)]);
        assert_eq!(read(end(50, Side::Lower), 10), [], "an intron");
        let bases = |interval: Interval| GENOME[interval.start as usize..interval.end as usize].to_vec();
        let inwards = inwards(&stretches(&gene, end(36, Side::Lower), 10), Side::Lower, &bases);
        assert_eq!(inwards, [reverse_complement(&GENOME[30..36]), reverse_complement(&GENOME[16..20])].concat());
    }
}
