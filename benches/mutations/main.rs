//! How many resistance mutations of a small fraction are found, beside the limit that the true error rates allow, and how many calls are
//! false.
//!
//! ```text
//! built-in rows of five kinases --draw--> molecules with errors --plant--> a listed change a kinase --call--> found
//!                                                                                              \--oracle--> could have been found
//! ```
//!
//! Molecules are drawn by the model that the caller learns (`library.rs`), so that the difference is what learning and testing cost. The
//! oracle (`oracle.rs`) knows the true rates. Needs no data beside the program.
//!
//! `cargo bench --bench mutations` runs it all (some minutes), `cargo test --bench mutations -- --quick` a part in some seconds.
//! `--sites N` plants at so many sites a cell, `--tests N` makes so many tests without a variant, `--only TEXT` runs cells with this text in
//! their names. Exit code 1 where a goal is missed.

use std::process::ExitCode;

use rayon::prelude::*;

use kinfuse::genome::{Assembly, Contigs};
use kinfuse::knowledge::Knowledge;
use kinfuse::material::Material;
use kinfuse::model::{builtin, Gene};
use kinfuse::simulate::Random;
use kinfuse::stats::from_phred;
use kinfuse::variant::call::{call, no_background, MIN_FRAGMENTS, MIN_QUALITY, PRIOR_KNOWN, PRIOR_OTHER};
use kinfuse::variant::domain::{domains, BaseSource, Domain};
use kinfuse::variant::pileup::Pileup;
use kinfuse::variant::{Variant, VariantStatus};

mod library;
mod oracle;

use library::{changes, Sample, Single, Stratum, DISPERSION};

const SEED: u64 = 20_261_130;
/// Planted sites a cell.
const SITES: usize = 1_000;
/// Tests without a variant.
const TESTS: usize = 1_000_000;
/// The quick form: sites a cell, tests.
const QUICK: (usize, usize) = (200, 100_000);
/// Fewer sites may be found than the oracle finds by so much.
const GOAL: f64 = 0.03;
/// Errors alone may pass so much oftener than they should, beside what chance does to a count.
const FALSE_FACTOR: f64 = 3.0;
/// Fraction of the other variant and of the second genome in samples that are not clean.
const ELSEWHERE: (f64, f64) = (0.015, 0.01);
/// Places of the five domains at which a second genome differs: one base in 1,000.
const DIFFERENCES: usize = 4;

const fn stratum(quality: u8, share: f64, rate: f64) -> Stratum {
    Stratum { quality, share, rate }
}

/// Single reads and mates that agree.
const READS: &[Stratum] = &[stratum(37, 0.6, 1e-4), stratum(45, 0.4, 3e-5)];
/// Single reads of a machine that writes four qualities: one in five has a poor base at a place.
const BINNED: &[Stratum] = &[stratum(12, 0.08, 6e-3), stratum(25, 0.12, 8e-4), stratum(37, 0.5, 1e-4), stratum(45, 0.3, 3e-5)];
/// Consensus of copies; a part of the molecules has one copy.
const CONSENSUS: &[Stratum] = &[stratum(60, 0.7, 3e-6), stratum(45, 0.1, 3e-5), stratum(37, 0.2, 1e-4)];
/// Both strands, one strand, one copy.
const DUPLEX: &[Stratum] = &[stratum(63, 0.6, 1e-7), stratum(60, 0.3, 3e-6), stratum(37, 0.1, 1e-4)];

struct Cell {
    name: &'static str,
    depth: usize,
    strata: &'static [Stratum],
    fraction: f64,
    quick: bool,
}

const fn cell(name: &'static str, depth: usize, strata: &'static [Stratum], fraction: f64, quick: bool) -> Cell {
    Cell { name, depth, strata, fraction, quick }
}

const CELLS: [Cell; 9] = [
    cell("reads 500x 1 %", 500, READS, 0.01, true),
    cell("reads 2000x 0.5 %", 2_000, READS, 0.005, false),
    cell("reads 2000x 0.25 %", 2_000, READS, 0.0025, true),
    cell("poor 2000x 0.5 %", 2_000, BINNED, 0.005, true),
    cell("poor 20000x 0.1 %", 20_000, BINNED, 0.001, false),
    cell("UMI 2000x 0.2 %", 2_000, CONSENSUS, 0.002, true),
    cell("UMI 5000x 0.1 %", 5_000, CONSENSUS, 0.001, false),
    cell("UMI 10000x 0.05 %", 10_000, CONSENSUS, 0.0005, false),
    cell("duplex 20000x 0.01 %", 20_000, DUPLEX, 0.0001, false),
];

struct Clean {
    name: &'static str,
    depth: usize,
    strata: &'static [Stratum],
    /// Whether there is a variant elsewhere and a second genome.
    mixed: bool,
}

