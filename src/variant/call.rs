//! Which codons differ, how surely, and what would have been seen.
//!
//! A changed codon is tested over the bases in which it differs from the reference. [`super::noise`] says how often a molecule of each
//! stratum and orientation shows the change by error: the rate of one base, of several bases the product, but never below [`CLUSTER`] times the
//! rarest, because errors come in clusters; the stratum is the lowest of these bases'. [`super::likelihood`] weighs each molecule by that and
//! says how likely errors alone weigh as much as the molecules that show the change. Then
//!
//! ```text
//!   quality = -10 log10( chance / prior ),  at most 99
//! ```
//!
//! The prior is the chance that a tested sample has this very change: [`PRIOR_KNOWN`] for a listed one, [`PRIOR_OTHER`] for any other.
//! A change is called from quality 20 and three molecules on. So errors alone pass with a chance below `prior / 100` a test: fewer
//! than one false call of a listed change in 10^4 clean samples (at most 200 single-base changes are listed), and one in 10^6 positions
//! elsewhere (three changes a position).
//!
//! Example with molecules of one stratum, which are counted. 2,000 molecules over the codon, a class that shows 40 errors among 400,000 bases
//! and, with the same neighbours, 4 where 4 were expected, no dispersion beyond 0.1: `e = 1e-4`, `v = 0.1 + 1/40.5 + 1/8 = 0.250`. Seven
//! molecules: `P(X >= 7) = 5.79e-8`, quality `-10 log10(5.79e-8 / 5e-5) = 29.4` for a listed change; six have 17.7 and are no call.

use std::collections::{BTreeMap, BTreeSet};

use crate::knowledge::resistance::{KnownChange, ResistanceSite};
use crate::knowledge::standing::verdicts;
use crate::material::Material;
use crate::sequence::{self, translate_codon};
use crate::stats::{beta_binomial_at_least, jeffreys_share, phred};

use super::bias;
use super::domain::{BaseSource, Domain};
use super::indel;
use super::likelihood::{Errors, Rates, Strata};
use super::molecule::{stratum, Molecule, STRATA};
use super::name;
use super::noise::{Counts, Expected, Noise, Row, CLUSTER};
use super::pileup::Pileup;
use super::slippage::SlippageRates;
use super::splice;
use super::{Variant, VariantFlag, VariantStatus};

/// Fewest molecules of a call.
pub const MIN_FRAGMENTS: u32 = 3;
/// Quality from which a variant is called: one in a hundred such calls would be an error.
pub const MIN_QUALITY: f64 = 20.0;
/// Chance that a tested sample has one given listed change: one sample in a hundred has any of the at most 200 listed ones.
pub const PRIOR_KNOWN: f64 = 5e-5;
/// Chance that it has one given other change: with about 12,000 possible ones in the five domains one sample in three has one,
/// most of them germline.
pub const PRIOR_OTHER: f64 = 3e-5;
/// Molecules below which a negative says little.
const MIN_DEPTH: u32 = 20;
/// Highest quality that is reported.
pub const MAX_QUALITY: f64 = 99.0;
/// Share from which a codon counts as one that is there, of which further errors are made.
const COMMON_FRAC: f64 = 0.05;
/// Share of reads by which their codon may stand in for the reference at a known site.
const STAND_IN_FRAC: f64 = 0.9;

/// What normal samples show of a listed change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recurring {
    /// Share of their molecules that show it.
    pub rate: f64,
    /// Relative variance of that share between samples, with how little is known of it.
    pub variance: f64,
    /// Samples that cover the site, and those that show the change.
    pub samples: (u32, u32),
}

/// What normal samples of the same material show of a change, by gene and protein change (`G1202R`); `None` where no two of them show it.
pub type Recurrent<'a> = dyn Fn(Material, &str, &str) -> Option<Recurring> + Sync + 'a;

/// No background.
pub fn no_background(_: Material, _: &str, _: &str) -> Option<Recurring> {
    None
}

/// The change behind a variant, as molecules show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The three bases of a codon: index, code of the reference, code of the change. Those in which it differs must be shown. A molecule
    /// with another letter at any of the three, the third one too, does not carry it.
    Codon([(usize, usize, usize); 3]),
    /// An insertion or deletion, with the first index at which it could begin.
    Indel(indel::Event),
}

