//! The formats that calls and truths come in. What a file is shows in its first lines, not in its name.
//!
//! | format | recognised by | ends | order of genes |
//! |---|---|---|---|
//! | kinfuse | `sample id fusion ...`, or JSON with `schema_version` | last base of the 5' partner, first of the 3' one | yes |
//! | Arriba | columns `gene1 gene2 ... breakpoint1` | as above | yes |
//! | STAR-Fusion | column `FusionName` | as above | yes |
//! | VCF (Delly and others) | `##fileformat=VCF` | from ALT, or from SVTYPE, CHR2, POS2/END and CT | no |
//! | BEDPE | two intervals with numbers | from the strands | where the name joins two symbols |

use std::path::Path;

use super::call::SampleCalls;
use crate::error::{Error, Result};
use crate::text;

pub(super) mod arriba;
pub(super) mod bedpe;
pub(super) mod kinfuse;
pub(super) mod star_fusion;
pub(super) mod vcf;

/// What a file of calls is. The order is that of preference where a folder has several files of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallFormat {
    /// `fusions.tsv` or `candidates.tsv.gz` of `kinfuse call`.
    Fusions,
    /// `variants.tsv` of `kinfuse call`.
    Variants,
    /// `kinfuse.json`.
    Json,
    /// Arriba's `fusions.tsv`.
    Arriba,
    /// STAR-Fusion's predictions, full or abridged.
    StarFusion,
    /// A VCF with breakends or symbolic alleles.
    Vcf,
    /// Pairs of intervals.
    Bedpe,
}

/// Remedy if a file has none of these formats.
pub(super) const KNOWN: &str = "give tables of kinfuse, Arriba or STAR-Fusion, VCF, BEDPE, or kinfuse.json";

/// Largest file that is read, in bytes after unpacking: the tables of a thousand samples are far smaller.
const MAX_BYTES: u64 = 1 << 30;

/// Reads a file, unpacked where it is gzip.
///
/// # Errors
/// When it cannot be read, is larger than 1 GiB, or is no text.
pub(super) fn text(path: &Path) -> Result<String> {
    let remedy = "give the truth with --truth, and existing calls with --calls: a table, VCF, BEDPE or kinfuse.json";
    let is_bcf = |start: &[u8]| start.starts_with(b"BCF");
    let bcf = || Error::input(path, "is BCF", "turn it into VCF with: bcftools view -O z -o calls.vcf.gz");
    match text::read(path, MAX_BYTES, remedy) {
        Ok(text) if is_bcf(text.as_bytes()) => Err(bcf()),
        // A pipe is not opened a second time.
        Err(_) if path.is_file() && text::open(path, remedy).is_ok_and(|mut file| file.fill_buf().is_ok_and(is_bcf)) => Err(bcf()),
        read => read,
    }
}

impl CallFormat {
    /// Recognises a file by its text; `None` where it is none of these.
    pub fn of(text: &str) -> Option<Self> {
        let start = text.trim_start();
        if start.starts_with("##fileformat=VCF") {
            return Some(Self::Vcf);
        }
        if start.starts_with('{') {
            return start.get(..4096).unwrap_or(start).contains("\"schema_version\"").then_some(Self::Json);
        }
        let header = text.lines().find(|line| !line.starts_with("##") && !line.trim().is_empty())?;
        let columns: Vec<&str> = header.trim_start_matches('#').split('\t').collect();
        let has = |names: &[&str]| names.iter().all(|name| columns.contains(name));
        if has(&["sample", "fusion", "breakpoint5", "breakpoint3", "filter"]) {
            Some(Self::Fusions)
        } else if has(&["sample", "hgvs_p", "known_resistance"]) {
            Some(Self::Variants)
        } else if has(&["gene1", "gene2", "breakpoint1", "breakpoint2"]) {
            Some(Self::Arriba)
        } else if has(&["FusionName", "LeftBreakpoint", "RightBreakpoint"]) {
            Some(Self::StarFusion)
        } else if bedpe::is_header(&columns) || bedpe::is_record(header) {
            Some(Self::Bedpe)
        } else {
            None
        }
    }
}

/// The calls in a text, by sample. `sample` names the rows of formats that do not name their sample.
///
/// # Errors
/// When a line is not what the format says.
pub(super) fn read(path: &Path, format: CallFormat, text: &str, sample: &str) -> Result<Vec<(String, SampleCalls)>> {
    let one = |fusions| vec![(sample.to_owned(), SampleCalls { fusions, ..SampleCalls::default() })];
    match format {
        CallFormat::Fusions => kinfuse::fusions(path, text, sample),
        CallFormat::Variants => kinfuse::variants(path, text),
        CallFormat::Json => kinfuse::json(path),
        CallFormat::Arriba => Ok(one(arriba::read(path, text)?)),
        CallFormat::StarFusion => Ok(one(star_fusion::read(path, text)?)),
        CallFormat::Vcf => vcf::read(path, text).map(|calls| vec![(sample.to_owned(), calls)]),
        CallFormat::Bedpe => Ok(one(bedpe::read(path, text)?)),
    }
}
