//! Events of DNA: rearranged chromosomes with breaks in introns, in repeats, with homology and inserted bases.

use kinfuse::genome::{Breakend, ContigId, Interval, Junction, Side, Strand};
use kinfuse::sequence::reverse_complement;
use kinfuse::simulate::{MoleculePiece, Random, SimulatedMolecule};

use crate::events::{unlisted, Event, Partner, KINASE_EXONS};
use crate::laboratory::{table, Laboratory, Model};

/// Bases on either side of a break that are sequenced.
pub const REACH_BP: u32 = 600;

/// An event between two breakends; `None` where one of them is too near to the end of what is known.
fn event(
    laboratory: &Laboratory,
    label: String,
    category: &'static str,
    partners: [Partner; 2],
    insertion: String,
    with_reciprocal: bool,
) -> Option<Event> {
    event_within(laboratory, label, category, partners, insertion, with_reciprocal, REACH_BP)
}

/// The same event on molecules that reach further, for long reads.
pub fn reaching(laboratory: &Laboratory, event: &Event, reach_bp: u32) -> Option<Event> {
    let Event { label, category, partners, insertion, reciprocal, exon_junction, .. } = event;
    let longer = event_within(laboratory, label.clone(), category, partners.clone(), insertion.clone(), reciprocal.is_some(), reach_bp)?;
    Some(Event { exon_junction: exon_junction.clone(), ..longer })
}

fn event_within(
    laboratory: &Laboratory,
    label: String,
    category: &'static str,
    partners: [Partner; 2],
    insertion: String,
    with_reciprocal: bool,
    reach_bp: u32,
) -> Option<Event> {
    let read_along = |end: Breakend, five: bool| -> Strand {
        if (end.side == Side::Lower) == five {
            Strand::Forward
        } else {
            Strand::Reverse
        }
    };
    let product = |ends: [Breakend; 2], name: &str, insertion: &str| {
        let five = MoleculePiece::Genomic(laboratory.kept(ends[0], reach_bp)?, read_along(ends[0], true));
        let three = MoleculePiece::Genomic(laboratory.kept(ends[1], reach_bp)?, read_along(ends[1], false));
        let inserted = (!insertion.is_empty()).then(|| MoleculePiece::Inserted(insertion.as_bytes().to_vec()));
        let pieces: Vec<MoleculePiece> = [Some(five), inserted, Some(three)].into_iter().flatten().collect();
        SimulatedMolecule::new(name, &pieces, &laboratory.reference).ok()
    };
    let ends = [partners[0].end, partners[1].end];
    let molecule = product(ends, "derivative", &insertion)?;
    let left = reach_bp as usize;
    let mut wild_type = Vec::new();
    for end in ends {
        let stretch = Interval { contig: end.contig, start: end.boundary.checked_sub(reach_bp)?, end: end.boundary + reach_bp };
        wild_type.push(SimulatedMolecule::stretch("wild type", stretch, &laboratory.reference).ok()?);
    }
    let reciprocal = if with_reciprocal {
        let other = |partner: &Partner| Partner { end: Breakend { side: partner.end.side.flipped(), ..partner.end }, ..partner.clone() };
        let partners = [other(&partners[1]), other(&partners[0])];
        Some((product([partners[0].end, partners[1].end], "reciprocal", "")?, left, partners))
    } else {
        None
    };
    Some(Event {
        label,
        category,
        at: (left, left + insertion.len()),
        partners,
        insertion,
        molecule,
        reciprocal,
        wild_type,
        exon_junction: None,
        variant: None,
    })
}

/// A pair of introns that a known fusion joins.
struct Pair {
    label: String,
    genes: [String; 2],
    introns: [Interval; 2],
    sides: [Side; 2],
    exons: String,
}

impl Pair {
    /// The introns behind an exon of one gene and before an exon of another.
    fn of((five, exon5): (&Model, u32), (three, exon3): (&Model, u32)) -> Option<Self> {
        Some(Self {
            label: format!("{}::{} {exon5};{exon3}", five.gene, three.gene),
            genes: [five.gene.clone(), three.gene.clone()],
            introns: [five.intron(exon5, true)?, three.intron(exon3, false)?],
            sides: [five.side(true), three.side(false)],
            exons: String::new(),
        })
    }

