//! Mutations against the truth.
//!
//! A called mutation is a true one when it changes the same bases at the same place, bases that both alleles share left out; or, in a
//! truth without bases, when it has the same name, or has none and lies in the codon that the truth names. A call is judged where the
//! truth speaks of the place ([`super::scope`]).

use std::collections::BTreeMap;

use super::call::MutationCall;
use super::measure::fragments_bin;
use super::result::{MutationRow, Ratio};
use super::scope::Scope;
use super::source::CallsBySample;
use super::truth::{TrueMutation, Truth};

type MutationMatch<'a> = (&'a TrueMutation, Option<&'a MutationCall>);

/// Recall by group, and precision of those that passed; empty where the truth has no mutation.
pub(super) fn measure(truth: &Truth, calls: &CallsBySample, scope: &Scope) -> Vec<MutationRow> {
    if truth.mutations.is_empty() {
        return Vec::new();
    }
    let found: Vec<MutationMatch<'_>> = truth
        .mutations
        .iter()
        .map(|mutation| {
            let calls = calls.get(&mutation.sample).map_or(&[][..], |calls| &calls.mutations);
            // Those that passed come first.
            let best = calls.iter().filter(|call| agrees(mutation, call)).max_by_key(|call| call.passes);
            (mutation, best)
        })
        .collect();
    let passed = calls.iter().flat_map(|(sample, calls)| calls.mutations.iter().map(move |call| (sample, call)));
    let (mut right, mut all, mut elsewhere) = (0, 0, 0);
    for (sample, call) in passed.filter(|(_, call)| call.passes) {
        let is_true = truth.mutations.iter().any(|mutation| mutation.sample == *sample && agrees(mutation, call));
        if is_true || scope.holds(call) {
            all += 1;
            right += u64::from(is_true);
        } else {
            elsewhere += 1;
        }
    }
    let mut groups: BTreeMap<(usize, &str, u32, String), Vec<MutationMatch<'_>>> = BTreeMap::new();
    for entry in &found {
        let mutation = entry.0;
        let (order, bin) = mutation.fragments.map_or((0, "?"), fragments_bin);
        for key in [
            (0, "all", 0, "all".to_owned()),
            (1, "fragments", order, bin.to_owned()),
            (2, "category", 0, mutation.category.clone().unwrap_or_else(|| ".".to_owned())),
            (3, "name", 0, mutation.name.clone()),
        ] {
            groups.entry(key).or_default().push(*entry);
        }
    }
    groups
        .into_iter()
        .map(|((_, group, _, level), entries)| match group {
            "all" => row(group, level, &entries, (Ratio::new(right, all), elsewhere)),
            _ => row(group, level, &entries, (Ratio::default(), 0)),
        })
        .collect()
}

