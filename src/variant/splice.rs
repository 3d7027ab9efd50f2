//! Changes at the splice sites of exon 14 of MET, by which its transcripts lose the exon: called in DNA, as the hot spots are.
//!
//! ```text
//!   intron 13 ..nnynyyyyyynAG[exon 14 of MET .....G]GTnnnnnn.. intron 14
//!                 ~~~~~~~~~~^^                     ^ ^^   the bases that are judged
//! ```
//!
//! A substitution of one of these bases (`^`) counts, and an indel that touches them wherever it is placed. A deletion among the
//! pyrimidines before the exon and the branch point (`~`) is reported with its class, as `uncertain`: half of the changes at this acceptor
//! lie there and not in its two bases, all of them deletions (12 of 24 in 3,500 lung cancers, ASCO abstract e21513; Frampton et al., Cancer
//! Discovery 2015; 5:850-859), but whether one makes the exon be left out, only the transcript tells ([`super::skipping`]).

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::index::GeneModels;
use crate::reference::Window;
use crate::stats::jeffreys_share;

use super::bias;
use super::call::{Says, MIN_FRAGMENTS, MIN_QUALITY, PRIOR_KNOWN, PRIOR_OTHER};
use super::domain::Domain;
use super::indel::Event;
use super::likelihood::{Errors, Strata};
use super::molecule::Molecule;
use super::name;
use super::noise::{Noise, Row};
use super::pileup::Pileup;
use super::slippage::{tally, SlippageRates};
use super::{Variant, VariantFlag, VariantStatus};

/// Gene and exon.
pub const EXON: (&str, u32) = ("MET", 14);
/// Bases beside the exon that are read with it: as far as a deletion of its splice sites goes.
const FLANK_BP: u32 = 80;
/// Bases before the exon in which its branch point lies: nine in ten within 19 to 37 (Mercer et al., Genome Research 2015; 25:290-303).
const TRACT_BP: usize = 37;
/// What lies there, as a class.
const TRACT: &str = "polypyrimidine tract or branch point of exon 14";
/// Molecules below which a negative says little.
const MIN_DEPTH: u32 = 20;

/// The row around the exon; `None` where there is no coding model of the gene.
///
/// # Errors
/// When the FASTA cannot be read.
pub fn row<'a>(models: &GeneModels, reference: Option<&mut Window>) -> Result<Option<Domain<'a>>> {
    let Some(mut row) = models.find(EXON.0).and_then(|gene| Domain::around_exon(gene, EXON.1, FLANK_BP)) else { return Ok(None) };
    row.fill(reference, false)?;
    Ok(Some(row))
}

/// The bases that are judged, with the letter that a splice site has there.
fn sites(domain: &Domain<'_>) -> Vec<(usize, Option<u8>)> {
    let Some(exon) = domain.exon else { return Vec::new() };
    let (first, end) = (exon.first, exon.end);
    vec![(first - 2, Some(b'A')), (first - 1, Some(b'G')), (end - 1, None), (end, Some(b'G')), (end + 1, Some(b'T'))]
}

/// A change that may be one, with what it would be called.
struct Candidate {
    index: usize,
    errors: Errors,
    shown: Strata,
    hgvs_c: String,
    in_tract: bool,
    place: (u32, Vec<u8>, Vec<u8>),
}

/// The called changes; before uncertain ones alone, or without any, one line that says what would have been seen at the splice sites.
pub fn call(row: &Row<'_>, pileup: &Pileup, noise: &Noise, background: &SlippageRates) -> Vec<Variant> {
    let domain = row.domain;
    let sites = sites(domain);
    let mut calls = Vec::new();
    let mut judged: Vec<Errors> = Vec::new();
    for &(index, letter) in &sites {
        // Another letter than a splice site has: the reference is not the one expected.
        let Some(from) = row.normal(index).filter(|&from| letter.is_none_or(|letter| b"ACGT"[from] == letter)) else { continue };
        for to in (0..4).filter(|&to| to != from) {
            let errors = Errors::of(&row.counts.strata(index), &noise.rates(row, index, to), noise.dispersion);
            judged.push(errors.clone());
            let letters = [b"ACGT"[from], b"ACGT"[to]];
            let hgvs_c = format!("c.{}{}>{}", domain.coding_name(index), char::from(letters[0]), char::from(letters[1]));
            let [reference, alternative] = letters.map(|letter| vec![domain.turned(letter)]);
            let place = (domain.position(index), reference, alternative);
            let candidate = Candidate { index, errors, shown: row.counts.showing(index, to), hgvs_c, in_tract: false, place };
            let says = |molecule: &Molecule| match molecule.base(index) {
                Some((code, _)) if code == to => Says::With,
                Some((code, _)) if code == from => Says::Without,
                _ => Says::Nothing,
            };
            calls.extend(judge(domain, pileup, candidate, says));
        }
    }
    let is_site = |index: usize| sites.iter().any(|site| site.0 == index);
    for (indel, _) in tally(&pileup.molecules) {
        let event = Event::of(indel.clone(), domain);
        let touches = |at: usize| match indel.deleted {
            0 => at > 0 && is_site(at - 1) && is_site(at),
            deleted => (at..at + deleted).any(is_site),
        };
        let tract = domain.exon.map_or(0..0, |exon| exon.first.saturating_sub(TRACT_BP)..exon.first - 2);
        let reaches = |at: usize| (at..at + indel.deleted).any(|index| tract.contains(&index));
        let in_tract = !(event.earliest..=indel.at).all(touches);
        if in_tract && !(event.earliest..=indel.at).all(|at| touches(at) || reaches(at)) {
            continue;
        }
        let count = |wanted: Says| pileup.molecules.iter().filter(|molecule| event.said_by(molecule) == wanted).count() as u32;
        let with = count(Says::With);
        let candidate = Candidate {
            index: indel.at,
            errors: Errors::one(background.expected(with + count(Says::Without), &event, domain)),
            shown: Strata::whole(with),
            hgvs_c: name::coding_indel(domain, indel),
            in_tract,
            place: name::genomic_indel(domain, indel),
        };
        calls.extend(judge(domain, pileup, candidate, |molecule| event.said_by(molecule)));
    }
    if calls.iter().all(|call| call.flags.contains(&VariantFlag::Uncertain)) {
        let mut negative = unseen(domain, &judged, sites.len() * 3);
        let uncertain: Vec<&str> = calls.iter().filter_map(|call| call.hgvs_c.as_deref()).collect();
        if !uncertain.is_empty() {
            negative.note = format!("{}; uncertain: {}", negative.note, uncertain.join(", "));
        }
        calls.insert(0, negative);
    }
    calls
}

