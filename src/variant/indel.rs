//! Insertions and deletions, as the aligner wrote them: those that keep the reading frame, and in the five kinases also those that
//! shift it or go over the edge of an exon, so that none is lost without a word. An event votes where a read shows it, or goes on for at
//! least [`ANCHOR_BP`] bases on either side of every place at which it could lie. What a read shows that ends within such a place is
//! not trusted: near its end an aligner writes an insertion as substitutions.

use std::collections::{BTreeMap, BTreeSet};

use crate::fusion::frame::kinase_domain_codons;
use crate::genome::Strand;
use crate::knowledge::resistance::{KnownChange, ResistanceSite};
use crate::material::Material;
use crate::stats::{detectable_fraction, jeffreys_share};

use super::bias;
use super::call::{at_least, described, needed, quality, too_few, Call, Change, Recurrent, Recurring, Says};
use super::call::{MIN_FRAGMENTS, MIN_QUALITY, PRIOR_KNOWN, PRIOR_OTHER};
use super::domain::Domain;
use super::molecule::{Indel, Molecule, Span};
use super::name;
use super::noise::Expected;
use super::normal::{settled, Replaced};
use super::phase::together;
use super::pileup::Pileup;
use super::slippage::{keeps_frame, tally, SlippageRates};
use super::{Variant, VariantFlag, VariantStatus};

/// The protein change of what only the transcript tells.
pub const UNKNOWN_PROTEIN: &str = "p.?";
/// Two that shift the frame are joined up to so far: with twenty strange residues no kinase is left anyhow.
const REACH_BP: usize = 60;
/// Bases that a read must show on either side.
pub const ANCHOR_BP: usize = 5;
/// Molecules below which a negative says little.
const MIN_DEPTH: u32 = 20;

/// An insertion or deletion with all places at which it could lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The indel at its last place in transcription.
    pub indel: Indel,
    /// The first place on the row at which it could begin.
    pub earliest: usize,
    /// Number of places at which it could lie.
    pub places: usize,
    /// Bases beside its part of the row that it could touch as well, before and behind it.
    beside: [usize; 2],
}

impl Event {
    /// An indel with its ambiguity.
    pub fn of(indel: Indel, domain: &Domain<'_>) -> Self {
        let Some(replaced) = Replaced::of(&indel, domain) else {
            return Self { earliest: indel.at, places: 1, beside: [0, 0], indel };
        };
        let (down, up) = replaced.moves(domain);
        let (before, behind) = if domain.strand == Strand::Forward { (down, up) } else { (up, down) };
        let places = (before + behind + 1) as usize;
        let Some(stretch) = indel.over else {
            let earliest = indel.at.saturating_sub(before as usize).max(indel.segment.0);
            return Self { earliest, places, beside: [before as usize - (indel.at - earliest), behind as usize], indel };
        };
        // Of what goes far into the intron the edge on this side is enough.
        let beside = domain.beside(indel.segment.0, stretch).map(|bases| (bases as usize).min(ANCHOR_BP));
        Self { earliest: indel.at, places, beside, indel }
    }

    /// Index behind the last base that it could touch.
    fn end(&self) -> usize {
        self.indel.at + self.indel.deleted
    }

    /// An index of its part of the row at or beside it.
    pub fn index(&self) -> usize {
        let (first, end) = self.indel.segment;
        self.indel.at.min(end.saturating_sub(1)).max(first)
    }

    /// Whether a read would show it: it goes on for long enough on either side. Of a long deletion the side before it is enough, or
    /// those without it would seldom count.
    fn is_clear(&self, span: Span) -> bool {
        let deleted = if self.indel.inserted.is_empty() { self.indel.deleted.min(ANCHOR_BP) } else { self.indel.deleted };
        let anchors = self.beside.map(|bases| ANCHOR_BP + bases);
        span.is_on(self.indel.segment) && span.spans(self.earliest, self.indel.at + deleted, anchors)
    }

    /// What a molecule says of it, whatever else it shows beside it.
    fn shown_by(&self, molecule: &Molecule) -> Says {
        if molecule.indels.contains(&self.indel) {
            Says::With
        } else if molecule.spans.iter().flatten().any(|span| self.is_clear(*span)) {
            Says::Without
        } else {
            Says::Nothing
        }
    }

    /// What a molecule says of it.
    pub fn said_by(&self, molecule: &Molecule) -> Says {
        if molecule.indels.contains(&self.indel) {
            return Says::With;
        }
        let other =
            molecule.indels.iter().any(|indel| indel.at + indel.deleted + ANCHOR_BP > self.earliest && indel.at < self.end() + ANCHOR_BP);
        if !other && molecule.spans.iter().flatten().any(|span| self.is_clear(*span)) {
            Says::Without
        } else {
            Says::Nothing
        }
    }

