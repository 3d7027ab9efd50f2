//! Chooses one transcript for each gene of a GTF: the one by which its exons are counted.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::genome::{Interval, Strand};
use crate::model::builtin::{literature_transcripts, LiteratureTranscript};
use crate::model::gene::{Exon, Gene, Transcript};

use super::{Locus, TranscriptDraft};

/// Transcripts of one name further apart than this are two genes of that name. Source: the longest human gene spans 2.3 Mb, but
/// its transcripts overlap; copies of one small gene on a chromosome lie further apart than this or carry their own `gene_id`.
const MAX_GAP_BP: u32 = 500_000;

/// Builds the genes, by contig, start, end and symbol.
pub(super) fn genes(loci: &[Locus], drafts: Vec<TranscriptDraft>) -> Vec<Gene> {
    let literature = literature_transcripts();
    let mut of_locus: BTreeMap<usize, Vec<TranscriptDraft>> = BTreeMap::new();
    for mut draft in drafts {
        if draft.exons.is_empty() {
            continue;
        }
        draft.exons.sort_unstable();
        draft.exons.dedup();
        of_locus.entry(draft.locus).or_default().push(draft);
    }
    let mut genes = Vec::new();
    for (index, mut drafts) in of_locus {
        let locus = &loci[index];
        drafts.sort_by_key(|draft| draft.exons[0]);
        let literature = literature.get(locus.symbol.as_str()).copied();
        let mut reach = 0;
        let mut place: Vec<TranscriptDraft> = Vec::new();
        for draft in drafts {
            if !place.is_empty() && draft.exons[0].0 > reach + MAX_GAP_BP {
                genes.extend(gene(locus, std::mem::take(&mut place), literature));
            }
            reach = reach.max(last_end(&draft));
            place.push(draft);
        }
        genes.extend(gene(locus, place, literature));
    }
    genes.sort_by(|a, b| (a.span, &a.symbol).cmp(&(b.span, &b.symbol)));
    genes
}

fn last_end(draft: &TranscriptDraft) -> u32 {
    draft.exons.iter().map(|&(_, end)| end).max().unwrap_or(0)
}

fn gene(locus: &Locus, drafts: Vec<TranscriptDraft>, literature: Option<LiteratureTranscript>) -> Option<Gene> {
    let start = drafts.iter().map(|draft| draft.exons[0].0).min()?;
    let end = drafts.iter().map(last_end).max()?;
    let best = drafts.iter().enumerate().max_by_key(|(_, draft)| rank(draft, literature)).map(|(index, _)| index)?;
    let mut drafts = drafts;
    let best = drafts.swap_remove(best);
    let mane = if best.mane { None } else { drafts.into_iter().filter(|draft| draft.mane).min_by_key(|draft| draft.id.clone()) };
    Some(Gene {
        mane_select: if best.mane { Some(best.id.clone()) } else { mane.as_ref().map(|draft| draft.id.clone()) },
        symbol: locus.symbol.clone(),
        span: Interval { contig: locus.contig, start, end },
        strand: Some(locus.strand),
        transcript: Some(transcript(best, locus.strand, literature)),
        alternatives: mane.into_iter().map(|draft| transcript(draft, locus.strand, literature)).collect(),
    })
}

/// The order of preference, best highest.
fn rank(draft: &TranscriptDraft, literature: Option<LiteratureTranscript>) -> impl Ord {
    let spliced_bp: u32 = draft.exons.iter().map(|(start, end)| end - start).sum();
    (is_literature(&draft.id, literature), draft.mane, draft.canonical, coding_bp(draft), spliced_bp, Reverse(draft.id.clone()))
}

fn is_literature(id: &str, literature: Option<LiteratureTranscript>) -> bool {
    let id = id.split('.').next().unwrap_or(id);
    literature.is_some_and(|known| known.ensembl == id || known.refseq == Some(id))
}

/// Coding range of a draft, if its start is known: a sequence that begins in the middle of the protein cannot be counted from.
fn complete_coding(draft: &TranscriptDraft) -> Option<(u32, u32)> {
    let whole = !draft.incomplete && draft.first_cds.is_none_or(|(_, phase)| phase == 0);
    draft.coding.filter(|_| whole)
}

fn coding_bp(draft: &TranscriptDraft) -> u32 {
    let Some((low, high)) = complete_coding(draft) else { return 0 };
    draft.exons.iter().map(|&(start, end)| end.min(high).saturating_sub(start.max(low))).sum()
}

fn transcript(mut draft: TranscriptDraft, strand: Strand, literature: Option<LiteratureTranscript>) -> Transcript {
    let coding = complete_coding(&draft);
    if strand == Strand::Reverse {
        draft.exons.reverse();
    }
    let mut offset = 0;
    let exons = draft
        .exons
        .iter()
        .zip(1..)
        .map(|(&(start, end), number)| {
            let Some((low, high)) = coding.map(|(low, high)| (low.max(start), high.min(end))).filter(|(low, high)| low < high) else {
                return Exon::new(number, start, end, None);
            };
            let lead_bp = match strand {
                Strand::Forward => low - start,
                Strand::Reverse => end - high,
            };
            let cds = (offset, offset + (high - low));
            offset = cds.1;
            Exon { number, start, end, cds: Some(cds), lead_bp }
        })
        .collect();
    let refseq = literature.filter(|_| is_literature(&draft.id, literature)).and_then(|known| known.refseq).map(str::to_owned);
    Transcript { id: draft.id, refseq, exons, cds_length_bp: (offset > 0).then_some(offset) }
}
