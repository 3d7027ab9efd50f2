//! Mutations through BAMs: each listed one under its name, phase to each other and to fusions, insertions and deletions.

use crate::support::command;
use std::path::{Path, PathBuf};

use kinfuse::genome::{Assembly, Breakend, Interval, Junction, Side};
use kinfuse::model::Role;
use kinfuse::sequence::translate_codon;
use kinfuse::simulate::{
    AlignerStyle, MoleculePiece, Sampler, SequencingErrors, SimulatedFragment, SimulatedLibrary, SimulatedMolecule, Substitution,
};

use crate::support::command::{call, passed, table, Row};
use crate::support::slices::Slices;

fn called(bam: &Path, sample: &str) -> (PathBuf, Vec<Row>) {
    let out = bam.with_extension("out");
    call(&out, &["-s".as_ref(), sample.as_ref(), bam.as_ref()]);
    let rows = table(&out.join(format!("{sample}.variants.tsv")));
    let reader = kinfuse::report::vcf_check::check(out.join(format!("{sample}.vcf.gz")), None).expect("the VCF can be read");
    assert!(reader.is_empty(), "{reader:?}");
    (out, rows)
}

/// A codon for a residue, as near to the reference as there is one.
fn codon_for(reference: [u8; 3], residue: u8) -> [u8; 3] {
    let all = (0..64).map(|n| [n / 16, n / 4 % 4, n % 4].map(|code: usize| b"ACGT"[code]));
    let of_residue = all.filter(|codon| translate_codon(codon) == Some(residue));
    of_residue.min_by_key(|codon| (0..3).filter(|&slot| codon[slot] != reference[slot]).count()).expect("each residue has a codon")
}

const KINASES: [&str; 5] = ["ALK", "NTRK1", "NTRK2", "NTRK3", "ROS1"];

/// One BAM in which every known codon carries its change number `round` (if it has so many) on a quarter of the molecules; the names.
fn mutated(slices: &Slices, round: usize, rna: bool, path: &Path, with_md: bool) -> Vec<(String, String, bool)> {
    let mut names = Vec::new();
    let mut molecules: Vec<(SimulatedMolecule, usize, usize)> = Vec::new();
    for site in slices.knowledge.resistance_sites() {
        let gene = slices.gene(&site.gene);
        let changes: Vec<_> = site.changes.iter().filter_map(|change| Some((change, change.alt_aa?))).collect();
        let Some((change, residue)) = changes.get(round) else { continue };
        let reference = slices.codon(&site.gene, site.codon);
        let new = Substitution::of_codon(gene, site.codon, codon_for(reference, *residue)).expect("the gene has the codon");
        let wild_type = if rna {
            SimulatedMolecule::transcript(gene, &slices.reference).expect("the exons are there")
        } else {
            let position = new[0].position;
            let interval = Interval { contig: gene.contig(), start: position - 400, end: position + 400 };
            SimulatedMolecule::stretch(site.gene.clone(), interval, &slices.reference).expect("within the slice")
        };
        let at = wild_type.offset_of(gene.contig(), new[1].position).expect("the codon is on the molecule");
        molecules.push((wild_type.clone().with_substitutions(&new), at, 25));
        molecules.push((wild_type, at, 75));
        names.push((site.gene.clone(), format!("p.{}", change.protein_change), site.ref_codon.is_some()));
    }
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 190.0, 25.0), format!("r{round}"), 40 + round as u64);
    let mut fragments: Vec<SimulatedFragment> = Vec::new();
    for (molecule, at, count) in &molecules {
        fragments.extend(sampler.crossing(molecule, at - 1, at + 2, 10, *count));
    }
    let style = if rna { AlignerStyle::rna() } else { AlignerStyle::dna() };
    slices.write(path, "s", style, &fragments, with_md);
    names
}

#[test]
fn each_listed_substitution_is_called_under_its_name_on_both_genomes_in_rna_and_dna() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut seen = 0;
    for assembly in [Assembly::Grch37, Assembly::Grch38] {
        let slices = Slices::new(assembly, &KINASES, 5);
        for rna in [false, true] {
            for round in 0..4 {
                let path = folder.path().join(format!("{assembly}{rna}{round}.bam"));
                let names = mutated(&slices, round, rna, &path, true);
                let (_, rows) = called(&path, "s");
                let found = |gene: &str, name: &str| {
                    rows.iter().any(|row| {
                        row.get("gene") == gene && row.get("hgvs_p") == name && row.get("status") == "called" && row.get("filter") == "PASS"
                    })
                };
                for (gene, name, _) in &names {
                    assert!(found(gene, name), "{assembly} RNA {rna}: {gene} {name}");
                    seen += 1;
                }
                let others: Vec<&Row> = rows
                    .iter()
                    .filter(|row| row.get("status") == "called")
                    .filter(|row| !names.iter().any(|(gene, name, _)| row.get("gene") == gene && row.get("hgvs_p") == name))
                    .collect();
                assert!(others.is_empty(), "{assembly} RNA {rna}: {others:?}");
            }
        }
    }
    println!("{seen} substitutions called under their names");
    assert!(seen >= 4 * 70, "{seen}");
}

