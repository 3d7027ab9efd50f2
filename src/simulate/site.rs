//! Where a partner breaks, as a user writes it, and the place on the genome that it means.
//!
//! ```text
//!   exon 13            the edge of the exon that a splice uses (in DNA: somewhere in the intron beside it)
//!   exon 13 -60        5' partner: 60 bases before the exon's end are missing
//!   exon 20 +12        3' partner: 12 bases behind the exon's start are missing
//!   intron 19          somewhere in the intron behind exon 19
//!   intron 19 +300     300 bases behind the end of exon 19
//!   intron 19 -117     117 bases before the start of exon 20
//!   intron 6 +187..+220   a cryptic exon: these bases of the intron, spliced to exon 6 (5' partner) or exon 7 (3' partner)
//!   chr2:29223528:-    the base that is kept next to the junction, 1-based, as in `breakpoint5` and `breakpoint3`
//! ```

use std::fmt;

use crate::genome::{Breakend, Contigs, Interval, Strand};
use crate::model::{Gene, Role, Transcript};

/// Where a partner breaks, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenSite {
    /// On an exon, with this many bases missing at the edge that a splice uses.
    Exon {
        /// Exon number.
        number: u32,
        /// Missing bases.
        missing_bp: u32,
    },
    /// In the intron behind an exon.
    Intron {
        /// The exon before it.
        after: u32,
        /// Where in it; anywhere when not given.
        offset: Option<Offset>,
    },
    /// An exon that no transcript has, within an intron.
    Cryptic {
        /// The exon before the intron.
        after: u32,
        /// Its first boundary.
        from: Offset,
        /// Its last boundary.
        to: Offset,
    },
    /// A place on the genome.
    Place {
        /// Contig as written.
        contig: String,
        /// 1-based position of the base that is kept next to the junction.
        position: u32,
        /// Strand of the partner; that of the gene when not given.
        strand: Option<Strand>,
    },
}

/// A boundary within an intron.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offset {
    /// Bases behind the end of the exon before.
    Behind(u32),
    /// Bases before the start of the exon behind.
    Before(u32),
}

impl Offset {
    fn parse(text: &str) -> Option<Self> {
        if let Some(bases) = text.strip_prefix('+') {
            return bases.parse().ok().map(Self::Behind);
        }
        text.strip_prefix('-').and_then(|bases| bases.parse().ok()).map(Self::Before)
    }

    /// The boundary that it means.
    pub fn boundary(self, transcript: &Transcript, strand: Strand, after: u32) -> Option<u32> {
        let (number, role, bases) = match self {
            Self::Behind(bases) => (after, Role::Five, bases),
            Self::Before(bases) => (after + 1, Role::Three, bases),
        };
        // Both exons must be there: behind the last exon is no intron.
        transcript.exon(after + 1)?;
        let edge = transcript.splice_edge(number, strand, role)?;
        let end = Breakend { contig: crate::genome::ContigId(0), boundary: edge, side: role.side(strand) };
        Some(end.extended(i64::from(bases)).boundary)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Behind(bases) => write!(out, "+{bases}"),
            Self::Before(bases) => write!(out, "-{bases}"),
        }
    }
}

impl fmt::Display for WrittenSite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exon { number, missing_bp: 0 } => write!(out, "exon {number}"),
            // The sign depends on the partner; both are read.
            Self::Exon { number, missing_bp } => write!(out, "exon {number} +{missing_bp}"),
            Self::Intron { after, offset: None } => write!(out, "intron {after}"),
            Self::Intron { after, offset: Some(offset) } => write!(out, "intron {after} {offset}"),
            Self::Cryptic { after, from, to } => write!(out, "intron {after} {from}..{to}"),
            Self::Place { contig, position, strand } => {
                write!(out, "{contig}:{position}")?;
                strand.map_or(Ok(()), |strand| write!(out, ":{}", strand.symbol()))
            }
        }
    }
}

