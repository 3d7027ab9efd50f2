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
    /// Untranslated bases of the exon before its coding part, in the direction of the transcript; 0 where `cds` is `None`.
    pub lead_bp: u32,
}

impl Exon {
    /// An exon whose untranslated bases, if it has any beside its coding part, lie where most transcripts have them: before the
    /// coding part when the coding sequence starts here, behind it otherwise. Set [`Exon::lead_bp`] where the source says more.
    pub fn new(number: u32, start: u32, end: u32, cds: Option<(u32, u32)>) -> Self {
        let lead_bp = match cds {
            Some((0, cds_end)) => (end - start).saturating_sub(cds_end),
            _ => 0,
        };
        Self { number, start, end, cds, lead_bp }
    }

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
    /// Identifier of the one of these transcripts that a user's GTF tags as MANE Select.
    pub mane_select: Option<String>,
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

impl Site {
    /// Whether a splice begins or ends here: on an exon, at its edge.
    pub fn is_splice_edge(self) -> bool {
        matches!(self, Self::Exon { offset_bp: 0, .. })
    }
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

    /// The role of the other partner.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Five => Self::Three,
            Self::Three => Self::Five,
        }
    }

    /// The strand along which a molecule reads the kept `side` in this role, whether or not a gene lies there, or which way it points.
    pub fn strand(self, side: Side) -> Strand {
        if Self::of(Strand::Forward, side) == self {
            Strand::Forward
        } else {
            Strand::Reverse
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

#[cfg(test)]
impl Gene {
    /// A gene with these exons, given from the lowest on, numbered along the strand; nothing of it is coding.
    pub fn made_up(symbol: &str, contig: u32, strand: Strand, exons: &[(u32, u32)]) -> Self {
        let contig = ContigId(contig);
        let (start, end) = (exons[0].0, exons[exons.len() - 1].1);
        let mut places = exons.to_vec();
        if strand == Strand::Reverse {
            places.reverse();
        }
        let exons = places.into_iter().zip(1..).map(|((start, end), number)| Exon::new(number, start, end, None)).collect();
        Self {
            symbol: symbol.to_owned(),
            span: Interval { contig, start, end },
            strand: Some(strand),
            transcript: Some(Transcript { id: symbol.to_owned(), refseq: None, exons, cds_length_bp: None }),
            alternatives: Vec::new(),
            mane_select: None,
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
            let from_five = match strand {
                Strand::Forward => boundary.checked_sub(exon.start)?,
                Strand::Reverse => exon.end.checked_sub(boundary)?,
            };
            if from_five > exon.length_bp() {
                return None;
            }
            let within = from_five.checked_sub(exon.lead_bp)?;
            (within <= coding_bp).then_some(cds_start + within)
        })
    }

    /// The number of coding bases upstream of a boundary, wherever along the gene it lies; `None` where no coding sequence is known.
    pub fn coding_before(&self, boundary: u32, strand: Strand) -> Option<u32> {
        self.cds_length_bp?;
        let upstream = |exon: &Exon| {
            let (from, to) = exon.cds?;
            let (start, end) = match strand {
                Strand::Forward => (exon.start + exon.lead_bp, boundary),
                Strand::Reverse => (boundary, exon.end - exon.lead_bp),
            };
            Some(end.saturating_sub(start).min(to - from))
        };
        Some(self.exons.iter().filter_map(upstream).sum())
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
            let from_five = offset - cds_start + exon.lead_bp;
            Some(match strand {
                Strand::Forward => exon.start + from_five,
                Strand::Reverse => exon.end - 1 - from_five,
            })
        })
    }

    /// The position of a genomic base (0-based) as HGVS writes it on RNA: counted from the first base of the start codon, `-n`
    /// before it, `*n` behind the stop codon. `None` in introns, beside the transcript, or where no coding sequence is known.
    ///
    /// Source: HGVS recommendations, numbering: `r.` follows the `c.` numbering of the coding sequence.
    pub fn hgvs_position(&self, base: u32, strand: Strand) -> Option<String> {
        let at = self.spliced_offset(base, strand)?;
        let start = self.spliced_offset(self.cds_base(0, strand)?, strand)?;
        let stop = self.spliced_offset(self.cds_base(self.cds_length_bp?.checked_sub(1)?, strand)?, strand)?;
        Some(if at < start {
            format!("-{}", start - at)
        } else if at > stop {
            format!("*{}", at - stop)
        } else {
            (at - start + 1).to_string()
        })
    }

    /// The same, and bases of introns by the nearer exon: `3604-5`, `3082+1`. `None` outside of the transcript.
    pub fn hgvs_genomic_position(&self, base: u32, strand: Strand) -> Option<String> {
        let inner = |exon: &Exon| {
            let edge = base.clamp(exon.start, exon.end - 1);
            (base.abs_diff(edge), edge)
        };
        let (start, end) = (self.exons.iter().map(|exon| exon.start).min()?, self.exons.iter().map(|exon| exon.end).max()?);
        // Of two equally near the one before it in transcription.
        let first = |edge: u32| if strand == Strand::Forward { edge } else { u32::MAX - edge };
        let (distance, edge) = self.exons.iter().map(inner).min_by_key(|&(distance, edge)| (distance, first(edge)))?;
        let name = self.hgvs_position(edge, strand).filter(|_| (start..end).contains(&base))?;
        let sign = if (base > edge) == (strand == Strand::Forward) { '+' } else { '-' };
        Some(if distance == 0 { name } else { format!("{name}{sign}{distance}") })
    }

    /// The splice sites (two bases of the intron beside an exon) of which a stretch of the genome takes bases: `acceptor of exon 23`, in
    /// the order of transcription.
    pub fn splice_sites_in(&self, start: u32, end: u32, strand: Strand) -> Vec<String> {
        let mut list = Vec::new();
        for (at, exon) in self.exons.iter().enumerate() {
            let (below, above) = ((exon.start.saturating_sub(2), exon.start), (exon.end, exon.end + 2));
            let (acceptor, donor) = if strand == Strand::Forward { (below, above) } else { (above, below) };
            for (site, name, is_there) in [(acceptor, "acceptor", at > 0), (donor, "donor", at + 1 < self.exons.len())] {
                if is_there && site.0 < end && start < site.1 {
                    list.push(format!("{name} of exon {}", exon.number));
                }
            }
        }
        list
    }

    /// Bases of the spliced transcript before a genomic base (0-based); `None` where the base is on no exon.
    pub fn spliced_offset(&self, base: u32, strand: Strand) -> Option<u32> {
        let mut before = 0;
        for exon in &self.exons {
            if exon.start <= base && base < exon.end {
                return Some(match strand {
                    Strand::Forward => before + base - exon.start,
                    Strand::Reverse => before + exon.end - 1 - base,
                });
            }
            before += exon.length_bp();
        }
        None
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

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(exons: Vec<Exon>) -> Transcript {
        Transcript { id: "T".to_owned(), refseq: None, exons, cds_length_bp: None }
    }

    #[test]
    fn an_exon_with_untranslated_bases_at_both_ends_counts_from_its_start_codon() {
        let exon = Exon { number: 1, start: 100, end: 200, cds: Some((0, 30)), lead_bp: 20 };
        let model = transcript(vec![exon]);
        assert_eq!(model.cds_base(0, Strand::Forward), Some(120));
        assert_eq!(model.cds_base(0, Strand::Reverse), Some(179));
        assert_eq!(model.cds_offset(126, Strand::Forward), Some(6));
        assert_eq!(model.cds_offset(174, Strand::Reverse), Some(6));
        assert_eq!(model.cds_offset(110, Strand::Forward), None);
        assert_eq!(model.cds_offset(160, Strand::Forward), None);
    }

    #[test]
    fn a_codon_split_by_an_intron_has_bases_on_both_sides() {
        let model = transcript(vec![Exon::new(1, 300, 310, Some((0, 4))), Exon::new(2, 100, 120, Some((4, 24)))]);
        assert_eq!(model.codon_bases(2, Strand::Reverse), Some([300, 119, 118]));
        assert_eq!(model.codon_bases(1, Strand::Reverse), Some([303, 302, 301]));
    }

    #[test]
    fn positions_on_rna_count_from_the_start_codon_and_behind_the_stop_codon() {
        let first = Exon { number: 1, start: 100, end: 120, cds: Some((0, 10)), lead_bp: 10 };
        let last = Exon { number: 2, start: 200, end: 230, cds: Some((10, 15)), lead_bp: 0 };
        let model = Transcript { cds_length_bp: Some(15), ..transcript(vec![first, last]) };
        let position = |base| model.hgvs_position(base, Strand::Forward);
        let written: Vec<Option<String>> = [109, 110, 119, 200, 204, 205, 150].map(position).to_vec();
        assert_eq!(written, ["-1", "1", "10", "11", "15", "*1", ""].map(|text| Some(text.to_owned()).filter(|text| !text.is_empty())));
    }

    #[test]
    fn coding_bases_are_counted_up_to_any_place_along_the_gene() {
        let first = Exon { number: 1, start: 100, end: 120, cds: Some((0, 10)), lead_bp: 10 };
        let last = Exon { number: 2, start: 200, end: 230, cds: Some((10, 15)), lead_bp: 0 };
        let model = Transcript { cds_length_bp: Some(15), ..transcript(vec![first, last]) };
        let before = |boundary| model.coding_before(boundary, Strand::Forward);
        assert_eq!([50, 110, 115, 150, 203, 300].map(before), [0, 0, 5, 10, 13, 15].map(Some));
        // The same gene on the other strand.
        let first = Exon { start: 310, end: 330, ..first };
        let model = Transcript { exons: vec![first, last], ..model };
        let before = |boundary| model.coding_before(boundary, Strand::Reverse);
        assert_eq!([400, 320, 315, 250, 227, 100].map(before), [0, 0, 5, 10, 13, 15].map(Some));
        assert_eq!(transcript(Vec::new()).coding_before(5, Strand::Forward), None);
    }

    #[test]
    fn the_boundary_between_two_coding_exons_has_one_offset_from_either_side() {
        let model = transcript(vec![Exon::new(1, 100, 110, Some((0, 10))), Exon::new(2, 200, 230, Some((10, 40)))]);
        assert_eq!(model.cds_offset(110, Strand::Forward), Some(10));
        assert_eq!(model.cds_offset(200, Strand::Forward), Some(10));
        assert_eq!(model.site(110, Strand::Forward, Role::Five), Site::Exon { number: 1, offset_bp: 0 });
        assert_eq!(model.site(200, Strand::Forward, Role::Three), Site::Exon { number: 2, offset_bp: 0 });
        assert_eq!(model.site(150, Strand::Forward, Role::Three), Site::Intron { after: 1 });
    }
}
