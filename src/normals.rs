//! The background of normal samples: junctions, clipped ends and wrong bases that recur where there is no fusion.
//!
//! ```text
//!   kinfuse.json of negative samples --collect--> Background --merge--> normals.json.gz --flag--> `recurrent`
//! ```
//!
//! Positions are kept in bins of ten bases, because aligners end a piece now here, now there. A sample counts once in a bin, so
//! backgrounds of different samples add up in any order to the same file. Nothing in it names a sample; a sum of its counts tells one
//! that is given twice.

pub mod flag;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fusion::KnownTier;
use crate::genome::canonical_contig_name;
use crate::report::json::{Document, SampleVerdict};
use crate::report::rows::{FusionRow, VariantRow};
use crate::variant::call::Recurring;
use crate::variant::VariantStatus;

/// Version of the file's form; a file of another one is refused.
const FORMAT_VERSION: u32 = 4;

/// The largest file that is read, unpacked: ten thousand samples stay far below it.
const MAX_BYTES: u64 = 1 << 30;

/// Width of a bin.
const BIN_BP: u32 = 10;

/// One end of a junction by bin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BinnedEnd {
    /// Contig, `2` for `chr2`.
    pub contig: String,
    /// Number of the bin.
    pub bin: u32,
    /// Whether the flank below is kept.
    pub keeps_lower: bool,
}

impl std::fmt::Display for BinnedEnd {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let first = self.bin * BIN_BP;
        write!(out, "{}:{}-{}:{}", self.contig, first.max(1), first + BIN_BP - 1, if self.keeps_lower { "lower" } else { "higher" })
    }
}

/// The key of something that recurs: gene, place at the kinase and place at the partner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecurrentKey {
    /// The kinase.
    pub gene: String,
    /// Where the kinase breaks.
    pub at_kinase: BinnedEnd,
    /// Where the partner breaks; `None` for clipped ends whose partner was not placed.
    pub at_partner: Option<BinnedEnd>,
}

/// In how many normal samples it was seen, and with how many fragments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Recurrence {
    /// Samples.
    pub samples: u32,
    /// Fragments in the sample with most.
    pub max_fragments: u32,
    /// Allele fraction in the sample with the highest.
    pub max_allele_fraction: f64,
}

impl Recurrence {
    fn add(&mut self, other: Self) {
        self.samples += other.samples;
        self.max_fragments = self.max_fragments.max(other.max_fragments);
        self.max_allele_fraction = self.max_allele_fraction.max(other.max_allele_fraction);
    }
}

/// A change on more than this share of a sample's molecules is no error: a normal sample may carry it by birth or by mistake.
const MAX_ERROR_FRAC: f64 = 0.1;

/// Normal samples that must show a change before it counts as recurrent: one alone may carry it, or have it from a neighbour.
const MIN_SAMPLES_WITH: u32 = 2;

/// Least relative variance between samples that is believed, as between places of one sample.
const MIN_VARIANCE: f64 = 0.02;

/// Wrong bases at one known site.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseNoise {
    /// Samples with reads there.
    pub samples: u32,
    /// Samples that show the change.
    pub samples_with: u32,
    /// Fragments over the site, all samples together.
    pub depth: u64,
    /// Fragments that show the change, all samples together.
    pub alt_fragments: u64,
    /// Sum over samples of `depth^2`, and of `alt * (alt - 1)`: by these the samples' difference is told from chance.
    pub squares: [u64; 2],
}

impl BaseNoise {
    /// What one sample shows.
    fn of(depth: u32, alt_fragments: u32) -> Self {
        let (depth, alt) = (u64::from(depth), u64::from(alt_fragments));
        let squares = [depth * depth, alt * alt.saturating_sub(1)];
        Self { samples: 1, samples_with: u32::from(alt > 0), depth, alt_fragments: alt, squares }
    }

    fn add(&mut self, other: Self) {
        self.samples = self.samples.saturating_add(other.samples);
        self.samples_with = self.samples_with.saturating_add(other.samples_with);
        self.depth = self.depth.saturating_add(other.depth);
        self.alt_fragments = self.alt_fragments.saturating_add(other.alt_fragments);
        for (own, new) in self.squares.iter_mut().zip(other.squares) {
            *own = own.saturating_add(new);
        }
    }

