//! Unbroken fragments across a breakpoint: those that would have shown the fusion had they carried it.
//!
//! A fragment crosses a boundary when one of its reads covers it with at least [`MIN_ANCHOR_BP`] bases on each side, or when its
//! mates lie on either side of it, in one gene or within an ordinary insert. A read that is clipped or split at the boundary does
//! not. In RNA a normal splice that starts or ends at the boundary crosses it, also where the aligner wrote it as a split; for the
//! allele fraction mates of RNA do not, since aligners write those of a splice and leave out most of those of a fusion.

use std::ops::Range;

use rayon::ThreadPool;
use rust_lapper::{Interval as Lap, Lapper};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::assay::Assay;
use crate::alignment::cut_reads::Parts;
use crate::alignment::library::Library;
use crate::alignment::read::{FragmentId, ReadRecord, RecordKind};
use crate::alignment::scan::leaves_out_flagged;
use crate::alignment::tile;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::genome::{Breakend, ContigId, Interval, Strand};
use crate::material::Material;

/// Bases that a read must have on each side of a junction to count for it or against it: with 10 bases a chance match to a given
/// place is one in a million.
pub const MIN_ANCHOR_BP: u32 = 10;

/// Bases by which errors move the place where a read is cut.
const CUT_BP: u32 = 3;

/// Widest stretch that is read at once.
const MAX_WINDOW_BP: u32 = 5_000;

/// A place at which unbroken molecules are counted.
pub struct Query<'a> {
    /// The breakend.
    pub at: Breakend,
    /// Span of the gene there, within which a normal splice stays.
    pub gene: Option<Interval>,
    /// Whether the place is an exon's edge in RNA: then only a splice of the wild-type transcript crosses, not a read that runs on into
    /// the intron (unspliced RNA, or DNA that was carried along).
    pub at_splice: bool,
    /// Whether mates on either side count as well as reads.
    pub by_mates: bool,
    /// The fragments that are broken there.
    pub broken: &'a FxHashSet<FragmentId>,
}

/// For each query the number of molecules that cross its place unbroken.
///
/// # Errors
/// When the file cannot be read.
pub fn unbroken(pool: &ThreadPool, library: &Library, queries: &[Query<'_>]) -> Result<Vec<u32>> {
    let assay = &library.assay;
    let reach_bp = if assay.long_reads { 50 } else { assay.insert_max_bp.max(assay.read_length_bp) + 50 };
    let window = |at: Breakend| Interval {
        contig: at.contig,
        start: at.boundary.saturating_sub(reach_bp),
        end: at.boundary.saturating_add(reach_bp),
    };
    // Neighbouring places are read together.
    let mut order: Vec<usize> = (0..queries.len()).collect();
    order.sort_by_key(|&index| (queries[index].at, index));
    let mut jobs: Vec<(Interval, Vec<usize>)> = Vec::new();
    for index in order {
        let place = window(queries[index].at);
        match jobs.last_mut() {
            Some((whole, members)) if whole.overlaps(&place) && place.end.saturating_sub(whole.start) <= MAX_WINDOW_BP => {
                whole.end = whole.end.max(place.end);
                members.push(index);
            }
            _ => jobs.push((place, vec![index])),
        }
    }
    let parts = Parts::read(pool, library, queries.iter().filter_map(|query| query.gene).collect())?;
    let counted = tile::run(
        pool,
        jobs.len(),
        || library.reader(),
        |reader, job| {
            let (whole, members) = &jobs[job];
            // At high depth most reads of a window cover none of the places.
            let places: Vec<u32> = members.iter().map(|&index| queries[index].at.boundary).collect();
            let over_any = |reach: Range<u32>| places.get(places.partition_point(|at| *at < reach.start)).is_some_and(|at| *at < reach.end);
            let mut views: Vec<ReadRecord> = Vec::new();
            let mut flagged: FxHashSet<FragmentId> = FxHashSet::default();
            reader.visit(*whole, |record, lane| {
                if let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, assay.umi.as_ref()) {
                    view.fragment = lane.fragment(view.fragment);
                    if view.duplicate && leaves_out_flagged(assay.duplicates) {
                        flagged.insert(view.fragment);
                    } else if assay.faults.has_cut_reads() || reach(&view, assay).is_none_or(over_any) {
                        views.push(view.shrunk());
                    }
                }
            })?;
            views.retain(|view| !flagged.contains(&view.fragment));
            parts.join(&mut views);
            Ok(counts(&views, queries, members, assay))
        },
    )?;
    let mut depths = vec![0; queries.len()];
    for (index, depth) in counted.into_iter().flatten() {
        depths[index] = depth;
    }
    Ok(depths)
}

