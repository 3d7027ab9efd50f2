//! One line of `fusions.tsv` and `candidates.tsv.gz`.

use super::{filter_text, not_empty, readable_row, table_row, Cell, Fraction, Phred, ReadCell};
use crate::fusion::domains;
use crate::fusion::name::OtherCount;
use crate::fusion::{DomainFate, Flag, Fusion, KinaseDomain, KnownTier, Material, Partner, Unit};
use crate::genome::Contigs;
use crate::model::{Role, Site};
use crate::terminal::one_line;

table_row! {
    /// A fusion, called or rejected. Positions are 1-based in the BAM's own contig names.
    pub struct FusionRow {
        /// Sample name.
        pub sample: String,
        /// Identifier within the sample.
        pub id: String,
        /// Genes, 5' first (`EML4::ALK`).
        pub fusion: String,
        /// HGNC symbol of the 5' partner.
        pub gene5: Option<String>,
        /// HGNC symbol of the 3' partner.
        pub gene3: Option<String>,
        /// `chrom:pos:strand` of the last base kept of the 5' partner; the strand is that along which the fusion is read there: the gene's, or
        /// the other where the gene is antisense. It says which flank is kept.
        pub breakpoint5: Option<String>,
        /// `chrom:pos:strand` of the first base kept of the 3' partner, the strand as in `breakpoint5`.
        pub breakpoint3: Option<String>,
        /// Where on its transcript the 5' partner breaks (`exon 13 end`, `exon 13 -5`, `intron 13`, `intergenic`).
        pub site5: Option<String>,
        /// Where on its transcript the 3' partner breaks (`exon 20 start`, `exon 20 +12`, `intron 19`, `intergenic`).
        pub site3: Option<String>,
        /// Exon junction on the named transcripts (`E13;A20`), for DNA the implied one.
        pub exon_junction: Option<String>,
        /// Variant label (`V1`).
        pub variant: Option<String>,
        /// How well known the junction is.
        pub known: KnownTier,
        /// `in-frame`, `out-of-frame`, `in-frame:reported` or `unknown:<why>`.
        pub frame: String,
        /// What becomes of the kinase domain.
        pub kinase_domain: Option<KinaseDomain>,
        /// `rna`, `dna` or `rna+dna`.
        pub evidence: Option<String>,
        /// Fragments with a read aligned on both sides.
        pub split_fragments: u32,
        /// Fragments whose mates lie on either side.
        pub pair_fragments: u32,
        /// Fragments with a clipped tail that fits the partner.
        pub clip_fragments: u32,
        /// Distinct fragments of all kinds.
        pub fragments: u32,
        /// What was counted.
        pub units: Unit,
        /// Unbroken fragments across the 5' partner's breakpoint; in RNA those with a read across it.
        pub depth5: Option<u32>,
        /// Unbroken fragments across the 3' partner's breakpoint, counted as `depth5`.
        pub depth3: Option<u32>,
        /// `crossing_fragments / (crossing_fragments + depth3)`; none where only mates show the junction in RNA.
        pub allele_fraction: Option<Fraction>,
        /// Lower end of its 95 % interval.
        pub allele_fraction_low: Option<Fraction>,
        /// Upper end of its 95 % interval.
        pub allele_fraction_high: Option<Fraction>,
        /// Phred-scaled chance that it is an artefact.
        pub qual: Phred,
        /// `PASS` or flags joined by `;`.
        pub filter: String,
        /// Rearrangement; the reciprocal is `<event>r`.
        pub event: Option<String>,
        /// Bases at the junction that could belong to either partner, counted on the kinase's side.
        pub homology_bp: u32,
        /// Inserted bases, read from 5' to 3'.
        pub insertion: Option<String>,
        /// Transcript by which the exons of the 5' partner are counted.
        pub transcript5: Option<String>,
        /// Transcript by which the exons of the 3' partner are counted.
        pub transcript3: Option<String>,
        /// HGVS for adjoined transcripts; one is without its version where no source that was read states it.
        pub hgvs: Option<String>,
        /// VICC form with exons.
        pub vicc: Option<String>,
        /// Bases over the junction, `|` at it.
        pub consensus: Option<String>,
        /// How far the true break may lie beyond the positions given; 0 where reads show it to the base.
        pub slack_bp: u32,
        /// Where RNA and DNA show it: last base kept of the 5' partner by the break in DNA, as `breakpoint5`.
        pub dna_breakpoint5: Option<String>,
        /// First base kept of the 3' partner by the break in DNA.
        pub dna_breakpoint3: Option<String>,
        /// Distinct fragments that show the break in DNA.
        pub dna_fragments: Option<u32>,
        /// Their share of the molecules across the kinase's breakpoint in DNA.
        pub dna_allele_fraction: Option<Fraction>,
        /// What the other material of the sample holds against it.
        pub contradiction: Option<String>,
        /// Exon junction as MANE Select counts it, where a source names MANE Select of both genes.
        pub exon_junction_mane: Option<String>,
        /// MANE Select transcript of the 5' partner.
        pub transcript5_mane: Option<String>,
        /// MANE Select transcript of the 3' partner.
        pub transcript3_mane: Option<String>,
        /// The junction on other transcripts in use (`E5;N14 (NM_001987.5, NM_001012338.3)`), joined by `;`.
        pub exon_aliases: Option<String>,
        /// Residues round the junction, `|` behind the 5' partner; the residue whose codon it cuts is small.
        pub peptide: Option<String>,
        /// What becomes of domains with a known place, 5' partner first (`ALK kinase kept`, joined by `,`).
        pub domains: Vec<DomainFate>,
        /// What else the structure says (`stop before the kinase domain`), joined by `;`.
        pub structure: Option<String>,
        /// The rearrangement in the words of a karyotype, derived from this junction alone.
        pub iscn: Option<String>,
        /// Cytogenetic band of the 5' breakpoint.
        pub band5: Option<String>,
        /// Cytogenetic band of the 3' breakpoint.
        pub band3: Option<String>,
        /// Of `fragments` those that `allele_fraction` counts: in RNA those with a read across the 3' partner's breakpoint, in DNA all.
        pub crossing_fragments: Option<u32>,
        /// Names of the files that have the records behind it, joined by `,`; none for a candidate of which no call was made.
        pub evidence_file: Option<String>,
    }
}

