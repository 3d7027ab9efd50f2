//! Costs of the ways to join the two sides of a junction, beside those of read errors. They are natural logarithms in thousandths, as whole
//! numbers, so that sums are exact in any order.
//!
//! ```text
//!   5.0 for any inserted bases         one junction of exons in about 150 has them
//!   1.4 for each inserted base         ln 4: it might be any of four
//!   6.0 for each end off exon edges    in RNA: one junction in a few hundred
//!   8.0 for a base that differs from its gene in this sample, however many reads show it
//!                                      ln 3,000: two people differ at one base in a thousand, in one of three ways
//! ```

/// Thousandths of a natural logarithm.
pub type Cost = i64;

const INSERTED: Cost = 5_000;
const BASE: Cost = 1_386;
const OFF_EDGE: Cost = 6_000;
/// A base of the sample that is not the reference's.
pub const VARIANT: Cost = 8_006;

/// A natural logarithm as a cost.
pub fn of_nats(nats: f64) -> Cost {
    (nats * 1_000.0).round() as Cost
}

/// The cost of so many inserted bases and ends that lie on no exon edge.
pub fn price(inserted_bp: usize, off_edge: usize) -> Cost {
    let inserted = if inserted_bp == 0 { 0 } else { INSERTED + BASE * inserted_bp as Cost };
    inserted + OFF_EDGE * off_edge as Cost
}
