//! Junctions and substitutions out of a VCF: Delly's, and any that writes breakends.
//!
//! The four bracket forms of ALT give both ends, flanks and inserted bases (VCF 4.4, section 5.4); the two records of a pair are one
//! junction. Symbolic alleles give them by `SVTYPE`, `CHR2`, `POS2` or `END`, and `CT`, as Delly does (its `INFO` header: "Paired-end
//! signature induced connection type"): `3to5` joins what lies below the first place to what lies above the second (deletion),
//! `5to3` the reverse (duplication), `3to3` two lower flanks, `5to5` two upper ones. Delly gives POS and END as the last base before
//! and the last base of the event, so that a flank above begins one base further on. No VCF says which end is the 5' partner.

use std::path::Path;

use rustc_hash::FxHashSet;

use crate::error::{Error, Result};
use crate::evaluate::call::{CallTier, CalledJunction, MutationCall, SampleCalls};
use crate::evaluate::place::CalledEnd;
use crate::genome::{canonical_contig_name, Side};
use crate::sequence::reverse_complement;

pub(in crate::evaluate) fn read(path: &Path, text: &str) -> Result<SampleCalls> {
    let mut calls = SampleCalls::default();
    let mut mates: FxHashSet<&str> = FxHashSet::default();
    for (line, number) in text.lines().zip(1..) {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let fault = |problem: &str| Error::Line {
            path: path.to_owned(),
            line: number,
            problem: problem.to_owned(),
            remedy: "check the file with: bcftools view".to_owned(),
        };
        let cells: Vec<&str> = line.trim_end_matches('\r').split('\t').collect();
        if cells.len() < 8 {
            return Err(fault("has fewer than 8 columns"));
        }
        let position: u32 = cells[1].parse().map_err(|_| fault("POS is no number"))?;
        let record = VcfColumns { contig: cells[0], position, reference: cells[3], filter: cells[6], info: cells[7] };
        let id = cells[2];
        if mates.contains(id) {
            continue;
        }
        for alt in cells[4].split(',') {
            if let Some(mut call) = record.junction(alt) {
                id.clone_into(&mut call.id);
                calls.fusions.push(call);
                mates.extend(record.info("MATEID"));
            } else if let Some(mutation) = record.mutation(alt) {
                calls.mutations.push(mutation);
            }
        }
    }
    Ok(calls)
}

/// The columns that matter here.
struct VcfColumns<'t> {
    contig: &'t str,
    position: u32,
    reference: &'t str,
    filter: &'t str,
    info: &'t str,
}

impl<'t> VcfColumns<'t> {
    fn info(&self, key: &str) -> Option<&'t str> {
        self.info.split(';').find_map(|item| item.strip_prefix(key)?.strip_prefix('='))
    }

    fn number<N: std::str::FromStr>(&self, key: &str) -> Option<N> {
        self.info(key)?.parse().ok()
    }

    fn passes(&self) -> bool {
        matches!(self.filter, "PASS" | "." | "")
    }

    fn junction(&self, alt: &str) -> Option<CalledJunction> {
        let (ends, insertion) = self.breakend(alt).or_else(|| self.symbolic(alt))?;
        let mut call = CalledJunction::new(if self.passes() { CallTier::Pass } else { CallTier::Flagged }, ends);
        call.insertion = insertion;
        call.filter = Some(self.filter.to_owned()).filter(|filter| filter != ".");
        call.homology_bp = self.number("HOMLEN").unwrap_or(0);
        if self.info.split(';').any(|item| item == "IMPRECISE") {
            let widest =
                |key| self.info(key).and_then(|text| text.split(',').filter_map(|number| number.parse::<i64>().ok()).map(i64::abs).max());
            call.slack_bp = widest("CIPOS").max(widest("CIEND")).and_then(|bases| u32::try_from(bases).ok()).unwrap_or(0);
        }
        Some(call)
    }

    /// `t[p[`, `t]p]`, `]p]t`, `[p[t`, and the single breakends `t.` and `.t`.
    fn breakend(&self, alt: &str) -> Option<([Option<CalledEnd>; 2], Option<String>)> {
        let own = |side| Some(CalledEnd::new(self.contig, self.position, Some(side)));
        let Some(bracket) = alt.find(['[', ']']) else {
            let side = match (alt.strip_suffix('.'), alt.strip_prefix('.')) {
                (Some(bases), None) if is_bases(bases) => Side::Lower,
                (None, Some(bases)) if is_bases(bases) => Side::Higher,
                _ => return None,
            };
            return Some(([own(side), None], None));
        };
        let symbol = &alt[bracket..=bracket];
        let (before, rest) = alt.split_at(bracket);
        let (place, after) = rest[1..].split_once(symbol)?;
        let (contig, position) = place.rsplit_once(':')?;
        let other_side = if symbol == "[" { Side::Higher } else { Side::Lower };
        let (side, bases) = if after.is_empty() { (Side::Lower, before) } else { (Side::Higher, after) };
        if !is_bases(bases) {
            return None;
        }
        let inserted = match side {
            Side::Lower => bases.as_bytes()[1..].to_vec(),
            Side::Higher => reverse_complement(&bases.as_bytes()[..bases.len() - 1]),
        };
        let contig = contig.trim_start_matches('<').trim_end_matches('>');
        let other = CalledEnd::new(contig, position.parse().ok()?, Some(other_side));
        Some(([own(side), Some(other)], Some(String::from_utf8_lossy(&inserted).to_ascii_uppercase())))
    }

    fn symbolic(&self, alt: &str) -> Option<([Option<CalledEnd>; 2], Option<String>)> {
        // An exon that transcripts of one gene leave out is no rearrangement; `kinfuse call` writes it so.
        if alt == "<DEL>" && self.info("EVIDENCE") == Some("rna") {
            return None;
        }
        let kind = self.info("SVTYPE").or_else(|| alt.strip_prefix('<')?.strip_suffix('>'))?;
        let sides = match (self.info("CT"), kind.split(':').next().unwrap_or(kind)) {
            (Some("3to5"), _) | (None, "DEL") => [Some(Side::Lower), Some(Side::Higher)],
            (Some("5to3"), _) | (None, "DUP") => [Some(Side::Higher), Some(Side::Lower)],
            (Some("3to3"), _) => [Some(Side::Lower); 2],
            (Some("5to5"), _) => [Some(Side::Higher); 2],
            (_, "INV" | "BND" | "TRA") => [None, None],
            _ => return None,
        };
        let contig = self.info("CHR2").unwrap_or(self.contig);
        let elsewhere = contig != self.contig;
        let second: u32 = self.number("POS2").filter(|_| elsewhere || self.info("END").is_none()).or_else(|| self.number("END"))?;
        // Within one contig both places are the last base before a boundary.
        let base = |position: u32, side| if side == Some(Side::Higher) && !elsewhere { position + 1 } else { position };
        let ends = [
            Some(CalledEnd::new(self.contig, base(self.position, sides[0]), sides[0])),
            Some(CalledEnd::new(contig, base(second, sides[1]), sides[1])),
        ];
        Some((ends, None))
    }

    fn mutation(&self, alt: &str) -> Option<MutationCall> {
        (is_bases(alt) && is_bases(self.reference)).then(|| MutationCall {
            passes: self.passes(),
            name: String::new(),
            place: (canonical_contig_name(self.contig), self.position),
            alleles: (self.reference.to_ascii_uppercase(), alt.to_ascii_uppercase()),
            phase: None,
        })
    }
}

fn is_bases(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|base| b"ACGTNacgtn".contains(&base))
}
