//! The one form of an insertion or deletion, whatever the aligner wrote.
//!
//! ```text
//!   genome              G A C A C A C T                two bases are lost; which two, no read can tell
//!   record (VCF)        G[A C]A C A C T                the lowest place on the genome, with the base before it
//!   name (HGVS)         G A C A C[A C]T                the last place in transcription that lies within the exon
//! ```
//!
//! Bases that are deleted and inserted again are taken away first. Without bases to delete or without bases to insert the event can be
//! moved, on the genome, as far as the reference is known; all its places mean the same. What can lie within an exon does: its splice sites
//! are there as before. What can lie within the intron alone, or be the intron, takes nothing.

use crate::genome::Strand;
use crate::sequence::reverse_complement;

use super::domain::{Domain, Segment};
use super::molecule::Indel;

/// So many bases at most an event is moved either way.
const MAX_MOVES: u32 = 200;

/// A stretch of the genome and the bases of the forward strand that stand in its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Replaced {
    /// Start of the stretch, interbase.
    pub start: u32,
    /// End of the stretch, interbase; the start where bases are inserted only.
    pub end: u32,
    /// The bases in its place.
    pub bases: Vec<u8>,
}

impl Replaced {
    /// What an indel replaces; `None` for one joined over an intron.
    pub fn of(indel: &Indel, domain: &Domain<'_>) -> Option<Self> {
        let (start, end) = match indel.over {
            Some(stretch) => stretch,
            None => domain.stretch_in(domain.segment_from(indel.segment.0)?, indel.at, indel.deleted)?,
        };
        let bases = if domain.strand == Strand::Forward { indel.inserted.clone() } else { reverse_complement(&indel.inserted) };
        Some(Self { start, end, bases })
    }

    /// The same without the bases that it deletes and inserts again, from either end.
    #[must_use]
    pub fn trimmed(mut self, domain: &Domain<'_>) -> Self {
        let known =
            |position: u32, base: Option<&u8>| base.is_some_and(|base| b"ACGT".contains(base) && *base == domain.forward_base(position));
        while self.start < self.end && known(self.end - 1, self.bases.last()) {
            self.bases.pop();
            self.end -= 1;
        }
        while self.start < self.end && known(self.start, self.bases.first()) {
            self.bases.remove(0);
            self.start += 1;
        }
        self
    }

    /// By how many bases it can be moved down and up the genome.
    pub fn moves(&self, domain: &Domain<'_>) -> (u32, u32) {
        let count = self.bases.len() as u32;
        if count > 0 && self.start < self.end {
            return (0, 0);
        }
        let is = |position: u32, base: u8| b"ACGT".contains(&base) && domain.forward_base(position) == base;
        let down = |by: &u32| match count {
            0 => is(self.start - by, domain.forward_base(self.end - by)),
            _ => is(self.start - by, self.bases[(count - 1 - (by - 1) % count) as usize]),
        };
        let up = |by: &u32| match count {
            0 => is(self.end + by - 1, domain.forward_base(self.start + by - 1)),
            _ => is(self.start + by - 1, self.bases[((by - 1) % count) as usize]),
        };
        ((1..=MAX_MOVES.min(self.start)).take_while(down).count() as u32, (1..=MAX_MOVES).take_while(up).count() as u32)
    }

    /// The same, so many bases further up (or down) the genome.
    #[must_use]
    pub fn moved(&self, by: i64) -> Self {
        let mut bases = self.bases.clone();
        let turns = by.rem_euclid(bases.len().max(1) as i64) as usize;
        bases.rotate_left(turns);
        let at = |position: u32| (i64::from(position) + by).max(0) as u32;
        Self { start: at(self.start), end: at(self.end), bases }
    }

    /// The lowest place on the genome.
    #[must_use]
    pub fn lowest(self, domain: &Domain<'_>) -> Self {
        let trimmed = self.trimmed(domain);
        trimmed.moved(-i64::from(trimmed.moves(domain).0))
    }

