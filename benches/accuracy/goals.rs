//! The goals and the figures beside them, and the list of what was missed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kinfuse::evaluate::result::{EventRow, FalseRow, FractionRow, Ratio};
use kinfuse::evaluate::truth::Truth;
use kinfuse::evaluate::{evaluate, table, CallsBySample, Evaluation};

use crate::quality::{Bin, Weights};
use crate::sets::Set;

/// One set with its evaluation.
pub struct Result {
    name: &'static str,
    negatives: bool,
    evaluation: Evaluation,
    folder: PathBuf,
    assay: &'static str,
    /// What the callers were given as FASTA.
    fasta: PathBuf,
    /// How often the mix has each sample, where the set is one.
    weights: BTreeMap<String, Weights>,
}

impl Result {
    pub fn new(set: &Set, calls: (CallsBySample, PathBuf), folder: &Path) -> Self {
        let mut truth = Truth::default();
        for sample in &set.samples {
            truth.samples.insert(sample.name.clone());
            truth.fusions.extend(sample.truths.iter().cloned());
        }
        Self::with_truth(set, &truth, calls, folder)
    }

    /// Of a set whose truth is kept apart.
    pub fn with_truth(set: &Set, truth: &Truth, (calls, fasta): (CallsBySample, PathBuf), folder: &Path) -> Self {
        let evaluation = evaluate(truth, vec![("kinfuse".to_owned(), calls)], Path::new("truth")).expect("all samples are there");
        table::write(&evaluation, folder, "evaluation").expect("the evaluation can be written");
        Self {
            name: set.name,
            negatives: set.samples.iter().all(|sample| sample.is_negative),
            weights: set.samples.iter().filter_map(|sample| Some((sample.name.clone(), sample.weights?))).collect(),
            evaluation,
            folder: folder.to_owned(),
            assay: set.material,
            fasta,
        }
    }

    /// The line of a dirty set, with that of the clean one of the same events where there are any.
    pub fn line(&self, share: f64, clean: Option<&Self>) -> crate::dirty::Line {
        // By the truth, which counts what the reads still show: with fewer fragments than were asked for it is another event.
        let count = |result: &Self| -> BTreeMap<String, Option<u32>> {
            result.events().map(|event| (event.sample.clone(), event.fragments)).collect()
        };
        let (shown, asked) = (count(self), clean.map(count).unwrap_or_default());
        let is_thinned = |sample: &str| match (shown.get(sample).copied().flatten(), asked.get(sample).copied().flatten()) {
            (Some(shown), Some(asked)) => shown < asked,
            _ => false,
        };
        let found = |result: &Self| {
            let whole = || result.events().filter(|event| !is_thinned(&event.sample));
            (whole().filter(|event| event.status == "pass").count() as u64, whole().count() as u64)
        };
        let rows = &self.evaluation.callers[0].false_calls;
        let hopped = crate::dirty::hopped_twice(&self.folder);
        let is_hopped = |row: &FalseRow| hopped.contains(&[row.sample.clone(), row.name.clone().unwrap_or_default()]);
        let (twice, rest): (Vec<_>, Vec<_>) = rows.iter().filter(|row| row.tier == "pass").partition(|row| is_hopped(row));
        let wrong: Vec<&str> = rest.iter().map(|row| row.sample.as_str()).collect();
        crate::dirty::Line {
            set: self.name.to_owned(),
            share,
            samples: self.evaluation.truth.samples as usize,
            with_pass: wrong.iter().collect::<BTreeSet<_>>().len(),
            false_pass: wrong.len(),
            hopped_twice: twice.len(),
            flagged: rows.len() - wrong.len(),
            found: clean.map(|clean| [found(self), found(clean)]),
            thinned: self.events().filter(|event| is_thinned(&event.sample)).count() as u64,
            keeps_all: self.name.contains("-runs-"),
        }
    }

    fn events(&self) -> impl Iterator<Item = &EventRow> {
        self.evaluation.callers[0].events.iter()
    }
}

/// What an event must have become.
#[derive(Clone, Copy)]
enum Wanted {
    Pass,
    Listed,
}

/// A goal over the events of some sets: text, sets (by the beginning of their names), categories (by the beginning; none is all),
/// least and greatest number of fragments, what is wanted, and the share.
struct Goal {
    text: &'static str,
    set: &'static str,
    categories: &'static [&'static str],
    fragments: (u32, u32),
    wanted: Wanted,
    share: f64,
    /// What the quick form must not fall below: a figure whose whole interval lies under it fails. It is what was reached when it
    /// was written, and rises with the caller.
    floor: f64,
}

