//! How one value becomes one cell of a table, and the two kinds of number that are rounded.

use schemars::JsonSchema;
use serde::de::value::StrDeserializer;
use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use crate::fusion::{KinaseDomain, KnownTier, Unit};
use crate::terminal::one_line;
use crate::variant::origin::Origin;
use crate::variant::VariantStatus;

/// The text of a cell without a value.
const MISSING: &str = ".";

/// A value that can be a cell: never empty, without tab, line end or control character.
pub trait Cell {
    /// The text of the cell.
    fn cell(&self) -> String;
}

/// A value that can be read from a cell again; what was escaped stays so.
pub trait ReadCell: Sized {
    /// The value; `None` where the cell holds something else.
    fn read(cell: &str) -> Option<Self>;
}

impl ReadCell for String {
    fn read(cell: &str) -> Option<Self> {
        Some(if cell == MISSING { Self::new() } else { cell.to_owned() })
    }
}

impl ReadCell for u32 {
    fn read(cell: &str) -> Option<Self> {
        cell.parse().ok()
    }
}

impl<T: ReadCell> ReadCell for Option<T> {
    fn read(cell: &str) -> Option<Self> {
        if cell == MISSING {
            return Some(None);
        }
        T::read(cell).map(Some)
    }
}

impl ReadCell for Fraction {
    fn read(cell: &str) -> Option<Self> {
        cell.parse().ok().and_then(Self::new)
    }
}

impl ReadCell for Phred {
    fn read(cell: &str) -> Option<Self> {
        cell.parse().ok().filter(|value: &f64| value.is_finite()).map(Self::new)
    }
}

/// Reads the words that JSON has too.
macro_rules! read_words {
    ($($kind:ty),*) => { $(impl ReadCell for $kind {
        fn read(cell: &str) -> Option<Self> {
            let word: StrDeserializer<'_, serde::de::value::Error> = cell.into_deserializer();
            Self::deserialize(word).ok()
        }
    })* };
}
read_words!(KnownTier, KinaseDomain, Unit);

/// A fraction of 0-1, rounded to six decimals.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fraction(f64);

