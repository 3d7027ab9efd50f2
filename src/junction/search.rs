//! Searches the whole file for the partner of a break that nothing else explains: no pair, no second alignment and no exon edge of a known
//! partner points to it.
//!
//! ```text
//!   kinase ====|iiiioooooooooo>           two or more fragments agree on the bases that follow an edge of the kinase
//!                   oooooooooooooooo      reads of another gene have the same words: there the partner lies
//! ```
//!
//! In RNA inserted bases cause this for a partner that is not in the tables: aligners clip the reads and split none.

use std::collections::BTreeSet;

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::library::Library;
use crate::alignment::read::{FragmentId, Piece, ReadRecord};
use crate::alignment::scan::Sieve;
use crate::alignment::{scan, tile};
use crate::error::Result;
use crate::evidence::tail::{chance_mapq, Placement, Tail};
use crate::genome::{Breakend, Interval, Side};
use crate::sequence::dirt::telling_bp;
use crate::sequence::reverse_complement;

use super::candidate::Tolerance;
use super::edges::{words, EdgeTable, MIN_FIT_BP, WORD_BP};
use super::find::{is_guess, is_sure, Evidence};
use super::meet;
use super::realign::{place, Bases};

/// Fewest fragments that must agree on what follows an edge; a single one may be a random chimera.
const MIN_FRAGMENTS: usize = 2;
/// Fewest bases that they must show.
const MIN_TAIL_BP: usize = WORD_BP + 4;
/// Information that these bases must carry, as a number of random bases: poly(A) tails and adapter are no partner.
const MIN_TELLING_BP: f64 = 15.0;
/// Bases before the end that take part, so that reads of the partner's side are known by what they have of the kinase.
const LEAD_BP: usize = WORD_BP - 1;
/// Bases of either side that a word across the end may have; so it has at least five of each.
const ACROSS_BP: usize = WORD_BP - 5;
/// Breaks of one kinase that are looked for.
const MAX_BREAKS: usize = 8;
/// Width of a tile in bases.
const TILE_BP: u32 = 2_000_000;
/// Places that are tried for one break, those with most reads first.
const MAX_PLACES: usize = 12;
/// Bases beside the reads of a place that are looked at.
const MARGIN_BP: u32 = 150;
/// Bases by which chance or a substitution takes a tail past an edge.
const MAX_OVERRUN_BP: u32 = 4;

/// A break of a kinase that nothing explains.
#[derive(Debug, Clone)]
pub struct Break {
    /// The kinase's end.
    end: Breakend,
    /// What follows.
    tail: Vec<u8>,
    /// The words of it and of the last bases before, on both strands.
    words: FxHashSet<u32>,
    /// Those of them that have bases of either side of the end.
    across: FxHashSet<u32>,
}

impl Break {
    /// The unexplained breaks of a kinase, those with most fragments first. `on_edge` knows the exon edges
    /// of all genes: a splice to a place that is no exon edge only means that the aligner found nothing better within reach.
    pub fn all(evidence: &Evidence, edges: &EdgeTable, tolerance: Tolerance, on_edge: &dyn Fn(Breakend) -> bool) -> Vec<Self> {
        let at_edge = |end: Breakend| edges.kinase_near(end, 0).next().is_some();
        let is_sure = |tail: &Tail| is_sure(tail) && !is_guess(tail, on_edge);
        let open: Vec<Tail> = evidence
            .kinase_tails
            .iter()
            .filter(|tail| at_edge(tail.at) && !is_sure(tail) && !edges.is_ordinary(&tail.bases, true))
            .map(|tail| Tail { placement: None, ..tail.clone() })
            .collect();
        let sure: Vec<&Tail> = evidence.kinase_tails.iter().filter(|tail| is_sure(tail)).collect();
        let explained =
            |bundle: &meet::Bundle| sure.iter().any(|tail| tail.at == bundle.end && meet::agree(&tail.bases, &bundle.tail, tolerance));
        let mut found: Vec<meet::Bundle> = meet::bundles(open.iter(), tolerance)
            .into_iter()
            .filter(|bundle| bundle.fragments.len() >= MIN_FRAGMENTS && bundle.tail.len() >= MIN_TAIL_BP)
            .filter(|bundle| telling_bp(&bundle.tail) >= MIN_TELLING_BP && !explained(bundle))
            .collect();
        found.sort_by_key(|bundle| (std::cmp::Reverse(bundle.fragments.len()), bundle.end));
        found.into_iter().take(MAX_BREAKS).map(Self::of).collect()
    }

