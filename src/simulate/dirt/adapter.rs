//! Adapters: a fragment shorter than its reads, which were not trimmed.
//!
//! Source of the sequences: Illumina Adapter Sequences (`TruSeq` CD indexes; Nextera DNA CD indexes).

use crate::genome::Strand;
use crate::sequence::reverse_complement;
use crate::simulate::random::Random;
use crate::simulate::reads::{error_frac, SimulatedFragment, SimulatedRead};

/// The kit of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kit {
    TruSeq,
    Nextera,
}

/// Bases of an index; the sample's is drawn.
const INDEX_BP: usize = 8;

impl Kit {
    pub(super) fn drawn(random: &mut Random) -> Self {
        if random.happens(0.5) {
            Self::TruSeq
        } else {
            Self::Nextera
        }
    }

    /// What stands behind the fragment in the first or second read, before and behind the index.
    fn sequence(self, mate: usize) -> [&'static [u8]; 2] {
        let before: &[u8] = match (self, mate) {
            (Self::TruSeq, 0) => b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC",
            (Self::TruSeq, _) => b"AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT",
            (Self::Nextera, 0) => b"CTGTCTCTTATACACATCTCCGAGCCCACGAGAC",
            (Self::Nextera, _) => b"CTGTCTCTTATACACATCTGACGCTGCCGACGA",
        };
        [before, if mate == 0 { b"ATCTCGTATGCCGTCTTCTGCTTG" } else { b"GTGTAGATCTCGGTGGTCGCCGTATCATT" }]
    }
}

/// A molecule that is shorter than its reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    /// Bases of adapter in each read.
    pub adapter_bp: usize,
    /// The strand of the read that begins at the end which is kept: all copies of a molecule, of either strand, have its two ends.
    pub kept: Strand,
}

/// Shortens a fragment so that each read ends in adapter.
pub(super) fn shorten(fragment: &mut SimulatedFragment, short: Short, kit: Kit, random: &mut Random) {
    let Some(first) = fragment.reads.first() else { return };
    let inside_bp = first.bases.len().saturating_sub(short.adapter_bp).min(fragment.end - fragment.start);
    // The mate reads the same short insert from its other end.
    if let Some(mate) = fragment.reads.iter().position(|read| read.strand != short.kept) {
        match short.kept {
            Strand::Forward => fragment.end = fragment.start + inside_bp,
            Strand::Reverse => fragment.start = fragment.end - inside_bp,
        }
        read_again(fragment, mate, random);
    }
    for (mate, read) in fragment.reads.iter_mut().enumerate() {
        let [before, behind] = kit.sequence(mate);
        let missing_bp = read.bases.len().saturating_sub(inside_bp);
        let index: Vec<u8> = (0..INDEX_BP).map(|_| random.base()).collect();
        // Behind the adapter's end two-colour instruments see nothing, which is G.
        let all = before.iter().chain(&index).chain(behind).copied().chain(std::iter::repeat(b'G')).take(missing_bp);
        let qualities: Vec<u8> = (0..missing_bp).map(|_| if random.happens(0.9) { 37 } else { 23 }).collect();
        let bases: Vec<u8> = all.zip(&qualities).map(|(base, &quality)| misread(base, quality, random)).collect();
        read.end_with(&bases, &qualities);
    }
}

fn misread(base: u8, quality: u8, random: &mut Random) -> u8 {
    if random.happens(error_frac(quality)) {
        random.other_base(base)
    } else {
        base
    }
}

/// Reads one end of the fragment anew, as long as before as far as the fragment goes.
fn read_again(fragment: &mut SimulatedFragment, index: usize, random: &mut Random) {
    let (start, end) = (fragment.start, fragment.end);
    let read: &mut SimulatedRead = &mut fragment.reads[index];
    let mut template = fragment.molecule.bases()[start..end].to_vec();
    if read.strand == Strand::Reverse {
        template = reverse_complement(&template);
    }
    for (cycle, &base) in template.iter().enumerate().take(read.bases.len()) {
        read.bases[cycle] = misread(base, read.qualities[cycle], random);
        let origin = if read.strand == Strand::Forward { start + cycle } else { end - 1 - cycle };
        read.origins[cycle] = Some(origin as u32);
    }
}
