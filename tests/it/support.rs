//! What the tests share: running the program, making reads, finding the shared checks.

pub mod bench;
pub mod command;
pub mod laboratory;
pub mod mirror;
pub mod molecules;
pub mod sam;
pub mod shared;
pub mod slices;
