//! Phase of mutations with a fusion: which called mutations of the kinase lie on its molecules, and which of them on the same molecule.
//!
//! ```text
//!   ====|==x==y==      x and y in cis: one clone, a drug meets both at once
//!   ====|==x=====      x and y in trans: two clones, a drug meets one of them in each
//!   ====|=====y==
//!   ----.--x-----      x on the other allele: the fusion does not have it
//! ```
//!
//! What is not phased may lie on the fusion, and may lie on one molecule with another mutation.

use super::rows::{Relation, VariantRow};
use crate::variant::VariantStatus;

/// Fewest molecules with both where others have only one of them.
const MIN_TOGETHER: u32 = 3;

/// Changes within kinase domains that many healthy people have, by the literature's numbers: nothing is reported of them for any drug, and
/// nothing need be. Source: dbSNP rs6336 and rs6339 (NTRK1), rs529038 (ROS1).
const COMMON: [(&str, &str); 3] = [("NTRK1", "H604Y"), ("NTRK1", "G613V"), ("ROS1", "D2213N")];

/// The called mutations of a kinase as they lie to a fusion and to each other; by name (`G2032R`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CarriedMutations {
    /// The sets of mutations that molecules of the fusion carry, each by codon. Empty without a mutation.
    pub clones: Vec<Vec<String>>,
    /// Sets that may lie on one molecule as well: not phased.
    pub perhaps: Vec<Vec<String>>,
    /// Mutations on the other allele.
    pub elsewhere: Vec<String>,
    /// Calls with a flag, which decide nothing.
    pub doubtful: Vec<String>,
    /// Common polymorphisms, which decide nothing.
    pub common: Vec<String>,
}

/// How two mutations lie to each other, if reads show it.
#[derive(Debug, Clone, Copy, Default)]
struct MutationPair {
    together: bool,
    apart: bool,
}

impl CarriedMutations {
    /// The mutations of a kinase beside a fusion of this identifier.
    pub fn by(fusion: &str, kinase: &str, variants: &[VariantRow]) -> Self {
        Self::of(kinase, variants, |rows| is_elsewhere(fusion, rows))
    }

    /// The mutations of a kinase, whatever carries them.
    pub fn any(kinase: &str, variants: &[VariantRow]) -> Self {
        Self::of(kinase, variants, |_| false)
    }

    fn of(kinase: &str, variants: &[VariantRow], is_elsewhere: impl Fn(&[&VariantRow]) -> bool) -> Self {
        let called = || {
            let rows = variants.iter().filter(|row| row.gene == kinase && row.status == VariantStatus::Called);
            // A silent change makes the same protein.
            rows.filter(|row| !row.hgvs_p.ends_with('='))
        };
        let mut carried = Self::default();
        let mut names: Vec<&str> = Vec::new();
        for row in called() {
            let name = stem(&row.hgvs_p);
            let rows: Vec<&VariantRow> = called().filter(|other| other.hgvs_p == row.hgvs_p).collect();
            let place = if COMMON.contains(&(kinase, name)) {
                &mut carried.common
            } else if !rows.iter().any(|row| row.is_sure()) {
                &mut carried.doubtful
            } else if is_elsewhere(&rows) {
                &mut carried.elsewhere
            } else {
                if !names.contains(&name) {
                    names.push(name);
                }
                continue;
            };
            if !place.iter().any(|known| known == name) {
                place.push(name.to_owned());
            }
        }
        names.sort_by_key(|name| (codon(name), (*name).to_owned()));
        let seen: Vec<Vec<MutationPair>> = names.iter().map(|x| names.iter().map(|y| relation(x, y, called())).collect()).collect();
        let sets = |edge: &dyn Fn(MutationPair) -> bool| -> Vec<Vec<String>> {
            let sets = cliques(names.len(), &|x, y| edge(seen[x][y]));
            sets.into_iter().map(|set| set.into_iter().map(|at| names[at].to_owned()).collect()).collect()
        };
        // Where some molecules have both and others one of them, there are clones of either kind.
        carried.clones = sets(&|seen| seen.together);
        for set in sets(&|seen| seen.together && !seen.apart) {
            if !carried.clones.contains(&set) {
                carried.clones.push(set);
            }
        }
        carried.perhaps = sets(&|seen| seen.together || !seen.apart);
        carried.perhaps.retain(|set| !carried.clones.contains(set));
        carried
    }

