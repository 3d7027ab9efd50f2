//! What is simulated: events drawn from the tables of facts and at random, each as molecules on the laboratory genome.

use std::collections::BTreeSet;

use kinfuse::evaluate::place::CalledEnd;
use kinfuse::evaluate::truth::TrueJunction;
use kinfuse::genome::{Breakend, EventKind, Junction, Side, Strand};
use kinfuse::simulate::{MoleculePiece, Random, SimulatedMolecule};

use crate::laboratory::{table, Laboratory, Model};
use crate::rearranged::runs;

/// One end of an event.
#[derive(Clone)]
pub struct Partner {
    pub gene: String,
    pub end: Breakend,
}

/// A junction, and the molecules that carry it.
pub struct Event {
    pub label: String,
    pub category: &'static str,
    pub partners: [Partner; 2],
    pub insertion: String,
    pub molecule: SimulatedMolecule,
    /// Where the junction lies on the molecule, before and behind the inserted bases.
    pub at: (usize, usize),
    /// The other product with its junction, where the event is reciprocal.
    pub reciprocal: Option<(SimulatedMolecule, usize, [Partner; 2])>,
    /// Unbroken stretches beside the event.
    pub wild_type: Vec<SimulatedMolecule>,
    pub exon_junction: Option<String>,
    pub variant: Option<String>,
}

impl Event {
    /// What is true of a sample with this event.
    pub fn truths(&self, laboratory: &Laboratory, sample: &str, material: &str, fragments: Option<u32>) -> Vec<TrueJunction> {
        let of = |partners: &[Partner; 2], insertion: &str, is_reciprocal: bool| {
            let junction = Junction::new(partners[0].end, partners[1].end, b"");
            let ends = [0, 1].map(|index: usize| {
                let (chrom, position) = laboratory.grch38(partners[index].end);
                CalledEnd::new(chrom, position, Some(partners[index].end.side))
            });
            let structure = if material == "rna" {
                "transcript"
            } else if ends[0].contig != ends[1].contig {
                "translocation"
            } else {
                match junction.event_kind() {
                    EventKind::Inversion => "inversion",
                    EventKind::Duplication => "duplication",
                    _ => "deletion",
                }
            };
            let named = partners.iter().all(|partner| partner.gene != "?");
            TrueJunction {
                sample: sample.to_owned(),
                name: if named { format!("{}::{}", partners[0].gene, partners[1].gene) } else { String::new() },
                ends,
                ordered: named,
                exon_junction: self.exon_junction.clone().filter(|_| !is_reciprocal),
                variant: self.variant.clone().filter(|_| !is_reciprocal),
                fragments,
                expected_fragments: None,
                expected_fraction: None,
                homology_bp: if insertion.is_empty() { laboratory.reference.homology_bp(&junction) } else { 0 },
                insertion: insertion.to_owned(),
                event: Some(self.label.clone() + if is_reciprocal { " r" } else { "" }),
                structure: Some(structure.to_owned()),
                category: Some(if is_reciprocal { "other product" } else { self.category }.to_owned()),
                material: Some(material.to_owned()),
            }
        };
        let mut truths = vec![of(&self.partners, &self.insertion, false)];
        truths.extend(self.reciprocal.as_ref().map(|(_, _, partners)| of(partners, "", true)));
        truths
    }
}

/// Bases of a fused transcript on either side.
const SPLICED_BP: usize = 700;

/// A fused transcript.
fn transcript(
    laboratory: &Laboratory,
    partners: &[Partner; 2],
    pieces: [Vec<MoleculePiece>; 2],
    insertion: &str,
) -> Option<(SimulatedMolecule, (usize, usize))> {
    let [mut five, mut three] = pieces;
    let length = |pieces: &[MoleculePiece]| -> usize {
        pieces.iter().map(|piece| if let MoleculePiece::Genomic(at, _) = piece { at.length_bp() as usize } else { 0 }).sum()
    };
    while five.len() > 1 && length(&five[1..]) >= SPLICED_BP {
        five.remove(0);
    }
    while three.len() > 1 && length(&three[..three.len() - 1]) >= SPLICED_BP {
        three.pop();
    }
    let left = length(&five);
    let inserted = (!insertion.is_empty()).then(|| MoleculePiece::Inserted(insertion.as_bytes().to_vec()));
    let all: Vec<MoleculePiece> = five.into_iter().chain(inserted).chain(three).collect();
    let molecule = SimulatedMolecule::new(format!("{}::{}", partners[0].gene, partners[1].gene), &all, &laboratory.reference).ok()?;
    Some((molecule, (left, left + insertion.len())))
}

