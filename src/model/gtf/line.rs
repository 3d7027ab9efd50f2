//! One line of a GTF as a feature, and the attributes that matter of its ninth column.

use noodles_gtf::Line;

use crate::genome::Strand;

/// The kinds of feature that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeatureKind {
    /// `transcript` or `mRNA`, read for its tags alone.
    Transcript,
    /// `exon`
    Exon,
    /// `CDS`
    Cds,
    /// `stop_codon`, which GENCODE, Ensembl and RefSeq leave out of `CDS`.
    StopCodon,
}

/// A feature in interbase coordinates.
#[derive(Debug)]
pub(super) struct Feature<'l> {
    pub(super) kind: FeatureKind,
    pub(super) contig: &'l [u8],
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) strand: Strand,
    pub(super) phase: Option<u8>,
    pub(super) attributes: &'l [u8],
}

/// The attributes that name a feature's gene and transcript and rank the transcript.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes<'l> {
    pub(super) gene_id: Option<&'l str>,
    pub(super) gene_name: Option<&'l str>,
    pub(super) transcript_id: Option<&'l str>,
    pub(super) mane_select: bool,
    pub(super) ensembl_canonical: bool,
    pub(super) incomplete_start: bool,
}

/// Reads a line; `None` for comments, empty lines and features that are not needed. The error says what is wrong.
pub(super) fn parse(line: &Line) -> Result<Option<Feature<'_>>, String> {
    let raw: &[u8] = {
        let text = line.as_ref();
        text
    };
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let Some(record) = line.as_record() else { return Ok(None) };
    let record = record.map_err(|error| format!("no GTF record ({error})"))?;
    let kind_name: &[u8] = record.ty();
    let kind = match kind_name {
        b"transcript" | b"mRNA" => FeatureKind::Transcript,
        b"exon" => FeatureKind::Exon,
        b"CDS" => FeatureKind::Cds,
        b"stop_codon" => FeatureKind::StopCodon,
        _ => return Ok(None),
    };
    let position = |value: std::io::Result<_>, name: &str| value.map_err(|_| format!("the {name} is no position"));
    let start = u32::try_from(position(record.start(), "start")?.get()).map_err(|_| "the start is too large".to_owned())?;
    let end = u32::try_from(position(record.end(), "end")?.get()).map_err(|_| "the end is too large".to_owned())?;
    if start > end {
        return Err(format!("the start {start} lies behind the end {end}"));
    }
    let mut columns = raw.splitn(9, |&byte| byte == b'\t');
    let contig = columns.next().unwrap_or_default();
    let strand = match columns.nth(5) {
        Some(b"+") => Strand::Forward,
        Some(b"-") => Strand::Reverse,
        _ => return Err("the strand is neither + nor -".to_owned()),
    };
    let phase = columns.next().and_then(|phase| match phase {
        [digit @ b'0'..=b'2'] => Some(digit - b'0'),
        _ => None,
    });
    Ok(Some(Feature { kind, contig, start: start - 1, end, strand, phase, attributes: columns.next().unwrap_or_default() }))
}

/// Whether a last line without a line break ends before its end: in a column before the ninth, within quotes, or in a bare word of a
/// line that quotes its values.
pub(super) fn is_cut(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    if line.is_empty() || line.starts_with(b"#") {
        return false;
    }
    let Some(attributes) = line.splitn(9, |&byte| byte == b'\t').nth(8) else { return true };
    let quotes = attributes.split(|&byte| byte == b'"').count() - 1;
    quotes % 2 == 1 || quotes > 0 && !attributes.ends_with(b"\"") && !attributes.ends_with(b";") || !attributes.contains(&b' ')
}

/// Reads the ninth column: `key "value";` or `key value;`, a semicolon within quotes being part of the value.
pub(super) fn attributes(mut column: &[u8]) -> Attributes<'_> {
    let mut found = Attributes::default();
    while let Some((key, value, rest)) = next_attribute(column) {
        column = rest;
        let text = std::str::from_utf8(value).ok();
        match key {
            b"gene_id" => found.gene_id = text,
            // Ensembl and GENCODE write gene_name, RefSeq writes gene.
            b"gene_name" | b"gene" => found.gene_name = text,
            b"transcript_id" => found.transcript_id = text,
            b"tag" => match value {
                b"MANE_Select" | b"MANE Select" => found.mane_select = true,
                b"Ensembl_canonical" => found.ensembl_canonical = true,
                b"cds_start_NF" | b"mRNA_start_NF" => found.incomplete_start = true,
                _ => {}
            },
            _ => {}
        }
    }
    found
}

/// The transcript's identifier alone, without reading on.
pub(super) fn transcript_id(mut column: &[u8]) -> Option<&[u8]> {
    while let Some((key, value, rest)) = next_attribute(column) {
        if key == b"transcript_id" {
            return Some(value);
        }
        column = rest;
    }
    None
}

fn next_attribute(column: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let start = column.iter().position(|byte| !matches!(byte, b' ' | b';' | b'\r'))?;
    let column = &column[start..];
    let gap = column.iter().position(|byte| matches!(byte, b' ' | b';'))?;
    let (key, rest) = column.split_at(gap);
    let rest = &rest[rest.iter().position(|&byte| byte != b' ').unwrap_or(rest.len())..];
    if let Some(quoted) = rest.strip_prefix(b"\"") {
        let end = quoted.iter().position(|&byte| byte == b'"').unwrap_or(quoted.len());
        return Some((key, &quoted[..end], quoted.get(end + 1..).unwrap_or_default()));
    }
    let end = rest.iter().position(|&byte| byte == b';').unwrap_or(rest.len());
    Some((key, rest[..end].trim_ascii(), &rest[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_told_from_one_without_a_line_break() {
        let whole = "chr2\tx\texon\t10\t20\t.\t-\t.\tgene_id \"ALK\"; transcript_id \"T1\";";
        assert!(!is_cut(whole.as_bytes()) && !is_cut(whole.trim_end_matches(';').as_bytes()));
        assert!(!is_cut(b"chr2\tx\texon\t10\t20\t.\t-\t.\tgene_id ALK; transcript_id T1") && !is_cut(b"#end") && !is_cut(b""));
        for length in [10, 20, 28, 35, 46, 52] {
            assert!(is_cut(&whole.as_bytes()[..length]), "{}", &whole[..length]);
        }
    }

    #[test]
    fn attributes_of_all_flavours_are_understood() {
        let gencode =
            attributes(br#"gene_id "ENSG1.2"; transcript_id "ENST1.4"; gene_name "ALK"; level 2; tag "basic"; tag "MANE_Select";"#);
        assert_eq!((gencode.gene_id, gencode.gene_name, gencode.mane_select), (Some("ENSG1.2"), Some("ALK"), true));
        let refseq = attributes(br#"gene_id "ALK"; transcript_id "NM_004304.5"; gene "ALK"; product "a; b"; tag "MANE Select"; "#);
        assert_eq!((refseq.transcript_id, refseq.gene_name, refseq.mane_select), (Some("NM_004304.5"), Some("ALK"), true));
        let bare = attributes(b"gene_id ALK; transcript_id T1");
        assert_eq!((bare.gene_id, bare.transcript_id), (Some("ALK"), Some("T1")));
        assert_eq!(attributes(b""), Attributes::default());
    }
}
