//! The languages of the page.

use super::phrases::{Phrases, ENGLISH, JAPANESE};

/// A language in which the page can be written. What the tables say stays in theirs, English.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Lang {
    /// The code of the language (BCP 47).
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// All fixed text of the page.
    pub fn phrases(self) -> &'static Phrases {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }
}

/// A phrase with its gaps `{}` filled, in order.
pub fn fill(phrase: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = phrase.split("{}");
    let mut text = parts.next().unwrap_or("").to_owned();
    for part in parts {
        text.push_str(values.next().copied().unwrap_or(""));
        text.push_str(part);
    }
    text
}
