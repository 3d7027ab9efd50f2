use std::io::Write;
use std::path::PathBuf;

use super::*;
use crate::model::Exon;

fn contigs() -> Contigs {
    Contigs::new([("chr2".to_owned(), 10_000_000), ("chrX".to_owned(), 10_000_000), ("chrY".to_owned(), 10_000_000)])
}

fn row(contig: &str, kind: &str, start: u32, end: u32, strand: char, phase: &str, attributes: &str) -> String {
    format!("{contig}\tsource\t{kind}\t{start}\t{end}\t.\t{strand}\t{phase}\t{attributes}\n")
}

fn read_text(text: &[u8]) -> Result<GtfGenes> {
    let mut file = tempfile::NamedTempFile::new().map_err(Error::io("temporary file", "create"))?;
    file.write_all(text).map_err(Error::io("temporary file", "write"))?;
    read(file.path(), &contigs(), Path::new("sample.bam"))
}

fn symbols(genes: &GtfGenes) -> Vec<&str> {
    genes.genes.iter().map(|gene| gene.symbol.as_str()).collect()
}

fn chosen(genes: &GtfGenes) -> &crate::model::Transcript {
    genes.genes[0].transcript.as_ref().expect("a gene of a GTF has a transcript: choice::gene always sets it")
}

#[test]
fn a_file_of_exons_alone_gives_genes_without_coding_sequence() -> Result<()> {
    let attributes = r#"gene_id "G1"; transcript_id "T1"; gene_name "EML4";"#;
    let text = row("2", "exon", 101, 200, '-', ".", attributes) + &row("2", "exon", 301, 350, '-', ".", attributes);
    let genes = read_text(text.as_bytes())?;
    let transcript = chosen(&genes);
    assert_eq!(transcript.exons, [Exon::new(1, 300, 350, None), Exon::new(2, 100, 200, None)]);
    assert_eq!((transcript.cds_length_bp, genes.skipped_contigs), (None, 0));
    Ok(())
}

#[test]
fn the_stop_codon_belongs_to_the_coding_sequence() -> Result<()> {
    let attributes = r#"gene_id "G1"; transcript_id "T1"; gene_name "ABC";"#;
    let text = row("chr2", "exon", 101, 200, '+', ".", attributes)
        + &row("chr2", "CDS", 111, 200, '+', "0", attributes)
        + &row("chr2", "exon", 301, 400, '+', ".", attributes)
        + &row("chr2", "CDS", 301, 327, '+', "0", attributes)
        + &row("chr2", "stop_codon", 328, 330, '+', "0", attributes);
    let genes = read_text(text.as_bytes())?;
    let transcript = chosen(&genes);
    assert_eq!(transcript.cds_length_bp, Some(120));
    assert_eq!(transcript.exons[0], Exon { number: 1, start: 100, end: 200, cds: Some((0, 90)), lead_bp: 10 });
    assert_eq!(transcript.cds_offset(200, Strand::Forward), Some(90));
    Ok(())
}

#[test]
fn a_coding_sequence_without_its_start_is_not_counted_from() -> Result<()> {
    let attributes = r#"gene_id "G1"; transcript_id "T1"; gene_name "ABC"; tag "cds_start_NF";"#;
    let phase = r#"gene_id "G2"; transcript_id "T2"; gene_name "DEF";"#;
    let text = row("chr2", "exon", 101, 200, '+', ".", attributes)
        + &row("chr2", "CDS", 101, 200, '+', "0", attributes)
        + &row("chr2", "exon", 501, 600, '-', ".", phase)
        + &row("chr2", "CDS", 501, 600, '-', "2", phase);
    let genes = read_text(text.as_bytes())?;
    assert!(genes.genes.iter().all(|gene| gene.transcript.as_ref().is_some_and(|t| t.cds_length_bp.is_none())));
    Ok(())
}

