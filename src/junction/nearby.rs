//! An index of tails, pairs and junctions by their breakend, so that each is compared with its neighbours and not with all others.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::evidence::Tail;
use crate::genome::{Breakend, ContigId, Side};
use crate::sequence;

use super::candidate::Tolerance;

/// Things by the breakend at which they lie.
#[derive(Debug)]
pub struct Nearby<T> {
    by_end: BTreeMap<(ContigId, Side, u32), Vec<T>>,
}

impl<T> Default for Nearby<T> {
    fn default() -> Self {
        Self { by_end: BTreeMap::new() }
    }
}

impl<T> Nearby<T> {
    /// Adds one.
    pub fn insert(&mut self, end: Breakend, thing: T) {
        self.by_end.entry((end.contig, end.side, end.boundary)).or_default().push(thing);
    }

    /// Those whose breakend keeps the same side and lies at most so many bases away, by place.
    pub fn within(&self, end: Breakend, reach_bp: u32) -> impl Iterator<Item = &T> {
        let (first, last) = (end.boundary.saturating_sub(reach_bp), end.boundary.saturating_add(reach_bp));
        self.by_end.range((end.contig, end.side, first)..=(end.contig, end.side, last)).flat_map(|(_, things)| things)
    }

    /// All of them, by place.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_end.values().flatten()
    }
}

impl<'t> Nearby<&'t Tail> {
    /// Tails by where they leave what is aligned; those of one end in their own order.
    pub fn tails(tails: &'t [Tail]) -> Self {
        let mut nearby = Self::default();
        for tail in tails {
            nearby.insert(tail.at, tail);
        }
        nearby
    }
}

/// Stretches of bases that begin at breakends, found by what they have in common with another: two that read alike share a few bases at
/// the same distance from the break, give or take one base that is missing or too many.
///
/// ```text
///   one    end|ACGTTGCATGCCA...         two ends of one break may lie some bases apart:
///   other    end|GTTGCAT.CCA...         words are filed by the place that they would have if the gene went on
/// ```
///
/// Reads that do not keep step share longer words, wherever on them; of these short stretches are given whatever they hold.
#[derive(Debug)]
pub struct Spellings {
    tolerance: Tolerance,
    /// All of them, and the short ones, of reads that do not keep step.
    near: Nearby<u32>,
    short: Nearby<u32>,
    /// The last entry of each word.
    last: FxHashMap<EdgeWord, u32>,
    /// A stretch, and the entry before of the same word.
    entries: Vec<(u32, u32)>,
}

/// Bases at the place that they would have if the gene went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct EdgeWord {
    contig: ContigId,
    side: Side,
    /// Distance along the contig, outwards from what is kept.
    at: i64,
    code: u32,
}

/// Bases of a word; a stretch of fourteen with one wrong holds seven that are right.
const WORD_BP: usize = 7;
/// The same where one of the two is shorter, which needs only twelve to be told.
const SHORT_WORD_BP: usize = 6;
/// First bases in which the short words of a stretch are looked for.
const SHORT_BP: usize = 2 * WORD_BP;
/// Bases of a word of reads that do not keep step: of forty bases with one wrong in ten, as two such reads differ, hardly any holds none.
const LONG_WORD_BP: usize = 9;
/// Bases below which a stretch of these may hold no whole word.
const LONG_BP: usize = 40;
/// Width of the stretches of the genome by which these words are filed.
const NEAR_BP: i64 = 128;
/// First bases that are filed: those by which two ends of one break may differ, and four words.
const FILED_BP: usize = 44;

impl Spellings {
    /// None yet.
    pub fn new(tolerance: Tolerance) -> Self {
        Self { tolerance, near: Nearby::default(), short: Nearby::default(), last: FxHashMap::default(), entries: Vec::new() }
    }

    /// Files a stretch that begins at an end and is read away from it.
    pub fn insert(&mut self, index: usize, end: Breakend, bases: &[u8]) {
        let index = index as u32;
        if self.tolerance.in_step {
            let short = words(end, bases, SHORT_WORD_BP, FILED_BP);
            words(end, bases, WORD_BP, FILED_BP).chain(short).for_each(|word| self.file(word, index));
            return;
        }
        self.near.insert(end, index);
        if bases.len() < LONG_BP {
            self.short.insert(end, index);
        }
        words(end, bases, LONG_WORD_BP, bases.len()).map(near_end).for_each(|word| self.file(word, index));
    }

