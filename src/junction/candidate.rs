//! A junction between a kinase and something else, with the fragments that show it.

use std::collections::{BTreeMap, BTreeSet};

use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::Breakend;
use crate::sequence::{complexity_frac, match_prefixes, reverse_complement};
use crate::stats::from_phred;

/// Below this share of distinct 3-mers bases are a simple repeat; a repeat of one to three bases has at most six distinct ones.
const MIN_COMPLEXITY_FRAC: f64 = 0.35;
/// The same for long tails, where AT-rich sequence has few distinct 3-mers too.
const MIN_LONG_COMPLEXITY_FRAC: f64 = 0.2;
/// The same for exons that end in a repeat: runs of one base and repeats of two have less.
const MIN_EXON_COMPLEXITY_FRAC: f64 = 0.12;
/// Bases of both sides that fragments must have there.
const MIN_REPEAT_BP: u32 = 15;
/// Bases from which a tail is long.
const LONG_TAIL_BP: usize = 50;

/// Fragments placed elsewhere, for each one surely placed here, from which a place is doubted.
const CONTESTED_RATIO: f64 = 5.0;

/// How a fragment shows a junction, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Mates on either side.
    Pair,
    /// Clipped at the junction, with the partner's bases in the tail.
    Clip,
    /// Aligned on both sides.
    Split,
}

/// One fragment's evidence for a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The strongest way in which it shows the junction.
    pub kind: Kind,
    /// Bases on the kinase's side in the read that shows most of both; for pairs the whole read.
    pub kinase_bp: u32,
    /// Bases on the partner's side in the same read.
    pub partner_bp: u32,
    /// Bases on the shorter side of the kinase's end in the read that crosses it farthest: the kinase's own on one side, inserted ones
    /// or the partner's on the other. 0 where no read crosses it: mates on either side, or a read that ends within inserted bases.
    pub crossing_bp: u32,
    /// Mapping quality at the kinase.
    pub kinase_mapq: u8,
    /// Mapping quality of the partner's place, if the aligner gave this one.
    pub partner_mapq: Option<u8>,
    /// What copies of one molecule share: where the read begins, and where its mate does.
    pub ends: (i64, i64),
}

impl Member {
    /// Bases on the side of which less is shown.
    pub fn shown_bp(&self) -> u32 {
        self.kinase_bp.min(self.partner_bp)
    }
}

/// A junction seen from the kinase.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Index of the kinase among the targets.
    pub target: usize,
    /// The kinase's end, with the homologous bases.
    pub kinase: Breakend,
    /// The partner's end, without them.
    pub partner: Breakend,
    /// Bases at the junction that could belong to either end.
    pub homology_bp: u32,
    /// Inserted bases, read from the kinase to the partner.
    pub insertion: Vec<u8>,
    /// Number of inserted bases, known also where no read shows them.
    pub insertion_bp: u32,
    /// How far the true break may lie beyond the ends given here; 0 when a read shows it.
    pub slack_bp: u32,
    /// Bases beyond the kinase's end by majority, read away from the kinase.
    pub tail: Vec<u8>,
    /// The last bases before the kinase's end by majority, in the same direction.
    pub anchor: Vec<u8>,
    /// The fragments.
    pub members: BTreeMap<FragmentId, Member>,
    /// How well the best read's piece matches the partner, as aligners score it; 0 where no read was placed there.
    pub partner_score: i64,
    /// Fragments whose aligner placed the tail elsewhere, by that place: other copies of the partner's sequence.
    pub other_places: u32,
    /// No place was found for the tail; `partner` means nothing then.
    pub unplaced: bool,
    /// Both ends lie on exon edges that splices use (RNA).
    pub joins_exons: bool,
}

impl Candidate {
    /// A junction of these two ends that nothing shows yet.
    pub fn new(target: usize, kinase: Breakend, partner: Breakend) -> Self {
        Self {
            target,
            kinase,
            partner,
            homology_bp: 0,
            insertion: Vec::new(),
            insertion_bp: 0,
            slack_bp: 0,
            tail: Vec::new(),
            anchor: Vec::new(),
            members: BTreeMap::new(),
            partner_score: 0,
            other_places: 0,
            unplaced: false,
            joins_exons: false,
        }
    }

    /// Whether it simply joins two exon edges, or comes to do so when homologous bases are given back.
    pub fn lies_on_edges(&self, on_edge: &dyn Fn(Breakend) -> bool) -> bool {
        let mut slides = (0..=i64::from(self.homology_bp)).map(|bases| (self.kinase.extended(-bases), self.partner.extended(bases)));
        self.slack_bp == 0 && self.insertion_bp == 0 && slides.any(|(kinase, partner)| on_edge(kinase) && on_edge(partner))
    }

