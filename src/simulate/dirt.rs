//! What real libraries have beside the reads one wants, each kind at a rate of its own.
//!
//! ```text
//! read      ACGTTGCATTACGGATTACA          template
//! poly-G    ACGTTGCATTACGGGGGGGG          the signal ended; a caller must not read the G's as a partner
//! ```
//!
//! All draws of dirt come from generators of their own, so that the clean reads of a seed are the same with and without it.

mod poly_a;
mod poly_g;

use std::ops::RangeInclusive;

use super::random::Random;
use super::reads::{Fragment, Read};

/// How dirty a sample is. The default is clean.
#[derive(Debug, Clone, PartialEq)]
pub struct Dirt {
    /// Share of the reads that end in G, as two-colour instruments read the end of the signal.
    pub poly_g_frac: f64,
    /// Share of the reads that end in A, or begin with T where they show the other strand.
    pub poly_a_frac: f64,
    /// Bases of a tail; any length within is as frequent.
    pub tail_bp: RangeInclusive<usize>,
}

impl Default for Dirt {
    fn default() -> Self {
        Self { poly_g_frac: 0.0, poly_a_frac: 0.0, tail_bp: 8..=60 }
    }
}

/// Kinds of dirt of single reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    PolyG,
    PolyA,
}

impl Dirt {
    /// The kinds of single reads with their shares.
    fn tails(&self) -> [(Tail, f64); 2] {
        [(Tail::PolyG, self.poly_g_frac), (Tail::PolyA, self.poly_a_frac)]
    }

    /// Share of the reads that have a tail of any kind; a read has one at most.
    pub fn tail_frac(&self) -> f64 {
        self.tails().iter().map(|(_, share)| share).sum()
    }
}

/// Makes the reads of one sample dirty.
#[derive(Debug, Clone)]
pub struct Soiler<'d> {
    dirt: &'d Dirt,
    tails: Random,
}

impl<'d> Soiler<'d> {
    /// A soiler whose draws follow from `seed` alone.
    pub fn new(dirt: &'d Dirt, seed: u64) -> Self {
        Self { dirt, tails: Random::for_purpose(seed, "dirt of reads") }
    }

    /// Gives reads of a fragment their tails.
    pub fn soil(&mut self, fragment: &mut Fragment) {
        for read in &mut fragment.reads {
            if let Some(tail) = self.drawn() {
                self.add(tail, read);
            }
        }
    }

    /// The kind of dirt of the next read.
    fn drawn(&mut self) -> Option<Tail> {
        if self.dirt.tail_frac() <= 0.0 {
            return None;
        }
        let mut left = self.tails.unit();
        let is_it = |(_, share): &(Tail, f64)| {
            left -= share;
            left < 0.0
        };
        self.dirt.tails().into_iter().find(is_it).map(|(tail, _)| tail)
    }

    fn add(&mut self, tail: Tail, read: &mut Read) {
        let (shortest, longest) = (*self.dirt.tail_bp.start(), *self.dirt.tail_bp.end());
        let length_bp = (shortest + self.tails.below(longest + 1 - shortest)).min(read.bases.len());
        match tail {
            Tail::PolyG => poly_g::add(read, length_bp, &mut self.tails),
            Tail::PolyA => poly_a::add(read, length_bp, &mut self.tails),
        }
    }
}
