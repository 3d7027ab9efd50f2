//! Projects a simulated read onto the genome: one alignment for each stretch that is in one piece.
//!
//! ```text
//! read        0.........40|......70|..........150
//! genome      chr5 exon 6 | exon 34 ~N~ exon 35 of chr6
//! alignments  40M110S       40S30M3100N80M
//! ```

use std::fmt::Write as _;

use crate::genome::{ContigId, Strand};
use crate::sequence::{complement, reverse_complement};

use super::align::AlignerStyle;
use super::genome::MemoryGenome;
use super::molecule::BasePlace;
use super::reads::{SimulatedFragment, SimulatedRead};

/// One alignment of a read, in the direction of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alignment {
    pub contig: ContigId,
    pub start: u32,
    pub end: u32,
    /// Whether the read was turned round.
    pub reverse: bool,
    /// Bases clipped before the first and behind the last aligned base.
    pub clips: [usize; 2],
    /// CIGAR without clips.
    pub cigar: Vec<(usize, char)>,
    pub edits: usize,
    pub md: String,
}

impl Alignment {
    /// Read bases that take part.
    pub fn aligned_bp(&self) -> usize {
        self.cigar.iter().filter(|(_, op)| matches!(op, 'M' | 'I')).map(|(length, _)| length).sum()
    }

    /// The CIGAR with clips of this kind (`S` or `H`).
    pub fn cigar_text(&self, clip: char) -> String {
        let mut text = String::new();
        let clipped = |length: usize| (length > 0).then_some((length, clip));
        for (length, op) in clipped(self.clips[0]).into_iter().chain(self.cigar.iter().copied()).chain(clipped(self.clips[1])) {
            let _ = write!(text, "{length}{op}");
        }
        text
    }

    /// Position of the first aligned base in the direction of sequencing.
    pub fn read_start(&self) -> usize {
        self.clips[usize::from(self.reverse)]
    }
}

/// A base of a read with its place on the genome, as the read (not the molecule) reads it.
type PlacedBase = (usize, BasePlace);

/// The alignments of one read of a fragment, the longest first; none where nothing is long enough.
pub(super) fn alignments(fragment: &SimulatedFragment, read: usize, style: &AlignerStyle, reference: &MemoryGenome) -> Vec<Alignment> {
    let molecule = fragment.molecule_of(read);
    let read = &fragment.reads[read];
    let mut chunks: Vec<Vec<PlacedBase>> = Vec::new();
    for (index, origin) in read.origins.iter().enumerate() {
        let Some(mut place) = origin.and_then(|origin| molecule.place(origin as usize)) else { continue };
        if read.strand == Strand::Reverse {
            place.strand = place.strand.flipped();
        }
        match chunks.last_mut() {
            Some(chunk) if chunk.last().is_some_and(|&(_, last)| gap_bp(last, place).is_some_and(|gap| gap <= style.longest_gap_bp)) => {
                chunk.push((index, place));
            }
            _ => chunks.push(vec![(index, place)]),
        }
    }
    for chunk in &mut chunks {
        extend(chunk, read, reference);
    }
    let turned = reverse_complement(&read.bases);
    let mut alignments: Vec<Alignment> = chunks
        .into_iter()
        .filter(|chunk| chunk.len() >= style.shortest_anchor_bp)
        .map(|chunk| {
            let reverse = chunk[0].1.strand == Strand::Reverse;
            lay(chunk, if reverse { &turned } else { &read.bases }, reverse, style, reference)
        })
        .collect();
    alignments.sort_by_key(|alignment| (std::cmp::Reverse(alignment.aligned_bp()), alignment.read_start()));
    alignments
}

/// Aligners go on into dirt as far as it is like the genome beyond: adds what they would take to the ends of a chunk.
fn extend(chunk: &mut Vec<PlacedBase>, read: &SimulatedRead, reference: &MemoryGenome) {
    let ([before, behind], length) = (read.dirt_bp, read.bases.len());
    if before > 0 && chunk.first().is_some_and(|(index, _)| *index == before) {
        let taken = taken(chunk[0].1, -1, read.bases[..before].iter().rev(), reference);
        chunk.splice(0..0, taken.into_iter().enumerate().rev().map(|(step, place)| (before - 1 - step, place)));
    }
    let first_dirty = length - behind;
    if behind > 0 && chunk.last().is_some_and(|(index, _)| *index + 1 == first_dirty) {
        let taken = taken(chunk[chunk.len() - 1].1, 1, read.bases[first_dirty..].iter(), reference);
        chunk.extend(taken.into_iter().enumerate().map(|(step, place)| (first_dirty + step, place)));
    }
}

