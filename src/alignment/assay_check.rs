//! Warns where the reads contradict `--assay`. RNA called as DNA, or the other way, loses fusions and makes false ones.
//!
//! RNA shows in spliced reads. DNA shows at the edges of exons:
//!
//! ```text
//!              exon |  intron
//!   DNA   ==========|=====        runs on
//!   RNA   ==========|.....        is spliced there, split or clipped, whatever the aligner
//! ```
//!
//! Unspliced RNA runs on as well, but even in RNA of nuclei this is far from all reads.

use super::assay::AssayKind;
use super::read::{Piece, ReadRecord};
use crate::genome::Interval;
use crate::material::Material;
use crate::model::Gene;

/// Reads that run on from which they tell.
const MIN_READS: u64 = 50;
/// Share of the reads over edges that run on above which they are of a genome.
const MIN_FRAC: f64 = 0.95;
/// Bases on either side of an edge by which a read reaches over it: fewer could be there by chance.
const OVER_BP: u32 = 10;
/// Bases by which an aligner may end a read before or behind an edge.
const NEAR_BP: u32 = 4;

/// Reads over the edges of exons behind which there is an intron.
#[derive(Debug, Default, Clone, Copy)]
pub struct Edges {
    run_on: u64,
    end_there: u64,
}

impl Edges {
    /// Counts what a read does at the edges that it reaches.
    pub fn add(&mut self, read: &ReadRecord, genes: &[&Gene]) {
        for piece in &read.pieces {
            let place = Interval { contig: piece.contig, start: piece.start, end: piece.end };
            let goes_on = piece.query_bp() + OVER_BP <= read.length;
            for edge in genes.iter().filter(|gene| gene.span.overlaps(&place)).flat_map(|gene| edges(gene)) {
                self.run_on += u64::from(piece.start + OVER_BP <= edge && edge + OVER_BP <= piece.end);
                self.end_there += u64::from(goes_on && ends_at(piece, edge));
            }
        }
    }

    fn all(self) -> u64 {
        self.run_on + self.end_there
    }

    fn are_of_a_genome(self) -> bool {
        self.run_on >= MIN_READS && self.run_on as f64 >= MIN_FRAC * self.all() as f64
    }
}

fn ends_at(piece: &Piece, edge: u32) -> bool {
    piece.start.abs_diff(edge) <= NEAR_BP || piece.end.abs_diff(edge) <= NEAR_BP
}

/// The boundaries between exons and introns.
fn edges(gene: &Gene) -> impl Iterator<Item = u32> + '_ {
    let outer = [gene.span.start, gene.span.end];
    let exons = gene.transcript.iter().flat_map(|transcript| &transcript.exons);
    exons.flat_map(|exon| [exon.start, exon.end]).filter(move |edge| !outer.contains(edge))
}

/// The sentence on reads that are not what was asked for: `told` is what they show, `is_rna` whether that is RNA.
pub fn sentence(asked: AssayKind, (is_rna, told): (bool, &str), edges: Edges) -> Option<String> {
    let shown = match (asked.material(), is_rna) {
        (Material::Dna, true) => told.to_owned(),
        (Material::Rna, false) if edges.are_of_a_genome() => {
            format!("{told}, and {} of {} reads over the edge of an exon run on into the intron", edges.run_on, edges.all())
        }
        _ => return None,
    };
    let name = asked.name();
    Some(format!("the reads do not look like {name}, as --assay says ({shown}): leave --assay out, or give what they are"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RNA: (bool, &str) = (true, "RNA: aligned by STAR");
    const DNA: (bool, &str) = (false, "DNA: 0 of 900 sampled reads are spliced");

    #[test]
    fn rna_called_as_dna_is_said_and_rna_called_as_rna_is_not() {
        let text = sentence(AssayKind::Dna, RNA, Edges::default()).expect("spliced reads are no DNA");
        assert!(text.contains("RNA: aligned by STAR") && text.contains("--assay"), "{text}");
        assert!(sentence(AssayKind::Rna, RNA, Edges::default()).is_none());
        assert!(sentence(AssayKind::Cfdna, DNA, Edges::default()).is_none());
    }

    #[test]
    fn only_many_reads_that_run_into_introns_speak_against_rna() {
        let of = |run_on, end_there| sentence(AssayKind::Rna, DNA, Edges { run_on, end_there });
        assert!(of(800, 10).is_some_and(|text| text.contains("800 of 810 reads")));
        // An aligner that does not splice, total RNA, reads that lie within exons, hardly any read.
        for (run_on, end_there) in [(10, 890), (400, 500), (0, 0), (40, 0)] {
            assert_eq!(of(run_on, end_there), None);
        }
    }
}