    /// The share of molecules that show the change, and its relative variance between samples by moments:
    ///
    /// ```text
    ///   rate = alt / depth      sum(alt (alt - 1)) = rate^2 (1 + v) sum(depth^2)      variance = v + 1 / alt
    /// ```
    ///
    /// `None` where fewer than two samples show it.
    pub fn recurring(self) -> Option<Recurring> {
        if self.samples_with < MIN_SAMPLES_WITH || self.depth == 0 {
            return None;
        }
        let alt = self.alt_fragments as f64;
        let rate = alt / self.depth as f64;
        let between = self.squares[1] as f64 / (rate * rate * self.squares[0] as f64) - 1.0;
        Some(Recurring { rate, variance: between.max(MIN_VARIANCE) + 1.0 / alt, samples: (self.samples, self.samples_with) })
    }
}

/// The background of one kind of material.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MaterialBackground {
    /// Samples that it comes from.
    pub samples: u32,
    /// MD5 sums of what these samples show, by which one that is given again is known.
    pub digests: BTreeSet<String>,
    /// Junctions and clipped ends.
    #[serde(with = "as_list")]
    pub junctions: BTreeMap<RecurrentKey, Recurrence>,
    /// Changes at known sites, by gene and protein change.
    pub bases: BTreeMap<String, BaseNoise>,
}

/// A map with keys that JSON cannot have, as a list of pairs.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Recurrence, RecurrentKey};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<RecurrentKey, Recurrence>, serializer: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<RecurrentKey, Recurrence>, D::Error> {
        Ok(Vec::<(RecurrentKey, Recurrence)>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// The background of normal samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Version of the form.
    pub normals_version: u32,
    /// Assembly of the positions; `None` where the samples' was not recognised.
    pub assembly: Option<String>,
    /// By material (`rna`, `dna`).
    pub materials: BTreeMap<String, MaterialBackground>,
}

impl Background {
    /// An empty background.
    pub fn new(assembly: Option<String>) -> Self {
        Self { normals_version: FORMAT_VERSION, assembly, materials: BTreeMap::new() }
    }

