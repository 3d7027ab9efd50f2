//! One line of `variants.tsv`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{filter_text, not_empty, table_row, Cell, Companion, Fraction, Phase, PhaseSet, Phred, Rate};
use crate::genome::Contigs;
use crate::variant::origin::Origin;
use crate::variant::{Variant, VariantStatus};

table_row! {
    /// A variant of a kinase domain, or a known resistance site without one. Only a matched normal tells germline from somatic.
    pub struct VariantRow {
        /// Sample name.
        pub sample: String,
        /// HGNC symbol.
        pub gene: String,
        /// Transcript by which codons are counted.
        pub transcript: String,
        /// Change of the coding sequence.
        pub hgvs_c: Option<String>,
        /// Change of the protein (`p.G2032R`).
        pub hgvs_p: String,
        /// Contig as the BAM spells it.
        pub chrom: String,
        /// 1-based first reference base.
        pub pos: u32,
        /// Reference bases.
        pub r#ref: Option<String>,
        /// Alternative bases; `<DEL>` for an exon that transcripts leave out, behind the base at `pos`.
        pub alt: Option<String>,
        /// Fragments over the site.
        pub depth: u32,
        /// Fragments that show the alternative.
        pub alt_fragments: u32,
        /// `alt_fragments / depth`.
        pub allele_fraction: Option<Fraction>,
        /// Lower end of its 95 % interval.
        pub allele_fraction_low: Option<Fraction>,
        /// Upper end of its 95 % interval.
        pub allele_fraction_high: Option<Fraction>,
        /// Phred-scaled chance that it is an error; only for called variants.
        pub qual: Option<Phred>,
        /// `PASS` or flags joined by `;`; only for called variants.
        pub filter: Option<String>,
        /// `drug:effect`, joined by `,`.
        pub known_resistance: Option<String>,
        /// Place in the kinase.
        pub codon_class: Option<String>,
        /// Fraction that would have been seen with 95 % probability.
        pub lod95: Option<Fraction>,
        /// `cis:<fusion id>:n`, `trans:...` or `unphased:<why>`.
        pub phase: Option<Phase>,
        /// Other called variants of the gene: `p.L1196M:cis:12` (molecules), `trans`, `mixed` or `unphased:<why>`.
        pub compound_with: Vec<Companion>,
        /// `called`, `not-seen` or `not-covered`.
        pub status: VariantStatus,
        /// Why a site was not judged, or what else the reader must know.
        pub note: Option<String>,
        /// The change as other transcripts count it.
        pub aliases: Option<String>,
        /// Mean error of this change a molecule, as the library shows it, over all molecules at the codon.
        pub error_rate: Option<Rate>,
        /// Relative variance of that rate: how far positions differ, and how little is known of it.
        pub error_variance: Option<Rate>,
        /// Fewest molecules that are called here if their qualities are those of all molecules at the codon; fewer where all are of the better kind.
        pub min_fragments: Option<u32>,
        /// 1-based last reference base of what is called.
        pub end: Option<u32>,
        /// Set of variants that are phased with each other, and the haplotype on which it lies: `117317184:2`.
        pub phase_set: Option<PhaseSet>,
        /// What changes on either side of an intron that cuts the codon, `pos:ref>alt` each, where no one `ref` and `alt` can hold it.
        #[serde(default)]
        pub genomic_parts: Vec<GenomicPart>,
        /// `germline`, `somatic` or `undecided`, by the matched normal.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub origin: Option<Origin>,
        /// Molecules of the matched normal that show the change.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub normal_alt_fragments: Option<u32>,
        /// Molecules of the matched normal over the site.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub normal_depth: Option<u32>,
    }
}

/// A part of a change that an intron cuts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GenomicPart {
    /// 1-based first reference base.
    pub pos: u32,
    /// Reference bases.
    pub r#ref: String,
    /// Alternative bases.
    pub alt: String,
}

impl GenomicPart {
    fn of((position, reference, alternative): &(u32, Vec<u8>, Vec<u8>)) -> Self {
        let text = |bases: &[u8]| String::from_utf8_lossy(bases).into_owned();
        Self { pos: position + 1, r#ref: text(reference), alt: text(alternative) }
    }
}

impl Cell for Vec<GenomicPart> {
    fn cell(&self) -> String {
        let item = |part: &GenomicPart| format!("{}:{}>{}", part.pos, part.r#ref, part.alt);
        self.iter().map(item).collect::<Vec<_>>().join(",").cell()
    }
}

impl VariantRow {
    /// Whether it is called without a doubt; that the reads' own codon stood in for the reference is none.
    pub fn is_sure(&self) -> bool {
        let sure = |flag: &str| matches!(flag, "PASS" | "no_reference");
        self.status == VariantStatus::Called && self.filter.as_deref().unwrap_or("PASS").split(';').all(sure)
    }

