//! The same reads through kinfuse and its peers, each run as a program of its own, with one thread.
//!
//! ```text
//! set --STAR, bwa, minimap2--> one BAM a sample --each tool (peer_tools.rs)--> calls --one rule for all--> peers.tsv, peers.txt
//! ```
//!
//! The rule is lenient and the same for all. In RNA a call is the event where it joins the two genes, in either order. In DNA it is the
//! event where both ends lie within 5000 bases of the true ones (more by the slack that the call states), whichever flanks it says are
//! kept: sniffles puts the far end of a translocation up to 2000 bases off, and no sample has a second event near the first. Every other call with an end in a kinase is false, each row by itself. Nothing else counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use kinfuse::evaluate::call::{CallTier, CalledJunction};
use kinfuse::evaluate::place::CalledEnd;
use kinfuse::evaluate::result::Ratio;
use kinfuse::evaluate::truth::TrueJunction;
use kinfuse::evaluate::{matching, table};
use kinfuse::genome::{Breakend, Side};

use crate::calls::Parts;
use crate::events::{self, Event, KINASE_EXONS};
use crate::laboratory::{Aligner, Laboratory};
use crate::peer_tools::{write_transcripts, Tool, TOOLS};
use crate::sets::{self, Layout, Sample, Set, Spec};
use crate::{negatives, rearranged, Options, PAIRED_100, PAIRED_150, PAIRED_75};

/// One of so many events is taken, in the quick form and else.
const STEPS: [usize; 2] = [24, 3];
/// Negatives, of which as few are taken.
const NEGATIVES: usize = 60;

/// Greatest distance of the ends of a call of DNA from those of its event.
const FOUND_BP: u32 = 5000;

/// Long reads of DNA, and the bases on either side of a break from which they come.
const LONG_DNA: Layout = (false, 8000, 5000.0, 1500.0);
const LONG_REACH_BP: u32 = 5000;

/// Figures of one tool over samples. Of two numbers the first is of calls that passed the tool's filters, the second of all that it lists.
#[derive(Clone, Copy, Default)]
struct Tally {
    samples: u64,
    found: [u64; 2],
    false_calls: [u64; 2],
    seconds: f64,
    failed: u64,
}

/// Number of fragments (none in negatives) and place of the tool.
type Key = (Option<u32>, usize);

