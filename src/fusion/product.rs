//! The transcript and the protein of a fusion.
//!
//! ```text
//!   5' exons up to the end | linker | 3' exons from the start        transcript
//!     ATG ---------------- | ------ | --------------- stop           protein
//! ```

use crate::genome::{Interval, Side};
use crate::model::{Role, Site};
use crate::sequence::translate_codon;

use super::name::{exon_at, in_direction, PartnerEnd};

/// Residues that are shown on either side of the junction.
const SHOWN_RESIDUES: usize = 10;

/// A fusion transcript and what it is translated to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// Bases of the transcript.
    pub transcript: Vec<u8>,
    /// Bases of the 5' partner in it.
    pub five_bp: usize,
    /// Bases between the partners in it.
    pub linker_bp: usize,
    /// Where translation starts in the transcript, where a start codon is kept.
    pub start: Option<usize>,
    /// Residues from the start to the stop codon (which is not among them) or to the end of the transcript.
    pub protein: String,
    /// Where the stop codon begins in the transcript, if there is one in this frame.
    pub stop: Option<usize>,
    /// First base of the 3' gene's start codon in the transcript, where it is kept.
    pub own_start: Option<usize>,
    /// Bases of the 3' gene's coding sequence that the fusion lacks.
    missing_bp: Option<usize>,
}

impl Product {
    /// Joins the exons that both partners keep; `None` where not all bases are known.
    pub fn join(
        five: PartnerEnd<'_>,
        three: PartnerEnd<'_>,
        linker: &[u8],
        spliced: bool,
        bases: &dyn Fn(Interval) -> Vec<u8>,
    ) -> Option<Self> {
        let mut transcript = kept_bases(five, Role::Five, spliced, bases)?;
        let five_bp = transcript.len();
        transcript.extend_from_slice(linker);
        let three_bases = kept_bases(three, Role::Three, spliced, bases)?;
        let three_at = transcript.len();
        transcript.extend_from_slice(&three_bases);
        let start_of = |end: PartnerEnd<'_>| {
            let (model, strand) = (end.0.transcript.as_ref()?, end.0.strand?);
            model.spliced_offset(model.cds_base(0, strand)?, strand).map(|offset| offset as usize)
        };
        let whole_bp = |end: PartnerEnd<'_>| {
            end.0.transcript.as_ref().map(|model| model.exons.iter().map(|exon| exon.length_bp() as usize).sum::<usize>())
        };
        let lost_bp = whole_bp(three)?.checked_sub(three_bases.len())?;
        let three_start = start_of(three);
        let own_start = three_start.and_then(|start| start.checked_sub(lost_bp)).map(|start| three_at + start);
        let missing_bp = three_start.map(|start| lost_bp.saturating_sub(start));
        let start = start_of(five).filter(|start| start + 3 <= five_bp).or(own_start);
        let mut product = Self { transcript, five_bp, linker_bp: linker.len(), start, own_start, missing_bp, ..Self::default() };
        product.translate();
        Some(product)
    }

    fn translate(&mut self) {
        let Some(start) = self.start else { return };
        for (index, codon) in self.transcript[start.min(self.transcript.len())..].chunks_exact(3).enumerate() {
            match translate_codon(codon) {
                Some(b'*') => {
                    self.stop = Some(start + 3 * index);
                    return;
                }
                residue => self.protein.push(residue.map_or('X', char::from)),
            }
        }
    }

    /// Whether translation stops before a residue of the 3' gene; `None` without a start codon or where the residue is lost.
    pub fn stops_before(&self, residue: u32) -> Option<bool> {
        self.start?;
        let within = (residue as usize - 1) * 3;
        let at = self.five_bp
            + self.linker_bp
            + within.checked_sub(self.missing_bp?)?
            + self.own_start.map_or(0, |own| own - self.five_bp - self.linker_bp);
        Some(self.stop.is_some_and(|stop| stop < at))
    }

    /// Residues round the end of the 5' partner, `|` at it; the residue whose codon it cuts follows in lower case.
    pub fn peptide(&self) -> Option<String> {
        let start = self.start.filter(|&start| start < self.five_bp)?;
        peptide_over(&self.transcript[..self.five_bp], &self.transcript[self.five_bp..], self.five_bp - start)
    }
}

/// Residues round a junction so many coding bases behind the start of `protein`.
pub fn peptide(protein: &str, before_bp: usize) -> Option<String> {
    let whole = before_bp / 3;
    let (left, right) = (protein.get(..whole)?, protein.get(whole..)?);
    let left = &left[left.len().saturating_sub(SHOWN_RESIDUES)..];
    let mut right: String = right.chars().take(SHOWN_RESIDUES).collect();
    if !before_bp.is_multiple_of(3) && !right.is_empty() {
        right[..1].make_ascii_lowercase();
    }
    Some(format!("{left}|{right}"))
}

