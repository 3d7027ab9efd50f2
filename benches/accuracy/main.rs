//! How much is found and how much is false: simulated reads whose truth is known, through real aligners, called and counted.
//!
//! ```text
//! facts + laboratory genome --> events --> FASTQ --STAR, bwa, minimap2--> BAM --> one BAM a sample --call--> evaluate --> goals
//! ```
//!
//! `--dirt` runs the dirty forms (`dirty_sets.rs`) in their stead, beside the clean ones of the same events, with a table of both; with
//! `--quick` a part of them, in a minute or two.
//!
//! `--peers` runs other callers beside kinfuse (`peers.rs`), on one of `--step` events (one of 3 where nothing is said).
//!
//! `cargo bench --bench accuracy` runs it all (in about 11 minutes on two cores), `cargo test --bench accuracy -- --quick` a part in
//! the build of the tests, with floors. The genome and the tables are those of the folder that `KINFUSE_SHARED` names; without it
//! the bench says that it is skipped. Aligned reads are kept in `target/accuracy`, under a digest of what they were made of.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod beside_variants;
mod calls;
mod dirty;
mod dirty_sets;
mod events;
mod goals;
mod laboratory;
mod negatives;
mod other_kinases;
mod peer_tools;
mod peers;
mod quality;
mod rearranged;
mod sets;

use laboratory::{Aligner, Laboratory};
use sets::{Layout, Set, Spec};

const SEED: u64 = 20_261_121;

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Options {
    quick: bool,
    dirt: bool,
    peers: bool,
    /// Of how many events the peers get one.
    step: Option<usize>,
    seed: u64,
    only: Option<String>,
    keep_bams: bool,
    out: PathBuf,
}

fn options() -> Result<Options, String> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let out = target.join("accuracy");
    let mut options = Options { quick: false, dirt: false, peers: false, step: None, seed: SEED, only: None, keep_bams: false, out };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--quick" => options.quick = true,
            "--dirt" => options.dirt = true,
            "--peers" => options.peers = true,
            "--step" => {
                let step = value()?.parse().ok().filter(|&step| step > 0);
                options.step = Some(step.ok_or("--step wants a number from 1 on")?);
            }
            "--seed" => options.seed = value()?.parse().map_err(|_| "--seed wants a number".to_owned())?,
            "--only" => options.only = Some(value()?),
            "--keep-bams" => options.keep_bams = true,
            "--out" => options.out = value()?.into(),
            // cargo says this to every bench.
            "--bench" => {}
            other => {
                return Err(format!(
                    "{other} is not known; there are --quick, --dirt, --peers, --step K, --seed N, --only SET, --keep-bams, --out DIR"
                ))
            }
        }
    }
    Ok(options)
}

const PAIRED_100: Layout = (true, 100, 200.0, 50.0);
const PAIRED_75: Layout = (true, 75, 170.0, 40.0);
const SINGLE_75: Layout = (false, 75, 75.0, 0.0);
const SINGLE_150: Layout = (false, 150, 150.0, 0.0);
const PAIRED_150: Layout = (true, 150, 300.0, 60.0);
const LONG: Layout = (false, 5000, 900.0, 200.0);

