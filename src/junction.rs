//! From tails and pairs to junctions: breakpoints, exact to the base where a read shows them, with the fragments that support them.
//!
//! What comes in is the evidence at one kinase ([`crate::evidence`]). What goes out is a list of [`candidate::Candidate`]s, seen from the
//! kinase: one breakend in the kinase, one at the partner, and the supporting fragments.
//!
//! ```text
//!   tails with a place  ---cluster--> seeds --support--> candidates <--support--- tails without a place, pairs, unaligned reads
//!   pairs alone         ---pairs----> realign (clipped reads of both sides) or an interval -----^
//! ```
//!
//! 1. [`cluster`]: tails that the aligner placed, with the same two ends, are a seed. Seeds are ranked by how surely their partner is placed.
//!    A seed whose bases read like a better one's joins it (another copy of a repeat, a homopolymer of another length, a breakpoint a few bases
//!    off).
//! 2. [`support`]: tails without a place join the junction whose bases they repeat. Pairs join the junction that they span, and unaligned
//!    reads ([`unaligned`]) the one that they cross. A fragment supports one junction, once, by its strongest kind of evidence.
//! 3. [`pairs`]: pairs that no exact junction explains are grouped by the break that they may span. [`realign`] then looks for clipped reads
//!    on both sides that continue each other. If there are none, the tails are looked up on the other side, in the FASTA or in the reads there
//!    ([`local`]). If this fails too, the break is reported at exon edges (RNA) or as an interval.
//! 4. [`lost_mate`] (DNA): a mate that was not aligned because of poor bases joins a junction with few fragments if its first bases lie on the
//!    other side.
//!
//! RNA has further steps, because aligners clip short ends at exon edges: [`edge_reads`] reads the exon edges of the kinase and its known
//! partners; [`edges`] recognises short tails by them; [`rescue`] mends what the aligner clipped, misplaced or left unaligned; [`meet`]
//! joins reads of both sides that meet within inserted bases. Partners that no table lists are found by [`discover`] (exons of the FASTA),
//! [`outside`] (reads that lie at the partner alone) and [`search`] (all reads of the file). [`inner_exon`] recognises inserted bases that
//! are one of the genes' own exons. [`nearby`] keeps comparisons few where thousands of chimeras lie side by side.

pub mod candidate;
pub mod cluster;
pub mod concern;
mod consensus;
pub mod costs;
pub mod discover;
pub mod edge_reads;
pub mod edges;
pub mod ends;
pub mod find;
pub mod homology;
pub mod inner_exon;
pub mod local;
pub mod long_read;
pub mod lost_mate;
pub mod meet;
pub mod merge;
pub mod nearby;
pub mod orphan;
pub mod outside;
pub mod pairs;
pub mod partners;
pub mod realign;
pub mod rescue;
pub mod score;
pub mod search;
pub mod support;
pub mod unaligned;

pub use candidate::{Candidate, EvidenceKind, Member};
