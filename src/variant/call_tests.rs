use super::*;
use crate::genome::Assembly;
use crate::knowledge::Knowledge;
use crate::simulate::Random;
use crate::variant::domain::tests::builtin_domains;
use crate::variant::domain::BaseSource;
use crate::variant::molecule::{packed, Span};
use crate::variant::normal::{settled, Replaced};

fn expected(depth: u32, rate: f64, variance: f64) -> Expected {
    Expected { depth, rate, variance }
}

#[test]
fn the_example_of_the_module_page_holds() {
    let variance = 0.1 + 1.0 / 40.5 + 1.0 / 8.0;
    let noise = expected(2_000, 1e-4, variance);
    assert!((quality(7, noise, PRIOR_KNOWN) - EXAMPLE.0).abs() < 0.05, "{}", quality(7, noise, PRIOR_KNOWN));
    assert!((quality(6, noise, PRIOR_KNOWN) - 17.7).abs() < 0.05);
    assert_eq!(needed(noise, PRIOR_KNOWN), EXAMPLE.1);
}

/// Quality of seven molecules, and the fewest that are called.
const EXAMPLE: (f64, u32) = (29.4, 7);

#[test]
fn all_listed_changes_together_pass_in_fewer_than_one_clean_sample_of_ten_thousand() {
    let knowledge = Knowledge::builtin();
    let single: usize =
        knowledge.resistance_sites().iter().flat_map(|site| &site.changes).map(|change| change.single_nt_hgvs.len().max(1)).sum();
    assert!(single <= 200, "{single} listed changes");
    // A change passes from a quality on, so by errors alone with this chance a test.
    let a_test = PRIOR_KNOWN * 10f64.powf(-MIN_QUALITY / 10.0);
    assert!(single as f64 * a_test <= 1e-4);
    assert!(3.0 * PRIOR_OTHER * 10f64.powf(-MIN_QUALITY / 10.0) <= 1e-6);
}

#[test]
fn the_deeper_and_the_noisier_the_more_molecules_are_needed() {
    let least = |depth: u32, rate: f64| needed(expected(depth, rate, 0.3), PRIOR_KNOWN);
    assert_eq!(least(50, 1e-5), MIN_FRAGMENTS);
    assert!(least(10_000, 1e-4) > least(1_000, 1e-4));
    assert!(least(2_000, 1e-3) > least(2_000, 1e-4));
    assert_eq!(least(2, 1e-4), 3);
    for depth in [10, 100, 3_000] {
        let noise = expected(depth, 3e-4, 0.4);
        let least = needed(noise, PRIOR_OTHER);
        assert!(least > depth || quality(least, noise, PRIOR_OTHER) >= MIN_QUALITY);
        assert!(least == MIN_FRAGMENTS || quality(least - 1, noise, PRIOR_OTHER) < MIN_QUALITY);
    }
}

/// Molecules of 101 bases around a codon, of which some show another codon.
fn over(domain: &Domain<'_>, codon: u32, shown: &[(&[u8; 3], usize)]) -> Vec<Molecule> {
    let first = domain.first_of(codon);
    let (low, high) = (first.saturating_sub(50), (first + 51).min(domain.len()));
    let mut list = Vec::new();
    for (bases, count) in shown {
        for n in 0..*count {
            let letters =
                (low..high).map(|index| if (first..first + 3).contains(&index) { bases[index - first] } else { domain.base(index) });
            let span =
                Span { first: low as u16, last: high as u16 - 1, before: (n % 40) as u16, after: (n % 30) as u16, ..Span::default() };
            list.push(Molecule {
                start: low as u16,
                bases: letters.map(|base| packed(if base == b'N' { b'A' } else { base }, 37)).collect(),
                sense: n % 2 == 0,
                spans: if n / 2 % 2 == 0 { [Some(span), None] } else { [None, Some(span)] },
                indels: Vec::new(),
                fragments: Vec::new(),
            });
        }
    }
    list.sort();
    list
}

fn called(gene: &str, codon: u32, shown: &[(&[u8; 3], usize)]) -> Vec<Variant> {
    let knowledge = Knowledge::builtin();
    let domain = builtin_domains(Assembly::Grch38, &knowledge).into_iter().find(|domain| domain.gene == gene).expect("one of the five");
    let pileup = Pileup::of(over(&domain, codon, shown));
    let (readings, _) = call(vec![(domain, pileup)], (Material::Dna, &no_background));
    readings.into_iter().flat_map(|reading| reading.calls).map(|call| call.variant).filter(|variant| variant.codon == codon).collect()
}