    fn file(&mut self, word: EdgeWord, index: u32) {
        let before = self.last.insert(word, self.entries.len() as u32).unwrap_or(u32::MAX);
        self.entries.push((index, before));
    }

    /// The filed stretches that may read as this one does, in the order of their numbers.
    pub fn like(&self, end: Breakend, bases: &[u8]) -> Vec<usize> {
        let mut found: Vec<u32> = Vec::new();
        let beside = |word: EdgeWord| (-1..=1).map(move |slip| EdgeWord { at: word.at + slip, ..word });
        if self.tolerance.in_step {
            words(end, bases, WORD_BP, FILED_BP).flat_map(beside).for_each(|word| self.of_word(word, &mut found));
            words(end, bases, SHORT_WORD_BP, SHORT_BP).for_each(|word| self.of_word(word, &mut found));
        } else if bases.len() < LONG_BP {
            found.extend(self.near.within(end, self.tolerance.shift_bp));
        } else {
            found.extend(self.short.within(end, self.tolerance.shift_bp));
            let long = words(end, bases, LONG_WORD_BP, bases.len()).map(near_end);
            long.flat_map(beside).for_each(|word| self.of_word(word, &mut found));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|index| index as usize).collect()
    }

    fn of_word(&self, word: EdgeWord, found: &mut Vec<u32>) {
        let mut entry = self.last.get(&word).copied();
        while let Some(&(index, before)) = entry.and_then(|entry| self.entries.get(entry as usize)) {
            found.push(index);
            entry = Some(before);
        }
    }
}

/// A word of a read that does not keep step, by where the stretch begins, more or less.
fn near_end(word: EdgeWord) -> EdgeWord {
    EdgeWord { at: word.at.div_euclid(NEAR_BP), ..word }
}

/// The words of a stretch's first bases, those of different lengths told apart.
fn words(end: Breakend, bases: &[u8], length: usize, first_bp: usize) -> impl Iterator<Item = EdgeWord> + '_ {
    let outwards = match end.side {
        Side::Lower => i64::from(end.boundary),
        Side::Higher => -i64::from(end.boundary),
    };
    let filed = &bases[..bases.len().min(first_bp)];
    // A leading 1 bit distinguishes words of different lengths.
    sequence::words(filed, length).map(move |(at, word)| EdgeWord {
        contig: end.contig,
        side: end.side,
        at: outwards + at as i64,
        code: 1 << (2 * length) | word,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::random_bases;

    fn end(boundary: u32, side: Side) -> Breakend {
        Breakend::new(ContigId(3), boundary, side)
    }

    #[test]
    fn what_lies_near_keeps_the_same_side() {
        let mut nearby = Nearby::default();
        for (index, boundary) in [100, 110, 130].into_iter().enumerate() {
            nearby.insert(end(boundary, Side::Lower), index);
        }
        let within = |side, reach_bp| nearby.within(end(112, side), reach_bp).copied().collect::<Vec<usize>>();
        assert_eq!((within(Side::Lower, 12), within(Side::Lower, 2), within(Side::Higher, 50)), (vec![0, 1], vec![1], vec![]));
    }

    #[test]
    fn stretches_that_read_alike_are_found_whichever_base_is_wrong_and_others_are_not() {
        let bases = random_bases(7, 60);
        for tolerance in [Tolerance::of(false), Tolerance::of(true)] {
            for side in [Side::Lower, Side::Higher] {
                let mut filed = Spellings::new(tolerance);
                filed.insert(0, end(1_000, side), &bases);
                filed.insert(1, end(1_000, side), &random_bases(8, 60));
                for length in [12, 14, 25, 50] {
                    for wrong in 0..length {
                        let mut other: Vec<u8> = bases[..length].to_vec();
                        other[wrong] = if other[wrong] == b'A' { b'C' } else { b'A' };
                        assert!(filed.like(end(1_000, side), &other).contains(&0), "{length} bases, base {wrong} is wrong");
                    }
                }
                let cut_early = [b"GA", &bases[..40]].concat();
                let cut_late = &bases[3..40];
                assert!(filed.like(end(1_000, side).extended(-2), &cut_early).contains(&0));
                assert!(filed.like(end(1_000, side).extended(3), cut_late).contains(&0));
                if tolerance.in_step {
                    assert_eq!(filed.like(end(1_000, side), &bases[..40]), [0]);
                }
                assert!(filed.like(end(2_000, side), &random_bases(9, 40)).is_empty());
            }
        }
    }
}