const MANY: u32 = u32::MAX;
const INSIDE: &[&str] = &["known, inside", "novel, inside", "novel, inserted"];
const UNIQUE: &[&str] = &["known pair", "homology", "inserted bases", "no gene"];
const OTHERS: &[&str] = &[crate::other_kinases::CATEGORY];
const VARIANTS: &[&str] = &[crate::beside_variants::CATEGORY];
const ONE_CHROMOSOME: &[&str] = &["deletion", "inversion", "duplication", "reciprocal"];

#[rustfmt::skip]
const GOALS: [Goal; 19] = [
    Goal { text: "RNA, known junction, n >= 2", set: "rna", categories: &["known"], fragments: (2, MANY), wanted: Wanted::Pass, share: 0.99, floor: 0.95 },
    Goal { text: "RNA, known junction, n = 1, listed", set: "rna", categories: &["known"], fragments: (1, 1), wanted: Wanted::Listed, share: 0.85, floor: 0.75 },
    Goal { text: "RNA, novel at exon edges, n >= 3", set: "rna", categories: &["novel, exon edges"], fragments: (3, MANY), wanted: Wanted::Pass, share: 0.98, floor: 0.95 },
    Goal { text: "RNA, novel at exon edges, n = 2", set: "rna", categories: &["novel, exon edges"], fragments: (2, 2), wanted: Wanted::Pass, share: 0.90, floor: 0.85 },
    Goal { text: "RNA, inside, cryptic or inserted, n >= 5", set: "rna", categories: INSIDE, fragments: (5, MANY), wanted: Wanted::Pass, share: 0.95, floor: 0.5 },
    Goal { text: "DNA 500x, unique, n >= 3", set: "dna", categories: UNIQUE, fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "DNA 500x, unique, n = 2", set: "dna", categories: UNIQUE, fragments: (2, 2), wanted: Wanted::Pass, share: 0.85, floor: 0.8 },
    Goal { text: "DNA 500x, one side in a repeat, n >= 6", set: "dna", categories: &["repeat"], fragments: (6, MANY), wanted: Wanted::Pass, share: 0.95, floor: 0.9 },
    Goal { text: "DNA, deletion, n >= 3", set: "dna", categories: &["deletion"], fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "DNA, inversion, n >= 3", set: "dna", categories: &["inversion"], fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "DNA, duplication, n >= 3", set: "dna", categories: &["duplication"], fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "DNA, reciprocal, n >= 3", set: "dna", categories: &["reciprocal"], fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "DNA, its other product, n >= 3, listed", set: "dna", categories: &["other product"], fragments: (3, MANY), wanted: Wanted::Listed, share: 0.97, floor: 0.9 },
    Goal { text: "RNA, RET and FGFR3, n >= 3", set: "other-rna", categories: OTHERS, fragments: (3, MANY), wanted: Wanted::Pass, share: 0.98, floor: 0.95 },
    Goal { text: "RNA, RET and FGFR3, n = 2", set: "other-rna", categories: OTHERS, fragments: (2, 2), wanted: Wanted::Pass, share: 0.90, floor: 0.85 },
    Goal { text: "DNA, RET and FGFR3, n >= 3", set: "other-dna", categories: OTHERS, fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "RNA, variant beside the break, n >= 3", set: "variant-rna", categories: VARIANTS, fragments: (3, MANY), wanted: Wanted::Pass, share: 0.98, floor: 0.95 },
    Goal { text: "DNA, variant beside the break, n >= 3", set: "variant-dna", categories: VARIANTS, fragments: (3, MANY), wanted: Wanted::Pass, share: 0.97, floor: 0.95 },
    Goal { text: "DNA, one chromosome or reciprocal, n = 2", set: "dna", categories: ONE_CHROMOSOME, fragments: (2, 2), wanted: Wanted::Pass, share: 0.85, floor: 0.8 },
];

impl Goal {
    fn is_of(&self, category: &str) -> bool {
        // `known` is a category of its own, not the beginning of another.
        let of = |name: &&str| if *name == "known" { category == *name } else { category.starts_with(name) };
        self.categories.iter().any(of)
    }

    fn takes(&self, event: &EventRow) -> bool {
        let count = event.fragments.unwrap_or(0);
        self.is_of(event.category.as_deref().unwrap_or_default()) && (self.fragments.0..=self.fragments.1).contains(&count)
    }

    fn is_reached(&self, event: &EventRow) -> bool {
        match self.wanted {
            Wanted::Pass => event.status == "pass",
            Wanted::Listed => matches!(event.status.as_str(), "pass" | "flagged"),
        }
    }
}

