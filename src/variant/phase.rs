//! Which variants lie on the same molecules, with each other and with a fusion.
//!
//! ```text
//!   cis    =====|==x=====      a fragment shows the junction and the mutation
//!   trans  -----.--x-----      a fragment that runs on across the break's place, unbroken, shows the mutation
//!   mixed  both, the rarer in more of the fragments that tell than errors and copies that changed their template explain
//! ```
//!
//! Fragments without the mutation say nothing here: a resistant subclone leaves most molecules of the fusion without it. Two mutations
//! are in cis where molecules show both, in trans where molecules that cover both places show one or the other and none shows both.
//! What no fragment can tell says `unphased` with the reason.

use rustc_hash::FxHashSet;

use crate::alignment::library::{Library, LibraryReader};
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::error::Result;
use crate::genome::{Breakend, Interval, Side};
use crate::material::Material;
use crate::model::Gene;
use crate::stats::binomial_at_least;

use super::call::{Call, Change, Reading, Says};
use super::chain::{self, ChainResult, Link};
use super::indel::UNKNOWN_PROTEIN;
use super::molecule::Molecule;
use super::pileup::MIN_MAPQ;
use super::Variant;

/// Bases that a read must show on the lost flank to count as unbroken.
const MIN_UNBROKEN_BP: u32 = 10;
/// Share of the fragments that tell the wrong way: errors at a base are ten times rarer, copies that changed their template in PCR are not
/// (about 1 % between places some tens of bases apart; reasoned, not measured).
const WRONG_FRAC: f64 = 0.01;
/// Probability from which this number of wrong fragments is accepted.
const MIN_CHANCE: f64 = 0.01;
/// Exons on the lost flank that are looked at in RNA.
const LOST_EXONS: usize = 3;

/// A fusion of the kinase with the fragments that show it.
#[derive(Debug, Clone, Copy)]
pub struct FusionFragments<'a> {
    /// Identifier of the fusion.
    pub id: &'a str,
    /// The kinase's end.
    pub end: Breakend,
    /// The kinase.
    pub gene: &'a Gene,
    /// The fragments.
    pub members: &'a FxHashSet<FragmentId>,
}

/// How two things lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedRelation {
    /// On the same molecules; how many show both.
    Cis(u32),
    /// On different molecules; how many tell.
    Trans(u32),
    /// Both.
    Mixed(u32, u32),
}

impl CountedRelation {
    /// From fragments that show both and fragments that show one without the other.
    fn of(together: u32, apart: u32) -> Option<Self> {
        let (rarer, all) = (together.min(apart), together + apart);
        match (together, apart) {
            (0, 0) => None,
            _ if rarer > 0 && binomial_at_least(u64::from(rarer), u64::from(all), WRONG_FRAC) < MIN_CHANCE => {
                Some(Self::Mixed(together, apart))
            }
            _ if together >= apart => Some(Self::Cis(together)),
            _ => Some(Self::Trans(apart)),
        }
    }

    /// What a chain of sites tells.
    fn over(link: Link) -> Self {
        if link.together {
            Self::Cis(link.fragments)
        } else {
            Self::Trans(link.fragments)
        }
    }

    /// `cis:<name>:n`, `trans:<name>:n`, `mixed:<name>:n/m`.
    fn text(self, name: &str) -> String {
        match self {
            Self::Cis(n) => format!("cis:{name}:{n}"),
            Self::Trans(n) => format!("trans:{name}:{n}"),
            Self::Mixed(n, m) => format!("mixed:{name}:{n}/{m}"),
        }
    }
}

/// Phases the called variants of one row with each other and with the fusions of its gene.
///
/// # Errors
/// When the file cannot be read.
pub fn assign(reading: &mut Reading<'_>, fusions: &[FusionFragments<'_>], library: &Library, reader: &mut LibraryReader) -> Result<()> {
    let called: Vec<usize> = (0..reading.calls.len()).filter(|&at| reading.calls[at].change.is_some()).collect();
    for &at in &called {
        let phase = with_fusions(reading, at, fusions, library, reader)?;
        let variant = &mut reading.calls[at].variant;
        if let Some((phase, note)) = phase {
            variant.phase = phase;
            add_note(variant, &note);
        }
    }
    with_each_other(reading, &called, library, reader)
}

/// Adds a remark to those that are there.
fn add_note(variant: &mut Variant, note: &str) {
    let all = [variant.note.as_str(), note];
    variant.note = all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
}