#[test]
fn without_reference_and_md_tags_the_built_in_codons_serve_and_what_they_lack_is_flagged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &KINASES, 6);
    let path = folder.path().join("plain.bam");
    let names = mutated(&slices, 0, false, &path, false);
    let (out, rows) = called(&path, "s");
    for (gene, name, built_in) in &names {
        let row = rows.iter().find(|row| row.get("gene") == gene && row.get("hgvs_p") == name).expect("each listed change has a line");
        let what = format!("{gene} {name}: {row:?}");
        match (*built_in, row.get("status")) {
            (true, status) => assert_eq!((status, row.get("filter")), ("called", "PASS"), "{what}"),
            // A quarter of the molecules is too much for the others to stand in for the reference.
            (false, "not-covered") => assert!(row.get("note").contains("--reference"), "{what}"),
            (false, status) => assert_eq!((status, row.get("filter")), ("called", "no_reference"), "{what}"),
        }
    }
    let metrics = table(&out.join("s.metrics.tsv"));
    let judged = metrics.iter().find(|row| row.get("metric") == "kinase_codons_judged").expect("a metric");
    assert!(judged.number("value") < 100.0 && judged.get("note").contains("--reference"), "{judged:?}");
}

/// Molecules of `CD74::ROS1` with a break in front of exon 36 of ROS1, and of the chromosomes that are whole.
struct Rearranged {
    derivative: SimulatedMolecule,
    wild_type: SimulatedMolecule,
    boundary: u32,
}

fn rearranged(slices: &Slices, before_exon_bp: i64, exon: u32, flank_bp: u32) -> Rearranged {
    let (cd74, ros1) = (slices.gene("CD74"), slices.gene("ROS1"));
    let end = |gene: &kinfuse::model::Gene, role: Role, exon: u32, into: i64| {
        let strand = gene.strand.expect("a strand");
        let edge = gene.transcript.as_ref().and_then(|transcript| transcript.splice_edge(exon, strand, role)).expect("the exon is there");
        Breakend::new(gene.contig(), edge, role.side(strand)).extended(into)
    };
    let (five, three) = (end(cd74, Role::Five, 6, 150), end(ros1, Role::Three, exon, before_exon_bp));
    let junction = Junction::new(five, three, b"");
    let derivative = SimulatedMolecule::derivative("CD74::ROS1", &junction, flank_bp, &slices.reference).expect("within the slices");
    let wild_type = SimulatedMolecule::stretch(
        "ROS1",
        Interval { contig: ros1.contig(), start: three.boundary.saturating_sub(flank_bp), end: three.boundary + flank_bp },
        &slices.reference,
    )
    .expect("within the slice");
    assert_eq!(three.side, Side::Lower);
    Rearranged { derivative, wild_type, boundary: three.boundary }
}

/// Whether a fragment shows a base by one of its reads.
fn shows(fragment: &SimulatedFragment, contig: kinfuse::genome::ContigId, position: u32) -> bool {
    let Some(offset) = fragment.molecule.offset_of(contig, position) else { return false };
    fragment.reads.iter().any(|read| read.origins.contains(&Some(offset as u32)))
}