    /// Whether molecules of the fusion carry all these mutations together.
    pub fn has_together(&self, changes: &[String]) -> bool {
        self.clones.iter().any(|clone| changes.iter().all(|change| clone.contains(change)))
    }

    /// Whether it is not known that molecules of the fusion carry all these mutations together, and they may.
    pub fn may_have_together(&self, changes: &[String]) -> bool {
        !self.has_together(changes) && self.perhaps.iter().any(|set| changes.iter().all(|change| set.contains(change)))
    }

    /// All mutations that lie, or may lie, on the fusion.
    pub fn mutations(&self) -> Vec<&String> {
        let mut all: Vec<&String> = self.clones.iter().flatten().collect();
        all.sort_by_key(|name| (codon(name), (*name).clone()));
        all.dedup();
        all
    }
}

/// `G2032R` of `p.G2032R`.
fn stem(hgvs_p: &str) -> &str {
    hgvs_p.strip_prefix("p.").unwrap_or(hgvs_p)
}

/// The first number in a change's name.
pub fn codon(change: &str) -> Option<u32> {
    let digits: String = change.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Whether all that is known of a mutation's place to a fusion says that the fusion does not have it.
fn is_elsewhere(fusion: &str, rows: &[&VariantRow]) -> bool {
    let told = |relation: Relation| rows.iter().any(|row| row.phase.as_ref().and_then(|phase| phase.to(fusion)) == Some(relation));
    told(Relation::Trans) && !told(Relation::Cis) && !told(Relation::Mixed)
}

/// What the rows of one mutation say of another: `p.L1196M:cis:12`, `p.L1196M:mixed:9/8`, `p.L1196M:trans:30`.
fn relation<'v>(x: &str, y: &str, called: impl Iterator<Item = &'v VariantRow>) -> MutationPair {
    let mut seen = MutationPair::default();
    for row in called.filter(|row| row.is_sure() && stem(&row.hgvs_p) == x) {
        for told in row.compound_with.iter().filter(|other| stem(&other.mutation) == y).filter_map(|other| other.told) {
            seen.together |= match told.relation {
                Relation::Cis => true,
                Relation::Mixed => told.fragments.is_some_and(|both| both >= MIN_TOGETHER),
                Relation::Trans => false,
            };
            seen.apart |= told.relation != Relation::Cis;
        }
    }
    seen
}