const CLEAN: [Clean; 5] = [
    Clean { name: "reads 2000x", depth: 2_000, strata: READS, mixed: false },
    Clean { name: "reads 2000x, variant and second genome", depth: 2_000, strata: READS, mixed: true },
    Clean { name: "poor 2000x", depth: 2_000, strata: BINNED, mixed: false },
    Clean { name: "UMI 2000x", depth: 2_000, strata: CONSENSUS, mixed: false },
    Clean { name: "UMI 2000x, variant and second genome", depth: 2_000, strata: CONSENSUS, mixed: true },
];

struct Options {
    quick: bool,
    seed: u64,
    sites: usize,
    tests: usize,
    only: Option<String>,
}

fn options() -> Result<Options, String> {
    let mut options = Options { quick: false, seed: SEED, sites: SITES, tests: TESTS, only: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|value| value.parse().ok()).ok_or(format!("{argument} wants a number"));
        match argument.as_str() {
            "--quick" => (options.quick, options.sites, options.tests) = (true, QUICK.0, QUICK.1),
            "--seed" => options.seed = number()? as u64,
            "--sites" => options.sites = number()?,
            "--tests" => options.tests = number()?,
            "--only" => options.only = arguments.next(),
            // cargo says this to every bench.
            "--bench" => {}
            other => return Err(format!("{other} is not known; there are --quick, --seed N, --sites N, --tests N, --only TEXT")),
        }
    }
    Ok(options)
}

/// The rows of the five kinases; what the tables do not say of their bases is drawn.
fn rows<'a>(genes: &[Gene], knowledge: &'a Knowledge, random: &mut Random) -> Vec<Domain<'a>> {
    let kinases: Vec<&Gene> = genes.iter().filter(|gene| builtin::KINASES.contains(&gene.symbol.as_str())).collect();
    let mut rows = domains(&kinases, knowledge, Some(Assembly::Grch38), None).unwrap_or_default();
    for row in &mut rows {
        for index in 0..row.len() {
            if row.source(index) == BaseSource::Unknown {
                row.set(index, random.base(), BaseSource::Fasta);
            }
        }
    }
    rows
}

/// What a sample gave.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    planted: usize,
    found: usize,
    possible: usize,
    /// Found by the oracle or by the caller alone.
    differ: usize,
    /// Calls of listed and of other changes where nothing was planted.
    false_calls: [usize; 2],
}

impl Counted {
    fn and(self, other: Self) -> Self {
        Self {
            planted: self.planted + other.planted,
            found: self.found + other.found,
            possible: self.possible + other.possible,
            differ: self.differ + other.differ,
            false_calls: [0, 1].map(|kind| self.false_calls[kind] + other.false_calls[kind]),
        }
    }
}

fn is_called(variant: &Variant) -> bool {
    variant.status == VariantStatus::Called && variant.flags.is_empty()
}