fn row(group: &str, level: String, entries: &[MutationMatch<'_>], (precision, elsewhere): (Ratio, u64)) -> MutationRow {
    let events: Vec<&MutationMatch<'_>> = entries.iter().filter(|(truth, _)| truth.fragments != Some(0)).collect();
    let count = |is: &dyn Fn(&MutationCall) -> bool| events.iter().filter(|(_, call)| call.is_some_and(is)).count() as u64;
    let phased: Vec<bool> = events.iter().filter_map(|(truth, call)| Some(truth.phase.as_ref()? == (*call)?.phase.as_ref()?)).collect();
    MutationRow {
        group: group.to_owned(),
        level,
        pass: Ratio::new(count(&|call| call.passes), events.len() as u64),
        listed: Ratio::new(count(&|_| true), events.len() as u64),
        phase: Ratio::new(phased.iter().filter(|&&right| right).count() as u64, phased.len() as u64),
        precision,
        elsewhere,
    }
}

fn agrees(truth: &TrueMutation, call: &MutationCall) -> bool {
    match &truth.alleles {
        Some((reference, alternative)) if call.alleles.0.is_empty() => {
            truth.place == call.place && (call.alleles.1.eq_ignore_ascii_case(alternative) || reference.is_empty())
        }
        Some((reference, alternative)) => {
            truth.place.0 == call.place.0
                && least(truth.place.1, reference, alternative) == least(call.place.1, &call.alleles.0, &call.alleles.1)
        }
        None if !call.name.is_empty() && !truth.name.is_empty() => truth.name == call.name,
        None if is_of_residue(&truth.name) => {
            let (first, reference, alternative) = least(call.place.1, &call.alleles.0, &call.alleles.1);
            let last = first + (reference.len().max(1) as u32 - 1);
            truth.place.0 == call.place.0
                && first >= truth.place.1
                && last < truth.place.1 + CODON_BP
                && reference.len() == alternative.len()
        }
        None => truth.place == call.place,
    }
}

/// Bases of a codon.
const CODON_BP: u32 = 3;

/// Whether a name is that of one residue for another (`ROS1 p.G2032R`); its place is the first base of the codon on the genome.
fn is_of_residue(name: &str) -> bool {
    let Some((_, change)) = name.split_once(" p.") else { return false };
    let inner = change.strip_prefix(|c: char| c.is_ascii_uppercase()).and_then(|rest| rest.strip_suffix(|c: char| c.is_ascii_uppercase()));
    inner.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A change without the bases that both alleles share at their ends: position of the first base, and the rest of each.
fn least(position: u32, reference: &str, alternative: &str) -> (u32, String, String) {
    let (reference, alternative) = (reference.to_ascii_uppercase().into_bytes(), alternative.to_ascii_uppercase().into_bytes());
    let shared = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(x, y)| x == y).count();
    let behind = shared(&mut reference.iter().rev().zip(alternative.iter().rev()));
    let (reference, alternative) = (&reference[..reference.len() - behind], &alternative[..alternative.len() - behind]);
    let before = shared(&mut reference.iter().zip(alternative));
    let text = |bases: &[u8]| String::from_utf8_lossy(&bases[before..]).into_owned();
    (position + before as u32, text(reference), text(alternative))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth(name: &str, alleles: Option<(&str, &str)>) -> TrueMutation {
        TrueMutation {
            sample: "s".to_owned(),
            name: name.to_owned(),
            place: ("6".to_owned(), 7_672),
            alleles: alleles.map(|(x, y)| (x.to_owned(), y.to_owned())),
            fragments: None,
            phase: None,
            category: None,
            material: None,
            event: None,
        }
    }

    fn call(position: u32, reference: &str, alternative: &str) -> MutationCall {
        MutationCall {
            passes: true,
            name: String::new(),
            place: ("6".to_owned(), position),
            alleles: (reference.to_owned(), alternative.to_owned()),
            phase: None,
        }
    }

    #[test]
    fn a_call_without_a_name_is_matched_within_the_codon_of_a_truth_without_bases() {
        let of_residue = truth("ROS1 p.G2032R", None);
        let found: Vec<u32> = (7_668..7_680).filter(|&at| agrees(&of_residue, &call(at, "C", "T"))).collect();
        assert_eq!(found, [7_672, 7_673, 7_674]);
        assert!(!agrees(&of_residue, &call(7_672, "CA", "C")), "an indel is no substitution");
        assert!(!agrees(&truth("ROS1 p.L2026_G2032del", None), &call(7_673, "C", "T")));
    }

    #[test]
    fn bases_that_both_alleles_share_make_no_difference() {
        let written = truth("", Some(("CTA", "C")));
        assert!(agrees(&written, &call(7_671, "GCTA", "GC")) && agrees(&written, &call(7_672, "CTAG", "CG")));
        assert!(!agrees(&written, &call(7_672, "CTG", "C")));
    }

    #[test]
    fn what_the_truth_says_nothing_of_is_judged_by_regions_only() {
        let mut all = Truth::default();
        all.mutations.push(truth("ROS1 p.G2032R", None));
        all.samples.insert("s".to_owned());
        let own = crate::evaluate::call::SampleCalls {
            mutations: vec![call(7_674, "C", "T"), call(7_690, "C", "T"), call(90_000, "C", "T")],
            ..Default::default()
        };
        let calls = CallsBySample::from([("s".to_owned(), own)]);
        let judged = |scope: &Scope| {
            let row = measure(&all, &calls, scope).remove(0);
            (row.precision.yes, row.precision.of, row.elsewhere)
        };
        assert_eq!(judged(&Scope::of(&all)), (1, 2, 1));
        let bed = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(bed.path(), "chr6\t80000\t100000\n").expect("the file takes it");
        assert_eq!(judged(&Scope::read(bed.path()).expect("a BED")), (1, 2, 1), "the true one, and the one in the region");
        std::fs::write(bed.path(), "chr6\t80000\n").expect("the file takes it");
        assert!(Scope::read(bed.path()).is_err_and(|error| error.to_string().contains("line 1")));
    }

    #[test]
    fn hot_spots_of_other_genes_are_judged_only_where_the_truth_names_the_gene() {
        let named = |name: &str, place: (&str, u32)| MutationCall {
            name: name.to_owned(),
            place: (place.0.to_owned(), place.1),
            ..call(place.1, "C", "T")
        };
        let own = crate::evaluate::call::SampleCalls {
            mutations: vec![call(7_674, "C", "T"), named("KRAS p.G12D", ("12", 25_245_350)), named("MET p.?", ("7", 116_771_989))],
            ..Default::default()
        };
        let calls = CallsBySample::from([("s".to_owned(), own)]);
        let mut all = Truth::default();
        all.mutations.push(truth("ROS1 p.G2032R", None));
        all.samples.insert("s".to_owned());
        let judged = |all: &Truth| {
            let row = measure(all, &calls, &Scope::of(all)).remove(0);
            (row.precision.yes, row.precision.of, row.elsewhere)
        };
        assert_eq!(judged(&all), (1, 1, 2));
        all.mutations.push(TrueMutation { place: ("12".to_owned(), 25_245_349), ..truth("KRAS p.G12C", None) });
        assert_eq!(judged(&all), (1, 2, 1), "another change of a gene of the truth is false");
    }
}
