//! Drawings as files: SVG as it is, PNG by `resvg`, PDF by `svg2pdf`, with letters of their own.
//!
//! The letters lie in `fonts/`: Latin, arrows and signs of `DejaVu`, so that a PNG or PDF looks alike on every computer. East Asian letters
//! are not among them.

use std::io;
use std::sync::{Arc, LazyLock};

use resvg::{tiny_skia, usvg};

use super::Drawing;

/// Pixels of a PNG for one unit of a drawing.
const SCALE: f32 = 2.0;

/// Letters: upright and bold, of any width and of one width.
const FONTS: [&[u8]; 4] = [
    include_bytes!("fonts/DejaVuSans.ttf"),
    include_bytes!("fonts/DejaVuSans-Bold.ttf"),
    include_bytes!("fonts/DejaVuSansMono.ttf"),
    include_bytes!("fonts/DejaVuSansMono-Bold.ttf"),
];

/// How a drawing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrawingFormat {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics, two pixels a unit.
    Png,
    /// One page of the drawing's size.
    Pdf,
}

impl DrawingFormat {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Pdf];

    /// The end of the file's name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// Whether its letters are those that the program brings along.
    pub fn has_own_letters(self) -> bool {
        self != Self::Svg
    }
}

/// Several formats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Formats([bool; DrawingFormat::ALL.len()]);

impl Formats {
    /// These.
    pub fn of(formats: &[DrawingFormat]) -> Self {
        Self(DrawingFormat::ALL.map(|format| formats.contains(&format)))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }

    /// Each once.
    pub fn iter(self) -> impl Iterator<Item = DrawingFormat> {
        DrawingFormat::ALL.into_iter().zip(self.0).filter(|(_, wanted)| *wanted).map(|(format, _)| format)
    }
}

impl Drawing {
    /// The drawing as a file of this format.
    ///
    /// # Errors
    /// When it cannot be made, which only a drawing without a size brings about.
    pub fn file(&self, format: DrawingFormat) -> io::Result<Vec<u8>> {
        let svg = self.standalone();
        match format {
            DrawingFormat::Svg => Ok(svg.into_bytes()),
            DrawingFormat::Png => png(&tree(&svg)?),
            DrawingFormat::Pdf => {
                // Letters as outlines: fonts are embedded in an order of chance, and the same drawing must have the same bytes.
                let options = svg2pdf::ConversionOptions { embed_text: false, ..svg2pdf::ConversionOptions::default() };
                let made = svg2pdf::to_pdf(&tree(&svg)?, options, svg2pdf::PageOptions::default());
                made.map_err(|error| io::Error::other(error.to_string()))
            }
        }
    }
}

/// They are read once, however many drawings a run writes.
static LETTERS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    for font in FONTS {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    fonts.set_monospace_family("DejaVu Sans Mono");
    Arc::new(fonts)
});

fn tree(svg: &str) -> io::Result<usvg::Tree> {
    let options = usvg::Options { font_family: "DejaVu Sans".to_owned(), fontdb: Arc::clone(&LETTERS), ..usvg::Options::default() };
    usvg::Tree::from_str(svg, &options).map_err(io::Error::other)
}

fn png(tree: &usvg::Tree) -> io::Result<Vec<u8>> {
    let size = tree.size();
    let (width, height) = ((size.width() * SCALE).ceil() as u32, (size.height() * SCALE).ceil() as u32);
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or_else(|| io::Error::other("a drawing without a size"))?;
    resvg::render(tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::Anchor;

    /// Pixels that are neither white nor transparent, in a box of units.
    fn inked(png: &[u8], (x, y): (u32, u32), (width, height): (u32, u32)) -> usize {
        let pixels = tiny_skia::Pixmap::decode_png(png).expect("it is a PNG");
        let scale = SCALE as u32;
        let all = (y * scale..(y + height) * scale).flat_map(|row| (x * scale..(x + width) * scale).map(move |column| (column, row)));
        all.filter_map(|(column, row)| pixels.pixel(column, row)).filter(|pixel| pixel.alpha() > 0 && pixel.green() < 200).count()
    }

    fn drawing(text: &str) -> Drawing {
        let mut drawing = Drawing::new("a", "t", "d", 200.0, 60.0);
        drawing.rect("five", 150.0, 10.0, 40.0, 40.0);
        drawing.text("head", (10.0, 30.0), Anchor::Start, text);
        drawing
    }

    #[test]
    fn a_png_shows_shapes_and_letters_without_fonts_of_the_system() {
        let made = drawing("EML4::ALK").file(DrawingFormat::Png).expect("it can be drawn");
        assert!(inked(&made, (150, 10), (40, 40)) > 6_000, "the box");
        let letters = inked(&made, (10, 15), (100, 20));
        let none = drawing("").file(DrawingFormat::Png).expect("it can be drawn");
        assert!(letters > 200 && inked(&none, (10, 15), (100, 20)) == 0, "{letters}");
    }

    #[test]
    fn every_sign_of_the_drawings_is_among_the_letters() {
        for sign in ["\u{2190}", "\u{2192}", "\u{2502}", "\u{2713}", "\u{2715}", "\u{2212}", "\u{2013}", "\u{b7}", "\u{2026}"] {
            let made = |text: &str| drawing(text).file(DrawingFormat::Png).expect("it can be drawn");
            let own = inked(&made(sign), (10, 10), (20, 30));
            // U+E000 is no letter of any font: what stands for it is a box.
            assert!(own > 0 && made(sign) != made("\u{e000}"), "{sign}");
        }
    }

    #[test]
    fn a_pdf_has_its_letters_as_outlines_and_is_always_the_same() {
        let made = |text: &str| {
            let mut drawing = drawing(text);
            drawing.bases("mono most", (10.0, 50.0), &[("", text), ("b-other", text)]);
            drawing.file(DrawingFormat::Pdf).expect("it can be drawn")
        };
        let first = made("EML4::ALK");
        assert!(first.starts_with(b"%PDF") && first.len() > made("").len() + 500, "{}", first.len());
        for _ in 0..20 {
            assert!(made("EML4::ALK") == first);
        }
    }

    #[test]
    fn no_shape_is_see_through() {
        // A PDF lists what is see-through in an order of chance.
        assert!(!crate::drawing::SHAPES.contains("opacity"));
    }

    #[test]
    fn formats_are_told_once_and_in_one_order() {
        let formats = Formats::of(&[DrawingFormat::Pdf, DrawingFormat::Svg, DrawingFormat::Pdf]);
        assert_eq!(formats.iter().collect::<Vec<_>>(), [DrawingFormat::Svg, DrawingFormat::Pdf]);
        assert!(Formats::default().is_empty() && !formats.is_empty());
    }
}