/// What a molecule says of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It shows it.
    With,
    /// It shows the place without it.
    Without,
    /// It does not show the place, or something else there.
    Nothing,
}

impl Change {
    /// What a molecule says of it.
    pub fn said_by(&self, molecule: &Molecule) -> Says {
        match self {
            Self::Codon(bases) => {
                let letter = |index: usize| molecule.base(index).map(|(code, _)| code);
                if bases.iter().any(|&(index, _, changed)| letter(index).is_some_and(|code| code != changed)) {
                    return Says::Without;
                }
                let shown = bases.iter().all(|&(index, reference, changed)| reference == changed || letter(index).is_some());
                if shown {
                    Says::With
                } else {
                    Says::Nothing
                }
            }
            Self::Indel(event) => event.said_by(molecule),
        }
    }

    /// An index within the change.
    pub fn index(&self) -> usize {
        match self {
            Self::Codon(bases) => bases.iter().find(|base| base.1 != base.2).map_or(bases[0].0, |base| base.0),
            Self::Indel(event) => event.index(),
        }
    }
}

/// A variant with the change behind it, or a known site without one.
#[derive(Debug, Clone)]
pub struct Call {
    /// The variant.
    pub variant: Variant,
    /// The change; `None` where nothing was called.
    pub change: Option<Change>,
}

/// One row with all that was read over it.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The row.
    pub domain: Domain<'a>,
    /// Its molecules.
    pub pileup: Pileup,
    /// What was called.
    pub calls: Vec<Call>,
}

/// Calls all rows of one library together: they share its error rates. Also returns these.
pub fn call<'a>(rows: Vec<(Domain<'a>, Pileup)>, recurrent: (Material, &Recurrent<'_>)) -> (Vec<Reading<'a>>, Noise) {
    let mut readings: Vec<Reading<'a>> = rows.into_iter().map(|(domain, pileup)| Reading { domain, pileup, calls: Vec::new() }).collect();
    for reading in &mut readings {
        stand_in(reading);
        indel::join(&reading.domain, &mut reading.pileup.molecules);
    }
    let background = SlippageRates::learn(&readings);
    for reading in &mut readings {
        if reading.domain.exon.is_some() {
            continue;
        }
        reading.calls = indel::call(&reading.domain, &reading.pileup, &background, recurrent);
        let events: Vec<indel::Event> = reading
            .calls
            .iter()
            .filter_map(|call| match &call.change {
                Some(Change::Indel(event)) => Some(event.clone()),
                _ => None,
            })
            .collect();
        for event in &events {
            event.hide_ambiguous(&mut reading.pileup.molecules);
        }
    }
    let counts: Vec<Counts> = readings.iter().map(|reading| Counts::of(&reading.pileup.molecules, reading.domain.len())).collect();
    let mut rows: Vec<Row<'_>> = readings.iter().zip(&counts).map(|(reading, counts)| Row::new(&reading.domain, counts)).collect();
    let noise = Noise::learn(&mut rows);
    let found: Vec<Vec<Call>> = readings
        .iter()
        .zip(&rows)
        .map(|(reading, row)| {
            let context = Context { row, molecules: &reading.pileup.molecules, noise: &noise, recurrent };
            let around_exon = reading.domain.exon.map(|_| splice::call(row, &reading.pileup, &noise, &background));
            let spliced = around_exon.into_iter().flatten().map(|variant| Call { variant, change: None });
            reading.domain.codons().flat_map(|codon| context.codon(codon)).chain(spliced).collect()
        })
        .collect();
    for (reading, found) in readings.iter_mut().zip(found) {
        let indels = std::mem::take(&mut reading.calls);
        reading.calls = found;
        reading.calls.extend(indels);
        reading.calls.sort_by_key(|call| call.variant.codon);
    }
    (readings, noise)
}

