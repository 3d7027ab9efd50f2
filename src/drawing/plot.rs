//! Points with error bars, joined by lines, on two axes.

use super::{Anchor, Drawing, Scale};

/// Size of the part with the axes and of its margins.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 60.0;

/// Rows of points that have a colour of their own; with three marks, twenty-one look different.
const COLOURS: usize = 7;

/// A point with the ends of its interval, all in units of the axes.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// Place on the horizontal axis.
    pub x: f64,
    /// Place on the vertical axis.
    pub y: f64,
    /// Ends of the interval, where there is one.
    pub interval: Option<(f64, f64)>,
}

/// A row of points under one name.
#[derive(Debug, Clone)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// Its points.
    pub points: Vec<Point>,
    /// Whether a line joins them.
    pub joined: bool,
}

/// An axis: what it shows, its range, and marks with their labels.
#[derive(Debug, Clone)]
pub struct Axis {
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
    pub fn share(title: &str) -> Self {
        let marks = [0, 20, 40, 60, 80, 100].map(|percent| (f64::from(percent) / 100.0, format!("{percent} %"))).to_vec();
        Self { title: title.to_owned(), from: 0.0, to: 1.0, marks }
    }
}

/// A plot; `description` says in words what is to be seen.
#[derive(Debug, Clone)]
pub struct Plot {
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

impl Plot {
    /// The drawing.
    pub fn drawing(&self) -> Drawing {
        let rows = self.series.len().div_ceil(3) as f64;
        let mut drawing = Drawing::new(self.id, &self.title, &self.description, WIDTH, HEIGHT + rows * 18.0);
        let across = Scale::new((self.x.from, self.x.to), (LEFT, WIDTH - RIGHT));
        let up = Scale::new((self.y.from, self.y.to), (HEIGHT - BOTTOM, TOP));
        self.axes(&mut drawing, &across, &up);
        if self.diagonal {
            let (from, to) = (self.x.from.max(self.y.from), self.x.to.min(self.y.to));
            drawing.line("equal", (across.at(from), up.at(from)), (across.at(to), up.at(to)));
        }
        for (index, series) in self.series.iter().enumerate() {
            draw(&mut drawing, series, index, &across, &up);
        }
        drawing
    }

    fn axes(&self, drawing: &mut Drawing, across: &Scale, up: &Scale) {
        let (x0, x1, y0, y1) = (LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP);
        for (value, label) in &self.y.marks {
            let y = up.at(*value);
            drawing.line("grid", (x0, y), (x1, y)).text("note", (x0 - 6.0, y + 4.0), Anchor::End, label);
        }
        for (value, label) in &self.x.marks {
            let x = across.at(*value);
            drawing.line("grid", (x, y0), (x, y1)).text("note", (x, y0 + 16.0), Anchor::Middle, label);
        }
        drawing.path("axis", &format!("M{x0:.1} {y1:.1}V{y0:.1}H{x1:.1}"));
        drawing.text("", (f64::midpoint(x0, x1), y0 + 38.0), Anchor::Middle, &self.x.title);
        drawing.upright_text("", (14.0, f64::midpoint(y0, y1)), &self.y.title);
    }
}

fn draw(drawing: &mut Drawing, series: &Series, index: usize, across: &Scale, up: &Scale) {
    let colour = index % COLOURS;
    if series.joined && series.points.len() > 1 {
        let places: Vec<String> = series.points.iter().map(|point| format!("{:.1} {:.1}", across.at(point.x), up.at(point.y))).collect();
        drawing.path(&format!("line-{colour}"), &format!("M{}", places.join("L")));
    }
    for point in &series.points {
        let (x, y) = (across.at(point.x), up.at(point.y));
        if let Some((low, high)) = point.interval {
            drawing.path(&format!("line-{colour}"), &format!("M{x:.1} {:.1}V{:.1}", up.at(low), up.at(high)));
        }
        mark(drawing, index, (x, y));
    }
    let (x, y) = (LEFT + 210.0 * (index % 3) as f64, HEIGHT - 6.0 + 18.0 * (index / 3) as f64);
    mark(drawing, index, (x, y - 4.0));
    drawing.text("", (x + 10.0, y), Anchor::Start, &series.name);
}

/// Each row of points has a shape beside its colour, so that a print in grey can be read.
fn mark(drawing: &mut Drawing, index: usize, (x, y): (f64, f64)) {
    let class = format!("mark-{}", index % COLOURS);
    match index % 3 {
        0 => drawing.circle(&class, (x, y), 4.0),
        1 => drawing.rect(&class, x - 4.0, y - 4.0, 8.0, 8.0),
        _ => drawing.path(&class, &format!("M{x:.1} {:.1}l5 9h-10z", y - 5.0)),
    };
}
