//! The fragments behind a junction (its witnesses): which molecule each belongs to, which kind of evidence it is, and where its records lie.
//!
//! [`super::Support`] has the counts; this module has the fragments themselves. When all calls are known their records are read again
//! ([`Behind`]), for the evidence file and for the page, so that both show the same reads.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::scan::Unaligned;
use crate::alignment::{tile, Library};
use crate::coverage::depth::MIN_ANCHOR_BP;
use crate::error::Result;
use crate::evidence::supporting::{at, places, Further, SupportingRecord};
use crate::evidence::{Molecules, Supporting};
use crate::genome::Interval;
use crate::junction::{Candidate, EvidenceKind};
use crate::model::Role;

/// Names of reads that are kept of a junction: the first in the order of their bytes.
pub const MAX_NAMES: usize = 100;

/// One fragment that counts for a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    /// The fragment.
    pub fragment: FragmentId,
    /// Its molecule, by the fragment that stands for it.
    pub molecule: FragmentId,
    /// The strongest way in which the molecule shows the junction.
    pub kind: EvidenceKind,
    /// Bases on the 5' and on the 3' side in the fragment's read that shows most of both; 0 for mates on either side.
    pub shown_bp: [u32; 2],
}

/// All fragments that count for a junction of one library.
#[derive(Debug, Clone, Default)]
pub struct Witnesses {
    /// Index of the library.
    pub library: usize,
    /// The fragments, in the order of their identities.
    pub fragments: Vec<Witness>,
    /// Bases at which records of them are known to lie, sorted.
    pub places: Vec<Interval>,
    /// Those of them that have a read at the file's end, without any place.
    pub unplaced: Vec<FragmentId>,
    /// Names of the reads, sorted, at most [`MAX_NAMES`].
    pub names: Vec<Box<[u8]>>,
}

/// The molecules that count for a candidate, each with its strongest kind of evidence.
pub fn molecules_of(candidate: &Candidate, molecules: &Molecules) -> BTreeMap<FragmentId, EvidenceKind> {
    let mut strongest: BTreeMap<FragmentId, EvidenceKind> = BTreeMap::new();
    for (fragment, member) in candidate.counted(MIN_ANCHOR_BP) {
        strongest.entry(molecules.of(fragment)).and_modify(|known| *known = (*known).max(member.kind)).or_insert(member.kind);
    }
    strongest
}

/// The records of fragments that some candidate of a kinase has.
pub struct Records<'a> {
    aligned: FxHashMap<FragmentId, Vec<&'a ReadRecord>>,
    unaligned: FxHashMap<FragmentId, Vec<&'a Unaligned>>,
}

impl<'a> Records<'a> {
    /// Files the records of the candidates' fragments.
    pub fn of(candidates: &[Candidate], records: impl IntoIterator<Item = &'a ReadRecord>, unaligned: &'a [Unaligned]) -> Self {
        let wanted: FxHashSet<FragmentId> = candidates.iter().flat_map(|candidate| candidate.members.keys().copied()).collect();
        let mut filed = Self { aligned: FxHashMap::default(), unaligned: FxHashMap::default() };
        for record in records.into_iter().filter(|record| wanted.contains(&record.fragment)) {
            filed.aligned.entry(record.fragment).or_default().push(record);
        }
        for read in unaligned.iter().filter(|read| wanted.contains(&read.fragment)) {
            filed.unaligned.entry(read.fragment).or_default().push(read);
        }
        filed
    }

    /// The fragments behind a candidate.
    pub fn witnesses(&self, candidate: &Candidate, kinase_role: Role, molecules: &Molecules) -> Witnesses {
        let kinds = molecules_of(candidate, molecules);
        let mut all = Witnesses::default();
        let mut names: Vec<&[u8]> = Vec::new();
        for (fragment, member) in candidate.counted(MIN_ANCHOR_BP) {
            let molecule = molecules.of(fragment);
            // Each molecule of a fragment that counts is among them.
            let Some(&kind) = kinds.get(&molecule) else { continue };
            let shown_bp = match (member.kind, kinase_role) {
                (EvidenceKind::Pair, _) => [0; 2],
                (_, Role::Three) => [member.partner_bp, member.kinase_bp],
                (_, Role::Five) => [member.kinase_bp, member.partner_bp],
            };
            all.fragments.push(Witness { fragment, molecule, kind, shown_bp });
            let aligned = self.aligned.get(&fragment).into_iter().flatten();
            let unaligned = self.unaligned.get(&fragment).into_iter().flatten();
            let is_unplaced = unaligned.clone().any(|read| read.filed.is_none());
            all.unplaced.extend(is_unplaced.then_some(fragment));
            let known = aligned.clone().map(|record| &record.name).chain(unaligned.clone().map(|read| &read.name));
            names.extend(known.map(|name| &**name).find(|name| !name.is_empty()));
            all.places.extend(aligned.flat_map(|record| places(record)));
            all.places.extend(unaligned.filter_map(|read| read.filed).map(at));
        }
        names.sort_unstable();
        names.dedup();
        all.names = names.into_iter().take(MAX_NAMES).map(Box::from).collect();
        all.places = tile::merged(all.places, 0);
        all
    }
}

/// What a fragment shows of one of several junctions.
#[derive(Debug, Clone, Copy)]
pub struct Shows {
    /// The junction, by its place among those that were asked for.
    pub of: usize,
    /// The fragment.
    pub witness: Witness,
}

/// The records of the fragments behind some junctions of one library.
pub struct Behind<'a> {
    shows: FxHashMap<FragmentId, Vec<Shows>>,
    records: Supporting<'a>,
}

impl<'a> Behind<'a> {
    /// Looks for the records behind `junctions` of `library`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn find<'w>(library: &'a Library, junctions: impl IntoIterator<Item = &'w Witnesses>, further: Further) -> Result<Self> {
        let mut shows: FxHashMap<FragmentId, Vec<Shows>> = FxHashMap::default();
        let (mut places, mut unplaced) = (Vec::new(), FxHashSet::default());
        for (of, witnesses) in junctions.into_iter().enumerate() {
            for &witness in &witnesses.fragments {
                shows.entry(witness.fragment).or_default().push(Shows { of, witness });
            }
            places.extend_from_slice(&witnesses.places);
            unplaced.extend(witnesses.unplaced.iter().copied());
        }
        let records = Supporting::find(library, shows.keys().copied(), places, unplaced, further)?;
        Ok(Self { shows, records })
    }

    /// Hands each record to `each` with what its molecule shows, in the order of place, those without a place last.
    ///
    /// # Errors
    /// When a file cannot be read, or the error of `each`.
    pub fn visit(&self, each: &mut dyn FnMut(SupportingRecord<'_>, &[Shows]) -> Result<()>) -> Result<()> {
        self.records.visit(&mut |found| {
            let shows = self.shows.get(&found.chosen).map(Vec::as_slice).unwrap_or_default();
            each(found, shows)
        })
    }
}
