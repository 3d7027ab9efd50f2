//! From an event as written to two breakends: a place is drawn within what the sites allow, moved to where the reference has the
//! homology or the repeat that was asked for, and inserted bases are made that the reference does not continue.

use rustc_hash::FxHashMap;

use crate::genome::{Breakend, Interval, Junction, Side};
use crate::model::{Gene, GeneModels, Role};
use crate::sequence::complement;

use super::event::{kind_name, RepeatWish, SimulatedEvent, WrittenInsertion};
use super::genome::MemoryGenome;
use super::random::Random;
use super::repeats::Repeats;
use super::site::WrittenSite;

/// Farthest that two ends are compared.
const LONGEST_HOMOLOGY_BP: i64 = 100;
/// A break that was given exactly is moved by up to this many bases to find the homology asked for.
const SEARCH_BP: u32 = 500;
/// Of a long intron this stretch is searched for homology.
const WINDOW_BP: u32 = 20_000;
/// Places tried before one gives up.
const TRIES: usize = 20_000;

/// What all events are placed on.
pub struct Ground<'a> {
    /// The genome.
    pub reference: &'a MemoryGenome,
    /// Its genes.
    pub models: &'a GeneModels,
    /// Copies of short stretches, where any event asks for repeats.
    pub repeats: Option<&'a Repeats>,
    /// Bases that must be known on either side of a break.
    pub flank_bp: u32,
    /// Whether breaks of genes lie in introns (DNA) or at exon edges (RNA).
    pub in_dna: bool,
}

/// Two breakends, joined.
#[derive(Debug, Clone)]
pub struct Rearrangement<'a> {
    /// The genes, where there are any.
    pub genes: [Option<&'a Gene>; 2],
    /// The sites as written.
    pub sites: [WrittenSite; 2],
    /// End of the 5' partner, start of the kinase; homologous bases are the kinase's, except where both lie at exon edges.
    pub ends: [Breakend; 2],
    /// Inserted bases, read from the 5' partner.
    pub insertion: Vec<u8>,
    /// Bases that both share, counted on the kinase's side.
    pub homology_bp: u32,
    /// Whether it is a reciprocal product, in which the kinase gives its 5' part.
    pub five_is_kinase: bool,
}

impl Rearrangement<'_> {
    /// The junction, with its homology. In DNA, and off exon edges, it is given with the homologous bases on the kinase's side.
    pub fn junction(&self) -> Junction {
        let [five, three] = self.ends;
        if self.homology_bp > 0 && self.five_is_kinase {
            Junction::with_homology(five, three, self.homology_bp)
        } else if self.homology_bp > 0 {
            Junction::with_homology(three, five, self.homology_bp)
        } else {
            Junction::new(five, three, &self.insertion)
        }
    }

    /// The other product in DNA: the lost flanks joined, without inserted bases.
    #[must_use]
    pub fn reciprocal(&self, reference: &MemoryGenome) -> Self {
        let lost = |end: Breakend| Breakend { side: end.side.flipped(), ..end };
        let (five, three) = (lost(self.ends[1]), lost(self.ends[0]));
        let (gained, lost_bp) = (shared(reference, five, three), shared(reference, three, five));
        let moved = i64::from(gained);
        Self {
            genes: [self.genes[1], self.genes[0]],
            sites: [self.sites[1].clone(), self.sites[0].clone()],
            ends: [five.extended(moved), three.extended(-moved)],
            insertion: Vec::new(),
            homology_bp: gained + lost_bp,
            five_is_kinase: true,
        }
    }

    /// `EML4::ALK`; `?` for an end without a gene.
    pub fn name(&self) -> String {
        let [five, three] = self.genes.map(|gene| gene.map_or("?", |gene| gene.symbol.as_str()));
        format!("{five}::{three}")
    }
}

/// The base at `step` from a breakend: kept ones below 0, lost ones from 0 on, read outwards.
fn walk(reference: &MemoryGenome, end: Breakend, step: i64) -> u8 {
    let boundary = i64::from(end.boundary);
    let (position, turned) = match end.side {
        Side::Lower => (boundary + step, false),
        Side::Higher => (boundary - 1 - step, true),
    };
    let base = u32::try_from(position).map_or(b'N', |position| reference.base(end.contig, position));
    if turned {
        complement(base)
    } else {
        base
    }
}