    /// What its reads go on with, away from the kinase.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    fn of(bundle: meet::Bundle) -> Self {
        let lead = &bundle.anchor[bundle.anchor.len().saturating_sub(LEAD_BP)..];
        let whole = [lead, &bundle.tail].concat();
        let turned = reverse_complement(&whole);
        let both = |bases: &[u8], turned: &[u8]| words(bases).chain(words(turned)).collect();
        let around = &whole[lead.len().saturating_sub(ACROSS_BP)..whole.len().min(lead.len() + ACROSS_BP)];
        let across = both(around, &reverse_complement(around));
        Self { end: bundle.end, words: both(&whole, &turned), tail: bundle.tail, across }
    }

    /// Whether reads that lie elsewhere in one piece have the bases of either side of the end: then they are one stretch of a gene, some
    /// copy of a repeat, and no break.
    fn is_unbroken_in(&self, found: &[ReadRecord], in_kinase: &dyn Fn(Breakend) -> bool) -> bool {
        let unbroken = |record: &ReadRecord, piece: &Piece| {
            let bases = record.bases.as_deref().and_then(|bases| bases.get(piece.query_start as usize..piece.query_end as usize));
            !in_kinase(piece.breakend(true)) && bases.is_some_and(|bases| words(bases).any(|word| self.across.contains(&word)))
        };
        found.iter().any(|record| record.pieces.iter().any(|piece| unbroken(record, piece)))
    }

    fn is_in(&self, bases: &[u8]) -> bool {
        words(bases).any(|word| self.words.contains(&word))
    }
}

/// The reads of the whole file that share words with one of the breaks.
///
/// # Errors
/// When the file cannot be read.
pub fn reads(pool: &ThreadPool, library: &Library, breaks: &[Break], step: &(dyn Fn() + Sync)) -> Result<Vec<ReadRecord>> {
    let parts = scan::sift(pool, library, &tiles(library), Sieve::Read(&has_word(breaks)), step)?;
    Ok(parts.into_iter().flatten().collect())
}

/// Whether bases share a word with one of the breaks.
pub fn has_word(breaks: &[Break]) -> impl Fn(&[u8]) -> bool + Sync {
    let wanted: FxHashSet<u32> = breaks.iter().flat_map(|unexplained| unexplained.words.iter().copied()).collect();
    move |bases| words(bases).any(|word| wanted.contains(&word))
}

/// The tiles in which the whole file is read.
pub fn tiles(library: &Library) -> Vec<Interval> {
    let whole = library.contigs.iter().map(|(contig, details)| Interval { contig, start: 0, end: details.length_bp });
    tile::tiles(&whole.collect::<Vec<_>>(), TILE_BP)
}

