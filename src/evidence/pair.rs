//! Discordant pairs: fragments with one mate at a kinase and the other one outside, so that a break may lie between them.

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
        let Some(mate) = chain.mate else { continue };
        // A read whose longer part lies in a repeat has its primary alignment anywhere; its part in the kinase counts.
        let in_gene = |piece: &Piece| inside(piece.contig, piece.start) || inside(piece.contig, piece.end);
        let strays = chain.primary.iter().all(|piece| !in_gene(piece) && piece.mapq < MIN_PLACED_MAPQ);
        let at_kinase: Vec<Piece> = chain.pieces.iter().filter(|piece| strays && in_gene(piece)).copied().collect();
        let Some((here, strand, mapq)) = extent(if strays { &at_kinase } else { &chain.primary }) else { continue };
        let (kinase, kinase_begin) = pointing(here.contig, here.start, here.end, strand);
        if !inside(kinase.contig, kinase.boundary) || inside(mate.contig, mate.start) {
            continue;
        }
        let other_chain = by_read.get(&(chain.fragment, 1 - chain.number));
        // A piece that fits several copies of a repeat and was placed far from the mate: the mate's place is the better evidence.
        let near_mate = |piece: &Piece| {
            piece.contig == mate.contig
                && piece.start.abs_diff(mate.start) <= assay.insert_max_bp.max(assay.read_length_bp).saturating_mul(2)
        };
        let reads_back = chain.pieces.iter().any(|piece| !in_gene(piece) && (piece.mapq >= MIN_PLACED_MAPQ || near_mate(piece)));
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

/// Mapping quality from which a piece's place is trusted (one error in ten).
const MIN_PLACED_MAPQ: u8 = 10;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::assay::{AssayKind, DuplicateRule};
    use crate::alignment::bytes::Bytes;
    use crate::alignment::faults::Faults;
    use crate::alignment::read::MatePlace;

    const KINASE: ContigId = ContigId(0);
    const PARTNER: ContigId = ContigId(1);
    const OTHER_COPY: ContigId = ContigId(2);

    fn piece(contig: ContigId, start: u32, (query_start, query_end): (u32, u32), mapq: u8) -> Piece {
        let end = start + query_end - query_start;
        Piece { contig, start, end, strand: Strand::Forward, query_start, query_end, mapq, edits: 0 }
    }

    /// The pairs of one read with these pieces, the first of them primary, and its mate at the partner.
    fn found(pieces: Vec<Piece>) -> Vec<Pair> {
        let assay = Assay {
            kind: AssayKind::Dna,
            paired: true,
            read_length_bp: 100,
            insert_median_bp: 300,
            insert_max_bp: 450,
            long_reads: false,
            umi: None,
            duplicates: DuplicateRule::Flag,
            duplicate_frac: 0.0,
            sampled: 1_000,
            inserts: 1_000,
            faults: Faults::default(),
            unlike: None,
            reasons: Vec::new(),
        };
        let chain = Chain {
            fragment: FragmentId(1),
            number: 0,
            primary: vec![pieces[0]],
            gapped: vec![false; pieces.len() - 1],
            pieces,
            mate: Some(MatePlace { contig: PARTNER, start: 5_000, strand: Strand::Reverse, begin: None }),
            length: 100,
            bases: None,
            qualities: Bytes::default(),
        };
        pairs(&[chain], &|contig, _| contig == KINASE, &assay)
    }

    #[test]
    fn a_piece_in_another_copy_of_a_repeat_does_not_hide_the_pair() {
        let at_kinase = piece(KINASE, 1_000, (0, 60), 60);
        let places = |pairs: &[Pair]| -> Vec<(u32, u32)> { pairs.iter().map(|pair| (pair.kinase.boundary, pair.partner_begin)).collect() };
        assert_eq!(places(&found(vec![at_kinase])), [(1_060, 5_020)]);
        assert_eq!(places(&found(vec![at_kinase, piece(OTHER_COPY, 700, (60, 100), 0)])), [(1_060, 5_020)]);
        assert_eq!(found(vec![at_kinase, piece(PARTNER, 4_900, (60, 100), 0)]), [], "beside the mate it is a split");
        assert_eq!(found(vec![at_kinase, piece(OTHER_COPY, 700, (60, 100), 60)]), [], "a sure place speaks for itself");
        assert_eq!(places(&found(vec![piece(OTHER_COPY, 700, (40, 100), 0), piece(KINASE, 1_000, (0, 40), 60)])), [(1_040, 5_020)]);
    }
}