fn partner(model: &Model, end: Breakend) -> Partner {
    Partner { gene: model.gene.clone(), end }
}

fn random_bases(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| char::from(random.base())).collect()
}

/// `chr2:29223528:-` as the breakend of a gene.
fn breakend(laboratory: &Laboratory, text: &str, five: bool) -> Option<Breakend> {
    let mut parts = text.split(':');
    let (chrom, position, strand) = (parts.next()?, parts.next()?.parse::<u32>().ok()?, parts.next()?);
    let base = laboratory.interval(chrom, position - 1, position)?;
    let lower = five == (strand == "+");
    let (boundary, side) = if lower { (base.end, Side::Lower) } else { (base.start, Side::Higher) };
    Some(Breakend::new(base.contig, boundary, side))
}

/// All events of RNA. Those that differ in the number of fragments are made of one event later.
pub fn rna(laboratory: &Laboratory, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "rna events");
    let mut events = known_rna(laboratory, &mut random);
    novel_rna(laboratory, &mut random, &mut events);
    events
}

/// Known rows with both junctions; variants with inserted bases as retained intron and as bases from elsewhere.
fn known_rna(laboratory: &Laboratory, random: &mut Random) -> Vec<Event> {
    let mut events = Vec::new();
    for row in table(&laboratory.shared.join("facts/fusions.tsv")) {
        let ends = [("junction5_hg38", true), ("junction3_hg38", false)].map(|(column, five)| breakend(laboratory, &row[column], five));
        let [Some(five), Some(three)] = ends else { continue };
        let variant = row["variant_name"].as_str();
        // (bases from elsewhere, bases of the intron before the kinase's exon, bases by which either edge is missed)
        let forms: &[(usize, i64, i64, i64)] = match variant {
            "V5b" => &[(117, 0, 0, 0), (0, 117, 0, 0)],
            "V6" => &[(69, 0, 0, 0), (0, 69, 0, 0)],
            "V8a" => &[(30, 0, 0, 0), (0, 30, 0, 0)],
            "E17ins68" => &[(68, 0, 0, 0), (0, 68, 0, 0)],
            "E17ins65" => &[(65, 0, 0, 0), (0, 65, 0, 0)],
            "E13ins90" => &[(90, 0, 0, 0), (0, 90, 0, 0)],
            "V4" => &[(11, 0, 0, 0)],
            "E14ins2del52" => &[(2, 0, 0, 0)],
            "V8b" => &[(0, 0, 61, 34)],
            _ => &[(0, 0, 0, 0)],
        };
        for &(inserted, retained, more_five, more_three) in forms {
            let models = [&row["gene5"], &row["gene3"]].map(|gene| laboratory.models(gene));
            let cryptic = row["exon5"] == "6b";
            let five_pieces = models[0].iter().find_map(|model| {
                if cryptic {
                    // Exon 6b is spliced to exon 6 and has no model of its own.
                    let mut pieces = model.spliced(model.edge(6, true)?, true)?;
                    pieces.push(MoleculePiece::Genomic(laboratory.kept(five, 33)?, model.strand));
                    return Some((model, pieces));
                }
                let mut pieces = model.spliced(five, true)?;
                lengthen(pieces.last_mut()?, five.extended(more_five));
                Some((model, pieces))
            });
            let three_pieces = models[1].iter().find_map(|model| {
                let mut pieces = model.spliced(three, false)?;
                lengthen(pieces.first_mut()?, three.extended(retained + more_three));
                Some((model, pieces))
            });
            let (Some((five_model, five_pieces)), Some((three_model, three_pieces))) = (five_pieces, three_pieces) else { continue };
            let partners = [partner(five_model, five.extended(more_five)), partner(three_model, three.extended(retained + more_three))];
            let insertion = random_bases(random, inserted);
            let Some((molecule, at)) = transcript(laboratory, &partners, [five_pieces, three_pieces], &insertion) else { continue };
            let plain = forms == [(0, 0, 0, 0)] && row["breakpoint_class"] == "exon-exon" && !cryptic;
            let initial = |gene: &str| gene.chars().next().unwrap_or('?');
            let exon5 = laboratory.counted_exon(&row["gene5"], five).map_or_else(|| row["exon5"].clone(), |exon| exon.to_string());
            let exons = format!("{}{exon5};{}{}", initial(&row["gene5"]), initial(&row["gene3"]), row["exon3"]);
            let labelled = !variant.is_empty() && !variant.contains(';') && (variant.starts_with('V') || variant.starts_with("E1"));
            let kind = if retained > 0 {
                " (intron)"
            } else if inserted > 0 {
                " (inserted)"
            } else {
                ""
            };
            events.push(Event {
                label: format!("{}::{} {};{} {variant}{kind}", row["gene5"], row["gene3"], row["exon5"], row["exon3"]),
                category: if plain { "known" } else { "known, inside or inserted" },
                partners,
                insertion,
                molecule,
                at,
                reciprocal: None,
                wild_type: Vec::new(),
                exon_junction: plain.then_some(exons),
                variant: labelled.then(|| variant.to_owned()),
            });
        }
    }
    events
}