    /// Takes in one negative sample. What it shows as a known fusion without doubt is left out and named in the result: such a sample is no
    /// normal. So is a sample that failed, which shows nothing.
    ///
    /// # Errors
    /// When the sample's assembly is another one.
    pub fn add(&mut self, document: &Document, path: &Path) -> Result<Vec<String>> {
        if document.status.verdict == SampleVerdict::Failed {
            return Ok(vec!["the sample failed and is left out".to_owned()]);
        }
        if self.materials.is_empty() && self.assembly.is_none() {
            self.assembly.clone_from(&document.assembly);
        }
        if self.assembly != document.assembly {
            return Err(self.other_assembly(path, document.assembly.as_deref()));
        }
        let digest = digest(document);
        if digest.as_ref().is_some_and(|digest| self.materials.values().any(|material| material.digests.contains(digest))) {
            return Ok(vec!["shows the same as a sample before it and is counted once: is it the same sample?".to_owned()]);
        }
        let mut left_out = Vec::new();
        let materials: BTreeSet<&str> = document.assay.iter().map(|assay| if assay.kind.contains("rna") { "rna" } else { "dna" }).collect();
        for material in &materials {
            let mut own: BTreeMap<RecurrentKey, Recurrence> = BTreeMap::new();
            for row in document.candidate_rows() {
                if !row.evidence.as_deref().is_some_and(|evidence| evidence.split('+').any(|name| name == *material)) || row.fragments == 0
                {
                    continue;
                }
                if row.passes() && matches!(row.known, KnownTier::Variant | KnownTier::Pair) {
                    left_out.push(format!("{} passes and is left out: is this a normal sample?", row.fusion));
                    continue;
                }
                let Some(key) = key(row) else { continue };
                let fraction = row.allele_fraction.map_or(0.0, crate::report::rows::Fraction::value);
                let seen = own.entry(key).or_default();
                seen.add(Recurrence { samples: 0, max_fragments: row.fragments, max_allele_fraction: fraction });
                seen.samples = 1;
            }
            let to = self.materials.entry((*material).to_owned()).or_default();
            to.samples += 1;
            to.digests.extend(digest.clone());
            for (key, seen) in own {
                to.junctions.entry(key).or_default().add(seen);
            }
            // Rows of variants do not say their material: with two libraries they would mix.
            if materials.len() == 1 {
                // A change of residue that several codons give is one line of the sample, and what could not be judged is none.
                let mut own_bases: BTreeMap<String, (u32, u32)> = BTreeMap::new();
                let elsewhere = || document.off_target.iter().flat_map(|spot| &spot.variants);
                let seen = || document.off_target.iter().flat_map(|spot| &spot.seen);
                let listed: BTreeSet<(&String, &String)> = seen().map(|seen| (&seen.gene, &seen.hgvs_p)).collect();
                let mut count = |gene: &str, change: &str, with: u32, of: u32| {
                    if f64::from(with) <= MAX_ERROR_FRAC * f64::from(of) {
                        let sum = own_bases.entry(format!("{gene} {}", change.trim_start_matches("p."))).or_default();
                        *sum = (sum.0.max(of), sum.1.saturating_add(with));
                    }
                };
                for row in
                    document.variants.iter().chain(elsewhere()).filter(|row| row.depth > 0 && row.status != VariantStatus::NotCovered)
                {
                    // What is called is no error of this sample, at whatever fraction: it would hide the same change of a tumour.
                    if row.status == VariantStatus::Called {
                        let (gene, change, with, of) = (&row.gene, &row.hgvs_p, row.alt_fragments, row.depth);
                        left_out.push(format!("{gene} {change} {with}/{of} is called and left out: is this a normal sample?"));
                        continue;
                    }
                    // Of a hot spot the row shows one change only, what follows has them all.
                    if !listed.contains(&(&row.gene, &row.hgvs_p)) {
                        count(&row.gene, &row.hgvs_p, row.alt_fragments, row.depth);
                    }
                }
                for seen in seen() {
                    count(&seen.gene, &seen.hgvs_p, seen.alt_fragments, seen.depth);
                }
                if document.off_target.iter().any(|spot| spot.seen.is_empty() && spot.variants.iter().any(is_of_codon)) {
                    left_out.push("was called by an older version: one change only of each hot spot is counted, call it again".to_owned());
                }
                for (key, (depth, alt)) in own_bases {
                    to.bases.entry(key).or_default().add(BaseNoise::of(depth, alt.min(depth)));
                }
            }
        }
        left_out.sort();
        left_out.dedup();
        Ok(left_out)
    }

    /// Adds another background, of other samples.
    ///
    /// # Errors
    /// When its assembly is another one; `path` is its file.
    pub fn merge(&mut self, other: Self, path: &Path) -> Result<()> {
        if self.materials.is_empty() && self.assembly.is_none() {
            self.assembly.clone_from(&other.assembly);
        }
        if self.assembly != other.assembly {
            return Err(self.other_assembly(path, other.assembly.as_deref()));
        }
        let known = |digest: &&String| self.materials.values().any(|material| material.digests.contains(*digest));
        let twice = other.materials.values().flat_map(|material| &material.digests).filter(known).count();
        if twice > 0 {
            let of: u32 = other.materials.values().map(|material| material.samples).sum();
            let problem = format!("{twice} of its {of} samples are in a background before it");
            return Err(Error::input(path, problem, "leave it out, or build one background from the samples themselves"));
        }
        for (name, material) in other.materials {
            let to = self.materials.entry(name).or_default();
            to.samples += material.samples;
            to.digests.extend(material.digests);
            for (key, seen) in material.junctions {
                to.junctions.entry(key).or_default().add(seen);
            }
            for (change, noise) in material.bases {
                to.bases.entry(change).or_default().add(noise);
            }
        }
        Ok(())
    }

    /// What the samples of a material (`rna`, `dna`) show of a change (`G1202R`) of a gene.
    pub fn recurring(&self, material: &str, gene: &str, change: &str) -> Option<Recurring> {
        self.materials.get(material)?.bases.get(&format!("{gene} {change}")).and_then(|noise| noise.recurring())
    }

    /// What it holds, in words: `2 samples of dna, 193 places`.
    pub fn summary(&self) -> String {
        let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let of = |(name, material): (&String, &MaterialBackground)| {
            let places = material.junctions.len() + material.bases.len();
            format!("{} of {name}, {}", plural(material.samples as usize, "sample"), plural(places, "place"))
        };
        let parts: Vec<String> = self.materials.iter().map(of).collect();
        if parts.is_empty() {
            return "no sample".to_owned();
        }
        parts.join("; ")
    }

