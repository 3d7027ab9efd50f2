//! The drawing of both genes: exons to scale, introns shortened, the break, what is kept and lost.
//!
//! ```text
//!   EML4  ▇▇─▇─▇─╂┄▯┄▯┄▯
//!                 ╲  joint
//!   ALK   ▯┄▯┄▯┄╂─▇─▇─▇
//! ```

use super::lang::fill;
use super::numbers::{counted, name};
use super::phrases::Phrases;
use crate::drawing::{text_width, Anchor, Drawing};
use crate::report::drawing_data::{Drawings, DrawnEnd, DrawnFusion, DrawnGene};
use crate::report::rows::FusionRow;

const WIDTH: f64 = 720.0;
const LEFT: f64 = 8.0;
/// Height of a coding and of an untranslated exon.
const CODING: f64 = 20.0;
const UNTRANSLATED: f64 = 10.0;
/// Narrowest and widest shortened intron.
const INTRON: (f64, f64) = (3.0, 16.0);

/// Which part of its gene a fusion keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptPart {
    /// The 5' part, up to the break.
    Five,
    /// The 3' part, from the break on.
    Three,
}

impl KeptPart {
    /// The word that colours have for it.
    fn class(self) -> &'static str {
        match self {
            Self::Five => "five",
            Self::Three => "three",
        }
    }
}

/// One exon as it lies on the drawing, in the direction of transcription.
struct DrawnExon {
    number: u32,
    x: f64,
    width: f64,
    length_bp: u32,
    coding: Option<(f64, f64)>,
}

/// A gene laid out along the drawing.
struct GeneLayout {
    exons: Vec<DrawnExon>,
}

impl GeneLayout {
    fn new(gene: &DrawnGene, px_per_bp: f64, intron: f64) -> Self {
        let mut x = LEFT;
        let mut exons = Vec::new();
        for (&(first, last), number) in gene.exons.iter().zip(1..) {
            let length_bp = last + 1 - first;
            let width = (f64::from(length_bp) * px_per_bp).max(1.5);
            exons.push(DrawnExon { number, x, width, length_bp, coding: coding(gene, first, last) });
            x += width + intron;
        }
        Self { exons }
    }

    fn end(&self) -> f64 {
        self.exons.last().map_or(LEFT, |exon| exon.x + exon.width)
    }

    /// Where the break lies.
    fn at(&self, end: &DrawnEnd, part: KeptPart) -> Option<f64> {
        let exon = self.exons.iter().find(|exon| Some(exon.number) == end.exon)?;
        let missing = f64::from(end.missing_bp.min(exon.length_bp)) / f64::from(exon.length_bp.max(1)) * exon.width;
        let gap = |from: f64, to: f64| f64::midpoint(from, to);
        Some(match part {
            KeptPart::Five if end.in_intron => {
                let next = self.exons.iter().find(|next| next.number == exon.number + 1);
                gap(exon.x + exon.width, next.map_or(exon.x + exon.width + INTRON.1, |next| next.x))
            }
            KeptPart::Five => exon.x + exon.width - missing,
            KeptPart::Three if end.in_intron => {
                let before = self.exons.iter().find(|before| before.number + 1 == exon.number);
                gap(before.map_or(exon.x - INTRON.1, |before| before.x + before.width), exon.x)
            }
            KeptPart::Three => exon.x + missing,
        })
    }
}

/// The coding part of an exon as shares of its length, in the direction of transcription.
fn coding(gene: &DrawnGene, first: u32, last: u32) -> Option<(f64, f64)> {
    let (low, high) = gene.coding?;
    let (from, to) = (low.max(first), high.min(last));
    if from > to {
        return None;
    }
    let length = f64::from(last + 1 - first);
    let (x, y) = (f64::from(from - first) / length, f64::from(to + 1 - first) / length);
    Some(if gene.strand == "-" { (1.0 - y, 1.0 - x) } else { (x, y) })
}

/// Bases of a gene's exons.
fn exonic_bp(gene: &DrawnGene) -> f64 {
    gene.exons.iter().map(|(first, last)| f64::from(last + 1 - first)).sum()
}

