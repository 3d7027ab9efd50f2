//! One plain sentence for each kinase without a fusion: what this negative result is worth.

use std::collections::BTreeMap;

use super::detectability::{decided, Basis, Detectability, Worth};
use crate::material::Material;

/// The sentence, without the kinase's name: what was looked at where the kinase usually breaks, and what would have been seen there.
///
/// ```text
///   intron 19 at 512 fragments: a known fusion in 1.2 % (with a novel partner in 1.5 %) of molecules would have been seen with 95 % probability
///   intron 19 covered 75 % at 512 fragments: a known fusion in 50 % of molecules would have been seen with 74 % probability (limited)
///   introns 13-14 covered 4 %: not informative
/// ```
///
/// Where more than 5 % of a place cannot show a fusion no share is seen with 95 % probability; then it is said what chance there is. Of
/// each material the places that decide the verdict on the kinase come first.
pub fn sentence(places: &[&Detectability]) -> String {
    let usual: Vec<&Detectability> = places.iter().copied().filter(|place| place.usual).collect();
    if usual.is_empty() {
        return "it is not known where this gene breaks".to_owned();
    }
    let mut materials: Vec<Material> = usual.iter().map(|place| place.assay.material()).collect();
    materials.dedup();
    let several = materials.iter().any(|material| *material != materials[0]);
    let mut clauses = Vec::new();
    for material in [Material::Rna, Material::Dna] {
        let before = clauses.len();
        clauses.extend(alike(&usual, material).iter().map(|group| clause(group.places[0].worth, &group.places)));
        clauses.extend(own_rna(usual.iter().filter(|place| place.assay.material() == material)));
        if several && clauses.len() > before {
            let name = if material == Material::Rna { "RNA" } else { "DNA" };
            clauses[before] = format!("{name}: {}", clauses[before]);
        }
    }
    clauses.join("; ")
}

/// Places of one material with the same verdict and the same sentence.
struct PlaceGroup<'d> {
    order: Order,
    places: Vec<&'d Detectability>,
}

/// Which places are named first: those that decide the verdict, the worst of them before the others; then the rest, the best first.
type Order = (bool, Worth, bool);

/// The places of one material in groups, as far as a share is known for them.
fn alike<'d>(usual: &[&'d Detectability], material: Material) -> Vec<PlaceGroup<'d>> {
    let deciding = decided(usual, |place| (place.exon, place.worth)).map_or_else(Vec::new, |(_, deciding)| deciding);
    let mut groups: BTreeMap<(Order, &str), Vec<&Detectability>> = BTreeMap::new();
    for (at, place) in usual.iter().copied().enumerate().filter(|(_, place)| place.assay.material() == material) {
        let basis = if matches!(place.basis, Basis::Kinase) { "kinase" } else { "other" };
        let (decides, is_stated) = (deciding.contains(&at), place.lod95[0].is_some());
        groups.entry(((!decides, place.worth, decides == is_stated), basis)).or_default().push(place);
    }
    groups.into_iter().map(|((order, _), places)| PlaceGroup { order, places }).collect()
}

/// The figures behind one clause of the [`sentence`]: detectability over places with the same verdict, where a kinase usually breaks.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacesSummary {
    /// `introns 13-14`.
    pub places: String,
    /// Their verdict.
    pub worth: Worth,
    /// Fewest and most molecules over one of them.
    pub molecules: (u32, u32),
    /// Share that is seen with 95 % probability at the worst of them, of a known and a novel fusion.
    pub lod95: [Option<f64>; 2],
    /// The share by which the verdict was given, and the least chance to see a known fusion of it.
    pub seen: (f64, f64),
}

/// The figures behind the sentence: first the places that decide the verdict, the worst of them before the others; then the rest, the
/// best first.
pub fn summaries(places: &[&Detectability]) -> Vec<PlacesSummary> {
    let usual: Vec<&Detectability> = places.iter().copied().filter(|place| place.usual).collect();
    let mut groups: Vec<PlaceGroup<'_>> = [Material::Rna, Material::Dna].into_iter().flat_map(|material| alike(&usual, material)).collect();
    groups.sort_by_key(|group| group.order);
    let summary = |PlaceGroup { places, .. }: PlaceGroup<'_>| {
        let molecules = || places.iter().map(|place| place.molecules);
        PlacesSummary {
            places: places_name(&places),
            worth: places[0].worth,
            molecules: (molecules().min().unwrap_or(0), molecules().max().unwrap_or(0)),
            lod95: [0, 1].map(|kind| worst(&places, |place| place.lod95[kind])),
            seen: (places[0].seen.0, places.iter().map(|place| place.seen.1).fold(1.0, f64::min)),
        }
    };
    groups.into_iter().map(summary).collect()
}

