//! Mates on either side of a break.

use rustc_hash::FxHashMap;

use crate::alignment::read::{FragmentId, Piece};
use crate::alignment::Assay;
use crate::genome::{Breakend, ContigId, Interval, Side, Strand};

use super::chain::Chain;

/// A fragment whose mates lie in a kinase gene and outside of it. Both breakends are where the reads end: the break lies beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The fragment.
    pub fragment: FragmentId,
    /// End of the read at the kinase, with the side that the fragment keeps.
    pub kinase: Breakend,
    /// Begin of that read: where the fragment begins.
    pub kinase_begin: u32,
    /// Mapping quality at the kinase.
    pub kinase_mapq: u8,
    /// End of the mate.
    pub partner: Breakend,
    /// Begin of the mate.
    pub partner_begin: u32,
    /// Mapping quality of the mate; `None` where its record was not read.
    pub partner_mapq: Option<u8>,
}

/// A read's end towards the rest of its fragment: forward reads point up and keep the lower flank.
fn pointing(contig: ContigId, start: u32, end: u32, strand: Strand) -> (Breakend, u32) {
    match strand {
        Strand::Forward => (Breakend::new(contig, end, Side::Lower), start),
        Strand::Reverse => (Breakend::new(contig, start, Side::Higher), end),
    }
}

/// The extent of an alignment: all pieces of one contig and strand.
fn extent(pieces: &[Piece]) -> Option<(Interval, Strand, u8)> {
    let first = pieces.first()?;
    let start = pieces.iter().map(|piece| piece.start).min()?;
    let end = pieces.iter().map(|piece| piece.end).max()?;
    Some((Interval { contig: first.contig, start, end }, first.strand, first.mapq))
}

/// The pairs among the chains of one target. `inside` tells the kinase gene's places.
///
/// Ordinary pairs over the gene's edge are none (mates that point at each other within twice the largest ordinary insert), nor are
/// reads that cross the break themselves. A mate whose record was not read may be clipped anywhere: only its first bases are taken
/// to be aligned.
pub fn pairs(chains: &[Chain], inside: &dyn Fn(ContigId, u32) -> bool, assay: &Assay) -> Vec<Pair> {
    let by_read: FxHashMap<(FragmentId, u8), &Chain> = chains.iter().map(|chain| ((chain.fragment, chain.number), chain)).collect();
    let mut list = Vec::new();
    for chain in chains {
        let Some((here, strand, mapq)) = extent(&chain.primary) else { continue };
        let Some(mate) = chain.mate else { continue };
        let (kinase, kinase_begin) = pointing(here.contig, here.start, here.end, strand);
        if !inside(kinase.contig, kinase.boundary) || inside(mate.contig, mate.start) {
            continue;
        }
        let other_chain = by_read.get(&(chain.fragment, 1 - chain.number));
        let in_gene = |piece: &Piece| inside(piece.contig, piece.start) || inside(piece.contig, piece.end);
        let reads_back = chain.pieces.iter().any(|piece| !in_gene(piece));
        let mate_reads_back = other_chain.is_some_and(|chain| chain.pieces.iter().any(in_gene));
        if reads_back || mate_reads_back {
            continue;
        }
        let other = other_chain.and_then(|chain| extent(&chain.primary));
        let (there, partner_mapq) = match other {
            Some((there, _, mapq)) if there.contig == mate.contig && there.start == mate.start => (there, Some(mapq)),
            _ => (Interval { contig: mate.contig, start: mate.start, end: mate.start.saturating_add(UNREAD_MATE_BP) }, None),
        };
        let (partner, partner_begin) = pointing(there.contig, there.start, there.end, mate.strand);
        if is_ordinary(kinase, kinase_begin, partner, partner_begin, assay.insert_max_bp.saturating_mul(2)) {
            continue;
        }
        list.push(Pair { fragment: chain.fragment, kinase, kinase_begin, kinase_mapq: mapq, partner, partner_begin, partner_mapq });
    }
    list.sort_by_key(|pair| {
        (pair.kinase, pair.partner, pair.kinase_begin, pair.partner_begin, pair.kinase_mapq, pair.partner_mapq, pair.fragment)
    });
    list
}

/// Bases of a mate that are taken to be aligned when its record was not read.
const UNREAD_MATE_BP: u32 = 20;

/// Whether mates point at each other and begin no farther apart than `insert_bp`.
fn is_ordinary(kinase: Breakend, kinase_begin: u32, partner: Breakend, partner_begin: u32, insert_bp: u32) -> bool {
    let at_each_other = match (kinase.side, partner.side) {
        (Side::Lower, Side::Higher) => kinase_begin <= partner_begin,
        (Side::Higher, Side::Lower) => partner_begin <= kinase_begin,
        _ => false,
    };
    kinase.contig == partner.contig && at_each_other && kinase_begin.abs_diff(partner_begin) <= insert_bp
}
