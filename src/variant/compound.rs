//! Mutations that act together: compounds of the table whose members lie on the same molecules.

use crate::knowledge::{CompoundChange, DrugEffect};

use super::call::Reading;
use super::{Variant, VariantStatus};

/// A compound that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compound {
    /// HGNC symbol.
    pub gene: String,
    /// As the literature prints it (`G1202R+L1196M`).
    pub change: String,
    /// Molecules that show a pair of its members, the least of all pairs.
    pub fragments: u32,
    /// What sources say of it, those that were read.
    pub statements: Vec<DrugEffect>,
}

/// The listed compounds of a row whose members were called and lie in cis, each with each.
pub fn compounds(reading: &Reading<'_>, listed: &[CompoundChange]) -> Vec<Compound> {
    let called: Vec<&Variant> =
        reading.calls.iter().map(|call| &call.variant).filter(|variant| variant.status == VariantStatus::Called).collect();
    listed
        .iter()
        .filter(|compound| compound.gene == reading.domain.gene)
        .filter_map(|compound| {
            let members: Option<Vec<&Variant>> = compound
                .members
                .iter()
                .map(|member| called.iter().find(|variant| variant.hgvs_p == format!("p.{member}")).copied())
                .collect();
            let members = members?;
            let mut least = u32::MAX;
            for (at, x) in members.iter().enumerate() {
                for y in &members[at + 1..] {
                    least = least.min(in_cis(x, y)?);
                }
            }
            Some(Compound {
                gene: compound.gene.clone(),
                change: compound.protein_change.clone(),
                fragments: least,
                statements: compound.effects.iter().filter(|effect| effect.verified).cloned().collect(),
            })
        })
        .collect()
}

/// Molecules that show both; `None` where they do not lie in cis.
fn in_cis(x: &Variant, y: &Variant) -> Option<u32> {
    let prefix = format!("{}:cis:", y.hgvs_p);
    x.compound_with.as_deref()?.split(',').find_map(|item| item.strip_prefix(prefix.as_str()))?.parse().ok()
}
