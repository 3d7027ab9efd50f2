//! The numbers behind the report's drawings: what they need from the gene models and from the reads.
//!
//! ```text
//!   listed Fusion --models--> exons, coding range, ends on the transcript
//!                 --reads within 1,000 bases of either break--> coverage in bins
//!                 --reads of its molecules--> places by kind, bases over the junction, one line a molecule
//! ```
//!
//! Three modules have to do with drawings. This one collects the numbers, [`crate::report::drawing_data`] keeps them in `kinfuse.json`, and
//! [`crate::drawing`] draws shapes without knowing what they mean.
//!
//! Nothing is decided here: the calls and their molecules were settled before. The reads are those of the evidence file
//! ([`crate::fusion::witness::Behind`]). Two kinds of molecules count for a fusion but cannot be drawn read by read: pairs that only span the
//! junction, and unaligned reads. The page says how many molecules it draws.

mod coverage;
mod gene;
mod line;
mod majority;
mod reads;

use std::collections::BTreeSet;

use rayon::ThreadPool;

use crate::alignment::Library;
use crate::coverage::balance::Balance;
use crate::error::Result;
use crate::fusion::{Flag, Fusion};
use crate::genome::Contigs;
use crate::model::index::GeneModels;
use crate::model::Role;
use crate::report::drawing_data::{Drawings, DrawnBalance, DrawnFusion};

/// All that is drawn: `fusions` are those that are reported, in the order of their rows.
///
/// # Errors
/// When a file cannot be read.
pub fn draw<'b>(
    pool: &ThreadPool,
    libraries: &[Library],
    fusions: &[&Fusion],
    (models, contigs, targets): (&GeneModels, &Contigs, &[String]),
    balances: impl Iterator<Item = &'b Balance>,
) -> Result<Drawings> {
    let partners = fusions.iter().flat_map(|fusion| [&fusion.five.gene, &fusion.three.gene]).flatten();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let symbols = targets.iter().chain(partners).filter(|symbol| seen.insert(symbol));
    let genes = symbols.filter_map(|symbol| gene::drawn(models.find(symbol)?, contigs)).collect();
    let mut shown = reads::read(libraries, fusions)?.into_iter();
    let mut drawn = Vec::new();
    for fusion in fusions {
        let shown = shown.next().unwrap_or_default();
        let [five_coverage, three_coverage] = match libraries.get(fusion.witnesses.library) {
            Some(library) => coverage::read(pool, library, fusion)?,
            None => Default::default(),
        };
        let placed = !fusion.flags.contains(&Flag::UnplacedPartner);
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