    fn partners(&self, boundaries: [u32; 2]) -> [Partner; 2] {
        [0, 1].map(|index: usize| Partner {
            gene: self.genes[index].clone(),
            end: Breakend::new(self.introns[index].contig, boundaries[index], self.sides[index]),
        })
    }

    fn draw(&self, random: &mut Random) -> [Partner; 2] {
        let place = |interval: Interval, random: &mut Random| interval.start + random.below(interval.length_bp() as usize) as u32;
        let boundaries = [place(self.introns[0], random), place(self.introns[1], random)];
        self.partners(boundaries)
    }

    fn is(&self, five: &str, three: &str) -> bool {
        self.genes[0] == five && self.genes[1] == three
    }
}

fn pairs(laboratory: &Laboratory) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for row in table(&laboratory.shared.join("facts/fusions.tsv")) {
        let numbers = [&row["exon5"], &row["exon3"]].map(|exon| exon.parse::<u32>().ok());
        let [Some(exon5), Some(exon3)] = numbers else { continue };
        let models = [&row["gene5"], &row["gene3"]].map(|gene| laboratory.models(gene).first());
        let [Some(five), Some(three)] = models else { continue };
        // The exon must be where the table says, or its numbers are those of another transcript.
        let edge = five.edge(exon5, true).map(|edge| laboratory.grch38(edge).1.to_string());
        if row["junction5_hg38"].split(':').nth(1).map(str::to_owned) != edge && row["gene5"] != "GOPC" {
            continue;
        }
        let Some(pair) = Pair::of((five, exon5), (three, exon3)) else { continue };
        let initial = |gene: &str| gene.chars().next().unwrap_or('?');
        let counted = five.edge(exon5, true).and_then(|edge| laboratory.counted_exon(&five.gene, edge)).unwrap_or(exon5);
        pairs.push(Pair { exons: format!("{}{counted};{}{exon3}", initial(&five.gene), initial(&three.gene)), ..pair });
    }
    pairs
}

/// All events of DNA.
pub fn dna(laboratory: &Laboratory, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "dna events");
    let mut events = Vec::new();
    let pairs = pairs(laboratory);
    for pair in &pairs {
        let category = match pair.genes.each_ref().map(String::as_str) {
            ["LMNA", "NTRK1"] | ["GOPC", "ROS1"] => "deletion",
            ["EML4", "ALK"] | ["TPM3", "NTRK1"] => "inversion",
            _ => "known pair",
        };
        let repeats = if category == "deletion" { 6 } else { 1 };
        for _ in 0..repeats {
            let partners = pair.draw(&mut random);
            if let Some(mut event) = event(laboratory, pair.label.clone(), category, partners, String::new(), false) {
                // Exon 6 has a 6b, which the same break may mean.
                event.exon_junction = Some(pair.exons.clone()).filter(|_| !pair.is("EML4", "ALK") || !pair.exons.starts_with("E6;"));
                events.push(event);
            }
        }
    }
    duplications(laboratory, &mut random, &mut events);
    let core: Vec<&Pair> = pairs
        .iter()
        .filter(|pair| {
            [("EML4", "ALK"), ("CD74", "ROS1"), ("TPM3", "NTRK1"), ("ETV6", "NTRK3"), ("LMNA", "NTRK1"), ("SLC34A2", "ROS1")]
                .iter()
                .any(|(five, three)| pair.is(five, three))
        })
        .collect();
    assert!(!core.is_empty(), "the tables have known pairs");
    with_homology(laboratory, &core, &mut random, &mut events);
    for count in [1usize, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 25, 30, 40] {
        let pair = core[random.below(core.len())];
        let insertion: String = (0..count).map(|_| char::from(random.base())).collect();
        let partners = pair.draw(&mut random);
        events.extend(event(laboratory, format!("{} ins{count}", pair.label), "inserted bases", partners, insertion, false));
    }
    for index in 0..16 {
        let pair = core[(index * 2 + 1) % core.len()];
        let partners = pair.draw(&mut random);
        events.extend(event(laboratory, format!("{} reciprocal", pair.label), "reciprocal", partners, String::new(), true));
    }
    elsewhere(laboratory, &core, &mut random, &mut events);
    events
}

