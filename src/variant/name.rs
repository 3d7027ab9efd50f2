//! Names of changes: HGVS of the coding sequence and of the protein (one-letter), and what other transcripts call them.

use crate::genome::Strand;
use crate::sequence::{reverse_complement, translate_codon};

use super::domain::Domain;
use super::molecule::Indel;
use super::normal::Replaced;

/// Other numberings of the kinase domains: gene, transcript, codons (literature's numbering) from which on it holds, difference.
/// Source: exon models of Ensembl 75, compared; ROS1's is MANE Select, NTRK1's TrkA-I, NTRK2's the canonical one of UniProt, NTRK3's
/// MANE Select with 14 residues more in the kinase domain.
const NUMBERINGS: [(&str, &str, u32, i64); 4] = [
    ("ROS1", "NM_001378902", 1, -6),
    ("NTRK1", "NM_001012331", 393, -6),
    ("NTRK2", "NM_001018064", 482, -16),
    ("NTRK3", "NM_001012338", 712, 14),
];

/// The same protein change as other transcripts count it.
pub fn aliases(gene: &str, hgvs_p: &str) -> Vec<String> {
    let numberings = NUMBERINGS.iter().filter(|(symbol, _, _, _)| *symbol == gene);
    numberings.filter_map(|(_, transcript, from, offset)| Some(format!("{} ({transcript})", renumbered(hgvs_p, *from, *offset)?))).collect()
}

/// A protein change with its numbers moved; `None` where none of them is affected.
fn renumbered(hgvs_p: &str, from: u32, offset: i64) -> Option<String> {
    let mut text = String::new();
    let mut digits = String::new();
    let mut moved = false;
    for letter in hgvs_p.chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            let number: u32 = digits.parse().ok()?;
            moved |= number >= from;
            text.push_str(&if number >= from { (i64::from(number) + offset).to_string() } else { digits.clone() });
            digits.clear();
        }
        if letter != '\0' {
            text.push(letter);
        }
    }
    moved.then_some(text)
}

/// `c.6094G>A`, or `c.6094_6095delinsAA` where more than one base changes.
pub fn coding_change(first: usize, reference: &[u8], alternative: &[u8]) -> String {
    let differs: Vec<usize> = (0..reference.len()).filter(|&slot| reference[slot] != alternative[slot]).collect();
    match (differs.first(), differs.last()) {
        (Some(&at), Some(&same)) if at == same => {
            format!("c.{}{}>{}", first + at, char::from(reference[at]), char::from(alternative[at]))
        }
        (Some(&from), Some(&to)) => {
            format!("c.{}_{}delins{}", first + from, first + to, String::from_utf8_lossy(&alternative[from..=to]))
        }
        _ => format!("c.{first}="),
    }
}

/// Position (0-based), reference and alternative bases on the forward strand of a change of codons, trimmed to what changes; the bases
/// are left out where an intron cuts what changes ([`genomic_parts`] has them then).
pub fn genomic_codon(domain: &Domain<'_>, first: usize, reference: &[u8], alternative: &[u8]) -> (u32, Vec<u8>, Vec<u8>) {
    let differs: Vec<usize> = (0..reference.len()).filter(|&slot| reference[slot] != alternative[slot]).collect();
    let (Some(&from), Some(&to)) = (differs.first(), differs.last()) else { return (domain.position(first), Vec::new(), Vec::new()) };
    let low = domain.position(first + from).min(domain.position(first + to));
    let high = domain.position(first + from).max(domain.position(first + to));
    if (high - low) as usize != to - from {
        return (low, Vec::new(), Vec::new());
    }
    let turned = |bases: &[u8]| if domain.strand == Strand::Forward { bases.to_vec() } else { reverse_complement(bases) };
    (low, turned(&reference[from..=to]), turned(&alternative[from..=to]))
}

/// The parts of a change of codons that an intron cuts, lowest first, each as [`genomic_codon`] gives it; none where one stretch holds it.
pub fn genomic_parts(domain: &Domain<'_>, first: usize, reference: &[u8], alternative: &[u8]) -> Vec<(u32, Vec<u8>, Vec<u8>)> {
    let is_cut = |slot: &usize| domain.position(first + slot - 1).abs_diff(domain.position(first + slot)) != 1;
    let cuts: Vec<usize> = (1..reference.len()).filter(is_cut).collect();
    let edges: Vec<usize> = std::iter::once(0).chain(cuts).chain(std::iter::once(reference.len())).collect();
    let part = |edges: &[usize]| {
        let (from, to) = (edges[0], edges[1]);
        let (old, new) = (&reference[from..to], &alternative[from..to]);
        (old != new).then(|| genomic_codon(domain, first + from, old, new))
    };
    let mut parts: Vec<(u32, Vec<u8>, Vec<u8>)> = edges.windows(2).filter_map(part).collect();
    parts.sort();
    if parts.len() > 1 {
        parts
    } else {
        Vec::new()
    }
}

