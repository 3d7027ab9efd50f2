//! Consensus of reads: the base that most of them show at each place.

use rustc_hash::FxHashMap;

use crate::alignment::ReadRecord;
use crate::genome::{ContigId, Interval, Strand};
use crate::sequence::{code, complement};

/// Reads that vote at one place; more add time and no certainty.
const MAX_VOTES: u32 = 60;

/// Votes for the base at each place that pieces cover without small insertions or deletions.
#[derive(Debug, Default)]
pub struct Votes {
    places: FxHashMap<(ContigId, u32), [u32; 4]>,
}

impl Votes {
    /// Adds the aligned bases of a record that lie in the interval.
    pub fn add(&mut self, record: &ReadRecord, within: Interval) {
        let Some(bases) = record.bases.as_deref() else { return };
        // A piece whose lengths on read and genome differ has an indel somewhere: its bases may be out of step.
        for piece in record.pieces.iter().filter(|piece| piece.query_bp() == piece.end - piece.start) {
            let (from, to) = (piece.start.max(within.start), piece.end.min(within.end));
            if piece.contig != within.contig || from >= to {
                continue;
            }
            let Some(read) = bases.get(piece.query_start as usize..piece.query_end as usize) else { continue };
            if self.are_enough(from, to, piece.contig) {
                continue;
            }
            for place in from..to {
                let base = match piece.strand {
                    Strand::Forward => read[(place - piece.start) as usize],
                    Strand::Reverse => complement(read[(piece.end - 1 - place) as usize]),
                };
                if let Some(letter) = code(base) {
                    self.places.entry((piece.contig, place)).or_default()[letter] += 1;
                }
            }
        }
    }

    /// Whether the first and the last base of a stretch have been voted on often enough.
    pub fn are_enough(&self, from: u32, to: u32, contig: ContigId) -> bool {
        let sum = |place: u32| self.places.get(&(contig, place)).map_or(0, |votes| votes.iter().sum::<u32>());
        sum(from) >= MAX_VOTES && sum(to - 1) >= MAX_VOTES
    }

    /// Adds what other records gave.
    pub fn absorb(&mut self, other: Self) {
        for (place, votes) in other.places {
            let own = self.places.entry(place).or_default();
            own.iter_mut().zip(votes).for_each(|(own, more)| *own += more);
        }
    }

    /// The bases of an interval by majority, `N` where no read lies; empty where none lies at all.
    pub fn bases(&self, interval: Interval) -> Vec<u8> {
        let base = |place: u32| {
            let votes = self.places.get(&(interval.contig, place))?;
            let best = votes.iter().copied().max()?;
            // No base is given for a tie, so that the strand makes no difference.
            let only = votes.iter().filter(|&&vote| vote == best).count() == 1;
            votes.iter().position(|&vote| vote == best && only).map(|letter| b"ACGT"[letter])
        };
        let bases: Vec<Option<u8>> = (interval.start..interval.end).map(base).collect();
        if bases.iter().all(Option::is_none) {
            return Vec::new();
        }
        bases.into_iter().map(|base| base.unwrap_or(b'N')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::read::Piece;

    #[test]
    fn reads_of_both_strands_vote_on_one_sequence() {
        let record = |strand, bases: &[u8]| ReadRecord {
            pieces: vec![Piece { contig: ContigId(0), start: 10, end: 14, strand, query_start: 0, query_end: 4, mapq: 60, edits: 0 }],
            length: 4,
            bases: Some(bases.into()),
            qualities: vec![30; 4].into(),
            paired: false,
            ..ReadRecord::fixture(1, 0, 10)
        };
        let bases = |start, end| {
            let interval = Interval { contig: ContigId(0), start, end };
            let mut votes = Votes::default();
            votes.add(&record(Strand::Forward, b"ACCT"), interval);
            let mut more = Votes::default();
            more.add(&record(Strand::Reverse, b"AGGT"), interval);
            votes.absorb(more);
            votes.bases(interval)
        };
        assert_eq!(bases(9, 15), b"NACCTN");
        assert_eq!(bases(11, 13), b"CC");
        assert_eq!(bases(90, 95), b"");
    }
}
