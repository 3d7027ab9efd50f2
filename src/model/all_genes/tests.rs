use std::collections::BTreeSet;

use super::*;
use crate::fusion::frame::{coding_offset, frame, CodingOffset};
use crate::fusion::{Frame, Material};
use crate::genome::Breakend;
use crate::model::{GeneModels, Role, Site, KINASES};

fn all(assembly: Assembly) -> AllGenes {
    AllGenes::new(assembly, &Contigs::chromosomes())
}

#[test]
fn every_line_is_a_gene_with_ordered_exons_and_whole_codons() {
    let genes = all(Assembly::Grch38);
    let contigs = Contigs::chromosomes();
    let on = |name: &str| -> BTreeSet<&str> {
        let contig = contigs.find(name).expect("a chromosome");
        genes.iter().filter(|gene| gene.contig() == contig).map(|gene| gene.symbol.as_str()).collect()
    };
    let on_x_and_y = on("chrX").intersection(&on("chrY")).count();
    for gene in genes.iter() {
        let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("each line has exons and a strand");
        for (index, exon) in transcript.exons.iter().enumerate() {
            assert_eq!(exon.number as usize, index + 1, "{}", gene.symbol);
            assert!(exon.start < exon.end && gene.span.start <= exon.start && exon.end <= gene.span.end, "{}", gene.symbol);
            assert!(exon.lead_bp + exon.cds.map_or(0, |(from, to)| to - from) <= exon.length_bp(), "{}", gene.symbol);
        }
        assert!(transcript.exons.windows(2).all(|pair| match strand {
            Strand::Forward => pair[0].end <= pair[1].start,
            Strand::Reverse => pair[1].end <= pair[0].start,
        }));
        match transcript.cds_length_bp {
            Some(length_bp) => assert_eq!(length_bp % 3, 0, "{}", gene.symbol),
            None => assert!(no_frame(&transcript.id).is_some(), "{}", gene.symbol),
        }
    }
    assert_eq!(genes.iter().count() - on_x_and_y, data().lines().count());
    assert!(on_x_and_y > 10, "{on_x_and_y}");
}

#[test]
fn genes_lie_on_grch37_by_a_shift_or_a_list_and_keep_the_lengths_of_their_exons() {
    let lengths = |genes: &AllGenes| -> BTreeMap<(String, ContigId), Vec<u32>> {
        let of = |gene: &Gene| gene.transcript.iter().flat_map(|transcript| transcript.exons.iter().map(Exon::length_bp)).collect();
        genes.iter().map(|gene| ((gene.symbol.clone(), gene.contig()), of(gene))).collect()
    };
    let (old, new) = (lengths(&all(Assembly::Grch37)), lengths(&all(Assembly::Grch38)));
    assert!(old.len() > 18_300 && old.len() < new.len());
    assert!(old.iter().all(|(key, exons)| new.get(key) == Some(exons)));
}

#[test]
fn the_genes_that_x_and_y_share_are_found_on_both() {
    let contigs = Contigs::chromosomes();
    for assembly in [Assembly::Grch37, Assembly::Grch38] {
        let genes = all(assembly);
        let on = |name: &str, symbol: &str| {
            let contig = contigs.find(name).expect("a chromosome");
            genes.iter().find(|gene| gene.symbol == symbol && gene.contig() == contig).map(|gene| gene.span)
        };
        let shared: Vec<&str> = ["CRLF2", "ASMTL", "VAMP7", "IL9R"].into_iter().filter(|symbol| on("chrX", symbol).is_some()).collect();
        assert!(assembly == Assembly::Grch37 || shared.len() == 4, "{shared:?}");
        for symbol in shared {
            let (x, y) = (on("chrX", symbol).expect("on X"), on("chrY", symbol).expect("on Y"));
            assert_eq!(x.length_bp(), y.length_bp(), "{symbol} {assembly}");
        }
        // Where SRY lay on GRCh37 the table does not say.
        assert!((assembly == Assembly::Grch37 || on("chrY", "SRY").is_some()) && on("chrY", "AR").is_none());
    }
}

