//! Duplex libraries: both strands of a molecule are read, each with the two halves of the UMI in its own order.
//!
//! ```text
//! one strand     R1 from the molecule's start, R2 from its end    ACGT-TTGA
//! the other      R1 from the molecule's end, R2 from its start    TTGA-ACGT
//! ```
//!
//! Source: Kennedy et al. 2014, Nat Protoc 9:2586. Halves are joined by `-` in the tag (as fgbio writes it) and by `+` in the name (as
//! Illumina's `bcl-convert` does).

use crate::simulate::random::Random;
use crate::simulate::reads::SimulatedFragment;

use super::{copy, Dirt};

/// Errors a base by which the reads of the other strand differ, at least: they are copied and read on their own.
const LEAST_ERROR_FRAC: f64 = 0.001;

/// Writes the UMI of a fragment in halves; for some fragments gives the one of the other strand.
pub(super) fn split<'m>(
    fragment: &mut SimulatedFragment<'m>,
    dirt: &Dirt,
    name_umi_bp: Option<usize>,
    random: &mut Random,
) -> Option<SimulatedFragment<'m>> {
    let is_seen = !fragment.duplicate && fragment.reads.len() == 2 && random.happens(dirt.duplex_frac);
    let mut other = is_seen.then(|| fragment.clone());
    join(fragment, name_umi_bp, false);
    if let Some(other) = &mut other {
        join(other, name_umi_bp, true);
        other.name = match other.name.split_once(':') {
            Some((sample, rest)) => format!("{sample}:duplex.{rest}"),
            None => format!("duplex.{}", other.name),
        };
        other.reads.swap(0, 1);
        other.duplicate = true;
        other.is_marked = false;
        copy::err(other, dirt.copy_error_frac.max(LEAST_ERROR_FRAC), random);
    }
    other
}

fn join(fragment: &mut SimulatedFragment, name_umi_bp: Option<usize>, swapped: bool) {
    let joined = |umi: &str, joiner: char| {
        let (first, second) = umi.split_at(umi.len() / 2);
        if swapped {
            format!("{second}{joiner}{first}")
        } else {
            format!("{first}{joiner}{second}")
        }
    };
    if let Some(umi) = &mut fragment.umi_tag {
        *umi = joined(umi, '-');
    }
    if let Some(length_bp) = name_umi_bp {
        let at = fragment.name.len().saturating_sub(length_bp);
        let umi = fragment.name.split_off(at);
        fragment.name.push_str(&joined(&umi, '+'));
    }
}
