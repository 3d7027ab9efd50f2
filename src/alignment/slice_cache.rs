//! A cache of CRAM slices.
//!
//! htslib decodes a whole slice for each look into it and loads the reference over all that the slice spans; in a panel or a small file
//! this can be a whole chromosome. The look-ups at the kinases and their partners fall into the same few slices. Slices that are asked for
//! a second time are kept, shared by all workers. Slices that are asked for once, as in a scan of the whole file, are not kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rust_htslib::bam::Record;

use super::index::Slices;

/// Bytes of the reads that are kept at most, the latest.
const MAX_BYTES: usize = 1 << 27;

/// What a read takes in memory beside its name, bases and tags.
const RECORD_BYTES: usize = 128;

/// Slices of which it is known that they were asked for.
const MAX_ASKED: usize = 1 << 8;

/// The reads of one file that are kept.
#[derive(Debug, Default)]
pub(super) struct KeptSlices(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// What was asked for, the last at the end.
    asked: VecDeque<Slices>,
    reads: VecDeque<(Slices, Arc<Vec<Record>>)>,
    /// What these take.
    bytes: usize,
}

/// What is known of some slices.
pub(super) enum SliceState {
    /// They are asked for the first time.
    New,
    /// They were asked for before.
    Asked,
    /// Their reads.
    Reads(Arc<Vec<Record>>),
}

impl KeptSlices {
    /// What is known of some slices; from now on they were asked for.
    pub(super) fn ask(&self, slices: &Slices) -> SliceState {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reads)) = state.reads.iter().find(|(own, _)| own == slices) {
            return SliceState::Reads(Arc::clone(reads));
        }
        if state.asked.contains(slices) {
            return SliceState::Asked;
        }
        state.asked.push_back(slices.clone());
        if state.asked.len() > MAX_ASKED {
            state.asked.pop_front();
        }
        SliceState::New
    }

    /// Keeps the reads of some slices; the oldest go where they are too many.
    pub(super) fn keep(&self, slices: Slices, reads: &Arc<Vec<Record>>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = bytes(reads);
        if own > MAX_BYTES || state.reads.iter().any(|(other, _)| *other == slices) {
            return;
        }
        state.reads.push_back((slices, Arc::clone(reads)));
        state.bytes += own;
        while state.bytes > MAX_BYTES {
            let Some((_, oldest)) = state.reads.pop_front() else { break };
            state.bytes -= bytes(&oldest);
        }
    }
}

/// What reads take in memory.
pub(super) fn bytes(reads: &[Record]) -> usize {
    reads.iter().map(|read| read.inner().l_data.unsigned_abs() as usize + RECORD_BYTES).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{ContigId, Interval};

    #[test]
    fn what_is_asked_for_again_is_kept_until_newer_reads_need_the_room() {
        let (kept, of) = (KeptSlices::default(), |start| Slices::new(start as usize..2, Interval { contig: ContigId(0), start, end: 9 }));
        assert!(matches!(kept.ask(&of(0)), SliceState::New) && matches!(kept.ask(&of(0)), SliceState::Asked));
        let share = |quarters: usize| Arc::new(vec![Record::new(); MAX_BYTES / RECORD_BYTES * quarters / 4]);
        kept.keep(of(0), &share(2));
        assert!(matches!(kept.ask(&of(0)), SliceState::Reads(reads) if reads.len() == share(2).len()));
        kept.keep(of(1), &share(3));
        assert!(matches!(kept.ask(&of(1)), SliceState::Reads(_)) && matches!(kept.ask(&of(0)), SliceState::Asked));
    }
}
