//! The two ends of a fragment, from all that its records say of them, and whether the ends of two fragments agree.

use std::borrow::Cow;

use crate::alignment::read::{Piece, ReadRecord, RecordKind};
use crate::alignment::scan::Unaligned;
use crate::alignment::umi::Umi;
use crate::genome::Strand;
use crate::sequence::reverse_complement;

/// With the same UMI, and one end the same, the other end may lie so far off: clips and trimming seldom take more.
const NEAR_BP: i64 = 30;
/// Alignments of one read that are looked at; a read in more pieces has no reliable place.
const MAX_BEGINS: usize = 3;
/// Fewest bases by which reads without an alignment are known as copies.
const MIN_ALIKE_BP: usize = 24;
/// Two copies may differ in so many bases, and in one more for each [`BP_PER_ERROR`]: errors of both, at read ends.
const FREE_ERRORS: usize = 2;
/// Both copies have an error in a hundred bases or less, and as many again where quality falls.
const BP_PER_ERROR: usize = 25;

/// Where a read's first base lies, or would if one of its alignments went on to it: contig, whether the read lies on the reverse strand,
/// interbase position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Begin {
    contig: u32,
    reverse: bool,
    position: i64,
}

/// One end of a fragment. Two alignments of one read (the pieces of a split one) may give two places; copies share one of them, whichever
/// the aligner found or made the primary one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FragmentEnd {
    begins: [Option<Begin>; MAX_BEGINS],
    /// Where the alignment of the read there has its leftmost base: all that a mate's record says of it without the tag MC.
    leftmost: Option<Begin>,
    /// The end of a single read, which is where the machine stopped or the read was trimmed.
    stops: bool,
}

/// How well two ends agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EndAgreement {
    Yes,
    Unknown,
    Near,
    No,
}

/// How well the ends of two fragments agree, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndsFit {
    /// They do not.
    No,
    /// One end agrees, the other one nearly.
    Near,
    /// One end agrees; of the other one nothing is known.
    Half,
    /// Both agree.
    Both,
}

/// A fragment's ends, by the number of the read, with the bases from there on, and its UMI as read 1 shows it.
#[derive(Debug, Clone, Default)]
pub struct FragmentEnds<'a> {
    /// The ends.
    pub ends: [FragmentEnd; 2],
    /// The reads that begin there, where bases are compared.
    pub bases: [Option<Cow<'a, [u8]>>; 2],
    /// Its UMI.
    pub umi: Option<&'a Umi>,
}

impl FragmentEnd {
    /// The places of the end.
    pub fn begins(&self) -> impl Iterator<Item = Begin> + '_ {
        self.begins.iter().flatten().copied()
    }

    /// Whether a place is known.
    pub fn has_begin(&self) -> bool {
        self.begins[0].is_some()
    }

    /// Where the alignment there has its leftmost base.
    pub fn leftmost(&self) -> Option<Begin> {
        self.leftmost
    }

    /// Whether some alignment says where it is.
    pub fn is_placed(&self) -> bool {
        self.has_begin() || self.leftmost.is_some()
    }

    fn insert(&mut self, begin: Begin) {
        if !self.begins().any(|known| known == begin) {
            if let Some(free) = self.begins.iter_mut().find(|known| known.is_none()) {
                *free = Some(begin);
                // In one order, whichever record came first.
                self.begins.sort_by_key(|begin| (begin.is_none(), *begin));
            }
        }
    }
}

impl<'a> FragmentEnds<'a> {
    /// Takes in a record.
    pub fn add(&mut self, record: &'a ReadRecord, with_bases: bool) {
        let number = usize::from(record.number.min(1));
        let mut alignments: Vec<&[Piece]> =
            std::iter::once(record.pieces.as_slice()).chain(record.elsewhere.iter().map(Vec::as_slice)).collect();
        if alignments.len() > 1 {
            alignments.sort_by_key(|pieces| pieces.first().map(|piece| (piece.query_start, piece.contig, piece.start, piece.strand)));
        }
        for pieces in alignments.into_iter().take(MAX_BEGINS) {
            let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { continue };
            self.ends[number].insert(begin(first, first.query_start, true));
            if !record.paired {
                self.ends[1].insert(begin(last, record.length.saturating_sub(last.query_end), false));
            }
        }
        if record.paired {
            let primary = match record.kind {
                RecordKind::Primary => Some(&record.pieces),
                RecordKind::Piece => record.elsewhere.first(),
            };
            let leftmost = primary.and_then(|pieces| pieces.iter().min_by_key(|piece| piece.start)).map(|piece| Begin {
                contig: piece.contig.0,
                reverse: piece.strand == Strand::Reverse,
                position: i64::from(piece.start),
            });
            self.ends[number].leftmost = self.ends[number].leftmost.or(leftmost);
        } else {
            self.ends[1].stops = true;
        }
        if let Some(mate) = record.mate {
            let at = |position| Begin { contig: mate.contig.0, reverse: mate.strand == Strand::Reverse, position };
            let other = &mut self.ends[1 - number];
            other.leftmost = Some(at(i64::from(mate.start)));
            if let Some(position) = mate.begin {
                other.insert(at(position));
            }
        }
        if let Some(bases) = record.bases.as_deref().filter(|_| with_bases) {
            self.take_bases(number, bases, record.paired);
        }
        self.umi = self.umi.or(record.umi.as_ref());
    }

