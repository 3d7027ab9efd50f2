//! Gene models: the built-in kinases and partners, the user's GTF, and the index over both.

pub mod gene;

pub use gene::{Exon, Gene, Role, Site, Transcript};