#[test]
fn what_fragments_can_phase_with_the_fusion_is_phased_rightly_and_the_rest_says_why() {
    let slices = Slices::new(Assembly::Grch38, &["CD74", "ROS1"], 8);
    let ros1 = slices.gene("ROS1");
    // L1951R lies 72 bases into exon 36.
    let new = Substitution::of_codon(ros1, 1_951, *b"CGG").expect("the gene has the codon");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut possible, mut phased, mut told) = (0, 0, 0);
    for before in [20, 60, 100, 150, 200, 260, 330, 500, 800] {
        let made = rearranged(&slices, before, 36, 1_500);
        for in_cis in [true, false] {
            let (mutant, plain) = if in_cis {
                (made.derivative.clone().with_substitutions(&new), made.wild_type.clone())
            } else {
                (made.wild_type.clone().with_substitutions(&new), made.derivative.clone())
            };
            let name = format!("c{before}{in_cis}");
            let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 260.0, 40.0), name.as_str(), 60 + before as u64);
            let fragments: Vec<SimulatedFragment> = [sampler.to_depth(&mutant, 60.0), sampler.to_depth(&plain, 60.0)].concat();
            // Fragments that show the mutation and reach over the break's place, with the bases that count.
            let at_break = if in_cis { mutant.piece_starts()[1] } else { mutant.offset_of(ros1.contig(), made.boundary).expect("there") };
            let telling = fragments
                .iter()
                .filter(|fragment| fragment.molecule.name() == mutant.name())
                .filter(|fragment| shows(fragment, ros1.contig(), new[1].position) && fragment.crosses(at_break, at_break, 20).is_some())
                .count();
            let path = folder.path().join(format!("{name}.bam"));
            slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
            let (out, rows) = called(&path, "s");
            assert_eq!(passed(&out, "s").len(), 1, "{name}");
            let row = rows.iter().find(|row| row.get("hgvs_p") == "p.L1951R" && row.get("status") == "called");
            let phase = row.unwrap_or_else(|| panic!("{name}: not called")).get("phase");
            possible += usize::from(telling > 0);
            let is_right = phase.starts_with(if in_cis { "cis:F1:" } else { "trans:F1:" });
            phased += usize::from(telling > 0 && is_right);
            told += usize::from(!is_right);
            assert!(is_right || phase.starts_with("unphased:"), "{name}: {phase}, {telling} fragments tell");
            if !is_right {
                let distance = made.boundary.abs_diff(new[0].position);
                let (bases, longest) = numbers(phase);
                assert!(bases.abs_diff(distance) <= 5, "{name}: {phase}, the distance is {distance}");
                assert_eq!(phase.contains("no fragment carries both"), bases <= longest, "{name}: {phase}");
            }
        }
    }
    println!("{phased} of {possible} phased, {told} say unphased");
    assert!(phased * 10 >= possible * 9 && possible >= 8 && told >= 4, "{phased} of {possible}, {told}");
}

/// The two numbers of `junction to codon 610 bases, longest fragment 402`.
fn numbers(phase: &str) -> (u32, u32) {
    let list: Vec<u32> = phase.split(|c: char| !c.is_ascii_digit()).filter_map(|text| text.parse().ok()).collect();
    (list[list.len() - 2], list[list.len() - 1])
}

#[test]
fn long_reads_phase_g2032r_with_cd74_ros1() {
    let slices = Slices::new(Assembly::Grch38, &["CD74", "ROS1"], 9);
    let ros1 = slices.gene("ROS1");
    let new = Substitution::of_codon(ros1, 2_032, *b"AGA").expect("the gene has the codon");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = rearranged(&slices, 400, 34, 9_000);
    let long = SimulatedLibrary {
        paired: false,
        read_bp: u32::MAX,
        errors: SequencingErrors::LongRead { rate_frac: 0.03 },
        ..SimulatedLibrary::short_reads(100, 9_000.0, 1_500.0)
    };
    for in_cis in [true, false] {
        let (mutant, plain) = if in_cis {
            (made.derivative.clone().with_substitutions(&new), made.wild_type.clone())
        } else {
            (made.wild_type.clone().with_substitutions(&new), made.derivative.clone())
        };
        let mut sampler = Sampler::new(long.clone(), format!("l{in_cis}"), 70);
        let fragments: Vec<SimulatedFragment> = [sampler.fragments(&mutant, 40), sampler.fragments(&plain, 40)].concat();
        let path = folder.path().join(format!("long{in_cis}.bam"));
        slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
        let (out, rows) = called(&path, "s");
        assert_eq!(passed(&out, "s").len(), 1, "in cis {in_cis}");
        let row = rows.iter().find(|row| row.get("hgvs_p") == "p.G2032R" && row.get("status") == "called").expect("it is called");
        let expected = if in_cis { "cis:F1:" } else { "trans:F1:" };
        assert!(row.get("phase").starts_with(expected), "in cis {in_cis}: {}", row.get("phase"));
        println!("{}", row.get("phase"));
    }
}

