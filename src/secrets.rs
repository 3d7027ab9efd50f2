//! Hides secrets in addresses (`https://...`): they may hold a password, or a signature that opens a file to anybody.
//!
//! Messages, tables and documents show the short form, [`shown`]. [`without_secrets`] filters all that is written to the terminal, also the
//! messages of htslib.

use std::path::{Path, PathBuf};

/// Whether a path is an address.
pub fn is_remote(path: &Path) -> bool {
    path.to_string_lossy().contains("://")
}

/// A path as it may be shown.
pub fn shown_path(path: &Path) -> PathBuf {
    if is_remote(path) {
        shown(&path.to_string_lossy()).into()
    } else {
        path.to_owned()
    }
}

/// An address without what may be secret: user and password, query, and all that follows.
pub fn shown(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let (server, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
    format!("{scheme}://{server}{path}")
}

/// A text with each address in it as [`shown`]. An address ends at a blank or a quotation mark, which it holds in encoded form only.
pub fn without_secrets(text: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
    let mut rest = text;
    let mut safe = String::with_capacity(text.len());
    while let Some(at) = rest.find("://") {
        let end = rest[at..].find(ends).map_or(rest.len(), |length| at + length);
        let begin = rest[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |before| before + rest[before..].chars().next().map_or(1, char::len_utf8));
        safe.push_str(&rest[..begin]);
        safe.push_str(&shown(&rest[begin..end]));
        rest = &rest[end..];
    }
    safe + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        for (address, expected) in [
            ("https://me:pass@host:8/a/b.bam?X-Sig=s&t=1", "https://host:8/a/b.bam"),
            ("s3://key:secret@bucket/x@2.cram", "s3://bucket/x@2.cram"),
            ("http://host?token=1", "http://host"),
            ("https://host/x.bam##idx##https://host/x.bai?sig=2", "https://host/x.bam"),
            ("http://[::1]:80/x.bam", "http://[::1]:80/x.bam"),
            ("file.bam", "file.bam"),
        ] {
            assert_eq!(shown(address), expected);
        }
        assert_eq!(
            without_secrets("é: Failed \"https://a:b@h/x?s=1\" and \u{3a9}s3://k:s@b/y: no; see https://d.org/z, or /tmp/x?y"),
            "é: Failed \"https://h/x\" and \u{3a9}s3://b/y: no; see https://d.org/z, or /tmp/x?y"
        );
    }
}
