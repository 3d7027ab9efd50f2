//! Copies (duplicates): which fragments come from one molecule. One model serves aligned and unaligned reads, fusions, depth and mutations.
//!
//! ```text
//!   end 0 ====>------------------------------<==== end 1     a fragment has two ends: where its reads begin
//!     |  read 1                        read 2  |
//!   known by where it would lie, by each of the read's alignments, if the read were aligned whole; by the mate's CIGAR (MC), or where
//!   the mate's alignment begins; by its first bases, where it has no alignment; or not at all
//! ```
//!
//! - Two fragments lie alike where both ends agree, or one agrees and of the other one nothing is known. Read 1 of one may be read 2 of
//!   the other: the strands of a duplex.
//! - [`DuplicateRule::Position`]: fragments that lie alike are one molecule.
//! - [`DuplicateRule::Umi`]: fragments that lie alike and have one UMI, the strand of its halves taken into account. With the same UMI the
//!   far end may lie a few bases off (clips, trimming, a mate whose record was not read). UMIs that differ in one base are joined by the
//!   directional rule (`family`). A fragment whose UMI is not known is a copy of one that lies alike, with a UMI or without.
//!   A group's name (tag MI) has no errors, so names must be equal. A droplet's UMI is unique within its cell, so the place is not compared.
//! - [`DuplicateRule::Flag`]: what has an alignment was judged by the tool that set the flag. A read without one has no place to that tool:
//!   it is a copy where its bases are, from first to last, those of another fragment.
//! - A copy belongs to one molecule and never makes two of them one; read names decide nothing.

mod end;
mod family;
mod index;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::alignment::assay::DuplicateRule;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::scan::Unaligned;

pub use end::{begins, Begin};

use end::FragmentEnds;

/// Fragments grouped into molecules.
#[derive(Debug, Default)]
pub struct Molecules {
    /// The fragment that stands for a molecule of several, by each of these.
    stands_for: FxHashMap<FragmentId, FragmentId>,
}

impl Molecules {
    /// Groups the fragments of these records by the rule. Under [`DuplicateRule::Flag`] and [`DuplicateRule::Keep`] each is its own.
    pub fn group<'a>(records: impl IntoIterator<Item = &'a ReadRecord>, rule: DuplicateRule) -> Self {
        Self::with_unaligned(records, &[], rule)
    }

    /// As [`Self::group`], with reads that have no alignment: copies of the others, of each other, or mates of reads that have one.
    pub fn with_unaligned<'a>(records: impl IntoIterator<Item = &'a ReadRecord>, unaligned: &[&'a Unaligned], rule: DuplicateRule) -> Self {
        if rule == DuplicateRule::Keep || (rule == DuplicateRule::Flag && unaligned.is_empty()) {
            return Self::default();
        }
        let mut fragments: FxHashMap<FragmentId, FragmentEnds<'a>> = FxHashMap::default();
        for record in records {
            fragments.entry(record.fragment).or_default().add(record, !unaligned.is_empty());
        }
        for read in unaligned {
            fragments.entry(read.fragment).or_default().add_unaligned(read);
        }
        let mut molecules = Self::default();
        for family in family::families(fragments, rule) {
            let Some(&first) = family.iter().min().filter(|_| family.len() > 1) else { continue };
            molecules.stands_for.extend(family.into_iter().map(|fragment| (fragment, first)));
        }
        molecules
    }

    /// The molecule of a fragment, named by one of its fragments.
    pub fn of(&self, fragment: FragmentId) -> FragmentId {
        self.stands_for.get(&fragment).copied().unwrap_or(fragment)
    }
}
