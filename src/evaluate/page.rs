//! The figures as one HTML page with drawings: no network, no script, readable without colours and by screen readers.

use std::fmt::Write as _;

use super::result::{CallerResult, Evaluation, Ratio};
use super::table::percent;
use crate::drawing::{escaped, page_colours, Axis, Plot, Point, Series, SHAPES};

/// The style of all pages.
const STYLE: &str = include_str!("../../templates/page.css");

/// Most points of one caller that a drawing shows; the tables beside the page have all.
const MOST_POINTS: usize = 2000;

/// The page.
pub fn render(evaluation: &Evaluation) -> String {
    let mut html = String::new();
    let truth = &evaluation.truth;
    let _ = write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>kinfuse evaluate</title><style>{}{SHAPES}{STYLE}</style></head><body><main>\n<h1>Calls against the truth</h1>\n\
         <p>{} samples with {} fusion junctions, {} mutations and {} chimeras of the library. Bars and brackets are 95 % intervals.</p>\n",
        page_colours(),
        truth.samples,
        truth.fusions,
        truth.mutations,
        truth.chimeras
    );
    by_fragments(&mut html, evaluation);
    by_category(&mut html, evaluation);
    precision(&mut html, evaluation);
    fraction(&mut html, evaluation);
    quality(&mut html, evaluation);
    mutations(&mut html, evaluation);
    html.push_str("</main></body></html>\n");
    html
}

fn section(html: &mut String, title: &str, body: &str) {
    let _ = write!(html, "<section><h2>{}</h2>\n{body}</section>\n", escaped(title));
}

