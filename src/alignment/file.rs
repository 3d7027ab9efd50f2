//! Opening BAM, CRAM and SAM, with every check that can be made before the first read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use md5::{Digest, Md5};
use rust_htslib::bam::{self, record::Record, Read as _};

use rustc_hash::FxHashMap;

use super::cram::{self, Needs};
use super::format;
pub use super::format::AlignmentFormat;
pub use super::index::Compared;
use super::index::{FileIndex, Location};
use super::read::{end, is_spliced};
use super::remote::{self, Address};
use super::slice_cache::{KeptSlices, SliceState};
use crate::bgzf::VirtualOffset;
use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Interval};
use crate::reference::Fasta;
use crate::secrets::is_remote;

/// Bytes that a CRAM keeps for a read at least, so that reads are rather counted too many than too few.
const CRAM_BYTES_A_READ: u64 = 12;

/// Reads away from the places of interest that are looked at where a file is read in one pass: enough for their share of spliced ones.
const MAX_ELSEWHERE: u64 = 100_000;

/// Contigs that are sampled, all chromosomes among them, and records of each: the first of a chromosome may lie in one odd place, those of
/// all chromosomes do not.
const LONGEST_CONTIGS: usize = 30;
const RECORDS_OF_CONTIG: u32 = 1_000;

/// Remedy if a CRAM has no bases of its own but refers to its reference.
const GIVE_REFERENCE: &str = "give the FASTA it was made with as --reference";

/// How reads are taken from the file.
#[derive(Debug, Clone)]
enum Access {
    /// By index.
    Indexed(Arc<FileIndex>),
    /// The relevant reads, taken in one pass, sorted by place.
    Memory(Arc<Vec<Record>>, u32),
}

/// An alignment file that passed the checks, ready to be opened by any number of workers.
#[derive(Debug)]
pub struct AlignmentFile {
    /// The path as given, or the address without what may be secret.
    pub path: PathBuf,
    /// BAM, CRAM or SAM.
    pub format: AlignmentFormat,
    /// The contigs of the header, in its order.
    pub contigs: Arc<Contigs>,
    /// The header's text.
    pub header: Vec<u8>,
    /// Sample names (`SM` of `@RG`), without repetition.
    pub samples: Vec<String>,
    /// The programs of `@PG` (`PN`, else `ID`, and the command line).
    pub programs: Vec<String>,
    /// Records that were read and not kept, where the file is read in one pass: unmapped ones, and those at no place of interest.
    pub passed_over: (u64, u64),
    /// Of those at no place of interest some that were looked at, and how many of them are spliced.
    pub elsewhere: (u64, u64),
    /// Checksums of contigs (`M5` of `@SQ`), where the header has them.
    pub checksums: FxHashMap<ContigId, String>,
    /// Whether it comes through a pipe or standard input, so that its format was not known before.
    pub is_stream: bool,
    /// Where it is, if it is not here.
    address: Option<Address>,
    reference: Option<PathBuf>,
    header_md5: String,
    access: Access,
    /// Reads of a CRAM that all readers share.
    kept: Arc<KeptSlices>,
    /// The reader that gave the header, kept where the file is read in one pass (standard input opens only once).
    pending: Mutex<Option<bam::Reader>>,
}

/// A worker's own reader.
pub struct Reader {
    source: ReaderSource,
    path: PathBuf,
    contigs: Arc<Contigs>,
    record: Record,
    is_bam: bool,
    /// A CRAM that was taken for one that needs no FASTA.
    is_bare: bool,
    kept: Arc<KeptSlices>,
}

enum ReaderSource {
    Indexed(Box<bam::IndexedReader>, Arc<FileIndex>),
    Memory(Arc<Vec<Record>>, u32),
}

