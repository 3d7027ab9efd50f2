//! `kinfuse.json`: everything that was found, in one document with a schema. The other commands read this file and no other.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use schemars::generate::SchemaSettings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

mod layout;
mod negative;

use super::bypass::CopyRatio;
use super::candidates::{self, CandidateEntry, CandidateTable};
use super::drawing_data::Drawings;
use super::identity::{InputFile, ReportId};
use super::interpretation::Interpretation;
use super::rows::{DetectabilityRow, DrugRow, FusionRow, MetricRow, OffTargetRow, VariantRow};
use super::vcf::ContigList;
pub use crate::coverage::verdict::SampleVerdict;
use crate::error::{Error, Result};
use crate::fusion::name::OtherCount;
use crate::fusion::score::Terms;
use crate::fusion::Fusion;
use crate::report::output::file_prefix;
use crate::variant::VariantStatus;
use crate::warning::Warning;
pub use negative::{Imbalance, Negative, NegativePlaces};

/// Version of the document's form: the first number changes when a reader of the old form would misread the new one.
pub const SCHEMA_VERSION: &str = "2.2.0";

/// The largest document that is read, unpacked: a usual one has a thousandth of it.
const MAX_BYTES: u64 = 1 << 28;

/// The most values that are read, since a value of two bytes takes up to a hundred in memory. A usual document has 10,000.
const MAX_VALUES: u64 = 1 << 23;

/// A document's bytes as far as it may have any.
struct BoundedBytes<R> {
    inner: R,
    bytes_left: u64,
    values_left: u64,
}

impl<R: Read> Read for BoundedBytes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        // Each value but the first follows one of these; those within texts do no harm.
        let values = buffer[..count].iter().filter(|&&byte| matches!(byte, b',' | b'[' | b'{')).count();
        let too_much = |what: String| io::Error::other(format!("has more than {what}, which no kinfuse.json has"));
        let left = self.bytes_left.checked_sub(count as u64);
        self.bytes_left = left.ok_or_else(|| too_much(format!("{} MB", MAX_BYTES >> 20)))?;
        let left = self.values_left.checked_sub(values as u64);
        self.values_left = left.ok_or_else(|| too_much(format!("{} million values", MAX_VALUES >> 20)))?;
        Ok(count)
    }
}

/// Which file to give instead of one that cannot be read.
fn remedy(path: &Path) -> String {
    if path.is_dir() {
        return format!("give the documents in it: {}", path.join("*.kinfuse.json").display());
    }
    "give the <sample>.kinfuse.json that `kinfuse call` wrote".to_owned()
}

/// A file as JSON of some form, plain or gzip, without more of it in memory than the form keeps.
fn parse<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let mut file = BufReader::new(File::open(path).map_err(Error::opening(path, remedy(path)))?);
    let packed = file.fill_buf().map_err(Error::opening(path, remedy(path)))?.starts_with(&[0x1f, 0x8b]);
    let unpacked: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let bounded = BufReader::new(BoundedBytes { inner: unpacked, bytes_left: MAX_BYTES, values_left: MAX_VALUES });
    serde_json::from_reader(bounded).map_err(|error| Error::input(path, fault(error), remedy(path)))
}

/// What is wrong with a text that was to be a document. The parser's own words are those of the program, not of the file.
fn fault(error: serde_json::Error) -> String {
    let place = format!("at line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Io => {
            let error = io::Error::from(error);
            let is_cut = error.kind() == io::ErrorKind::UnexpectedEof;
            if is_cut {
                "is cut: its gzip has no end".to_owned()
            } else {
                error.to_string()
            }
        }
        Category::Eof => format!("is empty or cut: its JSON has no end ({place})"),
        Category::Syntax => format!("is not JSON: {error}"),
        Category::Data => {
            let told = error.to_string();
            let missing = told.strip_prefix("missing field `").and_then(|rest| Some(rest.split_once('`')?.0.to_owned()));
            let what = missing.map_or_else(|| "it has another form".to_owned(), |key| format!("it has no {key}"));
            format!("is no kinfuse.json: {what} {place}")
        }
    }
}

