//! BEDPE: two intervals a line, 0-based and half-open (bedtools.readthedocs.io, "BEDPE format").
//!
//! Columns: chrom1, start1, end1, chrom2, start2, end2, name, score, strand1, strand2, then anything. Two conventions share it.
//! Where the name joins two symbols with `::`, `--` or `>>`, it is a fusion's: the 5' partner comes first and the strands are those
//! of transcription. Otherwise it is that of structural variants: `+` keeps the bases below the break, `-` those above.
//! An interval of one base is that base; a wider one is an uncertain place, of which the middle is taken and half the width is slack.

use std::path::Path;

use crate::error::{Error, Result};
use crate::evaluate::call::{CallTier, CalledJunction};
use crate::evaluate::place::CalledEnd;
use crate::genome::{Side, Strand};
use crate::model::Role;

/// Whether these are the names of BEDPE columns.
pub(super) fn is_header(columns: &[&str]) -> bool {
    let first: Vec<String> = columns.iter().take(4).map(|name| name.to_ascii_lowercase()).collect();
    matches!(first.first().map(String::as_str), Some("chrom1" | "chr1" | "chrom_a" | "chrom" | "chr"))
        && first.len() == 4
        && first[1].starts_with("start")
        && (first[3].starts_with("chr") || first[3].starts_with('#'))
}

/// Whether the line can be a BEDPE record.
pub(super) fn is_record(line: &str) -> bool {
    record(line).is_some()
}

/// A place: contig and interval.
type BedpePlace<'t> = (&'t str, i64, i64);

fn record(line: &str) -> Option<([BedpePlace<'_>; 2], Vec<&str>)> {
    let cells: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
    if cells.len() < 6 {
        return None;
    }
    let number = |index: usize| cells[index].parse::<i64>().ok();
    let places = [(cells[0], number(1)?, number(2)?), (cells[3], number(4)?, number(5)?)];
    Some((places, cells))
}

pub(in crate::evaluate) fn read(path: &Path, text: &str) -> Result<Vec<CalledJunction>> {
    let mut calls = Vec::new();
    let mut first = true;
    for (line, number) in text.lines().zip(1..) {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let names: Vec<&str> = line.split('\t').collect();
        if std::mem::take(&mut first) && is_header(&names) {
            continue;
        }
        let (places, cells) = record(line).ok_or_else(|| Error::Line {
            path: path.to_owned(),
            line: number,
            problem: "is not chrom1, start1, end1, chrom2, start2, end2".to_owned(),
            remedy: "give BEDPE with tabs between its columns".to_owned(),
        })?;
        calls.push(call(places, &cells));
    }
    Ok(calls)
}

fn call(places: [BedpePlace<'_>; 2], cells: &[&str]) -> CalledJunction {
    let name = cells.get(6).copied().unwrap_or(".");
    let genes = ["::", "--", ">>"].iter().find_map(|joint| name.split_once(joint));
    let side = |index: usize, role: Role| {
        let strand = match cells.get(index).copied() {
            Some("+") => Strand::Forward,
            Some("-") => Strand::Reverse,
            _ => return None,
        };
        Some(match (genes, strand) {
            (Some(_), _) => role.side(strand),
            (None, Strand::Forward) => Side::Lower,
            (None, Strand::Reverse) => Side::Higher,
        })
    };
    let mut slack_bp = 0;
    let mut end = |(contig, start, stop): BedpePlace<'_>, side: Option<Side>| {
        // -1 and `.` stand for an end that is not known.
        if contig == "." || start < 0 || stop <= 0 {
            return None;
        }
        let width = (stop - start).max(1);
        slack_bp = slack_bp.max(u32::try_from(width / 2).unwrap_or(u32::MAX));
        let position = u32::try_from(start + 1 + (width - 1) / 2).ok()?;
        Some(CalledEnd::new(contig, position, side))
    };
    let ends = [end(places[0], side(8, Role::Five)), end(places[1], side(9, Role::Three))];
    let mut call = CalledJunction::new(CallTier::Pass, ends);
    call.slack_bp = slack_bp;
    if let Some((five, three)) = genes {
        call.ordered = true;
        call.genes = [Some(five.to_owned()), Some(three.to_owned())];
    }
    name.clone_into(&mut call.id);
    call
}
