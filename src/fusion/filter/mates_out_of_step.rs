//! Flag `mates_out_of_step`: the file pairs mates of different fragments, so its pairs prove nothing. Such a file should be made again.

use super::Doubt;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    doubt.assay.faults.out_of_step().is_some()
}
