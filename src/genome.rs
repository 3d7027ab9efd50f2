//! Places on a genome: contigs, intervals, breakends and the junctions that join them.
//!
//! Everything here is **interbase**: a position is the boundary between two bases, so that the bases
//! `[0, boundary)` lie below it. Only [`crate::report`] turns a boundary into a 1-based position.
//! This module does no I/O and knows no other module than [`crate::sequence`].
//!
//! A junction joins two breakends. A breakend is a boundary and the flank that the rearranged
//! molecule keeps; the kind of event follows from the two and is never stored:
//!
//! ```text
//!   a keeps Lower, b keeps Higher     ====a]..........[b====     deletion (or an intron)
//!   a keeps Higher, b keeps Lower     ....[a==========b]....     duplication
//!   both keep Lower                   ====a]    ====b]           inversion
//!   both keep Higher                  [a====    [b====           inversion
//!   two contigs                                                  translocation
//! ```

use std::fmt;

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::sequence::reverse_complement;

/// Index of a contig in a [`Contigs`] table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ContigId(pub u32);

/// One reference sequence of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contig {
    /// The name as the file spells it.
    pub name: String,
    /// Length in bases.
    pub length_bp: u32,
}

/// The contigs of one file, in its order, found by any of the spellings in use (`chr2`, `2`, `NC_000002.12`).
#[derive(Debug, Clone, Default)]
pub struct Contigs {
    list: Vec<Contig>,
    exact: FxHashMap<String, ContigId>,
    canonical: FxHashMap<String, ContigId>,
}

/// A genome assembly whose coordinates the built-in tables know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Assembly {
    /// GRCh37, also hg19 and b37.
    #[serde(rename = "GRCh37")]
    Grch37,
    /// GRCh38, also hg38.
    #[serde(rename = "GRCh38")]
    Grch38,
}

impl fmt::Display for Assembly {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Grch37 => "GRCh37",
            Self::Grch38 => "GRCh38",
        })
    }
}

/// Lengths (bases) of the chromosomes that carry the five kinases; they differ between the assemblies.
/// Source: the assembly reports of GRCh37.p13 and GRCh38.p14 (`GCF_000001405.25` and .40).
const KINASE_CHROMOSOMES: [(&str, u32, u32); 5] = [
    ("1", 249_250_621, 248_956_422),
    ("2", 243_199_373, 242_193_529),
    ("6", 171_115_067, 170_805_979),
    ("9", 141_213_431, 138_394_717),
    ("15", 102_531_392, 101_991_189),
];

/// The spelling under which all names of one human chromosome meet: `chr2`, `2` and `NC_000002.12` give `2`,
/// `chrM` and `MT` give `MT`. Other names are returned unchanged.
pub fn canonical_contig_name(name: &str) -> String {
    if let Some(accession) = name.strip_prefix("NC_") {
        let number = accession.split('.').next().unwrap_or("");
        if number == "012920" {
            return "MT".to_owned();
        }
        if number.len() == 6 {
            match number.parse::<u32>() {
                Ok(n @ 1..=22) => return n.to_string(),
                Ok(23) => return "X".to_owned(),
                Ok(24) => return "Y".to_owned(),
                _ => {}
            }
        }
        return name.to_owned();
    }
    let stem = name.strip_prefix("chr").or_else(|| name.strip_prefix("Chr")).or_else(|| name.strip_prefix("CHR")).unwrap_or(name);
    match stem {
        "M" | "MT" => "MT".to_owned(),
        "X" | "Y" => stem.to_owned(),
        _ if !stem.is_empty() && stem.len() <= 2 && stem.bytes().all(|b| b.is_ascii_digit()) => stem.trim_start_matches('0').to_owned(),
        _ => name.to_owned(),
    }
}

impl Contigs {
    /// `chr1` to `chr22`, `chrX` and `chrY`, long enough for every gene: for what needs places but no file.
    pub fn chromosomes() -> Self {
        let names = (1..=22).map(|number| number.to_string()).chain(["X".to_owned(), "Y".to_owned()]);
        Self::new(names.map(|name| (format!("chr{name}"), u32::MAX)))
    }

    /// Builds the table from names and lengths in file order.
    pub fn new(contigs: impl IntoIterator<Item = (String, u32)>) -> Self {
        let mut table = Self::default();
        for (name, length_bp) in contigs {
            let id = ContigId(table.list.len() as u32);
            table.exact.entry(name.clone()).or_insert(id);
            table.canonical.entry(canonical_contig_name(&name)).or_insert(id);
            table.list.push(Contig { name, length_bp });
        }
        table
    }

