//! Counts of an evaluation (recall, precision, exactness), from calls that are matched to truths.

use std::collections::{BTreeMap, BTreeSet};

use super::call::{CallTier, CalledJunction, SampleCalls};
use super::matching::{matching, CallRole, TruthFit};
use super::result::{CallerResult, EventRow, FalseRow, PrecisionRow, Ratio, RecallRow};
use super::scope::Scope;
use super::source::CallsBySample;
use super::truth::{TrueJunction, Truth};
use super::{mutation, quality};

/// A true junction and the call that found it, if any.
#[derive(Debug, Clone, Copy)]
pub(super) struct JunctionOutcome<'a> {
    /// The junction.
    pub truth: &'a TrueJunction,
    /// Its call and how it fits.
    pub found: Option<(&'a CalledJunction, TruthFit)>,
}

/// All counts of one caller.
pub(super) fn measure(caller: &str, truth: &Truth, calls: &CallsBySample, scope: &Scope) -> CallerResult {
    let (fusions, chimeras) = (by_sample(&truth.fusions), by_sample(&truth.chimeras));
    let samples: BTreeSet<&str> = truth.samples.iter().chain(calls.keys()).map(String::as_str).collect();
    let nothing = SampleCalls::default();
    let mut outcomes = Vec::new();
    let mut roles: Vec<(&str, &CalledJunction, CallRole)> = Vec::new();
    for &sample in &samples {
        let calls = &calls.get(sample).unwrap_or(&nothing).fusions;
        let truths: Vec<&TrueJunction> = fusions.get(sample).cloned().unwrap_or_default();
        let chimeras: Vec<&TrueJunction> = chimeras.get(sample).cloned().unwrap_or_default();
        let matched = matching(calls, &truths, &chimeras);
        for (truth, found) in truths.iter().zip(&matched.of_truth) {
            outcomes.push(JunctionOutcome { truth, found: found.map(|(call, fit)| (&calls[call], fit)) });
        }
        roles.extend(calls.iter().zip(&matched.of_call).map(|(call, role)| (sample, call, *role)));
    }
    CallerResult {
        caller: caller.to_owned(),
        samples_without_calls: truth.samples.iter().filter(|sample| !calls.contains_key(*sample)).count() as u64,
        samples_without_truth: calls.keys().filter(|sample| !truth.samples.contains(*sample)).count() as u64,
        recall: recall(&outcomes),
        precision: [(CallTier::Pass, "PASS"), (CallTier::Flagged, "listed")]
            .map(|(tier, name)| precision(tier, name, &roles, samples.len()))
            .to_vec(),
        fraction: quality::fraction(&outcomes),
        quality: quality::reliability(&roles),
        mutations: mutation::measure(truth, calls, scope),
        events: outcomes.iter().map(event).collect(),
        false_calls: roles.iter().filter_map(false_call).collect(),
    }
}

fn by_sample(junctions: &[TrueJunction]) -> BTreeMap<&str, Vec<&TrueJunction>> {
    let mut samples: BTreeMap<&str, Vec<&TrueJunction>> = BTreeMap::new();
    for junction in junctions {
        samples.entry(&junction.sample).or_default().push(junction);
    }
    samples
}

/// The bin of a number of fragments, with a number that sorts it.
pub(super) fn fragments_bin(fragments: u32) -> (u32, &'static str) {
    match fragments {
        0 => (0, "0"),
        1 => (1, "1"),
        2 => (2, "2"),
        3 => (3, "3"),
        4 => (4, "4"),
        5 => (5, "5"),
        6..=9 => (6, "6-9"),
        10..=19 => (10, "10-19"),
        20..=49 => (20, "20-49"),
        _ => (50, ">=50"),
    }
}

