//! The tables are held against the gene models, and the look-ups against the variants that are easily confused.

mod audit;
mod lookup;
mod user_tables;

use super::fusions::insertions_of_name;
use super::*;
use crate::genome::{Assembly, Strand};
use crate::model::builtin::tests::chromosomes;
use crate::model::{Gene, GeneModels, Role, KINASES};
use crate::sequence::translate_codon;

fn models(assembly: Assembly) -> GeneModels {
    GeneModels::builtin(assembly, &chromosomes())
}

/// The gene, if its exons are known.
fn with_exons<'m>(models: &'m GeneModels, symbol: &str) -> Option<&'m Gene> {
    models.find(symbol).filter(|gene| gene.transcript.is_some())
}

/// Boundary of an exon's end (5' partner) or start (3' partner) after taking bases off.
fn edge(gene: &Gene, number: u32, missing_bp: u32, role: Role) -> Option<u32> {
    let strand = gene.strand?;
    let edge = gene.transcript.as_ref()?.splice_edge(number, strand, role)?;
    Some(if (role == Role::Five) == (strand == Strand::Forward) { edge - missing_bp } else { edge + missing_bp })
}

/// The 1-based base that touches a boundary on the kept side.
fn kept_base(gene: &Gene, boundary: u32, role: Role) -> u32 {
    if (role == Role::Five) == (gene.strand == Some(Strand::Forward)) {
        boundary
    } else {
        boundary + 1
    }
}

