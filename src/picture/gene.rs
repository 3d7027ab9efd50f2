//! Genes and the ends of fusions on them, as the document keeps them.

use crate::fusion::Partner;
use crate::genome::{Contigs, Strand};
use crate::model::{Gene, Role, Site, Transcript};
use crate::report::drawing_data::{DrawnEnd, DrawnGene, OtherResidues};

/// A gene on its named transcript; `None` where only its span is known.
pub fn drawn(gene: &Gene, contigs: &Contigs) -> Option<DrawnGene> {
    let (strand, transcript) = (gene.strand?, gene.transcript.as_ref()?);
    let coding: Vec<(u32, u32, u32)> = coding(transcript, strand);
    let low = coding.iter().map(|block| block.1).min();
    let high = coding.iter().map(|block| block.1 + block.2).max();
    Some(DrawnGene {
        gene: gene.symbol.clone(),
        transcript: transcript.literature_id().to_owned(),
        chrom: contigs.name(gene.span.contig).to_owned(),
        strand: strand.symbol().to_string(),
        exons: transcript.exons.iter().map(|exon| (exon.start + 1, exon.end)).collect(),
        coding: low.zip(high).map(|(low, high)| (low + 1, high)),
        // The stop codon is no residue.
        residues: transcript.cds_length_bp.map(|length| (length / 3).saturating_sub(1)),
        domains: Vec::new(),
        counts: gene.alternatives.iter().filter_map(|other| counts(other, transcript, strand)).collect(),
    })
}

/// Coding stretches of a transcript: offset into the coding sequence, lowest genomic base (0-based), and bases.
fn coding(transcript: &Transcript, strand: Strand) -> Vec<(u32, u32, u32)> {
    let block = |exon: &crate::model::Exon| {
        let (from, to) = exon.cds?;
        let length = to - from;
        let low = match strand {
            Strand::Forward => exon.start + exon.lead_bp,
            Strand::Reverse => (exon.end - exon.lead_bp).checked_sub(length)?,
        };
        Some((from, low, length))
    };
    transcript.exons.iter().filter_map(block).collect()
}

/// Where the coding sequences of two transcripts share bases of the genome, in the same reading frame or not.
fn counts(other: &Transcript, named: &Transcript, strand: Strand) -> Option<OtherResidues> {
    other.cds_length_bp?;
    let mut shared: Vec<(u32, u32, u32)> = Vec::new();
    for (there, low, length) in coding(other, strand) {
        for (here, own_low, own_length) in coding(named, strand) {
            let (start, end) = (low.max(own_low), (low + length).min(own_low + own_length));
            if start >= end {
                continue;
            }
            let offset = |from: u32, block_low: u32, block_length: u32| match strand {
                Strand::Forward => from + (start - block_low),
                Strand::Reverse => from + (block_low + block_length - end),
            };
            let item = (offset(there, low, length), offset(here, own_low, own_length), end - start);
            match shared.last_mut() {
                Some(last) if last.0 + last.2 == item.0 && last.1 + last.2 == item.1 => last.2 += item.2,
                _ => shared.push(item),
            }
        }
    }
    (!shared.is_empty()).then(|| OtherResidues { transcript: other.literature_id().to_owned(), shared })
}

/// A fusion's end on its gene, with the coding bases before it and the coverage round it.
pub fn end(partner: &Partner, role: Role, coding_bp: Option<i64>, coverage: Vec<u32>) -> DrawnEnd {
    let (exon, missing_bp, in_intron) = match partner.site {
        Some(Site::Exon { number, offset_bp }) => (Some(number), offset_bp, false),
        Some(Site::Intron { after }) if role == Role::Five => (Some(after), 0, true),
        Some(Site::Intron { after }) => (Some(after + 1), 0, true),
        Some(Site::Outside) | None => (None, 0, true),
    };
    DrawnEnd { gene: partner.gene.clone(), exon, missing_bp, coding_bp, in_intron, coverage }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exon;

    #[test]
    fn stretches_that_two_transcripts_share_are_told_once_where_they_go_on() {
        let transcript = |exons: Vec<Exon>, length| Transcript { id: "x".to_owned(), refseq: None, exons, cds_length_bp: Some(length) };
        let named = transcript(vec![Exon::new(1, 100, 130, Some((0, 30))), Exon::new(2, 300, 360, Some((30, 90)))], 90);
        let other = transcript(
            vec![Exon::new(1, 100, 130, Some((0, 30))), Exon::new(2, 200, 212, Some((30, 42))), Exon::new(3, 300, 360, Some((42, 102)))],
            102,
        );
        let shared = |other: &Transcript| counts(other, &named, Strand::Forward).map(|counts| counts.shared);
        assert_eq!(shared(&other), Some(vec![(0, 0, 30), (42, 30, 60)]));
        assert_eq!(shared(&named), Some(vec![(0, 0, 90)]));
    }
}
