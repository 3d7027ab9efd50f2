//! Reads round the two breaks of a fusion: coverage, places of its molecules, and bases over the junction.

use std::collections::BTreeMap;

use rayon::ThreadPool;
use rust_htslib::bam::record::Record;

use super::Supported;
use crate::alignment::library::Lane;
use crate::alignment::read::{FragmentId, Piece, ReadRecord};
use crate::alignment::scan::leaves_out_flagged;
use crate::alignment::{tile, Library};
use crate::error::Result;
use crate::fusion::Fusion;
use crate::genome::{Breakend, Interval, Side, Strand};
use crate::junction::Kind;
use crate::report::drawn::{chosen, DrawnMolecules, ReadRow, ReadsAtJunction, SupportKind, BIN_BP, MOST_READS, REACH_BP};
use crate::sequence::reverse_complement;

/// Bases on either side of a junction that are kept of a read.
const SIDE_BP: usize = 60;

/// Bases between a break and the end of an alignment up to which the read is taken to go on to the break.
const NEAR_BP: i64 = 30;

/// Longest read name that is kept, in characters.
const LONGEST_NAME: usize = 100;

/// Reads that are kept of all fusions together, where there are many of them.
const MOST_OF_ALL: usize = 200;
/// Fewest of one fusion.
const FEWEST: usize = 5;

/// What the reads show round one fusion.
#[derive(Debug, Default)]
pub struct Shown {
    /// Coverage round the 5' and the 3' break.
    pub coverage: [Vec<u32>; 2],
    /// Places of its molecules.
    pub molecules: Vec<DrawnMolecules>,
    /// Molecules that are not among them.
    pub molecules_left_out: u32,
    /// Bases over the junction.
    pub reads: ReadsAtJunction,
}

/// What one window shows.
#[derive(Default)]
struct Window {
    bases: Vec<u64>,
    /// Bases by which each molecule reaches into this side.
    reach: BTreeMap<FragmentId, u32>,
    rows: BTreeMap<(FragmentId, u8), ReadRow>,
}

/// Reads both windows of a fusion; `among` fusions share the room that reads may take.
///
/// # Errors
/// When the file cannot be read.
pub fn read(pool: &ThreadPool, library: &Library, fusion: &Fusion, supported: &Supported, among: usize) -> Result<Shown> {
    let junction = Ends { five: fusion.five.breakend, three: fusion.three.breakend, inserted_bp: fusion.insertion.len() };
    let windows = tile::run(
        pool,
        2,
        || library.reader(),
        |reader, index| {
            let side = Around { end: if index == 0 { junction.five } else { junction.three }, is_five: index == 0 };
            let mut window = Window { bases: vec![0; (2 * REACH_BP / BIN_BP) as usize], ..Window::default() };
            reader.visit(side.interval(), |record, lane| window.add(record, lane, library, &side, &junction, supported))?;
            Ok(window)
        },
    )?;
    let mut reach: BTreeMap<FragmentId, [u32; 2]> = BTreeMap::new();
    let mut rows: BTreeMap<(FragmentId, u8), ReadRow> = BTreeMap::new();
    let mut shown = Shown::default();
    for (index, window) in windows.into_iter().enumerate() {
        shown.coverage[index] = window.bases.iter().map(|bases| (bases / u64::from(BIN_BP)) as u32).collect();
        for (molecule, bases) in window.reach {
            let sides = reach.entry(molecule).or_default();
            sides[index] = sides[index].max(bases);
        }
        for (key, row) in window.rows {
            rows.entry(key).or_insert(row);
        }
    }
    let mut molecules: BTreeMap<FragmentId, (Kind, [u32; 2])> = BTreeMap::new();
    for member in supported.members.values() {
        let sides = reach.get(&member.molecule).copied().unwrap_or_default();
        let (kind, far) = molecules.entry(member.molecule).or_insert((member.kind, [0; 2]));
        *kind = (*kind).max(member.kind);
        for index in 0..2 {
            far[index] = far[index].max(sides[index]).max(if member.kind == Kind::Pair { 0 } else { member.shown_bp[index] });
        }
    }
    (shown.molecules, shown.molecules_left_out) = chosen(molecules.into_values().map(|(kind, [five, three])| (drawn(kind), five, three)));
    let most = (MOST_OF_ALL / among.max(1)).clamp(FEWEST, MOST_READS);
    shown.reads = at_junction(rows.into_values().collect(), most);
    Ok(shown)
}

