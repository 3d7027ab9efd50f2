//! How often a library shows insertions and deletions that are not there, learnt from the library itself.
//!
//! They are counted by kind: an insertion or a deletion, of one, two, three or more bases. Where a stretch repeats, polymerases slip, the
//! more often the more places `L` the event could lie at (8 and more together). Both are learnt, with `k` seen among `n` chances, a
//! molecule over one possible event being a chance:
//!
//! ```text
//!   kind        = (k_1 + 1) / (n_1 + 1 / e0)         at the places without a repeat (L = 1); e0 is 1e-5, of three bases and more 1e-6
//!   repeat_L    = (k_L + 1) / (E_L + 1 / 2^(L-1))    k_L seen, E_L expected by kind, at all other repeats of this length
//!   rate        = kind * repeat_L
//!   relative variance = 1 + 1 / (k_L + 1): repeats of one length differ
//! ```
//!
//! What a place shows itself never counts towards its own rate. An event counts with the chance that it is an error: a mutation is none
//! ([`super::noise`]), though one that shifts the frame of a kinase is rarer than many a slip. Of an event that is joined from several its parts are the errors: their rates are multiplied, as those of the bases of
//! a codon are.

use std::collections::BTreeMap;

use super::call::Reading;
use super::domain::Domain;
use super::indel::Event;
use super::molecule::{Indel, Molecule};
use super::noise::{Expected, CLUSTER};

/// Chance a place of one given insertion or deletion that is not there, before data, by its bases: indel errors of short reads are about
/// 1e-5 a base (Schirmer et al., BMC Bioinformatics 2016; 17:125), few of them of three bases.
const KNOWN_FOR: [f64; SIZES] = [1e-5, 1e-5, 1e-6, 1e-6];
/// Chance that a place shows a given insertion or deletion that is there, by whether it keeps the frame: a genome has an indel at about one
/// base in 5,000 (1000 Genomes, Nature 2015; 526:68-74), a given one at a hundredth of that; coding bases have fewer, and a hundredth of
/// these shift the frame. Reasoned, not measured.
const VARIES: [f64; 2] = [1e-8, 1e-6];
/// Relative variance of that rate between places: repeats slip.
const VARIANCE: f64 = 1.0;
/// Sizes that are told apart, in bases; the last holds all longer ones.
const SIZES: usize = 4;
/// Lengths of repeats that are told apart, in places.
const REPEATS: usize = 8;
/// Rates and the chances that events are errors are found in turn, so often.
const ROUNDS: usize = 3;

/// Wrong ones among chances.
#[derive(Debug, Clone, Copy, Default)]
struct SlippageTally {
    wrong: f64,
    chances: f64,
}

/// What kind of error an event would be: insertion or deletion, size and places, each as an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SlippageKind {
    inserts: usize,
    size: usize,
    repeat: usize,
}

impl SlippageKind {
    fn of(event: &Event, domain: &Domain<'_>) -> Self {
        let deleted = event.indel.over.map_or(event.indel.deleted, |(start, end)| (end - start) as usize);
        let inserted = event.indel.inserted.len();
        let size = deleted.max(inserted).max(1);
        // What is inserted into a repeat has places on both sides of each of its units, what is deleted has one place less.
        let places = if deleted == 0 { event.places.saturating_sub(inserted) } else { event.places };
        // One base more or fewer slips by its run, whether it is that of the run or another one.
        let run = if size == 1 { run_at(event, domain) } else { 1 };
        let repeat = places.max(run).clamp(1, REPEATS) - 1;
        Self { inserts: usize::from(deleted == 0), size: size.min(SIZES) - 1, repeat }
    }
}

/// How often a library shows indels that are not there.
#[derive(Debug, Clone, Default)]
pub struct SlippageRates {
    tallies: [[[SlippageTally; REPEATS]; SIZES]; 2],
    seen: Vec<EventMolecules>,
}

