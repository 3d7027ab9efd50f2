//! Where the break of discordant pairs may lie, and in RNA at which exon edges.
//!
//! ```text
//!   DNA   ==kinase==>.......|..........<==partner==      the break lies at the reads' ends or beyond: an interval
//!   RNA   ==kinase==>..]           [...<==partner==      a splice joins exon edges: few pairs of edges give fragments of
//!                   exon edge   exon edge                a length that the library has
//! ```
//!
//! No read shows such a pair of edges; the mates only make it likely. So it gives positions and an interval, but no exon names.

use crate::evidence::Pair;
use crate::genome::{Breakend, Side};

use super::candidate::Candidate;
use super::support::{pair_member, spans, PairSpan};

/// How much likelier a junction of the tables is than other edges of the same two genes, in nats: one listed junction stands for most
/// fusions of its pair, and a few dozen pairs of edges for the rest.
const LISTED_NATS: f64 = 3.0;
/// Standard deviations from the median to the 99th percentile of what is normally distributed.
const DEVIATIONS_TO_MAX: f64 = 2.33;
/// Lower limit of the spread of insert sizes, even if those that were measured vary less.
const MIN_DEVIATION_BP: f64 = 20.0;

/// The edges of exons at which RNA may be joined.
pub struct SpannedEdges<'a> {
    /// Those of the kinase (`true`) or of the partner from a read's end outwards.
    pub beyond: &'a dyn Fn(bool, Breakend) -> Vec<Breakend>,
    /// Whether the tables list a junction, kinase first.
    pub is_listed: &'a dyn Fn(Breakend, Breakend) -> bool,
}

impl SpannedEdges<'_> {
    /// The candidate at the likeliest of the edges that all of its pairs may span.
    pub fn explaining(&self, rough: &Candidate, pairs: &[Pair], span: &PairSpan<'_>) -> Option<Candidate> {
        let longer = span.longer();
        let at_partner = (self.beyond)(false, rough.partner);
        let at_kinase = (self.beyond)(true, rough.kinase);
        let both = at_kinase.iter().flat_map(|&kinase| at_partner.iter().map(move |&partner| (kinase, partner)));
        let spanned = both.filter(|&(kinase, partner)| pairs.iter().all(|pair| spans(kinase, partner, 0, pair, &longer)));
        let nats = |(kinase, partner): (Breakend, Breakend)| {
            let inserts: f64 = pairs.iter().map(|pair| ln_insert(length(kinase, partner, pair, span), span)).sum();
            inserts + if (self.is_listed)(kinase, partner) { LISTED_NATS } else { 0.0 }
        };
        let (kinase, partner) = spanned.max_by(|&x, &y| nats(x).total_cmp(&nats(y)).then_with(|| y.cmp(&x)))?;
        Some(Candidate { kinase, partner, ..rough.clone() })
    }
}

/// Log-likelihood (nats) of an insert of `bases`, relative to the likeliest insert.
fn ln_insert(bases: i64, span: &PairSpan<'_>) -> f64 {
    let median = f64::from(span.insert_median_bp);
    let deviation = ((f64::from(span.insert_max_bp) - median) / DEVIATIONS_TO_MAX).max(MIN_DEVIATION_BP);
    let off = (bases as f64 - median) / deviation;
    -0.5 * off * off
}

/// Pairs that could span one break: same flanks kept, and begins within one insert on both sides.
///
/// Pairs are taken from the break outwards, so that the outermost end at the kinase is the first's, and a group is closed when the next
/// pair begins more than an insert away from it.
pub fn groups(pairs: &[Pair], span: &PairSpan<'_>) -> Vec<Vec<Pair>> {
    let mut sorted = pairs.to_vec();
    sorted.sort_by_key(|pair| {
        let flanks = (pair.kinase.contig, pair.kinase.side, pair.partner.contig, pair.partner.side);
        (flanks, outwards(pair.kinase), outwards(pair.partner), pair.kinase_mapq, pair.partner_mapq, pair.fragment)
    });
    let mut closed: Vec<PairGroup> = Vec::new();
    let mut open: Vec<PairGroup> = Vec::new();
    for pair in sorted {
        let (near, far): (Vec<PairGroup>, Vec<PairGroup>) = open.into_iter().partition(|group| group.may_take_more(&pair, span));
        closed.extend(far);
        open = near;
        match open.iter_mut().find_map(|group| group.with(&pair, span).map(|joined| (group, joined))) {
            Some((group, (partner, longest))) => {
                group.partner = partner;
                group.longest = longest;
                group.pairs.push(pair);
            }
            None => open.push(PairGroup {
                kinase: pair.kinase,
                partner: pair.partner,
                longest: length(pair.kinase, pair.partner, &pair, span),
                pairs: vec![pair],
            }),
        }
    }
    closed.extend(open);
    closed.into_iter().map(|group| group.pairs).collect()
}

/// Orders ends of one side from the outermost inwards, alike on both sides.
pub fn outwards(end: Breakend) -> i64 {
    match end.side {
        Side::Lower => -i64::from(end.boundary),
        Side::Higher => i64::from(end.boundary),
    }
}

/// Pairs that may span one break, with their outermost ends and the length of the longest fragment if the break lay there.
struct PairGroup {
    kinase: Breakend,
    partner: Breakend,
    longest: i64,
    pairs: Vec<Pair>,
}

