//! The exons of the five kinases, of the genes with hot spots and of the known partners, embedded in the program for GRCh37 and GRCh38.
//!
//! The tables lie in `src/model/tables` with their sources in the header lines. They are 1-based and inclusive; the genes built
//! from them are interbase and lie on the BAM's own contigs.

use std::collections::BTreeMap;

use crate::genome::{Assembly, Contigs, Interval, Strand};
use crate::model::gene::{Exon, Gene, Transcript};
use crate::text::built_in_rows;

/// The five target kinases.
pub const KINASES: [&str; 5] = ["ALK", "NTRK1", "NTRK2", "NTRK3", "ROS1"];
/// The same in the order in which they are looked at and shown by default.
pub const DEFAULT_TARGETS: [&str; 5] = ["ALK", "ROS1", "NTRK1", "NTRK2", "NTRK3"];

pub(super) const MODELS: &str = include_str!("tables/gene_models.tsv");
pub(super) const REFSEQ_IDS: &str = include_str!("tables/transcript_ids.tsv");
pub(super) const ALIASES: &str = include_str!("tables/aliases.tsv");

/// The built-in genes that lie on the contigs of a BAM.
#[derive(Debug, Clone, Default)]
pub struct BuiltinGenes {
    /// The genes, kinases first, then by symbol.
    pub genes: Vec<Gene>,
    /// Symbols of the genes whose contig the BAM does not have, sorted.
    pub absent: Vec<String>,
}

/// The transcript by which the literature counts the exons of a gene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiteratureTranscript {
    /// Ensembl identifier without version.
    pub ensembl: &'static str,
    /// RefSeq identifier without version, where it is known.
    pub refseq: Option<&'static str>,
}

/// One line of the exon table.
struct ExonRow {
    gene: &'static str,
    transcript: &'static str,
    role: &'static str,
    chromosome: &'static str,
    /// On GRCh37 and on GRCh38: a few stretches are turned round between the two.
    strands: (Strand, Strand),
    number: u32,
    grch37: (u32, u32),
    grch38: (u32, u32),
    cds: Option<(u32, u32)>,
    /// Untranslated bases before the coding part, where the exon holds the whole coding sequence.
    lead_bp: Option<u32>,
}

impl ExonRow {
    fn strand(&self, assembly: Assembly) -> Strand {
        match assembly {
            Assembly::Grch37 => self.strands.0,
            Assembly::Grch38 => self.strands.1,
        }
    }
}

/// The symbol in use for a former or other name (`FIG` gives `GOPC`); any other name is returned unchanged.
pub fn current_symbol(name: &str) -> &str {
    built_in_rows(ALIASES).find(|fields| fields[0].eq_ignore_ascii_case(name)).map_or(name, |fields| fields[1])
}

/// The identifier of a transcript as a name cites it: with its version, where its own identifier has one or a source states it
/// (`NM_004304.5`), else without.
pub fn cited_id(transcript: &Transcript) -> String {
    let id = transcript.literature_id();
    if transcript.id.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')) {
        return transcript.id.clone();
    }
    cited(id)
}

/// A RefSeq identifier with its version, where a source states it.
pub fn cited(id: &str) -> String {
    match refseq_row(id).map(|fields| fields[3]).filter(|version| *version != ".") {
        Some(version) => format!("{id}.{version}"),
        None => id.to_owned(),
    }
}

/// Whether a source names this transcript as MANE Select of its gene; `false` also where none says anything.
pub fn is_mane_select(transcript: &Transcript) -> bool {
    refseq_row(transcript.literature_id()).is_some_and(|fields| fields[4] == "yes")
}

/// The line of a RefSeq identifier: gene, Ensembl transcript, RefSeq identifier, version, MANE Select, confidence.
fn refseq_row(id: &str) -> Option<Vec<&'static str>> {
    built_in_rows(REFSEQ_IDS).find(|fields| fields[2] == id)
}

/// The literature's transcript of each gene with built-in exons, by symbol.
pub fn literature_transcripts() -> BTreeMap<&'static str, LiteratureTranscript> {
    let refseq_ids = refseq_ids();
    exon_rows()
        .filter(|row| row.role != "other")
        .map(|row| (row.gene, LiteratureTranscript { ensembl: row.transcript, refseq: refseq_ids.get(row.transcript).copied() }))
        .collect()
}

/// Whether the table has a gene of this symbol.
pub fn has(symbol: &str) -> bool {
    built_in_rows(MODELS).any(|fields| fields[0] == symbol)
}

