//! What one molecule shows of a row of bases: its reads merged, its copies brought to one consensus.
//!
//! ```text
//!   read 1 of copy 1   ACGTTACG                     agreement of mates adds the qualities (up to MATES_CAP: what was damaged
//!   read 2 of copy 1      TTACGGA                   before sequencing is common to both), disagreement drops the base
//!   copy 2             ACGTTACGGA                   copies vote by likelihood (up to FAMILY_CAP, of both strands DUPLEX_CAP);
//!   molecule           ACGTTACGGA                   a base that less than two thirds of them show is dropped
//! ```

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::alignment::read::FragmentId;
use crate::sequence;

/// Bases below this quality are not read at all: a disagreement with them means nothing.
pub const MIN_READ_QUALITY: u8 = 10;
/// The same for long reads, whose bases seldom have more than 20.
pub const MIN_LONG_READ_QUALITY: u8 = 7;
/// Two agreeing mates are not trusted beyond this: damage before copying is common to both.
pub const MATES_CAP: u8 = 45;
/// The consensus of several copies is not trusted beyond this.
pub const FAMILY_CAP: u8 = 60;
/// The consensus of copies of both strands is not trusted beyond this, the highest quality that [`packed`] can hold.
pub const DUPLEX_CAP: u8 = 63;
/// Lowest qualities of the strata by which errors are counted: four of single reads, of which the first votes only in long reads, mates that
/// agree, a consensus of copies, and one of both strands.
pub const STRATA: [u8; 7] = [0, 20, 30, 35, 40, 48, 61];

/// The stratum of a quality.
pub fn stratum(quality: u8) -> usize {
    STRATA.iter().rposition(|&from| quality >= from).unwrap_or(0)
}

/// A base (`0..4` for `ACGT`, in the direction of transcription) with its quality, in one byte; 0 for none.
pub fn packed(base: u8, quality: u8) -> u8 {
    match sequence::code(base) {
        Some(code) if quality > 0 => (code as u8) << 6 | quality.min(FAMILY_CAP),
        _ => 0,
    }
}

/// The code (`0..4`) and quality of a packed base; `None` for none.
pub fn unpacked(byte: u8) -> Option<(usize, u8)> {
    (byte & 63 != 0).then_some((usize::from(byte >> 6), byte & 63))
}

/// Where a read lies on the row, and how far it goes on beyond the part that is on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Index of its first base.
    pub first: u16,
    /// Index of its last base.
    pub last: u16,
    /// Aligned bases of the read before the first.
    pub before: u16,
    /// Aligned bases of the read behind the last.
    pub after: u16,
    /// Clipped bases before and behind these.
    pub clipped: [u16; 2],
}

impl Span {
    /// Whether the read covers an index.
    pub fn covers(&self, index: usize) -> bool {
        usize::from(self.first) <= index && index <= usize::from(self.last)
    }

    /// Whether the read covers the bases `low..high` and goes on for at least so many aligned bases before and behind them. What it goes on
    /// with beside the row (an intron) counts, but says nothing of other places of the row.
    pub fn spans(&self, low: usize, high: usize, [before, behind]: [usize; 2]) -> bool {
        let on_it = usize::from(self.first) <= low && high <= usize::from(self.last) + 1;
        on_it
            && i64::from(self.first) - i64::from(self.before) + before as i64 <= low as i64
            && high + behind <= usize::from(self.last) + 1 + usize::from(self.after)
    }

    /// Whether the read shows a base of a part of the row (indices, the second behind the last).
    pub fn is_on(&self, (first, end): (usize, usize)) -> bool {
        usize::from(self.first) < end && usize::from(self.last) >= first
    }

    /// Bases of the read on either side of its part on the row, clipped ones among them.
    pub fn beyond(&self) -> [usize; 2] {
        [(self.before, self.clipped[0]), (self.after, self.clipped[1])]
            .map(|(aligned, clipped)| usize::from(aligned) + usize::from(clipped))
    }

    /// Bases to the nearer end of the read.
    pub fn from_end(&self, index: usize) -> usize {
        let [before, after] = self.beyond();
        (index.saturating_sub(usize::from(self.first)) + before).min(usize::from(self.last).saturating_sub(index) + after)
    }

    fn joined(self, other: Self) -> Self {
        let (low, high) = if self.first <= other.first { (self, other) } else { (other, self) };
        let end = if high.last >= low.last { high } else { low };
        Self { first: low.first, last: end.last, before: low.before, after: end.after, clipped: [low.clipped[0], end.clipped[1]] }
    }
}

