//! The drawing of what a fusion makes: its transcript, exon by exon, and its protein with domains and mutations, both to scale.
//!
//! ```text
//!   transcript   ▇▇▇▇▇▇▇▇▇▇▇▇▇▇|▇▇▇▇▇▇▇▇▇▇▇      exons of the 5' partner, inserted bases, exons of the 3' partner
//!   protein      ▭▭[trimer]▭▭▭▭|▭[ kinase ]▭     kept and cut domains; lost ones are named below
//! ```

use super::genes::{inserted, title};
use super::lang::fill;
use super::numbers::{counted, grouped, name};
use super::phrases::Phrases;
use crate::drawing::{text_width, Anchor, Drawing, Scale};
use crate::report::carried::codon;
use crate::report::drawing_data::{Drawings, DrawnDomain, DrawnEnd, DrawnFusion, DrawnGene};
use crate::report::rows::{FusionRow, VariantRow};

const WIDTH: f64 = 720.0;
const LEFT: f64 = 8.0;
/// Room for the name of a gene at either end of the transcript.
const GENE: f64 = 60.0;
/// Lines of the transcript and the protein.
const TRANSCRIPT: f64 = 52.0;
const PROTEIN: f64 = 156.0;

/// A stretch of the transcript or the protein.
struct ProductStretch {
    class: &'static str,
    length: f64,
}

/// What the drawing is made of.
pub struct Input<'a> {
    /// The fusion.
    pub row: &'a FusionRow,
    /// Its ends.
    pub fusion: &'a DrawnFusion,
    /// The genes.
    pub drawings: &'a Drawings,
    /// Called mutations of its kinase.
    pub mutations: &'a [&'a VariantRow],
}

/// The drawing, or why there is none.
pub fn draw(id: &str, input: &Input<'_>, frame: &str, phrases: &Phrases) -> Result<Drawing, &'static str> {
    let Input { row, fusion, drawings, .. } = input;
    let (Some(five), Some(three)) = (on_gene(fusion.five.as_ref(), drawings), on_gene(fusion.three.as_ref(), drawings)) else {
        return Err(phrases.no_model);
    };
    if row.exon_junction.is_none() {
        return Err(if row.slack_bp > 0 { phrases.no_junction } else { phrases.no_model });
    }
    let lost = lost_domains(input);
    let lost_text = if lost.is_empty() { String::new() } else { fill(phrases.lost_domains, &[&lost]) };
    let description = fill(phrases.figure_product_text, &[frame, &lost_text]);
    let mut drawing = Drawing::new(id, &fill(phrases.figure_product, &[&title(row)]), &description, WIDTH, 224.0);
    transcript(&mut drawing, row, five, three, phrases);
    let y = protein(&mut drawing, input, five, three, phrases).unwrap_or_else(|| {
        drawing.text("note", (LEFT, PROTEIN), Anchor::Start, phrases.no_coding);
        PROTEIN + 14.0
    });
    let mut bottom = y;
    if !lost_text.is_empty() {
        drawing.text("note", (LEFT, y + 14.0), Anchor::Start, &lost_text);
        bottom += 16.0;
    }
    drawing.set_height(bottom + 8.0);
    Ok(drawing)
}

/// An end with its gene.
fn on_gene<'a>(end: Option<&'a DrawnEnd>, drawings: &'a Drawings) -> Option<(&'a DrawnGene, &'a DrawnEnd)> {
    let end = end?;
    Some((drawings.gene(end.gene.as_deref()?)?, end))
}

/// Exons that an end keeps, with the bases that are missing taken off.
fn kept_exons(gene: &DrawnGene, end: &DrawnEnd, is_five: bool) -> Vec<(u32, f64)> {
    let Some(edge) = end.exon else { return Vec::new() };
    let lengths = gene.exons.iter().zip(1u32..).map(|((first, last), number)| (number, f64::from(last + 1 - first)));
    lengths
        .filter(|(number, _)| if is_five { *number <= edge } else { *number >= edge })
        .map(|(number, length)| (number, if number == edge { (length - f64::from(end.missing_bp)).max(0.0) } else { length }))
        .collect()
}

/// Inserted bases of the transcript. Those at a break in DNA lie within introns and are spliced out.
fn spliced_in(row: &FusionRow) -> usize {
    inserted(row).filter(|_| row.evidence.as_deref() != Some("dna")).map_or(0, |bases| bases.len())
}

