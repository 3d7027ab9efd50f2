//! Whether a kit for RT-PCR can confirm a junction: its list names junctions, and a user's transcripts may count them otherwise.

use super::super::json::Document;
use super::super::rows::FusionRow;
use crate::knowledge::{Knowledge, KnownFusion};

/// How the table of known fusions marks the junctions that the `AmoyDx` ROS1 kit has primers for.
const IN_AMOYDX: &str = "AmoyDx ROS1 kit target";

/// Bases by which homology may shift a junction against the table.
const KIT_TOLERANCE_BP: u32 = 3;

/// Whether a junction is one that the kit has primers for: by its name, or by its place where a user's transcripts count otherwise.
pub(super) fn is_target_of_kit(fusion: &FusionRow, row: Option<&KnownFusion>, document: &Document, knowledge: &Knowledge) -> bool {
    let in_kit = |row: &KnownFusion| row.other_names.contains(IN_AMOYDX);
    if row.is_some_and(in_kit) {
        return true;
    }
    let place = |printed: Option<&str>| {
        let mut parts = printed?.split(':');
        Some((parts.next()?.trim_start_matches("chr").to_owned(), parts.next()?.parse::<u32>().ok()?))
    };
    let (Some(five), Some(three)) = (place(fusion.breakpoint5.as_deref()), place(fusion.breakpoint3.as_deref())) else { return false };
    let near = |seen: &(String, u32), printed: &Option<(String, u32)>| {
        let is = |(chromosome, position): &(String, u32)| {
            chromosome.trim_start_matches("chr") == seen.0 && position.abs_diff(seen.1) <= KIT_TOLERANCE_BP
        };
        printed.as_ref().is_some_and(is)
    };
    let of_pair = |row: &&KnownFusion| Some(&row.gene5) == fusion.gene5.as_ref() && Some(&row.gene3) == fusion.gene3.as_ref();
    // The table's places are those of GRCh38.
    document.assembly.as_deref() == Some("GRCh38")
        && knowledge.fusions().iter().filter(of_pair).any(|row| in_kit(row) && near(&five, &row.junction5) && near(&three, &row.junction3))
}
