use super::*;
use crate::genome::{Interval, Strand};
use crate::model::builtin::tests::chromosomes;

fn gtf_gene(symbol: &str, contig: ContigId, exons: Vec<Exon>, id: &str, cds_length_bp: Option<u32>) -> Gene {
    let start = exons.iter().map(|exon| exon.start).min().unwrap_or(0);
    let end = exons.iter().map(|exon| exon.end).max().unwrap_or(0);
    let transcript = Transcript { id: id.to_owned(), refseq: None, exons, cds_length_bp };
    let span = Interval { contig, start, end };
    Gene {
        symbol: symbol.to_owned(),
        span,
        strand: Some(Strand::Forward),
        transcript: Some(transcript),
        alternatives: Vec::new(),
        mane_select: None,
    }
}

#[test]
fn a_former_symbol_finds_the_gene() {
    let models = GeneModels::builtin(Assembly::Grch38, &chromosomes());
    assert_eq!(models.find("FIG").map(|gene| gene.symbol.as_str()), Some("GOPC"));
    assert_eq!(models.find("RFWD2").map(|gene| gene.symbol.as_str()), Some("COP1"));
    assert!(models.find("NOGENE").is_none());
}

#[test]
fn built_in_exons_stay_and_other_genes_are_the_gtfs() -> Result<(), String> {
    let contigs = chromosomes();
    let (chr2, chr4) = (contigs.find("2").ok_or("chr2")?, contigs.find("4").ok_or("chr4")?);
    let alk = gtf_gene("ALK", chr2, vec![Exon::new(1, 29_200_000, 29_200_100, None)], "OTHER", None);
    let nup160 = gtf_gene("NUP160", chr4, vec![Exon::new(1, 30, 40, None)], "ENST1", None);
    let new = gtf_gene("NEW", chr4, vec![Exon::new(1, 10, 20, None)], "ENST2", None);
    let models =
        GeneModels::merge(Some(builtin::genes(Assembly::Grch38, &contigs)), vec![alk, nup160, new]).naming_all(Assembly::Grch38, &contigs);
    let id = |symbol: &str| models.find(symbol).and_then(|gene| gene.transcript.as_ref()).map(|t| t.id.as_str());
    assert_eq!((id("ALK"), id("NUP160"), id("NEW")), (Some("ENST00000389048"), Some("ENST1"), Some("ENST2")));
    assert_eq!(models.at(chr4, 35).len(), 1);
    Ok(())
}

#[test]
fn a_gtf_names_mane_select_where_no_source_does() -> Result<(), String> {
    let contigs = chromosomes();
    let built = builtin::genes(Assembly::Grch38, &contigs);
    let named = |gene: &Gene| gene.transcript.iter().chain(&gene.alternatives).any(builtin::is_mane_select);
    let partner = built.genes.iter().find(|gene| gene.transcript.is_some() && !named(gene)).ok_or("a partner without MANE Select")?.clone();
    let known = built.genes.iter().find(|gene| named(gene)).ok_or("a gene with MANE Select")?.clone();
    let tagged = |gene: &Gene, id: &str| {
        let exons = gene.transcript.as_ref().map(|transcript| transcript.exons.clone()).unwrap_or_default();
        Gene { mane_select: Some(id.to_owned()), ..gtf_gene(&gene.symbol, gene.contig(), exons, id, None) }
    };
    let merged = |gtf: Vec<Gene>| GeneModels::merge(Some(builtin::genes(Assembly::Grch38, &contigs)), gtf);
    let models = merged(vec![tagged(&partner, "ENST99999999999.2"), tagged(&known, "ENST88888888888.1")]);
    let found = models.find(&partner.symbol).ok_or("the partner")?;
    assert_eq!(found.mane_select.as_deref(), Some("ENST99999999999.2"));
    assert!(found.alternatives.iter().any(|transcript| transcript.id == "ENST99999999999.2"));
    assert_eq!(models.find(&known.symbol).ok_or("the gene")?.mane_select, None, "the source stands");
    let own = partner.transcript.as_ref().map(|transcript| transcript.id.clone()).unwrap_or_default();
    let models = merged(vec![tagged(&partner, &format!("{own}.7"))]);
    let found = models.find(&partner.symbol).ok_or("the partner")?;
    assert_eq!((found.mane_select.as_ref(), found.alternatives.len()), (Some(&own), partner.alternatives.len()), "it is the main one");
    Ok(())
}

#[test]
fn a_partner_is_the_users_version_of_its_own_transcript() -> Result<(), String> {
    let contigs = chromosomes();
    let built = builtin::genes(Assembly::Grch38, &contigs);
    let slc34a2 = built.genes.iter().find(|gene| gene.symbol == "SLC34A2").ok_or("SLC34A2")?;
    let mut exons = slc34a2.transcript.as_ref().ok_or("no exons")?.exons.clone();
    // The user's version starts 7 bases later; its start codon lies 6 bases into exon 2.
    exons[0].start += 7;
    let coding_bp = exons[1].length_bp() - 6;
    exons[1] = Exon { cds: Some((0, coding_bp)), lead_bp: 6, ..exons[1] };
    let same = gtf_gene("SLC34A2", slc34a2.contig(), exons.clone(), "ENST00000382051.8", Some(coding_bp));
    exons[2].start += 1;
    let moved = gtf_gene("SLC34A2", slc34a2.contig(), exons, "ENST00000382051.8", Some(coding_bp));
    let merged = |gtf: Gene| GeneModels::merge(Some(builtin::genes(Assembly::Grch38, &contigs)), vec![gtf]);
    let offset = |models: &GeneModels| {
        let gene = models.find("SLC34A2")?;
        let transcript = gene.transcript.as_ref()?;
        transcript.cds_offset(transcript.exon(2)?.end, gene.strand?)
    };
    assert_eq!(offset(&merged(same)), Some(coding_bp));
    let curated = GeneModels::builtin(Assembly::Grch38, &contigs);
    assert!(offset(&curated).is_some_and(|own| own != coding_bp));
    assert_eq!(offset(&merged(moved)), offset(&curated), "spliced elsewhere it is another transcript");
    Ok(())
}

#[test]
fn genes_at_a_place_come_in_a_stable_order() {
    let contigs = Contigs::new([("lab".to_owned(), 100_000)]);
    let lab = ContigId(0);
    let gene = |symbol: &str, start: u32, end: u32| gtf_gene(symbol, lab, vec![Exon::new(1, start, end, None)], symbol, None);
    let models = GeneModels::merge(
        None,
        vec![gene("ZZ", 100, 200), gene("AA", 100, 200), gene("LONG", 0, 900), gene("EML4", 0, 950), gene("ALK", 0, 990)],
    );
    let symbols: Vec<_> = models.at(lab, 100).iter().map(|gene| gene.symbol.as_str()).collect();
    assert_eq!(symbols, ["ALK", "EML4", "AA", "ZZ", "LONG"]);
    assert_eq!(models.at(lab, 990).len(), 1);
    assert!(models.at(lab, 991).is_empty() && models.at(ContigId(7), 5).is_empty());
    let beside = |at: u32, max_bp: u32| models.beside(lab, at, max_bp).map(|near| near.map(|(gene, bp)| (gene.symbol.clone(), bp)));
    assert_eq!(beside(1_000, 20), [Some(("ALK".to_owned(), 10)), None]);
    assert_eq!(beside(1_000, 9), [None, None]);
    assert_eq!(contigs.len(), 1);
}
