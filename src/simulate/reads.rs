//! Fragments drawn from molecules, and the reads of their ends.
//!
//! ```text
//! molecule  5' ==========================================|================= 3'
//! fragment              start |-----------------------------------| end
//! reads                        ------->                    <-------            (swapped for half of the fragments)
//! ```
//!
//! A fragment shorter than a read gives a read of its own length, as after trimming of adapters.

use crate::genome::Strand;
use crate::sequence::complement;

use super::molecule::SimulatedMolecule;
use super::random::Random;

/// How a library was made and sequenced.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedLibrary {
    /// Two reads a fragment, or one.
    pub paired: bool,
    /// Longest read in bases; `u32::MAX` reads fragments whole.
    pub read_bp: u32,
    /// Mean length of fragments.
    pub fragment_mean_bp: f64,
    /// Standard deviation of that length.
    pub fragment_sd_bp: f64,
    /// Sequencing errors.
    pub errors: SequencingErrors,
    /// Unique molecular identifiers.
    pub umi: Option<UmiPlacement>,
    /// Share of fragments that are sequenced once more, as a duplicate.
    pub duplicate_frac: f64,
    /// What else the laboratory does to a fragment.
    pub protocol: Protocol,
}

impl SimulatedLibrary {
    /// Paired short reads with the errors of their instruments, without UMIs and without duplicates.
    pub fn short_reads(read_bp: u32, fragment_mean_bp: f64, fragment_sd_bp: f64) -> Self {
        Self {
            paired: true,
            read_bp,
            fragment_mean_bp,
            fragment_sd_bp,
            errors: SequencingErrors::ShortRead,
            umi: None,
            duplicate_frac: 0.0,
            protocol: Protocol::default(),
        }
    }
}

/// What the laboratory does to fragments beyond cutting and reading them. The default does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Protocol {
    /// Which strand of an RNA the first read shows.
    pub strandedness: Strandedness,
    /// Whether reads that are longer than their fragment go on into the adapter.
    pub adapters: bool,
    /// Mean number of further copies of each fragment (Poisson), beside [`SimulatedLibrary::duplicate_frac`].
    pub copies_mean: f64,
    /// Share of fragments of about twice the length, as plasma has from two nucleosomes.
    pub double_frac: f64,
    /// Damage of the bases before any copy is made.
    pub damage: Damage,
}

/// Which strand of a molecule the first read shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strandedness {
    /// Either, by chance.
    #[default]
    Unstranded,
    /// The molecule's own (`fr-secondstrand`).
    Forward,
    /// The other one (`fr-firststrand`, dUTP).
    Reverse,
}

/// Damage of the one strand from which a fragment was copied: all its copies and both mates show it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Damage {
    /// Share of G read as T by first reads, C as A by second ones (oxidised guanine).
    pub oxidation_frac: f64,
    /// Share of C read as T by first reads, G as A by second ones (deaminated cytosine, as fixation leaves it).
    pub deamination_frac: f64,
}

/// First bases of the adapters behind the first and the second read. Source: Illumina Adapter Sequences, `TruSeq` single indexes
/// and CD indexes ("read 1" and "read 2" of adapter trimming).
const ADAPTERS: [&[u8]; 2] = [b"AGATCGGAAGAGCACACGTCTGAACTCCAGTCA", b"AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGT"];

/// What goes wrong in sequencing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SequencingErrors {
    /// Nothing; all bases have quality 37.
    None,
    /// Substitutions at the rate that the base's quality says; qualities 37, 23, 12 and 2 (the bins of recent Illumina
    /// instruments), falling along the read.
    ShortRead,
    /// Substitutions (2 in 5), insertions and deletions (3 in 10 each) at one rate, quality to match.
    LongRead {
        /// Errors a base.
        rate_frac: f64,
    },
}