/// Takes the codon that nearly all reads show as the reference of a known site that has none, if it codes for the residue that the
/// table names.
fn stand_in(reading: &mut Reading<'_>) {
    let unknown: Vec<(u32, u8)> = reading
        .domain
        .known
        .iter()
        .filter(|site| reading.domain.codon(site.codon).is_none())
        .map(|site| (site.codon, site.ref_aa))
        .collect();
    if unknown.is_empty() {
        return;
    }
    let counts = Counts::of(&reading.pileup.molecules, reading.domain.len());
    for (codon, residue) in unknown {
        let first = reading.domain.first_of(codon);
        let shown: Option<Vec<u8>> = (first..first + 3)
            .map(|index| counts.majority(index).filter(|(_, share)| *share >= STAND_IN_FRAC).map(|(code, _)| b"ACGT"[code]))
            .collect();
        let Some(shown) = shown.filter(|shown| translate_codon(shown) == Some(residue)) else { continue };
        for (index, base) in (first..).zip(shown) {
            if reading.domain.source(index) == BaseSource::Unknown {
                reading.domain.set(index, base, BaseSource::Reads);
            }
        }
    }
}

/// Quality of `k` molecules among `n`.
pub fn quality(fragments: u32, expected: Expected, prior: f64) -> f64 {
    let chance = beta_binomial_at_least(u64::from(fragments), u64::from(expected.depth), expected.rate, expected.variance);
    phred(chance / prior).clamp(0.0, MAX_QUALITY)
}