/// The peptide round a junction by the bases over it, of which the left part ends `before_bp` coding bases behind the start codon.
/// Nothing where the bases end before a codon is complete on each side.
pub fn peptide_over(left: &[u8], right: &[u8], before_bp: usize) -> Option<String> {
    // What the reads show of the untranslated part, or of a codon of which they lack the beginning, is passed over.
    let skipped = match before_bp.checked_sub(left.len()) {
        Some(unseen) => (3 - unseen % 3) % 3,
        None => left.len() - before_bp,
    };
    // Whole codons further away than what is shown are left out too.
    let skipped = skipped + left.len().saturating_sub(skipped).saturating_sub(3 * SHOWN_RESIDUES + 2) / 3 * 3;
    let shown = right.len().min(3 * SHOWN_RESIDUES + 3);
    let bases: Vec<u8> = left.get(skipped..)?.iter().chain(&right[..shown]).copied().collect();
    let protein: String = bases.chunks_exact(3).map(|codon| translate_codon(codon).map_or('X', char::from)).collect();
    // Translation ends at a stop codon beyond the junction.
    let from = (left.len() - skipped) / 3;
    let stop = protein.bytes().skip(from).position(|residue| residue == b'*').map_or(protein.len(), |at| from + at + 1);
    let found = peptide(protein.get(..stop)?, left.len() - skipped)?;
    (found.len() >= 3).then_some(found)
}

/// Whether a stop codon lies in or over the last `linker_bp` bases of a left part that ends `before_bp` coding bases behind the start codon.
pub fn stops_at_end(left: &[u8], right: &[u8], before_bp: usize, linker_bp: usize) -> bool {
    let skipped = match before_bp.checked_sub(left.len()) {
        Some(unseen) => (3 - unseen % 3) % 3,
        None => left.len() - before_bp,
    };
    let bases: Vec<u8> = left.iter().chain(right.iter().take(2)).copied().collect();
    let from = left.len().saturating_sub(linker_bp + 2);
    let codons = bases.get(skipped..).unwrap_or_default().chunks_exact(3).zip((skipped..).step_by(3));
    codons.filter(|(_, at)| (from..left.len()).contains(at)).any(|(codon, _)| translate_codon(codon) == Some(b'*'))
}

/// The bases that a gene gives to the transcript: its exons up to or from the junction, as they lie in RNA, whole ones for DNA.
fn kept_bases((gene, partner): PartnerEnd<'_>, role: Role, spliced: bool, bases: &dyn Fn(Interval) -> Vec<u8>) -> Option<Vec<u8>> {
    let (transcript, strand) = (gene.transcript.as_ref()?, gene.strand?);
    let number = exon_at(partner.site, role)?;
    let mut found = Vec::new();
    for exon in &transcript.exons {
        let kept = match role {
            Role::Five => exon.number <= number,
            Role::Three => exon.number >= number,
        };
        if !kept {
            continue;
        }
        let mut interval = Interval { contig: gene.contig(), start: exon.start, end: exon.end };
        if exon.number == number && spliced && matches!(partner.site, Some(Site::Exon { .. })) {
            match role.side(strand) {
                Side::Lower => interval.end = partner.breakend.boundary,
                Side::Higher => interval.start = partner.breakend.boundary,
            }
        }
        found.extend(in_direction(gene, interval, bases)?);
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codon_that_the_junction_cuts_is_written_small_behind_it() {
        assert_eq!(peptide("MKLVN", 6).as_deref(), Some("MK|LVN"));
        assert_eq!(peptide("MKLVN", 7).as_deref(), Some("MK|lVN"));
        assert_eq!(peptide("MK", 9), None);
    }

    #[test]
    fn a_stop_codon_among_the_bases_between_is_found_in_the_frame_of_the_5_partner() {
        // Seven coding bases of an exon, of which five are seen, and six of its intron: G AAA T|GT AAG T
        let left = b"GAAATGTAAGT";
        assert!(!stops_at_end(left, b"GCAAA", 13, 6), "TGT AAG TGC");
        assert!(stops_at_end(left, b"GCAAA", 14, 6), "GTA is none, TAA is: ATG TAA");
        assert!(!stops_at_end(b"TAAAAGCAGCA", b"GC", 11, 3), "a stop before the bases between is the exon's own and is not read");
        assert!(stops_at_end(b"AAAAAGT", b"GACC", 7, 1), "TGA over the joint");
    }

    #[test]
    fn reads_give_the_peptide_in_the_frame_of_the_5_partner() {
        // Seven coding bases lie before the junction, of which the reads show five: G AAA T|CA ...
        assert_eq!(peptide_over(b"GAAAT", b"CAGTTAAT", 7).as_deref(), Some("K|sVN"));
        assert_eq!(peptide_over(b"GAAAT", b"AAGTTAAT", 7).as_deref(), Some("K|*"));
        assert_eq!(peptide_over(b"CCATGAAA", b"GTTAAT", 6).as_deref(), Some("MK|VN"));
    }
}
