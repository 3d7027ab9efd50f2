//! Warnings of a run, each with a stable code and a sentence.
//!
//! A run has one collector, [`Warnings`]. Its stages hold a reference to it ([`crate::pipeline`] makes it, [`crate::setup`] and the stages
//! take it as an argument) and say what they saw:
//!
//! ```
//! use kinfuse::warning::{Code, Warnings};
//!
//! let warnings = Warnings::default();
//! warnings.add(Code::NotReadWhole, "41,200,113 of 43,200,113 unaligned reads were not looked at");
//! assert_eq!(warnings.list()[0].code.name(), "not_read_whole");
//! ```
//!
//! A warning is shown on the terminal when the run has ended well, unless `--quiet` (one that fails says its error alone), and stands in
//! `warnings[]` of `kinfuse.json` whatever the terminal shows. What is said twice is kept once. The reasons of the sample's `status` join
//! the list when the document is made; they are not added here. For a new kind of warning add a [`Code`]: one word or a few, never renamed.
//! The number that a warning is about belongs into its text. Add it from the thread that owns the stage, so that the terminal has the same
//! order in every run.

use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::terminal::one_line;

/// What a warning is about: a stable word for scripts, in the order in which warnings are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A part of the reads was not looked at because there are too many.
    NotReadWhole,
    /// Pairs are mates of different fragments.
    MatesOutOfStep,
    /// Both mates of the pairs are one read.
    ReadGivenTwice,
    /// The reads do not look like the assay that was given.
    AssayUnlike,
    /// Reads go on into the adapter.
    AdaptersLeftIn,
    /// Nothing lies at the kinases.
    NoReads,
    /// Hardly anything does.
    TooFewReads,
    /// Nearly all reads are flagged as duplicates.
    MostlyDuplicates,
    /// Too few molecules lie across the places that the assay covers.
    TooFewMolecules,
    /// None of the places at which kinases usually break is covered.
    BreaksNotCovered,
    /// Too little or degraded RNA.
    TooLittleRna,
    /// The reads are too short to be placed.
    ShortReads,
    /// The fragments are too short to show on which places they lie.
    ShortFragments,
    /// A target has no contig or no gene model here.
    TargetAbsent,
    /// A target's gene model has no coding sequence.
    NoCodingSequence,
    /// The read groups name more than one sample.
    SampleNamesDiffer,
    /// No UMIs were found, or none under the tag that was named, though the user counts by them.
    NoUmis,
    /// The FASTA lacks contigs of genes that are looked at.
    ReferenceLacksContigs,
    /// A table of the user is not read: no table has its name.
    TableNotRead,
    /// A column of a user's table is not read: no column has its name.
    ColumnNotRead,
    /// The background of normal samples has none of this material.
    NormalsOfOtherMaterial,
    /// A mutation is not called because normal samples show it too.
    HeldBackByNormals,
    /// Calls that the VCF cannot hold.
    NotInVcf,
    /// The tumour type is not in the tables.
    TumourNotInTables,
    /// A file lies elsewhere, so that less of it was checked.
    RemoteFile,
    /// Two files given as one sample are of two persons.
    NotOnePerson,
    /// A library has molecules of another person.
    Contaminated,
}

impl Code {
    /// The word used in files.
    pub fn name(self) -> String {
        // The one place that knows how the words are written is the serialisation.
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// One warning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// What it is about.
    pub code: Code,
    /// The sentence, without control characters.
    pub text: String,
}

impl Warning {
    /// A warning; characters that cannot be seen, as names of files or contigs may bring, are written out.
    pub fn new(code: Code, text: impl AsRef<str>) -> Self {
        Self { code, text: one_line(text.as_ref()) }
    }
}

/// The warnings of one run.
#[derive(Debug, Default)]
pub struct Warnings(Mutex<Vec<Warning>>);

impl Warnings {
    /// Keeps a warning and shows it, unless it was said before.
    pub fn add(&self, code: Code, text: impl AsRef<str>) {
        let warning = Warning::new(code, text);
        // A list is whole after each push, so that a worker that died while it held the lock harms nothing.
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !list.contains(&warning) {
            log::warn!("{}", warning.text);
            list.push(warning);
        }
    }

    /// All of them in an order that does not depend on when they were said.
    pub fn list(&self) -> Vec<Warning> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        list.sort();
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_kept_once_whoever_says_it_first() {
        let warnings = Warnings::default();
        for (code, text) in [(Code::NotInVcf, "b"), (Code::NotReadWhole, "x\u{1b}[2J"), (Code::NotInVcf, "a"), (Code::NotInVcf, "b")] {
            warnings.add(code, text);
        }
        let list: Vec<(String, String)> = warnings.list().into_iter().map(|warning| (warning.code.name(), warning.text)).collect();
        let expected = [("not_read_whole", r"x\u{1b}[2J"), ("not_in_vcf", "a"), ("not_in_vcf", "b")];
        assert_eq!(list, expected.map(|(code, text)| (code.to_owned(), text.to_owned())));
    }
}
