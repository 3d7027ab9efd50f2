//! The drawing of the reads round both breaks: coverage below, supporting molecules as arcs above.
//!
//! ```text
//!        ╭───────────────╮         one arc: molecules that lie alike; solid split, dotted clipped, dashed pairs
//!   ▁▂▅▇▇│▂▁        ▁▁▂▇▇│▇▅▂      coverage, 5' partner left, 3' partner right, both as the fusion is read
//!   -1000 0 1000   -1000  0 1000
//! ```

use std::fmt::Write as _;

use super::genes::title;
use super::lang::fill;
use super::numbers::{grouped, name};
use super::phrases::Phrases;
use crate::drawing::{nice_top, Anchor, Drawing, Scale};
use crate::report::drawing_data::{DrawnFusion, SupportKind, BIN_BP, REACH_BP};
use crate::report::rows::FusionRow;

const WIDTH: f64 = 720.0;
const PANEL: f64 = 312.0;
const LEFT: f64 = 46.0;
const GAP: f64 = 34.0;
/// Line on which the arcs stand, and the floor of the coverage.
const ARCS: f64 = 84.0;
const FLOOR: f64 = 172.0;

/// The drawing; `None` where neither coverage nor molecules are known.
pub fn draw(id: &str, row: &FusionRow, fusion: &DrawnFusion, phrases: &Phrases) -> Option<Drawing> {
    let ends = [fusion.five.as_ref(), fusion.three.as_ref()];
    let coverage: [&[u32]; 2] = ends.map(|end| end.map_or(&[][..], |end| &end.coverage));
    if coverage.iter().all(|bins| bins.is_empty()) && fusion.molecules.is_empty() {
        return None;
    }
    let counts = [row.fragments, row.split_fragments, row.clip_fragments, row.pair_fragments].map(|count| count.to_string());
    let description = fill(phrases.figure_reads_text, &[&BIN_BP.to_string(), &counts[0], &counts[1], &counts[2], &counts[3]]);
    let mut drawing = Drawing::new(id, &fill(phrases.figure_reads, &[&title(row)]), &description, WIDTH, 232.0);
    let reach = f64::from(REACH_BP);
    let starts = [LEFT, LEFT + PANEL + GAP];
    let scales = starts.map(|start| Scale::new((-reach, reach), (start, start + PANEL)));
    for side in 0..2 {
        // Two genes are seldom read alike: each side has its own scale.
        let top = nice_top(f64::from(coverage[side].iter().copied().max().unwrap_or(1)));
        let depth = Scale::new((0.0, top), (FLOOR, ARCS + 12.0));
        panel(&mut drawing, side, coverage[side], &scales[side], &depth, phrases);
        for (value, label) in [(0.0, "0".to_owned()), (top, grouped(top as u64))] {
            drawing.text("small", (starts[side] - 4.0, depth.at(value) + 3.5), Anchor::End, &label);
        }
        drawing.line("grid", (starts[side] - 3.0, depth.at(top)), (starts[side] + PANEL, depth.at(top)));
    }
    drawing.text("small", (LEFT - 4.0, f64::midpoint(FLOOR, ARCS + 12.0) + 3.5), Anchor::End, phrases.axis_reads);
    for (side, (symbol, place)) in [(&row.gene5, &row.breakpoint5), (&row.gene3, &row.breakpoint3)].into_iter().enumerate() {
        let class = if side == 0 { "t-five" } else { "t-three" };
        let label = [symbol.as_deref().unwrap_or("?"), place.as_deref().unwrap_or("")].map(name).join("  ");
        drawing.text(class, (scales[side].at(0.0), FLOOR + 30.0), Anchor::Middle, label.trim_end());
    }
    drawing.look_at(WIDTH / 2.0);
    arcs(&mut drawing, fusion, &scales, phrases);
    legend(&mut drawing, row, phrases);
    Some(drawing)
}