impl AlignmentFile {
    /// Opens a file, reads its header and checks that it is complete, sorted and indexed.
    ///
    /// With `stream` the file needs no index and no order: the reads that `relevant` picks are kept in memory. SAM is always
    /// read so, and `-` is standard input. With `allow_remote` an address is opened, by a build that can.
    ///
    /// # Errors
    /// One [`Error::Input`] that names the file and the remedy: not there, empty, truncated, of another format, unsorted, without
    /// index, CRAM without reference.
    pub fn open(path: &Path, reference: Option<&Path>, stream: bool, allow_remote: bool) -> Result<Self> {
        if path.to_str().is_none() {
            let remedy = "rename it, or give a link to it that has another name (ln -s)";
            return Err(Error::input(path, "has a name that is not UTF-8, which htslib cannot be given", remedy));
        }
        let address = remote::address(path, allow_remote)?;
        let path = address.as_ref().map_or(path, Address::name);
        let format::AlignmentSource { format, is_stream } = match &address {
            Some(address) => format::AlignmentSource { format: address.recognise()?, is_stream: false },
            None => format::recognise(path)?,
        };
        if format == AlignmentFormat::Cram && reference.is_none() {
            let needs = if address.is_some() { Needs::Unknown } else { cram::needs(path)? };
            let problem = match needs {
                Needs::Nothing => None,
                Needs::Reference => Some("is a CRAM that holds its reads as differences from a reference, which is not in it"),
                Needs::Unknown => Some("is a CRAM of which it cannot be told whether its reads are complete without a reference"),
            };
            if let Some(problem) = problem {
                return Err(Error::input(path, problem, GIVE_REFERENCE));
            }
        }
        let plain = open_plain(path, address.as_ref(), reference, format, is_stream)?;
        let contigs = Arc::new(header_contigs(path, plain.header())?);
        let text = String::from_utf8_lossy(plain.header().as_bytes()).into_owned();
        let stream = stream || is_stream || format == AlignmentFormat::Sam;
        let access = if stream {
            Access::Memory(Arc::new(Vec::new()), 0)
        } else {
            if let Some(order) = sort_order(&text).filter(|order| *order == "unsorted" || *order == "queryname") {
                return Err(Error::input(
                    path,
                    format!("its header says SO:{order}, but reads are looked up by place"),
                    format!(
                        "sort and index it (samtools sort -o sorted.bam {0} && samtools index sorted.bam) or use --mode stream",
                        path.display()
                    ),
                ));
            }
            let index = match &address {
                Some(address) => address.index(suffixes(format))?,
                None => Location::here(find_index(path, format)?),
            };
            warn_of_age(&index.path, path);
            let is_here = address.is_none();
            Access::Indexed(Arc::new(match format {
                AlignmentFormat::Cram => FileIndex::of_cram(index, path, &contigs, is_here)?,
                _ => FileIndex::of_bam(index, path, &contigs, is_here.then(|| VirtualOffset(plain.tell() as u64)))?,
            }))
        };
        let file = Self {
            path: path.to_path_buf(),
            address,
            format,
            header: plain.header().as_bytes().to_vec(),
            samples: header_values(&text, "@RG", "SM"),
            programs: programs(&text),
            passed_over: (0, 0),
            is_stream,
            elsewhere: (0, 0),
            checksums: checksums(&text, &contigs),
            contigs,
            reference: reference.map(Path::to_path_buf),
            header_md5: format!("{:x}", Md5::digest(text.as_bytes())),
            access,
            kept: Arc::default(),
            pending: Mutex::new(stream.then_some(plain)),
        };
        if !stream {
            let mut reader = file.reader()?;
            if file.is_remote() {
                // One look at where the index sees the placed reads end tells a file that is cut off before, and an index of another.
                reader.visit_unplaced(1, |_| true)?;
            }
        }
        Ok(file)
    }

    /// Whether it lies elsewhere.
    pub fn is_remote(&self) -> bool {
        self.address.is_some()
    }

