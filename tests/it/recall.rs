//! Recall and false calls of mutations, on molecules made in memory. The full tables take minutes:
//! `cargo test --release --test it recall:: -- --ignored --nocapture`

use crate::support::command;
use kinfuse::genome::Assembly;
use kinfuse::knowledge::Knowledge;
use kinfuse::material::Material;
use kinfuse::simulate::Random;
use kinfuse::stats::binomial_at_least;
use kinfuse::variant::call::{call, no_background};
use kinfuse::variant::domain::Domain;
use kinfuse::variant::molecule::{stratum, STRATA};
use kinfuse::variant::noise::Noise;
use kinfuse::variant::{Variant, VariantStatus};
use rayon::prelude::*;

use crate::support::molecules::{listed, rows, sample, Made, Mutation, DAMAGED, PANEL, PLASMA};

/// Calls one simulated library over these kinases; for each mutation the molecules over it and those that carry it.
fn run(genes: &[&str], made: Made, mutations: &[Mutation], seed: u64) -> (Vec<Variant>, Vec<(u32, u32)>, Noise) {
    let knowledge = Knowledge::builtin();
    let mut random = Random::new(seed);
    let mut truth = vec![(0, 0); mutations.len()];
    let mut made_rows = Vec::new();
    for row in rows(&knowledge, Assembly::Grch38, seed).into_iter().filter(|row| genes.contains(&row.gene.as_str())) {
        let own: Vec<usize> = (0..mutations.len()).filter(|&at| mutations[at].gene == row.gene).collect();
        let drawn = sample(&row, made, &own.iter().map(|&at| &mutations[at]).collect::<Vec<_>>(), &mut random);
        for (at, counts) in own.into_iter().zip(drawn.truth) {
            truth[at] = counts;
        }
        made_rows.push((row, drawn.pileup));
    }
    let (readings, noise) = call(made_rows, (Material::Dna, &no_background));
    (readings.into_iter().flat_map(|reading| reading.calls).map(|call| call.variant).collect(), truth, noise)
}

fn passes(variant: &Variant) -> bool {
    variant.status == VariantStatus::Called && variant.flags.is_empty()
}

/// The false calls that are allowed: of all listed changes together in one clean sample, of the listed changes of one codon, and of the
/// three changes at any other position.
const ALLOWED: [f64; 3] = [1e-4, 1e-4, 1e-6];
/// Cells in which recall falls more than five points short of what the binomial allows, by name, molecules and fraction: plasma with four
/// or five carriers at a site. The true error rate lets two or three molecules count; the caller, which has to learn it, asks four.
const SHORT: [(&str, usize, f64); 3] = [("plasma UMI", 2_000, 0.002), ("plasma UMI", 5_000, 0.001), ("plasma UMI", 10_000, 0.0005)];

/// What the simulation makes of a base that nothing changes, by the lowest quality that votes: the share of molecules over a place that
/// vote, and the share of these that show one given wrong base. Damage is left out, its rate is given.
struct Machine(Vec<(f64, f64)>);

impl Machine {
    fn of(made: Made) -> Self {
        let knowledge = Knowledge::builtin();
        let mut random = Random::new(77);
        let plain = Made { deamination: 0.0, oxidation: 0.0, depth: 2_000, ..made };
        let (mut votes, mut wrong, mut over) = ([0u64; STRATA.len()], [0u64; STRATA.len()], 0u64);
        for row in rows(&knowledge, Assembly::Grch38, 1) {
            for molecule in &sample(&row, plain, &[], &mut random).pileup.molecules {
                for index in usize::from(molecule.start)..molecule.end() {
                    over += u64::from(molecule.covers(index));
                    let Some((code, quality)) = molecule.base(index) else { continue };
                    for cut in 1..=stratum(quality) {
                        votes[cut] += 1;
                        wrong[cut] += u64::from(b"ACGT"[code] != row.base(index));
                    }
                }
            }
        }
        // One more error than was seen: of none nothing follows.
        let cuts = (1..STRATA.len()).filter(|&cut| votes[cut] > 0);
        Self(cuts.map(|cut| (votes[cut] as f64 / over as f64, (wrong[cut] + 1) as f64 / votes[cut] as f64 / 3.0)).collect())
    }

