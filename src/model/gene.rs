//! Genes, transcripts and their exons, and where on a transcript a genomic boundary lies. Interbase throughout.

use crate::genome::{ContigId, Interval, Side, Strand};

/// One exon, numbered from the 5' end of its transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exon {
    /// 1-based number from the transcript's 5' end.
    pub number: u32,
    /// Genomic start, interbase.
    pub start: u32,
    /// Genomic end, interbase.
    pub end: u32,
    /// Coding part as offsets into the coding sequence (0-based, half-open, in the direction of the transcript);
    /// `None` where the exon is untranslated or the coding sequence is not known.
    pub cds: Option<(u32, u32)>,
}

impl Exon {
    /// Length in bases.
    pub fn length_bp(&self) -> u32 {
        self.end - self.start
    }
}

/// A transcript with its exons in the order of transcription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// Identifier as the source spells it, without version where the source gives none (`ENST00000389048`).
    pub id: String,
    /// The RefSeq identifier under which the literature counts, if it is another one (`NM_004304`).
    pub refseq: Option<String>,
    /// Exons in the order of transcription, numbered from 1.
    pub exons: Vec<Exon>,
    /// Length of the coding sequence in bases, where it is known completely.
    pub cds_length_bp: Option<u32>,
}

/// A gene on one contig of the BAM, with the transcript whose exon numbers are used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gene {
    /// HGNC symbol.
    pub symbol: String,
    /// Span in the BAM's own contigs.
    pub span: Interval,
    /// Strand; `None` where only the span of the gene is known.
    pub strand: Option<Strand>,
    /// The transcript by which exons are counted; `None` where only the span is known.
    pub transcript: Option<Transcript>,
    /// Other numberings in use (never used to call, only to name).
    pub alternatives: Vec<Transcript>,
}

/// Where on a transcript a breakend lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// On an exon. `offset_bp` counts bases from the exon's edge that a splice would use: for the 5' partner bases missing
    /// before the exon's end (0 = at the end), for the 3' partner bases missing after the exon's start (0 = at the start).
    Exon {
        /// Exon number.
        number: u32,
        /// Distance from the edge in bases.
        offset_bp: u32,
    },
    /// In the intron that follows the exon of this number.
    Intron {
        /// Number of the exon before the intron.
        after: u32,
    },
    /// Outside of the transcript's exons but within or at the gene, before its first exon or behind its last.
    Outside,
}

/// Which end of a fusion transcript a partner forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The partner whose promoter and 5' part are kept.
    Five,
    /// The partner whose 3' part is kept.
    Three,
}

impl Role {
    /// The role a gene on `strand` plays when a molecule keeps `side` of it.
    ///
    /// A gene on the forward strand of which the lower flank is kept gives its 5' part; so does one on the reverse strand of
    /// which the higher flank is kept.
    pub fn of(strand: Strand, side: Side) -> Self {
        match (strand, side) {
            (Strand::Forward, Side::Lower) | (Strand::Reverse, Side::Higher) => Self::Five,
            _ => Self::Three,
        }
    }

    /// The flank that a gene on `strand` keeps in this role.
    pub fn side(self, strand: Strand) -> Side {
        if Self::of(strand, Side::Lower) == self {
            Side::Lower
        } else {
            Side::Higher
        }
    }
}

impl Transcript {
    /// The exon of this number.
    pub fn exon(&self, number: u32) -> Option<&Exon> {
        self.exons.get(number.checked_sub(1)? as usize).filter(|exon| exon.number == number)
    }

    /// The identifier the literature uses: RefSeq where there is one.
    pub fn literature_id(&self) -> &str {
        self.refseq.as_deref().unwrap_or(&self.id)
    }

