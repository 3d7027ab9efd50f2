//! The detectability of all samples as drawings: regions across, samples down, the fraction that would have been seen as colour. Introns
//! and exon junctions have a drawing each, with the samples that were looked at there, so that either fits a page.
//!
//! Each colour is one path, so that a thousand samples stay a small file. Of more samples than lines several share one, by their
//! median.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::sample::{CohortSample, SampleRegion};
use super::{counted, Cohort};
use crate::drawing;
use crate::report::absence::Absence;
use crate::report::html::Lang;

/// Most lines of a drawing.
const MAX_LINES: usize = 500;

/// Most samples whose names stand beside their lines.
const MAX_NAMED: usize = 50;

/// Most characters of a sample's name.
const MAX_NAME: usize = 24;

/// Width of a region in SVG units, and the height of all lines where they have no names.
const WIDTH: usize = 18;
const HEIGHT: usize = 720;

/// Width of a character of the names, at most.
const CHARACTER: usize = 7;

/// Steps of the fraction, with a class of the style sheet and a word each.
const STEPS: [(f64, &str, &str); 5] =
    [(0.01, "s1", "up to 1 %"), (0.05, "s2", "up to 5 %"), (0.2, "s3", "up to 20 %"), (0.5, "s4", "up to 50 %"), (1.0, "s5", "above 50 %")];

/// Class of what no fraction can be told of.
const BLIND: &str = "s0";

fn class(lod95: Option<f64>) -> &'static str {
    lod95.map_or(BLIND, |lod95| STEPS.iter().find(|step| lod95 <= step.0).map_or("s5", |step| step.1))
}

/// A drawing with its caption.
pub struct HeatMap {
    /// What is drawn.
    pub caption: &'static str,
    /// The drawing.
    pub svg: String,
}

/// The colours, each with its words.
pub fn legend() -> Vec<(&'static str, &'static str)> {
    STEPS.iter().map(|step| (step.1, step.2)).chain([(BLIND, Absence::NotInformative.said(Lang::English))]).collect()
}

/// The drawings; none where no document has regions.
pub fn drawings(cohort: &Cohort) -> Vec<HeatMap> {
    let kinds = [("Introns, in DNA", false), ("Exon junctions, in RNA", true)];
    kinds.into_iter().filter_map(|(caption, is_junction)| drawing(cohort, caption, is_junction)).collect()
}

fn drawing(cohort: &Cohort, caption: &'static str, of_junctions: bool) -> Option<HeatMap> {
    let wanted = |region: &&SampleRegion| region.name.starts_with("junction") == of_junctions;
    let samples: Vec<&CohortSample> = cohort.samples.iter().filter(|sample| sample.regions.iter().any(|region| wanted(&region))).collect();
    let mut places: BTreeMap<(&str, u32, &str), usize> = BTreeMap::new();
    for region in samples.iter().flat_map(|sample| &sample.regions).filter(wanted) {
        let digits: String = region.name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        places.insert((&region.gene, digits.parse().unwrap_or(0), &region.name), 0);
    }
    if places.is_empty() {
        return None;
    }
    let names: Vec<String> = places.keys().map(|(gene, _, name)| format!("{gene} {name}")).collect();
    let index_of: BTreeMap<(&str, &str), usize> =
        places.keys().enumerate().map(|(index, (gene, _, name))| ((*gene, *name), index)).collect();
    let share = samples.len().div_ceil(MAX_LINES);
    let lines = samples.len().div_ceil(share);
    let named = samples.len() <= MAX_NAMED;
    let height = if named { 14 } else { (HEIGHT / lines).clamp(1, 12) };
    let short = |sample: &CohortSample| -> String {
        let cut: String = sample.name.chars().take(MAX_NAME).collect();
        if sample.name.chars().count() > MAX_NAME {
            format!("{cut}...")
        } else {
            cut
        }
    };
    let beside: Vec<String> = match (named, share) {
        (true, _) => samples.iter().map(|sample| short(sample)).collect(),
        (false, 1) => vec![counted(lines, "sample")],
        (false, share) => vec![format!("{share} samples a line")],
    };
    let longest = |texts: &[String]| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0) * CHARACTER;
    let (top, left) = (longest(&names) + 10, longest(&beside) + 12);
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for (line, samples) in samples.chunks(share).enumerate() {
        let mut values: BTreeMap<usize, Vec<Option<f64>>> = BTreeMap::new();
        for region in samples.iter().flat_map(|sample| &sample.regions).filter(wanted) {
            values.entry(index_of[&(&*region.gene, &*region.name)]).or_default().push(region.lod95);
        }
        for (column, mut seen) in values {
            // A place without a stated fraction sorts behind all others.
            seen.sort_by(|x, y| x.unwrap_or(2.0).total_cmp(&y.unwrap_or(2.0)));
            let (x, y) = (left + column * WIDTH, top + line * height);
            // Lines that are high enough are separated by a gap of one pixel.
            let inner = if height > 3 { height - 1 } else { height };
            let _ = write!(paths.entry(class(seen[seen.len() / 2])).or_default(), "M{x} {y}h{}v{inner}h-{}z", WIDTH - 1, WIDTH - 1);
        }
    }
    let (width, bottom) = (left + names.len() * WIDTH + 4, top + lines * height + 4);
    let id = if of_junctions { "heat-rna" } else { "heat-dna" };
    let mut svg = format!(
        "<svg role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {width} {bottom}\" width=\"{width}\" height=\"{bottom}\">\
         <title id=\"{id}-t\">Detectability: {caption}</title><desc id=\"{id}-d\">For each region of a kinase and each sample the fraction of \
         a known fusion that would have been seen with 95 % probability; the numbers are in cohort.detectability.tsv.</desc>\n"
    );
    for (column, name) in names.iter().enumerate() {
        let (x, y) = (left + column * WIDTH + WIDTH / 2 + 4, top - 6);
        let _ = writeln!(svg, "<text transform=\"rotate(-90 {x} {y})\" x=\"{x}\" y=\"{y}\">{}</text>", drawing::escaped(name));
    }
    for (line, text) in beside.iter().enumerate() {
        let (x, y) = (left - 6, top + line * height + 11);
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\">{}</text>", drawing::escaped(text));
    }
    for (class, path) in paths {
        let _ = writeln!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    svg.push_str("</svg>");
    Some(HeatMap { caption, svg })
}