    /// The chance that a mutation on this share of so many molecules is seen on the fewest molecules that errors give less often than
    /// `chance`, at the quality for which that is highest. Nothing of the caller is asked.
    fn allows(&self, damage: f64, molecules: u32, fraction: f64, chance: f64) -> f64 {
        let at = |&(share, error): &(f64, f64)| {
            let votes = (f64::from(molecules) * share).round() as u64;
            let least = (1..=votes).find(|&count| binomial_at_least(count, votes, error + damage) < chance);
            least.map_or(0.0, |least| binomial_at_least(least, votes, fraction))
        };
        self.0.iter().map(at).fold(0.0, f64::max)
    }
}

/// Damage that shows this change, a molecule: half of the molecules are read along the transcript.
fn damage(row: &Domain<'_>, (index, to): (usize, u8), made: Made) -> f64 {
    let context = |is_there: bool| if is_there { 3.0 } else { 1.0 };
    let next = row.base(index + 1);
    let before = index.checked_sub(1).map_or(b'N', |before| row.base(before));
    let of_both = match (row.base(index), to) {
        (b'C', b'T') => made.deamination * context(next == b'G'),
        (b'G', b'A') => made.deamination * context(before == b'C'),
        (b'G', b'T') | (b'C', b'A') => made.oxidation,
        _ => 0.0,
    };
    of_both / 2.0
}

/// What a cell of fraction and depth gave.
#[derive(Debug, Default)]
struct Cell {
    sites: usize,
    found: usize,
    /// Chance to see as many carriers as the caller says that it needs.
    by_own_count: f64,
    /// What the binomial allows, for each of [`ALLOWED`].
    allowed: [f64; 3],
    least: Vec<u32>,
    false_calls: usize,
}

impl Cell {
    fn recall(&self) -> f64 {
        self.found as f64 / self.sites.max(1) as f64
    }

    fn allowed(&self) -> [f64; 3] {
        self.allowed.map(|sum| sum / self.sites.max(1) as f64)
    }

    /// How far recall falls short of the limit of listed changes, and of that of others.
    fn short(&self) -> f64 {
        let [listed, _, other] = self.allowed();
        listed.max(other) - self.recall()
    }
}

/// Listed mutations at a fraction, one in each known codon of ALK and ROS1, until there are `sites` of them.
fn cell(made: Made, fraction: f64, sites: usize, seed: u64) -> Cell {
    // Samples that are drawn side by side; a fixed number, so that the table is the same on any machine.
    const SIDE_BY_SIDE: u64 = 2;
    let machine = Machine::of(made);
    let mut cell = Cell::default();
    let mut round = 0;
    while cell.sites < sites {
        let batch: Vec<Cell> =
            (round..round + SIDE_BY_SIDE).into_par_iter().map(|round| one_sample(made, &machine, fraction, seed * 1_000 + round)).collect();
        for one in batch {
            cell.sites += one.sites;
            cell.found += one.found;
            cell.by_own_count += one.by_own_count;
            cell.allowed = std::array::from_fn(|at| cell.allowed[at] + one.allowed[at]);
            cell.least.extend(one.least);
            cell.false_calls += one.false_calls;
        }
        round += SIDE_BY_SIDE;
    }
    cell
}

