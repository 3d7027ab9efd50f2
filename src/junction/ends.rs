//! The exact breakpoints of a junction of short reads: the two ends under which all of its reads together are likeliest.
//!
//! ```text
//!   kinase    ...ACGTAG|gtaag..     what either gene has beyond its end is not read
//!   reads     ...ACGTAGGTCCCATG..   an error beside the break makes an aligner cut elsewhere, or insert what is not there
//!   partner       ..ccag|GTCCCATG
//! ```
//!
//! The reads keep step with both sides: what one end gives up is inserted, or the other takes it. So each column of the reads costs what its
//! errors cost against the kinase, against the partner, or against the base that most of them show where it is inserted. The ends with the
//! least sum are taken, with the prices of [`super::costs`]. Bases that both sides have there are homology.

use rustc_hash::FxHashMap;

use crate::alignment::read::FragmentId;
use crate::evidence::Tail;
use crate::genome::Breakend;
use crate::sequence::{code, complement};

use super::candidate::{Candidate, Tolerance};
use super::costs::{of_nats, price, Cost, VARIANT};
use super::homology::outwards;
use super::realign::Bases;
use super::score::ErrorRates;

/// Bases of either side that are compared.
pub const SIDE_BP: u32 = 60;

/// The tails of each fragment, those that leave the kinase (`true`) and those that leave the partner.
pub struct Reads<'t>(FxHashMap<FragmentId, Vec<(bool, &'t Tail)>>);

impl<'t> Reads<'t> {
    /// By their fragments.
    pub fn new(at_kinase: &'t [Tail], at_partner: &'t [Tail]) -> Self {
        let mut reads: FxHashMap<FragmentId, Vec<(bool, &Tail)>> = FxHashMap::default();
        for (tails, side) in [(at_kinase, true), (at_partner, false)] {
            for tail in tails {
                reads.entry(tail.fragment).or_default().push((side, tail));
            }
        }
        Self(reads)
    }
}

/// What is known of the two sides.
pub struct SideBases<'a> {
    /// The bases that a molecule has from an end inwards, over splices; of the kinase (`true`) or of the partner.
    pub inwards: &'a dyn Fn(bool, Breakend) -> Vec<u8>,
    /// The bases of the genome.
    pub bases: &'a Bases<'a>,
    /// Knows the exon edges of all genes; in DNA every place is as good.
    pub on_edge: &'a dyn Fn(Breakend) -> bool,
}

/// What the reads show at one place of the molecule, and what either side has there.
#[derive(Clone, Copy, Default)]
struct LetterCosts {
    /// What an error would cost of the reads with each letter.
    shown: [Cost; 4],
    /// The letters of the kinase and of the partner, where they are known.
    has: [Option<usize>; 2],
}

impl LetterCosts {
    fn add(&mut self, base: u8, quality: Option<u8>) {
        if let Some(letter) = code(base) {
            self.shown[letter] += of_nats(ErrorRates::SHORT.other_base_nats(quality));
        }
    }

    fn all(&self) -> Cost {
        self.shown.iter().sum()
    }

    /// What the reads cost here as bases of the kinase (0) or of the partner (1), by errors or by a variant of the sample; none where these
    /// are not known.
    fn against(&self, side: usize) -> Option<Cost> {
        self.has[side].map(|letter| (self.all() - self.shown[letter]).min(VARIANT + self.inserted()))
    }

    /// Whether both sides have the same base.
    fn is_both(&self) -> bool {
        self.has[0].is_some() && self.has[0] == self.has[1]
    }

    /// What they cost against the base that most of them show.
    fn inserted(&self) -> Cost {
        self.all() - self.shown.into_iter().max().unwrap_or(0)
    }
}

/// The columns from `first` to the kinase's end and on; a column's place is its distance from that end.
struct Columns {
    first: i64,
    list: Vec<LetterCosts>,
    inserted_bp: i64,
}