fn panel(drawing: &mut Drawing, side: usize, bins: &[u32], across: &Scale, depth: &Scale, phrases: &Phrases) {
    let reach = f64::from(REACH_BP);
    let (start, zero, end) = (across.at(-reach), across.at(0.0), across.at(reach));
    let kept = if side == 0 { (start, zero) } else { (zero, end) };
    drawing.rect("panel", kept.0, ARCS + 6.0, kept.1 - kept.0, FLOOR - ARCS - 6.0);
    if !bins.is_empty() {
        let mut path = format!("M{start:.1} {FLOOR:.1}");
        for (bin, value) in bins.iter().enumerate() {
            let from = across.at(-reach + f64::from(BIN_BP) * bin as f64);
            let to = across.at(-reach + f64::from(BIN_BP) * (bin + 1) as f64);
            let y = depth.at(f64::from(*value));
            let _ = write!(path, "L{from:.1} {y:.1}L{to:.1} {y:.1}");
        }
        let _ = write!(path, "L{end:.1} {FLOOR:.1}Z");
        drawing.path("cover", &path);
    }
    drawing.path("axis", &format!("M{start:.1} {FLOOR:.1}H{end:.1}"));
    drawing.line("break", (zero, ARCS), (zero, FLOOR));
    let marks = [(-reach, Anchor::Start, "\u{2212}1,000"), (0.0, Anchor::Middle, "0"), (reach, Anchor::End, "1,000")];
    for (value, anchor, label) in marks {
        drawing.text("small", (across.at(value), FLOOR + 13.0), anchor, label);
    }
    let words = if side == 0 { [phrases.kept, phrases.lost] } else { [phrases.lost, phrases.kept] };
    for (value, word) in [(-reach / 2.0, words[0]), (reach / 2.0, words[1])] {
        drawing.text("small", (across.at(value), FLOOR + 13.0), Anchor::Middle, word);
    }
}

fn class(kind: SupportKind) -> &'static str {
    match kind {
        SupportKind::Split => "split",
        SupportKind::Clip => "clip",
        SupportKind::Pair => "pair",
    }
}

fn word(kind: SupportKind, phrases: &Phrases) -> &'static str {
    match kind {
        SupportKind::Split => phrases.kind_split,
        SupportKind::Clip => phrases.kind_clip,
        SupportKind::Pair => phrases.kind_pair,
    }
}

/// From how far into the 5' partner to how far into the 3' partner molecules reach.
fn arcs(drawing: &mut Drawing, fusion: &DrawnFusion, scales: &[Scale; 2], phrases: &Phrases) {
    for molecules in &fusion.molecules {
        let from = scales[0].at(-f64::from(molecules.five_bp));
        let to = scales[1].at(f64::from(molecules.three_bp));
        // A cubic reaches three quarters of the way to its control points.
        let top = ARCS - (20.0 + (to - from - GAP).max(0.0) / (2.0 * PANEL) * 84.0).min(104.0);
        let title = format!("{} {}: {} bp + {} bp", molecules.count, word(molecules.kind, phrases), molecules.five_bp, molecules.three_bp);
        let width = (1.0 + f64::from(molecules.count).ln()).min(5.0);
        drawing.titled(&title, |drawing| {
            drawing.wide_path(
                class(molecules.kind),
                width,
                &format!("M{from:.1} {ARCS:.1}C{from:.1} {top:.1} {to:.1} {top:.1} {to:.1} {ARCS:.1}"),
            );
        });
    }
}

fn legend(drawing: &mut Drawing, row: &FusionRow, phrases: &Phrases) {
    let kinds =
        [(SupportKind::Split, row.split_fragments), (SupportKind::Clip, row.clip_fragments), (SupportKind::Pair, row.pair_fragments)];
    let y = FLOOR + 50.0;
    for (at, (kind, count)) in kinds.into_iter().enumerate() {
        let x = LEFT + 150.0 * at as f64;
        drawing.wide_path(class(kind), 2.0, &format!("M{x:.1} {:.1}h28", y - 4.0));
        drawing.text("note", (x + 34.0, y), Anchor::Start, &format!("{} {count}", word(kind, phrases)));
    }
}
