//! The detectability of all samples as one drawing: regions across, samples down, the fraction that would have been seen as colour.
//!
//! Each colour is one path, so that a thousand samples stay a small file. Of more samples than lines several share one, by their
//! median.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Cohort;
use crate::drawing;
use crate::report::absence::Absence;
use crate::report::html::Lang;

/// Most lines of a drawing.
const MAX_LINES: usize = 500;
/// Most samples whose names stand beside their lines.
const MAX_NAMED: usize = 60;
/// Width of a region in SVG units.
const WIDTH: usize = 18;
/// Space for names of regions above and of samples at the left.
const TOP: usize = 150;
const LEFT: usize = 170;

/// Steps of the fraction, with a class of the style sheet and a word each.
const STEPS: [(f64, &str, &str); 5] =
    [(0.01, "s1", "up to 1 %"), (0.05, "s2", "up to 5 %"), (0.2, "s3", "up to 20 %"), (0.5, "s4", "up to 50 %"), (1.0, "s5", "above 50 %")];

/// Class of what no fraction can be told of.
const BLIND: &str = "s0";

fn class(lod95: Option<f64>) -> &'static str {
    lod95.map_or(BLIND, |lod95| STEPS.iter().find(|step| lod95 <= step.0).map_or("s5", |step| step.1))
}

/// The drawing; empty where no document has regions.
pub fn svg(cohort: &Cohort) -> String {
    let mut places: BTreeMap<(&str, (bool, u32), &str), usize> = BTreeMap::new();
    for region in cohort.samples.iter().flat_map(|sample| &sample.regions) {
        let digits: String = region.name.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
        let order = (region.name.starts_with("junction"), digits.parse().unwrap_or(0));
        places.insert((&region.gene, order, &region.name), 0);
    }
    if places.is_empty() {
        return String::new();
    }
    let names: Vec<String> = places.keys().map(|(gene, _, name)| format!("{gene} {name}")).collect();
    let index_of: BTreeMap<(&str, &str), usize> =
        places.keys().enumerate().map(|(index, (gene, _, name))| ((*gene, *name), index)).collect();
    let share = cohort.samples.len().div_ceil(MAX_LINES);
    let lines = cohort.samples.len().div_ceil(share);
    let named = cohort.samples.len() <= MAX_NAMED;
    let height = if named { 14 } else { (900 / lines).clamp(1, 6) };
    let mut paths: BTreeMap<&str, String> = BTreeMap::new();
    for (line, samples) in cohort.samples.chunks(share).enumerate() {
        let mut values: BTreeMap<usize, Vec<Option<f64>>> = BTreeMap::new();
        for region in samples.iter().flat_map(|sample| &sample.regions) {
            values.entry(index_of[&(region.gene.as_str(), region.name.as_str())]).or_default().push(region.lod95);
        }
        for (column, mut seen) in values {
            // What cannot be told is worse than any fraction.
            seen.sort_by(|x, y| x.unwrap_or(2.0).total_cmp(&y.unwrap_or(2.0)));
            let (x, y) = (LEFT + column * WIDTH, TOP + line * height);
            let _ = write!(paths.entry(class(seen[seen.len() / 2])).or_default(), "M{x} {y}h{}v{height}h-{}z", WIDTH - 1, WIDTH - 1);
        }
    }
    let (width, bottom) = (LEFT + names.len() * WIDTH + 20, TOP + lines * height);
    let mut svg = format!(
        "<svg role=\"img\" aria-labelledby=\"heat-t heat-d\" viewBox=\"0 0 {width} {}\" width=\"{width}\">\
         <title id=\"heat-t\">Detectability</title><desc id=\"heat-d\">For each region of a kinase and each sample the fraction of a known \
         fusion that would have been seen with 95 % probability; the numbers are in cohort.detectability.tsv.</desc>\n",
        bottom + 40
    );
    for (column, name) in names.iter().enumerate() {
        let (x, y) = (LEFT + column * WIDTH + WIDTH / 2 + 4, TOP - 6);
        let _ = writeln!(svg, "<text transform=\"rotate(-90 {x} {y})\" x=\"{x}\" y=\"{y}\">{}</text>", drawing::escaped(name));
    }
    if named {
        for (line, sample) in cohort.samples.iter().enumerate() {
            let short: String = sample.name.chars().take(24).collect();
            let _ = writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                LEFT - 6,
                TOP + line * height + 11,
                drawing::escaped(&short)
            );
        }
    } else {
        let told = if share == 1 { format!("{lines} samples") } else { format!("{share} samples a line") };
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{told}</text>", LEFT - 6, TOP + 12);
    }
    for (class, path) in paths {
        let _ = writeln!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    let legend = STEPS.iter().map(|step| (step.1, step.2)).chain([(BLIND, Absence::NotInformative.said(Lang::English))]);
    for (index, (class, word)) in legend.enumerate() {
        let (x, y) = (LEFT + index * 110, bottom + 14);
        let _ = writeln!(svg, "<path class=\"{class}\" d=\"M{x} {y}h14v14h-14z\"/><text x=\"{}\" y=\"{}\">{word}</text>", x + 18, y + 12);
    }
    svg.push_str("</svg>");
    svg
}
