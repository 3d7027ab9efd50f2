//! The page of a sample: one file for the person who signs, without network or script, made of the document alone.
//!
//! ```text
//!   Document --summary--> first screen: findings and what they mean, what the negative is worth
//!            --genes, neighbourhood, product--> each fusion drawn;  --junction_reads--> its reads base by base
//!            --lollipop--> mutations of each kinase;  --strip--> what could have been seen
//!            --meaning, mutation, negative, quality--> the parts of the first screen
//!            --table--> how it was run, and the rows of the tables as an appendix
//!            --phrases--> all of it in English or Japanese
//! ```
//!
//! Text that comes from a file is escaped by the template ([`askama`]) or the drawing ([`crate::drawing`]); what cannot be seen is written
//! out and long names are cut (`numbers`). The HTML lies in `templates/page.html`, the style in `templates/page.css`.

mod figure;
mod genes;
mod junction_reads;
pub mod lang;
mod lollipop;
mod meaning;
mod mutation;
mod negative;
mod neighbourhood;
mod numbers;
mod phrases;
mod product;
mod quality;
mod strip;
mod summary;
mod table;

use std::collections::BTreeMap;

use askama::Template;

use super::absence::Absence;
use super::finding::has_sure_fusion;
use super::json::{Document, SampleVerdict};
use super::known_codons::KnownCodons;
use super::rows::{FusionRow, VariantRow};
use crate::drawing::{page_colours, Drawing, SHAPES};
use crate::variant::VariantStatus;
use figure::{Figures, PageDrawing};
use junction_reads::ReadsPanel;
use lang::fill;
pub use lang::Lang;
use numbers::{counted, name, shown};
use phrases::Phrases;
use summary::FirstScreen;
use table::HtmlTable;

/// Fusions of which the page shows all drawings and reads; of the rest it shows the genes, so that a noisy sample has a page that opens.
const IN_FULL: usize = 8;

/// Fusions that are drawn at all; the rest has its rows.
const MOST_DRAWN: usize = 60;

/// Other junctions of the same genes that are named beside a fusion.
const MOST_ISOFORMS: usize = 6;

/// The page and its drawings.
pub struct ReportPage {
    /// The HTML.
    pub html: String,
    /// Each drawing with the end of its file's name (`F1.genes`).
    pub drawings: Vec<(String, Drawing)>,
}

/// A fusion with its drawings.
struct FusionSection {
    id: String,
    title: String,
    isoforms: String,
    figures: Vec<PageDrawing>,
    missing: Vec<String>,
    facts: Vec<(&'static str, String)>,
    reads: ReadsPanel,
    reads_title: String,
    reads_names: String,
    /// The reads as a file that can be saved: its name and the link.
    reads_file: Option<(String, String)>,
}

/// A kinase with its mutations.
struct Kinase {
    gene: String,
    figure: Option<PageDrawing>,
    resistance: String,
    called: Option<HtmlTable>,
}

/// Everything that the template shows.
#[derive(Template)]
#[template(path = "page.html")]
struct View<'a> {
    lang: &'static str,
    p: &'a Phrases,
    style: String,
    heading: String,
    facts: Vec<(&'static str, String)>,
    status: &'static str,
    status_class: &'static str,
    /// Kinases that the assay does not cover well enough, of a sample that is good.
    status_short: String,
    status_reasons: Vec<String>,
    report_id: String,
    replaces: String,
    summary: FirstScreen,
    doubtful: String,
    fusions: Vec<FusionSection>,
    kinases: Vec<Kinase>,
    uncovered: String,
    other_genes: Option<HtmlTable>,
    seen: Vec<PageDrawing>,
    no_balance: bool,
    program: String,
    assay_reasons: Vec<String>,
    run: Vec<HtmlTable>,
    rows: Vec<(String, Vec<(String, String)>)>,
    appendix: Vec<HtmlTable>,
}

impl View<'_> {
    /// Whether a fusion has a place on the page to which a link can lead.
    fn is_drawn(&self, id: &str) -> bool {
        self.fusions.iter().any(|fusion| fusion.id == id)
    }
}

