//! The rows of an evaluation as lines of tab-separated files.

use super::result::{EventRow, FalseRow, FractionRow, MutationRow, PrecisionRow, QualityRow, Ratio, RecallRow};
use crate::report::rows::TableRow;
use crate::terminal::one_line;

/// A row and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct WithCaller<'e, R> {
    /// The caller.
    pub caller: &'e str,
    /// The row.
    pub row: &'e R,
}

/// Cells of a value of some kind; `.` where it is missing.
trait Cells {
    fn add(&self, cells: &mut Vec<String>);
}

impl Cells for Ratio {
    fn add(&self, cells: &mut Vec<String>) {
        cells.extend([self.yes.to_string(), self.of.to_string()]);
        for value in [self.value, self.low, self.high] {
            value.add(cells);
        }
    }
}

impl Cells for f64 {
    fn add(&self, cells: &mut Vec<String>) {
        let text = format!("{self:.6}");
        cells.push(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text });
    }
}

impl Cells for String {
    fn add(&self, cells: &mut Vec<String>) {
        cells.push(if self.is_empty() { ".".to_owned() } else { one_line(self) });
    }
}

impl Cells for &str {
    fn add(&self, cells: &mut Vec<String>) {
        (*self).to_owned().add(cells);
    }
}

impl Cells for bool {
    fn add(&self, cells: &mut Vec<String>) {
        cells.push(if *self { "yes" } else { "no" }.to_owned());
    }
}

macro_rules! number_cells {
    ($($kind:ty),*) => { $(impl Cells for $kind { fn add(&self, cells: &mut Vec<String>) { cells.push(self.to_string()); } })* };
}
number_cells!(u64, u32, i64);

impl<T: Cells> Cells for Option<T> {
    fn add(&self, cells: &mut Vec<String>) {
        match self {
            Some(value) => value.add(cells),
            None => cells.push(".".to_owned()),
        }
    }
}

/// Declares the columns of a row and the fields behind them, in order; a [`Ratio`] takes five columns.
macro_rules! columns {
    ($row:ty: [$($column:literal),* $(,)?] $($field:ident),* $(,)?) => {
        impl TableRow for WithCaller<'_, $row> {
            const COLUMNS: &'static [&'static str] = &["caller", $($column),*];

            fn cells(&self) -> Vec<String> {
                let mut cells = Vec::with_capacity(Self::COLUMNS.len());
                self.caller.add(&mut cells);
                $(self.row.$field.add(&mut cells);)*
                cells
            }
        }
    };
}

columns!(RecallRow: [
    "group", "level", "pass", "events", "recall_pass", "recall_pass_low", "recall_pass_high",
    "listed", "events_listed", "recall_listed", "recall_listed_low", "recall_listed_high",
    "candidates", "events_candidates", "recall_candidates", "recall_candidates_low", "recall_candidates_high",
    "exact", "exact_of", "exact_frac", "exact_low", "exact_high",
    "near", "near_of", "near_frac", "near_low", "near_high",
    "gene_order", "gene_order_of", "gene_order_frac", "gene_order_low", "gene_order_high",
    "exon_junction", "exon_junction_of", "exon_junction_frac", "exon_junction_low", "exon_junction_high",
    "variant", "variant_of", "variant_frac", "variant_low", "variant_high",
    "name", "name_of", "name_frac", "name_low", "name_high",
] group, level, pass, listed, candidates, exact, near, gene_order, exon_junction, variant, name);

columns!(PrecisionRow: [
    "tier", "calls", "true", "true_or_false", "precision", "precision_low", "precision_high", "false_calls", "chimeras", "duplicates",
    "halves", "samples_with_false", "samples", "samples_with_false_frac", "samples_with_false_low", "samples_with_false_high",
    "false_per_sample",
] tier, calls, precision, false_calls, chimeras, duplicates, halves, samples_with_false, false_per_sample);

columns!(FractionRow: [
    "group", "level", "events", "covered", "with_interval", "coverage", "coverage_low", "coverage_high", "mean_error",
    "root_mean_square_error", "mean_ratio",
] group, level, events, covered, mean_error, root_mean_square_error, mean_ratio);

columns!(QualityRow: [
    "from", "to", "false", "rows", "observed_error", "observed_low", "observed_high", "stated_error", "ratio",
] from, to, observed, stated, ratio);

columns!(MutationRow: [
    "group", "level", "pass", "events", "recall_pass", "recall_pass_low", "recall_pass_high",
    "listed", "events_listed", "recall_listed", "recall_listed_low", "recall_listed_high",
    "phase_right", "phased", "phase_frac", "phase_low", "phase_high", "true", "called", "precision", "precision_low", "precision_high",
    "elsewhere",
] group, level, pass, listed, phase, precision, elsewhere);

columns!(EventRow: [
    "sample", "event", "name", "category", "material", "fragments", "status", "call", "qual", "filter", "exact", "off_bp", "gene_order",
    "wrong_exon_junction", "wrong_variant", "fraction", "called_fraction", "fraction_low", "fraction_high",
] sample, event, name, category, material, fragments, status, call, qual, filter, exact, off_bp, gene_order, wrong_exon_junction,
  wrong_variant, fraction, called_fraction, fraction_low, fraction_high);

columns!(FalseRow: ["sample", "call", "name", "first", "second", "tier", "qual", "filter", "chimera"]
    sample, call, name, first, second, tier, qual, filter, chimera);