/// Where the identifier of a molecule is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UmiPlacement {
    /// At the end of the read name, behind this separator.
    Name {
        /// What stands before the bases, such as `_` or `::umi:`.
        separator: String,
        /// Number of bases.
        length_bp: usize,
    },
    /// In the tag RX.
    Tag {
        /// Number of bases.
        length_bp: usize,
    },
}

/// One sequenced read, in the direction of sequencing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedRead {
    /// Bases.
    pub bases: Vec<u8>,
    /// Phred qualities.
    pub qualities: Vec<u8>,
    /// The molecule's base each of them shows; `None` for a base that sequencing put in.
    pub origins: Vec<Option<u32>>,
    /// Whether it reads the molecule forward or its other strand.
    pub strand: Strand,
    /// Bases before the first and behind the last one of the molecule that dirt put in place of the molecule's.
    pub dirt_bp: [usize; 2],
}

/// A fragment of a molecule with its reads.
#[derive(Debug, Clone)]
pub struct SimulatedFragment<'m> {
    /// The molecule.
    pub molecule: &'m SimulatedMolecule,
    /// Read name.
    pub name: String,
    /// First base on the molecule.
    pub start: usize,
    /// Behind its last base.
    pub end: usize,
    /// UMI for the tag RX, if it is written there.
    pub umi_tag: Option<String>,
    /// Whether it is another copy of the fragment before it.
    pub duplicate: bool,
    /// Whether a copy has the flag of duplicates.
    pub is_marked: bool,
    /// Whether the aligner has left it aside.
    pub is_unaligned: bool,
    /// The molecule of the second read, where files are out of step.
    pub mate_molecule: Option<&'m SimulatedMolecule>,
    /// One or two reads.
    pub reads: Vec<SimulatedRead>,
}

/// How a fragment shows a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossingKind {
    /// A read lies on both sides.
    Split,
    /// The junction lies between the mates, or too near to a read's end.
    Pair,
}

impl SimulatedFragment<'_> {
    /// Whether it has at least `anchor_bp` bases on both sides of the stretch `left..right` of its molecule (the two are equal
    /// where no bases are inserted), and how.
    pub fn crosses(&self, left: usize, right: usize, anchor_bp: usize) -> Option<CrossingKind> {
        let spans = |start: usize, end: usize| start + anchor_bp <= left && right + anchor_bp <= end;
        if !spans(self.start, self.end) {
            return None;
        }
        let split = self.own_reads().iter().any(|read| {
            let shown = || read.origins.iter().flatten().map(|&origin| origin as usize);
            shown().min().zip(shown().max()).is_some_and(|(first, last)| spans(first, last + 1))
        });
        match (split, self.mate_molecule) {
            (true, _) => Some(CrossingKind::Split),
            (false, None) => self.ends_show(left, right, anchor_bp).then_some(CrossingKind::Pair),
            (false, Some(_)) => None,
        }
    }

    /// Whether no read of a pair is all dirt on its side of the stretch.
    fn ends_show(&self, left: usize, right: usize, anchor_bp: usize) -> bool {
        let is_dirty = self.reads.iter().any(|read| read.dirt_bp != [0; 2]);
        let shown = || self.reads.iter().flat_map(|read| read.origins.iter().flatten()).map(|&origin| origin as usize);
        !is_dirty
            || shown().filter(|origin| *origin < left).count() >= anchor_bp
                && shown().filter(|origin| *origin >= right).count() >= anchor_bp
    }

    /// The reads that are of the fragment's own molecule: both, unless the files are out of step.
    pub fn own_reads(&self) -> &[SimulatedRead] {
        let own = if self.mate_molecule.is_some() { 1 } else { self.reads.len() };
        &self.reads[..own.min(self.reads.len())]
    }

    /// The molecule of a read.
    pub(super) fn molecule_of(&self, read: usize) -> &SimulatedMolecule {
        self.mate_molecule.filter(|_| read == 1).unwrap_or(self.molecule)
    }
}

