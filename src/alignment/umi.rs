//! Unique molecular identifiers (UMIs): where a read carries one (tag or name), and how it is read.

use rust_htslib::bam::record::{Aux, Record};

/// Where the molecular identifier of a read is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UmiSource {
    /// A tag (`RX`, `MI`, `BX`).
    Tag([u8; 2]),
    /// The corrected UMI (`UB`) within the cell's barcode (`CB`), as aligners of droplet libraries write them.
    Cell,
    /// In the read name, behind this marker up to the end of the name.
    NameMarker(&'static str),
    /// The last field of the read name, behind this separator.
    NameSuffix(u8),
}

/// What an identifier says of its molecule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UmiKind {
    /// Bases as sequenced: they may have errors, and molecules at other places may have the same.
    Sequenced,
    /// The group to which an earlier tool has assigned the read (`MI`): without errors, at one place.
    Group,
    /// A corrected UMI within a cell: the molecule was broken after it was copied, so its copies lie at several places of the transcript.
    Cell,
}

/// A molecular identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Umi {
    /// As the record has it; of a group's name without the strand.
    pub text: Box<[u8]>,
    /// What it says.
    pub kind: UmiKind,
}

impl Umi {
    /// The identifier as the mate would show it: read 1 begins at one adapter and read 2 at the other, so of two halves the other one
    /// comes first. The second strand of a duplex molecule has swapped halves and swapped reads, and so the same identifier at each end.
    pub fn swapped(&self) -> Vec<u8> {
        halves(&self.text).map_or_else(|| self.text.to_vec(), |(first, second, joint)| [second, &[joint], first].concat())
    }
}

/// The two halves of an identifier and what joins them; none where it is one row of bases or something else.
fn halves(text: &[u8]) -> Option<(&[u8], &[u8], u8)> {
    let at = text.iter().position(|byte| b"-+".contains(byte))?;
    let (first, second) = (&text[..at], &text[at + 1..]);
    let is_bases = |half: &[u8]| !half.is_empty() && half.iter().all(|byte| b"ACGTN".contains(byte));
    (is_bases(first) && is_bases(second)).then_some((first, second, text[at]))
}

impl UmiSource {
    /// The source behind a tag that the user names: `UB` means nothing outside of its cell.
    pub fn of_tag(tag: [u8; 2]) -> Self {
        if &tag == b"UB" {
            Self::Cell
        } else {
            Self::Tag(tag)
        }
    }

    /// The identifier of a record.
    pub fn of(&self, record: &Record) -> Option<Umi> {
        let (text, kind) = match self {
            Self::Tag(tag) => {
                let text = tag_text(record, *tag)?;
                if tag == b"MI" {
                    (without_strand(text), UmiKind::Group)
                } else {
                    (text, UmiKind::Sequenced)
                }
            }
            Self::Cell => {
                let cell = tag_text(record, *b"CB")?;
                ([cell.as_slice(), b":", &tag_text(record, *b"UB")?].concat(), UmiKind::Cell)
            }
            Self::NameMarker(marker) => {
                let name = record.qname();
                let at = name.windows(marker.len()).position(|window| window == marker.as_bytes())?;
                (name[at + marker.len()..].to_vec(), UmiKind::Sequenced)
            }
            Self::NameSuffix(separator) => {
                let suffix = record.qname().rsplit(|byte| byte == separator).next()?;
                let is_umi = suffix.len() >= 4 && suffix.iter().all(|byte| b"ACGTN+-".contains(byte));
                (is_umi.then(|| suffix.to_vec())?, UmiKind::Sequenced)
            }
        };
        if kind == UmiKind::Sequenced {
            return sequenced(text).map(|text| Umi { text: text.into(), kind });
        }
        (!text.is_empty()).then(|| Umi { text: text.into(), kind })
    }

    /// How it is written in reports.
    pub fn describe(&self) -> String {
        match self {
            Self::Tag(tag) => format!("tag {}", String::from_utf8_lossy(tag)),
            Self::Cell => "tag UB within the cell of tag CB".to_owned(),
            Self::NameMarker(marker) => format!("read name behind '{marker}'"),
            Self::NameSuffix(separator) => format!("last field of the read name behind '{}'", *separator as char),
        }
    }
}

