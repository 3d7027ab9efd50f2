//! Sample identity: whether two libraries come from one person, and how much of a library comes from another person.
//!
//! Inherited single-base variants tell people apart. What comes in is all libraries of a sample and its matched normal. What goes out is one
//! comparison for each pair of libraries and one share of foreign molecules for each library.
//!
//! ```text
//!   exons of the built-in genes, introns in which the targets break
//!     --place-------> sites at which a library shows a variant at a fraction that looks inherited
//!     --seen--------> at each such site, molecules of each library with and without the variant
//!     --likelihood--> how much likelier these counts are if both libraries come from one person
//!     --contamination-> share of another person's molecules in one library
//! ```
//!
//! No table of common variants is needed. A site is used where one of the two libraries shows a variant that looks inherited. The frequency
//! of that variant among people is not known, so all frequencies are taken to be equally likely. Sites close to each other are inherited
//! together, so only the one with most molecules counts. The report's own identity (its id, its input files) is [`crate::report::identity`].

mod contamination;
mod likelihood;
mod place;
mod site_molecules;

use std::collections::BTreeMap;

use rayon::ThreadPool;

use crate::alignment::Library;
use crate::error::Result;
use crate::genome::ContigId;
use crate::material::Material;
use crate::model::index::GeneModels;
use crate::model::Gene;
use crate::reference::Reference;

pub use contamination::Contamination;
pub use likelihood::SiteMolecules;
use likelihood::{genotype, log10_same};
pub use place::SubstitutionSite;

/// Fewest molecules with which a library has a say at a place: a heterozygous place shows one allele alone once in 500 times.
const MIN_MOLECULES: u32 = 10;

/// Lowest fraction that looks inherited: half of the molecules, less a tumour's loss of one copy or uneven expression.
const MIN_INHERITED_FRAC: f64 = 0.25;

/// Fewest molecules that show a substitution that looks inherited.
const MIN_ALTERNATIVE: u32 = 4;

/// Highest share of molecules that show a third base: more is a place where reads do not belong.
const MAX_OTHER_FRAC: f64 = 0.1;

/// Bases within which substitutions are mostly inherited together, so that one of them says what all say. Blocks of haplotypes have
/// ten to some tens of thousands of bases (Gabriel et al., Science 2002; 296:2225-2229).
const LINKED_BP: u32 = 10_000;

/// From this on, in log10, one of the two readings is held to be shown: a hundred times as likely as the other.
const DECISIVE_LOG10: f64 = 2.0;

/// What the reading of a library needs.
pub struct IdentityInputs<'a> {
    /// Workers.
    pub pool: &'a ThreadPool,
    /// The genes that are looked at.
    pub targets: &'a [&'a Gene],
    /// Gene models.
    pub models: &'a GeneModels,
    /// The FASTA, if one was given.
    pub reference: Option<&'a Reference>,
}

/// What the comparison of two libraries says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonVerdict {
    /// One person is at least 100 times likelier than two.
    OnePerson,
    /// Two unrelated persons are more than 100 times likelier than one.
    TwoPersons,
    /// Neither.
    TooFewPlaces,
}

/// Two libraries compared.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryComparison {
    /// The libraries, by their order in the run.
    pub libraries: [usize; 2],
    /// Places that both cover and at which one of them shows a substitution that looks inherited.
    pub places: usize,
    /// Those of them at which the likeliest genotypes differ.
    pub unlike: usize,
    /// How much likelier the molecules are of one person than of two unrelated ones, in log10.
    pub log10_same: f64,
}

impl LibraryComparison {
    /// What it says.
    pub fn verdict(&self) -> PersonVerdict {
        if self.log10_same >= DECISIVE_LOG10 {
            PersonVerdict::OnePerson
        } else if self.log10_same < -DECISIVE_LOG10 {
            PersonVerdict::TwoPersons
        } else {
            PersonVerdict::TooFewPlaces
        }
    }

    /// The verdict in words.
    pub fn told(&self) -> String {
        match self.verdict() {
            PersonVerdict::OnePerson => "one person".to_owned(),
            PersonVerdict::TwoPersons => format!("two persons: {} of {} places are unlike", self.unlike, self.places),
            PersonVerdict::TooFewPlaces => format!("too few places ({}) to tell", self.places),
        }
    }

