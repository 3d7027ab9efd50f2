//! Limits how many records are kept at one place, where more would add nothing. It counts molecules and not records, so that the copies of one
//! molecule do not use up the limit.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::assay::DuplicateRule;
use super::read::ReadRecord;

/// Copies of a molecule that are kept: enough for UMI families to differ in size.
const MAX_COPIES: u32 = 3;

/// The molecules that were kept of a place.
#[derive(Debug, Default)]
pub struct BoundedMolecules {
    copies: FxHashMap<u64, u32>,
    molecules: u32,
}

impl BoundedMolecules {
    /// Whether `most` molecules are there.
    pub fn is_full(&self, most: u32) -> bool {
        self.molecules >= most
    }

    /// Whether a record is kept: if it is of one of the first `most` molecules, and among the first copies of that molecule. Copies are
    /// recognised roughly, by this one record. Where duplicates go by the flag, or are kept, each record counts as a molecule.
    pub fn keeps(&mut self, view: &ReadRecord, rule: DuplicateRule, most: u32) -> bool {
        let known = match rule {
            DuplicateRule::Flag | DuplicateRule::Keep => None,
            DuplicateRule::Umi if view.umi.is_none() => None,
            DuplicateRule::Umi | DuplicateRule::Position => {
                let (Some(first), Some(last)) = (view.pieces.first(), view.pieces.last()) else { return false };
                let mut hasher = FxHasher::default();
                (first.contig, first.strand, first.start, last.end, first.query_start, view.mate, &view.umi).hash(&mut hasher);
                Some(hasher.finish())
            }
        };
        if let Some(copies) = known.and_then(|key| self.copies.get_mut(&key)) {
            *copies += 1;
            return *copies <= MAX_COPIES;
        }
        if self.is_full(most) {
            return false;
        }
        self.molecules += 1;
        self.copies.extend(known.map(|key| (key, 1)));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_one_molecule_do_not_use_up_what_is_kept_of_others() {
        let view = |start: u32| ReadRecord::fixture(u64::from(start), 0, start);
        let kept = |rule| {
            let mut bounded = BoundedMolecules::default();
            let starts = std::iter::repeat_n(10, 100).chain(11..20);
            starts.filter(|&start| bounded.keeps(&view(start), rule, 5)).collect::<Vec<u32>>()
        };
        assert_eq!(kept(DuplicateRule::Position), [10, 10, 10, 11, 12, 13, 14]);
        assert_eq!(kept(DuplicateRule::Flag), [10; 5], "what the flag leaves is no copy");
    }
}