impl WrittenSite {
    /// Reads a site; `None` when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["exon", number] | ["exon", number, "start" | "end"] => Some(Self::Exon { number: number.parse().ok()?, missing_bp: 0 }),
            ["exon", number, missing] => {
                Some(Self::Exon { number: number.parse().ok()?, missing_bp: missing.strip_prefix(['+', '-'])?.parse().ok()? })
            }
            ["intron", after] => Some(Self::Intron { after: after.parse().ok()?, offset: None }),
            ["intron", after, place] => {
                let after = after.parse().ok()?;
                match place.split_once("..") {
                    Some((from, to)) => Some(Self::Cryptic { after, from: Offset::parse(from)?, to: Offset::parse(to)? }),
                    None => Some(Self::Intron { after, offset: Some(Offset::parse(place)?) }),
                }
            }
            [place] => {
                let (rest, strand) = match place.strip_suffix(":+").map(|rest| (rest, Strand::Forward)) {
                    Some((rest, strand)) => (rest, Some(strand)),
                    None => place.strip_suffix(":-").map_or((place, None), |rest| (rest, Some(Strand::Reverse))),
                };
                let (contig, position) = rest.rsplit_once(':')?;
                let position = position.replace(',', "").parse().ok().filter(|&position: &u32| position > 0)?;
                (!contig.is_empty()).then(|| Self::Place { contig: contig.to_owned(), position, strand })
            }
            _ => None,
        }
    }

    /// The boundaries at which the partner may break, from the lowest to the highest. In DNA an exon's edge stands for the intron
    /// beside it, because there lies the break that makes this junction.
    ///
    /// # Errors
    /// What is wrong with the site.
    pub fn boundaries(&self, gene: Option<&Gene>, role: Role, in_dna: bool, contigs: &Contigs) -> Result<Interval, String> {
        /// In RNA a retained stretch of an intron has these many bases, unless told.
        const RETAINED_BP: (u32, u32) = (20, 120);
        if let Self::Place { contig, position, strand } = self {
            let id = contigs.find(contig).ok_or_else(|| format!("the FASTA has no contig {contig}"))?;
            let strand = strand.or(gene.and_then(|gene| gene.strand)).ok_or("a place without a gene needs a strand (chr2:29223528:-)")?;
            let boundary = match role.side(strand) {
                crate::genome::Side::Lower => *position,
                crate::genome::Side::Higher => position - 1,
            };
            return Ok(Interval { contig: id, start: boundary, end: boundary });
        }
        let gene = gene.ok_or("an exon or intron needs a gene")?;
        let (strand, transcript) = model(gene)?;
        let missing = |number: u32| format!("{} has no exon {number} on {}", gene.symbol, transcript.id);
        let no_intron = |after: u32| format!("{} has no intron {after} on {}", gene.symbol, transcript.id);
        let at = |x: u32, y: u32| Ok(Interval { contig: gene.contig(), start: x.min(y), end: x.max(y) });
        match *self {
            Self::Exon { number, missing_bp } if !in_dna || missing_bp > 0 => {
                let exon = transcript.exon(number).ok_or_else(|| missing(number))?;
                if missing_bp >= exon.length_bp() {
                    return Err(format!("exon {number} of {} has only {} bases", gene.symbol, exon.length_bp()));
                }
                let edge = transcript.splice_edge(number, strand, role).ok_or_else(|| missing(number))?;
                let end = Breakend::new(gene.contig(), edge, role.side(strand)).extended(-i64::from(missing_bp));
                at(end.boundary, end.boundary)
            }
            Self::Exon { number, .. } => {
                let after = if role == Role::Five { number } else { number.saturating_sub(1) };
                Self::Intron { after, offset: None }.boundaries(Some(gene), role, in_dna, contigs)
            }
            Self::Intron { after, offset: Some(offset) } => {
                let boundary = offset.boundary(transcript, strand, after).ok_or_else(|| no_intron(after))?;
                at(boundary, boundary)
            }
            Self::Intron { after, offset: None } => {
                let ends = [Offset::Behind(0), Offset::Before(0)].map(|offset| offset.boundary(transcript, strand, after));
                let [Some(x), Some(y)] = ends else { return Err(no_intron(after)) };
                let length_bp = x.abs_diff(y);
                let margin_bp = (length_bp / 4).min(50);
                if in_dna {
                    return at(x.min(y) + margin_bp, x.max(y) - margin_bp);
                }
                let (near, far) = (RETAINED_BP.0.min(length_bp / 2), RETAINED_BP.1.min(length_bp / 2));
                let place = |bases| if role == Role::Five { Offset::Behind(bases) } else { Offset::Before(bases) };
                let [Some(x), Some(y)] = [near, far].map(|bases| place(bases).boundary(transcript, strand, after)) else {
                    return Err(no_intron(after));
                };
                at(x, y)
            }
            Self::Cryptic { after, from, to } => {
                let joined = if role == Role::Five { to } else { from };
                let boundary = joined.boundary(transcript, strand, after).ok_or_else(|| no_intron(after))?;
                at(boundary, boundary)
            }
            Self::Place { .. } => Err("a place was expected to be resolved".to_owned()),
        }
    }
}

/// Strand and transcript of a gene.
///
/// # Errors
/// When only its span is known.
pub fn model(gene: &Gene) -> Result<(Strand, &Transcript), String> {
    gene.strand.zip(gene.transcript.as_ref()).ok_or_else(|| format!("{} has no exon model here; give a GTF that has it", gene.symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_read_as_they_are_written() {
        for text in
            ["exon 13", "exon 20 +12", "intron 19", "intron 19 +300", "intron 19 -117", "intron 6 +187..+220", "chr2:29223528:-", "2:5"]
        {
            assert_eq!(WrittenSite::parse(text).map(|site| site.to_string()).as_deref(), Some(text));
        }
        assert_eq!(WrittenSite::parse("exon 15 -60"), Some(WrittenSite::Exon { number: 15, missing_bp: 60 }));
        assert_eq!(WrittenSite::parse("HLA-A*01:01:7:+").map(|site| site.to_string()).as_deref(), Some("HLA-A*01:01:7:+"));
        for text in ["", "exon", "exon x", "intron 3 5", "chr2:0:+", "chr2", "intron 6 +1.."] {
            assert_eq!(WrittenSite::parse(text), None, "{text}");
        }
    }
}
