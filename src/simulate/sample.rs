//! One simulated sample: its fragments and what is true of them.

use crate::fusion::name::{exon_at, exon_junction, with_bases_between};
use crate::fusion::Partner;
use crate::genome::{Breakend, Side, Strand};
use crate::model::Role;

use super::chimera;
use super::compose::{compose, Composition, EventProblem, PlacedJunction, PlacedMutation};
use super::dirt::hopping::{self, LeakingFusions};
use super::dirt::Soiler;
use super::event::{kind_name, EventAmount, SimulatedEvent};
use super::mixture::{draw, expected_crossing, MixturePart};
use super::molecule::SimulatedMolecule;
use super::place::FragmentPlacement;
use super::random::Random;
use super::reads::{CrossingKind, Sampler, SimulatedFragment};
use super::rearrangement::Ground;
use super::recipe::Recipe;
use super::truth::{TrueFragments, TruthEvent, TruthRow};

/// Fragments of one molecule.
struct Drawn<'m> {
    part: usize,
    molecule: &'m SimulatedMolecule,
    fragments: Vec<SimulatedFragment<'m>>,
}

/// Makes a sample and hands its fragments, in the order of drawing, and its truth to `take`. `neighbours` are the events of the run,
/// of which some may leak into it.
///
/// # Errors
/// The event that cannot be made.
pub fn make<T>(
    sample: &str,
    events: &[&SimulatedEvent],
    ground: &Ground,
    recipe: &Recipe,
    neighbours: &[SimulatedEvent],
    take: impl FnOnce(&[&SimulatedFragment], &Composition, Vec<(TruthRow, TruthEvent)>) -> T,
) -> Result<T, EventProblem> {
    let seed = Random::for_purpose(recipe.seed, sample).next_u64();
    let line = events.first().map_or(0, |event| event.line);
    let mut random = Random::for_purpose(seed, "places");
    let composition = compose(events, ground, recipe, &mut random)?;
    let mut sampler = Sampler::new(recipe.library.clone(), sample, Random::for_purpose(seed, "fragments").next_u64());
    let mut drawn: Vec<Drawn> = Vec::new();
    for (index, part) in composition.parts.iter().enumerate() {
        let line = composition.junctions.iter().find(|junction| junction.part == index).map_or(line, |j| events[j.event].line);
        let fragments = draw(part, &composition.placement, recipe.rule(), &mut sampler)
            .map_err(|problem| (line, problem, "ask for longer reads or fragments, or fewer inserted bases".to_owned()))?;
        let mut by_molecule: Vec<Drawn> =
            part.molecules.iter().map(|(molecule, _)| Drawn { part: index, molecule, fragments: Vec::new() }).collect();
        for (molecule, fragment) in fragments {
            by_molecule[molecule].fragments.push(fragment);
        }
        drawn.extend(by_molecule);
    }
    let unchanged = drawn.iter().filter(|drawn| composition.wild_type[drawn.part]);
    let weights: Vec<(&SimulatedMolecule, f64)> = unchanged.map(|drawn| (drawn.molecule, drawn.fragments.len() as f64)).collect();
    let mut chimera_random = Random::for_purpose(seed, "chimeras");
    let chimeras = chimera::draw(recipe.chimeras, &weights, !recipe.assay.is_rna(), ground, &mut chimera_random);
    let mut artefacts: Vec<Vec<SimulatedFragment>> = Vec::new();
    for chimera in &chimeras {
        let one = draw(&chimera.part, &FragmentPlacement::Sheared { fall_bp: None }, recipe.rule(), &mut sampler);
        artefacts.push(one.unwrap_or_default().into_iter().map(|(_, fragment)| fragment).collect());
    }
    let leaks = hopping::leaks(sample, neighbours, ground, recipe, seed);
    let mut leaked = leaked(&leaks, sample, recipe, seed);
    let mut soiler = Soiler::new(recipe.dirt.clone(), &recipe.library, seed);
    for drawn in &mut drawn {
        drawn.fragments = soiler.soil(std::mem::take(&mut drawn.fragments), composition.wild_type[drawn.part]);
    }
    for fragments in artefacts.iter_mut().chain(&mut leaked) {
        *fragments = soiler.soil(std::mem::take(fragments), false);
    }
    let of_molecules = drawn.iter_mut().flat_map(|drawn| &mut drawn.fragments);
    soiler.put_out_of_step(of_molecules.chain(artefacts.iter_mut().chain(&mut leaked).flatten()));

    let book = Book { sample, events, ground, recipe, composition: &composition, drawn: &drawn };
    let mut rows: Vec<(TruthRow, TruthEvent)> = composition.junctions.iter().map(|junction| book.fusion(junction)).collect();
    rows.extend(composition.mutations.iter().map(|mutation| book.mutation(mutation)));
    if rows.is_empty() {
        rows.push(book.nothing());
    }
    for (chimera, fragments) in chimeras.iter().zip(&artefacts).filter(|(_, fragments)| !fragments.is_empty()) {
        let at = chimera.part.junction.unwrap_or_default();
        let row = TruthRow {
            kind: "chimera",
            breakpoint5: chimera.five.clone(),
            breakpoint3: chimera.three.clone(),
            seen: book.seen(fragments.iter(), at),
            ..book.row(chimera.name.clone())
        };
        rows.push((row, TruthEvent { material: book.material(), ..TruthEvent::default() }));
    }
    rows.extend(leaks.iter().zip(&leaked).filter_map(|(leak, fragments)| book.hopped(leak, fragments)));
    let all: Vec<&SimulatedFragment> =
        drawn.iter().flat_map(|drawn| &drawn.fragments).chain(artefacts.iter().chain(&leaked).flatten()).collect();
    Ok(take(&all, &composition, rows))
}

