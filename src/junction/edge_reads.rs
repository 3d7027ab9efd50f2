//! Reads an RNA file at the exon edges of the kinases and their known partners.
//!
//! It gives the bases at the edges where there is no FASTA, the reads that end there with other bases, and the unaligned reads that have the
//! bases of an edge. Only windows at the edges are read, never the whole file. Of the unaligned reads at the end of the file a bounded
//! number is read.

use rayon::ThreadPool;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::bounded::BoundedMolecules;
use crate::alignment::bytes::Distinct;
use crate::alignment::library::Library;
use crate::alignment::read::{FragmentId, Piece, ReadRecord};
use crate::alignment::scan::{self, Beside, Unaligned};
use crate::error::Result;
use crate::genome::{Breakend, ContigId, Interval};
use crate::knowledge::{Knowledge, KnownEnd5};
use crate::model::{Gene, GeneModels, Role, KINASES};
use crate::reference::{Lookup, Reference};

use super::concern::{key, RecordKey};
use super::consensus::Votes;
use super::edges::{self, Edge, EdgeTable, MIN_FIT_BP};
use super::rescue::{self, MAX_OVERRUN_BP};

/// About how many molecules vote on the bases of a place; more would not change the result.
const MAX_VOTERS: u32 = 100;
/// Reads that begin within so many bases are counted together.
const VOTING_BP: u32 = 64;
/// Edges this close are read at once: a look-up costs more than the few reads of a short intron.
const JOIN_BP: u32 = 5_000;
/// A piece of so many bases beyond an edge is a splice.
const SPLICED_PIECE_BP: u32 = 25;
/// Clipped bases from which an alignment has met something else.
const MIN_CLIP_BP: u32 = 3;

/// Where reads without an alignment are looked for.
#[derive(Default)]
pub struct Unplaced {
    /// Most of those at a file's end that are looked at.
    pub most: u64,
    /// Those that are filed with their mates.
    pub beside_mates: Vec<Beside>,
    /// Fragments that are left out, as another record of them is flagged as a duplicate.
    pub flagged: FxHashSet<FragmentId>,
}

/// The reads at the exon edges.
#[derive(Debug, Default)]
pub struct ExonEdges {
    /// For each kinase its edges and its partners'.
    pub tables: Vec<EdgeTable>,
    /// Records that end at an edge with bases that are not the gene's next exon.
    pub records: Vec<ReadRecord>,
    /// Unaligned reads with an edge's bases, or with those of a break that was looked for, mates that overlap as one.
    pub unaligned: Vec<Unaligned>,
    /// The words of the edges.
    words: FxHashSet<u32>,
    /// Unaligned reads that were looked at.
    pub unaligned_seen: u64,
    /// Those flagged as duplicates, where these are left out.
    pub unaligned_duplicates: u64,
    /// Those beyond the bound, which were not looked at.
    pub unaligned_left: u64,
}

impl ExonEdges {
    /// The edges of a target with the unaligned reads, where there are any.
    pub fn of(&self, target: usize) -> Option<(&EdgeTable, &[Unaligned])> {
        self.tables.get(target).map(|table| (table, self.unaligned.as_slice()))
    }

    /// Looks for the unaligned reads that have an edge's bases, or `more`: at the file's end and among those `beside_mates`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn look_up(&mut self, pool: &ThreadPool, library: &Library, more: &(dyn Fn(&[u8]) -> bool + Sync), reads: &Unplaced) -> Result<()> {
        let wanted = |read: &[u8]| edges::words(read).any(|word| self.words.contains(&word)) || more(read);
        let scan::UnalignedReads { mut picked, seen, duplicates, left } = scan::unaligned(library, reads.most, &wanted)?;
        // Stretches may overlap, so a read may come twice.
        let mut once: FxHashSet<(FragmentId, u8)> = FxHashSet::default();
        let beside = scan::beside(pool, library, &reads.beside_mates, &wanted)?;
        picked
            .extend(beside.into_iter().filter(|read| !reads.flagged.contains(&read.fragment) && once.insert((read.fragment, read.number))));
        self.unaligned = rescue::merged_mates(picked);
        (self.unaligned_seen, self.unaligned_duplicates, self.unaligned_left) = (seen, duplicates, left);
        Ok(())
    }
}