/// `c.3604_3606del`, `c.3451_3453dup`, `c.3453_3454insGCA`, `c.2239_2248delinsC` for an indel at its last place, `c.[3604del;3616dup]` for a
/// joined one: HGVS describes changes with bases between them one by one.
pub fn coding_indel(domain: &Domain<'_>, indel: &Indel) -> String {
    if !indel.parts.is_empty() {
        let parts: Vec<String> = indel.parts.iter().map(|part| coding_indel(domain, part)).collect();
        return format!("c.[{}]", parts.iter().map(|part| part.trim_start_matches("c.")).collect::<Vec<_>>().join(";"));
    }
    let range = |from: usize, bases: usize| match bases {
        1 => format!("c.{}", domain.coding_name(from)),
        _ => format!("c.{}_{}", domain.coding_name(from), domain.coding_name(from + bases - 1)),
    };
    let inserted = String::from_utf8_lossy(&indel.inserted).into_owned();
    if let Some((start, end)) = indel.over {
        let stretch = domain.stretch_name(start, end).unwrap_or_else(|| "?".to_owned());
        return format!("c.{stretch}del{}{inserted}", if inserted.is_empty() { "" } else { "ins" });
    }
    match (indel.deleted, indel.inserted.len()) {
        (0, _) => inserted_at(domain, indel).unwrap_or_else(|| {
            format!("c.{}_{}ins{inserted}", domain.coding_name(indel.at.saturating_sub(1)), domain.coding_name(indel.at))
        }),
        (deleted, 0) => format!("{}del", range(indel.at, deleted)),
        (deleted, _) => format!("{}delins{inserted}", range(indel.at, deleted)),
    }
}

/// The name of an insertion by the bases of the genome beside it: at an exon's edge one of them lies in the intron.
fn inserted_at(domain: &Domain<'_>, indel: &Indel) -> Option<String> {
    let Replaced { start: place, bases, .. } = Replaced::of(indel, domain)?;
    let count = bases.len() as u32;
    let (low, high) = match domain.strand {
        Strand::Forward => (place.checked_sub(count)?, place),
        Strand::Reverse => (place, place + count),
    };
    if (low..high).zip(&bases).all(|(position, base)| domain.forward_base(position) == *base) {
        return Some(format!("c.{}dup", domain.stretch_name(low, high)?));
    }
    Some(format!("c.{}ins{}", domain.stretch_name(place.checked_sub(1)?, place + 1)?, String::from_utf8_lossy(&indel.inserted)))
}

/// The protein change of an indel that keeps the frame; `None` where reference bases are missing or nothing changes.
pub fn protein_indel(domain: &Domain<'_>, indel: &Indel) -> Option<(u32, String)> {
    // Enough codons before and behind for the rule of the last place.
    const REACH: usize = 20;
    let first = (indel.at / 3).saturating_sub(REACH) * 3;
    let last = (((indel.at + indel.deleted) / 3 + REACH) * 3).min(domain.len());
    let bases: Vec<u8> = (first..last).map(|index| domain.base(index)).collect();
    let at = indel.at - first;
    let mut changed = bases[..at].to_vec();
    changed.extend(&indel.inserted);
    changed.extend(bases.get(at + indel.deleted..)?);
    let amino_acids = |bases: &[u8]| -> Vec<Option<u8>> { bases.chunks_exact(3).map(translate_codon).collect() };
    let (before, after) = (amino_acids(&bases), amino_acids(&changed));
    let shared = before.iter().zip(&after).take_while(|(x, y)| x == y).count();
    let most = before.len().min(after.len()) - shared;
    let behind = before.iter().rev().zip(after.iter().rev()).take_while(|(x, y)| x == y).count().min(most);
    let (gone, new) = (&before[shared..before.len() - behind], &after[shared..after.len() - behind]);
    let known = |list: &[Option<u8>]| list.iter().copied().collect::<Option<Vec<u8>>>();
    let (gone, new) = (known(gone)?, known(new)?);
    let number = |slot: usize| domain.first_codon + (first / 3 + slot) as u32;
    let residue = |slot: usize| Some(format!("{}{}", char::from((*before.get(slot)?)?), number(slot)));
    let range = |from: usize, count: usize| {
        Some(if count == 1 { residue(from)? } else { format!("{}_{}", residue(from)?, residue(from + count - 1)?) })
    };
    let inserted = String::from_utf8_lossy(&new).into_owned();
    let text = match (gone.len(), new.len()) {
        (0, 0) => return None,
        (0, added) => {
            let doubled = shared >= added && (0..added).all(|slot| before[shared - added + slot] == Some(new[slot]));
            if doubled {
                let text = format!("p.{}dup", range(shared - added, added)?);
                return Some((number(shared - added), text));
            }
            format!("p.{}_{}ins{inserted}", residue(shared.checked_sub(1)?)?, residue(shared)?)
        }
        (lost, 0) => format!("p.{}del", range(shared, lost)?),
        (lost, _) => format!("p.{}delins{inserted}", range(shared, lost)?),
    };
    Some((number(shared), text))
}

