//! Numbers and names as the page shows them.

use crate::drawing::shortened;
use crate::report::rows::Fraction;
use crate::terminal::one_line;

/// Longest text of a table or a file that is shown whole, in characters.
const LONGEST: usize = 400;

/// Longest name (of a sample, file, gene, contig or read) that is shown whole.
const LONGEST_NAME: usize = 80;

/// A share of 0-1 in percent, with as many digits as it deserves.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        p if p <= 0.0 => "0\u{a0}%".to_owned(),
        p if p < 0.095 => format!("{p:.3}\u{a0}%"),
        p if p < 0.95 => format!("{p:.2}\u{a0}%"),
        p if p < 99.95 => format!("{p:.1}\u{a0}%"),
        _ => "100\u{a0}%".to_owned(),
    }
}

/// The same of an optional fraction; `.` without one.
pub fn fraction(fraction: Option<Fraction>) -> String {
    fraction.map_or_else(|| ".".to_owned(), |fraction| percent(fraction.value()))
}

/// A share with its interval: `5.0 % (2.7 % to 8.9 %)`.
pub fn with_interval(share: Option<Fraction>, low: Option<Fraction>, high: Option<Fraction>) -> String {
    match (share, low.zip(high)) {
        (None, _) => ".".to_owned(),
        (Some(share), None) => percent(share.value()),
        (Some(share), Some((low, high))) => {
            format!("{} ({}\u{2013}{})", percent(share.value()), percent(low.value()), percent(high.value()))
        }
    }
}

/// The phrase for one or for several, filled with the count.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    super::lang::fill(if count == 1 { one } else { several }, &[&grouped(count as u64)])
}

/// Digits in groups of three, as English and Japanese write them.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text from a table or a file on one line, what cannot be seen written out, cut where it is very long.
pub fn shown(text: &str) -> String {
    shortened(&one_line(text), LONGEST)
}

/// The same for a name.
pub fn name(text: &str) -> String {
    shortened(&one_line(text), LONGEST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_as_many_digits_as_they_deserve() {
        let cases = [
            (0.0, "0\u{a0}%"),
            (0.0004, "0.040\u{a0}%"),
            (0.004, "0.40\u{a0}%"),
            (0.05, "5.0\u{a0}%"),
            (0.935, "93.5\u{a0}%"),
            (1.0, "100\u{a0}%"),
        ];
        for (share, expected) in cases {
            assert_eq!(percent(share), expected);
        }
        assert_eq!([7, 1_234, 1_234_567].map(grouped), ["7", "1,234", "1,234,567"]);
    }

    #[test]
    fn hostile_names_are_one_short_line() {
        let text = name(&format!("a\u{1b}[2J\u{202e}\n{}", "x".repeat(10_000)));
        assert!(text.chars().count() < 100 && text.contains("\\u{202e}") && text.ends_with("(10019)"), "{text}");
    }
}
