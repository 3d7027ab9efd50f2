//! Tables of the page, as the template lays them out.

use super::lang::fill;
use super::meaning;
use super::mutation;
use super::numbers::{fraction, grouped, name, shown, with_interval};
use super::phrases::Phrases;
use crate::report::group::Group;
use crate::report::json::Document;
use crate::report::rows::{Cell, Phred, TableRow, VariantRow};
use crate::variant::VariantStatus;

/// A table with a heading for each column and each row.
pub struct HtmlTable {
    /// Its caption.
    pub caption: String,
    /// Headings of the columns.
    pub header: Vec<String>,
    /// The rows; the first cell is the row's heading.
    pub rows: Vec<Vec<String>>,
}

impl HtmlTable {
    /// A table, unless it has no row.
    pub fn new(caption: &str, header: &[&str], rows: Vec<Vec<String>>) -> Option<Self> {
        let header = header.iter().map(|&text| text.to_owned()).collect();
        (!rows.is_empty()).then(|| Self { caption: caption.to_owned(), header, rows })
    }

    /// The table without the columns that are blank in all rows.
    fn dense(self) -> Self {
        let is_used = |column: &usize| self.rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.is_empty()));
        let used: Vec<usize> = (0..self.header.len()).filter(is_used).collect();
        let pick = |cells: &[String]| used.iter().filter_map(|&column| cells.get(column).cloned()).collect();
        Self { header: pick(&self.header), rows: self.rows.iter().map(|row| pick(row)).collect(), caption: self.caption }
    }

    /// Rows of a file; columns that are blank in all of them are left out.
    fn of_file<R: TableRow>(caption: &str, rows: &[R]) -> Option<Self> {
        let cells: Vec<Vec<String>> = rows.iter().map(TableRow::cells).collect();
        let is_used = |column: &usize| cells.iter().any(|row| row[*column] != ".") && R::COLUMNS[*column] != "sample";
        let used: Vec<usize> = (0..R::COLUMNS.len()).filter(is_used).collect();
        let header: Vec<&str> = used.iter().map(|&column| R::COLUMNS[column]).collect();
        Self::new(caption, &header, cells.iter().map(|row| used.iter().map(|&column| shown(&row[column])).collect()).collect())
    }
}

/// Called mutations, one a row.
pub fn called(rows: &[&VariantRow], phrases: &Phrases) -> Option<HtmlTable> {
    let header = [
        phrases.change,
        phrases.molecules,
        phrases.share,
        phrases.quality,
        phrases.filter,
        phrases.phase_fusion,
        phrases.phase_other,
        phrases.on_drugs,
    ];
    let row = |row: &&VariantRow| {
        let effects = ["resistant", "reduced", "sensitive", "conflicting"].into_iter().filter_map(|effect| {
            let drugs = mutation::drugs(row, effect);
            (!drugs.is_empty()).then(|| format!("{}: {drugs}", meaning::effect(effect, phrases)))
        });
        vec![
            format!("{} {}", name(&row.gene), name(&row.hgvs_p)),
            format!("{}/{}", row.alt_fragments, row.depth),
            with_interval(row.allele_fraction, row.allele_fraction_low, row.allele_fraction_high),
            row.qual.as_ref().map(Phred::cell).cell(),
            name(row.filter.as_deref().unwrap_or(".")),
            mutation::phase(row, phrases).join(" "),
            mutation::others(row, phrases).join(" "),
            effects.collect::<Vec<_>>().join("; "),
        ]
    };
    HtmlTable::new(phrases.table_called, &header, rows.iter().map(row).collect())
}

/// The word for the state of a site.
fn status(status: VariantStatus, phrases: &Phrases) -> &'static str {
    match status {
        VariantStatus::Called => phrases.called,
        VariantStatus::NotSeen => phrases.not_seen,
        VariantStatus::NotCovered => phrases.not_covered,
    }
}