impl Columns {
    fn of(candidate: &Candidate, reads: &Reads<'_>, sides: &SideBases<'_>, reach_bp: u32) -> Self {
        let (reach, inserted_bp) = (i64::from(reach_bp), i64::from(candidate.insertion_bp));
        let mut columns = Self { first: -reach, list: vec![LetterCosts::default(); (2 * reach + inserted_bp) as usize], inserted_bp };
        let (kinase, partner) = (candidate.kinase, candidate.partner);
        // Read from the kinase to the partner: what is kept lies before the kinase's end and behind the inserted bases.
        let beyond = |end: Breakend| outwards(end, reach_bp + candidate.insertion_bp, sides.bases);
        columns.has(0, -1, -1, &complemented((sides.inwards)(true, kinase)));
        columns.has(0, 0, 1, &beyond(kinase));
        columns.has(1, inserted_bp, 1, &(sides.inwards)(false, partner));
        columns.has(1, inserted_bp - 1, -1, &complemented(beyond(partner)));
        for (at_kinase, tail) in candidate.members.keys().filter_map(|fragment| reads.0.get(fragment)).flatten() {
            let end = if *at_kinase { kinase } else { partner };
            let off = tail.at.kept_distance(end.boundary);
            if (tail.at.contig, tail.at.side) != (end.contig, end.side) || off.abs() > reach {
                continue;
            }
            columns.read(*at_kinase, off, tail);
        }
        columns
    }

    /// Notes what a side has from a place on, in steps of one.
    fn has(&mut self, side: usize, from: i64, step: i64, bases: &[u8]) {
        for (at, &base) in (0..).zip(bases) {
            let Some(column) = self.at(from + step * at) else { return };
            column.has[side] = code(base);
        }
    }

    /// Notes what a read shows, whose aligned side ends so many bases beyond the end.
    fn read(&mut self, at_kinase: bool, off: i64, tail: &Tail) {
        let turned = |base: u8| if at_kinase { base } else { complement(base) };
        // Away from the aligned side.
        let (from, step) = if at_kinase { (off, 1) } else { (self.inserted_bp - off - 1, -1) };
        for (at, &base) in (0..).zip(&*tail.bases) {
            let quality = tail.qualities.get(at as usize).copied();
            let Some(column) = self.at(from + step * at) else { break };
            column.add(turned(base), quality);
        }
        for (at, &base) in (1..).zip(tail.anchor.iter().rev()) {
            let Some(column) = self.at(from - step * at) else { break };
            column.add(turned(base), None);
        }
    }

    fn at(&mut self, place: i64) -> Option<&mut LetterCosts> {
        self.list.get_mut(usize::try_from(place - self.first).ok()?)
    }

    /// What the columns before each place cost as bases of the kinase; none from the first unknown base beyond its end on.
    fn kinase(&self) -> Vec<Option<Cost>> {
        let mut sums = vec![Some(0)];
        for (place, column) in (self.first..).zip(&self.list) {
            let cost = column.against(0).or((place < 0).then_some(0));
            sums.push(sums.last().copied().flatten().zip(cost).map(|(sum, cost)| sum + cost));
        }
        sums
    }

    /// What the columns from each place on cost as bases of the partner.
    fn partner(&self) -> Vec<Option<Cost>> {
        let mut sums = vec![Some(0)];
        for (at, column) in self.list.iter().enumerate().rev() {
            let place = self.first + at as i64;
            let cost = column.against(1).or((place >= self.inserted_bp).then_some(0));
            sums.push(sums.last().copied().flatten().zip(cost).map(|(sum, cost)| sum + cost));
        }
        sums.reverse();
        sums
    }

    fn inserted(&self) -> Vec<Cost> {
        let sums = self.list.iter().scan(0, |sum, column| {
            *sum += column.inserted();
            Some(*sum)
        });
        std::iter::once(0).chain(sums).collect()
    }