/// The drawing; `None` where no exon model of either gene is known.
pub fn draw(id: &str, row: &FusionRow, fusion: &DrawnFusion, drawings: &Drawings, phrases: &Phrases) -> Option<Drawing> {
    let gene = |end: Option<&DrawnEnd>| end.and_then(|end| drawings.gene(end.gene.as_deref()?));
    let (five, three) = (gene(fusion.five.as_ref()), gene(fusion.three.as_ref()));
    if five.is_none() && three.is_none() {
        return None;
    }
    let shown: Vec<&DrawnGene> = [five, three].into_iter().flatten().collect();
    let most = shown.iter().map(|gene| gene.exons.len()).max().unwrap_or(1).max(2) as f64;
    let intron = (WIDTH * 0.4 / (most - 1.0)).clamp(INTRON.0, INTRON.1);
    let longest = shown.iter().map(|gene| (gene.exons.len() as f64 - 1.0) * intron).fold(0.0, f64::max);
    let bp = shown.iter().map(|gene| exonic_bp(gene)).fold(1.0, f64::max);
    let px_per_bp = (WIDTH - 2.0 * LEFT - longest) / bp;
    let keeps = |end: Option<&DrawnEnd>, gene: Option<&DrawnGene>, part: KeptPart| {
        let exon = end.and_then(|end| end.exon).map(|exon| exon.to_string());
        match (exon, part, gene) {
            (Some(exon), KeptPart::Five, _) => fill(phrases.exons_to, &[&exon]),
            (Some(exon), KeptPart::Three, Some(gene)) => fill(phrases.exons_from, &[&exon, &gene.exons.len().to_string()]),
            _ => phrases.a_part.to_owned(),
        }
    };
    let symbol = |text: &Option<String>| name(text.as_deref().unwrap_or("?"));
    let description = fill(
        phrases.figure_genes_text,
        &[
            &symbol(&row.gene5),
            &keeps(fusion.five.as_ref(), five, KeptPart::Five),
            &symbol(&row.gene3),
            &keeps(fusion.three.as_ref(), three, KeptPart::Three),
        ],
    );
    let title = fill(phrases.figure_genes, &[&title(row)]);
    let mut drawing = Drawing::new(id, &title, &description, WIDTH, 190.0);
    let at5 = track(&mut drawing, (five, fusion.five.as_ref()), KeptPart::Five, (px_per_bp, intron), row, 46.0);
    let at3 = track(&mut drawing, (three, fusion.three.as_ref()), KeptPart::Three, (px_per_bp, intron), row, 140.0);
    if let Some(x) = at5.zip(at3).map(|(x5, x3)| f64::midpoint(x5, x3)).or(at5).or(at3) {
        drawing.look_at(x);
    }
    if let (Some(x5), Some(x3)) = (at5, at3) {
        drawing.path("break", &format!("M{x5:.1} 62C{x5:.1} 92 {x3:.1} 92 {x3:.1} 124"));
        if let Some(inserted) = inserted(row) {
            let label = counted(inserted.len(), phrases.inserted_one, phrases.inserted);
            let x = f64::midpoint(x5, x3).clamp(60.0, WIDTH - 60.0);
            let half = text_width(&label, 13.0) / 2.0;
            drawing.rect("paper", x - half, 83.0, 2.0 * half, 18.0);
            drawing.text("t-insert", (x, 96.0), Anchor::Middle, &label);
        }
    }
    Some(drawing)
}

/// What a drawing of a fusion is called: genes and exons.
pub fn title(row: &FusionRow) -> String {
    let junction = row.exon_junction.as_deref().map_or(String::new(), |junction| format!(" {}", name(junction)));
    let variant = row.variant.as_deref().map_or(String::new(), |variant| format!(" ({})", name(variant)));
    format!("{}{junction}{variant}", name(&row.fusion))
}

/// Bases between the partners: those of the row, or those that its VICC form has as a linker (an exon that no transcript has).
pub fn inserted(row: &FusionRow) -> Option<String> {
    let is_bases = |text: &str| !text.is_empty() && text.bytes().all(|base| base.is_ascii_alphabetic());
    if let Some(bases) = row.insertion.as_deref().filter(|bases| is_bases(bases)) {
        return Some(bases.to_owned());
    }
    let parts: Vec<&str> = row.vicc.as_deref().unwrap_or("").split("::").collect();
    (parts.len() == 3 && is_bases(parts[1])).then(|| parts[1].to_owned())
}

