//! What was read where: the fragments that cross a place unbroken, and whether a sample can be judged at all.

pub mod depth;
pub mod verdict;
