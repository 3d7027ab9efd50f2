//! One line of a VCF, and what can be said about it alone.

use super::breakend::Alt;
use super::header::{Header, Key};
use super::{BaseAt, Problems};

/// A record as far as the checks need it.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// 1-based line.
    pub(super) line: usize,
    pub(super) contig: &'a str,
    /// Place of the contig in the header.
    pub(super) contig_order: usize,
    /// 1-based; 0 and length + 1 stand for the ends of the contig.
    pub(super) position: u32,
    pub(super) id: &'a str,
    pub(super) reference: &'a str,
    /// The ALT, when it is a breakend.
    pub(super) breakend: Option<Alt<'a>>,
    columns: Vec<&'a str>,
}

impl<'a> Record<'a> {
    /// Takes the line apart; `None` (and a problem) when that is not possible.
    pub(super) fn read(line: usize, text: &'a str, header: &Header, problems: &mut Problems) -> Option<Self> {
        let columns: Vec<&str> = text.split('\t').collect();
        let wanted = if header.samples == 0 { 8 } else { 9 + header.samples };
        if columns.len() != wanted {
            problems.add(line, format!("has {} columns, the header {wanted}", columns.len()));
            return None;
        }
        if columns.iter().any(|column| column.is_empty()) {
            problems.add(line, "has an empty column");
        }
        let contig = columns[0];
        let Some(&(contig_order, length)) = header.contigs.get(contig) else {
            problems.add(line, format!("contig {contig} is not declared"));
            return None;
        };
        let position = columns[1].parse().ok().filter(|&position: &u32| length.is_none_or(|length| position <= length + 1));
        let Some(position) = position else {
            problems.add(line, format!("POS {} is not on {contig}", columns[1]));
            return None;
        };
        let (reference, alt) = (columns[3], columns[4]);
        if !is_bases(reference) {
            problems.add(line, format!("REF {reference} is not made of bases"));
        }
        let breakend = Alt::read(alt);
        if breakend.is_none() && (!is_bases(alt) || alt == reference) {
            problems.add(line, format!("ALT {alt} is neither bases nor a breakend"));
        }
        Some(Self { line, contig, contig_order, position, id: columns[2], reference, breakend, columns })
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

    /// Checks QUAL, FILTER, INFO, FORMAT and REF.
    pub(super) fn check(&self, header: &Header, reference: Option<&BaseAt>, problems: &mut Problems) {
        let quality = self.columns[5];
        if quality != "." && !is_number(quality) {
            problems.add(self.line, format!("QUAL {quality} is no number"));
        }
        for filter in self.columns[6].split(';') {
            if filter != "PASS" && !header.filters.contains(filter) {
                problems.add(self.line, format!("FILTER {filter} is not declared"));
            }
        }
        self.check_info(header, problems);
        self.check_samples(header, problems);
        let Some(base_at) = reference else { return };
        for (at, base) in (self.position..).zip(self.reference.bytes()) {
            let known = at.checked_sub(1).and_then(|at| base_at(self.contig, at));
            if known.is_some_and(|known| !known.eq_ignore_ascii_case(&base) && b"ACGTacgt".contains(&known)) {
                problems.add(self.line, format!("REF {} is not the reference at {}:{}", self.reference, self.contig, self.position));
                break;
            }
        }
    }

    fn check_info(&self, header: &Header, problems: &mut Problems) {
        if self.columns[7] == "." {
            return;
        }
        let mut seen = Vec::new();
        for item in self.columns[7].split(';') {
            let (name, value) = item.split_once('=').map_or((item, None), |(name, value)| (name, Some(value)));
            if seen.contains(&name) {
                problems.add(self.line, format!("INFO {name} is given twice"));
            }
            seen.push(name);
            match (header.info.get(name), value) {
                (None, _) => problems.add(self.line, format!("INFO {name} is not declared")),
                (Some(key), None) if key.value_type != "Flag" => problems.add(self.line, format!("INFO {name} has no value")),
                (Some(key), Some(value)) => self.check_value("INFO", name, key, value, problems),
                _ => {}
            }
        }
        if self.breakend.is_some() && seen.contains(&"END") {
            problems.add(self.line, "a breakend has no END");
        }
    }

    fn check_samples(&self, header: &Header, problems: &mut Problems) {
        let Some(names) = self.columns.get(8).map(|names| names.split(':').collect::<Vec<_>>()) else { return };
        if names.iter().skip(1).any(|name| *name == "GT") {
            problems.add(self.line, "FORMAT GT is not the first key");
        }
        // A phase set without a phased genotype means nothing (specification, section 1.6.2).
        if self.format("PS").is_some_and(|set| set != ".") && !self.format("GT").is_some_and(|genotype| genotype.contains('|')) {
            problems.add(self.line, "FORMAT PS without a phased GT");
        }
        for sample in &self.columns[9..] {
            let values: Vec<&str> = sample.split(':').collect();
            if values.len() > names.len() {
                problems.add(self.line, "a sample has more values than FORMAT has keys");
            }
            for (name, value) in names.iter().zip(values) {
                match header.format.get(*name) {
                    None => problems.add(self.line, format!("FORMAT {name} is not declared")),
                    Some(key) => self.check_value("FORMAT", name, key, value, problems),
                }
            }
        }
    }

    fn check_value(&self, kind: &str, name: &str, key: &Key, value: &str, problems: &mut Problems) {
        let values: Vec<&str> = value.split(',').collect();
        if values.iter().any(|value| value.is_empty()) {
            problems.add(self.line, format!("{kind} {name} has an empty value"));
            return;
        }
        // One ALT a record: `A` is one value, `R` two.
        let wanted = match key.number.as_str() {
            "A" => Some(1),
            "R" => Some(2),
            number => number.parse().ok(),
        };
        if value != "." && wanted.is_some_and(|wanted: usize| wanted != values.len()) {
            problems.add(self.line, format!("{kind} {name} has {} values, declared {}", values.len(), key.number));
        }
        let sound = |value: &str| match key.value_type.as_str() {
            _ if value == "." => true,
            "Integer" => value.parse::<i64>().is_ok(),
            "Float" => is_number(value),
            _ => !value.eq_ignore_ascii_case("nan") && !value.contains(char::is_whitespace) && !value.contains('='),
        };
        if !values.iter().all(|value| sound(value)) {
            problems.add(self.line, format!("{kind} {name}: {value} is no sound {}", key.value_type));
        }
    }
}

/// Bases in either case, at least one.
pub(super) fn is_bases(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|base| b"ACGTNacgtn".contains(&base))
}

/// A finite number.
fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}
