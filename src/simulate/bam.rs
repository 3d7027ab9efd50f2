//! True alignments as a sorted BAM with its index.

use std::path::Path;

use rust_htslib::bam::{self, header::HeaderRecord, Header};

use crate::error::{Error, Result};

use super::align::AlignedRecord;
use super::genome::MemoryGenome;

/// Writes `records` (in any order) to `path`, sorted by place, and `path.bai` beside it. `sample` becomes the SM of the one read
/// group, `program` the name in the one @PG line.
///
/// # Errors
/// When a file cannot be written.
pub fn write(path: &Path, reference: &MemoryGenome, sample: &str, program: &str, records: Vec<AlignedRecord>) -> Result<()> {
    write_with_index(path, None, reference, sample, program, records)
}

/// As [`write()`], with the index at a place of its own.
///
/// # Errors
/// When a file cannot be written.
pub fn write_with_index(
    path: &Path,
    index: Option<&Path>,
    reference: &MemoryGenome,
    sample: &str,
    program: &str,
    mut records: Vec<AlignedRecord>,
) -> Result<()> {
    let failed = |error: rust_htslib::errors::Error| {
        Error::input(path, format!("cannot be written: {error}"), "check the folder and the space left")
    };
    let mut header = Header::new();
    header.push_record(HeaderRecord::new(b"HD").push_tag(b"VN", "1.6").push_tag(b"SO", "coordinate"));
    for (_, contig) in reference.contigs().iter() {
        header.push_record(HeaderRecord::new(b"SQ").push_tag(b"SN", &contig.name).push_tag(b"LN", contig.length_bp));
    }
    header.push_record(HeaderRecord::new(b"RG").push_tag(b"ID", 1).push_tag(b"SM", sample));
    header.push_record(HeaderRecord::new(b"PG").push_tag(b"ID", program).push_tag(b"PN", program));
    // Unplaced reads come last; the sort is stable, so ties keep the order of drawing.
    records.sort_by_key(|record| record.place.map_or((1, None), |place| (0, Some(place))));
    let view = bam::HeaderView::from_header(&header);
    {
        let mut writer = bam::Writer::from_path(path, &header, bam::Format::Bam).map_err(failed)?;
        for record in &records {
            let record = bam::Record::from_sam(&view, record.sam.as_bytes()).map_err(failed)?;
            writer.write(&record).map_err(failed)?;
        }
    }
    bam::index::build(path, index, bam::index::Type::Bai, 1).map_err(failed)
}
