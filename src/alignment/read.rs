//! The typed view of one record: where its aligned pieces lie, and what else is known of its fragment.

use rust_htslib::bam::record::{Aux, Record};
use std::hash::Hasher;

use super::bytes::Bytes;
use super::cigar::{self, Operation};
use super::trim;
use super::umi::{Umi, UmiSource};
use crate::genome::{Breakend, ContigId, Contigs, Side, Strand};
use crate::sequence::{complexity_frac, reverse_complement};

/// A deletion or insertion of at least this length is a gap that may be a junction, not a small indel of the alignment (the usual border
/// between indels and structural variants, 50 bp; Mahmoud et al., Genome Biology 2019; 20:246).
pub const MIN_GAP_BP: u32 = 50;

/// Quality of bases for which the file gives none: one error in a thousand, what machines without qualities are used with.
const UNKNOWN_QUALITY: u8 = 30;

/// Most supplementary alignments of an SA tag that are read; a read in more pieces is placed nowhere.
const MAX_SA_ENTRIES: usize = 64;

/// Identity of a fragment: a hash of the read name, equal for mates and for all records of them. Where it decides an order, it does so
/// only among fragments that are alike in everything that is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FragmentId(pub u64);

impl FragmentId {
    /// The fragment of a read name.
    pub fn of(name: &[u8]) -> Self {
        // SipHash with fixed keys: names are the user's, collisions must not be easy to meet.
        #[allow(deprecated)]
        let mut hasher = std::hash::SipHasher::new();
        hasher.write(name);
        Self(hasher.finish())
    }
}

/// A stretch of a read that aligns without a long gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The contig.
    pub contig: ContigId,
    /// Genomic start, interbase.
    pub start: u32,
    /// Genomic end, interbase.
    pub end: u32,
    /// Strand of the read.
    pub strand: Strand,
    /// Start on the read as sequenced (hard clips counted).
    pub query_start: u32,
    /// End on the read as sequenced.
    pub query_end: u32,
    /// Mapping quality of its alignment; 255 (not available, or unique for STAR) counts as 60.
    pub mapq: u8,
    /// Edits of its alignment by the NM tag (or the SA entry), shared out among its pieces by length, rounded up.
    pub edits: u32,
}

impl Piece {
    /// The breakend at the end of the piece in reading direction (`true`) or at its beginning.
    pub fn breakend(&self, at_query_end: bool) -> Breakend {
        match (self.strand, at_query_end) {
            (Strand::Forward, true) | (Strand::Reverse, false) => Breakend::new(self.contig, self.end, Side::Lower),
            _ => Breakend::new(self.contig, self.start, Side::Higher),
        }
    }

    /// Aligned bases of the read.
    pub fn query_bp(&self) -> u32 {
        self.query_end - self.query_start
    }

    /// Whether so many bases of the read lie between this piece and the `next` that they may be another gene.
    pub fn leaps_to(&self, next: &Self) -> bool {
        next.query_start >= self.query_end.saturating_add(MIN_GAP_BP)
    }

    /// Whether both lie on the same place of the genome and the read.
    pub fn same_place(&self, other: &Self) -> bool {
        self.contig == other.contig
            && self.strand == other.strand
            && self.start < other.end
            && other.start < self.end
            && self.query_start < other.query_end
            && other.query_start < self.query_end
    }
}

/// Where the mate lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatePlace {
    /// The contig.
    pub contig: ContigId,
    /// Leftmost aligned base, 0-based.
    pub start: u32,
    /// Strand.
    pub strand: Strand,
    /// Where its 5' end would lie if it were aligned whole (interbase), where the record says how the mate is aligned (tag MC).
    pub begin: Option<i64>,
}

/// What a record was within its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// The primary alignment.
    Primary,
    /// A further piece of a split read (0x800, or 0x100 with an SA tag as `bwa mem -M` writes it).
    Piece,
}

