//! From tails and pairs to junctions: exact breakpoints with the fragments that show them.
//!
//! Everything is seen from the kinase: a tail leaves it at a breakend and may be placed by the aligner, or not.
//!
//! 0. In RNA, [`shown`] reads the exon edges of the kinase and its known partners, [`edges`] tells short tails by them, and [`rescue`]
//!    mends what the aligner left clipped, misled or unaligned; [`meet`] joins reads of either side that meet in inserted bases,
//!    [`discover`] names a partner that no table lists by the exons of the FASTA, [`outside`] by reads that lie there alone, and [`search`]
//!    looks in the whole file for what follows a break that nothing else explains.
//! 1. [`cluster`]: placed tails with the same two ends are a seed. Seeds are ranked by how surely their partner is placed, and a
//!    seed whose bases say the same as a better one's joins it: another copy of a repeat, a shortened run of one base, a
//!    breakpoint a few bases off.
//! 2. [`support`]: tails without a place join the junction whose bases they repeat; tails at the partner's side likewise; pairs
//!    join the junction that they span, and reads that were not aligned ([`unaligned`]) the one over which they read. A fragment counts for
//!    one junction, once, by its strongest kind.
//! 3. [`pairs`] that no exact junction explains are grouped by the break that they may span. [`realign`] looks for clipped reads on both
//!    sides that continue each other, so that a repeat at one side does not lose the break; else the tails are looked up on the other side,
//!    in the FASTA or in what its reads show ([`local`]); else the break lies, in RNA, at the exon edges that leave the fragments as long
//!    as others, or within an interval.
//!
//! 4. [`lost_mate`]: in DNA, mates that dirt left unaligned join a junction that few fragments show, where their first bases lie on its other
//!    side.
//!
//! In RNA inserted bases that are one of the genes' own exons are given to it ([`inner_exon`]). Where thousands of chimeras lie beside each
//! other, [`nearby`] finds those worth a comparison.

pub mod candidate;
pub mod cluster;
pub mod concern;
pub mod discover;
pub mod edges;
pub mod ends;
pub mod find;
pub mod homology;
pub mod inner_exon;
pub mod local;
pub mod long_read;
pub mod lost_mate;
pub mod meet;
pub mod nearby;
pub mod orphan;
pub mod outside;
pub mod pairs;
pub mod partners;
pub mod price;
pub mod realign;
pub mod rescue;
pub mod score;
pub mod search;
pub mod shown;
pub mod support;
pub mod unaligned;
pub mod united;
mod votes;

pub use candidate::{Candidate, EvidenceKind, Member};
