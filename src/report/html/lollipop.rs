//! The drawing of a kinase domain's mutations: called ones as pins with their interval, known codons as what would have been seen.

use super::lang::fill;
use super::numbers::{name, percent};
use super::phrases::Phrases;
use super::product::class;
use crate::drawing::{text_width, Anchor, Drawing, Scale};
use crate::report::carried::codon;
use crate::report::drawing_data::DrawnGene;
use crate::report::known_codons::KnownCodons;
use crate::report::rows::{Relation, VariantRow};
use crate::variant::VariantStatus;

const WIDTH: f64 = 720.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 16.0;
/// The line of 100 %, below names of called changes where there are any.
const TOP: (f64, f64) = (58.0, 26.0);
const FLOOR: f64 = 206.0;
/// The lowest share of the logarithmic axis.
const LOWEST: f64 = 0.0005;
/// No protein has more residues: titin has 36 000.
const MOST_RESIDUES: u32 = 40_000;
/// About how many residues have their number below the axis.
const MARKS: u32 = 12;

/// The residue of a change, where a protein can have it.
fn residue(change: &str) -> Option<u32> {
    codon(change).filter(|residue| *residue <= MOST_RESIDUES)
}

/// The drawing of one kinase.
pub fn draw(id: &str, gene: &DrawnGene, variants: &[VariantRow], phrases: &Phrases) -> Option<Drawing> {
    let codons = KnownCodons::of(&gene.gene, variants).0;
    let called: Vec<&VariantRow> = variants.iter().filter(|row| row.gene == gene.gene && row.status == VariantStatus::Called).collect();
    let covered = codons.values().filter(|codon| codon.seen_from.is_some()).count();
    let kinase = gene.domains.iter().find(|domain| domain.kind == "kinase");
    let places =
        || codons.keys().copied().filter(|residue| *residue <= MOST_RESIDUES).chain(called.iter().filter_map(|row| residue(&row.hgvs_p)));
    let from = places().chain(kinase.map(|domain| domain.first)).min()?.saturating_sub(12);
    let to = places().chain(kinase.map(|domain| domain.last)).max()?.saturating_add(12);
    let list = called
        .iter()
        .map(|row| format!("{} {}", name(&row.hgvs_p), row.allele_fraction.map_or(String::new(), |share| percent(share.value()))))
        .collect::<Vec<_>>()
        .join(", ");
    let list = if list.is_empty() { phrases.none.to_owned() } else { list };
    let description = fill(phrases.figure_lollipop_text, &[&list, &codons.len().to_string(), &covered.to_string()]);
    let mut drawing = Drawing::new(id, &fill(phrases.figure_lollipop, &[&name(&gene.gene)]), &description, WIDTH, FLOOR + 60.0);
    let top = if called.is_empty() { TOP.1 } else { TOP.0 };
    let across = Scale::new((f64::from(from), f64::from(to)), (LEFT, WIDTH - RIGHT));
    let up = Scale::log((LOWEST, 1.0), (FLOOR, top));
    for (share, label) in [(0.001, "0.1 %"), (0.01, "1 %"), (0.1, "10 %"), (1.0, "100 %")] {
        drawing.line("grid", (LEFT, up.at(share)), (WIDTH - RIGHT, up.at(share)));
        drawing.text("small", (LEFT - 5.0, up.at(share) + 3.5), Anchor::End, label);
    }
    drawing.text("small", (LEFT - 48.0, top - 12.0), Anchor::Start, phrases.axis_fraction);
    for domain in &gene.domains {
        let (first, last) = (domain.first.max(from), domain.last.min(to));
        if first < last {
            let (x1, x2) = (across.at(f64::from(first)), across.at(f64::from(last)));
            drawing.rect(class(&domain.kind), x1, FLOOR + 4.0, x2 - x1, 12.0);
            if x2 - x1 > text_width(&domain.domain, 11.0) {
                drawing.text("note", (x2, FLOOR + 44.0), Anchor::End, &name(&domain.domain));
            }
        }
    }
    drawing.path("axis", &format!("M{LEFT:.1} {top:.1}V{FLOOR:.1}H{:.1}", WIDTH - RIGHT));
    let step = [10, 20, 50, 100, 200, 500].into_iter().find(|step| (to - from) / step <= MARKS);
    let step = step.unwrap_or_else(|| ((to - from) / MARKS).max(1_000));
    for residue in (from.div_ceil(step)..=to / step).map(|at| at * step) {
        drawing.text("small", (across.at(f64::from(residue)), FLOOR + 30.0), Anchor::Middle, &residue.to_string());
    }
    for (codon, known) in codons.iter().filter(|(codon, _)| **codon <= MOST_RESIDUES) {
        let x = across.at(f64::from(*codon));
        match known.seen_from {
            Some(lod) if lod > 0.0 => drawing.line("seen", (x - 4.0, up.at(lod)), (x + 4.0, up.at(lod))),
            Some(_) => &mut drawing,
            None => drawing.path("unseen", &format!("M{:.1} {:.1}l8 8m0 -8l-8 8", x - 4.0, FLOOR - 12.0)),
        };
    }
    pins(&mut drawing, &called, &across, &up);
    let is_linked = links(&mut drawing, &called, &across, &up);
    legend(&mut drawing, is_linked, phrases);
    drawing.set_height(FLOOR + if is_linked { 84.0 } else { 68.0 });
    Some(drawing)
}

