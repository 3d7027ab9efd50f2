//! The laboratory genome: pieces of `GRCh38` as contigs of their own, its genes, and the aligners on it.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use kinfuse::genome::{Breakend, ContigId, Interval, Side, Strand};
use kinfuse::simulate::molecule::BasePlace;
use kinfuse::simulate::{MemoryGenome, MoleculePiece};
use md5::{Digest, Md5};
use rust_htslib::bgzf;

/// One contig of the laboratory genome and the stretch of `GRCh38` it stands for.
pub struct Region {
    pub id: ContigId,
    pub chrom: String,
    pub start: u32,
    pub end: u32,
    pub is_decoy: bool,
}

/// A transcript: exons by their number, in the order of transcription, 0-based on the laboratory genome.
#[derive(Clone)]
pub struct Model {
    pub gene: String,
    pub strand: Strand,
    pub contig: ContigId,
    pub exons: Vec<(u32, u32, u32)>,
}

/// Genome, genes and folders.
pub struct Laboratory {
    pub shared: PathBuf,
    pub work: PathBuf,
    pub reference: MemoryGenome,
    pub regions: Vec<Region>,
    models: BTreeMap<String, Vec<Model>>,
    counted: BTreeMap<(String, String, u32), u32>,
}

/// A table of tab-separated cells, by column name.
pub fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    lines.map(|line| header.iter().map(|&name| name.to_owned()).zip(line.split('\t').map(str::to_owned)).collect()).collect()
}

/// Exon numbers on the transcripts by which the literature counts, by gene, chromosome and the exon's last base (1-based, `GRCh38`).
fn counted() -> BTreeMap<(String, String, u32), u32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/tables/gene_models.tsv");
    let rows = table(&path).into_iter().filter(|row| row["role"] == "literature");
    let last = |row: &BTreeMap<String, String>| row[if row["strand"] == "+" { "grch38_end" } else { "grch38_start" }].parse().ok();
    rows.filter_map(|row| Some(((row["gene"].clone(), row["chrom"].clone(), last(&row)?), row["exon"].parse().ok()?))).collect()
}