/// One sample with a mutation in each known codon of ALK and ROS1.
fn one_sample(made: Made, machine: &Machine, fraction: f64, seed: u64) -> Cell {
    let knowledge = Knowledge::builtin();
    let genes = ["ALK", "ROS1"];
    let mut cell = Cell::default();
    let mut random = Random::new(seed);
    let rows = rows(&knowledge, Assembly::Grch38, seed);
    let all = listed(&rows, false);
    // One change a codon, another one each time.
    let mut chosen: Vec<Mutation> = Vec::new();
    for mutation in all.iter().filter(|mutation| genes.contains(&mutation.gene.as_str())) {
        match chosen.iter_mut().find(|other| other.gene == mutation.gene && other.codon == mutation.codon) {
            Some(other) if random.happens(0.5) => *other = mutation.clone(),
            Some(_) => {}
            None => chosen.push(mutation.clone()),
        }
    }
    for mutation in &mut chosen {
        mutation.fraction = fraction;
    }
    let (variants, truth, _) = run(&genes, made, &chosen, seed);
    for (mutation, (over, _)) in chosen.iter().zip(truth) {
        let line = |variant: &&Variant| variant.gene == mutation.gene && variant.hgvs_p == mutation.name;
        cell.sites += 1;
        cell.found += usize::from(variants.iter().filter(line).any(passes));
        let shown = variants.iter().find(line).expect("each listed change has a line");
        let least = shown.min_fragments.expect("the reference is known");
        cell.least.push(least);
        cell.by_own_count += binomial_at_least(u64::from(least), u64::from(shown.depth.min(over)), fraction);
        let row = rows.iter().find(|row| row.gene == mutation.gene).expect("it has the mutation");
        let damage = damage(row, mutation.bases[0], made);
        let of_codon = all.iter().filter(|other| other.gene == mutation.gene && other.codon == mutation.codon).count();
        let tests = [all.len(), of_codon, 3].map(|count| count as f64);
        for at in 0..3 {
            cell.allowed[at] += machine.allows(damage, over, fraction, ALLOWED[at] / tests[at]);
        }
    }
    cell.false_calls = variants.iter().filter(|v| passes(v) && !chosen.iter().any(|m| m.gene == v.gene && m.codon == v.codon)).count();
    cell
}

fn table_line(name: &str, made: Made, fraction: f64, cell: &mut Cell) -> String {
    cell.least.sort_unstable();
    let [listed, codon, other] = cell.allowed();
    format!(
        "{name}\t{}\t{:.2}%\t{}\t{}\t{:.3}\t{listed:.3}\t{codon:.3}\t{other:.3}\t{:.3}\t{}",
        made.depth,
        fraction * 100.0,
        cell.sites,
        cell.least[cell.least.len() / 2],
        cell.recall(),
        cell.by_own_count / cell.sites.max(1) as f64,
        cell.false_calls
    )
}

#[test]
fn recall_is_what_the_binomial_allows() {
    for (name, made, fraction) in [("panel", Made { depth: 1_000, ..PANEL }, 0.01), ("plasma", Made { depth: 3_000, ..PLASMA }, 0.003)] {
        let mut cell = cell(made, fraction, 120, 7);
        println!("{}", table_line(name, made, fraction, &mut cell));
        assert!(cell.short() < 0.1, "{name}: {} of {:?}", cell.recall(), cell.allowed());
        assert_eq!(cell.false_calls, 0, "{name}");
    }
}

#[test]
fn damaged_and_clean_samples_without_mutations_give_no_call_and_damage_is_seen_in_its_classes() {
    let genes = ["ALK", "ROS1", "NTRK1", "NTRK2", "NTRK3"];
    for (name, made) in [("damaged", Made { depth: 500, ..DAMAGED }), ("clean", Made { depth: 500, ..PANEL })] {
        for seed in 0..3 {
            let (variants, _, noise) = run(&genes, made, &[], 50 + seed);
            let called: Vec<&str> = variants.iter().filter(|v| v.status == VariantStatus::Called).map(|v| v.hgvs_p.as_str()).collect();
            assert!(called.is_empty(), "{name}: {called:?}");
            let rate = |class: &str| {
                let classes = noise.by_class();
                let (_, wrong, all) = classes.iter().find(|(own, _, _)| own == class).expect("twelve classes");
                *wrong as f64 / *all as f64
            };
            let damaged = name == "damaged";
            assert_eq!(rate("C>T") > 3.0 * rate("G>A"), damaged, "{name}: {:?}", noise.by_class());
            assert_eq!(rate("G>T") > 2.0 * rate("C>A"), damaged, "{name}: {:?}", noise.by_class());
        }
    }
}