#[test]
fn one_and_two_changed_bases_of_a_codon_are_told_apart() {
    let list = called("ROS1", 2_032, &[(b"GGA", 900), (b"AGA", 50), (b"AAA", 50)]);
    let found: Vec<(&str, u32, bool)> = list
        .iter()
        .filter(|v| v.status == VariantStatus::Called)
        .map(|v| (v.hgvs_p.as_str(), v.alt_fragments, v.flags.is_empty()))
        .collect();
    assert_eq!(found, [("p.G2032K", 50, true), ("p.G2032R", 50, true)]);
    assert_eq!(list.iter().find(|v| v.hgvs_p == "p.G2032K").and_then(|v| v.hgvs_c.clone()).as_deref(), Some("c.6094_6095delinsAA"));
}

#[test]
fn a_listed_site_without_a_change_says_what_would_have_been_seen() {
    // A hundred thousand bases without an error.
    let list = called("ALK", 1_202, &[(b"GGA", 1_000)]);
    let line = list.iter().find(|variant| variant.hgvs_p == "p.G1202R").expect("each listed change has a line");
    assert_eq!((line.status, line.depth, line.alt_fragments), (VariantStatus::NotSeen, 1_000, 0));
    let (least, lod) = (line.min_fragments.unwrap_or(0), line.lod95.unwrap_or(1.0));
    assert!((3..6).contains(&least) && (0.005..0.011).contains(&lod), "{least} {lod}");
    assert!(list.iter().any(|variant| variant.hgvs_p == "p.G1202del" && variant.status == VariantStatus::NotSeen));
    let empty = called("ALK", 1_202, &[]);
    assert!(empty.iter().all(|variant| variant.status == VariantStatus::NotCovered && variant.lod95.is_none()));
    assert!(empty.iter().all(|variant| variant.note == "no molecule shows the codon"), "{empty:?}");
}

#[test]
fn an_unlisted_change_is_called_by_its_name_and_nothing_is_said_of_drugs() {
    let list = called("ALK", 1_202, &[(b"GGA", 900), (b"GTA", 100)]);
    let found = list.iter().find(|variant| variant.hgvs_p == "p.G1202V").expect("it is called");
    assert!(found.status == VariantStatus::Called && found.statements.is_empty() && found.known_resistance.is_empty());
    assert!(called("ALK", 1_202, &[(b"GGA", 500), (b"GGG", 500)]).iter().all(|variant| variant.status != VariantStatus::Called));
}

#[test]
fn a_germline_neighbour_in_the_codon_does_not_make_errors_of_it_a_call() {
    // Half of the molecules have GGG (silent); two errors turn it into AGG, which is R.
    let list = called("ALK", 1_202, &[(b"GGA", 498), (b"GGG", 500), (b"AGG", 2)]);
    assert!(list.iter().all(|variant| variant.status != VariantStatus::Called));
    let list = called("ALK", 1_202, &[(b"GGA", 480), (b"GGG", 500), (b"AGG", 20)]);
    assert!(list.iter().any(|variant| variant.status == VariantStatus::Called && variant.hgvs_p == "p.G1202R"));
}

#[test]
fn a_change_on_one_strand_only_is_flagged() {
    let knowledge = Knowledge::builtin();
    let domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
    let mut molecules = over(&domain, 1_202, &[(b"GGA", 900)]);
    let mut changed = over(&domain, 1_202, &[(b"AGA", 60)]);
    for molecule in &mut changed {
        let span = molecule.spans[0].or(molecule.spans[1]);
        molecule.spans = [span, None];
    }
    molecules.extend(changed);
    molecules.sort();
    let (readings, _) = call(vec![(domain, Pileup::of(molecules))], (Material::Dna, &no_background));
    let found = readings[0].calls.iter().find(|call| call.change.is_some()).expect("it is called, with a flag");
    assert!(found.variant.flags.contains(&VariantFlag::StrandBias));
}

