//! One end of a junction (contig, position, kept flank) as calls and truths of any format give it.

use crate::genome::Strand;
use crate::genome::{canonical_contig_name, Side};
use crate::model::Role;

/// One end of a junction: the base that touches it, and which flank of that base the molecule keeps, where a format says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CalledEnd {
    /// The contig in the spelling under which all names of one chromosome meet.
    pub contig: String,
    /// 1-based position of the kept base that touches the junction.
    pub position: u32,
    /// The flank that is kept; `None` where the format does not tell.
    pub side: Option<Side>,
}

impl CalledEnd {
    /// An end on a contig of any spelling.
    pub fn new(contig: &str, position: u32, side: Option<Side>) -> Self {
        Self { contig: canonical_contig_name(contig), position, side }
    }

    /// Reads `chrom:position:strand`, the strand being that along which the side that plays `role` is read, its
    /// gene's where the gene is in sense. A strand `.` leaves the side open.
    pub fn of_gene(text: &str, role: Role) -> Option<Self> {
        let mut parts = text.rsplitn(3, ':');
        let (strand, position, contig) = (parts.next()?, parts.next()?, parts.next()?);
        let side = match strand {
            "+" => Some(role.side(Strand::Forward)),
            "-" => Some(role.side(Strand::Reverse)),
            "." => None,
            _ => return None,
        };
        Some(Self::new(contig, position.parse().ok()?, side))
    }

    /// By how many bases this end keeps more than `truth` does (negative: fewer); `None` on another contig or flank.
    ///
    /// Where neither knows its flank, the distance is counted as if the lower one were kept.
    pub fn kept_more(&self, truth: &Self) -> Option<i64> {
        if self.contig != truth.contig || (self.side.is_some() && truth.side.is_some() && self.side != truth.side) {
            return None;
        }
        let higher = i64::from(self.position) - i64::from(truth.position);
        Some(if truth.side.or(self.side) == Some(Side::Higher) { -higher } else { higher })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Breakend, ContigId, Junction};
    use crate::report::fixture;
    use crate::report::rows::FusionRow;

    #[test]
    fn strands_of_genes_become_flanks() {
        let five = CalledEnd::of_gene("chr2:42295516:+", Role::Five).expect("a place");
        assert_eq!(five, CalledEnd::new("2", 42_295_516, Some(Side::Lower)));
        let three = CalledEnd::of_gene("chr2:29223528:-", Role::Three).expect("a place");
        assert_eq!(three.side, Some(Side::Lower), "ALK is read from high to low: its 3' part lies below the break");
        assert_eq!(CalledEnd::of_gene("HLA-A*01:01:3:7:+", Role::Five).map(|end| end.position), Some(7));
        assert_eq!(CalledEnd::of_gene(".", Role::Five), None);
        assert_eq!(CalledEnd::of_gene("chr2:7:x", Role::Five), None);
    }

    #[test]
    fn the_strand_of_a_breakpoint_gives_the_kept_flank_also_of_antisense_partners_and_outside_of_genes() {
        // EML4 read against its strand, a place without a gene, and EML4 as it lies.
        for (side, gene, strand) in
            [(Side::Higher, Some("EML4"), '-'), (Side::Higher, None, '-'), (Side::Lower, None, '+'), (Side::Lower, Some("EML4"), '+')]
        {
            let three = Breakend::new(ContigId(0), 29_223_741, Side::Lower);
            let five = Breakend::new(ContigId(0), 42_299_750, side);
            let mut fusion = fixture::joined(five, three, Junction::new(three, five, b""));
            fusion.five.gene = gene.map(str::to_owned);
            let row = FusionRow::new("S1", &fusion, &fixture::contigs());
            let written = row.breakpoint5.expect("the partner is placed");
            assert!(written.ends_with(strand), "{written}");
            assert_eq!(CalledEnd::of_gene(&written, Role::Five).and_then(|end| end.side), Some(side), "{written}");
            let kinase = row.breakpoint3.expect("the kinase is placed");
            assert_eq!(CalledEnd::of_gene(&kinase, Role::Three).and_then(|end| end.side), Some(Side::Lower), "{kinase}");
        }
    }

    #[test]
    fn kept_bases_are_counted_towards_the_junction() {
        let at = |position, side| CalledEnd::new("chr2", position, side);
        assert_eq!(at(105, Some(Side::Lower)).kept_more(&at(100, Some(Side::Lower))), Some(5));
        assert_eq!(at(105, Some(Side::Higher)).kept_more(&at(100, Some(Side::Higher))), Some(-5));
        assert_eq!(at(105, None).kept_more(&at(100, Some(Side::Higher))), Some(-5));
        assert_eq!(at(105, Some(Side::Lower)).kept_more(&at(100, Some(Side::Higher))), None);
        assert_eq!(at(105, None).kept_more(&CalledEnd::new("chr3", 100, None)), None);
    }
}