fn legend(drawing: &mut Drawing, is_linked: bool, phrases: &Phrases) {
    let y = FLOOR + 60.0;
    drawing.line("seen", (LEFT, y - 4.0), (LEFT + 12.0, y - 4.0));
    drawing.text("note", (LEFT + 18.0, y), Anchor::Start, phrases.legend_seen);
    let x = LEFT + 40.0 + text_width(phrases.legend_seen, 11.5);
    drawing.path("unseen", &format!("M{x:.1} {:.1}l8 8m0 -8l-8 8", y - 8.0));
    drawing.text("note", (x + 14.0, y), Anchor::Start, phrases.not_covered);
    let (mut x, y) = (LEFT, y + 16.0);
    for (class, word) in [("link-cis", phrases.link_cis), ("link-mixed", phrases.link_mixed), ("link-trans", phrases.link_trans)]
        .into_iter()
        .filter(|_| is_linked)
    {
        drawing.line(class, (x, y - 4.0), (x + 22.0, y - 4.0));
        drawing.text("note", (x + 28.0, y), Anchor::Start, word);
        x += 50.0 + text_width(word, 11.5);
    }
}

/// Lines between called changes whose place to each other is known; gives whether there is any.
fn links(drawing: &mut Drawing, called: &[&VariantRow], across: &Scale, up: &Scale) -> bool {
    let place = |row: &VariantRow| Some((across.at(f64::from(residue(&row.hgvs_p)?)), up.at(row.allele_fraction?.value())));
    let mut is_linked = false;
    for (at, row) in called.iter().enumerate() {
        for companion in &row.compound_with {
            let other = called[at + 1..].iter().find(|later| later.hgvs_p == companion.mutation);
            let class = match companion.told.map(|told| told.relation) {
                Some(Relation::Cis) => "link-cis",
                Some(Relation::Mixed) => "link-mixed",
                Some(Relation::Trans) => "link-trans",
                None => continue,
            };
            if let Some((from, to)) = place(row).zip(other.and_then(|other| place(other))) {
                drawing.line(class, from, to);
                is_linked = true;
            }
        }
    }
    is_linked
}

/// The called changes as pins; names that would overlap stand in lines above each other.
fn pins(drawing: &mut Drawing, called: &[&VariantRow], across: &Scale, up: &Scale) {
    let mut taken: Vec<(f64, f64, usize)> = Vec::new();
    for row in called {
        let (Some(codon), Some(share)) = (residue(&row.hgvs_p), row.allele_fraction) else { continue };
        let (x, y) = (across.at(f64::from(codon)), up.at(share.value()));
        drawing.line("stem", (x, FLOOR), (x, y));
        if let Some((low, high)) = row.allele_fraction_low.zip(row.allele_fraction_high) {
            let (low, high) = (up.at(low.value()), up.at(high.value()));
            drawing.path("interval", &format!("M{:.1} {low:.1}h10m-5 0V{high:.1}m-5 0h10", x - 5.0));
        }
        drawing.circle("dot-bad", (x, y), 5.0);
        let text = name(row.hgvs_p.trim_start_matches("p."));
        // A name that is wider than the axis stands in its middle.
        let half = (text_width(&text, 12.0) / 2.0).min((WIDTH - RIGHT - LEFT) / 2.0);
        let middle = x.clamp(LEFT + half, WIDTH - RIGHT - half);
        let line =
            (0..4).find(|line| !taken.iter().any(|(a, b, other)| other == line && middle - half < b + 5.0 && middle + half > a - 5.0));
        let line = line.unwrap_or(0);
        taken.push((middle - half, middle + half, line));
        drawing.text("t-bad", (middle, TOP.0 - 10.0 - 13.0 * line as f64), Anchor::Middle, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::html::Lang;

    #[test]
    fn a_name_of_any_length_and_a_residue_that_no_protein_has_are_no_trouble() {
        let gene = fixture::drawn_gene("ROS1", 2_347);
        let row = |hgvs_p: String| VariantRow { hgvs_p, ..VariantRow::new("S1", &fixture::ros1_g2032r(), &fixture::contigs()) };
        let known = row("p.G2032R".to_owned());
        for name in [format!("p.{}1200R", "\u{6f22}".repeat(60)), "p.R4100000000G".to_owned(), "p.R39000G".to_owned()] {
            let drawing = draw("x", &gene, &[known.clone(), row(name.clone())], Lang::English.phrases()).expect("G2032 is known");
            assert!(drawing.inline().len() < 20_000, "{name}");
        }
    }
}
