//! One read laid out over a junction: where it meets either break, and its bases in the direction of the fusion.

use super::majority::SIDE_BP;
use crate::alignment::read::{Piece, ReadRecord};
use crate::fusion::Fusion;
use crate::genome::{Breakend, Side, Strand};
use crate::report::drawing_data::ReadRow;
use crate::sequence::reverse_complement;

/// Bases between a break and the end of an alignment up to which the read is taken to go on to the break.
const NEAR_BP: i64 = 30;

/// A fusion's ends.
pub struct DrawnEnds {
    five: Breakend,
    three: Breakend,
    inserted_bp: usize,
}

impl DrawnEnds {
    /// Those of a fusion.
    pub fn of(fusion: &Fusion) -> Self {
        Self { five: fusion.five.breakend, three: fusion.three.breakend, inserted_bp: fusion.insertion.len() }
    }
}

/// A read's bases over the junction, in the direction of the fusion; `None` where it does not cross.
pub fn row(view: &ReadRecord, ends: &DrawnEnds, name: String) -> Option<ReadRow> {
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
