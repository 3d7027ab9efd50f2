//! One line for each kinase without a called resistance mutation: which known codons were seen, and from which fraction on.

use super::super::json::{Document, SampleVerdict};
use super::super::known_codons::KnownCodons;
use super::super::rows::VariantRow;
use super::lines::Rank;
use super::percent;
use crate::terminal::one_line;
use crate::variant::VariantStatus;

/// Codons that are named one by one where they were not covered.
const NAMED: usize = 5;

/// The line, where a fusion of the kinase is reported or any of its known codons is covered.
///
/// ```text
///   ALK resistance: none called; judged 28 of 29 known codons, half from 0.40%, worst 3.0%; not F1245
/// ```
pub(super) fn sentence(document: &Document, gene: &str) -> Option<(Rank, String)> {
    let codons = KnownCodons::of(gene, &document.variants);
    let lods = codons.judged();
    let is_listed = |row: &&VariantRow| row.known_resistance.is_some() || row.codon_class.is_some();
    let own = document.variants.iter().filter(|row| row.gene == gene && row.status == VariantStatus::Called);
    let mut called: Vec<&str> = own.filter(is_listed).map(|row| row.hgvs_p.as_str()).collect();
    called.dedup();
    let fused = document.fusions.iter().any(|fusion| fusion.gene3.as_deref() == Some(gene));
    if codons.count() == 0 || document.status.verdict == SampleVerdict::Failed || !fused && lods.is_empty() {
        return None;
    }
    // Beside a fusion it says what a drug rests on. For a kinase without one it matters less; variants.tsv has it too.
    let rank = if fused { Rank::Finding } else { Rank::More };
    let (gene, all) = (one_line(gene), codons.count());
    let Some((half, (worst, _))) = codons.spread() else {
        return Some((rank, format!("  {gene} resistance: none of {all} known codons could be judged")));
    };
    let called = if called.is_empty() { "none".to_owned() } else { one_line(&called.join(", ")) };
    let (median, worst) = (percent(Some(half)), percent(Some(worst)));
    let shares = if median == worst { format!("from {worst}") } else { format!("half from {median}, worst {worst}") };
    let mut line = format!("  {gene} resistance: {called} called; judged {} of {all} known codons, {shares}", lods.len());
    let bare = codons.bare();
    if !bare.is_empty() {
        let more = bare.len().saturating_sub(NAMED);
        let others = if more > 0 { format!(" and {more} more") } else { String::new() };
        let bare = one_line(&bare[..bare.len() - more].join(", "));
        line = format!("{line}; not {bare}{others}");
    }
    Some((rank, line))
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
        assert_eq!(said(&document).as_deref(), Some("  ALK resistance: none of 1 known codons could be judged"));
        assert_eq!(sentence(&document, "ALK").map(|(rank, _)| rank), Some(Rank::Finding), "never cut beside a fusion");
        document.variants.extend([("L1196M", 0.004), ("G1202R", 0.004), ("G1202K", 0.03)].map(|(change, lod)| site(change, Some(lod))));
        document.variants.push(site("I1171N", Some(0.004)));
        assert_eq!(
            said(&document).as_deref(),
            Some("  ALK resistance: none called; judged 3 of 4 known codons, half from 0.40%, worst 3.0%; not F1245")
        );
    }
}