    /// Takes away what molecules show near it that neither show it nor span it.
    pub fn hide_ambiguous(&self, molecules: &mut [Molecule]) {
        let reach = ANCHOR_BP + self.indel.inserted.len().max(self.indel.deleted);
        let (low, high) = (self.earliest.saturating_sub(reach), self.end() + reach);
        for molecule in molecules.iter_mut().filter(|molecule| self.said_by(molecule) == Says::Nothing) {
            let spans: Vec<_> = molecule.spans.iter().flatten().copied().collect();
            for span in spans {
                let (first, last) = (usize::from(span.first), usize::from(span.last));
                // A read that ends behind the place's beginning, or begins before its end.
                if last >= self.earliest && last < high && span.after == 0 {
                    molecule.hide(self.earliest, last);
                }
                if first < self.end() && first > low && span.before == 0 {
                    molecule.hide(first, self.end());
                }
            }
        }
    }
}

/// What all tests of a row share.
struct Context<'c> {
    domain: &'c Domain<'c>,
    pileup: &'c Pileup,
    background: &'c SlippageRates,
    recurrent: (Material, &'c Recurrent<'c>),
}

/// Joins what shifts the reading frame and what restores it on the same molecules: a pair of indels that together keep the frame is
/// one event, named by the residues between them. It must be seen on three molecules and more often than the rarer of the two without
/// the other, and leave no stop codon. Molecules that show one and do not tell of the other are of no use then, unless the one is as
/// common alone.
pub fn join(domain: &Domain<'_>, molecules: &mut [Molecule]) {
    let shifting: Vec<Indel> = (tally(molecules).into_iter())
        .filter(|(indel, count)| *count >= MIN_FRAGMENTS && !keeps_frame(indel) && indel.over.is_none())
        .map(|(indel, _)| indel.clone())
        .collect();
    let mut pairs: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for molecule in molecules.iter() {
        let mut own: Vec<usize> = molecule.indels.iter().filter_map(|indel| shifting.binary_search(indel).ok()).collect();
        own.sort_unstable();
        for (at, &x) in own.iter().enumerate() {
            for &y in own[at + 1..].iter().take_while(|&&y| shifting[y].at - shifting[x].at <= REACH_BP) {
                *pairs.entry((x, y)).or_default() += 1;
            }
        }
    }
    for ((x, y), _) in pairs.into_iter().filter(|(_, count)| *count >= MIN_FRAGMENTS) {
        let (x, y) = (&shifting[x], &shifting[y]);
        let Some(joined) = joined(domain, x, y) else { continue };
        let (one, two) = (Event::of(x.clone(), domain), Event::of(y.clone(), domain));
        let [both, first, second] = together(molecules, |molecule| (one.shown_by(molecule), two.shown_by(molecule)));
        let reads_on = name::protein_indel(domain, &joined).is_some_and(|(_, text)| !text.contains('*'));
        if both < MIN_FRAGMENTS || both <= first.min(second) || !reads_on {
            continue;
        }
        for molecule in molecules.iter_mut() {
            let alone = match (one.shown_by(molecule), two.shown_by(molecule)) {
                (Says::With, Says::With) => true,
                (Says::With, Says::Nothing) => both > first,
                (Says::Nothing, Says::With) => both > second,
                _ => false,
            };
            if alone {
                let has_both = molecule.indels.contains(x) && molecule.indels.contains(y);
                molecule.indels.retain(|indel| indel != x && indel != y);
                molecule.indels.extend(has_both.then(|| joined.clone()));
                molecule.indels.sort();
            }
        }
    }
}

/// Two indels, the first before the second, as one; `None` where they overlap, do not keep the frame together, or reference bases between
/// them are not known. What needs no bases between them is named as the one change that it is.
fn joined(domain: &Domain<'_>, x: &Indel, y: &Indel) -> Option<Indel> {
    let end = x.at + x.deleted;
    let between: Vec<u8> = (end..y.at).map(|index| domain.base(index)).collect();
    let inserted = [x.inserted.as_slice(), &between, &y.inserted].concat();
    let deleted = y.at.checked_sub(x.at)? + y.deleted;
    let joined = Indel { at: x.at, deleted, inserted, segment: x.segment, over: None, parts: vec![x.clone(), y.clone()] };
    if end > y.at || !keeps_frame(&joined) || !between.iter().all(|base| b"ACGT".contains(base)) {
        return None;
    }
    let Some(trimmed) = Replaced::of(&joined, domain).map(|joined| joined.trimmed(domain)) else { return Some(joined) };
    let is_one = end == y.at || trimmed.start == trimmed.end || trimmed.bases.is_empty();
    if is_one {
        settled(trimmed, domain)
    } else {
        Some(joined)
    }
}