fn judge(domain: &Domain<'_>, pileup: &Pileup, candidate: Candidate, says: impl Fn(&Molecule) -> Says) -> Option<Variant> {
    let Candidate { index, errors, shown, hgvs_c, in_tract, place } = candidate;
    let expected = errors.whole;
    let all = |wanted: Says| pileup.molecules.iter().filter(|molecule| says(molecule) == wanted).collect::<Vec<_>>();
    let (with, without) = (all(Says::With), all(Says::Without));
    let fragments = errors.count(&shown);
    // What a deletion does there is not known, so none is expected more than elsewhere.
    let prior = if in_tract { PRIOR_OTHER } else { PRIOR_KNOWN };
    let quality = errors.quality(&shown, prior);
    if fragments < MIN_FRAGMENTS || quality < MIN_QUALITY {
        return None;
    }
    let mut flags = BTreeSet::new();
    if expected.depth < MIN_DEPTH {
        flags.insert(VariantFlag::LowDepth);
    }
    if bias::one_strand(&with, &without, index) {
        flags.insert(VariantFlag::StrandBias);
    }
    if bias::at_read_ends(&with, &without, index) {
        flags.insert(VariantFlag::ReadPosition);
    }
    if in_tract {
        flags.insert(VariantFlag::Uncertain);
    }
    let note = if in_tract {
        "a deletion before exon 14, the two bases of its acceptor are there: its transcripts may lack the exon or not, which RNA shows"
    } else {
        "at a splice site of exon 14: its transcripts may lack the exon, which RNA shows"
    };
    let (position, reference, alternative) = place;
    Some(Variant {
        hgvs_c: Some(hgvs_c),
        hgvs_p: "p.?".to_owned(),
        reference,
        alternative,
        depth: expected.depth,
        alt_fragments: fragments,
        share: jeffreys_share(u64::from(fragments), u64::from(expected.depth)),
        quality,
        flags,
        status: VariantStatus::Called,
        note: note.to_owned(),
        codon_class: in_tract.then(|| TRACT.to_owned()),
        lod95: errors.detectable(prior),
        error_rate: Some(expected.rate),
        error_variance: Some(expected.variance),
        min_fragments: Some(errors.needed(prior)),
        ..Variant::blank(&domain.gene, &domain.transcript, 0, domain.contig, position)
    })
}

/// The line without a call, by the base at which it would be seen worst.
fn unseen(domain: &Domain<'_>, judged: &[Errors], all: usize) -> Variant {
    let worst = judged.iter().map(|errors| (errors.detectable(PRIOR_KNOWN), errors));
    let worst = worst.max_by(|x, y| x.0.unwrap_or(2.0).total_cmp(&y.0.unwrap_or(2.0)));
    let position = domain.exon.map_or(0, |exon| domain.position(exon.first).min(domain.position(exon.end - 1)));
    let blank = Variant {
        hgvs_p: "splice sites of exon 14".to_owned(),
        ..Variant::blank(&domain.gene, &domain.transcript, 0, domain.contig, position)
    };
    let depth = judged.iter().map(|errors| errors.whole.depth).min().unwrap_or(0);
    match worst.filter(|_| judged.len() == all && depth >= MIN_FRAGMENTS) {
        Some((lod95, errors)) => Variant {
            depth,
            lod95,
            error_rate: Some(errors.whole.rate),
            error_variance: Some(errors.whole.variance),
            min_fragments: Some(errors.needed(PRIOR_KNOWN)),
            status: VariantStatus::NotSeen,
            note: format!(
                "two bases on either side, the last of the exon, and deletions up to {TRACT_BP} bases before it; what lies further off is not judged"
            ),
            ..blank
        },
        None => Variant {
            note: if judged.is_empty() || depth < MIN_FRAGMENTS {
                "fewer than three molecules over the splice sites".to_owned()
            } else {
                "not all of the splice sites' bases are as the gene model has them".to_owned()
            },
            ..blank
        },
    }
}
