//! SVG drawings: shapes, text and axes, nothing of fusions. Pure; all text that comes in is escaped.
//!
//! ```text
//!   Drawing::new(id, title, description, width, height)
//!      .rect / .line / .path / .text ...        shapes carry a class, never a colour
//!      .inline()       for a page, whose style sheet has the colours (light and dark)
//!      .standalone()   a file of its own with the light colours;  .file(format)  the same as SVG, PNG or PDF
//!      .data_link()    the same as a link that a browser saves
//! ```
//!
//! Each drawing has a title and a description, which screen readers read in its place. What a colour tells is told by a shape, a pattern
//! or a word as well.

mod format;
mod plot;
mod scale;
mod style;

use std::fmt::Write as _;

use crate::terminal::is_invisible;

pub use format::{DrawingFormat, Formats};
pub use plot::{Axis, Plot, Point, Series};
pub use scale::{nice_top, Scale};
pub use style::{page_colours, SHAPES};

/// Where a text lies to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// One drawing, in units of which a page shows one as one pixel.
#[derive(Debug, Clone)]
pub struct Drawing {
    id: String,
    title: String,
    description: String,
    width: f64,
    height: f64,
    look_at: Option<f64>,
    body: String,
}

/// Text as it can stand in HTML and SVG, in elements and in attributes; what cannot be seen is written out.
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if is_invisible(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
        out
    })
}

/// The text, or its beginning and how many characters there are, where it is longer than `most` characters.
pub fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{start}\u{2026} ({count})")
}

/// About how wide a text is at `size`: letters of East Asian scripts are twice as wide as others.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c > '\u{2e7f}' { 1.0 } else { 0.56 }).sum::<f64>() * size
}

impl Drawing {
    /// An empty drawing. `id` is unique within a page and consists of letters, digits, `-` and `_`.
    pub fn new(id: &str, title: &str, description: &str, width: f64, height: f64) -> Self {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        Self {
            id: id.chars().map(|c| if is_plain(c) { c } else { '_' }).collect(),
            title: title.to_owned(),
            description: description.to_owned(),
            width,
            height,
            look_at: None,
            body: String::new(),
        }
    }

    /// Its name within the page.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Says what a narrow page shows first, as a place along the width.
    pub fn look_at(&mut self, x: f64) {
        self.look_at = Some(x);
    }

    /// That place as a share of the width.
    pub fn looks_at(&self) -> Option<f64> {
        self.look_at.map(|x| (x / self.width).clamp(0.0, 1.0))
    }

    /// Lets it be as high as what was drawn.
    pub fn set_height(&mut self, height: f64) {
        self.height = height;
    }

