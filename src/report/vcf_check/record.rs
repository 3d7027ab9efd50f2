//! One line of a VCF, and what can be said about it alone.

use super::allele::Alleles;
use super::breakend::Alt;
use super::header::{Declaration, Declarations};
use super::value::{self, ValueSection};
use super::{BaseAt, Problems};

/// The fields of a record that the checks use.
#[derive(Debug)]
pub(super) struct CheckedRecord<'a> {
    /// 1-based line.
    pub(super) line: usize,
    pub(super) contig: &'a str,
    /// 1-based; 0 and length + 1 stand for the ends of the contig.
    pub(super) position: u32,
    pub(super) id: &'a str,
    pub(super) reference: &'a str,
    alleles: Alleles<'a>,
    columns: Vec<&'a str>,
}

impl<'a> CheckedRecord<'a> {
    /// Takes the line apart; `None` (and a problem) when that is not possible.
    pub(super) fn read(line: usize, text: &'a str, header: &Declarations, problems: &mut Problems) -> Option<Self> {
        if text.starts_with('#') {
            problems.add(line, "is a line of the header among the records");
            return None;
        }
        let columns: Vec<&str> = text.split('\t').collect();
        let wanted = if header.samples == 0 { 8 } else { 9 + header.samples };
        if columns.len() != wanted {
            problems.add(line, format!("has {} columns, the header {wanted}", columns.len()));
            return None;
        }
        if columns.iter().any(|column| column.is_empty()) {
            problems.add(line, "has an empty column");
        }
        if text.chars().any(|c| c.is_control() && c != '\t') {
            problems.add(line, "has a control character, which must be percent-encoded");
        }
        let contig = columns[0];
        let Some(&length) = header.contigs.get(contig) else {
            problems.add(line, format!("contig {contig} is not declared"));
            return None;
        };
        let position = columns[1].parse().ok().filter(|&position: &u32| length.is_none_or(|length| position <= length.saturating_add(1)));
        let Some(position) = position else {
            problems.add(line, format!("POS {} is not on {contig}", columns[1]));
            return None;
        };
        let reference = columns[3];
        let alleles = Alleles::read(reference, columns[4]);
        Some(Self { line, contig, position, id: columns[2], reference, alleles, columns })
    }

