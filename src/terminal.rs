//! Messages on standard error while a run goes on. No other module writes there.
//!
//! The C library that reads BAM files has a log of its own, which it writes to file descriptor 2: line after line, before our one line
//! that says what to do, with read names as they are in the file, deaf to `--quiet`. So [`Htslib::silence`] keeps a copy of the
//! descriptor for kinfuse and puts a pipe in its place:
//!
//! ```text
//!   kinfuse --> say, log::warn! ---> copy of descriptor 2 ---> terminal
//!   htslib  --> descriptor 2 ------> pipe --> Htslib: each kind of message once, counted
//! ```
//!
//! Warnings wait until the run has ended well: one that fails says one line, its error.

mod htslib;

use std::fmt::Display;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::secrets::without_secrets;
use log::{Level, LevelFilter, Log, Metadata, Record};

pub use htslib::Htslib;

/// The terminal or file that was descriptor 2 when the program started.
static OWN: OnceLock<File> = OnceLock::new();

/// Warnings that wait for the end of the run.
static WAITING: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Whether a character is not seen or changes how others are shown: control characters (with them terminal escapes), the marks that
/// turn the direction of writing, and characters without width. A name that holds one could pose as another, or hide a line.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text as one line that shows all its characters: line breaks and tabs become spaces, what cannot be seen its number.
pub fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, c| {
        match c {
            '\t' | '\n' | '\r' => line.push(' '),
            c if is_invisible(c) => line.extend(c.escape_default()),
            c => line.push(c),
        }
        line
    })
}

/// Writes one line behind `kinfuse: `. A terminal that went away is no reason to fail.
pub fn say(message: impl Display) {
    put(&format!("kinfuse: {}\n", one_line(&message.to_string())));
}

/// Writes a text of several lines, such as the table of findings, behind the warnings that wait.
pub fn show(text: &str) {
    release();
    put(&text.split('\n').map(one_line).collect::<Vec<_>>().join("\n"));
}

/// Writes the findings of a run, in colours where people look on and want them, and behind them the warnings that wait. That the
/// sample failed stands below the heading, which names it.
pub fn show_findings(text: &str, failure: Option<&str>, paint: impl Fn(&str) -> String) {
    let mut lines: Vec<String> = text.split('\n').map(one_line).collect();
    if let Some(told) = failure {
        let told = folded(&format!("kinfuse: {}", one_line(told)), width().min(WIDEST));
        lines.insert(1.min(lines.len()), told.trim_end().to_owned());
    }
    let text = lines.join("\n");
    // The console's own rule: a terminal, not a dumb one, and no NO_COLOR.
    put(&if console().features().colors_supported() { paint(&text) } else { text });
    let waiting = take_waiting();
    let width = width().min(WIDEST);
    for warning in waiting {
        put(&folded(&format!("kinfuse: {}", one_line(&warning)), width));
    }
}

/// Widest line of a warning behind findings.
const WIDEST: usize = 100;

/// The text in lines of at most this width, broken at blanks; those behind the first are set in.
fn folded(text: &str, width: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push_str("\n  ");
            column = 2;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines + "\n"
}

/// How many lines the warnings that wait will take.
pub fn waiting_lines() -> usize {
    let width = width().min(WIDEST);
    let waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.iter().map(|warning| folded(&format!("kinfuse: {}", one_line(warning)), width).lines().count()).sum()
}

fn take_waiting() -> Vec<String> {
    std::mem::take(&mut *WAITING.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Writes the warnings that wait, each once.
pub fn release() {
    take_waiting().iter().for_each(say);
}

fn put(text: &str) {
    let text = without_secrets(text);
    // One call, so that lines of several threads do not mix; whether it arrives is not our business.
    let _ = match OWN.get() {
        Some(mut own) => own.write_all(text.as_bytes()),
        None => std::io::stderr().write_all(text.as_bytes()),
    };
}

/// Whether people look on.
pub fn is_terminal() -> bool {
    OWN.get().map_or_else(|| std::io::stderr().is_terminal(), File::is_terminal)
}

/// The terminal as console and indicatif know it.
pub fn console() -> console::Term {
    let own = OWN.get().and_then(|own| own.try_clone().ok().zip(own.try_clone().ok()));
    own.map_or_else(console::Term::stderr, |(read, write)| console::Term::read_write_pair(read, write))
}

/// Columns of the terminal; 100 where there is none.
pub fn width() -> usize {
    console().size_checked().map_or(100, |(_, columns)| usize::from(columns))
}

/// Sends messages of the `log` crate here, those of at most this level.
pub fn log_to_here(level: LevelFilter) {
    // A logger that is there already, as in a program that uses the library, stays.
    if log::set_boxed_logger(Box::new(Messages { level })).is_ok() {
        log::set_max_level(level);
    }
}

/// The program's logger.
struct Messages {
    level: LevelFilter,
}

impl Log for Messages {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= self.level
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        // With --verbose the order of things matters more than the number of lines.
        if record.level() == Level::Error {
            return put(&folded(&format!("kinfuse: {}", one_line(&record.args().to_string())), width().min(WIDEST)));
        }
        if record.level() != Level::Warn || self.level > LevelFilter::Warn {
            return say(record.args());
        }
        let line = record.args().to_string();
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.contains(&line) {
            waiting.push(line);
        }
    }

    fn flush(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown_by_its_number() {
        assert_eq!(one_line("chr1\x1b[31m\nx\u{202e}y\u{9b}z"), "chr1\\u{1b}[31m x\\u{202e}y\\u{9b}z");
        assert_eq!(one_line("Müller α"), "Müller α");
    }
}
