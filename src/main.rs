//! The kinfuse binary.
fn main() {}
