//! kinfuse: fusions and resistance mutations of NTRK1, NTRK2, NTRK3, ROS1 and ALK from aligned reads.

pub mod error;
pub mod fusion;
pub mod genome;
pub mod model;
pub mod sequence;
pub mod stats;

pub use error::{Error, Result};