/// MYO5A lies before NTRK3 and is read the same way: a duplication joins them. The tables have no exons of it.
fn duplications(laboratory: &Laboratory, random: &mut Random, events: &mut Vec<Event>) {
    let [Some(five), Some(three)] = ["MYO5A", "NTRK3"].map(|gene| laboratory.models(gene).first()) else { return };
    for index in 0..12 {
        let Some(pair) = Pair::of((five, 18 + index % 6), (three, 14 + index % 2)) else { continue };
        let partners = pair.draw(random);
        events.extend(event(laboratory, pair.label, "duplication", partners, String::new(), false));
    }
}

/// Breaks at which both sides share 1 to 12 bases.
fn with_homology(laboratory: &Laboratory, core: &[&Pair], random: &mut Random, events: &mut Vec<Event>) {
    for wanted in 1..=12u32 {
        let mut made = 0;
        for attempt in 0..20_000 {
            let pair = core[(wanted as usize * 3 + made * 5 + attempt / 4000) % core.len()];
            let mut partners = pair.draw(random);
            // The bases behind the 5' break are looked for before the kinase's, in the direction of transcription.
            let end = partners[0].end;
            let lost = laboratory.kept(Breakend { side: end.side.flipped(), ..end }, wanted);
            let Some(lost) = lost.and_then(|interval| laboratory.reference.bases(interval)) else { continue };
            let lost = if end.side == Side::Lower { lost.to_vec() } else { reverse_complement(lost) };
            let forward = if partners[1].end.side == Side::Higher { lost } else { reverse_complement(&lost) };
            let Some(bases) = laboratory.reference.bases(pair.introns[1]) else { continue };
            let hits: Vec<usize> =
                bases.windows(wanted as usize).enumerate().filter(|(_, window)| *window == forward).map(|(at, _)| at).collect();
            if hits.is_empty() {
                continue;
            }
            let start = pair.introns[1].start + hits[random.below(hits.len())] as u32;
            // The shared bases belong to the kinase.
            partners[1].end.boundary = if partners[1].end.side == Side::Higher { start } else { start + wanted };
            if laboratory.reference.homology_bp(&Junction::new(partners[0].end, partners[1].end, b"")) != wanted {
                continue;
            }
            events.extend(event(laboratory, format!("{} homology {wanted}", pair.label), "homology", partners, String::new(), false));
            made += 1;
            if made == 3 {
                break;
            }
        }
    }
}

/// Partners without a gene: inside of an Alu, and in unique sequence.
fn elsewhere(laboratory: &Laboratory, core: &[&Pair], random: &mut Random, events: &mut Vec<Event>) {
    /// The beginning of the right arm of most Alus, which no other repeat has (the consensus in Batzer and Deininger, Nat Rev Genet 2002).
    const ALU: &[u8] = b"GGCGCGGTGGCTCA";
    let mut alus: Vec<(ContigId, u32, bool)> = Vec::new();
    let decoys: Vec<_> = laboratory.regions.iter().filter(|region| region.is_decoy).collect();
    for region in &decoys {
        let whole = Interval { contig: region.id, start: 0, end: region.end - region.start };
        let Some(bases) = laboratory.reference.bases(whole) else { continue };
        let turned = reverse_complement(ALU);
        for (at, window) in bases.windows(ALU.len()).enumerate() {
            if window == ALU {
                alus.push((region.id, at as u32, true));
            } else if window == turned {
                alus.push((region.id, at as u32, false));
            }
        }
    }
    for index in 0..60 {
        let pair = core[index % core.len()];
        let mut partners = pair.draw(random);
        let side = if random.happens(0.5) { Side::Lower } else { Side::Higher };
        let (contig, boundary, category) = if index < 36 && !alus.is_empty() {
            let (contig, at, forward) = alus[random.below(alus.len())];
            let into = 60 + random.below(180) as u32;
            (contig, if forward { at + into } else { at.saturating_sub(into) }, "repeat")
        } else {
            let (contig, boundary) = unique_place(laboratory, random);
            (contig, boundary, "no gene")
        };
        partners[0] = Partner { gene: "?".to_owned(), end: Breakend::new(contig, boundary, side) };
        let (chrom, position) = laboratory.grch38(partners[0].end);
        let label = format!("{category} {chrom}:{position}::{}", partners[1].gene);
        events.extend(event(laboratory, label, category, partners, String::new(), false));
    }
}

