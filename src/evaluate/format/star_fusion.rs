//! STAR-Fusion's `star-fusion.fusion_predictions.tsv`, full or abridged.
//!
//! Columns by name as its wiki gives them (github.com/STAR-Fusion/STAR-Fusion/wiki, "Output from STAR-Fusion"): `FusionName` is
//! `LEFT--RIGHT`, left being 5'; `LeftBreakpoint` and `RightBreakpoint` are `chrom:position:strand`, 1-based, the last base of the
//! left and the first of the right exon. What is listed was predicted, so all rows count as PASS.

use std::path::Path;

use crate::error::Result;
use crate::evaluate::call::{CallTier, CalledJunction};
use crate::evaluate::place::CalledEnd;
use crate::evaluate::sheet::{Line, Sheet};
use crate::model::Role;

pub(super) fn read(path: &Path, text: &str) -> Result<Vec<CalledJunction>> {
    let sheet = Sheet::parse(path, text);
    sheet.lines().map(|line| call(&line)).collect()
}

fn call(line: &Line<'_>) -> Result<CalledJunction> {
    let end = |column: &str, role: Role| {
        let text = line.required(column)?;
        CalledEnd::of_gene(text, role).ok_or_else(|| line.error(format!("{column} is {text:?}, not chrom:position:strand")))
    };
    let mut call =
        CalledJunction::new(CallTier::Pass, [Some(end("LeftBreakpoint", Role::Five)?), Some(end("RightBreakpoint", Role::Three)?)]);
    let name = line.required("FusionName")?;
    call.ordered = true;
    call.genes = match name.split_once("--") {
        Some((five, three)) => [Some(five.to_owned()), Some(three.to_owned())],
        None => [None, None],
    };
    name.clone_into(&mut call.id);
    Ok(call)
}
