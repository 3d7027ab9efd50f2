//! What the page's drawings need from the gene models and the reads.
//!
//! ```text
//!   listed Fusion --models--> exons, coding range, ends on the transcript
//!                 --reads within 1,000 bases of either break--> coverage in bins
//!                                         those of its members--> places by kind, bases over the junction
//! ```
//!
//! It decides nothing: what is called, and by how many molecules, was settled before. Reads without an alignment at the break, which
//! count for a fusion of RNA, are not found here; the page says how many reads it draws.

mod gene;
mod reads;

use std::collections::{BTreeMap, BTreeSet};

use rayon::ThreadPool;

use crate::alignment::read::FragmentId;
use crate::alignment::Library;
use crate::coverage::balance::Balance;
use crate::coverage::depth::MIN_ANCHOR_BP;
use crate::error::Result;
use crate::evidence::Molecules;
use crate::fusion::{Flag, Fusion};
use crate::genome::{Contigs, Junction};
use crate::junction::candidate::Candidate;
use crate::junction::Kind;
use crate::model::index::GeneModels;
use crate::model::Role;
use crate::report::drawn::{Drawings, DrawnBalance, DrawnFusion};

/// What a fragment shows of a junction.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// How it shows it.
    pub kind: Kind,
    /// The molecule that it is a copy of.
    pub molecule: FragmentId,
    /// Bases on the 5' side and on the 3' side in the read that shows most of both.
    pub shown_bp: [u32; 2],
}

/// The fragments that count for one junction of one library.
#[derive(Debug)]
pub struct Supported {
    /// Symbol of the kinase.
    pub target: String,
    /// The junction.
    pub junction: Junction,
    /// Its fragments.
    pub members: BTreeMap<FragmentId, Member>,
}

impl Supported {
    /// The fragments that count for a candidate.
    pub fn new(fusion: &Fusion, candidate: &Candidate, kinase_role: Role, molecules: &Molecules) -> Self {
        let member = |(fragment, member): (FragmentId, &crate::junction::candidate::Member)| {
            let shown_bp = match kinase_role {
                Role::Three => [member.partner_bp, member.kinase_bp],
                Role::Five => [member.kinase_bp, member.partner_bp],
            };
            (fragment, Member { kind: member.kind, molecule: molecules.of(fragment), shown_bp })
        };
        Self {
            target: fusion.target.clone(),
            junction: fusion.junction.clone(),
            members: candidate.counted(MIN_ANCHOR_BP).map(member).collect(),
        }
    }

    fn is_of(&self, fusion: &Fusion) -> bool {
        self.target == fusion.target && self.junction == fusion.junction
    }
}

/// All that is drawn: `fusions` are those that are reported, in the order of their rows.
///
/// # Errors
/// When a file cannot be read.
pub fn draw<'b>(
    pool: &ThreadPool,
    libraries: &[(&Library, &[Supported])],
    fusions: &[&Fusion],
    (models, contigs, targets): (&GeneModels, &Contigs, &[String]),
    balances: impl Iterator<Item = &'b Balance>,
) -> Result<Drawings> {
    let partners = fusions.iter().flat_map(|fusion| [&fusion.five.gene, &fusion.three.gene]).flatten();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let symbols = targets.iter().chain(partners).filter(|symbol| seen.insert(symbol));
    let genes = symbols.filter_map(|symbol| gene::drawn(models.find(symbol)?, contigs)).collect();
    let mut drawn = Vec::new();
    for fusion in fusions {
        let own = libraries.iter().find_map(|(library, list)| Some((library, list.iter().find(|supported| supported.is_of(fusion))?)));
        let shown = match own {
            Some((library, supported)) => reads::read(pool, library, fusion, supported, fusions.len())?,
            None => reads::Shown::default(),
        };
        let placed = !fusion.flags.contains(&Flag::UnplacedPartner);
        let [five_coverage, three_coverage] = shown.coverage;
        let (five_coding, three_coding) = fusion.naming.coding_bp;
        let end = |role: Role, coding, coverage| {
            let partner = if role == Role::Five { &fusion.five } else { &fusion.three };
            (placed || partner.gene.as_deref() == Some(fusion.target.as_str())).then(|| gene::end(partner, role, coding, coverage))
        };
        drawn.push(DrawnFusion {
            id: fusion.id.clone(),
            five: end(Role::Five, five_coding, five_coverage),
            three: end(Role::Three, three_coding, three_coverage),
            molecules: shown.molecules,
            molecules_left_out: shown.molecules_left_out,
            reads: shown.reads,
        });
    }
    let round = |value: f64| (value * 100.0).round() / 100.0;
    let balances = balances.map(|balance| DrawnBalance {
        fold: round(balance.fold),
        fold_low: round(balance.interval[0]),
        fold_high: round(balance.interval[1]),
        molecules: (round(balance.molecules[0]), round(balance.molecules[1])),
        gene: balance.gene.clone(),
        region: balance.region.clone(),
    });
    Ok(Drawings { genes, fusions: drawn, balances: balances.collect() })
}