/// The genes that the tables list as partners of a kinase.
pub fn listed_partners<'g>(kinase: &Gene, models: &'g GeneModels, knowledge: &Knowledge) -> Vec<&'g Gene> {
    knowledge.partner_of(&kinase.symbol).into_iter().filter_map(|symbol| models.find(symbol)).collect()
}

/// Reads the edges of the `kinases`, of their known partners and of those `found` for each among `looked_at` edges, and `unplaced` reads that
/// have bases of one. Records that are `held` already are not kept once more: of an amplicon they are nearly all.
///
/// # Errors
/// When a file or the FASTA cannot be read.
#[expect(clippy::implicit_hasher, reason = "the whole crate uses one, so that maps are reproducible")]
pub fn read<'g>(
    pool: &ThreadPool,
    library: &Library,
    (kinases, found, looked_at): (&[&'g Gene], &[Vec<&'g Gene>], usize),
    (models, knowledge): (&'g GeneModels, &Knowledge),
    reference: Option<&Reference>,
    (unplaced, held): (&Unplaced, &FxHashSet<RecordKey>),
) -> Result<ExonEdges> {
    let with_found = |(kinase, found): (&&Gene, &Vec<&'g Gene>)| [listed_partners(kinase, models, knowledge), found.clone()].concat();
    let partners: Vec<Vec<&Gene>> = kinases.iter().zip(found).map(with_found).collect();
    let mut windows = Vec::new();
    let mut ends: Vec<Breakend> = Vec::new();
    let mut borders: FxHashSet<(ContigId, u32)> = FxHashSet::default();
    for (gene, role) in roles(kinases, &partners) {
        for (_, end) in edges::ends(gene, role) {
            windows.extend(edges::stretches(gene, end, edges::ENTER_BP as u32));
            ends.push(end);
        }
        let exons = gene.transcript.iter().flat_map(|transcript| &transcript.exons);
        borders.extend(exons.flat_map(|exon| [(gene.contig(), exon.start), (gene.contig(), exon.end)]));
    }
    ends.sort_unstable();
    ends.dedup();
    // A tail that would enter any of the five is known as such, whichever were asked for.
    let five = KINASES.iter().filter_map(|symbol| models.find(symbol));
    let mut all: Vec<&Gene> = five.collect();
    all.extend(kinases.iter().filter(|kinase| !KINASES.contains(&kinase.symbol.as_str())));
    let role = |kinase: &Gene| knowledge.kept_as(&kinase.symbol);
    for gene in &all {
        windows.extend(edges::ends(gene, role(gene)).into_iter().flat_map(|(_, end)| edges::stretches(gene, end, edges::ENTER_BP as u32)));
    }
    let windows = crate::alignment::tile::merged(windows, JOIN_BP);
    let reach_bp = rescue::reach_bp(!library.assay.long_reads);
    let states = scan::each(pool, library, &windows, WindowReads::default, |state, view, record| {
        let first = view.pieces[0];
        let voters = state.voters.entry(first.start / VOTING_BP).or_default();
        if reference.is_none() && voters.keeps(&view, library.assay.duplicates, MAX_VOTERS) {
            state.votes.add(&view, Interval { contig: first.contig, start: 0, end: u32::MAX });
        }
        let is_held = || key(&view).is_some_and(|key| held.contains(&key));
        if ends_with_more(&view, &ends, &borders, reach_bp) && !is_held() {
            let mut view = view.kept(record);
            state.distinct.share(view.bases.iter_mut().chain([&mut view.qualities]));
            state.records.push(view);
        }
    })?;
    let mut local = Votes::default();
    let mut shown = ExonEdges::default();
    for state in states {
        local.absorb(state.votes);
        shown.records.extend(state.records);
    }
    let fasta = Lookup::new(reference)?;
    let bases = |interval: Interval| {
        let known = fasta.bases(interval);
        if known.is_empty() {
            local.bases(interval)
        } else {
            known
        }
    };
    let reference = |interval: Interval| fasta.bases(interval);
    let listed: FxHashSet<(Breakend, Breakend)> =
        kinases.iter().zip(&partners).flat_map(|(kinase, partners)| listed(kinase, partners, knowledge)).collect();
    let of_kinases: Vec<(&str, Vec<Edge>)> =
        all.iter().map(|kinase| (kinase.symbol.as_str(), edges::edges(kinase, role(kinase), (&bases, &reference)))).collect();
    for (kinase, partners) in kinases.iter().zip(&partners) {
        let others = of_kinases.iter().filter(|(symbol, _)| *symbol != kinase.symbol).flat_map(|(_, edges)| edges.clone()).collect();
        let table = EdgeTable::new(
            (kinase, role(kinase), others),
            partners,
            (&bases, &reference),
            (listed.clone(), looked_at),
            !library.assay.long_reads,
        );
        table.words(&mut shown.words);
        shown.tables.push(table);
    }
    fasta.finish()?;
    shown.look_up(pool, library, &|_| false, unplaced)?;
    Ok(shown)
}

/// The reads of one window.
#[derive(Default)]
struct WindowReads {
    votes: Votes,
    /// Reads that voted, by where they begin.
    voters: FxHashMap<u32, BoundedMolecules>,
    records: Vec<ReadRecord>,
    distinct: Distinct,
}

/// The genes with the roles in which they are looked at, each once.
fn roles<'a>(kinases: &[&'a Gene], partners: &[Vec<&'a Gene>]) -> Vec<(&'a Gene, Role)> {
    let mut list: Vec<(&Gene, Role)> = Vec::new();
    // Both roles of each gene: what an ordinary splice reads must be known too.
    for gene in kinases.iter().chain(partners.iter().flatten()) {
        for role in [Role::Five, Role::Three] {
            if !list.iter().any(|(known, known_role)| std::ptr::eq(*known, *gene) && *known_role == role) {
                list.push((gene, role));
            }
        }
    }
    list
}

