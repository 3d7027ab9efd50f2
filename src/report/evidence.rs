//! The evidence file: the records behind each row of `fusions.tsv`, sorted by place and indexed.
//!
//! Records are as the input has them, with these tags. Tags in lower case are free for such use (SAM specification, section 1.5).
//!
//! | tag | what |
//! |---|---|
//! | `kf:Z` | identifiers of the calls behind which the record's molecule stands, joined by `,` |
//! | `ke:Z` | how the molecule shows each of them: `split`, `pair` or `clip` |
//! | `km:Z` | the molecule's number within each of them, from 1 in the order of the file |
//! | `kc:i` | 1 where the fragment is a copy of another one of the molecule; else the tag is missing |
//!
//! The three lists have one order, so that the distinct `km` of a call are the `fragments` of its row.

pub mod carry;
mod header;
pub mod session;

use std::io;
use std::path::Path;

use rust_htslib::bam::record::{Aux, Record};
use rust_htslib::bam::{self, index, Format};

use crate::bgzf;
use crate::genome::Contigs;
use crate::material::Material;
use header::Merged;

/// Identifiers of the calls.
pub const CALL_TAG: &[u8; 2] = b"kf";
/// Kinds of evidence.
pub const KIND_TAG: &[u8; 2] = b"ke";
/// Numbers of the molecule.
pub const MOLECULE_TAG: &[u8; 2] = b"km";
/// Whether the fragment is a copy.
pub const COPY_TAG: &[u8; 2] = b"kc";

/// What the file says of its own tags.
const COMMENTS: [&str; 4] = [
    "kinfuse: kf = fusions that the molecule shows, as fusions.tsv names them",
    "kinfuse: ke = how it shows each of them: split, pair or clip",
    "kinfuse: km = number of the molecule within each of them; distinct numbers are its fragments",
    "kinfuse: kc = 1 for further copies of a molecule",
];

/// Longest contig that an index of the form BAI can hold (SAM specification, section 5.2).
const MAX_BAI_BP: u32 = 1 << 29;

/// Suffixes of the file of each library: `evidence.bam`, or with the material before it where there are several.
pub fn suffixes(materials: &[Material]) -> Vec<String> {
    let name = |index: usize, material: Material| {
        let word = if material == Material::Rna { "rna" } else { "dna" };
        match materials[..index].iter().filter(|other| **other == material).count() {
            0 => format!("{word}.evidence.bam"),
            before => format!("{word}{}.evidence.bam", before + 1),
        }
    };
    match materials {
        [_] => vec!["evidence.bam".to_owned()],
        several => several.iter().enumerate().map(|(index, material)| name(index, *material)).collect(),
    }
}

/// Whether a suffix is that of such a file, or of its index, for any number of libraries.
pub fn is_suffix(suffix: &str) -> bool {
    let file = suffix.strip_suffix(".bai").or_else(|| suffix.strip_suffix(".csi")).unwrap_or(suffix);
    let Some(library) = file.strip_suffix("evidence.bam") else { return false };
    let number = library.strip_suffix('.').and_then(|word| word.strip_prefix("rna").or_else(|| word.strip_prefix("dna")));
    library.is_empty() || number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Suffix of the index of such a file; contigs that are too long for BAI ask for CSI.
pub fn index_suffix(suffix: &str, contigs: &Contigs) -> String {
    format!("{suffix}.{}", if is_long(contigs) { "csi" } else { "bai" })
}

fn is_long(contigs: &Contigs) -> bool {
    contigs.iter().any(|(_, contig)| contig.length_bp > MAX_BAI_BP)
}

/// What a record's molecule shows of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label<'a> {
    /// Identifier of the call.
    pub call: &'a str,
    /// `split`, `pair` or `clip`.
    pub kind: &'static str,
    /// Number of the molecule within the call.
    pub molecule: usize,
}

/// An evidence file that is being written.
pub struct EvidenceFile {
    writer: bam::Writer,
    header: Merged,
}