fn table(caption: &str, header: &[&str], rows: &[Vec<String>]) -> String {
    let mut html = format!("<table><caption>{}</caption><thead><tr>", escaped(caption));
    for cell in header {
        let _ = write!(html, "<th scope=\"col\">{}</th>", escaped(cell));
    }
    html.push_str("</tr></thead><tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            let (open, close) = if index == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
            let _ = write!(html, "{open}{}{close}", escaped(cell));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table>\n");
    html
}

fn point(x: f64, ratio: &Ratio) -> Option<Point> {
    Some(Point { x, y: ratio.value?, interval: ratio.low.zip(ratio.high) })
}

/// Recall over the levels of one group, as drawing and table.
fn recall(html: &mut String, evaluation: &Evaluation, group: &str, id: &'static str, titles: (&str, &str)) {
    let mut levels: Vec<String> = Vec::new();
    for row in evaluation.callers.iter().flat_map(|caller| &caller.recall).filter(|row| row.group == group) {
        if !levels.contains(&row.level) {
            levels.push(row.level.clone());
        }
    }
    if levels.is_empty() {
        return;
    }
    let place = |level: &str| levels.iter().position(|other| other == level).unwrap_or(0) as f64;
    let of = |caller: &CallerResult| caller.recall.iter().filter(|row| row.group == group).cloned().collect::<Vec<_>>();
    let series = evaluation.callers.iter().map(|caller| Series {
        name: caller.caller.clone(),
        points: of(caller).iter().filter_map(|row| point(place(&row.level), &row.pass)).collect(),
        joined: group == "fragments",
    });
    let plot = Plot {
        id,
        title: titles.0.to_owned(),
        description: format!("Share of true junctions that passed, over {}; the table below has the figures.", titles.1),
        x: Axis {
            title: titles.1.to_owned(),
            from: -0.5,
            to: levels.len() as f64 - 0.5,
            marks: levels.iter().enumerate().map(|(index, level)| (index as f64, level.clone())).collect(),
        },
        y: Axis::share("recall, PASS"),
        diagonal: false,
        series: series.collect(),
    };
    let rows: Vec<Vec<String>> = evaluation
        .callers
        .iter()
        .flat_map(|caller| {
            of(caller).into_iter().map(|row| {
                let shares = [&row.pass, &row.listed, &row.exact, &row.gene_order, &row.exon_junction, &row.variant].map(percent);
                [vec![row.level.clone(), caller.caller.clone(), row.pass.of.to_string()], shares.to_vec()].concat()
            })
        })
        .collect();
    let header = [titles.1, "caller", "events", "PASS", "listed", "exact", "gene order", "exon junction", "variant"];
    section(html, titles.0, &(plot.drawing().inline() + &table(titles.0, &header, &rows)));
}

fn by_fragments(html: &mut String, evaluation: &Evaluation) {
    recall(html, evaluation, "fragments", "fragments", ("Recall by fragments that really cross", "fragments"));
}

fn by_category(html: &mut String, evaluation: &Evaluation) {
    recall(html, evaluation, "category", "category", ("Recall by category", "category"));
    recall(html, evaluation, "structure", "structure", ("Recall by structure", "structure"));
}

fn precision(html: &mut String, evaluation: &Evaluation) {
    let rows: Vec<Vec<String>> = evaluation
        .callers
        .iter()
        .flat_map(|caller| {
            caller.precision.iter().map(|row| {
                let counts = [row.calls, row.false_calls, row.chimeras, row.duplicates, row.halves].map(|count| count.to_string());
                let head = vec![caller.caller.clone(), row.tier.clone(), percent(&row.precision)];
                [head, counts.to_vec(), vec![format!("{:.3}", row.false_per_sample)]].concat()
            })
        })
        .collect();
    let header = ["caller", "rows", "precision", "calls", "false", "chimeras", "duplicates", "one end unplaced", "false a sample"];
    section(html, "Precision", &table("True calls among the true and the false", &header, &rows));
}

fn fraction(html: &mut String, evaluation: &Evaluation) {
    let points = |caller: &CallerResult| -> Vec<Point> {
        let found = caller.events.iter().filter_map(|event| {
            Some(Point { x: event.fraction?, y: event.called_fraction?, interval: event.fraction_low.zip(event.fraction_high) })
        });
        found.take(MOST_POINTS).collect()
    };
    let series: Vec<Series> = evaluation
        .callers
        .iter()
        .map(|caller| Series { name: caller.caller.clone(), points: points(caller), joined: false })
        .filter(|series| !series.points.is_empty())
        .collect();
    if series.is_empty() {
        return;
    }
    let highest = series.iter().flat_map(|series| &series.points).map(|point| point.x.max(point.y)).fold(0.01, f64::max);
    let marks: Vec<(f64, String)> =
        (0..=4).map(|step| highest * f64::from(step) / 4.0).map(|at| (at, format!("{:.2} %", at * 100.0))).collect();
    let axis = |title: &str| Axis { title: title.to_owned(), from: 0.0, to: highest, marks: marks.clone() };
    let plot = Plot {
        id: "fraction",
        title: "Allele fraction".to_owned(),
        description: "Called over true allele fraction of each matched junction; on the broken line both are equal.".to_owned(),
        x: axis("true fraction"),
        y: axis("called fraction"),
        diagonal: true,
        series,
    };
    let number = |value: Option<f64>| value.map_or(".".to_owned(), |value| format!("{value:.4}"));
    let rows: Vec<Vec<String>> = evaluation
        .callers
        .iter()
        .flat_map(|caller| {
            caller.fraction.iter().map(|row| {
                let errors = [row.mean_error, row.root_mean_square_error, row.mean_ratio].map(number);
                let head = vec![caller.caller.clone(), row.level.clone(), row.events.to_string(), row.covered.of.to_string()];
                [head, vec![percent(&row.covered)], errors.to_vec()].concat()
            })
        })
        .collect();
    let header = ["caller", "events of", "events", "with an interval", "truth in it", "mean error", "root mean square", "mean ratio"];
    section(html, "Allele fraction", &(plot.drawing().inline() + &table("Events with at least 10 expected fragments", &header, &rows)));
}

fn quality(html: &mut String, evaluation: &Evaluation) {
    // On a phred scale, so that small errors can be told apart.
    let scaled = |error: f64| crate::stats::phred(error.max(1e-5));
    let series: Vec<Series> = evaluation
        .callers
        .iter()
        .map(|caller| {
            let points = caller.quality.iter().filter_map(|row| {
                let interval = row.observed.low.zip(row.observed.high).map(|(low, high)| (scaled(high), scaled(low)));
                Some(Point { x: scaled(row.stated?), y: scaled(row.observed.value?), interval })
            });
            Series { name: caller.caller.clone(), points: points.collect(), joined: true }
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    if series.is_empty() {
        return;
    }
    let marks: Vec<(f64, String)> = (0..=5).map(|step| (f64::from(step) * 10.0, (step * 10).to_string())).collect();
    let axis = |title: &str| Axis { title: title.to_owned(), from: 0.0, to: 50.0, marks: marks.clone() };
    let plot = Plot {
        id: "quality",
        title: "Reliability of the quality".to_owned(),
        description: "Observed over stated error of the rows of each range of quality, phred-scaled; on the broken line both are equal."
            .to_owned(),
        x: axis("stated error, phred"),
        y: axis("observed error, phred"),
        diagonal: true,
        series,
    };
    let rows: Vec<Vec<String>> = evaluation
        .callers
        .iter()
        .flat_map(|caller| {
            caller.quality.iter().map(|row| {
                let range = row.to.map_or_else(|| format!("{} and more", row.from), |to| format!("{} to {to}", row.from));
                let number = |value: Option<f64>| value.map_or(".".to_owned(), |value| format!("{value:.4}"));
                vec![
                    range,
                    caller.caller.clone(),
                    row.observed.of.to_string(),
                    number(row.stated),
                    percent(&row.observed),
                    number(row.ratio),
                ]
            })
        })
        .collect();
    let header = ["quality", "caller", "rows", "stated error", "observed error", "observed / stated"];
    section(html, "Quality", &(plot.drawing().inline() + &table("Stated and observed error", &header, &rows)));
}

fn mutations(html: &mut String, evaluation: &Evaluation) {
    let rows: Vec<Vec<String>> = evaluation
        .callers
        .iter()
        .flat_map(|caller| {
            caller.mutations.iter().filter(|row| row.group != "category").map(|row| {
                let shares = [&row.pass, &row.listed, &row.phase, &row.precision].map(percent);
                [vec![row.level.clone(), caller.caller.clone(), row.pass.of.to_string()], shares.to_vec()].concat()
            })
        })
        .collect();
    if !rows.is_empty() {
        let header = ["mutation or fragments", "caller", "events", "PASS", "listed", "phase", "precision"];
        section(html, "Mutations", &table("Mutations", &header, &rows));
    }
}
