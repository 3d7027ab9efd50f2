//! Alignments as files hold them, and the typed view of them that the rest of the crate works with.
//!
//! ```text
//! AlignmentFile --Reader--> bam::Record --read--> ReadRecord (pieces on the genome, in the order of the read)
//! ```
//!
//! A read is a row of [`read::Piece`]s: stretches that align without a long gap. Two pieces that follow each other on the
//! read are joined by a gap of one alignment (`N`) or by two alignments (a split read):
//!
//! ```text
//!   read      0 ......... 39|39 ............... 96
//!   pieces    [chr2:+ALK    ][chr2:-EML4         ]
//! ```

pub mod aligned_bases;
pub mod assay;
pub mod assay_check;
pub mod bounded;
pub mod bytes;
pub mod cigar;
mod cram;
pub mod cut_reads;
pub mod faults;
pub mod file;
mod format;
mod index;
pub mod library;
pub mod mates;
pub mod read;
pub mod recognise;
pub mod remote;
pub mod same_place;
pub mod scan;
mod slice_cache;
pub mod tile;
pub mod trim;
pub mod umi;
pub mod unaligned_mates;

pub use assay::Assay;
pub use file::AlignmentFile;
pub use library::Library;
pub use read::{Piece, ReadRecord};
/// A record as a file has it.
pub use rust_htslib::bam::record::Record;
