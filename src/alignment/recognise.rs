//! Recognises the assay (RNA or DNA, amplicon or not, insert sizes, UMIs) from a sample of the reads: those at the kinases and their partners
//! and, if these are too few, reads from anywhere in the file.

use rust_htslib::bam::record::Record;
use rustc_hash::{FxHashMap, FxHashSet};

use super::assay::{Assay, AssayKind, AssayRequest, DuplicateRule};
use super::assay_check::{self, Edges};
use super::cigar;
use super::faults::Inspection;
use super::file::AlignmentFile;
use super::read::{self, FragmentId, ReadRecord, RecordKind, Skipped};
use super::umi::{umi_sources, UmiSource, SOURCES};
use crate::error::Result;
use crate::genome::{Breakend, Interval};
use crate::material::Material;
use crate::model::{Gene, Role, Site};
use crate::warning::{Code, Warnings};

/// Largest insert of usual libraries, taken where no ordinary pair was sampled.
const USUAL_INSERT_BP: u32 = 600;
/// Records sampled in each region: enough to know shares within 2 %.
const SAMPLE_PER_REGION: usize = 4_000;
/// Insert sizes above this belong to spliced or rearranged pairs and say nothing about the library.
const MAX_ORDINARY_INSERT_BP: i64 = 1_500;
/// A share of spliced alignments above this is RNA: in DNA only processed pseudogenes and noise give gaps.
const MIN_SPLICED_FRAC: f64 = 0.01;
/// Reads at the kinases and partners below which those of other places are sampled with them.
const FEW_READS: u64 = 50;
/// Reads longer than this on the average come from long-read machines.
const LONG_READ_BP: u32 = 600;

/// Counts over the sampled reads.
#[derive(Default)]
struct ReadSample {
    records: u64,
    paired: u64,
    spliced: u64,
    duplicates: u64,
    lengths: Vec<u32>,
    inserts: Vec<u32>,
    same_gene_splits: u64,
    exon_edge_splits: u64,
    umis: [FxHashSet<u64>; SOURCES],
    umi_seen: [u64; SOURCES],
    fragments: FxHashSet<FragmentId>,
    ends: [FxHashMap<(u32, i64, bool), u32>; 2],
    covered: FxHashSet<(u32, u32)>,
    umi_asked: u64,
    inspection: Inspection,
    /// Reads of other places, and the spliced ones among them.
    elsewhere: (u64, u64),
    edges: Edges,
}

/// Recognises the assay from the header's programs and from the reads, first those in `regions`; `genes` are the genes there.
///
/// # Errors
/// When the file cannot be read.
pub fn recognise(
    file: &AlignmentFile,
    (regions, genes): (&[Interval], &[&Gene]),
    request: &AssayRequest,
    warnings: &Warnings,
) -> Result<Assay> {
    let sources = umi_sources();
    let mut reader = file.reader()?;
    let mut sample = ReadSample::default();
    let take = |sample: &mut ReadSample, record: &Record| {
        sample.add(record, &sources);
        sample.umi_asked += u64::from(request.umi_tag.is_some_and(|tag| UmiSource::of_tag(tag).of(record).is_some()));
    };
    for region in regions {
        let mut taken = 0;
        reader.visit_while(*region, |record| {
            match read::usable(record) {
                Ok(RecordKind::Primary) => {
                    taken += 1;
                    take(&mut sample, record);
                    // What reads do at exon edges matters only if `--assay` says RNA, which it can contradict.
                    if request.kind.is_some_and(|kind| kind.material() == Material::Rna) {
                        if let Ok(view) = ReadRecord::without_bases(record, &file.contigs, None) {
                            sample.edges.add(&view, genes);
                        }
                    }
                }
                Err(Skipped::Unmapped) => sample.inspection.add_unaligned(record),
                _ => {}
            }
            if record.aux(b"SA").is_ok() {
                if let Ok(view) = ReadRecord::from_record(record, &file.contigs, None) {
                    sample.add_splits(&view, genes);
                }
            }
            taken < SAMPLE_PER_REGION
        })?;
    }
    if !sample.is_spliced() && splicer(&file.programs).is_none() {
        let few = sample.records < FEW_READS;
        sample.elsewhere = file.elsewhere;
        reader.visit_everywhere(&file.contigs, |record| {
            if matches!(read::usable(record), Ok(RecordKind::Primary)) {
                sample.elsewhere.0 += 1;
                sample.elsewhere.1 += u64::from(read::is_spliced(record));
                if few {
                    take(&mut sample, record);
                }
            }
        })?;
    }
    Ok(sample.conclude(&file.programs, request, warnings))
}

