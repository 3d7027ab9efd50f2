//! Where the two records of a junction lie, and their ALT.

use crate::fusion::Fusion;
use crate::genome::{Breakend, Side};
use crate::model::Role;
use crate::sequence::reverse_complement;

/// One end of a junction as its record places it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecordEnd {
    /// Which partner it is.
    pub(super) role: Role,
    /// The record's own end.
    pub(super) own: Breakend,
    /// The other end, in the same placement.
    pub(super) mate: Breakend,
    /// Inserted bases, read from the own end to the other.
    pub(super) insertion: Vec<u8>,
    /// How far the own end can move, in bases from its position; `None` when exact.
    pub(super) interval: Option<(i64, i64)>,
}

/// The two ends of a junction, the 5' partner's first.
///
/// Both use one placement: the lower end as far left as homology allows. The interval of the other end follows: it moves the
/// same way where the ends keep different flanks, the opposite way where they keep the same.
pub(super) fn ends(fusion: &Fusion) -> [RecordEnd; 2] {
    let junction = &fusion.junction;
    let five_is_a = five_is_a(fusion);
    let role = |is_a| if is_a == five_is_a { Role::Five } else { Role::Three };
    let (a, b, at_a, at_b) = if fusion.slack_bp > 0 {
        let slack = Some((-i64::from(fusion.slack_bp), i64::from(fusion.slack_bp)));
        let (five, three) = (fusion.five.breakend, fusion.three.breakend);
        let (a, b) = if five_is_a { (five, three) } else { (three, five) };
        (a, b, slack, slack)
    } else {
        let (a, b) = junction.slid(0);
        let reach = i64::from(junction.homology_bp());
        let interval = |rises: bool| (reach > 0).then_some(if rises { (0, reach) } else { (-reach, 0) });
        (a, b, interval(true), interval(a.side != b.side))
    };
    let from_b = reverse_complement(junction.insertion());
    let of_a = RecordEnd { role: role(true), own: a, mate: b, insertion: junction.insertion().to_vec(), interval: at_a };
    let of_b = RecordEnd { role: role(false), own: b, mate: a, insertion: from_b, interval: at_b };
    if five_is_a {
        [of_a, of_b]
    } else {
        [of_b, of_a]
    }
}

/// The end of a partner whose other end could not be placed. Its mate means nothing.
pub(super) fn single(fusion: &Fusion, role: Role) -> RecordEnd {
    let (own, insertion) = match role {
        Role::Five => (fusion.five.breakend, fusion.insertion.clone()),
        Role::Three => (fusion.three.breakend, reverse_complement(&fusion.insertion)),
    };
    let interval = (fusion.slack_bp > 0).then_some((-i64::from(fusion.slack_bp), i64::from(fusion.slack_bp)));
    RecordEnd { role, own, mate: own, insertion, interval }
}

/// Whether the 5' partner is the junction's `a`: its breakend lies where `a` can lie, with the same flank.
fn five_is_a(fusion: &Fusion) -> bool {
    let (a, b) = fusion.junction.slid(0);
    let cost = |partner: Breakend, end: Breakend| {
        let elsewhere = u64::from(partner.contig != end.contig || partner.side != end.side) << 40;
        elsewhere + u64::from(partner.boundary.abs_diff(end.boundary))
    };
    let (five, three) = (fusion.five.breakend, fusion.three.breakend);
    cost(five, a) + cost(three, b) <= cost(five, b) + cost(three, a)
}

impl RecordEnd {
    /// The ALT of a record with a mate whose contig has this name; `base` is the record's REF.
    pub(super) fn paired_alt(&self, base: char, mate_contig: &str) -> String {
        let bracket = match self.mate.side {
            Side::Lower => ']',
            Side::Higher => '[',
        };
        let place = format!("{bracket}{mate_contig}:{}{bracket}", self.mate.kept_base());
        let bases = self.bases(base);
        match self.own.side {
            Side::Lower => bases + &place,
            Side::Higher => place + &bases,
        }
    }

    /// The ALT of a record whose other end is not known.
    pub(super) fn single_alt(&self, base: char) -> String {
        let bases = self.bases(base);
        match self.own.side {
            Side::Lower => bases + ".",
            Side::Higher => format!(".{bases}"),
        }
    }

    /// The base at the own end with the inserted ones on the side of the junction, as the forward strand reads them.
    fn bases(&self, base: char) -> String {
        match self.own.side {
            Side::Lower => format!("{base}{}", String::from_utf8_lossy(&self.insertion)),
            Side::Higher => format!("{}{base}", String::from_utf8_lossy(&reverse_complement(&self.insertion))),
        }
    }

    /// The homologous bases at the own end, on the forward strand, as `(first boundary, number)`.
    pub(super) fn homologous_bases(&self) -> Option<(u32, u32)> {
        let (low, high) = self.interval?;
        let start = u32::try_from(i64::from(self.own.boundary) + low).ok()?;
        Some((start, u32::try_from(high - low).ok()?))
    }
}