/// The whole result of one sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Version of this form.
    pub schema_version: String,
    /// What made it.
    pub tool: Tool,
    /// What this result is called, and what it replaces.
    #[serde(default)]
    pub report: ReportId,
    /// Sample name.
    pub sample: String,
    /// Names of the input files, without folders.
    pub inputs: Vec<String>,
    /// The same files with what tells them from others of their names.
    #[serde(default)]
    pub input_files: Vec<InputFile>,
    /// Genome assembly (`GRCh37`, `GRCh38`), where it was recognised.
    pub assembly: Option<String>,
    /// Contigs of the alignments.
    pub contigs: ContigList,
    /// Genes that were looked at.
    pub targets: Vec<String>,
    /// Kind of library, one entry an input.
    pub assay: Vec<AssayEntry>,
    /// Settings that differ between runs.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Whether the sample can be judged.
    pub status: Status,
    /// Called fusions, best first.
    pub fusions: Vec<FusionRow>,
    /// The table of all candidates, called or not, that lies beside the document.
    pub candidate_table: CandidateTable,
    /// The rows of that table, where it was read or is to be written; no part of the document.
    #[serde(skip)]
    pub candidates: Vec<CandidateEntry>,
    /// Files with the records behind the fusions, beside this one; one a library.
    #[serde(default)]
    pub evidence_files: Vec<String>,
    /// Variants and known resistance sites.
    pub variants: Vec<VariantRow>,
    /// What sources say of the called mutations and of those that act together on one molecule, by drug.
    pub drugs: Vec<DrugRow>,
    /// Hot spots of other genes.
    pub off_target: Vec<OffTargetRow>,
    /// Copies of genes by whose gain tumours evade a drug, as far as they could be measured; of several libraries each.
    #[serde(default)]
    pub copy_ratios: Vec<CopyRatio>,
    /// What could have been seen.
    pub detectability: Vec<DetectabilityRow>,
    /// What it is worth, for each target, that no further fusion was found.
    #[serde(default)]
    pub negatives: Vec<Negative>,
    /// Evidence of a fusion without its partner: kinases of which RNA shows more of the 3' part.
    #[serde(default)]
    pub imbalances: Vec<Imbalance>,
    /// What the user should know of the run beside its findings, by code.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// Figures about the sample.
    pub metrics: Vec<MetricRow>,
    /// Reads that were not used, by reason.
    pub skipped_reads: BTreeMap<String, u64>,
    /// Names and structure of each of `fusions`, in its order.
    #[serde(default)]
    pub structure: Vec<FusionStructure>,
    /// What the tables say of the findings.
    #[serde(default)]
    pub interpretation: Interpretation,
    /// What the page draws beside these rows.
    #[serde(default)]
    pub drawings: Drawings,
}

/// What a fusion is called elsewhere, what it keeps, its form by the VICC specification, and what its quality is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FusionStructure {
    /// Identifier of the fusion.
    pub id: String,
    /// Exon junctions as other transcripts count them.
    pub exon_aliases: Vec<ExonAlias>,
    /// What else the structure says.
    pub notes: Vec<String>,
    /// The fusion as an `AssayedFusion` of the VICC gene fusion specification, where all that it asks for is known.
    pub vicc: Option<serde_json::Value>,
    /// What the quality is made of; `null` where nothing can tell.
    #[serde(default)]
    pub quality_terms: Option<Terms>,
}

/// An exon junction on other transcripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExonAlias {
    /// Exon junction.
    pub exon_junction: String,
    /// Transcript of the 5' partner.
    pub transcript5: String,
    /// Transcript of the 3' partner.
    pub transcript3: String,
    /// Whether both are MANE Select.
    pub mane_select: bool,
}

impl From<&OtherCount> for ExonAlias {
    fn from(count: &OtherCount) -> Self {
        Self {
            exon_junction: count.junction.clone(),
            transcript5: count.transcript5.clone(),
            transcript3: count.transcript3.clone(),
            mane_select: count.mane,
        }
    }
}

