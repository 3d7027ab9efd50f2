//! Reads that lie at a partner which no table lists, and nowhere near a kinase: of a short read over a junction the aligner may place the
//! partner's side alone. Nothing at the kinase points to them, so the file is read whole for them, where it is no larger than a panel's.
//!
//! ```text
//!   any gene ====exon====|kkkkkkkkkkkk        the clipped end is where a kinase's exon begins
//! ```
//!
//! A clipped end that enters a kinase at one of a few hundred edges is told from chance by twelve bases. The gene that it leaves is then
//! looked at as the listed partners are.

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::library::Library;
use crate::alignment::read::{Piece, ReadRecord};
use crate::alignment::scan::{self, Sieve};
use crate::error::Result;
use crate::genome::Breakend;
use crate::model::{Gene, GeneModels, Role};
use crate::sequence::reverse_complement;

use super::edges::{self, EdgeTable, MIN_FIT_BEHIND_INSERTION_BP, MIN_FIT_BP};
use super::rescue::MAX_OVERRUN_BP;
use super::search;

/// Largest library that is read whole, in bytes of its files: some four million reads, about a second's work for one worker. Panels and
/// amplicons are smaller; of whole transcriptomes only what lies at the kinases and their listed partners is read.
pub const MAX_BYTES: u64 = 200_000_000;
/// Quality from which a clipped end enters a kinase: one chance match in a hundred thousand clipped reads.
const MIN_MAPQ: u8 = 50;
/// Bases of the words by which clipped ends are picked before they are compared.
const WORD_BP: usize = MIN_FIT_BP;
/// Bases of a clipped end that are looked through for such words, and those of an edge that give them: an alignment that runs past the
/// partner's exon begins its clip so much later.
const LOOKED_AT_BP: usize = 24;
const GIVEN_BP: usize = LOOKED_AT_BP + MAX_OVERRUN_BP as usize;

/// Reads of genes that no table lists, and these genes, one list of each for a kinase.
#[derive(Debug, Default)]
pub struct Outside<'g> {
    /// The records that enter a kinase.
    pub records: Vec<ReadRecord>,
    /// For each kinase the genes at the exons' ends of which they leave.
    pub genes: Vec<Vec<&'g Gene>>,
}

/// Whether a library is small enough to be read whole; one that is read in one pass keeps nothing of other places.
pub fn is_small(library: &Library) -> bool {
    library.size_bytes().is_some_and(|size| size <= MAX_BYTES)
}

/// Reads the whole library for ends that enter one of the `kinases`, whose `tables` are given.
///
/// # Errors
/// When a file cannot be read.
pub fn read<'g>(
    pool: &ThreadPool,
    library: &Library,
    (kinases, tables): (&[&Gene], &[EdgeTable]),
    models: &'g GeneModels,
    step: &(dyn Fn() + Sync),
) -> Result<Outside<'g>> {
    let mut begins: FxHashSet<Vec<u8>> = FxHashSet::default();
    for table in tables {
        for edge in table.kinase_edges() {
            let first = &edge.enter[..edge.enter.len().min(GIVEN_BP)];
            begins.extend(first.windows(WORD_BP).filter(|word| !word.contains(&b'N')).map(<[u8]>::to_vec));
        }
    }
    let enters = |end: &[u8]| end[..end.len().min(LOOKED_AT_BP)].windows(WORD_BP).any(|word| begins.contains(word));
    let tiles = search::tiles(library);
    let records = scan::sift(pool, library, &tiles, Sieve::ClippedEnd(MIN_FIT_BP as u32, &enters), step)?;
    let mut outside = Outside { records: Vec::new(), genes: vec![Vec::new(); tables.len()] };
    for record in records.into_iter().flatten() {
        let mut enters = false;
        for (at, read) in leaving(&record) {
            // Its own exons follow each other.
            if kinases.iter().any(|kinase| kinase.span.touches(at.contig, at.boundary)) {
                continue;
            }
            for (table, genes) in tables.iter().zip(&mut outside.genes) {
                let Some(left) = entering(&read, at, table, models) else { continue };
                enters = true;
                if let Left::Exon(gene) = left {
                    genes.extend(Some(gene).filter(|gene| !is_listed(gene, table) && !genes.contains(gene)));
                }
            }
        }
        if enters {
            outside.records.push(record);
        }
    }
    Ok(outside)
}

/// Whether the table has a gene among the kinase's partners.
fn is_listed(gene: &Gene, table: &EdgeTable) -> bool {
    edges::ends(gene, Role::Five).first().is_some_and(|(_, edge)| table.partners_near(*edge, 0).next().is_some())
}

/// A read as it leaves the end of an alignment: its bases up to there, and those beyond.
struct Leaving {
    before: Vec<u8>,
    beyond: Vec<u8>,
}

/// The two ends of a record's alignment with the read turned so that it leaves each.
fn leaving(record: &ReadRecord) -> Vec<(Breakend, Leaving)> {
    let Some(bases) = record.bases.as_deref() else { return Vec::new() };
    let split = |piece: &Piece, at_query_end: bool| {
        let cut = if at_query_end { piece.query_end } else { piece.query_start };
        let (first, second) = bases.split_at((cut as usize).min(bases.len()));
        let read = if at_query_end {
            Leaving { before: first.to_vec(), beyond: second.to_vec() }
        } else {
            Leaving { before: reverse_complement(second), beyond: reverse_complement(first) }
        };
        (piece.breakend(at_query_end), read)
    };
    let ends = [(record.pieces.first(), false), (record.pieces.last(), true)];
    let ends = ends.into_iter().filter_map(|(piece, at_query_end)| Some(split(piece?, at_query_end)));
    ends.filter(|(_, read)| read.beyond.len() >= MIN_FIT_BP).collect()
}

/// What a read leaves that enters a kinase.
enum Left<'g> {
    /// The end of an exon of this gene.
    Exon(&'g Gene),
    /// Anything else.
    Elsewhere,
}

/// What a read leaves at the end of its alignment, if it enters the kinase behind it.
fn entering<'g>(read: &Leaving, at: Breakend, table: &EdgeTable, models: &'g GeneModels) -> Option<Left<'g>> {
    let sure = |tail: &[u8], from: Breakend| table.into_kinase(tail, from).filter(|fit| fit.mapq >= MIN_MAPQ);
    // The aligner may have gone on past the exon's end for a few bases.
    let past_edge = |gene: &&Gene| {
        edges::ends(gene, Role::Five).into_iter().any(|(_, edge)| {
            let past = -edge.kept_distance(at.boundary);
            let near = edge.contig == at.contig && edge.side == at.side && (0..=i64::from(MAX_OVERRUN_BP)).contains(&past);
            let overrun = usize::try_from(past).ok().and_then(|past| read.before.len().checked_sub(past));
            overrun.is_some_and(|cut| near && sure(&[&read.before[cut..], &read.beyond].concat(), edge).is_some())
        })
    };
    let anywhere = || sure(&read.beyond, at).filter(|fit| fit.compared_bp >= MIN_FIT_BEHIND_INSERTION_BP);
    let exon = models.at(at.contig, at.kept_base().saturating_sub(1)).into_iter().find(past_edge).map(Left::Exon);
    exon.or_else(|| anywhere().map(|_| Left::Elsewhere))
}
