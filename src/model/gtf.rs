//! Genes from the user's GTF: GENCODE, Ensembl or RefSeq flavour, plain or gzipped.
//!
//! `exon`, `CDS` and `stop_codon` lines are used, and the tags of `transcript` lines where there are any, so a file without `gene`
//! and `transcript` lines or without coding sequences works as well. Of each gene one transcript is kept, in this order of
//! preference:
//!
//! 1. the one by which the literature counts exons ([`crate::model::builtin`]), by Ensembl or RefSeq identifier without version,
//! 2. MANE Select, 3. Ensembl canonical, 4. the longest coding sequence, 5. the longest spliced length, 6. the lowest identifier.

mod choice;
mod line;

use std::path::Path;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Strand};
use crate::model::builtin::current_symbol;
use crate::model::gene::Gene;
use crate::text;

use line::{Attributes, Feature, FeatureKind};

/// What to give where a file is none.
const REMEDY: &str = "give a GTF with nine tab-separated columns (GENCODE, Ensembl or RefSeq)";

/// What a GTF gave.
#[derive(Debug, Clone, Default)]
pub struct GtfGenes {
    /// Genes on contigs of the BAM, by contig, start, end and symbol.
    pub genes: Vec<Gene>,
    /// Number of the GTF's contigs that the BAM does not have (patches, decoys); their genes are left out.
    pub skipped_contigs: usize,
}

/// A transcript as it is collected from the lines.
#[derive(Debug, Default)]
struct TranscriptDraft {
    id: String,
    locus: usize,
    /// Exons, interbase, in the order of the file.
    exons: Vec<(u32, u32)>,
    /// From the first coding base to the last, stop codon included, interbase.
    coding: Option<(u32, u32)>,
    /// The most 5' CDS feature: its 5' boundary and its phase column.
    first_cds: Option<(u32, u8)>,
    mane: bool,
    canonical: bool,
    incomplete: bool,
}

/// A gene's name and place, shared by its transcripts.
#[derive(Debug)]
struct Locus {
    symbol: String,
    contig: ContigId,
    strand: Strand,
}

#[derive(Default)]
struct Collector {
    loci: Vec<Locus>,
    locus_of: FxHashMap<String, usize>,
    drafts: Vec<TranscriptDraft>,
    draft_of: FxHashMap<String, usize>,
    key: String,
}

/// Reads the genes of a GTF that lie on contigs of the BAM.
///
/// `bam` is only named in messages.
///
/// # Errors
/// [`Error::Io`] when the file cannot be read, [`Error::Line`] for a line that is no GTF, [`Error::Mismatch`] when no contig of the
/// GTF is in the BAM, [`Error::Input`] when it has no exon there.
pub fn read(path: &Path, contigs: &Contigs, bam: &Path) -> Result<GtfGenes> {
    let mut reader = noodles_gtf::io::Reader::new(text::open(path, REMEDY)?);
    let mut line = noodles_gtf::Line::default();
    let mut collector = Collector::default();
    let mut known: FxHashMap<Vec<u8>, Option<ContigId>> = FxHashMap::default();
    let mut number = 0;
    loop {
        number += 1;
        let read = reader.read_line(&mut line).map_err(text::failed(path, REMEDY))?;
        if read == 0 {
            break;
        }
        let bad = |problem: String| Error::Line { path: path.to_owned(), line: number, problem, remedy: REMEDY.to_owned() };
        let raw: &[u8] = line.as_ref();
        if read == raw.len() && line::is_cut(raw) {
            return Err(Error::Line {
                path: path.to_owned(),
                line: number,
                problem: "the file ends in the middle of this line".to_owned(),
                remedy: "copy or download the GTF again".to_owned(),
            });
        }
        let Some(feature) = line::parse(&line).map_err(bad)? else { continue };
        let contig = if let Some(contig) = known.get(feature.contig) {
            *contig
        } else {
            let contig = std::str::from_utf8(feature.contig).ok().and_then(|name| contigs.find(name));
            known.insert(feature.contig.to_vec(), contig);
            contig
        };
        if let Some(contig) = contig {
            collector.add(contig, &feature).map_err(bad)?;
        }
    }
    let skipped_contigs = known.values().filter(|contig| contig.is_none()).count();
    if skipped_contigs == known.len() {
        return Err(nothing_in_common(path, contigs, bam, known.keys().min().map(Vec::as_slice)));
    }
    let genes = choice::genes(&collector.loci, collector.drafts);
    if genes.is_empty() {
        return Err(Error::input(path, "no exon line on a contig of the BAM", "give a GTF with exon features"));
    }
    Ok(GtfGenes { genes, skipped_contigs })
}