impl EvidenceFile {
    /// Begins a file; `headers` are those of the input files, which have the same contigs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, headers: &[&[u8]]) -> io::Result<Self> {
        let header = header::merged(headers, &COMMENTS);
        let view = bam::HeaderView::from_bytes(&header.text);
        let writer = bam::Writer::from_path(path, &bam::Header::from_template(&view), Format::Bam).map_err(io::Error::other)?;
        Ok(Self { writer, header })
    }

    /// Writes a record of the input file of this index with its labels. Records must come in the order of place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, record: &Record, file: usize, labels: &[Label<'_>], is_copy: bool) -> io::Result<()> {
        let mut record = record.clone();
        let joined = |of: &dyn Fn(&Label<'_>) -> String| labels.iter().map(of).collect::<Vec<_>>().join(",");
        let cells = [
            (CALL_TAG, joined(&|label| label.call.to_owned())),
            (KIND_TAG, joined(&|label| label.kind.to_owned())),
            (MOLECULE_TAG, joined(&|label| label.molecule.to_string())),
        ];
        for (tag, text) in &cells {
            set(&mut record, **tag, Aux::String(text))?;
        }
        // The input may itself be an evidence file: its own tag is removed.
        let _ = record.remove_aux(COPY_TAG);
        if is_copy {
            set(&mut record, *COPY_TAG, Aux::U8(1))?;
        }
        let group = match record.aux(b"RG") {
            Ok(Aux::String(group)) => self.header.renamed(file, group).map(str::to_owned),
            _ => None,
        };
        if let Some(group) = group {
            set(&mut record, *b"RG", Aux::String(&group))?;
        }
        self.writer.write(&record).map_err(io::Error::other)
    }

    /// Closes the file and makes sure that it arrived.
    ///
    /// # Errors
    /// When its end did not reach the disk.
    pub fn finish(self, path: &Path) -> io::Result<()> {
        drop(self.writer);
        bgzf::check_end(path)
    }
}

/// Sets a tag, whatever the record had there.
fn set(record: &mut Record, tag: [u8; 2], value: Aux<'_>) -> io::Result<()> {
    // The error of removing a tag that is not there does not matter.
    let _ = record.remove_aux(&tag);
    record.push_aux(&tag, value).map_err(io::Error::other)
}

/// Indexes a finished file.
///
/// # Errors
/// When the index cannot be written.
pub fn index(path: &Path, at: &Path, contigs: &Contigs) -> io::Result<()> {
    let kind = if is_long(contigs) { index::Type::Csi(14) } else { index::Type::Bai };
    index::build(path, Some(at), kind, 1).map_err(|error| io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_any_number_of_libraries_are_known() {
        for suffix in suffixes(&[Material::Rna]).into_iter().chain(suffixes(&[Material::Dna, Material::Rna, Material::Rna, Material::Rna]))
        {
            for suffix in [suffix.clone(), format!("{suffix}.bai"), format!("{suffix}.csi")] {
                assert!(is_suffix(&suffix), "{suffix}");
            }
        }
        for other in ["bam", "my.evidence.bam", "rnax.evidence.bam", "b.rna.evidence.bam", "evidence.bam.md5"] {
            assert!(!is_suffix(other), "{other}");
        }
    }

    #[test]
    fn one_library_needs_no_name_and_several_are_told_apart() {
        use Material::{Dna, Rna};
        assert_eq!(suffixes(&[Rna]), ["evidence.bam"]);
        assert_eq!(suffixes(&[Rna, Dna]), ["rna.evidence.bam", "dna.evidence.bam"]);
        assert_eq!(suffixes(&[Dna, Dna]), ["dna.evidence.bam", "dna2.evidence.bam"]);
    }

    #[test]
    fn a_contig_that_bai_cannot_hold_gets_csi() {
        let suffix = |length_bp: u32| index_suffix("evidence.bam", &Contigs::new([("chr1".to_owned(), length_bp)]));
        assert_eq!([suffix(1 << 29), suffix((1 << 29) + 1)], ["evidence.bam.bai", "evidence.bam.csi"]);
    }
}
