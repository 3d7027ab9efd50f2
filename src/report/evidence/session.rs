//! The session file of IGV: the evidence and the VCF, and for each call a panel at either breakpoint.
//!
//! Files are named without folders, so that the session opens wherever the results lie together. Loci are as IGV saves several panels:
//! a list of genes with a frame each.

use std::fmt::Write as _;
use std::io;

use crate::error::Result;
use crate::report::json::Document;
use crate::report::output::{file_prefix, Outputs};
use crate::report::rows::FusionRow;

/// Suffix of the file.
pub const SUFFIX: &str = "igv.xml";
/// Bases on either side of a breakpoint.
const AROUND_BP: u64 = 150;
/// Calls that get panels: more would be too narrow to read. All are among the regions of interest.
const MOST_CALLS: usize = 4;

/// A stretch round a breakpoint, 1-based.
struct IgvPanel {
    contig: String,
    start: u64,
    end: u64,
    what: String,
}

impl IgvPanel {
    /// Round a breakpoint such as `chr2:29223528:-`.
    fn round(breakpoint: &str, what: String) -> Option<Self> {
        let mut fields = breakpoint.rsplitn(3, ':').skip(1);
        let position: u64 = fields.next()?.parse().ok()?;
        let contig = fields.next()?.to_owned();
        Some(Self { contig, start: position.saturating_sub(AROUND_BP).max(1), end: position + AROUND_BP, what })
    }

    fn locus(&self) -> String {
        format!("{}:{}-{}", self.contig, self.start, self.end)
    }
}

/// The panels of a call: both breakpoints, and those of the break in DNA that it reports.
fn panels(row: &FusionRow) -> Vec<IgvPanel> {
    let ends = [
        (&row.breakpoint5, &row.gene5, ""),
        (&row.breakpoint3, &row.gene3, ""),
        (&row.dna_breakpoint5, &row.gene5, " (DNA)"),
        (&row.dna_breakpoint3, &row.gene3, " (DNA)"),
    ];
    let panel = |(breakpoint, gene, where_): (&Option<String>, &Option<String>, &str)| {
        IgvPanel::round(breakpoint.as_deref()?, format!("{} {}: {}{where_}", row.id, row.fusion, gene.as_deref().unwrap_or("?")))
    };
    ends.into_iter().filter_map(panel).collect()
}

/// A text as the value of an attribute.
fn attribute(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // XML 1.0 has no way to write most of these.
            c if crate::terminal::is_invisible(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push('?'),
            c => safe.push(c),
        }
    }
    safe
}

/// The session of a sample whose files are named `<prefix>.<suffix>`.
pub fn text(document: &Document, prefix: &str) -> String {
    // IGV knows contigs with and without `chr`.
    let genome = match document.assembly.as_deref() {
        Some("GRCh38") => " genome=\"hg38\"",
        Some("GRCh37") => " genome=\"hg19\"",
        _ => "",
    };
    let shown: Vec<IgvPanel> = document.fusions.iter().take(MOST_CALLS).flat_map(panels).collect();
    let loci = attribute(&shown.iter().map(IgvPanel::locus).collect::<Vec<_>>().join(" "));
    let locus = if shown.is_empty() { String::new() } else { format!(" locus=\"{loci}\"") };
    let mut xml =
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n<Session{genome}{locus} version=\"8\">\n  <Resources>\n");
    let files = document.evidence_files.iter().cloned().chain([format!("{prefix}.vcf.gz")]);
    for path in files {
        let _ = writeln!(xml, "    <Resource path=\"{}\"/>", attribute(&path));
    }
    xml.push_str("  </Resources>\n");
    if !document.fusions.is_empty() {
        xml.push_str("  <Regions>\n");
        for panel in document.fusions.iter().flat_map(panels) {
            let (contig, what) = (attribute(&panel.contig), attribute(&panel.what));
            let start = panel.start - 1;
            let _ = writeln!(xml, "    <Region chromosome=\"{contig}\" start=\"{start}\" end=\"{}\" description=\"{what}\"/>", panel.end);
        }
        xml.push_str("  </Regions>\n");
    }
    if !shown.is_empty() {
        let _ = writeln!(xml, "  <GeneList name=\"{}\">", attribute(&document.sample));
        let loci: Vec<String> = shown.iter().map(|panel| attribute(&panel.locus())).collect();
        let _ = writeln!(xml, "{}", loci.join("\n"));
        for panel in &shown {
            let (name, contig) = (attribute(&panel.locus()), attribute(&panel.contig));
            let _ = writeln!(xml, "    <Frame name=\"{name}\" chr=\"{contig}\" start=\"{}\" end=\"{}\"/>", panel.start - 1, panel.end);
        }
        xml.push_str("  </GeneList>\n");
    }
    xml.push_str("</Session>\n");
    xml
}

/// Writes the session of a document.
///
/// # Errors
/// When the file cannot be written, with its final name.
pub fn write(document: &Document, outputs: &mut Outputs) -> Result<()> {
    let text = text(document, &file_prefix(&document.sample));
    outputs.write(SUFFIX, |out| io::Write::write_all(out, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_call_has_a_panel_at_either_breakpoint_and_the_files_beside_it() {
        let mut document = Document::new("S<1>");
        document.assembly = Some("GRCh38".to_owned());
        document.evidence_files = vec!["S<1>.evidence.bam".to_owned()];
        document.fusions = vec![FusionRow::new("S<1>", &fixture::eml4_alk(), &fixture::contigs())];
        insta::assert_snapshot!(text(&document, "S<1>"), @r#"
        <?xml version="1.0" encoding="UTF-8" standalone="no"?>
        <Session genome="hg38" locus="chr2:42299600-42299900 chr2:29223591-29223891" version="8">
          <Resources>
            <Resource path="S&lt;1&gt;.evidence.bam"/>
            <Resource path="S&lt;1&gt;.vcf.gz"/>
          </Resources>
          <Regions>
            <Region chromosome="chr2" start="42299599" end="42299900" description="F1 EML4::ALK: EML4"/>
            <Region chromosome="chr2" start="29223590" end="29223891" description="F1 EML4::ALK: ALK"/>
          </Regions>
          <GeneList name="S&lt;1&gt;">
        chr2:42299600-42299900
        chr2:29223591-29223891
            <Frame name="chr2:42299600-42299900" chr="chr2" start="42299599" end="42299900"/>
            <Frame name="chr2:29223591-29223891" chr="chr2" start="29223590" end="29223891"/>
          </GeneList>
        </Session>
        "#);
    }

    #[test]
    fn a_sample_without_calls_opens_with_its_files_alone() {
        let text = text(&Document::new("S"), "S");
        assert!(text.contains("S.vcf.gz") && !text.contains("<GeneList") && !text.contains("<Regions"), "{text}");
    }
}
