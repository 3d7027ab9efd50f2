//! Flag `kinase_lost`: the fusion does not keep the kinase domain from its ATP-binding (glycine-rich) loop on.

use super::Doubt;
use crate::fusion::KinaseDomain;

/// Whether the flag applies.
pub fn applies(doubt: &Doubt<'_>) -> bool {
    matches!(doubt.fusion.kinase_domain, Some(KinaseDomain::Lost | KinaseDomain::Partial))
}