/// One record of a file, reduced to what the evidence needs.
#[derive(Debug, Clone)]
pub struct ReadRecord {
    /// The fragment.
    pub fragment: FragmentId,
    /// 0 for the first read of a pair or a single read, 1 for the second.
    pub number: u8,
    /// Primary or piece.
    pub kind: RecordKind,
    /// Flagged as a duplicate (0x400).
    pub duplicate: bool,
    /// Pieces in the order of the read.
    pub pieces: Vec<Piece>,
    /// Pieces that the SA tag gives, one list an entry, the first entry first (the primary's, for a supplementary record).
    pub elsewhere: Vec<Vec<Piece>>,
    /// Length of the read, hard clips counted.
    pub length: u32,
    /// The whole read as sequenced; `None` where hard clips cut it or the file keeps no bases.
    pub bases: Option<Bytes>,
    /// Base qualities as sequenced, with `bases`.
    pub qualities: Bytes,
    /// Whether the read has a mate, mapped or not.
    pub paired: bool,
    /// The mate, where mapped.
    pub mate: Option<MatePlace>,
    /// The molecular identifier, where the assay has them.
    pub umi: Option<Umi>,
    /// Number of SA entries that could not be read (unknown contig, bad CIGAR).
    pub unreadable_sa: u32,
    /// The read's name, of a record that is kept ([`Self::kept`]); else empty.
    pub name: Box<[u8]>,
}

#[cfg(test)]
impl ReadRecord {
    /// A primary record, for tests: 50 bases of a pair at `start` on the forward strand; its bases and its mate are not known.
    pub(crate) fn fixture(fragment: u64, contig: u32, start: u32) -> Self {
        Self {
            fragment: FragmentId(fragment),
            number: 0,
            kind: RecordKind::Primary,
            duplicate: false,
            pieces: vec![Piece {
                contig: ContigId(contig),
                start,
                end: start + 50,
                strand: Strand::Forward,
                query_start: 0,
                query_end: 50,
                mapq: 60,
                edits: 0,
            }],
            elsewhere: Vec::new(),
            length: 50,
            bases: None,
            qualities: Bytes::default(),
            paired: true,
            mate: None,
            umi: None,
            unreadable_sa: 0,
            name: Box::default(),
        }
    }
}

/// Why a record is not used, as a stable key for the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skipped {
    /// 0x4, no position.
    Unmapped,
    /// 0x200.
    QcFail,
    /// 0x100 without an SA tag.
    Secondary,
    /// 0x400, where duplicates go by the flag.
    Duplicate,
    /// No CIGAR, or one that does not fit.
    NoAlignment,
}

impl Skipped {
    /// The key under which the count is reported.
    pub fn key(self) -> &'static str {
        match self {
            Self::Unmapped => "unmapped",
            Self::QcFail => "qc_fail",
            Self::Secondary => "secondary",
            Self::Duplicate => "duplicate",
            Self::NoAlignment => "no_alignment",
        }
    }
}

/// The operations of a record's CIGAR.
pub fn operations(record: &Record) -> Vec<Operation> {
    const LETTERS: &[u8; 9] = b"MIDNSHP=X";
    record
        .raw_cigar()
        .iter()
        .filter_map(|raw| LETTERS.get((raw & 0xf) as usize).map(|&letter| Operation { letter, length: raw >> 4 }))
        .collect()
}

/// The clipped ends of a record that have at least so many bases, each read away from what is aligned.
pub fn clipped_ends(record: &Record, least_bp: u32) -> Vec<Vec<u8>> {
    let operations = operations(record);
    let bases = record.seq();
    let clip = |operation: Option<&Operation>| {
        let soft = operation.filter(|operation| operation.letter == b'S' && operation.length >= least_bp);
        soft.map(|operation| operation.length as usize).filter(|&length| length <= bases.len())
    };
    let read = |from: usize, to: usize| (from..to).map(|at| bases[at]).collect::<Vec<u8>>();
    let before = clip(operations.first()).map(|length| reverse_complement(&read(0, length)));
    let behind = clip(operations.last()).filter(|_| operations.len() > 1).map(|length| read(bases.len() - length, bases.len()));
    before.into_iter().chain(behind).collect()
}