    /// The contig of this name, in whatever spelling; an exact match wins.
    pub fn find(&self, name: &str) -> Option<ContigId> {
        self.exact.get(name).or_else(|| self.canonical.get(&canonical_contig_name(name))).copied()
    }

    /// The contig behind an id, if the id belongs to this table.
    pub fn get(&self, id: ContigId) -> Option<&Contig> {
        self.list.get(id.0 as usize)
    }

    /// The name of a contig as the file spells it; `?` for an id of another table.
    pub fn name(&self, id: ContigId) -> &str {
        self.get(id).map_or("?", |contig| contig.name.as_str())
    }

    /// All contigs in file order.
    pub fn iter(&self) -> impl Iterator<Item = (ContigId, &Contig)> {
        self.list.iter().enumerate().map(|(i, contig)| (ContigId(i as u32), contig))
    }

    /// Number of contigs.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether the table has no contig.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Recognises the assembly by the lengths of the chromosomes that carry the kinases.
    ///
    /// At least one must be there, and all that are there must agree; otherwise `None`.
    pub fn assembly(&self) -> Option<Assembly> {
        let mut found = None;
        for (name, grch37_bp, grch38_bp) in KINASE_CHROMOSOMES {
            let Some(contig) = self.find(name).and_then(|id| self.get(id)) else { continue };
            let assembly = match contig.length_bp {
                length if length == grch37_bp => Assembly::Grch37,
                length if length == grch38_bp => Assembly::Grch38,
                _ => return None,
            };
            if found.is_some_and(|earlier| earlier != assembly) {
                return None;
            }
            found = Some(assembly);
        }
        found
    }
}

/// A half-open stretch of a contig: bases `start..end`, interbase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The contig.
    pub contig: ContigId,
    /// Boundary before the first base.
    pub start: u32,
    /// Boundary after the last base.
    pub end: u32,
}

impl Interval {
    /// Number of bases.
    pub fn length_bp(&self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the base after `boundary` or the boundary itself lies within (both ends included).
    pub fn touches(&self, contig: ContigId, boundary: u32) -> bool {
        self.contig == contig && self.start <= boundary && boundary <= self.end
    }

    /// Whether the two share at least one base.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contig == other.contig && self.start < other.end && other.start < self.end
    }
}

/// Strand of a gene or an alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Strand {
    /// The strand of the reference (`+`).
    #[serde(rename = "+")]
    Forward,
    /// The other strand (`-`).
    #[serde(rename = "-")]
    Reverse,
}

impl Strand {
    /// `+` or `-`.
    pub fn symbol(self) -> char {
        match self {
            Self::Forward => '+',
            Self::Reverse => '-',
        }
    }

    /// The opposite strand.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Forward => Self::Reverse,
            Self::Reverse => Self::Forward,
        }
    }
}

/// Which flank of a boundary a molecule keeps, by reference coordinate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Side {
    /// The bases below the boundary are kept.
    Lower,
    /// The bases above the boundary are kept.
    Higher,
}

impl Side {
    /// The other flank.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Lower => Self::Higher,
            Self::Higher => Self::Lower,
        }
    }
}

/// One end of a junction: a boundary and the flank that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Breakend {
    /// The contig.
    pub contig: ContigId,
    /// Interbase position: bases `[0, boundary)` lie below it.
    pub boundary: u32,
    /// The flank that is kept.
    pub side: Side,
}

impl Breakend {
    /// A breakend at `boundary` of `contig` that keeps `side`.
    pub fn new(contig: ContigId, boundary: u32, side: Side) -> Self {
        Self { contig, boundary, side }
    }

    /// 1-based position of the first base that is kept (the one that touches the junction).
    pub fn kept_base(&self) -> u32 {
        match self.side {
            Side::Lower => self.boundary,
            Side::Higher => self.boundary + 1,
        }
    }

    /// The breakend after giving `bases` more (positive) or fewer (negative) bases to its kept flank.
    #[must_use]
    pub fn extended(&self, bases: i64) -> Self {
        let moved = match self.side {
            Side::Lower => i64::from(self.boundary) + bases,
            Side::Higher => i64::from(self.boundary) - bases,
        };
        Self { boundary: moved.clamp(0, i64::from(u32::MAX)) as u32, ..*self }
    }

