//! What a negative is worth: for each place at which a kinase breaks, how many molecules could have shown it, how many a call needs,
//! and which share of the molecules a fusion must have to be seen with 95 % probability ([`super::recognition`]).
//!
//! **DNA**: the molecules are those that lie unbroken across each base of the intron ([`super::profile`]); the share is the share of
//! the gene's copies. A break may lie at any of these bases: the 95 % are the mean over them, so that where more than 5 % of an intron
//! are bare, or too thin for a call, no share is stated.
//!
//! **RNA**: a kinase that is silent where it is not fused has no molecules of its own, yet a fusion would be expressed: from its partner's
//! promoter. So the molecules are those of the partners, across the exon ends behind which they are known to break: the median over
//! the known partners of the kinase. The share is the share of the partner's transcripts that are fused. Where no partner shows
//! any, the kinase's own transcripts count, and the share is one of these. Between primers only the latter is possible, since the
//! partners have none of their own.
//!
//! The verdict asks what a tumour would show. The least (`MUST_SEE`) is a fusion on one of two chromosomes in 15 % of the cells, the least that the
//! FISH rule of PROFILE1001 took for positive (15 % of at least 50 cells); the largest (`LARGEST`) one on one of two chromosomes in every cell.

use std::collections::BTreeMap;

use super::profile::Histogram;
use super::recognition::{Needed, Recognition, CHANCE};
use super::region::BreakRegion;
use crate::alignment::assay::{Assay, AssayKind};
use crate::genome::Interval;

/// Share of the molecules that a fusion has at least where a negative is to mean something.
pub const MUST_SEE: f64 = 0.075;
/// Share of the molecules that a fusion has at most in DNA without gain or loss.
const LARGEST: f64 = 0.5;
/// Chance to see it, averaged over the places of a region and as part of [`CHANCE`], from which a region is informative, where some
/// share is seen with 95 % at all.
pub const INFORMATIVE: f64 = 0.9;
/// Chance to see the largest fusion from which a region says something.
const LIMITED: f64 = 0.5;

/// What a negative is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// A fusion of 7.5 % of the molecules would nearly always have been seen.
    Informative,
    /// A fusion of most cells would have been seen.
    Limited,
    /// Nothing would have been seen.
    NotInformative,
}

impl Worth {
    /// The words used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Informative => "informative",
            Self::Limited => "limited",
            Self::NotInformative => "not informative",
        }
    }
}

/// Molecules that must show a junction for it to pass, given the noise of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SupportRule {
    /// A junction of the tables.
    pub known: Needed,
    /// A kinase joined to a gene that is not in the tables.
    pub novel: Needed,
}

/// What the counted molecules are copies of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The gene's own copies, in DNA.
    Gene,
    /// The transcripts of this many known partners.
    Partners(usize),
    /// The kinase's own transcripts.
    Kinase,
}

/// What could have been seen at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Detectability {
    /// The kinase.
    pub gene: String,
    /// `intron 19` or `junction 19|20`.
    pub region: String,
    /// First exon of the kinase's part.
    pub exon: u32,
    /// Where it lies.
    pub interval: Interval,
    /// Whether fusions usually break here.
    pub usual: bool,
    /// Kind of library.
    pub assay: AssayKind,
    /// Share of the places with any molecule.
    pub covered_frac: Option<f64>,
    /// Median of the molecules that could have shown a break.
    pub molecules: u32,
    /// The same over the places with any molecule.
    pub covered_molecules: u32,
    /// What they are copies of.
    pub basis: Basis,
    /// Molecules of the kinase's own transcript across the junction, in RNA.
    pub own: Option<u32>,
    /// Molecules that a call needs.
    pub needed: SupportRule,
    /// Share that is seen with 95 % probability if it breaks at a place drawn from the region, for a known and a novel fusion.
    pub lod95: [Option<f64>; 2],
    /// The share by which the verdict was given, and the chance to see a known fusion with it at a place drawn from the region.
    pub seen: (f64, f64),
    /// The verdict.
    pub worth: Worth,
    /// What else a reader must know.
    pub note: String,
}

/// A place to judge.
pub struct JudgedPlace<'a> {
    /// The kinase.
    pub gene: &'a str,
    /// Where it breaks.
    pub region: &'a BreakRegion,
    /// Depths of the molecules that could have shown a break.
    pub depths: &'a Histogram,
    /// Share of the places with any molecule; in RNA of the known partners.
    pub covered_frac: Option<f64>,
    /// What they are copies of.
    pub basis: Basis,
    /// Molecules of the kinase's own transcript across the junction, in RNA.
    pub own: Option<u32>,
}

