//! The codon that each molecule shows at a site: mates that overlap have one vote, and so have copies of a molecule.

use std::collections::BTreeMap;

use rust_htslib::bam::record::{Aux, Record};

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::read::{operations, FragmentId, ReadRecord};
use crate::alignment::scan::leaves_out_flagged;
use crate::error::Result;
use crate::evidence::Molecules;

use super::site::CodonSite;

/// Bases below this quality do not vote (error above 1 %).
pub const MIN_BASE_QUALITY: u8 = 20;
/// Reads below this mapping quality do not vote.
pub const MIN_MAPQ: u8 = 10;
/// Two agreeing bases of one molecule are not trusted beyond this: damage before copying is common to both.
const MAX_MERGED_QUALITY: u8 = 45;

/// What one molecule shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vote {
    /// The codon in the direction of transcription.
    pub codon: [u8; 3],
    /// Lowest quality of its bases.
    pub quality: u8,
    /// Whether the read that shows it (the first mate that covers it) lies on the forward strand.
    pub forward: bool,
}

/// The votes at one site, and the reference bases that MD tags give (forward strand, order of transcription).
#[derive(Debug, Default)]
pub struct Pileup {
    /// One vote a molecule, sorted.
    pub votes: Vec<Vote>,
    /// Reference codon by majority of the MD tags, if all three bases are given.
    pub md_codon: Option<[u8; 3]>,
}

type Bases = [Option<(u8, u8)>; 3];

/// Reads the votes at a site.
///
/// # Errors
/// When the file cannot be read there.
pub fn pileup(reader: &mut LibraryReader, library: &Library, site: &CodonSite<'_>) -> Result<Pileup> {
    let mut fragments: BTreeMap<FragmentId, (Bases, bool)> = BTreeMap::new();
    let mut slim: Vec<ReadRecord> = Vec::new();
    let mut md = [[0u32; 4]; 3];
    reader.visit(site.interval(), |record, lane| {
        if record.mapq() < MIN_MAPQ {
            return;
        }
        let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, library.assay.umi.as_ref()) else { return };
        view.fragment = lane.fragment(view.fragment);
        if view.duplicate && leaves_out_flagged(library.assay.duplicates) {
            return;
        }
        let bases = bases_at(record, site);
        if site.codon.is_none() {
            count_md(record, site, &mut md);
        }
        if bases.iter().all(Option::is_none) {
            return;
        }
        fragments.entry(view.fragment).and_modify(|(known, _)| *known = merged(*known, bases)).or_insert((bases, !record.is_reverse()));
        slim.push(view);
    })?;
    let molecules = Molecules::group(&slim, library.assay.duplicates);
    let mut families: BTreeMap<FragmentId, Vec<(Bases, bool)>> = BTreeMap::new();
    for (fragment, shown) in fragments {
        families.entry(molecules.of(fragment)).or_default().push(shown);
    }
    let mut votes: Vec<Vote> = families.into_values().filter_map(|family| vote(&family, site)).collect();
    votes.sort_unstable();
    Ok(Pileup { votes, md_codon: md_codon(&md, site) })
}

/// Bases of a record at the three positions, forward strand; deleted or clipped ones are `None`, low qualities too.
fn bases_at(record: &Record, site: &CodonSite<'_>) -> Bases {
    let mut found: Bases = [None; 3];
    let sequence = record.seq();
    let qualities = record.qual();
    let mut query = 0usize;
    let mut reference = record.pos().max(0) as u32;
    for op in operations(record) {
        let length = op.length as usize;
        match op.letter {
            b'M' | b'=' | b'X' => {
                for (slot, &position) in site.bases.iter().enumerate() {
                    if position >= reference && position - reference < op.length {
                        let at = query + (position - reference) as usize;
                        if at < sequence.len() {
                            let quality = qualities.get(at).copied().filter(|&quality| quality != 255).unwrap_or(30);
                            let base = sequence[at];
                            if quality >= MIN_BASE_QUALITY && base != b'N' {
                                found[slot] = Some((base, quality));
                            }
                        }
                    }
                }
                query += length;
                reference += op.length;
            }
            b'I' | b'S' => query += length,
            b'D' | b'N' => reference += op.length,
            _ => {}
        }
    }
    found
}