/// A clause on the kinase's own RNA where it is the partners that were counted: a silent kinase is not a poor sample.
fn own_rna<'a, 'b: 'a>(places: impl Iterator<Item = &'a &'b Detectability>) -> Option<String> {
    let own = places.filter(|place| matches!(place.basis, Basis::Partners(count) if count > 0 && place.molecules > 0));
    let own: Vec<u32> = own.filter_map(|place| place.own).collect();
    let (fewest, most) = (own.iter().min()?, own.iter().max()?);
    Some(match (fewest, most) {
        (_, 0) => "no RNA of its own there".to_owned(),
        (x, y) if x == y => format!("of its own RNA there {}", counted(*x as usize, "molecule")),
        (x, y) => format!("of its own RNA there {x}-{y} molecules"),
    })
}

/// `1 molecule`, `2 molecules`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// One clause on places of one worth.
fn clause(worth: Worth, group: &[&Detectability]) -> String {
    let first = group[0];
    let name = places_name(group);
    let most = group.iter().map(|place| place.molecules).max().unwrap_or(0);
    let at = |noun: &str| range(group.iter().map(|place| f64::from(place.molecules)), |count| counted(count as usize, noun));
    let (at, of) = match first.basis {
        Basis::Gene => (format!("{name} at {}", at("fragment")), "molecules"),
        Basis::Partners(_) => (format!("{name}, known partners at {} (median)", at("molecule")), "a partner's transcripts"),
        Basis::Kinase => (format!("{name}, its own RNA at {}", at("molecule")), "this RNA"),
    };
    let limited = if worth == Worth::Limited { " (limited)" } else { "" };
    if let [Some(known), novel] = [0, 1].map(|kind| worst(group, |place| place.lod95[kind])) {
        let kinds = match novel {
            Some(novel) if percent(novel) == percent(known) => format!("a fusion, known or with a novel partner, in {}", percent(known)),
            Some(novel) => format!("a known fusion in {} (with a novel partner in {})", percent(known), percent(novel)),
            None => format!("a known fusion in {} (with a novel partner at no share)", percent(known)),
        };
        return format!("{at}: {kinds} of {of} would have been seen with 95 % probability{limited}");
    }
    let short = match first.basis {
        Basis::Gene => {
            let covered = range(group.iter().filter_map(|place| place.covered_frac), percent);
            // Places of which few bases are covered have a median of 0; deeper ones lack fragments.
            format!("{name} covered {covered}{}", if most > 0 { at.replacen(&name, "", 1) } else { String::new() })
        }
        _ if most == 0 => format!("{name} without molecules"),
        _ => at,
    };
    if worth == Worth::NotInformative {
        return format!("{short}: not informative");
    }
    let share = first.seen.0;
    let chance = group.iter().map(|place| place.seen.1).fold(1.0, f64::min);
    // Below 95 %, which is why no share is stated.
    let chance = (chance * 100.0).floor();
    format!("{short}: a known fusion in {} of {of} would have been seen with {chance} % probability{limited}", percent(share))
}

/// The largest of these values; `None` where a place has none.
fn worst(group: &[&Detectability], value: impl Fn(&Detectability) -> Option<f64>) -> Option<f64> {
    group.iter().map(|place| value(place)).collect::<Option<Vec<f64>>>().map(|all| all.into_iter().fold(0.0, f64::max))
}

/// `512 fragments`, or from the least to the most `40-512 fragments`, as `text` says one.
fn range(values: impl Iterator<Item = f64> + Clone, text: impl Fn(f64) -> String) -> String {
    let (least, most) = (values.clone().fold(f64::INFINITY, f64::min), values.fold(0.0, f64::max));
    let (least, most) = (text(least.min(most)), text(most));
    match least.split_once(' ') {
        Some((number, _)) if least != most => format!("{number}-{most}"),
        _ => most,
    }
}

/// `intron 19`, `introns 13-14`, `junctions 31|32, 33|34`.
fn places_name(group: &[&Detectability]) -> String {
    let material = group[0].assay.material();
    let mut exons: Vec<u32> = group.iter().map(|place| place.exon).collect();
    exons.sort_unstable();
    exons.dedup();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for exon in exons {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == exon => *last = exon,
            _ => runs.push((exon, exon)),
        }
    }
    let one = |exon: u32| match material {
        Material::Dna => (exon - 1).to_string(),
        Material::Rna => format!("{}|{exon}", exon - 1),
    };
    let many = runs.len() > 1 || runs.iter().any(|(first, last)| first != last);
    let text: Vec<String> =
        runs.iter().map(|&(first, last)| if first == last { one(first) } else { format!("{}-{}", one(first), one(last)) }).collect();
    let noun = if material == Material::Dna { "intron" } else { "junction" };
    format!("{noun}{} {}", if many { "s" } else { "" }, text.join(", "))
}