    /// How surely the partner is placed: each fragment counts by the chance that both of its ends are where they are said to be.
    /// Summed in thousandths, so that no order of fragments can show in the sum.
    pub fn weight(&self) -> f64 {
        let sure = |mapq: u8| 1.0 - from_phred(f64::from(mapq));
        let thousandths = |member: &Member| (sure(member.kinase_mapq) * sure(member.partner_mapq.unwrap_or(0)) * 1000.0).round() as u64;
        self.members.values().map(thousandths).sum::<u64>() as f64 / 1000.0
    }

    /// Whether the partner's bases are a simple repeat or a homopolymer, which has no place of its own (dark cycles of two-colour
    /// machines read as runs of G). Exons that end in a repeat are joined as others are: molecules that the aligner placed there do not meet at
    /// two edges by chance, unless what they have is a run.
    pub fn is_simple(&self) -> bool {
        let placed = self.members.values().filter(|member| member.kind == Kind::Split && member.shown_bp() >= MIN_REPEAT_BP);
        let least = if self.joins_exons && placed.map(|member| member.ends).collect::<BTreeSet<_>>().len() > 1 {
            MIN_EXON_COMPLEXITY_FRAC
        } else if self.tail.len() < LONG_TAIL_BP {
            MIN_COMPLEXITY_FRAC
        } else {
            MIN_LONG_COMPLEXITY_FRAC
        };
        self.tail.len() >= 12 && complexity_frac(&self.tail) < least
    }

    /// Whether the aligner placed the same bases elsewhere in many more fragments than it surely placed here: a copy of a repeat
    /// that happened to score a little better than its sisters.
    pub fn is_contested(&self) -> bool {
        let unread = self.members.values().filter(|member| member.kind == Kind::Pair && member.partner_mapq.is_none()).count();
        // An aligner gives the kinase's piece no more than the partner's, so the partner's alone says what is known of its place.
        let sure = |member: &Member| ((1.0 - from_phred(f64::from(member.partner_mapq.unwrap_or(0)))) * 1000.0).round() as u64;
        let here = self.members.values().map(sure).sum::<u64>() as f64 / 1000.0;
        f64::from(self.other_places) > CONTESTED_RATIO * (here + unread as f64)
    }

    /// Best mapping quality with which a fragment's partner side was placed here; none for a simple repeat or a contested place.
    pub fn partner_mapq(&self) -> u8 {
        if self.is_simple() || self.is_contested() {
            return 0;
        }
        self.members.values().filter_map(|member| member.partner_mapq).max().unwrap_or(0)
    }

    /// Best mapping quality at the kinase.
    pub fn kinase_mapq(&self) -> u8 {
        self.members.values().map(|member| member.kinase_mapq).max().unwrap_or(0)
    }

    /// The fragments that count: those that show at least `anchor_bp` bases of both sides.
    pub fn counted(&self, anchor_bp: u32) -> impl Iterator<Item = (FragmentId, &Member)> {
        let enough = move |member: &Member| member.kind == Kind::Pair || member.shown_bp() >= anchor_bp;
        self.members.iter().filter(move |(_, member)| enough(member)).map(|(fragment, member)| (*fragment, member))
    }

    /// Of the fragments that count those with a read across the kinase's end: what unbroken RNA is counted by.
    ///
    /// A fraction needs one rule for both alleles. Aligners write nearly all mates on either side of an ordinary splice and hardly any
    /// on either side of a fusion's, and reads of both ends of inserted bases come from more places than an unbroken end has.
    pub fn crossing_kinase_end(&self, anchor_bp: u32) -> impl Iterator<Item = FragmentId> + '_ {
        self.counted(anchor_bp).filter(move |(_, member)| member.crossing_bp >= anchor_bp).map(|(fragment, _)| fragment)
    }

    /// Adds a fragment's evidence, keeping the strongest.
    pub fn add(&mut self, fragment: FragmentId, member: Member) {
        self.members
            .entry(fragment)
            .and_modify(|known| {
                known.kind = known.kind.max(member.kind);
                if (member.shown_bp(), member.kinase_bp) > (known.shown_bp(), known.kinase_bp) {
                    (known.kinase_bp, known.partner_bp) = (member.kinase_bp, member.partner_bp);
                }
                known.crossing_bp = known.crossing_bp.max(member.crossing_bp);
                known.kinase_mapq = known.kinase_mapq.max(member.kinase_mapq);
                known.partner_mapq = known.partner_mapq.max(member.partner_mapq);
            })
            .or_insert(member);
    }

    /// Whether a tail that leaves the kinase near this junction's end reads as this junction's does. `None` when too few bases can
    /// be compared to tell.
    pub fn repeats(&self, tail: &Tail, tolerance: Tolerance) -> Option<bool> {
        if tail.at.contig != self.kinase.contig || tail.at.side != self.kinase.side {
            return Some(false);
        }
        // A tail that begins d bases further out has d bases fewer to go.
        let further = tail.at.kept_distance(self.kinase.boundary);
        if further.unsigned_abs() > u64::from(tolerance.shift_bp) {
            return Some(false);
        }
        let d = further.unsigned_abs() as usize;
        let (own, other) =
            if further >= 0 { (self.tail.get(d..)?, tail.bases.as_slice()) } else { (self.tail.as_slice(), tail.bases.get(d..)?) };
        tolerance.alike(own, other)
    }

    /// Whether a tail that leaves the partner's place near this junction's end reads on into the kinase.
    pub fn continues(&self, tail: &Tail, tolerance: Tolerance) -> Option<bool> {
        if tail.at.contig != self.partner.contig || tail.at.side != self.partner.side {
            return Some(false);
        }
        let further = tail.at.kept_distance(self.partner.boundary);
        if further.unsigned_abs() > u64::from(tolerance.shift_bp) {
            return Some(false);
        }
        // From the partner one reads the insertion backwards, then the kinase from its end inwards.
        let mut expected = reverse_complement(&self.insertion);
        expected.extend(reverse_complement(&self.anchor));
        let d = further.unsigned_abs() as usize;
        let (own, other) =
            if further >= 0 { (expected.get(d..)?, tail.bases.as_slice()) } else { (expected.as_slice(), tail.bases.get(d..)?) };
        tolerance.alike(own, other)
    }
}