/// Fewest molecules that would be called; one more than there are where not even all of them would.
pub fn needed(expected: Expected, prior: f64) -> u32 {
    let enough = |fragments: u32| quality(fragments, expected, prior) >= MIN_QUALITY;
    let (mut low, mut high) = (MIN_FRAGMENTS, MIN_FRAGMENTS);
    while high < expected.depth && !enough(high) {
        low = high + 1;
        high = (high * 2).min(expected.depth);
    }
    if high > expected.depth || !enough(high) {
        return expected.depth + 1;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if enough(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}

/// What all tests of a row share.
struct Context<'c> {
    row: &'c Row<'c>,
    molecules: &'c [Molecule],
    noise: &'c Noise,
    recurrent: (Material, &'c Recurrent<'c>),
}

/// Letters of a codon as a molecule shows them; [`Context::MISSING`] for none.
type Key = [usize; 3];

/// The letters seen at one codon.
struct Seen {
    first: usize,
    keys: BTreeMap<Key, u32>,
    /// The same by the strata of the three bases and the orientation of the molecules.
    shown: BTreeMap<(Key, [u8; 3], bool), u32>,
}

impl Seen {
    /// Molecules that show one of these keys, by orientation and by the lowest stratum of these bases of the codon.
    fn strata(&self, slots: &[usize], wanted: impl Fn(&Key) -> bool) -> Strata {
        let mut strata = Strata::default();
        for ((key, levels, sense), count) in &self.shown {
            if wanted(key) {
                let level = slots.iter().map(|&slot| levels[slot]).min().unwrap_or(0);
                strata.add(*sense, usize::from(level), *count);
            }
        }
        strata
    }
}

impl Context<'_> {
    const MISSING: usize = 4;

    fn domain(&self) -> &Domain<'_> {
        self.row.domain
    }

    /// The lines of one codon: each listed change, called or not, and every other change that is called.
    fn codon(&self, codon: u32) -> Vec<Call> {
        let domain = self.domain();
        let site = domain.site(codon);
        let first = domain.first_of(codon);
        let reference = domain.codon(codon).map(|codon| codon.map(code));
        if site.is_none() && (reference.is_none() || !self.differs(first)) {
            return Vec::new();
        }
        let seen = self.seen(first);
        let mut calls = Vec::new();
        let mut listed: Vec<&KnownChange> =
            site.map(|site| site.changes.iter().filter(|change| change.alt_aa.is_some()).collect()).unwrap_or_default();
        let judged = reference.filter(|_| domain.problem(codon).is_none());
        if let Some(reference) = judged {
            let residue = translate(reference);
            for changed in candidates(&seen, reference) {
                let amino_acid = translate(changed);
                if amino_acid == residue || amino_acid.is_none() {
                    continue;
                }
                let known = site.and_then(|site| site.changes.iter().find(|change| change.alt_aa.is_some() && change.alt_aa == amino_acid));
                let Some(call) = self.judge(codon, site, known, reference, changed, &seen) else { continue };
                if let Some(known) = known {
                    listed.retain(|change| change.protein_change != known.protein_change);
                }
                calls.push(call);
            }
        }
        if let Some(site) = site {
            calls.extend(listed.into_iter().map(|change| Call { variant: self.unseen(site, change, judged, &seen), change: None }));
        }
        calls
    }

    /// Whether enough molecules differ from the normal base anywhere in a codon for a call.
    fn differs(&self, first: usize) -> bool {
        (first..first + 3).any(|index| {
            let Some(normal) = self.row.normal(index) else { return false };
            (0..4).any(|code| code != normal && self.row.counts.letter(index, code) >= MIN_FRAGMENTS)
        })
    }

    /// The letters that molecules show at a codon.
    fn seen(&self, first: usize) -> Seen {
        let mut shown: BTreeMap<(Key, [u8; 3], bool), u32> = BTreeMap::new();
        // Sorted by their start: none behind the first that begins after the codon shows it.
        let behind = self.molecules.partition_point(|molecule| usize::from(molecule.start) <= first + 2);
        for molecule in self.molecules[..behind].iter().filter(|molecule| molecule.end() > first) {
            let bases = [0, 1, 2].map(|slot| molecule.base(first + slot));
            if bases.iter().any(Option::is_some) {
                let key = bases.map(|base| base.map_or(Self::MISSING, |(code, _)| code));
                let levels = bases.map(|base| base.map_or(0, |(_, quality)| stratum(quality) as u8));
                *shown.entry((key, levels, molecule.sense)).or_default() += 1;
            }
        }
        let mut keys: BTreeMap<Key, u32> = BTreeMap::new();
        for ((key, _, _), count) in &shown {
            *keys.entry(*key).or_default() += count;
        }
        Seen { first, keys, shown }
    }

    /// What normal samples show of a listed change.
    fn recurring(&self, known: Option<&KnownChange>) -> Option<Recurring> {
        known.and_then(|change| self.recurrent.1(self.recurrent.0, &self.domain().gene, &change.protein_change))
    }

    /// What errors alone would show of a codon: of every codon that is there, weighted by its share.
    fn errors(&self, reference: Key, changed: Key, seen: &Seen) -> Errors {
        let differing: Vec<usize> = differing_slots(reference, changed).collect();
        let depths = seen.strata(&differing, |key| differing.iter().all(|&slot| key[slot] != Self::MISSING));
        let whole: u32 = seen.keys.iter().filter(|(key, _)| !key.contains(&Self::MISSING)).map(|(_, count)| count).sum();
        let common = |(key, count): (&Key, &u32)| {
            let share = f64::from(*count) / f64::from(whole.max(1));
            (!key.contains(&Self::MISSING) && *key != changed && *key != reference && share >= COMMON_FRAC).then_some((*key, share))
        };
        let mut sources: Vec<(Key, f64)> = seen.keys.iter().filter_map(common).collect();
        let others: f64 = sources.iter().map(|source| source.1).sum();
        sources.push((reference, (1.0 - others).max(0.0)));
        let single = [0, 1, 2].map(|slot| {
            if sources.iter().any(|(from, _)| from[slot] != changed[slot]) {
                self.noise.rates(self.row, seen.first + slot, changed[slot])
            } else {
                Rates::default()
            }
        });
        let mut rates = Rates::default();
        for (from, share) in sources {
            for (sense, level) in (0..2).flat_map(|sense| (0..STRATA.len()).map(move |level| (sense, level))) {
                let of_bases = || differing_slots(from, changed).map(|slot| single[slot][sense][level]);
                let product: f64 = of_bases().map(|base| base.rate).product();
                let rarest = of_bases().map(|base| base.rate).fold(f64::INFINITY, f64::min);
                let rate = &mut rates[sense][level];
                rate.rate += share * if of_bases().count() > 1 { product.max(CLUSTER * rarest) } else { product };
                rate.of_class = of_bases().map(|base| base.of_class).fold(rate.of_class, f64::max);
                rate.of_context = of_bases().map(|base| base.of_context).fold(rate.of_context, f64::max);
            }
        }
        Errors::of(&depths, &rates, self.noise.dispersion)
    }

    fn judge(
        &self,
        codon: u32,
        site: Option<&ResistanceSite>,
        known: Option<&KnownChange>,
        reference: Key,
        changed: Key,
        seen: &Seen,
    ) -> Option<Call> {
        let shown = showing(seen, reference, changed);
        if shown.total() < MIN_FRAGMENTS {
            return None;
        }
        let prior = if known.is_some() { PRIOR_KNOWN } else { PRIOR_OTHER };
        let errors = self.errors(reference, changed, seen).at_least(self.recurring(known));
        let fragments = errors.count(&shown);
        let expected = errors.whole;
        let quality = errors.quality(&shown, prior);
        if fragments < MIN_FRAGMENTS || quality < MIN_QUALITY {
            return None;
        }
        let domain = self.domain();
        let bases = [0, 1, 2].map(|slot| (seen.first + slot, reference[slot], changed[slot]));
        let change = Change::Codon(bases);
        let (with, without): (Vec<&Molecule>, Vec<&Molecule>) = {
            let says = |wanted: Says| self.molecules.iter().filter(|molecule| change.said_by(molecule) == wanted).collect();
            (says(Says::With), says(Says::Without))
        };
        let mut flags = BTreeSet::new();
        if expected.depth < MIN_DEPTH {
            flags.insert(VariantFlag::LowDepth);
        }
        if bias::one_strand(&with, &without, change.index()) {
            flags.insert(VariantFlag::StrandBias);
        }
        if bias::at_read_ends(&with, &without, change.index()) {
            flags.insert(VariantFlag::ReadPosition);
        }
        if domain.codon_source(codon) == BaseSource::Reads {
            flags.insert(VariantFlag::NoReference);
        }
        let (from, old, new) = self.with_silent_neighbours(seen.first, letters(reference), letters(changed), &with);
        let (position, reference_bases, alternative) = name::genomic_codon(domain, from, &old, &new);
        let parts = name::genomic_parts(domain, from, &old, &new);
        let residue = |key: Key| translate(key).map_or('?', char::from);
        let hgvs_p = format!("p.{}{codon}{}", residue(reference), residue(changed));
        let variant = Variant {
            hgvs_c: Some(name::coding_change(domain.coding(from), &old, &new)),
            position,
            reference: reference_bases,
            alternative,
            parts,
            alt_fragments: fragments,
            share: jeffreys_share(u64::from(fragments), u64::from(expected.depth)),
            quality,
            flags,
            status: VariantStatus::Called,
            phase: "unphased:no fusion of this gene was called".to_owned(),
            note: indel::ending(&hgvs_p).to_owned(),
            ..described(self.blank(site, codon, &errors, prior, hgvs_p), known)
        };
        Some(Call { variant, change: Some(change) })
    }

    /// The bases of a changed codon, old and new, from an index on, with those of the codons beside it in which the same molecules have a
    /// silent change that adjoins: bases side by side on one molecule are one change.
    fn with_silent_neighbours(&self, first: usize, old: [u8; 3], new: [u8; 3], with: &[&Molecule]) -> (usize, Vec<u8>, Vec<u8>) {
        let domain = self.domain();
        let (mut first, mut old, mut new) = (first, old.to_vec(), new.to_vec());
        let differ = |x: Option<&u8>, y: Option<&u8>| x != y;
        let adjoin = |one: usize, two: usize| domain.position(one).abs_diff(domain.position(two)) == 1;
        while let Some(before) = first.checked_sub(3).filter(|_| differ(old.first(), new.first()) && adjoin(first - 1, first)) {
            let Some((were, are)) = self.silent(before, with).filter(|(were, are)| were[2] != are[2]) else { break };
            (first, old, new) = (before, [were.as_slice(), &old].concat(), [are.as_slice(), &new].concat());
        }
        loop {
            let behind = first + old.len();
            if behind + 3 > domain.len() || !differ(old.last(), new.last()) || !adjoin(behind - 1, behind) {
                break;
            }
            let Some((were, are)) = self.silent(behind, with).filter(|(were, are)| were[0] != are[0]) else { break };
            old.extend(were);
            new.extend(are);
        }
        (first, old, new)
    }

    /// The codon that begins with an index, as it was and as most of these molecules have it, if that means the same residue.
    fn silent(&self, first: usize, molecules: &[&Molecule]) -> Option<([u8; 3], [u8; 3])> {
        let were = [0, 1, 2].map(|slot| self.domain().base(first + slot));
        let mut are = were;
        for (slot, base) in are.iter_mut().enumerate() {
            let mut votes = [0u32; 4];
            for (code, _) in molecules.iter().filter_map(|molecule| molecule.base(first + slot)) {
                votes[code] += 1;
            }
            let most = (0..4).max_by_key(|&code| votes[code])?;
            if votes[most] >= MIN_FRAGMENTS && votes[most] * 2 > votes.iter().sum() {
                *base = b"ACGT"[most];
            }
        }
        let residue = translate_codon(&were)?;
        (were != are && translate_codon(&are) == Some(residue)).then_some((were, are))
    }

    /// The line of a listed change that is not called: what was seen, and what would have been.
    fn unseen(&self, site: &ResistanceSite, change: &KnownChange, reference: Option<Key>, seen: &Seen) -> Variant {
        let hgvs_p = format!("p.{}", change.protein_change);
        let domain = self.domain();
        let depth = (0..3).map(|slot| self.row.counts.depth(seen.first + slot)).min().unwrap_or(0);
        let Some(reference) = reference else {
            let note = domain.problem(site.codon).map_or_else(
                || if depth < MIN_FRAGMENTS { too_few(depth) } else { "the reference codon is not known: give --reference".to_owned() },
                str::to_owned,
            );
            let errors = Errors::one(Expected { depth, rate: 0.0, variance: 0.0 });
            let blank = self.blank(Some(site), site.codon, &errors, PRIOR_KNOWN, hgvs_p);
            return Variant {
                note,
                lod95: None,
                error_rate: None,
                error_variance: None,
                min_fragments: None,
                ..described(blank, Some(change))
            };
        };
        // The codons of the new residue that are nearest to the reference; of these the one that is hardest to tell from errors.
        let all: Vec<Key> = (0..64).map(|n| [n / 16, n / 4 % 4, n % 4]).filter(|key| translate(*key) == change.alt_aa).collect();
        let recurring = self.recurring(Some(change));
        let distance = |key: &Key| differing_slots(reference, *key).count();
        let nearest = all.iter().map(distance).min().unwrap_or(0);
        let (_, errors) = all
            .iter()
            .filter(|key| distance(key) == nearest)
            .map(|&key| self.errors(reference, key, seen).at_least(recurring))
            .map(|errors| ((errors.needed(PRIOR_KNOWN), errors.whole.rate), errors))
            .max_by(|x, y| x.0.partial_cmp(&y.0).unwrap_or(std::cmp::Ordering::Equal))
            .unwrap_or_else(|| ((0, 0.0), Errors::one(Expected { depth, rate: 0.0, variance: 0.0 })));
        let expected = errors.whole;
        let fragments: u32 = all.iter().map(|&key| errors.count(&showing(seen, reference, key))).sum::<u32>().min(expected.depth);
        let status = if expected.depth < MIN_FRAGMENTS { VariantStatus::NotCovered } else { VariantStatus::NotSeen };
        let blank = self.blank(Some(site), site.codon, &errors, PRIOR_KNOWN, hgvs_p);
        let judged = status == VariantStatus::NotSeen;
        // What the errors of the sample alone do not explain is said to be held back.
        let unexplained = |key: Key| {
            let own = showing(seen, reference, key);
            let errors = self.errors(reference, key, seen);
            errors.count(&own) >= MIN_FRAGMENTS && errors.quality(&own, PRIOR_KNOWN) >= MIN_QUALITY
        };
        let held_back = recurring.is_some() && all.iter().any(|key| unexplained(*key));
        let told = match recurring {
            Some(seen) if held_back => format!("{fragments}/{} not called: {seen}", expected.depth),
            Some(seen) => seen.to_string(),
            None if fragments >= MIN_FRAGMENTS => match blank.min_fragments {
                Some(least) => {
                    format!("{fragments} of {} molecules show it, {least} are needed beside this sample's errors", expected.depth)
                }
                None => String::new(),
            },
            None => String::new(),
        };
        Variant {
            alt_fragments: fragments,
            share: judged.then(|| jeffreys_share(u64::from(fragments), u64::from(expected.depth))).flatten(),
            lod95: blank.lod95.filter(|_| judged),
            status,
            note: if judged { told } else { too_few(expected.depth) },
            held_back: held_back && judged,
            ..described(blank, Some(change))
        }
    }

    fn blank(&self, site: Option<&ResistanceSite>, codon: u32, errors: &Errors, prior: f64, hgvs_p: String) -> Variant {
        let domain = self.domain();
        let first = domain.first_of(codon);
        let position = (first..first + 3).map(|index| domain.position(index)).min().unwrap_or(0);
        Variant {
            depth: errors.whole.depth,
            codon_class: site.map(|site| site.codon_class.clone()).filter(|class| !class.is_empty()),
            lod95: errors.detectable(prior),
            aliases: name::aliases(&domain.gene, &hgvs_p),
            hgvs_p,
            error_rate: Some(errors.whole.rate),
            error_variance: Some(errors.whole.variance),
            min_fragments: Some(errors.needed(prior)),
            ..Variant::blank(&domain.gene, &domain.transcript, codon, domain.contig, position)
        }
    }
}

