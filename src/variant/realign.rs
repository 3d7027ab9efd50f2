//! Reads laid anew where the aligner's choice hides an event.
//!
//! ```text
//!   gaps for a substitution   genome  ACTTTTTGA          -TTTTA is cheaper as one wrong base: TTTTT against TTTTA
//!                             read    AC-TTTTAGA
//!   clips for an insertion    genome  ACGTTA------CCATG  a read that ends within the inserted bases, or soon behind them, is clipped:
//!                             read    ACGTTAggtacc       its bases say that it has them
//! ```
//!
//! A clipped read counts for an event that other reads show with both of their ends aligned. It must have the bases of the event, and its
//! lower edge, as a read without the event must cross that edge to count against it: so either has as many places to lie at, and the share is
//! that of the molecules, however long the insertion is.

use std::collections::BTreeMap;

use crate::alignment::cigar::{self, Operation};

use super::domain::Domain;
use super::indel::ANCHOR_BP;
use super::molecule::{Indel, Shown};
use super::normal::Replaced;

/// The costs of bwa mem, by which its own alignments are the best: of a wrong base against a right one, of opening a gap, and of a base of it.
const COSTS: (usize, usize, usize) = (5, 6, 1);
/// Furthest gaps that are looked at together, in bases between them.
const REACH_BP: u32 = 60;
/// Aligned bases beside a clip that are kept with it.
const BESIDE_BP: usize = 100;
/// So many bases more must fit the event than fit the reference; an error is one.
const LEAST_BETTER: usize = 2;
/// At most this share of a clipped read's bases may not fit the event.
const MAX_WRONG_FRAC: f64 = 0.1;
/// Reads that must show an event whole before clipped ones are laid on it.
const MIN_WHOLE: u32 = 3;

/// The clipped end of a read with the aligned bases beside it, on the forward strand.
#[derive(Debug, Clone)]
pub struct Clip {
    /// The aligned stretch beside it, interbase.
    aligned: (u32, u32),
    /// Whether the clip lies below the aligned bases.
    below: bool,
    /// Bases of both.
    bases: Vec<u8>,
}

/// The clipped ends of a record that begins at a place, of which all aligned bases are `M`.
pub fn clips(operations: &[Operation], mut at: u32, sequence: &[u8]) -> Vec<Clip> {
    let (mut query, mut list) = (0usize, Vec::new());
    let clipped =
        |index: Option<usize>| index.and_then(|index| operations.get(index)).filter(|op| op.letter == b'S').map(|op| op.length as usize);
    for (index, op) in operations.iter().enumerate() {
        let length = op.length as usize;
        match op.letter {
            b'M' => {
                let kept = length.min(BESIDE_BP);
                let end = at.saturating_add(op.length);
                if let Some(below) = clipped(index.checked_sub(1)) {
                    let bases = sequence.get(query.saturating_sub(below)..query + kept).map(<[u8]>::to_vec);
                    list.extend(bases.map(|bases| Clip { aligned: (at, at + kept as u32), below: true, bases }));
                }
                if let Some(above) = clipped(Some(index + 1)) {
                    let bases = sequence.get(query + length - kept..query + length + above).map(<[u8]>::to_vec);
                    list.extend(bases.map(|bases| Clip { aligned: (end - kept as u32, end), below: false, bases }));
                }
                query += length;
                at = end;
            }
            b'I' | b'S' => query += length,
            b'D' | b'N' => at = at.saturating_add(op.length),
            _ => {}
        }
    }
    list
}

/// Operations with all aligned bases as `M`. Writes pairs of gaps that cancel each other as aligned bases, where the reference is known and that costs less.
pub fn without_needless_gaps(operations: Vec<Operation>, at: u32, sequence: &[u8], domain: &Domain<'_>) -> Vec<Operation> {
    let operations = merged(operations);
    let (mut place, mut query, mut index) = (at, 0usize, 0usize);
    let mut list: Vec<Operation> = Vec::with_capacity(operations.len());
    while let Some(op) = operations.get(index) {
        if let Some(pair) = operations.get(index..index + 3).filter(|pair| are_needless(pair, (place, query), sequence, domain)) {
            let length = cigar::bases(pair, b"MI");
            list.push(Operation { letter: b'M', length });
            (place, query, index) = (place + length, query + length as usize, index + 3);
            continue;
        }
        place = place.saturating_add(cigar::reference_length(&[*op]));
        query += cigar::bases(&[*op], b"MIS") as usize;
        list.push(*op);
        index += 1;
    }
    merged(list)
}