/// Tools that are there, with their versions.
type Tools = [(&'static Tool, String)];

/// One line of the table.
type Row = [String; 10];

/// Runs all sets and writes the table after each.
pub fn run(laboratory: &Laboratory, options: &Options) {
    let mut tools = Vec::new();
    for tool in &TOOLS {
        match tool.version() {
            Some(version) => tools.push((tool, version)),
            None => println!("{}: not installed, skipped", tool.name),
        }
    }
    if tools.iter().any(|(tool, _)| tool.name.ends_with("pizzly")) {
        write_transcripts(laboratory);
    }
    let seed = options.seed;
    let step = options.step.unwrap_or(STEPS[usize::from(!options.quick)]);
    let count = NEGATIVES.div_ceil(step);
    let few = |events: Vec<Event>| events.into_iter().step_by(step).collect::<Vec<_>>();
    let (rna, dna) = (few(events::rna(laboratory, seed)), few(rearranged::dna(laboratory, seed)));
    let long: Vec<Event> = dna.iter().filter_map(|event| rearranged::reaching(laboratory, event, LONG_REACH_BP)).collect();
    let mut rows: Vec<Row> = vec![HEADER.map(str::to_owned)];
    let mut add = |name, material, aligner, layout, make: &dyn Fn(&Spec) -> Set| {
        if options.wants(name) {
            let set = make(&Spec { name, material, aligner, layout, dirt: None, targets: &[] });
            rows.extend(measured(&set, &tools, laboratory, options));
            write(&rows, &tools, &options.out);
        }
    };
    let bwa = Aligner::Bwa(&[]);
    add("rna-2x100", "rna", Aligner::Star, PAIRED_100, &|spec| sets::events(laboratory, spec, &rna, &[2, 3, 5], seed));
    add("rna-2x75", "rna", Aligner::Star, PAIRED_75, &|spec| sets::events(laboratory, spec, &rna, &[2, 3, 5], seed));
    add("dna-2x150", "dna", bwa, PAIRED_150, &|spec| sets::events(laboratory, spec, &dna, &[2, 3, 6], seed));
    add("dna-long", "dna", Aligner::Minimap2Dna, LONG_DNA, &|spec| sets::events(laboratory, spec, &long, &[2, 3, 6], seed));
    add("neg-rna-2x100", "rna", Aligner::Star, PAIRED_100, &|spec| negatives::negatives(laboratory, spec, count, seed));
    add("neg-dna-2x150", "dna", bwa, PAIRED_150, &|spec| negatives::negatives(laboratory, spec, count, seed));
}

/// The rows of the table for a set.
fn measured(set: &Set, tools: &Tools, laboratory: &Laboratory, options: &Options) -> Vec<Row> {
    let bam = laboratory.align(set.name, set.aligner, &set.reads);
    for reads in &set.reads {
        std::fs::remove_file(reads).expect("a file of the work folder can be removed");
    }
    let parts = Parts::read(&bam);
    let fasta = laboratory.grch38_fasta(&parts.contigs);
    let reads = if matches!(set.aligner, Aligner::Minimap2Dna) { "long" } else { set.material };
    let kinases = kinases(laboratory);
    let next = AtomicUsize::new(0);
    let call_next = || {
        let mut tallies: Vec<(Key, Tally)> = Vec::new();
        while let Some(sample) = set.samples.get(next.fetch_add(1, Ordering::Relaxed)) {
            let folder = options.out.join("peers").join(set.name).join(&sample.name);
            std::fs::create_dir_all(&folder).expect("the folder of a sample can be made");
            let bam = folder.join("s.bam");
            parts.write(sample, &bam);
            let fragments = sample.truths.first().and_then(|truth| truth.fragments);
            for (place, (tool, _)) in tools.iter().enumerate().filter(|(_, (tool, _))| tool.reads.contains(&reads)) {
                let calls = tool.call(set.material, [&bam, &folder.join(place.to_string()), &fasta], laboratory);
                tallies.push(((fragments, place), judged(calls, sample, set.material, &kinases)));
            }
            if !options.keep_bams {
                std::fs::remove_dir_all(&folder).expect("the folder of a sample can be removed");
            }
        }
        tallies
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads can be had");
    let mut sums: BTreeMap<Key, Tally> = BTreeMap::new();
    for (key, tally) in pool.broadcast(|_| call_next()).into_iter().flatten() {
        let sum = sums.entry(key).or_default();
        *sum = sum.plus(tally);
    }
    let row = |(&key, tally): (&Key, &Tally)| tally.row(set.name, tools[key.1].0.name, key.0, &sums[&(key.0, 0)]);
    sums.iter().map(row).collect()
}

const HEADER: [&str; 10] = [
    "set",
    "tool",
    "fragments",
    "samples",
    "found, PASS",
    "found, all",
    "false, PASS",
    "false, all",
    "CPU s a sample (x kinfuse)",
    "failed",
];

impl Tally {
    fn plus(self, other: Self) -> Self {
        let both = |x: [u64; 2], y: [u64; 2]| [x[0] + y[0], x[1] + y[1]];
        Self {
            samples: self.samples + other.samples,
            found: both(self.found, other.found),
            false_calls: both(self.false_calls, other.false_calls),
            seconds: self.seconds + other.seconds,
            failed: self.failed + other.failed,
        }
    }

    fn row(&self, set: &str, tool: &str, fragments: Option<u32>, kinfuse: &Self) -> Row {
        let percent = |found: u64| format!("{found}: {}", table::percent(&Ratio::new(found, self.samples)));
        let [passed, listed] = self.found.map(|found| fragments.map_or_else(|| ".".to_owned(), |_| percent(found)));
        let [false_passed, false_listed] = self.false_calls.map(|count| count.to_string());
        let (set, tool, samples) = (set.to_owned(), tool.to_owned(), self.samples.to_string());
        let fragments = fragments.map_or_else(|| ".".to_owned(), |count| count.to_string());
        let seconds = format!("{:.2} ({:.1})", self.seconds / self.samples as f64, self.seconds / kinfuse.seconds);
        [set, tool, fragments, samples, passed, listed, false_passed, false_listed, seconds, self.failed.to_string()]
    }
}

/// The table in columns with the line of each tool, and tab-separated.
fn write(rows: &[Row], tools: &Tools, out: &Path) {
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text.push('\n');
    for (tool, version) in tools {
        let _ = writeln!(text, "{} ({version}): {}", tool.name, tool.line);
    }
    println!("\n{text}");
    let tsv: String = rows.iter().map(|row| row.join("\t") + "\n").collect();
    for (file, text) in [("peers.txt", text), ("peers.tsv", tsv)] {
        std::fs::write(out.join(file), text).expect("the table can be written");
    }
}

/// A kinase and its first and last base in `GRCh38`.
type Kinase = (&'static str, [CalledEnd; 2]);

fn kinases(laboratory: &Laboratory) -> Vec<Kinase> {
    let place = |(gene, _): (&'static str, _)| {
        let model = laboratory.models(gene).first()?;
        let (start, end) = (model.exons.iter().map(|exon| exon.1).min()?, model.exons.iter().map(|exon| exon.2).max()?);
        let ends = [Breakend::new(model.contig, start, Side::Higher), Breakend::new(model.contig, end, Side::Lower)];
        let place = |end| laboratory.grch38(end);
        Some((gene, ends.map(place).map(|(chrom, position)| CalledEnd::new(chrom, position, None))))
    };
    KINASE_EXONS.into_iter().filter_map(place).collect()
}

/// What the calls of a sample are worth.
fn judged(calls: Option<(Vec<CalledJunction>, f64)>, sample: &Sample, material: &str, kinases: &[Kinase]) -> Tally {
    let mut tally = Tally { samples: 1, failed: u64::from(calls.is_none()), ..Tally::default() };
    let (calls, seconds) = calls.unwrap_or_default();
    tally.seconds = seconds;
    for call in calls.iter().filter(|call| call.tier != CallTier::Candidate) {
        let tiers = usize::from(call.tier != CallTier::Pass)..2;
        if sample.truths.first().is_some_and(|truth| is_event(call, truth, material)) {
            tally.found[tiers].fill(1);
        } else if kinases.iter().any(|kinase| is_at(call, kinase)) {
            tally.false_calls[tiers].iter_mut().for_each(|count| *count += 1);
        }
    }
    tally
}

/// Whether a call is the event, by the rule of the page above.
fn is_event(call: &CalledJunction, truth: &TrueJunction, material: &str) -> bool {
    if material == "rna" {
        let [Some(first), Some(second)] = &call.genes else { return false };
        return [format!("{first}::{second}"), format!("{second}::{first}")].contains(&truth.name);
    }
    let ends = call.ends.clone().map(|end| end.map(|end| CalledEnd { side: None, ..end }));
    let slack_bp = call.slack_bp + FOUND_BP - matching::FOUND_BP as u32;
    matching::fit(&CalledJunction { slack_bp, ..CalledJunction::new(call.tier, ends) }, truth).is_some()
}

fn is_at(call: &CalledJunction, (gene, [low, high]): &Kinase) -> bool {
    let within = |end: &CalledEnd| end.contig == low.contig && (low.position..=high.position).contains(&end.position);
    call.genes.iter().flatten().any(|name| name == gene) || call.ends.iter().flatten().any(within)
}