/// The tables of the appendix.
pub fn appendix(document: &Document, phrases: &Phrases) -> Vec<HtmlTable> {
    let skipped = document.skipped_reads.iter().map(|(reason, count)| vec![name(reason), grouped(*count)]).collect();
    [
        drugs(document, phrases),
        variants(document, phrases),
        hot_spots(document, phrases),
        HtmlTable::of_file(phrases.appendix_detectability, &document.detectability),
        HtmlTable::of_file(phrases.appendix_metrics, &document.metrics),
        HtmlTable::new(phrases.appendix_skipped, &[phrases.reason, phrases.count], skipped),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn drugs(document: &Document, phrases: &Phrases) -> Option<HtmlTable> {
    let header = [
        phrases.drug,
        phrases.group,
        phrases.evidence_level,
        phrases.approvals,
        phrases.line,
        phrases.condition,
        phrases.companion_test,
        phrases.efficacy,
        phrases.because,
        phrases.note,
    ];
    let mut rows: Vec<Vec<String>> = Vec::new();
    for found in &document.interpretation.fusions {
        for drug in &found.drugs {
            let approval = |approval: &crate::report::interpretation::Approval| {
                let date = approval.date.as_deref().unwrap_or("");
                format!("{} {} {date} ({}) [{}]", approval.jurisdiction, approval.status, approval.tumour, approval.source)
            };
            let blank = |text: &Option<String>| text.as_deref().map(shown).unwrap_or_default();
            let because = drug.because.iter().map(|reason| format!("{} {}", reason.mutation, crate::report::group::said(reason)));
            let is_preclinical = drug.preclinical && drug.group == Group::Active;
            let word = if is_preclinical { phrases.drugs_preclinical } else { meaning::word(drug.group, phrases) };
            let row = vec![
                format!("{} ({})", name(&drug.drug), name(&found.fusion)),
                word.to_owned(),
                drug.level.map_or("", crate::knowledge::drugs::Level::name).to_owned(),
                drug.approvals.iter().map(|item| shown(&approval(item))).collect::<Vec<_>>().join("; "),
                blank(&drug.line),
                blank(&drug.condition),
                blank(&drug.companion_diagnostic),
                blank(&drug.efficacy),
                because.map(|text| shown(&text)).collect::<Vec<_>>().join("; "),
                drug.notes.iter().map(|note| shown(note)).collect::<Vec<_>>().join("; "),
            ];
            // Two isoforms of one pair have the same drugs.
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    HtmlTable::new(phrases.appendix_drugs, &header, rows).map(HtmlTable::dense)
}

fn variants(document: &Document, phrases: &Phrases) -> Option<HtmlTable> {
    let header = [
        phrases.change,
        phrases.status_column,
        phrases.molecules,
        phrases.share,
        phrases.seen_from,
        phrases.position,
        phrases.on_drugs,
        phrases.note,
    ];
    let row = |row: &VariantRow| {
        vec![
            format!("{} {}", name(&row.gene), name(&row.hgvs_p)),
            status(row.status, phrases).to_owned(),
            format!("{}/{}", row.alt_fragments, row.depth),
            if row.status == VariantStatus::Called {
                with_interval(row.allele_fraction, row.allele_fraction_low, row.allele_fraction_high)
            } else {
                fraction(row.allele_fraction)
            },
            fraction(row.lod95),
            format!("{}:{}", name(&row.chrom), row.pos),
            shown(&row.known_resistance.as_deref().unwrap_or("").replace(',', ", ")),
            shown(row.note.as_deref().unwrap_or("")),
        ]
    };
    HtmlTable::new(phrases.appendix_variants, &header, document.variants.iter().map(row).collect())
}

fn hot_spots(document: &Document, phrases: &Phrases) -> Option<HtmlTable> {
    let header = [phrases.site, phrases.status_column, phrases.change, phrases.molecules, phrases.seen_from];
    let rows = document.off_target.iter().map(|spot| {
        let first = spot.variants.first();
        let called: Vec<String> =
            spot.variants.iter().filter(|row| row.status == VariantStatus::Called).map(|row| name(&row.hgvs_p)).collect();
        vec![
            name(&spot.site),
            status(spot.status, phrases).to_owned(),
            called.join(", "),
            first.map_or_else(String::new, |row| format!("{}/{}", row.alt_fragments, row.depth)),
            fraction(first.and_then(|row| row.lod95)),
        ]
    });
    HtmlTable::new(phrases.appendix_hot_spots, &header, rows.collect())
}

/// How the run was made: options, inputs, tables.
pub fn run(document: &Document, phrases: &Phrases) -> Vec<HtmlTable> {
    let setting = |value: &serde_json::Value| match value {
        serde_json::Value::Bool(true) => phrases.yes.to_owned(),
        serde_json::Value::Bool(false) => phrases.no.to_owned(),
        serde_json::Value::Null => phrases.not_given.to_owned(),
        serde_json::Value::String(text) => name(text),
        other => shown(&other.to_string()),
    };
    let mut settings: Vec<Vec<String>> = document.settings.iter().map(|(key, value)| vec![name(key), setting(value)]).collect();
    settings.push(vec!["targets".to_owned(), shown(&document.targets.join(", "))]);
    let missing = || "\u{2013}".to_owned();
    let input = |file: &crate::report::identity::InputFile| {
        vec![
            name(&file.file),
            file.bytes.map_or_else(|| phrases.stream.to_owned(), grouped),
            name(&file.header_md5),
            file.index_md5.as_deref().map_or_else(missing, name),
        ]
    };
    let source = |source: &crate::knowledge::TableSource| {
        let origin = match source.origin.as_str() {
            "built-in" => phrases.built_in.to_owned(),
            "user" => phrases.user.to_owned(),
            other => name(other),
        };
        vec![name(&source.table), origin, name(&source.version), grouped(source.rows as u64), name(&source.checksum)]
    };
    let tables = |caption: &str, list: &[crate::knowledge::TableSource]| {
        let version = fill(phrases.version, &[""]);
        let header = [phrases.table, phrases.origin, version.trim(), phrases.rows, phrases.checksum];
        HtmlTable::new(caption, &header, list.iter().map(source).collect())
    };
    [
        HtmlTable::new(phrases.settings, &[phrases.option, phrases.value], settings),
        HtmlTable::new(
            phrases.inputs,
            &[phrases.file, phrases.size, phrases.header_md5, phrases.index_md5],
            document.input_files.iter().map(input).collect(),
        ),
        tables(phrases.tables, &document.interpretation.tables),
        tables(phrases.tables_before, &document.interpretation.tables_before),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Called changes of other genes.
pub fn other_genes(document: &Document, phrases: &Phrases) -> Option<HtmlTable> {
    let called: Vec<&VariantRow> =
        document.off_target.iter().flat_map(|spot| &spot.variants).filter(|row| row.status == VariantStatus::Called).collect();
    called_of(&called, phrases)
}

fn called_of(rows: &[&VariantRow], phrases: &Phrases) -> Option<HtmlTable> {
    called(rows, phrases).map(|table| HtmlTable { caption: phrases.table_other_genes.to_owned(), ..table })
}