#[test]
fn what_normal_samples_show_is_no_call_unless_the_tumour_shows_far_more() {
    let knowledge = Knowledge::builtin();
    let line = |recurrent: &Recurrent<'_>, with: usize| {
        let domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
        let pileup = Pileup::of(over(&domain, 1_202, &[(b"GGA", 2_000 - with), (b"AGA", with)]));
        let (readings, _) = call(vec![(domain, pileup)], (Material::Dna, recurrent));
        let calls = readings.into_iter().flat_map(|reading| reading.calls).map(|call| call.variant);
        calls.into_iter().find(|variant| variant.hgvs_p == "p.G1202R").expect("each listed change has a line")
    };
    let normals = |material: Material, gene: &str, change: &str| {
        let here = material == Material::Dna && gene == "ALK" && change == "G1202R";
        here.then_some(Recurring { rate: 0.01, variance: 0.1, samples: (20, 19) })
    };
    assert_eq!(line(&no_background, 20).status, VariantStatus::Called);
    let suppressed = line(&normals, 20);
    assert_eq!((suppressed.status, suppressed.alt_fragments), (VariantStatus::NotSeen, 20));
    assert_eq!(suppressed.note, "20/2000 not called: 19 of 20 normal samples show it, on 0.0100 of their molecules");
    assert_eq!(line(&normals, 200).status, VariantStatus::Called);
}

/// A row of random bases, with a stretch of AG repeats, and long reads over all of it that have an error at four bases in a hundred.
fn long_reads(seed: u64, with: &[Replaced]) -> Vec<Variant> {
    let knowledge = Knowledge::builtin();
    let mut domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
    let mut random = Random::new(seed);
    for index in 0..domain.len() {
        let base = if (200..210).contains(&index) { b"AG"[index % 2] } else { b"ACGT"[random.below(4)] };
        domain.set(index, base, BaseSource::Fasta);
    }
    let molecules = (0..1_500).map(|number| {
        let mut bases: Vec<u8> = (0..domain.len()).map(|index| packed(domain.base(index), 18)).collect();
        let mut indels: BTreeSet<crate::variant::molecule::Indel> = BTreeSet::new();
        let mut lose = |gap: Replaced, bases: &mut Vec<u8>| {
            for position in gap.start..gap.end {
                bases[domain.index_in(domain.segment_around(position, position + 1).expect("on the row"), position)] = 0;
            }
            indels.extend(settled(gap, &domain));
        };
        for index in 0..domain.len() {
            let position = domain.position(index);
            let some = |random: &mut Random| (0..=random.below(2)).map(|_| b"ACGT"[random.below(4)]).collect::<Vec<u8>>();
            match random.below(1_000) {
                0..16 => bases[index] = packed(b"ACGT"[random.below(4)], 18),
                16..30 => {
                    let end = position + 1 + random.below(2) as u32;
                    if domain.segment_around(position, end).is_some() {
                        lose(Replaced { start: position, end, bases: Vec::new() }, &mut bases);
                    }
                }
                30..40 => lose(Replaced { start: position, end: position, bases: some(&mut random) }, &mut bases),
                _ => {}
            }
        }
        if number % 4 == 0 {
            for gap in with {
                lose(gap.clone(), &mut bases);
            }
        }
        let span = Span { first: 0, last: domain.len() as u16 - 1, before: 500, after: 500, ..Span::default() };
        Molecule {
            start: 0,
            bases: bases.into(),
            sense: number % 2 == 0,
            spans: if number / 2 % 2 == 0 { [Some(span), None] } else { [None, Some(span)] },
            indels: indels.into_iter().collect(),
            fragments: Vec::new(),
        }
    });
    let pileup = Pileup::of(molecules.collect());
    let (readings, _) = call(vec![(domain.clone(), pileup)], (Material::Dna, &no_background));
    let calls = readings.into_iter().flat_map(|reading| reading.calls).map(|call| call.variant);
    calls.filter(|variant| variant.status == VariantStatus::Called).collect()
}

#[test]
fn random_errors_of_long_reads_give_no_call_and_a_deletion_among_them_does() {
    for seed in 1..4 {
        let found = long_reads(seed, &[]);
        assert!(found.is_empty(), "{seed}: {:?}", found.iter().map(|variant| (&variant.hgvs_c, variant.alt_fragments)).collect::<Vec<_>>());
    }
    let knowledge = Knowledge::builtin();
    let domain = builtin_domains(Assembly::Grch38, &knowledge).remove(0);
    let lost = domain.position(301).min(domain.position(303));
    let found = long_reads(4, &[Replaced { start: lost, end: lost + 3, bases: Vec::new() }]);
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|variant| &variant.hgvs_c).collect::<Vec<_>>());
}
