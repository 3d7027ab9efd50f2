//! Flat rows: one struct a table, used by the TSV and by the JSON alike, so that the two cannot disagree.
//!
//! The columns and their order are a promise to users: new ones go to the end. A row is declared once with `table_row!`, which
//! gives the struct, its column names and its cells in the same order.

mod cell;
mod detectability;
mod drug;
mod fusion;
mod metric;
mod off_target;
mod phase;
mod variant;

pub use cell::{Amount, Cell, Fraction, Phred, Rate, ReadCell};
pub use detectability::{DetectabilityRow, NeededSupport};
pub use drug::{seen_without_fusion, DrugRow, Statement};
pub use fusion::FusionRow;
pub use metric::{MetricRow, MetricValue};
pub use off_target::{OffTargetRow, SeenChange};
pub use phase::{Companion, Phase, PhaseSet, Relation, ToFusion, Told};
pub use variant::{GenomicPart, VariantRow};

pub(super) use fusion::is_unplaced;

/// A line of a table.
pub trait TableRow {
    /// Column names in order.
    const COLUMNS: &'static [&'static str];

    /// The cells in the order of the columns, ready for a tab-separated file.
    fn cells(&self) -> Vec<String>;
}

impl<R: TableRow> TableRow for &R {
    const COLUMNS: &'static [&'static str] = R::COLUMNS;

    fn cells(&self) -> Vec<String> {
        (*self).cells()
    }
}

/// A line of a table that is read again.
pub trait ParseRow: Sized {
    /// The row of these cells, named by their columns; the column that cannot be read where one cannot.
    ///
    /// # Errors
    /// The name of the first column that is missing or holds something else.
    fn read<'c>(cell: impl Fn(&str) -> Option<&'c str>) -> std::result::Result<Self, &'static str>;
}

/// Makes rows of a table readable whose cells all are.
macro_rules! readable_row {
    ($name:ident: $($field:ident),* $(,)?) => {
        impl $crate::report::rows::ParseRow for $name {
            fn read<'c>(cell: impl Fn(&str) -> Option<&'c str>) -> std::result::Result<Self, &'static str> {
                let column = |name: &'static str| cell(name).ok_or(name);
                Ok(Self { $($field: $crate::report::rows::ReadCell::read(column(stringify!($field))?).ok_or(stringify!($field))?,)* })
            }
        }
    };
}
use readable_row;

/// Declares a row struct whose fields are the columns, in order. A raw identifier (`r#ref`) loses its prefix.
macro_rules! table_row {
    ($(#[$outer:meta])* pub struct $name:ident { $($(#[$inner:meta])* pub $field:ident: $kind:ty,)* }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub struct $name {
            $($(#[$inner])* pub $field: $kind,)*
        }

        impl $crate::report::rows::TableRow for $name {
            const COLUMNS: &'static [&'static str] = &[$($crate::report::rows::column_name(stringify!($field)),)*];

            fn cells(&self) -> Vec<String> {
                vec![$($crate::report::rows::Cell::cell(&self.$field),)*]
            }
        }
    };
}
pub(crate) use table_row;

/// The column behind a field's identifier: `r#ref` gives `ref`.
pub(crate) const fn column_name(identifier: &'static str) -> &'static str {
    match identifier.as_bytes() {
        [b'r', b'#', ..] => identifier.split_at(2).1,
        _ => identifier,
    }
}

/// `PASS`, or the flags joined by `;`.
pub(super) fn filter_text<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let joined = names.collect::<Vec<_>>().join(";");
    if joined.is_empty() {
        "PASS".to_owned()
    } else {
        joined
    }
}

/// The text, or `None` when it is empty.
fn not_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
