//! The true alignment of simulated reads, written as an aligner would write it: primary and supplementary records with SA, mates,
//! flags, NM and MD.

use std::fmt::Write as _;

use crate::genome::ContigId;
use crate::sequence::reverse_complement;

use super::genome::MemoryGenome;
use super::project::{alignments, Alignment};
use super::reads::{SimulatedFragment, SimulatedRead};

const PAIRED: u16 = 0x1;
const PROPER: u16 = 0x2;
const UNMAPPED: u16 = 0x4;
const MATE_UNMAPPED: u16 = 0x8;
const REVERSE: u16 = 0x10;
const MATE_REVERSE: u16 = 0x20;
const FIRST: u16 = 0x40;
const SECOND: u16 = 0x80;
const DUPLICATE: u16 = 0x400;

/// How split reads and gaps are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlignerStyle {
    /// Shorter stretches are not found: they become soft clips without SA. (bwa mem and STAR need about 15-20 bases.)
    pub shortest_anchor_bp: usize,
    /// Longer gaps split the alignment.
    pub longest_gap_bp: u32,
    /// Gaps longer than this are written `N`; `None` writes `D` throughout.
    pub splices_above_bp: Option<u32>,
    /// Flag of the further pieces: 0x800 (supplementary) or 0x100 (secondary, as `bwa mem -M`).
    pub piece_flag: u16,
    /// Whether those pieces are hard-clipped (`bwa mem` without `-Y`).
    pub hard_clips: bool,
    /// Mapping quality of all records.
    pub mapq: u8,
    /// Longest insert of a proper pair.
    pub proper_bp: u32,
    /// A read with dirt is left unaligned where fewer of its bases align (`bwa mem -T`).
    pub least_aligned_bp: usize,
    /// The reads of a fragment with dirt are left unaligned where a smaller share of their bases aligns (STAR).
    pub least_aligned_percent: usize,
}

impl AlignerStyle {
    /// As `bwa mem` on DNA.
    pub fn dna() -> Self {
        Self {
            shortest_anchor_bp: 15,
            longest_gap_bp: 50,
            splices_above_bp: None,
            piece_flag: 0x800,
            hard_clips: true,
            mapq: 60,
            proper_bp: 1_000,
            least_aligned_bp: 30,
            least_aligned_percent: 0,
        }
    }

    /// As a splicing aligner on RNA (soft-clipped pieces, mapping quality 255 as STAR).
    pub fn rna() -> Self {
        Self {
            longest_gap_bp: 500_000,
            splices_above_bp: Some(50),
            hard_clips: false,
            mapq: 255,
            proper_bp: 500_000,
            least_aligned_percent: 66,
            ..Self::dna()
        }
    }
}

/// One line of SAM with what is needed to sort it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlignedRecord {
    /// Contig and 0-based position; `None` where neither the read nor its mate is placed.
    pub place: Option<(ContigId, u32)>,
    /// The line, without line break.
    pub sam: String,
}

/// The other read of a fragment.
#[derive(Debug, Clone, Copy)]
enum Mate<'a> {
    /// There is none: single reads.
    Missing,
    /// It has no alignment.
    Unplaced,
    /// Its primary alignment.
    Placed(&'a Alignment),
}

impl<'a> Mate<'a> {
    fn alignment(self) -> Option<&'a Alignment> {
        match self {
            Self::Placed(alignment) => Some(alignment),
            Self::Missing | Self::Unplaced => None,
        }
    }
}

/// Writes true alignments to one genome.
#[derive(Debug, Clone)]
pub struct Aligner<'r> {
    reference: &'r MemoryGenome,
    style: AlignerStyle,
}

impl<'r> Aligner<'r> {
    /// An aligner to `reference` in this style.
    pub fn new(reference: &'r MemoryGenome, style: AlignerStyle) -> Self {
        Self { reference, style }
    }

    /// The records of a fragment: for each read the primary one, then its other pieces.
    pub fn align(&self, fragment: &SimulatedFragment) -> Vec<AlignedRecord> {
        let mut placed: Vec<Vec<Alignment>> =
            (0..fragment.reads.len()).map(|read| alignments(fragment, read, &self.style, self.reference)).collect();
        self.leave_out(fragment, &mut placed);
        let mut records = Vec::new();
        for (index, own) in placed.iter().enumerate() {
            let mate = if placed.len() > 1 { placed[1 - index].first().map_or(Mate::Unplaced, Mate::Placed) } else { Mate::Missing };
            if own.is_empty() {
                records.push(self.record(fragment, index, own, None, mate));
            }
            records.extend((0..own.len()).map(|piece| self.record(fragment, index, own, Some(piece), mate)));
        }
        records
    }

    /// Drops the alignments of reads of which dirt has left too little.
    fn leave_out(&self, fragment: &SimulatedFragment, placed: &mut [Vec<Alignment>]) {
        if fragment.is_unaligned {
            return placed.iter_mut().for_each(Vec::clear);
        }
        let is_dirty = |read: &SimulatedRead| read.dirt_bp != [0; 2];
        if !fragment.reads.iter().any(is_dirty) {
            return;
        }
        let aligned_bp = |own: &[Alignment]| own.iter().map(Alignment::aligned_bp).sum::<usize>();
        for (own, read) in placed.iter_mut().zip(&fragment.reads) {
            if is_dirty(read) && aligned_bp(own) < self.style.least_aligned_bp {
                own.clear();
            }
        }
        let read_bp: usize = fragment.reads.iter().map(|read| read.bases.len()).sum();
        if placed.iter().map(|own| aligned_bp(own)).sum::<usize>() * 100 < read_bp * self.style.least_aligned_percent {
            placed.iter_mut().for_each(Vec::clear);
        }
    }

