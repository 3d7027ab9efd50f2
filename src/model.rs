//! Gene models: the user's GTF, the curated kinases and partners, all protein-coding genes, and the index over them.
//!
//! ```text
//!   the user's GTF ------------.
//!                               >-- merge --> GeneModels: find("FIG"), at(contig, boundary)
//!   curated (GRCh37, GRCh38) --'                  |
//!   all protein-coding genes ---------------------'--> unlisted_at(contig, boundary): only to name a partner
//! ```
//!
//! Exons are counted on the transcript the literature counts on, wherever it is known; the choice is never left to the order of
//! a file. Coordinates are interbase, on the BAM's own contigs.

pub mod all_genes;
pub mod band;
pub mod builtin;
pub mod gene;
pub mod gtf;
pub mod index;

/// The embedded tables by name.
pub const TABLES: [(&str, &str); 5] = [
    ("gene_models.tsv", builtin::MODELS),
    ("all_genes.tsv", all_genes::ALL_GENES),
    ("transcript_ids.tsv", builtin::REFSEQ_IDS),
    ("aliases.tsv", builtin::ALIASES),
    ("cytobands.tsv", band::BANDS),
];

pub use all_genes::AllGenes;
pub use builtin::{current_symbol, BuiltinGenes, DEFAULT_TARGETS, KINASES};

/// Whether a curated table or that of all protein-coding genes has a gene of this symbol.
pub fn is_gene(symbol: &str) -> bool {
    builtin::has(symbol) || all_genes::has(symbol)
}
pub use gene::{Exon, Gene, Role, Site, Transcript};
pub use gtf::GtfGenes;
pub use index::GeneModels;