/// The places of the first of `bases`, which follow `from` along the read (`step` 1) or go before it (-1), up to where their score is best.
fn taken<'b>(from: BasePlace, step: i64, bases: impl Iterator<Item = &'b u8>, reference: &MemoryGenome) -> Vec<BasePlace> {
    // Scores of bwa mem: a match, a mismatch, an unknown base, and what an alignment to the end of the read is worth.
    const MATCH: i64 = 1;
    const MISMATCH: i64 = -4;
    const UNKNOWN: i64 = -1;
    const WHOLE: i64 = 5;
    let forward = (from.strand == Strand::Forward) == (step > 0);
    let contig_bp = reference.contigs().get(from.contig).map_or(0, |contig| contig.length_bp);
    let (mut places, mut score, mut best) = (Vec::new(), 0, (0, 0));
    let mut last = from;
    let mut is_whole = true;
    for &base in bases {
        let position = if forward { last.position.checked_add(1) } else { last.position.checked_sub(1) };
        let Some(position) = position.filter(|position| *position < contig_bp) else {
            is_whole = false;
            break;
        };
        last = BasePlace { position, ..last };
        let expected = reference.base(last.contig, position);
        let expected = if last.strand == Strand::Forward { expected } else { complement(expected) };
        score += match (base, expected) {
            (b'N', _) | (_, b'N') => UNKNOWN,
            (base, expected) if base == expected => MATCH,
            _ => MISMATCH,
        };
        places.push(last);
        if score > best.0 {
            best = (score, places.len());
        }
    }
    if !is_whole || score + WHOLE < best.0 {
        places.truncate(best.1);
    }
    places
}

/// Bases of the genome skipped between two neighbours of a read; `None` where they are not in order on one strand.
fn gap_bp(last: BasePlace, next: BasePlace) -> Option<u32> {
    if last.contig != next.contig || last.strand != next.strand {
        return None;
    }
    let (low, high) = if last.strand == Strand::Forward { (last.position, next.position) } else { (next.position, last.position) };
    high.checked_sub(low)?.checked_sub(1)
}

fn lay(mut chunk: Vec<PlacedBase>, bases: &[u8], reverse: bool, style: &AlignerStyle, reference: &MemoryGenome) -> Alignment {
    if reverse {
        for (index, _) in &mut chunk {
            *index = bases.len() - 1 - *index;
        }
        chunk.reverse();
    }
    let (first, last) = (chunk[0], chunk[chunk.len() - 1]);
    let contig = first.1.contig;
    let mut laid = Alignment {
        contig,
        start: first.1.position,
        end: last.1.position + 1,
        reverse,
        clips: [first.0, bases.len() - 1 - last.0],
        cigar: Vec::new(),
        edits: 0,
        md: String::new(),
    };
    let mut matched = 0usize;
    let mut before: Option<PlacedBase> = None;
    for (index, place) in chunk {
        if let Some((last_index, last)) = before {
            let inserted = index - last_index - 1;
            laid.edits += inserted;
            laid.push(inserted, 'I');
            let skipped = last.position + 1..place.position;
            if !skipped.is_empty() && style.splices_above_bp.is_some_and(|above| skipped.len() as u32 > above) {
                laid.push(skipped.len(), 'N');
            } else if !skipped.is_empty() {
                laid.edits += skipped.len();
                laid.push(skipped.len(), 'D');
                let _ = write!(laid.md, "{matched}^");
                laid.md.extend(skipped.map(|position| char::from(reference.base(contig, position))));
                matched = 0;
            }
        }
        laid.push(1, 'M');
        let expected = reference.base(contig, place.position);
        if bases[index].eq_ignore_ascii_case(&expected) {
            matched += 1;
        } else {
            laid.edits += 1;
            let _ = write!(laid.md, "{matched}{}", char::from(expected));
            matched = 0;
        }
        before = Some((index, place));
    }
    let _ = write!(laid.md, "{matched}");
    laid
}

impl Alignment {
    fn push(&mut self, length: usize, op: char) {
        match self.cigar.last_mut() {
            _ if length == 0 => {}
            Some((last_length, last_op)) if *last_op == op => *last_length += length,
            _ => self.cigar.push((length, op)),
        }
    }
}