/// A group of junctions: its place among the groups, its kind, what sorts its levels, and the level.
type GroupKey = (usize, &'static str, String, u32, String);

/// The groups that a junction belongs to.
fn groups(truth: &TrueJunction) -> Vec<GroupKey> {
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| ".".to_owned());
    let plain = |place, group, word: String| (place, group, word.clone(), 0, word);
    let (order, bin) = truth.fragments.map_or((0, "?"), fragments_bin);
    let category = word(&truth.category);
    let mut keys = vec![
        plain(0, "all", "all".to_owned()),
        (1, "fragments", String::new(), order, bin.to_owned()),
        plain(2, "material", word(&truth.material)),
        plain(3, "structure", word(&truth.structure)),
        plain(4, "category", category.clone()),
        (5, "category,fragments", category.clone(), order, format!("{category},{bin}")),
        plain(6, "name", truth.name.clone()),
    ];
    keys.extend(truth.event.clone().map(|event| plain(7, "event", event)));
    keys
}

fn recall(outcomes: &[JunctionOutcome<'_>]) -> Vec<RecallRow> {
    let mut tallies: BTreeMap<GroupKey, Vec<JunctionOutcome<'_>>> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.truth.fragments != Some(0)) {
        for key in groups(outcome.truth) {
            tallies.entry(key).or_default().push(*outcome);
        }
    }
    tallies.into_iter().map(|((_, group, _, _, level), outcomes)| recall_row(group, level, &outcomes)).collect()
}

fn recall_row(group: &str, level: String, outcomes: &[JunctionOutcome<'_>]) -> RecallRow {
    let within = |tier: CallTier| outcomes.iter().filter(|outcome| outcome.tier().is_some_and(|found| found <= tier)).count() as u64;
    let events = outcomes.len() as u64;
    let judged = |judge: &dyn Fn(&JunctionOutcome<'_>) -> Option<bool>| {
        let listed = outcomes.iter().filter(|outcome| outcome.tier().is_some_and(|tier| tier <= CallTier::Flagged));
        let verdicts: Vec<bool> = listed.filter_map(judge).collect();
        Ratio::new(verdicts.iter().filter(|&&right| right).count() as u64, verdicts.len() as u64)
    };
    RecallRow {
        group: group.to_owned(),
        level,
        pass: Ratio::new(within(CallTier::Pass), events),
        listed: Ratio::new(within(CallTier::Flagged), events),
        candidates: Ratio::new(within(CallTier::Candidate), events),
        exact: judged(&|outcome| outcome.found.map(|(_, fit)| !fit.inexact)),
        near: judged(&|outcome| outcome.found.map(|(_, fit)| !fit.far)),
        gene_order: judged(&|outcome| outcome.gene_order()),
        exon_junction: judged(&|outcome| outcome.exon_junction()),
        variant: judged(&|outcome| outcome.variant()),
        name: judged(&|outcome| outcome.name()),
    }
}

impl JunctionOutcome<'_> {
    fn tier(&self) -> Option<CallTier> {
        self.found.map(|(call, _)| call.tier)
    }

    fn gene_order(&self) -> Option<bool> {
        self.found.filter(|(call, _)| call.ordered && self.truth.ordered).map(|(_, fit)| !fit.swapped)
    }

    fn name(&self) -> Option<bool> {
        let (call, _) = self.found?;
        (call.ordered && !self.truth.name.is_empty()).then(|| call.name().as_ref() == Some(&self.truth.name))
    }

    /// Whether the call says what the truth says, where the truth says anything and the caller's format can.
    fn says(&self, truth: Option<&String>, of: impl Fn(&CalledJunction) -> Option<&String>, name: fn(&str) -> String) -> Option<bool> {
        let (call, _) = self.found?;
        // A caller that numbers no exons at all is not judged by them; only kinfuse's own tables give a quality and exons.
        (truth.is_some() && call.qual.is_some()).then(|| of(call).map(|said| name(said)) == truth.map(|said| name(said)))
    }

    fn exon_junction(&self) -> Option<bool> {
        self.says(self.truth.exon_junction.as_ref(), |call| call.exon_junction.as_ref(), whole_exons)
    }

    fn variant(&self) -> Option<bool> {
        self.says(self.truth.variant.as_ref(), |call| call.variant.as_ref(), str::to_owned)
    }
}

