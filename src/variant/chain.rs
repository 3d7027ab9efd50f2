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
use crate::sequence::code;

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
    /// Sites that the chain goes over.
    pub sites: usize,
}

/// What the heterozygous sites between two places tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainResult {
    /// No chain holds.
    None,
    /// A chain over so many sites, which other links contradict.
    Contradicted(usize),
    /// A chain that nothing contradicts.
    Link(Link),
}

impl ChainResult {
    /// Why it phases nothing; `None` where it does.
    pub fn reason(self) -> Option<String> {
        match self {
            Self::None => Some("no chain of heterozygous sites".to_owned()),
            Self::Contradicted(sites) => Some(format!("fragments contradict each other over {sites} heterozygous sites")),
            Self::Link(_) => None,
        }
    }
}

/// Relates the fragments `x` to the fragments `y` over the heterozygous sites between them.
///
/// # Errors
/// When the file cannot be read.
pub fn relate(reader: &mut LibraryReader, library: &Library, between: Interval, x: &Fragments, y: &Fragments) -> Result<ChainResult> {
    if between.length_bp() > MAX_STRETCH_BP || between.length_bp() == 0 {
        return Ok(ChainResult::None);
    }
    let mut counts = vec![[0u32; 4]; between.length_bp() as usize];
    walk(reader, library, between, |_, position, code| counts[(position - between.start) as usize][code] += 1)?;
    let sites: BTreeMap<u32, [usize; 2]> =
        (between.start..between.end).zip(&counts).filter_map(|(position, counts)| Some((position, heterozygous(counts)?))).collect();
    if sites.is_empty() {
        return Ok(ChainResult::None);
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
                            if let Some(code) = code(sequence[from]) {
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
fn join(sites: usize, alleles: &BTreeMap<FragmentId, BTreeMap<usize, bool>>, x: &Fragments, y: &Fragments) -> ChainResult {
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
    let mut links: Vec<Step> = votes
        .into_iter()
        .filter_map(|((a, b), [same, other])| {
            let (more, all) = (same.max(other), same + other);
            let enough = b >= end_x || more >= MIN_LINK;
            (enough && f64::from(more) >= MIN_AGREE_FRAC * f64::from(all)).then_some((more, a, b, other > same))
        })
        .collect();
    links.sort_by_key(|&(more, a, b, _)| (std::cmp::Reverse(more), a, b));
    let (mut tree, mut beside) = (LinkTree::new(sites + 2), Vec::new());
    for link in links {
        if tree.path(link.1, link.2).is_none() {
            tree.join(link);
        } else {
            beside.push(link);
        }
    }
    let Some(path) = tree.path(end_x, end_y) else { return ChainResult::None };
    let passed = path.len() - 1;
    // A link beside the chain that is as strong as its weakest one, or tells of more than errors, must agree with it.
    let contradicts = |&&(more, a, b, turned): &&Step| {
        let around = tree.path(a, b).unwrap_or_default();
        let weakest = around.iter().map(|step| step.0).min().unwrap_or(0);
        let strong = more >= weakest.min(MIN_LINK) && f64::from(more) > (1.0 - MIN_AGREE_FRAC) * f64::from(weakest);
        strong && turns(&around) != turned && around.iter().any(|step| path.contains(step))
    };
    if beside.iter().any(|link| contradicts(&link)) {
        return ChainResult::Contradicted(passed);
    }
    let fragments = path.iter().filter(|step| step.2 >= end_x).map(|step| step.0).min().unwrap_or(0);
    ChainResult::Link(Link { together: !turns(&path), fragments, sites: passed })
}

/// A link: fragments, its two nodes, and whether it changes the chromosome.
type Step = (u32, usize, usize, bool);

fn turns(path: &[Step]) -> bool {
    path.iter().filter(|step| step.3).count() % 2 == 1
}

/// The links that join nodes without a circle.
struct LinkTree(Vec<Vec<(usize, Step)>>);

impl LinkTree {
    fn new(nodes: usize) -> Self {
        Self(vec![Vec::new(); nodes])
    }

    fn join(&mut self, step: Step) {
        self.0[step.1].push((step.2, step));
        self.0[step.2].push((step.1, step));
    }

    /// The links from one node to another; `None` where nothing joins them.
    fn path(&self, from: usize, to: usize) -> Option<Vec<Step>> {
        let mut came: Vec<Option<(usize, Step)>> = vec![None; self.0.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                break;
            }
            for &(next, step) in &self.0[at] {
                if next != from && came[next].is_none() {
                    came[next] = Some((at, step));
                    open.push(next);
                }
            }
        }
        let mut path = Vec::new();
        let mut at = to;
        while at != from {
            let (before, step) = came[at]?;
            path.push(step);
            at = before;
        }
        Some(path)
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
        assert_eq!(link, ChainResult::Link(Link { together: true, fragments: 1, sites: 2 }));
        let other = shown(&[("j", &[(0, true)]), ("a", &[(0, true), (1, true)]), ("b", &[(0, false), (1, false)]), ("v", &[(1, false)])]);
        let link = join(2, &other, &fragments(&["j"]), &fragments(&["v"]));
        assert_eq!(link, ChainResult::Link(Link { together: false, fragments: 1, sites: 2 }));
    }

    #[test]
    fn a_chain_with_a_single_or_a_contradicted_link_does_not_hold() {
        let single = shown(&[("j", &[(0, true)]), ("a", &[(0, true), (1, false)]), ("v", &[(1, false)])]);
        assert_eq!(join(2, &single, &fragments(&["j"]), &fragments(&["v"])), ChainResult::None);
        let split = shown(&[("j", &[(0, true)]), ("v", &[(0, true)]), ("w", &[(0, false)])]);
        assert_eq!(join(1, &split, &fragments(&["j"]), &fragments(&["v", "w"])), ChainResult::None);
    }

    #[test]
    fn only_the_sites_that_the_chain_goes_over_count() {
        // Sites 1 and 2 lie between the ends; the fragments at 0 and 3 reach neither end.
        let beside = (0..3).flat_map(|n| [(format!("l{n}"), [(0, true), (1, true)]), (format!("h{n}"), [(2, true), (3, true)])]);
        let mut alleles: BTreeMap<FragmentId, BTreeMap<usize, bool>> =
            beside.map(|(name, alleles)| (FragmentId::of(name.as_bytes()), alleles.into_iter().collect())).collect();
        alleles.extend(shown(&[("j", &[(1, true)]), ("a", &[(1, true), (2, true)]), ("b", &[(1, true), (2, true)]), ("v", &[(2, true)])]));
        let link = join(4, &alleles, &fragments(&["j"]), &fragments(&["v"]));
        assert_eq!(link, ChainResult::Link(Link { together: true, fragments: 1, sites: 2 }));
    }

    #[test]
    fn sites_that_disagree_phase_nothing_and_one_wrong_base_among_many_does_not_matter() {
        let chain: &[(&str, &[(usize, bool)])] =
            &[("a", &[(0, true), (1, true)]), ("b", &[(0, true), (1, true)]), ("c", &[(0, true), (1, true)])];
        let ends: &[(&str, &[(usize, bool)])] = &[("j", &[(0, true)]), ("k", &[(0, true)]), ("v", &[(1, true)]), ("w", &[(1, true)])];
        // Two fragments with the junction show the other letter at the second site.
        let other: &[(&str, &[(usize, bool)])] = &[("m", &[(1, false)]), ("n", &[(1, false)])];
        let names = |list: &[&str]| fragments(list);
        let clear = shown(&[chain, ends].concat());
        assert_eq!(
            join(2, &clear, &names(&["j", "k"]), &names(&["v", "w"])),
            ChainResult::Link(Link { together: true, fragments: 2, sites: 2 })
        );
        let against = shown(&[chain, ends, other].concat());
        assert_eq!(join(2, &against, &names(&["j", "k", "m", "n"]), &names(&["v", "w"])), ChainResult::Contradicted(2));
        let one = shown(&[chain, ends, &other[..1]].concat());
        assert_eq!(
            join(2, &one, &names(&["j", "k", "m"]), &names(&["v", "w"])),
            ChainResult::Link(Link { together: true, fragments: 2, sites: 2 })
        );
    }

    #[test]
    fn a_site_needs_two_balanced_letters() {
        assert_eq!(heterozygous(&[10, 9, 0, 1]), Some([0, 1]));
        assert_eq!(heterozygous(&[19, 1, 0, 0]), None);
        assert_eq!(heterozygous(&[3, 3, 0, 0]), None);
    }
}