    fn record(&self, fragment: &SimulatedFragment, index: usize, own: &[Alignment], piece: Option<usize>, mate: Mate) -> AlignedRecord {
        let read = &fragment.reads[index];
        let (this, primary) = (piece.map(|piece| &own[piece]), own.first());
        let is_primary = piece.is_none_or(|piece| piece == 0);
        let flag = self.flag(fragment, index, this, primary, mate) | if is_primary { 0 } else { self.style.piece_flag };
        let hard = !is_primary && self.style.hard_clips;

        let (mut bases, mut qualities) = (read.bases.clone(), read.qualities.clone());
        if this.is_some_and(|this| this.reverse) {
            bases = reverse_complement(&bases);
            qualities.reverse();
        }
        if let (Some(this), true) = (this, hard) {
            let kept = this.clips[0]..bases.len() - this.clips[1];
            bases = bases[kept.clone()].to_vec();
            qualities = qualities[kept].to_vec();
        }
        // An unplaced read is filed with its mate, as the SAM specification recommends (section 2, "recommended practice").
        let place = this.or(mate.alignment()).map(|alignment| (alignment.contig, alignment.start));
        let name_of = |contig| self.reference.contigs().name(contig);
        let (contig, position) = place.map_or(("*", 0), |(contig, start)| (name_of(contig), start + 1));
        let next = if matches!(mate, Mate::Missing) { None } else { mate.alignment().or(primary) };
        let (next_contig, next_position) = match next {
            Some(next) if place.is_some_and(|(contig, _)| contig == next.contig) => ("=", next.start + 1),
            Some(next) => (name_of(next.contig), next.start + 1),
            None => ("*", 0),
        };
        let clip = if hard { 'H' } else { 'S' };
        let cigar = this.map_or_else(|| "*".to_owned(), |this| this.cigar_text(clip));
        let mapq = if this.is_some() { self.style.mapq } else { 0 };
        let length = template_length(primary, mate.alignment(), index == 0);
        let mut sam = format!(
            "{}\t{flag}\t{contig}\t{position}\t{mapq}\t{cigar}\t{next_contig}\t{next_position}\t{length}\t{}\t{}",
            fragment.name,
            String::from_utf8_lossy(&bases),
            qualities.iter().map(|quality| char::from(quality + b'!')).collect::<String>(),
        );
        if let Some(this) = this {
            let _ = write!(sam, "\tNM:i:{}\tMD:Z:{}", this.edits, this.md);
        }
        if let Some(mate) = mate.alignment() {
            let _ = write!(sam, "\tMC:Z:{}", mate.cigar_text('S'));
        }
        if own.len() > 1 {
            sam.push_str("\tSA:Z:");
            for other in own.iter().enumerate().filter(|(other, _)| Some(*other) != piece).map(|(_, other)| other) {
                let strand = if other.reverse { '-' } else { '+' };
                let (contig, start) = (name_of(other.contig), other.start + 1);
                let _ = write!(sam, "{contig},{start},{strand},{},{},{};", other.cigar_text('S'), self.style.mapq, other.edits);
            }
        }
        if let Some(umi) = &fragment.umi_tag {
            let _ = write!(sam, "\tRX:Z:{umi}");
        }
        sam.push_str("\tRG:Z:1");
        AlignedRecord { place, sam }
    }

    fn flag(&self, fragment: &SimulatedFragment, index: usize, this: Option<&Alignment>, primary: Option<&Alignment>, mate: Mate) -> u16 {
        let when = |condition: bool, bit: u16| if condition { bit } else { 0 };
        let mut flag =
            when(fragment.is_marked, DUPLICATE) | when(this.is_none(), UNMAPPED) | when(this.is_some_and(|a| a.reverse), REVERSE);
        if !matches!(mate, Mate::Missing) {
            let mate = mate.alignment();
            flag |= PAIRED | if index == 0 { FIRST } else { SECOND };
            flag |= when(mate.is_none(), MATE_UNMAPPED) | when(mate.is_some_and(|mate| mate.reverse), MATE_REVERSE);
            flag |= when(primary.zip(mate).is_some_and(|(own, mate)| self.proper(own, mate)), PROPER);
        }
        flag
    }

    /// Mates that face each other on one contig, not too far apart.
    fn proper(&self, x: &Alignment, y: &Alignment) -> bool {
        let (forward, reverse) = if x.reverse { (y, x) } else { (x, y) };
        let faces = !forward.reverse && reverse.reverse && forward.start <= reverse.start && forward.end <= reverse.end;
        x.contig == y.contig && faces && reverse.end - forward.start <= self.style.proper_bp
    }
}

/// TLEN: outermost aligned bases of the primary records, positive for the leftmost one.
fn template_length(own: Option<&Alignment>, mate: Option<&Alignment>, is_first: bool) -> i64 {
    match own.zip(mate) {
        Some((own, mate)) if own.contig == mate.contig => {
            let length = i64::from(own.end.max(mate.end) - own.start.min(mate.start));
            let leads = own.start < mate.start || (own.start == mate.start && is_first);
            if leads {
                length
            } else {
                -length
            }
        }
        _ => 0,
    }
}