/// Why a place with so few molecules is not covered.
pub(super) fn too_few(depth: u32) -> String {
    match depth {
        0 => "no molecule shows the codon".to_owned(),
        _ => format!("{depth} of the {MIN_FRAGMENTS} molecules that a call needs show the codon"),
    }
}

impl std::fmt::Display for Recurring {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (all, with) = self.samples;
        write!(out, "{with} of {all} normal samples show it, on {:.4} of their molecules", self.rate)
    }
}

/// Errors, never fewer nor surer than normal samples show.
pub(super) fn at_least(expected: Expected, recurring: Option<Recurring>) -> Expected {
    match recurring.filter(|recurring| recurring.rate > expected.rate) {
        Some(recurring) => {
            // How little the sample tells of its own, lower rate, against the rate of the normals.
            let own = expected.variance * (expected.rate / recurring.rate).powi(2);
            Expected { rate: recurring.rate.min(1.0), variance: recurring.variance.max(own), ..expected }
        }
        None => expected,
    }
}

/// Adds what the table says of a change.
pub fn described(mut variant: Variant, known: Option<&KnownChange>) -> Variant {
    if let Some(change) = known {
        variant.statements.clone_from(&change.effects);
        variant.known_resistance = verdicts(&change.effects).into_iter().map(|(drug, verdict)| (drug, verdict.name().to_owned())).collect();
    }
    variant
}