/// The program of the header that splices, if there is one.
fn splicer(programs: &[String]) -> Option<&str> {
    let splices = |program: &&String| {
        let name = program.to_ascii_lowercase();
        let first = name.split_whitespace().next().unwrap_or("");
        ["star", "hisat", "hisat2", "tophat", "tophat2", "gsnap"].contains(&first) || (first == "minimap2" && name.contains("splice"))
    };
    programs.iter().find(splices).and_then(|program| program.split_whitespace().next())
}

/// Whether so many reads of these are spliced that they are RNA.
fn are_spliced((reads, spliced): (u64, u64)) -> bool {
    spliced >= 5 && spliced as f64 >= MIN_SPLICED_FRAC * reads as f64
}

impl ReadSample {
    fn add(&mut self, record: &Record, sources: &[UmiSource; SOURCES]) {
        self.records += 1;
        self.paired += u64::from(record.is_paired());
        self.duplicates += u64::from(record.is_duplicate());
        let operations = read::operations(record);
        self.spliced += u64::from(read::is_spliced(record));
        self.inspection.add(record);
        self.lengths.push(cigar::read_length(&operations));
        let insert = record.insert_size().abs();
        if record.is_paired()
            && record.tid() == record.mtid()
            && insert > 0
            && insert <= MAX_ORDINARY_INSERT_BP
            && record.is_reverse() != record.is_mate_reverse()
        {
            self.inserts.push(insert as u32);
        }
        let fragment = FragmentId::of(record.qname());
        if self.fragments.insert(fragment) {
            for (slot, source) in sources.iter().enumerate() {
                if let Some(umi) = source.of(record) {
                    self.umi_seen[slot] += 1;
                    self.umis[slot].insert(FragmentId::of(&umi.text).0);
                }
            }
        }
        let start = record.pos() as u32;
        let end = start + cigar::reference_length(&operations);
        let five_prime = if record.is_reverse() { i64::from(end) } else { i64::from(start) };
        let number = usize::from(record.is_last_in_template());
        *self.ends[number].entry((record.tid() as u32, five_prime, record.is_reverse())).or_default() += 1;
        if end - start <= LONG_READ_BP {
            self.covered.extend((start / 8..=end / 8).map(|bin| (record.tid() as u32, bin)));
        }
    }

    /// Counts splits whose two ends lie at the exon edges of one gene: the normal splices of RNA that was aligned without them.
    fn add_splits(&mut self, view: &ReadRecord, genes: &[&Gene]) {
        let mut pieces: Vec<_> = view.pieces.iter().chain(view.elsewhere.iter().flatten()).copied().collect();
        pieces.sort_by_key(|piece| (piece.query_start, piece.query_end));
        for pair in pieces.windows(2) {
            let (x, y) = (pair[0].breakend(true), pair[1].breakend(false));
            for gene in genes {
                let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { continue };
                if !gene.span.touches(x.contig, x.boundary)
                    || !gene.span.touches(y.contig, y.boundary)
                    || x.boundary.abs_diff(y.boundary) < 50
                {
                    continue;
                }
                self.same_gene_splits += 1;
                let at_edge = |end: Breakend| match transcript.site(end.boundary, strand, Role::of(strand, end.side)) {
                    Site::Exon { offset_bp, .. } => offset_bp <= 4,
                    Site::Intron { .. } => {
                        transcript.exons.iter().any(|exon| exon.start.abs_diff(end.boundary) <= 4 || exon.end.abs_diff(end.boundary) <= 4)
                    }
                    Site::Outside => false,
                };
                self.exon_edge_splits += u64::from(at_edge(x) && at_edge(y));
            }
        }
    }

