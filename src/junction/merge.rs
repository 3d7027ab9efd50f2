//! Merges junctions that are the same molecule, written with the homologous bases at different ends.
//!
//! ```text
//!   kinase ====AG|====partner      some alignments give AG to the kinase,
//!   kinase ====|AG====partner      others give it to the partner: the molecule is the same
//! ```

use std::collections::BTreeMap;

use crate::genome::{Breakend, ContigId, Side};

use super::candidate::Candidate;

/// What stays the same however far a junction slides along homologous bases.
type Slides = (ContigId, Side, ContigId, Side, i64, Vec<u8>);

/// Unites equal junctions, with the fragments of all; the first of them keeps its place and takes the most homology that one shows.
/// Homologous bases lie on the kinase's side.
pub fn united(all: Vec<Candidate>) -> Vec<Candidate> {
    let mut by_slides: BTreeMap<Slides, Vec<usize>> = BTreeMap::new();
    let mut list: Vec<Candidate> = Vec::with_capacity(all.len());
    for candidate in all {
        let exact = candidate.slack_bp == 0 && !candidate.unplaced;
        if !exact {
            list.push(candidate);
            continue;
        }
        let slots = by_slides.entry(slides(&candidate)).or_default();
        if let Some(&slot) = slots.iter().find(|&&slot| are_one(&list[slot], &candidate)) {
            unite(&mut list[slot], candidate);
        } else {
            slots.push(list.len());
            list.push(candidate);
        }
    }
    list
}

/// Where a boundary lies, counted outwards from what is kept.
fn outwards(end: Breakend) -> i64 {
    match end.side {
        Side::Lower => i64::from(end.boundary),
        Side::Higher => -i64::from(end.boundary),
    }
}

fn slides(candidate: &Candidate) -> Slides {
    let (kinase, partner) = (candidate.kinase, candidate.partner);
    let sum = outwards(kinase) + outwards(partner);
    (kinase.contig, kinase.side, partner.contig, partner.side, sum, candidate.insertion.clone())
}

/// By how many bases the kinase's end of one lies beyond that of the other.
fn beyond(one: &Candidate, other: &Candidate) -> i64 {
    outwards(one.kinase) - outwards(other.kinase)
}

/// Whether the two differ by no more than what is homologous at either.
fn are_one(one: &Candidate, other: &Candidate) -> bool {
    let homology_bp = one.homology_bp.max(other.homology_bp);
    beyond(one, other).unsigned_abs() <= u64::from(if one.insertion_bp == 0 { homology_bp } else { 0 })
}

fn unite(kept: &mut Candidate, other: Candidate) {
    let further = -beyond(kept, &other);
    if further > 0 {
        kept.slide(further);
    }
    kept.homology_bp = kept.homology_bp.max(other.homology_bp);
    kept.other_places += other.other_places;
    for (fragment, member) in other.members {
        kept.add(fragment, member);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::read::FragmentId;
    use crate::junction::candidate::{EvidenceKind, Member};

    fn candidate(kinase: u32, partner: u32, homology_bp: u32, fragment: u64) -> Candidate {
        let member = Member {
            kind: EvidenceKind::Split,
            kinase_bp: 40,
            partner_bp: 40,
            crossing_bp: 40,
            kinase_mapq: 60,
            partner_mapq: Some(60),
            ends: (0, 0),
        };
        Candidate {
            homology_bp,
            tail: b"GATTACA".to_vec(),
            anchor: b"CCATTG".to_vec(),
            members: [(FragmentId(fragment), member)].into(),
            ..Candidate::new(0, Breakend::new(ContigId(0), kinase, Side::Lower), Breakend::new(ContigId(1), partner, Side::Higher))
        }
    }

    #[test]
    fn junctions_that_differ_by_their_homologous_bases_alone_are_one() {
        let all = vec![candidate(1_000, 500, 0, 1), candidate(1_002, 502, 2, 2), candidate(1_000, 500, 0, 3)];
        let found = united(all);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kinase.boundary, found[0].partner.boundary, found[0].homology_bp), (1_002, 502, 2));
        assert_eq!((found[0].members.len(), found[0].tail.as_slice()), (3, b"TTACA".as_slice()));
    }

    #[test]
    fn junctions_whose_ends_really_differ_stay_apart() {
        let apart = |other: Candidate| united(vec![candidate(1_000, 500, 0, 1), other]).len();
        assert_eq!(apart(candidate(1_002, 502, 0, 2)), 2, "nothing is homologous");
        assert_eq!(apart(candidate(1_002, 500, 2, 2)), 2, "two bases more");
        let inserted =
            |bases: &[u8]| Candidate { insertion: bases.to_vec(), insertion_bp: bases.len() as u32, ..candidate(1_000, 500, 0, 2) };
        assert_eq!(united(vec![inserted(b"TT"), inserted(b"TA"), inserted(b"TT")]).len(), 2);
        assert_eq!(apart(Candidate { slack_bp: 50, ..candidate(1_000, 500, 0, 2) }), 2, "one of them is an interval");
    }
}
