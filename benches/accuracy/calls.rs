//! From the BAM of a set to the calls of its samples.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use kinfuse::alignment::assay::{AssayKind, AssayRequest};
use kinfuse::config::CallConfig;
use kinfuse::evaluate::source::{of_document, CallsBySample};
use kinfuse::progress::Progress;
use kinfuse::{pipeline, publish};
use rayon::prelude::*;
use rust_htslib::bam::{self, Read as _};
use rustc_hash::FxHashMap;

use crate::laboratory::Laboratory;
use crate::sets::{Sample, Set};

/// The settings with which a sample is called; `kinfuse call` takes them from its options.
pub fn config(set: &Set, sample: &str, bam: &Path) -> CallConfig {
    let kind = if set.material == "rna" { AssayKind::Rna } else { AssayKind::Dna };
    let mut config = CallConfig {
        inputs: vec![bam.to_owned()],
        sample: Some(sample.to_owned()),
        assay: AssayRequest { kind: Some(kind), ..AssayRequest::default() },
        threads: 1,
        ..CallConfig::default()
    };
    if !set.targets.is_empty() {
        config.targets = set.targets.iter().map(|&gene| gene.to_owned()).collect();
    }
    config
}

/// Calls every sample: the reads of all its parts, with the GTF that names partners that are not built in, and the FASTA, which is given
/// back.
pub fn call(set: &Set, bam: &Path, folder: &Path, laboratory: &Laboratory) -> (CallsBySample, PathBuf) {
    let parts = Parts::read(bam);
    let fasta = laboratory.grch38_fasta(&parts.contigs);
    let gtf = laboratory.shared.join("genome/grch38.gtf");
    std::fs::create_dir_all(folder).expect("the folder of the samples can be made");
    (each(set, folder, &gtf, &fasta, |sample, path| parts.write(sample, path)), fasta)
}

/// The aligned reads of a set, by the part of samples to which they belong.
pub struct Parts {
    header: bam::Header,
    by_name: FxHashMap<String, Vec<bam::Record>>,
    /// Names and lengths.
    pub contigs: Vec<(String, u32)>,
}

impl Parts {
    pub fn read(bam: &Path) -> Self {
        let mut reader = bam::Reader::from_path(bam).expect("the aligned reads can be read");
        let header = bam::Header::from_template(reader.header());
        let contigs = contigs(&reader);
        let mut by_name: FxHashMap<String, Vec<bam::Record>> = FxHashMap::default();
        for record in reader.records() {
            let record = record.expect("the BAM is whole");
            let name = String::from_utf8_lossy(record.qname()).split(':').next().unwrap_or_default().to_owned();
            by_name.entry(name).or_default().push(record);
        }
        Self { header, by_name, contigs }
    }

    /// The reads of all parts of a sample as one sorted, indexed BAM.
    pub fn write(&self, sample: &Sample, path: &Path) {
        write(path, &self.header, sample.parts.iter().filter_map(|part| self.by_name.get(part)).collect());
    }
}

fn contigs(reader: &bam::Reader) -> Vec<(String, u32)> {
    let length = |tid: usize| reader.header().target_len(tid as u32).map_or(0, |length| length as u32);
    let names = reader.header().target_names();
    names.iter().enumerate().map(|(tid, name)| (String::from_utf8_lossy(name).into_owned(), length(tid))).collect()
}

/// As [`call`], where each sample has its BAM in the folder.
pub fn call_made(set: &Set, folder: &Path, laboratory: &Laboratory) -> (CallsBySample, PathBuf) {
    let first = folder.join(format!("{}.bam", set.samples[0].name));
    let reader = bam::Reader::from_path(first).expect("the aligned reads can be read");
    let fasta = laboratory.grch38_fasta(&contigs(&reader));
    (each(set, folder, &laboratory.shared.join("genome/grch38.gtf"), &fasta, |_, _| {}), fasta)
}

/// Calls each sample from its BAM in the folder, which `make` sees to.
fn each(set: &Set, folder: &Path, gtf: &Path, fasta: &Path, make: impl Fn(&Sample, &Path) + Sync) -> CallsBySample {
    let next = AtomicUsize::new(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads can be had");
    let call_next = || {
        let mut found = Vec::new();
        // One sample after another: the order of the list keeps samples with one background together.
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(sample) = set.samples.get(index) else { return found };
            let path = folder.join(format!("{}.bam", sample.name));
            make(sample, &path);
            let mut config = config(set, &sample.name, &path);
            (config.gtf, config.reference) = (Some(gtf.to_owned()), Some(fasta.to_owned()));
            let result = pipeline::call(&config, &Progress::new(false)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let document = publish::document(&result, &config).expect("the FASTA can be read");
            let status = [sample.name.clone(), document.status.verdict.name().to_owned(), document.status.reasons.join("; ")].join("\t");
            found.push((status, (sample.name.clone(), of_document(&path, &document).expect("a document is a table of calls"))));
        }
    };
    let found: Vec<_> = pool.broadcast(|_| call_next()).into_par_iter().flatten().collect();
    let (mut statuses, calls): (Vec<String>, CallsBySample) = found.into_iter().unzip();
    statuses.sort();
    std::fs::write(folder.join("status.tsv"), statuses.join("\n") + "\n").expect("the list can be written");
    calls
}

/// Sorted lists of records as one sorted, indexed BAM.
fn write(path: &Path, header: &bam::Header, lists: Vec<&Vec<bam::Record>>) {
    let mut records: Vec<&bam::Record> = lists.into_iter().flatten().collect();
    records.sort_by_key(|record| (record.tid() as u32, record.pos()));
    let mut writer = bam::Writer::from_path(path, header, bam::Format::Bam).expect("the BAM can be made");
    // A window of a small file is one block, read again for each look: most of the time would go into unpacking it.
    writer.set_compression_level(bam::CompressionLevel::Uncompressed).expect("the level exists");
    for record in records {
        writer.write(record).expect("the BAM can be written");
    }
    drop(writer);
    bam::index::build(path, None, bam::index::Type::Bai, 1).expect("the BAM can be indexed");
}