/// Changed codons that are worth a test: those that molecules show whole, and single changes that they show in part.
fn candidates(seen: &Seen, reference: Key) -> BTreeSet<Key> {
    let mut list = BTreeSet::new();
    for key in seen.keys.keys() {
        if key.contains(&Context::MISSING) {
            let differs: Vec<usize> = (0..3).filter(|&slot| key[slot] != Context::MISSING && key[slot] != reference[slot]).collect();
            if !differs.is_empty() {
                let mut changed = reference;
                for slot in differs {
                    changed[slot] = key[slot];
                }
                list.insert(changed);
            }
        } else if *key != reference {
            list.insert(*key);
        }
    }
    list
}

/// The bases of a codon in which two codons differ.
fn differing_slots(one: Key, other: Key) -> impl Iterator<Item = usize> {
    (0..3).filter(move |&slot| one[slot] != other[slot])
}

/// Molecules that show the bases in which a codon differs from the reference, and nothing that contradicts the rest. One that shows
/// the codon in part only may as well belong to another change that others show whole; then it does not count.
fn showing(seen: &Seen, reference: Key, changed: Key) -> Strata {
    let fits = |key: &Key, whole: &Key| (0..3).all(|slot| key[slot] == whole[slot] || key[slot] == Context::MISSING);
    let whole = seen.keys.iter().filter(|(key, count)| !key.contains(&Context::MISSING) && **count >= MIN_FRAGMENTS);
    let others: Vec<&Key> = whole.map(|(key, _)| key).filter(|key| **key != reference && **key != changed).collect();
    let differing: Vec<usize> = differing_slots(reference, changed).collect();
    seen.strata(&differing, |key| {
        let in_part = key.contains(&Context::MISSING);
        differing.iter().all(|&slot| key[slot] == changed[slot])
            && fits(key, &changed)
            && !(in_part && others.iter().any(|other| fits(key, other)))
    })
}

fn letters(key: Key) -> [u8; 3] {
    key.map(|code| b"ACGT"[code])
}

fn code(base: u8) -> usize {
    sequence::code(base).unwrap_or(0)
}

fn translate(key: Key) -> Option<u8> {
    if key.contains(&Context::MISSING) {
        return None;
    }
    translate_codon(&key.map(|code| b"ACGT"[code]))
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
