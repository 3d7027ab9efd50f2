//! Tab-separated tables: a header line always, no quotes, plain or gzip.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};

use super::rows::TableRow;

/// Writes the header and the rows. A sample without findings gives the header alone.
pub fn write<R: TableRow>(out: impl Write, rows: &[R]) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().delimiter(b'\t').quote_style(csv::QuoteStyle::Never).from_writer(out);
    table.write_record(R::COLUMNS).map_err(cause)?;
    for row in rows {
        table.write_record(row.cells()).map_err(cause)?;
    }
    table.flush()
}

/// The system's answer inside an error of `csv`, whose own conversion hides what kind of error it was, and with it the remedy.
pub fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Writes the same table as gzip. The gzip header carries neither a time nor a name, so that the bytes depend on the rows alone.
pub fn write_gzip<R: TableRow>(out: impl Write, rows: &[R]) -> io::Result<()> {
    let mut packed = GzBuilder::new().mtime(0).write(out, Compression::default());
    write(&mut packed, rows)?;
    packed.finish()?.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::report::rows::{FusionRow, MetricRow, MetricValue};
    use std::io::Read;

    fn text<R: TableRow>(rows: &[R]) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, rows).expect("a vector takes any number of bytes");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn a_sample_without_fusion_gives_the_header_alone() {
        let empty = text::<FusionRow>(&[]);
        assert_eq!(empty.lines().count(), 1);
        assert!(empty.starts_with("sample\tid\tfusion\t") && empty.ends_with("\tevidence_file\n"));
    }

    #[test]
    fn every_line_has_as_many_cells_as_the_header() {
        let row = FusionRow::new("a\tb\"c\n", &fixture::eml4_alk(), &fixture::contigs());
        let table = text(&[row.clone(), row]);
        assert!(table.lines().all(|line| line.split('\t').count() == FusionRow::COLUMNS.len()));
        assert_eq!(table.lines().count(), 3);
        assert!(table.contains("\na b\"c \t"));
    }

    #[test]
    fn gzip_holds_the_same_bytes_and_no_time() {
        let rows = [MetricRow::new("S", "reads", Some(MetricValue::Count(7)), "reads", "")];
        let mut packed = Vec::new();
        write_gzip(&mut packed, &rows).expect("a vector takes any number of bytes");
        assert_eq!(packed[4..8], [0; 4]);
        let mut back = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut back).expect("what was packed can be unpacked");
        assert_eq!(back, text(&rows));
    }

    #[test]
    fn a_full_disk_is_told_from_within_a_row_too() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let rows = vec![FusionRow::new("S1", &fixture::eml4_alk(), &fixture::contigs()); 100];
        assert_eq!(write(Full, &rows).map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
    }
}