/// All symbols of the built-in tables, sorted.
pub fn symbols() -> Vec<&'static str> {
    let mut symbols: Vec<_> = built_in_rows(MODELS).map(|fields| fields[0]).collect();
    symbols.sort_unstable();
    symbols.dedup();
    symbols
}

/// The built-in genes in the coordinates of `assembly` on the contigs of a BAM.
///
/// The main transcript is the one by which the literature counts exons; other numberings in use are kept as alternatives.
pub fn genes(assembly: Assembly, contigs: &Contigs) -> BuiltinGenes {
    let refseq_ids = refseq_ids();
    let mut by_symbol: BTreeMap<(bool, &str), Gene> = BTreeMap::new();
    let mut absent: Vec<String> = Vec::new();
    let rows: Vec<ExonRow> = exon_rows().collect();
    for transcript_rows in rows.chunk_by(|a, b| a.transcript == b.transcript) {
        let row = &transcript_rows[0];
        let Some(contig) = contigs.find(row.chromosome) else {
            absent.push(row.gene.to_owned());
            continue;
        };
        let transcript = transcript(transcript_rows, assembly, refseq_ids.get(row.transcript).copied());
        let gene = by_symbol.entry((!KINASES.contains(&row.gene), row.gene)).or_insert_with(|| Gene {
            symbol: row.gene.to_owned(),
            span: Interval { contig, start: u32::MAX, end: 0 },
            strand: Some(row.strand(assembly)),
            transcript: None,
            alternatives: Vec::new(),
            mane_select: None,
        });
        for exon in &transcript.exons {
            gene.span.start = gene.span.start.min(exon.start);
            gene.span.end = gene.span.end.max(exon.end);
        }
        if row.role == "other" {
            gene.alternatives.push(transcript);
        } else {
            gene.transcript = Some(transcript);
        }
    }
    absent.sort_unstable();
    absent.dedup();
    BuiltinGenes { genes: by_symbol.into_values().collect(), absent }
}

fn transcript(rows: &[ExonRow], assembly: Assembly, refseq: Option<&str>) -> Transcript {
    let exons: Vec<Exon> = rows
        .iter()
        .map(|row| {
            let (start, end) = match assembly {
                Assembly::Grch37 => row.grch37,
                Assembly::Grch38 => row.grch38,
            };
            let exon = Exon::new(row.number, start, end, row.cds);
            Exon { lead_bp: row.lead_bp.unwrap_or(exon.lead_bp), ..exon }
        })
        .collect();
    let cds_length_bp = exons.iter().filter_map(|exon| exon.cds).map(|(_, end)| end).max();
    Transcript { id: rows[0].transcript.to_owned(), refseq: refseq.map(str::to_owned), exons, cds_length_bp }
}

fn refseq_ids() -> BTreeMap<&'static str, &'static str> {
    built_in_rows(REFSEQ_IDS).map(|fields| (fields[1], fields[2])).collect()
}

fn exon_rows() -> impl Iterator<Item = ExonRow> {
    built_in_rows(MODELS).map(|fields| ExonRow {
        gene: fields[0],
        transcript: fields[1],
        role: fields[2],
        chromosome: fields[3],
        strands: strands(fields[4]),
        number: number(fields[5]),
        grch37: (number(fields[6]) - 1, number(fields[7])),
        grch38: (number(fields[8]) - 1, number(fields[9])),
        cds: (fields[10] != ".").then(|| (number(fields[10]) - 1, number(fields[11]))),
        lead_bp: (fields[13] != ".").then(|| number(fields[13])),
    })
}

/// The strands on GRCh37 and on GRCh38: `-`, or `-/+` where they differ.
fn strands(text: &str) -> (Strand, Strand) {
    let (old, new) = text.split_once('/').unwrap_or((text, text));
    let strand = |symbol: &str| if symbol == "-" { Strand::Reverse } else { Strand::Forward };
    (strand(old), strand(new))
}

