//! What real libraries have beside the reads one wants, each kind at a rate of its own.
//!
//! ```text
//! of reads       ACGTTGCATTACGGGGGGGG  poly-G, poly-A, adapters, short repeats, runs of N     (poly_g.rs, ... n_run.rs)
//! of fragments   bases of another person, errors of copies, both strands of a molecule       (person.rs, copy.rs, duplex.rs)
//! of the files   mates of different fragments, a fusion of another sample of the run         (out_of_step.rs, hopping.rs)
//! ```
//!
//! All draws of dirt come from generators of their own, so that the clean reads of a seed are the same with and without it. The truth
//! counts what the reads still show; copies add no molecule.

mod adapter;
mod copy;
mod duplex;
pub(super) mod hopping;
mod n_run;
mod out_of_step;
mod person;
mod poly_a;
mod poly_g;
mod repeat;

use std::ops::RangeInclusive;

use super::random::Random;
use super::reads::{SimulatedFragment, SimulatedLibrary, UmiPlacement};

use adapter::{Kit, Short};
use person::Person;

/// How dirty a sample is. The default is clean.
#[derive(Debug, Clone, PartialEq)]
pub struct Dirt {
    /// Share of the reads that end in G, as two-colour instruments read the end of the signal.
    pub poly_g_frac: f64,
    /// Share of the reads that end in A, or begin with T where they show the other strand.
    pub poly_a_frac: f64,
    /// Share of the fragments that are shorter than their reads, which go on into the adapter.
    pub adapter_frac: f64,
    /// Share of the reads that end in a short tandem repeat.
    pub repeat_frac: f64,
    /// Share of the reads with a run of N, at the end or (up to 10 bases) within.
    pub n_run_frac: f64,
    /// Bases of an end of dirt; any length within is as frequent.
    pub end_bp: RangeInclusive<usize>,
    /// Mean number of fragments a sample that show a fusion of another sample of the run.
    pub hopped_mean: f64,
    /// Share of the fragments without a fusion that are of another person.
    pub contamination_frac: f64,
    /// Single-base variants a base by which that person differs.
    pub snv_frac: f64,
    /// Errors a base that a copy has from its making.
    pub copy_error_frac: f64,
    /// Share of the copies without the flag of duplicates (0x400).
    pub unmarked_frac: f64,
    /// Share of the copies that are not aligned.
    pub unaligned_frac: f64,
    /// Share of the molecules that are also read from their other strand, with the halves of the UMI swapped.
    pub duplex_frac: f64,
    /// Share of the pairs whose second read is of another fragment.
    pub out_of_step_frac: f64,
}

impl Default for Dirt {
    fn default() -> Self {
        Self {
            poly_g_frac: 0.0,
            poly_a_frac: 0.0,
            adapter_frac: 0.0,
            repeat_frac: 0.0,
            n_run_frac: 0.0,
            end_bp: 8..=60,
            hopped_mean: 0.0,
            contamination_frac: 0.0,
            // Two genomes differ at about one base in a thousand (1000 Genomes Project 2015, Nature 526:68).
            snv_frac: 0.001,
            copy_error_frac: 0.0,
            unmarked_frac: 0.0,
            unaligned_frac: 0.0,
            duplex_frac: 0.0,
            out_of_step_frac: 0.0,
        }
    }
}

/// Kinds of dirt of single reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DirtyEnd {
    PolyG,
    PolyA,
    Repeat,
    N,
}

impl Dirt {
    /// The kinds of single reads with their shares.
    fn ends(&self) -> [(DirtyEnd, f64); 4] {
        [
            (DirtyEnd::PolyG, self.poly_g_frac),
            (DirtyEnd::PolyA, self.poly_a_frac),
            (DirtyEnd::Repeat, self.repeat_frac),
            (DirtyEnd::N, self.n_run_frac),
        ]
    }

    /// Share of the reads that have an end of any kind; a read has one at most, so it must not be above 1.
    pub fn end_frac(&self) -> f64 {
        self.adapter_frac + self.ends().iter().map(|(_, share)| share).sum::<f64>()
    }
}

/// Makes the reads of one sample dirty.
#[derive(Debug, Clone)]
pub struct Soiler {
    dirt: Dirt,
    /// Bases of a UMI in the read name; those of a tag need not be looked for.
    name_umi_bp: Option<usize>,
    kit: Kit,
    person: Person,
    ends: Random,
    fragments: Random,
    mates: Random,
}

