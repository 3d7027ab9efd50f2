//! What is true of the samples: the table of `kinfuse simulate`, or a VCF or BEDPE of known junctions.

use std::collections::BTreeSet;
use std::path::Path;

use super::format::{self, CallFormat};
use super::place::CalledEnd;
use super::sheet::{Line, Sheet};
use super::source;
use crate::error::{Error, Result};
use crate::genome::canonical_contig_name;
use crate::model::Role;

/// A junction that is really in a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueJunction {
    /// The sample.
    pub sample: String,
    /// `EML4::ALK`; empty where the truth does not say.
    pub name: String,
    /// The two ends, the 5' partner first where `ordered`; bases that both share are given to the second.
    pub ends: [CalledEnd; 2],
    /// Whether the first end is known to be the 5' partner.
    pub ordered: bool,
    /// Exons joined.
    pub exon_junction: Option<String>,
    /// Variant label.
    pub variant: Option<String>,
    /// Fragments that really cross the junction; `None` if they were not counted.
    pub fragments: Option<u32>,
    /// Mean number of fragments that the library would show.
    pub expected_fragments: Option<f64>,
    /// The molecules' fraction.
    pub expected_fraction: Option<f64>,
    /// Bases that could belong to either end.
    pub homology_bp: u32,
    /// Inserted bases, read from the first end to the second.
    pub insertion: String,
    /// The row of the events' table it was made from.
    pub event: Option<String>,
    /// `transcript`, `translocation`, `inversion`, `deletion`, `duplication`.
    pub structure: Option<String>,
    /// Free label.
    pub category: Option<String>,
    /// `rna` or `dna`.
    pub material: Option<String>,
}

/// A mutation that is really in a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueMutation {
    /// The sample.
    pub sample: String,
    /// `ROS1 p.G2032R`.
    pub name: String,
    /// Canonical contig and 1-based position of the first reference base.
    pub place: (String, u32),
    /// Reference and alternative bases, where the truth gives them.
    pub alleles: Option<(String, String)>,
    /// Fragments that really show it.
    pub fragments: Option<u32>,
    /// `cis` or `trans` with the fusion.
    pub phase: Option<String>,
    /// Free label.
    pub category: Option<String>,
    /// `rna` or `dna`.
    pub material: Option<String>,
    /// The row of the events' table it was made from.
    pub event: Option<String>,
}

/// All that is true of all samples.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    /// Fusion junctions.
    pub fusions: Vec<TrueJunction>,
    /// Chimeras of the library: really in the reads, but no fusions of the cells.
    pub chimeras: Vec<TrueJunction>,
    /// Mutations.
    pub mutations: Vec<TrueMutation>,
    /// All samples that the truth knows, with or without a finding.
    pub samples: BTreeSet<String>,
}

impl Truth {
    /// Reads a truth; the format shows in the content. `sample` names the rows of a VCF or BEDPE.
    ///
    /// # Errors
    /// When the file cannot be read or is no truth.
    pub fn read(path: &Path, sample: Option<&str>) -> Result<Self> {
        let text = format::text(path)?;
        let sheet = Sheet::parse(path, &text);
        let mut truth = match CallFormat::of(&text) {
            Some(CallFormat::Vcf | CallFormat::Bedpe) => Self::of_calls(path, &text, sample)?,
            None if sheet.require(&["sample", "kind", "breakpoint5", "breakpoint3"]).is_ok() => Self::of_sheet(&sheet)?,
            _ => {
                return Err(Error::input(
                    path,
                    "is no truth: neither a table with sample, kind, breakpoint5, breakpoint3, nor VCF, nor BEDPE",
                    "give the truth.tsv of `kinfuse simulate`",
                ))
            }
        };
        truth.arrange();
        Ok(truth)
    }

    fn of_sheet(sheet: &Sheet) -> Result<Self> {
        let mut truth = Self::default();
        for line in sheet.lines() {
            let sample = line.required("sample")?.to_owned();
            truth.samples.insert(sample.clone());
            match line.required("kind")? {
                "fusion" => truth.fusions.push(junction(&line, sample)?),
                "chimera" => truth.chimeras.push(junction(&line, sample)?),
                "mutation" => truth.mutations.push(mutation(&line, sample)?),
                // A sample without any finding, and what leaked into one from another: a call of it is false.
                "negative" | "none" | "hopped" => {}
                other => return Err(line.error(format!("kind is {other:?}, not fusion, mutation, chimera, hopped or negative"))),
            }
        }
        Ok(truth)
    }