/// The boundary behind a record's last aligned base.
pub fn end(record: &Record) -> u32 {
    (record.pos().max(0) as u32).saturating_add(cigar::reference_length(&operations(record)))
}

/// Whether an alignment leaps over an intron.
pub fn is_spliced(record: &Record) -> bool {
    operations(record).iter().any(|op| op.letter == b'N')
}

/// The strand of a record.
pub fn strand(record: &Record) -> Strand {
    if record.is_reverse() {
        Strand::Reverse
    } else {
        Strand::Forward
    }
}

/// Whether a record can be used at all, by its flags alone.
pub fn usable(record: &Record) -> Result<RecordKind, Skipped> {
    if record.is_unmapped() || record.tid() < 0 || record.pos() < 0 {
        return Err(Skipped::Unmapped);
    }
    if record.is_quality_check_failed() {
        return Err(Skipped::QcFail);
    }
    if record.cigar_len() == 0 {
        return Err(Skipped::NoAlignment);
    }
    if record.is_supplementary() {
        return Ok(RecordKind::Piece);
    }
    if record.is_secondary() {
        return if record.aux(b"SA").is_ok() { Ok(RecordKind::Piece) } else { Err(Skipped::Secondary) };
    }
    Ok(RecordKind::Primary)
}

/// Mapping quality with 255 read as 60: STAR writes 255 for a unique alignment, and the specification's "not available" says
/// nothing against it.
pub fn mapping_quality(raw: u8) -> u8 {
    if raw == 255 {
        60
    } else {
        raw
    }
}

/// Distance within which another place of a read belongs to the same locus: a gene's own repeats.
const LOCUS_BP: u32 = 10_000;
/// Mapping quality of a read whose other places all lie in the same locus: it certainly belongs to this locus.
const SAME_LOCUS_MAPQ: u8 = 20;

/// Share of distinct 3-mers below which a read is one base or a short repeat over and over: a quarter of what ordinary reads have.
const MIN_COMPLEXITY_FRAC: f64 = 0.2;

/// How surely a record lies in its locus. A homopolymer read, such as the Gs of a cluster without signal, has no place, whatever the
/// aligner says. `bwa mem` lists the other places of a read in the tag `XA` if they are few; where all of them
/// lie near, a low mapping quality says only which of a gene's own copies it is.
fn locus_quality(record: &Record, contigs: &Contigs, (contig, start): (ContigId, u32)) -> u8 {
    let quality = mapping_quality(record.mapq());
    if quality >= SAME_LOCUS_MAPQ {
        return quality;
    }
    if record.seq_len() > 0 && complexity_frac(&record.seq().as_bytes()) < MIN_COMPLEXITY_FRAC {
        return 0;
    }
    let Ok(Aux::String(text)) = record.aux(b"XA") else { return quality };
    let near = |entry: &str| {
        // chr,pos,CIGAR,NM with the strand as the position's sign; split from the right, as names may hold commas.
        let mut fields = entry.rsplitn(4, ',').skip(2);
        let position = fields.next().and_then(|text| text.trim_start_matches(['+', '-']).parse::<u32>().ok());
        fields.next().and_then(|name| contigs.find(name)) == Some(contig)
            && position.is_some_and(|position| position.abs_diff(start) <= LOCUS_BP)
    };
    let mut entries = text.split(';').filter(|entry| !entry.is_empty()).peekable();
    if entries.peek().is_some() && entries.all(near) {
        SAME_LOCUS_MAPQ
    } else {
        quality
    }
}

