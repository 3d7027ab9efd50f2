//! `fusions.fa`: the transcript and the protein of each fusion whose bases are all known.

use std::io::{self, Write};

use crate::fusion::product::Product;
use crate::fusion::Fusion;
use crate::terminal::one_line;

/// Bases or residues a line.
const WIDTH: usize = 60;

/// Writes transcript and protein of each fusion. The header says where the parts join: `junction=1490` is the first base (or residue) that
/// is not of the 5' partner alone, counted from 1.
pub fn write(out: &mut dyn Write, fusions: &[Fusion]) -> io::Result<()> {
    for fusion in fusions {
        let Some(product) = &fusion.description.product else { continue };
        let junction = fusion.exon_junction.as_deref().unwrap_or(".");
        let name = |kind: &str| format!("{}|{}|{junction}|{kind}", fusion.id, fusion.name());
        let transcripts = [&fusion.five.transcript, &fusion.three.transcript].map(|id| id.as_deref().unwrap_or("."));
        let parts = format!("five_bp={} linker_bp={}", product.five_bp, product.linker_bp);
        let text = String::from_utf8_lossy(&product.transcript);
        record(out, &name("transcript"), &format!("{parts} transcripts={}", transcripts.join("::")), &text)?;
        if !product.protein.is_empty() {
            let stop = if product.stop.is_some() { "yes" } else { "no" };
            let about = format!("junction={} stop={stop}", residue_at_junction(product));
            record(out, &name("protein"), &about, &product.protein)?;
        }
    }
    Ok(())
}

/// The first residue that is not coded by the 5' partner alone; `.` where its start codon is not kept.
fn residue_at_junction(product: &Product) -> String {
    match product.start.and_then(|start| product.five_bp.checked_sub(start)) {
        Some(coding_bp) => (coding_bp / 3 + 1).to_string(),
        None => ".".to_owned(),
    }
}

fn record(out: &mut dyn Write, name: &str, about: &str, sequence: &str) -> io::Result<()> {
    // A name ends at the first blank.
    writeln!(out, ">{} {}", one_line(name).replace(' ', "_"), one_line(about))?;
    for line in sequence.as_bytes().chunks(WIDTH) {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_out_of_a_file_can_neither_break_the_header_nor_command_a_terminal() {
        let mut out = Vec::new();
        record(&mut out, "F1|A\x1b[2J B\n::ALK|.|protein", "transcripts=x\n>y", "MK").expect("memory takes it");
        assert_eq!(String::from_utf8_lossy(&out), ">F1|A\\u{1b}[2J_B_::ALK|.|protein transcripts=x >y\nMK\n");
    }
}
