//! A rearrangement in the words of a karyotype: `t(2;5)(p23;q35)`, `inv(2)(p21p23)`.

use crate::genome::{Breakend, EventKind, Junction};
use crate::model::band::Band;

/// The rearrangement behind a junction of two places with bands, in the short system of ISCN and with bands but no sub-bands. It is
/// derived from one junction and says nothing of the rest of the chromosomes.
///
/// Source: ISCN, rules for two-break rearrangements: sex chromosomes and lower numbers first; within a chromosome the short arm first,
/// and on either arm the band nearer to the centromere first.
pub fn iscn(junction: &Junction, place: impl Fn(Breakend) -> Option<Band>) -> Option<String> {
    let (mut x, mut y) = (place(junction.a())?, place(junction.b())?);
    if x.chromosome != y.chromosome {
        if y.order() < x.order() {
            std::mem::swap(&mut x, &mut y);
        }
        return Some(format!("t({};{})({};{})", x.chromosome, y.chromosome, x.major(), y.major()));
    }
    if y.on_arm() < x.on_arm() {
        std::mem::swap(&mut x, &mut y);
    }
    let kind = match junction.event_kind() {
        EventKind::Inversion => "inv",
        EventKind::Deletion => "del",
        EventKind::Duplication => "dup",
        EventKind::Translocation => return None,
    };
    Some(format!("{kind}({})({}{})", x.chromosome, x.major(), y.major()))
}
