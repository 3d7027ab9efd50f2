//! A FASTA whose contigs are pieces of GRCh38, as the genome they were cut from.

use std::path::Path;

use crate::error::{Error, Result};
use crate::genome::Contigs;
use crate::text::{self, MAX_TABLE_BYTES};

use super::genome::MemoryGenome;

/// Lengths of the chromosomes of GRCh38. Source: assembly report of GRCh38.p14 (`GCF_000001405.40`).
const CHROMOSOMES: [(&str, u32); 25] = [
    ("chr1", 248_956_422),
    ("chr2", 242_193_529),
    ("chr3", 198_295_559),
    ("chr4", 190_214_555),
    ("chr5", 181_538_259),
    ("chr6", 170_805_979),
    ("chr7", 159_345_973),
    ("chr8", 145_138_636),
    ("chr9", 138_394_717),
    ("chr10", 133_797_422),
    ("chr11", 135_086_622),
    ("chr12", 133_275_309),
    ("chr13", 114_364_328),
    ("chr14", 107_043_718),
    ("chr15", 101_991_189),
    ("chr16", 90_338_345),
    ("chr17", 83_257_441),
    ("chr18", 80_373_285),
    ("chr19", 58_617_616),
    ("chr20", 64_444_167),
    ("chr21", 46_709_983),
    ("chr22", 50_818_468),
    ("chrX", 156_040_895),
    ("chrY", 57_227_415),
    ("chrM", 16_569),
];

/// Reads a FASTA whose contigs are pieces of GRCh38. `table` gives for each of them, separated by tabs: contig, chromosome, 0-based
/// start on it (further columns are not read).
///
/// # Errors
/// When a file cannot be read, or a contig of the table is not in the FASTA or leaves its chromosome.
pub fn read(fasta: &Path, table: &Path) -> Result<MemoryGenome> {
    let cut = MemoryGenome::from_fasta(fasta)?;
    let contigs = Contigs::new(CHROMOSOMES.map(|(name, length_bp)| (name.to_owned(), length_bp)));
    let text = text::read(table, MAX_TABLE_BYTES, "give the table of pieces")?;
    let mut stretches = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty()) {
        let bad = |problem: String| Error::Line {
            path: table.to_owned(),
            line: number + 1,
            problem,
            remedy: "write contig of the FASTA, chromosome of GRCh38 and 0-based start, separated by tabs".to_owned(),
        };
        let fields: Vec<&str> = line.split('\t').collect();
        let (&[name, chromosome], start) = (fields.get(..2).and_then(|two| two.try_into().ok()).unwrap_or(&["", ""]), fields.get(2));
        let start: u32 = start.and_then(|start| start.trim().parse().ok()).ok_or_else(|| bad("has no start".to_owned()))?;
        let id = cut.contigs().find(name).ok_or_else(|| bad(format!("{} has no contig {name}", fasta.display())))?;
        let to = contigs.find(chromosome).ok_or_else(|| bad(format!("GRCh38 has no chromosome {chromosome}")))?;
        let bases = cut.stretches().find(|(interval, _)| interval.contig == id).map(|(_, bases)| bases.to_vec()).unwrap_or_default();
        let end = u64::from(start) + bases.len() as u64;
        if contigs.get(to).is_none_or(|contig| end > u64::from(contig.length_bp)) {
            return Err(bad(format!("{name} goes beyond the end of {chromosome}")));
        }
        stretches.push((to, start, bases));
    }
    Ok(MemoryGenome::of_pieces(contigs, stretches))
}