    /// The last `bases` that are kept, as the genome has them.
    pub fn kept(&self, bases: u32) -> Interval {
        let (start, end) = match self.side {
            Side::Lower => (self.boundary.saturating_sub(bases), self.boundary),
            Side::Higher => (self.boundary, self.boundary.saturating_add(bases)),
        };
        Interval { contig: self.contig, start, end }
    }

    /// How many bases of the kept flank lie between `position` and the boundary; negative when it lies on the lost flank.
    pub fn kept_distance(&self, position: u32) -> i64 {
        match self.side {
            Side::Lower => i64::from(self.boundary) - i64::from(position),
            Side::Higher => i64::from(position) - i64::from(self.boundary),
        }
    }

    /// Whether both keep the same side of one place, up to so many bases.
    pub fn is_near(&self, other: Self, reach_bp: u32) -> bool {
        (self.contig, self.side) == (other.contig, other.side) && self.boundary.abs_diff(other.boundary) <= reach_bp
    }
}

/// What a junction does to the chromosomes; follows from its two breakends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// Ends on two contigs.
    Translocation,
    /// The bases between the ends are lost.
    Deletion,
    /// The bases between the ends are repeated.
    Duplication,
    /// One flank is turned round.
    Inversion,
}

/// Two breakends joined, in canonical form: `a <= b`, homologous bases left with `b` as far as `a` can be lowered.
///
/// Where `homology_bp` bases at the junction could belong to either end, `a.boundary` is the lowest possible one and
/// [`Junction::slid`] gives the others. Inserted bases read from `a` to `b`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Junction {
    a: Breakend,
    b: Breakend,
    insertion: Vec<u8>,
    homology_bp: u32,
}

impl Junction {
    /// Joins `x` to `y` with the inserted bases `insertion`, read from `x` to `y`.
    pub fn new(x: Breakend, y: Breakend, insertion: &[u8]) -> Self {
        if x <= y {
            Self { a: x, b: y, insertion: insertion.to_vec(), homology_bp: 0 }
        } else {
            Self { a: y, b: x, insertion: reverse_complement(insertion), homology_bp: 0 }
        }
    }

    /// Joins `x` to `y` where the last `homology_bp` bases that `x` keeps could as well be the first that `y` keeps.
    ///
    /// `x` is given with those bases, `y` without them.
    pub fn with_homology(x: Breakend, y: Breakend, homology_bp: u32) -> Self {
        let bases = i64::from(homology_bp);
        let on_y = (x.extended(-bases), y.extended(bases));
        // Which end is `a` is decided on one placement only, the one with the lower `x`, so that it cannot depend on the caller's.
        let (low_x, high_x) = if x.boundary <= on_y.0.boundary { ((x, y), on_y) } else { (on_y, (x, y)) };
        let (low_y, _) = if low_x.1.boundary <= high_x.1.boundary { (low_x, high_x) } else { (high_x, low_x) };
        let x_is_a = (x.contig, low_x.0.boundary, x.side) <= (y.contig, low_y.1.boundary, y.side);
        let (a, b) = if x_is_a { low_x } else { (low_y.1, low_y.0) };
        Self { a, b, insertion: Vec::new(), homology_bp }
    }

    /// The lower breakend.
    pub fn a(&self) -> Breakend {
        self.a
    }

    /// The higher breakend.
    pub fn b(&self) -> Breakend {
        self.b
    }

    /// Inserted bases, read from `a` to `b`.
    pub fn insertion(&self) -> &[u8] {
        &self.insertion
    }

    /// Number of bases at the junction that could belong to either end.
    pub fn homology_bp(&self) -> u32 {
        self.homology_bp
    }

    /// The two breakends after moving `a` up by `bases` (at most `homology_bp`).
    pub fn slid(&self, bases: u32) -> (Breakend, Breakend) {
        let bases = i64::from(bases.min(self.homology_bp));
        let gain = match self.a.side {
            Side::Lower => bases,
            Side::Higher => -bases,
        };
        (self.a.extended(gain), self.b.extended(-gain))
    }

    /// The two breakends with the homologous bases given to the end that `owner` picks (`true` for `a`).
    pub fn with_homology_on(&self, a_owns: bool) -> (Breakend, Breakend) {
        let a_gains_by_rising = self.a.side == Side::Lower;
        if a_owns == a_gains_by_rising {
            self.slid(self.homology_bp)
        } else {
            self.slid(0)
        }
    }