/// Moves the broken end of a piece to a breakend beside it.
fn lengthen(piece: &mut MoleculePiece, end: Breakend) {
    if let MoleculePiece::Genomic(interval, _) = piece {
        match end.side {
            Side::Lower => interval.end = end.boundary,
            Side::Higher => interval.start = end.boundary,
        }
    }
}

/// Exons of the kinases that fusions use (the ranges of the literature).
pub const KINASE_EXONS: [(&str, &[u32]); 5] =
    [("ALK", &[20, 19]), ("ROS1", &[32, 34, 35, 36]), ("NTRK1", &[9, 10, 11, 12]), ("NTRK2", &[15, 16]), ("NTRK3", &[14, 15])];

/// Genes with several exons that are in no table of known partners.
pub fn unlisted(laboratory: &Laboratory) -> Vec<&Model> {
    let known: BTreeSet<String> = table(&laboratory.shared.join("facts/fusions.tsv")).iter().map(|row| row["gene5"].clone()).collect();
    let is_kinase = |gene: &str| KINASE_EXONS.iter().any(|(kinase, _)| *kinase == gene);
    let genes = laboratory.genes().filter(|&gene| !known.contains(gene) && !is_kinase(gene));
    genes.map(|gene| &laboratory.models(gene)[0]).filter(|model| model.exons.len() > 2).collect()
}

/// Genes that are in no table of known partners: at exon edges, inside of exons, and with inserted bases.
fn novel_rna(laboratory: &Laboratory, random: &mut Random, events: &mut Vec<Event>) {
    let novel = unlisted(laboratory);
    for index in 0..150 {
        let five = novel[random.below(novel.len())];
        let (kinase, exons) = KINASE_EXONS[index % 5];
        let Some(three) = laboratory.models(kinase).first() else { continue };
        let (n5, n3) = (five.exons[random.below(five.exons.len() - 1)].0, exons[random.below(exons.len())]);
        let length = five.exon(n5).map_or(0, |exon| exon.length_bp());
        let (mut missing5, mut missing3, mut inserted) = (0, 0, 0);
        let category = match index / 5 % 3 {
            0 => "novel, exon edges",
            1 => {
                missing5 = 5 + random.below((length / 2).clamp(6, 200) as usize) as i64;
                missing3 = if random.happens(0.5) { 4 + random.below(36) as i64 } else { 0 };
                "novel, inside an exon"
            }
            _ => {
                inserted = 1 + random.below(20);
                "novel, inserted bases"
            }
        };
        let spliced = Spliced { five, exon5: n5, three, exon3: n3, missing: (missing5, missing3) };
        events.extend(spliced.event(laboratory, category, &random_bases(random, inserted)));
    }
}