    /// Position (0-based), reference and alternative bases as VCF wants them: at the lowest place, with the base before it where one of the
    /// two would be empty. The bases are left out where they are not known.
    pub fn record(self, domain: &Domain<'_>) -> (u32, Vec<u8>, Vec<u8>) {
        let Self { mut start, end, mut bases } = self.lowest(domain);
        if start == end || bases.is_empty() {
            let Some(before) = start.checked_sub(1) else { return (start, Vec::new(), Vec::new()) };
            bases.insert(0, domain.forward_base(before));
            start = before;
        }
        let reference: Vec<u8> = (start..end).map(|position| domain.forward_base(position)).collect();
        if reference.iter().chain(&bases).all(|base| b"ACGT".contains(base)) {
            (start, reference, bases)
        } else {
            (start, Vec::new(), Vec::new())
        }
    }
}

/// An event at the place where it is named; `None` for one that changes nothing of the row.
pub fn settled(replaced: Replaced, domain: &Domain<'_>) -> Option<Indel> {
    let replaced = replaced.trimmed(domain);
    if replaced.start == replaced.end && replaced.bases.is_empty() {
        return None;
    }
    let (down, up) = replaced.moves(domain);
    let mut places: Vec<Replaced> = (-i64::from(down)..=i64::from(up)).map(|by| replaced.moved(by)).collect();
    if domain.strand == Strand::Forward {
        places.reverse();
    }
    // The last place in transcription comes first.
    let within = places.iter().find_map(|place| Some((domain.segment_around(place.start, place.end)?, place)));
    if let Some((segment, place)) = within {
        let (at, deleted) = domain.indices_in(segment, place.start, place.end);
        return Some(Indel { at, deleted, ..named(place, segment, domain) });
    }
    let takes = |place: &Replaced| {
        let Replaced { start, end, .. } = *place;
        start < end && (domain.bases_in(start, end).1 > 0 || !domain.splice_sites_in(start, end).is_empty())
    };
    if places.iter().any(|place| domain.is_intron(place.start, place.end)) || !places.iter().all(takes) {
        return None;
    }
    let last = places.first()?;
    let (at, deleted) = domain.bases_in(last.start, last.end);
    Some(Indel { at, deleted, over: Some((last.start, last.end)), ..named(last, domain.segment_near(last.start, last.end)?, domain) })
}

/// An indel of a segment with the bases that are inserted; its place is still to be said.
fn named(replaced: &Replaced, segment: &Segment, domain: &Domain<'_>) -> Indel {
    let inserted = if domain.strand == Strand::Forward { replaced.bases.clone() } else { reverse_complement(&replaced.bases) };
    Indel { inserted, segment: (segment.first, segment.first + segment.length()), ..Indel::default() }
}

