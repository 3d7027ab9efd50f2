//! Gene models: the built-in kinases and partners, the user's GTF, and the index over both.
//!
//! ```text
//!   builtin (GRCh37, GRCh38) --.
//!                               >-- merge --> GeneModels: find("FIG"), at(contig, boundary), nearest(...)
//!   the user's GTF ------------'
//! ```
//!
//! Exons are counted on the transcript the literature counts on, wherever it is known; the choice is never left to the order of
//! a file. Coordinates are interbase, on the BAM's own contigs.

pub mod band;
pub mod builtin;
pub mod gene;
pub mod gtf;
pub mod index;

/// The embedded tables by name.
pub const TABLES: [(&str, &str); 5] = [
    ("gene_models.tsv", builtin::MODELS),
    ("gene_spans.tsv", builtin::SPANS),
    ("transcript_ids.tsv", builtin::REFSEQ_IDS),
    ("aliases.tsv", builtin::ALIASES),
    ("cytobands.tsv", band::BANDS),
];

pub use builtin::{current_symbol, BuiltinGenes, KINASES};
pub use gene::{Exon, Gene, Role, Site, Transcript};
pub use gtf::GtfGenes;
pub use index::GeneModels;
