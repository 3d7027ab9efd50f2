//! Assigns unaligned reads to junctions that other reads have already shown. Away from exon edges this is the only way in which they are
//! found.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::read::FragmentId;
use crate::alignment::scan::Unaligned;
use crate::sequence::dirt::telling_bp;
use crate::sequence::reverse_complement;

use super::candidate::{Candidate, EvidenceKind, Member};
use super::edges::{words, WORD_BP};

/// Fewest bases on either side; the word lies in their midst.
const MIN_SIDE_BP: usize = 10;
/// Information that the word over the junction must carry, as a number of random bases.
const MIN_TELLING_BP: f64 = 11.0;
/// One mismatch is allowed for this many bases.
const BP_PER_MISMATCH: usize = 10;

/// Adds to each candidate the unaligned fragments that read over its junction; a fragment that shows another one already stays there.
pub fn add(candidates: &mut [Candidate], reads: &[Unaligned]) {
    const HALF: usize = WORD_BP / 2;
    let mut taken: FxHashSet<FragmentId> = candidates.iter().flat_map(|candidate| candidate.members.keys().copied()).collect();
    let mut by_word: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (index, candidate) in candidates.iter().enumerate().filter(|(_, candidate)| !candidate.unplaced && !candidate.is_simple()) {
        let (anchor, tail) = (&candidate.anchor, &candidate.tail);
        if anchor.len() < MIN_SIDE_BP || tail.len() < MIN_SIDE_BP {
            continue;
        }
        let over = [&anchor[anchor.len() - HALF..], &tail[..HALF]].concat();
        if telling_bp(&over) < MIN_TELLING_BP {
            continue;
        }
        for word in words(&over) {
            by_word.entry(word).or_default().push(index);
        }
    }
    if by_word.is_empty() {
        return;
    }
    for read in reads.iter().filter(|read| !read.bases.is_empty()) {
        let both = [read.bases.clone(), reverse_complement(&read.bases)];
        let hits = both.iter().flat_map(|bases| {
            // Unknown bases yield no word, so places are counted over the windows themselves.
            let at =
                bases.windows(WORD_BP).enumerate().filter_map(|(start, window)| Some((start + HALF, by_word.get(&words(window).next()?)?)));
            at.flat_map(move |(at, found)| found.iter().map(move |&index| (bases, at, index)))
        });
        let found = hits.into_iter().find_map(|(bases, at, index)| {
            let candidate = &candidates[index];
            let kinase_bp = agreeing(bases[..at].iter().rev(), candidate.anchor.iter().rev())?;
            let partner_bp = agreeing(&bases[at..], &candidate.tail)?;
            Some((index, at as u32, (bases.len() - at) as u32, kinase_bp, partner_bp))
        });
        let Some((index, at, beyond, kinase_bp, partner_bp)) = found else { continue };
        if taken.contains(&read.fragment) {
            continue;
        }
        let candidate = &mut candidates[index];
        taken.insert(read.fragment);
        let ends = (i64::from(candidate.kinase.boundary) + i64::from(at), -i64::from(at + beyond));
        let crossing_bp = kinase_bp.min(partner_bp);
        candidate.add(
            read.fragment,
            Member { kind: EvidenceKind::Clip, kinase_bp, partner_bp, crossing_bp, kinase_mapq: 0, partner_mapq: None, ends },
        );
    }
}

/// Compared bases, where these are enough and agree.
fn agreeing<'b>(read: impl IntoIterator<Item = &'b u8>, known: impl IntoIterator<Item = &'b u8>) -> Option<u32> {
    let compared: Vec<bool> = read.into_iter().zip(known).map(|(x, y)| x == y).collect();
    let mismatches = compared.iter().filter(|equal| !**equal).count();
    (compared.len() >= MIN_SIDE_BP && mismatches * BP_PER_MISMATCH <= compared.len()).then_some(compared.len() as u32)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::genome::{Breakend, ContigId, Side};

    const ANCHOR: &[u8] = b"CCGTATGCATTGCAAGTCGATTACA";
    const TAIL: &[u8] = b"TTAGCGGCATACGAGTTCACCAGGT";

    fn candidate() -> Candidate {
        Candidate {
            tail: TAIL.to_vec(),
            anchor: ANCHOR.to_vec(),
            ..Candidate::new(0, Breakend::new(ContigId(0), 1_000, Side::Lower), Breakend::new(ContigId(1), 500, Side::Higher))
        }
    }

    fn read(fragment: u64, bases: Vec<u8>) -> Unaligned {
        let qualities = vec![30; bases.len()];
        let (filed, name) = (None, Box::default());
        Unaligned { fragment: FragmentId(fragment), number: 0, bases, qualities, paired: false, mate_bases: None, umi: None, filed, name }
    }

    #[test]
    fn reads_over_the_junction_count_on_either_strand_and_with_an_error_but_not_with_other_bases() {
        let whole = [ANCHOR, TAIL].concat();
        let mut with_error = whole.clone();
        with_error[3] = b'A';
        let mut other = whole.clone();
        other[40..].copy_from_slice(b"ACACACACAC");
        let reads = [
            read(1, whole.clone()),
            read(2, reverse_complement(&whole)),
            read(3, with_error),
            read(4, other),
            read(5, whole[17..].to_vec()),
            read(6, whole[10..40].to_vec()),
        ];
        let mut candidates = [candidate()];
        add(&mut candidates, &reads);
        let found: Vec<(u64, u32, u32)> =
            candidates[0].members.iter().map(|(fragment, member)| (fragment.0, member.kinase_bp, member.partner_bp)).collect();
        assert_eq!(found, [(1, 25, 25), (2, 25, 25), (3, 25, 25), (6, 15, 15)]);
    }
}
