//! The bases of a record at their positions on the genome, and the reference bases below them as the MD tag gives them.

use rust_htslib::bam::record::{Aux, Record};

use super::read::operations;

/// Quality of bases for which the file gives none: one error in a thousand.
const UNKNOWN_QUALITY: u8 = 30;

/// A base of a read over a base of the genome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Laid {
    /// 0-based position on the record's contig.
    pub position: u32,
    /// Base on the forward strand.
    pub base: u8,
    /// Its quality, phred.
    pub quality: u8,
}

/// The aligned bases of a record from the lowest position on, without so many at either end of what is aligned.
pub fn bases(record: &Record, without_bp: usize) -> Vec<Laid> {
    let (sequence, qualities) = (record.seq().as_bytes(), record.qual());
    let (mut query, mut position) = (0usize, record.pos().max(0) as u32);
    let mut laid = Vec::with_capacity(sequence.len());
    for op in operations(record) {
        match op.letter {
            b'M' | b'=' | b'X' => {
                for _ in 0..op.length {
                    let Some(&base) = sequence.get(query) else { break };
                    laid.push(Laid { position, base, quality: quality(qualities, query) });
                    query += 1;
                    position = position.saturating_add(1);
                }
            }
            b'I' | b'S' => query += op.length as usize,
            b'D' | b'N' => position = position.saturating_add(op.length),
            _ => {}
        }
    }
    laid.truncate(laid.len().saturating_sub(without_bp));
    laid.drain(..without_bp.min(laid.len()));
    laid
}

/// The base over one position, as [`bases`] gives it; none where another base or nothing lies there.
pub fn base_at(record: &Record, position: u32, without_bp: usize) -> Option<Laid> {
    let (mut query, mut from) = (0usize, record.pos().max(0) as u32);
    let mut found = None;
    // Aligned bases so far, and before the position.
    let (mut aligned, mut before) = (0usize, 0usize);
    for op in operations(record) {
        let length = op.length as usize;
        match op.letter {
            b'M' | b'=' | b'X' => {
                if let Some(into) = position.checked_sub(from).filter(|into| *into < op.length) {
                    (found, before) = (Some(query + into as usize), aligned + into as usize);
                }
                query += length;
                aligned += length;
                from = from.saturating_add(op.length);
            }
            b'I' | b'S' => query += length,
            b'D' | b'N' => from = from.saturating_add(op.length),
            _ => {}
        }
    }
    let query = found.filter(|query| before >= without_bp && aligned - before > without_bp && *query < record.seq_len())?;
    Some(Laid { position, base: record.seq()[query], quality: quality(record.qual(), query) })
}

/// The quality of a base of a read.
fn quality(qualities: &[u8], query: usize) -> u8 {
    qualities.get(query).copied().filter(|&quality| quality != 255).unwrap_or(UNKNOWN_QUALITY)
}

/// Reference bases under the aligned bases of a record, from its MD tag (SAM optional fields specification): 0-based
/// positions with the base in capitals. `None` without the tag, or when it does not fit the alignment.
pub fn reference(record: &Record) -> Option<Vec<(u32, u8)>> {
    let Ok(Aux::String(md)) = record.aux(b"MD") else { return None };
    let mut aligned: Vec<(u32, u8)> = bases(record, 0).into_iter().map(|laid| (laid.position, laid.base)).collect();
    let mut at = 0usize;
    let mut bytes = md.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                let mut run = usize::from(byte - b'0');
                while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
                    run = run.checked_mul(10)?.checked_add(usize::from(digit - b'0'))?;
                }
                at = at.checked_add(run)?;
            }
            b'^' => while bytes.next_if(u8::is_ascii_alphabetic).is_some() {},
            letter if letter.is_ascii_alphabetic() => {
                aligned.get_mut(at)?.1 = letter.to_ascii_uppercase();
                at += 1;
            }
            _ => return None,
        }
    }
    (at == aligned.len()).then_some(aligned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_htslib::bam::HeaderView;

    fn record(line: &str) -> Record {
        let header = HeaderView::from_bytes(b"@SQ\tSN:chr1\tLN:1000");
        Record::from_sam(&header, line.as_bytes()).expect("a line of SAM")
    }

    #[test]
    fn bases_lie_beyond_clips_introns_and_gaps() {
        let record = record("r\t0\tchr1\t11\t60\t1S2M1I2M5N2M\t*\t0\t0\tTACGTTCA\tIIIIIII!\tMD:Z:1G4");
        let laid: Vec<(u32, u8)> = bases(&record, 0).iter().map(|laid| (laid.position, laid.base)).collect();
        assert_eq!(laid, [(10, b'A'), (11, b'C'), (12, b'T'), (13, b'T'), (19, b'C'), (20, b'A')]);
        assert_eq!(bases(&record, 0)[5].quality, 0);
        assert_eq!(bases(&record, 2).len(), 2);
        assert_eq!(bases(&record, 9).len(), 0);
        for without_bp in 0..4 {
            let all = bases(&record, without_bp);
            let one = |position: u32| all.iter().find(|laid| laid.position == position).copied();
            assert!((0..30).all(|position| base_at(&record, position, without_bp) == one(position)), "{without_bp}");
        }
        let below: Vec<u8> = reference(&record).expect("it has the tag").into_iter().map(|(_, base)| base).collect();
        assert_eq!(below, b"AGTTCA");
    }
}
