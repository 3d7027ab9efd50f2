//! How the document is laid out: its keys, and each row of a list, on lines of their own; a row in one line.
//!
//! A table of seventy sites with thirty figures each would else have two thousand lines, most of them blanks.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Levels whose items have lines of their own: the keys of the document, and what lies in them.
const LEVELS: usize = 2;

/// Blanks of one level.
const INDENT: &[u8] = b"  ";

/// The layout.
#[derive(Debug, Default)]
pub(super) struct Rows {
    level: usize,
    has_items: bool,
}

impl Rows {
    fn open<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_items = false;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_items && self.level < LEVELS {
            self.begin_line(out)?;
        }
        // A closed object or list is an item of the one around it.
        self.has_items = true;
        out.write_all(bracket)
    }

    fn begin_item<W: ?Sized + Write>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        if self.level <= LEVELS {
            if !is_first {
                out.write_all(b",")?;
            }
            return self.begin_line(out);
        }
        out.write_all(if is_first { b"" } else { b", " })
    }

    fn begin_line<W: ?Sized + Write>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.level).try_for_each(|_| out.write_all(INDENT))
    }
}

impl Formatter for Rows {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.begin_item(out, is_first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, is_first: bool) -> io::Result<()> {
        self.begin_item(out, is_first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[test]
    fn rows_are_lines_and_the_values_stay() {
        let value = serde_json::json!({"a": [], "b": [{"x": 1, "y": [2, 3]}, {}], "c": {"d": null, "e": [1, {"f": 2}]}});
        let mut text = Vec::new();
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, Rows::default())).expect("memory takes it");
        let text = String::from_utf8(text).expect("JSON is text");
        let lines = "{\n  \"a\": [],\n  \"b\": [\n    {\"x\": 1, \"y\": [2, 3]},\n    {}\n  ],\n  \"c\": {\n    \"d\": null,\n    \"e\": [1, {\"f\": 2}]\n  }\n}";
        assert_eq!(text, lines);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