    /// What the user is warned of, with the names of the two; `None` unless two persons are likelier.
    pub fn warning(&self, names: [&str; 2]) -> Option<String> {
        (self.verdict() == PersonVerdict::TwoPersons).then(|| {
            format!(
                "{} and {} do not look like one person: {} of {} inherited substitutions that both cover are unlike, two unrelated \
                 persons are 10^{:.1} times likelier than one; check whether samples were swapped",
                names[0], names[1], self.unlike, self.places, -self.log10_same
            )
        })
    }
}

/// What libraries show of the places at which any of them shows a substitution that looks inherited.
pub struct InheritedSites {
    places: Vec<SubstitutionSite>,
    /// By library, in the order of the places.
    seen: Vec<Vec<SiteMolecules>>,
    materials: Vec<Material>,
}

impl InheritedSites {
    /// Reads the libraries.
    ///
    /// # Errors
    /// When a file or the FASTA cannot be read.
    pub fn read(libraries: &[&Library], inputs: &IdentityInputs<'_>) -> Result<Self> {
        let mut places: BTreeMap<(ContigId, u32), SubstitutionSite> = BTreeMap::new();
        for library in libraries {
            for place in place::find(library, inputs)? {
                places.entry((place.contig, place.position)).or_insert(place);
            }
        }
        let places: Vec<SubstitutionSite> = places.into_values().collect();
        let seen = libraries.iter().map(|library| site_molecules::at(library, &places, inputs.pool)).collect::<Result<_>>()?;
        Ok(Self { places, seen, materials: libraries.iter().map(|library| library.assay.material()).collect() })
    }

    /// Each library compared with each later one.
    pub fn compared(&self) -> Vec<LibraryComparison> {
        let pair = |first: usize, second: usize| {
            let seen = self.seen[first].iter().zip(&self.seen[second]).map(|(one, other)| [*one, *other]);
            compared([first, second], [self.materials[first], self.materials[second]], self.places.iter().zip(seen))
        };
        (0..self.seen.len())
            .flat_map(|first| (first + 1..self.seen.len()).map(move |second| (first, second)))
            .map(|(x, y)| pair(x, y))
            .collect()
    }

    /// What each library says of another person's molecules in it.
    pub fn contamination(&self) -> Vec<Contamination> {
        let of_library = |(seen, material): (&Vec<SiteMolecules>, &Material)| {
            let all = self.places.iter().zip(seen.iter().map(|seen| [*seen]));
            let usable = all.filter(|(place, seen)| is_inherited(place, &[*material]) && is_told(seen));
            contamination::measure(unlinked(usable.collect()).values().map(Vec::as_slice))
        };
        self.seen.iter().zip(&self.materials).map(of_library).collect()
    }
}

/// The comparison of two libraries from what both show at each place.
fn compared<'p>(
    libraries: [usize; 2],
    materials: [Material; 2],
    all: impl Iterator<Item = (&'p SubstitutionSite, [SiteMolecules; 2])>,
) -> LibraryComparison {
    let usable = all.filter(|(place, seen)| is_inherited(place, &materials) && is_told(seen));
    let genes = unlinked(usable.collect());
    let counted = || genes.values().flatten();
    LibraryComparison {
        libraries,
        places: counted().count(),
        unlike: counted().filter(|[one, other]| genotype(*one) != genotype(*other)).count(),
        log10_same: log10_same(genes.values().map(Vec::as_slice), materials),
    }
}

/// Whether a change is the person's: what is edited in RNA is none.
fn is_inherited(place: &SubstitutionSite, materials: &[Material]) -> bool {
    !place.may_be_edited || materials.iter().all(|material| *material == Material::Dna)
}

/// Whether all have a say, and one shows a substitution that looks inherited.
fn is_told<const N: usize>(seen: &[SiteMolecules; N]) -> bool {
    let has_say = |seen: &SiteMolecules| {
        let others = f64::from(seen.other) <= MAX_OTHER_FRAC * f64::from(seen.depth() + seen.other);
        seen.depth() >= MIN_MOLECULES && others
    };
    seen.iter().all(has_say) && seen.iter().any(|seen| looks_inherited(seen.alternative, seen.depth()))
}

