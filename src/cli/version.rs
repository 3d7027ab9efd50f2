//! `kinfuse --version` in one line, and with `-vV` what it is built of.

use std::ffi::OsString;

use crate::alignment::remote::IS_BUILT;
use crate::knowledge::Knowledge;

/// The version with a line for each part, where `-vV` asks for it.
pub fn with_parts(arguments: &[OsString]) -> Option<String> {
    let arguments: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    let letters =
        |argument: &&&str| argument.strip_prefix('-').is_some_and(|letters| letters.bytes().all(|letter| b"vqV".contains(&letter)));
    let short: String = arguments.iter().filter(letters).copied().collect();
    let has = |letter: char, word: &str| short.contains(letter) || arguments.contains(&word);
    (has('v', "--verbose") && has('V', "--version")).then(|| {
        let built =
            [env!("CARGO_PKG_VERSION"), concat!("htslib ", env!("KINFUSE_HTSLIB_VERSION")), concat!("target ", env!("KINFUSE_TARGET"))];
        let knowledge = Knowledge::builtin();
        let tables = knowledge.sources().iter().map(|table| format!("{} {} {}", table.table, table.version, table.checksum));
        let features = IS_BUILT.then(|| "feature remote".to_owned());
        built.map(str::to_owned).into_iter().chain(features).chain(tables).collect::<Vec<_>>().join("\n")
    })
}