/// Draws fragments of one library.
#[derive(Debug, Clone)]
pub struct Sampler {
    library: SimulatedLibrary,
    random: Random,
    prefix: String,
    drawn: u64,
}

impl Sampler {
    /// A sampler whose reads follow from `seed`; names start with `prefix`.
    pub fn new(library: SimulatedLibrary, prefix: impl Into<String>, seed: u64) -> Self {
        Self { library, random: Random::new(seed), prefix: prefix.into(), drawn: 0 }
    }

    /// `count` fragments anywhere on the molecule (and their duplicates besides).
    pub fn fragments<'m>(&mut self, molecule: &'m SimulatedMolecule, count: usize) -> Vec<SimulatedFragment<'m>> {
        let mut fragments = Vec::with_capacity(count);
        for _ in 0..count {
            let length = self.length(molecule);
            let start = self.random.below(molecule.length_bp() - length + 1);
            self.sequence_into(&mut fragments, molecule, start, length);
        }
        fragments
    }

    /// The fragments that give this mean depth of fragments (bases between the ends included).
    pub fn to_depth<'m>(&mut self, molecule: &'m SimulatedMolecule, depth: f64) -> Vec<SimulatedFragment<'m>> {
        let count = depth * molecule.length_bp() as f64 / self.library.fragment_mean_bp;
        self.fragments(molecule, count.round() as usize)
    }

    /// `count` fragments that have at least `anchor_bp` bases on both sides of `left..right` (as [`SimulatedFragment::crosses`]); none
    /// where the molecule is too short for that.
    pub fn crossing<'m>(
        &mut self,
        molecule: &'m SimulatedMolecule,
        left: usize,
        right: usize,
        anchor_bp: usize,
        count: usize,
    ) -> Vec<SimulatedFragment<'m>> {
        let mut fragments = Vec::with_capacity(count);
        if left < anchor_bp || right + anchor_bp > molecule.length_bp() {
            return fragments;
        }
        for _ in 0..count {
            let length = self.length(molecule).max(right - left + 2 * anchor_bp);
            let first = (right + anchor_bp).saturating_sub(length);
            let last = (left - anchor_bp).min(molecule.length_bp() - length);
            let start = first + self.random.below(last.saturating_sub(first) + 1);
            self.sequence_into(&mut fragments, molecule, start, length);
        }
        fragments
    }

    /// One fragment from this place of the molecule with its copies, read first from `strand`.
    pub fn sequence<'m>(
        &mut self,
        molecule: &'m SimulatedMolecule,
        start: usize,
        length: usize,
        strand: Strand,
    ) -> Vec<SimulatedFragment<'m>> {
        let mut fragments = Vec::with_capacity(1);
        self.copies_into(&mut fragments, molecule, start, length, strand);
        fragments
    }

    /// A length as the library has them, not longer than the molecule.
    pub fn length(&mut self, molecule: &SimulatedMolecule) -> usize {
        /// Shorter fragments do not survive size selection.
        const SHORTEST_BP: f64 = 40.0;
        let double_frac = self.library.protocol.double_frac;
        let times = if double_frac > 0.0 && self.random.happens(double_frac) { 2.0 } else { 1.0 };
        let length = self.random.normal(self.library.fragment_mean_bp * times, self.library.fragment_sd_bp);
        (length.max(SHORTEST_BP) as usize).min(molecule.length_bp())
    }

    /// The strand of the first read of the next fragment.
    pub fn strand(&mut self) -> Strand {
        match self.library.protocol.strandedness {
            Strandedness::Forward => Strand::Forward,
            Strandedness::Unstranded if self.random.happens(0.5) => Strand::Forward,
            Strandedness::Unstranded | Strandedness::Reverse => Strand::Reverse,
        }
    }

    /// The library.
    pub fn library(&self) -> &SimulatedLibrary {
        &self.library
    }

    /// The generator behind all draws.
    pub fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    fn sequence_into<'m>(
        &mut self,
        fragments: &mut Vec<SimulatedFragment<'m>>,
        molecule: &'m SimulatedMolecule,
        start: usize,
        length: usize,
    ) {
        let strand = self.strand();
        self.copies_into(fragments, molecule, start, length, strand);
    }

    fn copies_into<'m>(
        &mut self,
        fragments: &mut Vec<SimulatedFragment<'m>>,
        molecule: &'m SimulatedMolecule,
        start: usize,
        length: usize,
        strand: Strand,
    ) {
        let umi: Option<String> = match &self.library.umi {
            Some(UmiPlacement::Name { length_bp, .. } | UmiPlacement::Tag { length_bp }) => {
                Some((0..*length_bp).map(|_| char::from(self.random.base())).collect())
            }
            None => None,
        };
        let mut copies = 1 + usize::from(self.random.happens(self.library.duplicate_frac));
        if self.library.protocol.copies_mean > 0.0 {
            copies += self.random.poisson(self.library.protocol.copies_mean);
        }
        let damaged = self.damaged(molecule, start, start + length, strand);
        for copy in 0..copies {
            self.drawn += 1;
            let mut name = format!("{}:{}:{}", self.prefix, molecule.name(), self.drawn);
            let mut umi_tag = None;
            match (&self.library.umi, &umi) {
                (Some(UmiPlacement::Name { separator, .. }), Some(umi)) => name.extend([separator.as_str(), umi.as_str()]),
                (Some(UmiPlacement::Tag { .. }), Some(umi)) => umi_tag = Some(umi.clone()),
                _ => {}
            }
            let span = (start, start + length);
            let mut reads = vec![self.read(molecule, span, strand, 0, &damaged)];
            if self.library.paired {
                reads.push(self.read(molecule, span, strand.flipped(), 1, &damaged));
            }
            fragments.push(SimulatedFragment {
                molecule,
                name,
                start,
                end: start + length,
                umi_tag,
                duplicate: copy > 0,
                is_marked: copy > 0,
                is_unaligned: false,
                mate_molecule: None,
                reads,
            });
        }
    }

    /// The damaged bases of a fragment: place on the molecule and the base that its forward strand shows instead.
    fn damaged(&mut self, molecule: &SimulatedMolecule, start: usize, end: usize, strand: Strand) -> Vec<(u32, u8)> {
        let Damage { oxidation_frac, deamination_frac } = self.library.protocol.damage;
        let mut damaged = Vec::new();
        for (rate, from, to) in [(oxidation_frac, b'G', b'T'), (deamination_frac, b'C', b'T')] {
            if rate <= 0.0 {
                continue;
            }
            let (from, to) = if strand == Strand::Forward { (from, to) } else { (complement(from), complement(to)) };
            for at in start..end {
                if molecule.bases()[at] == from && self.random.happens(rate) {
                    damaged.push((at as u32, to));
                }
            }
        }
        damaged
    }

    fn read(
        &mut self,
        molecule: &SimulatedMolecule,
        (start, end): (usize, usize),
        strand: Strand,
        mate: usize,
        damaged: &[(u32, u8)],
    ) -> SimulatedRead {
        let read_bp = (end - start).min(self.library.read_bp as usize);
        let (from, to) = match strand {
            Strand::Forward => (start, start + read_bp),
            Strand::Reverse => (end - read_bp, end),
        };
        let template = molecule.read(from, to, strand);
        let mut read = SimulatedRead { bases: Vec::new(), qualities: Vec::new(), origins: Vec::new(), strand, dirt_bp: [0; 2] };
        for (cycle, base) in template.into_iter().enumerate() {
            let origin = match strand {
                Strand::Forward => from + cycle,
                Strand::Reverse => to - 1 - cycle,
            } as u32;
            let base = damaged.iter().find(|(at, _)| *at == origin).map_or(base, |&(_, new)| match strand {
                Strand::Forward => new,
                Strand::Reverse => complement(new),
            });
            self.base(&mut read, base, Some(origin), cycle as f64 / read_bp as f64);
        }
        if self.library.protocol.adapters && self.library.read_bp != u32::MAX {
            let missing = (self.library.read_bp as usize).saturating_sub(read_bp);
            for cycle in 0..missing {
                // Behind the adapter's end the instrument sees nothing, which two-colour chemistry reads as G.
                let base = ADAPTERS[mate].get(cycle).copied().unwrap_or(b'G');
                self.base(&mut read, base, None, 1.0);
            }
        }
        read
    }

    fn base(&mut self, read: &mut SimulatedRead, base: u8, origin: Option<u32>, along_frac: f64) {
        match (self.library.errors, origin) {
            (SequencingErrors::None, _) => read.push(base, 37, origin),
            (SequencingErrors::ShortRead, _) => {
                let quality = self.short_read_quality(along_frac);
                let wrong = self.random.happens(error_frac(quality));
                let base = if wrong { self.random.other_base(base) } else { base };
                read.push(base, quality, origin);
            }
            (SequencingErrors::LongRead { rate_frac }, Some(origin)) => self.long_read_base(read, base, origin, rate_frac),
            (SequencingErrors::LongRead { .. }, None) => read.push(base, 37, None),
        }
    }

    /// One of the four bins; low ones grow from 3 % of the bases at the start to 12 % at the end of a read.
    fn short_read_quality(&mut self, along_frac: f64) -> u8 {
        let low_frac = 0.03 + 0.09 * along_frac * along_frac;
        if !self.random.happens(low_frac) {
            return 37;
        }
        match self.random.below(100) {
            0..=69 => 23,
            70..=97 => 12,
            _ => 2,
        }
    }

    fn long_read_base(&mut self, read: &mut SimulatedRead, base: u8, origin: u32, rate_frac: f64) {
        let quality = (-10.0 * rate_frac.max(1e-4).log10()).round() as u8;
        if !self.random.happens(rate_frac) {
            return read.push(base, quality, Some(origin));
        }
        match self.random.below(10) {
            0..=3 => read.push(self.random.other_base(base), quality, Some(origin)),
            4..=6 => {
                read.push(base, quality, Some(origin));
                read.push(self.random.base(), quality, None);
            }
            _ => {}
        }
    }
}

