//! How deep reads lie round both breaks of a fusion.

use rayon::ThreadPool;

use crate::alignment::read::{Piece, ReadRecord};
use crate::alignment::scan::leaves_out_flagged;
use crate::alignment::{tile, Library};
use crate::error::Result;
use crate::fusion::Fusion;
use crate::genome::{Breakend, Interval};
use crate::report::drawing_data::{BIN_BP, REACH_BP};

/// Mean number of reads in each bin round the 5' and the 3' break.
///
/// # Errors
/// When the file cannot be read.
pub fn read(pool: &ThreadPool, library: &Library, fusion: &Fusion) -> Result<[Vec<u32>; 2]> {
    let sides = StretchAround::both(fusion);
    let bins = tile::run(
        pool,
        2,
        || library.reader(),
        |reader, index| {
            let side = &sides[index];
            let mut bins = vec![0; (2 * REACH_BP / BIN_BP) as usize];
            reader.visit(side.interval(), |record, _| {
                let assay = &library.assay;
                let Ok(view) = ReadRecord::without_bases(record, &library.contigs, assay.umi.as_ref()) else { return };
                if view.duplicate && leaves_out_flagged(assay.duplicates) {
                    return;
                }
                for (from, to) in view.pieces.iter().filter_map(|piece| side.along(piece)) {
                    cover(&mut bins, from, to);
                }
            })?;
            Ok(bins)
        },
    )?;
    let mean = |bins: Vec<u64>| bins.iter().map(|bases| (bases / u64::from(BIN_BP)) as u32).collect();
    let mut both = bins.into_iter().map(mean);
    Ok([both.next().unwrap_or_default(), both.next().unwrap_or_default()])
}

fn cover(bins: &mut [u64], from: i64, to: i64) {
    let (low, high) = ((from + i64::from(REACH_BP)) as u64, (to + i64::from(REACH_BP)) as u64);
    let width = u64::from(BIN_BP);
    for (bin, bases) in bins.iter_mut().enumerate().take(high.div_ceil(width) as usize).skip((low / width) as usize) {
        let start = bin as u64 * width;
        *bases += high.min(start + width) - low.max(start);
    }
}

/// The stretch round one end.
pub struct StretchAround {
    end: Breakend,
    is_five: bool,
}

impl StretchAround {
    /// Those of a fusion's 5' and 3' end.
    pub fn both(fusion: &Fusion) -> [Self; 2] {
        [Self { end: fusion.five.breakend, is_five: true }, Self { end: fusion.three.breakend, is_five: false }]
    }

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

    /// Bases by which the pieces reach into the kept side.
    pub fn reach(&self, pieces: &[Piece]) -> u32 {
        let kept = |(from, to): (i64, i64)| if self.is_five { -from } else { to };
        pieces.iter().filter_map(|piece| self.along(piece)).map(kept).max().unwrap_or(0).max(0) as u32
    }
}