readable_row!(FusionRow: sample, id, fusion, gene5, gene3, breakpoint5, breakpoint3, site5, site3, exon_junction, variant, known, frame, kinase_domain, evidence, split_fragments, pair_fragments, clip_fragments, fragments, units, depth5, depth3, allele_fraction, allele_fraction_low, allele_fraction_high, qual, filter, event, homology_bp, insertion, transcript5, transcript3, hgvs, vicc, consensus, slack_bp, dna_breakpoint5, dna_breakpoint3, dna_fragments, dna_allele_fraction, contradiction, exon_junction_mane, transcript5_mane, transcript3_mane, exon_aliases, peptide, domains, structure, iscn, band5, band3, crossing_fragments, evidence_file);

impl Cell for Vec<DomainFate> {
    fn cell(&self) -> String {
        domains::cell(self).cell()
    }
}

impl ReadCell for Vec<DomainFate> {
    /// Without the sources, and without a domain whose name holds a comma: both are renewed from the tables of domains.
    fn read(cell: &str) -> Option<Self> {
        let fate = |item: &str| {
            let (gene, rest) = item.split_once(' ')?;
            let (domain, fate) = domains::FATES.iter().find_map(|fate| Some((rest.strip_suffix(fate)?.trim_end(), fate)))?;
            Some(DomainFate { gene: gene.to_owned(), domain: domain.to_owned(), fate: (*fate).to_owned(), source: String::new() })
        };
        Some(Option::<String>::read(cell)?.unwrap_or_default().split(',').filter_map(fate).collect())
    }
}

impl FusionRow {
    /// Whether it is a finding: no flag speaks against it.
    pub fn passes(&self) -> bool {
        self.filter == "PASS"
    }

