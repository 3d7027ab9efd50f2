//! Checks a BAI or CSI index against itself: its bins, chunks and linear index must agree.

use super::content::{self, Explained};
use super::parse::{Bin, BinTree, Binning, Chunk, ReferenceBins};
use super::Refusal;
use crate::bgzf::VirtualOffset;
use crate::genome::Contigs;

/// Checks all that an index says of itself; the file, where it is here, is only asked where something looks wrong.
pub(super) fn check(binning: &Binning, contigs: &Contigs, file: &mut Explained<'_>) -> Result<(), Refusal> {
    if binning.references.len() != contigs.len() {
        let (own, of_file) = (binning.references.len(), contigs.len());
        return Err(Refusal::Foreign(format!("it has {own} contigs, the file has {of_file}")));
    }
    let mut before = VirtualOffset::default();
    for (tid, reference) in binning.references.iter().enumerate() {
        let Some(span) = reference.span else { continue };
        let context = BinsCheck { reference, tree: binning.tree, tid, contigs };
        if span.begin < before || span.end < span.begin {
            return Err(context.damaged("overlaps the one before"));
        }
        before = span.end;
        context.within_file(span, file)?;
        context.without_gap(span, file)?;
        context.in_order()?;
        context.linear(span, file)?;
    }
    Ok(())
}

struct BinsCheck<'a> {
    reference: &'a ReferenceBins,
    tree: BinTree,
    tid: usize,
    contigs: &'a Contigs,
}

impl BinsCheck<'_> {
    fn damaged(&self, what: &str) -> Refusal {
        Refusal::Damaged(format!("{} {what}", content::name(self.contigs, self.tid)))
    }

    /// All offsets lie in the file and in the span of the contig.
    fn within_file(&self, span: Chunk, file: &mut Explained<'_>) -> Result<(), Refusal> {
        if let Some(size) = file.size().filter(|size| span.end.block() > *size || span.begin.block() >= *size) {
            let place = span.end.block();
            return Err(Refusal::Foreign(format!("it goes on to byte {place} of the file, which has {size}: it may be truncated")));
        }
        let outside = |offset: VirtualOffset, file: &mut Explained<'_>| {
            (offset < span.begin || offset > span.end) && !file.is_same(offset, span.begin) && !file.is_same(offset, span.end)
        };
        for bin in &self.reference.bins {
            if bin.chunks.iter().any(|chunk| outside(chunk.begin, file) || outside(chunk.end, file)) {
                return Err(self.damaged(&format!("has bin {} outside its reads", bin.number)));
            }
            // The first record that overlaps a bin lies before those that start in it.
            if bin.first.is_some_and(|first| first > begin(bin) || first.0 > 0 && first < span.begin) {
                return Err(self.damaged(&format!("has a bin {} that begins behind its reads", bin.number)));
            }
        }
        Ok(())
    }

    /// The chunks of all bins together hold every record of the contig.
    fn without_gap(&self, span: Chunk, file: &mut Explained<'_>) -> Result<(), Refusal> {
        let mut chunks: Vec<Chunk> = self.reference.bins.iter().flat_map(|bin| bin.chunks.iter().copied()).collect();
        chunks.sort_unstable();
        chunks.push(Chunk { begin: span.end, end: span.end });
        let mut reached = span.begin;
        for chunk in chunks {
            // Reads that are unaligned and placed with their mate are left out by some programs.
            if chunk.begin > reached && !file.is_same(reached, chunk.begin) && !file.is_unaligned(reached) {
                return Err(self.damaged("has reads in no bin"));
            }
            reached = reached.max(chunk.end);
        }
        Ok(())
    }

    /// Where two bins share no base, all records of the lower one come first.
    fn in_order(&self) -> Result<(), Refusal> {
        let window = |bin: &Bin| self.tree.window(bin.number);
        let mut by_start: Vec<&Bin> = self.reference.bins.iter().collect();
        let mut by_end = by_start.clone();
        by_start.sort_by_key(|bin| window(bin).start);
        by_end.sort_by_key(|bin| window(bin).end);
        let mut lower = by_end.into_iter().peekable();
        let mut reached = VirtualOffset::default();
        for bin in by_start {
            while let Some(bin) = lower.next_if(|other| window(other).end <= window(bin).start) {
                reached = reached.max(end(bin));
            }
            if begin(bin) < reached {
                return Err(self.damaged(&format!("has bin {} among the reads of a lower one", bin.number)));
            }
        }
        Ok(())
    }

    /// The linear index ascends, and each entry is a record in a bin of its window.
    fn linear(&self, span: Chunk, file: &mut Explained<'_>) -> Result<(), Refusal> {
        let entries: Vec<VirtualOffset> = self.reference.linear.iter().map(|entry| entry.offset).collect();
        let mut from = 0;
        let mut before = VirtualOffset::default();
        while from < entries.len() {
            let offset = entries[from];
            let to = entries[from..].iter().position(|other| *other != offset).map_or(entries.len(), |count| from + count);
            if offset.0 > 0 {
                let holds = |index: usize| {
                    let mut bins = self.reference.overlapping(self.tree, self.tree.leaf(index));
                    bins.any(|bin| bin.chunks.iter().any(|chunk| (chunk.begin..chunk.end).contains(&offset)))
                };
                // Windows without reads repeat the entry behind them, or that before them.
                let is_held = holds(to - 1) || holds(from) || file.is_in_bins(offset, self.reference, self.tree, self.tid);
                if offset < before || offset < span.begin || offset > span.end || !is_held {
                    return Err(self.damaged(&format!("has a window {from} that no read begins")));
                }
                before = offset;
            }
            from = to;
        }
        Ok(())
    }
}

/// Where the records of a bin begin and end. A bin has at least one chunk.
fn begin(bin: &Bin) -> VirtualOffset {
    bin.chunks.iter().map(|chunk| chunk.begin).min().unwrap_or_default()
}

fn end(bin: &Bin) -> VirtualOffset {
    bin.chunks.iter().map(|chunk| chunk.end).max().unwrap_or_default()
}
