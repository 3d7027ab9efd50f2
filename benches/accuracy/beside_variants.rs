//! Events of patients who differ from the reference beside the break: one base in a thousand of a genome does, so one fusion in sixty has
//! such a base within eight of its break, in all of its molecules.

use kinfuse::sequence::complement;
use kinfuse::simulate::{Random, Substitution};

use crate::events::Event;

/// The category of all events.
pub const CATEGORY: &str = "variant beside the break";
/// Farthest from the break, in bases.
const REACH_BP: usize = 8;

/// The events with one base replaced, before the break or behind it; without those that have inserted bases there.
pub fn with_variants(events: Vec<Event>, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "variants beside breaks");
    let mut replaced = |event: Event| {
        let away = 1 + random.below(REACH_BP);
        let offset = if random.happens(0.5) { event.at.0.checked_sub(away)? } else { event.at.1 + away - 1 };
        let place = event.molecule.place(offset)?;
        let base = random.other_base(event.molecule.bases()[offset]);
        let base = if place.strand == kinfuse::genome::Strand::Forward { base } else { complement(base) };
        let molecule = event.molecule.with_substitutions(&[Substitution { contig: place.contig, position: place.position, base }]);
        Some(Event { molecule, category: CATEGORY, ..event })
    };
    events.into_iter().filter(|event| event.insertion.is_empty() && event.reciprocal.is_none()).filter_map(&mut replaced).collect()
}
