//! Depth, and what a negative result is worth.
//!
//! What comes in is the reads of a library and the number of fragments that a call needs. What goes out, for each place at which a kinase
//! breaks, is how many molecules could have shown a fusion and which fraction would have been seen. From this follows whether the sample can
//! be judged at all.
//!
//! ```text
//! depth, profile (DNA) ----> molecules that could have shown a break --\
//! splices (RNA) -----------> molecules of the partners' transcripts ----+--> detectability --> sentence, verdict
//! support rule (fusion) ---> molecules that a call needs --------------/ \
//!                                                        recognition ----+
//! ```
//!
//! [`balance`] compares, in RNA, the expression of a kinase's 3' part with that of its 5' part: a fusion expresses the 3' part only.
//! [`amplification`] looks, in DNA, for genes with more copies than the others.

pub mod amplification;
pub mod balance;
pub mod depth;
pub mod detectability;
pub mod profile;
pub mod recognition;
pub mod region;
pub mod rna;
pub mod sentence;
pub mod splices;
pub mod survey;
pub mod verdict;