/// An insertion or deletion in coding coordinates.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Indel {
    /// Index of the first deleted base, or of the base before which bases are inserted.
    pub at: usize,
    /// Number of deleted bases.
    pub deleted: usize,
    /// Inserted bases in the direction of transcription.
    pub inserted: Vec<u8>,
    /// The part of the row (exon) to which it belongs, by its first index and that behind its last: an index between two parts is one of
    /// both.
    pub segment: (usize, usize),
    /// The deleted stretch of the genome (interbase), where it does not lie within one part of the row: it goes over the edge of an
    /// exon, or takes a splice site; `deleted` are those of its bases that are on the row.
    pub over: Option<(u32, u32)>,
    /// What it was joined from, in the order of transcription; empty for one that the aligner wrote.
    pub parts: Vec<Indel>,
}

/// What one record shows of a row.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The fragment.
    pub fragment: FragmentId,
    /// 0 for the first read of a pair or a single read, 1 for the second.
    pub number: u8,
    /// Whether the read lies on the forward strand of the genome.
    pub forward: bool,
    /// Where it lies.
    pub span: Span,
    /// Packed bases from `span.first` on.
    pub bases: Box<[u8]>,
    /// Insertions and deletions.
    pub indels: Vec<Indel>,
}

/// What one molecule shows of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Molecule {
    /// Index of the first base that it may show.
    pub start: u16,
    /// Packed bases from `start` on.
    pub bases: Box<[u8]>,
    /// Whether its first read goes in the direction of transcription.
    pub sense: bool,
    /// Its reads on the forward and on the reverse strand of the genome.
    pub spans: [Option<Span>; 2],
    /// Insertions and deletions.
    pub indels: Vec<Indel>,
    /// The fragments, copies of one molecule.
    pub fragments: Vec<FragmentId>,
}

impl Molecule {
    /// Code and quality of the base at an index.
    pub fn base(&self, index: usize) -> Option<(usize, u8)> {
        unpacked(*self.bases.get(index.checked_sub(usize::from(self.start))?)?)
    }

    /// Index behind the last base that it may show.
    pub fn end(&self) -> usize {
        usize::from(self.start) + self.bases.len()
    }

    /// Whether a read of it covers an index.
    pub fn covers(&self, index: usize) -> bool {
        self.spans.iter().flatten().any(|span| span.covers(index))
    }

    /// Bases to the nearer end of the reads that cover an index, the better one of two.
    pub fn from_end(&self, index: usize) -> Option<usize> {
        self.spans.iter().flatten().filter(|span| span.covers(index)).map(|span| span.from_end(index)).max()
    }

    /// Takes bases away (indices, both ends included).
    pub fn hide(&mut self, low: usize, high: usize) {
        let start = usize::from(self.start);
        for index in low.max(start)..(high + 1).min(self.end()) {
            self.bases[index - start] = 0;
        }
    }
}

/// One read or fragment while it is put together.
struct Part {
    start: usize,
    bases: Vec<u8>,
    spans: [Option<Span>; 2],
    indels: Vec<Indel>,
}

impl Part {
    fn widened(&mut self, low: usize, high: usize) {
        if low < self.start {
            let mut bases = vec![0; self.start - low];
            bases.append(&mut self.bases);
            (self.start, self.bases) = (low, bases);
        }
        if high > self.start + self.bases.len() {
            self.bases.resize(high - self.start, 0);
        }
    }

    fn end(&self) -> usize {
        self.start + self.bases.len()
    }

    /// Lays another part over this one; `put` decides on each pair of bases.
    fn lay(&mut self, other: &Self, put: impl Fn(u8, u8) -> u8) {
        self.widened(other.start, other.end());
        for (offset, &byte) in other.bases.iter().enumerate() {
            let slot = &mut self.bases[other.start - self.start + offset];
            *slot = put(*slot, byte);
        }
        for (own, new) in self.spans.iter_mut().zip(other.spans) {
            *own = match (*own, new) {
                (Some(x), Some(y)) => Some(x.joined(y)),
                (x, y) => x.or(y),
            };
        }
    }

    /// Whether one of its reads covers an indel's place; `own` are the indels that it shows.
    fn denies(&self, indel: &Indel, own: &FxHashSet<&Indel>) -> bool {
        let high = indel.at + indel.deleted;
        !own.contains(indel) && self.spans.iter().flatten().any(|span| span.is_on(indel.segment) && span.spans(indel.at, high, [5; 2]))
    }
}

/// Marks a base that mates contradict: it must not come back from a third record.
const DISPUTED: u8 = 0b1100_0000;

/// Two records of one read (an alignment and its further piece): the better base.
fn same_read(x: u8, y: u8) -> u8 {
    if x & 63 >= y & 63 {
        x
    } else {
        y
    }
}