fn drawn(kind: Kind) -> SupportKind {
    match kind {
        Kind::Split => SupportKind::Split,
        Kind::Clip => SupportKind::Clip,
        Kind::Pair => SupportKind::Pair,
    }
}

/// The bases that each column shows most often; the rows, those that reach farthest into both sides first.
fn at_junction(mut rows: Vec<ReadRow>, most: usize) -> ReadsAtJunction {
    let column = |texts: &mut dyn Iterator<Item = Option<u8>>| -> Option<u8> {
        let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
        for base in texts.flatten() {
            *counts.entry(base).or_default() += 1;
        }
        counts.into_iter().max_by_key(|&(base, count)| (count, std::cmp::Reverse(base))).map(|(base, _)| base)
    };
    let from_end = |at: usize| column(&mut rows.iter().map(|row| row.left.as_bytes().iter().rev().nth(at).copied()));
    let mut left: Vec<u8> = (0..SIDE_BP).map_while(from_end).collect();
    left.reverse();
    let right: Vec<u8> = (0..SIDE_BP).map_while(|at| column(&mut rows.iter().map(|row| row.right.as_bytes().get(at).copied()))).collect();
    let mut insertions: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *insertions.entry(&row.inserted).or_default() += 1;
    }
    let inserted =
        insertions.into_iter().max_by_key(|&(text, count)| (count, std::cmp::Reverse(text))).map_or("", |(text, _)| text).to_owned();
    for row in &mut rows {
        let outward: Vec<u8> = row.left.bytes().rev().collect();
        let expected: Vec<u8> = left.iter().rev().copied().collect();
        let mut left = gapped(&outward, &expected);
        left.reverse();
        row.left = text(&left);
        row.right = text(&gapped(row.right.as_bytes(), &right));
    }
    rows.sort_by(|x, y| {
        let shorter = |row: &ReadRow| row.left.len().min(row.right.len());
        (!x.split, std::cmp::Reverse(shorter(x)), x).cmp(&(!y.split, std::cmp::Reverse(shorter(y)), y))
    });
    let left_out = rows.len().saturating_sub(most) as u32;
    rows.truncate(most);
    // As a picture of reads is read: those that begin farthest to the left above.
    rows.sort_by(|x, y| (std::cmp::Reverse(x.left.len()), x).cmp(&(std::cmp::Reverse(y.left.len()), y)));
    ReadsAtJunction { left: text(&left), inserted, right: text(&right), rows, left_out }
}

fn text(bases: &[u8]) -> String {
    String::from_utf8_lossy(bases).into_owned()
}

/// Most bases that a read may have more or fewer in one place.
const MAX_GAP_BP: usize = 4;
/// Mismatches beside which a gap is looked for: fewer are errors of single bases.
const FEW: usize = 4;

/// Bases read away from a junction, laid beside those of most reads: where one gap explains what else were many mismatches, `-` stands
/// for each base that is missing, and `+` for bases that are too many.
fn gapped(own: &[u8], expected: &[u8]) -> Vec<u8> {
    let differences = |own: &[u8]| own.iter().zip(expected).filter(|(x, y)| x != y).count();
    let plain = differences(own);
    if plain < FEW {
        return own.to_vec();
    }
    let candidate = |at: usize, gap: usize, is_missing: bool| {
        let mut bases = own[..at].to_vec();
        if is_missing {
            bases.extend(std::iter::repeat_n(b'-', gap));
            bases.extend_from_slice(&own[at..]);
        } else {
            // The mark takes the place of the base before which the others lie.
            bases.push(b'+');
            bases.extend_from_slice(&own[(at + gap + 1).min(own.len())..]);
        }
        bases.truncate(SIDE_BP);
        bases
    };
    let all = (1..own.len()).flat_map(|at| (1..=MAX_GAP_BP).flat_map(move |gap| [(at, gap, true), (at, gap, false)]));
    let fits = all.filter(|&(at, gap, is_missing)| is_missing || at + gap < own.len());
    let best = fits.map(|(at, gap, is_missing)| candidate(at, gap, is_missing)).min_by_key(|bases| differences(bases));
    best.filter(|bases| differences(bases) + FEW <= plain).unwrap_or_else(|| own.to_vec())
}

