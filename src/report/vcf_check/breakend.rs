//! Breakends: their ALT, and whether two mates tell one story.

use rustc_hash::FxHashMap;

use super::allele::is_bases;
use super::record::CheckedRecord;
use super::{BaseAt, Problems};
use crate::genome::Side;
use crate::sequence::reverse_complement;

/// The ALT of a breakend taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alt<'a> {
    /// The flank of the own position that is kept.
    side: Side,
    /// The bases, with the one at the position.
    bases: &'a str,
    /// The other end: contig, 1-based position, kept flank; `None` for a single breakend.
    mate: Option<(&'a str, u32, Side)>,
}

impl<'a> Alt<'a> {
    /// Reads `t[p[`, `t]p]`, `]p]t`, `[p[t`, `t.` or `.t`; `None` for anything else.
    pub(super) fn read(alt: &'a str) -> Option<Self> {
        if let Some(bases) = alt.strip_suffix('.').filter(|bases| is_bases(bases)) {
            return Some(Self { side: Side::Lower, bases, mate: None });
        }
        if let Some(bases) = alt.strip_prefix('.').filter(|bases| is_bases(bases)) {
            return Some(Self { side: Side::Higher, bases, mate: None });
        }
        let bracket = alt.chars().find(|c| matches!(c, '[' | ']'))?;
        let mut parts = alt.split(bracket);
        let (before, place, after) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || before.is_empty() == after.is_empty() {
            return None;
        }
        // The position follows the last colon: HLA contigs have colons of their own.
        let (contig, position) = place.rsplit_once(':')?;
        let mate_side = if bracket == '[' { Side::Higher } else { Side::Lower };
        let (side, bases) = if after.is_empty() { (Side::Lower, before) } else { (Side::Higher, after) };
        is_bases(bases).then_some(Self { side, bases, mate: Some((contig, position.parse().ok()?, mate_side)) })
    }

    /// The base at the position, which must be REF.
    fn own_base(&self) -> Option<u8> {
        match self.side {
            Side::Lower => self.bases.bytes().next(),
            Side::Higher => self.bases.bytes().next_back(),
        }
    }

    /// The inserted bases, read from the own end to the other.
    fn insertion(&self) -> Vec<u8> {
        match self.side {
            Side::Lower => self.bases.as_bytes()[1..].to_vec(),
            Side::Higher => reverse_complement(&self.bases.as_bytes()[..self.bases.len() - 1]),
        }
    }
}

/// How far the position can move and by how much of it for homology.
struct Reach {
    low: i64,
    high: i64,
}

/// Checks a breakend and its mate; other records are left alone.
pub(super) fn check(record: &CheckedRecord, by_id: &FxHashMap<&str, &CheckedRecord>, reference: Option<&BaseAt>, problems: &mut Problems) {
    let Some(alt) = record.breakend() else { return };
    let mut wrong = |text: String| problems.add(record.line, text);
    if record.info("SVTYPE") != Some("BND") {
        wrong("a breakend without SVTYPE=BND".to_owned());
    }
    if record.reference.len() != 1 || !alt.own_base().is_some_and(|base| base.eq_ignore_ascii_case(&record.reference.as_bytes()[0])) {
        wrong(format!("ALT does not begin or end with REF {} at its own position", record.reference));
    }
    let reach = check_reach(record, alt, reference, &mut wrong);
    let Some((contig, position, mate_side)) = alt.mate else {
        if record.info("MATEID").is_some() {
            wrong("a single breakend has a mate".to_owned());
        }
        return;
    };
    let Some(mate_id) = record.info("MATEID") else { return wrong("a breakend without MATEID".to_owned()) };
    let Some(mate) = by_id.get(mate_id) else { return wrong(format!("mate {mate_id} does not exist")) };
    let Some(mate_alt) = mate.breakend() else { return wrong(format!("mate {mate_id} is no breakend")) };
    if mate.info("MATEID") != Some(record.id) || mate_id == record.id {
        wrong(format!("mate {mate_id} does not point back"));
    }
    if (mate.contig, mate.position) != (contig, position) {
        wrong(format!("points at {contig}:{position}, its mate lies at {}:{}", mate.contig, mate.position));
    }
    if mate_alt.side != mate_side {
        wrong("the bracket does not agree with the flank that the mate keeps".to_owned());
    }
    if mate_alt.insertion() != reverse_complement(&alt.insertion()) {
        wrong("the mates disagree about the inserted bases".to_owned());
    }
    for key in ["EVENT", "HOMLEN", "IMPRECISE"] {
        if record.info(key) != mate.info(key) {
            wrong(format!("the mates disagree about {key}"));
        }
    }
    let opposite = alt.side == mate_side;
    if let (Some(reach), Some(of_mate)) = (reach, interval(mate)) {
        let wanted = if opposite { (-reach.high, -reach.low) } else { (reach.low, reach.high) };
        if of_mate != wanted {
            wrong(format!("CIPOS of the mates do not move together, the mate's should be {},{}", wanted.0, wanted.1));
        }
    } else if record.info("CIPOS").is_some() != mate.info("CIPOS").is_some() {
        wrong("only one of the mates has CIPOS".to_owned());
    }
    if let (Some(own), Some(other)) = (record.info("HOMSEQ"), mate.info("HOMSEQ")) {
        let wanted = if opposite { reverse_complement(own.as_bytes()) } else { own.as_bytes().to_vec() };
        if other.as_bytes() != wanted {
            wrong("HOMSEQ of the mates is not one sequence".to_owned());
        }
    }
}

/// Checks CIPOS, HOMLEN and HOMSEQ of one record.
fn check_reach(record: &CheckedRecord, alt: &Alt, reference: Option<&BaseAt>, wrong: &mut impl FnMut(String)) -> Option<Reach> {
    let homology = record.info("HOMLEN").and_then(|length| length.parse::<i64>().ok());
    let Some((low, high)) = interval(record) else {
        if homology.is_some() || record.info("IMPRECISE").is_some() || record.info("CIPOS").is_some() {
            wrong("homology or uncertainty without a sound CIPOS".to_owned());
        }
        return None;
    };
    if low > 0 || high < 0 || (homology.is_none() && record.info("IMPRECISE").is_none()) {
        wrong(format!("CIPOS {low},{high} does not hold the position, or nothing explains it"));
    }
    if let Some(length) = homology {
        if high - low != length || length == 0 {
            wrong(format!("CIPOS {low},{high} does not span the homology of {length}"));
        }
    }
    if let Some(bases) = record.info("HOMSEQ") {
        if homology != i64::try_from(bases.len()).ok() {
            wrong("HOMSEQ is not as long as HOMLEN".to_owned());
        }
        // The boundary of a lower flank lies above its position, that of a higher flank below it.
        let boundary = i64::from(record.position) - i64::from(alt.side == Side::Higher);
        let differs = |(at, base): (i64, u8)| {
            let known = u32::try_from(at).ok().and_then(|at| reference.and_then(|base_at| base_at(record.contig, at)));
            known.is_some_and(|known| !known.eq_ignore_ascii_case(&base) && b"ACGTacgt".contains(&known))
        };
        if (boundary + low..).zip(bases.bytes()).any(differs) {
            wrong(format!("HOMSEQ {bases} is not the reference at this end"));
        }
    }
    Some(Reach { low, high })
}

/// The two numbers of CIPOS.
fn interval(record: &CheckedRecord) -> Option<(i64, i64)> {
    let (low, high) = record.info("CIPOS")?.split_once(',')?;
    Some((low.parse().ok()?, high.parse().ok()?))
}