/// An exon junction without the `a` that the literature puts behind the number of an exon that is used whole, where a cryptic one (`6b`) may
/// follow: `E6a;A20` is `E6;A20`.
fn whole_exons(junction: &str) -> String {
    let is_number =
        |exon: &&str| exon.starts_with(|first: char| first.is_ascii_uppercase()) && exon.ends_with(|last: char| last.is_ascii_digit());
    let whole = |part: &'_ str| part.strip_suffix('a').filter(is_number).unwrap_or(part).to_owned();
    junction.split(';').map(whole).collect::<Vec<_>>().join(";")
}

fn precision(tier: CallTier, name: &str, roles: &[(&str, &CalledJunction, CallRole)], samples: usize) -> PrecisionRow {
    let rows: Vec<_> = roles.iter().filter(|(_, call, _)| call.tier <= tier).collect();
    let count = |is: &dyn Fn(CallRole) -> bool| rows.iter().filter(|(_, _, role)| is(*role)).count() as u64;
    let right = count(&|role| matches!(role, CallRole::Match(_)));
    let chimeras = count(&|role| role == CallRole::Chimera);
    let wrong = chimeras + count(&|role| role == CallRole::False);
    let with_false: BTreeSet<&str> =
        rows.iter().filter(|(_, _, role)| matches!(role, CallRole::Chimera | CallRole::False)).map(|(sample, ..)| *sample).collect();
    PrecisionRow {
        tier: name.to_owned(),
        calls: rows.len() as u64,
        precision: Ratio::new(right, right + wrong),
        false_calls: wrong,
        chimeras,
        duplicates: count(&|role| matches!(role, CallRole::Duplicate(_))),
        halves: count(&|role| matches!(role, CallRole::Half(_))),
        samples_with_false: Ratio::new(with_false.len() as u64, samples as u64),
        false_per_sample: wrong as f64 / samples.max(1) as f64,
    }
}

fn tier_word(tier: CallTier) -> &'static str {
    match tier {
        CallTier::Pass => "pass",
        CallTier::Flagged => "flagged",
        CallTier::Candidate => "candidate",
    }
}

fn event(outcome: &JunctionOutcome<'_>) -> EventRow {
    let truth = outcome.truth;
    let call = outcome.found.map(|(call, _)| call);
    let wrong =
        |right: Option<bool>, said: Option<&String>| (right == Some(false)).then(|| said.cloned().unwrap_or_else(|| "none".to_owned()));
    let fraction = call.and_then(|call| call.fraction);
    EventRow {
        sample: truth.sample.clone(),
        event: truth.event.clone(),
        name: truth.name.clone(),
        category: truth.category.clone(),
        material: truth.material.clone(),
        fragments: truth.fragments,
        status: outcome.tier().map_or("missed", tier_word).to_owned(),
        call: call.map(|call| call.id.clone()),
        qual: call.and_then(|call| call.qual),
        filter: call.and_then(|call| call.filter.clone()),
        exact: outcome.found.map(|(_, fit)| !fit.inexact),
        off_bp: outcome.found.map(|(_, fit)| fit.off_bp),
        gene_order: outcome.gene_order(),
        wrong_exon_junction: wrong(outcome.exon_junction(), call.and_then(|call| call.exon_junction.as_ref())),
        wrong_variant: wrong(outcome.variant(), call.and_then(|call| call.variant.as_ref())),
        fraction: truth.expected_fraction,
        called_fraction: fraction.map(|fraction| fraction.value),
        fraction_low: fraction.map(|fraction| fraction.low),
        fraction_high: fraction.map(|fraction| fraction.high),
    }
}

fn false_call((sample, call, role): &(&str, &CalledJunction, CallRole)) -> Option<FalseRow> {
    if !matches!(role, CallRole::Chimera | CallRole::False) || call.tier == CallTier::Candidate {
        return None;
    }
    let place = |index: usize| call.ends[index].as_ref().map(|end| format!("{}:{}", end.contig, end.position));
    Some(FalseRow {
        sample: (*sample).to_owned(),
        call: call.id.clone(),
        name: call.name(),
        first: place(0),
        second: place(1),
        tier: tier_word(call.tier).to_owned(),
        qual: call.qual,
        filter: call.filter.clone(),
        chimera: *role == CallRole::Chimera,
    })
}