/// A fusion's ends.
struct Ends {
    five: Breakend,
    three: Breakend,
    inserted_bp: usize,
}

/// The stretch round one end.
struct Around {
    end: Breakend,
    is_five: bool,
}

impl Around {
    fn interval(&self) -> Interval {
        let Breakend { contig, boundary, .. } = self.end;
        Interval { contig, start: boundary.saturating_sub(REACH_BP), end: boundary.saturating_add(REACH_BP) }
    }

    /// The part of a piece within reach as distances along the fusion, from and to.
    fn along(&self, piece: &Piece) -> Option<(i64, i64)> {
        if piece.contig != self.end.contig {
            return None;
        }
        // The kept flank lies before the break of the 5' partner and behind that of the 3' partner.
        let sign = if self.is_five { -1 } else { 1 };
        let [x, y] = [piece.start, piece.end].map(|at| sign * self.end.kept_distance(at));
        let reach = i64::from(REACH_BP);
        let (from, to) = (x.min(y).max(-reach), x.max(y).min(reach));
        (from < to).then_some((from, to))
    }
}

impl Window {
    fn add(&mut self, record: &Record, lane: Lane, library: &Library, around: &Around, ends: &Ends, supported: &Supported) {
        let assay = &library.assay;
        let Ok(view) = ReadRecord::without_bases(record, &library.contigs, assay.umi.as_ref()) else { return };
        if view.duplicate && leaves_out_flagged(assay.duplicates) {
            return;
        }
        let places: Vec<(i64, i64)> = view.pieces.iter().filter_map(|piece| around.along(piece)).collect();
        for &(from, to) in &places {
            self.cover(from, to);
        }
        let fragment = lane.fragment(view.fragment);
        let Some(member) = supported.members.get(&fragment) else { return };
        let kept = places.iter().map(|&(from, to)| if around.is_five { -from } else { to }).max().unwrap_or(0).max(0) as u32;
        let reach = self.reach.entry(member.molecule).or_default();
        *reach = (*reach).max(kept);
        let Ok(whole) = ReadRecord::from_record(record, &library.contigs, assay.umi.as_ref()) else { return };
        let name: String = String::from_utf8_lossy(record.qname()).chars().take(LONGEST_NAME).collect();
        if let Some(row) = row(&whole, ends, name) {
            self.rows.entry((fragment, view.number)).or_insert(row);
        }
    }

    fn cover(&mut self, from: i64, to: i64) {
        let (low, high) = ((from + i64::from(REACH_BP)) as u64, (to + i64::from(REACH_BP)) as u64);
        let width = u64::from(BIN_BP);
        for (bin, bases) in self.bases.iter_mut().enumerate().take(high.div_ceil(width) as usize).skip((low / width) as usize) {
            let start = bin as u64 * width;
            *bases += high.min(start + width) - low.max(start);
        }
    }
}

/// A read's bases over the junction, in the direction of the fusion; `None` where it does not cross.
fn row(view: &ReadRecord, ends: &Ends, name: String) -> Option<ReadRow> {
    let bases = view.bases.as_deref()?;
    let pieces: Vec<&Piece> = view.pieces.iter().chain(view.elsewhere.iter().flatten()).collect();
    let near =
        |is_five: bool| pieces.iter().find_map(|piece| at_break(piece, if is_five { ends.five } else { ends.three }, is_five, view.length));
    let (five, three) = (near(true), near(false));
    let forward = five.or(three)?.forward;
    if five.zip(three).is_some_and(|(five, three)| five.forward != three.forward) {
        return None;
    }
    let inserted_bp = ends.inserted_bp as i64;
    let (mut end, start) = match (five, three) {
        (Some(five), Some(three)) => (five.at, three.at),
        (Some(five), None) => (five.at, five.at + inserted_bp),
        (None, Some(three)) => (three.at - inserted_bp, three.at),
        (None, None) => return None,
    };
    end = end.min(start);
    let length = i64::from(view.length);
    if end <= 0 || start >= length {
        return None;
    }
    let oriented = if forward { bases.to_vec() } else { reverse_complement(bases) };
    let part = |from: i64, to: i64| {
        let range = from.clamp(0, length) as usize..to.clamp(0, length) as usize;
        String::from_utf8_lossy(oriented.get(range).unwrap_or_default()).into_owned()
    };
    let side = SIDE_BP as i64;
    Some(ReadRow {
        name,
        mate: if view.paired { view.number + 1 } else { 0 },
        strand: if forward { "+" } else { "-" }.to_owned(),
        split: five.is_some() && three.is_some(),
        left: part(end - side, end),
        inserted: part(end, start),
        right: part(start, start + side),
    })
}