    /// The file's name without its folder; `-` for standard input.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(|| "-".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// A cheap fingerprint of the file, which distinguishes it from others of its name: its size (none for a stream), the MD5 sum of the
    /// header's text, and that of the index, where one is used.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn identity(&self) -> Result<(Option<u64>, String, Option<String>)> {
        let bytes = if self.is_stream { None } else { std::fs::metadata(&self.path).ok().map(|data| data.len()) };
        let index_md5 = match &self.access {
            Access::Memory(..) => None,
            Access::Indexed(index) => {
                let content = std::fs::read(index.path()).map_err(Error::io(index.path(), "read"))?;
                Some(format!("{:x}", Md5::digest(content)))
            }
        };
        Ok((bytes, self.header_md5.clone(), index_md5))
    }

    /// How many reads are aligned: as a BAM's index counts them, of a CRAM by its size; none for a file that is read in one pass.
    ///
    /// # Errors
    /// When the file or its index cannot be opened.
    pub fn aligned_reads(&self) -> Result<Option<u64>> {
        let ReaderSource::Indexed(mut reader, index) = self.reader()?.source else { return Ok(None) };
        if self.format == AlignmentFormat::Bam {
            if let Ok(contigs) = reader.index_stats() {
                return Ok(Some(contigs.iter().map(|(_, _, mapped, _)| mapped).sum()));
            }
        }
        Ok(Some(index.bytes() / CRAM_BYTES_A_READ))
    }

    /// Whether the reads must be loaded by [`Self::load`] before they can be visited.
    pub fn needs_loading(&self) -> bool {
        self.pending.lock().is_ok_and(|pending| pending.is_some())
    }

    /// Reads the whole file once and keeps the records that `relevant` picks, sorted by place.
    ///
    /// # Errors
    /// A record that cannot be read, with its number.
    pub fn load(&mut self, relevant: impl Fn(&Record) -> bool) -> Result<()> {
        let Some(mut reader) = self.pending.get_mut().ok().and_then(Option::take) else { return Ok(()) };
        let mut kept = Vec::new();
        let mut longest = 0;
        for (number, record) in reader.records().enumerate() {
            let record = record.map_err(|error| {
                let problem = format!("record {} cannot be read ({error})", number + 1);
                let damaged = "the file is damaged or was cut off there: copy or make it again (samtools view names the line)";
                // A stream could not be inspected before: it may be a CRAM whose bases need a FASTA.
                let bare = "if it is a CRAM, give the FASTA it was made with as --reference; else ";
                let may_be_bare = self.reference.is_none() && (self.is_stream || self.format == AlignmentFormat::Cram);
                let bare = if may_be_bare { bare } else { "" };
                let remedy = format!("{bare}{damaged}");
                Error::Htslib { path: self.path.clone(), problem, remedy }.unless_out_of_files()
            })?;
            if record.is_unmapped() || record.tid() < 0 || record.pos() < 0 {
                self.passed_over.0 += 1;
            } else if !relevant(&record) {
                self.passed_over.1 += 1;
                if self.elsewhere.0 < MAX_ELSEWHERE {
                    self.elsewhere.0 += 1;
                    self.elsewhere.1 += u64::from(is_spliced(&record));
                }
            } else {
                longest = longest.max(end(&record).saturating_sub(record.pos().max(0) as u32));
                kept.push(record);
            }
        }
        // The sort is stable: records of one place stay in the order of the file.
        kept.sort_by_key(|record| (record.tid(), record.pos()));
        self.access = Access::Memory(Arc::new(kept), longest);
        Ok(())
    }

    /// How the FASTA is checked against the reads of a contig of a CRAM; not known beforehand for a file that is read in one pass.
    pub fn compared_with_fasta(&self, contig: ContigId) -> Compared {
        match &self.access {
            Access::Indexed(index) => index.compared_with_fasta(contig),
            Access::Memory(..) => Compared::Not,
        }
    }

    /// A reader for one worker.
    ///
    /// # Errors
    /// When the file or its index cannot be opened.
    pub fn reader(&self) -> Result<Reader> {
        let source = match &self.access {
            Access::Memory(records, longest) => ReaderSource::Memory(Arc::clone(records), *longest),
            Access::Indexed(index) => {
                let mut reader = match &self.address {
                    Some(address) => address.open_indexed(index.path())?,
                    None => open_indexed(&self.path, index.path())?,
                };
                if let Some(reference) = &self.reference {
                    if self.format == AlignmentFormat::Cram {
                        reader
                            .set_reference(reference)
                            .map_err(|error| unreadable(reference, &format!("cannot serve as reference ({error})")))?;
                    }
                }
                ReaderSource::Indexed(Box::new(reader), Arc::clone(index))
            }
        };
        let (path, contigs) = (self.path.clone(), Arc::clone(&self.contigs));
        let is_bare = self.format == AlignmentFormat::Cram && self.reference.is_none();
        Ok(Reader {
            source,
            path,
            contigs,
            record: Record::new(),
            is_bam: self.format == AlignmentFormat::Bam,
            is_bare,
            kept: Arc::clone(&self.kept),
        })
    }
}

