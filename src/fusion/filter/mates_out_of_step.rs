//! The file's mates belong to different fragments: pairs of it prove nothing, and a file that was made wrongly is made again before
//! anything in it is believed.

use super::Doubt;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    doubt.assay.faults.out_of_step().is_some()
}