fn transcript(drawing: &mut Drawing, row: &FusionRow, five: (&DrawnGene, &DrawnEnd), three: (&DrawnGene, &DrawnEnd), phrases: &Phrases) {
    let (before, after) = (kept_exons(five.0, five.1, true), kept_exons(three.0, three.1, false));
    let between = spliced_in(row);
    let sum = |exons: &[(u32, f64)]| exons.iter().map(|(_, length)| length).sum::<f64>();
    let total = sum(&before) + between as f64 + sum(&after);
    let across = Scale::new((0.0, total.max(1.0)), (LEFT, WIDTH - LEFT));
    let label = format!("{} \u{b7} {}", phrases.transcript, counted(total as usize, phrases.base, phrases.bases));
    drawing.text("head", (LEFT, 16.0), Anchor::Start, &label);
    let (mut at, mut below_from) = (0.0, LEFT + GENE);
    for (side, exons, class) in [(0, &before, "five-pale"), (1, &after, "three-pale")] {
        if side == 1 {
            let joint = across.at(at);
            if between > 0 {
                let end = across.at(at + between as f64);
                drawing.rect("insert", joint, TRANSCRIPT - 11.0, (end - joint).max(2.0), 22.0);
                let x = f64::midpoint(joint, end).clamp(70.0, WIDTH - 70.0);
                drawing.text("t-insert", (x, TRANSCRIPT - 18.0), Anchor::Middle, &counted(between, phrases.inserted_one, phrases.inserted));
            }
            at += between as f64;
        }
        for (number, length) in exons {
            let (from, to) = (across.at(at), across.at(at + length));
            drawing.rect(class, from, TRANSCRIPT - 11.0, to - from, 22.0);
            let (text, middle) = (number.to_string(), f64::midpoint(from, to));
            let width = text_width(&text, 10.0) + 3.0;
            if to - from > width {
                drawing.text("small", (middle, TRANSCRIPT + 3.5), Anchor::Middle, &text);
            } else if middle - width / 2.0 > below_from && middle < WIDTH - LEFT - GENE {
                // Too narrow for its number, which stands below where there is room beside the names of the genes.
                drawing.text("small", (middle, TRANSCRIPT + 21.0), Anchor::Middle, &text);
                below_from = middle + width / 2.0;
            }
            at += length;
        }
    }
    let joint = across.at(sum(&before) + between as f64 / 2.0);
    drawing.line("break", (joint, TRANSCRIPT + 13.0), (joint, TRANSCRIPT + 22.0));
    drawing.look_at(joint);
    for (end, x, anchor, class) in [(five, LEFT, Anchor::Start, "t-five"), (three, WIDTH - LEFT, Anchor::End, "t-three")] {
        drawing.text(class, (x, TRANSCRIPT + 27.0), anchor, &name(&end.0.gene));
    }
    let junction = row.exon_junction.as_deref().map(name).unwrap_or_default();
    // A name that is wider than the drawing stands in its middle.
    let half = (text_width(&junction, 12.0) / 2.0).min(WIDTH / 2.0 - 70.0);
    drawing.text("t-bad", (joint.clamp(half + 70.0, WIDTH - half - 70.0), TRANSCRIPT + 34.0), Anchor::Middle, &junction);
}

/// A place of the fused protein that residues of a gene have.
struct OnProtein<'a> {
    gene: &'a DrawnGene,
    /// First and last residue kept.
    kept: (f64, f64),
    /// Where the first kept one lies.
    offset: f64,
}

impl OnProtein<'_> {
    fn place(&self, domain: &DrawnDomain) -> Option<(f64, f64)> {
        let (from, to) = (f64::from(domain.first.saturating_sub(1)).max(self.kept.0), f64::from(domain.last).min(self.kept.1));
        (from < to).then_some((from - self.kept.0 + self.offset, to - self.kept.0 + self.offset))
    }
}