impl Soiler {
    /// A soiler for reads of this library, whose draws follow from `seed` alone.
    pub fn new(dirt: Dirt, library: &SimulatedLibrary, seed: u64) -> Self {
        let mut ends = Random::for_purpose(seed, "dirt of reads");
        let name_umi_bp = match library.umi {
            Some(UmiPlacement::Name { length_bp, .. }) => Some(length_bp),
            _ => None,
        };
        let person = Person::new(Random::for_purpose(seed, "another person").next_u64(), dirt.snv_frac);
        Self {
            dirt,
            name_umi_bp,
            kit: Kit::drawn(&mut ends),
            person,
            ends,
            fragments: Random::for_purpose(seed, "dirt of fragments"),
            mates: Random::for_purpose(seed, "dirt of files"),
        }
    }

    /// Makes fragments of one molecule dirty; further ones come in behind those of which they are copies. Only molecules without a
    /// fusion (`is_wild_type`) may be another person's.
    pub fn soil<'m>(&mut self, fragments: Vec<SimulatedFragment<'m>>, is_wild_type: bool) -> Vec<SimulatedFragment<'m>> {
        let mut soiled = Vec::with_capacity(fragments.len());
        let mut is_foreign = false;
        let mut short = None;
        for mut fragment in fragments {
            // Copies are as short as their molecule.
            if !fragment.duplicate {
                let kept = fragment.reads.first().map(|read| read.strand).filter(|_| self.ends.happens(self.dirt.adapter_frac));
                short = kept.map(|kept| Short { adapter_bp: self.length_bp(), kept });
            }
            if is_wild_type && self.dirt.contamination_frac > 0.0 {
                // Copies are of the same person as their molecule.
                if !fragment.duplicate {
                    is_foreign = self.fragments.happens(self.dirt.contamination_frac);
                }
                if is_foreign {
                    self.person.take(&mut fragment);
                }
            }
            if fragment.duplicate {
                copy::spoil(&mut fragment, &self.dirt, &mut self.fragments);
            }
            let other =
                (self.dirt.duplex_frac > 0.0).then(|| duplex::split(&mut fragment, &self.dirt, self.name_umi_bp, &mut self.fragments));
            for mut fragment in std::iter::once(fragment).chain(other.flatten()) {
                self.end(&mut fragment, short);
                soiled.push(fragment);
            }
        }
        soiled
    }

    /// Exchanges the second reads of some of the fragments of a sample.
    pub fn put_out_of_step<'s, 'm: 's>(&mut self, fragments: impl Iterator<Item = &'s mut SimulatedFragment<'m>>) {
        if self.dirt.out_of_step_frac > 0.0 {
            out_of_step::exchange(fragments, self.dirt.out_of_step_frac, &mut self.mates);
        }
    }

    /// Gives the reads of a fragment their ends: adapter, where its molecule is short, or others.
    fn end(&mut self, fragment: &mut SimulatedFragment, short: Option<Short>) {
        if self.dirt.end_frac() <= 0.0 {
            return;
        }
        if let Some(short) = short {
            return adapter::shorten(fragment, short, self.kit, &mut self.ends);
        }
        for read in &mut fragment.reads {
            let Some(end) = self.drawn() else { continue };
            let length_bp = self.length_bp().min(read.bases.len());
            match end {
                DirtyEnd::PolyG => poly_g::add(read, length_bp, &mut self.ends),
                DirtyEnd::PolyA => poly_a::add(read, length_bp, &mut self.ends),
                DirtyEnd::Repeat => repeat::add(read, length_bp, &mut self.ends),
                DirtyEnd::N => n_run::add(read, length_bp, &mut self.ends),
            }
        }
    }

    /// The kind of dirt of the next read of a fragment without adapter.
    fn drawn(&mut self) -> Option<DirtyEnd> {
        let mut left = self.ends.unit() * (1.0 - self.dirt.adapter_frac);
        let is_it = |(_, share): &(DirtyEnd, f64)| {
            left -= share;
            left < 0.0
        };
        self.dirt.ends().into_iter().find(is_it).map(|(end, _)| end)
    }

    fn length_bp(&mut self) -> usize {
        let (shortest, longest) = (*self.dirt.end_bp.start(), *self.dirt.end_bp.end());
        shortest + self.ends.below(longest + 1 - shortest)
    }
}