/// Whether so many molecules of all look like an inherited substitution.
fn looks_inherited(alternative: u32, depth: u32) -> bool {
    alternative >= MIN_ALTERNATIVE && f64::from(alternative) >= MIN_INHERITED_FRAC * f64::from(depth)
}

/// The places by gene, without those that lie beside a better covered one.
fn unlinked<const N: usize>(mut all: Vec<(&SubstitutionSite, [SiteMolecules; N])>) -> BTreeMap<&str, Vec<[SiteMolecules; N]>> {
    // The choice does not depend on the alleles that the reads show.
    let depth = |seen: &[SiteMolecules; N]| seen.iter().map(|seen| seen.depth()).min();
    all.sort_by_key(|(place, seen)| (std::cmp::Reverse(depth(seen)), place.contig, place.position));
    let mut kept: Vec<(&SubstitutionSite, [SiteMolecules; N])> = Vec::new();
    for (place, seen) in all {
        let beside = |other: &SubstitutionSite| other.contig == place.contig && other.position.abs_diff(place.position) < LINKED_BP;
        if !kept.iter().any(|(other, _)| beside(other)) {
            kept.push((place, seen));
        }
    }
    let mut genes: BTreeMap<&str, Vec<[SiteMolecules; N]>> = BTreeMap::new();
    for (place, seen) in kept {
        genes.entry(&place.gene).or_default().push(seen);
    }
    genes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(position: u32, may_be_edited: bool) -> SubstitutionSite {
        SubstitutionSite { contig: ContigId(0), position, reference: b'A', alternative: b'G', gene: "ALK".to_owned(), may_be_edited }
    }

    const REFERENCE: SiteMolecules = SiteMolecules { reference: 40, alternative: 0, other: 0 };
    const BOTH: SiteMolecules = SiteMolecules { reference: 21, alternative: 19, other: 0 };

    #[test]
    fn of_linked_places_the_best_covered_one_counts() {
        let places = [place(100, false), place(5_000, false), place(30_000, false)];
        let deep = SiteMolecules { reference: 90, alternative: 80, other: 0 };
        let seen = [[BOTH, BOTH], [deep, deep], [BOTH, BOTH]];
        let told = compared([0, 1], [Material::Dna; 2], places.iter().zip(seen));
        assert_eq!((told.places, told.unlike), (2, 0));
    }

    #[test]
    fn what_rna_may_edit_is_compared_in_dna_alone() {
        let edited = place(100, true);
        let count = |materials| compared([0, 1], materials, [(&edited, [REFERENCE, BOTH])].into_iter()).places;
        assert_eq!((count([Material::Dna, Material::Rna]), count([Material::Dna; 2])), (0, 1));
    }

    #[test]
    fn a_place_needs_molecules_of_both_and_an_inherited_look_of_one() {
        let thin = SiteMolecules { reference: 9, alternative: 0, other: 0 };
        let rare = SiteMolecules { reference: 380, alternative: 20, other: 0 };
        let third = SiteMolecules { reference: 20, alternative: 20, other: 10 };
        assert!(is_told(&[REFERENCE, BOTH]) && is_told(&[BOTH, BOTH]));
        assert!(!is_told(&[thin, BOTH]) && !is_told(&[REFERENCE, REFERENCE]) && !is_told(&[REFERENCE, rare]) && !is_told(&[third, BOTH]));
    }

    #[test]
    fn the_verdict_follows_a_hundredfold_and_a_warning_has_the_figure() {
        let told = |log10_same| LibraryComparison { libraries: [0, 1], places: 7, unlike: 5, log10_same };
        assert_eq!(told(2.0).verdict(), PersonVerdict::OnePerson);
        assert_eq!(told(1.9).told(), "too few places (7) to tell");
        assert_eq!(told(1.9).warning(["a", "b"]), None);
        let text = told(-3.2).warning(["a.bam", "b.bam"]).unwrap_or_default();
        assert!(text.contains("5 of 7") && text.contains("10^3.2 times"), "{text}");
    }
}
