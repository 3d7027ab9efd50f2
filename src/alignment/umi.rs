//! Where a read carries the identifier of its molecule.

use rust_htslib::bam::record::{Aux, Record};

/// Where the molecular identifier of a read is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UmiSource {
    /// A tag (`RX`, `MI`, `BX`).
    Tag([u8; 2]),
    /// In the read name, behind this marker up to the end of the name.
    NameMarker(&'static str),
    /// The last field of the read name, behind this separator.
    NameSuffix(u8),
}

impl UmiSource {
    /// The identifier of a record.
    pub fn of(&self, record: &Record) -> Option<Box<[u8]>> {
        match self {
            Self::Tag(tag) => match record.aux(tag) {
                Ok(Aux::String(text)) if !text.is_empty() => Some(text.as_bytes().into()),
                _ => None,
            },
            Self::NameMarker(marker) => {
                let name = record.qname();
                let at = name.windows(marker.len()).position(|window| window == marker.as_bytes())?;
                let rest = &name[at + marker.len()..];
                (!rest.is_empty()).then(|| rest.into())
            }
            Self::NameSuffix(separator) => {
                let suffix = record.qname().rsplit(|byte| byte == separator).next()?;
                let is_umi = suffix.len() >= 4 && suffix.iter().all(|byte| b"ACGTN+-".contains(byte));
                is_umi.then(|| suffix.into())
            }
        }
    }

    /// How it is written in reports.
    pub fn describe(&self) -> String {
        match self {
            Self::Tag(tag) => format!("tag {}", String::from_utf8_lossy(tag)),
            Self::NameMarker(marker) => format!("read name behind '{marker}'"),
            Self::NameSuffix(separator) => format!("last field of the read name behind '{}'", *separator as char),
        }
    }
}

/// The places where UMIs are looked for, the surest first.
pub fn umi_sources() -> [UmiSource; 6] {
    [
        UmiSource::Tag(*b"MI"),
        UmiSource::Tag(*b"RX"),
        UmiSource::Tag(*b"BX"),
        UmiSource::NameMarker("umi:"),
        UmiSource::NameSuffix(b'_'),
        UmiSource::NameSuffix(b':'),
    ]
}