    /// A box from its upper left corner.
    pub fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) -> &mut Self {
        let width = width.max(0.5);
        let _ = writeln!(self.body, "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>");
        self
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> &mut Self {
        let _ = writeln!(self.body, "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
        self
    }

    /// A path in the syntax of SVG.
    pub fn path(&mut self, class: &str, d: &str) -> &mut Self {
        let _ = writeln!(self.body, "<path class=\"{class}\" d=\"{d}\"/>");
        self
    }

    /// A path whose line is so wide.
    pub fn wide_path(&mut self, class: &str, width: f64, d: &str) -> &mut Self {
        let _ = writeln!(self.body, "<path class=\"{class}\" stroke-width=\"{width:.1}\" d=\"{d}\"/>");
        self
    }

    /// A disc.
    pub fn circle(&mut self, class: &str, (x, y): (f64, f64), radius: f64) -> &mut Self {
        let _ = writeln!(self.body, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"/>");
        self
    }

    /// A line of text on the base line `y`.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, text: &str) -> &mut Self {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = writeln!(self.body, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\"{anchor}>{}</text>", escaped(text));
        self
    }

    /// A line of bases in letters of one width; the parts that are marked are bold and underlined.
    pub fn bases(&mut self, class: &str, (x, y): (f64, f64), parts: &[(&str, &str)]) -> &mut Self {
        let _ = write!(self.body, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" xml:space=\"preserve\">");
        for (class, text) in parts {
            if class.is_empty() {
                self.body.push_str(&escaped(text));
            } else {
                let _ = write!(self.body, "<tspan class=\"{class}\">{}</tspan>", escaped(text));
            }
        }
        self.body.push_str("</text>\n");
        self
    }

    /// A line of text read upwards, its middle at the place.
    pub fn upright_text(&mut self, class: &str, (x, y): (f64, f64), text: &str) -> &mut Self {
        let turn = format!("rotate(-90 {x:.1} {y:.1})");
        let text = escaped(text);
        let _ = writeln!(
            self.body,
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\" transform=\"{turn}\">{text}</text>"
        );
        self
    }

    /// Draws into a group of which a pointer shows `title`.
    pub fn titled(&mut self, title: &str, draw: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.body, "<g><title>{}</title>", escaped(title));
        draw(self);
        self.body.push_str("</g>\n");
        self
    }

    fn element(&self, more: &str, style: &str) -> String {
        let Self { id, width, height, body, .. } = self;
        format!(
            "<svg{more} role=\"img\" aria-labelledby=\"{id}-t {id}-d\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\">\n<title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\n{style}{body}</svg>\n",
            escaped(&self.title),
            escaped(&self.description)
        )
    }

    /// The drawing as an element of a page that has the style sheet [`SHAPES`] and the colours [`page_colours`].
    pub fn inline(&self) -> String {
        self.element("", "")
    }

    /// The drawing as a file of its own.
    pub fn standalone(&self) -> String {
        let paper = format!("<rect class=\"paper\" width=\"{:.0}\" height=\"{:.0}\"/>\n", self.width, self.height);
        self.element(
            " xmlns=\"http://www.w3.org/2000/svg\"",
            &format!("<style>{}</style>\n{paper}", style::light_for(&(paper.clone() + &self.body))),
        )
    }

    /// The file as a link, so that a page can offer it without a network or a script.
    pub fn data_link(&self) -> String {
        let text = self.standalone().replace('\n', " ");
        text.bytes().fold(String::from("data:image/svg+xml,"), |mut link, byte| {
            match byte {
                // Quotes, angles and what begins an escape or a fragment; all that is not ASCII.
                b'"' => link.push('\''),
                b'<' | b'>' | b'#' | b'%' | b'\'' | b'{' | b'}' | b'&' | 0x80.. | 0..=0x1f => {
                    let _ = write!(link, "%{byte:02X}");
                }
                byte => link.push(char::from(byte)),
            }
            link
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_stays_text() {
        let mut drawing = Drawing::new("a\"b", "<script>", "x & y", 100.0, 50.0);
        drawing.text("note", (1.0, 2.0), Anchor::Middle, "</text><script>alert('\u{202e}1\u{1b}[2J')</script>");
        let svg = drawing.inline();
        assert!(svg.contains("id=\"a_b-t\"") && svg.contains("&lt;script&gt;alert(&#39;\\u{202e}1\\u{1b}[2J"), "{svg}");
        assert!(!svg.contains("<script") && !svg.contains('\u{1b}'));
    }

    #[test]
    fn a_file_of_its_own_has_its_colours_and_a_link_has_no_quote() {
        let mut drawing = Drawing::new("a", "t", "d", 100.0, 50.0);
        drawing.rect("five", 0.0, 0.0, 10.0, 10.0);
        assert!(!drawing.standalone().contains("var(") && drawing.standalone().contains("http://www.w3.org/2000/svg"));
        let link = drawing.data_link();
        assert!(link.starts_with("data:image/svg+xml,%3Csvg") && !link.contains(['"', '<', '#', '\n']), "{link}");
    }

    #[test]
    fn long_texts_are_cut_and_say_so() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("abcdef", 4), "abc\u{2026} (6)");
    }
}