fn sets(laboratory: &Laboratory, options: &Options) -> Vec<Set> {
    let seed = options.seed;
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let rna = events::rna(laboratory, seed);
    let dna = rearranged::dna(laboratory, seed);
    let spec = |name, material, aligner, layout| Spec { name, material, aligner, layout, dirt: None, targets: &[] };
    let bwa = Aligner::Bwa(&[]);
    let mut sets = Vec::new();
    let mut add = |spec: Spec, make: &dyn Fn(&Spec) -> Set| {
        if wanted(spec.name) {
            sets.push(make(&spec));
        }
    };
    if options.quick {
        let some = |events: Vec<events::Event>, step: usize| events.into_iter().step_by(step).collect::<Vec<_>>();
        let (rna, dna) = (some(rna, 3), some(dna, 8));
        add(spec("quick-rna-2x100", "rna", Aligner::Star, PAIRED_100), &|spec| sets::events(laboratory, spec, &rna, &[1, 2, 5], seed));
        add(spec("quick-dna-2x150", "dna", bwa, PAIRED_150), &|spec| sets::events(laboratory, spec, &dna, &[3, 6], seed));
        add(spec("quick-neg-rna-2x100", "rna", Aligner::Star, PAIRED_100), &|spec| negatives::negatives(laboratory, spec, 5, seed));
        add(spec("quick-neg-dna-2x150", "dna", bwa, PAIRED_150), &|spec| negatives::negatives(laboratory, spec, 5, seed));
        return sets;
    }
    for (name, layout) in [("rna-2x100", PAIRED_100), ("rna-2x75", PAIRED_75), ("rna-1x75", SINGLE_75)] {
        add(spec(name, "rna", Aligner::Star, layout), &|spec| sets::events(laboratory, spec, &rna, &[1, 2, 3, 5], seed));
    }
    add(spec("rna-long", "rna", Aligner::Minimap2, LONG), &|spec| sets::events(laboratory, spec, &rna, &[2, 5], seed));
    add(spec("dna-2x150", "dna", bwa, PAIRED_150), &|spec| sets::events(laboratory, spec, &dna, &[2, 3, 6], seed));
    // How a split is written changes nothing of how it is aligned: every fourth event is enough.
    let other = Aligner::Bwa(&["-M", "-Y"]);
    let some: Vec<events::Event> = rearranged::dna(laboratory, seed).into_iter().step_by(4).collect();
    add(spec("dna-2x150-MY", "dna", other, PAIRED_150), &|spec| sets::events(laboratory, spec, &some, &[2, 3, 6], seed));
    let of_others = |name, material, aligner, layout| Spec { targets: other_kinases::TARGETS, ..spec(name, material, aligner, layout) };
    add(of_others("other-rna-2x100", "rna", Aligner::Star, PAIRED_100), &|spec| {
        sets::events(laboratory, spec, &other_kinases::rna(laboratory, seed), &[2, 3, 5], seed)
    });
    add(of_others("other-dna-2x150", "dna", bwa, PAIRED_150), &|spec| {
        sets::events(laboratory, spec, &other_kinases::dna(laboratory, seed), &[3, 5], seed)
    });
    for (name, material, aligner, layout, made) in [
        ("variant-rna-2x100", "rna", Aligner::Star, PAIRED_100, events::rna(laboratory, seed)),
        ("variant-dna-2x150", "dna", bwa, PAIRED_150, rearranged::dna(laboratory, seed)),
    ] {
        let varied = beside_variants::with_variants(made.into_iter().step_by(2).collect(), seed);
        add(spec(name, material, aligner, layout), &|spec| sets::events(laboratory, spec, &varied, &[2, 3, 5], seed));
    }
    add(spec("fraction-dna", "dna", bwa, PAIRED_150), &|spec| sets::fractions(laboratory, spec, &dna, 80, seed));
    add(spec("fraction-rna", "rna", Aligner::Star, PAIRED_100), &|spec| sets::fractions(laboratory, spec, &rna, 80, seed));
    add(spec("mix-rna", "rna", Aligner::Star, PAIRED_100), &|spec| quality::mix(laboratory, spec, seed));
    add(spec("mix-dna", "dna", bwa, PAIRED_150), &|spec| quality::mix(laboratory, spec, seed));
    let negative = [
        ("neg-rna-2x100", "rna", Aligner::Star, PAIRED_100, 40),
        ("neg-rna-1x75", "rna", Aligner::Star, SINGLE_75, 30),
        ("neg-rna-1x150", "rna", Aligner::Star, SINGLE_150, 30),
        ("neg-dna-2x150", "dna", bwa, PAIRED_150, 40),
        ("neg-dna-1x75", "dna", bwa, SINGLE_75, 30),
        ("neg-dna-1x150", "dna", bwa, SINGLE_150, 30),
    ];
    for (name, material, aligner, layout, count) in negative {
        add(spec(name, material, aligner, layout), &|spec| negatives::negatives(laboratory, spec, count, seed));
    }
    sets
}

/// One set: aligned, called, and counted.
fn result(set: &Set, laboratory: &Laboratory, options: &Options) -> goals::Result {
    let bam = laboratory.align(set.name, set.aligner, &set.reads);
    for reads in &set.reads {
        std::fs::remove_file(reads).expect("a file of the work folder can be removed");
    }
    let folder = options.out.join(set.name);
    let result = goals::Result::new(set, calls::call(set, &bam, &folder, laboratory), &folder);
    if !options.keep_bams {
        goals::remove_bams(&result);
    }
    result
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("accuracy: {problem}");
            return ExitCode::from(2);
        }
    };
    let Some(shared) = std::env::var_os("KINFUSE_SHARED").filter(|path| !path.is_empty()).map(PathBuf::from) else {
        println!("accuracy: skipped, KINFUSE_SHARED does not name a folder with the laboratory genome");
        return ExitCode::SUCCESS;
    };
    let begun = std::time::Instant::now();
    let laboratory = Laboratory::new(&shared, &options.out);
    if options.dirt {
        let met = dirty_sets::run(&laboratory, &options);
        println!("{} s", begun.elapsed().as_secs());
        if !met {
            eprintln!("accuracy: dirt was called, or hid what is true");
        }
        return if met { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if options.peers {
        peers::run(&laboratory, &options);
        println!("{} s", begun.elapsed().as_secs());
        return ExitCode::SUCCESS;
    }
    let mut results = Vec::new();
    for set in sets(&laboratory, &options) {
        let bam = laboratory.align(set.name, set.aligner, &set.reads);
        for reads in &set.reads {
            std::fs::remove_file(reads).expect("a file of the work folder can be removed");
        }
        let aligned = begun.elapsed().as_secs();
        let folder = options.out.join(set.name);
        let calls = calls::call(&set, &bam, &folder, &laboratory);
        println!(
            "{}: {} samples through {}, {aligned} s, called {} s",
            set.name,
            set.samples.len(),
            set.aligner.name(),
            begun.elapsed().as_secs()
        );
        let result = goals::Result::new(&set, calls, &folder);
        if !options.keep_bams {
            goals::remove_bams(&result);
        }
        results.push(result);
    }
    let met = goals::report(&results, &options.out, options.quick);
    println!("{} s", begun.elapsed().as_secs());
    if options.quick && !met {
        eprintln!("accuracy: a floor was not reached");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