impl Reader {
    /// Calls `visit` with each record that overlaps the interval, in the order of the file.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn visit(&mut self, interval: Interval, mut visit: impl FnMut(&Record)) -> Result<()> {
        self.visit_while(interval, |record| {
            visit(record);
            true
        })
    }

    /// Calls `visit` with the records without a place at the end of the file, `limit` at most; a file that is read in one pass keeps
    /// none. Those for which `visit` returns `false` are skipped and do not count. Gives how many are left, or 1 where the index does not
    /// say how many.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn visit_unplaced(&mut self, limit: u64, mut visit: impl FnMut(&Record) -> bool) -> Result<u64> {
        let ReaderSource::Indexed(reader, index) = &mut self.source else { return Ok(0) };
        if index.is_empty() {
            return Ok(0);
        }
        reader
            .fetch(bam::FetchDefinition::Unmapped)
            .map_err(|error| unreadable(&self.path, &format!("its unaligned reads cannot be looked up ({error})")))?;
        let (mut seen, mut counted) = (0, 0);
        while let Some(result) = reader.read(&mut self.record) {
            result.map_err(|error| unreadable(&self.path, &format!("an unaligned read cannot be read ({error})")))?;
            if counted == limit {
                // The index of a BAM knows how many there are; for others the whole file would be read.
                let all = if self.is_bam { reader.index_stats().ok() } else { None };
                let unplaced = all.and_then(|stats| stats.iter().find(|(tid, ..)| *tid < 0).map(|(_, _, _, unmapped)| *unmapped));
                return Ok(unplaced.unwrap_or(0).saturating_sub(seen).max(1));
            }
            counted += u64::from(visit(&self.record));
            seen += 1;
        }
        Ok(0)
    }

    /// Calls `visit` with the first records of each of the longest contigs, wherever they lie on it; of a file that is read in one pass
    /// with those that were kept.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn visit_everywhere(&mut self, contigs: &Contigs, mut visit: impl FnMut(&Record)) -> Result<()> {
        let mut whole: Vec<Interval> = contigs.iter().map(|(contig, named)| Interval { contig, start: 0, end: named.length_bp }).collect();
        whole.sort_by_key(|interval| (std::cmp::Reverse(interval.end), interval.contig));
        for interval in whole.into_iter().take(LONGEST_CONTIGS) {
            let mut seen = 0;
            self.visit_while(interval, |record| {
                visit(record);
                seen += 1;
                seen < RECORDS_OF_CONTIG
            })?;
        }
        Ok(())
    }

    /// As [`Self::visit`], until `visit` returns `false`.
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn visit_while(&mut self, interval: Interval, mut visit: impl FnMut(&Record) -> bool) -> Result<()> {
        let contigs = &self.contigs;
        let place = || format!("{}:{}-{}", contigs.name(interval.contig), interval.start + 1, interval.end);
        let (path, is_bare) = (&self.path, self.is_bare);
        let failed = |problem: String| match unreadable(path, &problem) {
            // Files that were put together may have both kinds of reads.
            Error::Htslib { path, problem, remedy } if is_bare => {
                Error::Htslib { path, problem, remedy: format!("{GIVE_REFERENCE}; if that does not help, {remedy}") }
            }
            other => other,
        };
        match &mut self.source {
            ReaderSource::Memory(records, longest) => {
                let tid = interval.contig.0 as i32;
                let from = i64::from(interval.start.saturating_sub(*longest));
                let first = records.partition_point(|record| (record.tid(), record.pos()) < (tid, from));
                visit_overlapping(&records[first..], interval, visit);
                Ok(())
            }
            ReaderSource::Indexed(reader, index) => {
                index.check(interval, contigs)?;
                let slices = index.slices(interval);
                let known = slices.as_ref().map_or(SliceState::New, |slices| self.kept.ask(slices));
                if let SliceState::Reads(records) = known {
                    visit_overlapping(&records, interval, visit);
                    return Ok(());
                }
                let again = slices.filter(|_| matches!(known, SliceState::Asked));
                let fetched = again.as_ref().map_or(interval, |slices| slices.span);
                reader
                    .fetch((fetched.contig.0 as i32, i64::from(fetched.start), i64::from(fetched.end)))
                    .map_err(|error| failed(format!("{} cannot be looked up ({error})", place())))?;
                let mut reads = Vec::new();
                while let Some(result) = reader.read(&mut self.record) {
                    result.map_err(|error| failed(format!("a record in {} cannot be read ({error})", place())))?;
                    if again.is_some() {
                        reads.push(self.record.clone());
                    } else if !visit(&self.record) {
                        break;
                    }
                }
                if let Some(slices) = again {
                    let reads = Arc::new(reads);
                    visit_overlapping(&reads, interval, visit);
                    self.kept.keep(slices, &reads);
                }
                Ok(())
            }
        }
    }
}