/// Makes the page of a document.
///
/// # Errors
/// When the template cannot be filled, which only a lack of memory brings about.
pub fn render(document: &Document, lang: Lang) -> Result<ReportPage, std::fmt::Error> {
    let phrases = lang.phrases();
    let mut figures = Figures::default();
    let prefix = super::output::file_prefix(&document.sample);
    let fusions =
        document.fusions.iter().take(MOST_DRAWN).enumerate().map(|place| fusion(place, document, phrases, &mut figures, &prefix)).collect();
    let (kinases, uncovered) = kinases(document, phrases, &mut figures, &prefix);
    let strip = strip::draw("strip", &document.targets, &document.detectability, phrases).map(|drawing| ("detectability", drawing));
    let balance = strip::balance("balance", &document.drawings.balances, phrases).map(|drawing| ("balance", drawing));
    let no_balance = balance.is_none();
    let seen = strip.into_iter().chain(balance).map(|(file, drawing)| figures.add(file.to_owned(), drawing, &prefix)).collect();
    let (status, status_class) = match document.status.verdict {
        SampleVerdict::Ok => (phrases.status_ok, "good"),
        SampleVerdict::Limited => (phrases.status_limited, "warn"),
        SampleVerdict::Failed => (phrases.status_failed, "bad"),
    };
    let kinds: Vec<String> = document.assay.iter().map(|assay| format!("{} ({})", name(&assay.kind), name(&assay.file))).collect();
    let given = |text: Option<&str>| text.map_or_else(|| phrases.not_given.to_owned(), name);
    let summary = summary::of(document, lang);
    let view = View {
        doubtful: fill(phrases.doubtful, &[&summary.doubtful.len().to_string()]),
        lang: lang.code(),
        p: phrases,
        style: [&page_colours(), SHAPES, include_str!("../../templates/page.css")].concat(),
        heading: fill(phrases.report_of, &[&name(&document.sample)]),
        facts: [
            vec![
                (phrases.assay, kinds.join(", ")),
                (phrases.genome, given(document.assembly.as_deref())),
                (phrases.tumour, given(document.interpretation.tumour.as_deref())),
            ],
            quality::of_sample(document, phrases),
        ]
        .concat(),
        status,
        status_class,
        status_short: status_short(document, phrases),
        status_reasons: document.status.reasons.iter().map(|reason| shown(reason)).collect(),
        report_id: name(&document.report.id),
        replaces: document.report.replaces.as_deref().map(|old| fill(phrases.replaces, &[&name(old)])).unwrap_or_default(),
        summary,
        fusions,
        kinases,
        uncovered,
        other_genes: table::other_genes(document, phrases),
        seen,
        no_balance,
        program: format!("{} {}", name(&document.tool.name), fill(phrases.version, &[&name(&document.tool.version)])),
        assay_reasons: document.assay.iter().map(|assay| format!("{}: {}", name(&assay.file), shown(&assay.reasons.join("; ")))).collect(),
        run: table::run(document, phrases),
        rows: document.fusions.iter().map(|row| (name(&row.id), cells(row))).collect(),
        appendix: table::appendix(document, phrases),
    };
    let html = view.render().map_err(|_| std::fmt::Error)?;
    Ok(ReportPage { html, drawings: figures.0 })
}

/// The cells of a row of `fusions.tsv` that are not blank, with their columns.
fn cells(row: &FusionRow) -> Vec<(String, String)> {
    use super::rows::TableRow;
    let cells = FusionRow::COLUMNS.iter().zip(row.cells()).filter(|(column, cell)| cell != "." && **column != "sample");
    cells.map(|(column, cell)| ((*column).to_owned(), shown(&cell))).collect()
}