/// Fewest fragments of which a goal says how many events of a category are to be found: with fewer none need be made.
pub fn fewest_asked(category: &str) -> u32 {
    GOALS.iter().filter(|goal| goal.is_of(category)).map(|goal| goal.fragments.0).min().unwrap_or(0)
}

/// One line of the table: goal, figure, and whether it is reached.
struct Line {
    text: String,
    goal: String,
    figure: String,
    met: bool,
    /// Whether it lies under its floor by more than chance explains.
    fails: bool,
}

fn share_line(text: &str, ratio: &Ratio, share: f64, floor: f64) -> Option<Line> {
    let value = ratio.value?;
    Some(Line {
        text: text.to_owned(),
        goal: format!("{:.0} %", share * 100.0),
        figure: format!("{} of {}: {}", ratio.yes, ratio.of, table::percent(ratio)),
        met: value >= share,
        fails: ratio.high.is_some_and(|high| high < floor),
    })
}

/// The table and the misses.
fn summary(results: &[Result]) -> (Vec<Line>, String) {
    let name = |set: &str| set.strip_prefix("quick-").unwrap_or(set).to_owned();
    let mut lines: Vec<Line> = Vec::new();
    let mut misses = String::new();
    for goal in &GOALS {
        let mut all = (0, 0);
        let mut parts = Vec::new();
        for result in results.iter().filter(|result| name(result.name).starts_with(goal.set)) {
            let events: Vec<&EventRow> = result.events().filter(|event| goal.takes(event)).collect();
            let reached = events.iter().filter(|event| goal.is_reached(event)).count() as u64;
            all = (all.0 + reached, all.1 + events.len() as u64);
            parts.extend(share_line(&format!("  {}", result.name), &Ratio::new(reached, events.len() as u64), goal.share, 0.0));
            for event in events.iter().filter(|event| !goal.is_reached(event)) {
                miss(&mut misses, result, goal.text, event);
            }
        }
        lines.extend(share_line(goal.text, &Ratio::new(all.0, all.1), goal.share, goal.floor));
        if parts.len() > 1 {
            lines.extend(parts);
        }
    }
    own_names(results, &mut lines);
    exactness(results, &mut lines, &mut misses);
    negatives(results, &mut lines, &mut misses);
    statuses(results, &mut lines);
    fractions(results, &mut lines);
    qualities(results, &mut lines);
    (lines, misses)
}

/// Prints and writes the table and the misses; whether all floors were kept.
pub fn report(results: &[Result], out: &Path, quick: bool) -> bool {
    let (lines, misses) = summary(results);
    let text = rendered(&lines);
    print!("\n{text}\n");
    let files = [("accuracy.txt", &text), ("misses.tsv", &misses)];
    for (file, text) in files {
        std::fs::write(out.join(file), text).expect("the report can be written");
    }
    println!("{} misses, each with a command: {}", misses.lines().count(), out.join("misses.tsv").display());
    !quick || lines.iter().all(|line| !line.fails)
}

fn rendered(lines: &[Line]) -> String {
    let width = lines.iter().map(|line| line.text.len()).max().unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        let verdict = if line.met { "met" } else { "MISSED" };
        let _ = writeln!(text, "{:<width$}  {verdict:<6}  goal {:<8}  {}", line.text, line.goal, line.figure);
    }
    text
}

/// Removes the BAMs of a set that no line of the misses names.
pub fn remove_bams(result: &Result) {
    let (_, misses) = summary(std::slice::from_ref(result));
    let named: BTreeSet<PathBuf> = misses.lines().filter_map(|line| line.rsplit(' ').next()).map(PathBuf::from).collect();
    for entry in std::fs::read_dir(&result.folder).expect("the folder of the samples can be read") {
        let bam = entry.expect("an entry of the folder").path();
        if bam.extension().is_some_and(|extension| extension == "bam") && !named.contains(&bam) {
            for file in [bam.with_extension("bam.bai"), bam] {
                std::fs::remove_file(file).expect("a file of the work folder can be removed");
            }
        }
    }
}

fn miss(misses: &mut String, result: &Result, goal: &str, event: &EventRow) {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| ".".to_owned());
    let _ = writeln!(
        misses,
        "{}\t{}\t{goal}\t{}\t{}\t{}\tkinfuse call -s {} --assay {} -g $KINFUSE_SHARED/genome/grch38.gtf -r {} -o out {}",
        result.name,
        event.sample,
        event.status,
        text(&event.event),
        event.qual.map_or_else(|| ".".to_owned(), |qual| format!("{qual} {}", text(&event.filter))),
        event.sample,
        result.assay,
        result.fasta.display(),
        result.folder.join(format!("{}.bam", event.sample)).display()
    );
}

