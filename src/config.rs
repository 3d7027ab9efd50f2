//! The settings of `kinfuse call`, validated. No module below this one knows the command line.

use std::path::PathBuf;

use crate::alignment::assay::AssayRequest;
use crate::genome::Assembly;
use crate::model::DEFAULT_TARGETS;
use crate::report::also::OtherLayout;
use crate::report::files::PageOptions;

/// Which genome the coordinates belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GenomeChoice {
    /// By contig lengths.
    #[default]
    Auto,
    /// As given.
    Given(Assembly),
}

impl GenomeChoice {
    /// As the command line and reports write it.
    pub fn name(self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Given(assembly) => assembly.to_string(),
        }
    }
}

/// The settings of `kinfuse call`.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct CallConfig {
    /// BAM, CRAM or SAM files of one sample.
    pub inputs: Vec<PathBuf>,
    /// Folder for the results.
    pub out_dir: PathBuf,
    /// Sample name; by default that of `@RG`, else the first file's stem.
    pub sample: Option<String>,
    /// Indexed FASTA.
    pub reference: Option<PathBuf>,
    /// Gene models beside the built-in ones.
    pub gtf: Option<PathBuf>,
    /// Genome.
    pub genome: GenomeChoice,
    /// What the user says of the library.
    pub assay: AssayRequest,
    /// Symbols of the kinases to look at.
    pub targets: Vec<String>,
    /// Folder with knowledge tables that extend the built-in ones.
    pub knowledge: Option<PathBuf>,
    /// Tumour type, for levels of evidence.
    pub tumour: Option<String>,
    /// Whether to write transcripts and proteins of the fusions as FASTA.
    pub fusion_fasta: bool,
    /// Layouts of other programs in which the calls are written too.
    pub also: Vec<OtherLayout>,
    /// How the page is written.
    pub page: PageOptions,
    /// Background of normal samples.
    pub normals: Option<PathBuf>,
    /// The same person's normal tissue or blood.
    pub matched_normal: Option<PathBuf>,
    /// Whether to read the whole of a large RNA file, with all of its unaligned reads.
    pub sensitive: bool,
    /// Whether to read without an index, in one pass.
    pub stream: bool,
    /// Whether files at an address may be opened.
    pub allow_remote: bool,
    /// Worker threads.
    pub threads: usize,
    /// Width of a tile in bases; results do not depend on it.
    pub tile_bp: u32,
}

impl Default for CallConfig {
    /// All that a user can leave out, and no input.
    fn default() -> Self {
        Self {
            inputs: Vec::new(),
            out_dir: PathBuf::from("."),
            sample: None,
            reference: None,
            gtf: None,
            genome: GenomeChoice::Auto,
            assay: AssayRequest { kind: None, duplicates: None, umi_tag: None },
            targets: DEFAULT_TARGETS.map(str::to_owned).to_vec(),
            knowledge: None,
            tumour: None,
            fusion_fasta: false,
            also: Vec::new(),
            page: PageOptions::default(),
            normals: None,
            matched_normal: None,
            sensitive: false,
            stream: false,
            allow_remote: false,
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            tile_bp: crate::alignment::scan::TILE_BP,
        }
    }
}