/// The largest sets of which each pair has an edge, in the order of their first members.
fn cliques(count: usize, edge: &dyn Fn(usize, usize) -> bool) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = Vec::new();
    for at in 0..count {
        // Each member joins all the sets that it fits, and begins one with what it fits of the others.
        let mut grown: Vec<Vec<usize>> = vec![vec![at]];
        for set in &found {
            let mut part: Vec<usize> = set.iter().copied().filter(|&other| edge(other, at)).collect();
            part.push(at);
            grown.push(part);
        }
        found.extend(grown);
        found.sort();
        found.dedup();
        let all = found.clone();
        found.retain(|set| !all.iter().any(|other| other.len() > set.len() && set.iter().all(|member| other.contains(member))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::{Companion, Phase};

    /// Called mutations of ALK, each with its place to the fusion and to the others.
    fn rows(list: &[(&str, &str, &str)]) -> Vec<VariantRow> {
        let blank = VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs());
        let row = |(change, phase, with): &(&str, &str, &str)| VariantRow {
            gene: "ALK".to_owned(),
            hgvs_p: format!("p.{change}"),
            phase: Phase::read(phase),
            compound_with: Companion::list(with),
            ..blank.clone()
        };
        list.iter().map(row).collect()
    }

    fn clones(list: &[(&str, &str, &str)]) -> (Vec<String>, Vec<String>) {
        let carried = CarriedMutations::by("F1", "ALK", &rows(list));
        let join = |sets: Vec<Vec<String>>| sets.into_iter().map(|set| set.join("+")).collect();
        (join(carried.clones), join(carried.perhaps))
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn mutations_on_one_molecule_are_one_clone_and_those_in_trans_are_two() {
        let cis = [("G1202R", "cis:F1:4", "p.L1196M:cis:53"), ("L1196M", "cis:F1:4", "p.G1202R:cis:53")];
        assert_eq!(clones(&cis), (texts(&["L1196M+G1202R"]), Vec::new()));
        let trans = [("G1202R", "cis:F1:4", "p.L1196M:trans:53"), ("L1196M", "cis:F1:4", "p.G1202R:trans:53")];
        assert_eq!(clones(&trans), (texts(&["L1196M", "G1202R"]), Vec::new()));
        let mixed = [("G1202R", "cis:F1:4", "p.L1196M:mixed:9/8"), ("L1196M", "cis:F1:4", "p.G1202R:mixed:9/8")];
        assert_eq!(clones(&mixed), (texts(&["L1196M+G1202R", "L1196M", "G1202R"]), Vec::new()));
        let few = [("G1202R", "cis:F1:4", "p.L1196M:mixed:2/90"), ("L1196M", "cis:F1:4", "p.G1202R:mixed:2/90")];
        assert_eq!(clones(&few).0, texts(&["L1196M", "G1202R"]));
        let far = [("G1202R", "cis:F1:4", "p.L1196M:unphased:far, far"), ("L1196M", "cis:F1:4", "p.G1202R:unphased:far, far")];
        assert_eq!(clones(&far), (texts(&["L1196M", "G1202R"]), texts(&["L1196M+G1202R"])));
    }

    #[test]
    fn three_mutations_are_one_clone_only_where_each_pair_is() {
        let three = |ac: &str| {
            let with = |x: &str, y: &str| format!("p.{x},p.{y}");
            let a = with("G1202R:cis:9", &format!("G1269A:{ac}"));
            let b = with("C1156Y:cis:9", "G1269A:cis:9");
            let c = with(&format!("C1156Y:{ac}"), "G1202R:cis:9");
            clones(&[("C1156Y", "", &a), ("G1202R", "", &b), ("G1269A", "", &c)])
        };
        assert_eq!(three("cis:9"), (texts(&["C1156Y+G1202R+G1269A"]), Vec::new()));
        assert_eq!(three("trans:9").0, texts(&["C1156Y+G1202R", "G1202R+G1269A"]));
        assert_eq!(three("unphased:far").1, texts(&["C1156Y+G1202R+G1269A"]));
    }

    #[test]
    fn what_the_fusion_does_not_have_and_what_is_doubtful_stands_apart() {
        let mut list =
            rows(&[("G1202R", "trans:F1:9,cis:F2:7", ""), ("L1196M", "unphased:far", ""), ("F1174L", "cis:F1:3", ""), ("L1204=", "", "")]);
        list[2].filter = Some("strand_bias".to_owned());
        let carried = CarriedMutations::by("F1", "ALK", &list);
        assert_eq!(
            (carried.clones, carried.elsewhere, carried.doubtful),
            (vec![texts(&["L1196M"])], texts(&["G1202R"]), texts(&["F1174L"]))
        );
        assert_eq!(CarriedMutations::by("F2", "ALK", &list).clones.len(), 2, "the other fusion has it");
        assert_eq!(CarriedMutations::by("F1", "ROS1", &list), CarriedMutations::default());
        list[1].gene = "NTRK1".to_owned();
        list[1].hgvs_p = "p.H604Y".to_owned();
        let common = CarriedMutations::by("F1", "NTRK1", &list);
        assert_eq!((common.clones, common.common), (Vec::new(), texts(&["H604Y"])));
    }
}
