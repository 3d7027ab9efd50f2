//! Inserted bases that belong to one of the two genes. If a break lies inside of a short exon, or behind one, an aligner finds only the
//! next exon and leaves the short piece between as an insertion; aligners of long reads may also end early within an exon.
//!
//! ```text
//!   partner ====|iiii|====exon 16==== kinase          iiii = the end of exon 15:
//!   partner ====|####|====exon 16==== kinase          the break lies within exon 15
//! ```

use crate::genome::{Breakend, Interval, Side};
use crate::model::{Gene, Role};
use crate::sequence::{fewest_edits_of_all, reverse_complement};

use super::candidate::{Candidate, EvidenceKind};
use super::realign::Bases;

/// Fewest bases that tell an exon's end from chance: inserted bases are those of the one exon that comes next in four thousand times less
/// often, and breaks near an exon's end are not so much rarer than insertions of that length. Aligners find no splice over fewer than
/// about ten.
const MIN_BP: usize = 6;
/// The same of long reads, whose errors make more bases alike: ten with an error are by chance one in some ten thousand.
const MIN_LONG_BP: usize = 10;
/// Fewest bases of whole exons behind which others may be inserted: so many, with an error, are an exon's by chance once in some hundred
/// thousand insertions.
const MIN_WHOLE_BP: usize = 12;
/// One mismatch is allowed for this many bases.
const BP_PER_MISMATCH: usize = 10;
/// In long reads one substitution, insertion or deletion is allowed for this many bases.
const BP_PER_EDIT: usize = 8;
/// So few bases of long reads behind an exon are errors.
const MAX_ERROR_BP: usize = 2;

/// An end that keeps more, and how many of the bases beyond the former one are now its own.
pub type ExtendedEnd = (Breakend, usize);

/// The end of `gene` that keeps, beyond `end`, what `outward` spells, read away from what is kept: the rest of its exon, where that is not
/// kept whole, and the exons behind it. All of these bases are the gene's, or, where whole exons are, what is left was inserted. Long
/// reads do not keep step with the gene (`in_step`).
pub fn keeping(gene: &Gene, end: Breakend, outward: &[u8], bases: &Bases<'_>, in_step: bool) -> Option<ExtendedEnd> {
    if outward.len() < if in_step { MIN_BP } else { MIN_LONG_BP } {
        return None;
    }
    let (strand, transcript) = (gene.strand?, gene.transcript.as_ref()?);
    let role = Role::of(strand, end.side);
    let last = end.kept_base().checked_sub(1)?;
    let mut exon = transcript.exons.iter().find(|exon| exon.start <= last && last < exon.end)?;
    let mut from = end.boundary;
    let mut whole: ExtendedEnd = (end, 0);
    let mut whole_bp = 0;
    loop {
        // If whole exons match, that is enough.
        let so_far = || (whole_bp >= MIN_WHOLE_BP).then_some(whole);
        let taken = whole.1;
        let left = &outward[taken..];
        let rest_bp = if end.side == Side::Lower { exon.end - from } else { from - exon.start } as usize;
        let stretch = |length: usize| match end.side {
            Side::Lower => Interval { contig: end.contig, start: from, end: from + length as u32 },
            Side::Higher => Interval { contig: end.contig, start: from - length as u32, end: from },
        };
        // Sequencing errors change the length of the inserted bases.
        let spare = if in_step { 0 } else { left.len() / BP_PER_EDIT + 1 };
        let here = stretch(rest_bp.min(left.len() + spare));
        let forward = bases(here);
        let known = if end.side == Side::Lower { forward } else { reverse_complement(&forward) };
        if known.len() != here.length_bp() as usize {
            return so_far();
        }
        let boundary_at = |length: usize| if end.side == Side::Lower { from + length as u32 } else { from - length as u32 };
        if rest_bp > left.len() {
            // Bases that end within this exon.
            if let Some(kept) = alike(&known, left, in_step) {
                return Some((Breakend { boundary: boundary_at(kept), ..end }, outward.len()));
            }
        }
        let Some(read) = alike(left, &known, in_step).filter(|_| known.len() == rest_bp) else {
            return so_far();
        };
        whole = (Breakend { boundary: boundary_at(rest_bp), ..end }, taken + read);
        whole_bp += rest_bp;
        let over = outward.len() - whole.1;
        if over == 0 || (!in_step && over <= MAX_ERROR_BP && whole_bp >= MIN_LONG_BP) {
            return Some((whole.0, outward.len()));
        }
        // Away from the kept exons: the 5' partner's next one, the 3' partner's one before.
        let next = if role == Role::Five { Some(exon.number + 1) } else { exon.number.checked_sub(1) };
        let Some(next) = next.and_then(|number| transcript.exon(number)) else {
            return if whole_bp >= MIN_WHOLE_BP { Some(whole) } else { None };
        };
        exon = next;
        from = if end.side == Side::Lower { exon.start } else { exon.end };
    }
}

