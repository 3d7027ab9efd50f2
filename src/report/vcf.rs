//! VCF 4.4: fusions as pairs of breakends, variants as SNV, MNV or indel, bgzipped and indexed.
//!
//! Two records stand for one junction, each at its own end, with the other end in the ALT. `t` is the base at the record's own
//! end with the inserted bases, `p` the other end:
//!
//! ```text
//!   own flank  mate's flank  ALT
//!   Lower      Higher        t[p[      ====t]  [p====      (a deletion, when on one contig)
//!   Lower      Lower         t]p]      ====t]  ====p]
//!   Higher     Lower         ]p]t      [t====  ====p]
//!   Higher     Higher        [p[t      [t====  [p====
//! ```
//!
//! Both records of a pair place the junction the same way, so that each names exactly the other's POS. With homology the end
//! that comes first on the genome is left-placed, `CIPOS=0,n`. Where the ends keep different flanks, moving one to the right
//! moves the other to the right as well, and the mate has `CIPOS=0,n` too; where both keep the same flank the mate moves to the
//! left, and has `CIPOS=-n,0`. `HOMSEQ` is what the forward strand shows at the record's own end.
//!
//! Source: VCF 4.4 specification, sections 1.6 (fields), 3 (INFO keys of structural variants) and 5.4 (breakends).

mod breakend;
mod header;
mod info;
mod place;
mod record;

use std::io::{self, Write};
use std::path::Path;

use rust_htslib::{bcf, bgzf};

use super::output::Outputs;
use super::rows::{FusionRow, VariantRow};
use crate::bgzf::check_end;
use crate::error::Result;
use crate::fusion::Fusion;
use crate::genome::{Assembly, ContigId, Contigs};
use crate::variant::Variant;

pub use place::{place, BreakendEntry, ChangeEntry, VcfEntry};

/// Suffix of the file of records.
pub const SUFFIX: &str = "vcf.gz";
/// Suffix of its index.
pub const INDEX_SUFFIX: &str = "vcf.gz.tbi";

/// Gives the reference base at a 0-based position, or `None` where it is not known.
pub type ReferenceBase<'a> = dyn Fn(ContigId, u32) -> Option<u8> + 'a;

/// The calls of one VCF.
pub struct Calls<'a> {
    /// Name of the sample column.
    pub sample: &'a str,
    /// Contigs of the BAM; all are declared, in this order.
    pub contigs: &'a Contigs,
    /// The assembly, if it was recognised.
    pub assembly: Option<Assembly>,
    /// The fusions, of which the listed ones are written.
    pub fusions: &'a [Fusion],
    /// The variants, of which the called ones are written.
    pub variants: &'a [Variant],
    /// Reference bases; `N` is written where it knows none.
    pub reference_base: &'a ReferenceBase<'a>,
}

/// All that a VCF is made of, as a document of results has it.
pub struct Source<'a> {
    /// Name of the sample column.
    pub sample: &'a str,
    /// Version of the program that made the calls.
    pub version: &'a str,
    /// The assembly, if it was recognised.
    pub assembly: Option<&'a str>,
    /// State of the tables that speak of mutations; blank where none did.
    pub tables: &'a str,
    /// Rows of fusions; those without a breakend in `entry` are not written.
    pub fusions: &'a [FusionRow],
    /// Rows of variants.
    pub variants: &'a [VariantRow],
    /// Contigs and places of the records.
    pub entry: &'a VcfEntry,
}

/// The VCF as text: header, then the records by contig, position and identifier.
pub fn text(source: &Source<'_>) -> String {
    let entry = source.entry;
    let ends = entry.breakends.iter().filter_map(|end| Some(record::of_end(source.fusions.get(end.fusion)?, end)));
    let changes = entry.changes.iter();
    let changes = changes.filter_map(|change| record::of_variant(source.variants.get(change.variant)?, change, &entry.contigs));
    let mut records: Vec<record::Record> = ends.chain(changes).collect();
    records.sort();
    let mut text = header::lines(source);
    text.extend(records.iter().filter_map(|record| record.line(&entry.contigs)));
    text
}

/// Writes `vcf.gz` and `vcf.gz.tbi`.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(outputs: &mut Outputs, source: &Source<'_>) -> Result<()> {
    let text = text(source);
    let path = outputs.path(SUFFIX)?;
    bgzip(&path, text.as_bytes()).map_err(|error| outputs.failure(SUFFIX, "write", error))?;
    outputs.finished(SUFFIX)?;
    let index = outputs.path(INDEX_SUFFIX)?;
    bcf::index::build(&path, Some(&index), 0, bcf::index::Type::Tbx)
        .map_err(|error| outputs.failure(INDEX_SUFFIX, "index", io::Error::other(error.msg)))?;
    outputs.finished(INDEX_SUFFIX)
}

impl Calls<'_> {
    /// Places the calls and hands all that their VCF is made of to `use_it`, with how many of them VCF cannot express (a change without
    /// reference bases, a contig whose name VCF forbids).
    pub fn with_source<T>(&self, use_it: impl FnOnce(&Source<'_>, usize) -> T) -> T {
        let (entry, left_out) = place::place(self);
        let fusions: Vec<FusionRow> = self.fusions.iter().map(|fusion| FusionRow::new(self.sample, fusion, self.contigs)).collect();
        let variants: Vec<VariantRow> = self.variants.iter().map(|variant| VariantRow::new(self.sample, variant, self.contigs)).collect();
        let assembly = self.assembly.map(|assembly| assembly.to_string());
        let (sample, version, assembly) = (self.sample, env!("CARGO_PKG_VERSION"), assembly.as_deref());
        use_it(&Source { sample, version, assembly, tables: "", fusions: &fusions, variants: &variants, entry: &entry }, left_out)
    }
}

/// Writes `bytes` as BGZF and makes sure that they arrived.
fn bgzip(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut out = bgzf::Writer::from_path(path).map_err(io::Error::other)?;
    out.write_all(bytes)?;
    out.flush()?;
    drop(out);
    check_end(path)
}

#[cfg(test)]
mod tests;