    fn conclude(mut self, programs: &[String], request: &AssayRequest, warnings: &Warnings) -> Assay {
        let mut reasons = Vec::new();
        self.lengths.sort_unstable();
        self.inserts.sort_unstable();
        let at = |list: &[u32], share: f64| list.get(((list.len() as f64 - 1.0) * share).max(0.0) as usize).copied();
        let read_length_bp = at(&self.lengths, 0.5).unwrap_or(100);
        let paired = self.paired * 2 > self.records;
        let long_reads = !paired && read_length_bp > LONG_READ_BP;
        let insert_median_bp = at(&self.inserts, 0.5).filter(|_| paired).unwrap_or(read_length_bp);
        let insert_max_bp = match at(&self.inserts, 0.99) {
            Some(bp) if paired => bp.max(read_length_bp),
            None if paired || self.records == 0 => USUAL_INSERT_BP,
            _ => read_length_bp,
        };
        let (is_rna, told) = self.material(programs);
        let unlike = request.kind.and_then(|asked| assay_check::sentence(asked, (is_rna, &told), self.edges));
        reasons.push(told);
        let amplicon = self.amplicon(&mut reasons);
        let recognised = match (is_rna, amplicon && !long_reads) {
            (true, false) => AssayKind::Rna,
            (true, true) => AssayKind::RnaAmplicon,
            (false, false) => AssayKind::Dna,
            (false, true) => AssayKind::DnaAmplicon,
        };
        let kind = request.kind.unwrap_or(recognised);
        if request.kind.is_some() {
            reasons = vec![format!("assay {} was given on the command line", kind.name())];
        }
        let inserts = self.inserts.len() as u64;
        if self.records > 0 {
            reasons.push(match (paired, inserts) {
                (true, 0) => format!("paired reads of {read_length_bp} bases, no ordinary pair among them to measure inserts by"),
                (true, _) => {
                    format!("paired reads of {read_length_bp} bases, insert median {insert_median_bp}, 99 % below {insert_max_bp}")
                }
                (false, _) => format!("single reads of {read_length_bp} bases"),
            });
        }
        let umi = self.umi(request, &mut reasons, warnings);
        let duplicate_frac = if self.records == 0 { 0.0 } else { self.duplicates as f64 / self.records as f64 };
        let marked = programs.iter().any(|program| marks_duplicates(program));
        if request.duplicates == Some(DuplicateRule::Umi) && umi.is_none() && self.records > 0 {
            let text = "no UMIs were found for --duplicates umi (name the tag with --umi-tag): each fragment counts as its own molecule";
            warnings.add(Code::NoUmis, text);
        }
        let duplicates = request.duplicates.unwrap_or_else(|| {
            let (rule, why) = if umi.is_some() {
                (DuplicateRule::Umi, "molecules are counted by UMI and place")
            } else if marked {
                (DuplicateRule::Flag, "the header says that duplicates were marked: flagged records are left out")
            } else if matches!(kind, AssayKind::RnaAmplicon | AssayKind::DnaAmplicon) || !paired {
                // Primers fix one end, and single reads of one length have only one: chance makes many share it.
                (DuplicateRule::Flag, "duplicates cannot be told by place in this assay: only flagged records are left out")
            } else {
                (DuplicateRule::Position, "flagged records are left out, and fragments with the same two ends count once")
            };
            reasons.push(why.to_owned());
            rule
        });
        Assay {
            kind,
            paired,
            read_length_bp,
            insert_median_bp,
            insert_max_bp,
            long_reads,
            umi,
            duplicates,
            duplicate_frac,
            sampled: self.records,
            inserts,
            faults: self.inspection.faults(),
            unlike,
            reasons,
        }
    }

    fn is_spliced(&self) -> bool {
        are_spliced((self.records, self.spliced))
    }

