//! The evidence files of a run: which records of each library stand behind which call.

use rustc_hash::FxHashMap;

use crate::alignment::read::FragmentId;
use crate::error::Result;
use crate::evidence::supporting::{Further, SupportingRecord};
use crate::fusion::witness::{Behind, Shows};
use crate::fusion::{Fusion, Witnesses};
use crate::material::Material;
use crate::pipeline::SampleResult;
use crate::report::evidence::{index, index_suffix, is_suffix, suffixes, EvidenceFile, Label};
use crate::report::output::Outputs;

/// The calls of a run with the fragments behind each, in either material.
fn calls(result: &SampleResult) -> impl Iterator<Item = (&Fusion, &Witnesses)> {
    let listed = result.fusions.iter().filter(|fusion| fusion.is_reported());
    listed.flat_map(|fusion| behind(fusion).map(move |witnesses| (fusion, witnesses)))
}

/// The fragments behind a call: its own, and those of the break in DNA that it reports.
fn behind(fusion: &Fusion) -> impl Iterator<Item = &Witnesses> {
    std::iter::once(&*fusion.witnesses).chain(fusion.agreement.dna.as_deref().map(|dna| &*dna.witnesses))
}

/// Suffixes of the evidence files, one a library.
pub fn files(result: &SampleResult) -> Vec<String> {
    let materials: Vec<Material> = result.sources.iter().map(|library| library.assay.material()).collect();
    suffixes(&materials)
}

/// Suffixes of the files that have the records behind a call.
pub fn files_of<'f>(fusion: &Fusion, files: &'f [String]) -> Vec<&'f str> {
    let mut list: Vec<&str> = behind(fusion).filter_map(|witnesses| files.get(witnesses.library)).map(String::as_str).collect();
    list.dedup();
    list
}

/// Writes the evidence file of each library with its index; those of an earlier run with other libraries go.
///
/// # Errors
/// When a library cannot be read once more, or a file cannot be written.
pub fn write(outputs: &mut Outputs, result: &SampleResult) -> Result<()> {
    let files = files(result);
    for suffix in outputs.present()?.into_iter().filter(|suffix| is_suffix(suffix)) {
        let is_written = |file: &String| *file == suffix || index_suffix(file, &result.contigs) == suffix;
        if !files.iter().any(is_written) {
            outputs.supersede(&suffix);
        }
    }
    for (number, suffix) in files.iter().enumerate() {
        library(outputs, result, number, suffix)?;
    }
    Ok(())
}

/// The molecules of each call as they get their numbers.
#[derive(Default)]
struct Numbers {
    /// Number and the first fragment that counts itself.
    of: FxHashMap<(usize, FragmentId), (usize, Option<FragmentId>)>,
    given: FxHashMap<usize, usize>,
}

impl Numbers {
    /// The number of a molecule, and whether `fragment` is a copy of one that came before.
    fn take(&mut self, shows: &Shows, fragment: FragmentId, counts: bool) -> (usize, bool) {
        let given = self.given.entry(shows.of).or_default();
        let (number, first) = self.of.entry((shows.of, shows.witness.molecule)).or_insert_with(|| {
            *given += 1;
            (*given, None)
        });
        let first = if counts { Some(*first.get_or_insert(fragment)) } else { None };
        (*number, first != Some(fragment))
    }
}

fn library(outputs: &mut Outputs, result: &SampleResult, number: usize, suffix: &str) -> Result<()> {
    let source = &result.sources[number];
    let own: Vec<(&Fusion, &Witnesses)> = calls(result).filter(|(_, witnesses)| witnesses.library == number).collect();
    let path = outputs.path(suffix)?;
    let headers: Vec<&[u8]> = source.files.iter().map(|file| file.header.as_slice()).collect();
    let mut file = EvidenceFile::create(&path, &headers).map_err(|error| outputs.failure(suffix, "write", error))?;
    let mut numbers = Numbers::default();
    let behind = Behind::find(source, own.iter().map(|(_, witnesses)| *witnesses), Further::Copies)?;
    behind.visit(&mut |found: SupportingRecord<'_>, shows: &[Shows]| {
        let mut is_copy = false;
        let labels: Vec<Label<'_>> = shows
            .iter()
            .map(|shows| {
                let (molecule, copied) = numbers.take(shows, found.fragment, found.fragment == found.chosen);
                is_copy |= copied;
                Label { call: &own[shows.of].0.id, kind: shows.witness.kind.name(), molecule }
            })
            .collect();
        file.write(found.record, found.lane.index(), &labels, is_copy).map_err(|error| outputs.failure(suffix, "write", error))
    })?;
    file.finish(&path).map_err(|error| outputs.failure(suffix, "write", error))?;
    outputs.finished(suffix)?;
    let suffix = index_suffix(suffix, &result.contigs);
    let at = outputs.path(&suffix)?;
    index(&path, &at, &result.contigs).map_err(|error| outputs.failure(&suffix, "index", error))?;
    outputs.finished(&suffix)
}
