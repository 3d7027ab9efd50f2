//! A genome in memory, from which simulated molecules are cut.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::Result;
use crate::genome::{Breakend, ContigId, Contigs, Interval, Junction, Side, Strand};
use crate::reference::Fasta;
use crate::sequence::{complement, reverse_complement};

/// A genome in memory: names and bases (upper case). Of a contig all bases may be there, or pieces of it.
#[derive(Debug, Clone, Default)]
pub struct MemoryGenome {
    contigs: Contigs,
    /// For each contig its pieces with the position of their first base, in order.
    pieces: Vec<Vec<(u32, Vec<u8>)>>,
}

impl MemoryGenome {
    /// A genome of these contigs, in this order.
    pub fn new(contigs: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let (names, pieces): (Vec<_>, Vec<_>) =
            contigs.into_iter().map(|(name, bases)| ((name, bases.len() as u32), vec![(0, bases.to_ascii_uppercase())])).unzip();
        Self { contigs: Contigs::new(names), pieces }
    }

    /// A genome of `contigs` of which only these stretches are known: contig, 0-based position, bases.
    pub fn of_pieces(contigs: Contigs, stretches: impl IntoIterator<Item = (ContigId, u32, Vec<u8>)>) -> Self {
        let mut pieces = vec![Vec::new(); contigs.len()];
        for (contig, start, bases) in stretches {
            if let Some(list) = pieces.get_mut(contig.0 as usize) {
                list.push((start, bases.to_ascii_uppercase()));
            }
        }
        for list in &mut pieces {
            list.sort_unstable_by_key(|(start, _)| *start);
        }
        Self { contigs, pieces }
    }

    /// Reads a whole FASTA (plain or bgzip) by its index.
    ///
    /// # Errors
    /// When the file or its index cannot be read.
    pub fn from_fasta(path: &Path) -> Result<Self> {
        let fasta = Fasta::open(path)?;
        let mut reader = fasta.reader()?;
        let mut contigs = Vec::new();
        for (number, entry) in fasta.entries.iter().enumerate() {
            contigs.push((entry.name.clone(), reader.bases(number, 0, entry.length_bp)?));
        }
        Ok(Self::new(contigs))
    }

    /// Names and lengths.
    pub fn contigs(&self) -> &Contigs {
        &self.contigs
    }

    /// The bases of an interval on the forward strand; `None` where it leaves its contig.
    pub fn bases(&self, interval: Interval) -> Option<&[u8]> {
        let (start, bases) = self.piece(interval.contig, interval.start)?;
        bases.get((interval.start - start) as usize..interval.end.checked_sub(start)? as usize)
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
        let base = self.piece(contig, position).and_then(|(start, bases)| bases.get((position - start) as usize));
        base.copied().unwrap_or(b'N')
    }

    /// How many bases at a junction could belong to either end, up to 50 on either side.
    pub fn homology_bp(&self, junction: &Junction) -> u32 {
        // Bases in the order in which one meets them when walking out of the kept flank: kept ones below 0, lost ones from 0 on.
        let walk = |end: Breakend, step: i64| {
            let boundary = i64::from(end.boundary);
            match end.side {
                Side::Lower => self.base(end.contig, (boundary + step) as u32),
                Side::Higher => complement(self.base(end.contig, (boundary - 1 - step) as u32)),
            }
        };
        let (a, b) = (junction.a(), junction.b());
        let beyond = (0..50).take_while(|&step| walk(a, step) == complement(walk(b, -1 - step))).count();
        let before = (0..50).take_while(|&step| walk(a, -1 - step) == complement(walk(b, step))).count();
        (beyond + before) as u32
    }

    /// The stretches of which the bases are known, by contig and position.
    pub fn stretches(&self) -> impl Iterator<Item = (Interval, &[u8])> {
        self.contigs.iter().zip(&self.pieces).flat_map(|((contig, _), pieces)| {
            pieces.iter().map(move |(start, bases)| (Interval { contig, start: *start, end: start + bases.len() as u32 }, bases.as_slice()))
        })
    }

    /// The last piece that begins at or before a position.
    fn piece(&self, contig: ContigId, position: u32) -> Option<(u32, &[u8])> {
        let pieces = self.pieces.get(contig.0 as usize)?;
        let after = pieces.partition_point(|(start, _)| *start <= position);
        pieces.get(after.checked_sub(1)?).map(|(start, bases)| (*start, bases.as_slice()))
    }

    /// The genome as FASTA with lines of 60 bases, and the text of its `.fai` index.
    pub fn to_fasta(&self) -> (String, String) {
        const LINE_BP: usize = 60;
        let (mut fasta, mut index) = (String::new(), String::new());
        for ((id, contig), pieces) in self.contigs.iter().zip(&self.pieces) {
            let whole = Interval { contig: id, start: 0, end: contig.length_bp };
            let bases = self.bases(whole).map_or_else(|| unknown_filled(contig.length_bp, pieces), <[u8]>::to_vec);
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

/// A contig of which only pieces are known, with `N` between them.
fn unknown_filled(length_bp: u32, pieces: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut whole = vec![b'N'; length_bp as usize];
    for (start, bases) in pieces {
        for (slot, base) in whole.iter_mut().skip(*start as usize).zip(bases) {
            *slot = *base;
        }
    }
    whole
}
