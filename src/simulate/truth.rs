//! What is in a simulated sample: one row a fusion junction, mutation or chimera, or one for nothing of the kind, as tab-separated text.

use std::fmt::Write as _;

use super::reads::{CrossingKind, SimulatedFragment};

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

/// Columns that a table of events adds.
pub const EVENT_COLUMNS: [&str; 11] = [
    "event",
    "structure",
    "category",
    "material",
    "homology_bp",
    "insertion",
    "expected_fragments",
    "expected_fraction",
    "phase",
    "ref",
    "alt",
];

/// What is true of a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthRow {
    /// The sample.
    pub sample: String,
    /// `fusion`, `mutation`, `chimera`, `hopped` for a fusion of another sample, or `negative` for a sample without the first two.
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
    pub seen: TrueFragments,
    /// Fragments over the place (a junction's end at the kinase) that do not show it, where they were counted.
    pub against: Option<u32>,
    /// The same at the junction's other end.
    pub against_at_partner: Option<u32>,
}

/// What a table of events asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TruthEvent {
    /// Identifier of the event; the reciprocal's ends in `r`.
    pub event: String,
    /// `transcript`, or the kind of the rearrangement.
    pub structure: String,
    /// Label of the event.
    pub category: String,
    /// `rna` or `dna`.
    pub material: String,
    /// Bases that both sides share, counted on the kinase's.
    pub homology_bp: Option<u32>,
    /// Inserted bases, read from the 5' partner.
    pub insertion: String,
    /// Mean number of fragments that the library would show.
    pub expected_fragments: Option<f64>,
    /// Share of the molecules that was asked for.
    pub expected_fraction: Option<f64>,
    /// `cis:<event>` or `trans:<event>`.
    pub phase: String,
    /// Bases of the reference, forward strand.
    pub reference: String,
    /// New bases, forward strand.
    pub alternative: String,
}

/// Fragments that show a junction or a mutation, duplicates left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrueFragments {
    /// By a read.
    pub split: u32,
    /// Only by the positions of the mates.
    pub pair: u32,
}

impl TrueFragments {
    /// Counts the fragments that cross `left..right` of their molecule with this anchor on both sides.
    pub fn crossing<'m>(
        fragments: impl IntoIterator<Item = &'m SimulatedFragment<'m>>,
        left: usize,
        right: usize,
        anchor_bp: usize,
    ) -> Self {
        let mut seen = Self::default();
        for fragment in fragments.into_iter().filter(|fragment| !fragment.duplicate) {
            match fragment.crosses(left, right, anchor_bp) {
                Some(CrossingKind::Split) => seen.split += 1,
                Some(CrossingKind::Pair) => seen.pair += 1,
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

impl TruthRow {
    fn cells(&self) -> [String; 12] {
        // A pair around a junction of RNA is no proof that it crosses there, and does not count: see `TrueFragments`.
        let fragments = self.seen.fragments();
        let depth = self.against.map(|against| against + fragments);
        let fraction = depth.filter(|&depth| depth > 0).map(|depth| format!("{:.6}", f64::from(fragments) / f64::from(depth)));
        [
            self.sample.clone(),
            self.kind.to_owned(),
            self.name.clone(),
            or_dot(&self.breakpoint5),
            or_dot(&self.breakpoint3),
            or_dot(&self.exon_junction),
            or_dot(&self.variant),
            self.seen.split.to_string(),
            self.seen.pair.to_string(),
            fragments.to_string(),
            or_dot(&depth.map_or_else(String::new, |depth| depth.to_string())),
            or_dot(&fraction.unwrap_or_default()),
        ]
    }
}

impl TruthEvent {
    fn cells(&self) -> [String; 11] {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
        [
            or_dot(&self.event),
            or_dot(&self.structure),
            or_dot(&self.category),
            or_dot(&self.material),
            or_dot(&self.homology_bp.map_or_else(String::new, |bp| bp.to_string())),
            or_dot(&self.insertion),
            or_dot(&number(self.expected_fragments)),
            or_dot(&number(self.expected_fraction)),
            or_dot(&self.phase),
            or_dot(&self.reference),
            or_dot(&self.alternative),
        ]
    }
}

fn or_dot(text: &str) -> String {
    if text.is_empty() { "." } else { text }.to_owned()
}

/// The table with its header; missing values are `.`.
pub fn to_tsv(rows: &[TruthRow]) -> String {
    let mut text = COLUMNS.join("\t");
    text.push('\n');
    for row in rows {
        let _ = writeln!(text, "{}", row.cells().join("\t"));
    }
    text
}

/// The header of a table of events.
pub fn event_header() -> String {
    format!("{}\t{}\n", COLUMNS.join("\t"), EVENT_COLUMNS.join("\t"))
}

/// The rows of a table of events, without header.
pub fn event_lines<'r>(rows: impl IntoIterator<Item = &'r (TruthRow, TruthEvent)>) -> String {
    rows.into_iter().fold(String::new(), |mut text, (row, event)| {
        let _ = writeln!(text, "{}\t{}", row.cells().join("\t"), event.cells().join("\t"));
        text
    })
}