/// Breaks within exons at which the bases that the partner keeps begin in a run of eight or in a short repeat, seen from the kinase: true
/// sequence that looks like dirt.
pub fn beside_runs(laboratory: &Laboratory, count: usize, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "breaks of RNA beside runs");
    let is_kinase = |gene: &str| KINASE_EXONS.iter().any(|(kinase, _)| *kinase == gene);
    // Alternately a run and a repeat of longer units.
    let mut places: [Vec<(&Model, u32, i64)>; 2] = [Vec::new(), Vec::new()];
    for gene in laboratory.genes().filter(|&gene| !is_kinase(gene)) {
        let Some(model) = laboratory.models(gene).first() else { continue };
        for exon in model.exons.iter().map(|exon| exon.0) {
            let Some(bases) = model.exon(exon).and_then(|interval| laboratory.reference.bases(interval)) else { continue };
            for unit_bp in 1..=4 {
                for (start, end) in runs(bases, unit_bp, if unit_bp == 1 { 8 } else { 12 }) {
                    let missing = if model.strand == Strand::Forward { bases.len() - end } else { start };
                    places[usize::from(unit_bp > 1)].push((model, exon, missing as i64));
                }
            }
        }
    }
    let mut events = Vec::new();
    for attempt in 0..count * 50 {
        let places = &places[attempt % 2];
        if events.len() == count || places.is_empty() {
            break;
        }
        let (five, exon5, missing) = places[random.below(places.len())];
        let (kinase, exons) = KINASE_EXONS[random.below(KINASE_EXONS.len())];
        let Some(three) = laboratory.models(kinase).first() else { continue };
        let spliced = Spliced { five, exon5, three, exon3: exons[random.below(exons.len())], missing: (missing, 0) };
        events.extend(spliced.event(laboratory, "beside a run", ""));
    }
    events
}

/// Two genes joined at or beside exon edges.
pub struct Spliced<'m> {
    pub five: &'m Model,
    pub exon5: u32,
    pub three: &'m Model,
    pub exon3: u32,
    /// Bases of the two exons that are missing before the junction and behind it.
    pub missing: (i64, i64),
}

impl Spliced<'_> {
    /// The junction; `None` where the exons do not have these bases.
    pub fn ends(&self) -> Option<[Breakend; 2]> {
        Some([self.five.edge(self.exon5, true)?.extended(-self.missing.0), self.three.edge(self.exon3, false)?.extended(-self.missing.1)])
    }

    /// The event, where its transcript has enough known bases on both sides.
    pub fn event(&self, laboratory: &Laboratory, category: &'static str, insertion: &str) -> Option<Event> {
        let ends = self.ends()?;
        let pieces = [self.five.spliced(ends[0], true)?, self.three.spliced(ends[1], false)?];
        let partners = [partner(self.five, ends[0]), partner(self.three, ends[1])];
        let (molecule, at) = transcript(laboratory, &partners, pieces, insertion)?;
        if at.0 < 60 || molecule.length_bp() - at.1 < 60 || molecule.bases().contains(&b'N') {
            return None;
        }
        let (five, three) = (&self.five.gene, &self.three.gene);
        let ((missing5, missing3), inserted) = (self.missing, insertion.len());
        Some(Event {
            label: format!("{five}::{three} {};{} -{missing5} +{missing3} ins{inserted}", self.exon5, self.exon3),
            category,
            partners,
            insertion: insertion.to_owned(),
            molecule,
            at,
            reciprocal: None,
            wild_type: Vec::new(),
            exon_junction: None,
            variant: None,
        })
    }
}
