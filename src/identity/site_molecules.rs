//! The molecules of a library at given places.

use std::collections::BTreeMap;

use rayon::ThreadPool;

use crate::alignment::assay::DuplicateRule;
use crate::alignment::read::{FragmentId, ReadRecord};
use crate::alignment::{aligned_bases, tile, Library};
use crate::error::Result;
use crate::evidence::Molecules;
use crate::genome::Interval;

use super::place::{counts_for, min_quality, SubstitutionSite, END_BP};
use super::SiteMolecules;

/// Reads of a place that are looked at: more would not change what is inherited.
const MAX_READS: usize = 3_000;

/// What the molecules show at each place: mates and copies count once, and what they show differently does not count.
///
/// # Errors
/// When the files cannot be read.
pub(super) fn at(library: &Library, places: &[SubstitutionSite], pool: &ThreadPool) -> Result<Vec<SiteMolecules>> {
    let rule = library.assay.duplicates;
    let grouped = matches!(rule, DuplicateRule::Umi | DuplicateRule::Position);
    tile::run(
        pool,
        places.len(),
        || library.reader(),
        |reader, index| {
            let place = &places[index];
            let here = Interval { contig: place.contig, start: place.position, end: place.position + 1 };
            let mut shown: Vec<(FragmentId, u8)> = Vec::new();
            let mut views: Vec<ReadRecord> = Vec::new();
            reader.visit_while(here, |record, lane| {
                if !counts_for(record, library) {
                    return true;
                }
                let base = aligned_bases::base_at(record, place.position, END_BP);
                let Some(base) = base.filter(|base| base.quality >= min_quality(library)) else { return true };
                shown.push((lane.fragment(FragmentId::of(record.qname())), base.base));
                if grouped {
                    if let Ok(mut view) = ReadRecord::without_bases(record, &library.contigs, library.assay.umi.as_ref()) {
                        view.fragment = lane.fragment(view.fragment);
                        views.push(view);
                    }
                }
                shown.len() < MAX_READS
            })?;
            let copies = Molecules::group(&views, rule);
            let mut molecules: BTreeMap<FragmentId, Option<u8>> = BTreeMap::new();
            for (fragment, base) in shown {
                let told = molecules.entry(copies.of(fragment)).or_insert(Some(base));
                *told = told.filter(|other| *other == base);
            }
            let mut seen = SiteMolecules::default();
            for base in molecules.into_values().flatten() {
                let count = match base {
                    base if base == place.reference => &mut seen.reference,
                    base if base == place.alternative => &mut seen.alternative,
                    _ => &mut seen.other,
                };
                *count += 1;
            }
            Ok(seen)
        },
    )
}
