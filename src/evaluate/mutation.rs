//! Mutations against the truth.
//!
//! A called mutation is a true one when contig and position agree and, where both give them, reference and alternative bases; or, in
//! a truth without bases, when it has the same name.

use std::collections::BTreeMap;

use super::call::MutationCall;
use super::measure::fragments_bin;
use super::result::{MutationRow, Ratio};
use super::source::Calls;
use super::truth::{TrueMutation, Truth};

type Found<'a> = (&'a TrueMutation, Option<&'a MutationCall>);

/// Recall by group, and precision of those that passed; empty where the truth has no mutation.
pub(super) fn measure(truth: &Truth, calls: &Calls) -> Vec<MutationRow> {
    if truth.mutations.is_empty() {
        return Vec::new();
    }
    let found: Vec<Found<'_>> = truth
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
    let (mut right, mut all) = (0, 0);
    for (sample, call) in passed.filter(|(_, call)| call.passes) {
        all += 1;
        right += u64::from(truth.mutations.iter().any(|mutation| mutation.sample == *sample && agrees(mutation, call)));
    }
    let mut groups: BTreeMap<(usize, &str, u32, String), Vec<Found<'_>>> = BTreeMap::new();
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
        .map(|((_, group, _, level), entries)| {
            let precision = if group == "all" { Ratio::new(right, all) } else { Ratio::default() };
            row(group, level, &entries, precision)
        })
        .collect()
}

fn row(group: &str, level: String, entries: &[Found<'_>], precision: Ratio) -> MutationRow {
    let events: Vec<&Found<'_>> = entries.iter().filter(|(truth, _)| truth.fragments != Some(0)).collect();
    let count = |is: &dyn Fn(&MutationCall) -> bool| events.iter().filter(|(_, call)| call.is_some_and(is)).count() as u64;
    let phased: Vec<bool> = events.iter().filter_map(|(truth, call)| Some(truth.phase.as_ref()? == (*call)?.phase.as_ref()?)).collect();
    MutationRow {
        group: group.to_owned(),
        level,
        pass: Ratio::new(count(&|call| call.passes), events.len() as u64),
        listed: Ratio::new(count(&|_| true), events.len() as u64),
        phase: Ratio::new(phased.iter().filter(|&&right| right).count() as u64, phased.len() as u64),
        precision,
    }
}

fn agrees(truth: &TrueMutation, call: &MutationCall) -> bool {
    match &truth.alleles {
        Some((reference, alternative)) => {
            truth.place == call.place
                && (call.alleles.0.is_empty() || call.alleles.0.eq_ignore_ascii_case(reference))
                && call.alleles.1.eq_ignore_ascii_case(alternative)
        }
        None if !call.name.is_empty() && !truth.name.is_empty() => truth.name == call.name,
        None => truth.place == call.place,
    }
}