/// Two digits of a share.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        value if value <= 0.0 => "0 %".to_owned(),
        value if value < 0.995 => format!("{value:.2} %"),
        value if value < 9.95 => format!("{value:.1} %"),
        value => format!("{value:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alignment::assay::AssayKind;
    use crate::coverage::detectability::SupportRule;
    use crate::genome::{ContigId, Interval};

    fn place(exon: u32, molecules: u32, lod: Option<f64>, worth: Worth, basis: Basis) -> Detectability {
        let dna = basis == Basis::Gene;
        Detectability {
            gene: "ALK".to_owned(),
            region: String::new(),
            exon,
            interval: Interval { contig: ContigId(0), start: 0, end: 1 },
            usual: true,
            assay: if dna { AssayKind::Dna } else { AssayKind::Rna },
            covered_frac: Some(if molecules == 0 { 0.04 } else { 1.0 }),
            molecules,
            covered_molecules: molecules,
            basis,
            own: (!dna).then_some(0),
            needed: SupportRule { known: 2.into(), novel: 3.into() },
            lod95: [lod, lod.map(|lod| 1.25 * lod)],
            seen: (0.5, 0.949),
            worth,
            note: String::new(),
        }
    }

    #[test]
    fn the_sentence_says_what_was_covered_and_what_would_have_been_seen() {
        let seen = place(20, 512, Some(0.012), Worth::Informative, Basis::Gene);
        assert_eq!(
            sentence(&[&seen]),
            "intron 19 at 512 fragments: a known fusion in 1.2 % (with a novel partner in 1.5 %) of molecules would have been seen with 95 % \
             probability"
        );
        let alike = Detectability { lod95: [Some(0.02); 2], worth: Worth::Limited, ..seen.clone() };
        assert!(sentence(&[&alike]).ends_with(
            "fusion, known or with a novel partner, in 2.0 % of molecules would have been seen with 95 % probability (limited)"
        ));
        let bare = [14, 15, 17].map(|exon| place(exon, 0, None, Worth::NotInformative, Basis::Gene));
        assert_eq!(sentence(&bare.iter().collect::<Vec<_>>()), "introns 13-14, 16 covered 4.0 %: not informative");
    }

    #[test]
    fn a_partly_bare_place_is_no_negative_and_takes_nothing_from_another() {
        let half = Detectability { covered_frac: Some(0.75), ..place(20, 512, None, Worth::Limited, Basis::Gene) };
        assert_eq!(
            sentence(&[&half]),
            "intron 19 covered 75 % at 512 fragments: a known fusion in 50 % of molecules would have been seen with 94 % probability (limited)"
        );
        let whole = place(21, 40, Some(0.1), Worth::Limited, Basis::Gene);
        assert!(sentence(&[&half, &whole]).contains("; intron 20 at 40 fragments: a known fusion in 10 % (with a novel partner in 12 %)"));
        let thin = Detectability { covered_frac: Some(0.97), molecules: 88, ..half.clone() };
        assert!(sentence(&[&half, &Detectability { exon: 21, ..thin }])
            .starts_with("introns 19-20 covered 75-97 % at 88-512 fragments: a known"));
    }

    #[test]
    fn rna_and_dna_are_told_apart() {
        let rna = place(20, 90, Some(0.07), Worth::Informative, Basis::Partners(9));
        let dna = place(20, 0, None, Worth::NotInformative, Basis::Gene);
        assert_eq!(
            sentence(&[&rna, &dna]),
            "RNA: junction 19|20, known partners at 90 molecules (median): a known fusion in 7.0 % (with a novel partner in 8.8 %) \
             of a partner's transcripts would have been seen with 95 % probability; no RNA of its own there; DNA: intron 19 covered 4.0 %: not informative"
        );
    }

    #[test]
    fn the_places_that_decide_the_verdict_are_named_first() {
        let seen = place(11, 9, Some(0.52), Worth::Limited, Basis::Kinase);
        let missed = [8, 12].map(|exon| place(exon, 2, None, Worth::NotInformative, Basis::Kinase));
        let names = |places: &[&Detectability]| summaries(places).iter().map(|summary| summary.places.clone()).collect::<Vec<_>>();
        assert_eq!(names(&[&missed[0], &seen, &missed[1]]), ["junctions 7|8, 11|12", "junction 10|11"]);
        assert!(
            sentence(&[&missed[0], &seen, &missed[1]]).starts_with("junctions 7|8, 11|12, its own RNA at 2 molecules: not informative; ")
        );
        // DNA sees what RNA misses at exon 8, so exon 12 alone decides, and there the DNA.
        let dna = [place(8, 512, Some(0.012), Worth::Informative, Basis::Gene), place(12, 40, Some(0.2), Worth::Limited, Basis::Gene)];
        assert_eq!(names(&[&missed[0], &missed[1], &dna[0], &dna[1]]), ["intron 11", "intron 7", "junctions 7|8, 11|12"]);
        // Of two places with the same verdict, the one without a stated fraction is the worse.
        let bare = Detectability { exon: 12, ..place(12, 88, None, Worth::Limited, Basis::Kinase) };
        assert_eq!(names(&[&seen, &bare]), ["junction 11|12", "junction 10|11"]);
    }
}