    /// What the junction does to the chromosomes.
    pub fn event_kind(&self) -> EventKind {
        if self.a.contig != self.b.contig {
            return EventKind::Translocation;
        }
        match (self.a.side, self.b.side) {
            (Side::Lower, Side::Higher) => EventKind::Deletion,
            (Side::Higher, Side::Lower) => EventKind::Duplication,
            _ => EventKind::Inversion,
        }
    }

    /// Whether both join the same places, each up to so many bases.
    pub fn is_near(&self, other: &Self, reach_bp: u32) -> bool {
        self.a().is_near(other.a(), reach_bp) && self.b().is_near(other.b(), reach_bp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn breakend() -> impl Strategy<Value = Breakend> {
        (0u32..3, 1_000u32..2_000, any::<bool>())
            .prop_map(|(contig, boundary, lower)| Breakend::new(ContigId(contig), boundary, if lower { Side::Lower } else { Side::Higher }))
    }

    proptest! {
        #[test]
        fn a_junction_is_the_same_read_from_either_end(x in breakend(), y in breakend(), s in "[ACGT]{0,9}") {
            prop_assume!(x != y);
            prop_assert_eq!(Junction::new(x, y, s.as_bytes()), Junction::new(y, x, &reverse_complement(s.as_bytes())));
        }

        #[test]
        fn homology_gives_one_junction_whichever_end_is_given_the_bases(x in breakend(), y in breakend(), h in 0u32..20) {
            prop_assume!(x.contig != y.contig);
            let on_x = Junction::with_homology(x, y, h);
            let on_y = Junction::with_homology(y.extended(i64::from(h)), x.extended(-i64::from(h)), h);
            prop_assert_eq!(&on_x, &on_y);
            let (a, b) = on_x.with_homology_on(on_x.a().contig == x.contig);
            let (on_a, on_b) = if a.contig == x.contig { (a, b) } else { (b, a) };
            prop_assert_eq!((on_a, on_b), (x, y));
        }

        #[test]
        fn sliding_keeps_the_number_of_kept_bases(x in breakend(), y in breakend(), h in 0u32..20, k in 0u32..20) {
            let junction = Junction::with_homology(x, y, h);
            let (a, b) = junction.slid(k);
            let kept = |e: Breakend, f: Breakend| f.kept_distance(e.boundary);
            prop_assert_eq!(kept(junction.a(), a) + kept(junction.b(), b), 0);
        }
    }

    #[test]
    fn all_spellings_of_a_chromosome_meet() {
        for name in ["chr2", "2", "NC_000002.11", "NC_000002.12"] {
            assert_eq!(canonical_contig_name(name), "2");
        }
        assert_eq!(canonical_contig_name("NC_000023.11"), "X");
        assert_eq!(canonical_contig_name("chr14_KI270845v1_alt"), "chr14_KI270845v1_alt");
        assert_eq!(canonical_contig_name("chrM"), "MT");
    }

    #[test]
    fn the_assembly_follows_from_lengths_and_contradiction_gives_none() {
        let grch38 = Contigs::new([("2".to_owned(), 242_193_529), ("hs37d5".to_owned(), 35_477_943)]);
        assert_eq!(grch38.assembly(), Some(Assembly::Grch38));
        let mixed = Contigs::new([("chr2".to_owned(), 242_193_529), ("chr6".to_owned(), 171_115_067)]);
        assert_eq!(mixed.assembly(), None);
        assert_eq!(Contigs::new([("chrUn".to_owned(), 5)]).assembly(), None);
    }

    #[test]
    fn the_kind_of_event_follows_from_the_kept_sides() {
        let end = |contig, boundary, side| Breakend::new(ContigId(contig), boundary, side);
        let kind = |x, y| Junction::new(x, y, b"").event_kind();
        assert_eq!(kind(end(0, 10, Side::Lower), end(0, 90, Side::Higher)), EventKind::Deletion);
        assert_eq!(kind(end(0, 90, Side::Lower), end(0, 10, Side::Higher)), EventKind::Duplication);
        assert_eq!(kind(end(0, 90, Side::Lower), end(0, 10, Side::Lower)), EventKind::Inversion);
        assert_eq!(kind(end(0, 90, Side::Lower), end(1, 10, Side::Lower)), EventKind::Translocation);
    }
}