/// One event as molecules show it.
#[derive(Debug, Clone)]
struct EventMolecules {
    gene: String,
    indel: Indel,
    kind: SlippageKind,
    count: u32,
    depth: u32,
    /// The chance that it is an error.
    error: f64,
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

/// Length of the run of one base at an event.
fn run_at(event: &Event, domain: &Domain<'_>) -> usize {
    let at = event.indel.at.saturating_sub(usize::from(event.indel.deleted == 0));
    let base = domain.base(at);
    let same = |index: &usize| base != b'N' && domain.base(*index) == base;
    1 + (at + 1..domain.len()).take_while(same).count() + (0..at).rev().take_while(same).count()
}

/// How many places each repeat of units of so many bases gives to the loss of a unit, one entry a repeat (or base without one).
fn repeats(domain: &Domain<'_>, unit: usize) -> Vec<usize> {
    let goes_on = |index: usize| domain.base(index) != b'N' && domain.base(index) == domain.base(index + unit);
    let ends: Vec<usize> = (0..domain.len()).filter(|&index| !goes_on(index)).collect();
    let starts = std::iter::once(0).chain(ends.iter().map(|end| end + 1));
    starts.zip(&ends).map(|(start, end)| end + 1 - start).collect()
}

impl SlippageRates {
    /// Counts them in all rows.
    pub fn learn(readings: &[Reading<'_>]) -> Self {
        let mut chances = Self::default();
        for Reading { domain, pileup, .. } in readings {
            let mut over = vec![0u32; domain.len()];
            for index in pileup.molecules.iter().flat_map(|molecule| usize::from(molecule.start)..molecule.end()) {
                over[index] += 1;
            }
            let depth = over.iter().map(|count| f64::from(*count)).sum::<f64>() / domain.len().max(1) as f64;
            for size in 0..SIZES {
                for places in repeats(domain, size + 1) {
                    for inserts in 0..2 {
                        chances.tallies[inserts][size][places.min(REPEATS) - 1].chances += depth;
                    }
                }
            }
            for (indel, count) in tally(&pileup.molecules).into_iter().filter(|(indel, _)| indel.parts.is_empty()) {
                let event = Event::of(indel.clone(), domain);
                let kind = SlippageKind::of(&event, domain);
                let gene = domain.gene.clone();
                chances.seen.push(EventMolecules {
                    gene,
                    indel: indel.clone(),
                    kind,
                    count,
                    depth: over[event.index()].max(count),
                    error: 1.0,
                });
            }
        }
        let mut background = chances.counted();
        for _ in 0..ROUNDS {
            for at in 0..chances.seen.len() {
                let seen = &chances.seen[at];
                chances.seen[at].error = background
                    .without(seen)
                    .rate_of(seen.kind, seen.depth)
                    .mixture(seen.count, VARIES[usize::from(keeps_frame(&seen.indel))])
                    .1;
            }
            background = chances.counted();
        }
        background
    }

    /// The chances with all that was seen, each event as far as it is an error.
    fn counted(&self) -> Self {
        let mut counted = self.clone();
        for seen in &self.seen {
            let SlippageKind { inserts, size, repeat } = seen.kind;
            counted.tallies[inserts][size][repeat].wrong += seen.error * f64::from(seen.count);
        }
        counted
    }

    /// The tallies without what one place shows.
    fn without(&self, seen: &EventMolecules) -> Rates {
        let mut tallies = self.tallies;
        let SlippageKind { inserts, size, repeat } = seen.kind;
        let SlippageTally { wrong, chances } = &mut tallies[inserts][size][repeat];
        *wrong = (*wrong - seen.error * f64::from(seen.count)).max(0.0);
        *chances = (*chances - f64::from(seen.depth)).max(0.0);
        Rates(tallies)
    }

    /// The error a molecule at one place, without what it shows there itself.
    pub fn expected(&self, depth: u32, event: &Event, domain: &Domain<'_>) -> Expected {
        let single = |event: &Event| {
            let own = self.seen.iter().find(|seen| seen.indel == event.indel && seen.gene == domain.gene);
            own.map_or(Rates(self.tallies), |own| self.without(own)).rate_of(SlippageKind::of(event, domain), depth)
        };
        let parts: Vec<Expected> = event.indel.parts.iter().map(|part| single(&Event::of(part.clone(), domain))).collect();
        let Some(rarest) = parts.iter().map(|part| part.rate).min_by(f64::total_cmp) else { return single(event) };
        let rate = parts.iter().map(|part| part.rate).product::<f64>().max(CLUSTER * rarest);
        Expected { depth, rate, variance: parts.iter().map(|part| part.variance).fold(VARIANCE, f64::max) }
    }

    /// The same for three bases more or fewer that nothing repeats.
    pub fn in_frame(&self, depth: u32) -> Expected {
        Rates(self.tallies).rate_of(SlippageKind { inserts: 0, size: 2, repeat: 0 }, depth)
    }
}

/// Tallies as rates.
struct Rates([[[SlippageTally; REPEATS]; SIZES]; 2]);

impl Rates {
    fn rate_of(&self, kind: SlippageKind, depth: u32) -> Expected {
        let single = |size: usize| {
            let SlippageTally { wrong, chances } = self.0[kind.inserts][size][0];
            (wrong + 1.0) / (chances + 1.0 / KNOWN_FOR[size])
        };
        let same = || self.0[kind.inserts].iter().map(|repeats| repeats[kind.repeat]);
        let wrong: f64 = same().map(|tally| tally.wrong).sum();
        let foreseen: f64 = same().enumerate().map(|(size, tally)| single(size) * tally.chances).sum();
        let slips = if kind.repeat == 0 { 1.0 } else { (wrong + 1.0) / (foreseen + 1.0 / f64::from(1u32 << kind.repeat)) };
        let known = if kind.repeat == 0 { self.0[kind.inserts][kind.size][0].wrong } else { wrong };
        Expected { depth, rate: (single(kind.size) * slips).min(0.5), variance: VARIANCE + 1.0 / (known + 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::Assembly;
    use crate::knowledge::Knowledge;
    use crate::variant::domain::tests::builtin_domains;
    use crate::variant::domain::BaseSource;
    use crate::variant::molecule::{packed, Span};
    use crate::variant::normal::shifted;
    use crate::variant::pileup::Pileup;

    #[test]
    fn what_slips_in_long_runs_raises_the_error_of_long_runs_only() {
        let knowledge = Knowledge::builtin();
        let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        // Runs of six A's at 30 and 90, a single T at 60.
        for (index, base) in (0..120).zip(b"CG".iter().cycle()) {
            domain.set(index, *base, BaseSource::Fasta);
        }
        for index in (30..36).chain(90..96) {
            domain.set(index, b'A', BaseSource::Fasta);
        }
        domain.set(60, b'T', BaseSource::Fasta);
        let lost = |at: usize| shifted(Indel { at, deleted: 1, ..Indel::default() }, &domain);
        let molecule = |indels: Vec<Indel>| Molecule {
            start: 0,
            bases: (0..120).map(|index| packed(domain.base(index), 37)).collect(),
            sense: true,
            spans: [None, None],
            indels,
            fragments: Vec::new(),
        };
        // The two runs slip on 40 and on 15 of 1,000 molecules.
        let shown = |n: usize| match n {
            0..40 => vec![lost(35)],
            40..55 => vec![lost(95)],
            _ => Vec::new(),
        };
        let molecules: Vec<Molecule> = (0..1_000).map(|n| molecule(shown(n))).collect();
        let readings = [Reading { domain: domain.clone(), pileup: Pileup::of(molecules), calls: Vec::new() }];
        let background = SlippageRates::learn(&readings);
        let rate = |at: usize| background.expected(1_000, &Event::of(lost(at), &domain), &domain).rate;
        assert!(rate(95) > 0.003, "{}", rate(95));
        assert!(rate(60) < 1e-4, "{}", rate(60));
        assert!(rate(35) < 0.6 * rate(95), "what a place shows itself does not count: {} {}", rate(35), rate(95));
    }

    #[test]
    fn a_mutation_is_no_slip_and_joined_slips_are_as_rare_as_both_together() {
        let knowledge = Knowledge::builtin();
        let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        for index in 0..domain.len() {
            domain.set(index, b"ACGTTGCACT"[index * index / 3 % 10], BaseSource::Fasta);
        }
        let lost = |at: usize, deleted: usize| shifted(Indel { at, deleted, ..Indel::default() }, &domain);
        let rates = |mutated: usize| {
            let molecule = |number: usize| Molecule {
                start: 0,
                bases: (0..400).map(|index| packed(domain.base(index), 37)).collect(),
                sense: true,
                spans: [Some(Span { first: 0, last: 399, ..Span::default() }), None],
                indels: if number < mutated { vec![lost(120, 3)] } else { Vec::new() },
                fragments: Vec::new(),
            };
            let pileup = Pileup::of((0..2_000).map(molecule).collect());
            let background = SlippageRates::learn(&[Reading { domain: domain.clone(), pileup, calls: Vec::new() }]);
            let rate = |indel: Indel| background.expected(2_000, &Event::of(indel, &domain), &domain).rate;
            let pair = Indel { parts: vec![lost(200, 1), lost(230, 2)], ..lost(200, 1) };
            (rate(lost(300, 3)), rate(pair), rate(lost(200, 1)))
        };
        let (without, pair, single) = rates(0);
        assert!(rates(100).0 < 2.0 * without, "{} {without}", rates(100).0);
        assert!(pair < 0.02 * single, "{pair} {single}");
    }
}