/// The protein change of an indel that shifts the frame (`p.G1202fs`, `p.R1275*` where it makes a stop codon at once), by the first
/// residue that changes; `None` where reference bases are missing up to there.
pub fn protein_shift(domain: &Domain<'_>, indel: &Indel) -> Option<(u32, String)> {
    let first = indel.at / 3 * 3;
    let bases = |from: usize| (from..domain.len()).map(|index| domain.base(index));
    let changed: Vec<u8> = (first..indel.at)
        .map(|index| domain.base(index))
        .chain(indel.inserted.iter().copied())
        .chain(bases(indel.at + indel.deleted))
        .collect();
    let reference: Vec<u8> = bases(first).collect();
    for (slot, (old, new)) in reference.chunks_exact(3).zip(changed.chunks_exact(3)).enumerate() {
        let (old, new) = (translate_codon(old)?, translate_codon(new)?);
        if old != new {
            let codon = domain.first_codon + (first / 3 + slot) as u32;
            return Some((codon, format!("p.{}{codon}{}", char::from(old), if new == b'*' { "*" } else { "fs" })));
        }
    }
    None
}

/// Position (0-based), reference and alternative bases of an indel as VCF wants them; the bases are left out where they are not known or
/// an intron lies within.
pub fn genomic_indel(domain: &Domain<'_>, indel: &Indel) -> (u32, Vec<u8>, Vec<u8>) {
    match Replaced::of(indel, domain) {
        Some(replaced) => replaced.record(domain),
        None => (domain.position(indel.at.min(domain.len() - 1)), Vec::new(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genome::{ContigId, Interval};
    use crate::model::{Exon, Gene, Transcript};
    use crate::variant::domain::BaseSource;
    use crate::variant::indel::Event;
    use crate::variant::normal::{settled, shifted};

    /// A gene of one exon with these coding bases, on a strand.
    fn row(bases: &[u8], strand: Strand) -> Domain<'static> {
        let end = 100 + bases.len() as u32;
        let exon = Exon::new(1, 100, end, Some((0, bases.len() as u32)));
        let transcript = Transcript { id: "T".to_owned(), refseq: None, exons: vec![exon], cds_length_bp: Some(bases.len() as u32) };
        let gene = Gene {
            symbol: "ALK".to_owned(),
            span: Interval { contig: ContigId(0), start: 100, end },
            strand: Some(strand),
            transcript: Some(transcript),
            alternatives: Vec::new(),
            mane_select: None,
        };
        let mut domain = Domain::of_gene(&gene, 1, bases.len() as u32 / 3).expect("the gene has these codons");
        for (index, &base) in bases.iter().enumerate() {
            domain.set(index, base, BaseSource::Fasta);
        }
        domain
    }

    fn named(bases: &[u8], at: usize, deleted: usize, inserted: &[u8]) -> (String, String) {
        let domain = row(bases, Strand::Forward);
        let indel = shifted(Indel { at, deleted, inserted: inserted.to_vec(), ..Indel::default() }, &domain);
        (coding_indel(&domain, &indel), protein_indel(&domain, &indel).map(|(_, text)| text).unwrap_or_default())
    }

    #[test]
    fn insertions_and_deletions_follow_hgvs() {
        // M A T L K G F D R
        let bases = b"ATGGCCACGCTGAAAGGATTCGACCGT";
        assert_eq!(named(bases, 6, 0, b"ACG"), ("c.7_9dup".to_owned(), "p.T3dup".to_owned()));
        assert_eq!(named(bases, 9, 0, b"ACG"), ("c.7_9dup".to_owned(), "p.T3dup".to_owned()));
        assert_eq!(named(bases, 15, 3, b""), ("c.16_18del".to_owned(), "p.G6del".to_owned()));
        assert_eq!(named(bases, 9, 6, b""), ("c.10_15del".to_owned(), "p.L4_K5del".to_owned()));
        assert_eq!(named(bases, 9, 0, b"TGG"), ("c.9_10insTGG".to_owned(), "p.T3_L4insW".to_owned()));
        assert_eq!(named(bases, 9, 6, b"CCC"), ("c.11_15delinsCC".to_owned(), "p.L4_K5delinsP".to_owned()));
    }

    #[test]
    fn what_is_deleted_and_inserted_side_by_side_is_one_event_in_either_order_and_on_either_strand() {
        use crate::variant::pileup::gap_at;
        let bases = b"ATGGCCACGCTGAAAGGATTCGACCGT";
        // L and K (CTGAAA) become P (CCC); the first C of both is the same.
        let changed = b"ATGGCCACGCCCGGATTCGACCGT";
        for strand in [Strand::Forward, Strand::Reverse] {
            let forward = strand == Strand::Forward;
            let read = if forward { changed.to_vec() } else { crate::sequence::reverse_complement(changed) };
            let domain = row(bases, strand);
            let (before, behind) = if forward { (9u32, 12u32) } else { (12, 9) };
            for middle in ["6D3I", "3I6D", "2D3I4D", "1I6D2I"] {
                let cigar = format!("{before}M{middle}{behind}M");
                let operations = crate::alignment::cigar::parse(&cigar).expect("a CIGAR");
                let place = (100 + before, before as usize);
                let found = gap_at(&operations[1..], true, place, &read, &domain.segments()[0]);
                let indel = settled(found.expect("it lies between aligned bases"), &domain).expect("it changes the row");
                assert_eq!(coding_indel(&domain, &indel), "c.11_15delinsCC", "{cigar} {strand:?}");
                assert_eq!(protein_indel(&domain, &indel).map(|(_, text)| text), Some("p.L4_K5delinsP".to_owned()), "{cigar}");
            }
        }
    }

    #[test]
    fn a_shifted_frame_is_named_by_the_first_residue_that_changes() {
        let shift = |at: usize, deleted: usize, inserted: &[u8]| {
            let domain = row(b"ATGGCCACGCTGAAAGGATTCGACCGT", Strand::Forward);
            let indel = shifted(Indel { at, deleted, inserted: inserted.to_vec(), ..Indel::default() }, &domain);
            (coding_indel(&domain, &indel), protein_shift(&domain, &indel).map(|(_, text)| text).unwrap_or_default())
        };
        // ATG GCC ACG CTG AAA GGA -> ATG GCC ACG CTG AAG GAT; the last A of the codon for K is gone.
        assert_eq!(shift(12, 1, b""), ("c.15del".to_owned(), "p.G6fs".to_owned()));
        assert_eq!(shift(9, 0, b"TA"), ("c.9_10insTA".to_owned(), "p.L4fs".to_owned()));
        assert_eq!(shift(9, 0, b"TAGG"), ("c.9_10insTAGG".to_owned(), "p.L4*".to_owned()));
    }

    #[test]
    fn the_genomic_form_is_the_first_place_on_the_forward_strand_of_either_gene() {
        for strand in [Strand::Forward, Strand::Reverse] {
            let domain = row(b"ATGGCCACGACGCTGAAAGGA", strand);
            let indel = shifted(Indel { at: 6, deleted: 3, ..Indel::default() }, &domain);
            assert_eq!(indel.at, 9);
            assert_eq!(Event::of(indel.clone(), &domain).earliest, 6);
            let (position, reference, alternative) = genomic_indel(&domain, &indel);
            let expected = match strand {
                Strand::Forward => (105, b"CACG".to_vec(), b"C".to_vec()),
                Strand::Reverse => (108, b"GCGT".to_vec(), b"G".to_vec()),
            };
            assert_eq!((position, reference, alternative), expected, "{strand:?}");
        }
    }

    #[test]
    fn changes_of_codons_follow_hgvs_and_other_numberings_are_named() {
        assert_eq!(coding_change(6_094, b"GGA", b"AGA"), "c.6094G>A");
        assert_eq!(coding_change(6_094, b"GGA", b"AAA"), "c.6094_6095delinsAA");
        assert_eq!(aliases("ROS1", "p.G2032R"), ["p.G2026R (NM_001378902)"]);
        assert_eq!(aliases("NTRK2", "p.F633L"), ["p.F617L (NM_001018064)"]);
        assert_eq!(aliases("NTRK1", "p.G595R"), ["p.G589R (NM_001012331)"]);
        assert!(aliases("NTRK3", "p.G623R").is_empty() && aliases("ALK", "p.G1202R").is_empty());
    }
}
