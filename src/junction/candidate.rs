//! A candidate junction: the two breakends, one in the kinase and one at the partner, and the fragments that support it.

use std::collections::BTreeMap;

use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::Breakend;
use crate::sequence::dirt::is_simple;
use crate::sequence::{edits_within, reverse_complement};
use crate::stats::from_phred;

use super::score::{before_and_beyond, is_witness, log_odds, BasesAround, Beyond, ErrorRates, TailAgreement};

/// Fragments placed elsewhere, for each one surely placed here, from which a place is doubted.
const CONTESTED_RATIO: f64 = 5.0;

/// How a fragment shows a junction, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// Mates on either side.
    Pair,
    /// Clipped at the junction, with the partner's bases in the tail.
    Clip,
    /// Aligned on both sides.
    Split,
}

impl EvidenceKind {
    /// The word that files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pair => "pair",
            Self::Clip => "clip",
            Self::Split => "split",
        }
    }
}

/// One fragment's evidence for a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The strongest way in which it shows the junction.
    pub kind: EvidenceKind,
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

    /// Gives the kinase so many bases that the partner had (or the partner some of the kinase's, where negative): homologous bases may lie
    /// on either side.
    pub fn slide(&mut self, bases: i64) {
        self.kinase = self.kinase.extended(bases);
        self.partner = self.partner.extended(-bases);
        self.cut_later(bases);
    }

    /// Gives the anchor so many of the tail's first bases (or the tail some of the anchor's last, where negative).
    pub fn cut_later(&mut self, bases: i64) {
        let moved = bases.unsigned_abs() as usize;
        if bases > 0 {
            let moved = moved.min(self.tail.len());
            self.anchor.extend(self.tail.drain(..moved));
        } else {
            let back = self.anchor.split_off(self.anchor.len().saturating_sub(moved));
            self.tail.splice(..0, back);
        }
    }

    /// Puts the ends elsewhere; what an end takes, the reads show more of.
    pub fn put(&mut self, kinase: Breakend, partner: Breakend) {
        let more = |bases: u32, end: Breakend, from: Breakend| (i64::from(bases) + end.kept_distance(from.boundary)).max(0) as u32;
        for member in self.members.values_mut().filter(|member| member.kind != EvidenceKind::Pair) {
            member.kinase_bp = more(member.kinase_bp, kinase, self.kinase);
            member.partner_bp = more(member.partner_bp, partner, self.partner);
        }
        (self.kinase, self.partner) = (kinase, partner);
    }

    /// How surely the partner is placed: each fragment counts by the chance that both of its ends are where they are said to be.
    /// Summed in thousandths, so that no order of fragments can show in the sum.
    pub fn weight(&self) -> f64 {
        let sure = |mapq: u8| 1.0 - from_phred(f64::from(mapq));
        let thousandths = |member: &Member| (sure(member.kinase_mapq) * sure(member.partner_mapq.unwrap_or(0)) * 1000.0).round() as u64;
        self.members.values().map(thousandths).sum::<u64>() as f64 / 1000.0
    }

    /// Whether the bases of either side are runs, a repeat or adapter, which have no place of their own (dark cycles of two-colour machines
    /// read as runs of G), whatever the aligner says: it may place a poly(A) end in a homopolymer of a kinase.
    pub fn is_simple(&self) -> bool {
        // The inserted bases may be unique although the partner's bases behind them are not.
        let behind_insertion = self.tail.get(self.insertion_bp as usize..).filter(|_| self.insertion_bp > 0);
        is_simple(&self.tail) || is_simple(&self.anchor) || behind_insertion.is_some_and(is_simple)
    }

    /// Whether the aligner placed the same bases elsewhere in many more fragments than it surely placed here: a copy of a repeat
    /// that happened to score a little better than its sisters.
    pub fn is_contested(&self) -> bool {
        let unread = self.members.values().filter(|member| member.kind == EvidenceKind::Pair && member.partner_mapq.is_none()).count();
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
        let enough = move |member: &Member| member.kind == EvidenceKind::Pair || member.shown_bp() >= anchor_bp;
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

    /// The first bases of a tail that leaves the kinase near this junction's end by which it reads as this junction's do; `None` where it
    /// does not, or too few bases can be compared to tell.
    pub fn repeats(&self, tail: &Tail, tolerance: Tolerance) -> Option<usize> {
        if tail.at.contig != self.kinase.contig || tail.at.side != self.kinase.side {
            return None;
        }
        // A tail that begins d bases further out has d bases fewer to go.
        let further = tail.at.kept_distance(self.kinase.boundary);
        if further.unsigned_abs() > u64::from(tolerance.shift_bp) {
            return None;
        }
        tolerance.shows(tail, BasesAround { before: &self.anchor, beyond: &self.tail }, further)
    }

    /// What one reads from the partner: the insertion backwards, then the kinase from its end inwards.
    pub fn inwards(&self) -> Vec<u8> {
        let mut bases = reverse_complement(&self.insertion);
        bases.extend(reverse_complement(&self.anchor));
        bases
    }

    /// The last bases that one reads on the partner's side towards its end, so many or as many as are known.
    fn towards(&self, bases: usize) -> Vec<u8> {
        let of_partner = self.tail.get(self.insertion_bp as usize..).unwrap_or_default();
        reverse_complement(&of_partner[..of_partner.len().min(bases)])
    }

    /// The first bases of a tail that leaves the partner's place near this junction's end by which it reads on into the kinase; `None` as
    /// with [`Self::repeats`].
    pub fn continues(&self, tail: &Tail, tolerance: Tolerance) -> Option<usize> {
        if tail.at.contig != self.partner.contig || tail.at.side != self.partner.side {
            return None;
        }
        let further = tail.at.kept_distance(self.partner.boundary);
        if further.unsigned_abs() > u64::from(tolerance.shift_bp) {
            return None;
        }
        let before = self.towards(before_and_beyond(further).0);
        tolerance.shows(tail, BasesAround { before: &before, beyond: &self.inwards() }, further)
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

    /// The first bases of a tail that begins `further` bases out than a break by which it reads as the break's molecule does, and tells it:
    /// runs, repeats and adapter are alike and show nothing.
    fn shows(self, tail: &Tail, molecule: BasesAround<'_>, further: i64) -> Option<usize> {
        let (early, late) = before_and_beyond(further);
        let (expected, read) = (molecule.beyond.get(late..)?, tail.bases.get(early..)?);
        // Most tails are of other molecules, which is told faster than scored. One of this molecule may end in adapter.
        let begin_alike = expected.get(..self.min_bp).is_some_and(|begin| read.starts_with(begin));
        if !(begin_alike || self.alike(expected, read)?) {
            return None;
        }
        let TailAgreement { log_odds, agreeing_bp } =
            molecule.agreement_of(Beyond::of_tail(tail), further, ErrorRates::of(self.in_step))?;
        is_witness(log_odds - tail.unbroken_nats, tail.crowd).then_some(agreeing_bp)
    }

    /// Whether two stretches that begin at the same place tell that they are one sequence, of `tries` that were compared; `None` when
    /// too short, or too much of a run or a repeat.
    pub fn tells_same(self, left: &[u8], right: &[u8], tries: u32) -> Option<bool> {
        if !self.alike(left, right)? {
            return Some(false);
        }
        let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
        is_witness(log_odds(Beyond::of(short), long, ErrorRates::of(self.in_step)), tries).then_some(true)
    }

    /// Whether two stretches that begin at the same place may be the same sequence, runs of one base compared as one; `None` when too
    /// short to tell.
    pub fn alike(self, left: &[u8], right: &[u8]) -> Option<bool> {
        let compared_bp = left.len().min(right.len());
        // Errors of long reads are inserted and deleted bases, and runs count as one: of few bases nearly all must agree to tell anything.
        let allowed = match compared_bp {
            ..16 if !self.in_step => 0,
            16..20 if !self.in_step => 1,
            _ => compared_bp / self.bp_per_edit,
        };
        (compared_bp >= self.min_bp).then(|| edits_within(left, right, allowed).is_some())
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
    fn a_tail_that_begins_before_the_break_goes_on_as_the_kinase_does_but_for_errors() {
        let kinase = Breakend::new(ContigId(0), 1_000, Side::Lower);
        let beyond = [vec![b'A'; 14], b"GACCAAAATAGCATTGCGCATCTTAG".to_vec()].concat();
        let candidate = Candidate {
            tail: beyond.clone(),
            anchor: b"GTTGGGACCACACTGAGTTCTCTGTGA".to_vec(),
            ..Candidate::new(0, kinase, Breakend::new(ContigId(1), 500, Side::Higher))
        };
        let clipped_early = |bp: i64, bases: &[u8]| {
            let tail = Tail { crowd: 20, ..Tail::made_up(1, kinase.extended(-bp), bases) };
            candidate.repeats(&tail, Tolerance::of(false)).is_some()
        };
        let with = |last: &[u8], rest: &[u8]| [last, rest].concat();
        assert!(clipped_early(6, &with(b"ATGTGA", &beyond)), "an error where it was clipped");
        assert!(!clipped_early(6, &with(b"AAAAAA", &beyond[..20])), "six other bases are another molecule");
        assert!(!clipped_early(10, &with(b"GTTCTCTGTGA", &beyond[..14])[1..]), "the kinase's own bases and dirt show no break");
        let run_over = |anchor: &[u8]| {
            let tail = Tail { anchor: anchor.into(), ..Tail::made_up(1, kinase.extended(8), &[b'A'; 22]) };
            Candidate { tail: vec![b'A'; 40], ..candidate.clone() }.repeats(&tail, Tolerance::of(false)).is_some()
        };
        assert!(!run_over(b"CTCTGTGACCTGCAGG"), "it goes on in the kinase before it ends in dirt");
    }

    #[test]
    fn runs_repeats_and_adapter_have_no_place_and_an_exon_that_ends_in_a_broken_repeat_has() {
        let end = |contig| Breakend::new(ContigId(contig), 1_000, Side::Lower);
        let is_simple = |tail: &[u8]| Candidate { tail: tail.to_vec(), ..Candidate::new(0, end(0), end(1)) }.is_simple();
        let repeated = |unit: &[u8], bp: usize| -> Vec<u8> { unit.iter().copied().cycle().take(bp).collect() };
        for tail in [repeated(b"G", 40), repeated(b"GT", 40), repeated(b"TTAGGG", 100), [repeated(b"A", 20), repeated(b"G", 20)].concat()] {
            assert!(is_simple(&tail), "{}", String::from_utf8_lossy(&tail));
        }
        assert!(is_simple(b"AGATCGGAAGAGCACACGTCTGAACTCC"));
        // A read of a partner that ends in poly(A), put into a run of a kinase's intron.
        let anchor = [repeated(b"A", 27), b"C".to_vec(), repeated(b"A", 10)].concat();
        let tail = b"GTTCTGGCCTCCTTACCCTCTCCCC".to_vec();
        assert!(Candidate { tail, anchor, ..Candidate::new(0, end(0), end(1)) }.is_simple());
        // A chimera that ends in poly(A): the few bases before it are inserted ones to the aligner.
        let tail = [b"AAGCAG".to_vec(), repeated(b"A", 21), b"T".to_vec(), repeated(b"A", 22)].concat();
        assert!(Candidate { tail, insertion_bp: 3, ..Candidate::new(0, end(0), end(1)) }.is_simple());
        assert!(!is_simple(b"GTGTATATGTATATGTATACATATACATACATATGTATGTGTGTATA"));
        assert!(!is_simple(b"AAAAAAAACGTTAGCAT"), "a run of eight takes little from what follows");
        assert!(!is_simple(&repeated(b"G", 11)), "too few bases to tell");
    }
}
