//! The laboratory genome (pieces of `GRCh38` with stand-in bases), its genes, and real aligners on it.

use std::path::{Path, PathBuf};
use std::process::Command;

use kinfuse::genome::{Breakend, ContigId, Interval, Strand};
use kinfuse::model::{Exon, Gene, Role, Transcript};
use kinfuse::simulate::{fastq, MemoryGenome, SimulatedFragment};

/// One contig of the laboratory genome and the stretch of `GRCh38` it stands for.
struct Region {
    id: ContigId,
    chrom: String,
    start: u32,
    end: u32,
}

/// The genome with its tools.
pub struct Laboratory {
    shared: PathBuf,
    work: PathBuf,
    pub reference: MemoryGenome,
    regions: Vec<Region>,
}

impl Laboratory {
    /// Unpacks the genome into `work` and indexes it for STAR and bwa.
    pub fn new(shared: &Path, work: &Path) -> Self {
        let packed = shared.join("genome/mini.fa.gz");
        let mut fasta = Vec::new();
        let file = std::fs::File::open(&packed).expect("the laboratory genome is there");
        std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(file), &mut fasta).expect("it unpacks");
        std::fs::write(work.join("mini.fa"), fasta).expect("the FASTA is written");
        rust_htslib::faidx::build(work.join("mini.fa")).expect("the FASTA can be indexed");
        let reference = MemoryGenome::from_fasta(&work.join("mini.fa")).expect("the FASTA opens");
        let table = std::fs::read_to_string(shared.join("genome/regions.tsv")).expect("the regions can be read");
        let regions = table
            .lines()
            .filter_map(|line| {
                let cells: Vec<&str> = line.split('\t').collect();
                let id = reference.contigs().find(cells[0])?;
                Some(Region { id, chrom: cells[1].to_owned(), start: cells[2].parse().ok()?, end: cells[3].parse().ok()? })
            })
            .collect();
        let mut star_index = Command::new("bash");
        star_index.arg(shared.join("tools/star_index.sh")).arg(work.join("mini.fa")).arg(shared.join("genome/mini.gtf"));
        run(star_index.arg(work.join("star")).arg("2"), work);
        run(Command::new("bwa").args(["index", "-b", "50000000"]).arg(work.join("mini.fa")), work);
        Self { shared: shared.to_owned(), work: work.to_owned(), reference, regions }
    }

    /// The boundary of `GRCh38` on the laboratory genome.
    pub fn place(&self, chrom: &str, boundary: u32) -> (ContigId, u32) {
        let region = self.regions.iter().find(|region| region.chrom == chrom && region.start <= boundary && boundary <= region.end);
        let region = region.unwrap_or_else(|| panic!("{chrom}:{boundary} is not in the laboratory genome"));
        (region.id, boundary - region.start)
    }

    /// A gene with its exons as the literature counts them, on the laboratory genome.
    pub fn gene(&self, symbol: &str) -> Gene {
        let table = std::fs::read_to_string(self.shared.join("facts/gene_models.tsv")).expect("the gene models can be read");
        let rows: Vec<Vec<&str>> = table
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .filter(|cells| cells.len() > 11 && cells[0] == symbol && cells[2] == "literature")
            .collect();
        assert!(!rows.is_empty(), "no model of {symbol}");
        let exons: Vec<Exon> = rows
            .iter()
            .map(|cells| {
                let number = |text: &str| text.parse::<u32>().expect("a number");
                let (contig, start) = self.place(cells[3], number(cells[8]) - 1);
                let (same, end) = self.place(cells[3], number(cells[9]));
                assert_eq!(contig, same);
                let cds = (cells[10] != ".").then(|| (number(cells[10]) - 1, number(cells[11])));
                Exon::new(number(cells[5]), start, end, cds)
            })
            .collect();
        let contig = self.place(rows[0][3], rows[0][8].parse().expect("a number")).0;
        let span = Interval {
            contig,
            start: exons.iter().map(|exon| exon.start).min().unwrap_or(0),
            end: exons.iter().map(|exon| exon.end).max().unwrap_or(0),
        };
        let strand = if rows[0][4] == "+" { Strand::Forward } else { Strand::Reverse };
        let cds_length_bp = exons.iter().filter_map(|exon| exon.cds).map(|(_, end)| end).max();
        let transcript = Transcript { id: rows[0][1].to_owned(), refseq: None, exons, cds_length_bp };
        Gene {
            symbol: symbol.to_owned(),
            span,
            strand: Some(strand),
            transcript: Some(transcript),
            alternatives: Vec::new(),
            mane_select: None,
        }
    }

    /// The breakend of a gene `into_bp` bases into the intron beside an exon: behind it for the 5' partner, before it for the 3' one.
    pub fn in_intron(gene: &Gene, role: Role, exon: u32, into_bp: i64) -> Breakend {
        let strand = gene.strand.expect("the gene has a strand");
        let edge =
            gene.transcript.as_ref().and_then(|transcript| transcript.splice_edge(exon, strand, role)).expect("the gene has the exon");
        Breakend::new(gene.contig(), edge, role.side(strand)).extended(into_bp)
    }

    /// `chrom:pos:strand` in `GRCh38` of the base that a breakend keeps.
    pub fn grch38(&self, end: Breakend, gene: &Gene) -> String {
        let region = self.regions.iter().find(|region| region.id == end.contig).expect("the contig is a region");
        format!("{}:{}:{}", region.chrom, end.kept_base() + region.start, gene.strand.map_or('.', Strand::symbol))
    }

    /// RNA through STAR, in `GRCh38`.
    pub fn star(&self, name: &str, fragments: &[SimulatedFragment]) -> PathBuf {
        let index = self.work.join("star");
        let [first, second] = self.fastq(name, fragments);
        let raw = self.work.join(format!("{name}.star.bam"));
        let mut command = Command::new("bash");
        command.arg(self.shared.join("tools/star_align.sh")).arg(&index).arg(&raw).arg("2").arg(first).arg(second);
        run(&mut command, &self.work);
        self.moved(name, &raw)
    }

    /// DNA through bwa mem, in `GRCh38`.
    pub fn bwa(&self, name: &str, fragments: &[SimulatedFragment]) -> PathBuf {
        let fasta = self.work.join("mini.fa");
        let [first, second] = self.fastq(name, fragments);
        let raw = self.work.join(format!("{name}.bwa.sam"));
        let group = format!("@RG\\tID:1\\tSM:{name}");
        run(Command::new("bwa").args(["mem", "-t", "2", "-R", &group, "-o"]).arg(&raw).arg(fasta).arg(first).arg(second), &self.work);
        self.moved(name, &raw)
    }

    /// Long cDNA reads through minimap2, in `GRCh38`.
    pub fn minimap2(&self, name: &str, fragments: &[SimulatedFragment]) -> PathBuf {
        let [first, _] = self.fastq(name, fragments);
        let raw = self.work.join(format!("{name}.minimap2.sam"));
        let fasta = self.work.join("mini.fa");
        run(Command::new("minimap2").args(["-ax", "splice", "-t", "2", "-o"]).arg(&raw).arg(fasta).arg(first), &self.work);
        self.moved(name, &raw)
    }

    fn fastq(&self, name: &str, fragments: &[SimulatedFragment]) -> [PathBuf; 2] {
        let paths = [1, 2].map(|mate| self.work.join(format!("{name}_{mate}.fq")));
        let is_paired = fragments.iter().any(|fragment| fragment.reads.len() > 1);
        fastq::write(fragments, &paths[0], is_paired.then_some(&paths[1])).expect("the FASTQ is written");
        paths
    }

    fn moved(&self, name: &str, raw: &Path) -> PathBuf {
        let bam = self.work.join(format!("{name}.bam"));
        let mut command = Command::new("python3");
        command.arg(self.shared.join("tools/to_grch38.py")).arg(self.shared.join("genome/regions.tsv")).arg(raw).arg(&bam).arg("2");
        run(&mut command, &self.work);
        bam
    }
}

fn run(command: &mut Command, work: &Path) {
    let output = command.current_dir(work).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