impl ReadRecord {
    /// The typed view of a record.
    ///
    /// # Errors
    /// The reason why the record is not used.
    pub fn from_record(record: &Record, contigs: &Contigs, umi: Option<&UmiSource>) -> Result<Self, Skipped> {
        let mut view = Self::without_bases(record, contigs, umi)?;
        if record.seq_len() == view.length as usize && view.length > 0 {
            let bases = record.seq().as_bytes();
            let mut qualities: Vec<u8> =
                record.qual().iter().map(|&quality| if quality == 255 { UNKNOWN_QUALITY } else { quality }).collect();
            if record.is_reverse() {
                qualities.reverse();
            }
            view.bases = Some(if record.is_reverse() { reverse_complement(&bases) } else { bases }.into());
            view.qualities = qualities.into();
        }
        Ok(view)
    }

    /// The typed view of a record, without its bases: all that counting needs.
    ///
    /// # Errors
    /// The reason why the record is not used.
    pub fn without_bases(record: &Record, contigs: &Contigs, umi: Option<&UmiSource>) -> Result<Self, Skipped> {
        let kind = usable(record)?;
        let operations = operations(record);
        let strand = strand(record);
        let contig = ContigId(record.tid() as u32);
        let start = u32::try_from(record.pos()).map_err(|_| Skipped::NoAlignment)?;
        let mapq = locus_quality(record, contigs, (contig, start));
        let (mut pieces, is_whole) = trimmed_pieces(&operations, (contig, start, strand), mapq, edits(record));
        // The tag counts the edits of the whole alignment.
        if is_whole {
            trim::trim(&mut pieces, record, &operations);
        }
        if pieces.is_empty() || !within(&pieces, contigs) {
            return Err(Skipped::NoAlignment);
        }
        let length = cigar::read_length(&operations);
        let mate = (record.is_paired() && !record.is_mate_unmapped() && record.mtid() >= 0 && record.mpos() >= 0).then(|| MatePlace {
            contig: ContigId(record.mtid() as u32),
            start: record.mpos() as u32,
            strand: if record.is_mate_reverse() { Strand::Reverse } else { Strand::Forward },
            begin: mate_begin(record),
        });
        let (elsewhere, unreadable_sa) = match record.aux(b"SA") {
            Ok(Aux::String(text)) => supplementary_pieces(text, length, contigs),
            _ => (Vec::new(), 0),
        };
        Ok(Self {
            fragment: FragmentId::of(record.qname()),
            number: u8::from(record.is_last_in_template() && record.is_paired()),
            kind,
            duplicate: record.is_duplicate(),
            pieces,
            elsewhere,
            length,
            bases: None,
            qualities: Bytes::default(),
            paired: record.is_paired(),
            mate,
            umi: umi.and_then(|source| source.of(record)),
            unreadable_sa,
            name: Box::default(),
        })
    }

    /// The view as it is kept: with the name of its `record`, and in no more memory than it needs.
    #[must_use]
    pub fn kept(mut self, record: &Record) -> Self {
        self.name = record.qname().into();
        self.shrunk()
    }

    /// The view in no more memory than it needs.
    #[must_use]
    pub fn shrunk(mut self) -> Self {
        self.pieces.shrink_to_fit();
        self.elsewhere.shrink_to_fit();
        self.elsewhere.iter_mut().for_each(Vec::shrink_to_fit);
        self
    }
}

/// Where the mate's 5' end would lie if it were aligned whole, by the tag MC (its CIGAR).
fn mate_begin(record: &Record) -> Option<i64> {
    let Ok(Aux::String(text)) = record.aux(b"MC") else { return None };
    let operations = cigar::parse(text)?;
    let clipped = |operations: &mut dyn Iterator<Item = &Operation>| -> i64 {
        operations.take_while(|op| matches!(op.letter, b'S' | b'H')).map(|op| i64::from(op.length)).sum()
    };
    Some(if record.is_mate_reverse() {
        record.mpos() + i64::from(cigar::reference_length(&operations)) + clipped(&mut operations.iter().rev())
    } else {
        record.mpos() - clipped(&mut operations.iter())
    })
}