/// Takes the protein's name from called shifts of the frame that together keep it, where what molecules show does not
/// tell that they lie apart.
fn doubt_pairs(domain: &Domain<'_>, calls: &mut [Call], molecules: &[Molecule]) {
    let shifts = |call: &Call| match &call.change {
        Some(Change::Indel(event)) if !keeps_frame(&event.indel) && event.indel.over.is_none() => Some(event.clone()),
        _ => None,
    };
    let events: Vec<(usize, Event)> = calls.iter().enumerate().filter_map(|(at, call)| Some((at, shifts(call)?))).collect();
    for (at, (x, one)) in events.iter().enumerate() {
        for (y, two) in &events[at + 1..] {
            let change = |event: &Event| event.indel.inserted.len() as i64 - event.indel.deleted as i64;
            let [both, first, second] = together(molecules, |molecule| (one.shown_by(molecule), two.shown_by(molecule)));
            let (one, two) = if one.indel.at <= two.indel.at { (one, two) } else { (two, one) };
            let joined = joined(domain, &one.indel, &two.indel).and_then(|joined| name::protein_indel(domain, &joined));
            let stops = joined.is_some_and(|(_, text)| text.contains('*'));
            let lie_apart = first.min(second) > 0 && both <= first.min(second);
            if (change(one) + change(two)) % 3 != 0 || stops || lie_apart {
                continue;
            }
            for (own, other) in [(*x, *y), (*y, *x)] {
                let name = calls[other].variant.hgvs_c.clone().unwrap_or_default();
                let variant = &mut calls[own].variant;
                UNKNOWN_PROTEIN.clone_into(&mut variant.hgvs_p);
                variant.aliases.clear();
                variant.note = format!("shifts the reading frame alone and keeps it with {name}: which of the two holds is not known");
            }
        }
    }
}

/// The lines of all indels: listed ones, called or not, and others that are called.
pub fn call(domain: &Domain<'_>, pileup: &Pileup, background: &SlippageRates, recurrent: (Material, &Recurrent<'_>)) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut found: BTreeSet<String> = BTreeSet::new();
    let is_kinase = kinase_domain_codons(&domain.gene).is_some();
    let context = Context { domain, pileup, background, recurrent };
    for (indel, count) in tally(&pileup.molecules) {
        if count < MIN_FRAGMENTS || !(is_kinase || keeps_frame(indel)) {
            continue;
        }
        let named = match indel.over {
            Some(_) if !is_kinase => None,
            Some(_) => Some((domain.first_codon + (indel.at / 3) as u32, UNKNOWN_PROTEIN.to_owned())),
            None if keeps_frame(indel) => name::protein_indel(domain, indel),
            None => name::protein_shift(domain, indel),
        };
        let Some((codon, hgvs_p)) = named else { continue };
        let known = listed(domain).find(|(_, change)| is_named(change, &hgvs_p));
        if let Some(call) = context.judge(codon, &hgvs_p, known, Event::of(indel.clone(), domain)) {
            found.extend(known.map(|(_, change)| change.protein_change.clone()));
            calls.push(call);
        }
    }
    doubt_pairs(domain, &mut calls, &pileup.molecules);
    for (site, change) in listed(domain).filter(|(_, change)| !found.contains(&change.protein_change)) {
        calls.push(Call { variant: context.unseen(site, change), change: None });
    }
    calls
}

/// The listed insertions and deletions.
fn listed<'d>(domain: &'d Domain<'_>) -> impl Iterator<Item = (&'d ResistanceSite, &'d KnownChange)> {
    domain.known.iter().flat_map(|site| site.changes.iter().filter(|change| change.alt_aa.is_none()).map(move |change| (*site, change)))
}

/// Whether a name of HGVS is what the literature calls `G1202del` or `1151Tins`.
fn is_named(change: &KnownChange, hgvs_p: &str) -> bool {
    hgvs_p == change.hgvs_p()
}

fn note(change: &KnownChange) -> String {
    if change.hgvs_p() == format!("p.{}", change.protein_change) {
        String::new()
    } else {
        format!("{} in the literature", change.protein_change)
    }
}

/// The remark on a deletion that goes over the edge of an exon.
fn over_the_edge(domain: &Domain<'_>, (start, end): (u32, u32)) -> String {
    let sites = domain.splice_sites_in(start, end);
    if sites.is_empty() {
        return "goes on beyond the kinase domain: what it does to the protein is not judged".to_owned();
    }
    let lost = sites.join(", ");
    format!("splice site lost ({lost}): the exon may be left out or end elsewhere, which RNA shows; no source calls it resistance")
}