/// The fragments of each leak.
fn leaked<'l>(leaks: &'l [LeakingFusions], sample: &str, recipe: &Recipe, seed: u64) -> Vec<Vec<SimulatedFragment<'l>>> {
    let seed = Random::for_purpose(seed, "hopped fragments").next_u64();
    let mut sampler = Sampler::new(recipe.library.clone(), format!("{sample}:hopped"), seed);
    let mut of = |leak: &'l LeakingFusions| {
        let part = &leak.composition.parts[leak.junction()?.part];
        draw(part, &leak.composition.placement, recipe.rule(), &mut sampler).ok()
    };
    leaks.iter().map(|leak| of(leak).unwrap_or_default().into_iter().map(|(_, fragment)| fragment).collect()).collect()
}

/// Keeps the truth.
struct Book<'b, 'a> {
    sample: &'b str,
    events: &'b [&'b SimulatedEvent],
    ground: &'b Ground<'a>,
    recipe: &'b Recipe,
    composition: &'b Composition<'a>,
    drawn: &'b [Drawn<'b>],
}

impl Book<'_, '_> {
    fn row(&self, name: String) -> TruthRow {
        TruthRow {
            sample: self.sample.to_owned(),
            kind: "fusion",
            name,
            breakpoint5: String::new(),
            breakpoint3: String::new(),
            exon_junction: String::new(),
            variant: String::new(),
            seen: TrueFragments::default(),
            against: None,
            against_at_partner: None,
        }
    }

    fn material(&self) -> String {
        if self.recipe.assay.is_rna() { "rna" } else { "dna" }.to_owned()
    }

    /// A sample without fusion and mutation has a row that says so.
    fn nothing(&self) -> (TruthRow, TruthEvent) {
        let category = self.events.first().map_or_else(String::new, |event| event.category.clone());
        let row = TruthRow { kind: "negative", ..self.row(".".to_owned()) };
        (row, TruthEvent { material: self.material(), category, ..TruthEvent::default() })
    }

