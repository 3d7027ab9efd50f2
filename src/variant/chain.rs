//! Phase over heterozygous sites: two places that no fragment joins may be joined by several, each of which shows a site at which
//! the two chromosomes differ.
//!
//! ```text
//!   junction ====A====C
//!                     C=====G====
//!                           G======x mutation      cis: A, C and G lie on one chromosome
//! ```

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::read::{operations, FragmentId};
use crate::error::Result;
use crate::genome::Interval;

use super::molecule::MIN_LONG_READ_QUALITY;
use super::pileup::MIN_MAPQ;

/// Longest stretch that is searched for sites.
const MAX_STRETCH_BP: u32 = 200_000;
/// Fewest reads over a site, and lowest share of its rarer base.
const MIN_DEPTH: u32 = 8;
const MIN_RARER_FRAC: f64 = 0.25;
/// Share of the reads that the two commonest bases must have.
const MIN_TWO_FRAC: f64 = 0.9;
/// Share of the fragments that must agree on a link, and their least number between two sites.
const MIN_AGREE_FRAC: f64 = 0.8;
const MIN_LINK: u32 = 2;

/// A set of fragments.
pub type Fragments = FxHashSet<FragmentId>;

/// A link found over sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Whether both ends lie on one chromosome.
    pub together: bool,
    /// Fragments of the weakest end.
    pub fragments: u32,
    /// Sites that the stretch has.
    pub sites: usize,
}

/// Relates the fragments `x` to the fragments `y` over the heterozygous sites between them; `None` where no chain holds.
///
/// # Errors
/// When the file cannot be read.
pub fn relate(reader: &mut LibraryReader, library: &Library, between: Interval, x: &Fragments, y: &Fragments) -> Result<Option<Link>> {
    if between.length_bp() > MAX_STRETCH_BP || between.length_bp() == 0 {
        return Ok(None);
    }
    let mut counts = vec![[0u32; 4]; between.length_bp() as usize];
    walk(reader, library, between, |_, position, code| counts[(position - between.start) as usize][code] += 1)?;
    let sites: BTreeMap<u32, [usize; 2]> =
        (between.start..between.end).zip(&counts).filter_map(|(position, counts)| Some((position, heterozygous(counts)?))).collect();
    if sites.is_empty() {
        return Ok(None);
    }
    let order: Vec<u32> = sites.keys().copied().collect();
    let mut alleles: BTreeMap<FragmentId, BTreeMap<usize, bool>> = BTreeMap::new();
    walk(reader, library, between, |fragment, position, code| {
        let Some(letters) = sites.get(&position) else { return };
        let Ok(site) = order.binary_search(&position) else { return };
        if letters.contains(&code) {
            alleles.entry(fragment).or_default().insert(site, code == letters[1]);
        }
    })?;
    Ok(join(order.len(), &alleles, x, y))
}

/// Visits each base of good quality in a stretch.
fn walk(reader: &mut LibraryReader, library: &Library, between: Interval, mut visit: impl FnMut(FragmentId, u32, usize)) -> Result<()> {
    reader.visit(between, |record, lane| {
        if record.mapq() < MIN_MAPQ || crate::alignment::read::usable(record).is_err() {
            return;
        }
        if record.is_duplicate() && crate::alignment::scan::leaves_out_flagged(library.assay.duplicates) {
            return;
        }
        let fragment = lane.fragment(FragmentId::of(record.qname()));
        let (sequence, qualities) = (record.seq(), record.qual());
        let (mut query, mut at) = (0usize, record.pos().max(0) as u32);
        for op in operations(record) {
            match op.letter {
                b'M' | b'=' | b'X' => {
                    let (low, high) = (at.max(between.start), at.saturating_add(op.length).min(between.end));
                    for position in low..high.max(low) {
                        let from = query + (position - at) as usize;
                        let good = qualities.get(from).is_some_and(|&quality| quality >= MIN_LONG_READ_QUALITY);
                        if from < sequence.len() && good {
                            if let Some(code) = b"ACGT".iter().position(|letter| *letter == sequence[from]) {
                                visit(fragment, position, code);
                            }
                        }
                    }
                    query += op.length as usize;
                    at = at.saturating_add(op.length);
                }
                b'I' | b'S' => query += op.length as usize,
                b'D' | b'N' => at = at.saturating_add(op.length),
                _ => {}
            }
        }
    })
}

/// The two letters of a heterozygous site.
fn heterozygous(counts: &[u32; 4]) -> Option<[usize; 2]> {
    let total: u32 = counts.iter().sum();
    let mut order = [0, 1, 2, 3];
    order.sort_by_key(|&code| (std::cmp::Reverse(counts[code]), code));
    let (first, second) = (counts[order[0]], counts[order[1]]);
    let balanced = f64::from(second) >= MIN_RARER_FRAC * f64::from(total) && f64::from(first + second) >= MIN_TWO_FRAC * f64::from(total);
    (total >= MIN_DEPTH && balanced).then(|| [order[0], order[1]])
}