/// Judges a place.
pub fn judge(place: &JudgedPlace<'_>, assay: &Assay, recognition: Recognition, needed: SupportRule) -> Detectability {
    let &JudgedPlace { gene, region, depths, covered_frac, basis, own } = place;
    let molecules = depths.median().unwrap_or(0);
    let [least, largest] = [MUST_SEE, LARGEST].map(|share| (share, recognition.mean_chance(depths, needed.known, share)));
    let lod95 = [needed.known, needed.novel].map(|needed| recognition.lod95(depths, needed));
    let (mut worth, seen) = if lod95[0].is_some() && least.1 >= INFORMATIVE * CHANCE {
        (Worth::Informative, least)
    } else if largest.1 >= LIMITED * CHANCE {
        (Worth::Limited, largest)
    } else {
        (Worth::NotInformative, largest)
    };
    let mut notes = Vec::new();
    if let Some(own) = own {
        notes.push(match basis {
            Basis::Partners(count) => format!("share of the transcripts of {count} known partners; {own} molecules of the kinase's own"),
            _ => "share of the kinase's own transcripts".to_owned(),
        });
    }
    let cap = match (assay.kind, basis) {
        (AssayKind::RnaAmplicon | AssayKind::DnaAmplicon, _) => Some("a partner or exon without a primer is not seen"),
        (AssayKind::Cfdna, _) => Some("plasma may hold no tumour DNA"),
        (AssayKind::Rna, Basis::Kinase) => Some("no partner is expressed or captured by which to judge"),
        _ => None,
    };
    if let Some(reason) = cap {
        worth = worth.max(Worth::Limited);
        notes.push(reason.to_owned());
    }
    if !region.usual {
        notes.push("fusions seldom break here".to_owned());
    }
    Detectability {
        gene: gene.to_owned(),
        region: region.name(assay.material()),
        exon: region.exon,
        interval: region.intron,
        usual: region.usual,
        assay: assay.kind,
        covered_frac,
        molecules,
        covered_molecules: depths.covered_median().unwrap_or(0),
        basis,
        own,
        needed,
        lod95,
        seen,
        worth,
        note: notes.join("; "),
    }
}

/// What the places where a kinase usually breaks say together; of several libraries the best counts for each place. `None` without
/// places.
pub fn overall<'a>(places: impl IntoIterator<Item = &'a Detectability>) -> Option<Worth> {
    let usual: Vec<&Detectability> = places.into_iter().filter(|place| place.usual).collect();
    decided(&usual, |place| (place.exon, place.worth)).map(|(worth, _)| worth)
}

/// What places say together, and which of them, by their number in the list, decide it: at the worst exon the library that shows it
/// best. `told` gives the first exon of the kinase's part and the verdict of a place, of which the worse is the greater. Whoever names places beside the verdict
/// names these. `None` without places.
pub fn decided<P, W: Ord + Copy>(places: &[P], told: impl Fn(&P) -> (u32, W)) -> Option<(W, Vec<usize>)> {
    let mut by_exon: BTreeMap<u32, W> = BTreeMap::new();
    for (exon, worth) in places.iter().map(&told) {
        by_exon.entry(exon).and_modify(|best| *best = (*best).min(worth)).or_insert(worth);
    }
    let overall = *by_exon.values().max()?;
    let decides = |place: &P| {
        let (exon, worth) = told(place);
        worth == overall && by_exon.get(&exon) == Some(&overall)
    };
    Some((overall, (0..places.len()).filter(|at| decides(&places[*at])).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::assay::DuplicateRule;
    use crate::alignment::faults::Faults;
    use crate::genome::{Breakend, ContigId, Side};

    #[test]
    fn a_place_of_which_no_share_can_be_stated_is_not_informative() {
        let assay = Assay {
            kind: AssayKind::Dna,
            paired: true,
            read_length_bp: 150,
            insert_median_bp: 300,
            insert_max_bp: 500,
            long_reads: false,
            umi: None,
            duplicates: DuplicateRule::Flag,
            duplicate_frac: 0.0,
            sampled: 1000,
            inserts: 1_000,
            faults: Faults::default(),
            unlike: None,
            reasons: Vec::new(),
        };
        let (contig, needed) = (ContigId(0), SupportRule { known: 2.into(), novel: 3.into() });
        let intron = Interval { contig, start: 0, end: 1_900 };
        let region = BreakRegion { exon: 20, intron, edge: Breakend::new(contig, 0, Side::Lower), usual: true };
        let judged = |bare: u64| {
            let depths = Histogram { boundaries: [(0, bare), (500, 100 - bare)].into_iter().collect() };
            let place = JudgedPlace { gene: "ALK", region: &region, depths: &depths, covered_frac: None, basis: Basis::Gene, own: None };
            judge(&place, &assay, Recognition::of(&assay, None), needed)
        };
        assert!(judged(3).lod95[0].is_some() && judged(3).worth == Worth::Informative);
        let bare = judged(12);
        assert_eq!((bare.lod95, bare.worth, bare.seen.0), ([None, None], Worth::Limited, LARGEST));
        assert!((bare.seen.1 - 0.88).abs() < 1e-3, "{}", bare.seen.1);
    }

    #[test]
    fn the_worst_exon_decides_by_the_library_that_shows_it_best() {
        use Worth::{Informative, Limited, NotInformative};
        let of = |places: &[(u32, Worth)]| decided(places, |place| *place);
        assert_eq!(of(&[(8, NotInformative), (11, Limited), (12, NotInformative)]), Some((NotInformative, vec![0, 2])));
        // Exon 14 is missed by the first library and seen by the second; at exon 16 both see a little.
        let libraries = [(14, NotInformative), (16, Limited), (14, Informative), (16, Limited), (17, Informative)];
        assert_eq!(of(&libraries), Some((Limited, vec![1, 3])));
        assert_eq!(of(&[(14, NotInformative), (14, Limited)]), Some((Limited, vec![1])));
        assert_eq!(of(&[]), None);
    }
}