fn number(text: &str) -> u32 {
    text.parse().expect("the embedded tables hold positive numbers in these columns: a test reads every line")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::genome::ContigId;

    /// The chromosomes of an assembly, `chr`-named, long enough for every gene.
    pub(crate) fn chromosomes() -> Contigs {
        Contigs::chromosomes()
    }

    fn transcripts(assembly: Assembly) -> Vec<(String, Transcript)> {
        let all = genes(assembly, &chromosomes()).genes;
        all.into_iter()
            .flat_map(|gene| gene.transcript.into_iter().chain(gene.alternatives).map(move |t| (gene.symbol.clone(), t)))
            .collect()
    }

    #[test]
    fn every_line_of_the_tables_is_read() {
        for assembly in [Assembly::Grch37, Assembly::Grch38] {
            let built = genes(assembly, &chromosomes());
            assert!(built.absent.is_empty());
            assert_eq!(built.genes.len(), symbols().len());
            assert_eq!(built.genes.iter().take(5).map(|gene| gene.symbol.as_str()).collect::<Vec<_>>(), KINASES);
        }
        assert_eq!(exon_rows().count(), transcripts(Assembly::Grch38).iter().map(|(_, t)| t.exons.len()).sum::<usize>());
        for (alias, symbol) in built_in_rows(ALIASES).map(|fields| (fields[0], fields[1])) {
            assert!(symbols().contains(&symbol) && !symbols().contains(&alias), "{alias}");
        }
        for fields in built_in_rows(REFSEQ_IDS) {
            assert!(exon_rows().any(|row| row.gene == fields[0] && row.transcript == fields[1]), "{fields:?}");
        }
    }

    #[test]
    fn exons_are_numbered_without_gaps_in_the_order_of_transcription() {
        for assembly in [Assembly::Grch37, Assembly::Grch38] {
            for gene in genes(assembly, &chromosomes()).genes {
                for transcript in gene.transcript.iter().chain(&gene.alternatives) {
                    for (index, exon) in transcript.exons.iter().enumerate() {
                        assert_eq!(exon.number as usize, index + 1, "{}", transcript.id);
                        assert!(exon.start < exon.end);
                    }
                    let ordered = transcript.exons.windows(2).all(|pair| match gene.strand {
                        Some(Strand::Reverse) => pair[1].end <= pair[0].start,
                        _ => pair[0].end <= pair[1].start,
                    });
                    assert!(ordered, "{} {assembly}", transcript.id);
                }
            }
        }
    }

    #[test]
    fn inner_exons_are_as_long_on_either_assembly() {
        for ((gene, old), (_, new)) in transcripts(Assembly::Grch37).iter().zip(&transcripts(Assembly::Grch38)) {
            assert_eq!(old.id, new.id);
            let inner = 1..old.exons.len() - 1;
            for (a, b) in old.exons[inner.clone()].iter().zip(&new.exons[inner]) {
                assert_eq!(a.length_bp(), b.length_bp(), "{gene} {} exon {}", old.id, a.number);
            }
        }
    }

    #[test]
    fn coding_sequences_are_contiguous_whole_codons_and_fit_their_exons() {
        for assembly in [Assembly::Grch37, Assembly::Grch38] {
            for (gene, transcript) in transcripts(assembly) {
                let coding: Vec<&Exon> = transcript.exons.iter().filter(|exon| exon.cds.is_some()).collect();
                let mut expected = 0;
                for (index, exon) in coding.iter().enumerate() {
                    let (start, end) = exon.cds.unwrap_or_default();
                    assert_eq!(start, expected, "{gene} exon {}", exon.number);
                    assert!(end - start <= exon.length_bp(), "{gene} exon {}", exon.number);
                    let inner = index > 0 && index + 1 < coding.len();
                    assert!(!inner || end - start == exon.length_bp(), "{gene} exon {}", exon.number);
                    expected = end;
                }
                assert_eq!(expected % 3, 0, "{gene} {}", transcript.id);
                assert_eq!(transcript.cds_length_bp, (!coding.is_empty()).then_some(expected));
            }
        }
    }

    #[test]
    fn proteins_have_the_published_lengths() {
        // UniProt Q9UM73-1, P08922, P04629-1, Q16620-4, Q16288-3: amino acids without the stop codon.
        for (gene, amino_acids) in [("ALK", 1620), ("ROS1", 2347), ("NTRK1", 796), ("NTRK2", 838), ("NTRK3", 825)] {
            let built = genes(Assembly::Grch38, &chromosomes());
            let model = built.genes.iter().find(|g| g.symbol == gene).and_then(|g| g.transcript.as_ref());
            assert_eq!(model.and_then(|t| t.cds_length_bp), Some(amino_acids * 3 + 3), "{gene}");
        }
    }

    #[test]
    fn genes_of_missing_contigs_are_named() {
        let built = genes(Assembly::Grch37, &Contigs::new([("2".to_owned(), 243_199_373)]));
        assert!(built.genes.iter().any(|gene| gene.symbol == "EML4"));
        assert!(built.genes.iter().all(|gene| gene.contig() == ContigId(0)));
        assert!(built.absent.contains(&"ROS1".to_owned()) && !built.absent.contains(&"ALK".to_owned()));
    }
}
