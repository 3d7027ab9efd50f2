//! Compares the libraries of a sample and its matched normal: do they come from one person?

use std::sync::Arc;

use crate::alignment::assay::AssayRequest;
use crate::alignment::file::AlignmentFile;
use crate::alignment::Library;
use crate::error::Result;
use crate::identity::{self, Contamination, LibraryComparison};
use crate::warning::Code;

use super::Run;

impl Run<'_> {
    /// The same person's normal as a library. What the user says of the sample's assay is not said of it.
    pub(super) fn matched_normal(&self, file: AlignmentFile) -> Result<Library> {
        let assay = self.recognise(&file, &AssayRequest::default())?;
        log::info!("{} (normal): {}", file.path.display(), assay.reasons.join("; "));
        Ok(Library { contigs: Arc::clone(&file.contigs), assay, files: vec![file] })
    }

    /// Whether the libraries are of one person, and of each how much is another's; the user is warned of both.
    pub(super) fn identity(&self, libraries: &[Library], normal: Option<&Library>) -> Result<(Vec<LibraryComparison>, Vec<Contamination>)> {
        self.progress.stage("inherited substitutions", 0);
        let inputs = identity::IdentityInputs {
            pool: self.pool,
            targets: &self.targets,
            models: &self.setup.models,
            reference: self.setup.reference.as_ref(),
        };
        let all: Vec<&Library> = libraries.iter().chain(normal).collect();
        let names: Vec<String> = all.iter().map(|library| library.names().join(", ")).collect();
        let shown = identity::InheritedSites::read(&all, &inputs)?;
        let (compared, contamination) = (shown.compared(), shown.contamination());
        for comparison in &compared {
            if let Some(text) = comparison.warning(comparison.libraries.map(|index| names[index].as_str())) {
                self.warnings.add(Code::NotOnePerson, text);
            }
        }
        for (name, contamination) in names.iter().zip(&contamination) {
            if let Some(text) = contamination.warning(name) {
                self.warnings.add(Code::Contaminated, text);
            }
        }
        Ok((compared, contamination))
    }
}
