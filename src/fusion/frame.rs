//! The reading frame across the junction, and what becomes of the kinase domain.

use crate::genome::{Breakend, Strand};
use crate::knowledge::ProteinDomain;
use crate::model::all_genes::no_frame;
use crate::model::{Gene, Role, Site, Transcript};

use super::name::MAX_RETAINED_BP;
use super::{Frame, KinaseDomain, Material};

/// Kinase domains by codon of the literature's transcript (first and last residue).
/// Source: UniProt Q9UM73-1 (ALK), P08922 (ROS1), P04629-1 (NTRK1), Q16620-4 (NTRK2), Q16288-3 (NTRK3).
const KINASE_DOMAINS: [(&str, u32, u32); 5] =
    [("ALK", 1116, 1392), ("ROS1", 1945, 2222), ("NTRK1", 510, 781), ("NTRK2", 554, 823), ("NTRK3", 538, 825)];

/// The first glycine of the loop that holds ATP (`GxGxxG`), by codon of the literature's transcript: without the loop no kinase works. The
/// ends of a domain in databases are uncertain by several residues, so a break before it leaves the kinase whole.
/// Source: UniProt's nucleotide binding regions, which begin one residue before: ALK 1122-1130 (Q9UM73), ROS1 1951-1959 (P08922), NTRK1
/// 516-524 (P04629), NTRK2 544-552 (Q16620-1, 16 more on -4), NTRK3 544-552 (Q16288). Checked against translated GRCh38: the motif is
/// `GLGHGAFGEVY` (ALK), `GSGAFGEVY` (ROS1), `GEGAFGKVF` (NTRK1, NTRK3) there; of NTRK2 the residues before it, which lie as in NTRK1 and NTRK3.
const FIRST_GLYCINES: [(&str, u32); 5] = [("ALK", 1123), ("ROS1", 1952), ("NTRK1", 517), ("NTRK2", 561), ("NTRK3", 545)];

/// The first codon that a working kinase needs, on the literature's transcript.
pub fn first_needed_codon(symbol: &str) -> Option<u32> {
    FIRST_GLYCINES.iter().find(|(gene, _)| *gene == symbol).map(|(_, codon)| *codon)
}

/// Codons of a kinase's domain on the literature's transcript.
pub fn kinase_domain_codons(symbol: &str) -> Option<(u32, u32)> {
    KINASE_DOMAINS.iter().find(|(gene, _, _)| *gene == symbol).map(|(_, first, last)| (*first, *last))
}

/// Coding bases before the junction on one side: for the 5' partner those that are translated up to it, for the 3' partner those
/// of the normal transcript that the fusion lacks. Negative where the 3' partner brings bases of an intron or its 5' untranslated
/// part along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodingOffset {
    /// Offset into the coding sequence.
    At(i64),
    /// Cannot be said, and why.
    Unknown(&'static str),
}

