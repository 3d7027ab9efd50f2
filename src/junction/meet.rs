//! Junctions with long insertions, which no single read crosses: clipped reads of both sides meet within the inserted bases.
//!
//! ```text
//!   kinase ====|iiiiiiiii>              tails that leave the kinase, at an edge or within an exon
//!                  <iiiiiiiii|====      tails that leave a partner at an edge
//!               |--- L ------|          the insertion, when both agree over enough bases for one L alone
//! ```
//!
//! Where neither reaches far enough, reads that were not aligned, being all insertion, lengthen the kinase's tails.

use std::collections::{BTreeMap, BTreeSet};

use crate::alignment::read::FragmentId;
use crate::alignment::scan::Unaligned;
use crate::evidence::Tail;
use crate::genome::Breakend;
use crate::sequence::dirt::telling_bp;
use crate::sequence::{self, reverse_complement};

use super::candidate::{Candidate, Tolerance};
use super::cluster::consensus;
use super::edges::{EdgeTable, MIN_FIT_BP};
use super::find::is_sure;

/// Bases that both sides must have in common: by chance a few thousand pairs of edges and lengths agree in fewer.
const MIN_SHARED_BP: usize = 20;
/// The same where two fragments or more show either side: they are no chimeras, and such pairs of edges are few.
const MIN_SHARED_OF_SEVERAL_BP: usize = 15;
/// The same where one fragment shows both edges: then only the length is open.
const MIN_SHARED_OF_FRAGMENT_BP: usize = 10;
/// One mismatch is allowed for this many bases.
const BP_PER_MISMATCH: usize = 12;
/// Longest insertion that is looked for; the longest listed one has 117 bases (EML4-ALK V5b).
const MAX_INSERTION_BP: usize = 250;
/// Bases by which a read is known to go on from a tail, and how far before the tail's end they are looked for.
const SEED_BP: usize = 14;
const SEEDS_BP: [usize; 3] = [0, 8, 16];
/// Bases of the gene beside the edge that take part.
const ANCHOR_BP: usize = 30;
/// Kinds of tails that are told apart at one edge, the longest tails' first, and how many of them are tried, the most frequent first.
const MAX_OPEN_GROUPS: usize = 200;
const MAX_GROUPS: usize = 20;
/// Ends beside the kinase's edges that are tried, those with most fragments first.
const MAX_OFF_EDGES: usize = 50;
/// Compared bases must carry at least this share of the information of as many random bases: homopolymers, repeats and adapter do not.
const MIN_TELLING_FRAC: f64 = 0.75;

/// Whether bases are long enough and carry about the information of `least_bp` random bases.
fn tell(bases: &[u8], least_bp: usize) -> bool {
    bases.len() >= least_bp && telling_bp(bases) >= MIN_TELLING_FRAC * least_bp as f64
}

/// What two stretches have in common, `N` where they differ: the errors of a run tell much of a read and nothing of what it shares.
fn common(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter().zip(other).map(|(&x, &y)| if x == y { x } else { b'N' }).collect()
}

/// What the tails of one edge agree on.
pub(super) struct Bundle {
    /// Where they leave the gene.
    pub end: Breakend,
    /// Bases beyond it, read away from the gene.
    pub tail: Vec<u8>,
    /// Bases before it, in the same direction.
    pub anchor: Vec<u8>,
    /// The fragments.
    pub fragments: BTreeSet<FragmentId>,
}