    /// Whether it is RNA, and by what that is told.
    fn material(&self, programs: &[String]) -> (bool, String) {
        let percent = |part: u64, whole: u64| 100.0 * part as f64 / whole as f64;
        let cut = self.inspection.faults().cut;
        let (elsewhere, spliced_elsewhere) = self.elsewhere;
        let rna = if let Some(program) = splicer(programs) {
            format!("RNA: aligned by {program}")
        } else if self.is_spliced() {
            format!("RNA: {:.1} % of the sampled reads are spliced", percent(self.spliced, self.records))
        } else if self.inspection.faults().has_cut_reads() {
            format!("RNA: {cut} sampled reads are cut into several primary records (SplitNCigarReads); they are put together again")
        } else if self.exon_edge_splits >= 5 && self.exon_edge_splits * 5 >= self.same_gene_splits {
            format!("RNA aligned without splicing: {} splits join exon edges of one gene", self.exon_edge_splits)
        } else if are_spliced(self.elsewhere) {
            format!("RNA: {:.1} % of the reads away from the kinases are spliced", percent(spliced_elsewhere, elsewhere))
        } else {
            let reads = self.records.max(elsewhere);
            let dna = match (reads, self.spliced + spliced_elsewhere) {
                (0, _) => "DNA is assumed: there are no reads to tell by".to_owned(),
                (_, spliced) => format!("DNA: {spliced} of {reads} sampled reads are spliced"),
            };
            return (false, dna);
        };
        (true, rna)
    }

    /// Primers pile the ends of one read of each pair on few places, much fewer than random breaks over the same bases would.
    fn amplicon(&self, reasons: &mut Vec<String>) -> bool {
        let covered_bp = self.covered.len() as f64 * 8.0;
        for (number, ends) in self.ends.iter().enumerate() {
            let total: u32 = ends.values().sum();
            if total < 200 || covered_bp < 1.0 {
                continue;
            }
            // Reads of random places occupy covered * (1 - exp(-reads / covered)) of the start places, on two strands.
            let places = covered_bp * 2.0;
            let expected = places * (1.0 - (-f64::from(total) / places).exp());
            let ratio = ends.len() as f64 / expected;
            if ratio < 0.25 {
                let which = ["first", "second"][number];
                reasons.push(format!(
                    "amplicon: the {which} reads start at {} places, {:.0} expected of random breaks",
                    ends.len(),
                    expected
                ));
                return true;
            }
        }
        false
    }

    fn umi(&self, request: &AssayRequest, reasons: &mut Vec<String>, warnings: &Warnings) -> Option<UmiSource> {
        if let Some(tag) = request.umi_tag {
            if self.umi_asked == 0 && self.records > 0 {
                let tag = String::from_utf8_lossy(&tag);
                let text = format!("no sampled read has the tag {tag} that --umi-tag names: each fragment counts as its own molecule");
                warnings.add(Code::NoUmis, text);
            }
            reasons.push("UMI tag given on the command line".to_owned());
            return Some(UmiSource::of_tag(tag));
        }
        let fragments = self.fragments.len() as u64;
        for (slot, source) in umi_sources().into_iter().enumerate() {
            let distinct = self.umis[slot].len() as u64;
            // A droplet read whose barcode could not be corrected has no UMI.
            let least_frac = if source == UmiSource::Cell { 0.5 } else { 0.9 };
            // A suffix that is the same for all reads is a sample index, not a UMI.
            if self.umi_seen[slot] as f64 >= fragments as f64 * least_frac
                && fragments > 0
                && distinct > 8
                && distinct * 50 >= fragments.min(5_000)
            {
                reasons.push(format!("UMIs in {}: {distinct} different ones in {fragments} fragments", source.describe()));
                return Some(source);
            }
            if self.umi_seen[slot] > 0 && matches!(source, UmiSource::NameSuffix(_)) && distinct <= 8 {
                reasons.push(format!("the {} is one of {distinct} values: an index, not a UMI", source.describe()));
            }
        }
        None
    }
}

fn marks_duplicates(program: &str) -> bool {
    let lower = program.to_ascii_lowercase();
    ["markduplicates", "markdup", "samblaster", "biobambam", "dedup", "sambamba"].iter().any(|name| lower.contains(name))
}
