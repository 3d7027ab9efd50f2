//! Filters, one a file. Each looks at a finished candidate and says whether one reason for doubt applies. If so the candidate gets a flag;
//! nothing is deleted.

use std::collections::BTreeSet;

use crate::alignment::Assay;
use crate::junction::Candidate;
use crate::model::Gene;

use super::orient::Oriented;
use super::{Flag, Fusion};

pub mod antisense;
pub mod homology;
pub mod kinase_lost;
pub mod low_mapq;
pub mod low_support;
pub mod mates_out_of_step;
pub mod one_sided_duplicates;
pub mod random_chimera;
pub mod read_through;
pub mod short_anchor;
pub mod unplaced_partner;

/// What a filter may look at.
pub struct Doubt<'a> {
    /// The fusion so far.
    pub fusion: &'a Fusion,
    /// The junction behind it, with its fragments.
    pub candidate: &'a Candidate,
    /// Its genes.
    pub oriented: &'a Oriented<'a>,
    /// The kinase.
    pub kinase: &'a Gene,
    /// The library.
    pub assay: &'a Assay,
}

/// Whether a reason for doubt applies.
type Filter = fn(&Doubt<'_>) -> bool;

/// All flags of a candidate.
pub fn flags(doubt: &Doubt<'_>) -> BTreeSet<Flag> {
    let filters: [(Flag, Filter); 11] = [
        (Flag::LowSupport, low_support::applies),
        (Flag::RandomChimera, random_chimera::applies),
        (Flag::ReadThrough, read_through::applies),
        (Flag::Homology, homology::applies),
        (Flag::ShortAnchor, short_anchor::applies),
        (Flag::LowMapq, low_mapq::applies),
        (Flag::OneSidedDuplicates, one_sided_duplicates::applies),
        (Flag::Antisense, antisense::applies),
        (Flag::UnplacedPartner, unplaced_partner::applies),
        (Flag::KinaseLost, kinase_lost::applies),
        (Flag::MatesOutOfStep, mates_out_of_step::applies),
    ];
    filters.iter().filter(|(_, applies)| applies(doubt)).map(|(flag, _)| *flag).collect()
}