/// Bases beyond `x` that repeat those that `y` keeps.
fn shared(reference: &MemoryGenome, x: Breakend, y: Breakend) -> u32 {
    (0..LONGEST_HOMOLOGY_BP)
        .take_while(|&step| {
            let beyond = walk(reference, x, step);
            beyond != b'N' && beyond == complement(walk(reference, y, -1 - step))
        })
        .count() as u32
}

impl<'a> Ground<'a> {
    /// Places an event.
    ///
    /// # Errors
    /// What cannot be had, and what to do.
    pub fn place(&self, event: &SimulatedEvent, random: &mut Random) -> Result<Rearrangement<'a>, (String, &'static str)> {
        let Some(written) = &event.ends else { return Err(("has no fusion".to_owned(), "give genes and sites")) };
        let mut genes = [None; 2];
        let mut sides = Vec::new();
        let roles = [Role::Five, Role::Three];
        for ((slot, end), role) in genes.iter_mut().zip(written).zip(roles) {
            if let Some(symbol) = &end.gene {
                let gene = self.models.find(symbol);
                *slot = Some(gene.ok_or_else(|| (format!("no gene {symbol} here"), "check the symbol, or give a GTF that has it"))?);
            }
            let remedy = "check the exon numbers (kinfuse counts as the literature does) and the contig names";
            let range = end.site.boundaries(*slot, role, self.in_dna, self.reference.contigs()).map_err(|problem| (problem, remedy))?;
            let strand = match &end.site {
                WrittenSite::Place { strand: Some(strand), .. } => Some(*strand),
                _ => slot.and_then(|gene| gene.strand),
            };
            sides.push((range, role.side(strand.ok_or(("a gene without strand".to_owned(), remedy))?)));
        }
        let chosen = match event.homology {
            Some(homology) if event.insertion.is_none() => {
                let mut found = self.with_homology(event, &sides, homology.bp, random);
                if homology.or_nearest {
                    let nearest = (1..=50u32).flat_map(|away| [homology.bp.checked_sub(away), Some(homology.bp + away)]).flatten();
                    for bp in nearest.take_while(|&bp| bp <= 50) {
                        found = found.or_else(|| self.with_homology(event, &sides, bp, random));
                    }
                }
                found.ok_or_else(|| {
                    (
                        format!("the reference has no {} shared bases where these two may break", homology.bp),
                        "write ~ before the number to take the nearest, or give other sites",
                    )
                })?
            }
            _ => self.any(event, &sides, random).ok_or((
                "no place was found whose bases on either side are known (and lie in a repeat or not, as asked)".to_owned(),
                "give another site, a smaller --flank, or leave repeat blank",
            ))?,
        };
        let [five, three] = chosen;
        let is_edge = |site: &WrittenSite| matches!(site, WrittenSite::Exon { missing_bp: 0, .. } | WrittenSite::Cryptic { .. });
        let kept_edges = !self.in_dna && written.iter().all(|end| is_edge(&end.site));
        let (ends, insertion, homology_bp) = match &event.insertion {
            Some(WrittenInsertion::Bases(bases)) if !bases.is_empty() => (chosen, bases.clone(), 0),
            Some(WrittenInsertion::Random(bp)) if *bp > 0 => (chosen, self.inserted(chosen, *bp, random), 0),
            _ => {
                let (gained, lost) = (shared(self.reference, three, five), shared(self.reference, five, three));
                if kept_edges {
                    (chosen, Vec::new(), lost)
                } else {
                    let moved = i64::from(gained);
                    ([five.extended(-moved), three.extended(moved)], Vec::new(), gained + lost)
                }
            }
        };
        let sites = [written[0].site.clone(), written[1].site.clone()];
        let placed = Rearrangement { genes, sites, ends, insertion, homology_bp, five_is_kinase: false };
        let kind = placed.junction().event_kind();
        match event.structure.filter(|&asked| asked != kind && self.in_dna) {
            Some(asked) => {
                let problem = format!("these sites make a {}, not a {}", kind_name(kind), kind_name(asked));
                Err((problem, "correct or leave out the structure"))
            }
            None => Ok(placed),
        }
    }

    /// Random bases of which the first does not continue the 5' partner and the last does not lead into the kinase, so that all of
    /// them are inserted ones.
    fn inserted(&self, [five, three]: [Breakend; 2], bp: u32, random: &mut Random) -> Vec<u8> {
        let mut bases: Vec<u8> = (0..bp).map(|_| random.base()).collect();
        let (next, before) = (walk(self.reference, five, 0), complement(walk(self.reference, three, 0)));
        let last = bases.len() - 1;
        while bases[0] == next || bases[last] == before {
            bases[0] = random.base();
            bases[last] = random.base();
        }
        bases
    }

    fn any(&self, event: &SimulatedEvent, sides: &[(Interval, Side)], random: &mut Random) -> Option<[Breakend; 2]> {
        (0..TRIES).map(|_| drawn(sides, random)).find(|ends| self.suits(event, *ends))
    }

    /// Whether the bases beside both breaks are known, and repeats are as asked.
    fn suits(&self, event: &SimulatedEvent, ends: [Breakend; 2]) -> bool {
        let known = ends.iter().all(|end| {
            let flank_bp = if self.in_dna { self.flank_bp } else { 1 };
            let around =
                Interval { contig: end.contig, start: end.boundary.saturating_sub(flank_bp), end: end.boundary.saturating_add(flank_bp) };
            self.reference.bases(around).is_some_and(|bases| !bases.contains(&b'N'))
        });
        let repeats = match (event.repeat, self.repeats) {
            (RepeatWish::Sides(five, three), Some(repeats)) if known => {
                let [at_five, at_three] = ends.map(|end| repeats.at(self.reference, end));
                at_five == Some(five) && at_three == Some(three)
            }
            _ => true,
        };
        known && repeats
    }

    /// A pair of places with exactly this homology: all stretches of that length that both sides have are looked up.
    fn with_homology(&self, event: &SimulatedEvent, sides: &[(Interval, Side)], bp: u32, random: &mut Random) -> Option<[Breakend; 2]> {
        let exact = |ends: &[Breakend; 2]| {
            let [five, three] = *ends;
            shared(self.reference, three, five) + shared(self.reference, five, three) == bp && self.suits(event, *ends)
        };
        let widened: Vec<(Interval, Side)> = sides
            .iter()
            .map(|&(range, side)| {
                let reach = if range.length_bp() == 0 { SEARCH_BP } else { 0 };
                let mut range = Interval { start: range.start.saturating_sub(reach), end: range.end + reach, ..range };
                if range.length_bp() > WINDOW_BP {
                    range.start += random.below((range.length_bp() - WINDOW_BP) as usize) as u32;
                    range.end = range.start + WINDOW_BP;
                }
                (range, side)
            })
            .collect();
        if bp < 4 {
            // One pair of places in a few hundred has it.
            return (0..TRIES).map(|_| drawn(&widened, random)).find(exact);
        }
        // The bases that the kinase keeps next to its break, against those that the 5' partner would go on with.
        let ends_of = |(range, side): (Interval, Side)| (range.start..=range.end).map(move |at| Breakend::new(range.contig, at, side));
        let mut of_three: FxHashMap<Vec<u8>, Vec<Breakend>> = FxHashMap::default();
        for end in ends_of(widened[1]) {
            let kept = (0..i64::from(bp)).map(|step| complement(walk(self.reference, end, -1 - step))).collect();
            of_three.entry(kept).or_default().push(end);
        }
        let mut found = Vec::new();
        for five in ends_of(widened[0]) {
            let beyond: Vec<u8> = (0..i64::from(bp)).map(|step| walk(self.reference, five, step)).collect();
            if beyond.contains(&b'N') {
                continue;
            }
            found.extend(of_three.get(&beyond).into_iter().flatten().map(|&three| [five, three]).filter(|ends| exact(ends)));
            if found.len() > 200 {
                break;
            }
        }
        (!found.is_empty()).then(|| found[random.below(found.len())])
    }
}

/// Two places within what the sites allow.
fn drawn(sides: &[(Interval, Side)], random: &mut Random) -> [Breakend; 2] {
    let mut draw = |(range, side): (Interval, Side)| {
        let boundary = range.start + random.below((range.end - range.start) as usize + 1) as u32;
        Breakend::new(range.contig, boundary, side)
    };
    [draw(sides[0]), draw(sides[1])]
}