#[test]
fn long_reads_that_do_not_reach_are_chained_over_heterozygous_sites() {
    let slices = Slices::new(Assembly::Grch38, &["CD74", "ROS1"], 10);
    let ros1 = slices.gene("ROS1");
    let new = Substitution::of_codon(ros1, 2_032, *b"AGA").expect("the gene has the codon");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = rearranged(&slices, 400, 34, 9_000);
    // The rearranged chromosome differs from the whole one every 500 bases.
    let sites: Vec<Substitution> = (1..18)
        .map(|n| {
            let position = made.boundary - 500 * n;
            let base = slices.reference.base(ros1.contig(), position);
            Substitution { contig: ros1.contig(), position, base: if base == b'A' { b'C' } else { b'A' } }
        })
        .collect();
    let derivative = made.derivative.clone().with_substitutions(&sites);
    let long = SimulatedLibrary {
        paired: false,
        read_bp: u32::MAX,
        errors: SequencingErrors::LongRead { rate_frac: 0.02 },
        ..SimulatedLibrary::short_reads(100, 2_500.0, 300.0)
    };
    for in_cis in [true, false] {
        let (mutant, plain) = if in_cis {
            (derivative.clone().with_substitutions(&new), made.wild_type.clone())
        } else {
            (made.wild_type.clone().with_substitutions(&new), derivative.clone())
        };
        let mut sampler = Sampler::new(long.clone(), format!("h{in_cis}"), 71);
        let fragments: Vec<SimulatedFragment> = [sampler.to_depth(&mutant, 25.0), sampler.to_depth(&plain, 25.0)].concat();
        let path = folder.path().join(format!("chain{in_cis}.bam"));
        slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
        let (_, rows) = called(&path, "s");
        let row = rows.iter().find(|row| row.get("hgvs_p") == "p.G2032R" && row.get("status") == "called").expect("it is called");
        let expected = if in_cis { "cis:F1:" } else { "trans:F1:" };
        assert!(row.get("phase").starts_with(expected) && row.get("note").contains("heterozygous"), "in cis {in_cis}: {row:?}");
    }
}

#[test]
fn two_mutations_of_one_molecule_are_a_compound_and_those_of_two_are_not() {
    let slices = Slices::new(Assembly::Grch38, &["ALK"], 11);
    let alk = slices.gene("ALK");
    let of = |codon: u32, bases: [u8; 3]| Substitution::of_codon(alk, codon, bases).expect("the gene has the codon");
    let transcript = SimulatedMolecule::transcript(alk, &slices.reference).expect("the exons are there");
    let folder = tempfile::tempdir().expect("a temporary folder");
    // 18 bases apart in DNA or RNA; and over two introns, which only RNA joins.
    let near = (of(1_202, *b"AGA"), of(1_196, *b"ATG"), "p.G1202R", "p.L1196M", "G1202R+L1196M");
    let far = (of(1_171, *b"AAC"), of(1_256, *b"TTC"), "p.I1171N", "p.L1256F", "I1171N+L1256F");
    for (x, y, first, second, compound) in [near, far] {
        for in_cis in [true, false] {
            let both = if in_cis {
                vec![transcript.clone().with_substitutions(&[x.clone(), y.clone()].concat())]
            } else {
                vec![transcript.clone().with_substitutions(&x), transcript.clone().with_substitutions(&y)]
            };
            let from = both[0].offset_of(alk.contig(), x[0].position.max(y[0].position)).expect("it is there");
            let to = both[0].offset_of(alk.contig(), x[0].position.min(y[0].position)).expect("it is there");
            let mut sampler = Sampler::new(SimulatedLibrary::short_reads(150, 330.0, 30.0), format!("{first}{in_cis}"), 12);
            let mut fragments: Vec<SimulatedFragment> =
                both.iter().flat_map(|molecule| sampler.crossing(molecule, from, to, 4, 30)).collect();
            fragments.extend(sampler.crossing(&transcript, from, to, 4, 100));
            let path = folder.path().join(format!("{first}{in_cis}.bam"));
            slices.write(&path, "s", AlignerStyle::rna(), &fragments, true);
            let (out, rows) = called(&path, "s");
            let row = rows.iter().find(|row| row.get("hgvs_p") == first && row.get("status") == "called").expect("it is called");
            let expected = format!("{second}:{}:", if in_cis { "cis" } else { "trans" });
            assert!(row.get("compound_with").starts_with(&expected), "{first} in cis {in_cis}: {}", row.get("compound_with"));
            let json = std::fs::read_to_string(out.join("s.kinfuse.json")).expect("the JSON can be read");
            let json: serde_json::Value = serde_json::from_str(&json).expect("the JSON is valid");
            let drugs: Vec<&serde_json::Value> =
                json["drugs"].as_array().expect("a list").iter().filter(|row| row["change"] == compound).collect();
            assert_eq!(!drugs.is_empty(), in_cis, "{compound}: {drugs:?}");
            let resists = |row: &&serde_json::Value| row["drug"] == "lorlatinib" && row["verdict"] == "resistant";
            assert_eq!(drugs.iter().any(resists), in_cis, "{compound}: {drugs:?}");
            assert!(drugs.iter().all(|row| row["compound"] == true && row["statements"].as_array().is_some_and(|list| !list.is_empty())));
            let vcf = command::table_gz(&out.join("s.vcf.gz"));
            let sets: Vec<&str> = vcf.iter().filter(|line| line.contains("HGVSP=")).filter_map(|line| line.split(":PS\t").nth(1)).collect();
            assert_eq!(sets.len(), 2, "{vcf:?}");
            let genotypes: Vec<&str> = sets.iter().filter_map(|sample| sample.split(':').next()).collect();
            assert_eq!(genotypes[0] == genotypes[1], in_cis, "{sets:?}");
        }
    }
}