    /// Takes in a read without an alignment.
    pub fn add_unaligned(&mut self, read: &'a Unaligned) {
        let number = usize::from(read.number.min(1));
        self.take_bases(number, &read.bases, read.paired);
        if let Some(mate) = &read.mate_bases {
            self.bases[1 - number] = Some(Cow::Borrowed(mate));
        }
        self.ends[1].stops |= !read.paired;
        self.umi = self.umi.or(read.umi.as_ref());
    }

    fn take_bases(&mut self, number: usize, bases: &'a [u8], paired: bool) {
        if !paired && self.bases[1].is_none() {
            self.bases[1] = Some(Cow::Owned(reverse_complement(bases)));
        }
        self.bases[number] = Some(Cow::Borrowed(bases));
    }

    /// Whether an alignment says where one of its ends is.
    pub fn is_placed(&self) -> bool {
        self.ends.iter().any(FragmentEnd::is_placed)
    }

    /// How well the ends agree with those of another fragment, the other's ends swapped or not.
    pub fn fit(&self, other: &Self, swapped: bool) -> EndsFit {
        let side = |own: usize| self.agreement(own, other, own ^ usize::from(swapped));
        let first = side(0);
        // Quick exit: most fragments that are compared share a few bases but no end.
        if first == EndAgreement::No {
            return EndsFit::No;
        }
        match (first, side(1)) {
            (EndAgreement::Yes, EndAgreement::Yes) => EndsFit::Both,
            (EndAgreement::Yes, EndAgreement::Unknown) | (EndAgreement::Unknown, EndAgreement::Yes) => EndsFit::Half,
            (EndAgreement::Yes, EndAgreement::Near) | (EndAgreement::Near, EndAgreement::Yes) => EndsFit::Near,
            _ => EndsFit::No,
        }
    }

    fn agreement(&self, own: usize, other: &Self, theirs: usize) -> EndAgreement {
        let (x, y) = (&self.ends[own], &other.ends[theirs]);
        let near = |x: Begin, y: Begin| (x.contig, x.reverse) == (y.contig, y.reverse) && (x.position - y.position).abs() <= NEAR_BP;
        let or_stopped = |agreement: EndAgreement| if x.stops && y.stops { EndAgreement::Near } else { agreement };
        if x.has_begin() && y.has_begin() {
            if x.begins().any(|begin| y.begins().any(|other| begin == other)) {
                return EndAgreement::Yes;
            }
            let nearly = x.begins().any(|begin| y.begins().any(|other| near(begin, other)));
            return or_stopped(if nearly { EndAgreement::Near } else { EndAgreement::No });
        }
        if let (Some(x), Some(y)) = (x.leftmost, y.leftmost) {
            return match x == y {
                true => EndAgreement::Yes,
                false if near(x, y) => EndAgreement::Near,
                false => EndAgreement::No,
            };
        }
        match (self.bases[own].as_deref(), other.bases[theirs].as_deref()) {
            (Some(x), Some(y)) if alike(x, y) => EndAgreement::Yes,
            (Some(_), Some(_)) => or_stopped(EndAgreement::No),
            _ => EndAgreement::Unknown,
        }
    }
}

/// Where the ends of a record's read lie by each of its alignments: its first base, and of a single read its last.
pub fn begins(record: &ReadRecord) -> impl Iterator<Item = Begin> + '_ {
    let alignments = std::iter::once(&record.pieces).chain(&record.elsewhere).take(MAX_BEGINS);
    alignments.filter_map(|pieces| Some((pieces.first()?, pieces.last()?))).flat_map(|(first, last)| {
        let other = (!record.paired).then(|| begin(last, record.length.saturating_sub(last.query_end), false));
        std::iter::once(begin(first, first.query_start, true)).chain(other)
    })
}

/// The end of a read beside the outermost piece of an alignment: the first one (`is_first`), or the other one, which faces back.
fn begin(piece: &Piece, left_out_bp: u32, is_first: bool) -> Begin {
    let (contig, out) = (piece.contig.0, i64::from(left_out_bp));
    if (piece.strand == Strand::Forward) == is_first {
        Begin { contig, reverse: false, position: i64::from(piece.start) - out }
    } else {
        Begin { contig, reverse: true, position: i64::from(piece.end) + out }
    }
}

/// Whether two reads are the same bases with errors, as far as both go.
fn alike(x: &[u8], y: &[u8]) -> bool {
    let compared = x.len().min(y.len());
    let allowed = FREE_ERRORS + compared / BP_PER_ERROR;
    let differ = |(x, y): &(&u8, &u8)| x != y && **x != b'N' && **y != b'N';
    compared >= MIN_ALIKE_BP && x.iter().zip(y).filter(differ).take(allowed + 1).count() <= allowed
}