    /// The row of a fusion of `sample` whose breakends lie on `contigs`.
    pub fn new(sample: &str, fusion: &Fusion, contigs: &Contigs) -> Self {
        let five = BreakSite::of(fusion, Role::Five, contigs);
        let three = BreakSite::of(fusion, Role::Three, contigs);
        let share = fusion.allele_fraction;
        let dna = fusion.agreement.dna.as_deref();
        let described = &fusion.description;
        let row = Self {
            sample: sample.to_owned(),
            id: fusion.id.clone(),
            fusion: one_line(&fusion.name()),
            gene5: fusion.five.gene.as_deref().map(one_line),
            gene3: fusion.three.gene.as_deref().map(one_line),
            site5: five.site,
            site3: three.site,
            exon_junction: fusion.exon_junction.clone(),
            variant: fusion.variant.clone(),
            known: fusion.known,
            frame: fusion.frame.text(),
            kinase_domain: fusion.kinase_domain,
            evidence: evidence_text(fusion),
            split_fragments: fusion.support.split,
            pair_fragments: fusion.support.pair,
            clip_fragments: fusion.support.clip,
            fragments: fusion.support.fragments(),
            units: fusion.unit,
            depth5: five.breakpoint.is_some().then_some(fusion.depth5),
            depth3: three.breakpoint.is_some().then_some(fusion.depth3),
            breakpoint5: five.breakpoint,
            breakpoint3: three.breakpoint,
            allele_fraction: share.and_then(|share| Fraction::new(share.value)),
            allele_fraction_low: share.and_then(|share| Fraction::new(share.low)),
            allele_fraction_high: share.and_then(|share| Fraction::new(share.high)),
            qual: Phred::new(fusion.quality),
            filter: filter_text(fusion.flags.iter().map(|flag| flag.name())),
            event: not_empty(&fusion.event),
            homology_bp: fusion.junction.homology_bp(),
            insertion: not_empty(&String::from_utf8_lossy(&fusion.insertion)),
            transcript5: fusion.five.transcript.as_deref().map(one_line),
            transcript3: fusion.three.transcript.as_deref().map(one_line),
            hgvs: fusion.hgvs.clone(),
            vicc: fusion.vicc.clone(),
            consensus: fusion.consensus.clone(),
            slack_bp: fusion.slack_bp,
            dna_breakpoint5: dna.and_then(|dna| BreakSite::of(dna, Role::Five, contigs).breakpoint),
            dna_breakpoint3: dna.and_then(|dna| BreakSite::of(dna, Role::Three, contigs).breakpoint),
            dna_fragments: dna.map(|dna| dna.support.fragments()),
            dna_allele_fraction: dna.and_then(|dna| dna.allele_fraction).and_then(|share| Fraction::new(share.value)),
            contradiction: fusion.agreement.contradiction.clone(),
            exon_junction_mane: None,
            transcript5_mane: None,
            transcript3_mane: None,
            exon_aliases: None,
            peptide: described.peptide.clone(),
            domains: described.domains.clone(),
            structure: not_empty(&described.notes.join(";")),
            iscn: described.iscn.clone(),
            band5: described.bands.0.clone(),
            band3: described.bands.1.clone(),
            crossing_fragments: Some(fusion.crossing),
            evidence_file: None,
        };
        row.with_counts(&described.other_counts)
    }

    /// The row with its exon junction as other transcripts count it.
    pub(in crate::report) fn with_counts(self, counts: &[OtherCount]) -> Self {
        let mane = counts.iter().find(|count| count.mane);
        let alias = |count: &OtherCount| format!("{} ({}, {})", count.junction, count.transcript5, count.transcript3);
        let own = |count: &OtherCount| {
            let transcripts = [&self.transcript5, &self.transcript3].map(|id| id.as_deref().unwrap_or("."));
            count.counted.as_ref().map(|counted| format!("{counted} ({})", transcripts.join(", ")))
        };
        let others = counts.iter().filter(|count| !count.mane);
        let aliases: Vec<String> = others.flat_map(|count| std::iter::once(alias(count)).chain(own(count))).collect();
        Self {
            exon_junction_mane: mane.map(|count| count.junction.clone()),
            transcript5_mane: mane.map(|count| count.transcript5.clone()),
            transcript3_mane: mane.map(|count| count.transcript3.clone()),
            exon_aliases: not_empty(&aliases.join(";")),
            ..self
        }
    }
}

/// Whether the partner that plays `role` could not be placed, so that its breakend means nothing.
pub(in crate::report) fn is_unplaced(fusion: &Fusion, role: Role) -> bool {
    let partner = partner(fusion, role);
    partner.gene.is_none() && fusion.flags.contains(&Flag::UnplacedPartner)
}

/// The partner that plays `role`.
pub(in crate::report) fn partner(fusion: &Fusion, role: Role) -> &Partner {
    match role {
        Role::Five => &fusion.five,
        Role::Three => &fusion.three,
    }
}