#[test]
fn insertions_and_deletions_in_frame_are_called_under_the_literatures_sites_and_leave_no_false_substitutions() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for assembly in [Assembly::Grch37, Assembly::Grch38] {
        let slices = Slices::new(assembly, &["ALK"], 13);
        let alk = slices.gene("ALK");
        let transcript = alk.transcript.as_ref().expect("a transcript");
        let strand = alk.strand.expect("a strand");
        let at = |codon: u32| transcript.codon_bases(codon, strand).expect("the codon is there");
        let stretch = |from: u32, to: u32| {
            MoleculePiece::Genomic(Interval { contig: alk.contig(), start: from, end: to }, kinfuse::genome::Strand::Forward)
        };
        // Behind codon 1151 (on the reverse strand: below it) stands ACG once more; codon 1202 is missing (GGA before GAC: by the rule
        // of the last place GAG).
        let below = at(1_151)[2];
        let lost = at(1_202);
        let molecules = [
            (
                "dup",
                [stretch(below - 400, below), MoleculePiece::Inserted(b"CGT".to_vec()), stretch(below, below + 400)].to_vec(),
                below - 400..below + 400,
            ),
            ("del", [stretch(lost[2] - 400, lost[2]), stretch(lost[0] + 1, lost[0] + 400)].to_vec(), lost[2] - 400..lost[0] + 400),
        ];
        for (name, pieces, whole) in molecules {
            let changed = SimulatedMolecule::new("changed", &pieces, &slices.reference).expect("within the slice");
            let plain = SimulatedMolecule::new("plain", &[stretch(whole.start, whole.end)], &slices.reference).expect("within the slice");
            let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 220.0, 30.0), name, 14);
            let fragments: Vec<SimulatedFragment> =
                [sampler.crossing(&changed, 400, 403, 3, 60), sampler.crossing(&plain, 400, 403, 3, 240)].concat();
            let path = folder.path().join(format!("{assembly}{name}.bam"));
            slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
            let (_, rows) = called(&path, "s");
            let found: Vec<(&str, &str, &str)> = rows
                .iter()
                .filter(|row| row.get("status") == "called")
                .map(|row| (row.get("hgvs_p"), row.get("hgvs_c"), row.get("filter")))
                .collect();
            let expected = if name == "dup" { ("p.T1151dup", "c.3451_3453dup", "PASS") } else { ("p.G1202del", "c.3605_3607del", "PASS") };
            assert_eq!(found, [expected], "{assembly}");
            let row = rows.iter().find(|row| row.get("status") == "called").expect("just found");
            assert!((0.12..0.3).contains(&row.number("allele_fraction")), "{assembly} {name}: {}", row.get("allele_fraction"));
            assert!(row.get("known_resistance").contains("crizotinib") || name == "del", "{row:?}");
        }
    }
}

