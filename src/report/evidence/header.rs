//! The header of an evidence file: contigs, read groups and programs of the inputs, and this program.

use std::collections::{BTreeMap, BTreeSet};

/// The name of this program in @PG.
const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// A header made of those of several files.
#[derive(Debug)]
pub struct Merged {
    /// Its lines.
    pub text: Vec<u8>,
    /// New names of read groups, by file and old name.
    groups: BTreeMap<(usize, String), String>,
}

impl Merged {
    /// The new name of a file's read group, where two files have different groups of one name.
    pub fn renamed(&self, file: usize, group: &str) -> Option<&str> {
        if self.groups.is_empty() {
            return None;
        }
        self.groups.get(&(file, group.to_owned())).map(String::as_str)
    }
}

/// The value of a field, such as `ID:`.
fn field<'l>(line: &'l str, tag: &str) -> Option<&'l str> {
    line.split('\t').skip(1).find_map(|field| field.strip_prefix(tag))
}

/// Puts headers together, the contigs of the first; lines that several have stand once.
pub fn merged(headers: &[&[u8]], comments: &[&str]) -> Merged {
    let texts: Vec<String> = headers.iter().map(|header| String::from_utf8_lossy(header).into_owned()).collect();
    let lines = |file: usize, kind: &'static str| {
        let text = texts.get(file).map_or("", String::as_str);
        text.lines().filter(move |line| line.split('\t').next() == Some(kind))
    };
    let mut all: Vec<String> = vec!["@HD\tVN:1.6\tSO:coordinate".to_owned()];
    all.extend(lines(0, "@SQ").map(str::to_owned));
    let mut groups = BTreeMap::new();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for file in 0..texts.len() {
        for line in lines(file, "@RG") {
            let Some(id) = field(line, "ID:") else { continue };
            if known.get(id).is_some_and(|other| other == line) {
                continue;
            }
            let mut name = id.to_owned();
            let mut number = 1;
            while known.contains_key(&name) {
                number += 1;
                name = format!("{id}.{number}");
            }
            known.insert(name.clone(), line.to_owned());
            if name == id {
                all.push(line.to_owned());
            } else {
                all.push(line.replacen(&format!("\tID:{id}"), &format!("\tID:{name}"), 1));
                groups.insert((file, id.to_owned()), name);
            }
        }
    }
    let mut programs: BTreeSet<String> = BTreeSet::new();
    let mut last: Option<String> = None;
    for file in 0..texts.len() {
        for line in lines(file, "@PG") {
            let Some(id) = field(line, "ID:") else { continue };
            if programs.insert(id.to_owned()) {
                all.push(line.to_owned());
                last = if file == 0 { Some(id.to_owned()) } else { last };
            }
        }
    }
    let free = |name: &String| !programs.contains(name);
    let own = std::iter::once(PROGRAM.to_owned()).chain((1..=u32::MAX).map(|number| format!("{PROGRAM}.{number}"))).find(free);
    let before = last.map(|id| format!("\tPP:{id}")).unwrap_or_default();
    all.push(format!("@PG\tID:{}\tPN:{PROGRAM}\tVN:{}{before}", own.unwrap_or_default(), env!("CARGO_PKG_VERSION")));
    all.extend((0..texts.len()).flat_map(|file| lines(file, "@CO")).map(str::to_owned));
    all.extend(comments.iter().map(|comment| format!("@CO\t{comment}")));
    Merged { text: (all.join("\n") + "\n").into_bytes(), groups }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &[u8] =
        b"@HD\tVN:1.5\tSO:unsorted\n@SQ\tSN:chr2\tLN:900\n@RG\tID:1\tSM:P\n@PG\tID:bwa\tPN:bwa\n@PG\tID:kinfuse\tPP:bwa\n@CO\tmine\n";

    #[test]
    fn groups_and_programs_stay_and_this_program_follows_the_last() {
        let text = String::from_utf8(merged(&[FIRST], &["ours"]).text).expect("all of it is text");
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!(
            "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr2\tLN:900\n@RG\tID:1\tSM:P\n@PG\tID:bwa\tPN:bwa\n@PG\tID:kinfuse\tPP:bwa\n\
             @PG\tID:kinfuse.1\tPN:kinfuse\tVN:{version}\tPP:kinfuse\n@CO\tmine\n@CO\tours\n"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn other_groups_of_one_name_get_a_name_of_their_own() {
        let second = b"@SQ\tSN:chr2\tLN:900\n@RG\tID:1\tSM:P\tPU:lane2\n@RG\tID:2\tSM:P\n";
        let both = merged(&[FIRST, second, FIRST], &[]);
        let text = String::from_utf8_lossy(&both.text);
        assert!(text.contains("@RG\tID:1\tSM:P\n@RG\tID:1.2\tSM:P\tPU:lane2\n@RG\tID:2\tSM:P\n"), "{text}");
        assert_eq!(
            [both.renamed(0, "1"), both.renamed(1, "1"), both.renamed(1, "2"), both.renamed(2, "1")],
            [None, Some("1.2"), None, None]
        );
    }
}
