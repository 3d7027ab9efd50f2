//! New fusions of the known kinases, so many of each category.
//!
//! | RNA | |
//! |---|---|
//! | `novel_edge` | any partner's exon end with a usual exon of the kinase |
//! | `inside` | one side within an exon or an intron |
//! | `cryptic` | one side a cryptic exon |
//! | `inserted` | exon edges with 1-30 inserted bases |
//!
//! | DNA | |
//! |---|---|
//! | `unique` | two chromosomes, both sides unique |
//! | `repeat` | one side in a repeat |
//! | `inserted` | 1-40 inserted bases |
//! | `homology` | 1-20 bases that both sides share, or the nearest there is |
//! | `deletion`, `inversion` | both genes on one chromosome |
//! | `reciprocal` | both products |

use std::collections::BTreeMap;

use crate::genome::{Breakend, EventKind, Interval, Junction};
use crate::model::{Gene, Role, KINASES};
use crate::simulate::event::{RepeatWish, SimulatedEvent, WrittenEnd, WrittenHomology, WrittenInsertion};
use crate::simulate::random::Random;
use crate::simulate::site::{model, Offset, WrittenSite};

use super::{fusion, PanelRequest};

const RNA: [&str; 4] = ["novel_edge", "inside", "cryptic", "inserted"];
const DNA: [&str; 7] = ["unique", "repeat", "inserted", "homology", "deletion", "inversion", "reciprocal"];
/// Draws for one event before a category is given up (there may be no such pair of genes).
const TRIES: u32 = 20_000;

pub(super) fn events(request: &PanelRequest) -> Vec<SimulatedEvent> {
    let mut random = Random::for_purpose(request.seed, "novel panel");
    let exons = kinase_exons(request);
    let kinases: Vec<&Gene> =
        KINASES.iter().filter_map(|symbol| request.models.find(symbol)).filter(|gene| exons.contains_key(gene.symbol.as_str())).collect();
    let partners: Vec<&Gene> = request
        .models
        .iter()
        .filter(|gene| !KINASES.contains(&gene.symbol.as_str()) && model(gene).is_ok_and(|(_, transcript)| transcript.exons.len() > 2))
        .collect();
    let mut events = Vec::new();
    if kinases.is_empty() || partners.is_empty() {
        return events;
    }
    for category in if request.in_dna { &DNA[..] } else { &RNA[..] } {
        let mut made = 0;
        for _ in 0..TRIES {
            if made == request.replicates {
                break;
            }
            let three = kinases[random.below(kinases.len())];
            let five = partners[random.below(partners.len())];
            let usual = &exons[three.symbol.as_str()];
            let exon3 = usual[random.below(usual.len())];
            let id = format!("{category}{}", made + 1);
            if let Some(event) = draw(id, category, (five, three, exon3), request, &mut random) {
                events.push(event);
                made += 1;
            }
        }
    }
    events
}

/// The exons at which each kinase is known to begin.
fn kinase_exons<'a>(request: &'a PanelRequest) -> BTreeMap<&'a str, Vec<u32>> {
    let mut exons: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for known in request.knowledge.fusions() {
        let Some(three) = &known.three else { continue };
        let usable =
            request.models.find(&known.gene3).and_then(|gene| gene.transcript.as_ref()).is_some_and(|t| t.exon(three.number).is_some());
        let list = exons.entry(&known.gene3).or_default();
        if usable && three.number > 1 && !list.contains(&three.number) {
            list.push(three.number);
        }
    }
    exons.retain(|_, list| !list.is_empty());
    exons
}

