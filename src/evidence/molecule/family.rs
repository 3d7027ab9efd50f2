//! Families of copies: the directional rule (Smith, Heger and Sudbery, Genome Research 2017; 27:491-499) on fragments that lie alike.
//!
//! Fragments that are equal in ends and UMI make a node with a count. From the largest node on, a family takes in what is not yet taken:
//! nodes with the same UMI, and, breadth-first, those whose UMI differs in one base from a member that is larger and at least twice as
//! frequent, less one. All must lie as the first node does, so that nothing makes two families one.
//!
//! ```text
//!   AAAAAAAA x5 --- AAAAAAAT x1 --- AAAAAATT x5      two families: the middle one is an error of the first (or of the last), 5 < 2 * 5 - 1
//! ```

use std::borrow::Cow;
use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use crate::alignment::assay::DuplicateRule;
use crate::alignment::read::FragmentId;
use crate::alignment::umi::UmiKind;

use super::end::{Begin, EndsFit, FragmentEnd, FragmentEnds};
use super::index::{differ_in_one, words, LookupKey, NodeIndex};

/// Of two single fragments that lie alike and whose UMIs differ in one base neither is the larger. They are one where so few molecules
/// have these ends that one of them would have such a UMI with at most this chance: an error is likelier (one in a thousand bases or more).
const MAX_CHANCE: f64 = 0.01;

/// Fragments that are equal in ends and UMI.
#[derive(Debug)]
pub struct Node<'a> {
    fragment: FragmentEnds<'a>,
    /// The UMI as seen from each end; empty where the rule does not ask for it.
    pub umis: [Cow<'a, [u8]>; 2],
    /// Whether the UMI may have errors.
    pub is_sequenced: bool,
    rule: DuplicateRule,
    /// The fragments.
    pub copies: Vec<FragmentId>,
}