    /// The fragments that cross, by the rule of the assay.
    fn seen<'f>(&self, fragments: impl Iterator<Item = &'f SimulatedFragment<'f>>, at: (usize, usize)) -> TrueFragments {
        let rule = self.recipe.rule();
        let seen = TrueFragments::crossing(fragments, at.0, at.1, rule.anchor_bp);
        TrueFragments { pair: if rule.counts(Some(CrossingKind::Pair)) { seen.pair } else { 0 }, ..seen }
    }

    fn place(&self, end: Breakend, role: Role) -> String {
        format!("{}:{}:{}", self.ground.reference.contigs().name(end.contig), end.kept_base(), role.strand(end.side).symbol())
    }

    fn fusion(&self, junction: &PlacedJunction) -> (TruthRow, TruthEvent) {
        let event = self.events[junction.event];
        let broken = &junction.broken;
        let part: &MixturePart = &self.composition.parts[junction.part];
        let at = part.junction.unwrap_or_default();
        let mine = self.drawn.iter().filter(|drawn| drawn.part == junction.part).flat_map(|drawn| &drawn.fragments);
        let seen = self.seen(mine, at);
        let kinase_end = broken.ends[usize::from(!broken.five_is_kinase)];
        let partner = |index: usize, role: Role| {
            let gene = broken.genes[index]?;
            let site = gene.transcript.as_ref()?.site(broken.ends[index].boundary, gene.strand?, role);
            Some((gene, Partner { gene: None, transcript: None, breakend: broken.ends[index], site: Some(site) }))
        };
        let shorthand = partner(0, Role::Five).zip(partner(1, Role::Three)).and_then(|((five, at_five), (three, at_three))| {
            let exons = (exon_at(at_five.site, Role::Five), exon_at(at_three.site, Role::Three));
            let plain = || exon_junction((&five.symbol, exons.0), (&three.symbol, exons.1));
            let inserted_bp = broken.insertion.len() as u32;
            let spelled = self.recipe.assay.is_rna().then(|| with_bases_between((five, &at_five), (three, &at_three), inserted_bp));
            spelled.flatten().or_else(plain)
        });
        let named = !junction.is_reciprocal;
        let row = TruthRow {
            breakpoint5: self.place(broken.ends[0], Role::Five),
            breakpoint3: self.place(broken.ends[1], Role::Three),
            exon_junction: Some(event.exon_junction.clone()).filter(|text| named && !text.is_empty()).or(shorthand).unwrap_or_default(),
            variant: if named { event.variant.clone() } else { String::new() },
            seen,
            against: self.unbroken(kinase_end),
            against_at_partner: self.unbroken(broken.ends[usize::from(broken.five_is_kinase)]),
            ..self.row(broken.name())
        };
        let expected = if let Some(EventAmount::Fragments(count)) = event.amount {
            f64::from(count)
        } else {
            let depth = junction.fraction.unwrap_or(1.0) * self.recipe.depth;
            expected_crossing(depth, at, part, &self.composition.placement, self.recipe.rule(), &self.recipe.library)
        };
        let structure = if self.recipe.assay.is_rna() { "transcript" } else { kind_name(broken.junction().event_kind()) };
        let more = TruthEvent {
            event: format!("{}{}", event.id, if junction.is_reciprocal { "r" } else { "" }),
            structure: structure.to_owned(),
            category: event.category.clone(),
            material: self.material(),
            homology_bp: Some(broken.homology_bp),
            insertion: String::from_utf8_lossy(&broken.insertion).into_owned(),
            expected_fragments: Some(expected),
            expected_fraction: junction.fraction,
            ..TruthEvent::default()
        };
        (row, more)
    }

    /// What leaked from another sample: no finding of this one.
    fn hopped(&self, leak: &LeakingFusions, fragments: &[SimulatedFragment]) -> Option<(TruthRow, TruthEvent)> {
        let junction = leak.junction()?;
        let at = leak.composition.parts[junction.part].junction?;
        let book = Book { events: &[&leak.event], composition: &leak.composition, drawn: &[], ..*self };
        let (row, event) = book.fusion(junction);
        Some((TruthRow { kind: "hopped", seen: book.seen(fragments.iter(), at), ..row }, event))
    }

    /// Fragments of unchanged molecules that cross a breakend's place; `None` where none of them has it.
    fn unbroken(&self, end: Breakend) -> Option<u32> {
        let kept = end.kept_base().checked_sub(1)?;
        let mut total = None;
        for drawn in self.drawn.iter().filter(|drawn| self.composition.wild_type[drawn.part]) {
            let Some(offset) = drawn.molecule.offset_of(end.contig, kept) else { continue };
            let Some(place) = drawn.molecule.place(offset) else { continue };
            // The kept base is the first behind the place where the molecule reads away from the break, else the last before it.
            let away = (end.side == Side::Higher) == (place.strand == Strand::Forward);
            let at = if away { offset } else { offset + 1 };
            let seen = self.seen(drawn.fragments.iter(), (at, at));
            *total.get_or_insert(0) += seen.fragments();
        }
        total
    }

    fn mutation(&self, mutation: &PlacedMutation) -> (TruthRow, TruthEvent) {
        let change = &mutation.change;
        let event = self.events[mutation.event];
        let (mut shown, mut against) = (0, 0);
        for drawn in self.drawn {
            let offsets: Vec<u32> = change
                .substitutions
                .iter()
                .filter_map(|new| drawn.molecule.offset_of(new.contig, new.position))
                .map(|offset| offset as u32)
                .collect();
            if offsets.len() < change.substitutions.len() || offsets.is_empty() {
                continue;
            }
            let is_mutated = change.substitutions.iter().zip(&offsets).all(|(new, &offset)| {
                let base = drawn.molecule.bases()[offset as usize];
                let strand = drawn.molecule.place(offset as usize).map(|place| place.strand);
                base == if strand == Some(Strand::Reverse) { crate::sequence::complement(new.base) } else { new.base }
            });
            let covers = |fragment: &&SimulatedFragment| {
                !fragment.duplicate
                    && fragment.own_reads().iter().any(|read| {
                        let shown = |offset: u32| {
                            read.origins.iter().position(|origin| *origin == Some(offset)).is_some_and(|cycle| read.bases[cycle] != b'N')
                        };
                        offsets.iter().all(|&offset| shown(offset))
                    })
            };
            let count = drawn.fragments.iter().filter(covers).count() as u32;
            *(if is_mutated { &mut shown } else { &mut against }) += count;
        }
        let strand = self.ground.models.at(change.contig, change.position).first().and_then(|gene| gene.strand);
        let contig = self.ground.reference.contigs().name(change.contig);
        let row = TruthRow {
            kind: "mutation",
            breakpoint5: format!("{contig}:{}:{}", change.position + 1, strand.map_or('.', Strand::symbol)),
            seen: TrueFragments { split: shown, pair: 0 },
            against: Some(against),
            ..self.row(change.name.clone())
        };
        let phase = match mutation.in_cis {
            Some(true) => format!("cis:{}", event.id),
            Some(false) => format!("trans:{}", event.id),
            None => String::new(),
        };
        let more = TruthEvent {
            event: event.id.clone(),
            category: event.category.clone(),
            material: self.material(),
            expected_fraction: mutation.fraction,
            phase,
            reference: String::from_utf8_lossy(&change.reference).into_owned(),
            alternative: String::from_utf8_lossy(&change.alternative).into_owned(),
            ..TruthEvent::default()
        };
        (row, more)
    }
}