/// Rows of the table of known fusions, each with 5 fragments: called under its own name in every set.
fn own_names(results: &[Result], lines: &mut Vec<Line>) {
    let mut rows: BTreeMap<&str, bool> = BTreeMap::new();
    for result in results.iter().filter(|result| result.assay == "rna" && !result.negatives) {
        let known =
            |event: &&EventRow| event.fragments == Some(5) && event.category.as_deref().is_some_and(|text| text.starts_with("known"));
        for event in result.events().filter(known) {
            let right =
                matches!(event.status.as_str(), "pass" | "flagged") && event.wrong_exon_junction.is_none() && event.wrong_variant.is_none();
            *rows.entry(event.event.as_deref().unwrap_or_default()).or_insert(true) &= right;
        }
    }
    let right = rows.values().filter(|&&right| right).count() as u64;
    lines.extend(share_line("RNA, rows of the table under their own name, n = 5", &Ratio::new(right, rows.len() as u64), 1.0, 0.8));
}

/// What is right about a call, where both sides say something.
type Judge = fn(&EventRow) -> Option<bool>;

/// Exactness, gene order and names of what was called.
fn exactness(results: &[Result], lines: &mut Vec<Line>, misses: &mut String) {
    for material in ["rna", "dna"] {
        let events = || {
            results
                .iter()
                .filter(|result| result.assay == material && !result.negatives)
                .flat_map(|result| result.events().map(move |event| (result, event)))
                .filter(|(_, event)| matches!(event.status.as_str(), "pass" | "flagged"))
        };
        let judges: [(&str, Judge); 4] = [
            ("exact junction", |event| event.exact),
            ("gene order", |event| event.gene_order),
            ("exon junction", |event| Some(event.wrong_exon_junction.is_none())),
            ("variant label", |event| Some(event.wrong_variant.is_none())),
        ];
        for (what, judge) in judges {
            let verdicts: Vec<(&Result, &EventRow, bool)> =
                events().filter_map(|(result, event)| Some((result, event, judge(event)?))).collect();
            let right = verdicts.iter().filter(|(_, _, right)| *right).count() as u64;
            let text = format!("{}, {what}, of the called", material.to_uppercase());
            lines.extend(share_line(&text, &Ratio::new(right, verdicts.len() as u64), 0.99, 0.97));
            for (result, event, _) in verdicts.iter().filter(|(_, _, right)| !right) {
                let said = [&event.wrong_exon_junction, &event.wrong_variant].map(|text| text.clone().unwrap_or_default()).join(" ");
                let off = event.off_bp.map_or_else(String::new, |bases| format!(" off {bases}"));
                miss(misses, result, &format!("{text}{off} {said}"), event);
            }
        }
    }
}

fn negatives(results: &[Result], lines: &mut Vec<Line>, misses: &mut String) {
    let (mut samples, mut passed, mut flagged) = (0, 0, 0);
    for result in results.iter().filter(|result| result.negatives) {
        let caller = &result.evaluation.callers[0];
        samples += result.evaluation.truth.samples;
        for row in &caller.false_calls {
            *(if row.tier == "pass" { &mut passed } else { &mut flagged }) += 1;
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| ".".to_owned());
            let _ = writeln!(
                misses,
                "{}\t{}\tfalse call\t{}\t{} {} {}\t{}\tkinfuse call -s {} --assay {} -g $KINFUSE_SHARED/genome/grch38.gtf -r {} -o out {}",
                result.name,
                row.sample,
                row.tier,
                text(&row.name),
                text(&row.first),
                text(&row.second),
                row.qual.unwrap_or_default(),
                row.sample,
                result.assay,
                result.fasta.display(),
                result.folder.join(format!("{}.bam", row.sample)).display()
            );
        }
    }
    if samples > 0 {
        let line = |text: &str, found: u32, most: u32| Line {
            text: format!("negatives, {text}"),
            goal: format!("<= {most}"),
            figure: format!("{found} in {samples} samples of {} chimeras", crate::negatives::CHIMERAS),
            met: found <= most,
            fails: found > most,
        };
        lines.push(line("false PASS", passed, 0));
        lines.push(line("flagged rows", flagged, 10));
    }
    let among: usize = results
        .iter()
        .filter(|result| !result.negatives)
        .map(|result| result.evaluation.callers[0].false_calls.iter().filter(|row| row.tier == "pass").count())
        .sum();
    lines.push(Line {
        text: "false PASS beside true events".to_owned(),
        goal: "0".to_owned(),
        figure: among.to_string(),
        met: among == 0,
        fails: among > 2,
    });
}

