//! A drawing on the page, with its place on a narrow screen and the link that saves it.

use crate::drawing::Drawing;

/// A drawing on the page.
pub struct PageDrawing {
    /// The drawing as an element.
    pub svg: String,
    /// What a narrow page shows first, in percent of the width.
    pub look_at: Option<String>,
    /// The link by which a browser saves it; empty where it is a file alone.
    pub link: String,
    /// Name of the file that is saved.
    pub file: String,
    /// What it shows.
    pub title: String,
}

/// Collects the drawings while the page is built.
#[derive(Default)]
pub struct Figures(pub Vec<(String, Drawing)>);

impl Figures {
    /// Adds a drawing with the end of its file's name.
    pub fn add(&mut self, file: String, drawing: Drawing, sample: &str) -> PageDrawing {
        let figure = PageDrawing {
            svg: drawing.inline(),
            look_at: drawing.looks_at().map(|share| format!("{:.1}", share * 100.0)),
            link: drawing.data_link(),
            file: format!("{sample}.{file}.svg"),
            title: drawing.title().to_owned(),
        };
        self.0.push((file, drawing));
        figure
    }
}