/// Joins both ends over `sites` sites, the strongest links first.
fn join(sites: usize, alleles: &BTreeMap<FragmentId, BTreeMap<usize, bool>>, x: &Fragments, y: &Fragments) -> Option<Link> {
    let (end_x, end_y) = (sites, sites + 1);
    let mut votes: BTreeMap<(usize, usize), [u32; 2]> = BTreeMap::new();
    for (fragment, shown) in alleles {
        let shown: Vec<(usize, bool)> = shown.iter().map(|(site, allele)| (*site, *allele)).collect();
        for pair in shown.windows(2) {
            votes.entry((pair[0].0, pair[1].0)).or_default()[usize::from(pair[0].1 != pair[1].1)] += 1;
        }
        for (end, set) in [(end_x, x), (end_y, y)] {
            if set.contains(fragment) {
                for &(site, allele) in &shown {
                    votes.entry((site, end)).or_default()[usize::from(!allele)] += 1;
                }
            }
        }
    }
    let mut links: Vec<(u32, usize, usize, bool)> = votes
        .into_iter()
        .filter_map(|((a, b), [same, other])| {
            let (more, all) = (same.max(other), same + other);
            let enough = b >= end_x || more >= MIN_LINK;
            (enough && f64::from(more) >= MIN_AGREE_FRAC * f64::from(all)).then_some((more, a, b, other > same))
        })
        .collect();
    links.sort_by_key(|&(more, a, b, _)| (std::cmp::Reverse(more), a, b));
    let weakest = |end: usize| links.iter().filter(|link| link.2 == end).map(|link| link.0).max().unwrap_or(0);
    let fragments = weakest(end_x).min(weakest(end_y));
    let mut forest = Forest::new(sites + 2);
    for &(_, a, b, turned) in &links {
        forest.join(a, b, turned);
    }
    let ((root_x, turned_x), (root_y, turned_y)) = (forest.root(end_x), forest.root(end_y));
    (root_x == root_y && fragments > 0).then_some(Link { together: turned_x == turned_y, fragments, sites })
}

/// Sets of nodes, each with whether it is turned against its root.
struct Forest(Vec<(usize, bool)>);

impl Forest {
    fn new(nodes: usize) -> Self {
        Self((0..nodes).map(|node| (node, false)).collect())
    }

    fn root(&self, node: usize) -> (usize, bool) {
        let (mut at, mut turned) = (node, false);
        while self.0[at].0 != at {
            turned ^= self.0[at].1;
            at = self.0[at].0;
        }
        (at, turned)
    }

    fn join(&mut self, a: usize, b: usize, turned: bool) {
        let ((root_a, turned_a), (root_b, turned_b)) = (self.root(a), self.root(b));
        if root_a != root_b {
            self.0[root_b] = (root_a, turned_a ^ turned_b ^ turned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragments(names: &[&str]) -> Fragments {
        names.iter().map(|name| FragmentId::of(name.as_bytes())).collect()
    }

    fn shown(list: &[(&str, &[(usize, bool)])]) -> BTreeMap<FragmentId, BTreeMap<usize, bool>> {
        list.iter().map(|(name, alleles)| (FragmentId::of(name.as_bytes()), alleles.iter().copied().collect())).collect()
    }

    #[test]
    fn a_chain_of_fragments_joins_what_no_fragment_does() {
        let alleles = shown(&[
            ("j", &[(0, true)]),
            ("a", &[(0, true), (1, false)]),
            ("b", &[(0, true), (1, false)]),
            ("c", &[(0, false), (1, true)]),
            ("v", &[(1, false)]),
        ]);
        let link = join(2, &alleles, &fragments(&["j"]), &fragments(&["v"]));
        assert_eq!(link, Some(Link { together: true, fragments: 1, sites: 2 }));
        let other = shown(&[("j", &[(0, true)]), ("a", &[(0, true), (1, true)]), ("b", &[(0, false), (1, false)]), ("v", &[(1, false)])]);
        assert_eq!(join(2, &other, &fragments(&["j"]), &fragments(&["v"])).map(|link| link.together), Some(false));
    }

    #[test]
    fn a_chain_with_a_single_or_a_contradicted_link_does_not_hold() {
        let single = shown(&[("j", &[(0, true)]), ("a", &[(0, true), (1, false)]), ("v", &[(1, false)])]);
        assert_eq!(join(2, &single, &fragments(&["j"]), &fragments(&["v"])), None);
        let split = shown(&[("j", &[(0, true)]), ("v", &[(0, true)]), ("w", &[(0, false)])]);
        assert_eq!(join(1, &split, &fragments(&["j"]), &fragments(&["v", "w"])), None);
    }

    #[test]
    fn a_site_needs_two_balanced_letters() {
        assert_eq!(heterozygous(&[10, 9, 0, 1]), Some([0, 1]));
        assert_eq!(heterozygous(&[19, 1, 0, 0]), None);
        assert_eq!(heterozygous(&[3, 3, 0, 0]), None);
    }
}
