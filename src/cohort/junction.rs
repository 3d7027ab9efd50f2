//! Which junctions of different samples are one.
//!
//! ```text
//!   S1   5'  ...1000 |      slack 0          one group: the same to the base
//!   S2   5'  ...1000 |      slack 0
//!   S3   5'  ..994---1006   slack 6          joins it, as its place may be 1000
//!   S4   5'  ...1003 |      slack 0          another group
//! ```
//!
//! Exact junctions make the groups; one that only mates show joins the nearest group within its slack, else it makes its own.

use super::sample::{CohortSample, JunctionPlaces, SeenJunction};

/// A junction and where it was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedJunction {
    /// Its places; those of its most exact row.
    pub places: JunctionPlaces,
    /// How far they may be off.
    pub slack_bp: u32,
    /// Who shows it, by sample; a sample may show it twice where RNA and DNA stand apart.
    pub members: Vec<SampleRow>,
}

/// A row of one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SampleRow {
    /// Index of the sample.
    pub sample: usize,
    /// Index of the junction within the sample.
    pub junction: usize,
}

impl SampleRow {
    /// The row itself.
    pub fn of(self, samples: &[CohortSample]) -> &SeenJunction {
        &samples[self.sample].junctions[self.junction]
    }
}

/// All junctions of all samples in groups, by their places.
pub fn group(samples: &[CohortSample]) -> Vec<SharedJunction> {
    let mut rows: Vec<SampleRow> = Vec::new();
    for (sample, own) in samples.iter().enumerate() {
        rows.extend((0..own.junctions.len()).map(|junction| SampleRow { sample, junction }));
    }
    // Exact rows first, so that uncertain ones find their groups; then by place.
    rows.sort_by(|x, y| {
        let key = |member: &SampleRow| {
            let row = member.of(samples);
            (row.slack_bp, &row.places)
        };
        key(x).cmp(&key(y)).then_with(|| x.cmp(y))
    });
    let mut groups: Vec<SharedJunction> = Vec::new();
    for member in rows {
        let row = member.of(samples);
        if let Some(index) = nearest(&groups, row) {
            groups[index].members.push(member);
        } else {
            let group = SharedJunction { places: row.places.clone(), slack_bp: row.slack_bp, members: vec![member] };
            // Kept sorted, so that neighbours are found by search.
            let at = groups.partition_point(|other| other.places <= group.places);
            groups.insert(at, group);
        }
    }
    for group in &mut groups {
        group.members.sort_unstable();
    }
    groups
}

/// The nearest group that the row may belong to.
fn nearest(groups: &[SharedJunction], row: &SeenJunction) -> Option<usize> {
    let same_flanks = |group: &SharedJunction| group.places.assembly == row.places.assembly && group.places.sides == row.places.sides;
    if row.slack_bp == 0 {
        // Exact rows come in the order of their places: an equal group is found by search.
        return groups.binary_search_by(|group| group.places.cmp(&row.places)).ok().filter(|at| groups[*at].slack_bp == 0);
    }
    let off = |group: &SharedJunction| {
        let by = |index: usize| group.places.positions[index].abs_diff(row.places.positions[index]);
        by(0).max(by(1))
    };
    let (five, most) = (row.places.positions[0], row.slack_bp.saturating_mul(2));
    let begin = JunctionPlaces { positions: [five.saturating_sub(most), 0], insertion: String::new(), ..row.places.clone() };
    let first = groups.partition_point(|group| group.places < begin);
    let within = groups
        .iter()
        .enumerate()
        .skip(first)
        .take_while(|(_, group)| same_flanks(group) && group.places.positions[0] <= five.saturating_add(most));
    let candidates = within.filter(|(_, group)| off(group) <= row.slack_bp.saturating_add(group.slack_bp));
    candidates.min_by_key(|(index, group)| (off(group), *index)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{sample, with_junction};
    use super::*;

    #[test]
    fn an_uncertain_junction_joins_the_nearest_exact_one_and_other_bases_stay_apart() {
        let at = |name: &str, position: u32, slack: u32| with_junction(sample(name), position, 20, slack);
        let samples = [at("S1", 1000, 0), at("S2", 1000, 0), at("S3", 994, 6), at("S4", 1003, 0), at("S5", 1300, 20)];
        let groups = group(&samples);
        let members: Vec<(u32, Vec<usize>)> =
            groups.iter().map(|group| (group.places.positions[0], group.members.iter().map(|member| member.sample).collect())).collect();
        assert_eq!(members, [(1000, vec![0, 1, 2]), (1003, vec![3]), (1300, vec![4])]);
    }

    #[test]
    fn junctions_of_different_assemblies_are_never_one() {
        let mut samples = [with_junction(sample("S1"), 1000, 20, 0), with_junction(sample("S2"), 1000, 20, 0)];
        samples[1].junctions[0].places.assembly = "GRCh37".to_owned();
        assert_eq!(group(&samples).len(), 2);
    }
}
