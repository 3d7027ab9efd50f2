//! How often a library shows insertions and deletions that are not there, learnt from the library itself.
//!
//! Those that keep the frame are so rare that one rate serves all places. The others are mostly one base more or fewer in a run of one
//! base, the more often the longer the run, so they are counted by the length `L` of the run (or the number of places at which the
//! indel could lie, if that is more; 8 and more together):
//!
//! ```text
//!   keeps the frame   rate = (k + 1) / (n + 1 / 1e-6) * places         n = bases of molecules
//!   shifts it         rate = (k_L + 1) / (n_L + 1 / (1e-5 * 2^(L-1)))  n_L = molecules over runs of length L
//!   relative variance = 1 + 1 / (k + 1): repeats of one length differ
//! ```
//!
//! What a place shows itself never counts towards its own rate.

use std::collections::BTreeMap;

use super::call::Reading;
use super::domain::Domain;
use super::indel::Event;
use super::molecule::{Indel, Molecule};
use super::noise::Expected;

/// Chance a base of one given insertion or deletion in frame that is not there, before data: indel errors of short reads are about 1e-5
/// a base (Schirmer et al., BMC Bioinformatics 2016; 17:125), few of them of three bases.
const FLOOR: f64 = 1e-6;
/// The same for one that shifts the frame; it doubles with each base of a run, about as polymerases slip.
const FLOOR_SHIFTED: f64 = 1e-5;
/// Relative variance of that rate between places: repeats slip.
const VARIANCE: f64 = 1.0;
/// A place of which more than this share shows an indel in frame is no place to learn errors from.
const MAX_NOISE_FRAC: f64 = 0.02;
/// Indels that shift the frame count at most up to this share of a place: long reads have as many in any run, a mutation has more.
const MAX_SHIFTED_FRAC: f64 = 0.1;
/// Lengths of runs that are told apart.
const RUNS: usize = 8;

/// Wrong ones among chances.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    wrong: f64,
    chances: f64,
}

/// How often a library shows indels that are not there.
#[derive(Debug, Clone, Default)]
pub struct Background {
    kept: Tally,
    /// By length of the run, from 1 on.
    shifted: [Tally; RUNS],
}

/// Whether an indel keeps the reading frame.
pub fn keeps_frame(indel: &Indel) -> bool {
    let deleted = indel.over.map_or(indel.deleted, |(start, end)| (end - start) as usize);
    (indel.inserted.len() as i64 - deleted as i64) % 3 == 0
}

/// All indels of molecules with how many show them.
pub fn tally(molecules: &[Molecule]) -> BTreeMap<&Indel, u32> {
    let mut counts: BTreeMap<&Indel, u32> = BTreeMap::new();
    for indel in molecules.iter().flat_map(|molecule| &molecule.indels) {
        *counts.entry(indel).or_default() += 1;
    }
    counts
}

/// Length of the run of one base at an event, or the number of its places, as an index into the classes.
fn class(event: &Event, domain: &Domain<'_>) -> usize {
    let at = event.indel.at.saturating_sub(usize::from(event.indel.deleted == 0));
    let base = domain.base(at);
    let same = |index: &usize| base != b'N' && domain.base(*index) == base;
    let run = 1 + (at + 1..domain.len()).take_while(same).count() + (0..at).rev().take_while(same).count();
    run.max(event.places()).min(RUNS) - 1
}

impl Background {
    /// Counts them at all places that do not plainly vary.
    pub fn learn(readings: &[Reading<'_>]) -> Self {
        let mut background = Self::default();
        for Reading { domain, pileup, .. } in readings {
            let bases: usize = pileup.molecules.iter().map(|molecule| molecule.bases.len()).sum();
            let depth = bases as f64 / domain.len().max(1) as f64;
            background.kept.chances += bases as f64;
            let sequence: Vec<u8> = (0..domain.len()).map(|index| domain.base(index)).collect();
            for run in sequence.chunk_by(|x, y| x == y && *x != b'N') {
                background.shifted[run.len().min(RUNS) - 1].chances += depth;
            }
            for (indel, count) in tally(&pileup.molecules) {
                let count = f64::from(count);
                if !keeps_frame(indel) {
                    let event = Event::of(indel.clone(), domain);
                    background.shifted[class(&event, domain)].wrong += counted(count, depth);
                } else if count <= (MAX_NOISE_FRAC * depth).max(2.0) {
                    background.kept.wrong += count;
                }
            }
        }
        background
    }

    /// The error a molecule at one place, without the `own` ones that it shows there.
    pub fn expected(&self, depth: u32, own: u32, event: &Event, domain: &Domain<'_>) -> Expected {
        if keeps_frame(&event.indel) {
            return self.in_frame(depth, own, event.places());
        }
        let class = class(event, domain);
        let Tally { wrong, chances } = self.shifted[class];
        let others = (wrong - counted(f64::from(own), f64::from(depth))).max(0.0);
        let rate = (others + 1.0) / (chances + 1.0 / (FLOOR_SHIFTED * f64::from(1u32 << class)));
        Expected { depth, rate: rate.min(0.5), variance: VARIANCE + 1.0 / (others + 1.0) }
    }

    /// The same for an indel in frame that could lie at so many places.
    pub fn in_frame(&self, depth: u32, own: u32, places: usize) -> Expected {
        let others = (self.kept.wrong - f64::from(own)).max(0.0);
        let rate = (others + 1.0) / (self.kept.chances + 1.0 / FLOOR) * places as f64;
        Expected { depth, rate: rate.min(0.5), variance: VARIANCE + 1.0 / (others + 1.0) }
    }
}

fn counted(count: f64, depth: f64) -> f64 {
    count.min((MAX_SHIFTED_FRAC * depth).max(2.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Assembly;
    use crate::knowledge::Knowledge;
    use crate::variant::domain::tests::builtin_domains;
    use crate::variant::domain::Source;
    use crate::variant::molecule::packed;
    use crate::variant::pileup::Pileup;

    #[test]
    fn what_slips_in_long_runs_raises_the_error_of_long_runs_only() {
        let knowledge = Knowledge::builtin();
        let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        // Runs of six A's at 30 and 90, a single T at 60.
        for (index, base) in (0..120).zip(b"CG".iter().cycle()) {
            domain.set(index, *base, Source::Fasta);
        }
        for index in (30..36).chain(90..96) {
            domain.set(index, b'A', Source::Fasta);
        }
        domain.set(60, b'T', Source::Fasta);
        let lost = |at: usize| Indel { at, deleted: 1, ..Indel::default() };
        let molecule = |indels: Vec<Indel>| Molecule {
            start: 0,
            bases: (0..120).map(|index| packed(domain.base(index), 37)).collect(),
            sense: true,
            spans: [None, None],
            indels,
            fragments: Vec::new(),
        };
        let molecules: Vec<Molecule> = (0..1_000).map(|n| molecule(if n < 20 { vec![lost(35)] } else { Vec::new() })).collect();
        let readings = [Reading { domain: domain.clone(), pileup: Pileup::of(molecules), calls: Vec::new() }];
        let background = Background::learn(&readings);
        let rate = |at: usize, own: u32| background.expected(1_000, own, &Event::of(lost(at), &domain), &domain).rate;
        assert!(rate(95, 0) > 0.003, "{}", rate(95, 0));
        assert!(rate(60, 0) < 1e-4, "{}", rate(60, 0));
        assert!(rate(35, 20) < 0.1 * rate(95, 0), "what a place shows itself does not count");
    }
}
