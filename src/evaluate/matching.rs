//! Which call is which truth.
//!
//! Within one sample a call **fits** a true junction when both its ends lie on the truth's contigs and flanks, at most 1000 bases
//! from it (more by the call's own slack), whichever end the caller puts first; or when it names the same genes in the same order
//! and the same exon junction. A fit is
//!
//! - **exact** when call and truth describe one molecule to the base: with `e5` and `e3` the bases that the call's ends keep more
//!   than the truth's, `e5 + e3` + inserted bases of the call = inserted bases of the truth, where neither end differs by more than
//!   the homology of the two plus their inserted bases, and inserted bases that both give agree. Homologous bases can so be given to
//!   either end. A format that does not give inserted bases is held to the second condition alone.
//! - **near** when both ends are within 10 bases (plus homology and slack).
//!
//! Each truth is matched to at most one call and each call to at most one truth: best tier first (PASS, flagged, candidate), then
//! exact, then nearest. What fits a truth that has a better call is a **duplicate**: neither right nor false. A call with one end
//! unplaced that fits with the other is a **half**. All others are **false**; those that fit a chimera of the library are counted.

use super::call::{CallTier, CalledJunction};
use super::truth::TrueJunction;
use crate::sequence::reverse_complement;

/// Greatest distance of a call's end from the truth's.
pub const FOUND_BP: i64 = 1000;
/// Greatest distance at which a call is near.
pub const NEAR_BP: i64 = 10;

/// How a call lies to the truth that it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TruthFit {
    /// Not one molecule to the base. (Negated, as the next ones, so that the best fit is the least.)
    pub inexact: bool,
    /// Not within ten bases.
    pub far: bool,
    /// Bases by which both ends together are off.
    pub off_bp: i64,
    /// The caller's first end is the truth's second.
    pub swapped: bool,
}

/// The role of a call: true, duplicate, half or false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallRole {
    /// The call of the truth with this index.
    Match(usize),
    /// Another call of a truth that has a better one.
    Duplicate(usize),
    /// One end fits this truth, the other was not placed.
    Half(usize),
    /// Fits a chimera of the library.
    Chimera,
    /// Fits nothing.
    False,
}

/// The result for one sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matching {
    /// For each truth its call and how it fits.
    pub of_truth: Vec<Option<(usize, TruthFit)>>,
    /// For each call what it is.
    pub of_call: Vec<CallRole>,
}

/// How the call fits the truth, if it does.
pub fn fit(call: &CalledJunction, truth: &TrueJunction) -> Option<TruthFit> {
    let direct = fit_in_order(call, truth, false);
    let swapped = fit_in_order(call, truth, true);
    direct.into_iter().chain(swapped).min()
}

fn fit_in_order(call: &CalledJunction, truth: &TrueJunction, swapped: bool) -> Option<TruthFit> {
    let [first, second] = &call.ends;
    let (first, second) = if swapped { (second, first) } else { (first, second) };
    let named =
        !swapped && truth.exon_junction.is_some() && call.exon_junction == truth.exon_junction && call.name().as_ref() == Some(&truth.name);
    let (five_bp, three_bp) = match (first.as_ref()?.kept_more(&truth.ends[0]), second.as_ref()?.kept_more(&truth.ends[1])) {
        (Some(five), Some(three)) => (five, three),
        // The same exons under the same names elsewhere: another copy or build of the gene cannot be compared by position.
        _ if named => return Some(TruthFit { inexact: true, far: true, off_bp: i64::MAX, swapped }),
        _ => return None,
    };
    let (slack, homology) = (i64::from(call.slack_bp), i64::from(call.homology_bp.max(truth.homology_bp)));
    let widest = five_bp.abs().max(three_bp.abs());
    if widest > FOUND_BP + slack && !named {
        return None;
    }
    let exact = one_molecule(call, truth, (five_bp, three_bp), homology, swapped);
    Some(TruthFit { inexact: !exact, far: !exact && widest > NEAR_BP + homology + slack, off_bp: five_bp.abs() + three_bp.abs(), swapped })
}

fn one_molecule(call: &CalledJunction, truth: &TrueJunction, (five_bp, three_bp): (i64, i64), homology: i64, swapped: bool) -> bool {
    let widest = five_bp.abs().max(three_bp.abs());
    let true_bp = truth.insertion.len() as i64;
    let Some(inserted) = &call.insertion else { return widest <= homology + true_bp };
    let inserted_bp = inserted.len() as i64;
    if five_bp + three_bp + inserted_bp != true_bp || widest > homology + true_bp.max(inserted_bp) {
        return false;
    }
    let inserted = if swapped { reverse_complement(inserted.as_bytes()) } else { inserted.as_bytes().to_vec() };
    match (usize::try_from(five_bp), usize::try_from(three_bp)) {
        // Bases of the insertion that happen to continue the genome may be given to an end.
        (Ok(five), Ok(three)) if five + three <= truth.insertion.len() => {
            truth.insertion.as_bytes()[five..truth.insertion.len() - three].eq_ignore_ascii_case(&inserted)
        }
        _ => true,
    }
}

/// Whether the one end that was placed lies where an end of the truth does.
fn fits_half(call: &CalledJunction, truth: &TrueJunction) -> bool {
    let near = |end: &super::place::CalledEnd| {
        let reach = NEAR_BP + i64::from(call.slack_bp.max(truth.homology_bp));
        truth.ends.iter().any(|other| end.kept_more(other).is_some_and(|bases| bases.abs() <= reach))
    };
    match &call.ends {
        [Some(end), None] | [None, Some(end)] => near(end),
        _ => false,
    }
}

/// Matches the calls of one sample to its true junctions; see the module's page for the rule.
pub fn matching(calls: &[CalledJunction], truths: &[&TrueJunction], chimeras: &[&TrueJunction]) -> Matching {
    let mut fits: Vec<(CallTier, TruthFit, usize, usize)> = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        for (truth, junction) in truths.iter().enumerate() {
            fits.extend(fit(call, junction).map(|fit| (call.tier, fit, truth, index)));
        }
    }
    fits.sort_unstable();
    let mut result = Matching { of_truth: vec![None; truths.len()], of_call: vec![CallRole::False; calls.len()] };
    for &(_, fit, truth, call) in &fits {
        if result.of_truth[truth].is_none() && result.of_call[call] == CallRole::False {
            result.of_truth[truth] = Some((call, fit));
            result.of_call[call] = CallRole::Match(truth);
        }
    }
    for &(_, _, truth, call) in &fits {
        if result.of_call[call] == CallRole::False {
            result.of_call[call] = CallRole::Duplicate(truth);
        }
    }
    for (call, role) in calls.iter().zip(&mut result.of_call).filter(|(_, role)| **role == CallRole::False) {
        if let Some(truth) = truths.iter().position(|truth| fits_half(call, truth)) {
            *role = CallRole::Half(truth);
        } else if chimeras.iter().any(|chimera| fit(call, chimera).is_some_and(|fit| !fit.far) || fits_half(call, chimera)) {
            *role = CallRole::Chimera;
        }
    }
    result
}
