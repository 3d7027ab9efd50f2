//! The sequence around a break as the reads themselves give it: a stand-in for the reference where no FASTA is at hand.

use rustc_hash::FxHashMap;

use crate::alignment::ReadRecord;
use crate::genome::{ContigId, Interval, Strand};
use crate::sequence::complement;

/// Votes for the base at each place that the records' own pieces cover without small insertions or deletions.
#[derive(Debug, Default)]
pub struct LocalBases {
    votes: FxHashMap<(ContigId, u32), [u32; 4]>,
}

impl LocalBases {
    /// Gathers the aligned bases of the records.
    pub fn gather(records: &[ReadRecord]) -> Self {
        let mut votes: FxHashMap<(ContigId, u32), [u32; 4]> = FxHashMap::default();
        for record in records {
            let Some(bases) = record.bases.as_deref() else { continue };
            // A piece whose lengths on read and genome differ has an indel somewhere: its bases may be out of step.
            for piece in record.pieces.iter().filter(|piece| piece.query_bp() == piece.end - piece.start) {
                let Some(read) = bases.get(piece.query_start as usize..piece.query_end as usize) else { continue };
                for (step, &base) in (0u32..).zip(read) {
                    let (place, base) = match piece.strand {
                        Strand::Forward => (piece.start + step, base),
                        Strand::Reverse => (piece.end - 1 - step, complement(base)),
                    };
                    if let Some(letter) = b"ACGT".iter().position(|letter| *letter == base) {
                        votes.entry((piece.contig, place)).or_default()[letter] += 1;
                    }
                }
            }
        }
        Self { votes }
    }

    /// The bases of an interval by majority, `N` where no read lies; empty where none lies at all.
    pub fn bases(&self, interval: Interval) -> Vec<u8> {
        let base = |place: u32| {
            let votes = self.votes.get(&(interval.contig, place))?;
            let best = votes.iter().copied().max()?;
            // A tie says nothing, on either strand.
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
    use crate::alignment::read::{FragmentId, Piece, RecordKind};

    #[test]
    fn reads_of_both_strands_vote_on_one_sequence() {
        let record = |strand, bases: &[u8]| ReadRecord {
            fragment: FragmentId(1),
            number: 0,
            kind: RecordKind::Primary,
            duplicate: false,
            pieces: vec![Piece { contig: ContigId(0), start: 10, end: 14, strand, query_start: 0, query_end: 4, mapq: 60, edits: 0 }],
            elsewhere: Vec::new(),
            length: 4,
            bases: Some(bases.to_vec()),
            qualities: vec![30; 4],
            mate: None,
            umi: None,
            unreadable_sa: 0,
        };
        let local = LocalBases::gather(&[record(Strand::Forward, b"ACCT"), record(Strand::Reverse, b"AGGT")]);
        assert_eq!(local.bases(Interval { contig: ContigId(0), start: 9, end: 15 }), b"NACCTN");
        assert_eq!(local.bases(Interval { contig: ContigId(0), start: 90, end: 95 }), b"");
    }
}