/// The pieces of each SA entry, and how many entries could not be read.
fn supplementary_pieces(text: &str, length: u32, contigs: &Contigs) -> (Vec<Vec<Piece>>, u32) {
    let mut unreadable = 0;
    let entries: Vec<&str> = text.split(';').filter(|entry| !entry.is_empty()).collect();
    let mut list = Vec::with_capacity(entries.len().min(MAX_SA_ENTRIES));
    unreadable += entries.len().saturating_sub(MAX_SA_ENTRIES) as u32;
    for entry in entries.into_iter().take(MAX_SA_ENTRIES) {
        match supplementary_entry(entry, length, contigs) {
            Some(pieces) => list.push(pieces),
            None => unreadable += 1,
        }
    }
    (list, unreadable)
}

/// One SA entry, `rname,pos,strand,CIGAR,mapQ,NM` (SAM optional fields specification).
fn supplementary_entry(entry: &str, length: u32, contigs: &Contigs) -> Option<Vec<Piece>> {
    // A contig name may hold commas (the specification forbids it, HLA names come close): split from the right.
    let mut fields = entry.rsplitn(6, ',');
    let edits: u32 = fields.next()?.parse().unwrap_or(0);
    let mapq: u8 = fields.next()?.parse().ok()?;
    // An entry of another length belongs to another read: old STAR writes the mate's there.
    let operations = cigar::parse(fields.next()?).filter(|operations| cigar::read_length(operations) == length)?;
    let strand = match fields.next()? {
        "+" => Strand::Forward,
        "-" => Strand::Reverse,
        _ => return None,
    };
    let position: u32 = fields.next()?.parse().ok()?;
    let contig = contigs.find(fields.next()?)?;
    let (pieces, _) = trimmed_pieces(&operations, (contig, position.checked_sub(1)?, strand), mapping_quality(mapq), edits);
    (!pieces.is_empty() && within(&pieces, contigs)).then_some(pieces)
}

/// The pieces of an alignment without ends over which gap follows gap, and whether there were none.
fn trimmed_pieces(operations: &[Operation], (contig, start, strand): (ContigId, u32, Strand), mapq: u8, edits: u32) -> (Vec<Piece>, bool) {
    let trimmed = trim::trim_gaps(operations, start);
    let (kept, start, gone) = trimmed.as_ref().map_or((operations, start, 0), |end| (&end.operations, end.start, end.gap_bases));
    let mut pieces = cigar::pieces(kept, contig, start, strand, mapq, MIN_GAP_BP);
    share_edits(&mut pieces, edits.saturating_sub(gone), kept, operations);
    (pieces, trimmed.is_none())
}

/// Edits of a record by its NM tag; none where it has no tag.
fn edits(record: &Record) -> u32 {
    match record.aux(b"NM") {
        Ok(Aux::U8(n)) => u32::from(n),
        Ok(Aux::I8(n)) => u32::try_from(n).unwrap_or(0),
        Ok(Aux::U16(n)) => u32::from(n),
        Ok(Aux::I16(n)) => u32::try_from(n).unwrap_or(0),
        Ok(Aux::U32(n)) => n,
        Ok(Aux::I32(n)) => u32::try_from(n).unwrap_or(0),
        _ => 0,
    }
}

/// Shares the edits of an alignment among its pieces and what was trimmed off, without the bases of the gaps at which it was cut.
fn share_edits(pieces: &mut [Piece], edits: u32, kept: &[Operation], whole: &[Operation]) {
    let cut: u32 = kept
        .iter()
        .filter(|op| matches!(op.letter, b'D' | b'I') && op.length >= MIN_GAP_BP)
        .map(|op| op.length)
        .fold(0, u32::saturating_add);
    let edits = edits.saturating_sub(cut);
    let inside = |op: &&Operation| matches!(op.letter, b'M' | b'=' | b'X') || (op.letter == b'I' && op.length < MIN_GAP_BP);
    let bases: u64 = whole.iter().filter(inside).map(|op| u64::from(op.length)).sum();
    for piece in pieces {
        piece.edits = (u64::from(edits) * u64::from(piece.query_bp())).div_ceil(bases.max(1)) as u32;
    }
}