/// What equal fragments have in common: the ends, the UMI from the first of them, and the bases of ends without a place.
type Identity<'a> = ([FragmentEnd; 2], Cow<'a, [u8]>, [Option<Cow<'a, [u8]>>; 2], Option<FragmentId>);

/// The fragments of each molecule.
pub fn families(fragments: FxHashMap<FragmentId, FragmentEnds<'_>>, rule: DuplicateRule) -> Vec<Vec<FragmentId>> {
    let mut nodes = nodes(fragments, rule);
    // Nodes with the best-known ends come first, then the larger ones. Read names are never compared.
    nodes.sort_by(|x, y| x.rank().cmp(&y.rank()));
    let index = NodeIndex::new(&nodes);
    let mut taken = vec![false; nodes.len()];
    let mut families = Vec::new();
    for first in 0..nodes.len() {
        if std::mem::replace(&mut taken[first], true) {
            continue;
        }
        let mut members = vec![first];
        let mut next = 0;
        while let Some(&parent) = members.get(next) {
            next += 1;
            index.beside(&nodes[parent], |other| {
                if !taken[other] && takes(&nodes, (first, parent, other), rule, &index) {
                    taken[other] = true;
                    members.push(other);
                }
            });
        }
        families.push(members.into_iter().flat_map(|member| nodes[member].copies.iter().copied()).collect());
    }
    families
}

/// Equal fragments together. Where a rule asks for UMIs, those without one are told by their ends alone.
fn nodes(fragments: FxHashMap<FragmentId, FragmentEnds<'_>>, rule: DuplicateRule) -> Vec<Node<'_>> {
    let mut equal: FxHashMap<Identity<'_>, Node<'_>> = FxHashMap::default();
    for (id, mut fragment) in fragments {
        let umi = fragment.umi.filter(|_| rule == DuplicateRule::Umi);
        let rule = if umi.is_none() && rule == DuplicateRule::Umi { DuplicateRule::Position } else { rule };
        let kind = umi.map(|umi| umi.kind);
        if kind == Some(UmiKind::Cell) {
            // The molecule was fragmented after it was copied, so its copies lie at several places.
            fragment = FragmentEnds { umi, ..FragmentEnds::default() };
        }
        let mut umis = match umi {
            Some(umi) => [Cow::Borrowed(&*umi.text), Cow::Owned(umi.swapped())],
            None => [Cow::Borrowed(&b""[..]), Cow::Borrowed(&b""[..])],
        };
        // The strands of a duplex are equal when their ends have one order.
        if (fragment.ends[1], &umis[1]) < (fragment.ends[0], &umis[0]) {
            fragment.ends.swap(0, 1);
            fragment.bases.swap(0, 1);
            umis.swap(0, 1);
        }
        let bases = [0, 1].map(|end| fragment.bases[end].clone().filter(|_| !fragment.ends[end].is_placed()));
        let own = (rule == DuplicateRule::Flag && fragment.is_placed()).then_some(id);
        let identity = (fragment.ends, umis[0].clone(), bases, own);
        let is_sequenced = kind == Some(UmiKind::Sequenced);
        let node =
            equal.entry(identity).or_insert_with(|| Node { fragment: fragment.clone(), umis, is_sequenced, rule, copies: Vec::new() });
        // Equal fragments are represented by the bases that sort last, whichever fragment came first.
        if fragment.bases > node.fragment.bases {
            node.fragment.bases = fragment.bases;
        }
        node.copies.push(id);
    }
    equal.into_values().collect()
}

impl Node<'_> {
    /// The order in which families begin.
    fn rank(&self) -> impl Ord + '_ {
        let placed = |end: &FragmentEnd| usize::from(end.is_placed()) + usize::from(end.has_begin());
        let known: usize = self.fragment.ends.iter().map(placed).sum();
        let known = (known, self.fragment.bases.iter().flatten().count());
        // A node without a UMI joins a family that has one, but never joins two families to each other.
        (
            self.umis[0].is_empty(),
            Reverse(known.0),
            Reverse(self.copies.len()),
            Reverse(known.1),
            &self.fragment.ends,
            &self.umis,
            &self.fragment.bases,
        )
    }

    /// Whether both ends are known to the base.
    pub fn is_whole(&self) -> bool {
        self.fragment.ends.iter().all(FragmentEnd::has_begin)
    }

    /// What another node that takes this one in has in common with it, with the UMI from there.
    pub fn found_by(&self) -> Vec<(LookupKey, &[u8])> {
        match self.rule {
            DuplicateRule::Position if self.is_whole() => self.pairs(),
            DuplicateRule::Flag => self.words(),
            _ if self.fragment.ends.iter().all(FragmentEnd::is_placed) => self.places(),
            _ => [self.places(), self.words()].concat(),
        }
    }

    /// What this node may have in common with those that it takes in.
    pub fn asks_for(&self) -> Vec<(LookupKey, &[u8])> {
        match self.rule {
            DuplicateRule::Flag => self.words(),
            DuplicateRule::Position if self.is_whole() => [self.pairs(), self.places(), self.words()].concat(),
            DuplicateRule::Umi => {
                let pairs = if self.is_whole() { self.pairs() } else { Vec::new() };
                let without_umi = |(part, _): (LookupKey, &[u8])| (part, &b""[..]);
                let own = [self.places(), self.words()].concat();
                let others = [pairs, own.clone()].concat().into_iter().map(without_umi).collect();
                [own, others].concat()
            }
            _ => [self.places(), self.words()].concat(),
        }
    }

    /// The places of its ends.
    pub fn places(&self) -> Vec<(LookupKey, &[u8])> {
        let mut list = Vec::new();
        for (end, umi) in self.fragment.ends.iter().zip(&self.umis) {
            list.extend(end.begins().map(|begin| (LookupKey::Begin(begin), &**umi)));
            // Of two fragments of which different mates were read, each knows where the other's alignment begins.
            let leftmost = end.leftmost().filter(|_| !self.is_whole());
            list.extend(leftmost.map(|begin| (LookupKey::Leftmost(begin), &**umi)));
        }
        list
    }

    /// The places of both ends together, which few share.
    pub fn pairs(&self) -> Vec<(LookupKey, &[u8])> {
        let [first, second] = &self.fragment.ends;
        let pair = |x: Begin, y: Begin| (LookupKey::Pair(x.min(y), x.max(y)), &*self.umis[0]);
        first.begins().flat_map(|x| second.begins().map(move |y| pair(x, y))).collect()
    }

    /// The first words of its reads, where bases are compared.
    pub fn words(&self) -> Vec<(LookupKey, &[u8])> {
        let reads = self.fragment.bases.iter().zip(&self.umis);
        reads.flat_map(|(bases, umi)| bases.iter().flat_map(|bases| words(bases)).map(|word| (word, &**umi))).collect()
    }
}

/// Whether the family that `first` begins takes `other` in, next to its member `parent`.
fn takes(nodes: &[Node<'_>], (first, parent, other): (usize, usize, usize), rule: DuplicateRule, index: &NodeIndex) -> bool {
    let (first, parent, other, is_first) = (&nodes[first], &nodes[parent], &nodes[other], first == parent);
    if rule == DuplicateRule::Flag && other.fragment.is_placed() {
        return false;
    }
    let near = other.rule == DuplicateRule::Umi;
    let lacks_umi = other.umis[0].is_empty();
    let lies_alike = |fit: EndsFit| fit >= EndsFit::Half || (near && fit == EndsFit::Near);
    if !is_first && ![false, true].into_iter().any(|swapped| lies_alike(first.fragment.fit(&other.fragment, swapped))) {
        return false;
    }
    [false, true].into_iter().any(|swapped| {
        let umi = &other.umis[usize::from(swapped)];
        let same = lacks_umi || parent.umis[0] == *umi;
        let differ = || !parent.is_sequenced || !differ_in_one(&parent.umis[0], umi);
        if !same && differ() {
            return false;
        }
        let fit = parent.fragment.fit(&other.fragment, swapped);
        if same {
            return lies_alike(fit);
        }
        let (more, fewer) = (parent.copies.len(), other.copies.len());
        let is_error = more > fewer && more + 1 >= 2 * fewer;
        let is_likelier = || more == 1 && fewer == 1 && fit == EndsFit::Both && index.chance(parent) <= MAX_CHANCE;
        fit >= EndsFit::Half && (is_error || is_likelier())
    })
}
