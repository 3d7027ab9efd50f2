//! The made-up genome: random bases with eight genes in them whose exons have the lengths, phases and known codons of the human
//! ones, so that exon and codon numbers are those of the literature. Introns are short. No base is taken from a real genome,
//! except the codons of known resistance sites.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;

use kinfuse::genome::{ContigId, Interval, Strand};
use kinfuse::model::{Exon, Gene, Transcript};
use kinfuse::sequence::{reverse_complement, translate_codon};
use kinfuse::simulate::{MemoryGenome, Random};

const STRUCTURE: &str = include_str!("structure.tsv");
const CODONS: &str = include_str!("codons.tsv");
const SEED: u64 = 20_261_120;
const CONTIG_BP: usize = 60_000;

/// The genome and its genes.
pub struct MadeUpGenome {
    /// Contigs with their bases.
    pub reference: MemoryGenome,
    /// Genes by symbol.
    pub genes: BTreeMap<String, Gene>,
    coding_lengths: BTreeMap<String, u32>,
}

struct Row {
    gene: String,
    transcript: String,
    refseq: String,
    contig: String,
    strand: Strand,
    length: usize,
    cds: Option<(u32, u32)>,
}

impl MadeUpGenome {
    /// Makes it, always the same.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for line in data_lines(STRUCTURE) {
            let row = Row::parse(line)?;
            rows.entry(row.gene.clone()).or_default().push(row);
        }
        // Contigs in the order of a human genome.
        let order = ["chr1", "chr2", "chr5", "chr6", "chr12", "chr15"];
        let mut sequences: Vec<Vec<u8>> = order.iter().map(|name| random_bases(CONTIG_BP, name)).collect();
        let mut next_start = [5_000u32; 6];
        let mut genes = BTreeMap::new();
        let mut coding_lengths = BTreeMap::new();
        for (symbol, exons) in &rows {
            let contig = order.iter().position(|name| *name == exons[0].contig).ok_or("a contig that is not listed")?;
            let (gene, bases) = build_gene(exons, ContigId(contig as u32), next_start[contig])?;
            let (start, end) = (gene.span.start as usize, gene.span.end as usize);
            sequences[contig][start..end].copy_from_slice(&bases);
            next_start[contig] = gene.span.end + 5_000;
            coding_lengths.insert(symbol.clone(), exons.iter().filter_map(|row| row.cds).map(|(_, end)| end).max().unwrap_or(0));
            genes.insert(symbol.clone(), gene);
        }
        let reference = MemoryGenome::new(order.iter().map(|name| (*name).to_owned()).zip(sequences));
        Ok(Self { reference, genes, coding_lengths })
    }

    /// A gene by its symbol.
    pub fn gene(&self, symbol: &str) -> Result<&Gene, String> {
        self.genes.get(symbol).ok_or_else(|| format!("no gene {symbol}"))
    }

    /// The genes as GTF in the manner of GENCODE: coding stretches without the stop codon, which has its own line.
    pub fn to_gtf(&self) -> String {
        let mut text = String::from("##description: made-up genes for the tests of kinfuse\n##provider: kinfuse\n##format: gtf\n");
        for gene in self.genes.values() {
            let (Some(strand), Some(transcript)) = (gene.strand, &gene.transcript) else { continue };
            let contig = self.reference.contigs().name(gene.contig());
            let coding_bp = self.coding_lengths[&gene.symbol];
            let mut line = |feature: &str, start: u32, end: u32, phase: &str, more: &str| {
                let _ = writeln!(
                    text,
                    "{contig}\tKINFUSE\t{feature}\t{}\t{end}\t.\t{}\t{phase}\tgene_id \"{}\"; {more}gene_type \"protein_coding\"; gene_name \"{}\";",
                    start + 1,
                    strand.symbol(),
                    gene.symbol,
                    gene.symbol
                );
            };
            line("gene", gene.span.start, gene.span.end, ".", "");
            let id = format!("transcript_id \"{}\"; transcript_type \"protein_coding\"; tag \"basic\"; ", transcript.id);
            line("transcript", gene.span.start, gene.span.end, ".", &id);
            for exon in &transcript.exons {
                let numbered = format!("{id}exon_number {}; ", exon.number);
                line("exon", exon.start, exon.end, ".", &numbered);
                let Some((from, to)) = exon.cds else { continue };
                let without_stop = to.min(coding_bp - 3);
                if from < without_stop {
                    let (start, end) = coding_interval(transcript, strand, from, without_stop);
                    line("CDS", start, end, &((3 - from % 3) % 3).to_string(), &numbered);
                }
                if to > coding_bp - 3 {
                    let from = from.max(coding_bp - 3);
                    let (start, end) = coding_interval(transcript, strand, from, to);
                    line("stop_codon", start, end, &((3 - from % 3) % 3).to_string(), &numbered);
                }
            }
        }
        text
    }
}