impl Evidence {
    /// Places the tails of the breaks where the `found` reads show the same bases. `on_edge` knows the exon edges of all genes.
    pub fn place_by_reads(
        &mut self,
        breaks: &[Break],
        found: &[ReadRecord],
        tolerance: Tolerance,
        bases: &Bases<'_>,
        (in_kinase, on_edge): (&dyn Fn(Breakend) -> bool, &dyn Fn(Breakend) -> bool),
    ) {
        for unexplained in breaks {
            if unexplained.is_unbroken_in(found, in_kinase) {
                continue;
            }
            let Some(there) = unexplained.place(found, tolerance, bases, (in_kinase, on_edge)) else { continue };
            let Some(rest) = unexplained.tail.get(there.inserted_bp..) else { continue };
            let agreeing =
                |tail: &&mut Tail| tail.at == unexplained.end && !is_sure(tail) && meet::agree(&tail.bases, &unexplained.tail, tolerance);
            for tail in self.kinase_tails.iter_mut().filter(agreeing) {
                let beyond = tail.bases.len().min(unexplained.tail.len()).saturating_sub(there.inserted_bp);
                tail.placement = (beyond >= MIN_FIT_BP).then(|| Placement {
                    breakend: there.end,
                    overlap_bp: -(there.inserted_bp as i32),
                    aligned_bp: beyond as u32,
                    score: beyond as i64,
                    mapq: there.mapq.min(chance_mapq((rest.len() as u32, 0), on_edge(there.end))),
                    gap: false,
                });
            }
        }
    }
}

/// Where a break goes on.
struct TailPlace {
    end: Breakend,
    inserted_bp: usize,
    mapq: u8,
}

impl Break {
    /// The one place at which the tail lies.
    fn place(
        &self,
        found: &[ReadRecord],
        tolerance: Tolerance,
        bases: &Bases<'_>,
        (in_kinase, on_edge): (&dyn Fn(Breakend) -> bool, &dyn Fn(Breakend) -> bool),
    ) -> Option<TailPlace> {
        let mut pieces: Vec<(Interval, u8, FragmentId)> = Vec::new();
        for record in found {
            let Some(bases) = record.bases.as_deref() else { continue };
            let here = |piece: &&Piece| {
                let aligned = bases.get(piece.query_start as usize..piece.query_end as usize);
                !in_kinase(piece.breakend(true)) && aligned.is_some_and(|aligned| self.is_in(aligned))
            };
            let interval = |piece: &Piece| Interval { contig: piece.contig, start: piece.start, end: piece.end };
            pieces.extend(record.pieces.iter().filter(here).map(|piece| (interval(piece), piece.mapq, record.fragment)));
        }
        let mut windows: Vec<(Interval, usize, u8)> = tile::merged(pieces.iter().map(|(interval, _, _)| *interval).collect(), MARGIN_BP)
            .into_iter()
            .map(|window| {
                let inside = || pieces.iter().filter(|(interval, _, _)| interval.overlaps(&window));
                let fragments: BTreeSet<FragmentId> = inside().map(|(_, _, fragment)| *fragment).collect();
                let mut mapqs: Vec<u8> = inside().map(|(_, mapq, _)| *mapq).collect();
                mapqs.sort_unstable();
                (window, fragments.len(), mapqs[mapqs.len() / 2])
            })
            .collect();
        windows.sort_by_key(|(window, fragments, _)| (std::cmp::Reverse(*fragments), *window));
        let mut places: Vec<TailPlace> = Vec::new();
        for (window, _, mapq) in windows.into_iter().take(MAX_PLACES) {
            let wide = Interval { start: window.start.saturating_sub(MARGIN_BP), end: window.end + MARGIN_BP, ..window };
            let forward = bases(wide);
            if forward.is_empty() {
                continue;
            }
            for side in [Side::Lower, Side::Higher] {
                if let Some((end, inserted_bp)) = place(&self.tail, wide, &forward, side, tolerance) {
                    // Inserted bases, like a variant beside the break, may happen to be those of the intron.
                    let overrun = (0..=MAX_OVERRUN_BP).find(|&bases| on_edge(end.extended(-i64::from(bases)))).unwrap_or(0);
                    places.push(TailPlace { end: end.extended(-i64::from(overrun)), inserted_bp: inserted_bp + overrun as usize, mapq });
                }
            }
        }
        places.sort_by_key(|place| (place.inserted_bp, place.end));
        let fewest = places.first()?.inserted_bp;
        let only = places.iter().filter(|place| place.inserted_bp == fewest).count() == 1;
        places.into_iter().next().filter(|_| only)
    }
}
