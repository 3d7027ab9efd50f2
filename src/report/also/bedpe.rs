//! A line of BEDPE (bedtools.readthedocs.io, "BEDPE format"): two intervals, 0-based and half-open, then name, score and strands.
//!
//! The 5' partner comes first, as the name says, and the strands are those along which the fusion is read. An interval is the kept
//! base that touches the junction, wider by what the place is uncertain. The score is the quality.

use super::{Passed, StrandedPosition};
use crate::report::rows::TableRow;
use crate::terminal::one_line;

pub(super) struct BedpeRow<'p>(pub &'p Passed<'p>);

impl TableRow for BedpeRow<'_> {
    const COLUMNS: &'static [&'static str] =
        &["#chrom1", "start1", "end1", "chrom2", "start2", "end2", "name", "score", "strand1", "strand2"];

    fn cells(&self) -> Vec<String> {
        let Passed { row, five, three, .. } = self.0;
        let interval = |place: &StrandedPosition<'_>| {
            let (start, end) = (place.position.saturating_sub(row.slack_bp).saturating_sub(1), place.position.saturating_add(row.slack_bp));
            [place.chrom.to_owned(), start.to_string(), end.to_string()]
        };
        let mut cells = [interval(five), interval(three)].concat();
        cells.extend([row.fusion.clone(), format!("{:.1}", row.qual.value()), five.strand.to_owned(), three.strand.to_owned()]);
        cells.iter().map(|cell| one_line(cell)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::FusionRow;

    #[test]
    fn an_uncertain_place_is_a_wider_interval() {
        let mut row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        let line = |row: &FusionRow| Passed::of(row, &[]).map(|passed| BedpeRow(&passed).cells().join(" ")).unwrap_or_default();
        assert_eq!(line(&row), "chr2 42299749 42299750 chr2 29223740 29223741 EML4::ALK 93.3 + -");
        row.slack_bp = 5;
        assert_eq!(line(&row), "chr2 42299744 42299755 chr2 29223735 29223746 EML4::ALK 93.3 + -");
    }
}
