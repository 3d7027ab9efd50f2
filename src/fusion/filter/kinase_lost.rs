//! The fusion does not keep the whole kinase domain behind the junction.

use super::Doubt;
use crate::fusion::KinaseDomain;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    matches!(doubt.fusion.kinase_domain, Some(KinaseDomain::Lost | KinaseDomain::Partial))
}
