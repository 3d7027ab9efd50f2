//! Whether a mutation is inherited, by what the sample and the same person's normal tissue show of it. Pure.
//!
//! ```text
//!                 molecules of the normal                        molecules of the sample
//!   germline      half of them (4 of 5), or all (1 of 5)         half, all, or anything (a lost copy, uneven expression)
//!   somatic       errors, or (1 of 10) a few tumour cells        anything
//! ```
//!
//! Where one reading is a hundred times likelier than the other, it is the class; else the mutation is undecided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stats::beta_binomial_ln;

/// Where a mutation comes from, by the matched normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The normal has it as all cells of the person do.
    Germline,
    /// The normal lacks it, or has a trace as tumour cells among normal ones leave.
    Somatic,
    /// Too few molecules of the normal tell.
    Undecided,
}

impl Origin {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Germline => "germline",
            Self::Somatic => "somatic",
            Self::Undecided => "undecided",
        }
    }
}

/// Molecules with a change, and all that show its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// With the change.
    pub with: u32,
    /// With it or without it.
    pub depth: u32,
}

/// Share of a normal's molecules with an inherited change of one copy, mean and relative variance: a beta distribution (9.5, 9.5), as wide
/// as capture makes it.
const ONE_COPY: (f64, f64) = (0.5, 0.05);

/// The same of both copies: a beta distribution (99, 1), read by the molecules without it.
const BOTH_COPIES_WITHOUT: (f64, f64) = (0.01, 0.98);

/// Errors: a beta distribution with the mean 0.5 %.
const ERRORS: (f64, f64) = (0.005, 0.98);

/// Tumour cells among the normal ones (tissue beside the tumour, blood with tumour DNA): a beta distribution (1, 10).
const TUMOUR_CELLS: (f64, f64) = (1.0 / 11.0, 0.83);

/// One copy in a sample whose tumour may have lost one: a beta distribution (2, 2).
const ONE_COPY_OF_SAMPLE: (f64, f64) = (0.5, 0.2);

/// How many times likelier a reading must be than the other.
const DECISIVE: f64 = 100.0;

/// The class of a change by what the sample and the normal show of it.
pub fn origin(sample: Counted, normal: Counted) -> Origin {
    let odds = germline(sample, normal) / somatic(sample, normal);
    if odds >= DECISIVE {
        Origin::Germline
    } else if odds <= 1.0 / DECISIVE {
        Origin::Somatic
    } else {
        Origin::Undecided
    }
}

fn chance(with: u32, depth: u32, (mean, variance): (f64, f64)) -> f64 {
    beta_binomial_ln(u64::from(with), u64::from(depth), mean, variance).exp()
}

/// Any count is as likely.
fn any(counted: Counted) -> f64 {
    1.0 / f64::from(counted.depth + 1)
}

fn germline(sample: Counted, normal: Counted) -> f64 {
    let without = |counted: Counted| chance(counted.depth.saturating_sub(counted.with), counted.depth, BOTH_COPIES_WITHOUT);
    let of_normal = 0.8 * chance(normal.with, normal.depth, ONE_COPY) + 0.2 * without(normal);
    let of_sample = 0.5 * chance(sample.with, sample.depth, ONE_COPY_OF_SAMPLE) + 0.3 * without(sample) + 0.2 * any(sample);
    of_normal * of_sample
}

fn somatic(sample: Counted, normal: Counted) -> f64 {
    let of_normal = 0.9 * chance(normal.with, normal.depth, ERRORS) + 0.1 * chance(normal.with, normal.depth, TUMOUR_CELLS);
    // Two chances that are both nothing must not be divided.
    (of_normal * any(sample)).max(1e-300)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn counted(with: u32, depth: u32) -> Counted {
        Counted { with, depth }
    }

    #[test]
    fn both_depths_tell_germline_from_somatic() {
        assert_eq!(origin(counted(50, 100), counted(48, 100)), Origin::Germline);
        assert_eq!(origin(counted(99, 100), counted(30, 30)), Origin::Germline);
        assert_eq!(origin(counted(10, 200), counted(0, 60)), Origin::Somatic);
        assert_eq!(origin(counted(50, 100), counted(0, 60)), Origin::Somatic);
        assert_eq!(origin(counted(90, 200), counted(5, 100)), Origin::Somatic, "tumour cells in the normal");
    }

    #[test]
    fn few_molecules_of_the_normal_leave_it_undecided() {
        for (sample, normal) in [(counted(50, 100), counted(0, 0)), (counted(50, 100), counted(0, 4)), (counted(12, 100), counted(1, 4))] {
            assert_eq!(origin(sample, normal), Origin::Undecided, "{normal:?}");
        }
    }

    #[test]
    fn deep_counts_do_not_end_in_nothing_divided_by_nothing() {
        assert_eq!(origin(counted(9_000, 20_000), counted(10_000, 20_000)), Origin::Germline);
        assert_eq!(origin(counted(9_000, 20_000), counted(3, 20_000)), Origin::Somatic);
    }
}
