//! The bases that most reads have over a junction, and each read's laid beside them.

use std::collections::BTreeMap;

use super::reads::order;
use crate::report::drawing_data::{ReadRow, ReadsAtJunction};

/// Bases on either side of a junction that are kept of a read.
pub const SIDE_BP: usize = 60;

/// The bases that each column shows most often, and at most `most` of the rows, one a molecule: those that reach farthest into both sides,
/// which begin farthest to the left first.
pub fn at_junction(mut rows: Vec<ReadRow>, most: usize) -> ReadsAtJunction {
    let column = |texts: &mut dyn Iterator<Item = Option<u8>>| -> Option<u8> {
        let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
        for base in texts.flatten() {
            *counts.entry(base).or_default() += 1;
        }
        counts.into_iter().max_by_key(|&(base, count)| (count, std::cmp::Reverse(base))).map(|(base, _)| base)
    };
    let from_end = |at: usize| column(&mut rows.iter().map(|row| row.left.as_bytes().iter().rev().nth(at).copied()));
    let mut left: Vec<u8> = (0..SIDE_BP).map_while(from_end).collect();
    left.reverse();
    let right: Vec<u8> = (0..SIDE_BP).map_while(|at| column(&mut rows.iter().map(|row| row.right.as_bytes().get(at).copied()))).collect();
    let mut insertions: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *insertions.entry(&row.inserted).or_default() += 1;
    }
    let inserted =
        insertions.into_iter().max_by_key(|&(text, count)| (count, std::cmp::Reverse(text))).map_or("", |(text, _)| text).to_owned();
    for row in &mut rows {
        let outward: Vec<u8> = row.left.bytes().rev().collect();
        let expected: Vec<u8> = left.iter().rev().copied().collect();
        let mut left = gapped(&outward, &expected);
        left.reverse();
        row.left = text(&left);
        row.right = text(&gapped(row.right.as_bytes(), &right));
    }
    rows.sort_by(|x, y| order(x).cmp(&order(y)));
    let left_out = rows.len().saturating_sub(most) as u32;
    rows.truncate(most);
    // As a picture of reads is read: those that begin farthest to the left above.
    rows.sort_by(|x, y| (std::cmp::Reverse(x.left.len()), x).cmp(&(std::cmp::Reverse(y.left.len()), y)));
    ReadsAtJunction { left: text(&left), inserted, right: text(&right), rows, left_out }
}

fn text(bases: &[u8]) -> String {
    String::from_utf8_lossy(bases).into_owned()
}

/// Most bases that a read may have more or fewer in one place.
const MAX_GAP_BP: usize = 4;
/// Mismatches beside which a gap is looked for: fewer are errors of single bases.
const FEW: usize = 4;

/// Bases read away from a junction, laid beside those of most reads: where one gap explains what else were many mismatches, `-` stands
/// for each base that is missing, and `+` for bases that are too many.
fn gapped(own: &[u8], expected: &[u8]) -> Vec<u8> {
    let differences = |own: &[u8]| own.iter().zip(expected).filter(|(x, y)| x != y).count();
    let plain = differences(own);
    if plain < FEW {
        return own.to_vec();
    }
    let candidate = |at: usize, gap: usize, is_missing: bool| {
        let mut bases = own[..at].to_vec();
        if is_missing {
            bases.extend(std::iter::repeat_n(b'-', gap));
            bases.extend_from_slice(&own[at..]);
        } else {
            // The mark takes the place of the base before which the others lie.
            bases.push(b'+');
            bases.extend_from_slice(&own[(at + gap + 1).min(own.len())..]);
        }
        bases.truncate(SIDE_BP);
        bases
    };
    let all = (1..own.len()).flat_map(|at| (1..=MAX_GAP_BP).flat_map(move |gap| [(at, gap, true), (at, gap, false)]));
    let fits = all.filter(|&(at, gap, is_missing)| is_missing || at + gap < own.len());
    let best = fits.map(|(at, gap, is_missing)| candidate(at, gap, is_missing)).min_by_key(|bases| differences(bases));
    best.filter(|bases| differences(bases) + FEW <= plain).unwrap_or_else(|| own.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(own: &str, expected: &str) -> String {
        text(&gapped(own.as_bytes(), expected.as_bytes()))
    }

    #[test]
    fn a_base_too_few_or_too_many_is_one_gap_and_not_many_mismatches() {
        assert_eq!(shown("GACCGATTAAAAACTCAACTG", "GACCGATTAAAAAAACTCAACTG").matches('-').count(), 2);
        assert_eq!(shown("GACCGATTACCTCAACTGCATG", "GACCGATACCTCAACTGCATG").matches('+').count(), 1);
        assert_eq!(shown("GACCGTTTACC", "GACCGATTACC"), "GACCGTTTACC", "one error is one error");
    }
}