#[test]
fn the_embedded_tables_pass_their_own_check() {
    let findings = check::check(&Knowledge::builtin(), &models(Assembly::Grch37), &models(Assembly::Grch38));
    let errors: Vec<_> = findings.iter().filter(|finding| finding.severity == check::Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_kinases_domains_are_those_that_decide_whether_a_kinase_is_kept() {
    let knowledge = Knowledge::builtin();
    for gene in KINASES {
        let domain = knowledge.kinase_domain(gene).expect("a row");
        assert_eq!(crate::fusion::frame::kinase_domain_codons(gene), Some((domain.first, domain.last)), "{gene}");
    }
}

#[test]
fn every_row_names_genes_and_exons_that_exist() {
    let (knowledge, models) = (Knowledge::builtin(), models(Assembly::Grch38));
    assert_eq!(knowledge.fusions().len(), 152);
    for row in knowledge.fusions() {
        assert!(models.find(&row.gene5).is_some(), "{} of row {}", row.gene5, row.row);
        assert!(KINASES.contains(&row.gene3.as_str()), "{} of row {}", row.gene3, row.row);
        let exists = |symbol: &str, number: u32, missing_bp: u32| {
            with_exons(&models, symbol)
                .and_then(|gene| gene.transcript.as_ref())
                .is_none_or(|transcript| transcript.exon(number).is_some_and(|exon| missing_bp < exon.length_bp()))
        };
        if let Some(KnownEnd5::Exon { number, deleted_bp }) = row.five {
            assert!(exists(&row.gene5, number, deleted_bp), "row {}: {} exon {number}", row.row, row.gene5);
        }
        if let Some(three) = &row.three {
            assert!(exists(&row.gene3, three.number, three.deleted_bp), "row {}: {} exon {}", row.row, row.gene3, three.number);
        }
    }
}

#[test]
fn printed_junctions_are_the_edges_of_the_exons() {
    let (knowledge, models) = (Knowledge::builtin(), models(Assembly::Grch38));
    let mut checked = 0;
    for row in knowledge.fusions() {
        if let (Some((chromosome, position)), Some(KnownEnd5::Exon { number, deleted_bp }), Some(gene)) =
            (&row.junction5, row.five, with_exons(&models, &row.gene5))
        {
            let computed = edge(gene, number, deleted_bp, Role::Five).map(|boundary| kept_base(gene, boundary, Role::Five));
            assert_eq!(computed, Some(*position), "row {} {} {}", row.row, row.name, row.gene5);
            assert_eq!(chromosomes().find(chromosome), Some(gene.contig()));
            checked += 1;
        }
        if let (Some((chromosome, position)), Some(three), Some(gene)) = (&row.junction3, &row.three, with_exons(&models, &row.gene3)) {
            let computed = edge(gene, three.number, three.deleted_bp, Role::Three).map(|boundary| kept_base(gene, boundary, Role::Three));
            assert_eq!(computed, Some(*position), "row {} {} {}", row.row, row.name, row.gene3);
            assert_eq!(chromosomes().find(chromosome), Some(gene.contig()));
            checked += 1;
        }
    }
    assert!(checked > 150, "only {checked} junctions were compared");
}

#[test]
fn the_frame_closes_where_no_doubt_is_noted() {
    let (knowledge, models) = (Knowledge::builtin(), models(Assembly::Grch38));
    let mut checked = 0;
    for row in knowledge.fusions() {
        let (Some(KnownEnd5::Exon { number, deleted_bp }), Some(three)) = (row.five, &row.three) else { continue };
        let offset = |symbol: &str, number: u32, missing_bp: u32, role: Role| {
            let gene = with_exons(&models, symbol)?;
            let transcript = gene.transcript.as_ref()?;
            transcript.cds_offset(edge(gene, number, missing_bp, role)?, gene.strand?)
        };
        let before = offset(&row.gene5, number, deleted_bp, Role::Five);
        let Some(after) = offset(&row.gene3, three.number, three.deleted_bp, Role::Three) else {
            panic!("row {}: {} exon {} is not coding", row.row, row.gene3, three.number)
        };
        let Some(before) = before else { continue };
        let closes = (before + row.inserted_bp) % 3 == after % 3;
        assert_eq!(
            closes,
            row.doubt.is_none(),
            "row {} {} {}: {before} + {} against {after}",
            row.row,
            row.gene5,
            row.name,
            row.inserted_bp
        );
        checked += 1;
    }
    assert!(checked > 50, "only {checked} frames were computed");
}

#[test]
fn stated_phases_are_those_of_the_models() {
    let models = models(Assembly::Grch38);
    let table = Table::parse(Path::new("fusions.tsv"), include_str!("tables/fusions.tsv"));
    let phase_of =
        |text: &str, keyword: &str| text.split_once(keyword).and_then(|(_, rest)| rest.chars().next()).and_then(|digit| digit.to_digit(10));
    for (row, known) in table.rows().zip(Knowledge::builtin().fusions()) {
        let stated = row.get("frame_arithmetic");
        let phase = |symbol: &str, number: u32, role: Role| {
            let gene = with_exons(&models, symbol)?;
            gene.transcript.as_ref()?.cds_offset(edge(gene, number, 0, role)?, gene.strand?).map(|offset| offset % 3)
        };
        if let (Some(KnownEnd5::Exon { number, .. }), Some(expected)) = (known.five, phase_of(stated, "5p end phase ")) {
            assert_eq!(phase(&known.gene5, number, Role::Five), Some(expected), "row {} {}", known.row, known.name);
        }
        if let (Some(three), Some(expected)) = (&known.three, phase_of(stated, "3p start phase ")) {
            assert_eq!(phase(&known.gene3, three.number, Role::Three), Some(expected), "row {} {}", known.row, known.name);
        }
        assert_eq!(known.doubt.is_none(), row.get("doubt").is_empty() && row.get("exon5_on_model").is_empty());
    }
}

#[test]
fn inserted_bases_agree_with_the_names() {
    let table = Table::parse(Path::new("fusions.tsv"), include_str!("tables/fusions.tsv"));
    for (row, known) in table.rows().zip(Knowledge::builtin().fusions()) {
        let name = row.get("other_names").split("; ").find(|name| name.contains("ins"));
        let named_bp = name.map_or(0, insertions_of_name);
        let expected_bp = if known.name == "V3b" { 0 } else { named_bp };
        assert_eq!(known.inserted_bp, expected_bp, "row {} {}", known.row, known.name);
    }
}

#[test]
fn resistance_codons_are_those_of_the_literature_transcript() {
    let knowledge = Knowledge::builtin();
    for assembly in [Assembly::Grch37, Assembly::Grch38] {
        let models = models(assembly);
        for site in knowledge.resistance_sites() {
            let Some(gene) = with_exons(&models, &site.gene) else { panic!("{} has no exons", site.gene) };
            let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { continue };
            // NTRK3 is numbered on NM_001012338, which equals NM_002530 up to residue 711.
            assert!(site.gene != "NTRK3" || site.codon <= 711);
            assert_eq!(site.bases(assembly), transcript.codon_bases(site.codon, strand), "{} {} {assembly}", site.gene, site.codon);
            assert_eq!(chromosomes().find(&site.chromosome), Some(gene.contig()));
            let first = site.bases(assembly).map_or(0, |bases| bases[0]);
            let exon = transcript.exons.iter().find(|exon| exon.start <= first && first < exon.end).map(|exon| exon.number);
            assert_eq!(exon, site.exon, "{} {}", site.gene, site.codon);
        }
    }
}

#[test]
fn reference_codons_and_nucleotide_changes_translate_to_the_named_residues() {
    let mut checked = 0;
    for site in Knowledge::builtin().resistance_sites() {
        let Some(codon) = site.ref_codon else {
            assert!(site.changes.iter().all(|change| change.single_nt_hgvs.is_empty()), "{} {}", site.gene, site.codon);
            continue;
        };
        assert_eq!(translate_codon(&codon), Some(site.ref_aa), "{} {}", site.gene, site.codon);
        for change in &site.changes {
            let possible = single_changes(codon, site.codon, change.alt_aa);
            assert_eq!(change.single_nt_hgvs, possible, "{} {}", site.gene, change.protein_change);
            checked += possible.len();
        }
    }
    assert!(checked > 50, "only {checked} changes were computed");
}

/// Every change of one nucleotide of a codon that gives an amino acid, in the notation of the table.
fn single_changes(codon: [u8; 3], number: u32, alt_aa: Option<u8>) -> Vec<String> {
    let mut found = Vec::new();
    let Some(alt_aa) = alt_aa else { return found };
    for (slot, position) in (0..3).zip(number * 3 - 2..) {
        for base in *b"ACGT" {
            let mut changed = codon;
            changed[slot] = base;
            if base != codon[slot] && translate_codon(&changed) == Some(alt_aa) {
                found.push(format!("c.{position}{}>{}", char::from(codon[slot]), char::from(base)));
            }
        }
    }
    found
}

#[test]
fn every_statement_on_resistance_is_kept_but_for_the_mismatches() {
    let knowledge = Knowledge::builtin();
    let table = Table::parse(Path::new("resistance.tsv"), include_str!("tables/resistance.tsv"));
    let expected = table.rows().filter(|row| !row.get("ref_aa_check").contains("MISMATCH")).count();
    let single: usize = knowledge.resistance_sites().iter().flat_map(|site| &site.changes).map(|change| change.effects.len()).sum();
    let compound: usize = knowledge.compound_changes().iter().map(|change| change.effects.len()).sum();
    assert_eq!(single + compound, expected);
    let names = |gene: &str| -> Vec<String> {
        let sites = knowledge.resistance_sites().iter().filter(|site| site.gene == gene);
        sites.flat_map(|site| &site.changes).map(|change| change.protein_change.clone()).collect()
    };
    assert!(!names("ROS1").contains(&"L1974R".to_owned()) && !names("NTRK1").contains(&"L686M".to_owned()));
    assert!(names("ALK").contains(&"1151Tins".to_owned()) && names("ALK").contains(&"G1202del".to_owned()));
    let keys: Vec<_> = knowledge.resistance_sites().iter().map(|site| (&site.gene, site.codon)).collect();
    assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
    for compound in knowledge.compound_changes() {
        assert!(compound.members.len() >= 2 && !compound.effects.is_empty());
        for member in compound.members.iter().filter(|member| *member != resistance::ANY) {
            let codon =
                member.find(|c: char| c.is_ascii_digit()).and_then(|at| fusions::leading_number(&member[at..])).map(|(codon, _)| codon);
            let sites = knowledge.resistance_sites();
            let known = sites.iter().any(|site| site.gene == compound.gene && Some(site.codon) == codon);
            assert!(known, "{} {member} lies at no site", compound.gene);
        }
    }
}

#[test]
fn statements_without_a_source_are_marked() {
    let knowledge = Knowledge::builtin();
    let effects = || knowledge.resistance_sites().iter().flat_map(|site| &site.changes).flat_map(|change| &change.effects);
    assert!(effects().any(|effect| effect.verified) && effects().any(|effect| !effect.verified));
    assert!(effects().all(|effect| !effect.source.is_empty() || !effect.verified));
}