/// Operations with all aligned bases as `M`, those side by side as one.
fn merged(operations: Vec<Operation>) -> Vec<Operation> {
    operations.into_iter().fold(Vec::new(), |mut list: Vec<Operation>, op| {
        let letter = if matches!(op.letter, b'=' | b'X') { b'M' } else { op.letter };
        match list.last_mut().filter(|last| last.letter == b'M' && letter == b'M') {
            Some(last) => last.length += op.length,
            None => list.push(Operation { letter, ..op }),
        }
        list
    })
}

fn are_needless(pair: &[Operation], (at, query): (u32, usize), sequence: &[u8], domain: &Domain<'_>) -> bool {
    let [one, between, two] = pair else { return false };
    let cancel = matches!((one.letter, two.letter), (b'D', b'I') | (b'I', b'D')) && one.length == two.length;
    if !cancel || between.letter != b'M' || between.length > REACH_BP {
        return false;
    }
    let gap = one.length as usize;
    let length = gap + between.length as usize;
    let Some(bases) = sequence.get(query..query + length) else { return false };
    if (at..).take(length).any(|position| domain.forward_base(position) == b'N') {
        return false;
    }
    let (skipped, moved) = if one.letter == b'D' { (0, gap as u32) } else { (gap, 0) };
    let wrong = |bases: &[u8], from: u32| (from..).zip(bases).filter(|(position, base)| domain.forward_base(*position) != **base).count();
    let (of_base, opened, of_gap) = COSTS;
    let with_gaps = 2 * (opened + of_gap * gap) + of_base * wrong(&bases[skipped..skipped + length - gap], at + moved);
    // The bases of the insertion fit nothing; those that take their place are right ones more.
    of_base * wrong(bases, at) < with_gaps + gap
}

/// Lays clipped reads on the events that others show whole: they show the event then, and none of the bases that were aligned beyond it.
pub fn lay_clipped(reads: &mut [(Shown, Vec<Clip>)], domain: &Domain<'_>, spliced: bool) {
    let mut whole: BTreeMap<&Indel, u32> = BTreeMap::new();
    for indel in reads.iter().flat_map(|(shown, _)| &shown.indels) {
        *whole.entry(indel).or_default() += 1;
    }
    let events: Vec<(Indel, Replaced)> = (whole.into_iter().filter(|(_, count)| *count >= MIN_WHOLE))
        .filter_map(|(indel, _)| Some((indel.clone(), Replaced::of(indel, domain)?.lowest(domain))))
        .collect();
    for (shown, clips) in reads.iter_mut().filter(|(_, clips)| !clips.is_empty()) {
        for clip in clips.iter() {
            let fitting = events.iter().filter_map(|(indel, event)| Some((clip.wrong_with(event, domain, spliced)?, indel, event)));
            let Some((_, indel, event)) = fitting.min_by_key(|(wrong, _, _)| *wrong) else { continue };
            if !shown.indels.contains(indel) {
                shown.indels.push(indel.clone());
                let (low, high) = clip.aligned;
                hide(shown, domain, if clip.below { (low, event.end.max(low)) } else { (event.start.min(high), high) });
            }
        }
    }
}

fn hide(shown: &mut Shown, domain: &Domain<'_>, (start, end): (u32, u32)) {
    for position in start..end {
        let Some(segment) = domain.segment_around(position, position + 1) else { continue };
        let slot = domain.index_in(segment, position).checked_sub(usize::from(shown.span.first));
        if let Some(byte) = slot.and_then(|slot| shown.bases.get_mut(slot)) {
            *byte = 0;
        }
    }
}