/// How many first bases of `longer` are all of `shorter`, if with few errors.
pub(super) fn alike(longer: &[u8], shorter: &[u8], in_step: bool) -> Option<usize> {
    if in_step {
        let there = longer.get(..shorter.len())?;
        let unlike = there.iter().zip(shorter).filter(|(x, y)| x != y).count();
        return (unlike * BP_PER_MISMATCH <= shorter.len()).then_some(shorter.len());
    }
    let edits = fewest_edits_of_all(&longer[..longer.len().min(shorter.len() + shorter.len() / BP_PER_EDIT + 1)], shorter);
    let away = |read: usize| read.abs_diff(shorter.len());
    let (read, edits) = edits.into_iter().enumerate().min_by_key(|&(read, edits)| (edits, away(read)))?;
    (edits * BP_PER_EDIT <= shorter.len()).then_some(read)
}

/// The end that keeps, beyond the kinase's (`true`) or the partner's, what a stretch of bases spells.
pub type Keeping<'a> = dyn Fn(bool, Breakend, &[u8]) -> Option<ExtendedEnd> + 'a;

/// Gives the inserted bases of a junction to the gene whose exon they are, if it is one of the two.
pub fn settle(candidate: &mut Candidate, keeping: &Keeping<'_>) {
    let insertion = candidate.insertion.clone();
    if insertion.len() < MIN_BP || insertion.len() != candidate.insertion_bp as usize || candidate.slack_bp > 0 || candidate.unplaced {
        return;
    }
    let at_kinase = keeping(true, candidate.kinase, &insertion);
    let at_partner = keeping(false, candidate.partner, &reverse_complement(&insertion));
    let taken = |kept: Option<ExtendedEnd>| kept.map_or(0, |(_, taken)| taken);
    let (of_kinase, length) = match (taken(at_kinase), taken(at_partner)) {
        (kinase, partner) if kinase > partner => (true, kinase),
        (kinase, partner) if partner > kinase => (false, partner),
        // Inserted bases that fit neither gene, or both equally well, stay inserted.
        _ => return,
    };
    if let Some((end, _)) = at_kinase.filter(|_| of_kinase) {
        candidate.kinase = end;
        let moved: Vec<u8> = candidate.tail.drain(..length.min(candidate.tail.len())).collect();
        candidate.anchor.extend(moved);
        candidate.insertion.drain(..length);
    } else if let Some((end, _)) = at_partner {
        candidate.partner = end;
        candidate.insertion.truncate(insertion.len() - length);
    }
    let length = length as u32;
    candidate.insertion_bp -= length;
    // A clipped read was compared with the inserted bases too: those of the side that it leaves are no evidence of the other.
    for member in candidate.members.values_mut().filter(|member| member.kind != EvidenceKind::Pair) {
        let leaves_kinase = member.kinase_mapq > 0 || member.partner_mapq.is_none();
        match (of_kinase, leaves_kinase, member.kind) {
            (true, true, kind) => {
                member.kinase_bp += length;
                member.partner_bp = member.partner_bp.saturating_sub(if kind == EvidenceKind::Clip { length } else { 0 });
            }
            (false, false, EvidenceKind::Clip) => {
                member.kinase_bp = member.kinase_bp.saturating_sub(length);
                member.partner_bp += length;
            }
            (false, _, EvidenceKind::Split) => member.partner_bp += length,
            _ => {}
        }
        member.crossing_bp = member.shown_bp();
    }
    candidate.members.retain(|_, member| member.kind == EvidenceKind::Pair || member.shown_bp() > 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::read::FragmentId;
    use crate::genome::{ContigId, Strand};
    use crate::junction::candidate::Member;

    const GENOME: &[u8] = b"GATTACACCGTATGCATTGCAAGTCCTGAACGTTAGCATCGGATTCAGTACCGGCATACGAGTTCACCAGGTCCTTAGCAAGTCCA";

    fn bases(interval: Interval) -> Vec<u8> {
        GENOME[interval.start as usize..interval.end as usize].to_vec()
    }

    fn gene(strand: Strand) -> Gene {
        Gene::made_up("GENE", 0, strand, &[(5, 20), (30, 38), (60, 80)])
    }

    #[test]
    fn the_bases_of_the_next_exons_move_an_end_into_them_on_either_strand_and_in_either_role() {
        let end = |boundary, side| Breakend::new(ContigId(0), boundary, side);
        let kept =
            |strand, from: Breakend, outward: &[u8]| keeping(&gene(strand), from, outward, &bases, true).map(|(end, _)| end.boundary);
        let upwards = |from: usize, to: usize| GENOME[from..to].to_vec();
        let downwards = |from: usize, to: usize| reverse_complement(&GENOME[from..to]);
        // The flank above is kept: what lies beyond is read downwards.
        for strand in [Strand::Forward, Strand::Reverse] {
            assert_eq!(kept(strand, end(60, Side::Higher), &downwards(32, 38)), Some(32), "within the next exon");
            assert_eq!(kept(strand, end(60, Side::Higher), &downwards(30, 38)), Some(30), "all of it");
            let through = [downwards(30, 38), downwards(14, 20)].concat();
            assert_eq!(kept(strand, end(60, Side::Higher), &through), Some(14), "through it into the one behind");
            assert_eq!(kept(strand, end(20, Side::Lower), &upwards(30, 37)), Some(37));
            assert_eq!(kept(strand, end(20, Side::Lower), b"ACACACA"), None, "other bases");
            assert_eq!(kept(strand, end(12, Side::Lower), &upwards(12, 18)), Some(18), "the exon itself goes on");
            assert_eq!(kept(strand, end(12, Side::Lower), &[upwards(12, 20), upwards(30, 37)].concat()), Some(37), "and the next one");
            assert_eq!(kept(strand, end(72, Side::Higher), &downwards(62, 72)), Some(62));
            assert_eq!(kept(strand, end(12, Side::Lower), &upwards(30, 37)), None, "its rest is left out");
            assert_eq!(kept(strand, end(21, Side::Lower), &upwards(30, 37)), None, "no exon");
            assert_eq!(kept(strand, end(80, Side::Lower), b"GATTACA"), None, "no exon is left");
        }
    }

    #[test]
    fn behind_whole_exons_others_may_be_inserted_and_long_reads_have_errors() {
        let end = Breakend::new(ContigId(0), 60, Side::Higher);
        let exons = reverse_complement(&[&GENOME[5..20], &GENOME[30..38]].concat());
        let kept = |outward: &[u8], in_step| {
            keeping(&gene(Strand::Forward), end, outward, &bases, in_step).map(|(end, taken)| (end.boundary, taken))
        };
        assert_eq!(kept(&exons, true), Some((5, 23)));
        assert_eq!(kept(&[exons.as_slice(), b"TTTTT"].concat(), true), Some((5, 23)));
        assert_eq!(kept(&[&exons[..8], b"TTTTT"].concat(), true), None, "eight bases are any insertion's");
        let short = [&exons[..12], &exons[13..]].concat();
        assert_eq!((kept(&short, true), kept(&short, false)), (None, Some((5, 22))));
        assert_eq!(kept(&[short.as_slice(), b"TTTTT"].concat(), false), Some((5, 22)));
        assert_eq!(kept(&[&exons[..15], b"G", &exons[15..20]].concat(), false), Some((8, 21)), "within the second");
    }

    #[test]
    fn the_inserted_bases_go_to_the_side_that_has_them() {
        let junction = |insertion: &[u8]| Candidate {
            insertion: insertion.to_vec(),
            insertion_bp: insertion.len() as u32,
            tail: [insertion, b"ACTTGC"].concat(),
            anchor: b"CGGTGTAATC".to_vec(),
            ..Candidate::new(0, Breakend::new(ContigId(0), 60, Side::Higher), Breakend::new(ContigId(0), 20, Side::Lower))
        };
        let known = |_: bool, end: Breakend, outward: &[u8]| keeping(&gene(Strand::Forward), end, outward, &bases, true);
        let settled = |insertion: &[u8]| {
            let mut candidate = junction(insertion);
            settle(&mut candidate, &known);
            (candidate.kinase.boundary, candidate.partner.boundary, candidate.insertion_bp, candidate.tail.len())
        };
        let (below, inside) = (reverse_complement(&GENOME[26..38]), reverse_complement(&GENOME[33..38]));
        assert_eq!(settled(&reverse_complement(&[&GENOME[14..20], &GENOME[30..38]].concat())), (14, 20, 0, 6), "the kinase's two exons");
        assert_eq!(settled(&reverse_complement(&[&GENOME[30..38], &GENOME[60..66]].concat())), (60, 66, 0, 20), "the partner's");
        assert_eq!(settled(&inside), (60, 20, 5, 11), "too few to tell");
        assert_eq!(settled(&below), (60, 20, 12, 18), "an intron's");
    }

    #[test]
    fn reads_that_end_within_the_kinases_own_exon_are_no_evidence_of_the_partner() {
        let insertion = reverse_complement(&[&GENOME[14..20], &GENOME[30..38]].concat());
        let member = |kind, kinase_bp, partner_bp| {
            let crossing_bp = partner_bp;
            Member { kind, kinase_bp, partner_bp, crossing_bp, kinase_mapq: 60, partner_mapq: None, ends: (0, 0) }
        };
        let members =
            [(1, member(EvidenceKind::Clip, 30, 14)), (2, member(EvidenceKind::Clip, 30, 34)), (3, member(EvidenceKind::Split, 30, 20))];
        let mut candidate = Candidate {
            insertion_bp: insertion.len() as u32,
            tail: [insertion.as_slice(), b"ACTTGCAGGATTACCAGATC"].concat(),
            anchor: b"CGGTGTAATC".to_vec(),
            members: members.into_iter().map(|(fragment, member)| (FragmentId(fragment), member)).collect(),
            insertion,
            ..Candidate::new(0, Breakend::new(ContigId(0), 60, Side::Higher), Breakend::new(ContigId(1), 20, Side::Lower))
        };
        settle(&mut candidate, &|at_kinase, end, outward| {
            keeping(&gene(Strand::Forward), end, outward, &bases, true).filter(|_| at_kinase)
        });
        let left: Vec<(u64, u32, u32)> =
            candidate.members.iter().map(|(fragment, member)| (fragment.0, member.kinase_bp, member.partner_bp)).collect();
        assert_eq!(left, [(2, 44, 20), (3, 44, 20)]);
    }
}