impl FusionStructure {
    /// The structure of a fusion.
    pub fn new(fusion: &Fusion) -> Self {
        let description = &fusion.description;
        Self {
            id: fusion.id.clone(),
            exon_aliases: description.other_counts.iter().map(ExonAlias::from).collect(),
            notes: description.notes.clone(),
            vicc: description.vicc.clone(),
            quality_terms: fusion.terms,
        }
    }
}

/// The program that made a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Default for Tool {
    /// This program.
    fn default() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// The kind of library of one input and how it was recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssayEntry {
    /// Name of the input file, without folders.
    pub file: String,
    /// `rna`, `rna-amplicon`, `dna`, `dna-amplicon` or `cfdna`.
    pub kind: String,
    /// What spoke for it.
    pub reasons: Vec<String>,
}

/// The verdict on a sample and its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// The verdict.
    pub verdict: SampleVerdict,
    /// Why it is not `ok`.
    pub reasons: Vec<String>,
    /// What this assay does not show of which kinase, be the sample as good as it may.
    #[serde(default)]
    pub limits: Vec<String>,
}

impl Document {
    /// A document of `sample` without findings.
    pub fn new(sample: &str) -> Self {
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool::default(),
            report: ReportId::default(),
            sample: sample.to_owned(),
            inputs: Vec::new(),
            input_files: Vec::new(),
            assembly: None,
            contigs: ContigList::default(),
            targets: Vec::new(),
            assay: Vec::new(),
            settings: BTreeMap::new(),
            status: Status { verdict: SampleVerdict::Ok, reasons: Vec::new(), limits: Vec::new() },
            fusions: Vec::new(),
            candidate_table: CandidateTable::default(),
            candidates: Vec::new(),
            evidence_files: Vec::new(),
            variants: Vec::new(),
            drugs: Vec::new(),
            off_target: Vec::new(),
            copy_ratios: Vec::new(),
            detectability: Vec::new(),
            negatives: Vec::new(),
            imbalances: Vec::new(),
            warnings: Vec::new(),
            metrics: Vec::new(),
            skipped_reads: BTreeMap::new(),
            structure: Vec::new(),
            interpretation: Interpretation::default(),
            drawings: Drawings::default(),
        }
    }

    /// Writes the document, each key and each row of a list on a line of its own, with a line end at its end.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        self.serialize(&mut serde_json::Serializer::with_formatter(&mut out, layout::Rows::default())).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// Reads a document from a file, plain or gzip.
    ///
    /// # Errors
    /// When the file cannot be read, is no such document, or has another major version of the form.
    pub fn read(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        let check = |version: &str| {
            if major(version) == major(SCHEMA_VERSION) {
                return Ok(());
            }
            let problem = format!("has schema version {version}, this program reads {SCHEMA_VERSION}");
            let remedy = "run `kinfuse call` of this version again on the alignments, or use the version of kinfuse that wrote the file";
            Err(Error::input(path, problem, remedy))
        };
        match parse::<Self>(path) {
            Ok(document) => check(&document.schema_version).map(|()| document),
            // A document of another version may have another form: then the version is what is wrong with it.
            Err(error) => match parse::<Versioned>(path) {
                Ok(Versioned { schema_version: Some(version) }) => Err(check(&version).err().unwrap_or(error)),
                Ok(_) => Err(Error::input(path, "is no kinfuse.json: it has no schema_version", remedy(path))),
                Err(_) => Err(error),
            },
        }
    }
}

impl Document {
    /// Reads a document with the table of candidates that lies beside it.
    ///
    /// # Errors
    /// As [`Document::read`], and when the table is missing or another one.
    pub fn read_whole(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut document = Self::read(path)?;
        let table = candidates::beside(path, &file_prefix(&document.sample));
        document.candidates = candidates::read(&table, &document.candidate_table)?;
        Ok(document)
    }

    /// The rows of all candidates, where they were read or called.
    pub fn candidate_rows(&self) -> impl Iterator<Item = &FusionRow> {
        self.candidates.iter().map(|candidate| &candidate.row)
    }

    /// The called changes of the kinases and of other genes' hot spots.
    pub fn called_variants(&self) -> Vec<&VariantRow> {
        let called = |row: &&VariantRow| row.status == VariantStatus::Called;
        self.variants.iter().filter(called).chain(self.called_elsewhere()).collect()
    }