/// The junctions of the tables that join exon edges and nothing between, kinase first.
fn listed(kinase: &Gene, partners: &[&Gene], knowledge: &Knowledge) -> FxHashSet<(Breakend, Breakend)> {
    let end =
        |gene: &Gene, role: Role, number: u32| edges::ends(gene, role).into_iter().find(|(exon, _)| *exon == number).map(|(_, end)| end);
    let rows = knowledge.fusions().iter().filter(|row| row.gene3 == kinase.symbol && row.inserted_bp == 0);
    rows.filter_map(|row| {
        let gene = partners.iter().find(|gene| gene.symbol == row.gene5)?;
        let Some(KnownEnd5::Exon { number, deleted_bp: 0 }) = row.five else { return None };
        let three = row.three.as_ref().filter(|three| three.deleted_bp == 0)?;
        Some((end(kinase, Role::Three, three.number)?, end(gene, Role::Five, number)?))
    })
    .collect()
}

/// Whether a record stops within reach of one of the edges and its read goes on with bases that are not aligned at a border of an exon.
fn ends_with_more(view: &ReadRecord, ends: &[Breakend], borders: &FxHashSet<(ContigId, u32)>, reach_bp: u32) -> bool {
    view.pieces.iter().enumerate().any(|(index, piece)| {
        [false, true].into_iter().any(|at_query_end| {
            let neighbour =
                if at_query_end { view.pieces.get(index + 1) } else { index.checked_sub(1).and_then(|before| view.pieces.get(before)) };
            let leaps = |next: &Piece| if at_query_end { piece.leaps_to(next) } else { next.leaps_to(piece) };
            let spliced = neighbour.filter(|next| !leaps(next)).is_some_and(|next| {
                let begins = next.breakend(!at_query_end);
                let left = if at_query_end { view.length.saturating_sub(next.query_end) } else { next.query_start };
                // A few bases over an ordinary splice, and then a clip, are a chance match.
                let chance = next.query_bp() < MAX_OVERRUN_BP && left >= MIN_CLIP_BP;
                next.query_bp() >= SPLICED_PIECE_BP || (!chance && borders.contains(&(begins.contig, begins.boundary)))
            });
            let beyond = if at_query_end { view.length.saturating_sub(piece.query_end) } else { piece.query_start };
            if spliced || (beyond < MIN_CLIP_BP && piece.edits == 0) {
                return false;
            }
            let at = piece.breakend(at_query_end);
            let from = Breakend::new(at.contig, at.boundary.saturating_sub(reach_bp), crate::genome::Side::Lower);
            let first = ends.partition_point(|end| *end < from);
            ends[first..]
                .iter()
                .take_while(|end| end.contig == at.contig && end.boundary <= at.boundary.saturating_add(reach_bp))
                .any(|end| end.side == at.side && i64::from(beyond) - end.kept_distance(at.boundary) >= MIN_FIT_BP as i64)
        })
    })
}