/// One gene on the line `y`; gives where its break lies.
fn track(
    drawing: &mut Drawing,
    (gene, end): (Option<&DrawnGene>, Option<&DrawnEnd>),
    part: KeptPart,
    (px_per_bp, intron): (f64, f64),
    row: &FusionRow,
    y: f64,
) -> Option<f64> {
    let (symbol, place) = match part {
        KeptPart::Five => (&row.gene5, &row.breakpoint5),
        KeptPart::Three => (&row.gene3, &row.breakpoint3),
    };
    let label = name(symbol.as_deref().unwrap_or("?"));
    let text_y = if part == KeptPart::Five { y - 26.0 } else { y + 40.0 };
    drawing.text(&format!("t-{}", part.class()), (LEFT, text_y), Anchor::Start, &label);
    let mut facts = gene.map(|gene| format!("{} ({})", gene.transcript, gene.strand)).into_iter().collect::<Vec<_>>();
    facts.extend(place.as_deref().map(name));
    let after = LEFT + text_width(&label, 13.5) + 10.0;
    drawing.text("note", (after, text_y), Anchor::Start, &facts.join(" \u{b7} "));
    let gene = gene?;
    let layout = GeneLayout::new(gene, px_per_bp, intron);
    let at = end.and_then(|end| layout.at(end, part));
    let is_kept = |x: f64| match (at, part) {
        (None, _) => true,
        (Some(at), KeptPart::Five) => x <= at,
        (Some(at), KeptPart::Three) => x >= at,
    };
    let (start, stop) = (LEFT, layout.end());
    let cut = at.unwrap_or(if part == KeptPart::Five { stop } else { start });
    let (kept, lost) = if part == KeptPart::Five { ((start, cut), (cut, stop)) } else { ((cut, stop), (start, cut)) };
    drawing.line(&format!("intron-{}", part.class()), (kept.0, y), (kept.1, y));
    if lost.1 > lost.0 {
        drawing.line("intron-lost", (lost.0, y), (lost.1, y));
    }
    for exon in &layout.exons {
        exon_boxes(drawing, exon, cut, (part, y), &is_kept);
    }
    numbers(drawing, &layout, end, part, y);
    if at.is_some() {
        drawing.line("break", (cut, y - 16.0), (cut, y + 16.0));
    }
    at
}

/// An exon, its coding part higher; cut in two where the break lies in it.
fn exon_boxes(drawing: &mut Drawing, exon: &DrawnExon, cut: f64, (part, y): (KeptPart, f64), is_kept: &dyn Fn(f64) -> bool) {
    let mut edges = vec![exon.x, exon.x + exon.width];
    if let Some((from, to)) = exon.coding {
        edges.extend([exon.x + from * exon.width, exon.x + to * exon.width]);
    }
    if cut > exon.x && cut < exon.x + exon.width {
        edges.push(cut);
    }
    edges.sort_by(f64::total_cmp);
    for pair in edges.windows(2).filter(|pair| pair[1] - pair[0] > 0.05) {
        let middle = f64::midpoint(pair[0], pair[1]);
        let is_coding = exon.coding.is_some_and(|(from, to)| {
            let at = (middle - exon.x) / exon.width;
            at > from && at < to
        });
        let height = if is_coding { CODING } else { UNTRANSLATED };
        let class = if is_kept(middle) { part.class() } else { "lost" };
        drawing.rect(class, pair[0], y - height / 2.0, pair[1] - pair[0], height);
    }
}

/// Numbers of the first and the last exon and of those beside the break, where they do not overlap.
fn numbers(drawing: &mut Drawing, layout: &GeneLayout, end: Option<&DrawnEnd>, part: KeptPart, y: f64) {
    let beside = end.and_then(|end| end.exon);
    let last = layout.exons.last().map_or(0, |exon| exon.number);
    let neighbour = beside.map(|exon| if part == KeptPart::Five { exon + 1 } else { exon.saturating_sub(1) });
    let wanted = [beside, neighbour, Some(1), Some(last)];
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for number in wanted.into_iter().flatten() {
        let Some(exon) = layout.exons.iter().find(|exon| exon.number == number) else { continue };
        let (text, middle) = (number.to_string(), exon.x + exon.width / 2.0);
        let half = text_width(&text, 10.0) / 2.0 + 2.5;
        let middle = middle.clamp(half, WIDTH - half);
        if taken.iter().any(|(from, to)| middle - half < *to && middle + half > *from) {
            continue;
        }
        taken.push((middle - half, middle + half));
        let at = if part == KeptPart::Five { y - 13.0 } else { y + 22.0 };
        drawing.text("small", (middle, at), Anchor::Middle, &text);
    }
}