/// A sequenced identifier in upper case; none where no base of it is known.
fn sequenced(mut text: Vec<u8>) -> Option<Vec<u8>> {
    text.make_ascii_uppercase();
    text.iter().any(|byte| byte.is_ascii_alphanumeric() && *byte != b'N').then_some(text)
}

/// The strands of one molecule have names that end in `/A` and `/B` (fgbio).
fn without_strand(mut text: Vec<u8>) -> Vec<u8> {
    if text.ends_with(b"/A") || text.ends_with(b"/B") {
        text.truncate(text.len() - 2);
    }
    text
}

/// A tag's text; some tools write the number of a group as a number.
fn tag_text(record: &Record, tag: [u8; 2]) -> Option<Vec<u8>> {
    let number = |number: i64| Some(number.to_string().into_bytes());
    match record.aux(&tag).ok()? {
        Aux::String(text) => (!text.is_empty()).then(|| text.as_bytes().to_vec()),
        Aux::I8(value) => number(value.into()),
        Aux::U8(value) => number(value.into()),
        Aux::I16(value) => number(value.into()),
        Aux::U16(value) => number(value.into()),
        Aux::I32(value) => number(value.into()),
        Aux::U32(value) => number(value.into()),
        _ => None,
    }
}

/// Number of places where UMIs are looked for.
pub const SOURCES: usize = 7;

/// The places where UMIs are looked for, the surest first.
pub fn umi_sources() -> [UmiSource; SOURCES] {
    [
        UmiSource::Tag(*b"MI"),
        UmiSource::Cell,
        UmiSource::Tag(*b"RX"),
        UmiSource::Tag(*b"BX"),
        UmiSource::NameMarker("umi:"),
        UmiSource::NameSuffix(b'_'),
        UmiSource::NameSuffix(b':'),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_htslib::bam::{Header, HeaderView};

    fn umi(source: &UmiSource, name: &str, tags: &str) -> Option<String> {
        let header = HeaderView::from_header(&Header::new());
        let line = format!("{name}\t4\t*\t0\t0\t*\t*\t0\t0\tACGT\tIIII{tags}");
        let record = Record::from_sam(&header, line.as_bytes()).expect("a SAM line");
        source.of(&record).map(|umi| String::from_utf8_lossy(&umi.text).into_owned())
    }

    #[test]
    fn a_sequenced_identifier_has_one_case_and_of_unknown_bases_none_is_left() {
        assert_eq!(sequenced(b"acgt-ttga".to_vec()).as_deref(), Some(b"ACGT-TTGA".as_slice()));
        assert_eq!(sequenced(b"ANGT".to_vec()).as_deref(), Some(b"ANGT".as_slice()));
        assert_eq!((sequenced(b"NNNN-NNNN".to_vec()), sequenced(b"nn".to_vec()), sequenced(Vec::new())), (None, None, None));
    }

    #[test]
    fn a_group_is_named_without_its_strand_be_it_text_or_number() {
        let of = |tags: &str| umi(&UmiSource::Tag(*b"MI"), "r", tags);
        assert_eq!(of("\tMI:Z:12/A"), of("\tMI:Z:12/B"));
        assert_eq!((of("\tMI:Z:12/A"), of("\tMI:i:12"), of("\tMI:i:70000")), (of("\tMI:Z:12"), of("\tMI:Z:12"), of("\tMI:Z:70000")));
        assert_eq!(of("\tMI:Z:"), None);
    }

    #[test]
    fn a_droplets_umi_is_told_within_its_cell() {
        let of = |tags: &str| umi(&UmiSource::of_tag(*b"UB"), "r", tags);
        assert_eq!(of("\tCB:Z:AACC-1\tUB:Z:ACGT").as_deref(), Some("AACC-1:ACGT"));
        assert_eq!((of("\tUB:Z:ACGT"), of("\tCB:Z:AACC-1")), (None, None));
    }

    #[test]
    fn halves_are_swapped_for_the_mate_and_other_text_is_not() {
        let swapped = |text: &[u8]| {
            let umi = Umi { text: text.into(), kind: UmiKind::Sequenced };
            String::from_utf8_lossy(&umi.swapped()).into_owned()
        };
        assert_eq!((swapped(b"ACG-TTA"), swapped(b"ACG+TTA"), swapped(b"ACGTTA")), ("TTA-ACG".into(), "TTA+ACG".into(), "ACGTTA".into()));
        assert_eq!(swapped(b"ACGTTACC-1"), "ACGTTACC-1", "a droplet's number is no half");
    }
}