/// Runs a program and panics with what it said when it fails.
pub fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Laboratory {
    /// Unpacks and indexes the genome in `work`, unless that was done before.
    pub fn new(shared: &Path, work: &Path) -> Self {
        std::fs::create_dir_all(work).expect("the work folder can be made");
        let fasta = work.join("mini.fa");
        if !work.join("star/SA").is_file() {
            let mut bases = Vec::new();
            let file = std::fs::File::open(shared.join("genome/mini.fa.gz")).expect("the laboratory genome is there");
            flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bases).expect("it unpacks");
            std::fs::write(&fasta, bases).expect("the FASTA is written");
            run(Command::new("samtools").arg("faidx").arg(&fasta));
            run(Command::new("bwa").args(["index", "-b", "50000000"]).arg(&fasta));
            let mut star = Command::new("bash");
            star.arg(shared.join("tools/star_index.sh")).arg(&fasta).arg(shared.join("genome/mini.gtf"));
            run(star.arg(work.join("star")).arg("2").current_dir(work));
        }
        let reference = MemoryGenome::from_fasta(&fasta).expect("the FASTA opens");
        let text = std::fs::read_to_string(shared.join("genome/regions.tsv")).expect("the regions can be read");
        let regions = text.lines().filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let id = reference.contigs().find(cells[0])?;
            let is_decoy = cells.get(4) == Some(&"decoy");
            Some(Region { id, chrom: cells[1].to_owned(), start: cells[2].parse().ok()?, end: cells[3].parse().ok()?, is_decoy })
        });
        let regions = regions.collect();
        let mut laboratory =
            Self { shared: shared.to_owned(), work: work.to_owned(), reference, regions, models: BTreeMap::new(), counted: counted() };
        laboratory.read_models();
        laboratory
    }

    /// The laboratory's bases where they lie in `GRCh38`, all others `N`: it has what the laboratory's reads need of a user's FASTA, and
    /// nothing that could mislead besides. Made once for a genome.
    pub fn grch38_fasta(&self, contigs: &[(String, u32)]) -> PathBuf {
        let sources = ["genome/mini.fa.gz", "genome/regions.tsv"].map(|file| self.shared.join(file));
        let path = self.work.join(format!("grch38.{}.fa.gz", digest(sources.iter().map(PathBuf::as_path), "")));
        if path.with_extension("gz.gzi").is_file() {
            return path;
        }
        let mut writer = bgzf::Writer::from_path_with_level(&path, bgzf::CompressionLevel::Fastest).expect("the FASTA can be made");
        for (chrom, length) in contigs {
            let mut regions: Vec<&Region> = self.regions.iter().filter(|region| region.chrom == *chrom).collect();
            regions.sort_by_key(|region| region.start);
            let mut write = |bases: &[u8]| writer.write_all(bases).expect("the FASTA can be written");
            write(format!(">{chrom}\n").as_bytes());
            let mut at = 0;
            for region in regions {
                write(&vec![b'N'; region.start.saturating_sub(at) as usize]);
                let whole = Interval { contig: region.id, start: at.saturating_sub(region.start), end: region.end - region.start };
                write(self.reference.bases(whole).expect("the region has its bases"));
                at = region.end;
            }
            write(&vec![b'N'; (length - at) as usize]);
            write(b"\n");
        }
        drop(writer);
        rust_htslib::faidx::build(&path).expect("the FASTA can be indexed");
        path
    }

    /// The models of the facts, those by which the literature counts first, then those of the GTF.
    fn read_models(&mut self) {
        type Rows = BTreeMap<(usize, String, String), (Strand, Vec<(String, u32, u32, u32)>)>;
        let mut rows: Rows = BTreeMap::new();
        let strand = |text: &str| if text == "+" { Strand::Forward } else { Strand::Reverse };
        for row in table(&self.shared.join("facts/gene_models.tsv")) {
            let place = ["literature", "chosen", "other"].iter().position(|role| *role == row["role"]).unwrap_or(3);
            let numbers = ["exon", "grch38_start", "grch38_end"].map(|column| row[column].parse::<u32>().ok());
            if let [Some(exon), Some(start), Some(end)] = numbers {
                let entry = rows.entry((place, row["gene"].clone(), row["transcript"].clone()));
                entry.or_insert((strand(&row["strand"]), Vec::new())).1.push((row["chrom"].clone(), exon, start - 1, end));
            }
        }
        let gtf = std::fs::read_to_string(self.shared.join("genome/grch38.gtf")).expect("the GTF can be read");
        for line in gtf.lines() {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells.len() < 9 || cells[2] != "exon" {
                continue;
            }
            let value = |key: &str| {
                let (_, rest) = cells[8].split_once(&format!("{key} \""))?;
                rest.split('"').next().map(str::to_owned)
            };
            let number = |text: &str| text.parse::<u32>().expect("a number");
            let (Some(gene), Some(transcript), Some(exon)) = (value("gene_name"), value("transcript_id"), value("exon_number")) else {
                continue;
            };
            let entry = rows.entry((9, gene, transcript)).or_insert((strand(cells[6]), Vec::new()));
            entry.1.push((cells[0].to_owned(), number(&exon), number(cells[3]) - 1, number(cells[4])));
        }
        for ((_, gene, _), (strand, mut exons)) in rows {
            exons.sort_by_key(|exon| exon.1);
            let intervals = exons.iter().map(|(chrom, _, start, end)| self.interval(chrom, *start, *end));
            let Some(intervals) = intervals.collect::<Option<Vec<_>>>() else { continue };
            let contig = intervals[0].contig;
            if intervals.iter().all(|interval| interval.contig == contig) {
                let exons = exons.iter().zip(&intervals).map(|(exon, interval)| (exon.1, interval.start, interval.end)).collect();
                self.models.entry(gene.clone()).or_default().push(Model { gene, strand, contig, exons });
            }
        }
    }

    /// The number by which the literature's transcript of a gene counts the exon that ends at a breakend. Some rows of the facts count on
    /// another transcript than the model from which their event is made.
    pub fn counted_exon(&self, gene: &str, end: Breakend) -> Option<u32> {
        let (chrom, position) = self.grch38(end);
        self.counted.get(&(gene.to_owned(), chrom.to_owned(), position)).copied()
    }

    /// The models of a gene all of whose exons lie in the laboratory genome.
    pub fn models(&self, gene: &str) -> &[Model] {
        self.models.get(gene).map_or(&[], Vec::as_slice)
    }

    /// Genes with such a model.
    pub fn genes(&self) -> impl Iterator<Item = &str> {
        self.models.keys().map(String::as_str)
    }

    /// A stretch of `GRCh38` on the laboratory genome, if it is there.
    pub fn interval(&self, chrom: &str, start: u32, end: u32) -> Option<Interval> {
        let region = self.regions.iter().find(|region| region.chrom == chrom && region.start <= start && end <= region.end)?;
        Some(Interval { contig: region.id, start: start - region.start, end: end - region.start })
    }

    /// Chromosome and 1-based position in `GRCh38` of the base that a breakend keeps.
    pub fn grch38(&self, end: Breakend) -> (&str, u32) {
        let region = self.regions.iter().find(|region| region.id == end.contig).expect("every contig is a region");
        (&region.chrom, end.kept_base() + region.start)
    }

    /// The bases next to a breakend that the molecule keeps; `None` where they leave the contig or are unknown.
    pub fn kept(&self, end: Breakend, bases: u32) -> Option<Interval> {
        let interval = match end.side {
            Side::Lower => Interval { contig: end.contig, start: end.boundary.checked_sub(bases)?, end: end.boundary },
            Side::Higher => Interval { contig: end.contig, start: end.boundary, end: end.boundary.checked_add(bases)? },
        };
        self.reference.bases(interval).filter(|bases| !bases.contains(&b'N')).map(|_| interval)
    }

    /// Aligns and moves to `GRCh38`; a result for the same reads and the same way is taken from the cache.
    pub fn align(&self, name: &str, aligner: Aligner, reads: &[PathBuf]) -> PathBuf {
        let key = digest(reads.iter().map(PathBuf::as_path).chain([self.shared.join("tools/star_align.sh").as_path()]), aligner.name());
        let bam = self.work.join(format!("{name}.{key}.bam"));
        if bam.with_extension("bam.bai").is_file() {
            return bam;
        }
        let raw = self.work.join(format!("{name}.raw.sam"));
        let fasta = self.work.join("mini.fa");
        let mut command;
        match aligner {
            Aligner::Star => {
                command = Command::new("bash");
                command.arg(self.shared.join("tools/star_align.sh")).arg(self.work.join("star")).arg(&raw).arg("2").args(reads);
            }
            Aligner::Bwa(options) => {
                command = Command::new("bwa");
                command.args(["mem", "-t", "2"]).args(options).args(["-R", "@RG\\tID:1\\tSM:s", "-o"]).arg(&raw).arg(&fasta).args(reads);
            }
            Aligner::Minimap2 | Aligner::Minimap2Dna => {
                let preset = if matches!(aligner, Aligner::Minimap2) { "splice" } else { "map-ont" };
                command = Command::new("minimap2");
                command.args(["-ax", preset, "-t", "2", "-o"]).arg(&raw).arg(&fasta).args(reads);
            }
            Aligner::Truth => {
                command = Command::new("cp");
                command.args(reads).arg(&raw);
            }
        }
        run(command.current_dir(&self.work));
        let unfinished = self.work.join(format!("{name}.unfinished.bam"));
        let mut command = Command::new("python3");
        command.arg(self.shared.join("tools/to_grch38.py")).arg(self.shared.join("genome/regions.tsv")).arg(&raw).arg(&unfinished).arg("2");
        run(&mut command);
        let moved = |from: &Path, to: &Path| std::fs::rename(from, to).expect("a file of the work folder can be renamed");
        moved(&unfinished, &bam);
        moved(&unfinished.with_extension("bam.bai"), &bam.with_extension("bam.bai"));
        std::fs::remove_file(raw).expect("a file of the work folder can be removed");
        bam
    }
}