impl PairGroup {
    /// Whether a pair, or one that comes after it, may still belong here.
    fn may_take_more(&self, pair: &Pair, span: &PairSpan<'_>) -> bool {
        let same = |x: Breakend, y: Breakend| x.contig == y.contig && x.side == y.side;
        same(self.kinase, pair.kinase)
            && same(self.partner, pair.partner)
            && (span.distance)(self.kinase, pair.kinase.boundary) <= i64::from(span.insert_max_bp)
    }

    /// The partner's end and the longest fragment with this pair, if it fits.
    fn with(&self, pair: &Pair, span: &PairSpan<'_>) -> Option<(Breakend, i64)> {
        let beyond = pair.partner.kept_distance(self.partner.boundary);
        let (partner, longest) = if beyond > 0 {
            (pair.partner, self.longest.saturating_add((span.distance)(pair.partner, self.partner.boundary)))
        } else {
            (self.partner, self.longest)
        };
        let longest = longest.max(length(self.kinase, partner, pair, span));
        (longest <= i64::from(span.insert_max_bp)).then_some((partner, longest))
    }
}

/// The length of a pair's fragment if the break lay at these ends.
fn length(kinase: Breakend, partner: Breakend, pair: &Pair, span: &PairSpan<'_>) -> i64 {
    (span.distance)(kinase, pair.kinase_begin).saturating_add((span.distance)(partner, pair.partner_begin))
}

/// The outermost ends of the reads: the break lies at them or beyond.
fn ends(pairs: impl Iterator<Item = Pair>) -> (Breakend, Breakend) {
    let outermost = |x: Breakend, y: Breakend| if x.contig == y.contig && y.kept_distance(x.boundary) > 0 { y } else { x };
    let all: Vec<Pair> = pairs.collect();
    let first = all[0];
    all.iter()
        .fold((first.kinase, first.partner), |(kinase, partner), pair| (outermost(kinase, pair.kinase), outermost(partner, pair.partner)))
}

/// The break that a group of pairs points to: at the outermost ends of its reads or beyond, as far as an insert reaches.
pub fn rough(target: usize, group: &[Pair], span: &PairSpan<'_>) -> Candidate {
    let (kinase, partner) = ends(group.iter().copied());
    let longest = group.iter().map(|pair| length(kinase, partner, pair, span)).max().unwrap_or(0);
    let slack_bp = (i64::from(span.insert_max_bp) - longest).clamp(10, 2_000) as u32;
    let mut candidate = Candidate { slack_bp, ..Candidate::new(target, kinase, partner) };
    for pair in group {
        candidate.add(pair.fragment, pair_member(pair));
    }
    candidate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::read::FragmentId;
    use crate::genome::ContigId;

    const KINASE: ContigId = ContigId(0);
    const PARTNER: ContigId = ContigId(1);

    fn pair(fragment: u64, of_kinase: u32, of_partner: u32) -> Pair {
        // The kinase keeps what lies above 1,000, the partner what lies below 5,000; reads have 60 bases.
        Pair {
            fragment: FragmentId(fragment),
            kinase: Breakend::new(KINASE, 1_000 + of_kinase - 60, Side::Higher),
            kinase_begin: 1_000 + of_kinase,
            kinase_mapq: 60,
            partner: Breakend::new(PARTNER, 5_000 + 60 - of_partner, Side::Lower),
            partner_begin: 5_000 - of_partner,
            partner_mapq: Some(60),
        }
    }

    /// The ends at which these pairs are put, where the partner has edges at 5,000 and 5,200 and the kinase at 1,000 and 900.
    fn put(pairs: &[Pair], listed: Option<(u32, u32)>) -> Option<(u32, u32)> {
        let span =
            PairSpan { insert_median_bp: 200, insert_max_bp: 320, distance: &|end, at| end.kept_distance(at), reach: &|_, bases| bases };
        let edges = |at_kinase: bool, _: Breakend| {
            let (contig, side, places) =
                if at_kinase { (KINASE, Side::Higher, [1_000, 900]) } else { (PARTNER, Side::Lower, [5_000, 5_200]) };
            places.map(|at| Breakend::new(contig, at, side)).to_vec()
        };
        let is_listed = |kinase: Breakend, partner: Breakend| Some((kinase.boundary, partner.boundary)) == listed;
        let edges = SpannedEdges { beyond: &edges, is_listed: &is_listed };
        let groups = groups(pairs, &span);
        assert_eq!(groups.len(), 1, "one break explains all");
        let found = edges.explaining(&rough(0, &groups[0], &span), &groups[0], &span)?;
        assert!(found.slack_bp > 0 && found.members.len() == pairs.len());
        Some((found.kinase.boundary, found.partner.boundary))
    }

    #[test]
    fn mates_lie_at_the_edges_that_leave_their_fragments_as_long_as_others() {
        assert_eq!(put(&[pair(1, 100, 110), pair(2, 85, 90)], None), Some((1_000, 5_000)));
        assert_eq!(put(&[pair(1, 70, 70)], None), Some((900, 5_000)), "240 bases are likelier than 140");
        assert_eq!(put(&[pair(1, 70, 70)], Some((1_000, 5_000))), Some((1_000, 5_000)), "and a junction of the tables than either");
        assert_eq!(put(&[pair(1, 110, 110)], Some((900, 5_200))), Some((1_000, 5_000)), "but none of 520");
    }

    #[test]
    fn mates_beyond_every_edge_stay_where_they_are() {
        assert_eq!(put(&[pair(1, 250, 280)], None), None);
    }
}