/// Two reads of one fragment.
fn mates(x: u8, y: u8) -> u8 {
    match (unpacked(x), unpacked(y)) {
        (Some((code, one)), Some((other, two))) if code == other => {
            (code as u8) << 6 | one.saturating_add(two).min(MATES_CAP.max(one).max(two))
        }
        (Some(_), Some(_)) => DISPUTED,
        (Some(_), None) if y != DISPUTED => x,
        (None, Some(_)) if x != DISPUTED => y,
        _ => x | y,
    }
}

/// The reads of one fragment as one.
fn fragment(mut records: Vec<Shown>) -> (Part, bool, u8, bool) {
    records.sort_by(|x, y| (x.number, x.span, &x.bases).cmp(&(y.number, y.span, &y.bases)));
    let first = (records[0].number, records[0].forward);
    let mut reads: [Option<Part>; 2] = [None, None];
    let mut spanning: [Vec<Indel>; 2] = [Vec::new(), Vec::new()];
    let paired = records.iter().any(|record| record.number != first.0) || first.0 == 1;
    for record in records {
        let mut spans = [None, None];
        spans[usize::from(!record.forward)] = Some(record.span);
        let part = Part { start: usize::from(record.span.first), bases: record.bases.into_vec(), spans, indels: record.indels };
        let number = usize::from(record.number.min(1));
        spanning[number].extend(part.indels.iter().cloned());
        match reads[number].as_mut() {
            Some(read) => {
                read.lay(&part, same_read);
                read.indels.extend(part.indels);
            }
            None => reads[number] = Some(part),
        }
    }
    let mut merged = match reads {
        [Some(mut one), Some(two)] => {
            // An indel that one mate shows and the other denies is dropped, as a base is.
            let (by_one, by_two): (FxHashSet<&Indel>, FxHashSet<&Indel>) = (one.indels.iter().collect(), two.indels.iter().collect());
            let kept = one.indels.iter().filter(|indel| !two.denies(indel, &by_two));
            let more = two.indels.iter().filter(|indel| !one.denies(indel, &by_one));
            // What both show is left once by the sorting below.
            let indels: Vec<Indel> = kept.chain(more).cloned().collect();
            one.lay(&two, mates);
            one.indels = indels;
            one
        }
        [Some(one), None] | [None, Some(one)] => one,
        [None, None] => Part { start: 0, bases: Vec::new(), spans: [None, None], indels: Vec::new() },
    };
    // One that two parts of the row show is one.
    merged.indels.sort();
    merged.indels.dedup();
    (merged, first.1, first.0, paired)
}

/// The molecules behind records: one a family of fragments, `molecule_of` naming the family. `transcribed_forward` is whether the
/// gene lies on the forward strand.
pub fn molecules(
    shown: Vec<Shown>,
    transcribed_forward: bool,
    min_quality: u8,
    molecule_of: impl Fn(FragmentId) -> FragmentId,
) -> Vec<Molecule> {
    let mut families: BTreeMap<FragmentId, BTreeMap<FragmentId, Vec<Shown>>> = BTreeMap::new();
    for record in shown {
        families.entry(molecule_of(record.fragment)).or_default().entry(record.fragment).or_default().push(record);
    }
    let mut list: Vec<Molecule> = families
        .into_values()
        .map(|family| {
            let fragments: Vec<FragmentId> = family.keys().copied().collect();
            let mut parts: Vec<(Part, bool)> = family
                .into_values()
                .map(|records| {
                    let (part, forward, number, _) = fragment(records);
                    // The first read's strand, from whichever mate was seen: mates face each other.
                    let first_forward = forward == (number == 0);
                    (part, first_forward == transcribed_forward)
                })
                .collect();
            let sense = parts.iter().filter(|(_, sense)| *sense).count() * 2 >= parts.len();
            let whole = if parts.len() == 1 { parts.remove(0).0 } else { consensus(parts) };
            let bases = whole.bases.iter().map(|&byte| if byte & 63 >= min_quality { byte } else { 0 }).collect();
            let mut indels = whole.indels;
            indels.sort();
            indels.dedup();
            Molecule { start: whole.start as u16, bases, sense, spans: whole.spans, indels, fragments }
        })
        .collect();
    // By what they show, not by name.
    list.sort();
    list
}

