//! The identity of a report, which makes it one that can be signed: its id, the report that it replaces, and its input files. Whether
//! libraries are of one person is another matter: [`crate::identity`].

use md5::{Digest, Md5};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::Document;

/// Digits of an id.
const DIGITS: usize = 16;

/// The id of a report. It follows from the document's content alone, so that the same result has the same id whenever it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportId {
    /// First digits of the MD5 sum of the document, this part left out.
    pub id: String,
    /// The id of the report whose findings other tables have renewed; `null` for that of a call.
    pub replaces: Option<String>,
}

/// A file that was read, told by what is cheap to read: a checksum of 60 GB of reads would take longer than the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InputFile {
    /// Its name, without folders.
    pub file: String,
    /// Its size; `null` for a stream and a remote file.
    pub bytes: Option<u64>,
    /// MD5 sum of the header's text.
    pub header_md5: String,
    /// MD5 sum of the index, which holds the place of each block of reads, unpacked for a remote file; `null` where none was used.
    pub index_md5: Option<String>,
}

/// The id of a document.
pub fn id(document: &Document) -> String {
    let mut content = document.clone();
    content.report = ReportId::default();
    let bytes = serde_json::to_vec(&content).unwrap_or_default();
    format!("{:x}", Md5::digest(bytes)).chars().take(DIGITS).collect()
}

impl Document {
    /// Gives the document its id, that of a call.
    pub fn sign(&mut self) {
        self.report = ReportId { id: id(self), replaces: None };
    }

    /// Gives a renewed document its id. Where nothing changed it keeps the old one.
    pub fn sign_again(&mut self) {
        let before = std::mem::take(&mut self.report);
        let now = id(self);
        self.report = if now == before.id || before.id.is_empty() {
            ReportId { id: now, ..before }
        } else {
            ReportId { id: now, replaces: Some(before.id) }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_follows_from_the_content_and_says_what_it_replaces() {
        let (mut document, mut other) = (Document::new("S1"), Document::new("S2"));
        document.sign();
        other.sign();
        assert!(document.report.id.len() == DIGITS && document.report.id != other.report.id);
        let called = document.report.clone();
        document.sign_again();
        assert_eq!(document.report, called);
        document.interpretation.tumour = Some("NSCLC".to_owned());
        document.sign_again();
        assert_eq!(document.report.replaces, Some(called.id));
        let renewed = document.report.clone();
        document.sign_again();
        assert_eq!(document.report, renewed, "a second time changes nothing");
    }
}