#[test]
#[ignore = "minutes: the full table of recall by fraction and depth"]
fn the_full_table_of_recall() {
    let sites = std::env::var("KINFUSE_SITES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    println!("library\tmolecules\tfraction\tsites\tleast\trecall\tallowed: listed\tone codon\tother\tby the caller's own count\tfalse");
    let mut fell_short: Vec<String> = Vec::new();
    let mut line = |name: &str, made: Made, fraction: f64, seed: u64| {
        let mut cell = cell(made, fraction, sites, seed);
        let known = SHORT.contains(&(name, made.depth, fraction));
        println!("{}{}", table_line(name, made, fraction, &mut cell), if known { "\tknown to fall short" } else { "" });
        if cell.short() > 0.05 && !known {
            fell_short.push(format!("{name} {} {fraction}: {:.3}", made.depth, cell.short()));
        }
    };
    for (at, (depth, fraction)) in [
        (500, 0.02),
        (500, 0.05),
        (1_000, 0.01),
        (1_000, 0.02),
        (2_000, 0.0025),
        (2_000, 0.005),
        (2_000, 0.01),
        (5_000, 0.0025),
        (5_000, 0.005),
    ]
    .into_iter()
    .enumerate()
    {
        line("panel", Made { depth, ..PANEL }, fraction, at as u64);
        line("fixed", Made { depth, ..DAMAGED }, fraction, 100 + at as u64);
    }
    for (at, (depth, fraction)) in
        [(2_000, 0.002), (2_000, 0.005), (5_000, 0.001), (5_000, 0.002), (10_000, 0.0005), (10_000, 0.001), (10_000, 0.002)]
            .into_iter()
            .enumerate()
    {
        line("plasma UMI", Made { depth, ..PLASMA }, fraction, 200 + at as u64);
    }
    assert!(fell_short.is_empty(), "recall is below what the binomial allows: {fell_short:?}");
}

#[test]
#[ignore = "minutes: false calls in clean samples"]
fn false_calls_in_clean_samples() {
    let genes = ["ALK", "ROS1", "NTRK1", "NTRK2", "NTRK3"];
    let samples: u64 = std::env::var("KINFUSE_SAMPLES").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    println!("library\tsamples\tpositions x changes\tfalse at known sites\tfalse elsewhere\tpositions for indels\tfalse indels");
    let mut total = (0u64, 0usize, 0usize, 0u64, 0usize);
    for (name, made, share) in [
        ("damaged 2000x", Made { depth: 2_000, ..DAMAGED }, 100),
        ("damaged 500x", Made { depth: 500, ..DAMAGED }, 40),
        ("panel 1000x", Made { depth: 1_000, ..PANEL }, 60),
        ("plasma UMI 2000", Made { depth: 2_000, ..PLASMA }, 40),
    ] {
        // Errors of short reads, see the caller's own constant.
        let made = Made { indels: 1e-5, ..made };
        let (mut tests, mut known, mut others, mut indels) = (0u64, 0, 0, 0);
        let count = samples * share / 240;
        let called: Vec<Vec<Variant>> = (0..count)
            .into_par_iter()
            .map(|seed| {
                let variants = run(&genes, made, &[], 10_000 + seed * 17 + share).0;
                variants.into_iter().filter(passes).collect()
            })
            .collect();
        let knowledge = Knowledge::builtin();
        tests += count * rows(&knowledge, Assembly::Grch38, 1).iter().map(|row| row.len() as u64 * 3).sum::<u64>();
        for variant in called.iter().flatten() {
            if variant.reference.len() != variant.alternative.len() {
                println!("{} {} {}/{}", variant.gene, variant.hgvs_p, variant.alt_fragments, variant.depth);
                indels += 1;
            } else if variant.statements.is_empty() && variant.codon_class.is_none() {
                others += 1;
            } else {
                known += 1;
            }
        }
        println!("{name}\t{count}\t{tests}\t{known}\t{others}\t{}\t{indels}", tests / 3);
        total = (total.0 + tests, total.1 + known, total.2 + others, total.3 + tests / 3, total.4 + indels);
    }
    println!("all\t{samples}\t{}\t{}\t{}\t{}\t{}", total.0, total.1, total.2, total.3, total.4);
    assert_eq!(total.1, 0, "false calls at known sites");
    assert!(total.2 <= 1 + (total.0 / 1_000_000) as usize, "{} false calls elsewhere", total.2);
    assert!(total.4 <= 1 + (total.3 / 1_000_000) as usize, "{} false indels", total.4);
}

/// What a caller found: gene and codon change as `ALK p.G1202R`.
type Names = std::collections::BTreeSet<String>;

/// The listed mutations of one BAM on the made-up genome, called by kinfuse and by freebayes where it is installed.
#[test]
#[ignore = "minutes: another caller on the same files"]
fn kinfuse_and_freebayes_on_the_same_files() {
    use kinfuse::simulate::{bam, Aligner, AlignerStyle, MemoryGenome, Sampler, SimulatedLibrary, SimulatedMolecule, Substitution};

    let (fasta, gtf) = (command::repository("test-data/mini.fa"), command::repository("test-data/mini.gtf"));
    let reference = MemoryGenome::from_fasta(&fasta).expect("the FASTA opens");
    let genes = kinfuse::model::gtf::read(&gtf, reference.contigs(), &gtf).expect("the GTF can be read").genes;
    let knowledge = Knowledge::builtin();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let replicates = 4u64;
    // Without haplotypes of several bases and beyond the four best alleles freebayes needs minutes for one file of this depth.
    let options = "--pooled-continuous -F 0.002 -C 3 -q 20 -m 10 --haplotype-length 0 --use-best-n-alleles 4";
    let has_freebayes = command::has_program("freebayes") && command::has_program("timeout");
    println!("freebayes {options} --targets <the kinase domains>, at most 100 s a file");
    println!("caller\tdepth\tfraction\tsites\tfound\tother calls in the domains\tseconds");
    for (depth, fraction) in [(1_000usize, 0.02), (1_000, 0.01), (2_000, 0.005)] {
        let mut sums: std::collections::BTreeMap<&str, (usize, usize, f64)> = std::collections::BTreeMap::new();
        let mut sites_total = 0;
        for replicate in 0..replicates {
            let mut fragments = Vec::new();
            let mut molecules: Vec<(SimulatedMolecule, Option<usize>)> = Vec::new();
            // Positions (1-based) with the new base on the forward strand, and the name.
            let mut sites: Vec<(String, u32, u8, String)> = Vec::new();
            let mut domains: Vec<String> = Vec::new();
            for symbol in ["ALK", "ROS1"] {
                let gene = genes.iter().find(|gene| gene.symbol == symbol).expect("the gene is there");
                let (first, last) = kinfuse::fusion::frame::kinase_domain_codons(symbol).expect("one of the five");
                let (strand, transcript) = (gene.strand.expect("a strand"), gene.transcript.as_ref().expect("a transcript"));
                let end = |codon: u32| transcript.codon_bases(codon, strand).expect("the codon is there")[1];
                let (low, high) = (end(first).min(end(last)), end(first).max(end(last)));
                let interval = kinfuse::genome::Interval { contig: gene.contig(), start: low - 500, end: high + 500 };
                domains.push(format!("{}\t{}\t{}\n", reference.contigs().name(gene.contig()), low, high + 1));
                let plain = SimulatedMolecule::stretch(symbol, interval, &reference).expect("within the genome");
                for site in knowledge.resistance_sites().iter().filter(|site| site.gene == symbol && site.ref_codon.is_some()) {
                    let single: Vec<_> = site.changes.iter().filter(|change| !change.single_nt_hgvs.is_empty()).collect();
                    let Some(change) = single.get(replicate as usize % single.len().max(1)) else { continue };
                    let codon = site.ref_codon.expect("filtered by it");
                    let new = (0..3)
                        .flat_map(|slot| b"ACGT".iter().map(move |&base| (slot, base)))
                        .map(|(slot, base)| {
                            let mut changed = codon;
                            changed[slot] = base;
                            (slot, changed)
                        })
                        .find(|(_, changed)| kinfuse::sequence::translate_codon(changed) == change.alt_aa)
                        .expect("one base is enough");
                    let substitutions = Substitution::of_codon(gene, site.codon, new.1).expect("the gene has the codon");
                    let changed = &substitutions[new.0];
                    sites.push((
                        reference.contigs().name(gene.contig()).to_owned(),
                        changed.position + 1,
                        changed.base,
                        format!("{symbol} p.{}", change.protein_change),
                    ));
                    let at = plain.offset_of(gene.contig(), changed.position).expect("it is there");
                    molecules.push((plain.clone().with_substitutions(&substitutions), Some(at)));
                }
                molecules.push((plain, None));
            }
            let library = SimulatedLibrary::short_reads(150, 240.0, 40.0);
            let mut sampler = Sampler::new(library, format!("f{replicate}"), 90 + replicate);
            let mut random = Random::new(replicate);
            for (molecule, at) in &molecules {
                match at {
                    None => fragments.extend(sampler.to_depth(molecule, depth as f64)),
                    Some(at) => {
                        let count = (0..depth).filter(|_| random.happens(fraction)).count();
                        fragments.extend(sampler.crossing(molecule, *at, *at + 1, 1, count));
                    }
                }
            }
            let path = folder.path().join(format!("{depth}{replicate}.bam"));
            let aligner = Aligner::new(&reference, AlignerStyle::dna());
            let records = fragments.iter().flat_map(|fragment| aligner.align(fragment)).collect();
            bam::write(&path, &reference, "s", "kinfuse-simulate", records).expect("the BAM is written");
            sites_total += sites.len();

            let out = folder.path().join(format!("out{depth}{replicate}"));
            let started = std::time::Instant::now();
            command::call(&out, &["-r".as_ref(), fasta.as_ref(), "-g".as_ref(), gtf.as_ref(), path.as_ref()]);
            let seconds = started.elapsed().as_secs_f64();
            let found: Names =
                command::called_variants(&out, "s").iter().map(|row| format!("{} {}", row.get("gene"), row.get("hgvs_p"))).collect();
            let right = sites.iter().filter(|site| found.contains(&site.3)).count();
            let sum = sums.entry("kinfuse").or_default();
            *sum = (sum.0 + right, sum.1 + found.len() - right, sum.2 + seconds);

            if has_freebayes {
                let started = std::time::Instant::now();
                let bed = folder.path().join("domains.bed");
                std::fs::write(&bed, domains.concat()).expect("the folder takes it");
                let output = std::process::Command::new("timeout")
                    .args(["100", "freebayes"])
                    .args(options.split(' '))
                    .args(["--targets".as_ref(), bed.as_os_str(), "-f".as_ref(), fasta.as_ref(), path.as_os_str()])
                    .output()
                    .expect("freebayes starts");
                assert!(output.status.success(), "{:?}: {}", output.status, String::from_utf8_lossy(&output.stderr));
                let seconds = started.elapsed().as_secs_f64();
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                for (name, least) in [("freebayes, all", 0.0), ("freebayes, QUAL 20", 20.0)] {
                    let mut found: std::collections::BTreeSet<(String, u32, u8)> = std::collections::BTreeSet::new();
                    for line in text.lines().filter(|line| !line.starts_with('#')) {
                        let cells: Vec<&str> = line.split('\t').collect();
                        if cells[5].parse::<f64>().unwrap_or(0.0) < least {
                            continue;
                        }
                        let position: u32 = cells[1].parse().expect("a position");
                        for alternative in cells[4].split(',').filter(|bases| bases.len() == cells[3].len()) {
                            for (at, (old, new)) in (position..).zip(cells[3].bytes().zip(alternative.bytes())) {
                                if old != new {
                                    found.insert((cells[0].to_owned(), at, new));
                                }
                            }
                        }
                    }
                    let right = sites.iter().filter(|site| found.contains(&(site.0.clone(), site.1, site.2))).count();
                    let sum = sums.entry(name).or_default();
                    *sum = (sum.0 + right, sum.1 + found.len() - right, sum.2 + seconds);
                }
            }
        }
        for (name, (right, others, seconds)) in sums.into_iter().rev() {
            println!("{name}\t{depth}\t{:.1}%\t{sites_total}\t{right}\t{others}\t{seconds:.1}", fraction * 100.0);
        }
    }
    if !has_freebayes {
        println!("skipped: no freebayes");
    }
}
