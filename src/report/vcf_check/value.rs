//! Single values of INFO and FORMAT.

/// The column that a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ValueSection {
    Info,
    Format,
}

impl ValueSection {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Format => "FORMAT",
        }
    }
}

/// The least integer; those below have a meaning of their own in BCF (specification, section 1.3).
const LEAST_INTEGER: i64 = -2_147_483_640;

/// Whether a value is one of its declared type.
pub(super) fn is_sound(value_type: &str, value: &str) -> bool {
    match value_type {
        _ if value == "." => true,
        "Integer" => value.parse().is_ok_and(|number: i64| (LEAST_INTEGER..=i64::from(i32::MAX)).contains(&number)),
        "Float" => is_number(value),
        "Character" => value.chars().count() == 1,
        _ => !value.eq_ignore_ascii_case("nan") && !value.contains('='),
    }
}

/// A finite number.
pub(super) fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether each `%` begins the code of a character (specification, section 1.2).
pub(super) fn is_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit()))
}