/// Calls `visit` with those of some sorted records of one contig and those behind it that overlap an interval of this contig, until it
/// returns `false`.
fn visit_overlapping(records: &[Record], interval: Interval, mut visit: impl FnMut(&Record) -> bool) {
    for record in records {
        if record.tid() != interval.contig.0 as i32 || record.pos() >= i64::from(interval.end) {
            break;
        }
        // A read without an alignment that is filed with its mate takes one base, as for an index.
        if i64::from(end(record)).max(record.pos() + 1) > i64::from(interval.start) && !visit(record) {
            break;
        }
    }
}

fn unreadable(path: &Path, problem: &str) -> Error {
    let remedy = if is_remote(path) {
        "the connection broke, the server does not send parts of files (HTTP ranges), or the file is damaged or its index of another: try again, or copy both to this machine"
    } else {
        "the file is damaged, its index is of another file, or it was made with another reference: check it with samtools quickcheck -v, then copy, index or make it again"
    };
    Error::Htslib { path: path.to_owned(), problem: problem.to_owned(), remedy: remedy.to_owned() }.unless_out_of_files()
}

fn open_indexed(path: &Path, index: &Path) -> Result<bam::IndexedReader> {
    bam::IndexedReader::from_path_and_index(path, index).map_err(|error| {
        let problem = format!("it cannot be opened with its index {} ({error})", index.display());
        let remedy = format!("make the index anew with: samtools index {}", path.display());
        Error::Htslib { path: path.to_owned(), problem, remedy }.unless_out_of_files()
    })
}

fn open_plain(
    path: &Path,
    address: Option<&Address>,
    reference: Option<&Path>,
    format: AlignmentFormat,
    is_stream: bool,
) -> Result<bam::Reader> {
    let unread = |error: rust_htslib::errors::Error| {
        let (problem, remedy) = if is_stream {
            let problem = "what comes through it is empty, cut off in its header, or neither BAM, CRAM nor SAM with a header";
            (problem.to_owned(), "check the step that writes it; what is given must be aligned reads")
        } else {
            (format!("its header cannot be read ({error})"), "check it with samtools head, and copy or make it again")
        };
        Error::Htslib { path: path.to_owned(), problem, remedy: remedy.to_owned() }.unless_out_of_files()
    };
    let mut reader = match address {
        Some(address) => address.open()?,
        None if path == Path::new("-") => bam::Reader::from_stdin().map_err(unread)?,
        None => bam::Reader::from_path(path).map_err(unread)?,
    };
    // What comes as a stream may be a CRAM too; for other formats the reference is not looked at.
    if let (Some(reference), true) = (reference, format == AlignmentFormat::Cram || is_stream) {
        // htslib reads the FASTA's index unchecked, and writes one where there is none.
        Fasta::open(reference)?;
        reader.set_reference(reference).map_err(|error| unreadable(reference, &format!("cannot serve as reference ({error})")))?;
    }
    Ok(reader)
}

