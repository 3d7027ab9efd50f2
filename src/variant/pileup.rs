//! The molecules over a stretch of coding bases, read from the file.
//!
//! Each segment (exon) is read once. A read that lies on several segments, spliced or split, contributes its part of each, and all parts of a
//! fragment make one molecule. Clipped bases do not count: a read that continues in a fusion's partner is used up to the junction.

use std::collections::BTreeSet;

use rayon::ThreadPool;
use rust_htslib::bam::record::Record;
use rustc_hash::FxHashSet;

use crate::alignment::aligned_bases;
use crate::alignment::assay::DuplicateRule;
use crate::alignment::cigar::{self, Operation};
use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::read::{operations, FragmentId, ReadRecord, RecordKind};
use crate::alignment::scan::leaves_out_flagged;
use crate::alignment::tile;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::genome::{Interval, Strand};
use crate::material::Material;
use crate::reference::Window;
use crate::sequence::code;

use super::domain::{BaseSource, Domain, Segment, FLANK_BP};
use super::molecule::{molecules, packed, Molecule, Shown, Span, MIN_LONG_READ_QUALITY, MIN_READ_QUALITY, STRATA};
use super::normal::{settled, Replaced};
use super::realign::{clips, lay_clipped, without_needless_gaps, Clip};

/// Reads below this mapping quality do not vote.
pub const MIN_MAPQ: u8 = 10;
/// A short read that differs from the reference in more than this share of its aligned bases belongs elsewhere.
const MAX_EDITS_FRAC: f64 = 0.08;
/// Longest insertion that is called; a deletion may have any length that an aligner writes.
pub const MAX_INSERTION_BP: u32 = 60;
/// Longest deletion over an exon's edge that is spelt out; a longer one has no record in the VCF.
const MAX_SPELT_BP: u32 = 10_000;
/// Quality of bases for which the file gives none.
const UNKNOWN_QUALITY: u8 = 30;

/// What was read over one row.
#[derive(Debug, Default)]
pub struct Pileup {
    /// One entry a molecule, sorted.
    pub molecules: Vec<Molecule>,
    /// Longest fragment in bases: of the genome for DNA, of the transcript for RNA.
    pub longest_bp: u32,
}

impl Pileup {
    /// A pileup of these molecules, such as a simulation makes.
    pub fn of(molecules: Vec<Molecule>) -> Self {
        Self { longest_bp: longest_shown(&molecules), molecules }
    }
}

/// What a record shows of a row, with what only the reference tells how to read.
struct PileupRead {
    shown: Shown,
    /// Insertions and deletions as the aligner wrote them.
    gaps: Vec<Replaced>,
    clips: Vec<Clip>,
}

/// What one reading of a segment gave.
struct SegmentReads {
    shown: Vec<PileupRead>,
    /// The records without their bases, where copies must be told apart.
    slim: Vec<ReadRecord>,
    /// Fragments with a record that is flagged as a duplicate, where these are left out.
    flagged: FxHashSet<FragmentId>,
    /// Votes of MD tags for reference bases (forward strand), by position within the segment.
    md: Vec<[u32; 4]>,
    longest_bp: u32,
}