    /// The called changes at hot spots of other genes.
    fn called_elsewhere(&self) -> impl Iterator<Item = &VariantRow> {
        self.off_target.iter().flat_map(|spot| &spot.variants).filter(|row| row.status == VariantStatus::Called)
    }

    /// The rows of `variants.tsv`: all that is called, then what was seen at the other known sites of the kinases, then at the hot spots of
    /// other genes, a line a site.
    pub fn variant_rows(&self) -> Vec<VariantRow> {
        let open = |row: &&VariantRow| row.status != VariantStatus::Called;
        let kinases = self.variants.iter().filter(open).cloned();
        let spots = self.off_target.iter().flat_map(|spot| spot.variants.iter().filter(open).map(|row| spot.line(row)));
        self.called_variants().into_iter().cloned().chain(kinases).chain(spots).collect()
    }
}

/// What documents of all versions have.
#[derive(Deserialize)]
struct Versioned {
    schema_version: Option<String>,
}

/// The JSON schema (draft 2020-12) of [`Document`] as it is written: optional values are always there and may be `null`.
pub fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Document>().to_value()
}

/// Writes any value as indented JSON with a line end at its end.
pub fn pretty(value: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::report::fixture;
    use crate::report::interpretation::interpret;
    use crate::report::rows::MetricValue;
    use crate::variant::origin::{Counted, Origin};
    use crate::variant::Variant;
    use crate::warning::Code;
    use serde_json::Value;

    fn full() -> Document {
        let (contigs, mut document) = (fixture::contigs(), Document::new("S1"));
        document.inputs = vec!["S1.bam".to_owned()];
        document.assembly = Some("GRCh38".to_owned());
        document.assay = vec![AssayEntry { file: "S1.bam".to_owned(), kind: "dna".to_owned(), reasons: vec!["no N gaps".to_owned()] }];
        document.settings.insert("targets".to_owned(), serde_json::json!(["ALK"]));
        document.fusions = vec![FusionRow::new("S1", &fixture::eml4_alk(), &contigs)];
        document.candidate_table = CandidateTable { count: 2, md5: "d41d8cd98f00b204e9800998ecf8427e".to_owned() };
        let compared = Variant { origin: Some(Origin::Somatic), in_normal: Some(Counted { with: 0, depth: 60 }), ..fixture::ros1_g2032r() };
        document.variants = [fixture::ros1_g2032r(), compared].map(|variant| VariantRow::new("S1", &variant, &contigs)).to_vec();
        document.metrics = vec![MetricRow::new("S1", "duplicate_rate", MetricValue::number(1.0 / 3.0), "fraction", "")];
        document.negatives = vec![fixture::negative("ALK", "informative", "intron 19 at 512 fragments")];
        let (gene, region) = ("ALK".to_owned(), "junction 19|20".to_owned());
        document.imbalances = vec![Imbalance { gene, region, fold: 12.5, fold_low: 4.0, fold_high: 39.0 }];
        document.warnings = vec![Warning::new(Code::NotInVcf, "2 calls cannot be written to the VCF")];
        document.skipped_reads.insert("duplicate".to_owned(), 12);
        document.structure = vec![FusionStructure::new(&fixture::eml4_alk())];
        document.interpretation = interpret(&document, &Knowledge::builtin(), Some("NSCLC"));
        document
    }

    /// Panics unless `value` has all properties that the schema asks for and none that it lacks, here and below. `optional` says of the
    /// properties that need not be there whether some row has them.
    fn agrees(value: &Value, schema: &Value, root: &Value, place: &str, optional: &mut BTreeMap<String, bool>) {
        let schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(link) => root.pointer(link.trim_start_matches('#')).expect("schemars defines what it refers to"),
            None => schema,
        };
        if let (Some(properties), Some(object)) = (schema.get("properties").and_then(Value::as_object), value.as_object()) {
            let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            assert!(required.iter().all(|name| object.contains_key(*name)), "{place}: {required:?}");
            for (name, value) in object {
                let below = properties.get(name).unwrap_or_else(|| panic!("{place}.{name} is not in the schema"));
                agrees(value, below, root, &format!("{place}.{name}"), optional);
            }
            for name in properties.keys().filter(|name| !required.contains(&name.as_str())) {
                *optional.entry(format!("{place}.{name}")).or_default() |= object.contains_key(name);
            }
        }
        if let (Some(items), Some(array)) = (schema.get("items"), value.as_array()) {
            for item in array {
                agrees(item, items, root, &format!("{place}[]"), optional);
            }
        }
    }

    #[test]
    fn a_document_has_the_properties_of_the_schema() {
        let schema = schema();
        let value = serde_json::to_value(full()).expect("a document has string keys only");
        let mut optional = BTreeMap::new();
        agrees(&value, &schema, &schema, "document", &mut optional);
        let missing: Vec<&String> = optional.iter().filter(|(_, shown)| !**shown).map(|(place, _)| place).collect();
        assert!(missing.is_empty(), "no row shows {missing:?}");
    }

    #[test]
    fn a_document_comes_back_as_it_went() {
        let file = tempfile::NamedTempFile::new().expect("tests can write to the temporary folder");
        full().write(&file).expect("the file takes the document");
        assert_eq!(Document::read(file.path()).expect("it was just written"), full());
    }

    #[test]
    fn the_text_ends_with_one_line_end_and_missing_is_null() {
        let mut bytes = Vec::new();
        full().write(&mut bytes).expect("a vector takes any number of bytes");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
        assert!(text.contains("\"hgvs\": null"));
    }

    /// What is said of a file with these bytes.
    fn refusal(bytes: &[u8]) -> String {
        let file = tempfile::NamedTempFile::new().expect("tests can write to the temporary folder");
        std::fs::write(file.path(), bytes).expect("the file takes the bytes");
        Document::read(file.path()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_no_document_has_is_refused_before_it_fills_the_memory() {
        let told = |text: &[u8]| {
            let mut reader = BoundedBytes { inner: text, bytes_left: 1_000, values_left: 100 };
            io::copy(&mut reader, &mut io::sink()).err().map(|error| error.to_string())
        };
        assert_eq!(told(&[b' '; 1_000]), None);
        assert_eq!(told(&[b' '; 1_001]).as_deref(), Some("has more than 256 MB, which no kinfuse.json has"));
        assert_eq!(told(&[b','; 100]), None);
        assert_eq!(told(&[b'['; 101]).as_deref(), Some("has more than 8 million values, which no kinfuse.json has"));
        let many = format!("{{\"settings\":{{\"x\":[{}0]}}}}", "0,".repeat(8_400_000));
        assert!(refusal(many.as_bytes()).contains("has more than 8 million values"), "{}", refusal(many.as_bytes()));
        let deep = format!("{{\"schema_version\":\"2.0.0\",\"settings\":{{\"x\":{}", "[".repeat(100_000));
        assert!(refusal(deep.as_bytes()).contains("recursion limit exceeded"), "{}", refusal(deep.as_bytes()));
        assert!(refusal(b"{\"schema_version\":\"9.0.0\",\"sample\":7}").contains("schema version 9.0.0"));
        assert!(refusal(b"{\"sample\":7}").contains("is no kinfuse.json: it has no schema_version"));
        assert!(refusal(b"{\"schema_version\":\"2.2.0\",\"tool\":7}").contains("is no kinfuse.json: it has another form at line 1, column"));
        assert!(refusal(b"{\"schema_version\":").contains("is empty or cut"));
        assert!(refusal(b"").contains("is empty or cut"));
        let list = refusal(b"[]");
        assert!(list.contains("is no kinfuse.json") && !list.contains("struct") && !list.contains("element"), "{list}");
    }

    #[test]
    fn another_major_version_is_refused_with_a_remedy() {
        let file = tempfile::NamedTempFile::new().expect("tests can write to the temporary folder");
        let mut document = full();
        document.schema_version = "1.3.0".to_owned();
        document.write(&file).expect("the file takes the document");
        let refused = Document::read(file.path()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("schema version 1.3.0") && refused.contains("run `kinfuse call`"), "{refused}");
    }
}