/// The counts of those of the queries that one reading serves, each with its query. What crosses a place is the same for all of its queries.
fn counts(views: &[ReadRecord], queries: &[Query<'_>], members: &[usize], assay: &Assay) -> Vec<(usize, u32)> {
    let near = Near::new(views, assay);
    let place = |index: usize| {
        let Query { at, gene, at_splice, by_mates, .. } = queries[index];
        (at, gene, at_splice, by_mates)
    };
    let mut places: FxHashMap<_, Vec<usize>> = FxHashMap::default();
    for &index in members {
        places.entry(place(index)).or_default().push(index);
    }
    let mut list = Vec::with_capacity(members.len());
    for indices in places.values() {
        let crossing = crossing(&near, &queries[indices[0]], assay);
        // All records of a fragment say where its ends are. A copy of a broken molecule is none that is unbroken.
        let mut told: FxHashSet<FragmentId> = crossing.iter().map(|view| view.fragment).collect();
        told.extend(indices.iter().flat_map(|&index| queries[index].broken.iter().copied()));
        let molecules = Molecules::group(views.iter().filter(|view| told.contains(&view.fragment)), assay.duplicates);
        let unbroken: FxHashSet<FragmentId> = crossing.iter().map(|view| molecules.of(view.fragment)).collect();
        list.extend(indices.iter().map(|&index| {
            let broken: FxHashSet<FragmentId> = queries[index].broken.iter().map(|fragment| molecules.of(*fragment)).collect();
            (index, unbroken.difference(&broken).count() as u32)
        }));
    }
    list
}

/// Reads by where they lie, so that a place meets only those that may cross it.
struct Near<'v> {
    views: &'v [ReadRecord],
    /// From the first to the last boundary that a read, or it and its mate, may cross.
    reaching: Lapper<u32, usize>,
    /// Splices that an aligner wrote as a split go on anywhere.
    anywhere: Vec<usize>,
}

impl<'v> Near<'v> {
    fn new(views: &'v [ReadRecord], assay: &Assay) -> Self {
        let (mut anywhere, mut reaching) = (Vec::new(), Vec::new());
        for (val, view) in views.iter().enumerate() {
            match reach(view, assay) {
                Some(Range { start, end }) => reaching.push(Lap { start, stop: end, val }),
                None => anywhere.push(val),
            }
        }
        Self { views, reaching: Lapper::new(reaching), anywhere }
    }

    /// The reads that may cross a boundary, in the order of the file.
    fn over(&self, boundary: u32) -> impl Iterator<Item = &'v ReadRecord> + '_ {
        let reaching = self.reaching.find(boundary, boundary.saturating_add(1)).map(|interval| interval.val);
        let mut found: Vec<usize> = reaching.chain(self.anywhere.iter().copied()).collect();
        found.sort_unstable();
        found.into_iter().map(|index| &self.views[index])
    }
}

/// The boundaries that a read, or it and its mate, may cross; none where an aligner wrote a splice as a split, which goes on anywhere.
fn reach(view: &ReadRecord, assay: &Assay) -> Option<Range<u32>> {
    let rna = assay.material() == Material::Rna;
    if rna && !view.elsewhere.is_empty() {
        return None;
    }
    let low = view.pieces.iter().map(|piece| piece.start).min()?;
    let high = view.pieces.iter().map(|piece| piece.end).max()?;
    // Mates farther apart than a fragment's length do not cross the place together.
    let near = |start: u32| rna || low.abs_diff(start) <= longest_bp(assay);
    let mate = view.mate.filter(|mate| mate.contig == view.pieces[0].contig && near(mate.start)).map_or(low, |mate| mate.start);
    Some(low.min(mate).saturating_sub(CUT_BP)..high.max(mate).saturating_add(CUT_BP + 1))
}

/// The reads that cross a query's place and show no break there, whatever shows the junction in question.
fn crossing<'v>(near: &Near<'v>, query: &Query<'_>, assay: &Assay) -> Vec<&'v ReadRecord> {
    let mut crossing: Vec<&ReadRecord> = Vec::new();
    let mut splits: FxHashSet<FragmentId> = FxHashSet::default();
    for view in near.over(query.at.boundary) {
        match crosses(view, query, assay) {
            Crossing::Yes => crossing.push(view),
            Crossing::Broken => {
                splits.insert(view.fragment);
            }
            Crossing::No => {}
        }
    }
    crossing.retain(|view| !splits.contains(&view.fragment));
    crossing
}