impl Row {
    fn parse(line: &str) -> Result<Self, Box<dyn Error>> {
        let cells: Vec<&str> = line.split('\t').collect();
        let [gene, transcript, refseq, contig, strand, _, length, cds_start, cds_end] = cells[..] else {
            return Err(format!("not nine columns: {line}").into());
        };
        let cds = if cds_start == "." { None } else { Some((cds_start.parse::<u32>()? - 1, cds_end.parse()?)) };
        Ok(Self {
            gene: gene.to_owned(),
            transcript: transcript.to_owned(),
            refseq: refseq.to_owned(),
            contig: contig.to_owned(),
            strand: if strand == "+" { Strand::Forward } else { Strand::Reverse },
            length: length.parse()?,
            cds,
        })
    }
}

fn data_lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with('#')).skip(1)
}

fn random_bases(length: usize, purpose: &str) -> Vec<u8> {
    let mut random = Random::for_purpose(SEED, purpose);
    (0..length).map(|_| random.base()).collect()
}

/// Genomic interval of a stretch of coding sequence within one exon.
fn coding_interval(transcript: &Transcript, strand: Strand, from: u32, to: u32) -> (u32, u32) {
    let first = transcript.cds_base(from, strand).unwrap_or_default();
    let last = transcript.cds_base(to - 1, strand).unwrap_or_default();
    (first.min(last), first.max(last) + 1)
}

/// Lays the exons of a gene out from `start` on and makes its bases, on the forward strand.
fn build_gene(rows: &[Row], contig: ContigId, start: u32) -> Result<(Gene, Vec<u8>), Box<dyn Error>> {
    let symbol = &rows[0].gene;
    let mut random = Random::for_purpose(SEED, symbol);
    let mut coding = coding_bases(symbol, rows, &mut random)?.into_iter();
    let mut bases = Vec::new();
    let mut spans = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            let length = 200 + random.below(200);
            let mut intron: Vec<u8> = (0..length).map(|_| random.base()).collect();
            intron[..6].copy_from_slice(b"GTAAGT");
            intron[length - 12..].copy_from_slice(b"TTCTTTCTGCAG");
            bases.extend(intron);
        }
        let from = bases.len();
        let coding_bp = row.cds.map_or(0, |(from, to)| (to - from) as usize);
        let untranslated: Vec<u8> = (0..row.length - coding_bp).map(|_| random.base()).collect();
        let translated: Vec<u8> = coding.by_ref().take(coding_bp).collect();
        let leads = row.cds.is_none_or(|(from, _)| from == 0);
        bases.extend(if leads { [untranslated, translated].concat() } else { [translated, untranslated].concat() });
        spans.push((from as u32, bases.len() as u32));
    }
    let length = bases.len() as u32;
    let strand = rows[0].strand;
    let place = |(from, to): (u32, u32)| match strand {
        Strand::Forward => (start + from, start + to),
        Strand::Reverse => (start + length - to, start + length - from),
    };
    let exons = spans.iter().zip(rows).zip(1..).map(|((&span, row), number)| {
        let (start, end) = place(span);
        Exon::new(number, start, end, row.cds)
    });
    let transcript = Transcript {
        id: rows[0].transcript.clone(),
        refseq: Some(rows[0].refseq.clone()),
        exons: exons.collect(),
        cds_length_bp: rows.iter().filter_map(|row| row.cds).map(|(_, end)| end).max(),
    };
    let span = Interval { contig, start, end: start + length };
    let gene = Gene {
        symbol: symbol.clone(),
        span,
        strand: Some(strand),
        transcript: Some(transcript),
        alternatives: Vec::new(),
        mane_select: None,
    };
    Ok((gene, if strand == Strand::Forward { bases } else { reverse_complement(&bases) }))
}

/// A coding sequence without stop codons within, with the known codons at their places. Codons never start with T where they
/// could be split by a junction, so that no joined frame has a stop at the junction either.
fn coding_bases(symbol: &str, rows: &[Row], random: &mut Random) -> Result<Vec<u8>, Box<dyn Error>> {
    let length = rows.iter().filter_map(|row| row.cds).map(|(_, end)| end as usize).max().unwrap_or(0);
    let edges: Vec<usize> = rows.iter().filter_map(|row| row.cds).map(|(from, _)| from as usize).collect();
    let mut bases = Vec::with_capacity(length);
    while bases.len() < length {
        let is_split = edges.iter().any(|&edge| bases.len() < edge && edge < bases.len() + 3);
        let codon = [random.base(), random.base(), random.base()];
        if translate_codon(&codon) != Some(b'*') && !(is_split && codon[0] == b'T') {
            bases.extend(codon);
        }
    }
    bases[..3].copy_from_slice(b"ATG");
    bases[length - 3..].copy_from_slice(b"TAA");
    for line in data_lines(CODONS) {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells[0] == symbol {
            let first = (cells[1].parse::<usize>()? - 1) * 3;
            bases[first..first + 3].copy_from_slice(cells[2].as_bytes());
        }
    }
    Ok(bases)
}