fn header_contigs(path: &Path, header: &bam::HeaderView) -> Result<Contigs> {
    if header.target_count() == 0 {
        return Err(Error::input(
            path,
            "its header names no contigs (@SQ)",
            "give aligned reads; FASTQ and unaligned BAMs must be aligned first",
        ));
    }
    let mut list = Vec::new();
    for (index, name) in header.target_names().into_iter().enumerate() {
        let length = header.target_len(index as u32).and_then(|length| u32::try_from(length).ok()).ok_or_else(|| {
            Error::input(path, format!("contig {} is longer than 4 Gb", String::from_utf8_lossy(name)), "such genomes are not supported")
        })?;
        list.push((String::from_utf8_lossy(name).into_owned(), length));
    }
    Ok(Contigs::new(list))
}

/// How the names of indexes end.
fn suffixes(format: AlignmentFormat) -> &'static [&'static str] {
    if format == AlignmentFormat::Cram {
        &["crai"]
    } else {
        &["bai", "csi"]
    }
}

/// Looks for the index beside the file as named and beside the file it points to.
fn find_index(path: &Path, format: AlignmentFormat) -> Result<PathBuf> {
    let suffixes = suffixes(format);
    let target = path.canonicalize().map_err(Error::io(path, "follow it"))?;
    for base in [path, target.as_path()] {
        for suffix in suffixes {
            let mut appended = base.as_os_str().to_owned();
            appended.push(format!(".{suffix}"));
            for candidate in [PathBuf::from(appended), base.with_extension(suffix)] {
                if candidate.is_file() {
                    return Ok(candidate);
                }
            }
        }
    }
    Err(Error::input(
        path,
        format!("has no index ({})", suffixes.join(" or ")),
        format!("make one with: samtools index {} (or use --mode stream, which needs none)", path.display()),
    ))
}

/// Says that an index is older than its file; whether it still fits is checked.
fn warn_of_age(index: &Path, path: &Path) {
    let written = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
    if written(index).zip(written(path)).is_some_and(|(index, file)| index < file) {
        log::warn!("{} is older than its file; it fits the file all the same", index.display());
    }
}

fn sort_order(header: &str) -> Option<&str> {
    header.lines().find(|line| line.starts_with("@HD"))?.split('\t').find_map(|field| field.strip_prefix("SO:"))
}

fn header_values(header: &str, line_kind: &str, tag: &str) -> Vec<String> {
    let prefix = format!("{tag}:");
    let mut values: Vec<String> = Vec::new();
    for line in header.lines().filter(|line| line.split('\t').next() == Some(line_kind)) {
        for field in line.split('\t').filter_map(|field| field.strip_prefix(&prefix)) {
            if !values.iter().any(|value| value == field) {
                values.push(field.to_owned());
            }
        }
    }
    values
}

fn checksums(header: &str, contigs: &Contigs) -> FxHashMap<ContigId, String> {
    let field = |line: &str, tag: &str| line.split('\t').find_map(|field| field.strip_prefix(tag).map(str::to_owned));
    header
        .lines()
        .filter(|line| line.starts_with("@SQ"))
        .filter_map(|line| Some((contigs.find(&field(line, "SN:")?)?, field(line, "M5:")?)))
        .collect()
}

fn programs(header: &str) -> Vec<String> {
    header
        .lines()
        .filter(|line| line.starts_with("@PG"))
        .map(|line| {
            let field = |tag: &str| line.split('\t').find_map(|field| field.strip_prefix(tag)).unwrap_or("");
            let name = if field("PN:").is_empty() { field("ID:") } else { field("PN:") };
            format!("{name} {}", field("CL:")).trim_end().to_owned()
        })
        .collect()
}
