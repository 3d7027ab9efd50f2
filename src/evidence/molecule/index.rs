//! Look-up of fragments that may be copies of one molecule: by an end, by both ends, or by the first bases of a read, each with the UMI.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::end::Begin;
use super::family::Node;
use crate::sequence::complexity_frac;

/// Bases of a word by which reads without an alignment are looked up, and how many follow each other: two errors leave three.
const WORD_BP: usize = 12;
const WORDS: usize = 5;
/// Share of distinct 3-mers of a word that tells something.
const MIN_COMPLEXITY_FRAC: f64 = 0.5;
/// Fragments with the same word that are compared with one of them, so that time grows with their number and not with its square.
const MAX_COMPARED: usize = 2_000;

/// What fragments are looked up by.
#[derive(Debug, Clone, Copy, Hash)]
pub enum LookupKey {
    /// Where a read begins.
    Begin(Begin),
    /// Where its alignment has its leftmost base.
    Leftmost(Begin),
    /// Both ends.
    Pair(Begin, Begin),
    /// A word, and which of the first ones of a read it is.
    Word(usize, [u8; WORD_BP]),
}

/// The words at the beginning of a read.
pub fn words(bases: &[u8]) -> impl Iterator<Item = LookupKey> + '_ {
    let telling = |(_, word): &(usize, &[u8])| complexity_frac(word) >= MIN_COMPLEXITY_FRAC;
    let part = |(at, word): (usize, &[u8])| Some(LookupKey::Word(at, word.try_into().ok()?));
    bases.chunks_exact(WORD_BP).take(WORDS).enumerate().filter(telling).filter_map(part)
}

/// The nodes by their ends and UMIs, and how many there are at an end or a pair of ends.
#[derive(Debug)]
pub struct NodeIndex {
    nodes: Vec<(u64, u32)>,
    at_end: FxHashMap<u64, u32>,
}

/// Stands for a UMI where nodes are counted of which one end is not known.
const IN_PART: &[u8] = b"?";

fn key(part: LookupKey, umi: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    (part, umi).hash(&mut hasher);
    hasher.finish()
}

impl NodeIndex {
    /// An index of nodes by their number.
    pub fn new(nodes: &[Node<'_>]) -> Self {
        let mut at_end: FxHashMap<u64, u32> = FxHashMap::default();
        let mut list = Vec::new();
        for (number, node) in (0u32..).zip(nodes) {
            for (part, umi) in node.found_by() {
                list.push((key(part, umi), number));
                *at_end.entry(key(part, b"")).or_default() += 1;
                if !node.is_whole() {
                    *at_end.entry(key(part, IN_PART)).or_default() += 1;
                }
            }
            if node.is_sequenced && node.is_whole() {
                for (pair, _) in node.pairs() {
                    *at_end.entry(key(pair, b"")).or_default() += 1;
                }
            }
        }
        list.sort_unstable();
        list.dedup();
        Self { nodes: list, at_end }
    }

    fn with(&self, key: u64) -> impl Iterator<Item = usize> + '_ {
        let from = self.nodes.partition_point(|(known, _)| *known < key);
        self.nodes[from..].iter().take_while(move |(known, _)| *known == key).take(MAX_COMPARED).map(|(_, node)| *node as usize)
    }

    fn count(&self, part: LookupKey, umi: &[u8]) -> u32 {
        self.at_end.get(&key(part, umi)).copied().unwrap_or(0)
    }

    /// The most nodes that share both ends with this one, or an end where only one is known.
    fn sharing(&self, node: &Node<'_>) -> u32 {
        let parts = if node.is_whole() { node.pairs() } else { node.places() };
        parts.into_iter().map(|(part, _)| self.count(part, b"")).max().unwrap_or(0)
    }

    /// Calls `visit` with the nodes that share an end with this one and have its UMI, or one that differs in one base.
    pub fn beside(&self, node: &Node<'_>, mut visit: impl FnMut(usize)) {
        let is_crowded = node.is_sequenced && node.is_whole() && self.sharing(node) > 1;
        for (part, umi) in node.asks_for() {
            self.with(key(part, umi)).for_each(&mut visit);
            // UMIs with errors are looked for where there may be some: the look-up of each takes its time.
            let may_have_errors = match part {
                LookupKey::Word(..) => node.copies.len() > 1 && self.count(part, b"") > 0,
                _ if node.is_whole() => is_crowded || self.count(part, IN_PART) > 0,
                _ => self.count(part, b"") > 1,
            };
            if node.is_sequenced && may_have_errors {
                neighbours(umi, |other| self.with(key(part, other)).for_each(&mut visit));
            }
        }
    }

    /// The chance that one of the molecules with the same ends has a UMI that differs in one base.
    pub fn chance(&self, node: &Node<'_>) -> f64 {
        let bases = bases_of(&node.umis[0]).count();
        f64::from(self.sharing(node)) * 3.0 * bases as f64 * 0.25f64.powi(bases as i32)
    }
}

/// Where an identifier has bases that may be read wrongly. A name may hold more before them; numbers have no errors.
fn bases_of(umi: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let is_base = |byte: &u8| b"ACGTN".contains(byte);
    let first = umi.len() - umi.iter().rev().take_while(|byte| is_base(byte) || b"+-".contains(byte)).count();
    (first..umi.len()).filter(move |&at| is_base(&umi[at]))
}

/// Calls `visit` with all identifiers that differ in one base.
fn neighbours(umi: &[u8], mut visit: impl FnMut(&[u8])) {
    let mut other = umi.to_vec();
    for at in bases_of(umi) {
        for &base in b"ACGTN".iter().filter(|base| **base != umi[at]) {
            other[at] = base;
            visit(&other);
        }
        other[at] = umi[at];
    }
}

/// Whether two identifiers differ in one base and nothing else.
pub fn differ_in_one(x: &[u8], y: &[u8]) -> bool {
    let differing = || (0..x.len()).filter(|&at| x[at] != y[at]);
    x.len() == y.len()
        && differing().take(2).count() == 1
        && differing().all(|at| bases_of(x).any(|base| base == at) && b"ACGTN".contains(&y[at]))
}