#[test]
fn a_shifted_frame_and_a_stop_codon_in_a_kinase_domain_are_called_and_said_to_end_the_kinase() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &["ALK"], 16);
    let alk = slices.gene("ALK");
    let (strand, transcript) = (alk.strand.expect("a strand"), alk.transcript.as_ref().expect("a transcript"));
    // On the reverse strand the codon's first base is the highest; GGA becomes G-A, or TGA.
    let [first, second, _] = transcript.codon_bases(1_202, strand).expect("the codon is there");
    let stretch = |from: u32, to: u32| {
        MoleculePiece::Genomic(Interval { contig: alk.contig(), start: from, end: to }, kinfuse::genome::Strand::Forward)
    };
    let plain = SimulatedMolecule::new("plain", &[stretch(second - 400, second + 400)], &slices.reference).expect("within the slice");
    let shifted = SimulatedMolecule::new("shifted", &[stretch(second - 400, second), stretch(second + 1, second + 400)], &slices.reference);
    let stop = Substitution { contig: alk.contig(), position: first, base: b'A' };
    for (name, molecule, expected, note) in [
        ("shift", shifted.expect("within the slice"), "p.G1202fs", "shifts the reading frame"),
        ("stop", plain.clone().with_substitutions(&[stop]), "p.G1202*", "a stop codon"),
    ] {
        let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 220.0, 30.0), name, 17);
        let fragments: Vec<SimulatedFragment> =
            [sampler.crossing(&molecule, 398, 402, 5, 60), sampler.crossing(&plain, 398, 402, 5, 240)].concat();
        let path = folder.path().join(format!("{name}.bam"));
        slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
        let (out, rows) = called(&path, "s");
        let found: Vec<&Row> = rows.iter().filter(|row| row.get("status") == "called").collect();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].get("hgvs_p").ends_with(&expected["p.G1202".len()..]) && found[0].get("filter") == "PASS", "{found:?}");
        assert!(found[0].get("note").starts_with(note) && found[0].get("known_resistance") == ".", "{found:?}");
        assert!(command::table_gz(&out.join("s.vcf.gz")).iter().any(|line| line.contains(found[0].get("hgvs_p"))), "{name}");
    }
}

/// A BAM of DNA in which a fifth of the molecules lack a stretch of ALK.
fn without(slices: &Slices, path: &Path, lost: std::ops::Range<u32>, with_md: bool) {
    let alk = slices.gene("ALK");
    let stretch = |from: u32, to: u32| {
        MoleculePiece::Genomic(Interval { contig: alk.contig(), start: from, end: to }, kinfuse::genome::Strand::Forward)
    };
    let made = |name: &str, pieces: &[MoleculePiece]| SimulatedMolecule::new(name, pieces, &slices.reference).expect("within the slice");
    let changed = made("changed", &[stretch(lost.start - 400, lost.start), stretch(lost.end, lost.end + 400)]);
    let plain = made("plain", &[stretch(lost.start - 400, lost.end + 400)]);
    let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 220.0, 30.0), "lost", 18);
    let fragments: Vec<SimulatedFragment> = [sampler.to_depth(&changed, 60.0), sampler.to_depth(&plain, 240.0)].concat();
    let style = AlignerStyle { longest_gap_bp: 120, ..AlignerStyle::dna() };
    slices.write(path, "s", style, &fragments, with_md);
}