/// How strictly bases are compared.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// Largest distance between two breakends that may be one.
    pub shift_bp: u32,
    /// Fewest bases that tell.
    pub min_bp: usize,
    /// One edit is allowed for this many bases.
    pub bp_per_edit: usize,
    /// Seeds whose two ends both lie this close are one, whatever their bases: errors of long reads move breakpoints.
    pub same_place_bp: u32,
    /// Whether reads keep step, so that a majority by columns makes sense; inserted and deleted bases of long reads break it.
    pub in_step: bool,
}

impl Tolerance {
    /// For short reads (errors well below 1 %), and for long ones (5 % and more, of which a comparison of two sees both).
    pub fn of(long_reads: bool) -> Self {
        if long_reads {
            Self { shift_bp: 25, min_bp: 12, bp_per_edit: 5, same_place_bp: 20, in_step: false }
        } else {
            Self { shift_bp: 15, min_bp: 8, bp_per_edit: 12, same_place_bp: 0, in_step: true }
        }
    }

    /// Whether two stretches that begin at the same place are the same sequence; `None` when too short to tell.
    pub fn alike(self, left: &[u8], right: &[u8]) -> Option<bool> {
        let result = match_prefixes(left, right);
        let allowed = result.compared_bp / self.bp_per_edit;
        // Errors of long reads are inserted and deleted bases, and runs count as one: of few bases nearly all must agree to tell anything.
        let allowed = match result.compared_bp {
            ..16 if !self.in_step => 0,
            16..20 if !self.in_step => 1,
            _ => allowed,
        };
        (result.compared_bp >= self.min_bp).then_some(result.edits <= allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{ContigId, Side};

    #[test]
    fn few_bases_of_long_reads_must_agree_and_many_may_differ() {
        let bases = b"GATCACGTATGCATGCAGTC";
        let with = |edits: usize, count: usize| {
            let mut other = bases[..count].to_vec();
            (0..edits).for_each(|at| other[2 + 5 * at] = b'N');
            Tolerance::of(true).alike(&bases[..count], &other)
        };
        assert_eq!((with(0, 11), with(0, 12), with(1, 12)), (None, Some(true), Some(false)));
        assert_eq!((with(1, 17), with(2, 17), with(3, 20)), (Some(true), Some(false), Some(true)));
    }

    #[test]
    fn an_exon_that_ends_in_a_repeat_is_joined_by_two_molecules_at_its_edge_and_a_run_never_is() {
        let end = |contig| Breakend::new(ContigId(contig), 1_000, Side::Lower);
        let member = |ends| Member {
            kind: Kind::Split,
            kinase_bp: 60,
            partner_bp: 30,
            crossing_bp: 30,
            kinase_mapq: 60,
            partner_mapq: Some(60),
            ends,
        };
        let simple = |tail: &[u8], ends: [i64; 2], joins_exons: bool| {
            let members = ends.into_iter().zip(1..).map(|(end, fragment)| (FragmentId(fragment), member((end, 0)))).collect();
            Candidate { tail: tail.to_vec(), members, joins_exons, ..Candidate::new(0, end(0), end(1)) }.is_simple()
        };
        let repeat = b"GTGTATATGTATATGTATACATATACATACATATGTATGTGTGTATA";
        assert_eq!((simple(repeat, [1, 2], false), simple(repeat, [1, 2], true), simple(repeat, [1, 1], true)), (true, false, true));
        assert!(simple(&[b'G'; 40], [1, 2], true));
    }
}