/// Bases of two reads of one fragment: agreement adds the qualities, disagreement drops the base.
fn merged(x: Bases, y: Bases) -> Bases {
    let mut both = [None; 3];
    for (slot, (a, b)) in both.iter_mut().zip(x.into_iter().zip(y)) {
        *slot = match (a, b) {
            (Some((base, one)), Some((same, other))) if base == same => {
                Some((base, one.saturating_add(other).min(MAX_MERGED_QUALITY.max(one).max(other))))
            }
            // A dropped base stays dropped: quality 0 never votes.
            (Some((base, _)), Some(_)) => Some((base, 0)),
            (one, other) => one.or(other),
        };
    }
    both
}

/// The vote of a family of copies: the base that at least two thirds of them show.
fn vote(family: &[(Bases, bool)], site: &CodonSite<'_>) -> Option<Vote> {
    let mut codon = [0u8; 3];
    let mut lowest = u8::MAX;
    for slot in 0..3 {
        let shown: Vec<(u8, u8)> = family.iter().filter_map(|(bases, _)| bases[slot]).filter(|(_, quality)| *quality > 0).collect();
        let (base, votes) = b"ACGT"
            .iter()
            .map(|base| (*base, shown.iter().filter(|(other, _)| other == base).count()))
            .max_by_key(|(base, votes)| (*votes, std::cmp::Reverse(*base)))?;
        if votes == 0 || votes * 3 < shown.len() * 2 {
            return None;
        }
        codon[slot] = site.transcribed(base);
        lowest = lowest.min(shown.iter().filter(|(other, _)| *other == base).map(|(_, quality)| *quality).max()?);
    }
    let forward = family.iter().filter(|(_, forward)| *forward).count() * 2 >= family.len();
    Some(Vote { codon, quality: lowest, forward })
}

/// Adds the reference bases that a record's MD tag gives at the site.
fn count_md(record: &Record, site: &CodonSite<'_>, counts: &mut [[u32; 4]; 3]) {
    let Ok(Aux::String(md)) = record.aux(b"MD") else { return };
    let Some(reference) = md_bases(record, md) else { return };
    for (slot, position) in site.bases.iter().enumerate() {
        let Some((_, base)) = reference.iter().find(|(at, _)| at == position) else { continue };
        if let Some(letter) = b"ACGT".iter().position(|letter| letter == base) {
            counts[slot][letter] += 1;
        }
    }
}

/// Reference bases under the aligned bases of a record, from its MD tag (SAM optional fields specification); `None` when the tag
/// does not fit the alignment.
pub fn md_bases(record: &Record, md: &str) -> Option<Vec<(u32, u8)>> {
    let sequence = record.seq().as_bytes();
    let mut aligned = Vec::new();
    let (mut query, mut reference) = (0usize, record.pos().max(0) as u32);
    for op in operations(record) {
        match op.letter {
            b'M' | b'=' | b'X' => {
                for _ in 0..op.length {
                    aligned.push((reference, *sequence.get(query)?));
                    query += 1;
                    reference += 1;
                }
            }
            b'I' | b'S' => query += op.length as usize,
            b'D' | b'N' => reference += op.length,
            _ => {}
        }
    }
    let mut at = 0usize;
    let mut bytes = md.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'0'..=b'9' => {
                let mut run = usize::from(byte - b'0');
                while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
                    run = run.checked_mul(10)?.checked_add(usize::from(digit - b'0'))?;
                }
                at = at.checked_add(run)?;
            }
            b'^' => while bytes.next_if(u8::is_ascii_alphabetic).is_some() {},
            letter if letter.is_ascii_alphabetic() => {
                aligned.get_mut(at)?.1 = letter.to_ascii_uppercase();
                at += 1;
            }
            _ => return None,
        }
    }
    (at == aligned.len()).then_some(aligned)
}

fn md_codon(counts: &[[u32; 4]; 3], site: &CodonSite<'_>) -> Option<[u8; 3]> {
    let mut codon = [0u8; 3];
    for (slot, votes) in counts.iter().enumerate() {
        let best = votes.iter().copied().max().filter(|&best| best > 0)?;
        let letter = votes.iter().position(|&vote| vote == best)?;
        codon[slot] = site.transcribed(b"ACGT"[letter]);
    }
    Some(codon)
}