#[test]
fn a_deletion_over_the_edge_of_an_exon_is_called_as_a_lost_splice_site_and_a_long_one_in_frame_by_its_residues() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &["ALK"], 19);
    let transcript = slices.gene("ALK").transcript.as_ref().expect("a transcript");
    // An exon before which no base of the donor's deletion could as well be another one.
    let base = |at: u32| slices.reference.base(slices.gene("ALK").contig(), at);
    let moves = |exon: &kinfuse::model::Exon| base(exon.start - 12) == base(exon.start - 1) || base(exon.start - 11) == base(exon.start);
    let mut exons = (21..26).map(|number| transcript.exon(number).expect("ALK has it"));
    let exon = exons.find(|exon| exon.length_bp() > 92 && !moves(exon)).expect("one of them has other bases");
    let number = exon.number;
    let [acceptor, donor] = ["acceptor", "donor"].map(|site| format!("splice site lost ({site} of exon {number})"));
    let strand = kinfuse::genome::Strand::Reverse;
    let named = |base: u32| transcript.hgvs_position(base, strand).expect("a coding base");
    // The gene lies on the reverse strand: the acceptor is above the exon, the donor below it.
    let (first, last) = (named(exon.end - 1), named(exon.start));
    let cases = [
        ("acceptor", exon.end - 9..exon.end + 14, "p.?", format!("c.{first}-14_{}del", named(exon.end - 9)), acceptor.as_str()),
        ("donor", exon.start - 5..exon.start + 7, "p.?", format!("c.{}_{last}+5del", named(exon.start + 6)), donor.as_str()),
        ("site", exon.start - 11..exon.start, "p.?", format!("c.{last}+1_{last}+11del"), donor.as_str()),
        ("long", exon.start + 20..exon.start + 92, "p.", format!("c.{}_{}del", named(exon.start + 91), named(exon.start + 20)), "."),
    ];
    for (name, lost, protein, coding, note) in cases {
        let path = folder.path().join(format!("{name}.bam"));
        without(&slices, &path, lost, true);
        let (out, rows) = called(&path, "s");
        let found: Vec<&Row> = rows.iter().filter(|row| row.get("status") == "called").collect();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        let row = found[0];
        println!("{name}\t{}\t{}\t{}\t{}", row.get("hgvs_c"), row.get("hgvs_p"), row.get("filter"), row.get("note"));
        // Equal bases at the ends may move it by a base or two.
        assert_eq!(row.get("hgvs_c").len(), coding.len(), "{name}: {} for {coding}", row.get("hgvs_c"));
        assert!(
            row.get("hgvs_p").starts_with(protein) && row.get("filter") == "PASS" && row.get("note").starts_with(note),
            "{name}: {row:?}"
        );
        assert!((0.1..0.3).contains(&row.number("allele_fraction")), "{name}: {}", row.get("allele_fraction"));
        let vcf = command::table_gz(&out.join("s.vcf.gz"));
        assert!(vcf.iter().any(|line| line.contains("HGVSP=")), "{name}: {vcf:?}");
    }
    // Without any reference the bases that would place it are not known.
    let path = folder.path().join("plain.bam");
    without(&slices, &path, exon.end - 9..exon.end + 14, false);
    let (_, rows) = called(&path, "s");
    let found: Vec<(&str, &str)> =
        rows.iter().filter(|row| row.get("status") == "called").map(|row| (row.get("hgvs_p"), row.get("filter"))).collect();
    assert_eq!(found, [("p.?", "no_reference")]);
}

#[test]
fn shifts_of_the_frame_that_restore_it_are_one_event_on_one_molecule_two_on_two_and_doubtful_where_none_tells() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let slices = Slices::new(Assembly::Grch38, &["ALK"], 20);
    let alk = slices.gene("ALK");
    let (strand, transcript) = (alk.strand.expect("a strand"), alk.transcript.as_ref().expect("a transcript"));
    let at = |codon: u32| transcript.codon_bases(codon, strand).expect("the codon is there")[1];
    let stretch = |from: u32, to: u32| {
        MoleculePiece::Genomic(Interval { contig: alk.contig(), start: from, end: to }, kinfuse::genome::Strand::Forward)
    };
    let made = |name: &str, pieces: &[MoleculePiece]| SimulatedMolecule::new(name, pieces, &slices.reference).expect("within the slice");
    // Four codons apart in one exon; and in two exons, which no fragment of DNA joins.
    let (near, far) = ((at(1_206), at(1_202)), (at(1_256), at(1_202)));
    let lacks = |lost: u32| made("lacks", &[stretch(lost - 400, lost), stretch(lost + 1, lost + 400)]);
    let gains =
        |place: u32| made("gains", &[stretch(place - 400, place), MoleculePiece::Inserted(b"G".to_vec()), stretch(place, place + 400)]);
    let both = made(
        "both",
        &[
            stretch(near.0 - 400, near.0),
            MoleculePiece::Inserted(b"G".to_vec()),
            stretch(near.0, near.1),
            stretch(near.1 + 1, near.1 + 400),
        ],
    );
    let plain = |place: u32| made("plain", &[stretch(place - 400, place + 400)]);
    let cases = [
        ("cis", vec![(both, 60), (plain(near.0), 240)]),
        ("trans", vec![(gains(near.0), 60), (lacks(near.1), 60), (plain(near.0), 180)]),
        ("far", vec![(gains(far.0), 60), (lacks(far.1), 60), (plain(far.0), 240), (plain(far.1), 240)]),
    ];
    for (name, molecules) in cases {
        let mut sampler = Sampler::new(SimulatedLibrary::short_reads(100, 220.0, 30.0), name, 21);
        let fragments: Vec<SimulatedFragment> =
            molecules.iter().flat_map(|(molecule, count)| sampler.crossing(molecule, 396, 418, 12, *count)).collect();
        let path = folder.path().join(format!("{name}.bam"));
        slices.write(&path, "s", AlignerStyle::dna(), &fragments, true);
        let (_, rows) = called(&path, "s");
        let found: Vec<&Row> = rows.iter().filter(|row| row.get("status") == "called").collect();
        for row in &found {
            println!("{name}\t{}\t{}\t{}\t{}", row.get("hgvs_c"), row.get("hgvs_p"), row.get("filter"), row.get("note"));
        }
        let all = |is: &dyn Fn(&str, &str) -> bool| found.iter().all(|row| is(row.get("hgvs_p"), row.get("note")));
        // On the reverse strand what is missing comes first; both keep the names that they have alone.
        let coding = found[0].get("hgvs_c");
        let is_pair = coding.strip_prefix("c.[360").and_then(|rest| rest.strip_suffix(']')).is_some_and(|rest| rest.contains("del;36"));
        assert_eq!(is_pair, name == "cis", "{name}: {coding}");
        assert!(found.iter().all(|row| row.get("filter") == "PASS"), "{name}: {found:?}");
        let is_right = |protein: &str, note: &str| match name {
            "cis" => protein.contains("delins") && note.ends_with("together they keep it"),
            "trans" => protein.ends_with("fs") && note.starts_with("shifts"),
            _ => protein == "p.?" && note.contains("is not known"),
        };
        assert!(found.len() == if name == "cis" { 1 } else { 2 } && all(&is_right), "{name}: {found:?}");
    }
}

