//! `kinfuse --version` in one line, and with `-vV` what it is built of.

use std::ffi::OsString;

use crate::knowledge::Knowledge;

/// What `-vV` prints beyond the line of `--version`; none where it was not asked for.
pub fn details(arguments: &[OsString]) -> Option<String> {
    let arguments: Vec<&str> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    let letters =
        |argument: &&&str| argument.strip_prefix('-').is_some_and(|letters| letters.bytes().all(|letter| b"vqV".contains(&letter)));
    let short: String = arguments.iter().filter(letters).copied().collect();
    let has = |letter: char, word: &str| short.contains(letter) || arguments.contains(&word);
    (has('v', "--verbose") && has('V', "--version")).then(|| {
        let built = format!("htslib {}\ntarget {}\n", env!("KINFUSE_HTSLIB_VERSION"), env!("KINFUSE_TARGET"));
        let knowledge = Knowledge::builtin();
        let tables = knowledge.sources().iter().map(|table| format!("{} {} {}\n", table.table, table.version, table.checksum));
        built + &tables.collect::<String>()
    })
}