/// The remark on a change that ends the kinase; empty for others.
pub fn ending(hgvs_p: &str) -> &'static str {
    match hgvs_p {
        _ if hgvs_p.ends_with("fs") => "shifts the reading frame: the kinase ends near here, which no source calls resistance",
        _ if hgvs_p.ends_with('*') => "a stop codon: the kinase ends here, which no source calls resistance",
        _ => "",
    }
}

impl Context<'_> {
    fn recurring(&self, hgvs_p: &str) -> Option<Recurring> {
        self.recurrent.1(self.recurrent.0, &self.domain.gene, hgvs_p.trim_start_matches("p."))
    }

    fn judge(&self, codon: u32, hgvs_p: &str, known: Option<(&ResistanceSite, &KnownChange)>, event: Event) -> Option<Call> {
        let domain = self.domain;
        let (with, without): (Vec<&Molecule>, Vec<&Molecule>) = {
            let says = |wanted: Says| self.pileup.molecules.iter().filter(|molecule| event.said_by(molecule) == wanted).collect();
            (says(Says::With), says(Says::Without))
        };
        let fragments = with.len() as u32;
        let expected = self.background.expected(fragments + without.len() as u32, &event, domain);
        let expected = at_least(expected, self.recurring(hgvs_p));
        let prior = if known.is_some() { PRIOR_KNOWN } else { PRIOR_OTHER };
        let quality = quality(fragments, expected, prior);
        if quality < MIN_QUALITY {
            return None;
        }
        let mut flags = BTreeSet::new();
        if expected.depth < MIN_DEPTH {
            flags.insert(VariantFlag::LowDepth);
        }
        if bias::one_strand(&with, &without, event.index()) {
            flags.insert(VariantFlag::StrandBias);
        }
        let (position, reference, alternative) = name::genomic_indel(domain, &event.indel);
        if event.indel.over.is_some() && reference.is_empty() {
            flags.insert(VariantFlag::NoReference);
        }
        let remark = match event.indel.over {
            Some(stretch) => over_the_edge(domain, stretch),
            None if !event.indel.parts.is_empty() => {
                "two that shift the reading frame, on the same molecules: together they keep it".to_owned()
            }
            None => ending(hgvs_p).to_owned(),
        };
        let variant = Variant {
            hgvs_c: Some(name::coding_indel(domain, &event.indel)),
            position,
            reference,
            alternative,
            alt_fragments: fragments,
            share: jeffreys_share(u64::from(fragments), u64::from(expected.depth)),
            quality,
            flags,
            status: VariantStatus::Called,
            phase: "unphased:no fusion of this gene was called".to_owned(),
            note: known.map_or(remark, |(_, change)| note(change)),
            ..described(blank(domain, codon, hgvs_p, known.map(|(site, _)| site), expected, prior), known.map(|(_, change)| change))
        };
        Some(Call { variant, change: Some(Change::Indel(event)) })
    }

    fn unseen(&self, site: &ResistanceSite, change: &KnownChange) -> Variant {
        let domain = self.domain;
        let first = domain.first_of(site.codon);
        let molecules = &self.pileup.molecules;
        let spanning =
            molecules.iter().filter(|molecule| molecule.spans.iter().flatten().any(|span| span.spans(first, first + 3, [ANCHOR_BP; 2])));
        let depth = spanning.count() as u32;
        let expected = at_least(self.background.in_frame(depth), self.recurring(&change.hgvs_p()));
        let status = if depth < MIN_FRAGMENTS { VariantStatus::NotCovered } else { VariantStatus::NotSeen };
        let blank = blank(domain, site.codon, &change.hgvs_p(), Some(site), expected, PRIOR_KNOWN);
        let judged = status == VariantStatus::NotSeen;
        Variant {
            share: judged.then(|| jeffreys_share(0, u64::from(depth))).flatten(),
            lod95: blank.lod95.filter(|_| judged),
            status,
            note: [note(change), if judged { String::new() } else { too_few(depth) }]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("; "),
            ..described(blank, Some(change))
        }
    }
}

fn blank(domain: &Domain<'_>, codon: u32, hgvs_p: &str, site: Option<&ResistanceSite>, expected: Expected, prior: f64) -> Variant {
    let first = domain.first_of(codon);
    let position = (first..first + 3).map(|index| domain.position(index)).min().unwrap_or(0);
    let least = needed(expected, prior);
    Variant {
        hgvs_p: hgvs_p.to_owned(),
        depth: expected.depth,
        codon_class: site.map(|site| site.codon_class.clone()).filter(|class| !class.is_empty()),
        lod95: detectable_fraction(u64::from(least), u64::from(expected.depth)),
        aliases: name::aliases(&domain.gene, hgvs_p),
        error_rate: Some(expected.rate),
        error_variance: Some(expected.variance),
        min_fragments: Some(least),
        ..Variant::blank(&domain.gene, &domain.transcript, codon, domain.contig, position)
    }
}