/// A place without a gene.
fn unique_place(laboratory: &Laboratory, random: &mut Random) -> (ContigId, u32) {
    let decoys: Vec<_> = laboratory.regions.iter().filter(|region| region.is_decoy).collect();
    let region = decoys[random.below(decoys.len())];
    (region.id, 2000 + random.below((region.end - region.start - 4000) as usize) as u32)
}

/// A break in the introns of a pair of the tables.
pub fn listed(laboratory: &Laboratory, category: &'static str, random: &mut Random) -> Option<Event> {
    let pairs = pairs(laboratory);
    let pair = &pairs[random.below(pairs.len())];
    event(laboratory, pair.label.clone(), category, pair.draw(random), String::new(), false)
}

/// A break in an intron of a gene that no table has, joined to a kinase in sense.
pub fn in_another_gene(laboratory: &Laboratory, category: &'static str, random: &mut Random) -> Option<Event> {
    let genes = unlisted(laboratory);
    let five = genes[random.below(genes.len())];
    let (kinase, exons) = KINASE_EXONS[random.below(KINASE_EXONS.len())];
    let three = laboratory.models(kinase).first()?;
    let (exon5, exon3) = (five.exons[random.below(five.exons.len() - 1)].0, exons[random.below(exons.len())]);
    let pair = Pair::of((five, exon5), (three, exon3))?;
    event(laboratory, pair.label.clone(), category, pair.draw(random), String::new(), false)
}

/// A break in the introns behind and before these exons.
pub fn between(laboratory: &Laboratory, category: &'static str, exons: [(&Model, u32); 2], random: &mut Random) -> Option<Event> {
    let pair = Pair::of(exons[0], exons[1])?;
    event(laboratory, pair.label.clone(), category, pair.draw(random), String::new(), false)
}

/// A break in an intron of a kinase, joined to a place without a gene.
pub fn without_gene(laboratory: &Laboratory, category: &'static str, random: &mut Random) -> Option<Event> {
    let mut partners = in_another_gene(laboratory, category, random)?.partners;
    let (contig, boundary) = unique_place(laboratory, random);
    let side = if random.happens(0.5) { Side::Lower } else { Side::Higher };
    partners[0] = Partner { gene: "?".to_owned(), end: Breakend::new(contig, boundary, side) };
    event(laboratory, format!("no gene::{}", partners[1].gene), category, partners, String::new(), false)
}

/// Breaks at which the bases that the partner keeps begin in a run of eight or in a short repeat: true sequence that looks like dirt.
pub fn beside_runs(laboratory: &Laboratory, count: usize, seed: u64) -> Vec<Event> {
    let mut random = Random::for_purpose(seed, "breaks beside runs");
    let pairs = pairs(laboratory);
    let mut events = Vec::new();
    for attempt in 0..count * 50 {
        if events.len() == count {
            break;
        }
        let pair = &pairs[random.below(pairs.len())];
        let mut partners = pair.draw(&mut random);
        let Some(bases) = laboratory.reference.bases(pair.introns[0]) else { continue };
        // Alternately a run and a repeat of longer units.
        let places = if attempt % 2 == 0 { runs(bases, 1, 8) } else { runs(bases, 2 + attempt / 2 % 3, 12) };
        if places.is_empty() {
            continue;
        }
        let (start, end) = places[random.below(places.len())];
        let at = if partners[0].end.side == Side::Lower { end } else { start };
        partners[0].end.boundary = pair.introns[0].start + at as u32;
        events.extend(event(laboratory, format!("{} beside a run", pair.label), "beside a run", partners, String::new(), false));
    }
    events
}

/// Stretches of at least `least_bp` bases in which each is the same as that `unit_bp` before it, and which are no repeat of fewer.
pub fn runs(bases: &[u8], unit_bp: usize, least_bp: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in unit_bp..=bases.len() {
        if at == bases.len() || bases[at] != bases[at - unit_bp] {
            let is_of_one = unit_bp > 1 && bases[start..at].windows(2).all(|two| two[0] == two[1]);
            if at - start >= least_bp && !is_of_one && !bases[start..at].contains(&b'N') {
                found.push((start, at));
            }
            start = at + 1 - unit_bp;
        }
    }
    found
}
