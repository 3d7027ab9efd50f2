//! What was read where, and what a negative is worth: the fragments that cross a place unbroken, how many of them a fusion would have
//! needed to be seen, and whether a sample can be judged at all.
//!
//! ```text
//! depth, profile (DNA) ----> molecules that could have shown a break --\
//! splices (RNA) -----------> molecules of the partners' transcripts ----+--> detectability --> sentence, verdict
//! support rule (fusion) ---> molecules that a call needs --------------/ \
//!                                                        recognition ----+
//! ```
//!
//! [`balance`] asks of RNA whether a kinase's 3' part has more molecules than its 5' part, as it has where only the former is fused;
//! [`amplification`] asks of DNA which genes have more copies than the rest.

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