    /// The row of a variant of `sample` that lies on `contigs`.
    pub fn new(sample: &str, variant: &Variant, contigs: &Contigs) -> Self {
        let called = variant.status == VariantStatus::Called;
        let share = variant.share;
        // A site that was not called may still carry flags (`low_depth`); without any it has no filter, because nothing passed.
        let filter = (called || !variant.flags.is_empty()).then(|| filter_text(variant.flags.iter().map(|flag| flag.name())));
        Self {
            sample: sample.to_owned(),
            gene: variant.gene.clone(),
            transcript: variant.transcript.clone(),
            hgvs_c: variant.hgvs_c.clone(),
            hgvs_p: variant.hgvs_p.clone(),
            chrom: contigs.name(variant.contig).to_owned(),
            pos: variant.position + 1,
            r#ref: not_empty(&String::from_utf8_lossy(&variant.reference)),
            alt: not_empty(&String::from_utf8_lossy(&variant.alternative)),
            depth: variant.depth,
            alt_fragments: variant.alt_fragments,
            allele_fraction: share.and_then(|share| Fraction::new(share.value)),
            allele_fraction_low: share.and_then(|share| Fraction::new(share.low)),
            allele_fraction_high: share.and_then(|share| Fraction::new(share.high)),
            qual: called.then(|| Phred::new(variant.quality)),
            filter,
            known_resistance: not_empty(&resistance_items(variant).join(",")),
            codon_class: variant.codon_class.clone(),
            lod95: variant.lod95.and_then(Fraction::new),
            phase: Phase::read(&variant.phase),
            compound_with: Companion::list(variant.compound_with.as_deref().unwrap_or("")),
            status: variant.status,
            note: not_empty(&variant.note),
            aliases: not_empty(&variant.aliases.join(",")),
            error_rate: variant.error_rate.and_then(Rate::new),
            error_variance: variant.error_variance.and_then(Rate::new),
            min_fragments: variant.min_fragments,
            end: called.then(|| end(variant)).flatten(),
            phase_set: variant.phase_set.map(|(position, second)| PhaseSet { position, haplotype: if second { 2 } else { 1 } }),
            genomic_parts: variant.parts.iter().map(GenomicPart::of).collect(),
            origin: variant.origin,
            normal_alt_fragments: variant.in_normal.map(|seen| seen.with),
            normal_depth: variant.in_normal.map(|seen| seen.depth),
        }
    }
}

/// 1-based last reference base of a change; `None` where its bases are not known.
fn end(variant: &Variant) -> Option<u32> {
    if let Some((position, reference, _)) = variant.parts.last() {
        return Some(position + reference.len() as u32);
    }
    let length = variant.left_out_bp.map_or(variant.reference.len() as u32, |bases| bases + 1);
    (length > 0).then(|| variant.position + length)
}

/// `drug:effect`, one item a drug.
fn resistance_items(variant: &Variant) -> Vec<String> {
    variant.known_resistance.iter().map(|(drug, effect)| format!("{drug}:{effect}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::TableRow;

    #[test]
    fn the_columns_are_those_of_the_contract() {
        let promised = "sample gene transcript hgvs_c hgvs_p chrom pos ref alt depth alt_fragments allele_fraction \
                        allele_fraction_low allele_fraction_high qual filter known_resistance codon_class lod95 phase \
                        compound_with status note aliases error_rate error_variance min_fragments end phase_set genomic_parts \
                         origin normal_alt_fragments normal_depth";
        assert_eq!(VariantRow::COLUMNS.join(" "), promised);
    }

    #[test]
    fn a_called_variant_has_quality_and_filter_and_a_site_not_seen_has_neither() {
        let mut variant = fixture::ros1_g2032r();
        let cells = VariantRow::new("S1", &variant, &fixture::contigs()).cells();
        insta::assert_snapshot!(cells.join(" | "), @r"S1 | ROS1 | NM_002944 | c.6094G>A | p.G2032R | chr6 | 117317184 | C | T | 200 | 10 | 0.05 | 0.025993 | 0.086875 | 61.0 | PASS | crizotinib:resistant,repotrectinib:sensitive | solvent front | 0.0149 | cis:F1:4 | . | called | . | p.G2026R (NM_001378902) | 6.67e-5 | 0.25 | 5 | 117317184 | . | . | . | . | .");
        variant.status = VariantStatus::NotSeen;
        let row = VariantRow::new("S1", &variant, &fixture::contigs());
        assert_eq!((row.qual, row.filter), (None, None));
    }
}