/// Junctions with inserted bases between the kinase and an edge of a partner, still without fragments.
/// `on_edge` knows the exon edges of all genes; reads without an alignment lengthen what is known of the inserted bases.
pub fn across_insertions(
    target: usize,
    (edges, unaligned): (&EdgeTable, &[Unaligned]),
    (kinase_tails, partner_tails): (&[Tail], &[&Tail]),
    tolerance: Tolerance,
    on_edge: &dyn Fn(Breakend) -> bool,
) -> Vec<Candidate> {
    let at_edge = |end: Breakend| edges.kinase_near(end, 0).next().is_some();
    // A tail counts as open (without a place) if the aligner placed it without confidence.
    let mut kinase = bundles(kinase_tails.iter().filter(|tail| !is_sure(tail) && at_edge(tail.at)), tolerance);
    let mut several: Vec<&mut Bundle> = kinase.iter_mut().filter(|bundle| tolerance.in_step && bundle.fragments.len() > 1).collect();
    // Few samples have such tails, but many have millions of unaligned reads: the index is made only when it is needed.
    if !several.is_empty() {
        let more = More::new(unaligned);
        for bundle in &mut several {
            more.lengthen(&mut bundle.tail);
        }
    }
    // A break within an exon of the kinase has inserted bases too (EML4-ALK V4).
    let side = edges.kinase_edges().first().map(|edge| edge.end.side);
    let open = |tail: &&Tail| {
        let beside = !is_sure(tail) && Some(tail.at.side) == side && !at_edge(tail.at);
        beside && tell(&tail.bases, MIN_FIT_BP)
    };
    let mut within = bundles(kinase_tails.iter().filter(open), tolerance);
    within.sort_by_key(|bundle| (std::cmp::Reverse(bundle.fragments.len()), bundle.end));
    kinase.extend(within.into_iter().take(MAX_OFF_EDGES));
    // A split read that continues at an exon edge may be an ordinary splice.
    let is_splice = |tail: &Tail| is_sure(tail) && tail.placement.is_some_and(|placement| on_edge(placement.breakend));
    let at_partner = |tail: &&Tail| (on_edge(tail.at) || edges.partners_near(tail.at, 0).next().is_some()) && !is_splice(tail);
    let partners = bundles(partner_tails.iter().copied().filter(at_partner), tolerance);
    let mut list = Vec::new();
    for from in &kinase {
        let mut met: Vec<(usize, Candidate)> = partners.iter().filter_map(|to| joined(target, from, to)).collect();
        met.sort_by_key(|(shared, candidate)| (std::cmp::Reverse(*shared), candidate.partner));
        let best = met.first().map_or(0, |(shared, _)| *shared);
        // If two partners fit equally well, neither is taken.
        if met.iter().filter(|(shared, _)| *shared == best).count() == 1 {
            list.extend(met.into_iter().map(|(_, candidate)| candidate).take(1));
        }
    }
    list
}

