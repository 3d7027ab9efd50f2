//! Reads that lie at a partner which no table lists, and nowhere near a kinase: of a short read over a junction the aligner may place the
//! partner's side alone. Nothing at the kinase points to them, so the file is read whole for them, where it has no more reads than
//! [`MAX_READS`] or the user asks for it.
//!
//! ```text
//!   any gene ====exon====|kkkkkkkkkkkk        the clipped end is where a kinase's exon begins
//! ```
//!
//! A clipped end that enters a kinase at one of a few hundred edges is told from chance by twelve bases where two fragments have them, and
//! by fourteen where one has. The gene that it leaves is then looked at as the listed partners are.

use rayon::ThreadPool;
use rustc_hash::FxHashSet;

use crate::alignment::library::Library;
use crate::alignment::read::{FragmentId, Piece, ReadRecord};
use crate::alignment::scan::{self, Sieve};
use crate::error::Result;
use crate::genome::Breakend;
use crate::model::{Gene, GeneModels};
use crate::sequence::reverse_complement;

use super::edges::{self, EdgeTable, MIN_FIT_BEHIND_INSERTION_BP, MIN_FIT_BP};
use super::rescue::MAX_OVERRUN_BP;
use super::search;

/// Most aligned reads of a library that is read whole, a second's work or two. Panels and amplicons have fewer; of whole transcriptomes
/// only what lies at the kinases and their listed partners is read, unless the user asks for all.
pub const MAX_READS: u64 = 4_000_000;
/// Quality from which a clipped end enters a kinase: one chance match in a hundred thousand clipped reads (twelve bases).
const MIN_MAPQ: u8 = 50;
/// The same for a gene that one fragment alone leaves (fourteen bases).
const MIN_LONE_MAPQ: u8 = 60;
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

/// Of a library's aligned reads those that are not looked at because there are too many, where `seen` lie at the kinases and what these point
/// to; none where the user asks for the `whole`, or where the number is not known because the file is read in one pass.
pub fn left(aligned: Option<u64>, seen: u64, whole: bool) -> u64 {
    aligned.filter(|&reads| reads > MAX_READS && !whole).map_or(0, |reads| reads.saturating_sub(seen))
}

/// A gene of which reads enter a kinase: the fragments, and the best quality with which one does.
struct Entered<'g> {
    gene: &'g Gene,
    kinase: usize,
    fragments: FxHashSet<FragmentId>,
    best_mapq: u8,
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
    let may_enter = |end: &[u8]| end[..end.len().min(LOOKED_AT_BP)].windows(WORD_BP).any(|word| begins.contains(word));
    let tiles = search::tiles(library);
    let records = scan::sift(pool, library, &tiles, Sieve::ClippedEnd(MIN_FIT_BP as u32, &may_enter), step)?;
    let mut entered: Vec<Entered<'_>> = Vec::new();
    let mut of_genes: Vec<(ReadRecord, Vec<usize>)> = Vec::new();
    for record in records.into_iter().flatten() {
        let mut left = Vec::new();
        for (at, read) in turned(&record) {
            // A read that lies at a kinase and enters a kinase's exon is an ordinary splice.
            if kinases.iter().any(|kinase| kinase.span.touches(at.contig, at.boundary)) {
                continue;
            }
            for (kinase, table) in tables.iter().enumerate() {
                let Some((gene, mapq)) = entering(&read, at, table, models) else { continue };
                let known = entered.iter().position(|entered| entered.kinase == kinase && entered.gene == gene);
                let index = known.unwrap_or_else(|| {
                    entered.push(Entered { gene, kinase, fragments: FxHashSet::default(), best_mapq: 0 });
                    entered.len() - 1
                });
                entered[index].fragments.insert(record.fragment);
                entered[index].best_mapq = entered[index].best_mapq.max(mapq);
                left.push(index);
            }
        }
        if !left.is_empty() {
            of_genes.push((record, left));
        }
    }
    let believed = |entered: &Entered<'_>| entered.fragments.len() > 1 || entered.best_mapq >= MIN_LONE_MAPQ;
    let mut outside = Outside { records: Vec::new(), genes: vec![Vec::new(); tables.len()] };
    for gene in entered.iter().filter(|entered| believed(entered) && !is_listed(entered.gene, &tables[entered.kinase])) {
        outside.genes[gene.kinase].push(gene.gene);
    }
    let shows = |left: &[usize]| left.iter().any(|&index| believed(&entered[index]));
    outside.records.extend(of_genes.into_iter().filter(|(_, left)| shows(left)).map(|(record, _)| record));
    Ok(outside)
}

