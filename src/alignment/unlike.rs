//! Whether the reads are what `--assay` says. RNA called as DNA (or the other way) loses fusions and makes false ones, so that it must be said.
//!
//! That reads are RNA shows in their splices. That they are DNA shows where they lie: reads of a genome mostly lie in introns, which are
//! many times longer than exons; of RNA, even total RNA of nuclei, fewer than half do at kinases and partners that are expressed.

use super::assay::AssayKind;
use crate::genome::Interval;
use crate::material::Material;
use crate::model::Gene;

/// Reads in genes from which their places tell.
const MIN_READS: u64 = 500;
/// Share of them within introns above which they are of a genome.
const MIN_IN_INTRONS: f64 = 0.75;

/// Reads in genes whose exons are known, and those of them that touch no exon.
#[derive(Debug, Default, Clone, Copy)]
pub struct Places {
    in_genes: u64,
    in_introns: u64,
}

impl Places {
    /// Counts a read by the bases that it aligns to.
    pub fn add(&mut self, read: &Interval, genes: &[&Gene]) {
        let transcripts = genes.iter().filter(|gene| gene.span.overlaps(read)).filter_map(|gene| gene.transcript.as_ref());
        let mut exons = transcripts.map(|transcript| transcript.exons.iter().any(|exon| exon.start < read.end && read.start < exon.end));
        if let Some(first) = exons.next() {
            self.in_genes += 1;
            self.in_introns += u64::from(!first && !exons.any(|touches| touches));
        }
    }

    fn are_of_a_genome(self) -> bool {
        self.in_genes >= MIN_READS && self.in_introns as f64 >= MIN_IN_INTRONS * self.in_genes as f64
    }
}

/// The sentence on reads that are not what was asked for: `told` is what they show, `is_rna` whether that is RNA.
pub fn sentence(asked: AssayKind, (is_rna, told): (bool, &str), places: Places) -> Option<String> {
    let shown = match (asked.material(), is_rna) {
        (Material::Dna, true) => told.to_owned(),
        (Material::Rna, false) if places.are_of_a_genome() => {
            let share = 100.0 * places.in_introns as f64 / places.in_genes as f64;
            format!("{told}, and {share:.0} % of {} reads in genes touch no exon", places.in_genes)
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
        let text = sentence(AssayKind::Dna, RNA, Places::default()).expect("spliced reads are no DNA");
        assert!(text.contains("RNA: aligned by STAR") && text.contains("--assay"), "{text}");
        assert!(sentence(AssayKind::Rna, RNA, Places::default()).is_none());
        assert!(sentence(AssayKind::Cfdna, DNA, Places::default()).is_none());
    }

    #[test]
    fn only_many_reads_within_introns_speak_against_rna() {
        let of = |in_genes, in_introns| sentence(AssayKind::Rna, DNA, Places { in_genes, in_introns });
        assert!(of(900, 800).is_some_and(|text| text.contains("89 % of 900 reads")));
        // An aligner that does not splice, total RNA, a panel of exons, hardly any read.
        for (in_genes, in_introns) in [(900, 10), (900, 400), (0, 0), (400, 400)] {
            assert_eq!(of(in_genes, in_introns), None);
        }
    }
}
