//! Arriba's `fusions.tsv`.
//!
//! Columns by name as its documentation gives them (arriba.readthedocs.io, "Output files"): `gene1` is the 5' and `gene2` the 3'
//! partner; `strand1(gene/fusion)` has behind the slash the strand that is transcribed; `breakpoint1` is `chrom:position`;
//! `direction1` is `downstream` where the partner joins at a higher coordinate, so that the lower flank is kept, and `upstream`
//! where the higher one is. `confidence` is `low`, `medium` or `high`: all of them passed Arriba's filters, so all count as PASS.

use std::path::Path;

use crate::error::Result;
use crate::evaluate::call::{CallTier, CalledJunction};
use crate::evaluate::place::CalledEnd;
use crate::evaluate::sheet::{Line, Sheet};
use crate::genome::{Side, Strand};
use crate::model::Role;

pub(super) fn read(path: &Path, text: &str) -> Result<Vec<CalledJunction>> {
    let sheet = Sheet::parse(path, text);
    sheet.lines().map(|line| call(&line)).collect()
}

fn call(line: &Line<'_>) -> Result<CalledJunction> {
    let five = end(line, "breakpoint1", "direction1", "strand1(gene/fusion)", Role::Five)?;
    let three = end(line, "breakpoint2", "direction2", "strand2(gene/fusion)", Role::Three)?;
    let mut call = CalledJunction::new(CallTier::Pass, [Some(five), Some(three)]);
    call.ordered = true;
    call.genes = ["gene1", "gene2"].map(|column| line.text(column));
    call.insertion = line.get("fusion_transcript").map(insertion);
    call.id = format!("{}:{}", line.get("gene1").unwrap_or("."), line.get("gene2").unwrap_or("."));
    Ok(call)
}

fn end(line: &Line<'_>, breakpoint: &str, direction: &str, strands: &str, role: Role) -> Result<CalledEnd> {
    let text = line.required(breakpoint)?;
    let place = text.rsplit_once(':').and_then(|(contig, position)| Some((contig, position.parse().ok()?)));
    let (contig, position) = place.ok_or_else(|| line.error(format!("{breakpoint} is {text:?}, not chrom:position")))?;
    let transcribed = line.get(strands).and_then(|strands| strands.rsplit('/').next());
    let side = match (line.get(direction), transcribed) {
        (Some("downstream"), _) => Some(Side::Lower),
        (Some("upstream"), _) => Some(Side::Higher),
        (_, Some("+")) => Some(role.side(Strand::Forward)),
        (_, Some("-")) => Some(role.side(Strand::Reverse)),
        _ => None,
    };
    Ok(CalledEnd::new(contig, position, side))
}

/// Bases between two pipes are inserted ones; with one pipe there are none.
fn insertion(transcript: &str) -> String {
    let parts: Vec<&str> = transcript.split('|').collect();
    if parts.len() == 3 {
        parts[1].to_ascii_uppercase()
    } else {
        String::new()
    }
}
