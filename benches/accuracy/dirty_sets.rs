//! Which dirty samples are made, and the table of what was called in them.
//!
//! ```text
//! negatives   RNA and DNA at 1, 5 and 15 % of the reads, 510 of either material
//! known       every known fusion, clean and with all kinds of dirt, truly aligned
//! aligned     the events of the clean sets through aligners, and partners that begin in a run or a repeat: of these not one may be lost
//! ```
//!
//! The table is written anew after each line, to `dirt.txt` in the folder of results.

use crate::dirty::{self, Events, Line, Made, HOPPED_MEAN};
use crate::goals::Result;
use crate::laboratory::{Aligner, Laboratory};
use crate::sets::{self, Layout, Set, Spec};
use crate::{calls, events, rearranged, result, Options};
use crate::{LONG, PAIRED_100, PAIRED_150, PAIRED_75, SINGLE_75};

/// Shares of the reads that are dirty.
const SHARES: [f64; 3] = [0.01, 0.05, 0.15];
/// The dirtiest.
const MOST: f64 = 0.15;

/// Lines of the table, written as they come.
struct Table<'a> {
    options: &'a Options,
    lines: Vec<Line>,
}

impl Table<'_> {
    fn add(&mut self, line: Line) {
        print!("{}", dirty::shown(std::slice::from_ref(&line)));
        self.lines.push(line);
        std::fs::write(self.options.out.join("dirt.txt"), dirty::shown(&self.lines)).expect("the table can be written");
    }
}

/// Runs the dirty sets; whether no dirt was called and what is true was found. The quick form has too few events for a recall: it asks that no
/// partner that begins in a run or a repeat is lost.
pub fn run(laboratory: &Laboratory, options: &Options) -> bool {
    let mut table = Table { options, lines: Vec::new() };
    negatives(laboratory, &mut table);
    through_aligners(laboratory, &mut table);
    known(laboratory, &mut table);
    aligned(laboratory, &mut table);
    println!("\n{}", dirty::shown(&table.lines));
    table.lines.iter().all(|line| if options.quick { line.is_met_by_few() } else { line.is_met() })
}

impl Options {
    pub fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

fn negatives(laboratory: &Laboratory, table: &mut Table<'_>) {
    let options = table.options;
    let layouts: &[(&str, &str, Layout, bool, u32)] = if options.quick {
        &[
            ("dirty-neg-rna-2x100", "rna", PAIRED_100, false, 8),
            ("dirty-neg-dna-2x150", "dna", PAIRED_150, false, 6),
            ("dirty-neg-dna-duplex", "dna", PAIRED_150, true, 4),
        ]
    } else {
        &[
            ("dirty-neg-rna-2x100", "rna", PAIRED_100, false, 70),
            ("dirty-neg-rna-2x75", "rna", PAIRED_75, false, 40),
            ("dirty-neg-rna-1x75", "rna", SINGLE_75, false, 40),
            ("dirty-neg-rna-long", "rna", LONG, false, 20),
            ("dirty-neg-dna-2x150", "dna", PAIRED_150, false, 60),
            ("dirty-neg-dna-duplex", "dna", PAIRED_150, true, 30),
            ("dirty-neg-dna-2x100", "dna", PAIRED_100, false, 40),
            ("dirty-neg-dna-1x75", "dna", SINGLE_75, false, 40),
        ]
    };
    let shares: &[f64] = if options.quick { &[MOST] } else { &SHARES };
    // The dirtiest first, of all layouts.
    for &share in shares.iter().rev() {
        for &(name, material, layout, duplex, count) in layouts.iter().filter(|(name, ..)| options.wants(name)) {
            let asked = Made {
                name,
                material,
                layout,
                duplex,
                share,
                hopped_mean: HOPPED_MEAN,
                events: Events::None(count),
                aligner: Aligner::Truth,
            };
            table.add(few_at_a_time(laboratory, &asked, count, options));
        }
    }
}

/// Negatives through aligners, which put dirt where the truth would not. The quick form has no time for them.
fn through_aligners(laboratory: &Laboratory, table: &mut Table<'_>) {
    let options = table.options;
    let layouts = [("dirty-neg-rna-star", "rna", PAIRED_100, Aligner::Star), ("dirty-neg-dna-bwa", "dna", PAIRED_150, Aligner::Bwa(&[]))];
    for &share in SHARES.iter().rev().filter(|_| !options.quick) {
        for (name, material, layout, aligner) in layouts.into_iter().filter(|(name, ..)| options.wants(name)) {
            let asked = Made { name, material, layout, duplex: false, share, hopped_mean: HOPPED_MEAN, events: Events::None(20), aligner };
            table.add(few_at_a_time(laboratory, &asked, 20, options));
        }
    }
}

/// A few samples at a time, so that their BAMs need little room.
fn few_at_a_time(laboratory: &Laboratory, asked: &Made, count: u32, options: &Options) -> Line {
    const AT_A_TIME: u32 = 20;
    let mut sum: Option<Line> = None;
    for first in (0..count).step_by(AT_A_TIME as usize) {
        let some = Made { events: Events::None(AT_A_TIME.min(count - first)), ..*asked };
        let (_, line) = made(laboratory, &some, &format!("{first}"), options.seed + u64::from(first), None, options);
        sum = Some(match sum {
            None => line,
            Some(sum) => Line {
                samples: sum.samples + line.samples,
                with_pass: sum.with_pass + line.with_pass,
                false_pass: sum.false_pass + line.false_pass,
                hopped_twice: sum.hopped_twice + line.hopped_twice,
                flagged: sum.flagged + line.flagged,
                ..sum
            },
        });
    }
    sum.expect("there are samples")
}

/// Makes, calls and counts samples; their BAMs are kept where they have a false call or an event was missed.
fn made(laboratory: &Laboratory, asked: &Made, part: &str, seed: u64, clean: Option<&Result>, options: &Options) -> (Result, Line) {
    let folder = options.out.join(format!("{}.{:.0}.{part}", asked.name, asked.share * 100.0));
    let (set, truth) = dirty::made(laboratory, asked, &folder, seed);
    let calls = if set.reads.is_empty() {
        calls::call_made(&set, &folder, laboratory)
    } else {
        let bam = laboratory.align(set.name, set.aligner, &set.reads);
        calls::call(&set, &bam, &folder, laboratory)
    };
    let result = Result::with_truth(&set, &truth, calls, &folder);
    let line = result.line(asked.share, clean);
    let is_right = line.false_pass == 0 && line.found.is_none_or(|[dirty, _]| dirty.0 == dirty.1);
    if !options.keep_bams && is_right {
        std::fs::remove_dir_all(&folder).expect("a folder of the work folder can be removed");
    }
    (result, line)
}

/// Every known fusion, clean and dirty.
fn known(laboratory: &Laboratory, table: &mut Table<'_>) {
    let options = table.options;
    let layouts: &[(&str, &str, Layout, bool)] = &[
        ("dirty-known-rna-2x100", "rna", PAIRED_100, false),
        ("dirty-known-rna-2x75", "rna", PAIRED_75, false),
        ("dirty-known-dna-2x150", "dna", PAIRED_150, false),
        ("dirty-known-dna-2x75", "dna", PAIRED_75, false),
        ("dirty-known-dna-duplex", "dna", PAIRED_150, true),
    ];
    let (layouts, shares): (_, &[f64]) = if options.quick { (&layouts[..0], &[]) } else { (layouts, &SHARES) };
    for &(name, material, layout, duplex) in layouts.iter().filter(|(name, ..)| options.wants(name)) {
        for counts in [&[2][..], &[3], &[5]] {
            // Two pairs beside a fragment of another fusion are no more than such fragments may come to: of two none is asked there.
            let hopped_mean = if counts == [2] { 0.0 } else { HOPPED_MEAN };
            let asked = |share| {
                let events = Events::Known(counts);
                Made { name, material, layout, duplex, share, hopped_mean, events, aligner: Aligner::Truth }
            };
            let part = format!("n{}", counts[0]);
            let (clean, _) = made(laboratory, &asked(0.0), &part, options.seed, None, options);
            for &share in shares.iter().rev() {
                let (_, line) = made(laboratory, &asked(share), &part, options.seed, Some(&clean), options);
                table.add(Line { set: format!("{name} n={}", counts[0]), ..line });
            }
        }
    }
}

/// Names of a clean and a dirty set, the material, aligner and layout of both, their events and numbers of fragments.
type Pair<'a> = ([&'static str; 2], &'static str, Aligner, Layout, &'a [events::Event], &'a [u32]);

