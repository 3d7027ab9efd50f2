//! Reads as FASTQ, for real aligners.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::{Error, Result};

use super::reads::{SimulatedFragment, SimulatedRead};

/// Writes the first reads to `first` and, for pairs, the second ones to `second`. A UMI tag is written as comment (`RX:Z:...`),
/// where `bwa mem -C` and `minimap2 -y` take it from.
///
/// # Errors
/// When a file cannot be written.
pub fn write<'m>(fragments: impl IntoIterator<Item = &'m SimulatedFragment<'m>>, first: &Path, second: Option<&Path>) -> Result<()> {
    let create = |path: &Path| File::create(path).map(BufWriter::new).map_err(Error::io(path, "write"));
    let mut files = vec![(first, create(first)?)];
    if let Some(second) = second {
        files.push((second, create(second)?));
    }
    for fragment in fragments {
        for ((path, file), read) in files.iter_mut().zip(&fragment.reads) {
            write_record(file, fragment, read).map_err(Error::io(*path, "write"))?;
        }
    }
    for (path, mut file) in files {
        file.flush().map_err(Error::io(path, "write"))?;
    }
    Ok(())
}

/// Writes one read.
///
/// # Errors
/// When it cannot be written.
pub fn write_record(file: &mut impl Write, fragment: &SimulatedFragment, read: &SimulatedRead) -> std::io::Result<()> {
    write!(file, "@{}", fragment.name)?;
    if let Some(umi) = &fragment.umi_tag {
        write!(file, " RX:Z:{umi}")?;
    }
    file.write_all(b"\n")?;
    file.write_all(&read.bases)?;
    file.write_all(b"\n+\n")?;
    let qualities: Vec<u8> = read.qualities.iter().map(|quality| quality + b'!').collect();
    file.write_all(&qualities)?;
    file.write_all(b"\n")
}