/// A program that aligns, with options.
#[derive(Clone, Copy)]
pub enum Aligner {
    Star,
    Bwa(&'static [&'static str]),
    /// Of transcripts.
    Minimap2,
    /// Of long reads of chromosomes.
    Minimap2Dna,
    /// None: the reads lie where they truly do.
    Truth,
}

impl Aligner {
    pub fn name(self) -> &'static str {
        match self {
            Self::Star => "STAR",
            Self::Bwa([]) => "bwa",
            Self::Bwa(_) => "bwa -M -Y",
            Self::Minimap2 => "minimap2",
            Self::Minimap2Dna => "minimap2 -x map-ont",
            Self::Truth => "no aligner",
        }
    }
}

/// Sixteen digits that stand for the content of the files.
fn digest<'p>(files: impl IntoIterator<Item = &'p Path>, salt: &str) -> String {
    let mut sum = Md5::new();
    sum.update(salt);
    for file in files {
        sum.update(std::fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
    sum.finalize().iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Model {
    /// Number of exons.
    pub fn exon(&self, number: u32) -> Option<Interval> {
        self.exons.iter().find(|exon| exon.0 == number).map(|&(_, start, end)| Interval { contig: self.contig, start, end })
    }

    /// The edge of an exon at which it is spliced to the next (`five`) or the one before.
    pub fn edge(&self, number: u32, five: bool) -> Option<Breakend> {
        let exon = self.exon(number)?;
        let side = self.side(five);
        Some(Breakend::new(self.contig, if side == Side::Lower { exon.end } else { exon.start }, side))
    }

    /// The flank that a partner keeps: the 5' one up to the break, the 3' one from it.
    pub fn side(&self, five: bool) -> Side {
        if five == (self.strand == Strand::Forward) {
            Side::Lower
        } else {
            Side::Higher
        }
    }

    /// The spliced pieces of the 5' part up to a breakend that lies in an exon, or of the 3' part from it on.
    pub fn spliced(&self, end: Breakend, five: bool) -> Option<Vec<MoleculePiece>> {
        let inside = |exon: &&(u32, u32, u32)| match end.side {
            Side::Lower => exon.1 < end.boundary && end.boundary <= exon.2,
            Side::Higher => exon.1 <= end.boundary && end.boundary < exon.2,
        };
        let (number, start, stop) = *self.exons.iter().find(inside)?;
        let cut = match end.side {
            Side::Lower => Interval { contig: self.contig, start, end: end.boundary },
            Side::Higher => Interval { contig: self.contig, start: end.boundary, end: stop },
        };
        let others = self.exons.iter().filter(|exon| if five { exon.0 < number } else { exon.0 > number });
        let mut pieces: Vec<MoleculePiece> =
            others.map(|&(_, start, end)| MoleculePiece::Genomic(Interval { contig: self.contig, start, end }, self.strand)).collect();
        pieces.insert(if five { pieces.len() } else { 0 }, MoleculePiece::Genomic(cut, self.strand));
        Some(pieces)
    }

    /// Whether a base lies between the first and the last exon.
    pub fn holds(&self, place: BasePlace) -> bool {
        let (first, last) = (self.exons.iter().map(|exon| exon.1).min(), self.exons.iter().map(|exon| exon.2).max());
        place.contig == self.contig && first.is_some_and(|first| first <= place.position) && last.is_some_and(|last| place.position < last)
    }

    /// The whole transcript.
    pub fn pieces(&self) -> Vec<MoleculePiece> {
        self.exons
            .iter()
            .map(|&(_, start, end)| MoleculePiece::Genomic(Interval { contig: self.contig, start, end }, self.strand))
            .collect()
    }

    /// The intron beside an exon on the side at which the partner breaks, without its first and last bases.
    pub fn intron(&self, exon: u32, five: bool) -> Option<Interval> {
        let beside = self.exon(if five { exon + 1 } else { exon.checked_sub(1)? })?;
        let exon = self.exon(exon)?;
        let (start, end) = (exon.end.min(beside.end) + 30, exon.start.max(beside.start).checked_sub(30)?);
        (start + 20 < end).then_some(Interval { contig: self.contig, start, end })
    }
}
