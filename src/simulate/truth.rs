//! What is in a simulated sample: one row a fusion or mutation, as tab-separated text.

use std::fmt::Write as _;

use super::reads::{Crossing, Fragment};

/// Columns of the table.
pub const COLUMNS: [&str; 12] = [
    "sample",
    "kind",
    "name",
    "breakpoint5",
    "breakpoint3",
    "exon_junction",
    "variant",
    "split_fragments",
    "pair_fragments",
    "fragments",
    "depth",
    "fraction",
];

/// What is true of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthRow {
    /// The sample.
    pub sample: String,
    /// `fusion`, `mutation` or `chimera`.
    pub kind: &'static str,
    /// `EML4::ALK`, `ROS1 p.G2032R`, ...
    pub name: String,
    /// `chrom:pos:strand` of the 5' partner's last base (1-based), or of a mutation's first base.
    pub breakpoint5: String,
    /// `chrom:pos:strand` of the 3' partner's first base; empty for a mutation.
    pub breakpoint3: String,
    /// Exons joined, in the field's shorthand; empty where there are none.
    pub exon_junction: String,
    /// Label of the variant, if it has one.
    pub variant: String,
    /// Fragments that show it.
    pub seen: Seen,
    /// Fragments over the place that do not show it, where they were counted.
    pub against: Option<u32>,
}

/// Fragments that show a junction or a mutation, duplicates left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// By a read.
    pub split: u32,
    /// Only by the positions of the mates.
    pub pair: u32,
}

impl Seen {
    /// Counts the fragments that cross `left..right` of their molecule with this anchor on both sides.
    pub fn crossing<'m>(fragments: impl IntoIterator<Item = &'m Fragment<'m>>, left: usize, right: usize, anchor_bp: usize) -> Self {
        let mut seen = Self::default();
        for fragment in fragments.into_iter().filter(|fragment| !fragment.duplicate) {
            match fragment.crosses(left, right, anchor_bp) {
                Some(Crossing::Split) => seen.split += 1,
                Some(Crossing::Pair) => seen.pair += 1,
                None => {}
            }
        }
        seen
    }

    /// All fragments.
    pub fn fragments(self) -> u32 {
        self.split + self.pair
    }
}

/// The table with its header; missing values are `.`.
pub fn to_tsv(rows: &[TruthRow]) -> String {
    let mut text = COLUMNS.join("\t");
    text.push('\n');
    for row in rows {
        let or_dot = |text: &str| if text.is_empty() { ".".to_owned() } else { text.to_owned() };
        let fragments = row.seen.fragments();
        let depth = row.against.map(|against| against + fragments);
        let fraction = depth.filter(|&depth| depth > 0).map(|depth| format!("{:.6}", f64::from(fragments) / f64::from(depth)));
        let cells = [
            row.sample.clone(),
            row.kind.to_owned(),
            row.name.clone(),
            or_dot(&row.breakpoint5),
            or_dot(&row.breakpoint3),
            or_dot(&row.exon_junction),
            or_dot(&row.variant),
            row.seen.split.to_string(),
            row.seen.pair.to_string(),
            fragments.to_string(),
            or_dot(&depth.map_or_else(String::new, |depth| depth.to_string())),
            or_dot(&fraction.unwrap_or_default()),
        ];
        let _ = writeln!(text, "{}", cells.join("\t"));
    }
    text
}