    /// Gives the candidate its ends, and what lies between them.
    fn write(&self, candidate: &mut Candidate, from: i64, to: i64) {
        candidate.put(candidate.kinase.extended(from), candidate.partner.extended(self.inserted_bp - to));
        candidate.cut_later(from);
        let inserted_bp = (to - from) as usize;
        candidate.insertion = candidate.tail[..inserted_bp.min(candidate.tail.len())].to_vec();
        candidate.insertion_bp = inserted_bp as u32;
    }
}

fn complemented(bases: Vec<u8>) -> Vec<u8> {
    bases.into_iter().map(complement).collect()
}

/// Puts a junction where its reads are likeliest. Nothing changes where it is an interval, where one fragment is all there is, or where hard
/// clips took what is inserted.
pub fn settle(candidate: &mut Candidate, reads: &Reads<'_>, sides: &SideBases<'_>, tolerance: Tolerance) {
    let is_spelled = candidate.insertion.len() == candidate.insertion_bp as usize;
    if candidate.unplaced || candidate.slack_bp > 0 || candidate.members.len() < 2 || !is_spelled {
        return;
    }
    let reach_bp = tolerance.shift_bp.max(candidate.homology_bp).min(SIDE_BP);
    let columns = Columns::of(candidate, reads, sides, reach_bp);
    let (kinase, inserted, partner) = (columns.kinase(), columns.inserted(), columns.partner());
    let (reach, inserted_bp) = (i64::from(reach_bp), columns.inserted_bp);
    let slot = |place: i64| (place - columns.first) as usize;
    // Errors of the reads where the kinase ends at one place and the partner begins at another.
    let errors = |from: i64, to: i64| {
        let between = inserted[slot(to)] - inserted[slot(from)];
        Some(kinase[slot(from)]? + between + partner[slot(to)]?)
    };
    let off = |end: Breakend| usize::from(!(sides.on_edge)(end));
    let at_kinase: Vec<usize> = (-reach..=reach).map(|from| off(candidate.kinase.extended(from))).collect();
    let at_partner: Vec<usize> = (-reach..=reach).map(|on| off(candidate.partner.extended(-on))).collect();
    let ways = (-reach..=reach).flat_map(|from| {
        let least = from.max(inserted_bp - reach);
        (least..=inserted_bp + reach).map(move |to| (from, to))
    });
    let priced = ways.filter_map(|(from, to)| {
        let off_edge = at_kinase[(from + reach) as usize] + at_partner[(to - inserted_bp + reach) as usize];
        Some((errors(from, to)? + price((to - from) as usize, off_edge), to - from, -from))
    });
    let Some((_, between, from)) = priced.min() else { return };
    let from = -from;
    let (mut first, mut last) = (from, from);
    if between == 0 {
        let is_both = |place: &i64| columns.list[slot(*place)].is_both();
        first -= (-reach..from).rev().take_while(is_both).count() as i64;
        last += (from..reach).take_while(is_both).count() as i64;
    }
    // Of places that are alike the one nearest to where the aligner put it; by a FASTA, the kinase is then given all homologous bases.
    let put = 0.clamp(first, last);
    columns.write(candidate, put, put + between);
    candidate.homology_bp = (put - first) as u32;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::genome::{ContigId, Side};
    use crate::junction::candidate::{EvidenceKind, Member};
    use crate::sequence::random_bases;

    const KINASE: ContigId = ContigId(0);
    const PARTNER: ContigId = ContigId(1);
    /// Where both are cut, as the kinase keeps what lies below and the partner what lies above.
    const CUT: u32 = 500;

    fn end(contig: ContigId, off: i64) -> Breakend {
        Breakend::new(contig, CUT, if contig == KINASE { Side::Lower } else { Side::Higher }).extended(off)
    }

    /// The bases that follow the kinase's cut, given, in random ones; and those before the partner's.
    fn genomes(behind_kinase: &[u8], before_partner: &[u8]) -> [Vec<u8>; 2] {
        let (mut kinase, mut partner) = (random_bases(11, 1_000), random_bases(12, 1_000));
        kinase[CUT as usize..][..behind_kinase.len()].copy_from_slice(behind_kinase);
        partner[CUT as usize - before_partner.len()..CUT as usize].copy_from_slice(before_partner);
        [kinase, partner]
    }

    /// A read of the kinase's side that was cut so many bases beyond the true end, with a wrong base at a place beyond it.
    fn read(fragment: u64, molecule: &[u8], off: i64, wrong: Option<usize>) -> Tail {
        let mut bases = molecule.to_vec();
        if let Some(at) = wrong {
            let base = &mut bases[CUT as usize + at];
            *base = if *base == b'A' { b'C' } else { b'A' };
        }
        let cut = (i64::from(CUT) + off) as usize;
        let qualities = vec![37; 40].into();
        Tail {
            anchor: bases[cut - 40..cut].into(),
            qualities,
            crowd: 1,
            ..Tail::made_up(fragment, end(KINASE, off), &bases[cut..cut + 40])
        }
    }

    fn member() -> Member {
        Member {
            kind: EvidenceKind::Split,
            kinase_bp: 80,
            partner_bp: 40,
            crossing_bp: 40,
            kinase_mapq: 60,
            partner_mapq: Some(60),
            ends: (0, 0),
        }
    }

    /// Where a junction comes to lie that was put at these ends with these bases between, of a molecule with `between` at the cuts.
    fn settled(genomes: &[Vec<u8>; 2], tails: &[Tail], from: (i64, i64, usize), edges: &[Breakend]) -> (i64, i64, Vec<u8>, u32) {
        let bases = |interval: crate::genome::Interval| {
            let text = &genomes[interval.contig.0 as usize];
            text[interval.start as usize..(interval.end as usize).min(text.len())].to_vec()
        };
        let seed = &tails[0];
        let off = (from.0 - seed.at.kept_distance(CUT)) as usize;
        let whole = [&*seed.anchor, &*seed.bases].concat();
        let (anchor, tail) = whole.split_at(seed.anchor.len() + off);
        let mut candidate = Candidate {
            insertion: tail[..from.2].to_vec(),
            insertion_bp: from.2 as u32,
            anchor: anchor.to_vec(),
            tail: tail.to_vec(),
            members: tails.iter().map(|tail| (tail.fragment, member())).collect(),
            ..Candidate::new(0, end(KINASE, from.0), end(PARTNER, -from.1))
        };
        let sides = SideBases {
            inwards: &|_, end| crate::junction::homology::inwards(end, SIDE_BP, &bases),
            bases: &bases,
            on_edge: &|end| edges.is_empty() || edges.contains(&end),
        };
        settle(&mut candidate, &Reads::new(tails, &[]), &sides, Tolerance::of(false));
        crate::junction::homology::settle(&mut candidate, &bases);
        let off = |end: Breakend| end.kept_distance(CUT);
        (off(candidate.kinase), -off(candidate.partner), candidate.insertion, candidate.homology_bp)
    }

    fn spliced(genomes: &[Vec<u8>; 2], between: &[u8]) -> Vec<u8> {
        [&genomes[0][..CUT as usize], between, &genomes[1][CUT as usize..]].concat()
    }

    #[test]
    fn an_error_beside_the_break_moves_no_junction_off_its_exon_edges() {
        // One read has GT for GC where the intron begins with GT: an aligner cuts it two bases on.
        let mut genomes = genomes(b"GTAAGT", b"TTCAAG");
        genomes[1][CUT as usize..][..4].copy_from_slice(b"GCCC");
        let molecule = spliced(&genomes, b"");
        let mut wrong = read(1, &molecule, 0, None);
        let mut bases = molecule.clone();
        bases[CUT as usize + 1] = b'T';
        wrong = Tail {
            at: end(KINASE, 2),
            anchor: bases[CUT as usize - 38..CUT as usize + 2].into(),
            bases: bases[CUT as usize + 2..][..40].into(),
            ..wrong
        };
        let edges = [end(KINASE, 0), end(PARTNER, 0)];
        let all = [wrong, read(2, &molecule, 1, None), read(3, &molecule, 1, None)];
        // The first base is the intron's and the exon's.
        assert_eq!(settled(&genomes, &all, (2, 2, 0), &edges), (1, 1, Vec::new(), 1));
        assert_eq!(settled(&genomes, &all[..2], (2, 2, 0), &edges), (1, 1, Vec::new(), 1), "two reads are enough");
        assert_eq!(settled(&genomes, &all[..1], (2, 2, 0), &edges), (2, 2, Vec::new(), 0), "one may be right");
    }

    /// A junction of a kinase that keeps what lies below and a partner that keeps what lies above, as its ends give it.
    fn joined((kinase, partner): (u32, u32), anchor: &[u8], tail: &[u8]) -> Candidate {
        let members = [1, 2].map(|fragment| (FragmentId(fragment), member())).into();
        let (kinase, partner) = (Breakend::new(KINASE, kinase, Side::Lower), Breakend::new(PARTNER, partner, Side::Higher));
        Candidate { anchor: anchor.to_vec(), tail: tail.to_vec(), members, ..Candidate::new(0, kinase, partner) }
    }

    fn settle_by(candidate: &mut Candidate, tails: &[Tail], texts: [(&[u8], u32); 2]) {
        let bases = |interval: crate::genome::Interval| {
            let (text, from) = texts[interval.contig.0 as usize];
            let base = |place: u32| place.checked_sub(from).and_then(|at| text.get(at as usize)).copied().unwrap_or(b'N');
            (interval.start..interval.end).map(base).collect::<Vec<u8>>()
        };
        let inwards = |_: bool, end| crate::junction::homology::inwards(end, SIDE_BP, &bases);
        let sides = SideBases { inwards: &inwards, bases: &bases, on_edge: &|_| true };
        settle(candidate, &Reads::new(tails, &[]), &sides, Tolerance::of(false));
    }

    #[test]
    fn clipped_reads_tell_an_error_beside_the_break_from_an_insertion() {
        let beyond = b"GATTACACCGTATGCATTGCAAGTCCTGAACG";
        let with_error = [b"ACT".as_slice(), beyond].concat();
        let mut candidate = joined((997, 500), b"CCATTGACCATTGGCATT", &with_error);
        (candidate.insertion, candidate.insertion_bp) = (b"ACT".to_vec(), 3);
        let split = Tail::made_up(1, Breakend::new(KINASE, 997, Side::Lower), &with_error);
        let anchor = b"TGACCATTGGCATTAGT".as_slice().into();
        let clipped = Tail { anchor, ..Tail::made_up(2, Breakend::new(KINASE, 1_000, Side::Lower), beyond) };
        settle_by(&mut candidate, &[split, clipped], [(b"CCATTGACCATTGGCATTAGTCTCTCTC", 979), (beyond, 500)]);
        assert_eq!((candidate.kinase.boundary, candidate.partner.boundary, candidate.insertion_bp), (1_000, 500, 0));
        assert_eq!(candidate.tail, beyond);
    }

    #[test]
    fn an_overlap_with_a_mismatch_is_split_where_the_reads_differ_least() {
        // Both alignments claim 8 bases: two are equal on both sides, the third differs at the kinase, and five match there by chance.
        //          kinase ...ACGTAG|GT|A|CCATG   the molecule ACGTAG GT CCCATG TTT...
        //          partner      ...|GT|C|CCATG TTT
        let (kinase, partner) = (b"ACGTAGGTACCATG", b"GGGGGCGTCCCATGTTTACG");
        let mut candidate = joined((14, 14), b"ACGTAGGTCCCATG", b"TTTACG");
        candidate.homology_bp = 8;
        let read = |fragment| {
            let tail = Tail::made_up(fragment, Breakend::new(KINASE, 14, Side::Lower), b"TTTACG");
            Tail { anchor: b"ACGTAGGTCCCATG".as_slice().into(), ..tail }
        };
        settle_by(&mut candidate, &[read(1), read(2)], [(kinase, 0), (partner, 0)]);
        assert_eq!((candidate.kinase.boundary, candidate.partner.boundary, candidate.homology_bp), (8, 8, 2));
        assert_eq!((candidate.anchor.as_slice(), candidate.tail.as_slice()), (&b"ACGTAGGT"[..], &b"CCCATGTTTACG"[..]));
    }

    #[test]
    fn inserted_bases_that_reads_agree_on_stay_and_one_that_an_edge_explains_goes() {
        let genomes = genomes(b"GTAAGT", b"TTCAAG");
        let molecule = spliced(&genomes, b"CCCAT");
        let all = [read(1, &molecule, 0, None), read(2, &molecule, 0, None), read(3, &molecule, 0, Some(7))];
        assert_eq!(settled(&genomes, &all, (0, 0, 5), &[]), (0, 0, b"CCCAT".to_vec(), 0));
        let edges = [end(KINASE, 0), end(PARTNER, 0)];
        assert_eq!(settled(&genomes, &all, (0, 0, 5), &edges), (0, 0, b"CCCAT".to_vec(), 0));
    }

    #[test]
    fn homologous_bases_lie_at_the_kinase_and_are_counted() {
        let mut genomes = genomes(b"GATTCC", b"TTCACA");
        genomes[1][CUT as usize..][..6].copy_from_slice(b"GATGCC");
        let molecule = spliced(&genomes, b"");
        let all = [read(1, &molecule, 3, None), read(2, &molecule, 3, None)];
        for from in [0, 1, 3] {
            let all: Vec<Tail> = all.iter().map(|tail| Tail { ..tail.clone() }).collect();
            assert_eq!(settled(&genomes, &[read(9, &molecule, from, None), all[0].clone()], (from, from, 0), &[]), (3, 3, Vec::new(), 3));
        }
    }

    #[test]
    fn a_variant_beside_the_break_moves_no_junction_off_its_exon_edges() {
        let genomes = genomes(b"GTAAGT", b"TTCAAG");
        let edges = [end(KINASE, 0), end(PARTNER, 0)];
        for at in (CUT - 8..CUT + 8).map(|at| at as usize) {
            let mut molecule = spliced(&genomes, b"");
            molecule[at] = if molecule[at] == b'A' { b'C' } else { b'A' };
            let all: Vec<Tail> = (1..12).map(|fragment| read(fragment, &molecule, 0, None)).collect();
            assert_eq!(settled(&genomes, &all, (0, 0, 0), &edges), (0, 0, Vec::new(), 0), "{at}");
        }
    }

    proptest! {
        #[test]
        fn wherever_aligners_cut_the_reads_the_junction_is_the_same(
            offs in proptest::collection::vec(-6i64..=6, 2..6),
            wrong in 0usize..12,
            inserted in proptest::collection::vec(0usize..4, 0..6),
        ) {
            let genomes = genomes(b"GTAAGT", b"TTCAAG");
            let between: Vec<u8> = inserted.into_iter().map(|letter| b"ACGT"[letter]).collect();
            let molecule = spliced(&genomes, &between);
            let tails: Vec<Tail> = (1..).zip(&offs).map(|(fragment, &off)| read(fragment, &molecule, off.min(0), None)).collect();
            let with_error: Vec<Tail> = tails.iter().cloned().chain([read(99, &molecule, 0, Some(wrong)), read(98, &molecule, 0, None)]).collect();
            let from = tails[0].at.kept_distance(CUT);
            let put = |tails: &[Tail]| settled(&genomes, tails, (from, 0, (between.len() as i64 - from) as usize), &[]);
            let (first, second) = (put(&tails), put(&with_error));
            prop_assert_eq!(&first, &second);
            let mut turned = with_error.clone();
            turned.reverse();
            turned.rotate_right(1);
            let from = turned[0].at.kept_distance(CUT);
            prop_assert_eq!(&second, &settled(&genomes, &turned, (from, 0, (between.len() as i64 - from) as usize), &[]));
        }
    }
}