#[test]
fn changes_of_one_codon_and_changes_beside_a_silent_third_letter_are_in_trans() {
    let slices = Slices::new(Assembly::Grch38, &["ALK"], 22);
    let alk = slices.gene("ALK");
    let of = |codon: u32, bases: [u8; 3]| Substitution::of_codon(alk, codon, bases).expect("the gene has the codon");
    let transcript = SimulatedMolecule::transcript(alk, &slices.reference).expect("the exons are there");
    let with = |changes: Vec<Vec<Substitution>>| transcript.clone().with_substitutions(&changes.concat());
    let codon = slices.codon("ALK", 1_196);
    assert_eq!(slices.codon("ALK", 1_202), *b"GGA");
    let folder = tempfile::tempdir().expect("a temporary folder");
    // G1202R and G1202L of one codon; G1202R by two codons; L1196M on the molecules whose codon 1202 is GGG, which is silent, G1202R on
    // the others.
    let cases = [
        ("one", vec![(with(vec![of(1_202, *b"AGA")]), 30), (with(vec![of(1_202, *b"CTA")]), 30), (transcript.clone(), 90)], "p.G1202L"),
        ("same", vec![(with(vec![of(1_202, *b"AGA")]), 30), (with(vec![of(1_202, *b"CGA")]), 30), (transcript.clone(), 90)], "c.3604G>C"),
        (
            "silent",
            vec![
                (with(vec![of(1_202, *b"AGA")]), 30),
                (with(vec![of(1_196, *b"ATG"), of(1_202, *b"GGG")]), 30),
                (with(vec![of(1_202, *b"GGG")]), 60),
                (with(vec![of(1_196, codon)]), 60),
            ],
            "p.L1196M",
        ),
    ];
    for (name, molecules, second) in cases {
        let place = |codon: u32| molecules[0].0.offset_of(alk.contig(), of(codon, *b"AAA")[1].position).expect("it is there");
        let (from, to) = (place(1_196), place(1_202));
        let mut sampler = Sampler::new(SimulatedLibrary::short_reads(150, 330.0, 30.0), name, 23);
        let fragments: Vec<SimulatedFragment> =
            molecules.iter().flat_map(|(molecule, count)| sampler.crossing(molecule, from, to, 4, *count)).collect();
        let path = folder.path().join(format!("{name}.bam"));
        slices.write(&path, "s", AlignerStyle::rna(), &fragments, true);
        let (_, rows) = called(&path, "s");
        let row = |change: &str| {
            rows.iter()
                .find(|row| row.get(if change.starts_with('p') { "hgvs_p" } else { "hgvs_c" }) == change && row.get("status") == "called")
                .expect("it is called")
        };
        // One residue by two codons: the names of the protein do not tell them apart.
        let first = if name == "same" { "c.3604G>A" } else { "p.G1202R" };
        for (own, other) in [(first, second), (second, first)] {
            let row = row(own);
            println!("{name}\t{own}\t{}\t{}", row.get("compound_with"), row.get("note"));
            assert!(row.get("compound_with").starts_with(&format!("{other}:trans:")), "{name}: {row:?}");
            let note = format!("one codon: no molecule can carry {other} as well");
            assert_eq!(row.get("note").contains(&note), name != "silent", "{row:?}");
        }
    }
}