/// The coding offset of a gene's end in a fusion transcript: as it lies for RNA, at the exon edge that a splice will use for DNA.
pub fn coding_offset(gene: &Gene, end: Breakend, site: Option<Site>, role: Role, material: Material) -> CodingOffset {
    let (Some(strand), Some(transcript)) = (gene.strand, gene.transcript.as_ref()) else { return CodingOffset::Unknown("no exon model") };
    if transcript.exons.iter().all(|exon| exon.cds.is_none()) {
        return CodingOffset::Unknown(no_frame(&transcript.id).unwrap_or("no coding sequence"));
    }
    let edge = |number: u32| transcript.splice_edge(number, strand, role).and_then(|boundary| transcript.cds_offset(boundary, strand));
    let offset = match (site, role, material) {
        (Some(Site::Exon { .. }), _, Material::Rna) => transcript.cds_offset(end.boundary, strand),
        (Some(Site::Exon { .. }), _, Material::Dna) => return CodingOffset::Unknown("break within an exon"),
        (Some(Site::Intron { after }), Role::Five, Material::Dna) => edge(after),
        (Some(Site::Intron { after }), Role::Three, Material::Dna) => edge(after + 1),
        (Some(Site::Intron { after }), Role::Five, Material::Rna) => {
            // The transcript goes on behind its exon: the intron's first bases are translated too. Farther within, an exon of its own is
            // likelier than so much intron, and its start is not known.
            let kept_bp = transcript.splice_edge(after, strand, role).map(|edge| edge.abs_diff(end.boundary));
            let Some(kept_bp) = kept_bp.filter(|&kept_bp| kept_bp <= MAX_RETAINED_BP) else { return CodingOffset::Unknown(IN_INTRON) };
            return match edge(after) {
                Some(offset @ 1..) => CodingOffset::At(i64::from(offset + kept_bp)),
                None if is_behind_coding(transcript, end.boundary, strand) => CodingOffset::Unknown("behind the stop codon"),
                Some(0) | None => CodingOffset::Unknown(UNTRANSLATED_5),
            };
        }
        (Some(Site::Intron { after }), Role::Three, Material::Rna) => {
            // The rest of the intron is kept and read through into the next exon.
            let Some(start) = transcript.splice_edge(after + 1, strand, role) else {
                return CodingOffset::Unknown("no exon after the junction");
            };
            let kept = i64::from(start.abs_diff(end.boundary));
            return match transcript.cds_offset(start, strand) {
                Some(offset) => CodingOffset::At(i64::from(offset) - kept),
                None => CodingOffset::Unknown("untranslated region"),
            };
        }
        _ => return CodingOffset::Unknown("junction outside of the transcript"),
    };
    match offset {
        Some(0) if role == Role::Five => CodingOffset::Unknown(UNTRANSLATED_5),
        Some(offset) if transcript.cds_length_bp.is_some_and(|length| offset + STOP_CODON_BP > length) => {
            CodingOffset::Unknown("behind the stop codon")
        }
        Some(offset) => CodingOffset::At(i64::from(offset)),
        None if is_behind_coding(transcript, end.boundary, strand) => CodingOffset::Unknown("behind the stop codon"),
        None => CodingOffset::Unknown(UNTRANSLATED_5),
    }
}

/// Why an offset is not known: the 5' partner's end lies too far within an intron.
const IN_INTRON: &str = "junction in an intron of the 5' partner";
/// Why an offset is not known: the gene breaks before its start codon.
pub const UNTRANSLATED_5: &str = "5' untranslated region";
/// A promoter swap with the kinase's whole coding sequence.
const OWN_START: &str = "promoter swap, the start codon is the kinase's own";
/// A promoter swap that keeps neither start codon.
const NO_START: &str = "promoter swap, neither start codon is kept";

/// Length of the stop codon, which ends a coding sequence.
const STOP_CODON_BP: u32 = 3;

/// Whether a boundary that is not coding lies behind the start codon, and so behind the coding part.
fn is_behind_coding(transcript: &Transcript, boundary: u32, strand: Strand) -> bool {
    let first_coding = transcript.exons.iter().find(|exon| exon.cds.is_some());
    first_coding.is_some_and(|exon| match strand {
        Strand::Forward => boundary > exon.start + exon.lead_bp,
        Strand::Reverse => boundary + exon.lead_bp < exon.end,
    })
}

/// The frame of a 5' partner that is translated up to `five`, `insertion_bp` bases, and a 3' partner from `three` on.
pub fn frame(five: CodingOffset, insertion_bp: u32, three: CodingOffset, reported: bool) -> Frame {
    match (five, three) {
        (CodingOffset::At(five), CodingOffset::At(three)) => {
            if (five + i64::from(insertion_bp) - three).rem_euclid(3) == 0 {
                Frame::InFrame
            } else {
                Frame::OutOfFrame
            }
        }
        _ if reported => Frame::InFrameReported,
        // Nothing of the 5' partner is translated: the kinase's own start codon decides, if it is there.
        (CodingOffset::Unknown(UNTRANSLATED_5), CodingOffset::Unknown(UNTRANSLATED_5)) => Frame::Unknown(OWN_START),
        (CodingOffset::Unknown(UNTRANSLATED_5), CodingOffset::At(three)) => Frame::Unknown(if three <= 0 { OWN_START } else { NO_START }),
        (CodingOffset::Unknown(why), _) | (_, CodingOffset::Unknown(why)) => Frame::Unknown(why),
    }
}