/// Bases that mates of one fragment may lie apart.
fn longest_bp(assay: &Assay) -> u32 {
    assay.insert_max_bp.max(assay.read_length_bp).saturating_mul(2)
}

enum Crossing {
    Yes,
    No,
    /// The read ends here with other bases: it shows some break, if not this one.
    Broken,
}

fn crosses(view: &ReadRecord, query: &Query<'_>, assay: &Assay) -> Crossing {
    let Query { at, gene, at_splice, by_mates, .. } = *query;
    let boundary = at.boundary;
    let rna = assay.material() == Material::Rna;
    let in_gene = |contig: ContigId, position: u32| gene.is_some_and(|gene| gene.touches(contig, position));
    // Quick exit: most reads lie on one side of the place.
    let (Some(low), Some(high)) = (view.pieces.iter().map(|piece| piece.start).min(), view.pieces.iter().map(|piece| piece.end).max())
    else {
        return Crossing::No;
    };
    let pair_may_span = by_mates && view.mate.is_some_and(|mate| mate.contig == at.contig && (mate.start < boundary) != (low < boundary));
    let may_go_on = rna && !view.elsewhere.is_empty();
    if view.pieces[0].contig == at.contig && (high + CUT_BP < boundary || boundary + CUT_BP < low) && !pair_may_span && !may_go_on {
        return Crossing::No;
    }
    let mut pieces: Vec<_> = view.pieces.clone();
    if rna {
        // A splice that the aligner wrote as a split stays within the gene.
        pieces.extend(view.elsewhere.iter().flatten().filter(|piece| in_gene(piece.contig, piece.start)));
    }
    let here = pieces.iter().filter(|piece| piece.contig == at.contig);
    for piece in here.clone() {
        if piece.start + MIN_ANCHOR_BP <= boundary && boundary + MIN_ANCHOR_BP <= piece.end {
            return if at_splice { Crossing::No } else { Crossing::Yes };
        }
    }
    // Ends exactly at the boundary and goes on beyond: a splice within the gene crosses, anything else is broken.
    for piece in here.clone() {
        let ends_here = piece.end.abs_diff(boundary) <= CUT_BP || piece.start.abs_diff(boundary) <= CUT_BP;
        if !ends_here || piece.query_bp() < MIN_ANCHOR_BP {
            continue;
        }
        let upper_end = piece.end.abs_diff(boundary) <= CUT_BP;
        let at_query_end = upper_end == (piece.strand == Strand::Forward);
        let beyond = if at_query_end { view.length.saturating_sub(piece.query_end) } else { piece.query_start };
        if beyond < MIN_ANCHOR_BP {
            continue;
        }
        let goes_on = pieces.iter().any(|other| {
            let follows = if at_query_end {
                other.query_start + 12 >= piece.query_end && other.query_start > piece.query_start
            } else {
                other.query_end <= piece.query_start + 12 && other.query_end < piece.query_end
            };
            follows && other.contig == at.contig && in_gene(other.contig, other.start)
        });
        return if rna && goes_on { Crossing::Yes } else { Crossing::Broken };
    }
    if !by_mates {
        // Within an intron, or a few bases beside an exon's edge, unbroken RNA is spliced over the place.
        let here = here.filter(|piece| in_gene(piece.contig, piece.start));
        let below: u32 = here.clone().map(|piece| piece.end.min(boundary).saturating_sub(piece.start)).sum();
        let above: u32 = here.map(|piece| piece.end.saturating_sub(piece.start.max(boundary))).sum();
        return if !at_splice && below.min(above) >= MIN_ANCHOR_BP { Crossing::Yes } else { Crossing::No };
    }
    // Mates on either side.
    let Some(mate) = view.mate.filter(|mate| mate.contig == at.contig && view.kind == RecordKind::Primary) else { return Crossing::No };
    let strand = view.pieces[0].strand;
    if strand == mate.strand {
        return Crossing::No;
    }
    // A fragment reaches from the forward read's first base to the reverse read's last. Seen from the reverse read both are known;
    // seen from the forward read the mate's end is not, but a mate that begins beyond the boundary ends beyond it, and one that
    // begins before it is near enough to be seen itself.
    let spans = match strand {
        Strand::Forward => low + MIN_ANCHOR_BP <= boundary && boundary <= mate.start,
        Strand::Reverse => mate.start + MIN_ANCHOR_BP <= boundary && boundary + MIN_ANCHOR_BP <= high,
    };
    let near = low.abs_diff(mate.start) <= longest_bp(assay) || (rna && in_gene(mate.contig, mate.start));
    if spans && near {
        Crossing::Yes
    } else {
        Crossing::No
    }
}