/// One fusion with all that is drawn of it.
fn fusion((at, row): (usize, &FusionRow), document: &Document, phrases: &Phrases, figures: &mut Figures, prefix: &str) -> FusionSection {
    let id = name(&row.id);
    let title = genes::title(row);
    let drawn = document.drawings.fusion(&row.id);
    let mut own = Vec::new();
    let mut missing = Vec::new();
    if let Some(drawn) = drawn {
        let drawing = genes::draw(&format!("{id}-genes"), row, drawn, &document.drawings, phrases);
        own.extend(drawing.map(|drawing| figures.add(format!("{id}.genes"), drawing, prefix)));
        let drawing = neighbourhood::draw(&format!("{id}-reads"), row, drawn, phrases);
        own.extend(drawing.map(|drawing| figures.add(format!("{id}.reads"), drawing, prefix)));
        if drawn.molecules_left_out > 0 {
            let drawn_count = row.fragments.saturating_sub(drawn.molecules_left_out).to_string();
            let (all, left_out) = (row.fragments.to_string(), drawn.molecules_left_out.to_string());
            missing.push(fill(phrases.molecules_left_out, &[&drawn_count, &all, summary::unit(row.units, phrases), &left_out]));
        }
        let mutations: Vec<&VariantRow> = document
            .variants
            .iter()
            .filter(|variant| Some(&variant.gene) == row.gene3.as_ref() && variant.status == VariantStatus::Called)
            .collect();
        let input = product::Input { row, fusion: drawn, drawings: &document.drawings, mutations: &mutations };
        match product::draw(&format!("{id}-product"), &input, &summary::frame(row, phrases), phrases) {
            Ok(drawing) => own.push(figures.add(format!("{id}.product"), drawing, prefix)),
            Err(why) => missing.push(fill(phrases.junction_not_drawn, &[why])),
        }
    }
    if at >= IN_FULL {
        // Its other drawings are files, where they are asked for.
        own.truncate(1);
        for figure in &mut own {
            figure.link.clear();
        }
        missing = vec![fill(phrases.not_drawn_in_full, &[&at.to_string()])];
    }
    let others: Vec<String> = document
        .fusions
        .iter()
        .filter(|other| other.id != row.id && (&other.gene5, &other.gene3) == (&row.gene5, &row.gene3) && other.passes())
        .take(MOST_ISOFORMS)
        .map(|other| format!("{} {}", name(&other.id), genes::title(other)))
        .collect();
    let empty = super::drawing_data::ReadsAtJunction::default();
    let drawing = drawn.and_then(|drawn| junction_reads::draw(&format!("{id}-junction"), &drawn.reads, row, phrases));
    let reads_file = drawing.map(|drawing| figures.add(format!("{id}.junction"), drawing, prefix)).filter(|_| at < IN_FULL);
    let reads = drawn.map_or(&empty, |drawn| &drawn.reads);
    let listed = document.candidates.iter().find(|candidate| candidate.row.id == row.id);
    let listed = listed.map(|candidate| candidate.read_names.as_slice()).unwrap_or_default();
    let reads = if at < IN_FULL { junction_reads::panel(reads, row, listed, phrases) } else { ReadsPanel::default() };
    FusionSection {
        reads_names: fill(phrases.reads_names, &[&reads.names.len().to_string()]),
        reads,
        reads_file: reads_file.map(|figure| (figure.file, figure.link)),
        reads_title: fill(phrases.reads_at_junction, &[&title]),
        isoforms: if others.is_empty() { String::new() } else { fill(phrases.isoforms, &[&others.join("; ")]) },
        facts: facts(row, document, phrases),
        figures: own,
        missing,
        id,
        title,
    }
}