/// The tails of each end, those together that agree.
pub(super) fn bundles<'t>(tails: impl Iterator<Item = &'t Tail>, tolerance: Tolerance) -> Vec<Bundle> {
    let mut by_end: BTreeMap<Breakend, Vec<&Tail>> = BTreeMap::new();
    for tail in tails.filter(|tail| !tail.bases.is_empty()) {
        by_end.entry(tail.at).or_default().push(tail);
    }
    let mut list = Vec::new();
    for (end, mut tails) in by_end {
        // Chimeras and other junctions use the edge too: only tails that agree with the longest of their kind go together.
        tails.sort_by_key(|tail| (std::cmp::Reverse(tail.bases.len()), &tail.bases));
        let mut groups: Vec<Vec<&Tail>> = Vec::new();
        for tail in tails {
            match groups.iter().position(|group| agree(&group[0].bases, &tail.bases, tolerance)) {
                Some(slot) => groups[slot].push(tail),
                None if groups.len() < MAX_OPEN_GROUPS => groups.push(vec![tail]),
                // More groups at one edge than a break makes: the rest is noise.
                None => {}
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
        list.extend(groups.into_iter().take(MAX_GROUPS).map(|tails| {
            let (tail, anchor) = consensus(&tails, tolerance);
            let fragments = tails.iter().map(|tail| tail.fragment).collect();
            Bundle { end, tail, anchor, fragments }
        }));
    }
    list
}

/// Reads that may go on where a tail ends, on both strands, by the words that they hold.
struct More {
    reads: Vec<Vec<u8>>,
    /// Where each word ends, sorted; of one word those first behind which a read has most.
    ends: Vec<WordEnd>,
}

/// Where a word ends on a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct WordEnd {
    word: u32,
    /// Bases of the read behind it.
    behind: std::cmp::Reverse<u32>,
    read: u32,
    at: u32,
}

impl More {
    fn new(unaligned: &[Unaligned]) -> Self {
        let both = |read: &Unaligned| [read.bases.clone(), reverse_complement(&read.bases)];
        let mut reads: Vec<Vec<u8>> = unaligned.iter().flat_map(both).collect();
        reads.sort_unstable();
        reads.dedup();
        let ends_of = |(index, read): (usize, &Vec<u8>)| {
            let length = read.len();
            let end = move |(start, word)| {
                let at = start + SEED_BP;
                WordEnd { word, behind: std::cmp::Reverse((length - at) as u32), read: index as u32, at: at as u32 }
            };
            sequence::words(read, SEED_BP).map(end).collect::<Vec<WordEnd>>()
        };
        let mut ends: Vec<WordEnd> = reads.iter().enumerate().flat_map(ends_of).collect();
        ends.sort_unstable();
        Self { reads, ends }
    }

    /// The reads that hold a word, those with most behind it first.
    fn holding(&self, word: u32) -> &[WordEnd] {
        let first = self.ends.partition_point(|end| end.word < word);
        &self.ends[first..first + self.ends[first..].partition_point(|end| end.word == word)]
    }

    /// Lengthens a tail by the reads that hold its last bases and go on, the longest first.
    fn lengthen(&self, tail: &mut Vec<u8>) {
        while tail.len() < MAX_INSERTION_BP {
            match self.beyond(tail).map(<[u8]>::to_vec) {
                Some(more) if !more.is_empty() => tail.extend(more),
                _ => return,
            }
        }
    }

    /// The most that a read has behind the last bases of a tail; of equals the first by its bases.
    fn beyond(&self, tail: &[u8]) -> Option<&[u8]> {
        let mut best: Option<&[u8]> = None;
        // If there is an error among the last bases, those before them are tried.
        for back in SEEDS_BP {
            let Some(end) = tail.len().checked_sub(back) else { continue };
            // Runs and adapter, in which thousands of reads end, say nothing of where a read goes on.
            let seed = end.checked_sub(SEED_BP).map(|start| &tail[start..end]).filter(|seed| tell(seed, SEED_BP));
            let Some((_, word)) = seed.and_then(|seed| sequence::words(seed, SEED_BP).next()) else { continue };
            for &WordEnd { behind: std::cmp::Reverse(behind), read, at, .. } in self.holding(word) {
                // Sorted by length: no later read is longer than the one that was found.
                if behind as usize <= back || best.is_some_and(|best| best.len() > behind as usize - back) {
                    break;
                }
                let (read, at) = (&self.reads[read as usize], at as usize);
                let before = end.min(at);
                let more = &read[at + back..];
                let better = best.is_none_or(|best| (more.len(), std::cmp::Reverse(more)) > (best.len(), std::cmp::Reverse(best)));
                if better && agree_behind(&tail[end - before..], &read[at - before..at + back]) {
                    best = Some(more);
                }
            }
        }
        best
    }
}

/// Whether a read's bases are a tail's last ones, in enough of them. What shares the last bases only, as with an adapter, is known as such by
/// those farthest from it.
fn agree_behind(own: &[u8], other: &[u8]) -> bool {
    let most = own.len() / BP_PER_MISMATCH;
    let wrong = own.iter().zip(other).filter(|(x, y)| x != y).take(most + 1).count();
    wrong <= most && tell(&common(own, other), MIN_SHARED_BP)
}

/// Bases of long tails that are compared.
const COMPARED_BP: usize = 60;

/// Whether two tails of one end are the same bases with sequencing errors, as far as both go; the first ones of long reads.
pub(super) fn agree(one: &[u8], other: &[u8], tolerance: Tolerance) -> bool {
    if !tolerance.in_step {
        let first = |bases: &[u8]| bases.len().min(COMPARED_BP);
        return tolerance.alike(&one[..first(one)], &other[..first(other)]) == Some(true);
    }
    let most = one.len().min(other.len()) / BP_PER_MISMATCH;
    one.iter().zip(other).filter(|(x, y)| x != y).take(most + 1).count() <= most
}

/// The junction of two bundles, with the bases that they share.
fn joined(target: usize, from: &Bundle, to: &Bundle) -> Option<(usize, Candidate)> {
    let anchor = &from.anchor[from.anchor.len().saturating_sub(ANCHOR_BP)..];
    let out: Vec<u8> = anchor.iter().chain(&from.tail).copied().collect();
    let inwards = reverse_complement(&to.anchor);
    let beyond = reverse_complement(&to.tail);
    let back: Vec<u8> = beyond.iter().chain(&inwards[..inwards.len().min(ANCHOR_BP)]).copied().collect();
    let least = if from.fragments.len().min(to.fragments.len()) > 1 { MIN_SHARED_OF_SEVERAL_BP } else { MIN_SHARED_BP };
    let of_fragment = !from.fragments.is_disjoint(&to.fragments);
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut short: Vec<(usize, usize)> = Vec::new();
    for length in 0..=MAX_INSERTION_BP {
        // The partner's edge lies `length` bases behind the kinase's.
        let shift = (anchor.len() + length) as i64 - beyond.len() as i64;
        let (skip_out, skip_back) = (shift.max(0) as usize, (-shift).max(0) as usize);
        let (Some(x), Some(y)) = (out.get(skip_out..), back.get(skip_back..)) else { continue };
        let shared = x.len().min(y.len());
        let wrong = x.iter().zip(y).filter(|(x, y)| x != y).count();
        if wrong * BP_PER_MISMATCH > shared {
            continue;
        }
        let common = common(x, y);
        if tell(&common, least) {
            found.push((shared, length));
        } else if of_fragment && tell(&common, MIN_SHARED_OF_FRAGMENT_BP) {
            short.push((shared, length));
        }
    }
    let found = if found.is_empty() { short } else { found };
    let [(shared, length)] = found[..] else { return None };
    // The insertion: as far as the kinase's tails go, then what the partner's show.
    let own = &from.tail[..from.tail.len().min(length)];
    let missing = length - own.len();
    let rest = beyond.get(beyond.len().checked_sub(missing)?..)?;
    let insertion: Vec<u8> = own.iter().chain(rest).copied().collect();
    let tail: Vec<u8> = insertion.iter().chain(&inwards).copied().collect();
    Some((
        shared,
        Candidate { insertion, insertion_bp: length as u32, tail, anchor: from.anchor.clone(), ..Candidate::new(target, from.end, to.end) },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{ContigId, Side};

    #[test]
    fn a_tail_grows_by_reads_that_hold_its_last_bases_even_with_an_error_among_them() {
        let whole = crate::sequence::random_bases(5, 120);
        let read = |from: usize, to: usize| Unaligned {
            fragment: FragmentId(from as u64),
            number: 0,
            bases: whole[from..to].to_vec(),
            qualities: Vec::new(),
            paired: false,
            mate_bases: None,
            filed: None,
            name: Box::default(),
            umi: None,
        };
        let grown = |mut tail: Vec<u8>, reads: &[Unaligned]| {
            More::new(reads).lengthen(&mut tail);
            tail
        };
        assert_eq!(grown(whole[..40].to_vec(), &[read(10, 70), read(45, 100)]), whole[..100]);
        assert_eq!(grown(whole[..40].to_vec(), &[read(10, 70), read(55, 120)]), whole[..70], "fifteen common bases are too few");
        let mut wrong = whole[..40].to_vec();
        wrong[37] = if wrong[37] == b'A' { b'C' } else { b'A' };
        assert_eq!(grown(wrong, &[read(10, 70)])[40..], whole[40..70]);
        let mut turned = read(10, 70);
        turned.bases = reverse_complement(&turned.bases);
        assert_eq!(grown(whole[..40].to_vec(), &[turned]), whole[..70]);
        let poly = Unaligned { bases: [vec![b'A'; 40], whole[..30].to_vec()].concat(), ..read(0, 10) };
        assert_eq!(grown(vec![b'A'; 30], &[poly]).len(), 30, "one base over and over joins nothing");
    }

    #[test]
    fn runs_with_errors_of_their_own_do_not_meet() {
        let bundle = |contig: u32, tail: Vec<u8>, anchor: &[u8], first: u64| Bundle {
            end: Breakend::new(ContigId(contig), 1_000, Side::Lower),
            tail,
            anchor: anchor.to_vec(),
            fragments: BTreeSet::from([FragmentId(first), FragmentId(first + 1)]),
        };
        // Poly-G of a two-colour machine with errors on one side, a repeat of C on the other: at one length just enough agrees.
        let poly_g = [b"TC".as_slice(), &[b'G'; 30], b"AGGGTGGGAGGGTGGGGG"].concat();
        let poly_c = [b"TTGAGGTCAG".as_slice(), &[b'C'; 48]].concat();
        let from = bundle(0, poly_g, b"GGATTTCACCAGCATTTAGG", 1);
        let to = bundle(1, poly_c, b"ACAGAAAAATGGTCTTGA", 3);
        assert!(tell(&from.tail[2..], MIN_SHARED_OF_SEVERAL_BP), "its errors tell it from other ends");
        assert!(joined(0, &from, &to).is_none());
    }

    #[test]
    fn two_sides_that_one_fragment_shows_meet_in_fewer_bases() {
        let insertion = b"CCGTATGCATTGCAAGTCGATTACAGGCATACGAGTT";
        let partner = b"AACCGGTATCGATCGGATCTTAGC";
        let bundle = |contig: u32, tail: &[u8], anchor: &[u8], fragment: u64| Bundle {
            end: Breakend::new(ContigId(contig), 1_000, Side::Lower),
            tail: tail.to_vec(),
            anchor: anchor.to_vec(),
            fragments: BTreeSet::from([FragmentId(fragment)]),
        };
        let from = bundle(0, &insertion[..25], b"GGATTTCACCAGCATTTAGG", 1);
        // Read away from the partner: twelve bases are common to both.
        let to = |fragment| bundle(1, &reverse_complement(&insertion[13..]), &reverse_complement(partner), fragment);
        let (shared, candidate) = joined(0, &from, &to(1)).expect("the sides meet");
        assert_eq!((shared, candidate.insertion.as_slice()), (12, &insertion[..]));
        assert!(joined(0, &from, &to(2)).is_none(), "two fragments need more");
    }
}