impl Fraction {
    /// The fraction; `None` when the number is not finite.
    pub fn new(value: f64) -> Option<Self> {
        // Adding zero turns -0 into 0.
        value.is_finite().then(|| Self((value * 1e6).round() / 1e6 + 0.0))
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// A mean or median of counts.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Amount(f64);

impl Amount {
    /// A ratio, rounded to three decimals.
    pub fn rounded(value: f64) -> Self {
        Self((value * 1e3).round() / 1e3)
    }
}

impl From<u32> for Amount {
    fn from(count: u32) -> Self {
        Self(f64::from(count))
    }
}

/// A phred-scaled probability, rounded to one decimal.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Phred(f64);

impl Phred {
    /// The largest value written; a probability of zero would be infinite.
    const HIGHEST: f64 = 9_999.0;

    /// The value, kept between 0 and 9999; what is not a number becomes 0, which claims nothing.
    pub fn new(value: f64) -> Self {
        let value = if value.is_nan() { 0.0 } else { value.clamp(0.0, Self::HIGHEST) };
        Self((value * 10.0).round() / 10.0)
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// A small rate, rounded to three significant digits.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Rate(f64);

impl Rate {
    /// The rate; `None` when the number is not finite.
    pub fn new(value: f64) -> Option<Self> {
        format!("{value:.2e}").parse().ok().filter(|value: &f64| value.is_finite()).map(Self)
    }

    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl Cell for Rate {
    fn cell(&self) -> String {
        if self.0 == 0.0 || self.0.abs() >= 1e-3 {
            decimal(self.0)
        } else {
            format!("{:e}", self.0)
        }
    }
}

impl Cell for Fraction {
    fn cell(&self) -> String {
        decimal(self.0)
    }
}

impl Cell for Amount {
    fn cell(&self) -> String {
        decimal(self.0)
    }
}

impl Cell for Phred {
    fn cell(&self) -> String {
        format!("{:.1}", self.0)
    }
}

/// Up to six decimals without trailing zeros.
pub(super) fn decimal(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Cell for u32 {
    fn cell(&self) -> String {
        self.to_string()
    }
}

impl Cell for String {
    fn cell(&self) -> String {
        if self.is_empty() {
            MISSING.to_owned()
        } else {
            one_line(self)
        }
    }
}

impl<T: Cell> Cell for Option<T> {
    fn cell(&self) -> String {
        self.as_ref().map_or_else(|| MISSING.to_owned(), Cell::cell)
    }
}

impl Cell for KnownTier {
    fn cell(&self) -> String {
        match self {
            Self::Variant => "variant",
            Self::Pair => "pair",
            Self::Kinase => "kinase",
            Self::Novel => "novel",
        }
        .to_owned()
    }
}

impl Cell for KinaseDomain {
    fn cell(&self) -> String {
        match self {
            Self::Retained => "retained",
            Self::Partial => "partial",
            Self::Lost => "lost",
        }
        .to_owned()
    }
}

impl Cell for Unit {
    fn cell(&self) -> String {
        match self {
            Self::Fragments => "fragments",
            Self::Molecules => "molecules",
        }
        .to_owned()
    }
}

impl Cell for VariantStatus {
    fn cell(&self) -> String {
        match self {
            Self::Called => "called",
            Self::NotSeen => "not-seen",
            Self::NotCovered => "not-covered",
        }
        .to_owned()
    }
}

impl Cell for Origin {
    fn cell(&self) -> String {
        self.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_have_up_to_six_decimals_and_qualities_one() {
        let cells: Vec<String> = [0.0, 1.0, 0.25, 1.0 / 3.0, 1e-7, 2e-6].iter().map(|&x| Fraction::new(x).cell()).collect();
        assert_eq!(cells, ["0", "1", "0.25", "0.333333", "0", "0.000002"]);
        assert_eq!(Fraction::new(f64::NAN).cell(), ".");
        assert_eq!(Fraction::new(-0.0).cell(), "0");
        assert_eq!(Phred::new(60.0).cell(), "60.0");
        assert_eq!(Phred::new(f64::INFINITY).cell(), "9999.0");
        assert_eq!(Phred::new(f64::NAN).cell(), "0.0");
    }

    #[test]
    fn rates_have_three_significant_digits() {
        let cells: Vec<Option<String>> = [2e-4 / 3.0, 0.25, 0.0, 1.0 / 3.0].iter().map(|&x| Rate::new(x).map(|rate| rate.cell())).collect();
        assert_eq!(cells, ["6.67e-5", "0.25", "0", "0.333"].map(|text| Some(text.to_owned())));
        assert_eq!(Rate::new(f64::NAN), None);
    }

    #[test]
    fn a_name_with_control_characters_stays_in_its_cell() {
        assert_eq!("a\tb\nc\u{1b}[31m".to_owned().cell(), "a b c\\u{1b}[31m");
        assert_eq!(String::new().cell(), ".");
    }

    #[test]
    fn a_word_in_a_table_is_the_word_in_json() {
        let word = |value: serde_json::Result<String>| value.map(|text| text.trim_matches('"').to_owned()).ok();
        for tier in [KnownTier::Variant, KnownTier::Pair, KnownTier::Kinase, KnownTier::Novel] {
            assert_eq!(word(serde_json::to_string(&tier)), Some(tier.cell()));
        }
        for domain in [KinaseDomain::Retained, KinaseDomain::Partial, KinaseDomain::Lost] {
            assert_eq!(word(serde_json::to_string(&domain)), Some(domain.cell()));
        }
        for unit in [Unit::Fragments, Unit::Molecules] {
            assert_eq!(word(serde_json::to_string(&unit)), Some(unit.cell()));
        }
        for status in [VariantStatus::Called, VariantStatus::NotSeen, VariantStatus::NotCovered] {
            assert_eq!(word(serde_json::to_string(&status)), Some(status.cell()));
        }
    }
}