/// The relation of a variant to the fusions, and a remark; `None` without fusions.
fn with_fusions(
    reading: &Reading<'_>,
    at: usize,
    fusions: &[FusionFragments<'_>],
    library: &Library,
    reader: &mut LibraryReader,
) -> Result<Option<(String, String)>> {
    let Some(change) = reading.calls[at].change.as_ref() else { return Ok(None) };
    let carriers: Vec<&Molecule> = reading.pileup.molecules.iter().filter(|molecule| change.said_by(molecule) == Says::With).collect();
    let fragments: FxHashSet<FragmentId> = carriers.iter().flat_map(|molecule| molecule.fragments.iter().copied()).collect();
    let position = reading.domain.position(change.index());
    let (mut found, mut reasons, mut note) = (Vec::new(), Vec::new(), String::new());
    for fusion in fusions {
        let unbroken = unbroken(fusion, &fragments, library, reader)?;
        let count = |set: &FxHashSet<FragmentId>| {
            carriers.iter().filter(|molecule| molecule.fragments.iter().any(|own| set.contains(own))).count() as u32
        };
        if let Some(relation) = CountedRelation::of(count(fusion.members), count(&unbroken)) {
            found.push(relation.text(fusion.id));
            continue;
        }
        let distance = distance(fusion, position, library.assay.material());
        let longest = reading.pileup.longest_bp;
        let far = format!("junction to codon {distance} bases, longest fragment {longest}");
        if library.assay.long_reads && library.assay.material() == Material::Dna {
            let (low, high) = (position.min(fusion.end.boundary), position.max(fusion.end.boundary));
            let between = Interval { contig: fusion.end.contig, start: low, end: high };
            let chain = chain::relate(reader, library, between, fusion.members, &fragments)?;
            if let ChainResult::Link(link) = chain {
                found.push(CountedRelation::over(link).text(fusion.id));
                note = format!("phased over {} heterozygous site{}", link.sites, if link.sites == 1 { "" } else { "s" });
                continue;
            }
            reasons.extend(chain.reason().map(|reason| format!("{far}, {reason}")));
        } else if distance > longest {
            reasons.push(far);
        } else {
            reasons.push(format!("no fragment carries both ({far})"));
        }
    }
    let phase = match (found.is_empty(), reasons.into_iter().next()) {
        (false, _) => found.join(","),
        (true, Some(reason)) => format!("unphased:{reason}"),
        (true, None) => return Ok(None),
    };
    Ok(Some((phase, note)))
}

/// Bases between a fusion's junction and a position: of the transcript for RNA, where both lie on its exons.
fn distance(fusion: &FusionFragments<'_>, position: u32, material: Material) -> u32 {
    let spliced =
        (material == Material::Rna).then(|| fusion.gene.transcript.as_ref()?.spliced_distance(fusion.end.boundary, position)).flatten();
    spliced.unwrap_or_else(|| fusion.end.boundary.abs_diff(position))
}

/// Those of the fragments that show the kinase's lost flank as well: they run on across the break's place.
fn unbroken(
    fusion: &FusionFragments<'_>,
    wanted: &FxHashSet<FragmentId>,
    library: &Library,
    reader: &mut LibraryReader,
) -> Result<FxHashSet<FragmentId>> {
    let assay = &library.assay;
    let Breakend { contig, boundary, side } = fusion.end;
    let reach = if assay.long_reads { 200 } else { assay.insert_max_bp.max(assay.read_length_bp) + 50 };
    let lost = match side {
        Side::Lower => Interval { contig, start: boundary, end: boundary.saturating_add(reach) },
        Side::Higher => Interval { contig, start: boundary.saturating_sub(reach), end: boundary },
    };
    let mut flanks = vec![lost];
    if let (Material::Rna, Some(transcript)) = (assay.material(), fusion.gene.transcript.as_ref()) {
        let mut exons: Vec<Interval> = transcript
            .exons
            .iter()
            .map(|exon| match side {
                Side::Lower => Interval { contig, start: exon.start.max(boundary), end: exon.end },
                Side::Higher => Interval { contig, start: exon.start, end: exon.end.min(boundary) },
            })
            .filter(|exon| exon.start < exon.end)
            .collect();
        exons.sort_by_key(|exon| exon.start.abs_diff(boundary).min(exon.end.abs_diff(boundary)));
        exons.truncate(LOST_EXONS);
        // Unspliced RNA beside an exon's edge counts as well, so the flank itself stays.
        flanks.extend(exons);
    }
    let mut found = FxHashSet::default();
    for flank in flanks {
        reader.visit(flank, |record, lane| {
            if record.mapq() < MIN_MAPQ {
                return;
            }
            let id = lane.fragment(FragmentId::of(record.qname()));
            if !wanted.contains(&id) || fusion.members.contains(&id) {
                return;
            }
            let Ok(view) = ReadRecord::without_bases(record, &library.contigs, None) else { return };
            let shown: u32 = view
                .pieces
                .iter()
                .filter(|piece| piece.contig == contig)
                .map(|piece| piece.end.min(flank.end).saturating_sub(piece.start.max(flank.start)))
                .sum();
            if shown >= MIN_UNBROKEN_BP {
                found.insert(id);
            }
        })?;
    }
    Ok(found)
}

/// Molecules by what they say of two changes: both, only the first, only the second.
pub(super) fn together(molecules: &[Molecule], says: impl Fn(&Molecule) -> (Says, Says)) -> [u32; 3] {
    let mut counts = [0; 3];
    for molecule in molecules {
        match says(molecule) {
            (Says::With, Says::With) => counts[0] += 1,
            (Says::With, Says::Without) => counts[1] += 1,
            (Says::Without, Says::With) => counts[2] += 1,
            _ => {}
        }
    }
    counts
}

/// The relation of two changes. A subclone may carry one of two that lie in cis without the other; only where each is also seen
/// alone do molecules contradict a common one.
fn relation([both, first, second]: [u32; 3]) -> Option<CountedRelation> {
    match (both, first.min(second)) {
        (0, 0) => None,
        (both, 0) => Some(CountedRelation::Cis(both)),
        (0, _) => Some(CountedRelation::Trans(first + second)),
        (both, alone) => CountedRelation::of(both, alone).map(|relation| {
            if matches!(relation, CountedRelation::Trans(_)) {
                CountedRelation::Trans(first + second)
            } else {
                relation
            }
        }),
    }
}

fn with_each_other(reading: &mut Reading<'_>, called: &[usize], library: &Library, reader: &mut LibraryReader) -> Result<()> {
    let mut items: Vec<Vec<String>> = called.iter().map(|_| Vec::new()).collect();
    let mut links: Vec<(usize, usize, bool)> = Vec::new();
    for (a, &x) in called.iter().enumerate() {
        for (b, &y) in called.iter().enumerate().skip(a + 1) {
            let (Some(one), Some(two)) = (&reading.calls[x].change, &reading.calls[y].change) else { continue };
            let mut contradicted = None;
            let mut relation = relation(together(&reading.pileup.molecules, |molecule| (one.said_by(molecule), two.said_by(molecule))));
            if relation.is_none() && library.assay.long_reads && library.assay.material() == Material::Dna {
                let chain = chained(reading, one, two, library, reader)?;
                if let ChainResult::Link(link) = chain {
                    relation = Some(CountedRelation::over(link));
                }
                contradicted =
                    chain.reason().filter(|_| matches!(chain, ChainResult::Contradicted(_))).map(|reason| format!(" and {reason}"));
            }
            // Two codons for the same residue are distinguished by their bases.
            let same = reading.calls[x].variant.hgvs_p == reading.calls[y].variant.hgvs_p;
            let name = |other: &Call| {
                let Variant { hgvs_c, hgvs_p, .. } = &other.variant;
                hgvs_c.as_ref().filter(|_| same || hgvs_p == UNKNOWN_PROTEIN).unwrap_or(hgvs_p).clone()
            };
            let text = |other: &Call| {
                let name = name(other);
                match relation {
                    Some(CountedRelation::Cis(n)) => format!("{name}:cis:{n}"),
                    Some(CountedRelation::Trans(n)) => format!("{name}:trans:{n}"),
                    Some(CountedRelation::Mixed(n, m)) => format!("{name}:mixed:{n}/{m}"),
                    None => {
                        let contradicted = contradicted.as_deref().unwrap_or("");
                        format!("{name}:unphased:{}{contradicted}", apart(reading, one, two, library))
                    }
                }
            };
            let (to_first, to_second) = (text(&reading.calls[y]), text(&reading.calls[x]));
            if let (Change::Codon(of_one), Change::Codon(of_two)) = (one, two) {
                if of_one[0].0 == of_two[0].0 {
                    let names = [y, x].map(|at| name(&reading.calls[at]));
                    for (at, name) in [x, y].into_iter().zip(names) {
                        add_note(&mut reading.calls[at].variant, &format!("one codon: no molecule can carry {name} as well"));
                    }
                }
            }
            items[a].push(to_first);
            items[b].push(to_second);
            match relation {
                Some(CountedRelation::Cis(_)) => links.push((a, b, true)),
                Some(CountedRelation::Trans(_)) => links.push((a, b, false)),
                _ => {}
            }
        }
    }
    for (&at, items) in called.iter().zip(items) {
        reading.calls[at].variant.compound_with = (!items.is_empty()).then(|| items.join(","));
    }
    phase_sets(reading, called, &links);
    Ok(())
}

/// Why two changes could not be phased.
fn apart(reading: &Reading<'_>, x: &Change, y: &Change, library: &Library) -> String {
    let longest = reading.pileup.longest_bp;
    let bases = match library.assay.material() {
        Material::Rna => x.index().abs_diff(y.index()) as u32,
        Material::Dna => reading.domain.position(x.index()).abs_diff(reading.domain.position(y.index())),
    };
    let far = format!("codons {bases} bases apart and longest fragment {longest}");
    if bases > longest {
        far
    } else {
        format!("no fragment shows one and tells of the other ({far})")
    }
}

fn chained(reading: &Reading<'_>, x: &Change, y: &Change, library: &Library, reader: &mut LibraryReader) -> Result<ChainResult> {
    let fragments = |change: &Change| -> FxHashSet<FragmentId> {
        let carriers = reading.pileup.molecules.iter().filter(|molecule| change.said_by(molecule) == Says::With);
        carriers.flat_map(|molecule| molecule.fragments.iter().copied()).collect()
    };
    let (p, q) = (reading.domain.position(x.index()), reading.domain.position(y.index()));
    let between = Interval { contig: reading.domain.contig, start: p.min(q), end: p.max(q) };
    chain::relate(reader, library, between, &fragments(x), &fragments(y))
}

/// Phase sets: variants that are phased with each other, named by the first position; each lies on the haplotype of the first one or
/// on the other.
fn phase_sets(reading: &mut Reading<'_>, called: &[usize], links: &[(usize, usize, bool)]) {
    let mut done = vec![false; called.len()];
    for start in 0..called.len() {
        if done[start] {
            continue;
        }
        let mut sides: Vec<Option<bool>> = vec![None; called.len()];
        sides[start] = Some(false);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for &(a, b, same) in links.iter().filter(|(a, b, _)| *a == at || *b == at) {
                let other = if a == at { b } else { a };
                if sides[other].is_none() {
                    sides[other] = sides[at].map(|side| side == same);
                    open.push(other);
                }
            }
        }
        let members: Vec<usize> = (0..called.len()).filter(|&at| sides[at].is_some()).collect();
        for &member in &members {
            done[member] = true;
        }
        // Three that are in trans with each other, or mixed ones, do not fit two haplotypes.
        let fits =
            links.iter().filter(|(a, b, _)| sides[*a].is_some() && sides[*b].is_some()).all(|&(a, b, same)| (sides[a] == sides[b]) == same);
        if members.len() < 2 || !fits {
            continue;
        }
        let first = members.iter().map(|&member| reading.calls[called[member]].variant.position).min().unwrap_or(0) + 1;
        for &member in &members {
            reading.calls[called[member]].variant.phase_set = sides[member].map(|second| (first, second));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_decide_and_a_rare_one_is_an_error() {
        assert_eq!(CountedRelation::of(0, 0), None);
        assert_eq!(CountedRelation::of(3, 0), Some(CountedRelation::Cis(3)));
        assert_eq!(CountedRelation::of(1, 20), Some(CountedRelation::Trans(20)));
        assert_eq!(CountedRelation::of(5, 5), Some(CountedRelation::Mixed(5, 5)));
        assert_eq!(CountedRelation::Mixed(5, 4).text("F1"), "mixed:F1:5/4");
    }

    #[test]
    fn a_second_mutation_in_a_subclone_of_the_first_is_in_cis() {
        assert_eq!(relation([8, 30, 0]), Some(CountedRelation::Cis(8)));
        assert_eq!(relation([0, 12, 9]), Some(CountedRelation::Trans(21)));
        assert_eq!(relation([0, 12, 0]), None);
        assert_eq!(relation([9, 8, 9]), Some(CountedRelation::Mixed(9, 8)));
        assert_eq!(relation([1, 30, 40]), Some(CountedRelation::Trans(70)));
        // A clone with both beside clones with one: errors do not make seven of seventy.
        assert_eq!(relation([7, 70, 70]), Some(CountedRelation::Mixed(7, 70)));
        assert_eq!(relation([4, 60, 60]), Some(CountedRelation::Mixed(4, 60)));
    }
}