/// Where a read meets a break.
#[derive(Clone, Copy)]
struct AtBreak {
    /// Whether the read was sequenced in the direction of the fusion.
    forward: bool,
    /// Bases of the read, in the direction of the fusion, before the break.
    at: i64,
}

/// Where a piece ends at a break, or a few bases before or behind it.
fn at_break(piece: &Piece, end: Breakend, is_five: bool, length: u32) -> Option<AtBreak> {
    if piece.contig != end.contig {
        return None;
    }
    // The edge of the piece that looks to the break, and how many more bases it would need to touch it.
    let edge = if end.side == Side::Lower { piece.end } else { piece.start };
    let gap = end.kept_distance(edge);
    let other = if end.side == Side::Lower { piece.start } else { piece.end };
    if gap.abs() > NEAR_BP || end.kept_distance(other) <= 0 {
        return None;
    }
    // A fusion is read along the genome where the 5' partner keeps the lower flank, or the 3' partner the higher one.
    let along_genome = (end.side == Side::Lower) == is_five;
    let forward = (piece.strand == Strand::Forward) == along_genome;
    let (first, last) = (i64::from(piece.query_start), i64::from(piece.query_end));
    let (first, last) = if forward { (first, last) } else { (i64::from(length) - last, i64::from(length) - first) };
    let at = if is_five { last + gap } else { first - gap };
    Some(AtBreak { forward, at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::ContigId;

    fn shown(own: &str, expected: &str) -> String {
        text(&gapped(own.as_bytes(), expected.as_bytes()))
    }

    #[test]
    fn a_base_too_few_or_too_many_is_one_gap_and_not_many_mismatches() {
        assert_eq!(shown("GACCGATTAAAAACTCAACTG", "GACCGATTAAAAAAACTCAACTG").matches('-').count(), 2);
        assert_eq!(shown("GACCGATTACCTCAACTGCATG", "GACCGATACCTCAACTGCATG").matches('+').count(), 1);
        assert_eq!(shown("GACCGTTTACC", "GACCGATTACC"), "GACCGTTTACC", "one error is one error");
    }

    fn piece(contig: u32, (start, end): (u32, u32), strand: Strand, (query_start, query_end): (u32, u32)) -> Piece {
        Piece { contig: ContigId(contig), start, end, strand, query_start, query_end, mapq: 60, edits: 0 }
    }

    #[test]
    fn a_read_meets_a_break_wherever_it_ends_and_whichever_strand_it_is_of() {
        // The 5' partner lies below 100 of contig 0, the 3' partner above 500 of contig 1, read backwards from 500 down.
        let five = Breakend::new(ContigId(0), 100, Side::Lower);
        let three = Breakend::new(ContigId(1), 500, Side::Lower);
        let at = |piece: &Piece, end, is_five| at_break(piece, end, is_five, 50).map(|met| (met.forward, met.at));
        assert_eq!(at(&piece(0, (70, 100), Strand::Forward, (0, 30)), five, true), Some((true, 30)));
        assert_eq!(at(&piece(0, (70, 97), Strand::Forward, (0, 27)), five, true), Some((true, 30)), "three bases short of it");
        assert_eq!(at(&piece(0, (70, 100), Strand::Reverse, (20, 50)), five, true), Some((false, 30)));
        assert_eq!(at(&piece(1, (480, 500), Strand::Reverse, (30, 50)), three, false), Some((true, 30)));
        assert_eq!(at(&piece(1, (480, 502), Strand::Reverse, (28, 50)), three, false), Some((true, 30)), "two bases beyond it");
        assert_eq!(at(&piece(0, (70, 180), Strand::Forward, (0, 50)), five, true), None, "this one goes on");
        assert_eq!(at(&piece(0, (110, 140), Strand::Forward, (0, 30)), five, true), None, "this one lies behind it");
    }
}
