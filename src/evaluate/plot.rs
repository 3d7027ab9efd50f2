//! Small SVG drawings: points with error bars, joined by lines, on two axes.

use std::fmt::Write as _;

/// Size of a drawing and of its margins, in SVG units.
const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 60.0;

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008), each with its own mark.
const COLOURS: [&str; 7] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000"];

/// A point with the ends of its interval, all in units of the axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// Place on the horizontal axis.
    pub x: f64,
    /// Place on the vertical axis.
    pub y: f64,
    /// Ends of the interval, where there is one.
    pub interval: Option<(f64, f64)>,
}

/// A row of points under one name.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The name in the legend.
    pub name: String,
    /// Its points.
    pub points: Vec<Point>,
    /// Whether a line joins them.
    pub joined: bool,
}

/// An axis: what it shows, its range, and marks with their labels.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// What it shows, with the unit.
    pub title: String,
    /// Lowest value.
    pub from: f64,
    /// Highest value.
    pub to: f64,
    /// Places and texts of the marks.
    pub marks: Vec<(f64, String)>,
}

impl Axis {
    /// 0 to 100 %.
    pub(super) fn share(title: &str) -> Self {
        let marks = [0, 20, 40, 60, 80, 100].map(|percent| (f64::from(percent) / 100.0, format!("{percent} %"))).to_vec();
        Self { title: title.to_owned(), from: 0.0, to: 1.0, marks }
    }
}

/// A drawing; `description` says in words what is to be seen.
#[derive(Debug, Clone)]
pub(super) struct Plot {
    /// Identifier within the page.
    pub id: &'static str,
    /// Title for readers of any kind.
    pub title: String,
    /// What it shows, in words.
    pub description: String,
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
    /// Whether to draw where both axes are equal.
    pub diagonal: bool,
    /// What is drawn.
    pub series: Vec<Series>,
}

/// Text as it can stand in HTML and SVG, in elements and in attributes.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        out
    })
}

impl Plot {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let along =
            |axis: &Axis, value: f64| ((value.clamp(axis.from, axis.to) - axis.from) / (axis.to - axis.from).max(1e-9)).clamp(0.0, 1.0);
        let (across, up) = (along(&self.x, x), along(&self.y, y));
        (LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM))
    }

    /// The drawing as an SVG element.
    pub(super) fn svg(&self) -> String {
        let mut svg = String::new();
        let id = self.id;
        let rows = self.series.len().div_ceil(3) as f64;
        let height = HEIGHT + rows * 18.0;
        let _ = write!(
            svg,
            "<svg role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\n",
            escaped(&self.title),
            escaped(&self.description)
        );
        self.axes(&mut svg);
        if self.diagonal {
            let from = self.x.from.max(self.y.from);
            let to = self.x.to.min(self.y.to);
            let ((x1, y1), (x2, y2)) = (self.at(from, from), self.at(to, to));
            let _ = writeln!(svg, "<line class=\"equal\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
        }
        for (index, series) in self.series.iter().enumerate() {
            self.series(&mut svg, series, index);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn axes(&self, svg: &mut String) {
        let (x0, y0) = self.at(self.x.from, self.y.from);
        let (x1, y1) = self.at(self.x.to, self.y.to);
        for (value, label) in &self.y.marks {
            let (_, y) = self.at(self.x.from, *value);
            let _ = writeln!(svg, "<line class=\"grid\" x1=\"{x0:.1}\" y1=\"{y:.1}\" x2=\"{x1:.1}\" y2=\"{y:.1}\"/>");
            let _ = writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>", x0 - 6.0, y + 4.0, escaped(label));
        }
        for (value, label) in &self.x.marks {
            let (x, _) = self.at(*value, self.y.from);
            let _ = writeln!(svg, "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{y0:.1}\" x2=\"{x:.1}\" y2=\"{y1:.1}\"/>");
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", y0 + 16.0, escaped(label));
        }
        let _ = writeln!(svg, "<path class=\"axis\" d=\"M{x0:.1} {y1:.1}V{y0:.1}H{x1:.1}\"/>");
        let middle = f64::midpoint(x0, x1);
        let _ = writeln!(svg, "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>", y0 + 38.0, escaped(&self.x.title));
        let up = f64::midpoint(y0, y1);
        let _ = writeln!(
            svg,
            "<text x=\"14\" y=\"{up:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {up:.1})\">{}</text>",
            escaped(&self.y.title)
        );
    }

    fn series(&self, svg: &mut String, series: &Series, index: usize) {
        let colour = COLOURS[index % COLOURS.len()];
        if series.joined && series.points.len() > 1 {
            let places: Vec<String> =
                series.points.iter().map(|point| self.at(point.x, point.y)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = writeln!(svg, "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>", places.join(" "));
        }
        for point in &series.points {
            let (x, y) = self.at(point.x, point.y);
            if let Some((low, high)) = point.interval {
                let (low, high) = (self.at(point.x, low).1, self.at(point.x, high).1);
                let _ = writeln!(svg, "<path stroke=\"{colour}\" fill=\"none\" d=\"M{x:.1} {low:.1}V{high:.1}\"/>");
            }
            let _ = writeln!(svg, "{}", mark(index, x, y, colour));
        }
        let (x, y) = (LEFT + 190.0 * (index % 3) as f64, HEIGHT - 6.0 + 18.0 * (index / 3) as f64);
        let _ =
            writeln!(svg, "{}<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", mark(index, x, y - 4.0, colour), x + 10.0, y, escaped(&series.name));
    }
}

/// Each row of points has a shape beside its colour, so that a print in grey can be read.
fn mark(index: usize, x: f64, y: f64, colour: &str) -> String {
    match index % 3 {
        0 => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"),
        1 => format!("<rect x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\" fill=\"{colour}\"/>", x - 4.0, y - 4.0),
        _ => format!("<path fill=\"{colour}\" d=\"M{x:.1} {:.1}l5 9h-10z\"/>", y - 5.0),
    }
}