/// An indel that is given by its indices alone, at the place where it is named. Between two parts of the row it belongs to the first.
pub fn shifted(indel: Indel, domain: &Domain<'_>) -> Indel {
    let segment = domain.segment_of(indel.at.saturating_sub(usize::from(indel.deleted == 0)));
    let indel = Indel { segment, ..indel };
    Replaced::of(&indel, domain).and_then(|replaced| settled(replaced, domain)).unwrap_or(indel)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::genome::Assembly;
    use crate::knowledge::Knowledge;
    use crate::simulate::Random;
    use crate::variant::domain::tests::builtin_domains;
    use crate::variant::domain::BaseSource;
    use crate::variant::name;

    /// Bases on either side of an event within which all that means the same is looked for.
    const REACH: u32 = 60;

    /// Bases of few letters, so that events have many places.
    fn fill(domain: &mut Domain<'_>, seed: u64) {
        let mut random = Random::new(seed);
        for segment in domain.segments().to_vec() {
            let around = domain.with_flanks(&segment);
            for position in around.start..around.end {
                let base = b"AACAG"[random.below(5)];
                match domain.segment_around(position, position + 1).copied() {
                    Some(segment) => domain.set(domain.index_in(&segment, position), domain.turned(base), BaseSource::Fasta),
                    None => domain.set_beside(position, base),
                }
            }
        }
    }

    /// What an event makes of the genome around a place.
    fn applied(domain: &Domain<'_>, around: u32, event: &Replaced) -> Vec<u8> {
        let bases = |from: u32, to: u32| (from..to).map(|position| domain.forward_base(position)).collect::<Vec<u8>>();
        [bases(around - 2 * REACH, event.start), event.bases.clone(), bases(event.end, around + 2 * REACH)].concat()
    }

    /// All insertions or deletions that make the same of the genome.
    fn equals(domain: &Domain<'_>, event: &Replaced) -> Vec<Replaced> {
        let whole = applied(domain, event.start, event);
        let count = event.bases.len();
        let places = event.start - REACH..event.start + REACH;
        let at = |start: u32| {
            let from = (start - (event.start - 2 * REACH)) as usize;
            Replaced { start, end: start + (event.end - event.start), bases: whole[from..from + count].to_vec() }
        };
        places.map(at).filter(|other| applied(domain, event.start, other) == whole).collect()
    }

    #[test]
    fn an_event_has_one_name_and_one_normal_record_whatever_the_aligner_wrote_at_every_exons_edge_of_all_kinases() {
        let knowledge = Knowledge::builtin();
        for assembly in [Assembly::Grch37, Assembly::Grch38] {
            let mut domains = builtin_domains(assembly, &knowledge);
            for (seed, domain) in domains.iter_mut().enumerate() {
                fill(domain, seed as u64);
            }
            let strands: Vec<Strand> = domains.iter().map(|domain| domain.strand).collect();
            assert!(strands.contains(&Strand::Forward) && strands.contains(&Strand::Reverse));
            let edges: Vec<(usize, Segment, u32)> = (domains.iter().enumerate())
                .flat_map(|(number, domain)| domain.segments().iter().map(move |segment| (number, *segment)))
                .flat_map(|(number, segment)| [(number, segment, segment.start), (number, segment, segment.end)])
                .collect();
            proptest!(ProptestConfig::with_cases(12), |(offset in -8i64..=8, lost in 0u32..9, gained in proptest::collection::vec(0usize..3, 0..7))| {
                for (number, segment, edge) in &edges {
                    let domain = &domains[*number];
                    let start = (i64::from(*edge) + offset) as u32;
                    let bases: Vec<u8> = if lost > 0 { Vec::new() } else { gained.iter().map(|&code| b"ACG"[code]).collect() };
                    let event = Replaced { start, end: start + lost, bases };
                    if event.start == event.end && event.bases.is_empty() {
                        continue;
                    }
                    let same = equals(domain, &event);
                    let named = settled(event.clone(), domain);
                    for other in &same {
                        prop_assert_eq!(&settled(other.clone(), domain), &named, "{:?}", other);
                    }
                    let within: Vec<&Replaced> =
                        same.iter().filter(|place| segment.start <= place.start && place.end <= segment.end).collect();
                    prop_assert!(within.is_empty() || named.is_some());
                    let Some(indel) = named else { continue };
                    let place = Replaced::of(&indel, domain).expect("it lies on one part of the row");
                    if !within.is_empty() {
                        // The last place in transcription within the exon.
                        let last = if domain.strand == Strand::Forward { within.last() } else { within.first() };
                        prop_assert_eq!(Some(&&place), last);
                        prop_assert!(indel.over.is_none());
                    }
                    let (position, reference, alternative) = name::genomic_indel(domain, &indel);
                    let record = Replaced { start: position, end: position + reference.len() as u32, bases: alternative.clone() };
                    prop_assert_eq!(applied(domain, start, &record), applied(domain, start, &event));
                    // As bcftools norm leaves it: no base shared at the end, one before the first place that it could have.
                    prop_assert_ne!(reference.last(), alternative.last());
                    prop_assert_eq!(reference.len().min(alternative.len()), 1);
                    prop_assert_eq!(Some(position + 1), same.iter().map(|place| place.start).min());
                }
            });
        }
    }

    #[test]
    fn what_is_both_deleted_and_inserted_is_no_change() {
        let knowledge = Knowledge::builtin();
        let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        fill(&mut domain, 9);
        let segment = domain.segments()[1];
        let bases = |from: u32, to: u32| (from..to).map(|position| domain.forward_base(position)).collect::<Vec<u8>>();
        let (start, end) = (segment.start + 20, segment.start + 25);
        assert_eq!(settled(Replaced { start, end, bases: bases(start, end) }, &domain), None);
        let one = Replaced { start, end, bases: [bases(start, start + 2), b"T".to_vec(), bases(start + 3, end)].concat() };
        assert_eq!(one.record(&domain), (start + 2, bases(start + 2, start + 3), b"T".to_vec()));
    }
}