/// Clean and dirty sets of the same events.
fn aligned(laboratory: &Laboratory, table: &mut Table<'_>) {
    let options = table.options;
    let (seed, quick) = (options.seed, options.quick);
    let (rna, dna) = (events::rna(laboratory, seed), rearranged::dna(laboratory, seed));
    let runs = rearranged::beside_runs(laboratory, if quick { 10 } else { 60 }, seed);
    let runs_rna = events::beside_runs(laboratory, if quick { 10 } else { 60 }, seed);
    let step = if quick { 12 } else { 2 };
    let [rna, dna] = [rna, dna].map(|events| events.into_iter().step_by(step).collect::<Vec<_>>());
    let bwa = Aligner::Bwa(&[]);
    let all: &[Pair<'_>] = &[
        (["clean-rna-2x100", "dirty-rna-2x100"], "rna", Aligner::Star, PAIRED_100, &rna, &[2, 3, 5]),
        (["clean-rna-2x75", "dirty-rna-2x75"], "rna", Aligner::Star, PAIRED_75, &rna, &[2, 3, 5]),
        (["clean-rna-1x75", "dirty-rna-1x75"], "rna", Aligner::Star, SINGLE_75, &rna, &[2, 3, 5]),
        (["clean-rna-long", "dirty-rna-long"], "rna", Aligner::Minimap2, LONG, &rna, &[2, 5]),
        (["clean-dna-2x150", "dirty-dna-2x150"], "dna", bwa, PAIRED_150, &dna, &[3, 6]),
        (["clean-runs-rna-2x100", "dirty-runs-rna-2x100"], "rna", Aligner::Star, PAIRED_100, &runs_rna, &[5]),
        (["clean-runs-dna-2x150", "dirty-runs-dna-2x150"], "dna", bwa, PAIRED_150, &runs, &[3, 6]),
        (["clean-runs-dna-2x100", "dirty-runs-dna-2x100"], "dna", bwa, PAIRED_100, &runs, &[3, 6]),
    ];
    let in_quick = ["dirty-rna-2x100", "dirty-dna-2x150", "dirty-runs-rna-2x100", "dirty-runs-dna-2x150"];
    for &(names, material, aligner, layout, events, counts) in all {
        let [clean, dirty] = names;
        if !options.wants(dirty) || (quick && !in_quick.contains(&dirty)) {
            continue;
        }
        // The quick form has no time for aligners.
        let aligner = if quick { Aligner::Truth } else { aligner };
        let spec = |name, dirt| Spec { name, material, aligner, layout, dirt, targets: &[] };
        let set = |spec: &Spec| -> Set { sets::events(laboratory, spec, events, counts, seed) };
        let clean = result(&set(&spec(clean, None)), laboratory, options);
        let dirty = result(&set(&spec(dirty, Some(MOST))), laboratory, options);
        table.add(dirty.line(MOST, Some(&clean)));
    }
}