fn draw(
    id: String,
    category: &str,
    (five, three, exon3): (&Gene, &Gene, u32),
    request: &PanelRequest,
    random: &mut Random,
) -> Option<SimulatedEvent> {
    let (strand5, transcript5) = model(five).ok()?;
    let (strand3, transcript3) = model(three).ok()?;
    // Neither the first nor the last exon of the partner.
    let exon5 = 2 + random.below(transcript5.exons.len() - 2) as u32;
    if request.knowledge.pair(&five.symbol, &three.symbol) && !request.in_dna {
        return None;
    }
    let edge5 = transcript5.splice_edge(exon5, strand5, Role::Five)?;
    let edge3 = transcript3.splice_edge(exon3, strand3, Role::Three)?;
    let ends =
        [Breakend::new(five.contig(), edge5, Role::Five.side(strand5)), Breakend::new(three.contig(), edge3, Role::Three.side(strand3))];
    if !ends.iter().all(|end| is_known(*end, request)) {
        return None;
    }
    let exon = |number| WrittenSite::Exon { number, missing_bp: 0 };
    let (mut site5, mut site3) = (exon(exon5), exon(exon3));
    let kind = Junction::new(ends[0], ends[1], b"").event_kind();
    let mut insertion = None;
    let mut homology = None;
    let mut repeat = RepeatWish::Any;
    match category {
        "inside" => match random.below(4) {
            0 => site5 = inside_exon(transcript5.exon(exon5)?.length_bp(), exon5, random)?,
            1 => site3 = inside_exon(transcript3.exon(exon3)?.length_bp(), exon3, random)?,
            2 => site5 = WrittenSite::Intron { after: exon5, offset: Some(Offset::Behind(within(five, exon5, random)?)) },
            _ => site3 = WrittenSite::Intron { after: exon3 - 1, offset: Some(Offset::Before(within(three, exon3 - 1, random)?)) },
        },
        "cryptic" => {
            let (gene, after) = if random.happens(0.5) { (five, exon5) } else { (three, exon3 - 1) };
            let intron_bp = intron_bp(gene, after)?;
            let length_bp = 40 + random.below(110) as u32;
            let from = 200 + random.below(intron_bp.checked_sub(length_bp + 400)? as usize + 1) as u32;
            let site = WrittenSite::Cryptic { after, from: Offset::Behind(from), to: Offset::Behind(from + length_bp) };
            *(if gene.symbol == five.symbol { &mut site5 } else { &mut site3 }) = site;
        }
        "inserted" => insertion = Some(WrittenInsertion::Random(1 + random.below(if request.in_dna { 40 } else { 30 }) as u32)),
        "homology" => homology = Some(WrittenHomology { bp: 1 + random.below(20) as u32, or_nearest: true }),
        "unique" => repeat = RepeatWish::Sides(false, false),
        "repeat" => repeat = if random.happens(0.5) { RepeatWish::Sides(true, false) } else { RepeatWish::Sides(false, true) },
        _ => {}
    }
    let wanted = match category {
        "deletion" => kind == EventKind::Deletion,
        "inversion" => kind == EventKind::Inversion,
        "unique" | "repeat" | "reciprocal" => kind == EventKind::Translocation,
        _ => true,
    };
    if !wanted {
        return None;
    }
    if let RepeatWish::Sides(at_five, at_three) = repeat {
        let sides = [(five, &site5, Role::Five, at_five), (three, &site3, Role::Three, at_three)];
        if !sides.into_iter().all(|(gene, site, role, wanted)| has_place(gene, site, role, wanted, request, random)) {
            return None;
        }
    }
    let end = |gene: &Gene, site| WrittenEnd { gene: Some(gene.symbol.clone()), site };
    let mut event = fusion(id, category, end(five, site5), end(three, site3));
    (event.insertion, event.homology, event.repeat) = (insertion, homology, repeat);
    event.reciprocal = category == "reciprocal";
    Some(event)
}

/// Whether the FASTA has the bases on both sides.
fn is_known(end: Breakend, request: &PanelRequest) -> bool {
    const AROUND_BP: u32 = 100;
    let around =
        Interval { contig: end.contig, start: end.boundary.saturating_sub(AROUND_BP), end: end.boundary.saturating_add(AROUND_BP) };
    request.reference.bases(around).is_some_and(|bases| !bases.contains(&b'N'))
}

/// Whether the site has places in a repeat, or unique ones: one in fifty at least, so that placing both sides finds a pair.
fn has_place(gene: &Gene, site: &WrittenSite, role: Role, in_repeat: bool, request: &PanelRequest, random: &mut Random) -> bool {
    const PLACES: usize = 100;
    let Some(repeats) = request.repeats else { return true };
    let Some(strand) = gene.strand else { return false };
    let Ok(range) = site.boundaries(Some(gene), role, request.in_dna, request.reference.contigs()) else { return false };
    let suitable = (0..PLACES)
        .map(|_| range.start + random.below(range.length_bp() as usize + 1) as u32)
        .map(|boundary| Breakend::new(range.contig, boundary, role.side(strand)))
        .filter(|end| is_known(*end, request) && repeats.at(request.reference, *end) == Some(in_repeat));
    suitable.take(2).count() == 2
}

/// Off the edge by at least 12 bases, so that no read could be taken for one of the plain junction.
fn inside_exon(length_bp: u32, number: u32, random: &mut Random) -> Option<WrittenSite> {
    let room = length_bp.checked_sub(40)?;
    Some(WrittenSite::Exon { number, missing_bp: 12 + random.below(room as usize + 1) as u32 })
}

/// Bases of the intron that are kept.
fn within(gene: &Gene, after: u32, random: &mut Random) -> Option<u32> {
    let most = intron_bp(gene, after)?.min(300).checked_sub(40)?;
    Some(20 + random.below(most as usize) as u32)
}

fn intron_bp(gene: &Gene, after: u32) -> Option<u32> {
    let (strand, transcript) = model(gene).ok()?;
    let start = Offset::Behind(0).boundary(transcript, strand, after)?;
    Some(start.abs_diff(Offset::Before(0).boundary(transcript, strand, after)?))
}