/// The consensus of copies, each with its strand: for each base the likelihood of each letter, given the qualities.
fn consensus(mut parts: Vec<(Part, bool)>) -> Part {
    parts.sort_by(|(x, _), (y, _)| (x.start, &x.bases, x.spans).cmp(&(y.start, &y.bases, y.spans)));
    let start = parts.iter().map(|(part, _)| part.start).min().unwrap_or(0);
    let end = parts.iter().map(|(part, _)| part.end()).max().unwrap_or(0);
    let mut whole = Part { start, bases: vec![0; end - start], spans: [None, None], indels: Vec::new() };
    for index in start..end {
        let mut against = [0.0f64; 4];
        let (mut votes, mut strands) = ([0usize; 4], [[false; 2]; 4]);
        let base = |part: &Part| unpacked(*part.bases.get(index.checked_sub(part.start)?)?);
        for ((code, quality), sense) in parts.iter().filter_map(|(part, sense)| Some((base(part)?, *sense))) {
            votes[code] += 1;
            strands[code][usize::from(sense)] = true;
            // Phred-scaled cost of every other letter: log10(e / 3) against log10(1 - e), the latter being next to nothing.
            for (letter, cost) in against.iter_mut().enumerate() {
                *cost += if letter == code { 0.0 } else { f64::from(quality) + 4.77 };
            }
        }
        let total: usize = votes.iter().sum();
        let Some(best) = (0..4).min_by(|&x, &y| against[x].total_cmp(&against[y])).filter(|_| total > 0) else { continue };
        let second = (0..4).filter(|&letter| letter != best).map(|letter| against[letter]).fold(f64::INFINITY, f64::min);
        if votes[best] * 3 >= total * 2 {
            let cap = if strands[best] == [true; 2] { DUPLEX_CAP } else { FAMILY_CAP };
            let quality = (second - against[best] - 4.77).clamp(0.0, f64::from(cap)) as u8;
            whole.bases[index - start] = if quality == 0 { 0 } else { (best as u8) << 6 | quality };
        }
    }
    let copies = parts.len();
    let mut counts: BTreeMap<Indel, usize> = BTreeMap::new();
    for (part, _) in &parts {
        for indel in &part.indels {
            *counts.entry(indel.clone()).or_default() += 1;
        }
        for (own, new) in whole.spans.iter_mut().zip(part.spans) {
            *own = match (*own, new) {
                (Some(x), Some(y)) => Some(x.joined(y)),
                (x, y) => x.or(y),
            };
        }
    }
    whole.indels = counts.into_iter().filter(|(_, count)| count * 3 >= copies * 2).map(|(indel, _)| indel).collect();
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, number: u8, first: u16, bases: &[u8], quality: u8) -> Shown {
        Shown {
            fragment: FragmentId::of(name.as_bytes()),
            number,
            forward: number == 0,
            span: Span { first, last: first + bases.len() as u16 - 1, ..Span::default() },
            bases: bases.iter().map(|&base| packed(base, quality)).collect(),
            indels: Vec::new(),
        }
    }

    fn one(records: Vec<Shown>, family: bool) -> Molecule {
        let all = FragmentId::of(b"family");
        let list = molecules(records, true, 20, |fragment| if family { all } else { fragment });
        assert_eq!(list.len(), 1);
        list.into_iter().next().expect("just counted")
    }

    #[test]
    fn mates_that_agree_gain_quality_and_mates_that_disagree_lose_the_base() {
        let molecule = one(vec![shown("a", 0, 10, b"ACGT", 30), shown("a", 1, 12, b"GAAA", 30)], false);
        assert_eq!(molecule.base(10), Some((0, 30)));
        assert_eq!(molecule.base(12), Some((2, MATES_CAP)));
        assert_eq!(molecule.base(13), None);
        assert_eq!(molecule.base(15), Some((0, 30)));
        assert!(molecule.sense && molecule.spans.iter().all(Option::is_some));
    }

    #[test]
    fn a_family_votes_and_one_wrong_copy_in_three_does_not_turn_it() {
        let copies = |bases: &[&[u8]]| bases.iter().enumerate().map(|(n, bases)| shown(&n.to_string(), 0, 0, bases, 35)).collect();
        let molecule = one(copies(&[b"ACG", b"ACG", b"ATG"]), true);
        assert_eq!(molecule.base(0), Some((0, FAMILY_CAP)));
        assert_eq!(molecule.base(1).map(|(code, quality)| (code, (30..=40).contains(&quality))), Some((1, true)));
        assert_eq!(one(copies(&[b"AC", b"AT"]), true).base(1), None);
        assert_eq!(molecule.fragments.len(), 3);
    }

    #[test]
    fn the_second_read_alone_tells_the_direction_of_the_first() {
        assert!(!one(vec![Shown { forward: true, ..shown("a", 1, 0, b"A", 30) }], false).sense);
        assert!(one(vec![Shown { forward: false, ..shown("a", 1, 0, b"A", 30) }], false).sense);
    }

    #[test]
    fn strata_begin_at_their_lowest_quality() {
        assert_eq!([7, 19, 20, 29, 30, 37, 45, 48, 60, 63].map(stratum), [0, 0, 1, 1, 2, 3, 4, 5, 5, 6]);
        assert_eq!(unpacked(packed(b'G', 37)), Some((2, 37)));
        assert_eq!(unpacked(packed(b'N', 37)), None);
    }
}
