//! Samples simulated on the made-up genome and called in this process.

use std::path::{Path, PathBuf};

use kinfuse::alignment::assay::AssayRequest;
use kinfuse::alignment::scan::TILE_BP;
use kinfuse::config::{CallConfig, GenomeChoice};
use kinfuse::genome::Breakend;
use kinfuse::model::{gtf, Gene, Role};
use kinfuse::pipeline::{self, SampleResult};
use kinfuse::progress::Progress;
use kinfuse::simulate::{bam, Aligner, AlignerStyle, MemoryGenome, SimulatedFragment};

use super::command::repository;

/// The made-up genome with its genes and a folder for its samples.
pub struct Bench {
    pub reference: MemoryGenome,
    pub genes: Vec<Gene>,
    pub folder: tempfile::TempDir,
}

impl Bench {
    pub fn new() -> Self {
        let reference = MemoryGenome::from_fasta(&repository("test-data/mini.fa")).expect("the FASTA opens");
        let genes = gtf::read(&repository("test-data/mini.gtf"), reference.contigs(), Path::new("test")).expect("the GTF opens").genes;
        Self { reference, genes, folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub fn gene(&self, symbol: &str) -> &Gene {
        self.genes.iter().find(|gene| gene.symbol == symbol).expect("the GTF has the gene")
    }

    /// Writes the true alignment of these fragments.
    pub fn write(&self, name: &str, style: AlignerStyle, fragments: &[SimulatedFragment]) -> PathBuf {
        let path = self.folder.path().join(format!("{name}.bam"));
        let aligner = Aligner::new(&self.reference, style);
        let records = fragments.iter().flat_map(|fragment| aligner.align(fragment)).collect();
        bam::write(&path, &self.reference, "sample", "kinfuse-simulate", records).expect("the BAM is written");
        path
    }

    /// Calls ALK in files of one sample.
    pub fn config(&self, inputs: Vec<PathBuf>) -> CallConfig {
        CallConfig {
            inputs,
            out_dir: self.folder.path().to_owned(),
            sample: None,
            reference: None,
            gtf: Some(repository("test-data/mini.gtf")),
            genome: GenomeChoice::Auto,
            assay: AssayRequest::default(),
            targets: vec!["ALK".to_owned()],
            knowledge: None,
            sensitive: false,
            stream: false,
            allow_remote: false,
            threads: 1,
            tile_bp: TILE_BP,
            tumour: None,
            fusion_fasta: false,
            also: Vec::new(),
            page: kinfuse::report::files::PageOptions::default(),
            normals: None,
            matched_normal: None,
        }
    }

    /// What is found in these fragments; samples that are called at the same time have names of their own.
    pub fn call(&self, name: &str, style: AlignerStyle, fragments: &[SimulatedFragment]) -> SampleResult {
        let path = self.write(name, style, fragments);
        let sample = pipeline::call(&self.config(vec![path.clone()]), &Progress::new(false)).expect("the sample can be called");
        std::fs::remove_file(path).expect("the BAM is there");
        sample
    }

    /// The edge of an exon that a splice uses, moved into the intron beside it.
    pub fn end(&self, symbol: &str, role: Role, exon: u32, into_bp: i64) -> Breakend {
        let gene = self.gene(symbol);
        let strand = gene.strand.expect("the gene has a strand");
        let edge = gene.transcript.as_ref().and_then(|transcript| transcript.splice_edge(exon, strand, role)).expect("the exon is there");
        Breakend::new(gene.contig(), edge, role.side(strand)).extended(into_bp)
    }
}