/// Reads all rows; reference bases that are still unknown are taken from MD tags, those of long deletions from the FASTA.
///
/// # Errors
/// When a file cannot be read.
pub fn read(
    pool: &ThreadPool,
    library: &Library,
    rows: &mut [Domain<'_>],
    mut reference: Option<&mut Window>,
    step: &(dyn Fn() + Sync),
) -> Result<Vec<Pileup>> {
    let jobs: Vec<(usize, Segment)> =
        rows.iter().enumerate().flat_map(|(row, domain)| domain.segments().iter().map(move |segment| (row, *segment))).collect();
    let shared: &[Domain<'_>] = rows;
    let parts = tile::run(
        pool,
        jobs.len(),
        || library.reader(),
        |reader, index| {
            let (row, segment) = jobs[index];
            let part = read_segment(reader, library, &shared[row], &segment);
            step();
            part
        },
    )?;
    let mut by_row: Vec<Vec<(Segment, SegmentReads)>> = rows.iter().map(|_| Vec::new()).collect();
    for ((row, segment), part) in jobs.iter().zip(parts) {
        by_row[*row].push((*segment, part));
    }
    rows.iter_mut().zip(by_row).map(|(domain, parts)| pile(domain, parts, library, reference.as_deref_mut())).collect()
}

/// Puts the segments' parts together.
fn pile(domain: &mut Domain<'_>, parts: Vec<(Segment, SegmentReads)>, library: &Library, reference: Option<&mut Window>) -> Result<Pileup> {
    let assay = &library.assay;
    let (mut shown, mut slim, mut longest_bp) = (Vec::new(), Vec::new(), 0);
    let mut seen: FxHashSet<(FragmentId, u8, RecordKind, u32)> = FxHashSet::default();
    let flagged: FxHashSet<FragmentId> = parts.iter().flat_map(|(_, part)| part.flagged.iter().copied()).collect();
    for (segment, mut part) in parts {
        // A flag on one mate applies to both: tools that mark duplicates may flag one only.
        part.shown.retain(|read| !flagged.contains(&read.shown.fragment));
        part.slim.retain(|view| !flagged.contains(&view.fragment));
        take_md(domain, &segment, &part.md);
        shown.extend(part.shown);
        longest_bp = longest_bp.max(part.longest_bp);
        slim.extend(part.slim.into_iter().filter(|view| {
            let start = view.pieces.first().map_or(0, |piece| piece.start);
            seen.insert((view.fragment, view.number, view.kind, start))
        }));
    }
    domain.check();
    let copies = Molecules::group(&slim, assay.duplicates);
    let min_quality = if assay.long_reads { MIN_LONG_READ_QUALITY } else { STRATA[1] };
    if let Some(window) = reference {
        let gaps: Vec<Replaced> = shown.iter().flat_map(|read| read.gaps.iter().cloned()).collect();
        spell_out(&gaps, domain, window)?;
    }
    let mut reads: Vec<(Shown, Vec<Clip>)> = Vec::with_capacity(shown.len());
    for PileupRead { mut shown, gaps, clips } in shown {
        shown.indels = gaps.into_iter().filter_map(|gap| settled(gap, domain)).collect();
        reads.push((shown, clips));
    }
    lay_clipped(&mut reads, domain, assay.material() == Material::Rna);
    let shown = reads.into_iter().map(|(shown, _)| shown).collect();
    let list = molecules(shown, domain.strand == Strand::Forward, min_quality, |fragment| copies.of(fragment));
    if assay.material() == Material::Rna {
        longest_bp = longest_shown(&list);
    }
    Ok(Pileup { molecules: list, longest_bp })
}

/// Reads the bases of deletions that go further into an intron than the row's flanks.
fn spell_out(gaps: &[Replaced], domain: &mut Domain<'_>, window: &mut Window) -> Result<()> {
    let deleted = |gap: &Replaced| domain.bases_in(gap.start, gap.end).1 > 0 || !domain.splice_sites_in(gap.start, gap.end).is_empty();
    let stretches: BTreeSet<(u32, u32)> =
        gaps.iter().filter(|gap| gap.start < gap.end && deleted(gap)).map(|gap| (gap.start, gap.end)).collect();
    for (start, end) in stretches.into_iter().filter(|(start, end)| end - start <= MAX_SPELT_BP) {
        if (start.saturating_sub(1)..=end).any(|position| domain.forward_base(position) == b'N') {
            let stretch = Interval { contig: domain.contig, start: start.saturating_sub(FLANK_BP), end: end.saturating_add(FLANK_BP) };
            domain.read(window, stretch)?;
        }
    }
    Ok(())
}

/// Bases of the transcript that the longest molecule spans.
fn longest_shown(molecules: &[Molecule]) -> u32 {
    let length = |molecule: &Molecule| {
        let spans = || molecule.spans.iter().flatten();
        let start = spans().map(|span| i64::from(span.first) - span.beyond()[0] as i64).min().unwrap_or(0);
        let end = spans().map(|span| i64::from(span.last) + span.beyond()[1] as i64).max().unwrap_or(-1);
        (end + 1 - start).max(0) as u32
    };
    molecules.iter().map(length).max().unwrap_or(0)
}

fn read_segment(reader: &mut LibraryReader, library: &Library, domain: &Domain<'_>, segment: &Segment) -> Result<SegmentReads> {
    let assay = &library.assay;
    let known = (segment.start..segment.end).all(|position| domain.source(domain.index_in(segment, position)) != BaseSource::Unknown);
    let mut part = SegmentReads {
        shown: Vec::new(),
        slim: Vec::new(),
        flagged: FxHashSet::default(),
        md: if known { Vec::new() } else { vec![[0; 4]; domain.with_flanks(segment).length_bp() as usize] },
        longest_bp: 0,
    };
    let grouped = matches!(assay.duplicates, DuplicateRule::Umi | DuplicateRule::Position);
    // A pair that spans more than a fragment's length is a rearrangement.
    let believable = i64::from(assay.insert_max_bp.max(assay.read_length_bp)) * 2;
    let here = domain.interval(segment);
    // A mate that lies beside the segment may be the one that is flagged.
    let beside = if leaves_out_flagged(assay.duplicates) && assay.paired { assay.insert_max_bp.max(assay.read_length_bp) } else { 0 };
    let around = Interval { start: here.start.saturating_sub(beside), end: here.end.saturating_add(beside), ..here };
    reader.visit(around, |record, lane| {
        if record.is_duplicate() && leaves_out_flagged(assay.duplicates) {
            part.flagged.insert(lane.fragment(FragmentId::of(record.qname())));
            return;
        }
        if record.pos() >= i64::from(here.end) || crate::alignment::read::end(record) <= here.start {
            return;
        }
        if record.mapq() < MIN_MAPQ {
            return;
        }
        let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, assay.umi.as_ref()) else { return };
        view.fragment = lane.fragment(view.fragment);
        let aligned: u32 = view.pieces.iter().map(crate::alignment::read::Piece::query_bp).sum();
        let edits: u32 = view.pieces.iter().map(|piece| piece.edits).sum();
        let operations = operations(record);
        let gaps: u32 = operations.iter().filter(|op| matches!(op.letter, b'I' | b'D')).map(|op| op.length).sum();
        if !assay.long_reads && f64::from(edits.saturating_sub(gaps)) > 4.0 + MAX_EDITS_FRAC * f64::from(aligned) {
            return;
        }
        let floor = if assay.long_reads { MIN_LONG_READ_QUALITY } else { MIN_READ_QUALITY };
        let Some(shown) = shown(record, &view, domain, segment, (floor, !assay.long_reads)) else { return };
        if !part.md.is_empty() {
            count_md(record, domain.with_flanks(segment), &mut part.md);
        }
        let insert = record.insert_size().abs();
        let length = if insert > 0 && insert <= believable { insert } else { 0 };
        let own = view.pieces.iter().map(|piece| piece.end - piece.start).max().unwrap_or(0);
        part.longest_bp = part.longest_bp.max(length as u32).max(own);
        part.shown.push(shown);
        if grouped {
            part.slim.push(view);
        }
    })?;
    Ok(part)
}

fn is_indel(op: Operation) -> bool {
    matches!(op.letter, b'I' | b'D')
}

/// The insertions and deletions with which `operations` begin, as one, if it lies between aligned bases and so near a segment that it
/// could mean a change of it.
pub(super) fn gap_at(
    operations: &[Operation],
    has_before: bool,
    (at, query): (u32, usize),
    sequence: &[u8],
    segment: &Segment,
) -> Option<Replaced> {
    let run: &[Operation] = &operations[..operations.iter().take_while(|op| is_indel(**op)).count()];
    let (deleted, inserted_bp) = (cigar::bases(run, b"D"), cigar::bases(run, b"I"));
    let end = at.saturating_add(deleted);
    let is_aligned = |index: usize| operations.get(index).is_some_and(|op| matches!(op.letter, b'M' | b'=' | b'X'));
    // At the end of an exon a spliced read goes on behind the intron.
    let before_intron = end == segment.end && operations.get(run.len()).is_some_and(|op| op.letter == b'N') && is_aligned(run.len() + 1);
    let aligned_behind = is_aligned(run.len()) || before_intron;
    let near = at <= segment.end.saturating_add(FLANK_BP) && end.saturating_add(FLANK_BP) >= segment.start;
    if !has_before || !aligned_behind || !near || deleted.max(inserted_bp) == 0 || inserted_bp > MAX_INSERTION_BP {
        return None;
    }
    Some(Replaced { start: at, end, bases: sequence.get(query..query + inserted_bp as usize)?.to_vec() })
}

/// The bases and indels that a record shows on a segment.
fn shown(
    record: &Record,
    view: &ReadRecord,
    domain: &Domain<'_>,
    segment: &Segment,
    (floor, with_clips): (u8, bool),
) -> Option<PileupRead> {
    // Unpacked once: a read of low quality has thousands of insertions.
    let (sequence, qualities) = (record.seq().as_bytes(), record.qual());
    let begin = record.pos().max(0) as u32;
    let operations = without_needless_gaps(operations(record), begin, &sequence, domain);
    let length = sequence.len();
    let (mut query, mut at) = (0usize, begin);
    // Lowest and highest aligned base on the segment: query and position.
    let mut ends: Option<[(usize, u32); 2]> = None;
    let mut found: Vec<(usize, u8)> = Vec::new();
    let (mut gaps, mut lost_at): (Vec<Replaced>, usize) = (Vec::new(), 0);
    let hard_clipped = operations.first().filter(|op| op.letter == b'H').map_or(0, |op| op.length as usize);
    for (number, op) in operations.iter().enumerate() {
        match op.letter {
            b'M' | b'=' | b'X' => {
                let (low, high) = (at.max(segment.start), (at.saturating_add(op.length)).min(segment.end));
                for position in low..high.max(low) {
                    let from = query + (position - at) as usize;
                    if from >= length {
                        break;
                    }
                    let quality = qualities.get(from).copied().filter(|&quality| quality != 255).unwrap_or(UNKNOWN_QUALITY);
                    if quality >= floor {
                        found.push((domain.index_in(segment, position), packed(domain.turned(sequence[from]), quality)));
                    }
                    ends = Some([ends.map_or((from, position), |ends| ends[0]), (from, position)]);
                }
                query += op.length as usize;
                at = at.saturating_add(op.length);
            }
            // What is inserted and deleted side by side is one event, in whichever order the aligner writes it.
            b'I' | b'D' => {
                let first = number.checked_sub(1).is_none_or(|before| !is_indel(operations[before]));
                if first {
                    if let Some(gap) = gap_at(&operations[number..], number > 0, (at, query), &sequence, segment) {
                        if gap.start <= segment.start && gap.end >= segment.end {
                            lost_at = query;
                        }
                        gaps.push(gap);
                    }
                }
                match op.letter {
                    b'I' => query += op.length as usize,
                    _ => at = at.saturating_add(op.length),
                }
            }
            b'N' => at = at.saturating_add(op.length),
            b'S' => query += op.length as usize,
            _ => {}
        }
    }
    // A deletion may leave nothing of the segment; the read goes on from one side of it to the other all the same.
    let whole = || (lost_at > 0).then(|| [(lost_at, segment.start), (lost_at, segment.end - 1)]);
    let [(first_query, low), (last_query, high)] = ends.or_else(whole)?;
    let (from, to) = {
        let (x, y) = (domain.index_in(segment, low), domain.index_in(segment, high));
        (x.min(y), x.max(y))
    };
    let mut bases = vec![0u8; to - from + 1];
    for (index, byte) in found {
        bases[index - from] = byte;
    }
    let is_clip = |op: &&Operation| matches!(op.letter, b'H' | b'S');
    let low_clips: u32 = operations.iter().take_while(is_clip).map(|op| op.length).sum();
    let high_clips: u32 = operations.iter().rev().take_while(is_clip).map(|op| op.length).sum();
    let (below, above) = (first_query + hard_clipped, (view.length as usize).saturating_sub(last_query + hard_clipped + 1));
    let turned = |[below, above]: [usize; 2]| if domain.strand == Strand::Forward { [below, above] } else { [above, below] };
    let small = |bases: usize| bases.min(usize::from(u16::MAX)) as u16;
    let clipped = turned([low_clips as usize, high_clips as usize]);
    let [before, after] = turned([below, above]);
    let span = Span {
        first: from as u16,
        last: to as u16,
        before: small(before.saturating_sub(clipped[0])),
        after: small(after.saturating_sub(clipped[1])),
        clipped: clipped.map(small),
    };
    let shown = Shown {
        fragment: view.fragment,
        number: view.number,
        forward: !record.is_reverse(),
        span,
        bases: bases.into_boxed_slice(),
        indels: Vec::new(),
    };
    let clips = if with_clips { clips(&operations, begin, &sequence) } else { Vec::new() };
    Some(PileupRead { shown, gaps, clips })
}

/// Adds the reference bases that a record's MD tag gives on a stretch.
fn count_md(record: &Record, stretch: Interval, counts: &mut [[u32; 4]]) {
    let Some(reference) = aligned_bases::reference(record) else { return };
    for (position, base) in reference {
        if (stretch.start..stretch.end).contains(&position) {
            if let Some(letter) = code(base) {
                counts[(position - stretch.start) as usize][letter] += 1;
            }
        }
    }
}

/// Sets unknown reference bases by the majority of the MD tags.
fn take_md(domain: &mut Domain<'_>, segment: &Segment, counts: &[[u32; 4]]) {
    for (position, votes) in (domain.with_flanks(segment).start..).zip(counts) {
        let best = (0..4).max_by_key(|&letter| (votes[letter], std::cmp::Reverse(letter))).unwrap_or(0);
        if !(segment.start..segment.end).contains(&position) {
            if votes[best] > 0 {
                domain.set_beside(position, b"ACGT"[best]);
            }
            continue;
        }
        let index = domain.index_in(segment, position);
        if votes[best] > 0 && domain.source(index) == BaseSource::Unknown {
            domain.set(index, domain.turned(b"ACGT"[best]), BaseSource::Md);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Assembly, ContigId, Contigs};
    use crate::knowledge::Knowledge;
    use crate::model::{Exon, Gene, Transcript};
    use crate::reference::Reference;
    use crate::variant::domain::tests::builtin_domains;

    #[test]
    fn a_removed_intron_is_a_splice_wherever_its_deletion_could_lie() {
        let knowledge = Knowledge::builtin();
        let mut domains = builtin_domains(Assembly::Grch38, &knowledge).into_iter();
        let mut domain = domains.find(|domain| domain.gene == "NTRK1").expect("one of the five");
        // Intron 13, of 189 bases: it begins with G, as exon 14 does, so that the deletion could lie one base further on.
        let exons: Vec<Segment> = domain.segments().to_vec();
        let (start, end) =
            exons.windows(2).map(|pair| (pair[0].end, pair[1].start)).find(|(start, end)| end - start == 189).expect("it is there");
        for (position, base) in [(start - 1, b'A'), (start, b'G'), (start + 1, b'A'), (end - 1, b'C'), (end, b'G'), (end + 1, b'T')] {
            match domain.segment_around(position, position + 1).copied() {
                Some(segment) => domain.set(domain.index_in(&segment, position), base, BaseSource::Fasta),
                None => domain.set_beside(position, base),
            }
        }
        assert!(domain.is_intron(start, end));
        let deletion = |start: u32, end: u32| Replaced { start, end, bases: Vec::new() };
        assert_eq!(settled(deletion(start, end), &domain), None);
        assert_eq!(settled(deletion(start + 1, end + 1), &domain), None);
        assert!(settled(deletion(start, end + 3), &domain).is_some(), "more than the intron is gone");
    }
    #[test]
    fn a_deletion_from_far_within_an_intron_is_spelt_out_by_the_fasta() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, alignments) = (folder.path().join("x.fa"), folder.path().join("x.bam"));
        let bases: String = (0..2_000usize).map(|at| char::from(b"ACGT"[at * at / 7 % 4])).collect();
        std::fs::write(&path, format!(">c\n{bases}\n")).expect("it can be written");
        std::fs::write(folder.path().join("x.fa.fai"), "c\t2000\t3\t2000\t2001\n").expect("it can be written");
        let contigs = Contigs::new([("c".to_owned(), 2_000)]);
        let reference = Reference::open(&path, &alignments, &contigs, &[ContigId(0)]).expect("both files are there");
        let mut window = reference.reader().expect("it can be read");
        let exons = vec![Exon::new(1, 100, 400, Some((0, 300))), Exon::new(2, 1_000, 1_300, Some((300, 600)))];
        let transcript = Transcript { id: "T".to_owned(), refseq: None, exons, cds_length_bp: Some(600) };
        let gene = Gene {
            symbol: "ALK".to_owned(),
            span: Interval { contig: ContigId(0), start: 100, end: 1_300 },
            strand: Some(Strand::Forward),
            transcript: Some(transcript),
            alternatives: Vec::new(),
            mane_select: None,
        };
        let mut domain = Domain::of_gene(&gene, 1, 200).expect("the gene has these codons");
        domain.fill(Some(&mut window), false).expect("it can be read");
        // From 400 bases within the intron to 10 bases within the second exon.
        let gap = Replaced { start: 600, end: 1_010, bases: Vec::new() };
        let spelt = |domain: &Domain<'_>| {
            let lost = settled(gap.clone(), domain).expect("it takes bases of the second exon");
            assert_eq!((lost.at, lost.segment), (300, (300, 600)));
            crate::variant::name::genomic_indel(domain, &lost).1.len()
        };
        assert_eq!(spelt(&domain), 0);
        spell_out(std::slice::from_ref(&gap), &mut domain, &mut window).expect("it can be read");
        assert_eq!(spelt(&domain), 411);
    }
}