/// Whether the table has a gene among the kinase's partners.
fn is_listed(gene: &Gene, table: &EdgeTable) -> bool {
    edges::ends(gene, table.partner_role()).first().is_some_and(|(_, edge)| table.partners_near(*edge, 0).next().is_some())
}

/// A read up to the end of its alignment, and beyond.
struct Turned {
    before: Vec<u8>,
    beyond: Vec<u8>,
}

/// The two ends of a record's alignment, each with the read turned so that it leaves there.
fn turned(record: &ReadRecord) -> Vec<(Breakend, Turned)> {
    let Some(bases) = record.bases.as_deref() else { return Vec::new() };
    let split = |piece: &Piece, at_query_end: bool| {
        let cut = if at_query_end { piece.query_end } else { piece.query_start };
        let (first, second) = bases.split_at((cut as usize).min(bases.len()));
        let read = if at_query_end {
            Turned { before: first.to_vec(), beyond: second.to_vec() }
        } else {
            Turned { before: reverse_complement(second), beyond: reverse_complement(first) }
        };
        (piece.breakend(at_query_end), read)
    };
    let ends = [(record.pieces.first(), false), (record.pieces.last(), true)];
    let ends = ends.into_iter().filter_map(|(piece, at_query_end)| Some(split(piece?, at_query_end)));
    ends.filter(|(_, read)| read.beyond.len() >= MIN_FIT_BP).collect()
}

/// The gene of which a read leaves an exon to enter the kinase, and how surely it does; from within an exon more bases are asked for.
fn entering<'g>(read: &Turned, at: Breakend, table: &EdgeTable, models: &'g GeneModels) -> Option<(&'g Gene, u8)> {
    let sure = |tail: &[u8], from: Breakend| table.into_kinase(tail, from, 1).filter(|fit| fit.mapq >= MIN_MAPQ);
    // The aligner may have gone on past the exon's end for a few bases.
    let past_edge = |gene: &'g Gene| {
        edges::ends(gene, table.partner_role()).into_iter().find_map(|(_, edge)| {
            let past = -edge.kept_distance(at.boundary);
            let near = edge.contig == at.contig && edge.side == at.side && (0..=i64::from(MAX_OVERRUN_BP)).contains(&past);
            let cut = usize::try_from(past).ok().and_then(|past| read.before.len().checked_sub(past)).filter(|_| near)?;
            sure(&[&read.before[cut..], &read.beyond].concat(), edge).map(|fit| (gene, fit.mapq))
        })
    };
    let within = |gene: &'g Gene| {
        let fit = sure(&read.beyond, at).filter(|fit| fit.compared_bp >= MIN_FIT_BEHIND_INSERTION_BP)?;
        (!edges::stretches(gene, at, 1).is_empty()).then_some((gene, fit.mapq))
    };
    let genes = models.at(at.contig, at.kept_base().saturating_sub(1));
    let found = genes.iter().find_map(|&gene| past_edge(gene)).or_else(|| genes.iter().find_map(|&gene| within(gene)))?;
    // If the aligned bases are those of the kinase's preceding exon, the read lies at another copy of the kinase and is spliced as usual.
    (!table.is_ordinary(&reverse_complement(&read.before), true)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_of_a_large_library_are_left_and_none_where_all_were_seen_or_asked_for() {
        assert_eq!((left(Some(MAX_READS), 10, false), left(Some(MAX_READS + 1), 10, false)), (0, MAX_READS - 9));
        assert_eq!(
            (left(Some(MAX_READS + 1), MAX_READS + 5, false), left(Some(2 * MAX_READS), 10, true), left(None, 10, false)),
            (0, 0, 0)
        );
    }
}