/// Last residues of a domain of databases that a kinase works without, where it is the 5' partner: `FGFR3::TACC3` keeps all but four.
const SPARE_LAST_CODONS: u32 = 10;

/// What a fusion keeps of the kinase domain: all that matters of it where it begins before the loop that holds ATP, or, of a kinase that is
/// the 5' partner, ends behind nearly all of the domain. `None` for a gene without a domain in the tables.
pub fn kinase_domain(gene: &Gene, end: Breakend, role: Role, domain: Option<&ProteinDomain>) -> Option<KinaseDomain> {
    let domain = domain?;
    if role != domain.keeps {
        return Some(KinaseDomain::Lost);
    }
    let (strand, transcript) = (gene.strand?, gene.transcript.as_ref()?);
    let first = first_needed_codon(&gene.symbol).unwrap_or(domain.first);
    let last = if role == Role::Five { domain.last.saturating_sub(SPARE_LAST_CODONS) } else { domain.last };
    let start = transcript.cds_base((first - 1) * 3, strand)?;
    let stop = transcript.cds_base(last * 3 - 1, strand)?;
    // Genomic order along the gene decides; the break is before the first base, behind the last, or between.
    let before = |base: u32| match strand {
        Strand::Forward => end.boundary <= base,
        Strand::Reverse => end.boundary > base,
    };
    Some(match (before(start), before(stop), role) {
        (true, _, Role::Three) | (_, false, Role::Five) => KinaseDomain::Retained,
        (false, true, _) => KinaseDomain::Partial,
        (_, false, Role::Three) | (true, _, Role::Five) => KinaseDomain::Lost,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{Assembly, Contigs};
    use crate::knowledge::Knowledge;
    use crate::model::all_genes::AllGenes;
    use crate::model::index::GeneModels;

    #[test]
    fn a_kinase_is_kept_up_to_the_loop_that_holds_atp_and_cut_behind_its_first_glycine() {
        let models = GeneModels::builtin(Assembly::Grch38, &Contigs::chromosomes());
        let knowledge = Knowledge::builtin();
        for (symbol, (first, last)) in KINASE_DOMAINS.map(|(symbol, first, last)| (symbol, (first, last))) {
            let gene = models.find(symbol).expect("a kinase has a model");
            let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("and exons");
            let side = Role::Three.side(strand);
            // Keeps the coding sequence from this base on.
            let from = |offset: u32| {
                let base = transcript.cds_base(offset, strand).expect("a coding base");
                let end = Breakend::new(gene.contig(), base + u32::from(strand == Strand::Reverse), side);
                kinase_domain(gene, end, Role::Three, knowledge.kinase_domain(symbol))
            };
            let needed = first_needed_codon(symbol).expect("a kinase has the loop");
            assert!((first..first + 10).contains(&needed), "{symbol}: the loop begins a few residues behind the domain's end");
            assert_eq!(from((first - 1) * 3), Some(KinaseDomain::Retained), "{symbol}");
            assert_eq!(from((needed - 1) * 3), Some(KinaseDomain::Retained), "{symbol}");
            assert_eq!(from((needed - 1) * 3 + 1), Some(KinaseDomain::Partial), "{symbol}");
            assert_eq!(from(last * 3), Some(KinaseDomain::Lost), "{symbol}");
        }
        // 39 bases within exon 15 of NTRK3: four residues of the domain's range are missing.
        let ntrk3 = models.find("NTRK3").expect("a kinase has a model");
        let (transcript, strand) = ntrk3.transcript.as_ref().zip(ntrk3.strand).expect("and exons");
        let edge = transcript.splice_edge(15, strand, Role::Three).expect("exon 15");
        let end = Breakend::new(ntrk3.contig(), edge, Role::Three.side(strand)).extended(-39);
        assert_eq!(kinase_domain(ntrk3, end, Role::Three, knowledge.kinase_domain("NTRK3")), Some(KinaseDomain::Retained));
    }

    #[test]
    fn a_kinase_that_is_the_5_partner_is_kept_by_the_end_behind_its_domain() {
        let all = AllGenes::new(Assembly::Grch38, &Contigs::chromosomes());
        let fgfr3 = all.iter().find(|gene| gene.symbol == "FGFR3").expect("a protein-coding gene");
        let (transcript, strand) = fgfr3.transcript.as_ref().zip(fgfr3.strand).expect("with exons");
        let knowledge = Knowledge::builtin();
        let keeps = |exon: u32, role: Role| {
            let edge = transcript.splice_edge(exon, strand, role).expect("an exon of its own");
            kinase_domain(fgfr3, Breakend::new(fgfr3.contig(), edge, role.side(strand)), role, knowledge.kinase_domain("FGFR3"))
        };
        // `FGFR3::TACC3` leaves behind exon 17 of 18.
        let five = [8, 12, 17].map(|exon| keeps(exon, Role::Five));
        assert_eq!(five, [KinaseDomain::Lost, KinaseDomain::Partial, KinaseDomain::Retained].map(Some));
        assert_eq!(keeps(5, Role::Three), Some(KinaseDomain::Lost), "what is behind it is the reciprocal");
        assert_eq!(kinase_domain(fgfr3, Breakend::new(fgfr3.contig(), 1, Role::Five.side(strand)), Role::Five, None), None);
    }

    #[test]
    fn intron_that_a_transcript_keeps_behind_its_exon_is_translated_with_it() {
        let models = GeneModels::builtin(Assembly::Grch38, &Contigs::chromosomes());
        let alk = models.find("ALK").expect("a kinase has a model");
        let edge = |gene: &Gene, number: u32, role: Role| {
            let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("a curated gene has exons");
            let boundary = transcript.splice_edge(number, strand, role).expect("an exon of its own");
            Breakend::new(gene.contig(), boundary, role.side(strand))
        };
        let offset = |gene: &Gene, end: Breakend, role: Role| {
            let (transcript, strand) = gene.transcript.as_ref().zip(gene.strand).expect("a curated gene has exons");
            coding_offset(gene, end, Some(transcript.site(end.boundary, strand, role)), role, Material::Rna)
        };
        let kinase = offset(alk, edge(alk, 20, Role::Three), Role::Three);
        // EML4 lies on the forward strand, CCDC6 and TFG end in phases of their own.
        for (symbol, number) in [("EML4", 13), ("CCDC6", 5), ("TFG", 4)] {
            let gene = models.find(symbol).expect("a curated gene");
            let end = edge(gene, number, Role::Five);
            let CodingOffset::At(before) = offset(gene, end, Role::Five) else { panic!("{symbol} exon {number} is coding") };
            for kept_bp in [1, 59, 60, 61, 200] {
                let kept = offset(gene, end.extended(kept_bp), Role::Five);
                assert_eq!(kept, CodingOffset::At(before + kept_bp), "{symbol} {kept_bp}");
                assert_eq!(frame(kept, 0, kinase, false), frame(CodingOffset::At(before), kept_bp as u32, kinase, false));
            }
            assert_eq!(offset(gene, end.extended(201), Role::Five), CodingOffset::Unknown(IN_INTRON), "{symbol}");
        }
        assert_eq!(
            offset(alk, edge(alk, 29, Role::Five).extended(10), Role::Five),
            CodingOffset::Unknown("junction outside of the transcript")
        );
    }

    #[test]
    fn a_promoter_swap_says_whose_start_codon_is_left() {
        let (untranslated, at) = (CodingOffset::Unknown(UNTRANSLATED_5), CodingOffset::At);
        let text = |three: CodingOffset| frame(untranslated, 0, three, false).text();
        for whole in [untranslated, at(0), at(-12)] {
            assert_eq!(text(whole), "unknown:promoter swap, the start codon is the kinase's own");
        }
        assert_eq!(text(at(3_172)), "unknown:promoter swap, neither start codon is kept");
        assert_eq!(frame(untranslated, 0, at(3_172), true), Frame::InFrameReported);
        assert_eq!(frame(at(10), 0, untranslated, false), Frame::Unknown(UNTRANSLATED_5));
    }
}