#[test]
fn the_transcript_is_chosen_by_rule_not_by_order() -> Result<()> {
    let line = |id: &str, end: u32, tag: &str| {
        row("chr2", "exon", 101, end, '-', ".", &format!(r#"gene_id "G"; transcript_id "{id}"; gene_name "ALK"; tag "{tag}";"#))
    };
    let long = line("ENST1.1", 900, "basic");
    let canonical = line("ENST2.1", 200, "Ensembl_canonical");
    let mane = line("ENST3.1", 200, "MANE_Select");
    let literature = line("ENST00000389048.8", 200, "basic");
    for (lines, expected) in [
        (vec![&long, &canonical, &mane, &literature], "ENST00000389048.8"),
        (vec![&mane, &long, &canonical], "ENST3.1"),
        (vec![&canonical, &long], "ENST2.1"),
        (vec![&long, &line("ENST0.1", 900, "basic")], "ENST0.1"),
    ] {
        let mut text: Vec<String> = lines.into_iter().cloned().collect();
        for _ in 0..2 {
            assert_eq!(chosen(&read_text(text.concat().as_bytes())?).id, expected);
            text.reverse();
        }
    }
    assert_eq!(chosen(&read_text(literature.as_bytes())?).refseq.as_deref(), Some("NM_004304"));
    // MANE Select is known by its tag, also beside the transcript by which the literature counts.
    let genes = read_text((mane.clone() + &long + &literature).as_bytes())?.genes;
    assert_eq!((genes[0].mane_select.as_deref(), genes[0].alternatives.len()), (Some("ENST3.1"), 1));
    let genes = read_text((mane + &long).as_bytes())?.genes;
    assert_eq!((genes[0].mane_select.as_deref(), genes[0].alternatives.len()), (Some("ENST3.1"), 0));
    Ok(())
}

#[test]
fn genes_of_one_name_in_different_places_stay_apart() -> Result<()> {
    let line = |contig: &str, start: u32, id: &str| {
        row(contig, "exon", start, start + 99, '+', ".", &format!(r#"gene_id "{id}"; transcript_id "{id}"; gene_name "P2RY8";"#))
    };
    let text = line("X", 1_001, "A") + &line("Y", 1_001, "A") + &line("X", 2_001, "B") + &line("X", 900_001, "C");
    let genes = read_text(text.as_bytes())?;
    let places: Vec<_> = genes.genes.iter().map(|gene| (gene.span.contig.0, gene.span.start, gene.span.end)).collect();
    assert_eq!(places, [(1, 1_000, 2_100), (1, 900_000, 900_100), (2, 1_000, 1_100)]);
    Ok(())
}

#[test]
fn former_symbols_refseq_contigs_and_gzip_are_understood() -> Result<()> {
    let text = row("NC_000002.12", "exon", 101, 200, '+', ".", r#"gene_id "C2orf44"; transcript_id "NM_1.1"; gene "C2orf44";"#)
        + &row("NT_187361.1", "exon", 101, 200, '+', ".", r#"gene_id "X"; transcript_id "NM_2.1"; gene "X";"#);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).map_err(Error::io("memory", "write"))?;
    let genes = read_text(&encoder.finish().map_err(Error::io("memory", "write"))?)?;
    assert_eq!((symbols(&genes), genes.skipped_contigs), (vec!["WDCP"], 1));
    Ok(())
}

#[test]
fn errors_name_the_line_and_the_contigs() {
    let good = row("chr2", "exon", 101, 200, '+', ".", r#"gene_id "G"; transcript_id "T";"#);
    let message = |text: String| read_text(text.as_bytes()).map_or_else(|error| error.to_string(), |_| String::new());
    assert!(message(good.clone() + "chr2\tnonsense\n").contains("line 2: no GTF record"), "{}", message(good.clone() + "chr2\tx\n"));
    assert!(message(good.replace("101", "none")).contains("line 1: the start is no position"));
    assert!(message(good.replace("101", "999")).contains("line 1: the start 999 lies behind the end 200"));
    assert!(message(good.replace("\t+\t", "\t.\t")).contains("line 1: the strand is neither + nor -"));
    assert!(message(good.replace("transcript_id", "other")).contains("line 1: no transcript_id"));
    let mismatch = message(good.replace("chr2", "contig7"));
    assert!(mismatch.contains("sample.bam: not one contig in common: the GTF has contig7, the BAM has chr2"), "{mismatch}");
    assert!(message("# nothing\n\n".to_owned()).contains("no exon line"));
    assert!(read(&PathBuf::from("/does/not/exist.gtf"), &contigs(), Path::new("b")).is_err());
}