#[test]
fn a_gene_that_the_models_have_is_not_named_twice() {
    let contigs = Contigs::chromosomes();
    let models = GeneModels::builtin(Assembly::Grch38, &contigs).naming_all(Assembly::Grch38, &contigs);
    let symbols = |chromosome: &str, boundary: u32| -> Vec<String> {
        let contig = contigs.find(chromosome).expect("a chromosome");
        models.unlisted_at(contig, boundary).into_iter().map(|gene| gene.symbol.clone()).collect()
    };
    assert_eq!(symbols("chr2", 42_295_516), Vec::<String>::new(), "EML4");
    assert_eq!(symbols("chr11", 47_813_316), ["NUP160"]);
    let without = GeneModels::builtin(Assembly::Grch38, &contigs);
    assert!(without.unlisted_at(contigs.find("chr11").expect("a chromosome"), 47_813_316).is_empty());
}

/// Coding bases before an exon's edge by counting the exons' parts alone, without the offsets that the model keeps.
fn counted(gene: &Gene, edge: u32) -> i64 {
    let strand = gene.strand.unwrap_or(Strand::Forward);
    let transcript = gene.transcript.as_ref().expect("it has exons");
    let coding = transcript.exons.iter().filter_map(|exon| {
        let (from, to) = exon.cds?;
        let start = match strand {
            Strand::Forward => exon.start + exon.lead_bp,
            Strand::Reverse => exon.end - exon.lead_bp - (to - from),
        };
        Some((start, start + (to - from)))
    });
    coding
        .map(|(start, end)| match strand {
            Strand::Forward => i64::from(end.min(edge).saturating_sub(start)),
            Strand::Reverse => i64::from(end.saturating_sub(start.max(edge))),
        })
        .sum()
}

/// Each exon behind its gene's first coding one at which a gene of this role is joined: the offset that a frame is computed from, and the
/// bases counted one exon after the other.
fn edges(gene: &Gene, role: Role) -> Vec<(CodingOffset, i64)> {
    let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("it has exons");
    let joined = transcript.exons.iter().filter(|exon| match role {
        Role::Five => exon.cds.is_some_and(|(_, to)| Some(to) != transcript.cds_length_bp),
        Role::Three => exon.cds.is_some_and(|(from, _)| from > 0),
    });
    let edge = |exon: &Exon| {
        let boundary = transcript.splice_edge(exon.number, strand, role)?;
        let (end, site) = (Breakend::new(gene.contig(), boundary, role.side(strand)), transcript.site(boundary, strand, role));
        assert_eq!(site, Site::Exon { number: exon.number, offset_bp: 0 }, "{}", gene.symbol);
        Some((coding_offset(gene, end, Some(site), role, Material::Rna), counted(gene, boundary)))
    };
    joined.filter_map(edge).collect()
}

#[test]
fn any_gene_joined_to_a_kinase_has_the_frame_that_the_coding_sequences_give() {
    let contigs = Contigs::chromosomes();
    let mut checked = 0;
    for assembly in [Assembly::Grch37, Assembly::Grch38] {
        let models = GeneModels::builtin(assembly, &contigs);
        let kinases: Vec<_> = KINASES.iter().filter_map(|symbol| models.find(symbol)).flat_map(|gene| edges(gene, Role::Three)).collect();
        for gene in all(assembly).iter().step_by(50) {
            for (before, before_bp) in edges(gene, Role::Five) {
                for (after, after_bp) in &kinases {
                    let in_frame = (before_bp - after_bp).rem_euclid(3) == 0;
                    let expected = if in_frame { Frame::InFrame } else { Frame::OutOfFrame };
                    // An end within the stop codon has no frame.
                    if matches!(before, CodingOffset::At(_)) {
                        assert_eq!(frame(before, 0, *after, false), expected, "{} after {before_bp} bases", gene.symbol);
                        checked += 1;
                    }
                }
            }
        }
    }
    assert!(checked > 300_000, "only {checked} junctions were computed");
}