/// The facts that are listed below a fusion.
fn facts(row: &FusionRow, document: &Document, phrases: &Phrases) -> Vec<(&'static str, String)> {
    let mut list: Vec<(&'static str, String)> = Vec::new();
    let mut add = |word: &'static str, text: Option<String>| list.extend(text.filter(|text| !text.is_empty()).map(|text| (word, text)));
    let joined = |parts: &[&Option<String>]| {
        let parts: Vec<String> = parts.iter().filter_map(|part| part.as_deref().map(shown)).collect();
        (!parts.is_empty()).then(|| parts.join(" \u{2013} "))
    };
    add(phrases.breakpoints, joined(&[&row.breakpoint5, &row.breakpoint3]));
    add(phrases.exon_junction, joined(&[&row.exon_junction, &row.transcript5, &row.transcript3]));
    add(phrases.other_transcripts, row.exon_aliases.as_deref().map(shown));
    let known = document.interpretation.fusions.iter().find(|meaning| meaning.id == row.id).and_then(|meaning| meaning.known_from.as_ref());
    add(
        phrases.known_as,
        known.map(|known| {
            let more = [&known.other_names, &known.tumour_types, &known.source];
            let more: Vec<String> = more.into_iter().flatten().map(|text| shown(text)).collect();
            format!("{} [{}]", shown(&known.name), more.join("; "))
        }),
    );
    add("HGVS", row.hgvs.as_deref().map(shown));
    add("VICC", row.vicc.as_deref().map(shown));
    add("ISCN", row.iscn.as_deref().map(shown));
    add(phrases.consensus, row.consensus.as_deref().map(shown));
    add(phrases.peptide, row.peptide.as_deref().map(shown));
    add(
        phrases.domains,
        (!row.domains.is_empty()).then(|| {
            row.domains
                .iter()
                .map(|domain| shown(&format!("{} {} {}", domain.gene, domain.domain, domain.fate)))
                .collect::<Vec<_>>()
                .join(", ")
        }),
    );
    add(phrases.structure, row.structure.as_deref().map(shown));
    let unbroken = [row.depth5, row.depth3].map(|depth| depth.map_or_else(|| "\u{2013}".to_owned(), |depth| depth.to_string()));
    add(phrases.unbroken, Some(format!("5': {}, 3': {}", unbroken[0], unbroken[1])));
    add(phrases.homology, Some(counted(row.homology_bp as usize, phrases.base, phrases.bases)));
    list
}

/// The kinases that are covered, and the names of those that are not at all.
fn kinases(document: &Document, phrases: &Phrases, figures: &mut Figures, prefix: &str) -> (Vec<Kinase>, String) {
    let mut shown = Vec::new();
    let mut bare = Vec::new();
    let mut called: BTreeMap<&str, Vec<&VariantRow>> = BTreeMap::new();
    for row in document.variants.iter().filter(|row| row.status == VariantStatus::Called) {
        called.entry(&row.gene).or_default().push(row);
    }
    for gene in &document.targets {
        let own = called.get(gene.as_str()).map(Vec::as_slice).unwrap_or_default();
        let is_covered = !KnownCodons::of(gene, &document.variants).judged().is_empty();
        let is_fused = document.fusions.iter().any(|fusion| fusion.gene3.as_ref() == Some(gene));
        let is_failed = document.status.verdict == SampleVerdict::Failed;
        if own.is_empty() && (is_failed || !is_covered && !is_fused) {
            if !is_failed {
                bare.push(name(gene));
            }
            continue;
        }
        let drawing = document
            .drawings
            .gene(gene)
            .and_then(|drawn| lollipop::draw(&format!("{}-mutations", name(gene)), drawn, &document.variants, phrases));
        shown.push(Kinase {
            gene: name(gene),
            figure: drawing.map(|drawing| figures.add(format!("{}.mutations", name(gene)), drawing, prefix)),
            resistance: negative::resistance(gene, document, phrases).unwrap_or_default(),
            called: table::called(own, phrases),
        });
    }
    let bare = if bare.is_empty() { String::new() } else { fill(phrases.mutations_none_covered, &[&bare.join(", ")]) };
    (shown, bare)
}

/// The kinases of which a good sample is no negative.
fn status_short(document: &Document, phrases: &Phrases) -> String {
    let is_short = |gene: &&String| !has_sure_fusion(document, gene) && Absence::of_kinase(document, gene) != Absence::Informative;
    let short: Vec<String> = document.targets.iter().filter(is_short).map(|gene| name(gene)).collect();
    if short.is_empty() || document.status.verdict != SampleVerdict::Ok {
        return String::new();
    }
    fill(phrases.status_short, &[&short.join(", ")])
}

#[cfg(test)]
mod tests;