fn nothing_in_common(path: &Path, contigs: &Contigs, bam: &Path, example: Option<&[u8]>) -> Error {
    let Some(example) = example else {
        return Error::input(path, "no exon line", "give a GTF with exon features");
    };
    let of_bam = contigs.iter().next().map_or("none", |(_, contig)| contig.name.as_str());
    Error::Mismatch {
        path: path.to_owned(),
        other: bam.to_owned(),
        problem: format!("not one contig in common: the GTF has {}, the BAM has {of_bam}", String::from_utf8_lossy(example)),
        remedy: "give the GTF of the genome to which the reads were aligned".to_owned(),
    }
}

impl Collector {
    fn add(&mut self, contig: ContigId, feature: &Feature) -> std::result::Result<(), String> {
        let index = match self.last_draft(contig, feature) {
            Some(index) => index,
            None => self.draft(contig, feature)?,
        };
        let draft = &mut self.drafts[index];
        if feature.kind == FeatureKind::Transcript {
            return Ok(());
        }
        if feature.kind == FeatureKind::Exon {
            draft.exons.push((feature.start, feature.end));
            return Ok(());
        }
        let (start, end) = draft.coding.unwrap_or((feature.start, feature.end));
        draft.coding = Some((start.min(feature.start), end.max(feature.end)));
        if let (FeatureKind::Cds, Some(phase)) = (feature.kind, feature.phase) {
            let (boundary, more_five) = match feature.strand {
                Strand::Forward => (feature.start, draft.first_cds.is_none_or(|(first, _)| feature.start < first)),
                Strand::Reverse => (feature.end, draft.first_cds.is_none_or(|(first, _)| feature.end > first)),
            };
            if more_five {
                draft.first_cds = Some((boundary, phase));
            }
        }
        Ok(())
    }

    /// Index of the last draft if the feature is another of its transcript: the lines of a transcript follow each other in nearly
    /// every file, and once an exon is known its other attributes need not be read again.
    fn last_draft(&self, contig: ContigId, feature: &Feature) -> Option<usize> {
        let last = self.drafts.last().filter(|last| !last.exons.is_empty())?;
        let locus = &self.loci[last.locus];
        let same = locus.contig == contig
            && locus.strand == feature.strand
            && line::transcript_id(feature.attributes).is_some_and(|id| id == last.id.as_bytes());
        same.then(|| self.drafts.len() - 1)
    }

    /// Index of the draft of a feature's transcript, which is made when it is new.
    fn draft(&mut self, contig: ContigId, feature: &Feature) -> std::result::Result<usize, String> {
        let attributes = line::attributes(feature.attributes);
        let Some(transcript) = attributes.transcript_id.filter(|id| !id.is_empty()) else {
            return Err("no transcript_id".to_owned());
        };
        self.set_key(contig, feature.strand, &[transcript]);
        let index = if let Some(&index) = self.draft_of.get(&self.key) {
            index
        } else {
            self.draft_of.insert(self.key.clone(), self.drafts.len());
            let locus = self.locus(contig, feature.strand, transcript, &attributes);
            self.drafts.push(TranscriptDraft { id: transcript.to_owned(), locus, ..TranscriptDraft::default() });
            self.drafts.len() - 1
        };
        let draft = &mut self.drafts[index];
        draft.mane |= attributes.mane_select;
        draft.canonical |= attributes.ensembl_canonical;
        draft.incomplete |= attributes.incomplete_start;
        Ok(index)
    }

    fn locus(&mut self, contig: ContigId, strand: Strand, transcript: &str, attributes: &Attributes) -> usize {
        let gene_id = attributes.gene_id.unwrap_or_default();
        let symbol = attributes.gene_name.filter(|name| !name.is_empty()).unwrap_or(if gene_id.is_empty() { transcript } else { gene_id });
        let symbol = current_symbol(symbol);
        // Some converters write the transcript's identifier as `gene_id`: then the name alone holds a gene together.
        let gene_id = if gene_id == transcript { "" } else { gene_id };
        self.set_key(contig, strand, &[gene_id, symbol]);
        if let Some(&index) = self.locus_of.get(&self.key) {
            return index;
        }
        self.locus_of.insert(self.key.clone(), self.loci.len());
        self.loci.push(Locus { symbol: symbol.to_owned(), contig, strand });
        self.loci.len() - 1
    }

    fn set_key(&mut self, contig: ContigId, strand: Strand, parts: &[&str]) {
        use std::fmt::Write;
        self.key.clear();
        // Writing to a String cannot fail.
        let _ = write!(self.key, "{}{}", contig.0, strand.symbol());
        for part in parts {
            self.key.push('\t');
            self.key.push_str(part);
        }
    }
}

#[cfg(test)]
mod tests;
