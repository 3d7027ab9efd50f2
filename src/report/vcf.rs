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
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::candidates::CandidateEntry;
use super::output::Outputs;
use super::rows::{FusionRow, VariantRow};
use crate::bgzf::check_end;
use crate::error::Result;
use crate::fusion::Fusion;
use crate::genome::{Assembly, ContigId, Contigs};
use crate::variant::Variant;

pub use place::{BreakendEntry, BreakendPlacer};
pub use record::can_hold;

/// Suffix of the file of records.
pub const SUFFIX: &str = "vcf.gz";
/// Suffix of its index.
pub const INDEX_SUFFIX: &str = "vcf.gz.tbi";

/// Gives the reference base at a 0-based position, or `None` where it is not known.
pub type ReferenceBase<'a> = dyn Fn(ContigId, u32) -> Option<u8> + 'a;

/// All that a VCF is made of, as a document of results has it.
pub struct VcfContent<'a> {
    /// Name of the sample column.
    pub sample: &'a str,
    /// Version of the program that made the calls.
    pub version: &'a str,
    /// The assembly, if it was recognised.
    pub assembly: Option<&'a str>,
    /// State of the tables that speak of mutations; blank where none did.
    pub tables: &'a str,
    /// Contigs of the BAM; all are declared, in this order.
    pub contigs: &'a ContigList,
    /// Fusions; those without breakends are not written.
    pub fusions: &'a [CandidateEntry],
    /// Called variants.
    pub variants: &'a [&'a VariantRow],
}

/// Names and lengths of contigs, in the order of the BAM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContigList {
    /// Names as the BAM spells them.
    pub names: Vec<String>,
    /// Their lengths in bases.
    pub lengths_bp: Vec<u32>,
}

impl From<&Contigs> for ContigList {
    fn from(contigs: &Contigs) -> Self {
        let names = contigs.iter().map(|(_, contig)| contig.name.clone()).collect();
        Self { names, lengths_bp: contigs.iter().map(|(_, contig)| contig.length_bp).collect() }
    }
}

/// The calls of one VCF that is made without a document.
pub struct VcfCalls<'a> {
    /// Name of the sample column.
    pub sample: &'a str,
    /// Contigs of the BAM; all are declared, in this order.
    pub contigs: &'a Contigs,
    /// The assembly, if it was recognised.
    pub assembly: Option<Assembly>,
    /// The fusions, all of which are written.
    pub fusions: &'a [Fusion],
    /// The variants, all of which are written.
    pub variants: &'a [Variant],
    /// Reference bases; `N` is written where it knows none.
    pub reference_base: &'a ReferenceBase<'a>,
}

impl VcfCalls<'_> {
    /// Places the calls and hands all that their VCF is made of to `use_it`, with how many of the variants VCF cannot hold.
    pub fn with_source<T>(&self, use_it: impl FnOnce(&VcfContent<'_>, usize) -> T) -> T {
        let places = BreakendPlacer { contigs: self.contigs, reference_base: self.reference_base };
        let candidate = |fusion: &Fusion| CandidateEntry {
            row: FusionRow::new(self.sample, fusion, self.contigs),
            read_names: Vec::new(),
            quality_terms: None,
            naming: fusion.naming.clone(),
            breakends: places.breakends(fusion),
        };
        let fusions: Vec<CandidateEntry> = self.fusions.iter().map(candidate).collect();
        let rows: Vec<VariantRow> = self.variants.iter().map(|variant| VariantRow::new(self.sample, variant, self.contigs)).collect();
        let assembly = self.assembly.map(|assembly| assembly.to_string());
        let (sample, version, assembly) = (self.sample, env!("CARGO_PKG_VERSION"), assembly.as_deref());
        let contigs = ContigList::from(self.contigs);
        let left_out = rows.iter().filter(|row| !can_hold(row)).count();
        let variants: Vec<&VariantRow> = rows.iter().collect();
        use_it(&VcfContent { sample, version, assembly, tables: "", contigs: &contigs, fusions: &fusions, variants: &variants }, left_out)
    }
}

/// The VCF as text: header, then the records by contig, position and identifier.
pub fn text(source: &VcfContent<'_>) -> String {
    let contigs = &source.contigs.names;
    let ends = source.fusions.iter().flat_map(|fusion| {
        // A breakend without its mate would be an invalid VCF, so both are written or neither.
        let ends = fusion.breakends.iter().filter(|_| fusion.breakends.iter().all(BreakendEntry::is_sound));
        ends.filter_map(|end| record::of_end(&fusion.row, end, contigs))
    });
    let changes = source.variants.iter().flat_map(|variant| record::of_variant(variant, contigs));
    let mut records: Vec<record::VcfRecord> = ends.chain(changes).collect();
    records.sort();
    let mut text = header::lines(source);
    text.extend(records.iter().filter_map(|record| record.line(contigs)));
    text
}

/// Writes `vcf.gz` and `vcf.gz.tbi`.
///
/// # Errors
/// When a file cannot be written, with its final name.
pub fn write(outputs: &mut Outputs, source: &VcfContent<'_>) -> Result<()> {
    let text = text(source);
    let path = outputs.path(SUFFIX)?;
    bgzip(&path, text.as_bytes()).map_err(|error| outputs.failure(SUFFIX, "write", error))?;
    outputs.finished(SUFFIX)?;
    let index = outputs.path(INDEX_SUFFIX)?;
    bcf::index::build(&path, Some(&index), 0, bcf::index::Type::Tbx)
        .map_err(|error| outputs.failure(INDEX_SUFFIX, "index", io::Error::other(error.msg)))?;
    outputs.finished(INDEX_SUFFIX)
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