/// Chance that a base of this quality is wrong; a table of the bins in use, because the power is slow.
pub(super) fn error_frac(quality: u8) -> f64 {
    static BINS: std::sync::OnceLock<[f64; 64]> = std::sync::OnceLock::new();
    let bins = BINS.get_or_init(|| std::array::from_fn(|quality| 10f64.powf(quality as f64 / -10.0)));
    bins[usize::from(quality.min(63))]
}

impl SimulatedRead {
    /// Replaces the last cycles by dirt.
    pub(super) fn end_with(&mut self, bases: &[u8], qualities: &[u8]) {
        let from = self.bases.len() - bases.len();
        self.replace(from, bases, qualities);
        self.dirt_bp[1] = self.dirt_bp[1].max(bases.len());
    }

    /// Replaces the first cycles by dirt.
    pub(super) fn begin_with(&mut self, bases: &[u8], qualities: &[u8]) {
        self.replace(0, bases, qualities);
        self.dirt_bp[0] = self.dirt_bp[0].max(bases.len());
    }

    fn replace(&mut self, from: usize, bases: &[u8], qualities: &[u8]) {
        let cycles = from..from + bases.len();
        self.bases[cycles.clone()].copy_from_slice(bases);
        self.qualities[cycles.clone()].copy_from_slice(qualities);
        self.origins[cycles].fill(None);
    }

    fn push(&mut self, base: u8, quality: u8, origin: Option<u32>) {
        self.bases.push(base);
        self.qualities.push(quality);
        self.origins.push(origin);
    }
}