    fn of_calls(path: &Path, text: &str, sample: Option<&str>) -> Result<Self> {
        let sample = source::sample_of(sample, path, text);
        let calls = match CallFormat::of(text) {
            Some(CallFormat::Bedpe) => super::call::SampleCalls { fusions: format::bedpe::read(path, text)?, ..Default::default() },
            _ => format::vcf::read(path, text)?,
        };
        let mut truth = Self { samples: BTreeSet::from([sample.clone()]), ..Self::default() };
        for call in calls.fusions {
            let name = call.name().unwrap_or_default();
            let [Some(first), Some(second)] = call.ends else { continue };
            truth.fusions.push(TrueJunction {
                sample: sample.clone(),
                name,
                ends: [first, second],
                ordered: call.ordered,
                exon_junction: None,
                variant: None,
                fragments: None,
                expected_fragments: None,
                expected_fraction: None,
                homology_bp: call.homology_bp,
                insertion: call.insertion.unwrap_or_default(),
                event: Some(call.id).filter(|id| !matches!(id.as_str(), "" | ".")),
                structure: None,
                category: None,
                material: None,
            });
        }
        truth.mutations = calls
            .mutations
            .into_iter()
            .map(|call| TrueMutation {
                sample: sample.clone(),
                name: String::new(),
                place: call.place,
                alleles: Some(call.alleles),
                fragments: None,
                phase: None,
                category: None,
                material: None,
                event: None,
            })
            .collect();
        Ok(truth)
    }

    /// Puts the rows in an order that depends on what they say alone.
    fn arrange(&mut self) {
        let key = |truth: &TrueJunction| {
            let texts = (truth.name.clone(), truth.event.clone(), truth.exon_junction.clone(), truth.variant.clone());
            (truth.sample.clone(), truth.ends.clone(), texts, truth.insertion.clone(), truth.fragments)
        };
        self.fusions.sort_by_cached_key(key);
        self.chimeras.sort_by_cached_key(key);
        self.mutations.sort_by_cached_key(|truth| (truth.sample.clone(), truth.place.clone(), truth.name.clone(), truth.alleles.clone()));
    }
}

fn junction(line: &Line<'_>, sample: String) -> Result<TrueJunction> {
    let end = |column: &str, role: Role| {
        let text = line.required(column)?;
        CalledEnd::of_gene(text, role).ok_or_else(|| line.error(format!("{column} is {text:?}, not chrom:position:strand")))
    };
    Ok(TrueJunction {
        sample,
        name: line.text("name").unwrap_or_default(),
        ends: [end("breakpoint5", Role::Five)?, end("breakpoint3", Role::Three)?],
        ordered: true,
        exon_junction: line.text("exon_junction"),
        variant: line.text("variant"),
        fragments: line.number("fragments")?,
        // Where a sample was given a number of fragments nothing else was expected than what it has.
        expected_fragments: line.number("expected_fragments")?.or(line.number("fragments")?),
        expected_fraction: line.number("expected_fraction")?.or(line.number("fraction")?),
        homology_bp: line.number("homology_bp")?.unwrap_or(0),
        insertion: line.text("insertion").unwrap_or_default().to_ascii_uppercase(),
        event: line.text("event"),
        structure: line.text("structure"),
        category: line.text("category"),
        material: line.text("material"),
    })
}

fn mutation(line: &Line<'_>, sample: String) -> Result<TrueMutation> {
    let text = line.required("breakpoint5")?;
    let mut parts = text.split(':');
    let place = parts.next().zip(parts.next().and_then(|position| position.parse().ok()));
    let (contig, position) = place.ok_or_else(|| line.error(format!("breakpoint5 is {text:?}, not chrom:position:strand")))?;
    Ok(TrueMutation {
        sample,
        name: line.text("name").unwrap_or_default(),
        place: (canonical_contig_name(contig), position),
        alleles: line.text("ref").zip(line.text("alt")),
        fragments: line.number("fragments")?,
        phase: line.get("phase").and_then(|phase| phase.split(':').next()).map(str::to_owned),
        category: line.text("category"),
        material: line.text("material"),
        event: line.text("event"),
    })
}