    /// The ALT, where it is one breakend.
    pub(super) fn breakend(&self) -> Option<&Alt<'a>> {
        self.alleles.breakend()
    }

    /// The value of an INFO key; `Some("")` for a flag.
    pub(super) fn info(&self, key: &str) -> Option<&'a str> {
        self.columns[7].split(';').map(|item| item.split_once('=').unwrap_or((item, ""))).find(|(name, _)| *name == key).map(|(_, v)| v)
    }

    /// The value of a FORMAT key in the first sample.
    pub(super) fn format(&self, key: &str) -> Option<&'a str> {
        let slot = self.columns.get(8)?.split(':').position(|name| name == key)?;
        self.columns.get(9)?.split(':').nth(slot)
    }

    /// Checks all columns.
    pub(super) fn check(&self, header: &Declarations, reference: Option<&BaseAt>, problems: &mut Problems) {
        let mut wrong = |text: String| problems.add(self.line, text);
        self.alleles.check(header, &mut wrong);
        self.check_id(&mut wrong);
        self.check_quality_and_filter(header, &mut wrong);
        self.check_info(header, &mut wrong);
        self.check_samples(header, &mut wrong);
        let Some(base_at) = reference else { return };
        for (at, base) in (self.position..).zip(self.reference.bytes()) {
            let known = at.checked_sub(1).and_then(|at| base_at(self.contig, at));
            if known.is_some_and(|known| !known.eq_ignore_ascii_case(&base) && b"ACGTacgt".contains(&known)) {
                wrong(format!("REF {} is not the reference at {}:{}", self.reference, self.contig, self.position));
                break;
            }
        }
    }

    fn check_id(&self, wrong: &mut impl FnMut(String)) {
        let ids: Vec<&str> = self.id.split(';').collect();
        if self.id.contains(char::is_whitespace) || ids.iter().any(|id| id.is_empty()) {
            wrong(format!("ID {:?} has a space or an empty part", self.id));
        }
        if ids.iter().enumerate().any(|(at, id)| ids[..at].contains(id)) {
            wrong(format!("ID {} names one thing twice", self.id));
        }
    }

    fn check_quality_and_filter(&self, header: &Declarations, wrong: &mut impl FnMut(String)) {
        let quality = self.columns[5];
        if quality != "." && !value::is_number(quality) {
            wrong(format!("QUAL {quality} is no number"));
        } else if quality.starts_with('-') && quality.parse() != Ok(0.0) {
            wrong(format!("QUAL {quality} is below zero"));
        }
        let filters: Vec<&str> = self.columns[6].split(';').collect();
        for (at, &filter) in filters.iter().enumerate() {
            if filters[..at].contains(&filter) {
                wrong(format!("FILTER {filter} is given twice"));
            }
            if matches!(filter, "PASS" | ".") {
                if filters.len() > 1 {
                    wrong(format!("FILTER {filter} stands beside others"));
                }
            } else if filter == "0" {
                wrong("FILTER 0 is reserved".to_owned());
            } else if !header.filters.contains(filter) {
                wrong(format!("FILTER {filter} is not declared"));
            }
        }
    }

    fn check_info(&self, header: &Declarations, wrong: &mut impl FnMut(String)) {
        let mut seen = Vec::new();
        for item in self.columns[7].split(';').filter(|_| self.columns[7] != ".") {
            let (name, value) = item.split_once('=').map_or((item, None), |(name, value)| (name, Some(value)));
            if seen.contains(&name) {
                wrong(format!("INFO {name} is given twice"));
            }
            seen.push(name);
            match (header.info.get(name), value) {
                (None, _) if !is_key(name) => wrong(format!("INFO {name:?} is no name of a key")),
                (None, _) => wrong(format!("INFO {name} is not declared")),
                (Some(key), None) if key.value_type != "Flag" => wrong(format!("INFO {name} has no value")),
                (Some(key), Some(_)) if key.value_type == "Flag" => wrong(format!("INFO {name} is a flag and has a value")),
                (Some(key), Some(value)) => self.check_value(ValueSection::Info, name, key, value, None, wrong),
                _ => {}
            }
        }
        self.alleles.check_structural(self.position, |key| self.info(key), wrong);
    }

    fn check_samples(&self, header: &Declarations, wrong: &mut impl FnMut(String)) {
        let Some(names) = self.columns.get(8).map(|names| names.split(':').collect::<Vec<_>>()) else { return };
        if names.iter().skip(1).any(|name| *name == "GT") {
            wrong("FORMAT GT is not the first key".to_owned());
        }
        if let Some(name) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)).map(|(_, name)| name) {
            wrong(format!("FORMAT {name} is given twice"));
        }
        // A phase set without a phased genotype means nothing (specification, section 1.6.2).
        if self.format("PS").is_some_and(|set| set != ".") && !self.format("GT").is_some_and(|genotype| genotype.contains('|')) {
            wrong("FORMAT PS without a phased GT".to_owned());
        }
        for name in names.iter().filter(|name| !header.format.contains_key(**name)) {
            wrong(format!("FORMAT {name} is not declared"));
        }
        for sample in &self.columns[9..] {
            let values: Vec<&str> = sample.split(':').collect();
            if values.len() > names.len() {
                wrong("a sample has more values than FORMAT has keys".to_owned());
            }
            let genotype = names.first().filter(|name| **name == "GT").and(values.first());
            let ploidy = genotype.map(|genotype| genotype.split(['/', '|']).count());
            if let Some(genotype) = genotype {
                self.alleles.check_genotype(genotype, wrong);
            }
            for (name, value) in names.iter().zip(values).filter(|(name, _)| **name != "GT") {
                let Some(key) = header.format.get(*name) else { continue };
                self.check_value(ValueSection::Format, name, key, value, ploidy, wrong);
            }
        }
    }

    fn check_value(
        &self,
        place: ValueSection,
        name: &str,
        key: &Declaration,
        text: &str,
        ploidy: Option<usize>,
        wrong: &mut impl FnMut(String),
    ) {
        let kind = place.name();
        let values: Vec<&str> = text.split(',').collect();
        if values.iter().any(|value| value.is_empty()) {
            return wrong(format!("{kind} {name} has an empty value"));
        }
        let wanted = self.alleles.values(&key.number, ploidy);
        if text != "." && wanted.is_some_and(|wanted| wanted != values.len()) {
            wrong(format!("{kind} {name} has {} values, declared {}", values.len(), key.number));
        }
        if !values.iter().all(|value| value::is_sound(&key.value_type, value)) {
            wrong(format!("{kind} {name}: {text} is no sound {}", key.value_type));
        }
        if !value::is_encoded(text) {
            wrong(format!("{kind} {name}: {text} has a % that begins no code of two digits"));
        }
        let is_share = |value: &str| value == "." || value.parse().is_ok_and(|share: f64| (0.0..=1.0).contains(&share));
        if name == "AF" && !values.iter().all(|value| is_share(value)) {
            wrong(format!("{kind} AF {text} does not lie between 0 and 1"));
        }
    }
}

/// Whether a name is one of an INFO key (specification, section 1.6.1).
fn is_key(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    name == "1000G" || name.starts_with(first) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c))
}
