//! Which junctions belong to one rearrangement, their order, and their identifiers.

use super::{Fusion, KinaseDomain};

/// Orders fusions best first, names them `F1`, `F2`, ..., and gives those of one pair of genes one event (`E1`); junctions at which
/// the kinase is the 5' gene are its reciprocal (`E1r`).
pub fn arrange(fusions: &mut [Fusion]) {
    fusions.sort_by(|x, y| {
        let rank = |fusion: &Fusion| {
            (
                !fusion.passes(),
                fusion.kinase_domain == Some(KinaseDomain::Lost),
                -(fusion.quality * 10.0).round() as i64,
                -i64::from(fusion.support.fragments()),
            )
        };
        rank(x).cmp(&rank(y)).then_with(|| (&x.junction, x.name()).cmp(&(&y.junction, y.name())))
    });
    let mut events: Vec<(Vec<String>, String)> = Vec::new();
    for (index, fusion) in fusions.iter_mut().enumerate() {
        fusion.id = format!("F{}", index + 1);
        let kinase_first = fusion.five.gene.as_deref() == Some(fusion.target.as_str()) && fusion.kinase_domain == Some(KinaseDomain::Lost);
        let partner = if kinase_first { &fusion.three } else { &fusion.five };
        // Without a gene the place itself, by the million bases, stands for the partner.
        let place =
            partner.gene.clone().unwrap_or_else(|| format!("{}:{}", partner.breakend.contig.0, partner.breakend.boundary / 1_000_000));
        let key = vec![fusion.target.clone(), place];
        let event = if let Some((_, event)) = events.iter().find(|(known, _)| *known == key) {
            event.clone()
        } else {
            let event = format!("E{}", events.len() + 1);
            events.push((key, event.clone()));
            event
        };
        fusion.event = if kinase_first { format!("{event}r") } else { event };
    }
}