    fn other_assembly(&self, path: &Path, other: Option<&str>) -> Error {
        let name = |assembly: Option<&str>| assembly.unwrap_or("an unknown genome").to_owned();
        let problem = format!("is on {}, the others are on {}", name(other), name(self.assembly.as_deref()));
        Error::input(path, problem, "make one background for each genome")
    }

    /// Writes the background, gzip without time stamp, so that the same samples give the same bytes.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let mut packed = GzBuilder::new().write(out, Compression::best());
        serde_json::to_writer(&mut packed, self).map_err(io::Error::from)?;
        packed.write_all(b"\n")?;
        packed.finish()?.flush()
    }

    /// Reads a background, gzip or plain.
    ///
    /// # Errors
    /// When the file cannot be read, is no background, or has another form.
    pub fn read(path: &Path) -> Result<Self> {
        let remedy = "give a file that `kinfuse normals build` of this version wrote";
        let opening = || Error::opening(path, "give the file that kinfuse normals build wrote");
        let mut file = BufReader::new(File::open(path).map_err(opening())?);
        let is_packed = file.fill_buf().map_err(opening())?.starts_with(&[0x1f, 0x8b]);
        let unpacked: Box<dyn Read> = if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        // Piece by piece: a large file that is none is refused by its first bytes.
        let background: Self = serde_json::from_reader(BufReader::new(unpacked.take(MAX_BYTES)))
            .map_err(|error| Error::input(path, format!("is no background of normal samples: {error}"), remedy))?;
        if background.normals_version != FORMAT_VERSION {
            let problem = format!("has version {}, this program reads {FORMAT_VERSION}", background.normals_version);
            return Err(Error::input(path, problem, remedy));
        }
        Ok(background)
    }
}

/// Whether a line is that of a change of residue that is not called.
fn is_of_codon(row: &VariantRow) -> bool {
    row.status == VariantStatus::NotSeen && row.hgvs_p.starts_with("p.")
}

/// The MD5 sum of a sample's counts, its name left out; `None` where it shows too little to be told from another.
fn digest(document: &Document) -> Option<String> {
    use std::fmt::Write;
    let mut text = String::new();
    for row in document.variants.iter().filter(|row| row.depth > 0) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}\t{}\t{}\t{}", row.gene, row.hgvs_p, row.depth, row.alt_fragments);
    }
    if text.is_empty() {
        return None;
    }
    for row in document.candidate_rows() {
        let _ = writeln!(text, "{:?}\t{:?}\t{}", row.breakpoint5, row.breakpoint3, row.fragments);
    }
    Some(format!("{:x}", Md5::digest(text)))
}

/// The bins of a candidate; `None` where no gene gives its ends a direction.
fn key(row: &FusionRow) -> Option<RecurrentKey> {
    let five = row.breakpoint5.as_deref().and_then(|place| place_of(place, true));
    let three = row.breakpoint3.as_deref().and_then(|place| place_of(place, false));
    let is_kinase = |gene: &Option<String>| gene.as_deref().is_some_and(|gene| crate::model::KINASES.contains(&gene));
    // The 3' gene is the kinase, but in the reciprocal.
    if is_kinase(&row.gene3) {
        return Some(RecurrentKey { gene: row.gene3.clone()?, at_kinase: three?, at_partner: five });
    }
    is_kinase(&row.gene5).then_some(())?;
    Some(RecurrentKey { gene: row.gene5.clone()?, at_kinase: five?, at_partner: three })
}

/// The bin of `chrom:position:strand`; a contig's name may hold colons. Without a strand the kept flank is not known, and taken as that
/// of a gene on the forward strand, which serves as a key as long as all samples do the same.
fn place_of(text: &str, is_five: bool) -> Option<BinnedEnd> {
    let (rest, strand) = text.rsplit_once(':')?;
    let (contig, position) = rest.rsplit_once(':')?;
    let position: u32 = position.parse().ok()?;
    Some(BinnedEnd { contig: canonical_contig_name(contig), bin: position / BIN_BP, keeps_lower: is_five == (strand != "-") })
}

#[cfg(test)]
mod tests;