/// The protein; gives the line below it, or `None` where no coding sequence is known.
fn protein(
    drawing: &mut Drawing,
    input: &Input<'_>,
    (gene5, end5): (&DrawnGene, &DrawnEnd),
    (gene3, end3): (&DrawnGene, &DrawnEnd),
    phrases: &Phrases,
) -> Option<f64> {
    let aa5 = f64::from(u32::try_from(end5.coding_bp?).ok()?) / 3.0;
    let (lost3, whole3) = (f64::from(u32::try_from(end3.coding_bp?).ok()?) / 3.0, f64::from(gene3.residues?));
    let between = spliced_in(input.row) as f64 / 3.0;
    let aa3 = (whole3 - lost3).max(0.0);
    let is_in_frame = input.row.frame.starts_with("in-frame");
    let total = aa5 + between + aa3;
    if total <= 0.0 {
        return None;
    }
    let across = Scale::new((0.0, total), (LEFT, WIDTH - LEFT));
    let mut label = format!("{} \u{b7} {}", phrases.protein, fill(phrases.residues, &[&grouped(total.round() as u64)]));
    if !is_in_frame {
        label = format!("{} \u{b7} {}", phrases.protein, fill(phrases.residues, &[&grouped(aa5.round() as u64)]));
    }
    drawing.text("head", (LEFT, 112.0), Anchor::Start, &label);
    let parts = [
        ProductStretch { class: "five-pale", length: aa5 },
        ProductStretch { class: "insert", length: between },
        ProductStretch { class: if is_in_frame { "three-pale" } else { "lost" }, length: aa3 },
    ];
    let mut at = 0.0;
    for part in parts.iter().filter(|part| part.length > 0.0) {
        drawing.rect(part.class, across.at(at), PROTEIN - 7.0, across.at(at + part.length) - across.at(at), 14.0);
        at += part.length;
    }
    let sides =
        [OnProtein { gene: gene5, kept: (0.0, aa5), offset: 0.0 }, OnProtein { gene: gene3, kept: (lost3, whole3), offset: aa5 + between }];
    let mut taken: Vec<(f64, f64, usize)> = Vec::new();
    let shown = if is_in_frame { 2 } else { 1 };
    for side in sides.iter().take(shown) {
        for domain in &side.gene.domains {
            let Some((from, to)) = side.place(domain) else { continue };
            let (x1, x2) = (across.at(from), across.at(to));
            drawing.rect(class(&domain.kind), x1, PROTEIN - 11.0, (x2 - x1).max(3.0), 22.0);
            let is_cut = to - from + 0.5 < f64::from(domain.last + 1 - domain.first);
            let mut text = format!("{} {}", name(&side.gene.gene), name(&domain.domain));
            if is_cut {
                text = format!("{text} ({})", phrases.cut);
            }
            let half = text_width(&text, 11.0) / 2.0;
            let middle = f64::midpoint(x1, x2).clamp(LEFT + half, (WIDTH - LEFT - half).max(LEFT + half));
            let line = (0..6)
                .find(|line| !taken.iter().any(|(a, b, other)| other == line && middle - half < *b + 6.0 && middle + half > *a - 6.0));
            let line = line.unwrap_or(0);
            taken.push((middle - half, middle + half, line));
            drawing.text("note", (middle, PROTEIN + 26.0 + 14.0 * line as f64), Anchor::Middle, &text);
        }
    }
    if !is_in_frame && aa3 > 0.0 {
        let middle = across.at(aa5 + between + aa3 / 2.0);
        let half = text_width(phrases.not_translated, 11.0) / 2.0;
        let x = middle.clamp(LEFT + half, WIDTH - LEFT - half);
        drawing.text("note", (x, PROTEIN + 4.0), Anchor::Middle, phrases.not_translated);
    }
    let joint = across.at(aa5 + between / 2.0);
    drawing.line("break", (joint, PROTEIN - 16.0), (joint, PROTEIN + 13.0));
    if is_in_frame {
        mutations(drawing, input, &sides[1], &across);
    }
    let lines = taken.iter().map(|(_, _, line)| line + 1).max().unwrap_or(0);
    Some(PROTEIN + 16.0 + 14.0 * lines as f64)
}

/// The colour's name of a kind of domain.
pub fn class(kind: &str) -> &'static str {
    match kind {
        "kinase" => "kinase",
        "oligomerisation" => "oligomerisation",
        "transmembrane" => "transmembrane",
        _ => "other",
    }
}

/// Called mutations of the kinase as pins on the protein.
fn mutations(drawing: &mut Drawing, input: &Input<'_>, side: &OnProtein<'_>, across: &Scale) {
    let mut names: Vec<(u32, &str)> = Vec::new();
    for row in input.mutations {
        let change = row.hgvs_p.trim_start_matches("p.");
        if let Some(codon) = codon(change) {
            if !names.contains(&(codon, change)) {
                names.push((codon, change));
            }
        }
    }
    names.sort_unstable();
    let mut free_from = 0.0;
    for (codon, change) in names {
        let at = f64::from(codon) - 0.5;
        if at < side.kept.0 || at > side.kept.1 {
            continue;
        }
        let x = across.at(at - side.kept.0 + side.offset);
        let text = name(change);
        let half = text_width(&text, 12.0) / 2.0;
        let middle = x.max(free_from + half).min(WIDTH - LEFT - half);
        free_from = middle + half + 6.0;
        drawing.path("stem", &format!("M{x:.1} {:.1}V{:.1}L{middle:.1} {:.1}", PROTEIN - 11.0, PROTEIN - 22.0, PROTEIN - 26.0));
        drawing.circle("dot-bad", (x, PROTEIN - 14.0), 4.0);
        drawing.text("t-bad", (middle, PROTEIN - 29.0), Anchor::Middle, &text);
    }
}

/// Domains that the fusion does not have.
fn lost_domains(input: &Input<'_>) -> String {
    let lost = input.row.domains.iter().filter(|domain| domain.fate == "lost");
    lost.map(|domain| format!("{} {}", name(&domain.gene), name(&domain.domain))).collect::<Vec<_>>().join(", ")
}