/// The materials joined by `+`.
pub(in crate::report) fn evidence_text(fusion: &Fusion) -> Option<String> {
    let name = |material: &Material| match material {
        Material::Rna => "rna",
        Material::Dna => "dna",
    };
    not_empty(&fusion.evidence.iter().map(name).collect::<Vec<_>>().join("+"))
}

/// Where a partner breaks, in words.
struct BreakSite {
    breakpoint: Option<String>,
    site: Option<String>,
}

impl BreakSite {
    fn of(fusion: &Fusion, role: Role, contigs: &Contigs) -> Self {
        if is_unplaced(fusion, role) {
            return Self { breakpoint: None, site: None };
        }
        let partner = partner(fusion, role);
        let breakend = partner.breakend;
        // Not the gene's: the fusion reads an antisense one against its strand, and the kept flank follows from what is written here.
        let strand = role.strand(breakend.side).symbol();
        let breakpoint = format!("{}:{}:{strand}", contigs.name(breakend.contig), breakend.kept_base());
        Self { breakpoint: Some(breakpoint), site: partner.site.map(|site| site_text(site, role)) }
    }
}

/// Where on its transcript a partner breaks.
fn site_text(site: Site, role: Role) -> String {
    match (site, role) {
        (Site::Exon { number, offset_bp: 0 }, Role::Five) => format!("exon {number} end"),
        (Site::Exon { number, offset_bp: 0 }, Role::Three) => format!("exon {number} start"),
        (Site::Exon { number, offset_bp }, Role::Five) => format!("exon {number} -{offset_bp}"),
        (Site::Exon { number, offset_bp }, Role::Three) => format!("exon {number} +{offset_bp}"),
        (Site::Intron { after }, _) => format!("intron {after}"),
        (Site::Outside, _) => "intergenic".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::TableRow;

    #[test]
    fn the_columns_are_those_of_the_contract() {
        let promised = "sample id fusion gene5 gene3 breakpoint5 breakpoint3 site5 site3 exon_junction variant known frame \
                        kinase_domain evidence split_fragments pair_fragments clip_fragments fragments units depth5 depth3 \
                        allele_fraction allele_fraction_low allele_fraction_high qual filter event homology_bp insertion \
                        transcript5 transcript3 hgvs vicc consensus slack_bp dna_breakpoint5 dna_breakpoint3 dna_fragments \
                        dna_allele_fraction contradiction exon_junction_mane transcript5_mane transcript3_mane exon_aliases \
                        peptide domains structure iscn band5 band3 crossing_fragments evidence_file";
        assert_eq!(FusionRow::COLUMNS.join(" "), promised);
    }

    #[test]
    fn a_fusion_becomes_a_line_with_1_based_positions() {
        let row = FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs());
        insta::assert_snapshot!(row.cells().join(" | "), @r"S1 | F1 | EML4::ALK | EML4 | ALK | chr2:42299750:+ | chr2:29223741:- | intron 13 | intron 19 | E13;A20 | V1 | variant | in-frame | retained | dna | 12 | 20 | 3 | 35 | fragments | 80 | 65 | 0.35 | 0.261846 | 0.446697 | 93.3 | PASS | E1 | 1 | . | NM_019063 | NM_004304 | . | NM_019063.5(EML4):e.13::NM_004304.5(ALK):e.20 | ACGT|TTGA | 0 | . | . | . | . | . | . | . | . | . | . | . | . | . | . | . | 35 | .");
    }

    #[test]
    fn an_unplaced_partner_has_no_breakpoint_and_no_depth() {
        let row = FusionRow::new("S1", &fixture::unplaced(), &fixture::contigs());
        assert_eq!((row.breakpoint5, row.site5, row.depth5), (None, None, None));
        assert_eq!(row.fusion, "?::ALK");
        assert_eq!(row.filter, "low_support;unplaced_partner");
    }

    #[test]
    fn sites_are_counted_from_the_edge_that_a_splice_would_use() {
        let exon = |offset_bp| Site::Exon { number: 20, offset_bp };
        assert_eq!(site_text(exon(5), Role::Five), "exon 20 -5");
        assert_eq!(site_text(exon(12), Role::Three), "exon 20 +12");
        assert_eq!(site_text(exon(0), Role::Three), "exon 20 start");
        assert_eq!(site_text(Site::Outside, Role::Five), "intergenic");
    }
}
