//! What the header declares.

use rustc_hash::{FxHashMap, FxHashSet};

use super::reserved::reserved;
use super::Problems;

/// Number and type of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// `1`, `A`, `R`, `.`, ...
    pub(super) number: String,
    /// `Integer`, `Float`, `Flag`, `Character` or `String`.
    pub(super) value_type: String,
}

/// The declarations of a VCF.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    /// Number of header lines.
    pub(super) lines: usize,
    /// Length of each contig.
    pub(super) contigs: FxHashMap<String, Option<u32>>,
    /// Symbolic alleles.
    pub(super) alleles: FxHashSet<String>,
    /// Filters.
    pub(super) filters: FxHashSet<String>,
    /// INFO keys.
    pub(super) info: FxHashMap<String, Declaration>,
    /// FORMAT keys.
    pub(super) format: FxHashMap<String, Declaration>,
    /// Number of sample columns.
    pub(super) samples: usize,
}

impl Declarations {
    /// Reads the lines that begin with `#`.
    pub(super) fn read(text: &str, problems: &mut Problems) -> Self {
        let mut header = Self::default();
        let version = text.lines().next().and_then(|line| line.strip_prefix("##fileformat="));
        match version {
            Some("VCFv4.4") => {}
            Some(other) => problems.add(1, format!("is {other}; the rules here are those of VCFv4.4")),
            None => problems.add(1, "does not begin with ##fileformat=VCFv4.4"),
        }
        let mut columns = None;
        for (index, line) in text.lines().take_while(|line| line.starts_with('#')).enumerate() {
            header.lines = index + 1;
            match line.strip_prefix("##") {
                Some(meta) => header.declare(index + 1, meta, problems),
                None => columns = Some(line),
            }
        }
        match columns.map(|line| line.split('\t').collect::<Vec<_>>()) {
            Some(columns) if columns.starts_with(&["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"]) => {
                header.samples = columns.len().saturating_sub(9);
                let samples = columns.get(9..).unwrap_or_default();
                if samples.iter().enumerate().any(|(at, name)| name.is_empty() || samples[..at].contains(name)) {
                    problems.add(header.lines, "a sample has no name, or that of another one");
                }
                if columns.len() > 8 && (columns[8] != "FORMAT" || header.samples == 0) {
                    problems.add(header.lines, "has columns after INFO that are not FORMAT and samples");
                }
            }
            _ => problems.add(header.lines, "the line of column names is missing or wrong"),
        }
        header
    }

    fn declare(&mut self, line: usize, meta: &str, problems: &mut Problems) {
        let Some((kind, body)) = meta.split_once("=<") else { return };
        let Some(body) = body.strip_suffix('>') else { return problems.add(line, "a structured header line does not end with >") };
        let fields = fields(body);
        let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let Some(id) = field("ID").filter(|id| !id.is_empty()) else { return problems.add(line, "a structured header line has no ID") };
        if fields.iter().any(|(_, value)| value.is_empty()) {
            problems.add(line, format!("{kind} {id} has an empty value"));
        }
        let key = || Declaration { number: field("Number").unwrap_or_default(), value_type: field("Type").unwrap_or_default() };
        let twice = match kind {
            "contig" => {
                if !is_contig_name(&id) {
                    problems.add(line, format!("contig {id:?} has a name that VCF forbids"));
                }
                let length: Option<Option<u32>> = field("length").map(|length| length.parse().ok());
                if length == Some(None) {
                    problems.add(line, format!("contig {id} has no sound length"));
                }
                self.contigs.insert(id.clone(), length.flatten()).is_some()
            }
            "FILTER" => {
                if id == "0" || id.contains([' ', ';']) {
                    problems.add(line, format!("FILTER {id:?} is no name of a filter"));
                }
                !self.filters.insert(id.clone())
            }
            "INFO" => self.info.insert(id.clone(), key()).is_some(),
            "FORMAT" => self.format.insert(id.clone(), key()).is_some(),
            "ALT" if id == "BND" => return problems.add(line, "a breakend is no symbolic allele, ##ALT=<ID=BND> is wrong"),
            "ALT" => !self.alleles.insert(id.clone()),
            _ => return,
        };
        if twice {
            problems.add(line, format!("{kind} {id} is declared twice"));
        }
        let well_typed = matches!(field("Type").as_deref(), Some("Integer" | "Float" | "Flag" | "Character" | "String"));
        let is_flag = field("Type").as_deref() == Some("Flag");
        if matches!(kind, "INFO" | "FORMAT") && (!well_typed || is_flag != (field("Number").as_deref() == Some("0"))) {
            problems.add(line, format!("{kind} {id} has no sound Number and Type"));
        }
        if matches!(kind, "INFO" | "FORMAT") {
            let declared = key();
            let is_number = matches!(declared.number.as_str(), "A" | "R" | "G" | "." | "P") || declared.number.parse::<u32>().is_ok();
            if !is_number {
                problems.add(line, format!("{kind} {id} has no sound Number"));
            }
            // A key of the specification says what the specification says (sections 1.6 and 3).
            if let Some((number, value_type)) = reserved(kind, &id) {
                if (declared.number.as_str(), declared.value_type.as_str()) != (number, value_type) {
                    problems.add(line, format!("{kind} {id} is reserved: Number={number},Type={value_type}"));
                }
            }
        }
        if kind != "contig" && field("Description").is_none() {
            problems.add(line, format!("{kind} {id} has no description"));
        }
    }
}

/// Whether VCF allows the name for a contig (specification, section 1.4.7).
fn is_contig_name(name: &str) -> bool {
    let anywhere = |c: char| c.is_ascii_graphic() && !"\\,\"'`()[]{}<>".contains(c);
    !name.is_empty() && !name.starts_with(['*', '=']) && name.chars().all(anywhere)
}

/// `key=value` pairs; commas within quotes do not separate.
fn fields(body: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in body.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => parts.push(String::new()),
            c => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts.iter().map(|part| part.split_once('=').unwrap_or((part, ""))).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}
