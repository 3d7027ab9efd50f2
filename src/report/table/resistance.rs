//! What a kinase without a called resistance mutation is worth, in one line: which known codons were seen, and how small a share.

use std::collections::BTreeMap;

use super::super::carried::codon;
use super::super::json::{Document, Verdict};
use super::super::rows::{escaped, Fraction};
use super::lines::Rank;
use super::percent;
use crate::variant::VariantStatus;

/// Codons that are named one by one where they were not covered.
const NAMED: usize = 5;

/// The line, where a fusion of the kinase is reported or any of its known codons is covered.
///
/// ```text
///   ALK resistance: none called; 28 of 29 known codons at lod95 0.40% (median) to 3.0% (worst), F1245 not covered
/// ```
pub(super) fn sentence(document: &Document, gene: &str) -> Option<(Rank, String)> {
    // Of several libraries the best one counts for each change, of a codon's changes the worst.
    let mut changes: BTreeMap<(u32, &str), Option<f64>> = BTreeMap::new();
    let mut called: Vec<&str> = Vec::new();
    for row in document.variants.iter().filter(|row| row.gene == gene) {
        let listed = row.known_resistance.is_some() || row.codon_class.is_some() || row.status != VariantStatus::Called;
        let Some(codon) = codon(&row.hgvs_p).filter(|_| listed) else { continue };
        if row.status == VariantStatus::Called && !called.contains(&row.hgvs_p.as_str()) {
            called.push(&row.hgvs_p);
        }
        // A called mutation was seen, whatever else would have been.
        let seen = row.lod95.map(Fraction::value).or((row.status == VariantStatus::Called).then_some(0.0));
        let best = changes.entry((codon, &row.hgvs_p)).or_insert(seen);
        *best = match (*best, seen) {
            (Some(x), Some(y)) => Some(x.min(y)),
            (x, y) => x.or(y),
        };
    }
    let mut codons: BTreeMap<u32, (&str, Option<f64>)> = BTreeMap::new();
    for ((codon, change), lod) in changes {
        let worst = codons.entry(codon).or_insert((change, lod));
        worst.1 = match (worst.1, lod) {
            (Some(x), Some(y)) => Some(x.max(y)),
            (x, y) => x.or(y),
        };
    }
    let mut lods: Vec<f64> = codons.values().filter_map(|(_, lod)| *lod).collect();
    let fused = document.fusions.iter().any(|fusion| fusion.gene3.as_deref() == Some(gene));
    if codons.is_empty() || document.status.verdict == Verdict::Failed || !fused && lods.is_empty() {
        return None;
    }
    // Of a kinase without a fusion it can be read in variants.tsv.
    let rank = if fused { Rank::Detail } else { Rank::More };
    let (gene, all) = (escaped(gene), codons.len());
    lods.sort_by(f64::total_cmp);
    let (Some(worst), Some(median)) = (lods.last(), lods.get(lods.len() / 2)) else {
        return Some((rank, format!("  {gene} resistance: not judged; none of {all} known codons is covered")));
    };
    let called = if called.is_empty() { "none".to_owned() } else { escaped(&called.join(", ")) };
    let (median, worst) = (percent(Some(*median)), percent(Some(*worst)));
    let shares = if median == worst { format!("lod95 {worst}") } else { format!("lod95 {median} (median) to {worst} (worst)") };
    let mut line = format!("  {gene} resistance: {called} called; {} of {all} known codons at {shares}", lods.len());
    let bare: Vec<String> =
        codons.iter().filter(|(_, (_, lod))| lod.is_none()).map(|(codon, (change, _))| residue(change, *codon)).collect();
    if !bare.is_empty() {
        let more = bare.len().saturating_sub(NAMED);
        let others = if more > 0 { format!(" and {more} more") } else { String::new() };
        let bare = escaped(&bare[..bare.len() - more].join(", "));
        line = format!("{line}, {bare}{others} not covered");
    }
    Some((rank, line))
}

/// `F1245` of `p.F1245C`.
fn residue(change: &str, codon: u32) -> String {
    let first: String = change.trim_start_matches("p.").chars().take_while(char::is_ascii_alphabetic).collect();
    format!("{first}{codon}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::{FusionRow, VariantRow};
    use crate::variant::Variant;

    fn site(change: &str, lod95: Option<f64>) -> VariantRow {
        let status = if lod95.is_some() { VariantStatus::NotSeen } else { VariantStatus::NotCovered };
        let variant = Variant {
            hgvs_p: format!("p.{change}"),
            lod95,
            status,
            ..Variant::blank("ALK", "NM_004304", 1, crate::genome::ContigId(0), 29_220_000)
        };
        VariantRow::new("S1", &variant, &fixture::contigs())
    }

    #[test]
    fn a_kinase_without_a_mutation_says_what_would_have_been_seen() {
        let mut document = Document::new("S1");
        document.variants = vec![site("F1245C", None)];
        assert_eq!(sentence(&document, "ALK"), None, "neither a fusion nor coverage");
        document.fusions = vec![FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs())];
        let said = |document: &Document| sentence(document, "ALK").map(|(_, text)| text);
        assert_eq!(said(&document).as_deref(), Some("  ALK resistance: not judged; none of 1 known codons is covered"));
        document.variants.extend([("L1196M", 0.004), ("G1202R", 0.004), ("G1202K", 0.03)].map(|(change, lod)| site(change, Some(lod))));
        document.variants.push(site("I1171N", Some(0.004)));
        assert_eq!(
            said(&document).as_deref(),
            Some("  ALK resistance: none called; 3 of 4 known codons at lod95 0.40% (median) to 3.0% (worst), F1245 not covered")
        );
    }
}
