//! Where RNA is spliced: the exons' edges at a place, and the bases of a transcript between two places.

use crate::genome::Breakend;
use crate::model::{Gene, GeneModels, Role};

impl GeneModels {
    /// The genes at the last base that an end keeps.
    pub fn kept_at(&self, end: Breakend) -> Vec<&Gene> {
        self.at(end.contig, end.kept_base().saturating_sub(1))
    }

    /// Whether an exon's edge that a splice uses, on the side that the end keeps, lies within so many bases.
    pub fn splices_near(&self, end: Breakend, reach_bp: u32) -> bool {
        let near = |gene: &&Gene| {
            let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { return false };
            let role = Role::of(strand, end.side);
            transcript
                .exons
                .iter()
                .any(|exon| transcript.splice_edge(exon.number, strand, role).is_some_and(|edge| edge.abs_diff(end.boundary) <= reach_bp))
        };
        self.at(end.contig, end.boundary).iter().any(near)
    }

    /// Bases of a transcript between a position and a breakend, where one gene has both on its exons; genomic bases otherwise. Negative
    /// beyond the end, as with [`Breakend::kept_distance`].
    pub fn spliced_distance(&self, end: Breakend, position: u32) -> i64 {
        let direct = end.kept_distance(position);
        let genes = self.at(end.contig, end.boundary.min(position));
        let spliced = genes
            .iter()
            .filter_map(|gene| gene.transcript.as_ref())
            .filter_map(|transcript| transcript.spliced_distance(end.boundary, position))
            .min();
        match spliced {
            Some(bases) => i64::from(bases) * direct.signum(),
            None => direct,
        }
    }

    /// The genomic bases around an end beyond which nothing is within so many bases of the transcript: an exon lies anywhere in its gene.
    pub fn spliced_reach(&self, end: Breakend, bases: u32) -> u32 {
        let genes = self.at(end.contig, end.boundary).into_iter().chain(self.at(end.contig, end.boundary.saturating_sub(1)));
        genes.map(|gene| gene.span.length_bp()).fold(bases, u32::max)
    }
}