/// Draws one sample, plants these changes, calls, and counts.
fn counted(rows: &[Domain<'_>], depth: usize, strata: &[Stratum], planted: &[(Single, f64, bool)], random: &mut Random) -> Counted {
    let mut sample = Sample::draw(rows, depth, strata, random);
    for &(change, fraction, _) in planted {
        sample.plant(change, fraction, random);
    }
    let possible: Vec<bool> = planted
        .iter()
        .map(|&(change, fraction, _)| {
            let parts = sample.parts(change);
            let enough = parts.iter().map(|part| part.with).sum::<usize>() >= MIN_FRAGMENTS as usize;
            enough && oracle::chance(&parts, fraction, DISPERSION) <= PRIOR_KNOWN * from_phred(MIN_QUALITY)
        })
        .collect();
    let piles = std::mem::take(&mut sample.molecules).into_iter().map(|mut molecules| {
        molecules.sort();
        Pileup::of(molecules)
    });
    let (readings, _) = call(rows.iter().cloned().zip(piles).collect(), (Material::Dna, &no_background));
    let mut counted = Counted::default();
    for (&(change, _, is_goal), possible) in planted.iter().zip(possible) {
        let letters = [b"ACGT"[change.from], b"ACGT"[change.to]].map(|letter| vec![rows[change.row].turned(letter)]);
        let position = rows[change.row].position(change.index);
        let found = readings[change.row].calls.iter().map(|call| &call.variant).any(|variant| {
            is_called(variant) && variant.position == position && variant.reference == letters[0] && variant.alternative == letters[1]
        });
        if is_goal {
            counted.planted += 1;
            counted.found += usize::from(found);
            counted.possible += usize::from(possible);
            counted.differ += usize::from(found != possible);
        }
    }
    for (row, reading) in readings.iter().enumerate() {
        let planted_here = |variant: &Variant| {
            let codon = rows[row].first_of(variant.codon);
            planted.iter().any(|(change, _, _)| change.row == row && (codon..codon + 3).contains(&change.index))
        };
        for variant in reading.calls.iter().map(|call| &call.variant).filter(|variant| is_called(variant) && !planted_here(variant)) {
            counted.false_calls[usize::from(variant.statements.is_empty())] += 1;
        }
    }
    counted
}

fn percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    let knowledge = Knowledge::builtin();
    let genes = builtin::genes(Assembly::Grch38, &Contigs::chromosomes()).genes;
    let rows = rows(&genes, &knowledge, &mut Random::for_purpose(options.seed, "reference"));
    let (listed, others) = changes(&rows);
    let all_listed: usize = listed.iter().map(Vec::len).sum();
    println!("{} kinases, {all_listed} listed single-base changes, {others} others", rows.len());
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let mut missed = false;

    println!(
        "\n{:<24}{:>7}{:>9}{:>9}{:>9}{:>12}  goal: at most {} points below",
        "cell",
        "sites",
        "found %",
        "oracle %",
        "points",
        "false calls",
        GOAL * 100.0
    );
    for cell in CELLS.iter().filter(|cell| (cell.quick || !options.quick) && wanted(cell.name)) {
        let samples = options.sites.div_ceil(rows.len());
        let sample = |number: usize| {
            let mut random = Random::for_purpose(options.seed + number as u64, cell.name);
            let planted: Vec<(Single, f64, bool)> =
                listed.iter().map(|sites| (sites[(number + random.below(sites.len())) % sites.len()], cell.fraction, true)).collect();
            counted(&rows, cell.depth, cell.strata, &planted, &mut random)
        };
        let sum = (0..samples).into_par_iter().map(sample).reduce(Counted::default, Counted::and);
        let share = |count: usize| count as f64 / sum.planted as f64;
        let points = share(sum.found) - share(sum.possible);
        // Two standard errors of the difference: both were asked of the same molecules.
        let chance = 2.0 * (sum.differ as f64).sqrt() / sum.planted as f64;
        let met = points >= -GOAL - if options.quick { chance } else { 0.0 };
        missed |= !met;
        println!(
            "{:<24}{:>7}{:>9}{:>9}{:>9}{:>12}  {}",
            cell.name,
            sum.planted,
            percent(share(sum.found)),
            percent(share(sum.possible)),
            format!("{:+.1}", points * 100.0),
            sum.false_calls.iter().sum::<usize>(),
            if met { "met" } else { "MISSED" }
        );
    }

    println!(
        "\n{:<42}{:>10}{:>8}{:>10}{:>12}{:>8}{:>10}",
        "without a variant", "listed", "false", "expected", "other", "false", "expected"
    );
    for clean in CLEAN.iter().filter(|clean| wanted(clean.name)) {
        let samples = options.tests.div_ceil(CLEAN.len() * (all_listed + others));
        let sample = |number: usize| {
            let mut random = Random::for_purpose(options.seed + number as u64, clean.name);
            let mut elsewhere = |fraction: f64| loop {
                let row = random.below(rows.len());
                let index = random.below(rows[row].len());
                let Some(from) = kinfuse::sequence::code(rows[row].base(index)).filter(|_| !rows[row].is_known(index)) else { continue };
                let to = (from + 1 + random.below(3)) % 4;
                return (Single { row, index, from, to }, fraction, false);
            };
            let mut planted = Vec::new();
            if clean.mixed {
                planted.push(elsewhere(ELSEWHERE.0));
                // Every other difference of the second genome is on one of its two chromosomes.
                planted.extend((0..DIFFERENCES).map(|number| elsewhere(ELSEWHERE.1 / (1 + number % 2) as f64)));
            }
            counted(&rows, clean.depth, clean.strata, &planted, &mut random)
        };
        let sum = (0..samples).into_par_iter().map(sample).reduce(Counted::default, Counted::and);
        let tests = [all_listed * samples, others * samples];
        let expected = [PRIOR_KNOWN, PRIOR_OTHER].map(|prior| prior * from_phred(MIN_QUALITY));
        let expected = [0, 1].map(|kind| tests[kind] as f64 * expected[kind]);
        let most = |expected: f64| FALSE_FACTOR * expected + 2.0 * (FALSE_FACTOR * expected).sqrt() + 1.0;
        missed |= (0..2).any(|kind| sum.false_calls[kind] as f64 > most(expected[kind]));
        println!(
            "{:<42}{:>10}{:>8}{:>10.3}{:>12}{:>8}{:>10.3}",
            clean.name, tests[0], sum.false_calls[0], expected[0], tests[1], sum.false_calls[1], expected[1]
        );
    }
    ExitCode::from(u8::from(missed))
}