/// Sets, by how their names begin, whose samples are poor on purpose or by their making: a few molecules over a break, no RNA of other
/// genes, reads around a break alone that lies where kinases seldom break. Their statuses are shown and not counted.
const POOR: [&str; 4] = ["fraction-", "mix-dna", "dna-2x150", "variant-dna"];

/// The samples of the other sets are good ones: nearly all must be judged `ok`.
fn statuses(results: &[Result], lines: &mut Vec<Line>) {
    let mut all = (0, 0);
    let mut parts = Vec::new();
    for result in results {
        let text = std::fs::read_to_string(result.folder.join("status.tsv")).unwrap_or_default();
        let words: Vec<&str> = text.lines().filter_map(|line| line.split('\t').nth(1)).collect();
        let good = words.iter().filter(|word| **word == "ok").count() as u64;
        let ratio = Ratio::new(good, words.len() as u64);
        if POOR.iter().any(|start| result.name.starts_with(start)) {
            parts.extend(share_line(&format!("  {} (poor, not counted)", result.name), &ratio, 0.0, 0.0));
            continue;
        }
        all = (all.0 + good, all.1 + words.len() as u64);
        parts.extend(share_line(&format!("  {}", result.name), &ratio, 0.95, 0.0));
    }
    lines.extend(share_line("good samples that are judged ok", &Ratio::new(all.0, all.1), 0.95, 0.9));
    lines.extend(parts);
}

/// Over all events of a known fraction; what is not called has no interval, and none that holds the truth.
fn fractions(results: &[Result], lines: &mut Vec<Line>) {
    let row = |result: &Result| result.evaluation.callers[0].fraction.iter().find(|row| row.group == "all").cloned();
    let rows: Vec<(&str, FractionRow)> = results.iter().filter_map(|result| Some((result.name, row(result)?))).collect();
    let mut line = |text: &str, (covered, with_interval, events): (u64, u64, u64)| {
        let covered = Ratio::new(covered, events);
        let (Some(value), Some(high)) = (covered.value, covered.high) else { return };
        lines.push(Line {
            text: text.to_owned(),
            goal: "93-97 %".to_owned(),
            figure: format!("{} of {events}: {}; {with_interval} have one", covered.yes, table::percent(&covered)),
            met: (0.93..=0.97).contains(&value),
            fails: high < 0.90,
        });
    };
    let sums = |row: &FractionRow| (row.covered.yes, row.covered.of, row.events);
    let all = rows.iter().map(|(_, row)| sums(row)).fold((0, 0, 0), |all, row| (all.0 + row.0, all.1 + row.1, all.2 + row.2));
    line("intervals hold the allele fraction", all);
    for (name, row) in &rows {
        line(&format!("  {name}"), sums(row));
    }
}

/// Stated and observed error over the stated mix.
fn qualities(results: &[Result], lines: &mut Vec<Line>) {
    let mixed: Vec<&Result> = results.iter().filter(|result| !result.weights.is_empty()).collect();
    let bins = mixed.first().map_or(0, |result| result.evaluation.callers[0].quality.len());
    for bin in 0..bins {
        let of = |result: &Result| {
            let caller = &result.evaluation.callers[0];
            Bin::new(&caller.quality[bin], &caller.events, &result.weights)
        };
        let row = &mixed[0].evaluation.callers[0].quality[bin];
        let range = row.to.map_or_else(|| format!(">= {}", row.from), |to| format!("{} to {to}", row.from));
        let mut line = |text: String, bin: Bin| {
            let (stated, observed) = (bin.stated / bin.weight, bin.false_weight / bin.weight);
            let ratio = observed / stated;
            lines.push(Line {
                text,
                goal: "0.5-2".to_owned(),
                figure: format!(
                    "{ratio:.2}; stated {:.3} % (qual {:.1}), observed {:.3} %; {} candidates and {} simulated chimeras",
                    stated * 100.0,
                    kinfuse::stats::phred(stated),
                    observed * 100.0,
                    bin.simulated,
                    bin.chimeras
                ),
                met: (0.5..=2.0).contains(&ratio) && bin.simulated + bin.chimeras >= 200,
                fails: false,
            });
        };
        line(format!("qual {range}: observed / stated error"), mixed.iter().fold(Bin::default(), |sum, result| sum.plus(of(result))));
        for result in &mixed {
            line(format!("  {}", result.name), of(result));
        }
    }
}
