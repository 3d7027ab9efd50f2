//! The codons at which resistance is known, on the contigs and the bases at hand.

use crate::error::Result;
use crate::genome::{Assembly, ContigId, Interval, Strand};
use crate::knowledge::resistance::ResistanceSite;
use crate::knowledge::Knowledge;
use crate::model::index::GeneModels;
use crate::reference::Window;
use crate::sequence::{complement, translate_codon};

/// A codon that is looked at.
#[derive(Debug, Clone)]
pub struct CodonSite<'a> {
    /// What is known of it.
    pub known: &'a ResistanceSite,
    /// The transcript by which it is counted.
    pub transcript: String,
    /// The contig.
    pub contig: ContigId,
    /// Strand of the gene.
    pub strand: Strand,
    /// Genomic bases (0-based positions) in the order of transcription.
    pub bases: [u32; 3],
    /// The reference codon in the direction of transcription, where known; pileups may add it from MD tags.
    pub codon: Option<[u8; 3]>,
    /// Why the site cannot be judged, if so.
    pub problem: Option<String>,
}

impl CodonSite<'_> {
    /// The stretch of the contig that holds the codon.
    pub fn interval(&self) -> Interval {
        let low = self.bases.iter().copied().min().unwrap_or(0);
        let high = self.bases.iter().copied().max().unwrap_or(0);
        Interval { contig: self.contig, start: low, end: high + 1 }
    }

    /// Turns a base of the forward strand into one of the gene's strand.
    pub fn transcribed(&self, base: u8) -> u8 {
        match self.strand {
            Strand::Forward => base,
            Strand::Reverse => complement(base),
        }
    }

    /// Takes a reference codon if it codes for the amino acid that the table names, and notes the contradiction if it does not.
    pub fn accept(&mut self, codon: [u8; 3], source: &str) {
        match translate_codon(&codon) {
            Some(amino_acid) if amino_acid == self.known.ref_aa => self.codon = Some(codon),
            found => {
                self.problem = Some(format!(
                    "{source} has codon {} ({}) where {} is expected",
                    String::from_utf8_lossy(&codon),
                    found.map_or('?', char::from),
                    char::from(self.known.ref_aa)
                ));
            }
        }
    }
}

/// The known sites whose genes have a coding model on these contigs, with their reference codons: by the FASTA where there is one,
/// else the built-in codon of the assembly.
///
/// # Errors
/// When the FASTA cannot be read.
pub fn sites<'a>(
    knowledge: &'a Knowledge,
    models: &GeneModels,
    assembly: Option<Assembly>,
    mut reference: Option<&mut Window>,
) -> Result<Vec<CodonSite<'a>>> {
    let mut list = Vec::new();
    for known in knowledge.resistance_sites() {
        let Some(gene) = models.find(&known.gene) else { continue };
        let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { continue };
        let Some(bases) = assembly.and_then(|assembly| known.bases(assembly)).or_else(|| transcript.codon_bases(known.codon, strand))
        else {
            continue;
        };
        let mut site = CodonSite {
            known,
            transcript: transcript.literature_id().to_owned(),
            contig: gene.contig(),
            strand,
            bases,
            codon: None,
            problem: None,
        };
        let mut from_fasta = Vec::new();
        if let Some(window) = reference.as_deref_mut() {
            for &base in &bases {
                from_fasta.extend(
                    window.bases(Interval { contig: site.contig, start: base, end: base + 1 })?.iter().map(|&base| site.transcribed(base)),
                );
            }
        }
        if let Ok(codon) = <[u8; 3]>::try_from(from_fasta.as_slice()) {
            site.accept(codon, "the FASTA");
        } else if assembly.is_some() {
            site.codon = known.ref_codon;
        }
        list.push(site);
    }
    Ok(list)
}