impl Clip {
    /// How many of its bases do not fit an event at its lowest place; `None` where they do not fit it better than the reference does, or it
    /// does not show the lower edge of the event.
    fn wrong_with(&self, event: &Replaced, domain: &Domain<'_>, spliced: bool) -> Option<usize> {
        let (low, high) = self.aligned;
        let (_, moves) = event.moves(domain);
        let highest = event.moved(i64::from(moves));
        let anchor = ANCHOR_BP as u32;
        let upward = |from: u32| walk(domain, from, true, spliced);
        let downward = |from: u32| walk(domain, from, false, spliced);
        // The bases from the event on, away from the aligned ones, with what the reference and what the event has there.
        let (shown, by_reference, by_event): (Vec<u8>, Vec<u8>, Vec<u8>) = if self.below {
            if highest.end < low || highest.end + anchor > high {
                return None;
            }
            let shown: Vec<u8> = self.bases[..self.bases.len() - (high - highest.end) as usize].iter().rev().copied().collect();
            if shown.len() < highest.bases.len() + moves as usize + ANCHOR_BP {
                return None;
            }
            let by_event = highest.bases.iter().rev().copied().chain(downward(highest.start)).take(shown.len()).collect();
            (shown.clone(), downward(highest.end).take(shown.len()).collect(), by_event)
        } else {
            if event.start > high || event.start < low + anchor {
                return None;
            }
            let shown = self.bases[(event.start - low) as usize..].to_vec();
            let deleted = ((event.end - event.start) as usize).min(ANCHOR_BP);
            if shown.len() < moves as usize + deleted + ANCHOR_BP {
                return None;
            }
            let by_event = event.bases.iter().copied().chain(upward(event.end)).take(shown.len()).collect();
            (shown.clone(), upward(event.start).take(shown.len()).collect(), by_event)
        };
        let wrong = |other: &[u8]| shown.iter().zip(other).filter(|(own, other)| own != other && **other != b'N').count();
        let (with, without) = (wrong(&by_event), wrong(&by_reference));
        (with + LEAST_BETTER <= without && with as f64 <= MAX_WRONG_FRAC * shown.len() as f64).then_some(with)
    }
}

/// The reference from an interbase place on, up or down the genome, over introns where transcripts are read.
fn walk<'d>(domain: &'d Domain<'_>, from: u32, up: bool, spliced: bool) -> impl Iterator<Item = u8> + 'd {
    let mut place = from;
    std::iter::from_fn(move || {
        if spliced {
            place = domain.over_the_intron(place, up);
        }
        let position = if up { place } else { place.checked_sub(1)? };
        place = if up { place + 1 } else { position };
        Some(domain.forward_base(position))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Assembly;
    use crate::knowledge::Knowledge;
    use crate::variant::domain::tests::builtin_domains;
    use crate::variant::domain::BaseSource;

    /// The operations of a read over a stretch of the genome with these bases, laid anew; `N` stands for bases that are not known.
    fn laid(genome: &[u8], cigar: &str, read: &[u8]) -> Vec<Operation> {
        let knowledge = Knowledge::builtin();
        let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        let segment = domain.segments()[1];
        for (position, base) in (segment.start..).zip(genome.iter().filter(|base| **base != b'N')) {
            domain.set(domain.index_in(&segment, position), domain.turned(*base), BaseSource::Fasta);
        }
        without_needless_gaps(parsed(cigar), segment.start, read, &domain)
    }

    fn parsed(cigar: &str) -> Vec<Operation> {
        cigar::parse(cigar).expect("a CIGAR")
    }

    #[test]
    fn gaps_that_cost_more_than_the_wrong_bases_they_avoid_are_taken_out_and_others_stay() {
        let (genome, read) = (b"ACGTTTTTGACC", b"ACGTTTTAGACC");
        for cigar in ["3M1D4M1I4M", "3=1D4=1I4=", "3=1D1=3=1I4=", "2M1D5M1I4M"] {
            assert_eq!(laid(genome, cigar, read), parsed("12M"), "{cigar}");
        }
        // The inserted base first, at the other end of the run.
        assert_eq!(laid(b"ACGTTTTTGACC", "3M1I4M1D4M", b"ACGATTTTGACC"), parsed("12M"));
        // Without the gaps six bases would be wrong.
        assert_eq!(laid(b"ACGTCATGCAGG", "3M1D7M1I1M", b"ACGCATGCAGTG"), parsed("3M1D7M1I1M"));
        assert_eq!(laid(b"NNNNNNNNNNNN", "3M1D4M1I4M", read), parsed("3M1D4M1I4M"), "the reference is not known");
        assert_eq!(laid(genome, "3M1D4M2I3M", read), parsed("3M1D4M2I3M"), "they do not cancel each other");
    }
}
