//! The genome from which molecules are cut.

use std::fmt::Write as _;
use std::path::Path;

use rust_htslib::faidx;

use crate::error::{Error, Result};
use crate::genome::{ContigId, Contigs, Interval, Strand};
use crate::sequence::reverse_complement;

/// A genome in memory: names and bases (upper case).
#[derive(Debug, Clone, Default)]
pub struct Reference {
    contigs: Contigs,
    bases: Vec<Vec<u8>>,
}

impl Reference {
    /// A genome of these contigs, in this order.
    pub fn new(contigs: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let (names, bases): (Vec<_>, Vec<_>) =
            contigs.into_iter().map(|(name, bases)| ((name, bases.len() as u32), bases.to_ascii_uppercase())).unzip();
        Self { contigs: Contigs::new(names), bases }
    }

    /// Reads a whole indexed FASTA (plain or bgzip).
    ///
    /// # Errors
    /// When the file or its index cannot be read.
    pub fn from_fasta(path: &Path) -> Result<Self> {
        let failed = |error: rust_htslib::errors::Error| {
            Error::input(path, format!("cannot be read as FASTA: {error}"), "check the file and its .fai (samtools faidx)")
        };
        let reader = faidx::Reader::from_path(path).map_err(failed)?;
        let mut contigs = Vec::new();
        for name in reader.seq_names().map_err(failed)? {
            let length = reader.fetch_seq_len(&name) as usize;
            let bases = if length == 0 { Vec::new() } else { reader.fetch_seq(&name, 0, length - 1).map_err(failed)? };
            contigs.push((name, bases));
        }
        Ok(Self::new(contigs))
    }

    /// Names and lengths.
    pub fn contigs(&self) -> &Contigs {
        &self.contigs
    }

    /// The bases of an interval on the forward strand; `None` where it leaves its contig.
    pub fn bases(&self, interval: Interval) -> Option<&[u8]> {
        self.bases.get(interval.contig.0 as usize)?.get(interval.start as usize..interval.end as usize)
    }

    /// The bases of an interval as read along `strand`.
    pub fn read(&self, interval: Interval, strand: Strand) -> Option<Vec<u8>> {
        let bases = self.bases(interval)?;
        Some(match strand {
            Strand::Forward => bases.to_vec(),
            Strand::Reverse => reverse_complement(bases),
        })
    }

    /// The base at a 0-based position; `N` outside.
    pub fn base(&self, contig: ContigId, position: u32) -> u8 {
        self.bases.get(contig.0 as usize).and_then(|bases| bases.get(position as usize)).copied().unwrap_or(b'N')
    }

    /// The genome as FASTA with lines of 60 bases, and the text of its `.fai` index.
    pub fn to_fasta(&self) -> (String, String) {
        const LINE_BP: usize = 60;
        let (mut fasta, mut index) = (String::new(), String::new());
        for ((_, contig), bases) in self.contigs.iter().zip(&self.bases) {
            let _ = writeln!(fasta, ">{}", contig.name);
            let _ = writeln!(index, "{}\t{}\t{}\t{LINE_BP}\t{}", contig.name, bases.len(), fasta.len(), LINE_BP + 1);
            for line in bases.chunks(LINE_BP) {
                fasta.push_str(&String::from_utf8_lossy(line));
                fasta.push('\n');
            }
        }
        (fasta, index)
    }
}