    /// Where a breakend of a gene on `strand` lies when the gene plays `role`.
    pub fn site(&self, boundary: u32, strand: Strand, role: Role) -> Site {
        // The base that the molecule keeps next to the junction decides between exon and intron.
        let keeps_lower = role.side(strand) == Side::Lower;
        for (index, exon) in self.exons.iter().enumerate() {
            let inside =
                if keeps_lower { exon.start < boundary && boundary <= exon.end } else { exon.start <= boundary && boundary < exon.end };
            if inside {
                let offset_bp = if keeps_lower { exon.end - boundary } else { boundary - exon.start };
                return Site::Exon { number: exon.number, offset_bp };
            }
            let Some(next) = self.exons.get(index + 1) else { continue };
            let (low, high) = if exon.start < next.start { (exon.end, next.start) } else { (next.end, exon.start) };
            let in_intron = if keeps_lower { low < boundary && boundary <= high } else { low <= boundary && boundary < high };
            if in_intron {
                return Site::Intron { after: exon.number };
            }
        }
        Site::Outside
    }

    /// The genomic boundary of the edge of an exon that a splice uses in this role: the end of the exon for the 5' partner, its
    /// start for the 3' partner.
    pub fn splice_edge(&self, number: u32, strand: Strand, role: Role) -> Option<u32> {
        let exon = self.exon(number)?;
        Some(if role.side(strand) == Side::Lower { exon.end } else { exon.start })
    }

    /// Offset into the coding sequence of the boundary (the number of coding bases before it), if it lies in a coding exon
    /// (edges included).
    pub fn cds_offset(&self, boundary: u32, strand: Strand) -> Option<u32> {
        self.exons.iter().find_map(|exon| {
            let (cds_start, cds_end) = exon.cds?;
            let coding_bp = cds_end - cds_start;
            // Untranslated bases of a coding exon lie at its 5' end in the first coding exon and at its 3' end in the last.
            let untranslated_bp = exon.length_bp() - coding_bp;
            let leads = cds_start == 0;
            let from_five = match strand {
                Strand::Forward => boundary.checked_sub(exon.start)?,
                Strand::Reverse => exon.end.checked_sub(boundary)?,
            };
            if from_five > exon.length_bp() {
                return None;
            }
            let skipped = if leads { untranslated_bp } else { 0 };
            let within = from_five.checked_sub(skipped)?;
            (within <= coding_bp).then_some(cds_start + within)
        })
    }

    /// The genomic bases (0-based positions, in the order of transcription) of the codon with this 1-based number.
    pub fn codon_bases(&self, codon: u32, strand: Strand) -> Option<[u32; 3]> {
        let first = codon.checked_sub(1)? * 3;
        let mut bases = [0; 3];
        for (slot, offset) in bases.iter_mut().zip(first..) {
            *slot = self.cds_base(offset, strand)?;
        }
        Some(bases)
    }

    /// The genomic base (0-based position) at this offset of the coding sequence.
    pub fn cds_base(&self, offset: u32, strand: Strand) -> Option<u32> {
        self.exons.iter().find_map(|exon| {
            let (cds_start, cds_end) = exon.cds?;
            if !(cds_start..cds_end).contains(&offset) {
                return None;
            }
            let untranslated_bp = exon.length_bp() - (cds_end - cds_start);
            let skipped = if cds_start == 0 { untranslated_bp } else { 0 };
            let from_five = offset - cds_start + skipped;
            Some(match strand {
                Strand::Forward => exon.start + from_five,
                Strand::Reverse => exon.end - 1 - from_five,
            })
        })
    }

    /// Distance in spliced bases between two boundaries of this transcript; `None` when one of them is not on an exon.
    pub fn spliced_distance(&self, x: u32, y: u32) -> Option<u32> {
        let (low, high) = (x.min(y), x.max(y));
        let on_exon = |boundary: u32| self.exons.iter().any(|exon| exon.start <= boundary && boundary <= exon.end);
        if !on_exon(low) || !on_exon(high) {
            return None;
        }
        Some(self.exons.iter().map(|exon| exon.end.min(high).saturating_sub(exon.start.max(low))).sum())
    }
}

impl Gene {
    /// The contig of the gene.
    pub fn contig(&self) -> ContigId {
        self.span.contig
    }
}