/// Whether all pieces lie on their contigs.
fn within(pieces: &[Piece], contigs: &Contigs) -> bool {
    pieces.iter().all(|piece| contigs.get(piece.contig).is_some_and(|contig| piece.end <= contig.length_bp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sa_entries_are_read_and_bad_ones_counted() {
        let contigs = Contigs::new([("chr2".to_owned(), 1_000_000)]);
        let text = "chr2,101,-,57S39M,60,0;chr9,1,+,96M,0,0;chr2,x,+,96M,0,0;chr2,5,+,300S50M,60,0;chr2,999999,+,96M,60,0;";
        let (pieces, unreadable) = supplementary_pieces(text, 96, &contigs);
        assert_eq!(unreadable, 4);
        assert_eq!(pieces.len(), 1);
        let piece = pieces[0][0];
        assert_eq!((piece.start, piece.end, piece.query_start, piece.query_end), (100, 139, 0, 39));
        assert_eq!(piece.breakend(true), Breakend::new(ContigId(0), 100, Side::Higher));
        assert_eq!(piece.breakend(false), Breakend::new(ContigId(0), 139, Side::Lower));
    }

    #[test]
    fn a_deletion_that_cuts_the_alignment_is_no_edit_of_its_pieces() {
        let contigs = Contigs::new([("chr2".to_owned(), 1_000_000)]);
        let edits = |text: &str| -> Vec<u32> {
            let (entries, _) = supplementary_pieces(text, 100, &contigs);
            entries.iter().flatten().map(|piece| piece.edits).collect()
        };
        assert_eq!(edits("chr2,101,+,40M100D60M,60,100;"), [0, 0]);
        assert_eq!(edits("chr2,101,+,40M100D60M,60,102;"), [1, 2]);
    }

    #[test]
    fn other_places_in_the_same_locus_do_not_lower_the_quality() {
        let mut header = rust_htslib::bam::Header::new();
        header.push_record(rust_htslib::bam::header::HeaderRecord::new(b"SQ").push_tag(b"SN", "chr2").push_tag(b"LN", 1_000_000));
        let view = rust_htslib::bam::HeaderView::from_header(&header);
        let contigs = Contigs::new([("chr2".to_owned(), 1_000_000)]);
        let of = |mapq: u8, bases: &str, tags: &str| {
            let line = format!("r\t0\tchr2\t5001\t{mapq}\t50M\t*\t0\t0\t{bases}\t*{tags}");
            let record = Record::from_sam(&view, line.as_bytes()).expect("a SAM line");
            ReadRecord::without_bases(&record, &contigs, None).map(|view| view.pieces[0].mapq)
        };
        let quality = |mapq: u8, tags: &str| of(mapq, "*", tags);
        assert_eq!(quality(0, ""), Ok(0));
        assert_eq!(quality(0, "\tXA:Z:chr2,-5901,50M,0;"), Ok(SAME_LOCUS_MAPQ));
        assert_eq!(quality(0, "\tXA:Z:chr2,-5901,50M,0;chr2,+905901,50M,0;"), Ok(0));
        assert_eq!(quality(60, "\tXA:Z:chr2,-5901,50M,3;"), Ok(60));
        let ordinary = "ACGTTGCAGTCCATAGGCTAACCGATTTGCGGAATCAAGCTCTGTAGACA";
        assert_eq!(of(0, ordinary, "\tXA:Z:chr2,-5901,50M,0;"), Ok(SAME_LOCUS_MAPQ));
        // A read of G only (no signal) has no place, whatever the aligner says.
        assert_eq!(of(9, &"G".repeat(50), "\tXA:Z:chr2,-5901,50M,0;"), Ok(0));
        assert_eq!(of(9, &"G".repeat(50), ""), Ok(0));
    }

    #[test]
    fn mates_are_one_fragment() {
        assert_eq!(FragmentId::of(b"read1"), FragmentId::of(b"read1"));
        assert_ne!(FragmentId::of(b"read1"), FragmentId::of(b"read2"));
    }
}
