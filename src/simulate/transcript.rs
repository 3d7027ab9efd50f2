//! Fused transcripts of a rearrangement, for any site: exon edges, breaks within exons, retained introns, cryptic exons.
//!
//! ```text
//!   exon 13                [1]-[2]-...-[13]|
//!   intron 13 +40          [1]-[2]-...-[13====|            the intron's first bases are kept
//!   intron 6 +187..+220    [1]-...-[6]-[cryptic]|
//! ```

use crate::genome::{Breakend, ContigId, Interval, Side, Strand};
use crate::model::{Role, Site, Transcript};

use super::molecule::MoleculePiece;
use super::rearrangement::Rearrangement;
use super::site::{model, WrittenSite};

/// A longer stretch of an intron is not kept whole: the part next to the break becomes a cryptic exon of [`CRYPTIC_BP`].
const LONGEST_RETAINED_BP: u32 = 1_000;
/// Length of such an exon: that of a common exon.
const CRYPTIC_BP: u32 = 150;
/// Transcribed bases of a partner without a gene.
const INTERGENIC_BP: u32 = 400;

/// The pieces of the fused transcript, and how many of them belong to the 5' partner.
pub fn fused(broken: &Rearrangement) -> Result<(Vec<MoleculePiece>, usize), String> {
    let mut pieces = part(broken, Role::Five)?;
    let five = pieces.len();
    if !broken.insertion.is_empty() {
        pieces.push(MoleculePiece::Inserted(broken.insertion.clone()));
    }
    pieces.extend(part(broken, Role::Three)?);
    Ok((pieces, five))
}

/// The pieces of one partner, in the order of transcription.
fn part(broken: &Rearrangement, role: Role) -> Result<Vec<MoleculePiece>, String> {
    let index = usize::from(role == Role::Three);
    let (end, site) = (broken.ends[index], &broken.sites[index]);
    // Which way the transcript reads: towards the break in the 5' partner, away from it in the 3' one.
    let towards = if end.side == Side::Lower { Strand::Forward } else { Strand::Reverse };
    let strand = if role == Role::Five { towards } else { towards.flipped() };
    let Some(gene) = broken.genes[index].filter(|gene| gene.strand == Some(strand)) else {
        return Ok(vec![MoleculePiece::Genomic(kept(end, INTERGENIC_BP), strand)]);
    };
    let (_, transcript) = model(gene)?;
    if let WrittenSite::Cryptic { after, from, to } = site {
        let other = if role == Role::Five { from } else { to };
        let far = other.boundary(transcript, strand, *after).ok_or_else(|| format!("{} has no intron {after}", gene.symbol))?;
        let exon = MoleculePiece::Genomic(between(end.contig, far, end.boundary), strand);
        return Ok(with_exons(transcript, end.contig, strand, role, *after, exon));
    }
    Ok(match transcript.site(end.boundary, strand, role) {
        Site::Exon { number, .. } => {
            let exon = transcript.exon(number).ok_or("an exon without a number")?;
            let far = if end.side == Side::Lower { exon.start } else { exon.end };
            let own = MoleculePiece::Genomic(between(end.contig, far, end.boundary), strand);
            let after = if role == Role::Five { number - 1 } else { number };
            with_exons(transcript, end.contig, strand, role, after, own)
        }
        Site::Intron { after } => {
            let neighbour = if role == Role::Five { after } else { after + 1 };
            let edge = transcript.splice_edge(neighbour, strand, role).ok_or("an intron without exons")?;
            if edge.abs_diff(end.boundary) > LONGEST_RETAINED_BP {
                let cryptic = MoleculePiece::Genomic(kept(end, CRYPTIC_BP), strand);
                return Ok(with_exons(transcript, end.contig, strand, role, after, cryptic));
            }
            let exon = transcript.exon(neighbour).ok_or("an intron without exons")?;
            let far = if end.side == Side::Lower { exon.start } else { exon.end };
            let own = MoleculePiece::Genomic(between(end.contig, far, end.boundary), strand);
            let after = if role == Role::Five { neighbour - 1 } else { neighbour };
            with_exons(transcript, end.contig, strand, role, after, own)
        }
        Site::Outside => vec![MoleculePiece::Genomic(kept(end, INTERGENIC_BP), strand)],
    })
}

/// The exons up to `after` before the broken one (5' partner), or those behind `after` after it.
fn with_exons(
    transcript: &Transcript,
    contig: ContigId,
    strand: Strand,
    role: Role,
    after: u32,
    broken: MoleculePiece,
) -> Vec<MoleculePiece> {
    let wanted = |number: u32| if role == Role::Five { number <= after } else { number > after };
    let exons = transcript.exons.iter().filter(|exon| wanted(exon.number));
    let mut pieces: Vec<MoleculePiece> =
        exons.map(|exon| MoleculePiece::Genomic(Interval { contig, start: exon.start, end: exon.end }, strand)).collect();
    let at = if role == Role::Five { pieces.len() } else { 0 };
    pieces.insert(at, broken);
    pieces
}

fn between(contig: ContigId, x: u32, y: u32) -> Interval {
    Interval { contig, start: x.min(y), end: x.max(y) }
}

/// The kept bases next to a break.
pub fn kept(end: Breakend, length_bp: u32) -> Interval {
    between(end.contig, end.boundary, end.extended(-i64::from(length_bp)).boundary)
}
