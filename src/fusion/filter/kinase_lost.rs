//! The fusion does not keep the kinase domain behind the junction, from the loop that holds ATP on.

use super::Doubt;
use crate::fusion::KinaseDomain;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    matches!(doubt.fusion.kinase_domain, Some(KinaseDomain::Lost | KinaseDomain::Partial))
}
